/* engine/rows.h - the model as rows of the store and back, and as views. Knows bytes, not behaviour. */
#ifndef ESC_ENGINE_ROWS_H
#define ESC_ENGINE_ROWS_H

#include <engine/model.h>

/* --- values_pack.c ---------------------------------------------------------------------------- */

/* A number that must be below `bound`; 0 and a failed cursor otherwise. */
uint32_t esc_below_unpack(EscCursor *cursor, uint64_t bound);
/* One of 32 bits. */
uint32_t esc_small_unpack(EscCursor *cursor);
/* One more than an index below `bound`, or 0 for ESC_NONE. */
uint32_t esc_index_unpack(EscCursor *cursor, uint32_t bound);
EscText esc_interned_unpack(EscCursor *cursor, EscEngine *engine);
void esc_texts_pack(EscBuf *out, const EscText *texts, size_t count);
/* `program` is that of the value's type. */
void esc_value_pack(EscBuf *out, const EscProgram *program, EscValue value);
void esc_values_pack(EscBuf *out, const EscProgram *program, const EscOwned *values,
                     uint32_t count);
/* The value as `type` of `program`; what does not fit the type becomes its default. */
EscOwned esc_value_unpack(EscCursor *cursor, const EscProgram *program, EscType type);
/* The next value as JSON, without any program. */
void esc_value_show(EscCursor *cursor, EscBuf *json);
/* An instant or a time between two, in ms; one that no clock shows fails the cursor, so that nobody's sum overflows. */
int64_t esc_instant_unpack(EscCursor *cursor);
/* The same for one that is written as what it is after another. */
int64_t esc_instant_after_unpack(EscCursor *cursor, int64_t before_ms);
void esc_timers_pack(EscBuf *out, const EscTimerNode *list);
/* Both NULL: the workspace's. */
void esc_timers_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation,
                       EscTicket *ticket);

/* --- ticket_pack.c, escalation_pack.c, workspace_pack.c: bodies -------------------------------- */

/* Each reader gives false when the bytes are not what its writer writes; what was read until then stays. */
void esc_ticket_pack(EscBuf *out, const EscEngine *engine, const EscTicket *ticket);
bool esc_ticket_unpack(EscBytes body, EscEngine *engine, EscTicket *ticket);
/* Fields of a JSON object that the current bundle knows and whose values fit; others become their defaults. False when it
 * is no object. engine NULL: only looks whether it is one. */
bool esc_ticket_fields_read(EscText json, EscEngine *engine, EscTicket *ticket);
void esc_escalation_pack(EscBuf *out, const EscEngine *engine, const EscEscalation *escalation);
/* Snapshots are taken, not verified. */
bool esc_escalation_unpack(EscBytes body, EscEngine *engine, EscEscalation *escalation);
/* What could not be read stands for itself in the next row: nothing else of it is used. */
void esc_escalation_keep(EscEscalation *escalation, EscBytes body);
void esc_workspace_pack(EscBuf *out, const EscEngine *engine);
bool esc_workspace_unpack(EscBytes body, EscEngine *engine);

/* --- group_pack.c: parts of all three ---------------------------------------------------------- */

void esc_group_pack(EscBuf *out, const EscEscalation *escalation);
/* Has all of it; what the escalation has in common with others is found by it from now on. */
bool esc_group_unpack(EscText group, EscEngine *engine, EscEscalation *escalation);
/* home_pack.c: the system that has a ticket, how far what it was told has come, and what it is asked to do. */
void esc_home_pack(EscBuf *out, const EscEngine *engine, const EscTicket *ticket);
void esc_home_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket);
/* {"source","id","state","fields":[…],"comments":[…]}, where the ticket's own id is `id`; NULL: it is read over. */
void esc_home_show(EscCursor *cursor, EscText id, EscBuf *json);
void esc_joined_pack(EscBuf *out, const EscTicket *ticket);
void esc_joined_unpack(EscCursor *cursor, EscEngine *engine, EscTicket *ticket);
/* What it has joined, as the items of a list; NULL: reads over it. */
void esc_joined_show(EscCursor *cursor, EscBuf *json);
void esc_groups_pack(EscBuf *out, const EscEngine *engine);
void esc_groups_unpack(EscCursor *cursor, EscEngine *engine);

/* --- face_pack.c: what lists show, part of an escalation's body --------------------------------- */

void esc_face_pack(EscBuf *out, const EscEngine *engine, const EscEscalation *escalation);
/* Has all of it. */
bool esc_face_unpack(EscText face, EscEngine *engine, EscEscalation *escalation);
/* The same for whoever looks: texts are the bytes' own, *shown is of what lists show of its ticket. */
bool esc_face_show(EscText face, EscEscalationView *view, uint64_t *shown);
/* The part of a body that is the face; false: the body is none of ours. */
bool esc_escalation_face_find(EscBytes body, EscText *face);
EscText esc_owner_title(const EscEngine *engine, const EscEscalation *escalation);

/* --- duty_pack.c, frames_pack.c, changes_pack.c: parts of an escalation's body ------------------- */

/* Readers fail the cursor where the bytes are not what their writers write; that of the duty has all of it. All but the
 * duty's need the bundle. */
void esc_duty_pack(EscBuf *out, const EscEscalation *escalation);
bool esc_duty_unpack(EscText duty, EscEngine *engine, EscEscalation *escalation);
void esc_frames_pack(EscBuf *out, const EscEscalation *escalation);
void esc_frames_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation);
void esc_changes_pack(EscBuf *out, const EscProgram *current, const EscEscalation *escalation);
void esc_changes_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation);
/* What a rollback waits for and has left; who was told of dead messages; the timeline. */
void esc_history_pack(EscBuf *out, const EscEscalation *escalation);
void esc_history_unpack(EscCursor *cursor, EscEngine *engine, EscEscalation *escalation);

/* --- tasks_pack.c ----------------------------------------------------------------------------- */

void esc_task_pack(EscBuf *out, const EscTask *task);
/* The names of its candidates as its row has them. */
void esc_task_candidates_write(EscBuf *out, const EscTask *task);

/* --- kept_pack.c ------------------------------------------------------------------------------ */

void esc_kept_pack(EscBuf *out, const EscEngine *engine, const EscKept *kept);
void esc_browser_pack(EscBuf *out, const EscBrowserNode *browser);
void esc_open_pack(EscBuf *out, const EscOpen *open);
/* The row that says when it was told that there are too many keys. */
void esc_kepts_told_row(const EscEngine *engine, EscKeptId *id, EscBuf *out);

/* --- restore.c -------------------------------------------------------------------------------- */

typedef enum EscReading {
    ESC_READING_REFUSED, /* its body is not what its writer writes for this bundle */
    ESC_READING_BROKEN,  /* but for a snapshot it could be read */
    ESC_READING_SOUND
} EscReading;
/* What the row says, its snapshots verified. */
ESC_MUST_USE EscReading esc_escalation_read(EscEngine *engine, EscEscalation *escalation,
                                            const EscEscalationRow *row);
/* One that is closed, for an engine that only shows it. What of its body cannot be read is not shown. */
EscStatus esc_engine_restore_closed(EscEngine *engine, const EscEscalationRow *row, EscWhy *why);

/* --- flush.c ---------------------------------------------------------------------------------- */

/* A ticket or an escalation keeps the body of its row until it changes: it may sleep as that (sleep.c). */
void esc_body_keep(EscText *kept, EscBytes body);
/* Texts and body in the group's arena. */
void esc_ticket_row(const EscEngine *engine, const EscTicket *ticket, EscGroup *group,
                    EscTicketRow *row);

/* --- view.c, duty_view.c ------------------------------------------------------------------------ */

/* Who comes after whoever is accountable. */
void esc_next_view(EscEngine *engine, const EscEscalation *escalation, EscEscalationView *view);
/* Who stands for each role of the chain now. */
void esc_roles_view(EscEngine *engine, const EscEscalation *escalation, EscEscalationView *view);

#endif
