/* said.c - the headers of a request as a document: an object of texts, by their names in small letters. */
#include <string.h>

#include "sources_internal.h"

/* A secret is no value: it would stand in trails and messages. */
static bool is_secret(const EscProgram *program, const EscSourceRow *row, EscText name)
{
    bool is_token = row->verify == ESC_VERIFY_TOKEN && row->place == ESC_VERIFY_PLACE_HEADER;
    return esc_header_fault(name) == ESC_HEADER_SECRET ||
           (is_token && esc_header_names_equal(name, program->texts[row->place_name]));
}

static EscText lower(EscArena *arena, EscText name)
{
    EscText copy = esc_arena_text(arena, name);
    char *data = (char *)(uintptr_t)copy.data; /* the arena's copy is ours alone */
    for (size_t i = 0; data != NULL && i < copy.size; i++)
        data[i] = esc_ascii_lower(data[i]);
    return copy;
}

/* As one text that no value of ours refuses: header values are bytes. */
static EscText plain(EscArena *arena, EscText value)
{
    EscText copy = esc_arena_text(arena, value);
    if (copy.size > 0)
        esc_utf8_mend((char *)(uintptr_t)copy.data, copy.size);
    return copy;
}

static EscJson *find(EscJson *members, uint32_t count, EscText name)
{
    for (uint32_t i = 0; i < count; i++)
        if (esc_text_equal(members[i].name, name))
            return &members[i];
    return NULL;
}

const EscJson *esc_source_headers(EscArena *arena, const EscProgram *program,
                                  const EscSourceRow *row, const EscSourceSent *sent)
{
    EscJson *object = esc_arena_alloc(arena, sizeof *object);
    EscJson *members = esc_arena_alloc_array(arena, sent->headers_count + 1u, sizeof *members);
    if (object == NULL || members == NULL)
        return NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < sent->headers_count; i++) {
        const EscSourceHeader *header = &sent->headers[i];
        if (is_secret(program, row, header->name))
            continue;
        EscText name = lower(arena, header->name), value = plain(arena, header->value);
        EscJson *before = find(members, count, name);
        if (before != NULL) /* RFC 9110, 5.3 */
            before->text = esc_arena_printf(arena, "%.*s, %.*s", ESC_TEXT_ARG(before->text),
                                            ESC_TEXT_ARG(value));
        else
            members[count++] = (EscJson){.kind = ESC_JSON_TEXT, .name = name, .text = value};
    }
    for (uint32_t i = 0; i < count; i++) {
        members[i].source = members[i].text;
        members[i].next = i + 1 < count ? &members[i + 1] : NULL;
    }
    *object =
        (EscJson){.kind = ESC_JSON_OBJECT, .count = count, .first = count == 0 ? NULL : members};
    return esc_arena_failed(arena) ? NULL : object;
}
