/* escalation_pack.c - an escalation's body: what stands beside the columns of its row that lists are made of.
 *
 *   u8 format   timers (values_pack.c)   packed why it is parked   packed duty   packed rest
 *
 * The duty is who has it, for which no bundle is needed: somebody is accountable for what is parked as well.
 *
 *   packed handed to   signed ms from the opening to the turn's begin
 *   those who had it before: count, for each  packed person  u8: missed it   last resort: signed since  varint alarms
 *     count, packed each who was asked   flags: 1 nobody of the chain is left, 2 alarm, 4 a change of hands is not told
 *   with 4:  packed from, actor, because  u8 who is asked, nobody else hears of it  count, packed each who lost it
 *   pages: count, for each  varint number, contact  signed began  packed person, text    varint next number
 *   expectations: count, for each  varint number, calendar  signed due  packed person    varint next number
 *
 * The rest is what a bundle is needed for. One that cannot be read is kept as it is and written back; a body of which
 * not even the timers can be read is kept as a whole.
 *
 *   frame (the topmost; its snapshot empty: none)   frames below it: count, from the bottom
 *   triage: u8 is open, then  its frame  named further exceptions: count, packed  varint unnamed ones, times asked again
 *   copy at the resolution: u8 is there, then  count, frames  signed at  exception that triage was about
 *   varint alarms   varint role row, opening role   varint calendar of the acknowledgement
 *   signed first acknowledged at   acknowledgers: count, packed each   flags: 1 closed by `close when`, 2 owner told,
 *     4 the ticket was resolved
 *   varint hand-offs, exceptions, effects   messages: varint sent, accepted,
 *     reached, delivered, seen, dead
 *   packed inconsistent field
 *   checks: count, u8 each: state, +128 when qa_failed was raised for it
 *   changes: count, for each  u8 kind  packed name, ticket, no-undo  varint outbox, undo + 1  FIELD: value before, after
 *     count, values: arguments of the undoing action
 *   inverse calls: count, for each  varint outbox id  packed what   packed what a rollback has left
 *   dead messages told: count, for each  packed target  signed at   timeline: count, for each  u8 kind  signed ms from the opening  packed who
 *   start: varint event type + 1 (0: no event), then  count, values
 *
 * A frame is  packed snapshot, and where that is not empty  signed began, due   varint effects   u8 reply   varint its
 *   outbox id   packed its text   u8 kind of question (0: none), then  varint ref, needed, answer  u8 rejected  packed
 *     text, by, reason  count, packed approvers
 *   flags: 1 held, 2 heard   exception
 * An exception is  varint number + 1 (0: none), then  u8 a step raised it  packed message  count, for each  varint field
 *   value
 *
 * Numbers of fields, checks, actions and event types are those of the bundle that the row names by its hash. */
#include <engine/rows.h>

#include <string.h>

#define FORMAT 3
#define FLAG_BY_WHEN 1u
#define FLAG_CLOSE_TOLD 2u
#define FLAG_TICKET_RESOLVED 4u
#define FRAME_HELD 1u
#define FRAME_HEARD 2u
#define CHECK_RAISED 128u
#define FLAG_CHAIN_OVER 1u
#define FLAG_ALARMED 2u
#define FLAG_OWED 4u

/* --- writing ---------------------------------------------------------------------------------- */

static void texts_pack(EscBuf *out, const EscText *texts, size_t count)
{
    esc_buf_varint(out, count);
    for (size_t i = 0; i < count; i++)
        esc_buf_packed(out, texts[i]);
}

static void turn_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->role_row);
    esc_buf_varint(out, escalation->opening_role);
    esc_buf_varint(out, escalation->ack_calendar);
    esc_buf_signed(out, escalation->first_acked_ms);
    texts_pack(out, escalation->ackers, escalation->ackers_count);
    esc_buf_u8(out, (uint8_t)((escalation->is_closed_by_when ? FLAG_BY_WHEN : 0u) |
                              (escalation->is_close_told ? FLAG_CLOSE_TOLD : 0u) |
                              (escalation->is_resolved ? FLAG_TICKET_RESOLVED : 0u)));
    const uint32_t counts[] = {escalation->handoffs,  escalation->exceptions, escalation->effects,
                               escalation->messages,  escalation->accepted,   escalation->reached,
                               escalation->delivered, escalation->seen,       escalation->dead};
    for (size_t i = 0; i < ESC_COUNT_OF(counts); i++)
        esc_buf_varint(out, counts[i]);
    esc_buf_packed(out,
                   escalation->is_inconsistent ? escalation->inconsistent_field : (EscText){0});
}

static void question_pack(EscBuf *out, const EscQuestion *question)
{
    esc_buf_u8(out, question == NULL ? ESC_QUESTION_NONE : (uint8_t)question->kind);
    if (question == NULL)
        return;
    esc_buf_varint(out, question->ref);
    esc_buf_varint(out, question->needed);
    esc_buf_varint(out, question->answer);
    esc_buf_u8(out, question->is_rejected);
    esc_buf_packed(out, question->text);
    esc_buf_packed(out, question->by);
    esc_buf_packed(out, question->reason);
    texts_pack(out, question->approvers, question->approvers_count);
}

static void values_pack(EscBuf *out, const EscProgram *program, const EscOwned *values,
                        uint32_t count)
{
    esc_buf_varint(out, count);
    for (uint32_t i = 0; i < count; i++)
        esc_value_pack(out, program, values[i].value);
}

static void raised_pack(EscBuf *out, const EscProgram *program, const EscRaised *raised)
{
    esc_buf_varint(out, raised == NULL ? 0 : (uint64_t)raised->exception + 1);
    if (raised == NULL)
        return;
    esc_buf_u8(out, raised->is_step);
    esc_buf_packed(out, raised->message);
    esc_buf_varint(out, raised->fields_count);
    for (uint32_t i = 0; i < raised->fields_count; i++) {
        esc_buf_varint(out, raised->field_indexes[i]);
        esc_value_pack(out, program, raised->fields[i].value);
    }
}

static void frame_pack(EscBuf *out, const EscProgram *program, const EscFrame *frame)
{
    esc_buf_packed(out, (EscText){(const char *)frame->bytes, frame->size});
    if (frame->bytes == NULL)
        return;
    esc_buf_signed(out, frame->began_ms);
    esc_buf_signed(out, frame->due_ms);
    esc_buf_varint(out, frame->effects_total);
    esc_buf_u8(out, (uint8_t)frame->reply);
    esc_buf_varint(out, frame->reply_outbox);
    esc_buf_packed(out, frame->reply_text);
    question_pack(out, frame->question);
    esc_buf_u8(
        out, (uint8_t)((frame->is_held ? FRAME_HELD : 0u) | (frame->is_heard ? FRAME_HEARD : 0u)));
    raised_pack(out, program, frame->raised);
}

static void triage_pack(EscBuf *out, const EscProgram *program, const EscTriage *triage)
{
    esc_buf_u8(out, triage != NULL);
    if (triage == NULL)
        return;
    frame_pack(out, program, &triage->frame);
    texts_pack(out, triage->more, triage->more_count);
    esc_buf_varint(out, triage->unnamed_count);
    esc_buf_varint(out, triage->asked_again);
}

static void copy_pack(EscBuf *out, const EscProgram *program, const EscCopy *copy)
{
    esc_buf_u8(out, copy != NULL);
    if (copy == NULL)
        return;
    esc_buf_varint(out, copy->count);
    for (uint32_t i = 0; i < copy->count; i++)
        frame_pack(out, program, &copy->frames[i]);
    esc_buf_signed(out, copy->at_ms);
    raised_pack(out, program, copy->triage);
}

static void frames_pack(EscBuf *out, const EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    frame_pack(out, program, &escalation->frame);
    esc_buf_varint(out, escalation->below_count);
    for (uint32_t i = 0; i < escalation->below_count; i++)
        frame_pack(out, program, &escalation->below[i]);
    triage_pack(out, program, escalation->triage);
    copy_pack(out, program, escalation->copy);
    esc_buf_varint(out, escalation->alarms);
}

static void checks_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->checks_count);
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        bool was_raised = (escalation->raised_checks[i / 64] >> (i % 64) & 1) != 0;
        esc_buf_u8(out, (uint8_t)(escalation->checks[i] | (was_raised ? CHECK_RAISED : 0u)));
    }
}

static void changes_pack(EscBuf *out, const EscProgram *current, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->changes_count);
    for (size_t i = 0; i < escalation->changes_count; i++) {
        const EscChange *change = &escalation->changes[i];
        esc_buf_u8(out, (uint8_t)change->kind);
        esc_buf_packed(out, change->name);
        esc_buf_packed(out, change->ticket);
        esc_buf_packed(out, change->no_undo);
        esc_buf_varint(out, change->outbox);
        esc_buf_varint(out, change->undo == ESC_NONE ? 0 : (uint64_t)change->undo + 1);
        if (change->kind == ESC_CHANGE_FIELD) {
            esc_value_pack(out, current, change->before.value);
            esc_value_pack(out, current, change->after.value);
        }
        values_pack(out, escalation->bundle->program, change->arguments, change->arguments_count);
    }
}

static void pages_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->pages_count);
    for (size_t i = 0; i < escalation->pages_count; i++) {
        const EscPage *page = &escalation->pages[i];
        esc_buf_varint(out, page->number);
        esc_buf_varint(out, page->contact);
        esc_buf_signed(out, page->began_ms);
        esc_buf_packed(out, page->person);
        esc_buf_packed(out, page->text);
    }
    esc_buf_varint(out, escalation->page_next);
}

static void expectations_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->expectations_count);
    for (size_t i = 0; i < escalation->expectations_count; i++) {
        const EscExpectation *expectation = &escalation->expectations[i];
        esc_buf_varint(out, expectation->number);
        esc_buf_varint(out, expectation->calendar);
        esc_buf_signed(out, expectation->due_ms);
        esc_buf_packed(out, expectation->person);
    }
    esc_buf_varint(out, escalation->expectation_next);
}

static void history_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out, escalation->inverses_count);
    for (size_t i = 0; i < escalation->inverses_count; i++) {
        esc_buf_varint(out, escalation->inverses[i].outbox);
        esc_buf_packed(out, escalation->inverses[i].what);
    }
    esc_buf_packed(out, escalation->left);
    esc_buf_varint(out, escalation->dead_told_count);
    for (size_t i = 0; i < escalation->dead_told_count; i++) {
        esc_buf_packed(out, escalation->dead_told[i].target);
        esc_buf_signed(out, escalation->dead_told[i].at_ms);
    }
    esc_buf_varint(out, escalation->timeline_count);
    for (size_t i = 0; i < escalation->timeline_count; i++) {
        const EscMoment *moment = &escalation->timeline[i];
        esc_buf_u8(out, moment->kind);
        esc_buf_signed(out, moment->at_ms - escalation->opened_at_ms);
        esc_buf_packed(out, moment->who);
    }
}

static void start_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_varint(out,
                   escalation->start_type == ESC_NONE ? 0 : (uint64_t)escalation->start_type + 1);
    if (escalation->start_type != ESC_NONE)
        values_pack(out, escalation->bundle->program, escalation->start_fields,
                    escalation->start_fields_count);
}

static void rest_pack(EscBuf *out, const EscEngine *engine, const EscEscalation *escalation)
{
    frames_pack(out, escalation);
    turn_pack(out, escalation);
    checks_pack(out, escalation);
    changes_pack(out, engine->schema.current->program, escalation);
    history_pack(out, escalation);
    start_pack(out, escalation);
}

static void owed_pack(EscBuf *out, const EscOwed *owed)
{
    esc_buf_packed(out, owed->from);
    esc_buf_packed(out, owed->actor);
    esc_buf_packed(out, owed->because);
    esc_buf_u8(out, owed->asking);
    esc_buf_u8(out, owed->is_quiet);
    texts_pack(out, owed->losers, owed->losers_count);
}

static void resort_pack(EscBuf *out, const EscEscalation *escalation)
{
    const EscResort *resort = &escalation->resort;
    esc_buf_varint(out, escalation->formers_count);
    for (size_t i = 0; i < escalation->formers_count; i++) {
        esc_buf_packed(out, escalation->formers[i].person);
        esc_buf_u8(out, escalation->formers[i].has_missed);
    }
    esc_buf_signed(out, resort->since_ms);
    esc_buf_varint(out, resort->alarms);
    texts_pack(out, resort->asked, resort->asked_count);
    esc_buf_u8(out, (uint8_t)((escalation->is_chain_over ? FLAG_CHAIN_OVER : 0u) |
                              ((escalation->alarms & ESC_ALARM_OWNER) != 0 ? FLAG_ALARMED : 0u) |
                              (escalation->owed != NULL ? FLAG_OWED : 0u)));
    if (escalation->owed != NULL)
        owed_pack(out, escalation->owed);
}

static void duty_pack(EscBuf *out, const EscEscalation *escalation)
{
    esc_buf_packed(out, escalation->handed_to);
    esc_buf_signed(out, escalation->turn_at_ms - escalation->opened_at_ms);
    resort_pack(out, escalation);
    pages_pack(out, escalation);
    expectations_pack(out, escalation);
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
    esc_timers_pack(out, escalation->timers);
    esc_buf_packed(out, escalation->parked_because);
    EscBuf duty;
    esc_buf_init(&duty, ESC_ENGINE_TURN_BYTES_MAX);
    duty_pack(&duty, escalation);
    part_pack(out, &duty);
    if (escalation->bundle == NULL) {
        esc_buf_packed(out, escalation->kept);
        return;
    }
    EscBuf rest;
    esc_buf_init(&rest, ESC_ENGINE_TURN_BYTES_MAX);
    rest_pack(&rest, engine, escalation);
    part_pack(out, &rest);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* A number that must be below `bound`; 0 and a failed cursor otherwise. */
static uint32_t below(EscCursor *cursor, uint64_t bound)
{
    uint64_t number = esc_cursor_varint(cursor);
    if (number >= bound)
        cursor->failed = true;
    return cursor->failed ? 0 : (uint32_t)number;
}

static uint32_t small(EscCursor *cursor)
{
    return below(cursor, UINT64_C(1) << 32);
}

/* One more than an index below `bound`, or 0 for ESC_NONE. */
static uint32_t index_or_none(EscCursor *cursor, uint32_t bound)
{
    uint32_t number = below(cursor, (uint64_t)bound + 1);
    return number == 0 ? ESC_NONE : number - 1;
}

static EscText interned(EscCursor *cursor, EscEngine *engine)
{
    return esc_engine_intern(engine, esc_cursor_packed(cursor));
}

static void snapshot_keep(EscFrame *frame, EscText bytes)
{
    if (bytes.size == 0)
        return;
    frame->bytes = esc_engine_alloc(bytes.size);
    memcpy(frame->bytes, bytes.data, bytes.size);
    frame->size = bytes.size;
}

static void turn_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    uint64_t roles = esc_escalation_template(escalation)->roles_count;
    escalation->role_row = below(cursor, roles + 1); /* one past the last: the last resort */
    escalation->opening_role = below(cursor, ESC_ROLES_COUNT);
    escalation->ack_calendar = small(cursor);
    escalation->first_acked_ms = esc_instant_unpack(cursor);
    size_t ackers = esc_cursor_count(cursor, 1);
    for (size_t i = 0; i < ackers; i++)
        esc_escalation_acker_add(escalation, interned(cursor, engine));
    uint8_t flags = esc_cursor_u8(cursor);
    escalation->is_closed_by_when = (flags & FLAG_BY_WHEN) != 0;
    escalation->is_close_told = (flags & FLAG_CLOSE_TOLD) != 0;
    escalation->is_resolved = (flags & FLAG_TICKET_RESOLVED) != 0;
    uint32_t *counts[] = {&escalation->handoffs,  &escalation->exceptions, &escalation->effects,
                          &escalation->messages,  &escalation->accepted,   &escalation->reached,
                          &escalation->delivered, &escalation->seen,       &escalation->dead};
    for (size_t i = 0; i < ESC_COUNT_OF(counts); i++)
        *counts[i] = small(cursor);
    escalation->inconsistent_field = interned(cursor, engine);
    escalation->is_inconsistent = escalation->inconsistent_field.size > 0;
}

static void question_unpack(EscCursor *cursor, EscEngine *engine, const EscProgram *program,
                            EscFrame *frame)
{
    uint8_t kind = esc_cursor_u8(cursor);
    if (kind > ESC_QUESTION_APPROVE)
        cursor->failed = true;
    if (kind == ESC_QUESTION_NONE || cursor->failed)
        return;
    EscQuestion *question = esc_engine_alloc(sizeof *question);
    frame->question = question;
    question->kind = (EscQuestionKind)kind;
    question->ref = small(cursor);
    if (!esc_verify_ref_is_valid(program, question->ref))
        cursor->failed = true;
    question->needed = small(cursor);
    question->answer = small(cursor);
    question->is_rejected = esc_cursor_u8(cursor) != 0;
    question->text = esc_text_own(esc_cursor_packed(cursor));
    question->by = interned(cursor, engine);
    question->reason = esc_text_own(esc_cursor_packed(cursor));
    size_t count = esc_cursor_count(cursor, 1);
    if (count > ESC_OWNERS_MAX)
        cursor->failed = true;
    for (size_t i = 0; i < count && !cursor->failed; i++)
        question->approvers[question->approvers_count++] = interned(cursor, engine);
}

static EscRaised *raised_unpack(EscCursor *cursor, const EscProgram *program)
{
    uint32_t exception = index_or_none(cursor, program->exceptions_count);
    if (exception == ESC_NONE || cursor->failed)
        return NULL;
    EscRaised *raised = esc_engine_alloc(sizeof *raised);
    *raised = (EscRaised){.exception = exception, .place = ESC_NONE};
    raised->is_step = esc_cursor_u8(cursor) != 0;
    raised->message = esc_text_own(esc_cursor_packed(cursor));
    size_t count = esc_cursor_count(cursor, 2);
    raised->fields = esc_engine_alloc(count * sizeof *raised->fields);
    raised->field_indexes = esc_engine_alloc(count * sizeof *raised->field_indexes);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        uint32_t field = below(cursor, program->fields_count);
        if (cursor->failed)
            break;
        raised->field_indexes[raised->fields_count] = field;
        raised->fields[raised->fields_count++] =
            esc_value_unpack(cursor, program, program->fields[field].type);
    }
    return raised;
}

static void frame_unpack(EscCursor *cursor, EscEngine *engine, const EscProgram *program,
                         EscFrame *frame)
{
    snapshot_keep(frame, esc_cursor_packed(cursor));
    if (frame->bytes == NULL || cursor->failed)
        return;
    frame->began_ms = esc_instant_unpack(cursor);
    frame->due_ms = esc_instant_unpack(cursor);
    frame->effects_total = small(cursor);
    uint8_t reply = esc_cursor_u8(cursor);
    if (reply > ESC_REPLY_FAILED)
        cursor->failed = true;
    frame->reply = cursor->failed ? ESC_REPLY_NONE : (EscReplyState)reply;
    frame->reply_outbox = esc_cursor_varint(cursor);
    frame->reply_text = esc_text_own(esc_cursor_packed(cursor));
    question_unpack(cursor, engine, program, frame);
    uint8_t flags = esc_cursor_u8(cursor);
    frame->is_held = (flags & FRAME_HELD) != 0;
    frame->is_heard = (flags & FRAME_HEARD) != 0;
    frame->raised = raised_unpack(cursor, program);
}

static void triage_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    if (esc_cursor_u8(cursor) == 0 || cursor->failed)
        return;
    EscTriage *triage = esc_engine_alloc(sizeof *triage);
    escalation->triage = triage;
    frame_unpack(cursor, engine, escalation->bundle->program, &triage->frame);
    size_t count = esc_cursor_count(cursor, 1);
    if (count > ESC_TRIAGE_NAMES_MAX || triage->frame.bytes == NULL || triage->frame.raised == NULL)
        cursor->failed = true;
    for (size_t i = 0; i < count && !cursor->failed; i++)
        triage->more[triage->more_count++] = interned(cursor, engine);
    triage->unnamed_count = small(cursor);
    triage->asked_again = small(cursor);
}

static void copy_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    if (esc_cursor_u8(cursor) == 0 || cursor->failed)
        return;
    const EscProgram *program = escalation->bundle->program;
    EscCopy *copy = esc_engine_alloc(sizeof *copy);
    escalation->copy = copy;
    uint32_t count = below(cursor, ESC_FRAMES_MAX + 1);
    for (uint32_t i = 0; i < count && !cursor->failed; i++) {
        frame_unpack(cursor, engine, program, &copy->frames[copy->count++]);
        cursor->failed = cursor->failed || copy->frames[i].bytes == NULL;
    }
    copy->at_ms = esc_instant_unpack(cursor);
    copy->triage = raised_unpack(cursor, program);
}

static void frames_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    frame_unpack(cursor, engine, program, &escalation->frame);
    uint32_t count = below(cursor, ESC_FRAMES_MAX);
    if (count > 0)
        escalation->below = esc_engine_alloc((ESC_FRAMES_MAX - 1) * sizeof *escalation->below);
    for (uint32_t i = 0; i < count && !cursor->failed; i++) {
        frame_unpack(cursor, engine, program, &escalation->below[escalation->below_count++]);
        cursor->failed = cursor->failed || escalation->below[i].bytes == NULL;
    }
    triage_unpack(cursor, engine, escalation);
    copy_unpack(cursor, engine, escalation);
    uint32_t alarms = below(cursor, ESC_ALARM_ALL);
    for (uint32_t alarm = 1; alarm < ESC_ALARM_ALL; alarm *= 2)
        if ((alarms & alarm) != 0)
            esc_escalation_alarmed(engine, escalation, (EscAlarm)alarm);
}

static void checks_unpack(EscCursor *cursor, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor, 1);
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

/* The field may be gone in the current bundle: then there is nothing to take back to. */
static void change_field_unpack(EscCursor *cursor, const EscEngine *engine, EscChange *change)
{
    uint32_t slot = esc_slot_find(engine, change->name);
    EscType type = slot == ESC_NONE ? ESC_TYPE(ESC_KIND_UNSET) : esc_slot_type(engine, slot);
    change->before = esc_value_unpack(cursor, engine->schema.current->program, type);
    change->after = esc_value_unpack(cursor, engine->schema.current->program, type);
}

static void change_arguments_unpack(EscCursor *cursor, const EscProgram *program, EscChange *change)
{
    size_t count = esc_cursor_count(cursor, 1);
    const EscActionRow *action = change->undo == ESC_NONE ? NULL : &program->actions[change->undo];
    if (count != (action == NULL ? 0 : action->params_count))
        cursor->failed = true;
    if (cursor->failed || count == 0)
        return;
    change->arguments = esc_engine_alloc(count * sizeof *change->arguments);
    for (size_t i = 0; i < count; i++)
        change->arguments[change->arguments_count++] =
            esc_value_unpack(cursor, program, program->params[action->params_first + i].type);
}

/* As esc_change_pin, but the ticket's row says it already. */
static void change_pin(EscEngine *engine, const EscChange *change)
{
    EscTicket *ticket =
        change->kind == ESC_CHANGE_TICKET ? esc_ticket_find(engine, change->ticket) : NULL;
    if (ticket != NULL)
        ticket->pins++;
}

static void changes_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    size_t count = esc_cursor_count(cursor, 7);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        uint8_t kind = esc_cursor_u8(cursor);
        if (kind >= ESC_CHANGE_KIND_COUNT)
            cursor->failed = true;
        EscChange change = {.kind = cursor->failed ? ESC_CHANGE_FIELD : (EscChangeKind)kind};
        change.name = interned(cursor, engine);
        change.ticket = interned(cursor, engine);
        change.no_undo = interned(cursor, engine);
        change.outbox = esc_cursor_varint(cursor);
        change.undo = index_or_none(cursor, program->actions_count);
        if (change.kind == ESC_CHANGE_FIELD)
            change_field_unpack(cursor, engine, &change);
        change_arguments_unpack(cursor, program, &change);
        change_pin(engine, &change);
        ESC_ENGINE_GROW(escalation->changes, escalation->changes_count,
                        escalation->changes_capacity);
        escalation->changes[escalation->changes_count++] = change;
    }
}

static void pages_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor, 5);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(escalation->pages, escalation->pages_count, escalation->pages_capacity);
        EscPage *page = &escalation->pages[escalation->pages_count++];
        *page = (EscPage){.number = small(cursor)};
        page->contact = small(cursor);
        page->began_ms = esc_instant_unpack(cursor);
        page->person = interned(cursor, engine);
        page->text = esc_text_own(esc_cursor_packed(cursor));
    }
    escalation->page_next = small(cursor);
}

static void expectations_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor, 4);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(escalation->expectations, escalation->expectations_count,
                        escalation->expectations_capacity);
        EscExpectation *expectation = &escalation->expectations[escalation->expectations_count++];
        *expectation = (EscExpectation){.number = small(cursor)};
        expectation->calendar = small(cursor);
        expectation->due_ms = esc_instant_unpack(cursor);
        expectation->person = interned(cursor, engine);
    }
    escalation->expectation_next = small(cursor);
}

static void dead_told_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor, 2);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(escalation->dead_told, escalation->dead_told_count,
                        escalation->dead_told_capacity);
        EscDeadTold *told = &escalation->dead_told[escalation->dead_told_count++];
        told->target = interned(cursor, engine);
        told->at_ms = esc_instant_unpack(cursor);
    }
}

static void history_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t count = esc_cursor_count(cursor, 2);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        ESC_ENGINE_GROW(escalation->inverses, escalation->inverses_count,
                        escalation->inverses_capacity);
        EscInverse *inverse = &escalation->inverses[escalation->inverses_count++];
        inverse->outbox = esc_cursor_varint(cursor);
        inverse->what = interned(cursor, engine);
    }
    escalation->left = esc_text_own(esc_cursor_packed(cursor));
    dead_told_unpack(cursor, engine, escalation);
    count = esc_cursor_count(cursor, 3);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        EscMoment moment = {.kind = esc_cursor_u8(cursor)};
        moment.at_ms = escalation->opened_at_ms + esc_instant_unpack(cursor);
        moment.who = interned(cursor, engine);
        if (moment.kind >= ESC_AUDIT_COUNT)
            cursor->failed = true;
        else
            esc_escalation_moment_add(escalation, moment);
    }
}

static void start_unpack(EscCursor *cursor, EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    escalation->start_type = index_or_none(cursor, program->events_count);
    if (escalation->start_type == ESC_NONE || cursor->failed)
        return;
    const EscEventRow *event = &program->events[escalation->start_type];
    size_t count = esc_cursor_count(cursor, 1);
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

static bool rest_unpack(EscText rest, EscEngine *engine, EscEscalation *escalation)
{
    EscCursor cursor = esc_cursor((EscBytes){(const uint8_t *)rest.data, rest.size});
    frames_unpack(&cursor, engine, escalation);
    turn_unpack(&cursor, engine, escalation);
    checks_unpack(&cursor, escalation);
    changes_unpack(&cursor, engine, escalation);
    history_unpack(&cursor, engine, escalation);
    start_unpack(&cursor, escalation);
    return !cursor.failed && esc_cursor_left(&cursor) == 0;
}

static void owed_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    EscOwed *owed = esc_owed_make(engine, escalation);
    owed->from = interned(cursor, engine);
    owed->actor = interned(cursor, engine);
    owed->because = esc_text_own(esc_cursor_packed(cursor));
    owed->asking = esc_cursor_u8(cursor);
    if (owed->asking > ESC_ASKING_TURN)
        cursor->failed = true;
    owed->is_quiet = esc_cursor_u8(cursor) != 0;
    size_t count = esc_cursor_count(cursor, 1);
    for (size_t i = 0; i < count && !cursor->failed; i++)
        esc_owed_loser_add(owed, interned(cursor, engine));
}

static void resort_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    size_t formers = esc_cursor_count(cursor, 2);
    for (size_t i = 0; i < formers && !cursor->failed; i++) {
        EscText person = interned(cursor, engine);
        esc_escalation_former_add(escalation, person, esc_cursor_u8(cursor) != 0);
    }
    escalation->resort.since_ms = esc_instant_unpack(cursor);
    escalation->resort.alarms = small(cursor);
    size_t asked = esc_cursor_count(cursor, 1);
    for (size_t i = 0; i < asked && !cursor->failed; i++)
        esc_escalation_asked_add(escalation, interned(cursor, engine));
    uint8_t flags = esc_cursor_u8(cursor);
    escalation->is_chain_over = (flags & FLAG_CHAIN_OVER) != 0;
    if ((flags & FLAG_ALARMED) != 0)
        esc_escalation_alarmed(engine, escalation, ESC_ALARM_OWNER);
    if ((flags & FLAG_OWED) != 0)
        owed_unpack(cursor, engine, escalation);
}

static bool duty_unpack(EscText duty, EscEngine *engine, EscEscalation *escalation)
{
    EscCursor cursor = esc_cursor((EscBytes){(const uint8_t *)duty.data, duty.size});
    escalation->handed_to = interned(&cursor, engine);
    escalation->turn_at_ms = escalation->opened_at_ms + esc_instant_unpack(&cursor);
    resort_unpack(&cursor, engine, escalation);
    pages_unpack(&cursor, engine, escalation);
    expectations_unpack(&cursor, engine, escalation);
    return !cursor.failed && esc_cursor_left(&cursor) == 0;
}

/* What stands before the rest; false when it cannot be read. */
static bool outside_unpack(EscBytes body, EscEngine *engine, EscEscalation *escalation,
                           EscText *rest)
{
    EscCursor cursor = esc_cursor(body);
    if (esc_cursor_u8(&cursor) != FORMAT)
        return false;
    esc_timers_unpack(&cursor, engine, escalation, NULL);
    escalation->parked_because = interned(&cursor, engine);
    EscText duty = esc_cursor_packed(&cursor);
    *rest = esc_cursor_packed(&cursor);
    return !cursor.failed && esc_cursor_left(&cursor) == 0 && duty_unpack(duty, engine, escalation);
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
    size_t timers = esc_cursor_count(&cursor, 4);
    for (size_t i = 0; i < timers; i++) {
        (void)esc_cursor_u8(&cursor);
        (void)esc_cursor_varint(&cursor);
        (void)esc_cursor_varint(&cursor);
        (void)esc_cursor_signed(&cursor);
    }
    (void)esc_cursor_packed(&cursor); /* why it is parked */
    (void)esc_cursor_packed(&cursor); /* the duty */
    *rest = esc_cursor_packed(&cursor);
    return is_known && !cursor.failed && esc_cursor_left(&cursor) == 0;
}

void esc_escalation_keep(EscEscalation *escalation, EscBytes body)
{
    EscText rest = {0};
    escalation->is_kept_whole = !rest_find(body, &rest);
    escalation->kept = esc_text_own(
        escalation->is_kept_whole ? (EscText){(const char *)body.data, body.size} : rest);
    esc_frame_drop(&escalation->frame);
    esc_below_drop(escalation);
    esc_triage_drop(escalation);
    esc_copy_drop(escalation);
    escalation->bundle = NULL;
    escalation->template_index = ESC_NONE;
    escalation->checks_count = 0;
}
