/* group_pack.c - what tickets of one escalation know of each other.
 *
 *   in an escalation's body, empty where its tickets have no key:
 *     packed key   members behind the first: count, for each  packed ticket  u8 1 when it is resolved
 *   in a ticket's body, where it has joined some:
 *     count, for each  varint escalation  packed template
 *   in the workspace's body, keys that wait for `again after`:
 *     count, for each  packed template, key  signed until */
#include <engine/rows.h>

#include <stdlib.h>
#include <string.h>

/* --- an escalation ---------------------------------------------------------------------------- */

void esc_group_pack(EscBuf *out, const EscEscalation *escalation)
{
    if (escalation->group_key.size == 0)
        return;
    esc_buf_packed(out, escalation->group_key);
    esc_buf_varint(out, escalation->members_count);
    for (size_t i = 0; i < escalation->members_count; i++) {
        esc_buf_packed(out, escalation->members[i].ticket);
        esc_buf_u8(out, escalation->members[i].is_resolved);
    }
}

static void member_unpack(EscCursor *cursor, EscEscalation *escalation)
{
    EscText ticket = esc_cursor_packed(cursor);
    uint8_t is_resolved = esc_cursor_u8(cursor);
    if (ticket.size == 0 || ticket.size > ESC_ID_BYTES_MAX || is_resolved > 1)
        cursor->failed = true;
    if (!cursor->failed)
        esc_member_put(escalation, ticket, is_resolved != 0);
}

bool esc_group_unpack(EscText group, EscEngine *engine, EscEscalation *escalation)
{
    if (group.size == 0)
        return true;
    EscCursor cursor = esc_cursor((EscBytes){(const uint8_t *)group.data, group.size});
    EscText key = esc_cursor_packed(&cursor);
    size_t count = esc_cursor_count(&cursor);
    if (key.size == 0 || key.size > ESC_GROUP_KEY_BYTES_MAX || count >= ESC_GROUP_TICKETS_MAX)
        cursor.failed = true;
    for (size_t i = 0; i < count && !cursor.failed; i++)
        member_unpack(&cursor, escalation);
    if (cursor.failed || esc_cursor_left(&cursor) != 0)
        return false;
    escalation->group_key = esc_text_own(key);
    if (esc_escalation_is_open(escalation))
        esc_group_put(engine, escalation);
    return true;
}

/* --- a ticket --------------------------------------------------------------------------------- */

void esc_joined_pack(EscBuf *out, const EscTicket *ticket)
{
    esc_buf_varint(out, ticket->joined_count);
    for (size_t i = 0; i < ticket->joined_count; i++) {
        esc_buf_varint(out, ticket->joined[i].escalation);
        esc_buf_packed(out, ticket->joined[i].template_name);
    }
}

void esc_joined_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        uint64_t escalation = esc_cursor_varint(cursor);
        EscText template_name = esc_interned_unpack(cursor, engine);
        esc_joined_put(ticket, escalation, template_name);
    }
}

void esc_joined_show(EscCursor *cursor, EscBuf *json)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        uint64_t escalation = esc_cursor_varint(cursor);
        EscText template_name = esc_cursor_packed(cursor);
        if (json == NULL)
            continue;
        esc_buf_printf(json, "%s{\"escalation\":\"E-%llu\",\"template\":", i > 0 ? "," : "",
                       (unsigned long long)escalation);
        esc_json_text(json, template_name);
        esc_buf_char(json, '}');
    }
}

/* --- the workspace ---------------------------------------------------------------------------- */

/* A template's name has no line's end in it. */
static EscText template_of(EscText name)
{
    const char *end = memchr(name.data, '\n', name.size);
    ESC_ASSERT(end != NULL);
    return (EscText){name.data, (size_t)(end - name.data)};
}

void esc_groups_pack(EscBuf *out, const EscEngine *engine)
{
    size_t count;
    const EscGrouping **waiting = esc_groups_waiting(engine, &count);
    esc_buf_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        EscText name = waiting[i]->name, template_name = template_of(name);
        esc_buf_packed(out, template_name);
        esc_buf_packed(
            out, (EscText){name.data + template_name.size + 1, name.size - template_name.size - 1});
        esc_buf_signed(out, waiting[i]->free_ms);
    }
    free(waiting);
}

void esc_groups_unpack(EscCursor *cursor, EscEngine *engine)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        EscText template_name = esc_cursor_packed(cursor), key = esc_cursor_packed(cursor);
        int64_t free_ms = esc_instant_unpack(cursor);
        if (template_name.size == 0 || key.size == 0 || key.size > ESC_GROUP_KEY_BYTES_MAX ||
            memchr(template_name.data, '\n', template_name.size) != NULL)
            cursor->failed = true;
        if (!cursor->failed)
            esc_group_free_put(engine, template_name, key, free_ms);
    }
}
