/* deeds_questions.c - people answer, approve, reject, and settle checks: confirm and override. */
#include "deeds.h"

static bool is_unanswered(const EscQuestion *question)
{
    return question->kind == ESC_QUESTION_ASK ? question->answer == 0 : !question->is_rejected;
}

/* The number of an answer + 1; 0: the question of the frame has none of that name. */
static uint32_t answer_find(const EscEscalation *escalation, const EscFrame *frame, EscText name)
{
    const EscProgram *program = escalation->bundle->program;
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    for (uint32_t i = 0; i < wait->answers_count; i++) {
        if (esc_text_equal(program->texts[program->answers[wait->answers_first + i].name], name))
            return i + 1;
    }
    return 0;
}

EscFrame *esc_question_find(EscEscalation *escalation, EscQuestionKind kind, EscText answer)
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

/* Those who were asked, whoever is accountable now, and the last resort may answer. */
static bool may_answer(EscDeed *deed, const EscQuestion *question)
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
static EscStatus question_check(EscDeed *deed, EscQuestionKind kind, EscQuestion **question,
                                const EscFrame **frame)
{
    EscFrame *found = esc_question_find(deed->escalation, kind, deed->action->target);
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

/* Nobody waits for the word any more, or the steps that did cannot go on. */
static EscStatus nothing_asked(EscDeed *deed, const char *because)
{
    bool is_parked = deed->escalation->state == ESC_STATE_PARKED;
    return esc_deed_noop(deed,
                         is_parked ? "its steps cannot go on, and nothing waits for it" : because);
}

EscStatus esc_deed_answer(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    EscEscalation *escalation = deed->escalation;
    EscQuestion *question = NULL;
    const EscFrame *frame = NULL;
    EscStatus status = question_check(deed, ESC_QUESTION_ASK, &question, &frame);
    if (status != ESC_OK)
        return status;
    if (question == NULL)
        return nothing_asked(deed, "the question is not open any more");
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
                         ESC_TEXT_ARG(esc_deed_reason_tail(deed)));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_ANSWERED, deed->actor);
    (void)esc_deed_owner_acks(deed);
    return ESC_OK;
}

/* An approval is a second look: not by whoever asked for the thing, be it through a template that started this one. */
static EscStatus starter_check(const EscDeed *deed)
{
    EscText starter = esc_escalation_starter(deed->escalation);
    if (starter.size == 0 || !esc_text_equal(starter, deed->actor))
        return ESC_OK;
    return esc_why(deed->why, ESC_FORBIDDEN, "", 0,
                   "%.*s started E-%llu, and nobody approves what they started themselves",
                   ESC_TEXT_ARG(esc_utf8_cut(deed->actor, 64)),
                   (unsigned long long)deed->escalation->id);
}

EscStatus esc_deed_approve(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    EscQuestion *question = NULL;
    EscStatus status = question_check(deed, ESC_QUESTION_APPROVE, &question, NULL);
    if (status == ESC_OK && question != NULL)
        status = starter_check(deed);
    if (status != ESC_OK)
        return status;
    if (question == NULL)
        return nothing_asked(deed, "no approval is waited for any more");
    for (uint32_t i = 0; i < question->approvers_count; i++) {
        if (esc_text_equal(question->approvers[i], deed->actor))
            return esc_deed_noop(deed, "it was approved by the same person before");
    }
    if (question->approvers_count == ESC_OWNERS_MAX)
        return esc_deed_noop(deed, "more approvals than can be counted");
    question->approvers[question->approvers_count++] = esc_engine_intern(deed->engine, deed->actor);
    EscText have = esc_turn_printf(engine, "%u", question->approvers_count),
            need = esc_turn_printf(engine, "%u", question->needed);
    esc_audit_escalation(engine, deed->escalation, ESC_AUDIT_APPROVED,
                         esc_audit_data(engine, "have", have, "need", need, "question",
                                        question->text, "reason", deed->action->reason, NULL),
                         "%.*s approved \"%.*s\", %.*s of %.*s%.*s", ESC_TEXT_ARG(deed->actor),
                         ESC_TEXT_ARG(question->text), ESC_TEXT_ARG(have), ESC_TEXT_ARG(need),
                         ESC_TEXT_ARG(esc_deed_reason_tail(deed)));
    esc_escalation_moment(engine, deed->escalation, ESC_AUDIT_APPROVED, deed->actor);
    (void)esc_deed_owner_acks(deed);
    return ESC_OK;
}

EscStatus esc_deed_reject(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    EscStatus status = esc_deed_check_reason(deed);
    EscQuestion *question = NULL;
    if (status == ESC_OK)
        status = question_check(deed, ESC_QUESTION_APPROVE, &question, NULL);
    if (status != ESC_OK)
        return status;
    if (question == NULL)
        return nothing_asked(deed, "no approval is waited for any more");
    question->is_rejected = true;
    question->by = esc_engine_intern(engine, deed->actor);
    question->reason = esc_text_own(deed->action->reason);
    esc_audit_escalation(
        engine, deed->escalation, ESC_AUDIT_REJECTED,
        esc_audit_data(engine, "question", question->text, "reason", deed->action->reason, NULL),
        "%.*s rejected \"%.*s\": %.*s", ESC_TEXT_ARG(deed->actor), ESC_TEXT_ARG(question->text),
        ESC_TEXT_ARG(deed->action->reason));
    esc_escalation_moment(engine, deed->escalation, ESC_AUDIT_REJECTED, deed->actor);
    (void)esc_deed_owner_acks(deed);
    return ESC_OK;
}

static EscStatus settle_check(EscDeed *deed, bool is_confirm)
{
    EscEngine *engine = deed->engine;
    EscEscalation *escalation = deed->escalation;
    if (escalation->bundle == NULL)
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "E-%llu is parked: its checks are not known",
                       (unsigned long long)escalation->id);
    uint32_t check;
    EscStatus status =
        esc_qa_find(engine, escalation, deed->action->target, is_confirm, &check, deed->why);
    if (status == ESC_CONFLICT && escalation->state == ESC_STATE_CLOSED)
        return esc_deed_noop_text(deed, esc_deed_closed_text(deed));
    if (status != ESC_OK)
        return status;
    uint8_t state = escalation->checks[check];
    if (escalation->state == ESC_STATE_CLOSED ||
        (state != ESC_CHECK_STATE_PENDING && state != ESC_CHECK_STATE_FAILED))
        return esc_deed_noop(deed, "the check is not open any more");
    esc_qa_set(engine, escalation, check,
               is_confirm ? ESC_CHECK_STATE_PASSED : ESC_CHECK_STATE_OVERRIDDEN, deed->actor,
               deed->action->reason);
    esc_escalation_moment(engine, escalation,
                          is_confirm ? ESC_AUDIT_CHECK_PASSED : ESC_AUDIT_CHECK_OVERRIDDEN,
                          deed->actor);
    if (is_confirm)
        (void)esc_deed_owner_acks(deed);
    return ESC_OK;
}

EscStatus esc_deed_confirm(EscDeed *deed)
{
    EscStatus status = esc_deed_check_actor(deed);
    return status == ESC_OK ? settle_check(deed, true) : status;
}

EscStatus esc_deed_override(EscDeed *deed)
{
    EscStatus status = esc_deed_check_actor(deed);
    if (status == ESC_OK)
        status = esc_deed_check_reason(deed);
    return status == ESC_OK ? settle_check(deed, false) : status;
}

/* The check that the act names, or the only open one; ESC_NONE: there is none. */
static uint32_t check_meant(EscEngine *engine, EscEscalation *escalation, const EscAction *action)
{
    uint32_t check;
    bool is_found = escalation->bundle != NULL &&
                    esc_qa_find(engine, escalation, action->target,
                                action->verb == ESC_VERB_CONFIRM, &check, NULL) == ESC_OK;
    return is_found ? check : ESC_NONE;
}

bool esc_check_is_known(EscEngine *engine, EscEscalation *escalation, const EscAction *action)
{
    return check_meant(engine, escalation, action) != ESC_NONE;
}

bool esc_check_is_open(EscEngine *engine, EscEscalation *escalation, const EscAction *action)
{
    uint32_t check = check_meant(engine, escalation, action);
    uint8_t state = check == ESC_NONE ? ESC_CHECK_STATE_PASSED : escalation->checks[check];
    return state == ESC_CHECK_STATE_PENDING || state == ESC_CHECK_STATE_FAILED;
}
