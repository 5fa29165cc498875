/* values.c - what stands in a content line, by libical: dates, times, durations, periods, rules.
 *
 * A line is given to libical by itself, because it forgets the numbers of lines. It takes some things for right that are none
 * (blanks in dates, numbers that overflow, the 30th of February), so texts are looked at before and values behind it.
 * Its process-wide tables (the zone of `Z`) are filled at the first use: one thread at a time is in it. */
#include "ics.h"

#include <libical/ical.h>
#include <pthread.h>
#include <stdlib.h>

#define SHOWN_BYTES_MAX 60
#define NUMBER_DIGITS_MAX 8 /* as many as a date has; an int holds them */

static pthread_mutex_t libical_lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What libical makes of a line, as a component around its properties; NULL when it makes nothing of it. */
static icalcomponent *parse(const IcsLine *line)
{
    EscBuf text;
    esc_buf_init(&text, SIZE_MAX / 2);
    esc_buf_string(&text, "BEGIN:VEVENT\r\n");
    esc_buf_text(&text, line->text);
    esc_buf_string(&text, "\r\nEND:VEVENT\r\n");
    esc_buf_char(&text, '\0');
    bool has_zero = memchr(line->text.data, 0, line->text.size) != NULL;
    icalcomponent *component = NULL;
    if (text.status == ESC_OK && !has_zero) {
        (void)pthread_mutex_lock(&libical_lock);
        icalerror_set_errors_are_fatal(0); /* how it was built decides what it begins with */
        component = icalparser_parse_string((const char *)text.data);
        (void)pthread_mutex_unlock(&libical_lock);
    }
    esc_buf_release(&text);
    return component;
}

/* Behind an error property nothing of the line is sure. */
static bool is_sound(icalcomponent *component)
{
    return component != NULL &&
           icalcomponent_get_first_property(component, ICAL_ANY_PROPERTY) != NULL &&
           icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY) == NULL;
}

static bool refuse(IcsReader *reader, const IcsLine *line, const char *what)
{
    EscText value = esc_utf8_cut(line->value, SHOWN_BYTES_MAX);
    bool is_shown = value.size > 0 && esc_utf8_is_valid(value, NULL);
    if (is_shown)
        ics_fault(reader, line->number, "`%.*s:%.*s%s` is no %s", ESC_TEXT_ARG(line->name),
                  ESC_TEXT_ARG(value), value.size < line->value.size ? "…" : "", what);
    else
        ics_fault(reader, line->number, "the value of `%.*s` is no %s", ESC_TEXT_ARG(line->name),
                  what);
    return false;
}

/* --- texts ------------------------------------------------------------------------------------ */

/* Longer numbers would overflow without a word. */
static bool has_long_number(EscText text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.size; ++i) {
        digits = is_digit(text.data[i]) ? digits + 1 : 0;
        if (digits > NUMBER_DIGITS_MAX)
            return true;
    }
    return false;
}

/* The next part of *rest before a separator. */
static EscText take_part(EscText *rest, char separator)
{
    const char *end = rest->size == 0 ? NULL : memchr(rest->data, separator, rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
    size_t used = end == NULL ? size : size + 1;
    EscText part = {rest->data, size};
    *rest = (EscText){rest->data + used, rest->size - used};
    return part;
}

/* 20261224, 20261224T000000 or 20261224T000000Z; the letters may be small. */
static bool is_date_text(EscText text)
{
    static const char form[] = "00000000t000000z";
    for (size_t i = 0; i < text.size; ++i) {
        char wanted = i < sizeof form - 1 ? form[i] : '\0';
        if (wanted == '0' ? !is_digit(text.data[i]) : esc_ascii_lower(text.data[i]) != wanted)
            return false;
    }
    return text.size == 8 || text.size == 15 || text.size == 16;
}

static bool is_duration_text(EscText text)
{
    static const char allowed[] = "0123456789pwdthms+-";
    for (size_t i = 0; i < text.size; ++i) {
        if (text.data[i] == '\0' || strchr(allowed, esc_ascii_lower(text.data[i])) == NULL)
            return false;
    }
    return text.size > 1 && is_digit(text.data[text.size - 2]) && !has_long_number(text);
}

static bool is_period_text(EscText text)
{
    EscText start = take_part(&text, '/');
    return is_date_text(start) && (is_date_text(text) || is_duration_text(text));
}

/* --- values ----------------------------------------------------------------------------------- */

/* False: there is no such day or time, or it lies too far away. */
static bool take_time(struct icaltimetype from, IcsTime *time)
{
    static const int month_sizes[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = from.year % 4 == 0 && (from.year % 100 != 0 || from.year % 400 == 0);
    if (from.year < ICS_FIRST_YEAR || from.year > ICS_LAST_YEAR || from.month < 1 ||
        from.month > 12 || from.day < 1 ||
        from.day > month_sizes[from.month - 1] + (is_leap && from.month == 2))
        return false;
    time->day = esc_days_from_date(from.year, (unsigned)from.month, (unsigned)from.day);
    time->form = ICS_DATE;
    time->second = 0;
    if (from.is_date)
        return true;
    time->second = from.hour * 3600 + from.minute * 60 + from.second;
    /* a value by itself knows no zone but UTC */
    time->form = from.zone != NULL ? ICS_UTC : ICS_FLOATING;
    return from.hour < 24 && from.minute < 60 && from.second < 60;
}

static int64_t seconds_of(struct icaldurationtype duration)
{
    int64_t seconds = (int64_t)duration.weeks * 7 * ICS_DAY_S + (int64_t)duration.days * ICS_DAY_S +
                      (int64_t)duration.hours * 3600 + (int64_t)duration.minutes * 60 +
                      (int64_t)duration.seconds;
    return duration.is_neg ? -seconds : seconds;
}

/* The zone that a line names, if its time is a local one. */
static void take_zone(IcsReader *reader, icalproperty *property, IcsTime *time)
{
    icalparameter *parameter = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
    const char *name = parameter == NULL ? NULL : icalparameter_get_tzid(parameter);
    if (name == NULL || time->form != ICS_FLOATING)
        return;
    time->form = ICS_ZONED;
    time->zone = esc_arena_text(reader->arena, esc_text_from(name));
}

static bool time_of_property(IcsReader *reader, icalproperty *property, IcsTime *time)
{
    const icalvalue *value = icalproperty_get_value(property);
    icalvalue_kind kind = icalvalue_isa(value);
    bool is_date = kind == ICAL_DATE_VALUE;
    if (!is_date && kind != ICAL_DATETIME_VALUE && kind != ICAL_DATETIMEDATE_VALUE)
        return false;
    struct icaltimetype from = is_date ? icalvalue_get_date(value) : icalvalue_get_datetime(value);
    if (!take_time(from, time))
        return false;
    take_zone(reader, property, time);
    return true;
}

bool ics_read_time(IcsReader *reader, const IcsLine *line, IcsTime *time)
{
    icalcomponent *component = is_date_text(line->value) ? parse(line) : NULL;
    bool is_fine =
        is_sound(component) &&
        time_of_property(reader, icalcomponent_get_first_property(component, ICAL_ANY_PROPERTY),
                         time);
    if (component != NULL)
        icalcomponent_free(component);
    return is_fine || refuse(reader, line, "day or time between the years 1600 and 2400");
}

static bool date_of_property(IcsReader *reader, icalproperty *property, IcsDate *date)
{
    const icalvalue *value = icalproperty_get_value(property);
    date->is_period = icalvalue_isa(value) == ICAL_PERIOD_VALUE;
    if (!date->is_period)
        return time_of_property(reader, property, &date->start);
    struct icalperiodtype period = icalvalue_get_period(value);
    bool has_end = !icaltime_is_null_time(period.end);
    date->duration_s = has_end ? 0 : seconds_of(period.duration);
    if (!take_time(period.start, &date->start) || (has_end && !take_time(period.end, &date->end)))
        return false;
    take_zone(reader, property, &date->start);
    take_zone(reader, property, &date->end);
    return has_end || date->duration_s > 0;
}

static bool are_dates(EscText text)
{
    while (text.size > 0) {
        bool is_last = memchr(text.data, ',', text.size) == NULL;
        EscText part = take_part(&text, ',');
        if (!is_date_text(part) && !is_period_text(part))
            return false;
        if (!is_last && text.size == 0)
            return false;
    }
    return true;
}

bool ics_read_dates(IcsReader *reader, const IcsLine *line, IcsDate **dates, size_t *count,
                    size_t *capacity)
{
    icalcomponent *component = line->value.size > 0 && are_dates(line->value) ? parse(line) : NULL;
    bool is_fine = is_sound(component);
    for (icalproperty *property =
             is_fine ? icalcomponent_get_first_property(component, ICAL_ANY_PROPERTY) : NULL;
         property != NULL && is_fine;
         property = icalcomponent_get_next_property(component, ICAL_ANY_PROPERTY)) {
        IcsDate *grown = esc_arena_grow(reader->arena, *dates, *count, capacity, sizeof **dates);
        if (grown == NULL)
            break;
        *dates = grown;
        grown[*count] = (IcsDate){.line = line->number};
        is_fine = date_of_property(reader, property, &grown[(*count)++]);
    }
    if (component != NULL)
        icalcomponent_free(component);
    return is_fine || refuse(reader, line, "list of days between the years 1600 and 2400");
}

bool ics_read_duration(IcsReader *reader, const IcsLine *line, int64_t *duration_s)
{
    icalcomponent *component = is_duration_text(line->value) ? parse(line) : NULL;
    bool is_fine = is_sound(component);
    if (is_fine)
        *duration_s = seconds_of(icalproperty_get_duration(
            icalcomponent_get_first_property(component, ICAL_DURATION_PROPERTY)));
    if (component != NULL)
        icalcomponent_free(component);
    return is_fine || refuse(reader, line, "duration such as `P1D`");
}

bool ics_read_offset(IcsReader *reader, const IcsLine *line, int32_t *offset_s)
{
    EscText digits = {line->value.data + 1, line->value.size - 1};
    bool is_fine = (line->value.size == 5 || line->value.size == 7) &&
                   (line->value.data[0] == '+' || line->value.data[0] == '-');
    int32_t parts[3] = {0};
    for (size_t i = 0; is_fine && i < digits.size; ++i) {
        is_fine = is_digit(digits.data[i]);
        parts[i / 2] = parts[i / 2] * 10 + digits.data[i] - '0';
    }
    *offset_s = (parts[0] * 3600 + parts[1] * 60 + parts[2]) *
                (is_fine && line->value.data[0] == '-' ? -1 : 1);
    return (is_fine && parts[0] < 24 && parts[1] < 60 && parts[2] < 60) ||
           refuse(reader, line, "distance from UTC such as `+0100`");
}

/* Where a parameter ends: at the next semicolon outside of quotes. */
static EscText take_parameter(EscText *rest)
{
    bool is_quoted = false;
    size_t size = 0;
    for (; size < rest->size && (is_quoted || rest->data[size] != ';'); ++size)
        is_quoted = is_quoted != (rest->data[size] == '"');
    size_t used = size < rest->size ? size + 1 : size;
    EscText part = {rest->data, size};
    *rest = (EscText){rest->data + used, rest->size - used};
    return part;
}

/* The parameter's value as it is written; false when it is not there. */
static bool find_parameter(const IcsLine *line, EscText name, EscText *value)
{
    EscText rest = {line->text.data, line->text.size - line->value.size - 1};
    (void)take_part(&rest, ';');
    while (rest.size > 0) {
        *value = take_parameter(&rest);
        EscText key = take_part(value, '=');
        bool is_it = key.size == name.size;
        for (size_t i = 0; is_it && i < name.size; ++i)
            is_it = esc_ascii_lower(key.data[i]) == esc_ascii_lower(name.data[i]);
        if (is_it)
            return true;
    }
    return false;
}

bool ics_has_parameter(const IcsLine *line, EscText name)
{
    EscText value;
    return find_parameter(line, name, &value);
}

EscText ics_parameter(const IcsLine *line, EscText name)
{
    EscText value;
    if (!find_parameter(line, name, &value))
        return ESC_TEXT("");
    if (value.size >= 2 && value.data[0] == '"' && value.data[value.size - 1] == '"')
        value = (EscText){value.data + 1, value.size - 2};
    return value;
}

EscText ics_read_text(IcsReader *reader, const IcsLine *line)
{
    char *text = esc_arena_alloc(reader->arena, line->value.size + 1);
    size_t size = 0;
    for (size_t i = 0; text != NULL && i < line->value.size; ++i) {
        char c = line->value.data[i];
        if (c == '\\' && i + 1 < line->value.size) {
            c = line->value.data[++i];
            c = c == 'n' || c == 'N' ? ' ' : c;
        }
        text[size++] = c;
    }
    return text == NULL ? ESC_TEXT("") : (EscText){text, size};
}

/* --- rules ------------------------------------------------------------------------------------ */

static uint32_t list_size(const short *items, uint32_t size_max)
{
    uint32_t size = 0;
    while (size < size_max && items[size] != ICAL_RECURRENCE_ARRAY_MAX)
        ++size;
    return size;
}

static IcsList list_copy(IcsReader *reader, const short *items, uint32_t size_max)
{
    uint32_t size = list_size(items, size_max);
    int16_t *copy = esc_arena_alloc_array(reader->arena, size, sizeof *copy);
    for (uint32_t i = 0; copy != NULL && i < size; ++i)
        copy[i] = items[i];
    return (IcsList){copy, copy == NULL ? 0 : size};
}

/* libical counts days of the week from Sunday, which is 1. */
static int weekday_from(icalrecurrencetype_weekday weekday)
{
    return weekday == ICAL_NO_WEEKDAY ? ICS_MONDAY : ((int)weekday + 5) % 7;
}

static IcsList weekdays_copy(IcsReader *reader, const short *items)
{
    uint32_t size = list_size(items, ICAL_BY_DAY_SIZE);
    int16_t *copy = esc_arena_alloc_array(reader->arena, size, sizeof *copy);
    for (uint32_t i = 0; copy != NULL && i < size; ++i)
        copy[i] = (int16_t)(weekday_from(icalrecurrencetype_day_day_of_week(items[i])) +
                            7 * (icalrecurrencetype_day_position(items[i]) + ICS_NTH_NONE));
    return (IcsList){copy, copy == NULL ? 0 : size};
}

static bool is_within(IcsList list, int max)
{
    for (uint32_t i = 0; i < list.count; ++i) {
        if (list.items[i] == 0 || list.items[i] > max || list.items[i] < -max)
            return false;
    }
    return true;
}

static bool weekdays_are_sound(const IcsRule *rule)
{
    int max = rule->period < ICS_MONTHLY || rule->weeks.count > 0 ? 0
              : rule->period == ICS_MONTHLY                       ? 5
                                                                  : 53;
    for (uint32_t i = 0; i < rule->weekdays.count; ++i) {
        int nth = ics_nth_of(rule->weekdays.items[i]);
        if (nth > max || nth < -max)
            return false;
    }
    return true;
}

/* What the standard allows together (section 3.3.10), and libical does not ask for. */
static bool parts_are_sound(const IcsRule *rule)
{
    bool has_other = rule->months.count + rule->weeks.count + rule->year_days.count +
                         rule->month_days.count + rule->weekdays.count >
                     0;
    for (uint32_t i = 0; i < rule->months.count; ++i) {
        if (rule->months.items[i] < 1 || rule->months.items[i] > 12)
            return false;
    }
    return is_within(rule->weeks, 53) && is_within(rule->year_days, 366) &&
           is_within(rule->month_days, 31) && is_within(rule->positions, 366) &&
           (rule->weeks.count == 0 || rule->period == ICS_YEARLY) &&
           (rule->year_days.count == 0 || rule->period == ICS_YEARLY) &&
           (rule->month_days.count == 0 || rule->period != ICS_WEEKLY) &&
           (rule->positions.count == 0 || has_other) && weekdays_are_sound(rule);
}

/* An hour, minute or second that is not 0 is none of a whole day. */
static bool is_midnight(const struct icalrecurrencetype *from)
{
    const short *lists[] = {from->by_hour, from->by_minute, from->by_second};
    for (size_t i = 0; i < ESC_COUNT_OF(lists); ++i) {
        bool is_empty = lists[i][0] == ICAL_RECURRENCE_ARRAY_MAX;
        if (!is_empty && (lists[i][0] != 0 || lists[i][1] != ICAL_RECURRENCE_ARRAY_MAX))
            return false;
    }
    return true;
}

static bool rule_copy(IcsReader *reader, const struct icalrecurrencetype *from, IcsRule *rule)
{
    static const IcsPeriod periods[] = {[ICAL_DAILY_RECURRENCE] = ICS_DAILY,
                                        [ICAL_WEEKLY_RECURRENCE] = ICS_WEEKLY,
                                        [ICAL_MONTHLY_RECURRENCE] = ICS_MONTHLY,
                                        [ICAL_YEARLY_RECURRENCE] = ICS_YEARLY};
    rule->period = periods[from->freq];
    rule->interval = from->interval;
    rule->count = from->count;
    rule->week_start = weekday_from(from->week_start);
    rule->months = list_copy(reader, from->by_month, ICAL_BY_MONTH_SIZE);
    rule->weeks = list_copy(reader, from->by_week_no, ICAL_BY_WEEKNO_SIZE);
    rule->year_days = list_copy(reader, from->by_year_day, ICAL_BY_YEARDAY_SIZE);
    rule->month_days = list_copy(reader, from->by_month_day, ICAL_BY_MONTHDAY_SIZE);
    rule->positions = list_copy(reader, from->by_set_pos, ICAL_BY_SETPOS_SIZE);
    rule->weekdays = weekdays_copy(reader, from->by_day);
    rule->has_until = !icaltime_is_null_time(from->until);
    struct icaltimetype until = from->until;
    bool is_far = rule->has_until && until.year > ICS_LAST_YEAR;
    if (is_far) /* 99991231 says "for ever" */
        until.year = ICS_LAST_YEAR;
    return rule->interval >= 1 && parts_are_sound(rule) &&
           (!rule->has_until || take_time(until, &rule->until));
}

static bool rule_of(IcsReader *reader, const IcsLine *line, struct icalrecurrencetype from,
                    IcsRule *rule)
{
    rule->line = line->number;
    if (from.freq < ICAL_DAILY_RECURRENCE || !is_midnight(&from)) {
        ics_fault(reader, line->number, "this repeats within a day, and %s",
                  reader->reading->turn != NULL ? "turns repeat by days at most"
                                                : "a holiday is a whole day");
        return false;
    }
    if (from.rscale != NULL) {
        ics_fault(reader, line->number, "rules of other calendars (`RSCALE`) are not read");
        return false;
    }
    if (from.freq > ICAL_YEARLY_RECURRENCE || !rule_copy(reader, &from, rule))
        return refuse(reader, line, "rule of iCalendar");
    /* By the standard's table in every month, by many programs in that of the first day. */
    bool is_doubtful =
        rule->period == ICS_YEARLY && rule->month_days.count > 0 && rule->months.count == 0;
    if (is_doubtful)
        ics_fault(reader, line->number,
                  "a yearly rule with `BYMONTHDAY` is read in two ways: say `BYMONTH` too");
    return !is_doubtful;
}

bool ics_read_rule(IcsReader *reader, const IcsLine *line, IcsRule *rule)
{
    bool is_text =
        !has_long_number(line->value) && memchr(line->value.data, ' ', line->value.size) == NULL;
    icalcomponent *component = is_text ? parse(line) : NULL;
    if (!is_sound(component)) {
        if (component != NULL)
            icalcomponent_free(component);
        return refuse(reader, line, "rule of iCalendar");
    }
    const icalvalue *value =
        icalproperty_get_value(icalcomponent_get_first_property(component, ICAL_ANY_PROPERTY));
    bool is_fine = rule_of(reader, line, icalvalue_get_recur(value), rule);
    icalcomponent_free(component);
    return is_fine;
}
