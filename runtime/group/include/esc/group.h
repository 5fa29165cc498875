/* esc/group.h - rows: what a group of inputs changed. The only way from the engine to a store, and
 * back at a start.
 *
 * Nothing reaches a store beside a group: what was received, what is still to be tried again and
 * the bundles that escalations need are lists of it like the rest. */
#ifndef ESC_GROUP_H
#define ESC_GROUP_H

#include <esc/message.h>
#include <esc/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far a message or a call has come: a ladder queued < accepted < delivered < seen < acked that
 * is never climbed down. DEAD is another end, for what was not delivered. The numbers are stored:
 * new ones come last. */
typedef enum EscDeliveryState {
    ESC_DELIVERY_QUEUED,
    ESC_DELIVERY_ACCEPTED,  /* the next server has taken it */
    ESC_DELIVERY_DELIVERED, /* it is known to have arrived */
    ESC_DELIVERY_DEAD,      /* given up */
    ESC_DELIVERY_SEEN,      /* a person has looked at it */
    ESC_DELIVERY_ACKED,     /* a person has answered it */
    ESC_DELIVERY_STATE_COUNT
} EscDeliveryState;
const char *esc_delivery_state_name(EscDeliveryState state); /* "queued" */
bool esc_delivery_state_find(EscText name, EscDeliveryState *state);
/* True when a row that stands at `from` takes `to`: up the ladder, or dead before it arrived. */
bool esc_delivery_climbs(EscDeliveryState from, EscDeliveryState to);

typedef enum EscState {
    ESC_STATE_OPEN,
    ESC_STATE_CLOSING,
    ESC_STATE_PARKED,
    ESC_STATE_CLOSED,
    ESC_STATE_COUNT
} EscState;
const char *esc_state_name(EscState state); /* "open" */
bool esc_state_find(EscText name, EscState *state);

const char *esc_role_row_name(uint32_t role); /* "primary" */

/* An event as it was received. (source, id) is its identity for as long as it is kept: the digest
 * tells a repetition from another event under the same key. */
typedef struct EscReceivedRow {
    EscText source, id;
    uint8_t digest[ESC_EVENT_DIGEST_SIZE];
    int64_t received_at_ms;
    EscText content; /* JSON; borrowed from the input until the turn ends */
} EscReceivedRow;

/* What the engine keeps beside tickets: an instant of a count, a silence that is waited for. Found by its id, which is the
 * engine's own, and written again whenever it changes. */
#define ESC_KEPT_ID_SIZE 16
typedef struct EscKeptRow {
    uint8_t id[ESC_KEPT_ID_SIZE];
    EscBytes body; /* empty: it is gone */
} EscKeptRow;

typedef struct EscBundleRow {
    uint8_t hash[32];
    int64_t at_ms;
    EscBytes bytes;
} EscBundleRow;

/* A body is the engine's own, packed and versioned (engine/rows/ has the formats): a store keeps it as it is, and
 * esc_ticket_body_show (engine.h) shows what a person may see of it. */
typedef struct EscTicketRow {
    EscText id, title, status;
    EscBytes body; /* fields, service level, timers … */
    int64_t created_at_ms, updated_at_ms;
    bool
        is_live; /* a restart must load it: an escalation is open, a timer runs, or a rollback may need it */
} EscTicketRow;

typedef struct EscEscalationRow {
    uint64_t id;
    EscText ticket, template_name;
    uint8_t bundle_hash[32];
    EscState state;
    uint32_t role; /* accountable: 0 primary … 3 last_resort */
    EscText owner; /* accountable person */
    bool is_acked;
    int64_t opened_at_ms, closed_at_ms; /* 0: open */
    EscText outcome;                    /* empty while open */
    EscText step;                       /* where it stands: "customer.esc:31 await resolved" */
    int64_t next_due_ms;                /* its earliest timer; 0 when closed */
    EscBytes body;                      /* snapshots, timers, checks, pages under way … */
    /* JSON of the event that started it: evidence, given only when the row is new, else empty (keep) */
    EscText start_event;
    /* What lists are filtered and sorted by, as it was when the row was written. */
    uint64_t version;          /* grows whenever the row is written */
    EscText account, severity; /* of its ticket */
    uint32_t rank;  /* of the severity among those of the schema: the higher the worse; 0: none */
    int64_t due_ms; /* the earliest deadline that somebody has to meet; 0: there is none */
} EscEscalationRow;

typedef enum EscOutboxKind {
    ESC_OUTBOX_MESSAGE,
    ESC_OUTBOX_CALL,
    ESC_OUTBOX_KIND_COUNT
} EscOutboxKind;
/* To one of those who get the mails of a channel; a person's own medium is "email". */
#define ESC_MEDIUM_MAIL "mail"
/* A war room is asked for: a CALL whose target is ESC_ROOM_CHANNEL. It is made, {"room","title","escalation","ticket"}, and
 * the call returns its address; or somebody is called into it, {"room","address","people":["@ana"],"escalation","ticket"},
 * by a row whose target has their name behind the channel's ("warroom ana"), and the call returns who was; or its end is said
 * in it, {"room","address","words","escalation","ticket"}, and it is closed where the endpoint can do that. */
#define ESC_MEDIUM_ROOM "room"
#define ESC_ROOM_OPEN "open" /* its actions */
#define ESC_ROOM_INVITE "invite"
#define ESC_ROOM_CLOSE "close"
typedef struct EscOutboxRow {
    uint64_t id;
    EscText key; /* idempotency key: "acme/E-12/7/9f3c2b1a0d4e5f60", the last part of the store */
    uint64_t escalation;
    EscText ticket;
    EscOutboxKind kind;
    EscText target; /* MESSAGE: channel name, or person name; CALL: "crm.requeue" */
    EscText
        medium; /* MESSAGE: chat, email, phone, webhook, ESC_MEDIUM_MAIL; CALL: http, ESC_MEDIUM_ROOM */
    /* MESSAGE to a person: their address of that medium; by ESC_MEDIUM_MAIL: one receiver of a channel; else empty (bound in
     * configuration) */
    EscText address;
    EscText body; /* JSON of the message or call: esc/message.h */
    /* The same as a struct, one of them; both NULL when the row comes from a store. */
    const EscMessage *message;
    const EscCall *call;
    int64_t created_at_ms;
    int64_t deadline_ms; /* give up after this instant; 0: the delivery worker's own limit */
} EscOutboxRow;

/* Rows from this number on are errands: sent once for whoever asked, kept by no store, and nobody is told what became of
 * them. Their body is what the endpoint's plan function makes of it. */
#define ESC_ERRAND_FIRST (UINT64_C(1) << 62)

const char *esc_outbox_kind_name(EscOutboxKind kind); /* "message" */

/* An outbox row as a store keeps it: what the engine said, and how far it has come. */
typedef struct EscOutboxEntry {
    EscOutboxRow row;
    EscDeliveryState state;
    uint32_t attempts; /* that failed */
    int64_t next_attempt_at_ms;
    EscText detail; /* of the last attempt */
} EscOutboxEntry;

/* Copies a row without what it says, its texts into the arena: what a receipt speaks of outlives the store's visit. */
void esc_outbox_row_keep(EscArena *arena, const EscOutboxRow *row, EscOutboxRow *kept);

/* An attempt failed and will be made again. */
typedef struct EscOutboxRetry {
    uint64_t id;
    uint32_t attempts; /* that failed by now */
    int64_t next_attempt_at_ms;
    EscText detail;
} EscOutboxRetry;

/* What an attempt of a row told of its endpoint; the row itself is still queued then. */
typedef enum EscEndpointNews {
    ESC_ENDPOINT_SAME,
    ESC_ENDPOINT_HELD, /* it refuses us: its messages wait. `detail` says why, `reply` which endpoint */
    ESC_ENDPOINT_BACK /* it takes messages again */
} EscEndpointNews;

/* How an endpoint is doing, for people: since the start, but for what waits. Instants are of the wall clock; 0: never, or not. */
typedef struct EscEndpointFace {
    EscText name; /* "channel incidents", "system crm" */
    uint64_t waiting, sent, dead;
    int64_t held_since_ms, held_until_ms; /* nothing is sent there meanwhile */
    int64_t succeeded_at_ms, failed_at_ms;
    EscText error; /* at the last failure; empty: there was none */
} EscEndpointFace;
typedef bool EscEndpointVisit(void *context, const EscEndpointFace *face); /* false: that is all */

/* What became of an outbox row: an input of the engine. */
typedef struct EscDelivery {
    EscEndpointNews news; /* not SAME: `state` is QUEUED */
    uint64_t outbox;
    EscDeliveryState
        state; /* ACCEPTED or DELIVERED for messages and successful calls, DEAD when given up */
    uint32_t http_status; /* 0 when none */
    EscText detail;       /* error text, cut to 1000 bytes */
    EscText reply;        /* CALL: the result text that the action's `return` selects */
    EscText
        document; /* CALL that is judged: all of the reply, cut to ESC_DOCUMENT_REPLY_BYTES_MAX */
} EscDelivery;

/* A row has come further: see EscDeliveryState. What would go down changes nothing. */
typedef struct EscOutboxSettled {
    uint64_t id;
    EscDeliveryState state;
    EscText detail;
} EscOutboxSettled;

typedef struct EscAuditRow {
    uint64_t seq; /* 1, 2, 3 … per workspace, without gap */
    int64_t at_ms;
    uint64_t escalation; /* 0 when none */
    EscText ticket,
        kind; /* kind: a fixed word: opened, owner, acked, failover, notified, delivered, delivery_dead, waiting, resumed, … (docs/architecture.md) */
    EscText actor; /* person or principal; "escal" for the engine itself */
    EscText place; /* "customer.esc:31" or empty */
    EscText text;  /* one English sentence for people */
    EscText data;  /* JSON object, may be empty */
} EscAuditRow;

typedef struct EscEvidenceRow {
    uint64_t number;  /* given by the store, growing in the order kept; 0 in a group */
    uint8_t hash[32]; /* SHA-256 of content */
    uint64_t escalation;
    EscText name; /* "ticket", "changes", name of the attached value, "postmortem" */
    EscText content;
    int64_t at_ms;
} EscEvidenceRow;

/* --- tasks ------------------------------------------------------------------------------------ */

/* What somebody is to do. The numbers are stored: new ones come last. */
typedef enum EscTaskKind {
    ESC_TASK_QUESTION,
    ESC_TASK_APPROVAL,
    ESC_TASK_CONFIRMATION, /* of a quality check */
    ESC_TASK_TRIAGE,
    ESC_TASK_POSTMORTEM,
    ESC_TASK_FOLLOW_UP, /* a ticket of kind `task` that an escalation made */
    ESC_TASK_KIND_COUNT
} EscTaskKind;
const char *esc_task_kind_name(EscTaskKind kind); /* "question" */

typedef enum EscTaskState {
    ESC_TASK_OPEN,
    ESC_TASK_CLAIMED, /* somebody is at it */
    ESC_TASK_DONE,
    ESC_TASK_EXPIRED,   /* its time was over, and what waited for it went on without */
    ESC_TASK_WITHDRAWN, /* nobody waits for it any more */
    ESC_TASK_STATE_COUNT
} EscTaskState;
const char *esc_task_state_name(EscTaskState state); /* "open" */
bool esc_task_state_find(EscText name, EscTaskState *state);
static inline bool esc_task_state_is_open(EscTaskState state)
{
    return state <= ESC_TASK_CLAIMED;
}

typedef struct EscTaskRow {
    uint64_t escalation;
    uint32_t number; /* of the escalation's tasks, from 1: "E-12-3" */
    EscTaskKind kind;
    EscTaskState state;
    EscText ticket;     /* of the escalation */
    EscText assignee;   /* empty: nobody */
    EscText candidates; /* who may take it: names, with a line's end before and behind each */
    int64_t created_at_ms, due_at_ms, done_at_ms; /* 0: never */
    EscBytes body;                                /* title, guidance, answers, form … */
} EscTaskRow;
bool esc_task_is_candidate(EscText candidates, EscText person);
/* "E-12-3"; false when it is no such thing. */
bool esc_task_id_read(EscText text, uint64_t *escalation, uint32_t *number);

typedef struct EscCounters {
    uint64_t next_escalation, next_ticket, next_outbox, next_audit, next_timer;
    int64_t time_ms; /* the engine's logical time */
} EscCounters;

/* All rows are final values (the last one of the group); lists are in the order in which they must be
 * written. Lives in the group's arena but for what a row says it borrows. */
typedef struct EscGroup {
    EscArena *arena;
    uint64_t epoch; /* of the store when it was opened: a group of another epoch is refused */
    EscBundleRow
        *bundles; /* that escalations of this or a later group are pinned to; known ones stay */
    size_t bundles_count, bundles_capacity;
    EscReceivedRow *events; /* that were taken in, in their order; no key is in the store yet */
    size_t events_count, events_capacity;
    EscTicketRow *tickets; /* new or changed, by id */
    size_t tickets_count, tickets_capacity;
    EscEscalationRow *escalations; /* new or changed, by id */
    size_t escalations_count, escalations_capacity;
    EscOutboxRow *outbox; /* new: queued, due at once */
    size_t outbox_count, outbox_capacity;
    /* Given up before, and queued once more: as they are from now on. Each must be there, and be dead. */
    EscOutboxRow *again;
    size_t again_count, again_capacity;
    EscOutboxSettled *settled; /* of this or an earlier group; each must exist */
    size_t settled_count, settled_capacity;
    EscOutboxRetry *retries; /* each must exist; one that is no longer queued stays as it is */
    size_t retries_count, retries_capacity;
    EscAuditRow *audit; /* new, by seq without gap */
    size_t audit_count, audit_capacity;
    EscEvidenceRow *evidence; /* new, in the order kept */
    size_t evidence_count, evidence_capacity;
    EscTaskRow *tasks; /* new or changed, by escalation and number */
    size_t tasks_count, tasks_capacity;
    EscKeptRow *kept; /* what is gone, then what is new or changed; in each part an id once */
    size_t kept_count, kept_capacity;
    EscBytes
        workspace; /* body of the workspace itself: absences, notification windows; empty: unchanged */
    /* A correction of the clock: the instants of outbox rows that are queued before this group move by so much. */
    int64_t outbox_moved_ms;
    EscCounters counters;
} EscGroup;

void esc_group_init(EscGroup *group, EscArena *arena);
/* Empties the lists and clears the arena, so the group can take the next batch. */
void esc_group_clear(EscGroup *group);

/* True when writing the group would change nothing but the counters. */
bool esc_group_is_empty(const EscGroup *group);

#ifdef __cplusplus
}
#endif
#endif
