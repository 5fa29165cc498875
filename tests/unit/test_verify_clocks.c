/* test_verify_clocks.c - rows of CLOCKS (V06, V08, V09, V11, V35), and that conditions which stand read the time by them alone
 * (V37). */
#include "verify_cases.h"

/* --- rows ------------------------------------------------------------------------------------------ */

/* The base program with a row of CLOCKS in place of its first test. */
static void with_clock(EscClockRow row, const char *check)
{
    TestProgram program, *p = &program;
    program_begin(p);
    program_finish(p);
    p->clocks[0] = row;
    p->clocks_count = 1;
    p->preds[1] = (EscPredRow){.kind = ESC_PRED_CLOCK};
    if (check == NULL)
        assert_accepts(p);
    else
        assert_rejects(p, check);
    program_release(p);
}

static void times_of_the_ticket_and_facts_are_accepted(void **state)
{
    (void)state;
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_TICKET, .index = FIELD_DUE}, NULL);
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_TICKET,
                             .index = FIELD_DUE,
                             .distance_ms = -ESC_DAY_MS,
                             .is_until = 1},
               NULL);
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_FACT, .index = ESC_FACT_SLA_RESOLVE_DUE},
               NULL);
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_FACT, .index = ESC_FACT_ESCALATION_AGE},
               NULL);
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_HOURS, .calendar = 1}, NULL);
}

static void v35_rejects_what_is_no_time(void **state)
{
    (void)state;
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_TICKET, .index = FIELD_SPENT}, "V35");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_TICKET, .index = FIELD_PERCENT}, "V35");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_EVENT, .index = FIELD_DUE}, "V35");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_FACT, .index = ESC_FACT_RESOLVED}, "V35");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_FACT, .index = ESC_FACT_COUNT}, "V35");
}

static void v06_rejects_a_field_beyond_the_last(void **state)
{
    (void)state;
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_TICKET, .index = FIELD_TOTAL}, "V06");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_EVENT, .index = UINT32_MAX}, "V35");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_HOURS, .calendar = 2}, "V06");
}

static void hours_and_only_they_have_a_calendar(void **state)
{
    (void)state;
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_HOURS}, "V35");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_TICKET, .index = FIELD_DUE, .calendar = 1},
               "V35");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_HOURS, .calendar = 1, .index = 1}, "V11");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_HOURS, .calendar = 1, .distance_ms = 1},
               "V11");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_HOURS, .calendar = 1, .is_until = 1},
               "V11");
}

static void v08_rejects_what_is_out_of_range(void **state)
{
    (void)state;
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_COUNT}, "V08");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_TICKET, .index = FIELD_DUE, .is_until = 2},
               "V08");
    int64_t high = esc_bound_info[ESC_BOUND_SPAN_MS].high,
            low = esc_bound_info[ESC_BOUND_SPAN_MS].low;
    with_clock((EscClockRow){.index = FIELD_DUE, .distance_ms = high}, NULL);
    with_clock((EscClockRow){.index = FIELD_DUE, .distance_ms = low}, NULL);
    with_clock((EscClockRow){.index = FIELD_DUE, .distance_ms = high + 1}, "V08");
    with_clock((EscClockRow){.index = FIELD_DUE, .distance_ms = low - 1}, "V08");
}

/* --- who asks for them --------------------------------------------------------------------------------- */

#define ONE_CLOCK                                                                                  \
    p->clocks[0] = (EscClockRow){.index = FIELD_DUE};                                              \
    p->clocks_count = 1

ROW_REJECT(v09_rejects_a_clock_that_nobody_asks_for, "V09", ONE_CLOCK)
ROW_REJECT(v06_rejects_a_test_without_its_clock, "V06",
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_CLOCK})
ROW_REJECT(v11_rejects_a_clock_test_with_a_field, "V11", ONE_CLOCK;
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_CLOCK, .field = 1})
ROW_REJECT(v11_rejects_a_clock_test_with_bounds, "V11", ONE_CLOCK;
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_CLOCK, .low = 1})
CODE_REJECT(v06_rejects_an_instruction_without_its_clock, "V06", BODY_COND, OP(CLOCK, 0, 0, 0, 0),
            ANSWER)

static void an_instruction_asks_for_a_clock(void **state)
{
    (void)state;
    static const EscInstr code[] = {OP(CLOCK, 0, 0, 0, 0), ANSWER};
    static const uint32_t bodies[] = {BODY_COND, BODY_PRED, BODY_AT_WAIT};
    for (size_t i = 0; i < ESC_COUNT_OF(bodies); i++) {
        TestProgram program, *p = &program;
        program_begin(p);
        p->bodies[bodies[i]] = BODY(code);
        ONE_CLOCK;
        program_finish(p);
        assert_accepts(p);
        program_release(p);
    }
}

/* --- V37: the time is read by rows alone where a condition stands ----------------------------------------- */

#define NOW OP(LOAD_NOW, 1, 0, 0, 0)
#define LATE OP(LOAD_FACT, 1, 0, 0, ESC_FACT_SLA_RESOLVE_OVERDUE)
#define AGE OP(LOAD_FACT, 1, 0, 0, ESC_FACT_ESCALATION_AGE)
#define DUE OP(LOAD_FACT, 1, 0, 0, ESC_FACT_SLA_RESOLVE_DUE)

CODE_REJECT(v37_rejects_now_in_a_trigger, "V37", BODY_PRED, NOW, FLAG, ANSWER)
CODE_REJECT(v37_rejects_now_in_a_wait, "V37", BODY_AT_WAIT, NOW, FLAG, ANSWER)
CODE_REJECT(v37_rejects_how_late_it_is_in_a_wait, "V37", BODY_AT_WAIT, LATE, FLAG, ANSWER)
CODE_REJECT(v37_rejects_an_age_in_a_wait, "V37", BODY_AT_WAIT, AGE, FLAG, ANSWER)
CODE_ACCEPT(v37_accepts_a_time_that_stands, BODY_AT_WAIT, DUE, FLAG, ANSWER)
CODE_ACCEPT(v37_accepts_now_in_a_handler, BODY_COND, NOW, LATE, FLAG, ANSWER)

/* The condition of the base's handler as another's. */
static void with_now_in(void (*change)(TestProgram *p), const char *check)
{
    static const EscInstr code[] = {NOW, FLAG, ANSWER};
    TestProgram program, *p = &program;
    program_begin(p);
    p->bodies[BODY_COND] = BODY(code);
    program_finish(p);
    change(p);
    if (check == NULL)
        assert_accepts(p);
    else
        assert_rejects(p, check);
    program_release(p);
}

static void in_a_handler_only(TestProgram *p)
{
    (void)p;
}

static void in_close_when(TestProgram *p)
{
    p->templates[0].close_when = BODY_COND + 1;
}

static void in_a_check(TestProgram *p)
{
    p->checks[1].kind = ESC_CHECK_CONDITION;
    p->checks[1].cond = BODY_COND + 1;
}

static void v37_rejects_now_in_close_when_and_in_checks(void **state)
{
    (void)state;
    with_now_in(in_a_handler_only, NULL);
    with_now_in(in_close_when, "V37");
    with_now_in(in_a_check, "V37");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_of_the_ticket_and_facts_are_accepted),
        cmocka_unit_test(v35_rejects_what_is_no_time),
        cmocka_unit_test(v06_rejects_a_field_beyond_the_last),
        cmocka_unit_test(hours_and_only_they_have_a_calendar),
        cmocka_unit_test(v08_rejects_what_is_out_of_range),
        cmocka_unit_test(v09_rejects_a_clock_that_nobody_asks_for),
        cmocka_unit_test(v06_rejects_a_test_without_its_clock),
        cmocka_unit_test(v11_rejects_a_clock_test_with_a_field),
        cmocka_unit_test(v11_rejects_a_clock_test_with_bounds),
        cmocka_unit_test(v06_rejects_an_instruction_without_its_clock),
        cmocka_unit_test(an_instruction_asks_for_a_clock),
        cmocka_unit_test(v37_rejects_now_in_a_trigger),
        cmocka_unit_test(v37_rejects_now_in_a_wait),
        cmocka_unit_test(v37_rejects_how_late_it_is_in_a_wait),
        cmocka_unit_test(v37_rejects_an_age_in_a_wait),
        cmocka_unit_test(v37_accepts_a_time_that_stands),
        cmocka_unit_test(v37_accepts_now_in_a_handler),
        cmocka_unit_test(v37_rejects_now_in_close_when_and_in_checks),
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
