/* sla_internal.h - what the files of service levels share: sla.c, sla_timers.c, sla_pauses.c, sla_moves.c. */
#ifndef ESC_DUTY_SLA_INTERNAL_H
#define ESC_DUTY_SLA_INTERNAL_H

#include <engine/duty.h>

/* --- sla_goals.c ------------------------------------------------------------------------------ */

/* The level that the ticket is under, in the current bundle; NULL: none, or that has none of its name any more. */
const EscSlaRow *esc_sla_level(const EscEngine *engine, const EscTicket *ticket);
const EscSlaRow *esc_sla_match(EscEngine *engine,
                               EscTicket *ticket); /* which one it fits now; NULL: none */
/* A clock of a level; NULL: it has none, or there is no level. */
const EscSlaClockRow *esc_sla_clock(const EscEngine *engine, const EscSlaRow *level,
                                    EscSlaClock clock);
/* What that promises a ticket as it is; one of 0 ms is no clock. */
EscGoalRow esc_sla_goal(const EscEngine *engine, const EscTicket *ticket,
                        const EscSlaClockRow *row);
/* The time of a clock by the calendar that it was computed by. */
EscClockTime esc_sla_time(const EscEngine *engine, const EscTicket *ticket, EscSlaClock clock);
int64_t esc_sla_origin_ms(const EscTicket *ticket, EscSlaClock clock);

/* --- sla_pauses.c ----------------------------------------------------------------------------- */

/* The clock to resolve stands from an instant on, or goes on. */
void esc_sla_stand(EscEngine *engine, EscTicket *ticket, bool stands, int64_t at_ms);
/* Nothing that a clock was through counts any more; it begins now. */
void esc_sla_begin(EscEngine *engine, EscTicket *ticket, EscSlaClock clock);
/* Takes the times in which the clock to resolve stood into its beginning, as its calendar counts them up to `at_ms`;
 * `begin_ms`: what its beginning is from then on. */
void esc_sla_fold_all(EscTicket *ticket, int64_t begin_ms);

/* --- sla_timers.c ----------------------------------------------------------------------------- */

/* Puts and takes away a clock's timers, so that they are what it says; those that stand as they should are left alone. */
void esc_sla_timers_set(EscEngine *engine, EscTicket *ticket, EscSlaClock clock);
/* When the next overdue time is reached that some trigger waits for; `none` when none does. */
int64_t esc_sla_overdue_due_ms(const EscEngine *engine, const EscTicket *ticket, EscSlaClock clock,
                               int64_t none);
/* When a warning is due, by its position in the clock. */
int64_t esc_sla_warn_due_ms(const EscEngine *engine, const EscTicket *ticket, EscSlaClock clock,
                            const EscWarnRow *row);

#endif
