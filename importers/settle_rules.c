/* settle_rules.c - which rules are written, what starts a chain that none of them does, and what all of them use. */
#include "model.h"

#define RULES_DEEP_MAX 24

/* --- rules that are asked ---------------------------------------------------------------------------- */

static bool is_never(const ModelTest *when)
{
    return when != NULL && when->kind == MODEL_NEVER;
}

static bool is_always(const ModelTest *when)
{
    return when == NULL || when->kind == MODEL_EVERY;
}

static bool does_something(const ModelIntake *intake)
{
    for (size_t i = 0; i < intake->rules.count; i++) {
        const ModelRule *rule = &intake->rules.items[i];
        for (size_t a = 0; rule->is_written && a < rule->acts.count; a++) {
            if (rule->acts.items[a].kind != MODEL_DROP)
                return true;
        }
    }
    return false;
}

/* Behind a rule that takes everything nothing is asked, and rules that take what those before them leave lie in one another. */
static void settle_intake(EscModel *model, ModelIntake *intake)
{
    size_t deep = 0;
    const char *why = NULL;
    for (size_t i = 0; i < intake->rules.count; i++) {
        ModelRule *rule = &intake->rules.items[i];
        rule->is_written = why == NULL && !is_never(rule->when);
        if (why != NULL)
            esc_model_drop(model, rule->seen, "%s", why);
        if (!rule->is_written || rule->goes_on)
            continue;
        if (is_always(rule->when))
            why = "a rule before it takes everything";
        else if (++deep == RULES_DEEP_MAX)
            why = "there are more rules before it than one automation can have";
    }
    intake->is_written = !is_never(intake->when) && does_something(intake);
    for (size_t i = 0; !intake->is_written && i < intake->rules.count; i++)
        intake->rules.items[i].is_written = false;
}

/* --- what starts a chain ------------------------------------------------------------------------------ */

static bool is_started(const EscModel *model, uint32_t chain)
{
    for (size_t i = 0; i < model->intakes.count; i++) {
        const ModelIntake *intake = &model->intakes.items[i];
        for (size_t r = 0; r < intake->rules.count; r++) {
            const ModelRule *rule = &intake->rules.items[r];
            for (size_t a = 0; rule->is_written && a < rule->acts.count; a++) {
                ModelAct act = rule->acts.items[a];
                if (act.kind == MODEL_START && act.index == chain)
                    return true;
            }
        }
    }
    return false;
}

/* A chain that no rule starts would wait for ever. */
static void settle_starts(EscModel *model)
{
    for (size_t i = 0; i < model->chains.count; i++) {
        ModelChain *chain = &model->chains.items[i];
        if (is_started(model, (uint32_t)i) || chain->is_called)
            continue;
        esc_model_remark(model, chain->seen,
                         "no rule of the export starts it: tickets do whose queue has its name");
        ModelIntake *intake = esc_model_intake_add(model, MODEL_NONE, (EscText){0}, chain->title);
        EscText queue = esc_text_on_line(model, chain->title, 200);
        if (queue.size == 0) /* nothing of its name can be seen */
            queue = esc_model_printf(model, "chain %zu", i + 1);
        intake->when = esc_test_of(model, MODEL_EQUALS, ESC_TEXT("ticket.queue"), queue, false);
        ModelRule *rule = MODEL_ADD(model, intake->rules);
        rule->seen = MODEL_NONE;
        intake->is_written = rule->is_written = true;
        *MODEL_ADD(model, rule->acts) = (ModelAct){.kind = MODEL_START, .index = (uint32_t)i};
    }
}

static void use_calendars(EscModel *model, const ModelTest *test)
{
    if (test == NULL)
        return;
    if (test->kind == MODEL_WITHIN)
        model->calendars.items[test->calendar].is_used = true;
    for (const ModelTest *part = test->first; part != NULL; part = part->next)
        use_calendars(model, part);
}

static void use_rule(EscModel *model, const ModelRule *rule)
{
    use_calendars(model, rule->when);
    for (size_t i = 0; i < rule->acts.count; i++) {
        ModelAct act = rule->acts.items[i];
        if (act.kind != MODEL_TELL)
            continue;
        ModelChannel *channel = &model->channels.items[act.index];
        channel->is_used = true;
        if (channel->quiet != MODEL_NONE)
            model->calendars.items[channel->quiet].is_used = true;
    }
}

static void settle_used(EscModel *model)
{
    for (size_t i = 0; i < model->chains.count; i++) {
        if (model->chains.items[i].hours != MODEL_NONE)
            model->calendars.items[model->chains.items[i].hours].is_used = true;
    }
    for (size_t i = 0; i < model->intakes.count; i++) {
        const ModelIntake *intake = &model->intakes.items[i];
        if (!intake->is_written)
            continue;
        use_calendars(model, intake->when);
        for (size_t r = 0; r < intake->rules.count; r++) {
            if (intake->rules.items[r].is_written)
                use_rule(model, &intake->rules.items[r]);
        }
    }
}

void esc_rules_settle(EscModel *model)
{
    for (size_t i = 0; i < model->intakes.count; i++)
        settle_intake(model, &model->intakes.items[i]);
    settle_starts(model);
    settle_used(model);
}
