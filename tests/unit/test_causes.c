/* test_causes.c - why the daemon is not as it should be: what stands, since when, and what that makes of it. */
#include <stdio.h>

#include "support/test.h"

#include <esc/causes.h>

typedef struct Seen {
    char text[2048];
    size_t count;
} Seen;

static bool see(void *context, const EscCause *cause)
{
    Seen *seen = context;
    size_t size = strlen(seen->text);
    (void)snprintf(seen->text + size, sizeof(seen->text) - size, "%s %.*s/%.*s %.*s @%lld;",
                   esc_cause_word(cause->code), ESC_TEXT_ARG(cause->client),
                   ESC_TEXT_ARG(cause->subject), ESC_TEXT_ARG(cause->sentence),
                   (long long)cause->since_ms);
    seen->count++;
    return true;
}

static void assert_stand(EscCauses *causes, const char *expected)
{
    Seen seen = {.text = ""};
    assert_false(esc_causes_each(causes, see, &seen));
    assert_string_equal(seen.text, expected);
}

static EscCause held(const char *client, const char *subject, int64_t since_ms)
{
    return (EscCause){.code = ESC_CAUSE_ENDPOINT_HELD,
                      .client = esc_text_from(client),
                      .subject = esc_text_from(subject),
                      .sentence = ESC_TEXT("held"),
                      .since_ms = since_ms};
}

static void one_stands_once_and_since_it_came(void **state)
{
    (void)state;
    EscCauses *causes = esc_causes_new();
    EscCause one = held("acme", "chat", 5), other = held("globex", "chat", 6);
    uint64_t at_first = esc_causes_version(causes);
    esc_causes_put(causes, &one);
    esc_causes_put(causes, &other);
    assert_int_equal(esc_causes_version(causes), at_first + 2);
    one.since_ms = 9;
    one.sentence = ESC_TEXT("still held");
    esc_causes_put(causes, &one);
    assert_int_equal(esc_causes_version(causes), at_first + 2);
    assert_stand(causes,
                 "endpoint_held acme/chat still held @5;endpoint_held globex/chat held @6;");
    esc_causes_end(causes, ESC_CAUSE_ENDPOINT_HELD, ESC_TEXT("acme"), ESC_TEXT("mail"));
    esc_causes_end(causes, ESC_CAUSE_CLOCK_APART, ESC_TEXT("acme"), ESC_TEXT("chat"));
    assert_int_equal(esc_causes_version(causes), at_first + 2);
    esc_causes_end(causes, ESC_CAUSE_ENDPOINT_HELD, ESC_TEXT("acme"), ESC_TEXT("chat"));
    assert_stand(causes, "endpoint_held globex/chat held @6;");
    assert_int_equal(esc_causes_version(causes), at_first + 3);
    esc_causes_put(causes, &one);
    assert_stand(causes,
                 "endpoint_held globex/chat held @6;endpoint_held acme/chat still held @9;");
    esc_causes_free(causes);
    esc_causes_free(NULL);
}

/* Who knows all of one code and client says all of them: the others are over, and those of anybody else stay. */
static void a_set_is_all_of_its_kind(void **state)
{
    (void)state;
    EscCauses *causes = esc_causes_new();
    EscCause items[] = {held("acme", "a", 1), held("acme", "b", 2)},
             elsewhere = held("globex", "a", 3);
    EscCause clock = {.code = ESC_CAUSE_CLOCK_APART, .client = ESC_TEXT("acme"), .since_ms = 4};
    esc_causes_put(causes, &elsewhere);
    esc_causes_put(causes, &clock);
    esc_causes_set(causes, ESC_CAUSE_ENDPOINT_HELD, ESC_TEXT("acme"), items, 2);
    items[1].since_ms = 7;
    esc_causes_set(causes, ESC_CAUSE_ENDPOINT_HELD, ESC_TEXT("acme"), &items[1], 1);
    assert_stand(causes, "endpoint_held globex/a held @3;clock_apart acme/  @4;"
                         "endpoint_held acme/b held @2;");
    esc_causes_set(causes, ESC_CAUSE_ENDPOINT_HELD, ESC_TEXT("acme"), NULL, 0);
    assert_stand(causes, "endpoint_held globex/a held @3;clock_apart acme/  @4;");
    esc_causes_free(causes);
}

static void what_happened_lapses(void **state)
{
    (void)state;
    EscCauses *causes = esc_causes_new();
    EscCause stays = held("acme", "a", 1), lapses = held("acme", "b", 2);
    lapses.lapse_ms = 100;
    esc_causes_put(causes, &stays);
    esc_causes_put(causes, &lapses);
    esc_causes_lapse(causes, 99);
    assert_stand(causes, "endpoint_held acme/a held @1;endpoint_held acme/b held @2;");
    lapses.lapse_ms = 200; /* it happened again */
    esc_causes_put(causes, &lapses);
    esc_causes_lapse(causes, 199);
    assert_stand(causes, "endpoint_held acme/a held @1;endpoint_held acme/b held @2;");
    esc_causes_lapse(causes, 200);
    assert_stand(causes, "endpoint_held acme/a held @1;");
    esc_causes_free(causes);
}

static void the_heaviest_decides(void **state)
{
    (void)state;
    EscCauses *causes = esc_causes_new();
    static const EscCauseCode codes[] = {ESC_CAUSE_ENDPOINT_HELD, ESC_CAUSE_WORKSPACE_STOPPED,
                                         ESC_CAUSE_TIMERS_LATE};
    static const char *const words[] = {"degraded", "degraded", "failing"};
    static const EscCauseWeight weights[] = {ESC_WEIGHT_NOTICE, ESC_WEIGHT_GRAVE,
                                             ESC_WEIGHT_FAILING};
    assert_string_equal(esc_health_word(esc_causes_weight(causes)), "ok");
    for (size_t i = 0; i < ESC_COUNT_OF(codes); i++) {
        EscCause cause = {.code = codes[i]};
        esc_causes_put(causes, &cause);
        assert_int_equal(esc_causes_weight(causes), weights[i]);
        assert_string_equal(esc_health_word(esc_causes_weight(causes)), words[i]);
    }
    esc_causes_end(causes, ESC_CAUSE_TIMERS_LATE, (EscText){0}, (EscText){0});
    assert_int_equal(esc_causes_weight(causes), ESC_WEIGHT_GRAVE);
    esc_causes_free(causes);
}

static void there_is_an_end_to_them(void **state)
{
    (void)state;
    EscCauses *causes = esc_causes_new();
    Seen seen = {.text = ""};
    char subject[32];
    for (int i = 0; i <= ESC_CAUSES_MAX; i++) {
        (void)snprintf(subject, sizeof(subject), "%d", i);
        EscCause one = held("acme", subject, i);
        esc_causes_put(causes, &one);
        assert_int_equal(esc_causes_each(causes, see, &seen), i == ESC_CAUSES_MAX);
        assert_int_equal(seen.count, i < ESC_CAUSES_MAX ? i + 1 : ESC_CAUSES_MAX);
        seen = (Seen){.text = ""};
    }
    esc_causes_end(causes, ESC_CAUSE_ENDPOINT_HELD, ESC_TEXT("acme"), ESC_TEXT("0"));
    EscCause last = held("acme", subject, 0);
    esc_causes_put(causes, &last);
    assert_false(esc_causes_each(causes, see, &seen));
    assert_int_equal(seen.count, ESC_CAUSES_MAX);
    esc_causes_free(causes);
}

static void a_sentence_is_cut_between_characters(void **state)
{
    (void)state;
    EscCauses *causes = esc_causes_new();
    char text[ESC_CAUSE_SENTENCE_BYTES_MAX + 2];
    memset(text, 'x', sizeof(text));
    memcpy(text + ESC_CAUSE_SENTENCE_BYTES_MAX - 1, "\xC3\xA4", 2);
    EscCause cause = {.code = ESC_CAUSE_CLOCK_APART, .sentence = {text, sizeof(text)}};
    esc_causes_put(causes, &cause);
    Seen seen = {.text = ""};
    esc_causes_each(causes, see, &seen);
    assert_int_equal(strlen(seen.text),
                     strlen("clock_apart / ") + ESC_CAUSE_SENTENCE_BYTES_MAX - 1 + strlen(" @0;"));
    esc_causes_free(causes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_stands_once_and_since_it_came),
        cmocka_unit_test(a_set_is_all_of_its_kind),
        cmocka_unit_test(what_happened_lapses),
        cmocka_unit_test(the_heaviest_decides),
        cmocka_unit_test(there_is_an_end_to_them),
        cmocka_unit_test(a_sentence_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
