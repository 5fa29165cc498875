/* lower_connectors.c - systems and their actions: each a REQUEST function (lower_requests.c) and, where an inverse
 * is declared, an UNDO function; and what the workspace's programs may reach. */
#include "lower/lower.h"

static uint32_t lower_undo(EscLower *lower, uint32_t index)
{
    const EscActionInfo *action = &lower->workspace->actions[index];
    EscLowerFunction function;
    esc_lower_begin(lower, &function, ESC_FUNCTION_UNDO, action->undo->span);
    EscEmit *emit = lower->emit;
    emit->row.action = index + 1;
    esc_lower_origin(lower, action->undo->span);
    esc_lower_parameters(lower, action);
    EscEffectArgRow args[ESC_PARAMS_MAX] = {0};
    uint32_t count = 0;
    EscRegister first =
        esc_lower_arguments(lower, action->undo_action, action->undo->undo.arguments, args, &count);
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_CALL, .aux = action->undo_action}, 0,
                    first, args, count);
    esc_emit_op(emit, ESC_OP_END, 0, 0, 0, ESC_END_FALL);
    return esc_lower_end(lower, &function);
}

static void put_action(EscLower *lower, uint32_t index)
{
    const EscActionInfo *action = &lower->workspace->actions[index];
    EscActionRow row = {.system = action->system,
                        .name = esc_build_text(&lower->build, action->name),
                        .params_first = action->params_count == 0 ? 0 : action->params_first,
                        .params_count = action->params_count,
                        .result = action->result,
                        .result_path = esc_build_text(
                            &lower->build, action->returns == NULL
                                               ? ESC_TEXT("")
                                               : esc_lower_pointer(lower, action->returns))};
    esc_lower_request(lower, index, &row);
    if (action->accepts != NULL)
        row.accepts = esc_lower_document_condition(lower, action->accepts) + 1;
    if (action->undo_action != ESC_NONE && action->undo != NULL) {
        row.undo_action = action->undo_action + 1;
        row.undo = lower_undo(lower, index) + 1;
    }
    for (uint32_t i = 0; i < action->statuses_count; i++) {
        uint32_t at = esc_build_put_statuses(&lower->build, (EscStatusRow){action->statuses[i]});
        row.statuses_first = i == 0 ? at : row.statuses_first;
    }
    row.statuses_count = action->statuses_count;
    esc_build_put_actions(&lower->build, row);
}

void esc_lower_connectors(EscLower *lower)
{
    const EscWorkspace *workspace = lower->workspace;
    for (uint32_t i = 0; i < workspace->systems_count; i++) {
        const EscSystemInfo *info = &workspace->systems[i];
        esc_build_put_systems(&lower->build,
                              (EscSystemRow){esc_build_text(&lower->build, info->name),
                                             esc_build_text(&lower->build, info->title)});
    }
    for (uint32_t i = 0; i < workspace->params_count; i++) {
        const EscParamInfo *info = &workspace->params[i];
        esc_build_put_params(&lower->build,
                             (EscParamRow){esc_build_text(&lower->build, info->name), info->type});
    }
    for (uint32_t i = 0; i < workspace->actions_count; i++)
        put_action(lower, i);
}

/* --- grants ----------------------------------------------------------------------------------- */

static void note_effect(const EscEffectRow *effect, bool *channels, bool *actions)
{
    if (esc_ref_kind(effect->ref) == ESC_REF_CHANNEL)
        channels[esc_ref_index(effect->ref)] = true;
    bool is_action = effect->kind == ESC_EFFECT_CALL ||
                     (effect->kind == ESC_EFFECT_UNDO && effect->aux != ESC_NONE);
    if (is_action)
        actions[effect->aux] = true;
}

/* Only what some effect names: a channel or action that nothing uses is not within reach. */
void esc_lower_grants(EscLower *lower)
{
    const EscWorkspace *workspace = lower->workspace;
    EscBuild *build = &lower->build;
    bool *channels = esc_arena_alloc_array(
        build->arena, (size_t)workspace->channels_count + workspace->actions_count,
        sizeof *channels);
    if (channels == NULL || build->status != ESC_OK)
        return;
    bool *actions = channels + workspace->channels_count;
    for (size_t i = 0; i < build->functions_count; i++)
        for (uint32_t k = 0; k < build->made[i].effects_count; k++)
            note_effect(&build->made[i].effects[k], channels, actions);
    for (uint32_t i = 0; i < workspace->channels_count; i++)
        if (channels[i])
            esc_build_put_grants(build, (EscGrantRow){ESC_GRANT_CHANNEL, i});
    for (uint32_t i = 0; i < workspace->actions_count; i++)
        if (actions[i])
            esc_build_put_grants(build, (EscGrantRow){ESC_GRANT_ACTION, i});
}
