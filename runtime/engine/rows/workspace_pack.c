/* workspace_pack.c - the body of the workspace itself: who is absent, and what waits to be told in one message.
 *
 *   u8 format   absences: count, for each  packed person, deputy  signed from, until  u8: 1 for a duration, 2 back
 *   keys that wait for `again after` (group_pack.c)   turns of teams: count, for each  packed team, who was drawn last
 *   windows: count, for each  packed person  signed end  varint messages, left out  items: count, for each
 *     varint escalation  packed text     pages: signed end  varint pages, left out, held  signed due  escalations: count,
 *     varint each   quiet times: count, for each  packed whose  u8: a channel  signed end  varint left out  items as above
 *   released: count, for each  varint outbox  escalations: count, varint each   signed sum of the clock's corrections
 *   hash of the bundle whose service levels all tickets have   of the configuration   of the token file
 *   gaps that were told: count, for each  packed template  signed from, until  u8: 1 nobody of the last resort either
 *   browsers: varint number that was given last  count, for each  packed person  varint number  packed title, address, key, auth
 *     signed since   timers (values_pack.c) */
#include <engine/rows.h>

#include <string.h>

#define FORMAT 9 /* 8 had no browsers */

enum { IS_FOR = 1, IS_BACK = 2 };

static void pages_pack(EscBuf *out, const EscWindow *window)
{
    esc_buf_signed(out, window->pages_end_ms);
    esc_buf_varint(out, window->pages);
    esc_buf_varint(out, window->paged_left_out);
    esc_buf_varint(out, window->held);
    esc_buf_signed(out, window->held_due_ms);
    esc_buf_varint(out, window->paged_count);
    for (size_t i = 0; i < window->paged_count; i++)
        esc_buf_varint(out, window->paged[i]);
}

static void team_turns_pack(EscBuf *out, const EscTeamTurns *turns)
{
    esc_buf_varint(out, turns->count);
    for (size_t i = 0; i < turns->count; i++) {
        esc_buf_packed(out, turns->items[i].team);
        esc_buf_packed(out, turns->items[i].last);
    }
}

static void items_pack(EscBuf *out, const EscDigestItem *items, size_t count)
{
    esc_buf_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        esc_buf_varint(out, items[i].escalation);
        esc_buf_packed(out, items[i].text);
    }
}

static void quiets_pack(EscBuf *out, const EscQuiets *quiets)
{
    esc_buf_varint(out, quiets->count);
    for (size_t i = 0; i < quiets->count; i++) {
        const EscQuiet *quiet = &quiets->items[i];
        esc_buf_packed(out, quiet->target);
        esc_buf_u8(out, quiet->is_channel);
        esc_buf_signed(out, quiet->until_ms);
        esc_buf_varint(out, quiet->items_left_out);
        items_pack(out, quiet->items, quiet->items_count);
    }
    esc_buf_varint(out, quiets->released_count);
    for (size_t i = 0; i < quiets->released_count; i++) {
        esc_buf_varint(out, quiets->released[i].outbox);
        esc_buf_varint(out, quiets->released[i].count);
        for (size_t k = 0; k < quiets->released[i].count; k++)
            esc_buf_varint(out, quiets->released[i].escalations[k]);
    }
}

static void gaps_pack(EscBuf *out, const EscToldGaps *gaps)
{
    esc_buf_varint(out, gaps->count);
    for (size_t i = 0; i < gaps->count; i++) {
        esc_buf_packed(out, gaps->items[i].template_name);
        esc_buf_signed(out, gaps->items[i].from_ms);
        esc_buf_signed(out, gaps->items[i].until_ms);
        esc_buf_u8(out, gaps->items[i].is_of_all);
    }
}

static void devices_pack(EscBuf *out, const EscDevices *devices)
{
    esc_buf_varint(out, devices->last);
    esc_buf_varint(out, devices->count);
    for (size_t i = 0; i < devices->count; i++) {
        const EscPushDevice *said = &devices->items[i].said;
        esc_buf_packed(out, devices->items[i].person);
        esc_buf_varint(out, said->number);
        esc_buf_packed(out, said->title);
        esc_buf_packed(out, said->url);
        esc_buf_packed(out, said->key);
        esc_buf_packed(out, said->auth);
        esc_buf_signed(out, said->since_ms);
    }
}

void esc_workspace_pack(EscBuf *out, const EscEngine *engine)
{
    esc_buf_u8(out, FORMAT);
    esc_buf_varint(out, engine->absences.count);
    for (size_t i = 0; i < engine->absences.count; i++) {
        const EscAbsence *absence = &engine->absences.items[i];
        esc_buf_packed(out, absence->person);
        esc_buf_packed(out, absence->deputy);
        esc_buf_signed(out, absence->from_ms);
        esc_buf_signed(out, absence->until_ms);
        esc_buf_u8(out,
                   (uint8_t)((absence->is_for ? IS_FOR : 0) | (absence->is_back ? IS_BACK : 0)));
    }
    esc_groups_pack(out, engine);
    team_turns_pack(out, &engine->team_turns);
    esc_buf_varint(out, engine->windows.count);
    for (size_t i = 0; i < engine->windows.count; i++) {
        const EscWindow *window = &engine->windows.items[i];
        esc_buf_packed(out, window->person);
        esc_buf_signed(out, window->ends_at_ms);
        esc_buf_varint(out, window->count);
        esc_buf_varint(out, window->items_left_out);
        items_pack(out, window->items, window->items_count);
        pages_pack(out, window);
    }
    quiets_pack(out, &engine->quiets);
    esc_buf_signed(out, engine->moved_ms);
    esc_buf_append(out, engine->schema.reviewed, sizeof engine->schema.reviewed);
    esc_buf_append(out, engine->found.configuration, sizeof engine->found.configuration);
    esc_buf_append(out, engine->found.tokens, sizeof engine->found.tokens);
    gaps_pack(out, &engine->gaps);
    devices_pack(out, &engine->devices);
    esc_timers_pack(out, engine->timers.own);
}

static void absences_unpack(EscCursor *cursor, EscEngine *engine)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(engine->absences.items, engine->absences.count, engine->absences.capacity);
        EscAbsence *absence = &engine->absences.items[engine->absences.count++];
        absence->person = esc_engine_intern(engine, esc_cursor_packed(cursor));
        absence->deputy = esc_engine_intern(engine, esc_cursor_packed(cursor));
        absence->from_ms = esc_instant_unpack(cursor);
        absence->until_ms = esc_instant_unpack(cursor);
        uint8_t flags = esc_cursor_u8(cursor);
        absence->is_for = (flags & IS_FOR) != 0;
        absence->is_back = (flags & IS_BACK) != 0;
    }
}

static void team_turns_unpack(EscCursor *cursor, EscEngine *engine)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        EscText team = esc_cursor_packed(cursor), last = esc_cursor_packed(cursor);
        esc_team_turn_put(engine, team, last);
    }
    engine->absences.is_dirty = false; /* its row says so already */
}

static void pages_unpack(EscCursor *cursor, EscWindow *window)
{
    window->pages_end_ms = esc_instant_unpack(cursor);
    window->pages = (uint32_t)esc_cursor_varint(cursor);
    window->paged_left_out = (uint32_t)esc_cursor_varint(cursor);
    window->held = (uint32_t)esc_cursor_varint(cursor) & ((1u << ESC_CONTACT_KINDS) - 1);
    window->held_due_ms = esc_instant_unpack(cursor);
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(window->paged, window->paged_count, window->paged_capacity);
        window->paged[window->paged_count++] = esc_cursor_varint(cursor);
    }
}

static EscDigestItem item_unpack(EscCursor *cursor)
{
    uint64_t escalation = esc_cursor_varint(cursor);
    return (EscDigestItem){.escalation = escalation,
                           .text = esc_text_own(esc_cursor_packed(cursor))};
}

static void quiet_unpack(EscCursor *cursor, EscEngine *engine)
{
    EscQuiets *quiets = &engine->quiets;
    ESC_ENGINE_GROW(quiets->items, quiets->count, quiets->capacity);
    EscQuiet *quiet = &quiets->items[quiets->count++];
    *quiet = (EscQuiet){.target = esc_engine_intern(engine, esc_cursor_packed(cursor))};
    quiet->is_channel = esc_cursor_u8(cursor) != 0;
    quiet->until_ms = esc_instant_unpack(cursor);
    quiet->items_left_out = esc_small_unpack(cursor);
    size_t items = esc_cursor_count(cursor);
    for (size_t i = 0; i < items && !cursor->failed; i++) {
        ESC_ENGINE_GROW(quiet->items, quiet->items_count, quiet->items_capacity);
        quiet->items[quiet->items_count++] = item_unpack(cursor);
    }
}

static void released_unpack(EscCursor *cursor, EscEngine *engine)
{
    EscQuiets *quiets = &engine->quiets;
    ESC_ENGINE_GROW(quiets->released, quiets->released_count, quiets->released_capacity);
    EscReleased *released = &quiets->released[quiets->released_count++];
    *released = (EscReleased){.outbox = esc_cursor_varint(cursor)};
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(released->escalations, released->count, released->capacity);
        released->escalations[released->count++] = esc_cursor_varint(cursor);
    }
}

static void quiets_unpack(EscCursor *cursor, EscEngine *engine)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++)
        quiet_unpack(cursor, engine);
    count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++)
        released_unpack(cursor, engine);
}

static void window_unpack(EscCursor *cursor, EscEngine *engine)
{
    ESC_ENGINE_GROW(engine->windows.items, engine->windows.count, engine->windows.capacity);
    EscWindow *window = &engine->windows.items[engine->windows.count++];
    *window = (EscWindow){.person = esc_engine_intern(engine, esc_cursor_packed(cursor))};
    window->ends_at_ms = esc_instant_unpack(cursor);
    window->count = (uint32_t)esc_cursor_varint(cursor);
    window->items_left_out = (uint32_t)esc_cursor_varint(cursor);
    size_t items = esc_cursor_count(cursor);
    for (size_t i = 0; i < items && !cursor->failed; i++) {
        ESC_ENGINE_GROW(window->items, window->items_count, window->items_capacity);
        window->items[window->items_count++] = item_unpack(cursor);
    }
    pages_unpack(cursor, window);
}

/* With the bundle that they were reviewed under nothing has to be done for tickets that may sleep on. */
static void reviewed_unpack(EscCursor *cursor, EscEngine *engine)
{
    EscSchema *schema = &engine->schema;
    EscBytes hash = esc_cursor_bytes(cursor, sizeof schema->reviewed);
    if (cursor->failed)
        return;
    memcpy(schema->reviewed, hash.data, hash.size);
    schema->is_review_due =
        schema->current == NULL ||
        memcmp(hash.data, esc_bundle_hash(schema->current->bundle), hash.size) != 0;
}

static void hash_unpack(EscCursor *cursor, uint8_t hash[32])
{
    EscBytes bytes = esc_cursor_bytes(cursor, 32);
    if (!cursor->failed)
        memcpy(hash, bytes.data, bytes.size);
}

static void gaps_unpack(EscCursor *cursor, EscEngine *engine)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        EscToldGap gap = {.template_name = esc_interned_unpack(cursor, engine)};
        gap.from_ms = esc_instant_unpack(cursor);
        gap.until_ms = esc_instant_unpack(cursor);
        gap.is_of_all = esc_cursor_u8(cursor) != 0;
        esc_gap_remember(engine, gap);
    }
}

static void devices_unpack(EscCursor *cursor, EscEngine *engine)
{
    uint64_t last = esc_cursor_varint(cursor);
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        EscText person = esc_interned_unpack(cursor, engine);
        EscPushDevice said = {.number = esc_cursor_varint(cursor)};
        said.title = esc_cursor_packed(cursor);
        said.url = esc_cursor_packed(cursor);
        said.key = esc_cursor_packed(cursor);
        said.auth = esc_cursor_packed(cursor);
        said.since_ms = esc_instant_unpack(cursor);
        cursor->failed = cursor->failed || said.number == 0 || said.number > last;
        if (!cursor->failed)
            (void)esc_device_add(engine, person, &said);
    }
    engine->devices.last = last;
}

bool esc_workspace_unpack(EscBytes body, EscEngine *engine)
{
    EscCursor cursor = esc_cursor(body);
    uint8_t format = esc_cursor_u8(&cursor);
    if (format != FORMAT && format != FORMAT - 1)
        return false;
    absences_unpack(&cursor, engine);
    esc_groups_unpack(&cursor, engine);
    team_turns_unpack(&cursor, engine);
    size_t windows = esc_cursor_count(&cursor);
    for (size_t i = 0; i < windows && !cursor.failed; i++)
        window_unpack(&cursor, engine);
    quiets_unpack(&cursor, engine);
    engine->moved_ms = esc_instant_unpack(&cursor);
    reviewed_unpack(&cursor, engine);
    hash_unpack(&cursor, engine->found.configuration);
    hash_unpack(&cursor, engine->found.tokens);
    gaps_unpack(&cursor, engine);
    if (format == FORMAT)
        devices_unpack(&cursor, engine);
    engine->absences.is_dirty = false; /* its row says so already */
    esc_timers_unpack(&cursor, engine, NULL, NULL);
    return !cursor.failed && esc_cursor_left(&cursor) == 0;
}
