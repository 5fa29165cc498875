/* lmtp_mail.c - one mail while it is taken, and the words of answers. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lmtp_internal.h"

#define MAIL_ARENA_BYTES_MAX ((size_t)256 << 10)

/* --- answers ---------------------------------------------------------------------------------- */

void esc_lmtp_say(EscLmtpAnswer *answer, unsigned code, const char *enhanced, const char *format,
                  ...)
{
    va_list arguments;
    answer->code = code;
    answer->enhanced = enhanced;
    va_start(arguments, format);
    (void)vsnprintf(answer->words, sizeof(answer->words), format, arguments);
    va_end(arguments);
    for (char *at = answer->words; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || (unsigned char)*at >= 0x7f)
            *at = '?';
}

void esc_lmtp_reply(EscLmtpConnection *connection, unsigned code, const char *enhanced,
                    const char *words)
{
    esc_buf_printf(&connection->out, "%u %s %s\r\n", code, enhanced, words);
}

/* --- mails ------------------------------------------------------------------------------------ */

EscLmtpMail *esc_lmtp_mail_new(EscLmtpConnection *connection)
{
    EscLmtpMail *mail = calloc(1, sizeof(*mail));
    EscArena *arena = mail == NULL ? NULL : esc_arena_new(MAIL_ARENA_BYTES_MAX);
    if (arena == NULL) {
        free(mail);
        return NULL;
    }
    mail->lmtp = connection->lmtp;
    mail->connection = connection;
    mail->arena = arena;
    esc_buf_init(&mail->content, connection->lmtp->setup.mail_bytes_max);
    return mail;
}

void esc_lmtp_mail_free(EscLmtpMail *mail)
{
    if (mail == NULL)
        return;
    esc_buf_release(&mail->content);
    esc_arena_free(mail->arena);
    free(mail);
}

EscText esc_lmtp_sender(const EscLmtpMail *mail)
{
    return mail->sender;
}

EscBytes esc_lmtp_content(const EscLmtpMail *mail)
{
    return esc_buf_as_bytes(&mail->content);
}

uint32_t esc_lmtp_recipients(const EscLmtpMail *mail)
{
    return mail->count;
}

EscText esc_lmtp_recipient(const EscLmtpMail *mail, uint32_t index)
{
    return mail->recipients[index];
}
