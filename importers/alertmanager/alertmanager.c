/* alertmanager.c - an alertmanager.yml: the routing tree as rules that are asked in their order.
 *
 * An alert goes to the first child that matches, and on to its siblings where that says `continue`; a route whose children all
 * do not match tells its own receiver. Without any `continue` that is a list of rules, each child before its parent, of which
 * the first that holds counts. With one, each rule says itself which of those before it must not hold. */
#include "alertmanager/alertmanager.h"
#include "readers.h"

#define ROUTES_DEEP_MAX 32
#define ROUTES_MAX 2000

typedef struct Walk {
    AmReader *reader;
    uint32_t intake;
    bool is_first; /* the first rule that holds counts */
    size_t count;
} Walk;

/* What a route has from those above it. */
typedef struct Above {
    const ModelTest *when;
    EscText receiver;
    const EscJson *group_by;
} Above;

static bool continues(const EscJson *route, unsigned depth)
{
    if (json_bool(route, "continue", false))
        return true;
    for (const EscJson *child = json_list(route, "routes");
         child != NULL && depth < ROUTES_DEEP_MAX; child = child->next) {
        if (continues(child, depth + 1))
            return true;
    }
    return false;
}

/* --- a route ---------------------------------------------------------------------------------------------- */

static EscText title_of(EscModel *model, const EscJson *route, EscText receiver)
{
    const EscJson *matchers = esc_json_member(route, ESC_TEXT("matchers"));
    if (matchers == NULL)
        matchers = esc_json_member(route, ESC_TEXT("match"));
    if (matchers == NULL)
        matchers = esc_json_member(route, ESC_TEXT("match_re"));
    EscText said = {0};
    bool is_list = matchers != NULL &&
                   (matchers->kind == ESC_JSON_LIST || matchers->kind == ESC_JSON_OBJECT) &&
                   matchers->count > 0;
    for (const EscJson *item = is_list ? matchers->first : NULL; item != NULL; item = item->next) {
        EscText text = esc_json_text_or(item, (EscText){0});
        said = esc_model_printf(model, "%.*s%s%.*s%s%.*s", ESC_TEXT_ARG(said),
                                said.size > 0 ? ", " : "", ESC_TEXT_ARG(item->name),
                                item->name.size > 0 ? "=" : "", ESC_TEXT_ARG(text));
    }
    if (matchers != NULL && matchers->kind == ESC_JSON_TEXT)
        said = matchers->text;
    return esc_model_printf(model, "%.*s%s%.*s", ESC_TEXT_ARG(receiver), said.size > 0 ? ": " : "",
                            ESC_TEXT_ARG(said));
}

static void note_times(EscModel *model, const EscJson *route, uint32_t seen)
{
    EscText again = json_text(route, "repeat_interval");
    if (again.size > 0)
        esc_model_change(model, seen,
                         "nothing is told again after %.*s: who is on call is asked by the "
                         "escalation's own times",
                         ESC_TEXT_ARG(esc_utf8_cut(again, 20)));
    if (json_text(route, "group_wait").size > 0 || json_text(route, "group_interval").size > 0)
        esc_model_change(
            model, seen,
            "alerts are not held back to be told together (group_wait, group_interval)");
}

/* Between alternatives that exclude each other; what cannot be said never matches, so it excludes nothing. */
static const ModelTest *without(EscModel *model, const ModelTest *when, const ModelTest *other)
{
    if (other != NULL && other->kind == MODEL_NEVER)
        return when;
    return esc_test_both(model, MODEL_ALL, when, esc_test_not(model, other));
}

/* A matcher of it, or of one above it, cannot be said. */
static bool has_left(const EscModel *model, uint32_t seen)
{
    const ModelSeen *row = &model->seen.items[seen];
    for (size_t i = 0; i < row->notes.count; i++) {
        if (row->notes.items[i].fate == MODEL_LEFT)
            return true;
    }
    return false;
}

static void tell(Walk *walk, const EscJson *route, const Above *above, const ModelTest *when,
                 uint32_t seen)
{
    EscModel *model = walk->reader->model;
    ModelRule rule = {.seen = seen, .when = when, .goes_on = !walk->is_first};
    AmHours hours = am_hours(walk->reader, route, seen);
    rule.title = title_of(model, route, above->receiver);
    am_acts(walk->reader, above->receiver, hours, above->group_by, &rule);
    bool is_told = false;
    if (when != NULL && when->kind == MODEL_NEVER && !has_left(model, seen))
        esc_model_change(model, seen,
                         "no alert can match it: its matchers, and those above it or before it, "
                         "exclude each other");
    for (size_t i = 0; i < rule.acts.count; i++)
        is_told = is_told || rule.acts.items[i].kind == MODEL_TELL;
    if (is_told && above->group_by != NULL)
        esc_model_change(model, seen,
                         "in a channel each alert is told by itself, and not in groups");
    if (is_told && hours.has_dates)
        esc_model_change(model, seen,
                         "a channel is told on the days of its time intervals that are dates, too");
    *MODEL_ADD(model, model->intakes.items[walk->intake].rules) = rule;
}

static void leave_all(Walk *walk, const EscJson *route, const char *why, unsigned depth)
{
    uint32_t seen = esc_model_see(walk->reader->model, "route", json_text(route, "receiver"),
                                  json_place(walk->reader->model, walk->reader->document, route));
    esc_model_leave(walk->reader->model, seen, "%s", why);
    for (const EscJson *child = json_list(route, "routes"); child != NULL && depth < 64;
         child = child->next)
        leave_all(walk, child, why, depth + 1);
}

static const ModelTest *walk_route(Walk *walk, const EscJson *route, const Above *above,
                                   unsigned depth)
{
    AmReader *reader = walk->reader;
    EscModel *model = reader->model;
    Above own = *above;
    EscText receiver = json_text(route, "receiver");
    if (receiver.size > 0)
        own.receiver = receiver;
    uint32_t seen = esc_model_see(model, "route", title_of(model, route, own.receiver),
                                  json_place(model, reader->document, route));
    const EscJson *groups = esc_json_member(route, ESC_TEXT("group_by"));
    if (groups != NULL && groups->kind == ESC_JSON_LIST)
        own.group_by = groups->count > 0 ? groups->first : NULL;
    const ModelTest *test = depth == 0 ? NULL : am_route_test(reader, route, seen);
    own.when = esc_test_both(model, MODEL_ALL, above->when, test);
    esc_model_carry(model, seen);
    note_times(model, route, seen);
    const ModelTest *rest = own.when,
                    *free = own.when; /* where no child matches; where none has taken it away */
    for (const EscJson *child = json_list(route, "routes"); child != NULL; child = child->next) {
        if (depth >= ROUTES_DEEP_MAX || walk->count++ >= ROUTES_MAX) {
            leave_all(walk, child,
                      "there are more routes than can be taken over, or they lie too deep", depth);
            continue;
        }
        Above given = own;
        given.when = walk->is_first ? own.when : free;
        const ModelTest *taken = walk_route(walk, child, &given, depth + 1);
        rest = without(model, rest, taken);
        if (!json_bool(child, "continue", false))
            free = without(model, free, taken);
    }
    tell(walk, route, &own, walk->is_first ? own.when : rest, seen);
    return test;
}

/* --- what else there is ---------------------------------------------------------------------------------------- */

static void see_inhibitions(AmReader *reader)
{
    EscModel *model = reader->model;
    for (const EscJson *rule = json_list(reader->root, "inhibit_rules"); rule != NULL;
         rule = rule->next) {
        EscBuf said;
        esc_buf_init(&said, 4096);
        esc_json_write(&said, rule, 0);
        EscText text = esc_utf8_cut(esc_model_keep(model, &said), 300);
        esc_buf_release(&said);
        uint32_t seen =
            esc_model_see(model, "inhibition", text, json_place(model, reader->document, rule));
        esc_model_leave(model, seen,
                        "an alert is not held back for another one: a template can say `start on … "
                        "when not open(TEMPLATE per FIELD)`");
    }
}

static void see_rest(AmReader *reader)
{
    static const struct {
        const char *name, *why;
    } PARTS[] = {
        {"global", "addresses and secrets of mail and chats belong into escald.json"},
        {"templates", "texts stand in the templates of the workspace"},
        {"tracing", "Escal has no tracing"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(PARTS); i++) {
        const EscJson *part = esc_json_member(reader->root, esc_text_from(PARTS[i].name));
        if (part == NULL)
            continue;
        uint32_t seen = esc_model_see(reader->model, "section", esc_text_from(PARTS[i].name),
                                      json_place(reader->model, reader->document, part));
        esc_model_leave(reader->model, seen, "%s", PARTS[i].why);
    }
}

/* --- what Alertmanager sends ----------------------------------------------------------------------------------- */

/* A member of an alert's labels: behind a dot, or in brackets where its name is no word. */
static EscText label_place(EscModel *model, EscText label)
{
    bool is_word = label.size > 0 && (label.data[0] < '0' || label.data[0] > '9');
    for (size_t i = 0; i < label.size && is_word; i++) {
        char c = label.data[i];
        is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return is_word ? esc_model_printf(model, "alert.labels.%.*s", ESC_TEXT_ARG(label))
                   : esc_model_printf(model, "alert.labels[\"%.*s\"]", ESC_TEXT_ARG(label));
}

static void add_label(AmReader *reader, ModelSource *source, size_t number)
{
    EscModel *model = reader->model;
    EscText label = reader->labels.items[number], field = reader->fields.items[number];
    for (size_t i = 0; i < label.size; i++) {
        if (strchr("\"\\{", label.data[i]) == NULL && (unsigned char)label.data[i] >= ' ')
            continue;
        esc_model_change(model, reader->document->seen, "the label \"%.*s\" is read from no alert",
                         ESC_TEXT_ARG(label));
        return;
    }
    *MODEL_ADD(model, source->lines) = esc_model_printf(model, "%.*s <- %.*s", ESC_TEXT_ARG(field),
                                                        ESC_TEXT_ARG(label_place(model, label)));
}

/* The body of its webhook, version 4: each alert by itself, with the labels that routes ask for. */
static void add_source(AmReader *reader)
{
    static const char *const LINES[] = {
        "verify token",
        "each body.alerts as alert",
        "left out body.truncatedAlerts",
        "event ticket.resolved when alert.status = \"resolved\"",
        "event ticket.created",
        "event.id <- \"{alert.fingerprint}/{alert.startsAt}/{alert.status}\"",
        "ticket.id <- alert.fingerprint",
        "ticket.title <- alert.annotations.summary else alert.labels.alertname else \"an alert "
        "without a name\"",
        "ticket.description <- alert.annotations.description",
        "ticket.url <- alert.generatorURL",
        "ticket.created_at <- alert.startsAt",
    };
    EscModel *model = reader->model;
    if (model->sources.count > 0)
        return;
    ModelSource *source = MODEL_ADD(model, model->sources);
    source->title = ESC_TEXT("Alertmanager alerts");
    source->comment = ESC_TEXT(
        "In Alertmanager: a receiver with webhook_configs whose url ends in /v1/sources/ and this "
        "name, send_resolved, "
        "and http_config.authorization.credentials_file, which holds the source's secret.");
    for (size_t i = 0; i < ESC_COUNT_OF(LINES); i++)
        *MODEL_ADD(model, source->lines) = esc_text_from(LINES[i]);
    for (size_t i = 0; i < reader->labels.count; i++)
        add_label(reader, source, i);
    *MODEL_ADD(model, source->lines) = ESC_TEXT("ticket.tags <- pairs(alert.labels)");
}

static void read_one(EscModel *model, Document *document)
{
    AmReader reader = {.model = model, .document = document, .root = document->root};
    const EscJson *route = json_object(document->root, "route");
    document->seen = esc_model_see(model, "routing tree", document->path, document->path);
    am_see_receivers(&reader);
    am_see_intervals(&reader);
    see_inhibitions(&reader);
    see_rest(&reader);
    if (route == NULL) {
        esc_model_leave(model, document->seen, "it has no route");
        return;
    }
    EscText alert = am_label(&reader, ESC_TEXT("alertname"));
    ModelIntake *intake =
        esc_model_intake_add(model, document->seen, document->path, ESC_TEXT("Alertmanager"));
    intake->when = esc_test_of(model, MODEL_PRESENT, alert, (EscText){0}, false);
    esc_model_carry(model, document->seen);
    Walk walk = {.reader = &reader,
                 .intake = (uint32_t)(model->intakes.count - 1),
                 .is_first = !continues(route, 0)};
    (void)walk_route(&walk, route, &(Above){0}, 0);
    add_source(&reader);
}

static bool looks_like(const EscJson *root)
{
    const EscJson *receiver = json_list(root, "receivers");
    return json_object(root, "route") != NULL ||
           (receiver != NULL && esc_json_member(receiver, ESC_TEXT("name")) != NULL);
}

static size_t recognise(const Documents *documents)
{
    size_t count = 0;
    for (size_t i = 0; i < documents->count; i++)
        count += documents->items[i].is_yaml && documents->items[i].root != NULL &&
                 looks_like(documents->items[i].root);
    return count;
}

static void read(EscModel *model, const Documents *documents)
{
    for (size_t i = 0; i < documents->count; i++) {
        Document *document = &documents->items[i];
        if (document->is_yaml && document->root != NULL && looks_like(document->root))
            read_one(model, document);
    }
}

const ImportReader esc_reader_alertmanager = {
    .kind = {.name = "alertmanager", .title = "Alertmanager"},
    .recognise = recognise,
    .read = read,
};
