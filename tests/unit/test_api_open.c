/* test_api_open.c - a person opens a ticket: from the body of a request to the ticket, its record and the answer. */
#define _GNU_SOURCE
#include "support/service_file.h"

#include "api_internal.h"

#define WORKSPACE                                                                                  \
    "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\n"                                    \
    "extend ticket { count: number?  vip: bool?  reason: text at most 50? }\n"                     \
    "person ana \"Ana\" { email \"ana@acme.example\" }\n"                                          \
    "policy company { last resort ana }\n"                                                         \
    "template fire \"Fire\" {\n"                                                                   \
    "  start on ticket.created when ticket.severity = high\n"                                      \
    "  owners { primary ana ack within 5m }\n"                                                     \
    "  steps { await resolved within 4h else raise overdue }\n"                                    \
    "  close when resolved\n"                                                                      \
    "}\n"

static ServiceFile file;
static uint8_t next_random;

static void fill(void *context, void *bytes, size_t size)
{
    (void)context;
    memset(bytes, ++next_random, size);
}
static const EscRandom random_door = {.fill = fill};

static int set_up(void **state)
{
    (void)state;
    service_file_make(&file, WORKSPACE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    service_file_remove(&file);
    return 0;
}

typedef struct Opened {
    EscRequest request;
    EscApiSetup setup;
    char text[4096]; /* of the answer */
} Opened;

/* The whole way of a request behind its headers. */
static void open_ticket(Opened *opened, const char *key, uint32_t scopes, const char *body)
{
    *opened = (Opened){.setup = {.random = &random_door}};
    EscRequest *request = &opened->request;
    *request = (EscRequest){.arena = esc_arena_new((size_t)4 << 20),
                            .setup = &opened->setup,
                            .principal = ESC_TEXT("ana"),
                            .scopes = scopes,
                            .key = esc_text_from(key)};
    assert_non_null(request->arena);
    for (size_t i = 0; i < esc_routes_count; i++)
        if (esc_routes[i].handler == &esc_handle_open)
            request->route = &esc_routes[i];
    esc_buf_init(&request->body, ESC_ACTION_BYTES_MAX);
    esc_buf_string(&request->body, body);
    request->route->handler->parse(request, esc_engine_program(esc_service_engine(file.service)));
    if (request->job.inputs_count == 1) {
        EscReply reply;
        assert_status(
            esc_service_turn(file.service, request->job.inputs, 1, 0, &reply, NULL, &file.why),
            ESC_OK);
        request->route->handler->committed(request, &reply);
    }
    EscText text = esc_buf_as_text(&request->answer.body);
    assert_true(text.size < sizeof(opened->text));
    memcpy(opened->text, text.data, text.size);
    opened->text[text.size] = '\0';
}

static void release(Opened *opened)
{
    esc_answer_release(&opened->request.answer);
    esc_buf_release(&opened->request.body);
    esc_arena_free(opened->request.arena);
}

static unsigned opened_with(const char *key, const char *body, char text[4096])
{
    Opened opened;
    open_ticket(&opened, key, ESC_SCOPE_BIT_ACT, body);
    unsigned status = opened.request.answer.status;
    memcpy(text, opened.text, 4096);
    release(&opened);
    return status;
}

static void assert_ticket(const char *id, const char *part)
{
    EscTicketRow row;
    assert_true(esc_engine_find_ticket(esc_service_engine(file.service), esc_text_from(id), &row));
    EscBuf fields, sla;
    esc_buf_init(&fields, 65536);
    esc_buf_init(&sla, 65536);
    assert_true(esc_ticket_body_show(row.body, &fields, NULL, &sla));
    if (!esc_text_contains(esc_buf_as_text(&fields), esc_text_from(part)))
        fail_msg("%.*s lacks %s", ESC_TEXT_ARG(esc_buf_as_text(&fields)), part);
    esc_buf_release(&fields);
    esc_buf_release(&sla);
}

static void a_ticket_is_opened_and_starts_what_it_starts(void **state)
{
    (void)state;
    char text[4096];
    assert_int_equal(opened_with("",
                                 "{\"id\":\"INC-1\",\"title\":\"Fire\",\"severity\":\"High\","
                                 "\"account\":{\"name\":\"Globex\"}}",
                                 text),
                     201);
    assert_string_equal(text, "{\"escalations\":[\"E-1\"],\"ticket\":\"INC-1\",\"noop\":false}");
    assert_ticket("INC-1", "\"account.name\":\"Globex\"");
    /* Without an id one is made, another one each time. */
    assert_int_equal(opened_with("", "{\"title\":\"Smoke\"}", text), 201);
    char first[4096];
    memcpy(first, text, sizeof first);
    assert_int_equal(opened_with("", "{\"title\":\"Smoke\"}", text), 201);
    assert_non_null(strstr(text, "\"ticket\":\"P-"));
    assert_string_not_equal(first, text);
    assert_non_null(strstr(text, "\"escalations\":[]"));
}

static void a_request_with_a_key_opens_one(void **state)
{
    (void)state;
    char first[4096], again[4096];
    assert_int_equal(opened_with("k1", "{\"title\":\"Smoke\"}", first), 201);
    assert_int_equal(opened_with("k1", "{\"title\":\"Smoke\"}", again), 200);
    assert_non_null(strstr(again, "\"noop\":true"));
    char *id = strstr(first, "\"ticket\":");
    assert_memory_equal(id, strstr(again, "\"ticket\":"), 25);
    assert_int_equal(opened_with("k1", "{\"title\":\"Fire\"}", again), 409);
    assert_int_equal(opened_with("k2", "{\"title\":\"Smoke\"}", again), 201);
    assert_memory_not_equal(id, strstr(again, "\"ticket\":"), 25);
}

static void a_ticket_that_is_there_is_not_opened(void **state)
{
    (void)state;
    char text[4096];
    assert_int_equal(opened_with("", "{\"id\":\"INC-1\",\"title\":\"Fire\"}", text), 201);
    assert_int_equal(opened_with("", "{\"id\":\"INC-1\",\"title\":\"Another\"}", text), 409);
    assert_non_null(
        strstr(text, "there is a ticket \\\"INC-1\\\" already: leave its id out to get a new one"));
    assert_ticket("INC-1", "\"title\":\"Fire\"");
}

static void fields_are_given_in_every_way(void **state)
{
    (void)state;
    char text[4096];
    assert_int_equal(
        opened_with(
            "",
            "{\"title\":\"Fire\",\"account.name\":\"X\",\"reason\":\"seen\",\"fields\":{\"id\":"
            "\"A\",\"reason\":\"heat\",\"count\":\"7\",\"vip\":\"true\",\"tags\":\"a\"}}",
            text),
        201);
    assert_ticket("A", "\"count\":7");
    assert_ticket("A", "\"vip\":true");
    assert_ticket("A", "\"tags\":[\"a\"]");
    assert_ticket("A", "\"reason\":\"heat\"");
    assert_int_equal(
        opened_with(
            "",
            "{\"title\":\"Fire\",\"fields\":{\"id\":\"B\",\"tags\":[\"a\",\"b\"],\"count\":null}}",
            text),
        201);
    assert_ticket("B", "\"tags\":[\"a\",\"b\"]");
}

static void what_is_wrong_names_the_field(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        unsigned status;
        const char *place, *words;
    } cases[] = {
        {"{}", 422, "/title", "title is missing: say what it is about"},
        {"{\"title\":\"\"}", 422, "/title", "title is missing"},
        {"{\"title\":\"a\",\"severty\":\"high\"}", 422, "/severty",
         "severty: the ticket has no such field; did you mean severity?"},
        {"{\"title\":\"a\",\"severity\":\"worst\"}", 422, "/severity",
         "wanted is one of low, medium, high, critical"},
        {"{\"title\":\"a\",\"fields\":{\"reason\":\"123456789 123456789 123456789 123456789 "
         "123456789 1\"}}",
         422, "/reason", "reason"},
        {"{\"title\":\"a\",\"account\":\"X\"}", 422, "/account",
         "account is a text; wanted is an object"},
        {"{\"title\":\"a\",\"count\":\"many\"}", 422, "/count",
         "count is a text; wanted is a number"},
        {"{\"title\":\"a\",\"vip\":\"7\"}", 422, "/vip", "wanted is true or false"},
        {"{\"title\":\"a\",\"fields\":7}", 422, "/fields", "must be an object"},
        {"{\"title\":\"a\",\"fields\":{\"title\":\"b\"}}", 422, "/title", "title is said twice"},
        {"{\"title\":\"a\",\"id\":\"escal:T-1\"}", 422, NULL, "only ids of linked tickets do"},
        {"{\"title\":\"a\",\"id\":7}", 422, "/id", "must be a text"},
        {"{\"title\":\"a\",\"as\":\"eva\"}", 403, "/as", NULL},
        {"[]", 400, NULL, NULL},
        {"{\"title\":\"a\",\"title\":\"b\"}", 400, NULL, NULL},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char text[4096], place[80];
        unsigned status = opened_with("", cases[i].body, text);
        (void)snprintf(place, sizeof place, "\"place\":\"%s\"",
                       cases[i].place == NULL ? "" : cases[i].place);
        if (status != cases[i].status || (cases[i].place != NULL && strstr(text, place) == NULL) ||
            (cases[i].words != NULL && strstr(text, cases[i].words) == NULL))
            fail_msg("%s: %u %s", cases[i].body, status, text);
    }
    EscTicketRow row;
    assert_false(
        esc_engine_find_ticket(esc_service_engine(file.service), ESC_TEXT("escal:T-1"), &row));
}

typedef struct Found {
    char actor[64], text[512], data[512];
    int count;
} Found;

static bool find_opened(void *context, const EscAuditRow *row)
{
    Found *found = context;
    if (!esc_text_equal(row->kind, ESC_TEXT("ticket_opened")))
        return true;
    found->count++;
    (void)snprintf(found->actor, sizeof found->actor, "%.*s", ESC_TEXT_ARG(row->actor));
    (void)snprintf(found->text, sizeof found->text, "%.*s", ESC_TEXT_ARG(row->text));
    (void)snprintf(found->data, sizeof found->data, "%.*s", ESC_TEXT_ARG(row->data));
    return true;
}

static void the_record_says_who(void **state)
{
    (void)state;
    Opened opened;
    open_ticket(&opened, "", ESC_SCOPE_BIT_ACT | ESC_SCOPE_BIT_ACT_AS,
                "{\"id\":\"A\",\"title\":\"Fire\",\"severity\":\"high\",\"as\":\"eva\",\"reason\":"
                "\"Globex called\"}");
    assert_int_equal(opened.request.answer.status, 201);
    release(&opened);
    Found found = {.count = 0};
    const EscAuditFilter query = {.limit = 100};
    assert_status(
        esc_store_audit(esc_service_store(file.service), &query, find_opened, &found, &file.why),
        ESC_OK);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.actor, "eva");
    assert_string_equal(found.text, "eva opened A: Globex called; assumed, as nobody gave them: "
                                    "kind, priority, status [ana acting as eva]");
    assert_non_null(strstr(found.data, "\"by\":\"ana\""));
    assert_non_null(strstr(found.data, "\"reason\":\"Globex called\""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_ticket_is_opened_and_starts_what_it_starts),
        TEST(a_request_with_a_key_opens_one),
        TEST(a_ticket_that_is_there_is_not_opened),
        TEST(fields_are_given_in_every_way),
        TEST(what_is_wrong_names_the_field),
        TEST(the_record_says_who),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
