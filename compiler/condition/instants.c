/* instants.c - comparisons of times taken apart: a side as a sum of lengths, `now` and one time, and where a time comes from. */
#include "condition/instants.h"

bool esc_is_growing(EscMeaning meaning)
{
    const EscInstr load = {.op = ESC_OP_LOAD_FACT, .imm = meaning.index};
    return meaning.means == ESC_MEANS_FACT && esc_instr_reads_clock(&load);
}

bool esc_is_counted(const EscNode *node)
{
    return node->kind == ESC_NODE_DURATION && node->duration.calendar.text.size > 0;
}

/* A name that the start of the template gave, in params + 1; 0: it is none, and one of the steps has no instant. */
static uint32_t param_of(const EscWorkspace *workspace, EscMeaning meaning)
{
    return meaning.means == ESC_MEANS_LOCAL ? workspace->locals[meaning.index].param : 0;
}

/* --- sums ------------------------------------------------------------------------------------- */

static bool add_path(EscSum *sum, const EscNode *path, int sign)
{
    EscMeaning meaning = esc_meaning(sum->workspace, path);
    bool grows = esc_is_growing(meaning);
    bool is_time =
        esc_type_kind(meaning.type) == ESC_KIND_TIME &&
        (meaning.means == ESC_MEANS_TICKET_FIELD || meaning.means == ESC_MEANS_EVENT_FIELD ||
         meaning.means == ESC_MEANS_FACT || param_of(sum->workspace, meaning) != 0);
    if ((!grows && !is_time) || sum->path != NULL || meaning.unit != ESC_UNIT_NONE)
        return false;
    sum->path = path;
    sum->now += grows ? sign : 0; /* it is `now` without its beginning */
    sum->source += grows ? -sign : sign;
    return true;
}

static bool add_date(EscSum *sum, const EscNode *date, int sign)
{
    if (sum->path != NULL)
        return false;
    sum->path = date;
    sum->source += sign;
    return true;
}

bool esc_sum_add(EscSum *sum, const EscNode *node, int sign)
{
    switch (node->kind) {
    case ESC_NODE_NOW:
        sum->now += sign;
        return true;
    case ESC_NODE_DURATION:
        sum->ms += sign * node->duration.ms;
        return node->duration.calendar.text.size == 0 && sum->ms < INT64_MAX / 4 &&
               sum->ms > INT64_MIN / 4;
    case ESC_NODE_PATH:
        return add_path(sum, node, sign);
    case ESC_NODE_LOCAL_TIME:
        return add_date(sum, node, sign);
    case ESC_NODE_UNARY:
        return node->unary.op == ESC_UNARY_NEGATE && esc_sum_add(sum, node->unary.operand, -sign);
    case ESC_NODE_BINARY:
        if (node->binary.op != ESC_BINARY_ADD && node->binary.op != ESC_BINARY_SUBTRACT)
            return false;
        return esc_sum_add(sum, node->binary.left, sign) &&
               esc_sum_add(sum, node->binary.right,
                           node->binary.op == ESC_BINARY_ADD ? sign : -sign);
    default:
        return false;
    }
}

/* --- sources ---------------------------------------------------------------------------------- */

bool esc_is_ordering(EscBinaryOp op)
{
    return op >= ESC_BINARY_LESS && op <= ESC_BINARY_GREATER_EQUAL;
}

static EscClockSource source_of(EscMeaning meaning)
{
    return meaning.means == ESC_MEANS_TICKET_FIELD  ? ESC_CLOCK_SOURCE_TICKET
           : meaning.means == ESC_MEANS_EVENT_FIELD ? ESC_CLOCK_SOURCE_EVENT
           : meaning.means == ESC_MEANS_LOCAL       ? ESC_CLOCK_SOURCE_PARAM
                                                    : ESC_CLOCK_SOURCE_FACT;
}

void esc_clock_from(const EscWorkspace *workspace, const EscNode *path, EscClock *clock)
{
    if (path->kind == ESC_NODE_LOCAL_TIME) {
        *clock = (EscClock){.row = {.source = ESC_CLOCK_SOURCE_DATE},
                            .path = path,
                            .local_minute = esc_local_minutes(path)};
        return;
    }
    EscMeaning meaning = esc_meaning(workspace, path);
    EscClockSource source = source_of(meaning);
    uint32_t index =
        source == ESC_CLOCK_SOURCE_PARAM ? param_of(workspace, meaning) - 1 : meaning.index;
    *clock = (EscClock){.row = {.source = source, .index = index}, .path = path};
}
