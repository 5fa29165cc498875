/* found.c - the configuration and the tokens lie outside of every store, and decide what happens: a change is a record
 * of each workspace, made by a job of its shard, since nobody else may touch its engine. */
#include "found.h"

#include <stdlib.h>
#include <string.h>

typedef struct FoundJob {
    EscJob job; /* first */
    EscRemark remark;
    EscInput input;
    uint8_t hash[32];
} FoundJob;

/* Most starts find nothing new: then no turn is made. */
static bool found_look(EscJob *job, EscService *service)
{
    FoundJob *found = (FoundJob *)job; /* its first member */
    if (esc_engine_has_found(esc_service_engine(service), &found->remark))
        return false;
    job->inputs = &found->input;
    job->inputs_count = 1;
    return true;
}

static void found_over(EscJob *job)
{
    free(job);
}

static const EscJobSteps found_steps = {.look = found_look, .over = found_over};

void esc_found_tell(const EscShards *shards, EscRemarkKind kind, const uint8_t hash[32])
{
    for (uint32_t i = 0; i < shards->count; i++) {
        FoundJob *found = calloc(1, sizeof(*found));
        ESC_ASSERT(found != NULL);
        memcpy(found->hash, hash, sizeof(found->hash));
        found->remark = (EscRemark){.kind = kind, .hash = found->hash};
        found->input = (EscInput){.kind = ESC_INPUT_REMARK, .remark = &found->remark};
        found->job.steps = &found_steps;
        bool is_put = esc_shard_put(shards->items[i], &found->job); /* nothing to parse: taken */
        ESC_ASSERT(is_put);
    }
}
