/* api_internal.h - one request from its headers to its answer; for api*.c only.
 *
 * A route's handler is a struct of functions. What needs no workspace is answered by the door; everything else is a job
 * of the workspace, which owns a copy of all that it needs of the request. */
#ifndef ESC_API_INTERNAL_H
#define ESC_API_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <esc/api.h>
#include <esc/sources.h>

/* --- tokens ----------------------------------------------------------------------------------- */

typedef struct EscToken {
    EscText id, workspace, principal;
    uint8_t hash[32];
    uint32_t scopes; /* EscScopeBit */
} EscToken;

struct EscTokens {
    EscArena *arena;
    EscNames *ids;
    EscToken *items;
    uint32_t count;
    uint8_t hash[32]; /* of the whole file */
};

/* One token a line: `id  sha256-hex  workspace  principal  scopes`, `#` begins a comment.
 * ESC_BAD_CONFIG names the line. */
ESC_MUST_USE EscStatus esc_tokens_parse(EscText text, uint64_t hash_seed, EscTokens **out,
                                        EscWhy *why);
/* The token that was presented, or NULL; takes the same time whether the id is unknown or the
 * secret wrong. */
const EscToken *esc_tokens_find(const EscTokens *tokens, EscText presented);
/* Whether there still is that token, with that secret. */
bool esc_tokens_hold(const EscTokens *tokens, EscText id, const uint8_t hash[32]);

/* api_wrong.c */
typedef struct EscWrongPlace {
    int64_t at_ms; /* of the last one */
    uint32_t count;
} EscWrongPlace;
typedef struct EscWrongTokens {
    EscWrongPlace places[1024];
} EscWrongTokens;
/* How long the answer to one more wrong token of this client has to wait; notes it. */
int64_t esc_wrong_tokens_pause(EscWrongTokens *wrong, uint64_t client, int64_t now_ms,
                               int64_t longest_ms);

/* --- handlers --------------------------------------------------------------------------------- */

typedef struct EscRequest EscRequest;

typedef struct EscHandler {
    /* Takes what it needs of the headers, at the door; may answer. NULL: nothing. */
    void (*headers)(EscRequest *request);
    /* Of a route without a scope that is a workspace's all the same: finds it (request->shard), by the path; false: it was
     * answered. And whether the request, whose body is there, is from whom it should be; false: it was answered. Both may
     * be NULL. At the door, before anything else of the request is looked at. */
    bool (*admit)(EscRequest *request);
    bool (*prove)(EscRequest *request);
    /* One of the next three; `look` may come behind `parse`, and then only completes the inputs. */
    void (*at_door)(EscRequest *request); /* answers from what any thread may see */
    void (*look)(EscRequest *request, EscService *service); /* answers from the committed state */
    /* Makes request->inputs, or answers. */
    void (*parse)(EscRequest *request, const EscProgram *program);
    /* With `parse`: looks at what its inputs did, before they are committed; may be NULL. */
    void (*decided)(EscRequest *request, EscService *service, const EscReply *replies);
    /* With `parse`: answers what became of the inputs. */
    void (*committed)(EscRequest *request, const EscReply *replies);
    bool parses_apart;    /* its bodies are large: they are parsed while others have their turn */
    bool has_reserve;     /* let in when a full queue refuses others */
    bool may_be_empty;    /* comes without a body, too */
    bool takes_webhooks;  /* senders may shake hands before they send there (api_handshake.c) */
    bool takes_binary;    /* takes a CloudEvent in binary mode, whose attributes are headers */
    bool takes_any_query; /* its parameters are others' to name */
    bool is_page;          /* read in a browser: who is not logged in is sent to the login */
    bool takes_any_type;  /* its body is JSON or not, whatever it is called */
    bool
        is_of_all_clients; /* `accesses` says of which workspaces; `client` of the query picks one */
    size_t body_bytes_max; /* 0: as the server takes them */
    const char *types;     /* media types besides application/json: " a/b c/d "; NULL for none */
} EscHandler;

/* --- routes ----------------------------------------------------------------------------------- */

#define ESC_FORM_TYPE " application/x-www-form-urlencoded " /* EscHandler.types of what takes forms */
#define ESC_SCOPE_PUBLIC 0u /* needs no token */
/* Whoever has a token or a session, whatever it allows: of no client. */
#define ESC_SCOPE_SIGNED_IN 0x80000000u

typedef struct EscRoute {
    EscHttpMethod method;
    const char *path; /* "/v1/tickets/{}/resolve"; {} is one segment */
    uint32_t scope;   /* one EscScopeBit, ESC_SCOPE_SIGNED_IN, or ESC_SCOPE_PUBLIC */
    const EscHandler *handler;
    int verb;          /* EscVerb of an action */
    const char *names; /* query parameters of a GET, members of a POST's body: " a b c " */
} EscRoute;

#define ROUTE(method, path, scope, handler, verb, names) extern const EscHandler handler;
#include "routes.def"
#undef ROUTE

extern const EscRoute esc_routes[];
extern const size_t esc_routes_count;

/* Whether a path (still encoded) fits a pattern; the segment at {} is decoded into `parameter`. */
bool esc_route_matches(const char *pattern, const char *path, EscBuf *parameter);
/* "application/json; charset=utf-8": the part before the semicolon. NULL: empty. */
EscText esc_media_type(const char *header);

/* --- senders who prove nothing (api_refusals.c) ------------------------------------------------- */

#define ESC_REFUSALS_TOLD                                                                          \
    10u /* M11.6: so many in a row are an alarm; then ten times as many, and so on */

typedef struct EscRefusalCount {
    uint64_t key;
    uint32_t count;
} EscRefusalCount;
typedef struct EscRefusals {
    pthread_mutex_t lock;
    EscRefusalCount *items;
    size_t count;
} EscRefusals;
void esc_refusals_init(EscRefusals *refusals);
void esc_refusals_release(EscRefusals *refusals);
/* How many in a row of this door, with this one; a proof begins anew. 0 without memory. */
uint32_t esc_refusals_count(EscRefusals *refusals, uint64_t key, bool is_refused);
bool esc_refusals_are_told(uint32_t count);

/* Messages that named no escalation, by hashes of what their services call them: a signature has no time, so one that comes
 * again must not act on what waits then. A place that is taken anew forgets. */
typedef struct EscSeen {
    _Atomic uint64_t hashes[4096];
} EscSeen;

/* {"status":"ok","reasons":[…]}: what /health says in short (api_health.c). Any thread. */
void esc_health_brief(const EscApiSetup *setup, EscBuf *out);

/* What all requests meet at the door; its thread's alone, but for the refusals. */
typedef struct EscDoor {
    EscMailbox finished; /* requests that come back to the door */
    size_t
        away; /* that are on their way: waiting to be handed on, with shards, in `finished`, or kept */
    EscParcel *keeping, *keeping_last; /* answers that go out when sessions are kept */
    EscTokens *tokens;
    EscWrongTokens wrong;
    EscRefusals refusals;
    EscSeen seen;
} EscDoor;

/* --- sources (api_sources.c) ------------------------------------------------------------------- */

/* What a request to a source says. */
typedef struct EscSourceCall {
    uint32_t source;        /* row of SOURCES */
    EscSourceSecret secret; /* empty: the operator has given none */
    EscSourceRequest proof;
    bool is_proven;
    EscSourceSent sent; /* without the body */
    EscSourceFound found;
} EscSourceCall;

/* The token that the request presents; NULL: none that is valid. At the door. */
const EscToken *esc_request_token(const EscRequest *request);

/* --- who asks (api_who.c, api_cookie.c) --------------------------------------------------------- */

typedef struct EscAsker {
    bool is_session;   /* of a person who is logged in; else a token */
    bool is_cookie;    /* and it came from a browser */
    uint64_t session;  /* its number */
    EscText secret;    /* of a session; in the arena */
    EscIdentity shown; /* by a session */
    EscAccesses
        accesses; /* of a token one; of a session each of its clients. All that may be done with this request */
} EscAsker;

/* Finds who asks, by a token, or a session's cookie or bearer token; false: it was refused. At the door. */
bool esc_request_identify(EscRequest *request);
/* Finds what the request is about, of what they may see: `shard`, `principal` and `scopes`, or all that `accesses` has; false:
 * it was refused. At the door. */
bool esc_request_choose(EscRequest *request);

/* Which language the reader wants: a person's own, else what their browser asks for; empty: English. At the door. */
EscText esc_request_language(const EscRequest *request);
void esc_language_headers(EscRequest *request); /* EscHandler.headers that keeps it */

#define ESC_COOKIE_SESSION "escal_session"
#define ESC_COOKIE_ASK "escal_ask"
/* Whether the browser reaches us by HTTPS, as far as we know. */
bool esc_request_is_secure(const EscRequest *request);
/* The value of a cookie of ours; empty: it is not there, or is there twice. Borrowed. */
EscText esc_cookie_find(const char *header, const char *name, bool is_secure);
EscText esc_request_cookie(const EscRequest *request, const char *name);
/* `seconds` 0: the browser forgets it. `is_lax`: it comes along from another site's link, too. */
void esc_answer_cookie(EscRequest *request, const char *name, const char *value, int64_t seconds,
                       bool is_lax);
/* Whether the request comes from a page of ours, as far as its headers say. `changes`: a link from elsewhere, or an address
 * that was typed, is not enough. */
bool esc_request_is_own(const EscRequest *request, bool changes);

/* --- one request ------------------------------------------------------------------------------ */

struct EscRequest {
    EscJob job; /* first */
    const EscApiSetup *setup;
    const EscRoute *route;
    EscArena *arena;
    EscText client; /* the workspace; empty on public routes */
    EscText principal;
    uint32_t scopes;
    EscAsker who;
    EscBuf parameter; /* the segment at {} */
    EscText type;     /* media type of the body; empty when nothing is said */
    /* Of an event in binary mode, with `type` as it was sent; NULL: it is in another one. */
    EscEventHeader *attributes;
    uint32_t attributes_count;
    EscText query; /* as sent, with a NUL behind it */
    EscBuf body;
    EscParsedEvent *events; /* as they came */
    uint32_t events_count;
    EscText if_match, if_none_match; /* headers, as they were sent */
    EscText language;                /* the reader's, where words are told: esc_language_headers */
    EscInputKey input_key;           /* of what a person does, when it has one */
    uint64_t row_id;                 /* of the escalation that the answer shows; 0: none */
    EscBuf row;                      /* that escalation, behind what was done */
    EscText key; /* of a ticket that is opened; empty: the request comes once */
    EscAction action;
    EscClockChange clock;
    EscAgain again;       /* of a message that is sent once more */
    bool has_row;         /* it was found */
    struct EscInbound *inbound; /* what came from a service; api_inbound.c */
    struct EscLinked *linked;   /* what is behind a link; api_links.c */
    EscSourceCall call;
    EscAnswer answer;

    /* The door's own. */
    struct EscLive *live;
    struct EscBoard *board; /* of an answer without an end */
    EscApi *api;
    EscDoor *door; /* of all requests */
    EscHttpCall *http;
    EscShard *shard;      /* NULL on public routes */
    size_t let_in;        /* inputs of it that count as waiting */
    bool is_away;         /* with the shard, or until sessions are kept */
    uint64_t kept_number; /* its answer waits until sessions are kept up to there; 0: it does not */
    EscOidcJob *oidc;     /* what a provider is asked; in the arena */
    void (*resume)(
        EscRequest *request); /* makes the answer when it is back at the door; NULL: it is made */
    uint64_t begun;           /* the session that it began, which is none if it cannot be kept */
    bool is_stopping;         /* the server takes no work any more */
};

/* A refusal: status from `status`, detail from `why`. */
void esc_request_fail(EscRequest *request, EscStatus status, const EscWhy *why);
void esc_request_refuse(EscRequest *request, unsigned http_status, const char *code,
                        const char *title, const char *place, const char *detail);
void esc_request_queue_full(EscRequest *request);
void esc_request_later(EscRequest *request); /* there is no memory: it may be sent again */
/* 303: what a browser wants is at this path of ours. */
void esc_request_see_other(EscRequest *request, const char *path);
/* There is no token, or a wrong one: as below. */
void esc_request_refuse_token(EscRequest *request, bool is_wrong);
/* The answer to a wrong proof goes out ever later; false: too many wait already, and it was answered with 429. At the door,
 * before the body. */
bool esc_request_hold_up(EscRequest *request, bool is_wrong);
/* Who it is was not proven; wrong proofs are answered ever more slowly. At the door, before the body. */
void esc_request_refuse_proof(EscRequest *request, bool is_wrong, const char *detail);
void esc_request_stopped(EscRequest *request, EscText reason); /* its workspace is */
/* Asks for room for all its inputs, instead of the one that it was let in as; false: it was answered with 503. */
bool esc_request_let_in(EscRequest *request, uint32_t count);
unsigned esc_api_http_status(EscStatus status);
/* "E-12" → 12; false for anything else. */
bool esc_escalation_id_read(EscText text, uint64_t *id);
/* A number that is an id: no sign, no nought in front, 18 digits at most. */
bool esc_id_read(EscText digits, uint64_t *id);
/* Answers OPTIONS where a sender of webhooks may ask whether it may send; false: it is something else (api_handshake.c). */
bool esc_request_shake_hands(EscRequest *request);
/* Takes the attributes of an event in binary mode; false: it is in none, or was refused (api_events.c). */
bool esc_request_take_binary(EscRequest *request);
void esc_open_take_key(EscRequest *request); /* Idempotency-Key (api_versions.c) */
/* The one input of an act, with the key by which it is known when it comes once more (api_actions.c). */
void esc_request_make_input(EscRequest *request, EscInput made);
void esc_request_answer_act(EscRequest *request, const EscReply *reply);
/* The escalation that the path names; false: it was answered with 404. */
bool esc_request_path_escalation(EscRequest *request, uint64_t *id);
/* Whether the store has it; false: it was answered with 404. In a look (api_reads.c). */
bool esc_request_finds_escalation(EscRequest *request, EscService *service, uint64_t id);
/* The task that the path names; false: it was answered with 404 (api_tasks.c). */
bool esc_request_path_task(EscRequest *request, uint64_t *escalation, uint32_t *number);

/* --- requests that wait (api_wait.c); at the door ------------------------------------------------ */

void esc_request_leave(EscRequest *request);  /* it is away from the door … */
void esc_request_return(EscRequest *request); /* … and there again */
void esc_request_back(EscRequest *request);   /* any thread: of one that left, to the door */
/* Lets one that is back make its answer; false: it left once more. */
bool esc_request_resume(EscRequest *request);
/* The answer is there, and goes out when what sessions say now is kept. */
void esc_request_answer_kept(EscRequest *request);
/* Sends the answers that wait so and need not any more; gives how many. */
size_t esc_door_answer_kept(EscDoor *door, EscSessions *sessions);


/* api_versions.c: which version of an escalation a client has seen, and what is shown behind an act. */
void esc_act_headers(EscRequest *request); /* Idempotency-Key, If-Match */
void esc_row_headers(EscRequest *request); /* If-None-Match */
/* By what the request is known when it comes once more; NULL: it comes once. */
const EscInputKey *esc_request_input_key(EscRequest *request);
/* What the actor has seen, into the action. False: refused. */
bool esc_request_take_seen(EscRequest *request);
/* "E-12.7" as an ETag of the answer; 304 in its place when the client has that. True: it has. */
bool esc_answer_version(EscRequest *request, const EscEscalationView *view);
void esc_request_row(EscRequest *request, EscService *service, const EscReply *replies);
/* Answers 412 with the row as it is. */
void esc_request_stale(EscRequest *request);
/* ,"escalation":{…} when there is one. */
void esc_row_append(const EscRequest *request, EscBuf *out);

/* api_actions.c: the body of what a person does. */
bool esc_request_check_members(EscRequest *request, const EscJson *body); /* false: refused */
void esc_request_refuse_member(EscRequest *request, const char *code, const char *name,
                               const char *detail); /* 422 */
/* The body as an object, parsed once and within the limits; NULL: it was answered. */
const EscJson *esc_request_read_body(EscRequest *request, const EscJsonLimits *limits);
/* A text member of the body; empty when it is not there. False: refused. */
bool esc_request_take_text(EscRequest *request, const EscJson *body, const char *name,
                           size_t size_max, EscText *out);
/* Who acts, for whom: the token's own principal, or the person named by "as" when the token may. False: refused. */
bool esc_request_take_actor(EscRequest *request, const EscJson *body);

/* api_reads.c: parameters of the query. False: refused. */
void esc_request_refuse_parameter(EscRequest *request, const char *name, const char *detail);
bool esc_request_text(EscRequest *request, const char *name, EscText *out); /* empty: not there */
bool esc_request_number(EscRequest *request, const char *name, uint64_t preset, uint64_t max,
                        uint64_t *out);
bool esc_request_escalation(EscRequest *request, const char *name,
                            uint64_t *out); /* 0: not there */
bool esc_request_limit(EscRequest *request, size_t *limit);
/* api_place.c: how a list of escalations is sorted, and where its page begins. False: refused. */
bool esc_request_sort(EscRequest *request, EscEscalationSort *sort);
bool esc_request_place(EscRequest *request, EscEscalationSort sort, EscListPlace *place);
/* Where the next page begins; empty: there is none. */
EscText esc_page_end_text(EscArena *arena, EscEscalationSort sort, const EscListPlace *place);

/* api_rows.c: a list while the store gives its rows. Each visitor writes one more item. */
typedef struct EscApiItems {
    EscBuf out;
    size_t count;
    int64_t now_ms; /* the engine's, for who shows how long until something; 0: not said */
    EscText you;    /* who asks; empty: not said */
    EscText next;   /* where the next page begins; empty: it is not said, or there is none */
} EscApiItems;
void esc_api_items_open(EscApiItems *items);
/* Answers with the list, or with what went wrong while the store gave it. */
void esc_api_items_answer(EscRequest *request, EscApiItems *items, EscStatus status, EscWhy *why);
bool esc_api_audit_item(void *items, const EscAuditRow *row);
/* api_escalation_row.c: of a list, and a single one. */
bool esc_api_row_item(EscApiItems *items, EscText client, const EscEscalationView *view);
void esc_api_escalation_view(EscApiItems *items, EscText client, const EscEscalationView *view);
/* api_task_row.c: tasks as the store gave them, copied, because nothing may be asked of a store while it gives a list. */
typedef struct EscApiTasks {
    EscArena *arena;
    EscTaskRow *items;
    size_t count, capacity;
} EscApiTasks;
bool esc_api_task_keep(void *tasks, const EscTaskRow *row); /* an EscTaskVisit */
/* That one, as the first item. ESC_NOT_FOUND: there is none. */
EscStatus esc_api_task_get(EscService *service, EscApiTasks *found, uint64_t escalation,
                           uint32_t number, EscWhy *why);
/* `history`: the items of its list; NULL: not shown. What is looked up for it lies in the arena. */
bool esc_api_task_item(EscApiItems *items, EscArena *arena, EscService *service, EscText client,
                       const EscTaskRow *row, const EscText *history);
bool esc_api_duty_item(void *items, const EscDutyView *view);
bool esc_api_evidence_item(EscApiItems *items, const EscEvidenceRow *row, bool has_content);
/* What the engine keeps of a ticket, as far as a person may see it: JSON; both empty when it cannot be read. */
typedef struct EscApiBody {
    EscBuf fields, assumed, sla, joined, homes;
} EscApiBody;
void esc_api_body_open(EscApiBody *shown, EscText id, EscBytes body);
void esc_api_body_close(EscApiBody *shown);
/* A ticket as it is now, in memory or in the store, by its id or by the one that it has in another system; texts in the request's arena, or
 * until something else is asked. */
EscStatus esc_api_ticket_find(EscRequest *request, EscService *service, EscText id,
                              EscTicketRow *row, EscWhy *why);
/* One ticket, with the same members whatever it lacks; with the workspace's time, unless that is 0. */
void esc_api_ticket_write(EscBuf *out, const EscTicketRow *row, int64_t now_ms);
bool esc_api_ticket_item(void *items, const EscTicketRow *row);
bool esc_api_outbox_item(void *items, const EscOutboxEntry *entry);

#endif
