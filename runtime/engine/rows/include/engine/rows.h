/* engine/rows.h - the model as rows of the store and back, and as views. Knows bytes, not behaviour. */
#ifndef ESC_ENGINE_ROWS_H
#define ESC_ENGINE_ROWS_H

#include <engine/model.h>

/* --- state.c ---------------------------------------------------------------------------------- */

void esc_state_write(EscEngine *engine, const EscEscalation *escalation, EscBuf *out);
void esc_ticket_state_write(EscEngine *engine, const EscTicket *ticket, EscBuf *out);
void esc_absences_write(EscEngine *engine, EscBuf *out);

/* --- restore.c -------------------------------------------------------------------------------- */

bool esc_state_read(EscEngine *engine, EscEscalation *escalation, EscText json);
void esc_ticket_state_read(EscEngine *engine, EscTicket *ticket, EscText json);

/* --- flush.c ---------------------------------------------------------------------------------- */

void esc_ticket_row(EscEngine *engine, const EscTicket *ticket, EscGroup *group,
                    EscTicketRow *row); /* flush.c; texts in the group's arena */

#endif
