/* sla_goals.c - which service level counts for a ticket, which time its tables promise, and from when a clock counts it. */
#include "sla_internal.h"

const EscSlaRow *esc_sla_level(const EscEngine *engine, const EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < program->slas_count; i++) {
        if (esc_text_equal(program->texts[program->slas[i].name], ticket->sla_name))
            return &program->slas[i];
    }
    return NULL;
}

const EscSlaRow *esc_sla_match(EscEngine *engine, EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < program->slas_count; i++) {
        const EscSlaRow *row = &program->slas[i];
        if (row->cond == 0)
            return row;
        EscWorld world = {.engine = engine,
                          .ticket = ticket,
                          .bundle = engine->schema.current,
                          .function = row->cond - 1};
        if (esc_cond_holds(&world, NULL))
            return row;
    }
    return NULL;
}

const EscSlaClockRow *esc_sla_clock(const EscEngine *engine, const EscSlaRow *level,
                                    EscSlaClock clock)
{
    for (uint32_t i = 0; level != NULL && i < level->clocks_count; i++) {
        const EscSlaClockRow *row =
            &engine->schema.current->program->sla_clocks[level->clocks_first + i];
        if (row->clock == (uint32_t)clock)
            return row;
    }
    return NULL;
}

/* Goals lie in the order of their values, that of a missing one last; a value that has to be there and is not is the
 * first one, as for whoever reads the field. */
static uint32_t goal_number(const EscTicket *ticket, const EscFieldRow *field, uint32_t count)
{
    const EscValue *value = &ticket->values[field->slot].value;
    if (value->is_missing)
        return esc_type_is_optional(field->type) ? count - 1 : 0;
    return esc_type_kind(field->type) == ESC_KIND_BOOL ? value->truth : value->member;
}

EscGoalRow esc_sla_goal(const EscEngine *engine, const EscTicket *ticket, const EscSlaClockRow *row)
{
    const EscProgram *program = engine->schema.current->program;
    if (row == NULL)
        return (EscGoalRow){0};
    uint32_t number = row->field == 0
                          ? 0
                          : goal_number(ticket, &program->fields[row->field - 1], row->goals_count);
    ESC_ASSERT(number < row->goals_count);
    return program->goals[row->goals_first + number];
}

int64_t esc_sla_origin_ms(const EscTicket *ticket, EscSlaClock clock)
{
    int64_t origin_ms = ticket->sla[clock].origin_ms;
    return origin_ms == 0 ? ticket->created_at_ms : origin_ms;
}

/* Under another bundle a calendar may be gone; then all time counts until the clock is computed anew. */
static uint32_t calendar_find(const EscProgram *program, EscText name)
{
    for (uint32_t i = 0; name.size > 0 && i < program->calendars_count; i++)
        if (esc_text_equal(program->texts[program->calendars[i].name], name))
            return i + 1;
    return 0;
}

EscClockTime esc_sla_time(const EscEngine *engine, const EscTicket *ticket, EscSlaClock clock)
{
    const EscProgram *program = engine->schema.current->program;
    bool may_stand = clock == ESC_SLA_CLOCK_RESOLVE;
    return (EscClockTime){
        .program = program,
        .zones = engine->zones,
        .calendar = calendar_find(program, ticket->sla[clock].calendar),
        .begin_ms = esc_sla_origin_ms(ticket, clock) + ticket->sla[clock].moved_ms,
        .pauses = may_stand ? ticket->pauses : NULL,
        .pauses_count = may_stand ? ticket->pauses_count : 0,
    };
}
