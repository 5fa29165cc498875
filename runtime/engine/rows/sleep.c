/* sleep.c - tickets and escalations that wait are kept as the bytes of their rows.
 *
 * Most of what is open waits for days: for an answer, a deadline, a resolution. As structs a ticket and its escalation take
 * over 2 KiB in some 25 allocations, as bytes a third of that in one. What they are made of and read back by is
 * what the store has (ticket_pack.c, escalation_pack.c), so whatever survives a restart survives sleep.
 *
 * A sleeper is one block: EscSleeper, then a Sleeping for each escalation, then the bytes. Texts that are interned stay pointers. */
#include <engine/rows.h>

#include <stdlib.h>
#include <string.h>

/* What stands in an escalation's row beside the body. */
typedef struct Sleeping {
    uint64_t id;
    const EscEngineBundle *bundle;
    EscText owner, outcome; /* interned */
    int64_t opened_at_ms;
    uint64_t version;
    uint32_t template_index, role, body_size;
    EscState state;
    bool is_acked;
} Sleeping;

/* In one call: who may not sleep goes behind the others, and there may be many of them. */
#define REFUSED_MAX 1024

typedef struct Block {
    EscSleeper sleeper;
    int64_t created_at_ms, updated_at_ms;
    uint32_t body_size, count;
    Sleeping escalations
        []; /* count; behind them the ticket's id, its body, and their bodies in their order */
} Block;

/* --- falling asleep ----------------------------------------------------------------------------- */

/* Rolling back would reach for other tickets, and those have to be pinned meanwhile. */
static bool has_ticket_changes(const EscEscalation *escalation)
{
    for (size_t i = 0; i < escalation->changes_count; i++)
        if (escalation->changes[i].kind == ESC_CHANGE_TICKET)
            return true;
    return false;
}

static bool may_sleep(const EscEscalation *escalation)
{
    return (escalation->state == ESC_STATE_OPEN || escalation->state == ESC_STATE_CLOSING) &&
           escalation->bundle != NULL && !escalation->is_dirty && !escalation->is_new &&
           escalation->wish == 0 && escalation->alarms == 0 && escalation->owed == NULL &&
           escalation->kept.size == 0 && !has_ticket_changes(escalation);
}

static bool all_may_sleep(const EscTicket *ticket)
{
    bool may = !ticket->is_dirty && !ticket->is_touched && ticket->pins == 0 &&
               !esc_ticket_is_made(ticket); /* an event about it may come before the answer */
    for (size_t i = 0; i < ticket->open_count && may; i++)
        may = may_sleep(ticket->open[i]);
    return may;
}

/* A step that checks deliveries is a frame that waits. */
static bool frame_checks(const EscEscalation *escalation, const EscFrame *frame)
{
    const EscWaitRow *wait = frame->bytes == NULL ? NULL : esc_wait_of(escalation, frame);
    return wait != NULL && wait->kind == ESC_WAIT_CHECK &&
           escalation->bundle->program->checks[wait->check - 1].kind == ESC_CHECK_DELIVERED;
}

static bool waits_for_queue(const EscEscalation *escalation)
{
    const EscProgram *program = escalation->bundle->program;
    if (frame_checks(escalation, &escalation->frame))
        return true;
    for (uint32_t i = 0; i < escalation->below_count; i++)
        if (frame_checks(escalation, &escalation->below[i]))
            return true;
    uint32_t first = esc_escalation_template(escalation)->checks_first;
    for (const EscTimerNode *timer = escalation->timers; timer != NULL; timer = timer->next)
        if (timer->kind == ESC_TIMER_CHECK &&
            program->checks[first + timer->index].kind == ESC_CHECK_DELIVERED)
            return true;
    return false;
}

static void due_take(EscSleeper *sleeper, const EscTimerNode *list)
{
    int64_t due_ms = esc_timer_earliest(list);
    if (list == NULL || (sleeper->has_timer && sleeper->timer.due_ms <= due_ms))
        return;
    sleeper->has_timer = true;
    sleeper->timer.due_ms = due_ms;
}

static uint32_t body_add(EscBuf *bytes, size_t before)
{
    ESC_ASSERT(bytes->status == ESC_OK);
    ESC_ASSERT(bytes->size - before <= UINT32_MAX);
    return (uint32_t)(bytes->size - before);
}

static Sleeping sleeping_of(const EscEngine *engine, const EscEscalation *escalation, EscBuf *bytes)
{
    size_t before = bytes->size;
    if (escalation->body.size > 0)
        esc_buf_text(bytes, escalation->body);
    else
        esc_escalation_pack(bytes, engine, escalation);
    return (Sleeping){.id = escalation->id,
                      .bundle = escalation->bundle,
                      .template_index = escalation->template_index,
                      .owner = escalation->owner,
                      .outcome =
                          escalation->state == ESC_STATE_OPEN ? (EscText){0} : escalation->outcome,
                      .opened_at_ms = escalation->opened_at_ms,
                      .version = escalation->version,
                      .role = escalation->role,
                      .body_size = body_add(bytes, before),
                      .state = escalation->state,
                      .is_acked = escalation->is_acked};
}

/* Everything but the bytes, which are collected in `bytes`. */
static Block *block_of(const EscEngine *engine, const EscTicket *ticket, EscBuf *bytes)
{
    size_t fixed = sizeof(Block) + ticket->open_count * sizeof(Sleeping);
    Block *block = esc_engine_alloc(fixed);
    block->created_at_ms = ticket->created_at_ms;
    block->updated_at_ms = ticket->updated_at_ms;
    block->count = (uint32_t)ticket->open_count;
    due_take(&block->sleeper, ticket->timers);
    esc_buf_text(bytes, ticket->id);
    if (ticket->body.size > 0)
        esc_buf_text(bytes, ticket->body);
    else
        esc_ticket_pack(bytes, engine, ticket);
    block->body_size = body_add(bytes, ticket->id.size);
    for (size_t i = 0; i < ticket->open_count; i++) {
        block->escalations[i] = sleeping_of(engine, ticket->open[i], bytes);
        due_take(&block->sleeper, ticket->open[i]->timers);
        block->sleeper.waits_for_queue =
            block->sleeper.waits_for_queue || waits_for_queue(ticket->open[i]);
    }
    Block *whole = realloc(block, fixed + bytes->size);
    ESC_ASSERT(whole != NULL);
    memcpy((char *)whole + fixed, bytes->data, bytes->size);
    whole->sleeper.id = (EscText){(char *)whole + fixed, ticket->id.size};
    return whole;
}

/* --- waking ------------------------------------------------------------------------------------- */

static void escalation_wake(EscEngine *engine, EscTicket *ticket, const Sleeping *sleeping,
                            EscBytes body)
{
    const EscProgram *program = sleeping->bundle->program;
    EscText name = program->texts[program->templates[sleeping->template_index].name];
    EscEscalation *escalation =
        esc_escalation_alloc(engine, sleeping->id, ticket, sleeping->bundle, name);
    EscEscalationRow row = {.state = sleeping->state,
                            .role = sleeping->role,
                            .owner = sleeping->owner,
                            .outcome = sleeping->outcome,
                            .is_acked = sleeping->is_acked,
                            .opened_at_ms = sleeping->opened_at_ms,
                            .version = sleeping->version,
                            .body = body};
    memcpy(row.bundle_hash, esc_bundle_hash(sleeping->bundle->bundle), sizeof row.bundle_hash);
    EscReading reading = esc_escalation_read(engine, escalation, &row);
    ESC_ASSERT(reading == ESC_READING_SOUND); /* we wrote it */
    esc_reach_look(engine, escalation);
}

static void wake(EscEngine *engine, EscSleeper *sleeper)
{
    Block *block = (Block *)sleeper;
    const uint8_t *at = (const uint8_t *)sleeper->id.data + sleeper->id.size;
    esc_sleeper_take(engine, sleeper);
    EscTicket *ticket = esc_ticket_new(engine, sleeper->id, block->created_at_ms);
    ESC_ASSERT(ticket->index == sleeper->index);
    ticket->updated_at_ms = block->updated_at_ms;
    bool is_read = esc_ticket_unpack((EscBytes){at, block->body_size}, engine, ticket);
    ESC_ASSERT(is_read);       /* we wrote it */
    ticket->is_holding = true; /* only what is live sleeps */
    at += block->body_size;
    for (uint32_t i = 0; i < block->count; i++) {
        escalation_wake(engine, ticket, &block->escalations[i],
                        (EscBytes){at, block->escalations[i].body_size});
        at += block->escalations[i].body_size;
    }
    esc_ticket_written(engine, ticket);
    free(block);
}

/* --- from outside ------------------------------------------------------------------------------- */

void esc_engine_sleep(EscEngine *engine, size_t keep)
{
    if (engine->tickets.live.count <= keep || engine->escalations.dirty_count > 0 ||
        engine->tickets.dirty_count > 0 || engine->escalations.closed_count > 0)
        return;           /* not flushed, or not evicted yet */
    esc_turn_end(engine); /* reading a ticket back touches it */
    size_t refused = 0;
    EscBuf bytes = esc_turn_buf();
    for (size_t looks = engine->tickets.live.count - keep; looks > 0 && refused < REFUSED_MAX;
         looks--) {
        EscTicket *ticket = engine->tickets.live.first;
        if (!esc_ticket_is_live(ticket) || !all_may_sleep(ticket)) {
            esc_ticket_written(engine, ticket); /* its turn comes again, or it is forgotten */
            refused++;
            continue;
        }
        esc_buf_clear(&bytes);
        Block *block = block_of(engine, ticket, &bytes);
        block->sleeper.wake = wake;
        esc_ticket_sleep(engine, ticket, &block->sleeper);
    }
    esc_buf_release(&bytes);
}
