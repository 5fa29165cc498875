/* maildoor_internal.h - one mail for one recipient, from the server to its answer; for maildoor*.c only. */
#ifndef ESC_MAILDOOR_INTERNAL_H
#define ESC_MAILDOOR_INTERNAL_H

#include <esc/letters.h>
#include <esc/maildoor.h>
#include <esc/mime.h>

#define ESC_MAIL_THROUGH "mail" /* the way by which a person says it, in the record */

typedef struct EscMailJob {
    EscJob job; /* first */
    EscMailDoor *door;
    const EscMailInbox *inbox;
    EscLmtpMail *mail;
    uint32_t recipient;
    EscArena *arena;

    EscMailRead read;
    EscLetterSubject subject; /* escalation 0: no answer to anything of ours */
    EscMarkProof proof;
    char store[17];

    EscInput input;
    EscEvent event;
    EscAction action;
    EscRemark remark;
    EscReceipt receipt;
    EscLmtpAnswer answer; /* code 0: not yet */
    bool is_let_in;
} EscMailJob;

/* maildoor_mail.c: the steps of a job, on workers. */
bool esc_mail_parse(EscJob *job, const EscProgram *program);
bool esc_mail_look(EscJob *job, EscService *service);
void esc_mail_committed(EscJob *job, const EscReply *replies);
void esc_mail_refused(EscJob *job, EscRefusal refusal, EscText reason);

/* maildoor_report.c: a notice of delivery as news of the message that it is about; false: it is about none of ours. */
bool esc_mail_report_make(EscMailJob *job, EscService *service);

/* maildoor_event.c: the mail as a new ticket, or as news of the ticket. */
ESC_MUST_USE EscStatus esc_mail_ticket_make(EscMailJob *job, const EscProgram *program,
                                            EscWhy *why);
ESC_MUST_USE EscStatus esc_mail_reply_make(EscMailJob *job, const EscProgram *program,
                                           EscText ticket, EscWhy *why);

/* --- maildoor_senders.c: how many mails a sender has brought ----------------------------------- */

typedef struct EscMailSenders {
    struct {
        int64_t since_ms;
        uint64_t who;
        uint32_t count;
    } places[1024];
} EscMailSenders;
/* Counts one more of the sender; false: these are too many for this hour. Two senders that share a place count as the one that
 * came last, which forgets and never blames. */
bool esc_mail_senders_take(EscMailSenders *senders, uint64_t who, uint32_t most, int64_t now_ms);

#endif
