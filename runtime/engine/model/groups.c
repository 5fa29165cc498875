/* groups.c - tickets that belong together: the key that a template's `group by` makes, which escalation has it, the tickets
 * that joined one, and until when `again after` lets none start for a key.
 *
 * A key is the text of the fields' names and values, so it is the same in every bundle that groups by them, and another
 * `group by` gives another one. It is made when an escalation starts and kept with it, whatever becomes of the fields. A
 * ticket that joined is live as long as the escalation is open. Not its job: who may join, and what follows (flow/joins.c). */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

/* --- keys ------------------------------------------------------------------------------------- */

/* Two long keys must not meet where they are cut. */
static EscText key_fit(EscEngine *engine, EscText key)
{
    if (key.size <= ESC_GROUP_KEY_BYTES_MAX)
        return key;
    uint8_t digest[32];
    esc_sha256((EscBytes){(const uint8_t *)key.data, key.size}, digest);
    EscBuf buf = esc_turn_buf();
    esc_buf_text(&buf, esc_utf8_cut(key, ESC_GROUP_KEY_BYTES_MAX - 2 * sizeof digest - 1));
    esc_buf_char(&buf, '#');
    for (size_t i = 0; i < sizeof digest; i++)
        esc_buf_printf(&buf, "%02x", digest[i]);
    return esc_turn_take(engine, &buf);
}

EscText esc_group_key(EscEngine *engine, const EscTicket *ticket, uint32_t template_index)
{
    const EscProgram *program = engine->schema.current->program;
    const EscGroupingRow *row = esc_grouping_of(program, template_index);
    if (row == NULL)
        return (EscText){0};
    EscBuf buf = esc_turn_buf();
    bool is_whole = true;
    for (uint32_t i = 0; i < row->keys_count && is_whole; i++) {
        const EscFieldRow *field =
            &program->fields[program->grouping_keys[row->keys_first + i].field];
        EscValue value = ticket->values[field->slot].value;
        is_whole = !value.is_missing;
        esc_buf_string(&buf, i > 0 ? ", " : "");
        esc_buf_text(&buf, program->texts[field->name]);
        esc_buf_char(&buf, '=');
        esc_value_write_key(&buf, program, value);
    }
    EscText key = esc_turn_take(engine, &buf);
    return is_whole ? key_fit(engine, key) : (EscText){0};
}

/* --- which escalation has a key --------------------------------------------------------------- */

static EscBuf name_of(EscText template_name, EscText key)
{
    EscBuf name = esc_turn_buf();
    esc_buf_text(&name, template_name);
    esc_buf_char(&name, '\n');
    esc_buf_text(&name, key);
    ESC_ASSERT(name.status == ESC_OK);
    return name;
}

static EscGrouping *grouping_find(const EscEngine *engine, EscText template_name, EscText key)
{
    uint32_t index = 0;
    EscBuf name = name_of(template_name, key);
    bool is_there = esc_names_find(engine->groupings.names, esc_buf_as_text(&name), &index);
    esc_buf_release(&name);
    return is_there ? &engine->groupings.items[index] : NULL;
}

static void index_put(EscGroupings *all, size_t index)
{
    EscStatus status = esc_names_put(all->names, all->items[index].name, (uint32_t)index);
    ESC_ASSERT(status == ESC_OK);
}

/* The last one takes its place. */
static void grouping_remove(EscGroupings *all, size_t index)
{
    esc_names_remove(all->names, all->items[index].name);
    esc_text_drop(&all->items[index].name);
    all->items[index] = all->items[--all->count];
    if (index < all->count)
        index_put(all, index);
}

static bool is_over(const EscEngine *engine, const EscGrouping *grouping)
{
    return grouping->escalation == 0 && grouping->free_ms <= engine->now_ms;
}

static int by_free(const void *a, const void *b)
{
    const EscGrouping *x = a, *y = b;
    if (x->free_ms != y->free_ms)
        return x->free_ms < y->free_ms ? -1 : 1;
    return esc_text_compare(x->name, y->name);
}

/* Those whose time is over first: there are too many that only wait. */
static void waiting_drop(EscGroupings *all, size_t waiting)
{
    EscGrouping *list = esc_engine_alloc(waiting * sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].escalation == 0)
            list[count++] = all->items[i];
    qsort(list, count, sizeof *list, by_free);
    for (size_t i = 0; i < count - ESC_GROUP_WAITING_MAX; i++) {
        uint32_t index = 0;
        bool is_there = esc_names_find(all->names, list[i].name, &index);
        ESC_ASSERT(is_there);
        grouping_remove(all, index);
    }
    free(list);
}

/* Now and then all are looked through: what is over is found by nothing else. */
static void sweep(EscEngine *engine)
{
    EscGroupings *all = &engine->groupings;
    if (all->count < all->sweep_at)
        return;
    size_t waiting = 0;
    for (size_t i = all->count; i > 0; i--) {
        if (is_over(engine, &all->items[i - 1]))
            grouping_remove(all, i - 1);
        else
            waiting += all->items[i - 1].escalation == 0;
    }
    if (waiting > ESC_GROUP_WAITING_MAX)
        waiting_drop(all, waiting);
    all->sweep_at = all->count + ESC_GROUP_SWEEP;
}

static EscGrouping *grouping_make(EscEngine *engine, EscText template_name, EscText key)
{
    EscGrouping *found = grouping_find(engine, template_name, key);
    if (found != NULL)
        return found;
    sweep(engine);
    EscGroupings *all = &engine->groupings;
    EscBuf name = name_of(template_name, key);
    ESC_ENGINE_GROW(all->items, all->count, all->capacity);
    all->items[all->count++] = (EscGrouping){.name = esc_text_own(esc_buf_as_text(&name))};
    esc_buf_release(&name);
    index_put(all, all->count - 1);
    return &all->items[all->count - 1];
}

void esc_group_put(EscEngine *engine, const EscEscalation *escalation)
{
    if (escalation->group_key.size == 0)
        return;
    EscGrouping *grouping = grouping_make(engine, escalation->template_name, escalation->group_key);
    if (grouping->escalation < escalation->id)
        grouping->escalation = escalation->id;
}

EscEscalation *esc_group_open(EscEngine *engine, EscText template_name, EscText key)
{
    const EscGrouping *grouping = grouping_find(engine, template_name, key);
    return grouping == NULL || grouping->escalation == 0
               ? NULL
               : esc_escalation_find(engine, grouping->escalation);
}

int64_t esc_group_free_ms(const EscEngine *engine, EscText template_name, EscText key)
{
    const EscGrouping *grouping = grouping_find(engine, template_name, key);
    return grouping == NULL ? 0 : grouping->free_ms;
}

void esc_group_free_put(EscEngine *engine, EscText template_name, EscText key, int64_t free_ms)
{
    grouping_make(engine, template_name, key)->free_ms = free_ms;
}

void esc_groups_move(EscEngine *engine, int64_t by_ms)
{
    for (size_t i = 0; i < engine->groupings.count; i++) {
        if (engine->groupings.items[i].free_ms != 0)
            engine->groupings.items[i].free_ms += by_ms;
    }
    engine->absences.is_dirty = engine->absences.is_dirty || engine->groupings.count > 0;
}

static int by_name(const void *a, const void *b)
{
    return esc_text_compare((*(const EscGrouping *const *)a)->name,
                            (*(const EscGrouping *const *)b)->name);
}

const EscGrouping **esc_groups_waiting(const EscEngine *engine, size_t *count)
{
    const EscGroupings *all = &engine->groupings;
    const EscGrouping **waiting = esc_engine_alloc(all->count * sizeof *waiting);
    *count = 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].free_ms > engine->now_ms)
            waiting[(*count)++] = &all->items[i];
    if (*count > 1)
        qsort(waiting, *count, sizeof *waiting, by_name);
    return waiting;
}

void esc_groups_release(EscEngine *engine)
{
    for (size_t i = 0; i < engine->groupings.count; i++)
        esc_text_drop(&engine->groupings.items[i].name);
    free(engine->groupings.items);
    esc_names_free(engine->groupings.names);
}

/* --- members ---------------------------------------------------------------------------------- */

void esc_member_put(EscEscalation *escalation, EscText ticket, bool is_resolved)
{
    ESC_ENGINE_GROW(escalation->members, escalation->members_count, escalation->members_capacity);
    escalation->members[escalation->members_count++] =
        (EscMember){.ticket = esc_text_own(ticket), .is_resolved = is_resolved};
}

void esc_joined_put(EscTicket *ticket, uint64_t escalation, EscText template_name)
{
    ESC_ENGINE_GROW(ticket->joined, ticket->joined_count, ticket->joined_capacity);
    ticket->joined[ticket->joined_count++] = (EscJoined){escalation, template_name};
}

void esc_member_add(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket)
{
    esc_member_put(escalation, ticket->id, esc_ticket_is_resolved(engine, ticket));
    esc_joined_put(ticket, escalation->id, escalation->template_name);
    esc_escalation_dirty(engine, escalation);
    esc_ticket_dirty(engine, ticket);
}

bool esc_member_look(EscEngine *engine, EscEscalation *escalation, const EscTicket *ticket)
{
    bool is_resolved = esc_ticket_is_resolved(engine, ticket);
    for (size_t i = 0; i < escalation->members_count; i++) {
        EscMember *member = &escalation->members[i];
        if (!esc_text_equal(member->ticket, ticket->id))
            continue;
        if (member->is_resolved == is_resolved)
            return false;
        member->is_resolved = is_resolved;
        esc_escalation_dirty(engine, escalation);
        return true;
    }
    return false;
}

EscTicket *esc_member_ticket(EscEngine *engine, const EscEscalation *escalation, size_t index)
{
    return esc_ticket_find(engine, escalation->members[index].ticket);
}

static void joined_remove(EscEngine *engine, EscTicket *ticket, uint64_t escalation)
{
    size_t kept = 0;
    for (size_t i = 0; i < ticket->joined_count; i++)
        if (ticket->joined[i].escalation != escalation)
            ticket->joined[kept++] = ticket->joined[i];
    ticket->joined_count = kept;
    esc_ticket_dirty(engine, ticket);
}

void esc_group_close(EscEngine *engine, const EscEscalation *escalation, int64_t free_ms)
{
    for (size_t i = 0; i < escalation->members_count; i++) {
        EscTicket *ticket = esc_member_ticket(engine, escalation, i);
        if (ticket != NULL)
            joined_remove(engine, ticket, escalation->id);
    }
    if (escalation->group_key.size == 0)
        return;
    EscGrouping *grouping = grouping_make(engine, escalation->template_name, escalation->group_key);
    if (grouping->escalation == escalation->id)
        grouping->escalation = 0;
    if (free_ms > engine->now_ms) {
        grouping->free_ms = free_ms;
        engine->absences.is_dirty = true;
    } else if (is_over(engine, grouping)) {
        grouping_remove(&engine->groupings, (size_t)(grouping - engine->groupings.items));
    }
}

/* --- what they are together ------------------------------------------------------------------- */

uint32_t esc_escalation_tickets(const EscEngine *engine, const EscEscalation *escalation)
{
    uint32_t count = esc_ticket_is_resolved(engine, escalation->ticket) ? 0 : 1;
    for (size_t i = 0; i < escalation->members_count; i++)
        count += !escalation->members[i].is_resolved;
    return count;
}

EscText esc_tickets_text(EscEngine *engine, const EscEscalation *escalation)
{
    uint32_t open = esc_escalation_tickets(engine, escalation);
    size_t count = escalation->members_count + 1;
    if (open == 0)
        return esc_turn_printf(engine, "all of its %zu tickets are resolved", count);
    return esc_turn_printf(engine, "%u of its %zu tickets %s not resolved", open, count,
                           esc_one_or_many(open, "is", "are"));
}

bool esc_escalation_is_resolved(const EscEngine *engine, const EscEscalation *escalation)
{
    return esc_escalation_tickets(engine, escalation) == 0;
}

uint64_t esc_ticket_open_id(const EscEngine *engine, const EscTicket *ticket, EscText template_name)
{
    for (size_t i = 0; i < ticket->open_count; i++) {
        if (esc_text_equal(ticket->open[i]->template_name, template_name))
            return ticket->open[i]->id;
    }
    for (size_t i = 0; i < ticket->joined_count; i++) {
        if (esc_text_equal(ticket->joined[i].template_name, template_name) &&
            esc_escalation_stands(engine, ticket->joined[i].escalation))
            return ticket->joined[i].escalation;
    }
    return 0;
}
