/* workspace_maker.c - whole workspaces: a directory that is always the same, then random runbooks and templates with every
 * verb, handler, check, quantifier and nesting of the language, and sources that make events of random documents.
 *
 * What is made is right by the rules of names, types and places, so that it comes to the build, where the interesting
 * faults are; bounds (values, effects, work) may be broken. A new verb belongs into `verbs`. Not here: wrong texts, which
 * fuzz_workspace makes. */
#include "workspace_maker.h"

#include <string.h>

enum { NAMES_MAX = 64, PROVEN_MAX = 8, RUNBOOKS_MAX = 4, TEMPLATES_MAX = 4, GIVEN_KINDS = 9 };

typedef enum Body { BODY_STEPS, BODY_CATCH, BODY_ATOMIC_HANDLER, BODY_ATOMIC, BODY_RUNBOOK } Body;
typedef enum Event { EVENT_NONE, EVENT_LEAD, EVENT_VENDOR } Event;

typedef struct Maker {
    EscBytes choices;
    size_t at;
    uint64_t random; /* what goes on behind the choices */
    EscBuf *out;
    unsigned number; /* of the next name */
    unsigned left;   /* steps that may still be made in this body */
    /* what can be seen where steps are made */
    Body body;
    Event event;
    bool in_lost, may_wait, has_locals;
    bool has_params; /* those of the template at hand */
    bool is_standing,
        in_quantifier; /* the condition at hand: what reads the time in it has an instant */
    unsigned roles;    /* owners that the template has */
    unsigned loops;    /* around this */
    unsigned runbooks; /* made so far */
    unsigned template_index, templates;
    unsigned with_params;      /* a bit for each template that has parameters */
    unsigned texts[NAMES_MAX]; /* names of plain texts: nN */
    unsigned texts_count;
    const char *proven[PROVEN_MAX]; /* fields that a test found present */
    unsigned proven_count;
} Maker;

static const char directory[] =
    "person ana \"Ana\" { email \"ana@acme.example\"  chat \"@ana\"  phone \"+49 30 555\"  quiet "
    "during "
    "22:00..07:00  reach by sms, then chat after 2m }\n"
    "person ben { chat \"@ben\"  push \"ben\"  language en }\n"
    "person eva { chat \"@eva\"  language de  absent 2025-12-20..2026-02-20 covered by ben }\n"
    "person dora { email \"dora@acme.example\" }\n"
    "team platform { ana ben  lead dora }\n"
    "calendar office { mon..fri 08:00..18:00  sat 22:00..02:00  closed 2026-12-24..2026-12-26 }\n"
    "schedule duty { weekly from 2026-01-05T09:00 ana, ben  override 2026-02-01..2026-02-03 dora "
    "}\n"
    "channel incidents chat\n"
    "channel warroom chat\n"
    "channel mail email quiet during office language de\n"
    "channel hook webhook\n"
    "event lead { who: text  score: number  reason: text?  labels: list of text at most 3  grade: "
    "low < "
    "mid < high }\n"
    "event vendor.outage { vendor: text  url: text?  since: time  grade: low < mid < high }\n"
    "extend ticket { note: text?  seats: number default 1  vip: bool default false  sure: bool?\n"
    "  effort: duration?  tier: base < plus < max default base  area: north | south?\n"
    "  labels: list of text at most 4  extra: list of text at most 4?\n"
    "  place { city: text?  floor: number default 0 } }\n"
    "route person_of -> person { when ticket.vip -> ana  when ticket.area = north -> ben  "
    "otherwise -> "
    "dora }\n"
    "route team_of -> team { otherwise -> platform }\n"
    "route lanes -> queue { when ticket.vip -> fast  otherwise -> slow.lane }\n"
    "route cares -> template { when ticket.vip -> raises  otherwise -> raises }\n"
    "system crm {\n"
    "  action put(who: text, tags: list of text) { PUT \"/who/{who}\" json { tags: tags  of: { "
    "who: who  all: [tags, who, [1, { on: true }]] } } expect "
    "200, 204 }\n"
    "  action tag(who: text, tags: list of text) undo put(who: who, tags: previous) { PUT "
    "\"/t/{who}\" header \"If-Match\" \"{who}\" json "
    "{ tags: tags } }\n"
    "  action ask(n: number, on: bool, d: duration, t: time?) -> text { POST \"/ask\" json { n: n  "
    "on: on "
    " d: d  t: t } expect 200, 202 when body.n[0] > 3 or body.said contains \"ok\" return "
    "body.n[0] }\n"
    "  action free(note: text?) { DELETE \"/free\"  header \"X-Note\" \"{note}\"  form { note: "
    "note  "
    "said: \"a {note else \"-\"}\" } }\n"
    "}\n"
    "source desk { verify slack  event ticket.updated when body.kind = \"u\" and body.n[0] > 3  "
    "event ticket.created\n"
    "  ticket.id <- body.id  ticket.tier <- body.tier map { b: base  otherwise: plus }  "
    "ticket.labels <- pairs(body.labels)\n"
    "  comment <- body.comment else body.note\n"
    "  ticket.tier -> crm.free(note: ticket.tier map { base: \"b\"  otherwise: ticket.title })  "
    "ticket.labels -> crm.put(who: ticket.id, tags: ticket.labels)\n"
    "  comment -> crm.free(note: comment.text)  comment public -> crm.free(note: \"{ticket.id}: "
    "{comment.text}\")\n"
    "  ticket -> crm.ask(n: ticket.seats, on: ticket.vip, d: 5m, t: ticket.due_at) undo "
    "crm.put(who: ticket.id, tags: ticket.labels) }\n"
    "policy rules { last resort dora, platform, duty ack within 10m  limit 20 notifications per "
    "person per 1h else digest\n"
    "  limit 5 handoffs per ticket per 1d else raise too_many  on transfer take over  retain audit "
    "7y }\n";

/* --- choices ---------------------------------------------------------------------------------- */

/* 0 to below - 1. Behind the bytes: xorshift64* (Vigna). */
static unsigned choose(Maker *maker, unsigned below)
{
    if (maker->at < maker->choices.size)
        return maker->choices.data[maker->at++] % below;
    maker->random ^= maker->random >> 12;
    maker->random ^= maker->random << 25;
    maker->random ^= maker->random >> 27;
    return (unsigned)((maker->random * UINT64_C(2685821657736338717)) >> 33) % below;
}

static bool maybe(Maker *maker, unsigned one_in)
{
    return choose(maker, one_in) == 0;
}

static void put(Maker *maker, const char *words)
{
    esc_buf_string(maker->out, words);
}

static void put_one(Maker *maker, const char *const *words, unsigned count)
{
    put(maker, words[choose(maker, count)]);
}

#define PUT_ONE(maker, ...)                                                                        \
    do {                                                                                           \
        static const char *const words[] = {__VA_ARGS__};                                          \
        put_one((maker), words, ESC_COUNT_OF(words));                                              \
    } while (0)

/* --- values ----------------------------------------------------------------------------------- */

static void make_condition(Maker *maker, unsigned depth, bool may_miss);
static void make_text(Maker *maker, unsigned depth);
static void make_number(Maker *maker, unsigned depth);

static bool is_proven(const Maker *maker, const char *field)
{
    for (unsigned i = 0; i < maker->proven_count; i++) {
        if (strcmp(maker->proven[i], field) == 0)
            return true;
    }
    return false;
}

static void make_duration(Maker *maker, unsigned depth)
{
    static const char *const fixed[] = {"90s", "5m", "12h", "2d", "1h30m", "400y", "1s", "3w"};
    unsigned kind = depth == 0 ? choose(maker, 2) : choose(maker, 6);
    if (kind == 1 && is_proven(maker, "ticket.effort")) {
        put(maker, "ticket.effort");
    } else if (kind <= 1) {
        if (maker->has_params && maybe(maker, 3))
            put(maker, "p_how");
        else
            put_one(maker, fixed, ESC_COUNT_OF(fixed));
    } else if (kind == 2) {
        put(maker, "(");
        make_duration(maker, depth - 1);
        PUT_ONE(maker, " + ", " - ");
        make_duration(maker, depth - 1);
        put(maker, ")");
    } else if (kind == 3) {
        put(maker, "(");
        make_duration(maker, depth - 1);
        put(maker, " * ");
        make_number(maker, depth - 1);
        put(maker, ")");
    } else if (kind == 4) {
        put(maker, "(");
        make_duration(maker, depth - 1);
        put(maker, " / 7)");
    } else {
        put(maker, "(now - escalation.opened_at)");
    }
}

static void make_number(Maker *maker, unsigned depth)
{
    unsigned kind = depth == 0 ? choose(maker, 6) : choose(maker, 9);
    if (kind == 0)
        PUT_ONE(maker, "0", "1", "2.5", "1000000000000", "0.001",
                "9999999999999999999999999999999");
    else if (kind == 1)
        PUT_ONE(maker, "ticket.seats", "ticket.place.floor", "escalation.handoffs",
                "escalation.tickets", "escalation.attempt");
    else if (kind == 2 && maker->event == EVENT_LEAD)
        put(maker, "event.score");
    else if (kind == 3 && is_proven(maker, "ticket.effort"))
        PUT_ONE(maker, "ticket.effort.minutes", "ticket.effort.hours", "ticket.effort.days");
    else if (kind == 4 && maker->in_lost)
        put(maker, "exception.count");
    else if (kind <= 5)
        put(maker, maker->has_params && maybe(maker, 2) ? "p_number" : "3");
    else if (kind == 6) {
        put(maker, "(");
        make_number(maker, depth - 1);
        PUT_ONE(maker, " + ", " - ", " * ");
        make_number(maker, depth - 1);
        put(maker, ")");
    } else if (kind == 7) {
        put(maker, "(");
        make_number(maker, depth - 1);
        PUT_ONE(maker, " / 4", " / 0.5");
        put(maker, ")");
    } else {
        put(maker, "-");
        PUT_ONE(maker, "ticket.seats", "5", "(1 + ticket.place.floor)");
    }
}

static void make_time(Maker *maker, unsigned depth)
{
    if (maybe(maker, 2) || depth == 0) {
        if (maker->has_params && maybe(maker, 3))
            put(maker, "p_until");
        else
            PUT_ONE(maker, "now", "escalation.opened_at", "2026-12-24", "2026-03-29T02:30");
        return;
    }
    put(maker, "(");
    make_time(maker, depth - 1);
    PUT_ONE(maker, " + ", " - ");
    if (maybe(maker, 4))
        PUT_ONE(maker, "4h of office", "1s of office", "2d of office");
    else
        make_duration(maker, depth - 1);
    put(maker, ")");
}

/* Constants are rare: with more of them most workspaces are refused for what can never hold. */
static void make_truth(Maker *maker)
{
    if (choose(maker, 16) == 0)
        PUT_ONE(maker, "true", "false");
    else if (maker->has_params && maybe(maker, 3))
        put(maker, "p_on");
    else
        PUT_ONE(maker, "ticket.vip", "escalation.acked", "resolved");
}

/* A value that may stand in a text; missing ones are shown as "(none)". */
static void make_part(Maker *maker, unsigned depth)
{
    switch (choose(maker, 8)) {
    case 0:
        make_number(maker, depth);
        break;
    case 1:
        make_duration(maker, depth);
        break;
    case 2:
        make_time(maker, depth);
        break;
    case 3:
        PUT_ONE(maker, "ticket.note", "ticket.area", "ticket.tier", "ticket.labels", "ticket.extra",
                "ticket.due_at", "ticket.sure", "ticket.effort.minutes", "sla.resolve.due",
                "ticket.place.city", "previous ticket.status", "escalation.role");
        break;
    case 4:
        make_truth(maker);
        break;
    case 5:
        if (maker->texts_count > 0 && maker->has_locals) {
            esc_buf_printf(maker->out, "n%u", maker->texts[choose(maker, maker->texts_count)]);
            break;
        }
        put(maker, "ticket.id");
        break;
    case 6:
        if (maker->event == EVENT_LEAD)
            PUT_ONE(maker, "event.who", "event.reason", "event.labels", "event.grade");
        else if (maker->event == EVENT_VENDOR)
            PUT_ONE(maker, "event.vendor", "event.url", "event.since");
        else
            put(maker, "workspace.name");
        break;
    default:
        if (maker->has_params)
            PUT_ONE(maker, "p_text", "p_mood", "p_list", "p_maybe", "ticket.title");
        else
            PUT_ONE(maker, "ticket.title", "ticket.url", "escalation.owner", "escalation.id");
        break;
    }
}

static void make_text(Maker *maker, unsigned depth)
{
    put(maker, "\"");
    unsigned parts = choose(maker, maybe(maker, 8) ? 14 : 4);
    PUT_ONE(maker, "", "x", "the ticket \\{ü\\} ", "\\n");
    for (unsigned i = 0; i < parts; i++) {
        if (maybe(maker, 4)) {
            PUT_ONE(maker, "{ticket.due_at as date}", "{ticket.due_at as time else \"never\"}",
                    "{ticket.effort as hours}", "{ticket.effort as days else ticket.seats}",
                    "{ticket.note else \"none\"}", "{now as date}", "{1h30m as minutes}");
            continue;
        }
        put(maker, "{");
        make_part(maker, depth == 0 ? 0 : depth - 1);
        put(maker, "}");
        PUT_ONE(maker, "", " ", "-", "é");
    }
    put(maker, "\"");
}

/* --- conditions ------------------------------------------------------------------------------- */

/* Hours, and times that may be held against each other where the condition stands. */
static void make_comparison_of_times(Maker *maker, unsigned depth)
{
    if (maybe(maker, 3) && !(maker->is_standing && maker->in_quantifier)) {
        PUT_ONE(maker, "now in office", "now not in office", "now in 22:00..06:00",
                "now in 00:00..24:00");
    } else if (maker->has_params && !maker->in_quantifier && maybe(maker, 3)) {
        PUT_ONE(maker, "now > p_until", "p_until < now + 2d", "now >= p_until - 30m");
    } else if (maker->is_standing && maker->in_quantifier) {
        put(maker, "escalation.opened_at < escalation.opened_at + 1h * 2");
    } else if (maker->is_standing) {
        PUT_ONE(maker, "escalation.age > 4h", "escalation.age.minutes <= 90",
                "now - escalation.opened_at >= 1h + 30m", "escalation.opened_at < now - 2d",
                "2h > escalation.age - 5m", "escalation.opened_at + 1w < now",
                "now >= 2026-12-24T18:00", "now <= 2026-12-26", "2026-12-24 - 2d > now + 1h",
                "escalation.age > 4h of office", "now - 2h of office < escalation.opened_at",
                "now - 5m + 2h of office - 3m >= 2026-12-24 + 1h",
                "escalation.opened_at - now <= 30m of office",
                "now > escalation.opened_at + 10m + 2d of office - 1h");
    } else if (maybe(maker, 4)) {
        PUT_ONE(maker, "now in [2026-12-24, 2026-12-25T10:00]", "now = 2026-12-24",
                "escalation.opened_at != 2026-12-24", "escalation.opened_at not in [2026-12-24]",
                "now - escalation.opened_at <= 3h of office", "4h of office > escalation.age");
    } else {
        make_time(maker, depth);
        PUT_ONE(maker, " < ", " >= ");
        make_time(maker, depth);
    }
}

/* One that is not known before: two constants can only always, or never, be so. */
static void make_read_number(Maker *maker)
{
    if (maker->event == EVENT_LEAD && maybe(maker, 3))
        put(maker, "event.score");
    else if (maker->has_params && maybe(maker, 3))
        put(maker, "(p_number * 2)");
    else
        PUT_ONE(maker, "ticket.seats", "ticket.place.floor", "(ticket.seats + 1)",
                "escalation.handoffs");
}

static void make_comparison_of_params(Maker *maker, bool may_miss)
{
    if (may_miss && maybe(maker, 3))
        PUT_ONE(maker, "p_maybe is present", "p_maybe = \"x\"", "p_maybe is missing");
    else
        PUT_ONE(maker, "p_text = \"a\"", "p_text != ticket.title", "p_text in ticket.labels",
                "p_mood > calm", "p_mood in [calm, angry]", "p_list contains \"x\"",
                "\"vip\" not in p_list", "p_number >= 3", "p_how > 1h", "p_on");
}

static void make_comparison(Maker *maker, unsigned depth, bool may_miss)
{
    static const char *const orders[] = {" = ", " != ", " < ", " <= ", " > ", " >= "};
    if (maker->has_params && maybe(maker, 5)) {
        make_comparison_of_params(maker, may_miss);
        return;
    }
    switch (choose(maker, may_miss ? 12 : 7)) {
    case 0:
        if (maybe(maker, 16))
            make_number(maker, depth);
        else
            make_read_number(maker);
        put_one(maker, orders, ESC_COUNT_OF(orders));
        make_number(maker, depth);
        break;
    case 1:
        put(maker, "ticket.tier");
        PUT_ONE(maker, " = max", " != base", " < plus", " <= plus", " > base", " >= max");
        break;
    case 2:
        PUT_ONE(maker, "ticket.severity in [low, critical]", "ticket.status not in [open, closed]",
                "ticket.title in [\"a\", \"b\", \"c\"]", "escalation.role >= secondary",
                "escalation.owner = ana", "ticket.kind != incident");
        break;
    case 3:
        PUT_ONE(maker, "ticket.title", "ticket.url", "escalation.owner");
        PUT_ONE(maker, " contains \"x\"", " starts with \"T\"", " ends with \"é\"", " = \"\"",
                " != \"y\"", " contains \"X\" ignoring case", " starts with \"t\" ignoring case",
                " ends with \"É\" ignoring case");
        break;
    case 4:
        PUT_ONE(maker, "ticket.labels contains \"a\"", "ticket.tags contains \"vip\"",
                "ticket.tags contains \"VIP\" ignoring case", "\"x\" in ticket.labels",
                "\"x\" not in ticket.tags");
        break;
    case 5:
        make_comparison_of_times(maker, depth);
        break;
    case 6:
        make_truth(maker);
        break;
    case 7:
        PUT_ONE(maker, "ticket.note = \"x\"", "ticket.area = north", "ticket.effort > 1h",
                "ticket.effort.hours >= 2", "ticket.account.tier >= pro", "ticket.sure",
                "ticket.extra contains \"a\"");
        break;
    case 8:
        if (!(maker->is_standing && maker->in_quantifier) && maybe(maker, 2)) {
            PUT_ONE(maker, "ticket.due_at < now", "ticket.due_at <= now + 2d",
                    "now - 1h > ticket.due_at", "sla.resolve.due < now + 1h",
                    "ticket.due_at <= now + 4h of office", "sla.resolve.due < now - 1h of office",
                    "ticket.due_at = 2026-12-24", "ticket.due_at > 2026-12-24",
                    "sla.resolve.overdue > 1h", "sla.update.overdue > 1h",
                    "sla.respond.overdue is present", "sla.resolve.overdue.minutes >= 5");
            break;
        }
        PUT_ONE(maker, "ticket.note contains \"x\"", "ticket.note contains \"ö\"",
                "ticket.place.city starts with \"B\"");
        break;
    case 9:
        PUT_ONE(maker, "ticket.note", "ticket.area", "ticket.effort", "ticket.extra",
                "ticket.due_at");
        PUT_ONE(maker, " is present", " is missing");
        break;
    case 10:
        PUT_ONE(maker, "changed ticket.status", "previous ticket.tier = base",
                "previous ticket.seats > 3");
        break;
    default:
        if (maker->event == EVENT_LEAD)
            PUT_ONE(maker, "event.score > 3", "event.reason = \"x\"", "event.grade >= mid",
                    "event.labels contains \"a\"");
        else if (maker->event == EVENT_VENDOR)
            put(maker, maker->is_standing && maker->in_quantifier ? "event.vendor = \"Cloud\""
                       : maybe(maker, 2)                          ? "event.since < now"
                                                                  : "event.url is present");
        else
            put(maker, "ticket.vip");
        break;
    }
}

static void make_quantifier(Maker *maker, unsigned depth, bool may_miss)
{
    unsigned name = maker->number++;
    PUT_ONE(maker, "any(", "all(");
    esc_buf_printf(maker->out, "q%u in ", name);
    if (maker->has_params && maybe(maker, 3))
        put(maker, "p_list");
    else
        PUT_ONE(maker, "ticket.labels", "ticket.tags");
    esc_buf_printf(maker->out, ": q%u", name);
    PUT_ONE(maker, " = \"vip\"", " != \"x\"", " starts with \"a\"", " in ticket.labels");
    bool was_within = maker->in_quantifier;
    maker->in_quantifier = true;
    if (depth > 0 && maybe(maker, 3)) {
        PUT_ONE(maker, " and ", " or ");
        make_condition(maker, depth - 1, may_miss);
    }
    maker->in_quantifier = was_within;
    put(maker, ")");
}

/* `may_miss`: a test of what may be missing can stand here, because nothing turns it round. */
static void make_condition(Maker *maker, unsigned depth, bool may_miss)
{
    unsigned kind = depth == 0 ? 0 : choose(maker, 6);
    if (kind <= 2) {
        make_comparison(maker, depth == 0 ? 0 : depth - 1, may_miss);
    } else if (kind == 3) {
        put(maker, "(");
        make_condition(maker, depth - 1, may_miss);
        PUT_ONE(maker, " and ", " or ");
        make_condition(maker, depth - 1, may_miss);
        put(maker, ")");
    } else if (kind == 4) {
        put(maker, "not (");
        make_condition(maker, depth - 1, false);
        put(maker, ")");
    } else {
        make_quantifier(maker, depth - 1, false);
    }
}

/* One that is judged again by the clock. */
static void make_standing(Maker *maker, unsigned depth)
{
    maker->is_standing = true;
    make_condition(maker, depth, true);
    maker->is_standing = false;
}

/* --- who, how long ---------------------------------------------------------------------------- */

static void make_people(Maker *maker)
{
    unsigned kind = choose(maker, 8);
    if (kind == 0 && (maker->roles & 2u) != 0)
        put(maker, "secondary");
    else if (kind == 1 && (maker->roles & 4u) != 0)
        put(maker, "escalation");
    else if (kind == 2 && maker->has_params)
        put(maker, "p_text");
    else
        PUT_ONE(maker, "ana", "platform", "duty", "shifts", "eva", "person_of", "team_of", "owner",
                "last_resort", "ticket.assignee", "on_call(duty)");
}

/* Who gets something at once: the next of a team in turn, too. */
static void make_taker(Maker *maker)
{
    if (maybe(maker, 8))
        put(maker, "round_robin(platform)");
    else
        make_people(maker);
}

static void make_deadline(Maker *maker)
{
    PUT_ONE(maker, "1s", "5m", "4h", "2d", "400d", "4h of office");
}

/* --- steps ------------------------------------------------------------------------------------ */

static void make_steps(Maker *maker, unsigned depth);

/* A block in braces; names that it gives are gone behind it. */
static void make_block(Maker *maker, unsigned depth)
{
    unsigned texts = maker->texts_count;
    put(maker, " {\n");
    if (depth > 0)
        make_steps(maker, depth - 1);
    put(maker, "}\n");
    maker->texts_count = texts;
}

static void new_text(Maker *maker, unsigned name)
{
    if (maker->texts_count < NAMES_MAX)
        maker->texts[maker->texts_count++] = name;
}

static void make_else(Maker *maker, unsigned depth)
{
    if (maybe(maker, 2)) {
        put(maker, " else");
        make_block(maker, depth);
    }
    put(maker, "\n");
}

static void verb_message(Maker *maker, unsigned depth)
{
    if (maybe(maker, 3)) {
        put(maker, "page ");
        make_taker(maker);
    } else {
        put(maker, "notify ");
        if (maybe(maker, 2))
            PUT_ONE(maker, "incidents", "mail", "hook", "hook, incidents",
                    "ticket.requester, mail");
        else
            make_taker(maker);
    }
    put(maker, " ");
    make_text(maker, depth);
    put(maker, "\n");
}

static void verb_set(Maker *maker, unsigned depth)
{
    switch (choose(maker, 8)) {
    case 0:
        put(maker, "set ticket.note to ");
        make_text(maker, depth);
        break;
    case 1:
        put(maker, "set ticket.seats to ");
        make_number(maker, depth);
        break;
    case 2:
        put(maker, "set ticket.effort to ");
        make_duration(maker, depth);
        break;
    case 3:
        put(maker, "set ticket.due_at to ");
        make_time(maker, depth);
        break;
    case 4:
        put(maker, "set ticket.vip to ");
        make_condition(maker, depth > 2 ? 2 : depth, true);
        break;
    case 5:
        PUT_ONE(maker, "set ticket.severity to high", "set ticket.area to south",
                "set ticket.tags to ticket.labels", "add \"vip\" to ticket.tags",
                "add ticket.title to ticket.extra", "remove \"x\" from ticket.labels",
                "set ticket.labels to [\"a\", ticket.title]", "set ticket.tags to []",
                "set ticket.place.floor to 3", "set ticket.sure to true");
        break;
    case 6:
        put(maker, "assign to ");
        make_taker(maker);
        break;
    default:
        PUT_ONE(maker, "queue first_line", "queue support.second", "queue lanes");
        break;
    }
    put(maker, "\n");
}

static void verb_create(Maker *maker, unsigned depth)
{
    unsigned name = maker->number++;
    esc_buf_printf(maker->out, "create ticket n%u %s{ title: ", name,
                   maybe(maker, 3) ? "in crm " : "");
    make_text(maker, depth);
    if (maybe(maker, 2)) {
        put(maker, "  seats: ");
        make_number(maker, depth);
    }
    PUT_ONE(maker, " }\n", "  kind: task  account: { name: \"Globex\" } }\n",
            "  tags: ticket.labels }\n", "  vip: true, place: { floor: 2, city: \"x\" } }\n");
    new_text(maker, name);
}

static void verb_comment(Maker *maker, unsigned depth)
{
    put(maker, maybe(maker, 3) ? "comment public " : "comment ");
    make_text(maker, depth);
    put(maker, "\n");
}

static void verb_evidence(Maker *maker, unsigned depth)
{
    switch (choose(maker, 4)) {
    case 0:
        PUT_ONE(maker, "snapshot ticket", "snapshot changes for 24h",
                "snapshot ticket, changes for 1h, timeline, notifications",
                "snapshot notifications");
        break;
    case 1:
        put(maker, "attach ");
        PUT_ONE(maker, "ticket.note", "ticket.labels", "ticket.tier", "ticket.effort",
                "ticket.extra");
        break;
    case 2:
        put(maker, "attach ");
        make_number(maker, depth);
        break;
    default:
        put(maker, "open warroom ");
        make_text(maker, depth);
        break;
    }
    put(maker, "\n");
}

static void verb_handoff(Maker *maker, unsigned depth)
{
    if (maybe(maker, 3)) {
        PUT_ONE(maker, "rollback\n", "rollback \"it was wrong\"\n");
        return;
    }
    put(maker, "handoff to ");
    make_taker(maker);
    put(maker, " because ");
    make_text(maker, depth);
    PUT_ONE(maker, " expect acked within ", " expect resolved within ");
    make_deadline(maker);
    put(maker, "\n");
}

/* A test of presence, and what it proves. */
static void verb_if_present(Maker *maker, unsigned depth)
{
    static const char *const fields[] = {"ticket.effort", "ticket.note", "ticket.extra"};
    const char *field = fields[choose(maker, ESC_COUNT_OF(fields))];
    unsigned proven = maker->proven_count;
    esc_buf_printf(maker->out, "if %s is present", field);
    if (maybe(maker, 3)) {
        put(maker, " and ");
        make_condition(maker, 1, true);
    }
    if (proven < PROVEN_MAX)
        maker->proven[maker->proven_count++] = field;
    make_block(maker, depth);
    maker->proven_count = proven;
    make_else(maker, depth);
}

static void verb_if(Maker *maker, unsigned depth)
{
    if (maybe(maker, 4)) {
        verb_if_present(maker, depth);
        return;
    }
    put(maker, "if ");
    make_condition(maker, depth > 3 ? 3 : depth, true);
    make_block(maker, depth);
    make_else(maker, depth);
}

static void verb_match(Maker *maker, unsigned depth)
{
    static const char *const heads[][3] = {
        {"ticket.tier {\n base, plus =>", " max =>", NULL},
        {"ticket.vip {\n true =>", " false =>", NULL},
        {"ticket.title {\n \"a\", \"b\" =>", " otherwise =>", NULL},
        {"ticket.seats {\n 1 =>", " 2, 3 =>", " otherwise =>"},
        {"ticket.severity {\n low =>", " otherwise =>", NULL},
    };
    const char *const *head = heads[choose(maker, ESC_COUNT_OF(heads))];
    put(maker, "match ");
    for (unsigned i = 0; i < 3 && head[i] != NULL; i++) {
        put(maker, head[i]);
        make_block(maker, depth);
    }
    put(maker, "}\n");
}

static void verb_for_each(Maker *maker, unsigned depth)
{
    if (maker->loops >= 3) {
        put(maker, "notify incidents \"deep\"\n");
        return;
    }
    unsigned name = maker->number++, texts = maker->texts_count;
    esc_buf_printf(maker->out, "for each n%u in ", name);
    if (maker->has_params && maybe(maker, 3))
        put(maker, "p_list at most 3");
    else
        PUT_ONE(maker, "ticket.labels", "ticket.tags at most 2", "ticket.labels at most 1");
    new_text(maker, name);
    maker->loops++;
    make_block(maker, depth);
    maker->loops--;
    maker->texts_count = texts;
}

static void verb_every(Maker *maker, unsigned depth)
{
    if (maker->loops >= 3) {
        put(maker, "notify incidents \"deep\"\n");
        return;
    }
    put(maker, "every ");
    PUT_ONE(maker, "1m", "15m", "1d", "2h of office");
    put(maker, " at most ");
    PUT_ONE(maker, "1", "8", "1000");
    put(maker, " times");
    if (maybe(maker, 2)) {
        put(maker, " until ");
        make_condition(maker, 2, true);
    }
    bool may_wait = maker->may_wait;
    maker->may_wait = false;
    maker->loops++;
    make_block(maker, depth);
    maker->loops--;
    maker->may_wait = may_wait;
    make_else(maker, depth);
}

static void verb_run(Maker *maker, unsigned depth)
{
    if (maker->runbooks == 0 || maker->loops > 0) {
        put(maker, "notify incidents \"alone\"\n");
        return;
    }
    unsigned number = choose(maker, maker->runbooks);
    if (number % 2 == 0 && !maker->may_wait) /* those wait */
        number = maker->runbooks > number + 1 ? number + 1 : ESC_COUNT_OF(directory);
    if (number >= maker->runbooks) {
        put(maker, "notify incidents \"waits\"\n");
        return;
    }
    esc_buf_printf(maker->out, "run book%u(what: ", number);
    make_text(maker, depth);
    put(maker, ", n: ");
    make_number(maker, depth);
    PUT_ONE(maker, ")\n", ", maybe: ticket.note)\n", ", how: 5m)\n");
}

/* What stands where whoever starts a template gives values: `in_steps` of an escalation, or of an automation. */
static void make_arguments(Maker *maker, bool has_params, bool in_steps)
{
    if (!has_params) {
        put(maker, "()\n");
        return;
    }
    put(maker, "(p_text: ");
    if (in_steps)
        make_text(maker, 2);
    else
        put(maker, "ticket.title");
    put(maker, ", p_number: ");
    if (in_steps)
        make_number(maker, 2);
    else
        put(maker, "ticket.seats + 1");
    PUT_ONE(maker, ", p_until: now + 2d", ", p_until: now");
    PUT_ONE(maker, ", p_mood: calm", ", p_mood: angry");
    PUT_ONE(maker, ", p_how: 5m", ", p_how: 400y");
    PUT_ONE(maker, ", p_list: ticket.labels", ", p_list: []", ", p_list: [\"a\", ticket.title]");
    PUT_ONE(maker, ", p_on: ticket.vip", ", p_on: true");
    PUT_ONE(maker, ")\n", ", p_maybe: ticket.note)\n", ", p_maybe: \"m\")\n");
}

static bool is_with_params(const Maker *maker, unsigned index)
{
    return (maker->with_params >> index & 1) != 0;
}

/* One behind `above` by its name, or the last one by the route that leads to it. */
static void make_start(Maker *maker, unsigned above, bool in_steps)
{
    unsigned index = above + 1 + choose(maker, maker->templates - above - 1);
    put(maker, "start template ");
    if (index + 1 == maker->templates && maybe(maker, 2))
        put(maker, "calls");
    else
        esc_buf_printf(maker->out, "made%u", index);
    make_arguments(maker, is_with_params(maker, index), in_steps);
}

static void verb_start(Maker *maker, unsigned depth)
{
    (void)depth;
    if (maker->body == BODY_RUNBOOK || maker->template_index + 1 >= maker->templates)
        PUT_ONE(maker, "notify incidents \"last\"\n", "start template cares()\n",
                "notify incidents \"last\"\n");
    else
        make_start(maker, maker->template_index, true);
}

/* --- steps that wait -------------------------------------------------------------------------- */

static void make_atomic_block(Maker *maker, unsigned depth)
{
    Body body = maker->body;
    bool may_wait = maker->may_wait;
    maker->body = BODY_ATOMIC;
    maker->may_wait = false;
    make_block(maker, depth > 2 ? 2 : depth);
    maker->body = body;
    maker->may_wait = may_wait;
}

static void verb_await(Maker *maker, unsigned depth)
{
    unsigned kind = choose(maker, 5);
    bool is_long = kind == 3; /* hours at least */
    switch (kind) {
    case 0:
        put(maker, "await ack");
        break;
    case 1:
        PUT_ONE(maker, "await ack within ", "await resolved within ");
        make_deadline(maker);
        break;
    case 2:
        put(maker, "await ");
        make_standing(maker, 2);
        put(maker, " within ");
        make_deadline(maker);
        break;
    case 3:
        PUT_ONE(maker, "await vendor.outage within 1d", "await lead when event.score > 3 within 4h",
                "await lead when any(x in event.labels: x = \"a\") within 4h",
                "await vendor.outage when event.vendor = ticket.title within 1d");
        break;
    default:
        put(maker, "wait ");
        make_deadline(maker);
        put(maker, "\n");
        return;
    }
    if (maybe(maker, 3)) {
        put(maker, "\n at 50%");
        make_atomic_block(maker, depth);
        if (maybe(maker, 2)) {
            if (is_long)
                PUT_ONE(maker, " at 90%", " at 30m before due", " at 2h before due");
            else
                put(maker, " at 90%");
            make_atomic_block(maker, depth);
        }
    }
    make_else(maker, depth);
}

static void verb_ask(Maker *maker, unsigned depth)
{
    unsigned answers = 1 + choose(maker, maybe(maker, 8) ? 16 : 3);
    put(maker, "ask ");
    make_people(maker);
    put(maker, " ");
    make_text(maker, depth);
    put(maker, " within ");
    make_deadline(maker);
    put(maker, " {\n");
    if (maybe(maker, 2)) {
        put(maker, "guidance ");
        make_text(maker, depth);
        put(maker, "\n");
    }
    for (unsigned i = 0; i < answers; i++) {
        esc_buf_printf(maker->out, "answer a%u \"Answer %u\"", i, i);
        make_block(maker, depth);
    }
    put(maker, "timeout");
    make_block(maker, depth);
    put(maker, "}\n");
}

static void verb_approve(Maker *maker, unsigned depth)
{
    put(maker, "approve by ");
    if (maybe(maker, 2))
        PUT_ONE(maker, "2 of platform", "1 of ana", "1000 of owner", "2 of team_of");
    else
        make_people(maker);
    put(maker, " ");
    make_text(maker, depth);
    put(maker, " within ");
    make_deadline(maker);
    make_else(maker, depth);
}

static void make_check_head(Maker *maker)
{
    bool has_locals = maker->has_locals;
    maker->has_locals = false; /* a check is judged again when they are gone */
    switch (choose(maker, 5)) {
    case 0:
        put(maker, "check acknowledged");
        break;
    case 1:
        PUT_ONE(maker, "check queued", "check accepted", "check consistent");
        break;
    case 2:
        esc_buf_printf(maker->out, "check confirmed \"c%u\"", maker->number++);
        break;
    default:
        put(maker, "check ");
        make_standing(maker, 3);
        break;
    }
    maker->has_locals = has_locals;
}

static void verb_check(Maker *maker, unsigned depth)
{
    make_check_head(maker);
    put(maker, " within ");
    make_deadline(maker);
    make_else(maker, depth);
}

static void verb_call(Maker *maker, unsigned depth)
{
    unsigned name = ESC_COUNT_OF(directory);
    switch (choose(maker, 4)) {
    case 0:
        put(maker, "crm.put(who: ");
        make_text(maker, depth);
        put(maker, ", tags: ticket.labels)");
        break;
    case 1:
        put(maker, "crm.tag(who: ticket.id, tags: ticket.tags)");
        break;
    case 2:
        put(maker, "crm.ask(n: ");
        make_number(maker, depth);
        put(maker, ", on: ticket.vip, d: ");
        make_duration(maker, depth);
        PUT_ONE(maker, ")", ", t: ticket.due_at)", ", t: now)");
        name = maker->number++;
        esc_buf_printf(maker->out, " as r%u", name);
        break;
    default:
        put(maker, "crm.free(note: ticket.note)");
        break;
    }
    PUT_ONE(maker, "", " within 2m", " undo none because \"done by hand\"",
            " undo crm.free(note: \"back\")");
    make_else(maker, depth);
    if (name != ESC_COUNT_OF(directory))
        esc_buf_printf(maker->out, "attach r%u\n", name);
}

static void verb_raise(Maker *maker, unsigned depth)
{
    put(maker, "raise lost { what: ");
    make_text(maker, depth);
    put(maker, "  count: ");
    make_number(maker, depth);
    PUT_ONE(maker, " }\n", "  tags: ticket.labels }\n", "  how: 5m  on: ticket.vip }\n");
}

/* --- lists of steps --------------------------------------------------------------------------- */

typedef struct Verb {
    void (*make)(Maker *maker, unsigned depth);
    bool waits, nests;
} Verb;

static const Verb verbs[] = {
    {verb_message, false, false},  {verb_set, false, false},     {verb_create, false, false},
    {verb_evidence, false, false}, {verb_handoff, false, false}, {verb_run, false, false},
    {verb_start, false, false},    {verb_if, false, true},       {verb_match, false, true},
    {verb_for_each, false, true},  {verb_await, true, true},     {verb_ask, true, true},
    {verb_approve, true, true},    {verb_check, true, true},     {verb_call, true, true},
    {verb_raise, true, false},     {verb_every, true, true},    {verb_comment, false, false},
};

static void make_end(Maker *maker)
{
    if (maker->body == BODY_CATCH)
        PUT_ONE(maker, "resume\n", "close as given_up\n", "close\n", "raise late\n");
    else if (maker->body == BODY_ATOMIC_HANDLER)
        PUT_ONE(maker, "skip\n", "close as done\n", "raise late\n");
    else if (maker->body == BODY_STEPS)
        PUT_ONE(maker, "close as done\n", "close\n");
    else if (maker->body == BODY_ATOMIC)
        put(maker, "raise late\n");
}

static void make_steps(Maker *maker, unsigned depth)
{
    unsigned count = choose(maker, 5);
    for (unsigned i = 0; i < count && maker->left > 0; i++) {
        const Verb *verb = &verbs[choose(maker, ESC_COUNT_OF(verbs))];
        if ((verb->waits && !maker->may_wait) || (verb->nests && depth == 0))
            verb = &verbs[0];
        maker->left--;
        verb->make(maker, depth);
    }
    if (maybe(maker, 6) && maker->loops == 0)
        make_end(maker);
}

/* A body of its own. */
static void make_body(Maker *maker, Body body, Event event, bool may_wait)
{
    maker->body = body;
    maker->event = event;
    maker->may_wait = may_wait;
    maker->has_locals = true;
    maker->left = 6 + choose(maker, 20);
    maker->loops = 0;
    maker->proven_count = 0;
    unsigned texts = maker->texts_count;
    put(maker, " {\n");
    make_steps(maker, 4);
    put(maker, "}\n");
    maker->texts_count = texts;
}

/* --- runbooks and templates ------------------------------------------------------------------- */

/* Even ones wait. A runbook runs only those before it. */
static void make_runbook(Maker *maker)
{
    unsigned number = maker->runbooks;
    esc_buf_printf(maker->out,
                   "runbook book%u (what: text, n: number, maybe: text?, how: duration?)", number);
    maker->roles = 1;
    make_body(maker, BODY_RUNBOOK, EVENT_NONE, number % 2 == 0);
    maker->runbooks++;
}

static void make_owners(Maker *maker)
{
    maker->roles = 1;
    put(maker, "owners { primary ");
    if (maker->has_params && maybe(maker, 3))
        PUT_ONE(maker, "p_text ack", "p_maybe, ana ack");
    else
        PUT_ONE(maker, "ana ack", "platform ack by all", "platform ack by 2 of",
                "team_of ack by 3 of", "ticket.assignee ack", "duty ack", "ana, ben ack by 2 of",
                "person_of, duty, platform ack", "round_robin(platform) ack",
                "duty follows shift ack", "dora, round_robin(platform) ack", "shifts ack",
                "shifts follows shift ack");
    put(maker, " within ");
    make_deadline(maker);
    PUT_ONE(maker, "\n", " holds 2h\n", " holds 2h of office\n");
    if (maybe(maker, 2)) {
        maker->roles |= 2u;
        put(maker, "secondary ben ack within 10m\n");
    }
    if (maybe(maker, 2)) {
        maker->roles |= 4u;
        put(maker, "escalation person_of ack within 1h of office\n");
        for (unsigned levels = choose(maker, 4); levels > 0; levels--)
            PUT_ONE(maker, "escalation dora ack within 5m\n", "escalation ben, ana ack within 1h\n",
                    "escalation round_robin(platform) ack within 1d\n");
    }
    PUT_ONE(maker, "}\n", "}\n", "repeat 2 times }\n", "repeat 9 times\n}\n");
}

/* Gives what event.* is in the bodies: plain only where all starts bring the same event. */
static Event make_starts(Maker *maker, bool is_manual)
{
    static const char *const names[] = {"ticket.updated", "lead", "vendor.outage"};
    Event event = EVENT_NONE;
    if (is_manual)
        put(maker, "manual\n");
    if (maker->has_params) {
        PUT_ONE(maker, "", "again after 1h\n", "");
        return EVENT_NONE;
    }
    if (!is_manual || maybe(maker, 2)) {
        unsigned kind = choose(maker, 3);
        maker->event = (Event)kind;
        maker->has_locals = false;
        esc_buf_printf(maker->out, "start on %s", names[kind]);
        if (maybe(maker, 2)) {
            put(maker, " when ");
            make_standing(maker, 4);
        }
        put(maker, "\n");
        event = is_manual ? EVENT_NONE : (Event)kind;
    }
    if (maybe(maker, 4)) {
        maker->event = EVENT_NONE;
        PUT_ONE(maker, "start after sla.resolve overdue 30m", "start after sla.respond overdue 2h",
                "start after sla.resolve overdue 30m of office",
                "start after sla.update overdue 1s");
        if (maybe(maker, 2)) {
            put(maker, " when ");
            make_standing(maker, 3);
        }
        put(maker, "\n");
        event = EVENT_NONE;
    }
    PUT_ONE(maker, "", "again after 1h\n", "", "again after 2h of office\n");
    PUT_ONE(maker, "", "", "", "group by ticket.account.id\n",
            "group by ticket.area, ticket.tier, ticket.vip within 5m\n",
            "group by ticket.seats, ticket.effort, ticket.due_at, ticket.place.city within 1s\n");
    return event;
}

static void make_qa(Maker *maker, Event event)
{
    put(maker, "qa {\n");
    unsigned count = 1 + choose(maker, 3);
    for (unsigned i = 0; i < count; i++) {
        maker->event = event;
        maker->has_locals = false;
        put(maker, "check ");
        if (i == 0 && maybe(maker, 2)) {
            PUT_ONE(maker, "acknowledged", "queued", "consistent", "confirmed \"all is well\"");
        } else {
            make_standing(maker, 3);
        }
        PUT_ONE(maker, "", " within 10m", " before close", " within 4h of office");
        if (maybe(maker, 6))
            put(maker, " else { failover }");
        else if (maybe(maker, 2)) {
            put(maker, " else");
            make_body(maker, BODY_ATOMIC, event, false);
        }
        put(maker, "\n");
    }
    put(maker, "}\n");
}

static void make_handlers(Maker *maker, Event event)
{
    if (maybe(maker, 2)) {
        Event own = maybe(maker, 2) ? EVENT_LEAD : EVENT_VENDOR;
        put(maker, own == EVENT_LEAD ? "on lead" : "on vendor.outage");
        if (maybe(maker, 2)) {
            maker->event = own;
            maker->has_locals = false;
            put(maker, " when ");
            if (own == EVENT_VENDOR &&
                maybe(maker, 2)) /* something shared: tickets are found by it */
                PUT_ONE(maker, "ticket.note = event.vendor and ",
                        "event.vendor = ticket.title and ",
                        "not (ticket.title != event.vendor or ticket.vip) or ");
            make_condition(maker, 2, true);
        }
        make_body(maker, BODY_ATOMIC_HANDLER, own, false);
    }
    if (maybe(maker, 3)) {
        put(maker, "on ticket.updated, ticket.reopened");
        make_body(maker, BODY_ATOMIC_HANDLER, EVENT_NONE, false);
    }
    if (maybe(maker, 2)) {
        if (maybe(maker, 3))
            put(maker, "on exception lost when ticket.vip { rollback }\n");
        put(maker, "on exception lost");
        maker->in_lost = true;
        make_body(maker, BODY_CATCH, event, true);
        maker->in_lost = false;
    }
    if (maybe(maker, 3)) {
        PUT_ONE(maker, "on exception", "on exception overdue", "on exception action_failed");
        make_body(maker, BODY_CATCH, event, true);
    }
}

/* --- service levels --------------------------------------------------------------------------- */

static void make_promise(Maker *maker)
{
    PUT_ONE(maker, "4h", "8h of office", "3d",
            "ticket.tier map { base: 5d  plus: none  max: 4h of office }",
            "ticket.area map { north: 3h  otherwise: 12h of office }",
            "ticket.vip map { true: 2h  false: 9d }",
            "ticket.sure map { true: none  otherwise: 40h }",
            "ticket.status map { otherwise: none  resolved: 6h  open: 2h }");
}

static void make_warnings(Maker *maker)
{
    if (maybe(maker, 2))
        PUT_ONE(maker, " warn at 50%", " warn at 1%, 99%", " warn at 30m before due",
                " warn at 10%, 1h before due, 80%, 1s before due");
    put(maker, "\n");
}

static void make_level(Maker *maker, const char *name, const char *condition)
{
    esc_buf_printf(maker->out, "sla %s%s {\nresolve within ", name, condition);
    make_promise(maker);
    make_warnings(maker);
    if (maybe(maker, 2)) {
        put(maker, "respond within ");
        make_promise(maker);
        PUT_ONE(maker, "", " met by lead", " met by vendor.outage, ticket.updated, lead");
        make_warnings(maker);
    }
    if (maybe(maker, 2)) {
        put(maker, "update within ");
        make_promise(maker);
        PUT_ONE(maker, " since lead met by vendor.outage", " since lead met by lead",
                " since ticket.created, lead met by ticket.updated, vendor.outage");
        make_warnings(maker);
    }
    if (maybe(maker, 2))
        PUT_ONE(maker, "pause when ticket.status = waiting_on_customer\n",
                "pause when ticket.vip\n",
                "pause when ticket.seats > 3 and ticket.area is missing\n",
                "pause when any(x in ticket.labels: x starts with \"a\")\n",
                "pause when now in office or ticket.due_at > now + 30d\n",
                "pause when ticket.vip and now >= 2026-12-24 and now <= 2026-12-26\n");
    PUT_ONE(maker, "", "resume on ticket.reopened\n", "restart on ticket.reopened\n");
    put(maker, "}\n");
}

static void make_levels(Maker *maker)
{
    make_level(maker, "gold", " for ticket.tier = max");
    make_level(maker, "rest", "");
}

/* --- templates -------------------------------------------------------------------------------- */

/* The last template is manual; whichever another one starts is, too. */
static void make_template(Maker *maker, unsigned index)
{
    maker->template_index = index;
    maker->texts_count = 0;
    maker->has_params = is_with_params(maker, index);
    esc_buf_printf(maker->out, "template made%u ", index);
    if (maker->has_params)
        put(maker, "(p_text: text, p_number: number, p_until: time, p_how: duration, p_mood: calm "
                   "< angry, p_list: list of text, p_on: bool, p_maybe: text?) ");
    esc_buf_printf(maker->out, "\"Made %u\" {\n", index);
    Event event = make_starts(maker, index > 0);
    make_owners(maker);
    put(maker, "steps");
    make_body(maker, BODY_STEPS, event, true);
    make_handlers(maker, event);
    if (maybe(maker, 2))
        make_qa(maker, event);
    put(maker, "close when ");
    maker->event = event;
    maker->has_locals = false;
    make_standing(maker, 2);
    PUT_ONE(maker, "", " with postmortem by primary due 5d", "",
            " with postmortem by primary due 5d of office");
    put(maker, "\n}\n");
    maker->has_params = false;
}

static void make_templates(Maker *maker)
{
    for (unsigned i = 0; i < maker->templates; i++)
        make_template(maker, i);
    if (maker->templates > 1)
        esc_buf_printf(maker->out, "route calls -> template { otherwise -> made%u }\n",
                       maker->templates - 1);
}

/* --- shifts ----------------------------------------------------------------------------------- */

/* Each begins a week behind the one before, so that it takes over. All of these days are Mondays. */
static void make_rotation(Maker *maker, unsigned week)
{
    static const char *const days[] = {"05", "12", "19", "26"};
    const char *from = days[week];
    if (week == 0 && maybe(maker, 3)) {
        PUT_ONE(maker, "always platform", "always ana", "always ben during office");
        put(maker, "\n");
        return;
    }
    PUT_ONE(maker, "daily", "weekly", "every 1h", "every 8h", "every 90m", "every 14d",
            "every mon, thu", "every mon..fri");
    esc_buf_printf(maker->out, " from 2026-01-%s", from);
    PUT_ONE(maker, "", "T09:00", "T22:30");
    PUT_ONE(maker, " ana, ben", " dora", " ben, platform, ana", " ana, eva, ben");
    PUT_ONE(maker, "\n", " during office\n", " during 22:00..06:00\n", " during 00:00..24:00\n");
}

static void make_shifts(Maker *maker)
{
    unsigned layers = choose(maker, 4), rotations = 1 + choose(maker, 3);
    put(maker, "schedule shifts {\n");
    PUT_ONE(maker, "", "timezone \"America/New_York\"\n");
    for (unsigned i = 0; i < layers; i++) {
        unsigned count = 1 + choose(maker, 4);
        esc_buf_printf(maker->out, "layer l%u {\n", i);
        for (unsigned week = 0; week < count; week++)
            make_rotation(maker, week);
        put(maker, "}\n");
    }
    for (unsigned week = 0; week < rotations; week++)
        make_rotation(maker, week);
    PUT_ONE(maker, "",
            "override 2026-02-01..2026-02-03 dora  override 2026-02-02T12:00..2026-02-09 ben\n");
    put(maker, "}\n");
}

/* --- automations ------------------------------------------------------------------------------ */

/* What an automation may do: no roles, no escalation, nothing that waits. */
static void make_act(Maker *maker)
{
    PUT_ONE(maker, "set ticket.severity to critical\n", "add ticket.title to ticket.labels\n",
            "remove \"x\" from ticket.tags\n", "assign to person_of\n", "queue lanes\n",
            "queue first_line\n", "notify ana, incidents \"{ticket.note else ticket.title}\"\n",
            "notify ticket.requester \"due {ticket.due_at as date}\" via email\n",
            "notify ana \"{ticket.id}\" via sms\n",
            "if ticket.vip { set ticket.seats to 3 } else { start template raises() }\n",
            "start template cares()\n",
            "match ticket.tier { base => { set ticket.seats to 1 }  otherwise => { } }\n");
}

static void make_automation(Maker *maker, unsigned index)
{
    esc_buf_printf(maker->out, "automation acts%u \"Acts %u\" {\n", index, index);
    for (unsigned handlers = 1 + choose(maker, 3); handlers > 0; handlers--) {
        PUT_ONE(maker, "on ticket.created", "on ticket.updated",
                "on ticket.created, ticket.updated", "on ticket.resolved", "on lead");
        PUT_ONE(maker, "", " when ticket.severity >= high",
                " when ticket.tags contains \"VIP\" ignoring case",
                " when ticket.area = north and ticket.seats > 1", " when ticket.vip for 2h",
                " when ticket.due_at < now + 2d", " when ticket.vip and now in 08:00..12:00",
                " when ticket.vip for 2h of office", " when ticket.vip and now > 2026-12-24");
        put(maker, " {\n");
        for (unsigned steps = choose(maker, 4); steps > 0; steps--)
            make_act(maker);
        if (maker->templates > 1 && maybe(maker, 3))
            make_start(maker, 0, false);
        if (maybe(maker, 4))
            put(maker,
                "create ticket made { title: \"x\" }  start template raises(ticket: made)\n");
        put(maker, "}\n");
    }
    put(maker, "}\n");
}

/* A template of the standard library, whose parameters name people and a room. */
static void make_path(Maker *maker)
{
    put(maker,
        "use std.paths.incident\nautomation paths {\non ticket.created when ticket.severity = "
        "critical {\nstart template incident_path(responder: ");
    PUT_ONE(maker, "\"ana\"", "\"platform\"", "ticket.title");
    put(maker, ", backup: \"ben\", manager: \"dora\", room: ");
    PUT_ONE(maker, "\"incidents\"", "\"platform\"", "\"room@acme.example\"", "ticket.title");
    PUT_ONE(maker, ", resolve_by: now + 4h)\n}\n}\n", ", resolve_by: now + 4h of office)\n}\n}\n");
}

/* --- what knows of other tickets -------------------------------------------------------------- */

/* Their bodies are plain: those of other templates have everything. */
static void make_rest(Maker *maker, Event event)
{
    make_owners(maker);
    put(maker, "steps {\n");
    if (event == EVENT_LEAD)
        put(maker, "set ticket.note to event.who\n");
    if (event == EVENT_VENDOR)
        put(maker, "page primary \"{event.vendor} since {event.since}\"\n");
    PUT_ONE(maker, "await ack\n", "await resolved within 1d else raise late\n",
            "every 1h at most 3 times { page owner \"{ticket.title}\" }\n");
    put(maker, "}\nclose when resolved\n}\n");
}

static void make_count(Maker *maker)
{
    put(maker, "template counts {\nstart on lead when ");
    PUT_ONE(maker, "", "event.score > 3 and ", "ticket.vip and ");
    put(maker, "count(lead");
    PUT_ONE(maker, "", " per event.who", " per ticket.tier, event.grade",
            " per event.reason, event.score, ticket.note, ticket.account.id");
    PUT_ONE(maker, " within 10m)", " within 1s)", " within 400d)");
    PUT_ONE(maker, " > 0", " > 3", " >= 1", " > 1000");
    PUT_ONE(maker, "\n", " and not open(held_back per ticket.note)\n");
    make_rest(maker, EVENT_LEAD);
}

static void make_silence(Maker *maker)
{
    put(maker, "template hears_nothing {\nstart after no vendor.outage");
    PUT_ONE(maker, "", " per event.vendor", " per event.url, event.grade, event.since");
    PUT_ONE(maker, " for 10m", " for 1s", " for 30d");
    PUT_ONE(maker, "\n", " when now in office\n", " when not (now in 22:00..06:00)\n",
            " when event.grade = high or now in 08:00..12:00\n", " when event.since < now - 1h\n");
    PUT_ONE(maker, "", "again after 2h\n");
    make_rest(maker, EVENT_VENDOR);
}

/* Asked for by `counts`, and asks for `asked`: no circle. */
static void make_open(Maker *maker)
{
    put(maker, "template asked {\nstart on ticket.created, ticket.updated when ticket.vip\n");
    make_rest(maker, EVENT_NONE);
    put(maker, "template held_back {\nstart on ");
    PUT_ONE(maker, "ticket.created", "ticket.updated", "ticket.created, ticket.reopened");
    put(maker, " when ");
    PUT_ONE(maker, "", "ticket.tier = max and ", "ticket.due_at < now + 2d and ");
    PUT_ONE(maker, "not open(asked per ", "open(asked per ",
            "not (ticket.vip or open(made0 per ticket.area)) and not open(asked per ");
    PUT_ONE(maker, "ticket.area)", "ticket.seats)", "ticket.note)", "ticket.account.id)");
    PUT_ONE(maker, "\n", "\nagain after 1h\n");
    make_rest(maker, EVENT_NONE);
}

/* --- sources ---------------------------------------------------------------------------------- */

/* A place of the document at hand: the item's (`it`) or the body's. */
static void make_place(Maker *maker)
{
    PUT_ONE(maker, "it", "body", "it.deep", "body[\"a name\"]");
    for (unsigned i = 1 + choose(maker, 3); i > 0; i--)
        PUT_ONE(maker, ".name", ".kind", "[0]", "[3]", "[\"a/b.c\"]", "[\"when\"]");
}

static void make_test_of_header(Maker *maker)
{
    PUT_ONE(maker, "header \"X-Event\"", "header \"x-event\"", "header \"X-Kind.v2\"");
    PUT_ONE(maker, " = \"a\"", " != \"b\"", " in [\"a\", \"b\"]", " is present", " is missing",
            " starts with \"a\"", " = body.kind", " = header \"X-Other\"");
}

static void make_test_of_place(Maker *maker, unsigned depth)
{
    if (depth > 0 && maybe(maker, 3)) {
        put(maker, "(");
        make_test_of_place(maker, depth - 1);
        PUT_ONE(maker, " and ", " or ");
        make_test_of_place(maker, depth - 1);
        put(maker, ")");
        return;
    }
    if (maybe(maker, 6)) {
        make_test_of_header(maker);
        return;
    }
    if (maybe(maker, 8)) {
        PUT_ONE(maker, "\"x\" in ", "\"x\" not in ");
        put(maker, "it.tags");
        return;
    }
    if (maybe(maker, 6)) {
        PUT_ONE(maker, "any(t in ", "all(t in ");
        make_place(maker);
        PUT_ONE(maker, ": t = \"a\")", ": t starts with \"a\" or t = \"b\")");
        return;
    }
    make_place(maker);
    PUT_ONE(maker, " = \"a\"", " != \"b\"", " > 3", " <= 2.5", " is missing", " is present",
            " in [\"a\", \"b\"]", " not in [\"c\"]", " contains \"x\"",
            " starts with \"x\" ignoring case", " < now - 5m", " = body.other", "");
}

static void make_text_of_place(Maker *maker)
{
    if (maybe(maker, 2)) {
        make_place(maker);
        return;
    }
    put(maker, "\"x {");
    make_place(maker);
    PUT_ONE(maker, "}\"", " else \"none\"}\"", "}/{body.id}\"", "}/{header \"X-Id\"}\"");
}

/* Each kind gives other fields. */
static void make_given_value(Maker *maker, unsigned kind)
{
    switch (kind) {
    case 0:
        put(maker, "  ticket.title <- ");
        make_text_of_place(maker);
        PUT_ONE(maker, "\n", " else \"untitled\"\n", " else body.title else \"untitled\"\n");
        break;
    case 1:
        put(maker, "  ticket.tier <- ");
        make_place(maker);
        PUT_ONE(maker, "\n", " map { low: base  otherwise: max }\n",
                " map { low: base  \"a b\": plus  otherwise: max }\n");
        break;
    case 2:
        PUT_ONE(maker, "  ticket.tags <- pairs(", "  ticket.labels <- pairs(");
        make_place(maker);
        put(maker, ")\n");
        break;
    case 3:
        PUT_ONE(maker, "  ticket.seats <- ", "  ticket.vip <- ", "  ticket.effort <- ",
                "  ticket.due_at <- ", "  ticket.extra <- ");
        make_place(maker);
        put(maker, "\n");
        break;
    case 4:
        PUT_ONE(maker, "  event.id <- ", "  ticket.url <- ", "  ticket.note <- ");
        make_text_of_place(maker);
        put(maker, "\n");
        break;
    case 5:
        put(maker, "  event.time <- ");
        make_place(maker);
        put(maker, "\n");
        break;
    case 6:
        put(maker, "  ticket.tier -> crm.tag(who: ticket.id, tags: ticket.tags)\n");
        break;
    case 7:
        put(maker, "  ticket.note -> crm.free(note: ticket.note)\n");
        break;
    default:
        put(maker, "  ticket.account.tier <- ");
        make_place(maker);
        put(maker, " map { gold: enterprise  otherwise: free }\n");
        break;
    }
}

static void make_source(Maker *maker, unsigned index)
{
    esc_buf_printf(maker->out, "source hook%u {\n", index);
    PUT_ONE(maker, "", "  verify token\n", "  verify token query \"key\"\n",
            "  verify hmac_sha256 header \"X-Signature\"\n", "  verify zendesk\n",
            "  verify hmac_sha1 header \"X-Signature\"\n",
            "  verify hmac_sha512 header \"X-Signature\"\n");
    PUT_ONE(maker, "", "  left out body.more\n", "  left out body[\"a b\"][0]\n");
    PUT_ONE(maker, "  each body.items as it\n", "  each body.a[0][\"b c\"] as it\n");
    for (unsigned i = choose(maker, 3); i > 0; i--) {
        PUT_ONE(maker, "  event ticket.updated when ", "  event lead when ",
                "  event ticket.resolved when ");
        make_test_of_place(maker, 2);
        put(maker, "\n");
    }
    put(maker, "  event ticket.created");
    if (maybe(maker, 2)) {
        put(maker, " when ");
        make_test_of_place(maker, 1);
    }
    put(maker, "\n  ticket.id <- it.id else body.id\n");
    for (unsigned kind = 0; kind < GIVEN_KINDS; kind++)
        if (maybe(maker, 3))
            make_given_value(maker, kind);
    put(maker, "}\n");
}

/* Who may do what; dora is of no team and everything has a rule that leaves somebody. */
static void make_rights(Maker *maker)
{
    static const char *const rights[] = {"takeover", "handoff",  "resolve", "call off", "rollback",
                                         "confirm",  "override", "start",   "absent",   "test"};
    put(maker, "policy rights {\n");
    PUT_ONE(maker, "", "handoff expects acked within 15m\n",
            "handoff expects resolved within 2h of office\n");
    for (size_t i = 0; i < ESC_COUNT_OF(rights); i++) {
        if (maybe(maker, 2))
            continue;
        esc_buf_printf(maker->out, "allow %s by ", rights[i]);
        PUT_ONE(maker, "dora", "team platform, operator", "anybody", "duty", "ana, ben, operator");
        put(maker, "\n");
    }
    PUT_ONE(maker, "}\n", "allow operate by ana, duty\n}\n", "allow operate by platform\n}\n");
}

void workspace_make(EscBytes choices, EscBuf *out)
{
    Maker maker = {
        .choices = choices, .random = UINT64_C(0x9e3779b97f4a7c15), .out = out, .templates = 1};
    for (size_t i = 0; i < choices.size; i++)
        maker.random = (maker.random ^ choices.data[i]) * UINT64_C(1099511628211); /* FNV-1a */
    maker.random |= 1;
    put(&maker, "workspace made { language 1  timezone \"Europe/Berlin\"");
    PUT_ONE(&maker, " }\n", "  default language de }\n", "  library agency \"../library\" }\n");
    put(&maker, directory);
    make_levels(&maker);
    make_shifts(&maker);
    unsigned runbooks = choose(&maker, RUNBOOKS_MAX + 1);
    maker.templates = 1 + choose(&maker, TEMPLATES_MAX);
    maker.with_params = choose(&maker, 1u << TEMPLATES_MAX) & ~1u; /* the first one starts itself */
    for (unsigned i = 0; i < runbooks; i++)
        make_runbook(&maker);
    make_templates(&maker);
    for (unsigned i = choose(&maker, 3); i > 0; i--)
        make_automation(&maker, i);
    if (maybe(&maker, 4))
        make_path(&maker);
    if (maybe(&maker, 2))
        make_silence(&maker);
    if (maybe(&maker, 2)) {
        make_open(&maker);
        make_count(&maker);
    }
    for (unsigned i = choose(&maker, 3); i > 0; i--)
        make_source(&maker, i);
    if (maybe(&maker, 2))
        make_rights(&maker);
    /* every exception is raised somewhere, with all fields that handlers read */
    put(&maker, "template raises { manual  owners { primary ana ack within 5m }  steps { raise "
                "lost { what: \"x\"  "
                "count: 1 } raise late  raise too_many }  close when resolved }\n");
}
