/* opsgenie_people.c - users with their addresses and forwardings, teams; and whom a reference means. */
#include "opsgenie/opsgenie.h"

/* --- references ------------------------------------------------------------------------------------------ */

static EscText either(const EscJson *ref, const char *a, const char *b)
{
    EscText text = og_text(ref, a);
    return text.size > 0 ? text : og_text(ref, b);
}

static uint32_t by_address(const EscModel *model, EscText address)
{
    for (size_t i = 0; address.size > 0 && i < model->persons.count; i++) {
        if (esc_text_equal(model->persons.items[i].contact[MODEL_EMAIL], address))
            return (uint32_t)i;
    }
    return MODEL_NONE;
}

uint32_t og_person(OgReader *reader, const EscJson *ref)
{
    EscText id = og_text(ref, "id"), name = either(ref, "username", "name");
    uint32_t found = esc_model_person(reader->model, id);
    if (found == MODEL_NONE)
        found = by_address(reader->model, name);
    return found != MODEL_NONE ? found
                               : esc_model_gone(reader->model, id.size > 0 ? id : name, name);
}

#define BY_NAME(list, wanted)                                                                      \
    for (size_t i = 0; (wanted).size > 0 && i < (list).count; i++) {                               \
        if (esc_text_equal((list).items[i].title, (wanted)))                                       \
            return (uint32_t)i;                                                                    \
    }

uint32_t og_team(OgReader *reader, const EscJson *ref)
{
    EscText name = og_text(ref, "name");
    uint32_t found = esc_model_team(reader->model, og_text(ref, "id"));
    if (found != MODEL_NONE)
        return found;
    BY_NAME(reader->model->teams, name)
    return MODEL_NONE;
}

uint32_t og_schedule(OgReader *reader, const EscJson *ref)
{
    EscText name = og_text(ref, "name");
    uint32_t found = esc_model_schedule(reader->model, og_text(ref, "id"));
    if (found != MODEL_NONE)
        return found;
    BY_NAME(reader->model->schedules, name)
    return MODEL_NONE;
}

uint32_t og_chain(OgReader *reader, const EscJson *ref)
{
    EscText name = og_text(ref, "name");
    uint32_t found = esc_model_chain(reader->model, og_text(ref, "id"));
    if (found != MODEL_NONE)
        return found;
    BY_NAME(reader->model->chains, name)
    return MODEL_NONE;
}

/* --- how a user is told ------------------------------------------------------------------------------------- */

/* Steps say when since the alert; the language says how long after the one before. */
static void read_steps(OgReader *reader, ModelPerson *person, const EscJson *rule)
{
    int64_t last_ms = 0;
    for (const EscJson *step = og_list(rule, "steps"); step != NULL; step = step->next) {
        const EscJson *contact = og_object(step, "contact");
        EscText method = og_text(contact, "method"), to = og_text(contact, "to");
        int64_t at_ms = og_delay_ms(step, "sendAfter", 0);
        if (!og_bool(step, "enabled", true))
            continue;
        ModelMedium medium = esc_text_equal(method, ESC_TEXT("email")) ? MODEL_EMAIL : MODEL_PHONE;
        if (esc_text_equal(method, ESC_TEXT("mobile"))) {
            esc_model_change(reader->model, person->seen,
                             "the app of Opsgenie is no way of being reached any more");
            continue;
        }
        if (esc_model_contact(reader->model, person, medium, to, at_ms - last_ms))
            last_ms = at_ms;
        else if (medium == MODEL_PHONE && person->contact[MODEL_PHONE].size > 0)
            esc_model_change(
                reader->model, person->seen,
                "its number is used once: how it is called or written to is the gateway's matter");
        else
            esc_model_change(reader->model, person->seen,
                             "one of its addresses is none that can be reached (%.*s)",
                             ESC_TEXT_ARG(method));
    }
}

static void read_rules(OgReader *reader, ModelPerson *person, const EscJson *around)
{
    bool has_one = false;
    for (const EscJson *rule = og_list(around, "notificationRuleList"); rule != NULL;
         rule = rule->next) {
        EscText action = og_text(rule, "actionType"), name = og_text(rule, "name");
        if (!og_bool(rule, "enabled", true))
            continue;
        bool is_plain =
            og_object(rule, "criteria") == NULL ||
            esc_text_equal(og_text(og_object(rule, "criteria"), "type"), ESC_TEXT("match-all"));
        if (esc_text_equal(action, ESC_TEXT("create-alert")) && is_plain && !has_one) {
            read_steps(reader, person, rule);
            has_one = true;
        } else {
            esc_model_change(reader->model, person->seen,
                             "its notification rule \"%.*s\" (%.*s) is left out",
                             ESC_TEXT_ARG(name), ESC_TEXT_ARG(action));
        }
    }
}

static void read_user(OgReader *reader, const OgThing *thing)
{
    EscModel *model = reader->model;
    EscText username = og_text(thing->json, "username"), title = og_text(thing->json, "fullName");
    ModelPerson *person = esc_model_person_add(model, thing->seen, og_text(thing->json, "id"),
                                               title.size > 0 ? title : username);
    person->timezone = either(thing->json, "timeZone", "timezone");
    const EscJson *role = og_object(thing->json, "role");
    EscText called = role != NULL ? og_text(role, "name") : og_text(thing->json, "role");
    person->is_senior =
        esc_text_equal(called, ESC_TEXT("Owner")) || esc_text_equal(called, ESC_TEXT("Admin"));
    esc_model_carry(model, thing->seen);
    read_rules(reader, person, thing->around);
    (void)esc_model_contact(model, person, MODEL_EMAIL, username,
                            0); /* behind what the rules name */
    if (og_bool(thing->json, "blocked", false)) {
        person->is_nobody = true;
        person->is_senior = false;
        esc_model_change(model, thing->seen, "the user is blocked, so is never there");
    }
}

/* Terraform has contacts as resources of their own. */
static void read_contact(OgReader *reader, const OgThing *thing)
{
    EscModel *model = reader->model;
    EscText method = og_text(thing->json, "method"), to = og_text(thing->json, "to");
    uint32_t person = by_address(model, og_text(thing->json, "username"));
    bool is_mail = esc_text_equal(method, ESC_TEXT("email"));
    bool is_taken = person != MODEL_NONE && !esc_text_equal(method, ESC_TEXT("mobile")) &&
                    esc_model_contact(model, &model->persons.items[person],
                                      is_mail ? MODEL_EMAIL : MODEL_PHONE, to, 0);
    if (is_taken)
        esc_model_carry(model, thing->seen);
    else
        esc_model_leave(model, thing->seen,
                        person == MODEL_NONE
                            ? "its user is not listed"
                            : "the user is reached by another address of this sort, or it is none");
}

/* --- teams ---------------------------------------------------------------------------------------------------- */

static void add_member(OgReader *reader, uint32_t team, const EscJson *member)
{
    EscModel *model = reader->model;
    const EscJson *user = og_object(member, "user");
    uint32_t person = og_person(reader, user != NULL ? user : member);
    ModelTeam *row = &model->teams.items[team];
    if (model->persons.items[person].seen == MODEL_NONE)
        esc_model_change(model, row->seen, "a member whom the export does not list is left out");
    bool is_admin = esc_text_equal(og_text(member, "role"), ESC_TEXT("admin"));
    *MODEL_ADD(model, row->members) = person;
    if (is_admin && row->lead == MODEL_NONE && !model->persons.items[person].is_nobody)
        row->lead = person;
}

static void read_team(OgReader *reader, const OgThing *thing)
{
    EscModel *model = reader->model;
    (void)esc_model_team_add(model, thing->seen, og_text(thing->json, "id"),
                             og_text(thing->json, "name"));
    uint32_t team = (uint32_t)(model->teams.count - 1);
    esc_model_carry(model, thing->seen);
    const EscJson *member = og_list(thing->json, "members");
    if (member == NULL)
        member = og_list(thing->json, "member");
    for (; member != NULL; member = member->next)
        add_member(reader, team, member);
    EscText description = og_text(thing->json, "description");
    if (description.size > 0)
        esc_model_remark(model, thing->seen, "%.*s", ESC_TEXT_ARG(description));
}

/* --- forwardings ------------------------------------------------------------------------------------------------ */

/* Alerts of one user go to another one for a while: an absence with a deputy. */
static void read_forwarding(OgReader *reader, const OgThing *thing)
{
    EscModel *model = reader->model;
    const EscJson *from = og_object(thing->json, "fromUser"),
                  *to = og_object(thing->json, "toUser");
    int64_t from_ms = 0, until_ms = 0;
    if (from == NULL || !og_time(thing->json, "startDate", &from_ms) ||
        !og_time(thing->json, "endDate", &until_ms)) {
        esc_model_leave(model, thing->seen, "whose alerts go to whom, or when, is not to be read");
        return;
    }
    uint32_t person = og_person(reader, from),
             deputy = to == NULL ? MODEL_NONE : og_person(reader, to);
    if (model->persons.items[person].is_nobody) {
        esc_model_leave(model, thing->seen, "the user whose alerts it forwards is not there");
        return;
    }
    *MODEL_ADD(model, model->persons.items[person].absences) = (ModelAbsence){
        .seen = thing->seen, .from_ms = from_ms, .until_ms = until_ms, .deputy = deputy};
}

void og_read_people(OgReader *reader)
{
    static const struct {
        OgKind kind;
        void (*read)(OgReader *reader, const OgThing *thing);
    } ORDER[] = {{OG_USER, read_user},
                 {OG_CONTACT, read_contact},
                 {OG_TEAM, read_team},
                 {OG_FORWARDING, read_forwarding}};
    for (size_t pass = 0; pass < ESC_COUNT_OF(ORDER); pass++) {
        for (size_t i = 0; i < reader->things.count; i++) {
            if (reader->things.items[i].kind == ORDER[pass].kind &&
                !reader->things.items[i].is_twice)
                ORDER[pass].read(reader, &reader->things.items[i]);
        }
    }
}
