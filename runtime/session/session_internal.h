/* session_internal.h - the parts of the sessions; for this folder only.
 *
 *   session_who.c     what somebody may do where
 *   session.c         sessions: begun, found, ended
 *   session_asks.c    asks for a login link, and codes for programs
 *   session_file.c    everything as bytes, and back
 *   session_life.c    made, written, freed
 *
 * Each uses those above it only. */
#ifndef ESC_SESSION_INTERNAL_H
#define ESC_SESSION_INTERNAL_H

#include <esc/session.h>

#define ESC_SESSION_TEXT_MAX 255 /* of each text, in bytes; what is longer is cut */
#define ESC_SESSION_FILE_BYTES_MAX ((size_t)32 << 20)

typedef struct EscAsk {
    uint64_t id;
    uint8_t nonce_hash[32]; /* of what the browser keeps that asked */
    int64_t at_ms;
    EscIdentity who; /* client, person, and the address of a way that is mail */
    char *block;     /* owned: its texts */
} EscAsk;

typedef struct EscCode {
    uint8_t hash[32];
    int64_t at_ms;
    EscIdentity who;
    char *block;
} EscCode;

struct EscSessions {
    EscSessionsSetup setup;
    char *path;      /* owned */
    uint8_t key[32]; /* proves the links of asks */
    EscSession *items;
    size_t count, capacity;
    EscAsk asks[ESC_ASKS_MAX];
    size_t asks_count;
    EscCode codes[ESC_CODES_MAX];
    size_t codes_count;
    uint64_t changes,
        begun;            /* number of the last change, and of the last one that is being written */
    pthread_mutex_t lock; /* for what follows */
    EscBuf bytes;         /* to be written next */
    uint64_t bytes_number, written;
    bool has_failed;
    EscLane lane;
};

/* session_who.c */
/* The texts of an identity and one more, in a block of their own; NULL: there is no memory. */
char *esc_identity_copy(EscIdentity *who, EscText *more);

/* session.c */
/* A text of 2 * size digits, with a NUL behind it, from so many random bytes (32 at most). */
void esc_session_random_hex(EscSessions *sessions, size_t size, char *out);
uint64_t esc_session_random_id(EscSessions *sessions); /* never 0 */
int64_t esc_session_now_ms(const EscSessions *sessions);

/* session_file.c */
void esc_session_file_write(const EscSessions *sessions, EscBuf *out);
/* Gives how many lines could not be read. *has_key: the file had one. */
size_t esc_session_file_read(EscSessions *sessions, EscText text, bool *has_key);

/* session_asks.c */
bool esc_asks_put(EscSessions *sessions, const EscAsk *ask); /* takes its block; false: no room */
void esc_asks_drop(EscSessions *sessions, size_t index);
void esc_asks_release(EscSessions *sessions);

/* session.c */
bool esc_session_put(EscSessions *sessions, const EscSession *session);
void esc_session_drop(EscSessions *sessions, size_t index);
void esc_session_release_all(EscSessions *sessions);

#endif
