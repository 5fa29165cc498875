/* pagerduty_policies.c - PagerDuty's escalation policies as chains.
 *
 * `escalation_delay_in_minutes` is the time until the next rule, and `num_loops` how many more times all of it is gone through. All targets
 * of a rule are told at once, or with `round_robin` one of them, the next one each time. */
#include "pagerduty/pagerduty.h"

#define DELAY_MIN_MAX 43200

static bool is_reference(EscText type, const char *what)
{
    return esc_text_starts_with(type, esc_text_from(what));
}

static bool target_read(Pagerduty *pagerduty, uint32_t seen, const EscJson *node,
                        ModelTarget *target)
{
    EscModel *model = pagerduty->model;
    EscText type = json_text(node, "type"), id = json_text(node, "id"),
            name = json_text(node, "summary");
    EscText called = name.size > 0 ? name : id;
    *target = (ModelTarget){.kind = MODEL_SCHEDULE, .index = esc_model_schedule(model, id)};
    if (is_reference(type, "user")) {
        target->kind = MODEL_PERSON;
        target->index = esc_model_person(model, id);
        if (target->index == MODEL_NONE) {
            esc_model_change(
                model, seen,
                "%.*s is not listed, as somebody who was deleted: nobody is called there",
                ESC_TEXT_ARG(called));
            target->index = esc_model_gone(model, id, name);
        }
        return true;
    }
    if (!is_reference(type, "schedule"))
        esc_model_change(model, seen, "the target %.*s of the kind %.*s is left out",
                         ESC_TEXT_ARG(called), ESC_TEXT_ARG(type));
    else if (target->index == MODEL_NONE)
        esc_model_change(model, seen, "the schedule %.*s is not listed: nobody is called there",
                         ESC_TEXT_ARG(called));
    return is_reference(type, "schedule") && target->index != MODEL_NONE;
}

static bool is_round_robin(const EscJson *rule)
{
    const EscJson *strategy = pagerduty_block(rule, "escalation_rule_assignment_strategy");
    return esc_text_equal(json_text(strategy, "type"), ESC_TEXT("round_robin"));
}

/* People who take turns are a team here; a schedule among them cannot be one of its members. */
static void draw(Pagerduty *pagerduty, uint32_t chain, ModelStep *step, size_t number)
{
    EscModel *model = pagerduty->model;
    uint32_t seen = model->chains.items[chain].seen;
    for (size_t i = 0; i < step->targets.count; i++)
        if (step->targets.items[i].kind != MODEL_PERSON) {
            esc_model_change(model, seen,
                             "rule %zu draws one of its targets in turn, and a schedule is among "
                             "them: here all are told",
                             number);
            return;
        }
    if (step->targets.count < 2)
        return;
    EscText title =
        esc_model_printf(model, "%.*s, in turn", ESC_TEXT_ARG(model->chains.items[chain].title));
    ModelTeam *team = esc_model_team_add(model, MODEL_NONE, (EscText){0}, title);
    for (size_t i = 0; i < step->targets.count; i++)
        *MODEL_ADD(model, team->members) = step->targets.items[i].index;
    step->targets.count = 1;
    step->targets.items[0] =
        (ModelTarget){.kind = MODEL_DRAWN, .index = (uint32_t)(model->teams.count - 1)};
}

static int64_t delay_of(Pagerduty *pagerduty, uint32_t seen, const EscJson *rule)
{
    int64_t delay = json_integer(rule, "escalation_delay_in_minutes", 0);
    if (delay >= 1 && delay <= DELAY_MIN_MAX)
        return delay * ESC_MINUTE_MS;
    esc_model_change(pagerduty->model, seen,
                     "a rule has a delay of %lld minutes, which is none: 30 are taken",
                     (long long)delay);
    return 30 * ESC_MINUTE_MS;
}

static void rules_read(Pagerduty *pagerduty, uint32_t chain, const EscJson *policy)
{
    EscModel *model = pagerduty->model;
    uint32_t seen = model->chains.items[chain].seen;
    int64_t at_ms = 0;
    size_t number = 0;
    for (const EscJson *rule = pagerduty_list(policy, "escalation_rules", "rule"); rule != NULL;
         rule = rule->next) {
        ModelStep step = {.at_ms = at_ms};
        ModelTarget target;
        number++;
        for (const EscJson *node = pagerduty_list(rule, "targets", "target"); node != NULL;
             node = node->next)
            if (target_read(pagerduty, seen, node, &target))
                *MODEL_ADD(model, step.targets) = target;
        if (is_round_robin(rule))
            draw(pagerduty, chain, &step, number);
        *MODEL_ADD(model, model->chains.items[chain].steps) = step;
        model->chains.items[chain].last_ms = delay_of(pagerduty, seen, rule);
        at_ms += model->chains.items[chain].last_ms;
    }
    if (number == 0)
        esc_model_leave(model, seen, "it has no rules");
}

void pagerduty_policies(Pagerduty *pagerduty)
{
    EscModel *model = pagerduty->model;
    for (size_t i = 0; i < pagerduty->items.count; i++) {
        const PagerdutyItem *item = &pagerduty->items.items[i];
        if (item->kind != PAGERDUTY_POLICY)
            continue;
        uint32_t seen = pagerduty_see(pagerduty, item, "escalation policy");
        EscText description = json_text(item->json, "description");
        int64_t loops = json_integer(item->json, "num_loops", 0);
        ModelChain *chain =
            esc_model_chain_add(model, seen, item->id, model->seen.items[seen].title);
        chain->repeats = (uint32_t)(loops < 0 ? 0 : loops > 9 ? 9 : loops);
        if (loops < 0 || loops > 9)
            esc_model_change(model, seen, "it is gone through %lld more times, and here at most 9",
                             (long long)loops);
        if (description.size > 0 && !item->is_state)
            esc_model_remark(model, seen, "%.*s", ESC_TEXT_ARG(description));
        esc_model_carry(model, seen);
        rules_read(pagerduty, (uint32_t)(model->chains.count - 1), item->json);
    }
}

uint32_t pagerduty_low(Pagerduty *pagerduty, uint32_t chain)
{
    EscModel *model = pagerduty->model;
    ModelChain whole = model->chains.items[chain];
    EscText key = esc_model_printf(model, "\001low %.*s", ESC_TEXT_ARG(whole.key));
    uint32_t found = esc_model_chain(model, key);
    if (found != MODEL_NONE)
        return found;
    ModelChain *low =
        esc_model_chain_add(model, MODEL_NONE, key,
                            esc_model_printf(model, "%.*s, not urgent", ESC_TEXT_ARG(whole.title)));
    low->last_ms = ESC_DAY_MS;
    if (whole.steps.count > 0) {
        ModelStep *step = MODEL_ADD(model, low->steps);
        for (size_t i = 0; i < whole.steps.items[0].targets.count; i++)
            *MODEL_ADD(model, step->targets) = whole.steps.items[0].targets.items[i];
    }
    return (uint32_t)(model->chains.count - 1);
}
