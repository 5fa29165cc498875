/* lower_reach.c - which equality of a ticket's field with a field of the event a condition demands, as a row of data: by it an
 * event finds escalations of other tickets whose handlers and waits it may concern.
 *
 * It is read out of the condition's one form: demanded is what each way in which the condition can hold asks for. Where it
 * demands several, the first one in the text is enough: the condition is asked as a whole by whoever is found. */
#include "condition/condition.h"
#include "lower/lower.h"

/* Fields by index; `ticket` ESC_NONE: it is no such test. */
typedef struct Pair {
    uint32_t ticket, event;
} Pair;

static bool is_equality(const EscTest *test)
{
    const EscNode *node = test->node;
    if (node->kind != ESC_NODE_BINARY || node->binary.ignores_case)
        return false;
    return node->binary.op == (test->is_under_not ? ESC_BINARY_NOT_EQUAL : ESC_BINARY_EQUAL);
}

static bool names_field(const EscLower *lower, const EscNode *node, EscMeans means)
{
    EscMeaning meaning = esc_meaning(lower->workspace, node);
    return node->kind == ESC_NODE_PATH && meaning.means == means && meaning.unit == ESC_UNIT_NONE;
}

static Pair pair_of(const EscLower *lower, const EscTest *test)
{
    Pair pair = {ESC_NONE, ESC_NONE};
    if (!is_equality(test))
        return pair;
    const EscNode *left = test->node->binary.left, *right = test->node->binary.right;
    bool is_turned = names_field(lower, right, ESC_MEANS_TICKET_FIELD);
    const EscNode *ticket = is_turned ? right : left, *event = is_turned ? left : right;
    if (!names_field(lower, ticket, ESC_MEANS_TICKET_FIELD) ||
        !names_field(lower, event, ESC_MEANS_EVENT_FIELD))
        return pair;
    return (Pair){esc_meaning(lower->workspace, ticket).index,
                  esc_meaning(lower->workspace, event).index};
}

static bool demands(const EscLower *lower, const EscCondition *condition, Pair pair)
{
    if (condition->kind == ESC_CONDITION_TEST) {
        Pair own = pair_of(lower, condition->test);
        return own.ticket == pair.ticket && own.event == pair.event;
    }
    bool is_and = condition->kind == ESC_CONDITION_AND;
    for (const EscCondition *child = condition->first; child != NULL; child = child->next)
        if (demands(lower, child, pair) == is_and)
            return is_and;
    return !is_and;
}

/* The first pair below `condition` that the whole demands. */
static Pair find(const EscLower *lower, const EscCondition *whole, const EscCondition *condition)
{
    Pair pair = {ESC_NONE, ESC_NONE};
    if (condition->kind == ESC_CONDITION_TEST) {
        Pair own = pair_of(lower, condition->test);
        return own.ticket != ESC_NONE && demands(lower, whole, own) ? own : pair;
    }
    for (const EscCondition *child = condition->first; child != NULL && pair.ticket == ESC_NONE;
         child = child->next)
        pair = find(lower, whole, child);
    return pair;
}

/* An event that is built in is one of its own ticket alone. */
static bool is_brought(const EscLower *lower, const EscEventSource *source, uint32_t field)
{
    for (uint32_t i = 0; i < source->count; i++)
        if (source->events[i] >= ESC_EVENT_BUILTIN_COUNT &&
            esc_lower_event_has_field(lower, source->events[i], field))
            return true;
    return false;
}

void esc_lower_reach(EscLower *lower, uint32_t cond, const EscNode *node,
                     const EscEventSource *source)
{
    const EscCondition *condition = esc_condition_of(lower->workspace, node);
    Pair pair = condition == NULL ? (Pair){ESC_NONE, ESC_NONE} : find(lower, condition, condition);
    if (pair.ticket != ESC_NONE && is_brought(lower, source, pair.event))
        esc_build_put_reaches(
            &lower->build,
            (EscReachRow){.cond = cond, .field = pair.ticket, .event_field = pair.event});
}
