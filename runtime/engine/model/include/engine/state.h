/* engine/state.h - what the engine keeps in memory: tickets, escalations, timers, unsettled outbox rows.
 *
 * Texts called "interned" live as long as the engine or a bundle and are never freed one by one; texts called
 * "owned" are malloc'ed and belong to the struct. Whatever is in an escalation must survive a restart: it stands in
 * its row or in its state_json (rows/state.c writes it, rows/restore.c reads it). */
#ifndef ESC_ENGINE_STATE_H
#define ESC_ENGINE_STATE_H

#include <esc/engine.h>

/* --- limits ----------------------------------------------------------------------------------- */

enum {
    ESC_ENGINE_RUN_DEPTH_MAX = 6, /* runs inside runs: steps → page → route condition … */
    ESC_ENGINE_ROUNDS_MAX = 16,   /* rounds in which escalations of one input may wake each other */
    ESC_ENGINE_DERIVED_MAX = 8,   /* how deep changes may follow from changes within one input */
    ESC_ENGINE_RESUMES_MAX = 512, /* resumptions of one escalation within one input */
    ESC_ENGINE_STARTS_MAX = 64,   /* escalations started by templates within one input */
    ESC_TIMELINE_MAX =
        16, /* moments kept for the post-mortem; later ones take the place of the oldest but one */
    ESC_TICKET_LOG_MAX = 16, /* changes of a ticket kept for `snapshot changes` */
    ESC_PAUSES_MAX = 64,     /* times in which a ticket's clock stood that are kept one by one */
    ESC_TOLD_MAX = 24,    /* warnings of a clock that were told; of more the oldest are forgotten */
    ESC_ERRANDS_WAITING_MAX = 64, /* comments of one ticket that wait to be written */
    ESC_ERRANDS_SETTLED_MAX = 16, /* how many of those that are settled it knows */
    ESC_CONTESTS_MAX = 3, /* how often in an hour a field is set again against its home's word */
    ESC_ORIGINS_MAX =
        256, /* fields of a ticket, for each source that said them, whose age is known */
    ESC_LOG_TEXT_MAX = 48, /* bytes of a value in that log */
    ESC_CHANGES_MAX = 256, /* changes recorded for rollback in one escalation */
    ESC_FRAMES_MAX = 4,    /* the steps and the handlers that stand on them */
    ESC_TRIAGE_NAMES_MAX =
        8,                  /* further exceptions that an open triage names; the rest is counted */
    ESC_DEAD_TOLD_MAX = 16, /* targets whose dead messages the owner was told of lately */
    ESC_PAGED_MAX = 64,     /* pages under way that one escalation remembers */
    ESC_LAST_DETAIL_MAX = 200,        /* of what is known of an escalation's last message */
    ESC_LEFT_BYTES_MAX = 1000,        /* of the text that says what a rollback has left */
    ESC_STORM_ESCALATIONS_MAX = 1000, /* that one merged page speaks of; more are counted */
    ESC_DIGEST_ITEMS_MAX = 50,        /* messages that one digest repeats; the rest is counted */
    ESC_HANDOFF_TIMES_MAX = 64,       /* hand-offs of a ticket remembered for a limit */
    ESC_AUTOMATION_HOUR_MAX = 20,    /* how often an automation acts on one ticket within an hour */
    ESC_AUTOMATION_EFFECTS_MAX = 64, /* of all automations on one ticket within one input */
    ESC_GROUP_TICKETS_MAX = 1000,    /* of one escalation; a further one has one of its own */
    ESC_GROUP_KEY_BYTES_MAX = 400,
    ESC_ENGINE_REACHED_MAX = 1000, /* escalations of other tickets that one event reaches */
    /* Keys of closed groups that wait for `again after`, with at most a sweep's more; of more, those whose time is over
     * first start at once. */
    ESC_GROUP_WAITING_MAX = 10000,
    ESC_GROUP_SWEEP = 600 /* so many new ones later those that are over are looked for */
};

#define ESC_ENGINE_TASK_BYTES_MAX ((size_t)1 << 20)    /* of one row's lists while it is read */
#define ESC_ENGINE_TURN_BYTES_MAX ((size_t)1 << 30)    /* what one input may take in passing */
#define ESC_ENGINE_VIEW_BYTES_MAX ((size_t)64 << 20)   /* of views between two inputs */
#define ESC_ENGINE_PENDING_BYTES_MAX ((size_t)1 << 30) /* what waits for the next flush */

/* --- values that own their memory ------------------------------------------------------------- */

typedef struct EscOwned {
    EscValue value;
    void *block; /* texts and items of `value`; NULL when it has none */
} EscOwned;

/* --- audit records ---------------------------------------------------------------------------- */

typedef enum EscAuditKind {
#define ESC_AUDIT(NAME, word, text) ESC_AUDIT_##NAME,
#include <engine/audit.def>
#undef ESC_AUDIT
    ESC_AUDIT_COUNT
} EscAuditKind;

/* --- timers ----------------------------------------------------------------------------------- */

/* Numbers are stored: append only. `index` in brackets. */
typedef enum EscTimer {
    ESC_TIMER_NONE,
    ESC_TIMER_ACK,         /* escalation: the accountable owner must acknowledge */
    ESC_TIMER_HOLD,        /* escalation: the lease of an acknowledgement ends */
    ESC_TIMER_WAIT,        /* escalation: the deadline of the present wait */
    ESC_TIMER_REMINDER,    /* escalation [reminder of the wait] */
    ESC_TIMER_CONTACT,     /* escalation [page]: its next contact method */
    ESC_TIMER_CHECK,       /* escalation [check of the template] */
    ESC_TIMER_EXPECTATION, /* escalation [expectation] */
    ESC_TIMER_ARMED,       /* ticket [armed trigger]: `for` is over */
    ESC_TIMER_SLA_DUE,     /* ticket [clock] */
    ESC_TIMER_SLA_WARN,    /* ticket [clock * ESC_CLOCK_WARNS_MAX + warning of it, by position] */
    ESC_TIMER_SLA_OVERDUE, /* ticket [clock]: the next trigger on it */
    ESC_TIMER_DIGEST, /* workspace [EscDigestTimer]: the earliest window with messages held back */
    ESC_TIMER_SHIFT, /* escalation: the turn ends of the schedule that its accountable role follows */
    ESC_TIMER_CLOCK, /* ticket or escalation: the first instant at which time alone may change an answer */
    ESC_TIMER_ABSENCE, /* workspace [0]: the next absence of anybody begins */
    ESC_TIMER_SILENCE, /* workspace [0]: no later than the first silence whose time is over, or whose hours turn */
    ESC_TIMER_TALLIES, /* workspace [0]: keys of counts that have expired go */
    ESC_TIMER_TASK,    /* workspace [0]: no later than the first task that is to be asked after */
    ESC_TIMER_COUNT,
    ESC_TIMER_SLEEPER =
        ESC_TIMER_COUNT /* never stored: stands for all timers of a ticket that sleeps */
} EscTimer;

typedef enum EscDigestTimer {
    ESC_DIGEST_MESSAGES,
    ESC_DIGEST_STORM,
    ESC_DIGEST_QUIET
} EscDigestTimer;

typedef struct EscEscalation EscEscalation;
typedef struct EscTicket EscTicket;

typedef struct EscTimerNode {
    int64_t due_ms;
    uint64_t seq;
    uint32_t kind, index;
    size_t place;              /* in the heap */
    EscEscalation *escalation; /* both NULL: the workspace's */
    EscTicket *ticket;
    struct EscTimerNode *next; /* of the same owner */
} EscTimerNode;

/* --- bundles ---------------------------------------------------------------------------------- */

typedef struct EscEngineBundle {
    const EscBundle *bundle;
    const EscProgram *program;
    uint32_t *slots; /* by FIELDS index: slot of the ticket in the current bundle, or ESC_NONE */
} EscEngineBundle;

/* --- tickets ---------------------------------------------------------------------------------- */

typedef enum EscClockState {
    ESC_CLOCK_NONE,
    ESC_CLOCK_RUNNING,
    ESC_CLOCK_MET,
    ESC_CLOCK_BREACHED,
    ESC_CLOCK_STATE_COUNT
} EscClockState;

#define ESC_NONE_OVERDUE_MS INT64_C(-1) /* no trigger has had its turn yet, not even one of 0 */

typedef struct EscSlaState {
    EscClockState state;
    bool
        is_met; /* met after the breach counts too; of the clock to resolve: the ticket is resolved now; of that of messages: answered */
    bool is_told; /* that it is over was told: once in a cycle, whatever becomes of the level */
    /* due_ms was moved by a correction when the clock was late already, or had stood: the calendar would say another instant */
    bool is_kept;
    uint32_t cycle;    /* how often it has begun anew */
    int64_t goal_ms;   /* what it was computed by; 0: nothing is promised */
    EscText calendar;  /* interned; empty: all time counts */
    int64_t origin_ms; /* where it began; 0: with the ticket, and a clock of messages not at all */
    int64_t
        moved_ms; /* it counts from origin + this: as much of its calendar's open time was used as before a correction, or in pauses that are not kept */
    int64_t due_ms;
    int64_t
        overdue_done_ms; /* triggers with at most this overdue time have had their turn, or ESC_NONE_OVERDUE_MS */
    int32_t told
        [ESC_TOLD_MAX]; /* warnings that were told in this cycle: a share in per cent, or seconds before the end as a negative number */
    uint32_t told_count;
} EscSlaState;

/* How often a template started on a ticket, and when the last of these closed. */
typedef struct EscStarts {
    EscText template_name; /* interned */
    uint32_t count;
    int64_t closed_at_ms; /* 0: none closed yet */
    uint64_t postmortem;  /* number of the last one's ticket; 0: none */
} EscStarts;

/* A start that waits: for its condition to hold as long as `for` says, or for the end of `again after`. */
typedef struct EscArmed {
    EscText template_name; /* interned */
    uint32_t clause;       /* of the trigger: TRIGGERS.clause */
    bool is_again;         /* `again after` */
    bool is_held;          /* `not open(…)` holds it back; neither: `for` */
    uint32_t number;       /* index of its timer */
    int64_t at_ms;         /* when its condition became true, for hours: they are asked for once */
    EscText
        event_type; /* interned: what it was heard as; empty: a clock of a service level is over */
    EscText event_json; /* owned: the event that made it true; empty as well */
} EscArmed;

/* When an automation acted on the ticket within the last hour. */
typedef struct EscActs {
    EscText automation; /* interned */
    int64_t at_ms[ESC_AUTOMATION_HOUR_MAX];
    uint32_t count;
    bool is_told; /* that it was refused: once, until it may act again */
} EscActs;

/* A time in which the clock to resolve stood. */
typedef struct EscPause {
    int64_t from_ms, to_ms;
} EscPause;

/* When a source said what it said last of a field. */
typedef struct EscOrigin {
    uint32_t slot; /* ESC_NONE: the status of a schema that has none */
    uint64_t source;
    int64_t time_ms; /* by the source's clock, and no later than it came */
} EscOrigin;

/* What is told to the system that a ticket came from, of one field (writes.c). */
typedef struct EscWrite {
    EscText field;       /* interned */
    EscOwned value;      /* as it was set here last */
    EscOwned sent;       /* as it was told last; a kind UNSET: never yet */
    EscOwned before;     /* as it was when nothing was on its way */
    int64_t set_ms;      /* when it was set here */
    int64_t told_ms;     /* when it was told, and then when that was answered; 0: never */
    uint64_t outbox;     /* the row under way; 0: none */
    uint64_t escalation; /* whose step set it; 0: nobody's */
    bool is_due;         /* it is to be told */
    bool is_accepted, is_failed;
    bool is_reported;  /* an event of the source has brought the value */
    bool is_overtaken; /* another value came from there, later: that one stands */
    uint32_t contests; /* how often it was set again then, since: */
    int64_t contest_ms;
} EscWrite;

typedef enum EscErrandState {
    ESC_ERRAND_STATE_DUE,  /* to be told, when what is before it is over */
    ESC_ERRAND_STATE_TOLD, /* under way */
    ESC_ERRAND_STATE_DONE,
    ESC_ERRAND_STATE_FAILED,
    ESC_ERRAND_STATE_COUNT
} EscErrandState;

/* What the system that has the ticket is asked to do beside taking back a field (errands.c). */
typedef struct EscErrand {
    EscErrandKind kind;
    EscErrandState state;
    EscText text;        /* owned: of a comment, until it is settled */
    uint64_t hash;       /* of a comment: what its echo is known by */
    int64_t at_ms;       /* when it was asked for, told, and then when it was settled */
    uint64_t outbox;     /* the row under way; 0: none */
    uint64_t escalation; /* whose step it was; 0: nobody's */
} EscErrand;

/* What a status means to an escalation. */
typedef enum EscStanding {
    ESC_STANDING_OPEN,
    ESC_STANDING_RESOLVED,
    ESC_STANDING_CLOSED
} EscStanding;

/* An escalation that the ticket has joined: it is that of another ticket, with which it belongs together. */
typedef struct EscJoined {
    uint64_t escalation;
    EscText template_name; /* interned */
} EscJoined;

typedef struct EscTicketChange {
    int64_t at_ms;
    EscText field;         /* interned */
    EscText before, after; /* owned, cut */
} EscTicketChange;

struct EscTicket {
    EscText id;     /* owned */
    uint32_t index; /* in the engine's array */
    int64_t created_at_ms, updated_at_ms;
    EscOwned *values;      /* by slot */
    bool is_resolved_flag; /* for schemas without a status */
    bool is_linked;        /* made by the engine: no service level, no trigger */
    bool is_edited;        /* linked, and changed since it was made */
    bool is_dirty, is_touched;
    bool is_noted;    /* in the turn's list of those whose clock timer is set anew */
    EscText sla_name; /* interned; empty: none applies */
    EscSlaState sla[ESC_SLA_CLOCK_COUNT];
    int64_t
        stands_since_ms; /* of the clock to resolve, while the ticket is resolved or its level pauses; 0: it runs */
    bool is_paused;   /* its level says that the clock stands */
    EscPause *pauses; /* in order */
    size_t pauses_count, pauses_capacity;
    int64_t pauses_old_ms; /* the sum of those that are not kept */
    uint64_t *assumed;     /* bit set, by slot: nobody gave the value, the schema did */
    EscOrigin *origins;
    size_t origins_count, origins_capacity;
    EscText home;    /* interned: the source that brought it, where fields go back; empty: none */
    bool is_telling; /* in the turn's list of those with something to tell there */
    EscWrite *writes;
    size_t writes_count, writes_capacity;
    EscText there;      /* owned: a linked ticket's id in its home; empty: it has none there (yet) */
    EscErrand *errands; /* in order; of settled ones the last few */
    size_t errands_count, errands_capacity;
    EscText stands_for; /* owned: the linked ticket that is known by this id in its home; it has nothing else */
    EscStarts *starts;
    size_t starts_count, starts_capacity;
    EscArmed *armed;
    size_t armed_count, armed_capacity;
    uint32_t armed_next;
    EscActs *acts;
    size_t acts_count, acts_capacity;
    int64_t *handoffs; /* instants of the last ones, for limits */
    size_t handoffs_count, handoffs_capacity;
    EscTicketChange *log;
    size_t log_count, log_capacity;
    EscEscalation **open; /* in id order */
    size_t open_count, open_capacity;
    EscJoined *joined; /* in the order in which it joined; open ones */
    size_t joined_count, joined_capacity;
    /* Who needs this linked ticket in memory: recorded changes of open escalations that would take it back, and the ticket
     * whose post-mortem it is while that is live. */
    uint32_t pins;
    EscText postmortem_of; /* owned: the ticket whose post-mortem it is; empty: it is none */
    bool
        is_holding; /* it was live when that was looked at last: the post-mortems of its starts are pinned */
    EscTimerNode *timers;
    EscText body; /* owned: as its row has it; empty: it changed since, or is not live */
    struct EscTicketList *list; /* it stands in; NULL: it was never written */
    EscTicket *list_before, *list_after;
};

/* A ticket that nothing has happened to for a while, and its open escalations, as the bytes of their rows (rows/sleep.c):
 * a third of the memory. Whoever looks for one of them, or for what is due, wakes all of it. */
typedef struct EscSleeper {
    EscTimerNode timer; /* due with the earliest of its timers; in the heap when has_timer */
    bool has_timer;
    bool waits_for_queue; /* a check of one of its escalations waits for messages to be delivered */
    uint32_t index;       /* of the ticket */
    EscText id;           /* of the ticket; borrowed from the sleeper's own block */
    /* Makes ticket and escalations again in their places, and frees the sleeper. */
    void (*wake)(struct EscEngine *engine, struct EscSleeper *sleeper);
} EscSleeper;

/* --- escalations ------------------------------------------------------------------------------ */

typedef enum EscReplyState {
    ESC_REPLY_NONE,
    ESC_REPLY_PENDING,
    ESC_REPLY_GOOD,
    ESC_REPLY_FAILED
} EscReplyState;
typedef enum EscQuestionKind {
    ESC_QUESTION_NONE,
    ESC_QUESTION_ASK,
    ESC_QUESTION_APPROVE
} EscQuestionKind;

typedef struct EscQuestion {
    EscQuestionKind kind;
    uint32_t
        number; /* within the escalation, from 1: links and buttons say which one they answer */
    EscRef ref; /* who is asked, in the numbering of the escalation's bundle */
    uint32_t needed;  /* APPROVE */
    EscText text;     /* owned */
    EscText guidance; /* owned: what helps to answer it; may be empty */
    uint32_t task;    /* the number of its task; 0: none was made yet */
    uint32_t answer;  /* ASK: number + 1, 0 while open */
    bool is_rejected;
    EscText by;                        /* interned: who answered */
    EscText reason;                    /* owned: why, where that was said */
    EscText approvers[ESC_OWNERS_MAX]; /* interned */
    uint32_t approvers_count;
} EscQuestion;

/* An exception: asked for, or being handled. */
typedef struct EscRaised {
    bool is_step;       /* a step raised it, which holds the steps at that place */
    uint32_t exception; /* index in EXCEPTIONS of the bundle */
    EscText message;    /* owned; in no language yet (say.c) */
    EscOwned *fields;   /* by FIELDS position given in field_indexes; owned */
    uint32_t *field_indexes;
    uint32_t fields_count;
    uint32_t place; /* index in CODE, ESC_NONE when none */
} EscRaised;

/* A suspended function: its snapshot, and what its wait needs. */
typedef struct EscFrame {
    uint8_t *bytes; /* owned; NULL: no frame */
    size_t size;
    uint32_t function, wait; /* indexes in the bundle, read out of the snapshot */
    uint32_t effects_total;
    int64_t began_ms, due_ms; /* of the wait */
    EscReplyState reply;
    bool is_held;  /* it raised what nobody handles: it goes on when triage says so */
    bool is_heard; /* the event that it waits for came while a handler stood on it */
    uint64_t reply_outbox;
    EscText reply_text;    /* owned */
    EscQuestion *question; /* owned; NULL: none */
    EscRaised *raised;     /* owned: what this handler handles; NULL for steps and closing */
} EscFrame;

/* The message of an escalation that was sent or settled last. */
typedef struct EscLastMessage {
    uint64_t outbox; /* 0: none was sent */
    EscText to;      /* interned: a person or a channel */
    EscText medium;  /* interned; empty: one of a channel that speaks for many escalations */
    EscText detail;  /* owned */
    EscDeliveryState state;
    int64_t at_ms; /* when it came to that */
} EscLastMessage;

/* How a person's answer ends triage; stands for the length of one input only. */
typedef enum EscTriageEnd {
    ESC_TRIAGE_OPEN,
    ESC_TRIAGE_GO_ON, /* held steps go on behind their place; in closing the checks are judged again */
    ESC_TRIAGE_BY_HAND /* the steps end; in closing the checks that failed are overridden */
} EscTriageEnd;

/* std.triage beside the steps: one question about all that nobody handles. */
typedef struct EscTriage {
    EscFrame frame;
    EscText more[ESC_TRIAGE_NAMES_MAX]; /* interned: exceptions that came while it was open */
    uint32_t more_count, unnamed_count;
    uint32_t asked_again; /* how often nobody had answered in time */
    EscTriageEnd end;
    EscText by, reason; /* who answered why, interned and of this input */
} EscTriage;

/* The frames as they were when the ticket was resolved: what comes back should it be opened again. */
typedef struct EscCopy {
    EscFrame frames[ESC_FRAMES_MAX]; /* the steps first */
    uint32_t count;
    int64_t at_ms;
    EscRaised *triage; /* owned: what triage was about; NULL: it was not open */
} EscCopy;

/* When the owner was told last that messages to a target are dead. */
typedef struct EscDeadTold {
    EscText target; /* interned */
    int64_t at_ms;
} EscDeadTold;

/* An inverse call that is under way. */
typedef struct EscInverse {
    uint64_t outbox;
    EscText what; /* interned: the change that it takes back */
} EscInverse;

typedef enum EscChangeKind {
    ESC_CHANGE_FIELD,
    ESC_CHANGE_TICKET,
    ESC_CHANGE_CALL,
    ESC_CHANGE_ADDED,
    ESC_CHANGE_REMOVED,
    ESC_CHANGE_KIND_COUNT
} EscChangeKind;

/* A recorded change with its inverse. */
typedef struct EscChange {
    EscChangeKind kind;
    EscText
        name; /* FIELD, ADDED, REMOVED: the field; TICKET: its name in the template; CALL: "crm.requeue" (interned) */
    EscText ticket;      /* TICKET: id of the made ticket (interned) */
    EscOwned before;     /* FIELD: the old value */
    EscOwned after;      /* FIELD: what was set, for `consistent` */
    EscText item;        /* ADDED, REMOVED: the text of the list; owned */
    uint64_t outbox;     /* CALL */
    uint32_t undo;       /* action that undoes it, or ESC_NONE */
    EscOwned *arguments; /* of that action; owned */
    uint32_t arguments_count;
    EscText
        no_undo; /* interned: why there is no inverse; empty when there is one, or for FIELD and TICKET the natural one */
} EscChange;

typedef enum EscCheckState {
    ESC_CHECK_STATE_PENDING,
    ESC_CHECK_STATE_PASSED,
    ESC_CHECK_STATE_FAILED,
    ESC_CHECK_STATE_HANDLED,
    ESC_CHECK_STATE_OVERRIDDEN,
    ESC_CHECK_STATE_NOT_ASKED,
    ESC_CHECK_STATE_COUNT
} EscCheckState;

typedef struct EscPage {
    EscText person;   /* interned */
    uint32_t number;  /* index of its timer */
    uint32_t contact; /* next contact method, by position */
    int64_t began_ms;
    EscText text; /* owned */
} EscPage;

/* A page that went out by one kind of contact and is not settled, or waits for the merged page of a storm. */
typedef struct EscPaged {
    EscText person;  /* interned */
    uint64_t outbox; /* 0: the merged page is still to come */
    uint8_t kind;    /* of contact */
    bool is_of_turn; /* it calls somebody of the present turn */
} EscPaged;

typedef struct EscExpectation {
    uint32_t number;
    EscText person;         /* interned */
    int64_t due_ms, met_ms; /* met_ms: resolved then, and what is left stands; 0: it runs */
    uint32_t calendar;      /* OPTION in the escalation's bundle: whose hours it counts */
} EscExpectation;

/* What somebody who watches has to know of, until it is over: bits. */
typedef enum EscAlarm {
    ESC_ALARM_TRIAGE = 1,  /* nobody answers triage */
    ESC_ALARM_CLOSING = 2, /* its checks have not passed for long */
    ESC_ALARM_PARKED = 4,  /* its steps cannot go on */
    ESC_ALARM_OWNER = 8,   /* nobody of the last resort acknowledges, or all of it are away */
    ESC_ALARM_ALL = 16
} EscAlarm;

/* Somebody who was accountable and is not any more. */
typedef struct EscFormer {
    EscText person;  /* interned */
    bool has_missed; /* did not acknowledge in time, when nobody had acknowledged yet */
    bool
        has_missed_check; /* was accountable when a check of the acknowledgement failed, before that */
} EscFormer;

/* A change of hands that is not told yet: timers of the escalation are still due at this instant. */
typedef struct EscOwed {
    EscText from, actor,
        because;    /* interned but for `because`, which is owned, and in no language yet */
    uint8_t asking; /* EscAsking */
    bool is_quiet;
    EscText *losers; /* interned */
    size_t losers_count, losers_capacity;
} EscOwed;

/* The last resort's turn: one after the other is asked, and then the first again and again. */
typedef struct EscResort {
    EscText *asked; /* interned: whose turn has begun in this pass */
    size_t asked_count, asked_capacity;
    int64_t since_ms;
    uint32_t alarms; /* 0: somebody is still to be asked for the first time */
} EscResort;

/* Who was drawn for a role whose owner is the next of a team. */
typedef struct EscDraw {
    uint32_t level, place; /* position of the role; 0 its owner, 1 the first of the others … */
    EscText person;        /* interned */
} EscDraw;

/* A further ticket of an escalation, which joined it. */
typedef struct EscMember {
    EscText ticket; /* owned */
    bool is_resolved;
} EscMember;

typedef struct EscMoment {
    uint8_t kind; /* EscAuditKind */
    int64_t at_ms;
    EscText who; /* interned */
} EscMoment;

struct EscEscalation {
    uint64_t id;
    EscTicket *ticket;
    const EscEngineBundle *bundle; /* NULL: unknown, parked */
    uint32_t template_index;
    EscText template_name; /* interned */
    uint8_t bundle_hash[32];
    EscState state;
    bool is_noted;                        /* as of a ticket */
    bool is_dirty, is_new, is_parked_now; /* parked_now: restored parked, not yet audited */
    EscText parked_because;               /* interned; in no language yet */
    /* owned: the body of a row that could not be read, or the part of it that could not, to be written as it was */
    EscText kept;
    bool is_kept_whole;
    bool is_leaving; /* written as closed: forgotten with the next evict */
    uint32_t role, opening_role;
    uint32_t role_row;     /* position in the template's roles; roles_count: last resort */
    EscText owner;         /* interned */
    int64_t turn_at_ms;    /* when the accountable one's turn began */
    uint32_t ack_calendar; /* OPTION in the bundle: whose hours the time to acknowledge counts */
    uint32_t pass;         /* through the chain, from 0 to the template's `repeats` */
    EscDraw *draws;        /* of this pass */
    size_t draws_count, draws_capacity;
    bool is_shift_kept; /* who has it keeps it when the schedule's turn ends */
    EscText handed_to;  /* interned name of who it was handed to; empty: the role's own */
    bool is_acked;
    int64_t first_acked_ms; /* 0: never */
    EscText *ackers;        /* interned; of the present turn */
    size_t ackers_count, ackers_capacity;
    EscFormer *formers;
    size_t formers_count, formers_capacity;
    EscResort resort;
    bool is_chain_over; /* nobody of the chain is left to be asked, and nobody has acknowledged */
    bool
        is_alarmed; /* nobody acknowledges, or the last resort is away: counted for whoever watches */
    uint32_t shift; /* in the turn's list, + 1; 0: none */
    EscOwed *owed;  /* owned; NULL: everybody was told */
    int64_t opened_at_ms, closed_at_ms;
    uint64_t version;              /* of its row; grows whenever that is written */
    int64_t acked_ms, resolved_ms; /* since when it is so; 0: it is not */
    EscLastMessage last;
    uint64_t shown;  /* of what lists show of its ticket, when the row was written: faces.c */
    EscText outcome; /* interned */
    bool is_closed_by_when; /* the end came by `close when` */
    uint32_t handoffs, exceptions, effects;
    uint32_t questions; /* that were asked */
    uint32_t tasks;     /* that it ever had: the number of the last one */
    EscFrame frame;     /* what runs: the steps, the handler on top of them, or the closing */
    EscFrame *below;    /* owned: what it stands on, from the bottom; room for ESC_FRAMES_MAX - 1 */
    uint32_t below_count;
    EscTriage *triage; /* owned; NULL: not open */
    EscCopy *copy;     /* owned; NULL: none */
    uint32_t alarms;   /* bits of EscAlarm */
    bool is_resolved;  /* all of its tickets, when this escalation looked at them last */
    EscText group_key; /* owned: what its tickets have in common; empty: it has one */
    uint32_t *reaches; /* where it stands in the index of reaches.c; owned */
    size_t reaches_count;
    EscMember *members; /* behind the first, in the order in which they joined */
    size_t members_count, members_capacity;
    uint32_t wish;       /* in the turn's list, + 1; 0: none */
    uint32_t start_type; /* EVENTS index in the bundle; ESC_NONE: started without an event */
    EscOwned *start_fields;
    uint32_t start_fields_count;
    EscText start_json; /* owned; only until the first flush */
    EscOwned *given;    /* what it was started with, by the parameters of the template */
    uint32_t given_count;
    uint8_t *checks;         /* EscCheckState, one for each check of the template */
    uint64_t *raised_checks; /* bit set: qa_failed was raised for it */
    uint32_t checks_count;
    /* Notifications; each counts at the highest rung it has come to. `reached`: to people, accepted, which is all that
     * can be asked of their contacts. */
    uint32_t messages, accepted, reached, delivered, seen, dead;
    uint32_t held;          /* messages of these that wait for the end of somebody's quiet time */
    int64_t released_at_ms; /* when the last of such went out; 0: none did */
    bool is_inconsistent;
    EscText inconsistent_field; /* interned */
    bool is_close_told;         /* the owner was told what the closing waits for */
    EscChange *changes;
    size_t changes_count, changes_capacity;
    EscPage *pages;
    size_t pages_count, pages_capacity;
    uint32_t page_next;
    EscPaged *paged;
    size_t paged_count, paged_capacity;
    bool is_turn_reached; /* a page of the present turn arrived, or nobody can say that none did */
    EscExpectation *expectations;
    size_t expectations_count, expectations_capacity;
    uint32_t expectation_next;
    EscInverse *inverses; /* not settled yet */
    size_t inverses_count, inverses_capacity;
    EscText room;       /* owned: the address of its war room; empty: none was made */
    bool is_room_asked; /* and its answer has not come */
    EscText left;       /* owned: what a rollback has left, told when its last inverse is settled */
    EscDeadTold *dead_told;
    size_t dead_told_count, dead_told_capacity;
    EscMoment *timeline;
    size_t timeline_count, timeline_capacity;
    EscTimerNode *timers;
    EscText body;      /* owned: as its row has it; empty: it changed since, or is closed */
    bool is_first_run; /* the steps run for the first time */
};

/* --- the outbox and notification windows ------------------------------------------------------ */

typedef struct EscOutboxNode {
    uint64_t id, escalation;
    EscOutboxKind kind;
    EscText target;   /* interned */
    EscText ticket;   /* owned */
    EscText undoes;   /* interned; a call that takes a change back: which one */
    uint32_t contact; /* a message to a person: the kind of their contact + 1; else 0 */
    bool is_settled;  /* nobody looks for it any more */
} EscOutboxNode;

typedef struct EscDigestItem {
    uint64_t escalation;
    EscText text; /* owned */
} EscDigestItem;

typedef struct EscWindow {
    EscText person; /* interned */
    int64_t ends_at_ms;
    uint32_t count;
    EscDigestItem *items; /* owned */
    size_t items_count, items_capacity;
    uint32_t items_left_out;
    /* Pages, which are never held back but merged in a storm (duty/windows.c). */
    int64_t pages_end_ms;
    uint32_t pages;
    uint64_t *paged; /* owned: escalations of this window that nobody has acknowledged yet, by id */
    size_t paged_count, paged_capacity;
    uint32_t paged_left_out;
    uint32_t held; /* bit set: kinds of contact by which a merged page is to come */
    int64_t held_due_ms;
} EscWindow;

/* What a person or a channel was to be told in their quiet time: it goes out as one message when that is over. */
typedef struct EscQuiet {
    EscText target; /* interned: a person's name or a channel's */
    bool is_channel;
    int64_t until_ms;
    EscDigestItem *items; /* owned */
    size_t items_count, items_capacity;
    uint32_t items_left_out;
} EscQuiet;

/* A message that stands for others, of many escalations; what becomes of it becomes of them. */
typedef struct EscReleased {
    uint64_t outbox;
    uint64_t *escalations; /* owned; one for each message */
    size_t count, capacity;
} EscReleased;

typedef struct EscQuiets {
    EscQuiet *items;
    size_t count, capacity;
    EscReleased *released; /* not settled yet, in order of id */
    size_t released_count, released_capacity;
} EscQuiets;

/* What somebody said of a person; it goes before what the directory says. */
typedef struct EscAbsence {
    EscText person;  /* interned */
    EscText deputy;  /* interned; empty: nobody stands in */
    int64_t from_ms; /* a date that is to come; 0: since it was said, whatever the clock was then */
    int64_t until_ms;
    bool is_for;  /* given as a duration: it keeps what is left when the clock is corrected */
    bool is_back; /* they are there, although the directory says that they are away */
} EscAbsence;

/* --- what is counted and awaited (kept.c) ------------------------------------------------------ */

/* Instants here are elapsed time, which corrections of the clock leave alone: esc_elapsed_ms. */

typedef enum EscSilenceState {
    ESC_SILENCE_AWAITED, /* the next event has its time */
    ESC_SILENCE_OVER,    /* that is over, and what else the `start` asks for does not hold */
    ESC_SILENCE_TOLD,    /* it started its template; its ticket is pinned */
    ESC_SILENCE_STATE_COUNT
} EscSilenceState;

typedef struct EscSilence {
    EscText ticket;     /* owned: id of the ticket that it starts on */
    EscText event_json; /* owned: the last event, as it came */
    int64_t written_ms; /* the instant that its row says */
    int64_t
        turns_ms; /* OVER: when it is judged again, by the engine's clock; INT64_MAX: with the next event only */
    EscSilenceState state;
} EscSilence;

/* A key of a count or of a silence. There may be a million, so it has 56 bytes, and a block for instants before the last. */
typedef struct EscKept {
    uint8_t id[ESC_KEPT_ID_SIZE];
    int64_t last_ms; /* of the last event */
    uint64_t
        seq : 62; /* when that was in the order of all: ties of one instant, the same after a restart */
    uint64_t is_used : 1, is_dirty : 1;
    uint32_t clause : 22; /* index in EscKepts.clauses */
    uint32_t count : 10;  /* COUNT: of `instants` */
    uint32_t
        next; /* in the bucket, or of free places; here and below 0 is none, else an index + 1 */
    uint32_t before,
        after; /* in the list of its clause, by seq; of silences that are OVER by turns_ms, then seq */
    union {
        int64_t *instants; /* COUNT; owned: those before the last, ascending */
        EscSilence *silence;
    };
} EscKept;
#define ESC_KEPT_CLAUSES_MAX ((size_t)1 << 22)

typedef struct EscKeptList {
    uint32_t first, last; /* as in EscKept */
} EscKeptList;

/* A count or a silence as it is written: what its keys are found by under another bundle. */
typedef struct EscKeptClause {
    bool is_silence;
    EscText template_name; /* interned; of a silence */
    int64_t clause;        /* TALLIES.clause, or with the template TRIGGERS.clause */
    uint32_t row; /* in TALLIES or TRIGGERS of the current bundle; ESC_NONE: it is not there */
    EscKeptList
        lists[ESC_SILENCE_STATE_COUNT]; /* of a silence by state; of a count the first one */
} EscKeptClause;

typedef struct EscKeptId {
    uint8_t bytes[ESC_KEPT_ID_SIZE];
} EscKeptId;

typedef struct EscKepts {
    EscKept *items;
    uint32_t count, capacity; /* places that were ever used */
    uint32_t free_first;      /* as in EscKept */
    uint32_t used;
    uint32_t *buckets; /* a power of two of them */
    uint32_t buckets_count;
    EscKeptClause *clauses;
    size_t clauses_count, clauses_capacity;
    EscNames *names;       /* of clauses, to their indexes */
    uint32_t *of_tallies;  /* clauses by row of TALLIES in the current bundle */
    uint32_t *of_silences; /* and by position in EscSchema.silences */
    uint32_t limit;        /* `limit N keys` */
    int64_t told_ms;       /* when it was told that there are too many; 0: never */
    bool is_told_dirty;
    bool is_sort_due; /* keys were read, in the order of their ids */
    bool is_bind_due; /* the current bundle is another one than clauses know rows of */
    uint32_t *dirty;  /* indexes */
    size_t dirty_count, dirty_capacity;
    EscKeptId *gone; /* of rows that are to be deleted */
    size_t gone_count, gone_capacity;
} EscKepts;

/* --- tasks (tasks.c) --------------------------------------------------------------------------- */

typedef struct EscTaskAnswer {
    EscText name, title; /* owned */
} EscTaskAnswer;

/* What somebody is to do: a question that waits, or something that outlives its escalation. A row of its own; here are those that
 * are open, and those that are to be written. */
typedef struct EscTask {
    uint64_t escalation;
    uint32_t number;
    EscTaskKind kind;
    EscTaskState state;
    EscText ticket;          /* owned: of the escalation */
    EscText linked;          /* owned; POSTMORTEM, FOLLOW_UP: the ticket that it is about */
    EscText title, guidance; /* owned */
    EscText facts;           /* owned; TRIAGE: what is known of the exception, as JSON */
    EscText meant;           /* interned: whose it is when nobody has claimed it; or empty */
    EscText assignee;        /* interned; or empty */
    EscText candidates[ESC_OWNERS_MAX]; /* interned */
    uint32_t candidates_count;
    EscTaskAnswer *answers; /* owned */
    uint32_t answers_count;
    int64_t created_ms, due_ms, claimed_ms, done_ms; /* 0: never */
    int64_t wake_ms;                                 /* when it is asked after next; 0: never */
    uint32_t chased;                                 /* how often it was */
    uint32_t check;                                  /* CONFIRMATION: of the template */
    EscText done_by;                                 /* interned; empty: nobody */
    EscText outcome, reason;                         /* owned */
    bool is_dirty;
} EscTask;

typedef struct EscTasks {
    EscTask **items; /* by escalation and number */
    size_t count, capacity;
    EscTask **dirty; /* to be written by the next flush */
    size_t dirty_count, dirty_capacity;
} EscTasks;

/* --- numbers under a key (chains.c) ----------------------------------------------------------- */

typedef struct EscLink {
    EscKeptId key;
    uint64_t value;
    uint32_t next; /* in the bucket, or of free places; 0: none, else an index + 1 */
    bool is_used;
} EscLink;

typedef struct EscChains {
    EscLink *items;
    size_t count, capacity;
    uint32_t free_first, used;
    uint32_t *buckets; /* a power of two of them */
    uint32_t buckets_count;
} EscChains;

/* --- what is open for which value (opens.c) --------------------------------------------------- */

typedef struct EscOpen {
    uint64_t escalation;
    EscKeptId row, value; /* of what is kept; of the template, the field and its value */
    uint32_t next;        /* of free places: an index + 1 */
    bool is_dirty;
} EscOpen;

/* A browser of somebody; its texts are owned. */
typedef struct EscBrowserNode {
    EscKeptId id;
    EscText person; /* interned */
    EscText title, url, key, auth;
    int64_t since_ms; /* elapsed time */
    bool is_dirty;
} EscBrowserNode;

/* browsers.c; by id */
typedef struct EscBrowsers {
    EscBrowserNode *items;
    size_t count, capacity;
    bool is_dirty; /* one of them is */
} EscBrowsers;

typedef struct EscOpenIndex {
    EscOpen *items;
    size_t count, capacity;
    uint32_t free_first;
    uint32_t *dirty; /* places whose rows are to be written */
    size_t dirty_count, dirty_capacity;
    EscChains by_value;      /* to numbers of escalations */
    EscChains by_escalation; /* to places, + 1 */
    EscChains held;          /* by value, to places of tickets on which something waits for it */
    uint32_t *unread;        /* places of tickets that were read and may stand in `held` */
    size_t unread_count, unread_capacity;
} EscOpenIndex;

/* Rows of the current bundle by the event that they are about. */
typedef struct EscByEvent {
    uint32_t *rows;
    uint32_t *first; /* by event type, with one more at the end; NULL: there are no rows */
} EscByEvent;

/* By how much a clock of a service level is over: a time, or hours of a calendar (OPTION, of the present bundle). */
typedef struct EscLateness {
    int64_t ms;
    uint32_t calendar;
} EscLateness;

/* A trigger as the posting lists hold it, with one test that must hold whatever else its condition says: a ticket
 * field is one of some enum members. Most triggers that do not match are seen off by it. */
typedef struct EscPosting {
    uint32_t trigger, pred;
    uint32_t slot; /* of that field; ESC_NONE: the condition has no such test */
    bool is_level, is_automation;
    uint64_t members; /* mask */
} EscPosting;

/* --- the engine ------------------------------------------------------------------------------- */

typedef struct EscSlots {
    uint32_t *items; /* ESC_NONE: a field that the current bundle does not have */
    size_t count, capacity;
} EscSlots;

/* Bundles, and what is read out of the current one (schema.c, postings.c). */
typedef struct EscSchema {
    EscEngineBundle **bundles;
    size_t bundles_count, bundles_capacity;
    EscEngineBundle *current;
    bool is_review_due;    /* a new current bundle: service levels have to be looked at again */
    uint8_t reviewed[32];  /* hash of the bundle under which that was done last; zeros: never */
    uint32_t *slot_fields; /* by slot: FIELDS index */
    uint32_t slots_count;
    uint32_t *slots_by_name; /* slots sorted by field name */
    /* Room of rows/ticket_pack.c. By slot: the field's number + 1 in the body that is being written, 0: it is not in it; and
     * the slots of the fields of the body that is being read. */
    uint32_t *numbers;
    EscSlots read;
    /* ESC_NONE: no such field */
    uint32_t status_slot, title_slot, assignee_slot, queue_slot, created_slot, severity_slot,
        account_slot, account_name_slot;
    EscPosting *postings;     /* grouped by event type */
    uint32_t *postings_first; /* by event type, with one more at the end */
    EscByEvent tallies;       /* in TALLIES */
    EscByEvent silences;      /* in TRIGGERS */
    EscPosting *clocked;      /* triggers that time alone can make fire, in their order */
    uint32_t clocked_count;
    EscLateness
        *overdues[ESC_SLA_CLOCK_COUNT]; /* distinct overdue times of SLA triggers, ascending */
    uint32_t overdues_count[ESC_SLA_CLOCK_COUNT];
} EscSchema;

/* By the time they were written, the longest ago first. */
typedef struct EscTicketList {
    EscTicket *first, *last;
    size_t count;
} EscTicketList;

/* tickets.c */
typedef struct EscTickets {
    EscTicket **items; /* NULL: free place, or it sleeps */
    size_t count, capacity;
    EscSleeper **sleepers; /* by the same places; NULL: it does not sleep */
    size_t sleepers_capacity;
    uint32_t *places; /* free ones */
    size_t places_count, places_capacity;
    EscNames *names;
    EscTicket **dirty; /* to be written by the next flush */
    size_t dirty_count, dirty_capacity;
    EscTicket **making; /* linked ones that are to be made in another system, or are made just now */
    size_t making_count, making_capacity;
    EscTicketList idle; /* what a restart would not load: these are forgotten */
    EscTicketList live; /* the others: these fall asleep */
} EscTickets;

typedef struct EscEscalationPlace {
    uint64_t id;
    EscEscalation *
        escalation; /* NULL: it sleeps, or is forgotten: then the place goes with the next clearing up */
    uint32_t sleeper; /* index of its ticket, which sleeps, + 1; 0: it does not sleep */
} EscEscalationPlace;

/* escalations.c */
typedef struct EscEscalations {
    EscEscalationPlace *items; /* in id order */
    size_t count, capacity;
    size_t forgotten_count;
    EscEscalation **closed; /* written as closed: free to go */
    size_t closed_count, closed_capacity;
    EscEscalation **dirty; /* to be written by the next flush */
    size_t dirty_count, dirty_capacity;
    size_t alarmed_count;
    size_t owed_count;  /* of those that owe a word */
    bool is_parked_due; /* some were parked while restoring: tell it at the next input */
} EscEscalations;

/* When it is due stands beside it: most comparing needs no more, and the nodes lie far apart. */
typedef struct EscTimerPlace {
    int64_t due_ms;
    EscTimerNode *node;
} EscTimerPlace;

/* timers.c */
typedef struct EscTimers {
    EscTimerPlace *heap;
    size_t heap_count, heap_capacity;
    EscTimerNode *own; /* the workspace's */
} EscTimers;

/* outbox.c */
typedef struct EscOutbox {
    EscOutboxNode *items; /* in id order */
    size_t count, capacity;
    size_t settled_count; /* of these */
} EscOutbox;

/* outbox.c; what is in them is the business of duty/messages.c */
typedef struct EscWindows {
    EscWindow *items;
    size_t count, capacity;
} EscWindows;

/* people.c of duty/ asks, deeds_operators.c of flow/ changes them. */
typedef struct EscAbsences {
    EscAbsence *items;
    size_t count, capacity;
    bool
        is_dirty; /* these, the windows or the schema's `reviewed`: one text of the group has all */
} EscAbsences;

/* A time that is to come in which nobody of a chain is there, and that was told. */
typedef struct EscToldGap {
    EscText template_name; /* interned: the first that has it */
    int64_t from_ms, until_ms;
    bool is_of_all; /* nor is anybody of the last resort */
} EscToldGap;

/* gaps.c */
typedef struct EscToldGaps {
    EscToldGap *items;
    size_t count, capacity;
    int64_t due_ms; /* when they are looked for next; 0: they were not since the start */
} EscToldGaps;
/* A key that tickets of a template have in common. */
typedef struct EscGrouping {
    EscText name;        /* owned: the template's name, a line's end, and the key */
    uint64_t escalation; /* the newest open one; 0: there is none */
    int64_t free_ms;     /* `again after` lets none start before; 0: at any time */
} EscGrouping;

/* groups.c */
typedef struct EscGroupings {
    EscNames *names;
    EscGrouping *items; /* in no order */
    size_t count, capacity;
    size_t sweep_at; /* with so many, those that are over are looked for */
} EscGroupings;

/* Fields of an event and of tickets that some condition at the event wants equal; of the current bundle. */
typedef struct EscReachPair {
    uint32_t event, position; /* of the field among those of the event */
    EscText field, name;      /* the ticket's, the event's; of a bundle */
} EscReachPair;

typedef struct EscReached {
    uint64_t escalation;
    bool has_left;
} EscReached;

/* Escalations that an event reaches by one value. */
typedef struct EscReach {
    EscText name;      /* owned: event, fields, value; empty: a free place */
    EscReached *items; /* in order of id */
    size_t count, capacity, left;
} EscReach;

/* reaches.c */
typedef struct EscReaches {
    bool is_due; /* another bundle is the current one: pairs and index are made anew */
    EscReachPair *pairs;
    size_t pairs_count, pairs_capacity;
    size_t bundles_done; /* so many bundles have their pairs */
    EscNames *names;
    EscReach *items;
    size_t count, capacity;
    uint32_t *free; /* places */
    size_t free_count, free_capacity;
} EscReaches;

/* Who of a team was drawn last. */
typedef struct EscTeamTurn {
    EscText team, last; /* interned */
} EscTeamTurn;

/* draws.c */
typedef struct EscTeamTurns {
    EscTeamTurn *items;
    size_t count, capacity;
} EscTeamTurns;

/* memory.c */
typedef struct EscInterned {
    EscNames *names;
    EscText *items; /* owned */
    size_t count, capacity;
} EscInterned;

/* What a run keeps texts and lists in. */
typedef struct EscScratch {
    char bytes[ESC_RUN_SCRATCH_MAX];
} EscScratch;

/* Memory for runs, taken and given back like a stack (world.c). */
typedef struct EscRuns {
    EscRun *items[ESC_ENGINE_RUN_DEPTH_MAX];
    EscScratch *scratch[ESC_ENGINE_RUN_DEPTH_MAX];
    uint32_t depth;
} EscRuns;

typedef enum EscAskedKind { ESC_ASKED_EVENT, ESC_ASKED_OVERDUE } EscAskedKind;

/* What a timer of a service level asked for. */
typedef struct EscAsked {
    EscAskedKind kind;
    EscTicket *ticket;
    EscBuiltinEvent event; /* EVENT */
    EscValue fields[2];
    uint32_t fields_count;
    EscSlaClock clock; /* OVERDUE */
    int64_t from_ms, to_ms;
} EscAsked;

/* What a start gives, by the names of parameters. */
typedef struct EscGiven {
    const EscProgram *program; /* in whose types the values are */
    const EscText *names;
    const EscValue *values; /* texts live in the turn */
    uint32_t count;
} EscGiven;

/* A template that a template asked for. */
typedef struct EscStartAsked {
    EscTicket *ticket;
    EscText template_name; /* interned */
    const EscEvent *event; /* NULL: none */
    EscText because;       /* for the audit; lives in the turn */
    EscText by;            /* interned: the person whose start this follows from; or empty */
    EscGiven given;        /* lives in the turn */
} EscStartAsked;

/* What running code may ask about a ticket's clocks, as it was before the event at hand. */
typedef struct EscClocksBefore {
    EscSlaState sla[ESC_SLA_CLOCK_COUNT];
    int64_t late_since_ms[ESC_SLA_CLOCK_COUNT];
    int64_t stands_since_ms[ESC_SLA_CLOCK_COUNT]; /* 0: it does not stand */
    bool has_due[ESC_SLA_CLOCK_COUNT];
} EscClocksBefore;

/* A ticket that something changed while an event was worked off: an event of its own behind it. */
typedef struct EscDerived {
    EscTicket *ticket;
    EscValue *before; /* by slot, in the turn's arena: as it was when the change began */
    EscStanding standing_before;
    EscClocksBefore clocks_before;
    uint64_t escalation; /* that changed it last; 0: none */
    uint32_t depth;      /* of changes that follow from changes */
    int64_t judged_ms;   /* until when time was judged; 0: as the ticket's clock timer says */
    bool is_new;         /* the input made the ticket */
} EscDerived;

/* What has acted in this input, and acts in it once: a handler of an escalation, a `start` on a ticket. */
typedef struct EscActed {
    const void *owner; /* escalation or ticket */
    uint32_t kind, number;
} EscActed;

/* What automations have done to a ticket in this input. */
typedef struct EscAutomated {
    const EscTicket *ticket;
    uint32_t effects;
} EscAutomated;

/* What an escalation asked for, to be done when its present run is over. */
typedef struct EscWish {
    EscEscalation *escalation;
    EscRaised **raised; /* exceptions in the order they were asked for */
    size_t raised_count, raised_capacity;
    bool is_closing;       /* `close as` ran */
    bool is_closing_again; /* its closing has waited for as long as it can say */
    bool is_resumed;       /* the exception that its frame waits for is handled */
} EscWish;

typedef enum EscAsking {
    ESC_ASKING_NOBODY, /* somebody took it */
    ESC_ASKING_OWNER,  /* who is accountable now; the others of the turn know of it */
    ESC_ASKING_TURN    /* a turn has begun: all its people */
} EscAsking;

/* Accountability that goes from hand to hand within one input: it is told once, when the input is done and nothing else of
 * the escalation is due at this instant, to whoever is accountable then (duty/shifts.c). */
typedef struct EscShift {
    EscEscalation *escalation;
    EscText from;     /* interned: whose it was before; empty: the escalation has just begun */
    EscText actor;    /* interned: who did it; empty: nobody */
    EscText because;  /* a clause in no language yet; of the last change */
    EscAsking asking; /* who is paged */
    bool is_quiet;    /* nobody else need hear of it */
    EscText *losers;  /* interned; in the turn's arena */
    size_t losers_count, losers_capacity;
} EscShift;

/* All that lives for one input (turn.c), empty between two. Only the arena's texts hold until the next one, for
 * whoever gets the answer; the lists keep their capacity. */
typedef struct EscTurn {
    EscArena *arena;
    EscText actor;     /* who causes what happens */
    EscText by;        /* who said so in the actor's name; empty: the actor */
    EscText through;   /* the way by which the actor said it; empty: the API */
    EscText reason;    /* of the acknowledgement at hand */
    EscLanguage reads; /* who acts; English where they act by the API or the command line */
    EscText noticed;   /* by which act of theirs somebody acknowledges; empty: by saying so */
    EscText
        missed; /* why the wait before the run at hand is over without what it was for; empty: it is not */
    bool is_by_told;         /* a sentence of this input names who */
    uint32_t emit_place;     /* index in CODE of the EMIT at hand, ESC_NONE when none is */
    const EscEvent *event;   /* of the current bundle's types */
    const EscEvent *counted; /* at which `reached` was found out */
    uint32_t *reached; /* rows of TALLIES whose number that event has exceeded; in the arena */
    uint32_t reached_count;
    EscKeptId *freed; /* values of EscOpenIndex for which nothing is open any more */
    size_t freed_count, freed_capacity;
    EscOutcome *outcome;
    EscTicket *before_ticket; /* whose values `before` has; NULL: nobody's */
    EscValue *before;         /* by slot: that ticket before the event */
    bool before_is_new;
    EscStanding before_standing;
    EscClocksBefore before_clocks;
    /* The instant up to which its clock timer says that time alone changed nothing: what was before is judged there. */
    int64_t before_ms;
    bool
        is_taking; /* the ticket takes what the input brings: no event of its own follows from that */
    bool is_reporting;   /* and that is what a source says of it */
    uint32_t depth;      /* of the changes that the event at hand follows from */
    EscDerived *derived; /* not yet heard from derived_first on */
    size_t derived_first, derived_count, derived_capacity;
    EscActed *acted;
    size_t acted_count, acted_capacity;
    EscText automation; /* interned: whose body runs; empty: none */
    EscAutomated *automated;
    size_t automated_count, automated_capacity;
    bool has_undo; /* set by UNDO for the CALL or SET that follows in the same run */
    EscChange undo;
    EscTicket **touched;
    size_t touched_count, touched_capacity;
    EscTicket **noted; /* whose clock timers are set anew when all has settled */
    size_t noted_count, noted_capacity;
    EscTicket **telling; /* that have something to tell to where they came from */
    size_t telling_count, telling_capacity;
    EscEscalation **noted_escalations;
    size_t noted_escalations_count, noted_escalations_capacity;
    EscWish *wishes; /* escalation->wish - 1 is its index here */
    size_t wishes_count, wishes_capacity;
    EscAsked *asked;
    size_t asked_count, asked_capacity;
    EscStartAsked *starts;
    size_t starts_count, starts_capacity;
    EscShift *shifts; /* escalation->shift - 1 is its index here */
    size_t shifts_count, shifts_capacity;
    int rounds;          /* of settling, used up */
    size_t outbox_first; /* of the pending group: what this input sends stands from here on */
    void **garbage;      /* blocks that may still be read until the input is done */
    size_t garbage_count, garbage_capacity;
} EscTurn;

/* Hashes of what is not in the store but decides what happens; zeros: never seen. */
typedef struct EscFound {
    uint8_t configuration[32], tokens[32];
} EscFound;

/* origins.c: events come in runs from one source. */
typedef struct EscLastSource {
    EscText name; /* owned; empty: none yet */
    uint64_t hash;
} EscLastSource;

struct EscEngine {
    const EscZones *zones;
    EscReceiver *receivers; /* their texts are interned */
    size_t receivers_count;
    uint64_t hash_seed, store_tag;
    const EscListener *listener; /* of rehearsals; NULL: none */
    int64_t now_ms;              /* logical time */
    int64_t
        moved_ms; /* sum of all corrections of the clock: tickets that come back later are behind by what was added since */
    EscCounters counters;
    EscSchema schema;
    EscFound found;
    EscLastSource last_source;
    EscTickets tickets;
    EscEscalations escalations;
    EscTimers timers;
    EscOutbox outbox;
    EscWindows windows;
    EscQuiets quiets;
    EscAbsences absences;
    EscTeamTurns team_turns;
    EscToldGaps gaps;
    EscKepts kepts;
    EscOpenIndex opens;
    EscBrowsers browsers;
    EscGroupings groupings;
    EscReaches reaches;
    EscTasks tasks;
    EscInterned interned;
    EscRuns runs;
    EscTurn turn;
    EscGroup groups[3]; /* one is collected while the last two are with whoever flushed */
    EscGroup *pending;  /* audit, outbox, settled, evidence, deleted timers since the last flush */
    EscArena *view;
};

#endif
