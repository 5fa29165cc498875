/* test_verify_groupings.c - what tickets are grouped by: V41, bounds, and that no row hangs in the air. */
#include "verify_cases.h"

/* The template of the base program groups by its fields. */
static void group_by(TestProgram *p, uint32_t first, uint32_t second)
{
    p->groupings[0] =
        (EscGroupingRow){.template = 0, .within_ms = 5 * ESC_MINUTE_MS, .keys_count = 2};
    p->groupings_count = 1;
    p->grouping_keys[0].field = first;
    p->grouping_keys[1].field = second;
    p->grouping_keys_count = 2;
}

ROW_ACCEPT(v41_accepts_two_fields_of_the_ticket, group_by(p, FIELD_SEVERITY, FIELD_ID))
ROW_ACCEPT(v41_accepts_a_field_that_may_be_missing, group_by(p, FIELD_NOTE, FIELD_DUE))
ROW_ACCEPT(v41_accepts_a_group_without_an_end, group_by(p, FIELD_FLAG, FIELD_COUNT);
           p->groupings[0].within_ms = 0)
ROW_REJECT(v41_rejects_a_list, "V41", group_by(p, FIELD_ID, FIELD_TAGS))
ROW_REJECT(v41_rejects_a_field_of_an_event, "V41", group_by(p, FIELD_ID, FIELD_PERCENT))
ROW_REJECT(v41_rejects_a_field_twice, "V41", group_by(p, FIELD_ID, FIELD_ID))
ROW_REJECT(v06_rejects_a_field_beyond_the_last, "V06", group_by(p, FIELD_ID, FIELD_TOTAL))
ROW_REJECT(v06_rejects_a_template_beyond_the_last, "V06", group_by(p, FIELD_ID, FIELD_FLAG);
           p->groupings[0].template = p->templates_count)
ROW_REJECT(v08_rejects_a_time_beyond_its_bound, "V08", group_by(p, FIELD_ID, FIELD_FLAG);
           p->groupings[0].within_ms = ESC_DEADLINE_MAX_MS + 1)
ROW_ACCEPT(v08_accepts_the_longest_time, group_by(p, FIELD_ID, FIELD_FLAG);
           p->groupings[0].within_ms = ESC_DEADLINE_MAX_MS)
ROW_REJECT(v08_rejects_a_time_below_its_bound, "V08", group_by(p, FIELD_ID, FIELD_FLAG);
           p->groupings[0].within_ms = ESC_SECOND_MS - 1)
ROW_REJECT(v09_rejects_a_key_of_no_group, "V09", group_by(p, FIELD_ID, FIELD_FLAG);
           p->groupings[0].keys_count = 1)
ROW_REJECT(v41_rejects_a_group_without_a_key, "V41", group_by(p, FIELD_ID, FIELD_FLAG);
           p->groupings[0].keys_count = 0; p->grouping_keys_count = 0)

/* A key for each group: two rows for one template, with a field each. */
ROW_REJECT(v41_rejects_a_template_twice, "V41", group_by(p, FIELD_ID, FIELD_FLAG);
           p->groupings[0].keys_count = 1; p->groupings[1] = p->groupings[0];
           p->groupings[1].keys_first = 1; p->groupings_count = 2)

static void with_keys(uint32_t count, const char *check)
{
    static const uint32_t fields[] = {FIELD_ID,    FIELD_SEVERITY, FIELD_STATUS,
                                      FIELD_COUNT, FIELD_NOTE,     FIELD_DUE,
                                      FIELD_SPENT, FIELD_FLAG,     FIELD_OWNER};
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    group_by(&p, 0, 0);
    p.groupings[0].keys_count = p.grouping_keys_count = count;
    for (uint32_t i = 0; i < count; i++)
        p.grouping_keys[i].field = fields[i];
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects(&p, check);
    program_release(&p);
}

static void v41_eight_fields_make_a_key_and_nine_do_not(void **state)
{
    (void)state;
    with_keys(8, NULL);
    with_keys(9, "V41");
}

/* Of a template without a row there is none; the others are found by their number. */
static void the_row_of_a_template_is_found(void **state)
{
    (void)state;
    static const EscGroupingRow rows[] = {{.template = 1}, {.template = 4}, {.template = 5}};
    const EscProgram program = {.groupings = rows, .groupings_count = 3};
    for (uint32_t template = 0; template <7; template ++) {
        const EscGroupingRow *row = esc_grouping_of(&program, template);
        if (template == 1 || template == 4 || template == 5)
            assert_int_equal(row->template, template);
        else
            assert_null(row);
    }
    assert_null(esc_grouping_of(&(EscProgram){.groupings_count = 0}, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v41_accepts_two_fields_of_the_ticket),
        cmocka_unit_test(v41_accepts_a_field_that_may_be_missing),
        cmocka_unit_test(v41_accepts_a_group_without_an_end),
        cmocka_unit_test(v41_rejects_a_list),
        cmocka_unit_test(v41_rejects_a_field_of_an_event),
        cmocka_unit_test(v41_rejects_a_field_twice),
        cmocka_unit_test(v06_rejects_a_field_beyond_the_last),
        cmocka_unit_test(v06_rejects_a_template_beyond_the_last),
        cmocka_unit_test(v08_rejects_a_time_beyond_its_bound),
        cmocka_unit_test(v08_accepts_the_longest_time),
        cmocka_unit_test(v08_rejects_a_time_below_its_bound),
        cmocka_unit_test(v09_rejects_a_key_of_no_group),
        cmocka_unit_test(v41_rejects_a_group_without_a_key),
        cmocka_unit_test(v41_rejects_a_template_twice),
        cmocka_unit_test(v41_eight_fields_make_a_key_and_nine_do_not),
        cmocka_unit_test(the_row_of_a_template_is_found),
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
