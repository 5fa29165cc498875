/* outside.h - the parts of the outside and what goes between its threads; for this folder only.
 *
 *   endpoints.c  how each endpoint is doing, for people
 *   results.c    what became of a row, told to its workspace and to the log
 *   transfer.c   one plan as a libcurl handle
 *   requests.c   requests by curl's multi interface, on the reactor
 *   mail.c       mails by curl's easy interface, on the mail pool
 *   sink.c       lines of files, on the file pool
 *   detail.c     what people are told of an attempt
 *   attempt.c    one request of an attempt, from its plan to its end
 *   tokens.c     tokens of systems that give them for a time
 *   fan.c        several receivers of one message
 *   course.c     what comes before a row's own request, and behind each
 *   outside.c    the thread with the reactor: letters in, turns
 *
 * Each uses those above it only.
 *
 * The queues and everything else without a lock belong to the outside's thread. The pools get an attempt
 * or a batch, and give it back as a letter. */
#ifndef ESC_DELIVERY_OUTSIDE_H
#define ESC_DELIVERY_OUTSIDE_H

#include <stdatomic.h>

#include <curl/curl.h>

#include <esc/delivery.h>

#include "queue.h"
#include "verdict.h"

#define ESC_DETAIL_BYTES_MAX 1000 /* what people are told of an attempt */

typedef struct EscRequestPool EscRequestPool;
typedef struct EscSink EscSink;
typedef struct EscToken EscToken;

/* One workspace. */
typedef struct EscSite {
    EscText name;
    const EscWorkspaceConfig *config;
    EscOutsideHost host;
    EscRequestPool *pool; /* NULL until its first request */
} EscSite;

/* What lies in the outside's inbox. */
typedef enum EscLetterKind {
    ESC_LETTER_SITE,   /* a workspace was added */
    ESC_LETTER_ROWS,   /* rows to be delivered */
    ESC_LETTER_DROP,   /* rows that are not */
    ESC_LETTER_MAILED, /* an EscAttempt has ended */
    ESC_LETTER_WRITTEN /* an EscBatch has ended */
} EscLetterKind;

typedef struct EscLetter {
    EscParcel parcel; /* first */
    EscLetterKind kind;
} EscLetter;

/* A row as it is kept: one block with all of its texts. */
typedef struct EscContent {
    size_t size; /* of the block */
    uint32_t attempts;
    int64_t next_attempt_at_ms; /* boot clock */
    int64_t ahead_ms;           /* of the row's own instants to the boot clock */
    EscOutboxRow row;
} EscContent;

/* Several receivers of one message, one after the other in one attempt: what became of those that were asked. */
typedef struct EscFan {
    uint32_t asked, took, put_off, held;
    char gone[256]; /* ids of those that want no more, with blanks between them */
} EscFan;

/* One attempt of one row by HTTP or mail. */
typedef struct EscAttempt {
    EscLetter letter; /* first */
    EscRing link;     /* under way */
    struct EscAttempt *next_spare;
    EscOutside *outside;
    const EscSite *site;
    EscQueueItem *item;
    EscArena *arena;
    EscRoute route;
    EscPlan plan;
    int64_t timeout_ms; /* real time */
    CURL *easy;
    struct curl_slist *headers, *recipients;
    size_t sent;
    EscBuf reply;
    bool is_address_refused, is_address_tried;
    CURLcode code;
    long status;
    EscDeliveryState state; /* how far a message has come when it was taken */
    bool is_refused_within; /* by a reply whose status is a success */
    bool is_unknown;        /* the receiver knows nobody, or no place, by what it was told */
    bool has_forgotten;     /* what was known was wrong, and found out anew */
    EscFan fan;
    uint32_t steps;         /* that came before the row's own request */
    const char *words;      /* for people, besides the peer's own; NULL: none */
    /* HTTP */
    EscRequestPool *pool; /* NULL: not under way there */
    struct EscAttempt *next_ended;
    bool is_lost; /* its socket is not watched */
    /* of a system with oauth2 */
    EscText token;
    bool is_fetching; /* its request is the one for the token */
    bool has_renewed; /* the system did not take a token: this is the second one */
    struct EscAttempt *next_waiting;
    /* mail */
    EscLane lane;
    curl_socket_t socket;
    uint32_t recipients_asked, recipients_accepted;
    bool is_recipient_asked, has_temporary_refusal;
    long refusal_code; /* the last one */
    EscBuf refused;    /* "a@x.example (550 no such user), b@…" */
    EscBuf said;       /* text of the mail server's last refusal */
    bool is_said_over; /* with its last line */
} EscAttempt;

/* Rows of one file that are written together. */
typedef struct EscBatch {
    EscLetter letter; /* first */
    EscRing link;     /* of all that are not over */
    const EscSite *site;
    EscQueue *queue;
    EscQueueItem **items;
    size_t items_count;
    EscBuf lines;
    bool is_written, is_given_up;
} EscBatch;

/* endpoints.c; of its own lock, since any thread asks */
typedef struct EscEndpointBook {
    pthread_mutex_t lock;
    struct EscEndpointNote *first;
} EscEndpointBook;

struct EscOutside {
    EscOutsideSetup setup;
    EscEndpointBook endpoints;
    EscRetryRules retries;
    EscQueues *queues;
    EscReactor *reactor;
    EscPool *mail_pool, *file_pool;
    EscMailbox inbox;
    pthread_mutex_t adding; /* numbers of workspaces are given in the order of their letters */
    uint32_t numbers;
    pthread_t thread;
    bool has_thread, has_ended;
    atomic_bool is_giving_up;     /* what blocks should end soon */
    atomic_bool is_stopping;      /* nothing starts any more, and soon: */
    atomic_llong stop_at_real_ms; /* nothing is waited for */
    atomic_ullong wakeups;        /* of the thread */
    EscSite **sites;
    uint32_t sites_count;
    EscRequestPool *pools;
    int64_t idle_real_ms; /* a pool that sends nothing for so long closes its connections */
    EscSink *sinks;
    EscToken *tokens;
    EscRing attempts;  /* under way */
    EscRing batches;   /* that are not over */
    EscAttempt *spare; /* to be used again: an arena and a curl handle are dear */
    uint32_t spare_count;
};

/* --- endpoints.c --- */
typedef enum EscEndpointDid {
    ESC_ENDPOINT_TOOK,
    ESC_ENDPOINT_FAILED, /* an attempt, which is made again */
    ESC_ENDPOINT_GAVE_UP
} EscEndpointDid;
void esc_endpoints_init(EscOutside *outside);
void esc_endpoints_free(EscOutside *outside);
void esc_endpoint_look(EscOutside *outside,
                       EscQueue *queue); /* at what waits, and whether it is held */
void esc_endpoint_note(EscOutside *outside, EscQueue *queue, EscEndpointDid did,
                       const char *detail);

/* --- results.c --- */
int64_t esc_outside_now_ms(const EscOutside *outside); /* boot clock of the door */
/* For signatures, which receivers compare with their own clock. */
int64_t esc_outside_wall_ms(const EscOutside *outside);
void esc_outside_log(const EscOutside *outside, const char *level, const char *event,
                     const char *format, ...) ESC_PRINTF(4, 5);
const EscSite *esc_site_of(const EscOutside *outside, const EscQueueItem *item);
/* What became of a row under way; the item is gone afterwards. */
void esc_item_settle(EscOutside *outside, EscQueueItem *item, EscDeliveryState state,
                     unsigned status, const char *detail, EscText reply);
/* A call was answered: what it returns, and all of the reply where the engine judges it (else empty). */
void esc_item_settle_call(EscOutside *outside, EscQueueItem *item, unsigned status,
                          const char *detail, EscText reply, EscText document);
/* It waits until its endpoint is well again: no attempt of its own is counted. */
void esc_item_hold(EscOutside *outside, EscQueueItem *item, const char *detail);
/* The endpoint is ill, or well again: an alarm, and a word to the workspace. */
void esc_endpoint_tell(EscOutside *outside, const EscQueueItem *item, bool is_held,
                       const char *detail);
/* Another attempt, or dead when there is none. */
void esc_item_again(EscOutside *outside, EscQueueItem *item, int64_t floor_ms, const char *detail);

/* --- detail.c --- */
/* What a reply says, on one line: a JSON object's message, or the text itself, cut; secrets are left out. */
void esc_peer_words(EscBuf *out, EscText reply, const EscText *secrets, size_t secrets_count);
/* A sentence without any address in it but those of recipients who were refused. */
void esc_attempt_describe(const EscAttempt *attempt, char *out, size_t size);

/* --- attempt.c --- */
/* What its end means. Fills in `state` and `is_refused_within` of a message that was answered with a success. */
EscVerdict esc_attempt_verdict(EscAttempt *attempt);

/* --- fan.c --- */
/* Notes what one of several said. True: the next one is asked; false: *verdict is that of all. */
bool esc_fan_goes_on(EscAttempt *attempt, EscVerdict *verdict);
void esc_fan_describe(const EscAttempt *attempt, char *out, size_t size); /* for people */

/* --- transfer.c --- */
/* Prepares attempt->easy from its plan. False without memory. */
bool esc_transfer_prepare(EscAttempt *attempt);
void esc_transfer_release(EscAttempt *attempt); /* all but the handle itself */

/* --- requests.c --- */
bool esc_request_start(EscAttempt *attempt); /* false without memory */
/* Lets curl work. Gives the attempts that have ended, by next_ended: for esc_attempt_ended, each. */
EscAttempt *esc_requests_run(EscOutside *outside);
int64_t esc_requests_wait_ms(const EscOutside *outside); /* real time; INT64_MAX: none */
void esc_requests_free(EscOutside *outside);             /* no attempt may be left */
void esc_request_give_up(EscAttempt *attempt);

/* --- mail.c --- */
void esc_mail_start(EscAttempt *attempt);
/* A line that the mail server says, with its end: what it refuses, and which recipients it takes. */
void esc_mail_take_reply(EscAttempt *attempt, const char *line, size_t size);

/* --- sink.c --- */
/* Takes the row and more of its file into one write. */
void esc_batch_start(EscOutside *outside, const EscSite *site, EscQueueItem *item,
                     const EscRoute *route, int64_t now_ms);
void esc_batch_ended(EscOutside *outside, EscBatch *batch);
void esc_sinks_close(EscOutside *outside); /* as esc_attempts_close */
void esc_sinks_free(EscOutside *outside);

/* --- attempt.c --- */
EscAttempt *esc_attempt_new(EscOutside *outside, EscQueueItem *item);
/* Plans the row's own request, or a step to it, with attempt->token, and begins it. */
void esc_attempt_send(EscAttempt *attempt);
void esc_attempt_begin(EscAttempt *attempt); /* what attempt->plan says */
void esc_attempt_renew(EscAttempt *attempt);
/* What became of it, for its row and its endpoint; it is gone afterwards. */
void esc_attempt_close(EscAttempt *attempt, EscVerdict verdict, const char *detail);
void esc_attempt_free(EscAttempt *attempt);
/* At the end: waits until no worker has one of them; then they can be freed. */
void esc_attempts_close(EscOutside *outside);
void esc_attempts_free(EscOutside *outside);

/* --- tokens.c --- */
bool esc_token_is_needed(const EscAttempt *attempt);
/* Goes on with a token: at once, when another one has fetched it, or when it has fetched one itself. */
void esc_token_get(EscAttempt *attempt);
void esc_token_ended(EscAttempt *attempt); /* of one that is_fetching */
/* Whether a call came back because of its token, which is dropped, and is to be made once more. */
bool esc_token_is_refused(EscAttempt *attempt);
void esc_system_tokens_free(EscOutside *outside); /* no attempt may be left */

/* --- course.c --- */
/* Begins what the row of a slot needs. */
void esc_attempt_start(EscOutside *outside, EscQueueItem *item, int64_t now_ms);
/* The end of an attempt by HTTP or mail: code and status are set. */
void esc_attempt_ended(EscAttempt *attempt);

/* --- outside.c --- */
uint64_t esc_outside_wakeups(const EscOutside *outside); /* of its thread, for tests */

#endif
