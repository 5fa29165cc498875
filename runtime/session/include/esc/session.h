/* esc/session.h - people who are logged in: who they have shown themselves to be, for how long, and what they may do where.
 *
 * A session is an operator's over several clients. It is known by a secret, of which only a hash is kept; what its owner may
 * do is found anew at each use (esc_accesses_find), by the configuration and the directories of today, so who left them has
 * nothing any more. Sessions are few and change seldom: they live in memory, and in one file that is written anew as a whole
 * beside whoever changed them. All calls are the door's thread's, but for what esc_sessions_written says.
 *
 * Beside them stand two kinds of things that lead to one: an *ask* for a login link, and a *code* that somebody who is logged
 * in gives to a program. */
#ifndef ESC_SESSION_H
#define ESC_SESSION_H

#include <esc/config.h>
#include <esc/directory.h>
#include <esc/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_SESSIONS_MAX 10000
#define ESC_SESSIONS_PER_PERSON_MAX 20 /* a further one ends the one that was used longest ago */
#define ESC_ASKS_MAX 1000
#define ESC_ASKS_PER_PERSON_MAX 3 /* that wait: nobody floods a person with links */
#define ESC_CODES_MAX 100
#define ESC_ASK_LIFETIME_MS (10 * ESC_MINUTE_MS)
#define ESC_CODE_LIFETIME_MS (5 * ESC_MINUTE_MS)

/* "ess_0123456789abcdef_" and 64 digits: what the owner's browser or program keeps. */
#define ESC_SESSION_SECRET_SIZE 85
/* What a request that changes something says besides a cookie. */
#define ESC_SESSION_CSRF_SIZE 32
#define ESC_ASK_TOKEN_SIZE 48 /* 16 digits of its id, 32 that prove it */
#define ESC_NONCE_SIZE 32
#define ESC_CODE_SIZE 11 /* "K7QX2-9MPTR" */

typedef struct EscSessions EscSessions;

typedef struct EscSessionsSetup {
    const EscConfig *config; /* borrowed, as is all the rest */
    const EscClock *clock;
    const EscRandom *random;
    const EscFiles *files;
    EscPool *pool; /* writes the file; NULL: whoever calls does */
    const char *path;
    /* The templates of a client that is served; NULL: there is none, or it could not be opened. */
    const EscProgram *(*program)(void *context, EscText client);
    void *program_context;
    void (*wake)(void *context); /* any thread: the file was written, or cannot be; may be NULL */
    void *wake_context;
    void (*log)(void *context, const char *level, const char *event,
                EscText text); /* may be NULL */
    void *log_context;
} EscSessionsSetup;

/* Reads the file. What of it cannot be read is left out, and told to the log. */
ESC_MUST_USE EscStatus esc_sessions_new(const EscSessionsSetup *setup, EscSessions **out,
                                        EscWhy *why);
void esc_sessions_free(EscSessions *sessions); /* writes what is left; NULL is allowed */

/* --- who somebody is ---------------------------------------------------------------------------- */

/* What somebody has shown: that a way of a person of a client leads to them, that a mail address is theirs, that a provider
 * knows them. Empty: not shown. */
typedef struct EscIdentity {
    EscText client, person;
    EscText mail, subject;
    EscText title; /* as the provider calls them */
} EscIdentity;

/* What they may do in one client. */
typedef struct EscAccess {
    EscText client, title; /* of the workspace */
    EscText principal;     /* who acts: a person of its directory, or the mail address */
    bool is_person;
    uint32_t scopes;
} EscAccess;

typedef struct EscAccesses {
    EscAccess *items;
    uint32_t count;
    EscText principal, title, language,
        time_zone; /* of who it is; may be empty but for the first */
} EscAccesses;
/* By the operators of the configuration, and by the directory of the client. Nothing at all: they may not come in.
 * Everything lies in the arena or is borrowed from configuration and programs. */
void esc_accesses_find(const EscSessions *sessions, const EscIdentity *who, EscArena *arena,
                       EscAccesses *out);

/* --- sessions ----------------------------------------------------------------------------------- */

typedef struct EscSession {
    uint64_t id; /* may be shown to its owner */
    uint8_t hash[32];
    bool
        is_program; /* of a program that sends it as a bearer token, and not of a browser's cookie */
    EscIdentity who;
    EscText agent;             /* what the browser or program calls itself */
    int64_t began_ms, used_ms; /* of the world outside */
    char *block;               /* owned: its texts */
} EscSession;

/* A session of whoever this is; `secret` gets what its owner keeps, with a NUL behind it. NULL: there are too many. */
const EscSession *esc_session_begin(EscSessions *sessions, const EscIdentity *who, EscText agent,
                                    bool is_program, char secret[ESC_SESSION_SECRET_SIZE + 1]);
/* The session of this secret, as a cookie or not; NULL: there is none, or it is over. Holds until the next change. Takes the
 * same time whether its number is unknown or its secret wrong. Notes that it was used. */
const EscSession *esc_session_find(EscSessions *sessions, EscText secret, bool is_program);
int64_t esc_session_ends_ms(const EscSessions *sessions, const EscSession *session);
/* What a request of a browser has to say, besides its cookie: only a page of ours can know it. */
void esc_session_csrf(EscText secret, char csrf[ESC_SESSION_CSRF_SIZE + 1]);
/* A copy whose texts lie in the arena. */
void esc_identity_keep(EscArena *arena, const EscIdentity *who, EscIdentity *out);
/* Whether both are one person's. */
bool esc_identity_equal(const EscIdentity *a, const EscIdentity *b);
/* Sessions of the same person, in the order in which they began; stops when `visit` gives false. */
void esc_session_each(const EscSessions *sessions, const EscIdentity *who,
                      bool (*visit)(void *context, const EscSession *session), void *context);
/* Ends one of that person's, or (0) all of them; gives how many. */
uint32_t esc_session_end(EscSessions *sessions, const EscIdentity *who, uint64_t id);

/* --- the file ----------------------------------------------------------------------------------- */

/* Begins to write what has changed. Gives a number: when esc_sessions_written has reached it, all of that is kept. */
uint64_t esc_sessions_keep(EscSessions *sessions);
/* How far the file has come. *has_failed: the last attempt did not succeed, and there is another one at the next change. */
uint64_t esc_sessions_written(EscSessions *sessions, bool *has_failed);

/* --- asks for a login link ---------------------------------------------------------------------- */

/* Somebody says to be this person. Gives the number of the ask, and in `nonce` what the browser keeps; 0: too many wait. */
uint64_t esc_ask_begin(EscSessions *sessions, EscText client, EscText person, EscText mail,
                       char nonce[ESC_NONCE_SIZE + 1]);
typedef enum EscAskState {
    ESC_ASK_IS_OPEN,
    ESC_ASK_IS_OVER,    /* used, too old, or never made */
    ESC_ASK_IS_ANOTHERS /* another browser has asked */
} EscAskState;
/* Whether a link leads to an ask that is open; with `nonce` also whether this browser has asked. *who lives in the arena. */
EscAskState esc_ask_look(EscSessions *sessions, EscText token, EscText nonce, EscArena *arena,
                         EscIdentity *who);
void esc_ask_end(EscSessions *sessions, EscText token); /* it is used */
/* What the link of an ask ends in; the daemon's own key proves it. Any thread. */
void esc_ask_token(const uint8_t key[32], uint64_t ask, char token[ESC_ASK_TOKEN_SIZE + 1]);
const uint8_t *esc_sessions_key(const EscSessions *sessions); /* 32 bytes; any thread */

/* --- codes for programs ------------------------------------------------------------------------- */

/* A code that somebody who is logged in gives to a program; false: there are too many. */
bool esc_code_begin(EscSessions *sessions, const EscIdentity *who, char code[ESC_CODE_SIZE + 1]);
/* Whose it is; it counts once. Small letters and without the hyphen as well. False: it is nobody's, or too old. */
bool esc_code_take(EscSessions *sessions, EscText code, EscArena *arena, EscIdentity *who);

#ifdef __cplusplus
}
#endif
#endif
