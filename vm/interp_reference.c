/* interp_reference.c - the plain interpreter: a switch over opcodes.def, written to be read. interp.c must always agree with it.
 *
 * What the verifier proved is looked at again before each instruction: the tags of what it reads, its indexes, its fuel. A check
 * that fails here is our bug, never the program's, and stops the run with ESC_TRAP. An opcode without a case makes the
 * compiler complain, because the switch has no default. */
#include <esc/vm.h>

#include <math.h>

#include "vm_internal.h"

typedef struct Machine {
    EscRun *run;
    const EscHost *host;
    const EscProgram *program;
    const EscFunctionRow *function;
    int64_t now_ms;
    EscWhy *why;
    bool has_ended;
    EscRunEnd end;
} Machine;

/* --- run-time checks ----------------------------------------------------------------------------------------------- */

static bool input_fits(const Machine *m, uint32_t operand, uint32_t at)
{
    if (at >= ESC_REGISTERS_MAX)
        return operand == ESC_OPERAND_NONE;
    EscType type = m->run->registers[at].type;
    switch (operand) {
    case ESC_OPERAND_IN_ANY:
        return type != ESC_TYPE(ESC_KIND_UNSET);
    case ESC_OPERAND_IN_OPTIONAL:
        return esc_type_is_optional(type);
    case ESC_OPERAND_IN_BOOL:
        return type == ESC_TYPE(ESC_KIND_BOOL);
    case ESC_OPERAND_IN_NUMBER:
        return type == ESC_TYPE(ESC_KIND_NUMBER);
    case ESC_OPERAND_IN_TEXT:
    case ESC_OPERAND_IN_TEXTS:
        return type == ESC_TYPE(ESC_KIND_TEXT);
    case ESC_OPERAND_IN_DURATION:
        return type == ESC_TYPE(ESC_KIND_DURATION);
    case ESC_OPERAND_IN_TIME:
        return type == ESC_TYPE(ESC_KIND_TIME);
    case ESC_OPERAND_IN_ENUM:
        return (type & ~0xffff0000u) == ESC_TYPE(ESC_KIND_ENUM);
    case ESC_OPERAND_IN_LIST:
        return type == ESC_TYPE(ESC_KIND_LIST);
    case ESC_OPERAND_IN_REF:
        return type == ESC_TYPE(ESC_KIND_REF);
    default:
        return true; /* a written register, or nothing */
    }
}

static uint32_t index_end(const Machine *m, uint32_t operand)
{
    switch (operand) {
    case ESC_OPERAND_CONST:
        return m->program->consts_count;
    case ESC_OPERAND_FIELD:
        return m->program->fields_count;
    case ESC_OPERAND_FACT:
        return ESC_FACT_COUNT;
    case ESC_OPERAND_PARAM:
        return m->program->params_count;
    case ESC_OPERAND_TARGET:
    case ESC_OPERAND_BACK:
        return m->function->code_count;
    case ESC_OPERAND_UNIT:
        return ESC_UNITS_COUNT;
    case ESC_OPERAND_FORM:
        return ESC_FORM_COUNT;
    case ESC_OPERAND_EFFECT:
        return m->program->effects_count;
    case ESC_OPERAND_WAIT:
        return m->program->waits_count;
    case ESC_OPERAND_CLOCK:
        return m->program->clocks_count;
    case ESC_OPERAND_DATE:
        return m->program->dates_count;
    case ESC_OPERAND_CALENDAR:
        return m->program->calendars_count;
    default:
        return UINT32_MAX; /* a mode, a role, a text: used as a number only */
    }
}

static bool operands_fit(const Machine *m, const EscInstr *i)
{
    const EscOpInfo *info = &esc_op_info[i->op];
    bool c_is_count = info->c == ESC_OPERAND_COUNT, b_is_count = info->b == ESC_OPERAND_COUNT;
    return input_fits(m, info->a, i->a) && (b_is_count || input_fits(m, info->b, i->b)) &&
           (c_is_count || input_fits(m, info->c, i->c)) && i->imm < index_end(m, info->imm) &&
           (info->c != ESC_OPERAND_IN_ENUM ||
            m->run->registers[i->b].type == m->run->registers[i->c].type);
}

/* --- instructions that are more than a line ---------------------------------------------------------------------------- */

static EscStatus set(Machine *m, uint32_t at, EscValue value)
{
    m->run->registers[at] = value;
    return ESC_OK;
}

static EscStatus set_truth(Machine *m, uint32_t at, bool truth)
{
    return set(m, at, (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = truth});
}

static void clamped(Machine *m)
{
    if (m->run->clamped_pc == ESC_NONE)
        m->run->clamped_pc = m->run->pc;
}

static EscStatus set_number(Machine *m, uint32_t at, double number)
{
    if (!isfinite(number)) {
        number = esc_number_clamp(number);
        clamped(m);
    }
    return set(m, at, (EscValue){.type = ESC_TYPE(ESC_KIND_NUMBER), .number = number});
}

static EscStatus set_ms(Machine *m, uint32_t at, EscKind kind, int64_t ms)
{
    if (esc_ms_is_end(ms))
        clamped(m);
    return set(m, at, (EscValue){.type = ESC_TYPE(kind), .ms = ms});
}

static EscStatus load(Machine *m, const EscInstr *i)
{
    EscValue value;
    EscStatus status = esc_run_load(m->run, m->host, i, &value, m->why);
    return status == ESC_OK ? set(m, i->a, value) : status;
}

static EscStatus clock(Machine *m, const EscInstr *i)
{
    bool holds = false;
    EscStatus status = esc_run_clock(m->run, m->host, i, m->now_ms, &holds, m->why);
    return status == ESC_OK ? set_truth(m, i->a, holds) : status;
}

static EscStatus clear(Machine *m, const EscInstr *i)
{
    if (i->a + i->b > ESC_REGISTERS_MAX)
        return esc_run_trap(m->run, m->why, "there are no such registers");
    for (uint32_t r = i->a; r < (uint32_t)i->a + i->b; r++)
        m->run->registers[r] = (EscValue){.type = ESC_TYPE(ESC_KIND_UNSET)};
    return ESC_OK;
}

static EscStatus set_made(Machine *m, const EscInstr *i, EscStatus status, EscText text)
{
    if (status != ESC_OK)
        return esc_why(m->why, status, "", m->run->pc, "scratch memory is used up");
    return set(m, i->a, (EscValue){.type = ESC_TYPE(ESC_KIND_TEXT), .text = text});
}

static EscStatus make_text(Machine *m, const EscInstr *i)
{
    EscText text = ESC_TEXT("");
    EscRun *run = m->run;
    if (i->op == ESC_OP_TO_TEXT)
        return set_made(m, i, esc_make_text(run, m->host, &run->registers[i->b], &text), text);
    if (i->op == ESC_OP_URL_ENCODE)
        return set_made(m, i, esc_make_url(run, run->registers[i->b].text, &text), text);
    if (i->op == ESC_OP_UNMARK)
        return set_made(m, i, esc_make_unmarked(run, run->registers[i->b].text, &text), text);
    if (i->b + i->c > ESC_REGISTERS_MAX)
        return esc_run_trap(run, m->why, "there are no such registers");
    for (uint32_t r = i->b; r < (uint32_t)i->b + i->c; r++) {
        if (!input_fits(m, ESC_OPERAND_IN_TEXT, r))
            return esc_run_trap(run, m->why, "a register is not a text");
    }
    return set_made(m, i, esc_make_join(run, &run->registers[i->b], i->c, &text), text);
}

static EscStatus show(Machine *m, const EscInstr *i, EscValue value)
{
    EscText text = ESC_TEXT("");
    EscForm form = (EscForm)i->imm;
    if (value.type != ESC_TYPE(esc_form_kind(form)))
        return esc_run_trap(m->run, m->why, "a value that has no such form");
    return set_made(m, i, esc_make_shown(m->run, m->host, &value, form, &text), text);
}

static EscStatus make_list(Machine *m, const EscInstr *i, EscValue list, EscText item)
{
    EscValue longer;
    EscStatus status = esc_make_list(m->run, &list, item, &longer);
    if (status != ESC_OK)
        return esc_why(m->why, status, "", m->run->pc, "scratch memory is used up");
    return set(m, i->a, longer);
}

/* The instruction after this one is the default; a jump says otherwise. */
static EscStatus go_to(Machine *m, uint32_t target)
{
    m->run->pc = target - 1; /* step() adds one; 0 wraps and comes back */
    return ESC_OK;
}

static EscStatus unwrap(Machine *m, const EscInstr *i, EscValue b)
{
    if (b.is_missing)
        return go_to(m, i->imm);
    b.type = esc_type_plain(b.type);
    return set(m, i->a, b);
}

static EscStatus wrap(Machine *m, const EscInstr *i, EscValue b)
{
    if (esc_type_is_optional(b.type))
        return esc_run_trap(m->run, m->why, "the value is optional already");
    b.type |= ESC_TYPE_OPTIONAL;
    return set(m, i->a, b);
}

/* Round `round` of the loop that begins at `begin`, if there is one: else to its exit. */
static EscStatus enter_round(Machine *m, uint32_t begin, uint32_t round)
{
    const EscInstr loop = m->program->code[m->function->code_first + begin];
    uint32_t slot = m->run->bundle->loop_slots[m->function->code_first + begin];
    if (loop.op != ESC_OP_LOOP_BEGIN || slot >= ESC_LOOP_DEPTH_MAX || !operands_fit(m, &loop))
        return esc_run_trap(m->run, m->why, "a loop without its list");
    const EscValue list = m->run->registers[loop.b];
    m->run->loops[slot] = round;
    if (round >= loop.c || round >= list.list.count)
        return go_to(m, loop.imm);
    m->run->pc = begin;
    return set(m, loop.a,
               (EscValue){.type = ESC_TYPE(ESC_KIND_TEXT), .text = list.list.items[round]});
}

static EscStatus next_round(Machine *m, const EscInstr *i)
{
    uint32_t slot = m->run->bundle->loop_slots[m->function->code_first + m->run->pc];
    if (slot >= ESC_LOOP_DEPTH_MAX)
        return esc_run_trap(m->run, m->why, "a loop without its counter");
    return enter_round(m, i->imm, m->run->loops[slot] + 1);
}

static EscStatus begin_rounds(Machine *m)
{
    uint32_t slot = m->run->bundle->loop_slots[m->function->code_first + m->run->pc];
    if (slot >= ESC_LOOP_DEPTH_MAX)
        return esc_run_trap(m->run, m->why, "rounds without their counter");
    m->run->loops[slot] = 0;
    return ESC_OK;
}

static EscStatus end_round(Machine *m, const EscInstr *i)
{
    const EscInstr begin = m->program->code[m->function->code_first + i->imm];
    uint32_t slot = m->run->bundle->loop_slots[m->function->code_first + m->run->pc];
    if (slot >= ESC_LOOP_DEPTH_MAX || begin.op != ESC_OP_ROUNDS_BEGIN)
        return esc_run_trap(m->run, m->why, "rounds without their counter");
    if (++m->run->loops[slot] < begin.imm)
        m->run->pc = i->imm; /* on to what stands behind it */
    return ESC_OK;
}

static EscStatus finish(Machine *m, EscRunEnd end)
{
    m->has_ended = true;
    m->end = end;
    return ESC_OK;
}

static EscStatus own(Machine *m, const EscInstr *i)
{
    EscStatus status = m->host->own(m->host->context, i->imm);
    return status == ESC_OK
               ? ESC_OK
               : esc_why(m->why, status, "", m->run->pc,
                         "the host failed to make role %u accountable", (unsigned)i->imm);
}

/* --- one instruction ------------------------------------------------------------------------------------------------------ */

/* Operand tags hold. b and c are the registers' values, or of no use where the opcode reads none. */
static EscStatus execute(Machine *m, const EscInstr *i, EscValue a, EscValue b, EscValue c)
{
    EscRun *run = m->run;
    switch ((EscOp)i->op) {
    case ESC_OP_MOVE:
        return set(m, i->a, b);
    case ESC_OP_CONST:
        return set(m, i->a, esc_const_value(m->program, i->imm));
    case ESC_OP_MISSING:
        return set(m, i->a, (EscValue){.type = i->imm, .is_missing = true});
    case ESC_OP_CLEAR:
        return clear(m, i);
    case ESC_OP_LOAD_TICKET:
    case ESC_OP_LOAD_EVENT:
    case ESC_OP_LOAD_EXCEPTION:
    case ESC_OP_LOAD_PREVIOUS:
    case ESC_OP_LOAD_CHANGED:
    case ESC_OP_LOAD_FACT:
    case ESC_OP_LOAD_PARAM:
    case ESC_OP_LOAD_DOCUMENT:
        return load(m, i);
    case ESC_OP_LOAD_NOW:
        return set_ms(m, i->a, ESC_KIND_TIME, m->now_ms);
    case ESC_OP_LOAD_DATE:
        return set(m, i->a,
                   (EscValue){.type = ESC_TYPE(ESC_KIND_TIME),
                              .ms = esc_host_date_ms(m->host, m->program, i->imm)});
    case ESC_OP_CLOCK:
        return clock(m, i);
    case ESC_OP_UNWRAP:
        return unwrap(m, i, b);
    case ESC_OP_WRAP:
        return wrap(m, i, b);
    case ESC_OP_IS_PRESENT:
        return set_truth(m, i->a, !b.is_missing);
    case ESC_OP_NOT:
        return set_truth(m, i->a, !b.truth);
    case ESC_OP_EQ_BOOL:
        return set_truth(m, i->a, b.truth == c.truth);
    case ESC_OP_EQ_NUMBER:
        return set_truth(m, i->a, b.number == c.number);
    case ESC_OP_LT_NUMBER:
        return set_truth(m, i->a, b.number < c.number);
    case ESC_OP_LE_NUMBER:
        return set_truth(m, i->a, b.number <= c.number);
    case ESC_OP_EQ_DURATION:
    case ESC_OP_EQ_TIME:
        return set_truth(m, i->a, b.ms == c.ms);
    case ESC_OP_LT_DURATION:
    case ESC_OP_LT_TIME:
        return set_truth(m, i->a, b.ms < c.ms);
    case ESC_OP_LE_DURATION:
    case ESC_OP_LE_TIME:
        return set_truth(m, i->a, b.ms <= c.ms);
    case ESC_OP_EQ_ENUM:
        return set_truth(m, i->a, b.member == c.member);
    case ESC_OP_LT_ENUM:
        return set_truth(m, i->a, b.member < c.member);
    case ESC_OP_LE_ENUM:
        return set_truth(m, i->a, b.member <= c.member);
    case ESC_OP_EQ_TEXT:
        return set_truth(m, i->a, esc_text_equal(b.text, c.text));
    case ESC_OP_STARTS_WITH:
        return set_truth(m, i->a, esc_text_starts_with(b.text, c.text));
    case ESC_OP_ENDS_WITH:
        return set_truth(m, i->a, esc_text_ends_with(b.text, c.text));
    case ESC_OP_LIST_HAS:
        return set_truth(m, i->a, esc_list_has(&b, c.text));
    case ESC_OP_STARTS_FOLDED:
        return set_truth(m, i->a, esc_text_starts_folded(b.text, c.text));
    case ESC_OP_ENDS_FOLDED:
        return set_truth(m, i->a, esc_text_ends_folded(b.text, c.text));
    case ESC_OP_CONTAINS:
        return set_truth(m, i->a, esc_text_contains_folded(b.text, c.text));
    case ESC_OP_HAS_FOLDED:
        return set_truth(m, i->a, esc_list_has_folded(&b, c.text));
    case ESC_OP_EQ_REF:
        return set_truth(m, i->a, b.ref == c.ref);
    case ESC_OP_ADD_NUMBER:
        return set_number(m, i->a, b.number + c.number);
    case ESC_OP_SUB_NUMBER:
        return set_number(m, i->a, b.number - c.number);
    case ESC_OP_MUL_NUMBER:
        return set_number(m, i->a, b.number * c.number);
    case ESC_OP_DIV_NUMBER:
        return set_number(m, i->a, b.number / c.number);
    case ESC_OP_DIV_DURATION:
        return set_ms(m, i->a, ESC_KIND_DURATION, esc_ms_divide(b.ms, c.number));
    case ESC_OP_ADD_DURATION:
        return set_ms(m, i->a, ESC_KIND_DURATION, esc_ms_add(b.ms, c.ms));
    case ESC_OP_SUB_DURATION:
        return set_ms(m, i->a, ESC_KIND_DURATION, esc_ms_subtract(b.ms, c.ms));
    case ESC_OP_MUL_DURATION:
        return set_ms(m, i->a, ESC_KIND_DURATION, esc_ms_multiply(b.ms, c.number));
    case ESC_OP_TIME_ADD:
        return set_ms(m, i->a, ESC_KIND_TIME, esc_ms_add(b.ms, c.ms));
    case ESC_OP_ADD_HOURS:
        return set_ms(m, i->a, ESC_KIND_TIME, esc_host_in_hours_ms(m->host, i->imm, b.ms, c.ms));
    case ESC_OP_TIME_SUB:
        return set_ms(m, i->a, ESC_KIND_TIME, esc_ms_subtract(b.ms, c.ms));
    case ESC_OP_TIME_DIFF:
        return set_ms(m, i->a, ESC_KIND_DURATION, esc_ms_subtract(b.ms, c.ms));
    case ESC_OP_DURATION_IN:
        return set_number(m, i->a, esc_duration_in(b.ms, i->imm));
    case ESC_OP_TO_TEXT:
    case ESC_OP_JOIN:
    case ESC_OP_URL_ENCODE:
    case ESC_OP_UNMARK:
        return make_text(m, i);
    case ESC_OP_SHOW:
        return show(m, i, b);
    case ESC_OP_LIST_ADD:
        return make_list(m, i, b, c.text);
    case ESC_OP_JUMP:
        return go_to(m, i->imm);
    case ESC_OP_JUMP_UNLESS:
        return a.truth ? ESC_OK : go_to(m, i->imm);
    case ESC_OP_JUMP_IF:
        return a.truth ? go_to(m, i->imm) : ESC_OK;
    case ESC_OP_LOOP_BEGIN:
        return enter_round(m, run->pc, 0);
    case ESC_OP_LOOP_END:
        return next_round(m, i);
    case ESC_OP_ROUNDS_BEGIN:
        return begin_rounds(m);
    case ESC_OP_ROUNDS_END:
        return end_round(m, i);
    case ESC_OP_RETURN:
        run->answer = a.truth;
        return finish(m, ESC_RUN_RETURNED);
    case ESC_OP_GIVE:
        run->given = a;
        return finish(m, ESC_RUN_GAVE);
    case ESC_OP_END:
        run->end_mode = (EscEndMode)i->imm;
        return finish(m, ESC_RUN_ENDED);
    case ESC_OP_CLOSE:
        run->outcome = i->imm;
        return finish(m, ESC_RUN_CLOSE);
    case ESC_OP_DONE:
        return finish(m, ESC_RUN_DONE);
    case ESC_OP_OWN:
        return own(m, i);
    case ESC_OP_EMIT:
        return esc_run_emit(run, m->host, i, m->why);
    case ESC_OP_WAIT: {
        EscStatus status = esc_run_suspend(run, i->imm, m->why);
        return status == ESC_OK ? finish(m, ESC_RUN_WAITING) : status;
    }
    }
    return esc_run_trap(run, m->why, "there is no such opcode");
}

static EscStatus step(Machine *m)
{
    EscRun *run = m->run;
    if (run->pc >= m->function->code_count)
        return esc_run_trap(run, m->why, "past the end of the function");
    const EscInstr instr = m->program->code[m->function->code_first + run->pc];
    uint32_t cost = esc_op_info[instr.op].cost;
    if (cost > m->function->cost - run->fuel_used)
        return esc_why(m->why, ESC_OUT_OF_FUEL, "V26", run->pc,
                       "function %u ran past its bound of %u units", (unsigned)run->function,
                       (unsigned)m->function->cost);
    run->fuel_used += cost;
    if (!operands_fit(m, &instr))
        return esc_run_trap(run, m->why, "an operand is not what the verifier proved");
    const EscValue *registers = run->registers;
    const EscListener *listener = m->host->listener;
    if (listener != NULL)
        listener->step(listener->context, run->bundle, m->function->code_first + run->pc,
                       registers);
    EscStatus status =
        execute(m, &instr, registers[instr.a % ESC_REGISTERS_MAX],
                registers[instr.b % ESC_REGISTERS_MAX], registers[instr.c % ESC_REGISTERS_MAX]);
    if (status == ESC_OK && !m->has_ended)
        run->pc++;
    return status;
}

EscStatus esc_run_go_reference(EscRun *run, const EscHost *host, int64_t now_ms, EscRunEnd *end,
                               EscWhy *why)
{
    const EscProgram *program = &run->bundle->program;
    Machine machine = {.run = run,
                       .host = host,
                       .program = program,
                       .function = &program->functions[run->function],
                       .now_ms = now_ms,
                       .why = why};
    if (run->wait != ESC_NONE)
        return esc_why(why, ESC_BAD_ARGUMENT, "", run->pc, "the run waits: resume it first");
    run->fuel_used = 0;
    run->clamped_pc = run->cut_pc = ESC_NONE;
    run->cut_bytes = 0;
    run->effects_used = 0;
    EscStatus status = ESC_OK;
    while (status == ESC_OK && !machine.has_ended)
        status = step(&machine);
    if (status != ESC_OK)
        return status;
    if (machine.end != ESC_RUN_WAITING)
        run->pc = machine.function->code_count; /* an ended run cannot be run again */
    *end = machine.end;
    return ESC_OK;
}
