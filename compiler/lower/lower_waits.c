/* lower_waits.c - the steps that wait: await, wait, ask, approve, check; with their reminders,
 * conditions and what happens when time is up.
 *
 * Order in each: dead registers are cleared first, then the functions that run while it waits
 * are made (they see the registers that are left), then WAIT. Every wait has a deadline and a
 * way on. */
#include "lower/lower.h"

void esc_lower_wait_else(EscLower *lower, EscWaitRow wait, bool has_else, EscNodeList otherwise,
                         uint32_t exception)
{
    EscEmit *emit = lower->emit;
    EscLabel timeout = {0}, end = {0};
    EscSpan step = lower->step;
    esc_emit_clear_dead(emit);
    if (has_else && otherwise.count == 0) {
        esc_emit_wait(emit, wait, NULL);
        return;
    }
    esc_emit_wait(emit, wait, &timeout);
    uint32_t in_time = esc_cover_here(lower);
    esc_emit_jump(emit, &end);
    esc_emit_label(emit, &timeout);
    uint32_t too_late = esc_cover_here(lower);
    if (has_else)
        esc_lower_steps(lower, otherwise);
    else
        esc_lower_raise(lower, exception, NULL);
    if (has_else) {
        esc_cover_ran(lower, ESC_COVER_BRANCH, step, "as waited for", in_time);
        esc_cover_ran(lower, ESC_COVER_BRANCH, step, "else", too_late);
    }
    esc_emit_label(emit, &end);
}

/* --- reminders -------------------------------------------------------------------------------- */

static uint32_t lower_reminder(EscLower *lower, const EscNode *node)
{
    EscLowerFunction function;
    esc_lower_begin_at_wait(lower, &function, ESC_FUNCTION_REMINDER, node->span);
    uint32_t start = esc_cover_here(lower);
    esc_lower_steps(lower, node->reminder.steps);
    esc_emit_op(lower->emit, ESC_OP_END, 0, 0, 0, ESC_END_FALL);
    esc_cover_ran(lower, ESC_COVER_HANDLER, node->span, "", start);
    return esc_lower_end(lower, &function);
}

static EscReminderRow moment_row(const EscNode *moment)
{
    if (moment->kind == ESC_NODE_BEFORE_DUE)
        return (EscReminderRow){.before_ms = moment->before_due.duration->duration.ms};
    return (EscReminderRow){.percent = (uint32_t)moment->percent.value};
}

/* A share and a time before the end may be the same moment: the share comes first. */
static int moment_order(const EscWaitRow *wait, const EscReminderRow *a, const EscReminderRow *b)
{
    int64_t at_ms = esc_moment_ms(wait->deadline_ms, a->percent, a->before_ms),
            other_ms = esc_moment_ms(wait->deadline_ms, b->percent, b->before_ms);
    if (at_ms != other_ms)
        return at_ms < other_ms ? -1 : 1;
    return (int)(b->percent > 0) - (int)(a->percent > 0);
}

/* In the order in which they are due; what is written twice for one moment keeps its order and is told apart
 * by nothing, so the first wins. */
static void lower_reminders(EscLower *lower, EscNodeList reminders, EscWaitRow *wait)
{
    EscReminderRow *rows = esc_arena_alloc_array(lower->build.arena, reminders.count, sizeof *rows);
    if (rows == NULL || reminders.count == 0)
        return;
    uint32_t count = 0;
    ESC_EACH_NODE(reminder, reminders) {
        EscReminderRow row = moment_row(reminder->reminder.moment);
        uint32_t at = count;
        while (at > 0 && moment_order(wait, &rows[at - 1], &row) > 0)
            at--;
        if (at > 0 && moment_order(wait, &rows[at - 1], &row) == 0)
            continue;
        row.body = lower_reminder(lower, reminder);
        for (uint32_t i = count++; i > at; i--)
            rows[i] = rows[i - 1];
        rows[at] = row;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = esc_build_put_reminders(&lower->build, rows[i]);
        wait->reminders_first = i == 0 ? index : wait->reminders_first;
    }
    wait->reminders_count = count;
}

/* --- await ------------------------------------------------------------------------------------ */

/* `await ack` without a time ends when the last owner's turn is over, which only the engine knows; this
 * is about how long that takes, for reminders. Hours of a calendar cannot be added up here. */
static int64_t ack_deadline_ms(const EscLower *lower)
{
    const EscTemplateInfo *template = lower->template;
    int64_t sum_ms = 0, passes = template->repeat == NULL ? 1 : template->repeat->repeat.times + 1;
    for (uint32_t i = 0; i < template->levels_count; i++) {
        const EscNode *within = template->levels[i]->owner.within;
        if (esc_meaning(lower->workspace, within).means == ESC_MEANS_CALENDAR)
            return ESC_LOWER_OPEN_DEADLINE_MS;
        sum_ms += within->duration.ms;
    }
    int64_t chain_ms = sum_ms * passes + ESC_MINUTE_MS;
    return chain_ms < ESC_DEADLINE_MAX_MS ? chain_ms : ESC_DEADLINE_MAX_MS;
}

static void lower_event_wait(EscLower *lower, EscWaitRow *wait, uint32_t event,
                             const EscNode *condition)
{
    EscEventSource source = {.events = &event, .count = 1};
    uint32_t cond = esc_lower_condition_at_wait(lower, condition, &source);
    wait->kind = ESC_WAIT_EVENT;
    wait->event = event + 1;
    wait->cond = cond == ESC_NONE ? 0 : cond + 1;
    if (cond != ESC_NONE)
        esc_lower_reach(lower, cond, condition, &source);
}

void esc_lower_await(EscLower *lower, const EscNode *node)
{
    const EscAwaitNode *await = &node->await;
    EscWaitRow wait = {0};
    uint32_t exception = ESC_EXCEPTION_OVERDUE;
    wait.deadline_ms = await->within == NULL
                           ? ack_deadline_ms(lower)
                           : esc_lower_duration(lower, await->within, &wait.calendar);
    esc_emit_clear_dead(lower->emit);
    bool is_event_name = await->wait_for == ESC_AWAIT_CONDITION &&
                         await->condition->kind == ESC_NODE_PATH &&
                         esc_meaning(lower->workspace, await->condition).means == ESC_MEANS_EVENT;
    if (await->wait_for == ESC_AWAIT_ACK) {
        wait.kind = await->within == NULL ? ESC_WAIT_CHAIN : ESC_WAIT_ACK;
        exception = ESC_EXCEPTION_UNOWNED;
    } else if (await->wait_for == ESC_AWAIT_RESOLVED) {
        wait.kind = ESC_WAIT_RESOLVED;
    } else if (is_event_name) {
        lower_event_wait(lower, &wait, esc_meaning(lower->workspace, await->condition).index, NULL);
    } else if (await->wait_for == ESC_AWAIT_EVENT) {
        lower_event_wait(lower, &wait, esc_meaning(lower->workspace, await->event).index,
                         await->condition);
    } else {
        wait.kind = ESC_WAIT_CONDITION;
        wait.cond = esc_lower_condition_at_wait(lower, await->condition, NULL) + 1;
    }
    lower_reminders(lower, await->reminders, &wait);
    if (wait.kind == ESC_WAIT_CHAIN &&
        !await->has_else) { /* the last resort has it: the steps go on */
        esc_emit_wait(lower->emit, wait, NULL);
        return;
    }
    esc_lower_wait_else(lower, wait, await->has_else, await->otherwise, exception);
}

void esc_lower_pause(EscLower *lower, const EscNode *node)
{
    EscWaitRow wait = {.kind = ESC_WAIT_PAUSE};
    wait.deadline_ms = esc_lower_duration(lower, node->wait.duration, &wait.calendar);
    esc_emit_clear_dead(lower->emit);
    esc_emit_wait(lower->emit, wait, NULL);
}

/* --- ask -------------------------------------------------------------------------------------- */

static const EscNode *find_item(const EscNode *ask, EscNodeKind kind)
{
    ESC_EACH_NODE(item, ask->ask.items)
        if (item->kind == kind)
            return item;
    return NULL;
}

static void put_answers(EscLower *lower, const EscNode *node, EscWaitRow *wait)
{
    ESC_EACH_NODE(item, node->ask.items) {
        if (item->kind != ESC_NODE_ANSWER)
            continue;
        EscText title =
            item->answer.title == NULL ? item->answer.name.text : item->answer.title->text.plain;
        uint32_t row = esc_build_put_answers(
            &lower->build,
            (EscAnswerRow){.name = esc_build_text(&lower->build, item->answer.name.text),
                           .title = esc_build_text(&lower->build, title)});
        wait->answers_first = wait->answers_count == 0 ? row : wait->answers_first;
        wait->answers_count++;
    }
}

static void emit_question(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscRegister question = esc_emit_take(emit);
    esc_lower_text(lower, node->ask.question, question, ESC_TEXT_USE_MESSAGE);
    EscRegister guidance = esc_emit_take(emit);
    const EscNode *item = find_item(node, ESC_NODE_GUIDANCE);
    esc_lower_text(lower, item == NULL ? NULL : item->guidance.text, guidance,
                   ESC_TEXT_USE_MESSAGE);
    EscEffectArgRow args[2] = {0};
    uint32_t ref = esc_meaning(lower->workspace, node->ask.who).index;
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_ASK, .ref = ref}, 0, question, args, 2);
    esc_emit_drop_to(emit, mark);
}

/* Goes to labels[n] for answer n; the last needs no comparison. */
static void jump_to_answers(EscLower *lower, EscRegister answer, EscLabel *labels, uint32_t count)
{
    EscEmit *emit = lower->emit;
    for (uint32_t i = 0; i + 1 < count; i++) {
        uint32_t mark = emit->next;
        EscRegister number = esc_emit_take(emit), truth = esc_emit_take(emit);
        esc_emit_const_number(emit, number, i);
        esc_emit_make(emit, ESC_OP_EQ_NUMBER, truth, ESC_TYPE(ESC_KIND_BOOL), answer, number, 0);
        esc_emit_jump_if(emit, truth, true, &labels[i]);
        esc_emit_drop_to(emit, mark);
    }
    if (count > 0)
        esc_emit_jump(emit, &labels[count - 1]);
}

void esc_lower_ask(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    EscWaitRow wait = {.kind = ESC_WAIT_ANSWER, .result_type = ESC_TYPE(ESC_KIND_NUMBER)};
    wait.deadline_ms = esc_lower_duration(lower, node->ask.within, &wait.calendar);
    emit_question(lower, node);
    put_answers(lower, node, &wait);
    EscLabel *labels =
        esc_arena_alloc_array(lower->build.arena, wait.answers_count, sizeof *labels);
    if (labels == NULL)
        return;
    esc_emit_clear_dead(emit);
    EscLabel timeout = {0}, end = {0};
    EscRegister answer = esc_emit_take(emit);
    wait.result_register = answer;
    esc_emit_wait(emit, wait, &timeout);
    jump_to_answers(lower, answer, labels, wait.answers_count);
    esc_emit_drop_to(emit, answer);
    uint32_t number = 0;
    ESC_EACH_NODE(item, node->ask.items) {
        if (item->kind != ESC_NODE_ANSWER)
            continue;
        esc_emit_label(emit, &labels[number++]);
        uint32_t start = esc_cover_here(lower);
        esc_lower_steps(lower, item->answer.steps);
        esc_emit_jump(emit, &end);
        esc_cover_ran(lower, ESC_COVER_BRANCH, item->span, "", start);
    }
    esc_emit_label(emit, &timeout);
    const EscNode *item = find_item(node, ESC_NODE_TIMEOUT);
    uint32_t start = esc_cover_here(lower);
    if (item != NULL)
        esc_lower_steps(lower, item->timeout.steps);
    else
        esc_lower_raise(lower, ESC_EXCEPTION_OVERDUE, NULL);
    if (item != NULL)
        esc_cover_ran(lower, ESC_COVER_BRANCH, item->span, "", start);
    esc_emit_label(emit, &end);
}

/* --- approve, check --------------------------------------------------------------------------- */

void esc_lower_approve(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    uint32_t mark = emit->next;
    EscRegister text = esc_emit_take(emit);
    EscEffectArgRow arg = {0};
    esc_lower_text(lower, node->approve.text, text, ESC_TEXT_USE_MESSAGE);
    EscEffectRow site = {.kind = ESC_EFFECT_APPROVE,
                         .ref = esc_meaning(lower->workspace, node->approve.by).index,
                         .aux = node->approve.count};
    esc_emit_effect(emit, site, 0, text, &arg, 1);
    esc_emit_drop_to(emit, mark);
    EscWaitRow wait = {.kind = ESC_WAIT_APPROVAL};
    wait.deadline_ms = esc_lower_duration(lower, node->approve.within, &wait.calendar);
    esc_lower_wait_else(lower, wait, node->approve.has_else, node->approve.otherwise,
                        ESC_EXCEPTION_OVERDUE);
}

void esc_lower_check_step(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    esc_emit_clear_dead(emit);
    uint32_t index = lower->checks_first + (uint32_t)lower->checks_count;
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_CHECK, .aux = index}, 0, 0, NULL, 0);
    EscCheckRow check = esc_lower_qa_check(lower, node, ESC_TIMING_IN_PLACE);
    esc_lower_put_check(lower, check);
    EscWaitRow wait = {.kind = ESC_WAIT_CHECK,
                       .check = index + 1,
                       .deadline_ms = check.within_ms,
                       .calendar = check.calendar};
    if (wait.deadline_ms == 0)
        wait.deadline_ms = check.kind == ESC_CHECK_CONFIRMED ? ESC_LOWER_OPEN_DEADLINE_MS
                                                             : ESC_LOWER_REPLY_DEADLINE_MS;
    esc_lower_wait_else(lower, wait, node->check.has_else, node->check.otherwise,
                        ESC_EXCEPTION_QA_FAILED);
}
