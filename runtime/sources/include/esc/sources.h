/* esc/sources.h - what other systems send: proofs of the sender, and bodies as events. Pure.
 *
 * Start reading at esc_source_map. */
#ifndef ESC_SOURCES_H
#define ESC_SOURCES_H

#include <esc/document.h>
#include <esc/event.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_SOURCE_BODY_BYTES_MAX ((size_t)1 << 20)
#define ESC_SOURCE_ITEMS_MAX 1000 /* of one body; what is behind them is kept as not mapped */
#define ESC_SOURCE_KEPT_BYTES_MAX ((size_t)64 << 10) /* of one body, of what was not mapped */
#define ESC_SOURCE_HEADERS_MAX 3                     /* that one proof needs */
#define ESC_SOURCE_SENT_HEADERS_MAX 100 /* of one request; what is behind them is not there */
#define ESC_SOURCE_FORM_FIELDS_MAX 1000 /* of a body that is a form */
#define ESC_SOURCE_REPLAY_MS                                                                       \
    (5 * ESC_MINUTE_MS) /* how far the time of a signature may be from now */

uint32_t esc_source_find(const EscProgram *program,
                         EscText name); /* a row of SOURCES, or ESC_NONE */

/* --- who sends ---------------------------------------------------------------------------------- */

/* What the operator has said of a source. */
typedef struct EscSourceSecret {
    EscText secret, former; /* both count; `former` may be empty. No secret: nobody is believed */
    EscText url;            /* how its sender calls it, for proofs of the address; may be empty */
} EscSourceSecret;

/* What of a request may prove its sender; all borrowed. */
typedef struct EscSourceRequest {
    EscText
        headers[ESC_SOURCE_HEADERS_MAX]; /* by the numbers of esc_source_header; empty: not there */
    EscText query;                       /* as sent, without the question mark */
    EscText body;
    int64_t now_ms; /* wall clock */
} EscSourceRequest;

typedef enum EscSourceProof {
    ESC_SOURCE_PROVEN,
    ESC_SOURCE_NO_SECRET, /* the operator has given none */
    ESC_SOURCE_NO_PROOF,  /* the request has no token or signature */
    ESC_SOURCE_WRONG,
    ESC_SOURCE_STALE /* signed, but at another time: it may be a repetition by somebody else */
} EscSourceProof;

/* The n-th header that the proof of the source needs; false behind the last. `name` has room for 65 bytes. */
bool esc_source_header(const EscProgram *program, uint32_t source, uint32_t number, char name[65]);
/* Whether the proof can be judged without the body. */
bool esc_source_is_token(const EscProgram *program, uint32_t source);
EscSourceProof esc_source_verify(const EscProgram *program, uint32_t source,
                                 const EscSourceSecret *secret, const EscSourceRequest *request);
const char *esc_source_proof_words(
    EscSourceProof proof); /* "the signature or the token is wrong" */

/* --- what is sent ------------------------------------------------------------------------------- */

/* One item of a body, in its order. */
typedef struct EscSourceItem {
    bool is_mapped;
    EscEvent event; /* of a mapped one */
    EscText why;    /* of another one, in words */
    EscText kept;   /* its JSON, as far as there is room (ESC_SOURCE_KEPT_BYTES_MAX) */
} EscSourceItem;

typedef struct EscSourceHeader {
    EscText name, value;
} EscSourceHeader;

/* What of a request is mapped; all borrowed. */
typedef struct EscSourceSent {
    EscText type; /* Content-Type; a body that is a form is read as the object of its fields */
    EscText body;
    const EscSourceHeader *headers; /* in any case; what says who is calling is never read */
    uint32_t headers_count;
    int64_t now_ms; /* what `now` means */
} EscSourceSent;

/* What a request holds; everything lies in the arena. */
typedef struct EscSourceFound {
    EscSourceItem *items;
    uint32_t count;
    EscText
        left_out; /* what the sender says that it left out of the request, in its words; empty: nothing */
} EscSourceFound;

/* A body as items; nothing of *found borrows. ESC_BAD_INPUT (why->check is "JSON") for what is no JSON, or no form where
 * the type says one, ESC_OVER_LIMIT for what is nested too deeply or has too many values: nothing of it was taken. ESC_NO_MEMORY. */
ESC_MUST_USE EscStatus esc_source_map(EscArena *arena, const EscBundle *bundle, uint32_t source,
                                      const EscSourceSent *sent, const EscListener *listener,
                                      EscSourceFound *found, EscWhy *why);
/* Whether a body of this Content-Type is a form. One that begins as JSON does is JSON, whatever the type says: it is what
 * `curl -d` sends where nobody says more. */
bool esc_source_is_form(EscText type, EscText body);

/* SHA-256 of a JSON value with the members of its objects in the order of their names. False: no memory. */
ESC_MUST_USE bool esc_source_hash(const EscJson *json, uint8_t hash[32]);

#ifdef __cplusplus
}
#endif
#endif
