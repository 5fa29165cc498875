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
    assert_items("{\"seq\":5,\"at\":\"1970-01-01T00:00:03.000Z\",\"escalation\":\"E-3\",\"ticket\":\"T-3\",\"kind\":\"opened\","
                 "\"actor\":\"escal\",\"place\":\"customer.esc:31\",\"text\":\"record 5\",\"data\":{\"role\":\"primary\"}},"
                 "{\"seq\":6,\"at\":\"1970-01-01T00:00:04.000Z\",\"kind\":\"absent\"}");
    assert_int_equal(items.count, 2);
}

static void an_escalation(void **state)
{
    (void)state;
    const EscEscalationRow row = {.id = 1,
                                  .ticket = ESC_TEXT("T-1"),
                                  .template_name = ESC_TEXT("high_value_incident"),
                                  .role = 1,
                                  .owner = ESC_TEXT("ben"),
                                  .is_acked = true,
                                  .opened_at_ms = 1000,
                                  .step = ESC_TEXT("customer.esc:31 await resolved"),
                                  .next_due_ms = 61000};
    assert_true(esc_api_escalation_item(&items, &row));
    assert_items("{\"id\":\"E-1\",\"ticket\":\"T-1\",\"template\":\"high_value_incident\",\"state\":\"open\","
                 "\"role\":\"secondary\",\"owner\":\"ben\",\"acked\":true,\"opened_at\":\"1970-01-01T00:00:01.000Z\","
                 "\"step\":\"customer.esc:31 await resolved\",\"next_due_at\":\"1970-01-01T00:01:01.000Z\"}");
}

/* The format of rows/ticket_pack.c. */
static void body_make(EscBuf *body)
{
    esc_buf_init(body, 1000);
    esc_buf_u8(body, 2);
    esc_buf_varint(body, 1);
    esc_buf_packed(body, ESC_TEXT("severity"));
    esc_buf_u8(body, ESC_KIND_ENUM);
    esc_buf_packed(body, ESC_TEXT("critical"));
    esc_buf_varint(body, 1);
    esc_buf_packed(body, ESC_TEXT("kind")); /* assumed */
    esc_buf_u8(body, 0);
    esc_buf_packed(body, ESC_TEXT("gold"));
    esc_buf_u8(body, 2 + 16); /* met */
    esc_buf_signed(body, 0);
    esc_buf_signed(body, -1);
    esc_buf_signed(body, 0);
    esc_buf_u8(body, 1); /* running */
    esc_buf_signed(body, 9000);
    esc_buf_signed(body, -1);
    esc_buf_signed(body, 0);
}

static void a_ticket(void **state)
{
    (void)state;
    EscBuf body;
    body_make(&body);
    const EscTicketRow row = {.id = ESC_TEXT("T-3"),
                              .title = ESC_TEXT("Checkout is down"),
                              .status = ESC_TEXT("open"),
                              .body = esc_buf_as_bytes(&body),
                              .created_at_ms = 3000,
                              .updated_at_ms = 3000};
    assert_true(esc_api_ticket_item(&items, &row));
    assert_items("{\"id\":\"T-3\",\"title\":\"Checkout is down\",\"status\":\"open\","
                 "\"created_at\":\"1970-01-01T00:00:03.000Z\",\"updated_at\":\"1970-01-01T00:00:03.000Z\","
                 "\"fields\":{\"severity\":\"critical\"},\"assumed\":[\"kind\"],"
                 "\"sla\":{\"name\":\"gold\",\"respond\":{\"state\":\"met\",\"met\":true},"
                 "\"resolve\":{\"state\":\"running\",\"met\":false,\"due\":\"1970-01-01T00:00:09.000Z\"}}}");
    esc_buf_release(&body);
}

static void a_ticket_whose_body_cannot_be_read(void **state)
{
    (void)state;
    const EscTicketRow row = {.id = ESC_TEXT("T-3"), .body = {(const uint8_t *)"\1\5xx", 4}};
    assert_true(esc_api_ticket_item(&items, &row));
    assert_items("{\"id\":\"T-3\"}");
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
                                    .body = ESC_TEXT("{\"text\":\"You own it\"}"),
                                    .created_at_ms = 1000},
                            .state = ESC_DELIVERY_ACCEPTED,
                            .next_attempt_at_ms = 1000,
                            .detail = ESC_TEXT("settled 1")};
    assert_true(esc_api_outbox_item(&items, &entry));
    assert_items("{\"id\":1,\"key\":\"acme/E-1\",\"escalation\":\"E-1\",\"ticket\":\"T-1\",\"kind\":\"message\","
                 "\"target\":\"incidents\",\"medium\":\"chat\",\"body\":{\"text\":\"You own it\"},"
                 "\"created_at\":\"1970-01-01T00:00:01.000Z\",\"attempts\":0,\"state\":\"accepted\","
                 "\"detail\":\"settled 1\"}");
    entry.state = ESC_DELIVERY_QUEUED;
    esc_buf_clear(&items.out);
    assert_true(esc_api_outbox_item(&items, &entry));
    assert_true(esc_text_contains(esc_buf_as_text(&items.out), ESC_TEXT("\"next_attempt_at\":\"1970-01-01T00:00:01.000Z\"")));
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
        TEST(an_audit_record), TEST(an_escalation), TEST(a_ticket), TEST(a_ticket_whose_body_cannot_be_read), TEST(an_outbox_row), TEST(a_list_that_does_not_fit_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
