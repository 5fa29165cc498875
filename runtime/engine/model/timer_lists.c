/* timer_lists.c - looking through the timers of one owner. */
#include <engine/model.h>

const EscTimerNode *esc_timer_find(const EscTimerNode *list, EscTimer kind, uint32_t index)
{
    while (list != NULL && !(list->kind == (uint32_t)kind && list->index == index))
        list = list->next;
    return list;
}

int64_t esc_timer_earliest(const EscTimerNode *list)
{
    int64_t earliest = 0;
    for (; list != NULL; list = list->next) {
        if (earliest == 0 || list->due_ms < earliest)
            earliest = list->due_ms;
    }
    return earliest;
}
