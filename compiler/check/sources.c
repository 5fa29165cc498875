/* sources.c - what comes in from other systems, and what goes back to them: that a source says how its sender proves who it
 * is, what each item is, and gives the fields of real events and tickets values of their types. The JSON that comes in has
 * no types of its own (documents.c). */
#include <string.h>

#include "check/check.h"
#include "check/errands.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"
#include "check/steps.h"

typedef struct SourceCheck {
    EscWorkspace *workspace;
    EscInboundInfo *info;
    uint32_t *events; /* sorted and unique, without the unknown ones */
    uint32_t events_count;
    bool has_unknown_event;
    bool brings_ticket; /* some event is about a ticket that the source names */
    bool has_ticket_id;
    const EscNode *node;
    const EscNode *all; /* the event that takes every item, or NULL */
} SourceCheck;

/* --- who sends ---------------------------------------------------------------------------------- */

static bool is_field_name(EscText name)
{
    bool is_name = name.size > 0 && name.size <= ESC_NAME_SIZE_MAX;
    for (size_t i = 0; i < name.size && is_name; i++)
        is_name = esc_is_word_character(name.data[i]) || name.data[i] == '-';
    return is_name;
}

static void wrong_place(EscWorkspace *workspace, const EscNode *node, EscVerifyKind kind)
{
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0412", node->span, "`verify %s` %s", esc_verify_words[kind],
                   esc_verify_is_hmac(kind) ? "names the header in which the signature stands"
                                            : "has headers of its own");
    esc_report_hint(workspace, diagnostic,
                    esc_verify_is_hmac(kind) ? "write `verify %s header \"X-…\"`"
                                             : "write `verify %s` alone",
                    esc_verify_words[kind]);
}

static void check_verify(SourceCheck *check, const EscNode *node)
{
    static const char *const places[] = {"header", "query", NULL};
    EscWorkspace *workspace = check->workspace;
    uint32_t kind = 0;
    while (kind < ESC_VERIFY_COUNT &&
           !esc_text_equal(node->source_verify.kind.text, esc_text_from(esc_verify_words[kind])))
        kind++;
    if (kind == ESC_VERIFY_COUNT) {
        esc_report_word(workspace, node->source_verify.kind, "a way to know a sender",
                        esc_verify_words);
        return;
    }
    EscText word = node->source_verify.place.text;
    EscVerifyPlace place = word.size == 0                             ? ESC_VERIFY_PLACE_NONE
                           : esc_text_equal(word, ESC_TEXT("header")) ? ESC_VERIFY_PLACE_HEADER
                                                                      : ESC_VERIFY_PLACE_QUERY;
    if (place == ESC_VERIFY_PLACE_QUERY && !esc_text_equal(word, ESC_TEXT("query"))) {
        esc_report_word(workspace, node->source_verify.place, "a part of a request", places);
        return;
    }
    if (!esc_verify_takes_place((EscVerifyKind)kind, place)) {
        wrong_place(workspace, node, (EscVerifyKind)kind);
        return;
    }
    check->info->verify = (EscVerifyKind)kind;
    check->info->place = place;
    check->info->place_name = esc_plain_text(workspace, node->source_verify.name);
    if (place != ESC_VERIFY_PLACE_NONE && !is_field_name(check->info->place_name))
        esc_report_hint(workspace,
                        esc_report(workspace, "E0412", node->source_verify.name->span,
                                   "this is no name of a header or a parameter"),
                        "such as \"X-Signature\"");
}

/* --- what comes in ------------------------------------------------------------------------------ */

static EscWhere document_where(const SourceCheck *check)
{
    EscWhere where = esc_where(check->workspace, ESC_FUNCTION_DOCUMENT);
    where.reads_document = true;
    where.reads_headers = true;
    if (check->info->verify == ESC_VERIFY_TOKEN && check->info->place == ESC_VERIFY_PLACE_HEADER)
        where.secret_header = check->info->place_name;
    if (check->info->each != NULL)
        where.item = check->info->each->source_each.variable.text;
    return where;
}

/* Of the whole request, so it is no part of an item. */
static void check_left_out(SourceCheck *check, const EscNode *node)
{
    EscWhere where = document_where(check);
    where.item = (EscText){0};
    check->info->left_out = node;
    if (esc_is_document(&where, node->source_left_out.place))
        (void)esc_check_document_presence(&where, node->source_left_out.place);
    else
        esc_report_hint(check->workspace,
                        esc_report(check->workspace, "E0427", node->source_left_out.place->span,
                                   "what a sender left out is said by a place of the body"),
                        "such as `left out body.truncatedAlerts`");
}

static void check_each(SourceCheck *check, const EscNode *node)
{
    EscWhere where = esc_where(check->workspace, ESC_FUNCTION_DOCUMENT);
    where.reads_document = true;
    (void)esc_check_expression(&where, node->source_each.list, ESC_TYPE(ESC_KIND_LIST));
    esc_check_spelling(check->workspace, node->source_each.variable);
    check->info->each = node;
}

static void check_event(SourceCheck *check, const EscNode *node)
{
    EscWorkspace *workspace = check->workspace;
    uint32_t event = esc_check_event(workspace, node->source_event.event);
    EscWhere where = document_where(check);
    if (check->all != NULL)
        esc_report_related(workspace,
                           esc_report(workspace, "E0413", node->span,
                                      "no item comes so far: the first event that holds counts"),
                           check->all->span, "this one takes every item");
    else if (node->source_event.condition == NULL)
        check->all = node;
    esc_check_condition(&where, node->source_event.condition, ESC_USE_DOCUMENT);
    check->has_unknown_event = check->has_unknown_event || event == ESC_NONE;
    if (event == ESC_NONE)
        return;
    if (!esc_event_is_brought(event))
        esc_report(workspace, "E0413", node->source_event.event->span,
                   "only Escal itself raises `%.*s`", ESC_TEXT_ARG(workspace->events[event].name));
    check->brings_ticket = check->brings_ticket || event < ESC_EVENT_BUILTIN_COUNT;
    check->events[check->events_count++] = event;
}

static void check_events(SourceCheck *check, const EscNode *node)
{
    check->events = esc_arena_alloc_array(check->workspace->arena, node->source.items.count,
                                          sizeof *check->events);
    if (check->events == NULL)
        return;
    bool is_there = false;
    ESC_EACH(item, node->source.items) {
        if (item->kind != ESC_NODE_SOURCE_EVENT)
            continue;
        is_there = true;
        check_event(check, item);
    }
    check->events_count = esc_sort_unique(check->events, check->events_count);
    if (!is_there && !esc_has_broken_part(check->workspace, node->span))
        esc_report_hint(check->workspace,
                        esc_report(check->workspace, "E0413", node->source.name.span,
                                   "nothing says what event an item of this source is"),
                        "add `event ticket.created when …`");
}

/* --- what it fills ------------------------------------------------------------------------------ */

/* `comment <- …`: the text of the comment that the item is about. */
static bool is_comment(const EscNode *target)
{
    return target->path.count == 1;
}

/* event.id, and event.time where no event has a field of that name: what every event has. */
static EscType own_of_event(const SourceCheck *check, const EscNode *target)
{
    if (target->path.count != 2 || !esc_text_equal(target->path.parts[0].text, ESC_TEXT("event")))
        return ESC_TYPE_ANY;
    EscText name = target->path.parts[1].text;
    if (esc_text_equal(name, ESC_TEXT("id")))
        return ESC_TYPE(ESC_KIND_TEXT);
    for (uint32_t i = 0; i < check->events_count; i++) {
        const EscEventInfo *event = &check->workspace->events[check->events[i]];
        if (event->field_names != NULL && esc_names_find(event->field_names, name, NULL))
            return ESC_TYPE_ANY;
    }
    return esc_text_equal(name, ESC_TEXT("time")) ? ESC_TYPE(ESC_KIND_TIME) : ESC_TYPE_ANY;
}

/* The type of what a row writes: a field of the ticket or of the event. */
static EscType target_type(SourceCheck *check, const EscNode *target)
{
    EscWorkspace *workspace = check->workspace;
    EscType own =
        is_comment(target) ? ESC_TYPE(ESC_KIND_TEXT) : own_of_event(check, target);
    if (own != ESC_TYPE_ANY) {
        (void)esc_mark(workspace, target, ESC_MEANS_VALUE, ESC_NONE, own);
        return own;
    }
    EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
    where.has_event = check->events_count > 0;
    where.has_unknown_event = check->has_unknown_event;
    where.events = check->events;
    where.events_count = check->events_count;
    EscText root = target->path.parts[0].text;
    bool is_field =
        esc_text_equal(root, ESC_TEXT("ticket")) || esc_text_equal(root, ESC_TEXT("event"));
    EscType type = is_field ? esc_check_path(&where, target, ESC_TYPE_ANY) : ESC_TYPE_WRONG;
    if (is_field &&
        (type == ESC_TYPE_WRONG || esc_meaning(workspace, target).unit == ESC_UNIT_NONE))
        return type;
    esc_report_hint(workspace,
                    esc_report(workspace, "E0114", target->span,
                               "a source fills fields of the ticket and of the event"),
                    "write `ticket.… <- …`");
    return ESC_TYPE_WRONG;
}

static void check_choices(EscWhere *where, const EscNode *node, EscType type)
{
    const EscNode *sure = NULL;
    bool is_told = false;
    ESC_EACH(value, node->source_map.values) {
        if (sure != NULL && !is_told)
            esc_report_hint(where->workspace,
                            esc_report(where->workspace, "A0201", value->span,
                                       "`%.*s` is never missing, so this is never read",
                                       ESC_TEXT_ARG(esc_words_of(where, sure))),
                            "leave `else` out");
        is_told = sure != NULL;
        bool is_fine =
            esc_check_value(where, value, type == ESC_TYPE_WRONG ? type : type | ESC_TYPE_OPTIONAL,
                            "E0209", "this field");
        if (is_fine && sure == NULL &&
            !esc_type_is_optional(esc_node_type(where->workspace, value)))
            sure = value;
    }
}

static void check_table(EscWhere *where, const EscNode *node, EscType type)
{
    bool has_default = false;
    EscSeen seen = {.workspace = where->workspace};
    ESC_EACH(entry, node->source_map.entries) {
        esc_entry_once(&seen, entry);
        has_default = has_default || esc_text_equal(entry->entry.name.text, ESC_TEXT("otherwise"));
        (void)esc_check_value(where, entry->entry.value,
                              type == ESC_TYPE_WRONG ? type : type | ESC_TYPE_OPTIONAL, "E0209",
                              "this field");
    }
    esc_seen_release(&seen);
    if (!has_default)
        esc_report_hint(where->workspace,
                        esc_report(where->workspace, "E0309", node->span,
                                   "this table says nothing about other values"),
                        "end it with `otherwise: …`");
}

static void check_map(SourceCheck *check, const EscNode *node)
{
    EscType type = target_type(check, node->source_map.target);
    EscMeaning meaning = esc_meaning(check->workspace, node->source_map.target);
    bool is_id = meaning.means == ESC_MEANS_TICKET_FIELD &&
                 esc_text_equal(check->workspace->fields[meaning.index].name, ESC_TEXT("id"));
    check->has_ticket_id = check->has_ticket_id || is_id;
    EscWhere where = document_where(check);
    type = type == ESC_TYPE_WRONG ? type : esc_type_plain(type);
    check_choices(&where, node, node->source_map.has_map ? ESC_TYPE(ESC_KIND_TEXT) : type);
    if (node->source_map.has_map)
        check_table(&where, node, type);
}

/* --- what goes back ----------------------------------------------------------------------------- */

static bool can_be_set(const EscWorkspace *workspace, const EscNode *field)
{
    EscMeaning meaning = esc_meaning(workspace, field);
    return meaning.means == ESC_MEANS_TICKET_FIELD && meaning.unit == ESC_UNIT_NONE &&
           !esc_text_equal(workspace->fields[meaning.index].name, ESC_TEXT("id"));
}

static void check_back(SourceCheck *check, const EscNode *node)
{
    EscWorkspace *workspace = check->workspace;
    const EscNode *field = node->source_back.field;
    EscWhere where = esc_where(workspace, ESC_FUNCTION_BACK);
    where.is_automation = true; /* whoever set the field: there may be no escalation */
    where.is_back = true;
    where.source = check->node;
    EscType type = esc_check_path(&where, field, ESC_TYPE_ANY);
    if (type != ESC_TYPE_WRONG && !can_be_set(workspace, field))
        esc_report_hint(workspace,
                        esc_report(workspace, "E0415", field->span,
                                   "only fields of the ticket that can be set go back"),
                        "write `ticket.status -> SYSTEM.ACTION(…)`");
    uint32_t action = esc_check_action(workspace, node->source_back.action, ESC_NONE);
    if (action == ESC_NONE)
        return;
    const EscActionInfo *info = &workspace->actions[action];
    where.narrowed[where.narrowed_count++] = field; /* it goes back because it was set */
    esc_check_arguments(&where, node->source_back.action->span, node->source_back.arguments,
                        &(EscCallee){.params = workspace->params + info->params_first,
                                     .count = info->params_count,
                                     .base = info->params_first,
                                     .whose = "the action",
                                     .declared = info->node->action.name.span});
}

/* --- the whole ---------------------------------------------------------------------------------- */

static void once(EscWorkspace *workspace, const EscNode **seen, const EscNode *item,
                 const char *what)
{
    if (*seen != NULL)
        esc_report_related(workspace,
                           esc_report(workspace, "E0306", item->span, "%s is said twice", what),
                           (*seen)->span, "first here");
    else
        *seen = item;
}

/* A field that is filled, or goes back, twice. */
static void check_twice(EscWorkspace *workspace, EscSeen *seen, const EscNode *path,
                        const char *how)
{
    char buffer[ESC_PATH_TEXT_MAX];
    EscText name =
        esc_arena_text(workspace->arena, esc_path_text(path, 0, path->path.count, buffer));
    const EscNode *first = esc_seen_before(seen, name, path);
    if (first == NULL)
        return;
    esc_report_related(
        workspace,
        esc_report(workspace, "E0306", path->span, "`%.*s` %s twice", ESC_TEXT_ARG(name), how),
        first->span, "first here");
}

static void check_errand(SourceCheck *check, const EscNode *item, const EscNode **seen)
{
    static const char *const what[ESC_ERRAND_COUNT] = {
        [ESC_ERRAND_COMMENT] = "how a comment is written",
        [ESC_ERRAND_COMMENT_PUBLIC] = "how a comment for the customer is written",
        [ESC_ERRAND_TICKET] = "how a ticket is made",
    };
    EscErrandKind kind = esc_errand_kind(item);
    if (kind != ESC_ERRAND_COUNT)
        once(check->workspace, &seen[kind], item, what[kind]);
    esc_check_errand(check->workspace, check->node, item);
}

static void check_rows(SourceCheck *check, const EscNode *node)
{
    const EscNode *errands[ESC_ERRAND_COUNT] = {NULL};
    EscSeen filled = {.workspace = check->workspace}, given = {.workspace = check->workspace};
    ESC_EACH(item, node->source.items) {
        if (item->kind == ESC_NODE_SOURCE_MAP) {
            check_twice(check->workspace, &filled, item->source_map.target, "is filled");
            check_map(check, item);
        } else if (item->kind == ESC_NODE_SOURCE_BACK && esc_is_errand(item)) {
            check_errand(check, item, errands);
        } else if (item->kind == ESC_NODE_SOURCE_BACK) {
            check_twice(check->workspace, &given, item->source_back.field, "goes back");
            check_back(check, item);
        }
    }
    esc_seen_release(&filled);
    esc_seen_release(&given);
}

static void check_source(EscWorkspace *workspace, uint32_t index)
{
    const EscNode *node = workspace->inbounds[index].node;
    EscInboundInfo info = workspace->inbounds[index];
    SourceCheck check = {.workspace = workspace, .info = &info, .node = node};
    const EscNode *verify = NULL, *each = NULL, *left_out = NULL;
    info.title = esc_plain_text(workspace, node->source.title);
    ESC_EACH(item, node->source.items) {
        if (item->kind == ESC_NODE_SOURCE_VERIFY) {
            once(workspace, &verify, item, "`verify`");
            check_verify(&check, item);
        } else if (item->kind == ESC_NODE_SOURCE_EACH) {
            once(workspace, &each, item, "`each`");
            check_each(&check, item);
        }
    }
    ESC_EACH(item, node->source.items) { /* behind `verify`, wherever that stands */
        if (item->kind != ESC_NODE_SOURCE_LEFT_OUT)
            continue;
        once(workspace, &left_out, item, "`left out`");
        check_left_out(&check, item);
    }
    check_events(&check, node);
    check_rows(&check, node);
    if (check.brings_ticket && !check.has_ticket_id && !esc_has_broken_part(workspace, node->span))
        esc_report_hint(workspace,
                        esc_report(workspace, "E0414", node->source.name.span,
                                   "nothing says which ticket an item of this source is about"),
                        "add `ticket.id <- …`");
    workspace->inbounds[index] = info;
}

void esc_pass_sources(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->inbounds_count; ++i)
        check_source(workspace, i);
}
