/* opsgenie_rules.c - routing rules of teams, which say what an alert starts, and policies, which change alerts before. */
#include "opsgenie/opsgenie.h"

#define VALUE_BYTES_MAX 100

static bool is_word(EscText text, const char *word)
{
    return esc_text_equal(text, esc_text_from(word));
}

/* --- conditions ------------------------------------------------------------------------------------------ */

static EscText priority_field(EscModel *model)
{
    return esc_model_field(model, ESC_TEXT("alert_priority"), "p5 < p4 < p3 < p2 < p1 default p3",
                           "The priority of Opsgenie; P1 is the greatest.");
}

static EscText responders_field(EscModel *model)
{
    return esc_model_field(model, ESC_TEXT("responders"), "list of text at most 100",
                           "The teams that an alert is for, by their names in Opsgenie.");
}

/* Which field of a ticket an alert's field is; empty when there is none. */
static EscText field_of(OgReader *reader, EscText field)
{
    EscModel *model = reader->model;
    if (is_word(field, "message"))
        return ESC_TEXT("ticket.title");
    if (is_word(field, "description"))
        return ESC_TEXT("ticket.description");
    if (is_word(field, "tags"))
        return ESC_TEXT("ticket.tags");
    if (is_word(field, "teams") || is_word(field, "recipients") || is_word(field, "responders"))
        return responders_field(model);
    if (is_word(field, "priority"))
        return priority_field(model);
    if (is_word(field, "alias"))
        return esc_model_field(model, ESC_TEXT("alias"), "text at most 500", "");
    if (is_word(field, "entity"))
        return esc_model_field(model, ESC_TEXT("entity"), "text at most 500", "");
    if (is_word(field, "source"))
        return esc_model_field(model, ESC_TEXT("alert_source"), "text at most 200", "");
    return (EscText){0};
}

static EscText priority_of(EscText value)
{
    static const char *const WORDS[] = {"p1", "p2", "p3", "p4", "p5"};
    if (value.size != 2 || (value.data[0] != 'P' && value.data[0] != 'p') || value.data[1] < '1' ||
        value.data[1] > '5')
        return (EscText){0};
    return esc_text_from(WORDS[value.data[1] - '1']);
}

static bool is_list(EscText field)
{
    return is_word(field, "ticket.tags") || is_word(field, "ticket.responders");
}

static const ModelTest *priority_test(OgReader *reader, EscText operation, EscText value)
{
    EscText word = priority_of(value), field = priority_field(reader->model);
    ModelTestKind kind = is_word(operation, "equals")         ? MODEL_EQUALS
                         : is_word(operation, "greater-than") ? MODEL_MORE
                         : is_word(operation, "less-than")    ? MODEL_LESS
                                                              : MODEL_NEVER;
    bool is_empty =
        (kind == MODEL_MORE && is_word(word, "p1")) || (kind == MODEL_LESS && is_word(word, "p5"));
    if (word.size == 0 || kind == MODEL_NEVER || is_empty)
        return NULL;
    return esc_test_of(reader->model, kind, field, word, true);
}

/* NULL when it cannot be said. */
static const ModelTest *read_test(OgReader *reader, const EscJson *condition)
{
    EscModel *model = reader->model;
    EscText name = og_text(condition, "field"), operation = og_text(condition, "operation"),
            value = og_text(condition, "expectedValue");
    EscText field = field_of(reader, name);
    if (field.size == 0 || value.size > VALUE_BYTES_MAX)
        return NULL;
    if (is_word(name, "priority"))
        return priority_test(reader, operation, value);
    value = esc_text_on_line(model, value, VALUE_BYTES_MAX);
    if (is_word(operation, "is-empty")) {
        const ModelTest *present = esc_test_of(model, MODEL_PRESENT, field, (EscText){0}, false);
        return is_list(field) ? NULL : esc_test_not(model, present);
    }
    if (value.size == 0)
        return NULL;
    if (is_word(operation, "contains") || (is_list(field) && is_word(operation, "equals")))
        return esc_test_of(model, MODEL_CONTAINS, field, value, false);
    if (is_list(field))
        return NULL;
    if (is_word(operation, "equals") || is_word(operation, "equals-ignoring-whitespace") ||
        is_word(operation, "equals-ignore-whitespace"))
        return esc_test_of(model, MODEL_EQUALS, field, value, false);
    if (is_word(operation, "starts-with"))
        return esc_test_of(model, MODEL_STARTS, field, value, false);
    if (is_word(operation, "ends-with"))
        return esc_test_of(model, MODEL_ENDS, field, value, false);
    return NULL;
}

static EscText said(EscModel *model, const EscJson *condition)
{
    EscText key = og_text(condition, "key");
    return esc_model_printf(model, "%s%.*s%s%.*s %.*s \"%.*s\"",
                            og_bool(condition, "not", false) ? "not " : "",
                            ESC_TEXT_ARG(esc_utf8_cut(og_text(condition, "field"), 60)),
                            key.size > 0 ? "." : "", ESC_TEXT_ARG(esc_utf8_cut(key, 60)),
                            ESC_TEXT_ARG(esc_utf8_cut(og_text(condition, "operation"), 60)),
                            ESC_TEXT_ARG(esc_utf8_cut(og_text(condition, "expectedValue"), 200)));
}

const ModelTest *og_criteria(OgReader *reader, const EscJson *criteria, uint32_t seen)
{
    EscModel *model = reader->model;
    EscText type = og_text(criteria, "type");
    if (type.size == 0)
        type = og_text(criteria, "conditionMatchType");
    const EscJson *condition = og_list(criteria, "conditions");
    bool is_any = is_word(type, "match-any-condition");
    const ModelTest *whole = NULL;
    if (criteria == NULL || is_word(type, "match-all") || condition == NULL)
        return NULL;
    for (; condition != NULL; condition = condition->next) {
        const ModelTest *test = read_test(reader, condition);
        if (test == NULL) {
            esc_model_leave(model, seen, "no ticket can be asked for: %.*s",
                            ESC_TEXT_ARG(said(model, condition)));
            test = esc_test_of(model, MODEL_NEVER, (EscText){0}, (EscText){0}, false);
        } else if (og_bool(condition, "not", false)) {
            test = esc_test_not(model, test);
        }
        whole = whole == NULL ? test
                              : esc_test_both(model, is_any ? MODEL_ANY : MODEL_ALL, whole, test);
    }
    return whole;
}

/* --- routing ------------------------------------------------------------------------------------------------------ */

static const ModelTest *hours_of(OgReader *reader, const OgThing *thing)
{
    EscModel *model = reader->model;
    OgHours hours = {0};
    og_hours(reader, og_object(thing->json, "timeRestriction"), thing->seen, &hours);
    if (hours.list.count == 0)
        return NULL;
    EscText name = og_text(thing->json, "name");
    ModelCalendar *calendar = esc_model_calendar_add(
        model, MODEL_NONE, (EscText){0}, esc_model_printf(model, "%.*s hours", ESC_TEXT_ARG(name)),
        og_text(thing->json, "timezone"));
    for (size_t i = 0; i < hours.list.count; i++)
        *MODEL_ADD(model, calendar->hours) = hours.list.items[i];
    return esc_test_within(model, (uint32_t)(model->calendars.count - 1));
}

/* Whom a rule tells; nobody is MODEL_DROP. */
static ModelAct act_of(OgReader *reader, const EscJson *notify, uint32_t team, uint32_t seen)
{
    EscModel *model = reader->model;
    EscText type = og_text(notify, "type");
    if (is_word(type, "none"))
        return (ModelAct){.kind = MODEL_DROP};
    uint32_t chain = is_word(type, "escalation") ? og_chain(reader, notify) : MODEL_NONE;
    if (chain != MODEL_NONE)
        return (ModelAct){.kind = MODEL_START, .index = chain};
    uint32_t schedule = is_word(type, "schedule") ? og_schedule(reader, notify) : MODEL_NONE;
    if (schedule != MODEL_NONE)
        return (ModelAct){.kind = MODEL_START, .index = og_chain_of_schedule(reader, schedule)};
    esc_model_change(model, seen,
                     "whom it tells is not listed in the export: the whole team is told");
    return (ModelAct){.kind = MODEL_START, .index = og_chain_of_team(reader, team)};
}

static void read_rule(OgReader *reader, uint32_t intake, uint32_t team, const OgThing *thing)
{
    EscModel *model = reader->model;
    ModelRule rule = {.seen = thing->seen};
    bool is_default = og_bool(thing->json, "isDefault", false);
    EscText name = og_text(thing->json, "name");
    esc_model_carry(model, thing->seen);
    rule.title = esc_model_printf(model, "%.*s", ESC_TEXT_ARG(name));
    rule.when =
        is_default ? NULL : og_criteria(reader, og_object(thing->json, "criteria"), thing->seen);
    const ModelTest *hours = hours_of(reader, thing);
    if (hours != NULL)
        rule.when = esc_test_both(model, MODEL_ALL, rule.when, hours);
    *MODEL_ADD(model, rule.acts) =
        act_of(reader, og_object(thing->json, "notify"), team, thing->seen);
    *MODEL_ADD(model, model->intakes.items[intake].rules) = rule;
}

/* By their order, the default rule behind all. */
static int64_t place_of(const OgThing *thing)
{
    bool is_default = og_bool(thing->json, "isDefault", false);
    return is_default ? INT64_MAX : og_integer(thing->json, "order", INT64_MAX - 1);
}

static bool is_earlier(const OgReader *reader, size_t a, size_t b)
{
    int64_t left = place_of(&reader->things.items[a]), right = place_of(&reader->things.items[b]);
    return left < right || (left == right && a < b);
}

/* The next rule of a team behind `last`; SIZE_MAX: there is none. */
static size_t next_rule(const OgReader *reader, EscText team, size_t last)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < reader->things.count; i++) {
        const OgThing *thing = &reader->things.items[i];
        if (thing->kind != OG_RULE || thing->is_twice || !esc_text_equal(thing->owner, team) ||
            i == last)
            continue;
        if (last != SIZE_MAX && !is_earlier(reader, last, i))
            continue;
        if (found == SIZE_MAX || is_earlier(reader, i, found))
            found = i;
    }
    return found;
}

/* Where no rule is listed, Opsgenie makes one that leads to the team's escalation. */
static uint32_t only_chain_of(const OgReader *reader, EscText team, EscText name)
{
    uint32_t found = MODEL_NONE;
    for (size_t i = 0; i < reader->things.count; i++) {
        const OgThing *thing = &reader->things.items[i];
        const EscJson *owner = og_object(thing->json, "ownerTeam");
        EscText id = owner != NULL ? og_text(owner, "id") : og_text(thing->json, "ownerTeamId");
        bool is_its = (id.size > 0 && esc_text_equal(id, team)) ||
                      (name.size > 0 && esc_text_equal(og_text(owner, "name"), name));
        if (thing->kind != OG_ESCALATION || thing->is_twice || !is_its)
            continue;
        if (found != MODEL_NONE)
            return MODEL_NONE;
        found = esc_model_chain(reader->model, og_text(thing->json, "id"));
    }
    return found;
}

static void read_team(OgReader *reader, uint32_t team)
{
    EscModel *model = reader->model;
    ModelTeam row = model->teams.items[team];
    size_t rule = row.key.size == 0 ? SIZE_MAX : next_rule(reader, row.key, SIZE_MAX);
    uint32_t chain = rule == SIZE_MAX ? only_chain_of(reader, row.key, row.title) : MODEL_NONE;
    if (row.seen == MODEL_NONE || row.title.size == 0 || (rule == SIZE_MAX && chain == MODEL_NONE))
        return;
    (void)esc_model_intake_add(model, MODEL_NONE, row.key, row.title);
    uint32_t intake = (uint32_t)(model->intakes.count - 1);
    model->intakes.items[intake].when =
        esc_test_of(model, MODEL_CONTAINS, responders_field(model),
                    esc_text_on_line(model, row.title, VALUE_BYTES_MAX), false);
    for (; rule != SIZE_MAX; rule = next_rule(reader, row.key, rule))
        read_rule(reader, intake, team, &reader->things.items[rule]);
    if (chain == MODEL_NONE)
        return;
    esc_model_change(model, model->chains.items[chain].seen,
                     "no routing rule is listed: alerts for its team start it");
    ModelRule *made = MODEL_ADD(model, model->intakes.items[intake].rules);
    made->seen = MODEL_NONE;
    *MODEL_ADD(model, made->acts) = (ModelAct){.kind = MODEL_START, .index = chain};
}

/* --- policies ------------------------------------------------------------------------------------------------------- */

static void set_word(OgReader *reader, ModelRule *rule, EscText value)
{
    *MODEL_ADD(reader->model, rule->acts) = (ModelAct){
        .kind = MODEL_SET, .field = priority_field(reader->model), .value = value, .is_word = true};
}

/* What an alert policy changes, as far as a ticket has it. */
static void read_changes(OgReader *reader, ModelRule *rule, const EscJson *policy, uint32_t seen)
{
    EscModel *model = reader->model;
    EscText priority = priority_of(og_text(policy, "priority")),
            message = og_text(policy, "message");
    if (priority.size > 0)
        set_word(reader, rule, priority);
    for (const EscJson *tag = og_list(policy, "tags"); tag != NULL; tag = tag->next) {
        EscText text =
            esc_text_on_line(model, esc_json_text_or(tag, (EscText){0}), VALUE_BYTES_MAX);
        if (text.size > 0)
            *MODEL_ADD(model, rule->acts) =
                (ModelAct){.kind = MODEL_PUT, .field = ESC_TEXT("ticket.tags"), .value = text};
    }
    if (message.size > 0 && !is_word(message, "{{message}}"))
        esc_model_leave(model, seen, "the message that it writes");
    static const char *const OTHERS[] = {"alertDescription", "entity", "source", "alias", "note"};
    for (size_t i = 0; i < ESC_COUNT_OF(OTHERS); i++) {
        EscText text = og_text(policy, OTHERS[i]);
        if (text.size > 0 && !esc_text_starts_with(text, ESC_TEXT("{{")))
            esc_model_leave(model, seen, "its %s", OTHERS[i]);
    }
    if (og_list(policy, "responders") != NULL || og_list(policy, "actions") != NULL ||
        og_object(policy, "details") != NULL)
        esc_model_leave(model, seen, "the responders, actions or details that it adds");
}

static void read_policy(OgReader *reader, const OgThing *thing)
{
    EscModel *model = reader->model;
    EscText name = og_text(thing->json, "name"), type = og_text(thing->json, "type");
    if (!og_bool(thing->json, "enabled", true)) {
        esc_model_leave(model, thing->seen, "it is switched off");
        return;
    }
    if (!is_word(type, "alert")) {
        esc_model_leave(model, thing->seen,
                        "what holds messages back is said of a person or a channel (`quiet "
                        "during`), not of an alert");
        return;
    }
    ModelRule rule = {.seen = MODEL_NONE};
    OgHours hours = {0};
    og_hours(reader, og_object(thing->json, "timeRestrictions"), thing->seen, &hours);
    read_changes(reader, &rule, thing->json, thing->seen);
    const ModelTest *when = og_criteria(reader, og_object(thing->json, "filter"), thing->seen);
    if (hours.list.count > 0)
        esc_model_leave(model, thing->seen, "its restriction to hours");
    if (rule.acts.count == 0 || hours.list.count > 0 ||
        (when != NULL && when->kind == MODEL_NEVER)) {
        esc_model_leave(model, thing->seen, "nothing of what it changes can be said");
        return;
    }
    esc_model_carry(model, thing->seen);
    if (thing->owner.size > 0)
        when = esc_test_both(model, MODEL_ALL,
                             esc_test_of(model, MODEL_CONTAINS, responders_field(model),
                                         esc_text_on_line(model, thing->owner, VALUE_BYTES_MAX),
                                         false),
                             when);
    ModelIntake *intake = esc_model_intake_add(model, thing->seen, (EscText){0}, name);
    intake->when = when;
    intake->is_change = true;
    *MODEL_ADD(model, intake->rules) = rule;
}

/* The place of a policy by the file of orders; behind all others when it is not in it. */
static int64_t order_of(const OgReader *reader, const OgThing *policy)
{
    EscText id = og_text(policy->json, "id");
    for (size_t i = 0; id.size > 0 && i < reader->things.count; i++) {
        if (reader->things.items[i].kind != OG_ORDERS)
            continue;
        for (const EscJson *item = json_items(reader->things.items[i].json, "data"); item != NULL;
             item = item->next) {
            if (esc_text_equal(og_text(item, "id"), id))
                return og_integer(item, "order", INT64_MAX);
        }
    }
    return INT64_MAX;
}

static void read_policies(OgReader *reader)
{
    EscModel *model = reader->model;
    MODEL_LIST(size_t) order = {0};
    for (size_t i = 0; i < reader->things.count; i++) {
        const OgThing *thing = &reader->things.items[i];
        if (thing->kind != OG_POLICY || thing->is_twice)
            continue;
        *MODEL_ADD(model, order) = i;
        for (size_t at = order.count - 1;
             at > 0 &&
             order_of(reader, thing) < order_of(reader, &reader->things.items[order.items[at - 1]]);
             at--) {
            order.items[at] = order.items[at - 1];
            order.items[at - 1] = i;
        }
    }
    for (size_t i = 0; i < order.count; i++)
        read_policy(reader, &reader->things.items[order.items[i]]);
}

void og_read_rules(OgReader *reader)
{
    read_policies(reader);
    for (size_t i = 0; i < reader->model->teams.count; i++)
        read_team(reader, (uint32_t)i);
    for (size_t i = 0; i < reader->things.count; i++) {
        const OgThing *thing = &reader->things.items[i];
        if (thing->kind == OG_RULE && !thing->is_twice &&
            reader->model->seen.items[thing->seen].fate == MODEL_UNSETTLED)
            esc_model_leave(reader->model, thing->seen, "its team is not listed");
    }
}
