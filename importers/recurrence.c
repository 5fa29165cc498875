/* recurrence.c - occurrences by a rule, as turns with hours.
 *
 * A rule says when somebody is there, and every so many occurrences the next one has it. Turns count on without a break, so: the hours
 * of the occurrences become hours of the rotation, and a turn lasts as long as its occurrences need. Weeks or days that the rule leaves out
 * are turns of nobody. */
#include "recurrence.h"

#include <stdio.h>

#define TURNS_MAX 400

/* --- reading -------------------------------------------------------------------------------------------- */

static bool unit_read(EscText value, RecurrenceUnit *unit)
{
    static const char *const UNITS[] = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY"};
    for (size_t i = 0; i < ESC_COUNT_OF(UNITS); i++)
        if (esc_text_equal(value, esc_text_from(UNITS[i]))) {
            *unit = (RecurrenceUnit)i;
            return true;
        }
    return false;
}

static bool number_read(EscText value, int64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9' || i > 5)
            return false;
        *number = *number * 10 + value.data[i] - '0';
    }
    return value.size > 0;
}

static bool weekdays_read(EscText value, unsigned *days)
{
    while (value.size >= 2) {
        int day = weekday_of((EscText){value.data, 2});
        if (day < 0)
            return false;
        *days |= 1u << day;
        size_t size = value.size > 2 && value.data[2] == ',' ? 3 : 2;
        value = (EscText){value.data + size, value.size - size};
    }
    return value.size == 0;
}

/* 20261231T235959Z, as rules write it. */
static bool until_read(EscText value, int64_t *until_ms)
{
    char text[24];
    if (value.size < 8)
        return false;
    bool has_time = value.size >= 15 && value.data[8] == 'T';
    int size = has_time ? snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", value.data,
                                   value.data + 4, value.data + 6, value.data + 9, value.data + 11,
                                   value.data + 13)
                        : snprintf(text, sizeof text, "%.4s-%.2s-%.2sT23:59:59Z", value.data,
                                   value.data + 4, value.data + 6);
    return size == 20 && esc_time_read((EscText){text, 20}, until_ms);
}

static bool part_read(EscText name, EscText value, Recurrence *recurrence)
{
    if (esc_text_equal(name, ESC_TEXT("FREQ")))
        return unit_read(value, &recurrence->unit);
    if (esc_text_equal(name, ESC_TEXT("INTERVAL")))
        return number_read(value, &recurrence->interval) && recurrence->interval > 0;
    if (esc_text_equal(name, ESC_TEXT("BYDAY")))
        return weekdays_read(value, &recurrence->weekdays);
    if (esc_text_equal(name, ESC_TEXT("UNTIL")))
        return until_read(value, &recurrence->until_ms);
    if (esc_text_equal(name, ESC_TEXT("WKST"))) {
        int day = weekday_of(value);
        recurrence->week_start = day < 0 ? 0 : (unsigned)day;
        return day >= 0;
    }
    recurrence->has_more = true;
    return true;
}

static size_t find(EscText text, char wanted)
{
    size_t at = 0;
    while (at < text.size && text.data[at] != wanted)
        at++;
    return at;
}

bool recurrence_read(EscText rule, Recurrence *recurrence)
{
    bool has_unit = false;
    *recurrence = (Recurrence){.interval = 1, .until_ms = INT64_MAX};
    if (esc_text_starts_with(rule, ESC_TEXT("RRULE:")))
        rule = (EscText){rule.data + 6, rule.size - 6};
    while (rule.size > 0) {
        size_t end = find(rule, ';');
        EscText part = {rule.data, end};
        size_t equals = find(part, '=');
        if (equals == part.size)
            return false;
        EscText name = {part.data, equals},
                value = {part.data + equals + 1, part.size - equals - 1};
        if (!part_read(name, value, recurrence))
            return false;
        has_unit = has_unit || esc_text_equal(name, ESC_TEXT("FREQ"));
        rule = end < rule.size ? (EscText){rule.data + end + 1, rule.size - end - 1} : (EscText){0};
    }
    return has_unit;
}

/* --- as turns -------------------------------------------------------------------------------------------- */

static unsigned bits_of(unsigned days)
{
    unsigned count = 0;
    for (; days != 0; days &= days - 1)
        count++;
    return count;
}

/* Each of the turns so often, with so many of nobody behind it; false when that is too many. */
static bool turns_spread(EscModel *model, ModelRotation *rotation, int64_t times, int64_t empty)
{
    ModelRotation spread = {0};
    size_t count = rotation->turns.count;
    if ((int64_t)count * (times + times * empty) > TURNS_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        for (int64_t k = 0; k < times; k++) {
            *MODEL_ADD(model, spread.turns) = rotation->turns.items[i];
            for (int64_t n = 0; n < empty; n++)
                rotation_nobody(model, &spread);
        }
    rotation->turns.items = spread.turns.items;
    rotation->turns.count = spread.turns.count;
    rotation->turns.capacity = spread.turns.capacity;
    return true;
}

typedef struct Local {
    int64_t day, minute; /* days since 1970, minute of the day of the first occurrence */
    unsigned weekday;
} Local;

static Local local_of(EscModel *model, EscText zone, int64_t at_ms)
{
    int64_t local = esc_clock_local(model, zone, at_ms);
    int64_t day = local >= 0 ? local / ESC_DAY_MS : -((-local + ESC_DAY_MS - 1) / ESC_DAY_MS);
    return (Local){day, (local - day * ESC_DAY_MS) / ESC_MINUTE_MS, esc_weekday_from_days(day)};
}

static bool say(const char **why, const char *text)
{
    *why = text;
    return false;
}

/* Every so many hours: turns without hours, where one lasts until the next. */
static bool hourly(const Recurrence *recurrence, int64_t times, ModelRotation *rotation,
                   const char **why)
{
    if (recurrence->weekdays != 0 || recurrence->duration_ms < recurrence->interval * ESC_HOUR_MS)
        return say(why, "it leaves hours of each turn out, or days of the week, which turns of "
                        "hours cannot say");
    rotation->unit = MODEL_BY_HOUR;
    rotation->length = (uint32_t)(recurrence->interval * times);
    return true;
}

static void hours_of_days(EscModel *model, ModelRotation *rotation, unsigned days, int64_t minute,
                          int64_t minutes)
{
    for (unsigned day = 0; minutes < MODEL_WEEK_MIN && day < 7; day++)
        if ((days >> day) & 1)
            rotation_hours(model, rotation, day, minute, minutes);
}

/* Every n days. On named days of the week each of them is a turn. */
static bool daily(EscModel *model, const Recurrence *recurrence, Local first, int64_t times,
                  ModelRotation *rotation, const char **why)
{
    int64_t minutes = recurrence->duration_ms / ESC_MINUTE_MS,
            whole = recurrence->interval * MODEL_DAY_MIN;
    unsigned days = recurrence->weekdays != 0 ? recurrence->weekdays : 0x7f;
    if (days != 0x7f && recurrence->interval > 1)
        return say(why, "every few days and on some days of the week only: turns cannot say both");
    if (minutes < whole)
        hours_of_days(model, rotation, days, first.minute,
                      minutes < MODEL_DAY_MIN ? minutes : MODEL_DAY_MIN);
    if (days != 0x7f) {
        rotation->unit = MODEL_BY_WEEKDAY;
        rotation->weekdays = days;
        rotation->length = 1;
        return turns_spread(model, rotation, times, 0) || say(why, "its turns are too many");
    }
    rotation->unit = MODEL_BY_DAY;
    if (minutes >= whole || recurrence->interval == 1) {
        rotation->length = (uint32_t)(recurrence->interval * times);
        return true;
    }
    rotation->length = 1;
    int64_t busy = (minutes + MODEL_DAY_MIN - 1) / MODEL_DAY_MIN;
    return (busy == 1 && turns_spread(model, rotation, times, recurrence->interval - 1)) ||
           say(why, "one of its turns lasts some days of a few: turns cannot say that");
}

/* Every n weeks. `occurrences` of a few days a week may be less than a week has. */
static bool weekly(EscModel *model, const Recurrence *recurrence, Local first, int64_t occurrences,
                   ModelRotation *rotation, const char **why)
{
    int64_t minutes = recurrence->duration_ms / ESC_MINUTE_MS,
            whole = recurrence->interval * MODEL_WEEK_MIN;
    unsigned days = recurrence->weekdays != 0 ? recurrence->weekdays : 1u << first.weekday,
             count = bits_of(days);
    int64_t weeks = occurrences == 0 ? 1 : occurrences / count;
    rotation->unit = MODEL_BY_WEEK;
    if (minutes < whole)
        hours_of_days(model, rotation, days, first.minute,
                      minutes < MODEL_WEEK_MIN ? minutes : MODEL_WEEK_MIN);
    if (occurrences > 0 && occurrences % count != 0) {
        if (recurrence->interval > 1)
            return say(why,
                       "its turns change within a week, every few weeks: turns cannot say that");
        rotation->unit = MODEL_BY_WEEKDAY;
        rotation->weekdays = days;
        rotation->length = 1;
        return turns_spread(model, rotation, occurrences, 0) || say(why, "its turns are too many");
    }
    if (minutes >= whole || recurrence->interval == 1) {
        rotation->length = (uint32_t)(recurrence->interval * weeks);
        return true;
    }
    rotation->length = 1;
    return turns_spread(model, rotation, weeks, recurrence->interval - 1) ||
           say(why, "its turns are too many");
}

static bool monthly(const Recurrence *recurrence, int64_t times, ModelRotation *rotation,
                    const char **why)
{
    if (recurrence->weekdays != 0 || recurrence->duration_ms < 28 * ESC_DAY_MS)
        return say(why, "it is some days of each month, which turns cannot say");
    rotation->unit = MODEL_BY_MONTH;
    rotation->length = (uint32_t)(recurrence->interval * times);
    return true;
}

bool recurrence_rotation(EscModel *model, EscText zone, const Recurrence *recurrence,
                         int64_t occurrences, ModelRotation *rotation, const char **why)
{
    Local first = local_of(model, zone, recurrence->start_ms);
    int64_t times = occurrences < 1 ? 1 : occurrences;
    rotation->from_ms = recurrence->start_ms;
    if (rotation->until_ms == 0 || recurrence->until_ms < rotation->until_ms)
        rotation->until_ms = recurrence->until_ms;
    if (recurrence->duration_ms < ESC_MINUTE_MS)
        return say(why, "it takes no time");
    if (recurrence->interval > 400 || times > 400)
        return say(why, "its turns are longer than a year");
    switch (recurrence->unit) {
    case RECURRENCE_HOURLY:
        return hourly(recurrence, times, rotation, why);
    case RECURRENCE_DAILY:
        return daily(model, recurrence, first, times, rotation, why);
    case RECURRENCE_WEEKLY:
        return weekly(model, recurrence, first, occurrences, rotation, why);
    default:
        return monthly(recurrence, times, rotation, why);
    }
}
