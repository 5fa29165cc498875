/* test_kit_sha256.c - SHA-256 against the standard's examples, and against libcrypto's. Everything is asked of both ways to
 * compute it, where the processor has one of its own. */
#include "support/test.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "kit_sha256.h"

enum { MESSAGE_MAX = 4096, BLOCK = 64 };

static EscBytes bytes_of(const char *string)
{
    return (EscBytes){(const uint8_t *)string, strlen(string)};
}

static void assert_digest(const uint8_t digest[32], const char *expected)
{
    char text[65];
    esc_hex((EscBytes){digest, 32}, text);
    assert_string_equal(text, expected);
}

static void assert_sha256(EscBytes bytes, const char *expected)
{
    uint8_t digest[32];
    esc_sha256(bytes, digest);
    assert_digest(digest, expected);
}

/* FIPS 180-4 and the example values that NIST gives for it. */
static void gives_the_examples_of_the_standard(void **state)
{
    (void)state;
    assert_sha256(bytes_of("abc"),
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_sha256(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_sha256(
        bytes_of(
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklm"
            "nopqrlmnopqrsmnopqrstnopqrstu"),
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    assert_sha256((EscBytes){NULL, 0},
                  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_sha256((EscBytes){(const uint8_t[]){0xbd}, 1},
                  "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b");
}

/* A million times "a", in parts that share no border with a block. */
static void gives_the_long_example_in_parts(void **state)
{
    (void)state;
    static uint8_t letters[1000];
    memset(letters, 'a', sizeof letters);
    EscSha256 hash;
    uint8_t digest[32];
    esc_sha256_init(&hash);
    for (size_t i = 0; i < 1000; i++)
        esc_sha256_add(&hash, (EscBytes){letters, sizeof letters});
    esc_sha256_end(&hash, digest);
    assert_digest(digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* --- libcrypto's --------------------------------------------------------------------------------- */

static void oracle(EscBytes bytes, uint8_t digest[32])
{
    unsigned size = 0;
    assert_int_equal(EVP_Digest(bytes.data, bytes.size, digest, &size, EVP_sha256(), NULL), 1);
    assert_int_equal(size, 32);
}

static void assert_as_oracle(EscBytes bytes)
{
    uint8_t expected[32], digest[32];
    oracle(bytes, expected);
    esc_sha256(bytes, digest);
    assert_memory_equal(digest, expected, 32);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static uint64_t seed_of_run(void)
{
    const char *text = getenv("ESC_SEED");
    uint64_t seed = text == NULL ? 1 : strtoull(text, NULL, 10);
    print_message("seed %llu\n", (unsigned long long)seed);
    return seed * 2 + 1; /* never 0, which the generator would stay at */
}

static void fill(uint8_t *bytes, size_t size, uint64_t *seed)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(next_random(seed) >> 24);
}

/* The padding takes 9 bytes at least: 55 fit into the last block with it, 56 do not. */
static void every_length_around_a_block_agrees_with_libcrypto(void **state)
{
    (void)state;
    uint8_t bytes[5 * BLOCK];
    uint64_t seed = seed_of_run();
    fill(bytes, sizeof bytes, &seed);
    for (size_t size = 0; size <= sizeof bytes; size++)
        assert_as_oracle((EscBytes){bytes, size});
}

static void every_split_in_two_gives_the_same(void **state)
{
    (void)state;
    uint8_t bytes[3 * BLOCK], expected[32], digest[32];
    uint64_t seed = seed_of_run();
    fill(bytes, sizeof bytes, &seed);
    for (size_t size = sizeof bytes - 2 * BLOCK; size <= sizeof bytes; size++) {
        oracle((EscBytes){bytes, size}, expected);
        for (size_t at = 0; at <= size; at++) {
            EscSha256 hash;
            esc_sha256_init(&hash);
            esc_sha256_add(&hash, (EscBytes){bytes, at});
            esc_sha256_add(&hash, (EscBytes){bytes + at, size - at});
            esc_sha256_end(&hash, digest);
            assert_memory_equal(digest, expected, 32);
        }
    }
}

static void random_messages_in_random_parts_agree_with_libcrypto(void **state)
{
    (void)state;
    static uint8_t bytes[MESSAGE_MAX];
    uint8_t expected[32], digest[32];
    uint64_t seed = seed_of_run();
    for (size_t round = 0; round < 2000; round++) {
        size_t size = next_random(&seed) % (MESSAGE_MAX + 1), at = 0;
        fill(bytes, size, &seed);
        oracle((EscBytes){bytes, size}, expected);
        EscSha256 hash;
        esc_sha256_init(&hash);
        while (at < size) {
            size_t part = next_random(&seed) % (3 * BLOCK);
            part = part < size - at ? part : size - at;
            esc_sha256_add(&hash, (EscBytes){bytes + at, part});
            at += part;
        }
        esc_sha256_add(&hash, (EscBytes){NULL, 0});
        esc_sha256_end(&hash, digest);
        assert_memory_equal(digest, expected, 32);
    }
}

static void the_processors_own_way_agrees_with_the_plain_one(void **state)
{
    (void)state;
    EscSha256Blocks *own = esc_sha256_blocks_own();
    if (own == NULL) {
        print_message("this processor has no instructions for SHA-256\n");
        own = esc_sha256_blocks_plain;
    }
    static uint8_t bytes[16 * BLOCK + 1];
    uint64_t seed = seed_of_run();
    for (size_t round = 0; round < 500; round++) {
        fill(bytes, sizeof bytes, &seed);
        uint32_t one[8], other[8];
        fill((uint8_t *)one, sizeof one, &seed);
        memcpy(other, one, sizeof one);
        const uint8_t *from = bytes + round % 2; /* also where nothing is aligned */
        esc_sha256_blocks_plain(one, from, round % 17);
        own(other, from, round % 17);
        assert_memory_equal(one, other, sizeof one);
    }
}

/* What runs when a processor has no instructions of its own must be right where they are the rule, too. */
static void the_plain_way_gives_the_example_of_the_standard(void **state)
{
    (void)state;
    uint8_t block[BLOCK] = "abc\x80";
    block[BLOCK - 1] = 24;
    EscSha256 hash;
    esc_sha256_init(&hash);
    esc_sha256_blocks_plain(hash.state, block, 1);
    static const uint32_t expected[8] = {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
                                         0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad};
    assert_memory_equal(hash.state, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_examples_of_the_standard),
        cmocka_unit_test(gives_the_long_example_in_parts),
        cmocka_unit_test(every_length_around_a_block_agrees_with_libcrypto),
        cmocka_unit_test(every_split_in_two_gives_the_same),
        cmocka_unit_test(random_messages_in_random_parts_agree_with_libcrypto),
        cmocka_unit_test(the_processors_own_way_agrees_with_the_plain_one),
        cmocka_unit_test(the_plain_way_gives_the_example_of_the_standard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
