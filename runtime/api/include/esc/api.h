/* esc/api.h - the JSON API: who may do what, and what a request means to a workspace.
 *
 * It stands between the server (esc/http.h), whose thread calls everything here, and the shards (esc/shard.h), whose
 * workers parse and answer. Start reading at runtime/api/routes.def. */
#ifndef ESC_API_H
#define ESC_API_H

#include <esc/causes.h>
#include <esc/config.h>
#include <esc/http.h>
#include <esc/oidc.h>
#include <esc/session.h>
#include <esc/shard.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_TOKENS_MAX 10000
#define ESC_ACTION_BYTES_MAX ((size_t)64 << 10) /* the body of what a person does */

/* Bearer tokens, each of one workspace and one principal. */

/* Makes a token from 32 random bytes: `token` gets what its holder keeps (esc_ID_…), `line` what
 * goes into the token file. */
ESC_MUST_USE EscStatus esc_token_make(const uint8_t random[32], EscText id, EscText workspace,
                                      EscText principal, EscText scopes, EscBuf *token,
                                      EscBuf *line, EscWhy *why);

/* All tokens that are valid; made and freed on any thread. */
typedef struct EscTokens EscTokens;
/* Reads the token file. An empty `path`: the file `tokens` of the data folder, which may be missing. */
ESC_MUST_USE EscStatus esc_tokens_load(const EscFiles *files, EscText path, const char *data_folder,
                                       uint64_t hash_seed, EscTokens **out, EscWhy *why);
void esc_tokens_free(EscTokens *tokens);                         /* NULL is allowed */
void esc_tokens_hash(const EscTokens *tokens, uint8_t hash[32]); /* SHA-256 of the file's bytes */

typedef struct EscApi EscApi;

typedef struct EscApiSetup {
    const EscShards *shards; /* borrowed, as is the clock */
    EscCauses *causes;       /* borrowed: what is not as it should be */
    /* The door calls it before it says what is: it may be seconds old otherwise. NULL: it is never older. */
    void (*look)(void *context);
    void *look_context;
    const EscClock *clock;
    const EscRandom *random; /* borrowed; any thread */
    EscSessions *sessions;   /* borrowed; NULL: nobody logs in */
    EscOidc *oidc;           /* borrowed; NULL: there is no provider */
    const EscConfig
        *config; /* borrowed: who may come in without a token, and by which proof; NULL: nobody */
    /* Sends something to one of the workspace's endpoints that belongs to no message of the engine's (ESC_ERRAND_FIRST):
     * with a few attempts, and nobody is told what became of it. Copies the row. Workers call it; NULL: nothing is sent. */
    void (*errand)(void *context, const EscShard *shard, const EscOutboxRow *row);
    /* The address by which the directory may know whom a service calls so: "ana@x.example" for "slack " and "U024"; a
     * copy in the arena, empty for nobody. Workers call it; may be NULL. */
    EscText (*address_of)(void *context, const EscShard *shard, EscArena *arena, EscText prefix,
                          EscText sender);
    /* How the endpoints of a workspace are doing. The door calls it; NULL: nothing is sent anywhere. */
    void (*endpoints)(void *context, const EscShard *shard, EscEndpointVisit *visit, void *visited);
    /* Appends the public half of the workspace's key for push services, as base64url; nothing: it has none. Workers call it;
     * NULL: nobody has one. */
    void (*push_key)(void *context, const EscShard *shard, EscBuf *out);
    /* A line of the log; the text holds no secret. The door calls it; may be NULL. */
    void (*log)(void *context, const char *level, const char *event, EscText text);
    void *outside_context;     /* of these five */
    unsigned boards_max;       /* that are open at a time */
    size_t queue_max;          /* inputs of a shard that wait; beyond it requests get 503 */
    int64_t started_boot_ms;   /* for /health */
    int64_t calendars_end_day; /* for /health, as in EscDaemonSetup */
    uint64_t hash_seed;        /* for the table of clients that send wrong tokens */
    int64_t wrong_token_pause_max_ms;
    const EscText
        *webhook_origins; /* borrowed: senders that may ask to send events; none: all may */
    uint32_t webhook_origins_count;
    /* Any thread: something is finished, so esc_api_answer has to be called. */
    void (*wake)(void *context);
    void *context;
} EscApiSetup;

ESC_MUST_USE EscStatus esc_api_new(const EscApiSetup *setup, EscApi **out, EscWhy *why);
/* Takes the tokens over, and frees the former ones. Requests under way keep their permission. */
void esc_api_use_tokens(EscApi *api, EscTokens *tokens);
EscHttpHandler esc_api_handler(EscApi *api);

/* What boards (GET /v1/live) are told of a workspace. */
typedef struct EscLiveFeed EscLiveFeed;
/* Of a shard of the setup's set, before its threads start; the API's, and freed with it. NULL: no memory. */
EscLiveFeed *esc_api_feed(EscApi *api, EscShard *shard);
/* Called by the shard's workers: a turn is committed, and everything is, so that what is read is committed. */
void esc_api_committed(EscLiveFeed *feed, EscService *service);
void esc_api_rested(EscLiveFeed *feed, EscService *service);
/* Hands on what came in since the last call, so that what comes together is committed together. After each
 * esc_http_run. */
void esc_api_hand_on(EscApi *api);
/* Real time until esc_api_answer has something to do though nobody wakes it. */
int64_t esc_api_wait_ms(const EscApi *api);
size_t esc_api_answer(
    EscApi *api); /* gives boards what came, answers what is finished, and gives its number */
size_t esc_api_away(const EscApi *api); /* requests that are not answered yet */
void esc_api_set_stopping(EscApi *api); /* /health/ready says no from now on */
void esc_api_free(EscApi *api);         /* nothing may be under way; NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
