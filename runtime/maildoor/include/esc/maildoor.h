/* esc/maildoor.h - mail as a source: which workspace a mail is for, and what it means there.
 *
 * It stands between the LMTP server (esc/lmtp.h), whose thread calls everything here, and the shards (esc/shard.h), whose
 * workers read the mail and act by it. A mail to a workspace's inbox is a new ticket; one that carries a mark of ours
 * (esc/letters.h) is an answer: an act of the person whom the mail went to, or something to be known about the ticket. What
 * machines write is recorded and left. Nothing is answered with 250 before it is in the store. */
#ifndef ESC_MAILDOOR_H
#define ESC_MAILDOOR_H

#include <esc/lmtp.h>
#include <esc/shard.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An address of a workspace; all borrowed. */
typedef struct EscMailInbox {
    EscShard *shard;
    EscText address, secret; /* answers come to this address */
    const EscText *also;     /* further addresses */
    uint32_t also_count;
    bool takes_machines;
    EscText reply_event; /* empty: ticket.updated */
} EscMailInbox;

typedef struct EscMailDoor EscMailDoor;

typedef struct EscMailDoorSetup {
    const EscMailInbox *inboxes; /* copied */
    uint32_t inboxes_count;
    size_t queue_max;              /* inputs of a shard that wait; beyond it mail waits outside */
    uint32_t mails_per_sender_max; /* to a workspace in an hour */
    uint64_t hash_seed;
    /* Any thread: something is finished, so esc_mail_door_answer has to be called. */
    void (*wake)(void *context);
    void *context;
} EscMailDoorSetup;

ESC_MUST_USE EscStatus esc_mail_door_new(const EscMailDoorSetup *setup, EscMailDoor **out,
                                         EscWhy *why);
EscLmtpHandler esc_mail_door_handler(EscMailDoor *door);
void esc_mail_door_answer(EscMailDoor *door);       /* answers what is finished */
size_t esc_mail_door_away(const EscMailDoor *door); /* recipients that are not answered yet */
void esc_mail_door_free(EscMailDoor *door);         /* nothing may be away; NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
