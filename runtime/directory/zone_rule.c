/* zone_rule.c - the POSIX TZ rule in a TZif footer: "CET-1CEST,M3.5.0,M10.5.0/3".
 *
 * Reads the string and answers for an instant. Signs in the string count west of Greenwich; here every offset is seconds east.
 * Source: POSIX.1-2017 8.3 "TZ", extended by RFC 8536 3.3.1 (times from -167 to 167 hours). */
#include "zone.h"

#define OFFSET_HOURS_MAX 24
#define TIME_HOURS_MAX 167
#define DAY_S 86400

typedef struct Reader {
    EscText text;
    size_t at;
    bool failed;
} Reader;

static char peek(const Reader *reader)
{
    return reader->at < reader->text.size ? reader->text.data[reader->at] : '\0';
}

static bool take(Reader *reader, char c)
{
    if (peek(reader) != c)
        return false;
    reader->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int32_t read_number(Reader *reader, int32_t low, int32_t high)
{
    int32_t value = 0;
    size_t digits = 0;
    while (is_digit(peek(reader)) && digits < 4) {
        value = value * 10 + (peek(reader) - '0');
        reader->at++;
        digits++;
    }
    if (digits == 0 || value < low || value > high)
        reader->failed = true;
    return value;
}

/* "CET", or "+0330" from "<+0330>". */
static EscText read_name(Reader *reader)
{
    size_t start = reader->at;
    EscText name = {reader->text.data + start, 0};
    if (take(reader, '<')) {
        name.data++;
        while (reader->at < reader->text.size && peek(reader) != '>')
            reader->at++;
        name.size = reader->at - start - 1;
        if (!take(reader, '>'))
            reader->failed = true;
    } else {
        while (is_letter(peek(reader)))
            reader->at++;
        name.size = reader->at - start;
    }
    if (reader->at - start < 3)
        reader->failed = true;
    return name;
}

static int32_t read_time_s(Reader *reader, int32_t hours_max)
{
    int32_t sign = 1;
    if (take(reader, '-'))
        sign = -1;
    else
        (void)take(reader, '+');
    int32_t seconds = read_number(reader, 0, hours_max) * 3600;
    if (take(reader, ':'))
        seconds += read_number(reader, 0, 59) * 60;
    if (take(reader, ':'))
        seconds += read_number(reader, 0, 59);
    return sign * seconds;
}

static void read_day(Reader *reader, ZoneDay *day)
{
    if (take(reader, 'J')) {
        day->form = ZONE_DAY_JULIAN;
        day->day = read_number(reader, 1, 365);
    } else if (take(reader, 'M')) {
        day->form = ZONE_DAY_MONTH;
        day->month = read_number(reader, 1, 12);
        if (!take(reader, '.'))
            reader->failed = true;
        day->week = read_number(reader, 1, 5);
        if (!take(reader, '.'))
            reader->failed = true;
        day->day = read_number(reader, 0, 6);
    } else {
        day->form = ZONE_DAY_ZERO_BASED;
        day->day = read_number(reader, 0, 365);
    }
    day->time_s = take(reader, '/') ? read_time_s(reader, TIME_HOURS_MAX) : 2 * 3600;
}

bool esc_zone_rule_read(EscText text, ZoneRule *rule)
{
    Reader reader = {.text = text};
    *rule = (ZoneRule){0};
    rule->standard.name = read_name(&reader);
    rule->standard.offset_s = -read_time_s(&reader, OFFSET_HOURS_MAX);
    rule->is_present = true;
    if (reader.at == text.size)
        return !reader.failed;
    rule->daylight.name = read_name(&reader);
    rule->has_daylight = true;
    rule->daylight.offset_s = rule->standard.offset_s + 3600;
    if (peek(&reader) != ',')
        rule->daylight.offset_s = -read_time_s(&reader, OFFSET_HOURS_MAX);
    if (!take(&reader, ','))
        return false; /* without dates the rule would depend on the implementation */
    read_day(&reader, &rule->begins);
    if (!take(&reader, ','))
        return false;
    read_day(&reader, &rule->ends);
    return !reader.failed && reader.at == text.size;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* 0 for Sunday; 1970-01-01 was a Thursday. */
static int32_t weekday_of(int64_t days)
{
    int64_t weekday = (days + 4) % 7;
    return (int32_t)(weekday < 0 ? weekday + 7 : weekday);
}

static int64_t month_day(int64_t year, const ZoneDay *day)
{
    int64_t first = esc_days_from_date(year, (unsigned)day->month, 1);
    int64_t next = day->month == 12 ? esc_days_from_date(year + 1, 1, 1)
                                    : esc_days_from_date(year, (unsigned)day->month + 1, 1);
    int64_t found = first + (day->day - weekday_of(first) + 7) % 7 + (int64_t)(day->week - 1) * 7;
    while (found >= next) /* week 5 is the last one, at most two steps back */
        found -= 7;
    return found;
}

/* The change as local seconds since 1970, in the local time that holds before it. */
static int64_t change_local_s(int64_t year, const ZoneDay *day)
{
    int64_t days = 0;
    switch (day->form) {
    case ZONE_DAY_JULIAN:
        days = esc_days_from_date(year, 1, 1) + day->day - 1;
        if (is_leap(year) && day->day >= 60)
            days++;
        break;
    case ZONE_DAY_ZERO_BASED:
        days = esc_days_from_date(year, 1, 1) + day->day;
        break;
    case ZONE_DAY_MONTH:
        days = month_day(year, day);
        break;
    }
    return days * DAY_S + day->time_s;
}

ZoneTime esc_zone_rule_at(const ZoneRule *rule, int64_t time_s)
{
    if (!rule->has_daylight)
        return rule->standard;
    int64_t days = esc_floor_divide(time_s + rule->standard.offset_s, DAY_S);
    int64_t year = 0;
    unsigned month = 0, day_of_month = 0;
    esc_date_from_days(days, &year, &month, &day_of_month);
    int64_t begins_s = change_local_s(year, &rule->begins) - rule->standard.offset_s;
    int64_t ends_s = change_local_s(year, &rule->ends) - rule->daylight.offset_s;
    bool is_daylight = begins_s < ends_s ? time_s >= begins_s && time_s < ends_s
                                         : time_s >= begins_s || time_s < ends_s;
    return is_daylight ? rule->daylight : rule->standard;
}
