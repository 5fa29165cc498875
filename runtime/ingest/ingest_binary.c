/* ingest_binary.c - events that do not come as one JSON text: HTTP's binary mode, where the attributes are headers and the
 * body is the data, and data that is given in base64.
 *
 * A request in binary mode becomes the text of structured mode, so that everything behind it (limits, evidence, the digest
 * that tells a retry) sees one form. Not its job: what the attributes have to be (ingest.c). */
#include "ingest_internal.h"

#include <stdlib.h>
#include <string.h>

static bool is_same_name(EscText a, EscText b)
{
    for (size_t i = 0; i < a.size && i < b.size; i++)
        if (esc_ascii_lower(a.data[i]) != esc_ascii_lower(b.data[i]))
            return false;
    return a.size == b.size;
}

bool esc_ingest_is_json_type(EscText type)
{
    for (size_t i = 0; i < type.size; i++)
        if (type.data[i] == ';' || type.data[i] == ' ')
            type.size = i;
    const char *slash = type.size == 0 ? NULL : memchr(type.data, '/', type.size);
    if (slash == NULL)
        return type.size == 0; /* nothing is said: the specification's default */
    size_t before = (size_t)(slash - type.data) + 1;
    EscText sub = {type.data + before, type.size - before};
    EscText tail = sub.size < 5 ? (EscText){0} : (EscText){sub.data + sub.size - 5, 5};
    return is_same_name(type, ESC_TEXT("application/json")) ||
           is_same_name(type, ESC_TEXT("text/json")) ||
           (sub.size > 5 && is_same_name(tail, ESC_TEXT("+json")));
}

/* --- base64 ----------------------------------------------------------------------------------- */

EscStatus esc_ingest_base64(EscArena *scratch, const EscJson *coded, const EscJson **data,
                            EscWhy *why)
{
    static const EscJsonLimits limits = {ESC_INGEST_DEPTH_MAX, ESC_INGEST_NODES_MAX};
    if (coded->kind != ESC_JSON_TEXT)
        return esc_why(why, ESC_BAD_INPUT, "", 0, "data_base64 is %s; wanted is a text",
                       esc_ingest_kind_name(coded));
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_EVENT_BYTES_MAX);
    EscStatus status = ESC_OK;
    if (!esc_base64_read(coded->text, &bytes))
        status = esc_why(why, ESC_BAD_INPUT, "", 0, "data_base64 is no base64");
    EscText text = esc_arena_text(scratch, esc_buf_as_text(&bytes)); /* the tree borrows from it */
    esc_buf_release(&bytes);
    if (status == ESC_OK && esc_arena_failed(scratch))
        status = esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for an event");
    EscWhy own = {.text = ""};
    if (status == ESC_OK && esc_json_read(scratch, text, &limits, data, &own) != ESC_OK)
        status = esc_why(why, ESC_BAD_INPUT, "", 0, "data_base64 holds no JSON: %s", own.text);
    return status;
}

/* --- headers ---------------------------------------------------------------------------------- */

/* What older senders put in double quotes (RFC 7230, 3.2.6), without them and their escapes. */
static void unquote(EscText value, EscBuf *out)
{
    bool is_quoted = value.size >= 2 && value.data[0] == '"' && value.data[value.size - 1] == '"';
    if (!is_quoted) {
        esc_buf_text(out, value);
        return;
    }
    for (size_t i = 1; i + 1 < value.size; i++) {
        if (value.data[i] == '\\' && i + 2 < value.size)
            i++;
        esc_buf_char(out, value.data[i]);
    }
}

/* Bytes that are no UTF-8 are what HTTP called them before: ISO 8859-1. */
static void from_latin(EscText value, EscBuf *out)
{
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c >= 0x80)
            esc_buf_char(out, (char)(0xC0 | (c >> 6)));
        esc_buf_char(out, (char)(c < 0x80 ? c : 0x80 | (c & 0x3F)));
    }
}

/* A header's value as JSON. */
static void put_value(EscBuf *out, EscText value)
{
    EscBuf plain, decoded, latin;
    esc_buf_init(&plain, value.size);
    esc_buf_init(&decoded, value.size);
    esc_buf_init(&latin, 2 * value.size);
    unquote(value, &plain);
    esc_percent_read(esc_buf_as_text(&plain), false, &decoded);
    EscText text = esc_buf_as_text(&decoded);
    if (!esc_utf8_is_valid(text, NULL))
        text = esc_buf_as_text(&plain); /* a percent sign that meant itself */
    if (!esc_utf8_is_valid(text, NULL)) {
        from_latin(text, &latin);
        text = esc_buf_as_text(&latin);
    }
    esc_json_text(out, text);
    if (plain.status != ESC_OK || decoded.status != ESC_OK || latin.status != ESC_OK)
        out->status = ESC_NO_MEMORY;
    esc_buf_release(&plain);
    esc_buf_release(&decoded);
    esc_buf_release(&latin);
}

static EscStatus put_header(EscBuf *out, const EscEventHeader *headers, uint32_t at, EscWhy *why)
{
    EscText name = headers[at].name;
    if (is_same_name(name, ESC_TEXT("datacontenttype")))
        return ESC_OK; /* Content-Type says it in this mode */
    if (is_same_name(name, ESC_TEXT("data")) || is_same_name(name, ESC_TEXT("data_base64")))
        return esc_why(why, ESC_BAD_INPUT, "", 0,
                       "there is no attribute ce-%.*s: the data is the body", ESC_TEXT_ARG(name));
    for (uint32_t i = 0; i < at; i++)
        if (is_same_name(headers[i].name, name))
            return esc_why(why, ESC_BAD_INPUT, "", 0, "ce-%.*s is said twice",
                           ESC_TEXT_ARG(esc_utf8_cut(name, 64)));
    esc_buf_string(out, out->size > 1 ? ",\"" : "\"");
    for (size_t i = 0; i < name.size; i++) /* characters of a token: none that JSON escapes */
        esc_buf_char(out, esc_ascii_lower(name.data[i]));
    esc_buf_string(out, "\":");
    put_value(out, headers[at].value);
    return ESC_OK;
}

/* One value and nothing else: what is put behind "data": must not go on as members of the event. */
static EscStatus check_body(EscText body, EscWhy *why)
{
    static const EscJsonLimits limits = {ESC_INGEST_DEPTH_MAX, ESC_INGEST_NODES_MAX};
    EscArena *scratch = esc_ingest_scratch(why);
    if (scratch == NULL)
        return ESC_NO_MEMORY;
    const EscJson *json = NULL;
    EscWhy own = {.text = ""};
    EscStatus status = esc_json_read(scratch, body, &limits, &json, &own);
    if (status == ESC_OVER_LIMIT)
        (void)esc_why(why, status, "", 0,
                      "the event is too large: %s; at most %d deep and %d values are taken",
                      own.text, ESC_INGEST_DEPTH_MAX, ESC_INGEST_NODES_MAX);
    else if (status != ESC_OK)
        (void)esc_why(why, status, status == ESC_BAD_INPUT ? "JSON" : "", own.offset,
                      "the data is no JSON: %s", own.text);
    esc_arena_free(scratch);
    return status;
}

static bool is_blank(EscText body)
{
    size_t at = 0;
    esc_ingest_skip_space(body, &at);
    return at == body.size;
}

static EscStatus put_data(EscBuf *out, EscText content_type, EscText body, EscWhy *why)
{
    if (content_type.size > 0) {
        esc_buf_string(out, out->size > 1 ? ",\"datacontenttype\":" : "\"datacontenttype\":");
        put_value(out, content_type);
    }
    if (!esc_ingest_is_json_type(content_type) || is_blank(body))
        return ESC_OK; /* another type is refused where it is read */
    EscStatus status = check_body(body, why);
    esc_buf_string(out, out->size > 1 ? ",\"data\":" : "\"data\":");
    esc_buf_text(out, body);
    return status;
}

EscStatus esc_event_from_binary(EscArena *arena, const EscEventHeader *headers, uint32_t count,
                                EscText content_type, EscText body, EscText *json, EscWhy *why)
{
    EscBuf out;
    EscStatus status = ESC_OK;
    *json = (EscText){0};
    esc_buf_init(&out, body.size + 2 * ESC_EVENT_BYTES_MAX);
    esc_buf_char(&out, '{');
    for (uint32_t i = 0; i < count && status == ESC_OK; i++)
        status = put_header(&out, headers, i, why);
    if (status == ESC_OK)
        status = put_data(&out, content_type, body, why);
    esc_buf_char(&out, '}');
    if (status == ESC_OK)
        *json = esc_arena_text(arena, esc_buf_as_text(&out));
    if (status == ESC_OK && (out.status != ESC_OK || esc_arena_failed(arena)))
        status = esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for an event");
    esc_buf_release(&out);
    return status;
}
