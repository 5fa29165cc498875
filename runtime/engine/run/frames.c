/* frames.c - frames: a function of a template runs until it waits, and goes on when its wait is over.
 *
 * Between two runs a frame is its snapshot, the very bytes that the store keeps, so going on after a restart is the
 * same as going on. Effects only note what else has to happen (an exception, the end); esc_frame_drive does it when
 * the run is over, so runs of one escalation never stand inside each other. */
#include <engine/run.h>

#include <stdlib.h>
#include <string.h>

EscStatus esc_frame_read(const EscEscalation *escalation, const EscFrame *frame, EscRun *run,
                         EscScratch *scratch, EscWhy *why)
{
    return esc_snapshot_read((EscBytes){frame->bytes, frame->size}, escalation->bundle->bundle,
                             frame->effects_total, scratch->bytes, sizeof scratch->bytes, run, why);
}

static bool is_triage(const EscEscalation *escalation, const EscFrame *frame)
{
    return escalation->triage != NULL && frame == &escalation->triage->frame;
}

/* --- faults of ours --------------------------------------------------------------------------- */

/* With the template's name, the file and the line: who reads it has nothing else to go by. */
static EscRaised *fault(EscEngine *engine, EscEscalation *escalation, uint32_t function,
                        uint32_t pc, EscText what)
{
    EscText place = esc_code_place(engine, escalation, function, pc);
    EscText message =
        esc_turn_printf(engine, "%.*s%s%.*s: %.*s", ESC_TEXT_ARG(escalation->template_name),
                        esc_words_with(place, ", "), ESC_TEXT_ARG(place), ESC_TEXT_ARG(what));
    return esc_exception_ask_once(engine, escalation, ESC_EXCEPTION_ENGINE_FAULT, message);
}

static EscText reported(EscEngine *engine, EscStatus status, const EscWhy *why)
{
    return esc_say(engine, REPORTED,
                   esc_turn_printf(engine, "%s: %s", esc_status_text(status), why->text));
}

/* What the frame held is lost, so nothing behind that place can run: the steps have ended there. */
static void frame_fault(EscEngine *engine, EscEscalation *escalation, EscFrame *frame,
                        uint32_t function, uint32_t pc, EscText what)
{
    EscRaised *raised = fault(engine, escalation, function, pc, what);
    if (raised != NULL)
        raised->is_step = true;
    if (is_triage(escalation, frame)) {
        escalation->triage->end = ESC_TRIAGE_BY_HAND;
        return;
    }
    esc_frame_timers_stop(engine, escalation, frame);
    esc_frame_drop(frame);
}

/* Arithmetic has no faults: what leaves the range stays at its end, and the record says so. */
static void clamped_tell(EscEngine *engine, EscEscalation *escalation, const EscRun *run)
{
    if (run->clamped_pc == ESC_NONE)
        return;
    EscText place = esc_code_place(engine, escalation, run->function, run->clamped_pc);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_CLAMPED,
                         esc_audit_data(engine, "place", place, NULL),
                         "a number left its range at %.*s, in %.*s, and stays at the end of it",
                         ESC_TEXT_ARG(place), ESC_TEXT_ARG(escalation->template_name));
}

/* Who reads the text sees that it was cut; who looks for the rest finds where, and how much there is. */
static void cut_tell(EscEngine *engine, EscEscalation *escalation, const EscRun *run)
{
    if (run->cut_pc == ESC_NONE)
        return;
    EscText place = esc_code_place(engine, escalation, run->function, run->cut_pc),
            bytes = esc_turn_printf(engine, "%u", run->cut_bytes);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_CUT,
                         esc_audit_data(engine, "place", place, "bytes", bytes, NULL),
                         "a text outgrew %d bytes at %.*s, in %.*s: %.*s bytes were left out",
                         ESC_TEXT_MAX, ESC_TEXT_ARG(place), ESC_TEXT_ARG(escalation->template_name),
                         ESC_TEXT_ARG(bytes));
}

/* What the run had to bend. */
static void bent_tell(EscEngine *engine, EscEscalation *escalation, const EscRun *run)
{
    clamped_tell(engine, escalation, run);
    cut_tell(engine, escalation, run);
}

/* --- suspending ------------------------------------------------------------------------------- */

static void snapshot_keep(EscFrame *frame, const EscRun *run)
{
    EscBuf buf;
    esc_buf_init(&buf, ESC_SNAPSHOT_BYTES_MAX);
    EscStatus status = esc_snapshot_write(run, &buf);
    ESC_ASSERT(status == ESC_OK); /* what is too big has not suspended (V28) */
    free(frame->bytes);
    frame->bytes = esc_engine_alloc(buf.size);
    memcpy(frame->bytes, buf.data, buf.size);
    frame->size = buf.size;
    frame->function = run->function;
    frame->wait = run->wait;
    frame->effects_total = run->effects_total;
    esc_buf_release(&buf);
}

/* A call that a run has just queued ends with the wait for its reply. */
static void reply_deadline(EscEngine *engine, const EscFrame *frame)
{
    for (size_t i = engine->pending->outbox_count; i > 0; i--) {
        EscOutboxRow *row = &engine->pending->outbox[i - 1];
        if (row->id == frame->reply_outbox)
            row->deadline_ms = frame->due_ms;
    }
}

static void waiting_record(EscEngine *engine, EscEscalation *escalation, const EscFrame *frame)
{
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    if (wait->kind == ESC_WAIT_RAISED || frame != &escalation->frame)
        return; /* the exception, and triage, have records of their own */
    EscText phrase = esc_wait_phrase(engine, escalation);
    EscText until = esc_wait_until(engine, escalation);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_WAITING,
                         esc_audit_data(engine, "for", phrase, "until", until, NULL),
                         "waits for %.*s", ESC_TEXT_ARG(phrase));
}

/* A handler that is done without `resume` has taken the place of what it stood on, but for the closing. */
static bool has_replaced(const EscEscalation *escalation, const EscFrame *frame,
                         const EscWaitRow *wait)
{
    return wait->kind == ESC_WAIT_CLOSE_WHEN && frame == &escalation->frame &&
           escalation->state == ESC_STATE_OPEN;
}

static void frame_suspend(EscEngine *engine, EscEscalation *escalation, EscFrame *frame,
                          const EscRun *run)
{
    const EscProgram *program = escalation->bundle->program;
    snapshot_keep(frame, run);
    const EscWaitRow *wait = &program->waits[frame->wait];
    frame->began_ms = engine->now_ms;
    frame->due_ms =
        esc_hours_due_ms(engine, program, wait->calendar, engine->now_ms, wait->deadline_ms);
    frame->is_held = frame->is_heard = false;
    esc_frame_timers(engine, escalation, frame);
    if (wait->kind == ESC_WAIT_REPLY)
        reply_deadline(engine, frame);
    if (has_replaced(escalation, frame, wait))
        esc_below_drop(escalation);
    waiting_record(engine, escalation, frame);
}

/* --- running ---------------------------------------------------------------------------------- */

static void run_ended(EscEngine *engine, EscEscalation *escalation, EscFrame *frame,
                      const EscRun *run, EscRunEnd end)
{
    const EscProgram *program = escalation->bundle->program;
    bool is_resuming = end == ESC_RUN_ENDED && run->end_mode == ESC_END_RESUME;
    bool is_done = end == ESC_RUN_WAITING && program->waits[run->wait].kind == ESC_WAIT_CLOSE_WHEN;
    if (is_triage(escalation, frame) && (is_resuming || is_done)) {
        escalation->triage->end = is_resuming ? ESC_TRIAGE_GO_ON : ESC_TRIAGE_BY_HAND;
    } else if (end == ESC_RUN_WAITING) {
        frame_suspend(engine, escalation, frame, run);
    } else if (end == ESC_RUN_CLOSE) {
        esc_close_ask(engine, escalation, program->texts[run->outcome]);
    } else if (end == ESC_RUN_DONE) {
        esc_escalation_closed(engine, escalation);
    } else if (is_resuming) {
        esc_exception_over(engine, escalation);
    } else { /* only a closing ends otherwise: it has waited for its checks for as long as it can say */
        esc_frame_drop(frame);
        esc_wish_of(engine, escalation)->is_closing_again = true;
    }
}

static void frame_run(EscEngine *engine, EscEscalation *escalation, EscFrame *frame, EscRun *run)
{
    EscWorld world = esc_world_of(engine, escalation, run->function, false);
    world.frame = frame;
    EscHost host = esc_world_host(&world);
    EscRunEnd end = ESC_RUN_WAITING;
    EscWhy why = {.text = ""};
    EscStatus status = esc_run_go(run, &host, engine->now_ms, &end, &why);
    esc_undo_forget(engine);
    esc_escalation_dirty(engine, escalation);
    if (status == ESC_OK) {
        bent_tell(engine, escalation, run);
        run_ended(engine, escalation, frame, run, end);
        return;
    }
    frame_fault(engine, escalation, frame, run->function, run->pc, reported(engine, status, &why));
}

void esc_frame_start(EscEngine *engine, EscEscalation *escalation, EscFrame *frame,
                     uint32_t function, const EscValue *entry, uint32_t entry_count)
{
    EscScratch *scratch = NULL;
    EscRun *run = esc_run_borrow(engine, &scratch);
    esc_run_init(run, escalation->bundle->bundle, function, entry, entry_count, scratch->bytes,
                 sizeof scratch->bytes);
    frame_run(engine, escalation, frame, run);
    esc_run_return(engine);
}

/* --- resuming --------------------------------------------------------------------------------- */

/* The value that a satisfied wait brings; UNSET when it brings none. */
static EscValue wait_result(EscEngine *engine, const EscFrame *frame, const EscWaitRow *wait)
{
    EscValue value = {.type = wait->result_type};
    if (wait->kind == ESC_WAIT_ANSWER && frame->question != NULL && frame->question->answer > 0)
        value.number = frame->question->answer - 1;
    if (wait->kind == ESC_WAIT_REPLY) {
        value.is_missing = frame->reply != ESC_REPLY_GOOD || frame->reply_text.size == 0;
        value.text = value.is_missing ? (EscText){0} : esc_turn_text(engine, frame->reply_text);
    }
    return value;
}

static void wait_forget(EscFrame *frame, uint32_t kind)
{
    if (kind == ESC_WAIT_REPLY) {
        esc_text_drop(&frame->reply_text);
        frame->reply = ESC_REPLY_NONE;
    }
    if (kind == ESC_WAIT_ANSWER || kind == ESC_WAIT_APPROVAL)
        esc_question_drop(frame);
}

static void resume_record(EscEngine *engine, EscEscalation *escalation, const EscFrame *frame,
                          bool is_satisfied)
{
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    if (wait->kind == ESC_WAIT_RAISED || frame != &escalation->frame)
        return;
    EscText phrase = esc_wait_name(engine, escalation);
    bool is_round =
        wait->kind == ESC_WAIT_ROUND; /* its time is what it waits for, as a pause's end */
    bool has_come = is_satisfied || is_round || wait->kind == ESC_WAIT_PAUSE;
    esc_audit_escalation(engine, escalation, has_come ? ESC_AUDIT_RESUMED : ESC_AUDIT_TIMED_OUT,
                         esc_audit_data(engine, "for", phrase, NULL),
                         is_round && !is_satisfied      ? "goes on with %.*s"
                         : has_come && !is_round        ? "goes on after %.*s"
                         : wait->kind == ESC_WAIT_CHECK ? "goes on after %.*s that failed"
                                                        : "goes on without %.*s",
                         ESC_TEXT_ARG(phrase));
}

void esc_frame_resume(EscEngine *engine, EscEscalation *escalation, EscFrame *frame, EscWaitEnd end)
{
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    bool is_satisfied = end == ESC_WAIT_END_SATISFIED;
    EscScratch *scratch = NULL;
    EscRun *run = esc_run_borrow(engine, &scratch);
    EscWhy why = {.text = ""};
    EscStatus status = esc_frame_read(escalation, frame, run, scratch, &why);
    if (status == ESC_OK) {
        EscValue result = wait_result(engine, frame, wait);
        bool has_result = is_satisfied && wait->result_type != 0;
        status = esc_run_resume(run, is_satisfied, has_result ? &result : NULL);
    }
    resume_record(engine, escalation, frame, is_satisfied);
    if (!is_satisfied) {
        engine->turn.missed = esc_missed_text(engine, escalation, frame);
        esc_task_timed_out(engine, escalation, frame);
    }
    esc_frame_timers_stop(engine, escalation, frame);
    if (frame == &escalation->frame)
        esc_wish_set_resumed(engine, escalation, false);
    wait_forget(frame, wait->kind);
    frame->is_held = frame->is_heard = false;
    if (status == ESC_OK)
        frame_run(engine, escalation, frame, run);
    else
        frame_fault(engine, escalation, frame, wait->function, wait->pc,
                    esc_say(engine, FRAME_STUCK, esc_text_from(why.text)));
    engine->turn.missed = (EscText){0};
    esc_run_return(engine);
}

/* --- atomic functions ------------------------------------------------------------------------- */

EscEndMode esc_atomic_run(EscEngine *engine, EscEscalation *escalation, uint32_t function,
                          bool with_event, bool at_wait)
{
    EscScratch *frame_scratch = NULL, *scratch = NULL;
    EscRun *frame = esc_run_borrow(engine, &frame_scratch);
    EscRun *run = esc_run_borrow(engine, &scratch);
    EscWhy why = {.text = ""};
    EscStatus status = ESC_OK;
    if (at_wait)
        status = esc_frame_read(escalation, &escalation->frame, frame, frame_scratch, &why);
    if (status == ESC_OK && at_wait)
        esc_run_init_at_wait(run, frame, function, scratch->bytes, sizeof scratch->bytes);
    else if (status == ESC_OK)
        esc_run_init(run, escalation->bundle->bundle, function, NULL, 0, scratch->bytes,
                     sizeof scratch->bytes);
    uint32_t pc = 0;
    EscRunEnd end = ESC_RUN_ENDED;
    if (status == ESC_OK) {
        EscWorld world = esc_world_of(engine, escalation, function, with_event);
        EscHost host = esc_world_host(&world);
        status = esc_run_go(run, &host, engine->now_ms, &end, &why);
        bent_tell(engine, escalation, run);
        pc = run->pc;
    }
    EscEndMode mode = status == ESC_OK && end == ESC_RUN_ENDED ? run->end_mode : ESC_END_FALL;
    if (status == ESC_OK && end == ESC_RUN_CLOSE)
        esc_close_ask(engine, escalation, escalation->bundle->program->texts[run->outcome]);
    esc_undo_forget(engine);
    if (status != ESC_OK)
        (void)fault(engine, escalation, function, pc, reported(engine, status, &why));
    esc_run_return(engine);
    esc_run_return(engine);
    return mode;
}
