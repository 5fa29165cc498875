/* items.c - `add` and `remove`: one text of a list, recorded as that text alone. What takes it back leaves the texts of
 * others as they are. */
#include <engine/run.h>

static void item_tell(EscEngine *engine, EscTicket *ticket, EscEscalation *by, EscAuditKind kind,
                      EscText field, EscText item, const char *what)
{
    EscText data = esc_audit_data(engine, "field", field, "item", item, "automation",
                                  engine->turn.automation, NULL);
    EscText text = esc_turn_printf(engine, "ticket.%.*s: \"%.*s\" %s", ESC_TEXT_ARG(field),
                                   ESC_TEXT_ARG(item), what);
    if (by != NULL)
        esc_audit_escalation(engine, by, kind, data, "%.*s", ESC_TEXT_ARG(text));
    else
        esc_audit_ticket(engine, ticket, kind, data, "%.*s", ESC_TEXT_ARG(text));
}

static void item_record(EscEngine *engine, EscEscalation *escalation, EscText field, EscText item,
                        bool is_added)
{
    EscTicket *ticket = escalation->ticket;
    ticket->is_edited = ticket->is_linked;
    esc_ticket_changed_by(engine, ticket, escalation->id);
    EscChange change = {
        .kind = is_added ? ESC_CHANGE_ADDED : ESC_CHANGE_REMOVED,
        .undo = ESC_NONE,
        .name = esc_engine_intern(engine, field),
        .item = esc_text_own(item),
    };
    esc_change_record(engine, escalation, &change);
}

void esc_change_item(EscEngine *engine, EscTicket *ticket, EscEscalation *by, uint32_t slot,
                     EscText item, bool is_added)
{
    EscText field = esc_slot_name(engine, slot);
    item = esc_item_fit(engine, slot, item);
    EscListPut put = is_added ? esc_list_put(engine, ticket, slot, item)
                              : esc_list_take(engine, ticket, slot, item);
    if (put == ESC_LIST_FULL)
        item_tell(engine, ticket, by, ESC_AUDIT_LIST_FULL, field, item,
                  "is not added: the list is full");
    if (put != ESC_LIST_CHANGED)
        return;
    if (by != NULL)
        item_record(engine, by, field, item, is_added);
    item_tell(engine, ticket, by, is_added ? ESC_AUDIT_ADDED : ESC_AUDIT_REMOVED, field, item,
              is_added ? "is added" : "is removed");
}

EscItemUndo esc_item_undo(EscEngine *engine, EscTicket *ticket, const EscChange *change)
{
    uint32_t slot = esc_slot_find(engine, change->name);
    if (slot == ESC_NONE || esc_type_kind(esc_slot_type(engine, slot)) != ESC_KIND_LIST)
        return ESC_ITEM_UNDO_NO_LIST;
    EscListPut put = change->kind == ESC_CHANGE_ADDED
                         ? esc_list_take(engine, ticket, slot, change->item)
                         : esc_list_put(engine, ticket, slot, change->item);
    return put == ESC_LIST_FULL      ? ESC_ITEM_UNDO_FULL
           : put == ESC_LIST_CHANGED ? ESC_ITEM_UNDO_DONE
                                     : ESC_ITEM_UNDO_BY_OTHERS;
}

/* Whether a later change of the same list speaks of the same text. */
static bool is_overtaken(const EscEscalation *escalation, size_t index, EscText item)
{
    for (size_t i = index + 1; i < escalation->changes_count; i++) {
        const EscChange *later = &escalation->changes[i];
        bool is_item = later->kind == ESC_CHANGE_ADDED || later->kind == ESC_CHANGE_REMOVED;
        if (is_item && esc_text_equal(later->name, escalation->changes[index].name) &&
            esc_text_equal(later->item, item))
            return true;
    }
    return false;
}

/* What `set` wrote, but for the texts that went by `remove` since. */
static bool holds_what_was_set(const EscEscalation *escalation, size_t index, EscValue list)
{
    EscValue set = escalation->changes[index].after.value;
    for (uint32_t i = 0; !set.is_missing && i < set.list.count; i++) {
        EscText item = set.list.items[i];
        if (!esc_list_holds(list, item) && !is_overtaken(escalation, index, item))
            return false;
    }
    return true;
}

bool esc_items_are_there(const EscEscalation *escalation, EscText field, EscValue list)
{
    for (size_t i = escalation->changes_count; i > 0; i--) {
        const EscChange *change = &escalation->changes[i - 1];
        bool is_added = change->kind == ESC_CHANGE_ADDED;
        if (!esc_text_equal(change->name, field) || change->kind == ESC_CHANGE_TICKET ||
            change->kind == ESC_CHANGE_CALL)
            continue;
        if (change->kind == ESC_CHANGE_FIELD)
            return holds_what_was_set(escalation, i - 1, list);
        if (!is_overtaken(escalation, i - 1, change->item) &&
            esc_list_holds(list, change->item) != is_added)
            return false;
    }
    return true;
}
