/* verify_params.c - what templates are started with: V47. A parameter is read, owns and is waited for in its own template only,
 * whoever starts that gives all of them, and no trigger does, which would give none. */
#include <esc/vm.h>

#include "vm_internal.h"

bool esc_param_is_of(const EscProgram *program, uint32_t template_option, uint32_t param)
{
    if (template_option == 0)
        return false;
    const EscTemplateRow *row = &program->templates[template_option - 1];
    return param >= row->params_first && param - row->params_first < row->params_count;
}

bool esc_param_names(const EscProgram *program, uint32_t template_option, uint32_t param)
{
    return esc_param_is_of(program, template_option, param) &&
           esc_type_kind(program->params[param].type) == ESC_KIND_TEXT;
}

/* --- templates ------------------------------------------------------------------------------------------------------------ */

static EscStatus verify_template(EscVerify *verify, uint32_t template)
{
    const EscProgram *program = verify->program;
    const EscTemplateRow *row = &program->templates[template];
    uint32_t end = row->params_first + row->params_count;
    REJECT_UNLESS_BOUND(ACTION_PARAMS, row->params_count, TEMPLATES, template);
    REJECT_IF(row->params_count > 0 && !row->is_manual, "V47", TEMPLATES, template,
              "it has parameters, and nobody may start it");
    for (uint32_t p = row->params_first; p < end; p++) {
        REJECT_IF(esc_type_kind(program->params[p].type) == ESC_KIND_REF, "V47", PARAMS, p,
                  "nobody can give a reference");
        for (uint32_t before = row->params_first; before < p; before++)
            REJECT_IF(program->params[before].name == program->params[p].name, "V35", PARAMS, p,
                      "the template has two parameters of this name");
    }
    return ESC_OK;
}

EscStatus esc_verify_params(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < program->templates_count && status == ESC_OK; i++)
        status = verify_template(verify, i);
    for (uint32_t i = 0; i < program->triggers_count && status == ESC_OK; i++) {
        uint32_t template = program->triggers[i].template;
        REJECT_IF(template != 0 && program->templates[template - 1].params_count > 0, "V47",
                  TRIGGERS, i, "the template has parameters, and a trigger gives none");
    }
    for (uint32_t i = 0; i < program->preds_count && status == ESC_OK; i++) {
        const EscPredRow *pred = &program->preds[i];
        REJECT_IF(pred->kind == ESC_PRED_CLOCK && pred->detail < program->clocks_count &&
                      program->clocks[pred->detail].source == ESC_CLOCK_SOURCE_PARAM,
                  "V47", PREDS, i, "a trigger waits for what nobody has given yet");
    }
    return status;
}

/* --- starts --------------------------------------------------------------------------------------------------------------- */

static const EscEffectArgRow *find_given(const EscProgram *program, const EscEffectRow *site,
                                         uint32_t name)
{
    for (uint32_t a = site->args_first; a < site->args_first + site->args_count; a++)
        if (program->effect_args[a].name == name)
            return &program->effect_args[a];
    return NULL;
}

/* The arguments with a name are the template's parameters: as many, and each by name and type. */
static EscStatus verify_started(EscVerify *verify, uint32_t i, uint32_t template)
{
    const EscProgram *program = verify->program;
    const EscEffectRow *site = &program->effects[i];
    const EscTemplateRow *row = &program->templates[template];
    bool has_ticket = site->args_count > 0 && program->effect_args[site->args_first].name == 0;
    verify->steps += (uint64_t)row->params_count * site->args_count;
    REJECT_IF(site->args_count - has_ticket != row->params_count, "V19", EFFECTS, i,
              "%u values are given, but template %u has %u parameters",
              (unsigned)(site->args_count - has_ticket), (unsigned)template,
              (unsigned)row->params_count);
    for (uint32_t p = row->params_first; p < row->params_first + row->params_count; p++) {
        const EscParamRow *param = &program->params[p];
        const EscEffectArgRow *given = find_given(program, site, param->name);
        REJECT_IF(given == NULL || given->type != param->type, "V19", EFFECTS, i,
                  "nothing of the type of parameter %u is given", (unsigned)p);
    }
    return ESC_OK;
}

EscStatus esc_verify_start(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscEffectRow *site = &program->effects[i];
    EscStatus status = ESC_OK;
    for (uint32_t a = 0; a < site->args_count; a++) {
        const EscEffectArgRow *arg = &program->effect_args[site->args_first + a];
        bool is_ticket = a == 0 && arg->name == 0;
        REJECT_IF(arg->field != 0, "V35", EFFECT_ARGS, site->args_first + a,
                  "the argument stands for no field");
        REJECT_IF(arg->name == 0 && !is_ticket, "V35", EFFECT_ARGS, site->args_first + a,
                  "the argument has no name");
        REJECT_IF(is_ticket && arg->type != ESC_TYPE(ESC_KIND_TEXT), "V19", EFFECT_ARGS,
                  site->args_first + a, "a ticket is named by a text");
    }
    if (site->ref == 0)
        return verify_started(verify, i, site->aux);
    const EscRouteRow *route = &program->routes[esc_ref_index(site->ref)];
    for (uint32_t r = 0; r < route->rows_count && status == ESC_OK; r++)
        status = verify_started(verify, i,
                                esc_ref_index(program->route_rows[route->rows_first + r].target));
    return status;
}
