/* verify_effects.c - effect sites, each by the rules of its kind in effects.def: V19 (arguments), V33 (granted channels and
 * actions), V35 (fields and names of the schema); and V32: no storm of templates that start each other without time passing.
 *
 * Which site may stand in which function, and in what order, is verify_code.c's question. */
#include <esc/vm.h>

#include "vm_internal.h"

/* --- what a site refers to ------------------------------------------------------------------------------------- */

#define REF_BIT(kind) (1u << ESC_REF_##kind)
#define REFS_PERSONS                                                                               \
    (REF_BIT(PERSON) | REF_BIT(TEAM) | REF_BIT(SCHEDULE) | REF_BIT(ROUTE) | REF_BIT(ROLE) |        \
     REF_BIT(FIELD) | REF_BIT(PARAM))

/* Allow-list: the kinds of reference that a site may hold; NONE where it must hold none. */
static const uint32_t refs_of[] = {
    [ESC_SITE_REF_NONE] = REF_BIT(NONE),
    [ESC_SITE_REF_PEOPLE] = REFS_PERSONS | REF_BIT(TURNS),
    [ESC_SITE_REF_ASKED] = REFS_PERSONS,
    [ESC_SITE_REF_RECEIVERS] = REFS_PERSONS | REF_BIT(TURNS) | REF_BIT(CHANNEL),
    [ESC_SITE_REF_QUEUE] = REF_BIT(NONE) | REF_BIT(ROUTE),
    [ESC_SITE_REF_TEMPLATE] = REF_BIT(NONE) | REF_BIT(ROUTE),
};

static EscStatus verify_manual(EscVerify *verify, uint32_t i, uint32_t template)
{
    REJECT_IF(!verify->program->templates[template].is_manual, "V25", EFFECTS, i,
              "template %u starts on events of its own, and START brings none", (unsigned)template);
    return ESC_OK;
}

/* A queue is a text, and a template one that may be started, whichever row of the route holds. */
static EscStatus verify_route(EscVerify *verify, uint32_t i, uint32_t route, EscRefKind kind)
{
    const EscProgram *program = verify->program;
    const EscRouteRow *row = &program->routes[route];
    EscStatus status = ESC_OK;
    verify->steps += row->rows_count;
    for (uint32_t r = row->rows_first; r < row->rows_first + row->rows_count; r++) {
        EscRef target = program->route_rows[r].target;
        REJECT_IF(esc_ref_kind(target) != kind, "V06", EFFECTS, i, "route %u leads elsewhere",
                  (unsigned)route);
        if (kind == ESC_REF_TEMPLATE && status == ESC_OK)
            status = verify_manual(verify, i, esc_ref_index(target));
    }
    return status;
}

static EscStatus verify_ref(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscEffectRow *row = &program->effects[i];
    EscRefKind kind = esc_ref_kind(row->ref);
    uint32_t index = esc_ref_index(row->ref);
    REJECT_IF((refs_of[esc_effect_info[row->kind].ref] >> kind & 1) == 0, "V06", EFFECTS, i,
              "%s cannot refer to this", esc_effect_info[row->kind].name);
    REJECT_IF(kind == ESC_REF_CHANNEL && !verify->is_channel_granted[index], "V33", EFFECTS, i,
              "channel %u is not granted", (unsigned)index);
    REJECT_IF(kind == ESC_REF_FIELD &&
                  (program->fields[index].scope != ESC_SCOPE_TICKET ||
                   esc_type_kind(program->fields[index].type) != ESC_KIND_TEXT),
              "V35", EFFECTS, i, "field %u names nobody: it is not a text of the ticket",
              (unsigned)index);
    EscSiteRef wanted = (EscSiteRef)esc_effect_info[row->kind].ref;
    if (kind == ESC_REF_ROUTE && wanted == ESC_SITE_REF_QUEUE)
        return verify_route(verify, i, index, ESC_REF_TEXT);
    if (kind == ESC_REF_ROUTE && wanted == ESC_SITE_REF_TEMPLATE)
        return verify_route(verify, i, index, ESC_REF_TEMPLATE);
    return ESC_OK;
}

static EscStatus verify_extra(EscVerify *verify, uint32_t i)
{
    const EscEffectRow *row = &verify->program->effects[i];
    EscSiteExtra extra = (EscSiteExtra)esc_effect_info[row->kind].extra_ms;
    bool is_within = extra == ESC_SITE_EXTRA_WITHIN;
    bool is_window = extra == ESC_SITE_EXTRA_WINDOW;
    bool has_reason = extra == ESC_SITE_EXTRA_REASON && row->aux == ESC_NONE;
    REJECT_IF(row->calendar != 0 && !is_within, "V11", EFFECTS, i,
              "it has no deadline that a calendar could count");
    if (is_within)
        REJECT_UNLESS_BOUND(DEADLINE_MS, row->extra_ms, EFFECTS, i);
    if (is_window)
        REJECT_UNLESS_BOUND_OR_0(WINDOW_MS, row->extra_ms, EFFECTS, i);
    REJECT_IF(has_reason &&
                  (row->extra_ms < 0 || (uint64_t)row->extra_ms >= verify->program->texts_count),
              "V06", EFFECTS, i, "the reason is no text");
    REJECT_IF(!is_within && !is_window && !has_reason && row->extra_ms != 0, "V11", EFFECTS, i,
              "extra_ms must be zero");
    if (has_reason)
        verify->is_text_used[row->extra_ms] = 1;
    return ESC_OK;
}

static bool field_is_ticket(const EscProgram *program, uint32_t field)
{
    return field < program->fields_count && program->fields[field].scope == ESC_SCOPE_TICKET;
}

static bool aux_is_valid(const EscProgram *program, const EscEffectRow *row)
{
    switch ((EscSiteAux)esc_effect_info[row->kind].aux) {
    case ESC_SITE_AUX_ZERO:
        return row->aux == 0;
    case ESC_SITE_AUX_CONTACT:
        return row->aux <= ESC_CONTACT_COUNT;
    case ESC_SITE_AUX_FIELD:
        return field_is_ticket(program, row->aux);
    case ESC_SITE_AUX_LIST:
        return field_is_ticket(program, row->aux) &&
               esc_type_kind(program->fields[row->aux].type) == ESC_KIND_LIST;
    case ESC_SITE_AUX_TEXT:
        return row->aux > 0 && row->aux < program->texts_count;
    case ESC_SITE_AUX_QUEUE:
        return row->ref != 0 ? row->aux == 0 : row->aux > 0 && row->aux < program->texts_count;
    case ESC_SITE_AUX_EXPECT:
        return row->aux < ESC_EXPECT_COUNT;
    case ESC_SITE_AUX_EVIDENCE:
        return row->aux >= 1 && row->aux <= 15;
    case ESC_SITE_AUX_ACTION:
        return row->aux < program->actions_count;
    case ESC_SITE_AUX_INVERSE:
        return row->aux < program->actions_count || row->aux == ESC_NONE;
    case ESC_SITE_AUX_APPROVALS:
        return esc_bound_holds(ESC_BOUND_APPROVALS, row->aux);
    case ESC_SITE_AUX_EXCEPTION:
        return row->aux < program->exceptions_count;
    case ESC_SITE_AUX_TEMPLATE:
        return row->ref != 0 ? row->aux == 0 : row->aux < program->templates_count;
    case ESC_SITE_AUX_CHECK:
        return row->aux < program->checks_count;
    case ESC_SITE_AUX_METHOD:
        return row->aux < ESC_METHOD_COUNT;
    case ESC_SITE_AUX_COMMENT:
        return row->aux <= ESC_ERRAND_COMMENT_PUBLIC;
    case ESC_SITE_AUX_SOURCE:
        return row->aux < program->sources_count;
    }
    return false;
}

static EscStatus verify_aux(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscEffectRow *row = &program->effects[i];
    REJECT_IF(!aux_is_valid(program, row), "V06", EFFECTS, i, "aux is no number that %s knows: %u",
              esc_effect_info[row->kind].name, (unsigned)row->aux);
    EscSiteAux aux = (EscSiteAux)esc_effect_info[row->kind].aux;
    if (aux == ESC_SITE_AUX_TEMPLATE && row->ref == 0)
        return verify_manual(verify, i, row->aux);
    if (aux == ESC_SITE_AUX_TEXT || aux == ESC_SITE_AUX_QUEUE)
        verify->is_text_used[row->aux] = 1;
    REJECT_IF(aux == ESC_SITE_AUX_SOURCE &&
                  esc_errand_row(program, &program->sources[row->aux], ESC_ERRAND_TICKET) == NULL,
              "V53", EFFECTS, i, "nothing behind source %u makes tickets", (unsigned)row->aux);
    bool is_action =
        aux == ESC_SITE_AUX_ACTION || (aux == ESC_SITE_AUX_INVERSE && row->aux != ESC_NONE);
    REJECT_IF(is_action && !verify->is_action_granted[row->aux], "V33", EFFECTS, i,
              "action %u is not granted", (unsigned)row->aux);
    return ESC_OK;
}

/* --- arguments ------------------------------------------------------------------------------------------------------ */

static uint32_t fixed_count(const EscEffectInfo *info)
{
    return (info->fixed[0] != 0) + (uint32_t)(info->fixed[1] != 0);
}

static EscStatus verify_fixed(EscVerify *verify, const EscEffectRow *row, uint32_t fixed)
{
    const EscEffectInfo *info = &esc_effect_info[row->kind];
    for (uint32_t a = 0; a < fixed; a++) {
        const EscEffectArgRow *arg = &verify->program->effect_args[row->args_first + a];
        REJECT_IF(arg->type != ESC_TYPE(info->fixed[a]) || arg->name != 0 || arg->field != 0, "V19",
                  EFFECT_ARGS, row->args_first + a, "%s has another fixed argument here",
                  info->name);
    }
    return ESC_OK;
}

/* Arguments that name a field of `scope` have its type, plain: what is set is never missing. */
static EscStatus verify_field_argument(EscVerify *verify, uint32_t a, uint32_t scope)
{
    const EscProgram *program = verify->program;
    const EscEffectArgRow *arg = &program->effect_args[a];
    const EscFieldRow *field = arg->field == 0 ? NULL : &program->fields[arg->field - 1];
    REJECT_IF(field == NULL || field->scope != scope, "V35", EFFECT_ARGS, a,
              "the argument names no such field");
    REJECT_IF(arg->type != esc_type_plain(field->type), "V19", EFFECT_ARGS, a,
              "the argument is not of the field's type");
    return ESC_OK;
}

static EscStatus verify_params(EscVerify *verify, const EscEffectRow *row, uint32_t i)
{
    const EscProgram *program = verify->program;
    uint32_t wanted = row->aux == ESC_NONE ? 0 : program->actions[row->aux].params_count;
    REJECT_IF(row->args_count != wanted, "V19", EFFECTS, i,
              "%u arguments, but the action has %u parameters", (unsigned)row->args_count,
              (unsigned)wanted);
    for (uint32_t a = 0; a < wanted; a++) {
        const EscParamRow *param = &program->params[program->actions[row->aux].params_first + a];
        const EscEffectArgRow *arg = &program->effect_args[row->args_first + a];
        REJECT_IF(arg->type != param->type || arg->field != 0, "V19", EFFECT_ARGS,
                  row->args_first + a, "the argument is not of the parameter's type");
    }
    return ESC_OK;
}

static EscStatus verify_extra_argument(EscVerify *verify, const EscEffectRow *row, uint32_t a)
{
    const EscEffectArgRow *arg = &verify->program->effect_args[a];
    switch (esc_effect_info[row->kind].extra) {
    case ESC_EXTRA_FIELDS:
        return verify_field_argument(verify, a, ESC_SCOPE_TICKET);
    case ESC_EXTRA_FIELD:
        REJECT_IF(arg->field != 0 && arg->field != row->aux + 1, "V35", EFFECT_ARGS, a,
                  "the argument names another field");
        REJECT_IF(arg->type != esc_type_plain(verify->program->fields[row->aux].type), "V19",
                  EFFECT_ARGS, a, "the argument is not of the field's type");
        return ESC_OK;
    case ESC_EXTRA_RAISED:
        return verify_field_argument(verify, a, ESC_SCOPE_EXCEPTION);
    default:
        break;
    }
    REJECT_IF(arg->field != 0, "V35", EFFECT_ARGS, a, "the argument stands for no field");
    return ESC_OK;
}

static EscStatus verify_arguments(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscEffectRow *row = &program->effects[i];
    const EscEffectInfo *info = &esc_effect_info[row->kind];
    uint32_t fixed = fixed_count(info);
    REJECT_UNLESS_BOUND(EFFECT_ARGS, row->args_count, EFFECTS, i);
    for (uint32_t a = row->args_first; a < row->args_first + row->args_count; a++)
        REJECT_IF(program->effect_args[a].type == 0, "V19", EFFECT_ARGS, a,
                  "an argument has a type");
    if (info->extra == ESC_EXTRA_PARAMS)
        return verify_params(verify, row, i);
    if (info->extra == ESC_EXTRA_STARTED)
        return esc_verify_start(verify, i);
    bool is_fine = row->args_count >= fixed;
    if (info->extra == ESC_EXTRA_NONE)
        is_fine = row->args_count == fixed;
    if (info->extra == ESC_EXTRA_ANY1 || info->extra == ESC_EXTRA_FIELD)
        is_fine = row->args_count == fixed + 1;
    REJECT_IF(!is_fine, "V19", EFFECTS, i, "%u arguments do not fit %s", (unsigned)row->args_count,
              info->name);
    EscStatus status = verify_fixed(verify, row, fixed);
    for (uint32_t a = row->args_first + fixed;
         a < row->args_first + row->args_count && status == ESC_OK; a++)
        status = verify_extra_argument(verify, row, a);
    return status;
}

static EscStatus verify_site(EscVerify *verify, uint32_t i)
{
    const EscEffectRow *row = &verify->program->effects[i];
    REJECT_IF(row->kind == ESC_EFFECT_NONE || esc_effect_info[row->kind].name == NULL, "V06",
              EFFECTS, i, "there is no such effect");
    EscStatus status = verify_ref(verify, i);
    if (status == ESC_OK)
        status = verify_aux(verify, i);
    if (status == ESC_OK)
        status = verify_extra(verify, i);
    if (status == ESC_OK)
        status = verify_arguments(verify, i);
    return status;
}

/* --- V32: templates that start each other ------------------------------------------------------------------------- */

typedef struct Edge {
    uint32_t target, next; /* next + 1 of the same template; 0: the last */
} Edge;

typedef struct Starts {
    uint32_t *first; /* by template: its first edge + 1 */
    bool *is_seen;   /* by effect */
    Edge *edges;
    uint32_t edges_count;
    size_t edges_capacity;
    uint32_t *incoming;
    uint32_t *ready;
} Starts;

static void add_edge(EscVerify *verify, Starts *starts, uint32_t from, uint32_t target)
{
    if (verify->program->templates[target].again_after_ms >= ESC_SECOND_MS)
        return;
    Edge *grown = esc_arena_grow(verify->scratch, starts->edges, starts->edges_count,
                                 &starts->edges_capacity, sizeof *grown);
    if (grown == NULL)
        return; /* the check ends in ESC_NO_MEMORY */
    starts->edges = grown;
    starts->edges[starts->edges_count++] = (Edge){target, starts->first[from]};
    starts->first[from] = starts->edges_count;
    starts->incoming[target]++;
}

/* The template, or all that its route may lead to. */
static void add_start(EscVerify *verify, Starts *starts, uint32_t from, const EscEffectRow *row)
{
    const EscProgram *program = verify->program;
    if (row->ref == 0) {
        add_edge(verify, starts, from, row->aux);
        return;
    }
    const EscRouteRow *route = &program->routes[esc_ref_index(row->ref)];
    verify->steps += route->rows_count;
    for (uint32_t r = route->rows_first; r < route->rows_first + route->rows_count; r++)
        add_edge(verify, starts, from, esc_ref_index(program->route_rows[r].target));
}

/* Edges between templates that may start again at once: a pause of a second ends a storm. Code is not verified yet, so only EMITs of
 * effects that exist are looked at. */
static void collect_starts(EscVerify *verify, Starts *starts)
{
    const EscProgram *program = verify->program;
    for (uint32_t f = 0; f < program->functions_count; f++) {
        const EscFunctionRow *function = &program->functions[f];
        if (function->template == 0 ||
            program->templates[function->template - 1].again_after_ms >= ESC_SECOND_MS)
            continue;
        for (uint32_t pc = 0; pc < function->code_count; pc++) {
            const EscInstr *instr = &program->code[function->code_first + pc];
            bool is_start = instr->op == ESC_OP_EMIT && instr->imm < program->effects_count &&
                            program->effects[instr->imm].kind == ESC_EFFECT_START;
            if (!is_start || starts->is_seen[instr->imm])
                continue;
            starts->is_seen[instr->imm] = true;
            add_start(verify, starts, function->template - 1, &program->effects[instr->imm]);
        }
    }
}

/* Takes away templates that nothing starts, again and again (Kahn's algorithm): what is left goes round in a circle. */
static EscStatus verify_starts(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    EscArena *arena = verify->scratch;
    Starts starts = {
        .first = esc_arena_alloc_array(arena, program->templates_count, sizeof(uint32_t)),
        .is_seen = esc_arena_alloc_array(arena, program->effects_count, sizeof(bool)),
        .incoming = esc_arena_alloc_array(arena, program->templates_count, sizeof(uint32_t)),
        .ready = esc_arena_alloc_array(arena, program->templates_count, sizeof(uint32_t)),
    };
    if (!esc_arena_failed(arena))
        collect_starts(verify, &starts);
    if (esc_arena_failed(arena))
        return ESC_NO_MEMORY;
    uint32_t count = 0;
    for (uint32_t t = 0; t < program->templates_count; t++) {
        if (starts.incoming[t] == 0)
            starts.ready[count++] = t;
    }
    for (uint32_t done = 0; done < count; done++) {
        uint32_t edge = starts.first[starts.ready[done]];
        for (; edge != 0; edge = starts.edges[edge - 1].next) {
            uint32_t target = starts.edges[edge - 1].target;
            if (--starts.incoming[target] == 0)
                starts.ready[count++] = target;
        }
    }
    for (uint32_t t = 0; t < program->templates_count; t++)
        REJECT_IF(starts.incoming[t] != 0, "V32", TEMPLATES, t,
                  "templates start each other in a circle without `again after`");
    return ESC_OK;
}

EscStatus esc_verify_effects(EscVerify *verify)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < verify->program->effects_count && status == ESC_OK; i++)
        status = verify_site(verify, i);
    return status == ESC_OK ? verify_starts(verify) : status;
}
