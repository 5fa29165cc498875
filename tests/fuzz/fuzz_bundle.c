/* fuzz_bundle.c - any bytes as a bundle, as they are and again with a right hash: otherwise
 * nothing would get past the first check. What loads encodes to the same bytes, can be
 * disassembled, and runs alike by both interpreters within the bounds that it states. */
#include <stdlib.h>
#include <string.h>

#include "fuzz_run.h"

enum { LISTING_BYTES_MAX = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void load(EscBytes bytes)
{
    EscBundle *bundle = NULL;
    EscWhy why;
    if (esc_bundle_load(bytes, &bundle, &why) != ESC_OK) {
        ESC_ASSERT(bundle == NULL);
        ESC_ASSERT(why.text[0] != '\0');
        return;
    }
    EscBuf again, listing;
    esc_buf_init(&again, ESC_BUNDLE_BYTES_MAX);
    esc_buf_init(&listing, LISTING_BYTES_MAX);
    ESC_ASSERT(esc_bundle_encode(esc_bundle_program(bundle), &again) == ESC_OK);
    ESC_ASSERT(again.size == bytes.size);
    ESC_ASSERT(memcmp(again.data, bytes.data, bytes.size) == 0);
    esc_program_disassemble(esc_bundle_program(bundle), NULL, NULL, &listing);
    esc_buf_release(&again);
    esc_buf_release(&listing);
    fuzz_run(bundle, esc_crc32c(bytes), NULL);
    esc_bundle_free(bundle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    load((EscBytes){data, size});
    if (size < ESC_BUNDLE_HEADER_SIZE)
        return 0;
    uint8_t *sealed = malloc(size);
    ESC_ASSERT(sealed != NULL);
    memcpy(sealed, data, size);
    memcpy(sealed, ESC_BUNDLE_MAGIC, 4);
    esc_sha256((EscBytes){sealed + ESC_BUNDLE_HEADER_SIZE, size - ESC_BUNDLE_HEADER_SIZE},
               sealed + ESC_BUNDLE_HASH_AT);
    load((EscBytes){sealed, size});
    free(sealed);
    return 0;
}
