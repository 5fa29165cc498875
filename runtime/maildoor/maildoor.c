/* maildoor.c - the thread of the LMTP server: which inbox a recipient is, a job for each, and its answer. */
#include <stdlib.h>
#include <string.h>

#include "maildoor_internal.h"

#define JOB_ARENA_BYTES_MAX ((size_t)128 << 20)
#define ACTIONS_RESERVED 1000 /* as of the API: a mail may be somebody's acknowledgement */

struct EscMailDoor {
    EscMailDoorSetup setup;
    EscMailInbox *inboxes;
    EscMailbox finished;
    EscMailSenders senders;
    size_t away;
};

EscStatus esc_mail_door_new(const EscMailDoorSetup *setup, EscMailDoor **out, EscWhy *why)
{
    EscMailDoor *door = calloc(1, sizeof(*door));
    size_t count = setup->inboxes_count;
    *out = NULL;
    if (door != NULL)
        door->inboxes = calloc(count + 1, sizeof(*door->inboxes));
    if (door == NULL || door->inboxes == NULL) {
        free(door);
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the mail door");
    }
    door->setup = *setup;
    if (count > 0)
        memcpy(door->inboxes, setup->inboxes, count * sizeof(*door->inboxes));
    esc_mailbox_init(&door->finished, setup->wake, setup->context);
    *out = door;
    return ESC_OK;
}

void esc_mail_door_free(EscMailDoor *door)
{
    if (door == NULL)
        return;
    ESC_ASSERT(door->away == 0);
    esc_mailbox_release(&door->finished);
    free(door->inboxes);
    free(door);
}

size_t esc_mail_door_away(const EscMailDoor *door)
{
    return door->away;
}

/* --- recipients ------------------------------------------------------------------------------- */

static bool has_address(const EscMailInbox *inbox, EscText address)
{
    uint64_t escalation;
    EscText mark;
    bool has = esc_reply_address_read(address, inbox->address, &escalation, &mark);
    for (uint32_t i = 0; i < inbox->also_count; i++)
        has = has || esc_address_equal(address, inbox->also[i]);
    return has;
}

static const EscMailInbox *inbox_of(const EscMailDoor *door, EscText address)
{
    for (uint32_t i = 0; i < door->setup.inboxes_count; i++)
        if (has_address(&door->inboxes[i], address))
            return &door->inboxes[i];
    return NULL;
}

static bool take_recipient(void *context, EscText address, EscLmtpAnswer *answer)
{
    const EscMailInbox *inbox = inbox_of(context, address);
    if (inbox == NULL)
        esc_lmtp_say(answer, 550, "5.1.1", "no workspace has this address");
    else if (esc_shard_state(inbox->shard) != ESC_SHARD_SERVING)
        esc_lmtp_say(answer, 451, "4.3.0", "the workspace is stopped");
    else
        return true;
    return false;
}

/* --- jobs ------------------------------------------------------------------------------------- */

static void job_free(EscMailJob *job)
{
    esc_arena_free(job->arena);
    free(job);
}

/* On a worker. */
static void job_over(EscJob *base)
{
    EscMailJob *job = (EscMailJob *)base; /* its first member */
    esc_mailbox_add(&job->door->finished, &base->parcel);
}

static const EscJobSteps steps = {.parse = esc_mail_parse,
                                  .look = esc_mail_look,
                                  .committed = esc_mail_committed,
                                  .refused = esc_mail_refused,
                                  .over = job_over};

static EscMailJob *job_new(EscMailDoor *door, EscLmtpMail *mail, uint32_t recipient)
{
    EscMailJob *job = calloc(1, sizeof(*job));
    EscArena *arena = job == NULL ? NULL : esc_arena_new(JOB_ARENA_BYTES_MAX);
    if (arena == NULL) {
        free(job);
        return NULL;
    }
    job->door = door;
    job->arena = arena;
    job->mail = mail;
    job->recipient = recipient;
    job->inbox = inbox_of(door, esc_lmtp_recipient(mail, recipient));
    job->job = (EscJob){.steps = &steps, .unparsed_bytes = esc_lmtp_content(mail).size + 1};
    return job;
}

static uint64_t sender_number(const EscMailDoor *door, const EscMailJob *job)
{
    EscText sender = esc_lmtp_sender(job->mail);
    uint64_t hash = door->setup.hash_seed ^ (uint64_t)(job->inbox - door->inboxes);
    for (size_t i = 0; i < sender.size; i++)
        hash = (hash ^ (uint64_t)(unsigned char)esc_ascii_lower(sender.data[i])) *
               UINT64_C(0x100000001b3);
    return hash ^ hash >> 29;
}

/* False: *answer says what is in the way. */
static bool let_in(EscMailDoor *door, EscMailJob *job)
{
    const EscMailDoorSetup *setup = &door->setup;
    if (!esc_mail_senders_take(&door->senders, sender_number(door, job),
                               setup->mails_per_sender_max, esc_boot_ms())) {
        esc_lmtp_say(&job->answer, 451, "4.7.1", "too many mails of this sender in an hour");
        return false;
    }
    job->is_let_in = esc_shard_let_in(job->inbox->shard, 1, 0, setup->queue_max + ACTIONS_RESERVED);
    if (!job->is_let_in)
        esc_lmtp_say(&job->answer, 451, "4.3.1", "too much is waiting already");
    return job->is_let_in;
}

static void finish(EscMailDoor *door, EscMailJob *job)
{
    if (job->is_let_in)
        esc_shard_let_out(job->inbox->shard, 1);
    ESC_ASSERT(job->answer.code != 0);
    EscLmtpMail *mail = job->mail;
    uint32_t recipient = job->recipient;
    EscLmtpAnswer answer = job->answer;
    job_free(job);
    door->away--;
    esc_lmtp_answer(mail, recipient, &answer); /* the last one ends the mail */
}

static void take_one(EscMailDoor *door, EscLmtpMail *mail, uint32_t recipient)
{
    EscMailJob *job = job_new(door, mail, recipient);
    EscLmtpAnswer answer = {.code = 0};
    if (job == NULL) {
        esc_lmtp_say(&answer, 451, "4.3.0", "no memory just now");
        esc_lmtp_answer(mail, recipient, &answer);
        return;
    }
    door->away++;
    if (let_in(door, job) && esc_shard_put(job->inbox->shard, &job->job))
        return;
    if (job->answer.code == 0)
        esc_lmtp_say(&job->answer, 451, "4.3.1", "too much is waiting already");
    finish(door, job);
}

static void take_mail(void *context, EscLmtpMail *mail)
{
    uint32_t count = esc_lmtp_recipients(mail); /* the mail is gone once all are answered */
    for (uint32_t i = 0; i < count; i++)
        take_one(context, mail, i);
}

EscLmtpHandler esc_mail_door_handler(EscMailDoor *door)
{
    return (EscLmtpHandler){.context = door, .recipient = take_recipient, .mail = take_mail};
}

void esc_mail_door_answer(EscMailDoor *door)
{
    EscParcel *next = esc_mailbox_take(&door->finished);
    while (next != NULL) {
        EscMailJob *job = (EscMailJob *)next;
        next = next->next;
        finish(door, job);
    }
}
