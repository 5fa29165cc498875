/* esc/lmtp.h - an LMTP server (RFC 2033) inside somebody's reactor: mail of a mail server on this machine, one answer for
 * each recipient.
 *
 * It knows no workspace and reads no mail. The owner is asked for each recipient, gets the whole mail, and answers each of
 * its recipients exactly once, at once or later, always on the thread of the reactor. A mail that was answered with 2xx is
 * the owner's for good; until then it stays in the queue of who brings it. */
#ifndef ESC_LMTP_H
#define ESC_LMTP_H

#include <esc/kit.h>
#include <esc/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_LMTP_RECIPIENTS_MAX 100  /* of one mail */
#define ESC_LMTP_LINE_BYTES_MAX 2048 /* of one command, its line end included */
#define ESC_LMTP_PATH_BYTES_MAX 254  /* an address, RFC 5321 */
#define ESC_LMTP_WORDS_BYTES_MAX 400 /* of an answer */

typedef struct EscLmtp EscLmtp;
typedef struct EscLmtpMail EscLmtpMail;

/* What is said to who brings the mail. */
typedef struct EscLmtpAnswer {
    unsigned code;                            /* 250; 4xx: bring it again; 5xx: never */
    const char *enhanced;                     /* RFC 3463: "2.0.0" */
    char words[ESC_LMTP_WORDS_BYTES_MAX + 1]; /* ASCII that can be seen; other bytes become "?" */
} EscLmtpAnswer;
void esc_lmtp_say(EscLmtpAnswer *answer, unsigned code, const char *enhanced, const char *format,
                  ...) ESC_PRINTF(4, 5);

typedef struct EscLmtpHandler {
    void *context;
    /* Whether mail to that address is taken; false: it is refused with *answer. */
    bool (*recipient)(void *context, EscText address, EscLmtpAnswer *answer);
    /* A whole mail. It is the owner's until the last recipient is answered. */
    void (*mail)(void *context, EscLmtpMail *mail);
} EscLmtpHandler;

typedef struct EscLmtpSetup {
    EscReactor *reactor; /* borrowed; all calls are made on its thread */
    EscLmtpHandler handler;
    size_t mail_bytes_max;
    unsigned connections_max; /* further ones are told to come again */
    int64_t timeout_s;        /* for a command, and for the whole of a mail */
} EscLmtpSetup;

ESC_MUST_USE EscStatus esc_lmtp_new(const EscLmtpSetup *setup, EscLmtp **out, EscWhy *why);
/* Serves a listening socket, which goes over to the server, also when it fails. Once only. */
ESC_MUST_USE EscStatus esc_lmtp_serve(EscLmtp *lmtp, int listen_fd, EscWhy *why);
void esc_lmtp_run(EscLmtp *lmtp); /* ends connections whose time is over */
/* Real time until the next esc_lmtp_run; INT64_MAX for none. */
int64_t esc_lmtp_wait_ms(const EscLmtp *lmtp);
/* No new connections and no new mail; what was taken is still answered. */
void esc_lmtp_quiesce(EscLmtp *lmtp);
bool esc_lmtp_is_idle(const EscLmtp *lmtp); /* every mail is answered */
/* Every mail must be answered. NULL is allowed. */
void esc_lmtp_free(EscLmtp *lmtp);

/* --- one mail --------------------------------------------------------------------------------- */

EscText esc_lmtp_sender(const EscLmtpMail *mail); /* the return path; empty: a notice of delivery */
EscBytes esc_lmtp_content(const EscLmtpMail *mail);
uint32_t esc_lmtp_recipients(const EscLmtpMail *mail);
EscText esc_lmtp_recipient(const EscLmtpMail *mail, uint32_t index);
/* Once for each recipient. Behind the last one the mail is gone. */
void esc_lmtp_answer(EscLmtpMail *mail, uint32_t index, const EscLmtpAnswer *answer);

#ifdef __cplusplus
}
#endif
#endif
