/* mime_parts.c - which part of a mail is its text, and which are its files.
 *
 * The text is the first plain text that is not said to be an attachment, else the first HTML. Every other leaf is a file, but for
 * the HTML beside a plain text, which says the same. A mail within a mail is a file. */
#include <string.h>

#include "mime_internal.h"

#define FILE_NAME_BYTES_MAX 200

typedef struct Walk {
    EscArena *arena;
    EscMailRead *mail;
    EscMailFile *files;
    size_t kept; /* bytes */
    GMimeObject *plain, *html;
} Walk;

static bool is_attachment(GMimeObject *part)
{
    GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(part);
    return disposition != NULL && g_mime_content_disposition_is_attachment(disposition);
}

static bool is_text(GMimeObject *part, const char *subtype)
{
    GMimeContentType *type = g_mime_object_get_content_type(part);
    return GMIME_IS_TEXT_PART(part) && type != NULL &&
           g_mime_content_type_is_type(type, "text", subtype) && !is_attachment(part);
}

GByteArray *esc_mime_content(GMimeObject *part)
{
    GMimeStream *stream = g_mime_stream_mem_new();
    GMimeDataWrapper *content =
        GMIME_IS_PART(part) ? g_mime_part_get_content(GMIME_PART(part)) : NULL;
    GMimeMessage *inner = GMIME_IS_MESSAGE_PART(part)
                              ? g_mime_message_part_get_message(GMIME_MESSAGE_PART(part))
                              : NULL;
    if (content != NULL)
        (void)g_mime_data_wrapper_write_to_stream(content, stream);
    else if (inner != NULL)
        (void)g_mime_object_write_to_stream(GMIME_OBJECT(inner), NULL, stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE); /* they are ours from now on */
    g_object_unref(stream);
    return bytes;
}

static EscText one_line(Walk *walk, const char *text)
{
    EscText line =
        esc_mime_text(walk->arena, text, text == NULL ? 0 : strlen(text), FILE_NAME_BYTES_MAX);
    char *copy = (char *)(uintptr_t)line.data;
    for (size_t i = 0; i < line.size; i++)
        if ((unsigned char)copy[i] < 0x20 || copy[i] == 0x7f)
            copy[i] = ' ';
    return line;
}

static void keep(Walk *walk, EscMailFile *file, const GByteArray *bytes)
{
    if (bytes->len > ESC_MAIL_FILE_BYTES_MAX - walk->kept)
        return;
    EscText copy = esc_arena_text(walk->arena, (EscText){(const char *)bytes->data, bytes->len});
    file->content = (EscBytes){(const uint8_t *)copy.data, copy.size};
    walk->kept += bytes->len;
}

static void take_file(Walk *walk, GMimeObject *part)
{
    EscMailRead *mail = walk->mail;
    if (mail->files_count == ESC_MAIL_FILES_MAX || walk->files == NULL) {
        mail->files_left_out++;
        return;
    }
    EscMailFile *file = &walk->files[mail->files_count++];
    char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(part));
    GByteArray *bytes = esc_mime_content(part);
    *file = (EscMailFile){.type = one_line(walk, type), .size = bytes->len};
    if (GMIME_IS_PART(part))
        file->name = one_line(walk, g_mime_part_get_filename(GMIME_PART(part)));
    esc_sha256((EscBytes){bytes->data, bytes->len}, file->hash);
    keep(walk, file, bytes);
    g_byte_array_unref(bytes);
    g_free(type);
}

static void take_leaf(Walk *walk, GMimeObject *part)
{
    if (is_text(part, "plain") && walk->plain == NULL)
        walk->plain = part;
    else if (is_text(part, "html") && walk->html == NULL)
        walk->html = part;
    else
        take_file(walk, part);
}

/* --- the walk --------------------------------------------------------------------------------- */

/* Where one stands in the multiparts that are open; so deep as there are parts at most. */
typedef struct Level {
    GMimeMultipart *parts;
    int next;
} Level;

static void walk_parts(Walk *walk, GMimeObject *root)
{
    Level levels[ESC_MAIL_PARTS_MAX + 1];
    size_t depth = 0;
    GMimeObject *part = root;
    while (part != NULL || depth > 0) {
        if (part != NULL && GMIME_IS_MULTIPART(part) && depth < ESC_COUNT_OF(levels))
            levels[depth++] = (Level){.parts = GMIME_MULTIPART(part)};
        else if (part != NULL && !GMIME_IS_MULTIPART(part))
            take_leaf(walk, part);
        part = NULL;
        if (depth == 0)
            break;
        Level *level = &levels[depth - 1];
        if (level->next < g_mime_multipart_get_count(level->parts))
            part = g_mime_multipart_get_part(level->parts, level->next++);
        else
            depth--;
    }
}

/* --- the text --------------------------------------------------------------------------------- */

/* Line ends as one byte, and none of the white space that stands at the end of it all. */
static void put_lines(EscBuf *out, EscText text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != '\r' || i + 1 == text.size || text.data[i + 1] != '\n')
            esc_buf_char(out, text.data[i]);
    while (out->size > 0 && memchr(" \t\r\n", out->data[out->size - 1], 4) != NULL)
        out->size--;
}

static void take_text(Walk *walk, GMimeObject *part, bool is_html)
{
    char *given = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
    EscText text =
        esc_mime_text(walk->arena, given, given == NULL ? 0 : strlen(given), SIZE_MAX / 2);
    EscBuf words, lines;
    esc_buf_init(&words, 2 * text.size + 64);
    esc_buf_init(&lines, 2 * text.size + 64);
    if (is_html)
        esc_html_say(&words, text);
    else
        esc_buf_text(&words, text);
    put_lines(&lines, esc_buf_as_text(&words));
    EscText whole = esc_buf_as_text(&lines);
    walk->mail->text = esc_arena_text(walk->arena, esc_utf8_cut(whole, ESC_MAIL_TEXT_BYTES_MAX));
    walk->mail->is_text_cut = whole.size > ESC_MAIL_TEXT_BYTES_MAX;
    esc_buf_release(&words);
    esc_buf_release(&lines);
    g_free(given);
}

void esc_mime_take_parts(EscArena *arena, GMimeMessage *message, EscMailRead *mail)
{
    Walk walk = {.arena = arena,
                 .mail = mail,
                 .files = esc_arena_alloc_array(arena, ESC_MAIL_FILES_MAX, sizeof(EscMailFile))};
    mail->files = walk.files;
    walk_parts(&walk, g_mime_message_get_mime_part(message));
    if (walk.plain != NULL)
        take_text(&walk, walk.plain, false);
    else if (walk.html != NULL)
        take_text(&walk, walk.html, true);
}

void esc_mail_file_base64(EscBuf *out, const EscMailFile *file)
{
    gchar *coded = g_base64_encode(file->content.data, file->content.size);
    esc_buf_string(out, coded);
    g_free(coded);
}
