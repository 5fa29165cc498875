/* calls.c - steps that hand values over: set, create, start template, connector actions. What runbooks are given is checked
 * here too. */
#include <stdio.h>
#include <string.h>

#include "check/errands.h"
#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/steps.h"

/* --- fields of the ticket --------------------------------------------------------------------- */

/* A value for a ticket field: its type, and that a written text is not longer than the field. */
/* At most how many bytes a value brings into a text; 0 for what is not known here, so the sum is what is sure to be possible. */
static uint32_t bytes_at_most(const EscWorkspace *workspace, const EscNode *value)
{
    EscMeaning meaning = esc_meaning(workspace, value);
    bool is_field = meaning.means == ESC_MEANS_TICKET_FIELD ||
                    meaning.means == ESC_MEANS_EVENT_FIELD ||
                    meaning.means == ESC_MEANS_EXCEPTION_FIELD;
    if (value->kind == ESC_NODE_TEXT_LITERAL)
        return (uint32_t)value->text_literal.value.size;
    return is_field && esc_type_kind(meaning.type) == ESC_KIND_TEXT
               ? workspace->fields[meaning.index].size_max
               : 0;
}

/* A longer field is taken over, several are put together, or a field grows by itself each time. A few words of the author beside one
 * value of the field's own length are no fault: values are seldom as long as they may be. Nor are the fields of the standard
 * library, whose sizes the author did not choose and cannot change. */
static void may_not_fit(EscWorkspace *workspace, const EscNode *value, uint32_t field_index,
                        bool is_itself)
{
    const EscFieldInfo *field = &workspace->fields[field_index];
    uint64_t longest = bytes_at_most(workspace, value), words = 0;
    bool grows = false;
    if (value->kind == ESC_NODE_TEXT) {
        ESC_EACH_NODE(part, value->text.parts) {
            EscMeaning meaning = esc_meaning(workspace, part);
            uint64_t bytes = bytes_at_most(workspace, part);
            longest += bytes;
            words += part->kind == ESC_NODE_TEXT_LITERAL ? bytes : 0;
            grows = grows || (is_itself && meaning.means == ESC_MEANS_TICKET_FIELD &&
                              meaning.index == field_index);
        }
    }
    if (longest - (grows ? 0 : words) <= field->size_max ||
        esc_file_of(workspace, field->span)->is_std)
        return;
    EscDiagnostic *diagnostic = esc_report(
        workspace, "A0311", value->span,
        "this can have %llu bytes, and the field `ticket.%.*s` holds %u: the rest would be cut",
        (unsigned long long)longest, ESC_TEXT_ARG(field->name), field->size_max);
    esc_report_hint(workspace, diagnostic,
                    "let the field hold more (`text at most …`), or put less in");
    esc_report_related(workspace, diagnostic, field->span, "declared here");
}

static void item_too_long(EscWorkspace *workspace, const EscNode *item, const EscFieldInfo *field)
{
    bool is_fixed = item->kind == ESC_NODE_TEXT && item->text.is_plain;
    if (!is_fixed || item->text.plain.size <= field->size_max ||
        !esc_bound_holds(ESC_BOUND_TEXT_BYTES, (int64_t)item->text.plain.size)) /* said already */
        return;
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0213", item->span, "this text has %zu bytes, and an item of `ticket.%.*s` %u",
        item->text.plain.size, ESC_TEXT_ARG(field->name), field->size_max);
    esc_report_related(workspace, diagnostic, field->span, "declared here");
}

/* A written list holds no more than its field does, in number and in each of its texts. */
static void list_too_large(EscWorkspace *workspace, const EscNode *list, const EscFieldInfo *field)
{
    if (list->list.items.count > field->items_max && field->items_max > 0) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0213", list->span,
                       "this list has %u items, and the field `ticket.%.*s` holds %u",
                       list->list.items.count, ESC_TEXT_ARG(field->name), field->items_max);
        esc_report_related(workspace, diagnostic, field->span, "declared here");
    }
    ESC_EACH_NODE(item, list->list.items)
        item_too_long(workspace, item, field);
}

/* `is_itself`: the ticket that the value may be read from is the one that gets it. */
static void check_field_value(EscWhere *where, const EscNode *value, uint32_t field, bool is_itself)
{
    EscWorkspace *workspace = where->workspace;
    EscFieldInfo info = workspace->fields[field];
    char place[ESC_PATH_TEXT_MAX + 32];
    (void)snprintf(place, sizeof place, "the field `ticket.%.*s`", ESC_TEXT_ARG(info.name));
    /* A missing value is never written: an optional field gets plain values too. */
    if (!esc_check_value(where, value, esc_type_plain(info.type), "E0209", place))
        return;
    bool is_fixed = value->kind == ESC_NODE_TEXT && value->text.is_plain;
    if (esc_type_kind(info.type) == ESC_KIND_TEXT && !is_fixed)
        may_not_fit(workspace, value, field, is_itself);
    if (value->kind == ESC_NODE_LIST)
        list_too_large(workspace, value, &info);
    if (value->kind != ESC_NODE_TEXT || !value->text.is_plain ||
        value->text.plain.size <= info.size_max ||
        !esc_bound_holds(ESC_BOUND_TEXT_BYTES, (int64_t)value->text.plain.size)) /* said already */
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0213", value->span, "this text has %zu bytes, and %s holds %u",
                   value->text.plain.size, place, info.size_max);
    esc_report_related(workspace, diagnostic, info.span, "declared here");
}

/* The ticket's field that a step changes; ESC_NONE: it can change none there, which is reported. `form` is what to write. */
static uint32_t changed_field(EscWhere *where, const EscNode *path, const char *form)
{
    EscWorkspace *workspace = where->workspace;
    if (path->path.count > 1 && esc_text_equal(path->path.parts[0].text, ESC_TEXT("event"))) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0211", path->span,
                                   "an event is over and cannot be changed: only fields of the "
                                   "ticket can be set"),
                        "write `%s`", form);
        return ESC_NONE;
    }
    EscType type = esc_check_path(where, path, ESC_TYPE_ANY);
    if (type == ESC_TYPE_WRONG)
        return ESC_NONE;
    EscMeaning meaning = esc_meaning(workspace, path);
    if (meaning.means != ESC_MEANS_TICKET_FIELD || meaning.unit != ESC_UNIT_NONE) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0211", path->span, "only fields of the ticket can be set");
        esc_report_hint(workspace, diagnostic, "write `%s`", form);
        return ESC_NONE;
    }
    if (esc_text_equal(workspace->fields[meaning.index].name, ESC_TEXT("id"))) {
        esc_report(workspace, "E0209", path->span, "the id of a ticket never changes");
        return ESC_NONE;
    }
    return meaning.index;
}

bool esc_check_set(EscWhere *where, const EscNode *node)
{
    uint32_t field = changed_field(where, node->set.field, "set ticket.FIELD to …");
    if (field == ESC_NONE)
        (void)esc_check_value(where, node->set.value, ESC_TYPE_WRONG, "E0209", "");
    else
        check_field_value(where, node->set.value, field, true);
    return false;
}

/* --- items of a list -------------------------------------------------------------------------- */

/* add "vip" to ticket.tags   remove "vip" from ticket.tags */
static void check_item(EscWhere *where, const EscNode *item, const EscNode *list, const char *verb,
                       const char *form)
{
    EscWorkspace *workspace = where->workspace;
    uint32_t index = changed_field(where, list, form);
    EscFieldInfo field = index == ESC_NONE ? (EscFieldInfo){0} : workspace->fields[index];
    if (index != ESC_NONE && esc_type_kind(field.type) != ESC_KIND_LIST) {
        EscDiagnostic *diagnostic = esc_report(
            workspace, "E0211", list->span, "`%s` changes a list, and `ticket.%.*s` is %s", verb,
            ESC_TEXT_ARG(field.name), esc_type_words(workspace, esc_type_plain(field.type)));
        esc_report_hint(workspace, diagnostic, "write `set ticket.%.*s to …`",
                        ESC_TEXT_ARG(field.name));
        esc_report_related(workspace, diagnostic, field.span, "declared here");
        index = ESC_NONE;
    }
    if (index == ESC_NONE)
        (void)esc_check_value(where, item, ESC_TYPE_WRONG, "E0209", "");
    else if (esc_check_value(where, item, ESC_TYPE(ESC_KIND_TEXT), "E0209", "a list of texts"))
        item_too_long(workspace, item, &field);
}

bool esc_check_add(EscWhere *where, const EscNode *node)
{
    check_item(where, node->add.item, node->add.list, "add", "add … to ticket.LIST");
    return false;
}

bool esc_check_remove(EscWhere *where, const EscNode *node)
{
    check_item(where, node->remove.item, node->remove.list, "remove", "remove … from ticket.LIST");
    return false;
}

/* --- new tickets ------------------------------------------------------------------------------ */

static void no_such_field(EscWorkspace *workspace, const EscNode *entry, EscText name)
{
    EscSuggest suggest = esc_suggest(name);
    for (uint32_t i = 0; i < workspace->ticket_fields_count && esc_suggests(workspace); ++i)
        esc_suggest_try(&suggest, workspace->fields[i].name);
    EscSpan span = entry->entry.name.span;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0103", span, "the ticket has no field `%.*s`", ESC_TEXT_ARG(name));
    if (suggest.best.size > 0 && !esc_text_contains(suggest.best, ESC_TEXT(".")))
        (void)esc_suggest_hint(workspace, &suggest, diagnostic, span);
    else if (suggest.best.size > 0)
        esc_report_hint(workspace, diagnostic, "did you mean `%.*s`?", ESC_TEXT_ARG(suggest.best));
    else
        esc_report_hint(workspace, diagnostic, "declare it with `extend ticket { … }`");
}

void esc_check_fields(EscWhere *where, EscNodeList entries, EscText prefix, unsigned depth)
{
    EscWorkspace *workspace = where->workspace;
    EscSeen seen = {.workspace = workspace};
    ESC_EACH(entry, entries) {
        EscText name = entry->entry.name.text;
        if (prefix.size > 0)
            name = esc_arena_printf(workspace->arena, "%.*s.%.*s", ESC_TEXT_ARG(prefix),
                                    ESC_TEXT_ARG(name));
        esc_entry_once(&seen, entry);
        uint32_t field = 0;
        const EscNode *value = entry->entry.value;
        if (!esc_names_find(workspace->ticket_names, name, &field)) {
            no_such_field(workspace, entry, name);
        } else if (field == ESC_NONE && value->kind == ESC_NODE_RECORD &&
                   depth < ESC_RECORD_DEPTH_MAX) {
            esc_check_fields(where, value->record.entries, name, depth + 1);
        } else if (field == ESC_NONE || value->kind == ESC_NODE_RECORD) {
            EscDiagnostic *diagnostic =
                esc_report(workspace, "E0215", entry->entry.name.span, "`ticket.%.*s` is %s record",
                           ESC_TEXT_ARG(name), field == ESC_NONE ? "a" : "no");
            esc_report_hint(workspace, diagnostic,
                            field == ESC_NONE ? "give its fields: `%.*s: { … }`"
                                              : "give one value: `%.*s: …`",
                            ESC_TEXT_ARG(entry->entry.name.text));
        } else {
            esc_mark(workspace, entry, ESC_MEANS_TICKET_FIELD, field,
                     workspace->fields[field].type);
            check_field_value(where, value, field, false);
        }
    }
    esc_seen_release(&seen);
}

bool esc_check_create(EscWhere *where, const EscNode *node)
{
    esc_check_fields(where, node->create.entries, ESC_TEXT(""), 1);
    bool has_title = false;
    ESC_EACH_NODE(entry, node->create.entries) {
        has_title = has_title || esc_text_equal(entry->entry.name.text, ESC_TEXT("title"));
        if (esc_text_equal(entry->entry.name.text, ESC_TEXT("id")))
            esc_report(where->workspace, "E0209", entry->span,
                       "the id of a new ticket is given by the system");
    }
    if (!has_title)
        esc_report_hint(where->workspace,
                        esc_report(where->workspace, "E0218", node->create.name.span,
                                   "a new ticket needs a title"),
                        "add `title: \"…\"`");
    if (node->create.system != NULL)
        esc_check_create_in(where->workspace, node->create.system);
    uint32_t local = esc_where_local(where, node, node->create.name, ESC_TYPE(ESC_KIND_TEXT));
    where->workspace->locals[local].is_ticket = true;
    return false;
}

/* --- arguments -------------------------------------------------------------------------------- */

static void no_such_param(EscWorkspace *workspace, const EscNode *entry, const EscCallee *callee)
{
    EscName name = entry->entry.name;
    EscSuggest suggest = esc_suggest(name.text);
    for (uint32_t i = 0; i < callee->count; ++i)
        esc_suggest_try(&suggest, callee->params[i].name);
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0108", name.span, "%s has no parameter `%.*s`", callee->whose,
                   ESC_TEXT_ARG(name.text));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, name.span) && callee->takes_ticket)
        esc_report_hint(workspace, diagnostic,
                        "declare it behind the name of the template: `(%.*s: text)`",
                        ESC_TEXT_ARG(name.text));
    esc_report_related(workspace, diagnostic, callee->declared, "declared here");
}

/* Parameters that were given, by their numbers. */
typedef struct Given {
    bool is_given[ESC_PARAMS_MAX];
    bool has_unknown; /* a misspelt name is one fault, not also a missing argument */
} Given;

/* `status: ticket.status`, where the parameter is a text and the field has fixed values. */
static bool is_written_out(EscWhere *where, const EscNode *value, EscType wanted)
{
    if (esc_type_kind(wanted) != ESC_KIND_TEXT || value->kind != ESC_NODE_PATH)
        return false;
    EscType type = esc_check_expression(where, value, ESC_TYPE(ESC_KIND_TEXT));
    EscKind kind = esc_type_kind(type);
    if (kind == ESC_KIND_TEXT || kind == ESC_KIND_LIST)
        return false;
    if (type != ESC_TYPE_WRONG && esc_type_is_optional(type) && !esc_type_is_optional(wanted))
        esc_must_be_present(where, value);
    return true;
}

static void check_argument(EscWhere *where, const EscNode *entry, const EscCallee *callee,
                           Given *given)
{
    EscWorkspace *workspace = where->workspace;
    const EscParamInfo *params = callee->params;
    uint32_t at = 0;
    while (at < callee->count && !esc_text_equal(params[at].name, entry->entry.name.text))
        ++at;
    if (at == callee->count) {
        no_such_param(workspace, entry, callee);
        given->has_unknown = true;
        return;
    }
    given->is_given[at] = true;
    esc_mark(workspace, entry, ESC_MEANS_PARAM, callee->base + at, params[at].type);
    char place[ESC_PATH_TEXT_MAX];
    (void)snprintf(place, sizeof place, "the parameter `%.*s`", ESC_TEXT_ARG(params[at].name));
    if (entry->entry.value->kind == ESC_NODE_MAPPED) {
        esc_check_mapped(where, entry->entry.value, params[at].type, place);
        return;
    }
    if (where->is_back && is_written_out(where, entry->entry.value, params[at].type))
        return;
    where->undo_field = where->is_in_undo ? params[at].name : ESC_TEXT("");
    (void)esc_check_value(where, entry->entry.value, params[at].type, "E0208", place);
    where->undo_field = ESC_TEXT("");
}

static void must_be_complete(EscWorkspace *workspace, EscSpan call, const EscCallee *callee,
                             const Given *given)
{
    for (uint32_t i = 0; i < callee->count && !given->has_unknown; ++i) {
        const EscParamInfo *param = &callee->params[i];
        if (given->is_given[i] || esc_type_is_optional(param->type) ||
            param->type == ESC_TYPE_WRONG)
            continue;
        EscDiagnostic *diagnostic = esc_report(workspace, "E0218", call, "%s needs `%.*s`",
                                               callee->whose, ESC_TEXT_ARG(param->name));
        esc_report_hint(workspace, diagnostic, "add `%.*s: …`", ESC_TEXT_ARG(param->name));
        esc_report_related(workspace, diagnostic, callee->declared, "declared here");
    }
}

static void check_made_ticket(EscWhere *where, const EscNode *value);

void esc_check_arguments(EscWhere *where, EscSpan call, EscNodeList arguments,
                         const EscCallee *callee)
{
    Given given = {.has_unknown = false};
    EscSeen seen = {.workspace = where->workspace};
    ESC_EACH(entry, arguments) {
        esc_entry_once(&seen, entry);
        if (callee->takes_ticket && esc_text_equal(entry->entry.name.text, ESC_TEXT("ticket")))
            check_made_ticket(where, entry->entry.value);
        else
            check_argument(where, entry, callee, &given);
    }
    esc_seen_release(&seen);
    must_be_complete(where->workspace, call, callee, &given);
}

/* --- start template --------------------------------------------------------------------------- */

/* `ticket` is one that these steps made, by the name that `create ticket` gave it. */
static void check_made_ticket(EscWhere *where, const EscNode *value)
{
    EscWorkspace *workspace = where->workspace;
    EscType type = esc_check_expression(where, value, ESC_TYPE(ESC_KIND_TEXT));
    EscMeaning meaning = esc_meaning(workspace, value);
    bool is_made = value->kind == ESC_NODE_PATH && meaning.means == ESC_MEANS_LOCAL &&
                   workspace->locals[meaning.index].is_ticket;
    if (type == ESC_TYPE_WRONG || is_made)
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0208", value->span,
                   "`ticket` wants a ticket that was made here, and this is %s",
                   esc_type_words(workspace, esc_type_plain(type)));
    esc_report_hint(workspace, diagnostic,
                    "make it before, `create ticket NAME { … }`, and say `ticket: NAME`");
}

static bool starts_on_events_only(EscWorkspace *workspace, const EscNode *name, uint32_t template)
{
    const EscTemplateInfo *info = &workspace->templates[template];
    if (info->is_manual)
        return false;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0340", name->span, "`%.*s` may only be started by its own triggers",
                   ESC_TEXT_ARG(info->name));
    esc_report_hint(workspace, diagnostic, "add `manual` to it");
    esc_report_related(workspace, diagnostic, info->node->template.name.span, "declared here");
    return true;
}

void esc_check_started_with(EscWhere *where, EscSpan call, EscNodeList arguments, uint32_t template,
                            bool takes_ticket)
{
    const EscTemplateInfo *info = &where->workspace->templates[template];
    char whose[ESC_NAME_SIZE_MAX + 32];
    (void)snprintf(whose, sizeof whose, "the template `%.*s`", ESC_TEXT_ARG(info->name));
    esc_check_arguments(where, call, arguments,
                        &(EscCallee){.params = where->workspace->params + info->params_first,
                                     .count = info->params_count,
                                     .base = info->params_first,
                                     .whose = whose,
                                     .declared = info->node->template.name.span,
                                     .takes_ticket = takes_ticket});
}

/* Whether both are started with the same, in whatever order. */
static bool take_the_same(const EscWorkspace *workspace, const EscTemplateInfo *a,
                          const EscTemplateInfo *b)
{
    uint32_t same = 0;
    for (uint32_t i = 0; i < a->params_count; ++i) {
        const EscParamInfo *one = &workspace->params[a->params_first + i];
        for (uint32_t j = 0; j < b->params_count; ++j) {
            const EscParamInfo *other = &workspace->params[b->params_first + j];
            same += esc_text_equal(one->name, other->name) && one->type == other->type;
        }
    }
    return a->params_count == b->params_count && same == a->params_count;
}

static void take_different_things(EscWorkspace *workspace, const EscNode *name,
                                  const EscTemplateInfo *a, const EscTemplateInfo *b)
{
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0398", name->span,
        "`%.*s` and `%.*s` may both be meant, and they are started with different things",
        ESC_TEXT_ARG(a->name), ESC_TEXT_ARG(b->name));
    esc_report_hint(workspace, diagnostic, "give all templates of the route the same parameters");
    esc_report_related(workspace, diagnostic, a->node->template.name.span, "one of them");
    esc_report_related(workspace, diagnostic, b->node->template.name.span, "another one");
}

/* start template by_kind(), where that is a route to templates: each of them may be meant. Gives one of them, or ESC_NONE. */
static uint32_t check_start_by_route(EscWhere *where, const EscNode *name, uint32_t route)
{
    EscWorkspace *workspace = where->workspace;
    const EscRouteInfo *info = &workspace->routes[route];
    uint32_t first = ESC_NONE;
    esc_mark(workspace, name, ESC_MEANS_REF, ESC_REF(ESC_REF_ROUTE, route), ESC_TYPE_ANY);
    if (info->result != ESC_SYMBOL_TEMPLATE) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0111", name->span,
                       "the route `%.*s` does not lead to templates, and a template is wanted here",
                       ESC_TEXT_ARG(info->name));
        esc_report_related(workspace, diagnostic, info->node->route.result.span,
                           "it leads to this");
        return ESC_NONE;
    }
    ESC_EACH_NODE(row, info->node->route.rows) {
        EscMeaning target = esc_meaning(workspace, row->route_row.target);
        uint32_t template = esc_ref_index(target.index);
        if (target.means != ESC_MEANS_REF)
            continue; /* reported */
        if (starts_on_events_only(workspace, name, template))
            return ESC_NONE; /* one of them is enough to say */
        first = first == ESC_NONE ? template : first;
        const EscTemplateInfo *one = &workspace->templates[first];
        const EscTemplateInfo *other = &workspace->templates[template];
        if (!take_the_same(workspace, one, other)) {
            take_different_things(workspace, name, one, other);
            return ESC_NONE;
        }
    }
    return first;
}

/* The template that is started; ESC_NONE after a report. */
static uint32_t template_of_start(EscWhere *where, const EscNode *name)
{
    EscWorkspace *workspace = where->workspace;
    const EscSymbol *route =
        name->path.count == 1 ? esc_symbol_find(workspace, name->path.parts[0].text) : NULL;
    if (route != NULL && route->kind == ESC_SYMBOL_ROUTE)
        return check_start_by_route(where, name, route->index);
    const EscSymbol *symbol = esc_check_symbol(workspace, name, ESC_SYMBOL_TEMPLATE);
    if (symbol == NULL)
        return ESC_NONE;
    esc_mark(workspace, name, ESC_MEANS_TEMPLATE, symbol->index, ESC_TYPE_ANY);
    (void)starts_on_events_only(workspace, name, symbol->index);
    return symbol->index;
}

bool esc_check_start_template(EscWhere *where, const EscNode *node)
{
    const EscNode *name = node->start_template.name;
    uint32_t template = template_of_start(where, name);
    if (template == ESC_NONE)
        return false;
    esc_check_started_with(where, name->span, node->start_template.arguments, template, true);
    esc_receivers_given(where->workspace, node->start_template.arguments);
    return false;
}

/* --- connector actions ------------------------------------------------------------------------ */

static EscText path_words(const EscNode *path, char *buffer)
{
    return esc_path_text(path, 0, path->path.count, buffer);
}

static uint32_t no_such_action(EscWorkspace *workspace, const EscNode *path, uint32_t system)
{
    const EscSystemInfo *info = &workspace->systems[system];
    EscName name = path->path.parts[path->path.count - 1];
    EscSuggest suggest = esc_suggest(name.text);
    for (uint32_t i = 0; i < info->actions_count && esc_suggests(workspace); ++i)
        esc_suggest_try(&suggest, workspace->actions[info->actions_first + i].name);
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0107", name.span, "the system `%.*s` has no action `%.*s`",
                   ESC_TEXT_ARG(info->name), ESC_TEXT_ARG(name.text));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, name.span))
        esc_report_hint(workspace, diagnostic, "declare `action %.*s(…) { … }` in it",
                        ESC_TEXT_ARG(name.text));
    esc_report_related(workspace, diagnostic, info->node->system.name.span, "declared here");
    return ESC_NONE;
}

uint32_t esc_check_action(EscWorkspace *workspace, const EscNode *path, uint32_t system)
{
    char buffer[ESC_PATH_TEXT_MAX];
    if (path->path.count == 2) {
        const EscSymbol *symbol = esc_symbol_find(workspace, path->path.parts[0].text);
        if (symbol == NULL || symbol->kind != ESC_SYMBOL_SYSTEM) {
            if (symbol != NULL && symbol->kind == ESC_SYMBOL_NONE)
                return ESC_NONE;
            EscSuggest suggest = esc_suggest(path->path.parts[0].text);
            esc_suggest_try_symbols(&suggest, workspace, 1u << ESC_SYMBOL_SYSTEM);
            EscDiagnostic *diagnostic =
                esc_report(workspace, "E0107", path->path.parts[0].span,
                           "there is no system `%.*s`", ESC_TEXT_ARG(path->path.parts[0].text));
            if (!esc_suggest_hint(workspace, &suggest, diagnostic, path->path.parts[0].span))
                esc_report_hint(workspace, diagnostic, "declare `system %.*s { action … }`",
                                ESC_TEXT_ARG(path->path.parts[0].text));
            return ESC_NONE;
        }
        system = symbol->index;
    } else if (path->path.count > 2 || system == ESC_NONE) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0107", path->span, "`%.*s` is no action of a system",
                       ESC_TEXT_ARG(path_words(path, buffer)));
        esc_report_hint(workspace, diagnostic, "write SYSTEM.ACTION, such as `crm.requeue`");
        return ESC_NONE;
    }
    uint32_t action = 0;
    const EscNames *names = workspace->systems[system].action_names;
    if (names == NULL ||
        !esc_names_find(names, path->path.parts[path->path.count - 1].text, &action))
        return no_such_action(workspace, path, system);
    esc_mark(workspace, path, ESC_MEANS_ACTION, action, ESC_TYPE_ANY);
    return action;
}

static void action_arguments(EscWhere *where, const EscNode *path, EscNodeList arguments,
                             uint32_t action)
{
    EscWorkspace *workspace = where->workspace;
    const EscActionInfo *info = &workspace->actions[action];
    char whose[2 * ESC_NAME_SIZE_MAX + 32];
    (void)snprintf(whose, sizeof whose, "the action `%.*s.%.*s`",
                   ESC_TEXT_ARG(workspace->systems[info->system].name), ESC_TEXT_ARG(info->name));
    esc_check_arguments(where, path->span, arguments,
                        &(EscCallee){.params = workspace->params + info->params_first,
                                     .count = info->params_count,
                                     .base = info->params_first,
                                     .whose = whose,
                                     .declared = info->node->action.name.span});
}

/* Whether a change can be taken back: the policy may demand it. */
static void check_undo(EscWhere *where, const EscNode *node, uint32_t action)
{
    EscWorkspace *workspace = where->workspace;
    const EscNode *undo = node->action_call.undo;
    if (undo != NULL && undo->undo.action == NULL) {
        esc_check_text(where, undo->undo.reason);
        return;
    }
    if (undo != NULL) {
        uint32_t inverse = esc_check_action(workspace, undo->undo.action, ESC_NONE);
        if (inverse != ESC_NONE)
            action_arguments(where, undo->undo.action, undo->undo.arguments, inverse);
        return;
    }
    const EscActionInfo *info = &workspace->actions[action];
    const EscNode *rule = workspace->policy != NULL ? workspace->policy->undo : NULL;
    if (rule == NULL || info->node->action.undo != NULL || info->method == ESC_METHOD_GET)
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0405", node->action_call.action->span,
                   "the policy wants a way back for every change, and this action has none");
    esc_report_hint(workspace, diagnostic, "add `undo ACTION(…)`, or `undo none because \"…\"`");
    esc_report_related(workspace, diagnostic, rule->span, "the rule");
}

bool esc_check_action_call(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    uint32_t action = esc_check_action(workspace, node->action_call.action, ESC_NONE);
    if (action != ESC_NONE) {
        action_arguments(where, node->action_call.action, node->action_call.arguments, action);
        check_undo(where, node, action);
    }
    esc_check_deadline(workspace, node->action_call.within);
    (void)esc_check_steps(where, node->action_call.otherwise);
    EscName result = node->action_call.result;
    if (result.text.size == 0) {
        esc_mark(workspace, node, ESC_MEANS_VALUE, ESC_NONE, ESC_TYPE_ANY);
        return false;
    }
    if (action != ESC_NONE && workspace->actions[action].node->action.result == NULL) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0341", result.span, "this action gives nothing back");
        esc_report_hint(workspace, diagnostic, "declare it with `-> text` and `return body`");
        esc_report_related(workspace, diagnostic, workspace->actions[action].node->action.name.span,
                           "declared here");
    }
    (void)esc_where_local(where, node, result, ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    return false;
}
