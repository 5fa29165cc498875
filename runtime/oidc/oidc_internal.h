/* oidc_internal.h - the parts of logging in by a provider; for this folder only. */
#ifndef ESC_OIDC_INTERNAL_H
#define ESC_OIDC_INTERNAL_H

#include <stdatomic.h>

#include <esc/oidc.h>

#define ESC_OIDC_SKEW_S 120      /* that the provider's clock may differ */
#define ESC_OIDC_TOKEN_AGE_S 900 /* a token is made for this login, so it is new */
#define ESC_OIDC_REPLY_BYTES_MAX ((size_t)1 << 20)

/* --- provider.c: what a provider says of itself ------------------------------------------------- */

typedef struct EscProvider {
    EscText issuer, authorize_url, token_url, keys_url, userinfo_url; /* the last may be empty */
    bool takes_basic, takes_post; /* how a client with a secret shows it */
} EscProvider;
/* ESC_BAD_INPUT: *why says what is wrong. Everything lies in the arena. */
ESC_MUST_USE EscStatus esc_provider_read(EscArena *arena, EscText json, EscText issuer,
                                         EscProvider *out, EscWhy *why);

/* --- jwt.c: what a token must say --------------------------------------------------------------- */

typedef struct EscTokenWish {
    EscText issuer, client_id, nonce;
    int64_t now_s;
} EscTokenWish;

typedef struct EscTokenClaims {
    EscText subject, mail, title; /* mail: verified; else empty */
} EscTokenClaims;

/* Checks an ID token against the provider's keys (JWKS) and what is wished. ESC_NOT_FOUND: its key is not among them, and
 * may be a new one. ESC_FORBIDDEN: it is not what it should be, and *why says in what. */
ESC_MUST_USE EscStatus esc_token_verify(EscArena *arena, EscText token, EscText keys,
                                        const EscTokenWish *wish, EscTokenClaims *out, EscWhy *why);
/* Mail and name of claims: of a token, or of what the provider tells besides. */
void esc_claims_read(EscArena *arena, const EscJson *claims, EscTokenClaims *out);

/* --- fetch.c: one request -------------------------------------------------------------------------- */

typedef struct EscFetch {
    const EscOidcSetup *setup;
    const atomic_bool *is_stopping;
    EscText url;
    EscText form;          /* POST; empty: GET */
    EscText authorization; /* a header's value; empty: none */
} EscFetch;
/* Blocks, for ten seconds at most. ESC_IO_FAILED: *why says how it failed, without the address. */
ESC_MUST_USE EscStatus esc_fetch(const EscFetch *fetch, EscBuf *reply, EscWhy *why);

#endif
