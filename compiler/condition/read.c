/* read.c - a tree of PREDS back in the form that it was lowered from. A NOT above a test turns the test around whole: where the
 * matcher sees no value, the test is false and its negation true. */
#include <string.h>

#include "condition/subject.h"

typedef struct Reader {
    EscArena *arena;
    const EscProgram *program;
} Reader;

static EscText field_words(const Reader *reader, const EscFieldRow *field)
{
    static const char *const scopes[] = {"ticket", "event", "exception"};
    EscText name = reader->program->texts[field->name];
    return esc_arena_printf(reader->arena, "%s.%.*s", scopes[field->scope], ESC_TEXT_ARG(name));
}

static void read_members(const Reader *reader, EscSubject *subject)
{
    if (esc_type_kind(subject->type) != ESC_KIND_ENUM)
        return;
    const EscProgram *program = reader->program;
    const EscEnumRow *row = &program->enums[esc_type_enum(subject->type)];
    EscText *members = esc_arena_alloc_array(reader->arena, row->members_count, sizeof *members);
    for (uint32_t i = 0; members != NULL && i < row->members_count; i++)
        members[i] = program->texts[program->members[row->members_first + i].name];
    subject->members = members;
    subject->members_count = members == NULL ? 0 : row->members_count;
}

static EscSubject read_subject(const Reader *reader, const EscPredRow *row)
{
    const EscFieldRow *field = &reader->program->fields[row->field - 1];
    EscSubject subject = {.kind = field->scope == ESC_SCOPE_EVENT ? ESC_SUBJECT_EVENT
                                                                  : ESC_SUBJECT_TICKET,
                          .type = esc_type_plain(field->type),
                          .may_be_missing = esc_type_is_optional(field->type),
                          .index = row->field - 1,
                          .key = reader->program->texts[field->name],
                          .words = field_words(reader, field)};
    read_members(reader, &subject);
    return subject;
}

static void read_range(const Reader *reader, const EscPredRow *row, EscTest *test)
{
    EscInterval *interval = esc_arena_alloc(reader->arena, sizeof *interval);
    if (interval == NULL)
        return;
    *interval = (EscInterval){.low = row->low,
                              .high = row->high,
                              .is_low_open = (row->detail & 1) != 0,
                              .is_high_open = (row->detail & 2) != 0};
    if (esc_type_kind(test->subject.type) == ESC_KIND_NUMBER) {
        double low, high;
        memcpy(&low, &row->low, sizeof low);
        memcpy(&high, &row->high, sizeof high);
        interval->low = esc_number_key(low);
        interval->high = esc_number_key(high);
    }
    test->kind = ESC_TEST_RANGES;
    test->intervals = interval;
    test->count = 1;
}

static EscAtomKind atom_kind(uint32_t kind)
{
    return kind == ESC_PRED_TEXT_STARTS     ? ESC_ATOM_STARTS
           : kind == ESC_PRED_TEXT_ENDS     ? ESC_ATOM_ENDS
           : kind == ESC_PRED_TEXT_CONTAINS ? ESC_ATOM_CONTAINS
                                            : ESC_ATOM_IS;
}

static void read_atom(const Reader *reader, const EscPredRow *row, EscTest *test)
{
    EscAtom *atom = esc_arena_alloc(reader->arena, sizeof *atom);
    if (atom == NULL)
        return;
    *atom = (EscAtom){atom_kind(row->kind), reader->program->texts[row->detail]};
    test->kind = row->kind == ESC_PRED_LIST_HAS ? ESC_TEST_ITEMS : ESC_TEST_TEXTS;
    test->atoms = atom;
    test->count = 1;
}

static void read_test(const Reader *reader, const EscPredRow *row, EscTest *test)
{
    *test = (EscTest){.subject = read_subject(reader, row)};
    switch (row->kind) {
    case ESC_PRED_ENUM_IN:
        test->kind = ESC_TEST_MEMBERS;
        test->members = (uint64_t)row->low;
        break;
    case ESC_PRED_BOOL:
        test->kind = ESC_TEST_MEMBERS;
        test->members = row->detail != 0 ? 2 : 1;
        break;
    case ESC_PRED_CHANGED:
        test->kind = ESC_TEST_MEMBERS;
        test->members = 2;
        test->subject.is_change = true;
        test->subject.members_count = 0;
        test->subject.may_be_missing = false;
        test->subject.type = ESC_TYPE(ESC_KIND_BOOL);
        break;
    case ESC_PRED_RANGE:
        read_range(reader, row, test);
        break;
    case ESC_PRED_PRESENT:
    case ESC_PRED_MISSING:
        test->kind = ESC_TEST_PRESENCE;
        test->is_negated = row->kind == ESC_PRED_MISSING;
        test->subject.may_be_missing = true;
        esc_subject_from_now(&test->subject);
        break;
    default:
        read_atom(reader, row, test);
        break;
    }
}

/* How far a time lies behind now, or how long a duration is. */
static void read_instant(const Reader *reader, const EscClockRow *row, EscTest *test)
{
    EscInterval *interval = esc_arena_alloc(reader->arena, sizeof *interval);
    bool is_span = esc_type_kind(test->subject.type) == ESC_KIND_DURATION;
    if (interval == NULL)
        return;
    *interval = (EscInterval){.low = INT64_MIN, .high = INT64_MAX};
    if (is_span && row->is_until == 0)
        interval->low = row->distance_ms;
    else if (is_span)
        *interval = (EscInterval){INT64_MIN, row->distance_ms, .is_high_open = true};
    else if (row->is_until == 0)
        interval->high = -row->distance_ms;
    else
        *interval = (EscInterval){-row->distance_ms, INT64_MAX, .is_low_open = true};
    esc_subject_from_now(&test->subject);
    test->kind = ESC_TEST_RANGES;
    test->intervals = interval;
    test->count = 1;
}

/* Where the time now lies to a date. */
static void read_date(const Reader *reader, const EscClockRow *row, EscTest *test)
{
    EscInterval *interval = esc_arena_alloc(reader->arena, sizeof *interval);
    if (interval == NULL)
        return;
    int64_t key =
        reader->program->dates[row->index].local_minute * ESC_MINUTE_MS + row->distance_ms;
    *interval = row->is_until == 0 ? (EscInterval){key, INT64_MAX, .is_low_open = false}
                                   : (EscInterval){INT64_MIN, key, .is_high_open = true};
    *test = (EscTest){
        .kind = ESC_TEST_RANGES, .subject = esc_subject_now(), .intervals = interval, .count = 1};
}

static void read_opaque(const Reader *reader, const char *what, uint32_t index, EscTest *test)
{
    EscText name = esc_arena_printf(reader->arena, "%s %u", what, (unsigned)index);
    *test = (EscTest){.kind = ESC_TEST_MEMBERS, .members = 2};
    test->subject = (EscSubject){
        .kind = ESC_SUBJECT_OPAQUE, .type = ESC_TYPE(ESC_KIND_BOOL), .key = name, .words = name};
}

static EscSubject read_fact(uint32_t fact)
{
    EscType type = esc_fact_info[fact].type;
    return (EscSubject){.kind = ESC_SUBJECT_FACT,
                        .type = esc_type_plain(type),
                        .index = fact,
                        .may_be_missing = esc_type_is_optional(type),
                        .words = esc_text_from(esc_fact_info[fact].path)};
}

static void read_clock(const Reader *reader, const EscPredRow *row, EscTest *test)
{
    const EscProgram *program = reader->program;
    const EscClockRow *clock = &program->clocks[row->detail];
    if (clock->source == ESC_CLOCK_SOURCE_HOURS) {
        EscText name = program->texts[program->calendars[clock->calendar - 1].name];
        *test = (EscTest){.kind = ESC_TEST_MEMBERS, .members = 2};
        test->subject = (EscSubject){
            .kind = ESC_SUBJECT_HOURS,
            .type = ESC_TYPE(ESC_KIND_BOOL),
            .index = clock->calendar - 1,
            .words = esc_arena_printf(reader->arena, "now in %.*s", ESC_TEXT_ARG(name))};
        return;
    }
    if (clock->calendar != 0) { /* how its hours lie is not looked into */
        read_opaque(reader, "clock", row->detail, test);
        return;
    }
    if (clock->source == ESC_CLOCK_SOURCE_DATE) {
        read_date(reader, clock, test);
        return;
    }
    const EscPredRow field = {.field = clock->index + 1};
    *test =
        (EscTest){.subject = clock->source == ESC_CLOCK_SOURCE_FACT ? read_fact(clock->index)
                                                                    : read_subject(reader, &field)};
    read_instant(reader, clock, test);
}

/* Under an odd number of NOT. */
static void turn(EscTest *test)
{
    test->is_negated = !test->is_negated;
    if (test->kind != ESC_TEST_PRESENCE)
        test->holds_missing = !test->holds_missing;
}

static EscCondition *read_leaf(const Reader *reader, const EscPredRow *row, bool sense)
{
    EscCondition *leaf = esc_arena_alloc(reader->arena, sizeof *leaf);
    EscTest *test = esc_arena_alloc(reader->arena, sizeof *test);
    if (leaf == NULL || test == NULL)
        return NULL;
    if (row->kind == ESC_PRED_ALWAYS)
        *test = (EscTest){.kind = ESC_TEST_CONSTANT};
    else if (row->kind == ESC_PRED_CODE)
        read_opaque(reader, "function", row->detail, test);
    else if (row->kind == ESC_PRED_TALLY)
        read_opaque(reader, "count", row->detail, test);
    else if (row->kind == ESC_PRED_OPEN)
        read_opaque(reader, "open", row->detail, test);
    else if (row->kind == ESC_PRED_CLOCK)
        read_clock(reader, row, test);
    else
        read_test(reader, row, test);
    if (!sense)
        turn(test);
    *leaf = (EscCondition){.kind = ESC_CONDITION_TEST, .test = test};
    return leaf;
}

/* At most ESC_PRED_DEPTH_MAX deep. */
static EscCondition *read_node(const Reader *reader, uint32_t pred, bool sense)
{
    const EscPredRow *row = &reader->program->preds[pred];
    if (row->kind == ESC_PRED_NOT)
        return read_node(reader, row->children_first, !sense);
    if (row->kind != ESC_PRED_AND && row->kind != ESC_PRED_OR)
        return read_leaf(reader, row, sense);
    EscCondition *parent = esc_arena_alloc(reader->arena, sizeof *parent), *last = NULL;
    if (parent == NULL)
        return NULL;
    parent->kind = (row->kind == ESC_PRED_AND) == sense ? ESC_CONDITION_AND : ESC_CONDITION_OR;
    parent->count = row->children_count;
    for (uint32_t i = 0; i < row->children_count; i++) {
        EscCondition *child = read_node(reader, row->children_first + i, sense);
        if (child == NULL)
            return NULL;
        if (last == NULL)
            parent->first = child;
        else
            last->next = child;
        last = child;
    }
    return parent;
}

const EscCondition *esc_condition_read(EscArena *arena, const EscProgram *program, uint32_t pred)
{
    Reader reader = {.arena = arena, .program = program};
    const EscCondition *condition = read_node(&reader, pred, true);
    return esc_arena_failed(arena) ? NULL : condition;
}
