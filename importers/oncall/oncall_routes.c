/* oncall_routes.c - Grafana OnCall's integrations and their routes: which alert starts which chain.
 *
 * Routes are asked in their order, and the last one takes what is left. A route asks by a template (jinja.c) or by a regular expression over
 * the whole alert as text, which nothing here can ask: of one that is a plain word the title and the description are asked. */
#include "oncall/oncall.h"

/* --- what a route asks ------------------------------------------------------------------------------------- */

static bool is_plain(EscText text)
{
    for (size_t i = 0; i < text.size; i++)
        if (strchr("\\^$.|?*+()[]{}", text.data[i]) != NULL)
            return false;
    return text.size > 0;
}

static bool is_everything(EscText text)
{
    return esc_text_equal(text, ESC_TEXT(".*")) || esc_text_equal(text, ESC_TEXT("^.*$")) ||
           esc_text_equal(text, ESC_TEXT("{{ True }}")) ||
           esc_text_equal(text, ESC_TEXT("{{ true }}"));
}

static const ModelTest *by_word(EscModel *model, uint32_t seen, EscText word)
{
    esc_model_change(
        model, seen,
        "it asked for `%.*s` anywhere in the alert: here in the title and the description",
        ESC_TEXT_ARG(word));
    return esc_test_both(
        model, MODEL_ANY, esc_test_of(model, MODEL_CONTAINS, ESC_TEXT("ticket.title"), word, false),
        esc_test_of(model, MODEL_CONTAINS, ESC_TEXT("ticket.description"), word, false));
}

static const ModelTest *test_of(EscModel *model, uint32_t seen, const EscJson *route)
{
    EscText text = json_text(route, "routing_regex");
    if (json_bool(route, "is_the_last_route", false) || is_everything(text))
        return NULL;
    bool is_jinja = esc_text_equal(json_text(route, "routing_type"), ESC_TEXT("jinja2"));
    if (!is_jinja && is_plain(text))
        return by_word(model, seen, text);
    const ModelTest *test = is_jinja ? jinja_read(model, text) : NULL;
    if (test != NULL)
        return test;
    esc_model_leave(
        model, seen,
        "what it asks cannot be said here, so it takes nothing, and the next one is asked: %.*s",
        ESC_TEXT_ARG(text));
    return esc_test_of(model, MODEL_NEVER, (EscText){0}, (EscText){0}, false);
}

/* --- what a route does -------------------------------------------------------------------------------------- */

static uint32_t channel_of(EscModel *model, EscText id)
{
    EscText key = esc_model_printf(model, "slack %.*s", ESC_TEXT_ARG(id));
    for (size_t i = 0; i < model->channels.count; i++)
        if (esc_text_equal(model->channels.items[i].key, key))
            return (uint32_t)i;
    (void)esc_model_channel_add(model, MODEL_NONE, key,
                                esc_model_printf(model, "Slack %.*s", ESC_TEXT_ARG(id)), "chat");
    return (uint32_t)(model->channels.count - 1);
}

static void acts_put(Oncall *oncall, ModelRule *rule, const EscJson *route)
{
    EscModel *model = oncall->model;
    const EscJson *slack = json_object(route, "slack");
    EscText chain_id = json_text(route, "escalation_chain_id"),
            channel = json_text(slack, "channel_id");
    uint32_t chain = esc_model_chain(model, chain_id);
    if (channel.size > 0 && json_bool(slack, "enabled", true))
        *MODEL_ADD(model, rule->acts) =
            (ModelAct){.kind = MODEL_TELL, .index = channel_of(model, channel)};
    if (chain != MODEL_NONE)
        *MODEL_ADD(model, rule->acts) = (ModelAct){.kind = MODEL_START, .index = chain};
    else if (chain_id.size > 0)
        esc_model_leave(model, rule->seen, "its chain %.*s is not listed", ESC_TEXT_ARG(chain_id));
    if (rule->acts.count == 0)
        *MODEL_ADD(model, rule->acts) = (ModelAct){.kind = MODEL_DROP};
    if (json_bool(json_object(route, "telegram"), "enabled", false) ||
        json_bool(json_object(route, "msteams"), "enabled", false))
        esc_model_change(model, rule->seen, "what it told by Telegram or Teams is left out");
}

/* --- integrations -------------------------------------------------------------------------------------------- */

/* True when it takes everything, as the last one does. */
static bool route_put(Oncall *oncall, uint32_t intake, const OncallItem *item, bool is_last)
{
    EscModel *model = oncall->model;
    uint32_t seen =
        esc_model_see(model, "route", item->id, json_place(model, item->document, item->json));
    const ModelTest *when = is_last ? NULL : test_of(model, seen, item->json);
    esc_model_carry(model, seen);
    ModelRule rule = {.seen = seen, .when = when};
    acts_put(oncall, &rule, item->json);
    *MODEL_ADD(model, model->intakes.items[intake].rules) = rule;
    return when == NULL;
}

static void say_parts(EscModel *model, uint32_t seen, const EscJson *json)
{
    const EscJson *templates = json_object(json, "templates");
    if (json_text(json, "maintenance_mode").size > 0)
        esc_model_leave(model, seen, "it is in maintenance: here its alerts call somebody at once");
    if (json_object(json, "heartbeat") != NULL)
        esc_model_leave(model, seen,
                        "its heartbeat is not watched: `start after no EVENT for` says it");
    if (json_text(templates, "grouping_key").size > 0)
        esc_model_change(model, seen,
                         "its alerts were grouped: here each is a ticket, and `group by` of a "
                         "template says what belongs together");
    esc_model_change(model, seen, "alerts by %.*s come in by a source that is to be connected",
                     ESC_TEXT_ARG(json_text(json, "type")));
}

static void integration_read(Oncall *oncall, const OncallItem *item)
{
    EscModel *model = oncall->model;
    uint32_t seen = oncall_see(oncall, item, "integration");
    EscText name = esc_text_on_line(model, model->seen.items[seen].title, 200);
    if (name.size == 0) {
        esc_model_leave(model, seen, "it has no name by which an alert could be of it");
        return;
    }
    esc_model_carry(model, seen);
    ModelIntake *intake = esc_model_intake_add(model, seen, item->id, name);
    uint32_t number = (uint32_t)(model->intakes.count - 1);
    EscText field = esc_model_field(model, ESC_TEXT("integration"), "text at most 200?",
                                    "by which integration an alert came");
    intake->when = esc_test_of(model, MODEL_EQUALS, field, name, false);
    say_parts(model, seen, item->json);
    int64_t position = INT64_MIN;
    bool has_last = false;
    for (const OncallItem *route; (route = oncall_next(oncall, ONCALL_ROUTE, "integration_id",
                                                       item->id, &position)) != NULL;)
        has_last = route_put(oncall, number, route, false) || has_last;
    const EscJson *standard = json_object(item->json, "default_route");
    if (!has_last && standard != NULL) {
        OncallItem route = {.kind = ONCALL_ROUTE,
                            .document = item->document,
                            .json = standard,
                            .id = ESC_TEXT("default route")};
        (void)route_put(oncall, number, &route, true);
    }
}

void oncall_routes(Oncall *oncall)
{
    for (size_t i = 0; i < oncall->items.count; i++)
        if (oncall->items.items[i].kind == ONCALL_INTEGRATION)
            integration_read(oncall, &oncall->items.items[i]);
    for (size_t i = 0; i < oncall->items.count; i++) {
        const OncallItem *item = &oncall->items.items[i];
        EscText id = json_text(item->json, "integration_id");
        bool is_listed = item->kind != ONCALL_ROUTE;
        for (size_t k = 0; k < oncall->items.count && !is_listed; k++)
            is_listed = oncall->items.items[k].kind == ONCALL_INTEGRATION &&
                        esc_text_equal(oncall->items.items[k].id, id);
        if (is_listed)
            continue;
        uint32_t seen = oncall_see(oncall, item, "route");
        esc_model_leave(oncall->model, seen, "its integration %.*s is not listed",
                        ESC_TEXT_ARG(id));
    }
}
