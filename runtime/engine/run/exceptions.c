/* exceptions.c - exceptions and closing begin: the handler, or the closing, takes the frame. How they end is
 * in endings.c. */
#include <engine/run.h>

/* Named handlers stand before the catch-all. */
static uint32_t catch_find(const EscEscalation *escalation, uint32_t exception)
{
    const EscProgram *program = escalation->bundle->program;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    for (uint32_t i = 0; i < row->catches_count; i++) {
        const EscCatchRow *candidate = &program->catches[row->catches_first + i];
        if (candidate->exception == 0 || candidate->exception - 1 == exception)
            return candidate->body;
    }
    return ESC_NONE;
}

/* What waited is saved below, unless it was itself a handler: the new exception takes its place. */
static void frame_save(EscEngine *engine, EscEscalation *escalation)
{
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_WAIT, 0);
    esc_timer_cancel_kind(engine, escalation, NULL, ESC_TIMER_REMINDER);
    esc_wish_set_resumed(engine, escalation, false);
    if (escalation->frame.bytes == NULL)
        return;
    uint32_t kind = escalation->bundle->program->functions[escalation->frame.function].kind;
    if (kind == ESC_FUNCTION_CATCH) {
        esc_frame_drop(&escalation->frame);
        return;
    }
    esc_frame_drop(&escalation->below);
    escalation->below = escalation->frame;
    escalation->frame = (EscFrame){0};
}

static void fault_tell(EscEngine *engine, EscEscalation *escalation, EscText message)
{
    EscNotice told = {
        .text = esc_turn_printf(engine, "The template of %.*s could not go on: %.*s",
                                ESC_TEXT_ARG(escalation->ticket->id), ESC_TEXT_ARG(message)),
        .is_due = true,
    };
    esc_message_person(engine, escalation, escalation->owner, &told);
}

void esc_exception_raise(EscEngine *engine, EscEscalation *escalation)
{
    EscRaised raised = esc_exception_take(engine, escalation);
    escalation->exceptions++;
    const EscProgram *program = escalation->bundle->program;
    EscText name = program->texts[program->exceptions[raised.exception].name];
    EscText count = esc_turn_printf(engine, "%u", escalation->exceptions);
    engine->turn.emit_place = raised.place;
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_EXCEPTION,
        esc_audit_data(engine, "name", name, "message", raised.message, "count", count, NULL),
        "exception %.*s%s%.*s", ESC_TEXT_ARG(name), raised.message.size > 0 ? ": " : "",
        ESC_TEXT_ARG(raised.message));
    engine->turn.emit_place = ESC_NONE;
    esc_escalation_moment(engine, escalation, ESC_AUDIT_EXCEPTION, name);
    escalation->ticket->updated_at_ms = engine->now_ms;
    esc_ticket_dirty(engine, escalation->ticket);
    frame_save(engine, escalation);
    esc_raised_release(&escalation->raised);
    escalation->raised = raised;
    uint32_t body = catch_find(escalation, raised.exception);
    if (escalation->exceptions > ESC_EXCEPTIONS_PER_ESCALATION_MAX || body == ESC_NONE) {
        esc_escalation_park(engine, escalation,
                            body == ESC_NONE ? "nothing handles its exception"
                                             : "it raised too many exceptions");
        return;
    }
    if (raised.exception == ESC_EXCEPTION_ENGINE_FAULT)
        fault_tell(engine, escalation, raised.message);
    esc_frame_start(engine, escalation, body, NULL, 0);
}

/* --- closing ---------------------------------------------------------------------------------- */

/* Confirmations guard the closing by `close when` only. */
static void confirmations_skip(EscEngine *engine, EscEscalation *escalation)
{
    const EscTemplateRow *row = esc_escalation_template(escalation);
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        const EscCheckRow *check = &escalation->bundle->program->checks[row->checks_first + i];
        if (check->kind == ESC_CHECK_CONFIRMED && check->timing != ESC_TIMING_IN_PLACE &&
            escalation->checks[i] == ESC_CHECK_STATE_PENDING)
            esc_qa_set(engine, escalation, i, ESC_CHECK_STATE_NOT_ASKED, (EscText){0},
                       (EscText){0});
    }
}

void esc_escalation_close_as(EscEngine *engine, EscEscalation *escalation, EscText outcome,
                             bool by_close_when)
{
    esc_wish_forget(engine, escalation);
    escalation->outcome = esc_engine_intern(engine, outcome);
    escalation->is_closed_by_when = by_close_when;
    escalation->state = ESC_STATE_CLOSING;
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_CLOSING, esc_audit_data(engine, "outcome", outcome, NULL),
        "is closing as %.*s; the quality checks are judged", ESC_TEXT_ARG(outcome));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_CLOSING, outcome);
    esc_pages_stop(engine, escalation, (EscText){0});
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_ACK, 0);
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_HOLD, 0);
    if (esc_ticket_is_resolved(engine, escalation->ticket))
        esc_expectations_met(engine, escalation);
    esc_frame_drop(&escalation->below);
    esc_raised_release(&escalation->raised);
    if (!by_close_when)
        confirmations_skip(engine, escalation);
    EscValue entry = {.type = ESC_TYPE(ESC_KIND_TEXT), .text = escalation->outcome};
    esc_frame_start(engine, escalation, esc_escalation_template(escalation)->closing, &entry, 1);
}

void esc_close_when(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->state != ESC_STATE_OPEN || escalation->frame.bytes == NULL)
        return;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    if (row->close_when == 0)
        return;
    EscWorld world = esc_world_of(engine, escalation, row->close_when - 1, false);
    if (esc_cond_holds(&world, NULL))
        esc_escalation_close_as(engine, escalation, ESC_TEXT("resolved"), true);
    else if (world.is_faulty)
        esc_exception_ask(engine, escalation, ESC_EXCEPTION_ENGINE_FAULT,
                          ESC_TEXT("`close when` could not be judged"));
}
