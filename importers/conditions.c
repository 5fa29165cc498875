/* conditions.c - which tickets a rule is for.
 *
 * Conditions are kept as alternatives and lists of single tests, with `not` before single tests alone, and are simple: what the
 * rest of a list implies is left out, and what it excludes cannot hold. Sources say such things (a route for `critical` below one
 * for `warning`), and the compiler takes them for mistakes. */
#include <stdlib.h>

#include "model.h"

/* --- making tests --------------------------------------------------------------------------------- */

static ModelTest *new_test(EscModel *model, ModelTestKind kind)
{
    ModelTest *test = esc_arena_alloc(model->arena, sizeof *test);
    if (test == NULL)
        esc_model_lack(model);
    test->kind = kind;
    return test;
}

const ModelTest *esc_test_of(EscModel *model, ModelTestKind kind, EscText field, EscText value,
                             bool is_word)
{
    ModelTest *test = new_test(model, kind);
    test->field = field;
    test->value = value;
    test->is_word = is_word;
    return test;
}

const ModelTest *esc_test_within(EscModel *model, uint32_t calendar)
{
    ModelTest *test = new_test(model, MODEL_WITHIN);
    test->calendar = calendar;
    return test;
}

/* A copy that can stand in a list. */
static ModelTest *part_of(EscModel *model, const ModelTest *test)
{
    ModelTest *part = new_test(model, MODEL_EVERY);
    if (test != NULL)
        *part = *test;
    part->next = NULL;
    return part;
}

/* --- what one test says of another ------------------------------------------------------------------ */

typedef struct Single {
    const ModelTest *test; /* without its `not` */
    bool is_negated;
} Single;

static Single single_of(const ModelTest *test)
{
    return test->kind == MODEL_NOT ? (Single){test->first, true} : (Single){test, false};
}

static bool is_list_of_tests(const ModelTest *test)
{
    return test->kind == MODEL_ALL || test->kind == MODEL_ANY;
}

/* The type of a field, as it is written; empty for texts of the base ticket. */
EscText esc_field_type(const EscModel *model, EscText field)
{
    if (esc_text_equal(field, ESC_TEXT("ticket.severity")))
        return ESC_TEXT("low < medium < high < critical default medium");
    if (esc_text_equal(field, ESC_TEXT("ticket.priority")))
        return ESC_TEXT("low < normal < high < urgent default normal");
    if (esc_text_equal(field, ESC_TEXT("ticket.tags")))
        return ESC_TEXT("list of text");
    for (size_t i = 0; i < model->fields.count; i++) {
        const ModelField *row = &model->fields.items[i];
        if (field.size == row->path.size + strlen("ticket.") &&
            esc_text_ends_with(field, row->path))
            return row->type;
    }
    return (EscText){0};
}

/* The next fixed value of a type; false behind the last. */
bool esc_type_word(EscText *type, EscText *word)
{
    size_t at = 0, size = 0;
    while (at < type->size && strchr("<| ", type->data[at]) != NULL)
        at++;
    while (at + size < type->size && type->data[at + size] != ' ')
        size++;
    *word = (EscText){type->data + at, size};
    *type = (EscText){type->data + at + size, type->size - at - size};
    return size > 0 && !esc_text_equal(*word, ESC_TEXT("default"));
}

static int rank_of(EscText type, EscText value)
{
    EscText word;
    for (int rank = 0; esc_type_word(&type, &word); rank++) {
        if (esc_text_equal(word, value))
            return rank;
    }
    return -1;
}

static bool holds_for_rank(EscText type, Single single, int rank)
{
    int value = rank_of(type, single.test->value);
    bool holds = single.test->kind == MODEL_EQUALS ? rank == value
                 : single.test->kind == MODEL_MORE ? rank > value
                                                   : rank < value;
    return holds != single.is_negated;
}

/* Among fixed values all can be tried. */
static bool do_words_exclude(EscText type, Single a, Single b)
{
    EscText rest = type, word;
    for (int rank = 0; esc_type_word(&rest, &word); rank++) {
        if (holds_for_rank(type, a, rank) && holds_for_rank(type, b, rank))
            return false;
    }
    return true;
}

static EscText lowered(EscText text, char *room, size_t size)
{
    size_t count = text.size < size ? text.size : size;
    for (size_t i = 0; i < count; i++)
        room[i] = esc_ascii_lower(text.data[i]);
    return (EscText){room, count};
}

/* A part of a text is found in capital and small letters. */
static bool contains(EscText text, EscText part)
{
    char a[1024], b[1024];
    return esc_text_contains(lowered(text, a, sizeof a), lowered(part, b, sizeof b));
}

static bool holds_for_text(const ModelTest *test, EscText value)
{
    switch (test->kind) {
    case MODEL_EQUALS:
        return esc_text_equal(test->value, value);
    case MODEL_CONTAINS:
        return contains(value, test->value);
    case MODEL_STARTS:
        return esc_text_starts_with(value, test->value);
    case MODEL_ENDS:
        return esc_text_ends_with(value, test->value);
    default:
        return value.size > 0;
    }
}

/* Whether every text that passes `a` passes `b`. */
static bool implies(const ModelTest *a, const ModelTest *b)
{
    if (a->kind == MODEL_EQUALS)
        return holds_for_text(b, a->value);
    if (a->kind == MODEL_PRESENT || b->kind == MODEL_EQUALS)
        return a->kind == b->kind && esc_text_equal(a->value, b->value);
    if (b->kind == MODEL_PRESENT)
        return true;
    if (b->kind == MODEL_CONTAINS)
        return contains(a->value, b->value);
    return a->kind == b->kind && holds_for_text(b, a->value);
}

static bool do_texts_exclude(const ModelTest *a, const ModelTest *b)
{
    if (a->kind == MODEL_EQUALS || b->kind == MODEL_EQUALS)
        return a->kind == MODEL_EQUALS ? !holds_for_text(b, a->value)
                                       : !holds_for_text(a, b->value);
    bool is_edge = a->kind == b->kind && (a->kind == MODEL_STARTS || a->kind == MODEL_ENDS);
    return is_edge && !holds_for_text(a, b->value) && !holds_for_text(b, a->value);
}

bool esc_model_test_holds(const EscModel *model, const ModelTest *test, EscText value)
{
    EscText type = esc_field_type(model, test->field);
    return test->is_word ? holds_for_rank(type, (Single){test, false}, rank_of(type, value))
                         : holds_for_text(test, value);
}

EscText esc_type_default(const EscModel *model, EscText field)
{
    EscText type = esc_field_type(model, field), word = {0};
    while (esc_type_word(&type, &word))
        ;
    (void)esc_type_word(&type, &word); /* what stands behind `default` */
    return word;
}

static bool is_same(const ModelTest *a, const ModelTest *b)
{
    return a->kind == b->kind && a->calendar == b->calendar && esc_text_equal(a->field, b->field) &&
           esc_text_equal(a->value, b->value);
}

/* No ticket passes both. Of lists of texts only the same value said and denied is known. */
static bool exclude(const EscModel *model, const ModelTest *left, const ModelTest *right)
{
    Single a = single_of(left), b = single_of(right);
    if (is_list_of_tests(a.test) || is_list_of_tests(b.test) ||
        !esc_text_equal(a.test->field, b.test->field))
        return false;
    EscText type = esc_field_type(model, a.test->field);
    if (a.test->kind == MODEL_WITHIN || b.test->kind == MODEL_WITHIN ||
        esc_text_starts_with(type, ESC_TEXT("list")))
        return is_same(a.test, b.test) && a.is_negated != b.is_negated;
    if (a.test->is_word || b.test->is_word)
        return do_words_exclude(type, a, b);
    if (a.is_negated && b.is_negated)
        return false;
    if (!a.is_negated && !b.is_negated)
        return do_texts_exclude(a.test, b.test);
    return a.is_negated ? implies(b.test, a.test) : implies(a.test, b.test);
}

/* Whether `right` says nothing more beside `left`. */
static bool is_implied(const EscModel *model, const ModelTest *left, const ModelTest *right)
{
    if (is_list_of_tests(left) || is_list_of_tests(right))
        return false;
    Single a = single_of(left), b = single_of(right);
    if (is_same(a.test, b.test) && a.is_negated == b.is_negated)
        return true;
    ModelTest other = {.kind = MODEL_NOT, .first = b.test};
    return exclude(model, left, b.is_negated ? b.test : &other);
}

/* --- lists --------------------------------------------------------------------------------------------- */

typedef struct Parts {
    MODEL_LIST(const ModelTest *) list;
} Parts;

static void put_parts(EscModel *model, Parts *parts, ModelTestKind kind, const ModelTest *test)
{
    if (test->kind != kind) {
        *MODEL_ADD(model, parts->list) = test;
        return;
    }
    for (const ModelTest *part = test->first; part != NULL; part = part->next)
        *MODEL_ADD(model, parts->list) = part;
}

static const ModelTest *list_of(EscModel *model, ModelTestKind kind, const Parts *parts)
{
    if (parts->list.count == 0)
        return new_test(model, kind == MODEL_ALL ? MODEL_EVERY : MODEL_NEVER);
    if (parts->list.count == 1)
        return part_of(model, parts->list.items[0]);
    ModelTest *made = new_test(model, kind), *last = NULL;
    for (size_t i = 0; i < parts->list.count; i++) {
        ModelTest *part = part_of(model, parts->list.items[i]);
        if (last == NULL)
            made->first = part;
        else
            last->next = part;
        last = part;
    }
    return made;
}

/* Of an alternative what the other parts of the list leave; a list of one is that one. */
static const ModelTest *left_of(EscModel *model, const ModelTest *any, const Parts *parts,
                                size_t own)
{
    Parts kept = {0};
    for (const ModelTest *part = any->first; part != NULL; part = part->next) {
        bool is_possible = true;
        for (size_t i = 0; i < parts->list.count && is_possible; i++) {
            const ModelTest *other = parts->list.items[i];
            if (i == own)
                continue;
            is_possible = !exclude(model, part, other);
            bool is_one = other->kind != MODEL_ANY;
            for (const ModelTest *each = is_one ? NULL : other->first; each != NULL && !is_one;
                 each = each->next)
                is_one = !exclude(model, part, each);
            is_possible = is_possible && is_one;
        }
        if (is_possible)
            *MODEL_ADD(model, kept.list) = part;
    }
    return list_of(model, MODEL_ANY, &kept);
}

/* Whether one of an alternative's parts holds anyway, so that it decides nothing. */
static bool is_any_implied(const EscModel *model, const Parts *parts, size_t own)
{
    for (const ModelTest *part = parts->list.items[own]->first; part != NULL; part = part->next) {
        for (size_t i = 0; i < parts->list.count; i++) {
            if (i != own && is_implied(model, parts->list.items[i], part))
                return true;
        }
    }
    return false;
}

static const ModelTest *simple_all(EscModel *model, Parts *parts)
{
    for (size_t i = 0; i < parts->list.count; i++) {
        if (parts->list.items[i]->kind == MODEL_ANY)
            parts->list.items[i] = left_of(model, parts->list.items[i], parts, i);
    }
    Parts kept = {0};
    for (size_t i = 0; i < parts->list.count; i++) {
        const ModelTest *part = parts->list.items[i];
        bool is_needed = part->kind != MODEL_EVERY;
        if (part->kind == MODEL_NEVER)
            return new_test(model, MODEL_NEVER);
        if (part->kind == MODEL_ANY)
            is_needed = !is_any_implied(model, parts, i);
        for (size_t j = 0; j < parts->list.count; j++) {
            const ModelTest *other = parts->list.items[j];
            if (i != j && exclude(model, part, other))
                return new_test(model, MODEL_NEVER);
            bool is_earlier = j < i || !is_implied(model, part, other);
            is_needed = is_needed && !(i != j && is_earlier && is_implied(model, other, part));
        }
        if (is_needed)
            put_parts(model, &kept, MODEL_ALL, part);
    }
    return list_of(model, MODEL_ALL, &kept);
}

/* Alternatives that others contain are left out; one that is denied by another holds always. */
static const ModelTest *simple_any(EscModel *model, Parts *parts)
{
    Parts kept = {0};
    for (size_t i = 0; i < parts->list.count; i++) {
        const ModelTest *part = parts->list.items[i];
        bool is_needed = part->kind != MODEL_NEVER;
        if (part->kind == MODEL_EVERY)
            return new_test(model, MODEL_EVERY);
        Single a = single_of(part);
        for (size_t j = 0; j < parts->list.count; j++) {
            const ModelTest *other = parts->list.items[j];
            Single b = single_of(other);
            if (i != j && !is_list_of_tests(a.test) && !is_list_of_tests(b.test) &&
                is_same(a.test, b.test) && a.is_negated != b.is_negated)
                return new_test(model, MODEL_EVERY);
            bool is_earlier = j < i || !is_implied(model, other, part);
            is_needed = is_needed && !(i != j && is_earlier && is_implied(model, part, other));
        }
        if (is_needed)
            *MODEL_ADD(model, kept.list) = part;
    }
    return list_of(model, MODEL_ANY, &kept);
}

const ModelTest *esc_test_both(EscModel *model, ModelTestKind all_or_any, const ModelTest *a,
                               const ModelTest *b)
{
    Parts parts = {0};
    put_parts(model, &parts, all_or_any, a == NULL ? new_test(model, MODEL_EVERY) : a);
    put_parts(model, &parts, all_or_any, b == NULL ? new_test(model, MODEL_EVERY) : b);
    return all_or_any == MODEL_ALL ? simple_all(model, &parts) : simple_any(model, &parts);
}

/* Conditions are as deep as readers made them, which is as deep as their sources are at most. */
const ModelTest *esc_test_not(EscModel *model, const ModelTest *test)
{
    if (test == NULL || test->kind == MODEL_EVERY || test->kind == MODEL_NEVER)
        return new_test(
            model, MODEL_NEVER); /* what cannot be said is not known the other way round either */
    if (test->kind == MODEL_NOT)
        return part_of(model, test->first);
    if (!is_list_of_tests(test)) {
        ModelTest *made = new_test(model, MODEL_NOT);
        made->first = part_of(model, test);
        return made;
    }
    Parts parts = {0};
    for (const ModelTest *part = test->first; part != NULL; part = part->next)
        *MODEL_ADD(model, parts.list) = esc_test_not(model, part);
    return test->kind == MODEL_ALL ? simple_any(model, &parts) : simple_all(model, &parts);
}
