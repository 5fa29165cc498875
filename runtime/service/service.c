/* service.c - one workspace at work: takes inputs, runs the engine, commits in groups, and only then answers.
 *
 * The engine's memory is ahead of the file between esc_engine_apply and the commit. When the commit fails that cannot be
 * undone, so the caller must stop the process (fail-stop) and start again from the file. */
#include <stdlib.h>
#include <string.h>

#include <esc/service.h>

#define ESC_SERVICE_BUNDLES_MAX 4096           /* old bundles that open escalations are pinned to */
#define ESC_SERVICE_SCRATCH_BYTES_MAX ((size_t)64 << 20)
#define ESC_SERVICE_TICKETS_KEPT 10000         /* closed tickets that stay in memory */

struct EscService {
    const EscClock *clock;
    EscStore *store;
    EscEngine *engine;
    EscBundle **bundles; /* all that the engine borrows */
    size_t bundles_count, bundles_capacity;
    EscArena *scratch;
    const EscGroup *group; /* of the last turn, the engine's: esc_service_news points into it; NULL: nothing was flushed */
    bool has_news;
};

/* --- opening ---------------------------------------------------------------------------------------- */

static EscStatus keep_bundle(EscService *service, EscBundle *bundle, EscWhy *why)
{
    if (service->bundles_count == service->bundles_capacity) {
        size_t capacity = service->bundles_capacity == 0 ? 4 : 2 * service->bundles_capacity;
        EscBundle **grown = realloc(service->bundles, capacity * sizeof *grown);
        if (grown == NULL) {
            esc_bundle_free(bundle);
            return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a bundle");
        }
        service->bundles = grown;
        service->bundles_capacity = capacity;
    }
    service->bundles[service->bundles_count++] = bundle;
    return ESC_OK;
}

static EscStatus add_bundle(EscService *service, EscBytes bytes, bool is_current, EscWhy *why)
{
    EscBundle *bundle = NULL;
    EscStatus status = esc_bundle_load(bytes, &bundle, why);
    if (status == ESC_OK)
        status = keep_bundle(service, bundle, why);
    return status == ESC_OK ? esc_engine_add_bundle(service->engine, bundle, is_current, why) : status;
}

/* A bundle that this build does not take any more is left out: the engine parks what is pinned to it, with a record,
 * and a person looks. To refuse the start would take the whole workspace down for it. */
static EscStatus add_old_bundle(EscService *service, const uint8_t hash[32], EscWhy *why)
{
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    EscStatus status = esc_store_bundle_get(service->store, hash, &bytes, why);
    if (status == ESC_OK)
        status = add_bundle(service, esc_buf_as_bytes(&bytes), false, why);
    esc_buf_release(&bytes);
    return status == ESC_BAD_BUNDLE ? ESC_OK : status;
}

static EscStatus add_old_bundles(EscService *service, const uint8_t *current, EscWhy *why)
{
    uint8_t(*hashes)[32] = NULL;
    size_t count = 0;
    EscStatus status = esc_store_bundles_needed(service->store, service->scratch, &hashes, &count, why);
    if (status == ESC_OK && count > ESC_SERVICE_BUNDLES_MAX)
        status = esc_why(why, ESC_OVER_LIMIT, "", 0, "escalations are pinned to %zu bundles; at most %d fit",
                         count, ESC_SERVICE_BUNDLES_MAX);
    for (size_t i = 0; i < count && status == ESC_OK; i++)
        if (memcmp(hashes[i], current, sizeof hashes[i]) != 0)
            status = add_old_bundle(service, hashes[i], why);
    esc_arena_clear(service->scratch);
    return status;
}

/* The new bundle is verified first: nothing is written for one that cannot run. The old ones are there before it
 * becomes current, so that the engine can match their fields. */
static EscStatus add_bundles(EscService *service, EscBytes bytes, EscWhy *why)
{
    EscBundle *current = NULL;
    EscStatus status = esc_bundle_load(bytes, &current, why);
    if (status == ESC_OK)
        status = keep_bundle(service, current, why);
    if (status != ESC_OK)
        return status;
    const uint8_t *hash = esc_bundle_hash(current);
    status = esc_store_bundle_put(service->store, hash, bytes, service->clock->now_ms(service->clock->context), why);
    if (status == ESC_OK)
        status = add_old_bundles(service, hash, why);
    return status == ESC_OK ? esc_engine_add_bundle(service->engine, current, true, why) : status;
}

static EscStatus make_parts(EscService *service, const EscServiceConfig *config, EscWhy *why)
{
    service->clock = config->clock;
    service->scratch = esc_arena_new(ESC_SERVICE_SCRATCH_BYTES_MAX);
    EscEngineConfig engine = {.zones = config->zones, .hash_seed = config->hash_seed};
    service->engine = esc_engine_new(&engine);
    if (service->scratch == NULL || service->engine == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a workspace");
    return esc_store_open(config->store_path, config->workspace, &service->store, why);
}

EscStatus esc_service_open(const EscServiceConfig *config, EscBytes bundle_bytes, EscService **out, EscWhy *why)
{
    *out = NULL;
    EscService *service = calloc(1, sizeof *service);
    if (service == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a workspace");
    EscStatus status = make_parts(service, config, why);
    if (status == ESC_OK)
        status = add_bundles(service, bundle_bytes, why);
    if (status == ESC_OK)
        status = esc_store_restore(service->store, service->engine, why);
    if (status != ESC_OK) {
        esc_service_close(service);
        return status;
    }
    *out = service;
    return ESC_OK;
}

void esc_service_close(EscService *service)
{
    if (service == NULL)
        return;
    esc_engine_free(service->engine);
    esc_store_close(service->store);
    for (size_t i = 0; i < service->bundles_count; i++)
        esc_bundle_free(service->bundles[i]);
    free(service->bundles);
    esc_arena_free(service->scratch);
    free(service);
}

EscEngine *esc_service_engine(EscService *service)
{
    return service->engine;
}

EscStore *esc_service_store(EscService *service)
{
    return service->store;
}

/* --- a turn -------------------------------------------------------------------------------------------- */

typedef struct Turn {
    EscService *service;
    int64_t now_ms;
    bool has_begun;
    bool has_changes; /* something was accepted: there is a reason to commit */
    EscWhy *why;
} Turn;

/* The transaction begins with the first thing that may write, so that a turn without work costs nothing. */
static EscStatus begin(Turn *turn)
{
    if (turn->has_begun)
        return ESC_OK;
    EscStatus status = esc_store_begin(turn->service->store, turn->why);
    turn->has_begun = status == ESC_OK;
    return status;
}

static EscText ticket_of(const EscInput *input)
{
    if (input->kind == ESC_INPUT_EVENT)
        return input->event->subject;
    if (input->kind == ESC_INPUT_ACTION)
        return input->action->ticket;
    return (EscText){NULL, 0};
}

/* Only live tickets are in memory. One that was put aside comes back before something is said about it, or the engine
 * would take it for a new one. */
static EscStatus preload_ticket(Turn *turn, const EscInput *input)
{
    EscService *service = turn->service;
    EscText id = ticket_of(input);
    if (id.size == 0 || esc_engine_has_ticket(service->engine, id))
        return ESC_OK;
    EscTicketRow row;
    EscWhy why;
    EscStatus status = esc_store_ticket_get(service->store, id, service->scratch, &row, &why);
    if (status == ESC_OK)
        status = esc_engine_restore_ticket(service->engine, &row, &why);
    else if (status == ESC_NOT_FOUND)
        status = ESC_OK; /* a new one */
    if (status != ESC_OK && turn->why != NULL)
        *turn->why = why;
    esc_arena_clear(service->scratch);
    return status;
}

static EscStatus apply(Turn *turn, const EscInput *input, EscReply *reply)
{
    EscStatus status = preload_ticket(turn, input);
    if (status != ESC_OK)
        return status;
    reply->status = esc_engine_apply(turn->service->engine, input, turn->now_ms, &reply->outcome, &reply->why);
    if (reply->status == ESC_OK)
        turn->has_changes = true;
    return ESC_OK;
}

/* The row is put first and taken back when the engine refuses the event. Inside one transaction nobody sees it between,
 * and it costs one search of the table for each event where asking before and putting after would cost two, and a
 * savepoint a copy of each page; a refused event is the rare case. */
static EscStatus take_event(Turn *turn, const EscInput *input, EscReply *reply)
{
    EscStore *store = turn->service->store;
    bool is_new = false;
    EscStatus status = esc_store_event_put(store, input->event, turn->now_ms, &is_new, &reply->why);
    if (status == ESC_CONFLICT || (status == ESC_OK && !is_new)) {
        reply->status = status == ESC_OK ? ESC_DUPLICATE : status;
        return ESC_OK;
    }
    if (status != ESC_OK) {
        if (turn->why != NULL)
            *turn->why = reply->why;
        return status;
    }
    status = apply(turn, input, reply);
    if (status == ESC_OK && reply->status != ESC_OK)
        status = esc_store_event_take_back(store, input->event, turn->why);
    return status;
}

static EscStatus take_input(Turn *turn, const EscInput *input, EscReply *reply)
{
    *reply = (EscReply){.status = ESC_OK};
    EscStatus status = begin(turn);
    if (status != ESC_OK)
        return status;
    return input->kind == ESC_INPUT_EVENT ? take_event(turn, input, reply) : apply(turn, input, reply);
}

/* At most timers_max, so that a storm of timers cannot keep the next inputs waiting. */
static EscStatus fire_timers(Turn *turn, size_t timers_max, size_t *fired)
{
    EscEngine *engine = turn->service->engine;
    const EscInput timer = {.kind = ESC_INPUT_TIMER};
    *fired = 0;
    while (*fired < timers_max && esc_engine_next_due_ms(engine) <= turn->now_ms) {
        EscOutcome outcome = {0};
        EscStatus status = begin(turn);
        if (status == ESC_OK)
            status = esc_engine_apply(engine, &timer, turn->now_ms, &outcome, turn->why);
        if (status != ESC_OK)
            return status;
        turn->has_changes = true;
        (*fired)++;
    }
    return ESC_OK;
}

static bool is_empty(const EscGroup *group)
{
    return group->tickets_count == 0 && group->escalations_count == 0 && group->timers_put_count == 0 &&
           group->timers_deleted_count == 0 && group->outbox_count == 0 && group->settled_count == 0 &&
           group->audit_count == 0 && group->evidence_count == 0 && group->absences.size == 0;
}

static EscStatus flush_and_commit(Turn *turn)
{
    EscService *service = turn->service;
    service->group = esc_engine_flush(service->engine);
    if (!turn->has_changes && is_empty(service->group)) {
        esc_store_rollback(service->store); /* duplicates and refusals only */
        return ESC_OK;
    }
    return esc_store_commit(service->store, service->group, turn->why);
}

/* 1. time, never back   2. begin with the first work   3. each input in order: record, preload, apply   4. due timers
 * 5. flush   6. commit   7. forget what is done for. Replies hold after 6 and not before. */
EscStatus esc_service_turn(EscService *service, const EscInput *inputs, size_t count, size_t timers_max,
                           EscReply *replies, size_t *timers_fired, EscWhy *why)
{
    Turn turn = {.service = service, .why = why};
    int64_t engine_ms = esc_engine_time_ms(service->engine);
    turn.now_ms = service->clock->now_ms(service->clock->context);
    if (turn.now_ms < engine_ms)
        turn.now_ms = engine_ms;
    service->group = NULL;
    service->has_news = false;

    EscStatus status = ESC_OK;
    for (size_t i = 0; i < count && status == ESC_OK; i++)
        status = take_input(&turn, &inputs[i], &replies[i]);
    size_t fired = 0;
    if (status == ESC_OK)
        status = fire_timers(&turn, timers_max, &fired);
    if (timers_fired != NULL)
        *timers_fired = fired;
    if (status == ESC_OK && turn.has_begun)
        status = flush_and_commit(&turn);
    if (status != ESC_OK) {
        esc_store_rollback(service->store);
        return status;
    }
    service->has_news = true;
    if (turn.has_changes)
        esc_engine_evict(service->engine, ESC_SERVICE_TICKETS_KEPT);
    return ESC_OK;
}

void esc_service_news(EscService *service, const EscAuditRow **rows, size_t *count)
{
    bool has_rows = service->has_news && service->group != NULL;
    *rows = has_rows ? service->group->audit : NULL;
    *count = has_rows ? service->group->audit_count : 0;
    service->has_news = false;
}
