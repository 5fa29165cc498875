/* engine_escalations.c - escalations as things: found, made, started, forgotten. What they do is in engine_frames.c. */
#include "engine/engine_internal.h"

#include <stdlib.h>
#include <string.h>

/* Position of the first escalation whose id is not below `id`. */
static size_t position_of(const EscEngine *engine, uint64_t id)
{
    size_t low = 0, high = engine->escalations_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (engine->escalations[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

EscEscalation *esc_escalation_find(const EscEngine *engine, uint64_t id)
{
    size_t position = position_of(engine, id);
    if (position == engine->escalations_count || engine->escalations[position]->id != id)
        return NULL;
    return engine->escalations[position];
}

static void ticket_link(EscTicket *ticket, EscEscalation *escalation)
{
    ESC_ENGINE_GROW(ticket->open, ticket->open_count, ticket->open_capacity);
    size_t at = ticket->open_count++;
    for (; at > 0 && ticket->open[at - 1]->id > escalation->id; at--)
        ticket->open[at] = ticket->open[at - 1];
    ticket->open[at] = escalation;
}

EscEscalation *esc_escalation_alloc(EscEngine *engine, uint64_t id, EscTicket *ticket,
                                    const EscEngineBundle *bundle, EscText template_name)
{
    EscEscalation *escalation = esc_engine_alloc(sizeof *escalation);
    *escalation = (EscEscalation){
        .id = id,
        .ticket = ticket,
        .bundle = bundle,
        .template_name = esc_engine_intern(engine, template_name),
        .start_type = ESC_NONE,
        .raised = {.exception = ESC_NONE, .place = ESC_NONE},
        .asked = {.exception = ESC_NONE, .place = ESC_NONE},
    };
    escalation->template_index =
        bundle == NULL ? ESC_NONE : esc_template_find(bundle->program, template_name);
    if (escalation->template_index != ESC_NONE) {
        memcpy(escalation->bundle_hash, esc_bundle_hash(bundle->bundle), 32);
        escalation->checks_count = esc_escalation_template(escalation)->checks_count;
    }
    escalation->checks = esc_engine_alloc(escalation->checks_count);
    escalation->raised_checks =
        esc_engine_alloc((escalation->checks_count / 64 + 1) * sizeof *escalation->raised_checks);
    ESC_ENGINE_GROW(engine->escalations, engine->escalations_count, engine->escalations_capacity);
    size_t position = position_of(engine, id);
    memmove(engine->escalations + position + 1, engine->escalations + position,
            (engine->escalations_count - position) * sizeof *engine->escalations);
    engine->escalations[position] = escalation;
    engine->escalations_count++;
    ticket_link(ticket, escalation);
    return escalation;
}

void esc_escalation_free(EscEngine *engine, EscEscalation *escalation)
{
    (void)engine;
    esc_frame_drop(&escalation->frame);
    esc_frame_drop(&escalation->below);
    esc_raised_release(&escalation->raised);
    esc_raised_release(&escalation->asked);
    esc_text_drop(&escalation->kept_state);
    for (uint32_t i = 0; i < escalation->start_fields_count; i++)
        esc_owned_release(&escalation->start_fields[i]);
    free(escalation->start_fields);
    esc_text_drop(&escalation->start_json);
    free(escalation->checks);
    free(escalation->raised_checks);
    for (size_t i = 0; i < escalation->changes_count; i++)
        esc_change_release(&escalation->changes[i]);
    free(escalation->changes);
    if (escalation->has_undo)
        esc_change_release(&escalation->undo);
    for (size_t i = 0; i < escalation->pages_count; i++)
        esc_text_drop(&escalation->pages[i].text);
    free(escalation->pages);
    free(escalation->expectations);
    free(escalation->inverses);
    free(escalation);
}

void esc_escalation_dirty(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->is_dirty)
        return;
    escalation->is_dirty = true;
    ESC_ENGINE_GROW(engine->dirty_escalations, engine->dirty_escalations_count,
                    engine->dirty_escalations_capacity);
    engine->dirty_escalations[engine->dirty_escalations_count++] = escalation;
}

/* The first moment is the opening; when there are too many, the oldest behind it goes. */
void esc_escalation_moment(EscEngine *engine, EscEscalation *escalation, EscAuditKind kind,
                           EscText who)
{
    if (escalation->timeline_count == ESC_TIMELINE_MAX) {
        memmove(escalation->timeline + 1, escalation->timeline + 2,
                (ESC_TIMELINE_MAX - 2) * sizeof escalation->timeline[0]);
        escalation->timeline_count--;
    }
    escalation->timeline[escalation->timeline_count++] = (EscMoment){
        .kind = (uint8_t)kind,
        .at_ms = engine->now_ms,
        .who = esc_engine_intern(engine, who),
    };
    esc_escalation_dirty(engine, escalation);
}

const EscTemplateRow *esc_escalation_template(const EscEscalation *escalation)
{
    return &escalation->bundle->program->templates[escalation->template_index];
}

EscText esc_escalation_title(const EscEscalation *escalation)
{
    if (escalation->bundle == NULL || escalation->template_index == ESC_NONE)
        return escalation->template_name;
    EscText title = escalation->bundle->program->texts[esc_escalation_template(escalation)->title];
    return title.size > 0 ? title : escalation->template_name;
}

EscText esc_escalation_name(EscEngine *engine, const EscEscalation *escalation)
{
    return esc_turn_printf(engine, "E-%llu", (unsigned long long)escalation->id);
}

bool esc_escalation_is_open(const EscEscalation *escalation)
{
    return escalation->state != ESC_STATE_CLOSED;
}

void esc_outcome_add(EscEngine *engine, const EscEscalation *escalation)
{
    EscOutcome *outcome = engine->outcome;
    if (outcome == NULL)
        return;
    for (uint32_t i = 0; i < outcome->escalations_count; i++) {
        if (outcome->escalations[i] == escalation->id)
            return;
    }
    if (outcome->escalations_count < ESC_COUNT_OF(outcome->escalations))
        outcome->escalations[outcome->escalations_count++] = escalation->id;
}

/* --- starting ------------------------------------------------------------------------------------------------- */

static void start_event_keep(EscEscalation *escalation, const EscEvent *event)
{
    escalation->start_type = event->type;
    escalation->start_fields_count = event->fields_count;
    escalation->start_fields =
        esc_engine_alloc(event->fields_count * sizeof *escalation->start_fields);
    for (uint32_t i = 0; i < event->fields_count; i++)
        escalation->start_fields[i] = esc_owned_copy(event->fields[i]);
    escalation->start_json = esc_text_own(event->json);
}

static bool is_startable(EscEngine *engine, EscTicket *ticket, EscText name,
                         const EscTemplateRow *row)
{
    EscEscalation *open = esc_ticket_open_of(ticket, name);
    if (open != NULL) {
        EscText text = esc_escalation_name(engine, open);
        esc_audit_ticket(engine, ticket, ESC_AUDIT_NOT_STARTED,
                         esc_audit_data(engine, "template", name, "because", text, NULL),
                         "%.*s did not start again: %.*s is still open", ESC_TEXT_ARG(name),
                         ESC_TEXT_ARG(text));
        return false;
    }
    const EscStarts *starts = esc_ticket_starts(engine, ticket, name);
    if (row->again_after_ms > 0 && starts->closed_at_ms > 0 &&
        engine->now_ms < starts->closed_at_ms + row->again_after_ms) {
        EscText until = esc_local_time(engine, starts->closed_at_ms + row->again_after_ms);
        esc_audit_ticket(
            engine, ticket, ESC_AUDIT_NOT_STARTED,
            esc_audit_data(engine, "template", name, "because", ESC_TEXT("again after"), NULL),
            "%.*s did not start: it may start again from %.*s on", ESC_TEXT_ARG(name),
            ESC_TEXT_ARG(until));
        return false;
    }
    return true;
}

/* If the first run told nobody, the owner hears of it from the engine. */
static void owner_tell(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->is_told || escalation->state != ESC_STATE_OPEN)
        return;
    EscText title = esc_ticket_text(engine, escalation->ticket, engine->title_slot);
    EscMessage message = {
        .text = esc_turn_printf(engine, "You are accountable for %.*s: %.*s",
                                ESC_TEXT_ARG(escalation->ticket->id), ESC_TEXT_ARG(title)),
    };
    esc_message_person(engine, escalation, escalation->owner, &message);
}

EscEscalation *esc_escalation_start(EscEngine *engine, EscTicket *ticket, uint32_t template_index,
                                    const EscEvent *event, EscText because)
{
    const EscProgram *program = engine->current->program;
    const EscTemplateRow *row = &program->templates[template_index];
    EscText name = program->texts[row->name];
    if (!is_startable(engine, ticket, name, row))
        return NULL;
    EscStarts *starts = esc_ticket_starts(engine, ticket, name);
    starts->count++;
    esc_ticket_dirty(engine, ticket);
    EscEscalation *escalation = esc_escalation_alloc(engine, engine->counters.next_escalation++,
                                                     ticket, engine->current, name);
    escalation->is_new = escalation->is_first_run = true;
    escalation->opened_at_ms = engine->now_ms;
    if (event != NULL)
        start_event_keep(escalation, event);
    esc_outcome_add(engine, escalation);
    esc_escalation_dirty(engine, escalation);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_OPENED,
                         esc_audit_data(engine, "template", name, "because", because, NULL),
                         "\"%.*s\" started on %.*s: %.*s",
                         ESC_TEXT_ARG(esc_escalation_title(escalation)), ESC_TEXT_ARG(ticket->id),
                         ESC_TEXT_ARG(because));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_OPENED, (EscText){0});
    esc_frame_start(engine, escalation, row->steps, NULL, 0);
    esc_qa_begin(engine, escalation);
    esc_frame_drive(engine, escalation);
    owner_tell(engine, escalation);
    escalation->is_first_run = false;
    esc_ticket_touch(engine, ticket);
    return escalation;
}

void esc_start_ask(EscEngine *engine, EscTicket *ticket, EscText template_name, EscText because)
{
    if (engine->starts_count >= ESC_ENGINE_STARTS_MAX) {
        esc_audit_ticket(engine, ticket, ESC_AUDIT_NOT_STARTED,
                         esc_audit_data(engine, "template", template_name, "because",
                                        ESC_TEXT("too many"), NULL),
                         "%.*s did not start: templates started %d others at once",
                         ESC_TEXT_ARG(template_name), ESC_ENGINE_STARTS_MAX);
        return;
    }
    ESC_ENGINE_GROW(engine->starts, engine->starts_count, engine->starts_capacity);
    engine->starts[engine->starts_count++] = (EscStartAsked){
        .ticket = ticket,
        .template_name = esc_engine_intern(engine, template_name),
        .because = because,
    };
}
