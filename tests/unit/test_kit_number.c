/* test_kit_number.c - rounding, against the mathematical library of the system. */
#include "support/test.h"

#include <float.h>
#include <math.h>

static bool is_same(double a, double b)
{
    return (isnan(a) && isnan(b)) || (a >= b && a <= b);
}

static void assert_rounds_as_libm(double value)
{
    if (is_same(esc_number_floor(value), floor(value)) &&
        is_same(esc_number_ceil(value), ceil(value)))
        return;
    print_error("%.17g: %.17g and %.17g\n", value, esc_number_floor(value), esc_number_ceil(value));
    fail();
}

static void rounding_is_that_of_the_library(void **state)
{
    (void)state;
    static const double values[] = {
        0.0,
        0.25,
        0.5,
        0.75,
        1.0,
        1.5,
        2.5,
        1e3,
        99.999999,
        1e15,
        1e15 + .5,
        0x1p51,
        0x1p51 + .5,
        0x1p52,
        0x1p52 - .5,
        0x1p53,
        0x1p62,
        0x1p63,
        0x1p64,
        1e300,
        DBL_MAX,
        DBL_MIN,
        DBL_TRUE_MIN,
        1 - DBL_EPSILON,
        1 + DBL_EPSILON,
        HUGE_VAL,
        NAN,
    };
    for (size_t i = 0; i < ESC_COUNT_OF(values); i++) {
        double around[] = {values[i], nextafter(values[i], HUGE_VAL), nextafter(values[i], 0)};
        for (size_t j = 0; j < ESC_COUNT_OF(around); j++) {
            assert_rounds_as_libm(around[j]);
            assert_rounds_as_libm(-around[j]);
        }
    }
}

static void a_zero_has_no_sign(void **state)
{
    (void)state;
    assert_false(signbit(esc_number_ceil(-0.5)));
    assert_false(signbit(esc_number_floor(-0.0)));
    assert_false(signbit(esc_number_ceil(-0.0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounding_is_that_of_the_library),
        cmocka_unit_test(a_zero_has_no_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
