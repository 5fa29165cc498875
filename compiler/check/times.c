/* times.c - durations and shares of a time: within their bounds, and following a calendar that there is. */
#include "check/check.h"
#include "check/lookup.h"
#include "check/names.h"

static void duration_out_of_bound(EscWorkspace *workspace, EscSpan span, const EscBoundInfo *bound)
{
    EscBuf ends;
    esc_buf_init(&ends, 128);
    esc_duration_write(&ends, bound->low);
    esc_buf_string(&ends, " to ");
    esc_duration_write(&ends, bound->high);
    EscText words = esc_buf_as_text(&ends);
    esc_report_hint(workspace,
                    esc_report(workspace, bound->code, span,
                               "this duration is outside of what is possible here"),
                    "it can be %.*s", ESC_TEXT_ARG(words));
    esc_buf_done(workspace, &ends);
}

void esc_check_duration(EscWorkspace *workspace, const EscNode *node, bool may_have_calendar,
                        EscBound bound)
{
    if (node == NULL || node->kind != ESC_NODE_DURATION)
        return;
    esc_mark(workspace, node, ESC_MEANS_VALUE, ESC_NONE, ESC_TYPE(ESC_KIND_DURATION));
    if (!esc_bound_holds(bound, node->duration.ms))
        duration_out_of_bound(workspace, node->span, &esc_bound_info[bound]);
    EscName calendar = node->duration.calendar;
    if (calendar.text.size == 0)
        return;
    if (!may_have_calendar) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0336", calendar.span,
                                   "this duration is elapsed time and cannot follow a calendar"),
                        "leave `of %.*s` out", ESC_TEXT_ARG(calendar.text));
        return;
    }
    uint32_t index = esc_find_calendar(workspace, calendar);
    if (index != ESC_NONE)
        esc_mark(workspace, node, ESC_MEANS_CALENDAR, index, ESC_TYPE(ESC_KIND_DURATION));
}

void esc_check_date(EscWorkspace *workspace, const EscNode *node)
{
    const EscBoundInfo *bound = &esc_bound_info[ESC_BOUND_DATE_MINUTES];
    if (!esc_bound_holds(ESC_BOUND_DATE_MINUTES, esc_local_end_minutes(node)))
        esc_report_hint(workspace,
                        esc_report(workspace, bound->code, node->span,
                                   "this date is outside of what is possible here"),
                        "it lies within 400 years of 1970");
}

void esc_check_deadline(EscWorkspace *workspace, const EscNode *node)
{
    esc_check_duration(workspace, node, true, ESC_BOUND_DEADLINE_MS);
}

void esc_check_percent(EscWorkspace *workspace, const EscNode *percent, double *previous)
{
    double value = percent->percent.value;
    const EscBoundInfo *bound = &esc_bound_info[ESC_BOUND_SHARE_PERCENT];
    if (value < (double)bound->low || value > (double)bound->high ||
        esc_number_floor(value) < value) {
        esc_report_hint(workspace,
                        esc_report(workspace, bound->code, percent->span,
                                   "a share of the time is a whole percentage from 1%% to 99%%"),
                        "such as `50%%`");
        return;
    }
    if (value <= *previous)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0318", percent->span,
                                   "this comes before or with the one above it"),
                        "write them in the order in which they are due");
    *previous = value;
}

/* The longest one comes first. */
static void check_before(EscWorkspace *workspace, const EscNode *node, int64_t *previous_ms)
{
    const EscNode *duration = node->before_due.duration;
    if (esc_is_counted(duration)) {
        EscName calendar = duration->duration.calendar;
        esc_report_hint(workspace,
                        esc_report(workspace, "E0336", calendar.span,
                                   "this is counted as the whole time is, by its calendar"),
                        "leave `of %.*s` out", ESC_TEXT_ARG(calendar.text));
        return;
    }
    esc_check_duration(workspace, duration, false, ESC_BOUND_BEFORE_DUE_MS);
    if (duration->kind != ESC_NODE_DURATION || duration->duration.ms <= 0)
        return;
    if (*previous_ms != 0 && duration->duration.ms >= *previous_ms)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0318", node->span,
                                   "this comes before or with the one above it"),
                        "write them in the order in which they are due");
    *previous_ms = duration->duration.ms;
}

void esc_check_moment(EscWorkspace *workspace, const EscNode *moment, EscMoments *moments)
{
    if (moment->kind == ESC_NODE_BEFORE_DUE)
        check_before(workspace, moment, &moments->before_ms);
    else
        esc_check_percent(workspace, moment, &moments->percent);
}
