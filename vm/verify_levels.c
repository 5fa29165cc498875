/* verify_levels.c - the rules of service levels: their conditions, their clocks, and that a table of times has one for each
 * value of its field, so that whoever counts needs no way out. V08, V25, V31, V35.
 *
 * Columns hold by now: every index may be used without looking. */
#include <esc/vm.h>

#include "vm_internal.h"

/* How many goals a clock has; 0: its field is of no kind that has fixed values. */
static uint32_t goals_wanted(const EscProgram *program, const EscSlaClockRow *row)
{
    if (row->field == 0)
        return 1;
    const EscFieldRow *field = &program->fields[row->field - 1];
    uint32_t count = 0;
    if (field->scope != ESC_SCOPE_TICKET)
        return 0;
    if (esc_type_kind(field->type) == ESC_KIND_BOOL)
        count = 2;
    else if (esc_type_kind(field->type) == ESC_KIND_ENUM)
        count = program->enums[esc_type_enum(field->type)].members_count;
    return count > 0 && esc_type_is_optional(field->type) ? count + 1 : count;
}

static EscStatus verify_goals(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscSlaClockRow *row = &program->sla_clocks[i];
    uint32_t wanted = goals_wanted(program, row);
    REJECT_IF(wanted == 0, "V08", SLA_CLOCKS, i, "the field has no fixed values");
    REJECT_IF(row->goals_count != wanted, "V31", SLA_CLOCKS, i,
              "there are %u goals, and the field has %u values", (unsigned)row->goals_count,
              (unsigned)wanted);
    for (uint32_t k = row->goals_first; k < row->goals_first + row->goals_count; k++)
        REJECT_IF(program->goals[k].ms != 0 &&
                      !esc_bound_holds(ESC_BOUND_DEADLINE_MS, program->goals[k].ms),
                  "V08", GOALS, k, "a time is out of range");
    return ESC_OK;
}

static EscStatus verify_clock_events(EscVerify *verify, uint32_t first, uint32_t count)
{
    const EscClockEventRow *events = verify->program->clock_events;
    for (uint32_t i = first + 1; i < first + count; i++)
        REJECT_IF(events[i].event <= events[i - 1].event, "V35", CLOCK_EVENTS, i,
                  "events must ascend within a clock");
    return ESC_OK;
}

/* Only a clock of messages begins with an event; the clock to resolve is the resolution's alone. */
static EscStatus verify_events(EscVerify *verify, uint32_t i)
{
    const EscSlaClockRow *row = &verify->program->sla_clocks[i];
    bool is_update = row->clock == ESC_SLA_CLOCK_UPDATE;
    REJECT_IF((row->since_count > 0) != is_update, "V08", SLA_CLOCKS, i,
              "a clock of messages has events that start it, and no other has");
    REJECT_IF(is_update && row->met_count == 0, "V08", SLA_CLOCKS, i, "no event meets it");
    REJECT_IF(row->clock == ESC_SLA_CLOCK_RESOLVE && row->met_count > 0, "V08", SLA_CLOCKS, i,
              "the resolution alone meets the clock to resolve");
    EscStatus status = verify_clock_events(verify, row->since_first, row->since_count);
    return status != ESC_OK ? status : verify_clock_events(verify, row->met_first, row->met_count);
}

static bool warning_is_twice(const EscProgram *program, uint32_t first, uint32_t at)
{
    for (uint32_t i = first; i < at; i++)
        if (program->warns[i].percent == program->warns[at].percent &&
            program->warns[i].before_ms == program->warns[at].before_ms)
            return true;
    return false;
}

static EscStatus verify_warning(EscVerify *verify, const EscSlaClockRow *clock, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscWarnRow *row = &program->warns[i];
    REJECT_IF((row->percent == 0) == (row->before_ms == 0), "V08", WARNS, i,
              "a warning has a share or a time before the end");
    REJECT_IF(warning_is_twice(program, clock->warns_first, i), "V35", WARNS, i,
              "a warning is there twice");
    REJECT_UNLESS_BOUND_OR_0(BEFORE_DUE_MS, row->before_ms, WARNS, i);
    for (uint32_t k = clock->goals_first; k < clock->goals_first + clock->goals_count; k++)
        REJECT_IF(program->goals[k].ms != 0 && program->goals[k].ms <= row->before_ms, "V08", WARNS,
                  i, "goal %u is not longer than that", (unsigned)k);
    return ESC_OK;
}

static EscStatus verify_clock(EscVerify *verify, uint32_t i)
{
    const EscSlaClockRow *row = &verify->program->sla_clocks[i];
    EscStatus status = verify_goals(verify, i);
    if (status == ESC_OK)
        status = verify_events(verify, i);
    if (status != ESC_OK)
        return status;
    REJECT_UNLESS_BOUND(CLOCK_WARNS, row->warns_count, SLA_CLOCKS, i);
    for (uint32_t k = row->warns_first; k < row->warns_first + row->warns_count; k++) {
        status = verify_warning(verify, row, k);
        if (status != ESC_OK)
            return status;
    }
    return ESC_OK;
}

static EscStatus verify_level(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscSlaRow *row = &program->slas[i];
    const uint32_t conditions[] = {row->cond, row->pause};
    for (size_t k = 0; k < ESC_COUNT_OF(conditions); k++) {
        EscStatus status = conditions[k] == 0
                               ? ESC_OK
                               : esc_verify_entry(verify, ESC_TABLE_SLAS, i, conditions[k] - 1,
                                                  ESC_FUNCTION_COND, 0, ESC_NONE);
        if (status != ESC_OK)
            return status;
    }
    for (uint32_t k = row->clocks_first; k < row->clocks_first + row->clocks_count; k++) {
        REJECT_IF(k > row->clocks_first &&
                      program->sla_clocks[k].clock <= program->sla_clocks[k - 1].clock,
                  "V35", SLA_CLOCKS, k, "clocks must ascend within a service level");
        EscStatus status = verify_clock(verify, k);
        if (status != ESC_OK)
            return status;
    }
    return ESC_OK;
}

EscStatus esc_verify_levels(EscVerify *verify)
{
    for (uint32_t i = 0; i < verify->program->slas_count; i++) {
        EscStatus status = verify_level(verify, i);
        if (status != ESC_OK)
            return status;
    }
    return ESC_OK;
}
