/* test_group.c - names of what stands in rows, the ladder of a delivery, and a group that is empty. */
#include <esc/group.h>

#include "support/test.h"

static void names_are_found_again(void **state)
{
    (void)state;
    for (int i = 0; i < ESC_DELIVERY_STATE_COUNT; i++) {
        EscDeliveryState found = ESC_DELIVERY_STATE_COUNT;
        assert_true(esc_delivery_state_find(
            esc_text_from(esc_delivery_state_name((EscDeliveryState)i)), &found));
        assert_int_equal(found, i);
    }
    for (int i = 0; i < ESC_STATE_COUNT; i++) {
        EscState found = ESC_STATE_COUNT;
        assert_true(esc_state_find(esc_text_from(esc_state_name((EscState)i)), &found));
        assert_int_equal(found, i);
    }
    EscDeliveryState delivery;
    EscState state_found;
    assert_false(esc_delivery_state_find(ESC_TEXT("lost"), &delivery));
    assert_false(esc_state_find(ESC_TEXT("opened"), &state_found));
    assert_string_equal(esc_role_row_name(3), "last_resort");
    assert_string_equal(esc_role_row_name(4), "unknown");
    assert_string_equal(esc_outbox_kind_name(ESC_OUTBOX_CALL), "call");
    assert_string_equal(esc_outbox_kind_name(ESC_OUTBOX_KIND_COUNT), "unknown");
    assert_string_equal(esc_delivery_state_name(ESC_DELIVERY_STATE_COUNT), "unknown");
    assert_string_equal(esc_state_name(ESC_STATE_COUNT), "unknown");
}

/* The numbers stand in files. */
static void numbers_stay(void **state)
{
    (void)state;
    static const char *const names[] = {"queued", "accepted", "delivered", "dead", "seen", "acked"};
    assert_int_equal(ESC_COUNT_OF(names), ESC_DELIVERY_STATE_COUNT);
    for (size_t i = 0; i < ESC_COUNT_OF(names); i++)
        assert_string_equal(esc_delivery_state_name((EscDeliveryState)i), names[i]);
}

static void a_delivery_climbs_and_never_goes_down(void **state)
{
    (void)state;
    static const char *const taken[ESC_DELIVERY_STATE_COUNT] = {
        /* to queued accepted delivered dead seen acked, from: */
        "011111", "001111", "000011", "000000", "000001", "000000",
    };
    for (int from = 0; from < ESC_DELIVERY_STATE_COUNT; from++)
        for (int to = 0; to < ESC_DELIVERY_STATE_COUNT; to++)
            assert_int_equal(esc_delivery_climbs((EscDeliveryState)from, (EscDeliveryState)to),
                             taken[from][to] == '1');
    assert_false(esc_delivery_climbs(ESC_DELIVERY_STATE_COUNT, ESC_DELIVERY_ACKED));
    assert_false(esc_delivery_climbs(ESC_DELIVERY_QUEUED, ESC_DELIVERY_STATE_COUNT));
}

static void a_group_with_any_list_is_not_empty(void **state)
{
    (void)state;
    EscGroup group;
    esc_group_init(&group, NULL);
    group.counters.time_ms = 7;
    assert_true(esc_group_is_empty(&group));
    size_t *const counts[] = {
        &group.bundles_count,     &group.events_count,   &group.tickets_count,
        &group.escalations_count, &group.outbox_count,   &group.settled_count,
        &group.retries_count,     &group.audit_count,    &group.evidence_count,
        &group.kept_count,        &group.workspace.size, &group.tasks_count,
        &group.again_count};
    for (size_t i = 0; i < ESC_COUNT_OF(counts); i++) {
        *counts[i] = 1;
        assert_false(esc_group_is_empty(&group));
        *counts[i] = 0;
    }
}

static void a_task_is_known_by_its_id(void **state)
{
    (void)state;
    uint64_t escalation = 0;
    uint32_t number = 0;
    assert_true(esc_task_id_read(ESC_TEXT("E-12-3"), &escalation, &number));
    assert_int_equal(escalation, 12);
    assert_int_equal(number, 3);
    assert_true(
        esc_task_id_read(ESC_TEXT("E-9223372036854775807-4294967294"), &escalation, &number));
    static const char *const refused[] = {"",
                                          "E-",
                                          "E-12",
                                          "E-12-",
                                          "E--3",
                                          "E-0-3",
                                          "E-12-0",
                                          "E-012-3",
                                          "12-3",
                                          "E-12-3 ",
                                          "E-12-3x",
                                          "e-12-3",
                                          "E-1-+3",
                                          "E-1--3",
                                          "T-12-3",
                                          "E-9223372036854775808-1",
                                          "E-1-4294967295",
                                          "E-99999999999999999999999-1"};
    for (size_t i = 0; i < ESC_COUNT_OF(refused); i++)
        assert_false(esc_task_id_read(esc_text_from(refused[i]), &escalation, &number));
}

static void a_candidate_is_a_whole_name(void **state)
{
    (void)state;
    EscText names = ESC_TEXT("\nana\nbenno\n");
    assert_true(esc_task_is_candidate(names, ESC_TEXT("ana")));
    assert_true(esc_task_is_candidate(names, ESC_TEXT("benno")));
    assert_false(esc_task_is_candidate(names, ESC_TEXT("ben")));
    assert_false(esc_task_is_candidate(names, ESC_TEXT("nno")));
    assert_false(esc_task_is_candidate(names, ESC_TEXT("")));
    assert_false(esc_task_is_candidate(ESC_TEXT(""), ESC_TEXT("ana")));
    assert_false(esc_task_is_candidate(ESC_TEXT("\n"), ESC_TEXT("ana")));
}

static void names_of_tasks_are_found_again(void **state)
{
    (void)state;
    EscTaskState found;
    for (int i = 0; i < ESC_TASK_STATE_COUNT; i++) {
        assert_true(
            esc_task_state_find(esc_text_from(esc_task_state_name((EscTaskState)i)), &found));
        assert_int_equal(found, i);
        assert_int_equal(esc_task_state_is_open(found), i <= ESC_TASK_CLAIMED);
    }
    assert_false(esc_task_state_find(ESC_TEXT("late"), &found));
    assert_string_equal(esc_task_state_name(ESC_TASK_STATE_COUNT), "unknown");
    assert_string_equal(esc_task_kind_name(ESC_TASK_FOLLOW_UP), "follow_up");
    assert_string_equal(esc_task_kind_name(ESC_TASK_KIND_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_again),
        cmocka_unit_test(numbers_stay),
        cmocka_unit_test(a_delivery_climbs_and_never_goes_down),
        cmocka_unit_test(a_group_with_any_list_is_not_empty),
        cmocka_unit_test(a_task_is_known_by_its_id),
        cmocka_unit_test(a_candidate_is_a_whole_name),
        cmocka_unit_test(names_of_tasks_are_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
