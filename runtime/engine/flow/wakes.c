/* wakes.c - one timer for each ticket and each escalation, at the first instant at which time alone may change an answer: of
 * its triggers, of a start that waits, of what its service level pauses for; of its wait, its checks, `close when`; and where hours open in which it is asked for
 * first. It is set anew whenever they changed, so no instant is forgotten, and what the instants are follows from the rows of
 * CLOCKS (model/clock_tests.c).
 *
 * A timer that is due stays until it was judged: what comes late is judged once, on the state of now. */
#include <engine/flow.h>

#include <stdlib.h>

#define NEVER INT64_MAX

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* --- what a ticket's triggers wait for ---------------------------------------------------------- */

static int64_t ticket_turns_ms(EscEngine *engine, EscTicket *ticket)
{
    const EscProgram *program = engine->schema.current->program;
    int64_t turns_ms = ticket->armed_count == 0 ? NEVER : esc_pending_turns_ms(engine, ticket);
    if (ticket->is_linked)
        return turns_ms;
    turns_ms = earlier(turns_ms, esc_sla_turns_ms(engine, ticket));
    EscWorld world = {
        .engine = engine, .ticket = ticket, .bundle = engine->schema.current, .function = ESC_NONE};
    bool is_resolved = esc_ticket_is_resolved(engine, ticket);
    for (uint32_t i = 0; i < engine->schema.clocked_count; i++) {
        const EscPosting *posting = &engine->schema.clocked[i];
        const EscTriggerRow *row = &program->triggers[posting->trigger];
        bool is_in_the_way = is_resolved && (row->is_unresolved || row->kind == ESC_TRIGGER_SLA);
        if (!is_in_the_way && esc_trigger_may_turn(engine, ticket, posting))
            turns_ms = earlier(turns_ms, esc_pred_turns_ms(&world, posting->pred));
    }
    return turns_ms;
}

/* --- what an escalation waits for --------------------------------------------------------------- */

static int64_t function_turns_ms(EscEngine *engine, EscEscalation *escalation, uint32_t option)
{
    if (option == 0 || !esc_function_has_clock(escalation->bundle->program, option - 1))
        return NEVER;
    EscWorld world = esc_world_of(engine, escalation, option - 1, false);
    return esc_function_turns_ms(&world, option - 1);
}

static int64_t check_turns_ms(EscEngine *engine, EscEscalation *escalation, uint32_t check)
{
    const EscTemplateRow *template = esc_escalation_template(escalation);
    const EscCheckRow *row = &escalation->bundle->program->checks[template->checks_first + check];
    bool is_open = escalation->checks[check] == ESC_CHECK_STATE_PENDING ||
                   escalation->checks[check] == ESC_CHECK_STATE_FAILED;
    return is_open ? function_turns_ms(engine, escalation, row->cond) : NEVER;
}

/* Of the topmost frame: those below do not run. Checks of the QA block are judged while the closing waits for them. */
static int64_t wait_turns_ms(EscEngine *engine, EscEscalation *escalation)
{
    const EscWaitRow *wait = esc_frame_wait(escalation);
    int64_t turns_ms = NEVER;
    if (wait == NULL)
        return NEVER;
    if (wait->kind == ESC_WAIT_CONDITION)
        return function_turns_ms(engine, escalation, wait->cond);
    uint32_t first = esc_escalation_template(escalation)->checks_first;
    if (wait->kind == ESC_WAIT_CHECK)
        return check_turns_ms(engine, escalation, wait->check - 1 - first);
    for (uint32_t i = 0; wait->kind == ESC_WAIT_QA && i < escalation->checks_count; i++)
        turns_ms = earlier(turns_ms, check_turns_ms(engine, escalation, i));
    return turns_ms;
}

static int64_t escalation_turns_ms(EscEngine *engine, EscEscalation *escalation)
{
    if (!esc_escalation_is_open(escalation) || escalation->bundle == NULL)
        return NEVER;
    int64_t page_ms = esc_shift_due_ms(engine, escalation);
    int64_t first_ms = earlier(
        page_ms == 0 ? NEVER : page_ms,
        function_turns_ms(engine, escalation, esc_escalation_template(escalation)->close_when));
    return escalation->state == ESC_STATE_PARKED
               ? first_ms
               : earlier(first_ms, wait_turns_ms(engine, escalation));
}

/* --- setting ------------------------------------------------------------------------------------ */

static void timer_set(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                      int64_t due_ms)
{
    const EscTimerNode *timers = escalation != NULL ? escalation->timers : ticket->timers;
    const EscTimerNode *timer = esc_timer_find(timers, ESC_TIMER_CLOCK, 0);
    bool is_waiting = timer != NULL && timer->due_ms <= engine->now_ms;
    if (is_waiting || (timer != NULL && timer->due_ms == due_ms))
        return;
    if (due_ms == NEVER)
        esc_timer_cancel(engine, escalation, ticket, ESC_TIMER_CLOCK, 0);
    else
        esc_timer_put(engine, escalation, ticket, ESC_TIMER_CLOCK, 0, due_ms);
}

static int by_ticket(const void *a, const void *b)
{
    const EscTicket *x = *(EscTicket *const *)a, *y = *(EscTicket *const *)b;
    return esc_text_compare(x->id, y->id);
}

static int by_escalation(const void *a, const void *b)
{
    const EscEscalation *x = *(EscEscalation *const *)a, *y = *(EscEscalation *const *)b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* In an order that a restart does not change, which their places in memory are not. */
static void noted_sort(EscTurn *turn)
{
    if (turn->noted_count > 1)
        qsort(turn->noted, turn->noted_count, sizeof *turn->noted, by_ticket);
    if (turn->noted_escalations_count > 1)
        qsort(turn->noted_escalations, turn->noted_escalations_count,
              sizeof *turn->noted_escalations, by_escalation);
}

void esc_wakes_set(EscEngine *engine)
{
    EscTurn *turn = &engine->turn;
    noted_sort(turn);
    for (size_t i = 0; i < turn->noted_escalations_count; i++) {
        EscEscalation *escalation = turn->noted_escalations[i];
        timer_set(engine, escalation, NULL, escalation_turns_ms(engine, escalation));
    }
    for (size_t i = 0; i < turn->noted_count; i++)
        timer_set(engine, NULL, turn->noted[i], ticket_turns_ms(engine, turn->noted[i]));
}

void esc_reaches_set(EscEngine *engine)
{
    const EscTurn *turn = &engine->turn;
    if (engine->reaches.pairs_count == 0)
        return;
    for (size_t i = 0; i < turn->noted_escalations_count; i++)
        esc_reach_look(engine, turn->noted_escalations[i]);
    for (size_t i = 0; i < turn->noted_count; i++)
        for (size_t k = 0; k < turn->noted[i]->open_count; k++)
            esc_reach_look(engine, turn->noted[i]->open[k]);
}

void esc_wakes_note_all(EscEngine *engine)
{
    for (size_t i = 0; i < engine->tickets.count; i++) {
        EscTicket *ticket = esc_ticket_at(engine, i);
        if (ticket == NULL ||
            !esc_ticket_is_live(ticket)) /* others are not in memory after a restart */
            continue;
        esc_ticket_note(engine, ticket);
        for (size_t k = 0; k < ticket->open_count; k++)
            esc_escalation_note(engine, ticket->open[k]);
    }
}

/* --- firing ------------------------------------------------------------------------------------- */

void esc_wake_ticket(EscEngine *engine, EscTicket *ticket, int64_t due_ms)
{
    esc_ticket_remember(engine, ticket, false);
    engine->turn.before_ms = due_ms - 1;
    if (esc_automations_turned(engine, ticket, esc_edges_of_clock(engine, ticket, true)))
        esc_changes_tell(engine, ticket);
    esc_sla_wake(engine, ticket, due_ms);
    if (ticket->armed_count > 0)
        esc_pending_review(engine, ticket);
    esc_triggers_clock(engine, ticket);
}

/* --- the clock is corrected --------------------------------------------------------------------- */

struct EscWakeTruths {
    EscTicket **tickets; /* whose answers the correction may turn */
    bool *holds;         /* for each, for each trigger that time alone can turn */
    size_t count;
};

static const EscTimerNode *clock_timer(const EscTicket *ticket)
{
    return esc_timer_find(ticket->timers, ESC_TIMER_CLOCK, 0);
}

static void truths_judge(EscEngine *engine, EscTicket *ticket, int64_t hours_ms, bool *holds)
{
    const EscProgram *program = engine->schema.current->program;
    EscMatching matching = esc_matching_begin(engine, ticket, NULL);
    matching.world.hours_ms = hours_ms;
    for (uint32_t i = 0; i < engine->schema.clocked_count; i++)
        holds[i] = esc_matching_holds(&matching,
                                      &program->triggers[engine->schema.clocked[i].trigger], false);
    esc_run_return(engine);
}

const EscWakeTruths *esc_wakes_before_move(EscEngine *engine, int64_t by_ms)
{
    EscArena *arena = engine->turn.arena;
    EscWakeTruths *truths = esc_arena_alloc(arena, sizeof *truths);
    ESC_ASSERT(truths != NULL);
    truths->tickets = esc_arena_alloc_array(arena, engine->tickets.count, sizeof *truths->tickets);
    ESC_ASSERT(truths->tickets != NULL);
    bool may_turn =
        engine->schema.clocked_count > 0 || engine->schema.current->program->slas_count > 0;
    for (size_t i = 0; may_turn && i < engine->tickets.count; i++) {
        EscTicket *ticket = esc_ticket_at(engine, i);
        /* What lies behind it may lie ahead again when the clock goes back. Linked ones start nothing. */
        if (ticket != NULL && !ticket->is_linked &&
            (clock_timer(ticket) != NULL || (by_ms < 0 && esc_ticket_is_live(ticket))))
            truths->tickets[truths->count++] = ticket;
    }
    if (truths->count > 1)
        qsort(truths->tickets, truths->count, sizeof *truths->tickets, by_ticket);
    size_t width = engine->schema.clocked_count;
    truths->holds = esc_arena_alloc_array(arena, truths->count, width * sizeof *truths->holds);
    ESC_ASSERT(truths->holds != NULL);
    for (size_t i = 0; i < truths->count; i++)
        truths_judge(engine, truths->tickets[i], engine->now_ms + by_ms, truths->holds + i * width);
    return truths;
}

/* What holds now and did not hold before the correction. */
static EscEdges truths_turned(EscEngine *engine, EscTicket *ticket, const bool *before,
                              bool of_automations)
{
    EscArena *arena = engine->turn.arena;
    size_t width = engine->schema.clocked_count;
    EscEdges turned = {.triggers = esc_arena_alloc_array(arena, width, sizeof *turned.triggers)};
    bool *holds = esc_arena_alloc_array(arena, width, sizeof *holds);
    ESC_ASSERT(holds != NULL);
    ESC_ASSERT(turned.triggers != NULL);
    truths_judge(engine, ticket, engine->now_ms, holds);
    for (size_t i = 0; i < width; i++) {
        const EscPosting *posting = &engine->schema.clocked[i];
        if (holds[i] && !before[i] && posting->is_automation == of_automations &&
            esc_trigger_may_turn(engine, ticket, posting))
            turned.triggers[turned.count++] = posting->trigger;
    }
    return turned;
}

static void truths_compare(EscEngine *engine, EscTicket *ticket, const bool *before)
{
    bool has_automations = engine->schema.current->program->automations_count > 0;
    esc_timer_cancel(engine, NULL, ticket, ESC_TIMER_CLOCK, 0);
    esc_sla_wake(engine, ticket, engine->now_ms);
    if (has_automations) {
        esc_ticket_remember(engine, ticket, false);
        if (esc_automations_turned(engine, ticket, truths_turned(engine, ticket, before, true)))
            esc_changes_tell(engine, ticket);
    }
    esc_triggers_turned(engine, ticket, truths_turned(engine, ticket, before, false));
}

void esc_wakes_after_move(EscEngine *engine, const EscWakeTruths *truths)
{
    for (size_t i = 0; i < truths->count; i++)
        truths_compare(engine, truths->tickets[i],
                       truths->holds + i * engine->schema.clocked_count);
    EscEscalation *escalation = NULL;
    for (size_t at = 0; (escalation = esc_escalation_next(engine, &at)) != NULL;) {
        if (!esc_escalation_is_open(escalation) || escalation->bundle == NULL ||
            (escalation->bundle->program->clocks_count == 0 && escalation->owed == NULL))
            continue;
        esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_CLOCK, 0);
        esc_ticket_touch(engine, escalation->ticket);
    }
    esc_wakes_note_all(engine);
}
