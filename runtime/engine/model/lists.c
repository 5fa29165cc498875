/* lists.c - a list of the ticket with one text more or one less: what `add` and `remove` do, and what takes them back. */
#include <engine/model.h>

static uint32_t item_place(EscValue list, EscText item)
{
    uint32_t at = 0;
    while (at < list.list.count && !esc_text_equal(list.list.items[at], item))
        at++;
    return at;
}

bool esc_list_holds(EscValue list, EscText item)
{
    return !list.is_missing && item_place(list, item) < list.list.count;
}

static const EscFieldRow *field_of(const EscEngine *engine, uint32_t slot)
{
    return &engine->schema.current->program->fields[engine->schema.slot_fields[slot]];
}

static EscText *items_room(EscEngine *engine, uint32_t count)
{
    EscText *items = esc_arena_alloc_array(engine->turn.arena, count, sizeof *items);
    ESC_ASSERT(items != NULL);
    return items;
}

EscListPut esc_list_put(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscText item)
{
    EscValue list = ticket->values[slot].value;
    uint32_t items_max = field_of(engine, slot)->items_max, count = list.list.count;
    if (list.is_missing)
        count = 0;
    if (esc_list_holds(list, item))
        return ESC_LIST_SAME;
    if (count >= items_max)
        return ESC_LIST_FULL;
    EscText *items = items_room(engine, count + 1);
    for (uint32_t i = 0; i < count; i++)
        items[i] = list.list.items[i];
    items[count] = item;
    (void)esc_ticket_set(
        engine, ticket, slot,
        (EscValue){.type = esc_slot_type(engine, slot), .list = {items, count + 1}});
    return ESC_LIST_CHANGED;
}

EscListPut esc_list_take(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscText item)
{
    EscValue list = ticket->values[slot].value;
    if (!esc_list_holds(list, item))
        return ESC_LIST_SAME;
    uint32_t count = 0;
    EscText *items = items_room(engine, list.list.count);
    for (uint32_t i = 0; i < list.list.count; i++) {
        if (!esc_text_equal(list.list.items[i], item)) /* wherever it stands, also twice */
            items[count++] = list.list.items[i];
    }
    (void)esc_ticket_set(engine, ticket, slot,
                         (EscValue){.type = list.type, .list = {items, count}});
    return ESC_LIST_CHANGED;
}
