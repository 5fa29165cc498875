/* kit_duration.c - reads durations: "1h30m" as the language writes them, or ISO 8601 "PT1H30M".
 *
 * Years and months of ISO 8601 are refused: their length depends on when they begin. */
#include <esc/kit.h>

typedef struct Unit {
    char letter;
    int64_t ms;
} Unit;

/* In the order they may follow each other, each at most once. */
static const Unit language_units[] = {
#define ESC_DURATION_UNIT(letter, ms) {letter, ms},
#include <esc/units.def>
};
static const Unit iso_date_units[] = {{'W', 7 * ESC_DAY_MS}, {'D', ESC_DAY_MS}};
static const Unit iso_time_units[] = {
    {'H', ESC_HOUR_MS}, {'M', ESC_MINUTE_MS}, {'S', ESC_SECOND_MS}};

static bool is_digit(EscText text, size_t at)
{
    return at < text.size && text.data[at] >= '0' && text.data[at] <= '9';
}

static bool read_whole(EscText text, size_t *at, int64_t max, int64_t *number)
{
    if (!is_digit(text, *at))
        return false;
    *number = 0;
    for (; is_digit(text, *at); (*at)++) {
        if (*number > max / 10)
            return false;
        *number = *number * 10 + (text.data[*at] - '0');
    }
    return true;
}

/* ".25" as milliseconds of a second; what is finer than a millisecond is refused. */
static bool read_fraction(EscText text, size_t *at, int64_t *ms)
{
    *ms = 0;
    if (*at >= text.size || text.data[*at] != '.')
        return true;
    (*at)++;
    int64_t weight = 100;
    for (; is_digit(text, *at); (*at)++) {
        if (weight == 0)
            return false;
        *ms += weight * (text.data[*at] - '0');
        weight /= 10;
    }
    return weight != 100;
}

/* Reads "NUNIT" pieces with the units in falling order. False when there is none. */
static bool read_pieces(EscText text, size_t *at, const Unit *units, size_t units_count,
                        int64_t max_ms, int64_t *sum_ms)
{
    size_t next_unit = 0;
    while (is_digit(text, *at)) {
        int64_t number, fraction_ms;
        if (!read_whole(text, at, max_ms, &number) || !read_fraction(text, at, &fraction_ms))
            return false;
        char letter = *at < text.size ? text.data[*at] : '\0';
        while (next_unit < units_count && units[next_unit].letter != letter)
            next_unit++;
        if (next_unit == units_count || (fraction_ms != 0 && units[next_unit].ms != ESC_SECOND_MS))
            return false;
        int64_t unit_ms = units[next_unit++].ms;
        if (number > (max_ms - *sum_ms) / unit_ms)
            return false;
        *sum_ms += number * unit_ms + fraction_ms;
        (*at)++;
    }
    return next_unit != 0;
}

static bool read_iso(EscText text, int64_t max_ms, int64_t *sum_ms)
{
    size_t at = 1;
    bool has_date =
        read_pieces(text, &at, iso_date_units, ESC_COUNT_OF(iso_date_units), max_ms, sum_ms);
    if (at == text.size)
        return has_date;
    if (text.data[at++] != 'T')
        return false;
    return read_pieces(text, &at, iso_time_units, ESC_COUNT_OF(iso_time_units), max_ms, sum_ms) &&
           at == text.size;
}

bool esc_duration_read(EscText text, int64_t max_ms, int64_t *duration_ms)
{
    size_t at = 0;
    *duration_ms = 0;
    if (text.size == 0)
        return false;
    bool is_read = text.data[0] == 'P'
                       ? read_iso(text, max_ms, duration_ms)
                       : read_pieces(text, &at, language_units, ESC_COUNT_OF(language_units),
                                     max_ms, duration_ms) &&
                             at == text.size;
    return is_read && *duration_ms <= max_ms;
}
