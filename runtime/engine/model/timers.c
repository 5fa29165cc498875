/* timers.c - timers, ordered by (due, kind, order of creation) in a binary heap, and found again by their key:
 * (escalation or ticket or workspace, kind, index). Each owner has a short list of its own timers.
 *
 * The store has them in the rows of their owners, so whatever changes a timer makes its owner dirty. */
#include <engine/model.h>

#include <stdlib.h>

/* Of timers of one instant the kind decides, whatever made them first: what an author wrote for that instant comes
 * before what the chain does by itself, so that nobody is made accountable and loses it in the same instant. */
static const uint8_t ranks[ESC_TIMER_SLEEPER + 1] = {
    [ESC_TIMER_SLEEPER] = 0, /* it wakes: then all of its ticket's take part */
    [ESC_TIMER_CLOCK] = 1,
    [ESC_TIMER_SLA_DUE] = 2,
    [ESC_TIMER_SLA_WARN] = 2,
    [ESC_TIMER_SLA_OVERDUE] = 2,
    [ESC_TIMER_REMINDER] = 3,
    [ESC_TIMER_WAIT] = 4,
    [ESC_TIMER_CHECK] = 5,
    [ESC_TIMER_EXPECTATION] = 6,
    [ESC_TIMER_HOLD] = 7,
    [ESC_TIMER_ACK] = 8,
    [ESC_TIMER_SHIFT] = 9,
    [ESC_TIMER_CONTACT] = 10,
    [ESC_TIMER_ARMED] = 11,
    [ESC_TIMER_SILENCE] = 12,
    [ESC_TIMER_DIGEST] = 13,
    [ESC_TIMER_TALLIES] = 14,
    [ESC_TIMER_TASK] = 15,
    [ESC_TIMER_ABSENCE] = 7, /* who is away from now on misses no deadline of this instant */
    [ESC_TIMER_OFFER] = 7,
};

static bool is_before(EscTimerPlace a, EscTimerPlace b)
{
    if (a.due_ms != b.due_ms)
        return a.due_ms < b.due_ms;
    uint8_t rank = ranks[a.node->kind], other = ranks[b.node->kind];
    return rank != other ? rank < other : a.node->seq < b.node->seq;
}

static void heap_place(EscTimers *timers, EscTimerPlace timer, size_t place)
{
    timers->heap[place] = timer;
    timer.node->place = place;
}

static void heap_up(EscTimers *timers, EscTimerPlace timer, size_t place)
{
    while (place > 0) {
        size_t parent = (place - 1) / 2;
        if (!is_before(timer, timers->heap[parent]))
            break;
        heap_place(timers, timers->heap[parent], place);
        place = parent;
    }
    heap_place(timers, timer, place);
}

static void heap_down(EscTimers *timers, EscTimerPlace timer, size_t place)
{
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= timers->heap_count)
            break;
        if (child + 1 < timers->heap_count &&
            is_before(timers->heap[child + 1], timers->heap[child]))
            child++;
        if (!is_before(timers->heap[child], timer))
            break;
        heap_place(timers, timers->heap[child], place);
        place = child;
    }
    heap_place(timers, timer, place);
}

static void heap_remove(EscEngine *engine, const EscTimerNode *node)
{
    EscTimers *timers = &engine->timers;
    size_t place = node->place;
    ESC_ASSERT(timers->heap[place].node == node);
    EscTimerPlace last = timers->heap[--timers->heap_count];
    if (last.node == node)
        return;
    heap_down(timers, last, place);
    heap_up(timers, last, last.node->place);
}

static void heap_add(EscEngine *engine, EscTimerNode *node)
{
    EscTimers *timers = &engine->timers;
    ESC_ENGINE_GROW(timers->heap, timers->heap_count, timers->heap_capacity);
    timers->heap_count++;
    heap_up(timers, (EscTimerPlace){node->due_ms, node}, timers->heap_count - 1);
}

static EscTimerNode **owner_list(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket)
{
    if (escalation != NULL)
        return &escalation->timers;
    return ticket != NULL ? &ticket->timers : &engine->timers.own;
}

/* A timer stands in the body of its owner's row. */
static void owner_changed(EscEngine *engine, const EscTimerNode *node)
{
    if (node->escalation != NULL)
        esc_escalation_dirty(engine, node->escalation);
    else if (node->ticket != NULL)
        esc_ticket_dirty(engine, node->ticket);
    else
        engine->absences.is_dirty = true;
}

static void node_remove(EscEngine *engine, EscTimerNode *node)
{
    heap_remove(engine, node);
    EscTimerNode **link = owner_list(engine, node->escalation, node->ticket);
    while (*link != node)
        link = &(*link)->next;
    *link = node->next;
    owner_changed(engine, node);
}

static void node_insert(EscEngine *engine, EscTimerNode *node)
{
    EscTimerNode **list = owner_list(engine, node->escalation, node->ticket);
    node->next = *list;
    *list = node;
    heap_add(engine, node);
}

void esc_timer_put(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket, EscTimer kind,
                   uint32_t index, int64_t due_ms)
{
    esc_timer_cancel(engine, escalation, ticket, kind, index);
    EscTimerNode *node = esc_engine_alloc(sizeof *node);
    *node = (EscTimerNode){
        .due_ms = due_ms,
        .seq = engine->counters.next_timer++,
        .kind = (uint32_t)kind,
        .index = index,
        .escalation = escalation,
        .ticket = escalation != NULL ? NULL : ticket,
    };
    node_insert(engine, node);
    owner_changed(engine, node);
}

void esc_timer_restore(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                       const EscTimerNode *timer)
{
    EscTimerNode *node = esc_engine_alloc(sizeof *node);
    *node = (EscTimerNode){
        .due_ms = timer->due_ms,
        .seq = timer->seq,
        .kind = timer->kind,
        .index = timer->index,
        .escalation = escalation,
        .ticket = escalation != NULL ? NULL : ticket,
    };
    node_insert(engine, node);
}

void esc_timer_cancel(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                      EscTimer kind, uint32_t index)
{
    const EscTimerNode *found =
        esc_timer_find(*owner_list(engine, escalation, ticket), kind, index);
    if (found == NULL)
        return;
    EscTimerNode *node = engine->timers.heap[found->place].node;
    node_remove(engine, node);
    free(node);
}

/* Lists are walked anew after each removal; they hold a handful. */
static EscTimerNode *of_kind(EscTimerNode *list, EscTimer kind)
{
    while (list != NULL && kind != ESC_TIMER_NONE && list->kind != (uint32_t)kind)
        list = list->next;
    return list;
}

void esc_timer_cancel_kind(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                           EscTimer kind)
{
    EscTimerNode **list = owner_list(engine, escalation, ticket);
    EscTimerNode *node = NULL;
    while ((node = of_kind(*list, kind)) != NULL) {
        node_remove(engine, node);
        free(node);
    }
}

void esc_timer_cancel_all(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket)
{
    esc_timer_cancel_kind(engine, escalation, ticket, ESC_TIMER_NONE);
}

bool esc_timer_take_due(EscEngine *engine, EscTimerNode *fired)
{
    EscTimerNode *node = NULL;
    for (;;) {
        if (engine->timers.heap_count == 0 || engine->timers.heap[0].due_ms > engine->now_ms)
            return false;
        node = engine->timers.heap[0].node;
        if (node->kind != ESC_TIMER_SLEEPER)
            break;
        EscSleeper *sleeper = (EscSleeper *)node; /* the timer is its first member */
        sleeper->wake(engine, sleeper);
    }
    node_remove(engine, node);
    *fired = *node;
    free(node);
    return true;
}

void esc_timer_move(EscEngine *engine, const EscTimerNode *timer, int64_t due_ms)
{
    EscTimerNode *node = engine->timers.heap[timer->place].node;
    ESC_ASSERT(node == timer);
    if (node->due_ms == due_ms)
        return;
    heap_remove(engine, node);
    node->due_ms = due_ms;
    heap_add(engine, node);
    owner_changed(engine, node);
}

void esc_timers_drop(EscEngine *engine, EscTimerNode **list)
{
    while (*list != NULL) {
        EscTimerNode *node = *list;
        *list = node->next;
        heap_remove(engine, node);
        free(node);
    }
}

/* --- of sleepers ------------------------------------------------------------------------------- */

/* Before all others of its instant: its timers have their own order when they are there again. */
void esc_timer_sleeper_put(EscEngine *engine, EscSleeper *sleeper)
{
    sleeper->timer.kind = ESC_TIMER_SLEEPER;
    sleeper->timer.seq = 0;
    heap_add(engine, &sleeper->timer);
}

void esc_timer_sleeper_remove(EscEngine *engine, EscSleeper *sleeper)
{
    heap_remove(engine, &sleeper->timer);
}

/* --- the end ------------------------------------------------------------------------------------ */

void esc_timers_release(EscEngine *engine)
{
    for (size_t i = 0; i < engine->timers.heap_count; i++)
        if (engine->timers.heap[i].node->kind != ESC_TIMER_SLEEPER)
            free(engine->timers.heap[i].node);
    free(engine->timers.heap);
    engine->timers.heap = NULL;
    engine->timers.heap_count = 0;
}

int64_t esc_engine_next_due_ms(const EscEngine *engine)
{
    return engine->timers.heap_count == 0 ? INT64_MAX : engine->timers.heap[0].due_ms;
}
