/* path.c - what a dotted name stands for where it stands: field, fact, local name, enum member.
 * People and channels are who.c's. */
#include <stdio.h>
#include <string.h>

#include "check/expressions.h"
#include "check/names.h"

/* A path while it is looked up. `parts` is how many of its words belong to the name: one less
 * when the last is a unit. */
typedef struct Lookup {
    EscWhere *where;
    const EscNode *node;
    EscType expected;
    uint32_t parts;
    EscUnit unit;
    char buffer[ESC_PATH_TEXT_MAX];
} Lookup;

static EscUnit unit_of(EscText word)
{
    for (uint32_t i = 0; i < ESC_UNITS_COUNT; ++i) {
        if (esc_text_equal(esc_text_from(esc_unit_info[i].word), word))
            return (EscUnit)(ESC_UNIT_NONE + 1 + i);
    }
    return ESC_UNIT_NONE;
}

/* Marks the node as found and gives its type, with narrowing and the unit applied. */
static EscType found(Lookup *lookup, EscMeans means, uint32_t index, EscType type, uint8_t flags)
{
    EscWorkspace *workspace = lookup->where->workspace;
    if (type == ESC_TYPE_WRONG)
        return ESC_TYPE_WRONG; /* its declaration was reported */
    if (esc_type_is_optional(type) && esc_is_narrowed(lookup->where, lookup->node, lookup->parts)) {
        type = esc_type_plain(type);
        flags |= ESC_MEANING_NARROWED;
    }
    if (lookup->unit != ESC_UNIT_NONE) {
        if (esc_type_kind(type) != ESC_KIND_DURATION) {
            EscName last = lookup->node->path.parts[lookup->parts];
            EscDiagnostic *diagnostic = esc_report(
                workspace, "E0212", last.span, "`.%.*s` belongs behind a duration, and this is %s",
                ESC_TEXT_ARG(last.text), esc_type_words(workspace, type));
            esc_report_hint(workspace, diagnostic, "leave it out");
            return ESC_TYPE_WRONG;
        }
        type = ESC_TYPE(ESC_KIND_NUMBER) | (type & ESC_TYPE_OPTIONAL);
    }
    EscMeaning *meaning = esc_mark(workspace, lookup->node, means, index, type);
    meaning->unit = (uint8_t)lookup->unit;
    meaning->flags = flags;
    return type;
}

/* --- fields of the ticket --------------------------------------------------------------------- */

/* ticket.tags.length */
static bool is_length(Lookup *lookup)
{
    const EscNode *node = lookup->node;
    EscText last = node->path.parts[node->path.count - 1].text;
    uint32_t index = 0;
    return node->path.count > 2 &&
           (esc_text_equal(last, ESC_TEXT("length")) || esc_text_equal(last, ESC_TEXT("count")) ||
            esc_text_equal(last, ESC_TEXT("size"))) &&
           esc_names_find(lookup->where->workspace->ticket_names,
                          esc_path_text(node, 1, node->path.count - 1, lookup->buffer), &index);
}

/* What stands behind `ticket.` or `event.`: a name of several words is wrong as a whole, and so is its cure. */
static EscSpan behind_root(const EscNode *node)
{
    const EscPathNode *path = &node->path;
    if (path->count == 1)
        return node->span;
    return (EscSpan){node->span.file, path->parts[1].span.start,
                     path->parts[path->count - 1].span.end};
}

/* The field that `owner.name` means, for a ticket without a person in it: suggestions look at
 * the last word too. */
static EscType no_ticket_field(Lookup *lookup, EscText name)
{
    EscWorkspace *workspace = lookup->where->workspace;
    EscSuggest suggest = esc_suggest(name);
    for (uint32_t i = 0; i < workspace->ticket_fields_count && esc_suggests(workspace); ++i)
        esc_suggest_try(&suggest, workspace->fields[i].name);
    const EscNode *node = lookup->node;
    EscSpan span = behind_root(node);
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0103", span, "the ticket has no field `%.*s`", ESC_TEXT_ARG(name));
    if (is_length(lookup))
        esc_report_hint(workspace, diagnostic,
                        "nothing counts the items of a list; `any(t in LIST: …)` and "
                        "`all(t in LIST: …)` ask for them");
    else if (!esc_suggest_hint(workspace, &suggest, diagnostic, span))
        esc_report_hint(workspace, diagnostic, "declare it with `extend ticket { … }`");
    return ESC_TYPE_WRONG;
}

static EscType ticket_path(Lookup *lookup)
{
    EscWorkspace *workspace = lookup->where->workspace;
    const EscNode *node = lookup->node;
    if (node->path.count == 1) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0215", node->span,
                       "`ticket` is the whole ticket and has no value of its own");
        esc_report_hint(workspace, diagnostic, "name one of its fields, such as `ticket.title`");
        return ESC_TYPE_WRONG;
    }
    uint32_t index = 0;
    EscText name = esc_path_text(node, 1, node->path.count, lookup->buffer);
    bool is_known = esc_names_find(workspace->ticket_names, name, &index);
    if (!is_known && node->path.count > 2 &&
        unit_of(node->path.parts[node->path.count - 1].text) != ESC_UNIT_NONE) {
        EscText shorter = esc_path_text(node, 1, node->path.count - 1, lookup->buffer);
        if (esc_names_find(workspace->ticket_names, shorter, &index)) {
            lookup->parts = node->path.count - 1;
            lookup->unit = unit_of(node->path.parts[lookup->parts].text);
            is_known = true;
        } else {
            name = esc_path_text(node, 1, node->path.count, lookup->buffer);
        }
    }
    if (!is_known)
        return no_ticket_field(lookup, name);
    if (index == ESC_NONE) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0215", node->span,
                       "`ticket.%.*s` is a record and has no value of its own", ESC_TEXT_ARG(name));
        for (uint32_t i = 0; i < workspace->ticket_fields_count && esc_suggests(workspace); ++i) {
            EscText field = workspace->fields[i].name;
            if (field.size > name.size && field.data[name.size] == '.' &&
                esc_text_starts_with(field, name)) {
                esc_report_hint(workspace, diagnostic,
                                "name one of its fields, such as `ticket.%.*s`",
                                ESC_TEXT_ARG(field));
                break;
            }
        }
        return ESC_TYPE_WRONG;
    }
    return found(lookup, ESC_MEANS_TICKET_FIELD, index, workspace->fields[index].type, 0);
}

/* --- fields of events ------------------------------------------------------------------------- */

/* Another event that has the field; NULL when none has. */
static const EscEventInfo *event_with_field(const EscWorkspace *workspace, EscText name)
{
    for (uint32_t i = 0; i < workspace->events_count; ++i) {
        const EscEventInfo *event = &workspace->events[i];
        if (event->field_names != NULL && esc_names_find(event->field_names, name, NULL))
            return event;
    }
    return NULL;
}

static EscType no_event_field(Lookup *lookup, EscText name)
{
    EscWorkspace *workspace = lookup->where->workspace;
    const EscWhere *where = lookup->where;
    EscSuggest suggest = esc_suggest(name);
    for (uint32_t i = 0; i < where->events_count; ++i) {
        const EscEventInfo *event = &workspace->events[where->events[i]];
        for (uint32_t field = 0; field < event->count && esc_suggests(workspace); ++field)
            esc_suggest_try(&suggest, workspace->fields[event->fields[field]].name);
    }
    const EscEventInfo *first = &workspace->events[where->events[0]];
    EscSpan span = behind_root(lookup->node);
    EscDiagnostic *diagnostic =
        where->events_count > 1
            ? esc_report(workspace, "E0104", span, "none of the events here has a field `%.*s`",
                         ESC_TEXT_ARG(name))
            : esc_report(workspace, "E0104", span, "the event `%.*s` has no field `%.*s`",
                         ESC_TEXT_ARG(first->name), ESC_TEXT_ARG(name));
    const EscEventInfo *other = event_with_field(workspace, name);
    if (esc_suggest_hint(workspace, &suggest, diagnostic, span))
        return ESC_TYPE_WRONG;
    if (other != NULL)
        esc_report_hint(workspace, diagnostic, "`%.*s` has it, and does not lead here",
                        ESC_TEXT_ARG(other->name));
    else if (esc_names_find(workspace->ticket_names, name, NULL))
        esc_report_hint(workspace, diagnostic, "the ticket has one: `ticket.%.*s`",
                        ESC_TEXT_ARG(name));
    else if (first->node != NULL)
        esc_report_related(workspace, diagnostic, first->node->event.name->span,
                           "the event is declared here");
    else
        esc_report_hint(workspace, diagnostic,
                        "`%.*s` has no fields of its own; declare an event that has it",
                        ESC_TEXT_ARG(first->name));
    return ESC_TYPE_WRONG;
}

/* A route is followed for whatever event its user was started by. */
static EscType field_not_everywhere(Lookup *lookup, EscText name)
{
    const EscWhere *where = lookup->where;
    const EscEventInfo *event = NULL;
    uint32_t index = 0;
    for (uint32_t i = 0; i < where->events_count; ++i) {
        event = &where->workspace->events[where->events[i]];
        if (event->field_names == NULL || !esc_names_find(event->field_names, name, &index))
            break;
    }
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0104", behind_root(lookup->node),
                   "the event `%.*s` leads to this route too, and has no field `%.*s`",
                   ESC_TEXT_ARG(event->name), ESC_TEXT_ARG(name));
    esc_report_hint(where->workspace, diagnostic,
                    "use another route for what `%.*s` starts, or a field of the ticket",
                    ESC_TEXT_ARG(event->name));
    return ESC_TYPE_WRONG;
}

/* What a name means in a list of events. */
typedef struct FieldOfEvents {
    uint32_t index; /* in fields; ESC_NONE when no event has it */
    uint32_t other; /* of another event, when that has another field of this name; else ESC_NONE */
    bool everywhere;
} FieldOfEvents;

/* Lists up to this long are walked through for each name. */
#define WALKED_EVENTS_MAX 16u

/* The names that were looked up in the long list of events that is in hand. */
struct EscEventLookup {
    const uint32_t *events;
    EscNames *names; /* name → in found; owned */
    FieldOfEvents *found;
    uint32_t count;
    size_t capacity;
};

void esc_event_lookup_free(struct EscEventLookup *lookup)
{
    if (lookup != NULL)
        esc_names_free(lookup->names);
}

/* Looks the name up in every event that may be meant. */
static FieldOfEvents find_in_events(const EscWhere *where, EscText name)
{
    FieldOfEvents field = {.index = ESC_NONE, .other = ESC_NONE, .everywhere = true};
    for (uint32_t i = 0; i < where->events_count; ++i) {
        const EscEventInfo *event = &where->workspace->events[where->events[i]];
        uint32_t index = 0;
        if (event->field_names == NULL || !esc_names_find(event->field_names, name, &index))
            field.everywhere = false;
        else if (field.index == ESC_NONE)
            field.index = index;
        else if (field.index != index)
            field.other = index;
    }
    return field;
}

/* The lookup of the list that `where` has, empty when another list was in hand; NULL without memory. */
static struct EscEventLookup *lookup_of(const EscWhere *where)
{
    EscWorkspace *workspace = where->workspace;
    if (workspace->event_lookup == NULL)
        workspace->event_lookup =
            esc_arena_alloc(workspace->arena, sizeof *workspace->event_lookup);
    struct EscEventLookup *lookup = workspace->event_lookup;
    if (lookup == NULL || (lookup->events == where->events && lookup->names != NULL))
        return lookup;
    esc_names_free(lookup->names);
    lookup->names = esc_names_new(esc_seed());
    lookup->events = where->events;
    lookup->count = 0;
    return lookup->names == NULL ? NULL : lookup;
}

static void keep_found(EscWorkspace *workspace, struct EscEventLookup *lookup, EscText name,
                       FieldOfEvents field)
{
    FieldOfEvents *grown = esc_arena_grow(workspace->arena, lookup->found, lookup->count,
                                          &lookup->capacity, sizeof *grown);
    if (grown == NULL)
        return; /* the check ends in ESC_NO_MEMORY */
    lookup->found = grown;
    lookup->found[lookup->count] = field;
    EscStatus status =
        esc_names_put(lookup->names, esc_arena_text(workspace->arena, name), lookup->count++);
    if (status != ESC_OK)
        esc_workspace_fail(workspace, status);
}

static FieldOfEvents event_field(const EscWhere *where, EscText name)
{
    if (where->events_count <= WALKED_EVENTS_MAX)
        return find_in_events(where, name);
    struct EscEventLookup *lookup = lookup_of(where);
    uint32_t at = 0;
    if (lookup == NULL) {
        esc_workspace_fail(where->workspace, ESC_NO_MEMORY);
        return find_in_events(where, name);
    }
    if (esc_names_find(lookup->names, name, &at))
        return lookup->found[at];
    FieldOfEvents field = find_in_events(where, name);
    keep_found(where->workspace, lookup, name, field);
    return field;
}

static EscType event_path(Lookup *lookup)
{
    EscWhere *where = lookup->where;
    EscWorkspace *workspace = where->workspace;
    const EscNode *node = lookup->node;
    if (!where->has_event || where->events_count == 0) {
        if (where->has_unknown_event)
            return ESC_TYPE_WRONG;
        EscDiagnostic *diagnostic = esc_report(workspace, "E0119", node->span,
                                               "there is no event here whose fields could be read");
        if (where->is_route)
            esc_report_hint(workspace, diagnostic, "nothing that an event starts uses this route");
        if (where->is_runbook)
            esc_report_hint(workspace, diagnostic,
                            "give the runbook a parameter and pass `%.*s` to it",
                            ESC_TEXT_ARG(esc_path_text(node, 0, node->path.count, lookup->buffer)));
        return ESC_TYPE_WRONG;
    }
    if (node->path.count == 1) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0215", node->span,
                                   "`event` is the whole event and has no value of its own"),
                        "name one of its fields");
        return ESC_TYPE_WRONG;
    }
    EscText name = esc_path_text(node, 1, node->path.count, lookup->buffer);
    FieldOfEvents found_field = event_field(where, name);
    if (found_field.index == ESC_NONE && node->path.count > 2 &&
        unit_of(node->path.parts[node->path.count - 1].text) != ESC_UNIT_NONE) {
        lookup->parts = node->path.count - 1;
        lookup->unit = unit_of(node->path.parts[lookup->parts].text);
        found_field = event_field(where, esc_path_text(node, 1, lookup->parts, lookup->buffer));
    }
    uint32_t index = found_field.index, other = found_field.other;
    if (index == ESC_NONE && where->has_unknown_event)
        return ESC_TYPE_WRONG;
    if (index == ESC_NONE)
        return no_event_field(lookup, esc_path_text(node, 1, node->path.count, lookup->buffer));
    const EscFieldInfo *field = &workspace->fields[index];
    if (other != ESC_NONE) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0222", node->span,
                       "the events that start this have different fields `%.*s`: %s, and %s",
                       ESC_TEXT_ARG(field->name), esc_type_words(workspace, field->type),
                       esc_type_words(workspace, workspace->fields[other].type));
        esc_report_related(workspace, diagnostic, workspace->fields[other].span, "one of them");
        return ESC_TYPE_WRONG;
    }
    if (where->is_route && !found_field.everywhere)
        return field_not_everywhere(lookup, field->name);
    EscType type = field->type;
    if (type != ESC_TYPE_WRONG && (!found_field.everywhere || where->event_may_be_missing))
        type |= ESC_TYPE_OPTIONAL;
    return found(lookup, ESC_MEANS_EVENT_FIELD, index, type, 0);
}

/* --- facts and fields of exceptions ----------------------------------------------------------- */

/* An automation belongs to no escalation. */
static EscType fact_found(Lookup *lookup, uint32_t fact)
{
    EscText path = esc_text_from(esc_fact_info[fact].path);
    if (fact == ESC_FACT_COMMENT_TEXT && !lookup->where->is_comment) {
        esc_report_hint(lookup->where->workspace,
                        esc_report(lookup->where->workspace, "E0114", lookup->node->span,
                                   "there is no comment here"),
                        "`comment.text` is known in `comment -> SYSTEM.ACTION(…)` of a source");
        return ESC_TYPE_WRONG;
    }
    bool is_of_escalation = esc_text_starts_with(path, ESC_TEXT("escalation.")) ||
                            esc_text_starts_with(path, ESC_TEXT("exception."));
    if (!lookup->where->is_automation || !is_of_escalation)
        return found(lookup, ESC_MEANS_FACT, fact, esc_fact_info[fact].type, 0);
    EscDiagnostic *diagnostic =
        esc_report(lookup->where->workspace, "E0114", lookup->node->span,
                   "an automation has no escalation, so there is no `%.*s`", ESC_TEXT_ARG(path));
    esc_report_hint(lookup->where->workspace, diagnostic,
                    "what depends on an escalation belongs in a template");
    return ESC_TYPE_WRONG;
}

static EscType fact_path(Lookup *lookup)
{
    EscWorkspace *workspace = lookup->where->workspace;
    const EscNode *node = lookup->node;
    uint32_t count = node->path.count;
    for (unsigned attempt = 0; attempt < 2; ++attempt) {
        EscText name = esc_path_text(node, 0, count, lookup->buffer);
        for (uint32_t i = 0; i < ESC_FACT_COUNT; ++i) {
            if (esc_text_equal(name, esc_text_from(esc_fact_info[i].path)))
                return fact_found(lookup, i);
        }
        if (count < 2 || unit_of(node->path.parts[count - 1].text) == ESC_UNIT_NONE)
            break;
        lookup->unit = unit_of(node->path.parts[--count].text);
        lookup->parts = count;
    }
    EscText name = esc_path_text(node, 0, node->path.count, lookup->buffer);
    EscSuggest suggest = esc_suggest(name);
    for (uint32_t i = 0; i < ESC_FACT_COUNT; ++i)
        esc_suggest_try(&suggest, esc_text_from(esc_fact_info[i].path));
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0114", node->span, "there is no `%.*s`", ESC_TEXT_ARG(name));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, node->span))
        esc_report_hint(workspace, diagnostic,
                        "docs/language.md lists what can be read besides ticket and event");
    return ESC_TYPE_WRONG;
}

/* The field of an exception by name: of the handled one, or in a catch-all of any (then it may
 * be missing). */
static uint32_t exception_field(const EscWhere *where, EscText name, bool *is_assured)
{
    const EscWorkspace *workspace = where->workspace;
    uint32_t at = 0;
    *is_assured = false;
    if (where->exception == ESC_NONE)
        return esc_names_find(workspace->exception_field_names, name, &at) ? at : ESC_NONE;
    const EscExceptionInfo *exception = &workspace->exceptions[where->exception];
    if (exception->field_names == NULL || !esc_names_find(exception->field_names, name, &at) ||
        exception->fields[at] == ESC_NONE)
        return ESC_NONE;
    *is_assured = exception->given[at] == exception->raises &&
                  esc_type_kind(workspace->fields[exception->fields[at]].type) != ESC_KIND_LIST;
    return exception->fields[at];
}

static bool waits_for_type(const EscWhere *where, EscText name)
{
    if (where->exception == ESC_NONE)
        return false;
    const EscExceptionInfo *exception = &where->workspace->exceptions[where->exception];
    return exception->field_names != NULL && esc_names_find(exception->field_names, name, NULL);
}

static void no_exception_field(Lookup *lookup, EscText name)
{
    const EscWhere *where = lookup->where;
    EscWorkspace *workspace = where->workspace;
    const EscNode *node = lookup->node;
    if (waits_for_type(where, name)) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0115", node->span,
                                   "what `%.*s` of the exception is does not follow from its "
                                   "`raise`, which reads what this handler raises",
                                   ESC_TEXT_ARG(name)),
                        "raise it with a value that does not come from an exception");
        return;
    }
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0115", node->span, "no `raise` gives the exception a field `%.*s`",
                   ESC_TEXT_ARG(name));
    EscSuggest suggest = esc_suggest(name);
    if (where->exception != ESC_NONE) {
        const EscExceptionInfo *exception = &workspace->exceptions[where->exception];
        for (uint32_t k = 0; k < exception->count && esc_suggests(workspace); ++k) {
            if (exception->fields[k] != ESC_NONE)
                esc_suggest_try(&suggest, workspace->fields[exception->fields[k]].name);
        }
    }
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, behind_root(node)))
        esc_report_hint(workspace, diagnostic, "write `raise … { %.*s: … }` where it is raised",
                        ESC_TEXT_ARG(name));
}

static EscType exception_path(Lookup *lookup)
{
    EscWhere *where = lookup->where;
    EscWorkspace *workspace = where->workspace;
    const EscNode *node = lookup->node;
    EscText name = esc_path_text(node, 1, node->path.count, lookup->buffer);
    if (esc_text_equal(name, ESC_TEXT("name")) || esc_text_equal(name, ESC_TEXT("message")))
        return fact_path(lookup);
    if (!where->has_exception) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0115", node->span,
                       "there is no exception here whose fields could be read");
        esc_report_hint(workspace, diagnostic,
                        "fields of an exception belong in `on exception NAME { … }`");
        return ESC_TYPE_WRONG;
    }
    bool is_assured = false;
    uint32_t index = exception_field(where, name, &is_assured);
    if (index == ESC_NONE) {
        no_exception_field(lookup, name);
        return ESC_TYPE_WRONG;
    }
    EscType type = workspace->fields[index].type;
    if (!is_assured && type != ESC_TYPE_WRONG)
        type |= ESC_TYPE_OPTIONAL;
    return found(lookup, ESC_MEANS_EXCEPTION_FIELD, index, type,
                 is_assured ? ESC_MEANING_ASSURED : 0);
}

/* --- single words ----------------------------------------------------------------------------- */

static EscType no_member(Lookup *lookup, EscText word)
{
    EscWorkspace *workspace = lookup->where->workspace;
    const EscEnumInfo *info = &workspace->enums[esc_type_enum(lookup->expected)];
    EscSuggest suggest = esc_suggest(word);
    for (uint32_t i = 0; i < info->count; ++i)
        esc_suggest_try(&suggest, info->members[i]);
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0105", lookup->node->span, "`%.*s` is not a value of %s`%.*s`",
        ESC_TEXT_ARG(word), info->span.end == 0 ? "" : "the field ", ESC_TEXT_ARG(info->name));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, lookup->node->span))
        esc_report_hint(workspace, diagnostic, "say %s",
                        esc_type_words(workspace, lookup->expected));
    esc_report_related(workspace, diagnostic, info->span, "its values are declared here");
    return ESC_TYPE_WRONG;
}

static EscType previous_word(Lookup *lookup)
{
    EscWhere *where = lookup->where;
    uint32_t index = 0;
    if (!esc_names_find(where->workspace->ticket_names, where->undo_field, &index) ||
        index == ESC_NONE) {
        EscDiagnostic *diagnostic = esc_report(
            where->workspace, "E0103", lookup->node->span,
            "`previous` means the ticket's field `%.*s` as it was, and there is no such field",
            ESC_TEXT_ARG(where->undo_field));
        esc_report_hint(where->workspace, diagnostic, "say which: `previous ticket.status`");
        return ESC_TYPE_WRONG;
    }
    EscType type = esc_type_kind(lookup->expected) == ESC_KIND_TEXT
                       ? ESC_TYPE(ESC_KIND_TEXT)
                       : esc_type_plain(where->workspace->fields[index].type);
    return found(lookup, ESC_MEANS_PREVIOUS, index, type, 0);
}

/* What authors of other languages write for a value: `yes`, `null`. False when it is none of them. */
static bool is_foreign_value(Lookup *lookup, EscText word)
{
    static const struct {
        const char *word, *instead; /* NULL: nothing stands for it */
    } values[] = {
        {"yes", "true"},  {"Yes", "true"},     {"YES", "true"},    {"True", "true"},
        {"TRUE", "true"}, {"on", "true"},      {"no", "false"},    {"No", "false"},
        {"NO", "false"},  {"False", "false"},  {"FALSE", "false"}, {"off", "false"},
        {"null", NULL},   {"NULL", NULL},      {"nil", NULL},      {"none", NULL},
        {"None", NULL},   {"undefined", NULL},
    };
    EscWorkspace *workspace = lookup->where->workspace;
    EscSpan span = lookup->node->span;
    bool is_bool = esc_type_kind(lookup->expected) == ESC_KIND_BOOL;
    for (size_t i = 0; i < ESC_COUNT_OF(values); ++i) {
        if (!esc_text_equal(word, esc_text_from(values[i].word)) ||
            (values[i].instead != NULL && !is_bool))
            continue;
        EscDiagnostic *diagnostic =
            values[i].instead != NULL
                ? esc_report(workspace, "E0101", span,
                             "`%.*s` is no value: something is true or false", ESC_TEXT_ARG(word))
                : esc_report(workspace, "E0101", span,
                             "`%.*s` is no value: a field holds something or is missing",
                             ESC_TEXT_ARG(word));
        if (values[i].instead != NULL)
            esc_report_edit(workspace, diagnostic, ESC_EDIT_SAFE, span,
                            esc_text_from(values[i].instead));
        else
            esc_report_hint(workspace, diagnostic,
                            "ask with `is missing` or `is present`; a field cannot be emptied");
        return true;
    }
    return false;
}

/* A name that exists but has no value. */
static EscType no_value(Lookup *lookup, const EscSymbol *symbol)
{
    EscWorkspace *workspace = lookup->where->workspace;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0111", lookup->node->span,
                   "`%.*s` is %s and cannot be compared or calculated with",
                   ESC_TEXT_ARG(symbol->name), esc_symbol_kind_words(symbol->kind));
    esc_report_hint(workspace, diagnostic, "%s",
                    symbol->kind == ESC_SYMBOL_CALENDAR
                        ? "a condition asks whether `now in office_hours`, and a deadline can "
                          "follow it: `within 2h of office_hours`"
                        : "conditions compare fields, such as `ticket.severity = critical`");
    esc_report_related(workspace, diagnostic, symbol->span, "declared here");
    return ESC_TYPE_WRONG;
}

static EscType unknown_word(Lookup *lookup, EscText word)
{
    EscWhere *where = lookup->where;
    EscWorkspace *workspace = where->workspace;
    EscSpan span = lookup->node->span;
    const EscSymbol *symbol = esc_symbol_find(workspace, word);
    if (symbol == NULL && is_foreign_value(lookup, word))
        return ESC_TYPE_WRONG;
    if (esc_type_kind(lookup->expected) == ESC_KIND_TEXT &&
        (symbol == NULL || symbol->kind != ESC_SYMBOL_NONE)) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0207", span,
                                               "a text is wanted here, and texts stand in quotes");
        EscText quoted = esc_arena_printf(workspace->arena, "\"%.*s\"", ESC_TEXT_ARG(word));
        esc_report_hint(workspace, diagnostic, "write %.*s", ESC_TEXT_ARG(quoted));
        esc_report_edit(workspace, diagnostic, ESC_EDIT_MAYBE, span, quoted);
        return ESC_TYPE_WRONG;
    }
    if (symbol != NULL) {
        if (symbol->kind == ESC_SYMBOL_NONE)
            return ESC_TYPE_WRONG;
        return no_value(lookup, symbol);
    }
    EscSuggest suggest = esc_suggest(word);
    esc_suggest_try(&suggest, ESC_TEXT("resolved"));
    for (uint32_t i = 0; i < where->locals_count; ++i)
        esc_suggest_try(&suggest, workspace->locals[where->locals[i]].name);
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0101", span, "nothing here is called `%.*s`", ESC_TEXT_ARG(word));
    uint32_t field = 0;
    if (esc_suggest_hint(workspace, &suggest, diagnostic, span))
        return ESC_TYPE_WRONG;
    if (esc_names_find(workspace->ticket_names, word, &field))
        esc_report_edit(workspace, diagnostic, ESC_EDIT_MAYBE, span,
                        esc_arena_printf(workspace->arena, "ticket.%.*s", ESC_TEXT_ARG(word)));
    else
        esc_report_hint(
            workspace, diagnostic,
            "values are fields such as `ticket.title`, and names that stand behind `as`");
    return ESC_TYPE_WRONG;
}

static EscType single_word(Lookup *lookup)
{
    EscWorkspace *workspace = lookup->where->workspace;
    EscText word = lookup->node->path.parts[0].text;
    if (esc_type_kind(lookup->expected) == ESC_KIND_ENUM) {
        const EscEnumInfo *info = &workspace->enums[esc_type_enum(lookup->expected)];
        for (uint32_t i = 0; i < info->count; ++i) {
            if (esc_text_equal(info->members[i], word))
                return found(lookup, ESC_MEANS_MEMBER, i, esc_type_plain(lookup->expected), 0);
        }
        return no_member(lookup, word);
    }
    if (esc_text_equal(word, ESC_TEXT("resolved")))
        return fact_path(lookup);
    if (esc_text_equal(word, ESC_TEXT("previous")) && lookup->where->undo_field.size > 0)
        return previous_word(lookup);
    return unknown_word(lookup, word);
}

/* A local name, with or without a unit; false when the first word is none. */
static bool local_path(Lookup *lookup, EscType *type)
{
    EscWhere *where = lookup->where;
    const EscPathNode *path = &lookup->node->path;
    for (uint32_t i = where->locals_count; i > 0; --i) {
        uint32_t index = where->locals[i - 1];
        const EscLocal *local = &where->workspace->locals[index];
        if (!esc_text_equal(local->name, path->parts[0].text))
            continue;
        if (path->count == 2) {
            lookup->unit = unit_of(path->parts[1].text);
            lookup->parts = 1;
        }
        if (path->count > 2 || (path->count == 2 && lookup->unit == ESC_UNIT_NONE)) {
            EscDiagnostic *diagnostic = esc_report(
                where->workspace, "E0212", path->parts[1].span, "`%.*s` is %s and has no parts",
                ESC_TEXT_ARG(local->name), esc_type_words(where->workspace, local->type));
            esc_report_related(where->workspace, diagnostic, local->span, "declared here");
            *type = ESC_TYPE_WRONG;
            return true;
        }
        *type = found(lookup, ESC_MEANS_LOCAL, index, local->type, 0);
        return true;
    }
    return false;
}

static EscType unknown_root(Lookup *lookup)
{
    static const char *const roots[] = {"ticket", "event",     "escalation", "exception",
                                        "sla",    "workspace", NULL};
    EscWorkspace *workspace = lookup->where->workspace;
    EscName first = lookup->node->path.parts[0];
    EscSuggest suggest = esc_suggest(first.text);
    for (size_t i = 0; roots[i] != NULL; ++i)
        esc_suggest_try(&suggest, esc_text_from(roots[i]));
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0114", first.span, "`%.*s` has no parts that can be read here",
                   ESC_TEXT_ARG(first.text));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, first.span))
        esc_report_hint(workspace, diagnostic,
                        "values begin with ticket, event, escalation, exception, sla or workspace");
    return ESC_TYPE_WRONG;
}

EscType esc_check_path(EscWhere *where, const EscNode *node, EscType expected)
{
    static const struct {
        EscText root;
        EscType (*resolve)(Lookup *lookup);
    } roots[] = {
        {{"ticket", 6}, ticket_path},
        {{"event", 5}, event_path},
        {{"exception", 9}, exception_path},
        {{"escalation", 10}, fact_path},
        {{"sla", 3}, fact_path},
        {{"workspace", 9}, fact_path},
        {{"comment", 7}, fact_path},
    };
    Lookup lookup = {.where = where, .node = node, .expected = expected, .parts = node->path.count};
    EscType type = ESC_TYPE_WRONG;
    if (local_path(&lookup, &type))
        return type;
    /* `escalation` is a role too, where a member of the role enum is wanted; and `resolved` a status. */
    bool is_member = node->path.count == 1 && esc_type_kind(expected) == ESC_KIND_ENUM;
    if (esc_report_place(where, node) || esc_report_outside(where, node, expected))
        return ESC_TYPE_WRONG;
    EscText root = node->path.parts[0].text;
    for (size_t i = 0; i < ESC_COUNT_OF(roots) && !is_member; ++i) {
        if (esc_text_equal(root, roots[i].root))
            return roots[i].resolve(&lookup);
    }
    return node->path.count == 1 ? single_word(&lookup) : unknown_root(&lookup);
}
