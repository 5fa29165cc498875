/* engine/duty.h - who is accountable, by when, and which words reach them. Knows nothing of frames and triggers: what
 * has to run because of a turn that ended is asked for (engine/model.h, turn.c). */
#ifndef ESC_ENGINE_DUTY_H
#define ESC_ENGINE_DUTY_H

#include <engine/model.h>

/* --- people.c --------------------------------------------------------------------------------- */

/* People that a reference means now. */
typedef struct EscPeople {
    EscText names[ESC_OWNERS_MAX]; /* interned; who is accountable first */
    uint32_t count;
    EscText skipped[ESC_OWNERS_MAX];
    EscText deputies[ESC_OWNERS_MAX]; /* who stands in for each of them; empty: nobody */
    uint32_t skipped_count;
    EscText via; /* interned: person, team or schedule */
    /* Of one schedule: the first instant behind now at which its turns may mean somebody else; else INT64_MAX. */
    int64_t until_ms;
} EscPeople;
/* `ref` in the numbering of `bundle`. */
void esc_people_find(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                     const EscEngineBundle *bundle, EscRef ref, EscPeople *people);
/* The queue (TEXT) or the template's name (TEMPLATE) that a route leads to for the ticket; empty: it leads to none. `ref` is
 * in the bundle's numbering; escalation may be NULL. */
EscText esc_route_text(EscEngine *engine, const EscEscalation *escalation, EscTicket *ticket,
                       const EscEngineBundle *bundle, EscRef ref, EscRefKind kind);
/* The present policy's last resort, whether there is an escalation or not; never empty. */
void esc_people_resort(EscEngine *engine, EscPeople *people);
/* A person, team or schedule of the current directory by its name. */
void esc_people_named(EscEngine *engine, const EscEscalation *escalation, EscTicket *ticket,
                      EscText name, EscPeople *people);
/* That those who were skipped are away, or have left; `what` follows: "gets no message". */
void esc_skipped_tell(EscEngine *engine, EscEscalation *escalation, const EscPeople *people,
                      EscText what);
bool esc_people_has(const EscPeople *people, EscText person);
bool esc_people_misses(const EscPeople *people,
                       EscText person); /* they belong to it, and are away */
/* Who stands for them: the first who is there, else the first, though away; never empty. */
EscText esc_people_stand(EscEngine *engine, const EscPeople *people);
bool esc_person_known(const EscEngine *engine, EscText name);  /* in the present directory */
bool esc_person_absent(const EscEngine *engine, EscText name); /* who left is absent for ever */
int64_t esc_person_absent_until(const EscEngine *engine, EscText name); /* 0: they are there */

/* Roles of an escalation's template by position, in the order of failover. The position behind the last one is the last
 * resort; an escalation without a bundle has only that. */
const char *esc_role_name(uint32_t role); /* "last resort" */
uint32_t esc_role_count(const EscEscalation *escalation);
const EscRoleRow *esc_role_row(const EscEscalation *escalation,
                               uint32_t position); /* NULL: the last resort */
/* Position of the first role that is `role` or behind it; the last resort's when there is none. Of several levels of `escalation` the next
 * above the present one, or the last. */
uint32_t esc_role_position(const EscEscalation *escalation, uint32_t role);
void esc_role_people(EscEngine *engine, EscEscalation *escalation, uint32_t position,
                     EscPeople *people);
/* The same as a pass through the chain that is still to come would find them. */
void esc_role_people_anew(EscEngine *engine, EscEscalation *escalation, uint32_t position,
                          EscPeople *people);
/* The role is used: where its owner is the next of a team, and nobody was drawn in this pass yet, somebody is. */
void esc_role_draw(EscEngine *engine, EscEscalation *escalation, uint32_t position);
/* Whose last resort counts: the present bundle's, or else the escalation's own. The escalation may be NULL. */
const EscEngineBundle *esc_resort_bundle(const EscEngine *engine, const EscEscalation *escalation);
/* Members of the accountable turn: the role's people, or those it was handed to, or the one of the last resort. */
void esc_turn_people(EscEngine *engine, EscEscalation *escalation, EscPeople *people);

/* --- shifts.c --------------------------------------------------------------------------------- */

/* Before accountability changes hands; `because` is a clause that lives as long as the turn, in no language yet (say.c), as all
 * below. */
void esc_shift_note(EscEngine *engine, EscEscalation *escalation, EscText because,
                    EscAsking asking);
/* Nobody but who is paged hears of it. After esc_shift_note. */
void esc_shift_quiet(EscEngine *engine, EscEscalation *escalation);
/* Tells somebody who was called for it that others have it; `person` is interned. After esc_shift_note. */
/* By a hand-off: who loses it hears what is expected of the next one, and until when. */
void esc_shift_handed(EscEngine *engine, EscEscalation *escalation);
void esc_shift_spare(EscEngine *engine, EscEscalation *escalation, EscText person);
/* At the end of an input: tells everybody whom it concerns what became of it. False when there was nothing to tell. */
bool esc_shifts_tell(EscEngine *engine);
/* When whoever the escalation begins with is paged, because their time counts hours that are closed; 0: nobody waits for that. */
int64_t esc_shift_due_ms(const EscEngine *engine, const EscEscalation *escalation);

/* --- turns.c ---------------------------------------------------------------------------------- */

/* `owner` is accountable in the role at that position and has its time to acknowledge; who was accountable is called no
 * more. Who of the turn hears of it is told when the input is done. */
void esc_turn_begin(EscEngine *engine, EscEscalation *escalation, uint32_t position, EscText owner,
                    EscText because);
void esc_turn_record(EscEngine *engine, EscEscalation *escalation, EscText via);
void esc_turn_deadline(EscEngine *engine, EscEscalation *escalation, int64_t within_ms,
                       uint32_t calendar);
EscText esc_turn_until(EscEngine *engine,
                       const EscEscalation *escalation); /* of the acknowledgement; empty: none */
void esc_role_ack_timer(EscEngine *engine, EscEscalation *escalation);
/* Who has acknowledged has it for so long, where their role has a lease. */
void esc_role_hold_timer(EscEngine *engine, EscEscalation *escalation);
void esc_role_active(EscEngine *engine,
                     EscEscalation *escalation); /* something happened: the lease starts anew */
/* The clock is corrected: when the turn began, when it was acknowledged; and the deadline of ESC_TIMER_ACK. */
void esc_role_move(EscEscalation *escalation, int64_t by_ms);
int64_t esc_role_ack_moved(const EscEngine *engine, const EscEscalation *escalation,
                           const EscMove *move, int64_t due_ms);
int64_t esc_role_hold_moved(const EscEngine *engine, const EscEscalation *escalation,
                            const EscMove *move, int64_t due_ms);

/* --- follows.c -------------------------------------------------------------------------------- */

/* Arms the end of the turn of the schedule that the accountable role follows, or disarms it where none is followed. */
void esc_follow_timer(EscEngine *engine, EscEscalation *escalation);
/* The next end behind now; `otherwise` where no schedule is followed, or it has none. */
int64_t esc_follow_due_ms(EscEngine *engine, EscEscalation *escalation, int64_t otherwise);
void esc_follow_review(EscEngine *engine); /* the schedules are those of another bundle */
/* Whether the accountable role follows a schedule whose end would move it, so that it can be kept. */
bool esc_follow_is_on(const EscEscalation *escalation);

/* --- shift_ends.c ----------------------------------------------------------------------------- */

/* The shift is over: who has acknowledged hands over to who is on call now. */
void esc_follow_fire(EscEngine *engine, EscEscalation *escalation);
/* Who has it keeps it, for the reason of the turn's input. */
void esc_follow_keep(EscEngine *engine, EscEscalation *escalation, EscText reason);

/* --- resort.c --------------------------------------------------------------------------------- */

/* The last resort is asked, one after the other. is_chain_over: because nobody of the chain is left. */
void esc_role_last_resort(EscEngine *engine, EscEscalation *escalation, EscText because,
                          bool is_chain_over);
/* The next of them; behind the last an alarm, and the first again. */
void esc_resort_next(EscEngine *engine, EscEscalation *escalation, EscText because);
/* Whether the owner stands with an alarm, and nobody else would: there is no other one to be asked. */
bool esc_resort_stands(EscEngine *engine, EscEscalation *escalation);

/* --- owners.c --------------------------------------------------------------------------------- */

void esc_role_own(EscEngine *engine, EscEscalation *escalation, uint32_t role); /* OWN */
/* Those of the turn who were to acknowledge in time and did not are named by checks from now on. */
void esc_role_misses_note(EscEngine *engine, EscEscalation *escalation);
/* The turn is over because nobody acknowledged; `within`: "within 5m", to be said. */
void esc_role_miss(EscEngine *engine, EscEscalation *escalation, EscText within);
/* The turn of the first role from `position` on that somebody else stands for; false when there is none. */
bool esc_role_behind(EscEngine *engine, EscEscalation *escalation, uint32_t position,
                     EscText because);
/* A page has died: the turn is over when nobody of it can be reached any more. */
void esc_role_page_died(EscEngine *engine, EscEscalation *escalation);
void esc_role_ack_due(EscEngine *engine, EscEscalation *escalation, int64_t due_ms);
void esc_role_lease_end(EscEngine *engine, EscEscalation *escalation);
/* The ticket is open again: the role is looked up anew, paged, and has its full time. */
void esc_role_reopen(EscEngine *engine, EscEscalation *escalation);
/* The accountable person went away, because of that. */
void esc_role_absent(EscEngine *engine, EscEscalation *escalation, EscText because);

/* --- acks.c ----------------------------------------------------------------------------------- */

/* ESC_FORBIDDEN for who is in no role of it, or away. */
EscStatus esc_role_check_ack(EscEngine *engine, EscEscalation *escalation, EscText actor,
                             EscWhy *why);
/* The actor must have passed esc_role_check_ack. False: it changes nothing. */
bool esc_role_ack(EscEngine *engine, EscEscalation *escalation, EscText actor);
/* The same of somebody who hands it over with it: who was called in their own right still is. */
bool esc_role_ack_passing(EscEngine *engine, EscEscalation *escalation, EscText actor);
/* Somebody of several who are needed went away: true when those who have acknowledged are enough now. */
bool esc_role_ack_judge(EscEngine *engine, EscEscalation *escalation);

/* --- handoff.c -------------------------------------------------------------------------------- */

typedef struct EscHandoff {
    const EscEngineBundle *bundle; /* whose numbering `to` has */
    EscRef to;
    EscText reason;
    EscExpect expect;
    int64_t within_ms; /* 0: the role's own time, and only an acknowledgement is expected */
    uint32_t calendar;
    bool is_by_person; /* an act; a template's goes on to the next role when nobody is there */
    EscText by;        /* who offered what is accepted now; empty: whoever acts */
} EscHandoff;

typedef enum EscHandoffEnd {
    ESC_HANDOFF_DONE,
    ESC_HANDOFF_NOTHING, /* they have it already */
    ESC_HANDOFF_LIMITED  /* one too many: the exception that the policy wants is on its way */
} EscHandoffEnd;
/* Whether somebody is there to take what a person hands over: to people, a team or a schedule. */
bool esc_handoff_is_possible(EscEngine *engine, EscEscalation *escalation,
                             const EscHandoff *handoff);
/* Who would take it: whoever is there of those whom it goes to. */
void esc_handoff_people(EscEngine *engine, EscEscalation *escalation, const EscHandoff *handoff,
                        EscPeople *people);
EscHandoffEnd esc_role_handoff(EscEngine *engine, EscEscalation *escalation,
                               const EscHandoff *handoff);

/* --- offers.c --------------------------------------------------------------------------------- */

/* Offers it to `people` (of esc_handoff_people) for so long; takes the place of what was offered before. */
void esc_offer_make(EscEngine *engine, EscEscalation *escalation, const EscHandoff *handoff,
                    const EscPeople *people, int64_t for_ms);
/* By somebody whom it is offered to. LIMITED: it stays offered, and nothing moved. */
EscHandoffEnd esc_offer_accept(EscEngine *engine, EscEscalation *escalation, EscText actor);
void esc_offer_decline(EscEngine *engine, EscEscalation *escalation, EscText actor, EscText reason);
void esc_offer_fire(EscEngine *engine, EscEscalation *escalation); /* its time is over */
void esc_offer_absent(EscEngine *engine, EscEscalation *escalation, EscText person);

/* --- offer_ends.c ----------------------------------------------------------------------------- */

/* Something is offered, and is not any more; nothing is recorded. */
void esc_offer_over(EscEngine *engine, EscEscalation *escalation);
/* What is offered, if something is, is not any more; those who were asked are called no more. */
void esc_offer_withdraw(EscEngine *engine, EscEscalation *escalation, EscText because);
void esc_offer_moved(EscEngine *engine, EscEscalation *escalation); /* somebody else may have it */

/* --- rights.c --------------------------------------------------------------------------------- */

typedef struct EscRightAsked {
    EscRight right;
    EscText actor;
    EscEscalation *escalation; /* NULL: it is about none */
    EscText person;            /* whom it is about; empty: an escalation */
    bool is_operator;          /* a token or session says so */
} EscRightAsked;
bool esc_right_holds(EscEngine *engine, const EscRightAsked *asked);
/* The present policy's rules about it; *count 0: rights.def says who may. */
const EscRightRow *esc_right_rules(const EscEngine *engine, EscRight right, uint32_t *count);
/* "policy.esc:12 allows `call off` by lead, dora": for who may not. */
EscText esc_right_text(EscEngine *engine, EscRight right);
/* Whether the actor leads a team that the person is in, or stands in for who does. */
bool esc_person_is_led_by(EscEngine *engine, EscText person, EscText actor);
/* Whether they stand in a role of it, had it, or were called or asked in it. */
bool esc_escalation_has_participant(EscEngine *engine, EscEscalation *escalation, EscText actor);

/* --- expectations.c --------------------------------------------------------------------------- */

/* Of its owner, from now on: that it is resolved by then. `calendar`: whose hours count, as in a hand-off. `by`: who expects
 * it, and hears when it is missed; empty: a template. */
void esc_expectation_put(EscEngine *engine, EscEscalation *escalation, int64_t due_ms,
                         uint32_t calendar, EscText by);
void esc_expectation_fire(EscEngine *engine, EscEscalation *escalation, uint32_t number);
/* The ticket is resolved: what was expected is met, and stands for as long as that lasts. */
void esc_expectations_met(EscEngine *engine, EscEscalation *escalation);
/* The ticket is open again: each has the time that it had left. */
void esc_expectations_go_on(EscEngine *engine, EscEscalation *escalation);
/* When the person is expected to have resolved it, by the earliest hand-off to them; 0: nothing is expected. */
int64_t esc_expected_by_ms(const EscEscalation *escalation, EscText person);
void esc_expectations_move(const EscEngine *engine, EscEscalation *escalation, const EscMove *move);
/* When the expectation of that number is due; `otherwise` when there is none. */
int64_t esc_expectation_due_ms(const EscEscalation *escalation, uint32_t number, int64_t otherwise);

/* --- chases.c --------------------------------------------------------------------------------- */

void esc_tasks_fire(EscEngine *engine); /* those that are late: people are reminded */
void esc_tasks_absent(EscEngine *engine, EscText person); /* what they were at is free again */

/* --- paged.c ---------------------------------------------------------------------------------- */

/* A page to the person has gone out by that kind of contact. outbox 0: it waits for the merged page. */
void esc_paged_add(EscEngine *engine, EscEscalation *escalation, EscText person, uint32_t kind,
                   uint64_t outbox);
/* What still waits for the merged page need not come; empty: to anybody. */
void esc_paged_stop(EscEngine *engine, EscEscalation *escalation, EscText person);
/* The merged page has gone out as that row; 0: it has nowhere to go. */
void esc_paged_merge(EscEngine *engine, EscEscalation *escalation, EscText person, uint32_t kind,
                     uint64_t outbox);
bool esc_paged_is_under_way(const EscEscalation *escalation, EscText person);
bool esc_paged_is_of(const EscEscalation *escalation, uint64_t outbox); /* it carries one of them */
/* That row is settled: how many pages of the escalation it was. */
uint32_t esc_paged_settled(EscEngine *engine, EscEscalation *escalation, uint64_t outbox,
                           bool is_dead);
void esc_paged_turn_begin(EscEscalation *escalation); /* what was paged before is of no turn */
/* Whether all pages of the present turn are dead. True as well when none was sent: ask it when one has died. */
bool esc_turn_is_out_of_reach(EscEngine *engine, EscEscalation *escalation);

/* --- messages.c ------------------------------------------------------------------------------- */

/* What is to be told; a message of it goes to each who gets it. */
typedef struct EscNotice {
    EscText marked; /* with the marks of its author's words, and sentences that are not said yet */
    bool is_page;
    EscText question; /* empty for none */
    bool has_answers;
    const EscMessageAnswer *answers;
    uint32_t answers_count;
    uint32_t question_number; /* of the question that is asked; 0: none */
    uint32_t check;           /* that somebody is to confirm, + 1; 0: none */
    int64_t due_ms;           /* of the question or the check; 0: it has no deadline */
    uint32_t via;             /* contact kind + 1; 0: the person's first */
    bool
        is_due; /* it asks for an act or tells of a deadline: never held back, as pages and questions are not */
    bool is_digest;    /* outside the limits */
    bool is_told;      /* by a `notify` that is written: it waits in the receiver's quiet time */
    EscTicket *ticket; /* that it is about, where it belongs to no escalation; NULL: none */
    EscText link;      /* to log in by, which stands in no record; empty: none */
} EscNotice;
/* A text with marks: without, and which of it is the author's. Lives in the turn. */
EscWords esc_message_words(EscEngine *engine, EscText marked);
/* The same of a notice, as who reads that language gets it. */
EscWords esc_notice_words(EscEngine *engine, const EscNotice *notice, EscLanguage language);
/* What becomes of it (notices.c): in the trail of its escalation, or of the ticket that it is about; else nowhere. */
void esc_notice_record(EscEngine *engine, EscEscalation *escalation, const EscNotice *notice,
                       EscAuditKind kind, EscText data, EscText text);
void esc_message_person(EscEngine *engine, EscEscalation *escalation, EscText person,
                        const EscNotice *message);
void esc_message_ref(EscEngine *engine, EscEscalation *escalation, EscRef ref,
                     const EscNotice *message); /* in the bundle's numbering */
/* The same of an automation, which has no owner: in the present bundle's numbering. */
void esc_message_ticket(EscEngine *engine, EscTicket *ticket, EscRef ref, const EscNotice *message);
/* What stands below the text (guide.c), in that language. `person`: who reads it, empty for a channel. */
void esc_message_guide(EscEngine *engine, EscEscalation *escalation, EscText person,
                       const EscNotice *notice, EscLanguage language, EscMessage *message);
void esc_page_person(EscEngine *engine, EscEscalation *escalation, EscText person, EscText marked);
void esc_page_ref(EscEngine *engine, EscEscalation *escalation, EscRef ref, EscText marked);
void esc_page_fire(EscEngine *engine, EscEscalation *escalation, uint32_t number);
/* A message to the person is dead: the next method of the page that it was follows at once. `contact`: the kind of
 * contact that it went by + 1; 0: it was no page. False: there is no next one. */
bool esc_page_died(EscEngine *engine, EscEscalation *escalation, EscText person, uint32_t contact);
void esc_pages_stop(EscEngine *engine, EscEscalation *escalation, EscText person); /* empty: all */
/* By that kind of contact; belongs to no escalation. The outbox row; 0: they have no such contact. */
uint64_t esc_message_contact(EscEngine *engine, EscText person, uint32_t kind,
                             const EscNotice *message);
/* One message for many, of no escalation, to a person or a channel. The (last) outbox row; 0: there is no way to send it. */
uint64_t esc_message_digest(EscEngine *engine, EscText target, bool is_channel,
                            const EscNotice *message);
void esc_pages_move(EscEscalation *escalation, int64_t by_ms);

/* A page to somebody whom it is offered to has the acts that they can do by it (guide.c). */
void esc_offer_answers(EscEngine *engine, const EscEscalation *escalation, EscText person,
                       EscNotice *page);

/* --- windows.c -------------------------------------------------------------------------------- */

/* The window of the person's notifications, begun anew when its time is over. */
EscWindow *esc_window_begun(EscEngine *engine, EscText person, int64_t window_ms);
void esc_digest_add(EscEngine *engine, EscWindow *window, EscEscalation *escalation,
                    const EscNotice *notice);
/* Counts a page of the person. True when it is held back: a merged one comes by that kind of contact. */
bool esc_storm_takes(EscEngine *engine, EscEscalation *escalation, EscText person, uint32_t kind);
/* The next merged page to that person names the escalation. */
bool esc_storm_names(const EscEngine *engine, EscText person, uint64_t escalation);
/* The person's escalations that a merged page spoke of or will; *count of them, for this turn. */
const uint64_t *esc_storm_escalations(EscEngine *engine, EscText person, size_t *count);
bool esc_storm_is_waiting(EscEngine *engine, uint64_t escalation); /* for an acknowledgement */
/* Forgets escalations that nobody waits for, unless a page of them is under way. */
void esc_storm_review(EscEngine *engine, EscWindow *window);
/* A method died: what is held back for the person comes by the next one at once. */
void esc_storm_hurry(EscEngine *engine, EscText person);
/* Set the timer of what waits longest; called when something came or went. */
void esc_digest_timer(EscEngine *engine);
void esc_storm_timer(EscEngine *engine);
void esc_windows_move(EscEngine *engine, int64_t by_ms); /* the workspace's row is written */

/* --- quiet.c ---------------------------------------------------------------------------------- */

/* When the quiet time of a person or a channel that it is now is over; 0: it is none. */
int64_t esc_quiet_until_ms(const EscEngine *engine, EscText target, bool is_channel);
/* Whether the message waits for the end of the receiver's quiet time; then it does. */
bool esc_quiet_takes(EscEngine *engine, EscEscalation *escalation, EscText target, bool is_channel,
                     const EscNotice *message);
/* When the last message of the escalation that waited goes out, or went; 0: none waited. */
int64_t esc_quiet_release_ms(const EscEngine *engine, const EscEscalation *escalation);
void esc_quiet_timer_set(EscEngine *engine); /* at the end that comes first */

/* --- quiet_end.c ------------------------------------------------------------------------------ */

void esc_quiets_fire(EscEngine *engine);
/* Hours or the clock may be others: how long it stays quiet is asked anew. */
void esc_quiets_review(EscEngine *engine);
/* The escalations whose messages an outbox row stands for, one for each message, in the turn; it is settled. NULL: none. */
const uint64_t *esc_released_take(EscEngine *engine, uint64_t outbox, size_t *count);

/* --- digests.c -------------------------------------------------------------------------------- */

void esc_digest_fire(EscEngine *engine);
void esc_storms_fire(EscEngine *engine);

/* --- clock_time.c ----------------------------------------------------------------------------- */

/* What a clock of a service level counts. All of it is borrowed. */
typedef struct EscClockTime {
    const EscProgram *program;
    const EscZones *zones;
    uint32_t calendar; /* of `program`: OPTION; 0: all time */
    int64_t begin_ms;
    const EscPause *pauses; /* in order, and apart */
    size_t pauses_count;
} EscClockTime;

/* The first instant at which so much of its time has gone. */
int64_t esc_clock_time_reaches_ms(const EscClockTime *time, int64_t length_ms);
int64_t esc_clock_time_used_ms(const EscClockTime *time, int64_t at_ms);
/* The latest beginning from which, without a pause, so much has gone at an instant. */
int64_t esc_clock_time_begun_ms(const EscClockTime *time, int64_t at_ms, int64_t used_ms);

/* --- sla.c ------------------------------------------------------------------------------------ */

void esc_sla_review(EscEngine *engine, EscTicket *ticket); /* the ticket's event at hand */
void esc_sla_rebuild(EscEngine *engine,
                     EscTicket *ticket); /* another bundle is current: all of it anew */
void esc_sla_respond_met(EscEngine *engine, EscTicket *ticket);
/* Time alone may have turned whether the clock to resolve stands, at `since_ms` first. */
void esc_sla_wake(EscEngine *engine, EscTicket *ticket, int64_t since_ms);
/* When time alone turns it next; INT64_MAX: never. */
int64_t esc_sla_turns_ms(EscEngine *engine, EscTicket *ticket);

/* --- sla_timers.c ----------------------------------------------------------------------------- */

void esc_sla_due_fire(EscEngine *engine, EscTicket *ticket, EscSlaClock clock);
void esc_sla_warn_fire(EscEngine *engine, EscTicket *ticket, uint32_t index);
void esc_sla_overdue_fire(EscEngine *engine, EscTicket *ticket, EscSlaClock clock);
/* By how much a clock is over, in elapsed time, when it is over by so much; it does not count what the clock stood. */
int64_t esc_sla_late_ms(const EscEngine *engine, const EscTicket *ticket, EscSlaClock clock,
                        EscLateness late);

/* --- sla_moves.c ------------------------------------------------------------------------------ */

/* Before esc_ticket_move: what clocks that count a calendar's hours have used stays used. */
void esc_sla_move(EscEngine *engine, EscTicket *ticket, const EscMove *move);
/* Behind the correction: what is over by so many hours of a calendar may not be over by them yet, and will be again. */
void esc_sla_moved(EscEngine *engine, EscTicket *ticket);
/* And behind it what a timer of a service level is due then, from the clocks as they are. */
int64_t esc_sla_timer_moved(EscEngine *engine, const EscTicket *ticket, const EscMove *move,
                            EscTimer kind, uint32_t index, int64_t due_ms);

#endif
