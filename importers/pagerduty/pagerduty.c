/* pagerduty.c - PagerDuty: answers of its REST API in files, or Terraform's state of it, version 4. Which file holds what is
 * found here; what it says is read by the files beside this one.
 *
 * The same thing may come several times: in a list, and alone with more of it. The fuller one counts. */
#include "pagerduty/pagerduty.h"
#include "readers.h"

#define OFFSET_MAX 1000000000 /* of a page; nobody has so many */

static const struct {
    PagerdutyKind kind;
    const char *list, *alone; /* as members of an answer */
    const char *resource;     /* of Terraform */
} KINDS[] = {
    {PAGERDUTY_USER, "users", "user", "pagerduty_user"},
    {PAGERDUTY_TEAM, "teams", "team", "pagerduty_team"},
    {PAGERDUTY_SCHEDULE, "schedules", "schedule", "pagerduty_schedule"},
    {PAGERDUTY_POLICY, "escalation_policies", "escalation_policy", "pagerduty_escalation_policy"},
    {PAGERDUTY_SERVICE, "services", "service", "pagerduty_service"},
    {PAGERDUTY_FLEXIBLE, NULL, NULL, "pagerduty_schedulev2"},
    {PAGERDUTY_CONTACT, NULL, NULL, "pagerduty_user_contact_method"},
    {PAGERDUTY_RULE, NULL, NULL, "pagerduty_user_notification_rule"},
    {PAGERDUTY_MEMBER, NULL, NULL, "pagerduty_team_membership"},
};

/* --- careful reading ---------------------------------------------------------------------------------- */

const EscJson *pagerduty_block(const EscJson *object, const char *name)
{
    const EscJson *value = json_object(object, name);
    if (value == NULL)
        value = json_list(object, name);
    return value != NULL && value->kind == ESC_JSON_OBJECT ? value : NULL;
}

const EscJson *pagerduty_list(const EscJson *object, const char *name, const char *other)
{
    const EscJson *first = json_list(object, name);
    return first != NULL ? first : json_list(object, other);
}

EscText pagerduty_id(const EscJson *reference)
{
    if (reference != NULL && reference->kind == ESC_JSON_TEXT)
        return reference->text;
    EscText id = json_text(reference, "id");
    return id.size > 0 ? id : json_text(json_object(reference, "user"), "id");
}

static EscText title_of(const EscJson *json)
{
    EscText title = json_text(json, "name");
    return title.size > 0 ? title : json_text(json, "summary");
}

uint32_t pagerduty_see(Pagerduty *pagerduty, const PagerdutyItem *item, const char *what)
{
    EscText title = title_of(item->json);
    return esc_model_see(pagerduty->model, what, title.size > 0 ? title : item->id,
                         json_place(pagerduty->model, item->document, item->json));
}

/* --- what the files hold ------------------------------------------------------------------------------- */

static void item_put(Pagerduty *pagerduty, PagerdutyItem item)
{
    item.id = json_text(item.json, "id");
    if (item.kind == PAGERDUTY_SCHEDULE &&
        pagerduty_list(item.json, "rotations", "rotation") != NULL)
        item.kind = PAGERDUTY_FLEXIBLE;
    for (size_t i = 0; item.id.size > 0 && i < pagerduty->items.count; i++) {
        PagerdutyItem *other = &pagerduty->items.items[i];
        if (other->kind != item.kind || !esc_text_equal(other->id, item.id) ||
            !esc_text_equal(title_of(other->json), title_of(item.json)))
            continue; /* another thing of the same id is a thing of its own */
        if (item.json->count > other->json->count)
            *other = item;
        return;
    }
    *MODEL_ADD(pagerduty->model, pagerduty->items) = item;
}

static bool is_list(const EscJson *root, const char *name)
{
    const EscJson *value = esc_json_member(root, esc_text_from(name));
    return value != NULL && value->kind == ESC_JSON_LIST;
}

/* What an answer is about: *kind is set where it lists things of a kind, or shows one. */
static bool answer_of(const EscJson *root, size_t *kind)
{
    for (*kind = 0; *kind < ESC_COUNT_OF(KINDS); ++*kind)
        if (KINDS[*kind].list != NULL &&
            (is_list(root, KINDS[*kind].list) || json_object(root, KINDS[*kind].alone) != NULL))
            return true;
    return false;
}

static bool is_state_of_it(const Document *document)
{
    for (const EscJson *resource =
             terraform_is_state(document) ? json_list(document->root, "resources") : NULL;
         resource != NULL; resource = resource->next)
        if (esc_text_starts_with(json_text(resource, "type"), ESC_TEXT("pagerduty_")))
            return true;
    return false;
}

static bool is_answer(const Document *document)
{
    size_t kind = 0;
    const EscJson *root = document->root;
    if (root == NULL || root->kind != ESC_JSON_OBJECT || terraform_is_state(document))
        return false;
    return answer_of(root, &kind) || is_list(root, "members") || is_list(root, "overrides");
}

static void answer_read(Pagerduty *pagerduty, const Document *document)
{
    const EscJson *root = document->root;
    for (size_t i = 0; i < ESC_COUNT_OF(KINDS); i++) {
        if (KINDS[i].list == NULL)
            continue;
        PagerdutyItem item = {.kind = KINDS[i].kind, .document = document};
        for (item.json = json_list(root, KINDS[i].list); item.json != NULL;
             item.json = item.json->next)
            if (item.json->kind == ESC_JSON_OBJECT)
                item_put(pagerduty, item);
        item.json = json_object(root, KINDS[i].alone);
        if (item.json != NULL)
            item_put(pagerduty, item);
    }
    if (is_list(root, "members"))
        *MODEL_ADD(pagerduty->model, pagerduty->items) =
            (PagerdutyItem){.kind = PAGERDUTY_MEMBERS, .document = document, .json = root};
    if (is_list(root, "overrides"))
        *MODEL_ADD(pagerduty->model, pagerduty->items) =
            (PagerdutyItem){.kind = PAGERDUTY_OVERRIDES, .document = document, .json = root};
}

typedef struct StateRead {
    Pagerduty *pagerduty;
    const Document *document;
} StateRead;

static void resource_read(void *context, EscText type, EscText name, const EscJson *instance,
                          const EscJson *attributes)
{
    const StateRead *state = context;
    (void)name;
    (void)instance;
    PagerdutyItem item = {.kind = PAGERDUTY_OTHER,
                          .document = state->document,
                          .json = attributes,
                          .type = type,
                          .is_state = true};
    for (size_t i = 0; i < ESC_COUNT_OF(KINDS); i++)
        if (esc_text_equal(type, esc_text_from(KINDS[i].resource)))
            item.kind = KINDS[i].kind;
    if (attributes != NULL)
        item_put(state->pagerduty, item);
}

/* --- what is not there ---------------------------------------------------------------------------------- */

static bool has_page(const Pagerduty *pagerduty, const char *list, int64_t offset)
{
    for (size_t i = 0; i < pagerduty->documents->count; i++) {
        const EscJson *root = pagerduty->documents->items[i].root;
        if (is_answer(&pagerduty->documents->items[i]) && is_list(root, list) &&
            json_integer(root, "offset", 0) == offset)
            return true;
    }
    return false;
}

/* A list that goes on where no file does. */
static void check_whole(Pagerduty *pagerduty)
{
    for (size_t i = 0; i < pagerduty->documents->count; i++) {
        const Document *document = &pagerduty->documents->items[i];
        size_t kind = 0;
        if (!is_answer(document) || !json_bool(document->root, "more", false))
            continue;
        int64_t next = json_integer(document->root, "offset", 0) % OFFSET_MAX +
                       json_integer(document->root, "limit", 25) % OFFSET_MAX;
        if (answer_of(document->root, &kind) && has_page(pagerduty, KINDS[kind].list, next))
            continue;
        uint32_t seen = esc_model_see(pagerduty->model, "list", document->path, document->path);
        esc_model_leave(
            pagerduty->model, seen,
            "its answer says that there is more, and no file has it: ask with offset=%lld",
            (long long)next);
    }
}

/* Whatever the state has and pages nobody. */
static void note_others(Pagerduty *pagerduty)
{
    for (size_t i = 0; i < pagerduty->items.count; i++) {
        const PagerdutyItem *item = &pagerduty->items.items[i];
        if (item->kind != PAGERDUTY_OTHER)
            continue;
        uint32_t seen = pagerduty_see(pagerduty, item, "resource");
        esc_model_leave(pagerduty->model, seen, "resources of the type %.*s are not read",
                        ESC_TEXT_ARG(item->type));
    }
}

/* --- the reader ----------------------------------------------------------------------------------------- */

static size_t recognise(const Documents *documents)
{
    size_t count = 0;
    for (size_t i = 0; i < documents->count; i++)
        count += is_answer(&documents->items[i]) || is_state_of_it(&documents->items[i]);
    return count;
}

static void read(EscModel *model, const Documents *documents)
{
    Pagerduty pagerduty = {.model = model, .documents = documents};
    for (size_t i = 0; i < documents->count; i++) {
        Document *document = &documents->items[i];
        StateRead state = {&pagerduty, document};
        if (is_answer(document))
            answer_read(&pagerduty, document);
        else if (is_state_of_it(document))
            terraform_each(document, "pagerduty", resource_read, &state);
        else
            continue;
        document->seen = 0;
    }
    check_whole(&pagerduty);
    pagerduty_people(&pagerduty);
    pagerduty_schedules(&pagerduty);
    pagerduty_policies(&pagerduty);
    pagerduty_services(&pagerduty);
    note_others(&pagerduty);
}

const ImportReader esc_reader_pagerduty = {
    .kind = {"pagerduty", "PagerDuty", NULL},
    .recognise = recognise,
    .read = read,
};
