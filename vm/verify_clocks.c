/* verify_clocks.c - tests that time alone can turn: each row of CLOCKS says enough to compute its instant, each is used
 * (V09), as is each of DATES, hours are counted for a length from an instant on (V44), and no condition that stands (of a trigger, a wait, a check, `close when`) reads the time in any other way (V37): so
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

static EscStatus verify_hours(EscVerify *verify, uint32_t i)
{
    const EscClockRow *row = &verify->program->clocks[i];
    REJECT_IF(row->calendar == 0, "V35", CLOCKS, i, "hours have a calendar");
    REJECT_IF(row->index != 0 || row->lead_ms != 0 || row->calendar_ms != 0 ||
                  row->distance_ms != 0 || row->is_until != 0,
              "V11", CLOCKS, i, "columns that its source does not use must be zero");
    return ESC_OK;
}

/* A length of hours is counted from an instant, which a duration that grows is not. */
static EscStatus verify_counted(EscVerify *verify, uint32_t i)
{
    const EscClockRow *row = &verify->program->clocks[i];
    REJECT_IF((row->calendar != 0) != (row->calendar_ms != 0), "V44", CLOCKS, i,
              "a calendar, and only that, counts a length");
    REJECT_IF(row->calendar == 0 && row->lead_ms != 0, "V11", CLOCKS, i,
              "nothing is counted from behind its time on");
    bool is_instant = row->source != ESC_CLOCK_SOURCE_FACT || row->index >= ESC_FACT_COUNT ||
                      esc_type_kind(esc_fact_info[row->index].type) == ESC_KIND_TIME;
    REJECT_IF(row->calendar != 0 && !is_instant, "V44", CLOCKS, i,
              "hours are counted from an instant on");
    return ESC_OK;
}

static EscStatus verify_row(EscVerify *verify, uint32_t i)
{
    const EscClockRow *row = &verify->program->clocks[i];
    if (row->source == ESC_CLOCK_SOURCE_HOURS)
        return verify_hours(verify, i);
    EscStatus status = verify_counted(verify, i);
    if (status != ESC_OK)
        return status;
    REJECT_UNLESS_BOUND(SPAN_MS, row->lead_ms, CLOCKS, i);
    REJECT_UNLESS_BOUND(SPAN_MS, row->calendar_ms, CLOCKS, i);
    REJECT_UNLESS_BOUND(SPAN_MS, row->distance_ms, CLOCKS, i);
    REJECT_IF(row->source == ESC_CLOCK_SOURCE_DATE && row->index >= verify->program->dates_count,
              "V06", CLOCKS, i, "there is no date %u", (unsigned)row->index);
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
    for (uint32_t i = 0; i < program->slas_count && status == ESC_OK; i++)
        if (program->slas[i].pause != 0)
            status = verify_standing(verify, program->slas[i].pause - 1);
    for (uint32_t i = 0; i < program->preds_count && status == ESC_OK; i++)
        if (program->preds[i].kind == ESC_PRED_CODE)
            status = verify_standing(verify, program->preds[i].detail);
    return status;
}

static EscStatus verify_date(EscVerify *verify, uint32_t i)
{
    REJECT_UNLESS_BOUND(DATE_MINUTES, verify->program->dates[i].local_minute, DATES, i);
    return ESC_OK;
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

/* The operands of LOAD_DATE are looked at with their functions. */
static EscStatus verify_date_uses(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    uint8_t *is_used = esc_arena_alloc(verify->scratch, program->dates_count);
    if (is_used == NULL)
        return ESC_NO_MEMORY;
    for (uint32_t i = 0; i < program->clocks_count; i++)
        if (program->clocks[i].source == ESC_CLOCK_SOURCE_DATE)
            is_used[program->clocks[i].index] = 1;
    for (uint32_t i = 0; i < program->code_count; i++)
        if (program->code[i].op == ESC_OP_LOAD_DATE && program->code[i].imm < program->dates_count)
            is_used[program->code[i].imm] = 1;
    for (uint32_t i = 0; i < program->dates_count; i++)
        REJECT_IF(!is_used[i], "V09", DATES, i, "nothing names this date");
    return ESC_OK;
}

EscStatus esc_verify_clocks(EscVerify *verify)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < verify->program->dates_count && status == ESC_OK; i++)
        status = verify_date(verify, i);
    for (uint32_t i = 0; i < verify->program->clocks_count && status == ESC_OK; i++)
        status = verify_row(verify, i);
    if (status == ESC_OK)
        status = verify_uses(verify);
    if (status == ESC_OK)
        status = verify_date_uses(verify);
    return status == ESC_OK ? verify_conditions(verify) : status;
}
