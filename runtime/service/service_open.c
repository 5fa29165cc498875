/* service_open.c - opens a workspace: bundles into the engine, then the store's live rows; and closes it. */
#include "service_internal.h"

#include <stdlib.h>
#include <string.h>

#define ESC_SERVICE_BUNDLES_MAX 4096 /* old bundles that open escalations are pinned to */
#define ESC_SERVICE_TURN_BYTES_MAX ((size_t)64 << 20)
#define ESC_SERVICE_SCRATCH_BYTES_MAX ((size_t)64 << 20)

/* Its place is made first, so that nothing stands between a bundle and who frees it. */
static EscStatus load_bundle(EscService *service, EscBytes bytes, EscBundle **bundle, EscWhy *why)
{
    EscBundle **grown =
        realloc(service->bundles, (service->bundles_count + 1) * sizeof *service->bundles);
    if (grown == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a bundle");
    service->bundles = grown;
    EscStatus status = esc_bundle_load(bytes, bundle, why);
    if (status == ESC_OK)
        grown[service->bundles_count++] = *bundle;
    return status;
}

/* A bundle that this build does not take any more is left out: the engine parks what is pinned to it, with a record,
 * and a person looks. To refuse the start would take the whole workspace down for it. */
static EscStatus add_old_bundle(void *context, const EscBundleRow *row, EscWhy *why)
{
    EscService *service = context;
    if (memcmp(row->hash, service->new_bundle.hash, sizeof row->hash) == 0)
        return ESC_OK;
    if (service->bundles_count > ESC_SERVICE_BUNDLES_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "escalations are pinned to more than %d bundles",
                       ESC_SERVICE_BUNDLES_MAX);
    EscBundle *bundle = NULL;
    EscStatus status = load_bundle(service, row->bytes, &bundle, why);
    if (status == ESC_OK)
        status = esc_engine_add_bundle(service->engine, bundle, false, why);
    return status == ESC_BAD_BUNDLE ? ESC_OK : status;
}

/* The new bundle is verified first: nothing is written for one that cannot run. It goes to the store with the first group,
 * before which no escalation can be pinned to it. The old ones are there before it becomes current, so that the engine can
 * match their fields. */
static EscStatus add_bundles(EscService *service, EscBytes bytes, int64_t now_ms, EscWhy *why)
{
    EscBundle *current = NULL;
    EscStatus status = load_bundle(service, bytes, &current, why);
    if (status != ESC_OK)
        return status;
    esc_buf_append(&service->new_bundle_bytes, bytes.data, bytes.size);
    if (service->new_bundle_bytes.status != ESC_OK)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a bundle");
    memcpy(service->new_bundle.hash, esc_bundle_hash(current), sizeof service->new_bundle.hash);
    service->new_bundle.bytes = esc_buf_as_bytes(&service->new_bundle_bytes);
    service->new_bundle.at_ms = now_ms;
    status = esc_store_bundles_needed(service->store, add_old_bundle, service, why);
    return status == ESC_OK ? esc_engine_add_bundle(service->engine, current, true, why) : status;
}

/* --- from the store to the engine -------------------------------------------------------------- */

static EscStatus take_counters(void *context, const EscCounters *counters, EscBytes workspace,
                               EscWhy *why)
{
    const EscService *service = context;
    return esc_engine_restore_counters(service->engine, counters, workspace, why);
}

static bool has_ticket(void *context, EscText id)
{
    const EscService *service = context;
    return esc_engine_has_ticket(service->engine, id);
}

static EscStatus take_ticket(void *context, const EscTicketRow *row, EscWhy *why)
{
    const EscService *service = context;
    EscStatus status = esc_engine_restore_ticket(service->engine, row, why);
    esc_engine_sleep(service->engine, ESC_SERVICE_TICKETS_PASSING);
    return status;
}

/* Behind its ticket, so that both can sleep before the next ones come. */
static EscStatus take_escalation(void *context, const EscEscalationRow *row, EscWhy *why)
{
    const EscService *service = context;
    return esc_engine_restore_escalation(service->engine, row, why);
}

static EscStatus take_outbox(void *context, const EscOutboxEntry *entry, EscWhy *why)
{
    const EscService *service = context;
    EscStatus status = esc_engine_restore_outbox(service->engine, &entry->row);
    return status == ESC_OK
               ? ESC_OK
               : esc_why(why, status, "", entry->row.id, "the engine refused outbox row %llu",
                         (unsigned long long)entry->row.id);
}

static EscStatus take_kept(void *context, const EscKeptRow *row, EscWhy *why)
{
    const EscService *service = context;
    return esc_engine_restore_kept(service->engine, row, why);
}

static EscStatus take_task(void *context, const EscTaskRow *row, EscWhy *why)
{
    const EscService *service = context;
    return esc_engine_restore_task(service->engine, row, why);
}

static EscStatus restore(EscService *service, EscWhy *why)
{
    const EscStoreSink sink = {.context = service,
                               .has_ticket = has_ticket,
                               .counters = take_counters,
                               .ticket = take_ticket,
                               .escalation = take_escalation,
                               .outbox = take_outbox,
                               .kept = take_kept,
                               .task = take_task};
    return esc_store_load(service->store, &sink, why);
}

/* --- opening and closing ----------------------------------------------------------------------- */

static EscStatus make_parts(EscService *service, const EscServiceConfig *config, EscWhy *why)
{
    bool has_arenas = true;
    for (size_t i = 0; i < ESC_COUNT_OF(service->turns); i++) {
        service->turns[i].arena = esc_arena_new(ESC_SERVICE_TURN_BYTES_MAX);
        service->turns[i].retries_arena = esc_arena_new(ESC_SERVICE_SCRATCH_BYTES_MAX);
        has_arenas = has_arenas && service->turns[i].arena != NULL &&
                     service->turns[i].retries_arena != NULL;
    }
    service->scratch = esc_arena_new(ESC_SERVICE_SCRATCH_BYTES_MAX);
    service->retries_arena = esc_arena_new(ESC_SERVICE_SCRATCH_BYTES_MAX);
    EscCursor id = esc_cursor((EscBytes){esc_store_id(config->store), ESC_STORE_ID_SIZE});
    EscEngineConfig engine = {.zones = config->zones,
                              .receivers = config->receivers,
                              .receivers_count = config->receivers_count,
                              .hash_seed = config->hash_seed,
                              .store_tag = esc_cursor_u64(&id)};
    service->engine = esc_engine_new(&engine);
    if (!has_arenas || service->scratch == NULL || service->retries_arena == NULL ||
        service->engine == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a workspace");
    return ESC_OK;
}

EscStatus esc_service_open(const EscServiceConfig *config, EscBytes bundle_bytes, EscService **out,
                           EscWhy *why)
{
    *out = NULL;
    EscService *service = calloc(1, sizeof *service);
    if (service == NULL) {
        esc_store_close(config->store);
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a workspace");
    }
    service->store = config->store;
    esc_buf_init(&service->new_bundle_bytes, ESC_BUNDLE_BYTES_MAX);
    EscStatus status = make_parts(service, config, why);
    if (status == ESC_OK)
        status =
            add_bundles(service, bundle_bytes, config->clock->wall_ms(config->clock->context), why);
    if (status == ESC_OK)
        status = restore(service, why);
    if (status == ESC_OK)
        status = esc_turn_start(service, config, why);
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
    esc_buf_release(&service->new_bundle_bytes);
    for (size_t i = 0; i < ESC_COUNT_OF(service->turns); i++) {
        esc_arena_free(service->turns[i].arena);
        esc_arena_free(service->turns[i].retries_arena);
    }
    esc_arena_free(service->retries_arena);
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
