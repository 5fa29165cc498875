/* rule.c - recurrence rules over whole days (RFC 5545, section 3.3.10), written out.
 *
 * A rule has periods (its n-th year, month, week or day); in each, the days that fit all of its parts are its set.
 * Why not libical's iterator: it looks for the next date as long as it takes, which for a rule that never fits
 * (30 February) is until the year 2582, and nobody can stop it. Here each day that is looked at is paid for. The iterator is
 * what tests/unit/test_calendar_rules.c compares with. */
#include "ics.h"

/* A day with all that a part of a rule can ask about. */
typedef struct Day {
    int64_t number; /* since 1970-01-01 */
    int64_t year;
    int month, month_day, month_size;
    int year_day, year_size;
    int weekday;
} Day;

static int64_t year_first(int64_t year)
{
    return esc_days_from_date(year, 1, 1);
}

static int64_t month_first(int64_t month) /* months since year 0 */
{
    return esc_days_from_date(month / 12, (unsigned)(month % 12) + 1, 1);
}

static Day day_of(int64_t number)
{
    unsigned month = 0, month_day = 0;
    Day day = {.number = number, .weekday = (int)esc_weekday_from_days(number)};
    esc_date_from_days(number, &day.year, &month, &month_day);
    int64_t months = day.year * 12 + month - 1, first = year_first(day.year);
    day.month = (int)month;
    day.month_day = (int)month_day;
    day.month_size = (int)(month_first(months + 1) - month_first(months));
    day.year_day = (int)(number - first) + 1;
    day.year_size = (int)(year_first(day.year + 1) - first);
    return day;
}

/* --- parts of a rule -------------------------------------------------------------------------- */

static bool has(IcsList list, int value)
{
    for (uint32_t i = 0; i < list.count; ++i) {
        if (list.items[i] == value)
            return true;
    }
    return false;
}

/* The value itself, or counted from the end of what has `size` of them. */
static bool has_from_either_end(IcsList list, int value, int size)
{
    return has(list, value) || has(list, value - size - 1);
}

/* The first day of the first week of a year: the one with at least four days in it. */
static int64_t weeks_first(int64_t year, int week_start)
{
    int64_t fourth = year_first(year) + 3;
    return fourth - ((int)esc_weekday_from_days(fourth) - week_start + 7) % 7;
}

static bool week_fits(const IcsRule *rule, const Day *day)
{
    int64_t first = day->number - (day->weekday - rule->week_start + 7) % 7, year = 0;
    unsigned month = 0, month_day = 0;
    esc_date_from_days(first + 3, &year, &month, &month_day);
    int64_t begin = weeks_first(year, rule->week_start);
    int number = (int)((first - begin) / 7) + 1;
    int size = (int)((weeks_first(year + 1, rule->week_start) - begin) / 7);
    return has_from_either_end(rule->weeks, number, size);
}

/* `at` is the day's place (from 1) in the month or year of `size` days in which n-th ones are counted. */
static bool is_nth(int nth, int at, int size)
{
    return nth == 0 || nth == (at - 1) / 7 + 1 || nth == -((size - at) / 7 + 1);
}

static bool weekday_fits(const IcsRule *rule, const Day *day)
{
    bool is_in_month = rule->period == ICS_MONTHLY || rule->months.count > 0;
    for (uint32_t i = 0; i < rule->weekdays.count; ++i) {
        int16_t item = rule->weekdays.items[i];
        if (ics_weekday_of(item) == day->weekday &&
            is_nth(ics_nth_of(item), is_in_month ? day->month_day : day->year_day,
                   is_in_month ? day->month_size : day->year_size))
            return true;
    }
    return false;
}

static bool day_fits(const IcsRule *rule, const Day *day)
{
    return (rule->months.count == 0 || has(rule->months, day->month)) &&
           (rule->year_days.count == 0 ||
            has_from_either_end(rule->year_days, day->year_day, day->year_size)) &&
           (rule->month_days.count == 0 ||
            has_from_either_end(rule->month_days, day->month_day, day->month_size)) &&
           (rule->weekdays.count == 0 || weekday_fits(rule, day)) &&
           (rule->weeks.count == 0 || week_fits(rule, day));
}

static IcsList list_of_one(IcsReader *reader, int value)
{
    int16_t *item = esc_arena_alloc(reader->arena, sizeof *item);
    if (item == NULL)
        return (IcsList){0};
    *item = (int16_t)value;
    return (IcsList){item, 1};
}

void ics_rule_complete(IcsReader *reader, IcsRule *rule, int64_t start)
{
    Day day = day_of(start);
    bool says_days = rule->month_days.count + rule->year_days.count + rule->weekdays.count > 0;
    if (says_days || rule->period == ICS_DAILY)
        return;
    if (rule->period == ICS_WEEKLY || rule->weeks.count > 0) {
        rule->weekdays = list_of_one(reader, day.weekday + 7 * ICS_NTH_NONE);
        return;
    }
    rule->month_days = list_of_one(reader, day.month_day);
    if (rule->period == ICS_YEARLY && rule->months.count == 0)
        rule->months = list_of_one(reader, day.month);
}

/* --- periods ---------------------------------------------------------------------------------- */

typedef struct Expansion {
    IcsReader *reader;
    const IcsRule *rule;
    int64_t start, from, to, told; /* told: how many there were, with the first */
    IcsVisit visit;
    void *context;
} Expansion;

/* The first day of the n-th period. */
static int64_t period_first(const IcsRule *rule, int64_t start, int64_t number)
{
    Day day = day_of(start);
    int64_t steps = number * rule->interval;
    switch (rule->period) {
    case ICS_DAILY:
        return start + steps;
    case ICS_WEEKLY:
        return start - (day.weekday - rule->week_start + 7) % 7 + 7 * steps;
    case ICS_MONTHLY:
        return month_first(day.year * 12 + day.month - 1 + steps);
    case ICS_YEARLY:
        break;
    }
    return year_first(day.year + steps);
}

static int64_t period_end(const IcsRule *rule, int64_t first)
{
    Day day = day_of(first);
    switch (rule->period) {
    case ICS_DAILY:
        return first + 1;
    case ICS_WEEKLY:
        return first + 7;
    case ICS_MONTHLY:
        return first + day.month_size;
    case ICS_YEARLY:
        break;
    }
    return first + day.year_size;
}

/* A period that does not lie behind `from`, close to it. */
static int64_t period_near(const IcsRule *rule, int64_t start, int64_t from)
{
    static const int64_t sizes_max[] = {1, 7, 31, 366};
    int64_t size = sizes_max[rule->period] * rule->interval;
    int64_t number = from <= start ? 0 : (from - start) / size - 1;
    return number < 0 ? 0 : number;
}

/* False: it is over. */
static bool tell(Expansion *expansion, int64_t day)
{
    if (day <= expansion->start)
        return true;
    if (day > expansion->to)
        return false;
    ++expansion->told;
    if (day >= expansion->from)
        expansion->visit(expansion->context, day);
    return expansion->rule->count == 0 || expansion->told < expansion->rule->count;
}

static bool tell_period(Expansion *expansion, int64_t first)
{
    const IcsRule *rule = expansion->rule;
    int64_t end = period_end(rule, first);
    if (!ics_spend(expansion->reader, rule->line, end - first))
        return false;
    int64_t set[ICS_EVENT_DAYS_MAX];
    int size = 0;
    for (int64_t number = first; number < end; ++number) {
        Day day = day_of(number);
        if (day_fits(rule, &day))
            set[size++] = number;
    }
    for (int i = 0; i < size; ++i) {
        bool is_in =
            rule->positions.count == 0 || has_from_either_end(rule->positions, i + 1, size);
        if (is_in && !tell(expansion, set[i]))
            return false;
    }
    return true;
}

bool ics_rule_expand(IcsReader *reader, const IcsRule *rule, int64_t start, int64_t until,
                     int64_t from, int64_t to, IcsVisit visit, void *context)
{
    Expansion expansion = {.reader = reader,
                           .rule = rule,
                           .start = start,
                           .from = from,
                           .to = until < to ? until : to,
                           .told = 1,
                           .visit = visit,
                           .context = context};
    uint32_t faults = reader->faults;
    if (start >= from && start <= to)
        visit(context, start);
    if (rule->count == 1)
        return true;
    int64_t number = rule->count > 0 ? 0 : period_near(rule, start, from);
    for (;; ++number) { /* ends behind `to` at the latest: each period lies behind the one before */
        int64_t first = period_first(rule, start, number);
        if (first > expansion.to || !tell_period(&expansion, first))
            return reader->faults == faults;
    }
}
