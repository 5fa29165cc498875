/* deeds_tasks.c - people claim a task, give it back, complete it. What a task is about has an act of its own (an answer, an approval, a
 * confirmation): completing it is that act. A claim shows the others who is at it; it keeps nobody from doing it. */
#include "deeds.h"

/* --- which task ------------------------------------------------------------------------------- */

/* It is over, or was never there. Of an escalation that is closed only its rows know which. */
static EscStatus not_open(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    const EscAction *action = deed->action;
    const EscEscalation *escalation = esc_escalation_standing(engine, action->escalation);
    bool was_there = escalation != NULL ? action->task <= escalation->tasks
                                        : esc_escalation_was(engine, action->escalation);
    if (!was_there)
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "there is no task E-%llu-%u",
                       (unsigned long long)action->escalation, action->task);
    engine->turn.outcome->is_noop = true;
    esc_deed_note(engine, esc_turn_printf(engine, "E-%llu-%u is not open any more",
                                          (unsigned long long)action->escalation, action->task));
    return ESC_OK;
}

/* The escalation of a task is open, but for work that outlives it. */
static EscStatus task_find(EscDeed *deed, EscTask **task)
{
    const EscAction *action = deed->action;
    EscStatus status = esc_deed_check_actor(deed);
    *task = status == ESC_OK ? esc_task_find(deed->engine, action->escalation, action->task) : NULL;
    if (status != ESC_OK || *task == NULL)
        return status;
    deed->escalation = esc_escalation_standing(deed->engine, action->escalation);
    return ESC_OK;
}

static bool is_of_resort(EscEngine *engine, EscText person)
{
    EscPeople people;
    esc_people_resort(engine, &people);
    return esc_people_has(&people, person);
}

/* Who is accountable and the last resort decide who is at it. */
static bool decides(const EscDeed *deed)
{
    bool is_owner =
        deed->escalation != NULL && esc_text_equal(deed->escalation->owner, deed->actor);
    return is_owner || is_of_resort(deed->engine, deed->actor);
}

static EscStatus taker_check(EscDeed *deed, const EscTask *task)
{
    if (esc_task_outlives(task) || task->kind == ESC_TASK_CONFIRMATION ||
        esc_question_may_answer(deed, task->number))
        return ESC_OK;
    return esc_why(deed->why, ESC_FORBIDDEN, "", 0, "%.*s was not asked",
                   ESC_TEXT_ARG(esc_utf8_cut(deed->actor, 64)));
}

/* --- claiming --------------------------------------------------------------------------------- */

static EscStatus claimed_check(EscDeed *deed, const EscTask *task)
{
    EscEngine *engine = deed->engine;
    if (task->state != ESC_TASK_CLAIMED || decides(deed))
        return ESC_OK;
    return esc_why(deed->why, ESC_CONFLICT, "", 0,
                   "%.*s is at %.*s since %.*s; it is free when they release it, when they are "
                   "away, and when its time is over",
                   ESC_TEXT_ARG(task->assignee), ESC_TEXT_ARG(esc_task_name(engine, task)),
                   ESC_TEXT_ARG(esc_local_time(engine, task->claimed_ms)));
}

static EscStatus claim(EscDeed *deed, EscTask *task)
{
    EscEngine *engine = deed->engine;
    EscText from = task->state == ESC_TASK_CLAIMED ? task->assignee : (EscText){0};
    task->state = ESC_TASK_CLAIMED;
    task->assignee = esc_engine_intern(engine, deed->actor);
    task->claimed_ms = engine->now_ms;
    esc_task_candidates(engine, task, &deed->actor, 1);
    esc_task_record(engine, task, ESC_AUDIT_TASK_CLAIMED,
                    esc_audit_data(engine, "person", deed->actor, "from", from, "reason",
                                   deed->action->reason, NULL),
                    "%.*s is at %.*s%s%.*s%.*s: \"%.*s\"", ESC_TEXT_ARG(deed->actor),
                    ESC_TEXT_ARG(esc_task_name(engine, task)),
                    esc_words_with(from, ", instead of "), ESC_TEXT_ARG(from),
                    ESC_TEXT_ARG(esc_deed_reason_tail(deed)), ESC_TEXT_ARG(task->title));
    if (deed->escalation != NULL)
        (void)esc_deed_notices(deed);
    return ESC_OK;
}

EscStatus esc_deed_claim(EscDeed *deed)
{
    EscTask *task = NULL;
    EscStatus status = task_find(deed, &task);
    if (status != ESC_OK || task == NULL)
        return status == ESC_OK ? not_open(deed) : status;
    status = taker_check(deed, task);
    if (status != ESC_OK)
        return status;
    if (task->state == ESC_TASK_CLAIMED && esc_text_equal(task->assignee, deed->actor))
        return esc_deed_noop_text(deed, ESC_SAYING(SORRY_CLAIMED));
    status = claimed_check(deed, task);
    return status == ESC_OK ? claim(deed, task) : status;
}

EscStatus esc_deed_release(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    EscTask *task = NULL;
    EscStatus status = task_find(deed, &task);
    if (status != ESC_OK || task == NULL)
        return status == ESC_OK ? not_open(deed) : status;
    if (task->state != ESC_TASK_CLAIMED)
        return esc_deed_noop_text(deed, ESC_SAYING(SORRY_NOT_CLAIMED));
    EscText person = task->assignee;
    if (!esc_text_equal(person, deed->actor) && !decides(deed))
        return esc_why(deed->why, ESC_FORBIDDEN, "", 0,
                       "%.*s is at it: they release it, or who is accountable does",
                       ESC_TEXT_ARG(person));
    esc_task_unclaim(engine, task);
    esc_task_record(engine, task, ESC_AUDIT_TASK_RELEASED,
                    esc_audit_data(engine, "person", person, "reason", deed->action->reason, NULL),
                    "%.*s is not at %.*s any more%.*s", ESC_TEXT_ARG(person),
                    ESC_TEXT_ARG(esc_task_name(engine, task)),
                    ESC_TEXT_ARG(esc_deed_reason_tail(deed)));
    return ESC_OK;
}

/* --- completing ------------------------------------------------------------------------------- */

/* What resolves its ticket has the right to, where that is still to be done. */
static bool may_resolve(EscDeed *deed, const EscTask *task)
{
    const EscAction action = {.verb = ESC_VERB_RESOLVE,
                              .actor = deed->action->actor,
                              .is_operator = deed->action->is_operator,
                              .reason = deed->action->reason};
    EscDeed other = *deed;
    other.action = &action;
    other.escalation = NULL;
    other.ticket = esc_ticket_find(deed->engine, task->linked);
    return other.ticket == NULL || esc_ticket_is_resolved(deed->engine, other.ticket) ||
           esc_deed_may(&other);
}

/* Its ticket is resolved with it. */
static EscStatus work_complete(EscDeed *deed, EscTask *task)
{
    EscEngine *engine = deed->engine;
    if (deed->action->target.size > 0)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "%.*s asks for no answer",
                       ESC_TEXT_ARG(esc_task_name(engine, task)));
    if (!may_resolve(deed, task))
        return ESC_OK;
    esc_work_done(engine, task, deed->actor, deed->action->reason);
    deed->ticket = esc_ticket_find(engine, task->linked);
    if (deed->ticket == NULL || esc_ticket_is_resolved(engine, deed->ticket))
        return ESC_OK;
    deed->escalation = NULL;
    return esc_deed_ticket_resolve(deed);
}

/* The act that a question or a check has of its own. */
static EscStatus act(EscDeed *deed, EscVerb verb, EscText target, EscStatus (*does)(EscDeed *deed))
{
    EscAction action = *deed->action;
    EscDeed other = *deed;
    action.verb = verb;
    action.target = target;
    other.action = &action;
    other.task = deed->action->task;
    return esc_deed_may(&other) ? does(&other) : ESC_OK;
}

static EscStatus answer_wanted(EscDeed *deed, const EscTask *task)
{
    EscBuf names = esc_turn_buf();
    for (uint32_t i = 0; i < task->answers_count; i++)
        esc_buf_printf(&names, "%s%.*s", i == 0 ? "" : ", ", ESC_TEXT_ARG(task->answers[i].name));
    EscText all = esc_utf8_cut(esc_turn_take(deed->engine, &names), 150);
    return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "%.*s wants one of its answers: %.*s",
                   ESC_TEXT_ARG(esc_task_name(deed->engine, task)), ESC_TEXT_ARG(all));
}

static EscStatus approval_complete(EscDeed *deed, const EscTask *task)
{
    EscText answer = deed->action->target;
    if (esc_text_equal(answer, ESC_TEXT("approve")))
        return act(deed, ESC_VERB_APPROVE, (EscText){0}, esc_deed_approve);
    if (esc_text_equal(answer, ESC_TEXT("reject")))
        return act(deed, ESC_VERB_REJECT, (EscText){0}, esc_deed_reject);
    return answer_wanted(deed, task);
}

/* Without an answer it is what a confirmation is for. */
static EscStatus confirmation_complete(EscDeed *deed, const EscTask *task)
{
    EscText answer = deed->action->target,
            check = esc_qa_check_text(deed->engine, deed->escalation, task->check);
    if (answer.size == 0 || esc_text_equal(answer, ESC_TEXT("confirm")))
        return act(deed, ESC_VERB_CONFIRM, check, esc_deed_confirm);
    if (esc_text_equal(answer, ESC_TEXT("override")))
        return act(deed, ESC_VERB_OVERRIDE, check, esc_deed_override);
    return answer_wanted(deed, task);
}

EscStatus esc_deed_complete(EscDeed *deed)
{
    EscTask *task = NULL;
    EscStatus status = task_find(deed, &task);
    if (status != ESC_OK || task == NULL)
        return status == ESC_OK ? not_open(deed) : status;
    if (esc_task_outlives(task))
        return work_complete(deed, task);
    if (deed->escalation == NULL || deed->escalation->bundle == NULL)
        return not_open(deed);
    if (task->kind == ESC_TASK_CONFIRMATION)
        return confirmation_complete(deed, task);
    if (task->kind == ESC_TASK_APPROVAL)
        return approval_complete(deed, task);
    if (deed->action->target.size == 0)
        return answer_wanted(deed, task);
    return act(deed, ESC_VERB_ANSWER, deed->action->target, esc_deed_answer);
}
