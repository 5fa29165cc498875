/* esc/inbound.h - what services send us of their own accord: people's answers from where they were told, and what became of
 * messages. A request to POST /v1/inbound/NAME has no token of ours: the service's own proof stands in its place.
 *
 * Pure: no clock, socket or engine. One struct of functions for each kind of service, named in <esc/inbound_kinds.def>. Who
 * calls them (../api/api_inbound.c) finds the workspace, the person and the message that are meant, and has the engine act
 * as for every other act of a person.
 *
 * Adding a kind: a row in <esc/inbound_kinds.def>, a file here with its `const EscInboundKind esc_inbound_<kind>`, its name
 * in CMakeLists.txt and in the help of `type` in ../config/config_table.c, a test in tests/unit/test_inbound.c. */
#ifndef ESC_INBOUND_H
#define ESC_INBOUND_H

#include <esc/config.h>
#include <esc/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_INBOUND_BYTES_MAX ((size_t)256 << 10) /* one body */
#define ESC_INBOUND_ITEMS_MAX 64 /* of one request; what is beyond them is left out */
#define ESC_INBOUND_SENDERS_MAX 3
#define ESC_INBOUND_AGE_MS_MAX                                                                     \
    (5 * ESC_MINUTE_MS) /* a signed time that is further off is a replay */

/* One request. Everything is borrowed for the length of a call. */
typedef struct EscInboundCall {
    const EscWorkspaceConfig *config;
    const EscInboundBinding *binding;
    EscText query; /* behind the ?, as sent; empty: none */
    EscText type;  /* media type of the body, without its parameters */
    EscText body;
    int64_t wall_ms;
    /* A header; empty when it is not there. Only while `verify` runs, and there never NULL. */
    EscText (*header)(void *context, const char *name);
    void *context;
} EscInboundCall;

/* One thing that a request says: somebody did something, or a message has come somewhere. */
typedef struct EscInboundItem {
    bool is_act; /* else it is only a receipt */
    /* Who did it, by what the service vouches for: an id, "@name", a mail address, a telephone number; unused ones are
     * empty. A person is meant who has one of them as an address of `medium` in the directory. */
    EscText medium; /* "chat", "phone", "email" */
    EscText senders[ESC_INBOUND_SENDERS_MAX];
    EscVerb verb;
    /* "E-12": one of them; of a ticket the escalation is meant that the act fits; with neither the only one that waits for
     * who did it */
    EscText escalation, ticket;
    EscText once; /* what the service calls it, where nothing is named: that it has come before */
    EscText target, reason; /* as in EscAction */
    uint32_t question;      /* that the message asked; 0: the one that is open */
    /* The message that it is about; 0: none is named. An act on it proves that it was answered. */
    uint64_t outbox;
    EscDeliveryState state; /* a receipt: how far it has come */
    EscText detail;         /* a receipt: the service's own words */
    /* Where it was said, for `tell`: which of our endpoints, and the kind's own words for the place. */
    EscText channel, person; /* of the message: one of them; both empty: nothing can be told back */
    EscText place, message;
    const EscJson *shown; /* the message as it is shown there */
} EscInboundItem;

typedef struct EscInboundReading {
    EscInboundItem *items; /* in the arena */
    uint32_t count;
    const char *type; /* of an answer that does not wait for the items; NULL: application/json */
    EscText answer;   /* that answer; empty: none */
} EscInboundReading;

/* What became of one item. */
typedef struct EscInboundOutcome {
    EscStatus status; /* ESC_OK: done, or a noop */
    bool is_noop;
    EscText words; /* for who did it: one sentence */
} EscInboundOutcome;

typedef struct EscInboundKind {
    /* ESC_FORBIDDEN: the request does not prove that it is from the service, or is too old; *why says which. Takes the same
     * time for every wrong proof. */
    EscStatus (*verify)(const EscInboundCall *call, EscWhy *why);
    /* Makes a list of what the request says, in the arena. What the kind does not know is left out: a service sends more
     * than what concerns us. ESC_BAD_INPUT: it is not readable as what it claims to be. */
    EscStatus (*read)(EscArena *arena, const EscInboundCall *call, EscInboundReading *reading,
                      EscWhy *why);
    /* What is answered when all is done; NULL: an empty answer. `outcomes` has reading->count items. */
    void (*answer)(const EscInboundReading *reading, const EscInboundOutcome *outcomes,
                   EscBuf *out);
    const char *answer_type; /* of that; NULL: application/json */
    /* What is sent back to the place where an act was said: the body of an errand for the endpoint's plan function
     * (../delivery/plan.h). False: nothing. NULL: the kind tells nothing back. */
    bool (*tell)(const EscInboundItem *item, const EscInboundOutcome *outcome, EscBuf *out);
} EscInboundKind;

const EscInboundKind *esc_inbound_kind(EscInboundKindId kind);

/* --- tools of the kinds ------------------------------------------------------------------------- */

/* proof.c: HMAC-SHA256 of parts, as 64 hex digits, equal to what was given. Constant time. */
bool esc_proof_hex(EscText secret, const EscText *parts, size_t count, EscText given);
/* HMAC-SHA1 in base64, for a gateway that signs so. */
bool esc_proof_sha1_base64(EscText secret, EscText text, EscText given);
/* Seconds since 1970 as text; true when they are at most ESC_INBOUND_AGE_MS_MAX from wall_ms. */
bool esc_proof_is_fresh(EscText seconds, int64_t wall_ms);

/* What somebody can do from elsewhere, by its word in the API's routes: no handing over, starting or being absent, which
 * want to be told more. */
bool esc_inbound_verb(EscText word, EscVerb *verb);
/* Fills in verb, escalation, target, outbox, channel and person from a button's value (esc_button_write). False: it is
 * none of ours. */
bool esc_inbound_button(EscArena *arena, EscText value, EscInboundItem *item);

#ifdef __cplusplus
}
#endif
#endif
