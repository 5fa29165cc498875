/* test_verify_reaches.c - by which value an event finds escalations of other tickets: V42. */
#include "verify_cases.h"

/* BODY_COND is asked at an event: which functions are, FUNCTION_EVENTS say. */
static void reach(TestProgram *p, uint32_t cond, uint32_t field, uint32_t event_field)
{
    p->reaches[0] = (EscReachRow){.cond = cond, .field = field, .event_field = event_field};
    p->reaches_count = 1;
}

/* A condition of the base program that is judged at its event. */
static uint32_t cond_at_event(const TestProgram *p)
{
    for (uint32_t i = 0; i < p->functions_count; i++)
        if (p->functions[i].kind == ESC_FUNCTION_COND && p->functions[i].events_count > 0 &&
            p->functions[i].event_may_be_missing == 0)
            return i;
    fail_msg("the base program has no condition at an event");
    return ESC_NONE;
}

static uint32_t cond_without_event(const TestProgram *p)
{
    for (uint32_t i = 0; i < p->functions_count; i++)
        if (p->functions[i].kind == ESC_FUNCTION_COND && p->functions[i].events_count == 0)
            return i;
    fail_msg("the base program has no condition without an event");
    return ESC_NONE;
}

ROW_ACCEPT(v42_accepts_a_number_of_both, reach(p, cond_at_event(p), FIELD_COUNT, FIELD_PERCENT))
ROW_REJECT(v42_rejects_values_of_two_kinds, "V42",
           reach(p, cond_at_event(p), FIELD_ID, FIELD_PERCENT))
ROW_REJECT(v42_rejects_the_events_field_on_both_sides, "V42",
           reach(p, cond_at_event(p), FIELD_PERCENT, FIELD_PERCENT))
ROW_REJECT(v42_rejects_the_tickets_field_on_both_sides, "V42",
           reach(p, cond_at_event(p), FIELD_COUNT, FIELD_COUNT))
ROW_REJECT(v42_rejects_a_condition_without_an_event, "V42",
           reach(p, cond_without_event(p), FIELD_COUNT, FIELD_PERCENT))
ROW_REJECT(v42_rejects_what_is_no_condition, "V42",
           reach(p, BODY_HANDLER, FIELD_COUNT, FIELD_PERCENT))
ROW_REJECT(v06_rejects_a_function_beyond_the_last, "V06",
           reach(p, p->functions_count, FIELD_COUNT, FIELD_PERCENT))
ROW_REJECT(v06_rejects_a_field_beyond_the_last, "V06",
           reach(p, cond_at_event(p), FIELD_TOTAL, FIELD_PERCENT))
ROW_REJECT(v42_rejects_a_condition_twice, "V42",
           reach(p, cond_at_event(p), FIELD_COUNT, FIELD_PERCENT);
           p->reaches[1] = p->reaches[0]; p->reaches_count = 2)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v42_accepts_a_number_of_both),
        cmocka_unit_test(v42_rejects_values_of_two_kinds),
        cmocka_unit_test(v42_rejects_the_events_field_on_both_sides),
        cmocka_unit_test(v42_rejects_the_tickets_field_on_both_sides),
        cmocka_unit_test(v42_rejects_a_condition_without_an_event),
        cmocka_unit_test(v42_rejects_what_is_no_condition),
        cmocka_unit_test(v06_rejects_a_function_beyond_the_last),
        cmocka_unit_test(v06_rejects_a_field_beyond_the_last),
        cmocka_unit_test(v42_rejects_a_condition_twice),
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
