/* mail_text.c - one message as RFC 5322 text.
 *
 * Nothing that comes from a ticket can begin a header or end the message: header values are
 * stripped of line ends and either plain ASCII or RFC 2047 words, and the text goes as base64.
 * The Message-ID is made from the outbox key, so that a message which is sent twice is
 * recognised as one. All mails of an escalation refer to one id, which nobody needs to have, so that they
 * make a thread; the workspace is a list, so that people can sort them. */
#include <string.h>

#include <esc/letters.h>

#include "plan.h"
#include "teller.h"

#define ENCODED_WORD_BYTES_MAX 45 /* 75 characters with its frame, RFC 2047 */
#define SUBJECT_BYTES_MAX 200
#define NAME_BYTES_MAX 100
#define BASE64_LINE_BYTES 57 /* 76 characters */

static void date_header(EscBuf *out, int64_t date_ms)
{
    static const char *const weekdays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t days = date_ms / ESC_DAY_MS;
    int64_t seconds = date_ms % ESC_DAY_MS / 1000;
    int64_t year;
    unsigned month, day;
    esc_date_from_days(days, &year, &month, &day);
    esc_buf_printf(out, "Date: %s, %02u %s %04lld %02d:%02d:%02d +0000\r\n",
                   weekdays[((days % 7) + 7) % 7], day, months[month - 1], (long long)year,
                   (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
}

static bool is_plain(EscText text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] < 0x20 || (unsigned char)text.data[i] >= 0x7f)
            return false;
    return !esc_text_contains(text, ESC_TEXT("=?"));
}

/* What stands behind `name` in a header: as it is, or as encoded words. */
static void words(EscBuf *out, EscText text)
{
    if (is_plain(text)) {
        esc_buf_text(out, text);
        return;
    }
    for (bool is_first = true; text.size > 0; is_first = false) {
        EscText word = esc_utf8_cut(text, ENCODED_WORD_BYTES_MAX);
        esc_buf_string(out, is_first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        esc_base64_write(out, (EscBytes){(const uint8_t *)word.data, word.size});
        esc_buf_string(out, "?=");
        text = (EscText){text.data + word.size, text.size - word.size};
    }
}

/* One line of what can be seen, cut with "…", in a buffer that is made here. */
static void one_line(EscBuf *out, EscText text, size_t size_max)
{
    EscBuf whole;
    esc_buf_init(out, size_max);
    esc_buf_init(&whole, 8 * size_max);
    EscTeller teller = {.out = &whole, .is_one_line = true};
    esc_tell_value(&teller, esc_utf8_cut(text, 2 * size_max));
    EscText line = esc_buf_as_text(&whole);
    bool is_cut = line.size > size_max || text.size > 2 * size_max;
    esc_buf_text(out, esc_utf8_cut(line, is_cut ? size_max - 3 : size_max));
    if (is_cut)
        esc_buf_string(out, "\xe2\x80\xa6");
    esc_buf_release(&whole);
}

static void subject_header(EscBuf *out, EscText subject)
{
    EscBuf line;
    one_line(&line, subject, SUBJECT_BYTES_MAX);
    esc_buf_string(out, "Subject: ");
    words(out, esc_buf_as_text(&line));
    esc_buf_string(out, "\r\n");
    esc_buf_release(&line);
}

/* Addresses were checked when the configuration or the directory was read; what slipped through
 * is left out, not repaired. */
static void address(EscBuf *out, EscText text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] > ' ' && (unsigned char)text.data[i] < 0x7f &&
            strchr("<>,;:\\\"()[]", text.data[i]) == NULL)
            esc_buf_char(out, text.data[i]);
}

static void put_name(EscBuf *out, EscText name)
{
    EscBuf line;
    one_line(&line, name, NAME_BYTES_MAX);
    EscText text = esc_buf_as_text(&line);
    if (!is_plain(text)) {
        words(out, text);
    } else {
        esc_buf_char(out, '"');
        for (size_t i = 0; i < text.size; i++)
            if (text.data[i] != '"' && text.data[i] != '\\')
                esc_buf_char(out, text.data[i]);
        esc_buf_char(out, '"');
    }
    esc_buf_release(&line);
}

static void from_header(EscBuf *out, const EscMail *mail)
{
    esc_buf_string(out, "From: ");
    if (mail->sender_name.size > 0) {
        put_name(out, mail->sender_name);
        esc_buf_string(out, " <");
    }
    address(out, mail->from);
    esc_buf_string(out, mail->sender_name.size > 0 ? ">\r\n" : "\r\n");
}

static void atoms(EscBuf *out, EscText text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool is_atom = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '-' || c == '_';
        esc_buf_char(out, is_atom ? (char)c : '.');
    }
}

/* "example.org" of the sender. */
static void domain(EscBuf *out, EscText from)
{
    const char *at = from.size == 0 ? NULL : memchr(from.data, '@', from.size);
    size_t behind = at == NULL ? 0 : (size_t)(at - from.data) + 1;
    address(out,
            at == NULL ? ESC_TEXT("localhost") : (EscText){from.data + behind, from.size - behind});
}

/* "acme/E-1/7" and the sender's domain: <acme.E-1.7@example.org>; with the mark by which an answer is known again. */
static void message_id_header(EscBuf *out, EscText key, EscText from, EscText mark)
{
    esc_buf_string(out, "Message-ID: <");
    atoms(out, key);
    if (mark.size > 0)
        esc_buf_char(out, '.');
    esc_buf_text(out, mark);
    esc_buf_char(out, '@');
    domain(out, from);
    esc_buf_string(out, ">\r\n");
}

/* The next part of a key, up to a slash, which is taken too. */
static EscText next_part(EscText *key)
{
    const char *slash = key->size == 0 ? NULL : memchr(key->data, '/', key->size);
    size_t size = slash == NULL ? key->size : (size_t)(slash - key->data);
    EscText part = {key->data, size};
    size_t used = slash == NULL ? size : size + 1;
    *key = (EscText){key->data + used, key->size - used};
    return part;
}

/* "acme/E-1/7/9f3c": all of E-1 refer to <acme.E-1.9f3c.thread@example.org>. */
static void thread_headers(EscBuf *out, EscText key, EscText from)
{
    EscText workspace = next_part(&key), escalation = next_part(&key);
    (void)next_part(&key);
    if (!esc_text_starts_with(escalation, ESC_TEXT("E-")))
        return;
    static const char *const headers[] = {"In-Reply-To", "References"};
    for (size_t i = 0; i < ESC_COUNT_OF(headers); i++) {
        esc_buf_printf(out, "%s: <", headers[i]);
        atoms(out, workspace);
        esc_buf_char(out, '.');
        atoms(out, escalation);
        esc_buf_char(out, '.');
        atoms(out, key);
        esc_buf_string(out, ".thread@");
        domain(out, from);
        esc_buf_string(out, ">\r\n");
    }
}

/* <acme.escal.example.org>, RFC 2919. */
static void list_id_header(EscBuf *out, EscText key, EscText from)
{
    esc_buf_string(out, "List-Id: <");
    atoms(out, next_part(&key));
    esc_buf_string(out, ".escal.");
    domain(out, from);
    esc_buf_string(out, ">\r\n");
}

/* What makes a mark: a mail about an escalation, and an inbox. One for a single receiver says whom it went to. */
static void put_mark(EscBuf *out, const EscMail *mail, EscLetterSubject *subject)
{
    EscText address = mail->to.count == 1 ? mail->to.items[0] : (EscText){0};
    if (mail->inbox.size > 0 && esc_letter_subject_read(mail->key, subject))
        esc_mark_write(out, mail->secret, subject, address);
}

/* Answers come back to the inbox, and what comes back by itself is seen to (X-Loop). */
static void inbox_headers(EscBuf *out, const EscMail *mail, const EscLetterSubject *subject,
                          EscText mark)
{
    if (mail->inbox.size == 0)
        return;
    esc_buf_string(out, "X-Loop: ");
    address(out, mail->inbox);
    esc_buf_string(out, "\r\n");
    if (mark.size == 0)
        return;
    esc_buf_string(out, "Reply-To: <");
    esc_reply_address_write(out, mail->inbox, subject->escalation, mark);
    esc_buf_string(out, ">\r\n");
}

/* Lines of a text part end in CRLF, RFC 2045, before they are encoded. */
static void with_line_ends(EscBuf *out, EscText text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\n')
            esc_buf_char(out, '\r');
        esc_buf_char(out, text.data[i]);
    }
}

static void base64_lines(EscBuf *out, EscText text)
{
    while (text.size > 0) {
        size_t size = text.size < BASE64_LINE_BYTES ? text.size : BASE64_LINE_BYTES;
        esc_base64_write(out, (EscBytes){(const uint8_t *)text.data, size});
        esc_buf_string(out, "\r\n");
        text = (EscText){text.data + size, text.size - size};
    }
}

static void part(EscBuf *out, const char *type, EscText said)
{
    esc_buf_printf(out,
                   "Content-Type: text/%s; charset=utf-8\r\n"
                   "Content-Transfer-Encoding: base64\r\n"
                   "\r\n",
                   type);
    EscBuf text;
    esc_buf_init(&text, out->size_max);
    with_line_ends(&text, said);
    base64_lines(out, esc_buf_as_text(&text));
    if (text.status != ESC_OK)
        out->status = text.status;
    esc_buf_release(&text);
}

/* The last one is the best that a reader can show, RFC 2046. What stands between them is in no part: those are base64. */
static void alternatives(EscBuf *out, const EscMail *mail)
{
    static const char boundary[] = "=_escal";
    esc_buf_printf(out, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n--%s\r\n",
                   boundary, boundary);
    part(out, "plain", mail->text);
    esc_buf_printf(out, "\r\n--%s\r\n", boundary);
    part(out, "html", mail->html);
    esc_buf_printf(out, "\r\n--%s--\r\n", boundary);
}

void esc_mail_write(EscBuf *out, const EscMail *mail)
{
    date_header(out, mail->date_ms);
    from_header(out, mail);
    esc_buf_string(out, "To: ");
    for (uint32_t i = 0; i < mail->to.count; i++) {
        esc_buf_string(out, i == 0 ? "" : ",\r\n ");
        address(out, mail->to.items[i]);
    }
    esc_buf_string(out, "\r\n");
    subject_header(out, mail->subject);
    EscBuf mark;
    EscLetterSubject about = {.escalation = 0};
    esc_buf_init(&mark, ESC_MARK_LETTERS);
    put_mark(&mark, mail, &about);
    message_id_header(out, mail->key, mail->from, esc_buf_as_text(&mark));
    inbox_headers(out, mail, &about, esc_buf_as_text(&mark));
    esc_buf_release(&mark);
    thread_headers(out, mail->key, mail->from);
    list_id_header(out, mail->key, mail->from);
    esc_buf_string(out, "Auto-Submitted: auto-generated\r\n"
                        "MIME-Version: 1.0\r\n");
    if (mail->html.size > 0)
        alternatives(out, mail);
    else
        part(out, "plain", mail->text);
}
