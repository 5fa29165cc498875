/* kit_number.c - rounding without a mathematical library. */
#include <esc/kit.h>

/* From 2^52 on every double is a whole number; below it int64_t holds its whole part exactly. */
#define WHOLE_FROM 4503599627370496.0

double esc_number_floor(double value)
{
    if (!(value > -WHOLE_FROM && value < WHOLE_FROM))
        return value;
    double towards_zero = (double)(int64_t)value;
    return towards_zero > value ? towards_zero - 1 : towards_zero;
}

double esc_number_ceil(double value)
{
    if (!(value > -WHOLE_FROM && value < WHOLE_FROM))
        return value;
    double towards_zero = (double)(int64_t)value;
    return towards_zero < value ? towards_zero + 1 : towards_zero;
}
