/* esc/engine.h - runs bundles against inputs: one workspace's tickets, escalations and timers in memory.
 *
 * Pure: no clock, randomness, file or socket. Start reading at esc_engine_apply. An engine belongs to one
 * thread at a time. */
#ifndef ESC_ENGINE_H
#define ESC_ENGINE_H

#include <esc/directory.h>
#include <esc/event.h>
#include <esc/group.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_EXCEPTIONS_PER_ESCALATION_MAX 8
#define ESC_REASON_BYTES_MAX 1000
#define ESC_NOTE_BYTES_MAX 256

/* --- inputs of the engine ------------------------------------------------------------------------------------------------ */

typedef enum EscVerb {
    ESC_VERB_ACK,
    ESC_VERB_RESOLVE,
    ESC_VERB_HANDOFF,
    ESC_VERB_ANSWER,
    ESC_VERB_APPROVE,
    ESC_VERB_REJECT,
    ESC_VERB_CONFIRM,
    ESC_VERB_OVERRIDE,
    ESC_VERB_START,
    ESC_VERB_ABSENT,
    ESC_VERB_PRESENT,
    ESC_VERB_KEEP,
    ESC_VERB_TEST, /* a message to a person by each of their ways, which says that nothing has happened */
    ESC_VERB_CALL_OFF, /* it was a mistake: closed as `called_off` */
    ESC_VERB_LOGIN,    /* a link goes to a person who wants to log in */
    ESC_VERB_CLAIM,    /* of a task */
    ESC_VERB_RELEASE,  /* of a task */
    ESC_VERB_COMPLETE, /* of a task */
    ESC_VERB_ROLLBACK, /* what the escalation changed is taken back */
    ESC_VERB_COUNT
} EscVerb;
const char *esc_verb_name(EscVerb verb); /* "ack" */

/* The outcome of an escalation that a person called off as a mistake; no step closes as this. */
#define ESC_OUTCOME_CALLED_OFF "called_off"

/* What the message asked for by which a person acts: an act by its link or button is about that, and about nothing that came
 * later. */
typedef struct EscMeant {
    bool is_set;
    uint32_t
        handoffs; /* not of a question: how often it had changed hands; since then it is others' */
    uint32_t question; /* ANSWER, APPROVE, REJECT: its number within the escalation; 0: any */
    uint32_t item; /* ANSWER: of its answers, CONFIRM: of the checks, from 1; 0: `target` says it */
} EscMeant;

/* What a person does. `actor` is a person's name of the directory (or a principal of the API that is none: then only HANDOFF, START, ABSENT, PRESENT). */
typedef struct EscAction {
    EscVerb verb;
    EscText actor;
    EscText by;      /* who says so in the actor's name: the token's principal; empty: the actor */
    EscText through; /* the way by which the actor said it: "acme-slack"; empty: the API */
    uint64_t escalation; /* 0: by ticket */
    uint32_t task;       /* CLAIM, RELEASE, COMPLETE: the number of the escalation's task */
    EscText ticket;      /* ABSENT, PRESENT, TEST: unused */
    bool is_only;        /* with neither: the one open escalation that waits for the actor */
    EscText
        target; /* HANDOFF: person, team or schedule; ANSWER: option name; CONFIRM, OVERRIDE: text of the check (empty: the only open one); START: template; ABSENT, PRESENT, TEST: person; COMPLETE: name of an answer, approve, reject, confirm or override */
    EscText
        reason; /* HANDOFF, OVERRIDE, REJECT, KEEP, CALL_OFF, ROLLBACK: required; else optional */
    EscMeant meant;    /* of a link or button; else not set */
    EscText deputy;    /* ABSENT: who stands in; empty: nobody */
    EscText link;      /* LOGIN: where the message leads; it is told to nobody else */
    int64_t from_ms;   /* ABSENT: a date; 0: now */
    int64_t until_ms;  /* ABSENT: a date, or 0 */
    int64_t for_ms;    /* ABSENT without `until_ms`: so long from its beginning on */
    int64_t within_ms; /* HANDOFF: expectation; 0: the role's own ack time */
    EscExpect expect;  /* HANDOFF */
    /* START: a value for each parameter of the template, in order and of its type (esc_arguments_read); NULL: nothing is given. */
    const EscValue *given;
    uint32_t given_count;
    /* The escalation, and the version of it, that the actor has seen: on another one nothing is done. 0: no matter. */
    uint64_t if_escalation, if_version;
} EscAction;

/* The clock. `correction_ms`: engine time was moved by so much to follow the wall clock; the instant of the input is that
 * behind the correction. Zero without an actor: a start, at which only what is in arrears is done. */
typedef struct EscClockChange {
    int64_t correction_ms;
    EscText
        actor; /* who said that the wall clock is right, without moving anything yet; empty: nobody */
    int64_t ahead_ms; /* with an actor: how far the wall clock is ahead */
} EscClockChange;

/* What the operator has to answer for, told at a start or when it happens. */
typedef enum EscRemarkKind {
    ESC_REMARK_LOSS_ACCEPTED, /* the store has lost something, and was opened by the operator's word */
    ESC_REMARK_OLD_TEMPLATES, /* the present templates have errors: the bundle is the last good one */
    ESC_REMARK_NOT_MATCHED, /* what came in from a chat or a gateway speaks of nobody or nothing that is known */
    ESC_REMARK_CONFIGURATION, /* the configuration's hash, as a start found it */
    ESC_REMARK_TOKENS,        /* the token file's hash, as a start or a SIGHUP found it */
    ESC_REMARK_MAIL_LEFT,  /* a mail was taken and nothing done by it: `what` says whose, and why */
    ESC_REMARK_NOT_MAPPED, /* what a source brought is no event */
    ESC_REMARK_SOURCE_REFUSED, /* a source was refused again and again */
    ESC_REMARK_LEFT_OUT        /* a sender says that it left something out of what it sent */
} EscRemarkKind;
typedef struct EscRemark {
    EscRemarkKind kind;
    EscText what; /* of those without a hash: in words */
    const uint8_t
        *hash; /* CONFIGURATION, TOKENS: 32 bytes; told only where another one was found before */
    EscText source;  /* NOT_MAPPED, SOURCE_REFUSED, LEFT_OUT: its name */
    EscText content; /* NOT_MAPPED: what came, as evidence */
} EscRemark;

/* What a receiver tells of a message after it took it: that it arrived, was read, was answered, or did not arrive after all.
 * The row is as the store has it, read when nothing was under way: the engine has forgotten it. */
typedef struct EscReceipt {
    EscOutboxRow row;       /* without what it says */
    EscDeliveryState from;  /* how far it had come */
    EscDeliveryState state; /* ACCEPTED to ACKED, or DEAD */
    EscText detail;         /* the receiver's words; may be empty */
    EscText through;        /* by which it was told: "acme-slack" */
} EscReceipt;

/* A person has a message that was given up sent once more. The row is as the store has it. */
typedef struct EscAgain {
    EscOutboxRow row; /* with its body, as JSON */
    EscDeliveryState state;
    EscText actor, by, reason; /* as in EscAction */
} EscAgain;

#define ESC_BROWSERS_MAX 6 /* of one person */

/* A browser that pushes go to (RFC 8030), as it subscribed itself. Whoever has all of it can push there. */
typedef struct EscBrowser {
    EscText id;        /* given by the engine */
    EscText title;     /* what its owner calls it; may be empty */
    EscText url;       /* at its push service */
    EscText key, auth; /* base64url: its point of P-256, and 16 bytes that only it and we know */
    int64_t since_ms;
} EscBrowser;
/* A person subscribes a browser of theirs, or ends that. */
typedef struct EscBrowserChange {
    EscText person;
    bool is_gone; /* by its id; else all of it but id and time is said */
    EscBrowser browser;
} EscBrowserChange;

typedef enum EscInputKind {
    ESC_INPUT_EVENT,
    ESC_INPUT_ACTION,
    ESC_INPUT_DELIVERY,
    ESC_INPUT_TIMER,
    ESC_INPUT_CLOCK,
    ESC_INPUT_REMARK,
    ESC_INPUT_RECEIPT,
    ESC_INPUT_AGAIN,
    ESC_INPUT_BROWSER,
    ESC_INPUT_NIGHT,
    ESC_INPUT_WOKE
} EscInputKind;
/* By what an input other than an event is known when it comes once more: kept as events are. Borrowed until the turn ends. */
typedef struct EscInputKey {
    EscText source, id;
    uint8_t digest[ESC_EVENT_DIGEST_SIZE];
} EscInputKey;
typedef struct EscInput {
    EscInputKind kind;
    const EscInputKey *key; /* NULL: it comes once */
    union {
        const EscEvent *event;
        const EscAction *action;
        const EscDelivery *delivery;
        const EscClockChange *clock;
        const EscRemark *remark;
        const EscReceipt *receipt;
        const EscAgain *again;
        const EscBrowserChange *browser;
        /* TIMER: fires the earliest timer that is due; nothing to give
         * NIGHT: looks whether somebody of each chain is there on the next days; a noop when there is nothing new to tell
         * WOKE: the daemon was away, and comes before the first timer: what waits for a first input is told, and checks
         * on deliveries are judged after the queue had its chance */
    };
} EscInput;

/* What an input did, for the answer to whoever sent it. */
typedef struct EscOutcome {
    uint64_t escalations[8]; /* started or touched, the first eight */
    uint32_t escalations_count;
    bool is_noop; /* accepted but without effect: a late ack, a stale button */
    bool
        is_noted; /* a noop that is somebody else's due: one more who had been called acknowledges what is acknowledged */
    bool is_stale;   /* a noop: the actor has seen another version */
    bool is_refused; /* an action that a rule of the policy refuses, which stands in the record */
    uint64_t messages_first; /* TEST: outbox rows, one behind the other */
    uint32_t messages_count;
    char note[ESC_NOTE_BYTES_MAX]; /* why one of the two, for people; empty: nothing to say */
    char ticket[ESC_ID_BYTES_MAX + 1];
} EscOutcome;

/* --- engine ------------------------------------------------------------------------------------------------------------------------ */

typedef struct EscEngine
    EscEngine; /* one workspace: tickets, open escalations and timers in memory */

/* Somebody who gets the mails of a channel. */
typedef struct EscReceiver {
    EscText channel, address;
} EscReceiver;

typedef struct EscEngineConfig {
    const EscZones *zones; /* borrowed, must outlive the engine */
    /* A message to a channel is one outbox row for each of its receivers, so that what becomes of one is not what
     * becomes of the others; one row for a channel without any here. Copied. */
    const EscReceiver *receivers;
    size_t receivers_count;
    uint64_t hash_seed; /* for tables in memory; results do not depend on it */
    /* Of the store, random: it ends every idempotency key, so that a store in the place of a lost one gives no key of old
     * to a message of today. 0: keys have no such end. */
    uint64_t store_tag;
    /* Told what runs, and how every trigger of an event is judged, also those that an index would have passed over. NULL:
     * nobody. For rehearsals: it costs time. Borrowed. */
    const EscListener *listener;
} EscEngineConfig;

EscEngine *esc_engine_new(const EscEngineConfig *config); /* NULL without memory */
void esc_engine_free(EscEngine *engine);                  /* NULL is allowed */
/* Adds a loaded bundle (borrowed, must outlive the engine). The current one takes new events; others only serve escalations that are pinned to them.
 * Ticket fields and events are matched by name and type between bundles. */
ESC_MUST_USE EscStatus esc_engine_add_bundle(EscEngine *engine, const EscBundle *bundle,
                                             bool is_current, EscWhy *why);
const EscProgram *esc_engine_program(const EscEngine *engine); /* of the current bundle */
const EscBundle *esc_engine_current(const EscEngine *engine);  /* NULL: there is none yet */

/* Restoring, before the first input: counters and the workspace's body, then tickets, then escalations, then unsettled outbox rows, then kept rows. */
ESC_MUST_USE EscStatus esc_engine_restore_counters(EscEngine *engine, const EscCounters *counters,
                                                   EscBytes workspace, EscWhy *why);
bool esc_engine_has_ticket(const EscEngine *engine, EscText id);
/* A ticket that the input may speak of and that is not in memory: to be restored before it is applied, if there is such a
 * one, and asked for again. Empty: none. The text holds until the next apply or call of this. */
EscText esc_engine_lacks(EscEngine *engine, const EscInput *input);
ESC_MUST_USE EscStatus
esc_engine_restore_ticket(EscEngine *engine, const EscTicketRow *row,
                          EscWhy *why); /* also later, for a ticket that is not in memory */
/* Puts a ticket there that no event told of, with the fields of a JSON object: those that the current bundle knows and
 * whose values fit. For rehearsals; `at_ms` is when it was created. ESC_BAD_INPUT when the text is no object. */
ESC_MUST_USE EscStatus esc_engine_make_ticket(EscEngine *engine, EscText id, EscText fields_json,
                                              int64_t at_ms, EscWhy *why);
/* A row whose bundle is unknown or whose snapshot is refused is parked (state PARKED, last resort owner, audited at the next input): never dropped. */
ESC_MUST_USE EscStatus esc_engine_restore_escalation(EscEngine *engine, const EscEscalationRow *row,
                                                     EscWhy *why);
ESC_MUST_USE EscStatus esc_engine_restore_outbox(EscEngine *engine, const EscOutboxRow *row);
/* What is counted and awaited, last of all. A row that the current bundle has no use for is deleted with the next flush. */
ESC_MUST_USE EscStatus esc_engine_restore_kept(EscEngine *engine, const EscKeptRow *row,
                                               EscWhy *why);

/* A task that is open; behind the counters. ESC_CONFLICT when it is done, or there already. */
ESC_MUST_USE EscStatus esc_engine_restore_task(EscEngine *engine, const EscTaskRow *row,
                                               EscWhy *why);

/* The heart: applies one input at now_ms, which is never before the engine's own time but by a correction of the clock
 * (now_ms - correction_ms is not: asserted). ESC_OK: *outcome says what it did and its changes are
 * in the engine's memory, to be collected by esc_engine_flush. Any other status: nothing changed; *why says what is wrong with the input
 * (ESC_NOT_FOUND, ESC_CONFLICT, ESC_FORBIDDEN, ESC_BAD_INPUT). Running out of memory half way is fatal (ESC_ASSERT). */
ESC_MUST_USE EscStatus esc_engine_apply(EscEngine *engine, const EscInput *input, int64_t now_ms,
                                        EscOutcome *outcome, EscWhy *why);
/* Says in the note of an action that came too late how the escalation, which the engine has forgotten, ended. `title`: of
 * its ticket; may be empty. */
void esc_engine_note_closed(EscEngine *engine, const EscAction *action, const EscEscalationRow *row,
                            EscText title, EscOutcome *outcome);
/* Everything that changed since the last flush. The group and its texts stay the engine's and hold until the
 * flush after the next, whatever is applied meanwhile; each text was copied once on its way here. Who takes it to a store adds
 * what the engine knows nothing of (events, retries, bundles, epoch). */
EscGroup *esc_engine_flush(EscEngine *engine);
/* Due time of the earliest timer; INT64_MAX when there is none. */
int64_t esc_engine_next_due_ms(const EscEngine *engine);
int64_t esc_engine_time_ms(const EscEngine *engine);
/* Something waits for the first input after a start: escalations that were parked, service levels of a new bundle. */
/* Whether the hash of such a remark is the one that was found last: then there is nothing to apply. */
bool esc_engine_has_found(const EscEngine *engine, const EscRemark *remark);
bool esc_engine_has_arrears(const EscEngine *engine);
/* Open escalations that somebody who watches has to know of: parked, or with a question that nobody answers. */
size_t esc_engine_alarmed_count(const EscEngine *engine);
/* Times of the next days, by the last NIGHT, in which nobody of some template's owners is there. */
size_t esc_engine_gaps_count(const EscEngine *engine);
/* When the next NIGHT is due: at once behind a start. */
int64_t esc_engine_night_ms(const EscEngine *engine);
/* Forgets what was committed and a restart would not load: closed escalations, and tickets beyond the `keep` that were
 * touched last. Call after a commit; costs by what goes, not by what stays. */
void esc_engine_evict(EscEngine *engine, size_t keep);
/* What is open, but was not written lately, becomes the bytes of its rows until somebody looks for it or it is due: all tickets
 * beyond the `keep` that were written last, with their escalations. Nothing is different by it but memory, and time where
 * one wakes. Call where esc_engine_evict may be called, and while restoring. */
void esc_engine_sleep(EscEngine *engine, size_t keep);

typedef enum EscWanted {
    ESC_WANTED_NOTHING,
    ESC_WANTED_QUESTION,
    ESC_WANTED_APPROVAL,
    ESC_WANTED_TRIAGE,
    ESC_WANTED_COUNT
} EscWanted;
const char *esc_wanted_name(EscWanted asked); /* "question" */

/* Reading for the API, status and tests; rows point into the engine and hold until the next apply, or until 64 MiB of views were made. */
typedef struct EscEscalationView {
    uint64_t id;
    EscText ticket, ticket_title, template_name, template_title, owner, outcome, step;
    EscState state;
    uint32_t role;
    bool is_acked;
    bool is_alarmed; /* nobody does what somebody has to, or its steps cannot go on */
    int64_t opened_at_ms, closed_at_ms, next_due_ms, ack_due_ms; /* 0 when there is none */
    uint32_t handoffs, exceptions;
    EscText waiting_for;  /* one phrase: "acknowledgement by ana until 09:05" */
    EscText room;         /* the address of its war room; empty: there is none */
    EscText question;     /* open question or approval, else empty */
    EscText answers_json; /* [{"name","title"}…] of an open question, else empty */
    EscText
        checks_json; /* [{"check","text","result":"pending|passed|failed|handled|overridden|not asked"}…] */
    EscText changes_json; /* recorded changes that a rollback would undo */
    /* Whose turn is next when this one ends without an acknowledgement; empty: nobody, or nobody who can be named now. */
    EscText next_owner;
    uint32_t next_role;
    uint32_t next_pass; /* through the chain, from 1 */
    uint32_t level,
        levels; /* of the chain that is accountable, from 1; levels + 1: the last resort. 0: the chain is not known */
    uint32_t pass, passes; /* through it, from 1 */
    int64_t wait_due_ms;   /* of what it waits for; 0: that has no deadline */
    EscText group_key;     /* what its tickets have in common; empty: it has one ticket */
    EscText tickets_json;  /* [{"id","resolved"}…]: the first, and those that joined it */
    uint32_t tickets_open; /* how many of them are not resolved */
    uint64_t version;      /* as in its row */
    EscText account, severity, owner_title;
    uint8_t bundle_hash[32];
    int64_t due_ms;          /* the earliest deadline that somebody has to meet; 0: there is none */
    int64_t acked_ms;        /* 0: nobody who has it has acknowledged */
    int64_t resolved_ms;     /* 0: not all of its tickets are resolved */
    int64_t holds_until_ms;  /* the end of an acknowledgement on a lease; 0: it has none */
    int64_t question_due_ms; /* 0: it has no end */
    EscWanted wanted;        /* what the question is */
    EscText guidance;        /* for whoever answers it; empty: none */
    uint32_t question_task;  /* the number of the task that it is; 0: none */
    /* Who stands for each role of its chain now; empty: nobody. */
    EscText primary, secondary, escalation_owner;
    uint64_t last_outbox; /* of its last message; 0: none was sent. The rest is of that message */
    EscText last_to, last_medium, last_detail;
    EscDeliveryState last_state;
    int64_t last_at_ms;
    uint32_t tasks_open; /* what somebody has to do for it */
} EscEscalationView;
/* The browsers of a person; false ends it. Texts are borrowed until the next input. */
typedef bool EscBrowserVisit(void *context, const EscBrowser *browser);
void esc_engine_browsers(EscEngine *engine, EscText person, EscBrowserVisit *visit, void *context);
bool esc_engine_find_escalation(
    EscEngine *engine, uint64_t id,
    EscEscalationView *view); /* open ones, and closed ones not yet evicted */
/* The same without what only a look at a single one needs: checks, changes, tickets. */
bool esc_engine_find_row(EscEngine *engine, uint64_t id, EscEscalationView *view);
/* What lists show of one that is closed, from its row alone; the rest of the view is empty. Texts are the row's. */
void esc_escalation_row_show(const EscEscalationRow *row, EscEscalationView *view);
/* Visits escalations in id order; stops when `visit` gives false. */
void esc_engine_each_escalation(EscEngine *engine,
                                bool (*visit)(void *context, const EscEscalationView *view),
                                void *context);
/* Whether what a message asked for is still waited for: of ANSWER, APPROVE and REJECT the question that `meant` names, of
 * CONFIRM the check, of ACK an acknowledgement while it has not changed hands. Looks only. */
bool esc_engine_waits_for(EscEngine *engine, const EscAction *action);
/* A time as a person reads it: in their zone, with its name. Holds as views do. */
EscText esc_engine_person_time(EscEngine *engine, EscText person, int64_t time_ms);
/* Somebody to whom a person could hand an escalation over. Texts hold as those of a view do. */
typedef struct EscCandidate {
    EscText name, title;
    bool is_next; /* whose turn is next */
} EscCandidate;
#define ESC_CANDIDATES_MAX 12
/* Who is there now, without the person: whoever is next, who stands for the levels of the chain, the last resort, and who is
 * in a team with them. The number of them; 0 for an escalation that is not open. */
size_t esc_engine_candidates(EscEngine *engine, uint64_t escalation, EscText person,
                             EscCandidate out[ESC_CANDIDATES_MAX]);
/* Whether the ticket is one of the escalation's: its first, or one that joined. False when it is not in memory. */
bool esc_engine_is_about(EscEngine *engine, uint64_t escalation, EscText ticket);
/* The bundle of that hash, when the engine has it; else NULL. */
const EscBundle *esc_engine_bundle(const EscEngine *engine, const uint8_t hash[32]);
/* Shows an escalation that is closed and no longer in memory, from its row and its ticket's. `bundle` is the one that it ran
 * on (NULL when nobody has it: what it is needed for, such as the checks, is empty then). The view holds until `show`
 * returns. ESC_CONFLICT for an escalation that is not closed. */
ESC_MUST_USE EscStatus esc_engine_show_closed(
    const EscEngine *engine, const EscBundle *bundle, const EscTicketRow *ticket,
    const EscEscalationRow *row, void (*show)(void *context, const EscEscalationView *view),
    void *context, EscWhy *why);
/* What a rollback of an open escalation would do, in its order, as the items of a list: {"will":"undone|asked|left","what","by" (the
 * action that is asked),"to" (the value that a field gets),"because"}. False: it is not open, or its bundle is not there. */
bool esc_engine_show_rollback(EscEngine *engine, uint64_t id, EscBuf *out);
/* What a step of this escalation would read at now_ms: ESC_LOAD_TICKET with a field of the current bundle, or
 * ESC_LOAD_FACT. escalation 0: what a trigger on the ticket would read. False when there is no such ticket or escalation.
 * Texts hold as those of a view do. For rehearsals. */
bool esc_engine_read(EscEngine *engine, EscText ticket, uint64_t escalation, EscLoad what,
                     uint32_t index, int64_t now_ms, EscValue *value);
/* Who is on duty. */
typedef struct EscDutyView {
    bool is_schedule; /* else a role */
    EscText
        means; /* the schedule; of a role the person, team, schedule, route or field that stands for it */
    EscText title;         /* of the schedule */
    EscText template_name; /* of the role; empty: the workspace's last resort */
    uint32_t role;
    bool depends;                 /* on the ticket: nobody can be named without one */
    EscText person, person_title; /* now; empty: nobody */
    int64_t until_ms;             /* 0: no end in sight */
    EscText next, next_title;     /* then; empty: nobody */
    bool is_turns;       /* `means` is a team whose members take turns: `person` is drawn next */
    EscText last_drawn;  /* of those; empty: nobody yet */
    EscText absent_json; /* passed over now: [{"person","until"}…] */
} EscDutyView;
/* Visits each schedule, the roles of each template, and the last resort; stops when `visit` gives false. */
void esc_engine_each_duty(EscEngine *engine, int64_t now_ms,
                          bool (*visit)(void *context, const EscDutyView *view), void *context);
/* Appends a calendar of who is on duty between two instants, by what is written and what people said: of a schedule, or of
 * a person in all schedules, by name. ESC_NOT_FOUND: there is neither. ESC_OVER_LIMIT: it would take too long to find out. */
ESC_MUST_USE EscStatus esc_engine_duty_calendar(EscEngine *engine, EscText name, int64_t from_ms,
                                                int64_t to_ms, EscBuf *out);
/* What a task's body says. */
typedef struct EscTaskItem {
    EscText name, title;
} EscTaskItem;
typedef struct EscTaskView {
    EscText title, guidance;
    EscText facts_json; /* TRIAGE: {"exception","message","fields",…}; else empty */
    EscText linked;     /* POSTMORTEM, FOLLOW_UP: the ticket that it is about */
    EscText meant;      /* whose it is when nobody has claimed it */
    EscText done_by, outcome, reason;
    const EscTaskItem *answers;
    uint32_t answers_count;
    uint32_t check, chased;
    int64_t claimed_ms, wake_ms;
} EscTaskView;
/* Texts point into the body. False when it is not one of an engine's: the view is empty then. */
bool esc_task_body_show(EscArena *arena, EscBytes body, EscTaskView *view);
/* What a person may see of a ticket's body: its fields as an object of names, as a list (may be NULL) those whose values
 * nobody gave but the schema's defaults, and its service level as an object or null.
 * False when the body is not one of an engine's; what was appended until then is to be thrown away. */
bool esc_ticket_body_show(EscBytes body, EscBuf *fields, EscBuf *assumed, EscBuf *sla);
/* The same of the open escalations of others that the ticket has joined: [{"escalation","template"}…]. */
bool esc_ticket_joined_show(EscBytes body, EscBuf *joined);
/* The same of the system that has the ticket, and how far each field has come there: [{"source","id","state","fields","comments"}]. */
bool esc_ticket_homes_show(EscBytes body, EscText id, EscBuf *homes);
/* The ticket that one stands for which is but the id of that one in another system, in the bytes of the body; empty: none. */
EscText esc_ticket_stands_for(EscBytes body);
bool esc_engine_find_ticket(EscEngine *engine, EscText id, EscTicketRow *row);

#ifdef __cplusplus
}
#endif
#endif
