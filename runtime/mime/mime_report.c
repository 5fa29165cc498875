/* mime_report.c - notices of delivery (RFC 3464, in a report of RFC 6522): what became of a mail, and of which.
 *
 * The report's second part has fields for the mail and for each of its recipients, with empty lines between; the third one is
 * the mail that came back, or its headers. */
#include <string.h>
#include <strings.h>

#include "mime_internal.h"

#define FIELD_BYTES_MAX 500
#define PARTS_MAX 10 /* of a report; a right one has two or three */

static bool is_type(GMimeObject *part, const char *type, const char *subtype)
{
    GMimeContentType *said = g_mime_object_get_content_type(part);
    return said != NULL && g_mime_content_type_is_type(said, type, subtype);
}

/* The next line, without its end. */
static bool next_line(EscText *rest, EscText *line)
{
    if (rest->size == 0)
        return false;
    const char *end = memchr(rest->data, '\n', rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
    *line = (EscText){rest->data, size};
    size_t used = size + (end == NULL ? 0 : 1);
    *rest = (EscText){rest->data + used, rest->size - used};
    if (line->size > 0 && line->data[line->size - 1] == '\r')
        line->size--;
    return true;
}

static EscText trimmed(EscText text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = (EscText){text.data + 1, text.size - 1};
    while (text.size > 0 && (unsigned char)text.data[text.size - 1] <= ' ')
        text.size--;
    return text;
}

/* The value of the first field of that name, with the lines that go on with it; empty: there is none. */
static EscText field(EscArena *arena, EscText fields, const char *name)
{
    EscText line, wanted = esc_text_from(name);
    EscBuf value;
    bool is_within = false, is_found = false;
    esc_buf_init(&value, FIELD_BYTES_MAX);
    while (!(is_found && !is_within) && next_line(&fields, &line)) {
        bool goes_on = line.size > 0 && (line.data[0] == ' ' || line.data[0] == '\t');
        if (!goes_on)
            is_within = !is_found && line.size > wanted.size && line.data[wanted.size] == ':' &&
                        strncasecmp(line.data, wanted.data, wanted.size) == 0;
        if (!is_within)
            continue;
        EscText part = trimmed(
            goes_on ? line : (EscText){line.data + wanted.size + 1, line.size - wanted.size - 1});
        if (value.size > 0 && value.size < FIELD_BYTES_MAX)
            esc_buf_char(&value, ' ');
        size_t room = FIELD_BYTES_MAX - value.size;
        esc_buf_text(&value, (EscText){part.data, part.size < room ? part.size : room});
        is_found = true;
    }
    EscText text = esc_mime_text(arena, (const char *)value.data, value.size, FIELD_BYTES_MAX);
    esc_buf_release(&value);
    return text;
}

/* Behind "rfc822;" or "smtp;" stands what counts. */
static EscText behind_type(EscText value)
{
    const char *semicolon = value.size == 0 ? NULL : memchr(value.data, ';', value.size);
    size_t used = semicolon == NULL ? 0 : (size_t)(semicolon - value.data) + 1;
    return trimmed((EscText){value.data + used, value.size - used});
}

static EscText without_brackets(EscText id)
{
    bool has_both = id.size > 1 && id.data[0] == '<' && id.data[id.size - 1] == '>';
    return has_both ? (EscText){id.data + 1, id.size - 2} : id;
}

static void take_status(EscArena *arena, GMimeObject *part, EscMailReport *report)
{
    GByteArray *bytes = esc_mime_content(part);
    EscText fields = {(const char *)bytes->data, bytes->len};
    report->action = field(arena, fields, "Action");
    report->status = field(arena, fields, "Status");
    report->words = behind_type(field(arena, fields, "Diagnostic-Code"));
    g_byte_array_unref(bytes);
}

/* Of a mail that came back whole its headers end at the first empty line. */
static void take_returned(EscArena *arena, GMimeObject *part, EscMailReport *report)
{
    GByteArray *bytes = esc_mime_content(part);
    EscText headers = {(const char *)bytes->data, bytes->len}, rest = headers, line;
    while (next_line(&rest, &line) && line.size > 0)
        headers.size = (size_t)(line.data - headers.data) + line.size;
    report->message_id = without_brackets(field(arena, headers, "Message-ID"));
    g_byte_array_unref(bytes);
}

void esc_mime_take_report(EscArena *arena, GMimeMessage *message, EscMailRead *mail)
{
    GMimeObject *root = g_mime_message_get_mime_part(message);
    EscMailReport report = {.message_id = {0}};
    if (root == NULL || !GMIME_IS_MULTIPART(root) || !is_type(root, "multipart", "report"))
        return;
    GMimeMultipart *parts = GMIME_MULTIPART(root);
    for (int i = 0; i < g_mime_multipart_get_count(parts) && i < PARTS_MAX; i++) {
        GMimeObject *part = g_mime_multipart_get_part(parts, i);
        if (is_type(part, "message", "delivery-status"))
            take_status(arena, part, &report);
        else if (is_type(part, "text", "rfc822-headers") || is_type(part, "message", "rfc822") ||
                 is_type(part, "message", "global") || is_type(part, "message", "global-headers"))
            take_returned(arena, part, &report);
    }
    if (report.action.size > 0)
        mail->report = report;
}
