/* esc/group.h - rows: what a group of inputs changed. The only way from the engine to a store, and back at a start. */
#ifndef ESC_GROUP_H
#define ESC_GROUP_H

#include <esc/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum EscDeliveryState {
    ESC_DELIVERY_QUEUED,
    ESC_DELIVERY_ACCEPTED,
    ESC_DELIVERY_DELIVERED,
    ESC_DELIVERY_DEAD,
    ESC_DELIVERY_STATE_COUNT
} EscDeliveryState;

typedef enum EscState {
    ESC_STATE_OPEN,
    ESC_STATE_CLOSING,
    ESC_STATE_PARKED,
    ESC_STATE_CLOSED,
    ESC_STATE_COUNT
} EscState;
const char *esc_state_name(EscState state); /* "open" */

typedef struct EscTicketRow {
    EscText id, title, status;
    EscText
        json; /* all fields: an object with dotted names flattened to members, by name, canonical order */
    int64_t created_at_ms, updated_at_ms;
    EscText sla_json; /* clocks and their state; may be empty */
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
    EscBytes frame, below;              /* snapshots; empty when there is none */
    EscText
        state_json; /* the engine's own: QA, changes recorded for rollback, expectations, pages under way */
    EscText
        start_event; /* JSON of the event that started it: evidence, given only when the row is new, else empty (keep) */
} EscEscalationRow;

typedef struct EscTimerRow {
    int64_t due_ms;
    uint64_t seq;        /* order of creation: ties fire in this order */
    uint64_t escalation; /* 0: the ticket's */
    EscText ticket;
    uint32_t kind; /* EscTimer of the engine */
    uint32_t index; /* which reminder, check, contact …; unique with (escalation or ticket, kind) */
} EscTimerRow;

typedef enum EscOutboxKind {
    ESC_OUTBOX_MESSAGE,
    ESC_OUTBOX_CALL,
    ESC_OUTBOX_KIND_COUNT
} EscOutboxKind;
typedef struct EscOutboxRow {
    uint64_t id;
    EscText key; /* idempotency key: "acme/E-12/7" */
    uint64_t escalation;
    EscText ticket;
    EscOutboxKind kind;
    EscText target; /* MESSAGE: channel name, or person name; CALL: "crm.requeue" */
    EscText medium; /* MESSAGE: chat, email, phone, webhook; CALL: http */
    EscText
        address; /* MESSAGE to a person: their address of that medium; to a channel: empty (bound in configuration) */
    EscText
        body; /* JSON. MESSAGE: {"text","subject","workspace","escalation","ticket","template","severity"?,"page":bool,"question"?,"answers"?}.
                               CALL: {"system","action","method","path","json":{…}|absent,"expect":[200],"result_path":""} */
    int64_t created_at_ms;
    int64_t deadline_ms; /* give up after this instant; 0: the delivery worker's own limit */
} EscOutboxRow;

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
    uint8_t hash[32]; /* SHA-256 of content */
    uint64_t escalation;
    EscText name; /* "ticket", "changes", name of the attached value, "postmortem" */
    EscText content;
    int64_t at_ms;
} EscEvidenceRow;

typedef struct EscCounters {
    uint64_t next_escalation, next_ticket, next_outbox, next_audit, next_timer;
    int64_t time_ms; /* the engine's logical time */
} EscCounters;

/* All rows are final values (the last one of the group); lists are in the order they must be written. Lives in the group's arena. */
typedef struct EscGroup {
    EscArena *arena;
    EscTicketRow *tickets;
    size_t tickets_count, tickets_capacity;
    EscEscalationRow *escalations;
    size_t escalations_count, escalations_capacity;
    EscTimerRow *timers_put;
    size_t timers_put_count, timers_put_capacity;
    EscTimerRow *timers_deleted;
    size_t timers_deleted_count,
        timers_deleted_capacity; /* by the full key; each must exist in the store; written before timers_put */
    EscOutboxRow *outbox;
    size_t outbox_count, outbox_capacity;
    EscOutboxSettled *settled;
    size_t settled_count, settled_capacity;
    EscAuditRow *audit;
    size_t audit_count, audit_capacity;
    EscEvidenceRow *evidence;
    size_t evidence_count, evidence_capacity;
    EscText
        absences; /* JSON object of the engine's own: {"absent":{person: until_ms},"windows":[…]}; empty text: unchanged */
    EscCounters counters;
} EscGroup;

void esc_group_init(EscGroup *group, EscArena *arena);
/* Empties the lists and clears the arena, so the group can take the next batch. */
void esc_group_clear(EscGroup *group);

#ifdef __cplusplus
}
#endif
#endif
