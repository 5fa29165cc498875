/* test_api_links.c - /x/LINK from the door to the page: what is shown of each message, what a form does, once, and what is the
 * case where nothing is left to be done. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "support/problem.h"
#include "support/service_file.h"

#include <http_call.h>

#include "api_links.h"

static const char source[] =
    "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\n"
    "person ana \"Ana Ruiz\" { email \"ana@acme.example\" }\n"
    "person ben \"Ben <b>Falk</b>\" { email \"ben@acme.example\" }\n"
    "person cleo { email \"cleo@acme.example\" language de }\n"
    "person dora { email \"dora@acme.example\" }\n"
    "team support { ana, ben, cleo }\n"
    "policy company { last resort dora }\n"
    "template outage \"A customer is down\" {\n"
    "  start on ticket.created when ticket.severity = critical\n"
    "  owners { primary ana ack within 15m  secondary ben ack within 15m }\n"
    "  steps {\n"
    "    page primary \"Please take {ticket.title}\"\n"
    "    await ack\n"
    "    await resolved within 2d else raise overdue\n"
    "  }\n"
    "  qa { check confirmed \"It runs again\" before close }\n"
    "  close when resolved\n"
    "}\n"
    "template question \"Question\" {\n"
    "  start on ticket.created when ticket.severity = low\n"
    "  owners { primary cleo ack within 1h }\n"
    "  steps {\n"
    "    ask owner \"How do we go on?\" within 1h {\n"
    "      answer wait \"Einen Tag warten\" { }\n"
    "      answer close { }\n"
    "      timeout { }\n"
    "    }\n"
    "    ask owner \"And then?\" within 1h { answer wait \"Noch einen Tag\" { } timeout { } }\n"
    "    await resolved within 2d else raise overdue\n"
    "  }\n"
    "  close when resolved\n"
    "}\n"
    "template approval \"Approval\" {\n"
    "  start on ticket.created when ticket.severity = medium\n"
    "  owners { primary ana ack within 1h }\n"
    "  steps {\n"
    "    approve by ben \"Restart {ticket.title}?\" within 30m else { close as refused }\n"
    "    await resolved within 2d else raise overdue\n"
    "  }\n"
    "  close when resolved\n"
    "}\n";

enum { STORE_MARK = 0x01020304 };

static ServiceFile file;
static EscLinkKeys keys = {.keys = {{7}}, .count = 1};
static const char *accept_language;
static const EscReply
    *instead; /* of the act's reply: what a turn can say when others were there first */

/* What a browser says in its headers; the server has none of this call. */
const char *__wrap_esc_http_header(const EscHttpCall *call, const char *name);
const char *__wrap_esc_http_header(const EscHttpCall *call, const char *name)
{
    assert_non_null(call);
    assert_string_equal(name, "Accept-Language");
    return accept_language;
}

uint64_t __wrap_esc_http_client(const EscHttpCall *call, uint64_t hash_seed);
uint64_t __wrap_esc_http_client(const EscHttpCall *call, uint64_t hash_seed)
{
    assert_non_null(call);
    return hash_seed;
}

/* A ticket of that severity, which starts a template; the id of its escalation is as many as were sent. */
static void begin(int number, const char *severity)
{
    char id[8], ticket[8], data[256];
    (void)snprintf(id, sizeof id, "%d", number);
    (void)snprintf(ticket, sizeof ticket, "T-%d", number);
    (void)snprintf(data, sizeof data,
                   "{\"title\":\"Checkout "
                   "<script>\",\"severity\":\"%s\",\"account\":{\"name\":\"Globex & Co\"}}",
                   severity);
    assert_status(
        service_file_send(&file, service_file_event(&file, "ticket.created", id, ticket, data))
            .status,
        ESC_OK);
}

static int set_up(void **state)
{
    (void)state;
    accept_language = NULL;
    instead = NULL;
    service_file_make(&file, source);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    service_file_remove(&file);
    return 0;
}

static void do_act(const EscAction *action)
{
    const EscInput input = {.kind = ESC_INPUT_ACTION, .action = action};
    EscReply reply;
    assert_status(esc_service_turn(file.service, &input, 1, 100, &reply, NULL, &file.why), ESC_OK);
    assert_status(reply.status, ESC_OK);
    assert_false(reply.outcome.is_refused);
}

static void pass(int64_t ms)
{
    file.now_ms += ms;
    assert_status(esc_service_turn(file.service, NULL, 0, 100, NULL, NULL, &file.why), ESC_OK);
}

/* --- messages ---------------------------------------------------------------------------------- */

typedef struct Search {
    const char *target;
    uint64_t found;
    EscDeliveryState state;
} Search;

static bool take_newest(void *context, const EscOutboxEntry *entry)
{
    Search *search = context;
    if (!esc_text_equal(entry->row.target, esc_text_from(search->target)))
        return true;
    search->found = entry->row.id;
    search->state = entry->state;
    return false;
}

static Search newest_to(const char *target)
{
    Search search = {.target = target};
    const EscOutboxFilter filter = {.limit = 100};
    assert_status(
        esc_store_outbox(esc_service_store(file.service), &filter, take_newest, &search, &file.why),
        ESC_OK);
    assert_true(search.found > 0);
    return search;
}

/* --- a visit ------------------------------------------------------------------------------------ */

static char page[1 << 16]; /* of the last answer */

static unsigned take_page(EscRequest *request)
{
    EscText text = esc_buf_as_text(&request->answer.body);
    assert_true(text.size < sizeof page);
    memcpy(page, text.data, text.size);
    page[text.size] = '\0';
    return request->answer.status;
}

/* All steps of a job; false: it was answered before its turn. */
static void run(EscRequest *request)
{
    const EscHandler *handler = request->route->handler;
    EscReply replies[2];
    if (handler->parse != NULL)
        handler->parse(request, esc_engine_program(esc_service_engine(file.service)));
    if (request->answer.status != 0)
        return;
    assert_int_equal(request->job.inputs_count, handler->parse != NULL); /* or it is no turn's */
    handler->look(request, file.service);
    if (request->job.inputs_count == 0)
        return;
    assert_int_equal(request->job.inputs_count, 2);
    assert_status(
        esc_service_turn(file.service, request->job.inputs, 2, 0, replies, NULL, &file.why),
        ESC_OK);
    assert_status(replies[1].status, ESC_OK);
    handler->committed(request, instead != NULL ? instead : replies);
}

/* The whole way of a request to that link; no form: it is looked at. */
static unsigned visit(const char *letters, const char *public_url, const char *form)
{
    EscWorkspaceConfig workspaces[] = {{.name = ESC_TEXT("other")}, {.name = ESC_TEXT("acme")}};
    EscConfig config = {.links = &keys,
                        .public_url = esc_text_from(public_url),
                        .workspaces = {.items = workspaces, .count = 2}};
    char shard; /* nobody looks at it before the turn */
    EscShards shards = {.items = {(EscShard *)&shard}, .count = 1, .names = esc_names_new(7)};
    assert_status(esc_names_put(shards.names, ESC_TEXT("acme"), 0), ESC_OK);
    EscDoor *door = calloc(1, sizeof *door);
    EscHttpHeld held = {.count_max = 1};
    EscHttpCall call = {.all_held = &held};
    EscApiSetup setup = {.config = &config, .shards = &shards, .wrong_token_pause_max_ms = 10};
    EscRequest request = {
        .arena = esc_arena_new((size_t)16 << 20), .setup = &setup, .door = door, .http = &call};
    esc_buf_init(&request.parameter, ESC_ID_BYTES_MAX);
    esc_buf_string(&request.parameter, letters);
    esc_buf_init(&request.body, 1 << 16);
    esc_buf_string(&request.body, form == NULL ? "" : form);
    for (size_t i = 0; i < esc_routes_count; i++)
        if (esc_routes[i].handler == (form == NULL ? &esc_handle_link : &esc_handle_link_act))
            request.route = &esc_routes[i];
    if (request.route->handler->admit(&request)) {
        assert_ptr_equal(request.shard, shards.items[0]);
        assert_int_equal(call.not_before_ms, 0);
        run(&request);
    } else
        assert_true(call.not_before_ms > 0); /* whoever guesses waits */
    unsigned status = take_page(&request);
    esc_answer_release(&request.answer);
    esc_buf_release(&request.parameter);
    esc_buf_release(&request.body);
    esc_arena_free(request.arena);
    esc_names_free(shards.names);
    free(door);
    return status;
}

static const char *letters_of(const EscLink *link, const char *workspace)
{
    static char letters[ESC_LINK_LETTERS_MAX + 1];
    EscBuf out;
    esc_buf_init(&out, ESC_LINK_LETTERS_MAX);
    esc_link_write(&out, &keys, esc_text_from(workspace), link);
    (void)snprintf(letters, sizeof letters, "%.*s", ESC_TEXT_ARG(esc_buf_as_text(&out)));
    esc_buf_release(&out);
    return letters;
}

static EscLink link_to(const char *target, EscLinkAct act)
{
    return (EscLink){.act = act, .store = STORE_MARK, .outbox = newest_to(target).found};
}

static unsigned look(const EscLink *link)
{
    return visit(letters_of(link, "acme"), "https://desk.example/escal", NULL);
}

static unsigned press(const EscLink *link, const char *form)
{
    return visit(letters_of(link, "acme"), "https://desk.example/escal", form);
}

/* --- what a page says --------------------------------------------------------------------------- */

/* The value of an attribute in a tag, to the end of `out`; nothing where it has none. */
static void put_attribute(EscBuf *out, const char *before, EscText tag, const char *name)
{
    char begins[32];
    (void)snprintf(begins, sizeof begins, " %s=\"", name);
    const char *at = memmem(tag.data, tag.size, begins, strlen(begins));
    if (at != NULL) {
        at += strlen(begins);
        esc_buf_printf(out, "%s%.*s", before, (int)strcspn(at, "\""), at);
    }
}

static bool has_part(EscText tag, const char *part)
{
    return esc_text_contains(tag, esc_text_from(part));
}

static void put_tag(EscBuf *out, EscText tag)
{
    static const char *const names[][2] = {
        {"h1", "# "}, {"h2", "## "}, {"/dt", ": "}, {"legend", "one of "}};
    for (size_t i = 0; i < ESC_COUNT_OF(names); i++)
        if (esc_text_starts_with(tag, esc_text_from(names[i][0])))
            esc_buf_string(out, names[i][1]);
    if (tag.data[0] == 'p')
        put_attribute(out, "", tag, "class");
    if (tag.data[0] == 'p')
        esc_buf_string(out, "> ");
    if (has_part(tag, "name=") || tag.data[0] == 'a') {
        esc_buf_string(out, has_part(tag, "\"first\"") ? "[!" : "[");
        put_attribute(out, "", tag, "name");
        put_attribute(out, " ", tag, "value");
        put_attribute(out, " up to ", tag, "maxlength");
        put_attribute(out, "", tag, "href");
        esc_buf_string(out, has_part(tag, " required") ? " *] " : "] ");
    }
    if (esc_text_equal(tag, ESC_TEXT("/form")))
        esc_buf_string(out, "--");
}

/* The page as lines, without what is the same on all of them: "soft> …", "[!do ack] Take it", "--" at the end of a form. */
static void outline(EscBuf *out)
{
    const char *at = strstr(page, "<main>\n"), *end = strstr(page, "</main>");
    assert_non_null(at);
    assert_non_null(end);
    for (at += 7; at < end; at++) {
        bool is_empty = out->size == 0 || out->data[out->size - 1] == '\n';
        if (*at == '<') {
            size_t size = strcspn(at + 1, ">");
            put_tag(out, (EscText){at + 1, size});
            at += size + 1;
        } else if (*at != '\n' || !is_empty)
            esc_buf_char(out, *at);
    }
}

static void assert_page(const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, sizeof page);
    outline(&out);
    esc_buf_char(&out, '\0');
    assert_string_equal((const char *)out.data, expected);
    esc_buf_release(&out);
}

static bool says(const char *part)
{
    return strstr(page, part) != NULL;
}

#define TICKET "Ticket: Checkout &lt;script&gt;\n"
#define CUSTOMER "Customer: Globex &amp; Co\n"
#define KUNDE "Kunde: Globex &amp; Co\n"
#define NOTHING_YET                                                                                \
    "soft> Nothing has happened yet: a page changes nothing until you press a button.\n"
#define REASON "Reason[reason up to 300 *] \n"
#define CANNOT_AND_HANDOFF                                                                         \
    "## I can&#39;t\n"                                                                             \
    "soft> It goes to Ben &lt;b&gt;Falk&lt;/b&gt; (ben), who comes next.\n" REASON                 \
    "[do cannot] I can&#39;t take it\n"                                                            \
    "--\n"                                                                                         \
    "## Hand it over\n"                                                                            \
    "one of To whom\n"                                                                             \
    "[to ben *] Ben &lt;b&gt;Falk&lt;/b&gt; (ben)\n"                                               \
    "[to cleo *] cleo\n"                                                                           \
    "[to dora *] dora\n" REASON "[do handoff] Hand it over\n"                                      \
    "--\n"
#define CALL_OFF                                                                                   \
    "## It is a mistake\n"                                                                         \
    "soft> The escalation ends at once: what it changed is taken back, and whoever was called "    \
    "hears of it. The "                                                                            \
    "ticket stays open.\n" REASON "[do call-off] Call it off\n--\n"

/* --- what is shown ------------------------------------------------------------------------------ */

static void a_page_shows_what_can_be_done_and_does_nothing(void **state)
{
    (void)state;
    begin(1, "critical");
    EscLink link = link_to("ana", ESC_LINK_ANY);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(look(&link), 200);
        assert_page("place> acme · E-1 · T-1\n"
                    "# Checkout &lt;script&gt;\n"
                    "> Please take Checkout &lt;script&gt;\n" TICKET CUSTOMER "Severity: critical\n"
                    "Until: 2026-01-05 09:15 UTC\n"
                    "Now with: ana (primary), who has not taken it yet\n"
                    "You act as: ana\n"
                    "soft> By the button you take it: you are accountable from then on, and nobody "
                    "else is called.\n"
                    "[!do ack] Take it\n--\n" CANNOT_AND_HANDOFF CALL_OFF NOTHING_YET);
    }
    assert_true(says("<html lang=\"en\">") &&
                says("<title>Checkout &lt;script&gt; · Escal</title>"));
    assert_true(says("<p dir=\"auto\">Please take"));
    assert_int_equal(newest_to("ana").state, ESC_DELIVERY_QUEUED);
}

static void a_question_is_shown_in_its_readers_language(void **state)
{
    (void)state;
    begin(1, "low");
    EscLink link = link_to("cleo", ESC_LINK_ANY);
    assert_int_equal(look(&link), 200);
    assert_page("place> acme · E-1 · T-1\n"
                "# How do we go on?\n"
                "> How do we go on?\n" TICKET KUNDE "Schwere: low\n"
                "Bis: 2026-01-05 10:00 UTC\n"
                "Jetzt bei: cleo (primary), noch nicht übernommen\n"
                "Sie handeln als: cleo\n"
                "soft> Ihre Antwort wird mit Ihrem Namen festgehalten, und danach geht es weiter. "
                "Sie lässt sich nicht zurücknehmen.\n"
                "[!do answer.1] Einen Tag warten\n"
                "[do answer.2] close\n--\n"
                "## Ich kann nicht\n"
                "soft> Es geht an dora, wer als Nächstes an der Reihe ist.\n"
                "Begründung[reason up to 300 *] \n[do cannot] Ich kann nicht\n--\n"
                "## Übergeben\n"
                "one of An wen\n[to dora *] dora\n[to ana *] Ana Ruiz (ana)\n[to ben *] Ben "
                "&lt;b&gt;Falk&lt;/b&gt; (ben)\n"
                "Begründung[reason up to 300 *] \n[do handoff] Übergeben\n--\n"
                "## Es ist ein Irrtum\n"
                "soft> Die Eskalation endet sofort: was sie geändert hat, wird zurückgenommen, und "
                "wer gerufen wurde, erfährt es. Das Ticket bleibt offen.\n"
                "Begründung[reason up to 300 *] \n[do call-off] Abbrechen\n--\n"
                "soft> Noch ist nichts geschehen: erst ein Knopf ändert etwas.\n");
    assert_true(says("<html lang=\"de\">"));
}

#define APPROVAL_FACTS                                                                             \
    "place> acme · E-1 · T-1\n"                                                                  \
    "# Restart Checkout &lt;script&gt;?\n"                                                         \
    "> Restart Checkout &lt;script&gt;?\n" TICKET CUSTOMER "Severity: medium\n"                    \
    "Until: 2026-01-05 09:30 UTC\n"                                                                \
    "Now with: ana (primary), who has not taken it yet\n"                                          \
    "You act as: ben\n"
#define WILL_APPROVE                                                                               \
    "soft> Your approval is recorded with your name. It cannot be taken back.\n[!do approve] "     \
    "Approve\n--\n"

/* Who is asked for an approval does not have the escalation: they can do nothing else. */
static void an_approval_is_asked_for_alone(void **state)
{
    (void)state;
    begin(1, "medium");
    EscLink link = link_to("ben", ESC_LINK_ANY);
    assert_int_equal(look(&link), 200);
    assert_page(APPROVAL_FACTS WILL_APPROVE REASON "[do reject] Reject\n--\n" NOTHING_YET);
}

static void a_link_for_one_act_shows_that_alone(void **state)
{
    (void)state;
    begin(1, "medium");
    EscLink link = link_to("ben", ESC_LINK_APPROVE);
    assert_int_equal(look(&link), 200);
    assert_page(APPROVAL_FACTS WILL_APPROVE NOTHING_YET);
    link.act = ESC_LINK_REJECT;
    assert_int_equal(look(&link), 200);
    assert_page(APPROVAL_FACTS REASON "[!do reject] Reject\n--\n" NOTHING_YET);
    begin(2, "critical");
    link = link_to("ana", ESC_LINK_ACK);
    assert_int_equal(look(&link), 200);
    assert_true(says("Take it") && !says("It is a mistake") && says("Nothing has happened yet"));
    begin(3, "low");
    link = link_to("cleo", ESC_LINK_ANSWER);
    link.item = 2;
    assert_int_equal(look(&link), 200);
    assert_true(says("class=\"first\" name=\"do\" value=\"answer.2\"") && !says("answer.1") &&
                !says("Irrtum"));
}

/* --- what is done ------------------------------------------------------------------------------- */

static bool add_record(void *context, const EscAuditRow *row)
{
    esc_buf_printf(context, "%.*s by %.*s %.*s;", ESC_TEXT_ARG(row->kind), ESC_TEXT_ARG(row->actor),
                   ESC_TEXT_ARG(row->data));
    return true;
}

static size_t records(const char *part)
{
    EscBuf out;
    esc_buf_init(&out, 1 << 20);
    const EscAuditFilter filter = {.limit = 1000};
    assert_status(
        esc_store_audit(esc_service_store(file.service), &filter, add_record, &out, &file.why),
        ESC_OK);
    esc_buf_char(&out, '\0');
    size_t count = 0;
    for (const char *at = strstr((const char *)out.data, part); at != NULL;
         at = strstr(at + 1, part))
        count++;
    esc_buf_release(&out);
    return count;
}

#define DONE(place, what)                                                                          \
    "place> acme · " place "\n# Done\ndone> " what "\n" TICKET CUSTOMER "You act as: "

static void it_is_taken_once(void **state)
{
    (void)state;
    char expected[1000];
    begin(1, "critical");
    EscLink link = link_to("ana", ESC_LINK_ACK);
    assert_int_equal(press(&link, ""), 200);
    (void)snprintf(expected, sizeof expected,
                   DONE("E-1 · T-1", "You have E-1.") "ana\n> [/escal/x/%s] How it stands now\n",
                   letters_of(&link, "acme"));
    assert_page(expected);
    assert_int_equal(records("acked by ana "), 1);
    assert_int_equal(records("\"through\":\"link\""), 1);
    assert_int_equal(newest_to("ana").state, ESC_DELIVERY_ACKED);
    assert_int_equal(press(&link, ""), 409);
    assert_page(
        "place> acme · E-1 · T-1\n# Checkout &lt;script&gt;\ndone> You have E-1.\n" TICKET CUSTOMER
        "Severity: critical\nNow with: ana (primary), who has taken it\nYou act as: "
        "ana\n" NOTHING_YET);
    assert_int_equal(records("acked by ana "), 1);
    /* By the page with everything it can be handed over still, for a day behind its time. */
    link.act = ESC_LINK_ANY;
    assert_int_equal(press(&link, "do=ack"), 409);
    assert_true(says("It is a mistake"));
    pass(ESC_DAY_MS + 15 * ESC_MINUTE_MS - 1);
    assert_int_equal(look(&link), 200);
    assert_true(says("It is a mistake") && says("Nothing has happened yet"));
    pass(1);
    assert_int_equal(look(&link), 200);
    assert_false(says("It is a mistake") || says("Nothing has happened yet"));
    assert_int_equal(press(&link, "do=call-off&reason=late"), 409);
}

/* Nothing of a question is done by an act that it does not ask for. */
static void only_what_is_asked_for_is_done(void **state)
{
    (void)state;
    static const char *const severities[] = {"critical", "low", "medium"}, *const readers[] = {
                                                                               "ana", "cleo",
                                                                               "ben"};
    static const char *const acts[] = {"ack", "answer.1", "approve", "reject&reason=x", "confirm"};
    begin(1, severities[0]);
    begin(2, severities[1]);
    begin(3, severities[2]);
    size_t before = records(";");
    for (size_t i = 0; i < ESC_COUNT_OF(readers); i++) {
        EscLink link = link_to(readers[i], ESC_LINK_ANY);
        link.outbox = i + 1;
        for (size_t k = 0; k < ESC_COUNT_OF(acts); k++) {
            char form[64];
            (void)snprintf(form, sizeof form, "do=%s", acts[k]);
            if (k == i || (i == 2 && k == 3))
                continue;
            if (press(&link, form) != 409)
                fail_msg("%s did %s", readers[i], form);
        }
    }
    assert_int_equal(records(";"), before);
}

static void a_question_is_answered_once(void **state)
{
    (void)state;
    begin(1, "low");
    EscLink link = link_to("cleo", ESC_LINK_ANY);
    static const char *const none[] = {"do=answer", "do=answer.0", "do=answer.3", "do=answer.256",
                                       "do=answer.257"};
    for (size_t i = 0; i < ESC_COUNT_OF(none); i++)
        if (press(&link, none[i]) != 409)
            fail_msg("%s was taken", none[i]);
    assert_int_equal(press(&link, "do=answer.2"), 200);
    assert_true(says("Ihre Antwort wurde angenommen: close<") && says("Erledigt"));
    assert_int_equal(records("answered by cleo "), 1);
    assert_int_equal(press(&link, "do=answer.1"), 409);
    assert_true(says("alarm") &&
                says("Das ist schon entschieden oder wird nicht mehr gefragt (E-1)."));
    /* The next question has a message of its own. */
    EscLink next = link_to("cleo", ESC_LINK_ANSWER);
    next.item = 1;
    assert_int_not_equal(next.outbox, link.outbox);
    assert_int_equal(press(&next, "do=answer.2"), 200); /* the link says what is done by it */
    assert_true(says("angenommen: Noch einen Tag<"));
}

static void an_approval_is_given_once(void **state)
{
    (void)state;
    begin(1, "medium");
    EscLink link = link_to("ben", ESC_LINK_ANY);
    assert_int_equal(press(&link, "do=approve"), 200);
    assert_true(says("done\" role=\"status\" dir=\"auto\">You have approved it (E-1).<"));
    assert_int_equal(records("approved by ben "), 1);
    assert_int_equal(press(&link, "do=reject&reason=x"), 409);
    assert_true(says("This was decided already"));
}

static void a_rejection_needs_a_reason(void **state)
{
    (void)state;
    begin(1, "medium");
    EscLink link = link_to("ben", ESC_LINK_REJECT);
    static const char *const lacking[] = {"", "reason=", "reason=+%0A%09", "to=x"};
    for (size_t i = 0; i < ESC_COUNT_OF(lacking); i++) {
        assert_int_equal(press(&link, lacking[i]), 422);
        assert_page("place> acme · E-1 · T-1\n"
                    "# Restart Checkout &lt;script&gt;?\n"
                    "alarm> Please say why.\n"
                    "> Restart Checkout &lt;script&gt;?\n" TICKET CUSTOMER "Severity: medium\n"
                    "Until: 2026-01-05 09:30 UTC\n"
                    "Now with: ana (primary), who has not taken it yet\n"
                    "You act as: ben\n" REASON "[!do reject] Reject\n--\n" NOTHING_YET);
    }
    assert_int_equal(press(&link, "reason=%20+not+<now>"), 200);
    assert_true(says("You have rejected it (E-1)."));
    assert_int_equal(records("\"reason\":\"not now"), 0);
    assert_int_equal(records("\"reason\":\"not <now>\""), 1);
}

/* A message asks for a check when it is time to close. */
static void a_check_is_confirmed_once(void **state)
{
    (void)state;
    begin(1, "critical");
    const EscAction resolve = {.verb = ESC_VERB_RESOLVE, .actor = ESC_TEXT("ana"), .escalation = 1};
    do_act(&(EscAction){.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .escalation = 1});
    do_act(&resolve);
    EscLink link = link_to("ana", ESC_LINK_ANY);
    assert_int_equal(look(&link), 200);
    assert_true(says("You confirm it with your name, and it can be closed.") &&
                says("class=\"first\" name=\"do\" value=\"confirm\""));
    assert_true(says(">Confirm<"));
    link.act = ESC_LINK_CONFIRM;
    assert_int_equal(press(&link, ""), 200);
    assert_true(says("You have confirmed it (E-1)."));
    assert_int_equal(records("check_passed by ana {\"through\":\"link\""), 1);
    assert_int_equal(look(&link), 200);
    assert_true(
        says("E-1 was closed as resolved on 2026-01-05 09:00 UTC. Nothing is left to be done."));
}

/* --- handed on ---------------------------------------------------------------------------------- */

static void it_is_handed_to_one_who_was_offered(void **state)
{
    (void)state;
    begin(1, "critical");
    EscLink link = link_to("ana", ESC_LINK_ANY);
    assert_int_equal(press(&link, "do=handoff&to=cleo"), 422);
    assert_true(says("Please say why.") && says("name=\"to\" value=\"cleo\""));
    assert_int_equal(press(&link, "do=handoff&reason=lunch"), 409);
    assert_int_equal(press(&link, "do=handoff&reason=lunch&to=nobody"), 409);
    assert_int_equal(press(&link, "do=handoff&reason=lunch&to=ana"), 409);
    assert_false(says("Please say why."));
    assert_int_equal(records("handed"), 0);
    assert_int_equal(press(&link, "do=handoff&reason=lunch&to=cleo"), 200);
    assert_true(says("E-1 was handed to cleo."));
    assert_int_equal(look(&link), 200);
    assert_true(says("E-1 has changed hands since this message was sent. cleo has it now."));
    assert_true(!says("It is a mistake") && !says("Nothing has happened yet"));
    assert_int_equal(press(&link, "do=ack"), 409);
    assert_int_equal(press(&link, "do=call-off&reason=x"), 409);
    EscLink next = link_to("cleo", ESC_LINK_ANY);
    assert_int_equal(press(&next, "do=ack"), 200);
    assert_true(says("E-1 liegt bei Ihnen."));
    assert_int_equal(look(&link), 200);
    assert_true(says("cleo has it now."));
}

static void who_cannot_come_hands_it_to_who_is_next(void **state)
{
    (void)state;
    begin(1, "critical");
    EscLink link = link_to("ana", ESC_LINK_ANY);
    assert_int_equal(press(&link, "do=cannot&to=cleo"), 422);
    assert_int_equal(press(&link, "do=cannot&reason=ill&to=cleo"), 200);
    assert_true(says("E-1 was handed to ben."));
}

static void a_mistake_is_called_off_with_a_reason(void **state)
{
    (void)state;
    begin(1, "critical");
    EscLink link = link_to("ana", ESC_LINK_ANY);
    assert_int_equal(press(&link, "do=call-off"), 422);
    assert_int_equal(press(&link, "do=call-off&reason=a+test"), 200);
    assert_true(says("E-1 is called off."));
    assert_int_equal(look(&link), 200);
    assert_page("place> acme · E-1 · T-1\n# Checkout &lt;script&gt;\n"
                "alarm> E-1 was closed as called_off on 2026-01-05 09:00 UTC. Nothing is left to "
                "be done.\n" TICKET CUSTOMER "Severity: critical\nYou act as: ana\n");
}

/* --- when nothing is left ----------------------------------------------------------------------- */

static void whoever_was_too_late_reads_who_has_it(void **state)
{
    (void)state;
    begin(1, "critical");
    EscLink link = link_to("ana", ESC_LINK_ANY);
    pass(15 * ESC_MINUTE_MS);
    assert_int_equal(look(&link), 200);
    assert_true(says("The time for this was over: 2026-01-05 09:15 UTC. Now it is with ben."));
    assert_false(says("It is a mistake"));
    assert_int_equal(press(&link, "do=ack"), 409);
    EscLink next = link_to("ben", ESC_LINK_ANY);
    assert_int_equal(press(&next, "do=ack"), 200);
    assert_int_equal(look(&link), 200);
    assert_true(says("ben has it and has acknowledged it. You need not come."));
}

/* The engine has forgotten it; the store has its row. */
static void a_closed_one_is_told_from_its_row(void **state)
{
    (void)state;
    begin(1, "critical");
    EscLink link = link_to("ana", ESC_LINK_ANY);
    do_act(&(EscAction){.verb = ESC_VERB_CALL_OFF,
                        .actor = ESC_TEXT("ana"),
                        .escalation = 1,
                        .reason = ESC_TEXT("x")});
    service_file_close(&file);
    service_file_open(&file);
    EscEscalationView view;
    assert_false(esc_engine_find_escalation(esc_service_engine(file.service), 1, &view));
    assert_int_equal(look(&link), 200);
    assert_true(
        says("E-1 was closed as called_off on 2026-01-05 09:00 UTC. Nothing is left to be done."));
    assert_int_equal(press(&link, "do=ack"), 409);
}

/* Between the look and the turn somebody else can have been there. */
static void what_a_turn_says_is_told(void **state)
{
    (void)state;
    begin(1, "critical");
    EscLink link = link_to("ana", ESC_LINK_ACK);
    EscReply reply = {.outcome = {.is_noop = true}};
    instead = &reply;
    assert_int_equal(press(&link, ""), 409);
    assert_true(says("Nothing was changed<") &&
                says("alarm\" role=\"alert\" dir=\"auto\">Nothing is left to be done there.<"));
    (void)snprintf(reply.outcome.note, sizeof reply.outcome.note, "ben <was> there");
    begin(2, "critical");
    link = link_to("ana", ESC_LINK_ACK);
    assert_int_equal(press(&link, ""), 409);
    assert_true(says("Nothing was changed: ben &lt;was&gt; there."));
    reply.outcome.is_refused = true;
    begin(3, "critical");
    link = link_to("ana", ESC_LINK_ACK);
    assert_int_equal(press(&link, ""), 403);
    assert_true(says("Nothing was changed: ben &lt;was&gt; there."));
    reply = (EscReply){.status = ESC_NOT_FOUND, .why = {.text = "it is gone"}};
    begin(4, "critical");
    link = link_to("ana", ESC_LINK_ACK);
    assert_int_equal(press(&link, ""), 403);
    assert_true(says("Nothing was changed: it is gone."));
    reply = (EscReply){.outcome = {.note = "it waits"}};
    begin(5, "critical");
    link = link_to("ana", ESC_LINK_ACK);
    assert_int_equal(press(&link, ""), 200);
    assert_true(says("You have E-5.</p>\n<p dir=\"auto\">it waits</p>"));
}

/* --- at the door -------------------------------------------------------------------------------- */

#define NONE                                                                                       \
    "# This link does not hold\n> It was cut on its way here, or what it was about is long over. " \
    "Please open the "                                                                             \
    "newest message, or ask whoever is on call.\n"

static void links_that_are_none_look_the_same(void **state)
{
    (void)state;
    begin(1, "critical");
    EscLink link = link_to("ana", ESC_LINK_ANY);
    char letters[ESC_LINK_LETTERS_MAX + 1];
    (void)snprintf(letters, sizeof letters, "%s", letters_of(&link, "acme"));
    letters[strlen(letters) - 2] = letters[strlen(letters) - 2] == 'A' ? 'B' : 'A';
    const char *const wrong[] = {"", "A", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", letters};
    for (size_t i = 0; i < ESC_COUNT_OF(wrong); i++) {
        assert_int_equal(visit(wrong[i], "", NULL), 404);
        assert_page(NONE);
        assert_int_equal(visit(wrong[i], "", "do=ack"), 404);
    }
    /* Signed for a workspace that is not served, and by another's key. */
    assert_int_equal(visit(letters_of(&link, "other"), "", NULL), 404);
    assert_page(NONE);
    assert_int_equal(visit(letters_of(&link, "third"), "", NULL), 404);
    accept_language = "de";
    assert_int_equal(visit("A", "", NULL), 404);
    assert_true(says("Dieser Link gilt nicht") && says("<html lang=\"de\">"));
}

static void a_link_whose_message_is_gone_is_none(void **state)
{
    (void)state;
    begin(1, "critical");
    const EscLink link = link_to("ana", ESC_LINK_ANY);
    EscLink other = link;
    other.outbox = 99;
    assert_int_equal(look(&other), 404);
    assert_page(NONE);
    assert_int_equal(press(&other, "do=ack"), 404);
    other = link;
    other.store++;
    assert_int_equal(look(&other), 404);
    assert_int_equal(press(&other, "do=ack"), 404);
    assert_int_equal(records("acked by"), 0);
    /* A message that tells and asks for nothing. */
    pass(15 * ESC_MINUTE_MS);
    do_act(&(EscAction){.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ben"), .escalation = 1});
    EscLink told = link_to("ana", ESC_LINK_ANY);
    assert_int_not_equal(told.outbox, link.outbox);
    assert_int_equal(look(&told), 404);
}

static void pages_know_where_they_are(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"", "/"},
                                          {"https://desk.example", "/"},
                                          {"https://desk.example/escal", "/escal/"},
                                          {"https://desk.example:8/a/b", "/a/b/"},
                                          {"x:", "/"},
                                          {"x:/", "/"},
                                          {"x://", "/"},
                                          {"x:///a", "/a/"}};
    begin(1, "critical");
    EscLink link = link_to("ana", ESC_LINK_ANY);
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "href=\"%spages/", rows[i][1]);
        assert_int_equal(visit(letters_of(&link, "acme"), rows[i][0], NULL), 200);
        if (!says(expected))
            fail_msg("%s: %s", rows[i][0], strstr(page, "href="));
    }
}

static void a_form_says_what_to_do(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",      "do=",         "do=fly",      "do=acks",     "do=ac",
        "ack",   "do=answer.x", "do=answer./", "do=answer.:", "do=answer.2600",
        "x=ack", "do=%zz"};
    begin(1, "critical");
    begin(2, "low");
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        EscLink link = link_to("cleo", ESC_LINK_ANY);
        if (press(&link, bad[i]) != 422 || !says("\"code\":\"missing_member\",\"place\":\"/do\""))
            fail_msg("%s: %s", bad[i], page);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_page_shows_what_can_be_done_and_does_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_question_is_shown_in_its_readers_language, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_approval_is_asked_for_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_for_one_act_shows_that_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_taken_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_what_is_asked_for_is_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_question_is_answered_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_approval_is_given_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rejection_needs_a_reason, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_check_is_confirmed_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_handed_to_one_who_was_offered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_cannot_come_hands_it_to_who_is_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_mistake_is_called_off_with_a_reason, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whoever_was_too_late_reads_who_has_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_closed_one_is_told_from_its_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_turn_says_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_that_are_none_look_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_whose_message_is_gone_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_know_where_they_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_form_says_what_to_do, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
