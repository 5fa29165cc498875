/* verify_sites.c - the instructions that touch the world or end a function: EMIT, WAIT, OWN, RETURN, END, CLOSE and DONE.
 * V19 (arguments and results), V25 (a part of another template), V31 (an owner before anything is emitted, waited for or closed),
 * V33, V34 (nothing is left unanswered; only QA closes), V36 (which function may do what). */
#include <esc/vm.h>

#include "verify_flow.h"

/* --- what each kind of function may do ---------------------------------------------------------------------------- */

#define END_BIT(NAME) (1u << ESC_END_##NAME)

typedef struct FunctionRules {
    uint32_t end_modes; /* of END */
    bool may_wait, may_own, may_close, may_done, may_return;
} FunctionRules; /* of kinds without a row: nothing */

static const FunctionRules rules_of[ESC_FUNCTION_COUNT] = {
    [ESC_FUNCTION_STEPS] = {0, true, true, true, false, false},
    [ESC_FUNCTION_CATCH] = {END_BIT(RESUME), true, true, true, false, false},
    [ESC_FUNCTION_CLOSING] = {END_BIT(RAISE), true, false, false, true, false},
    [ESC_FUNCTION_HANDLER] = {END_BIT(FALL) | END_BIT(SKIP) | END_BIT(RAISE), false, true, true,
                              false, false},
    [ESC_FUNCTION_REMINDER] = {END_BIT(FALL) | END_BIT(RAISE), false, true, false, false, false},
    [ESC_FUNCTION_QA_ELSE] = {END_BIT(FALL) | END_BIT(RAISE), false, true, false, false, false},
    [ESC_FUNCTION_COND] = {0, false, false, false, false, true},
    [ESC_FUNCTION_REQUEST] = {END_BIT(FALL), false, false, false, false, false},
    [ESC_FUNCTION_UNDO] = {END_BIT(FALL), false, false, false, false, false},
    [ESC_FUNCTION_AUTOMATION] = {END_BIT(FALL), false, false, false, false, false},
    [ESC_FUNCTION_BACK] = {END_BIT(FALL), false, false, false, false, false},
};

static bool function_sends_one(uint32_t kind)
{
    return kind == ESC_FUNCTION_REQUEST || kind == ESC_FUNCTION_UNDO || kind == ESC_FUNCTION_BACK;
}

/* --- EMIT -------------------------------------------------------------------------------------------------------------- */

static EscStatus check_arguments(Flow *flow, const EscInstr *instr, const EscEffectRow *site)
{
    FLOW_REJECT_IF(instr->c != site->args_count, "V19", "%u arguments, but its site has %u",
                   instr->c, (unsigned)site->args_count);
    for (uint32_t i = 0; i < instr->c; i++) {
        EscType type = flow->now.types[instr->b + i];
        EscType wanted = flow->verify->program->effect_args[site->args_first + i].type;
        FLOW_REJECT_IF(type == 0, "V16", "register %u is unset", (unsigned)(instr->b + i));
        FLOW_REJECT_IF(type != wanted, "V19", "argument %u has type 0x%x, its site wants 0x%x",
                       (unsigned)i, (unsigned)type, (unsigned)wanted);
    }
    return ESC_OK;
}

/* An effect whose answer is awaited, or that speaks about the next one, leaves that open; nothing else may be emitted in between. */
static bool effect_leaves_open(const Flow *flow, uint32_t kind)
{
    if (kind == ESC_EFFECT_CALL) /* where nothing waits, nobody reads the reply */
        return rules_of[flow->row->kind].may_wait;
    return esc_effect_info[kind].opens != ESC_OPENS_NOTHING;
}

static uint32_t pending_kind(const Flow *flow)
{
    return flow->now.pending == 0 ? (uint32_t)ESC_EFFECT_NONE
                                  : flow->verify->program->effects[flow->now.pending - 1].kind;
}

static EscStatus check_template(Flow *flow, const EscEffectRow *site)
{
    const EscProgram *program = flow->verify->program;
    if (site->kind == ESC_EFFECT_CHECK) {
        const EscTemplateRow *template = &program->templates[flow->row->template - 1];
        FLOW_REJECT_IF(site->aux - template->checks_first >= template->checks_count, "V25",
                       "check %u is another template's", (unsigned)site->aux);
    }
    if (flow->row->kind == ESC_FUNCTION_UNDO)
        FLOW_REJECT_IF(site->aux + 1 != program->actions[flow->row->action - 1].undo_action, "V33",
                       "action %u is not the declared inverse", (unsigned)site->aux);
    return ESC_OK;
}

/* A parameter names people only where it is a text of the template at hand. */
static EscStatus flow_named(Flow *flow, uint32_t param)
{
    FLOW_REJECT_IF(!esc_param_names(flow->verify->program, flow->row->template, param), "V47",
                   "parameter %u names nobody here", (unsigned)param);
    return ESC_OK;
}

EscStatus flow_emit(Flow *flow, const EscInstr *instr)
{
    const EscEffectRow *site = &flow->verify->program->effects[instr->imm];
    const EscEffectInfo *info = &esc_effect_info[site->kind];
    uint32_t open = pending_kind(flow);
    FLOW_REJECT_IF((info->functions >> flow->row->kind & 1) == 0, "V36",
                   "%s is no effect of this kind of function", info->name);
    FLOW_REJECT_IF(!flow->now.is_owned, "V31", "nobody is accountable yet");
    FLOW_REJECT_IF(flow->row->kind == ESC_FUNCTION_AUTOMATION &&
                       esc_ref_kind(site->ref) == ESC_REF_ROLE,
                   "V36", "an automation has no roles");
    FLOW_REJECT_IF(open == ESC_EFFECT_UNDO && site->kind != ESC_EFFECT_CALL &&
                       site->kind != ESC_EFFECT_SET,
                   "V34", "undo speaks about a call or set, which must come next");
    FLOW_REJECT_IF(open != ESC_EFFECT_NONE && open != ESC_EFFECT_UNDO, "V34",
                   "the wait for %s must come first", esc_effect_info[open].name);
    EscStatus status = check_arguments(flow, instr, site);
    if (status == ESC_OK)
        status = check_template(flow, site);
    if (status == ESC_OK && esc_ref_kind(site->ref) == ESC_REF_PARAM)
        status = flow_named(flow, esc_ref_index(site->ref));
    if (status != ESC_OK)
        return status;
    FLOW_REJECT_IF(info->result == ESC_KIND_UNSET && instr->a != 0, "V11",
                   "%s has no result, so a must be zero", info->name);
    if (info->result != ESC_KIND_UNSET) {
        flow->now.types[instr->a] = ESC_TYPE(info->result);
        flow->now.zeros &= ~(1u << instr->a);
    }
    flow->now.sent += function_sends_one(flow->row->kind);
    flow->now.is_raised = flow->now.is_raised || site->kind == ESC_EFFECT_RAISE;
    flow->now.pending = effect_leaves_open(flow, site->kind) ? instr->imm + 1 : 0;
    return ESC_OK;
}

/* --- WAIT ---------------------------------------------------------------------------------------------------------------- */

/* The effect that a kind of wait answers. */
static uint32_t effect_awaited(uint32_t wait)
{
    uint32_t kind = ESC_EFFECT_COUNT - 1;
    while (kind != ESC_EFFECT_NONE && esc_effect_info[kind].opens != ESC_OPENS_CHANGE + 1 + wait)
        kind--;
    return kind;
}

static EscStatus check_awaited(Flow *flow, const EscWaitRow *wait)
{
    const EscProgram *program = flow->verify->program;
    FLOW_REJECT_IF(pending_kind(flow) != effect_awaited(wait->kind), "V34",
                   "it does not wait for what was emitted before it");
    if (flow->now.pending == 0)
        return ESC_OK;
    const EscEffectRow *site = &program->effects[flow->now.pending - 1];
    FLOW_REJECT_IF(wait->kind == ESC_WAIT_CHECK && wait->check != site->aux + 1, "V25",
                   "it waits for another check");
    FLOW_REJECT_IF(wait->kind == ESC_WAIT_REPLY && wait->result_type != 0 &&
                       program->actions[site->aux].result == 0,
                   "V19", "the action replies with nothing");
    return ESC_OK;
}

static uint16_t loop_limit(const EscInstr *begin)
{
    return begin->op == ESC_OP_ROUNDS_BEGIN ? (uint16_t)begin->imm : begin->c;
}

/* What a snapshot taken here must hold: no more and no less. */
static EscStatus record_state(Flow *flow, uint32_t wait)
{
    EscBundle *bundle = flow->verify->bundle;
    EscWaitState *state = &bundle->wait_states[wait];
    *state =
        (EscWaitState){.types_first = bundle->wait_types_count, .loop_depth = (uint8_t)flow->depth};
    for (uint32_t r = 0; r < ESC_REGISTERS_MAX; r++) {
        if (flow->now.types[r] == 0)
            continue;
        bundle->wait_types =
            esc_arena_grow(bundle->arena, bundle->wait_types, bundle->wait_types_count,
                           &bundle->wait_types_capacity, sizeof *bundle->wait_types);
        if (bundle->wait_types == NULL)
            return esc_why(flow->verify->why, ESC_NO_MEMORY, "", 0, "no memory for wait states");
        bundle->wait_types[bundle->wait_types_count++] = flow->now.types[r];
        state->mask |= 1u << r;
    }
    for (uint32_t d = 0; d < flow->depth; d++)
        state->loop_limits[d] = loop_limit(&flow->code[flow->loops[d].begin]);
    return ESC_OK;
}

/* A round is waited for within its rounds, and they end where its time is over: V23. */
static EscStatus check_round(Flow *flow, const EscWaitRow *wait)
{
    const FlowLoop *loop = flow->depth == 0 ? NULL : &flow->loops[flow->depth - 1];
    FLOW_REJECT_IF(loop == NULL || !loop->is_rounds || wait->timeout != loop->end, "V23",
                   "it does not wait for the next of the rounds around it");
    return ESC_OK;
}

EscStatus flow_wait(Flow *flow, const EscInstr *instr)
{
    const EscWaitRow *wait = &flow->verify->program->waits[instr->imm];
    ESC_ASSERT(rules_of[flow->row->kind].may_wait); /* verify_programs.c has looked: V36 */
    FLOW_REJECT_IF(!flow->now.is_owned, "V31", "nobody is accountable yet");
    EscStatus status = check_awaited(flow, wait);
    if (status == ESC_OK && wait->kind == ESC_WAIT_ROUND)
        status = check_round(flow, wait);
    if (status == ESC_OK)
        status = record_state(flow, instr->imm);
    if (status != ESC_OK)
        return status;
    flow->now.pending = 0;
    if (wait->result_type != 0) {
        flow->now.types[wait->result_register] = wait->result_type;
        flow->now.zeros &= ~(1u << wait->result_register);
    }
    if (wait->kind != ESC_WAIT_QA)
        return flow_to(flow, wait->timeout);
    flow->now.is_qa_passed = false;
    status = flow_to(flow, wait->timeout);
    flow->now.is_qa_passed = true;
    return status;
}

/* --- OWN and ends ---------------------------------------------------------------------------------------------------------- */

EscStatus flow_own(Flow *flow, const EscInstr *instr)
{
    const EscProgram *program = flow->verify->program;
    FLOW_REJECT_IF(!rules_of[flow->row->kind].may_own, "V36",
                   "this kind of function may not change the owner");
    const EscTemplateRow *template = &program->templates[flow->row->template - 1];
    for (uint32_t r = template->roles_first; r < template->roles_first + template->roles_count;
         r++) {
        if (program->roles[r].role == instr->imm) {
            flow->now.is_owned = true;
            return ESC_OK;
        }
    }
    return flow_bad(flow, "V31", "the template has no owner in role %u", (unsigned)instr->imm);
}

static EscStatus check_end(Flow *flow, uint32_t mode)
{
    FLOW_REJECT_IF((rules_of[flow->row->kind].end_modes >> mode & 1) == 0, "V36",
                   "this kind of function does not end so");
    if (mode ==
        ESC_END_RAISE) { /* behind a raise nothing else is emitted, so nothing else can be open */
        FLOW_REJECT_IF(!flow->now.is_raised, "V34", "no exception was raised on every way here");
        return ESC_OK;
    }
    FLOW_REJECT_IF(flow->now.pending != 0, "V34", "an effect is still waited for");
    FLOW_REJECT_IF(function_sends_one(flow->row->kind) && flow->now.sent != 1, "V34",
                   "this kind of function emits one effect");
    return ESC_OK;
}

EscStatus flow_end(Flow *flow, const EscInstr *instr)
{
    const FunctionRules *rules = &rules_of[flow->row->kind];
    if (instr->op == ESC_OP_END)
        return check_end(flow, instr->imm);
    FLOW_REJECT_IF(flow->now.pending != 0, "V34", "an effect is still waited for");
    if (instr->op == ESC_OP_GIVE) {
        FLOW_REJECT_IF(flow->now.types[instr->a] != flow->row->gives, "V48",
                       "register %u is not what this function gives", (unsigned)instr->a);
        return ESC_OK;
    }
    if (instr->op == ESC_OP_RETURN) {
        FLOW_REJECT_IF(!rules->may_return, "V36", "only a condition returns an answer");
        return ESC_OK;
    }
    if (instr->op == ESC_OP_DONE) {
        FLOW_REJECT_IF(!rules->may_done || !flow->now.is_qa_passed, "V34",
                       "an escalation is done only behind a satisfied QA wait");
        return ESC_OK;
    }
    FLOW_REJECT_IF(!rules->may_close, "V36", "this kind of function may not close");
    FLOW_REJECT_IF(!flow->now.is_owned, "V31", "nobody is accountable yet");
    flow->verify->is_text_used[instr->imm] = 1;
    return ESC_OK;
}
