/* api_live.h - boards: answers without an end, which are told of each change of a workspace; for api*.c only.
 *
 * What changed is made into text once, by the workspace's own worker (api_live_feed.c), when nothing of it is on its way to
 * the disk. The door's thread gives that text to all boards (api_live.c), keeps the last of it for those that come back,
 * and asks for pages of all that is open for those that begin. */
#ifndef ESC_API_LIVE_H
#define ESC_API_LIVE_H

#include <stdatomic.h>

#include "api_internal.h"

#define ESC_LIVE_TEXT_BYTES 40000 /* of one event, and the row that crosses this */
#define ESC_LIVE_BOARD_BYTES_MAX ((size_t)64 << 10) /* that wait for one board */
#define ESC_LIVE_RING_ITEMS 256 /* events of a workspace that are kept for who comes back */
#define ESC_LIVE_RING_BYTES_MAX ((size_t)512 << 10)
#define ESC_LIVE_LINGER_MS 60000 /* after the last board went, events are still made for it */
#define ESC_LIVE_BEAT_MS 15000
#define ESC_LIVE_HEALTH_MS 2000

/* What a board is told of: an escalation, or a task of it. */
typedef struct EscLiveKey {
    uint64_t escalation;
    uint32_t task; /* 0: the escalation itself */
} EscLiveKey;

typedef enum EscLiveKind {
    ESC_LIVE_CHANGED,
    ESC_LIVE_PAGE,
    ESC_LIVE_ONCALL,
    ESC_LIVE_STALE,  /* rows are to be looked up anew: who stands for a role has changed */
    ESC_LIVE_BEGIN,  /* nobody has listened before: what is kept begins here */
    ESC_LIVE_REFUSED /* the workspace is stopped: there is no page */
} EscLiveKind;

/* A part of all that is open: escalations from the newest on, and then tasks. */
typedef struct EscLivePage {
    uint64_t after;   /* escalations below it; 0: all */
    EscLiveKey task;  /* tasks behind it */
    bool is_of_tasks; /* no escalations any more */
    bool is_snapshot; /* the board has nothing yet */
} EscLivePage;

/* One event as text, made by a worker and the door's from then on. */
typedef struct EscLiveBlob {
    EscParcel parcel;         /* first */
    struct EscLiveFeed *feed; /* NULL: of the daemon */
    EscLiveKind kind;
    unsigned refs;
    uint64_t seq;           /* of the trail, behind all that it tells */
    EscLivePage page, next; /* PAGE, REFUSED: which it is, and which is the next */
    bool is_last;           /* there is no next */
    size_t size;
    char text[]; /* "event: changed\ndata: {…}\n" */
} EscLiveBlob;

struct EscLiveFeed {
    EscMailbox *out; /* to the door */
    EscShard *shard;
    struct EscLiveFeed *next;
    _Atomic(int64_t) watched_until_ms; /* boot clock; INT64_MAX: while boards are open */
    /* Of the workspace's worker. */
    EscLiveKey *changed; /* since the last rest */
    size_t changed_count, changed_capacity;
    uint64_t duty_hash;
    int64_t duty_until_ms; /* engine time at which somebody else is on duty; INT64_MAX: never */
    bool is_duty_due, is_listened_to;
    /* Of the door. */
    EscLiveBlob *ring[ESC_LIVE_RING_ITEMS];
    size_t ring_first, ring_count, ring_bytes;
    uint64_t seq;       /* of the last that came */
    uint64_t ring_from; /* who has come as far as this finds the rest here; 0: nobody does */
    unsigned boards;
    EscLivePage asked[16]; /* pages that are being made */
    size_t asked_count;
};

typedef struct EscLive {
    EscMailbox mail; /* blobs */
    EscLiveFeed *feeds;
    EscRing boards;
    unsigned count, count_max;
    int64_t beat_ms, health_ms; /* boot clock: when the next is due */
    uint64_t health_hash;
    EscLiveBlob *health; /* as it was told last */
    const EscApiSetup *setup;
    const EscDoor *door;
} EscLive;

void esc_live_init(EscLive *live, const EscApiSetup *setup, const EscDoor *door);
void esc_live_release(EscLive *live);
void esc_live_run(EscLive *live); /* gives what came to the boards; beats */
int64_t esc_live_wait_ms(
    const EscLive *live); /* until the next run has something to do by itself */
void esc_live_end_all(EscLive *live);
void esc_live_check_rights(EscLive *live,
                           const EscTokens *tokens); /* ends those that have none any more */
void esc_live_forget(EscRequest *request);           /* its connection is gone */
EscLiveFeed *esc_live_feed(const EscLive *live, const EscShard *shard);

/* api_live_feed.c */
EscLiveFeed *esc_live_feed_new(EscMailbox *out, EscShard *shard);
void esc_live_feed_free(EscLiveFeed *feed);
/* Any thread: a page is made by the worker. False: there is no memory. */
bool esc_live_page_ask(EscLiveFeed *feed, EscLivePage page);
void esc_live_poke(
    EscLiveFeed *feed); /* any thread: the worker looks whether somebody else is on duty */
EscLiveBlob *esc_live_blob(EscLiveFeed *feed, EscLiveKind kind, EscText text); /* NULL: no memory */

#endif
