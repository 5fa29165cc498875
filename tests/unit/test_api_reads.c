/* test_api_reads.c - what is read of a workspace: which rows, in which order, how many; and single things, open and closed. */
#define _GNU_SOURCE
#include "support/problem.h"
#include "support/service_file.h"

#include <stdlib.h>

#include "api_internal.h"

#define WORKSPACE                                                                                                      \
    "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\n"                                                        \
    "channel incidents chat\n"                                                                                         \
    "person ana \"Ana\" { email \"ana@acme.example\" }\n"                                                              \
    "person dora \"Dora\" { email \"dora@acme.example\" }\n"                                                           \
    "policy company { last resort dora }\n"                                                                            \
    "template trouble \"Trouble\" {\n"                                                                                 \
    "  start on ticket.created\n"                                                                                      \
    "  owners { primary ana ack within 5m }\n"                                                                         \
    "  steps { notify incidents \"down {ticket.title}\" await ack await resolved within 4h else raise overdue }\n"     \
    "  close when resolved\n"                                                                                          \
    "}\n"

enum { TICKETS = 5, ROWS_MAX = 200 };

static ServiceFile file;

static void act(EscVerb verb, uint64_t escalation)
{
    const EscAction action = {.verb = verb, .actor = ESC_TEXT("ana"), .escalation = escalation};
    const EscInput input = {.kind = ESC_INPUT_ACTION, .action = &action};
    EscReply reply;
    assert_status(esc_service_turn(file.service, &input, 1, 100, &reply, NULL, &file.why), ESC_OK);
    assert_status(reply.status, ESC_OK);
}

/* Five tickets with an escalation each; that of the second one is acknowledged, that of the third one closed. */
static int set_up(void **state)
{
    (void)state;
    service_file_make(&file, WORKSPACE);
    for (int i = 1; i <= TICKETS; i++) {
        char id[8], ticket[8], data[128];
        (void)snprintf(id, sizeof(id), "%d", i);
        (void)snprintf(ticket, sizeof(ticket), "T-%d", i);
        (void)snprintf(data, sizeof(data), "{\"title\":\"title %d\",\"severity\":\"high\",\"account\":{\"name\":\"Globex\"}}", i);
        assert_status(service_file_send(&file, service_file_event(&file, "ticket.created", id, ticket, data)).status, ESC_OK);
        file.now_ms += 1000;
    }
    act(ESC_VERB_ACK, 2);
    act(ESC_VERB_RESOLVE, 3);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    service_file_remove(&file);
    return 0;
}

/* --- asking ----------------------------------------------------------------------------------- */

static char body[1 << 20]; /* of the last answer */

static unsigned ask(const EscHandler *handler, const char *parameter, const char *query)
{
    EscRequest request = {.arena = esc_arena_new((size_t)16 << 20), .query = esc_text_from(query)};
    assert_non_null(request.arena);
    esc_buf_init(&request.parameter, ESC_ID_BYTES_MAX);
    esc_buf_string(&request.parameter, parameter);
    handler->look(&request, file.service);
    unsigned status = request.answer.status;
    assert_true(request.answer.body.size < sizeof(body));
    memcpy(body, request.answer.body.data, request.answer.body.size);
    body[request.answer.body.size] = '\0';
    esc_answer_release(&request.answer);
    esc_buf_release(&request.parameter);
    esc_arena_free(request.arena);
    return status;
}

static bool says(const char *part)
{
    return strstr(body, part) != NULL;
}

/* The numbers behind `name` of all items, in their order: of "E-7" and "T-7" the 7. */
static size_t listed(const EscHandler *handler, const char *query, const char *name, uint64_t *numbers)
{
    char begins[32];
    size_t count = 0;
    assert_int_equal(ask(handler, "", query), 200);
    assert_memory_equal(body, "{\"items\":[", 10);
    assert_int_equal(body[strlen(body) - 1], '}');
    (void)snprintf(begins, sizeof(begins),
                   handler == &esc_handle_escalations ? "\"\",\"%s\":" : "{\"%s\":", name);
    for (const char *at = strstr(body, begins); at != NULL; at = strstr(at + 1, begins)) {
        assert_true(count < ROWS_MAX);
        numbers[count++] = strtoull(at + strcspn(at, "0123456789"), NULL, 10);
    }
    return count;
}

static void assert_listed(const EscHandler *handler, const char *query, const char *name, const char *expected)
{
    uint64_t numbers[ROWS_MAX];
    char got[1000] = "";
    size_t count = listed(handler, query, name, numbers);
    for (size_t i = 0; i < count; i++)
        (void)snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%llu", i == 0 ? "" : " ",
                       (unsigned long long)numbers[i]);
    if (strcmp(got, expected) != 0)
        fail_msg("%s: got \"%s\", expected \"%s\"", query, got, expected);
}

/* --- lists ------------------------------------------------------------------------------------ */

static void tickets_are_listed_by_their_ids(void **state)
{
    (void)state;
    assert_listed(&esc_handle_tickets, "", "id", "1 2 3 4 5");
    assert_listed(&esc_handle_tickets, "limit=2", "id", "1 2");
    assert_listed(&esc_handle_tickets, "after=T-3", "id", "4 5");
    assert_listed(&esc_handle_tickets, "after=T-3&limit=1", "id", "4");
    assert_listed(&esc_handle_tickets, "after=T-5", "id", "");
    assert_string_equal(body, "{\"items\":[]}");
}

static void escalations_are_listed_newest_first(void **state)
{
    (void)state;
    assert_listed(&esc_handle_escalations, "", "id", "5 4 3 2 1");
    assert_true(says("],\"now\":\"2026-01-05T09:00:05.000Z\"}"));
    assert_true(says("\"ticket_title\":\"title 5\",\"account\":\"Globex\",\"severity\":\"high\""));
    assert_listed(&esc_handle_escalations, "limit=2", "id", "5 4");
    assert_listed(&esc_handle_escalations, "before=E-3", "id", "2 1");
    assert_listed(&esc_handle_escalations, "before=E-3&limit=1", "id", "2");
    assert_listed(&esc_handle_escalations, "state=closed", "id", "3");
    assert_true(says("\"state\":\"closed\""));
    assert_true(says("\"ack_due_at\":null"));
    assert_true(says("\"ticket_title\":\"title 3\",\"account\":\"Globex\",\"severity\":\"high\""));
    assert_true(says("\"template_title\":\"Trouble\""));
    assert_listed(&esc_handle_escalations, "state=open", "id", "5 4 2 1");
    assert_listed(&esc_handle_escalations, "state=unclosed", "id", "5 4 2 1");
    assert_listed(&esc_handle_escalations, "state=parked", "id", "");
    assert_listed(&esc_handle_escalations, "ticket=T-2", "id", "2");
    assert_true(says("\"acked\":true"));
    assert_listed(&esc_handle_escalations, "ticket=T-1", "id", "1");
    assert_true(says("\"acked\":false"));
    assert_true(says("\"ack_due_at\":\"2026-01-05T09:05:00.000Z\""));
    assert_listed(&esc_handle_escalations, "ticket=T-9", "id", "");
    assert_int_equal(ask(&esc_handle_escalations, "", "state=lost"), 400);
    assert_true(says("query:state"));
    assert_int_equal(ask(&esc_handle_escalations, "", "before=3"), 400);
    assert_int_equal(ask(&esc_handle_escalations, "", "limit=1001"), 400);
}

static void the_trail_is_listed_in_its_order(void **state)
{
    (void)state;
    uint64_t all[ROWS_MAX], some[ROWS_MAX];
    size_t count = listed(&esc_handle_audit, "", "seq", all);
    assert_true(count > 10);
    for (size_t i = 1; i < count; i++)
        assert_true(all[i] > all[i - 1]);
    char query[64];
    (void)snprintf(query, sizeof(query), "after=%llu&limit=3", (unsigned long long)all[4]);
    assert_int_equal(listed(&esc_handle_audit, query, "seq", some), 3);
    assert_memory_equal(some, all + 5, 3 * sizeof(*some));
    size_t of_one = listed(&esc_handle_audit, "escalation=E-2", "seq", some);
    assert_in_range(of_one, 2, count - 1);
    assert_false(says("\"escalation\":\"E-1\""));
    assert_true(says("\"escalation\":\"E-2\""));
    assert_true(says("\"actor\":\"ana\""));
    size_t of_ticket = listed(&esc_handle_audit, "ticket=T-2", "seq", some);
    assert_in_range(of_ticket, of_one, count - 1);
    assert_false(says("\"ticket\":\"T-1\""));
    assert_int_equal(listed(&esc_handle_audit, "ticket=T-9", "seq", some), 0);
}

static void the_outbox_is_listed_newest_first(void **state)
{
    (void)state;
    uint64_t all[ROWS_MAX], some[ROWS_MAX];
    size_t count = listed(&esc_handle_outbox, "", "id", all);
    assert_true(count >= 2 * TICKETS);
    for (size_t i = 1; i < count; i++)
        assert_true(all[i] < all[i - 1]);
    char query[64];
    (void)snprintf(query, sizeof(query), "before=%llu&limit=2", (unsigned long long)all[1]);
    assert_int_equal(listed(&esc_handle_outbox, query, "id", some), 2);
    assert_memory_equal(some, all + 2, 2 * sizeof(*some));
    size_t of_one = listed(&esc_handle_outbox, "escalation=E-1", "id", some);
    assert_in_range(of_one, 2, count - TICKETS);
    for (size_t i = 1; i < of_one; i++)
        assert_true(some[i] < some[i - 1]);
    assert_true(says("\"escalation\":\"E-1\""));
    assert_false(says("\"escalation\":\"E-2\""));
    uint64_t newest = some[0], next = some[1];
    assert_int_equal(listed(&esc_handle_outbox, "escalation=E-1&limit=1", "id", some), 1);
    assert_int_equal(some[0], newest);
    (void)snprintf(query, sizeof(query), "escalation=E-1&before=%llu", (unsigned long long)newest);
    assert_int_equal(listed(&esc_handle_outbox, query, "id", some), of_one - 1);
    assert_int_equal(some[0], next);
    assert_int_equal(listed(&esc_handle_outbox, "escalation=E-1&state=queued", "id", some), of_one);
    assert_int_equal(listed(&esc_handle_outbox, "escalation=E-1&state=dead", "id", some), 0);
    assert_int_equal(listed(&esc_handle_outbox, "state=dead", "id", some), 0);
    assert_int_equal(listed(&esc_handle_outbox, "state=queued", "id", some), count);
    assert_int_equal(listed(&esc_handle_outbox, "escalation=E-99", "id", some), 0);
    assert_int_equal(ask(&esc_handle_outbox, "", "state=lost"), 400);
    assert_int_equal(ask(&esc_handle_outbox, "", "escalation=1"), 400);
}

/* What became of a row is named by its number again: it is listed once, with how far it has come. */
static void a_row_is_listed_once_however_far_it_has_come(void **state)
{
    (void)state;
    uint64_t before[ROWS_MAX], after[ROWS_MAX];
    size_t count = listed(&esc_handle_outbox, "escalation=E-1", "id", before);
    const EscDelivery delivery = {.outbox = before[count - 1], .state = ESC_DELIVERY_DELIVERED, .http_status = 200};
    const EscInput input = {.kind = ESC_INPUT_DELIVERY, .delivery = &delivery};
    EscReply reply;
    assert_status(esc_service_turn(file.service, &input, 1, 100, &reply, NULL, &file.why), ESC_OK);
    assert_status(reply.status, ESC_OK);
    assert_int_equal(listed(&esc_handle_outbox, "escalation=E-1", "id", after), count);
    assert_memory_equal(after, before, count * sizeof(*before));
    assert_int_equal(listed(&esc_handle_outbox, "escalation=E-1&state=delivered", "id", after), 1);
    assert_int_equal(after[0], before[count - 1]);
}

static void who_is_on_duty_is_listed(void **state)
{
    (void)state;
    assert_int_equal(ask(&esc_handle_oncall, "", ""), 200);
    assert_true(says("\"template\":\"trouble\",\"role\":\"primary\",\"who\":\"ana\""));
    assert_true(says("\"person\":\"ana\",\"name\":\"Ana\""));
    assert_true(says("],\"now\":\"2026-01-05T09:00:05.000Z\"}"));
}

/* --- what is wrong ---------------------------------------------------------------------------- */

static void what_is_wrong_is_named(void **state)
{
    (void)state;
#define PARAMETER(name, detail) {400, "bad_parameter", "A parameter of the query is wrong", detail, "query:" name}
#define MISSING(detail) {404, "not_found", "There is no such thing", detail, NULL}
    static const char id[] = "an escalation's id looks like E-12", twice[] = "is there twice or badly encoded",
                      number[] = "must be a whole number";
    const struct {
        const EscHandler *handler;
        const char *parameter, *query;
        Problem problem;
    } rows[] = {
        {&esc_handle_tickets, "", "limit=1001", PARAMETER("limit", "is too big")},
        {&esc_handle_tickets, "", "limit=1x", PARAMETER("limit", number)},
        {&esc_handle_tickets, "", "limit=-1", PARAMETER("limit", number)},
        {&esc_handle_tickets, "", "limit=1&limit=1", PARAMETER("limit", twice)},
        {&esc_handle_tickets, "", "after=%zz", PARAMETER("after", twice)},
        {&esc_handle_audit, "", "after=1234567890123456789", PARAMETER("after", number)},
        {&esc_handle_audit, "", "after=T-1", PARAMETER("after", number)},
        {&esc_handle_audit, "", "ticket=%ff", PARAMETER("ticket", twice)},
        {&esc_handle_audit, "", "escalation=E-0", PARAMETER("escalation", id)},
        {&esc_handle_audit, "", "escalation=E-1&escalation=E-1", PARAMETER("escalation", twice)},
        {&esc_handle_audit, "", "limit=a", PARAMETER("limit", number)},
        {&esc_handle_escalations, "", "state=lost",
         PARAMETER("state", "must be open, closing, parked, closed, or unclosed for the first three")},
        {&esc_handle_escalations, "", "state=open&state=open", PARAMETER("state", twice)},
        {&esc_handle_escalations, "", "ticket=a&ticket=a", PARAMETER("ticket", twice)},
        {&esc_handle_escalations, "", "before=3", PARAMETER("before", id)},
        {&esc_handle_escalations, "", "limit=1001", PARAMETER("limit", "is too big")},
        {&esc_handle_outbox, "", "state=lost",
         PARAMETER("state", "must be queued, accepted, delivered, seen, acked or dead")},
        {&esc_handle_outbox, "", "state=%", PARAMETER("state", twice)},
        {&esc_handle_outbox, "", "escalation=1", PARAMETER("escalation", id)},
        {&esc_handle_outbox, "", "before=E-3", PARAMETER("before", number)},
        {&esc_handle_outbox, "", "limit=1001", PARAMETER("limit", "is too big")},
        {&esc_handle_evidence, "E-2", "number=a", PARAMETER("number", number)},
        {&esc_handle_evidence, "E-2", "after=a", PARAMETER("after", number)},
        {&esc_handle_evidence, "E-2", "limit=1001", PARAMETER("limit", "is too big")},
        {&esc_handle_evidence, "E-2", "number=1", MISSING("E-2 has no evidence of number 1")},
        {&esc_handle_evidence, "E-99", "", MISSING("there is no escalation E-99")},
        {&esc_handle_evidence, "2", "", MISSING(id)},
        {&esc_handle_escalation, "99", "", MISSING(id)},
        {&esc_handle_escalation, "E-99", "", MISSING("there is no escalation E-99")},
        {&esc_handle_ticket, "T-9", "", MISSING("there is no ticket T-9")},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        char about[100];
        (void)snprintf(about, sizeof about, "%zu: %s %s", i, rows[i].parameter, rows[i].query);
        unsigned status = ask(rows[i].handler, rows[i].parameter, rows[i].query);
        assert_problem(status, esc_text_from(body), &rows[i].problem, about);
    }
    /* The nearest that is right. */
    assert_listed(&esc_handle_tickets, "limit=1000", "id", "1 2 3 4 5");
    assert_listed(&esc_handle_tickets, "limit=0", "id", "1");
    assert_listed(&esc_handle_audit, "after=123456789012345678", "seq", "");
    assert_listed(&esc_handle_escalations, "before=E-999999999999999999&limit=1", "id", "5");
}

static void escalations_come_in_pages(void **state)
{
    (void)state;
    assert_listed(&esc_handle_escalations, "limit=2", "id", "5 4");
    assert_true(says(",\"next\":\"opened-4\"}"));
    assert_listed(&esc_handle_escalations, "limit=2&after=opened-4", "id", "3 2");
    assert_listed(&esc_handle_escalations, "limit=2&after=opened-2", "id", "1");
    assert_false(says("\"next\":"));
    assert_listed(&esc_handle_escalations, "account=Globex&severity=high&limit=1", "id", "5");
    assert_listed(&esc_handle_escalations, "account=Initech", "id", "");
    assert_int_equal(ask(&esc_handle_escalations, "", "sort=due&limit=1"), 200);
    assert_true(says("\"next\":\"due-"));
    assert_false(says("\"state\":\"closed\""));
    assert_int_equal(ask(&esc_handle_escalations, "", "sort=severity&limit=1"), 200);
    assert_true(says("\"next\":\"severity-3-"));
    static const char *const wrong[] = {"sort=age",
                                        "after=due-1-2",
                                        "after=opened-",
                                        "after=opened-0",
                                        "after=opened-1-",
                                        "after=opened-1x",
                                        "sort=due&after=opened-4",
                                        "sort=due&before=E-3",
                                        "before=E-3&after=opened-4",
                                        "sort=due&state=closed",
                                        "sort=severity&ticket=T-1",
                                        "due_before=soon",
                                        "state=gone"};
    for (size_t i = 0; i < ESC_COUNT_OF(wrong); i++)
        assert_int_equal(ask(&esc_handle_escalations, "", wrong[i]), 400);
}

/* --- single things ---------------------------------------------------------------------------- */

static void a_ticket_is_shown(void **state)
{
    (void)state;
    assert_int_equal(ask(&esc_handle_ticket, "T-1", ""), 200);
    assert_true(says("{\"id\":\"T-1\",\"title\":\"title 1\",\"status\":\"open\",\"created_at\":\"2026-01-05T09:00:00.000Z\","));
    assert_true(says("\"severity\":\"high\""));
    assert_true(says("\"now\":\"2026-01-05T09:00:05.000Z\"}"));
    assert_int_equal(ask(&esc_handle_ticket, "T-9", ""), 404);
}

static void an_escalation_is_shown_open_and_closed(void **state)
{
    (void)state;
    assert_int_equal(ask(&esc_handle_escalation, "E-1", ""), 200);
    assert_true(says("{\"client\":\"\",\"id\":\"E-1\",\"version\":"));
    assert_true(says("\"ticket\":\"T-1\",\"ticket_title\":\"title 1\","));
    assert_true(says("\"account\":\"Globex\",\"severity\":\"high\""));
    assert_true(says("\"state\":\"open\""));
    assert_true(says("\"closed_at\":null"));
    assert_true(says("\"now\":\"2026-01-05T09:00:05.000Z\"}"));
    assert_int_equal(ask(&esc_handle_escalation, "E-3", ""), 200);
    assert_true(says("\"state\":\"closed\""));
    assert_true(says("\"account\":\"Globex\",\"severity\":\"high\""));
    assert_true(says("\"template_title\":\"Trouble\""));
    assert_true(says("\"closed_at\":\"2026-01-05T09:00:05.000Z\""));
    assert_int_equal(ask(&esc_handle_escalation, "E-99", ""), 404);
    assert_int_equal(ask(&esc_handle_escalation, "99", ""), 404);
    assert_true(says("an escalation's id looks like E-12"));
}

/* After a restart with other templates the bundle that a closed one ran on is in the store only. */
static void a_closed_escalation_is_shown_by_its_own_templates(void **state)
{
    (void)state;
    service_file_close(&file);
    service_file_compile(&file, "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\n"
                                "person dora \"Dora\" { email \"dora@acme.example\" }\n"
                                "policy company { last resort dora }\n");
    service_file_open(&file);
    assert_int_equal(ask(&esc_handle_escalation, "E-3", ""), 200);
    assert_true(says("\"template_title\":\"Trouble\""));
}

static void the_event_that_started_it_is_evidence(void **state)
{
    (void)state;
    assert_int_equal(ask(&esc_handle_evidence, "E-2", ""), 200);
    assert_memory_equal(body, "{\"items\":[{\"number\":0,\"name\":\"start event\",\"size\":", 49);
    assert_true(says("\"sha256\":\""));
    assert_false(says("\"content\""));
    assert_int_equal(ask(&esc_handle_evidence, "E-2", "number=0"), 200);
    assert_true(says("\"content\":\"{\\\"specversion\\\":\\\"1.0\\\",\\\"id\\\":\\\"2\\\""));
    assert_int_equal(ask(&esc_handle_evidence, "E-2", "number=1"), 404);
    assert_true(says("E-2 has no evidence of number 1"));
    assert_int_equal(ask(&esc_handle_evidence, "E-2", "after=1"), 200);
    assert_string_equal(body, "{\"items\":[]}");
    assert_int_equal(ask(&esc_handle_evidence, "E-99", ""), 404);
    assert_int_equal(ask(&esc_handle_evidence, "2", ""), 404);
    assert_true(says("an escalation's id looks like E-12"));
}

/* Half a list is no list: who asks hears to ask for less. */
static void a_list_over_its_limit_is_no_list(void **state)
{
    (void)state;
    EscRequest request = {.arena = esc_arena_new(1 << 20)};
    EscWhy why = {.text = ""};
    EscApiItems items;
    esc_api_items_open(&items);
    esc_buf_release(&items.out);
    esc_buf_init(&items.out, 20);
    esc_buf_string(&items.out, "{\"items\":[{\"id\":\"T-1\"}");
    esc_api_items_answer(&request, &items, ESC_OK, &why);
    assert_int_not_equal(request.answer.status, 200);
    assert_non_null(memmem(request.answer.body.data, request.answer.body.size, "ask for less", 12));
    esc_answer_release(&request.answer);
    esc_arena_free(request.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tickets_are_listed_by_their_ids, set_up, tear_down),
        cmocka_unit_test_setup_teardown(escalations_are_listed_newest_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(escalations_come_in_pages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_trail_is_listed_in_its_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_outbox_is_listed_newest_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_is_listed_once_however_far_it_has_come, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_on_duty_is_listed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named, set_up, tear_down),
        cmocka_unit_test(a_list_over_its_limit_is_no_list),
        cmocka_unit_test_setup_teardown(a_ticket_is_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_escalation_is_shown_open_and_closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_closed_escalation_is_shown_by_its_own_templates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_event_that_started_it_is_evidence, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
