/* home_pack.c - the system that has a ticket, as a part of the ticket's body: how far what was told there has come, and what it is asked to do.
 *
 *   packed name of the source   packed id there, empty where it is the ticket's own
 *   writes: count, then  packed field  value, as set, as told, as before (values_pack.c)  signed set, told  varint outbox row,
 *     escalation  u8 1 due, 2 accepted, 4 failed, 8 reported, 16 overtaken  varint contests   signed since
 *   errands: count, then  u8 kind  u8 state  packed text  u64 hash  signed at  varint outbox row, escalation */
#include <engine/rows.h>

#define WRITE_DUE 1u
#define WRITE_ACCEPTED 2u
#define WRITE_FAILED 4u
#define WRITE_REPORTED 8u
#define WRITE_OVERTAKEN 16u

/* --- writing ---------------------------------------------------------------------------------- */

static uint8_t write_flags(const EscWrite *write)
{
    return (uint8_t)((write->is_due ? WRITE_DUE : 0u) | (write->is_accepted ? WRITE_ACCEPTED : 0u) |
                     (write->is_failed ? WRITE_FAILED : 0u) |
                     (write->is_reported ? WRITE_REPORTED : 0u) |
                     (write->is_overtaken ? WRITE_OVERTAKEN : 0u));
}

static void write_pack(EscBuf *out, const EscProgram *program, const EscWrite *write)
{
    esc_buf_packed(out, write->field);
    esc_value_pack(out, program, write->value.value);
    esc_value_pack(out, program, write->sent.value);
    esc_value_pack(out, program, write->before.value);
    esc_buf_signed(out, write->set_ms);
    esc_buf_signed(out, write->told_ms);
    esc_buf_varint(out, write->outbox);
    esc_buf_varint(out, write->escalation);
    esc_buf_u8(out, write_flags(write));
    esc_buf_varint(out, write->contests);
    esc_buf_signed(out, write->contest_ms);
}

static void errand_pack(EscBuf *out, const EscErrand *errand)
{
    esc_buf_u8(out, (uint8_t)errand->kind);
    esc_buf_u8(out, (uint8_t)errand->state);
    esc_buf_packed(out, errand->text);
    esc_buf_u64(out, errand->hash);
    esc_buf_signed(out, errand->at_ms);
    esc_buf_varint(out, errand->outbox);
    esc_buf_varint(out, errand->escalation);
}

void esc_home_pack(EscBuf *out, const EscEngine *engine, const EscTicket *ticket)
{
    esc_buf_packed(out, ticket->home);
    esc_buf_packed(out, ticket->there);
    esc_buf_varint(out, ticket->writes_count);
    for (size_t i = 0; i < ticket->writes_count; i++)
        write_pack(out, engine->schema.current->program, &ticket->writes[i]);
    esc_buf_varint(out, ticket->errands_count);
    for (size_t i = 0; i < ticket->errands_count; i++)
        errand_pack(out, &ticket->errands[i]);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool is_unset(const EscCursor *cursor)
{
    return !cursor->failed && esc_cursor_left(cursor) > 0 &&
           cursor->bytes.data[cursor->at] == ESC_KIND_UNSET;
}

static void write_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    EscText field = esc_cursor_packed(cursor);
    uint32_t slot = cursor->failed ? ESC_NONE : esc_slot_find(engine, field);
    EscType type = slot == ESC_NONE ? ESC_TYPE(ESC_KIND_UNSET) : esc_slot_type(engine, slot);
    EscWrite *write = esc_write_add(engine, ticket, field);
    write->value = esc_value_unpack(cursor, program, type);
    write->sent =
        esc_value_unpack(cursor, program, is_unset(cursor) ? ESC_TYPE(ESC_KIND_UNSET) : type);
    write->before = esc_value_unpack(cursor, program, type);
    write->set_ms = esc_instant_unpack(cursor);
    write->told_ms = esc_instant_unpack(cursor);
    write->outbox = esc_cursor_varint(cursor);
    write->escalation = esc_cursor_varint(cursor);
    uint8_t flags = esc_cursor_u8(cursor);
    write->is_due = (flags & WRITE_DUE) != 0;
    write->is_accepted = (flags & WRITE_ACCEPTED) != 0;
    write->is_failed = (flags & WRITE_FAILED) != 0;
    write->is_reported = (flags & WRITE_REPORTED) != 0;
    write->is_overtaken = (flags & WRITE_OVERTAKEN) != 0;
    write->contests = esc_small_unpack(cursor);
    write->contest_ms = esc_instant_unpack(cursor);
}

static void errand_unpack(EscCursor *cursor, EscTicket *ticket)
{
    uint8_t kind = esc_cursor_u8(cursor), state = esc_cursor_u8(cursor);
    EscText text = esc_cursor_packed(cursor);
    EscErrand errand = {
        .kind = (EscErrandKind)kind,
        .state = (EscErrandState)state,
        .hash = esc_cursor_u64(cursor),
        .at_ms = esc_instant_unpack(cursor),
        .outbox = esc_cursor_varint(cursor),
        .escalation = esc_cursor_varint(cursor),
    };
    cursor->failed =
        cursor->failed || kind >= ESC_ERRAND_COUNT || state >= ESC_ERRAND_STATE_COUNT;
    if (cursor->failed)
        return;
    errand.text = esc_text_own(text);
    *esc_errand_restore(ticket) = errand;
}

void esc_home_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket)
{
    ticket->home = esc_interned_unpack(cursor, engine);
    cursor->failed = cursor->failed || ticket->home.size == 0;
    EscText there = esc_cursor_packed(cursor);
    if (!cursor->failed)
        ticket->there = esc_text_own(there);
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++)
        write_unpack(cursor, engine, ticket);
    count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++)
        errand_unpack(cursor, ticket);
    if (!cursor->failed)
        esc_errand_restored(engine, ticket);
}

/* --- showing ---------------------------------------------------------------------------------- */

static void time_show(EscBuf *json, const char *name, int64_t ms)
{
    if (ms == 0)
        return;
    esc_buf_printf(json, ",\"%s\":\"", name);
    esc_time_write(json, ms);
    esc_buf_char(json, '"');
}

static void value_read(EscCursor *cursor, EscBuf *json)
{
    if (is_unset(cursor)) {
        (void)esc_cursor_u8(cursor);
        esc_buf_string(json, "null");
        return;
    }
    esc_value_show(cursor, json);
}

/* How far it has come, the furthest first. */
static const char *write_word(uint8_t flags, bool is_under_way)
{
    return (flags & WRITE_OVERTAKEN) != 0  ? "overtaken"
           : (flags & WRITE_FAILED) != 0   ? "failed"
           : (flags & WRITE_REPORTED) != 0 ? "reported"
           : is_under_way                  ? "told"
           : (flags & WRITE_DUE) != 0      ? "waiting"
           : (flags & WRITE_ACCEPTED) != 0 ? "accepted"
                                           : "waiting";
}

static void write_show(EscCursor *cursor, const char *between, EscBuf *json)
{
    EscBuf value = esc_turn_buf(), other = esc_turn_buf();
    EscText field = esc_cursor_packed(cursor);
    value_read(cursor, &value);
    value_read(cursor, &other);
    value_read(cursor, &other);
    int64_t set_ms = esc_instant_unpack(cursor), told_ms = esc_instant_unpack(cursor);
    bool is_under_way = esc_cursor_varint(cursor) != 0;
    (void)esc_cursor_varint(cursor);
    uint8_t flags = esc_cursor_u8(cursor);
    (void)esc_cursor_varint(cursor);
    (void)esc_instant_unpack(cursor);
    if (json != NULL && !cursor->failed) {
        esc_buf_printf(json, "%s{\"name\":", between);
        esc_json_text(json, field);
        esc_buf_printf(json, ",\"state\":\"%s\",\"value\":", write_word(flags, is_under_way));
        esc_buf_text(json, esc_buf_as_text(&value));
        time_show(json, "set_at", set_ms);
        time_show(json, "told_at", told_ms);
        esc_buf_char(json, '}');
    }
    esc_buf_release(&value);
    esc_buf_release(&other);
}

static const char *const errand_words[ESC_ERRAND_STATE_COUNT] = {"waiting", "told", "accepted",
                                                                 "failed"};

/* A comment; of the others only what the state of the ticket there is. */
static void errand_show(EscCursor *cursor, const char **between, EscBuf *json, uint8_t *making)
{
    uint8_t kind = esc_cursor_u8(cursor), state = esc_cursor_u8(cursor);
    EscText text = esc_cursor_packed(cursor);
    (void)esc_cursor_u64(cursor);
    int64_t at_ms = esc_instant_unpack(cursor);
    (void)esc_cursor_varint(cursor);
    (void)esc_cursor_varint(cursor);
    cursor->failed = cursor->failed || kind >= ESC_ERRAND_COUNT || state >= ESC_ERRAND_STATE_COUNT;
    if (cursor->failed)
        return;
    if (kind == ESC_ERRAND_TICKET)
        *making = state;
    if (json == NULL || kind == ESC_ERRAND_TICKET || kind == ESC_ERRAND_UNDO)
        return;
    esc_buf_printf(json, "%s{\"kind\":\"%s\",\"state\":\"%s\"", *between,
                   kind == ESC_ERRAND_COMMENT ? "internal" : "public", errand_words[state]);
    if (text.size > 0) {
        esc_buf_string(json, ",\"text\":");
        esc_json_text(json, text);
    }
    time_show(json, "at", at_ms);
    esc_buf_char(json, '}');
    *between = ",";
}

void esc_home_show(EscCursor *cursor, EscText id, EscBuf *json)
{
    EscText source = esc_cursor_packed(cursor), there = esc_cursor_packed(cursor);
    const char *between = "";
    uint8_t making = ESC_ERRAND_STATE_COUNT;
    if (json != NULL) {
        esc_buf_string(json, "{\"source\":");
        esc_json_text(json, source);
        esc_buf_string(json, ",\"fields\":[");
    }
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++)
        write_show(cursor, i > 0 ? "," : "", json);
    if (json != NULL)
        esc_buf_string(json, "],\"comments\":[");
    count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++)
        errand_show(cursor, &between, json, &making);
    if (json == NULL)
        return;
    bool is_linked = making != ESC_ERRAND_STATE_COUNT;
    esc_buf_char(json, ']');
    if (!is_linked || there.size > 0) {
        esc_buf_string(json, ",\"id\":");
        esc_json_text(json, is_linked ? there : id);
    }
    if (is_linked)
        esc_buf_printf(json, ",\"made\":\"%s\"", errand_words[making]);
    esc_buf_char(json, '}');
}
