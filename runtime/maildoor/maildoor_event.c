/* maildoor_event.c - a mail as an event.
 *
 * What the workspace's tickets have no field for stands beside the data, in attributes of the event, and so in the evidence:
 * the author, the id, and its files with their contents. The id of the event is a hash of what the mail says, so that a mail
 * server which got no answer brings the same event again. */
#include <string.h>

#include "maildoor_internal.h"

#define EVENT_BYTES_MAX ((size_t)2 << 20)

static void member(EscBuf *out, const char *name, EscText value)
{
    if (value.size == 0)
        return;
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

/* --- files ------------------------------------------------------------------------------------ */

static void put_file(EscBuf *out, const EscMailFile *file)
{
    char hex[65];
    esc_hex((EscBytes){file->hash, sizeof(file->hash)}, hex);
    esc_buf_printf(out, "{\"size\":%llu,\"sha256\":\"%s\"", (unsigned long long)file->size, hex);
    member(out, "name", file->name);
    member(out, "type", file->type);
    if (file->content.size > 0) {
        esc_buf_string(out, ",\"base64\":\"");
        esc_mail_file_base64(out, file);
        esc_buf_char(out, '"');
    } else if (file->size > 0) {
        esc_buf_string(out, ",\"kept\":false");
    }
    esc_buf_char(out, '}');
}

/* A text that holds a list: attributes are plain values. */
static void put_files(EscBuf *out, const EscMailRead *read)
{
    EscBuf list;
    if (read->files_count == 0)
        return;
    esc_buf_init(&list, EVENT_BYTES_MAX);
    esc_buf_char(&list, '[');
    for (uint32_t i = 0; i < read->files_count; i++) {
        esc_buf_string(&list, i > 0 ? "," : "");
        put_file(&list, &read->files[i]);
    }
    esc_buf_char(&list, ']');
    member(out, "mailfiles", esc_buf_as_text(&list));
    if (read->files_left_out > 0)
        esc_buf_printf(out, ",\"mailfilesleftout\":%u", read->files_left_out);
    if (list.status != ESC_OK)
        out->status = list.status;
    esc_buf_release(&list);
}

/* --- the envelope ------------------------------------------------------------------------------ */

/* Not over what changes on the way (Received). */
static EscText event_id(EscMailJob *job)
{
    const EscMailRead *read = &job->read;
    EscBuf said;
    uint8_t hash[32];
    char hex[65];
    esc_buf_init(&said, ESC_MAIL_TEXT_BYTES_MAX + ESC_MAIL_FILES_MAX * 64 + 8192);
    const EscText parts[] = {read->message_id, read->from, read->subject, read->text};
    for (size_t i = 0; i < ESC_COUNT_OF(parts); i++)
        esc_buf_packed(&said, parts[i]);
    for (uint32_t i = 0; i < read->files_count; i++)
        esc_buf_append(&said, read->files[i].hash, sizeof(read->files[i].hash));
    esc_buf_u64(&said, (uint64_t)read->date_ms);
    esc_sha256(esc_buf_as_bytes(&said), hash);
    EscStatus status = said.status;
    esc_buf_release(&said);
    esc_hex((EscBytes){hash, sizeof(hash)}, hex);
    return status == ESC_OK ? esc_arena_text(job->arena, (EscText){hex, 32}) : (EscText){0};
}

static void put_envelope(EscBuf *out, const EscMailJob *job, const char *type, EscText id,
                         EscText ticket)
{
    esc_buf_string(out, "{\"specversion\":\"1.0\"");
    member(out, "type", esc_text_from(type));
    member(out, "id", id);
    esc_buf_string(out, ",\"source\":\"mail:");
    for (size_t i = 0; i < job->inbox->address.size; i++) /* an address that was checked */
        esc_buf_char(out, job->inbox->address.data[i]);
    esc_buf_char(out, '"');
    member(out, "subject", ticket);
    member(out, "mailfrom", job->read.from);
    member(out, "mailname", job->read.from_name);
    member(out, "mailid", job->read.message_id);
    member(out, "mailsubject", job->read.subject);
    put_files(out, &job->read);
    if (job->read.is_text_cut)
        esc_buf_string(out, ",\"mailtextcut\":true");
}

/* The bundle knows the names that its events have; a mail has none that is not there. */
static bool has_field(const EscProgram *program, EscScope scope, const char *name)
{
    for (uint32_t i = 0; i < program->fields_count; i++)
        if (program->fields[i].scope == scope &&
            esc_text_equal(program->texts[program->fields[i].name], esc_text_from(name)))
            return true;
    return false;
}

static bool event_has_field(const EscProgram *program, uint32_t type, const char *name)
{
    const EscEventRow *row = &program->events[type];
    for (uint32_t i = 0; i < row->fields_count; i++) {
        uint32_t field = program->event_fields[row->fields_first + i].field;
        if (esc_text_equal(program->texts[program->fields[field].name], esc_text_from(name)))
            return true;
    }
    return false;
}

static uint32_t event_called(const EscProgram *program, EscText name)
{
    for (uint32_t i = 0; i < program->events_count; i++)
        if (esc_text_equal(program->texts[program->events[i].name], name))
            return i;
    return ESC_NONE;
}

/* The event, and the input of it. */
static EscStatus parse_made(EscMailJob *job, const EscProgram *program, EscBuf *json, EscWhy *why)
{
    EscText text = esc_arena_text(job->arena, esc_buf_as_text(json));
    EscStatus status = json->status;
    esc_buf_release(json);
    if (status != ESC_OK || esc_arena_failed(job->arena))
        return esc_why(why, status == ESC_OK ? ESC_NO_MEMORY : status, "", 0, "no room for a mail");
    status = esc_event_parse(job->arena, program, text, &job->event, why);
    job->input = (EscInput){.kind = ESC_INPUT_EVENT, .event = &job->event};
    return status;
}

/* --- a new ticket ------------------------------------------------------------------------------ */

static void put_field(EscBuf *out, const EscProgram *program, const char *name, EscText value)
{
    if (value.size == 0 || !has_field(program, ESC_SCOPE_TICKET, name))
        return;
    esc_buf_string(out, out->data[out->size - 1] == '{' ? "\"" : ",\"");
    esc_buf_printf(out, "%s\":", name);
    esc_json_text(out, value);
}

/* A mail without a subject is called after its first line, one without that after its author. */
static EscText title_of(EscMailJob *job)
{
    EscText title = job->read.subject;
    if (title.size == 0)
        title = esc_reply_read(job->read.text).line;
    return title.size > 0
               ? title
               : esc_arena_printf(job->arena, "Mail from %.*s", ESC_TEXT_ARG(job->read.from));
}

EscStatus esc_mail_ticket_make(EscMailJob *job, const EscProgram *program, EscWhy *why)
{
    EscBuf json;
    EscText id = event_id(job);
    EscText source = esc_arena_printf(job->arena, "mail:%.*s", ESC_TEXT_ARG(job->inbox->address));
    EscText ticket = esc_ticket_id_make(job->arena, 'M', source, id);
    esc_buf_init(&json, EVENT_BYTES_MAX);
    put_envelope(&json, job, "ticket.created", id, ticket);
    esc_buf_string(&json, ",\"data\":{");
    put_field(&json, program, "title", title_of(job));
    put_field(&json, program, "description", job->read.text);
    put_field(&json, program, "requester", job->read.from);
    esc_buf_string(&json, "}}");
    return parse_made(job, program, &json, why);
}

/* --- an answer --------------------------------------------------------------------------------- */

static void put_reply_field(EscBuf *out, const EscProgram *program, uint32_t type, const char *name,
                            EscText value)
{
    if (!event_has_field(program, type, name))
        return;
    esc_buf_string(out, out->data[out->size - 1] == '{' ? "\"" : ",\"");
    esc_buf_printf(out, "%s\":", name);
    esc_json_text(out, value);
}

EscStatus esc_mail_reply_make(EscMailJob *job, const EscProgram *program, EscText ticket,
                              EscWhy *why)
{
    EscBuf json;
    uint32_t type = event_called(program, job->inbox->reply_event);
    bool is_own = type != ESC_NONE;
    EscText name = is_own ? job->inbox->reply_event : ESC_TEXT("ticket.updated");
    char word[ESC_ID_BYTES_MAX + 1];
    size_t size = name.size < ESC_ID_BYTES_MAX ? name.size : ESC_ID_BYTES_MAX;
    memcpy(word, name.data, size);
    word[size] = '\0';
    esc_buf_init(&json, EVENT_BYTES_MAX);
    put_envelope(&json, job, word, event_id(job), ticket);
    member(&json, "mailtext", job->read.text);
    esc_buf_string(&json, ",\"data\":{");
    if (is_own) {
        put_reply_field(&json, program, type, "from", job->read.from);
        put_reply_field(&json, program, type, "text", job->read.text);
    }
    esc_buf_string(&json, "}}");
    EscStatus status = parse_made(job, program, &json, why);
    job->event.kept_as = ESC_TEXT("mail");
    return status;
}
