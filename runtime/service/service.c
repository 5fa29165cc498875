/* service.c - one workspace at work: what is decided (service_turn.c) is committed, and settled behind that; its start, its
 * retries, its news.
 *
 * The engine's memory is ahead of the store between esc_engine_apply and the commit. When the commit fails that cannot be
 * undone, so the caller must stop the workspace (fail-stop) and start again from the store. */
#include "service_internal.h"

#include <string.h>

#define ESC_SERVICE_RETAIN_ROWS 256    /* of a kind that one step forgets */
#define ESC_SERVICE_TICKETS_KEPT 10000 /* closed tickets that stay in memory */

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

/* What the committed group has taken over. */
static void forget_taken(EscServiceTurn *turn)
{
    EscGroup *group = turn->group;
    if (group->bundles_count > 0)
        esc_buf_release(&turn->service->new_bundle_bytes);
    group->retries_count = group->bundles_count = group->events_count = 0;
}

/* Between two turns, when nothing is under way: what was written long ago, and what is not needed in memory. */
static EscStatus rest(EscService *service, const EscServiceTurn *turn)
{
    EscStatus status = retain(turn);
    if (status != ESC_OK || !service->has_changed)
        return status;
    service->has_changed = false;
    esc_engine_evict(service->engine, ESC_SERVICE_TICKETS_KEPT);
    esc_engine_sleep(service->engine, ESC_SERVICE_TICKETS_AWAKE);
    return ESC_OK;
}

bool esc_service_has_group(const EscService *service)
{
    return service->going != NULL;
}

EscStatus esc_service_commit(EscService *service, EscWhy *why)
{
    const EscServiceTurn *turn = service->going;
    return turn->group == NULL ? ESC_OK : esc_store_commit(service->store, turn->group, why);
}

EscStatus esc_service_settle(EscService *service, size_t *timers_fired, EscWhy *why)
{
    EscServiceTurn *turn = service->going;
    turn->why = why;
    if (timers_fired != NULL)
        *timers_fired = turn->fired;
    if (turn->group != NULL)
        forget_taken(turn);
    service->settled = turn->group;
    service->has_news = true;
    service->has_changed = service->has_changed || turn->has_changes;
    service->going = NULL;
    if (service->coming == NULL)
        return rest(service, turn);
    if (service->coming->is_decided) {
        service->going = service->coming;
        service->coming = NULL;
    }
    return ESC_OK;
}

static EscStatus commit_and_settle(EscService *service, size_t *timers_fired, EscWhy *why)
{
    EscStatus status = esc_service_commit(service, why);
    return status == ESC_OK ? esc_service_settle(service, timers_fired, why) : status;
}

EscStatus esc_service_turn(EscService *service, const EscInput *inputs, size_t count,
                           size_t timers_max, EscReply *replies, size_t *timers_fired, EscWhy *why)
{
    EscStatus status = esc_service_look_up(service, inputs, count, replies, why);
    if (status == ESC_OK)
        status = esc_service_decide(service, timers_max, why);
    return status == ESC_OK ? commit_and_settle(service, timers_fired, why) : status;
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
    EscServiceTurn *turn = esc_service_turn_begin(service, why);
    turn->now_ms = reading.now_ms;
    if (status == ESC_OK && reading.correction_ms != 0)
        status = esc_service_turn_correct_clock(turn, reading.correction_ms);
    for (size_t i = 0; i < config->remarks_count && status == ESC_OK; i++) {
        const EscInput input = {.kind = ESC_INPUT_REMARK, .remark = &config->remarks[i]};
        EscReply reply;
        status = esc_service_turn_apply(turn, &input, &reply);
    }
    if (status == ESC_OK)
        status = esc_service_turn_wake(turn);
    if (status == ESC_OK)
        status = esc_service_turn_night(turn);
    if (status != ESC_OK)
        return status;
    turn->has_changes = turn->has_changes || has_arrears;
    esc_service_turn_end(turn);
    status = commit_and_settle(service, NULL, why);
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
    bool has_rows = service->has_news && service->settled != NULL;
    *rows = has_rows ? service->settled->audit : NULL;
    *count = has_rows ? service->settled->audit_count : 0;
    service->has_news = false;
}

const EscGroup *esc_service_settled(const EscService *service)
{
    return service->settled;
}

/* --- its clock -------------------------------------------------------------------------------- */

int64_t esc_service_now_ms(const EscService *service)
{
    return esc_service_time_now_ms(&service->time);
}

static int64_t due_ms(const EscService *service)
{
    int64_t due_ms = esc_engine_next_due_ms(service->engine);
    int64_t night_ms = esc_engine_night_ms(service->engine);
    return night_ms < due_ms ? night_ms : due_ms;
}

int64_t esc_service_wait_ms(const EscService *service)
{
    return esc_service_time_wait_ms(&service->time, due_ms(service));
}

int64_t esc_service_due_boot_ms(const EscService *service)
{
    return esc_service_time_due_boot_ms(&service->time, due_ms(service));
}

int64_t esc_service_ahead_of_boot_ms(const EscService *service)
{
    return service->time.keeper.now_ms - service->time.keeper.boot_ms;
}

EscServiceClock esc_service_clock(const EscService *service)
{
    return service->time.seen;
}
