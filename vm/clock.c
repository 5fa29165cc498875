/* clock.c - rows of CLOCKS: tests that time alone can turn.
 *
 * A test has one instant at which its answer changes, a time or the length of a duration that grows, or it asks whether hours
 * are open. What waits for such an answer needs no look at the code: the rows say when. */
#include <esc/vm.h>

#include "vm_internal.h"

bool esc_instr_reads_clock(const EscInstr *instr)
{
    bool is_growing =
        instr->op == ESC_OP_LOAD_FACT &&
        (instr->imm == ESC_FACT_ESCALATION_AGE || instr->imm == ESC_FACT_SLA_RESPOND_OVERDUE ||
         instr->imm == ESC_FACT_SLA_RESOLVE_OVERDUE || instr->imm == ESC_FACT_SLA_UPDATE_OVERDUE);
    return instr->op == ESC_OP_LOAD_NOW || is_growing;
}

static EscStatus load(const EscHost *host, EscLoad what, uint32_t index, EscValue *value)
{
    *value = (EscValue){.type = ESC_TYPE(ESC_KIND_UNSET)};
    return host->load(host->context, what, index, value);
}

static EscStatus hours_hold(const EscClockRow *row, const EscHost *host, bool *holds)
{
    EscValue value;
    EscStatus status = load(host, ESC_LOAD_HOURS, row->calendar - 1, &value);
    if (status != ESC_OK)
        return status;
    *holds = value.truth;
    return value.type == ESC_TYPE(ESC_KIND_BOOL) ? ESC_OK : ESC_TRAP;
}

static EscStatus load_source(const EscProgram *program, const EscClockRow *row, const EscHost *host,
                             EscValue *value)
{
    if (row->source == ESC_CLOCK_SOURCE_DATE) {
        *value = (EscValue){.type = ESC_TYPE(ESC_KIND_TIME),
                            .ms = esc_host_date_ms(host, program, row->index)};
        return ESC_OK;
    }
    static const EscLoad loads[] = {[ESC_CLOCK_SOURCE_TICKET] = ESC_LOAD_TICKET,
                                    [ESC_CLOCK_SOURCE_EVENT] = ESC_LOAD_EVENT,
                                    [ESC_CLOCK_SOURCE_FACT] = ESC_LOAD_FACT,
                                    [ESC_CLOCK_SOURCE_PARAM] = ESC_LOAD_PARAM};
    EscStatus status = load(host, loads[row->source], row->index, value);
    if (status != ESC_OK)
        return status;
    EscKind kind = esc_type_kind(value->type);
    bool is_sound = (kind == ESC_KIND_TIME || kind == ESC_KIND_DURATION) &&
                    (!value->is_missing || esc_type_is_optional(value->type));
    return is_sound ? ESC_OK : ESC_TRAP;
}

/* --- instants -------------------------------------------------------------------------------- */

int64_t esc_host_date_ms(const EscHost *host, const EscProgram *program, uint32_t date)
{
    int64_t minute = program->dates[date].local_minute;
    return esc_ms_add(
        host->instant == NULL ? minute * ESC_MINUTE_MS : host->instant(host->context, minute), 0);
}

int64_t esc_host_in_hours_ms(const EscHost *host, uint32_t calendar, int64_t from_ms, int64_t ms)
{
    if (host->in_hours == NULL)
        return esc_ms_add(from_ms, ms);
    /* What is out of range stays at its end before the host reckons with it, and behind that. */
    int64_t at_ms =
        host->in_hours(host->context, calendar, esc_ms_add(from_ms, 0), esc_ms_add(ms, 0));
    return esc_ms_add(at_ms, 0);
}

int64_t esc_clock_instant_ms(const EscClockRow *row, const EscHost *host, int64_t time_ms)
{
    if (row->calendar != 0)
        time_ms = esc_host_in_hours_ms(host, row->calendar - 1, esc_ms_add(time_ms, row->lead_ms),
                                       row->calendar_ms);
    return esc_ms_add(time_ms, row->distance_ms);
}

/* --- tests ----------------------------------------------------------------------------------- */

EscStatus esc_clock_holds(const EscBundle *bundle, uint32_t clock, const EscHost *host,
                          int64_t now_ms, bool *holds)
{
    const EscClockRow *row = &bundle->program.clocks[clock];
    if (row->source == ESC_CLOCK_SOURCE_HOURS)
        return hours_hold(row, host, holds);
    EscValue value;
    EscStatus status = load_source(&bundle->program, row, host, &value);
    if (status != ESC_OK)
        return status;
    bool has_come = esc_type_kind(value.type) == ESC_KIND_DURATION
                        ? value.ms >= row->distance_ms
                        : now_ms >= esc_clock_instant_ms(row, host, value.ms);
    *holds = !value.is_missing && has_come == (row->is_until == 0);
    return ESC_OK;
}
