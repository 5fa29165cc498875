/* lower_pred.c - conditions of triggers as data (PREDS).
 *
 * A matcher can file a condition only when it sees it, so what holds a field against constants
 * becomes a leaf of data, and only the rest is a COND function. The form (condition/) has `not` at
 * the tests already: a test that is turned around becomes its opposite, or a NOT above a leaf. A
 * NOT is true of a missing value, which the test is not; what stands beside it has asked for
 * presence. Not here: when a template starts, see lower_trigger.c. */
#include <string.h>

#include "condition/clock.h"
#include "lower/lower.h"

typedef struct EscLowerPred Pred;
struct EscLowerPred {
    EscPredRow row;
    Pred *first, *last, *next; /* children */
    const EscNode *code;       /* CODE: the condition */
    EscClock clock;            /* CLOCK */
    const EscNode *test;       /* as written, without the `not` above it; NULL: a part of one */
    bool is_opposite;          /* it holds where the test does not */
    uint32_t function; /* CODE: made with the first trigger that needs it; ESC_NONE before */
    uint32_t index;    /* row of the tree put last */
};

static Pred *new_pred(EscLower *lower, EscPred kind)
{
    Pred *pred = esc_arena_alloc(lower->build.arena, sizeof *pred);
    if (pred != NULL)
        pred->row.kind = kind;
    return pred;
}

static void add_child(Pred *parent, Pred *child)
{
    if (child == NULL)
        return;
    if (parent->last == NULL)
        parent->first = child;
    else
        parent->last->next = child;
    parent->last = child;
    parent->row.children_count++;
}

/* --- leaves ----------------------------------------------------------------------------------- */

static Pred *leaf_of(EscLower *lower, EscPred kind, const EscTest *test)
{
    Pred *pred = new_pred(lower, kind);
    if (pred != NULL)
        pred->row.field = test->subject.index + 1;
    return pred;
}

static int64_t end_bits(int64_t key, bool is_number)
{
    if (!is_number)
        return key;
    double number = esc_key_number(key);
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static Pred *range_leaf(EscLower *lower, const EscTest *test, uint32_t number)
{
    const EscInterval *interval = &test->intervals[number];
    bool is_number = esc_type_kind(test->subject.type) == ESC_KIND_NUMBER;
    Pred *pred = leaf_of(lower, ESC_PRED_RANGE, test);
    if (pred == NULL)
        return NULL;
    pred->row.low = end_bits(interval->low, is_number);
    pred->row.high = end_bits(interval->high, is_number);
    pred->row.detail = (interval->is_low_open ? 1u : 0u) | (interval->is_high_open ? 2u : 0u);
    return pred;
}

static Pred *text_leaf(EscLower *lower, const EscTest *test, uint32_t number)
{
    static const EscPred kinds[] = {[ESC_ATOM_IS] = ESC_PRED_TEXT_IS,
                                    [ESC_ATOM_STARTS] = ESC_PRED_TEXT_STARTS,
                                    [ESC_ATOM_ENDS] = ESC_PRED_TEXT_ENDS,
                                    [ESC_ATOM_CONTAINS] = ESC_PRED_TEXT_CONTAINS};
    const EscAtom *atom = &test->atoms[number];
    bool is_list = test->kind == ESC_TEST_ITEMS;
    Pred *pred = leaf_of(lower, is_list ? ESC_PRED_LIST_HAS : kinds[atom->kind], test);
    if (pred != NULL)
        pred->row.detail = esc_build_text(&lower->build, atom->text);
    return pred;
}

static Pred *negated(EscLower *lower, Pred *leaf, bool is_negated)
{
    Pred *pred = is_negated && leaf != NULL ? new_pred(lower, ESC_PRED_NOT) : NULL;
    if (pred == NULL)
        return leaf;
    add_child(pred, leaf);
    return pred;
}

/* One leaf for each interval or atom of the set. */
static Pred *union_leaf(EscLower *lower, const EscTest *test)
{
    Pred *all = test->count == 1 ? NULL : new_pred(lower, ESC_PRED_OR);
    for (uint32_t i = 0; i < test->count; i++) {
        Pred *one =
            test->kind == ESC_TEST_RANGES ? range_leaf(lower, test, i) : text_leaf(lower, test, i);
        if (all == NULL)
            all = one;
        else
            add_child(all, one);
    }
    return negated(lower, all, test->is_negated);
}

static Pred *enum_leaf(EscLower *lower, const EscTest *test)
{
    uint32_t count = test->subject.members_count;
    uint64_t every = count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
    uint64_t mask = test->is_negated ? ~test->members & every : test->members;
    Pred *pred = leaf_of(lower, ESC_PRED_ENUM_IN, test);
    if (pred != NULL)
        memcpy(&pred->row.low, &mask, sizeof mask);
    return pred;
}

/* Either value of a bool is a test of its own. */
static Pred *bool_leaf(EscLower *lower, const EscTest *test)
{
    uint64_t mask = test->is_negated ? ~test->members & 3 : test->members;
    Pred *pred = leaf_of(lower, ESC_PRED_BOOL, test);
    if (pred == NULL)
        return NULL;
    pred->row.detail = (mask & 2) != 0;
    if (mask == 1 || mask == 2)
        return pred;
    Pred *other = leaf_of(lower, ESC_PRED_BOOL, test);
    Pred *both = new_pred(lower, mask == 0 ? ESC_PRED_AND : ESC_PRED_OR);
    if (other == NULL || both == NULL)
        return NULL;
    other->row.detail = !pred->row.detail;
    add_child(both, pred);
    add_child(both, other);
    return both;
}

static Pred *code_leaf(EscLower *lower, const EscNode *node)
{
    Pred *pred = new_pred(lower, ESC_PRED_CODE);
    if (pred != NULL) {
        pred->code = node;
        pred->function = ESC_NONE;
    }
    return pred;
}

/* NULL: time alone does not turn it. */
static Pred *clock_leaf(EscLower *lower, const EscTest *test)
{
    EscClock clock;
    if (test->node == NULL || !esc_clock_test(lower->workspace, test->node, &clock))
        return NULL;
    Pred *pred = new_pred(lower, ESC_PRED_CLOCK);
    if (pred != NULL)
        pred->clock = clock;
    return negated(lower, pred, test->is_under_not != clock.is_opposite);
}

/* What a `start` knows of other tickets is kept by the engine: data, whatever stands around it. NULL: it is none. */
static Pred *keyed_leaf(EscLower *lower, const EscTest *test)
{
    const EscNode *node = test->node;
    if (node == NULL)
        return NULL;
    bool is_count = node->kind == ESC_NODE_BINARY;
    const EscNode *keyed = is_count ? node->binary.left : node;
    if (keyed->kind != ESC_NODE_KEYED)
        return NULL;
    Pred *pred = new_pred(lower, is_count ? ESC_PRED_TALLY : ESC_PRED_OPEN);
    if (pred != NULL)
        pred->row.detail = is_count ? esc_lower_tally(lower, keyed)
                                    : esc_lower_open(lower, keyed, !test->is_under_not);
    return negated(lower, pred, test->is_under_not);
}

static Pred *pred_of_test(EscLower *lower, const EscTest *test)
{
    Pred *kept = clock_leaf(lower, test);
    if (kept == NULL)
        kept = keyed_leaf(lower, test);
    if (kept != NULL)
        return kept;
    if (!test->is_leaf)
        return negated(lower, code_leaf(lower, test->node), test->is_under_not);
    if (test->kind == ESC_TEST_PRESENCE)
        return leaf_of(lower, test->is_negated ? ESC_PRED_MISSING : ESC_PRED_PRESENT, test);
    if (test->kind != ESC_TEST_MEMBERS)
        return union_leaf(lower, test);
    if (test->subject.is_change)
        return negated(lower, leaf_of(lower, ESC_PRED_CHANGED, test), test->is_negated);
    return esc_type_kind(test->subject.type) == ESC_KIND_ENUM ? enum_leaf(lower, test)
                                                              : bool_leaf(lower, test);
}

static Pred *lower_test(EscLower *lower, const EscTest *test)
{
    Pred *pred = pred_of_test(lower, test);
    if (pred != NULL && test->node != NULL) {
        pred->test = test->node;
        pred->is_opposite = test->is_under_not;
    }
    return pred;
}

/* --- the tree --------------------------------------------------------------------------------- */

static Pred *lower_pred(EscLower *lower, const EscCondition *condition)
{
    if (condition->kind == ESC_CONDITION_TEST)
        return lower_test(lower, condition->test);
    bool is_and = condition->kind == ESC_CONDITION_AND;
    Pred *pred = new_pred(lower, is_and ? ESC_PRED_AND : ESC_PRED_OR);
    for (const EscCondition *child = condition->first; pred != NULL && child != NULL;
         child = child->next)
        add_child(pred, lower_pred(lower, child));
    return pred;
}

static uint32_t depth_of(const Pred *pred)
{
    uint32_t deepest = 0;
    for (const Pred *child = pred->first; child != NULL; child = child->next) {
        uint32_t depth = depth_of(child);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

/* --- rows ------------------------------------------------------------------------------------- */

/* A test that no ticket passes has no data of its own: it is the negation of ALWAYS. `opposite`
 * says that every ticket passes. */
static bool is_constant_test(const EscLower *lower, const Pred *pred, uint32_t event,
                             bool *opposite)
{
    const EscPredRow *row = &pred->row;
    bool is_clock = row->kind == ESC_PRED_CLOCK && pred->clock.row.source == ESC_CLOCK_SOURCE_EVENT;
    *opposite = row->kind == ESC_PRED_MISSING;
    if (row->field == 0 && !is_clock)
        return false;
    uint32_t field = is_clock ? pred->clock.row.index : row->field - 1;
    bool is_of_event = lower->workspace->fields[field].scope == ESC_SCOPE_EVENT;
    if (is_of_event && (event == ESC_NONE || !esc_lower_event_has_field(lower, event, field)))
        return true; /* the event that starts has no such field: its value is missing */
    return row->kind == ESC_PRED_ENUM_IN && row->low == 0;
}

/* The row as this trigger's event sees it. wants_spare: it became a NOT that needs an ALWAYS as
 * its child. */
static EscPredRow row_for(EscLower *lower, Pred *pred, uint32_t event, bool *wants_spare)
{
    bool opposite = false;
    *wants_spare = false;
    if (is_constant_test(lower, pred, event, &opposite)) {
        *wants_spare = !opposite;
        return (EscPredRow){.kind = opposite ? ESC_PRED_ALWAYS : ESC_PRED_NOT,
                            .children_count = !opposite};
    }
    EscPredRow row = pred->row;
    if (row.kind == ESC_PRED_CLOCK)
        row.detail = esc_lower_clock(lower, &pred->clock);
    if (row.kind == ESC_PRED_CODE) {
        if (pred->function == ESC_NONE)
            pred->function = esc_lower_standing(lower, pred->code);
        row.detail = pred->function;
    }
    return row;
}

typedef struct PredQueue {
    Pred **items;
    size_t count, capacity;
} PredQueue;

static void enqueue(EscLower *lower, PredQueue *queue, Pred *pred)
{
    if (queue->count == queue->capacity) {
        Pred **grown = esc_arena_grow(lower->build.arena, queue->items, queue->count,
                                      &queue->capacity, sizeof(Pred *));
        if (grown == NULL) {
            lower->build.status = ESC_NO_MEMORY;
            return;
        }
        queue->items = grown;
    }
    queue->items[queue->count++] = pred;
}

static void put_node(EscLower *lower, PredQueue *queue, Pred *pred, uint32_t event)
{
    bool wants_spare;
    EscPredRow row = row_for(lower, pred, event, &wants_spare);
    pred->index = esc_build_put_preds(&lower->build, row);
    if (pred->test != NULL)
        esc_cover_pred(lower, pred->test, pred->is_opposite, pred->index);
    if (pred->first != NULL || wants_spare)
        enqueue(lower, queue, pred);
}

/* Level by level, so that the children of a node follow each other and come behind it. */
uint32_t esc_lower_pred_put(EscLower *lower, EscLowerPred *root, uint32_t event)
{
    PredQueue queue = {0};
    put_node(lower, &queue, root, event);
    uint32_t first = root->index;
    for (size_t i = 0; i < queue.count && lower->build.status == ESC_OK; i++) {
        Pred *parent = queue.items[i];
        lower->build.preds[parent->index].children_first = (uint32_t)lower->build.preds_count;
        if (parent->first == NULL)
            esc_build_put_preds(&lower->build, (EscPredRow){.kind = ESC_PRED_ALWAYS});
        for (Pred *child = parent->first; child != NULL; child = child->next)
            put_node(lower, &queue, child, event);
    }
    return first;
}

EscLowerPred *esc_lower_pred(EscLower *lower, const EscNode *condition)
{
    if (condition == NULL)
        return new_pred(lower, ESC_PRED_ALWAYS);
    EscArena *arena = esc_arena_new(ESC_FORM_BYTES_MAX); /* the leaves keep nothing of the form */
    if (arena == NULL) {
        lower->build.status = ESC_NO_MEMORY;
        return NULL;
    }
    const EscCondition *form = esc_condition_make(lower->workspace, condition, arena);
    Pred *root = form == NULL ? code_leaf(lower, condition) : lower_pred(lower, form);
    if (esc_arena_failed(arena))
        lower->build.status = ESC_NO_MEMORY;
    esc_arena_free(arena);
    /* A NOT may come to stand above a test that is constant for its event. */
    if (root != NULL && depth_of(root) + 1 > ESC_PRED_DEPTH_MAX)
        root = code_leaf(lower, condition);
    return root;
}
