/* verify_ops.c - one instruction against the row of opcodes.def that describes it: V06, V09, V11 to V13, V16, V18.
 *
 * Operands are checked by kind, with one case for each kind and none that accepts what it does not know. An opcode whose result
 * type follows from its operands (OUT_ANY) has a case of its own in result_type(); what EMIT, WAIT and the ends of functions mean
 * stands in verify_sites.c. */
#include <esc/vm.h>

#include <math.h>

#include "verify_flow.h"

/* --- operands ---------------------------------------------------------------------------------------------------- */

/* The exact type that an IN operand wants; UNSET where there is more than one. */
static EscType wanted_type(uint32_t operand)
{
    switch (operand) {
    case ESC_OPERAND_IN_BOOL:
        return ESC_TYPE(ESC_KIND_BOOL);
    case ESC_OPERAND_IN_NUMBER:
        return ESC_TYPE(ESC_KIND_NUMBER);
    case ESC_OPERAND_IN_TEXT:
    case ESC_OPERAND_IN_TEXTS:
        return ESC_TYPE(ESC_KIND_TEXT);
    case ESC_OPERAND_IN_DURATION:
        return ESC_TYPE(ESC_KIND_DURATION);
    case ESC_OPERAND_IN_TIME:
        return ESC_TYPE(ESC_KIND_TIME);
    case ESC_OPERAND_IN_LIST:
        return ESC_TYPE(ESC_KIND_LIST);
    case ESC_OPERAND_IN_REF:
        return ESC_TYPE(ESC_KIND_REF);
    default:
        return ESC_TYPE(ESC_KIND_UNSET);
    }
}

static bool input_fits(uint32_t operand, EscType type)
{
    bool is_optional = esc_type_is_optional(type);
    switch (operand) {
    case ESC_OPERAND_IN_ANY:
        return true;
    case ESC_OPERAND_IN_OPTIONAL:
        return is_optional;
    case ESC_OPERAND_IN_ENUM:
        return !is_optional && esc_type_kind(type) == ESC_KIND_ENUM;
    case ESC_OPERAND_IN_BOOL:
    case ESC_OPERAND_IN_NUMBER:
    case ESC_OPERAND_IN_TEXT:
    case ESC_OPERAND_IN_TEXTS:
    case ESC_OPERAND_IN_DURATION:
    case ESC_OPERAND_IN_TIME:
    case ESC_OPERAND_IN_LIST:
    case ESC_OPERAND_IN_REF:
        return type == wanted_type(operand);
    default:
        return false;
    }
}

static EscStatus check_input(Flow *flow, uint32_t operand, uint32_t at)
{
    FLOW_REJECT_IF(at >= ESC_REGISTERS_MAX, "V12", "there is no register %u", (unsigned)at);
    EscType type = flow->now.types[at];
    FLOW_REJECT_IF(type == 0, "V16", "register %u is unset", (unsigned)at);
    bool is_missed_test = esc_type_is_optional(type) && operand != ESC_OPERAND_IN_OPTIONAL;
    FLOW_REJECT_IF(!input_fits(operand, type), is_missed_test ? "V18" : "V16",
                   "register %u has type 0x%x", (unsigned)at, (unsigned)type);
    return ESC_OK;
}

/* a, b or c. COUNT and REG are ranges that belong to one opcode each; check_ranges() looks at them. */
static EscStatus check_operand(Flow *flow, uint32_t operand, uint32_t value)
{
    switch (operand) {
    case ESC_OPERAND_NONE:
        FLOW_REJECT_IF(value != 0, "V11", "an operand that is not used must be zero");
        return ESC_OK;
    case ESC_OPERAND_COUNT:
    case ESC_OPERAND_REG:
    case ESC_OPERAND_IN_TEXTS:
        return ESC_OK;
    case ESC_OPERAND_OUT_SAME:
    case ESC_OPERAND_OUT_ANY:
    case ESC_OPERAND_OUT_BOOL:
    case ESC_OPERAND_OUT_NUMBER:
    case ESC_OPERAND_OUT_TEXT:
    case ESC_OPERAND_OUT_DURATION:
    case ESC_OPERAND_OUT_TIME:
        FLOW_REJECT_IF(value >= ESC_REGISTERS_MAX, "V12", "there is no register %u",
                       (unsigned)value);
        return ESC_OK;
    default:
        return check_input(flow, operand, value);
    }
}

/* CLEAR a, count b; JOIN of c texts from b on; EMIT of c arguments from b on (a range of none begins at 0). */
static EscStatus check_ranges(Flow *flow, const EscInstr *instr)
{
    if (instr->op == ESC_OP_CLEAR)
        FLOW_REJECT_IF(instr->b == 0 || instr->a + instr->b > ESC_REGISTERS_MAX, "V12",
                       "there are no such registers");
    if (instr->op == ESC_OP_EMIT)
        FLOW_REJECT_IF(instr->b + instr->c > ESC_REGISTERS_MAX || (instr->c == 0 && instr->b != 0),
                       "V12", "there are no such registers");
    if (instr->op != ESC_OP_JOIN)
        return ESC_OK;
    FLOW_REJECT_IF(instr->c == 0 || instr->b + instr->c > ESC_REGISTERS_MAX, "V12",
                   "there are no such registers");
    EscStatus status = ESC_OK;
    for (uint32_t r = instr->b; r < (uint32_t)instr->b + instr->c && status == ESC_OK; r++)
        status = check_input(flow, ESC_OPERAND_IN_TEXT, r);
    return status;
}

static EscStatus check_index(Flow *flow, uint32_t value, uint32_t count)
{
    FLOW_REJECT_IF(value >= count, "V06", "index %u, but there are %u", (unsigned)value,
                   (unsigned)count);
    return ESC_OK;
}

static EscStatus check_imm(Flow *flow, const EscInstr *instr)
{
    const EscProgram *program = flow->verify->program;
    uint32_t operand = esc_op_info[instr->op].imm, value = instr->imm;
    switch (operand) {
    case ESC_OPERAND_NONE:
        FLOW_REJECT_IF(value != 0, "V11", "an operand that is not used must be zero");
        return ESC_OK;
    case ESC_OPERAND_CONST:
        return check_index(flow, value, program->consts_count);
    case ESC_OPERAND_FIELD:
        return check_index(flow, value, program->fields_count);
    case ESC_OPERAND_FACT:
        return check_index(flow, value, ESC_FACT_COUNT);
    case ESC_OPERAND_PARAM:
        return check_index(flow, value, program->params_count);
    case ESC_OPERAND_EFFECT:
        return check_index(flow, value, program->effects_count);
    case ESC_OPERAND_WAIT:
        return check_index(flow, value, program->waits_count);
    case ESC_OPERAND_CLOCK:
        return check_index(flow, value, program->clocks_count);
    case ESC_OPERAND_DATE:
        return check_index(flow, value, program->dates_count);
    case ESC_OPERAND_CALENDAR:
        return check_index(flow, value, program->calendars_count);
    case ESC_OPERAND_DOCUMENT:
        return check_index(flow, value, program->document_paths_count);
    case ESC_OPERAND_TEXT:
        return check_index(flow, value, program->texts_count);
    case ESC_OPERAND_TYPE:
        FLOW_REJECT_IF(!esc_verify_type_is_valid(program, value), "V06", "there is no type 0x%x",
                       (unsigned)value);
        return ESC_OK;
    case ESC_OPERAND_UNIT:
        FLOW_REJECT_IF(value >= ESC_UNITS_COUNT, "V12", "there is no unit %u", (unsigned)value);
        return ESC_OK;
    case ESC_OPERAND_FORM:
        FLOW_REJECT_IF(value >= ESC_FORM_COUNT, "V12", "there is no form %u", (unsigned)value);
        return ESC_OK;
    case ESC_OPERAND_END_MODE:
        FLOW_REJECT_IF(value >= ESC_END_COUNT, "V12", "there is no end mode %u", (unsigned)value);
        return ESC_OK;
    case ESC_OPERAND_ROLE:
        FLOW_REJECT_IF(value > 2, "V12", "there is no role %u", (unsigned)value);
        return ESC_OK;
    case ESC_OPERAND_TARGET:
    case ESC_OPERAND_BACK:
    case ESC_OPERAND_ROUNDS:
        return ESC_OK; /* flow_to() and the loops look at them */
    default:
        return flow_bad(flow, "V12", "an operand of unknown kind");
    }
}

static EscStatus check_operands(Flow *flow, const EscInstr *instr)
{
    const EscOpInfo *info = &esc_op_info[instr->op];
    EscStatus status = check_imm(flow, instr);
    /* EMIT's a is a register only where its effect has a result, which flow_emit() knows. */
    if (status == ESC_OK)
        status = check_operand(flow, info->a, instr->a);
    if (status == ESC_OK)
        status = check_operand(flow, info->b, instr->b);
    if (status == ESC_OK)
        status = check_operand(flow, info->c, instr->c);
    return status == ESC_OK ? check_ranges(flow, instr) : status;
}

/* --- results ------------------------------------------------------------------------------------------------------- */

static EscStatus check_scope(Flow *flow, uint32_t field, EscScope scope)
{
    FLOW_REJECT_IF(flow->verify->program->fields[field].scope != (uint32_t)scope, "V35",
                   "field %u is of another scope", (unsigned)field);
    return ESC_OK;
}

/* Of another template, or of none, nobody keeps a value here. */
static EscStatus flow_param(Flow *flow, uint32_t param)
{
    FLOW_REJECT_IF(!esc_param_is_of(flow->verify->program, flow->row->template, param), "V47",
                   "parameter %u is not one of this template", (unsigned)param);
    return ESC_OK;
}

/* The type that an opcode with OUT_ANY writes. */
static EscStatus result_type(Flow *flow, const EscInstr *instr, EscType *type)
{
    const EscProgram *program = flow->verify->program;
    EscStatus status = ESC_OK;
    switch (instr->op) {
    case ESC_OP_CONST: {
        const EscConstRow *row = &program->consts[instr->imm];
        flow->verify->is_const_used[instr->imm] = 1;
        *type = row->kind == ESC_KIND_ENUM ? ESC_TYPE_ENUM(row->detail) : ESC_TYPE(row->kind);
        return ESC_OK;
    }
    case ESC_OP_MISSING:
        FLOW_REJECT_IF(!esc_type_is_optional(instr->imm), "V18",
                       "only a value of an optional type can be missing");
        *type = instr->imm;
        return ESC_OK;
    case ESC_OP_LOAD_TICKET:
        status = check_scope(flow, instr->imm, ESC_SCOPE_TICKET);
        *type = program->fields[instr->imm].type;
        return status;
    case ESC_OP_LOAD_PREVIOUS:
        status = check_scope(flow, instr->imm, ESC_SCOPE_TICKET);
        *type = program->fields[instr->imm].type | ESC_TYPE_OPTIONAL;
        return status;
    case ESC_OP_LOAD_EXCEPTION:
        status = check_scope(flow, instr->imm, ESC_SCOPE_EXCEPTION);
        *type = program->fields[instr->imm].type | ESC_TYPE_OPTIONAL;
        return status;
    case ESC_OP_LOAD_EVENT:
        status = check_scope(flow, instr->imm, ESC_SCOPE_EVENT);
        if (status != ESC_OK)
            return status;
        flow->verify->steps += esc_event_load_steps(flow->verify->bundle, flow->function);
        *type = esc_event_load_type(flow->verify->bundle, flow->function, instr->imm);
        FLOW_REJECT_IF(*type == 0, "V35", "no event of this function has field %u",
                       (unsigned)instr->imm);
        return ESC_OK;
    case ESC_OP_LOAD_FACT:
        *type = esc_fact_info[instr->imm].type;
        return ESC_OK;
    case ESC_OP_LOAD_PARAM:
        *type = program->params[instr->imm].type;
        return flow_param(flow, instr->imm);
    case ESC_OP_LOAD_DOCUMENT:
        flow->verify->is_path_used[instr->imm] = 1;
        *type = program->document_paths[instr->imm].type;
        return ESC_OK;
    case ESC_OP_UNWRAP:
        *type = esc_type_plain(flow->now.types[instr->b]);
        return ESC_OK;
    case ESC_OP_WRAP:
        FLOW_REJECT_IF(esc_type_is_optional(flow->now.types[instr->b]), "V18",
                       "the value is optional already");
        *type = flow->now.types[instr->b] | ESC_TYPE_OPTIONAL;
        return ESC_OK;
    default:
        return flow_bad(flow, "V12", "its result has no type");
    }
}

static bool const_is_zero(const EscProgram *program, uint32_t index)
{
    const EscConstRow *row = &program->consts[index];
    return row->kind == ESC_KIND_NUMBER &&
           (row->bits == 0 || row->bits == INT64_MIN); /* +0.0 and -0.0 */
}

static void write_register(Flow *flow, uint32_t at, EscType type, bool is_zero)
{
    flow->now.types[at] = type;
    flow->now.zeros &= ~(1u << at);
    flow->now.zeros |= (uint32_t)is_zero << at;
}

static EscStatus write_result(Flow *flow, const EscInstr *instr)
{
    EscType type = 0;
    bool is_zero = false;
    switch ((uint32_t)esc_op_info[instr->op].a) {
    case ESC_OPERAND_OUT_BOOL:
        type = ESC_TYPE(ESC_KIND_BOOL);
        break;
    case ESC_OPERAND_OUT_NUMBER:
        type = ESC_TYPE(ESC_KIND_NUMBER);
        break;
    case ESC_OPERAND_OUT_TEXT:
        type = ESC_TYPE(ESC_KIND_TEXT);
        break;
    case ESC_OPERAND_OUT_DURATION:
        type = ESC_TYPE(ESC_KIND_DURATION);
        break;
    case ESC_OPERAND_OUT_TIME:
        type = ESC_TYPE(ESC_KIND_TIME);
        break;
    case ESC_OPERAND_OUT_SAME:
        type = flow->now.types[instr->b];
        is_zero = (flow->now.zeros >> instr->b & 1) != 0;
        break;
    case ESC_OPERAND_OUT_ANY: {
        EscStatus status = result_type(flow, instr, &type);
        if (status != ESC_OK)
            return status;
        is_zero = instr->op == ESC_OP_CONST && const_is_zero(flow->verify->program, instr->imm);
        break;
    }
    default:
        return ESC_OK; /* no result */
    }
    write_register(flow, instr->a, type, is_zero);
    return ESC_OK;
}

/* --- rules of single opcodes ------------------------------------------------------------------------------------------ */

static EscStatus check_enums(Flow *flow, const EscInstr *instr)
{
    EscType b = flow->now.types[instr->b];
    FLOW_REJECT_IF(b != flow->now.types[instr->c], "V16", "the two are of different enums");
    bool needs_order = instr->op != ESC_OP_EQ_ENUM;
    FLOW_REJECT_IF(needs_order && !flow->verify->program->enums[esc_type_enum(b)].is_ordered, "V16",
                   "the enum has no order");
    return ESC_OK;
}

/* Whether it may be missing does not matter: a test of a missing time is false. */
static EscStatus check_clock(Flow *flow, uint32_t clock)
{
    const EscClockRow *row = &flow->verify->program->clocks[clock];
    if (row->source == ESC_CLOCK_SOURCE_PARAM)
        return flow_param(flow, row->index);
    if (row->source != ESC_CLOCK_SOURCE_EVENT)
        return ESC_OK;
    flow->verify->steps += esc_event_load_steps(flow->verify->bundle, flow->function);
    FLOW_REJECT_IF(esc_event_load_type(flow->verify->bundle, flow->function, row->index) == 0,
                   "V35", "no event of this function has field %u", (unsigned)row->index);
    return ESC_OK;
}

/* Before the result is written: what the table's operand kinds cannot say. Jumps send the state as it is before the result. */
static EscStatus check_opcode(Flow *flow, const EscInstr *instr)
{
    switch (instr->op) {
    case ESC_OP_LOAD_CHANGED:
        return check_scope(flow, instr->imm, ESC_SCOPE_TICKET);
    case ESC_OP_CLOCK:
        return check_clock(flow, instr->imm);
    case ESC_OP_EQ_ENUM:
    case ESC_OP_LT_ENUM:
    case ESC_OP_LE_ENUM:
        return check_enums(flow, instr);
    case ESC_OP_SHOW:
        FLOW_REJECT_IF(flow->now.types[instr->b] != ESC_TYPE(esc_form_kind((EscForm)instr->imm)),
                       "V12", "register %u has no such form", (unsigned)instr->b);
        return ESC_OK;
    case ESC_OP_DIV_NUMBER:
    case ESC_OP_DIV_DURATION:
        FLOW_REJECT_IF((flow->now.zeros >> instr->c & 1) != 0, "V13", "register %u is always zero",
                       (unsigned)instr->c);
        return ESC_OK;
    case ESC_OP_UNWRAP:
    case ESC_OP_JUMP:
    case ESC_OP_JUMP_IF:
    case ESC_OP_JUMP_UNLESS:
        return flow_to(flow, instr->imm);
    default:
        return ESC_OK;
    }
}

/* What is read of a document is read before there is a ticket, by whoever has the document alone; and only there. */
static EscStatus check_world(Flow *flow, const EscInstr *instr)
{
    bool is_of_document = flow->row->kind == ESC_FUNCTION_DOCUMENT;
    switch (instr->op) {
    case ESC_OP_LOAD_DOCUMENT:
        FLOW_REJECT_IF(!is_of_document, "V48", "there is no document here");
        return ESC_OK;
    case ESC_OP_LOAD_TICKET:
    case ESC_OP_LOAD_EVENT:
    case ESC_OP_LOAD_EXCEPTION:
    case ESC_OP_LOAD_PREVIOUS:
    case ESC_OP_LOAD_CHANGED:
    case ESC_OP_LOAD_FACT:
    case ESC_OP_LOAD_PARAM:
    case ESC_OP_LOAD_DATE:
    case ESC_OP_CLOCK:
    case ESC_OP_ADD_HOURS:
        FLOW_REJECT_IF(is_of_document, "V48", "what reads a document reads nothing else");
        return ESC_OK;
    default:
        return ESC_OK;
    }
}

static void clear_registers(Flow *flow, const EscInstr *instr)
{
    for (uint32_t r = instr->a; r < (uint32_t)instr->a + instr->b; r++)
        write_register(flow, r, ESC_TYPE(ESC_KIND_UNSET), false);
}

EscStatus flow_instruction(Flow *flow)
{
    const EscInstr *instr = &flow->code[flow->pc];
    EscStatus status = check_operands(flow, instr);
    if (status == ESC_OK)
        status = check_world(flow, instr);
    if (status != ESC_OK)
        return status;
    switch (instr->op) {
    case ESC_OP_LOOP_BEGIN:
        return flow_loop_begin(flow, instr);
    case ESC_OP_LOOP_END:
        return flow_loop_end(flow, instr);
    case ESC_OP_ROUNDS_BEGIN:
        return flow_rounds_begin(flow, instr);
    case ESC_OP_ROUNDS_END:
        return flow_rounds_end(flow, instr);
    case ESC_OP_EMIT:
        return flow_emit(flow, instr);
    case ESC_OP_WAIT:
        return flow_wait(flow, instr);
    case ESC_OP_OWN:
        return flow_own(flow, instr);
    case ESC_OP_RETURN:
    case ESC_OP_GIVE:
    case ESC_OP_END:
    case ESC_OP_CLOSE:
    case ESC_OP_DONE:
        return flow_end(flow, instr);
    case ESC_OP_CLEAR:
        clear_registers(flow, instr);
        return ESC_OK;
    default:
        break; /* everything else computes: its row and check_opcode() say what */
    }
    status = check_opcode(flow, instr);
    return status == ESC_OK ? write_result(flow, instr) : status;
}
