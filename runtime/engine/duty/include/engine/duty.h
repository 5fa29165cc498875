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
    uint32_t skipped_count;
    EscText via; /* interned: person, team or schedule */
} EscPeople;
/* `ref` in the numbering of `bundle`; escalation may be NULL when ref is no role. */
void esc_people_find(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                     const EscEngineBundle *bundle, EscRef ref, EscPeople *people);
/* A person, team or schedule of the current directory by its name. */
void esc_people_named(EscEngine *engine, EscTicket *ticket, EscText name, EscPeople *people);
bool esc_people_has(const EscPeople *people, EscText person);
bool esc_person_known(const EscEngine *engine, EscText name);
bool esc_person_absent(const EscEngine *engine, EscText name);
void esc_absences_move(EscEngine *engine, int64_t by_ms); /* those that were given as a duration */

/* --- owners.c --------------------------------------------------------------------------------- */

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
/* The clock is corrected: when the turn began, when it was acknowledged; and the deadline of ESC_TIMER_ACK. */
void esc_role_move(EscEscalation *escalation, int64_t by_ms);
int64_t esc_role_ack_moved(const EscEngine *engine, const EscEscalation *escalation,
                           const EscMove *move, int64_t due_ms);

/* --- handoff.c -------------------------------------------------------------------------------- */

/* extra_ms 0: the role's own time. False when the handoff limit raises instead. */
bool esc_role_handoff(EscEngine *engine, EscEscalation *escalation, const EscEngineBundle *bundle,
                      EscRef to, EscText reason, EscExpect expect, int64_t within_ms,
                      uint32_t calendar);
void esc_expectation_fire(EscEngine *engine, EscEscalation *escalation, uint32_t number);
void esc_expectations_met(EscEngine *engine, EscEscalation *escalation);
void esc_expectations_move(const EscEngine *engine, EscEscalation *escalation, const EscMove *move);
/* When the expectation of that number is due; `otherwise` when there is none. */
int64_t esc_expectation_due_ms(const EscEscalation *escalation, uint32_t number, int64_t otherwise);

/* --- messages.c ------------------------------------------------------------------------------- */

/* What is to be told; a message of it goes to each who gets it. */
typedef struct EscNotice {
    EscText text;
    const EscSpan *
        own; /* parts of the text that its template's author wrote; none of the engine's own texts */
    uint32_t own_count;
    bool is_page;
    EscText question; /* empty for none */
    bool has_answers;
    const EscMessageAnswer *answers;
    uint32_t answers_count;
    uint32_t via; /* contact kind + 1; 0: the person's first */
    bool
        is_due; /* it asks for an act or tells of a deadline: never held back, as pages and questions are not */
    bool is_digest; /* outside the limits */
} EscNotice;
void esc_message_person(EscEngine *engine, EscEscalation *escalation, EscText person,
                        const EscNotice *message);
void esc_message_ref(EscEngine *engine, EscEscalation *escalation, EscRef ref,
                     const EscNotice *message); /* in the bundle's numbering */
/* A text as templates make them, with marks: without, and which of it is the author's. Lives in the turn. */
EscWords esc_message_words(EscEngine *engine, EscText marked);
void esc_page_person(EscEngine *engine, EscEscalation *escalation, EscText person, EscText text);
void esc_page_ref(EscEngine *engine, EscEscalation *escalation, EscRef ref, EscText marked);
void esc_page_fire(EscEngine *engine, EscEscalation *escalation, uint32_t number);
/* A message to the person by that kind of contact is dead: the page's next method follows at once. */
void esc_page_died(EscEngine *engine, EscEscalation *escalation, EscText person, uint32_t kind);
void esc_pages_stop(EscEngine *engine, EscEscalation *escalation, EscText person); /* empty: all */
/* By each of the person's contacts whose kind is in the bit set; belongs to no escalation. */
void esc_message_contacts(EscEngine *engine, EscText person, uint32_t kinds,
                          const EscNotice *message);
void esc_pages_move(EscEscalation *escalation, int64_t by_ms);

/* --- windows.c -------------------------------------------------------------------------------- */

/* The window of the person's notifications, begun anew when its time is over. */
EscWindow *esc_window_begun(EscEngine *engine, EscText person, int64_t window_ms);
void esc_digest_add(EscEngine *engine, EscWindow *window, EscEscalation *escalation, EscText text);
/* Counts a page of the person. True when it is held back: a merged one comes by that kind of contact. */
bool esc_storm_takes(EscEngine *engine, EscEscalation *escalation, EscText person, uint32_t kind);
/* Forgets escalations that somebody has acknowledged, or that are over. */
void esc_storm_review(EscEngine *engine, EscWindow *window);
/* Set the timer of what waits longest; called when something came or went. */
void esc_digest_timer(EscEngine *engine);
void esc_storm_timer(EscEngine *engine);
void esc_windows_move(EscEngine *engine, int64_t by_ms);

/* --- digests.c -------------------------------------------------------------------------------- */

void esc_digest_fire(EscEngine *engine);
void esc_storms_fire(EscEngine *engine);

/* --- sla.c ------------------------------------------------------------------------------------ */

void esc_sla_review(EscEngine *engine, EscTicket *ticket); /* the ticket changed */
void esc_sla_rebuild(EscEngine *engine,
                     EscTicket *ticket); /* another bundle is current: all of it anew */
void esc_sla_respond_met(EscEngine *engine, EscTicket *ticket);
void esc_sla_due_fire(EscEngine *engine, EscTicket *ticket, EscSlaClock clock);
void esc_sla_warn_fire(EscEngine *engine, EscTicket *ticket, uint32_t warn);
void esc_sla_overdue_fire(EscEngine *engine, EscTicket *ticket, EscSlaClock clock);
/* Behind esc_ticket_move: running clocks that count a calendar's hours. */
void esc_sla_move(EscEngine *engine, EscTicket *ticket, const EscMove *move);
/* And what a timer of a service level is due then, from the clocks as they are now. */
int64_t esc_sla_timer_moved(EscEngine *engine, const EscTicket *ticket, const EscMove *move,
                            EscTimer kind, uint32_t index, int64_t due_ms);

#endif
