/* actions.c - what people do: acknowledge, resolve, hand off, answer, approve, confirm, override, start, be
 * away. An action is checked in full before it changes anything; one that comes too late is accepted as a no-op. */
#include <engine/flow.h>

#include <stdlib.h>
#include <string.h>

/* An action with what it is about, found once. */
typedef struct Deed {
    EscEngine *engine;
    const EscAction *action;
    EscEscalation *escalation; /* NULL when the verb needs none */
    EscTicket *ticket;
    EscText
        actor; /* the action's: whoever keeps it interns it, so that a name that is refused does not stay */
    EscWhy *why;
} Deed;

const char *esc_verb_name(EscVerb verb)
{
    static const char *const names[ESC_VERB_COUNT] = {
        [ESC_VERB_ACK] = "ack",         [ESC_VERB_RESOLVE] = "resolve",
        [ESC_VERB_HANDOFF] = "handoff", [ESC_VERB_ANSWER] = "answer",
        [ESC_VERB_APPROVE] = "approve", [ESC_VERB_REJECT] = "reject",
        [ESC_VERB_CONFIRM] = "confirm", [ESC_VERB_OVERRIDE] = "override",
        [ESC_VERB_START] = "start",     [ESC_VERB_ABSENT] = "absent",
        [ESC_VERB_PRESENT] = "present",
    };
    return verb < ESC_VERB_COUNT ? names[verb] : "unknown";
}

static void note(EscEngine *engine, EscText text)
{
    text = esc_utf8_cut(text, ESC_NOTE_BYTES_MAX - 1);
    memcpy(engine->turn.outcome->note, text.data, text.size);
    engine->turn.outcome->note[text.size] = '\0';
}

/* ": the reason that they gave", behind a sentence. */
static EscText reason_tail(const Deed *deed)
{
    EscText reason = deed->action->reason;
    return reason.size == 0 ? (EscText){0}
                            : esc_turn_printf(deed->engine, ": %.*s", ESC_TEXT_ARG(reason));
}

static EscStatus noop_text(Deed *deed, EscText because)
{
    EscEngine *engine = deed->engine;
    engine->turn.outcome->is_noop = true;
    note(engine, because);
    EscText verb = esc_text_from(esc_verb_name(deed->action->verb));
    if (deed->escalation != NULL && esc_escalation_is_open(deed->escalation))
        esc_audit_escalation(
            engine, deed->escalation, ESC_AUDIT_IGNORED,
            esc_audit_data(engine, "verb", verb, "reason", deed->action->reason, NULL),
            "%.*s by %.*s changed nothing: %.*s", ESC_TEXT_ARG(verb), ESC_TEXT_ARG(deed->actor),
            ESC_TEXT_ARG(because));
    return ESC_OK;
}

static EscStatus noop(Deed *deed, const char *because)
{
    return noop_text(deed, esc_text_from(because));
}

static EscText ended_text(EscEngine *engine, uint64_t id, EscText outcome, int64_t at_ms)
{
    return esc_turn_printf(engine, "E-%llu was closed as %.*s at %.*s", (unsigned long long)id,
                           ESC_TEXT_ARG(outcome), ESC_TEXT_ARG(esc_local_time(engine, at_ms)));
}

static EscText closed_text(const Deed *deed)
{
    const EscEscalation *escalation = deed->escalation;
    return ended_text(deed->engine, escalation->id, escalation->outcome, escalation->closed_at_ms);
}

void esc_engine_note_closed(EscEngine *engine, const EscEscalationRow *row, EscOutcome *outcome)
{
    EscText text = ended_text(engine, row->id, row->outcome, row->closed_at_ms);
    text = esc_utf8_cut(text, ESC_NOTE_BYTES_MAX - 1);
    memcpy(outcome->note, text.data, text.size);
    outcome->note[text.size] = '\0';
}

/* --- which escalation ------------------------------------------------------------------------- */

static bool is_unanswered(const EscQuestion *question)
{
    return question->kind == ESC_QUESTION_ASK ? question->answer == 0 : !question->is_rejected;
}

/* The number of an answer + 1; 0: the question of the frame has none of that name. */
static uint32_t answer_find(const EscEscalation *escalation, const EscFrame *frame, EscText name)
{
    const EscProgram *program = escalation->bundle->program;
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    for (uint32_t i = 0; wait != NULL && i < wait->answers_count; i++) {
        if (esc_text_equal(program->texts[program->answers[wait->answers_first + i].name], name))
            return i + 1;
    }
    return 0;
}

/* The frame whose open question is meant: with an answer, the first that has it; NULL when nothing is asked. What is
 * below the topmost frame can be answered too: it counts when that frame goes on. */
static EscFrame *question_find(EscEscalation *escalation, EscQuestionKind kind, EscText answer)
{
    EscFrame *frame = NULL, *first = NULL;
    if (escalation->bundle == NULL || escalation->state == ESC_STATE_PARKED)
        return NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, false, &at)) != NULL;) {
        const EscQuestion *question = frame->question;
        if (question == NULL || question->kind != kind || !is_unanswered(question))
            continue;
        if (answer.size > 0 && answer_find(escalation, frame, answer) > 0)
            return frame;
        first = first == NULL ? frame : first;
    }
    return first;
}

/* A check that a person can settle. */
static bool has_check(EscEngine *engine, EscEscalation *escalation, const EscAction *action)
{
    uint32_t check = 0;
    if (escalation->bundle == NULL ||
        esc_qa_find(engine, escalation, action->target, action->verb == ESC_VERB_CONFIRM, &check,
                    NULL) != ESC_OK)
        return false;
    uint8_t state = escalation->checks[check];
    return state == ESC_CHECK_STATE_PENDING || state == ESC_CHECK_STATE_FAILED;
}

/* Whether the verb has something to do there; decides which escalation of a ticket is meant. */
static bool is_meant(EscEngine *engine, EscEscalation *escalation, const EscAction *action)
{
    switch (action->verb) {
    case ESC_VERB_ACK:
        return !escalation->is_acked;
    case ESC_VERB_ANSWER:
        return question_find(escalation, ESC_QUESTION_ASK, (EscText){0}) != NULL;
    case ESC_VERB_APPROVE:
    case ESC_VERB_REJECT:
        return question_find(escalation, ESC_QUESTION_APPROVE, (EscText){0}) != NULL;
    case ESC_VERB_CONFIRM:
    case ESC_VERB_OVERRIDE:
        return has_check(engine, escalation, action);
    default:
        return true;
    }
}

/* What these do to a ticket is one thing, however many escalations it has. */
static bool is_about_ticket(EscVerb verb)
{
    return verb == ESC_VERB_RESOLVE || verb == ESC_VERB_START;
}

/* The escalation of the deed's ticket that the action fits. Nobody guesses which of two a person means. */
static EscStatus escalation_of_ticket(Deed *deed)
{
    EscEscalation *second = NULL;
    const EscTicket *ticket = deed->ticket;
    for (size_t i = 0; i < ticket->open_count; i++) {
        if (!is_meant(deed->engine, ticket->open[i], deed->action))
            continue;
        if (deed->escalation == NULL)
            deed->escalation = ticket->open[i];
        else if (second == NULL)
            second = ticket->open[i];
    }
    if (second != NULL && !is_about_ticket(deed->action->verb))
        return esc_why(deed->why, ESC_CONFLICT, "", 0,
                       "%s could mean E-%llu or E-%llu of \"%.*s\": name the escalation",
                       esc_verb_name(deed->action->verb), (unsigned long long)deed->escalation->id,
                       (unsigned long long)second->id, ESC_TEXT_ARG(esc_utf8_cut(ticket->id, 100)));
    if (deed->escalation == NULL && ticket->open_count > 0)
        deed->escalation = ticket->open[0];
    if (deed->escalation == NULL && !is_about_ticket(deed->action->verb))
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "the ticket \"%.*s\" has no open escalation",
                       ESC_TEXT_ARG(esc_utf8_cut(ticket->id, 100)));
    return ESC_OK;
}

static EscStatus escalation_of(Deed *deed)
{
    EscEngine *engine = deed->engine;
    const EscAction *action = deed->action;
    if (action->escalation != 0) {
        deed->escalation = esc_escalation_find(engine, action->escalation);
        if (deed->escalation != NULL)
            deed->ticket = deed->escalation->ticket;
        else if (!esc_escalation_was(engine, action->escalation))
            return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "there is no escalation E-%llu",
                           (unsigned long long)action->escalation);
        return ESC_OK;
    }
    deed->ticket = esc_ticket_find(engine, action->ticket);
    if (deed->ticket == NULL)
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "there is no ticket \"%.*s\"",
                       ESC_TEXT_ARG(esc_utf8_cut(action->ticket, 100)));
    return escalation_of_ticket(deed);
}

/* --- the checks' and the closing's side ------------------------------------------------------- */

/* "ana has it (primary) since 2026-01-05 09:01": for who comes too late. */
static EscText holder_text(EscEngine *engine, const EscEscalation *escalation)
{
    return esc_turn_printf(engine, "%.*s has it (%s) and has acknowledged it",
                           ESC_TEXT_ARG(escalation->owner), esc_role_name(escalation->role));
}

static EscStatus do_ack(Deed *deed)
{
    EscEngine *engine = deed->engine;
    EscStatus status = esc_role_check_ack(engine, deed->escalation, deed->actor, deed->why);
    if (status != ESC_OK)
        return status;
    if (!esc_escalation_is_open(deed->escalation))
        return noop_text(deed, closed_text(deed));
    engine->turn.reason = deed->action->reason;
    bool is_taken = esc_role_ack(engine, deed->escalation, deed->actor);
    engine->turn.reason = (EscText){0};
    if (!is_taken)
        return deed->escalation->is_acked
                   ? noop_text(deed, holder_text(engine, deed->escalation))
                   : noop(deed, "they have acknowledged it, and others still have to");
    if (deed->escalation->is_acked)
        esc_qa_acked(engine, deed->escalation);
    return ESC_OK;
}

/* Who is accountable and answers, approves, rejects, confirms or hands over has noticed it. */
static bool owner_acks(Deed *deed)
{
    EscEscalation *escalation = deed->escalation;
    bool is_passing = deed->action->verb == ESC_VERB_HANDOFF &&
                      !esc_text_equal(deed->action->target, deed->actor);
    if (!esc_escalation_is_open(escalation) || escalation->is_acked ||
        !esc_text_equal(escalation->owner, deed->actor))
        return false;
    if (is_passing ? !esc_role_ack_passing(deed->engine, escalation, deed->actor)
                   : !esc_role_ack(deed->engine, escalation, deed->actor))
        return false;
    if (escalation->is_acked)
        esc_qa_acked(deed->engine, escalation);
    return true;
}

static EscStatus do_resolve(Deed *deed)
{
    EscEngine *engine = deed->engine;
    if (!esc_person_known(engine, deed->actor))
        return esc_why(deed->why, ESC_FORBIDDEN, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(deed->actor, 64)));
    /* An old button: after a restart a closed escalation is not there at all, so it must not resolve its ticket now. */
    if (deed->action->escalation != 0 && !esc_escalation_is_open(deed->escalation))
        return noop_text(deed, closed_text(deed));
    if (esc_ticket_is_resolved(engine, deed->ticket))
        return noop(deed, "the ticket is resolved already");
    esc_ticket_remember(engine, deed->ticket, false);
    engine->turn.is_taking = true;
    esc_ticket_set_resolved(engine, deed->ticket, "resolved", true);
    engine->turn.is_taking = false;
    esc_audit_ticket(engine, deed->ticket, ESC_AUDIT_RESOLVED,
                     esc_audit_data(engine, "reason", deed->action->reason, NULL),
                     "%.*s resolved %.*s%.*s", ESC_TEXT_ARG(deed->actor),
                     ESC_TEXT_ARG(deed->ticket->id), ESC_TEXT_ARG(reason_tail(deed)));
    esc_event_internal(engine, deed->ticket, ESC_EVENT_TICKET_RESOLVED, NULL, 0);
    return ESC_OK;
}

static EscStatus reason_check(const Deed *deed)
{
    if (deed->action->reason.size == 0)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "%s needs a reason",
                       esc_verb_name(deed->action->verb));
    if (deed->action->reason.size > ESC_REASON_BYTES_MAX)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "a reason has at most %d bytes",
                       ESC_REASON_BYTES_MAX);
    return ESC_OK;
}

/* Who was accountable and is not any more has nothing to hand over, but may take it back. */
static EscStatus giver_check(Deed *deed)
{
    const EscEscalation *escalation = deed->escalation;
    EscPeople people;
    esc_turn_people(deed->engine, deed->escalation, &people);
    if (esc_text_equal(escalation->owner, deed->actor) || esc_people_has(&people, deed->actor) ||
        esc_text_equal(deed->action->target, deed->actor))
        return ESC_OK;
    for (size_t i = 0; i < escalation->formers_count; i++) {
        if (esc_text_equal(escalation->formers[i].person, deed->actor))
            return esc_why(deed->why, ESC_CONFLICT, "", 0,
                           "%.*s is accountable for E-%llu now: %.*s has nothing to hand over",
                           ESC_TEXT_ARG(escalation->owner), (unsigned long long)escalation->id,
                           ESC_TEXT_ARG(deed->actor));
    }
    return ESC_OK;
}

static EscStatus handoff_check(Deed *deed, EscRef *to)
{
    const EscAction *action = deed->action;
    EscStatus status = reason_check(deed);
    if (status != ESC_OK)
        return status;
    *to = esc_ref_named(deed->engine->schema.current->program, action->target);
    if (*to == 0)
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "\"%.*s\" is no person, team or schedule",
                       ESC_TEXT_ARG(esc_utf8_cut(action->target, 64)));
    if (action->within_ms < 0 || action->within_ms > ESC_DEADLINE_MAX_MS ||
        action->expect >= ESC_EXPECT_COUNT)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "the expectation's time is out of range");
    if (deed->escalation->state == ESC_STATE_CLOSED)
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "%.*s", ESC_TEXT_ARG(closed_text(deed)));
    return giver_check(deed);
}

/* Nothing was changed yet: there is nobody to hand it to. */
static EscStatus nobody_there(Deed *deed)
{
    EscText target = deed->action->target;
    int64_t until_ms = esc_person_absent_until(deed->engine, target);
    if (until_ms == 0)
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "%.*s has nobody who is there now",
                       ESC_TEXT_ARG(target));
    return esc_why(deed->why, ESC_CONFLICT, "", 0,
                   "%.*s is away until %.*s: hand it to somebody who is there",
                   ESC_TEXT_ARG(target), ESC_TEXT_ARG(esc_local_time(deed->engine, until_ms)));
}

static void handoff_end(Deed *deed, EscHandoffEnd end)
{
    EscEngine *engine = deed->engine;
    switch (end) {
    case ESC_HANDOFF_NOTHING:
        engine->turn.outcome->is_noop = true;
        note(engine,
             esc_turn_printf(engine, "%.*s has it already", ESC_TEXT_ARG(deed->escalation->owner)));
        break;
    case ESC_HANDOFF_LIMITED:
        engine->turn.outcome->is_refused = true;
        note(engine, ESC_TEXT("the policy allows no more hand-offs of this ticket now"));
        break;
    case ESC_HANDOFF_DONE:
        break;
    }
}

static EscStatus do_handoff(Deed *deed)
{
    EscEngine *engine = deed->engine;
    const EscAction *action = deed->action;
    EscRef to = 0;
    EscStatus status = handoff_check(deed, &to);
    if (status != ESC_OK)
        return status;
    const EscHandoff handoff = {
        .bundle = engine->schema.current,
        .to = to,
        .reason = action->reason,
        .expect = action->expect,
        .within_ms = action->within_ms,
        .is_by_person = true,
    };
    if (!esc_handoff_is_possible(engine, deed->escalation, &handoff))
        return nobody_there(deed);
    bool has_acked = owner_acks(deed);
    handoff_end(deed, esc_role_handoff(engine, deed->escalation, &handoff));
    if (has_acked && deed->escalation->is_acked) /* nothing moved: then nobody is called on */
        esc_pages_stop(engine, deed->escalation, (EscText){0});
    if (owner_acks(deed) || has_acked) /* who takes it has noticed it, too */
        engine->turn.outcome->is_noop = false;
    return ESC_OK;
}

/* --- questions -------------------------------------------------------------------------------- */

/* Those who were asked, whoever is accountable now, and the last resort may answer. */
static bool may_answer(Deed *deed, const EscQuestion *question)
{
    EscEngine *engine = deed->engine;
    EscEscalation *escalation = deed->escalation;
    EscPeople people;
    esc_people_find(engine, escalation, escalation->ticket, escalation->bundle, question->ref,
                    &people);
    if (esc_people_has(&people, deed->actor))
        return true;
    if (question->kind == ESC_QUESTION_APPROVE)
        return false;
    esc_people_find(engine, escalation, escalation->ticket, escalation->bundle,
                    ESC_REF(ESC_REF_ROLE, 3), &people);
    return esc_text_equal(escalation->owner, deed->actor) || esc_people_has(&people, deed->actor);
}

/* *question is NULL behind ESC_OK for an old button. *frame (may be NULL): whose question it is. */
static EscStatus question_check(Deed *deed, EscQuestionKind kind, EscQuestion **question,
                                const EscFrame **frame)
{
    EscFrame *found = question_find(deed->escalation, kind, deed->action->target);
    *question = found == NULL ? NULL : found->question;
    if (frame != NULL)
        *frame = found;
    if (found == NULL)
        return ESC_OK;
    if (!may_answer(deed, *question))
        return esc_why(deed->why, ESC_FORBIDDEN, "", 0, "%.*s was not asked",
                       ESC_TEXT_ARG(esc_utf8_cut(deed->actor, 64)));
    return ESC_OK;
}

static EscStatus do_answer(Deed *deed)
{
    EscEngine *engine = deed->engine;
    EscEscalation *escalation = deed->escalation;
    EscQuestion *question = NULL;
    const EscFrame *frame = NULL;
    EscStatus status = question_check(deed, ESC_QUESTION_ASK, &question, &frame);
    if (status != ESC_OK)
        return status;
    if (question == NULL)
        return noop(deed, "the question is not open any more");
    EscText name = deed->action->target;
    uint32_t answer = answer_find(escalation, frame, name);
    if (answer == 0)
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "the question has no answer \"%.*s\"",
                       ESC_TEXT_ARG(esc_utf8_cut(name, 64)));
    question->answer = answer;
    question->by = esc_engine_intern(engine, deed->actor);
    question->reason = esc_text_own(deed->action->reason);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_ANSWERED,
                         esc_audit_data(engine, "answer", name, "question", question->text,
                                        "reason", deed->action->reason, NULL),
                         "%.*s answered %.*s to \"%.*s\"%.*s", ESC_TEXT_ARG(deed->actor),
                         ESC_TEXT_ARG(name), ESC_TEXT_ARG(question->text),
                         ESC_TEXT_ARG(reason_tail(deed)));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_ANSWERED, deed->actor);
    (void)owner_acks(deed);
    return ESC_OK;
}

/* An approval is a second look: not by whoever asked for the thing, be it through a template that started this one. */
static EscStatus starter_check(const Deed *deed)
{
    EscText starter = esc_escalation_starter(deed->escalation);
    if (starter.size == 0 || !esc_text_equal(starter, deed->actor))
        return ESC_OK;
    return esc_why(deed->why, ESC_FORBIDDEN, "", 0,
                   "%.*s started E-%llu, and nobody approves what they started themselves",
                   ESC_TEXT_ARG(esc_utf8_cut(deed->actor, 64)),
                   (unsigned long long)deed->escalation->id);
}

static EscStatus do_approve(Deed *deed)
{
    EscEngine *engine = deed->engine;
    EscQuestion *question = NULL;
    EscStatus status = question_check(deed, ESC_QUESTION_APPROVE, &question, NULL);
    if (status == ESC_OK && question != NULL)
        status = starter_check(deed);
    if (status != ESC_OK)
        return status;
    if (question == NULL || question->is_rejected)
        return noop(deed, "no approval is waited for any more");
    for (uint32_t i = 0; i < question->approvers_count; i++) {
        if (esc_text_equal(question->approvers[i], deed->actor))
            return noop(deed, "it was approved by the same person before");
    }
    if (question->approvers_count == ESC_OWNERS_MAX)
        return noop(deed, "more approvals than can be counted");
    question->approvers[question->approvers_count++] = esc_engine_intern(deed->engine, deed->actor);
    EscText have = esc_turn_printf(engine, "%u", question->approvers_count),
            need = esc_turn_printf(engine, "%u", question->needed);
    esc_audit_escalation(engine, deed->escalation, ESC_AUDIT_APPROVED,
                         esc_audit_data(engine, "have", have, "need", need, "question",
                                        question->text, "reason", deed->action->reason, NULL),
                         "%.*s approved \"%.*s\", %.*s of %.*s%.*s", ESC_TEXT_ARG(deed->actor),
                         ESC_TEXT_ARG(question->text), ESC_TEXT_ARG(have), ESC_TEXT_ARG(need),
                         ESC_TEXT_ARG(reason_tail(deed)));
    esc_escalation_moment(engine, deed->escalation, ESC_AUDIT_APPROVED, deed->actor);
    (void)owner_acks(deed);
    return ESC_OK;
}

static EscStatus do_reject(Deed *deed)
{
    EscEngine *engine = deed->engine;
    EscStatus status = reason_check(deed);
    EscQuestion *question = NULL;
    if (status == ESC_OK)
        status = question_check(deed, ESC_QUESTION_APPROVE, &question, NULL);
    if (status != ESC_OK)
        return status;
    if (question == NULL || question->is_rejected)
        return noop(deed, "no approval is waited for any more");
    question->is_rejected = true;
    esc_audit_escalation(
        engine, deed->escalation, ESC_AUDIT_REJECTED,
        esc_audit_data(engine, "question", question->text, "reason", deed->action->reason, NULL),
        "%.*s rejected \"%.*s\": %.*s", ESC_TEXT_ARG(deed->actor), ESC_TEXT_ARG(question->text),
        ESC_TEXT_ARG(deed->action->reason));
    esc_escalation_moment(engine, deed->escalation, ESC_AUDIT_REJECTED, deed->actor);
    (void)owner_acks(deed);
    return ESC_OK;
}

static EscStatus do_check(Deed *deed, bool is_confirm)
{
    EscEngine *engine = deed->engine;
    EscEscalation *escalation = deed->escalation;
    if (escalation->bundle == NULL)
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "E-%llu is parked: its checks are not known",
                       (unsigned long long)escalation->id);
    uint32_t check = 0;
    EscStatus status =
        esc_qa_find(engine, escalation, deed->action->target, is_confirm, &check, deed->why);
    if (status == ESC_CONFLICT && escalation->state == ESC_STATE_CLOSED)
        return noop_text(deed, closed_text(deed));
    if (status != ESC_OK)
        return status;
    uint8_t state = escalation->checks[check];
    if (escalation->state == ESC_STATE_CLOSED ||
        (state != ESC_CHECK_STATE_PENDING && state != ESC_CHECK_STATE_FAILED))
        return noop(deed, "the check is not open any more");
    esc_qa_set(engine, escalation, check,
               is_confirm ? ESC_CHECK_STATE_PASSED : ESC_CHECK_STATE_OVERRIDDEN, deed->actor,
               deed->action->reason);
    esc_escalation_moment(engine, escalation,
                          is_confirm ? ESC_AUDIT_CHECK_PASSED : ESC_AUDIT_CHECK_OVERRIDDEN,
                          deed->actor);
    if (is_confirm)
        (void)owner_acks(deed);
    return ESC_OK;
}

static EscStatus do_confirm(Deed *deed)
{
    if (!esc_person_known(deed->engine, deed->actor))
        return esc_why(deed->why, ESC_FORBIDDEN, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(deed->actor, 64)));
    return do_check(deed, true);
}

static EscStatus do_override(Deed *deed)
{
    if (!esc_person_known(deed->engine, deed->actor))
        return esc_why(deed->why, ESC_FORBIDDEN, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(deed->actor, 64)));
    EscStatus status = reason_check(deed);
    return status == ESC_OK ? do_check(deed, false) : status;
}

/* --- starting, being away --------------------------------------------------------------------- */

static EscStatus do_start(Deed *deed)
{
    EscEngine *engine = deed->engine;
    const EscProgram *program = engine->schema.current->program;
    uint32_t template_index = esc_template_find(program, deed->action->target);
    if (template_index == ESC_NONE)
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "there is no template \"%.*s\"",
                       ESC_TEXT_ARG(esc_utf8_cut(deed->action->target, 64)));
    if (!program->templates[template_index].is_manual)
        return esc_why(deed->why, ESC_FORBIDDEN, "", 0, "the template %.*s does not say `manual`",
                       ESC_TEXT_ARG(deed->action->target));
    if (deed->action->escalation != 0 && !esc_escalation_is_open(deed->escalation))
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "E-%llu is closed: name the ticket instead",
                       (unsigned long long)deed->escalation->id);
    if (esc_ticket_open_of(deed->ticket, deed->action->target) != NULL)
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "the template %.*s is open on this ticket",
                       ESC_TEXT_ARG(deed->action->target));
    EscText because = esc_turn_printf(engine, "%.*s started it%s%.*s", ESC_TEXT_ARG(deed->actor),
                                      deed->action->reason.size > 0 ? ": " : "",
                                      ESC_TEXT_ARG(deed->action->reason));
    deed->escalation =
        esc_escalation_start_by(engine, deed->ticket, template_index, NULL, because, deed->actor);
    if (deed->escalation == NULL)
        engine->turn.outcome->is_noop = true;
    return ESC_OK;
}

static void absence_set(EscEngine *engine, EscText person, int64_t until_ms, bool is_for)
{
    engine->absences.is_dirty = true;
    for (size_t i = 0; i < engine->absences.count; i++) {
        if (!esc_text_equal(engine->absences.items[i].person, person))
            continue;
        engine->absences.items[i].until_ms = until_ms;
        engine->absences.items[i].is_for = is_for;
        if (until_ms == 0) {
            memmove(engine->absences.items + i, engine->absences.items + i + 1,
                    (engine->absences.count - i - 1) * sizeof *engine->absences.items);
            engine->absences.count--;
        }
        return;
    }
    if (until_ms == 0)
        return;
    ESC_ENGINE_GROW(engine->absences.items, engine->absences.count, engine->absences.capacity);
    engine->absences.items[engine->absences.count++] = (EscAbsence){person, until_ms, is_for};
}

/* Open escalations, in the order of their numbers. */
static EscEscalation **open_list(EscEngine *engine, size_t *count)
{
    EscEscalation **list =
        esc_arena_alloc_array(engine->turn.arena, engine->escalations.count, sizeof *list);
    ESC_ASSERT(list != NULL);
    EscEscalation *escalation = NULL;
    *count = 0;
    for (size_t at = 0; (escalation = esc_escalation_next(engine, &at)) != NULL;) {
        if (esc_escalation_is_open(escalation))
            list[(*count)++] = escalation;
    }
    return list;
}

static bool is_theirs(const EscEscalation *escalation, EscText person)
{
    return esc_escalation_is_open(escalation) && esc_text_equal(escalation->owner, person);
}

static int by_id(const void *key, const void *item)
{
    const EscEscalation *a = key, *b = *(EscEscalation *const *)item;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* A ticket's escalations all hear an event of the ticket, so it is raised once for each ticket: with the first of them
 * that stands in the list, which is in the order of their numbers. */
static bool was_raised(EscEscalation *const *list, size_t at, const EscTicket *ticket)
{
    for (size_t i = 0; i < ticket->open_count; i++) {
        if (bsearch(ticket->open[i], list, at, sizeof *list, by_id) != NULL)
            return true;
    }
    return false;
}

/* Every ticket that the person is accountable for hears of it, then its escalations look for somebody else. */
static void absence_spread(EscEngine *engine, EscText person)
{
    size_t count = 0, theirs = 0;
    EscEscalation **list = open_list(engine, &count);
    for (size_t i = 0; i < count; i++) {
        if (is_theirs(list[i], person))
            list[theirs++] = list[i];
        else if (esc_role_ack_judge(engine, list[i]))
            esc_qa_acked(engine, list[i]);
    }
    for (size_t i = 0; i < theirs; i++) {
        EscValue field = {.type = ESC_TYPE(ESC_KIND_TEXT), .text = person};
        if (is_theirs(list[i], person) && !was_raised(list, i, list[i]->ticket))
            esc_event_internal(engine, list[i]->ticket, ESC_EVENT_OWNER_ABSENT, &field, 1);
        if (is_theirs(list[i], person))
            esc_role_absent(engine, list[i], "is away");
        if (esc_escalation_is_open(list[i]) && (list[i]->alarms & ESC_ALARM_OWNER) != 0)
            note(engine, esc_turn_printf(
                             engine, "nobody stands in for %.*s, who is the last resort of E-%llu",
                             ESC_TEXT_ARG(person), (unsigned long long)list[i]->id));
        esc_outcome_add(engine, list[i]);
    }
}

static EscStatus do_absence(Deed *deed)
{
    EscEngine *engine = deed->engine;
    bool is_absent = deed->action->verb == ESC_VERB_ABSENT;
    if (!esc_person_known(engine, deed->action->target))
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(deed->action->target, 64)));
    bool is_for = deed->action->until_ms == 0;
    if (is_for && (deed->action->for_ms < 0 || deed->action->for_ms > ESC_DEADLINE_MAX_MS))
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "an absence lasts at most 400 days");
    int64_t until_ms = is_for ? engine->now_ms + deed->action->for_ms : deed->action->until_ms;
    if (is_absent && until_ms <= engine->now_ms)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "the absence has to end in the future");
    EscText person = esc_engine_intern(engine, deed->action->target);
    if (!is_absent && !esc_person_absent(engine, person)) {
        engine->turn.outcome->is_noop = true;
        return ESC_OK;
    }
    absence_set(engine, person, is_absent ? until_ms : 0, is_for);
    EscText until = is_absent ? esc_local_time(engine, until_ms) : (EscText){0};
    esc_audit_ticket(engine, NULL, is_absent ? ESC_AUDIT_ABSENT : ESC_AUDIT_PRESENT,
                     esc_audit_data(engine, "person", person, "until", until, "reason",
                                    deed->action->reason, NULL),
                     "%.*s is %s%s%.*s%.*s", ESC_TEXT_ARG(person), is_absent ? "away" : "back",
                     until.size > 0 ? " until " : "", ESC_TEXT_ARG(until),
                     ESC_TEXT_ARG(reason_tail(deed)));
    if (is_absent)
        absence_spread(engine, person);
    return ESC_OK;
}

/* --- the table -------------------------------------------------------------------------------- */

EscStatus esc_action_apply(EscEngine *engine, const EscAction *action, EscWhy *why)
{
    static EscStatus (*const deeds[ESC_VERB_COUNT])(Deed * deed) = {
        [ESC_VERB_ACK] = do_ack,         [ESC_VERB_RESOLVE] = do_resolve,
        [ESC_VERB_HANDOFF] = do_handoff, [ESC_VERB_ANSWER] = do_answer,
        [ESC_VERB_APPROVE] = do_approve, [ESC_VERB_REJECT] = do_reject,
        [ESC_VERB_CONFIRM] = do_confirm, [ESC_VERB_OVERRIDE] = do_override,
        [ESC_VERB_START] = do_start,     [ESC_VERB_ABSENT] = do_absence,
        [ESC_VERB_PRESENT] = do_absence,
    };
    if (action->verb >= ESC_VERB_COUNT || action->actor.size == 0 ||
        action->actor.size > ESC_ID_BYTES_MAX)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "an action needs a verb and an actor");
    Deed deed = {.engine = engine, .action = action, .why = why};
    bool needs_escalation = action->verb != ESC_VERB_ABSENT && action->verb != ESC_VERB_PRESENT;
    if (needs_escalation) {
        EscStatus status = escalation_of(&deed);
        if (status != ESC_OK)
            return status;
    }
    if (deed.escalation == NULL &&
        action->escalation != 0) { /* closed and forgotten: an old button */
        engine->turn.outcome->is_noop = true;
        return ESC_OK;
    }
    deed.actor = action->actor;
    engine->turn.actor = deed.actor;
    engine->turn.by = esc_text_equal(action->by, deed.actor) ? (EscText){0} : action->by;
    EscStatus status = deeds[action->verb](&deed);
    if (status != ESC_OK)
        return status;
    if (deed.escalation != NULL && !engine->turn.outcome->is_noop) {
        esc_role_active(engine, deed.escalation);
        esc_outcome_add(engine, deed.escalation);
        esc_escalation_dirty(engine, deed.escalation);
    }
    if (deed.ticket != NULL) {
        memcpy(engine->turn.outcome->ticket, deed.ticket->id.data, deed.ticket->id.size);
        esc_ticket_touch(engine, deed.ticket);
    }
    return ESC_OK;
}
