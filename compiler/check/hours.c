/* hours.c - which hours count: calendars as rows of local minutes, and hours that are said in place, by the name of a
 * calendar or as two times of day. Zones and changes of the clock are the runtime's; holidays stand in holidays.c. */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "check/lookup.h"
#include "check/names.h"

#define DAY_MINUTES 1440
#define HOURS_MAX 512u

static const char *const DAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

/* ESC_NONE when it is no day of the week. */
static uint32_t weekday_of(EscText word)
{
    for (uint32_t i = 0; DAYS[i] != NULL; ++i) {
        if (esc_text_equal(word, esc_text_from(DAYS[i])))
            return i;
    }
    return ESC_NONE;
}

static void not_weekdays(EscWorkspace *workspace, const EscNode *range);

uint32_t esc_check_weekdays(EscWorkspace *workspace, const EscNodeList *days)
{
    uint32_t bits = 0;
    ESC_EACH_NODE(range, *days) {
        uint32_t first = weekday_of(range->day_range.first.text);
        uint32_t last =
            range->day_range.last.text.size == 0 ? first : weekday_of(range->day_range.last.text);
        if (first == ESC_NONE || last == ESC_NONE) {
            not_weekdays(workspace, range);
            continue;
        }
        for (uint32_t day = first;; day = (day + 1) % 7) { /* at most seven rounds */
            bits |= 1u << day;
            if (day == last)
                break;
        }
    }
    return bits;
}

int64_t esc_week_minutes(const EscCalendarInfo *calendar)
{
    int64_t minutes = 0;
    for (uint32_t i = 0; i < calendar->hours_count; ++i)
        minutes += calendar->hours[i].to_minute - calendar->hours[i].from_minute;
    return minutes;
}

/* The day that `monday`, `Mon` or `Tues` means; ESC_NONE when none is. */
static uint32_t spelled_weekday(EscText word)
{
    char letters[3];
    for (size_t i = 0; i < sizeof letters && i < word.size; ++i)
        letters[i] = esc_ascii_lower(word.data[i]);
    return word.size < 3 || word.size > 9 ? ESC_NONE
                                          : weekday_of((EscText){letters, sizeof letters});
}

/* One report for `monday..friday`: who spells out one of them spells out both. */
static void not_weekdays(EscWorkspace *workspace, const EscNode *range)
{
    EscName first = range->day_range.first, last = range->day_range.last;
    bool has_last = last.text.size > 0;
    uint32_t from = spelled_weekday(first.text);
    uint32_t to = has_last ? spelled_weekday(last.text) : from;
    bool is_first = weekday_of(first.text) == ESC_NONE;
    if (from == ESC_NONE || to == ESC_NONE) {
        bool is_blamed = from == ESC_NONE || !has_last;
        esc_report_word(workspace, is_blamed ? first : last, "a day of the week", DAYS);
        return;
    }
    EscName blamed = is_first ? first : last;
    EscSpan span = {blamed.span.file, blamed.span.start, has_last ? last.span.end : first.span.end};
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0116", span, "days of the week are written with three letters");
    esc_report_edit(workspace, diagnostic, ESC_EDIT_SAFE, span,
                    !has_last ? esc_text_from(DAYS[from])
                    : !is_first
                        ? esc_text_from(DAYS[to])
                        : esc_arena_printf(workspace->arena, "%s..%s", DAYS[from], DAYS[to]));
}

typedef struct HoursBuild {
    EscWorkspace *workspace;
    EscHoursInfo items[HOURS_MAX];
    EscSpan spans[HOURS_MAX];
    uint32_t count;
} HoursBuild;

static void hours_put(HoursBuild *build, uint32_t weekday, uint32_t from, uint32_t to, EscSpan span)
{
    if (from == to)
        return;
    for (uint32_t i = 0; i < build->count; ++i) {
        const EscHoursInfo *other = &build->items[i];
        if (other->weekday != weekday || other->to_minute <= from || to <= other->from_minute)
            continue;
        EscDiagnostic *diagnostic = esc_report(build->workspace, "E0320", span,
                                               "these hours overlap others of the same day");
        esc_report_related(build->workspace, diagnostic, build->spans[i], "these");
        return;
    }
    if (build->count >= HOURS_MAX) {
        esc_report(build->workspace, "E0333", span,
                   "a calendar can have at most %u ranges of hours", HOURS_MAX);
        return;
    }
    build->spans[build->count] = span;
    build->items[build->count++] = (EscHoursInfo){
        .weekday = (uint8_t)weekday, .from_minute = (uint16_t)from, .to_minute = (uint16_t)to};
}

/* `08:00..08:00` could mean nothing or the whole day, and no day has a minute behind its last. */
static bool hours_are_some(EscWorkspace *workspace, const EscNode *hours)
{
    const EscNode *first = hours->hours.from, *last = hours->hours.to;
    if (first->time_of_day.is_bad || last->time_of_day.is_bad)
        return false;
    uint32_t from = first->time_of_day.minutes, to = last->time_of_day.minutes;
    bool begins = esc_bound_holds(ESC_BOUND_HOURS_FROM, from);
    bool is_empty = from % DAY_MINUTES == to % DAY_MINUTES && !(from == 0 && to == DAY_MINUTES);
    if (begins && !is_empty)
        return true;
    EscSpan span = {first->span.file, first->span.start, last->span.end};
    EscDiagnostic *diagnostic =
        esc_report(workspace, esc_bound_info[ESC_BOUND_HOURS_FROM].code, span,
                   is_empty ? "these hours begin and end at the same time"
                            : "the day is over at `24:00`, and no hours begin then");
    esc_report_hint(workspace, diagnostic,
                    is_empty ? "the whole day is written `00:00..24:00`"
                             : "hours begin at `23:59` at the latest");
    return false;
}

/* One weekday of `mon..fri 22:00..06:00`: what is past midnight belongs to the next day. */
static void hours_of_day(HoursBuild *build, uint32_t weekday, const EscNode *hours)
{
    uint32_t from = hours->hours.from->time_of_day.minutes,
             to = hours->hours.to->time_of_day.minutes;
    if (to > from) {
        hours_put(build, weekday, from, to, hours->span);
        return;
    }
    hours_put(build, weekday, from, DAY_MINUTES, hours->span);
    hours_put(build, (weekday + 1) % 7, 0, to, hours->span);
}

static void hours_of_row(HoursBuild *build, const EscNode *hours)
{
    if (!hours_are_some(build->workspace, hours))
        return;
    ESC_EACH_NODE(range, hours->hours.days) {
        uint32_t first = weekday_of(range->day_range.first.text);
        uint32_t last =
            range->day_range.last.text.size == 0 ? first : weekday_of(range->day_range.last.text);
        if (first == ESC_NONE || last == ESC_NONE) {
            not_weekdays(build->workspace, range);
            continue;
        }
        for (uint32_t day = first;; day = (day + 1) % 7) { /* at most seven rounds */
            hours_of_day(build, day, hours);
            if (day == last)
                break;
        }
    }
}

static int hours_order(const void *left, const void *right)
{
    const EscHoursInfo *a = left, *b = right;
    return (a->weekday * DAY_MINUTES + a->from_minute) -
           (b->weekday * DAY_MINUTES + b->from_minute);
}

static void keep_hours(EscCalendarInfo *calendar, HoursBuild *build)
{
    qsort(build->items, build->count, sizeof *build->items, hours_order);
    EscHoursInfo *hours =
        esc_arena_alloc_array(build->workspace->arena, build->count, sizeof *hours);
    if (hours != NULL)
        memcpy(hours, build->items, build->count * sizeof *hours);
    calendar->hours = hours;
    calendar->hours_count = build->count;
}

static void check_calendar(EscWorkspace *workspace, EscCalendarInfo *calendar, HoursBuild *build)
{
    static const char *const words[] = {"timezone", "holidays", NULL};
    const EscNode *node = calendar->node;
    bool has_hours = false;
    build->count = 0;
    (void)esc_plain_text(workspace, node->calendar.title);
    ESC_EACH_NODE(item, node->calendar.items) {
        has_hours = has_hours || item->kind == ESC_NODE_HOURS;
        if (item->kind == ESC_NODE_HOURS)
            hours_of_row(build, item);
        else if (item->kind == ESC_NODE_CLOSED)
            continue;
        else if (esc_text_equal(item->setting.name.text, ESC_TEXT("timezone")))
            calendar->timezone = esc_timezone_setting(workspace, item);
        else if (!esc_text_equal(item->setting.name.text, ESC_TEXT("holidays")))
            esc_report_word(workspace, item->setting.name, "a setting of a calendar", words);
    }
    if (!has_hours)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0319", node->calendar.name.span,
                                   "the calendar `%.*s` has no hours",
                                   ESC_TEXT_ARG(calendar->name)),
                        "write `mon..fri 08:00..18:00`");
    keep_hours(calendar, build);
    esc_check_holidays(workspace, calendar);
}

void esc_check_calendars(EscWorkspace *workspace)
{
    HoursBuild *build = esc_arena_alloc(workspace->arena, sizeof *build);
    if (build == NULL)
        return;
    build->workspace = workspace;
    for (uint32_t i = 0; i < workspace->calendars_count; ++i) {
        if (workspace->calendars[i].node != NULL)
            check_calendar(workspace, &workspace->calendars[i], build);
    }
}

/* --- hours that are said in place ------------------------------------------------------------- */

/* A row for hours of every day in one zone. */
static void add_written(EscWorkspace *workspace, const EscNode *hours, EscText name,
                        EscText timezone)
{
    HoursBuild *build = esc_arena_alloc(workspace->arena, sizeof *build);
    if (build == NULL)
        return;
    build->workspace = workspace;
    for (uint32_t day = 0; day < 7; ++day)
        hours_of_day(build, day, hours);
    EscCalendarInfo *calendar = ESC_ARRAY_ADD(workspace, calendars);
    *calendar = (EscCalendarInfo){.name = name, .timezone = timezone};
    keep_hours(calendar, build);
}

/* The calendar of `22:00..06:00` in a zone: the same one wherever these hours are said in it. */
static uint32_t written_hours(EscWorkspace *workspace, const EscNode *hours, EscText timezone)
{
    uint32_t from = hours->hours.from->time_of_day.minutes,
             to = hours->hours.to->time_of_day.minutes, index = 0;
    if (!hours_are_some(workspace, hours))
        return ESC_NONE;
    if (esc_text_equal(timezone, esc_workspace_timezone(workspace)))
        timezone = ESC_TEXT("");
    EscText name = esc_arena_printf(workspace->arena, "%02u:%02u..%02u:%02u", from / 60, from % 60,
                                    to / 60, to % 60);
    EscText key =
        esc_arena_printf(workspace->arena, "%.*s %.*s", ESC_TEXT_ARG(name), ESC_TEXT_ARG(timezone));
    if (esc_names_find(workspace->hours_names, key, &index))
        return index;
    index = workspace->calendars_count;
    add_written(workspace, hours, name, timezone);
    EscStatus status = esc_names_put(workspace->hours_names, key, index);
    if (status != ESC_OK)
        esc_workspace_fail(workspace, status);
    return index;
}

uint32_t esc_check_hours(EscWorkspace *workspace, const EscNode *hours, EscText timezone)
{
    uint32_t index = hours->hours.calendar.text.size > 0
                         ? esc_find_calendar(workspace, hours->hours.calendar)
                         : written_hours(workspace, hours, timezone);
    if (index != ESC_NONE)
        esc_mark(workspace, hours, ESC_MEANS_CALENDAR, index, ESC_TYPE_ANY);
    return index;
}
