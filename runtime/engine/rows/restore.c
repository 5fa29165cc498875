/* restore.c - the engine's memory from the store's rows. What cannot be read is parked, never dropped: an
 * escalation whose bundle is unknown, whose snapshot is refused or whose body is malformed waits for a person. */
#include <engine/rows.h>

#include <string.h>

EscStatus esc_engine_restore_counters(EscEngine *engine, const EscCounters *counters,
                                      EscBytes workspace, EscWhy *why)
{
    uint64_t *fields[] = {&engine->counters.next_escalation, &engine->counters.next_ticket,
                          &engine->counters.next_outbox, &engine->counters.next_audit,
                          &engine->counters.next_timer};
    engine->counters = *counters;
    for (size_t i = 0; i < ESC_COUNT_OF(fields); i++)
        *fields[i] = *fields[i] == 0 ? 1 : *fields[i];
    engine->now_ms = counters->time_ms;
    if (workspace.size == 0 || esc_workspace_unpack(workspace, engine))
        return ESC_OK;
    return esc_why(why, ESC_BAD_INPUT, "", 0,
                   "what the workspace keeps of absences cannot be read");
}

/* --- tickets ---------------------------------------------------------------------------------- */

bool esc_engine_has_ticket(const EscEngine *engine, EscText id)
{
    return esc_ticket_exists(engine, id);
}

/* A post-mortem that a start on the ticket could have something for. */
static EscText postmortem_lacked(EscEngine *engine, const EscTicket *ticket)
{
    for (size_t i = 0; ticket != NULL && i < ticket->starts_count; i++) {
        uint64_t number = ticket->starts[i].postmortem;
        EscText id = esc_ticket_linked_id(engine, number);
        if (number != 0 && !esc_ticket_exists(engine, id))
            return id;
    }
    return (EscText){0};
}

/* The ticket that has the id already which a ticket that was made in another system is known by there; and what was taken for it. */
static EscText made_lacked(const EscEngine *engine, const EscDelivery *delivery)
{
    EscText id = esc_made_id(delivery);
    for (size_t i = 0; i < engine->tickets.making_count && id.size > 0; i++) {
        const EscTicket *ticket = engine->tickets.making[i];
        if (esc_errand_of_outbox(ticket, delivery->outbox) == NULL)
            continue;
        if (ticket->there.size > 0 && !esc_ticket_exists(engine, ticket->there))
            return ticket->there; /* it is there for certain; the other one may be nowhere */
        return esc_ticket_exists(engine, id) ? (EscText){0} : id;
    }
    return (EscText){0};
}

/* The ticket that is resolved when the task is done. */
static EscText task_ticket(EscEngine *engine, const EscAction *action)
{
    const EscTask *task = esc_task_find(engine, action->escalation, action->task);
    return task == NULL || esc_ticket_exists(engine, task->linked)
               ? (EscText){0}
               : esc_turn_text(engine, task->linked);
}

EscText esc_engine_lacks(EscEngine *engine, const EscInput *input)
{
    EscText id = {0};
    if (input->kind == ESC_INPUT_TIMER)
        return esc_silence_lacks(engine);
    if (input->kind == ESC_INPUT_DELIVERY)
        return made_lacked(engine, input->delivery);
    if (input->kind == ESC_INPUT_EVENT)
        id = input->event->subject;
    else if (input->kind == ESC_INPUT_ACTION && input->action->task != 0)
        id = task_ticket(engine, input->action);
    else if (input->kind == ESC_INPUT_ACTION && input->action->escalation == 0)
        id = input->action->ticket;
    if (input->kind == ESC_INPUT_ACTION && input->action->escalation != 0 && id.size == 0) {
        const EscEscalation *escalation = esc_escalation_find(engine, input->action->escalation);
        id = escalation == NULL ? (EscText){0} : escalation->ticket->id;
    }
    const EscTicket *signpost = id.size == 0 ? NULL : esc_ticket_itself(engine, id);
    if (signpost != NULL && signpost->stands_for.size > 0)
        id = signpost->stands_for;
    if (id.size == 0)
        return id;
    return esc_ticket_exists(engine, id) ? postmortem_lacked(engine, esc_ticket_find(engine, id))
                                         : id;
}

static EscStatus id_check(const EscEngine *engine, EscText id, EscWhy *why)
{
    if (engine->schema.current == NULL)
        return esc_why(why, ESC_CONFLICT, "", 0, "an engine needs a bundle before its tickets");
    if (id.size == 0 || id.size > ESC_ID_BYTES_MAX || esc_engine_has_ticket(engine, id))
        return esc_why(why, ESC_CONFLICT, "", 0, "the ticket's id is bad, or it is there already");
    return ESC_OK;
}

EscStatus esc_engine_restore_ticket(EscEngine *engine, const EscTicketRow *row, EscWhy *why)
{
    EscStatus status = id_check(engine, row->id, why);
    if (status != ESC_OK)
        return status;
    EscTicket *ticket = esc_ticket_new(engine, row->id, row->created_at_ms);
    ticket->updated_at_ms = row->updated_at_ms;
    if (esc_ticket_unpack(row->body, engine, ticket)) {
        if (ticket->updated_at_ms == row->updated_at_ms) /* or it has caught up with the clock */
            esc_body_keep(&ticket->body, row->body);
        esc_postmortems_restored(engine, ticket, row->is_live);
        esc_ticket_written(engine, ticket); /* not live until an escalation follows */
        return ESC_OK;
    }
    esc_ticket_remove(engine, ticket);
    return esc_why(why, ESC_BAD_INPUT, "", 0, "the ticket %.*s cannot be read",
                   ESC_TEXT_ARG(esc_utf8_cut(row->id, 64)));
}

EscStatus esc_engine_make_ticket(EscEngine *engine, EscText id, EscText fields_json, int64_t at_ms,
                                 EscWhy *why)
{
    EscStatus status = id_check(engine, id, why);
    if (status != ESC_OK)
        return status;
    EscTicket *ticket = esc_ticket_new(engine, id, at_ms);
    if (esc_ticket_fields_read(fields_json, engine, ticket)) {
        esc_ticket_written(engine, ticket);
        return ESC_OK;
    }
    esc_ticket_remove(engine, ticket);
    return esc_why(why, ESC_BAD_INPUT, "", 0, "the fields of a ticket are an object");
}

/* --- escalations ------------------------------------------------------------------------------ */

static bool snapshot_verify(EscEngine *engine, EscEscalation *escalation, EscFrame *frame,
                            EscWhy *why)
{
    if (frame->bytes == NULL)
        return true;
    EscScratch *scratch = NULL;
    EscRun *run = esc_run_borrow(engine, &scratch);
    EscStatus status =
        esc_snapshot_read((EscBytes){frame->bytes, frame->size}, escalation->bundle->bundle,
                          frame->effects_total, scratch->bytes, sizeof scratch->bytes, run, why);
    if (status == ESC_OK) {
        frame->function = run->function;
        frame->wait = run->wait;
        frame->effects_total = run->effects_total;
    }
    esc_run_return(engine);
    return status == ESC_OK;
}

/* Nothing that the code checks no more may come from the file. */
static bool frames_verify(EscEngine *engine, EscEscalation *escalation)
{
    EscWhy refused = {.text = ""};
    EscFrame *frame = NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, true, &at)) != NULL;) {
        if (!snapshot_verify(engine, escalation, frame, &refused))
            return false;
    }
    return true;
}

EscReading esc_escalation_read(EscEngine *engine, EscEscalation *escalation,
                               const EscEscalationRow *row)
{
    escalation->state = row->state;
    escalation->role = row->role;
    escalation->owner = esc_engine_intern(engine, row->owner);
    escalation->is_acked = row->is_acked;
    escalation->opened_at_ms = row->opened_at_ms;
    escalation->closed_at_ms = row->closed_at_ms;
    escalation->outcome = esc_engine_intern(engine, row->outcome);
    escalation->version = row->version;
    memcpy(escalation->bundle_hash, row->bundle_hash, sizeof escalation->bundle_hash);
    if (!esc_escalation_unpack(row->body, engine, escalation))
        return ESC_READING_REFUSED;
    return frames_verify(engine, escalation) ? ESC_READING_SOUND : ESC_READING_BROKEN;
}

/* Parked now; the record and the message follow with the next input. */
static void park_silently(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    escalation->is_parked_now = true;
    escalation->state = ESC_STATE_PARKED;
    escalation->parked_because = esc_engine_intern(engine, because);
    engine->escalations.is_parked_due = true;
}

static EscStatus row_check(EscEngine *engine, const EscEscalationRow *row, EscWhy *why)
{
    if (esc_ticket_find(engine, row->ticket) == NULL)
        return esc_why(why, ESC_NOT_FOUND, "", 0, "the ticket of E-%llu is not there",
                       (unsigned long long)row->id);
    if (row->id == 0 || row->state >= ESC_STATE_CLOSED ||
        esc_escalation_find(engine, row->id) != NULL)
        return esc_why(why, ESC_CONFLICT, "", 0, "E-%llu is closed or there already",
                       (unsigned long long)row->id);
    return ESC_OK;
}

EscStatus esc_engine_restore_escalation(EscEngine *engine, const EscEscalationRow *row, EscWhy *why)
{
    EscStatus status = row_check(engine, row, why);
    if (status != ESC_OK)
        return status;
    const EscEngineBundle *bundle = esc_engine_bundle_find(engine, row->bundle_hash);
    if (bundle != NULL && esc_template_find(bundle->program, row->template_name) == ESC_NONE)
        bundle = NULL;
    EscTicket *ticket = esc_ticket_find(engine, row->ticket);
    EscEscalation *escalation =
        esc_escalation_alloc(engine, row->id, ticket, bundle, row->template_name);
    EscReading reading = esc_escalation_read(engine, escalation, row);
    if (reading == ESC_READING_REFUSED)
        esc_escalation_keep(escalation, row->body);
    else if (reading == ESC_READING_SOUND)
        esc_body_keep(&escalation->body, row->body);
    esc_ticket_written(engine, ticket); /* it is live now */
    if (row->state == ESC_STATE_PARKED)
        esc_escalation_alarmed(engine, escalation, ESC_ALARM_PARKED);
    else if (bundle == NULL)
        park_silently(engine, escalation, ESC_SAYING(NO_BUNDLE));
    else if (reading == ESC_READING_REFUSED)
        park_silently(engine, escalation, ESC_SAYING(STATE_REFUSED));
    else if (reading == ESC_READING_BROKEN)
        park_silently(engine, escalation, ESC_SAYING(STEPS_REFUSED));
    esc_reach_look(engine, escalation);
    return ESC_OK;
}

EscStatus esc_engine_restore_closed(EscEngine *engine, const EscEscalationRow *row, EscWhy *why)
{
    EscTicket *ticket = esc_ticket_find(engine, row->ticket);
    if (ticket == NULL || row->id == 0 || row->state != ESC_STATE_CLOSED ||
        esc_escalation_find(engine, row->id) != NULL)
        return esc_why(why, ESC_CONFLICT, "", 0, "E-%llu cannot be shown as a closed one",
                       (unsigned long long)row->id);
    const EscEngineBundle *bundle = esc_engine_bundle_find(engine, row->bundle_hash);
    if (bundle != NULL && esc_template_find(bundle->program, row->template_name) == ESC_NONE)
        bundle = NULL;
    EscEscalation *escalation =
        esc_escalation_alloc(engine, row->id, ticket, bundle, row->template_name);
    if (esc_escalation_read(engine, escalation, row) != ESC_READING_SOUND) {
        esc_frame_drop(&escalation->frame); /* nothing looks into a snapshot that was refused */
        esc_below_drop(escalation);
        esc_triage_drop(escalation);
        esc_copy_drop(escalation);
    }
    return ESC_OK;
}

EscStatus esc_engine_restore_outbox(EscEngine *engine, const EscOutboxRow *row)
{
    if (row->id == 0 || esc_outbox_find(engine, row->id) != NULL)
        return ESC_CONFLICT;
    esc_outbox_wait(engine, row);
    return ESC_OK;
}
