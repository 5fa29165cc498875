/* esc/delivery.h - the outside: carries outbox rows out and tells what became of them.
 *
 * Rows come in by esc_outside_put, in any order and from any thread, after their group was committed.
 * Each waits in the queue of its (workspace, endpoint); who is next is decided by turns, over the
 * workspaces and then over the endpoints of each, within the limits of the configuration. A row is
 * looked at closely only when it has its slot. What became of an attempt comes back as an EscResult.
 *
 * Nothing here commits anything. After a crash the unsettled rows are put again by the load, with the
 * same keys: at least once outside, exactly once in our state. */
#ifndef ESC_DELIVERY_H
#define ESC_DELIVERY_H

#include <esc/config.h>
#include <esc/group.h>
#include <esc/known.h>
#include <esc/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Read of a receiver's reply; the rest is not taken. */
#define ESC_HTTP_REPLY_BYTES_MAX ((size_t)1 << 20)

typedef struct EscOutside EscOutside; /* all of delivery: queues and threads */

typedef struct EscOutsideSetup {
    const EscConfig *config; /* borrowed, as are the doors; used by several threads */
    const EscClock *clock;
    const EscRandom *random;
    const EscFiles *files;
    const EscSockets *sockets;
    const char *data_folder; /* file sinks: DATA/WORKSPACE.outbox.jsonl */
    double time_scale;       /* how much faster than real time its boot clock goes */
    void *context;
    /* May be NULL. Any thread. `event` is a fixed word; the text holds no secret and no address. */
    void (*log)(void *context, const char *level, const char *event, EscText text);
} EscOutsideSetup;

/* Starts its threads: one with a reactor, and a few for what blocks (mail, files). */
ESC_MUST_USE EscStatus esc_outside_new(const EscOutsideSetup *setup, EscOutside **out, EscWhy *why);

/* What became of one attempt. Embeds its parcel, so that the receiver can put it into a mailbox as it
 * is. Owns its texts; freed with esc_result_free.
 *
 * A settled row is given once by what is built today, but the ladder (queued < accepted < delivered <
 * seen < acked) may be climbed later: a result of a better rank may come for the same row. */
typedef struct EscResult {
    EscParcel parcel; /* first */
    bool is_retry;
    EscDelivery delivery; /* when !is_retry: an input of the engine */
    uint32_t rank;        /* of delivery.state on the ladder; DEAD: 0, as if it were never sent */
    EscOutboxRetry
        retry; /* when is_retry: a row of the next group; its next attempt by the boot clock */
} EscResult;
void esc_result_free(EscResult *result); /* NULL is allowed */

/* Of one workspace; called on threads of the outside, must not block. */
typedef struct EscOutsideHost {
    void *context;
    void (*result)(void *context, EscResult *result); /* takes it */
    /* The content of these rows was not kept in memory and is needed now: to be answered by
     * esc_outside_put with the same ids, or esc_outside_drop for those that are settled or gone. What
     * is put may be older in attempts and next attempt: the outside's own are newer. */
    void (*want)(void *context, const uint64_t *ids, size_t count);
    /* An endpoint takes nothing for now, so that its messages wait, or something came through again. NULL: nobody asks. */
    void (*endpoint)(void *context, EscText name, bool is_open);
    EscKnown *
        known; /* what services call people and places of the workspace; borrowed; NULL: nothing is kept */
} EscOutsideHost;

/* Before rows of it. `config` is borrowed and must outlive the outside. *number names the workspace in
 * the calls below. */
ESC_MUST_USE EscStatus esc_outside_add(EscOutside *outside, EscText workspace,
                                       const EscWorkspaceConfig *config, const EscOutsideHost *host,
                                       uint32_t *number, EscWhy *why);

/* What is put: a row, and how far its attempts have come; state and detail are not looked at. */
typedef EscOutboxEntry EscOutboxClaim;

/* Any thread, never blocks. Rows of a committed group, or unsettled ones of the load (with attempts and
 * next attempt). Copies what it keeps. A row that is known already only gets its content back.
 * `ahead_ms`: the engine time of the rows minus the boot clock, by which all waiting here is measured. */
void esc_outside_put(EscOutside *outside, uint32_t workspace, const EscOutboxClaim *rows,
                     size_t count, int64_t ahead_ms);
/* Any thread, never blocks: rows that are not to be delivered any more. Those under way end first. */
void esc_outside_drop(EscOutside *outside, uint32_t workspace, const uint64_t *ids, size_t count);

/* Any thread: how the endpoints of a workspace are doing to which something was sent, by name. `visit` must not block. */
void esc_outside_endpoints(EscOutside *outside, uint32_t workspace, EscEndpointVisit *visit,
                           void *context);

/* Not from a host's function. Starts nothing more; waits for what is under way, at most that long (real
 * time), then gives up the rest, whose rows stay unsettled: two seconds more at most. All results were
 * given when it returns. False: a thread is stuck in a write to a file, and esc_outside_free would wait
 * for it; the process can only end. */
bool esc_outside_stop(EscOutside *outside, int64_t timeout_ms);
/* Stops first when that was not done. Waits for a thread that is stuck, as long as it takes. NULL is
 * allowed. */
void esc_outside_free(EscOutside *outside);

/* --- our key for push services (push_key.c) ------------------------------------------------------- */

#define ESC_PUSH_KEY_BYTES 32
/* The private key in the file `webpush.key` of the data folder, which is made where there is none. */
ESC_MUST_USE EscStatus esc_push_key_open(const EscFiles *files, const EscRandom *random,
                                         const char *data_folder, uint8_t key[ESC_PUSH_KEY_BYTES],
                                         EscWhy *why);
/* Appends its public half as base64url, by which browsers are subscribed. False: it is none. */
ESC_MUST_USE bool esc_push_key_public(EscText secret, EscBuf *out);

/* --- trying what is bound (probe.c) -------------------------------------------------------------- */

/* What came back from one binding. Texts hold during the call. */
typedef struct EscProbed {
    EscText place, name; /* "channels", "incidents"; the name may be empty */
    EscText type;        /* "slack" */
    bool is_tried, is_fine;
    EscText words;             /* the peer's, or why it was not tried; may be empty; no secret */
    const char *proven, *open; /* what a fine answer proves, and what it does not */
} EscProbed;

/* Tries everything that a workspace of a finished configuration binds, one after the other, and sends nothing to people.
 * Blocks; libcurl is initialised. Of the setup only configuration and sockets are used. */
void esc_probe(const EscOutsideSetup *setup, const EscWorkspaceConfig *config,
               void (*tell)(void *context, const EscProbed *probed), void *context);

#ifdef __cplusplus
}
#endif
#endif
