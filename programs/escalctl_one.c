/* escalctl_one.c - an escalation or a ticket in words: what it is, whose it is, until when, what was tried and what came
 * of it.
 *
 * What the token may not see is left out and said so. */
#include <stdlib.h>
#include <string.h>

#include "escalctl.h"
#include "escalctl_print.h"
#include "escalctl_when.h"

#define LABEL_COLUMNS 13
#define TEXT_BYTES_MAX ((size_t)1 << 20)

/* --- lines ------------------------------------------------------------------------------------ */

void ctl_line(const char *label, EscText text)
{
    if (text.size == 0)
        return;
    (void)printf("%-*s", LABEL_COLUMNS, label);
    print_lines(stdout, text, LABEL_COLUMNS);
    (void)fputc('\n', stdout);
}

void ctl_line_at(const char *label, EscBuf *when, EscText text)
{
    size_t indent = LABEL_COLUMNS + print_width(esc_buf_as_text(when)) + 2;
    (void)printf("%-*s%.*s  ", LABEL_COLUMNS, label, ESC_TEXT_ARG(esc_buf_as_text(when)));
    print_lines(stdout, text, indent);
    (void)fputc('\n', stdout);
    esc_buf_release(when);
}

void ctl_line_of(const char *label, EscBuf *text)
{
    ctl_line(label, esc_buf_as_text(text));
    esc_buf_release(text);
}

EscBuf ctl_new_text(void)
{
    EscBuf text;
    esc_buf_init(&text, TEXT_BYTES_MAX);
    return text;
}

void ctl_line_time(const char *label, const char *before, int64_t at_ms, int64_t now_ms)
{
    if (at_ms == 0)
        return;
    EscBuf text = ctl_new_text();
    esc_buf_string(&text, before);
    when_write_far(&text, at_ms, now_ms);
    ctl_line_of(label, &text);
}

static bool is(EscText text, const char *word)
{
    return esc_text_equal(text, esc_text_from(word));
}

/* NULL when the token may not see it. The reply is to be released. */
static const EscJson *look(const CtlCall *call, const char *format, const char *id, CtlReply *reply)
{
    EscBuf path = ctl_new_text(), encoded = ctl_new_text();
    *reply = (CtlReply){0};
    ctl_encode(&encoded, esc_text_from(id));
    esc_buf_char(&encoded, '\0');
    esc_buf_printf(&path, format, (const char *)encoded.data);
    esc_buf_char(&path, '\0');
    const EscJson *json =
        path.status == ESC_OK ? ctl_look(call, (const char *)path.data, reply) : NULL;
    esc_buf_release(&path);
    esc_buf_release(&encoded);
    return json;
}

/* --- an escalation ---------------------------------------------------------------------------- */

static void show_ticket_line(const EscJson *json)
{
    EscBuf text = ctl_new_text();
    EscText title = ctl_text(json, "ticket_title");
    esc_buf_text(&text, ctl_text(json, "ticket"));
    if (title.size > 0)
        esc_buf_printf(&text, ": %.*s", ESC_TEXT_ARG(title));
    ctl_line_of("ticket", &text);
    ctl_line("customer", ctl_text(json, "account"));
    ctl_line("severity", ctl_text(json, "severity"));
    ctl_line("war room", ctl_text(json, "room"));
}

static EscText role_of(EscText role)
{
    return is(role, "last_resort") ? ESC_TEXT("last resort") : role;
}

/* ", level 3 of 4, pass 1 of 2", where the role alone does not say it. */
static void show_chain(const EscJson *json, EscBuf *text)
{
    long long level = ctl_number(json, "level"), levels = ctl_number(json, "levels"),
              pass = ctl_number(json, "pass"), passes = ctl_number(json, "passes");
    if (levels > 3 && level <= levels)
        esc_buf_printf(text, ", level %lld of %lld", level, levels);
    if (passes > 1)
        esc_buf_printf(text, ", pass %lld of %lld", pass, passes);
}

static void show_duty(const EscJson *json, int64_t now_ms)
{
    EscText role = role_of(ctl_text(json, "role")), next = ctl_text(json, "next_owner");
    bool is_acked = ctl_is_true(json, "acked"), is_asked = ctl_has_owner_asked(json);
    EscBuf text = ctl_new_text();
    ctl_line("owner", ctl_text(json, "owner"));
    esc_buf_printf(&text, "%.*s%s", ESC_TEXT_ARG(role),
                   is_acked   ? ", acknowledged"
                   : is_asked ? ", not acknowledged yet"
                              : "");
    show_chain(json, &text);
    ctl_line_of("role", &text);
    if (is_asked)
        ctl_line_time("deadline", "to acknowledge until ", ctl_time(json, "ack_due_at"), now_ms);
    if (is_asked && next.size > 0) {
        text = ctl_new_text();
        esc_buf_printf(&text, "%.*s (%.*s), when nobody acknowledges in time", ESC_TEXT_ARG(next),
                       ESC_TEXT_ARG(role_of(ctl_text(json, "next_role"))));
        ctl_line_of("next", &text);
    }
    ctl_line("waits for", ctl_waiting(json));
    /* An acknowledgement is waited for as long as the chain takes; that is nobody's deadline. */
    if (!esc_text_starts_with(ctl_text(json, "waiting_for"), ESC_TEXT("acknowledgement")))
        ctl_line_time("until", "", ctl_time(json, "wait_due_at"), now_ms);
}

static void show_question(const EscJson *json)
{
    const EscJson *question = esc_json_member(json, ESC_TEXT("question"));
    const EscJson *first = ctl_first(question, "answers");
    ctl_line("question", ctl_text(question, "text"));
    for (const EscJson *answer = first; answer != NULL; answer = answer->next) {
        EscText title = ctl_text(answer, "title");
        EscBuf text = ctl_new_text();
        esc_buf_text(&text, ctl_text(answer, "name"));
        if (title.size > 0)
            esc_buf_printf(&text, ": %.*s", ESC_TEXT_ARG(title));
        ctl_line_of(answer == first ? "answers" : "", &text);
    }
}

static void show_checks(const EscJson *json)
{
    const EscJson *first = ctl_first(json, "checks");
    for (const EscJson *check = first; check != NULL; check = check->next) {
        EscBuf text = ctl_new_text();
        EscText words = ctl_text(check, "text");
        esc_buf_printf(&text, "%.*s: %.*s",
                       ESC_TEXT_ARG(words.size > 0 ? words : ctl_text(check, "check")),
                       ESC_TEXT_ARG(ctl_text(check, "result")));
        ctl_line_of(check == first ? "checks" : "", &text);
    }
}

static void write_text_value(EscBuf *out, EscText text)
{
    int64_t at_ms = 0;
    bool is_time = text.size >= 20 && text.data[10] == 'T' && text.data[text.size - 1] == 'Z' &&
                   esc_time_read(text, &at_ms);
    if (is_time)
        when_write_stamp(out, at_ms);
    else
        esc_buf_text(out, text);
}

static void write_list(EscBuf *out, const EscJson *list)
{
    for (const EscJson *item = list->first; item != NULL; item = item->next) {
        esc_buf_string(out, item == list->first ? "" : ", ");
        if (item->kind == ESC_JSON_TEXT)
            esc_buf_text(out, item->text);
        else
            esc_json_write(out, item, 0);
    }
}

/* A value of a field as a person says it. */
static void write_value(EscBuf *out, const EscJson *value)
{
    if (value == NULL)
        return;
    switch (value->kind) {
    case ESC_JSON_NULL:
        esc_buf_string(out, "(none)");
        break;
    case ESC_JSON_FALSE:
    case ESC_JSON_TRUE:
        esc_buf_string(out, value->kind == ESC_JSON_TRUE ? "yes" : "no");
        break;
    case ESC_JSON_TEXT:
        write_text_value(out, value->text);
        break;
    case ESC_JSON_LIST:
        write_list(out, value);
        break;
    case ESC_JSON_INTEGER:
    case ESC_JSON_REAL:
    case ESC_JSON_OBJECT:
        esc_json_write(out, value, 0);
        break;
    }
}

static void write_change(EscBuf *out, const EscJson *change)
{
    EscText kind = ctl_text(change, "kind"), name = ctl_text(change, "name"),
            no_undo = ctl_text(change, "no_undo");
    if (is(kind, "field")) {
        esc_buf_printf(out, "%.*s from ", ESC_TEXT_ARG(name));
        write_value(out, esc_json_member(change, ESC_TEXT("before")));
        esc_buf_string(out, " to ");
        write_value(out, esc_json_member(change, ESC_TEXT("after")));
    } else if (is(kind, "ticket")) {
        EscText there = ctl_text(change, "there"), home = ctl_text(change, "home");
        esc_buf_printf(out, "made the ticket %.*s", ESC_TEXT_ARG(ctl_text(change, "ticket")));
        if (there.size > 0)
            esc_buf_printf(out, ", %.*s in %.*s", ESC_TEXT_ARG(there), ESC_TEXT_ARG(home));
    } else if (is(kind, "added") || is(kind, "removed")) {
        esc_buf_printf(out, "\"%.*s\" %s %.*s", ESC_TEXT_ARG(ctl_text(change, "item")),
                       is(kind, "added") ? "added to" : "removed from", ESC_TEXT_ARG(name));
    } else {
        esc_buf_printf(out, "called %.*s", ESC_TEXT_ARG(name));
    }
    if (no_undo.size > 0)
        esc_buf_printf(out, " (cannot be undone: %.*s)", ESC_TEXT_ARG(no_undo));
}

static void show_changes(const EscJson *json)
{
    const EscJson *first = ctl_first(json, "changes");
    for (const EscJson *change = first; change != NULL; change = change->next) {
        EscBuf text = ctl_new_text();
        write_change(&text, change);
        ctl_line_of(change == first ? "changes" : "", &text);
    }
}

/* --- the tickets of a group ------------------------------------------------------------------- */

/* Nothing where there is one ticket alone. */
static void show_tickets(const EscJson *json)
{
    const EscJson *first = ctl_first(json, "tickets");
    if (first == NULL || first->next == NULL)
        return;
    EscBuf text = ctl_new_text();
    esc_buf_printf(&text, "%.*s", ESC_TEXT_ARG(ctl_text(json, "group")));
    ctl_line_of("together", &text);
    for (const EscJson *ticket = first; ticket != NULL; ticket = ticket->next) {
        text = ctl_new_text();
        esc_buf_printf(&text, "%.*s%s", ESC_TEXT_ARG(ctl_text(ticket, "id")),
                       ctl_is_true(ticket, "resolved") ? " (resolved)" : "");
        ctl_line_of(ticket == first ? "tickets" : "", &text);
    }
}

static void show_joined(const EscJson *json)
{
    const EscJson *first = ctl_first(json, "joined");
    for (const EscJson *joined = first; joined != NULL; joined = joined->next) {
        EscBuf text = ctl_new_text();
        esc_buf_printf(&text, "%.*s (%.*s), with other tickets",
                       ESC_TEXT_ARG(ctl_text(joined, "escalation")),
                       ESC_TEXT_ARG(ctl_text(joined, "template")));
        ctl_line_of(joined == first ? "joined" : "", &text);
    }
}

/* --- what happened to it ---------------------------------------------------------------------- */

/* Steps of the record that say who had it, and what people and checks decided. */
static bool is_told(EscText kind)
{
    static const char *const kinds[] = {
        "opened",
        "owner",
        "failover",
        "acked",
        "ack_counted",
        "lease_ended",
        "handoff",
        "offered",
        "declined",
        "offer_ended",
        "refused",
        "skipped",
        "expectation_missed",
        "expectation_again",
        "answered",
        "approved",
        "rejected",
        "exception",
        "check_failed",
        "check_overridden",
        "rollback",
        "resolved",
        "reopened",
        "joined",
        "member",
        "parked",
        "alarm",
        "unreachable",
        "delivery_dead",
        "call_failed",
        "closed",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(kinds); i++)
        if (is(kind, kinds[i]))
            return true;
    return false;
}

static void show_history(const CtlCall *call, const char *id, int64_t now_ms)
{
    CtlReply reply;
    const EscJson *json = look(call, "/v1/audit?limit=1000&escalation=%s", id, &reply);
    const char *label = "history";
    if (json == NULL)
        ctl_line(label, ESC_TEXT("(the token may not read the record)"));
    for (const EscJson *item = ctl_first(json, "items"); item != NULL; item = item->next) {
        if (!is_told(ctl_text(item, "kind")))
            continue;
        EscBuf text = ctl_new_text();
        when_write(&text, ctl_time(item, "at"), now_ms);
        ctl_line_at(label, &text, ctl_text(item, "text"));
        label = "";
    }
    ctl_reply_release(&reply);
}

static EscText first_line(EscText text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == '\n' || text.data[i] == '\r')
            return (EscText){text.data, i};
    return text;
}

static void write_message(EscBuf *out, const EscJson *item, int64_t now_ms)
{
    const EscJson *body = esc_json_member(item, ESC_TEXT("body"));
    EscText detail = ctl_text(item, "detail"), text = first_line(ctl_text(body, "text"));
    when_write(out, ctl_time(item, "created_at"), now_ms);
    if (is(ctl_text(item, "kind"), "call")) {
        esc_buf_printf(out, "  call of %.*s: ", ESC_TEXT_ARG(ctl_text(item, "target")));
    } else {
        esc_buf_string(out, ctl_is_true(body, "page") ? "  page to " : "  to ");
        ctl_write_receiver(out, item);
        esc_buf_printf(out, " by %.*s: ", ESC_TEXT_ARG(ctl_text(item, "medium")));
    }
    esc_buf_text(out, ctl_text(item, "state"));
    if (detail.size > 0)
        esc_buf_printf(out, " (%.*s)", ESC_TEXT_ARG(first_line(detail)));
    if (text.size > 0)
        esc_buf_printf(out, ": %.*s", ESC_TEXT_ARG(text));
}

/* They come newest first. */
static void show_messages(const CtlCall *call, const char *id, int64_t now_ms)
{
    CtlReply reply;
    const EscJson *json = look(call, "/v1/outbox?limit=1000&escalation=%s", id, &reply);
    CtlRows rows = ctl_rows(esc_json_member(json, ESC_TEXT("items")));
    for (size_t i = rows.count; i > 0; i--) {
        EscBuf text = ctl_new_text();
        write_message(&text, rows.items[i - 1].json, now_ms);
        ctl_line_of(i == rows.count ? "messages" : "", &text);
    }
    ctl_rows_release(&rows);
    ctl_reply_release(&reply);
}

static void show_evidence(const CtlCall *call, const char *id)
{
    CtlReply reply;
    const EscJson *json = look(call, "/v1/escalations/%s/evidence?limit=1000", id, &reply);
    size_t count = ctl_count(json, "items");
    if (count > 0) {
        EscBuf text = ctl_new_text();
        esc_buf_printf(&text, "%zu %s: escalctl evidence %s", count,
                       count == 1 ? "piece" : "pieces", id);
        ctl_line_of("evidence", &text);
    }
    ctl_reply_release(&reply);
}

static void show_escalation(const CtlCall *call, const EscJson *json)
{
    int64_t now_ms = ctl_now(json);
    const char *id = call->line->arguments[0];
    EscBuf title = ctl_new_text();
    EscText name = ctl_text(json, "template_title");
    esc_buf_printf(&title, "%s  %.*s", id,
                   ESC_TEXT_ARG(name.size > 0 ? name : ctl_text(json, "template")));
    print_safe(stdout, esc_buf_as_text(&title), false);
    (void)fputc('\n', stdout);
    esc_buf_release(&title);
    show_ticket_line(json);
    ctl_line("state", ctl_text(json, "state"));
    ctl_line("outcome", ctl_text(json, "outcome"));
    show_duty(json, now_ms);
    show_question(json);
    ctl_line("step", ctl_text(json, "step"));
    ctl_line_time("opened", "", ctl_time(json, "opened_at"), now_ms);
    ctl_line_time("closed", "", ctl_time(json, "closed_at"), now_ms);
    show_checks(json);
    show_tickets(json);
    show_changes(json);
    show_history(call, id, now_ms);
    show_messages(call, id, now_ms);
    show_evidence(call, id);
}

/* --- a ticket --------------------------------------------------------------------------------- */

static void show_clock(const EscJson *sla, const char *name, const char *words, int64_t now_ms)
{
    const EscJson *clock = esc_json_member(sla, esc_text_from(name));
    int64_t due_ms = ctl_time(clock, "due");
    EscText state = ctl_text(clock, "state");
    if (clock == NULL || state.size == 0 || is(state, "none"))
        return;
    EscBuf text = ctl_new_text();
    esc_buf_printf(&text, "%s: %s", words,
                   is(state, "running")  ? "running"
                   : is(state, "paused") ? "paused"
                   : is(state, "met")    ? "met in time"
                                         : "missed");
    if (due_ms != 0) {
        esc_buf_string(&text, is(state, "running") ? ", until " : ", was due ");
        when_write_far(&text, due_ms, now_ms);
    }
    ctl_line_of("", &text);
}

static bool is_shown_field(const EscJson *field)
{
    bool is_empty =
        field->kind == ESC_JSON_NULL || (field->kind == ESC_JSON_LIST && field->first == NULL);
    return !is(field->name, "title") && !is(field->name, "status") && !is_empty;
}

static void show_fields(const EscJson *fields)
{
    const char *label = "fields";
    const EscJson *field = fields != NULL && fields->kind == ESC_JSON_OBJECT ? fields->first : NULL;
    for (; field != NULL; field = field->next) {
        if (!is_shown_field(field))
            continue;
        EscBuf text = ctl_new_text();
        esc_buf_printf(&text, "%.*s: ", ESC_TEXT_ARG(field->name));
        write_value(&text, field);
        ctl_line_of(label, &text);
        label = "";
    }
}

/* --- where the ticket is ---------------------------------------------------------------------- */

/* "status: pending (accepted 14:05)": the last that is known of it there. */
static void show_told(const EscJson *field, int64_t now_ms)
{
    EscBuf text = ctl_new_text();
    int64_t at_ms = ctl_time(field, "told_at");
    esc_buf_printf(&text, "%.*s: ", ESC_TEXT_ARG(ctl_text(field, "name")));
    write_value(&text, esc_json_member(field, ESC_TEXT("value")));
    esc_buf_printf(&text, " (%.*s", ESC_TEXT_ARG(ctl_text(field, "state")));
    if (at_ms != 0) {
        esc_buf_char(&text, ' ');
        when_write(&text, at_ms, now_ms);
    }
    esc_buf_char(&text, ')');
    ctl_line_of("", &text);
}

static void show_comment(const EscJson *comment, int64_t now_ms)
{
    EscBuf text = ctl_new_text();
    int64_t at_ms = ctl_time(comment, "at");
    esc_buf_printf(&text, "comment (%.*s, %.*s", ESC_TEXT_ARG(ctl_text(comment, "kind")),
                   ESC_TEXT_ARG(ctl_text(comment, "state")));
    if (at_ms != 0) {
        esc_buf_char(&text, ' ');
        when_write(&text, at_ms, now_ms);
    }
    esc_buf_printf(&text, ")%s%.*s", ctl_text(comment, "text").size > 0 ? ": " : "",
                   ESC_TEXT_ARG(ctl_text(comment, "text")));
    ctl_line_of("", &text);
}

/* The system that has it, and how far each thing has come that was told there. */
static void show_homes(const EscJson *json, int64_t now_ms)
{
    for (const EscJson *home = ctl_first(json, "homes"); home != NULL; home = home->next) {
        EscText id = ctl_text(home, "id"), made = ctl_text(home, "made");
        EscBuf text = ctl_new_text();
        esc_buf_printf(&text, "%.*s", ESC_TEXT_ARG(ctl_text(home, "source")));
        if (id.size > 0)
            esc_buf_printf(&text, " as %.*s", ESC_TEXT_ARG(id));
        else if (made.size > 0)
            esc_buf_printf(&text, ": not made there yet (%.*s)", ESC_TEXT_ARG(made));
        ctl_line_of("home", &text);
        for (const EscJson *field = ctl_first(home, "fields"); field != NULL; field = field->next)
            show_told(field, now_ms);
        for (const EscJson *one = ctl_first(home, "comments"); one != NULL; one = one->next)
            show_comment(one, now_ms);
    }
}

static void show_escalations_of(const CtlCall *call, const char *id, int64_t now_ms)
{
    CtlReply reply;
    const EscJson *json = look(call, "/v1/escalations?limit=1000&ticket=%s", id, &reply);
    CtlRows rows = ctl_rows(esc_json_member(json, ESC_TEXT("items")));
    if (rows.count > 0)
        (void)puts("\nescalations");
    for (size_t i = rows.count; i > 0; i--)
        ctl_print_state(rows.items[i - 1].json, now_ms);
    ctl_rows_release(&rows);
    ctl_reply_release(&reply);
}

static void show_ticket(const CtlCall *call, const EscJson *json)
{
    int64_t now_ms = ctl_now(json);
    const EscJson *sla = esc_json_member(json, ESC_TEXT("sla"));
    ctl_line("ticket", ctl_text(json, "id"));
    ctl_line("title", ctl_text(json, "title"));
    ctl_line("status", ctl_text(json, "status"));
    ctl_line_time("created", "", ctl_time(json, "created_at"), now_ms);
    ctl_line_time("updated", "", ctl_time(json, "updated_at"), now_ms);
    if (sla != NULL && sla->kind == ESC_JSON_OBJECT) {
        ctl_line("promised", ctl_text(sla, "name"));
        show_clock(sla, "respond", "first response", now_ms);
        show_clock(sla, "resolve", "resolution", now_ms);
        show_clock(sla, "update", "answer", now_ms);
    }
    show_fields(esc_json_member(json, ESC_TEXT("fields")));
    show_homes(json, now_ms);
    show_joined(json);
    show_escalations_of(call, call->line->arguments[0], now_ms);
}

int ctl_show(const CtlCall *call)
{
    const char *id = call->line->arguments[0];
    bool is_escalation = ctl_is_escalation(id);
    EscBuf path = ctl_new_text();
    CtlReply reply = {0};
    esc_buf_string(&path, is_escalation ? "/v1/escalations/" : "/v1/tickets/");
    ctl_encode(&path, esc_text_from(id));
    esc_buf_char(&path, '\0');
    int result = path.status == ESC_OK ? ctl_get(call, (const char *)path.data, &reply)
                                       : cli_wrong(call->line, "an argument is too long");
    if (result == EXIT_FINE && call->is_json)
        print_json(stdout, esc_buf_as_text(&reply.body));
    else if (result == EXIT_FINE && is_escalation)
        show_escalation(call, reply.json);
    else if (result == EXIT_FINE)
        show_ticket(call, reply.json);
    ctl_reply_release(&reply);
    esc_buf_release(&path);
    return result;
}
