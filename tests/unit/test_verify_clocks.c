/* test_verify_clocks.c - rows of CLOCKS (V06, V08, V09, V11, V35), and that conditions which stand read the time by them alone
 * (V37). Dates, and hours that are counted (V44). */
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

static void hours_have_a_calendar_and_nothing_else(void **state)
{
    (void)state;
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_HOURS}, "V35");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_HOURS, .calendar = 1, .lead_ms = 1}, "V11");
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_HOURS, .calendar = 1, .calendar_ms = 1},
               "V11");
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

/* --- hours that are counted -------------------------------------------------------------------------- */

static void hours_are_counted_from_an_instant(void **state)
{
    (void)state;
    with_clock((EscClockRow){.index = FIELD_DUE,
                             .calendar = 1,
                             .calendar_ms = -4 * ESC_HOUR_MS,
                             .lead_ms = -1,
                             .distance_ms = 1},
               NULL);
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_FACT,
                             .index = ESC_FACT_ESCALATION_OPENED_AT,
                             .calendar = 1,
                             .calendar_ms = 1},
               NULL);
    with_clock((EscClockRow){.source = ESC_CLOCK_SOURCE_FACT,
                             .index = ESC_FACT_ESCALATION_AGE,
                             .calendar = 1,
                             .calendar_ms = 1},
               "V44");
    with_clock((EscClockRow){.index = FIELD_DUE, .calendar = 1}, "V44");
    with_clock((EscClockRow){.index = FIELD_DUE, .calendar_ms = 1}, "V44");
    with_clock((EscClockRow){.index = FIELD_DUE, .lead_ms = 1}, "V11");
    with_clock((EscClockRow){.index = FIELD_DUE, .calendar = 2, .calendar_ms = 1}, "V06");
    int64_t high = esc_bound_info[ESC_BOUND_SPAN_MS].high;
    with_clock((EscClockRow){.index = FIELD_DUE, .calendar = 1, .calendar_ms = high}, NULL);
    with_clock((EscClockRow){.index = FIELD_DUE, .calendar = 1, .calendar_ms = high + 1}, "V08");
    with_clock(
        (EscClockRow){.index = FIELD_DUE, .calendar = 1, .calendar_ms = 1, .lead_ms = -high - 1},
        "V08");
}

ROW_REJECT(v44_rejects_hours_of_no_lease, "V44", p->roles[0].hold_ms = 0;
           p->roles[0].hold_calendar = 1)
ROW_ACCEPT(v44_accepts_hours_of_a_lease, p->roles[1].hold_calendar = 1)
ROW_REJECT(v44_rejects_hours_of_no_pause, "V44", p->templates[0].again_after_ms = 0;
           p->templates[0].again_calendar = 1)
ROW_ACCEPT(v44_accepts_hours_of_a_pause, p->templates[0].again_calendar = 1)
ROW_REJECT(v44_rejects_hours_of_no_postmortem, "V44", p->templates[0].postmortem_due_ms = 0;
           p->templates[0].postmortem_calendar = 1)
ROW_ACCEPT(v44_accepts_hours_of_a_postmortem, p->templates[0].postmortem_calendar = 1)
ROW_REJECT(v44_rejects_hours_of_what_starts_at_once, "V44", p->triggers[0].for_ms = 0;
           p->triggers[0].for_calendar = 1)
ROW_ACCEPT(v44_accepts_hours_of_what_holds, p->triggers[0].for_ms = ESC_SECOND_MS;
           p->triggers[0].for_calendar = 1)
ROW_REJECT(v44_rejects_hours_of_what_is_not_overdue, "V44", p->triggers[0].overdue_calendar = 1)

/* --- dates --------------------------------------------------------------------------------------------- */

static const EscClockRow of_date = {.source = ESC_CLOCK_SOURCE_DATE};

#define ONE_DATE(minute)                                                                           \
    p->clocks[0] = of_date;                                                                        \
    p->clocks_count = 1;                                                                           \
    p->preds[1] = (EscPredRow){.kind = ESC_PRED_CLOCK};                                            \
    p->dates[0] = (EscDateRow){.local_minute = (minute)};                                          \
    p->dates_count = 1

ROW_ACCEPT(accepts_a_date, ONE_DATE(0))
ROW_ACCEPT(accepts_the_last_date, ONE_DATE(ESC_SPAN_MAX_MS / ESC_MINUTE_MS))
ROW_REJECT(v08_rejects_a_date_behind_the_last, "V08", ONE_DATE(ESC_SPAN_MAX_MS / ESC_MINUTE_MS + 1))
ROW_ACCEPT(accepts_the_first_date, ONE_DATE(-ESC_SPAN_MAX_MS / ESC_MINUTE_MS))
ROW_REJECT(v08_rejects_a_date_before_the_first, "V08",
           ONE_DATE(-ESC_SPAN_MAX_MS / ESC_MINUTE_MS - 1))
ROW_REJECT(v06_rejects_a_test_without_its_date, "V06", ONE_DATE(0); p->clocks[0].index = 1)
ROW_REJECT(v09_rejects_a_date_that_nothing_names, "V09", ONE_DATE(0); p->dates_count = 2)
CODE_REJECT(v06_rejects_an_instruction_without_its_date, "V06", BODY_COND,
            OP(LOAD_DATE, 1, 0, 0, 0), FLAG, ANSWER)
CODE_REJECT(v06_rejects_hours_of_no_calendar, "V06", BODY_COND, OP(LOAD_NOW, 1, 0, 0, 0),
            OP(CONST, 2, 0, 0, CONST_HOUR), OP(ADD_HOURS, 3, 1, 2, 1), FLAG, ANSWER)
CODE_ACCEPT(accepts_hours_that_are_added, BODY_COND, OP(LOAD_NOW, 1, 0, 0, 0),
            OP(CONST, 2, 0, 0, CONST_HOUR), OP(ADD_HOURS, 3, 1, 2, 0), FLAG, ANSWER)
CODE_REJECT(v16_rejects_hours_added_to_hours, "V16", BODY_COND, OP(CONST, 2, 0, 0, CONST_HOUR),
            OP(ADD_HOURS, 3, 2, 2, 0), FLAG, ANSWER)

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
        cmocka_unit_test(hours_have_a_calendar_and_nothing_else),
        cmocka_unit_test(v08_rejects_what_is_out_of_range),
        cmocka_unit_test(hours_are_counted_from_an_instant),
        cmocka_unit_test(v44_rejects_hours_of_no_lease),
        cmocka_unit_test(v44_accepts_hours_of_a_lease),
        cmocka_unit_test(v44_rejects_hours_of_no_pause),
        cmocka_unit_test(v44_accepts_hours_of_a_pause),
        cmocka_unit_test(v44_rejects_hours_of_no_postmortem),
        cmocka_unit_test(v44_accepts_hours_of_a_postmortem),
        cmocka_unit_test(v44_rejects_hours_of_what_starts_at_once),
        cmocka_unit_test(v44_accepts_hours_of_what_holds),
        cmocka_unit_test(v44_rejects_hours_of_what_is_not_overdue),
        cmocka_unit_test(accepts_a_date),
        cmocka_unit_test(accepts_the_last_date),
        cmocka_unit_test(v08_rejects_a_date_behind_the_last),
        cmocka_unit_test(accepts_the_first_date),
        cmocka_unit_test(v08_rejects_a_date_before_the_first),
        cmocka_unit_test(v06_rejects_a_test_without_its_date),
        cmocka_unit_test(v09_rejects_a_date_that_nothing_names),
        cmocka_unit_test(v06_rejects_an_instruction_without_its_date),
        cmocka_unit_test(v06_rejects_hours_of_no_calendar),
        cmocka_unit_test(accepts_hours_that_are_added),
        cmocka_unit_test(v16_rejects_hours_added_to_hours),
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
