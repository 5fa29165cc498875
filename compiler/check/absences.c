/* absences.c - when people are away, and who stands in: no two absences of one person overlap, and nobody stands in for
 * somebody who, through others, stands in for them. */
#include <stdlib.h>

#include "check/check.h"
#include "check/lookup.h"

#define DAY_MINUTES 1440
#define DEPUTIES_MAX 8 /* that stand in for each other, as far as they are followed */
#define SOMEBODY_THERE "name somebody who is there, or nobody"

/* --- one person ------------------------------------------------------------------------------- */

static int by_start(const void *left, const void *right)
{
    const EscAbsenceInfo *a = left, *b = right;
    int order = ESC_ORDER(a->from_local_minute, b->from_local_minute);
    return order != 0 ? order : ESC_ORDER(a->node->span.start, b->node->span.start);
}

static bool absence_of(EscWorkspace *workspace, const EscNode *node, EscAbsenceInfo *made)
{
    EscName deputy = node->absent.deputy;
    *made = (EscAbsenceInfo){.from_local_minute = esc_local_minutes(node->absent.from),
                             .to_local_minute = esc_local_end_minutes(node->absent.to),
                             .deputy = ESC_NONE,
                             .node = node};
    if (deputy.text.size > 0)
        made->deputy = esc_find_person(workspace, deputy);
    if (made->to_local_minute > made->from_local_minute)
        return true;
    esc_report(workspace, "E0320", node->span, "this absence ends before it begins");
    return false;
}

static uint32_t keep_apart(EscWorkspace *workspace, EscAbsenceInfo *items, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; ++i) {
        if (kept == 0 || items[i].from_local_minute >= items[kept - 1].to_local_minute) {
            items[kept++] = items[i];
            continue;
        }
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0320", items[i].node->span,
                       "this absence overlaps another one of the same person");
        esc_report_hint(workspace, diagnostic, "let one end where the other begins");
        esc_report_related(workspace, diagnostic, items[kept - 1].node->span, "this one");
    }
    return kept;
}

void esc_check_absences(EscWorkspace *workspace, EscPersonInfo *person)
{
    EscNodeList items = person->node->person.items;
    uint32_t count = 0, most = 0;
    ESC_EACH_NODE(item, items)
        most += item->kind == ESC_NODE_ABSENT;
    EscAbsenceInfo *absences = esc_arena_alloc_array(workspace->arena, most, sizeof *absences);
    if (absences == NULL)
        return;
    ESC_EACH_NODE(item, items) {
        if (item->kind == ESC_NODE_ABSENT)
            count += absence_of(workspace, item, &absences[count]);
    }
    if (count > 1)
        qsort(absences, count, sizeof *absences, by_start);
    person->absences = absences;
    person->absences_count = keep_apart(workspace, absences, count);
}

/* --- deputies in a circle --------------------------------------------------------------------- */

/* A time in which each of some people stands in for the one before. */
typedef struct Chain {
    EscWorkspace *workspace;
    uint32_t first; /* the person at its beginning */
    const EscAbsenceInfo *absences[DEPUTIES_MAX + 1];
    uint32_t count;
    int64_t from, to;
} Chain;

void esc_report_own_deputy(EscWorkspace *workspace, EscName deputy)
{
    esc_report_hint(workspace,
                    esc_report(workspace, "E0383", deputy.span,
                               "`%.*s` cannot stand in for themselves", ESC_TEXT_ARG(deputy.text)),
                    SOMEBODY_THERE);
}

static void circle(const Chain *chain)
{
    EscWorkspace *workspace = chain->workspace;
    const EscPersonInfo *person = &workspace->persons[chain->first];
    int64_t year = 0, day = chain->from / DAY_MINUTES - (chain->from % DAY_MINUTES < 0);
    unsigned month = 0, month_day = 0;
    EscName deputy = chain->absences[0]->node->absent.deputy;
    if (chain->count == 1) {
        esc_report_own_deputy(workspace, deputy);
        return;
    }
    esc_date_from_days(day, &year, &month, &month_day);
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0383", deputy.span,
        "on %04d-%02u-%02u whoever stands in for `%.*s` is away too, and "
        "`%.*s` stands in for them",
        (int)year, month, month_day, ESC_TEXT_ARG(person->name), ESC_TEXT_ARG(person->name));
    esc_report_hint(workspace, diagnostic, SOMEBODY_THERE);
    for (uint32_t i = 1; i < chain->count; ++i)
        esc_report_related(workspace, diagnostic, chain->absences[i]->node->span, "away here");
}

/* The first of somebody's absences that ends behind a minute. */
static uint32_t first_ending_behind(const EscPersonInfo *person, int64_t minute)
{
    uint32_t low = 0, high = person->absences_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (person->absences[middle].to_local_minute <= minute)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Follows the absences of whoever stands in, as far as they lie in the time of the chain. A circle is told once, at the first
 * of its people. Recurses at most DEPUTIES_MAX deep; absences of one person are apart, so all that is looked at on one level
 * is no more than there are absences. */
static bool follow(Chain chain, uint32_t person)
{
    const EscPersonInfo *info = &chain.workspace->persons[person];
    if (person < chain.first || chain.count > DEPUTIES_MAX)
        return false;
    for (uint32_t i = first_ending_behind(info, chain.from);
         i < info->absences_count && info->absences[i].from_local_minute < chain.to; ++i) {
        const EscAbsenceInfo *absence = &info->absences[i];
        Chain next = chain;
        next.from =
            absence->from_local_minute > chain.from ? absence->from_local_minute : chain.from;
        next.to = absence->to_local_minute < chain.to ? absence->to_local_minute : chain.to;
        if (absence->deputy == ESC_NONE)
            continue;
        next.absences[next.count++] = absence;
        if (absence->deputy == chain.first) {
            circle(&next);
            return true;
        }
        if (absence->deputy != person && follow(next, absence->deputy))
            return true;
    }
    return false;
}

void esc_check_deputies(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->persons_count; ++i)
        (void)follow((Chain){workspace, i, {NULL}, 0, INT64_MIN, INT64_MAX}, i);
}
