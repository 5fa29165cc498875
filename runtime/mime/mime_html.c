/* mime_html.c - the words of an HTML mail, for people who read plain text. No renderer: what stands in a table or a column
 * comes line by line. Linear in its input, whatever that is. */
#include <string.h>
#include <strings.h>

#include <esc/mime.h>

typedef struct Html {
    EscText text;
    size_t at;
    EscBuf *out;
    unsigned quotes;      /* open blockquotes */
    bool is_line_begun;   /* something stands in the present line */
    bool is_space_due;    /* before the next word of it */
    unsigned empty_lines; /* in a row */
} Html;

/* --- words and lines -------------------------------------------------------------------------- */

static void put_bytes(Html *html, const char *bytes, size_t size)
{
    if (!html->is_line_begun && html->quotes > 0)
        esc_buf_string(html->out, "> ");
    if (html->is_line_begun && html->is_space_due)
        esc_buf_char(html->out, ' ');
    esc_buf_append(html->out, bytes, size);
    html->is_line_begun = true;
    html->is_space_due = false;
    html->empty_lines = 0;
}

/* At most one empty line in a row. */
static void end_line(Html *html, bool is_forced)
{
    if (!html->is_line_begun && (!is_forced || html->empty_lines > 0 || html->out->size == 0))
        return;
    html->empty_lines += html->is_line_begun ? 0 : 1;
    esc_buf_char(html->out, '\n');
    html->is_line_begun = html->is_space_due = false;
}

/* --- entities --------------------------------------------------------------------------------- */

static const struct {
    const char *name, *text;
} entities[] = {
    {"amp", "&"},
    {"lt", "<"},
    {"gt", ">"},
    {"quot", "\""},
    {"apos", "'"},
    {"nbsp", " "},
    {"auml", "\xC3\xA4"},
    {"ouml", "\xC3\xB6"},
    {"uuml", "\xC3\xBC"},
    {"Auml", "\xC3\x84"},
    {"Ouml", "\xC3\x96"},
    {"Uuml", "\xC3\x9C"},
    {"szlig", "\xC3\x9F"},
    {"eacute", "\xC3\xA9"},
    {"egrave", "\xC3\xA8"},
    {"agrave", "\xC3\xA0"},
    {"ccedil", "\xC3\xA7"},
    {"euro", "\xE2\x82\xAC"},
    {"hellip", "..."},
    {"ndash", "-"},
    {"mdash", "-"},
    {"lsquo", "'"},
    {"rsquo", "'"},
    {"sbquo", "'"},
    {"ldquo", "\""},
    {"rdquo", "\""},
    {"bdquo", "\""},
    {"laquo", "\""},
    {"raquo", "\""},
    {"bull", "*"},
    {"copy", "(c)"},
    {"zwnj", ""},
    {"shy", ""},
};

static size_t put_utf8(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t firsts[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(firsts[size] | c);
    return size;
}

/* "#228" and "#xE4"; 0 for what is no character that may stand in a text. */
static uint32_t number_of(EscText name)
{
    bool is_hex = name.size > 1 && (name.data[1] == 'x' || name.data[1] == 'X');
    uint32_t value = 0;
    size_t first = is_hex ? 2 : 1;
    for (size_t i = first; i < name.size; i++) {
        int digit = esc_hex_value(name.data[i]);
        if (digit < 0 || (!is_hex && digit > 9) || value > 0x10FFFF)
            return 0;
        value = value * (is_hex ? 16 : 10) + (uint32_t)digit;
    }
    bool is_half = value >= 0xD800 && value < 0xE000;
    return name.size == first || value < 0x20 || value > 0x10FFFF || is_half ? 0 : value;
}

/* At an ampersand. Moves behind what it was taken for. */
static void take_entity(Html *html)
{
    const char *begin = html->text.data + html->at + 1;
    size_t left = html->text.size - html->at - 1, size = 0;
    while (size < left && size < 10 && begin[size] != ';' && (unsigned char)begin[size] > ' ' &&
           begin[size] != '<' && begin[size] != '&')
        size++;
    EscText name = {begin, size};
    bool is_ended = size < left && size > 0 && begin[size] == ';';
    uint32_t c = is_ended && begin[0] == '#' ? number_of(name) : 0;
    char bytes[4];
    if (c != 0) {
        put_bytes(html, bytes, put_utf8(c, bytes));
        html->at += size + 2;
        return;
    }
    for (size_t i = 0; i < ESC_COUNT_OF(entities) && is_ended; i++)
        if (esc_text_equal(name, esc_text_from(entities[i].name))) {
            if (entities[i].text[0] == ' ')
                html->is_space_due = true;
            else
                put_bytes(html, entities[i].text, strlen(entities[i].text));
            html->at += size + 2;
            return;
        }
    put_bytes(html, "&", 1);
    html->at++;
}

/* --- tags ------------------------------------------------------------------------------------- */

static bool is_name(EscText name, const char *word)
{
    return name.size == strlen(word) && strncasecmp(name.data, word, name.size) == 0;
}

static bool is_one_of(EscText name, const char *const *words)
{
    for (; *words != NULL; words++)
        if (is_name(name, *words))
            return true;
    return false;
}

/* Behind the next `mark` from `at` on; the end when there is none. */
static size_t behind(EscText text, size_t at, const char *mark)
{
    size_t size = strlen(mark);
    for (; at + size <= text.size; at++)
        if (strncasecmp(text.data + at, mark, size) == 0)
            return at + size;
    return text.size;
}

/* What stands in these is for no reader. */
static void skip_silent(Html *html, EscText name)
{
    static const char *const silent[] = {"script", "style", "title", "template", NULL};
    char end[16] = "</";
    if (!is_one_of(name, silent))
        return;
    memcpy(end + 2, name.data, name.size);
    end[2 + name.size] = '\0';
    html->at = behind(html->text, behind(html->text, html->at, end), ">");
}

static void take_name(Html *html, EscText name, bool is_end)
{
    static const char *const blocks[] = {"p",  "div",        "tr",   "li",   "ul", "ol", "table",
                                         "h1", "h2",         "h3",   "h4",   "h5", "h6", "pre",
                                         "hr", "blockquote", "body", "head", NULL};
    static const char *const cells[] = {"td", "th", NULL};
    if (is_name(name, "br"))
        end_line(html, true);
    else if (is_one_of(name, cells))
        html->is_space_due = true;
    else if (is_one_of(name, blocks))
        end_line(html, false);
    if (is_name(name, "p") && is_end)
        end_line(html, true);
    if (is_name(name, "blockquote"))
        html->quotes = !is_end ? html->quotes + 1 : html->quotes > 0 ? html->quotes - 1 : 0;
    if (!is_end)
        skip_silent(html, name);
}

/* At a "<". One that begins no tag stands for itself. */
static void take_tag(Html *html)
{
    EscText text = html->text;
    size_t at = html->at + 1;
    if (text.size - html->at >= 4 && memcmp(text.data + html->at, "<!--", 4) == 0) {
        html->at = behind(text, at + 3, "-->");
        return;
    }
    bool is_end = at < text.size && text.data[at] == '/';
    size_t first = at + is_end, end = first;
    while (end < text.size && ((text.data[end] >= 'a' && text.data[end] <= 'z') ||
                               (text.data[end] >= 'A' && text.data[end] <= 'Z') ||
                               (text.data[end] >= '0' && text.data[end] <= '9') ||
                               text.data[end] == '!' || text.data[end] == '?'))
        end++;
    if (end == first) {
        put_bytes(html, "<", 1);
        html->at++;
        return;
    }
    html->at = behind(text, end, ">");
    take_name(html, (EscText){text.data + first, end - first}, is_end);
}

void esc_html_say(EscBuf *out, EscText text)
{
    Html html = {.text = text, .out = out};
    while (html.at < text.size) {
        char c = text.data[html.at];
        if (c == '<') {
            take_tag(&html);
        } else if (c == '&') {
            take_entity(&html);
        } else if (memchr(" \t\r\n\f", c, 5) != NULL) {
            html.is_space_due = true;
            html.at++;
        } else {
            size_t from = html.at;
            while (html.at < text.size && memchr("<& \t\r\n\f", text.data[html.at], 7) == NULL)
                html.at++;
            put_bytes(&html, text.data + from, html.at - from);
        }
    }
}
