/* session_asks.c - what leads to a session: asks for a link, and codes that are given to a program.
 *
 * A link counts once, for ten minutes, and in the browser that asked for it: who reads somebody's mails has the link and not
 * the browser. A code counts once, for five minutes, and is short enough to be typed: 50 bits, of which nobody tries many, as
 * wrong ones are answered ever more slowly. */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include <esc/proofs.h>

#include "session_internal.h"

#define PROOF_BYTES 16
#define LETTERS "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" /* 32 that nobody takes for another */
#define CODE_HALF 5

static bool is_over(const EscSessions *sessions, int64_t at_ms, int64_t lifetime_ms)
{
    int64_t now_ms = esc_session_now_ms(sessions);
    return now_ms - at_ms >= lifetime_ms || at_ms - now_ms >= lifetime_ms;
}

/* --- asks --------------------------------------------------------------------------------------- */

bool esc_asks_put(EscSessions *sessions, const EscAsk *ask)
{
    if (sessions->asks_count == ESC_ASKS_MAX) {
        free(ask->block);
        return false;
    }
    sessions->asks[sessions->asks_count++] = *ask;
    return true;
}

void esc_asks_drop(EscSessions *sessions, size_t index)
{
    free(sessions->asks[index].block);
    memmove(&sessions->asks[index], &sessions->asks[index + 1],
            (--sessions->asks_count - index) * sizeof(EscAsk));
    sessions->changes++;
}

static void drop_old(EscSessions *sessions)
{
    for (size_t i = sessions->asks_count; i-- > 0;)
        if (is_over(sessions, sessions->asks[i].at_ms, ESC_ASK_LIFETIME_MS))
            esc_asks_drop(sessions, i);
}

uint64_t esc_ask_begin(EscSessions *sessions, EscText client, EscText person, EscText mail,
                       char nonce[ESC_NONCE_SIZE + 1])
{
    size_t waiting = 0;
    EscText nothing = {"", 0};
    drop_old(sessions);
    for (size_t i = 0; i < sessions->asks_count; i++)
        waiting += esc_text_equal(sessions->asks[i].who.client, client) &&
                   esc_text_equal(sessions->asks[i].who.person, person);
    if (waiting >= ESC_ASKS_PER_PERSON_MAX)
        return 0;
    EscAsk ask = {.id = esc_session_random_id(sessions),
                  .at_ms = esc_session_now_ms(sessions),
                  .who = {.client = client, .person = person, .mail = mail}};
    esc_session_random_hex(sessions, ESC_NONCE_SIZE / 2, nonce);
    esc_sha256((EscBytes){(const uint8_t *)nonce, ESC_NONCE_SIZE}, ask.nonce_hash);
    ask.block = esc_identity_copy(&ask.who, &nothing);
    if (ask.block == NULL || !esc_asks_put(sessions, &ask))
        return 0;
    sessions->changes++;
    return ask.id;
}

void esc_ask_token(const uint8_t key[32], uint64_t ask, char token[ESC_ASK_TOKEN_SIZE + 1])
{
    uint8_t said[5 + 8] = {'l', 'o', 'g', 'i', 'n'};
    const EscText text = {(const char *)said, sizeof(said)};
    EscMac proof;
    for (size_t i = 0; i < 8; i++)
        said[5 + i] = (uint8_t)(ask >> (56 - 8 * i));
    bool is_made =
        esc_mac_make(ESC_MAC_SHA256, (EscText){(const char *)key, 32}, &text, 1, &proof);
    ESC_ASSERT(is_made);
    esc_hex((EscBytes){said + 5, 8}, token);
    esc_hex((EscBytes){proof.bytes, PROOF_BYTES}, token + 16);
}

/* The ask of a right link; asks_count: it has none any more, or the link is no link of ours. */
static size_t find(const EscSessions *sessions, EscText token)
{
    uint8_t bytes[8];
    uint64_t id = 0;
    char right[ESC_ASK_TOKEN_SIZE + 1];
    if (token.size != ESC_ASK_TOKEN_SIZE ||
        !esc_hex_read((EscText){token.data, 16}, bytes, sizeof(bytes)))
        return sessions->asks_count;
    for (size_t i = 0; i < sizeof(bytes); i++)
        id = id << 8 | bytes[i];
    esc_ask_token(sessions->key, id, right);
    size_t found = sessions->asks_count;
    for (size_t i = 0; i < sessions->asks_count; i++)
        if (sessions->asks[i].id == id)
            found = i;
    return CRYPTO_memcmp(right, token.data, ESC_ASK_TOKEN_SIZE) == 0 ? found : sessions->asks_count;
}

EscAskState esc_ask_look(EscSessions *sessions, EscText token, EscText nonce, EscArena *arena,
                         EscIdentity *who)
{
    uint8_t hash[32];
    drop_old(sessions);
    size_t index = find(sessions, token);
    if (index == sessions->asks_count)
        return ESC_ASK_IS_OVER;
    const EscAsk *ask = &sessions->asks[index];
    esc_identity_keep(arena, &ask->who, who);
    esc_sha256((EscBytes){(const uint8_t *)nonce.data, nonce.size}, hash);
    return CRYPTO_memcmp(hash, ask->nonce_hash, sizeof(hash)) == 0 ? ESC_ASK_IS_OPEN
                                                                   : ESC_ASK_IS_ANOTHERS;
}

void esc_ask_end(EscSessions *sessions, EscText token)
{
    size_t index = find(sessions, token);
    if (index < sessions->asks_count)
        esc_asks_drop(sessions, index);
}

/* --- codes -------------------------------------------------------------------------------------- */

static void drop_code(EscSessions *sessions, size_t index)
{
    free(sessions->codes[index].block);
    memmove(&sessions->codes[index], &sessions->codes[index + 1],
            (--sessions->codes_count - index) * sizeof(EscCode));
}

static void drop_old_codes(EscSessions *sessions)
{
    for (size_t i = sessions->codes_count; i-- > 0;)
        if (is_over(sessions, sessions->codes[i].at_ms, ESC_CODE_LIFETIME_MS))
            drop_code(sessions, i);
}

/* Of the letters and digits alone; false: there are too few of them, or too many. */
static bool hash_code(EscText code, uint8_t hash[32])
{
    char plain[2 * CODE_HALF];
    size_t size = 0;
    for (size_t i = 0; i < code.size; i++) {
        char c = code.data[i];
        c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        if (c == '-' || c == ' ')
            continue;
        if (size == sizeof(plain) || c == '\0' || strchr(LETTERS, c) == NULL)
            return false;
        plain[size++] = c;
    }
    esc_sha256((EscBytes){(const uint8_t *)plain, size}, hash);
    return size == sizeof(plain);
}

bool esc_code_begin(EscSessions *sessions, const EscIdentity *who, char code[ESC_CODE_SIZE + 1])
{
    uint8_t random[ESC_CODE_SIZE];
    EscText nothing = {"", 0};
    const EscRandom *source = sessions->setup.random;
    drop_old_codes(sessions);
    if (sessions->codes_count == ESC_CODES_MAX)
        return false;
    source->fill(source->context, random, sizeof(random));
    for (size_t i = 0; i < ESC_CODE_SIZE; i++)
        code[i] = i == CODE_HALF ? '-' : LETTERS[random[i] % 32];
    code[ESC_CODE_SIZE] = '\0';
    EscCode made = {.at_ms = esc_session_now_ms(sessions), .who = *who};
    ESC_ASSERT(hash_code(esc_text_from(code), made.hash));
    made.block = esc_identity_copy(&made.who, &nothing);
    if (made.block == NULL)
        return false;
    sessions->codes[sessions->codes_count++] = made;
    return true;
}

bool esc_code_take(EscSessions *sessions, EscText code, EscArena *arena, EscIdentity *who)
{
    uint8_t hash[32];
    drop_old_codes(sessions);
    if (!hash_code(code, hash))
        return false;
    for (size_t i = 0; i < sessions->codes_count; i++) {
        if (CRYPTO_memcmp(hash, sessions->codes[i].hash, sizeof(hash)) != 0)
            continue;
        esc_identity_keep(arena, &sessions->codes[i].who, who);
        drop_code(sessions, i);
        return true;
    }
    return false;
}

void esc_asks_release(EscSessions *sessions)
{
    while (sessions->asks_count > 0)
        esc_asks_drop(sessions, sessions->asks_count - 1);
    while (sessions->codes_count > 0)
        drop_code(sessions, sessions->codes_count - 1);
}
