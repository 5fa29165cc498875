/* values_pack.c - numbers, values and timers as bytes, for tickets and escalations alike.
 *
 *   value   u8 kind (EscKind; 0: missing), then  BOOL u8   NUMBER 8 bytes   TEXT packed   DURATION, TIME signed
 *           ENUM packed name of the member   REF varint   LIST count, packed each
 *   timers  count, then for each, in order of creation:  u8 kind  varint index  varint seq, growing  signed due, UTC ms
 *
 * A value says what it is, so that it can be shown without the bundle that gave it its type, and read under another
 * bundle: an enum member goes by name. Numbers are those of kit_pack.c. */
#include <engine/rows.h>

#include <math.h>

#define INSTANT_MAX_MS (INT64_C(1) << 53) /* 285,000 years: sums of a few do not overflow */

/* --- numbers and texts ------------------------------------------------------------------------- */

uint32_t esc_below_unpack(EscCursor *cursor, uint64_t bound)
{
    uint64_t number = esc_cursor_varint(cursor);
    if (number >= bound)
        cursor->failed = true;
    return cursor->failed ? 0 : (uint32_t)number;
}

uint32_t esc_small_unpack(EscCursor *cursor)
{
    return esc_below_unpack(cursor, UINT64_C(1) << 32);
}

uint32_t esc_index_unpack(EscCursor *cursor, uint32_t bound)
{
    uint32_t number = esc_below_unpack(cursor, (uint64_t)bound + 1);
    return number == 0 ? ESC_NONE : number - 1;
}

EscText esc_interned_unpack(EscCursor *cursor, EscEngine *engine)
{
    return esc_engine_intern(engine, esc_cursor_packed(cursor));
}

void esc_texts_pack(EscBuf *out, const EscText *texts, size_t count)
{
    esc_buf_varint(out, count);
    for (size_t i = 0; i < count; i++)
        esc_buf_packed(out, texts[i]);
}

/* --- values ----------------------------------------------------------------------------------- */

void esc_value_pack(EscBuf *out, const EscProgram *program, EscValue value)
{
    EscKind kind = value.is_missing ? ESC_KIND_UNSET : esc_type_kind(value.type);
    esc_buf_u8(out, (uint8_t)kind);
    switch (kind) {
    case ESC_KIND_BOOL:
        esc_buf_u8(out, value.truth);
        break;
    case ESC_KIND_NUMBER:
        esc_buf_double(out, value.number);
        break;
    case ESC_KIND_TEXT:
        esc_buf_packed(out, value.text);
        break;
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        esc_buf_signed(out, value.ms);
        break;
    case ESC_KIND_ENUM:
        esc_buf_packed(out, esc_member_name(program, value.type, value.member));
        break;
    case ESC_KIND_LIST:
        esc_buf_varint(out, value.list.count);
        for (uint32_t i = 0; i < value.list.count; i++)
            esc_buf_packed(out, value.list.items[i]);
        break;
    case ESC_KIND_REF:
        esc_buf_varint(out, value.ref);
        break;
    case ESC_KIND_UNSET:
    case ESC_KIND_COUNT:
        break;
    }
}

void esc_values_pack(EscBuf *out, const EscProgram *program, const EscOwned *values, uint32_t count)
{
    esc_buf_varint(out, count);
    for (uint32_t i = 0; i < count; i++)
        esc_value_pack(out, program, values[i].value);
}

static uint32_t list_unpack(EscCursor *cursor, EscText *items)
{
    size_t count = esc_cursor_count(cursor);
    if (count > ESC_LIST_ITEMS_MAX) {
        cursor->failed = true;
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        items[i] = esc_cursor_packed(cursor);
    return (uint32_t)count;
}

/* The value as it was written; an enum member is a text still. `items` has room for ESC_LIST_ITEMS_MAX. */
static EscValue raw_unpack(EscCursor *cursor, EscText *items)
{
    EscValue value = {.type = ESC_TYPE(esc_cursor_u8(cursor))};
    switch (esc_type_kind(value.type)) {
    case ESC_KIND_UNSET:
        value.is_missing = true;
        break;
    case ESC_KIND_BOOL:
        value.truth = esc_cursor_u8(cursor) != 0;
        break;
    case ESC_KIND_NUMBER:
        value.number = esc_cursor_double(cursor);
        break;
    case ESC_KIND_TEXT:
    case ESC_KIND_ENUM:
        value.text = esc_cursor_packed(cursor);
        break;
    case ESC_KIND_DURATION:
    case ESC_KIND_TIME:
        value.ms = esc_cursor_signed(cursor);
        break;
    case ESC_KIND_LIST:
        value.list.count = list_unpack(cursor, items);
        value.list.items = items;
        break;
    case ESC_KIND_REF:
        value.ref = (EscRef)esc_cursor_varint(cursor);
        break;
    default:
        cursor->failed = true;
        break;
    }
    return value;
}

/* Within the bounds that code relies on. */
static bool is_sound(const EscProgram *program, const EscValue *value)
{
    bool is_ref = esc_type_kind(value->type) == ESC_KIND_REF;
    return esc_value_fits(program, value, value->type) &&
           (!is_ref || esc_verify_ref_is_valid(program, value->ref));
}

EscOwned esc_value_unpack(EscCursor *cursor, const EscProgram *program, EscType type)
{
    EscText items[ESC_LIST_ITEMS_MAX];
    EscValue value = raw_unpack(cursor, items);
    bool fits =
        !cursor->failed && !value.is_missing && esc_type_kind(value.type) == esc_type_kind(type);
    if (fits && esc_type_kind(type) == ESC_KIND_ENUM) {
        EscText name = value.text;
        value.text = (EscText){0};
        fits = esc_member_find(program, type, name, &value.member);
    }
    if (!fits)
        return (EscOwned){esc_value_default(type), NULL};
    value.type = type;
    if (esc_type_kind(type) == ESC_KIND_LIST && value.list.count == 0)
        value.list.items = NULL;
    return is_sound(program, &value) ? esc_owned_copy(value)
                                     : (EscOwned){esc_value_default(type), NULL};
}

void esc_value_show(EscCursor *cursor, EscBuf *json)
{
    EscText items[ESC_LIST_ITEMS_MAX];
    EscValue value = raw_unpack(cursor, items);
    if (esc_type_kind(value.type) == ESC_KIND_NUMBER && !isfinite(value.number))
        cursor->failed = true; /* JSON has no such number */
    if (cursor->failed || value.is_missing)
        esc_buf_string(json, "null");
    else if (esc_type_kind(value.type) == ESC_KIND_ENUM)
        esc_json_text(json, value.text);
    else
        esc_value_write_json(json, NULL, value);
}

int64_t esc_instant_unpack(EscCursor *cursor)
{
    return esc_instant_after_unpack(cursor, 0);
}

int64_t esc_instant_after_unpack(EscCursor *cursor, int64_t before_ms)
{
    int64_t ms = esc_cursor_signed(cursor);
    if (ms < -2 * INSTANT_MAX_MS || ms > 2 * INSTANT_MAX_MS)
        cursor->failed = true;
    else
        ms += before_ms;
    if (ms < -INSTANT_MAX_MS || ms > INSTANT_MAX_MS)
        cursor->failed = true;
    return cursor->failed ? 0 : ms;
}

/* --- timers ----------------------------------------------------------------------------------- */

static const EscTimerNode *next_of(const EscTimerNode *list, uint64_t after_seq)
{
    const EscTimerNode *next = NULL;
    for (; list != NULL; list = list->next)
        if (list->seq > after_seq && (next == NULL || list->seq < next->seq))
            next = list;
    return next;
}

void esc_timers_pack(EscBuf *out, const EscTimerNode *list)
{
    size_t count = 0;
    for (const EscTimerNode *node = list; node != NULL; node = node->next)
        count++;
    esc_buf_varint(out, count);
    for (const EscTimerNode *node = next_of(list, 0); node != NULL;
         node = next_of(list, node->seq)) {
        esc_buf_u8(out, (uint8_t)node->kind);
        esc_buf_varint(out, node->index);
        esc_buf_varint(out, node->seq);
        esc_buf_signed(out, node->due_ms);
    }
}

/* Of a kind that its owner has; a service-level clock's number is an index of code. */
static bool is_timer_of(const EscEscalation *escalation, const EscTicket *ticket, uint32_t kind,
                        uint64_t index)
{
    if (kind == ESC_TIMER_CLOCK) /* there is one */
        return (escalation != NULL || ticket != NULL) && index == 0;
    if (escalation != NULL)
        return ((kind >= ESC_TIMER_ACK && kind <= ESC_TIMER_EXPECTATION) ||
                kind == ESC_TIMER_SHIFT || kind == ESC_TIMER_OFFER) &&
               index <= UINT32_MAX;
    if (ticket == NULL)
        return (kind == ESC_TIMER_DIGEST && index <= UINT32_MAX) ||
               ((kind == ESC_TIMER_ABSENCE || kind == ESC_TIMER_SILENCE ||
                 kind == ESC_TIMER_TALLIES || kind == ESC_TIMER_TASK) &&
                index == 0);
    uint64_t end = kind == ESC_TIMER_SLA_WARN ? ESC_SLA_CLOCK_COUNT * ESC_CLOCK_WARNS_MAX
                   : kind == ESC_TIMER_ARMED  ? (uint64_t)UINT32_MAX + 1
                                              : ESC_SLA_CLOCK_COUNT;
    return kind >= ESC_TIMER_ARMED && kind <= ESC_TIMER_SLA_OVERDUE && index < end;
}

/* Written again they are found by their numbers: 0, one that comes twice, and one that the next timer will get as well
 * would make a body that nobody can read. */
void esc_timers_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation,
                       EscTicket *ticket)
{
    uint64_t before_seq = 0;
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count; i++) {
        EscTimerNode timer = {.kind = esc_cursor_u8(cursor)};
        uint64_t index = esc_cursor_varint(cursor);
        timer.index = (uint32_t)index;
        timer.seq = esc_cursor_varint(cursor);
        timer.due_ms = esc_instant_unpack(cursor);
        if (!is_timer_of(escalation, ticket, timer.kind, index) || timer.seq <= before_seq ||
            timer.seq >= engine->counters.next_timer)
            cursor->failed = true;
        if (cursor->failed)
            return;
        before_seq = timer.seq;
        esc_timer_restore(engine, escalation, ticket, &timer);
    }
}
