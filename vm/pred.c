/* pred.c - a trigger condition in PREDS against a host: the same answer that the matcher gives without looking at every tree.
 *
 * The verifier proved that children lie behind their parent and trees are at most ESC_PRED_DEPTH_MAX deep, so an explicit stack of that
 * size suffices. A test of a missing value is false, but for MISSING. */
#include <esc/vm.h>

#include <string.h>

#include "vm_internal.h"

typedef struct Judge {
    const EscBundle *bundle;
    const EscHost *host;
    int64_t now_ms;
    char *scratch;
    size_t scratch_size;
} Judge;

static void tell(const Judge *judge, uint32_t pred, const EscValue *value, bool holds)
{
    const EscListener *listener = judge->host->listener;
    if (listener != NULL)
        listener->judged(listener->context, judge->bundle, pred, value, holds);
}

/* --- leaves ------------------------------------------------------------------------------------------------------ */

static EscStatus load_field(const Judge *judge, uint32_t field, EscLoad what, EscType type,
                            EscValue *value)
{
    *value = (EscValue){.type = ESC_TYPE(ESC_KIND_UNSET)};
    EscStatus status = judge->host->load(judge->host->context, what, field, value);
    if (status != ESC_OK)
        return status;
    if (esc_type_kind(value->type) == ESC_KIND_TEXT && !value->is_missing)
        value->text = esc_utf8_cut(value->text, ESC_TEXT_MAX);
    return esc_value_fits(&judge->bundle->program, value, type) ? ESC_OK : ESC_TRAP;
}

static bool number_in_range(double number, const EscPredRow *row)
{
    double low, high;
    memcpy(&low, &row->low, sizeof low);
    memcpy(&high, &row->high, sizeof high);
    bool is_above = (row->detail & 1) != 0 ? number > low : number >= low;
    bool is_below = (row->detail & 2) != 0 ? number < high : number <= high;
    return is_above && is_below;
}

static bool ms_in_range(int64_t ms, const EscPredRow *row)
{
    bool is_above = (row->detail & 1) != 0 ? ms > row->low : ms >= row->low;
    bool is_below = (row->detail & 2) != 0 ? ms < row->high : ms <= row->high;
    return is_above && is_below;
}

static bool test_holds(const EscProgram *program, const EscPredRow *row, const EscValue *value)
{
    if (row->kind == ESC_PRED_PRESENT || row->kind == ESC_PRED_MISSING)
        return value->is_missing == (row->kind == ESC_PRED_MISSING);
    if (value->is_missing)
        return false;
    switch (row->kind) {
    case ESC_PRED_ENUM_IN:
        return ((uint64_t)row->low >> value->member & 1) != 0;
    case ESC_PRED_RANGE:
        return esc_type_kind(value->type) == ESC_KIND_NUMBER ? number_in_range(value->number, row)
                                                             : ms_in_range(value->ms, row);
    case ESC_PRED_BOOL:
        return value->truth == (row->detail != 0);
    case ESC_PRED_TEXT_IS:
        return esc_text_equal(value->text, program->texts[row->detail]);
    case ESC_PRED_TEXT_STARTS:
        return esc_text_starts_with(value->text, program->texts[row->detail]);
    case ESC_PRED_TEXT_ENDS:
        return esc_text_ends_with(value->text, program->texts[row->detail]);
    case ESC_PRED_TEXT_CONTAINS:
        return esc_text_contains_folded(value->text, program->texts[row->detail]);
    case ESC_PRED_LIST_HAS:
        return esc_list_has(value, program->texts[row->detail]);
    case ESC_PRED_CHANGED:
        return value->truth;
    default:
        return false;
    }
}

static EscStatus judge_code(const Judge *judge, uint32_t function, bool *holds)
{
    EscRun run;
    EscRunEnd end;
    esc_run_init(&run, judge->bundle, function, NULL, 0, judge->scratch, judge->scratch_size);
    EscStatus status = esc_run_go(&run, judge->host, judge->now_ms, &end, NULL);
    if (status == ESC_OK)
        *holds = end == ESC_RUN_RETURNED && run.answer;
    return status;
}

static EscStatus judge_field(const Judge *judge, uint32_t pred, bool *holds)
{
    const EscProgram *program = &judge->bundle->program;
    const EscPredRow *row = &program->preds[pred];
    const EscFieldRow *field = &program->fields[row->field - 1];
    EscLoad what = field->scope == ESC_SCOPE_EVENT ? ESC_LOAD_EVENT : ESC_LOAD_TICKET;
    EscType type = field->type;
    if (row->kind == ESC_PRED_CHANGED) {
        what = ESC_LOAD_CHANGED;
        type = ESC_TYPE(ESC_KIND_BOOL);
    }
    EscValue value;
    EscStatus status = load_field(judge, row->field - 1, what, type, &value);
    if (status != ESC_OK)
        return status;
    *holds = test_holds(program, row, &value);
    tell(judge, pred, &value, *holds);
    return ESC_OK;
}

/* What the host keeps of other tickets. */
static EscStatus judge_tally(const Judge *judge, const EscPredRow *row, bool *holds)
{
    EscValue value;
    EscLoad what = row->kind == ESC_PRED_TALLY ? ESC_LOAD_TALLY : ESC_LOAD_OPEN;
    EscStatus status = load_field(judge, row->detail, what, ESC_TYPE(ESC_KIND_BOOL), &value);
    if (status == ESC_OK)
        *holds = value.truth;
    return status;
}

static EscStatus judge_leaf(const Judge *judge, uint32_t pred, bool *holds)
{
    const EscPredRow *row = &judge->bundle->program.preds[pred];
    EscStatus status = ESC_OK;
    *holds = true;
    if (row->kind == ESC_PRED_CODE)
        status = judge_code(judge, row->detail, holds);
    else if (row->kind == ESC_PRED_CLOCK)
        status = esc_clock_holds(judge->bundle, row->detail, judge->host, judge->now_ms, holds);
    else if (row->kind == ESC_PRED_TALLY || row->kind == ESC_PRED_OPEN)
        status = judge_tally(judge, row, holds);
    else if (row->kind != ESC_PRED_ALWAYS)
        return judge_field(judge, pred, holds);
    if (status == ESC_OK)
        tell(judge, pred, NULL, *holds);
    return status;
}

/* --- trees ---------------------------------------------------------------------------------------------------------- */

/* An inner node while its children are judged: AND stops at the first false one, OR at the first true one. */
typedef struct OpenNode {
    uint32_t pred, kind, next, end;
} OpenNode;

/* Hands `holds` up: true when it settles the node, with the node's own answer in *holds. */
static bool node_takes(const OpenNode *node, bool *holds)
{
    if (node->kind == ESC_PRED_NOT) {
        *holds = !*holds;
        return true;
    }
    bool is_decisive = node->kind == ESC_PRED_OR ? *holds : !*holds;
    return is_decisive || node->next == node->end;
}

EscStatus esc_pred_holds(const EscBundle *bundle, uint32_t pred, const EscHost *host,
                         int64_t now_ms, char *scratch, size_t scratch_size, bool *holds)
{
    const EscProgram *program = &bundle->program;
    Judge judge = {.bundle = bundle,
                   .host = host,
                   .now_ms = now_ms,
                   .scratch = scratch,
                   .scratch_size = scratch_size};
    OpenNode open[ESC_PRED_DEPTH_MAX];
    uint32_t depth = 0, at = pred;
    ESC_ASSERT(pred < program->preds_count);
    for (;;) {
        const EscPredRow *row = &program->preds[at];
        if (row->children_count > 0) {
            ESC_ASSERT(depth < ESC_PRED_DEPTH_MAX);
            open[depth++] = (OpenNode){at, row->kind, row->children_first + 1,
                                       row->children_first + row->children_count};
            at = row->children_first;
            continue;
        }
        EscStatus status = judge_leaf(&judge, at, holds);
        if (status != ESC_OK)
            return status;
        while (depth > 0 && node_takes(&open[depth - 1], holds))
            tell(&judge, open[--depth].pred, NULL, *holds);
        if (depth == 0)
            return ESC_OK;
        at = open[depth - 1].next++;
    }
}
