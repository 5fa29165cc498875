/* test_delivery.c - verdicts, backoff, circuit breaker, what a call returns, signatures, mail. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "outside.h"
#include "reply.h"
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
        {true, 300, ESC_VERDICT_DEAD},   {true, 0, ESC_VERDICT_RETRY},
        {true, 499, ESC_VERDICT_DEAD},   {true, 409, ESC_VERDICT_DEAD},
        {true, 424, ESC_VERDICT_DEAD},   {true, 426, ESC_VERDICT_DEAD},
        {true, 428, ESC_VERDICT_DEAD},   {true, 430, ESC_VERDICT_DEAD},
        {true, 406, ESC_VERDICT_DEAD},   {true, 1, ESC_VERDICT_DEAD},
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
    static const struct {
        unsigned code;
        EscVerdict verdict;
    } ends[] = {{199, ESC_VERDICT_RETRY}, {200, ESC_VERDICT_DONE},  {299, ESC_VERDICT_DONE},
                {300, ESC_VERDICT_RETRY}, {499, ESC_VERDICT_RETRY}, {500, ESC_VERDICT_DEAD},
                {599, ESC_VERDICT_DEAD},  {600, ESC_VERDICT_RETRY}};
    for (size_t i = 0; i < ESC_COUNT_OF(ends); i++)
        if (esc_verdict_mail(true, ends[i].code) != ends[i].verdict)
            fail_msg("reply %u", ends[i].code);
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
    breaker.failures = UINT32_MAX - 1;
    for (int i = 0; i < 3; i++)
        esc_breaker_note(&breaker, ESC_VERDICT_RETRY, 100, 3, 1000);
    assert_int_equal(breaker.failures, UINT32_MAX); /* it counts no further, and stays open */
    assert_int_equal(esc_breaker_opens_at_ms(&breaker), 1100);
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
        {"{\"state\":\"seen\"}", ESC_DELIVERY_SEEN, ESC_DELIVERY_SEEN},
        {"{\"state\":\"delivered\"}", ESC_DELIVERY_DELIVERED, ESC_DELIVERY_DELIVERED},
        {"{\"state\":\"lost\"}", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_ACCEPTED},
        {"{\"sid\":\"9\"}", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_DELIVERED},
        {"{\"messageId\":\"9\"}", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_DELIVERED},
        {"{\"message_id\":true}", ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_ACCEPTED},
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
    const EscText secrets[] = {{0}, ESC_TEXT("hush-hush"), ESC_TEXT("abc"), ESC_TEXT("four")};
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
    assert_words("it was hush-hush", "it was ***");
    assert_words("it was hush-hus", "it was hush-hus");
    assert_words("four here", "*** here");
    assert_words("a > b", "a b");
}

/* What receivers call it, and which of two they mean. */
static void a_peers_own_words_are_found_under_many_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "message", "error_description", "detail", "description", "title", "error", "errors",
        "reason"};
    for (size_t i = 0; i < ESC_COUNT_OF(names); i++) {
        char reply[256];
        (void)snprintf(reply, sizeof(reply), "{\"%s\":\"said\"}", names[i]);
        assert_words(reply, "said");
        (void)snprintf(reply, sizeof(reply), "{\"%s\":{\"message\":\"said\"}}", names[i]);
        assert_words(reply, "said");
        (void)snprintf(reply, sizeof(reply), "{\"%s\":[{\"message\":\"said\"},\"no\"]}", names[i]);
        assert_words(reply, "said");
        if (i == 0)
            continue;
        (void)snprintf(reply, sizeof(reply), "{\"%s\":\"second\",\"%s\":\"first\"}", names[i],
                       names[i - 1]);
        assert_words(reply, "first");
        (void)snprintf(reply, sizeof(reply), "{\"%s\":\"said\",\"%s\":\"\"}", names[i],
                       names[i - 1]);
        assert_words(reply, "said");
    }
    assert_words("\"just a text\"", "just a text");
    assert_words("[{\"message\":\"in a list\"}]", "in a list");
    assert_words("{\"error\":{\"code\":3}}", "{\"error\":{\"code\":3}}");
}

static void a_peers_own_words_are_cut(void **state)
{
    (void)state;
    char reply[2402];
    memset(reply, 'a', sizeof(reply));
    reply[300] = '\0';
    assert_words(reply, reply);
    char expected[304];
    memset(expected, 'a', 300);
    (void)snprintf(expected + 300, 4, "\u2026");
    reply[300] = 'a';
    reply[301] = '\0';
    assert_words(reply, expected);
    memset(reply, ' ', sizeof(reply)); /* nobody reads further than this */
    reply[2399] = 'x';
    reply[2400] = 'y';
    reply[2401] = '\0';
    assert_words(reply, "x");
}

/* --- what is told of an attempt ------------------------------------------------------------------- */

typedef struct Ended {
    EscWay way;
    bool is_refused_address, is_tried_address, is_refused_within;
    CURLcode code;
    long status;
    const char *reply, *said, *refused, *told;
} Ended;

static void put_buf(EscBuf *buf, const char *text)
{
    esc_buf_init(buf, 10000);
    esc_buf_string(buf, text == NULL ? "" : text);
}

static void assert_told(const Ended *ended, size_t size)
{
    EscWorkspaceConfig config = {.mail = {.password = ESC_TEXT("mailword")}};
    EscSite site = {.config = &config};
    EscEndpoint endpoint = {.secret = ESC_TEXT("hookword")};
    EscSystemBinding system = {.secret = ESC_TEXT("crmword")};
    EscAttempt attempt = {.site = &site,
                          .route = {.way = ended->way, .endpoint = &endpoint, .system = &system},
                          .plan = {.url = ESC_TEXT("https://w.example/k3y")},
                          .easy = curl_easy_init(),
                          .code = ended->code,
                          .status = ended->status,
                          .is_address_refused = ended->is_refused_address,
                          .is_address_tried = ended->is_tried_address,
                          .is_refused_within = ended->is_refused_within};
    put_buf(&attempt.reply, ended->reply);
    put_buf(&attempt.said, ended->said);
    put_buf(&attempt.refused, ended->refused);
    char told[ESC_DETAIL_BYTES_MAX];
    esc_attempt_describe(&attempt, told, size);
    assert_string_equal(told, ended->told);
    esc_buf_release(&attempt.reply);
    esc_buf_release(&attempt.said);
    esc_buf_release(&attempt.refused);
    curl_easy_cleanup(attempt.easy);
}

static void an_attempt_is_told_in_a_sentence(void **state)
{
    (void)state;
    static const Ended rows[] = {
        {.way = ESC_WAY_HTTP, .status = 200, .reply = "ok", .told = "HTTP status 200"},
        {.way = ESC_WAY_HTTP, .status = 399, .reply = "ok", .told = "HTTP status 399"},
        {.way = ESC_WAY_HTTP, .status = 400, .reply = "no", .told = "HTTP status 400: no"},
        {.way = ESC_WAY_HTTP, .status = 400, .told = "HTTP status 400"},
        {.way = ESC_WAY_HTTP, .status = 400, .reply = "x", .told = "HTTP status 400: x"},
        {.way = ESC_WAY_HTTP, .status = 0, .reply = "x", .told = "HTTP status 0: x"},
        {.way = ESC_WAY_HTTP, .status = 1, .reply = "x", .told = "HTTP status 1"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_RECV_ERROR,
         .status = 1,
         .told =
             "HTTP status 1, but its answer broke off: Failure when receiving data from the peer"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_SSL_CERTPROBLEM,
         .told =
             "TLS: no encrypted connection comes about (Problem with the local SSL certificate)"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_SSL_CIPHER,
         .told = "TLS: no encrypted connection comes about (Couldn't use specified SSL cipher)"},
        {.way = ESC_WAY_HTTP,
         .status = 200,
         .is_refused_within = true,
         .reply = "{\"ok\":false,\"error\":\"channel_not_found\"}",
         .told = "HTTP status 200: channel_not_found"},
        {.way = ESC_WAY_HTTP,
         .status = 400,
         .reply = "hookword crmword mailword https://w.example/k3y",
         .told = "HTTP status 400: *** *** *** ***"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_RECV_ERROR,
         .status = 200,
         .told = "HTTP status 200, but its answer broke off: Failure when receiving data from the "
                 "peer"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_RECV_ERROR,
         .told = "Failure when receiving data from the peer"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_OPERATION_TIMEDOUT,
         .status = 200,
         .told = "no answer in time"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_COULDNT_RESOLVE_HOST,
         .told = "no name server knows its host"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_PEER_FAILED_VERIFICATION,
         .told = "TLS: the server's certificate is not trusted (an authority of your own is named "
                 "by `ca_file`)"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_SSL_CACERT_BADFILE,
         .told = "TLS: its `ca_file` cannot be read"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_SSL_CONNECT_ERROR,
         .told = "TLS: no encrypted connection comes about (SSL connect error)"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_COULDNT_CONNECT,
         .is_refused_address = true,
         .told = "its address is not allowed by the configuration"},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_COULDNT_CONNECT,
         .is_refused_address = true, /* of two, one was allowed */
         .is_tried_address = true,
         .told = "Couldn't connect to server"},
        {.way = ESC_WAY_MAIL, .status = 250, .told = "the mail server answered 250"},
        {.way = ESC_WAY_MAIL,
         .status = 250,
         .said = "not now",
         .told = "the mail server answered 250"},
        {.way = ESC_WAY_MAIL,
         .status = 250,
         .code = CURLE_SEND_FAIL_REWIND,
         .said = "not now",
         .told = "the mail server answered 250: not now"},
        {.way = ESC_WAY_MAIL,
         .status = 554,
         .reply = "no reply of HTTP",
         .said = "we know mailword",
         .told = "the mail server answered 554: we know ***"},
        {.way = ESC_WAY_MAIL,
         .status = 250,
         .refused = "a@x.example (550)",
         .told = "the mail server answered 250; refused: a@x.example (550)"},
        {.way = ESC_WAY_MAIL,
         .code = CURLE_LOGIN_DENIED,
         .status = 535,
         .said = "who are you",
         .told = "the mail server refused the login (535): who are you"},
        {.way = ESC_WAY_MAIL,
         .code = CURLE_USE_SSL_FAILED,
         .status = 220,
         .told = "TLS: the mail server offers no STARTTLS"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        assert_told(&rows[i], ESC_DETAIL_BYTES_MAX);
    Ended cut = {.way = ESC_WAY_HTTP,
                 .status = 400,
                 .reply = "\u00e4\u00e4",
                 .told = "HTTP status 400: \u00e4"};
    assert_told(&cut, sizeof("HTTP status 400: \u00e4") + 1); /* not within a character */
    assert_told(&cut, sizeof("HTTP status 400: \u00e4"));
}

/* --- what its end means -------------------------------------------------------------------------- */

typedef struct Outcome {
    EscWay way;
    bool is_call, is_refused_address, is_tried_address;
    CURLcode code;
    long status;
    uint32_t asked, accepted;
    bool is_put_off;
    EscVerdict verdict;
} Outcome;

/* Of a message by HTTP that was cut off, or by mail: what is the endpoint's fault, the message's, or may change. */
static void an_end_means_this(void **state)
{
    (void)state;
    static const Outcome rows[] = {
        {.way = ESC_WAY_HTTP, .status = 200, .verdict = ESC_VERDICT_DONE},
        {.way = ESC_WAY_HTTP, .status = 404, .verdict = ESC_VERDICT_DEAD},
        {.way = ESC_WAY_HTTP, .status = 401, .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_HTTP, .status = 401, .is_call = true, .verdict = ESC_VERDICT_DEAD},
        {.way = ESC_WAY_HTTP, .status = 200, .is_call = true, .verdict = ESC_VERDICT_DONE},
        {.way = ESC_WAY_HTTP, .code = CURLE_COULDNT_CONNECT, .verdict = ESC_VERDICT_RETRY},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_RECV_ERROR,
         .status = 200,
         .verdict = ESC_VERDICT_RETRY},
        {.way = ESC_WAY_HTTP,
         .code = CURLE_COULDNT_CONNECT,
         .is_refused_address = true,
         .verdict = ESC_VERDICT_DEAD},
        {.way = ESC_WAY_HTTP, /* of two addresses one was allowed */
         .code = CURLE_COULDNT_CONNECT,
         .is_refused_address = true,
         .is_tried_address = true,
         .verdict = ESC_VERDICT_RETRY},
        {.way = ESC_WAY_HTTP, .code = CURLE_COULDNT_RESOLVE_HOST, .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_HTTP, .code = CURLE_PEER_FAILED_VERIFICATION, .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_HTTP, .code = CURLE_SSL_CACERT_BADFILE, .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_HTTP, .code = CURLE_SSL_CONNECT_ERROR, .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_HTTP, .code = CURLE_SSL_CERTPROBLEM, .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_HTTP, .code = CURLE_SSL_CIPHER, .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_HTTP, .code = CURLE_OPERATION_TIMEDOUT, .verdict = ESC_VERDICT_RETRY},
        {.way = ESC_WAY_MAIL, .code = CURLE_USE_SSL_FAILED, .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_MAIL,
         .code = CURLE_LOGIN_DENIED,
         .status = 535,
         .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_MAIL,
         .code = CURLE_LOGIN_DENIED,
         .status = 454,
         .verdict = ESC_VERDICT_RETRY},
        {.way = ESC_WAY_MAIL, /* a login that is refused for now, and for good */
         .code = CURLE_LOGIN_DENIED,
         .status = 399,
         .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_MAIL,
         .code = CURLE_LOGIN_DENIED,
         .status = 400,
         .verdict = ESC_VERDICT_RETRY},
        {.way = ESC_WAY_MAIL,
         .code = CURLE_LOGIN_DENIED,
         .status = 499,
         .verdict = ESC_VERDICT_RETRY},
        {.way = ESC_WAY_MAIL,
         .code = CURLE_LOGIN_DENIED,
         .status = 500,
         .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_HTTP, /* only of a login does the reply say more */
         .code = CURLE_SSL_CONNECT_ERROR,
         .status = 400,
         .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_MAIL,
         .code = CURLE_COULDNT_RESOLVE_HOST,
         .status = 454,
         .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_MAIL,
         .status = 250,
         .asked = 1,
         .accepted = 1,
         .verdict = ESC_VERDICT_DONE},
        {.way = ESC_WAY_MAIL, .status = 499, .asked = 0, .verdict = ESC_VERDICT_RETRY},
        {.way = ESC_WAY_MAIL, .status = 500, .asked = 0, .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_MAIL, .status = 554, .asked = 0, .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_MAIL, .status = 599, .asked = 0, .verdict = ESC_VERDICT_HOLD},
        {.way = ESC_WAY_MAIL, .status = 600, .asked = 0, .verdict = ESC_VERDICT_RETRY},
        {.way = ESC_WAY_MAIL, .status = 550, .asked = 1, .verdict = ESC_VERDICT_DEAD},
        {.way = ESC_WAY_MAIL, .status = 451, .asked = 0, .verdict = ESC_VERDICT_RETRY},
        {.way = ESC_WAY_MAIL,
         .status = 550,
         .asked = 2,
         .is_put_off = true,
         .verdict = ESC_VERDICT_RETRY},
        {.way = ESC_WAY_MAIL,
         .status = 250,
         .asked = 2,
         .accepted = 1,
         .is_put_off = true,
         .verdict = ESC_VERDICT_DONE},
        {.way = ESC_WAY_MAIL,
         .code = CURLE_SEND_ERROR,
         .status = 250,
         .asked = 1,
         .accepted = 1,
         .verdict = ESC_VERDICT_RETRY},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        const Outcome *row = &rows[i];
        EscAttempt attempt = {.route = {.way = row->way},
                              .plan = {.is_call = row->is_call},
                              .code = row->code,
                              .status = row->status,
                              .is_address_refused = row->is_refused_address,
                              .is_address_tried = row->is_tried_address,
                              .recipients_asked = row->asked,
                              .recipients_accepted = row->accepted,
                              .has_temporary_refusal = row->is_put_off};
        if (esc_attempt_verdict(&attempt) != row->verdict)
            fail_msg("row %zu", i);
    }
}

/* A message's success is read in the reply: by a chat's rules only where a chat has answered. */
static void a_success_is_read_in_the_reply(void **state)
{
    (void)state;
    static const struct {
        EscEndpointKind kind;
        const char *reply;
        EscVerdict verdict;
        EscDeliveryState state;
    } rows[] = {
        {ESC_ENDPOINT_CHAT, "{\"ok\":false}", ESC_VERDICT_DEAD, ESC_DELIVERY_ACCEPTED},
        {ESC_ENDPOINT_WEBHOOK, "{\"ok\":false}", ESC_VERDICT_DONE, ESC_DELIVERY_ACCEPTED},
        {ESC_ENDPOINT_CHAT, "{\"id\":1}", ESC_VERDICT_DONE, ESC_DELIVERY_DELIVERED},
        {ESC_ENDPOINT_WEBHOOK, "{\"id\":1}", ESC_VERDICT_DONE, ESC_DELIVERY_ACCEPTED},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        const EscEndpoint endpoint = {.kind = rows[i].kind};
        EscAttempt attempt = {.route = {.way = ESC_WAY_HTTP, .endpoint = &endpoint},
                              .status = 200,
                              .state = ESC_DELIVERY_ACCEPTED};
        put_buf(&attempt.reply, rows[i].reply);
        assert_int_equal(esc_attempt_verdict(&attempt), rows[i].verdict);
        assert_int_equal(attempt.state, rows[i].state);
        assert_int_equal(attempt.is_refused_within, rows[i].verdict == ESC_VERDICT_DEAD);
        esc_buf_release(&attempt.reply);
    }
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
    EscWhy why = {.text = ""};
    size_t size = strlen(pointer); /* a block of its own, so that nobody reads behind its end */
    char *exact = malloc(size > 0 ? size : 1);
    assert_non_null(exact);
    memcpy(exact, pointer, size);
    bool is_found = esc_reply_select(&out, esc_text_from(body), (EscText){exact, size}, &why);
    free(exact);
    assert_int_equal(is_found, expected != NULL);
    assert_int_equal(why.text[0] == '\0', is_found);
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
    assert_selected("{\"\":{\"x\":1}}", "//x", "1");
    assert_selected("{\"a\":{\"\":1}}", "/a/", "1");
    assert_selected(body, "", body);
    assert_selected(body, "/a/b/2", NULL);
    assert_selected(body, "/a/b/00", NULL);
    assert_selected(body, "/a/b/01", NULL);
    assert_selected(body, "/a/b/1x", NULL);
    assert_selected(body, "/a/b/", NULL);
    assert_selected(body, "/a/b/18446744073709551616", NULL);
    assert_selected(body, "/a/b/99999999999999999999999", NULL);
    assert_selected(body, "/t/0", NULL);
    assert_selected(body, "/m~", NULL);
    assert_selected(body, "/x~2y", NULL);
    assert_selected("{\"m~\":1,\"m/\":2}", "/m~0", "1");
    assert_selected("{\"m~\":1,\"m/\":2}", "/m~1", "2");
    assert_selected(body, "/m~n", NULL);
    assert_selected(body, "/a/b/-", NULL);
    assert_selected(body, "/m~2n", NULL);
    assert_selected(body, "a", NULL);
    assert_selected("no json", "/a", NULL);
    assert_selected("no json", "", "no json");
}

static void a_pointers_part_has_its_limit(void **state)
{
    (void)state;
    for (int size = 254; size <= 256; size++) {
        char body[300], pointer[300], name[300];
        memset(name, 'n', sizeof(name));
        (void)snprintf(body, sizeof(body), "{\"%.*s\":1}", size, name);
        (void)snprintf(pointer, sizeof(pointer), "/%.*s", size, name);
        assert_selected(body, pointer, size <= 255 ? "1" : NULL);
    }
}

static void bad_bytes_of_a_reply_are_marked(void **state)
{
    (void)state;
    assert_selected("a\xff"
                    "bcd",
                    "", "a?bcd");
    assert_selected("a\xff"
                    "bc",
                    "", "abc"); /* perhaps a character that was cut */
    assert_selected("\xff\xff\xff\xff", "", "?");
    char body[ESC_TEXT_MAX + 2];
    memset(body, 'a', sizeof(body));
    body[ESC_TEXT_MAX] = '\0';
    assert_selected(body, "", body);
    char expected[ESC_TEXT_MAX + 1];
    memcpy(expected, body, sizeof(expected));
    body[ESC_TEXT_MAX] = 'a';
    body[ESC_TEXT_MAX + 1] = '\0';
    assert_selected(body, "", expected);
}

static void values_stay_in_their_own_words(void **state)
{
    (void)state;
    const char *body =
        "{\"n\": 7.10, \"big\": 1e3, \"o\": { \"b\" : [ 1 , {} , [] ] , \"a\": \"x\\u00e9\" },"
        " \"none\": null, \"no\": false}";
    assert_selected(body, "/n", "7.10");
    assert_selected(body, "/big", "1e3");
    assert_selected(body, "/o", "{\"b\":[1,{},[]],\"a\":\"x\u00e9\"}");
    assert_selected(body, "/no", "false");
}

/* M11.2 */
static void what_is_null_is_missing(void **state)
{
    (void)state;
    EscBuf out;
    EscWhy why = {.text = ""};
    esc_buf_init(&out, 8192);
    assert_false(esc_reply_select(&out, ESC_TEXT("{\"a\": [null]}"), ESC_TEXT("/a/0"), &why));
    assert_int_equal(out.size, 0);
    esc_buf_release(&out);
}

static void assert_no_reply(const char *body, const char *why_not)
{
    EscBuf out;
    EscWhy why = {.text = ""};
    esc_buf_init(&out, 8192);
    assert_false(esc_reply_select(&out, esc_text_from(body), ESC_TEXT("/a"), &why));
    assert_text_equal(esc_text_from(why.text), why_not);
    assert_int_equal(out.size, 0);
    esc_buf_release(&out);
}

/* Where two readers could see different things nothing counts. */
static void a_reply_that_is_not_json_says_nothing(void **state)
{
    (void)state;
    assert_no_reply("{}", "the reply has no such member");
    assert_no_reply("{\"a\": 1, \"a\": 2}", "the reply is not JSON: a member is said twice");
    assert_no_reply("{\"a\": 1, \"b\": {\"c\": 1, \"c\": 1}}",
                    "the reply is not JSON: a member is said twice");
    assert_no_reply("{\"a\": 1} 2", "the reply is not JSON: there is text behind the JSON");
    assert_no_reply("{\"a\": \"\\u0000\"}", "the reply is not JSON: \\u0000 is not taken");
    assert_no_reply("{\"a\": 1e999}", "the reply is not JSON: a number is too large");
    assert_no_reply("{\"a\": \"\xff\"}", "the reply is not JSON: a text is not valid UTF-8");
    assert_selected("{\"a\": \"x\\ud83d\"}", "/a", "x\xef\xbf\xbd");
    bool is_refused = true;
    assert_int_equal(
        esc_reply_state(ESC_TEXT("{\"ok\":true,\"ok\":false,\"id\":1}"), true, &is_refused),
        ESC_DELIVERY_ACCEPTED);
    assert_false(is_refused);
}

/* A reply of `opening`, `count` times `item`, and `closing`; what is selected by "/0", or why nothing is. */
static void assert_repeated(const char *opening, const char *item, size_t count,
                            const char *closing, const char *expected)
{
    EscBuf body, out;
    EscWhy why = {.text = ""};
    esc_buf_init(&body, 4 << 20);
    esc_buf_init(&out, 8192);
    esc_buf_string(&body, opening);
    for (size_t i = 0; i < count; i++)
        esc_buf_string(&body, item);
    esc_buf_string(&body, closing);
    assert_int_equal(body.status, ESC_OK);
    bool is_found = esc_reply_select(&out, esc_buf_as_text(&body), ESC_TEXT("/0"), &why);
    assert_text_equal(is_found ? esc_buf_as_text(&out) : esc_text_from(why.text), expected);
    esc_buf_release(&out);
    esc_buf_release(&body);
}

static void a_reply_costs_what_its_limits_allow(void **state)
{
    (void)state;
    static const char too_deep[] = "the reply is not JSON: it is nested too deeply",
                      too_many[] = "the reply is not JSON: there are too many values";
    char deepest[66] = "";
    memset(deepest, ']', 64);
    assert_repeated("[\"x\",", "[", 63, deepest, "x");
    memset(deepest, ']', 65);
    assert_repeated("[\"x\",", "[", 64, deepest, too_deep);
    assert_repeated("", "[", 1 << 20, "", too_deep);
    assert_repeated("", "{\"a\":", 100000, "", too_deep);
    assert_repeated("[\"x\"", ",1", 99998, "]", "x");
    assert_repeated("[\"x\"", ",1", 99999, "]", too_many);
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
    assert_true(esc_reply_select(&out, (EscText){big, sizeof(big)}, (EscText){0}, NULL));
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

static void assert_signed(EscText secret, const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, 256);
    esc_webhook_sign(&out, secret, ESC_TEXT("m"), 5, ESC_TEXT("{}"));
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
}

static void a_secret_is_base64_or_itself(void **state)
{
    (void)state;
    assert_signed(ESC_TEXT("plain secret"), "v1,qGHWqn2MV+GyWwxtBekwmiMiv+po2+XjCRyja/Ja/cs=");
    assert_signed(ESC_TEXT("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"),
                  "v1,nxw/ge7WCky0gqt95thH0y84Az/2bXf+UBKJVk1hBFk=");
    assert_signed(ESC_TEXT("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="),
                  "v1,i5vrRkyfEeni9l7fIn3F5tGoiVhEqnnTD3uUojuT1hM=");
    assert_signed(ESC_TEXT("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
                  "v1,/rCJTAghFCd/gdibHZh8tvfyRjdgMKozPW3DJ5ItmkY=");
    assert_signed(ESC_TEXT("whsec_AA=="),
                  "v1,txkJshvxWbmCBrs2xDYN9gyZpuQJ+r5TSmxR/hR9Hco="); /* a key of one byte */
    assert_signed(ESC_TEXT("whsec_===="),
                  "v1,AaDsAOK6N0coRgpughZKNRsSWjU2lDuE+R/S2eQdo+s="); /* none */
    assert_signed(ESC_TEXT("whsec_not base64!"), "v1,KBArRF8wQiFj4wBRIHaTHReaQV8GO1j5vL0TUE1OLl8=");
}

/* However long it is: the configuration says how long one may be. */
static void no_part_of_a_secret_is_lost(void **state)
{
    (void)state;
    static char secret[ESC_SECRET_BYTES_MAX + 8];
    memset(secret, 'A', sizeof(secret));
    EscBuf one, other;
    esc_buf_init(&one, 256);
    esc_buf_init(&other, 256);
    esc_webhook_sign(&one, (EscText){secret, ESC_SECRET_BYTES_MAX + 1}, ESC_TEXT("m"), 5,
                     ESC_TEXT("{}"));
    esc_webhook_sign(&other, (EscText){secret, ESC_SECRET_BYTES_MAX}, ESC_TEXT("m"), 5,
                     ESC_TEXT("{}"));
    assert_false(esc_text_equal(esc_buf_as_text(&one), esc_buf_as_text(&other)));
    esc_buf_release(&one);
    esc_buf_release(&other);
}

/* Who asks for no reason gets none. */
static void a_reply_may_be_read_without_a_reason(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 100);
    assert_false(esc_reply_select(&out, ESC_TEXT("no json"), ESC_TEXT("/a"), NULL));
    assert_false(esc_reply_select(&out, ESC_TEXT("{}"), ESC_TEXT("/a"), NULL));
    assert_int_equal(out.size, 0);
    esc_buf_release(&out);
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

static void assert_mail(const EscMail *mail, const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, 65536);
    esc_mail_write(&out, mail);
    assert_status(out.status, ESC_OK);
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
}

/* All of one, as it goes out. 57 bytes are a line of base64. */
static void a_mail_is_written_like_this(void **state)
{
    (void)state;
    EscText to[] = {ESC_TEXT("a@b.example"), ESC_TEXT("<c:d;e,f>@\x7fg.example")};
    EscMail mail = {.from = ESC_TEXT("Es(c)al@acme.example"),
                    .to = {to, 2},
                    .subject = ESC_TEXT("plain ~"),
                    .text = ESC_TEXT("0123456789012345678901234567890123456789012345678901234567"),
                    .key = ESC_TEXT("acme/E-1_Z/7/09AZaz[:@`{"),
                    .date_ms = INT64_C(1798761599999)};
    assert_mail(&mail,
                "Date: Thu, 31 Dec 2026 23:59:59 +0000\r\n"
                "From: Escal@acme.example\r\n"
                "To: a@b.example,\r\n cdef@g.example\r\n"
                "Subject: plain ~\r\n"
                "Message-ID: <acme.E-1_Z.7.09AZaz.....@acme.example>\r\n"
                "In-Reply-To: <acme.E-1_Z.09AZaz......thread@acme.example>\r\n"
                "References: <acme.E-1_Z.09AZaz......thread@acme.example>\r\n"
                "List-Id: <acme.escal.acme.example>\r\n"
                "Auto-Submitted: auto-generated\r\n"
                "MIME-Version: 1.0\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "Content-Transfer-Encoding: base64\r\n"
                "\r\n"
                "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2\r\n"
                "Nw==\r\n");
}

static void a_mail_needs_neither_a_domain_nor_a_number(void **state)
{
    (void)state;
    EscText to = ESC_TEXT("root");
    EscMail mail = {
        .from = ESC_TEXT("escal"), .to = {&to, 1}, .key = ESC_TEXT("acme"), .date_ms = 0};
    assert_mail(&mail, "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"
                       "From: escal\r\n"
                       "To: root\r\n"
                       "Subject: \r\n"
                       "Message-ID: <acme@localhost>\r\n"
                       "List-Id: <acme.escal.localhost>\r\n"
                       "Auto-Submitted: auto-generated\r\n"
                       "MIME-Version: 1.0\r\n"
                       "Content-Type: text/plain; charset=utf-8\r\n"
                       "Content-Transfer-Encoding: base64\r\n"
                       "\r\n");
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

/* Where a workspace has an inbox, answers come back to it with the mark of this mail, whoever gets it. */
static void answers_have_an_address(void **state)
{
    (void)state;
    EscText to[] = {ESC_TEXT("ana@x.example"), ESC_TEXT("ben@x.example")};
    EscMail mail = {.from = ESC_TEXT("escal@acme.example"),
                    .to = {to, 1},
                    .subject = ESC_TEXT("s"),
                    .text = ESC_TEXT("t"),
                    .inbox = ESC_TEXT("desk+acme@x.example"),
                    .secret = ESC_TEXT("a secret of the desk"),
                    .key = ESC_TEXT("acme/E-12/7/00f1e2d3c4b5a697")};
    static const struct {
        uint32_t count;
        const char *key, *wanted;
    } cases[] = {
        {1, "acme/E-12/7/00f1e2d3c4b5a697",
         "Message-ID: <acme.E-12.7.00f1e2d3c4b5a697.h0gw2dtcayd1d3xqr00gshyb6g@acme.example>\r\n"
         "X-Loop: desk+acme@x.example\r\n"
         "Reply-To: <desk+acme=E-12=h0gw2dtcayd1d3xqr00gshyb6g@x.example>\r\n"},
        {2, "acme/E-12/7/00f1e2d3c4b5a697",
         "Message-ID: <acme.E-12.7.00f1e2d3c4b5a697.h0gw2dtcay@acme.example>\r\n"
         "X-Loop: desk+acme@x.example\r\n"
         "Reply-To: <desk+acme=E-12=h0gw2dtcay@x.example>\r\n"},
        {1, "acme/outbox/7/00f1e2d3c4b5a697",
         "Message-ID: <acme.outbox.7.00f1e2d3c4b5a697@acme.example>\r\n"
         "X-Loop: desk+acme@x.example\r\n"
         "List-Id:"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscBuf out;
        esc_buf_init(&out, 65536);
        mail.to.count = cases[i].count;
        mail.key = esc_text_from(cases[i].key);
        esc_mail_write(&out, &mail);
        if (!esc_text_contains(esc_buf_as_text(&out), esc_text_from(cases[i].wanted)))
            fail_msg("%.*s", ESC_TEXT_ARG(esc_buf_as_text(&out)));
        assert_false(esc_text_contains(esc_buf_as_text(&out), mail.secret));
        esc_buf_release(&out);
    }
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
    text = mail_of(&out, ESC_TEXT("acme/E-1/7"), ESC_TEXT("E"), ESC_TEXT("s"), ESC_TEXT("t"));
    assert_true(esc_text_contains(text, ESC_TEXT("From: \"E\" <escal@acme.example>\r\n")));
    esc_buf_release(&out);
    text = mail_of(&out, ESC_TEXT("acme/E-1/7"), ESC_TEXT("St\u00f6rung"), ESC_TEXT("s"),
                   ESC_TEXT("t"));
    assert_true(esc_text_contains(
        text, ESC_TEXT("From: =?UTF-8?B?U3TDtnJ1bmc=?= <escal@acme.example>\r\n")));
    esc_buf_release(&out);
}

static void assert_said(const EscMessage *message, bool is_chat, const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, 10000);
    esc_message_say(&out, message, is_chat);
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
}

/* Each value is one line, whatever it says; what is not there takes no place. */
static void a_message_is_said_like_this(void **state)
{
    (void)state;
    static const EscSpan own[] = {{0, 8}};
    static const EscMessageAnswer answers[] = {{{"ye\ns", 4}, {"Yes,\nsend", 9}},
                                               {{"n<o", 3}, {"No", 2}}};
    EscMessage message = {.text = ESC_TEXT("<!here> <a>"),
                          .own = own,
                          .own_count = ESC_COUNT_OF(own),
                          .workspace = ESC_TEXT("acme")};
    assert_said(&message, false, "<!here> <a>\nacme");
    assert_said(&message, true, "<!here> &lt;a&gt;\nacme");
    message.page = true;
    message.question = ESC_TEXT("Send <it>?");
    message.answers = answers;
    message.answers_count = ESC_COUNT_OF(answers);
    message.customer = ESC_TEXT("Glo\nbex");
    message.until = ESC_TEXT("10:00");
    message.next = ESC_TEXT("ben\n(secondary)");
    message.act = ESC_TEXT("escalctl ack E-1");
    message.escalation = ESC_TEXT("E-1");
    message.ticket = ESC_TEXT("T\n1");
    message.template_name = ESC_TEXT("outage");
    message.severity = ESC_TEXT("high");
    assert_said(
        &message, true,
        "PAGE: <!here> &lt;a&gt;\nSend &lt;it&gt;?\n  ye \u23ce s: Yes,\nsend\n  n&lt;o: No\n"
        "Customer: Glo \u23ce bex\nAcknowledge by: 10:00; then ben \u23ce (secondary) is called\n"
        "To act: escalctl ack E-1\nacme \u00b7 E-1 \u00b7 T \u23ce 1 \u00b7 outage \u00b7 high");
    message = (EscMessage){.text = ESC_TEXT("t"), /* one letter is a value */
                           .workspace = ESC_TEXT("w"),
                           .escalation = ESC_TEXT("e"),
                           .ticket = ESC_TEXT("i"),
                           .template_name = ESC_TEXT("m"),
                           .severity = ESC_TEXT("s"),
                           .question = ESC_TEXT("q"),
                           .customer = ESC_TEXT("c"),
                           .until = ESC_TEXT("u"),
                           .next = ESC_TEXT("n"),
                           .act = ESC_TEXT("a")};
    assert_said(&message, false,
                "t\nq\nCustomer: c\nAcknowledge by: u; then n is called\nTo act: a\n"
                "w \u00b7 e \u00b7 i \u00b7 m \u00b7 s");
    message.language = ESC_TEXT("de");
    message.page = true;
    assert_said(&message, false,
                "RUF: t\nq\nKunde: c\nZu bestätigen bis: u; danach wird n gerufen\nZu tun: a\n"
                "w \u00b7 e \u00b7 i \u00b7 m \u00b7 s");
    message.language = ESC_TEXT("tlh"); /* of another version */
    assert_said(&message, false,
                "PAGE: t\nq\nCustomer: c\nAcknowledge by: u; then n is called\nTo act: a\n"
                "w \u00b7 e \u00b7 i \u00b7 m \u00b7 s");
    message = (EscMessage){.text = ESC_TEXT("Which one?"),
                           .question = ESC_TEXT("Which one?"), /* it stands there already */
                           .workspace = ESC_TEXT("acme"),
                           .severity = ESC_TEXT("low")};
    assert_said(&message, false, "Which one?\nacme \u00b7 low");
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

static void long_names_say_that_they_are_cut(void **state)
{
    (void)state;
    EscBuf out;
    char name[202], line[256];
    memset(name, 'n', sizeof(name));
    (void)snprintf(line, sizeof(line), "From: \"%.100s\" <escal@acme.example>\r\n", name);
    EscText text =
        mail_of(&out, ESC_TEXT("acme/E-1/7"), (EscText){name, 100}, ESC_TEXT("s"), ESC_TEXT("t"));
    assert_true(esc_text_contains(text, esc_text_from(line)));
    esc_buf_release(&out);
    text =
        mail_of(&out, ESC_TEXT("acme/E-1/7"), (EscText){name, 101}, ESC_TEXT("s"), ESC_TEXT("t"));
    assert_true(esc_text_contains(text, ESC_TEXT("bm5ubm5ubuKApg==?= <escal@"))); /* nnnnnnn… */
    esc_buf_release(&out);
    memset(name, '\x01', sizeof(name)); /* what nobody looked at is cut, too */
    name[0] = 'n';
    text =
        mail_of(&out, ESC_TEXT("acme/E-1/7"), (EscText){name, 200}, ESC_TEXT("s"), ESC_TEXT("t"));
    assert_true(esc_text_contains(text, ESC_TEXT("From: \"n\" <")));
    esc_buf_release(&out);
    text =
        mail_of(&out, ESC_TEXT("acme/E-1/7"), (EscText){name, 201}, ESC_TEXT("s"), ESC_TEXT("t"));
    assert_true(esc_text_contains(text, ESC_TEXT("From: =?UTF-8?B?buKApg==?= <")));
    esc_buf_release(&out);
}

/* Addresses end with their size. */
static void addresses_are_no_longer_than_they_are(void **state)
{
    (void)state;
    EscBuf out;
    const EscText to = {"a@b.exampleX", strlen("a@b.example")};
    const EscMail mail = {.from = {"e@acme.exampleX", strlen("e@acme.example")},
                          .to = {.items = (EscText *)&to, .count = 1},
                          .subject = ESC_TEXT("s"),
                          .text = ESC_TEXT("t"),
                          .key = ESC_TEXT("acme/E-1/7/x")};
    esc_buf_init(&out, 10000);
    esc_mail_write(&out, &mail);
    EscText text = esc_buf_as_text(&out);
    assert_true(esc_text_contains(text, ESC_TEXT("From: e@acme.example\r\n")));
    assert_true(esc_text_contains(text, ESC_TEXT("To: a@b.example\r\n")));
    assert_true(esc_text_contains(text, ESC_TEXT("@acme.example>\r\n")));
    assert_false(esc_text_contains(text, ESC_TEXT("X")));
    esc_buf_release(&out);
}

/* 45 bytes are one encoded word, and a character is never cut. */
static void long_subjects_are_several_words(void **state)
{
    (void)state;
    EscBuf out;
    EscText text = mail_of(&out, ESC_TEXT("acme/E-1/7"), (EscText){0},
                           ESC_TEXT("\u00e4"
                                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                           ESC_TEXT("t"));
    assert_true(esc_text_contains(
        text, ESC_TEXT("Subject: "
                       "=?UTF-8?B?w6RhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh?="
                       "\r\nMessage-ID")));
    esc_buf_release(&out);
    text = mail_of(&out, ESC_TEXT("acme/E-1/7"), (EscText){0},
                   ESC_TEXT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u00e4"), ESC_TEXT("t"));
    assert_true(esc_text_contains(
        text,
        ESC_TEXT(
            "Subject: =?UTF-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=?=\r\n "
            "=?UTF-8?B?w6Q=?=\r\n")));
    esc_buf_release(&out);
    text = mail_of(&out, ESC_TEXT("acme/E-1/7"), (EscText){0},
                   ESC_TEXT("\u00e4"
                            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
                   ESC_TEXT("t"));
    assert_true(esc_text_contains(text, ESC_TEXT("?=\r\n =?UTF-8?B?Yg==?=\r\n"))); /* one byte */
    esc_buf_release(&out);
    text = mail_of(&out, ESC_TEXT("acme/E-1/7"), (EscText){0}, ESC_TEXT("a\x7f"), ESC_TEXT("t"));
    assert_true(esc_text_contains(text, ESC_TEXT("Subject: a\r\n")));
    esc_buf_release(&out);
}

static void a_text_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    static char lines[600];
    memset(lines, '\n', sizeof(lines));
    EscBuf out;
    esc_buf_init(&out, 1000);
    EscMail mail = {.from = ESC_TEXT("e@x.example"), .text = {lines, 501}, .key = ESC_TEXT("acme")};
    esc_mail_write(&out, &mail);
    assert_status(out.status, ESC_OVER_LIMIT);
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
        cmocka_unit_test(an_end_means_this),
        cmocka_unit_test(a_success_is_read_in_the_reply),
        cmocka_unit_test(a_next_attempt_counts_and_waits),
        cmocka_unit_test(a_next_attempt_never_lies_behind_the_deadline),
        cmocka_unit_test(attempts_and_time_come_to_an_end),
        cmocka_unit_test(follows_json_pointers),
        cmocka_unit_test(what_is_null_is_missing),
        cmocka_unit_test(values_stay_in_their_own_words),
        cmocka_unit_test(a_reply_that_is_not_json_says_nothing),
        cmocka_unit_test(a_reply_costs_what_its_limits_allow),
        cmocka_unit_test(cuts_and_repairs_replies),
        cmocka_unit_test(signs_as_the_specification_shows),
        cmocka_unit_test(a_reply_may_be_read_without_a_reason),
        cmocka_unit_test(mail_cannot_be_injected),
        cmocka_unit_test(mail_subjects_are_encoded_words),
        cmocka_unit_test(breaker_holds_what_the_endpoint_refuses),
        cmocka_unit_test(a_reply_tells_how_far_a_message_has_come),
        cmocka_unit_test(a_peers_own_words_are_one_harmless_line),
        cmocka_unit_test(a_peers_own_words_are_found_under_many_names),
        cmocka_unit_test(a_peers_own_words_are_cut),
        cmocka_unit_test(an_attempt_is_told_in_a_sentence),
        cmocka_unit_test(a_pointers_part_has_its_limit),
        cmocka_unit_test(bad_bytes_of_a_reply_are_marked),
        cmocka_unit_test(a_secret_is_base64_or_itself),
        cmocka_unit_test(no_part_of_a_secret_is_lost),
        cmocka_unit_test(a_message_is_said_like_this),
        cmocka_unit_test(a_mail_is_written_like_this),
        cmocka_unit_test(a_mail_needs_neither_a_domain_nor_a_number),
        cmocka_unit_test(long_names_say_that_they_are_cut),
        cmocka_unit_test(addresses_are_no_longer_than_they_are),
        cmocka_unit_test(long_subjects_are_several_words),
        cmocka_unit_test(a_text_that_does_not_fit_is_an_error),
        cmocka_unit_test(mails_of_an_escalation_are_a_thread),
        cmocka_unit_test(answers_have_an_address),
        cmocka_unit_test(names_of_senders_begin_no_header),
        cmocka_unit_test(long_subjects_say_that_they_are_cut),
        cmocka_unit_test(lines_of_a_text_end_in_crlf_within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
