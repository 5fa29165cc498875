/* escalations.c - escalations as records: found, made, named, given back. How one starts is in flow/start.c,
 * what it does in run/frames.c. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

/* Position of the first escalation whose id is not below `id`. */
static size_t position_of(const EscEngine *engine, uint64_t id)
{
    size_t low = 0, high = engine->escalations.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (engine->escalations.items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

EscEscalation *esc_escalation_find(EscEngine *engine, uint64_t id)
{
    size_t position = position_of(engine, id);
    if (position == engine->escalations.count || engine->escalations.items[position].id != id)
        return NULL;
    return esc_escalation_at(engine, position);
}

void esc_escalation_sleep(EscEngine *engine, uint64_t id, uint32_t ticket_index)
{
    size_t position = position_of(engine, id);
    ESC_ASSERT(position < engine->escalations.count);
    ESC_ASSERT(engine->escalations.items[position].id == id);
    engine->escalations.items[position].escalation = NULL;
    engine->escalations.items[position].sleeper = ticket_index + 1;
}

void esc_escalation_leave(EscEngine *engine, uint64_t id)
{
    size_t position = position_of(engine, id);
    ESC_ASSERT(position < engine->escalations.count);
    ESC_ASSERT(engine->escalations.items[position].id == id);
    engine->escalations.items[position].escalation = NULL;
    engine->escalations.forgotten_count++;
}

bool esc_escalation_was(const EscEngine *engine, uint64_t id)
{
    return id > 0 && id < engine->counters.next_escalation;
}

static void ticket_link(EscTicket *ticket, EscEscalation *escalation)
{
    ESC_ENGINE_GROW(ticket->open, ticket->open_count, ticket->open_capacity);
    size_t at = ticket->open_count++;
    for (; at > 0 && ticket->open[at - 1]->id > escalation->id; at--)
        ticket->open[at] = ticket->open[at - 1];
    ticket->open[at] = escalation;
}

/* New ones come last; only a start restores in any order. One that wakes has its place. */
static void place_insert(EscEngine *engine, EscEscalation *escalation)
{
    EscEscalations *all = &engine->escalations;
    size_t position = position_of(engine, escalation->id);
    if (position < all->count && all->items[position].id == escalation->id) {
        ESC_ASSERT(all->items[position].sleeper != 0);
        all->items[position] = (EscEscalationPlace){escalation->id, escalation, 0};
        return;
    }
    ESC_ENGINE_GROW(all->items, all->count, all->capacity);
    memmove(all->items + position + 1, all->items + position,
            (all->count - position) * sizeof *all->items);
    all->items[position] = (EscEscalationPlace){escalation->id, escalation, 0};
    all->count++;
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
    place_insert(engine, escalation);
    ticket_link(ticket, escalation);
    return escalation;
}

void esc_escalation_free(EscEngine *engine, EscEscalation *escalation)
{
    (void)engine;
    esc_frame_drop(&escalation->frame);
    esc_frame_drop(&escalation->below);
    esc_raised_release(&escalation->raised);
    esc_text_drop(&escalation->kept);
    for (uint32_t i = 0; i < escalation->start_fields_count; i++)
        esc_owned_release(&escalation->start_fields[i]);
    free(escalation->start_fields);
    esc_text_drop(&escalation->start_json);
    free(escalation->checks);
    free(escalation->raised_checks);
    for (size_t i = 0; i < escalation->changes_count; i++)
        esc_change_release(&escalation->changes[i]);
    free(escalation->changes);
    for (size_t i = 0; i < escalation->pages_count; i++)
        esc_text_drop(&escalation->pages[i].text);
    free(escalation->pages);
    free(escalation->expectations);
    free(escalation->inverses);
    free(escalation->ackers);
    free(escalation->timeline);
    free(escalation);
}

void esc_escalation_dirty(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->is_dirty)
        return;
    escalation->is_dirty = true;
    ESC_ENGINE_GROW(engine->escalations.dirty, engine->escalations.dirty_count,
                    engine->escalations.dirty_capacity);
    engine->escalations.dirty[engine->escalations.dirty_count++] = escalation;
}

void esc_escalation_moment_add(EscEscalation *escalation, EscMoment moment)
{
    if (escalation->timeline_count == ESC_TIMELINE_MAX)
        memmove(escalation->timeline + 1, escalation->timeline + 2,
                (--escalation->timeline_count - 1) * sizeof escalation->timeline[0]);
    ESC_ENGINE_GROW(escalation->timeline, escalation->timeline_count,
                    escalation->timeline_capacity);
    escalation->timeline[escalation->timeline_count++] = moment;
}

void esc_escalation_acker_add(EscEscalation *escalation, EscText acker)
{
    ESC_ENGINE_GROW(escalation->ackers, escalation->ackers_count, escalation->ackers_capacity);
    escalation->ackers[escalation->ackers_count++] = acker;
}

void esc_escalation_moment(EscEngine *engine, EscEscalation *escalation, EscAuditKind kind,
                           EscText who)
{
    EscMoment moment = {.kind = (uint8_t)kind, .at_ms = engine->now_ms};
    moment.who = esc_engine_intern(engine, who);
    esc_escalation_moment_add(escalation, moment);
    esc_escalation_dirty(engine, escalation);
}

EscText esc_escalation_starter(const EscEscalation *escalation)
{
    bool has_opening = escalation->timeline_count > 0 && /* the first moment is never given up */
                       escalation->timeline[0].kind == (uint8_t)ESC_AUDIT_OPENED;
    return has_opening ? escalation->timeline[0].who : (EscText){0};
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

void esc_raised_release(EscRaised *raised)
{
    esc_text_drop(&raised->message);
    for (uint32_t i = 0; i < raised->fields_count; i++)
        esc_owned_release(&raised->fields[i]);
    free(raised->fields);
    free(raised->field_indexes);
    *raised = (EscRaised){.exception = ESC_NONE, .place = ESC_NONE};
}

/* --- its frame -------------------------------------------------------------------------------- */

const EscWaitRow *esc_frame_wait(const EscEscalation *escalation)
{
    if (escalation->frame.bytes == NULL || escalation->bundle == NULL)
        return NULL;
    return &escalation->bundle->program->waits[escalation->frame.wait];
}

void esc_frame_drop(EscFrame *frame)
{
    free(frame->bytes);
    esc_text_drop(&frame->reply_text);
    if (frame->question != NULL)
        esc_text_drop(&frame->question->text);
    free(frame->question);
    *frame = (EscFrame){0};
}

const char *esc_check_state_name(EscCheckState state)
{
    static const char *const names[] = {"pending", "passed",     "failed",
                                        "handled", "overridden", "not asked"};
    return state < ESC_CHECK_STATE_COUNT ? names[state] : "pending";
}

const EscFunctionRow *esc_escalation_function(const EscEscalation *escalation, uint32_t function)
{
    return &escalation->bundle->program->functions[function];
}

void esc_change_release(EscChange *change)
{
    esc_owned_release(&change->before);
    esc_owned_release(&change->after);
    for (uint32_t i = 0; i < change->arguments_count; i++)
        esc_owned_release(&change->arguments[i]);
    free(change->arguments);
    *change = (EscChange){.undo = ESC_NONE};
}

void esc_escalation_move(EscEscalation *escalation, int64_t by_ms)
{
    escalation->opened_at_ms += by_ms;
    for (size_t i = 0; i < escalation->timeline_count; i++)
        escalation->timeline[i].at_ms += by_ms;
}
