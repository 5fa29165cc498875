/* esc/oidc.h - logging in by a provider of OpenID Connect: the authorization code flow with PKCE.
 *
 * The browser is sent to the provider with a *state* (esc_oidc_begin) and comes back with a code, for which the provider's
 * token says who it is (esc_oidc_finish). All that is asked of the provider is asked on threads of this room, which a
 * provider that is silent or slow holds up for ten seconds a request at most; whoever waits is told by a parcel. Nothing is
 * kept of a login that has begun: state, nonce and verifier are made of the daemon's key, and the browser brings the state.
 *
 * jwt.c and provider.c are pure: what a token must say, and what a provider says of itself. */
#ifndef ESC_OIDC_H
#define ESC_OIDC_H

#include <esc/config.h>
#include <esc/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_OIDC_STATE_SIZE 64
#define ESC_OIDC_STATE_LIFETIME_MS (10 * ESC_MINUTE_MS)
#define ESC_OIDC_CODE_BYTES_MAX 4096
#define ESC_OIDC_PATH                                                                              \
    "/login/oidc/callback" /* behind public_url: what the provider has to be told */

typedef struct EscOidc EscOidc;

typedef struct EscOidcSetup {
    const EscConfig *config; /* borrowed, as are the doors */
    const EscClock *clock;
    const EscRandom *random;
    const EscSockets *sockets;
    const uint8_t *key; /* 32 bytes, borrowed */
} EscOidcSetup;

/* Starts its threads; *out is NULL where the configuration has no provider. */
ESC_MUST_USE EscStatus esc_oidc_new(const EscOidcSetup *setup, EscOidc **out, EscWhy *why);
void esc_oidc_give_up(
    EscOidc *oidc); /* nothing begins any more, and what is under way ends soon; NULL is allowed */
void esc_oidc_free(EscOidc *oidc); /* all jobs must be closed; NULL is allowed */

/* What is asked, and what came of it. Lives with whoever asked, until `done`. */
typedef struct EscOidcJob {
    void (*done)(void *context); /* any thread: the job is over, and its owner's again */
    void *context;
    EscArena *arena; /* for what came of it */
    EscText state;   /* made by esc_oidc_state */
    EscText code;    /* empty: it begins; else it finishes */
    EscStatus status;
    EscWhy why;  /* for the log: no secret is in it */
    EscText url; /* beginning: where the browser goes */
    EscText subject, mail,
        title;     /* finishing: who it is; mail is empty where the provider has not verified it */
    EscOidc *oidc; /* the room's own */
    EscLane lane;
} EscOidcJob;
/* False: too many wait. */
ESC_MUST_USE bool esc_oidc_put(EscOidc *oidc, EscOidcJob *job);
void esc_oidc_close(EscOidcJob *job); /* behind `done`, before its owner frees it */

void esc_oidc_state(const EscOidc *oidc, char state[ESC_OIDC_STATE_SIZE + 1]);
/* Whether a state is one of ours, and not too old. */
bool esc_oidc_state_is_ours(const EscOidc *oidc, EscText state);

#ifdef __cplusplus
}
#endif
#endif
