/* session.c - sessions: begun, found by their secret, ended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "session_internal.h"

#define PREFIX "ess_"
#define ID_DIGITS 16
#define SECRET_BYTES 32
/* How exactly it is known when a session was used: to a hundredth of what makes it idle, within these. */
#define USED_PARTS 100
#define USED_MS_MIN 1000
#define USED_MS_MAX (10 * ESC_MINUTE_MS)

int64_t esc_session_now_ms(const EscSessions *sessions)
{
    return esc_clock_real_ms(sessions->setup.clock);
}

void esc_session_random_hex(EscSessions *sessions, size_t size, char *out)
{
    uint8_t bytes[32];
    const EscRandom *random = sessions->setup.random;
    ESC_ASSERT(size <= sizeof(bytes));
    random->fill(random->context, bytes, size);
    esc_hex((EscBytes){bytes, size}, out);
    OPENSSL_cleanse(bytes, sizeof(bytes));
}

uint64_t esc_session_random_id(EscSessions *sessions)
{
    uint64_t id = 0;
    const EscRandom *random = sessions->setup.random;
    while (id == 0)
        random->fill(random->context, &id, sizeof(id));
    return id;
}

/* --- the table ---------------------------------------------------------------------------------- */

bool esc_session_put(EscSessions *sessions, const EscSession *session)
{
    bool is_full = sessions->count == ESC_SESSIONS_MAX;
    if (!is_full && sessions->count == sessions->capacity) {
        size_t more = sessions->capacity == 0 ? 16 : 2 * sessions->capacity;
        EscSession *grown = realloc(sessions->items, more * sizeof(*grown));
        is_full = grown == NULL;
        sessions->items = is_full ? sessions->items : grown;
        sessions->capacity = is_full ? sessions->capacity : more;
    }
    if (is_full) {
        free(session->block);
        return false;
    }
    sessions->items[sessions->count++] = *session;
    return true;
}

void esc_session_drop(EscSessions *sessions, size_t index)
{
    free(sessions->items[index].block);
    memmove(&sessions->items[index], &sessions->items[index + 1],
            (--sessions->count - index) * sizeof(EscSession));
    sessions->changes++;
}

void esc_session_release_all(EscSessions *sessions)
{
    while (sessions->count > 0)
        esc_session_drop(sessions, sessions->count - 1);
    free(sessions->items);
}

/* --- time --------------------------------------------------------------------------------------- */

int64_t esc_session_ends_ms(const EscSessions *sessions, const EscSession *session)
{
    const EscSessionRules *rules = &sessions->setup.config->sessions;
    int64_t idle_ms = session->used_ms + rules->idle_s * 1000,
            old_ms = session->began_ms + rules->lifetime_s * 1000;
    return idle_ms < old_ms ? idle_ms : old_ms;
}

/* A wall clock that was ahead, and is right again, leaves nothing behind that lasts until it is there once more. */
static void correct(EscSession *session, int64_t now_ms)
{
    session->began_ms = session->began_ms < now_ms ? session->began_ms : now_ms;
    session->used_ms = session->used_ms < now_ms ? session->used_ms : now_ms;
}

static void drop_over(EscSessions *sessions)
{
    int64_t now_ms = esc_session_now_ms(sessions);
    for (size_t i = sessions->count; i-- > 0;) {
        correct(&sessions->items[i], now_ms);
        if (esc_session_ends_ms(sessions, &sessions->items[i]) <= now_ms)
            esc_session_drop(sessions, i);
    }
}

static void note_use(EscSessions *sessions, EscSession *session, int64_t now_ms)
{
    int64_t part_ms = sessions->setup.config->sessions.idle_s * 1000 / USED_PARTS;
    part_ms = part_ms < USED_MS_MIN ? USED_MS_MIN : part_ms;
    if (now_ms - session->used_ms < (part_ms < USED_MS_MAX ? part_ms : USED_MS_MAX))
        return;
    session->used_ms = now_ms;
    sessions->changes++;
}

/* --- begun -------------------------------------------------------------------------------------- */

/* Makes room for one more of this person's. */
static void drop_least_used(EscSessions *sessions, const EscIdentity *who)
{
    size_t count = 0, least = 0;
    for (size_t i = 0; i < sessions->count; i++) {
        if (!esc_identity_equal(&sessions->items[i].who, who))
            continue;
        if (count == 0 || sessions->items[i].used_ms < sessions->items[least].used_ms)
            least = i;
        count++;
    }
    if (count >= ESC_SESSIONS_PER_PERSON_MAX)
        esc_session_drop(sessions, least);
}

const EscSession *esc_session_begin(EscSessions *sessions, const EscIdentity *who, EscText agent,
                                    bool is_program, char secret[ESC_SESSION_SECRET_SIZE + 1])
{
    char digits[2 * SECRET_BYTES + 1];
    int64_t now_ms = esc_session_now_ms(sessions);
    drop_over(sessions);
    drop_least_used(sessions, who);
    EscSession made = {.id = esc_session_random_id(sessions),
                       .is_program = is_program,
                       .who = *who,
                       .agent = agent,
                       .began_ms = now_ms,
                       .used_ms = now_ms};
    esc_session_random_hex(sessions, SECRET_BYTES, digits);
    (void)snprintf(secret, ESC_SESSION_SECRET_SIZE + 1, PREFIX "%016llx_%s",
                   (unsigned long long)made.id, digits);
    OPENSSL_cleanse(digits, sizeof(digits));
    esc_sha256((EscBytes){(const uint8_t *)secret, ESC_SESSION_SECRET_SIZE}, made.hash);
    made.block = esc_identity_copy(&made.who, &made.agent);
    if (made.block == NULL || !esc_session_put(sessions, &made))
        return NULL;
    sessions->changes++;
    return &sessions->items[sessions->count - 1];
}

/* --- found -------------------------------------------------------------------------------------- */

const EscSession *esc_session_find(EscSessions *sessions, EscText secret, bool is_program)
{
    static EscSession nobody;
    EscSession *found = &nobody;
    uint8_t bytes[ID_DIGITS / 2], hash[32];
    uint64_t id = 0;
    bool has_form =
        secret.size == ESC_SESSION_SECRET_SIZE && esc_text_starts_with(secret, ESC_TEXT(PREFIX)) &&
        esc_hex_read((EscText){secret.data + 4, ID_DIGITS}, bytes, sizeof(bytes));
    for (size_t i = 0; has_form && i < sizeof(bytes); i++)
        id = id << 8 | bytes[i];
    for (size_t i = 0; has_form && i < sessions->count; i++)
        if (sessions->items[i].id == id && sessions->items[i].is_program == is_program)
            found = &sessions->items[i];
    esc_sha256((EscBytes){(const uint8_t *)secret.data, has_form ? secret.size : 0}, hash);
    bool is_equal = CRYPTO_memcmp(hash, found->hash, sizeof(hash)) == 0;
    int64_t now_ms = esc_session_now_ms(sessions);
    if (!is_equal || found == &nobody)
        return NULL;
    correct(found, now_ms);
    if (esc_session_ends_ms(sessions, found) <= now_ms) {
        esc_session_drop(sessions, (size_t)(found - sessions->items));
        return NULL;
    }
    note_use(sessions, found, now_ms);
    return found;
}

void esc_session_csrf(EscText secret, char csrf[ESC_SESSION_CSRF_SIZE + 1])
{
    static const char label[] = "escal csrf ";
    uint8_t hash[32];
    EscSha256 sum;
    esc_sha256_init(&sum);
    esc_sha256_add(&sum, (EscBytes){(const uint8_t *)label, sizeof(label) - 1});
    esc_sha256_add(&sum, (EscBytes){(const uint8_t *)secret.data, secret.size});
    esc_sha256_end(&sum, hash);
    esc_hex((EscBytes){hash, ESC_SESSION_CSRF_SIZE / 2}, csrf);
}

void esc_session_each(const EscSessions *sessions, const EscIdentity *who,
                      bool (*visit)(void *context, const EscSession *session), void *context)
{
    int64_t now_ms = esc_session_now_ms(sessions);
    for (size_t i = 0; i < sessions->count; i++)
        if (esc_identity_equal(&sessions->items[i].who, who) &&
            esc_session_ends_ms(sessions, &sessions->items[i]) > now_ms &&
            !visit(context, &sessions->items[i]))
            return;
}

uint32_t esc_session_end(EscSessions *sessions, const EscIdentity *who, uint64_t id)
{
    uint32_t ended = 0;
    for (size_t i = sessions->count; i-- > 0;) {
        bool is_meant = id == 0 || sessions->items[i].id == id;
        if (!is_meant || !esc_identity_equal(&sessions->items[i].who, who))
            continue;
        esc_session_drop(sessions, i);
        ended++;
    }
    return ended;
}
