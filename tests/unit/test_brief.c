/* test_brief.c - a message in few words: what is cut, what stays, what can be answered. */
#include <stdlib.h>

#include "support/test.h"

#include "answers.h"

static EscMessage page_message(void)
{
    return (EscMessage){.text = ESC_TEXT("Checkout is down"),
                        .workspace = ESC_TEXT("acme"),
                        .escalation = ESC_TEXT("E-12"),
                        .ticket = ESC_TEXT("INC-7"),
                        .until = ESC_TEXT("2026-03-02 10:05 CET"),
                        .act = ESC_TEXT("escalctl ack E-12"),
                        .page = true};
}

static void assert_sms(const EscMessage *message, const char *act, const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, 65536);
    esc_brief_sms(&out, message, esc_text_from(act));
    assert_status(out.status, ESC_OK);
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
}

static void a_text_message_says_what_to_do(void **state)
{
    (void)state;
    EscMessage page = page_message();
    assert_sms(&page, "",
               "PAGE: Checkout is down\nE-12, INC-7\nAcknowledge by: 2026-03-02 10:05 CET\nTo act: "
               "escalctl ack E-12");
    assert_sms(
        &page, "Reply: 1",
        "PAGE: Checkout is down\nE-12, INC-7\nAcknowledge by: 2026-03-02 10:05 CET\nReply: 1");
    EscMessage plain = {.text = ESC_TEXT("a\nb\x1b[2J"), .language = ESC_TEXT("de")};
    assert_sms(&plain, "", "a b[2J");
    plain.question = ESC_TEXT("and now?");
    plain.ticket = ESC_TEXT("T");
    assert_sms(&plain, "", "a b[2J and now?\nT");
    plain.question = ESC_TEXT("b");
    assert_sms(&plain, "", "a b[2J\nT"); /* the text says it already */
}

static void letters_that_no_text_message_knows_are_told(void **state)
{
    (void)state;
    size_t septets;
    assert_true(esc_sms_is_plain(ESC_TEXT("Grüße, 5 {§}\n~"), &septets));
    assert_int_equal(septets, 14 + 3);
    assert_true(esc_sms_is_plain(ESC_TEXT("€|^[]\\"), &septets));
    assert_int_equal(septets, 12);
    assert_true(esc_sms_is_plain(ESC_TEXT(""), &septets));
    static const char *const others[] = {"`", "\t", "ê", "…", "\xf0\x9f\x94\xa5", "·", "Ç̧"};
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++)
        assert_false(esc_sms_is_plain(esc_text_from(others[i]), &septets));
}

/* How many segments a network would count. */
static size_t segments_of(EscText text)
{
    size_t septets, units = 0, size;
    if (esc_sms_is_plain(text, &septets))
        return (septets + 152) / 153;
    for (size_t at = 0; at < text.size; at += size)
        units += esc_utf8_decode(text, at, &size) > 0xffff ? 2 : 1;
    return (units + 66) / 67;
}

static void what_is_too_long_is_cut_and_the_act_stays(void **state)
{
    (void)state;
    static const char *const letters[] = {"x", "ü", "{", "…", "\xf0\x9f\x94\xa5"};
    for (size_t i = 0; i < ESC_COUNT_OF(letters); i++) {
        EscBuf text, out;
        esc_buf_init(&text, 65536);
        for (unsigned k = 0; k < 2000; k++)
            esc_buf_string(&text, letters[i]);
        EscMessage message = page_message();
        message.text = esc_buf_as_text(&text);
        esc_buf_init(&out, 65536);
        esc_brief_sms(&out, &message, (EscText){0});
        EscText said = esc_buf_as_text(&out);
        assert_true(esc_utf8_is_valid(said, NULL));
        assert_int_equal(segments_of(said), ESC_SMS_SEGMENTS_MAX);
        assert_true(esc_text_starts_with(said, ESC_TEXT("PAGE: ")));
        assert_true(esc_text_ends_with(
            said, ESC_TEXT("...\nE-12, INC-7\nAcknowledge by: 2026-03-02 10:05 CET\nTo act: "
                           "escalctl ack E-12")));
        esc_buf_release(&text);
        esc_buf_release(&out);
    }
}

static void the_text_keeps_half_of_what_there_is(void **state)
{
    (void)state;
    static char until[3000];
    memset(until, 'u', sizeof(until));
    EscMessage message = page_message();
    message.until = (EscText){until, sizeof(until)};
    EscBuf out;
    esc_buf_init(&out, 65536);
    const EscBrief brief = {esc_room_bytes, 100, ESC_TEXT("do it")};
    esc_brief_say(&out, &message, &brief);
    EscText said = esc_buf_as_text(&out);
    assert_int_equal(said.size, 100);
    assert_true(esc_text_starts_with(
        said, ESC_TEXT("PAGE: Checkout is down\nE-12, INC-7\nAcknowledge by: u")));
    assert_true(esc_text_ends_with(said, ESC_TEXT("u...\ndo it")));
    esc_buf_clear(&out);
    const EscBrief least = {esc_room_bytes, 3, ESC_TEXT("do it")};
    esc_brief_say(&out, &message, &least);
    assert_text_equal(esc_buf_as_text(&out), "\ndo it"); /* how to act stays whole */
    esc_buf_release(&out);
}

static void assert_offers(const EscMessage *message, const char *expected)
{
    EscOffered offers[ESC_BUTTONS_MAX];
    const EscOutboxRow row = {.address = ESC_TEXT("+4930")};
    uint32_t count = esc_offers_of(message, &row, offers);
    EscBuf all;
    esc_buf_init(&all, 4096);
    for (uint32_t i = 0; i < count; i++)
        esc_buf_printf(&all, "%.*s %.*s %.*s;", ESC_TEXT_ARG(offers[i].does.verb),
                       ESC_TEXT_ARG(offers[i].does.answer), ESC_TEXT_ARG(offers[i].label));
    assert_text_equal(esc_buf_as_text(&all), expected);
    esc_buf_release(&all);
}

static void what_can_be_answered_follows_from_the_message(void **state)
{
    (void)state;
    const EscMessageAnswer answers[12] = {{ESC_TEXT("yes"), ESC_TEXT("Roll it back")},
                                          {ESC_TEXT("no"), ESC_TEXT("Leave it")}};
    const EscMessageAnswer approval[] = {{ESC_TEXT("approve"), ESC_TEXT("I agree")},
                                         {ESC_TEXT("reject"), ESC_TEXT("I do not")}};
    EscMessage message = page_message();
    assert_offers(&message, "ack  Acknowledge;");
    message.language = ESC_TEXT("de");
    assert_offers(&message, "ack  Bestätigen;");
    message.until = (EscText){0}; /* who is only told of a page need not acknowledge */
    assert_offers(&message, "");
    message.question = ESC_TEXT("Is it well?");
    assert_offers(&message, "confirm  Bestätigen;");
    message.answers = answers;
    message.answers_count = 2;
    assert_offers(&message, "answer yes Roll it back;answer no Leave it;");
    message.answers = approval;
    assert_offers(&message, "approve  I agree;reject  I do not;");
    message.answers = answers;
    message.answers_count = 12;
    EscOffered offers[ESC_BUTTONS_MAX];
    const EscOutboxRow row = {.address = ESC_TEXT("+4930")};
    assert_int_equal(esc_offers_of(&message, &row, offers), ESC_OFFERS_MAX);
    message.escalation = (EscText){0};
    assert_offers(&message, ""); /* there is nothing that an answer could name */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_message_says_what_to_do),
        cmocka_unit_test(letters_that_no_text_message_knows_are_told),
        cmocka_unit_test(what_is_too_long_is_cut_and_the_act_stays),
        cmocka_unit_test(the_text_keeps_half_of_what_there_is),
        cmocka_unit_test(what_can_be_answered_follows_from_the_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
