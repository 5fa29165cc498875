/* pagerduty_people.c - PagerDuty's users with their contacts, and teams.
 *
 * A user has two sets of rules, for high and for low urgency. What is carried over is the first: here everybody has one order. */
#include "pagerduty/pagerduty.h"

#define DELAY_MIN_MAX 10000

/* --- contacts ------------------------------------------------------------------------------------------- */

/* A contact by its id: among those of the user, or Terraform's. */
static const EscJson *contact_of(const Pagerduty *pagerduty, const EscJson *user, EscText id)
{
    for (const EscJson *contact = json_list(user, "contact_methods"); contact;
         contact = contact->next)
        if (esc_text_equal(json_text(contact, "id"), id))
            return contact;
    for (size_t i = 0; id.size > 0 && i < pagerduty->items.count; i++)
        if (pagerduty->items.items[i].kind == PAGERDUTY_CONTACT &&
            esc_text_equal(pagerduty->items.items[i].id, id))
            return pagerduty->items.items[i].json;
    return NULL;
}

static bool is_kind(const EscJson *contact, const char *kind)
{
    return esc_text_starts_with(json_text(contact, "type"), esc_text_from(kind));
}

static EscText phone_of(EscModel *model, const EscJson *contact)
{
    EscText address = json_text(contact, "address");
    int64_t country = json_integer(contact, "country_code", 0);
    if (country <= 0 || country > 9999 || esc_text_starts_with(address, ESC_TEXT("+")))
        return address;
    return esc_model_printf(model, "+%lld%.*s", (long long)country, ESC_TEXT_ARG(address));
}

/* One contact; true when it is one of its own, so that the next one's time counts from it. */
static bool contact_put(EscModel *model, uint32_t index, const EscJson *contact, int64_t after_ms)
{
    ModelPerson *person = &model->persons.items[index];
    EscText label = json_text(contact, "label");
    bool is_phone = is_kind(contact, "phone_") || is_kind(contact, "sms_"),
         is_mail = is_kind(contact, "email_");
    ModelMedium medium = is_phone ? MODEL_PHONE : MODEL_EMAIL;
    if (!is_phone && !is_mail) {
        esc_model_change(model, person->seen,
                         "the contact %.*s (%.*s) is none that people have here",
                         ESC_TEXT_ARG(label), ESC_TEXT_ARG(json_text(contact, "type")));
        return false;
    }
    if (json_bool(contact, "blacklisted", false) || !json_bool(contact, "enabled", true)) {
        esc_model_change(model, person->seen, "the contact %.*s is switched off and is left out",
                         ESC_TEXT_ARG(label));
        return false;
    }
    EscText address = is_phone ? phone_of(model, contact) : json_text(contact, "address");
    if (esc_model_contact(model, person, medium, address, after_ms))
        return true;
    if (person->contact[medium].size > 0)
        esc_model_remark(model, person->seen, "the contact %.*s is reached with the one before it",
                         ESC_TEXT_ARG(label));
    else
        esc_model_change(model, person->seen, "what the contact %.*s leads to is no address",
                         ESC_TEXT_ARG(label));
    return false;
}

/* --- rules ---------------------------------------------------------------------------------------------- */

typedef struct RuleWalk {
    const Pagerduty *pagerduty;
    EscText user;
    const EscJson *rule; /* NULL behind the last */
    size_t at;           /* among the items, behind the user's own list */
} RuleWalk;

static void rule_settle(RuleWalk *walk)
{
    const Pagerduty *pagerduty = walk->pagerduty;
    while (walk->rule == NULL && walk->at < pagerduty->items.count) {
        const PagerdutyItem *item = &pagerduty->items.items[walk->at++];
        if (item->kind == PAGERDUTY_RULE &&
            esc_text_equal(json_text(item->json, "user_id"), walk->user))
            walk->rule = item->json;
    }
}

static RuleWalk rule_first(const Pagerduty *pagerduty, const EscJson *user)
{
    RuleWalk walk = {.pagerduty = pagerduty,
                     .user = json_text(user, "id"),
                     .rule = json_list(user, "notification_rules")};
    rule_settle(&walk);
    return walk;
}

/* What stands in a state is alone: `next` of its attributes is another member. */
static void rule_next(RuleWalk *walk)
{
    walk->rule = walk->at > 0 ? NULL : walk->rule->next;
    rule_settle(walk);
}

static bool is_low(const EscJson *rule)
{
    return esc_text_equal(json_text(rule, "urgency"), ESC_TEXT("low"));
}

/* The smallest delay above `before`; INT64_MAX: none. */
static int64_t next_delay(const Pagerduty *pagerduty, const EscJson *user, int64_t before)
{
    int64_t next = INT64_MAX;
    for (RuleWalk walk = rule_first(pagerduty, user); walk.rule != NULL; rule_next(&walk)) {
        int64_t delay = json_integer(walk.rule, "start_delay_in_minutes", 0);
        if (!is_low(walk.rule) && delay > before && delay < next && delay <= DELAY_MIN_MAX)
            next = delay;
    }
    return next;
}

static void contacts_put(Pagerduty *pagerduty, uint32_t person, const EscJson *user)
{
    EscModel *model = pagerduty->model;
    int64_t last = 0;
    for (int64_t delay = next_delay(pagerduty, user, -1); delay != INT64_MAX;
         delay = next_delay(pagerduty, user, delay))
        for (RuleWalk walk = rule_first(pagerduty, user); walk.rule != NULL; rule_next(&walk)) {
            const EscJson *named = pagerduty_block(walk.rule, "contact_method");
            const EscJson *contact = contact_of(pagerduty, user, json_text(named, "id"));
            if (is_low(walk.rule) || json_integer(walk.rule, "start_delay_in_minutes", 0) != delay)
                continue;
            if (contact == NULL)
                esc_model_change(model, model->persons.items[person].seen,
                                 "one of their rules names a contact that is not listed");
            else if (contact_put(model, person, contact, (delay - last) * ESC_MINUTE_MS))
                last = delay;
        }
    for (RuleWalk walk = rule_first(pagerduty, user); walk.rule != NULL; rule_next(&walk))
        if (is_low(walk.rule))
            esc_model_change(model, model->persons.items[person].seen,
                             "their rules for low urgency are left out: here is one order for all");
}

static void read_user(Pagerduty *pagerduty, const PagerdutyItem *item)
{
    EscModel *model = pagerduty->model;
    uint32_t seen = pagerduty_see(pagerduty, item, "user");
    if (esc_model_person(model, item->id) != MODEL_NONE) {
        esc_model_change(model, seen, "another user has its id: the first counts");
        return;
    }
    EscText name = json_text(item->json, "name"), role = json_text(item->json, "role"),
            email = json_text(item->json, "email");
    esc_model_person_add(model, seen, item->id, name.size > 0 ? name : email);
    uint32_t index = (uint32_t)(model->persons.count - 1);
    ModelPerson *person = &model->persons.items[index];
    person->timezone = json_text(item->json, "time_zone");
    person->is_senior = esc_text_equal(role, ESC_TEXT("admin")) ||
                        esc_text_equal(role, ESC_TEXT("owner")) ||
                        esc_text_equal(role, ESC_TEXT("account_owner"));
    contacts_put(pagerduty, index, item->json);
    person = &model->persons.items[index];
    if (person->reach.count == 0 && esc_model_contact(model, person, MODEL_EMAIL, email, 0))
        esc_model_change(model, seen,
                         "no rule says how to notify them: they are reached by their mail address");
    esc_model_carry(model, seen);
}

/* --- teams ---------------------------------------------------------------------------------------------- */

static void member_put(EscModel *model, uint32_t team, uint32_t person)
{
    for (size_t i = 0; i < model->teams.items[team].members.count; i++)
        if (model->teams.items[team].members.items[i] == person)
            return;
    *MODEL_ADD(model, model->teams.items[team].members) = person;
}

static void member_by_key(Pagerduty *pagerduty, uint32_t team, EscText key, EscText name)
{
    EscModel *model = pagerduty->model;
    uint32_t person = esc_model_person(model, key);
    if (person == MODEL_NONE)
        esc_model_change(model, model->teams.items[team].seen, "its member %.*s is not listed",
                         ESC_TEXT_ARG(name.size > 0 ? name : key));
    else
        member_put(model, team, person);
}

/* The answer about a team's members does not say which team: its file's name does. */
static void members_read(Pagerduty *pagerduty, const PagerdutyItem *item)
{
    EscModel *model = pagerduty->model;
    for (uint32_t team = 0; team < model->teams.count; team++) {
        EscText key = model->teams.items[team].key;
        if (key.size == 0 || !esc_text_contains(item->document->path, key))
            continue;
        for (const EscJson *member = json_list(item->json, "members"); member != NULL;
             member = member->next)
            member_by_key(pagerduty, team, pagerduty_id(member),
                          json_text(json_object(member, "user"), "summary"));
        return;
    }
    uint32_t seen =
        esc_model_see(model, "team's members", item->document->path, item->document->path);
    esc_model_leave(model, seen,
                    "the answer does not say of which team: put its id into the name of the file");
}

/* A membership as a resource of its own. */
static void member_read(Pagerduty *pagerduty, const PagerdutyItem *item)
{
    EscModel *model = pagerduty->model;
    EscText key = json_text(item->json, "team_id"), user = json_text(item->json, "user_id");
    uint32_t team = esc_model_team(model, key);
    if (team != MODEL_NONE) {
        member_by_key(pagerduty, team, user, (EscText){0});
        return;
    }
    uint32_t seen = pagerduty_see(pagerduty, item, "team's member");
    esc_model_leave(model, seen, "%.*s is a member of a team that is not listed: %.*s",
                    ESC_TEXT_ARG(user), ESC_TEXT_ARG(key));
}

/* What a user's own answer says of their teams. */
static void own_teams_read(EscModel *model, const PagerdutyItem *item)
{
    uint32_t person = esc_model_person(model, item->id);
    const EscJson *own = person == MODEL_NONE ? NULL : json_list(item->json, "teams");
    for (; own != NULL; own = own->next) {
        uint32_t team = esc_model_team(model, pagerduty_id(own));
        if (team != MODEL_NONE)
            member_put(model, team, person);
        else
            esc_model_change(model, model->persons.items[person].seen,
                             "their team %.*s is not listed", ESC_TEXT_ARG(pagerduty_id(own)));
    }
}

static void read_teams(Pagerduty *pagerduty)
{
    EscModel *model = pagerduty->model;
    for (size_t i = 0; i < pagerduty->items.count; i++) {
        const PagerdutyItem *item = &pagerduty->items.items[i];
        if (item->kind != PAGERDUTY_TEAM)
            continue;
        uint32_t seen = pagerduty_see(pagerduty, item, "team");
        esc_model_team_add(model, seen, item->id, model->seen.items[seen].title);
        esc_model_carry(model, seen);
    }
    for (size_t i = 0; i < pagerduty->items.count; i++) {
        const PagerdutyItem *item = &pagerduty->items.items[i];
        if (item->kind == PAGERDUTY_MEMBERS)
            members_read(pagerduty, item);
        else if (item->kind == PAGERDUTY_MEMBER)
            member_read(pagerduty, item);
        else if (item->kind == PAGERDUTY_USER)
            own_teams_read(model, item);
    }
}

void pagerduty_people(Pagerduty *pagerduty)
{
    for (size_t i = 0; i < pagerduty->items.count; i++)
        if (pagerduty->items.items[i].kind == PAGERDUTY_USER)
            read_user(pagerduty, &pagerduty->items.items[i]);
    read_teams(pagerduty);
}
