/* engine/flow.h - what an input sets in motion: which escalation hears what, which template starts, and settling until
 * nothing moves. Begins at esc_engine_apply (apply.c); knows nothing of rows. */
#ifndef ESC_ENGINE_FLOW_H
#define ESC_ENGINE_FLOW_H

#include <engine/run.h>

/* --- matching.c ------------------------------------------------------------------------------- */

/* A ticket that triggers of the current bundle are judged on; begun with what esc_run_return ends. */
typedef struct EscMatching {
    EscEngine *engine;
    EscTicket *ticket;
    EscWorld world;
    EscScratch *scratch;
} EscMatching;
EscMatching esc_matching_begin(EscEngine *engine, EscTicket *ticket,
                               const EscEvent *event); /* `event` may be NULL */
/* Whether its condition holds: now, or for the ticket that was remembered. */
bool esc_matching_holds(EscMatching *matching, const EscTriggerRow *row, bool is_before);
/* Whether the event at hand makes it fire: a level that became true, or a happening while its condition holds. */
bool esc_matching_is_edge(EscMatching *matching, const EscTriggerRow *row);
/* Both take `not open(…)` to hold: whether it does is judged when the other starts are made. */
/* Whether one trigger (index in TRIGGERS) holds as it is now, all of it; whether hours are open is asked at hours_ms. */
bool esc_trigger_holds(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                       const EscEvent *event, int64_t hours_ms);
/* The same, but for `not open(…)`. */
bool esc_trigger_would_hold(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                            const EscEvent *event, int64_t hours_ms);

/* --- triggers.c ------------------------------------------------------------------------------- */

/* Triggers that an event makes fire, as indexes in TRIGGERS: those of templates, or those of automations. In the turn's arena. */
typedef struct EscEdges {
    uint32_t *triggers;
    uint32_t count, capacity;
} EscEdges;
EscEdges esc_edges_of(EscEngine *engine, EscTicket *ticket, const EscEvent *event,
                      bool of_automations);
void esc_triggers_event(EscEngine *engine, EscTicket *ticket, const EscEvent *event);
/* A clock is over by from_ms (not any more) to to_ms. */
void esc_triggers_overdue(EscEngine *engine, EscTicket *ticket, EscSlaClock clock, int64_t from_ms,
                          int64_t to_ms);
/* Those whose clock was over before, when the rest of what they ask for became true. */
void esc_triggers_late(EscEngine *engine, EscTicket *ticket);

/* Those that time alone has turned since the ticket was judged last. */
EscEdges esc_edges_of_clock(EscEngine *engine, EscTicket *ticket, bool of_automations);
/* Whether the instant of the ticket's clock timer is over, and nothing has judged it yet. */
bool esc_clock_is_due(const EscEngine *engine, const EscTicket *ticket);
/* Judges and fires those of templates that time alone has turned. */
void esc_triggers_clock(EscEngine *engine, EscTicket *ticket);
/* Templates' levels that became true without an event from outside: they fire with an event of the engine's own. */
void esc_triggers_turned(EscEngine *engine, EscTicket *ticket, EscEdges turned);
/* Whether a posting's trigger can fire by time alone as the ticket stands. */
bool esc_trigger_may_turn(const EscEngine *engine, const EscTicket *ticket,
                          const EscPosting *posting);

/* --- tallies.c -------------------------------------------------------------------------------- */

/* The event counts, before triggers ask whether it exceeded a number. */
void esc_tallies_hear(EscEngine *engine, EscTicket *ticket, const EscEvent *event);

/* --- holders.c -------------------------------------------------------------------------------- */

bool esc_trigger_asks_open(const EscProgram *program, uint32_t pred); /* of its tree */
/* Notes what a start waits for on a ticket; the first escalation that holds it back, 0: none does. */
uint64_t esc_holders_note(EscEngine *engine, EscTicket *ticket, uint32_t trigger);

/* --- held.c ----------------------------------------------------------------------------------- */

void esc_held_catch_up(EscEngine *engine); /* tickets that were read since: before an input */
void esc_held_review(EscEngine *engine);   /* another bundle asks for other things */
void esc_held_free(EscEngine *engine);     /* judges those again that nothing holds back any more */

/* --- silences.c ------------------------------------------------------------------------------- */

/* The event breaks its silence: one that was told is over, and the next one begins. */
void esc_silences_hear(EscEngine *engine, const EscEvent *event);
/* A ticket was resolved: if somebody else than the event did it to a silence's, the silence is forgotten. */
void esc_silences_resolved(EscEngine *engine, EscTicket *ticket);
void esc_silences_fire(EscEngine *engine); /* the first that is over, or whose hours have turned */
/* Nobody can have heard: each has all its time from now. */
void esc_silences_woke(EscEngine *engine);
/* The clock is corrected, or there is another bundle: hours turn at other instants. */
void esc_silences_review(EscEngine *engine);

/* --- wakes.c ---------------------------------------------------------------------------------- */

/* Time alone may have changed an answer at due_ms. */
void esc_wake_ticket(EscEngine *engine, EscTicket *ticket, int64_t due_ms);
/* Sets the clock timers of all that changed in this input. */
void esc_wakes_set(EscEngine *engine);
/* By which values events reach what changed in this input. */
void esc_reaches_set(EscEngine *engine);
/* Another bundle, or another clock: those of everything are set anew. */
void esc_wakes_note_all(EscEngine *engine);
/* The truth of what time alone can turn, before the clock is corrected; in the turn's arena. */
typedef struct EscWakeTruths EscWakeTruths;
const EscWakeTruths *esc_wakes_before_move(EscEngine *engine, int64_t by_ms);
/* Fires what became true by the correction, and wakes whoever may go on. */
void esc_wakes_after_move(EscEngine *engine, const EscWakeTruths *truths);

/* --- heard.c ---------------------------------------------------------------------------------- */

/* What an event is heard as: its own type, that the ticket was updated, a transition. */
typedef struct EscHeard {
    const EscEvent *events[3];
    uint32_t count;
} EscHeard;
/* The event that says how the standing changed; ESC_NONE: it did not. */
uint32_t esc_standing_event(EscStanding before, EscStanding now);
/* What the turn remembers of a ticket, and that it remembers this again. In the turn's arena. */
EscDerived esc_before_keep(EscEngine *engine);
void esc_before_set(EscEngine *engine, const EscDerived *kept);
/* What a change of the ticket is heard as, before and now: events of the engine's own. */
EscHeard esc_changes_heard(EscEngine *engine, EscTicket *ticket);

/* --- automations.c ---------------------------------------------------------------------------- */

/* Automations act on what was heard, and on what that changes, until nothing moves: templates see the ticket behind it.
 * The turn remembers the ticket from before all of it, then as before. False: nothing was changed by them. */
bool esc_automations_run(EscEngine *engine, EscTicket *ticket, const EscHeard *heard);
/* The same for those that time alone has turned, beginning with these (indexes in TRIGGERS). */
bool esc_automations_turned(EscEngine *engine, EscTicket *ticket, EscEdges turned);
/* The time of a handler with `for` is over, and its condition holds. False: nothing was changed. */
bool esc_automation_due(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                        const EscEvent *event);

/* --- pending.c -------------------------------------------------------------------------------- */

/* A trigger with `for` has fired: its time begins. */
void esc_pending_hold(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                      const EscEvent *event);
/* A trigger's template starts, or waits for the end of `again after`. `event` is NULL for a clock that is over. */
void esc_pending_start(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                       const EscEvent *event, EscText because);
/* Another bundle is current: what waits for hours of a calendar waits for those that it has now. */
void esc_pending_rebuild(EscEngine *engine, EscTicket *ticket);
/* When what waits under a number is due by the corrected clock. */
int64_t esc_pending_moved(EscEngine *engine, const EscTicket *ticket, const EscMove *move,
                          uint32_t number, int64_t due_ms);
void esc_pending_review(EscEngine *engine,
                        EscTicket *ticket); /* drops those with `for` that do not hold any more */
/* All that a trigger asks for holds, but for `not open(…)`: its start waits for that. */
void esc_pending_hold_back(EscEngine *engine, EscTicket *ticket, uint32_t trigger,
                           const EscEvent *event);
/* Judges what is held back again: it starts, or goes on waiting. `is_last`: what held it back is over, and what does not
 * hold is dropped. */
void esc_pending_judge_held(EscEngine *engine, EscTicket *ticket, bool is_last);
void esc_pending_wake_held(EscEngine *engine,
                           EscTicket *ticket); /* the same, by inputs of their own */
void esc_pending_note_held(EscEngine *engine, EscTicket *ticket); /* what it waits for (held.c) */
/* An automation's handler whose time is over; trigger ESC_NONE: none is. */
typedef struct EscPendingDue {
    uint32_t trigger;
    const EscEvent *event;
} EscPendingDue;
EscPendingDue esc_pending_fire(EscEngine *engine, EscTicket *ticket, uint32_t number);
/* The first instant behind now at which time alone may end what a start with `for` waits for; INT64_MAX: none. */
int64_t esc_pending_turns_ms(EscEngine *engine, EscTicket *ticket);
void esc_pending_drop(EscEngine *engine, EscTicket *ticket, size_t index);

/* --- gaps.c ----------------------------------------------------------------------------------- */

/* Looks at the next days; the outcome is a noop when nothing is new. */
void esc_night_apply(EscEngine *engine);

/* --- start.c ---------------------------------------------------------------------------------- */

/* When `again after` lets the template start on the ticket; 0: any time. */
int64_t esc_start_free_ms(EscEngine *engine, EscTicket *ticket, uint32_t template_index);

/* Starts a template of the current bundle on a ticket, or lets the ticket join the escalation that others of its key have,
 * which is given then; NULL when one is open or it is too soon (audited). */
EscEscalation *esc_escalation_start(EscEngine *engine, EscTicket *ticket, uint32_t template_index,
                                    const EscEvent *event, EscText because);
/* The same for a start that a person asked for, or that follows from one, and that gives something; NULL also when it does not
 * give what the template wants. */
EscEscalation *esc_escalation_start_by(EscEngine *engine, EscTicket *ticket,
                                       uint32_t template_index, const EscEvent *event,
                                       EscText because, EscText by, const EscGiven *given);

/* --- joins.c ---------------------------------------------------------------------------------- */

/* The open escalation that the ticket joins when the template is to start on it; NULL: none. */
EscEscalation *esc_group_to_join(EscEngine *engine, const EscTicket *ticket,
                                 uint32_t template_index);
void esc_group_join(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                    EscText because);
/* The escalations that the ticket has joined learn whether it is resolved. */
void esc_members_hear(EscEngine *engine, EscTicket *ticket);

/* --- shared.c --------------------------------------------------------------------------------- */

/* Whether an event has a ticket: it names one, speaks of one, or some template or automation begins with it. */
bool esc_event_makes_ticket(const EscEngine *engine, const EscEvent *event);
/* Escalations that hear of an event: those of its ticket (NULL: it has none), and those of others that it reaches by a value;
 * in order of id. In the turn's arena. */
typedef struct EscHearers {
    EscEscalation **list;
    size_t count;
} EscHearers;
EscHearers esc_hearers_of(EscEngine *engine, EscTicket *ticket, const EscEvent *event);

/* --- reports.c -------------------------------------------------------------------------------- */

EscText esc_event_type_name(const EscEngine *engine, const EscEvent *event);
typedef struct EscReport {
    EscTicket *ticket;
    bool is_new;  /* it was seen for the first time */
    bool is_echo; /* it tells of a comment that was written from here */
} EscReport;
/* The event's ticket takes what it brings; engine->turn.before has what it was. Refuses an event before it changes anything. */
EscStatus esc_report_take(EscEngine *engine, const EscEvent *event, EscReport *report, EscWhy *why);
/* What of an event was cut, left out or assumed, for the trail; of one that has no ticket, for the workspace's (NULL). */
void esc_notes_record(EscEngine *engine, EscTicket *ticket, const EscEvent *event);
/* That the ticket is resolved, or open again, for the trail. */
void esc_standing_record(EscEngine *engine, EscTicket *ticket, EscStanding before);

/* --- events_own.c ----------------------------------------------------------------------------- */

/* An event of the engine's own about a ticket; values by position of its fields. Lives as long as the turn. */
const EscEvent *esc_event_own(EscEngine *engine, const EscTicket *ticket, EscBuiltinEvent type,
                              const EscValue *fields, uint32_t count);
/* What a level that time alone turned starts with: `ticket.updated`. */
const EscEvent *esc_event_of_clock(EscEngine *engine, const EscTicket *ticket);

/* --- events.c --------------------------------------------------------------------------------- */

EscStatus esc_event_apply(EscEngine *engine, const EscEvent *event, EscWhy *why);
/* An event of the engine's own about a ticket; values by position of its fields. */
void esc_event_internal(EscEngine *engine, EscTicket *ticket, EscBuiltinEvent type,
                        const EscValue *fields, uint32_t count);
/* Escalations and triggers hear what automations did to a ticket that the turn remembers. */
void esc_changes_tell(EscEngine *engine, EscTicket *ticket);
/* Until nothing moves any more: waits, close-when, templates that were asked for. */
void esc_engine_settle(EscEngine *engine);

/* --- clock.c ---------------------------------------------------------------------------------- */

void esc_clock_apply(EscEngine *engine, const EscClockChange *change);
/* Another bundle is current: deadlines that count hours keep those that are left, by its calendars. `before`: the former
 * one; NULL: it is not loaded any more. */
void esc_clock_calendars(EscEngine *engine, const EscProgram *before);

/* --- actions.c -------------------------------------------------------------------------------- */

EscStatus esc_action_apply(EscEngine *engine, const EscAction *action, EscWhy *why);

/* --- results.c -------------------------------------------------------------------------------- */

EscStatus esc_delivery_apply(EscEngine *engine, const EscDelivery *delivery, EscWhy *why);

/* --- receipts.c ------------------------------------------------------------------------------- */

/* ESC_NOT_FOUND: there is no such message; ESC_BAD_INPUT: it says nothing. A noop when the message has come so far already. */
EscStatus esc_receipt_apply(EscEngine *engine, const EscReceipt *receipt, EscWhy *why);

/* --- again.c ---------------------------------------------------------------------------------- */

/* ESC_NOT_FOUND: there is no such message; ESC_CONFLICT: it is a call. A noop when it was not given up. */
EscStatus esc_again_apply(EscEngine *engine, const EscAgain *again, EscWhy *why);

/* --- subscriptions.c -------------------------------------------------------------------------- */

EscStatus esc_browser_apply(EscEngine *engine, const EscBrowserChange *change, EscWhy *why);

/* --- due.c ------------------------------------------------------------------------------------ */

void esc_due_apply(EscEngine *engine); /* the earliest timer that is due */

/* --- work.c ----------------------------------------------------------------------------------- */

void esc_work_done(EscEngine *engine, EscTask *task, EscText by, EscText reason);

/* A linked ticket may be resolved now: then its task is done. `by`: who did it; may be empty. */
void esc_work_ticket_look(EscEngine *engine, const EscTicket *ticket, EscText by, EscText reason);

/* --- absences.c ------------------------------------------------------------------------------- */

/* Somebody is away from now on: tickets hear of it, and what they are accountable for goes to others. */
void esc_absence_spread(EscEngine *engine, EscText person);
/* The timer of absences that begin: those since due_ms. */
void esc_absences_fire(EscEngine *engine, int64_t due_ms);

#endif
