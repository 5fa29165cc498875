/* lower_calls.c - what takes arguments: connector actions with their undo, and runbooks, which
 * are expanded in place. */
#include "lower/lower.h"

static const EscNode *find_argument(const EscLower *lower, EscNodeList entries, uint32_t param)
{
    ESC_EACH_NODE(entry, entries)
        if (esc_meaning(lower->workspace, entry).means == ESC_MEANS_PARAM &&
            esc_meaning(lower->workspace, entry).index == param)
            return entry->entry.value;
    return NULL;
}

EscRegister esc_lower_arguments(EscLower *lower, uint32_t action, EscNodeList entries,
                                EscEffectArgRow *args, uint32_t *count)
{
    const EscActionInfo *info = &lower->workspace->actions[action];
    EscRegister first = (EscRegister)lower->emit->next;
    for (uint32_t i = 0; i < info->params_count; i++) {
        const EscParamInfo *param = &lower->workspace->params[info->params_first + i];
        const EscNode *value = find_argument(lower, entries, info->params_first + i);
        if (value != NULL && value->kind == ESC_NODE_MAPPED)
            (void)esc_lower_mapped(lower, value, param->type);
        else
            (void)esc_lower_given(lower, value, param->type);
        args[i] = (EscEffectArgRow){.name = esc_build_text(&lower->build, param->name)};
    }
    *count = info->params_count;
    return first;
}

/* undo crm.other(…): the inverse of the action that follows. */
static void lower_undo(EscLower *lower, const EscNode *undo)
{
    EscEmit *emit = lower->emit;
    EscEffectRow site = {.kind = ESC_EFFECT_UNDO, .aux = ESC_NONE};
    if (undo->undo.action == NULL) {
        EscText reason = undo->undo.reason == NULL ? (EscText){0} : undo->undo.reason->text.plain;
        site.extra_ms = esc_build_text(&lower->build, reason);
        esc_emit_effect(emit, site, 0, 0, NULL, 0);
        return;
    }
    uint32_t mark = emit->next, count = 0;
    EscEffectArgRow args[ESC_PARAMS_MAX] = {0};
    site.aux = esc_meaning(lower->workspace, undo->undo.action).index;
    EscRegister first = esc_lower_arguments(lower, site.aux, undo->undo.arguments, args, &count);
    esc_emit_effect(emit, site, 0, first, args, count);
    esc_emit_drop_to(emit, mark);
}

/* What the step says of undoing it; else the reason that the action itself gives for having no inverse. An inverse that
 * the action declares is the engine's business. */
static const EscNode *undo_of_call(const EscLower *lower, const EscNode *said, uint32_t action)
{
    const EscNode *declared = lower->workspace->actions[action].undo;
    bool is_none = declared != NULL && declared->undo.action == NULL;
    return said == NULL && is_none ? declared : said;
}

void esc_lower_action_call(EscLower *lower, const EscNode *node)
{
    EscEmit *emit = lower->emit;
    const EscActionCallNode *call = &node->action_call;
    uint32_t action = esc_meaning(lower->workspace, call->action).index;
    EscMeaning meaning = esc_meaning(lower->workspace, node);
    bool is_named = meaning.means == ESC_MEANS_LOCAL;
    EscWaitRow wait = {.kind = ESC_WAIT_REPLY, .deadline_ms = ESC_LOWER_REPLY_DEADLINE_MS};
    if (call->within != NULL)
        wait.deadline_ms = esc_lower_duration(lower, call->within, &wait.calendar);
    EscType type = ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL;
    EscRegister result = 0;
    if (is_named) {                /* stays: the name is known to the end of the block */
        esc_emit_clear_dead(emit); /* the wait must find nothing old in it */
        result = esc_emit_take(emit);
        lower->local_registers[meaning.index] = result;
    }
    bool has_reply =
        is_named && lower->workspace->actions[action].result != 0 && esc_lower_can_wait(lower);
    if (has_reply) {
        wait.result_register = result;
        wait.result_type = type;
    } else if (is_named) {
        esc_emit_make(emit, ESC_OP_MISSING, result, type, 0, 0, type);
    }
    const EscNode *undo = undo_of_call(lower, call->undo, action);
    if (undo != NULL)
        lower_undo(lower, undo);
    uint32_t mark = emit->next, count = 0;
    EscEffectArgRow args[ESC_PARAMS_MAX] = {0};
    EscRegister first = esc_lower_arguments(lower, action, call->arguments, args, &count);
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_CALL, .aux = action}, 0, first, args,
                    count);
    esc_emit_drop_to(emit, mark);
    if (esc_lower_can_wait(lower))
        esc_lower_wait_else(lower, wait, call->has_else, call->otherwise,
                            ESC_EXCEPTION_ACTION_FAILED);
}

void esc_lower_run(EscLower *lower, const EscNode *node)
{
    uint32_t index = esc_meaning(lower->workspace, node->run.runbook).index;
    const EscRunbookInfo *runbook = &lower->workspace->runbooks[index];
    EscLowerMark mark = esc_lower_mark(lower);
    for (uint32_t i = 0; i < runbook->params_count; i++) {
        uint32_t local = runbook->locals_first + i;
        const EscNode *value = find_argument(lower, node->run.arguments, i);
        lower->local_registers[local] =
            esc_lower_given(lower, value, lower->workspace->locals[local].type);
    }
    esc_lower_steps(lower, runbook->node->runbook.steps);
    esc_lower_reset(lower, mark);
}
