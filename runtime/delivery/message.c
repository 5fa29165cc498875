/* delivery_text.c - messages as people read them.
 *
 * A message is built once from literals and values: a value is never read again as mark-up. Chat
 * systems take & < > as the start of mentions and links, so these are escaped in values. Control
 * characters and those that change the direction of text are left out everywhere. */
#include "plan.h"

static bool is_bidirectional_control(uint32_t c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

void esc_delivery_text(EscBuf *out, EscText text, bool lines, bool is_chat)
{
    size_t size = 0;
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t c = esc_utf8_decode(text, at, &size);
        if (c == '\n' && lines)
            esc_buf_char(out, '\n');
        else if (c == '\n' || c == '\t')
            esc_buf_char(out, ' ');
        else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || is_bidirectional_control(c))
            continue;
        else if (is_chat && c == '&')
            esc_buf_string(out, "&amp;");
        else if (is_chat && c == '<')
            esc_buf_string(out, "&lt;");
        else if (is_chat && c == '>')
            esc_buf_string(out, "&gt;");
        else
            esc_buf_append(out, text.data + at, size);
    }
}

void esc_message_say(EscBuf *out, const EscMessage *message, bool is_chat)
{
    if (message->page)
        esc_buf_string(out, "PAGE: ");
    esc_delivery_text(out, message->text, true, is_chat);
    if (message->question.size > 0 && !esc_text_equal(message->question, message->text)) {
        esc_buf_char(out, '\n');
        esc_delivery_text(out, message->question, true, is_chat);
    }
    for (uint32_t i = 0; i < message->answers_count; i++) {
        esc_buf_string(out, "\n  ");
        esc_delivery_text(out, message->answers[i].name, false, is_chat);
        esc_buf_string(out, ": ");
        esc_delivery_text(out, message->answers[i].title, false, is_chat);
    }
    esc_buf_char(out, '\n');
    esc_delivery_text(out, message->workspace, false, is_chat);
    const EscText parts[] = {message->escalation, message->ticket, message->template_name,
                             message->severity};
    for (size_t i = 0; i < ESC_COUNT_OF(parts); i++) {
        if (parts[i].size == 0)
            continue;
        esc_buf_string(out, " · ");
        esc_delivery_text(out, parts[i], false, is_chat);
    }
}
