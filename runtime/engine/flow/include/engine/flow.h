/* engine/flow.h - what an input sets in motion: which escalation hears what, which template starts, and settling until
 * nothing moves. Begins at esc_engine_apply (apply.c); knows nothing of rows. */
#ifndef ESC_ENGINE_FLOW_H
#define ESC_ENGINE_FLOW_H

#include <engine/run.h>

/* --- triggers.c ------------------------------------------------------------------------------- */

void esc_triggers_event(EscEngine *engine, EscTicket *ticket, const EscEvent *event);
void esc_triggers_review(EscEngine *engine,
                         EscTicket *ticket); /* armed ones whose condition turned false */
void esc_armed_fire(EscEngine *engine, EscTicket *ticket, uint32_t number);
void esc_armed_drop(EscEngine *engine, EscTicket *ticket, size_t index);
void esc_triggers_overdue(EscEngine *engine, EscTicket *ticket, EscSlaClock clock, int64_t from_ms,
                          int64_t to_ms);

/* --- start.c ---------------------------------------------------------------------------------- */

/* Starts a template of the current bundle on a ticket; NULL when one is open or it is too soon (audited). */
EscEscalation *esc_escalation_start(EscEngine *engine, EscTicket *ticket, uint32_t template_index,
                                    const EscEvent *event, EscText because);
/* The same for a start that a person asked for, or that follows from one. */
EscEscalation *esc_escalation_start_by(EscEngine *engine, EscTicket *ticket,
                                       uint32_t template_index, const EscEvent *event,
                                       EscText because, EscText by);

/* --- events.c --------------------------------------------------------------------------------- */

EscStatus esc_event_apply(EscEngine *engine, const EscEvent *event, EscWhy *why);
/* An event of the engine's own about a ticket; values by position of its fields. */
void esc_event_internal(EscEngine *engine, EscTicket *ticket, EscBuiltinEvent type,
                        const EscValue *fields, uint32_t count);
/* Until nothing moves any more: waits, close-when, templates that were asked for. */
void esc_engine_settle(EscEngine *engine);

/* --- clock.c ---------------------------------------------------------------------------------- */

void esc_clock_apply(EscEngine *engine, const EscClockChange *change);

/* --- actions.c -------------------------------------------------------------------------------- */

EscStatus esc_action_apply(EscEngine *engine, const EscAction *action, EscWhy *why);

/* --- results.c -------------------------------------------------------------------------------- */

EscStatus esc_delivery_apply(EscEngine *engine, const EscDelivery *delivery, EscWhy *why);

/* --- due.c ------------------------------------------------------------------------------------ */

void esc_due_apply(EscEngine *engine); /* the earliest timer that is due */

#endif
