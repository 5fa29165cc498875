/* service.c - one workspace at work: takes inputs, runs the engine, commits in groups, and only then answers.
 *
 * The engine's memory is ahead of the store between esc_engine_apply and the commit. When the commit fails that cannot be
 * undone, so the caller must stop the workspace (fail-stop) and start again from the store. */
#include "service_internal.h"

#include <string.h>

#define ESC_SERVICE_RETAIN_ROWS 256    /* of a kind that one step forgets */
#define ESC_SERVICE_TICKETS_KEPT 10000 /* closed tickets that stay in memory */

/* Only live tickets are in memory. One that was put aside comes back before something is said about it, or the engine
 * would take it for a new one; and with it what else the input may need. */
static EscStatus preload_tickets(EscServiceTurn *turn, const EscInput *input)
{
    EscService *service = turn->service;
    EscStatus status = ESC_OK;
    EscText id = esc_engine_lacks(service->engine, input);
    while (status == ESC_OK && id.size > 0) {
        EscTicketRow row;
        EscWhy why;
        status = esc_store_ticket_get(service->store, id, service->scratch, &row, &why);
        if (status == ESC_OK)
            status = esc_engine_restore_ticket(service->engine, &row, &why);
        else if (status == ESC_NOT_FOUND)
            break; /* a new one */
        if (status != ESC_OK && turn->why != NULL)
            *turn->why = why;
        esc_arena_clear(service->scratch);
        id = esc_engine_lacks(service->engine, input);
    }
    esc_arena_clear(service->scratch);
    return status == ESC_NOT_FOUND ? ESC_OK : status;
}

/* An old button: what the engine has forgotten stands in the store. */
static void closed_tell(EscService *service, const EscAction *action, EscOutcome *outcome)
{
    EscEscalationRow row;
    EscTicketRow ticket;
    EscWhy why;
    if (action->escalation == 0 || !outcome->is_noop || outcome->note[0] != '\0')
        return;
    EscStatus status =
        esc_store_escalation_get(service->store, action->escalation, service->scratch, &row, &why);
    if (status == ESC_OK && row.closed_at_ms != 0) {
        status = esc_store_ticket_get(service->store, row.ticket, service->scratch, &ticket, &why);
        esc_engine_note_closed(service->engine, &row,
                               status == ESC_OK ? ticket.title : (EscText){0}, outcome);
    }
    esc_arena_clear(service->scratch);
}

static EscStatus apply(EscServiceTurn *turn, const EscInput *input, EscReply *reply)
{
    EscStatus status = preload_tickets(turn, input);
    if (status != ESC_OK)
        return status;
    reply->status =
        esc_engine_apply(turn->service->engine, input, turn->now_ms, &reply->outcome, &reply->why);
    if (reply->status == ESC_OK)
        turn->has_changes = true;
    if (reply->status == ESC_OK && input->kind == ESC_INPUT_ACTION)
        closed_tell(turn->service, input->action, &reply->outcome);
    return ESC_OK;
}

static EscStatus take_event(EscServiceTurn *turn, size_t index, EscReply *reply)
{
    reply->status = esc_turn_judge(turn, index, &reply->why);
    if (reply->status != ESC_OK)
        return ESC_OK;
    EscStatus status = apply(turn, &turn->inputs[index], reply);
    turn->events[index].is_taken = status == ESC_OK && reply->status == ESC_OK;
    return status;
}

/* An operator says that the wall clock is right, far ahead as it is; the next look follows it. */
static EscStatus take_word(EscServiceTurn *turn, const EscInput *input, EscReply *reply)
{
    EscServiceTime *time = &turn->service->time;
    ESC_ASSERT(input->clock->correction_ms == 0); /* corrections are the timekeeper's */
    if (!esc_service_time_accept(time)) {
        reply->outcome.is_noop = true;
        return ESC_OK;
    }
    const EscClockChange word = {.actor = input->clock->actor, .ahead_ms = time->seen.ahead_ms};
    const EscInput told = {.kind = ESC_INPUT_CLOCK, .clock = &word};
    return apply(turn, &told, reply);
}

static EscStatus take_input(EscServiceTurn *turn, size_t index, EscReply *reply)
{
    *reply = (EscReply){.status = ESC_OK};
    const EscInput *input = &turn->inputs[index];
    if (input->kind == ESC_INPUT_CLOCK)
        return take_word(turn, input, reply);
    return input->kind == ESC_INPUT_EVENT ? take_event(turn, index, reply)
                                          : apply(turn, input, reply);
}

/* At most timers_max, so that a storm of timers cannot keep the next inputs waiting. */
static EscStatus fire_timers(EscServiceTurn *turn, size_t timers_max, size_t *fired)
{
    EscEngine *engine = turn->service->engine;
    const EscInput timer = {.kind = ESC_INPUT_TIMER};
    *fired = 0;
    while (*fired < timers_max && esc_engine_next_due_ms(engine) <= turn->now_ms) {
        EscOutcome outcome = {0};
        EscStatus status = esc_engine_apply(engine, &timer, turn->now_ms, &outcome, turn->why);
        if (status != ESC_OK)
            return status;
        turn->has_changes = true;
        (*fired)++;
    }
    return ESC_OK;
}

/* What the service adds to the engine's rows. */
static void complete_group(const EscServiceTurn *turn)
{
    EscService *service = turn->service;
    EscGroup *group = service->group;
    group->epoch = esc_store_epoch(service->store);
    esc_turn_list_events(turn, group);
    group->retries = service->retries;
    group->retries_count = service->retries_count;
    if (service->new_bundle.bytes.size != 0) {
        group->bundles = &service->new_bundle;
        group->bundles_count = 1;
    }
}

/* What the committed group has taken over. */
static void forget_pending(EscService *service)
{
    service->group->retries_count = service->group->bundles_count = service->group->events_count =
        0;
    service->retries = NULL;
    service->retries_count = service->retries_capacity = 0;
    esc_arena_clear(service->retries_arena);
    service->new_bundle.bytes = (EscBytes){NULL, 0};
    esc_buf_release(&service->new_bundle_bytes);
}

static EscStatus flush_and_commit(EscServiceTurn *turn)
{
    EscService *service = turn->service;
    service->group = esc_engine_flush(service->engine);
    bool has_rows = !esc_group_is_empty(service->group) || service->retries_count > 0;
    if (!turn->has_changes && !has_rows)
        return ESC_OK; /* duplicates and refusals only */
    complete_group(turn);
    EscStatus status = esc_store_commit(service->store, service->group, turn->why);
    if (status == ESC_OK)
        forget_pending(service);
    return status;
}

static void begin_turn(EscServiceTurn *turn, int64_t now_ms)
{
    EscService *service = turn->service;
    turn->now_ms = now_ms;
    service->group = NULL;
    esc_arena_clear(service->turn_arena);
    service->has_news = false;
}

/* How long things are kept; 0: for ever. */
static int64_t retention_ms(const EscEngine *engine)
{
    const EscProgram *program = esc_engine_program(engine);
    for (uint32_t i = 0; i < program->limits_count; i++)
        if (program->limits[i].kind == ESC_LIMIT_RETAIN_AUDIT)
            return program->limits[i].window_ms;
    return 0;
}

/* A step of forgetting behind a turn, now and then: often while there is something to forget. The turn's group is committed,
 * whatever comes of it. */
static EscStatus retain(const EscServiceTurn *turn)
{
    EscService *service = turn->service;
    int64_t kept_ms = retention_ms(service->engine), boot_ms = service->time.keeper.boot_ms;
    if (kept_ms == 0 || boot_ms < service->retain_due_ms)
        return ESC_OK;
    bool has_more = false;
    EscStatus status = esc_store_retain(service->store, turn->now_ms - kept_ms,
                                        ESC_SERVICE_RETAIN_ROWS, &has_more, turn->why);
    service->retain_due_ms = boot_ms + (has_more ? 1000 : ESC_HOUR_MS);
    return status;
}

/* A correction comes first in its turn: what was queued is judged on the corrected clock. */
static EscStatus correct_clock(EscServiceTurn *turn, int64_t correction_ms)
{
    const EscClockChange change = {.correction_ms = correction_ms};
    const EscInput input = {.kind = ESC_INPUT_CLOCK, .clock = &change};
    EscOutcome outcome;
    turn->has_changes = correction_ms != 0;
    return esc_engine_apply(turn->service->engine, &input, turn->now_ms, &outcome, turn->why);
}

/* Nothing ran for a while, and what was sent had no chance. Comes before the first timer. */
static EscStatus wake(EscServiceTurn *turn)
{
    const EscInput woke = {.kind = ESC_INPUT_WOKE};
    EscOutcome outcome = {0};
    return esc_engine_apply(turn->service->engine, &woke, turn->now_ms, &outcome, turn->why);
}

static EscStatus end_turn(EscServiceTurn *turn)
{
    EscService *service = turn->service;
    EscStatus status = flush_and_commit(turn);
    if (status != ESC_OK)
        return status;
    service->has_news = true;
    status = retain(turn);
    if (status != ESC_OK)
        return status;
    if (turn->has_changes) {
        esc_engine_evict(service->engine, ESC_SERVICE_TICKETS_KEPT);
        esc_engine_sleep(service->engine, ESC_SERVICE_TICKETS_AWAKE);
    }
    return ESC_OK;
}

/* 1. time, back by a correction only; a sleep is told   2. look up all events   3. each input in order: judge, preload, apply
 * 4. due timers   5. flush   6. commit   7. forget what is done for. Replies hold after 6 and not before. */
EscStatus esc_service_turn(EscService *service, const EscInput *inputs, size_t count,
                           size_t timers_max, EscReply *replies, size_t *timers_fired, EscWhy *why)
{
    EscServiceTurn turn = {.service = service, .inputs = inputs, .count = count, .why = why};
    EscTimeReading reading = esc_service_time_look(&service->time);
    begin_turn(&turn, reading.now_ms);
    EscStatus status =
        reading.correction_ms == 0 ? ESC_OK : correct_clock(&turn, reading.correction_ms);
    if (status == ESC_OK && service->time.has_slept)
        status = wake(&turn);
    if (status == ESC_OK)
        status = esc_turn_look_up(&turn);
    for (size_t i = 0; i < count && status == ESC_OK; i++)
        status = take_input(&turn, i, &replies[i]);
    size_t fired = 0;
    if (status == ESC_OK)
        status = fire_timers(&turn, timers_max, &fired);
    if (timers_fired != NULL)
        *timers_fired = fired;
    return status == ESC_OK ? end_turn(&turn) : status;
}

/* Kept before anything is answered by it: after a start with templates that have errors it is the last good one. */
static EscStatus is_bundle_news(EscService *service, bool *is_news, EscWhy *why)
{
    uint8_t newest[sizeof service->new_bundle.hash];
    EscStatus status = esc_store_bundle_newest(service->store, newest, why);
    *is_news = status == ESC_NOT_FOUND ||
               (status == ESC_OK && memcmp(newest, service->new_bundle.hash, sizeof newest) != 0);
    return status == ESC_NOT_FOUND ? ESC_OK : status;
}

/* What a start finds is told now and not with the first input, which may be hours away. */
EscStatus esc_turn_start(EscService *service, const EscServiceConfig *config, EscWhy *why)
{
    int64_t kept_ms = esc_engine_time_ms(service->engine);
    EscTimeReading reading = esc_service_time_start(&service->time, config, kept_ms);
    bool is_news = false;
    EscStatus status = is_bundle_news(service, &is_news, why);
    bool has_arrears =
        is_news || config->remarks_count > 0 || esc_engine_has_arrears(service->engine);
    EscServiceTurn turn = {.service = service, .why = why};
    begin_turn(&turn, reading.now_ms);
    if (status == ESC_OK && reading.correction_ms != 0)
        status = correct_clock(&turn, reading.correction_ms);
    for (size_t i = 0; i < config->remarks_count && status == ESC_OK; i++) {
        const EscInput input = {.kind = ESC_INPUT_REMARK, .remark = &config->remarks[i]};
        EscReply reply;
        status = apply(&turn, &input, &reply);
    }
    if (status == ESC_OK)
        status = wake(&turn);
    turn.has_changes = turn.has_changes || has_arrears;
    if (status == ESC_OK)
        status = end_turn(&turn);
    if (status == ESC_OK)
        esc_engine_sleep(service->engine, ESC_SERVICE_TICKETS_AWAKE);
    return status;
}

void esc_service_retry(EscService *service, const EscOutboxRetry *retry)
{
    EscOutboxRetry *grown =
        esc_arena_grow(service->retries_arena, service->retries, service->retries_count,
                       &service->retries_capacity, sizeof *grown);
    ESC_ASSERT(grown != NULL);
    service->retries = grown;
    grown[service->retries_count] = *retry;
    grown[service->retries_count++].detail = esc_arena_text(service->retries_arena, retry->detail);
    ESC_ASSERT(!esc_arena_failed(service->retries_arena));
}

void esc_service_news(EscService *service, const EscAuditRow **rows, size_t *count)
{
    bool has_rows = service->has_news && service->group != NULL;
    *rows = has_rows ? service->group->audit : NULL;
    *count = has_rows ? service->group->audit_count : 0;
    service->has_news = false;
}

void esc_service_outbox(const EscService *service, const EscOutboxRow **rows, size_t *count)
{
    *rows = service->group == NULL ? NULL : service->group->outbox;
    *count = service->group == NULL ? 0 : service->group->outbox_count;
}

/* --- its clock -------------------------------------------------------------------------------- */

int64_t esc_service_now_ms(const EscService *service)
{
    return esc_service_time_now_ms(&service->time);
}

int64_t esc_service_wait_ms(const EscService *service)
{
    return esc_service_time_wait_ms(&service->time, esc_engine_next_due_ms(service->engine));
}

int64_t esc_service_ahead_of_boot_ms(const EscService *service)
{
    return service->time.keeper.now_ms - service->time.keeper.boot_ms;
}

EscServiceClock esc_service_clock(const EscService *service)
{
    return service->time.seen;
}
