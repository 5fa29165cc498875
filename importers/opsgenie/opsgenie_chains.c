/* opsgenie_chains.c - escalations. The delay of a rule counts from the alert, not from the rule before it. */
#include "opsgenie/opsgenie.h"

#define REPEATS_READ_MAX 1000
#define DEFAULTS_DEEP_MAX 8

/* --- whom a rule tells ------------------------------------------------------------------------------------- */

static bool is_word(EscText text, const char *word)
{
    return esc_text_equal(text, esc_text_from(word));
}

static void tell(EscModel *model, ModelStep *step, ModelTargetKind kind, uint32_t index)
{
    *MODEL_ADD(model, step->targets) = (ModelTarget){kind, index};
}

static void comment(EscModel *model, ModelStep *step, uint32_t seen, EscText text)
{
    *MODEL_ADD(model, step->comments) = text;
    esc_model_change(model, seen, "%.*s", ESC_TEXT_ARG(text));
}

const EscJson *og_default_notify(const OgReader *reader, EscText team)
{
    for (size_t i = 0; team.size > 0 && i < reader->things.count; i++) {
        const OgThing *thing = &reader->things.items[i];
        if (thing->kind == OG_RULE && esc_text_equal(thing->owner, team) &&
            og_bool(thing->json, "isDefault", false))
            return og_object(thing->json, "notify");
    }
    return NULL;
}

/* The escalation's own text, since the one that a team leads to may not be read yet. */
static const EscJson *escalation_of(const OgReader *reader, const EscJson *ref)
{
    EscText id = og_text(ref, "id"), name = og_text(ref, "name");
    for (size_t i = 0; i < reader->things.count; i++) {
        const OgThing *thing = &reader->things.items[i];
        if (thing->kind == OG_ESCALATION &&
            ((id.size > 0 && esc_text_equal(og_text(thing->json, "id"), id)) ||
             (name.size > 0 && esc_text_equal(og_text(thing->json, "name"), name))))
            return thing->json;
    }
    return NULL;
}

static void tell_team(OgReader *reader, ModelStep *step, uint32_t team, EscText how, uint32_t seen,
                      unsigned depth);

/* A team without anything else said is told as its default routing rule says: a schedule, or whom an escalation tells first. */
static void tell_by_default(OgReader *reader, ModelStep *step, uint32_t team, uint32_t seen,
                            unsigned depth)
{
    EscModel *model = reader->model;
    const EscJson *notify = og_default_notify(reader, model->teams.items[team].key);
    EscText type = og_text(notify, "type");
    EscText title = model->teams.items[team].title;
    uint32_t schedule = is_word(type, "schedule") ? og_schedule(reader, notify) : MODEL_NONE;
    if (schedule != MODEL_NONE) {
        tell(model, step, MODEL_SCHEDULE, schedule);
        comment(model, step, seen,
                esc_model_printf(model,
                                 "the team \"%.*s\" is told by the schedule of its default rule",
                                 ESC_TEXT_ARG(title)));
        return;
    }
    const EscJson *escalation = is_word(type, "escalation") ? escalation_of(reader, notify) : NULL;
    const EscJson *first = og_list(escalation, "rules"), *recipient = og_object(first, "recipient");
    EscText kind = og_text(recipient, "type");
    schedule = is_word(kind, "schedule") ? og_schedule(reader, recipient) : MODEL_NONE;
    if (schedule != MODEL_NONE) {
        tell(model, step, MODEL_SCHEDULE, schedule);
        comment(model, step, seen,
                esc_model_printf(
                    model, "the team \"%.*s\" is told by the first step of its default escalation",
                    ESC_TEXT_ARG(title)));
    } else if (is_word(kind, "user")) {
        tell(model, step, MODEL_PERSON, og_person(reader, recipient));
        comment(model, step, seen,
                esc_model_printf(
                    model, "the team \"%.*s\" is told by the first step of its default escalation",
                    ESC_TEXT_ARG(title)));
    } else if (is_word(kind, "team") && og_team(reader, recipient) != MODEL_NONE &&
               og_team(reader, recipient) != team) {
        tell_team(reader, step, og_team(reader, recipient), og_text(first, "notifyType"), seen,
                  depth + 1);
    } else {
        tell(model, step, MODEL_TEAM, team);
        comment(model, step, seen,
                esc_model_printf(model, "all of the team \"%.*s\" are told", ESC_TEXT_ARG(title)));
    }
}

/* Members of one role: a team of its own, made once. */
static uint32_t team_of_role(OgReader *reader, uint32_t team, bool is_admins)
{
    EscModel *model = reader->model;
    EscText own = model->teams.items[team].key, title = model->teams.items[team].title;
    EscText key =
        esc_model_printf(model, "\001%s %.*s", is_admins ? "admins" : "users", ESC_TEXT_ARG(own));
    uint32_t found = esc_model_team(model, key);
    if (found != MODEL_NONE)
        return found;
    (void)esc_model_team_add(
        model, MODEL_NONE, key,
        esc_model_printf(model, "%.*s %s", ESC_TEXT_ARG(title), is_admins ? "admins" : "users"));
    found = (uint32_t)(model->teams.count - 1);
    for (size_t i = 0; i < reader->things.count; i++) {
        const OgThing *thing = &reader->things.items[i];
        if (thing->kind != OG_TEAM || thing->is_twice ||
            !esc_text_equal(og_text(thing->json, "id"), own))
            continue;
        const EscJson *member = og_list(thing->json, "members");
        for (member = member != NULL ? member : og_list(thing->json, "member"); member != NULL;
             member = member->next) {
            if (is_word(og_text(member, "role"), "admin") != is_admins)
                continue;
            const EscJson *user = og_object(member, "user");
            uint32_t person = og_person(reader, user != NULL ? user : member);
            *MODEL_ADD(model, model->teams.items[found].members) = person;
        }
    }
    return found;
}

static void tell_team(OgReader *reader, ModelStep *step, uint32_t team, EscText how, uint32_t seen,
                      unsigned depth)
{
    EscModel *model = reader->model;
    if (is_word(how, "admins") || is_word(how, "users"))
        tell(model, step, MODEL_TEAM, team_of_role(reader, team, is_word(how, "admins")));
    else if (is_word(how, "random"))
        tell(model, step, MODEL_DRAWN, team);
    else if (is_word(how, "all") || depth > DEFAULTS_DEEP_MAX)
        tell(model, step, MODEL_TEAM, team);
    else
        tell_by_default(reader, step, team, seen, depth);
}

static void tell_schedule(OgReader *reader, ModelStep *step, uint32_t schedule, EscText how,
                          uint32_t seen)
{
    EscModel *model = reader->model;
    if (is_word(how, "next") || is_word(how, "previous")) {
        uint32_t shifted = esc_model_shifted(model, schedule, is_word(how, "next") ? 1 : -1);
        comment(model, step, seen,
                esc_model_printf(model,
                                 "who is %s is by the order of the rotation, without overrides",
                                 is_word(how, "next") ? "next" : "before"));
        tell(model, step, MODEL_SCHEDULE, shifted);
        return;
    }
    if (!is_word(how, "default") && how.size > 0)
        comment(model, step, seen,
                esc_model_printf(model,
                                 "of a schedule whoever is on call is told, and not \"%.*s\"",
                                 ESC_TEXT_ARG(esc_utf8_cut(how, 40))));
    tell(model, step, MODEL_SCHEDULE, schedule);
}

static void read_recipient(OgReader *reader, ModelStep *step, const EscJson *recipient, EscText how,
                           uint32_t seen)
{
    EscModel *model = reader->model;
    EscText type = og_text(recipient, "type");
    EscText called =
        og_text(recipient, "name").size > 0 ? og_text(recipient, "name") : og_text(recipient, "id");
    uint32_t schedule = is_word(type, "schedule") ? og_schedule(reader, recipient) : MODEL_NONE;
    uint32_t team = is_word(type, "team") ? og_team(reader, recipient) : MODEL_NONE;
    if (is_word(type, "user"))
        tell(model, step, MODEL_PERSON, og_person(reader, recipient));
    else if (schedule != MODEL_NONE)
        tell_schedule(reader, step, schedule, how, seen);
    else if (team != MODEL_NONE)
        tell_team(reader, step, team, how, seen, 0);
    else
        esc_model_leave(
            model, seen, "a step for the %.*s \"%.*s\", which the export does not list",
            ESC_TEXT_ARG(type.size > 0 ? esc_utf8_cut(type, 40) : ESC_TEXT("recipient")),
            ESC_TEXT_ARG(called));
}

/* --- an escalation ------------------------------------------------------------------------------------------------- */

static void read_rule(OgReader *reader, uint32_t chain, const EscJson *rule, uint32_t seen)
{
    EscModel *model = reader->model;
    ModelStep step = {.at_ms = og_delay_ms(rule, "delay", 0)};
    EscText condition = og_text(rule, "condition");
    const EscJson *recipient = og_get(rule, "recipient", false);
    step.until_resolved = is_word(condition, "if-not-closed");
    if (condition.size > 0 && !step.until_resolved && !is_word(condition, "if-not-acked"))
        comment(
            model, &step, seen,
            esc_model_printf(
                model,
                "the condition \"%.*s\" is unknown: the step is taken until somebody acknowledges",
                ESC_TEXT_ARG(esc_utf8_cut(condition, 40))));
    if (recipient != NULL && recipient->kind == ESC_JSON_LIST)
        recipient = recipient->count > 0 ? recipient->first : NULL;
    else if (recipient != NULL && recipient->kind != ESC_JSON_OBJECT)
        recipient = NULL;
    if (recipient == NULL)
        esc_model_leave(model, seen, "a step that tells nobody");
    bool is_of_list = recipient != NULL && recipient == og_list(rule, "recipient");
    for (; recipient != NULL; recipient = is_of_list ? recipient->next : NULL)
        read_recipient(reader, &step, recipient, og_text(rule, "notifyType"), seen);
    *MODEL_ADD(model, model->chains.items[chain].steps) = step;
}

static void read_repeat(OgReader *reader, uint32_t chain, const EscJson *repeat, uint32_t seen)
{
    ModelChain *row = &reader->model->chains.items[chain];
    int64_t count = og_integer(repeat, "count", 0), wait = og_delay_ms(repeat, "waitInterval", 0);
    if (repeat == NULL || count <= 0)
        return;
    row->repeats = count > REPEATS_READ_MAX ? REPEATS_READ_MAX : (uint32_t)count;
    row->last_ms = wait;
    if (og_bool(repeat, "closeAlertAfterAll", false))
        esc_model_leave(
            reader->model, seen,
            "that the alert is closed behind the last repetition: the last resort has it then");
}

static void read_escalation(OgReader *reader, const OgThing *thing)
{
    EscModel *model = reader->model;
    (void)esc_model_chain_add(model, thing->seen, og_text(thing->json, "id"),
                              og_text(thing->json, "name"));
    uint32_t chain = (uint32_t)(model->chains.count - 1);
    esc_model_carry(model, thing->seen);
    EscText description = og_text(thing->json, "description");
    if (description.size > 0)
        esc_model_remark(model, thing->seen, "%.*s", ESC_TEXT_ARG(description));
    for (const EscJson *rule = og_list(thing->json, "rules"); rule != NULL; rule = rule->next)
        read_rule(reader, chain, rule, thing->seen);
    read_repeat(reader, chain, og_object(thing->json, "repeat"), thing->seen);
}

/* --- chains of one step ----------------------------------------------------------------------------------------------- */

static uint32_t chain_of(EscModel *model, ModelTarget target, EscText key, EscText title)
{
    uint32_t found = esc_model_chain(model, key);
    if (found != MODEL_NONE)
        return found;
    ModelChain *chain = esc_model_chain_add(model, MODEL_NONE, key, title);
    ModelStep *step = MODEL_ADD(model, chain->steps);
    *MODEL_ADD(model, step->targets) = target;
    return (uint32_t)(model->chains.count - 1);
}

uint32_t og_chain_of_schedule(OgReader *reader, uint32_t schedule)
{
    EscModel *model = reader->model;
    const ModelSchedule *row = &model->schedules.items[schedule];
    return chain_of(model, (ModelTarget){MODEL_SCHEDULE, schedule},
                    esc_model_printf(model, "\001schedule %u", schedule),
                    esc_model_printf(model, "%.*s: who is on call", ESC_TEXT_ARG(row->title)));
}

uint32_t og_chain_of_team(OgReader *reader, uint32_t team)
{
    EscModel *model = reader->model;
    const ModelTeam *row = &model->teams.items[team];
    return chain_of(model, (ModelTarget){MODEL_TEAM, team},
                    esc_model_printf(model, "\001team %u", team),
                    esc_model_printf(model, "%.*s: the whole team", ESC_TEXT_ARG(row->title)));
}

void og_read_chains(OgReader *reader)
{
    for (size_t i = 0; i < reader->things.count; i++) {
        const OgThing *thing = &reader->things.items[i];
        if (thing->kind == OG_ESCALATION && !thing->is_twice)
            read_escalation(reader, thing);
    }
}
