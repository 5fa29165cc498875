/* test_alarm_list.c - which causes are told when: not before they last, not again and again, and their end too. */
#include <stdio.h>

#include "support/test.h"

#include "alarm_list.h"

static EscCauses *causes;
static EscAlarmList list;
static char told[4096];

static int begin(void **state)
{
    (void)state;
    causes = esc_causes_new();
    list = (EscAlarmList){.rules = {.settle_ms = 10,
                                    .over_ms = 60,
                                    .rest_ms = 600,
                                    .again_ms = 1000,
                                    .workspace = ESC_TEXT("ops")}};
    told[0] = '\0';
    return causes == NULL ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    esc_alarm_list_release(&list);
    esc_causes_free(causes);
    return 0;
}

static void note(void *context, const EscAlarm *alarm, EscAlarmNews news)
{
    static const char *const words[] = {"raised", "reminded", "over"};
    size_t size = strlen(told);
    (void)context;
    (void)snprintf(told + size, sizeof(told) - size, "%s %s;", words[news], alarm->key);
}

/* What is told at a time. */
static void assert_told(int64_t now_ms, const char *expected)
{
    told[0] = '\0';
    esc_alarm_list_look(&list, causes, now_ms, note, NULL);
    assert_string_equal(told, expected);
}

static void put(EscCauseCode code, const char *client, const char *subject, const char *sentence)
{
    EscCause cause = {.code = code,
                      .client = esc_text_from(client),
                      .subject = esc_text_from(subject),
                      .sentence = esc_text_from(sentence),
                      .since_ms = 5};
    esc_causes_put(causes, &cause);
}

static void gone(EscCauseCode code, const char *client, const char *subject)
{
    esc_causes_end(causes, code, esc_text_from(client), esc_text_from(subject));
}

#define HELD "alarm:acme:endpoint_held:chat"

static void it_is_told_when_it_lasts_and_when_it_is_over(void **state)
{
    (void)state;
    put(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat", "held");
    assert_told(100, "");
    assert_told(109, "");
    assert_told(110, "raised " HELD ";");
    assert_told(1109, "");
    assert_told(1110, "reminded " HELD ";");
    gone(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat");
    assert_told(1200, "");
    assert_told(1259, "");
    assert_told(1260, "over " HELD ";");
    assert_told(5000, "");
    assert_int_equal(list.count, 0);
}

static void what_does_not_last_is_not_told(void **state)
{
    (void)state;
    put(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat", "held");
    assert_told(100, "");
    gone(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat");
    assert_told(105, "");
    assert_int_equal(list.count, 0);
    put(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat", "held");
    assert_told(112, ""); /* it began anew */
    assert_told(122, "raised " HELD ";");
    gone(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat");
    assert_told(130, "");
    put(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat", "held"); /* it was not away for long */
    assert_told(150, "");
    assert_told(500, "");
}

static void one_that_comes_and_goes_rests(void **state)
{
    (void)state;
    put(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat", "held");
    assert_told(100, "");
    assert_told(110, "raised " HELD ";");
    gone(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat");
    assert_told(111, "");
    assert_told(171, "over " HELD ";");
    put(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat", "held");
    assert_told(180, "");
    assert_told(709, "");
    assert_told(710, "raised " HELD ";");
}

/* Telling it may be what makes it: six times as long. */
static void one_of_the_alarms_workspace_rests_longer(void **state)
{
    (void)state;
    put(ESC_CAUSE_NOBODY_ANSWERS, "ops", "", "1");
    put(ESC_CAUSE_NOBODY_ANSWERS, "acme", "", "1");
    assert_told(100, "");
    assert_told(110, "raised alarm:ops:nobody_answers;raised alarm:acme:nobody_answers;");
    put(ESC_CAUSE_NOBODY_ANSWERS, "ops", "", "2");
    put(ESC_CAUSE_NOBODY_ANSWERS, "acme", "", "2");
    assert_told(709, "");
    assert_told(710, "raised alarm:acme:nobody_answers;");
    assert_told(3709, "reminded alarm:acme:nobody_answers;");
    assert_told(3710, "raised alarm:ops:nobody_answers;");
    put(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat", "held");
    assert_told(3720, "");
    assert_told(3730, "raised " HELD ";");
    put(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat", "held in other words"); /* that is no news */
    assert_told(4400, "");
}

static void a_former_process_goes_on(void **state)
{
    (void)state;
    static const char *const keys[] = {HELD, "alarm::clock_apart", "alarm:acme:unknown:chat", "M-1",
                                       "alarm:"};
    static const bool are_ours[] = {true, true, false, false, false};
    for (size_t i = 0; i < ESC_COUNT_OF(keys); i++)
        assert_int_equal(esc_alarm_list_former(&list, esc_text_from(keys[i]), 100), are_ours[i]);
    assert_false(esc_alarm_list_former(&list, ESC_TEXT(HELD), 100)); /* twice */
    put(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat", "held");
    assert_told(200, "");
    assert_told(399, "");
    assert_told(400, "over alarm::clock_apart;"); /* five times as long: it might have come again */
    gone(ESC_CAUSE_ENDPOINT_HELD, "acme", "chat");
    assert_told(800, "");
    assert_told(860, "over " HELD ";"); /* seen once, it is like any other */
}

static void long_names_fit_into_an_id(void **state)
{
    (void)state;
    char name[200];
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    put(ESC_CAUSE_AUTOMATION_REFUSED, name, name, "x");
    assert_told(100, "");
    esc_alarm_list_look(&list, causes, 110, note, NULL);
    assert_int_equal(strlen(told), strlen("raised ;") + strlen(list.items[0]->key));
    assert_in_range(strlen(list.items[0]->key), 100, ESC_ALARM_KEY_BYTES_MAX);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(it_is_told_when_it_lasts_and_when_it_is_over),
        TEST(what_does_not_last_is_not_told),
        TEST(one_that_comes_and_goes_rests),
        TEST(one_of_the_alarms_workspace_rests_longer),
        TEST(a_former_process_goes_on),
        TEST(long_names_fit_into_an_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
