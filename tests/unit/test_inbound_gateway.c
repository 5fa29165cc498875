/* test_inbound_gateway.c - receipts, texts and keys of a gateway, and buttons that we sign ourselves. */
#include <esc/inbound.h>

#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "support/test.h"

#define TOKEN "12345"
#define SECRET "a secret of one's own"
#define NOW_S INT64_C(1767603600)

static EscArena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = esc_arena_new((size_t)8 << 20);
    return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_arena_free(arena);
    return 0;
}

/* The example of Twilio's own libraries, with its signature. */
static void the_signature_is_that_of_twilio(void **state)
{
    (void)state;
    EscText text = ESC_TEXT("https://mycompany.com/myapp.php?foo=1&bar=2CallSidCA1234567890ABCDE"
                            "Caller+14158675309Digits1234From+14158675309To+18005551212");
    assert_true(
        esc_proof_sha1_base64(ESC_TEXT(TOKEN), text, ESC_TEXT("RSOYDt4T1cUTdK1PDd93/VVr8B8=")));
    assert_false(
        esc_proof_sha1_base64(ESC_TEXT(TOKEN), text, ESC_TEXT("RSOYDt4T1cUTdK1PDd93/VVr8B9=")));
    assert_false(esc_proof_sha1_base64(ESC_TEXT(TOKEN), text, ESC_TEXT("RSOY")));
    assert_false(esc_proof_sha1_base64(ESC_TEXT(TOKEN), text, (EscText){"", 0}));
    assert_false(
        esc_proof_sha1_base64(ESC_TEXT("12346"), text, ESC_TEXT("RSOYDt4T1cUTdK1PDd93/VVr8B8=")));
}

/* --- requests ----------------------------------------------------------------------------------- */

static EscText given;

static EscText header_of(void *context, const char *name)
{
    return strcmp(name, context) == 0 ? given : (EscText){"", 0};
}

static EscWorkspaceConfig config;
static EscInboundBinding binding;

static EscInboundCall call_of(const char *query, const char *body)
{
    config = (EscWorkspaceConfig){.public_url = ESC_TEXT("https://escal.example")};
    binding = (EscInboundBinding){.name = ESC_TEXT("acme-tel"), .secret = ESC_TEXT(TOKEN)};
    return (EscInboundCall){.config = &config,
                            .binding = &binding,
                            .query = esc_text_from(query),
                            .body = esc_text_from(body),
                            .wall_ms = NOW_S * 1000,
                            .header = header_of,
                            .context = (void *)(uintptr_t) "X-Twilio-Signature"};
}

static void sign(const char *text)
{
    uint8_t mac[32];
    unsigned char coded[64];
    unsigned size = 0;
    HMAC(EVP_sha1(), TOKEN, (int)strlen(TOKEN), (const uint8_t *)text, strlen(text), mac, &size);
    EVP_EncodeBlock(coded, mac, (int)size);
    given = esc_arena_text(arena, esc_text_from((const char *)coded));
}

static EscStatus prove(const char *query, const char *body)
{
    EscInboundCall call = call_of(query, body);
    EscWhy why;
    return esc_inbound_kind(ESC_INBOUND_GATEWAY)->verify(&call, &why);
}

static void fields_are_signed_in_the_order_of_their_names(void **state)
{
    (void)state;
    sign("https://escal.example/v1/inbound/acme-tel?o=7&k=ackBody1 \xc3\xa4"
         "From+49301To+49302");
    assert_status(prove("o=7&k=ack", "To=%2B49302&Body=1+%C3%A4&From=%2B49301"), ESC_OK);
    assert_status(prove("o=8&k=ack", "To=%2B49302&Body=1+%C3%A4&From=%2B49301"), ESC_FORBIDDEN);
    assert_status(prove("o=7&k=ack", "To=%2B49302&Body=2+%C3%A4&From=%2B49301"), ESC_FORBIDDEN);
    assert_status(prove("", "To=%2B49302&Body=1+%C3%A4&From=%2B49301"), ESC_FORBIDDEN);
    assert_status(prove("o=7&k=ack", "To=%2B49302&Body=1+%C3%A4&From=%2B49301&x=%"), ESC_FORBIDDEN);
    given = (EscText){"", 0};
    assert_status(prove("o=7&k=ack", "To=%2B49302"), ESC_FORBIDDEN);
    sign("https://escal.example/v1/inbound/acme-tel");
    assert_status(prove("", ""), ESC_OK);
}

/* A form without end costs nothing but its own refusal. */
static void too_many_fields_are_no_form(void **state)
{
    (void)state;
    EscBuf body, text;
    esc_buf_init(&body, 65536);
    esc_buf_init(&text, 65536);
    esc_buf_string(&text, "https://escal.example/v1/inbound/acme-tel");
    for (unsigned i = 0; i < 128; i++) {
        esc_buf_printf(&body, "f%03u=&", i);
        esc_buf_printf(&text, "f%03u", i);
    }
    esc_buf_char(&text, '\0');
    sign((const char *)text.data);
    esc_buf_char(&body, '\0');
    assert_status(prove("", (const char *)body.data), ESC_OK);
    body.size--;
    esc_buf_string(&body, "g=");
    esc_buf_char(&body, '\0');
    text.size--;
    esc_buf_string(&text, "g");
    esc_buf_char(&text, '\0');
    sign((const char *)text.data);
    assert_status(prove("", (const char *)body.data), ESC_FORBIDDEN);
    esc_buf_release(&body);
    esc_buf_release(&text);
}

static EscInboundReading read(const char *query, const char *body)
{
    EscInboundCall call = call_of(query, body);
    EscInboundReading reading;
    EscWhy why;
    assert_status(esc_inbound_kind(ESC_INBOUND_GATEWAY)->read(arena, &call, &reading, &why),
                  ESC_OK);
    assert_string_equal(reading.type, "text/xml");
    return reading;
}

static void a_receipt_says_how_far_its_message_has_come(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        EscDeliveryState state;
        const char *detail;
    } cases[] = {
        {"MessageStatus=sent", ESC_DELIVERY_ACCEPTED, "sent"},
        {"MessageStatus=delivered&To=%2B49", ESC_DELIVERY_DELIVERED, "delivered"},
        {"MessageStatus=read", ESC_DELIVERY_SEEN, "read"},
        {"MessageStatus=undelivered&ErrorCode=30003", ESC_DELIVERY_DEAD,
         "undelivered, error 30003"},
        {"MessageStatus=failed", ESC_DELIVERY_DEAD, "failed"},
        {"CallStatus=completed", ESC_DELIVERY_DELIVERED, "completed"},
        {"CallStatus=busy", ESC_DELIVERY_DEAD, "busy"},
        {"CallStatus=no-answer", ESC_DELIVERY_DEAD, "no-answer"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscInboundReading reading = read("o=17", cases[i].body);
        assert_int_equal(reading.count, 1);
        assert_false(reading.items[0].is_act);
        assert_int_equal(reading.items[0].outbox, 17);
        assert_int_equal(reading.items[0].state, cases[i].state);
        assert_text_equal(reading.items[0].detail, cases[i].detail);
    }
    static const char *const nothing[][2] = {{"o=17", "MessageStatus=queued"},
                                             {"o=17", "MessageStatus=sending"},
                                             {"o=17", "CallStatus=ringing"},
                                             {"o=17", "CallStatus=new-word"},
                                             {"o=x", "MessageStatus=sent"},
                                             {"o=-1", "MessageStatus=sent"},
                                             {"o=17", ""},
                                             {"o=9999999999999999999999", "MessageStatus=sent"},
                                             {"", "MessageStatus=sent"}};
    for (size_t i = 0; i < ESC_COUNT_OF(nothing); i++) {
        EscInboundReading reading = read(nothing[i][0], nothing[i][1]);
        assert_int_equal(reading.count, 0);
        assert_text_equal(reading.answer, "<Response/>");
    }
}

static void a_key_means_what_was_read_out(void **state)
{
    (void)state;
    const char *query = "o=7&e=E-12&k=answer.yes&k=answer.no&k=reject";
    EscInboundReading reading = read(query, "Digits=2&To=%2B4917055&From=%2B4930");
    assert_int_equal(reading.count, 1);
    const EscInboundItem *item = &reading.items[0];
    assert_true(item->is_act);
    assert_int_equal(item->verb, ESC_VERB_ANSWER);
    assert_text_equal(item->target, "no");
    assert_text_equal(item->escalation, "E-12");
    assert_text_equal(item->medium, "phone");
    assert_text_equal(item->senders[0], "+4917055");
    assert_int_equal(item->outbox, 7);
    assert_int_equal(read(query, "Digits=3&To=%2B49").items[0].verb, ESC_VERB_REJECT);
    static const char *const others[] = {"Digits=0", "Digits=4", "Digits=*",
                                         "Digits=99999999999999"};
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++) {
        reading = read(query, others[i]);
        assert_int_equal(reading.count, 0);
        assert_true(
            esc_text_starts_with(reading.answer, ESC_TEXT("<Response><Say>Nothing was done")));
    }
    assert_int_equal(read("o=7&e=E-12&k=start&k=", "Digits=1").count, 0); /* no act for a key */
    assert_int_equal(read("o=7&e=E-12&k=start&k=", "Digits=2").count, 0);
}

static void a_text_names_what_it_answers(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        EscVerb verb;
        const char *escalation, *target;
    } cases[] = {
        {"ACK+E-12", ESC_VERB_ACK, "E-12", ""},
        {"+e-12++ok+thanks", ESC_VERB_ACK, "E-12", ""},
        {"1%0AE-12", ESC_VERB_ACK, "E-12", ""},
        {"Resolve+E-3", ESC_VERB_RESOLVE, "E-3", ""},
        {"YES+E-12", ESC_VERB_ANSWER, "E-12", "yes"},
        {"Answer+E-12", ESC_VERB_ANSWER, "E-12", "answer"},
        {"handoff+E-12", ESC_VERB_ANSWER, "E-12", "handoff"}, /* wants to be told more */
        {"reject+E-12", ESC_VERB_REJECT, "E-12", ""},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char body[128];
        (void)snprintf(body, sizeof(body), "From=%%2B4917055&Body=%s", cases[i].body);
        EscInboundReading reading = read("", body);
        assert_int_equal(reading.count, 1);
        assert_int_equal(reading.items[0].verb, cases[i].verb);
        assert_text_equal(reading.items[0].escalation, cases[i].escalation);
        assert_text_equal(reading.items[0].target, cases[i].target);
        assert_text_equal(reading.items[0].senders[0], "+4917055");
    }
}

static void a_text_that_names_nothing_is_asked_about(void **state)
{
    (void)state;
    static const char *const asked[] = {"E-12", "+e-12+"};
    for (size_t i = 0; i < ESC_COUNT_OF(asked); i++) {
        char body[128];
        (void)snprintf(body, sizeof(body), "From=%%2B49&Body=%s", asked[i]);
        EscInboundReading reading = read("", body);
        assert_int_equal(reading.count, 0);
        assert_true(esc_text_starts_with(reading.answer, ESC_TEXT("<Response><Message>Nothing")));
    }
    /* without a number it is about the only one that waits, once by what the gateway calls it */
    EscInboundReading reading = read("", "From=%2B49&Body=Ack&MessageSid=SM7");
    assert_int_equal(reading.count, 1);
    assert_int_equal(reading.items[0].verb, ESC_VERB_ACK);
    assert_int_equal(reading.items[0].escalation.size, 0);
    assert_text_equal(reading.items[0].once, "SM7");
    static const char *const silent[] = {"", "STOP", "stop+E-12", "Help"}; /* the gateway's own */
    for (size_t i = 0; i < ESC_COUNT_OF(silent); i++) {
        char body[128];
        (void)snprintf(body, sizeof(body), "From=%%2B49&Body=%s", silent[i]);
        reading = read("", body);
        assert_int_equal(reading.count, 0);
        assert_text_equal(reading.answer, "<Response/>");
    }
}

static void assert_answer(const EscInboundReading *reading, const char *words, const char *expected)
{
    const EscInboundKind *kind = esc_inbound_kind(ESC_INBOUND_GATEWAY);
    EscInboundOutcome outcome = {.status = ESC_OK, .words = esc_text_from(words)};
    EscBuf out;
    esc_buf_init(&out, 4096);
    kind->answer(reading, &outcome, &out);
    assert_text_equal(esc_buf_as_text(&out), expected);
    assert_string_equal(kind->answer_type, "text/xml");
    esc_buf_release(&out);
}

static void who_answers_is_told_what_became_of_it(void **state)
{
    (void)state;
    EscInboundReading reading = read("o=7&e=E-12&k=ack", "Digits=1&To=%2B49");
    assert_answer(&reading, "ana has <E-12> & \"more\".",
                  "<Response><Say>ana has &lt;E-12&gt; &amp; \"more\".</Say></Response>");
    reading = read("", "From=%2B49&Body=ack+E-12");
    assert_answer(&reading, "x", "<Response><Message>x</Message></Response>");
    reading = read("o=7", "MessageStatus=sent");
    assert_answer(&reading, "x", "<Response/>");
}

static void what_is_no_form_is_refused(void **state)
{
    (void)state;
    EscInboundCall call = call_of("o=%", "a=1");
    EscInboundReading reading;
    EscWhy why;
    const EscInboundKind *kind = esc_inbound_kind(ESC_INBOUND_GATEWAY);
    assert_status(kind->read(arena, &call, &reading, &why), ESC_BAD_INPUT);
    call = call_of("", "a=%zz");
    assert_status(kind->read(arena, &call, &reading, &why), ESC_BAD_INPUT);
}

/* --- buttons ------------------------------------------------------------------------------------ */

static EscInboundCall button_call(const char *body)
{
    uint8_t mac[32];
    char hex[65];
    unsigned size = 0;
    EscInboundCall call = call_of("", body);
    binding.secret = ESC_TEXT(SECRET);
    call.context = (void *)(uintptr_t) "X-Escal-Proof";
    HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET), (const uint8_t *)body, strlen(body), mac,
         &size);
    esc_hex((EscBytes){mac, size}, hex);
    given = esc_arena_text(arena, esc_text_from(hex));
    return call;
}

#define BUTTON(until)                                                                              \
    "{\"do\":\"ack\",\"e\":\"E-12\",\"p\":\"ana\",\"o\":7,\"m\":\"push\",\"s\":\"ana-tel\","       \
    "\"t\":" until "}"

static void a_button_holds_for_its_time(void **state)
{
    (void)state;
    const EscInboundKind *kind = esc_inbound_kind(ESC_INBOUND_BUTTONS);
    EscWhy why;
    EscInboundCall call = button_call(BUTTON("1767603600"));
    assert_status(kind->verify(&call, &why), ESC_OK);
    call.wall_ms += 999;
    assert_status(kind->verify(&call, &why), ESC_OK);
    call.wall_ms++;
    assert_status(kind->verify(&call, &why), ESC_FORBIDDEN);
    static const char *const others[] = {"{\"do\":\"ack\",\"e\":\"E-12\"}",
                                         BUTTON("\"1767603600\""),
                                         BUTTON("1e99"),
                                         "[]",
                                         "{",
                                         "",
                                         "[[[[[[[["};
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++) {
        call = button_call(others[i]);
        assert_status(kind->verify(&call, &why), ESC_FORBIDDEN);
    }
    call = button_call(BUTTON("1767603600"));
    call.body = ESC_TEXT(BUTTON("1767603601")); /* made to hold for longer */
    assert_status(kind->verify(&call, &why), ESC_FORBIDDEN);
}

static void a_button_is_its_receivers(void **state)
{
    (void)state;
    const EscInboundKind *kind = esc_inbound_kind(ESC_INBOUND_BUTTONS);
    EscInboundCall call = button_call(BUTTON("1767603600"));
    EscInboundReading reading;
    EscWhy why;
    assert_status(kind->read(arena, &call, &reading, &why), ESC_OK);
    assert_int_equal(reading.count, 1);
    const EscInboundItem *item = &reading.items[0];
    assert_true(item->is_act);
    assert_int_equal(item->verb, ESC_VERB_ACK);
    assert_text_equal(item->escalation, "E-12");
    assert_text_equal(item->medium, "push");
    assert_text_equal(item->senders[0], "ana-tel");
    assert_int_equal(item->outbox, 7);
    EscInboundOutcome outcome = {.status = ESC_OK, .words = ESC_TEXT("ana \"has\" it")};
    EscBuf out;
    esc_buf_init(&out, 4096);
    kind->answer(&reading, &outcome, &out);
    assert_text_equal(esc_buf_as_text(&out), "{\"done\":true,\"said\":\"ana \\\"has\\\" it\"}");
    outcome.is_noop = true;
    esc_buf_clear(&out);
    kind->answer(&reading, &outcome, &out);
    assert_true(esc_text_starts_with(esc_buf_as_text(&out), ESC_TEXT("{\"done\":false")));
    esc_buf_release(&out);
    call = button_call("{\"do\":\"handoff\",\"e\":\"E-12\",\"t\":1767603600}");
    assert_status(kind->read(arena, &call, &reading, &why), ESC_BAD_INPUT);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_signature_is_that_of_twilio),
        CASE(fields_are_signed_in_the_order_of_their_names),
        CASE(too_many_fields_are_no_form),
        CASE(a_receipt_says_how_far_its_message_has_come),
        CASE(a_key_means_what_was_read_out),
        CASE(a_text_names_what_it_answers),
        CASE(a_text_that_names_nothing_is_asked_about),
        CASE(who_answers_is_told_what_became_of_it),
        CASE(what_is_no_form_is_refused),
        CASE(a_button_holds_for_its_time),
        CASE(a_button_is_its_receivers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
