/* daemon_mail.h - the door for mail, beside the one for HTTP, on the same thread. */
#ifndef ESC_DAEMON_MAIL_H
#define ESC_DAEMON_MAIL_H

#include <esc/config.h>
#include <esc/shard.h>

typedef struct EscDaemonMail EscDaemonMail;

/* Opens it where the configuration says, for all shards that have an inbox. *out is NULL where no mail comes in. */
ESC_MUST_USE EscStatus esc_daemon_mail_new(const EscConfig *config, const EscShards *shards,
                                           const EscSockets *sockets, EscReactor *reactor,
                                           uint64_t hash_seed, EscDaemonMail **out, EscWhy *why);
/* All of these take NULL, which does nothing. */
void esc_daemon_mail_run(EscDaemonMail *mail);
int64_t esc_daemon_mail_wait_ms(const EscDaemonMail *mail);
void esc_daemon_mail_quiesce(EscDaemonMail *mail);
bool esc_daemon_mail_is_idle(const EscDaemonMail *mail);
void esc_daemon_mail_free(EscDaemonMail *mail); /* it must be idle */

#endif
