/* kit_sha256.c - SHA-256, written down from FIPS 180-4. Names of variables and functions are those
 * of the standard. Not here: the processor's own instructions (kit_sha256_x86.c).
 *
 * It is ours so that whoever takes up the compiler or the VM alone needs nothing but a C library.
 * Nothing secret goes through it by way of a key: signatures are libcrypto's (runtime/delivery). */
#include "kit_sha256.h"

#include <stdatomic.h>

enum { BLOCK = 64, LENGTH_BYTES = 8 };

/* Section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const uint32_t esc_sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* --- section 4.1.2: functions ------------------------------------------------------------------- */

static uint32_t rotr(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static uint32_t ch(uint32_t x, uint32_t y, uint32_t z)
{
    return (x & y) ^ (~x & z);
}

static uint32_t maj(uint32_t x, uint32_t y, uint32_t z)
{
    return (x & y) ^ (x & z) ^ (y & z);
}

static uint32_t big_sigma_0(uint32_t x)
{
    return rotr(x, 2) ^ rotr(x, 13) ^ rotr(x, 22);
}

static uint32_t big_sigma_1(uint32_t x)
{
    return rotr(x, 6) ^ rotr(x, 11) ^ rotr(x, 25);
}

static uint32_t small_sigma_0(uint32_t x)
{
    return rotr(x, 7) ^ rotr(x, 18) ^ x >> 3;
}

static uint32_t small_sigma_1(uint32_t x)
{
    return rotr(x, 17) ^ rotr(x, 19) ^ x >> 10;
}

/* --- section 6.2.2: blocks ---------------------------------------------------------------------- */

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void schedule(uint32_t w[64], const uint8_t *block)
{
    for (size_t t = 0; t < 16; t++)
        w[t] = big_endian(block + 4 * t);
    for (size_t t = 16; t < 64; t++)
        w[t] = small_sigma_1(w[t - 2]) + w[t - 7] + small_sigma_0(w[t - 15]) + w[t - 16];
}

static void take_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t w[64];
    schedule(w, block);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (size_t t = 0; t < 64; t++) {
        uint32_t t1 = h + big_sigma_1(e) + ch(e, f, g) + esc_sha256_constants[t] + w[t];
        uint32_t t2 = big_sigma_0(a) + maj(a, b, c);
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const uint32_t more[8] = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; i++)
        state[i] += more[i];
}

void esc_sha256_blocks_plain(uint32_t state[8], const uint8_t *data, size_t count)
{
    for (; count > 0; count--, data += BLOCK)
        take_block(state, data);
}

/* To ask the processor is slow on a virtual machine, so it is asked once. Threads that ask at the
 * same time get the same answer. */
static EscSha256Blocks *blocks_of_choice(void)
{
    static _Atomic(EscSha256Blocks *) chosen;
    EscSha256Blocks *blocks = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (blocks == NULL) {
        blocks = esc_sha256_blocks_own();
        if (blocks == NULL)
            blocks = esc_sha256_blocks_plain;
        atomic_store_explicit(&chosen, blocks, memory_order_relaxed);
    }
    return blocks;
}

/* --- messages of any length --------------------------------------------------------------------- */

void esc_sha256_init(EscSha256 *hash)
{
    /* Section 5.3.3: the first 32 bits of the fractional parts of the square roots of the first 8 primes. */
    *hash = (EscSha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                  0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void esc_sha256_add(EscSha256 *hash, EscBytes bytes)
{
    size_t held = hash->size % BLOCK;
    hash->size += bytes.size;
    if (held > 0 && bytes.size > 0) {
        size_t part = bytes.size < BLOCK - held ? bytes.size : BLOCK - held;
        memcpy(hash->block + held, bytes.data, part);
        bytes = (EscBytes){bytes.data + part, bytes.size - part};
        if (held + part < BLOCK)
            return;
        blocks_of_choice()(hash->state, hash->block, 1);
    }
    size_t whole = bytes.size / BLOCK;
    if (whole > 0)
        blocks_of_choice()(hash->state, bytes.data, whole);
    if (bytes.size % BLOCK > 0)
        memcpy(hash->block, bytes.data + whole * BLOCK, bytes.size % BLOCK);
}

/* Section 5.1.1: a one bit, zeros up to the last eight bytes of a block, and the message's bits in them. */
void esc_sha256_end(EscSha256 *hash, uint8_t digest[32])
{
    uint8_t last[2 * BLOCK] = {0};
    size_t held = hash->size % BLOCK;
    memcpy(last, hash->block, held);
    last[held] = 0x80;
    size_t size = held + 1 + LENGTH_BYTES <= BLOCK ? BLOCK : 2 * BLOCK;
    uint64_t bits = hash->size * 8;
    for (size_t i = 0; i < LENGTH_BYTES; i++)
        last[size - 1 - i] = (uint8_t)(bits >> (8 * i));
    blocks_of_choice()(hash->state, last, size / BLOCK);
    for (size_t i = 0; i < 32; i++)
        digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}

void esc_sha256(EscBytes bytes, uint8_t digest[32])
{
    EscSha256 hash;
    esc_sha256_init(&hash);
    esc_sha256_add(&hash, bytes);
    esc_sha256_end(&hash, digest);
}
