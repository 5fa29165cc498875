/* form.c - bodies and queries of the type application/x-www-form-urlencoded. Pure. */
#include <esc/http.h>
#include <esc/inbound.h>

#include <string.h>

static bool decode(EscArena *arena, EscText coded, EscText *out)
{
    EscBuf plain;
    esc_buf_init(&plain, coded.size + 1);
    bool is_fine = esc_http_decode(coded, true, &plain);
    *out = is_fine ? esc_arena_text(arena, esc_buf_as_text(&plain)) : (EscText){0};
    esc_buf_release(&plain);
    return is_fine && out->data != NULL;
}

bool esc_form_next(EscArena *arena, EscText *form, EscText *name, EscText *value)
{
    while (form->size > 0 && form->data[0] == '&')
        *form = (EscText){form->data + 1, form->size - 1};
    if (form->size == 0)
        return false;
    const char *end = memchr(form->data, '&', form->size);
    EscText field = {form->data, end == NULL ? form->size : (size_t)(end - form->data)};
    const char *equals = memchr(field.data, '=', field.size);
    size_t name_size = equals == NULL ? field.size : (size_t)(equals - field.data);
    EscText coded = equals == NULL ? (EscText){field.data + field.size, 0}
                                   : (EscText){equals + 1, field.size - name_size - 1};
    if (!decode(arena, (EscText){field.data, name_size}, name) || !decode(arena, coded, value))
        return false;
    *form = (EscText){form->data + field.size, form->size - field.size};
    return true;
}

EscText esc_form_find(EscArena *arena, EscText form, const char *name)
{
    EscText one, value;
    while (esc_form_next(arena, &form, &one, &value))
        if (esc_text_equal(one, esc_text_from(name)))
            return value;
    return (EscText){0};
}
