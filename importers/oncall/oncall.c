/* oncall.c - Grafana OnCall: list answers of its public API, a page in a file or pages behind each other, in any files. What an item
 * is shows in its members; what it says is read by the files beside this one. */
#include "oncall/oncall.h"
#include "readers.h"

static bool has(const EscJson *item, const char *name)
{
    return esc_json_member(item, esc_text_from(name)) != NULL;
}

static bool kind_of(const EscJson *item, OncallKind *kind)
{
    if (item == NULL || item->kind != ESC_JSON_OBJECT)
        return false;
    *kind = has(item, "username")                                 ? ONCALL_USER
            : has(item, "integration_id")                         ? ONCALL_ROUTE
            : has(item, "escalation_chain_id")                    ? ONCALL_STEP
            : has(item, "default_route")                          ? ONCALL_INTEGRATION
            : has(item, "on_call_now")                            ? ONCALL_SCHEDULE
            : has(item, "user_id")                                ? ONCALL_RULE
            : has(item, "duration") || has(item, "rolling_users") ? ONCALL_SHIFT
            : has(item, "grafana_id")                             ? ONCALL_TEAM
            : has(item, "team_id") && !has(item, "type")          ? ONCALL_CHAIN
                                                                  : ONCALL_KINDS;
    return *kind != ONCALL_KINDS;
}

static const EscJson *results_of(const Document *document)
{
    const EscJson *root = document->root;
    if (root == NULL)
        return NULL;
    return root->kind == ESC_JSON_LIST && root->count > 0 ? root->first
                                                          : json_list(root, "results");
}

/* A list that is empty says nothing of its kind, but is an answer all the same. */
static bool is_answer(const Document *document)
{
    OncallKind kind;
    const EscJson *root = document->root, *value = esc_json_member(root, ESC_TEXT("results"));
    return kind_of(results_of(document), &kind) ||
           (value != NULL && value->kind == ESC_JSON_LIST && has(root, "next"));
}

static void items_put(Oncall *oncall, Document *document)
{
    for (const EscJson *json = results_of(document); json != NULL; json = json->next) {
        OncallItem item = {
            .document = document, .json = json, .id = json_text(json, "id"), .seen = MODEL_NONE};
        bool is_there = false;
        if (!kind_of(json, &item.kind)) {
            uint32_t seen = esc_model_see(oncall->model, "item", item.id,
                                          json_place(oncall->model, document, json));
            esc_model_leave(oncall->model, seen, "what it is does not show in its members");
            continue;
        }
        for (size_t i = 0; i < oncall->items.count && !is_there;
             i++) /* of a page that was asked for twice */
            is_there = esc_text_equal(oncall->items.items[i].json->source, json->source);
        if (!is_there)
            *MODEL_ADD(oncall->model, oncall->items) = item;
    }
}

uint32_t oncall_see(Oncall *oncall, const OncallItem *item, const char *what)
{
    if (item->seen != MODEL_NONE)
        return item->seen;
    EscText title = json_text(item->json, "name");
    if (title.size == 0)
        title = json_text(item->json, "username");
    uint32_t seen = esc_model_see(oncall->model, what, title.size > 0 ? title : item->id,
                                  json_place(oncall->model, item->document, item->json));
    for (size_t i = 0; i < oncall->items.count; i++)
        if (&oncall->items.items[i] == item)
            oncall->items.items[i].seen = seen;
    return seen;
}

const OncallItem *oncall_next(const Oncall *oncall, OncallKind kind, const char *of, EscText id,
                              int64_t *position)
{
    const OncallItem *next = NULL;
    int64_t at = INT64_MAX;
    for (size_t i = 0; i < oncall->items.count; i++) {
        const OncallItem *item = &oncall->items.items[i];
        /* the place in the list decides between items of one position */
        int64_t own = json_integer(item->json, "position", 0) % 1000000 * 1000000 + (int64_t)i;
        if (item->kind == kind && esc_text_equal(json_text(item->json, of), id) &&
            own > *position && own < at) {
            next = item;
            at = own;
        }
    }
    *position = at;
    return next;
}

/* --- what is not there ------------------------------------------------------------------------------------ */

/* Pages of one kind hold together what `count` says, or some are missing. */
static void check_whole(Oncall *oncall)
{
    for (size_t i = 0; i < oncall->documents->count; i++) {
        const Document *document = &oncall->documents->items[i];
        OncallKind kind;
        int64_t wanted = json_integer(document->root, "count", -1), got = 0;
        if (!is_answer(document) || !kind_of(results_of(document), &kind))
            continue;
        for (size_t k = 0; k < oncall->items.count; k++)
            got += oncall->items.items[k].kind == kind;
        if (wanted <= got || json_text(document->root, "next").size == 0)
            continue;
        uint32_t seen = esc_model_see(oncall->model, "list", document->path, document->path);
        esc_model_leave(oncall->model, seen,
                        "it goes on (`next`), and of %lld items %lld are among the files",
                        (long long)wanted, (long long)got);
    }
}

/* --- the reader -------------------------------------------------------------------------------------------- */

static size_t recognise(const Documents *documents)
{
    size_t count = 0;
    for (size_t i = 0; i < documents->count; i++)
        count += is_answer(&documents->items[i]);
    return count;
}

static void read(EscModel *model, const Documents *documents)
{
    Oncall oncall = {.model = model, .documents = documents};
    for (size_t i = 0; i < documents->count; i++) {
        if (!is_answer(&documents->items[i]))
            continue;
        documents->items[i].seen = 0;
        items_put(&oncall, &documents->items[i]);
    }
    check_whole(&oncall);
    oncall_people(&oncall);
    oncall_schedules(&oncall);
    oncall_chains(&oncall);
    oncall_routes(&oncall);
}

const ImportReader esc_reader_oncall = {
    .kind = {"oncall", "Grafana OnCall", NULL},
    .recognise = recognise,
    .read = read,
};
