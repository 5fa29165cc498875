/* test_maildoor.c - how many mails a sender brings in an hour. */
#include "support/test.h"

#include <stdlib.h>

#include "maildoor_internal.h"

static EscMailSenders *senders;

static int set_up(void **state)
{
    (void)state;
    senders = calloc(1, sizeof *senders);
    return senders == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    free(senders);
    return 0;
}

static bool take(uint64_t who, int64_t now_ms)
{
    return esc_mail_senders_take(senders, who, 2, now_ms);
}

static void so_many_in_an_hour_and_no_more(void **state)
{
    (void)state;
    assert_true(take(7, 5000));
    assert_true(take(7, 6000));
    assert_false(take(7, 7000));
    assert_false(take(7, 5000 + ESC_HOUR_MS - 1));
    assert_true(take(8, 7000)); /* another one has an hour of its own */
    assert_true(take(7, 5000 + ESC_HOUR_MS));
    assert_true(take(7, 5000 + ESC_HOUR_MS));
    assert_false(take(7, 5000 + ESC_HOUR_MS));
}

/* Who shares a place is never blamed for the other one. */
static void one_place_knows_the_last_one(void **state)
{
    (void)state;
    size_t places = ESC_COUNT_OF(senders->places);
    assert_true(take(7, 1000));
    assert_true(take(7, 1000));
    assert_true(take(7 + places, 1000));
    assert_true(take(7, 1000));
    assert_true(take(7, 1000));
    assert_false(take(7, 1000));
}

static void nobody_comes_first_at_the_beginning_of_time(void **state)
{
    (void)state;
    assert_true(take(0, 0)); /* as a place that was never used says */
    assert_true(take(0, 0));
    assert_false(take(0, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(so_many_in_an_hour_and_no_more),
        TEST(one_place_knows_the_last_one),
        TEST(nobody_comes_first_at_the_beginning_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
