/* engine_internal.h - what the engine's files offer each other. Who reads the engine for the first time starts at
 * engine.c and then engine_events.c; the structs stand in engine_state.h. */
#ifndef ESC_ENGINE_INTERNAL_H
#define ESC_ENGINE_INTERNAL_H

#include "engine/engine_state.h"

/* --- engine_memory.c: memory that is there or the process ends, texts, values --------------------------- */

void *esc_engine_alloc(size_t size); /* zeroed */
/* Makes room for one more item; *items and *capacity are updated. */
void esc_engine_grow(void **items, size_t count, size_t *capacity, size_t item_size);
#define ESC_ENGINE_GROW(items, count, capacity)                                                    \
    do {                                                                                           \
        void *grown_ = (items);                                                                    \
        esc_engine_grow(&grown_, (count), &(capacity), sizeof *(items));                           \
        (items) = grown_;                                                                          \
    } while (0)
EscText esc_text_own(EscText text);
void esc_text_drop(EscText *text); /* frees an owned text and empties it */
EscText esc_engine_intern(EscEngine *engine, EscText text);
EscOwned esc_owned_copy(EscValue value);
void esc_owned_release(EscOwned *owned);
/* Frees the block when the present input is done: somebody may still read it. */
void esc_engine_discard(EscEngine *engine, void *block);
void esc_garbage_free(EscEngine *engine); /* what was discarded */
EscText esc_turn_text(EscEngine *engine, EscText text);
EscText esc_turn_printf(EscEngine *engine, const char *format, ...) ESC_PRINTF(2, 3);
/* A buffer's text, copied to the turn's arena; releases the buffer. */
EscText esc_turn_take(EscEngine *engine, EscBuf *buf);

/* --- engine_values.c: values between bundles and as JSON -------------------------------------------------- */

EscValue esc_value_default(EscType type); /* missing, or the type's first value */
/* The value as `type` of another program: enum members by name; what does not fit becomes the default. */
EscValue esc_value_convert(const EscProgram *from, const EscProgram *to, EscValue value,
                           EscType type);
bool esc_value_same(const EscProgram *a_program, EscValue a, const EscProgram *b_program,
                    EscValue b); /* content, whatever the optional bits */
EscText esc_member_name(const EscProgram *program, EscType type, uint32_t member);
bool esc_member_find(const EscProgram *program, EscType type, EscText name, uint32_t *member);
uint32_t esc_field_find(const EscProgram *program, EscScope scope,
                        EscText name); /* FIELDS index or ESC_NONE */
void esc_value_write_json(EscBuf *out, const EscProgram *program,
                          EscValue value); /* times as RFC 3339, durations in ms, refs as numbers */
void esc_value_write_text(EscBuf *out, const EscProgram *program,
                          EscValue value); /* as people read it */
struct json_t;
EscOwned esc_value_read_json(const EscProgram *program, EscType type, const struct json_t *json);

/* --- engine_audit.c ------------------------------------------------------------------------------------------ */

typedef enum EscAuditKind {
#define ESC_AUDIT(NAME, word, text) ESC_AUDIT_##NAME,
#include "engine/engine_audit.def"
#undef ESC_AUDIT
    ESC_AUDIT_COUNT
} EscAuditKind;
const char *esc_audit_word(EscAuditKind kind);
const char *esc_audit_text(EscAuditKind kind); /* when it is written, for docs */

/* One record about an escalation, its place being where it waits. `data` is JSON or empty. */
void esc_audit_escalation(EscEngine *engine, EscEscalation *escalation, EscAuditKind kind,
                          EscText data, const char *format, ...) ESC_PRINTF(5, 6);
void esc_audit_ticket(EscEngine *engine, EscTicket *ticket, EscAuditKind kind, EscText data,
                      const char *format, ...) ESC_PRINTF(5, 6);
/* About an escalation that is closed and perhaps not in memory any more: only its number is known. */
void esc_audit_bare(EscEngine *engine, uint64_t escalation, EscText ticket, EscAuditKind kind,
                    EscText data, const char *format, ...) ESC_PRINTF(6, 7);
/* JSON object of texts for `data`: pairs of name and value, NULL at the end. Values of size 0 are left out. */
EscText esc_audit_data(EscEngine *engine, ...);
/* "2026-03-02 10:05" in the workspace's zone; lives as long as the turn. */
EscText esc_local_time(EscEngine *engine, int64_t time_ms);
EscText esc_duration_text(EscEngine *engine, int64_t duration_ms);

/* --- engine_timers.c -------------------------------------------------------------------------------------------- */

void esc_timer_put(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket, EscTimer kind,
                   uint32_t index, int64_t due_ms);
void esc_timer_cancel(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                      EscTimer kind, uint32_t index);
void esc_timer_cancel_kind(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                           EscTimer kind);
void esc_timer_cancel_all(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket);
const EscTimerNode *esc_timer_find(const EscTimerNode *list, EscTimer kind,
                                   uint32_t index);   /* NULL when there is none */
int64_t esc_timer_earliest(const EscTimerNode *list); /* 0 when there is none */
/* Takes the earliest timer that is due out; false when there is none. */
bool esc_timer_take_due(EscEngine *engine, EscTimerNode *fired);
void esc_timer_restore(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                       const EscTimerRow *row);
void esc_timers_release(EscEngine *engine);

/* --- engine_tickets.c --------------------------------------------------------------------------------------------- */

EscTicket *esc_ticket_find(const EscEngine *engine, EscText id); /* NULL when there is none */
EscTicket *esc_ticket_new(EscEngine *engine, EscText id,
                          int64_t created_at_ms); /* fields have their defaults */
void esc_ticket_free(EscEngine *engine, EscTicket *ticket);
void esc_ticket_dirty(EscEngine *engine, EscTicket *ticket);
void esc_ticket_touch(
    EscEngine *engine,
    EscTicket *ticket); /* its escalations are looked at again before the input ends */
/* Remembers the fields for `previous`, `changed` and edges. */
void esc_ticket_remember(EscEngine *engine, EscTicket *ticket, bool is_new);
/* The value with its text cut to the field's size. */
EscValue esc_ticket_fit(const EscEngine *engine, uint32_t slot, EscValue value);
/* Sets a field; the value has the current bundle's type. False when it had that value. */
bool esc_ticket_set(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue value);
EscText esc_ticket_text(const EscEngine *engine, const EscTicket *ticket,
                        uint32_t slot); /* empty when missing or no such slot */
bool esc_ticket_set_text(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscText text);
bool esc_ticket_set_member(EscEngine *engine, EscTicket *ticket, uint32_t slot,
                           const char *member); /* false when the enum has none such */
bool esc_ticket_is_resolved(const EscEngine *engine, const EscTicket *ticket);
void esc_ticket_set_resolved(EscEngine *engine, EscTicket *ticket, const char *status,
                             bool is_resolved);
EscText esc_ticket_status(const EscEngine *engine, const EscTicket *ticket);
EscType esc_slot_type(const EscEngine *engine, uint32_t slot);
EscText esc_slot_name(const EscEngine *engine, uint32_t slot);
uint32_t esc_slot_find(const EscEngine *engine, EscText name);
EscStarts *esc_ticket_starts(EscEngine *engine, EscTicket *ticket,
                             EscText template_name); /* made when there is none */
EscEscalation *esc_ticket_open_of(const EscTicket *ticket,
                                  EscText template_name); /* NULL: none is open */
void esc_ticket_write_json(EscEngine *engine, const EscTicket *ticket, EscBuf *out);
/* A new linked ticket "T-n" with its title. */
EscTicket *esc_ticket_create_linked(EscEngine *engine, EscText title);

/* --- engine_bundles.c ------------------------------------------------------------------------------------------------ */

const EscEngineBundle *esc_engine_bundle_find(const EscEngine *engine, const uint8_t hash[32]);
EscText esc_program_text(const EscProgram *program, uint32_t index);
EscText esc_workspace_text(const EscEngine *engine); /* the workspace's name */
/* The same template in the current bundle; ESC_NONE when it is gone. */
uint32_t esc_template_find(const EscProgram *program, EscText name);
/* A reference of a bundle in the numbers of the current one, by name; *program is the current one unless the name is gone there. */
EscRef esc_ref_translate(const EscEngine *engine, const EscEngineBundle *bundle, EscRef ref,
                         const EscEngineBundle **in);

/* --- engine_host.c: what running code sees --------------------------------------------------------------------------------- */

typedef struct EscWorld {
    EscEngine *engine;
    EscEscalation *escalation; /* NULL: conditions of triggers, routes and service levels */
    EscTicket *ticket;
    const EscEngineBundle *bundle;
    uint32_t function;               /* index in FUNCTIONS; ESC_NONE: a trigger's condition */
    const EscProgram *event_program; /* whose numbering the event has; NULL: no event */
    uint32_t event_type;
    const EscValue *event_fields;
    bool is_before; /* show the ticket as it was before the event */
    bool is_faulty; /* a callback could not do its work */
} EscWorld;

/* For code that only looks: its effects are refused (ESC_TRAP). */
EscHost esc_world_reader(EscWorld *world);
/* For code that acts. */
EscHost esc_world_host(EscWorld *world);
/* The world of an escalation's functions, with the event that started it; with_event: the event at hand instead. */
EscWorld esc_world_of(EscEngine *engine, EscEscalation *escalation, uint32_t function,
                      bool with_event);
/* Runs a COND function; false when it faults. `frame` (may be NULL): the registers it starts with. */
bool esc_cond_holds(EscWorld *world, const EscRun *frame);
/* One run and its scratch memory, to be given back in reverse order. */
EscRun *esc_run_borrow(EscEngine *engine, char **scratch);
void esc_run_return(EscEngine *engine);

/* --- engine_owners.c ----------------------------------------------------------------------------------------------------------- */

/* People that a reference means now. */
typedef struct EscPeople {
    EscText names[ESC_OWNERS_MAX]; /* interned; who is accountable first */
    uint32_t count;
    EscText skipped[ESC_OWNERS_MAX];
    uint32_t skipped_count;
    EscText via; /* interned: person, team or schedule */
} EscPeople;

/* `ref` in the numbering of `bundle`; escalation may be NULL when ref is no role. */
void esc_people_find(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                     const EscEngineBundle *bundle, EscRef ref, EscPeople *people);
/* A person, team or schedule of the current directory by its name. */
void esc_people_named(EscEngine *engine, EscTicket *ticket, EscText name, EscPeople *people);
EscRef esc_ref_named(const EscProgram *program, EscText name); /* 0 when there is none */
bool esc_people_has(const EscPeople *people, EscText person);
bool esc_person_known(const EscEngine *engine, EscText name);
bool esc_person_absent(const EscEngine *engine, EscText name);
const char *esc_role_name(uint32_t role);
EscRef esc_role_ref(const EscEscalation *escalation,
                    uint32_t role_row); /* last resort beyond the rows */
void esc_role_own(EscEngine *engine, EscEscalation *escalation, uint32_t role); /* OWN */
/* The turn of the accountable role is over. */
void esc_role_failover(EscEngine *engine, EscEscalation *escalation, const char *because);
void esc_role_last_resort(EscEngine *engine, EscEscalation *escalation, const char *because);
EscStatus esc_role_check_ack(EscEngine *engine, EscEscalation *escalation, EscText actor,
                             EscWhy *why);
bool esc_role_ack(EscEngine *engine, EscEscalation *escalation,
                  EscText actor); /* false: too late */
/* extra_ms 0: the role's own time. False when the handoff limit raises instead. */
bool esc_role_handoff(EscEngine *engine, EscEscalation *escalation, const EscEngineBundle *bundle,
                      EscRef to, EscText reason, EscExpect expect, int64_t within_ms,
                      uint32_t calendar);
void esc_role_ack_timer(EscEngine *engine, EscEscalation *escalation);
void esc_role_hold_timer(EscEngine *engine, EscEscalation *escalation);
void esc_role_active(EscEngine *engine,
                     EscEscalation *escalation); /* something happened: the lease starts anew */
void esc_role_lease_end(EscEngine *engine, EscEscalation *escalation);
/* Makes `owner` accountable in that role; handed_to: who it was handed to when that is not the role's own. */
void esc_role_take(EscEngine *engine, EscEscalation *escalation, uint32_t role_row, EscText owner,
                   EscText handed_to);
void esc_role_absent(EscEngine *engine,
                     EscEscalation *escalation); /* the accountable person went away */
void esc_expectation_fire(EscEngine *engine, EscEscalation *escalation, uint32_t number);
void esc_expectations_met(EscEngine *engine, EscEscalation *escalation);

/* --- engine_messages.c -------------------------------------------------------------------------------------------------------------- */

typedef struct EscMessage {
    EscText text;
    bool is_page;
    EscText question, answers_json; /* empty for none */
    uint32_t via;                   /* contact kind + 1; 0: the person's first */
    bool is_digest;                 /* outside the limits */
} EscMessage;

void esc_message_person(EscEngine *engine, EscEscalation *escalation, EscText person,
                        const EscMessage *message);
void esc_message_ref(EscEngine *engine, EscEscalation *escalation, EscRef ref,
                     const EscMessage *message); /* in the bundle's numbering */
void esc_page_person(EscEngine *engine, EscEscalation *escalation, EscText person, EscText text);
void esc_page_ref(EscEngine *engine, EscEscalation *escalation, EscRef ref, EscText text);
void esc_page_fire(EscEngine *engine, EscEscalation *escalation, uint32_t number);
void esc_pages_stop(EscEngine *engine, EscEscalation *escalation, EscText person); /* empty: all */
void esc_digest_fire(EscEngine *engine);
void esc_window_empty(EscWindow *window); /* after its digest */
void esc_windows_release(EscEngine *engine);
/* Queues one outbox row; texts are copied. Returns its id. */
uint64_t esc_outbox_put(EscEngine *engine, EscEscalation *escalation, const EscOutboxRow *row);
EscOutboxNode *esc_outbox_find(EscEngine *engine, uint64_t id);

/* --- engine_calls.c: connector actions ------------------------------------------------------------------------------------------------ */

/* Runs the action's REQUEST function and queues the call. Returns the outbox id, 0 when the request could not be made. */
uint64_t esc_call_put(EscEngine *engine, EscEscalation *escalation, uint32_t action,
                      const EscValue *arguments, uint32_t count);
EscText esc_action_name(EscEngine *engine, const EscProgram *program,
                        uint32_t action); /* "crm.requeue", interned */
EscStatus esc_call_effect(EscWorld *world, const EscEffectRow *row, const EscValue *arguments,
                          uint32_t count);
EscStatus esc_undo_effect(EscWorld *world, const EscEffectRow *row, const EscValue *arguments,
                          uint32_t count);

/* --- engine_rollback.c ------------------------------------------------------------------------------------------------------------------- */

void esc_change_record(EscEngine *engine, EscEscalation *escalation,
                       EscChange *change); /* takes it over */
void esc_change_release(EscChange *change);
void esc_change_forget_call(EscEscalation *escalation,
                            uint64_t outbox); /* it failed: nothing to undo */
void esc_rollback(EscEngine *engine, EscEscalation *escalation, EscText reason);

/* --- engine_effects.c ----------------------------------------------------------------------------------------------------------------------- */

void esc_evidence_put(EscEngine *engine, EscEscalation *escalation, EscText name, EscText content,
                      char hex[65]);
void esc_change_field(EscEngine *engine, EscEscalation *escalation, uint32_t slot,
                      EscValue value); /* a recorded SET */

/* --- engine_evidence.c ---------------------------------------------------------------------------------------- */

EscText esc_changes_json(EscEngine *engine, const EscEscalation *escalation, int64_t window_ms);
EscText esc_timeline_json(EscEngine *engine, const EscEscalation *escalation);
EscText esc_notifications_json(EscEngine *engine, const EscEscalation *escalation);
EscText esc_answers_json(EscEngine *engine, const EscProgram *program,
                         const EscWaitRow *wait); /* [{"name","title"}…] */
EscText esc_postmortem_json(EscEngine *engine, const EscEscalation *escalation);
EscText esc_checks_json(EscEngine *engine, const EscEscalation *escalation);

/* --- engine_frames.c: run, suspend, resume ------------------------------------------------------------------------------------------------------- */

typedef enum EscWaitEnd {
    ESC_WAIT_END_NONE,
    ESC_WAIT_END_SATISFIED,
    ESC_WAIT_END_TIMED_OUT
} EscWaitEnd;

void esc_frame_start(EscEngine *engine, EscEscalation *escalation, uint32_t function,
                     const EscValue *entry, uint32_t entry_count);
void esc_frame_resume(EscEngine *engine, EscEscalation *escalation, EscWaitEnd end);
/* Goes on with everything that can go on: exceptions, satisfied waits. */
void esc_frame_drive(EscEngine *engine, EscEscalation *escalation);
/* Ends the wait for an event that is at hand, if it is this one. */
void esc_frame_event(EscEngine *engine, EscEscalation *escalation);
void esc_frame_drop(EscFrame *frame);
const EscWaitRow *esc_frame_wait(const EscEscalation *escalation); /* NULL when it does not wait */
EscStatus esc_frame_read(EscEngine *engine, const EscEscalation *escalation, EscRun *run,
                         char *scratch, EscWhy *why);
/* Runs a HANDLER, REMINDER or QA_ELSE function to its end. */
EscEndMode esc_atomic_run(EscEngine *engine, EscEscalation *escalation, uint32_t function,
                          bool with_event, bool at_wait);
void esc_reminder_fire(EscEngine *engine, EscEscalation *escalation, uint32_t index);
void esc_check_fire(EscEngine *engine, EscEscalation *escalation, uint32_t check);
void esc_frame_timers_stop(EscEngine *engine, EscEscalation *escalation);
void esc_frame_timers(EscEngine *engine,
                      EscEscalation *escalation); /* of the present wait, from its beginning */

/* --- engine_phrases.c: where an escalation stands, in words --------------------------------------------------------- */

EscText esc_wait_name(EscEngine *engine, const EscEscalation *escalation); /* "the resolution" */
EscText esc_wait_phrase(
    EscEngine *engine,
    const EscEscalation *escalation); /* "the resolution until 2026-03-02 14:00" */
EscText esc_step_text(EscEngine *engine,
                      const EscEscalation *escalation); /* "customer.esc:31 await resolved" */
EscText esc_place_text(EscEngine *engine, const EscEscalation *escalation); /* "customer.esc:31" */

/* --- engine_exceptions.c: exceptions, closing, parking -------------------------------------------------------------------------------------------------- */

/* Asks for an exception; it is raised once the present run is over. The first one stands. Takes `fields` over (may be NULL). */
void esc_exception_ask(EscEngine *engine, EscEscalation *escalation, uint32_t exception,
                       EscText message);
/* By the name an exception has in another bundle; engine_fault stands in where the escalation's bundle has none such. */
void esc_exception_ask_named(EscEngine *engine, EscEscalation *escalation, EscText name,
                             EscText message);
void esc_exception_raise(EscEngine *engine,
                         EscEscalation *escalation); /* the one that was asked for */
void esc_exception_over(EscEngine *engine, EscEscalation *escalation); /* END(RESUME) */
void esc_raised_release(EscRaised *raised);
void esc_escalation_close_as(EscEngine *engine, EscEscalation *escalation, EscText outcome,
                             bool by_close_when);
void esc_escalation_closed(EscEngine *engine, EscEscalation *escalation); /* DONE */
void esc_escalation_park(EscEngine *engine, EscEscalation *escalation, const char *because);
void esc_close_when(EscEngine *engine, EscEscalation *escalation);
void esc_postmortem_make(EscEngine *engine, EscEscalation *escalation);

/* --- engine_escalations.c ------------------------------------------------------------------------------------------------------------------------------------ */

typedef struct EscStartAsked {
    EscTicket *ticket;
    EscText template_name; /* interned */
    const EscEvent *event; /* NULL: none */
    EscText because;       /* for the audit; lives in the turn */
} EscStartAsked;

typedef enum EscAskedKind { ESC_ASKED_EVENT, ESC_ASKED_OVERDUE } EscAskedKind;
typedef struct EscAsked {
    EscAskedKind kind;
    EscTicket *ticket;
    EscBuiltinEvent event; /* EVENT */
    EscValue fields[2];
    uint32_t fields_count;
    EscSlaClock clock; /* OVERDUE */
    int64_t from_ms, to_ms;
} EscAsked;

EscEscalation *esc_escalation_find(const EscEngine *engine,
                                   uint64_t id); /* NULL when there is none */
EscEscalation *esc_escalation_alloc(EscEngine *engine, uint64_t id, EscTicket *ticket,
                                    const EscEngineBundle *bundle, EscText template_name);
void esc_escalation_free(EscEngine *engine, EscEscalation *escalation);
void esc_escalation_dirty(EscEngine *engine, EscEscalation *escalation);
void esc_escalation_moment(EscEngine *engine, EscEscalation *escalation, EscAuditKind kind,
                           EscText who);
const EscFunctionRow *esc_escalation_function(const EscEscalation *escalation, uint32_t function);
const EscTemplateRow *esc_escalation_template(const EscEscalation *escalation);
EscText esc_escalation_title(const EscEscalation *escalation);
EscText esc_escalation_name(EscEngine *engine,
                            const EscEscalation *escalation); /* "E-7", lives in the turn */
bool esc_escalation_is_open(const EscEscalation *escalation); /* not closed */
/* Starts a template of the current bundle on a ticket; NULL when one is open or it is too soon (audited). */
EscEscalation *esc_escalation_start(EscEngine *engine, EscTicket *ticket, uint32_t template_index,
                                    const EscEvent *event, EscText because);
/* An event of the engine's own, and triggers on a clock that is over by from_ms (not any more) to to_ms: heard as soon
 * as the timer that asks has fired. Texts of the fields must outlive the input. */
void esc_event_ask(EscEngine *engine, EscTicket *ticket, EscBuiltinEvent type,
                   const EscValue *fields, uint32_t count);
void esc_overdue_ask(EscEngine *engine, EscTicket *ticket, EscSlaClock clock, int64_t from_ms,
                     int64_t to_ms);
void esc_start_ask(EscEngine *engine, EscTicket *ticket, EscText template_name, EscText because);
void esc_outcome_add(EscEngine *engine, const EscEscalation *escalation);

/* --- engine_triggers.c ----------------------------------------------------------------------------------------------------------------------------------------- */

void esc_postings_build(EscEngine *engine);
void esc_triggers_event(EscEngine *engine, EscTicket *ticket, const EscEvent *event);
void esc_triggers_review(EscEngine *engine,
                         EscTicket *ticket); /* armed ones whose condition turned false */
void esc_armed_fire(EscEngine *engine, EscTicket *ticket, uint32_t number);
void esc_armed_drop(EscEngine *engine, EscTicket *ticket, size_t index);
void esc_triggers_overdue(EscEngine *engine, EscTicket *ticket, EscSlaClock clock, int64_t from_ms,
                          int64_t to_ms);

/* --- engine_sla.c --------------------------------------------------------------------------------------------------------------------------------------------------- */

void esc_sla_review(EscEngine *engine, EscTicket *ticket); /* the ticket changed */
void esc_sla_rebuild(EscEngine *engine,
                     EscTicket *ticket); /* another bundle is current: all of it anew */
void esc_sla_respond_met(EscEngine *engine, EscTicket *ticket);
void esc_sla_due_fire(EscEngine *engine, EscTicket *ticket, EscSlaClock clock);
void esc_sla_warn_fire(EscEngine *engine, EscTicket *ticket, uint32_t warn);
void esc_sla_overdue_fire(EscEngine *engine, EscTicket *ticket, EscSlaClock clock);
const char *esc_clock_name(EscSlaClock clock);

/* --- engine_qa.c ------------------------------------------------------------------------------------------------------------------------------------------------------- */

typedef enum EscJudgement {
    ESC_JUDGEMENT_OPEN,
    ESC_JUDGEMENT_PASS,
    ESC_JUDGEMENT_FAIL
} EscJudgement;
void esc_qa_begin(EscEngine *engine, EscEscalation *escalation); /* timers of `within` */
EscJudgement esc_qa_judge(EscEngine *engine, EscEscalation *escalation, uint32_t check,
                          bool is_deadline);
/* The time of a check is over. True when its `else` (esc_qa_otherwise) has to run. */
bool esc_qa_fire(EscEngine *engine, EscEscalation *escalation, uint32_t check);
uint32_t esc_qa_otherwise(const EscEscalation *escalation, uint32_t check); /* FUNCTIONS index */
void esc_qa_set(EscEngine *engine, EscEscalation *escalation, uint32_t check, EscCheckState state,
                EscText actor, EscText because);
/* How far the judging of all checks at closing is; starts zeroed. */
typedef struct EscSettling {
    uint32_t next, check;
    bool is_held_up, is_settled;
} EscSettling;
/* Goes on with judging. True when the `else` of settling->check has to run first; false at the end, when is_settled
 * says whether nothing is left to wait for. */
bool esc_qa_settle(EscEngine *engine, EscEscalation *escalation, EscSettling *settling);
void esc_qa_acked(EscEngine *engine, EscEscalation *escalation);
EscText esc_qa_check_text(EscEngine *engine, const EscEscalation *escalation, uint32_t check);
const char *esc_check_state_name(EscCheckState state);
/* A check by its text for a person's action; empty: the only one that is open. ESC_NOT_FOUND, ESC_CONFLICT. */
EscStatus esc_qa_find(EscEngine *engine, EscEscalation *escalation, EscText text, bool is_confirm,
                      uint32_t *check, EscWhy *why);
/* What the source system or a person reported about fields that escalations set. */
void esc_qa_reported(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue value);

/* --- engine_events.c, engine_actions.c, engine_delivery.c -------------------------------------------------------------------------------------------------------------------- */

EscStatus esc_event_apply(EscEngine *engine, const EscEvent *event, EscWhy *why);
/* An event of the engine's own about a ticket; values by position of its fields. */
void esc_event_internal(EscEngine *engine, EscTicket *ticket, EscBuiltinEvent type,
                        const EscValue *fields, uint32_t count);
/* Until nothing moves any more: waits, close-when, templates that were asked for. */
void esc_engine_settle(EscEngine *engine);
EscStatus esc_action_apply(EscEngine *engine, const EscAction *action, EscWhy *why);
void esc_due_apply(EscEngine *engine); /* the earliest timer that is due */
EscStatus esc_delivery_apply(EscEngine *engine, const EscDelivery *delivery, EscWhy *why);

/* --- engine_state.c, engine_restore.c ------------------------------------------------------------------------------------------------------------------------------------------- */

void esc_ticket_row(EscEngine *engine, const EscTicket *ticket, EscGroup *group,
                    EscTicketRow *row); /* engine_flush.c; texts in the group's arena */
void esc_state_write(EscEngine *engine, const EscEscalation *escalation, EscBuf *out);
void esc_ticket_state_write(EscEngine *engine, const EscTicket *ticket, EscBuf *out);
void esc_absences_write(EscEngine *engine, EscBuf *out);
bool esc_state_read(EscEngine *engine, EscEscalation *escalation, EscText json);
void esc_ticket_state_read(EscEngine *engine, EscTicket *ticket, EscText json);

#endif
