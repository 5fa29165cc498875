/* fuzz_run.h - runs the functions of a bundle that was accepted, whoever made it: by both interpreters, which must agree, within
 * the bounds that the bundle states. For fuzz_bundle.c, fuzz_snapshot.c and fuzz_made.c. */
#ifndef ESC_FUZZ_RUN_H
#define ESC_FUZZ_RUN_H

#include <string.h>

#include "program_builder.h"
#include "vm_internal.h"

enum { FUZZ_FUNCTIONS_MAX = 48, FUZZ_WAITS_MAX = 64 };

/* Called at each wait of a run; may put the run to sleep and wake it again. */
typedef void FuzzAtWait(EscRun *run, uint64_t *seed);

/* A program may hold more than a snapshot may; a host's text or list may be refused. Anything else
 * that stops a verified program is our mistake. */
static inline bool fuzz_end_is_the_programs(EscStatus status, const EscWhy *why)
{
    (void)why;
    return status == ESC_OK || status == ESC_OVER_LIMIT;
}

typedef struct FuzzPair {
    TestHost host[2];
    EscRun run[2];
    EscRunEnd end;
} FuzzPair;

static inline bool fuzz_go(FuzzPair *pair)
{
    EscRunEnd ends[2] = {ESC_RUN_DONE, ESC_RUN_DONE};
    EscStatus status[2];
    EscWhy why[2];
    for (int i = 0; i < 2; i++) {
        EscHost door = test_host(&pair->host[i]);
        status[i] = (i == 0 ? esc_run_go : esc_run_go_reference)(&pair->run[i], &door, 1000,
                                                                 &ends[i], &why[i]);
        const EscProgram *program = esc_bundle_program(pair->run[i].bundle);
        ESC_ASSERT(fuzz_end_is_the_programs(status[i], &why[i]));
        ESC_ASSERT(pair->run[i].fuel_used <= program->functions[pair->run[i].function].cost);
        ESC_ASSERT(pair->run[i].effects_used <= program->meta[0].effects_max);
    }
    ESC_ASSERT(status[0] == status[1]);
    ESC_ASSERT(ends[0] == ends[1]);
    ESC_ASSERT(pair->run[0].fuel_used == pair->run[1].fuel_used);
    ESC_ASSERT(pair->host[0].trace == pair->host[1].trace);
    pair->end = ends[0];
    return status[0] == ESC_OK && ends[0] == ESC_RUN_WAITING;
}

/* The run sleeps as a frame of bytes, and a new one goes on in its place; what it had kept elsewhere is gone. */
static inline void fuzz_sleep(EscRun *run)
{
    EscBuf bytes;
    EscRun woken;
    esc_buf_init(&bytes, ESC_SNAPSHOT_BYTES_MAX);
    ESC_ASSERT(esc_snapshot_write(run, &bytes) == ESC_OK);
    memset(run->scratch, 'z', run->scratch_used);
    ESC_ASSERT(esc_snapshot_read(esc_buf_as_bytes(&bytes), run->bundle, run->effects_total,
                                 run->scratch, run->scratch_size, &woken, NULL) == ESC_OK);
    *run = woken;
    esc_buf_release(&bytes);
}

static inline uint32_t fuzz_entry(const EscProgram *program, uint32_t function, uint64_t seed,
                                  EscValue *entry)
{
    const EscFunctionRow *row = &program->functions[function];
    if (row->kind == ESC_FUNCTION_CLOSING) {
        entry[0] = test_value(program, ESC_TYPE(ESC_KIND_TEXT), seed);
        return 1;
    }
    if (row->action == 0)
        return 0;
    const EscActionRow *action = &program->actions[row->action - 1];
    for (uint32_t i = 0; i < action->params_count; i++)
        entry[i] = test_value(program, program->params[action->params_first + i].type, seed + i);
    return action->params_count;
}

static inline void fuzz_run_function(const EscBundle *bundle, uint32_t function, uint64_t seed,
                                     FuzzAtWait *at_wait)
{
    static char scratch[2][ESC_RUN_SCRATCH_MAX];
    const EscProgram *program = esc_bundle_program(bundle);
    EscValue entry[ESC_REGISTERS_MAX];
    uint32_t count = fuzz_entry(program, function, seed, entry);
    FuzzPair pair;
    for (int i = 0; i < 2; i++) {
        pair.host[i] = (TestHost){.bundle = bundle, .seed = seed, .function = function};
        esc_run_init(&pair.run[i], bundle, function, entry, count, scratch[i], sizeof scratch[i]);
    }
    for (int waits = 0; fuzz_go(&pair) && waits < FUZZ_WAITS_MAX; waits++) {
        bool is_satisfied = test_random(&seed) % 2 == 0;
        EscType type = program->waits[pair.run[0].wait].result_type;
        EscValue result = {.type = 0};
        if (type != 0)
            result = test_value(program, type, seed);
        if (at_wait != NULL)
            at_wait(&pair.run[1], &seed);
        for (int i = 0; i < 2; i++)
            ESC_ASSERT(esc_run_resume(&pair.run[i], is_satisfied,
                                      is_satisfied && type != 0 ? &result : NULL) == ESC_OK);
    }
}

static inline void fuzz_run(const EscBundle *bundle, uint64_t seed, FuzzAtWait *at_wait)
{
    const EscProgram *program = esc_bundle_program(bundle);
    if (program->functions_count == 0 || program->persons_count == 0)
        return;
    uint32_t start = (uint32_t)(test_random(&seed) % program->functions_count);
    for (uint32_t i = 0; i < program->functions_count && i < FUZZ_FUNCTIONS_MAX; i++) {
        uint32_t function = (start + i) % program->functions_count;
        if (program->functions[function].at_wait == 0)
            fuzz_run_function(bundle, function, test_random(&seed), at_wait);
    }
}

#endif
