/* fuzz_snapshot.c - frames of a bundle's functions, changed while they sleep.
 *
 * The input is a bundle (its hash is made to fit); its checksum is the seed of everything else. At each wait the frame is written, read
 * back as it is, which must change nothing, and read back with changed bytes, which must be refused or run within its bounds. */
#include <stdlib.h>

#include "fuzz_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EDITS_MAX = 4, CHANGED_MAX = 4 };

static char woken_scratch[ESC_RUN_SCRATCH_MAX];

static void seal(EscBuf *bytes)
{
    uint32_t crc = esc_crc32c((EscBytes){bytes->data, bytes->size - 4});
    for (size_t i = 0; i < 4; i++)
        bytes->data[bytes->size - 4 + i] = (uint8_t)(crc >> (24 - 8 * i));
}

/* Runs a frame that nobody vouches for but esc_snapshot_read(). */
static void run_changed(EscRun *run, uint64_t seed)
{
    TestHost host = {.bundle = run->bundle, .seed = seed, .function = run->function};
    EscHost door = test_host(&host);
    EscRunEnd end = ESC_RUN_WAITING;
    EscStatus status = ESC_OK;
    for (int waits = 0; status == ESC_OK && end == ESC_RUN_WAITING && waits < FUZZ_WAITS_MAX;
         waits++) {
        EscWhy why;
        ESC_ASSERT(esc_run_resume(run, false, NULL) == ESC_OK);
        status = esc_run_go(run, &door, 1000, &end, &why);
        ESC_ASSERT(fuzz_end_is_the_programs(status, &why) || run->effects_total == UINT32_MAX);
        ESC_ASSERT(run->fuel_used <=
                   esc_bundle_program(run->bundle)->functions[run->function].cost);
    }
}

static void try_changed(const EscRun *run, const EscBuf *bytes, uint64_t *seed)
{
    EscBuf changed;
    EscRun woken;
    EscWhy why;
    esc_buf_init(&changed, bytes->size);
    esc_buf_append(&changed, bytes->data, bytes->size);
    ESC_ASSERT(changed.status == ESC_OK);
    uint64_t edits = 1 + test_random(seed) % EDITS_MAX;
    for (uint64_t i = 0; i < edits; i++)
        changed.data[test_random(seed) % changed.size] = (uint8_t)test_random(seed);
    if (test_random(seed) % 8 == 0)
        changed.size = 4 + test_random(seed) % (changed.size - 4);
    seal(&changed);
    EscStatus status = esc_snapshot_read(esc_buf_as_bytes(&changed), run->bundle, 0, woken_scratch,
                                         sizeof woken_scratch, &woken, &why);
    ESC_ASSERT(status == ESC_OK || (status == ESC_BAD_SNAPSHOT && why.check[0] == 'F'));
    if (status == ESC_OK)
        run_changed(&woken, *seed);
    esc_buf_release(&changed);
}

static void at_wait(EscRun *run, uint64_t *seed)
{
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_SNAPSHOT_BYTES_MAX);
    ESC_ASSERT(esc_snapshot_write(run, &bytes) == ESC_OK);
    for (int i = 0; i < CHANGED_MAX; i++)
        try_changed(run, &bytes, seed);
    esc_buf_release(&bytes);
    fuzz_sleep(run); /* the other interpreter's run has not slept, and they are compared */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < ESC_BUNDLE_HEADER_SIZE)
        return 0;
    uint8_t *sealed = malloc(size);
    ESC_ASSERT(sealed != NULL);
    memcpy(sealed, data, size);
    memcpy(sealed, ESC_BUNDLE_MAGIC, 4);
    esc_sha256((EscBytes){sealed + ESC_BUNDLE_HEADER_SIZE, size - ESC_BUNDLE_HEADER_SIZE},
               sealed + ESC_BUNDLE_HASH_AT);
    EscBundle *bundle = NULL;
    if (esc_bundle_load((EscBytes){sealed, size}, &bundle, NULL) == ESC_OK)
        fuzz_run(bundle, esc_crc32c((EscBytes){data, size}), at_wait);
    esc_bundle_free(bundle);
    free(sealed);
    return 0;
}
