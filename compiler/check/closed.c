/* closed.c - a wait for hours that can stay closed for longer than it waits: over a weekend, or holidays. Local days as if
 * each had 24 hours: an hour more or less does not decide whether somebody meant it. */
#include "check/check.h"
#include "check/lookup.h"
#include "condition/clock.h"

enum { DAY_MINUTES = 1440, AROUND_DAYS = 8 };

/* The longest time that no hours are open. */
typedef struct Closed {
    const EscCalendarInfo *calendar;
    int64_t minutes, from_minute; /* local, since 1970 */
    bool is_by_holiday;
    /* while days are walked */
    int64_t open_until; /* the end of the last hours; -1: none yet */
    uint32_t holiday;   /* the first that is not before the day at hand */
    bool has_holiday;   /* since then */
} Closed;

static void opens(Closed *closed, int64_t from, int64_t to)
{
    int64_t minutes = from - closed->open_until;
    if (closed->open_until >= 0 && minutes > closed->minutes) {
        closed->minutes = minutes;
        closed->from_minute = closed->open_until;
        closed->is_by_holiday = closed->has_holiday;
    }
    closed->open_until = to;
    closed->has_holiday = false;
}

static void walk_day(Closed *closed, int64_t day)
{
    const EscCalendarInfo *calendar = closed->calendar;
    while (closed->holiday < calendar->holidays_count && calendar->holidays[closed->holiday] < day)
        closed->holiday++;
    if (closed->holiday < calendar->holidays_count && calendar->holidays[closed->holiday] == day) {
        closed->has_holiday = true;
        return;
    }
    for (uint32_t i = 0; i < calendar->hours_count; i++) {
        const EscHoursInfo *hours = &calendar->hours[i];
        if (hours->weekday == esc_weekday_from_days(day))
            opens(closed, day * DAY_MINUTES + hours->from_minute,
                  day * DAY_MINUTES + hours->to_minute);
    }
}

static void walk(Closed *closed, int64_t from_day, int64_t to_day)
{
    for (int64_t day = from_day; day <= to_day; day++)
        walk_day(closed, day);
}

/* Two weeks of a calendar without holidays, then the days around each of those from `today` on; each day once. */
static Closed longest_closed(const EscCalendarInfo *calendar, int64_t today)
{
    Closed closed = {.calendar = calendar, .open_until = -1};
    int64_t next = 4; /* a Monday before any holiday that counts */
    EscCalendarInfo plain = *calendar;
    plain.holidays_count = 0;
    closed.calendar = &plain;
    walk(&closed, next, next + 14);
    closed.calendar = calendar;
    for (uint32_t i = 0; i < calendar->holidays_count; i++) {
        int64_t holiday = calendar->holidays[i];
        if (holiday < today || holiday < AROUND_DAYS)
            continue;
        if (holiday - AROUND_DAYS > next) {
            next = holiday - AROUND_DAYS;
            closed.open_until = -1;
        }
        walk(&closed, next, holiday + AROUND_DAYS);
        next = holiday + AROUND_DAYS + 1;
    }
    return closed;
}

/* "2026-12-23 18:00"; of what comes every week "fri 18:00". */
static EscText moment(EscWorkspace *workspace, const Closed *closed)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    int64_t day = closed->from_minute / DAY_MINUTES, minute = closed->from_minute % DAY_MINUTES;
    int64_t year = 0;
    unsigned month = 0, date = 0;
    esc_date_from_days(day, &year, &month, &date);
    int hour = (int)(minute / 60), rest = (int)(minute % 60);
    return closed->is_by_holiday ? esc_arena_printf(workspace->arena, "%04d-%02u-%02u %02d:%02d",
                                                    (int)year, month, date, hour, rest)
                                 : esc_arena_printf(workspace->arena, "%s %02d:%02d",
                                                    days[esc_weekday_from_days(day)], hour, rest);
}

static EscText length(EscWorkspace *workspace, int64_t minutes)
{
    EscBuf words;
    esc_buf_init(&words, 64);
    esc_duration_write(&words, minutes * ESC_MINUTE_MS);
    EscText text = esc_arena_text(workspace->arena, esc_buf_as_text(&words));
    esc_buf_done(workspace, &words);
    return text;
}

void esc_check_closed(EscWorkspace *workspace, const EscNode *condition, const EscNode *within)
{
    uint32_t calendar;
    bool is_inside = condition != NULL && condition->kind == ESC_NODE_BINARY &&
                     condition->binary.op == ESC_BINARY_IN &&
                     esc_is_hours_test(workspace, condition, &calendar);
    if (!is_inside || within == NULL || within->kind != ESC_NODE_DURATION ||
        within->duration.calendar.text.size > 0)
        return;
    const EscCalendarInfo *info = &workspace->calendars[calendar];
    Closed closed = longest_closed(info, workspace->io.today);
    if (closed.minutes * ESC_MINUTE_MS <= within->duration.ms)
        return;
    EscText long_words = length(workspace, closed.minutes), from = moment(workspace, &closed);
    EscDiagnostic *diagnostic = esc_report(
        workspace, "A0313", within->span, "`%.*s` can stay closed for %.*s, from %.*s on",
        ESC_TEXT_ARG(info->name), ESC_TEXT_ARG(long_words), ESC_TEXT_ARG(from));
    esc_report_hint(workspace, diagnostic, "wait as long, or say what happens then by `else`");
}
