/* cells.c - the values of each subject in finitely many cells that no test tells apart. A cell is one of its values:
 * what a test says of that it says of all of them. */
#include <stdlib.h>
#include <string.h>

#include "condition/space.h"
#include "condition/subject.h"

/* Cells while they are found. */
typedef struct Cells {
    EscArena *arena;
    EscCell *items;
    uint32_t count;
    size_t capacity;
} Cells;

static void add(Cells *cells, EscCell cell)
{
    if (cells->count == cells->capacity) {
        EscCell *grown = esc_arena_grow(cells->arena, cells->items, cells->count, &cells->capacity,
                                        sizeof *cells->items);
        if (grown == NULL)
            return;
        cells->items = grown;
    }
    cells->items[cells->count++] = cell;
}

/* --- members ---------------------------------------------------------------------------------- */

static uint32_t members_of(const EscSubject *subject)
{
    if (subject->kind == ESC_SUBJECT_ORDER)
        return 3;
    if (esc_type_kind(subject->type) != ESC_KIND_ENUM)
        return 2;
    return subject->members_count <= ESC_ENUM_MEMBERS_MAX ? subject->members_count : 1;
}

/* The first member of each class that the masks make. */
static void split_members(const EscTopic *topic, Cells *cells)
{
    uint32_t count = members_of(&topic->subject);
    for (uint32_t member = 0; member < count; member++) {
        bool is_new = true;
        for (uint32_t c = 0; c < cells->count && is_new; c++) {
            uint64_t differences = 0;
            for (uint32_t t = 0; t < topic->tests_count && differences == 0; t++)
                differences |= (topic->tests[t]->members >> member ^
                                topic->tests[t]->members >> cells->items[c].member) &
                               1;
            is_new = differences != 0;
        }
        if (is_new)
            add(cells, (EscCell){.member = member});
    }
}

/* --- intervals -------------------------------------------------------------------------------- */

#define FAR_MS (ESC_DAY_MS * 100000) /* beyond every duration that a template can wait for */

/* A value that people would write. */
static int64_t nice_number(int64_t low_key, int64_t high_key)
{
    double low = esc_key_number(low_key), high = esc_key_number(high_key);
    bool is_low_far = low < -1e15;
    if (is_low_far && high > 1e15)
        return 0;
    for (double scale = 1; scale <= 1e6; scale *= 10) {
        double value = is_low_far ? esc_number_floor(high * scale) / scale
                                  : esc_number_ceil(low * scale) / scale;
        if (value >= low && value <= high)
            return esc_number_key(value);
    }
    return low_key;
}

static int64_t nice_ms(int64_t low, int64_t high)
{
    static const int64_t units[] = {ESC_MINUTE_MS, ESC_SECOND_MS};
    bool is_low_far = low < -FAR_MS;
    if (is_low_far && high > FAR_MS)
        return 0;
    for (size_t i = 0; i < ESC_COUNT_OF(units); i++) {
        int64_t from = is_low_far ? high : low, rest = from % units[i];
        int64_t value = from - rest;
        if (is_low_far ? rest < 0 && value >= INT64_MIN + units[i]
                       : rest > 0 && value <= INT64_MAX - units[i])
            value += is_low_far ? -units[i] : units[i];
        if (value >= low && value <= high)
            return value;
    }
    return is_low_far ? high : low;
}

static int key_order(const void *left, const void *right)
{
    return ESC_ORDER(*(const int64_t *)left, *(const int64_t *)right);
}

/* Where a stretch begins that some test could tell from the one before. */
static uint32_t cuts_of(const EscTopic *topic, int64_t *cuts)
{
    uint32_t count = 0;
    for (uint32_t t = 0; t < topic->tests_count; t++) {
        for (uint32_t i = 0; topic->tests[t]->kind == ESC_TEST_RANGES && i < topic->tests[t]->count;
             i++) {
            int64_t low, high;
            if (!esc_interval_closed(&topic->tests[t]->intervals[i], &low, &high))
                continue;
            cuts[count++] = low;
            if (high != INT64_MAX)
                cuts[count++] = high + 1;
        }
    }
    if (count > 0)
        qsort(cuts, count, sizeof *cuts, key_order);
    return count;
}

static void split_ranges(const EscTopic *topic, Cells *cells)
{
    int64_t cuts[2 * ESC_TOPIC_VALUES_MAX], low, high;
    uint32_t count = cuts_of(topic, cuts);
    bool is_number = esc_type_kind(topic->subject.type) == ESC_KIND_NUMBER;
    esc_subject_bounds(&topic->subject, &low, &high);
    for (uint32_t i = 0; i <= count; i++) {
        int64_t end = i == count ? high : cuts[i] - (cuts[i] > INT64_MIN);
        if (i < count && (cuts[i] <= low || cuts[i] > high))
            continue;
        add(cells, (EscCell){.key = is_number ? nice_number(low, end) : nice_ms(low, end)});
        low = i == count ? low : cuts[i];
    }
}

/* --- texts ------------------------------------------------------------------------------------ */

static void collect(EscTopic *topic, bool is_exact)
{
    for (uint32_t t = 0; t < topic->tests_count; t++) {
        const EscTest *test = topic->tests[t];
        for (uint32_t i = 0; i < test->count; i++)
            if ((test->atoms[i].kind == ESC_ATOM_IS) == is_exact &&
                esc_topic_atom(topic, &test->atoms[i]) == topic->atoms_count)
                topic->atoms[topic->atoms_count++] = test->atoms[i];
    }
}

/* The atoms, each once: those that are no IS, then those that are. */
static bool collect_atoms(EscSpace *space, EscTopic *topic, uint32_t count)
{
    topic->atoms = esc_arena_alloc_array(space->arena, count, sizeof(EscAtom));
    if (topic->atoms == NULL)
        return false;
    collect(topic, false);
    topic->mixed_count = topic->atoms_count;
    collect(topic, true);
    return true;
}

static bool says_the_same(const EscAtom *a, const EscAtom *b)
{
    return a->kind == b->kind &&
           (a->kind == ESC_ATOM_CONTAINS ? esc_text_equal_folded(a->text, b->text)
                                         : esc_text_equal(a->text, b->text));
}

uint32_t esc_topic_atom(const EscTopic *topic, const EscAtom *atom)
{
    uint32_t i = 0;
    while (i < topic->atoms_count && !says_the_same(&topic->atoms[i], atom))
        i++;
    return i;
}

/* Every way in which the atoms that are no IS can hold or not, from atom `at` on; a way that has a text goes on to have
 * one. False when there are too many. */
static bool split_mixed(const EscTopic *topic, bool *truths, uint32_t at, Cells *cells)
{
    EscText text;
    if (at == topic->mixed_count) {
        if (esc_text_for(cells->arena, topic->atoms, truths, topic->atoms_count, &text))
            add(cells, (EscCell){.text = text});
        return cells->count <= ESC_TOPIC_CELLS_MAX;
    }
    for (int truth = 0; truth < 2; truth++) {
        truths[at] = truth != 0;
        if (esc_text_for(cells->arena, topic->atoms, truths, at + 1, &text) &&
            !split_mixed(topic, truths, at + 1, cells))
            return false;
    }
    truths[at] = false;
    return true;
}

static bool split_texts(const EscTopic *topic, Cells *cells)
{
    bool truths[ESC_TOPIC_VALUES_MAX] = {false};
    if (topic->mixed_count > ESC_TOPIC_MIXED_MAX || !split_mixed(topic, truths, 0, cells))
        return false;
    for (uint32_t i = topic->mixed_count; i < topic->atoms_count; i++)
        add(cells, (EscCell){.text = topic->atoms[i].text});
    return true;
}

/* --- variables -------------------------------------------------------------------------------- */

static void add_variable(EscSpace *space, uint32_t topic, const EscCell *cells, uint32_t count)
{
    if (space->variables_count == ESC_SPACE_VARIABLES_MAX) {
        space->is_over = true;
        return;
    }
    if (space->variables_count == space->variables_capacity) {
        EscVariable *grown = esc_arena_grow(space->arena, space->variables, space->variables_count,
                                            &space->variables_capacity, sizeof *space->variables);
        if (grown == NULL)
            return;
        space->variables = grown;
    }
    space->variables[space->variables_count++] = (EscVariable){topic, cells, count};
    space->topics[topic].count++;
}

static EscTopicMode split_cells(EscSpace *space, EscTopic *topic, Cells *cells)
{
    EscKind kind = esc_type_kind(topic->subject.type);
    uint32_t values = 0;
    for (uint32_t t = 0; t < topic->tests_count; t++) {
        values += topic->tests[t]->count <= ESC_TOPIC_VALUES_MAX ? topic->tests[t]->count
                                                                 : ESC_TOPIC_VALUES_MAX + 1;
        if (values > ESC_TOPIC_VALUES_MAX)
            return ESC_TOPIC_ALONE;
    }
    if (kind == ESC_KIND_TEXT || kind == ESC_KIND_LIST) {
        if (!collect_atoms(space, topic, values))
            return ESC_TOPIC_ALONE;
        if (kind == ESC_KIND_TEXT && split_texts(topic, cells))
            return ESC_TOPIC_CELLS;
        return topic->atoms_count <= ESC_TOPIC_ATOMS_MAX ? ESC_TOPIC_ATOMS : ESC_TOPIC_ALONE;
    }
    if (kind == ESC_KIND_NUMBER || kind == ESC_KIND_DURATION || kind == ESC_KIND_TIME)
        split_ranges(topic, cells);
    else
        split_members(topic, cells);
    return ESC_TOPIC_CELLS;
}

void esc_topic_split(EscSpace *space, uint32_t number)
{
    static const EscCell truths[2] = {{.member = 0}, {.member = 1}};
    EscTopic *topic = &space->topics[number];
    Cells cells = {.arena = space->arena};
    topic->mode = split_cells(space, topic, &cells);
    topic->first = space->variables_count;
    if (topic->mode == ESC_TOPIC_CELLS) {
        if (topic->subject.may_be_missing)
            add(&cells, (EscCell){.is_missing = true});
        add_variable(space, number, cells.items, cells.count);
        return;
    }
    uint32_t count = topic->mode == ESC_TOPIC_ATOMS ? topic->atoms_count + 1 : topic->tests_count;
    for (uint32_t i = 0; i < count; i++)
        add_variable(space, number, truths, 2);
}

/* --- values ----------------------------------------------------------------------------------- */

/* The cell of a value: the one of which every test says the same. */
static uint32_t cell_of(const EscSpace *space, const EscTopic *topic, const EscCell *value)
{
    const EscVariable *variable = &space->variables[topic->first];
    for (uint32_t i = 0; i < variable->count; i++) {
        bool is_alike = variable->cells[i].is_missing == value->is_missing;
        for (uint32_t t = 0; t < topic->tests_count && is_alike; t++)
            is_alike = esc_test_holds(topic->tests[t], &variable->cells[i]) ==
                       esc_test_holds(topic->tests[t], value);
        if (is_alike)
            return i;
    }
    ESC_ASSERT(false && "a value lies in no cell");
    return 0;
}

static bool atom_is_there(const EscTopic *topic, const EscAtom *atom, const EscCell *value)
{
    if (value->is_missing)
        return false;
    if (esc_type_kind(topic->subject.type) == ESC_KIND_TEXT)
        return esc_atom_holds(atom, value->text);
    for (uint32_t i = 0; i < value->items_count; i++)
        if (esc_text_equal(value->items[i], atom->text))
            return true;
    return false;
}

uint32_t esc_topic_cell(const EscSpace *space, const EscTopic *topic, uint32_t variable,
                        const EscCell *value)
{
    if (topic->mode == ESC_TOPIC_CELLS)
        return cell_of(space, topic, value);
    uint32_t number = variable - topic->first;
    if (topic->mode == ESC_TOPIC_ALONE)
        return esc_test_holds(topic->tests[number], value);
    return number == 0 ? value->is_missing : atom_is_there(topic, &topic->atoms[number - 1], value);
}
