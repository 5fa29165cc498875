/* engine/run.h - one escalation runs: frames, effects, exceptions, checks, what is taken back. Knows nothing of other
 * escalations, of events and of triggers.
 *
 * Between files: facts <- tasks <- waits <- endings <- frames <- triage <- exceptions, reopening <- drive. Code runs in frames.c only, and
 * what it asked for is done by esc_frame_drive behind it, so nothing recurses but the interpreter's nested runs (conditions, requests). */
#ifndef ESC_ENGINE_RUN_H
#define ESC_ENGINE_RUN_H

#include <engine/duty.h>

/* --- waits.c ---------------------------------------------------------------------------------- */

/* Indexes of ESC_TIMER_WAIT: stored. */
#define ESC_WAIT_TIMER_FRAME 0u
#define ESC_WAIT_TIMER_TRIAGE 1u
EscFrame *esc_timer_frame(EscEscalation *escalation, uint32_t index); /* NULL when there is none */
void esc_frame_timers_stop(EscEngine *engine, EscEscalation *escalation, const EscFrame *frame);
void esc_frame_timers(EscEngine *engine, EscEscalation *escalation,
                      const EscFrame *frame); /* of its wait, from its beginning */
/* The clock is corrected: the present wait and the one below, then a reminder's timer. */
void esc_frames_move(const EscEngine *engine, EscEscalation *escalation, const EscMove *move);
/* When the wait behind a timer of ESC_TIMER_WAIT is over then; `otherwise` when there is none. */
int64_t esc_wait_moved(EscEscalation *escalation, uint32_t index, int64_t otherwise);
int64_t esc_reminder_moved(const EscEngine *engine, const EscEscalation *escalation,
                           const EscMove *move, int64_t due_ms);

/* --- facts.c ---------------------------------------------------------------------------------- */

/* {"exception","message","fields":{…},"place"}; lives in the turn. */
EscText esc_raised_json(EscEngine *engine, const EscEscalation *escalation,
                        const EscRaised *raised);
/* What it says and carries, a line's end before each; to be said. */
EscText esc_raised_lines(EscEngine *engine, const EscEscalation *escalation,
                         const EscRaised *raised);

/* --- tasks.c ---------------------------------------------------------------------------------- */

/* The escalation has moved: each question that waits has its task, and no other has one. */
void esc_tasks_look(EscEngine *engine, EscEscalation *escalation);
/* The wait of a frame is over by its time. */
void esc_task_timed_out(EscEngine *engine, const EscEscalation *escalation, const EscFrame *frame);
/* What outlives the escalation: `ticket` was just made for it. */
void esc_postmortem_task(EscEngine *engine, EscEscalation *escalation, const EscTicket *ticket,
                         EscText author, int64_t due_ms);
void esc_follow_up_task(EscEngine *engine, EscEscalation *escalation, const EscTicket *ticket);

/* --- endings.c -------------------------------------------------------------------------------- */

void esc_frame_pop(EscEngine *engine, EscEscalation *escalation); /* back to what it stands on */
void esc_exception_over(EscEngine *engine, EscEscalation *escalation); /* END(RESUME) */
/* Nothing is left to run; owner, chain, checks and `close when` stay. */
void esc_steps_end(EscEngine *engine, EscEscalation *escalation);
void esc_triage_withdraw(EscEngine *engine, EscEscalation *escalation, const char *because);
void esc_escalation_closed(EscEngine *engine, EscEscalation *escalation); /* DONE */
void esc_escalation_park(EscEngine *engine, EscEscalation *escalation, EscText because);

/* --- frames.c --------------------------------------------------------------------------------- */

typedef enum EscWaitEnd {
    ESC_WAIT_END_NONE,
    ESC_WAIT_END_SATISFIED,
    ESC_WAIT_END_TIMED_OUT
} EscWaitEnd;
/* In a frame of the escalation that is empty but for what it handles. */
void esc_frame_start(EscEngine *engine, EscEscalation *escalation, EscFrame *frame,
                     uint32_t function, const EscValue *entry, uint32_t entry_count);
void esc_frame_resume(EscEngine *engine, EscEscalation *escalation, EscFrame *frame,
                      EscWaitEnd end);
EscStatus esc_frame_read(const EscEscalation *escalation, const EscFrame *frame, EscRun *run,
                         EscScratch *scratch, EscWhy *why);
/* Runs a HANDLER, REMINDER or QA_ELSE function to its end. */
EscEndMode esc_atomic_run(EscEngine *engine, EscEscalation *escalation, uint32_t function,
                          bool with_event, bool at_wait);

/* --- drive.c ---------------------------------------------------------------------------------- */

/* Goes on with everything that can go on: exceptions, satisfied waits. */
void esc_frame_drive(EscEngine *engine, EscEscalation *escalation);
/* Notes for every frame that the event at hand is what it waits for; esc_frame_drive then ends the wait. */
void esc_frame_event(EscEngine *engine, EscEscalation *escalation);
void esc_reminder_fire(EscEngine *engine, EscEscalation *escalation, uint32_t index);
void esc_check_fire(EscEngine *engine, EscEscalation *escalation, uint32_t check);
void esc_wait_fire(EscEngine *engine, EscEscalation *escalation,
                   uint32_t index); /* the time of a wait is over */

/* --- triage.c --------------------------------------------------------------------------------- */

/* Nothing handles it: a question beside the steps, or one more thing that the open question is about. Takes it over. */
void esc_triage_ask(EscEngine *engine, EscEscalation *escalation, EscRaised *raised);
/* Nobody has answered in time; false when triage asks nothing. */
bool esc_triage_overdue(EscEngine *engine, EscEscalation *escalation);
void esc_triage_end(EscEngine *engine, EscEscalation *escalation); /* as triage->end says */

/* --- reopening.c ------------------------------------------------------------------------------ */

/* Looks whether the ticket was resolved or opened again since it looked last; true when it was. */
bool esc_reopening_look(EscEngine *engine, EscEscalation *escalation);

/* --- exceptions.c ----------------------------------------------------------------------------- */

void esc_exception_raise(EscEngine *engine,
                         EscEscalation *escalation); /* the one that was asked for */
void esc_escalation_close_as(EscEngine *engine, EscEscalation *escalation, EscText outcome,
                             bool by_close_when);
void esc_close_when(EscEngine *engine, EscEscalation *escalation);
void esc_closing_again(EscEngine *engine, EscEscalation *escalation);

/* --- effects.c -------------------------------------------------------------------------------- */

/* For code that acts. */
EscHost esc_world_host(EscWorld *world);

/* --- items.c ---------------------------------------------------------------------------------- */

/* A recorded ADD or REMOVE: what is there already, or is not there, is no change, and a full list takes nothing.
 * `by` NULL: an automation does it, and it is not recorded. */
void esc_change_item(EscEngine *engine, EscTicket *ticket, EscEscalation *by, uint32_t slot,
                     EscText item, bool is_added);

typedef enum EscItemUndo {
    ESC_ITEM_UNDO_DONE,
    ESC_ITEM_UNDO_BY_OTHERS, /* the list is as if it had been done */
    ESC_ITEM_UNDO_FULL,      /* what was removed has no place any more */
    ESC_ITEM_UNDO_NO_LIST    /* the present bundle has no such list */
} EscItemUndo;

/* Takes an ADDED or REMOVED change back: that text, and no other. */
EscItemUndo esc_item_undo(EscEngine *engine, EscTicket *ticket, const EscChange *change);
/* Whether a list holds what this escalation set and added, and nothing that it removed. */
bool esc_items_are_there(const EscEscalation *escalation, EscText field, EscValue list);

/* --- rooms.c ---------------------------------------------------------------------------------- */

/* Asks for the escalation's war room, unless it has one or no channel makes it; in its trail either way. Gives the room's name. */
EscText esc_room_open(EscEngine *engine, EscEscalation *escalation, EscText title);
/* Whether a row asks for a room, and what follows when it is settled. */
bool esc_room_is_asked_by(const EscOutboxNode *node);
void esc_room_settled(EscEngine *engine, EscEscalation *escalation, const EscOutboxNode *node,
                      const EscDelivery *delivery);
/* The escalation is closed: that is said in its room, which may be closed with it. Nothing where it has none. */
void esc_room_close(EscEngine *engine, EscEscalation *escalation);

/* --- calls.c ---------------------------------------------------------------------------------- */

/* Runs the action's REQUEST function and queues the call. Returns the outbox id, 0 when the request could not be made. */
uint64_t esc_call_put(EscEngine *engine, EscEscalation *escalation, uint32_t action, EscText undoes,
                      const EscValue *arguments, uint32_t count);
EscText esc_action_name(EscEngine *engine, const EscProgram *program,
                        uint32_t action); /* "crm.requeue", interned */
void esc_call_effect(EscWorld *world, const EscEffectRow *row, const EscValue *arguments,
                     uint32_t count);
void esc_undo_effect(EscWorld *world, const EscEffectRow *row, const EscValue *arguments,
                     uint32_t count);

/* --- replies.c -------------------------------------------------------------------------------- */

/* A call that was answered with an expected status has failed where its action's condition does not hold of the reply: `delivery`
 * is then dead, with the peer's words. */
void esc_reply_judge(EscEngine *engine, const EscOutboxNode *node, EscDelivery *delivery);

/* A call to the system that has a ticket. */
typedef struct EscHomeCall {
    uint32_t action, arguments; /* ACTIONS; the BACK function that says what it is called with */
    EscText what;               /* "ticket.status", "a comment" */
    EscText field;              /* "status"; empty: it is of no field */
    EscText comment;            /* what comment.text is */
    bool is_ours;               /* ticket.id is ours: it is made there just now */
} EscHomeCall;

/* What the function says of the ticket is called, as the present bundle has it; in the trail of the escalation that wants it, or
 * (NULL) of the ticket. Gives the outbox row, 0 when the request could not be made. */
uint64_t esc_call_home(EscEngine *engine, EscTicket *ticket, EscEscalation *escalation,
                       const EscHomeCall *call);
/* Whether the ticket's home would be told that value in the same words as the one that the field has. */
bool esc_home_takes_for(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue value);

/* --- askers.c --------------------------------------------------------------------------------- */

/* The escalation of that number, where it can answer for what it did on a ticket; NULL: it cannot. */
EscEscalation *esc_home_asker(EscEngine *engine, uint64_t escalation);
/* Asks for the exception of that escalation (NULL: of the ticket's open ones); an alarm where there is nobody. */
void esc_home_raise(EscEngine *engine, EscTicket *ticket, EscEscalation *by, uint32_t exception,
                    EscText text);
/* In the escalation's trail, or (NULL) the ticket's. */
void esc_home_record(EscEngine *engine, EscTicket *ticket, EscEscalation *escalation,
                     EscAuditKind kind, EscText data, EscText text);
/* What the system that has the ticket answered to a call for `what`; `name` and `value` are one more member of the record. */
void esc_home_record_answer(EscEngine *engine, EscTicket *ticket, EscEscalation *asker,
                            const EscOutboxNode *node, const EscDelivery *delivery, EscText what,
                            const char *name, EscText value);

/* --- homes.c ---------------------------------------------------------------------------------- */

/* Tells what was set to where the tickets came from; true when there was something, and exceptions may be asked for. */
bool esc_homes_tell(EscEngine *engine);
/* A row was answered or given up: true when it was of such a call, and nothing else follows from it. */
bool esc_home_answered(EscEngine *engine, const EscOutboxNode *node, const EscDelivery *delivery);
/* The home says another value, later than it was set here: that one stands, and who set it is told. */
void esc_home_overtook(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue value);

/* --- transfers.c ------------------------------------------------------------------------------ */

/* Assignee or queue were changed in the ticket's home, from `before`: asked about, put back or taken over, as the policy says. */
void esc_home_transferred(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue before);

/* --- errands.c -------------------------------------------------------------------------------- */

/* A comment, to be written where the ticket is when the input is over; kept in the trail alone where no comments are taken. */
void esc_comment_put(EscEngine *engine, EscTicket *ticket, EscEscalation *escalation,
                     EscErrandKind kind, EscText text);
/* The linked ticket is to be made in the system behind that source, too. */
void esc_ticket_publish(EscEngine *engine, EscTicket *ticket, EscEscalation *escalation,
                        EscText source);
/* How what was made there is taken back; false: nothing does. */
bool esc_ticket_unpublish(EscEngine *engine, EscTicket *ticket, EscEscalation *escalation);
/* What is due; true: the ticket is not made there yet, or never will be, and everything else waits. */
bool esc_errands_tell(EscEngine *engine, EscTicket *ticket);
/* As esc_home_answered. */
bool esc_errand_answered(EscEngine *engine, EscTicket *ticket, const EscOutboxNode *node,
                         const EscDelivery *delivery);
/* An event of its home has reached the ticket under an id that it has not told yet. */
void esc_ticket_recognise(EscEngine *engine, EscTicket *ticket, EscText id);

/* --- requests.c ------------------------------------------------------------------------------- */

/* The headers and the body of the request of an action, from what its REQUEST gives: `arguments` as its site has them, the path
 * first. Into *call, for the length of the turn. */
void esc_request_fill(EscEngine *engine, const EscProgram *program, const EscActionRow *action,
                      const EscValue *arguments, EscCall *call);

/* --- missed.c --------------------------------------------------------------------------------- */

/* "it was not resolved within 4h", in no language yet: of a wait that is over without what it was for; empty for a pause. */
EscText esc_missed_text(EscEngine *engine, EscEscalation *escalation, const EscFrame *frame);

/* --- call_off.c ------------------------------------------------------------------------------- */

/* Ends an open escalation as a mistake: what it changed is taken back, no check is asked for, the ticket stays as it is, and
 * whoever was called hears of it. */
void esc_escalation_call_off(EscEngine *engine, EscEscalation *escalation, EscText actor,
                             EscText reason);

/* --- rollback.c ------------------------------------------------------------------------------- */

void esc_rollback(EscEngine *engine, EscEscalation *escalation, EscText reason);
/* The same of one that is closed next: what is left is told then (esc_rollback_closed), and raises nothing. */
void esc_rollback_at_end(EscEngine *engine, EscEscalation *escalation, EscText reason);
/* The escalation is closed: what its rollback has left, and was to be raised with the last reply, is told now. */
void esc_rollback_closed(EscEngine *engine, EscEscalation *escalation);
/* An inverse call has its reply, or has none: `detail` says why. False when the outbox row is no inverse call. */
bool esc_rollback_replied(EscEngine *engine, EscEscalation *escalation, uint64_t outbox,
                          bool is_good, EscText detail);

/* Resolving and closing is what everybody waits for: it contradicts no status that a template set. (qa.c) */
bool esc_qa_is_resolution(const EscEngine *engine, uint32_t slot, EscValue value);

/* --- qa.c ------------------------------------------------------------------------------------- */

typedef enum EscJudgement {
    ESC_JUDGEMENT_OPEN,
    ESC_JUDGEMENT_PASS,
    ESC_JUDGEMENT_FAIL
} EscJudgement;
void esc_qa_begin(EscEngine *engine, EscEscalation *escalation); /* timers of `within` */
EscJudgement esc_qa_judge(EscEngine *engine, EscEscalation *escalation, uint32_t check,
                          bool is_deadline);
/* The time of a check is over. True when its `else` (esc_qa_otherwise) has to run. */
/* From when on evidence can be asked for: the end of a quiet time in which a message waits, or waited; 0: at once. */
int64_t esc_qa_begins_ms(const EscEngine *engine, const EscEscalation *escalation, uint32_t check);
bool esc_qa_fire(EscEngine *engine, EscEscalation *escalation, uint32_t check);
uint32_t esc_qa_otherwise(const EscEscalation *escalation, uint32_t check); /* FUNCTIONS index */
/* `check "consistent" failed: …`, with the reason as it is now, in no language yet. */
EscText esc_qa_failure(EscEngine *engine, const EscEscalation *escalation, uint32_t check);
void esc_qa_set(EscEngine *engine, EscEscalation *escalation, uint32_t check, EscCheckState state,
                EscText actor, EscText because);
/* It begins to close: a check that failed before, and was told, is in the way now and is asked about. */
void esc_qa_closing(EscEscalation *escalation);
/* How far the judging of all checks at closing is; starts zeroed. */
typedef struct EscSettling {
    uint32_t next, check;
    bool is_held_up, is_settled;
} EscSettling;
/* Goes on with judging. True when the `else` of settling->check has to run first; false at the end, when is_settled
 * says whether nothing is left to wait for. */
bool esc_qa_settle(EscEngine *engine, EscEscalation *escalation, EscSettling *settling);
/* The clock is corrected: when the time of a check is over then. */
int64_t esc_qa_moved(const EscEngine *engine, const EscEscalation *escalation, const EscMove *move,
                     uint32_t check, int64_t due_ms);
void esc_qa_acked(EscEngine *engine, EscEscalation *escalation);
/* Triage while closing: what failed is judged again, and asked about again if it fails again; or it is overridden. */
void esc_qa_again(EscEngine *engine, EscEscalation *escalation);
void esc_qa_override(EscEngine *engine, EscEscalation *escalation, EscText by, EscText reason);
/* The ticket is open again: what is known of acknowledgements stays, the rest is judged at the next closing. */
void esc_qa_reopen(EscEngine *engine, EscEscalation *escalation);
/* The daemon was away: a check on deliveries is judged after the queue had its chance. */
void esc_qa_woke(EscEngine *engine, EscEscalation *escalation);
EscText esc_qa_check_text(EscEngine *engine, const EscEscalation *escalation, uint32_t check);
/* A check by its text for a person's action; empty: the only one that is open. ESC_NOT_FOUND, ESC_CONFLICT. */
EscStatus esc_qa_find(EscEngine *engine, EscEscalation *escalation, EscText text, bool is_confirm,
                      uint32_t *check, EscWhy *why);
/* What the source system or a person reported about fields that escalations set. */
void esc_qa_reported(EscEngine *engine, EscTicket *ticket, uint32_t slot, EscValue value);

/* --- postmortem.c ----------------------------------------------------------------------------- */

void esc_postmortem_make(EscEngine *engine, EscEscalation *escalation);

#endif
