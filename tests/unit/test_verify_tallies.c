/* test_verify_tallies.c - what starts know of other tickets: rows of KEYS, TALLIES and OPENS, silences, and who may ask for
 * them (V06, V08, V09, V11, V12, V35). */
#include "verify_cases.h"

static void begin(TestProgram *p)
{
    program_begin(p);
    program_finish(p);
}

static void judge(TestProgram *p, const char *check)
{
    if (check == NULL)
        assert_accepts(p);
    else
        assert_rejects(p, check);
    program_release(p);
}

/* --- counts ------------------------------------------------------------------------------------------ */

/* The base program counts its own event, in place of its first test. */
static void begin_tally(TestProgram *p)
{
    begin(p);
    p->keys[0].field = FIELD_PERCENT;
    p->keys_count = 1;
    p->tallies[0] = (EscTallyRow){
        .clause = 7, .event = EVENT_LEAD, .keys_count = 1, .within_ms = ESC_MINUTE_MS, .over = 3};
    p->tallies_count = 1;
    p->preds[1] = (EscPredRow){.kind = ESC_PRED_TALLY};
}

#define TALLY(name, check, ...)                                                                    \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        TestProgram program, *p = &program;                                                        \
        begin_tally(p);                                                                            \
        __VA_ARGS__;                                                                               \
        judge(p, check);                                                                           \
    }

TALLY(accepts_a_count_of_its_event, NULL, (void)p)
TALLY(accepts_a_count_by_the_ticket, NULL, p->keys[0].field = FIELD_NOTE)
TALLY(accepts_a_count_without_a_key, NULL, p->keys_count = p->tallies[0].keys_count = 0)
TALLY(accepts_the_highest_number, NULL, p->tallies[0].over = ESC_TALLY_OVER_MAX)
TALLY(accepts_any_more_than_none, NULL, p->tallies[0].over = 0)
TALLY(accepts_the_shortest_time, NULL, p->tallies[0].within_ms = ESC_SECOND_MS)
TALLY(accepts_the_longest_time, NULL, p->tallies[0].within_ms = ESC_DEADLINE_MAX_MS)
TALLY(v08_rejects_a_higher_number, "V08", p->tallies[0].over = ESC_TALLY_OVER_MAX + 1)
TALLY(v08_rejects_a_shorter_time, "V08", p->tallies[0].within_ms = ESC_SECOND_MS - 1)
TALLY(v08_rejects_a_longer_time, "V08", p->tallies[0].within_ms = ESC_DEADLINE_MAX_MS + 1)
TALLY(v08_rejects_a_negative_time, "V08", p->tallies[0].within_ms = -ESC_MINUTE_MS)
TALLY(v12_rejects_a_list_as_a_key, "V12", p->keys[0].field = FIELD_TAGS)
TALLY(v06_rejects_a_field_beyond_the_last, "V06", p->keys[0].field = FIELD_TOTAL)
TALLY(v06_rejects_an_event_beyond_the_last, "V06", p->tallies[0].event = EVENT_TOTAL)
TALLY(v35_rejects_a_count_of_another_event, "V35", p->tallies[0].event = ESC_EVENT_TICKET_CREATED)
TALLY(v35_rejects_a_field_of_another_event, "V35", p->keys[0].field = FIELD_VENDOR)
TALLY(v35_rejects_a_time_to_hold, "V35", p->triggers[0].for_ms = ESC_MINUTE_MS)
TALLY(v06_rejects_a_row_beyond_the_last, "V06", p->preds[1].detail = 1)
TALLY(v09_rejects_a_count_that_nobody_asks_for, "V09",
      p->preds[1] = (EscPredRow){.kind = ESC_PRED_ALWAYS})
TALLY(v09_rejects_a_key_of_nothing, "V09", p->keys_count = 2)
TALLY(v11_rejects_a_count_with_bounds, "V11", p->preds[1].low = 1)
TALLY(v11_rejects_a_count_with_a_field, "V11", p->preds[1].field = 1)

/* 9 fields: one too many. */
static void a_key_has_at_most_eight_fields(void **state)
{
    (void)state;
    for (uint32_t count = 8; count <= 9; count++) {
        TestProgram program, *p = &program;
        begin_tally(p);
        for (uint32_t i = 0; i < count; i++)
            p->keys[i].field = FIELD_NOTE;
        p->keys_count = p->tallies[0].keys_count = count;
        judge(p, count == 8 ? NULL : "V08");
    }
}

/* --- what is open ------------------------------------------------------------------------------------- */

/* The base's template asks whether a second one is open. */
static void begin_open(TestProgram *p)
{
    begin(p);
    program_add_template(p);
    p->opens[0] = (EscOpenRow){.template = 1, .field = FIELD_NOTE, .is_wanted = 1};
    p->opens_count = 1;
    p->preds[1] = (EscPredRow){.kind = ESC_PRED_OPEN};
}

#define OPEN(name, check, ...)                                                                     \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        TestProgram program, *p = &program;                                                        \
        begin_open(p);                                                                             \
        __VA_ARGS__;                                                                               \
        judge(p, check);                                                                           \
    }

OPEN(accepts_another_template, NULL, (void)p)
OPEN(accepts_an_optional_field, NULL, p->opens[0].field = FIELD_DUE)
OPEN(v35_rejects_a_template_that_asks_for_itself, "V35", p->opens[0].template = 0)
OPEN(v06_rejects_a_template_beyond_the_last, "V06", p->opens[0].template = 2)
OPEN(v35_rejects_a_field_of_an_event, "V35", p->opens[0].field = FIELD_PERCENT)
OPEN(v12_rejects_a_list_to_compare, "V12", p->opens[0].field = FIELD_TAGS)
OPEN(v06_rejects_what_is_open_beyond_the_last, "V06", p->preds[1].detail = 1)
OPEN(v08_rejects_a_third_truth, "V08", p->opens[0].is_wanted = 2)
OPEN(v09_rejects_what_nobody_asks_for, "V09", p->preds[1] = (EscPredRow){.kind = ESC_PRED_ALWAYS})

/* --- silences ------------------------------------------------------------------------------------------ */

static void begin_silence(TestProgram *p)
{
    begin(p);
    p->keys[0].field = FIELD_PERCENT;
    p->keys_count = 1;
    p->triggers[0].kind = ESC_TRIGGER_SILENCE;
    p->triggers[0].for_ms = ESC_MINUTE_MS;
    p->triggers[0].keys_count = 1;
}

#define SILENCE(name, check, ...)                                                                  \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        TestProgram program, *p = &program;                                                        \
        begin_silence(p);                                                                          \
        __VA_ARGS__;                                                                               \
        judge(p, check);                                                                           \
    }

SILENCE(accepts_a_silence_of_a_declared_event, NULL, (void)p)
SILENCE(accepts_a_silence_without_a_key, NULL, p->keys_count = p->triggers[0].keys_count = 0)
SILENCE(v08_rejects_a_silence_without_a_time, "V08", p->triggers[0].for_ms = 0)
SILENCE(v08_rejects_a_longer_silence, "V08", p->triggers[0].for_ms = ESC_DEADLINE_MAX_MS + 1)
SILENCE(v35_rejects_a_silence_of_nothing, "V35", p->triggers[0].event = 0)
SILENCE(v35_rejects_a_silence_of_a_ticket, "V35",
        p->triggers[0].event = ESC_EVENT_TICKET_UPDATED + 1)
SILENCE(v35_rejects_a_silence_of_hours, "V35", p->triggers[0].for_calendar = 1)
SILENCE(v35_rejects_a_silence_by_the_ticket, "V35", p->keys[0].field = FIELD_NOTE)
SILENCE(v35_rejects_a_level, "V35", p->triggers[0].is_level = 1)
SILENCE(v08_rejects_a_clock, "V08", p->triggers[0].clock = 1)
SILENCE(v35_rejects_keys_of_an_event, "V35", p->triggers[0].kind = ESC_TRIGGER_EVENT)

/* --- limit keys ------------------------------------------------------------------------------------------ */

static void with_limit(EscLimitRow row, const char *check)
{
    TestProgram program, *p = &program;
    begin(p);
    p->limits[0] = row;
    judge(p, check);
}

static void keys_have_a_limit_at_any_time(void **state)
{
    (void)state;
    with_limit((EscLimitRow){.kind = ESC_LIMIT_KEYS, .count = 1}, NULL);
    with_limit((EscLimitRow){.kind = ESC_LIMIT_KEYS, .count = 1000000}, NULL);
    with_limit((EscLimitRow){.kind = ESC_LIMIT_KEYS, .count = 0}, "V08");
    with_limit((EscLimitRow){.kind = ESC_LIMIT_KEYS, .count = 1000001}, "V08");
    with_limit((EscLimitRow){.kind = ESC_LIMIT_KEYS, .count = 1, .window_ms = ESC_HOUR_MS}, "V08");
    with_limit((EscLimitRow){.kind = ESC_LIMIT_KEYS, .count = 1, .action = ESC_LIMIT_ACTION_DIGEST},
               "V08");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_a_count_of_its_event),
        cmocka_unit_test(accepts_a_count_by_the_ticket),
        cmocka_unit_test(accepts_a_count_without_a_key),
        cmocka_unit_test(accepts_the_highest_number),
        cmocka_unit_test(accepts_any_more_than_none),
        cmocka_unit_test(accepts_the_shortest_time),
        cmocka_unit_test(accepts_the_longest_time),
        cmocka_unit_test(v08_rejects_a_higher_number),
        cmocka_unit_test(v08_rejects_a_shorter_time),
        cmocka_unit_test(v08_rejects_a_longer_time),
        cmocka_unit_test(v08_rejects_a_negative_time),
        cmocka_unit_test(v12_rejects_a_list_as_a_key),
        cmocka_unit_test(v06_rejects_a_field_beyond_the_last),
        cmocka_unit_test(v06_rejects_an_event_beyond_the_last),
        cmocka_unit_test(v35_rejects_a_count_of_another_event),
        cmocka_unit_test(v35_rejects_a_field_of_another_event),
        cmocka_unit_test(v35_rejects_a_time_to_hold),
        cmocka_unit_test(v06_rejects_a_row_beyond_the_last),
        cmocka_unit_test(v09_rejects_a_count_that_nobody_asks_for),
        cmocka_unit_test(v09_rejects_a_key_of_nothing),
        cmocka_unit_test(v11_rejects_a_count_with_bounds),
        cmocka_unit_test(v11_rejects_a_count_with_a_field),
        cmocka_unit_test(a_key_has_at_most_eight_fields),
        cmocka_unit_test(accepts_another_template),
        cmocka_unit_test(accepts_an_optional_field),
        cmocka_unit_test(v35_rejects_a_template_that_asks_for_itself),
        cmocka_unit_test(v06_rejects_a_template_beyond_the_last),
        cmocka_unit_test(v35_rejects_a_field_of_an_event),
        cmocka_unit_test(v12_rejects_a_list_to_compare),
        cmocka_unit_test(v06_rejects_what_is_open_beyond_the_last),
        cmocka_unit_test(v08_rejects_a_third_truth),
        cmocka_unit_test(v09_rejects_what_nobody_asks_for),
        cmocka_unit_test(accepts_a_silence_of_a_declared_event),
        cmocka_unit_test(accepts_a_silence_without_a_key),
        cmocka_unit_test(v08_rejects_a_silence_without_a_time),
        cmocka_unit_test(v08_rejects_a_longer_silence),
        cmocka_unit_test(v35_rejects_a_silence_of_nothing),
        cmocka_unit_test(v35_rejects_a_silence_of_a_ticket),
        cmocka_unit_test(v35_rejects_a_silence_of_hours),
        cmocka_unit_test(v35_rejects_a_silence_by_the_ticket),
        cmocka_unit_test(v35_rejects_a_level),
        cmocka_unit_test(v08_rejects_a_clock),
        cmocka_unit_test(v35_rejects_keys_of_an_event),
        cmocka_unit_test(keys_have_a_limit_at_any_time),
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
