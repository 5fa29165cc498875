/* api_internal.h - routes, tokens and requests of the JSON API; for api*.c and reactor*.c only. */
#ifndef ESC_API_INTERNAL_H
#define ESC_API_INTERNAL_H

#include "http/http_internal.h"

typedef struct EscApi EscApi;

ESC_MUST_USE EscStatus esc_api_new(EscDaemon *daemon, EscApi **out,
                                   EscWhy *why); /* reads the token file */
/* Reads the token file again; on failure the old tokens stay. Requests under way keep their
 * permission. */
ESC_MUST_USE EscStatus esc_api_reload(EscApi *api, EscWhy *why);
void esc_api_free(EscApi *api); /* NULL is allowed */
EscHttpHandler esc_api_handler(EscApi *api);

/* --- tokens ----------------------------------------------------------------------------------- */

typedef struct EscToken {
    EscText id, workspace, principal;
    uint8_t hash[32];
    uint32_t scopes; /* EscScopeBit */
} EscToken;

typedef struct EscTokens {
    EscArena *arena;
    EscToken *items;
    uint32_t count;
} EscTokens;

/* One token a line: `id  sha256-hex  workspace  principal  scopes`, `#` begins a comment.
 * ESC_BAD_CONFIG names the line. */
ESC_MUST_USE EscStatus esc_tokens_read(EscTokens *tokens, EscText text, EscWhy *why);
void esc_tokens_release(EscTokens *tokens);
/* The token that was presented, or NULL; takes the same time whether the id is unknown or the
 * secret wrong. */
const EscToken *esc_tokens_find(const EscTokens *tokens, EscText presented);

/* --- routes ----------------------------------------------------------------------------------- */

typedef struct EscApiCall EscApiCall;

#define ESC_SCOPE_PUBLIC 0u /* needs no token */

typedef struct EscRoute {
    EscHttpMethod method;
    const char *path; /* "/v1/tickets/{}/resolve"; {} is one segment */
    uint32_t scope;   /* one EscScopeBit, or ESC_SCOPE_PUBLIC */
    void (*handle)(EscApiCall *call);
    int verb;          /* EscVerb of an action */
    const char *names; /* query parameters of a GET, members of a POST's body: " a b c " */
} EscRoute;

extern const EscRoute esc_routes[];
extern const size_t esc_routes_count;

/* Whether a path (still encoded) fits a pattern; the segment at {} is decoded into `parameter`. */
bool esc_route_matches(const char *pattern, const char *path, EscBuf *parameter);

/* One request between its headers and its answer. */
struct EscApiCall {
    EscWork work;
    EscApi *api;
    EscHttpCall *http;
    const EscRoute *route;
    EscText principal;
    uint32_t scopes;
    EscWorkspaceState *workspace; /* NULL on public routes */
    EscBuf parameter;
    EscArena *arena;
    EscInput *inputs;
    EscEvent *events;
    uint32_t events_count;
    EscAction action;
    bool is_waiting; /* in the workspace's queue */
};

EscDaemon *esc_api_daemon(const EscApi *api);
/* A refusal: status from `status`, detail from `why`. */
void esc_api_fail(EscApiCall *call, EscStatus status, const EscWhy *why);
void esc_api_refuse(EscApiCall *call, unsigned http_status, const char *code, const char *title,
                    const char *place, const char *detail);
unsigned esc_api_http_status(EscStatus status);
/* Puts the call into its workspace's queue, or answers 429. Actions have room that events do not
 * get. */
void esc_api_enqueue(EscApiCall *call, const EscInput *inputs, uint32_t count, bool is_action);
/* "E-12" → 12; false for anything else. */
bool esc_escalation_id_read(EscText text, uint64_t *id);

void esc_api_events(EscApiCall *call);
void esc_api_act(EscApiCall *call);
void esc_api_tickets(EscApiCall *call);
void esc_api_ticket(EscApiCall *call);
void esc_api_escalations(EscApiCall *call);
void esc_api_escalation(EscApiCall *call);
void esc_api_audit(EscApiCall *call);
void esc_api_outbox(EscApiCall *call);
void esc_api_health(EscApiCall *call);
void esc_api_ready(EscApiCall *call);

/* api_rows.c: a list while the store gives its rows. Each visitor writes one more item. */
typedef struct EscApiItems {
    EscBuf out;
    size_t count;
} EscApiItems;
bool esc_api_audit_item(void *items, const EscAuditRow *row);
bool esc_api_escalation_item(void *items, const EscEscalationRow *row);
bool esc_api_ticket_item(void *items, const EscTicketRow *row);
bool esc_api_outbox_item(void *items, const EscOutboxEntry *entry);

#endif
