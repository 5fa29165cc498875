/* alertmanager_times.c - time intervals: the hours in which a route tells anybody.
 *
 * An interval is a list of entries, any of which may hold. Days of the week with hours become hours of a calendar; whole days by
 * date (days of a month, months, years) are written out as days that are closed, for two years. What is both, certain hours of
 * certain dates, cannot be said. */
#include "alertmanager/alertmanager.h"

#define DAYS_AHEAD 731
#define CLOSED_MAX 200

static const char *const WEEKDAYS[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
static const char *const MONTHS[] = {"january",   "february", "march",    "april",
                                     "may",       "june",     "july",     "august",
                                     "september", "october",  "november", "december"};

/* What several entries together mean. */
typedef struct Span {
    uint8_t minutes[MODEL_WEEK_MIN];
    uint8_t days[DAYS_AHEAD + 1]; /* whole days from today on */
    bool has_hours, has_days, is_strange;
    EscText zone;
} Span;

/* --- ranges -------------------------------------------------------------------------------------------- */

static bool number_of(EscText text, const char *const *words, size_t words_count, int first,
                      int *number)
{
    for (size_t i = 0; i < words_count; i++) {
        EscText word = esc_text_from(words[i]);
        bool is_same = word.size == text.size;
        for (size_t c = 0; c < text.size && is_same; c++)
            is_same = esc_ascii_lower(text.data[c]) == word.data[c];
        if (is_same) {
            *number = (int)i + first;
            return true;
        }
    }
    int value = 0;
    bool is_negative = text.size > 0 && text.data[0] == '-';
    for (size_t i = is_negative; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || i > 5)
            return false;
        value = value * 10 + (text.data[i] - '0');
    }
    *number = is_negative ? -value : value;
    return text.size > (size_t)is_negative;
}

/* "monday:friday", "1:5", "december" */
static bool range_of(EscText text, const char *const *words, size_t words_count, int first,
                     int *from, int *until)
{
    size_t colon = 0;
    while (colon < text.size && text.data[colon] != ':')
        colon++;
    if (!number_of((EscText){text.data, colon}, words, words_count, first, from))
        return false;
    *until = *from;
    return colon == text.size || number_of((EscText){text.data + colon + 1, text.size - colon - 1},
                                           words, words_count, first, until);
}

/* Whether a value lies in one of the ranges of a list; without a list it does. `length` is of the month, for days from its end. */
static bool is_listed(const EscJson *entry, const char *name, const char *const *words,
                      size_t words_count, int first, int value, int length, bool *is_strange)
{
    const EscJson *item = json_list(entry, name);
    if (item == NULL)
        return true;
    for (; item != NULL; item = item->next) {
        int from = 0, until = 0;
        if (!range_of(esc_json_text_or(item, (EscText){0}), words, words_count, first, &from,
                      &until)) {
            *is_strange = true;
            continue;
        }
        from = from < 0 ? length + 1 + from : from;
        until = until < 0 ? length + 1 + until : until;
        if (value >= from && value <= until)
            return true;
    }
    return false;
}

/* --- entries ----------------------------------------------------------------------------------------------- */

static bool clock_of(EscText text, uint32_t *minute)
{
    if (text.size != 5 || text.data[2] != ':')
        return false;
    for (size_t i = 0; i < 5; i++) {
        if (i != 2 && (text.data[i] < '0' || text.data[i] > '9'))
            return false;
    }
    *minute = (uint32_t)((text.data[0] - '0') * 10 + (text.data[1] - '0')) * 60 +
              (uint32_t)((text.data[3] - '0') * 10 + (text.data[4] - '0'));
    return *minute <= MODEL_DAY_MIN;
}

static void mark_week(const EscJson *entry, Span *span)
{
    const EscJson *time = json_list(entry, "times");
    for (uint32_t day = 0; day < 7; day++) {
        if (!is_listed(entry, "weekdays", WEEKDAYS, 7, 0, (int)day, 0, &span->is_strange))
            continue;
        uint8_t *minutes = span->minutes + (size_t)day * MODEL_DAY_MIN;
        if (time == NULL)
            memset(minutes, 1, MODEL_DAY_MIN);
        for (const EscJson *item = time; item != NULL; item = item->next) {
            uint32_t from = 0, until = 0;
            if (!clock_of(json_text(item, "start_time"), &from) ||
                !clock_of(json_text(item, "end_time"), &until) || from >= until)
                span->is_strange = true;
            else
                memset(minutes + from, 1, until - from);
        }
    }
    span->has_hours = true;
}

static int days_of_month(int64_t year, unsigned month)
{
    int64_t next_year = month == 12 ? year + 1 : year;
    return (int)(esc_days_from_date(next_year, month == 12 ? 1 : month + 1, 1) -
                 esc_days_from_date(year, month, 1));
}

static void mark_days(const EscJson *entry, Span *span, int64_t today)
{
    for (int64_t day = 0; day <= DAYS_AHEAD; day++) {
        int64_t year = 0;
        unsigned month = 0, of_month = 0;
        esc_date_from_days(today + day, &year, &month, &of_month);
        if (is_listed(entry, "years", NULL, 0, 0, (int)year, 0, &span->is_strange) &&
            is_listed(entry, "months", MONTHS, 12, 1, (int)month, 0, &span->is_strange) &&
            is_listed(entry, "days_of_month", NULL, 0, 0, (int)of_month, days_of_month(year, month),
                      &span->is_strange) &&
            is_listed(entry, "weekdays", WEEKDAYS, 7, 0, (int)esc_weekday_from_days(today + day), 0,
                      &span->is_strange))
            span->days[day] = 1;
    }
    span->has_days = true;
}

static void mark_entry(AmReader *reader, const EscJson *entry, Span *span)
{
    bool is_dated = json_list(entry, "days_of_month") != NULL ||
                    json_list(entry, "months") != NULL || json_list(entry, "years") != NULL;
    EscText zone = json_text(entry, "location");
    if (zone.size == 0)
        zone = ESC_TEXT("UTC");
    if (span->zone.size > 0 && !esc_text_equal(zone, span->zone))
        span->is_strange = true;
    else
        span->zone = zone;
    if (is_dated && json_list(entry, "times") != NULL)
        span->is_strange = true;
    else if (is_dated)
        mark_days(entry, span, reader->model->request->now_ms / ESC_DAY_MS);
    else
        mark_week(entry, span);
}

static const EscJson *interval_named(const AmReader *reader, EscText name)
{
    static const char *const LISTS[] = {"time_intervals", "mute_time_intervals"};
    for (size_t i = 0; name.size > 0 && i < ESC_COUNT_OF(LISTS); i++) {
        for (const EscJson *item = json_list(reader->root, LISTS[i]); item != NULL;
             item = item->next) {
            if (esc_text_equal(json_text(item, "name"), name))
                return item;
        }
    }
    return NULL;
}

static void mark_named(AmReader *reader, const EscJson *names, Span *span, uint32_t seen)
{
    for (const EscJson *item = names; item != NULL; item = item->next) {
        EscText name = esc_json_text_or(item, (EscText){0});
        const EscJson *interval = interval_named(reader, name);
        if (interval == NULL)
            esc_model_change(reader->model, seen, "there is no time interval \"%.*s\"",
                             ESC_TEXT_ARG(name));
        for (const EscJson *entry = json_list(interval, "time_intervals"); entry != NULL;
             entry = entry->next)
            mark_entry(reader, entry, span);
    }
}

/* --- calendars ------------------------------------------------------------------------------------------------ */

static void add_hours(EscModel *model, ModelCalendar *calendar, const uint8_t *minutes)
{
    for (uint32_t from = 0; from < MODEL_WEEK_MIN; from++) {
        uint32_t until = from;
        while (until < MODEL_WEEK_MIN && minutes[until] != 0)
            until++;
        if (until == from)
            continue;
        *MODEL_ADD(model, calendar->hours) = (ModelHours){from, until};
        from = until;
    }
}

static void add_closed(EscModel *model, ModelCalendar *calendar, const uint8_t *days)
{
    int64_t today = model->request->now_ms / ESC_DAY_MS;
    for (int64_t from = 0; from <= DAYS_AHEAD && calendar->closed.count < CLOSED_MAX; from++) {
        int64_t until = from;
        while (until <= DAYS_AHEAD && days[until] != 0)
            until++;
        if (until == from)
            continue;
        *MODEL_ADD(model, calendar->closed) = (ModelClosed){today + from, today + until - 1};
        from = until;
    }
}

static EscText names_of(EscModel *model, const EscJson *active, const EscJson *mute)
{
    EscText name = {0};
    for (const EscJson *item = active; item != NULL; item = item->next)
        name = esc_model_printf(model, "%.*s%s%.*s", ESC_TEXT_ARG(name), name.size > 0 ? " " : "",
                                ESC_TEXT_ARG(esc_json_text_or(item, (EscText){0})));
    for (const EscJson *item = mute; item != NULL; item = item->next)
        name = esc_model_printf(model, "%.*s%s%.*s", ESC_TEXT_ARG(name),
                                name.size > 0 ? " not " : "not ",
                                ESC_TEXT_ARG(esc_json_text_or(item, (EscText){0})));
    return name;
}

static uint32_t calendar_named(EscModel *model, EscText key)
{
    for (size_t i = 0; i < model->calendars.count; i++) {
        if (esc_text_equal(model->calendars.items[i].key, key))
            return (uint32_t)i;
    }
    return MODEL_NONE;
}

static AmHours make_calendars(AmReader *reader, EscText name, const uint8_t *open, const Span *mute,
                              EscText zone, uint32_t seen)
{
    EscModel *model = reader->model;
    AmHours hours = {
        .open = calendar_named(model, name), .quiet = MODEL_NONE, .has_dates = mute->has_days};
    uint8_t quiet[MODEL_WEEK_MIN];
    for (uint32_t i = 0; i < MODEL_WEEK_MIN; i++)
        quiet[i] = open[i] == 0;
    if (memchr(open, 1, MODEL_WEEK_MIN) == NULL) {
        esc_model_change(model, seen,
                         "its time intervals leave no hour open: it tells at any time");
        return (AmHours){MODEL_NONE, MODEL_NONE, false};
    }
    if (hours.open == MODEL_NONE) {
        ModelCalendar *calendar = esc_model_calendar_add(model, MODEL_NONE, name, name, zone);
        add_hours(model, calendar, open);
        if (mute->has_days)
            add_closed(model, calendar, mute->days);
        hours.open = (uint32_t)(model->calendars.count - 1);
    }
    if (memchr(quiet, 1, MODEL_WEEK_MIN) == NULL)
        return hours;
    EscText key = esc_model_printf(model, "outside of %.*s", ESC_TEXT_ARG(name));
    hours.quiet = calendar_named(model, key);
    if (hours.quiet == MODEL_NONE) {
        add_hours(model, esc_model_calendar_add(model, MODEL_NONE, key, key, zone), quiet);
        hours.quiet = (uint32_t)(model->calendars.count - 1);
    }
    return hours;
}

AmHours am_hours(AmReader *reader, const EscJson *route, uint32_t seen)
{
    EscModel *model = reader->model;
    const EscJson *active = json_list(route, "active_time_intervals"),
                  *mute = json_list(route, "mute_time_intervals");
    uint8_t open[MODEL_WEEK_MIN];
    Span on = {.zone = {0}}, off = {.zone = {0}};
    if (active == NULL && mute == NULL)
        return (AmHours){MODEL_NONE, MODEL_NONE, false};
    mark_named(reader, active, &on, seen);
    mark_named(reader, mute, &off, seen);
    if (on.is_strange || on.has_days || off.is_strange)
        esc_model_change(
            model, seen,
            "a time interval of it cannot be said in full: it tells in these hours too");
    memset(open, on.has_hours && !on.has_days && !on.is_strange ? 0 : 1, sizeof open);
    for (uint32_t i = 0; i < MODEL_WEEK_MIN; i++)
        open[i] = (open[i] != 0 || on.minutes[i] != 0) && off.minutes[i] == 0;
    if (off.has_days)
        esc_model_change(model, seen,
                         "the dates of its time intervals are written out for two years");
    EscText zone = on.zone.size > 0 ? on.zone : off.zone;
    if (on.zone.size > 0 && off.zone.size > 0 && off.has_hours &&
        !esc_text_equal(on.zone, off.zone))
        esc_model_change(model, seen,
                         "its time intervals are of several time zones: all are taken for %.*s",
                         ESC_TEXT_ARG(zone));
    if (memchr(open, 0, sizeof open) == NULL && !off.has_days)
        return (AmHours){MODEL_NONE, MODEL_NONE, false};
    return make_calendars(reader, names_of(model, active, mute), open, &off, zone, seen);
}

void am_see_intervals(AmReader *reader)
{
    static const char *const LISTS[] = {"time_intervals", "mute_time_intervals"};
    for (size_t i = 0; i < ESC_COUNT_OF(LISTS); i++) {
        for (const EscJson *item = json_list(reader->root, LISTS[i]); item != NULL;
             item = item->next) {
            uint32_t seen = esc_model_see(reader->model, "time interval", json_text(item, "name"),
                                          json_place(reader->model, reader->document, item));
            if (json_list(item, "time_intervals") == NULL)
                esc_model_leave(reader->model, seen, "it has no times");
            else
                esc_model_carry(reader->model, seen); /* routes that ask for it say what changed */
        }
    }
}
