/* turns.c - a turn: one role or one person is accountable and has a time to acknowledge. How turns follow each other is
 * in owners.c, resort.c and handoff.c. */
#include <engine/duty.h>

/* --- deadlines -------------------------------------------------------------------------------- */

void esc_turn_deadline(EscEngine *engine, EscEscalation *escalation, int64_t within_ms,
                       uint32_t calendar)
{
    const EscProgram *program = escalation->bundle == NULL ? NULL : escalation->bundle->program;
    int64_t due_ms = esc_hours_due_ms(engine, program, calendar, engine->now_ms, within_ms);
    escalation->ack_calendar = calendar;
    esc_timer_put(engine, escalation, NULL, ESC_TIMER_ACK, 0, due_ms);
}

/* Its time is the present policy's. A calendar of another bundle than the escalation's has no number there: then all hours count. */
static void resort_deadline(EscEngine *engine, EscEscalation *escalation)
{
    const EscEngineBundle *bundle = esc_resort_bundle(engine, escalation);
    const EscMetaRow *meta = &bundle->program->meta[0];
    uint32_t calendar = bundle == escalation->bundle ? meta->resort_ack_calendar : 0;
    esc_turn_deadline(engine, escalation, meta->resort_ack_ms, calendar);
}

void esc_role_ack_timer(EscEngine *engine, EscEscalation *escalation)
{
    const EscRoleRow *row = esc_role_row(escalation, escalation->role_row);
    if (row == NULL)
        resort_deadline(engine, escalation);
    else
        esc_turn_deadline(engine, escalation, row->ack_ms, row->ack_calendar);
}

EscText esc_turn_until(EscEngine *engine, const EscEscalation *escalation)
{
    const EscTimerNode *timer = esc_timer_find(escalation->timers, ESC_TIMER_ACK, 0);
    return timer == NULL ? (EscText){0} : esc_local_time(engine, timer->due_ms);
}

void esc_role_hold_timer(EscEngine *engine, EscEscalation *escalation)
{
    const EscRoleRow *row = esc_role_row(escalation, escalation->role_row);
    if (row == NULL || row->hold_ms == 0)
        return;
    int64_t due_ms = esc_hours_due_ms(engine, escalation->bundle->program, row->hold_calendar,
                                      engine->now_ms, row->hold_ms);
    esc_timer_put(engine, escalation, NULL, ESC_TIMER_HOLD, 0, due_ms);
}

void esc_role_active(EscEngine *engine, EscEscalation *escalation)
{
    if (esc_timer_find(escalation->timers, ESC_TIMER_HOLD, 0) != NULL)
        esc_role_hold_timer(engine, escalation);
}

/* --- beginning -------------------------------------------------------------------------------- */

/* Those of the turn that ends are called no more; who was called in their own right still is. */
static void pages_stop(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->owner.size == 0 || escalation->pages_count + escalation->paged_count == 0)
        return;
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    esc_pages_stop(engine, escalation, escalation->owner);
    for (uint32_t i = 0; i < people.count; i++)
        esc_pages_stop(engine, escalation, people.names[i]);
}

void esc_turn_begin(EscEngine *engine, EscEscalation *escalation, uint32_t position, EscText owner,
                    EscText because)
{
    const EscRoleRow *row = esc_role_row(escalation, position);
    pages_stop(engine, escalation);
    esc_paged_turn_begin(escalation);
    esc_shift_note(engine, escalation, because, ESC_ASKING_TURN);
    if (escalation->owner.size > 0 && !esc_text_equal(escalation->owner, owner))
        esc_escalation_former_add(escalation, escalation->owner, false);
    escalation->role_row = position;
    escalation->role = row == NULL ? 3 : row->role;
    if (escalation->is_first_run)
        escalation->opening_role = escalation->role;
    escalation->owner = owner;
    escalation->turn_at_ms = engine->now_ms;
    escalation->handed_to = escalation->handed_by = (EscText){0};
    escalation->is_shift_kept = false;
    esc_role_draw(engine, escalation, position);
    escalation->is_acked = escalation->is_chain_over = false;
    escalation->acked_ms = 0;
    escalation->ackers_count = 0;
    esc_escalation_alarm(engine, escalation, ESC_ALARM_OWNER, false);
    escalation->resort.alarms = 0;
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_HOLD, 0);
    esc_role_ack_timer(engine, escalation);
    esc_follow_timer(engine, escalation);
    esc_ticket_touch(engine, escalation->ticket);
}

void esc_turn_record(EscEngine *engine, EscEscalation *escalation, EscText via)
{
    EscText role = esc_text_from(esc_role_name(escalation->role)),
            until = esc_turn_until(engine, escalation);
    EscText data = esc_audit_data(engine, "owner", escalation->owner, "role", role, "via", via,
                                  "until", until, NULL);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_OWNER, data,
                         "%.*s (%.*s) is accountable and has until %.*s to acknowledge",
                         ESC_TEXT_ARG(escalation->owner), ESC_TEXT_ARG(role), ESC_TEXT_ARG(until));
}

/* --- the clock is corrected ------------------------------------------------------------------- */

void esc_role_move(EscEscalation *escalation, int64_t by_ms)
{
    escalation->turn_at_ms += by_ms;
    if (escalation->first_acked_ms != 0)
        escalation->first_acked_ms += by_ms;
    if (escalation->resort.since_ms != 0)
        escalation->resort.since_ms += by_ms;
}

int64_t esc_role_hold_moved(const EscEngine *engine, const EscEscalation *escalation,
                            const EscMove *move, int64_t due_ms)
{
    const EscRoleRow *row = esc_role_row(escalation, escalation->role_row);
    return esc_move_due(engine, escalation->bundle->program, move,
                        row == NULL ? 0 : row->hold_calendar, due_ms);
}

int64_t esc_role_ack_moved(const EscEngine *engine, const EscEscalation *escalation,
                           const EscMove *move, int64_t due_ms)
{
    return esc_move_due(engine, escalation->bundle->program, move, escalation->ack_calendar,
                        due_ms);
}
