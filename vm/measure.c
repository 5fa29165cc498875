/* measure.c - how much a function can cost between two suspends, by one sweep from its end to its start.
 *
 * Jumps go forward, so worst[pc] = own cost + the worse of what may follow; a WAIT ends a run, and what follows it begins
 * another. A loop is swept as if it ran once, with the way out of it counted as nothing; its LOOP_BEGIN then charges the
 * body as often as it may run, and what lies behind the loop. Rounds have a wait between them, whose deadline alone leads to the next one, so a
 * run has one body at most. Sums saturate: whatever saturates is over every limit.
 *
 * The compiler measures programs that nobody has verified, so nothing is taken for granted here but the function's range. */
#include <esc/vm.h>

#include <stdlib.h>

#include "vm_internal.h"

#define SATURATED (UINT64_MAX / 4)

typedef struct OpenLoop {
    uint32_t begin, exit;
    EscCost rest; /* from the exit on, in the terms of the loop around */
    EscCost
        resume; /* the worst run that a wait in this loop can begin, up to the end of the round */
    bool has_wait;
    bool is_rounds;
} OpenLoop;

typedef struct Sweep {
    const EscProgram *program;
    const EscInstr *code;
    uint32_t count;
    EscCost *worst;
    OpenLoop loops[ESC_LOOP_DEPTH_MAX + 1]; /* 0: the function itself */
    uint32_t depth;
} Sweep;

static uint64_t add(uint64_t a, uint64_t b)
{
    return a > SATURATED || b > SATURATED || a + b > SATURATED ? SATURATED : a + b;
}

static EscCost cost_add(EscCost a, EscCost b)
{
    return (EscCost){add(a.fuel, b.fuel), add(a.effects, b.effects), add(a.texts, b.texts)};
}

static uint64_t multiply(uint64_t a, uint64_t times)
{
    return times != 0 && a > SATURATED / times ? SATURATED : a * times;
}

static EscCost cost_times(EscCost a, uint32_t times)
{
    return (EscCost){multiply(a.fuel, times), multiply(a.effects, times), multiply(a.texts, times)};
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static EscCost cost_max(EscCost a, EscCost b)
{
    return (EscCost){larger(a.fuel, b.fuel), larger(a.effects, b.effects),
                     larger(a.texts, b.texts)};
}

static EscCost own_cost(const EscInstr *instr)
{
    const EscOpInfo *info = &esc_op_info[instr->op];
    return (EscCost){info->cost, (info->flags & ESC_OPF_EFFECT) != 0,
                     (info->flags & ESC_OPF_MAKES_TEXT) != 0};
}

/* What follows at `target`: nothing when it lies behind the innermost loop over a list, because its LOOP_BEGIN adds the rest. */
static bool cost_at(const Sweep *sweep, uint32_t pc, uint32_t target, EscCost *cost)
{
    uint32_t depth = sweep->depth;
    if (target <= pc || target >= sweep->count)
        return false;
    while (depth > 0 && sweep->loops[depth].is_rounds)
        depth--;
    bool is_outside = depth > 0 && target >= sweep->loops[depth].exit;
    *cost = is_outside ? (EscCost){0} : sweep->worst[target];
    return true;
}

static bool sweep_loop_end(Sweep *sweep, uint32_t pc)
{
    uint32_t begin = sweep->code[pc].imm;
    EscCost rest = {0};
    if (begin >= pc || sweep->depth == ESC_LOOP_DEPTH_MAX ||
        sweep->code[begin].op != ESC_OP_LOOP_BEGIN)
        return false;
    if (!cost_at(sweep, pc, pc + 1, &rest))
        return false;
    sweep->loops[++sweep->depth] = (OpenLoop){.begin = begin, .exit = pc + 1, .rest = rest};
    sweep->worst[pc] = own_cost(&sweep->code[pc]);
    return true;
}

/* Closes the loop: n rounds of the body and the rest. A run that begins at a wait has the remainder of its own round before it. */
static bool sweep_loop_begin(Sweep *sweep, uint32_t pc)
{
    const EscInstr *instr = &sweep->code[pc];
    const OpenLoop *loop = &sweep->loops[sweep->depth];
    if (sweep->depth == 0 || loop->begin != pc || loop->exit != instr->imm || instr->c == 0)
        return false;
    EscCost body = sweep->worst[pc + 1];
    OpenLoop *around = &sweep->loops[--sweep->depth];
    if (loop->has_wait) {
        EscCost others = cost_add(cost_times(body, instr->c - 1u), loop->rest);
        around->resume = cost_max(around->resume, cost_add(loop->resume, others));
        around->has_wait = true;
    }
    sweep->worst[pc] = cost_add(own_cost(instr), cost_add(cost_times(body, instr->c), loop->rest));
    return true;
}

/* The rounds are over here, or the next one begins, which its beginning charges. */
static bool sweep_rounds_end(Sweep *sweep, uint32_t pc)
{
    uint32_t begin = sweep->code[pc].imm;
    EscCost rest = {0};
    if (begin >= pc || sweep->depth == ESC_LOOP_DEPTH_MAX ||
        sweep->code[begin].op != ESC_OP_ROUNDS_BEGIN || !cost_at(sweep, pc, pc + 1, &rest))
        return false;
    sweep->loops[++sweep->depth] = (OpenLoop){.begin = begin, .exit = pc + 1, .is_rounds = true};
    sweep->worst[pc] = cost_add(own_cost(&sweep->code[pc]), rest);
    return true;
}

/* From its wait a run leaves the rounds, or does one more body up to that wait again. */
static bool sweep_rounds_begin(Sweep *sweep, uint32_t pc)
{
    const OpenLoop *loop = &sweep->loops[sweep->depth];
    if (sweep->depth == 0 || loop->begin != pc)
        return false;
    EscCost body = sweep->worst[pc + 1];
    EscCost next = cost_add(own_cost(&sweep->code[loop->exit - 1]), body);
    OpenLoop *around = &sweep->loops[--sweep->depth];
    around->resume = cost_max(around->resume, cost_max(loop->resume, next));
    around->has_wait = true;
    sweep->worst[pc] = cost_add(own_cost(&sweep->code[pc]), body);
    return true;
}

static bool sweep_wait(Sweep *sweep, uint32_t pc)
{
    const EscInstr *instr = &sweep->code[pc];
    EscCost satisfied, timed_out;
    if (instr->imm >= sweep->program->waits_count || !cost_at(sweep, pc, pc + 1, &satisfied) ||
        !cost_at(sweep, pc, sweep->program->waits[instr->imm].timeout, &timed_out))
        return false;
    OpenLoop *loop = &sweep->loops[sweep->depth];
    loop->resume = cost_max(loop->resume, cost_max(satisfied, timed_out));
    loop->has_wait = true;
    sweep->worst[pc] = own_cost(instr);
    return true;
}

static bool sweep_instruction(Sweep *sweep, uint32_t pc)
{
    const EscInstr *instr = &sweep->code[pc];
    const EscOpInfo *info = &esc_op_info[instr->op];
    EscCost next = {0}, target = {0};
    if (info->name == NULL)
        return false;
    if (instr->op == ESC_OP_LOOP_END)
        return sweep_loop_end(sweep, pc);
    if (instr->op == ESC_OP_LOOP_BEGIN)
        return sweep_loop_begin(sweep, pc);
    if (instr->op == ESC_OP_ROUNDS_END)
        return sweep_rounds_end(sweep, pc);
    if (instr->op == ESC_OP_ROUNDS_BEGIN)
        return sweep_rounds_begin(sweep, pc);
    if (instr->op == ESC_OP_WAIT)
        return sweep_wait(sweep, pc);
    if ((info->flags & ESC_OPF_NO_NEXT) == 0 && !cost_at(sweep, pc, pc + 1, &next))
        return false;
    if (info->imm == ESC_OPERAND_TARGET && !cost_at(sweep, pc, instr->imm, &target))
        return false;
    sweep->worst[pc] = cost_add(own_cost(instr), cost_max(next, target));
    return true;
}

EscStatus esc_function_cost(const EscProgram *program, const EscFunctionRow *function,
                            EscMeasure *room, EscCost *cost)
{
    ESC_ASSERT(function->code_count <= ESC_FUNCTION_CODE_MAX);
    Sweep sweep = {
        .program = program,
        .code = program->code + function->code_first,
        .count = function->code_count,
        .worst = room->worst,
    };
    for (uint32_t pc = function->code_count; pc > 0; pc--) {
        if (!sweep_instruction(&sweep, pc - 1))
            return ESC_BAD_ARGUMENT;
    }
    if (sweep.depth != 0)
        return ESC_BAD_ARGUMENT;
    *cost = cost_max(sweep.worst[0], sweep.loops[0].resume);
    return ESC_OK;
}

/* --- registers -------------------------------------------------------------------------------------------------------- */

static uint32_t operand_end(uint8_t kind, uint8_t operand)
{
    return kind == ESC_OPERAND_NONE || kind == ESC_OPERAND_COUNT ? 0 : operand + 1u;
}

/* One behind the highest register that an instruction names. */
static uint32_t registers_end(const EscProgram *program, const EscInstr *instr)
{
    const EscOpInfo *info = &esc_op_info[instr->op];
    switch (instr->op) {
    case ESC_OP_CLEAR:
        return (uint32_t)instr->a + instr->b;
    case ESC_OP_JOIN:
        return (uint32_t)larger(instr->a + 1u, (uint64_t)instr->b + instr->c);
    case ESC_OP_EMIT: {
        uint32_t kind = instr->imm < program->effects_count ? program->effects[instr->imm].kind : 0;
        bool has_result = kind < ESC_EFFECT_COUNT && esc_effect_info[kind].result != ESC_KIND_UNSET;
        return (uint32_t)larger(has_result ? instr->a + 1u : 0,
                                instr->c == 0 ? 0 : (uint64_t)instr->b + instr->c);
    }
    case ESC_OP_WAIT: {
        const EscWaitRow *wait =
            instr->imm < program->waits_count ? &program->waits[instr->imm] : NULL;
        return wait != NULL && wait->result_type != 0 ? wait->result_register + 1 : 0;
    }
    default:
        return (uint32_t)larger(
            operand_end(info->a, instr->a),
            larger(operand_end(info->b, instr->b), operand_end(info->c, instr->c)));
    }
}

uint32_t esc_function_registers(const EscProgram *program, const EscFunctionRow *function)
{
    uint32_t end = function->kind == ESC_FUNCTION_CLOSING ? 1 : 0;
    if (function->action != 0 && function->action <= program->actions_count)
        end = program->actions[function->action - 1].params_count;
    for (uint32_t pc = 0; pc < function->code_count; pc++)
        end = (uint32_t)larger(end,
                               registers_end(program, &program->code[function->code_first + pc]));
    return end;
}

/* --- a whole program ---------------------------------------------------------------------------------------------------- */

static EscStatus measure_function(const EscProgram *program, uint32_t index, EscMeasure *room,
                                  EscFunctionRow *row, EscMetaRow *meta, EscWhy *why)
{
    EscCost cost;
    if (row->code_count == 0 || row->code_count > ESC_FUNCTION_CODE_MAX ||
        row->code_first > program->code_count ||
        row->code_count > program->code_count - row->code_first)
        return esc_why(why, ESC_OVER_LIMIT, "V26", index,
                       "function %u has %u instructions, at most %d fit", (unsigned)index,
                       (unsigned)row->code_count, ESC_FUNCTION_CODE_MAX);
    if (esc_function_cost(program, row, room, &cost) != ESC_OK)
        return esc_why(why, ESC_BAD_ARGUMENT, "V20", index,
                       "function %u has a target or loop that leads nowhere", (unsigned)index);
    if (cost.fuel > ESC_RUN_COST_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "V26", index,
                       "function %u may cost %llu units, at most %d are allowed", (unsigned)index,
                       (unsigned long long)cost.fuel, ESC_RUN_COST_MAX);
    if (cost.effects > ESC_RUN_EFFECTS_MAX || cost.texts > ESC_RUN_TEXTS_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "V27", index,
                       "function %u may emit %llu effects and make %llu texts in one run",
                       (unsigned)index, (unsigned long long)cost.effects,
                       (unsigned long long)cost.texts);
    uint32_t registers = esc_function_registers(program, row);
    if (registers > ESC_REGISTERS_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "V28", index, "function %u needs %u registers",
                       (unsigned)index, (unsigned)registers);
    row->cost = (uint32_t)cost.fuel;
    meta->cost_max = (uint32_t)larger(meta->cost_max, cost.fuel);
    meta->effects_max = (uint32_t)larger(meta->effects_max, cost.effects);
    meta->registers_max = (uint32_t)larger(meta->registers_max, registers);
    return ESC_OK;
}

EscStatus esc_program_measure(const EscProgram *program, EscFunctionRow *functions,
                              EscMetaRow *meta, EscWhy *why)
{
    EscMeasure *room = malloc(sizeof *room);
    if (room == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory to measure costs");
    meta->cost_max = 0;
    meta->effects_max = 0;
    meta->registers_max = 0;
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < program->functions_count && status == ESC_OK; i++)
        status = measure_function(program, i, room, &functions[i], meta, why);
    free(room);
    return status;
}
