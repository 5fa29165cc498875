/* overrides.c - overrides of a schedule as turns that are sorted and apart. Where several hold at once, the one that is
 * written last is asked first, and the others behind it while its person is away. */
#include <stdlib.h>

#include "check/check.h"
#include "check/lookup.h"

#define COMPARED_MAX 1000u /* with each one; more would cost their square */
#define AT_ONCE_MAX 8u

typedef struct Override {
    int64_t from, to;
    uint32_t person, number; /* number: in the order written */
    const EscNode *node;
} Override;

/* Where two overrides hold at once, the one written last counts. */
static void overlapping(EscWorkspace *workspace, const EscNode *schedule, const EscNode *item)
{
    int64_t from = esc_local_minutes(item->override.from),
            to = esc_local_end_minutes(item->override.to);
    uint32_t looked_at = 0;
    ESC_EACH_NODE(other, schedule->schedule.items) {
        if (other == item || looked_at++ > COMPARED_MAX)
            return;
        if (other->kind != ESC_NODE_OVERRIDE || esc_local_minutes(other->override.from) >= to ||
            esc_local_end_minutes(other->override.to) <= from)
            continue;
        EscDiagnostic *diagnostic =
            esc_report(workspace, "A0303", item->span,
                       "this override overlaps another one, and counts before it");
        esc_report_hint(workspace, diagnostic, "let one end where the other begins");
        esc_report_related(workspace, diagnostic, other->span, "this one");
        return;
    }
}

static bool override_of(EscWorkspace *workspace, const EscNode *node, Override *made)
{
    made->from = esc_local_minutes(node->override.from);
    made->to = esc_local_end_minutes(node->override.to);
    made->person = esc_find_person(workspace, node->override.person);
    made->node = node;
    if (made->to <= made->from) {
        esc_report(workspace, "E0320", node->span, "this override ends before it begins");
        return false;
    }
    return true; /* though nobody is there by that name, which was reported: somebody was meant */
}

static int by_start(const void *left, const void *right)
{
    const Override *a = left, *b = right;
    return a->from != b->from ? ESC_ORDER(a->from, b->from) : ESC_ORDER(a->number, b->number);
}

/* Those that hold at the minute at hand, the last one written first. */
typedef struct Holding {
    const Override *items[AT_ONCE_MAX];
    uint32_t count;
} Holding;

static bool holding_add(Holding *holding, const Override *override)
{
    uint32_t at = holding->count;
    if (at == AT_ONCE_MAX)
        return false;
    for (; at > 0 && holding->items[at - 1]->number < override->number; --at)
        holding->items[at] = holding->items[at - 1];
    holding->items[at] = override;
    holding->count++;
    return true;
}

static void holding_drop_ended(Holding *holding, int64_t minute)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < holding->count; ++i) {
        if (holding->items[i]->to > minute)
            holding->items[kept++] = holding->items[i];
    }
    holding->count = kept;
}

static EscTurnInfo turn_of(EscWorkspace *workspace, const Holding *holding, int64_t from,
                           int64_t to)
{
    EscRef *members = esc_arena_alloc_array(workspace->arena, holding->count, sizeof *members);
    for (uint32_t i = 0; i < holding->count && members != NULL; ++i)
        members[i] = ESC_REF(ESC_REF_PERSON, holding->items[i]->person);
    return (EscTurnInfo){from, to, members, members == NULL ? 0 : holding->count};
}

/* The first minute behind `from` at which one of those that hold ends, or `next` if that is earlier. */
static int64_t end_of(const Holding *holding, int64_t next)
{
    for (uint32_t i = 0; i < holding->count; ++i)
        next = holding->items[i]->to < next ? holding->items[i]->to : next;
    return next;
}

/* From overrides by their starts to turns: each start and each end is a boundary. */
static uint32_t spread(EscWorkspace *workspace, const Override *items, uint32_t count,
                       EscTurnInfo *turns)
{
    Holding holding = {.count = 0};
    uint32_t made = 0, next = 0;
    for (int64_t minute = INT64_MIN; next < count || holding.count > 0;) {
        minute = holding.count == 0 ? items[next].from : minute;
        for (; next < count && items[next].from <= minute; ++next) {
            if (!holding_add(&holding, &items[next]))
                esc_report(workspace, "E0333", items[next].node->span,
                           "at most %u overrides can hold at the same time", AT_ONCE_MAX);
        }
        int64_t end = end_of(&holding, next < count ? items[next].from : INT64_MAX);
        turns[made++] = turn_of(workspace, &holding, minute, end);
        minute = end;
        holding_drop_ended(&holding, minute);
    }
    return made;
}

void esc_check_overrides(EscWorkspace *workspace, EscScheduleInfo *schedule)
{
    uint32_t count = 0, most = schedule->node->schedule.items.count;
    Override *items = esc_arena_alloc_array(workspace->arena, most, sizeof *items);
    EscTurnInfo *turns = esc_arena_alloc_array(workspace->arena, 2 * (size_t)most, sizeof *turns);
    if (items == NULL || turns == NULL)
        return;
    ESC_EACH_NODE(item, schedule->node->schedule.items) {
        if (item->kind != ESC_NODE_OVERRIDE)
            continue;
        overlapping(workspace, schedule->node, item);
        items[count].number = count;
        count += override_of(workspace, item, &items[count]);
    }
    if (count > 1)
        qsort(items, count, sizeof *items, by_start);
    schedule->overrides = turns;
    schedule->overrides_count = spread(workspace, items, count, turns);
}
