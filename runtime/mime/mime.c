/* mime.c - the headers of a mail, and whether a machine wrote it.
 *
 * Before GMime sees a mail it is counted how many parts it can have: how deep it goes, and how often each line is held against
 * boundaries, follows from that. Not its job: the parts (mime_parts.c). */
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "mime_internal.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin(void)
{
    g_mime_init();
}

static EscText header_text(EscArena *arena, const char *value, size_t size_max)
{
    EscText text = esc_mime_text(arena, value, value == NULL ? 0 : strlen(value), size_max);
    char *copy = (char *)(uintptr_t)text.data; /* our own, made above */
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)copy[i] < 0x20 || copy[i] == 0x7f)
            copy[i] = ' ';
    return text;
}

/* --- bounds ----------------------------------------------------------------------------------- */

static bool begins_type(EscBytes raw, size_t at)
{
    static const char name[] = "content-type:";
    return raw.size - at >= sizeof(name) - 1 &&
           strncasecmp((const char *)raw.data + at, name, sizeof(name) - 1) == 0;
}

static size_t line_end(EscBytes raw, size_t at)
{
    const uint8_t *end = memchr(raw.data + at, '\n', raw.size - at);
    return end == NULL ? raw.size : (size_t)(end - raw.data) + 1;
}

static EscStatus check_bounds(EscBytes raw, EscWhy *why)
{
    size_t parts = 0, headers = 0;
    for (size_t at = 0, end; at < raw.size; at = end) {
        end = line_end(raw, at);
        bool is_empty = raw.data[at] == '\n' || (raw.data[at] == '\r' && end - at == 2);
        headers = headers == 0 && is_empty ? at + 1 : headers;
        parts += begins_type(raw, at);
    }
    headers = headers == 0 ? raw.size : headers;
    if (headers > ESC_MAIL_HEADER_BYTES_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "its headers have more than %zu bytes",
                       ESC_MAIL_HEADER_BYTES_MAX);
    if (parts > ESC_MAIL_PARTS_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "it has more than %d parts", ESC_MAIL_PARTS_MAX);
    return ESC_OK;
}

/* --- who wrote it ----------------------------------------------------------------------------- */

static const char *header(GMimeMessage *message, const char *name)
{
    const char *value = g_mime_object_get_header(GMIME_OBJECT(message), name);
    while (value != NULL && (*value == ' ' || *value == '\t'))
        value++;
    return value;
}

static bool begins(const char *value, const char *word)
{
    return value != NULL && strncasecmp(value, word, strlen(word)) == 0;
}

static bool is_report(GMimeMessage *message)
{
    GMimeObject *part = g_mime_message_get_mime_part(message);
    GMimeContentType *type = part == NULL ? NULL : g_mime_object_get_content_type(part);
    return type != NULL && g_mime_content_type_is_type(type, "multipart", "report");
}

static bool is_looped(GMimeMessage *message, EscText loop)
{
    EscText said = esc_text_from(header(message, "X-Loop"));
    return loop.size > 0 && esc_text_contains(said, loop);
}

/* RFC 3834, and what was done before it. */
static EscMailMachine machine_of(GMimeMessage *message, EscText loop)
{
    const char *automatic = header(message, "Auto-Submitted"),
               *precedence = header(message, "Precedence");
    if (is_looped(message, loop))
        return ESC_MAIL_LOOP;
    if (begins(automatic, "auto-replied") || begins(automatic, "auto-notified") ||
        begins(precedence, "auto_reply") || header(message, "X-Autoreply") != NULL ||
        header(message, "X-Autorespond") != NULL || is_report(message))
        return ESC_MAIL_AUTO_REPLY;
    if (header(message, "List-Id") != NULL || begins(precedence, "bulk") ||
        begins(precedence, "junk") || begins(precedence, "list"))
        return ESC_MAIL_BULK;
    return automatic != NULL && !begins(automatic, "no") ? ESC_MAIL_BY_MACHINE : ESC_MAIL_BY_PERSON;
}

/* A second From would be another author to another reader. */
static bool has_one_from(GMimeMessage *message)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(GMIME_OBJECT(message));
    int froms = 0;
    for (int i = 0; i < g_mime_header_list_get_count(list); i++)
        froms += strcasecmp(g_mime_header_get_name(g_mime_header_list_get_header_at(list, i)),
                            "From") == 0;
    return froms == 1;
}

static bool is_plain_address(EscText address)
{
    for (size_t i = 0; i < address.size; i++)
        if ((unsigned char)address.data[i] <= ' ' || (unsigned char)address.data[i] >= 0x7f)
            return false;
    return address.size > 0 && memchr(address.data, '@', address.size) != NULL;
}

static void take_from(EscArena *arena, GMimeMessage *message, EscMailRead *mail)
{
    InternetAddressList *list = g_mime_message_get_from(message);
    if (list == NULL || internet_address_list_length(list) != 1 || !has_one_from(message))
        return;
    InternetAddress *one = internet_address_list_get_address(list, 0);
    if (!INTERNET_ADDRESS_IS_MAILBOX(one))
        return;
    const char *given = internet_address_mailbox_get_idn_addr(INTERNET_ADDRESS_MAILBOX(one));
    EscText address = header_text(arena, given, 254);
    char *copy = (char *)(uintptr_t)address.data;
    for (size_t i = 0; i < address.size; i++)
        copy[i] = esc_ascii_lower(copy[i]);
    mail->from = is_plain_address(address) ? address : (EscText){0};
    mail->from_name = header_text(arena, internet_address_get_name(one), 200);
}

/* --- ids -------------------------------------------------------------------------------------- */

static void add_references(EscArena *arena, const char *value, EscText *items, uint32_t *count)
{
    GMimeReferences *list = value == NULL ? NULL : g_mime_references_parse(NULL, value);
    if (list == NULL)
        return;
    /* the last ones are the nearest */
    for (int i = g_mime_references_length(list); i > 0 && *count < ESC_MAIL_REFERENCES_MAX; i--) {
        const char *id = g_mime_references_get_message_id(list, i - 1);
        items[(*count)++] = header_text(arena, id, 998);
    }
    g_mime_references_free(list);
}

static void take_ids(EscArena *arena, GMimeMessage *message, EscMailRead *mail)
{
    EscText *items = esc_arena_alloc_array(arena, ESC_MAIL_REFERENCES_MAX, sizeof(*items));
    mail->message_id = header_text(arena, g_mime_message_get_message_id(message), 998);
    if (items == NULL)
        return;
    mail->references = items;
    add_references(arena, header(message, "In-Reply-To"), items, &mail->references_count);
    add_references(arena, header(message, "References"), items, &mail->references_count);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void take_message(EscArena *arena, GMimeMessage *message, EscText loop, EscMailRead *mail)
{
    GDateTime *date = g_mime_message_get_date(message);
    mail->machine = machine_of(message, loop);
    mail->subject =
        header_text(arena, g_mime_message_get_subject(message), ESC_MAIL_SUBJECT_BYTES_MAX);
    mail->date_ms = date == NULL ? 0 : g_date_time_to_unix(date) * 1000;
    take_from(arena, message, mail);
    take_ids(arena, message, mail);
    esc_mime_take_parts(arena, message, mail);
    esc_mime_take_report(arena, message, mail);
}

EscStatus esc_mail_read(EscArena *arena, EscBytes raw, EscText loop, EscMailRead *mail, EscWhy *why)
{
    *mail = (EscMailRead){.machine = ESC_MAIL_BY_PERSON};
    EscStatus status = check_bounds(raw, why);
    if (status != ESC_OK)
        return status;
    (void)pthread_once(&once, begin);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)raw.data, raw.size);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    if (message != NULL) {
        take_message(arena, message, loop, mail);
        g_object_unref(message);
    }
    g_object_unref(parser);
    g_object_unref(stream);
    return esc_arena_failed(arena) ? esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a mail")
                                   : ESC_OK;
}
