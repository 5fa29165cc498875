/* oncall_chains.c - Grafana OnCall's escalation chains: waits are steps of their own, so each step's time is what was waited before.
 *
 * What happens in between (a webhook, a Slack group, a resolution by the clock) has no place among owners and is said beside the chain. */
#include "oncall/oncall.h"

#define REPEATS 5 /* how often OnCall repeats a chain at most */
#define WAIT_S_MAX 86400

typedef struct ChainRead {
    Oncall *oncall;
    uint32_t chain, seen;
    int64_t at_ms;
    bool is_over;
} ChainRead;

static void step_put(ChainRead *read, const ModelTarget *targets, size_t count)
{
    EscModel *model = read->oncall->model;
    if (count == 0)
        return;
    ModelStep *step = MODEL_ADD(model, model->chains.items[read->chain].steps);
    step->at_ms = read->at_ms;
    for (size_t i = 0; i < count; i++)
        *MODEL_ADD(model, step->targets) = targets[i];
}

/* --- kinds of steps -------------------------------------------------------------------------------------- */

static bool person_of(ChainRead *read, const EscJson *node, ModelTarget *target)
{
    EscModel *model = read->oncall->model;
    EscText id = esc_json_text_or(node, (EscText){0});
    *target = (ModelTarget){.kind = MODEL_PERSON, .index = esc_model_person(model, id)};
    if (target->index != MODEL_NONE)
        return true;
    esc_model_change(model, read->seen, "%.*s is named and not listed: nobody is called there",
                     ESC_TEXT_ARG(id));
    target->index = esc_model_gone(model, id, (EscText){0});
    return true;
}

static void persons(ChainRead *read, const EscJson *json)
{
    ModelTarget target;
    for (const EscJson *node = json_list(json, "persons_to_notify"); node != NULL;
         node = node->next)
        if (person_of(read, node, &target))
            step_put(read, &target, 1); /* steps of one time are one level */
}

static void next_each_time(ChainRead *read, const EscJson *json)
{
    EscModel *model = read->oncall->model;
    const EscJson *list = json_list(json, "persons_to_notify_next_each_time");
    ModelTarget target = {.kind = MODEL_DRAWN};
    EscText title = esc_model_printf(model, "%.*s, in turn",
                                     ESC_TEXT_ARG(model->chains.items[read->chain].title));
    uint32_t team = (uint32_t)model->teams.count;
    if (list == NULL)
        return;
    (void)esc_model_team_add(model, MODEL_NONE, (EscText){0}, title);
    for (const EscJson *node = list; node != NULL; node = node->next) {
        ModelTarget person;
        if (person_of(read, node, &person))
            *MODEL_ADD(model, model->teams.items[team].members) = person.index;
    }
    target.index = team;
    step_put(read, &target, 1);
}

static void by_key(ChainRead *read, const EscJson *json, const char *member, ModelTargetKind kind)
{
    EscModel *model = read->oncall->model;
    EscText id = json_text(json, member);
    ModelTarget target = {.kind = kind,
                          .index = kind == MODEL_TEAM ? esc_model_team(model, id)
                                                      : esc_model_schedule(model, id)};
    if (target.index == MODEL_NONE)
        esc_model_change(model, read->seen, "%.*s is named and not listed: nobody is called there",
                         ESC_TEXT_ARG(id));
    else
        step_put(read, &target, 1);
}

static void wait(ChainRead *read, const EscJson *json)
{
    int64_t seconds = json_integer(json, "duration", 0);
    if (seconds < 1 || seconds > WAIT_S_MAX) {
        esc_model_change(read->oncall->model, read->seen,
                         "a wait of %lld seconds is none: a minute is taken", (long long)seconds);
        seconds = 60;
    }
    read->at_ms += seconds * 1000;
}

static void window(ChainRead *read, const EscJson *json)
{
    EscText from = json_text(json, "notify_if_time_from"),
            until = json_text(json, "notify_if_time_to");
    esc_model_change(read->oncall->model, read->seen,
                     "from its minute %lld on it waited for %.*s to %.*s (UTC): here nobody waits "
                     "for the clock, and it goes on at any hour",
                     (long long)(read->at_ms / ESC_MINUTE_MS), ESC_TEXT_ARG(from),
                     ESC_TEXT_ARG(until));
}

static void repeat(ChainRead *read)
{
    EscModel *model = read->oncall->model;
    model->chains.items[read->chain].repeats = REPEATS;
    read->is_over = true;
}

static void resolve(ChainRead *read)
{
    esc_model_leave(read->oncall->model, read->seen,
                    "behind its minute %lld alerts were resolved by themselves: here nothing is "
                    "resolved unseen, and the last resort is asked",
                    (long long)(read->at_ms / ESC_MINUTE_MS));
    read->is_over = true;
}

/* Steps that tell no person. */
static void other(ChainRead *read, EscText type)
{
    static const struct {
        const char *type, *what;
    } OTHERS[] = {
        {"notify_whole_channel", "everybody in the chat's channel was rung"},
        {"notify_user_group", "a group of Slack was rung"},
        {"trigger_webhook", "a webhook was called: an action of a `system` does that"},
        {"trigger_action", "a webhook was called: an action of a `system` does that"},
        {"notify_if_num_alerts_in_window",
         "it went on only when enough alerts had come: `start … when count(…)` says that"},
        {"declare_incident", "an incident was declared in Grafana"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(OTHERS); i++)
        if (esc_text_equal(type, esc_text_from(OTHERS[i].type))) {
            esc_model_leave(read->oncall->model, read->seen, "in its minute %lld %s",
                            (long long)(read->at_ms / ESC_MINUTE_MS), OTHERS[i].what);
            return;
        }
    esc_model_leave(read->oncall->model, read->seen, "a step of the kind %.*s is not known",
                    ESC_TEXT_ARG(type));
}

static void step_read(ChainRead *read, const EscJson *json)
{
    EscText type = json_text(json, "type");
    if (json_bool(json, "important", false))
        esc_model_change(read->oncall->model, read->seen,
                         "some of its people were told by their rules for what is important: here "
                         "everybody has one order");
    if (esc_text_equal(type, ESC_TEXT("wait")))
        wait(read, json);
    else if (esc_text_equal(type, ESC_TEXT("notify_persons")))
        persons(read, json);
    else if (esc_text_equal(type, ESC_TEXT("notify_person_next_each_time")))
        next_each_time(read, json);
    else if (esc_text_equal(type, ESC_TEXT("notify_on_call_from_schedule")))
        by_key(read, json, "notify_on_call_from_schedule", MODEL_SCHEDULE);
    else if (esc_text_equal(type, ESC_TEXT("notify_team_members")))
        by_key(read, json, "team_to_notify", MODEL_TEAM);
    else if (esc_text_equal(type, ESC_TEXT("notify_if_time_from_to")))
        window(read, json);
    else if (esc_text_equal(type, ESC_TEXT("repeat_escalation")))
        repeat(read);
    else if (esc_text_equal(type, ESC_TEXT("resolve")))
        resolve(read);
    else
        other(read, type);
}

/* --- chains --------------------------------------------------------------------------------------------------- */

static void steps_read(Oncall *oncall, uint32_t chain, EscText id)
{
    EscModel *model = oncall->model;
    ChainRead read = {.oncall = oncall, .chain = chain, .seen = model->chains.items[chain].seen};
    int64_t position = INT64_MIN;
    const OncallItem *item = NULL;
    while (!read.is_over &&
           (item = oncall_next(oncall, ONCALL_STEP, "escalation_chain_id", id, &position)) != NULL)
        step_read(&read, item->json);
    if (read.is_over &&
        oncall_next(oncall, ONCALL_STEP, "escalation_chain_id", id, &position) != NULL)
        esc_model_leave(model, read.seen, "steps behind that were never reached");
    ModelChain *row = &model->chains.items[chain];
    if (row->steps.count > 0)
        row->last_ms = read.at_ms - row->steps.items[row->steps.count - 1].at_ms;
    else
        esc_model_leave(model, read.seen, "none of its steps tells a person");
}

static void orphans(Oncall *oncall)
{
    for (size_t i = 0; i < oncall->items.count; i++) {
        const OncallItem *item = &oncall->items.items[i];
        EscText id = json_text(item->json, "escalation_chain_id");
        if (item->kind != ONCALL_STEP || esc_model_chain(oncall->model, id) != MODEL_NONE)
            continue;
        uint32_t seen = oncall_see(oncall, item, "step");
        esc_model_leave(oncall->model, seen, "its chain %.*s is not listed", ESC_TEXT_ARG(id));
    }
}

void oncall_chains(Oncall *oncall)
{
    EscModel *model = oncall->model;
    for (size_t i = 0; i < oncall->items.count; i++) {
        const OncallItem *item = &oncall->items.items[i];
        if (item->kind != ONCALL_CHAIN)
            continue;
        uint32_t seen = oncall_see(oncall, item, "escalation chain");
        (void)esc_model_chain_add(model, seen, item->id, model->seen.items[seen].title);
        esc_model_carry(model, seen);
        steps_read(oncall, (uint32_t)(model->chains.count - 1), item->id);
    }
    orphans(oncall);
}
