/* delivery_mail.c - one message as RFC 5322 text.
 *
 * Nothing that comes from a ticket can begin a header or end the message: header values are
 * stripped of line ends and either plain ASCII or RFC 2047 words, and the text goes as base64.
 * The Message-ID is made from the outbox key, so that a message which is sent twice is
 * recognised as one. */
#include <string.h>

#include "plan.h"
#include "teller.h"

#define ENCODED_WORD_BYTES_MAX 45 /* 75 characters with its frame, RFC 2047 */
#define SUBJECT_BYTES_MAX 200
#define BASE64_LINE_BYTES 57 /* 76 characters */

static void date_header(EscBuf *out, int64_t date_ms)
{
    static const char *const weekdays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t days = date_ms / ESC_DAY_MS;
    int64_t seconds = date_ms % ESC_DAY_MS / 1000;
    int64_t year = 0;
    unsigned month = 1, day = 1;
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

static void subject_header(EscBuf *out, EscText subject)
{
    EscBuf plain;
    esc_buf_init(&plain, 4 * SUBJECT_BYTES_MAX);
    EscTeller teller = {.out = &plain, .is_one_line = true};
    esc_tell_value(&teller, esc_utf8_cut(subject, SUBJECT_BYTES_MAX));
    EscText text = esc_buf_as_text(&plain);
    esc_buf_string(out, "Subject: ");
    if (is_plain(text)) {
        esc_buf_text(out, text);
        text.size = 0;
    }
    for (bool is_first = true; text.size > 0; is_first = false) {
        EscText word = esc_utf8_cut(text, ENCODED_WORD_BYTES_MAX);
        esc_buf_string(out, is_first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        esc_base64_write(out, (EscBytes){(const uint8_t *)word.data, word.size});
        esc_buf_string(out, "?=");
        text = (EscText){text.data + word.size, text.size - word.size};
    }
    esc_buf_string(out, "\r\n");
    esc_buf_release(&plain);
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

/* "acme/E-1/7" and the sender's domain: <acme.E-1.7@example.org>. */
static void message_id_header(EscBuf *out, EscText key, EscText from)
{
    esc_buf_string(out, "Message-ID: <");
    for (size_t i = 0; i < key.size; i++) {
        unsigned char c = (unsigned char)key.data[i];
        bool is_atom = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '-' || c == '_';
        esc_buf_char(out, is_atom ? (char)c : '.');
    }
    const char *at = from.size == 0 ? NULL : memchr(from.data, '@', from.size);
    EscText domain =
        at == NULL ? ESC_TEXT("@localhost") : (EscText){at, from.size - (size_t)(at - from.data)};
    address(out, domain);
    esc_buf_string(out, ">\r\n");
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

void esc_mail_write(EscBuf *out, const EscMail *mail)
{
    date_header(out, mail->date_ms);
    esc_buf_string(out, "From: ");
    address(out, mail->from);
    esc_buf_string(out, "\r\nTo: ");
    for (uint32_t i = 0; i < mail->to.count; i++) {
        esc_buf_string(out, i == 0 ? "" : ",\r\n ");
        address(out, mail->to.items[i]);
    }
    esc_buf_string(out, "\r\n");
    subject_header(out, mail->subject);
    message_id_header(out, mail->key, mail->from);
    esc_buf_string(out, "Auto-Submitted: auto-generated\r\n"
                        "MIME-Version: 1.0\r\n"
                        "Content-Type: text/plain; charset=utf-8\r\n"
                        "Content-Transfer-Encoding: base64\r\n"
                        "\r\n");
    base64_lines(out, mail->text);
}
