/* verify_code.c - one forward pass over each function: V15, V17, V20 to V29 and V36.
 *
 * Jumps lead forward, so when the pass comes to an instruction every way to it has been seen, but for the one back edge of a
 * loop. Ways are joined by equality: a register that two ways leave different is unset. There is no widening, no pruning and
 * no second visit, so the work is linear, and what is known at a wait point is exactly what a snapshot must hold.
 *
 * Functions that run beside a wait begin with the state of that wait, so they come after all others. */
#include <esc/vm.h>

#include <stdio.h>
#include <string.h>

#include "verify_flow.h"

EscStatus flow_bad(Flow *flow, const char *check, const char *format, ...)
{
    char sentence[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    const char *name = flow->pc < flow->count ? esc_op_info[flow->code[flow->pc].op].name : NULL;
    return esc_why(flow->verify->why, ESC_BAD_BUNDLE, check, flow->row->code_first + flow->pc,
                   "function %u, %u %s: %s", (unsigned)flow->function, (unsigned)flow->pc,
                   name == NULL ? "?" : name, sentence);
}

/* --- joins ---------------------------------------------------------------------------------------------------------- */

static EscStatus join(Flow *flow, FlowState *into, const FlowState *from)
{
    flow->verify->steps++;
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
        if (into->types[r] != from->types[r])
            into->types[r] = ESC_TYPE(ESC_KIND_UNSET);
    }
    FLOW_REJECT_IF(into->pending != from->pending, "V34",
                   "an effect is waited for on one way here and not on another");
    FLOW_REJECT_IF(
        into->sent != from->sent, "V34",
        "the one effect of this function was emitted on one way here and not on another");
    into->zeros &= from->zeros;
    into->is_owned = into->is_owned && from->is_owned;
    into->is_qa_passed = into->is_qa_passed && from->is_qa_passed;
    into->is_raised = into->is_raised && from->is_raised;
    return ESC_OK;
}

/* Within the innermost loop, or to the exit of one of the loops around: V23. Ways into a loop are found when it begins.
 *
 * Rounds may be left for wherever the code around them could go, because nothing behind them is counted more than once; but not
 * out of a loop that lies in them, whose ways out cost nothing where it is measured. */
static bool target_is_structured(const Flow *flow, uint32_t target)
{
    uint32_t depth = flow->depth;
    while (depth > 0 && flow->loops[depth - 1].is_rounds && target > flow->loops[depth - 1].end)
        depth--;
    if (depth == 0 || target <= flow->loops[depth - 1].end)
        return true;
    for (uint32_t d = depth; d > 0 && !flow->loops[d - 1].is_rounds; d--) {
        if (target == flow->loops[d - 1].end + 1)
            return true;
    }
    return false;
}

/* Only the wait of a round leads to the end of the round: V23. */
static bool ends_a_round_early(const Flow *flow, uint32_t target)
{
    const EscInstr *instr = &flow->code[flow->pc];
    return flow->code[target].op == ESC_OP_ROUNDS_END &&
           (instr->op != ESC_OP_WAIT ||
            flow->verify->program->waits[instr->imm].kind != ESC_WAIT_ROUND);
}

EscStatus flow_to(Flow *flow, uint32_t target)
{
    FLOW_REJECT_IF(target <= flow->pc || target >= flow->count, "V20",
                   "target %u is not ahead in this function", (unsigned)target);
    FLOW_REJECT_IF(!target_is_structured(flow, target), "V23",
                   "target %u is neither in the loop nor its exit", (unsigned)target);
    FLOW_REJECT_IF(ends_a_round_early(flow, target), "V23",
                   "a round ends only when its wait's time is over");
    if (flow->state_at[target] != 0)
        return join(flow, &flow->states[flow->state_at[target] - 1], &flow->now);
    ESC_ASSERT(flow->states_used < ESC_FUNCTION_CODE_MAX);
    flow->states[flow->states_used++] = flow->now;
    flow->state_at[target] = (uint16_t)flow->states_used;
    return ESC_OK;
}

/* --- loops -------------------------------------------------------------------------------------------------------------- */

EscStatus flow_loop_begin(Flow *flow, const EscInstr *instr)
{
    uint32_t exit = instr->imm, end = exit - 1;
    FLOW_REJECT_IF(flow->depth == ESC_LOOP_DEPTH_MAX, "V23", "loops nest at most %d deep",
                   ESC_LOOP_DEPTH_MAX);
    FLOW_REJECT_IF(instr->c == 0, "V23", "the loop has no rounds");
    FLOW_REJECT_IF(instr->a == instr->b, "V23", "the loop would overwrite its list");
    FLOW_REJECT_IF(exit <= flow->pc + 1 || exit >= flow->count, "V20",
                   "the exit %u is not ahead in this function", (unsigned)exit);
    FLOW_REJECT_IF(end == flow->pc || flow->code[end].op != ESC_OP_LOOP_END ||
                       flow->code[end].imm != flow->pc,
                   "V23", "no LOOP_END of this loop stands before its exit");
    for (uint32_t pc = flow->pc + 1; pc <= end; pc++)
        FLOW_REJECT_IF(flow->state_at[pc] != 0, "V23", "a jump leads into the loop, to %u",
                       (unsigned)pc);
    flow->verify->steps += end - flow->pc;
    EscStatus status = flow_to(flow, exit); /* an empty list */
    if (status != ESC_OK)
        return status;
    flow->verify->bundle->loop_slots[flow->row->code_first + flow->pc] = (uint8_t)flow->depth;
    flow->now.types[instr->a] = ESC_TYPE(ESC_KIND_TEXT);
    flow->now.zeros &= ~(1u << instr->a);
    flow->loops[flow->depth++] = (FlowLoop){.begin = flow->pc, .end = end, .entry = flow->now};
    return ESC_OK;
}

/* A loop that does not lie within the one around it shows here: the ends come in the wrong order. What is open and what was sent need no
 * look: the exit joins a round's end with an empty list's way.
 *
 * Whatever the body began with must hold again; what it made on top is forgotten on the way round. The loop's own register is written anew. */
EscStatus flow_loop_end(Flow *flow, const EscInstr *instr)
{
    FLOW_REJECT_IF(flow->depth == 0 || flow->loops[flow->depth - 1].begin != instr->imm ||
                       flow->loops[flow->depth - 1].end != flow->pc,
                   "V23", "this is not the end of the innermost loop");
    const FlowLoop *loop = &flow->loops[flow->depth - 1];
    uint8_t own = flow->code[loop->begin].a;
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++)
        FLOW_REJECT_IF(
            r != own && loop->entry.types[r] != 0 && flow->now.types[r] != loop->entry.types[r],
            "V24", "register %u has not the type that it had when the round began", (unsigned)r);
    FLOW_REJECT_IF(loop->entry.is_qa_passed && !flow->now.is_qa_passed, "V24",
                   "QA is not as it was when the round began");
    flow->depth--;
    flow->verify->bundle->loop_slots[flow->row->code_first + flow->pc] = (uint8_t)flow->depth;
    return ESC_OK;
}

/* Where the rounds that begin here end, if a ROUNDS_END says so: else 0. */
static uint32_t rounds_end(const Flow *flow)
{
    for (uint32_t pc = flow->pc + 1; pc < flow->count; pc++) {
        if (flow->code[pc].op == ESC_OP_ROUNDS_END && flow->code[pc].imm == flow->pc)
            return pc;
    }
    return 0;
}

/* Waits in [from, to): the one that may be is a ROUND; another, or rounds within rounds, count for more than one. */
static uint32_t waits_of_round(const Flow *flow, uint32_t from, uint32_t to)
{
    uint32_t waits = 0;
    for (uint32_t pc = from; pc < to; pc++) {
        const EscInstr *instr = &flow->code[pc];
        bool is_round = instr->op == ESC_OP_WAIT &&
                        flow->verify->program->waits[instr->imm].kind == ESC_WAIT_ROUND;
        waits += instr->op == ESC_OP_ROUNDS_BEGIN ? 2 : instr->op == ESC_OP_WAIT ? 2 - is_round : 0;
    }
    return waits;
}

/* A counted loop around one wait: its body runs once between two suspends, whatever its number of rounds is. */
EscStatus flow_rounds_begin(Flow *flow, const EscInstr *instr)
{
    uint32_t end = rounds_end(flow);
    FLOW_REJECT_IF(flow->depth == ESC_LOOP_DEPTH_MAX, "V23", "loops nest at most %d deep",
                   ESC_LOOP_DEPTH_MAX);
    FLOW_REJECT_IF(!esc_bound_holds(ESC_BOUND_EVERY_ROUNDS, instr->imm), "V23", "%u rounds",
                   (unsigned)instr->imm);
    FLOW_REJECT_IF(end == 0, "V23", "no ROUNDS_END is of these rounds");
    FLOW_REJECT_IF(flow->depth > 0 && end >= flow->loops[flow->depth - 1].end, "V23",
                   "the rounds end behind the loop around them");
    for (uint32_t pc = flow->pc + 1; pc <= end; pc++)
        FLOW_REJECT_IF(flow->state_at[pc] != 0, "V23", "a jump leads into the rounds, to %u",
                       (unsigned)pc);
    FLOW_REJECT_IF(waits_of_round(flow, flow->pc + 1, end) != 1, "V23",
                   "there is not one wait for the next round, and nothing else that waits");
    flow->verify->steps += 2 * (end - flow->pc);
    flow->verify->bundle->loop_slots[flow->row->code_first + flow->pc] = (uint8_t)flow->depth;
    flow->loops[flow->depth++] =
        (FlowLoop){.begin = flow->pc, .end = end, .is_rounds = true, .entry = flow->now};
    return ESC_OK;
}

/* Only the wait leads here (flow_to), so the state is that at the wait. */
EscStatus flow_rounds_end(Flow *flow, const EscInstr *instr)
{
    const FlowLoop *loop = flow->depth == 0 ? NULL : &flow->loops[flow->depth - 1];
    FLOW_REJECT_IF(loop == NULL || loop->begin != instr->imm || loop->end != flow->pc, "V23",
                   "this is not the end of the innermost loop");
    FLOW_REJECT_IF((esc_op_info[flow->code[flow->pc - 1].op].flags & ESC_OPF_NO_NEXT) == 0, "V23",
                   "a round ends only when its wait's time is over");
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++)
        FLOW_REJECT_IF(loop->entry.types[r] != 0 && flow->now.types[r] != loop->entry.types[r],
                       "V24", "register %u has not the type that it had when the round began",
                       (unsigned)r);
    flow->depth--;
    flow->verify->bundle->loop_slots[flow->row->code_first + flow->pc] = (uint8_t)flow->depth;
    return ESC_OK;
}

/* --- one function --------------------------------------------------------------------------------------------------------- */

/* Entry registers: V25. */
static void entry_state(Flow *flow)
{
    const EscProgram *program = flow->verify->program;
    const EscBundle *bundle = flow->verify->bundle;
    flow->now = (FlowState){.is_owned = flow->row->kind != ESC_FUNCTION_STEPS};
    if (flow->row->kind == ESC_FUNCTION_CLOSING)
        flow->now.types[0] = ESC_TYPE(ESC_KIND_TEXT);
    if (flow->row->action != 0) {
        const EscActionRow *action = &program->actions[flow->row->action - 1];
        for (uint32_t p = 0; p < action->params_count; p++)
            flow->now.types[p] = program->params[action->params_first + p].type;
    }
    if (flow->row->at_wait != 0) {
        const EscWaitState *state = &bundle->wait_states[flow->row->at_wait - 1];
        uint32_t at = state->types_first;
        for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
            if ((state->mask >> r & 1) != 0)
                flow->now.types[r] = bundle->wait_types[at++];
        }
    }
}

/* Joins what falls through from the instruction before with what jumped here. */
static EscStatus arrive(Flow *flow, bool falls_through)
{
    uint16_t waiting = flow->state_at[flow->pc];
    FLOW_REJECT_IF(waiting == 0 && !falls_through, "V21", "nothing leads here");
    if (waiting == 0)
        return ESC_OK;
    if (falls_through)
        return join(flow, &flow->now, &flow->states[waiting - 1]);
    flow->now = flow->states[waiting - 1];
    return ESC_OK;
}

static EscStatus verify_flow(Flow *flow)
{
    bool falls_through = true;
    entry_state(flow);
    for (flow->pc = 0; flow->pc < flow->count; flow->pc++) {
        flow->verify->steps++;
        EscStatus status = arrive(flow, falls_through);
        if (status == ESC_OK && flow->observe != NULL)
            flow->observe(flow->observe_context, flow->pc, &flow->now);
        if (status == ESC_OK)
            status = flow_instruction(flow);
        if (status != ESC_OK)
            return status;
        falls_through = (esc_op_info[flow->code[flow->pc].op].flags & ESC_OPF_NO_NEXT) == 0;
    }
    flow->pc = flow->count - 1;
    FLOW_REJECT_IF(falls_through, "V22", "the last instruction leads past the end of the function");
    return ESC_OK;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* V26 and V27: the bound is derived again and must be the one that the bundle states. */
static EscStatus verify_cost(Flow *flow)
{
    EscCost cost = {0};
    flow->pc = 0;
    EscStatus status = esc_function_cost(flow->verify->program, flow->row, flow->measure, &cost);
    ESC_ASSERT(status == ESC_OK); /* the pass before has looked at every target and loop */
    FLOW_REJECT_IF(cost.fuel > ESC_RUN_COST_MAX, "V26", "a run may cost %llu units",
                   (unsigned long long)cost.fuel);
    FLOW_REJECT_IF(cost.effects > ESC_RUN_EFFECTS_MAX, "V27", "a run may emit %llu effects",
                   (unsigned long long)cost.effects);
    FLOW_REJECT_IF(cost.texts > ESC_RUN_TEXTS_MAX, "V27", "a run may make %llu texts",
                   (unsigned long long)cost.texts);
    FLOW_REJECT_IF(cost.fuel != flow->row->cost, "V26",
                   "a run may cost %llu units, but the bundle states %u",
                   (unsigned long long)cost.fuel, (unsigned)flow->row->cost);
    uint32_t registers = esc_function_registers(flow->verify->program, flow->row);
    flow->cost_max = larger(flow->cost_max, cost.fuel);
    flow->effects_max = larger(flow->effects_max, cost.effects);
    flow->registers_max = larger(flow->registers_max, registers);
    return ESC_OK;
}

EscStatus flow_function(Flow *flow, uint32_t function)
{
    const EscProgram *program = flow->verify->program;
    flow->function = function;
    flow->row = &program->functions[function];
    flow->code = program->code + flow->row->code_first;
    flow->count = flow->row->code_count;
    flow->states_used = 0;
    flow->depth = 0;
    memset(flow->state_at, 0, flow->count * sizeof *flow->state_at);
    EscStatus status = verify_flow(flow);
    return status == ESC_OK ? verify_cost(flow) : status;
}

/* --- the whole of CODE ------------------------------------------------------------------------------------------------------ */

/* Each EMIT has a site and each WAIT a wait point of its own, numbered in the order of the code: V09, V10. */
static EscStatus verify_numbering(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    uint32_t effects = 0, waits = 0;
    for (uint32_t f = 0; f < program->functions_count; f++) {
        const EscFunctionRow *row = &program->functions[f];
        for (uint32_t pc = 0; pc < row->code_count; pc++) {
            const EscInstr *instr = &program->code[row->code_first + pc];
            REJECT_IF(esc_op_info[instr->op].name == NULL, "V10", CODE, row->code_first + pc,
                      "there is no opcode 0x%02x", instr->op);
            if (instr->op == ESC_OP_EMIT)
                REJECT_IF(instr->imm != effects++, "V09", CODE, row->code_first + pc,
                          "effect sites are numbered in the order of EMITs");
            if (instr->op != ESC_OP_WAIT)
                continue;
            REJECT_IF(instr->imm != waits || waits >= program->waits_count, "V09", CODE,
                      row->code_first + pc, "wait points are numbered in the order of WAITs");
            REJECT_IF(program->waits[waits].function != f || program->waits[waits].pc != pc, "V09",
                      WAITS, waits, "this is not where its WAIT stands");
            waits++;
        }
    }
    REJECT_IF(effects != program->effects_count, "V09", EFFECTS, effects,
              "no EMIT uses this site, or an EMIT has none");
    REJECT_IF(waits != program->waits_count, "V09", WAITS, waits, "no WAIT uses this wait point");
    return ESC_OK;
}

EscStatus flow_init(Flow *flow, EscVerify *verify)
{
    EscBundle *bundle = verify->bundle;
    *flow = (Flow){.verify = verify};
    flow->state_at =
        esc_arena_alloc_array(verify->scratch, ESC_FUNCTION_CODE_MAX, sizeof *flow->state_at);
    flow->states =
        esc_arena_alloc_array(verify->scratch, ESC_FUNCTION_CODE_MAX, sizeof *flow->states);
    flow->measure = esc_arena_alloc(verify->scratch, sizeof *flow->measure);
    bundle->wait_states = esc_arena_alloc_array(bundle->arena, verify->program->waits_count,
                                                sizeof *bundle->wait_states);
    bundle->loop_slots = esc_arena_alloc(bundle->arena, verify->program->code_count);
    return esc_arena_failed(verify->scratch) || esc_arena_failed(bundle->arena) ? ESC_NO_MEMORY
                                                                                : ESC_OK;
}

/* META states the maxima over all functions: V26, V27, V28. */
static EscStatus verify_maxima(Flow *flow)
{
    EscVerify *verify = flow->verify;
    const EscMetaRow *meta = &verify->program->meta[0];
    REJECT_IF(meta->cost_max != flow->cost_max, "V26", META, 0, "cost_max is %llu",
              (unsigned long long)flow->cost_max);
    REJECT_IF(meta->effects_max != flow->effects_max, "V27", META, 0, "effects_max is %llu",
              (unsigned long long)flow->effects_max);
    REJECT_IF(meta->registers_max != flow->registers_max, "V28", META, 0, "registers_max is %llu",
              (unsigned long long)flow->registers_max);
    return ESC_OK;
}

/* V29: 64 steps for each instruction and row. A natural program needs fewer than 4; one that was crafted to cost more is refused. */
static EscStatus verify_work(EscVerify *verify)
{
    uint64_t size = verify->program->code_count;
    for (EscTable table = 1; table < ESC_TABLE_COUNT; table++)
        size += esc_program_count(verify->program, table);
    REJECT_IF(verify->steps > 64 * size, "V29", CODE, 0,
              "verifying takes more than 64 steps an instruction");
    return ESC_OK;
}

EscStatus esc_verify_code(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    Flow *flow = esc_arena_alloc(verify->scratch, sizeof *flow);
    EscStatus status = flow == NULL ? ESC_NO_MEMORY : flow_init(flow, verify);
    if (status == ESC_OK)
        status = verify_numbering(verify);
    for (int beside = 0; beside <= 1; beside++) {
        for (uint32_t f = 0; f < program->functions_count && status == ESC_OK; f++) {
            if ((program->functions[f].at_wait != 0) == beside)
                status = flow_function(flow, f);
        }
    }
    if (status == ESC_OK)
        status = verify_maxima(flow);
    return status == ESC_OK ? verify_work(verify) : status;
}
