/* escalation_pack.c - an escalation's body: what stands beside the columns of its row that lists are made of.
 *
 *   u8 format   packed face   timers (values_pack.c)   packed why it is parked   packed duty   packed group   packed rest
 *
 * The face (face_pack.c) is what lists show, which is read out of the row of what is closed.
 * The duty (duty_pack.c) is who has it, for which no bundle is needed: somebody is accountable for what is parked as well.
 * The group (group_pack.c) is what other tickets joined it: they have joined what is parked as well.
 * The rest is what a bundle is needed for. One that cannot be read is kept as it is and written back; a body of which
 * not even the timers can be read is kept as a whole.
 *
 *   frames, triage, copy at the resolution, alarms (frames_pack.c)
 *   varint role row, opening role   varint calendar of the acknowledgement
 *   signed first acknowledged at   acknowledgers: count, packed each   flags: 1 closed by `close when`, 2 owner told,
 *     4 the ticket was resolved, 8 a room was asked for   packed address of its room
 *   varint exceptions, effects, tasks that it ever had   messages: varint sent, accepted,
 *     reached, delivered, seen, dead, held in quiet time, questions asked   signed when the last of those was released
 *   packed inconsistent field
 *   checks: count, u8 each: state, +128 when qa_failed was raised for it
 *   changes, what is told of them, timeline (changes_pack.c)
 *   start: varint event type + 1 (0: no event), then  count, values
 *   what it was started with: count, values
 *
 * Numbers of fields, checks, actions and event types are those of the bundle that the row names by its hash. */
#include <engine/rows.h>

#define FORMAT 11
#define FLAG_BY_WHEN 1u
#define FLAG_CLOSE_TOLD 2u
#define FLAG_TICKET_RESOLVED 4u
#define FLAG_ROOM_ASKED 8u
#define CHECK_RAISED 128u

/* --- writing ---------------------------------------------------------------------------------- */

static void turn_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->role_row);
    esc_buf_varint(out, escalation->opening_role);
    esc_buf_varint(out, escalation->ack_calendar);
    esc_buf_signed(out, escalation->first_acked_ms);
    esc_texts_pack(out, escalation->ackers, escalation->ackers_count);
    esc_buf_u8(out, (uint8_t)((escalation->is_closed_by_when ? FLAG_BY_WHEN : 0u) |
                              (escalation->is_close_told ? FLAG_CLOSE_TOLD : 0u) |
                              (escalation->is_resolved ? FLAG_TICKET_RESOLVED : 0u) |
                              (escalation->is_room_asked ? FLAG_ROOM_ASKED : 0u)));
    esc_buf_packed(out, escalation->room);
    const uint32_t counts[] = {escalation->exceptions, escalation->effects,  escalation->tasks,
                               escalation->messages,   escalation->accepted, escalation->reached,
                               escalation->delivered,  escalation->seen,     escalation->dead,
                               escalation->held,       escalation->questions};
    for (size_t i = 0; i < ESC_COUNT_OF(counts); i++)
        esc_buf_varint(out, counts[i]);
    esc_buf_signed(out, escalation->released_at_ms);
    esc_buf_packed(out,
                   escalation->is_inconsistent ? escalation->inconsistent_field : (EscText){0});
}

static void checks_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->checks_count);
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        bool was_raised = (escalation->raised_checks[i / 64] >> (i % 64) & 1) != 0;
        esc_buf_u8(out, (uint8_t)(escalation->checks[i] | (was_raised ? CHECK_RAISED : 0u)));
    }
}

static void start_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out,
                   escalation->start_type == ESC_NONE ? 0 : (uint64_t)escalation->start_type + 1);
    if (escalation->start_type != ESC_NONE)
        esc_values_pack(out, escalation->bundle->program, escalation->start_fields,
                        escalation->start_fields_count);
}

static void rest_pack(EscBuf *out, const EscEngine *engine, const EscEscalation *escalation)
{
    esc_frames_pack(out, escalation);
    turn_pack(out, escalation);
    checks_pack(out, escalation);
    esc_changes_pack(out, engine->schema.current->program, escalation);
    esc_history_pack(out, escalation);
    start_pack(out, escalation);
    esc_values_pack(out, escalation->bundle->program, escalation->given, escalation->given_count);
}

/* A part that can be passed over when it is read. */
static void part_pack(EscBuf *out, EscBuf *part)
{
    ESC_ASSERT(part->status == ESC_OK);
    esc_buf_packed(out, esc_buf_as_text(part));
    esc_buf_release(part);
}

void esc_escalation_pack(EscBuf *out, const EscEngine *engine, const EscEscalation *escalation)
{
    if (escalation->is_kept_whole) {
        esc_buf_text(out, escalation->kept);
        return;
    }
    esc_buf_u8(out, FORMAT);
    EscBuf face = esc_turn_buf();
    esc_face_pack(&face, engine, escalation);
    part_pack(out, &face);
    esc_timers_pack(out, escalation->timers);
    esc_buf_packed(out, escalation->parked_because);
    EscBuf duty = esc_turn_buf();
    esc_duty_pack(&duty, escalation);
    part_pack(out, &duty);
    EscBuf group = esc_turn_buf();
    esc_group_pack(&group, escalation);
    part_pack(out, &group);
    if (escalation->bundle == NULL) {
        esc_buf_packed(out, escalation->kept);
        return;
    }
    EscBuf rest = esc_turn_buf();
    rest_pack(&rest, engine, escalation);
    part_pack(out, &rest);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void turn_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    uint64_t roles = esc_escalation_template(escalation)->roles_count;
    escalation->role_row =
        esc_below_unpack(cursor, roles + 1); /* one past the last: the last resort */
    escalation->opening_role = esc_below_unpack(cursor, ESC_ROLE_COUNT);
    escalation->ack_calendar = esc_small_unpack(cursor);
    escalation->first_acked_ms = esc_instant_unpack(cursor);
    size_t ackers = esc_cursor_count(cursor);
    for (size_t i = 0; i < ackers; i++)
        esc_escalation_acker_add(escalation, esc_interned_unpack(cursor, engine));
    uint8_t flags = esc_cursor_u8(cursor);
    escalation->is_closed_by_when = (flags & FLAG_BY_WHEN) != 0;
    escalation->is_close_told = (flags & FLAG_CLOSE_TOLD) != 0;
    escalation->is_resolved = (flags & FLAG_TICKET_RESOLVED) != 0;
    escalation->is_room_asked = (flags & FLAG_ROOM_ASKED) != 0;
    escalation->room = esc_text_own(esc_cursor_packed(cursor));
    uint32_t *counts[] = {&escalation->exceptions, &escalation->effects,  &escalation->tasks,
                          &escalation->messages,   &escalation->accepted, &escalation->reached,
                          &escalation->delivered,  &escalation->seen,     &escalation->dead,
                          &escalation->held,       &escalation->questions};
    for (size_t i = 0; i < ESC_COUNT_OF(counts); i++)
        *counts[i] = esc_small_unpack(cursor);
    escalation->released_at_ms = esc_instant_unpack(cursor);
    escalation->inconsistent_field = esc_interned_unpack(cursor, engine);
    escalation->is_inconsistent = escalation->inconsistent_field.size > 0;
}

static void checks_unpack(EscCursor *cursor, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor);
    if (count != escalation->checks_count)
        cursor->failed = true;
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        uint8_t check = esc_cursor_u8(cursor);
        uint8_t state = check & (uint8_t)~CHECK_RAISED;
        if (state >= ESC_CHECK_STATE_COUNT)
            cursor->failed = true;
        escalation->checks[i] = cursor->failed ? 0 : state;
        if ((check & CHECK_RAISED) != 0)
            escalation->raised_checks[i / 64] |= UINT64_C(1) << (i % 64);
    }
}

static void start_unpack(EscCursor *cursor, EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    escalation->start_type = esc_index_unpack(cursor, program->events_count);
    if (escalation->start_type == ESC_NONE || cursor->failed)
        return;
    const EscEventRow *event = &program->events[escalation->start_type];
    size_t count = esc_cursor_count(cursor);
    if (count != event->fields_count) {
        cursor->failed = true;
        return;
    }
    escalation->start_fields = esc_engine_alloc(count * sizeof *escalation->start_fields);
    for (size_t i = 0; i < count; i++)
        escalation->start_fields[escalation->start_fields_count++] = esc_value_unpack(
            cursor, program,
            program->fields[program->event_fields[event->fields_first + i].field].type);
}

static void given_unpack(EscCursor *cursor, EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    size_t count = esc_cursor_count(cursor);
    if (count != row->params_count) {
        cursor->failed = true;
        return;
    }
    escalation->given = esc_engine_alloc(count * sizeof *escalation->given);
    for (size_t i = 0; i < count; i++)
        escalation->given[escalation->given_count++] =
            esc_value_unpack(cursor, program, program->params[row->params_first + i].type);
}

static bool rest_unpack(EscText rest, EscEngine *engine, EscEscalation *escalation)
{
    EscCursor cursor = esc_cursor((EscBytes){(const uint8_t *)rest.data, rest.size});
    esc_frames_unpack(&cursor, engine, escalation);
    turn_unpack(&cursor, engine, escalation);
    checks_unpack(&cursor, escalation);
    esc_changes_unpack(&cursor, engine, escalation);
    esc_history_unpack(&cursor, engine, escalation);
    start_unpack(&cursor, escalation);
    given_unpack(&cursor, escalation);
    return !cursor.failed && esc_cursor_left(&cursor) == 0;
}

/* What stands before the rest; false when it cannot be read. */
static bool outside_unpack(EscBytes body, EscEngine *engine, EscEscalation *escalation,
                           EscText *rest)
{
    EscCursor cursor = esc_cursor(body);
    if (esc_cursor_u8(&cursor) != FORMAT)
        return false;
    EscText face = esc_cursor_packed(&cursor);
    esc_timers_unpack(&cursor, engine, escalation, NULL);
    escalation->parked_because = esc_interned_unpack(&cursor, engine);
    EscText duty = esc_cursor_packed(&cursor), group = esc_cursor_packed(&cursor);
    *rest = esc_cursor_packed(&cursor);
    return !cursor.failed && esc_cursor_left(&cursor) == 0 &&
           esc_face_unpack(face, engine, escalation) && esc_duty_unpack(duty, engine, escalation) &&
           esc_group_unpack(group, engine, escalation);
}

bool esc_escalation_unpack(EscBytes body, EscEngine *engine, EscEscalation *escalation)
{
    EscText rest = {0};
    return outside_unpack(body, engine, escalation, &rest) && escalation->bundle != NULL &&
           rest_unpack(rest, engine, escalation);
}

static bool rest_find(EscBytes body, EscText *rest)
{
    EscCursor cursor = esc_cursor(body);
    bool is_known = esc_cursor_u8(&cursor) == FORMAT;
    (void)esc_cursor_packed(&cursor); /* the face */
    size_t timers = esc_cursor_count(&cursor);
    for (size_t i = 0; i < timers; i++) {
        (void)esc_cursor_u8(&cursor);
        (void)esc_cursor_varint(&cursor);
        (void)esc_cursor_varint(&cursor);
        (void)esc_cursor_signed(&cursor);
    }
    (void)esc_cursor_packed(&cursor); /* why it is parked */
    (void)esc_cursor_packed(&cursor); /* the duty */
    (void)esc_cursor_packed(&cursor); /* the group */
    *rest = esc_cursor_packed(&cursor);
    return is_known && !cursor.failed && esc_cursor_left(&cursor) == 0;
}

bool esc_escalation_face_find(EscBytes body, EscText *face)
{
    EscCursor cursor = esc_cursor(body);
    bool is_known = esc_cursor_u8(&cursor) == FORMAT;
    *face = esc_cursor_packed(&cursor);
    return is_known && !cursor.failed;
}

void esc_escalation_keep(EscEscalation *escalation, EscBytes body)
{
    EscText rest = {0};
    escalation->is_kept_whole = !rest_find(body, &rest);
    escalation->kept = esc_text_own(
        escalation->is_kept_whole ? (EscText){(const char *)body.data, body.size} : rest);
    esc_frames_drop(escalation);
    escalation->bundle = NULL;
    escalation->template_index = ESC_NONE;
    escalation->checks_count = 0;
}
