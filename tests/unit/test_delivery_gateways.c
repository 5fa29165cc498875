/* test_delivery_gateways.c - text messages, calls, topics and browsers: what is sent, and what their answers mean. */
#include <stdlib.h>

#include "support/test.h"

#include "config_internal.h"
#include "plan.h"
#include "planner.h"
#include "push_crypt.h"
#include "verdict.h"

typedef struct Fixture {
    EscArena *arena;
    EscWorkspaceConfig config;
    EscEndpoint channels[4];
    EscText to;
    EscInboundBinding inbound[2];
    EscPushSubscription subscription;
    EscMessage message;
    EscOutboxRow row;
    EscPlan plan;
    uint8_t receiver[ESC_PUSH_POINT_BYTES];
} Fixture;

/* The private key of RFC 8291, appendix A. */
#define PRIVATE_KEY "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"

/* Of the button below, with the secret of its binding. */
#define PROOF "086d2c891d8a1083893a4dd5b231732e122f117618fecf007d2bafdd12f99607"

static EscEndpoint gateway(EscEndpointKind kind)
{
    return (EscEndpoint){.type = ESC_TEXT("a type"),
                         .kind = kind,
                         .url = ESC_TEXT("https://gateway.example/2010-04-01/"),
                         .account = ESC_TEXT("AC1"),
                         .from = ESC_TEXT("+4930999"),
                         .secret = ESC_TEXT("token")};
}

static void bind_people(Fixture *f)
{
    f->config.people.sms = gateway(ESC_ENDPOINT_SMS);
    f->config.people.phone = gateway(ESC_ENDPOINT_CALL);
    f->config.people.chat = (EscEndpoint){.type = ESC_TEXT("ntfy"),
                                          .kind = ESC_ENDPOINT_NTFY,
                                          .url = ESC_TEXT("https://ntfy.example"),
                                          .secret = ESC_TEXT("tk_1")};
    bool is_point = esc_push_point(
        (EscBytes){(const uint8_t *)"0123456789abcdef0123456789abcdef", 32}, f->receiver);
    assert_true(is_point);
    f->subscription =
        (EscPushSubscription){.name = ESC_TEXT("ana"),
                              .url = ESC_TEXT("https://push.example:8443/send/canary"),
                              .key = {(const char *)f->receiver, sizeof(f->receiver)},
                              .auth = ESC_TEXT("0123456789abcdef")};
    f->config.people.push =
        (EscEndpoint){.type = ESC_TEXT("webpush"),
                      .kind = ESC_ENDPOINT_WEBPUSH,
                      .contact = ESC_TEXT("mailto:ops@acme.example"),
                      .secret = esc_config_base64url(f->arena, ESC_TEXT(PRIVATE_KEY)),
                      .subscriptions = &f->subscription,
                      .subscriptions_count = 1};
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){.arena = esc_arena_new((size_t)8 << 20)};
    esc_config_preset(CONFIG_GROUP_WORKSPACE, &f->config);
    bind_people(f);
    f->message = (EscMessage){.text = ESC_TEXT("Till & \"shop\" <down>"),
                              .subject = ESC_TEXT("[INC-7] Till"),
                              .workspace = ESC_TEXT("acme"),
                              .escalation = ESC_TEXT("E-12"),
                              .ticket = ESC_TEXT("INC-7"),
                              .severity = ESC_TEXT("critical"),
                              .until = ESC_TEXT("10:05"),
                              .act = ESC_TEXT("escalctl ack E-12"),
                              .page = true};
    f->inbound[0] = (EscInboundBinding){.name = ESC_TEXT("acme-tel"), .secret = ESC_TEXT("token")};
    f->inbound[1] =
        (EscInboundBinding){.name = ESC_TEXT("acme-push"), .secret = ESC_TEXT("s3cret")};
    f->config.inbound = (EscInboundBindings){f->inbound, 2};
    f->config.public_url = ESC_TEXT("https://escal.example");
    f->row = (EscOutboxRow){.id = 7,
                            .key = ESC_TEXT("acme/E-12/1"),
                            .target = ESC_TEXT("ana"),
                            .medium = ESC_TEXT("sms"),
                            .address = ESC_TEXT("+49 (170) 555-0100"),
                            .message = &f->message};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    esc_arena_free(((Fixture *)*state)->arena);
    return 0;
}

static void make(Fixture *f)
{
    EscRoute route;
    esc_route_find(&f->config, &f->row, &route);
    EscPlanInput input = {
        .config = &f->config, .route = &route, .row = &f->row, .now_ms = INT64_C(1767603600000)};
    esc_plan_make(f->arena, &input, &f->plan);
}

static EscText header_of(const EscPlan *plan, const char *name)
{
    EscText begin = esc_text_from(name);
    for (uint32_t i = 0; i < plan->headers_count; i++)
        if (esc_text_starts_with(plan->headers[i], begin))
            return (EscText){plan->headers[i].data + begin.size + 2,
                             plan->headers[i].size - begin.size - 2};
    return (EscText){0};
}

static EscSaid judged(const EscPlan *plan, unsigned http_status, const char *reply)
{
    EscSaid said = {.http_status = http_status,
                    .reply = esc_text_from(reply),
                    .verdict = esc_verdict_http(plan, true, http_status),
                    .state = ESC_DELIVERY_ACCEPTED};
    plan->judge(&said);
    return said;
}

/* --- the gateway -------------------------------------------------------------------------------- */

static void a_text_message_is_a_form(void **state)
{
    Fixture *f = *state;
    make(f);
    assert_text_equal(f->plan.refusal, "");
    assert_text_equal(f->plan.method, "POST");
    assert_text_equal(f->plan.url, "https://gateway.example/2010-04-01/Accounts/AC1/Messages.json");
    assert_text_equal(
        f->plan.body,
        "To=%2B491705550100&From=%2B4930999&Body=PAGE%3A%20Till%20%26%20%22shop%22%20"
        "%3Cdown%3E%0AE-12%2C%20INC-7%0AAcknowledge%20by%3A%2010%3A05%0ATo%20act%3A%20"
        "escalctl%20ack%20E-12");
    assert_text_equal(header_of(&f->plan, "Content-Type"), "application/x-www-form-urlencoded");
    assert_text_equal(header_of(&f->plan, "Authorization"), "Basic QUMxOnRva2Vu"); /* AC1:token */
    assert_text_equal(header_of(&f->plan, "Idempotency-Key"), "acme/E-12/1");
    assert_text_equal(f->plan.credential, "QUMxOnRva2Vu"); /* what no peer's words may show */
}

static void a_messaging_service_stands_for_a_number(void **state)
{
    Fixture *f = *state;
    f->config.people.sms.from = ESC_TEXT("MG7");
    make(f);
    assert_true(esc_text_contains(f->plan.body, ESC_TEXT("&MessagingServiceSid=MG7&Body=")));
    assert_false(esc_text_contains(f->plan.body, ESC_TEXT("From=")));
}

static void a_channel_goes_to_its_number(void **state)
{
    Fixture *f = *state;
    f->to = ESC_TEXT("+4930110");
    f->channels[0] = gateway(ESC_ENDPOINT_SMS);
    f->channels[0].name = ESC_TEXT("night");
    f->channels[0].to = (EscTexts){&f->to, 1};
    f->config.channels = (EscEndpoints){f->channels, 1};
    f->row.target = ESC_TEXT("night");
    f->row.address = (EscText){0};
    make(f);
    assert_true(esc_text_starts_with(f->plan.body, ESC_TEXT("To=%2B4930110&")));
}

/* Somebody whose number was changed to words since is not called at nothing. */
static void what_is_no_number_is_refused(void **state)
{
    Fixture *f = *state;
    f->row.address = ESC_TEXT("ana");
    make(f);
    assert_text_equal(f->plan.refusal, "there is no telephone number");
}

static void a_call_reads_the_page_out_twice(void **state)
{
    Fixture *f = *state;
    f->row.medium = ESC_TEXT("phone");
    f->message.language = ESC_TEXT("de");
    make(f);
    assert_text_equal(f->plan.url, "https://gateway.example/2010-04-01/Accounts/AC1/Calls.json");
    const char *said =
        "%3CSay%20language%3D%22de-DE%22%3ERUF%3A%20Till%20%26amp%3B%20%26quot%3B"
        "shop%26quot%3B%20%26lt%3Bdown%26gt%3B%3C%2FSay%3E%3CPause%20length%3D%221%22"
        "%2F%3E";
    EscBuf expected;
    esc_buf_init(&expected, 4096);
    esc_buf_printf(
        &expected,
        "To=%%2B491705550100&From=%%2B4930999&Twiml=%%3CResponse%%3E%s%s%%3C%%2FResponse%%3E", said,
        said);
    esc_buf_char(&expected, '\0');
    assert_text_equal(f->plan.body, (const char *)expected.data);
    esc_buf_release(&expected);
}

/* A document has at most 4000 letters. */
static void a_long_text_is_read_out_in_part(void **state)
{
    Fixture *f = *state;
    static char text[4000];
    memset(text, 'a', sizeof(text));
    f->message.text = (EscText){text, sizeof(text)};
    f->row.medium = ESC_TEXT("phone");
    make(f);
    assert_text_equal(f->plan.refusal, "");
    assert_true(f->plan.body.size < 4000);
}

static void codes_say_what_is_final_and_what_is_not(void **state)
{
    Fixture *f = *state;
    make(f);
    static const struct {
        unsigned status;
        const char *reply;
        EscVerdict verdict;
        bool has_words;
    } cases[] = {
        {201, "{\"sid\":\"SM1\",\"status\":\"queued\",\"code\":20003}", ESC_VERDICT_DONE, false},
        {400, "{\"code\":21211,\"message\":\"not valid\"}", ESC_VERDICT_DEAD, true},
        {400, "{\"code\":21610}", ESC_VERDICT_DEAD, true},
        {400, "{\"code\":21614}", ESC_VERDICT_DEAD, true},
        {400, "{\"code\":21606}", ESC_VERDICT_HOLD, true}, /* our own number is wrong */
        {400, "{\"code\":21611}", ESC_VERDICT_RETRY, true},
        {401, "{\"code\":20003}", ESC_VERDICT_HOLD, true},
        {429, "{\"code\":20429}", ESC_VERDICT_RETRY, true},
        {400, "{\"code\":1}", ESC_VERDICT_DEAD, false},
        {400, "{\"code\":\"21611\"}", ESC_VERDICT_DEAD, false}, /* a text is no code */
        {400, "<html>", ESC_VERDICT_DEAD, false},
        {400, "[[[[[[[[[[[[[[[[[[[[", ESC_VERDICT_DEAD, false},
        {503, "", ESC_VERDICT_RETRY, false},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscSaid said = judged(&f->plan, cases[i].status, cases[i].reply);
        assert_int_equal(said.verdict, cases[i].verdict);
        assert_int_equal(said.words != NULL, cases[i].has_words);
        assert_int_equal(said.state, ESC_DELIVERY_ACCEPTED);
    }
}

/* --- answers ------------------------------------------------------------------------------------ */

static void a_text_message_says_what_to_reply(void **state)
{
    Fixture *f = *state;
    f->config.people.sms.answers = ESC_TEXT("acme-tel");
    make(f);
    assert_true(esc_text_ends_with(
        f->plan.body,
        ESC_TEXT("%0AReply%3A%20ACK%20E-12%20%28Acknowledge%29&StatusCallback=https%3A%2F%2F"
                 "escal.example%2Fv1%2Finbound%2Facme-tel%3Fo%3D7")));
    const EscMessageAnswer answers[] = {{ESC_TEXT("yes"), ESC_TEXT("Roll it back")},
                                        {ESC_TEXT("no"), ESC_TEXT("Leave it")}};
    f->message.answers = answers;
    f->message.answers_count = 2;
    make(f);
    assert_true(esc_text_contains(
        f->plan.body, ESC_TEXT("Reply%3A%20YES%20E-12%20%28Roll%20it%20back%29%2C%20NO%20E-12%20%28"
                               "Leave%20it%29&Status")));
}

static void a_call_takes_a_key(void **state)
{
    Fixture *f = *state;
    const EscMessageAnswer answers[] = {{ESC_TEXT("yes"), ESC_TEXT("Roll <it> back")},
                                        {ESC_TEXT("no"), ESC_TEXT("Leave it")}};
    f->row.medium = ESC_TEXT("phone");
    f->config.people.phone.answers = ESC_TEXT("acme-tel");
    f->message.text = ESC_TEXT("Down");
    f->message.page = false;
    f->message.answers = answers;
    f->message.answers_count = 2;
    make(f);
    const char *said =
        "<Say language=\"en-US\">Down Press 1 for: Roll &lt;it&gt; back. Press 2 for: "
        "Leave it.</Say><Pause length=\"1\"/>";
    EscBuf expected, form;
    esc_buf_init(&expected, 4096);
    esc_buf_init(&form, 8192);
    esc_buf_printf(&expected,
                   "<Response><Gather numDigits=\"1\" timeout=\"8\" action=\"https://escal.example"
                   "/v1/inbound/acme-tel?o=7&amp;e=E-12&amp;k=answer.yes&amp;k=answer.no\">%s%s"
                   "</Gather></Response>",
                   said, said);
    esc_planner_field(&form, "Twiml", esc_buf_as_text(&expected));
    assert_true(esc_text_contains(f->plan.body, esc_buf_as_text(&form)));
    assert_true(esc_text_contains(f->plan.body, ESC_TEXT("&StatusCallback=https")));
    esc_buf_release(&expected);
    esc_buf_release(&form);
}

/* Nobody would be known by it. */
static void a_channel_has_no_buttons(void **state)
{
    Fixture *f = *state;
    f->to = ESC_TEXT("+4930110");
    f->channels[0] = gateway(ESC_ENDPOINT_SMS);
    f->channels[0].name = ESC_TEXT("night");
    f->channels[0].answers = ESC_TEXT("acme-tel");
    f->channels[0].to = (EscTexts){&f->to, 1};
    f->config.channels = (EscEndpoints){f->channels, 1};
    f->row.target = ESC_TEXT("night");
    f->row.address = (EscText){0};
    make(f);
    assert_false(esc_text_contains(f->plan.body, ESC_TEXT("Reply")));
    assert_true(esc_text_contains(f->plan.body, ESC_TEXT("&StatusCallback=https")));
}

static void a_topics_buttons_are_signed(void **state)
{
    Fixture *f = *state;
    f->row.medium = ESC_TEXT("chat");
    f->row.address = ESC_TEXT("ana-tel");
    f->config.people.chat.answers = ESC_TEXT("acme-push");
    make(f);
    /* printf '%s' BODY | openssl dgst -sha256 -hmac s3cret */
    assert_true(esc_text_ends_with(
        f->plan.body,
        ESC_TEXT(
            ",\"actions\":[{\"action\":\"http\",\"method\":\"POST\",\"clear\":true,\"label\":"
            "\"Acknowledge\",\"url\":\"https://escal.example/v1/inbound/acme-push\",\"headers\":"
            "{\"Content-Type\":\"application/json\",\"X-Escal-Proof\":\"" PROOF "\"},\"body\":"
            "\"{\\\"do\\\":\\\"ack\\\",\\\"e\\\":\\\"E-12\\\",\\\"p\\\":\\\"ana\\\",\\\"o\\\":7,"
            "\\\"m\\\":\\\"chat\\\",\\\"s\\\":\\\"ana-tel\\\",\\\"t\\\":1767690000}\"}]}")));
}

/* --- topics ------------------------------------------------------------------------------------- */

static void a_topic_gets_a_priority(void **state)
{
    Fixture *f = *state;
    f->row.medium = ESC_TEXT("chat");
    f->row.address = ESC_TEXT("ana-tel");
    make(f);
    assert_text_equal(f->plan.url, "https://ntfy.example");
    assert_text_equal(header_of(&f->plan, "Authorization"), "Bearer tk_1");
    assert_text_equal(
        f->plan.body,
        "{\"topic\":\"ana-tel\",\"title\":\"[INC-7] Till\",\"message\":\"PAGE: Till & "
        "\\\"shop\\\" <down>\\nE-12, INC-7\\nAcknowledge by: 10:05\\nTo act: escalctl "
        "ack E-12\",\"priority\":5,\"tags\":[\"rotating_light\"]}");
    EscSaid said = judged(&f->plan, 200, "{\"id\":\"x\",\"event\":\"message\"}");
    assert_int_equal(said.verdict, ESC_VERDICT_DONE);
    assert_int_equal(said.state,
                     ESC_DELIVERY_ACCEPTED); /* the server has it, and nobody else yet */
}

static void what_asks_for_less_rings_less(void **state)
{
    Fixture *f = *state;
    static const struct {
        const char *severity;
        bool is_page;
        const char *priority;
    } cases[] = {{"critical", false, ":5}"}, {"high", false, ":4}"},  {"medium", false, ":3}"},
                 {"low", false, ":2}"},      {"other", false, ":3}"}, {"low", true, ":4,"}};
    f->row.medium = ESC_TEXT("chat");
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        f->message.severity = esc_text_from(cases[i].severity);
        f->message.page = cases[i].is_page;
        make(f);
        EscBuf priority;
        esc_buf_init(&priority, 64);
        esc_buf_printf(&priority, "\"priority\"%s", cases[i].priority);
        assert_true(esc_text_contains(f->plan.body, esc_buf_as_text(&priority)));
        esc_buf_release(&priority);
    }
}

static void a_channels_topic_stands_in_the_configuration(void **state)
{
    Fixture *f = *state;
    f->channels[0] = f->config.people.chat;
    f->channels[0].name = ESC_TEXT("night");
    f->channels[0].topic = ESC_TEXT("acme-night");
    f->channels[0].secret = (EscText){0};
    f->config.channels = (EscEndpoints){f->channels, 1};
    f->row.target = ESC_TEXT("night");
    f->row.address = (EscText){0};
    make(f);
    assert_true(esc_text_starts_with(f->plan.body, ESC_TEXT("{\"topic\":\"acme-night\",")));
    assert_int_equal(header_of(&f->plan, "Authorization").size, 0);
}

/* --- browsers ----------------------------------------------------------------------------------- */

static void a_push_is_encrypted_for_its_browser(void **state)
{
    Fixture *f = *state;
    f->row.medium = ESC_TEXT("push");
    f->row.address = ESC_TEXT("ana");
    make(f);
    assert_text_equal(f->plan.refusal, "");
    assert_text_equal(f->plan.url, "https://push.example:8443/send/canary");
    assert_text_equal(header_of(&f->plan, "Content-Encoding"), "aes128gcm");
    assert_text_equal(header_of(&f->plan, "TTL"), "86400");
    assert_text_equal(header_of(&f->plan, "Urgency"), "high");
    /* {"typ":"JWT","alg":"ES256"}.{"aud":"https://push.example:8443","exp":… */
    assert_true(esc_text_starts_with(
        header_of(&f->plan, "Authorization"),
        ESC_TEXT("vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9."
                 "eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZTo4NDQzIiwiZXhwIjoxNzY3NjQ2ODAwLCJzdWIi")));
    assert_false(esc_text_contains(f->plan.body, ESC_TEXT("Till")));
    assert_int_equal(f->plan.body.data[18], 0x10); /* the record's size is 4096 */
    EscText first = f->plan.body;
    make(f);
    assert_true(esc_text_equal(first, f->plan.body)); /* what is sent again is the same */
    f->message.page = false;
    make(f);
    assert_text_equal(header_of(&f->plan, "Urgency"), "normal");
    assert_false(esc_text_equal(first, f->plan.body));
}

/* Whatever is in it, it fits into the one record that a push service takes. */
static void a_push_is_cut_to_its_record(void **state)
{
    Fixture *f = *state;
    static char text[4096];
    static const char letters[] = {'a', '"', '\\'};
    f->row.medium = ESC_TEXT("push");
    f->row.address = ESC_TEXT("ana");
    f->message.text = (EscText){text, sizeof(text)};
    for (size_t i = 0; i < sizeof(letters); i++) {
        memset(text, letters[i], sizeof(text));
        make(f);
        assert_text_equal(f->plan.refusal, "");
        assert_in_range(f->plan.body.size, 4090, 4096);
    }
}

static void a_name_without_a_browser_is_refused(void **state)
{
    Fixture *f = *state;
    f->row.medium = ESC_TEXT("push");
    f->row.address = ESC_TEXT("ben");
    make(f);
    assert_text_equal(f->plan.refusal, "no browser is subscribed under this name");
    f->row.address = ESC_TEXT("ana");
    f->receiver[64] ^= 1;
    make(f);
    assert_text_equal(f->plan.refusal,
                      "it cannot be encrypted for this browser: its subscription is wrong");
}

static void a_subscription_ends(void **state)
{
    Fixture *f = *state;
    f->row.medium = ESC_TEXT("push");
    f->row.address = ESC_TEXT("ana");
    make(f);
    assert_int_equal(judged(&f->plan, 201, "").verdict, ESC_VERDICT_DONE);
    static const unsigned over[] = {404, 410};
    for (size_t i = 0; i < ESC_COUNT_OF(over); i++) {
        EscSaid said = judged(&f->plan, over[i], "");
        assert_int_equal(said.verdict, ESC_VERDICT_DEAD);
        assert_non_null(strstr(said.words, "subscription is over"));
    }
    assert_int_equal(judged(&f->plan, 429, "").verdict, ESC_VERDICT_RETRY);
    assert_int_equal(judged(&f->plan, 403, "").verdict,
                     ESC_VERDICT_HOLD); /* our key is not theirs */
    assert_non_null(judged(&f->plan, 413, "").words);
    assert_null(judged(&f->plan, 400, "").words);
}

/* Whatever it is made with, it is refused or whole. */
static void a_plan_without_memory_is_refused(void **state)
{
    Fixture *f = *state;
    static const char *const media[] = {"sms", "phone", "chat", "push"};
    f->config.people.sms.answers = f->config.people.phone.answers = ESC_TEXT("acme-tel");
    f->config.people.chat.answers = f->config.people.push.answers = ESC_TEXT("acme-push");
    for (size_t i = 0; i < ESC_COUNT_OF(media); i++) {
        f->row.medium = esc_text_from(media[i]);
        f->row.address = i < 2 ? ESC_TEXT("+49 170 555") : ESC_TEXT("ana");
        make(f);
        EscText whole = f->plan.body;
        uint32_t headers = f->plan.headers_count;
        EscRoute route;
        esc_route_find(&f->config, &f->row, &route);
        EscPlanInput input = {.config = &f->config,
                              .route = &route,
                              .row = &f->row,
                              .now_ms = INT64_C(1767603600000)};
        bool was_refused = true;
        for (size_t size = 16; was_refused && size < 65536; size += 48) {
            EscArena *small = esc_arena_new(size);
            EscPlan plan;
            esc_plan_make(small, &input, &plan);
            was_refused = plan.refusal.size > 0;
            assert_true(was_refused || esc_text_equal(plan.body, whole));
            assert_true(was_refused || plan.headers_count == headers);
            esc_arena_free(small);
        }
        assert_false(was_refused);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_text_message_is_a_form),
        CASE(a_messaging_service_stands_for_a_number),
        CASE(a_channel_goes_to_its_number),
        CASE(what_is_no_number_is_refused),
        CASE(a_call_reads_the_page_out_twice),
        CASE(a_long_text_is_read_out_in_part),
        CASE(codes_say_what_is_final_and_what_is_not),
        CASE(a_text_message_says_what_to_reply),
        CASE(a_call_takes_a_key),
        CASE(a_channel_has_no_buttons),
        CASE(a_topics_buttons_are_signed),
        CASE(a_topic_gets_a_priority),
        CASE(what_asks_for_less_rings_less),
        CASE(a_channels_topic_stands_in_the_configuration),
        CASE(a_push_is_encrypted_for_its_browser),
        CASE(a_push_is_cut_to_its_record),
        CASE(a_name_without_a_browser_is_refused),
        CASE(a_subscription_ends),
        CASE(a_plan_without_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
