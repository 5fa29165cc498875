/* duty.c - which hours count and who is on call when: calendars and schedules as rows of local
 * minutes. Zones and changes of the clock are the runtime's. */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "check/lookup.h"
#include "check/names.h"

#define DAY_MINUTES 1440
#define HOURS_MAX 512u
#define OVERRIDES_COMPARED_MAX 1000u /* with each one; more would cost their square */

static int64_t days_of(const EscNode *time)
{
    return esc_days_from_date(time->local_time.year, time->local_time.month, time->local_time.day);
}

int64_t esc_local_minutes(const EscNode *time)
{
    return days_of(time) * DAY_MINUTES +
           (time->local_time.has_time ? time->local_time.hour * 60 + time->local_time.minute : 0);
}

/* The end of a range, exclusive: a date without a time of day is included. */
static int64_t end_minutes(const EscNode *time)
{
    return esc_local_minutes(time) + (time->local_time.has_time ? 0 : DAY_MINUTES);
}

/* --- calendars -------------------------------------------------------------------------------- */

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
static bool hours_are_some(HoursBuild *build, const EscNode *hours)
{
    const EscNode *first = hours->hours.from, *last = hours->hours.to;
    uint32_t from = first->time_of_day.minutes, to = last->time_of_day.minutes;
    bool begins = esc_bound_holds(ESC_BOUND_HOURS_FROM, from);
    bool is_empty = from % DAY_MINUTES == to % DAY_MINUTES && !(from == 0 && to == DAY_MINUTES);
    if (begins && !is_empty)
        return true;
    EscSpan span = {first->span.file, first->span.start, last->span.end};
    EscDiagnostic *diagnostic =
        esc_report(build->workspace, esc_bound_info[ESC_BOUND_HOURS_FROM].code, span,
                   is_empty ? "these hours begin and end at the same time"
                            : "the day is over at `24:00`, and no hours begin then");
    esc_report_hint(build->workspace, diagnostic,
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
    if (!hours_are_some(build, hours))
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
    qsort(build->items, build->count, sizeof *build->items, hours_order);
    EscHoursInfo *hours = esc_arena_alloc_array(workspace->arena, build->count, sizeof *hours);
    if (hours != NULL)
        memcpy(hours, build->items, build->count * sizeof *hours);
    calendar->hours = hours;
    calendar->hours_count = build->count;
    esc_check_holidays(workspace, calendar);
}

/* --- schedules -------------------------------------------------------------------------------- */

static void rotation(EscWorkspace *workspace, const EscNode *node, EscRotationInfo *info)
{
    int64_t shift_ms = node->rotation.period == ESC_ROTATION_DAILY ? ESC_DAY_MS : 7 * ESC_DAY_MS;
    if (node->rotation.period == ESC_ROTATION_EVERY)
        shift_ms = node->rotation.every->duration.ms;
    if (shift_ms % ESC_DAY_MS != 0 ||
        !esc_bound_holds(ESC_BOUND_TURN_DAYS, shift_ms / ESC_DAY_MS)) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0390", node->rotation.every->span,
                                               "turns of a rotation are whole days in language 1");
        esc_report_hint(workspace, diagnostic, "use `daily`, `weekly` or `every 14d`");
        shift_ms = ESC_DAY_MS;
    }
    if (node->rotation.during.text.size > 0) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0390", node->rotation.during.span,
                                               "`during` is not part of language 1");
        esc_report_hint(workspace, diagnostic,
                        "write one schedule for all hours, and give the owner's deadline a "
                        "calendar: `ack within 1h of office_hours`");
    }
    info->from_local_minute = esc_local_minutes(node->rotation.from);
    info->shift_days = (uint32_t)(shift_ms / ESC_DAY_MS);
    info->members = esc_find_persons(workspace, node->rotation.members, &info->count);
}

/* Turns go on without end, so a rotation behind one that began before only stands in for it. */
static void second_rotation(EscWorkspace *workspace, const EscScheduleInfo *schedule,
                            const EscRotationInfo *rotations, uint32_t index)
{
    const EscNode *first = NULL;
    uint32_t at = 0;
    ESC_EACH_NODE(item, schedule->node->schedule.items) {
        if (item->kind != ESC_NODE_ROTATION)
            continue;
        if (at < index && rotations[at].from_local_minute <= rotations[index].from_local_minute)
            first = first == NULL ? item : first;
        if (at++ != index || first == NULL)
            continue;
        EscDiagnostic *diagnostic = esc_report(
            workspace, "A0308", item->span,
            "this rotation does not take over: it counts only while the one before has nobody");
        esc_report_hint(workspace, diagnostic,
                        "to change who takes turns, change the people of the first rotation");
        esc_report_related(workspace, diagnostic, first->span, "this one");
        return;
    }
}

/* Where two overrides hold at once, the one written last counts. */
static void overlapping_override(EscWorkspace *workspace, const EscNode *schedule,
                                 const EscNode *item)
{
    int64_t from = esc_local_minutes(item->override.from), to = end_minutes(item->override.to);
    uint32_t looked_at = 0;
    ESC_EACH_NODE(other, schedule->schedule.items) {
        if (other == item || looked_at++ > OVERRIDES_COMPARED_MAX)
            return;
        if (other->kind != ESC_NODE_OVERRIDE || esc_local_minutes(other->override.from) >= to ||
            end_minutes(other->override.to) <= from)
            continue;
        EscDiagnostic *diagnostic =
            esc_report(workspace, "A0303", item->span,
                       "this override overlaps another one, and counts before it");
        esc_report_hint(workspace, diagnostic, "let one end where the other begins");
        esc_report_related(workspace, diagnostic, other->span, "this one");
        return;
    }
}

static bool override_of(EscWorkspace *workspace, const EscNode *node, EscOverrideInfo *info)
{
    info->from_local_minute = esc_local_minutes(node->override.from);
    info->to_local_minute = end_minutes(node->override.to);
    info->person = esc_find_person(workspace, node->override.person);
    if (info->to_local_minute <= info->from_local_minute) {
        esc_report(workspace, "E0320", node->span, "this override ends before it begins");
        return false;
    }
    return true; /* though nobody is there by that name, which was reported: somebody was meant */
}

static void schedule_setting(EscWorkspace *workspace, EscScheduleInfo *schedule,
                             const EscNode *setting)
{
    static const char *const words[] = {"timezone", NULL};
    EscText name = setting->setting.name.text;
    if (esc_text_equal(name, ESC_TEXT("timezone")))
        schedule->timezone = esc_timezone_setting(workspace, setting);
    else if (esc_text_equal(name, ESC_TEXT("import")))
        esc_report_hint(workspace,
                        esc_report(workspace, "E0390", setting->span,
                                   "importing a schedule is not part of language 1"),
                        "write the rotation with `weekly from …`");
    else
        esc_report_word(workspace, setting->setting.name, "a setting of a schedule", words);
}

static void check_schedule(EscWorkspace *workspace, EscScheduleInfo *schedule)
{
    const EscNode *node = schedule->node;
    schedule->title = esc_plain_text(workspace, node->schedule.title);
    EscRotationInfo *rotations =
        esc_arena_alloc_array(workspace->arena, node->schedule.items.count, sizeof *rotations);
    EscOverrideInfo *overrides =
        esc_arena_alloc_array(workspace->arena, node->schedule.items.count, sizeof *overrides);
    if (rotations == NULL || overrides == NULL)
        return;
    ESC_EACH_NODE(item, node->schedule.items) {
        if (item->kind == ESC_NODE_ROTATION) {
            rotation(workspace, item, &rotations[schedule->rotations_count]);
            second_rotation(workspace, schedule, rotations, schedule->rotations_count++);
        } else if (item->kind == ESC_NODE_OVERRIDE) {
            overlapping_override(workspace, node, item);
            schedule->overrides_count +=
                override_of(workspace, item, &overrides[schedule->overrides_count]);
        } else {
            schedule_setting(workspace, schedule, item);
        }
    }
    schedule->rotations = rotations;
    schedule->overrides = overrides;
    if (schedule->rotations_count == 0)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0319", node->schedule.name.span,
                                   "nobody is ever on call in `%.*s`",
                                   ESC_TEXT_ARG(schedule->name)),
                        "write `weekly from 2026-01-05T09:00 ana, ben`");
}

/* The minute from which on overrides alone leave nobody on call, at the latest `end`. */
static int64_t covered_until(const EscScheduleInfo *schedule, int64_t from, int64_t end)
{
    for (uint32_t round = 0; round < OVERRIDES_COMPARED_MAX && from < end; ++round) {
        int64_t until = from;
        for (uint32_t i = 0; i < schedule->overrides_count && i < OVERRIDES_COMPARED_MAX; ++i) {
            const EscOverrideInfo *override = &schedule->overrides[i];
            if (override->from_local_minute <= from && override->to_local_minute > until)
                until = override->to_local_minute;
        }
        if (until == from)
            return from;
        from = until;
    }
    return from;
}

/* Until a schedule begins, nobody is on call. The day after tomorrow is somebody's plan for tomorrow in any zone. */
static bool begins_late(const EscWorkspace *workspace, const EscScheduleInfo *schedule)
{
    int64_t first = INT64_MAX, now = (workspace->io.today + 2) * DAY_MINUTES;
    for (uint32_t i = 0; i < schedule->rotations_count; ++i) {
        if (schedule->rotations[i].from_local_minute < first)
            first = schedule->rotations[i].from_local_minute;
    }
    return workspace->io.today != 0 && schedule->rotations_count > 0 && first >= now &&
           covered_until(schedule, now, first) < first;
}

static void late_schedule(EscWorkspace *workspace, uint32_t index)
{
    const EscScheduleInfo *schedule = &workspace->schedules[index];
    const EscNode *node = NULL;
    ESC_EACH_NODE(item, schedule->node->schedule.items) {
        if (item->kind == ESC_NODE_ROTATION && node == NULL)
            node = item->rotation.from;
    }
    bool is_last = workspace->last_resort == ESC_REF(ESC_REF_SCHEDULE, index);
    EscDiagnostic *diagnostic =
        is_last
            ? esc_report(workspace, "E0409", workspace->policy->last_resort->last_resort.who->span,
                         "nobody is on call in `%.*s` yet, so a ticket could have nobody",
                         ESC_TEXT_ARG(schedule->name))
            : esc_report(workspace, "A0302", node->span,
                         "nobody is on call in `%.*s` before this day",
                         ESC_TEXT_ARG(schedule->name));
    esc_report_hint(workspace, diagnostic,
                    "let the rotation begin in the past; its turns are counted from there");
    if (is_last)
        esc_report_related(workspace, diagnostic, node->span, "it begins here");
}

void esc_check_late_schedules(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->schedules_count; ++i) {
        if (begins_late(workspace, &workspace->schedules[i]))
            late_schedule(workspace, i);
    }
}

void esc_check_duty(EscWorkspace *workspace)
{
    HoursBuild *build = esc_arena_alloc(workspace->arena, sizeof *build);
    if (build == NULL)
        return;
    build->workspace = workspace;
    for (uint32_t i = 0; i < workspace->calendars_count; ++i)
        check_calendar(workspace, &workspace->calendars[i], build);
    for (uint32_t i = 0; i < workspace->schedules_count; ++i)
        check_schedule(workspace, &workspace->schedules[i]);
}
