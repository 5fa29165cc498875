/* lmtp_data.c - the bytes of a mail up to the line with a dot alone.
 *
 * Only CR LF . CR LF ends it: where other ends are taken for one, somebody can hide a mail in a mail (SMTP smuggling). A dot
 * at the beginning of a line is left out where another character follows (RFC 5321, 4.5.2). */
#include "lmtp_internal.h"

/* How much of the end stands behind us; a mail begins as if behind a line end. */
enum { IN_LINE, AFTER_CR, LINE_BEGINS, AFTER_DOT, AFTER_DOT_CR };

void esc_lmtp_begin_data(EscLmtpConnection *connection)
{
    connection->line_state = LINE_BEGINS;
    connection->is_ended = connection->is_too_large = false;
}

static void keep(EscLmtpConnection *connection, char c)
{
    EscBuf *content = &connection->mail->content;
    if (connection->is_too_large)
        return;
    esc_buf_char(content, c);
    if (content->status != ESC_OK) {
        connection->is_too_large = true;
        esc_buf_release(content);
        esc_buf_init(content, 0);
    }
}

static void take(EscLmtpConnection *connection, char c)
{
    unsigned state = connection->line_state;
    if (state == AFTER_DOT_CR && c == '\n') {
        connection->is_ended = true;
        return;
    }
    if (state == LINE_BEGINS && c == '.') { /* left out, or the end */
        connection->line_state = AFTER_DOT;
        return;
    }
    if (state == AFTER_DOT && c == '\r') {
        connection->line_state = AFTER_DOT_CR;
        return;
    }
    if (state == AFTER_DOT_CR) /* it was a line of its own all the same */
        keep(connection, '\r');
    bool is_end = state == AFTER_CR && c == '\n';
    connection->line_state = c == '\r' ? AFTER_CR : is_end ? LINE_BEGINS : IN_LINE;
    keep(connection, c);
}

size_t esc_lmtp_take_data(EscLmtpConnection *connection, const char *bytes, size_t size)
{
    size_t taken = 0;
    while (taken < size && !connection->is_ended)
        take(connection, bytes[taken++]);
    return taken;
}
