/* frames.c - frames: a function of a template runs until it waits, and goes on when its wait is over.
 *
 * Between two runs a frame is its snapshot, the very bytes that the store keeps, so going on after a restart is the
 * same as going on. Effects only note what else has to happen (an exception, the end); esc_frame_drive does it when
 * the run is over, so runs of one escalation never stand inside each other. */
#include <engine/run.h>

#include <stdlib.h>
#include <string.h>

EscStatus esc_frame_read(EscEngine *engine, const EscEscalation *escalation, EscRun *run,
                         char *scratch, EscWhy *why)
{
    (void)engine;
    const EscFrame *frame = &escalation->frame;
    return esc_snapshot_read((EscBytes){frame->bytes, frame->size}, escalation->bundle->bundle,
                             frame->effects_total, scratch, ESC_RUN_SCRATCH_MAX, run, why);
}

/* --- suspending ------------------------------------------------------------------------------- */

/* False when it is too big to be kept. */
static bool snapshot_keep(EscEscalation *escalation, const EscRun *run)
{
    EscBuf buf;
    esc_buf_init(&buf, ESC_SNAPSHOT_BYTES_MAX);
    if (esc_snapshot_write(run, &buf) != ESC_OK) {
        esc_buf_release(&buf);
        return false;
    }
    EscFrame *frame = &escalation->frame;
    free(frame->bytes);
    frame->bytes = esc_engine_alloc(buf.size);
    memcpy(frame->bytes, buf.data, buf.size);
    frame->size = buf.size;
    frame->function = run->function;
    frame->wait = run->wait;
    frame->effects_total = run->effects_total;
    esc_buf_release(&buf);
    return true;
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

static void frame_suspend(EscEngine *engine, EscEscalation *escalation, const EscRun *run)
{
    const EscProgram *program = escalation->bundle->program;
    if (!snapshot_keep(escalation, run)) {
        esc_frame_drop(&escalation->frame);
        esc_exception_ask(engine, escalation, ESC_EXCEPTION_ENGINE_FAULT,
                          ESC_TEXT("what its steps hold is too big to be kept while they wait"));
        return;
    }
    EscFrame *frame = &escalation->frame;
    const EscWaitRow *wait = &program->waits[frame->wait];
    frame->began_ms = engine->now_ms;
    frame->due_ms = esc_calendar_due_ms(program, engine->zones, wait->calendar, engine->now_ms,
                                        wait->deadline_ms);
    esc_frame_timers(engine, escalation);
    if (wait->kind == ESC_WAIT_REPLY)
        reply_deadline(engine, frame);
    EscText phrase = esc_wait_phrase(engine, escalation);
    if (wait->kind != ESC_WAIT_RAISED)
        esc_audit_escalation(engine, escalation, ESC_AUDIT_WAITING,
                             esc_audit_data(engine, "for", phrase, "until",
                                            esc_local_time(engine, frame->due_ms), NULL),
                             "waits for %.*s", ESC_TEXT_ARG(phrase));
}

/* --- running ---------------------------------------------------------------------------------- */

static void fault(EscEngine *engine, EscEscalation *escalation, const char *what, const EscWhy *why)
{
    EscText message = esc_turn_printf(engine, "%s: %s", what, why->text);
    esc_exception_ask(engine, escalation, ESC_EXCEPTION_ENGINE_FAULT, message);
}

static void run_ended(EscEngine *engine, EscEscalation *escalation, const EscRun *run,
                      EscRunEnd end)
{
    uint32_t kind = esc_escalation_function(escalation, run->function)->kind;
    if (end == ESC_RUN_WAITING) {
        frame_suspend(engine, escalation, run);
    } else if (end == ESC_RUN_CLOSE) {
        esc_frame_drop(&escalation->frame);
        esc_close_ask(engine, escalation, escalation->bundle->program->texts[run->outcome]);
    } else if (end == ESC_RUN_DONE) {
        esc_escalation_closed(engine, escalation);
    } else if (end == ESC_RUN_ENDED && kind == ESC_FUNCTION_CATCH &&
               run->end_mode == ESC_END_RESUME) {
        esc_frame_drop(&escalation->frame);
        esc_exception_over(engine, escalation);
    } else if (end == ESC_RUN_ENDED && kind == ESC_FUNCTION_CLOSING) {
        esc_frame_drop(&escalation->frame);
        esc_escalation_park(engine, escalation, "its quality checks did not pass in time");
    } else {
        esc_frame_drop(&escalation->frame);
        esc_escalation_park(engine, escalation, "its steps ended without closing it");
    }
}

static void frame_run(EscEngine *engine, EscEscalation *escalation, EscRun *run)
{
    EscWorld world = esc_world_of(engine, escalation, run->function, false);
    EscHost host = esc_world_host(&world);
    EscRunEnd end = ESC_RUN_WAITING;
    EscWhy why = {.text = ""};
    EscStatus status = esc_run_go(run, &host, engine->now_ms, &end, &why);
    esc_undo_forget(engine);
    esc_escalation_dirty(engine, escalation);
    if (status == ESC_OK) {
        run_ended(engine, escalation, run, end);
        return;
    }
    esc_frame_drop(&escalation->frame);
    fault(engine, escalation, esc_status_text(status), &why);
}

void esc_frame_start(EscEngine *engine, EscEscalation *escalation, uint32_t function,
                     const EscValue *entry, uint32_t entry_count)
{
    esc_frame_timers_stop(engine, escalation);
    esc_wish_set_resumed(engine, escalation, false);
    esc_frame_drop(&escalation->frame);
    char *scratch = NULL;
    EscRun *run = esc_run_borrow(engine, &scratch);
    esc_run_init(run, escalation->bundle->bundle, function, entry, entry_count, scratch,
                 ESC_RUN_SCRATCH_MAX);
    frame_run(engine, escalation, run);
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
        value.is_missing = frame->reply != ESC_REPLY_GOOD;
        value.text = value.is_missing ? (EscText){0} : esc_turn_text(engine, frame->reply_text);
    }
    return value;
}

static void wait_forget(EscFrame *frame, uint32_t kind)
{
    if (kind == ESC_WAIT_REPLY) {
        esc_text_drop(&frame->reply_text);
        frame->reply = ESC_REPLY_NONE;
        frame->reply_outbox = 0;
    }
    if ((kind == ESC_WAIT_ANSWER || kind == ESC_WAIT_APPROVAL) && frame->question != NULL) {
        esc_text_drop(&frame->question->text);
        free(frame->question);
        frame->question = NULL;
    }
}

static void resume_record(EscEngine *engine, EscEscalation *escalation, const EscWaitRow *wait,
                          bool is_satisfied)
{
    if (wait->kind == ESC_WAIT_RAISED)
        return;
    EscText phrase = esc_wait_name(engine, escalation);
    EscAuditKind kind = is_satisfied ? ESC_AUDIT_RESUMED : ESC_AUDIT_TIMED_OUT;
    esc_audit_escalation(engine, escalation, kind, esc_audit_data(engine, "for", phrase, NULL),
                         is_satisfied ? "goes on: %.*s" : "goes on without %.*s",
                         ESC_TEXT_ARG(phrase));
}

void esc_frame_resume(EscEngine *engine, EscEscalation *escalation, EscWaitEnd end)
{
    const EscWaitRow *wait = esc_frame_wait(escalation);
    bool is_satisfied = end == ESC_WAIT_END_SATISFIED;
    char *scratch = NULL;
    EscRun *run = esc_run_borrow(engine, &scratch);
    EscWhy why = {.text = ""};
    EscStatus status = esc_frame_read(engine, escalation, run, scratch, &why);
    if (status == ESC_OK) {
        EscValue result = wait_result(engine, &escalation->frame, wait);
        bool has_result = is_satisfied && wait->result_type != 0;
        status = esc_run_resume(run, is_satisfied, has_result ? &result : NULL);
    }
    resume_record(engine, escalation, wait, is_satisfied);
    esc_frame_timers_stop(engine, escalation);
    esc_wish_set_resumed(engine, escalation, false);
    wait_forget(&escalation->frame, wait->kind);
    if (status == ESC_OK) {
        frame_run(engine, escalation, run);
    } else {
        esc_frame_drop(&escalation->frame);
        fault(engine, escalation, "the frame could not go on", &why);
    }
    esc_run_return(engine);
}

/* --- atomic functions ------------------------------------------------------------------------- */

EscEndMode esc_atomic_run(EscEngine *engine, EscEscalation *escalation, uint32_t function,
                          bool with_event, bool at_wait)
{
    char *frame_scratch = NULL, *scratch = NULL;
    EscRun *frame = esc_run_borrow(engine, &frame_scratch);
    EscRun *run = esc_run_borrow(engine, &scratch);
    EscWhy why = {.text = ""};
    EscStatus status = ESC_OK;
    if (at_wait)
        status = esc_frame_read(engine, escalation, frame, frame_scratch, &why);
    if (status == ESC_OK && at_wait)
        esc_run_init_at_wait(run, frame, function, scratch, ESC_RUN_SCRATCH_MAX);
    else if (status == ESC_OK)
        esc_run_init(run, escalation->bundle->bundle, function, NULL, 0, scratch,
                     ESC_RUN_SCRATCH_MAX);
    EscRunEnd end = ESC_RUN_ENDED;
    if (status == ESC_OK) {
        EscWorld world = esc_world_of(engine, escalation, function, with_event);
        EscHost host = esc_world_host(&world);
        status = esc_run_go(run, &host, engine->now_ms, &end, &why);
    }
    EscEndMode mode = status == ESC_OK && end == ESC_RUN_ENDED ? run->end_mode : ESC_END_FALL;
    if (status == ESC_OK && end == ESC_RUN_CLOSE) {
        esc_close_ask(engine, escalation, escalation->bundle->program->texts[run->outcome]);
    }
    esc_undo_forget(engine);
    esc_run_return(engine);
    esc_run_return(engine);
    esc_escalation_dirty(engine, escalation);
    if (status != ESC_OK)
        fault(engine, escalation, esc_status_text(status), &why);
    return mode;
}
