/* exceptions.c - exceptions and closing begin. A handler of the author's is pushed on what it interrupts; what has none
 * goes to triage, or is told, and the steps go on but for those that raised it. How they end is in endings.c. */
#include <engine/run.h>

#include <string.h>

/* --- who handles it --------------------------------------------------------------------------- */

static bool is_in_stack(const EscEscalation *escalation, uint32_t body)
{
    bool is_in = escalation->frame.bytes != NULL && escalation->frame.function == body;
    for (uint32_t i = 0; i < escalation->below_count; i++)
        is_in = is_in || escalation->below[i].function == body;
    return is_in;
}

/* The frame has come to its end and only waits for what closes the escalation. */
static bool is_done(const EscEscalation *escalation)
{
    const EscWaitRow *wait = esc_frame_wait(escalation);
    return wait != NULL && wait->kind == ESC_WAIT_CLOSE_WHEN;
}

/* A condition sees the exception that it is about, which no frame has yet. */
static bool handler_takes(EscEngine *engine, EscEscalation *escalation,
                          const EscCatchRow *candidate, EscRaised *raised)
{
    if (candidate->exception != 0 && candidate->exception - 1 != raised->exception)
        return false;
    if (candidate->cond == 0)
        return true;
    EscFrame frame = {.raised = raised};
    EscWorld world = esc_world_of(engine, escalation, candidate->cond - 1, false);
    world.frame = &frame;
    return esc_cond_holds(&world, NULL);
}

/* Named handlers stand before the author's catch-alls, and std.triage behind all: it is no handler. Each stands in the
 * stack once: a handler that is done makes room for itself. ESC_NONE: triage. */
static uint32_t handler_find(EscEngine *engine, EscEscalation *escalation, EscRaised *raised)
{
    const EscProgram *program = escalation->bundle->program;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    for (uint32_t i = 0; i + 1 < row->catches_count; i++) {
        const EscCatchRow *candidate = &program->catches[row->catches_first + i];
        if (!handler_takes(engine, escalation, candidate, raised))
            continue;
        bool is_own_end = is_done(escalation) && escalation->frame.function == candidate->body;
        bool fits = is_own_end || (!is_in_stack(escalation, candidate->body) &&
                                   escalation->below_count + 1 < ESC_FRAMES_MAX);
        return fits ? candidate->body : ESC_NONE;
    }
    return ESC_NONE;
}

static void frame_push(EscEngine *engine, EscEscalation *escalation)
{
    esc_frame_timers_stop(engine, escalation, &escalation->frame);
    esc_wish_set_resumed(engine, escalation, false);
    if (escalation->frame.bytes == NULL)
        return;
    if (escalation->below == NULL)
        escalation->below = esc_engine_alloc((ESC_FRAMES_MAX - 1) * sizeof *escalation->below);
    escalation->below[escalation->below_count++] = escalation->frame;
    escalation->frame = (EscFrame){0};
}

static void handler_start(EscEngine *engine, EscEscalation *escalation, uint32_t body,
                          EscRaised *raised)
{
    if (is_done(escalation) && escalation->frame.function == body) {
        esc_frame_timers_stop(engine, escalation, &escalation->frame);
        esc_frame_drop(&escalation->frame);
    }
    frame_push(engine, escalation);
    escalation->frame.raised = raised;
    esc_frame_start(engine, escalation, &escalation->frame, body, NULL, 0);
}

/* --- who hears of it -------------------------------------------------------------------------- */

/* What nobody handles and nothing else asks about. */
static bool opens_triage(const EscEscalation *escalation, const EscRaised *raised)
{
    if (raised->is_step || raised->exception >= ESC_EXCEPTION_BUILTIN_COUNT)
        return true;
    return raised->exception == ESC_EXCEPTION_ENGINE_FAULT ||
           raised->exception == ESC_EXCEPTION_ROUTING_LOOP ||
           (raised->exception == ESC_EXCEPTION_QA_FAILED && escalation->state == ESC_STATE_CLOSING);
}

static void owner_tell(EscEngine *engine, EscEscalation *escalation, const EscRaised *raised)
{
    const EscProgram *program = escalation->bundle->program;
    if (raised->exception == ESC_EXCEPTION_UNOWNED)
        return; /* the last resort was paged: that is the question */
    EscText name = program->texts[program->exceptions[raised->exception].name];
    EscText what = esc_say(engine, ON_TICKET, name, escalation->ticket->id);
    EscNotice told = {
        .marked =
            esc_turn_printf(engine, "%.*s%s%.*s", ESC_TEXT_ARG(what),
                            esc_words_with(raised->message, ": "), ESC_TEXT_ARG(raised->message)),
        .is_due = true,
    };
    esc_message_person(engine, escalation, escalation->owner, &told);
}

/* " (sla_overdue, sla.esc:33)": the template and its line, where one is at work. */
static EscText where_text(EscEngine *engine, const EscEscalation *escalation)
{
    EscText place = esc_place_text(engine, escalation);
    return place.size == 0
               ? (EscText){0}
               : esc_turn_printf(engine, " (%.*s, %.*s)", ESC_TEXT_ARG(escalation->template_name),
                                 ESC_TEXT_ARG(place));
}

static void exception_record(EscEngine *engine, EscEscalation *escalation, const EscRaised *raised)
{
    const EscProgram *program = escalation->bundle->program;
    EscText name = program->texts[program->exceptions[raised->exception].name];
    EscText count = esc_turn_printf(engine, "%u", ++escalation->exceptions);
    engine->turn.emit_place = raised->place;
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_EXCEPTION,
        esc_audit_data(engine, "name", name, "message", raised->message, "count", count, NULL),
        "exception %.*s%s%.*s%.*s", ESC_TEXT_ARG(name), esc_words_with(raised->message, ": "),
        ESC_TEXT_ARG(raised->message), ESC_TEXT_ARG(where_text(engine, escalation)));
    engine->turn.emit_place = ESC_NONE;
    esc_escalation_moment(engine, escalation, ESC_AUDIT_EXCEPTION, name);
    escalation->ticket->updated_at_ms = engine->now_ms;
    esc_ticket_dirty(engine, escalation->ticket);
}

void esc_exception_raise(EscEngine *engine, EscEscalation *escalation)
{
    EscRaised *raised = esc_exception_take(engine, escalation);
    exception_record(engine, escalation, raised);
    uint32_t body = handler_find(engine, escalation, raised);
    if (body != ESC_NONE) {
        handler_start(engine, escalation, body, raised);
    } else if (opens_triage(escalation, raised)) {
        escalation->frame.is_held =
            escalation->frame.is_held || (raised->is_step && escalation->frame.bytes != NULL);
        esc_triage_ask(engine, escalation, raised);
    } else {
        owner_tell(engine, escalation, raised);
        esc_raised_free(raised);
    }
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

static void closing_start(EscEngine *engine, EscEscalation *escalation)
{
    EscValue entry = {.type = ESC_TYPE(ESC_KIND_TEXT), .text = escalation->outcome};
    esc_frame_start(engine, escalation, &escalation->frame,
                    esc_escalation_template(escalation)->closing, &entry, 1);
}

void esc_escalation_close_as(EscEngine *engine, EscEscalation *escalation, EscText outcome,
                             bool by_close_when)
{
    esc_wish_close(engine, escalation);
    esc_qa_closing(escalation);
    escalation->outcome = esc_engine_intern(engine, outcome);
    escalation->is_closed_by_when = by_close_when;
    escalation->state = ESC_STATE_CLOSING;
    esc_escalation_alarm(engine, escalation, ESC_ALARM_PARKED, false);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_CLOSING, esc_audit_data(engine, "outcome", outcome, NULL),
        "is closing as %.*s; the quality checks are judged", ESC_TEXT_ARG(outcome));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_CLOSING, outcome);
    esc_triage_withdraw(engine, escalation, "the escalation is closing");
    esc_offer_withdraw(engine, escalation, ESC_SAYING(OFFER_OVER));
    esc_pages_stop(engine, escalation, (EscText){0});
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_ACK, 0);
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_HOLD, 0);
    esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_SHIFT, 0);
    if (esc_escalation_is_resolved(engine, escalation))
        esc_expectations_met(engine, escalation);
    esc_steps_end(engine, escalation);
    if (!by_close_when)
        confirmations_skip(engine, escalation);
    closing_start(engine, escalation);
}

/* The code waited for its checks twice, and asked in between: it begins anew, and whoever watches is told. */
void esc_closing_again(EscEngine *engine, EscEscalation *escalation)
{
    esc_wish_of(engine, escalation)->is_closing_again = false;
    esc_escalation_alarm(engine, escalation, ESC_ALARM_CLOSING, true);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_ALARM, (EscText){0},
                         "alarm: the quality checks have not passed for long; %.*s owns it",
                         ESC_TEXT_ARG(escalation->owner));
    closing_start(engine, escalation);
}

/* An escalation whose steps a person ended, and that nothing else closes, ends with its ticket. */
static bool ends_with_ticket(const EscEngine *engine, const EscEscalation *escalation)
{
    return escalation->frame.bytes == NULL && esc_escalation_is_resolved(engine, escalation);
}

void esc_close_when(EscEngine *engine, EscEscalation *escalation)
{
    if (escalation->state != ESC_STATE_OPEN && escalation->state != ESC_STATE_PARKED)
        return;
    if (escalation->bundle == NULL) { /* only a person knows more, or the ticket */
        if (esc_escalation_is_resolved(engine, escalation)) {
            escalation->outcome = ESC_TEXT("resolved");
            esc_escalation_closed(engine, escalation);
        }
        return;
    }
    const EscTemplateRow *row = esc_escalation_template(escalation);
    if (row->close_when == 0) {
        if (ends_with_ticket(engine, escalation))
            esc_escalation_close_as(engine, escalation, ESC_TEXT("resolved"), true);
        return;
    }
    EscWorld world = esc_world_of(engine, escalation, row->close_when - 1, false);
    if (esc_cond_holds(&world, NULL))
        esc_escalation_close_as(engine, escalation, ESC_TEXT("resolved"), true);
    else if (world.is_faulty)
        (void)esc_exception_ask_once(engine, escalation, ESC_EXCEPTION_ENGINE_FAULT,
                                     ESC_SAYING(CLOSE_NOT_JUDGED));
}
