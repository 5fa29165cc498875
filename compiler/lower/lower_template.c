/* lower_template.c - one template: roles, steps, closing, handlers, exception handlers, checks.
 * Not here: when it starts (lower_trigger.c). */
#include "lower/lower.h"

static void put_function_end(EscLower *lower)
{
    esc_emit_op(lower->emit, ESC_OP_END, 0, 0, 0,
                ESC_END_FALL); /* dropped when the steps ended themselves */
}

/* What an escalation does when its steps are done: it waits for `close when`, and nobody who has taken it is
 * disturbed. When that does not come for as long as can be said, somebody has to look, and it waits on. */
static void wait_for_closing(EscLower *lower)
{
    EscEmit *emit = lower->emit;
    if (!emit->is_reachable)
        return;
    esc_emit_clear_dead(emit);
    esc_emit_wait(
        emit, (EscWaitRow){.kind = ESC_WAIT_CLOSE_WHEN, .deadline_ms = ESC_DEADLINE_MAX_MS}, NULL);
    esc_lower_raise(lower, ESC_EXCEPTION_OVERDUE, NULL);
    esc_emit_wait(
        emit, (EscWaitRow){.kind = ESC_WAIT_CLOSE_WHEN, .deadline_ms = ESC_DEADLINE_MAX_MS}, NULL);
    esc_emit_op(emit, ESC_OP_CLOSE, 0, 0, 0, esc_build_text(&lower->build, ESC_TEXT("overdue")));
}

/* --- functions -------------------------------------------------------------------------------- */

static uint32_t lower_steps(EscLower *lower)
{
    const EscNode *steps = lower->template->steps;
    const EscNode *node = steps != NULL ? steps : lower->template->node;
    EscLowerFunction function;
    esc_lower_begin(lower, &function, ESC_FUNCTION_STEPS, node->span);
    esc_lower_origin(lower, node->span);
    esc_emit_op(lower->emit, ESC_OP_OWN, 0, 0, 0, ESC_ROLE_PRIMARY); /* every template has one */
    if (steps != NULL)
        esc_lower_steps(lower, steps->steps.steps);
    wait_for_closing(lower);
    return esc_lower_end(lower, &function);
}

static void wait_for_qa(EscLower *lower, EscLabel *failed)
{
    EscEmit *emit = lower->emit;
    esc_emit_clear_dead(emit);
    esc_emit_wait(
        emit, (EscWaitRow){.kind = ESC_WAIT_QA, .deadline_ms = ESC_LOWER_OPEN_DEADLINE_MS}, failed);
    esc_emit_op(emit, ESC_OP_DONE, 0, 0, 0, 0);
    esc_emit_label(emit, failed);
}

/* QA has not passed for long: raised, while the checks are waited for again. When that was in vain too
 * the engine raises an alarm and begins anew. */
static uint32_t lower_closing(EscLower *lower)
{
    const EscNode *node =
        lower->template->closing != NULL ? lower->template->closing : lower->template->node;
    EscLowerFunction function;
    esc_lower_begin(lower, &function, ESC_FUNCTION_CLOSING, node->span);
    EscEmit *emit = lower->emit;
    esc_lower_origin(lower, node->span);
    esc_emit_take_entry(emit, ESC_TYPE(ESC_KIND_TEXT)); /* the outcome */
    EscLabel failed = {0}, failed_again = {0};
    wait_for_qa(lower, &failed);
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_RAISE, .aux = ESC_EXCEPTION_QA_FAILED},
                    0, 0, NULL, 0);
    esc_emit_wait(
        emit, (EscWaitRow){.kind = ESC_WAIT_RAISED, .deadline_ms = ESC_LOWER_RAISED_DEADLINE_MS},
        NULL);
    wait_for_qa(lower, &failed_again);
    esc_emit_op(emit, ESC_OP_END, 0, 0, 0, ESC_END_RAISE);
    return esc_lower_end(lower, &function);
}

static uint32_t lower_close_when(EscLower *lower)
{
    const EscNode *closing = lower->template->closing;
    return closing == NULL ? ESC_NONE : esc_lower_standing(lower, closing->closing.condition);
}

static uint32_t lower_atomic(EscLower *lower, EscFunction kind, const EscNode *node,
                             EscNodeList steps)
{
    EscLowerFunction function;
    esc_lower_begin(lower, &function, kind, node->span);
    esc_lower_origin(lower, node->span);
    uint32_t start = esc_cover_here(lower);
    esc_lower_steps(lower, steps);
    put_function_end(lower);
    esc_cover_ran(lower, ESC_COVER_HANDLER, node->span, "", start);
    return esc_lower_end(lower, &function);
}

/* --- handlers --------------------------------------------------------------------------------- */

static void lower_handler(EscLower *lower, const EscNode *node, EscTemplateRow *row)
{
    EscNodeList paths = node->handler.events;
    uint32_t *events = esc_arena_alloc_array(lower->build.arena, paths.count, sizeof *events);
    if (events == NULL)
        return;
    uint32_t count = esc_lower_events(lower, paths, events);
    EscEventSource source = {.events = events, .count = count};
    lower->source = &source;
    uint32_t body = lower_atomic(lower, ESC_FUNCTION_HANDLER, node, node->handler.steps);
    uint32_t cond = esc_lower_condition(lower, node->handler.condition);
    lower->source = &lower->template_source;
    if (cond != ESC_NONE)
        esc_lower_reach(lower, cond, node->handler.condition, &source);
    for (uint32_t i = 0; i < count; i++) {
        EscHandlerRow handler = {
            .event = events[i], .cond = cond == ESC_NONE ? 0 : cond + 1, .body = body};
        uint32_t at = esc_build_put_handlers(&lower->build, handler);
        row->handlers_first = row->handlers_count == 0 ? at : row->handlers_first;
        row->handlers_count++;
    }
}

static void lower_triage(EscLower *lower)
{
    const EscRunbookInfo *triage = &lower->workspace->runbooks[lower->workspace->triage_runbook];
    esc_lower_steps(lower, triage->node->runbook.steps);
}

static uint32_t lower_catch_body(EscLower *lower, const EscNode *node)
{
    const EscNode *place = node != NULL ? node : lower->template->node;
    EscLowerFunction function;
    esc_lower_begin(lower, &function, ESC_FUNCTION_CATCH, place->span);
    esc_lower_origin(lower, place->span);
    uint32_t start = esc_cover_here(lower);
    if (node == NULL)
        lower_triage(lower);
    else
        esc_lower_steps(lower, node->exception_handler.steps);
    wait_for_closing(lower);
    if (node != NULL)
        esc_cover_ran(lower, ESC_COVER_HANDLER, node->span, "", start);
    return esc_lower_end(lower, &function);
}

/* The standard library's triage reads no event and has no roles but those that every template has,
 * so it is lowered once and copied into the other templates. */
static uint32_t lower_default_catch(EscLower *lower)
{
    EscFunctionRow row = {.kind = ESC_FUNCTION_CATCH, .template = lower->template_index + 1};
    uint32_t copy = ESC_NONE;
    if (lower->triage != ESC_NONE)
        copy = esc_lower_copy(lower, lower->triage, row);
    if (copy != ESC_NONE)
        return copy;
    EscEventSource *source = lower->source;
    lower->source = NULL;
    lower->triage = lower_catch_body(lower, NULL);
    lower->source = source;
    return lower->triage;
}

/* `node` NULL: std.triage, which stands behind all handlers. */
static void lower_catch(EscLower *lower, const EscNode *node, EscTemplateRow *row)
{
    EscCatchRow catch = {0};
    catch.body = node == NULL ? lower_default_catch(lower) : lower_catch_body(lower, node);
    if (node != NULL && node->exception_handler.name.text.size > 0)
        catch.exception = esc_meaning(lower->workspace, node).index + 1;
    if (node != NULL && node->exception_handler.condition != NULL)
        catch.cond = esc_lower_condition(lower, node->exception_handler.condition) + 1;
    uint32_t at = esc_build_put_catches(&lower->build, catch);
    row->catches_first = row->catches_count == 0 ? at : row->catches_first;
    row->catches_count++;
}

static void lower_items(EscLower *lower, EscTemplateRow *row)
{
    ESC_EACH_NODE(item, lower->template->node->template.items)
        if (item->kind == ESC_NODE_HANDLER)
            lower_handler(lower, item, row);
    ESC_EACH_NODE(item, lower->template->node->template.items)
        if (item->kind == ESC_NODE_EXCEPTION_HANDLER && item->exception_handler.name.text.size > 0)
            lower_catch(lower, item, row);
    ESC_EACH_NODE(item, lower->template->node->template.items)
        if (item->kind == ESC_NODE_EXCEPTION_HANDLER && item->exception_handler.name.text.size == 0)
            lower_catch(lower, item, row);
    lower_catch(lower, NULL, row);
}

/* --- roles ------------------------------------------------------------------------------------ */

static EscRoleRow lower_role(EscLower *lower, const EscNode *node)
{
    const EscOwnerNode *owner = &node->owner;
    EscRoleRow made = {.role = esc_meaning(lower->workspace, node).index,
                       .owner = esc_meaning(lower->workspace, owner->who).index,
                       .follows_shift = owner->follows_shift};
    made.ack_ms = esc_lower_duration(lower, owner->within, &made.ack_calendar);
    made.ack_count = owner->ack_by == ESC_ACK_BY_ALL     ? 0
                     : owner->ack_by == ESC_ACK_BY_COUNT ? owner->ack_count
                                                         : 1;
    if (owner->holds != NULL)
        made.hold_ms = esc_lower_duration(lower, owner->holds, &made.hold_calendar);
    ESC_EACH_NODE(other, owner->others) {
        EscRoleOwnerRow more = {.owner = esc_meaning(lower->workspace, other).index};
        uint32_t at = esc_build_put_role_owners(&lower->build, more);
        made.others_first = made.others_count == 0 ? at : made.others_first;
        made.others_count++;
    }
    return made;
}

static void lower_roles(EscLower *lower, EscTemplateRow *row)
{
    const EscTemplateInfo *template = lower->template;
    const EscNode *closing = template->closing;
    const EscNode *by = closing == NULL ? NULL : closing->closing.postmortem_by;
    for (uint32_t i = 0; i < template->levels_count; i++) {
        EscRoleRow made = lower_role(lower, template->levels[i]);
        uint32_t at = esc_build_put_roles(&lower->build, made);
        row->roles_first = row->roles_count == 0 ? at : row->roles_first;
        row->roles_count++;
        if (by != NULL && row->postmortem_role == 0 &&
            esc_meaning(lower->workspace, by).index == ESC_REF(ESC_REF_ROLE, made.role))
            row->postmortem_role = at + 1;
    }
    row->repeats = template->repeat == NULL ? 0 : template->repeat->repeat.times;
    if (row->postmortem_role != 0 && closing->closing.due != NULL)
        row->postmortem_due_ms =
            esc_lower_duration(lower, closing->closing.due, &row->postmortem_calendar);
}

/* --- checks ----------------------------------------------------------------------------------- */

static EscTiming timing_of(const EscCheckNode *check)
{
    if (check->is_before_close)
        return ESC_TIMING_BEFORE_CLOSE;
    return check->within != NULL ? ESC_TIMING_WITHIN : ESC_TIMING_AT_CLOSE;
}

/* The rows of the QA block come first, so their places are kept while the steps add theirs. */
static void lower_qa(EscLower *lower)
{
    const EscNode *qa = lower->template->qa;
    if (qa == NULL || lower->build.status != ESC_OK)
        return;
    uint32_t at = 0;
    ESC_EACH_NODE(node, qa->qa.checks) {
        EscCheckRow row = esc_lower_qa_check(lower, node, timing_of(&node->check));
        if (node->check.has_else)
            row.otherwise =
                lower_atomic(lower, ESC_FUNCTION_QA_ELSE, node, node->check.otherwise) + 1;
        lower->checks[at++] = row;
    }
}

static void put_checks(EscLower *lower, EscTemplateRow *row)
{
    for (size_t i = 0; i < lower->checks_count; i++) {
        uint32_t at = esc_build_put_checks(&lower->build, lower->checks[i]);
        row->checks_first = i == 0 ? at : row->checks_first;
    }
    row->checks_count = (uint32_t)lower->checks_count;
}

/* --- all of it -------------------------------------------------------------------------------- */

void esc_lower_template(EscLower *lower, uint32_t index)
{
    const EscTemplateInfo *info = &lower->workspace->templates[index];
    lower->template = info;
    lower->template_index = index;
    lower->tallies_first = (uint32_t)lower->build.tallies_count;
    lower->checks_first = (uint32_t)lower->build.checks_count;
    lower->checks_count = 0;
    lower->template_source = (EscEventSource){.events = info->events,
                                              .count = info->events_count,
                                              .may_be_missing = info->event_may_be_missing};
    lower->source = &lower->template_source;
    for (uint32_t i = 0; info->qa != NULL && i < info->qa->qa.checks.count; i++)
        esc_lower_put_check(lower, (EscCheckRow){0});
    EscTemplateRow row = {.name = esc_build_text(&lower->build, info->name),
                          .title = esc_build_text(&lower->build, info->title),
                          .is_manual = info->is_manual,
                          .params_first = info->params_count == 0 ? 0 : info->params_first,
                          .params_count = info->params_count};
    if (info->again != NULL)
        row.again_after_ms = esc_lower_duration(lower, info->again, &row.again_calendar);
    lower_roles(lower, &row);
    row.steps = lower_steps(lower);
    row.closing = lower_closing(lower);
    uint32_t close_when = lower_close_when(lower);
    row.close_when = close_when == ESC_NONE ? 0 : close_when + 1;
    lower_items(lower, &row);
    lower_qa(lower);
    put_checks(lower, &row);
    esc_build_put_templates(&lower->build, row);
    esc_lower_grouping(lower);
    esc_lower_triggers(lower);
    lower->template = NULL;
    lower->template_index = ESC_NONE;
    lower->source = NULL;
}
