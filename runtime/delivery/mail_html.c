/* mail_html.c - the HTML part of a mail whose reader can act by a link. Pure.
 *
 * Programs for mail know no stylesheet, so the style stands with each element; nothing is fetched, and what others wrote is
 * text. In the dark theme of such a program colours are its own. */
#include "mail_html.h"

#include "labels.h"

static const char button_style[] =
    "display:inline-block;margin:0 8px 10px 0;padding:12px 20px;border-radius:8px;"
    "font-weight:600;text-decoration:none;border:1px solid #1d4ed8;";

static void put_text(EscBuf *out, EscText text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '&')
            esc_buf_string(out, "&amp;");
        else if (c == '<')
            esc_buf_string(out, "&lt;");
        else if (c == '>')
            esc_buf_string(out, "&gt;");
        else if (c == '"')
            esc_buf_string(out, "&quot;");
        else if (c == '\n')
            esc_buf_string(out, "<br>\n");
        else
            esc_buf_char(out, c);
    }
}

static void put_link(EscBuf *out, const char *style, const char *colours, EscText url,
                     EscText label)
{
    esc_buf_printf(out, "<a style=\"%s%s\" href=\"", style, colours);
    put_text(out, url);
    esc_buf_string(out, "\">");
    put_text(out, label);
    esc_buf_string(out, "</a>\n");
}

void esc_mail_html(EscBuf *out, const EscMessage *message, EscText text, const EscLinkOffer *offers,
                   uint32_t count)
{
    bool is_german = esc_text_equal(message->language, ESC_TEXT("de"));
    esc_buf_printf(out,
                   "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
                   "</head>\n<body style=\"font:16px/1.5 system-ui,sans-serif\">\n<p>",
                   is_german ? "de" : "en");
    put_text(out, text);
    esc_buf_string(out, "</p>\n<p>\n");
    for (uint32_t i = 0; i < count; i++)
        put_link(out, button_style,
                 offers[i].is_first_choice ? "color:#ffffff;background:#1d4ed8" : "color:#1d4ed8",
                 offers[i].url, offers[i].label);
    esc_buf_string(out, "</p>\n<p>");
    put_link(out, "color:#1d4ed8", "", message->act, esc_label(message->language, ESC_LABEL_MORE));
    esc_buf_string(out, "</p>\n</body></html>\n");
}
