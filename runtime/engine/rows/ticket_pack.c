/* ticket_pack.c - a ticket's body: what stands beside the columns of its row that lists are made of.
 *
 *   u8 format   fields: count, then for each, in order of name  varint twice the name's size, +1 when its value is assumed
 *     name  value (values_pack.c); one of which there is nothing to say but that it is missing is left out
 *   flags: 1 linked, 2 resolved, 4 changed since it was made, 8 a post-mortem, behind them packed the id of whose it is;
 *     16 paused by its level, 32 one that joined escalations of others, behind them which (group_pack.c), 64 one that has a home,
 *     behind them which, and how far what it was told has come (home_pack.c), 128 a signpost, behind them packed the id of the ticket that it stands for
 *   packed name of the service level
 *   clocks, one for each EscSlaClock:  u8 state, +16 when met, +32 when kept, +64 when told, +128 when it ever counted, and then
 *     varint cycle  signed goal  packed calendar  signed origin  signed moved  signed due  signed overdue times that had their
 *     turn   warnings told: count, then  signed mark
 *   signed stands since  signed older pauses  pauses: count, then  signed from  signed to
 *   starts: count, then  packed template  varint count  signed last closed  varint number of the last post-mortem (0: none)
 *   sources: count, then  u64    origins: count, then  varint number + 1 among these fields, 0 for a status that is no field
 *     varint number of the source   signed time, less that of the one before
 *   starts that wait: count, then  packed template  varint clause  u8 1 for `again after`  varint number  signed when it
 *     became true  packed type, event   varint next number
 *   automations that acted within an hour: count, then  packed name  u8 1 when it was told  count, then  signed at
 *   hand-offs: count, then  signed at     log: count, then  signed at  packed field, before, after
 *   signed sum of the clock's corrections when it was written: a ticket that was away catches up   timers (values_pack.c)
 *
 * A body that begins with a brace is the JSON object of fields that stores of version 1 had; only they are read.
 * Instants are UTC ms. The columns id, title, status, created_at and updated_at are not repeated. */
#include <engine/rows.h>

#define FORMAT 9
#define ARMED_AGAIN 1u
#define ARMED_HELD 2u
#define FLAG_LINKED 1u
#define FLAG_RESOLVED 2u
#define FLAG_EDITED 4u
#define FLAG_POSTMORTEM 8u
#define FLAG_PAUSED 16u
#define FLAG_JOINED 32u
#define FLAG_HOME 64u
#define FLAG_SIGNPOST 128u
#define MET 16u
#define KEPT 32u
#define TOLD 64u
#define COUNTED 128u
#define NAME_ASSUMED 1u /* of a name's size, doubled */

/* --- writing ---------------------------------------------------------------------------------- */

/* Fields that there is something to say of. */
static uint32_t fields_number(const EscEngine *engine, const EscTicket *ticket)
{
    const EscSchema *schema = &engine->schema;
    uint32_t count = 0;
    for (uint32_t i = 0; i < schema->slots_count; i++)
        schema->numbers[i] =
            !ticket->values[i].value.is_missing || esc_ticket_is_assumed(ticket, i);
    for (size_t i = 0; i < ticket->origins_count; i++) {
        if (ticket->origins[i].slot != ESC_NONE)
            schema->numbers[ticket->origins[i].slot] = 1;
    }
    for (uint32_t i = 0; i < schema->slots_count; i++) {
        uint32_t *number = &schema->numbers[schema->slots_by_name[i]];
        *number = *number == 0 ? 0 : ++count;
    }
    return count;
}

static void fields_pack(EscBuf *out, const EscEngine *engine, const EscTicket *ticket)
{
    esc_buf_varint(out, fields_number(engine, ticket));
    for (uint32_t i = 0; i < engine->schema.slots_count; i++) {
        uint32_t slot = engine->schema.slots_by_name[i];
        if (engine->schema.numbers[slot] == 0)
            continue;
        EscText name = esc_slot_name(engine, slot);
        esc_buf_varint(out,
                       2 * name.size | (esc_ticket_is_assumed(ticket, slot) ? NAME_ASSUMED : 0u));
        esc_buf_text(out, name);
        esc_value_pack(out, engine->schema.current->program, ticket->values[slot].value);
    }
}

/* Whether there is more to say of it than what it was made with. */
static bool is_counted(const EscSlaState *clock)
{
    return clock->state != ESC_CLOCK_NONE || clock->cycle != 0 || clock->goal_ms != 0 ||
           clock->origin_ms != 0 || clock->moved_ms != 0 || clock->due_ms != 0 ||
           clock->overdue_done_ms != ESC_NONE_OVERDUE_MS || clock->told_count != 0;
}

static void clock_pack(EscBuf *out, const EscSlaState *clock)
{
    esc_buf_u8(out,
               (uint8_t)(clock->state | (clock->is_met ? MET : 0u) | (clock->is_kept ? KEPT : 0u) |
                         (clock->is_told ? TOLD : 0u) | (is_counted(clock) ? COUNTED : 0u)));
    if (!is_counted(clock))
        return;
    esc_buf_varint(out, clock->cycle);
    esc_buf_signed(out, clock->goal_ms);
    esc_buf_packed(out, clock->calendar);
    esc_buf_signed(out, clock->origin_ms);
    esc_buf_signed(out, clock->moved_ms);
    esc_buf_signed(out, clock->due_ms);
    esc_buf_signed(out, clock->overdue_done_ms);
    esc_buf_varint(out, clock->told_count);
    for (uint32_t i = 0; i < clock->told_count; i++)
        esc_buf_signed(out, clock->told[i]);
}

static void clocks_pack(EscBuf *out, const EscTicket *ticket)
{
    esc_buf_packed(out, ticket->sla_name);
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        clock_pack(out, &ticket->sla[i]);
}

static void pauses_pack(EscBuf *out, const EscTicket *ticket)
{
    esc_buf_signed(out, ticket->stands_since_ms);
    esc_buf_signed(out, ticket->pauses_old_ms);
    esc_buf_varint(out, ticket->pauses_count);
    for (size_t i = 0; i < ticket->pauses_count; i++) {
        esc_buf_signed(out, ticket->pauses[i].from_ms);
        esc_buf_signed(out, ticket->pauses[i].to_ms);
    }
}

static void starts_pack(EscBuf *out, const EscTicket *ticket)
{
    esc_buf_varint(out, ticket->starts_count);
    for (size_t i = 0; i < ticket->starts_count; i++) {
        esc_buf_packed(out, ticket->starts[i].template_name);
        esc_buf_varint(out, ticket->starts[i].count);
        esc_buf_signed(out, ticket->starts[i].closed_at_ms);
        esc_buf_varint(out, ticket->starts[i].postmortem);
    }
}

/* The sources of a ticket's origins, each once: few tickets have more than one or two. */
typedef struct Sources {
    uint64_t hashes[ESC_ORIGINS_MAX];
    size_t count;
} Sources;

static size_t source_number(const Sources *sources, uint64_t hash)
{
    size_t number = 0;
    while (number < sources->count && sources->hashes[number] != hash)
        number++;
    return number;
}

static void sources_pack(EscBuf *out, const EscTicket *ticket, Sources *sources)
{
    sources->count = 0;
    for (size_t i = 0; i < ticket->origins_count; i++) {
        if (source_number(sources, ticket->origins[i].source) == sources->count)
            sources->hashes[sources->count++] = ticket->origins[i].source;
    }
    esc_buf_varint(out, sources->count);
    for (size_t i = 0; i < sources->count; i++)
        esc_buf_u64(out, sources->hashes[i]);
}

static void origins_pack(EscBuf *out, const EscEngine *engine, const EscTicket *ticket)
{
    Sources sources;
    sources_pack(out, ticket, &sources);
    esc_buf_varint(out, ticket->origins_count);
    int64_t before_ms = 0;
    for (size_t i = 0; i < ticket->origins_count; i++) {
        const EscOrigin *origin = &ticket->origins[i];
        esc_buf_varint(out, origin->slot == ESC_NONE ? 0 : engine->schema.numbers[origin->slot]);
        esc_buf_varint(out, source_number(&sources, origin->source));
        esc_buf_signed(out, origin->time_ms - before_ms);
        before_ms = origin->time_ms;
    }
}

static void armed_pack(EscBuf *out, const EscTicket *ticket)
{
    esc_buf_varint(out, ticket->armed_count);
    for (size_t i = 0; i < ticket->armed_count; i++) {
        esc_buf_packed(out, ticket->armed[i].template_name);
        esc_buf_varint(out, ticket->armed[i].clause);
        esc_buf_u8(out, (uint8_t)((ticket->armed[i].is_again ? ARMED_AGAIN : 0) |
                                  (ticket->armed[i].is_held ? ARMED_HELD : 0)));
        esc_buf_varint(out, ticket->armed[i].number);
        esc_buf_signed(out, ticket->armed[i].at_ms);
        esc_buf_packed(out, ticket->armed[i].event_type);
        esc_buf_packed(out, ticket->armed[i].event_json);
    }
    esc_buf_varint(out, ticket->armed_next);
}

static void acts_pack(EscBuf *out, const EscTicket *ticket)
{
    esc_buf_varint(out, ticket->acts_count);
    for (size_t i = 0; i < ticket->acts_count; i++) {
        const EscActs *acts = &ticket->acts[i];
        esc_buf_packed(out, acts->automation);
        esc_buf_u8(out, acts->is_told);
        esc_buf_varint(out, acts->count);
        for (uint32_t k = 0; k < acts->count; k++)
            esc_buf_signed(out, acts->at_ms[k]);
    }
}

static void history_pack(EscBuf *out, const EscTicket *ticket)
{
    esc_buf_varint(out, ticket->handoffs_count);
    for (size_t i = 0; i < ticket->handoffs_count; i++)
        esc_buf_signed(out, ticket->handoffs[i]);
    esc_buf_varint(out, ticket->log_count);
    for (size_t i = 0; i < ticket->log_count; i++) {
        const EscTicketChange *change = &ticket->log[i];
        esc_buf_signed(out, change->at_ms);
        esc_buf_packed(out, change->field);
        esc_buf_packed(out, change->before);
        esc_buf_packed(out, change->after);
    }
}

void esc_ticket_pack(EscBuf *out, const EscEngine *engine, const EscTicket *ticket)
{
    esc_buf_u8(out, FORMAT);
    fields_pack(out, engine, ticket);
    esc_buf_u8(out, (uint8_t)((ticket->is_linked ? FLAG_LINKED : 0u) |
                              (ticket->is_resolved_flag ? FLAG_RESOLVED : 0u) |
                              (ticket->is_edited ? FLAG_EDITED : 0u) |
                              (ticket->is_paused ? FLAG_PAUSED : 0u) |
                              (ticket->joined_count > 0 ? FLAG_JOINED : 0u) |
                              (ticket->home.size > 0 ? FLAG_HOME : 0u) |
                              (ticket->stands_for.size > 0 ? FLAG_SIGNPOST : 0u) |
                              (ticket->postmortem_of.size > 0 ? FLAG_POSTMORTEM : 0u)));
    if (ticket->postmortem_of.size > 0)
        esc_buf_packed(out, ticket->postmortem_of);
    if (ticket->joined_count > 0)
        esc_joined_pack(out, ticket);
    if (ticket->home.size > 0)
        esc_home_pack(out, engine, ticket);
    if (ticket->stands_for.size > 0)
        esc_buf_packed(out, ticket->stands_for);
    clocks_pack(out, ticket);
    pauses_pack(out, ticket);
    starts_pack(out, ticket);
    origins_pack(out, engine, ticket);
    armed_pack(out, ticket);
    acts_pack(out, ticket);
    history_pack(out, ticket);
    esc_buf_signed(out, engine->moved_ms);
    esc_timers_pack(out, ticket->timers);
}

/* --- reading ---------------------------------------------------------------------------------- */

static EscText name_unpack(EscCursor *cursor, bool *is_assumed)
{
    uint64_t doubled = esc_cursor_varint(cursor);
    *is_assumed = (doubled & NAME_ASSUMED) != 0;
    if (doubled / 2 > esc_cursor_left(cursor))
        cursor->failed = true;
    EscBytes name = esc_cursor_bytes(cursor, (size_t)(doubled / 2));
    return (EscText){(const char *)name.data, name.size};
}

/* Names come in order, as those of the schema stand: the next one is mostly the next there. */
static uint32_t slot_next(const EscEngine *engine, uint32_t *at, EscText name)
{
    const EscSchema *schema = &engine->schema;
    for (; *at < schema->slots_count; (*at)++) {
        int order = esc_text_compare(esc_slot_name(engine, schema->slots_by_name[*at]), name);
        if (order == 0)
            return schema->slots_by_name[(*at)++];
        if (order > 0)
            break;
    }
    return esc_slot_find(engine, name);
}

/* A missing value says nothing of the field: what the current schema says of it stands. */
static void field_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket, uint32_t slot,
                         bool is_assumed)
{
    bool is_known = slot != ESC_NONE && !cursor->failed;
    bool is_missing = !cursor->failed && esc_cursor_left(cursor) > 0 &&
                      cursor->bytes.data[cursor->at] == ESC_KIND_UNSET;
    EscOwned value =
        esc_value_unpack(cursor, engine->schema.current->program,
                         is_known ? esc_slot_type(engine, slot) : ESC_TYPE(ESC_KIND_UNSET));
    if (!is_known || cursor->failed || is_missing) {
        esc_owned_release(&value);
        if (is_known && is_assumed && !cursor->failed)
            esc_ticket_set_assumed(ticket, slot, true);
        return;
    }
    esc_owned_release(&ticket->values[slot]);
    ticket->values[slot] = value;
    esc_ticket_set_assumed(ticket, slot, is_assumed);
}

/* Fields that the current bundle does not have are read over. */
static void fields_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket)
{
    EscSlots *read = &engine->schema.read;
    read->count = 0;
    uint32_t at = 0;
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        bool is_assumed = false;
        EscText name = name_unpack(cursor, &is_assumed);
        uint32_t slot = cursor->failed ? ESC_NONE : slot_next(engine, &at, name);
        field_unpack(cursor, engine, ticket, slot, is_assumed);
        ESC_ENGINE_GROW(read->items, read->count, read->capacity);
        read->items[read->count++] = slot;
    }
}

static void told_unpack(EscCursor *cursor, EscSlaState *clock)
{
    size_t count = esc_cursor_count(cursor);
    if (count > ESC_TOLD_MAX)
        cursor->failed = true;
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        int64_t mark = esc_cursor_signed(cursor);
        if (mark < INT32_MIN || mark > INT32_MAX)
            cursor->failed = true;
        clock->told[clock->told_count++] = cursor->failed ? 0 : (int32_t)mark;
    }
}

static void clock_unpack(EscCursor *cursor, EscEngine *engine, EscSlaState *clock)
{
    uint8_t state = esc_cursor_u8(cursor);
    uint8_t name = state & (uint8_t) ~(MET | KEPT | TOLD | COUNTED);
    if (name >= ESC_CLOCK_STATE_COUNT)
        cursor->failed = true;
    *clock = (EscSlaState){.state = cursor->failed ? ESC_CLOCK_NONE : (EscClockState)name,
                           .is_met = (state & MET) != 0,
                           .is_kept = (state & KEPT) != 0,
                           .is_told = (state & TOLD) != 0,
                           .overdue_done_ms = ESC_NONE_OVERDUE_MS};
    if ((state & COUNTED) == 0)
        return;
    clock->cycle = (uint32_t)esc_cursor_varint(cursor);
    clock->goal_ms = esc_instant_unpack(cursor);
    clock->calendar = esc_engine_intern(engine, esc_cursor_packed(cursor));
    clock->origin_ms = esc_instant_unpack(cursor);
    clock->moved_ms = esc_instant_unpack(cursor);
    clock->due_ms = esc_instant_unpack(cursor);
    clock->overdue_done_ms = esc_instant_unpack(cursor);
    told_unpack(cursor, clock);
}

static void clocks_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket)
{
    ticket->sla_name = esc_engine_intern(engine, esc_cursor_packed(cursor));
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        clock_unpack(cursor, engine, &ticket->sla[i]);
}

static void pauses_unpack(EscCursor *cursor, EscTicket *ticket)
{
    ticket->stands_since_ms = esc_instant_unpack(cursor);
    ticket->pauses_old_ms = esc_instant_unpack(cursor);
    size_t count = esc_cursor_count(cursor);
    if (count > ESC_PAUSES_MAX)
        cursor->failed = true;
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        EscPause pause = {.from_ms = esc_instant_unpack(cursor)};
        pause.to_ms = esc_instant_unpack(cursor);
        ESC_ENGINE_GROW(ticket->pauses, ticket->pauses_count, ticket->pauses_capacity);
        ticket->pauses[ticket->pauses_count++] = pause;
    }
}

static void starts_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        EscStarts *starts = esc_ticket_starts(engine, ticket, esc_cursor_packed(cursor));
        starts->count = (uint32_t)esc_cursor_varint(cursor);
        starts->closed_at_ms = esc_instant_unpack(cursor);
        starts->postmortem = esc_cursor_varint(cursor);
    }
}

static void sources_unpack(EscCursor *cursor, Sources *sources)
{
    size_t count = esc_cursor_count(cursor);
    if (count > ESC_ORIGINS_MAX)
        cursor->failed = true;
    sources->count = 0;
    while (sources->count < count && !cursor->failed)
        sources->hashes[sources->count++] = esc_cursor_u64(cursor);
}

/* Of fields that the current bundle does not have nothing is kept. */
static void origins_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket)
{
    const EscSlots *read = &engine->schema.read;
    Sources sources;
    sources_unpack(cursor, &sources);
    size_t count = esc_cursor_count(cursor);
    if (count > ESC_ORIGINS_MAX)
        cursor->failed = true;
    int64_t before_ms = 0;
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        uint32_t field = esc_below_unpack(cursor, read->count + 1);
        uint32_t source = esc_below_unpack(cursor, sources.count);
        before_ms = esc_instant_after_unpack(cursor, before_ms);
        uint32_t slot = cursor->failed || field == 0 ? ESC_NONE : read->items[field - 1];
        if (cursor->failed || (field > 0 && slot == ESC_NONE))
            continue;
        ESC_ENGINE_GROW(ticket->origins, ticket->origins_count, ticket->origins_capacity);
        ticket->origins[ticket->origins_count++] =
            (EscOrigin){.slot = slot, .source = sources.hashes[source], .time_ms = before_ms};
    }
}

/* What it waits for is looked up when all is there. */
static void unread_note(EscEngine *engine, const EscTicket *ticket)
{
    EscOpenIndex *opens = &engine->opens;
    for (size_t i = 0; i < ticket->armed_count; i++) {
        if (!ticket->armed[i].is_held)
            continue;
        ESC_ENGINE_GROW(opens->unread, opens->unread_count, opens->unread_capacity);
        opens->unread[opens->unread_count++] = ticket->index;
        return;
    }
}

static void armed_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(ticket->armed, ticket->armed_count, ticket->armed_capacity);
        EscArmed *armed = &ticket->armed[ticket->armed_count++];
        *armed = (EscArmed){.template_name = esc_engine_intern(engine, esc_cursor_packed(cursor))};
        armed->clause = (uint32_t)esc_cursor_varint(cursor);
        uint8_t flags = esc_cursor_u8(cursor);
        armed->is_again = (flags & ARMED_AGAIN) != 0;
        armed->is_held = (flags & ARMED_HELD) != 0;
        armed->number = (uint32_t)esc_cursor_varint(cursor);
        armed->at_ms = esc_instant_unpack(cursor);
        armed->event_type = esc_engine_intern(engine, esc_cursor_packed(cursor));
        armed->event_json = esc_text_own(esc_cursor_packed(cursor));
    }
    ticket->armed_next = (uint32_t)esc_cursor_varint(cursor);
    unread_note(engine, ticket);
}

static void acts_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(ticket->acts, ticket->acts_count, ticket->acts_capacity);
        EscActs *acts = &ticket->acts[ticket->acts_count++];
        *acts = (EscActs){.automation = esc_interned_unpack(cursor, engine)};
        acts->is_told = esc_cursor_u8(cursor) != 0;
        size_t times = esc_cursor_count(cursor);
        if (times > ESC_AUTOMATION_HOUR_MAX)
            cursor->failed = true;
        for (size_t k = 0; k < times && !cursor->failed; k++)
            acts->at_ms[acts->count++] = esc_instant_unpack(cursor);
    }
}

static void history_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket)
{
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++)
        esc_ticket_handoff_add(ticket, esc_instant_unpack(cursor));
    count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        int64_t at_ms = esc_instant_unpack(cursor);
        EscText field = esc_engine_intern(engine, esc_cursor_packed(cursor));
        EscText before = esc_text_own(esc_cursor_packed(cursor));
        esc_ticket_log_add(ticket,
                           (EscTicketChange){.at_ms = at_ms,
                                             .field = field,
                                             .before = before,
                                             .after = esc_text_own(esc_cursor_packed(cursor))});
    }
}

static void fields_take(EscEngine *engine, EscTicket *ticket, const EscJson *fields)
{
    for (const EscJson *field = fields->first; field != NULL; field = field->next) {
        uint32_t slot = esc_slot_find(engine, field->name);
        if (slot == ESC_NONE)
            continue;
        esc_owned_release(&ticket->values[slot]);
        ticket->values[slot] = esc_value_read_json(engine->schema.current->program,
                                                   esc_slot_type(engine, slot), field);
        esc_ticket_set_assumed(ticket, slot, false);
    }
}

bool esc_ticket_fields_read(EscText json, EscEngine *engine, EscTicket *ticket)
{
    static const EscJsonLimits limits = {.depth_max = 8, .values_max = 100000};
    EscArena *arena = esc_arena_new((size_t)64 << 20);
    const EscJson *fields = NULL;
    bool is_object = arena != NULL &&
                     esc_json_read(arena, json, &limits, &fields, NULL) == ESC_OK &&
                     fields->kind == ESC_JSON_OBJECT;
    if (is_object && engine != NULL)
        fields_take(engine, ticket, fields);
    esc_arena_free(arena);
    return is_object;
}

static bool is_old(EscBytes body)
{
    return body.size > 0 && body.data[0] == '{';
}

static EscText old_text(EscBytes body)
{
    return (EscText){(const char *)body.data, body.size};
}

bool esc_ticket_unpack(EscBytes body, EscEngine *engine, EscTicket *ticket)
{
    if (is_old(body))
        return esc_ticket_fields_read(old_text(body), engine, ticket);
    EscCursor cursor = esc_cursor(body);
    if (esc_cursor_u8(&cursor) != FORMAT)
        return false;
    fields_unpack(&cursor, engine, ticket);
    uint8_t flags = esc_cursor_u8(&cursor);
    ticket->is_linked = (flags & FLAG_LINKED) != 0;
    ticket->is_edited = (flags & FLAG_EDITED) != 0;
    ticket->is_paused = (flags & FLAG_PAUSED) != 0;
    ticket->is_resolved_flag = (flags & FLAG_RESOLVED) != 0;
    if ((flags & FLAG_POSTMORTEM) != 0) {
        ticket->postmortem_of = esc_text_own(esc_cursor_packed(&cursor));
        cursor.failed = cursor.failed || ticket->postmortem_of.size == 0;
    }
    if ((flags & FLAG_JOINED) != 0)
        esc_joined_unpack(&cursor, engine, ticket);
    if ((flags & FLAG_HOME) != 0)
        esc_home_unpack(&cursor, engine, ticket);
    if ((flags & FLAG_SIGNPOST) != 0) {
        ticket->stands_for = esc_text_own(esc_cursor_packed(&cursor));
        cursor.failed = cursor.failed || ticket->stands_for.size == 0;
    }
    clocks_unpack(&cursor, engine, ticket);
    pauses_unpack(&cursor, ticket);
    starts_unpack(&cursor, engine, ticket);
    origins_unpack(&cursor, engine, ticket);
    armed_unpack(&cursor, engine, ticket);
    acts_unpack(&cursor, engine, ticket);
    history_unpack(&cursor, engine, ticket);
    int64_t behind_ms = engine->moved_ms - esc_instant_unpack(&cursor);
    if (behind_ms != 0 && !cursor.failed)
        esc_ticket_move(ticket, behind_ms); /* the clock was corrected while it was away */
    esc_timers_unpack(&cursor, engine, NULL, ticket);
    return !cursor.failed && esc_cursor_left(&cursor) == 0;
}

/* --- showing ---------------------------------------------------------------------------------- */

static void name_add(EscBuf *names, EscText name)
{
    esc_buf_string(names, esc_words_with(esc_buf_as_text(names), ","));
    esc_json_text(names, name);
}

/* The fields that have a value, and the names of those whose value is assumed. */
static void fields_show(EscCursor *cursor, EscBuf *json, EscBuf *assumed)
{
    const char *between = "";
    size_t count = esc_cursor_count(cursor);
    esc_buf_char(json, '{');
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        bool is_assumed = false;
        EscText name = name_unpack(cursor, &is_assumed);
        if (is_assumed)
            name_add(assumed, name);
        if (esc_cursor_left(cursor) > 0 && cursor->bytes.data[cursor->at] == ESC_KIND_UNSET) {
            (void)esc_cursor_u8(cursor);
            continue;
        }
        esc_buf_string(json, between);
        between = ",";
        esc_json_text(json, name);
        esc_buf_char(json, ':');
        esc_value_show(cursor, json);
    }
    esc_buf_char(json, '}');
}

static void both_show(EscCursor *cursor, EscBuf *fields, EscBuf *assumed)
{
    EscBuf names;
    esc_buf_init(&names, ESC_ENGINE_VIEW_BYTES_MAX);
    fields_show(cursor, fields, &names);
    if (assumed != NULL) {
        esc_buf_char(assumed, '[');
        esc_buf_text(assumed, esc_buf_as_text(&names));
        esc_buf_char(assumed, ']');
    }
    esc_buf_release(&names);
}

/* When it is due; 0: it never counted. Reads over the rest. */
static int64_t clock_due(EscCursor *cursor, uint8_t state, int64_t *origin_ms)
{
    if ((state & COUNTED) == 0)
        return 0;
    (void)esc_cursor_varint(cursor);
    (void)esc_cursor_signed(cursor);
    (void)esc_cursor_packed(cursor);
    *origin_ms = esc_instant_unpack(cursor);
    (void)esc_cursor_signed(cursor);
    int64_t due_ms = esc_instant_unpack(cursor);
    (void)esc_cursor_signed(cursor);
    size_t count = esc_cursor_count(cursor);
    for (size_t i = 0; i < count && !cursor->failed; i++)
        (void)esc_cursor_signed(cursor);
    return due_ms;
}

static void clock_show(EscCursor *cursor, EscSlaClock clock, bool is_paused, EscBuf *json)
{
    static const char *const states[ESC_CLOCK_STATE_COUNT] = {"none", "running", "met", "breached"};
    uint8_t state = esc_cursor_u8(cursor);
    int64_t origin_ms = 0, due_ms = clock_due(cursor, state, &origin_ms);
    uint8_t name = state & (uint8_t) ~(MET | KEPT | TOLD | COUNTED);
    bool is_met = (state & MET) != 0;
    bool may_stand = clock == ESC_SLA_CLOCK_RESOLVE && is_paused && name == ESC_CLOCK_RUNNING;
    bool is_over = is_met && clock != ESC_SLA_CLOCK_RESPOND;
    esc_buf_printf(json, ",\"%s\":{\"state\":\"%s\",\"met\":%s", esc_clock_name(clock),
                   may_stand                      ? "paused"
                   : name < ESC_CLOCK_STATE_COUNT ? states[name]
                                                  : "none",
                   is_met ? "true" : "false");
    if (origin_ms != 0 && clock == ESC_SLA_CLOCK_UPDATE) {
        esc_buf_string(json, ",\"since\":\"");
        esc_time_write(json, origin_ms);
        esc_buf_char(json, '"');
    }
    if (due_ms != 0 && !is_over && !(clock == ESC_SLA_CLOCK_RESOLVE && is_paused)) {
        esc_buf_string(json, ",\"due\":\"");
        esc_time_write(json, due_ms);
        esc_buf_char(json, '"');
    }
    esc_buf_char(json, '}');
}

/* Bytes that are no text would make an answer that is no JSON. */
static bool is_text(const EscBuf *json)
{
    return json == NULL || esc_utf8_is_valid(esc_buf_as_text(json), NULL);
}

static bool old_show(EscBytes body, EscBuf *fields, EscBuf *assumed, EscBuf *sla)
{
    esc_buf_append(fields, body.data, body.size);
    if (assumed != NULL)
        esc_buf_string(assumed, "[]");
    esc_buf_string(sla, "null");
    return esc_ticket_fields_read(old_text(body), NULL, NULL);
}

bool esc_ticket_body_show(EscBytes body, EscBuf *fields, EscBuf *assumed, EscBuf *sla)
{
    if (is_old(body))
        return old_show(body, fields, assumed, sla);
    EscCursor cursor = esc_cursor(body);
    if (esc_cursor_u8(&cursor) != FORMAT)
        return false;
    both_show(&cursor, fields, assumed);
    uint8_t flags = esc_cursor_u8(&cursor);
    if ((flags & FLAG_POSTMORTEM) != 0)
        (void)esc_cursor_packed(&cursor); /* whose it is */
    if ((flags & FLAG_JOINED) != 0)
        esc_joined_show(&cursor, NULL);
    if ((flags & FLAG_HOME) != 0)
        esc_home_show(&cursor, (EscText){0}, NULL);
    if ((flags & FLAG_SIGNPOST) != 0)
        (void)esc_cursor_packed(&cursor);
    EscText name = esc_cursor_packed(&cursor);
    if (name.size == 0) {
        esc_buf_string(sla, "null");
        return !cursor.failed && is_text(fields) && is_text(assumed);
    }
    esc_buf_string(sla, "{\"name\":");
    esc_json_text(sla, name);
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        clock_show(&cursor, (EscSlaClock)i, (flags & FLAG_PAUSED) != 0, sla);
    esc_buf_char(sla, '}');
    return !cursor.failed && is_text(fields) && is_text(assumed) && is_text(sla);
}

/* Behind the fields, with the flags; false: the body is of another format. */
static bool flags_reach(EscBytes body, EscCursor *cursor, uint8_t *flags)
{
    EscBuf fields = esc_turn_buf();
    *cursor = esc_cursor(body);
    *flags = 0;
    if (is_old(body) || esc_cursor_u8(cursor) != FORMAT)
        return false;
    both_show(cursor, &fields, NULL);
    esc_buf_release(&fields);
    *flags = esc_cursor_u8(cursor);
    if ((*flags & FLAG_POSTMORTEM) != 0)
        (void)esc_cursor_packed(cursor);
    return true;
}

bool esc_ticket_joined_show(EscBytes body, EscBuf *joined)
{
    EscCursor cursor;
    uint8_t flags;
    bool is_read = flags_reach(body, &cursor, &flags);
    esc_buf_char(joined, '[');
    if ((flags & FLAG_JOINED) != 0)
        esc_joined_show(&cursor, joined);
    esc_buf_char(joined, ']');
    return (is_read && !cursor.failed && is_text(joined)) || is_old(body);
}

bool esc_ticket_homes_show(EscBytes body, EscText id, EscBuf *homes)
{
    EscCursor cursor;
    uint8_t flags;
    bool is_read = flags_reach(body, &cursor, &flags);
    if ((flags & FLAG_JOINED) != 0)
        esc_joined_show(&cursor, NULL);
    esc_buf_char(homes, '[');
    if ((flags & FLAG_HOME) != 0)
        esc_home_show(&cursor, id, homes);
    esc_buf_char(homes, ']');
    return (is_read && !cursor.failed && is_text(homes)) || is_old(body);
}

EscText esc_ticket_stands_for(EscBytes body)
{
    EscCursor cursor;
    uint8_t flags;
    bool is_read = flags_reach(body, &cursor, &flags);
    if ((flags & FLAG_JOINED) != 0)
        esc_joined_show(&cursor, NULL);
    if ((flags & FLAG_HOME) != 0)
        esc_home_show(&cursor, (EscText){0}, NULL);
    EscText id = is_read && (flags & FLAG_SIGNPOST) != 0 ? esc_cursor_packed(&cursor) : (EscText){0};
    return cursor.failed ? (EscText){0} : id;
}
