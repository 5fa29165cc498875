/* form.c - a body of the type application/x-www-form-urlencoded as the JSON of an object: each field a member, with a text,
 * or with a list of texts where the field is there several times. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sources_internal.h"

#define FORM_TYPE "application/x-www-form-urlencoded"

bool esc_source_is_form(EscText type, EscText body)
{
    const size_t size = sizeof FORM_TYPE - 1;
    bool is_form = type.size >= size && strncasecmp(type.data, FORM_TYPE, size) == 0 &&
                   (type.size == size || type.data[size] == ';' || type.data[size] == ' ');
    size_t at = 0;
    while (at < body.size && memchr(" \t\r\n", body.data[at], 4) != NULL)
        at++;
    return is_form && (at == body.size || (body.data[at] != '{' && body.data[at] != '['));
}

typedef struct Field {
    EscText name, value;
    uint32_t place; /* in the form */
} Field;

static int by_name(const void *a, const void *b)
{
    const Field *left = a, *right = b;
    int order = esc_text_compare(left->name, right->name);
    return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

/* `fields` are in the order of their names. */
static void write_object(EscBuf *out, const Field *fields, uint32_t count)
{
    esc_buf_char(out, '{');
    for (uint32_t i = 0, next; i < count; i = next) {
        next = i + 1;
        while (next < count && esc_text_equal(fields[next].name, fields[i].name))
            next++;
        esc_buf_string(out, i == 0 ? "" : ",");
        esc_json_text(out, fields[i].name);
        esc_buf_string(out, next - i > 1 ? ":[" : ":");
        for (uint32_t one = i; one < next; one++) {
            esc_buf_string(out, one == i ? "" : ",");
            esc_json_text(out, fields[one].value);
        }
        esc_buf_string(out, next - i > 1 ? "]" : "");
    }
    esc_buf_char(out, '}');
}

/* What an escape says that no text of ours holds (NUL, bytes that are no UTF-8) becomes `?`. */
static bool decode(EscArena *arena, EscText coded, EscText *text)
{
    EscBuf plain;
    esc_buf_init(&plain, coded.size + 1);
    esc_percent_read(coded, true, &plain);
    if (plain.size > 0)
        esc_utf8_mend((char *)plain.data, plain.size);
    *text = esc_arena_text(arena, esc_buf_as_text(&plain));
    bool is_made = plain.status == ESC_OK && !esc_arena_failed(arena);
    esc_buf_release(&plain);
    return is_made;
}

/* False: no memory. What is behind the last that is taken is counted. */
static bool read_fields(EscArena *arena, EscText form, Field *fields, uint32_t *count)
{
    EscText name, value;
    for (*count = 0; esc_form_next_coded(&form, &name, &value); ++*count) {
        if (*count >= ESC_SOURCE_FORM_FIELDS_MAX)
            continue;
        Field *field = &fields[*count];
        field->place = *count;
        if (!decode(arena, name, &field->name) || !decode(arena, value, &field->value))
            return false;
    }
    return true;
}

EscStatus esc_source_form(EscArena *arena, EscText form, EscText *json, EscWhy *why)
{
    Field *fields = esc_arena_alloc_array(arena, ESC_SOURCE_FORM_FIELDS_MAX, sizeof *fields);
    uint32_t count = 0;
    if (fields == NULL || !read_fields(arena, form, fields, &count))
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for a form");
    if (count > ESC_SOURCE_FORM_FIELDS_MAX)
        return esc_why(why, ESC_OVER_LIMIT, "", 0, "a form of %u fields; at most are allowed %u",
                       (unsigned)count, (unsigned)ESC_SOURCE_FORM_FIELDS_MAX);
    qsort(fields, count, sizeof *fields, by_name);
    EscBuf out;
    esc_buf_init(&out, 8 * ESC_SOURCE_BODY_BYTES_MAX);
    write_object(&out, fields, count);
    *json = esc_arena_text(arena, esc_buf_as_text(&out));
    EscStatus status = out.status == ESC_OK && esc_arena_failed(arena) ? ESC_NO_MEMORY : out.status;
    esc_buf_release(&out);
    return status;
}
