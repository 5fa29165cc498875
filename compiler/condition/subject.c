/* subject.c - what a test is about: a field, a fact, a calculated value, or how two values lie to each other. */
#include "condition/subject.h"

static EscText key_of(const EscMaker *maker, const EscNode *node)
{
    EscBuf dump;
    esc_buf_init(&dump, (size_t)1 << 20);
    esc_node_dump(&dump, node);
    if (dump.status != ESC_OK)
        esc_workspace_fail(maker->workspace, dump.status);
    EscText key = esc_arena_text(maker->arena, esc_buf_as_text(&dump));
    esc_buf_release(&dump);
    return key;
}

static EscSubjectKind kind_of(EscMeans means)
{
    switch (means) {
    case ESC_MEANS_TICKET_FIELD:
        return ESC_SUBJECT_TICKET;
    case ESC_MEANS_EVENT_FIELD:
        return ESC_SUBJECT_EVENT;
    case ESC_MEANS_EXCEPTION_FIELD:
        return ESC_SUBJECT_EXCEPTION;
    case ESC_MEANS_FACT:
        return ESC_SUBJECT_FACT;
    case ESC_MEANS_LOCAL:
        return ESC_SUBJECT_LOCAL;
    default:
        return ESC_SUBJECT_VALUE;
    }
}

static void set_members(const EscWorkspace *workspace, EscSubject *subject)
{
    if (esc_type_kind(subject->type) != ESC_KIND_ENUM)
        return;
    const EscEnumInfo *info = &workspace->enums[esc_type_enum(subject->type)];
    subject->members = info->members;
    subject->members_count = info->count;
}

static bool is_field(EscSubjectKind kind)
{
    return kind == ESC_SUBJECT_TICKET || kind == ESC_SUBJECT_EVENT || kind == ESC_SUBJECT_EXCEPTION;
}

/* A path without its unit: the duration itself is the subject. */
static EscSubject path_subject(const EscMaker *maker, const EscNode *path, EscMeaning meaning)
{
    EscSubject subject = {.kind = kind_of((EscMeans)meaning.means),
                          .type = esc_type_plain(meaning.type),
                          .index = meaning.index,
                          .words = esc_span_text(maker->workspace, path->span)};
    subject.may_be_missing =
        esc_type_is_optional(meaning.type) || (meaning.flags & ESC_MEANING_NARROWED) != 0;
    if (meaning.unit != ESC_UNIT_NONE) {
        const EscName *unit = &path->path.parts[path->path.count - 1];
        subject.type = ESC_TYPE(ESC_KIND_DURATION);
        subject.words.size -= unit->text.size + 1;
    }
    if (subject.kind == ESC_SUBJECT_VALUE)
        subject.key = key_of(maker, path);
    else if (is_field(subject.kind))
        subject.key = maker->workspace->fields[meaning.index].name;
    return subject;
}

EscSubject esc_subject_now(void)
{
    return (EscSubject){.kind = ESC_SUBJECT_VALUE,
                        .type = ESC_TYPE(ESC_KIND_TIME),
                        .key = ESC_TEXT("now"),
                        .words = ESC_TEXT("now")};
}

EscSubject esc_subject_of(const EscMaker *maker, const EscNode *node)
{
    if (node->kind == ESC_NODE_NOW)
        return esc_subject_now();
    EscMeaning meaning = esc_meaning(maker->workspace, node);
    EscSubject subject = {.kind = ESC_SUBJECT_VALUE,
                          .type = esc_type_plain(meaning.type),
                          .may_be_missing = esc_type_is_optional(meaning.type),
                          .words = esc_span_text(maker->workspace, node->span)};
    if (node->kind == ESC_NODE_PATH)
        subject = path_subject(maker, node, meaning);
    else
        subject.key = key_of(maker, node);
    set_members(maker->workspace, &subject);
    return subject;
}

EscSubject esc_subject_opaque(const EscMaker *maker, const EscNode *node)
{
    return (EscSubject){.kind = ESC_SUBJECT_OPAQUE,
                        .type = ESC_TYPE(ESC_KIND_BOOL),
                        .key = key_of(maker, node),
                        .words = esc_span_text(maker->workspace, node->span)};
}

EscSubject esc_subject_hours(const EscMaker *maker, const EscNode *node, uint32_t calendar)
{
    EscText hours = esc_span_text(maker->workspace, node->binary.right->span);
    return (EscSubject){.kind = ESC_SUBJECT_HOURS,
                        .type = ESC_TYPE(ESC_KIND_BOOL),
                        .index = calendar,
                        .words =
                            esc_arena_printf(maker->arena, "now in %.*s", ESC_TEXT_ARG(hours))};
}

EscSubject esc_subject_order(const EscMaker *maker, const EscNode *left, const EscNode *right,
                             bool *is_turned)
{
    EscText a = key_of(maker, left), b = key_of(maker, right);
    *is_turned = esc_text_compare(a, b) > 0;
    EscType left_type = esc_node_type(maker->workspace, left),
            right_type = esc_node_type(maker->workspace, right);
    EscText first = *is_turned ? b : a, second = *is_turned ? a : b;
    return (EscSubject){
        .kind = ESC_SUBJECT_ORDER,
        .may_be_missing = esc_type_is_optional(left_type) || esc_type_is_optional(right_type),
        .key =
            esc_arena_printf(maker->arena, "%.*s\n%.*s", ESC_TEXT_ARG(first), ESC_TEXT_ARG(second)),
        .words = esc_span_text(maker->workspace, (*is_turned ? right : left)->span),
        .other = esc_span_text(maker->workspace, (*is_turned ? left : right)->span)};
}

EscBinaryOp esc_binary_turned(EscBinaryOp op)
{
    switch (op) {
    case ESC_BINARY_LESS:
        return ESC_BINARY_GREATER;
    case ESC_BINARY_LESS_EQUAL:
        return ESC_BINARY_GREATER_EQUAL;
    case ESC_BINARY_GREATER:
        return ESC_BINARY_LESS;
    case ESC_BINARY_GREATER_EQUAL:
        return ESC_BINARY_LESS_EQUAL;
    default:
        return op;
    }
}

void esc_subject_from_now(EscSubject *time)
{
    if (esc_type_kind(time->type) != ESC_KIND_TIME)
        return;
    time->is_from_now = true;
    time->type = ESC_TYPE(ESC_KIND_DURATION);
}

bool esc_subject_equal(const EscSubject *a, const EscSubject *b)
{
    bool is_named = is_field(a->kind);
    return a->kind == b->kind && (is_named || a->index == b->index) &&
           a->is_change == b->is_change && a->is_from_now == b->is_from_now &&
           esc_text_equal(a->key, b->key);
}
