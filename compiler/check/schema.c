/* schema.c - fields of the ticket and of events: records flattened to dotted names, enums by
 * their shape, sizes. */
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "check/names.h"

/* --- types ------------------------------------------------------------------------------------ */

static uint32_t enum_find_or_add(EscWorkspace *workspace, const EscNode *type, EscText name)
{
    uint32_t count = type->type_enum.members.count;
    EscText *members = esc_arena_alloc_array(workspace->arena, count, sizeof *members);
    EscBuf shape;
    esc_buf_init(&shape, (size_t)ESC_ENUM_MEMBERS_MAX * (ESC_NAME_SIZE_MAX + 1));
    uint32_t used = 0;
    ESC_EACH_NODE(member, type->type_enum.members) {
        if (members == NULL)
            break;
        esc_buf_text(&shape, member->member.name.text);
        esc_buf_char(&shape, type->type_enum.is_ordered ? '<' : '|');
        members[used++] = member->member.name.text;
    }
    EscText key = esc_arena_text(workspace->arena, esc_buf_as_text(&shape));
    esc_buf_done(workspace, &shape);
    uint32_t index = 0;
    if (esc_names_find(workspace->enum_shapes, key, &index))
        return index;
    index = workspace->enums_count;
    *ESC_ARRAY_ADD(workspace, enums) = (EscEnumInfo){.name = name,
                                                     .is_ordered = type->type_enum.is_ordered,
                                                     .members = members,
                                                     .count = used,
                                                     .span = type->span};
    EscStatus status = esc_names_put(workspace->enum_shapes, key, index);
    if (status != ESC_OK)
        esc_workspace_fail(workspace, status);
    return index;
}

static bool enum_is_sound(EscWorkspace *workspace, const EscNode *type)
{
    if (type->type_enum.members.count > ESC_ENUM_MEMBERS_MAX) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0331", type->span,
                       "a field can have at most %u different values, and this one has %u",
                       ESC_ENUM_MEMBERS_MAX, type->type_enum.members.count);
        esc_report_hint(workspace, diagnostic, "make it a text");
        return false;
    }
    ESC_EACH_NODE(member, type->type_enum.members) {
        esc_check_spelling(workspace, member->member.name);
        for (const EscNode *other = type->type_enum.members.first; other != member;
             other = other->next) {
            if (!esc_text_equal(other->member.name.text, member->member.name.text))
                continue;
            EscDiagnostic *diagnostic = esc_report(workspace, "E0331", member->span,
                                                   "the value `%.*s` stands twice in this list",
                                                   ESC_TEXT_ARG(member->member.name.text));
            esc_report_related(workspace, diagnostic, other->span, "first here");
            return false;
        }
    }
    return true;
}

static EscType type_name(EscWorkspace *workspace, const EscNode *type, uint32_t *size_max)
{
    static const struct {
        const char *name;
        EscKind kind;
    } names[] = {{"text", ESC_KIND_TEXT},
                 {"number", ESC_KIND_NUMBER},
                 {"bool", ESC_KIND_BOOL},
                 {"time", ESC_KIND_TIME},
                 {"duration", ESC_KIND_DURATION}};
    EscText name = type->type_name.name.text;
    EscSuggest suggest = esc_suggest(name);
    for (size_t i = 0; i < ESC_COUNT_OF(names); ++i) {
        esc_suggest_try(&suggest, esc_text_from(names[i].name));
        if (!esc_text_equal(name, esc_text_from(names[i].name)))
            continue;
        if (names[i].kind != ESC_KIND_TEXT)
            return ESC_TYPE(names[i].kind);
        *size_max = type->type_name.at_most == 0 ? ESC_TEXT_SIZE_DEFAULT : type->type_name.at_most;
        if (*size_max > ESC_TEXT_MAX)
            esc_report(workspace, "E0213", type->span, "a text can have at most %u bytes",
                       (unsigned)ESC_TEXT_MAX);
        return ESC_TYPE(ESC_KIND_TEXT);
    }
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0214", type->span, "`%.*s` is not a type", ESC_TEXT_ARG(name));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, type->span))
        esc_report_hint(workspace, diagnostic,
                        "types are text, number, bool, time, duration, `list of text` and values "
                        "such as `low < high`");
    return ESC_TYPE_WRONG;
}

static EscType type_list(EscWorkspace *workspace, const EscNode *type, uint32_t *size_max,
                         uint32_t *items_max)
{
    const EscNode *item = type->type_list.item;
    if (item->kind != ESC_NODE_TYPE_NAME ||
        !esc_text_equal(item->type_name.name.text, ESC_TEXT("text"))) {
        esc_report(workspace, "E0214", item->span, "a list holds texts: write `list of text`");
        return ESC_TYPE_WRONG;
    }
    *items_max = type->type_list.at_most == 0 ? ESC_LIST_ITEMS_DEFAULT : type->type_list.at_most;
    *size_max = item->type_name.at_most == 0 ? ESC_LIST_ITEM_SIZE_DEFAULT : item->type_name.at_most;
    if (*items_max > ESC_LIST_ITEMS_MAX || *size_max > ESC_TEXT_MAX) {
        esc_report(workspace, "E0213", type->span,
                   "a list can have at most %u texts of at most %u bytes",
                   (unsigned)ESC_LIST_ITEMS_MAX, (unsigned)ESC_TEXT_MAX);
        return ESC_TYPE_WRONG;
    }
    return ESC_TYPE(ESC_KIND_LIST);
}

EscType esc_schema_type(EscWorkspace *workspace, const EscNode *type, EscText name,
                        uint32_t *size_max, uint32_t *items_max)
{
    *size_max = 0;
    *items_max = 0;
    switch (type->kind) {
    case ESC_NODE_TYPE_NAME:
        return type_name(workspace, type, size_max);
    case ESC_NODE_TYPE_LIST:
        return type_list(workspace, type, size_max, items_max);
    case ESC_NODE_TYPE_ENUM:
        return enum_is_sound(workspace, type)
                   ? ESC_TYPE_ENUM(enum_find_or_add(workspace, type, name))
                   : ESC_TYPE_WRONG;
    default:
        esc_report(workspace, "E0214", type->span,
                   "a record cannot stand here: name its fields one by one");
        return ESC_TYPE_WRONG;
    }
}

const char *esc_type_words(EscWorkspace *workspace, EscType type)
{
    static const char *const words[ESC_KIND_COUNT] = {
        [ESC_KIND_UNSET] = "nothing",        [ESC_KIND_BOOL] = "true or false",
        [ESC_KIND_NUMBER] = "a number",      [ESC_KIND_TEXT] = "a text",
        [ESC_KIND_DURATION] = "a duration",  [ESC_KIND_TIME] = "a time",
        [ESC_KIND_LIST] = "a list of texts", [ESC_KIND_REF] = "somebody",
    };
    if (esc_type_kind(type) != ESC_KIND_ENUM)
        return words[esc_type_kind(type)];
    const EscEnumInfo *info = &workspace->enums[esc_type_enum(type)];
    char buffer[256];
    size_t used = 0;
    for (uint32_t i = 0; i < info->count && used < 200; ++i) {
        int size = snprintf(buffer + used, sizeof buffer - used, "%s%.*s",
                            i == 0             ? "one of "
                            : info->is_ordered ? " < "
                                               : ", ",
                            ESC_TEXT_ARG(info->members[i]));
        used += size > 0 ? (size_t)size : 0;
    }
    return esc_arena_printf(workspace->arena, "%.*s",
                            (int)(used < sizeof buffer ? used : sizeof buffer - 1), buffer)
        .data;
}

/* --- defaults --------------------------------------------------------------------------------- */

static bool number_default(const EscNode *node, int64_t *value)
{
    bool is_negative = node->kind == ESC_NODE_UNARY;
    const EscNode *plain = is_negative ? node->unary.operand : node;
    if (plain->kind != ESC_NODE_NUMBER)
        return false;
    double number = is_negative ? -plain->number.value : plain->number.value;
    memcpy(value, &number, sizeof number);
    return true;
}

static bool member_default(const EscWorkspace *workspace, const EscNode *node, EscType type,
                           int64_t *value)
{
    char buffer[ESC_PATH_TEXT_MAX];
    if (node->kind != ESC_NODE_PATH)
        return false;
    const EscEnumInfo *info = &workspace->enums[esc_type_enum(type)];
    EscText name = esc_path_text(node, 0, node->path.count, buffer);
    for (uint32_t i = 0; i < info->count; i++) {
        if (!esc_text_equal(info->members[i], name))
            continue;
        *value = i;
        return true;
    }
    return false;
}

static bool default_value(const EscWorkspace *workspace, const EscNode *node, EscType type,
                          int64_t *value)
{
    switch (esc_type_kind(type)) {
    case ESC_KIND_BOOL:
        *value = node->kind == ESC_NODE_BOOL && node->boolean.value;
        return node->kind == ESC_NODE_BOOL;
    case ESC_KIND_NUMBER:
        return number_default(node, value);
    case ESC_KIND_ENUM:
        return member_default(workspace, node, type, value);
    default:
        return false;
    }
}

static void check_default(EscWorkspace *workspace, const EscNode *node, EscFieldInfo *field)
{
    const EscNode *said = node->field.fallback;
    if (said == NULL || field->type == ESC_TYPE_WRONG)
        return;
    EscDiagnostic *diagnostic = NULL;
    if (esc_type_is_optional(field->type)) {
        diagnostic =
            esc_report(workspace, "E0361", said->span,
                       "`%.*s` may be missing, so it has no default", ESC_TEXT_ARG(field->name));
        esc_report_hint(workspace, diagnostic, "leave out the `?` or the default");
        return;
    }
    field->has_default = true; /* or a fault that was told */
    if (!default_value(workspace, said, field->type, &field->default_value)) {
        diagnostic =
            esc_report(workspace, "E0361", said->span, "the default of `%.*s` is no value of it",
                       ESC_TEXT_ARG(field->name));
        esc_report_hint(workspace, diagnostic,
                        "a default is one of the fixed values, true or false, or a number");
    }
}

/* Nobody may take for a report what is only the first value of a type. */
static void ask_for_default(EscWorkspace *workspace, const EscFieldInfo *field)
{
    EscKind kind = esc_type_kind(field->type);
    bool is_guess = kind == ESC_KIND_BOOL || kind == ESC_KIND_NUMBER || kind == ESC_KIND_ENUM;
    bool is_instant = kind == ESC_KIND_TIME; /* 1970 would be said */
    if (field->type == ESC_TYPE_WRONG || esc_type_is_optional(field->type) || field->has_default ||
        (!is_guess && !is_instant))
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0360", field->span,
                   "nothing says what `%.*s` is when nobody gives it", ESC_TEXT_ARG(field->name));
    esc_report_hint(workspace, diagnostic,
                    is_instant
                        ? "write `?` behind its type: it may be missing"
                        : "write `default` and a value behind its type, or `?`: it may be missing");
}

/* --- fields ----------------------------------------------------------------------------------- */

typedef void (*FieldPut)(void *context, EscFieldInfo field);

typedef struct Flatten {
    EscWorkspace *workspace;
    FieldPut put;
    void (*put_record)(void *context, EscText name, EscSpan span); /* may be NULL */
    void *context;
} Flatten;

static void flatten(const Flatten *to, EscNodeList fields, EscText prefix, bool is_optional,
                    unsigned depth)
{
    EscWorkspace *workspace = to->workspace;
    ESC_EACH_NODE(node, fields) {
        EscName name = node->field.name;
        EscText path = prefix.size == 0
                           ? name.text
                           : esc_arena_printf(workspace->arena, "%.*s.%.*s", ESC_TEXT_ARG(prefix),
                                              ESC_TEXT_ARG(name.text));
        esc_check_spelling(workspace, name);
        const EscNode *type = node->field.type;
        bool may_be_missing = is_optional || node->field.is_optional;
        if (type->kind == ESC_NODE_TYPE_RECORD) {
            if (depth >= ESC_RECORD_DEPTH_MAX) {
                esc_report(workspace, "E0329", name.span,
                           "records lie at most %u deep in one another", ESC_RECORD_DEPTH_MAX);
                continue;
            }
            if (to->put_record != NULL)
                to->put_record(to->context, path, name.span);
            flatten(to, type->type_record.fields, path, may_be_missing, depth + 1);
            continue;
        }
        EscFieldInfo field = {.name = path, .span = name.span};
        field.type = esc_schema_type(workspace, type, path, &field.size_max, &field.items_max);
        if (field.type != ESC_TYPE_WRONG && may_be_missing)
            field.type |= ESC_TYPE_OPTIONAL;
        check_default(workspace, node, &field);
        to->put(to->context, field);
    }
}

static void field_twice(EscWorkspace *workspace, EscText name, EscSpan span, EscSpan first)
{
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0102", span, "the field `%.*s` is declared twice", ESC_TEXT_ARG(name));
    esc_report_related(workspace, diagnostic, first, "declared here");
}

static void names_put(EscWorkspace *workspace, EscNames *names, EscText name, uint32_t value)
{
    EscStatus status = esc_names_put(names, name, value);
    if (status != ESC_OK)
        esc_workspace_fail(workspace, status);
}

static void ticket_put(void *context, EscFieldInfo field)
{
    EscWorkspace *workspace = context;
    uint32_t first = 0;
    if (esc_names_find(workspace->ticket_names, field.name, &first)) {
        field_twice(workspace, field.name, field.span,
                    first == ESC_NONE ? (EscSpan){0} : workspace->fields[first].span);
        return;
    }
    ask_for_default(workspace, &field);
    field.scope = ESC_SCOPE_TICKET;
    field.slot = workspace->fields_count;
    names_put(workspace, workspace->ticket_names, field.name, workspace->fields_count);
    *ESC_ARRAY_ADD(workspace, fields) = field;
}

/* A record's own name is known too, so that using it as a value can be explained. An extension
 * may add to a record. */
static void ticket_put_record(void *context, EscText name, EscSpan span)
{
    EscWorkspace *workspace = context;
    uint32_t first = 0;
    if (!esc_names_find(workspace->ticket_names, name, &first))
        names_put(workspace, workspace->ticket_names, name, ESC_NONE);
    else if (first != ESC_NONE)
        field_twice(workspace, name, span, workspace->fields[first].span);
}

static void ticket_declaration(EscWorkspace *workspace, const EscNode *node)
{
    Flatten to = {.workspace = workspace,
                  .put = ticket_put,
                  .put_record = ticket_put_record,
                  .context = workspace};
    flatten(&to, node->ticket.fields, ESC_TEXT(""), false, 1);
}

typedef struct EventFields {
    EscWorkspace *workspace;
    EscNames *shapes; /* name, type and sizes → field */
    uint32_t event;
    uint32_t *fields;
    size_t capacity;
    uint32_t count;
} EventFields;

static void event_put(void *context, EscFieldInfo field)
{
    EventFields *to = context;
    EscWorkspace *workspace = to->workspace;
    EscEventInfo *event = &workspace->events[to->event];
    uint32_t index = 0;
    if (event->field_names == NULL)
        event->field_names = esc_names_new(esc_seed());
    uint32_t *grown =
        esc_arena_grow(workspace->arena, to->fields, to->count, &to->capacity, sizeof *to->fields);
    if (event->field_names == NULL || grown == NULL) {
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
        return;
    }
    to->fields = grown;
    if (esc_names_find(event->field_names, field.name, &index)) {
        field_twice(workspace, field.name, field.span, workspace->fields[index].span);
        return;
    }
    EscText shape =
        esc_arena_printf(workspace->arena, "%.*s:%x:%u:%u:%d:%llx", ESC_TEXT_ARG(field.name),
                         field.type, field.size_max, field.items_max, field.has_default,
                         (unsigned long long)field.default_value);
    if (!esc_names_find(to->shapes, shape, &index)) {
        field.scope = ESC_SCOPE_EVENT;
        index = workspace->fields_count;
        *ESC_ARRAY_ADD(workspace, fields) = field;
        names_put(workspace, to->shapes, shape, index);
    }
    names_put(workspace, event->field_names, field.name, index);
    to->fields[to->count++] = index;
}

static void event_done(EventFields *to)
{
    to->workspace->events[to->event].fields = to->fields;
    to->workspace->events[to->event].count = to->count;
    to->fields = NULL;
    to->count = 0;
    to->capacity = 0;
}

static void builtin_event_fields(EventFields *to)
{
    for (uint32_t i = 0; i < ESC_BUILTIN_FIELDS_COUNT; ++i) {
        const EscBuiltinField *row = &esc_builtin_fields[i];
        to->event = row->event;
        EscFieldInfo field = {.name = esc_text_from(row->name), .type = ESC_TYPE(row->kind)};
        field.size_max = row->kind == ESC_KIND_TEXT ? ESC_TEXT_SIZE_DEFAULT : 0;
        event_put(to, field);
        if (i + 1 == ESC_BUILTIN_FIELDS_COUNT || row[1].event != row->event)
            event_done(to);
    }
}

static void pass_events(EscWorkspace *workspace)
{
    EventFields to = {.workspace = workspace, .shapes = esc_names_new(esc_seed())};
    if (to.shapes == NULL) {
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
        return;
    }
    builtin_event_fields(&to);
    Flatten flat = {.workspace = workspace, .put = event_put, .context = &to};
    for (uint32_t i = ESC_EVENT_BUILTIN_COUNT; i < workspace->events_count; ++i) {
        to.event = i;
        const EscNode *node = workspace->events[i].node;
        workspace->events[i].title = esc_plain_text(workspace, node->event.title);
        flatten(&flat, node->event.fields, ESC_TEXT(""), false, 1);
        event_done(&to);
    }
    esc_names_free(to.shapes);
}

/* Enum 0 of every bundle. */
static void role_enum(EscWorkspace *workspace)
{
    static const EscText members[] = {
#define ESC_ROLE(NAME, word, said) {word, sizeof word - 1},
#include <esc/builtin.def>
    };
    static const char shape[] = ""
#define ESC_ROLE(NAME, word, said) word "<"
#include <esc/builtin.def>
        ;
    *ESC_ARRAY_ADD(workspace, enums) = (EscEnumInfo){.name = ESC_TEXT("role"),
                                                     .is_ordered = true,
                                                     .members = members,
                                                     .count = ESC_COUNT_OF(members)};
    names_put(workspace, workspace->enum_shapes, esc_text_from(shape), 0);
}

/* One round over all files: the base ticket, what libraries add, what the workspace
 * adds. In this order slots of the base do not move, and a field that stands twice is the
 * workspace's fault. */
typedef enum TicketRound { ROUND_BASE, ROUND_LIBRARY, ROUND_OWN, ROUND_COUNT } TicketRound;

static void ticket_in_round(EscWorkspace *workspace, const EscSourceFile *file, const EscNode *node,
                            TicketRound round)
{
    bool is_base = file->is_std && !node->ticket.is_extension;
    TicketRound its = is_base ? ROUND_BASE : esc_file_is_own(file) ? ROUND_OWN : ROUND_LIBRARY;
    if (its != round)
        return;
    if (file->is_std || node->ticket.is_extension) {
        ticket_declaration(workspace, node);
        return;
    }
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0332", node->span, "the base ticket comes from std.ticket");
    esc_report_hint(workspace, diagnostic, "write `extend ticket { … }` to add fields");
}

void esc_pass_schema(EscWorkspace *workspace)
{
    role_enum(workspace);
    for (unsigned round = 0; round < ROUND_COUNT; ++round) {
        for (uint32_t i = 0; i < workspace->files_count; ++i) {
            const EscSourceFile *file = &workspace->files[i];
            if (file->tree == NULL)
                continue;
            ESC_EACH(node, file->tree->file.declarations) {
                if (node->kind == ESC_NODE_TICKET)
                    ticket_in_round(workspace, file, node, (TicketRound)round);
            }
        }
    }
    workspace->ticket_fields_count = workspace->fields_count;
    pass_events(workspace);
}
