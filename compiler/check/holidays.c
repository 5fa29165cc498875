/* holidays.c - on which days a calendar has no hours: written in it, or in the calendar files that it names. What stands in a
 * file is the program's to know (EscSourceFiles.holidays). */
#include <stdlib.h>

#include "check/check.h"
#include "check/names.h"

#define HOLIDAYS_MAX 4096u
#define CLOSED_DAYS_MAX 366 /* of one range */
/* Repetitions of a file are written out so far around the day of the build. Clocks count from when a ticket was made, and no
 * deadline is longer ago than the one bound; the other is more than two years of holidays. */
#define DAYS_BEFORE 400
#define DAYS_BEHIND 800

typedef struct HolidayBuild {
    EscWorkspace *workspace;
    const EscCalendarInfo *calendar;
    int64_t *days;
    uint32_t count;
    size_t capacity;
    EscCalendarFile file; /* that is being read */
    int64_t last;         /* day of it; INT64_MIN: none */
} HolidayBuild;

static void put(HolidayBuild *build, int64_t day, EscSpan span)
{
    if (build->count >= HOLIDAYS_MAX) {
        if (build->count == HOLIDAYS_MAX)
            esc_report(build->workspace, "E0333", span, "a calendar can have at most %u holidays",
                       HOLIDAYS_MAX);
        build->count = HOLIDAYS_MAX + 1;
        return;
    }
    int64_t *grown = esc_arena_grow(build->workspace->arena, build->days, build->count,
                                    &build->capacity, sizeof *build->days);
    if (grown == NULL)
        return;
    build->days = grown;
    build->days[build->count++] = day;
}

static int64_t day_of(const EscNode *time)
{
    return esc_days_from_date(time->local_time.year, time->local_time.month, time->local_time.day);
}

static void closed(HolidayBuild *build, const EscNode *item)
{
    int64_t first = day_of(item->closed.from);
    int64_t last = item->closed.to == NULL ? first : day_of(item->closed.to);
    if (last < first || last - first > CLOSED_DAYS_MAX) {
        esc_report(build->workspace, "E0320", item->span,
                   "this range of days ends before it begins, or is longer than a year");
        return;
    }
    for (int64_t day = first; day <= last; ++day)
        put(build, day, item->span);
}

/* --- calendar files --------------------------------------------------------------------------- */

static void file_day(void *context, int64_t day)
{
    HolidayBuild *build = context;
    put(build, day, build->file.span);
    build->last = day > build->last ? day : build->last;
}

static void file_fault(void *context, uint32_t line, EscText message)
{
    const HolidayBuild *build = context;
    esc_calendar_file_fault(&build->file, line, message);
}

static void file(HolidayBuild *build, const EscNode *setting)
{
    EscWorkspace *workspace = build->workspace;
    build->file = esc_calendar_file(workspace, setting);
    build->last = INT64_MIN;
    EscHolidayFile asked = {
        .path = build->file.path,
        .library = build->file.library,
        .timezone = build->calendar->timezone.size > 0 ? build->calendar->timezone
                                                       : esc_workspace_timezone(workspace),
        .from_day = workspace->io.today - DAYS_BEFORE,
        .to_day = workspace->io.today + DAYS_BEHIND,
        .context = build,
        .day = file_day,
        .fault = file_fault,
    };
    EscStatus status = ESC_NOT_FOUND;
    if (esc_calendar_file_is_inside(&build->file) && workspace->io.holidays != NULL)
        status = workspace->io.holidays(workspace->io.context, &asked);
    workspace->depends_on_today = workspace->depends_on_today || asked.repeats;
    if (status == ESC_NO_MEMORY)
        esc_workspace_fail(workspace, status);
    else if (status == ESC_OK)
        esc_calendar_file_ends(&build->file, build->last, "holiday");
    else if (status != ESC_BAD_INPUT)
        esc_calendar_file_unreadable(&build->file, "holiday calendar");
}

static int day_order(const void *left, const void *right)
{
    return ESC_ORDER(*(const int64_t *)left, *(const int64_t *)right);
}

void esc_check_holidays(EscWorkspace *workspace, EscCalendarInfo *calendar)
{
    HolidayBuild build = {.workspace = workspace, .calendar = calendar};
    ESC_EACH_NODE(item, calendar->node->calendar.items) {
        if (item->kind == ESC_NODE_CLOSED)
            closed(&build, item);
        else if (item->kind == ESC_NODE_SETTING &&
                 esc_text_equal(item->setting.name.text, ESC_TEXT("holidays")))
            file(&build, item);
    }
    if (build.count > HOLIDAYS_MAX)
        build.count = HOLIDAYS_MAX;
    if (build.count > 0)
        qsort(build.days, build.count, sizeof *build.days, day_order);
    uint32_t unique = 0;
    for (uint32_t i = 0; i < build.count; ++i) {
        if (unique == 0 || build.days[unique - 1] != build.days[i])
            build.days[unique++] = build.days[i];
    }
    calendar->holidays = build.days;
    calendar->holidays_count = unique;
}
