/* test_delivery.c - verdicts, backoff, circuit breaker, what a call returns, signatures, mail. */
#include "support/test.h"

#include "outside.h"
#include "verdict.h"

/* --- verdicts --------------------------------------------------------------------------------- */

static void only_2xx_is_success(void **state)
{
    (void)state;
    EscPlan plan = {0};
    static const struct {
        bool is_transferred;
        unsigned status;
        EscVerdict verdict;
    } rows[] = {
        {true, 200, ESC_VERDICT_DONE},   {true, 204, ESC_VERDICT_DONE},
        {true, 299, ESC_VERDICT_DONE},   {true, 199, ESC_VERDICT_DEAD},
        {true, 301, ESC_VERDICT_DEAD},   {true, 302, ESC_VERDICT_DEAD},
        {true, 400, ESC_VERDICT_DEAD},   {true, 404, ESC_VERDICT_DEAD},
        {true, 410, ESC_VERDICT_DEAD},   {true, 408, ESC_VERDICT_RETRY},
        {true, 425, ESC_VERDICT_RETRY},  {true, 429, ESC_VERDICT_RETRY},
        {true, 500, ESC_VERDICT_RETRY},  {true, 503, ESC_VERDICT_RETRY},
        {false, 0, ESC_VERDICT_RETRY},   {false, 200, ESC_VERDICT_RETRY},
        {false, 404, ESC_VERDICT_RETRY}, {true, 401, ESC_VERDICT_HOLD},
        {true, 403, ESC_VERDICT_HOLD},   {true, 407, ESC_VERDICT_HOLD},
        {true, 402, ESC_VERDICT_DEAD},   {false, 401, ESC_VERDICT_RETRY},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        if (esc_verdict_http(&plan, rows[i].is_transferred, rows[i].status) != rows[i].verdict)
            fail_msg("row %zu, status %u", i, rows[i].status);
}

static void a_call_succeeds_with_what_it_expects(void **state)
{
    (void)state;
    static const uint32_t statuses[] = {201, 404};
    EscPlan plan = {.is_call = true, .statuses = statuses, .statuses_count = 2};
    assert_int_equal(esc_verdict_http(&plan, true, 404), ESC_VERDICT_DONE);
    assert_int_equal(esc_verdict_http(&plan, true, 200), ESC_VERDICT_DEAD);
    assert_int_equal(esc_verdict_http(&plan, true, 500), ESC_VERDICT_RETRY);
    assert_int_equal(esc_verdict_http(&plan, true, 401),
                     ESC_VERDICT_DEAD); /* its `else` is waited for */
}

static void mail_goes_by_the_reply_code(void **state)
{
    (void)state;
    assert_int_equal(esc_verdict_mail(true, 250), ESC_VERDICT_DONE);
    assert_int_equal(esc_verdict_mail(false, 250),
                     ESC_VERDICT_RETRY); /* the last command may not have been answered */
    assert_int_equal(esc_verdict_mail(false, 451), ESC_VERDICT_RETRY);
    assert_int_equal(esc_verdict_mail(false, 550), ESC_VERDICT_DEAD);
    assert_int_equal(esc_verdict_mail(false, 0), ESC_VERDICT_RETRY);
}

static void backoff_doubles_up_to_its_maximum(void **state)
{
    (void)state;
    for (uint32_t attempt = 1; attempt < 100; attempt++) {
        int64_t ceiling = attempt > 7 ? 60000 : 1000 * ((int64_t)1 << (attempt - 1));
        if (ceiling > 60000)
            ceiling = 60000;
        assert_int_equal(esc_backoff_ms(attempt, 1000, 60000, 0, (uint64_t)ceiling), ceiling);
        assert_int_equal(esc_backoff_ms(attempt, 1000, 60000, 0, (uint64_t)ceiling + 1),
                         0); /* full jitter begins at nothing */
    }
    assert_int_equal(esc_backoff_ms(1, 1000, 60000, 5000, 7), 5000);
    assert_int_equal(esc_backoff_ms(1, 1000, 60000, 999999, 7), 60000);
}

static void breaker_opens_and_lets_one_probe_through(void **state)
{
    (void)state;
    EscBreaker breaker = {0};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(esc_breaker_opens_at_ms(&breaker), 0);
        esc_breaker_start(&breaker);
        esc_breaker_note(&breaker, ESC_VERDICT_RETRY, 100, 3, 1000);
    }
    assert_int_equal(esc_breaker_opens_at_ms(&breaker), 0);
    esc_breaker_note(&breaker, ESC_VERDICT_RETRY, 100, 3, 1000);
    assert_int_equal(esc_breaker_opens_at_ms(&breaker), 1100);
    esc_breaker_start(&breaker);
    assert_int_equal(esc_breaker_opens_at_ms(&breaker), INT64_MAX); /* one probe at a time */
    esc_breaker_note(&breaker, ESC_VERDICT_RETRY, 1200, 3, 1000);
    assert_int_equal(esc_breaker_opens_at_ms(&breaker), 2200);
    esc_breaker_start(&breaker);
    esc_breaker_note(&breaker, ESC_VERDICT_DONE, 2200, 3, 1000);
    assert_int_equal(esc_breaker_opens_at_ms(&breaker), 0);
    assert_int_equal(breaker.failures, 0);
}

/* A refusal of us opens it at once, and only a definite answer makes the endpoint well again. */
static void breaker_holds_what_the_endpoint_refuses(void **state)
{
    (void)state;
    EscBreaker breaker = {0};
    esc_breaker_note(&breaker, ESC_VERDICT_HOLD, 100, 3, 1000);
    assert_int_equal(esc_breaker_opens_at_ms(&breaker), 1100);
    assert_true(breaker.is_held);
    esc_breaker_note(&breaker, ESC_VERDICT_RETRY, 1100, 3, 1000);
    assert_int_equal(esc_breaker_opens_at_ms(&breaker), 2100);
    assert_true(breaker.is_held);
    esc_breaker_note(&breaker, ESC_VERDICT_DEAD, 2100, 3, 1000);
    assert_int_equal(esc_breaker_opens_at_ms(&breaker), 0);
    assert_false(breaker.is_held);
}

/* --- what a reply says -------------------------------------------------------------------------- */

static void a_reply_tells_how_far_a_message_has_come(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        EscDeliveryState webhook, chat;
    } rows[] = {
        {"", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_ACCEPTED},
        {"ok", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_ACCEPTED},
        {"[1]", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_ACCEPTED},
        {"{\"message_id\":17}", ESC_DELIVERY_DELIVERED, ESC_DELIVERY_DELIVERED},
        {"{\"result\":{\"message_id\":\"a\"}}", ESC_DELIVERY_DELIVERED, ESC_DELIVERY_DELIVERED},
        {"{\"message_id\":\"\"}", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_ACCEPTED},
        {"{\"ok\":true,\"ts\":\"1.2\"}", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_DELIVERED},
        {"{\"id\":\"9\"}", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_DELIVERED},
        {"{\"state\":\"acked\"}", ESC_DELIVERY_ACKED, ESC_DELIVERY_ACKED},
        {"{\"state\":\"accepted\",\"message_id\":1}", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_ACCEPTED},
        {"{\"state\":\"queued\"}", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_ACCEPTED},
        {"{\"state\":\"dead\"}", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_ACCEPTED},
    };
    bool is_refused = true;
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscText reply = esc_text_from(rows[i].reply);
        if (esc_reply_state(reply, false, &is_refused) != rows[i].webhook || is_refused)
            fail_msg("webhook, row %zu", i);
        if (esc_reply_state(reply, true, &is_refused) != rows[i].chat || is_refused)
            fail_msg("chat, row %zu", i);
    }
    (void)esc_reply_state(ESC_TEXT("{\"ok\":false}"), true, &is_refused);
    assert_true(is_refused);
    (void)esc_reply_state(ESC_TEXT("{\"ok\":false}"), false, &is_refused);
    assert_false(is_refused);
}

static void assert_words(const char *reply, const char *expected)
{
    const EscText secrets[] = {{0}, ESC_TEXT("hush-hush"), ESC_TEXT("abc")};
    EscBuf out;
    esc_buf_init(&out, 10000);
    esc_peer_words(&out, esc_text_from(reply), secrets, ESC_COUNT_OF(secrets));
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
}

static void a_peers_own_words_are_one_harmless_line(void **state)
{
    (void)state;
    assert_words("", "");
    assert_words("  plain\r\n text\t.\n", "plain text .");
    assert_words("{\"message\":\"no field\",\"code\":3}", "no field");
    assert_words("{\"errors\":[\"first\",\"second\"]}", "first");
    assert_words("[\"Ticket 1: not valid\"]", "Ticket 1: not valid");
    assert_words("{\"code\":3}", "{\"code\":3}");
    assert_words("<html><b>Not</b> <i>here</i></html>", "Not here");
    assert_words("a\u202eb\x1b[2Jc\xff\xfe", "a b [2Jc");
    assert_words("the key hush-hush, hush-hush!", "the key ***, ***!");
    assert_words("abc", "abc"); /* too short to be anybody's secret */
}

/* --- the next attempt ------------------------------------------------------------------------- */

static const EscRetryRules rules = {.attempts_max = 5, .base_ms = 1000, .max_ms = 60000};

static void a_next_attempt_counts_and_waits(void **state)
{
    (void)state;
    EscRetryPlan plan = esc_retry_plan(&rules, 2, 1000000, 10000, 0, 3500);
    assert_false(plan.is_dead);
    assert_int_equal(plan.attempts, 3);
    assert_int_equal(plan.pause_ms, 3500);
    assert_int_equal(plan.next_ms, 13500);
}

static void a_next_attempt_never_lies_behind_the_deadline(void **state)
{
    (void)state;
    EscRetryPlan plan = esc_retry_plan(&rules, 2, 12000, 10000, 0, 3500);
    assert_false(plan.is_dead);
    assert_int_equal(plan.next_ms, 12000);
    assert_int_equal(plan.pause_ms, 2000);
    plan = esc_retry_plan(&rules, 0, 12000, 10000, 60000, 0); /* whatever the receiver asks for */
    assert_int_equal(plan.next_ms, 12000);
    plan = esc_retry_plan(&rules, 2, 13500, 10000, 0, 3500); /* just in time */
    assert_int_equal(plan.next_ms, 13500);
}

static void attempts_and_time_come_to_an_end(void **state)
{
    (void)state;
    assert_false(esc_retry_plan(&rules, 3, 1000000, 10000, 0, 0).is_dead);
    assert_true(esc_retry_plan(&rules, 4, 1000000, 10000, 0, 0).is_dead);
    assert_int_equal(esc_retry_plan(&rules, 4, 1000000, 10000, 0, 0).attempts, 5);
    assert_false(esc_retry_plan(&rules, 0, 10001, 10000, 0, 0).is_dead);
    assert_true(esc_retry_plan(&rules, 0, 10000, 10000, 0, 0).is_dead);
    assert_true(esc_retry_plan(&rules, 0, 9999, 10000, 0, 0).is_dead);
}

/* --- replies ---------------------------------------------------------------------------------- */

static void assert_selected(const char *body, const char *pointer, const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, 8192);
    bool is_found = esc_reply_select(&out, esc_text_from(body), esc_text_from(pointer));
    assert_int_equal(is_found, expected != NULL);
    assert_text_equal(esc_buf_as_text(&out), expected == NULL ? "" : expected);
    esc_buf_release(&out);
}

static void follows_json_pointers(void **state)
{
    (void)state;
    const char *body = "{\"a\": {\"b\": [\"x\", 7]}, \"m~n\": \"tilde\", \"x/y\": \"slash\", \"\": "
                       "\"empty\", \"t\": true}";
    assert_selected(body, "/a/b/0", "x");
    assert_selected(body, "/a/b/1", "7");
    assert_selected(body, "/a/b", "[\"x\",7]");
    assert_selected(body, "/m~0n", "tilde");
    assert_selected(body, "/x~1y", "slash");
    assert_selected(body, "/", "empty");
    assert_selected(body, "/t", "true");
    assert_selected(body, "", body);
    assert_selected(body, "/a/b/2", NULL);
    assert_selected(body, "/a/b/00", NULL);
    assert_selected(body, "/a/b/-", NULL);
    assert_selected(body, "/m~2n", NULL);
    assert_selected(body, "a", NULL);
    assert_selected("no json", "/a", NULL);
    assert_selected("no json", "", "no json");
}

static void cuts_and_repairs_replies(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, ESC_TEXT_MAX);
    char big[ESC_TEXT_MAX + 10];
    memset(big, 'a', sizeof(big));
    memcpy(big + ESC_TEXT_MAX - 1, "\xc3\xa9", 2); /* a character across the end */
    big[5] = '\xff';
    assert_true(esc_reply_select(&out, (EscText){big, sizeof(big)}, (EscText){0}));
    assert_int_equal(out.size, ESC_TEXT_MAX - 1);
    assert_true(esc_utf8_is_valid(esc_buf_as_text(&out), NULL));
    assert_int_equal(out.data[5], '?');
    esc_buf_release(&out);
}

/* --- signatures and mail ---------------------------------------------------------------------- */

/* The example of the Standard Webhooks documentation. */
static void signs_as_the_specification_shows(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 256);
    esc_webhook_sign(&out, ESC_TEXT("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                     ESC_TEXT("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
                     ESC_TEXT("{\"test\": 2432232314}"));
    assert_text_equal(esc_buf_as_text(&out), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    esc_buf_release(&out);
}

static void writes_base64(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"", ""},
                                          {"f", "Zg=="},
                                          {"fo", "Zm8="},
                                          {"foo", "Zm9v"},
                                          {"foob", "Zm9vYg=="}}; /* RFC 4648 */
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscBuf out;
        esc_buf_init(&out, 64);
        esc_base64_write(&out, (EscBytes){(const uint8_t *)rows[i][0], strlen(rows[i][0])});
        assert_text_equal(esc_buf_as_text(&out), rows[i][1]);
        esc_buf_release(&out);
    }
}

static void write_mail(EscBuf *out, EscText subject, EscText to)
{
    EscMail mail = {.from = ESC_TEXT("escal@acme.example"),
                    .to = {&to, 1},
                    .subject = subject,
                    .text = ESC_TEXT("line\r\n.\r\nQUIT"),
                    .key = ESC_TEXT("acme/E-1/7"),
                    .date_ms = INT64_C(1767603600000)};
    esc_buf_init(out, 65536);
    esc_mail_write(out, &mail);
}

static void mail_cannot_be_injected(void **state)
{
    (void)state;
    EscBuf out;
    write_mail(&out, ESC_TEXT("hello\r\nBcc: victim@example.org\r\n\r\nbody"),
               ESC_TEXT("a@b.example\r\nBcc: x@y.example"));
    EscText text = esc_buf_as_text(&out);
    assert_false(esc_text_contains(text, ESC_TEXT("\r\nBcc:")));
    assert_false(esc_text_contains(text, ESC_TEXT("\r\n.\r\n")));
    assert_true(esc_text_contains(text, ESC_TEXT("\r\nMessage-ID: <acme.E-1.7@acme.example>\r\n")));
    assert_true(esc_text_contains(text, ESC_TEXT("Date: Mon, 05 Jan 2026 09:00:00 +0000\r\n")));
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] == '\n')
            assert_true(i > 0 && text.data[i - 1] == '\r');
    esc_buf_release(&out);
}

static void mail_subjects_are_encoded_words(void **state)
{
    (void)state;
    EscBuf out;
    write_mail(&out, ESC_TEXT("Störung"), ESC_TEXT("a@b.example"));
    assert_true(esc_text_contains(esc_buf_as_text(&out),
                                  ESC_TEXT("\r\nSubject: =?UTF-8?B?U3TDtnJ1bmc=?=\r\n")));
    esc_buf_release(&out);
    write_mail(&out, ESC_TEXT("plain =?UTF-8?B?ZmFrZQ==?="), ESC_TEXT("a@b.example"));
    assert_false(esc_text_contains(esc_buf_as_text(&out), ESC_TEXT("ZmFrZQ==")));
    esc_buf_release(&out);
}

static EscText mail_of(EscBuf *out, EscText key, EscText sender, EscText subject, EscText body)
{
    static EscText to = {"a@b.example", 11};
    EscMail mail = {.from = ESC_TEXT("escal@acme.example"),
                    .sender_name = sender,
                    .to = {&to, 1},
                    .subject = subject,
                    .text = body,
                    .key = key};
    esc_buf_init(out, 65536);
    esc_mail_write(out, &mail);
    assert_status(out->status, ESC_OK);
    return esc_buf_as_text(out);
}

static void mails_of_an_escalation_are_a_thread(void **state)
{
    (void)state;
    EscBuf out;
    EscText text =
        mail_of(&out, ESC_TEXT("acme/E-1/7/9f3c"), ESC_TEXT("Escal"), ESC_TEXT("s"), ESC_TEXT("t"));
    assert_true(
        esc_text_contains(text, ESC_TEXT("\r\nMessage-ID: <acme.E-1.7.9f3c@acme.example>\r\n")));
    assert_true(esc_text_contains(
        text, ESC_TEXT("\r\nReferences: <acme.E-1.9f3c.thread@acme.example>\r\n")));
    assert_true(esc_text_contains(
        text, ESC_TEXT("\r\nIn-Reply-To: <acme.E-1.9f3c.thread@acme.example>\r\n")));
    assert_true(esc_text_contains(text, ESC_TEXT("\r\nList-Id: <acme.escal.acme.example>\r\n")));
    assert_true(esc_text_contains(text, ESC_TEXT("From: \"Escal\" <escal@acme.example>\r\n")));
    esc_buf_release(&out);
    text =
        mail_of(&out, ESC_TEXT("acme/outbox/7/9f3c"), (EscText){0}, ESC_TEXT("s"), ESC_TEXT("t"));
    assert_false(esc_text_contains(text, ESC_TEXT("References")));
    assert_true(esc_text_contains(text, ESC_TEXT("From: escal@acme.example\r\n")));
    esc_buf_release(&out);
}

static void names_of_senders_begin_no_header(void **state)
{
    (void)state;
    EscBuf out;
    EscText text =
        mail_of(&out, ESC_TEXT("acme/E-1/7"), ESC_TEXT("Es\"cal\\ <x@y.example>\r\nBcc: z"),
                ESC_TEXT("s"), ESC_TEXT("t"));
    assert_true(esc_text_contains(
        text, ESC_TEXT("From: \"Escal <x@y.example> Bcc: z\" <escal@acme.example>\r\n")));
    esc_buf_release(&out);
    text = mail_of(&out, ESC_TEXT("acme/E-1/7"), ESC_TEXT("St\u00f6rung"), ESC_TEXT("s"),
                   ESC_TEXT("t"));
    assert_true(esc_text_contains(
        text, ESC_TEXT("From: =?UTF-8?B?U3TDtnJ1bmc=?= <escal@acme.example>\r\n")));
    esc_buf_release(&out);
}

static void long_subjects_say_that_they_are_cut(void **state)
{
    (void)state;
    EscBuf out;
    char subject[401];
    memset(subject, 'a', 400);
    subject[400] = '\0';
    EscText text =
        mail_of(&out, ESC_TEXT("acme/E-1/7"), (EscText){0}, (EscText){subject, 200}, ESC_TEXT("t"));
    assert_true(esc_text_contains(text, ESC_TEXT("aaaa\r\n")));
    esc_buf_release(&out);
    text =
        mail_of(&out, ESC_TEXT("acme/E-1/7"), (EscText){0}, (EscText){subject, 201}, ESC_TEXT("t"));
    assert_true(esc_text_contains(text, ESC_TEXT("YWHigKY=?=\r\n"))); /* a… */
    esc_buf_release(&out);
}

static void lines_of_a_text_end_in_crlf_within(void **state)
{
    (void)state;
    EscBuf out;
    EscText text =
        mail_of(&out, ESC_TEXT("acme/E-1/7"), (EscText){0}, ESC_TEXT("s"), ESC_TEXT("a\nb"));
    assert_true(esc_text_contains(text, ESC_TEXT("\r\n\r\nYQ0KYg==\r\n"))); /* a CR LF b */
    esc_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_2xx_is_success),
        cmocka_unit_test(a_call_succeeds_with_what_it_expects),
        cmocka_unit_test(mail_goes_by_the_reply_code),
        cmocka_unit_test(backoff_doubles_up_to_its_maximum),
        cmocka_unit_test(breaker_opens_and_lets_one_probe_through),
        cmocka_unit_test(a_next_attempt_counts_and_waits),
        cmocka_unit_test(a_next_attempt_never_lies_behind_the_deadline),
        cmocka_unit_test(attempts_and_time_come_to_an_end),
        cmocka_unit_test(follows_json_pointers),
        cmocka_unit_test(cuts_and_repairs_replies),
        cmocka_unit_test(signs_as_the_specification_shows),
        cmocka_unit_test(writes_base64),
        cmocka_unit_test(mail_cannot_be_injected),
        cmocka_unit_test(mail_subjects_are_encoded_words),
        cmocka_unit_test(breaker_holds_what_the_endpoint_refuses),
        cmocka_unit_test(a_reply_tells_how_far_a_message_has_come),
        cmocka_unit_test(a_peers_own_words_are_one_harmless_line),
        cmocka_unit_test(mails_of_an_escalation_are_a_thread),
        cmocka_unit_test(names_of_senders_begin_no_header),
        cmocka_unit_test(long_subjects_say_that_they_are_cut),
        cmocka_unit_test(lines_of_a_text_end_in_crlf_within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
