/* exceptions.c - which exceptions there are, and their fields: every `raise` declares. Names and
 * which fields are always given are collected before any body is checked; types when the raise
 * itself is. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/steps.h"

uint32_t esc_exception_find(const EscWorkspace *workspace, EscText name)
{
    uint32_t index = 0;
    return esc_names_find(workspace->exception_names, name, &index) ? index : ESC_NONE;
}

bool esc_exception_is_typed(const EscWorkspace *workspace, EscText name)
{
    uint32_t index = esc_exception_find(workspace, name);
    return index != ESC_NONE ? workspace->exceptions[index].untyped == 0
                             : workspace->exception_fields_untyped == 0;
}

static uint32_t exception_add(EscWorkspace *workspace, EscText name, EscSpan span)
{
    uint32_t index = esc_exception_find(workspace, name);
    if (index != ESC_NONE)
        return index;
    if (span.end > 0)
        esc_check_spelling(workspace, (EscName){.text = name, .span = span});
    *ESC_ARRAY_ADD(workspace, exceptions) = (EscExceptionInfo){.name = name, .span = span};
    index = workspace->exceptions_count - 1;
    EscStatus status = esc_names_put(workspace->exception_names, name, index);
    if (status != ESC_OK)
        esc_workspace_fail(workspace, status);
    return index;
}

/* The number of a field within an exception; added when it is new. ESC_NONE without memory. */
static uint32_t field_add(EscWorkspace *workspace, EscExceptionInfo *exception, EscText name)
{
    uint32_t at = 0;
    if (exception->field_names == NULL)
        exception->field_names = esc_names_new(esc_seed());
    if (exception->field_names == NULL) {
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
        return ESC_NONE;
    }
    if (esc_names_find(exception->field_names, name, &at))
        return at;
    size_t capacity = exception->capacity;
    if (exception->count == capacity) { /* three arrays side by side grow together */
        capacity = capacity == 0 ? 4 : capacity * 2;
        uint32_t *fields = esc_arena_alloc_array(workspace->arena, capacity, sizeof *fields);
        uint32_t *given = esc_arena_alloc_array(workspace->arena, capacity, sizeof *given);
        EscText *names = esc_arena_alloc_array(workspace->arena, capacity, sizeof *names);
        if (fields == NULL || given == NULL || names == NULL)
            return ESC_NONE;
        if (exception->count > 0) {
            memcpy(fields, exception->fields, exception->count * sizeof *fields);
            memcpy(given, exception->given, exception->count * sizeof *given);
            memcpy(names, exception->names, exception->count * sizeof *names);
        }
        exception->fields = fields;
        exception->given = given;
        exception->names = names;
        exception->capacity = capacity;
    }
    EscStatus status = esc_names_put(exception->field_names, name, exception->count);
    if (status != ESC_OK) {
        esc_workspace_fail(workspace, status);
        return ESC_NONE;
    }
    exception->fields[exception->count] = ESC_NONE;
    exception->names[exception->count] = name;
    ++exception->untyped;
    ++workspace->exception_fields_untyped;
    return exception->count++;
}

static void collect_steps(void *context, EscNodeList steps)
{
    EscWorkspace *workspace = context;
    ESC_EACH(step, steps) {
        if (step->kind != ESC_NODE_RAISE) {
            /* at most ESC_NESTING_MAX deep: the grammar's limit */
            esc_node_each_block(step, collect_steps, workspace);
            continue;
        }
        uint32_t index =
            exception_add(workspace, step->raise.exception.text, step->raise.exception.span);
        EscExceptionInfo *exception = &workspace->exceptions[index];
        ++exception->raises;
        ESC_EACH(entry, step->raise.entries) {
            uint32_t field = field_add(workspace, exception, entry->entry.name.text);
            if (field != ESC_NONE)
                ++exception->given[field];
        }
    }
}

static void collect_declaration(EscWorkspace *workspace, const EscNode *node)
{
    if (node->kind == ESC_NODE_RUNBOOK)
        collect_steps(workspace, node->runbook.steps);
    else if (node->kind == ESC_NODE_TEMPLATE)
        esc_node_each_block(node, collect_steps, workspace);
    else if (node->kind == ESC_NODE_POLICY) {
        ESC_EACH(item, node->policy.items) {
            const EscNode *otherwise = item->kind == ESC_NODE_LIMIT ? item->limit.otherwise : NULL;
            if (otherwise != NULL && otherwise->kind == ESC_NODE_RAISE)
                (void)exception_add(workspace, otherwise->raise.exception.text,
                                    otherwise->raise.exception.span);
        }
    }
}

void esc_pass_exceptions(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < ESC_EXCEPTION_BUILTIN_COUNT; ++i)
        (void)exception_add(workspace, esc_text_from(esc_exception_words[i]), (EscSpan){0});
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        if (workspace->files[i].tree == NULL)
            continue;
        ESC_EACH(node, workspace->files[i].tree->file.declarations)
            collect_declaration(workspace, node);
    }
}

/* --- raise ------------------------------------------------------------------------------------ */

/* The row in FIELDS of an exception's field: exceptions share rows of one name and type. */
static uint32_t field_row(EscWorkspace *workspace, EscText name, EscType type, EscSpan span)
{
    EscText shape =
        esc_arena_printf(workspace->arena, "exception:%.*s:%x", ESC_TEXT_ARG(name), type);
    uint32_t index = 0;
    if (esc_names_find(workspace->enum_shapes, shape, &index))
        return index;
    index = workspace->fields_count;
    EscFieldInfo *field = ESC_ARRAY_ADD(workspace, fields);
    *field = (EscFieldInfo){.scope = ESC_SCOPE_EXCEPTION, .name = name, .type = type, .span = span};
    field->size_max = esc_type_kind(type) == ESC_KIND_TEXT   ? ESC_TEXT_MAX
                      : esc_type_kind(type) == ESC_KIND_LIST ? ESC_LIST_ITEM_SIZE_DEFAULT
                                                             : 0;
    field->items_max = esc_type_kind(type) == ESC_KIND_LIST ? ESC_LIST_ITEMS_MAX : 0;
    EscStatus status = esc_names_put(workspace->enum_shapes, shape, index);
    if (status != ESC_OK)
        esc_workspace_fail(workspace, status);
    return index;
}

/* A handler of every exception reads the field of whichever gave it first. */
static void field_known(EscWorkspace *workspace, EscText name, uint32_t field)
{
    EscStatus status = ESC_OK;
    if (!esc_names_find(workspace->exception_field_names, name, NULL))
        status = esc_names_put(workspace->exception_field_names, name, field);
    if (status != ESC_OK)
        esc_workspace_fail(workspace, status);
}

/* WRONG: its value was refused, and nobody complains about the field again. */
static uint32_t field_typed(EscWorkspace *workspace, EscExceptionInfo *exception, uint32_t at,
                            const EscNode *entry, EscType type)
{
    uint32_t row = field_row(workspace, entry->entry.name.text, type, entry->entry.name.span);
    if (exception->fields[at] == ESC_NONE) {
        --exception->untyped;
        --workspace->exception_fields_untyped;
    }
    exception->fields[at] = row;
    field_known(workspace, entry->entry.name.text, row);
    return row;
}

static void differs_elsewhere(EscWorkspace *workspace, const EscExceptionInfo *exception,
                              const EscFieldInfo *known, const EscNode *entry, EscType type)
{
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0223", entry->entry.value->span,
                   "the field `%.*s` of `%.*s` is %s elsewhere, and %s here",
                   ESC_TEXT_ARG(entry->entry.name.text), ESC_TEXT_ARG(exception->name),
                   esc_type_words(workspace, known->type), esc_type_words(workspace, type));
    esc_report_related(workspace, diagnostic, known->span, "first raised here");
}

static void check_entry(EscWhere *where, const EscNode *entry, uint32_t exception_index)
{
    EscWorkspace *workspace = where->workspace;
    EscExceptionInfo *exception = &workspace->exceptions[exception_index];
    uint32_t at = field_add(workspace, exception, entry->entry.name.text);
    if (at == ESC_NONE)
        return;
    uint32_t known = exception->fields[at];
    bool has_type = known != ESC_NONE && workspace->fields[known].type != ESC_TYPE_WRONG;
    EscType type = esc_check_expression(where, entry->entry.value,
                                        has_type ? workspace->fields[known].type : ESC_TYPE_ANY);
    if (type != ESC_TYPE_WRONG && esc_type_is_optional(type)) {
        esc_must_be_present(where, entry->entry.value);
        type = esc_type_plain(type);
    }
    if (!has_type)
        known = field_typed(workspace, exception, at, entry, type);
    if (type == ESC_TYPE_WRONG)
        return;
    if (workspace->fields[known].type != type)
        differs_elsewhere(workspace, exception, &workspace->fields[known], entry, type);
    else
        esc_mark(workspace, entry, ESC_MEANS_EXCEPTION_FIELD, known, type);
}

bool esc_check_raise(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    uint32_t exception = esc_exception_find(workspace, node->raise.exception.text);
    where->facts.is_raising = true;
    if (exception == ESC_NONE)
        return esc_is_atomic(where); /* only without memory: the pass above has seen every raise */
    esc_mark(workspace, node, ESC_MEANS_EXCEPTION, exception, ESC_TYPE_ANY);
    EscSeen seen = {.workspace = workspace};
    ESC_EACH(entry, node->raise.entries) {
        esc_entry_once(&seen, entry);
        check_entry(where, entry, exception);
    }
    esc_seen_release(&seen);
    return esc_is_atomic(where);
}
