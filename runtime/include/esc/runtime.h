/* esc/runtime.h - the engine that runs bundles against events, and what surrounds it: directory, ingestion, store, delivery, service.
 *
 * The way of an event: esc_event_parse (bytes → typed event) → esc_service_take (batch) → store row for deduplication →
 * esc_engine_apply (pure) → EscGroup → esc_store_commit → answer → delivery. Start reading at EscEngine.
 *
 * Everything up to and including the engine is pure: no clock, randomness, file or socket. Those come in through the four doors, which
 * the program's main fills in. Threads: one engine, store and service belong to one thread. */
#ifndef ESC_RUNTIME_H
#define ESC_RUNTIME_H

#include <esc/vm.h>

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- limits ---------------------------------------------------------------------------------------- */

#define ESC_EVENT_BYTES_MAX ((size_t)1 << 20)  /* one event as JSON */
#define ESC_BATCH_EVENTS_MAX 1000              /* events of one request */
#define ESC_BODY_BYTES_MAX ((size_t)8 << 20)   /* one HTTP body */
#define ESC_ID_BYTES_MAX 128                   /* ids of tickets, events, sources; principals */
#define ESC_OWNERS_MAX 64                      /* people that one reference resolves to */
#define ESC_EXCEPTIONS_PER_ESCALATION_MAX 8
#define ESC_REASON_BYTES_MAX 1000

/* --- the four doors ----------------------------------------------------------------------------------- */

typedef struct EscClock {
    void *context;
    int64_t (*now_ms)(void *context); /* UTC since 1970; may jump: callers keep their own maximum */
} EscClock;

typedef struct EscRandom {
    void *context;
    void (*fill)(void *context, void *bytes, size_t size);
} EscRandom;

typedef struct EscFiles {
    void *context;
    /* Whole file into out (whose size_max bounds it). ESC_NOT_FOUND, ESC_IO_FAILED, ESC_OVER_LIMIT. */
    EscStatus (*read)(void *context, const char *path, EscBuf *out);
    /* Appends a line durably (file sink); creates the file. */
    EscStatus (*append)(void *context, const char *path, EscBytes bytes);
} EscFiles;

typedef struct EscSockets {
    void *context;
    int (*open)(void *context, const struct sockaddr *address, socklen_t size); /* an unconnected outgoing socket, or -1 when the address is not allowed */
    int (*listen)(void *context, const char *host, uint16_t port, uint16_t *port_bound); /* a listening socket, or -1; port 0 picks one */
} EscSockets;

/* --- time zones and calendars (pure; source of the TZif format: RFC 8536) --------------------------------- */

typedef struct EscZones EscZones; /* a set of zones, filled once, then read-only */

EscZones *esc_zones_new(void);
void esc_zones_free(EscZones *zones); /* NULL is allowed */
/* Adds a zone from the bytes of its TZif file (version 2 or later). ESC_BAD_INPUT with *why when malformed. */
ESC_MUST_USE EscStatus esc_zones_add(EscZones *zones, EscText name, EscBytes tzif, EscWhy *why);
bool esc_zones_has(const EscZones *zones, EscText name);
/* Seconds east of UTC at that instant; an unknown zone counts as UTC. Its abbreviation is not kept. */
int32_t esc_zone_offset_s(const EscZones *zones, EscText name, int64_t time_ms);
/* A local time (minutes since 1970-01-01T00:00 local) as an instant. Gap: shifted forward; fold: the first. */
int64_t esc_zone_instant_ms(const EscZones *zones, EscText name, int64_t local_minute);
/* Loads every zone that the program names (and the workspace's) from `directory` ("/usr/share/zoneinfo") through the door. */
ESC_MUST_USE EscStatus esc_zones_load(EscZones *zones, const EscProgram *program, const EscFiles *files, const char *directory, EscWhy *why);

/* The instant at which duration_ms of a calendar's open time has passed since from_ms (calendar: OPTION column value: 0 always, else index + 1).
 * Bounded: gives from_ms + 400 days when the calendar has too few open hours. */
int64_t esc_calendar_due_ms(const EscProgram *program, const EscZones *zones, uint32_t calendar_option, int64_t from_ms, int64_t duration_ms);

/* --- directory: who is it now ---------------------------------------------------------------------------------- */

/* Decides what the engine alone knows: route conditions (a COND function on the ticket at hand), the text of a ticket field, absences. */
typedef struct EscDirectoryHost {
    void *context;
    bool (*holds)(void *context, uint32_t function);
    EscText (*field_text)(void *context, uint32_t field);
    bool (*is_absent)(void *context, uint32_t person);
} EscDirectoryHost;

typedef struct EscOwners {
    uint32_t persons[ESC_OWNERS_MAX]; /* indexes in PERSONS; the accountable one first; only people that are not absent */
    uint32_t count;                   /* 0: nobody */
    uint32_t skipped[ESC_OWNERS_MAX]; /* people left out because they are absent, for the audit record */
    uint32_t skipped_count;
    EscRef via;                       /* what it was looked up through: the person, team or schedule itself */
} EscOwners;

/* Resolves person, team, schedule, route and field references (roles are the engine's own). Routes are followed at most 8 deep. */
void esc_directory_resolve(const EscProgram *program, const EscZones *zones, const EscDirectoryHost *host, EscRef ref, int64_t now_ms, EscOwners *owners);
/* Index in PERSONS by name; false when there is none. */
bool esc_directory_person(const EscProgram *program, EscText name, uint32_t *person);
EscText esc_directory_ref_name(const EscProgram *program, EscRef ref); /* "platform_oncall"; empty for none */

/* --- events ---------------------------------------------------------------------------------------------------------- */

typedef struct EscPatch {
    uint32_t field; /* index in FIELDS, TICKET scope */
    EscValue value; /* of the field's type, missing allowed where it is optional */
} EscPatch;

/* A typed event: everything in it lives in the arena it was parsed into. */
typedef struct EscEvent {
    EscText source, id;  /* CloudEvents source and id: the key of deduplication */
    EscText subject;     /* ticket id, or empty */
    uint32_t type;       /* index in EVENTS of the current bundle */
    int64_t time_ms;     /* when the source says it happened; 0 when it says nothing */
    const EscValue *fields; /* by position in the event type's field list; every one set (missing or default) */
    uint32_t fields_count;
    const EscPatch *patches; /* ticket fields it brings: data of ticket.* events, member "ticket" of the others */
    uint32_t patches_count;
    EscText json;        /* the event as received, compact; kept as evidence */
} EscEvent;

/* Parses one CloudEvent 1.0 in JSON (structured mode) against a program's schema: required attributes, known type, known fields, types, sizes,
 * UTF-8 (texts are normalised to NFC, enum members ignore case). Unknown data members are errors (ESC_BAD_INPUT) that name the member and the nearest known one.
 * A member of ticket.* data that is null makes an optional field missing. */
ESC_MUST_USE EscStatus esc_event_parse(EscArena *arena, const EscProgram *program, EscText json, EscEvent *event, EscWhy *why);
/* A batch (JSON array) or a single event (object): *events in order. Fails as a whole; why->offset is then the number of the bad event. */
ESC_MUST_USE EscStatus esc_event_parse_batch(EscArena *arena, const EscProgram *program, EscText json, EscEvent **events, uint32_t *count, EscWhy *why);
/* From typed values (escalc test): builds the same struct. */
ESC_MUST_USE EscStatus esc_event_make(EscArena *arena, const EscProgram *program, EscText type, EscText source, EscText id, EscText subject, EscText data_json, EscEvent *event, EscWhy *why);

/* --- inputs of the engine ------------------------------------------------------------------------------------------------ */

typedef enum EscVerb {
    ESC_VERB_ACK, ESC_VERB_RESOLVE, ESC_VERB_HANDOFF, ESC_VERB_ANSWER, ESC_VERB_APPROVE, ESC_VERB_REJECT, ESC_VERB_CONFIRM, ESC_VERB_OVERRIDE,
    ESC_VERB_START, ESC_VERB_ABSENT, ESC_VERB_PRESENT,
    ESC_VERB_COUNT
} EscVerb;
const char *esc_verb_name(EscVerb verb); /* "ack" */

/* What a person does. `actor` is a person's name of the directory (or a principal of the API that is none: then only HANDOFF, START, ABSENT, PRESENT). */
typedef struct EscAction {
    EscVerb verb;
    EscText actor;
    uint64_t escalation; /* 0: by ticket */
    EscText ticket;      /* ABSENT, PRESENT: unused */
    EscText target;      /* HANDOFF: person, team or schedule; ANSWER: option name; CONFIRM, OVERRIDE: text of the check (empty: the only open one); START: template; ABSENT, PRESENT: person */
    EscText reason;      /* HANDOFF, OVERRIDE, REJECT: required; else optional */
    int64_t until_ms;    /* ABSENT */
    int64_t within_ms;   /* HANDOFF: expectation; 0: the role's own ack time */
    EscExpect expect;    /* HANDOFF */
} EscAction;

typedef enum EscDeliveryState { ESC_DELIVERY_QUEUED, ESC_DELIVERY_ACCEPTED, ESC_DELIVERY_DELIVERED, ESC_DELIVERY_DEAD, ESC_DELIVERY_STATE_COUNT } EscDeliveryState;

/* What became of an outbox row. */
typedef struct EscDelivery {
    uint64_t outbox;
    EscDeliveryState state; /* ACCEPTED or DELIVERED for messages and successful calls, DEAD when given up */
    uint32_t http_status;   /* 0 when none */
    EscText detail;         /* error text, cut to 1000 bytes */
    EscText reply;          /* CALL: the result text that the action's `return` selects */
} EscDelivery;

typedef enum EscInputKind { ESC_INPUT_EVENT, ESC_INPUT_ACTION, ESC_INPUT_DELIVERY, ESC_INPUT_TIMER } EscInputKind;
typedef struct EscInput {
    EscInputKind kind;
    union {
        const EscEvent *event;
        const EscAction *action;
        const EscDelivery *delivery;
        /* TIMER: fires the earliest timer that is due; nothing to give */
    };
} EscInput;

/* What an input did, for the answer to whoever sent it. */
typedef struct EscOutcome {
    uint64_t escalations[8]; /* started or touched, the first eight */
    uint32_t escalations_count;
    bool is_noop; /* accepted but without effect: a late ack, a stale button */
    char ticket[ESC_ID_BYTES_MAX + 1];
} EscOutcome;

/* --- what a group of inputs changed: the only way from the engine to the store ------------------------------------------------ */

typedef enum EscState { ESC_STATE_OPEN, ESC_STATE_CLOSING, ESC_STATE_PARKED, ESC_STATE_CLOSED, ESC_STATE_COUNT } EscState;
const char *esc_state_name(EscState state); /* "open" */

typedef struct EscTicketRow {
    EscText id, title, status;
    EscText json;           /* all fields: an object with dotted names flattened to members, by name, canonical order */
    int64_t created_at_ms, updated_at_ms;
    EscText sla_json;       /* clocks and their state; may be empty */
} EscTicketRow;

typedef struct EscEscalationRow {
    uint64_t id;
    EscText ticket, template_name;
    uint8_t bundle_hash[32];
    EscState state;
    uint32_t role;          /* accountable: 0 primary … 3 last_resort */
    EscText owner;          /* accountable person */
    bool is_acked;
    int64_t opened_at_ms, closed_at_ms; /* 0: open */
    EscText outcome;        /* empty while open */
    EscText step;           /* where it stands: "customer.esc:31 await resolved" */
    int64_t next_due_ms;    /* its earliest timer; 0 when closed */
    EscBytes frame, below;  /* snapshots; empty when there is none */
    EscText state_json;     /* the engine's own: QA, changes recorded for rollback, expectations, pages under way */
    EscText start_event;    /* JSON of the event that started it: evidence, given only when the row is new, else empty (keep) */
} EscEscalationRow;

typedef struct EscTimerRow {
    int64_t due_ms;
    uint64_t seq;           /* order of creation: ties fire in this order */
    uint64_t escalation;    /* 0: the ticket's */
    EscText ticket;
    uint32_t kind;          /* EscTimer of the engine */
    uint32_t index;         /* which reminder, check, contact …; unique with (escalation or ticket, kind) */
} EscTimerRow;

typedef enum EscOutboxKind { ESC_OUTBOX_MESSAGE, ESC_OUTBOX_CALL, ESC_OUTBOX_KIND_COUNT } EscOutboxKind;
typedef struct EscOutboxRow {
    uint64_t id;
    EscText key;            /* idempotency key: "acme/E-12/7" */
    uint64_t escalation;
    EscText ticket;
    EscOutboxKind kind;
    EscText target;         /* MESSAGE: channel name, or person name; CALL: "crm.requeue" */
    EscText medium;         /* MESSAGE: chat, email, phone, webhook; CALL: http */
    EscText address;        /* MESSAGE to a person: their address of that medium; to a channel: empty (bound in configuration) */
    EscText body;           /* JSON. MESSAGE: {"text","subject","workspace","escalation","ticket","template","severity"?,"page":bool,"question"?,"answers"?}.
                               CALL: {"system","action","method","path","json":{…}|absent,"expect":[200],"result_path":""} */
    int64_t created_at_ms;
    int64_t deadline_ms;    /* give up after this instant; 0: the delivery worker's own limit */
} EscOutboxRow;

typedef struct EscOutboxSettled {
    uint64_t id;
    EscDeliveryState state;
    EscText detail;
} EscOutboxSettled;

typedef struct EscAuditRow {
    uint64_t seq;           /* 1, 2, 3 … per workspace, without gap */
    int64_t at_ms;
    uint64_t escalation;    /* 0 when none */
    EscText ticket, kind;   /* kind: a fixed word: opened, owner, acked, failover, notified, delivered, delivery_dead, waiting, resumed, … (docs/architecture.md) */
    EscText actor;          /* person or principal; "escal" for the engine itself */
    EscText place;          /* "customer.esc:31" or empty */
    EscText text;           /* one English sentence for people */
    EscText data;           /* JSON object, may be empty */
} EscAuditRow;

typedef struct EscEvidenceRow {
    uint8_t hash[32];       /* SHA-256 of content */
    uint64_t escalation;
    EscText name;           /* "ticket", "changes", name of the attached value, "postmortem" */
    EscText content;
    int64_t at_ms;
} EscEvidenceRow;

typedef struct EscCounters {
    uint64_t next_escalation, next_ticket, next_outbox, next_audit, next_timer;
    int64_t time_ms;        /* the engine's logical time */
} EscCounters;

/* All rows are final values (the last one of the group); lists are in the order they must be written. Lives in the group's arena. */
typedef struct EscGroup {
    EscArena *arena;
    EscTicketRow *tickets; size_t tickets_count, tickets_capacity;
    EscEscalationRow *escalations; size_t escalations_count, escalations_capacity;
    EscTimerRow *timers_put; size_t timers_put_count, timers_put_capacity;
    EscTimerRow *timers_deleted; size_t timers_deleted_count, timers_deleted_capacity; /* by the full key; each must exist in the store; written before timers_put */
    EscOutboxRow *outbox; size_t outbox_count, outbox_capacity;
    EscOutboxSettled *settled; size_t settled_count, settled_capacity;
    EscAuditRow *audit; size_t audit_count, audit_capacity;
    EscEvidenceRow *evidence; size_t evidence_count, evidence_capacity;
    EscText absences;       /* JSON object of the engine's own: {"absent":{person: until_ms},"windows":[…]}; empty text: unchanged */
    EscCounters counters;
} EscGroup;

void esc_group_init(EscGroup *group, EscArena *arena);
/* Empties the lists and clears the arena, so the group can take the next batch. */
void esc_group_clear(EscGroup *group);

/* --- engine ------------------------------------------------------------------------------------------------------------------------ */

typedef struct EscEngine EscEngine; /* one workspace: tickets, open escalations and timers in memory */

typedef struct EscEngineConfig {
    const EscZones *zones; /* borrowed, must outlive the engine */
    uint64_t hash_seed;    /* for tables in memory; results do not depend on it */
} EscEngineConfig;

EscEngine *esc_engine_new(const EscEngineConfig *config); /* NULL without memory */
void esc_engine_free(EscEngine *engine);                  /* NULL is allowed */
/* Adds a loaded bundle (borrowed, must outlive the engine). The current one takes new events; others only serve escalations that are pinned to them.
 * Ticket fields and events are matched by name and type between bundles. */
ESC_MUST_USE EscStatus esc_engine_add_bundle(EscEngine *engine, const EscBundle *bundle, bool is_current, EscWhy *why);
const EscProgram *esc_engine_program(const EscEngine *engine); /* of the current bundle */

/* Restoring, before the first input: counters and absences, then tickets, then escalations, then timers, then unsettled outbox rows. */
void esc_engine_restore_counters(EscEngine *engine, const EscCounters *counters, EscText absences);
bool esc_engine_has_ticket(const EscEngine *engine, EscText id);
ESC_MUST_USE EscStatus esc_engine_restore_ticket(EscEngine *engine, const EscTicketRow *row, EscWhy *why); /* also later, for a ticket that is not in memory */
/* A row whose bundle is unknown or whose snapshot is refused is parked (state PARKED, last resort owner, audited at the next input): never dropped. */
ESC_MUST_USE EscStatus esc_engine_restore_escalation(EscEngine *engine, const EscEscalationRow *row, EscWhy *why);
ESC_MUST_USE EscStatus esc_engine_restore_timer(EscEngine *engine, const EscTimerRow *row);
ESC_MUST_USE EscStatus esc_engine_restore_outbox(EscEngine *engine, const EscOutboxRow *row);

/* The heart: applies one input at now_ms (raised to the engine's own time when it is earlier). ESC_OK: *outcome says what it did and its changes are
 * in the engine's memory, to be collected by esc_engine_flush. Any other status: nothing changed; *why says what is wrong with the input
 * (ESC_NOT_FOUND, ESC_CONFLICT, ESC_FORBIDDEN, ESC_BAD_INPUT). Running out of memory half way is fatal (ESC_ASSERT). */
ESC_MUST_USE EscStatus esc_engine_apply(EscEngine *engine, const EscInput *input, int64_t now_ms, EscOutcome *outcome, EscWhy *why);
/* Moves everything that changed since the last flush into the group. */
void esc_engine_flush(EscEngine *engine, EscGroup *group);
/* Due time of the earliest timer; INT64_MAX when there is none. */
int64_t esc_engine_next_due_ms(const EscEngine *engine);
int64_t esc_engine_time_ms(const EscEngine *engine);
/* Forgets closed tickets without an open escalation beyond `keep` (oldest first), though not before an eighth more may be there;
 * call after a commit. */
void esc_engine_evict(EscEngine *engine, size_t keep);

/* Reading for the API, status and tests; rows point into the engine and hold until the next apply, or until 64 MiB of views were made. */
typedef struct EscEscalationView {
    uint64_t id;
    EscText ticket, ticket_title, template_name, template_title, owner, outcome, step;
    EscState state;
    uint32_t role;
    bool is_acked;
    int64_t opened_at_ms, closed_at_ms, next_due_ms, ack_due_ms; /* 0 when there is none */
    uint32_t handoffs, exceptions;
    EscText waiting_for;     /* one phrase: "acknowledgement by ana until 09:05" */
    EscText question;        /* open question or approval, else empty */
    EscText answers_json;    /* [{"name","title"}…] of an open question, else empty */
    EscText checks_json;     /* [{"check","text","result":"pending|passed|failed|handled|overridden|not asked"}…] */
    EscText changes_json;    /* recorded changes that a rollback would undo */
} EscEscalationView;
bool esc_engine_find_escalation(EscEngine *engine, uint64_t id, EscEscalationView *view); /* open ones, and closed ones not yet evicted */
/* Visits escalations in id order; stops when `visit` gives false. */
void esc_engine_each_escalation(EscEngine *engine, bool (*visit)(void *context, const EscEscalationView *view), void *context);
bool esc_engine_find_ticket(EscEngine *engine, EscText id, EscTicketRow *row);

/* --- store: five domain operations on SQLite, one file a workspace ------------------------------------------------------------------------ */

typedef struct EscStore EscStore;

/* Opens or creates the file, applies and asserts the settings (WAL, synchronous FULL …), checks the schema version and the workspace's name,
 * runs quick_check after an unclean stop, and takes the single-writer lock (ESC_STORE_BUSY when another process has it). */
ESC_MUST_USE EscStatus esc_store_open(const char *path, EscText workspace, EscStore **out, EscWhy *why);
void esc_store_close(EscStore *store); /* checkpoints; NULL is allowed */

ESC_MUST_USE EscStatus esc_store_begin(EscStore *store, EscWhy *why);
/* Records an event inside the open transaction. *is_new false: its (source, id) is known, and nothing is written; ESC_CONFLICT when it is known with another content. */
ESC_MUST_USE EscStatus esc_store_event_put(EscStore *store, const EscEvent *event, int64_t received_at_ms, bool *is_new, EscWhy *why);
/* Removes what esc_store_event_put recorded in this transaction, for an event that the engine refused. */
ESC_MUST_USE EscStatus esc_store_event_take_back(EscStore *store, const EscEvent *event, EscWhy *why);
/* Writes the group and commits. On failure everything since esc_store_begin is rolled back, and the caller must stop (fail-stop). */
ESC_MUST_USE EscStatus esc_store_commit(EscStore *store, const EscGroup *group, EscWhy *why);
void esc_store_rollback(EscStore *store);

ESC_MUST_USE EscStatus esc_store_bundle_put(EscStore *store, const uint8_t hash[32], EscBytes bytes, int64_t at_ms, EscWhy *why); /* own transaction; no-op when present */
ESC_MUST_USE EscStatus esc_store_bundle_get(EscStore *store, const uint8_t hash[32], EscBuf *out, EscWhy *why);
/* Hashes of bundles that open escalations are pinned to. */
ESC_MUST_USE EscStatus esc_store_bundles_needed(EscStore *store, EscArena *arena, uint8_t (**hashes)[32], size_t *count, EscWhy *why);
/* Fills the engine: counters, absences, tickets with open escalations or clocks running, escalations that are not closed, all timers, unsettled outbox rows. */
ESC_MUST_USE EscStatus esc_store_restore(EscStore *store, EscEngine *engine, EscWhy *why);
/* Reads one ticket into the arena. ESC_NOT_FOUND. */
ESC_MUST_USE EscStatus esc_store_ticket_get(EscStore *store, EscText id, EscArena *arena, EscTicketRow *row, EscWhy *why);

typedef struct EscOutboxClaim {
    EscOutboxRow row;
    uint32_t attempts;
    int64_t next_attempt_at_ms;
} EscOutboxClaim;
/* Unsettled rows whose next attempt is due, oldest first, at most `count_max`. */
ESC_MUST_USE EscStatus esc_store_outbox_due(EscStore *store, int64_t now_ms, size_t count_max, EscArena *arena, EscOutboxClaim **claims, size_t *count, EscWhy *why);
/* After an attempt that failed and will be tried again. Inside the open transaction or on its own. */
ESC_MUST_USE EscStatus esc_store_outbox_retry(EscStore *store, uint64_t id, uint32_t attempts, int64_t next_attempt_at_ms, EscText detail, EscWhy *why);

/* Reads for the API as JSON (arrays of objects), newest first for lists, keyset paging by `before` (0: from the newest). */
ESC_MUST_USE EscStatus esc_store_audit_json(EscStore *store, EscText ticket, uint64_t escalation, uint64_t after_seq, size_t limit, EscBuf *out, EscWhy *why); /* ascending by seq */
ESC_MUST_USE EscStatus esc_store_escalations_json(EscStore *store, EscText state, EscText ticket, uint64_t before, size_t limit, EscBuf *out, EscWhy *why);
ESC_MUST_USE EscStatus esc_store_tickets_json(EscStore *store, EscText after_id, size_t limit, EscBuf *out, EscWhy *why);
ESC_MUST_USE EscStatus esc_store_outbox_json(EscStore *store, EscText state, uint64_t before, size_t limit, EscBuf *out, EscWhy *why);
ESC_MUST_USE EscStatus esc_store_evidence_json(EscStore *store, uint64_t escalation, size_t limit, EscBuf *out, EscWhy *why); /* in the order kept */
/* The event that started an escalation, as received. ESC_NOT_FOUND. */
ESC_MUST_USE EscStatus esc_store_start_event_json(EscStore *store, uint64_t escalation, EscBuf *out, EscWhy *why);

/* --- service: takes inputs for one workspace, commits in groups ------------------------------------------------------------------------------ */

typedef struct EscService EscService;

/* Answer to one input of a batch. */
typedef struct EscReply {
    EscStatus status;    /* OK, DUPLICATE, or why it was refused */
    EscOutcome outcome;
    EscWhy why;
} EscReply;

typedef struct EscServiceConfig {
    EscText workspace;
    const EscClock *clock;
    const EscZones *zones;
    const char *store_path;
    uint64_t hash_seed;
} EscServiceConfig;

/* Opens the store, loads the needed bundles, restores the engine, makes `bundle_bytes` current. */
ESC_MUST_USE EscStatus esc_service_open(const EscServiceConfig *config, EscBytes bundle_bytes, EscService **out, EscWhy *why);
void esc_service_close(EscService *service); /* NULL is allowed */
EscEngine *esc_service_engine(EscService *service);
EscStore *esc_service_store(EscService *service);

/* One turn, as numbered steps: begin; record and apply every input in order; then fire due timers (at most timers_max, in due order); flush; commit; only then are the replies
 * valid. replies has `count` items. A failure of the store is returned, no reply is valid, and the process must stop. *timers_fired may be NULL. */
ESC_MUST_USE EscStatus esc_service_turn(EscService *service, const EscInput *inputs, size_t count, size_t timers_max, EscReply *replies, size_t *timers_fired, EscWhy *why);
/* Audit rows of the last turn, given once, for a live account (escald --follow): call it after each turn; rows hold until the next. */
void esc_service_news(EscService *service, const EscAuditRow **rows, size_t *count);

/* --- http, delivery, configuration ------------------------------------------------------------ */

#define ESC_URL_BYTES_MAX 2048
#define ESC_CONFIG_BYTES_MAX ((size_t)4 << 20)
#define ESC_SECRET_BYTES_MAX 4096
#define ESC_CONFIG_ITEMS_MAX 4096 /* members of one list or map of the configuration */
#define ESC_WORKSPACES_MAX 64     /* served by one daemon */
#define ESC_TOKENS_MAX 10000
/* Read of a receiver's reply; the rest is not taken. */
#define ESC_HTTP_REPLY_BYTES_MAX ((size_t)1 << 20)

typedef struct EscTexts {
    EscText *items;
    uint32_t count;
} EscTexts;

typedef enum EscEndpointKind {
    ESC_ENDPOINT_FILE,
    ESC_ENDPOINT_CHAT,
    ESC_ENDPOINT_WEBHOOK,
    ESC_ENDPOINT_SMTP,
    ESC_ENDPOINT_COUNT
} EscEndpointKind;

/* Where the messages of a channel, or of people by chat or phone, go. */
typedef struct EscEndpoint {
    EscText name; /* channel; empty for people */
    EscText type; /* file, chat, webhook, smtp */
    EscEndpointKind kind;
    EscText url, url_file; /* CHAT, WEBHOOK: one of them; after loading url holds it */
    EscText path;          /* FILE */
    EscTexts to;           /* SMTP */
    /* WEBHOOK: signing secret. `secret` is filled in from the file and never written anywhere. */
    EscText secret_file, secret;
} EscEndpoint;

typedef struct EscMailServer {
    EscText server; /* "smtp://mail.example:587"; empty: mail is not bound */
    EscText from;
    EscText user, password_file, password;
    EscText tls; /* required, opportunistic, none */
} EscMailServer;

typedef struct EscPeopleBinding {
    EscEndpoint chat, phone; /* kind FILE with an empty path: not bound */
} EscPeopleBinding;

typedef struct EscSystemBinding {
    EscText name, base_url;
    EscTexts headers; /* "Name: value" each */
    EscText secret_file, secret, secret_header, secret_prefix;
    int64_t timeout_ms; /* 0: delivery_timeout_ms */
} EscSystemBinding;

typedef struct EscEndpoints {
    EscEndpoint *items;
    uint32_t count;
} EscEndpoints;
typedef struct EscSystemBindings {
    EscSystemBinding *items;
    uint32_t count;
} EscSystemBindings;

/* Bindings of one workspace: what `channel` and `system` mean outside. */
typedef struct EscWorkspaceConfig {
    EscText name;
    EscText folder; /* of the file that says it: relative names are relative to it */
    EscEndpoints channels;
    EscMailServer mail;
    EscPeopleBinding people;
    EscSystemBindings systems;
    /* Addresses, CIDR ranges and host names beyond the public Internet; http:// only to these. */
    EscTexts allowed_addresses;
    EscText unbound; /* "file" (the sink of the workspace) or "refuse" */
} EscWorkspaceConfig;

typedef struct EscWorkspaceConfigs {
    EscWorkspaceConfig *items;
    uint32_t count;
} EscWorkspaceConfigs;

/* Everything that escald.json says; one member for each row of the tables in
 * runtime/config/config_table.c, with its default when it is not said. */
typedef struct EscConfig {
    EscText listen, token_file, zoneinfo;
    int64_t header_bytes_max, body_bytes_max, connections_max, connections_per_address_max,
        request_timeout_s;
    int64_t queue_max, timers_per_turn_max;
    int64_t delivery_parallel_max, delivery_parallel_per_host_max, delivery_timeout_ms,
        delivery_attempts_max, delivery_lifetime_s;
    int64_t backoff_base_ms, backoff_max_ms, circuit_failures, circuit_open_ms;
    EscWorkspaceConfigs workspaces;
    EscArena *arena; /* owns every text */
} EscConfig;

/* A configuration with every default. NULL when there is no memory. */
EscConfig *esc_config_new(void);
void esc_config_free(EscConfig *config); /* wipes the secrets; NULL is allowed */
/* Reads a whole escald.json (strict JSON, no unknown option) over what is there. `origin` names
 * the file in messages. ESC_BAD_CONFIG: *why names the option and the nearest known one. */
ESC_MUST_USE EscStatus esc_config_read(EscConfig *config, EscText json, const char *origin,
                                       EscWhy *why);
/* The same for a file that holds one workspace's part only (escald.json in the workspace's
 * folder). ESC_CONFLICT when `name` is configured already. */
ESC_MUST_USE EscStatus esc_config_read_workspace(EscConfig *config, EscText name, EscText json,
                                                 const char *origin, EscWhy *why);
/* Reads the secret files through the door (names are relative to the folder of the file that
 * says them) and checks what needs more than one option: urls against allowed addresses. */
ESC_MUST_USE EscStatus esc_config_finish(EscConfig *config, const EscFiles *files, EscWhy *why);
/* NULL when the configuration says nothing about it. */
const EscWorkspaceConfig *esc_config_workspace(const EscConfig *config, EscText name);
/* The reference of all options as text, from the same tables. */
void esc_config_help(EscBuf *out);

/* Bearer tokens, each of one workspace and one principal. */
typedef enum EscScopeBit {
    ESC_SCOPE_BIT_EVENTS = 1,
    ESC_SCOPE_BIT_READ = 2,
    ESC_SCOPE_BIT_ACT = 4,
    ESC_SCOPE_BIT_START = 8,
    ESC_SCOPE_BIT_PEOPLE = 16,
    ESC_SCOPE_BIT_AUDIT = 32,
    ESC_SCOPE_BIT_ACT_AS = 64
} EscScopeBit;
/* "events,read,act" as bits; false when a word is unknown. */
bool esc_scopes_read(EscText text, uint32_t *scopes);
/* Makes a token from 32 random bytes: `token` gets what its holder keeps (esc_ID_…), `line` what
 * goes into the token file. */
ESC_MUST_USE EscStatus esc_token_make(const uint8_t random[32], EscText id, EscText workspace,
                                      EscText principal, EscText scopes, EscBuf *token,
                                      EscBuf *line, EscWhy *why);

/* The daemon: one thread that serves several workspaces. Start reading at
 * runtime/loop/reactor_turn.c. */
typedef struct EscDaemon EscDaemon;

typedef struct EscDaemonSetup {
    const EscConfig *config; /* borrowed, as are the doors */
    const EscClock *clock;
    const EscRandom *random;
    const EscFiles *files;
    const EscSockets *sockets;
    const char *data_folder; /* file sinks: DATA/WORKSPACE.outbox.jsonl */
    /* How much faster than real time `clock` goes; only turns due times into waiting times. */
    double time_scale;
    void *context;                            /* of the two functions; both may be NULL */
    void (*log)(void *context, EscText line); /* one JSON object, without line end */
    void (*news)(void *context, EscText workspace, const EscAuditRow *row);
} EscDaemonSetup;

/* Blocks SIGTERM, SIGINT and SIGHUP for the process (they come in through the loop) and reads
 * the token file. */
ESC_MUST_USE EscStatus esc_daemon_new(const EscDaemonSetup *setup, EscDaemon **out, EscWhy *why);
/* Serves one more workspace. The service stays the caller's and must outlive the daemon. */
ESC_MUST_USE EscStatus esc_daemon_add(EscDaemon *daemon, EscText workspace, EscService *service,
                                      EscWhy *why);
/* Starts to listen through the sockets door. */
ESC_MUST_USE EscStatus esc_daemon_listen(EscDaemon *daemon, const char *host, uint16_t port,
                                         uint16_t *port_bound, EscWhy *why);
/* Runs until SIGTERM or SIGINT (ESC_OK) or until a store fails (its status; nothing is answered,
 * the process must stop). */
ESC_MUST_USE EscStatus esc_daemon_run(EscDaemon *daemon, EscWhy *why);
void esc_daemon_free(EscDaemon *daemon); /* NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
