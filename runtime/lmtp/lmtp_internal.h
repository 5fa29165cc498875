/* lmtp_internal.h - one connection inside the server; for lmtp*.c only. */
#ifndef ESC_LMTP_INTERNAL_H
#define ESC_LMTP_INTERNAL_H

#include <esc/lmtp.h>

#define ESC_LMTP_OUT_BYTES_MAX ((size_t)256 << 10) /* answers that the other side does not take */

typedef struct EscLmtpConnection EscLmtpConnection;

struct EscLmtp {
    EscLmtpSetup setup;
    int listen_fd;
    EscWatch *watch;
    EscRing connections;
    size_t connections_count, mails; /* mails that are the owner's */
    int64_t swept_ms;
    bool is_quiet;
};

struct EscLmtpMail {
    EscLmtp *lmtp;
    EscLmtpConnection *connection; /* NULL: it has gone, and the answers are nobody's */
    EscText sender;                /* in the arena */
    EscText recipients[ESC_LMTP_RECIPIENTS_MAX];
    EscLmtpAnswer answers[ESC_LMTP_RECIPIENTS_MAX]; /* code 0: not yet */
    uint32_t count, answered;
    EscBuf content;
    EscArena *arena;
};

typedef enum EscLmtpPhase {
    ESC_LMTP_COMMANDS,
    ESC_LMTP_DATA,   /* a mail comes in */
    ESC_LMTP_WAITS,  /* for the answers to it; nothing is read meanwhile */
    ESC_LMTP_CLOSING /* what was said goes out, then it is over */
} EscLmtpPhase;

struct EscLmtpConnection {
    EscLmtp *lmtp;
    int fd;
    EscWatch *watch;
    EscLmtpPhase phase;
    int64_t since_ms; /* boot clock: the beginning of the present command, or of the mail */
    char in[8192];    /* what was read and not looked at */
    size_t in_size;
    EscBuf out; /* answers, from out_sent on */
    size_t out_sent;
    bool is_greeted;             /* LHLO was said */
    bool is_too_large, is_ended; /* of the mail: it is; its last line has come */
    unsigned line_state;         /* in a mail: how much of CR LF . CR LF stands behind us */
    bool is_handing;             /* its mail is just being given to the owner */
    unsigned faults;
    EscLmtpMail *mail; /* from MAIL on; NULL: none */
    EscRing link;
};

/* lmtp_mail.c */
void esc_lmtp_reply(EscLmtpConnection *connection, unsigned code, const char *enhanced,
                    const char *words);
EscLmtpMail *esc_lmtp_mail_new(EscLmtpConnection *connection); /* NULL without memory */
void esc_lmtp_mail_free(EscLmtpMail *mail);                    /* NULL is allowed */

/* lmtp_command.c: one line, without its end. */
void esc_lmtp_command(EscLmtpConnection *connection, EscText line);
/* What a mail is answered with once it is there: by the owner, or at once where it is too large. */
void esc_lmtp_hand_over(EscLmtpConnection *connection);
void esc_lmtp_send_answers(
    EscLmtpConnection *connection); /* of its mail, which is gone behind it */

/* lmtp_data.c */
void esc_lmtp_begin_data(EscLmtpConnection *connection);
/* Takes bytes of a mail up to its end, and gives how many. */
size_t esc_lmtp_take_data(EscLmtpConnection *connection, const char *bytes, size_t size);

/* lmtp_path.c: "<ana@x.example> SIZE=9": the path and what stands behind it. False: it is none. */
bool esc_lmtp_path_read(EscText text, bool may_be_empty, EscText *path, EscText *rest);

#endif
