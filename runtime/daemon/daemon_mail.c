/* daemon_mail.c - LMTP server and mail door put together, and the inboxes of the configuration. */
#include "daemon_mail.h"

#define EVERYBODY 0666u /* who may enter the folder: a mail server is another user */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <esc/lmtp.h>
#include <esc/maildoor.h>

struct EscDaemonMail {
    EscLmtp *lmtp;
    EscMailDoor *door;
    char path[120]; /* of its socket; empty: it listens on a port */
};

static EscStatus make_door(EscDaemonMail *mail, const EscConfig *config, const EscShards *shards,
                           EscReactor *reactor, uint64_t hash_seed, EscWhy *why)
{
    EscMailInbox *inboxes = calloc(shards->count + 1, sizeof(*inboxes));
    uint32_t count = 0;
    if (inboxes == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the mail door");
    for (uint32_t i = 0; i < shards->count; i++) {
        const EscWorkspaceConfig *workspace =
            esc_config_workspace(config, esc_shard_name(shards->items[i]));
        if (workspace == NULL || workspace->inbox.address.size == 0)
            continue;
        inboxes[count++] = (EscMailInbox){
            .shard = shards->items[i],
            .address = workspace->inbox.address,
            .also = workspace->inbox.also.items,
            .also_count = workspace->inbox.also.count,
            .secret = workspace->inbox.secret,
            .takes_machines = esc_text_equal(workspace->inbox.machines, ESC_TEXT("take")),
            .reply_event = workspace->inbox.reply_event,
        };
    }
    const EscMailDoorSetup setup = {.inboxes = inboxes,
                                    .inboxes_count = count,
                                    .queue_max = (size_t)config->queue_max,
                                    .mails_per_sender_max = (uint32_t)config->mails_per_sender_max,
                                    .hash_seed = hash_seed,
                                    .wake = esc_reactor_poke,
                                    .context = reactor};
    EscStatus status = esc_mail_door_new(&setup, &mail->door, why);
    free(inboxes);
    return status;
}

static EscStatus make_lmtp(EscDaemonMail *mail, const EscConfig *config, EscReactor *reactor,
                           EscWhy *why)
{
    const EscLmtpSetup setup = {.reactor = reactor,
                                .handler = esc_mail_door_handler(mail->door),
                                .mail_bytes_max = (size_t)config->lmtp_mail_bytes_max,
                                .connections_max = (unsigned)config->lmtp_connections_max,
                                .timeout_s = config->lmtp_timeout_s};
    return esc_lmtp_new(&setup, &mail->lmtp, why);
}

static EscStatus open_socket(EscDaemonMail *mail, EscText where, const EscSockets *sockets,
                             EscWhy *why)
{
    EscLmtpPlace place;
    EscWhy reason = {.text = ""};
    uint16_t bound = 0;
    int fd = -1;
    if (!esc_lmtp_place_read(where, &place) || place.path.size >= sizeof(mail->path))
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "lmtp_listen: %s", ESC_LMTP_PLACE_WANTED);
    if (place.path.size > 0) {
        memcpy(mail->path, place.path.data, place.path.size);
        fd = sockets->listen_local(sockets->context, mail->path, EVERYBODY, "", &reason);
    } else {
        fd = sockets->listen(sockets->context, place.host, place.port, &bound, &reason);
    }
    if (fd >= 0)
        return esc_lmtp_serve(mail->lmtp, fd, why);
    mail->path[0] = '\0'; /* it is somebody else's */
    return esc_why(why, ESC_BAD_CONFIG, "", 0, "mail cannot be taken at %.*s: %.150s",
                   ESC_TEXT_ARG(where), reason.text);
}

EscStatus esc_daemon_mail_new(const EscConfig *config, const EscShards *shards,
                              const EscSockets *sockets, EscReactor *reactor, uint64_t hash_seed,
                              EscDaemonMail **out, EscWhy *why)
{
    *out = NULL;
    if (config->lmtp_listen.size == 0)
        return ESC_OK;
    EscDaemonMail *mail = calloc(1, sizeof(*mail));
    if (mail == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the mail door");
    EscStatus status = make_door(mail, config, shards, reactor, hash_seed, why);
    if (status == ESC_OK)
        status = make_lmtp(mail, config, reactor, why);
    if (status == ESC_OK)
        status = open_socket(mail, config->lmtp_listen, sockets, why);
    if (status != ESC_OK) {
        esc_daemon_mail_free(mail);
        return status;
    }
    *out = mail;
    return ESC_OK;
}

void esc_daemon_mail_run(EscDaemonMail *mail)
{
    if (mail == NULL)
        return;
    esc_lmtp_run(mail->lmtp);
    esc_mail_door_answer(mail->door);
}

int64_t esc_daemon_mail_wait_ms(const EscDaemonMail *mail)
{
    return mail == NULL ? INT64_MAX : esc_lmtp_wait_ms(mail->lmtp);
}

void esc_daemon_mail_quiesce(EscDaemonMail *mail)
{
    if (mail == NULL)
        return;
    esc_lmtp_quiesce(mail->lmtp);
    if (mail->path[0] != '\0')
        (void)unlink(mail->path);
}

bool esc_daemon_mail_is_idle(const EscDaemonMail *mail)
{
    return mail == NULL || esc_mail_door_away(mail->door) == 0;
}

void esc_daemon_mail_free(EscDaemonMail *mail)
{
    if (mail == NULL)
        return;
    esc_lmtp_free(mail->lmtp);
    esc_mail_door_free(mail->door);
    if (mail->path[0] != '\0')
        (void)unlink(mail->path);
    free(mail);
}
