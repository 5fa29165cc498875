/* run.c - the life of a run around the interpreters: its start, its boundary to the host, its suspends and resumes.
 *
 * Both interpreters call the same functions here, so the host meets one boundary; whatever comes in over it is checked
 * against what the verifier proved before it gets a register. */
#include <esc/vm.h>

#include <stdalign.h>
#include <string.h>

#include "vm_internal.h"

EscStatus esc_run_trap(const EscRun *run, EscWhy *why, const char *reason)
{
    return esc_why(why, ESC_TRAP, "",
                   run->bundle->program.functions[run->function].code_first + run->pc,
                   "function %u, %u: %s", (unsigned)run->function, (unsigned)run->pc, reason);
}

/* --- start ------------------------------------------------------------------------------------------------------- */

static void run_clear(EscRun *run, const EscBundle *bundle, uint32_t function, char *scratch,
                      size_t scratch_size)
{
    ESC_ASSERT(function < bundle->program.functions_count);
    memset(run, 0, sizeof *run);
    run->bundle = bundle;
    run->function = function;
    run->wait = ESC_NONE;
    run->scratch = scratch;
    run->scratch_size = scratch_size;
}

void esc_run_init(EscRun *run, const EscBundle *bundle, uint32_t function, const EscValue *entry,
                  uint32_t entry_count, char *scratch, size_t scratch_size)
{
    run_clear(run, bundle, function, scratch, scratch_size);
    const EscProgram *program = &bundle->program;
    const EscFunctionRow *row = &program->functions[function];
    const EscActionRow *action = row->action == 0 ? NULL : &program->actions[row->action - 1];
    uint32_t wanted = row->kind == ESC_FUNCTION_CLOSING ? 1
                      : action == NULL                  ? 0
                                                        : action->params_count;
    ESC_ASSERT(row->at_wait == 0);
    ESC_ASSERT(entry_count == wanted);
    for (uint32_t i = 0; i < entry_count; i++) {
        EscType type = action == NULL ? ESC_TYPE(ESC_KIND_TEXT)
                                      : program->params[action->params_first + i].type;
        ESC_ASSERT(esc_value_fits(program, &entry[i], type));
        run->registers[i] = entry[i];
    }
}

void esc_run_init_at_wait(EscRun *run, const EscRun *frame, uint32_t function, char *scratch,
                          size_t scratch_size)
{
    run_clear(run, frame->bundle, function, scratch, scratch_size);
    ESC_ASSERT(frame->wait != ESC_NONE);
    ESC_ASSERT(frame->bundle->program.functions[function].at_wait == frame->wait + 1);
    uint32_t mask = frame->bundle->wait_states[frame->wait].mask;
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
        if ((mask >> r & 1) != 0)
            run->registers[r] = frame->registers[r];
    }
}

/* --- loads and effects ------------------------------------------------------------------------------------------------ */

static EscType load_type(const EscRun *run, const EscInstr *instr)
{
    const EscProgram *program = &run->bundle->program;
    switch (instr->op) {
    case ESC_OP_LOAD_TICKET:
        return program->fields[instr->imm].type;
    case ESC_OP_LOAD_EXCEPTION:
    case ESC_OP_LOAD_PREVIOUS:
        return program->fields[instr->imm].type | ESC_TYPE_OPTIONAL;
    case ESC_OP_LOAD_EVENT:
        return esc_event_load_type(run->bundle, run->function, instr->imm);
    case ESC_OP_LOAD_CHANGED:
        return ESC_TYPE(ESC_KIND_BOOL);
    case ESC_OP_LOAD_FACT:
        return esc_fact_info[instr->imm].type;
    case ESC_OP_LOAD_PARAM:
        return program->params[instr->imm].type;
    case ESC_OP_LOAD_DOCUMENT:
        return program->document_paths[instr->imm].type;
    default:
        return ESC_TYPE(ESC_KIND_UNSET); /* fits no value */
    }
}

static EscLoad load_what(uint8_t op)
{
    switch (op) {
    case ESC_OP_LOAD_TICKET:
        return ESC_LOAD_TICKET;
    case ESC_OP_LOAD_EVENT:
        return ESC_LOAD_EVENT;
    case ESC_OP_LOAD_EXCEPTION:
        return ESC_LOAD_EXCEPTION;
    case ESC_OP_LOAD_PREVIOUS:
        return ESC_LOAD_PREVIOUS;
    case ESC_OP_LOAD_CHANGED:
        return ESC_LOAD_CHANGED;
    case ESC_OP_LOAD_PARAM:
        return ESC_LOAD_PARAM;
    case ESC_OP_LOAD_DOCUMENT:
        return ESC_LOAD_DOCUMENT;
    default:
        return ESC_LOAD_FACT;
    }
}

/* A field may hold more than a register: what is read is the beginning. */
static void cut_text(EscValue *value)
{
    if (esc_type_kind(value->type) == ESC_KIND_TEXT && !value->is_missing)
        value->text = esc_utf8_cut(value->text, ESC_TEXT_MAX);
}

EscStatus esc_run_load(EscRun *run, const EscHost *host, const EscInstr *instr, EscValue *value,
                       EscWhy *why)
{
    *value = (EscValue){.type = ESC_TYPE(ESC_KIND_UNSET)};
    EscStatus status = host->load(host->context, load_what(instr->op), instr->imm, value);
    if (status != ESC_OK)
        return esc_why(why, status, "", run->pc, "the host failed to load %u",
                       (unsigned)instr->imm);
    cut_text(value);
    if (!esc_value_fits(&run->bundle->program, value, load_type(run, instr)))
        return esc_run_trap(run, why, "the host gave a value of another type");
    return ESC_OK;
}

EscStatus esc_run_clock(EscRun *run, const EscHost *host, const EscInstr *instr, int64_t now_ms,
                        bool *holds, EscWhy *why)
{
    EscStatus status = esc_clock_holds(run->bundle, instr->imm, host, now_ms, holds);
    if (status == ESC_TRAP)
        return esc_run_trap(run, why, "the host gave a value of another type");
    if (status != ESC_OK)
        return esc_why(why, status, "", run->pc, "the host failed to load clock %u",
                       (unsigned)instr->imm);
    return ESC_OK;
}

static bool arguments_fit(const EscRun *run, const EscInstr *instr, const EscEffectRow *site)
{
    const EscProgram *program = &run->bundle->program;
    if (instr->c != site->args_count || instr->b + instr->c > ESC_REGISTERS_MAX)
        return false;
    for (uint32_t i = 0; i < instr->c; i++) {
        if (!esc_value_fits(program, &run->registers[instr->b + i],
                            program->effect_args[site->args_first + i].type))
            return false;
    }
    return true;
}

EscStatus esc_run_emit(EscRun *run, const EscHost *host, const EscInstr *instr, EscWhy *why)
{
    const EscProgram *program = &run->bundle->program;
    if (instr->imm >= program->effects_count)
        return esc_run_trap(run, why, "there is no such effect");
    const EscEffectRow *site = &program->effects[instr->imm];
    if (run->effects_used >= program->meta[0].effects_max || run->effects_total == UINT32_MAX)
        return esc_run_trap(run, why, "more effects than the bundle states");
    if (!arguments_fit(run, instr, site))
        return esc_run_trap(run, why, "an argument is not of its site's type");
    run->effects_used++;
    run->effects_total++;
    EscValue result = {.type = ESC_TYPE(ESC_KIND_UNSET)};
    EscStatus status =
        host->emit(host->context, instr->imm, run->registers + instr->b, instr->c, &result);
    if (status != ESC_OK)
        return esc_why(why, status, "", run->pc, "the host failed to emit effect %u",
                       (unsigned)instr->imm);
    if (esc_effect_info[site->kind].result == ESC_KIND_UNSET)
        return ESC_OK;
    cut_text(&result);
    if (instr->a >= ESC_REGISTERS_MAX ||
        !esc_value_fits(program, &result, ESC_TYPE(esc_effect_info[site->kind].result)))
        return esc_run_trap(run, why, "the host gave a result of another type");
    run->registers[instr->a] = result;
    return ESC_OK;
}

/* --- suspend and resume -------------------------------------------------------------------------------------------------------- */

/* Moves a copied value down with the block that it was copied into. */
static void shift_value(EscValue *value, size_t by)
{
    EscKind kind = esc_type_kind(value->type);
    if (value->is_missing)
        return;
    if (kind == ESC_KIND_TEXT)
        value->text.data -= by;
    if (kind != ESC_KIND_LIST)
        return;
    EscText *items = (EscText *)(void *)((char *)(void *)value->list.items - by);
    for (uint32_t i = 0; i < value->list.count; i++)
        items[i].data -= by;
    value->list.items = items;
}

/* Copies what is live behind everything else, then moves the copy to the bottom: dead texts and the host's go. */
static EscStatus settle(EscRun *run, uint32_t mask)
{
    if (esc_scratch_take(run, 0, alignof(max_align_t)) == NULL)
        return ESC_OVER_LIMIT;
    size_t start = run->scratch_used;
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
        EscStatus status =
            (mask >> r & 1) != 0 ? esc_scratch_copy(run, &run->registers[r]) : ESC_OK;
        if (status != ESC_OK)
            return status;
    }
    size_t size = run->scratch_used - start;
    run->scratch_used = 0;
    (void)esc_scratch_take(run, 0, alignof(max_align_t));
    size_t bottom = run->scratch_used;
    if (size > 0)
        memmove(run->scratch + bottom, run->scratch + start, size);
    run->scratch_used = bottom + size;
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
        if ((mask >> r & 1) != 0)
            shift_value(&run->registers[r], start - bottom);
        else
            run->registers[r] = (EscValue){.type = ESC_TYPE(ESC_KIND_UNSET)};
    }
    return ESC_OK;
}

EscStatus esc_run_suspend(EscRun *run, uint32_t wait, EscWhy *why)
{
    const EscBundle *bundle = run->bundle;
    if (wait >= bundle->program.waits_count ||
        bundle->program.waits[wait].function != run->function ||
        bundle->program.waits[wait].pc != run->pc)
        return esc_run_trap(run, why, "this is not the wait point of this instruction");
    const EscWaitState *state = &bundle->wait_states[wait];
    uint32_t at = state->types_first;
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
        if ((state->mask >> r & 1) != 0 &&
            !esc_value_fits(&bundle->program, &run->registers[r], bundle->wait_types[at++]))
            return esc_run_trap(run, why,
                                "a register is not what the verifier proved for this wait");
    }
    run->wait = wait;
    if (esc_snapshot_size(run) > ESC_SNAPSHOT_BYTES_MAX || settle(run, state->mask) != ESC_OK) {
        run->wait = ESC_NONE;
        return esc_why(why, ESC_OVER_LIMIT, "V28", run->pc,
                       "function %u, %u: the registers hold more than a snapshot may",
                       (unsigned)run->function, (unsigned)run->pc);
    }
    return ESC_OK;
}

/* The value of the result register on the way on: the given one, or missing, or 0. */
static EscStatus resume_value(const EscRun *run, bool is_satisfied, const EscValue *result,
                              EscValue *value)
{
    EscType type = run->bundle->program.waits[run->wait].result_type;
    *value = (EscValue){.type = type, .is_missing = esc_type_is_optional(type)};
    if (result == NULL)
        return is_satisfied && type != 0 && !esc_type_is_optional(type) ? ESC_BAD_ARGUMENT : ESC_OK;
    if (!is_satisfied || type == 0)
        return ESC_BAD_ARGUMENT;
    *value = *result;
    if (value->type == esc_type_plain(type))
        value->type = type; /* a plain reply where it might have been missing */
    return esc_value_fits(&run->bundle->program, value, type) ? ESC_OK : ESC_BAD_ARGUMENT;
}

EscStatus esc_run_resume(EscRun *run, bool is_satisfied, const EscValue *result)
{
    if (run->wait == ESC_NONE)
        return ESC_BAD_ARGUMENT;
    const EscWaitRow *wait = &run->bundle->program.waits[run->wait];
    EscValue value;
    EscStatus status = resume_value(run, is_satisfied, result, &value);
    if (status == ESC_OK)
        status = esc_scratch_copy(run, &value);
    if (status != ESC_OK)
        return status;
    if (wait->result_type != 0)
        run->registers[wait->result_register] = value;
    run->pc = is_satisfied ? wait->pc + 1 : wait->timeout;
    run->wait = ESC_NONE;
    return ESC_OK;
}
