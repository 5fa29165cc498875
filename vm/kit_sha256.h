/* kit_sha256.h - what the two ways to compute SHA-256 share, and the tests. */
#ifndef ESC_KIT_SHA256_H
#define ESC_KIT_SHA256_H

#include <esc/kit.h>

/* Takes whole blocks of 64 bytes into the state: FIPS 180-4, section 6.2.2. */
typedef void EscSha256Blocks(uint32_t state[8], const uint8_t *data, size_t count);

extern const uint32_t esc_sha256_constants[64];

EscSha256Blocks esc_sha256_blocks_plain; /* for every processor */
/* The processor's own instructions; NULL when it has none, or we do not know them. */
EscSha256Blocks *esc_sha256_blocks_own(void);

#endif
