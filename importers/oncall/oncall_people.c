/* oncall_people.c - Grafana OnCall's users with their notification rules, and teams. Telephone numbers are not in the API. */
#include "oncall/oncall.h"

static bool is_type(const EscJson *item, const char *type)
{
    return esc_text_equal(json_text(item, "type"), esc_text_from(type));
}

/* A member's id: names in Slack can be changed by whoever has them. */
static EscText slack_of(const EscJson *user)
{
    const EscJson *slack = json_list(user, "slack");
    if (slack == NULL)
        slack = json_object(user, "slack");
    return json_text(slack, "user_id");
}

/* The way that a rule takes; true when it counts as a contact of its own. */
static bool rule_put(EscModel *model, uint32_t index, const EscJson *user, const EscJson *rule,
                     int64_t after_ms)
{
    ModelPerson *person = &model->persons.items[index];
    if (is_type(rule, "notify_by_email"))
        return esc_model_contact(model, person, MODEL_EMAIL, json_text(user, "email"), after_ms);
    if (is_type(rule, "notify_by_slack") && slack_of(user).size > 0)
        return esc_model_contact(model, person, MODEL_CHAT, slack_of(user), after_ms);
    if (is_type(rule, "notify_by_sms") || is_type(rule, "notify_by_phone_call")) {
        EscText phone = json_text(user, "phone_number");
        if (phone.size > 0 && (esc_model_contact(model, person, MODEL_PHONE, phone, after_ms) ||
                               person->contact[MODEL_PHONE].size > 0))
            return true;
        esc_model_change(model, person->seen,
                         "their telephone number is not in the answer: put it in as `phone`");
        return false;
    }
    esc_model_change(model, person->seen, "the rule %.*s has no way of reaching people here",
                     ESC_TEXT_ARG(json_text(rule, "type")));
    return false;
}

static void rules_put(Oncall *oncall, uint32_t person, const OncallItem *user)
{
    EscModel *model = oncall->model;
    int64_t position = INT64_MIN, waited_ms = 0, last_ms = 0;
    bool has_important = false;
    for (const OncallItem *item;
         (item = oncall_next(oncall, ONCALL_RULE, "user_id", user->id, &position)) != NULL;) {
        int64_t seconds = json_integer(item->json, "duration", 0);
        if (json_bool(item->json, "important", false)) {
            has_important = true;
        } else if (is_type(item->json, "wait")) {
            waited_ms += seconds > 0 && seconds <= 86400 ? seconds * 1000 : 0;
        } else if (rule_put(model, person, user->json, item->json, waited_ms - last_ms)) {
            last_ms = waited_ms;
        }
    }
    if (has_important)
        esc_model_change(
            model, model->persons.items[person].seen,
            "their rules for what is important are left out: here is one order for all");
}

static void read_user(Oncall *oncall, const OncallItem *item)
{
    EscModel *model = oncall->model;
    EscText name = json_text(item->json, "username"), role = json_text(item->json, "role");
    uint32_t seen = oncall_see(oncall, item, "user");
    if (esc_model_person(model, item->id) != MODEL_NONE) {
        esc_model_change(model, seen, "it stands there twice: the first counts");
        return;
    }
    ModelPerson *person = esc_model_person_add(
        model, seen, item->id, name.size > 0 ? name : json_text(item->json, "email"));
    uint32_t index = (uint32_t)(model->persons.count - 1);
    person->timezone = json_text(item->json, "timezone");
    person->is_senior = esc_text_equal(role, ESC_TEXT("admin"));
    rules_put(oncall, index, item);
    person = &model->persons.items[index];
    if (person->reach.count == 0 &&
        esc_model_contact(model, person, MODEL_EMAIL, json_text(item->json, "email"), 0))
        esc_model_change(model, seen,
                         "no rule says how to notify them in a way that is possible here: they are "
                         "reached by their mail address");
    esc_model_carry(model, seen);
}

static void read_team(Oncall *oncall, const OncallItem *item)
{
    EscModel *model = oncall->model;
    uint32_t seen = oncall_see(oncall, item, "team");
    esc_model_team_add(model, seen, item->id, model->seen.items[seen].title);
    esc_model_carry(model, seen);
}

static void members_put(Oncall *oncall, const OncallItem *user)
{
    EscModel *model = oncall->model;
    uint32_t person = esc_model_person(model, user->id);
    for (const EscJson *node = json_list(user->json, "teams"); node != NULL; node = node->next) {
        uint32_t team = esc_model_team(model, esc_json_text_or(node, (EscText){0}));
        if (team != MODEL_NONE && person != MODEL_NONE)
            *MODEL_ADD(model, model->teams.items[team].members) = person;
    }
}

void oncall_people(Oncall *oncall)
{
    for (size_t i = 0; i < oncall->items.count; i++) {
        if (oncall->items.items[i].kind == ONCALL_USER)
            read_user(oncall, &oncall->items.items[i]);
        else if (oncall->items.items[i].kind == ONCALL_TEAM)
            read_team(oncall, &oncall->items.items[i]);
    }
    for (size_t i = 0; i < oncall->items.count; i++)
        if (oncall->items.items[i].kind == ONCALL_USER)
            members_put(oncall, &oncall->items.items[i]);
}
