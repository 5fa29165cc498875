/* tickets.c - tickets in memory: their fields in the current bundle's types, what they were before the
 * event at hand, and what happened to them. What their service levels do is in duty/sla.c. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

bool esc_ticket_exists(const EscEngine *engine, EscText id)
{
    return esc_names_find(engine->tickets.names, id, NULL);
}

static uint32_t place_take(EscEngine *engine)
{
    if (engine->tickets.places_count > 0)
        return engine->tickets.places[--engine->tickets.places_count];
    ESC_ENGINE_GROW(engine->tickets.items, engine->tickets.count, engine->tickets.capacity);
    ESC_ENGINE_GROW(engine->tickets.sleepers, engine->tickets.count,
                    engine->tickets.sleepers_capacity);
    engine->tickets.sleepers[engine->tickets.count] = NULL;
    return (uint32_t)engine->tickets.count++;
}

EscTicket *esc_ticket_new(EscEngine *engine, EscText id, int64_t created_at_ms)
{
    EscTicket *ticket = esc_engine_alloc(sizeof *ticket);
    ticket->id = esc_text_own(id);
    ticket->created_at_ms = ticket->updated_at_ms = created_at_ms;
    ticket->index = place_take(engine);
    engine->tickets.items[ticket->index] = ticket;
    EscStatus status = esc_names_put(engine->tickets.names, ticket->id, ticket->index);
    ESC_ASSERT(status == ESC_OK);
    esc_ticket_values_make(engine, ticket);
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        ticket->sla[i].overdue_done_ms = ESC_NONE_OVERDUE_MS;
    uint32_t id_slot = esc_slot_find(engine, ESC_TEXT("id"));
    if (id_slot != ESC_NONE && esc_type_kind(esc_slot_type(engine, id_slot)) == ESC_KIND_TEXT)
        ticket->values[id_slot] =
            esc_owned_copy((EscValue){.type = esc_slot_type(engine, id_slot), .text = id});
    return ticket;
}

void esc_ticket_free(EscEngine *engine, EscTicket *ticket)
{
    for (uint32_t i = 0; i < engine->schema.slots_count; i++)
        esc_owned_release(&ticket->values[i]);
    free(ticket->values);
    for (size_t i = 0; i < ticket->armed_count; i++)
        esc_text_drop(&ticket->armed[i].event_json);
    free(ticket->armed);
    free(ticket->acts);
    for (size_t i = 0; i < ticket->log_count; i++) {
        esc_text_drop(&ticket->log[i].before);
        esc_text_drop(&ticket->log[i].after);
    }
    free(ticket->log);
    free(ticket->handoffs);
    free(ticket->origins);
    esc_errands_release(engine, ticket);
    esc_text_drop(&ticket->there);
    esc_text_drop(&ticket->stands_for);
    esc_writes_release(ticket);
    free(ticket->writes);
    free(ticket->pauses);
    free(ticket->assumed);
    free(ticket->starts);
    free(ticket->open);
    free(ticket->joined);
    esc_text_drop(&ticket->postmortem_of);
    esc_text_drop(&ticket->body);
    esc_text_drop(&ticket->id);
    free(ticket);
}

EscClocksBefore esc_clocks_now(const EscTicket *ticket)
{
    EscClocksBefore clocks = {0};
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++) {
        clocks.sla[i] = ticket->sla[i];
        clocks.late_since_ms[i] = esc_clock_late_since_ms(ticket, (EscSlaClock)i);
        clocks.stands_since_ms[i] =
            esc_clock_stands(ticket, (EscSlaClock)i) ? ticket->stands_since_ms : 0;
        clocks.has_due[i] = esc_clock_has_due(ticket, (EscSlaClock)i);
    }
    return clocks;
}

int64_t esc_ticket_judged_ms(const EscEngine *engine, const EscTicket *ticket)
{
    const EscTimerNode *timer = esc_timer_find(ticket->timers, ESC_TIMER_CLOCK, 0);
    bool is_due = timer != NULL && timer->due_ms <= engine->now_ms;
    return is_due ? timer->due_ms - 1 : engine->now_ms;
}

void esc_ticket_remember(EscEngine *engine, EscTicket *ticket, bool is_new)
{
    engine->turn.before_ticket = ticket;
    engine->turn.before_is_new = is_new;
    engine->turn.before_standing = esc_ticket_standing(engine, ticket);
    engine->turn.before_clocks = esc_clocks_now(ticket);
    engine->turn.before_ms = esc_ticket_judged_ms(engine, ticket);
    for (uint32_t i = 0; i < engine->schema.slots_count; i++)
        engine->turn.before[i] = ticket->values[i].value;
}

bool esc_ticket_has_changed(const EscEngine *engine, const EscTicket *ticket)
{
    if (engine->turn.before_ticket != ticket || engine->turn.before_is_new)
        return engine->turn.before_ticket == ticket;
    for (uint32_t i = 0; i < engine->schema.slots_count; i++) {
        if (!esc_value_equal(engine->turn.before[i], ticket->values[i].value))
            return true;
    }
    return engine->turn.before_standing != esc_ticket_standing(engine, ticket);
}

static EscText log_text(EscEngine *engine, EscValue value)
{
    EscBuf buf = esc_turn_buf();
    esc_value_write_text(&buf, engine->schema.current->program, value);
    EscText text = esc_text_own(esc_utf8_cut(esc_buf_as_text(&buf), ESC_LOG_TEXT_MAX));
    esc_buf_release(&buf);
    return text;
}

void esc_ticket_log_add(EscTicket *ticket, EscTicketChange change)
{
    if (ticket->log_count == ESC_TICKET_LOG_MAX) {
        esc_text_drop(&ticket->log[0].before);
        esc_text_drop(&ticket->log[0].after);
        memmove(ticket->log, ticket->log + 1, --ticket->log_count * sizeof ticket->log[0]);
    }
    ESC_ENGINE_GROW(ticket->log, ticket->log_count, ticket->log_capacity);
    ticket->log[ticket->log_count++] = change;
}

void esc_ticket_handoff_add(EscTicket *ticket, int64_t at_ms)
{
    if (ticket->handoffs_count == ESC_HANDOFF_TIMES_MAX)
        memmove(ticket->handoffs, ticket->handoffs + 1,
                --ticket->handoffs_count * sizeof ticket->handoffs[0]);
    ESC_ENGINE_GROW(ticket->handoffs, ticket->handoffs_count, ticket->handoffs_capacity);
    ticket->handoffs[ticket->handoffs_count++] = at_ms;
}

/* The log keeps the last changes: what `snapshot changes` shows. */
static void log_add(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue before,
                    EscValue after)
{
    EscTicketChange change = {.at_ms = engine->now_ms, .field = esc_slot_name(engine, slot)};
    change.before = log_text(engine, before);
    change.after = log_text(engine, after);
    esc_ticket_log_add(ticket, change);
}

static const EscFieldRow *slot_field(const EscEngine *engine, uint32_t slot)
{
    return &engine->schema.current->program->fields[engine->schema.slot_fields[slot]];
}

EscText esc_item_fit(const EscEngine *engine, uint32_t slot, EscText item)
{
    uint32_t size_max = slot_field(engine, slot)->size_max;
    return size_max > 0 ? esc_utf8_cut(item, size_max) : item;
}

static EscValue list_fit(const EscEngine *engine, uint32_t slot, EscValue value)
{
    uint32_t items_max = slot_field(engine, slot)->items_max;
    EscText *items = NULL; /* made when the first text is cut */
    if (items_max > 0 && value.list.count > items_max)
        value.list.count = items_max;
    for (uint32_t i = 0; i < value.list.count; i++) {
        EscText item = esc_item_fit(engine, slot, value.list.items[i]);
        if (item.size == value.list.items[i].size)
            continue;
        if (items == NULL) {
            items = esc_arena_alloc_array(engine->turn.arena, value.list.count, sizeof *items);
            ESC_ASSERT(items != NULL);
            memcpy(items, value.list.items, value.list.count * sizeof *items);
            value.list.items = items;
        }
        items[i] = item;
    }
    return value;
}

EscValue esc_ticket_fit(const EscEngine *engine, uint32_t slot, EscValue value)
{
    uint32_t size_max = slot_field(engine, slot)->size_max;
    bool is_text = esc_type_kind(value.type) == ESC_KIND_TEXT && !value.is_missing;
    if (is_text && size_max > 0) /* else what any text may have */
        value.text = esc_utf8_cut(value.text, size_max);
    bool is_list = esc_type_kind(value.type) == ESC_KIND_LIST && !value.is_missing;
    return is_list ? list_fit(engine, slot, value) : value;
}

/* Begins an event of its own when something else than the input's report changes the ticket. What changes before that
 * event is heard belongs to it. */
static void derive(EscEngine *engine, EscTicket *ticket)
{
    EscTurn *turn = &engine->turn;
    if (turn->outcome == NULL || turn->is_taking || ticket->is_linked)
        return;
    for (size_t i = turn->derived_first; i < turn->derived_count; i++) {
        if (turn->derived[i].ticket == ticket)
            return;
    }
    uint32_t count = engine->schema.slots_count;
    EscValue *before = esc_arena_alloc_array(turn->arena, count, sizeof *before);
    ESC_ASSERT(before != NULL);
    for (uint32_t i = 0; i < count; i++)
        before[i] = ticket->values[i].value; /* their texts stay until the input is done */
    ESC_ENGINE_GROW(turn->derived, turn->derived_count, turn->derived_capacity);
    turn->derived[turn->derived_count++] =
        (EscDerived){.ticket = ticket,
                     .before = before,
                     .standing_before = esc_ticket_standing(engine, ticket),
                     .clocks_before = esc_clocks_now(ticket),
                     .depth = turn->depth + 1};
}

void esc_ticket_changed_by(EscEngine *engine, const EscTicket *ticket, uint64_t escalation)
{
    EscTurn *turn = &engine->turn;
    for (size_t i = turn->derived_first; i < turn->derived_count; i++) {
        if (turn->derived[i].ticket == ticket)
            turn->derived[i].escalation = escalation;
    }
}

bool esc_ticket_set(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue value)
{
    EscOwned *owned = &ticket->values[slot];
    value = esc_ticket_fit(engine, slot, value);
    if (esc_ticket_is_assumed(ticket, slot)) {
        esc_ticket_set_assumed(ticket, slot, false); /* somebody says so now, be it the same */
        esc_ticket_dirty(engine, ticket);
    }
    if (esc_value_equal(owned->value, value))
        return false;
    derive(engine, ticket);
    EscValue before = owned->value;
    esc_engine_discard(engine, owned->block);
    *owned = esc_owned_copy(value);
    bool is_opening = engine->turn.before_ticket == ticket && engine->turn.before_is_new;
    if (!is_opening && !ticket->is_linked)
        log_add(engine, ticket, slot, before, owned->value);
    ticket->updated_at_ms = engine->now_ms;
    esc_ticket_dirty(engine, ticket);
    esc_ticket_touch(engine, ticket);
    esc_write_set(engine, ticket, slot, before);
    return true;
}

EscText esc_ticket_text(const EscEngine *engine, const EscTicket *ticket, uint32_t slot)
{
    if (slot == ESC_NONE || esc_type_kind(esc_slot_type(engine, slot)) != ESC_KIND_TEXT)
        return (EscText){0};
    EscValue value = ticket->values[slot].value;
    return value.is_missing ? (EscText){0} : value.text;
}

bool esc_ticket_set_text(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscText text)
{
    if (slot == ESC_NONE || esc_type_kind(esc_slot_type(engine, slot)) != ESC_KIND_TEXT)
        return false;
    return esc_ticket_set(engine, ticket, slot,
                          (EscValue){.type = esc_slot_type(engine, slot), .text = text});
}

bool esc_ticket_set_member(EscEngine *engine, EscTicket *ticket, uint32_t slot, const char *member)
{
    if (slot == ESC_NONE || esc_type_kind(esc_slot_type(engine, slot)) != ESC_KIND_ENUM)
        return false;
    EscType type = esc_slot_type(engine, slot);
    EscValue value = {.type = type};
    if (!esc_member_find(engine->schema.current->program, type, esc_text_from(member),
                         &value.member))
        return false;
    return esc_ticket_set(engine, ticket, slot, value);
}

EscText esc_ticket_status(const EscEngine *engine, const EscTicket *ticket)
{
    uint32_t slot = engine->schema.status_slot;
    if (slot == ESC_NONE || ticket->values[slot].value.is_missing)
        return ticket->is_resolved_flag ? ESC_TEXT("resolved") : ESC_TEXT("open");
    if (esc_type_kind(esc_slot_type(engine, slot)) == ESC_KIND_TEXT)
        return ticket->values[slot].value.text;
    return esc_member_name(engine->schema.current->program, esc_slot_type(engine, slot),
                           ticket->values[slot].value.member);
}

EscStanding esc_ticket_standing(const EscEngine *engine, const EscTicket *ticket)
{
    EscText status = esc_ticket_status(engine, ticket);
    return esc_text_equal(status, ESC_TEXT("resolved")) ? ESC_STANDING_RESOLVED
           : esc_text_equal(status, ESC_TEXT("closed")) ? ESC_STANDING_CLOSED
                                                        : ESC_STANDING_OPEN;
}

bool esc_ticket_is_resolved(const EscEngine *engine, const EscTicket *ticket)
{
    return esc_ticket_standing(engine, ticket) != ESC_STANDING_OPEN;
}

void esc_ticket_set_resolved(EscEngine *engine, EscTicket *ticket, const char *status,
                             bool is_resolved)
{
    if (ticket->is_resolved_flag != is_resolved) {
        derive(engine, ticket);
        ticket->is_resolved_flag = is_resolved;
        esc_ticket_dirty(engine, ticket);
        esc_ticket_touch(engine, ticket);
    }
    uint32_t slot = engine->schema.status_slot;
    if (slot == ESC_NONE)
        return;
    if (esc_type_kind(esc_slot_type(engine, slot)) == ESC_KIND_TEXT)
        esc_ticket_set_text(engine, ticket, slot, esc_text_from(status));
    else
        esc_ticket_set_member(engine, ticket, slot, status);
}

EscStarts *esc_ticket_starts(EscEngine *engine, EscTicket *ticket, EscText template_name)
{
    for (size_t i = 0; i < ticket->starts_count; i++) {
        if (esc_text_equal(ticket->starts[i].template_name, template_name))
            return &ticket->starts[i];
    }
    ESC_ENGINE_GROW(ticket->starts, ticket->starts_count, ticket->starts_capacity);
    EscStarts *starts = &ticket->starts[ticket->starts_count++];
    *starts = (EscStarts){.template_name = esc_engine_intern(engine, template_name)};
    return starts;
}

void esc_ticket_write_json(EscEngine *engine, const EscTicket *ticket, EscBuf *out)
{
    esc_buf_char(out, '{');
    for (uint32_t i = 0; i < engine->schema.slots_count; i++) {
        uint32_t slot = engine->schema.slots_by_name[i];
        if (i > 0)
            esc_buf_char(out, ',');
        esc_json_text(out, esc_slot_name(engine, slot));
        esc_buf_char(out, ':');
        esc_value_write_json(out, engine->schema.current->program, ticket->values[slot].value);
    }
    esc_buf_char(out, '}');
}

const char *esc_clock_name(EscSlaClock clock)
{
    return esc_clock_words[clock];
}

bool esc_clock_stands(const EscTicket *ticket, EscSlaClock clock)
{
    return clock == ESC_SLA_CLOCK_RESOLVE && ticket->stands_since_ms != 0;
}

bool esc_clock_runs(const EscTicket *ticket, EscSlaClock clock)
{
    const EscSlaState *state = &ticket->sla[clock];
    bool is_counted = state->state == ESC_CLOCK_RUNNING || state->state == ESC_CLOCK_BREACHED;
    return is_counted && !state->is_met && !esc_clock_stands(ticket, clock);
}

bool esc_clock_has_due(const EscTicket *ticket, EscSlaClock clock)
{
    const EscSlaState *state = &ticket->sla[clock];
    if (state->state == ESC_CLOCK_NONE || esc_clock_stands(ticket, clock))
        return false;
    return clock != ESC_SLA_CLOCK_UPDATE || !state->is_met;
}

int64_t esc_clock_late_since_ms(const EscTicket *ticket, EscSlaClock clock)
{
    int64_t since_ms = ticket->sla[clock].due_ms, late_ms = since_ms;
    if (clock != ESC_SLA_CLOCK_RESOLVE)
        return since_ms;
    for (size_t i = 0; i < ticket->pauses_count; i++) {
        const EscPause *pause = &ticket->pauses[i];
        if (pause->to_ms > since_ms)
            late_ms += pause->to_ms - (pause->from_ms > since_ms ? pause->from_ms : since_ms);
    }
    return late_ms;
}

static void clock_move(EscSlaState *state, int64_t by_ms)
{
    state->origin_ms += state->origin_ms == 0 ? 0 : by_ms;
    if (state->state == ESC_CLOCK_NONE)
        return;
    state->due_ms += by_ms;
    state->is_kept = state->is_kept || state->state == ESC_CLOCK_BREACHED;
}

void esc_ticket_move(EscTicket *ticket, int64_t by_ms)
{
    esc_text_drop(&ticket->body);
    ticket->created_at_ms += by_ms;
    ticket->updated_at_ms += by_ms;
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        clock_move(&ticket->sla[i], by_ms);
    if (ticket->stands_since_ms != 0)
        ticket->stands_since_ms += by_ms;
    for (size_t i = 0; i < ticket->pauses_count; i++) {
        ticket->pauses[i].from_ms += by_ms;
        ticket->pauses[i].to_ms += by_ms;
    }
    for (size_t i = 0; i < ticket->starts_count; i++) {
        if (ticket->starts[i].closed_at_ms != 0)
            ticket->starts[i].closed_at_ms += by_ms;
    }
    for (size_t i = 0; i < ticket->armed_count; i++)
        ticket->armed[i].at_ms += by_ms;
    for (size_t i = 0; i < ticket->handoffs_count; i++)
        ticket->handoffs[i] += by_ms;
    esc_writes_move(ticket, by_ms);
    esc_errands_move(ticket, by_ms);
    for (size_t i = 0; i < ticket->log_count; i++)
        ticket->log[i].at_ms += by_ms;
    for (size_t i = 0; i < ticket->acts_count; i++)
        for (uint32_t k = 0; k < ticket->acts[i].count; k++)
            ticket->acts[i].at_ms[k] += by_ms;
}
