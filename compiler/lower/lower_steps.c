/* lower_steps.c - lists of steps: branches, loops, runbooks, and the steps that end or leave.
 *
 * Steps behind one that never goes on are not lowered: the check reported them, and unreachable
 * code is refused. What one verb needs stands in lower_effects.c (does something at once),
 * lower_calls.c (connectors) and lower_waits.c (waits for something). Recursion follows nested
 * blocks (ESC_NESTING_MAX) and runbooks (ESC_RUNBOOK_DEPTH_MAX). */
#include "lower/lower.h"
#include "verbs.h"

bool esc_lower_can_wait(const EscLower *lower)
{
    uint32_t kind = lower->emit->row.kind;
    return kind == ESC_FUNCTION_STEPS || kind == ESC_FUNCTION_CATCH;
}

/* --- if, match, for each ---------------------------------------------------------------------- */

void esc_lower_if(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    EscLowerMark mark = esc_lower_mark(lower);
    EscSpan span = node->if_step.condition->span;
    EscLabel otherwise = {0}, end = {0};
    uint32_t start = esc_cover_here(lower);
    esc_lower_jump(lower, node->if_step.condition, false, &otherwise);
    uint32_t then = esc_cover_here(lower);
    esc_lower_steps(lower, node->if_step.steps);
    esc_cover_ran(lower, ESC_COVER_BRANCH, span, "then", then);
    if (node->if_step.has_else) {
        esc_emit_jump(emit, &end);
        esc_emit_label(emit, &otherwise);
        uint32_t other = esc_cover_here(lower);
        esc_lower_steps(lower, node->if_step.otherwise);
        esc_cover_ran(lower, ESC_COVER_BRANCH, span, "else", other);
        esc_emit_label(emit, &end);
    } else {
        esc_cover_skipped(lower, span, start, then);
        esc_emit_label(emit, &otherwise);
    }
    esc_lower_reset(lower, mark);
}

static void jump_to_arm(EscLower *lower, const EscNode *arm, EscRegister value, EscLabel *target)
{
    EscEmit *emit = lower->emit;
    EscKind kind = esc_type_kind(esc_emit_type(emit, value));
    ESC_EACH_NODE(literal, arm->match_arm.values) {
        uint32_t mark = emit->next;
        EscRegister other = esc_lower_operand(lower, literal, NULL);
        EscRegister truth = esc_emit_take(emit);
        esc_emit_make(emit, esc_lower_equal_op(kind), truth, ESC_TYPE(ESC_KIND_BOOL), value, other,
                      0);
        esc_emit_jump_if(emit, truth, true, target);
        esc_emit_drop_to(emit, mark);
    }
}

/* First all comparisons, then the blocks: the value need not live while a block waits. The last arm
 * of a match on an enum is not compared, because the check proved the match exhaustive. */
static EscLabel *jump_to_arms(EscLower *lower, const EscNode *node, EscRegister value,
                              EscLabel *labels, EscLabel *end)
{
    bool is_enum =
        esc_type_kind(esc_node_type(lower->workspace, node->match.value)) == ESC_KIND_ENUM;
    EscLabel *rest = end;
    uint32_t i = 0;
    ESC_EACH_NODE(arm, node->match.arms) {
        bool is_last = is_enum && rest == end && arm->next == NULL;
        if (arm->match_arm.values.count == 0 || is_last)
            rest = &labels[i];
        else
            jump_to_arm(lower, arm, value, &labels[i]);
        i++;
    }
    return rest;
}

static bool has_otherwise(EscNodeList arms)
{
    ESC_EACH_NODE(arm, arms)
        if (arm->match_arm.values.count == 0)
            return true;
    return false;
}

void esc_lower_match(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    EscNodeList arms = node->match.arms;
    EscLabel *labels = esc_arena_alloc_array(lower->build.arena, arms.count, sizeof *labels);
    if (labels == NULL || arms.count == 0)
        return;
    EscLowerMark mark = esc_lower_mark(lower);
    EscLabel end = {0}, missing = {0};
    EscLabel *none = has_otherwise(arms) ? &missing : &end; /* a missing value is no member */
    uint32_t start = esc_cover_here(lower);
    EscRegister value = esc_lower_operand(lower, node->match.value, none);
    uint32_t at = esc_cover_here(lower);
    EscLabel *rest = jump_to_arms(lower, node, value, labels, &end);
    esc_emit_label(emit, &missing);
    esc_emit_jump(emit, rest);
    esc_cover_match(lower, node, value, start, at);
    esc_lower_reset(lower, mark); /* what a test within the value found is not kept either */
    uint32_t i = 0;
    ESC_EACH_NODE(arm, arms) {
        esc_emit_label(emit, &labels[i++]);
        esc_lower_steps(lower, arm->match_arm.steps);
        if (arm->next != NULL)
            esc_emit_jump(emit, &end);
    }
    esc_emit_label(emit, &end);
}

static bool may_end(EscNodeList steps);

static bool step_may_end(const EscNode *node)
{
    switch (node->kind) {
    case ESC_NODE_IF:
        return may_end(node->if_step.steps) || may_end(node->if_step.otherwise);
    case ESC_NODE_MATCH:
        ESC_EACH_NODE(arm, node->match.arms)
            if (may_end(arm->match_arm.steps))
                return true;
        return false;
    case ESC_NODE_ASK:
        ESC_EACH_NODE(item, node->ask.items)
            if (item->kind == ESC_NODE_ANSWER && may_end(item->answer.steps))
                return true;
        return false;
    default: /* a wait that is satisfied goes on, and so does a loop over nothing */
        return esc_verb_info[node->kind].may_end;
    }
}

static bool may_end(EscNodeList steps)
{
    ESC_EACH_NODE(step, steps)
        if (step_may_end(step))
            return true;
    return false;
}

void esc_lower_for_each(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    EscLowerMark mark = esc_lower_mark(lower);
    EscLabel missing = {0}, next = {0};
    EscRegister list = esc_lower_operand(lower, node->for_each.list, &missing);
    EscRegister item = esc_emit_take(emit);
    lower->local_registers[esc_meaning(lower->workspace, node).index] = item;
    EscLoop loop;
    esc_emit_loop_begin(emit, &loop, item, list,
                        esc_lower_rounds_max(lower, node->for_each.list, node->for_each.at_most));
    if (may_end(node->for_each.steps)) /* LOOP_END must be reachable all the same */
        esc_lower_jump_never(lower, &next);
    esc_lower_steps(lower, node->for_each.steps);
    esc_emit_label(emit, &next);
    esc_lower_origin(lower, node->span);
    esc_emit_loop_end(emit, &loop);
    esc_emit_label(emit, &missing);
    esc_lower_reset(lower, mark);
}

/* A body that may end in `close` still has a way to its end, as far as can be seen here. */
static void lower_round(EscLower *lower, EscNodeList steps)
{
    EscEmit *emit = lower->emit;
    EscLabel next = {0};
    if (may_end(steps))
        esc_lower_jump_never(lower, &next);
    esc_lower_steps(lower, steps);
    esc_emit_label(emit, &next);
}

void esc_lower_every(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    EscLowerMark mark = esc_lower_mark(lower);
    EscSpan step = lower->step;
    EscLabel over = {0};
    EscRounds rounds;
    EscWaitRow wait = {.kind = ESC_WAIT_ROUND};
    esc_emit_rounds_begin(emit, &rounds, node->every.times);
    if (node->every.until != NULL)
        esc_lower_jump(lower, node->every.until, true, &over);
    esc_lower_reset(lower, mark);
    lower_round(lower, node->every.steps);
    esc_lower_reset(lower, mark);
    esc_lower_origin(lower, node->span);
    esc_emit_rounds_clear(emit, &rounds);
    wait.deadline_ms = esc_lower_duration(lower, node->every.period, &wait.calendar);
    if (node->every.until != NULL)
        wait.cond = esc_lower_condition_at_wait(lower, node->every.until, NULL) + 1;
    esc_emit_rounds_wait(emit, &rounds, wait, &over);
    uint32_t start = esc_cover_here(lower);
    if (node->every.has_else)
        esc_lower_steps(lower, node->every.otherwise);
    else if (node->every.until != NULL)
        esc_lower_raise(lower, ESC_EXCEPTION_OVERDUE, NULL);
    if (node->every.has_else)
        esc_cover_ran(lower, ESC_COVER_BRANCH, step, "else", start);
    esc_emit_label(emit, &over);
    esc_lower_reset(lower, mark);
}

/* --- steps that leave ------------------------------------------------------------------------- */

static EscRegister lower_raise_fields(EscLower *lower, EscNodeList entries, EscEffectArgRow *args,
                                      uint32_t *count)
{
    EscEmit *emit = lower->emit;
    EscRegister first = (EscRegister)emit->next;
    ESC_EACH_NODE(entry, entries) {
        EscMeaning meaning = esc_meaning(lower->workspace, entry);
        const EscFieldInfo *field = &lower->workspace->fields[meaning.index];
        if (*count >= ESC_EFFECT_ARGS_MAX) {
            emit->fault = emit->fault == ESC_EMIT_FINE ? ESC_EMIT_ARGUMENTS : emit->fault;
            break;
        }
        esc_lower_argument(lower, entry->entry.value, esc_type_plain(field->type));
        args[(*count)++] = (EscEffectArgRow){.name = esc_build_text(&lower->build, field->name),
                                             .field = meaning.index + 1};
    }
    return first;
}

void esc_lower_raise(EscLower *lower, uint32_t exception, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    if (!emit->is_reachable)
        return;
    uint32_t mark = emit->next, count = 0;
    EscEffectArgRow args[ESC_EFFECT_ARGS_MAX] = {0};
    EscRegister first = 0;
    if (node != NULL)
        first = lower_raise_fields(lower, node->raise.entries, args, &count);
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_RAISE, .aux = exception}, 0, first,
                    args, count);
    esc_emit_drop_to(emit, mark);
    if (!esc_lower_can_wait(lower)) {
        esc_emit_op(emit, ESC_OP_END, 0, 0, 0, ESC_END_RAISE);
        return;
    }
    esc_emit_clear_dead(emit);
    esc_emit_wait(
        emit, (EscWaitRow){.kind = ESC_WAIT_RAISED, .deadline_ms = ESC_LOWER_RAISED_DEADLINE_MS},
        NULL);
}

void esc_lower_raise_step(EscLower *lower, const EscNode *node)
{
    esc_lower_raise(lower, esc_meaning(lower->workspace, node).index, node);
}

void esc_lower_close(EscLower *lower, const EscNode *node)
{
    EscText outcome = node->close.outcome.text;
    if (outcome.size == 0)
        outcome = ESC_TEXT("closed");
    esc_emit_op(lower->emit, ESC_OP_CLOSE, 0, 0, 0, esc_build_text(&lower->build, outcome));
}

void esc_lower_skip(EscLower *lower, const EscNode *node)
{
    (void)node;
    esc_emit_op(lower->emit, ESC_OP_END, 0, 0, 0, ESC_END_SKIP);
}

void esc_lower_resume(EscLower *lower, const EscNode *node)
{
    (void)node;
    esc_emit_op(lower->emit, ESC_OP_END, 0, 0, 0, ESC_END_RESUME);
}

/* --- the dispatch ----------------------------------------------------------------------------- */

static void (*const lowerers[ESC_NODE_COUNT])(EscLower *lower, const EscNode *node) = {
#define ESC_VERB(KIND, word, PLACE, AFTER, check, lower) [ESC_NODE_##KIND] = lower,
#define ESC_PLAIN_VERB(KIND, word, PLACE, EFFECT, who, WHO, to, text, USE)                         \
    [ESC_NODE_##KIND] = esc_lower_plain_verb,
#include "verbs.def"
};

void esc_lower_steps(EscLower *lower, EscNodeList steps)
{
    EscLowerMark mark = esc_lower_mark(lower); /* names of a block end with it */
    EscSpan outer = lower->step;
    ESC_EACH_NODE(step, steps) {
        if (!lower->emit->is_reachable)
            break;
        uint32_t start = esc_cover_here(lower);
        lower->step = step->span;
        esc_lower_origin(lower, step->span);
        lowerers[step->kind](lower, step);
        esc_cover_ran(lower, ESC_COVER_STEP, step->span, "", start);
    }
    lower->step = outer;
    esc_lower_reset(lower, mark);
}
