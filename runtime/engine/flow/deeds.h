/* deeds.h - the acts of people, for actions.c: one function for each verb, and what they share. Private to this folder. */
#ifndef ESC_ENGINE_DEEDS_H
#define ESC_ENGINE_DEEDS_H

#include <engine/flow.h>

/* An act with what it is about, found once. */
typedef struct EscDeed {
    EscEngine *engine;
    const EscAction *action;
    EscEscalation *escalation; /* NULL when the verb needs none */
    EscTicket *ticket;
    EscText
        actor; /* the action's: whoever keeps it interns it, so that a name that is refused does not stay */
    uint32_t task; /* the number of the task whose question is meant; 0: that which fits */
    EscWhy *why;
} EscDeed;

/* --- deeds.c ---------------------------------------------------------------------------------- */

/* What the answer says beside its status, in the language of who acts; cut at ESC_NOTE_BYTES_MAX. */
void esc_deed_note(EscEngine *engine, EscText text);
/* ": the reason that they gave", behind a sentence; lives for the input. */
EscText esc_deed_reason_tail(const EscDeed *deed);
/* The act is accepted and changes nothing; the trail of an open escalation and the answer say why. */
EscStatus esc_deed_noop_text(EscDeed *deed, EscText because);
/* In which language who acts is answered: their own by a link, a button or a mail, else English. */
EscLanguage esc_act_reads(const EscEngine *engine, const EscAction *action);
/* How the deed's escalation, which is closed, has ended. */
EscText esc_deed_closed_text(const EscDeed *deed);
/* ESC_BAD_INPUT without a reason, or with one that is too long. */
ESC_MUST_USE EscStatus esc_deed_check_reason(const EscDeed *deed);
/* ESC_FORBIDDEN: whoever acts is nobody in the directory. */
ESC_MUST_USE EscStatus esc_deed_check_actor(const EscDeed *deed);
/* Who was called for it and answers, approves, rejects, confirms, hands over or starts it has noticed it. Gives whether that
 * is an acknowledgement now. */
bool esc_deed_notices(EscDeed *deed);

/* --- deeds_rights.c --------------------------------------------------------------------------- */

/* Whether the policy lets them. False: it is refused and recorded, and the outcome says so. */
bool esc_deed_may(EscDeed *deed);

/* --- deeds_offers.c --------------------------------------------------------------------------- */

EscStatus esc_deed_accept(EscDeed *deed);
EscStatus esc_deed_decline(EscDeed *deed);

/* --- deeds_owners.c --------------------------------------------------------------------------- */

EscStatus esc_deed_ack(EscDeed *deed);
EscStatus esc_deed_handoff(EscDeed *deed);
EscStatus esc_deed_keep(EscDeed *deed);

/* --- deeds_questions.c ------------------------------------------------------------------------ */

/* The frame whose open question is meant: with an answer, the first that has it; NULL when nothing is asked. What is
 * below the topmost frame can be answered too: it counts when that frame goes on. */
EscFrame *esc_question_find(EscEscalation *escalation, EscQuestionKind kind, EscText answer);
/* Whether the question or the check that the act means is open; of ANSWER, APPROVE, REJECT and CONFIRM. */
bool esc_question_is_open(EscDeed *deed);
/* Whether something is asked there that this person may answer; with an answer, one that has it. */
bool esc_question_is_for(EscEngine *engine, EscEscalation *escalation, EscQuestionKind kind,
                         EscText answer, EscText person);
/* Whether the act names a check there that a person can settle. */
bool esc_check_is_open(EscEngine *engine, EscEscalation *escalation, const EscAction *action);
/* Whether it has the check that the act names, settled or not. */
bool esc_check_is_known(EscEngine *engine, EscEscalation *escalation, const EscAction *action);
EscStatus esc_deed_answer(EscDeed *deed);
EscStatus esc_deed_approve(EscDeed *deed);
EscStatus esc_deed_reject(EscDeed *deed);
EscStatus esc_deed_confirm(EscDeed *deed);
EscStatus esc_deed_override(EscDeed *deed);
/* Whether the actor may answer the open question of that task. */
bool esc_question_may_answer(EscDeed *deed, uint32_t task);

/* --- deeds_tasks.c ---------------------------------------------------------------------------- */

EscStatus esc_deed_claim(EscDeed *deed);
EscStatus esc_deed_release(EscDeed *deed);
EscStatus esc_deed_complete(EscDeed *deed);

/* --- deeds_tests.c ---------------------------------------------------------------------------- */

EscStatus esc_deed_test(EscDeed *deed); /* is a person reached? */

/* --- deeds_login.c ---------------------------------------------------------------------------- */

EscStatus esc_deed_login(EscDeed *deed); /* a link goes to who wants to log in */

/* --- deeds_operators.c ------------------------------------------------------------------------ */

EscStatus esc_deed_resolve(EscDeed *deed);
EscStatus esc_deed_ticket_resolve(EscDeed *deed); /* the deed's ticket, which is open */
EscStatus esc_deed_rollback(EscDeed *deed);
EscStatus esc_deed_start(EscDeed *deed);
EscStatus esc_deed_call_off(EscDeed *deed);
EscStatus esc_deed_absence(EscDeed *deed); /* away, and back */

#endif
