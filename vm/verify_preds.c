/* verify_preds.c - trigger conditions as data: each tree has one root, children lie behind their parent, at most 16 deep, and
 * every test fits the type of its field (V06, V08, V09, V12, V25, V35). */
#include <esc/vm.h>

#include <math.h>
#include <string.h>

#include "vm_internal.h"

/* What a node inherits from its root. */
typedef struct PredNode {
    uint32_t trigger; /* + 1; 0: no root leads here */
    uint32_t depth;
} PredNode;

static bool mask_fits(const EscProgram *program, const EscPredRow *row, EscType type)
{
    if (esc_type_kind(type) != ESC_KIND_ENUM)
        return false;
    uint32_t members = program->enums[esc_type_enum(type)].members_count;
    uint64_t mask = (uint64_t)row->low;
    return members <= 64 && mask != 0 && (members == 64 || mask >> members == 0);
}

static bool range_fits(const EscPredRow *row, EscType type)
{
    double low, high;
    memcpy(&low, &row->low, sizeof low);
    memcpy(&high, &row->high, sizeof high);
    switch (esc_type_kind(type)) {
    case ESC_KIND_NUMBER:
        return !isnan(low) && !isnan(high);
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        return true;
    default:
        return false;
    }
}

static bool text_fits(const EscProgram *program, const EscPredRow *row, EscType type, EscKind kind)
{
    return esc_type_kind(type) == kind && row->detail < program->texts_count;
}

static bool test_fits(const EscProgram *program, const EscPredRow *row, EscType type)
{
    switch (row->kind) {
    case ESC_PRED_ENUM_IN:
        return row->detail == 0 && row->high == 0 && mask_fits(program, row, type);
    case ESC_PRED_RANGE:
        return row->detail <= 3 && range_fits(row, type);
    case ESC_PRED_BOOL:
        return esc_type_kind(type) == ESC_KIND_BOOL && row->detail <= 1;
    case ESC_PRED_TEXT_IS:
    case ESC_PRED_TEXT_STARTS:
    case ESC_PRED_TEXT_ENDS:
    case ESC_PRED_TEXT_CONTAINS:
        return text_fits(program, row, type, ESC_KIND_TEXT);
    case ESC_PRED_LIST_HAS:
        return text_fits(program, row, type, ESC_KIND_LIST);
    case ESC_PRED_PRESENT:
    case ESC_PRED_MISSING:
    case ESC_PRED_CHANGED:
        return row->detail == 0;
    default:
        return false;
    }
}

static bool pred_is_text(uint32_t kind)
{
    return kind == ESC_PRED_TEXT_IS || kind == ESC_PRED_TEXT_STARTS || kind == ESC_PRED_TEXT_ENDS ||
           kind == ESC_PRED_TEXT_CONTAINS || kind == ESC_PRED_LIST_HAS;
}

/* The field must be there when the trigger looks: one of the ticket, or one of the trigger's own event. */
static EscStatus verify_test(EscVerify *verify, uint32_t i, const EscTriggerRow *trigger)
{
    const EscProgram *program = verify->program;
    const EscPredRow *row = &program->preds[i];
    REJECT_IF(row->field == 0, "V12", PREDS, i, "a test needs a field");
    const EscFieldRow *field = &program->fields[row->field - 1];
    bool is_ticket = field->scope == ESC_SCOPE_TICKET;
    bool is_event = field->scope == ESC_SCOPE_EVENT && trigger->event != 0 &&
                    esc_event_has_field(verify->bundle, trigger->event - 1, row->field - 1);
    REJECT_IF(!is_ticket && !is_event, "V35", PREDS, i, "the trigger's event has no such field");
    REJECT_IF(row->kind == ESC_PRED_CHANGED && !is_ticket, "V35", PREDS, i,
              "only fields of the ticket change");
    REJECT_IF(trigger->is_level && (!is_ticket || row->kind == ESC_PRED_CHANGED), "V35", PREDS, i,
              "the trigger says that it reads only the ticket");
    bool has_bounds = row->kind == ESC_PRED_RANGE || row->kind == ESC_PRED_ENUM_IN;
    REJECT_IF(!has_bounds && (row->low != 0 || row->high != 0), "V11", PREDS, i,
              "low and high must be zero");
    REJECT_IF(!test_fits(program, row, field->type), "V12", PREDS, i,
              "the test does not fit its field");
    if (pred_is_text(row->kind))
        verify->is_text_used[row->detail] = 1;
    return ESC_OK;
}

/* Whether an instruction reads anything but the ticket as it is, its clocks and the time by rows of CLOCKS. */
static bool reads_more_than_ticket(const EscProgram *program, const EscInstr *instr)
{
    switch (instr->op) {
    case ESC_OP_LOAD_EVENT:
    case ESC_OP_LOAD_EXCEPTION:
    case ESC_OP_LOAD_PREVIOUS:
    case ESC_OP_LOAD_CHANGED:
        return true;
    case ESC_OP_CLOCK:
        return instr->imm >= program->clocks_count ||
               program->clocks[instr->imm].source == ESC_CLOCK_SOURCE_EVENT;
    default:
        return false; /* the time is read by rows of CLOCKS alone: V37 */
    }
}

/* The code of a level trigger reads what its tests may read. */
static EscStatus verify_level_code(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscFunctionRow *function = &program->functions[program->preds[i].detail];
    verify->steps += function->code_count;
    for (uint32_t pc = 0; pc < function->code_count; pc++)
        REJECT_IF(reads_more_than_ticket(program, &program->code[function->code_first + pc]), "V35",
                  PREDS, i,
                  "the trigger says that it reads only the ticket, and instruction %u does not",
                  (unsigned)pc);
    return ESC_OK;
}

static EscStatus verify_code_pred(EscVerify *verify, uint32_t i, const EscTriggerRow *trigger)
{
    const EscProgram *program = verify->program;
    const EscPredRow *row = &program->preds[i];
    REJECT_IF(row->detail >= program->functions_count, "V06", PREDS, i, "there is no function %u",
              (unsigned)row->detail);
    uint32_t event = trigger->event == 0 ? ESC_NONE : trigger->event - 1;
    EscStatus status = esc_verify_entry(verify, ESC_TABLE_PREDS, i, row->detail, ESC_FUNCTION_COND,
                                        program->functions[row->detail].template, event);
    return status == ESC_OK && trigger->is_level ? verify_level_code(verify, i) : status;
}

static EscStatus verify_clock_pred(EscVerify *verify, uint32_t i, const EscTriggerRow *trigger)
{
    const EscProgram *program = verify->program;
    const EscPredRow *row = &program->preds[i];
    REJECT_IF(row->detail >= program->clocks_count, "V06", PREDS, i, "there is no clock %u",
              (unsigned)row->detail);
    const EscClockRow *clock = &program->clocks[row->detail];
    bool is_there =
        clock->source != ESC_CLOCK_SOURCE_EVENT ||
        (!trigger->is_level && trigger->event != 0 && clock->index < program->fields_count &&
         esc_event_has_field(verify->bundle, trigger->event - 1, clock->index));
    REJECT_IF(!is_there, "V35", PREDS, i, "the trigger's event has no such field");
    return ESC_OK;
}

static EscStatus verify_node(EscVerify *verify, uint32_t i, const EscTriggerRow *trigger)
{
    const EscPredRow *row = &verify->program->preds[i];
    bool has_children =
        row->kind == ESC_PRED_AND || row->kind == ESC_PRED_OR || row->kind == ESC_PRED_NOT;
    bool is_tally = row->kind == ESC_PRED_TALLY || row->kind == ESC_PRED_OPEN;
    bool has_detail = is_tally || row->kind == ESC_PRED_CODE || row->kind == ESC_PRED_CLOCK;
    bool is_plain = has_children || row->kind == ESC_PRED_ALWAYS || has_detail;
    REJECT_IF(has_children != (row->children_count > 0) ||
                  (row->kind == ESC_PRED_NOT && row->children_count != 1),
              "V12", PREDS, i, "it has not the children that its kind has");
    if (!is_plain)
        return verify_test(verify, i, trigger);
    REJECT_IF(row->field != 0 || row->low != 0 || row->high != 0 ||
                  (!has_detail && row->detail != 0),
              "V11", PREDS, i, "columns that its kind does not use must be zero");
    if (row->kind == ESC_PRED_CLOCK)
        return verify_clock_pred(verify, i, trigger);
    if (is_tally)
        return esc_verify_tally_pred(verify, i, trigger);
    return row->kind == ESC_PRED_CODE ? verify_code_pred(verify, i, trigger) : ESC_OK;
}

static EscStatus mark_roots(EscVerify *verify, PredNode *nodes)
{
    const EscProgram *program = verify->program;
    for (uint32_t t = 0; t < program->triggers_count; t++) {
        uint32_t root = program->triggers[t].pred;
        REJECT_IF(nodes[root].trigger != 0, "V09", TRIGGERS, t,
                  "its condition is another trigger's too");
        nodes[root] = (PredNode){.trigger = t + 1, .depth = 1};
    }
    return ESC_OK;
}

/* Parents come before their children, so one pass forward hands the root down. */
EscStatus esc_verify_preds(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    PredNode *nodes = esc_arena_alloc_array(verify->scratch, program->preds_count, sizeof *nodes);
    if (nodes == NULL)
        return ESC_NO_MEMORY;
    EscStatus status = mark_roots(verify, nodes);
    for (uint32_t i = 0; i < program->preds_count && status == ESC_OK; i++) {
        const EscPredRow *row = &program->preds[i];
        REJECT_IF(nodes[i].trigger == 0, "V09", PREDS, i, "no trigger leads here");
        REJECT_IF(nodes[i].depth > ESC_PRED_DEPTH_MAX, "V12", PREDS, i,
                  "conditions nest at most %d deep", ESC_PRED_DEPTH_MAX);
        REJECT_IF(row->children_count > 0 && row->children_first <= i, "V20", PREDS, i,
                  "children must lie behind their parent");
        for (uint32_t c = row->children_first; c < row->children_first + row->children_count; c++) {
            REJECT_IF(nodes[c].trigger != 0, "V09", PREDS, c, "it is a root and a child");
            nodes[c] = (PredNode){.trigger = nodes[i].trigger, .depth = nodes[i].depth + 1};
        }
        status = verify_node(verify, i, &program->triggers[nodes[i].trigger - 1]);
    }
    return status;
}
