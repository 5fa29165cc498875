/* test_timekeeper.c - clocks that jump, come back, drift and stand still. */
#include "support/test.h"

#include <esc/timekeeper.h>

#define START_MS INT64_C(1767603600000) /* 2026-01-05T09:00Z */
#define BOOT_MS INT64_C(500000)

/* Two clocks and the keeper between them. */
typedef struct Clocks {
    EscTimekeeper keeper;
    int64_t wall_ms, boot_ms;
    int64_t corrected_ms; /* all corrections together */
    int corrections;
    EscTimeReading reading;
} Clocks;

static Clocks clocks_new(int64_t kept_ms)
{
    Clocks clocks = {.wall_ms = START_MS, .boot_ms = BOOT_MS};
    clocks.reading = esc_timekeeper_start(&clocks.keeper, ESC_CLOCK_SETTLE_MS, kept_ms,
                                          clocks.wall_ms, clocks.boot_ms);
    return clocks;
}

/* Both clocks go on, with a look every `step_ms`. */
static void pass(Clocks *clocks, int64_t total_ms, int64_t step_ms)
{
    for (int64_t done_ms = 0; done_ms < total_ms; done_ms += step_ms) {
        clocks->wall_ms += step_ms;
        clocks->boot_ms += step_ms;
        int64_t before_ms = clocks->keeper.now_ms;
        clocks->reading = esc_timekeeper_read(&clocks->keeper, clocks->wall_ms, clocks->boot_ms);
        clocks->corrected_ms += clocks->reading.correction_ms;
        clocks->corrections += clocks->reading.correction_ms != 0;
        if (clocks->reading.correction_ms == 0)
            assert_true(clocks->reading.now_ms >= before_ms);
    }
}

static int64_t engine_passed_ms(const Clocks *clocks, int64_t since_ms)
{
    return clocks->reading.now_ms - since_ms - clocks->corrected_ms;
}

static void a_good_clock_is_simply_told(void **state)
{
    (void)state;
    Clocks clocks = clocks_new(0);
    assert_int_equal(clocks.reading.now_ms, START_MS);
    pass(&clocks, ESC_HOUR_MS, 7);
    assert_int_equal(clocks.reading.now_ms, clocks.wall_ms);
    assert_int_equal(clocks.corrections, 0);
    assert_int_equal(clocks.keeper.apart_ms, 0);
}

static void time_since_the_last_stop_has_passed(void **state)
{
    (void)state;
    Clocks clocks = clocks_new(START_MS - ESC_HOUR_MS);
    assert_int_equal(clocks.reading.now_ms, START_MS);
    assert_int_equal(clocks.reading.correction_ms, 0);
}

static void a_store_that_is_ahead_is_corrected_at_the_start(void **state)
{
    (void)state;
    int64_t years_ms = 10 * ESC_YEAR_MS;
    Clocks clocks = clocks_new(START_MS + years_ms);
    assert_int_equal(clocks.reading.now_ms, START_MS);
    assert_int_equal(clocks.reading.correction_ms, -years_ms);
    pass(&clocks, ESC_HOUR_MS, 1000);
    assert_int_equal(clocks.reading.now_ms, clocks.wall_ms);
    assert_int_equal(clocks.corrections, 0);
}

static void a_store_that_is_a_little_ahead_is_waited_for(void **state)
{
    (void)state;
    Clocks clocks = clocks_new(START_MS + ESC_CLOCK_APART_MS);
    assert_int_equal(clocks.reading.now_ms, START_MS + ESC_CLOCK_APART_MS);
    assert_int_equal(clocks.reading.correction_ms, 0);
    pass(&clocks, 20 * ESC_SECOND_MS, 5);
    assert_int_equal(clocks.reading.now_ms, clocks.wall_ms);
    assert_int_equal(clocks.corrections, 0);
    Clocks further = clocks_new(START_MS + ESC_CLOCK_APART_MS + 1);
    assert_int_equal(further.reading.correction_ms, -(ESC_CLOCK_APART_MS + 1));
}

static void small_differences_are_caught_up_at_a_tenth(void **state)
{
    (void)state;
    const int64_t steps_ms[] = {1, 3, 7, 10, 250};
    for (size_t i = 0; i < ESC_COUNT_OF(steps_ms); i++) {
        Clocks clocks = clocks_new(0);
        clocks.wall_ms += 1500;
        pass(&clocks, 10500, steps_ms[i]); /* 1,050 of 1,500 ms, whatever the looks */
        assert_true(clocks.wall_ms - clocks.reading.now_ms >= 450);
        assert_true(clocks.wall_ms - clocks.reading.now_ms <= 450 + steps_ms[i]);
        pass(&clocks, 6000, steps_ms[i]);
        assert_int_equal(clocks.reading.now_ms, clocks.wall_ms);
        clocks.wall_ms -= 1500; /* and back, never going back itself: `pass` asserts it */
        pass(&clocks, 16000, steps_ms[i]);
        assert_int_equal(clocks.reading.now_ms, clocks.wall_ms);
        assert_int_equal(clocks.corrections, 0);
    }
}

static void a_jump_that_comes_back_in_time_changes_nothing(void **state)
{
    (void)state;
    const int64_t jumps_ms[] = {ESC_HOUR_MS, -ESC_HOUR_MS, 10 * ESC_YEAR_MS,
                                ESC_CLOCK_APART_MS + 1};
    for (size_t i = 0; i < ESC_COUNT_OF(jumps_ms); i++) {
        Clocks clocks = clocks_new(0);
        pass(&clocks, ESC_MINUTE_MS, 100);
        clocks.wall_ms += jumps_ms[i];
        pass(&clocks, ESC_CLOCK_SETTLE_MS, 100);
        assert_int_equal(clocks.keeper.apart_ms, jumps_ms[i]);
        clocks.wall_ms -= jumps_ms[i];
        pass(&clocks, ESC_MINUTE_MS, 100);
        assert_int_equal(clocks.reading.now_ms, clocks.wall_ms);
        assert_int_equal(clocks.corrections, 0);
    }
}

static void a_jump_that_stays_is_followed_after_a_minute(void **state)
{
    (void)state;
    const int64_t jumps_ms[] = {ESC_HOUR_MS, -ESC_HOUR_MS, ESC_CLOCK_FORWARD_MAX_MS,
                                -10 * ESC_YEAR_MS};
    for (size_t i = 0; i < ESC_COUNT_OF(jumps_ms); i++) {
        Clocks clocks = clocks_new(0);
        clocks.wall_ms += jumps_ms[i];
        pass(&clocks, ESC_CLOCK_SETTLE_MS + 100,
             100); /* the first look finds it, the last is not over */
        assert_int_equal(clocks.corrections, 0);
        assert_int_equal(engine_passed_ms(&clocks, START_MS), ESC_CLOCK_SETTLE_MS + 100);
        pass(&clocks, 100, 100);
        assert_int_equal(clocks.corrections, 1);
        assert_int_equal(clocks.corrected_ms, jumps_ms[i]);
        assert_int_equal(clocks.reading.now_ms, clocks.wall_ms);
        pass(&clocks, ESC_HOUR_MS, 1000);
        assert_int_equal(clocks.corrections, 1);
    }
}

/* C41: an hour wrong for two hours, then right again: no elapsed time is lost or won. */
static void two_hours_wrong_are_two_corrections(void **state)
{
    (void)state;
    Clocks clocks = clocks_new(0);
    clocks.wall_ms += ESC_HOUR_MS;
    pass(&clocks, 2 * ESC_HOUR_MS, 500);
    clocks.wall_ms -= ESC_HOUR_MS;
    pass(&clocks, ESC_HOUR_MS, 500);
    assert_int_equal(clocks.corrections, 2);
    assert_int_equal(clocks.corrected_ms, 0);
    assert_int_equal(engine_passed_ms(&clocks, START_MS), 3 * ESC_HOUR_MS);
    assert_int_equal(clocks.reading.now_ms, clocks.wall_ms);
}

static void more_than_a_day_forward_waits_for_the_operator(void **state)
{
    (void)state;
    Clocks clocks = clocks_new(0);
    clocks.wall_ms += ESC_CLOCK_FORWARD_MAX_MS + 1;
    pass(&clocks, ESC_DAY_MS, 1000);
    assert_int_equal(clocks.corrections, 0);
    assert_true(clocks.keeper.waits_for_word);
    assert_int_equal(engine_passed_ms(&clocks, START_MS), ESC_DAY_MS);
    esc_timekeeper_allow(&clocks.keeper);
    pass(&clocks, 1000, 1000);
    assert_int_equal(clocks.corrections, 1);
    assert_false(clocks.keeper.waits_for_word);
    assert_int_equal(clocks.reading.now_ms, clocks.wall_ms);
    clocks.wall_ms += ESC_CLOCK_FORWARD_MAX_MS + 1; /* the word was for one correction */
    pass(&clocks, ESC_DAY_MS, 1000);
    assert_int_equal(clocks.corrections, 1);
}

static void a_boot_clock_that_goes_back_is_no_time(void **state)
{
    (void)state;
    Clocks clocks = clocks_new(0);
    clocks.reading = esc_timekeeper_read(&clocks.keeper, START_MS, BOOT_MS - 5000);
    assert_int_equal(clocks.reading.now_ms, START_MS);
    clocks.reading = esc_timekeeper_read(&clocks.keeper, START_MS + 1000, BOOT_MS + 1000);
    assert_int_equal(clocks.reading.now_ms, START_MS + 1000);
}

static void difference_at_its_limit_is_caught_up(void **state)
{
    (void)state;
    const int64_t signs[] = {1, -1};
    for (size_t i = 0; i < ESC_COUNT_OF(signs); i++) {
        Clocks clocks = clocks_new(0);
        (void)esc_timekeeper_read(&clocks.keeper, START_MS + signs[i] * ESC_CLOCK_APART_MS,
                                  BOOT_MS);
        assert_int_equal(clocks.keeper.apart_since_ms, -1);
        (void)esc_timekeeper_read(&clocks.keeper, START_MS + signs[i] * (ESC_CLOCK_APART_MS + 1),
                                  BOOT_MS);
        assert_int_equal(clocks.keeper.apart_since_ms, BOOT_MS);
    }
}

static void correction_leaves_nothing_to_catch_up(void **state)
{
    (void)state;
    Clocks clocks = clocks_new(0);
    pass(&clocks, ESC_CLOCK_SLEW - 1, 1); /* a millisecond short of one that is given */
    clocks.wall_ms += ESC_HOUR_MS;
    pass(&clocks, ESC_CLOCK_SETTLE_MS + 200, 100);
    assert_int_equal(clocks.corrections, 1);
    assert_int_equal(clocks.keeper.apart_ms, 0);
    clocks.wall_ms += 1;
    pass(&clocks, ESC_CLOCK_SLEW - 1, 1);
    assert_int_equal(clocks.keeper.apart_ms, 1);
    pass(&clocks, 1, 1);
    assert_int_equal(clocks.keeper.apart_ms, 0);
}

/* Nothing is known of how long the clocks had differed before. */
static void machine_that_just_started_counts_from_there(void **state)
{
    (void)state;
    EscTimekeeper keeper;
    (void)esc_timekeeper_start(&keeper, ESC_CLOCK_SETTLE_MS, 0, START_MS, 0);
    int64_t wall_ms = START_MS + ESC_HOUR_MS, later_ms = ESC_CLOCK_SETTLE_MS + 1;
    assert_int_equal(esc_timekeeper_read(&keeper, wall_ms, 0).correction_ms, 0);
    assert_int_equal(esc_timekeeper_read(&keeper, wall_ms + later_ms, later_ms).correction_ms,
                     ESC_HOUR_MS);
}

static void nobody_is_asked_when_the_clocks_agree_again(void **state)
{
    (void)state;
    Clocks clocks = clocks_new(0);
    clocks.wall_ms += 2 * ESC_CLOCK_FORWARD_MAX_MS;
    pass(&clocks, ESC_HOUR_MS, 1000);
    assert_true(clocks.keeper.waits_for_word);
    clocks.wall_ms -= 2 * ESC_CLOCK_FORWARD_MAX_MS;
    pass(&clocks, 1000, 1000);
    assert_false(clocks.keeper.waits_for_word);
}

/* Each difference has its own minute, also when one follows the other. */
static void next_jump_has_a_minute_of_its_own(void **state)
{
    (void)state;
    Clocks clocks = clocks_new(0);
    clocks.wall_ms += ESC_HOUR_MS;
    pass(&clocks, ESC_CLOCK_SETTLE_MS + 200, 100);
    assert_int_equal(clocks.corrections, 1);
    clocks.wall_ms += ESC_HOUR_MS; /* before the next look */
    pass(&clocks, ESC_CLOCK_SETTLE_MS, 100);
    assert_int_equal(clocks.corrections, 1);
    clocks.wall_ms -= ESC_HOUR_MS; /* right for a moment */
    pass(&clocks, 100, 100);
    clocks.wall_ms += ESC_HOUR_MS;
    pass(&clocks, ESC_CLOCK_SETTLE_MS, 100);
    assert_int_equal(clocks.corrections, 1);
}

static void word_for_a_difference_that_has_gone_is_no_word(void **state)
{
    (void)state;
    Clocks clocks = clocks_new(0);
    clocks.wall_ms += 2 * ESC_CLOCK_FORWARD_MAX_MS;
    pass(&clocks, ESC_HOUR_MS, 1000);
    esc_timekeeper_allow(&clocks.keeper);
    clocks.wall_ms -= 2 * ESC_CLOCK_FORWARD_MAX_MS;
    pass(&clocks, 1000, 1000);
    clocks.wall_ms += 2 * ESC_CLOCK_FORWARD_MAX_MS;
    pass(&clocks, ESC_HOUR_MS, 1000);
    assert_int_equal(clocks.corrections, 0);
    assert_true(clocks.keeper.waits_for_word);
}

static void start_says_how_far_apart_the_clocks_are(void **state)
{
    (void)state;
    Clocks clocks = clocks_new(START_MS + ESC_SECOND_MS);
    assert_int_equal(clocks.keeper.apart_ms, -ESC_SECOND_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_clock_is_simply_told),
        cmocka_unit_test(time_since_the_last_stop_has_passed),
        cmocka_unit_test(a_store_that_is_ahead_is_corrected_at_the_start),
        cmocka_unit_test(a_store_that_is_a_little_ahead_is_waited_for),
        cmocka_unit_test(small_differences_are_caught_up_at_a_tenth),
        cmocka_unit_test(a_jump_that_comes_back_in_time_changes_nothing),
        cmocka_unit_test(a_jump_that_stays_is_followed_after_a_minute),
        cmocka_unit_test(two_hours_wrong_are_two_corrections),
        cmocka_unit_test(more_than_a_day_forward_waits_for_the_operator),
        cmocka_unit_test(a_boot_clock_that_goes_back_is_no_time),
        cmocka_unit_test(difference_at_its_limit_is_caught_up),
        cmocka_unit_test(correction_leaves_nothing_to_catch_up),
        cmocka_unit_test(machine_that_just_started_counts_from_there),
        cmocka_unit_test(nobody_is_asked_when_the_clocks_agree_again),
        cmocka_unit_test(next_jump_has_a_minute_of_its_own),
        cmocka_unit_test(word_for_a_difference_that_has_gone_is_no_word),
        cmocka_unit_test(start_says_how_far_apart_the_clocks_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
