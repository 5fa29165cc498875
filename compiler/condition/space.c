/* space.c - a space from conditions: topics for their subjects, and the diagram of a condition. */
#include "condition/space.h"

/* --- topics ----------------------------------------------------------------------------------- */

EscTopic *esc_space_topic(const EscSpace *space, const EscSubject *subject)
{
    for (uint32_t i = 0; i < space->topics_count; i++)
        if (esc_subject_equal(&space->topics[i].subject, subject))
            return &space->topics[i];
    return NULL;
}

static EscTopic *new_topic(EscSpace *space, const EscSubject *subject)
{
    if (space->topics_count == space->topics_capacity) {
        EscTopic *grown = esc_arena_grow(space->arena, space->topics, space->topics_count,
                                         &space->topics_capacity, sizeof *space->topics);
        if (grown == NULL)
            return NULL;
        space->topics = grown;
    }
    EscTopic *topic = &space->topics[space->topics_count++];
    *topic = (EscTopic){.subject = *subject};
    topic->subject.may_be_missing = false;
    return topic;
}

static void add_test(EscSpace *space, const EscTest *test)
{
    if (test->kind == ESC_TEST_CONSTANT || space->is_over)
        return;
    EscTopic *topic = esc_space_topic(space, &test->subject);
    if (topic == NULL && space->topics_count < ESC_SPACE_VARIABLES_MAX)
        topic = new_topic(space, &test->subject);
    if (topic == NULL) {
        space->is_over = true;
        return;
    }
    topic->subject.may_be_missing |= test->subject.may_be_missing;
    if (topic->tests_count == topic->tests_capacity) {
        const EscTest **grown =
            esc_arena_grow(space->arena, (void *)topic->tests, topic->tests_count,
                           &topic->tests_capacity, sizeof *topic->tests);
        if (grown == NULL)
            return;
        topic->tests = grown;
    }
    topic->tests[topic->tests_count++] = test;
}

static void add_tests(EscSpace *space, const EscCondition *condition)
{
    if (condition->kind == ESC_CONDITION_TEST)
        add_test(space, condition->test);
    for (const EscCondition *child = condition->first; child != NULL; child = child->next)
        add_tests(space, child);
}

EscSpace *esc_space_new(const EscCondition *const *conditions, uint32_t count)
{
    EscArena *arena = esc_arena_new(ESC_SPACE_BYTES_MAX);
    EscSpace *space = arena == NULL ? NULL : esc_arena_alloc(arena, sizeof *space);
    if (space == NULL) {
        esc_arena_free(arena);
        return NULL;
    }
    space->arena = arena;
    for (uint32_t i = 0; i < count; i++)
        if (conditions[i] != NULL)
            add_tests(space, conditions[i]);
    for (uint32_t i = 0; i < space->topics_count; i++)
        esc_topic_split(space, i);
    space->is_over = space->is_over || esc_arena_failed(arena);
    return space;
}

/* No single piece is near the half of what a space may have, so a space that failed with less was refused memory. */
EscStatus esc_space_status(const EscSpace *space)
{
    if (space == NULL ||
        (esc_arena_failed(space->arena) && esc_arena_used(space->arena) < ESC_SPACE_BYTES_MAX / 2))
        return ESC_NO_MEMORY;
    return space->is_over || esc_arena_failed(space->arena) ? ESC_OVER_LIMIT : ESC_OK;
}

void esc_space_free(EscSpace *space)
{
    if (space != NULL)
        esc_arena_free(space->arena);
}

/* --- the diagram of a condition --------------------------------------------------------------- */

/* The node that is `truth` in its second cell and the opposite in its first. */
static EscDiagram two_cells(EscSpace *space, uint32_t variable, bool truth)
{
    esc_space_push(space, truth ? ESC_NEVER : ESC_ALWAYS);
    esc_space_push(space, truth ? ESC_ALWAYS : ESC_NEVER);
    return esc_space_node(space, variable);
}

static EscDiagram of_cells(EscSpace *space, const EscTopic *topic, const EscTest *test)
{
    const EscVariable *variable = &space->variables[topic->first];
    for (uint32_t i = 0; i < variable->count; i++)
        esc_space_push(space, esc_test_holds(test, &variable->cells[i]) ? ESC_ALWAYS : ESC_NEVER);
    return esc_space_node(space, topic->first);
}

/* Whether it is missing is the topic's first variable, the atoms are the others. */
static EscDiagram of_atoms(EscSpace *space, const EscTopic *topic, const EscTest *test)
{
    EscDiagram present =
        topic->subject.may_be_missing ? two_cells(space, topic->first, false) : ESC_ALWAYS;
    if (test->kind == ESC_TEST_PRESENCE)
        return test->is_negated ? esc_space_not(space, present) : present;
    EscDiagram set = ESC_NEVER;
    for (uint32_t i = 0; i < test->count; i++) {
        uint32_t variable = topic->first + 1 + esc_topic_atom(topic, &test->atoms[i]);
        set = esc_space_or(space, set, two_cells(space, variable, true));
    }
    if (test->is_negated)
        set = esc_space_not(space, set);
    if (test->holds_missing)
        return esc_space_or(space, set, esc_space_not(space, present));
    return esc_space_and(space, set, present);
}

static EscDiagram of_test(EscSpace *space, const EscTest *test)
{
    if (test->kind == ESC_TEST_CONSTANT)
        return test->is_negated ? ESC_NEVER : ESC_ALWAYS;
    const EscTopic *topic = esc_space_topic(space, &test->subject);
    if (topic == NULL || topic->count == 0)
        return ESC_INCONCLUSIVE;
    if (topic->mode == ESC_TOPIC_CELLS)
        return of_cells(space, topic, test);
    if (topic->mode == ESC_TOPIC_ATOMS)
        return of_atoms(space, topic, test);
    for (uint32_t i = 0; i < topic->tests_count && i < topic->count; i++)
        if (topic->tests[i] == test)
            return two_cells(space, topic->first + i, true);
    return ESC_INCONCLUSIVE;
}

EscDiagram esc_space_diagram(EscSpace *space, const EscCondition *condition)
{
    if (condition == NULL)
        return ESC_ALWAYS;
    if (space->is_over)
        return ESC_INCONCLUSIVE;
    if (condition->kind == ESC_CONDITION_TEST)
        return of_test(space, condition->test);
    bool is_and = condition->kind == ESC_CONDITION_AND;
    EscDiagram all = is_and ? ESC_ALWAYS : ESC_NEVER;
    for (const EscCondition *child = condition->first; child != NULL; child = child->next) {
        EscDiagram one = esc_space_diagram(space, child);
        all = is_and ? esc_space_and(space, all, one) : esc_space_or(space, all, one);
    }
    return all;
}
