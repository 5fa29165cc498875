/* test_inbound.c - what services send us of their own accord: proofs, forms, and each kind's own words. */
#include <esc/inbound.h>

#include <stdio.h>

#include <openssl/hmac.h>

#include "support/test.h"

#define SECRET "8f742231b10e8888abcd99yyyzzz85a5" /* of the example in Slack's documentation */
#define NOW_S INT64_C(1531420618)

static EscArena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = esc_arena_new((size_t)4 << 20);
    return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_arena_free(arena);
    return 0;
}

/* --- proofs --------------------------------------------------------------------------- */

static void proofs_are_exact(void **state)
{
    (void)state;
    const EscText parts[] = {ESC_TEXT("what do ya want "),
                             ESC_TEXT("for nothing?")}; /* RFC 4231, 2 */
    const char *hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_true(esc_proof_hex(ESC_TEXT("Jefe"), parts, 2, esc_text_from(hex)));
    assert_false(esc_proof_hex(ESC_TEXT("Jefe"), parts, 2, (EscText){hex, 63}));
    assert_false(esc_proof_hex(ESC_TEXT("Jefe"), parts, 1, esc_text_from(hex)));
    assert_false(esc_proof_hex(ESC_TEXT("jefe"), parts, 2, esc_text_from(hex)));
}

static void only_a_recent_time_is_fresh(void **state)
{
    (void)state;
    int64_t wall_ms = NOW_S * 1000;
    assert_true(esc_proof_is_fresh(ESC_TEXT("1531420618"), wall_ms));
    assert_true(esc_proof_is_fresh(ESC_TEXT("1531420318"), wall_ms));
    assert_false(esc_proof_is_fresh(ESC_TEXT("1531420317"), wall_ms));
    assert_true(esc_proof_is_fresh(ESC_TEXT("1531420918"), wall_ms));
    assert_false(esc_proof_is_fresh(ESC_TEXT("1531420919"), wall_ms));
    static const char *const others[] = {"",      "-1531420618",  "1531420618 ",   "+1531420618",
                                         "1.5e9", "1531420618.0", "9999999999999", "now"};
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++)
        if (esc_proof_is_fresh(esc_text_from(others[i]), wall_ms))
            fail_msg("%s is fresh", others[i]);
}

/* --- Slack -------------------------------------------------------------------------------------- */

typedef struct Headers {
    EscText signature, at;
} Headers;

static EscText header_of(void *context, const char *name)
{
    const Headers *headers = context;
    if (strcmp(name, "X-Slack-Signature") == 0)
        return headers->signature;
    return strcmp(name, "X-Slack-Request-Timestamp") == 0 ? headers->at : (EscText){"", 0};
}

static EscStatus prove(Headers headers, const char *body, int64_t wall_ms)
{
    EscInboundBinding binding = {.secret = ESC_TEXT(SECRET)};
    EscInboundCall call = {.binding = &binding,
                           .body = esc_text_from(body),
                           .wall_ms = wall_ms,
                           .header = header_of,
                           .context = &headers};
    EscWhy why;
    return esc_inbound_kind(ESC_INBOUND_SLACK)->verify(&call, &why);
}

static EscText sign(const char *at, const char *body)
{
    char text[4096], hex[65];
    uint8_t mac[32];
    unsigned size = 0;
    int length = snprintf(text, sizeof(text), "v0:%s:%s", at, body);
    HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET), (const uint8_t *)text, (size_t)length, mac,
         &size);
    esc_hex((EscBytes){mac, size}, hex);
    return esc_arena_printf(arena, "v0=%s", hex);
}

static void slack_signs_what_it_sends(void **state)
{
    (void)state;
    const char *body = "payload=%7B%7D", *at = "1531420618";
    int64_t wall_ms = NOW_S * 1000;
    Headers headers = {.signature = sign(at, body), .at = esc_text_from(at)};
    assert_status(prove(headers, body, wall_ms), ESC_OK);
    assert_status(prove(headers, "payload=%7B%7d", wall_ms), ESC_FORBIDDEN);
    assert_status(prove(headers, body, wall_ms + 301000), ESC_FORBIDDEN); /* a replay */
    Headers other = headers;
    other.at = ESC_TEXT("1531420619");
    assert_status(prove(other, body, wall_ms), ESC_FORBIDDEN);
    other = headers;
    other.signature = (EscText){headers.signature.data + 3, headers.signature.size - 3};
    assert_status(prove(other, body, wall_ms), ESC_FORBIDDEN);
    other.signature = (EscText){"", 0};
    assert_status(prove(other, body, wall_ms), ESC_FORBIDDEN);
    other = (Headers){.signature = {"", 0}, .at = {"", 0}};
    assert_status(prove(other, "", wall_ms), ESC_FORBIDDEN);
}

/* The example of Slack's documentation, with its signature. */
static void slacks_own_example_is_right(void **state)
{
    (void)state;
    Headers headers = {.signature = ESC_TEXT(
                           "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
                       .at = ESC_TEXT("1531420618")};
    assert_status(
        prove(headers,
              "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id="
              "G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2F"
              "webhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F"
              "T1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015."
              "47445629121.803a0bc887a14d10d2c447fce8b6703c",
              NOW_S * 1000),
        ESC_OK);
}

static EscStatus read_body(const char *type, EscText body, EscInboundReading *reading)
{
    EscInboundBinding binding = {.secret = ESC_TEXT(SECRET)};
    EscInboundCall call = {.binding = &binding, .type = esc_text_from(type), .body = body};
    EscWhy why;
    return esc_inbound_kind(ESC_INBOUND_SLACK)->read(arena, &call, reading, &why);
}

static EscStatus read_payload(const char *json, EscInboundReading *reading)
{
    EscBuf form;
    esc_buf_init(&form, 65536);
    esc_buf_string(&form, "payload=");
    for (; *json != '\0'; json++)
        esc_buf_printf(&form, "%%%02X", (unsigned char)*json);
    EscText body = esc_arena_text(arena, esc_buf_as_text(&form));
    esc_buf_release(&form);
    return read_body("application/x-www-form-urlencoded", body, reading);
}

#define PRESSED(value)                                                                             \
    "{\"type\":\"block_actions\",\"user\":{\"id\":\"U024\",\"username\":\"root\"},"                \
    "\"container\":{\"type\":\"message\",\"message_ts\":\"1.5\",\"channel_id\":\"C1\"},"           \
    "\"message\":{\"text\":\"Down\",\"blocks\":[{\"type\":\"section\",\"text\":{\"type\":"         \
    "\"mrkdwn\",\"text\":\"Down\"}},{\"type\":\"actions\",\"elements\":[{\"type\":\"button\","     \
    "\"action_id\":\"escal.ack\"},{\"type\":\"button\",\"action_id\":\"escal.resolve\"}]}]},"      \
    "\"actions\":[{\"action_id\":\"escal.ack\",\"value\":" value "}]}"

static void a_pressed_button_is_an_act(void **state)
{
    (void)state;
    EscInboundReading reading;
    assert_status(read_payload(PRESSED("\"{\\\"do\\\":\\\"ack\\\",\\\"e\\\":\\\"E-7\\\","
                                       "\\\"c\\\":\\\"room\\\",\\\"o\\\":12}\""),
                               &reading),
                  ESC_OK);
    assert_int_equal(reading.count, 1);
    const EscInboundItem *item = &reading.items[0];
    assert_true(item->is_act);
    assert_int_equal(item->verb, ESC_VERB_ACK);
    assert_text_equal(item->escalation, "E-7");
    assert_text_equal(item->senders[0], "U024");
    assert_int_equal(item->senders[1].size,
                     0); /* a name that anybody can give themselves is no proof */
    assert_text_equal(item->channel, "room");
    assert_text_equal(item->place, "C1");
    assert_text_equal(item->message, "1.5");
    assert_int_equal(item->outbox, 12);
}

static void what_is_not_ours_is_left_out(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        "{}",
        "[]",
        "null",
        "{\"type\":\"view_submission\"}",
        "{\"type\":\"block_actions\"}",
        "{\"type\":\"block_actions\",\"actions\":{}}",
        "{\"type\":\"block_actions\",\"actions\":[1,{},{\"action_id\":\"other\"}]}",
        PRESSED("\"x\""),
        PRESSED("7"),
        PRESSED("\"{}\""),
        PRESSED("\"{\\\"do\\\":\\\"handoff\\\",\\\"e\\\":\\\"E-7\\\"}\""),
        PRESSED("\"{\\\"do\\\":\\\"ack\\\"}\""),
    };
    for (size_t i = 0; i < ESC_COUNT_OF(payloads); i++) {
        EscInboundReading reading;
        assert_status(read_payload(payloads[i], &reading), ESC_OK);
        assert_int_equal(reading.count, 0);
    }
}

static void hostile_bodies_are_refused(void **state)
{
    (void)state;
    static const char *const payloads[] = {"", "{", "{\"a\":1,\"a\":2}", "\x01"};
    EscInboundReading reading;
    for (size_t i = 0; i < ESC_COUNT_OF(payloads); i++)
        if (read_payload(payloads[i], &reading) == ESC_OK)
            fail_msg("%s is read", payloads[i]);
    char deep[4096] = {0};
    memset(deep, '[', 2000);
    assert_true(read_payload(deep, &reading) != ESC_OK);
    assert_true(read_body("application/json", esc_text_from(deep), &reading) != ESC_OK);
    assert_true(read_body("text/plain", ESC_TEXT("payload=%zz"), &reading) != ESC_OK);
    assert_true(read_body("text/plain", (EscText){"", 0}, &reading) != ESC_OK);
}

static void many_actions_are_bounded(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 65536);
    esc_buf_string(&out, "{\"type\":\"block_actions\",\"actions\":[");
    for (int i = 0; i < ESC_INBOUND_ITEMS_MAX + 9; i++)
        esc_buf_printf(&out,
                       "%s{\"action_id\":\"escal.ack\",\"value\":\"{\\\"do\\\":\\\"ack\\\","
                       "\\\"e\\\":\\\"E-%d\\\"}\"}",
                       i == 0 ? "" : ",", i + 1);
    esc_buf_string(&out, "]}");
    esc_buf_char(&out, '\0');
    EscInboundReading reading;
    assert_status(read_payload((const char *)out.data, &reading), ESC_OK);
    assert_int_equal(reading.count, ESC_INBOUND_ITEMS_MAX);
    esc_buf_release(&out);
}

static void slack_tries_the_address(void **state)
{
    (void)state;
    EscInboundReading reading;
    assert_status(read_body("application/json",
                            ESC_TEXT("{\"type\":\"url_verification\",\"challenge\":\"3eZb\"}"),
                            &reading),
                  ESC_OK);
    assert_text_equal(reading.answer, "3eZb");
    assert_status(
        read_body("application/json", ESC_TEXT("{\"type\":\"event_callback\"}"), &reading), ESC_OK);
    assert_int_equal(reading.answer.size, 0);
    assert_status(read_body("application/x-www-form-urlencoded", ESC_TEXT("ssl_check=1"), &reading),
                  ESC_OK);
    assert_int_equal(reading.count, 0);
}

static EscText told(EscStatus status, EscVerb verb, const char *words)
{
    EscInboundReading reading;
    assert_status(
        read_payload(PRESSED("\"{\\\"do\\\":\\\"ack\\\",\\\"e\\\":\\\"E-7\\\"}\""), &reading),
        ESC_OK);
    EscInboundItem item = reading.items[0];
    item.verb = verb;
    EscInboundOutcome outcome = {.status = status, .words = esc_text_from(words)};
    EscBuf out;
    esc_buf_init(&out, 65536);
    assert_true(esc_inbound_kind(ESC_INBOUND_SLACK)->tell(&item, &outcome, &out));
    EscText text = esc_arena_text(arena, esc_buf_as_text(&out));
    esc_buf_release(&out);
    return text;
}

static void nobody_presses_twice(void **state)
{
    (void)state;
    assert_text_equal(
        told(ESC_OK, ESC_VERB_ACK, "ana has it."),
        "{\"do\":\"chat.update\",\"with\":{\"channel\":\"C1\",\"ts\":\"1.5\",\"text\":\"Down\","
        "\"blocks\":[{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"Down\"}},"
        "{\"type\":\"actions\",\"elements\":[{\"type\":\"button\",\"action_id\":\"escal.resolve\"}]"
        "},"
        "{\"type\":\"context\",\"elements\":[{\"type\":\"plain_text\",\"text\":\"ana has "
        "it.\"}]}]}}");
    assert_false(
        esc_text_contains(told(ESC_OK, ESC_VERB_RESOLVE, "Done."), ESC_TEXT("escal.resolve")));
    assert_text_equal(
        told(ESC_FORBIDDEN, ESC_VERB_ACK, "Not <!channel> & yours"),
        "{\"do\":\"chat.postEphemeral\",\"with\":{\"channel\":\"C1\",\"user\":\"U024\","
        "\"text\":\"Not &lt;!channel&gt; &amp; yours\"}}");
}

/* --- Mattermost --------------------------------------------------------------------------------- */

#define MM_BUTTON "{\\\"do\\\":\\\"ack\\\",\\\"e\\\":\\\"E-7\\\"}"

static EscText pressed_there(const char *button, const char *proof)
{
    return esc_arena_printf(
        arena,
        "{\"user_id\":\"u1\",\"user_name\":\"ana\",\"post_id\":\"p1\",\"context\":{"
        "\"button\":\"%s\",\"proof\":\"%s\"}}",
        button, proof);
}

static EscStatus prove_there(EscText body)
{
    EscInboundBinding binding = {.secret = ESC_TEXT(SECRET)};
    EscInboundCall call = {.binding = &binding, .body = body, .header = header_of};
    EscWhy why;
    return esc_inbound_kind(ESC_INBOUND_MATTERMOST)->verify(&call, &why);
}

static void mattermost_gives_our_own_proof_back(void **state)
{
    (void)state;
    const char *button = "{\"do\":\"ack\",\"e\":\"E-7\"}";
    uint8_t mac[32];
    unsigned size = 0;
    char hex[65];
    HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET), (const uint8_t *)button, strlen(button), mac,
         &size);
    esc_hex((EscBytes){mac, size}, hex);
    EscText body = pressed_there(MM_BUTTON, hex);
    assert_status(prove_there(body), ESC_OK);
    EscInboundBinding binding = {.secret = ESC_TEXT(SECRET)};
    EscInboundCall call = {.binding = &binding, .body = body};
    EscInboundReading reading;
    EscWhy why;
    assert_status(esc_inbound_kind(ESC_INBOUND_MATTERMOST)->read(arena, &call, &reading, &why),
                  ESC_OK);
    assert_int_equal(reading.count, 1);
    assert_text_equal(reading.items[0].senders[0], "u1");
    assert_text_equal(reading.items[0].senders[1], "@ana");
    EscBuf out;
    esc_buf_init(&out, 1024);
    EscInboundOutcome outcome = {.status = ESC_OK, .words = ESC_TEXT("ana has it.")};
    esc_inbound_kind(ESC_INBOUND_MATTERMOST)->answer(&reading, &outcome, &out);
    assert_text_equal(esc_buf_as_text(&out), "{\"ephemeral_text\":\"ana has it.\"}");
    esc_buf_clear(&out);
    assert_true(esc_inbound_kind(ESC_INBOUND_MATTERMOST)->tell(&reading.items[0], &outcome, &out));
    assert_text_equal(esc_buf_as_text(&out),
                      "{\"do\":\"patch\",\"post\":\"p1\",\"with\":{\"props\":{\"attachments\":[{"
                      "\"footer\":\"ana has it.\"}]}}}");
    esc_buf_release(&out);
    hex[0] = hex[0] == '0' ? '1' : '0';
    assert_status(prove_there(pressed_there(MM_BUTTON, hex)), ESC_FORBIDDEN);
    assert_status(prove_there(pressed_there("", hex)), ESC_FORBIDDEN);
    assert_status(prove_there(ESC_TEXT("{\"context\":[]}")), ESC_FORBIDDEN);
    assert_status(prove_there(ESC_TEXT("[]")), ESC_FORBIDDEN);
    assert_status(prove_there((EscText){"", 0}), ESC_FORBIDDEN);
}

/* --- buttons ------------------------------------------------------------------------------------ */

static void buttons_come_back_as_they_went(void **state)
{
    (void)state;
    const EscButton made = {.verb = ESC_TEXT("answer"),
                            .escalation = ESC_TEXT("E-3"),
                            .answer = ESC_TEXT("yes \"now\""),
                            .person = ESC_TEXT("ana"),
                            .outbox = 99};
    EscBuf out;
    esc_buf_init(&out, 1024);
    esc_button_write(&out, &made);
    EscButton read;
    assert_true(esc_button_read(arena, esc_buf_as_text(&out), &read));
    assert_text_equal(read.verb, "answer");
    assert_text_equal(read.escalation, "E-3");
    assert_text_equal(read.answer, "yes \"now\"");
    assert_text_equal(read.person, "ana");
    assert_int_equal(read.channel.size, 0);
    assert_int_equal(read.outbox, 99);
    esc_buf_release(&out);
    assert_false(esc_button_read(arena, ESC_TEXT("{\"do\":{},\"e\":\"E-1\"}"), &read));
    assert_false(esc_button_read(arena, ESC_TEXT("{\"do\":\"ack\",\"e\":1}"), &read));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(proofs_are_exact),
        TEST(only_a_recent_time_is_fresh),
        TEST(slack_signs_what_it_sends),
        TEST(slacks_own_example_is_right),
        TEST(a_pressed_button_is_an_act),
        TEST(what_is_not_ours_is_left_out),
        TEST(hostile_bodies_are_refused),
        TEST(many_actions_are_bounded),
        TEST(slack_tries_the_address),
        TEST(nobody_presses_twice),
        TEST(mattermost_gives_our_own_proof_back),
        TEST(buttons_come_back_as_they_went),
    };
    return cmocka_run_group_tests_name("inbound", tests, NULL, NULL);
}
