/* test_api_rows.c - rows of a store as the items of people's lists: which members, in which form, what is left out. */
#include "api_internal.h"

#include "support/test.h"

static EscApiItems items;

static int set_up(void **state)
{
    (void)state;
    items = (EscApiItems){.count = 0};
    esc_buf_init(&items.out, 10000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_buf_release(&items.out);
    return 0;
}

static void assert_items(const char *expected)
{
    assert_text_equal(esc_buf_as_text(&items.out), expected);
}

static const EscAuditRow record = {.seq = 5,
                                   .at_ms = 3000,
                                   .escalation = 3,
                                   .ticket = {"T-3", 3},
                                   .kind = {"opened", 6},
                                   .actor = {"escal", 5},
                                   .place = {"customer.esc:31", 15},
                                   .text = {"record 5", 8},
                                   .data = {"{\"role\":\"primary\"}", 18}};

static void an_audit_record(void **state)
{
    (void)state;
    const EscAuditRow bare = {.seq = 6, .at_ms = 4000, .kind = ESC_TEXT("absent")};
    assert_true(esc_api_audit_item(&items, &record));
    assert_true(esc_api_audit_item(&items, &bare));
    assert_items("{\"seq\":5,\"at\":\"1970-01-01T00:00:03.000Z\",\"escalation\":\"E-3\",\"ticket\":"
                 "\"T-3\",\"kind\":\"opened\","
                 "\"actor\":\"escal\",\"place\":\"customer.esc:31\",\"text\":\"record "
                 "5\",\"data\":{\"role\":\"primary\"}},"
                 "{\"seq\":6,\"at\":\"1970-01-01T00:00:04.000Z\",\"kind\":\"absent\"}");
    assert_int_equal(items.count, 2);
}

static const EscEscalationView view = {.id = 7,
                                       .version = 4,
                                       .ticket = {"T-7", 3},
                                       .ticket_title = {"Down", 4},
                                       .account = {"Globex", 6},
                                       .severity = {"high", 4},
                                       .template_name = {"outage", 6},
                                       .template_title = {"Outage", 6},
                                       .bundle_hash = {0x9f, 0x3c, 0x2b, 0x1a, 0xff},
                                       .owner = {"ana", 3},
                                       .owner_title = {"Ana Ruiz", 8},
                                       .is_acked = true,
                                       .acked_ms = 1500,
                                       .opened_at_ms = 1000,
                                       .due_ms = 2000,
                                       .ack_due_ms = 2000,
                                       .wait_due_ms = 3000,
                                       .holds_until_ms = 4000,
                                       .waiting_for = {"an answer", 9},
                                       .room = {"https://meet.example/1", 22},
                                       .question = {"Why?", 4},
                                       .wanted = ESC_WANTED_QUESTION,
                                       .question_due_ms = 3000,
                                       .guidance = {"Look.", 5},
                                       .question_task = 2,
                                       .answers_json = {"[{\"name\":\"yes\"}]", 16},
                                       .next_owner = {"ben", 3},
                                       .next_role = 2,
                                       .next_pass = 1,
                                       .primary = {"ana", 3},
                                       .escalation_owner = {"ben", 3},
                                       .level = 1,
                                       .levels = 2,
                                       .pass = 1,
                                       .passes = 1,
                                       .last_outbox = 12,
                                       .last_to = {"ana", 3},
                                       .last_medium = {"chat", 4},
                                       .last_state = ESC_DELIVERY_SEEN,
                                       .last_at_ms = 1200,
                                       .tasks_open = 1,
                                       .offer_to = {"support", 7},
                                       .offer_by = {"ana", 3},
                                       .offer_reason = {"lunch", 5},
                                       .offer_asked_json = {"[\"ben\"]", 7},
                                       .offer_expect = ESC_EXPECT_RESOLVED,
                                       .offer_within_ms = 7200000,
                                       .offer_due_ms = 5000};

/* An escalation that lacks everything, up to the members of a single one. */
#define BARE                                                                                       \
    "{\"client\":\"acme\",\"id\":\"E-8\",\"version\":0,\"ticket\":\"\",\"ticket_title\":\"\","              \
    "\"account\":\"\",\"severity\":\"\",\"template\":\"\",\"template_title\":\"\",\"bundle\":"          \
    "\"00000000\",\"state\":\"closed\",\"outcome\":\"\",\"owner\":\"\",\"owner_title\":\"\","            \
    "\"role\":\"primary\",\"acked\":false,\"acked_at\":null,\"opened_at\":null,\"closed_at\":null,"     \
    "\"resolved_at\":null,\"next_due_at\":null,\"due_at\":null,\"ack_due_at\":null,"                 \
    "\"wait_due_at\":null,\"holds_until\":null,\"next_owner\":null,\"next_role\":null,"              \
    "\"primary\":null,\"secondary\":null,\"escalation_owner\":null,\"step\":\"\","                   \
    "\"waiting_for\":\"\",\"question\":null,\"alarm\":false,\"handoffs\":0,\"last_message\":null,"   \
    "\"tasks_open\":0,\"offer\":null"

static void an_escalation(void **state)
{
    (void)state;
    const EscEscalationView bare = {.id = 8, .state = ESC_STATE_CLOSED};
    assert_true(esc_api_row_item(&items, ESC_TEXT("acme"), &view));
    assert_true(esc_api_row_item(&items, ESC_TEXT("acme"), &bare));
    assert_items(
        "{\"client\":\"acme\",\"id\":\"E-7\",\"version\":4,\"ticket\":\"T-7\",\"ticket_title\":"
        "\"Down\",\"account\":\"Globex\",\"severity\":\"high\",\"template\":\"outage\","
        "\"template_title\":\"Outage\",\"bundle\":\"9f3c2b1a\",\"state\":\"open\",\"outcome\":\"\","
        "\"owner\":\"ana\",\"owner_title\":\"Ana Ruiz\",\"role\":\"primary\",\"acked\":true,"
        "\"acked_at\":\"1970-01-01T00:00:01.500Z\",\"opened_at\":\"1970-01-01T00:00:01.000Z\","
        "\"closed_at\":null,\"resolved_at\":null,\"next_due_at\":null,"
        "\"due_at\":\"1970-01-01T00:00:02.000Z\",\"ack_due_at\":\"1970-01-01T00:00:02.000Z\","
        "\"wait_due_at\":\"1970-01-01T00:00:03.000Z\",\"holds_until\":\"1970-01-01T00:00:04.000Z\","
        "\"next_owner\":\"ben\",\"next_role\":\"escalation\",\"next_pass\":1,\"primary\":\"ana\","
        "\"secondary\":null,\"escalation_owner\":\"ben\",\"level\":1,\"levels\":2,\"pass\":1,"
        "\"passes\":1,\"step\":\"\",\"waiting_for\":\"an answer\",\"question\":{\"text\":\"Why?\","
        "\"kind\":\"question\",\"answers\":[{\"name\":\"yes\"}],\"due_at\":"
        "\"1970-01-01T00:00:03.000Z\",\"guidance\":\"Look.\",\"task\":\"E-7-2\"},"
        "\"alarm\":false,\"handoffs\":0,\"last_message\":{\"id\":12,"
        "\"to\":\"ana\",\"medium\":\"chat\",\"state\":\"seen\",\"at\":\"1970-01-01T00:00:01.200Z\","
        "\"detail\":\"\"},\"tasks_open\":1,\"offer\":{\"to\":\"support\",\"asked\":[\"ben\"],"
        "\"by\":\"ana\",\"reason\":\"lunch\",\"until\":\"1970-01-01T00:00:05.000Z\","
        "\"expect\":\"resolved\",\"within\":\"2h\"}}," BARE "}");
}

static void one_escalation_has_more(void **state)
{
    (void)state;
    const EscEscalationView bare = {.id = 8, .state = ESC_STATE_CLOSED};
    items.now_ms = 9000;
    esc_api_escalation_view(&items, ESC_TEXT("acme"), &bare);
    assert_items(BARE ",\"room\":\"\",\"exceptions\":0,\"answers\":[],\"checks\":[],\"changes\":[],"
                      "\"group\":\"\",\"tickets_open\":0,\"tickets\":[],\"now\":"
                      "\"1970-01-01T00:00:09.000Z\"}");
}

static void who_is_on_duty(void **state)
{
    (void)state;
    const EscDutyView schedule = {.is_schedule = true,
                                  .means = ESC_TEXT("front"),
                                  .title = ESC_TEXT("Front"),
                                  .person = ESC_TEXT("ana"),
                                  .person_title = ESC_TEXT("Ana Ruiz"),
                                  .until_ms = 5000,
                                  .next = ESC_TEXT("ben"),
                                  .next_title = ESC_TEXT("Ben Falk"),
                                  .absent_json = ESC_TEXT("[{\"person\":\"cleo\"}]")};
    const EscDutyView role = {
        .means = ESC_TEXT("desk"), .template_name = ESC_TEXT("outage"), .role = 1, .depends = true};
    assert_true(esc_api_duty_item(&items, &schedule));
    assert_true(esc_api_duty_item(&items, &role));
    assert_items("{\"schedule\":\"front\",\"title\":\"Front\",\"person\":\"ana\",\"name\":\"Ana "
                 "Ruiz\",\"until\":\"1970-01-01T00:00:05.000Z\","
                 "\"next\":\"ben\",\"next_name\":\"Ben Falk\",\"absent\":[{\"person\":\"cleo\"}]},"
                 "{\"template\":\"outage\",\"role\":\"secondary\",\"who\":\"desk\",\"depends_on_"
                 "ticket\":true,\"absent\":[]}");
}

static void evidence_with_and_without_content(void **state)
{
    (void)state;
    const EscEvidenceRow row = {.number = 3,
                                .name = ESC_TEXT("log"),
                                .content = ESC_TEXT("a\nb"),
                                .at_ms = 4000,
                                .hash = {0xab}};
    assert_true(esc_api_evidence_item(&items, &row, false));
    assert_true(esc_api_evidence_item(&items, &row, true));
#define BEGIN                                                                                      \
    "{\"number\":3,\"name\":\"log\",\"at\":\"1970-01-01T00:00:04.000Z\",\"size\":3,"               \
    "\"sha256\":\"ab00000000000000000000000000000000000000000000000000000000000000\""
    assert_items(BEGIN "}," BEGIN ",\"content\":\"a\\nb\"}");
#undef BEGIN
}

/* A clock that counts, due at 9 s. */
static void clock_make(EscBuf *body, uint8_t state, int64_t origin_ms)
{
    esc_buf_u8(body, state | 128);
    esc_buf_varint(body, 1);     /* cycle */
    esc_buf_signed(body, 90000); /* goal */
    esc_buf_packed(body, ESC_TEXT("office"));
    esc_buf_signed(body, origin_ms);
    esc_buf_signed(body, 0);
    esc_buf_signed(body, 9000);
    esc_buf_signed(body, -1);
    esc_buf_varint(body, 2); /* warnings told */
    esc_buf_signed(body, 50);
    esc_buf_signed(body, -1800);
}

/* The format of rows/home_pack.c: a status that was accepted, a comment that waits, a ticket that was made. */
static void home_make(EscBuf *body)
{
    esc_buf_packed(body, ESC_TEXT("desk"));
    esc_buf_packed(body, ESC_TEXT("17"));
    esc_buf_varint(body, 1);
    esc_buf_packed(body, ESC_TEXT("status"));
    for (int i = 0; i < 2; i++) {
        esc_buf_u8(body, ESC_KIND_ENUM);
        esc_buf_packed(body, ESC_TEXT("pending"));
    }
    esc_buf_u8(body, ESC_KIND_UNSET);
    esc_buf_signed(body, 1000);
    esc_buf_signed(body, 2000);
    esc_buf_varint(body, 0);
    esc_buf_varint(body, 1);
    esc_buf_u8(body, 2); /* accepted */
    esc_buf_varint(body, 0);
    esc_buf_signed(body, 0);
    esc_buf_varint(body, 2);
    for (uint8_t kind = 1; kind <= 2; kind++) {
        esc_buf_u8(body, kind);
        esc_buf_u8(body, kind == 1 ? 0 : 2);
        esc_buf_packed(body, kind == 1 ? ESC_TEXT("hello") : (EscText){0});
        esc_buf_u64(body, 7);
        esc_buf_signed(body, 3000);
        esc_buf_varint(body, 0);
        esc_buf_varint(body, 0);
    }
}

/* The format of rows/ticket_pack.c. */
static void body_make(EscBuf *body, uint8_t flags, int64_t message_ms)
{
    esc_buf_init(body, 1000);
    esc_buf_u8(body, 9);
    esc_buf_varint(body, 2);
    esc_buf_varint(body, 2 * strlen("kind") + 1);
    esc_buf_string(body, "kind"); /* assumed, and missing */
    esc_buf_u8(body, ESC_KIND_UNSET);
    esc_buf_varint(body, 2 * strlen("severity"));
    esc_buf_string(body, "severity");
    esc_buf_u8(body, ESC_KIND_ENUM);
    esc_buf_packed(body, ESC_TEXT("critical"));
    esc_buf_u8(body, flags);
    if ((flags & 32) != 0) { /* it joined one */
        esc_buf_varint(body, 1);
        esc_buf_varint(body, 9);
        esc_buf_packed(body, ESC_TEXT("down"));
    }
    if ((flags & 64) != 0)
        home_make(body);
    if ((flags & 128) != 0) /* but the id of another one */
        esc_buf_packed(body, ESC_TEXT("escal:T-1"));
    esc_buf_packed(body, ESC_TEXT("gold"));
    esc_buf_u8(body, 2 + 16); /* met */
    clock_make(body, 1, 0);   /* running */
    if (message_ms == 0)
        esc_buf_u8(body, 0);
    else
        clock_make(body, 3, message_ms); /* breached */
}

static void a_ticket(void **state)
{
    (void)state;
    EscBuf body;
    body_make(&body, 0, 0);
    const EscTicketRow row = {.id = ESC_TEXT("T-3"),
                              .title = ESC_TEXT("Checkout is down"),
                              .status = ESC_TEXT("open"),
                              .body = esc_buf_as_bytes(&body),
                              .created_at_ms = 3000,
                              .updated_at_ms = 3000};
    assert_true(esc_api_ticket_item(&items, &row));
    assert_items(
        "{\"id\":\"T-3\",\"title\":\"Checkout is down\",\"status\":\"open\","
        "\"created_at\":\"1970-01-01T00:00:03.000Z\",\"updated_at\":\"1970-01-01T00:00:03.000Z\","
        "\"fields\":{\"severity\":\"critical\"},\"assumed\":[\"kind\"],"
        "\"sla\":{\"name\":\"gold\",\"respond\":{\"state\":\"met\",\"met\":true},"
        "\"resolve\":{\"state\":\"running\",\"met\":false,\"due\":\"1970-01-01T00:00:09.000Z\"},"
        "\"update\":{\"state\":\"none\",\"met\":false}},\"joined\":[],\"homes\":[]}");
    esc_buf_release(&body);
}

/* Its level pauses it, somebody waits for an answer, and it joined others. */
static void a_ticket_whose_clock_is_paused(void **state)
{
    (void)state;
    EscBuf body;
    body_make(&body, 16 + 32, 2000);
    const EscTicketRow row = {.id = ESC_TEXT("T-3"), .body = esc_buf_as_bytes(&body)};
    assert_true(esc_api_ticket_item(&items, &row));
    assert_true(esc_text_contains(
        esc_buf_as_text(&items.out),
        ESC_TEXT("\"resolve\":{\"state\":\"paused\",\"met\":false},"
                 "\"update\":{\"state\":\"breached\",\"met\":false,"
                 "\"since\":\"1970-01-01T00:00:02.000Z\",\"due\":\"1970-01-01T00:00:09.000Z\"}},"
                 "\"joined\":[{\"escalation\":\"E-9\",\"template\":\"down\"}],\"homes\":[]}")));
    esc_buf_release(&body);
}

static void a_ticket_that_another_system_has(void **state)
{
    (void)state;
    EscBuf body;
    body_make(&body, 64, 0);
    const EscTicketRow row = {.id = ESC_TEXT("escal:T-1"), .body = esc_buf_as_bytes(&body)};
    assert_true(esc_api_ticket_item(&items, &row));
    assert_true(esc_text_contains(
        esc_buf_as_text(&items.out),
        ESC_TEXT("\"homes\":[{\"source\":\"desk\",\"fields\":[{\"name\":\"status\",\"state\":"
                 "\"accepted\",\"value\":\"pending\",\"set_at\":\"1970-01-01T00:00:01.000Z\","
                 "\"told_at\":\"1970-01-01T00:00:02.000Z\"}],\"comments\":[{\"kind\":\"public\","
                 "\"state\":\"waiting\",\"text\":\"hello\",\"at\":"
                 "\"1970-01-01T00:00:03.000Z\"}],\"id\":\"17\",\"made\":\"accepted\"}]}")));
    esc_buf_release(&body);
}

/* And only that: it is found by it. */
static void an_id_of_another_system(void **state)
{
    (void)state;
    EscBuf body;
    body_make(&body, 128, 0);
    assert_text_equal(esc_ticket_stands_for(esc_buf_as_bytes(&body)), "escal:T-1");
    esc_buf_release(&body);
}

static void a_ticket_whose_body_cannot_be_read(void **state)
{
    (void)state;
    const EscTicketRow row = {.id = ESC_TEXT("T-3"), .body = {(const uint8_t *)"\1\5xx", 4}};
    assert_true(esc_api_ticket_item(&items, &row));
    assert_items(
        "{\"id\":\"T-3\",\"title\":\"\",\"status\":\"\",\"created_at\":null,\"updated_at\":null,"
        "\"fields\":{},\"assumed\":[],\"sla\":null,\"joined\":[],\"homes\":[]}");
}

static void an_outbox_row(void **state)
{
    (void)state;
    EscOutboxEntry entry = {.row = {.id = 1,
                                    .key = ESC_TEXT("acme/E-1"),
                                    .escalation = 1,
                                    .ticket = ESC_TEXT("T-1"),
                                    .target = ESC_TEXT("incidents"),
                                    .medium = ESC_TEXT("chat"),
                                    .body = ESC_TEXT("{\"text\":\"You own it\",\"own\":[[0,10]]}"),
                                    .created_at_ms = 1000},
                            .state = ESC_DELIVERY_ACCEPTED,
                            .next_attempt_at_ms = 1000,
                            .detail = ESC_TEXT("settled 1")};
    assert_true(esc_api_outbox_item(&items, &entry));
    assert_items(
        "{\"id\":1,\"key\":\"acme/"
        "E-1\",\"escalation\":\"E-1\",\"ticket\":\"T-1\",\"kind\":\"message\","
        "\"target\":\"incidents\",\"medium\":\"chat\",\"body\":{\"text\":\"You own it\"},"
        "\"created_at\":\"1970-01-01T00:00:01.000Z\",\"attempts\":0,\"state\":\"accepted\","
        "\"detail\":\"settled 1\"}");
    entry.state = ESC_DELIVERY_QUEUED;
    esc_buf_clear(&items.out);
    assert_true(esc_api_outbox_item(&items, &entry));
    assert_true(esc_text_contains(esc_buf_as_text(&items.out),
                                  ESC_TEXT("\"next_attempt_at\":\"1970-01-01T00:00:01.000Z\"")));
}

/* {"text":"x","own":[],"a":[[…]]}: `depth` in all, and `values` in the innermost list. */
static void nested_make(EscBuf *body, unsigned depth, unsigned values)
{
    esc_buf_init(body, 1000000);
    esc_buf_string(body, "{\"text\":\"x\",\"own\":[],\"a\":");
    for (unsigned i = 1; i < depth; i++)
        esc_buf_char(body, '[');
    for (unsigned i = 0; i < values; i++)
        esc_buf_string(body, i == 0 ? "0" : ",0");
    for (unsigned i = 1; i < depth; i++)
        esc_buf_char(body, ']');
    esc_buf_char(body, '}');
}

/* What is over a limit is shown as it is stored. */
static void a_message_is_read_up_to_its_limits(void **state)
{
    (void)state;
    static const struct {
        unsigned depth, values;
        bool is_read;
    } cases[] = {{32, 1, true}, {33, 1, false}, {2, 100000 - 4, true}, {2, 100000 - 3, false}};
    esc_buf_release(&items.out);
    esc_buf_init(&items.out, 1000000);
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscBuf body;
        nested_make(&body, cases[i].depth, cases[i].values);
        const EscOutboxEntry entry = {.row = {.id = 1, .body = esc_buf_as_text(&body)}};
        esc_buf_clear(&items.out);
        assert_true(esc_api_outbox_item(&items, &entry));
        assert_int_equal(!esc_text_contains(esc_buf_as_text(&items.out), ESC_TEXT("\"own\"")),
                         cases[i].is_read);
        assert_true(esc_text_contains(esc_buf_as_text(&items.out), ESC_TEXT("\"a\":[")));
        esc_buf_release(&body);
    }
}

static void a_list_that_does_not_fit_ends(void **state)
{
    (void)state;
    esc_buf_release(&items.out);
    esc_buf_init(&items.out, 100);
    assert_false(esc_api_audit_item(&items, &record));
    assert_status(items.out.status, ESC_OVER_LIMIT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_audit_record),
        TEST(an_escalation),
        TEST(one_escalation_has_more),
        TEST(who_is_on_duty),
        TEST(evidence_with_and_without_content),
        TEST(a_ticket),
        TEST(a_ticket_whose_clock_is_paused),
        TEST(a_ticket_that_another_system_has),
        TEST(an_id_of_another_system),
        TEST(a_ticket_whose_body_cannot_be_read),
        TEST(an_outbox_row),
        TEST(a_message_is_read_up_to_its_limits),
        TEST(a_list_that_does_not_fit_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
