/* test_store_query.c - readings for the API: filters, paging, limits, what is left out. */
#define _GNU_SOURCE
#include "support/store_file.h"

#include "sample.h"

static StoreFile file;
static EscStore *store;
static EscWhy why;
static EscBuf out;

/* Three groups: escalations 1 and 2 acknowledged by ben, 3 with ana. */
static int set_up(void **state)
{
    (void)state;
    Sample sample;
    sample_init(&sample);
    store_file_make(&file);
    why = (EscWhy){.text = ""};
    esc_buf_init(&out, 1 << 20);
    assert_status(esc_store_open(file.path, SAMPLE_WORKSPACE, &store, &why), ESC_OK);
    assert_status(sample_begin(store, &why), ESC_OK);
    for (uint64_t n = 1; n <= 3; n++)
        assert_status(sample_commit(store, &sample, n, &why), ESC_OK);
    sample_release(&sample);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_buf_release(&out);
    esc_store_close(store);
    store_file_remove(&file);
    return 0;
}

static void assert_out(const char *expected)
{
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_clear(&out);
}

#define RECORD(seq, n)                                                                                                 \
    "{\"seq\":" #seq ",\"at\":\"1970-01-01T00:00:0" #n ".000Z\",\"escalation\":\"E-" #n "\",\"ticket\":\"T-" #n        \
    "\",\"kind\":\"opened\",\"actor\":\"escal\",\"place\":\"customer.esc:31\",\"text\":\"record " #seq                 \
    "\",\"data\":{\"role\":\"primary\"}}"

static void the_audit_trail_is_read_upwards(void **state)
{
    (void)state;
    EscText all = ESC_TEXT("");
    assert_status(esc_store_audit_json(store, all, 0, 4, 10, &out, &why), ESC_OK);
    assert_out("[" RECORD(5, 3) "," RECORD(6, 3) "]");
    assert_status(esc_store_audit_json(store, all, 0, 0, 1, &out, &why), ESC_OK);
    assert_out("[" RECORD(1, 1) "]");
    assert_status(esc_store_audit_json(store, ESC_TEXT("T-2"), 0, 0, 10, &out, &why), ESC_OK);
    assert_out("[" RECORD(3, 2) "," RECORD(4, 2) "]");
    assert_status(esc_store_audit_json(store, all, 2, 3, 10, &out, &why), ESC_OK);
    assert_out("[" RECORD(4, 2) "]");
    assert_status(esc_store_audit_json(store, all, 9, 0, 10, &out, &why), ESC_OK);
    assert_out("[]");
    assert_status(esc_store_audit_json(store, all, UINT64_MAX, UINT64_MAX, SIZE_MAX, &out, &why), ESC_OK);
    assert_out("[]");
}

#define ESCALATION(n, role, owner, acked, due)                                                                         \
    "{\"id\":\"E-" #n "\",\"ticket\":\"T-" #n "\",\"template\":\"high_value_incident\",\"state\":\"open\",\"role\":\"" \
    role "\",\"owner\":\"" owner "\",\"acked\":" acked ",\"opened_at\":\"1970-01-01T00:00:0" #n                        \
    ".000Z\",\"step\":\"customer.esc:31 await resolved\",\"next_due_at\":\"1970-01-01T00:01:0" #due ".000Z\"}"
#define FIRST ESCALATION(1, "secondary", "ben", "true", 1)
#define SECOND ESCALATION(2, "secondary", "ben", "true", 2)
#define THIRD ESCALATION(3, "primary", "ana", "false", 3)

static void escalations_are_listed_newest_first(void **state)
{
    (void)state;
    EscText none = ESC_TEXT("");
    assert_status(esc_store_escalations_json(store, none, none, 0, 10, &out, &why), ESC_OK);
    assert_out("[" THIRD "," SECOND "," FIRST "]");
    assert_status(esc_store_escalations_json(store, none, none, 0, 1, &out, &why), ESC_OK);
    assert_out("[" THIRD "]");
    assert_status(esc_store_escalations_json(store, ESC_TEXT("open"), none, 3, 1, &out, &why), ESC_OK);
    assert_out("[" SECOND "]");
    assert_status(esc_store_escalations_json(store, ESC_TEXT("closed"), none, 0, 10, &out, &why), ESC_OK);
    assert_out("[]");
    assert_status(esc_store_escalations_json(store, none, ESC_TEXT("T-1"), 0, 10, &out, &why), ESC_OK);
    assert_out("[" FIRST "]");
    assert_status(esc_store_escalations_json(store, ESC_TEXT("closed"), ESC_TEXT("T-1"), 0, 10, &out, &why), ESC_OK);
    assert_out("[]");
    assert_status(esc_store_escalations_json(store, ESC_TEXT("opened"), none, 0, 10, &out, &why), ESC_BAD_INPUT);
    assert_string_equal(why.text, "there is no state opened");
}

static void tickets_are_listed_by_id(void **state)
{
    (void)state;
    assert_status(esc_store_tickets_json(store, ESC_TEXT("T-2"), 10, &out, &why), ESC_OK);
    assert_out("[{\"id\":\"T-3\",\"title\":\"Checkout is down\",\"status\":\"open\","
               "\"created_at\":\"1970-01-01T00:00:03.000Z\",\"updated_at\":\"1970-01-01T00:00:03.000Z\","
               "\"fields\":{\"severity\":\"critical\"}}]");
}

static void the_outbox_is_listed_by_state(void **state)
{
    (void)state;
    assert_status(esc_store_outbox_json(store, ESC_TEXT("accepted"), 2, 10, &out, &why), ESC_OK);
    assert_out("[{\"id\":1,\"key\":\"acme/E-1\",\"escalation\":\"E-1\",\"ticket\":\"T-1\",\"kind\":\"message\","
               "\"target\":\"incidents\",\"medium\":\"chat\",\"body\":{\"text\":\"You own it\"},"
               "\"created_at\":\"1970-01-01T00:00:01.000Z\",\"attempts\":0,\"state\":\"accepted\","
               "\"detail\":\"settled 1\"}]");
    assert_status(esc_store_outbox_json(store, ESC_TEXT("queued"), 0, 10, &out, &why), ESC_OK);
    assert_true(esc_text_starts_with(esc_buf_as_text(&out), ESC_TEXT("[{\"id\":3,")));
    assert_true(esc_text_contains(esc_buf_as_text(&out), ESC_TEXT("\"next_attempt_at\":\"1970-01-01T00:00:03.000Z\"")));
    assert_status(esc_store_outbox_json(store, ESC_TEXT("lost"), 0, 10, &out, &why), ESC_BAD_INPUT);
}

static void evidence_is_read_back(void **state)
{
    (void)state;
    assert_status(esc_store_evidence_json(store, 2, 10, &out, &why), ESC_OK);
    assert_out("[{\"name\":\"ticket\",\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\","
               "\"at\":\"1970-01-01T00:00:00.002Z\",\"content\":\"evidence 2\"}]");
    assert_status(esc_store_start_event_json(store, 1, &out, &why), ESC_OK);
    assert_out("start of 1"); /* although the escalation was written again without it */
    assert_status(esc_store_start_event_json(store, 9, &out, &why), ESC_NOT_FOUND);
}

static void an_answer_that_does_not_fit_is_said(void **state)
{
    (void)state;
    EscBuf small;
    esc_buf_init(&small, 100);
    assert_status(esc_store_audit_json(store, ESC_TEXT(""), 0, 0, 10, &small, &why), ESC_OVER_LIMIT);
    esc_buf_release(&small);
    assert_status(esc_store_audit_json(store, ESC_TEXT(""), 0, 5, 10, &out, &why), ESC_OK); /* the statement is free again */
    assert_out("[" RECORD(6, 3) "]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_audit_trail_is_read_upwards), TEST(escalations_are_listed_newest_first), TEST(tickets_are_listed_by_id),
        TEST(the_outbox_is_listed_by_state),   TEST(evidence_is_read_back),               TEST(an_answer_that_does_not_fit_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
