/* lmtp_mail.c - one mail while it is taken, and the words of answers. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lmtp_internal.h"

#define MAIL_ARENA_BYTES_MAX ((size_t)256 << 10)

/* --- answers ---------------------------------------------------------------------------------- */

/* Answers of a mail server are ASCII: German letters as telegrams have them, anything else as a question mark. */
static const char *plain_of(uint32_t c, const char *itself)
{
    switch (c) {
    case 0xe4:
        return "ae";
    case 0xf6:
        return "oe";
    case 0xfc:
        return "ue";
    case 0xc4:
        return "Ae";
    case 0xd6:
        return "Oe";
    case 0xdc:
        return "Ue";
    case 0xdf:
        return "ss";
    case 0x201e:
    case 0x201c:
        return "\"";
    default:
        return c < ' ' || c >= 0x7f ? "?" : itself;
    }
}

void esc_lmtp_say(EscLmtpAnswer *answer, unsigned code, const char *enhanced, const char *format,
                  ...)
{
    va_list arguments;
    answer->code = code;
    answer->enhanced = enhanced;
    char said[sizeof(answer->words)];
    va_start(arguments, format);
    (void)vsnprintf(said, sizeof(said), format, arguments);
    va_end(arguments);
    esc_utf8_mend(said, strlen(said));
    size_t used = 0, size;
    for (EscText rest = esc_text_from(said); rest.size > 0;
         rest = (EscText){rest.data + size, rest.size - size}) {
        uint32_t c = esc_utf8_decode(rest, 0, &size);
        const char itself[] = {(char)c, 0};
        const char *plain = plain_of(c, itself);
        size_t more = strlen(plain);
        if (used + more >= sizeof(answer->words))
            break;
        memcpy(answer->words + used, plain, more);
        used += more;
    }
    answer->words[used] = '\0';
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
