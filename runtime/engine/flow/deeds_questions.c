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

static bool is_asked(EscEngine *engine, EscEscalation *escalation, EscRef ref, EscText person)
{
    EscPeople people;
    esc_people_find(engine, escalation, escalation->ticket, escalation->bundle, ref, &people);
    return esc_people_has(&people, person);
}

/* Those who were asked, whoever is accountable now, and the last resort may answer. */
static bool may_answer(EscDeed *deed, const EscQuestion *question)
{
    EscEngine *engine = deed->engine;
    EscEscalation *escalation = deed->escalation;
    if (is_asked(engine, escalation, question->ref, deed->actor))
        return true;
    if (question->kind == ESC_QUESTION_APPROVE)
        return false;
    return esc_text_equal(escalation->owner, deed->actor) ||
           is_asked(engine, escalation, ESC_REF(ESC_REF_ROLE, 3), deed->actor);
}

bool esc_question_is_for(EscEngine *engine, EscEscalation *escalation, EscQuestionKind kind,
                         EscText answer, EscText person)
{
    EscFrame *frame = esc_question_find(escalation, kind, answer);
    if (frame == NULL || (answer.size > 0 && answer_find(escalation, frame, answer) == 0))
        return false;
    bool is_owners = kind == ESC_QUESTION_ASK && esc_text_equal(escalation->owner, person);
    return is_owners || is_asked(engine, escalation, frame->question->ref, person);
}

static EscFrame *frame_of_task(EscEscalation *escalation, uint32_t task)
{
    EscFrame *frame = NULL;
    if (escalation->bundle == NULL || escalation->state == ESC_STATE_PARKED)
        return NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, false, &at)) != NULL;) {
        if (frame->question != NULL && frame->question->task == task &&
            is_unanswered(frame->question))
            return frame;
    }
    return NULL;
}

bool esc_question_may_answer(EscDeed *deed, uint32_t task)
{
    const EscFrame *frame = deed->escalation == NULL ? NULL : frame_of_task(deed->escalation, task);
    return frame != NULL && may_answer(deed, frame->question);
}

/* The very question that the message asked by which somebody acts, or that a task is, or the one that is open. */
static EscFrame *frame_meant(EscDeed *deed, EscQuestionKind kind)
{
    const EscMeant *meant = &deed->action->meant;
    EscEscalation *escalation = deed->escalation;
    if (deed->task != 0)
        return frame_of_task(escalation, deed->task);
    if (!meant->is_set || meant->question == 0)
        return esc_question_find(escalation, kind, deed->action->target);
    EscFrame *frame = NULL;
    if (escalation->bundle == NULL || escalation->state == ESC_STATE_PARKED)
        return NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, false, &at)) != NULL;) {
        const EscQuestion *question = frame->question;
        if (question != NULL && question->number == meant->question && question->kind == kind &&
            is_unanswered(question))
            return frame;
    }
    return NULL;
}

/* *question is NULL behind ESC_OK for an old button. *frame (may be NULL): whose question it is. */
static EscStatus question_check(EscDeed *deed, EscQuestionKind kind, EscQuestion **question,
                                const EscFrame **frame)
{
    EscFrame *found = frame_meant(deed, kind);
    *question = found == NULL ? NULL : found->question;
    if (frame != NULL)
        *frame = found;
    if (found == NULL)
        return ESC_OK;
    if (!may_answer(deed, *question))
        return esc_sorry(deed->engine, deed->why, ESC_FORBIDDEN,
                         esc_say(deed->engine, SORRY_NOT_ASKED, esc_utf8_cut(deed->actor, 64)));
    return ESC_OK;
}

/* Nobody waits for the word any more, or the steps that did cannot go on. */
static EscStatus nothing_asked(EscDeed *deed, EscText because)
{
    if (!esc_escalation_is_open(deed->escalation))
        because = esc_deed_closed_text(deed);
    else if (deed->escalation->state == ESC_STATE_PARKED)
        because = ESC_SAYING(SORRY_STUCK);
    return esc_deed_noop_text(deed, because);
}

/* The answer that a link or button stands for, by its place; else the one that is named. */
static EscText answer_meant(const EscDeed *deed, const EscFrame *frame)
{
    const EscProgram *program = deed->escalation->bundle->program;
    const EscWaitRow *wait = esc_wait_of(deed->escalation, frame);
    uint32_t item = deed->action->meant.is_set ? deed->action->meant.item : 0;
    return item > 0 && item <= wait->answers_count
               ? program->texts[program->answers[wait->answers_first + item - 1].name]
               : deed->action->target;
}

/* "E-12-3": the task that the question is. */
static EscText task_text(const EscDeed *deed, const EscQuestion *question)
{
    return question->task == 0
               ? (EscText){0}
               : esc_turn_printf(deed->engine, "E-%llu-%u",
                                 (unsigned long long)deed->escalation->id, question->task);
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
        return nothing_asked(deed, ESC_SAYING(SORRY_NO_QUESTION));
    EscText name = answer_meant(deed, frame);
    uint32_t answer = answer_find(escalation, frame, name);
    if (answer == 0)
        return esc_sorry(engine, deed->why, ESC_NOT_FOUND,
                         esc_say(engine, SORRY_NO_ANSWER, esc_utf8_cut(name, 64)));
    question->answer = answer;
    question->by = esc_engine_intern(engine, deed->actor);
    question->reason = esc_text_own(deed->action->reason);
    esc_task_done(engine, escalation, question->task, deed->actor, name, deed->action->reason);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_ANSWERED,
        esc_audit_data(engine, "answer", name, "question", question->text, "reason",
                       deed->action->reason, "task", task_text(deed, question), NULL),
        "%.*s answered %.*s to \"%.*s\"%.*s", ESC_TEXT_ARG(deed->actor), ESC_TEXT_ARG(name),
        ESC_TEXT_ARG(question->text), ESC_TEXT_ARG(esc_deed_reason_tail(deed)));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_ANSWERED, deed->actor);
    (void)esc_deed_notices(deed);
    return ESC_OK;
}

/* An approval is a second look: not by whoever asked for the thing, be it through a template that started this one. */
static EscStatus starter_check(const EscDeed *deed)
{
    EscText starter = esc_escalation_starter(deed->escalation);
    const EscRightAsked asked = {.right = ESC_RIGHT_APPROVE,
                                 .actor = deed->actor,
                                 .escalation = deed->escalation};
    if (starter.size == 0 || !esc_text_equal(starter, deed->actor) ||
        esc_right_holds(deed->engine, &asked)) /* `allow approve by starter` */
        return ESC_OK;
    return esc_sorry(deed->engine, deed->why, ESC_FORBIDDEN,
                     esc_say(deed->engine, SORRY_STARTED_IT, esc_utf8_cut(deed->actor, 64),
                             esc_escalation_name(deed->engine, deed->escalation)));
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
        return nothing_asked(deed, ESC_SAYING(SORRY_NO_APPROVAL));
    for (uint32_t i = 0; i < question->approvers_count; i++) {
        if (esc_text_equal(question->approvers[i], deed->actor))
            return esc_deed_noop_text(deed, ESC_SAYING(SORRY_APPROVED));
    }
    if (question->approvers_count == ESC_OWNERS_MAX)
        return esc_deed_noop_text(deed, ESC_SAYING(SORRY_APPROVALS_FULL));
    question->approvers[question->approvers_count++] = esc_engine_intern(deed->engine, deed->actor);
    if (question->approvers_count >= question->needed)
        esc_task_done(engine, deed->escalation, question->task, deed->actor, ESC_TEXT("approve"),
                      deed->action->reason);
    EscText have = esc_turn_printf(engine, "%u", question->approvers_count),
            need = esc_turn_printf(engine, "%u", question->needed);
    esc_audit_escalation(engine, deed->escalation, ESC_AUDIT_APPROVED,
                         esc_audit_data(engine, "have", have, "need", need, "question",
                                        question->text, "reason", deed->action->reason, "task",
                                        task_text(deed, question), NULL),
                         "%.*s approved \"%.*s\", %.*s of %.*s%.*s", ESC_TEXT_ARG(deed->actor),
                         ESC_TEXT_ARG(question->text), ESC_TEXT_ARG(have), ESC_TEXT_ARG(need),
                         ESC_TEXT_ARG(esc_deed_reason_tail(deed)));
    esc_escalation_moment(engine, deed->escalation, ESC_AUDIT_APPROVED, deed->actor);
    (void)esc_deed_notices(deed);
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
        return nothing_asked(deed, ESC_SAYING(SORRY_NO_APPROVAL));
    question->is_rejected = true;
    question->by = esc_engine_intern(engine, deed->actor);
    question->reason = esc_text_own(deed->action->reason);
    esc_task_done(engine, deed->escalation, question->task, deed->actor, ESC_TEXT("reject"),
                  deed->action->reason);
    esc_audit_escalation(engine, deed->escalation, ESC_AUDIT_REJECTED,
                         esc_audit_data(engine, "question", question->text, "reason",
                                        deed->action->reason, "task", task_text(deed, question),
                                        NULL),
                         "%.*s rejected \"%.*s\": %.*s", ESC_TEXT_ARG(deed->actor),
                         ESC_TEXT_ARG(question->text), ESC_TEXT_ARG(deed->action->reason));
    esc_escalation_moment(engine, deed->escalation, ESC_AUDIT_REJECTED, deed->actor);
    (void)esc_deed_notices(deed);
    return ESC_OK;
}

/* The check that a link stands for, by its place; else the one that is named, or the only open one. */
static EscStatus check_named(EscDeed *deed, bool is_confirm, uint32_t *check)
{
    const EscMeant *meant = &deed->action->meant;
    *check = meant->item - 1;
    if (meant->is_set && meant->item > 0 && meant->item <= deed->escalation->checks_count &&
        is_confirm)
        return ESC_OK;
    return esc_qa_find(deed->engine, deed->escalation, deed->action->target, is_confirm, check,
                       deed->why);
}

static void confirmation_end(const EscDeed *deed, uint32_t check, bool is_confirm)
{
    EscTask *task = NULL;
    for (size_t at = 0; (task = esc_task_next(deed->engine, deed->escalation->id, &at)) != NULL;) {
        if (task->kind == ESC_TASK_CONFIRMATION && task->check == check)
            esc_task_end(deed->engine, task, ESC_TASK_DONE, deed->actor,
                         is_confirm ? ESC_TEXT("confirm") : ESC_TEXT("override"),
                         deed->action->reason);
    }
}

static EscStatus settle_check(EscDeed *deed, bool is_confirm)
{
    EscEngine *engine = deed->engine;
    EscEscalation *escalation = deed->escalation;
    if (escalation->bundle == NULL)
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "E-%llu is parked: its checks are not known",
                       (unsigned long long)escalation->id);
    uint32_t check;
    EscStatus status = check_named(deed, is_confirm, &check);
    if (status == ESC_CONFLICT && escalation->state == ESC_STATE_CLOSED)
        return esc_deed_noop_text(deed, esc_deed_closed_text(deed));
    if (status != ESC_OK)
        return status;
    uint8_t state = escalation->checks[check];
    if (escalation->state == ESC_STATE_CLOSED ||
        (state != ESC_CHECK_STATE_PENDING && state != ESC_CHECK_STATE_FAILED))
        return esc_deed_noop_text(deed, ESC_SAYING(SORRY_CHECK_SETTLED));
    esc_qa_set(engine, escalation, check,
               is_confirm ? ESC_CHECK_STATE_PASSED : ESC_CHECK_STATE_OVERRIDDEN, deed->actor,
               deed->action->reason);
    confirmation_end(deed, check, is_confirm);
    esc_escalation_moment(engine, escalation,
                          is_confirm ? ESC_AUDIT_CHECK_PASSED : ESC_AUDIT_CHECK_OVERRIDDEN,
                          deed->actor);
    if (is_confirm)
        (void)esc_deed_notices(deed);
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

bool esc_question_is_open(EscDeed *deed)
{
    const EscEscalation *escalation = deed->escalation;
    uint32_t check;
    switch (deed->action->verb) {
    case ESC_VERB_ANSWER:
        return frame_meant(deed, ESC_QUESTION_ASK) != NULL;
    case ESC_VERB_APPROVE:
    case ESC_VERB_REJECT:
        return frame_meant(deed, ESC_QUESTION_APPROVE) != NULL;
    case ESC_VERB_CONFIRM:
        return escalation->bundle != NULL && check_named(deed, true, &check) == ESC_OK &&
               (escalation->checks[check] == ESC_CHECK_STATE_PENDING ||
                escalation->checks[check] == ESC_CHECK_STATE_FAILED);
    default:
        return false;
    }
}
