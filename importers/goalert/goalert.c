/* goalert.c - GoAlert: the answers to the query that is shipped (goalert.graphql). People, chains and services; schedules and
 * rotations stand in goalert_schedules.c.
 *
 * A step's `delayMinutes` is the time until the next step. All targets of a step are told at once, and everybody whom a schedule has. */
#include "goalert/goalert.h"
#include "readers.h"

static const char *const LISTS[] = {"users",    "rotations",    "schedules", "escalationPolicies",
                                    "services", "userOverrides"};

/* --- the answers ------------------------------------------------------------------------------------ */

/* What stands in `data`, or the whole, where somebody cut that off. */
static const EscJson *data_of(const Document *document)
{
    const EscJson *data = json_object(document->root, "data");
    return data != NULL ? data : document->root;
}

static const EscJson *list_of(const Document *document, const char *name)
{
    return json_object(data_of(document), name);
}

/* `pageInfo` or `nodes` beside it tell a GraphQL list from other tools' lists of the same name. */
static bool is_answer(const Document *document)
{
    for (size_t i = 0; document->root != NULL && i < ESC_COUNT_OF(LISTS); i++) {
        const EscJson *list = list_of(document, LISTS[i]);
        if (list != NULL && esc_json_member(list, ESC_TEXT("nodes")) != NULL)
            return true;
    }
    return false;
}

static void walk_settle(GoalertWalk *walk)
{
    const Documents *documents = walk->goalert->documents;
    while (walk->node == NULL && ++walk->at < documents->count) {
        walk->document = &documents->items[walk->at];
        if (is_answer(walk->document))
            walk->node = json_list(list_of(walk->document, walk->list), "nodes");
    }
}

GoalertWalk goalert_first(const Goalert *goalert, const char *list)
{
    GoalertWalk walk = {.goalert = goalert, .list = list, .at = SIZE_MAX};
    walk_settle(&walk);
    return walk;
}

void goalert_next(GoalertWalk *walk)
{
    walk->node = walk->node->next;
    walk_settle(walk);
}

EscText goalert_title(const EscJson *node)
{
    EscText title = json_text(node, "name");
    return title.size > 0 ? title : json_text(node, "id");
}

uint32_t goalert_see(const Goalert *goalert, const GoalertWalk *walk, const char *what)
{
    EscText title = goalert_title(walk->node);
    return esc_model_see(goalert->model, what, title,
                         json_place(goalert->model, walk->document, walk->node));
}

/* A list goes on where the last answer that has it says so, and a refused question has no list at all. */
static void check_whole(Goalert *goalert)
{
    for (size_t i = 0; i < ESC_COUNT_OF(LISTS); i++) {
        size_t pages = 0, further = 0;
        for (size_t d = 0; d < goalert->documents->count; d++) {
            const EscJson *list = list_of(&goalert->documents->items[d], LISTS[i]);
            pages += list != NULL;
            further += json_bool(json_object(list, "pageInfo"), "hasNextPage", false);
        }
        if (pages > further && pages > 0)
            continue;
        EscText title = esc_text_from(LISTS[i]);
        uint32_t seen = esc_model_see(goalert->model, "list", title, ESC_TEXT("the answer"));
        esc_model_leave(
            goalert->model, seen,
            pages == 0
                ? "the answer has no such list: the query was cut, or the key may not read it"
                : "there is a further page of it that is not among the files: ask again with "
                  "`after`");
    }
}

/* --- people ----------------------------------------------------------------------------------------- */

static EscText destination(const EscJson *method, EscText *type)
{
    const EscJson *dest = json_object(method, "dest"), *args = json_object(dest, "args");
    *type = json_text(dest, "type");
    if (type->size == 0)
        *type = json_text(method, "type");
    EscText value = json_text(method, "value");
    if (value.size == 0 && args != NULL && args->count > 0)
        value = esc_json_text_or(args->first, (EscText){0});
    return value;
}

static bool medium_of(EscText type, ModelMedium *medium)
{
    static const struct {
        const char *type;
        ModelMedium medium;
    } TYPES[] = {{"SMS", MODEL_PHONE},
                 {"VOICE", MODEL_PHONE},
                 {"EMAIL", MODEL_EMAIL},
                 {"SLACK_DM", MODEL_CHAT},
                 {"builtin-twilio-sms", MODEL_PHONE},
                 {"builtin-twilio-voice", MODEL_PHONE},
                 {"builtin-smtp-email", MODEL_EMAIL},
                 {"builtin-slack-dm", MODEL_CHAT}};
    for (size_t i = 0; i < ESC_COUNT_OF(TYPES); i++)
        if (esc_text_equal(type, esc_text_from(TYPES[i].type))) {
            *medium = TYPES[i].medium;
            return true;
        }
    return false;
}

static const EscJson *method_of(const EscJson *user, EscText id)
{
    for (const EscJson *method = json_list(user, "contactMethods"); method != NULL;
         method = method->next)
        if (esc_text_equal(json_text(method, "id"), id))
            return method;
    return NULL;
}

/* One contact, *last_ms behind the one before. */
static void contact_put(Goalert *goalert, uint32_t index, const EscJson *method, int64_t delay_ms,
                        int64_t *last_ms)
{
    EscModel *model = goalert->model;
    ModelPerson *person = &model->persons.items[index];
    EscText type = {0}, value = destination(method, &type), name = json_text(method, "name");
    ModelMedium medium = MODEL_EMAIL;
    if (json_bool(method, "disabled", false)) {
        esc_model_change(model, person->seen, "the contact %.*s is switched off and is left out",
                         ESC_TEXT_ARG(name));
        return;
    }
    if (!medium_of(type, &medium)) {
        esc_model_change(
            model, person->seen,
            "the contact %.*s is of the kind %.*s, which people have no contact for here",
            ESC_TEXT_ARG(name), ESC_TEXT_ARG(type));
        return;
    }
    if (esc_model_contact(model, person, medium, value, delay_ms - *last_ms))
        *last_ms = delay_ms;
    else if (person->contact[medium].size > 0)
        esc_model_remark(model, person->seen, "the contact %.*s is reached with the one before it",
                         ESC_TEXT_ARG(name));
    else
        esc_model_change(model, person->seen, "what the contact %.*s leads to is no address",
                         ESC_TEXT_ARG(name));
}

/* Rules in the order of their delay: exports list them as they were made. */
static void contacts_put(Goalert *goalert, uint32_t person, const EscJson *user)
{
    int64_t last_ms = 0, before = -1;
    for (;;) {
        int64_t next = INT64_MAX;
        for (const EscJson *rule = json_list(user, "notificationRules"); rule; rule = rule->next) {
            int64_t delay = json_integer(rule, "delayMinutes", 0);
            if (delay > before && delay < next)
                next = delay;
        }
        if (next == INT64_MAX)
            break;
        for (const EscJson *rule = json_list(user, "notificationRules"); rule; rule = rule->next) {
            const EscJson *method = method_of(user, json_text(rule, "contactMethodID"));
            if (json_integer(rule, "delayMinutes", 0) == next && method != NULL &&
                next <= ESC_SPAN_MAX_MS / ESC_MINUTE_MS)
                contact_put(goalert, person, method, next * ESC_MINUTE_MS, &last_ms);
        }
        before = next;
    }
}

static void read_users(Goalert *goalert)
{
    EscModel *model = goalert->model;
    for (GoalertWalk walk = goalert_first(goalert, "users"); walk.node; goalert_next(&walk)) {
        EscText id = json_text(walk.node, "id"), name = json_text(walk.node, "name"),
                email = json_text(walk.node, "email");
        uint32_t seen = goalert_see(goalert, &walk, "user");
        if (esc_model_person(model, id) != MODEL_NONE) {
            esc_model_change(model, seen, "it stands there twice: the first counts");
            continue;
        }
        esc_model_person_add(model, seen, id, name.size > 0 ? name : email);
        uint32_t person = (uint32_t)(model->persons.count - 1);
        model->persons.items[person].is_senior =
            esc_text_equal(json_text(walk.node, "role"), ESC_TEXT("admin"));
        contacts_put(goalert, person, walk.node);
        if (model->persons.items[person].reach.count == 0 &&
            esc_model_contact(model, &model->persons.items[person], MODEL_EMAIL, email, 0))
            esc_model_change(
                model, seen,
                "no rule says how to notify them: they are reached by their mail address");
        esc_model_carry(model, seen);
    }
}

/* --- chains ----------------------------------------------------------------------------------------- */

static uint32_t channel_of(Goalert *goalert, EscText type, EscText value)
{
    EscModel *model = goalert->model;
    EscText key = esc_model_printf(model, "%.*s %.*s", ESC_TEXT_ARG(type), ESC_TEXT_ARG(value));
    for (size_t i = 0; i < model->channels.count; i++)
        if (esc_text_equal(model->channels.items[i].key, key))
            return (uint32_t)i;
    bool is_slack = esc_text_contains(type, ESC_TEXT("slack"));
    EscText title =
        esc_model_printf(model, "%s %.*s", is_slack ? "Slack" : "GoAlert", ESC_TEXT_ARG(value));
    ModelChannel *channel =
        esc_model_channel_add(model, MODEL_NONE, key, title, is_slack ? "chat" : "webhook");
    channel->comment = esc_model_printf(model, "in GoAlert: %.*s", ESC_TEXT_ARG(key));
    return (uint32_t)(model->channels.count - 1);
}

static void tell_channel(Goalert *goalert, uint32_t chain, int64_t at_ms, EscText type,
                         EscText value)
{
    EscModel *model = goalert->model;
    uint32_t channel = channel_of(goalert, type, value);
    *MODEL_ADD(model, goalert->channels) = (GoalertChannel){chain, channel};
    if (at_ms > 0)
        esc_model_change(model, model->chains.items[chain].seen,
                         "the channel %.*s is told at the beginning, and not %lld minutes later",
                         ESC_TEXT_ARG(value), (long long)(at_ms / ESC_MINUTE_MS));
}

/* Whom a target is: by the older `targets` (user, schedule, rotation) or by `actions` (builtin-user …). */
static bool target_of(Goalert *goalert, uint32_t seen, EscText type, EscText id, EscText name,
                      ModelTarget *target)
{
    EscModel *model = goalert->model;
    bool is_user =
        esc_text_equal(type, ESC_TEXT("user")) || esc_text_equal(type, ESC_TEXT("builtin-user"));
    *target = (ModelTarget){.kind = is_user ? MODEL_PERSON : MODEL_SCHEDULE, .index = MODEL_NONE};
    if (is_user) {
        target->index = esc_model_person(model, id);
        if (target->index != MODEL_NONE)
            return true;
        target->index = esc_model_gone(model, id, name);
        esc_model_change(model, seen, "%.*s is named and not listed: nobody is called there",
                         ESC_TEXT_ARG(name.size > 0 ? name : id));
        return true;
    }
    if (esc_text_equal(type, ESC_TEXT("schedule")) ||
        esc_text_equal(type, ESC_TEXT("builtin-schedule")))
        target->index = esc_model_schedule(model, id);
    else if (esc_text_equal(type, ESC_TEXT("rotation")) ||
             esc_text_equal(type, ESC_TEXT("builtin-rotation")))
        target->index = goalert_rotation_schedule(goalert, id);
    else
        return false;
    if (target->index == MODEL_NONE)
        esc_model_change(model, seen, "%.*s %.*s is named and not listed: nobody is called there",
                         ESC_TEXT_ARG(type), ESC_TEXT_ARG(name.size > 0 ? name : id));
    return true;
}

static void target_put(Goalert *goalert, uint32_t chain, size_t step, EscText type, EscText id,
                       EscText name)
{
    EscModel *model = goalert->model;
    ModelTarget target;
    if (!target_of(goalert, model->chains.items[chain].seen, type, id, name, &target))
        tell_channel(goalert, chain, model->chains.items[chain].steps.items[step].at_ms, type,
                     id.size > 0 ? id : name);
    else if (target.index != MODEL_NONE)
        *MODEL_ADD(model, model->chains.items[chain].steps.items[step].targets) = target;
}

static void targets_put(Goalert *goalert, uint32_t chain, size_t step, const EscJson *node)
{
    const EscJson *action = json_list(node, "actions");
    for (const EscJson *target = action == NULL ? json_list(node, "targets") : NULL; target;
         target = target->next)
        target_put(goalert, chain, step, json_text(target, "type"), json_text(target, "id"),
                   json_text(target, "name"));
    for (; action != NULL; action = action->next) {
        const EscJson *args = json_object(action, "args");
        EscText id = args != NULL && args->count > 0 ? esc_json_text_or(args->first, (EscText){0})
                                                     : (EscText){0};
        target_put(goalert, chain, step, json_text(action, "type"), id, (EscText){0});
    }
}

/* The step with the smallest number above `before`. */
static const EscJson *step_behind(const EscJson *policy, int64_t before)
{
    const EscJson *next = NULL;
    for (const EscJson *step = json_list(policy, "steps"); step != NULL; step = step->next) {
        int64_t number = json_integer(step, "stepNumber", 0);
        if (number > before && (next == NULL || number < json_integer(next, "stepNumber", 0)))
            next = step;
    }
    return next;
}

#define DELAY_MIN_MAX 9000

static int64_t delay_of(Goalert *goalert, uint32_t seen, const EscJson *step)
{
    int64_t delay = json_integer(step, "delayMinutes", 0);
    if (delay >= 1 && delay <= DELAY_MIN_MAX)
        return delay * ESC_MINUTE_MS;
    esc_model_change(goalert->model, seen,
                     "a step has a delay of %lld minutes, which is none: %d are taken",
                     (long long)delay, delay < 1 ? 1 : DELAY_MIN_MAX);
    return (delay < 1 ? 1 : DELAY_MIN_MAX) * ESC_MINUTE_MS;
}

static void read_steps(Goalert *goalert, uint32_t chain, const EscJson *policy)
{
    EscModel *model = goalert->model;
    uint32_t seen = model->chains.items[chain].seen;
    int64_t at_ms = 0, number = INT64_MIN;
    for (const EscJson *node; (node = step_behind(policy, number)) != NULL;) {
        number = json_integer(node, "stepNumber", 0);
        ModelStep *step = MODEL_ADD(model, model->chains.items[chain].steps);
        step->at_ms = at_ms;
        targets_put(goalert, chain, model->chains.items[chain].steps.count - 1, node);
        int64_t delay = delay_of(goalert, seen, node);
        at_ms += delay;
        model->chains.items[chain].last_ms = delay;
    }
    if (number == INT64_MIN)
        esc_model_leave(model, seen, "it has no steps");
}

static void read_policies(Goalert *goalert)
{
    EscModel *model = goalert->model;
    for (GoalertWalk walk = goalert_first(goalert, "escalationPolicies"); walk.node;
         goalert_next(&walk)) {
        uint32_t seen = goalert_see(goalert, &walk, "escalation policy");
        EscText description = json_text(walk.node, "description");
        ModelChain *chain = esc_model_chain_add(model, seen, json_text(walk.node, "id"),
                                                model->seen.items[seen].title);
        int64_t repeats = json_integer(walk.node, "repeat", 0);
        chain->repeats = (uint32_t)(repeats < 0 ? 0 : repeats > 9 ? 9 : repeats);
        if (repeats < 0 || repeats > 9)
            esc_model_change(model, seen, "it repeats %lld times, and here at most 9",
                             (long long)repeats);
        if (description.size > 0)
            esc_model_remark(model, seen, "%.*s", ESC_TEXT_ARG(description));
        esc_model_carry(model, seen);
        read_steps(goalert, (uint32_t)(model->chains.count - 1), walk.node);
    }
}

/* --- services --------------------------------------------------------------------------------------- */

static void acts_put(Goalert *goalert, ModelRule *rule, uint32_t chain)
{
    *MODEL_ADD(goalert->model, rule->acts) = (ModelAct){.kind = MODEL_START, .index = chain};
    for (size_t i = 0; i < goalert->channels.count; i++)
        if (goalert->channels.items[i].chain == chain)
            *MODEL_ADD(goalert->model, rule->acts) =
                (ModelAct){.kind = MODEL_TELL, .index = goalert->channels.items[i].channel};
}

static void say_parts(Goalert *goalert, uint32_t seen, const EscJson *service)
{
    EscModel *model = goalert->model;
    int64_t until = 0;
    for (const EscJson *label = json_list(service, "labels"); label != NULL; label = label->next)
        esc_model_remark(model, seen, "label %.*s = %.*s", ESC_TEXT_ARG(json_text(label, "key")),
                         ESC_TEXT_ARG(json_text(label, "value")));
    for (const EscJson *key = json_list(service, "integrationKeys"); key != NULL; key = key->next)
        esc_model_change(
            model, seen,
            "its alerts by %.*s come by a source that is to be connected, with the service's name",
            ESC_TEXT_ARG(json_text(key, "type")));
    for (const EscJson *beat = json_list(service, "heartbeatMonitors"); beat != NULL;
         beat = beat->next)
        esc_model_leave(model, seen,
                        "its heartbeat %.*s, every %lld minutes, is not watched: `start after no "
                        "EVENT for` says it",
                        ESC_TEXT_ARG(json_text(beat, "name")),
                        (long long)json_integer(beat, "timeoutMinutes", 0));
    if (json_time(service, "maintenanceExpiresAt", &until) && until > model->request->now_ms)
        esc_model_leave(model, seen, "it is in maintenance: here its alerts call somebody at once");
}

static void read_services(Goalert *goalert)
{
    EscModel *model = goalert->model;
    for (GoalertWalk walk = goalert_first(goalert, "services"); walk.node; goalert_next(&walk)) {
        uint32_t seen = goalert_see(goalert, &walk, "service");
        EscText name = esc_text_on_line(model, model->seen.items[seen].title, 200);
        uint32_t chain = esc_model_chain(model, json_text(walk.node, "escalationPolicyID"));
        if (chain == MODEL_NONE || name.size == 0) {
            esc_model_leave(model, seen,
                            name.size == 0 ? "it has no name by which an alert could be of it"
                                           : "its escalation policy is not listed");
            continue;
        }
        esc_model_carry(model, seen); /* and below, what of it is missing */
        say_parts(goalert, seen, walk.node);
        EscText field = esc_model_field(model, ESC_TEXT("service"), "text at most 200?",
                                        "which service an alert is of");
        ModelIntake *intake = esc_model_intake_add(model, seen, json_text(walk.node, "id"), name);
        intake->when = esc_test_of(model, MODEL_EQUALS, field, name, false);
        ModelRule *rule = MODEL_ADD(model, intake->rules);
        rule->seen = MODEL_NONE;
        acts_put(goalert, rule, chain);
    }
}

/* --- the reader --------------------------------------------------------------------------------------- */

static size_t recognise(const Documents *documents)
{
    size_t count = 0;
    for (size_t i = 0; i < documents->count; i++)
        count += is_answer(&documents->items[i]);
    return count;
}

static void read(EscModel *model, const Documents *documents)
{
    Goalert goalert = {.model = model, .documents = documents};
    for (size_t i = 0; i < documents->count; i++)
        if (is_answer(&documents->items[i]))
            documents->items[i].seen = 0;
    check_whole(&goalert);
    read_users(&goalert);
    goalert_schedules(&goalert);
    read_policies(&goalert);
    read_services(&goalert);
}

extern const char esc_goalert_query[];

const ImportReader esc_reader_goalert = {
    .kind = {"goalert", "GoAlert", esc_goalert_query},
    .recognise = recognise,
    .read = read,
};
