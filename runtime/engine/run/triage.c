/* triage.c - what nobody handles is asked about beside the steps: std.triage runs in a frame of its own, one at a time.
 *
 * Its question stays open until somebody answers, or the escalation closes. Nobody is relieved of anything by it: who
 * has acknowledged keeps the ticket, and the chain's deadlines stand. */
#include <engine/run.h>

#define ASKED_AGAIN_MS ESC_HOUR_MS /* the last resort's time, behind which an alarm stands */

static EscText exception_name(const EscEscalation *escalation, const EscRaised *raised)
{
    const EscProgram *program = escalation->bundle->program;
    return program->texts[program->exceptions[raised->exception].name];
}

/* --- it is asked ------------------------------------------------------------------------------ */

/* Another exception while the question is open: told, and not asked again. */
static void triage_add(EscEngine *engine, EscEscalation *escalation, const EscRaised *raised)
{
    EscTriage *triage = escalation->triage;
    EscText name = exception_name(escalation, raised);
    if (triage->more_count < ESC_TRIAGE_NAMES_MAX)
        triage->more[triage->more_count++] = esc_engine_intern(engine, name);
    else
        triage->unnamed_count++;
    EscText count = esc_turn_printf(engine, "%u", triage->more_count + triage->unnamed_count);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_TRIAGE_ADDED,
                         esc_audit_data(engine, "name", name, "more", count, NULL),
                         "triage is open already: %.*s is added to its question",
                         ESC_TEXT_ARG(name));
    EscText what =
        esc_turn_printf(engine, "%.*s%s%.*s", ESC_TEXT_ARG(name),
                        esc_words_with(raised->message, ": "), ESC_TEXT_ARG(raised->message));
    EscNotice told = {
        .marked = esc_say(engine, ALSO, escalation->ticket->id, what,
                          exception_name(escalation, triage->frame.raised)),
    };
    esc_message_person(engine, escalation, escalation->owner, &told);
}

static const char *held_text(const EscEscalation *escalation, const EscRaised *raised)
{
    if (escalation->state == ESC_STATE_CLOSING)
        return "the closing waits";
    return raised->is_step ? "the steps are held at their place" : "the steps go on";
}

void esc_triage_ask(EscEngine *engine, EscEscalation *escalation, EscRaised *raised)
{
    if (escalation->triage != NULL) {
        triage_add(engine, escalation, raised);
        esc_raised_free(raised);
        return;
    }
    const EscTemplateRow *row = esc_escalation_template(escalation);
    uint32_t body =
        escalation->bundle->program->catches[row->catches_first + row->catches_count - 1].body;
    escalation->triage = esc_engine_alloc(sizeof *escalation->triage);
    escalation->triage->frame.raised = raised;
    esc_audit_escalation(engine, escalation, ESC_AUDIT_TRIAGE,
                         esc_audit_data(engine, "name", exception_name(escalation, raised), NULL),
                         "nothing handles %.*s: %.*s is asked, and %s",
                         ESC_TEXT_ARG(exception_name(escalation, raised)),
                         ESC_TEXT_ARG(escalation->owner), held_text(escalation, raised));
    esc_frame_start(engine, escalation, &escalation->triage->frame, body, NULL, 0);
}

/* --- nobody answers --------------------------------------------------------------------------- */

/* The same question to somebody else; an answer to either is an answer. */
static void question_ask_also(EscEngine *engine, EscEscalation *escalation, EscRef ref)
{
    const EscFrame *frame = &escalation->triage->frame;
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    EscText text = frame->question->text,
            facts = esc_raised_lines(engine, escalation, frame->raised);
    EscText since =
        esc_say(engine, UNANSWERED, esc_local_time(engine, frame->began_ms), escalation->owner);
    EscText asked = esc_turn_printf(engine, "%.*s%.*s\n%.*s", ESC_TEXT_ARG(text),
                                    ESC_TEXT_ARG(facts), ESC_TEXT_ARG(since));
    EscNotice message = {
        .marked = esc_said(engine, asked, esc_workspace_reads(engine)), /* as the question is */
        .question = text,
        .has_answers = true,
        .answers = esc_answers_of(engine, escalation->bundle->program, wait),
        .answers_count = wait->answers_count,
        .question_number = frame->question->number,
        .due_ms = engine->now_ms + ASKED_AGAIN_MS,
    };
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_ASKED, esc_audit_data(engine, "question", text, NULL),
        "nobody has answered, and the last resort is asked: \"%.*s\"", ESC_TEXT_ARG(text));
    esc_message_ref(engine, escalation, ref, &message);
}

/* The last resort may take it now as well. */
static void triage_widen(EscEngine *engine, EscEscalation *escalation)
{
    EscTask *task = esc_task_find(engine, escalation->id, escalation->triage->frame.question->task);
    EscPeople people;
    esc_people_resort(engine, &people);
    if (task != NULL)
        esc_task_candidates(engine, task, people.names, people.count);
}

bool esc_triage_overdue(EscEngine *engine, EscEscalation *escalation)
{
    EscTriage *triage = escalation->triage;
    if (triage == NULL || triage->frame.question == NULL ||
        triage->frame.question->kind != ESC_QUESTION_ASK)
        return false;
    triage->asked_again++;
    if (triage->asked_again == 1) {
        question_ask_also(engine, escalation, ESC_REF(ESC_REF_ROLE, 3));
        triage->frame.due_ms = engine->now_ms + ASKED_AGAIN_MS;
        esc_frame_timers(engine, escalation, &triage->frame);
        triage_widen(engine, escalation);
        return true;
    }
    EscText name = exception_name(escalation, triage->frame.raised);
    esc_escalation_alarm(engine, escalation, ESC_ALARM_TRIAGE, true);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_ALARM, esc_audit_data(engine, "name", name, NULL),
        "alarm: nobody answers triage of %.*s; the question stays open", ESC_TEXT_ARG(name));
    return true;
}

/* --- it is answered --------------------------------------------------------------------------- */

static void held_release(EscEngine *engine, EscEscalation *escalation)
{
    for (uint32_t i = 0; i < escalation->below_count; i++)
        escalation->below[i].is_held = false;
    if (!escalation->frame.is_held)
        return;
    escalation->frame.is_held = false;
    esc_wish_set_resumed(engine, escalation, true);
}

void esc_triage_end(EscEngine *engine, EscEscalation *escalation)
{
    EscTriage *triage = escalation->triage;
    bool goes_on = triage->end == ESC_TRIAGE_GO_ON,
         is_closing = escalation->state == ESC_STATE_CLOSING;
    EscText by = triage->by, reason = triage->reason;
    EscText name = exception_name(escalation, triage->frame.raised);
    const char *what = goes_on ? (is_closing ? "the checks are judged again" : "the steps go on")
                               : (is_closing ? "the checks that failed are overridden"
                                             : "the steps end, and people go on by hand");
    esc_frame_timers_stop(engine, escalation, &triage->frame);
    esc_triage_drop(escalation);
    esc_escalation_alarm(engine, escalation, ESC_ALARM_TRIAGE, false);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_TRIAGE_OVER,
                         esc_audit_data(engine, "name", name, "answer",
                                        goes_on ? ESC_TEXT("go on") : ESC_TEXT("by hand"), "by", by,
                                        NULL),
                         "triage of %.*s is over: %s", ESC_TEXT_ARG(name), what);
    if (is_closing && goes_on)
        esc_qa_again(engine, escalation);
    else if (is_closing)
        esc_qa_override(engine, escalation, by, reason);
    else if (!goes_on)
        esc_steps_end(engine, escalation);
    if (goes_on)
        held_release(engine, escalation);
    if (is_closing && escalation->frame.bytes == NULL) /* a fault of ours has ended it */
        esc_wish_of(engine, escalation)->is_closing_again = true;
}
