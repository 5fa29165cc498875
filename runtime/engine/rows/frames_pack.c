/* frames_pack.c - in an escalation's body: what runs and what it stands on, triage beside it, the copy at the resolution.
 *
 *   frame (the topmost; its snapshot empty: none)   frames below it: count, from the bottom
 *   triage: u8 is open, then  its frame  named further exceptions: count, packed  varint unnamed ones, times asked again
 *   copy at the resolution: u8 is there, then  count, frames  signed at  exception that triage was about
 *   varint alarms
 *
 * A frame is  packed snapshot, and where that is not empty  signed began, due   varint effects   u8 reply   varint its
 *   outbox id   packed its text   u8 kind of question (0: none), then  varint number, ref, needed, answer  u8 rejected
 *     packed text, guidance  varint its task  packed by, reason  count, packed approvers
 *   flags: 1 held, 2 heard   exception
 * An exception is  varint number + 1 (0: none), then  u8 a step raised it  varint place in the code + 1 (0: none)  packed message  count, for each  varint field
 *   value */
#include <engine/rows.h>

#include <string.h>

#define FRAME_HELD 1u
#define FRAME_HEARD 2u

/* --- writing ---------------------------------------------------------------------------------- */

static void question_pack(EscBuf *out, const EscQuestion *question)
{
    esc_buf_u8(out, question == NULL ? ESC_QUESTION_NONE : (uint8_t)question->kind);
    if (question == NULL)
        return;
    esc_buf_varint(out, question->number);
    esc_buf_varint(out, question->ref);
    esc_buf_varint(out, question->needed);
    esc_buf_varint(out, question->answer);
    esc_buf_u8(out, question->is_rejected);
    esc_buf_packed(out, question->text);
    esc_buf_packed(out, question->guidance);
    esc_buf_varint(out, question->task);
    esc_buf_packed(out, question->by);
    esc_buf_packed(out, question->reason);
    esc_texts_pack(out, question->approvers, question->approvers_count);
}

static void raised_pack(EscBuf *out, const EscProgram *program, const EscRaised *raised)
{
    esc_buf_varint(out, raised == NULL ? 0 : (uint64_t)raised->exception + 1);
    if (raised == NULL)
        return;
    esc_buf_u8(out, raised->is_step);
    esc_buf_varint(out, raised->place == ESC_NONE ? 0 : (uint64_t)raised->place + 1);
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
    esc_texts_pack(out, triage->more, triage->more_count);
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

void esc_frames_pack(EscBuf *out, const EscEscalation *escalation)
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

/* --- reading ---------------------------------------------------------------------------------- */

static void snapshot_keep(EscFrame *frame, EscText bytes)
{
    if (bytes.size == 0)
        return;
    frame->bytes = esc_engine_alloc(bytes.size);
    memcpy(frame->bytes, bytes.data, bytes.size);
    frame->size = bytes.size;
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
    question->number = esc_small_unpack(cursor);
    question->ref = esc_small_unpack(cursor);
    if (!esc_verify_ref_is_valid(program, question->ref))
        cursor->failed = true;
    question->needed = esc_small_unpack(cursor);
    question->answer = esc_small_unpack(cursor);
    question->is_rejected = esc_cursor_u8(cursor) != 0;
    question->text = esc_text_own(esc_cursor_packed(cursor));
    question->guidance = esc_text_own(esc_cursor_packed(cursor));
    question->task = esc_small_unpack(cursor);
    question->by = esc_interned_unpack(cursor, engine);
    question->reason = esc_text_own(esc_cursor_packed(cursor));
    size_t count = esc_cursor_count(cursor);
    if (count > ESC_OWNERS_MAX)
        cursor->failed = true;
    for (size_t i = 0; i < count && !cursor->failed; i++)
        question->approvers[question->approvers_count++] = esc_interned_unpack(cursor, engine);
}

static EscRaised *raised_unpack(EscCursor *cursor, const EscProgram *program)
{
    uint32_t exception = esc_index_unpack(cursor, program->exceptions_count);
    if (exception == ESC_NONE || cursor->failed)
        return NULL;
    EscRaised *raised = esc_engine_alloc(sizeof *raised);
    *raised = (EscRaised){.exception = exception, .place = ESC_NONE};
    raised->is_step = esc_cursor_u8(cursor) != 0;
    raised->place = esc_index_unpack(cursor, program->code_count);
    raised->message = esc_text_own(esc_cursor_packed(cursor));
    size_t count = esc_cursor_count(cursor);
    raised->fields = esc_engine_alloc(count * sizeof *raised->fields);
    raised->field_indexes = esc_engine_alloc(count * sizeof *raised->field_indexes);
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        uint32_t field = esc_below_unpack(cursor, program->fields_count);
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
    frame->effects_total = esc_small_unpack(cursor);
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
    size_t count = esc_cursor_count(cursor);
    if (count > ESC_TRIAGE_NAMES_MAX || triage->frame.bytes == NULL || triage->frame.raised == NULL)
        cursor->failed = true;
    for (size_t i = 0; i < count && !cursor->failed; i++)
        triage->more[triage->more_count++] = esc_interned_unpack(cursor, engine);
    triage->unnamed_count = esc_small_unpack(cursor);
    triage->asked_again = esc_small_unpack(cursor);
}

static void copy_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    if (esc_cursor_u8(cursor) == 0 || cursor->failed)
        return;
    const EscProgram *program = escalation->bundle->program;
    EscCopy *copy = esc_engine_alloc(sizeof *copy);
    escalation->copy = copy;
    uint32_t count = esc_below_unpack(cursor, ESC_FRAMES_MAX + 1);
    for (uint32_t i = 0; i < count && !cursor->failed; i++) {
        frame_unpack(cursor, engine, program, &copy->frames[copy->count++]);
        cursor->failed = cursor->failed || copy->frames[i].bytes == NULL;
    }
    copy->at_ms = esc_instant_unpack(cursor);
    copy->triage = raised_unpack(cursor, program);
}

void esc_frames_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    frame_unpack(cursor, engine, program, &escalation->frame);
    uint32_t count = esc_below_unpack(cursor, ESC_FRAMES_MAX);
    if (count > 0)
        escalation->below = esc_engine_alloc((ESC_FRAMES_MAX - 1) * sizeof *escalation->below);
    for (uint32_t i = 0; i < count && !cursor->failed; i++) {
        frame_unpack(cursor, engine, program, &escalation->below[escalation->below_count++]);
        cursor->failed = cursor->failed || escalation->below[i].bytes == NULL;
    }
    triage_unpack(cursor, engine, escalation);
    copy_unpack(cursor, engine, escalation);
    uint32_t alarms = esc_below_unpack(cursor, ESC_ALARM_ALL);
    for (uint32_t alarm = 1; alarm < ESC_ALARM_ALL; alarm *= 2)
        if ((alarms & alarm) != 0)
            esc_escalation_alarmed(engine, escalation, (EscAlarm)alarm);
}
