/* shard_jobs.c - jobs on their way through the turn lane: which of them make one turn, and how they end.
 *
 * Not its job: the turn itself (shard.c). */
#include "shard_internal.h"

/* Looks of one run: a list of a thousand rows takes a millisecond or two. */
#define LOOKS_NS_MAX INT64_C(5000000)

void esc_job_refuse(EscJob *job, EscRefusal refusal, EscText reason)
{
    if (job->steps->refused != NULL)
        job->steps->refused(job, refusal, reason);
    job->steps->over(job);
}

void esc_shard_take_mail(EscShard *shard)
{
    EscParcel *parcel = esc_mailbox_take(&shard->mail);
    if (parcel == NULL)
        return;
    if (shard->last == NULL)
        shard->first = parcel;
    else
        shard->last->next = parcel;
    while (parcel->next != NULL)
        parcel = parcel->next;
    shard->last = parcel;
}

static EscJob *job_take(EscShard *shard)
{
    EscParcel *parcel = shard->first;
    if (parcel == NULL)
        return NULL;
    shard->first = parcel->next;
    if (shard->first == NULL)
        shard->last = NULL;
    parcel->next = NULL;
    return (EscJob *)parcel; /* its first member */
}

static void put_back(EscShard *shard, EscJob *job)
{
    job->parcel.next = shard->first;
    shard->first = &job->parcel;
    if (shard->last == NULL)
        shard->last = &job->parcel;
}

static void batch_add(EscBatch *batch, EscJob *job)
{
    if (batch->last == NULL)
        batch->first = &job->parcel;
    else
        batch->last->next = &job->parcel;
    batch->last = &job->parcel;
    batch->count += job->inputs_count;
}

/* True when the job has inputs by now; otherwise it is done, and may be gone. */
static bool prepare(EscShard *shard, EscBatch *batch, EscJob *job)
{
    const EscJobSteps *steps = job->steps;
    if (!job->is_parsed && steps->parse != NULL && !steps->parse(job, shard->program)) {
        steps->over(job);
        return false;
    }
    job->is_parsed = true;
    if (steps->look != NULL && steps->look(job, shard->service))
        batch->wants_turn = true;
    if (job->inputs_count > 0)
        return true;
    steps->over(job);
    return false;
}

static bool fits(const EscShard *shard, EscBatch *batch, const EscJob *job)
{
    batch->is_full = batch->count > 0 && batch->count + job->inputs_count > shard->inputs_max;
    return !batch->is_full;
}

/* Its inputs are what the engine decides without a look at the store. */
static bool is_plain(const EscJob *job)
{
    bool is_parsed = job->is_parsed || job->steps->parse == NULL;
    if (!is_parsed || job->inputs_count == 0 || job->steps->look != NULL)
        return false;
    for (uint32_t i = 0; i < job->inputs_count; i++)
        if (job->inputs[i].kind != ESC_INPUT_EVENT && job->inputs[i].kind != ESC_INPUT_DELIVERY)
            return false;
    return true;
}

void esc_batch_collect_plain(EscShard *shard, EscBatch *batch)
{
    const EscJob *next = (const EscJob *)shard->first;
    while (next != NULL && is_plain(next) && fits(shard, batch, next)) {
        batch_add(batch, job_take(shard));
        next = (const EscJob *)shard->first;
    }
}

void esc_batch_collect(EscShard *shard, EscBatch *batch)
{
    int64_t until_ns = esc_boot_ns() + LOOKS_NS_MAX;
    EscJob *job = NULL;
    while (!batch->is_full && (job = job_take(shard)) != NULL) {
        if (prepare(shard, batch, job)) {
            if (fits(shard, batch, job))
                batch_add(batch, job);
            else
                put_back(shard, job);
        } else if (esc_boot_ns() > until_ns) {
            break;
        }
    }
}

void esc_batch_decided(const EscBatch *batch, EscService *service, const EscReply *replies)
{
    size_t at = 0;
    for (const EscParcel *one = batch->first; one != NULL; one = one->next) {
        EscJob *job = (EscJob *)(uintptr_t)one;
        if (job->steps->decided != NULL)
            job->steps->decided(job, service, &replies[at]);
        at += job->inputs_count;
    }
}

void esc_batch_finish(EscBatch *batch, const EscReply *replies)
{
    size_t at = 0;
    while (batch->first != NULL) {
        EscJob *job = (EscJob *)batch->first;
        batch->first = job->parcel.next;
        const EscReply *own = &replies[at];
        at += job->inputs_count; /* the job may be gone after `over` */
        if (job->steps->committed != NULL)
            job->steps->committed(job, own);
        job->steps->over(job);
    }
    batch->last = NULL;
}

void esc_batch_refuse(EscBatch *batch, EscRefusal refusal, EscText reason)
{
    while (batch->first != NULL) {
        EscJob *job = (EscJob *)batch->first;
        batch->first = job->parcel.next;
        esc_job_refuse(job, refusal, reason);
    }
    batch->last = NULL;
}
