/* tasks.c - what people have to do for an escalation is a task each: questions, approvals, triage and confirmations as long as they
 * wait, follow-ups and the post-mortem until they are done.
 *
 * Tasks of what waits follow from it, and nobody has to remember them: whenever the escalation has moved, each open question has
 * its task, and a task whose question is gone is over (esc_tasks_look). */
#include <engine/run.h>

#define CONFIRM_WITHIN_MS ESC_HOUR_MS         /* of a check that says no time of its own */
#define FOLLOW_UP_WITHIN_MS (14 * ESC_DAY_MS) /* of one whose ticket says none */

/* --- who may take it -------------------------------------------------------------------------- */

/* Who is drawn anew each time it is asked for cannot be asked for again. */
static void people_take(EscEngine *engine, EscEscalation *escalation, EscTask *task, EscRef ref)
{
    EscPeople people = {.count = 0};
    if (esc_ref_kind(ref) != ESC_REF_TURNS)
        esc_people_find(engine, escalation, escalation->ticket, escalation->bundle, ref, &people);
    esc_task_candidates(engine, task, people.names, people.count);
    if (people.count == 1)
        task->meant = people.names[0];
    if (task->kind != ESC_TASK_APPROVAL)
        esc_task_candidates(engine, task, &escalation->owner, 1);
    if (task->candidates_count == 1)
        task->meant = task->candidates[0];
    task->assignee = task->meant;
}

static void owner_take(EscEngine *engine, EscTask *task, EscText owner)
{
    esc_task_candidates(engine, task, &owner, 1);
    task->meant = task->assignee = esc_engine_intern(engine, owner);
}

/* --- questions that wait ---------------------------------------------------------------------- */

static bool is_asked(const EscQuestion *question)
{
    if (question == NULL || question->is_rejected)
        return false;
    return question->kind == ESC_QUESTION_ASK ? question->answer == 0
                                              : question->approvers_count < question->needed;
}

static void answer_put(EscTask *task, EscText name, EscText title)
{
    task->answers[task->answers_count++] = (EscTaskAnswer){esc_text_own(name), esc_text_own(title)};
}

static void answers_take(EscEngine *engine, EscTask *task, const EscEscalation *escalation,
                         const EscFrame *frame)
{
    const EscWaitRow *wait = esc_wait_of(escalation, frame);
    uint32_t count = wait == NULL || wait->kind != ESC_WAIT_ANSWER ? 0 : wait->answers_count;
    const EscMessageAnswer *answers =
        count == 0 ? NULL : esc_answers_of(engine, escalation->bundle->program, wait);
    bool is_approval = task->kind == ESC_TASK_APPROVAL;
    task->answers = esc_engine_alloc((is_approval ? 2 : count) * sizeof *task->answers);
    if (is_approval) {
        EscLanguage language = esc_workspace_reads(engine);
        answer_put(task, ESC_TEXT("approve"), esc_said(engine, ESC_SAYING(APPROVE), language));
        answer_put(task, ESC_TEXT("reject"), esc_said(engine, ESC_SAYING(REJECT), language));
    }
    for (uint32_t i = 0; i < count; i++)
        answer_put(task, answers[i].name, answers[i].title);
}

static void question_task(EscEngine *engine, EscEscalation *escalation, EscFrame *frame)
{
    EscQuestion *question = frame->question;
    bool is_triage = escalation->triage != NULL && frame == &escalation->triage->frame;
    EscTask *task = esc_task_new(engine, escalation,
                                 is_triage                                ? ESC_TASK_TRIAGE
                                 : question->kind == ESC_QUESTION_APPROVE ? ESC_TASK_APPROVAL
                                                                          : ESC_TASK_QUESTION);
    question->task = task->number;
    task->title = esc_text_own(question->text);
    task->guidance = esc_text_own(question->guidance);
    if (is_triage)
        task->facts = esc_text_own(esc_raised_json(engine, escalation, frame->raised));
    task->due_ms = frame->due_ms;
    answers_take(engine, task, escalation, frame);
    people_take(engine, escalation, task, question->ref);
}

/* Its time may have been moved, as that of triage is. */
static void question_look(EscEngine *engine, EscEscalation *escalation, EscFrame *frame)
{
    EscTask *task = frame->question->task == 0
                        ? NULL
                        : esc_task_find(engine, escalation->id, frame->question->task);
    if (task == NULL) {
        question_task(engine, escalation, frame);
    } else if (task->due_ms != frame->due_ms) {
        task->due_ms = frame->due_ms;
        esc_task_dirty(engine, task);
    }
}

/* --- confirmations ---------------------------------------------------------------------------- */

static bool is_confirmation_asked(const EscEscalation *escalation, uint32_t check)
{
    const EscCheckRow *row =
        &escalation->bundle->program
             ->checks[esc_escalation_template(escalation)->checks_first + check];
    uint8_t state = escalation->checks[check];
    return row->kind == ESC_CHECK_CONFIRMED && row->timing != ESC_TIMING_IN_PLACE &&
           escalation->state == ESC_STATE_CLOSING &&
           (state == ESC_CHECK_STATE_PENDING || state == ESC_CHECK_STATE_FAILED);
}

static EscTask *confirmation_find(EscEngine *engine, const EscEscalation *escalation,
                                  uint32_t check)
{
    EscTask *task = NULL;
    for (size_t at = 0; (task = esc_task_next(engine, escalation->id, &at)) != NULL;) {
        if (task->kind == ESC_TASK_CONFIRMATION && task->check == check)
            return task;
    }
    return NULL;
}

static void made_record(EscEngine *engine, const EscTask *task)
{
    EscText until = task->due_ms == 0 ? (EscText){0} : esc_local_time(engine, task->due_ms);
    esc_task_record(engine, task, ESC_AUDIT_TASK_MADE,
                    esc_audit_data(engine, "kind", esc_text_from(esc_task_kind_name(task->kind)),
                                   "assignee", task->assignee, "until", until, "ticket",
                                   task->linked, NULL),
                    "%.*s is %.*s's to do%s%.*s: \"%.*s\"",
                    ESC_TEXT_ARG(esc_task_name(engine, task)), ESC_TEXT_ARG(task->assignee),
                    esc_words_with(until, " by "), ESC_TEXT_ARG(until), ESC_TEXT_ARG(task->title));
}

static void confirmation_task(EscEngine *engine, EscEscalation *escalation, uint32_t check)
{
    EscTask *task = esc_task_new(engine, escalation, ESC_TASK_CONFIRMATION);
    const EscTimerNode *timer = esc_timer_find(escalation->timers, ESC_TIMER_CHECK, check);
    EscLanguage language = esc_workspace_reads(engine);
    task->check = check;
    task->title =
        esc_text_own(esc_said(engine, esc_qa_check_text(engine, escalation, check), language));
    task->due_ms = timer == NULL ? engine->now_ms + CONFIRM_WITHIN_MS : timer->due_ms;
    task->answers = esc_engine_alloc(sizeof *task->answers);
    answer_put(task, ESC_TEXT("confirm"), esc_said(engine, ESC_SAYING(CONFIRM), language));
    owner_take(engine, task, escalation->owner);
    made_record(engine, task);
    esc_task_wake(engine, task, task->due_ms);
}

static void confirmations_look(EscEngine *engine, EscEscalation *escalation)
{
    for (uint32_t i = 0; i < escalation->checks_count; i++) {
        if (is_confirmation_asked(escalation, i) &&
            confirmation_find(engine, escalation, i) == NULL)
            confirmation_task(engine, escalation, i);
    }
}

/* --- what is over ----------------------------------------------------------------------------- */

static bool is_question_of(EscEscalation *escalation, const EscTask *task)
{
    EscFrame *frame = NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, false, &at)) != NULL;) {
        if (is_asked(frame->question) && frame->question->task == task->number)
            return true;
    }
    return false;
}

static bool is_waited_for(EscEscalation *escalation, const EscTask *task, bool is_running)
{
    if (esc_task_outlives(task))
        return true;
    if (!is_running)
        return false;
    return task->kind == ESC_TASK_CONFIRMATION ? is_confirmation_asked(escalation, task->check)
                                               : is_question_of(escalation, task);
}

static void over_end(EscEngine *engine, EscEscalation *escalation, bool is_running)
{
    EscTask *task = NULL;
    for (size_t at = 0; (task = esc_task_next(engine, escalation->id, &at)) != NULL;) {
        if (!is_waited_for(escalation, task, is_running))
            esc_task_end(engine, task, ESC_TASK_WITHDRAWN, (EscText){0}, (EscText){0},
                         (EscText){0});
    }
}

void esc_tasks_look(EscEngine *engine, EscEscalation *escalation)
{
    bool is_running = escalation->bundle != NULL && (escalation->state == ESC_STATE_OPEN ||
                                                     escalation->state == ESC_STATE_CLOSING);
    over_end(engine, escalation, is_running);
    if (!is_running)
        return;
    EscFrame *frame = NULL;
    for (size_t at = 0; (frame = esc_frame_next(escalation, false, &at)) != NULL;) {
        if (is_asked(frame->question))
            question_look(engine, escalation, frame);
    }
    confirmations_look(engine, escalation);
}

void esc_task_timed_out(EscEngine *engine, const EscEscalation *escalation, const EscFrame *frame)
{
    EscTask *task = !is_asked(frame->question)
                        ? NULL
                        : esc_task_find(engine, escalation->id, frame->question->task);
    if (task != NULL)
        esc_task_end(engine, task, ESC_TASK_EXPIRED, (EscText){0}, (EscText){0}, (EscText){0});
}

/* --- what outlives the escalation ------------------------------------------------------------- */

static EscTask *work_new(EscEngine *engine, EscEscalation *escalation, EscTaskKind kind,
                         const EscTicket *about, EscText title)
{
    EscTask *task = esc_task_new(engine, escalation, kind);
    task->linked = esc_text_own(about->id);
    task->title = esc_text_own(title);
    return task;
}

void esc_postmortem_task(EscEngine *engine, EscEscalation *escalation, const EscTicket *ticket,
                         EscText author, int64_t due_ms)
{
    EscText title = esc_ticket_text(engine, ticket, engine->schema.title_slot);
    EscTask *task = work_new(engine, escalation, ESC_TASK_POSTMORTEM, ticket, title);
    task->due_ms = due_ms;
    owner_take(engine, task, author);
    esc_task_candidates(engine, task, &escalation->owner, 1);
    esc_task_wake(engine, task, due_ms);
}

static int64_t ticket_due_ms(const EscEngine *engine, const EscTicket *ticket)
{
    static const char *const names[] = {"due_at", "due"};
    for (size_t i = 0; i < ESC_COUNT_OF(names); i++) {
        uint32_t slot = esc_slot_find(engine, esc_text_from(names[i]));
        if (slot == ESC_NONE || esc_type_kind(esc_slot_type(engine, slot)) != ESC_KIND_TIME)
            continue;
        EscValue value = ticket->values[slot].value;
        if (!value.is_missing && value.ms > engine->now_ms)
            return value.ms;
    }
    return engine->now_ms + FOLLOW_UP_WITHIN_MS;
}

static bool is_work(const EscEngine *engine, const EscTicket *ticket)
{
    uint32_t slot = esc_slot_find(engine, ESC_TEXT("kind"));
    if (slot == ESC_NONE || esc_type_kind(esc_slot_type(engine, slot)) != ESC_KIND_ENUM)
        return false;
    EscValue value = ticket->values[slot].value;
    return !value.is_missing && esc_text_equal(esc_member_name(engine->schema.current->program,
                                                               value.type, value.member),
                                               ESC_TEXT("task"));
}

void esc_follow_up_task(EscEngine *engine, EscEscalation *escalation, const EscTicket *ticket)
{
    if (!is_work(engine, ticket))
        return;
    EscText title = esc_ticket_text(engine, ticket, engine->schema.title_slot),
            named = esc_ticket_text(engine, ticket, engine->schema.assignee_slot);
    EscTask *task = work_new(engine, escalation, ESC_TASK_FOLLOW_UP, ticket, title);
    task->due_ms = ticket_due_ms(engine, ticket);
    owner_take(engine, task, esc_person_known(engine, named) ? named : escalation->owner);
    made_record(engine, task);
    esc_task_wake(engine, task, task->due_ms);
}
