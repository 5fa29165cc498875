/* html.c - texts and forms as HTML. Pure.
 *
 * A text from outside is data in every place where it can stand: element content and double-quoted attributes are the only
 * two that are written here, and what ends either of them is an entity. */
#include <esc/pages.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* How many bytes the character at the beginning has; 0: they are none. */
static size_t character_size(EscText text)
{
    for (size_t size = 1; size <= 4 && size <= text.size; size++)
        if (esc_utf8_is_valid((EscText){text.data, size}, NULL))
            return size;
    return 0;
}

static void put_character(EscBuf *out, EscText character, uint32_t c)
{
    EscUnseen unseen = esc_unseen(c);
    bool is_mark = c >= 0xfdd0 && c <= 0xfdef;
    if (c == '&')
        esc_buf_string(out, "&amp;");
    else if (c == '<')
        esc_buf_string(out, "&lt;");
    else if (c == '>')
        esc_buf_string(out, "&gt;");
    else if (c == '"')
        esc_buf_string(out, "&quot;");
    else if (c == '\'')
        esc_buf_string(out, "&#39;");
    else if (c == '\t')
        esc_buf_char(out, ' ');
    else if (unseen == ESC_UNSEEN_LINE)
        esc_buf_char(out, '\n');
    else if ((unseen == ESC_SEEN || unseen == ESC_UNSEEN_JOINER) && !is_mark)
        esc_buf_text(out, character);
}

void esc_html_text(EscBuf *out, EscText text)
{
    size_t size;
    for (size_t at = 0; at < text.size; at += size) {
        EscText rest = {text.data + at, text.size - at};
        size = character_size(rest);
        if (size == 0) {
            esc_buf_string(out, REPLACEMENT);
            size = 1;
            continue;
        }
        size_t decoded;
        put_character(out, (EscText){rest.data, size}, esc_utf8_decode(text, at, &decoded));
    }
}

static void attribute(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, " %s=\"", name);
    esc_html_text(out, value);
    esc_buf_char(out, '"');
}

/* --- what is read ------------------------------------------------------------------------------- */

void esc_page_text(EscBuf *out, EscPageKind kind, EscText text)
{
    static const char *const begins[ESC_PAGE_KIND_COUNT] = {
        [ESC_PAGE_PLAIN] = "<p dir=\"auto\">",
        [ESC_PAGE_SOFT] = "<p class=\"soft\" dir=\"auto\">",
        [ESC_PAGE_DONE] = "<p class=\"done\" role=\"status\" dir=\"auto\">",
        [ESC_PAGE_ALARM] = "<p class=\"alarm\" role=\"alert\" dir=\"auto\">",
    };
    esc_buf_string(out, begins[kind]);
    esc_html_text(out, text);
    esc_buf_string(out, "</p>\n");
}

void esc_facts_open(EscBuf *out)
{
    esc_buf_string(out, "<dl>\n");
}

void esc_fact(EscBuf *out, EscText label, EscText value)
{
    if (value.size == 0)
        return;
    esc_buf_string(out, "<div><dt>");
    esc_html_text(out, label);
    esc_buf_string(out, "</dt><dd dir=\"auto\">");
    esc_html_text(out, value);
    esc_buf_string(out, "</dd></div>\n");
}

void esc_facts_close(EscBuf *out)
{
    esc_buf_string(out, "</dl>\n");
}

void esc_page_link(EscBuf *out, EscText address, EscText label)
{
    esc_buf_string(out, "<p><a");
    attribute(out, "href", address);
    esc_buf_char(out, '>');
    esc_html_text(out, label);
    esc_buf_string(out, "</a></p>\n");
}

/* --- what is filled in -------------------------------------------------------------------------- */

void esc_form_open(EscBuf *out, EscText action)
{
    esc_buf_string(out, "<form method=\"post\"");
    if (action.size > 0)
        attribute(out, "action", action);
    esc_buf_string(out, ">\n");
}

void esc_form_hidden(EscBuf *out, EscText name, EscText value)
{
    esc_buf_string(out, "<input type=\"hidden\"");
    attribute(out, "name", name);
    attribute(out, "value", value);
    esc_buf_string(out, ">\n");
}

void esc_form_field(EscBuf *out, const EscField *field)
{
    esc_buf_string(out, "<label class=\"field\"><span>");
    esc_html_text(out, field->label);
    esc_buf_string(out, "</span>");
    esc_buf_string(out, field->is_long ? "<textarea rows=\"3\" dir=\"auto\""
                                       : "<input type=\"text\" dir=\"auto\"");
    attribute(out, "name", field->name);
    if (field->size_max > 0)
        esc_buf_printf(out, " maxlength=\"%zu\"", field->size_max);
    if (field->is_required)
        esc_buf_string(out, " required");
    if (!field->is_long)
        attribute(out, "value", field->value);
    esc_buf_char(out, '>');
    if (field->is_long) {
        esc_html_text(out, field->value);
        esc_buf_string(out, "</textarea>");
    }
    if (field->hint.size > 0) {
        esc_buf_string(out, "<small>");
        esc_html_text(out, field->hint);
        esc_buf_string(out, "</small>");
    }
    esc_buf_string(out, "</label>\n");
}

void esc_form_choice_open(EscBuf *out, EscText label)
{
    esc_buf_string(out, "<fieldset><legend>");
    esc_html_text(out, label);
    esc_buf_string(out, "</legend>\n");
}

void esc_form_choice(EscBuf *out, EscText name, EscText value, EscText label, bool is_chosen)
{
    esc_buf_string(out, "<label class=\"choice\"><input type=\"radio\" required");
    attribute(out, "name", name);
    attribute(out, "value", value);
    esc_buf_string(out, is_chosen ? " checked><span dir=\"auto\">" : "><span dir=\"auto\">");
    esc_html_text(out, label);
    esc_buf_string(out, "</span></label>\n");
}

void esc_form_choice_close(EscBuf *out)
{
    esc_buf_string(out, "</fieldset>\n");
}

void esc_form_button(EscBuf *out, const EscPageButton *button)
{
    esc_buf_string(out, button->is_first ? "<button class=\"first\"" : "<button");
    if (button->name.size > 0) {
        attribute(out, "name", button->name);
        attribute(out, "value", button->value);
    }
    esc_buf_string(out, " dir=\"auto\">");
    esc_html_text(out, button->label);
    esc_buf_string(out, "</button>\n");
}

void esc_form_close(EscBuf *out)
{
    esc_buf_string(out, "</form>\n");
}
