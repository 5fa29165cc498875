/* days.c - a day that a time is compared with is the whole of it: `<` is before it begins, `<=` until it ends, `=` within. */
#include "condition/condition.h"

#define DAY_MINUTES 1440

int64_t esc_local_minutes(const EscNode *time)
{
    int64_t day =
        esc_days_from_date(time->local_time.year, time->local_time.month, time->local_time.day);
    return day * DAY_MINUTES +
           (time->local_time.has_time ? time->local_time.hour * 60 + time->local_time.minute : 0);
}

int64_t esc_local_end_minutes(const EscNode *time)
{
    return esc_local_minutes(time) + (time->local_time.has_time ? 0 : DAY_MINUTES);
}

bool esc_is_day(const EscNode *node)
{
    return node->kind == ESC_NODE_LOCAL_TIME && !node->local_time.has_time;
}

/* `value op date`, with the day's first instant or the one behind its last. */
static EscDayTest bound(const EscNode *value, EscBinaryOp op, const EscNode *date)
{
    bool is_behind = op == ESC_BINARY_LESS_EQUAL || op == ESC_BINARY_GREATER;
    return (EscDayTest){
        .value = value,
        .date = date,
        .op = op == ESC_BINARY_LESS_EQUAL ? ESC_BINARY_LESS
              : op == ESC_BINARY_GREATER  ? ESC_BINARY_GREATER_EQUAL
                                          : op,
        .minute = is_behind ? esc_local_end_minutes(date) : esc_local_minutes(date),
    };
}

bool esc_day_test(const EscNode *node, EscDayTest *test)
{
    const EscNode *left = node->binary.left, *right = node->binary.right;
    if (esc_is_day(right))
        *test = bound(left, node->binary.op, right);
    else if (esc_is_day(left))
        *test = bound(right, esc_binary_turned(node->binary.op), left);
    else
        return false;
    return true;
}
