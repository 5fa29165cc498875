/* kit_time.c - times and durations as people write them, and the calendar arithmetic behind
 * them.
 *
 * Not here: the clock, time zones and calendars of working hours. A time is milliseconds since
 * 1970 in UTC. */
#include <esc/kit.h>

#define TIME_MIN_MS (INT64_C(-719162) * ESC_DAY_MS)     /* 0001-01-01T00:00:00.000Z */
#define TIME_MAX_MS (INT64_C(2932897) * ESC_DAY_MS - 1) /* 9999-12-31T23:59:59.999Z */

enum { TIME_TEXT_BYTES_MAX = 64 };

/* --- durations -------------------------------------------------------------------------------- */

/* People say "90s" and "1h30m": what is under two minutes and no whole minute stays in seconds. */
void esc_duration_write(EscBuf *out, int64_t duration_ms)
{
    uint64_t left = (uint64_t)duration_ms;
    if (duration_ms < 0) {
        esc_buf_char(out, '-');
        left = 0 - left;
    }
    if (left == 0) {
        esc_buf_string(out, "0s");
        return;
    }
    static const struct {
        uint64_t size_ms;
        char name[3];
    } units[] = {
#define ESC_SHOWN_UNIT(letter, ms) {(uint64_t)(ms), {letter}},
#include <esc/units.def>
        {1, "ms"},
    };
    bool in_seconds = left < 2 * (uint64_t)ESC_MINUTE_MS && left % (uint64_t)ESC_MINUTE_MS != 0;
    for (size_t i = in_seconds ? 3 : 0; i < ESC_COUNT_OF(units); i++) {
        uint64_t amount = left / units[i].size_ms;
        if (amount > 0)
            esc_buf_printf(out, "%llu%s", (unsigned long long)amount, units[i].name);
        left %= units[i].size_ms;
    }
}

/* --- the calendar ----------------------------------------------------------------------------- */

int64_t esc_days_from_date(int64_t year, unsigned month, unsigned day)
{
    ESC_ASSERT(month >= 1 && month <= 12);
    year -= month <= 2; /* a year from March on has its leap day last */
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

uint32_t esc_weekday_from_days(int64_t days)
{
    return (uint32_t)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

void esc_date_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *day = (unsigned)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (unsigned)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

static unsigned days_of_month(int64_t year, unsigned month)
{
    static const unsigned days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && is_leap);
}

/* --- RFC 3339 --------------------------------------------------------------------------------- */

static void put_digits(char *out, size_t count, uint64_t number)
{
    for (size_t i = count; i > 0; i--, number /= 10)
        out[i - 1] = (char)('0' + number % 10);
}

void esc_time_write(EscBuf *out, int64_t time_ms)
{
    if (time_ms < TIME_MIN_MS)
        time_ms = TIME_MIN_MS;
    if (time_ms > TIME_MAX_MS)
        time_ms = TIME_MAX_MS;
    int64_t days = time_ms / ESC_DAY_MS;
    int64_t of_day = time_ms % ESC_DAY_MS;
    if (of_day < 0) {
        of_day += ESC_DAY_MS;
        days--;
    }
    int64_t year = 0;
    unsigned month = 0, day = 0;
    esc_date_from_days(days, &year, &month, &day);
    char text[] = "0000-00-00T00:00:00.000Z"; /* by hand: every row has some, and printf is slow */
    put_digits(text, 4, (uint64_t)year);
    put_digits(text + 5, 2, month);
    put_digits(text + 8, 2, day);
    put_digits(text + 11, 2, (uint64_t)(of_day / ESC_HOUR_MS));
    put_digits(text + 14, 2, (uint64_t)(of_day / ESC_MINUTE_MS % 60));
    put_digits(text + 17, 2, (uint64_t)(of_day / ESC_SECOND_MS % 60));
    put_digits(text + 20, 3, (uint64_t)(of_day % ESC_SECOND_MS));
    esc_buf_append(out, text, sizeof text - 1);
}

/* Reads a text from left to right; the first thing that does not fit makes everything after it
 * fail. */
typedef struct TimeReader {
    EscText left;
    bool failed;
} TimeReader;

static char peek(const TimeReader *reader)
{
    return reader->left.size == 0 ? '\0' : reader->left.data[0];
}

static char take(TimeReader *reader)
{
    char c = peek(reader);
    if (reader->left.size == 0) {
        reader->failed = true;
        return c;
    }
    reader->left.data++;
    reader->left.size--;
    return c;
}

static void expect(TimeReader *reader, char wanted)
{
    if (take(reader) != wanted)
        reader->failed = true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly `digits` digits, with a value from low to high. */
static unsigned number(TimeReader *reader, unsigned digits, unsigned low, unsigned high)
{
    unsigned value = 0;
    for (unsigned i = 0; i < digits; i++) {
        char c = take(reader);
        if (!is_digit(c)) {
            reader->failed = true;
            return low;
        }
        value = value * 10 + (unsigned)(c - '0');
    }
    if (value < low || value > high) {
        reader->failed = true;
        return low;
    }
    return value;
}

/* ".25" is 250 ms; digits behind the third are read and dropped. */
static int64_t fraction_ms(TimeReader *reader)
{
    if (peek(reader) != '.')
        return 0;
    take(reader);
    if (!is_digit(peek(reader)))
        reader->failed = true;
    int64_t ms = 0;
    for (int64_t weight = 100; is_digit(peek(reader)); weight /= 10)
        ms += weight * (take(reader) - '0');
    return ms;
}

static int64_t offset_ms(TimeReader *reader)
{
    char sign = take(reader);
    if (sign == 'Z' || sign == 'z')
        return 0;
    if (sign != '+' && sign != '-')
        reader->failed = true;
    int64_t hours = number(reader, 2, 0, 23);
    expect(reader, ':');
    int64_t minutes = number(reader, 2, 0, 59);
    int64_t offset = hours * ESC_HOUR_MS + minutes * ESC_MINUTE_MS;
    return sign == '-' ? -offset : offset;
}

bool esc_time_read(EscText text, int64_t *time_ms)
{
    TimeReader reader = {.left = text, .failed = text.size > TIME_TEXT_BYTES_MAX};
    if (reader.failed)
        return false;
    unsigned year = number(&reader, 4, 1, 9999);
    expect(&reader, '-');
    unsigned month = number(&reader, 2, 1, 12);
    expect(&reader, '-');
    unsigned day = number(&reader, 2, 1, days_of_month(year, month));
    char separator = take(&reader);
    unsigned hour = number(&reader, 2, 0, 23);
    expect(&reader, ':');
    unsigned minute = number(&reader, 2, 0, 59);
    expect(&reader, ':');
    unsigned second = number(&reader, 2, 0, 60);
    int64_t ms = fraction_ms(&reader);
    int64_t offset = offset_ms(&reader);
    if (reader.failed || reader.left.size > 0 || (separator != 'T' && separator != 't'))
        return false;

    if (second == 60)
        second = 59;
    int64_t result = esc_days_from_date(year, month, day) * ESC_DAY_MS + hour * ESC_HOUR_MS +
                     minute * ESC_MINUTE_MS + second * ESC_SECOND_MS + ms - offset;
    if (result < TIME_MIN_MS || result > TIME_MAX_MS)
        return false;
    *time_ms = result;
    return true;
}
