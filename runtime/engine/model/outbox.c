/* outbox.c - rows for the outside that are not settled, and the windows that hold messages back. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

static EscText pending_text(EscEngine *engine, EscText text)
{
    EscText copy = esc_arena_text(engine->pending->arena, text);
    ESC_ASSERT(!esc_arena_failed(engine->pending->arena));
    return copy;
}

static void *pending_block(EscEngine *engine, size_t size)
{
    void *block = esc_arena_alloc(engine->pending->arena, size);
    ESC_ASSERT(block != NULL);
    return block;
}

/* The row keeps what it says as a struct, and as JSON for the store. */
static void body_keep(EscEngine *engine, EscOutboxRow *row)
{
    EscBuf buf = esc_turn_buf();
    if (row->message != NULL) {
        row->message =
            esc_message_copy(pending_block(engine, esc_message_size(row->message)), row->message);
        esc_message_write_json(&buf, row->message);
    }
    if (row->call != NULL) {
        row->call = esc_call_copy(pending_block(engine, esc_call_size(row->call)), row->call);
        esc_call_write_json(&buf, row->call);
    }
    ESC_ASSERT(buf.status == ESC_OK);
    row->body = pending_text(engine, esc_buf_as_text(&buf));
    esc_buf_release(&buf);
}

uint64_t esc_outbox_put(EscEngine *engine, EscEscalation *escalation, const EscOutboxRow *given)
{
    EscGroup *group = engine->pending;
    group->outbox = esc_arena_grow(group->arena, group->outbox, group->outbox_count,
                                   &group->outbox_capacity, sizeof *group->outbox);
    ESC_ASSERT(group->outbox != NULL);
    EscOutboxRow *row = &group->outbox[group->outbox_count++];
    *row = *given;
    row->id = engine->counters.next_outbox++;
    row->created_at_ms = engine->now_ms;
    EscText workspace = esc_workspace_text(engine);
    EscText key = {0};
    if (escalation != NULL) {
        key = esc_turn_printf(engine, "%.*s/E-%llu/%u", ESC_TEXT_ARG(workspace),
                              (unsigned long long)escalation->id, ++escalation->effects);
        row->escalation = escalation->id;
        row->ticket = pending_text(engine, escalation->ticket->id);
        esc_escalation_dirty(engine, escalation);
    } else {
        row->ticket = pending_text(engine, given->ticket);
        key = esc_turn_printf(engine, "%.*s/outbox/%llu", ESC_TEXT_ARG(workspace),
                              (unsigned long long)row->id);
    }
    if (engine->store_tag != 0)
        key = esc_turn_printf(engine, "%.*s/%016llx", ESC_TEXT_ARG(key),
                              (unsigned long long)engine->store_tag);
    row->key = pending_text(engine, key);
    row->target = pending_text(engine, given->target);
    row->medium = pending_text(engine, given->medium);
    row->address = pending_text(engine, given->address);
    body_keep(engine, row);
    ESC_ENGINE_GROW(engine->outbox.items, engine->outbox.count, engine->outbox.capacity);
    engine->outbox.items[engine->outbox.count++] = esc_outbox_node(engine, row);
    return row->id;
}

static uint32_t contact_of(const EscOutboxRow *row)
{
    bool is_to_person = row->kind == ESC_OUTBOX_MESSAGE && row->address.size > 0;
    for (uint32_t i = 0; is_to_person && i < ESC_CONTACT_KINDS; i++)
        if (esc_text_equal(row->medium, esc_contact_word(i)))
            return i + 1;
    return 0;
}

EscText esc_outbox_label(EscEngine *engine, const EscOutboxRow *row)
{
    if (!esc_text_equal(row->medium, ESC_TEXT(ESC_MEDIUM_MAIL)))
        return row->target;
    return esc_turn_printf(engine, "%.*s (%.*s)", ESC_TEXT_ARG(row->target),
                           ESC_TEXT_ARG(row->address));
}

/* What comes from a store says it in its body only. */
static EscText undoes_of(EscEngine *engine, const EscOutboxRow *row)
{
    EscCall call = {0};
    bool has_read = true;
    if (row->call != NULL)
        call = *row->call;
    else if (row->kind == ESC_OUTBOX_CALL)
        has_read = esc_call_read_json(engine->turn.arena, row->body, &call);
    return !has_read || call.undoes.size == 0 ? (EscText){0}
                                              : esc_engine_intern(engine, call.undoes);
}

EscOutboxNode esc_outbox_node(EscEngine *engine, const EscOutboxRow *row)
{
    return (EscOutboxNode){
        .id = row->id,
        .escalation = row->escalation,
        .kind = row->kind,
        .target = esc_engine_intern(engine, esc_outbox_label(engine, row)),
        .ticket = esc_text_own(row->ticket),
        .undoes = undoes_of(engine, row),
        .contact = contact_of(row),
    };
}

EscText esc_contact_word(uint32_t kind)
{
    return esc_text_from(esc_contact_words[kind < ESC_CONTACT_COUNT ? kind : 0]);
}

/* Of the first one whose number is not less. */
static size_t place_of(const EscOutbox *outbox, uint64_t id)
{
    size_t low = 0, high = outbox->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (outbox->items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

EscOutboxNode *esc_outbox_find(EscEngine *engine, uint64_t id)
{
    const EscOutbox *outbox = &engine->outbox;
    size_t at = place_of(outbox, id);
    return at == outbox->count || outbox->items[at].id != id || outbox->items[at].is_settled
               ? NULL
               : &outbox->items[at];
}

void esc_outbox_wait(EscEngine *engine, const EscOutboxRow *row)
{
    EscOutbox *outbox = &engine->outbox;
    size_t at = place_of(outbox, row->id);
    if (at < outbox->count && outbox->items[at].id == row->id) { /* its place was not given up yet */
        ESC_ASSERT(outbox->items[at].is_settled);
        outbox->settled_count--;
    } else {
        ESC_ENGINE_GROW(outbox->items, outbox->count, outbox->capacity);
        memmove(outbox->items + at + 1, outbox->items + at,
                (outbox->count++ - at) * sizeof *outbox->items);
    }
    outbox->items[at] = esc_outbox_node(engine, row);
}

/* Its place stays until half of the places are of rows that are settled: with a backlog of 100,000 messages closing
 * the gap each time would move megabytes for each result. */
void esc_outbox_remove(EscEngine *engine, EscOutboxNode *node)
{
    EscOutbox *outbox = &engine->outbox;
    node->is_settled = true;
    node->ticket = (EscText){0};
    if (++outbox->settled_count <= outbox->count / 2)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < outbox->count; i++)
        if (!outbox->items[i].is_settled)
            outbox->items[kept++] = outbox->items[i];
    outbox->count = kept;
    outbox->settled_count = 0;
}

void esc_window_empty(EscWindow *window)
{
    for (size_t i = 0; i < window->items_count; i++)
        esc_text_drop(&window->items[i].text);
    window->items_count = 0;
    window->items_left_out = 0;
    window->count = 0;
}

void esc_windows_release(EscEngine *engine)
{
    for (size_t i = 0; i < engine->windows.count; i++) {
        esc_window_empty(&engine->windows.items[i]);
        free(engine->windows.items[i].items);
        free(engine->windows.items[i].paged);
    }
    free(engine->windows.items);
    for (size_t i = 0; i < engine->quiets.count; i++) {
        for (size_t k = 0; k < engine->quiets.items[i].items_count; k++)
            esc_text_drop(&engine->quiets.items[i].items[k].text);
        free(engine->quiets.items[i].items);
    }
    for (size_t i = 0; i < engine->quiets.released_count; i++)
        free(engine->quiets.released[i].escalations);
    free(engine->quiets.items);
    free(engine->quiets.released);
}
