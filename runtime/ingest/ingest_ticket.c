/* ingest_ticket.c - a ticket that a person opens, as the event ticket.created.
 *
 * Somebody waits for the answer, so nothing is cut or left out as it is of systems' events: what does not fit is said, with
 * the field's name. Command lines know no types, so a text that says a number or a truth counts as one. */
#include "ingest_internal.h"

#include <string.h>

#define ID_LETTERS 12 /* 60 bits: no two of a million tickets by chance */

/* Crockford's digits: none that is taken for another one when it is read aloud. */
static void put_id(EscBuf *out, char letter, const uint8_t hash[32])
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    esc_buf_printf(out, "%c-", letter);
    for (size_t i = 0; i < ID_LETTERS; i++)
        esc_buf_char(out, digits[hash[i] & 31]);
}

EscText esc_ticket_id_make(EscArena *arena, char letter, EscText source, EscText id)
{
    EscBuf key;
    uint8_t hash[32];
    esc_buf_init(&key, source.size + id.size + 16);
    esc_buf_packed(&key, source);
    esc_buf_text(&key, id);
    bool is_made = key.status == ESC_OK;
    esc_sha256(esc_buf_as_bytes(&key), hash);
    esc_buf_clear(&key);
    put_id(&key, letter, hash);
    EscText made = is_made ? esc_arena_text(arena, esc_buf_as_text(&key)) : (EscText){0};
    esc_buf_release(&key);
    return made;
}

static void member(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

/* Kept as evidence: what was said, in the form of any event. */
static EscText as_event(EscArena *arena, const EscOpenedTicket *opened)
{
    EscBuf out;
    esc_buf_init(&out, ESC_EVENT_BYTES_MAX);
    esc_buf_string(&out, "{\"specversion\":\"1.0\",\"type\":\"ticket.created\"");
    member(&out, "id", opened->id);
    member(&out, "source", opened->source);
    member(&out, "subject", opened->ticket);
    esc_buf_string(&out, ",\"data\":");
    esc_json_write(&out, opened->fields, 0);
    esc_buf_char(&out, '}');
    EscText text =
        out.status == ESC_OK ? esc_arena_text(arena, esc_buf_as_text(&out)) : (EscText){0};
    esc_buf_release(&out);
    return text;
}

static EscStatus read_fields(EscArena *arena, const EscProgram *program,
                             const EscOpenedTicket *opened, EscEvent *event, EscWhy *why)
{
    EscNotes notes = {.arena = arena, .is_strict = true};
    const bool *is_given = NULL;
    EscStatus status = esc_ingest_ticket_id(opened->ticket, "the ticket's id", why);
    if (status == ESC_OK)
        status = esc_ingest_normal(arena, opened->ticket, &event->subject, why);
    if (status == ESC_OK)
        status = esc_ingest_data(arena, program, opened->fields, &notes, event, &is_given, why);
    if (status == ESC_OK)
        status = esc_ingest_digest(arena, program, is_given, event, why);
    return status;
}

static bool has_title(const EscProgram *program, const EscEvent *event)
{
    for (uint32_t i = 0; i < event->patches_count; i++) {
        const EscFieldRow *field = &program->fields[event->patches[i].field];
        if (esc_text_equal(program->texts[field->name], ESC_TEXT("title")))
            return event->patches[i].value.text.size > 0;
    }
    return false;
}

EscStatus esc_ticket_read(EscArena *arena, const EscProgram *program, const EscOpenedTicket *opened,
                          EscEvent *event, EscWhy *why)
{
    *event = (EscEvent){.source = opened->source,
                        .id = opened->id,
                        .type = ESC_EVENT_TICKET_CREATED,
                        .json = as_event(arena, opened)};
    if (esc_arena_failed(arena))
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a ticket");
    if (event->json.size == 0)
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "the ticket is too large");
    EscStatus status = read_fields(arena, program, opened, event, why);
    if (status == ESC_OK && !has_title(program, event))
        status = esc_why(why, ESC_BAD_INPUT, "", 0, "title is missing: say what it is about");
    return status;
}
