/* opsgenie.c - exports of Opsgenie: which things there are, whatever form they come in. */
#include <stdlib.h>

#include "opsgenie/opsgenie.h"
#include "readers.h"

/* --- members in two spellings ----------------------------------------------------------------------- */

static const EscJson *member(const EscJson *object, const char *name)
{
    char snake[64];
    size_t size = 0;
    const EscJson *found = esc_json_member(object, esc_text_from(name));
    if (found != NULL)
        return found;
    for (const char *c = name; *c != '\0' && size + 2 < sizeof snake; c++) {
        if (*c >= 'A' && *c <= 'Z')
            snake[size++] = '_';
        snake[size++] = esc_ascii_lower(*c);
    }
    return esc_json_member(object, (EscText){snake, size});
}

const EscJson *og_get(const EscJson *object, const char *name, bool is_object)
{
    const EscJson *found = member(object, name);
    if (is_object && found != NULL && found->kind == ESC_JSON_LIST && found->count > 0)
        found = found->first;
    return found;
}

EscText og_text(const EscJson *object, const char *name)
{
    return esc_json_text_or(og_get(object, name, false), (EscText){0});
}

int64_t og_integer(const EscJson *object, const char *name, int64_t otherwise)
{
    const EscJson *found = og_get(object, name, false);
    if (found == NULL)
        return otherwise;
    EscJson alone = *found, around = {.kind = ESC_JSON_OBJECT, .count = 1, .first = &alone};
    alone.name = ESC_TEXT("value");
    alone.next = NULL;
    return json_integer(&around, "value", otherwise);
}

bool og_bool(const EscJson *object, const char *name, bool otherwise)
{
    const EscJson *found = og_get(object, name, false);
    if (found != NULL && (found->kind == ESC_JSON_TRUE || found->kind == ESC_JSON_FALSE))
        return found->kind == ESC_JSON_TRUE;
    EscText text = esc_json_text_or(found, (EscText){0});
    return esc_text_equal(text, ESC_TEXT("true"))    ? true
           : esc_text_equal(text, ESC_TEXT("false")) ? false
                                                     : otherwise;
}

const EscJson *og_object(const EscJson *object, const char *name)
{
    const EscJson *found = og_get(object, name, true);
    return found != NULL && found->kind == ESC_JSON_OBJECT ? found : NULL;
}

const EscJson *og_list(const EscJson *object, const char *name)
{
    const EscJson *found = og_get(object, name, false);
    return found != NULL && found->kind == ESC_JSON_LIST && found->count > 0 ? found->first : NULL;
}

bool og_time(const EscJson *object, const char *name, int64_t *at_ms)
{
    const EscJson *found = og_get(object, name, false);
    if (found == NULL)
        return false;
    if (found->kind == ESC_JSON_TEXT)
        return esc_clock_read(found->text, at_ms);
    return found->kind == ESC_JSON_INTEGER && esc_clock_read(found->source, at_ms);
}

/* --- which things there are ----------------------------------------------------------------------------- */

static bool has(const EscJson *object, const char *name)
{
    return member(object, name) != NULL;
}

static EscText title_of(const EscJson *json)
{
    static const char *const NAMES[] = {"fullName", "name", "username", "alias", "id"};
    for (size_t i = 0; i < ESC_COUNT_OF(NAMES); i++) {
        EscText text = og_text(json, NAMES[i]);
        if (text.size > 0)
            return text;
    }
    return (EscText){0};
}

/* Whether the same thing came before. */
static bool is_listed(OgReader *reader, OgKind kind, EscText id)
{
    EscText key = esc_model_printf(reader->model, "%d %.*s", (int)kind, ESC_TEXT_ARG(id));
    uint32_t number = (uint32_t)reader->things.count;
    return id.size > 0 && esc_model_index(reader->model, 'o', key, number) != number;
}

static const char *what_of(OgKind kind)
{
    static const char *const WHAT[] = {
        [OG_USER] = "user",
        [OG_TEAM] = "team",
        [OG_SCHEDULE] = "schedule",
        [OG_ROTATION] = "rotation",
        [OG_OVERRIDE] = "override",
        [OG_ESCALATION] = "escalation",
        [OG_RULE] = "routing rule",
        [OG_POLICY] = "policy",
        [OG_FORWARDING] = "forwarding",
        [OG_CONTACT] = "contact",
        [OG_ORDERS] = "order of policies",
        [OG_INTEGRATION] = "integration",
        [OG_MAINTENANCE] = "maintenance window",
        [OG_HEARTBEAT] = "heartbeat",
        [OG_ROLE] = "role of users",
        [OG_OTHER] = "thing of another kind",
    };
    return WHAT[kind];
}

static OgThing *add(OgReader *reader, Document *document, OgKind kind, const EscJson *json,
                    const EscJson *around)
{
    bool is_twice =
        kind != OG_OTHER && kind != OG_ORDERS && is_listed(reader, kind, og_text(json, "id"));
    uint32_t seen = esc_model_see(reader->model, what_of(kind), title_of(json),
                                  json_place(reader->model, document, json));
    document->seen = seen;
    OgThing *thing = MODEL_ADD(reader->model, reader->things);
    *thing =
        (OgThing){.kind = kind, .json = json, .around = around, .seen = seen, .is_twice = is_twice};
    if (is_twice) {
        esc_model_carry(reader->model, seen);
        esc_model_remark(reader->model, seen, "it is listed more than once");
    }
    return thing;
}

/* Rules, overrides and rotations stand within the thing that they belong to, but in Terraform. */
static void add_team(OgReader *reader, Document *document, const EscJson *team,
                     const EscJson *around)
{
    bool is_twice = add(reader, document, OG_TEAM, team, around)->is_twice;
    EscText id = og_text(team, "id");
    for (const EscJson *rule = og_list(around, "teamRoutingRules"); rule != NULL && !is_twice;
         rule = rule->next)
        add(reader, document, OG_RULE, rule, NULL)->owner = id;
    for (const EscJson *role = og_list(around, "teamRoles"); role != NULL && !is_twice;
         role = role->next) {
        uint32_t seen = esc_model_see(reader->model, "role of a team", title_of(role),
                                      json_place(reader->model, document, role));
        esc_model_leave(reader->model, seen,
                        "who may change what is decided by who may change these files");
    }
}

static void add_schedule(OgReader *reader, Document *document, const EscJson *schedule,
                         const EscJson *around)
{
    OgThing *thing = add(reader, document, OG_SCHEDULE, schedule, around);
    EscText id = og_text(schedule, "id");
    bool is_twice = thing->is_twice;
    for (const EscJson *rotation = og_list(schedule, "rotations"); rotation != NULL && !is_twice;
         rotation = rotation->next)
        add(reader, document, OG_ROTATION, rotation, NULL)->owner = id;
    for (const EscJson *override = og_list(around, "scheduleOverrideList");
         override != NULL && !is_twice; override = override->next)
        add(reader, document, OG_OVERRIDE, override, NULL)->owner = id;
}

/* One object: of the backup, or of a REST list. OG_OTHER when nothing tells what it is. */
static OgKind kind_of(const EscJson *json)
{
    if (has(json, "fromUser") || has(json, "toUser"))
        return OG_FORWARDING;
    if (has(json, "grantedRights") || has(json, "disallowedRights") || has(json, "extendedRole"))
        return OG_ROLE;
    if (has(json, "intervalUnit"))
        return OG_HEARTBEAT;
    if (has(json, "time") && !has(json, "username"))
        return OG_MAINTENANCE;
    if (has(json, "rotations") || (has(json, "timezone") && has(json, "ownerTeam")))
        return OG_SCHEDULE;
    if (og_list(json, "rules") != NULL || (has(json, "rules") && has(json, "ownerTeam")))
        return OG_ESCALATION;
    if (has(json, "username") || has(json, "fullName"))
        return OG_USER;
    if (has(json, "criteria") && has(json, "notify"))
        return OG_RULE;
    if (has(json, "members") ||
        (has(json, "name") && has(json, "description") && has(json, "links")))
        return OG_TEAM;
    return OG_OTHER;
}

/* What stands around a thing that is missing itself. */
static void add_orphans(OgReader *reader, Document *document, const EscJson *json)
{
    for (const EscJson *each = og_list(json, "scheduleOverrideList"); each != NULL;
         each = each->next)
        add(reader, document, OG_OVERRIDE, each, NULL);
    for (const EscJson *each = og_list(json, "teamRoutingRules"); each != NULL; each = each->next)
        add(reader, document, OG_RULE, each, NULL);
}

static void add_object(OgReader *reader, Document *document, const EscJson *json)
{
    const EscJson *inside = NULL;
    if ((inside = og_object(json, "user")) != NULL && has(json, "notificationRuleList"))
        add(reader, document, OG_USER, inside, json);
    else if ((inside = og_object(json, "team")) != NULL)
        add_team(reader, document, inside, json);
    else if ((inside = og_object(json, "schedule")) != NULL)
        add_schedule(reader, document, inside, json);
    else if ((inside = og_object(json, "policy")) != NULL)
        add(reader, document, OG_POLICY, inside, json)->owner = og_text(json, "teamName");
    else if ((inside = og_object(json, "integration")) != NULL)
        add(reader, document, OG_INTEGRATION, inside, json);
    else if ((inside = og_object(json, "user")) != NULL)
        add(reader, document, OG_USER, inside, json);
    else if (kind_of(json) == OG_SCHEDULE)
        add_schedule(reader, document, json, NULL);
    else if (kind_of(json) == OG_TEAM)
        add_team(reader, document, json, NULL);
    else {
        add(reader, document, kind_of(json), json, NULL);
        add_orphans(reader, document, json);
    }
}

static bool is_order(const EscJson *json)
{
    return has(json, "order") && has(json, "id") && has(json, "name") && json->count <= 5;
}

static void add_root(OgReader *reader, Document *document)
{
    const EscJson *root = document->root;
    const EscJson *data = og_get(root, "data", false);
    if (root->kind == ESC_JSON_OBJECT && data == NULL) {
        add_object(reader, document, root);
        return;
    }
    const EscJson *items =
        data != NULL && data->kind == ESC_JSON_OBJECT ? data : json_items(root, "data");
    if (data != NULL && data->kind == ESC_JSON_OBJECT) {
        add_object(reader, document, data);
        return;
    }
    if (root->kind == ESC_JSON_LIST && items != NULL && is_order(items)) {
        add(reader, document, OG_ORDERS, root, NULL);
        return;
    }
    for (const EscJson *item = items; item != NULL; item = item->next)
        add_object(reader, document, item);
    if (items == NULL) {
        document->seen = esc_model_see(reader->model, "file", document->path, document->path);
        esc_model_leave(reader->model, document->seen, "it lists nothing");
    }
}

/* --- Terraform -------------------------------------------------------------------------------------------------- */

typedef struct State {
    OgReader *reader;
    Document *document;
} State;

static void add_resource(void *context, EscText type, EscText name, const EscJson *instance,
                         const EscJson *attributes)
{
    static const struct {
        const char *type;
        OgKind kind;
    } TYPES[] = {
        {"opsgenie_user", OG_USER},
        {"opsgenie_team", OG_TEAM},
        {"opsgenie_schedule", OG_SCHEDULE},
        {"opsgenie_schedule_rotation", OG_ROTATION},
        {"opsgenie_escalation", OG_ESCALATION},
        {"opsgenie_team_routing_rule", OG_RULE},
        {"opsgenie_user_contact", OG_CONTACT},
    };
    State *state = context;
    EscModel *model = state->reader->model;
    for (size_t i = 0; i < ESC_COUNT_OF(TYPES) && attributes != NULL; i++) {
        if (!esc_text_equal(type, esc_text_from(TYPES[i].type)))
            continue;
        OgThing *thing = add(state->reader, state->document, TYPES[i].kind, attributes, NULL);
        thing->owner = TYPES[i].kind == OG_RULE ? og_text(attributes, "teamId")
                                                : og_text(attributes, "scheduleId");
        return;
    }
    EscText called = title_of(attributes);
    EscText title = esc_model_printf(
        model, "%.*s.%.*s%s%.*s", ESC_TEXT_ARG(esc_utf8_cut(type, 100)),
        ESC_TEXT_ARG(esc_utf8_cut(name, 100)), called.size > 0 ? " " : "", ESC_TEXT_ARG(called));
    state->document->seen = esc_model_see(model, "resource of Terraform", title,
                                          json_place(model, state->document, instance));
    esc_model_leave(model, state->document->seen,
                    attributes == NULL
                        ? "it has no attributes"
                        : "there is no place for a resource of this type in a workspace");
}

/* --- the reader -------------------------------------------------------------------------------------------------- */

static bool looks_like(const EscJson *root)
{
    static const char *const OWN[] = {"notificationRuleList", "scheduleOverrideList",
                                      "teamRoutingRules", "integrationActions", "fromUser"};
    for (size_t i = 0; i < ESC_COUNT_OF(OWN); i++) {
        if (has(root, OWN[i]))
            return true;
    }
    const EscJson *item = og_list(root, "data");
    if (item == NULL)
        item = og_object(root, "data") != NULL ? og_object(root, "data") : root;
    const EscJson *rule = og_list(item, "rules"), *rotation = og_list(item, "rotations");
    return (rule != NULL && (has(rule, "notifyType") || has(rule, "recipient"))) ||
           (rotation != NULL && has(rotation, "participants")) ||
           (has(item, "username") && has(item, "fullName")) ||
           (has(root, "teamId") && has(root, "policy")) ||
           (has(item, "fromUser") && has(item, "toUser"));
}

static void count_resource(void *context, EscText type, EscText name, const EscJson *instance,
                           const EscJson *attributes)
{
    (void)type;
    (void)name;
    (void)instance;
    (void)attributes;
    ++*(size_t *)context;
}

static size_t recognise(const Documents *documents)
{
    size_t count = 0;
    for (size_t i = 0; i < documents->count; i++) {
        const Document *document = &documents->items[i];
        if (document->root == NULL)
            continue;
        if (terraform_is_state(document))
            terraform_each(document, "opsgenie", count_resource, &count);
        else
            count += looks_like(document->root);
    }
    return count;
}

static void leave_others(OgReader *reader)
{
    static const char *const WHY[] = {
        [OG_INTEGRATION] =
            "its alerts have to be sent to Escal, as a source or as CloudEvents (docs/import.md)",
        [OG_MAINTENANCE] = "nothing is held back for a time: switch off what sends the alerts",
        [OG_HEARTBEAT] = "say `start after no EVENT for TIME` in a template, and send the event",
        [OG_ROLE] = "who may change what is decided by who may change these files",
        [OG_OTHER] = "nothing tells what it is",
    };
    for (size_t i = 0; i < reader->things.count; i++) {
        const OgThing *thing = &reader->things.items[i];
        if (thing->kind == OG_ORDERS)
            esc_model_carry(reader->model, thing->seen);
        else if (thing->kind < ESC_COUNT_OF(WHY) && WHY[thing->kind] != NULL)
            esc_model_leave(reader->model, thing->seen, "%s", WHY[thing->kind]);
    }
}

static void read(EscModel *model, const Documents *documents)
{
    OgReader reader = {.model = model};
    for (size_t i = 0; i < documents->count; i++) {
        Document *document = &documents->items[i];
        if (document->root == NULL)
            continue;
        if (terraform_is_state(document))
            terraform_each(document, "opsgenie", add_resource,
                           &(State){.reader = &reader, .document = document});
        else
            add_root(&reader, document);
    }
    og_read_people(&reader);
    og_read_schedules(&reader);
    og_read_chains(&reader);
    og_read_rules(&reader);
    leave_others(&reader);
}

const ImportReader esc_reader_opsgenie = {
    .kind = {.name = "opsgenie", .title = "Opsgenie"},
    .recognise = recognise,
    .read = read,
};
