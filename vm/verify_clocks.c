/* verify_clocks.c - tests that time alone can turn: each row of CLOCKS says enough to compute its instant, each is used
 * (V09), and no condition that stands (of a trigger, a wait, a check, `close when`) reads the time in any other way (V37): so
 * whoever asks the rows when an answer may change forgets no instant. */
#include <esc/vm.h>

#include "vm_internal.h"

/* --- rows --------------------------------------------------------------------------------------------------------------- */

static bool fact_is_time(uint32_t fact)
{
    if (fact >= ESC_FACT_COUNT)
        return false;
    const EscInstr load = {.op = ESC_OP_LOAD_FACT, .imm = fact};
    return esc_type_kind(esc_fact_info[fact].type) == ESC_KIND_TIME || esc_instr_reads_clock(&load);
}

static EscStatus verify_field(EscVerify *verify, uint32_t i, EscScope scope)
{
    const EscProgram *program = verify->program;
    const EscClockRow *row = &program->clocks[i];
    REJECT_IF(row->index >= program->fields_count, "V06", CLOCKS, i, "there is no field %u",
              (unsigned)row->index);
    const EscFieldRow *field = &program->fields[row->index];
    REJECT_IF(field->scope != (uint32_t)scope || esc_type_kind(field->type) != ESC_KIND_TIME, "V35",
              CLOCKS, i, "field %u is no time of that scope", (unsigned)row->index);
    return ESC_OK;
}

/* That it is the asking template's is the code's to say: triggers, which belong to no escalation yet, ask for none. */
static EscStatus verify_param(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    uint32_t param = program->clocks[i].index;
    REJECT_IF(param >= program->params_count, "V06", CLOCKS, i, "there is no parameter %u",
              (unsigned)param);
    REJECT_IF(esc_type_kind(program->params[param].type) != ESC_KIND_TIME, "V35", CLOCKS, i,
              "parameter %u is no time", (unsigned)param);
    return ESC_OK;
}

static EscStatus verify_row(EscVerify *verify, uint32_t i)
{
    const EscClockRow *row = &verify->program->clocks[i];
    bool is_hours = row->source == ESC_CLOCK_SOURCE_HOURS;
    REJECT_IF(is_hours != (row->calendar != 0), "V35", CLOCKS, i,
              "hours, and only they, have a calendar");
    REJECT_IF(is_hours && (row->index != 0 || row->distance_ms != 0 || row->is_until != 0), "V11",
              CLOCKS, i, "columns that its source does not use must be zero");
    REJECT_UNLESS_BOUND(SPAN_MS, row->distance_ms, CLOCKS, i);
    if (row->source == ESC_CLOCK_SOURCE_TICKET)
        return verify_field(verify, i, ESC_SCOPE_TICKET);
    if (row->source == ESC_CLOCK_SOURCE_EVENT)
        return verify_field(verify, i, ESC_SCOPE_EVENT);
    if (row->source == ESC_CLOCK_SOURCE_PARAM)
        return verify_param(verify, i);
    REJECT_IF(row->source == ESC_CLOCK_SOURCE_FACT && !fact_is_time(row->index), "V35", CLOCKS, i,
              "fact %u is no time", (unsigned)row->index);
    return ESC_OK;
}

/* --- conditions that stand ----------------------------------------------------------------------------------------------- */

static EscStatus verify_standing(EscVerify *verify, uint32_t function)
{
    const EscProgram *program = verify->program;
    const EscFunctionRow *row = &program->functions[function];
    verify->steps += row->code_count;
    for (uint32_t pc = 0; pc < row->code_count; pc++)
        REJECT_IF(esc_instr_reads_clock(&program->code[row->code_first + pc]), "V37", CODE,
                  row->code_first + pc,
                  "a condition that stands reads the time without a row of CLOCKS");
    return ESC_OK;
}

static EscStatus verify_waits(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < program->waits_count && status == ESC_OK; i++) {
        const EscWaitRow *row = &program->waits[i];
        if (row->cond != 0 && row->kind != ESC_WAIT_EVENT) /* that one is judged at its event */
            status = verify_standing(verify, row->cond - 1);
    }
    return status;
}

static EscStatus verify_conditions(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    EscStatus status = verify_waits(verify);
    for (uint32_t i = 0; i < program->templates_count && status == ESC_OK; i++)
        if (program->templates[i].close_when != 0)
            status = verify_standing(verify, program->templates[i].close_when - 1);
    for (uint32_t i = 0; i < program->checks_count && status == ESC_OK; i++)
        if (program->checks[i].cond != 0)
            status = verify_standing(verify, program->checks[i].cond - 1);
    for (uint32_t i = 0; i < program->preds_count && status == ESC_OK; i++)
        if (program->preds[i].kind == ESC_PRED_CODE)
            status = verify_standing(verify, program->preds[i].detail);
    return status;
}

/* --- each is used ------------------------------------------------------------------------------------------------------ */

static EscStatus use(EscVerify *verify, uint8_t *is_used, uint32_t clock)
{
    REJECT_IF(clock >= verify->program->clocks_count, "V06", CLOCKS, clock, "there is no such row");
    is_used[clock] = 1;
    return ESC_OK;
}

static EscStatus verify_uses(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    uint8_t *is_used = esc_arena_alloc(verify->scratch, program->clocks_count);
    EscStatus status = is_used == NULL ? ESC_NO_MEMORY : ESC_OK;
    for (uint32_t i = 0; i < program->preds_count && status == ESC_OK; i++)
        if (program->preds[i].kind == ESC_PRED_CLOCK)
            status = use(verify, is_used, program->preds[i].detail);
    for (uint32_t i = 0; i < program->code_count && status == ESC_OK; i++)
        if (program->code[i].op == ESC_OP_CLOCK)
            status = use(verify, is_used, program->code[i].imm);
    for (uint32_t i = 0; i < program->clocks_count && status == ESC_OK; i++)
        REJECT_IF(!is_used[i], "V09", CLOCKS, i, "nothing asks for this test");
    return status;
}

EscStatus esc_verify_clocks(EscVerify *verify)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < verify->program->clocks_count && status == ESC_OK; i++)
        status = verify_row(verify, i);
    if (status == ESC_OK)
        status = verify_uses(verify);
    return status == ESC_OK ? verify_conditions(verify) : status;
}
