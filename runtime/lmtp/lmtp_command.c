/* lmtp_command.c - what may be said in which order, and what is answered.
 *
 * PIPELINING needs nothing of its own: lines are taken one after the other, whatever comes behind them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lmtp_internal.h"

#define FAULTS_MAX 20
#define SIZE_DIGITS_MAX 18

static void forget_mail(EscLmtpConnection *connection)
{
    esc_lmtp_mail_free(connection->mail);
    connection->mail = NULL;
}

static void fault(EscLmtpConnection *connection, unsigned code, const char *enhanced,
                  const char *words)
{
    if (++connection->faults < FAULTS_MAX) {
        esc_lmtp_reply(connection, code, enhanced, words);
        return;
    }
    esc_lmtp_reply(connection, 421, "4.7.0", "too many commands that are wrong");
    connection->phase = ESC_LMTP_CLOSING;
}

static void say_hello(EscLmtpConnection *connection, EscText rest)
{
    if (rest.size == 0) {
        fault(connection, 501, "5.5.4", "LHLO needs a name");
        return;
    }
    forget_mail(connection);
    connection->is_greeted = true;
    esc_buf_printf(&connection->out,
                   "250-escal\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n"
                   "250 SIZE %zu\r\n",
                   connection->lmtp->setup.mail_bytes_max);
}

/* --- MAIL ------------------------------------------------------------------------------------- */

static EscText next_word(EscText *rest)
{
    while (rest->size > 0 && rest->data[0] == ' ')
        *rest = (EscText){rest->data + 1, rest->size - 1};
    size_t size = 0;
    while (size < rest->size && rest->data[size] != ' ')
        size++;
    EscText word = {rest->data, size};
    *rest = (EscText){rest->data + size, rest->size - size};
    return word;
}

static bool begins(EscText text, const char *word)
{
    size_t size = strlen(word);
    return text.size >= size && strncasecmp(text.data, word, size) == 0;
}

static bool is_word(EscText text, const char *word)
{
    return text.size == strlen(word) && begins(text, word);
}

/* False: it was answered. */
static bool take_size(EscLmtpConnection *connection, EscText value)
{
    uint64_t size = 0;
    bool is_number = value.size > 0 && value.size <= SIZE_DIGITS_MAX;
    for (size_t i = 0; i < value.size && is_number; i++) {
        is_number = value.data[i] >= '0' && value.data[i] <= '9';
        size = size * 10 + (uint64_t)(value.data[i] - '0');
    }
    if (!is_number)
        fault(connection, 501, "5.5.4", "SIZE is no number");
    else if (size > connection->lmtp->setup.mail_bytes_max)
        esc_lmtp_reply(connection, 552, "5.3.4", "the mail is too large");
    else
        return true;
    return false;
}

static bool take_parameters(EscLmtpConnection *connection, EscText rest)
{
    EscText word;
    while ((word = next_word(&rest)).size > 0) {
        if (begins(word, "SIZE=")) {
            if (!take_size(connection, (EscText){word.data + 5, word.size - 5}))
                return false;
        } else if (!is_word(word, "BODY=8BITMIME") && !is_word(word, "BODY=7BIT")) {
            fault(connection, 555, "5.5.4", "this parameter of MAIL is not known here");
            return false;
        }
    }
    return true;
}

static void take_mail(EscLmtpConnection *connection, EscText rest)
{
    EscText path, parameters;
    if (!connection->is_greeted)
        fault(connection, 503, "5.5.1", "LHLO comes first");
    else if (connection->mail != NULL)
        fault(connection, 503, "5.5.1", "there is a mail already");
    else if (!esc_lmtp_path_read(rest, true, &path, &parameters))
        fault(connection, 501, "5.1.7", "the sender is no address in angle brackets");
    else if (take_parameters(connection, parameters)) {
        connection->mail = connection->lmtp->is_quiet ? NULL : esc_lmtp_mail_new(connection);
        if (connection->mail == NULL) {
            esc_lmtp_reply(connection, 451, "4.3.0", "no mail is taken just now");
            return;
        }
        connection->mail->sender = esc_arena_text(connection->mail->arena, path);
        esc_lmtp_reply(connection, 250, "2.1.0", "ok");
    }
}

/* --- RCPT and DATA ---------------------------------------------------------------------------- */

static void add_recipient(EscLmtpConnection *connection, EscText path)
{
    EscLmtpMail *mail = connection->mail;
    const EscLmtpHandler *handler = &connection->lmtp->setup.handler;
    EscLmtpAnswer answer = {.code = 0};
    if (!handler->recipient(handler->context, path, &answer)) {
        esc_lmtp_reply(connection, answer.code, answer.enhanced, answer.words);
        return;
    }
    mail->recipients[mail->count] = esc_arena_text(mail->arena, path);
    if (esc_arena_failed(mail->arena)) {
        esc_lmtp_reply(connection, 451, "4.3.0", "no memory just now");
        return;
    }
    mail->count++;
    esc_lmtp_reply(connection, 250, "2.1.5", "ok");
}

static void take_recipient(EscLmtpConnection *connection, EscText rest)
{
    EscText path, parameters;
    if (connection->mail == NULL)
        fault(connection, 503, "5.5.1", "MAIL comes first");
    else if (!esc_lmtp_path_read(rest, false, &path, &parameters))
        fault(connection, 501, "5.1.3", "the recipient is no address in angle brackets");
    else if (next_word(&parameters).size > 0)
        fault(connection, 555, "5.5.4", "this parameter of RCPT is not known here");
    else if (connection->mail->count == ESC_LMTP_RECIPIENTS_MAX)
        esc_lmtp_reply(connection, 452, "4.5.3", "too many recipients at once");
    else
        add_recipient(connection, path);
}

static void take_data(EscLmtpConnection *connection)
{
    if (connection->mail == NULL || connection->mail->count == 0) {
        fault(connection, 503, "5.5.1", "no recipient was taken");
        return;
    }
    connection->phase = ESC_LMTP_DATA;
    connection->since_ms = esc_boot_ms();
    esc_lmtp_begin_data(connection);
    esc_buf_string(&connection->out, "354 go on, and end it with a dot alone\r\n");
}

/* --- answers ---------------------------------------------------------------------------------- */

void esc_lmtp_send_answers(EscLmtpConnection *connection)
{
    const EscLmtpMail *mail = connection->mail;
    for (uint32_t i = 0; i < mail->count; i++)
        esc_lmtp_reply(connection, mail->answers[i].code, mail->answers[i].enhanced,
                       mail->answers[i].words);
    forget_mail(connection);
    connection->phase = ESC_LMTP_COMMANDS;
    connection->since_ms = esc_boot_ms();
}

void esc_lmtp_hand_over(EscLmtpConnection *connection)
{
    EscLmtpMail *mail = connection->mail;
    const EscLmtpHandler *handler = &connection->lmtp->setup.handler;
    if (!connection->is_too_large) {
        connection->phase = ESC_LMTP_WAITS;
        connection->is_handing = true;
        connection->lmtp->mails++;
        handler->mail(handler->context, mail); /* may answer at once */
        connection->is_handing = false;
        return;
    }
    for (uint32_t i = 0; i < mail->count; i++)
        esc_lmtp_say(&mail->answers[i], 552, "5.3.4", "the mail is too large");
    esc_lmtp_send_answers(connection);
}

/* --- the table -------------------------------------------------------------------------------- */

static void take_other(EscLmtpConnection *connection, EscText word)
{
    if (is_word(word, "RSET")) {
        forget_mail(connection);
        esc_lmtp_reply(connection, 250, "2.0.0", "ok");
    } else if (is_word(word, "NOOP")) {
        esc_lmtp_reply(connection, 250, "2.0.0", "ok");
    } else if (is_word(word, "VRFY")) {
        esc_lmtp_reply(connection, 252, "2.5.2", "bring the mail, and see");
    } else if (is_word(word, "QUIT")) {
        esc_lmtp_reply(connection, 221, "2.0.0", "bye");
        connection->phase = ESC_LMTP_CLOSING;
    } else if (is_word(word, "HELO") || is_word(word, "EHLO")) {
        fault(connection, 500, "5.5.1", "this is LMTP: it begins with LHLO");
    } else {
        fault(connection, 500, "5.5.1", "this command is not known here");
    }
}

void esc_lmtp_command(EscLmtpConnection *connection, EscText line)
{
    EscText rest = line, word = next_word(&rest);
    if (begins(line, "MAIL FROM:"))
        take_mail(connection, (EscText){line.data + 10, line.size - 10});
    else if (begins(line, "RCPT TO:"))
        take_recipient(connection, (EscText){line.data + 8, line.size - 8});
    else if (is_word(word, "DATA"))
        take_data(connection);
    else if (is_word(word, "LHLO"))
        say_hello(connection, next_word(&rest));
    else
        take_other(connection, word);
}
