/* outbox.c - a workspace's rows on their way to the outside, and what became of them on its way back.
 *
 * Out: rows of a turn once it is committed; those that a former run left, at the start; those whose content the outside
 * did not keep, when it asks. Back: an outcome is an input of a turn, a failed attempt a row of one. All of them are
 * jobs of the shard, so that nobody but its turn lane sees engine and store. */
#include <stdlib.h>

#include "outbox.h"

#define ERRAND_MS (2 * ESC_MINUTE_MS) /* behind it nobody looks at the place any more */
#define ROWS_MAX ((size_t)1 << 30)    /* that a store gives at the start: all */

/* --- back ------------------------------------------------------------------------------------- */

typedef struct ResultJob {
    EscJob job; /* first */
    EscOutbox *outbox;
    EscResult *result;
    EscInput input;
} ResultJob;

static bool retry_look(EscJob *job, EscService *service)
{
    const ResultJob *one = (const ResultJob *)job; /* its first member */
    EscOutboxRetry retry = one->result->retry;
    retry.next_attempt_at_ms += esc_service_ahead_of_boot_ms(service);
    esc_service_retry(service, &retry);
    return true;
}

static void result_committed(EscJob *job, const EscReply *replies)
{
    const ResultJob *one = (const ResultJob *)job;
    if (replies[0].status != ESC_OK)
        one->outbox->outcome_refused(one->outbox->context, one->outbox->shard,
                                     one->result->delivery.outbox,
                                     esc_text_from(replies[0].why.text));
}

static void result_over(EscJob *job)
{
    ResultJob *one = (ResultJob *)job;
    esc_result_free(one->result);
    free(one);
}

static const EscJobSteps retry_steps = {.look = retry_look, .over = result_over};
static const EscJobSteps outcome_steps = {.committed = result_committed, .over = result_over};

static void put(EscOutbox *outbox, EscJob *job)
{
    bool is_put = esc_shard_put(outbox->shard, job); /* nothing to parse: always taken */
    ESC_ASSERT(is_put);
}

static void take_result(void *context, EscResult *result)
{
    uint64_t row = result->is_retry ? result->retry.id : result->delivery.outbox;
    if (row >= ESC_ERRAND_FIRST) { /* no engine knows of it */
        esc_result_free(result);
        return;
    }
    ResultJob *one = calloc(1, sizeof(*one));
    ESC_ASSERT(one != NULL);
    one->outbox = context;
    one->result = result;
    if (result->is_retry) {
        one->job.steps = &retry_steps;
    } else {
        one->input = (EscInput){.kind = ESC_INPUT_DELIVERY, .delivery = &result->delivery};
        one->job = (EscJob){.steps = &outcome_steps, .inputs = &one->input, .inputs_count = 1};
    }
    put(one->outbox, &one->job);
}

/* --- out -------------------------------------------------------------------------------------- */

typedef struct RowsJob {
    EscJob job; /* first */
    EscOutbox *outbox;
    size_t ids_count; /* 0: all that are unsettled */
    uint64_t ids[];
} RowsJob;

static void rows_over(EscJob *job)
{
    free(job);
}

/* What a visitor of rows needs. */
typedef struct Visit {
    const EscOutbox *outbox;
    int64_t ahead_ms; /* of the rows to the boot clock */
    const RowsJob *job;
    size_t
        next; /* number of the id that is looked for next; those before it were found or are gone */
} Visit;

static bool put_row(void *context, const EscOutboxEntry *entry)
{
    const Visit *visit = context;
    esc_outside_put(visit->outbox->outside, visit->outbox->number, entry, 1, visit->ahead_ms);
    return true;
}

/* The store that fails here fails in the next turn too, which stops the shard. */
static bool load_look(EscJob *job, EscService *service)
{
    Visit visit = {.outbox = ((const RowsJob *)job)->outbox,
                   .ahead_ms = esc_service_ahead_of_boot_ms(service)};
    (void)!esc_store_outbox_due(esc_service_store(service), INT64_MAX, ROWS_MAX, put_row, &visit,
                                NULL);
    return false;
}

static void drop_until(Visit *visit, uint64_t id)
{
    const RowsJob *job = visit->job;
    while (visit->next < job->ids_count && job->ids[visit->next] != id)
        esc_outside_drop(visit->outbox->outside, visit->outbox->number, &job->ids[visit->next++],
                         1);
}

/* Rows come in the order of the ids. One that is settled is not to be delivered any more. */
static bool put_wanted(void *context, const EscOutboxEntry *entry)
{
    Visit *visit = context;
    drop_until(visit, entry->row.id);
    if (entry->state == ESC_DELIVERY_QUEUED)
        esc_outside_put(visit->outbox->outside, visit->outbox->number, entry, 1, visit->ahead_ms);
    else
        esc_outside_drop(visit->outbox->outside, visit->outbox->number, &entry->row.id, 1);
    visit->next++;
    return true;
}

static bool want_look(EscJob *job, EscService *service)
{
    const RowsJob *one = (const RowsJob *)job;
    Visit visit = {
        .outbox = one->outbox, .ahead_ms = esc_service_ahead_of_boot_ms(service), .job = one};
    if (esc_store_outbox_get(esc_service_store(service), one->ids, one->ids_count, put_wanted,
                             &visit, NULL) == ESC_OK)
        drop_until(&visit, 0); /* the rest is not there: ids begin with 1 */
    return false;
}

static const EscJobSteps load_steps = {.look = load_look, .over = rows_over};
static const EscJobSteps want_steps = {.look = want_look, .over = rows_over};

static void put_rows_job(EscOutbox *outbox, const EscJobSteps *steps, const uint64_t *ids,
                         size_t count)
{
    RowsJob *one = calloc(1, sizeof(*one) + count * sizeof(*ids));
    ESC_ASSERT(one != NULL);
    one->job.steps = steps;
    one->outbox = outbox;
    one->ids_count = count;
    for (size_t i = 0; i < count; i++)
        one->ids[i] = ids[i];
    put(outbox, &one->job);
}

static void take_endpoint(void *context, EscText name, bool is_open)
{
    const EscOutbox *outbox = context;
    outbox->endpoint(outbox->context, name, is_open);
}

static void take_want(void *context, const uint64_t *ids, size_t count)
{
    put_rows_job(context, &want_steps, ids, count);
}

void esc_outbox_load(EscOutbox *outbox)
{
    put_rows_job(outbox, &load_steps, NULL, 0);
}

static void put_rows(EscOutbox *outbox, EscService *service, const EscOutboxRow *rows, size_t count)
{
    if (count == 0)
        return;
    EscOutboxEntry *claims = calloc(count, sizeof(*claims));
    ESC_ASSERT(claims != NULL);
    for (size_t i = 0; i < count; i++)
        claims[i] = (EscOutboxEntry){.row = rows[i], .next_attempt_at_ms = rows[i].created_at_ms};
    esc_outside_put(outbox->outside, outbox->number, claims, count,
                    esc_service_ahead_of_boot_ms(service));
    free(claims);
}

void esc_outbox_committed(EscOutbox *outbox, EscService *service)
{
    const EscGroup *group = esc_service_settled(service);
    if (group == NULL)
        return;
    put_rows(outbox, service, group->outbox, group->outbox_count);
    put_rows(outbox, service, group->again, group->again_count);
}

void esc_outbox_errand(EscOutbox *outbox, const EscOutboxRow *row, int64_t boot_ms)
{
    EscOutboxEntry claim = {.row = *row, .next_attempt_at_ms = boot_ms};
    claim.row.id = ESC_ERRAND_FIRST + atomic_fetch_add(&outbox->errands, 1);
    claim.row.created_at_ms = boot_ms;
    claim.row.deadline_ms = boot_ms + ERRAND_MS;
    esc_outside_put(outbox->outside, outbox->number, &claim, 1, 0);
}

EscStatus esc_outbox_add(EscOutbox *outbox, const EscWorkspaceConfig *config, EscWhy *why)
{
    EscOutsideHost host = {.context = outbox,
                           .result = take_result,
                           .want = take_want,
                           .endpoint = take_endpoint,
                           .known = outbox->known};
    return esc_outside_add(outbox->outside, esc_shard_name(outbox->shard), config, &host,
                           &outbox->number, why);
}
