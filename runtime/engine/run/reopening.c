/* reopening.c - a ticket that was resolved is open again. When it is resolved the frames are copied; when it is opened
 * before the escalation is closed they come back, with the time that they had left, and whoever's turn it was begins it
 * anew: a ticket that everybody took for done has nobody who looks at it. */
#include <engine/run.h>

static void copy_make(EscEngine *engine, EscEscalation *escalation)
{
    esc_copy_drop(escalation);
    EscCopy *copy = esc_engine_alloc(sizeof *copy);
    copy->at_ms = engine->now_ms;
    for (uint32_t i = 0; i < escalation->below_count; i++)
        copy->frames[copy->count++] = esc_frame_copy(&escalation->below[i]);
    if (escalation->frame.bytes != NULL)
        copy->frames[copy->count++] = esc_frame_copy(&escalation->frame);
    if (escalation->triage != NULL)
        copy->triage = esc_raised_copy(escalation->triage->frame.raised);
    escalation->copy = copy;
}

/* The resolution has ended the steps, or is closing the escalation. `close as` was somebody's word and stands. */
static bool is_ended(const EscEscalation *escalation)
{
    if (escalation->state == ESC_STATE_CLOSING)
        return escalation->is_closed_by_when;
    const EscWaitRow *wait = esc_frame_wait(escalation);
    return wait == NULL || wait->kind == ESC_WAIT_CLOSE_WHEN;
}

static void frames_back(EscEngine *engine, EscEscalation *escalation)
{
    EscCopy *copy = escalation->copy;
    int64_t away_ms = engine->now_ms - copy->at_ms;
    if (copy->count > 1)
        escalation->below = esc_engine_alloc((ESC_FRAMES_MAX - 1) * sizeof *escalation->below);
    for (uint32_t i = 0; i < copy->count; i++) {
        EscFrame *frame = &copy->frames[i];
        frame->began_ms += away_ms;
        frame->due_ms += away_ms;
        if (i + 1 == copy->count)
            escalation->frame = *frame;
        else
            escalation->below[escalation->below_count++] = *frame;
    }
    copy->count = 0; /* they have moved */
    if (escalation->frame.bytes != NULL)
        esc_frame_timers(engine, escalation, &escalation->frame);
}

static EscText open_again_text(EscEngine *engine, const EscEscalation *escalation)
{
    if (escalation->members_count == 0)
        return esc_turn_printf(engine, "%.*s is open again", ESC_TEXT_ARG(escalation->ticket->id));
    return esc_tickets_text(engine, escalation);
}

static void take_up(EscEngine *engine, EscEscalation *escalation)
{
    esc_triage_withdraw(engine, escalation, "the ticket is open again");
    esc_steps_end(engine, escalation);
    esc_escalation_alarm(engine, escalation, ESC_ALARM_CLOSING, false);
    escalation->state = ESC_STATE_OPEN;
    escalation->outcome = (EscText){0};
    escalation->is_closed_by_when = escalation->is_close_told = false;
    frames_back(engine, escalation);
    EscRaised *asked = escalation->copy->triage;
    escalation->copy->triage = NULL;
    esc_copy_drop(escalation);
    EscText phrase = esc_wait_phrase(engine, escalation), why = open_again_text(engine, escalation);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_TAKEN_UP,
                         esc_audit_data(engine, "for", phrase, NULL),
                         "%.*s: the steps are taken up where they were%s%.*s", ESC_TEXT_ARG(why),
                         esc_words_with(phrase, ", and wait for "), ESC_TEXT_ARG(phrase));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_TAKEN_UP, (EscText){0});
    esc_qa_reopen(engine, escalation);
    esc_role_reopen(engine, escalation);
    if (asked != NULL)
        esc_triage_ask(engine, escalation, asked);
}

bool esc_reopening_look(EscEngine *engine, EscEscalation *escalation)
{
    bool is_resolved = esc_escalation_is_resolved(engine, escalation);
    if (is_resolved == escalation->is_resolved)
        return false;
    escalation->is_resolved = is_resolved;
    escalation->resolved_ms = is_resolved ? engine->now_ms : 0;
    esc_escalation_dirty(engine, escalation);
    if (is_resolved)
        esc_expectations_met(engine, escalation);
    else
        esc_expectations_go_on(engine, escalation);
    if (is_resolved && escalation->state == ESC_STATE_OPEN)
        copy_make(engine, escalation);
    else if (!is_resolved && escalation->copy != NULL && is_ended(escalation))
        take_up(engine, escalation);
    else if (!is_resolved)
        esc_copy_drop(escalation); /* the steps are at work: there is nothing to bring back */
    return true;
}
