/* sets.c - sets of values: intervals over keys, texts, and what a test says of one value. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "condition/subject.h"

/* The bits of doubles are in the order of the numbers, once those of negative ones are turned around. */
int64_t esc_number_key(double number)
{
    int64_t bits;
    double plain = number == 0 ? 0 : number;
    memcpy(&bits, &plain, sizeof bits);
    return bits >= 0 ? bits : INT64_MIN - bits;
}

double esc_key_number(int64_t key)
{
    int64_t bits = key >= 0 ? key : INT64_MIN - key;
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

bool esc_interval_closed(const EscInterval *interval, int64_t *low, int64_t *high)
{
    if ((interval->is_low_open && interval->low == INT64_MAX) ||
        (interval->is_high_open && interval->high == INT64_MIN))
        return false;
    *low = interval->low + interval->is_low_open;
    *high = interval->high - interval->is_high_open;
    return *low <= *high;
}

void esc_subject_bounds(const EscSubject *subject, int64_t *low, int64_t *high)
{
    bool is_number = esc_type_kind(subject->type) == ESC_KIND_NUMBER;
    *low = is_number ? esc_number_key(-DBL_MAX) : INT64_MIN;
    *high = is_number ? esc_number_key(DBL_MAX) : INT64_MAX;
    if (subject->kind != ESC_SUBJECT_FACT || subject->is_from_now)
        return;
    if (subject->index == ESC_FACT_ESCALATION_LEVEL)
        *low = esc_number_key(1);
    if (subject->index == ESC_FACT_ESCALATION_HANDOFFS ||
        subject->index == ESC_FACT_ESCALATION_ATTEMPT ||
        subject->index == ESC_FACT_ESCALATION_AGE || subject->index == ESC_FACT_ESCALATION_TICKETS)
        *low = 0;
    if (subject->index == ESC_FACT_SLA_RESPOND_OVERDUE ||
        subject->index == ESC_FACT_SLA_RESOLVE_OVERDUE)
        *low = 1; /* missing until it is late */
}

bool esc_atom_holds(const EscAtom *atom, EscText text)
{
    switch (atom->kind) {
    case ESC_ATOM_STARTS:
        return esc_text_starts_with(text, atom->text);
    case ESC_ATOM_ENDS:
        return esc_text_ends_with(text, atom->text);
    case ESC_ATOM_CONTAINS:
        return esc_text_contains_folded(text, atom->text);
    default:
        return esc_text_equal(text, atom->text);
    }
}

static bool is_in_ranges(const EscTest *test, int64_t key)
{
    for (uint32_t i = 0; i < test->count; i++) {
        int64_t low, high;
        if (esc_interval_closed(&test->intervals[i], &low, &high) && key >= low && key <= high)
            return true;
    }
    return false;
}

static bool is_text_in(const EscTest *test, EscText text)
{
    for (uint32_t i = 0; i < test->count; i++)
        if (esc_atom_holds(&test->atoms[i], text))
            return true;
    return false;
}

static bool has_item(const EscTest *test, const EscCell *cell)
{
    for (uint32_t i = 0; i < cell->items_count; i++)
        if (is_text_in(test, cell->items[i]))
            return true;
    return false;
}

static bool is_in_set(const EscTest *test, const EscCell *cell)
{
    switch (test->kind) {
    case ESC_TEST_MEMBERS:
        return (test->members >> cell->member & 1) != 0;
    case ESC_TEST_RANGES:
        return is_in_ranges(test, cell->key);
    case ESC_TEST_TEXTS:
        return is_text_in(test, cell->text);
    case ESC_TEST_ITEMS:
        return has_item(test, cell);
    default:
        return true;
    }
}

bool esc_test_holds(const EscTest *test, const EscCell *cell)
{
    if (test->kind == ESC_TEST_CONSTANT)
        return !test->is_negated;
    if (test->kind == ESC_TEST_PRESENCE)
        return cell->is_missing == test->is_negated;
    if (cell->is_missing)
        return test->holds_missing;
    return is_in_set(test, cell) != test->is_negated;
}
