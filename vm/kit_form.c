/* kit_form.c - bodies and queries of the type application/x-www-form-urlencoded, read. */
#include <esc/kit.h>

#include <string.h>

bool esc_percent_decode(EscText text, bool plus_is_space, EscBuf *out)
{
    size_t start = out->size;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.size ? esc_hex_value(text.data[i + 1]) : -1;
            int low = i + 2 < text.size ? esc_hex_value(text.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(unsigned char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        esc_buf_char(out, c);
    }
    EscText made = {(const char *)out->data + start, out->size - start};
    return out->status == ESC_OK && (made.size == 0 || esc_utf8_is_valid(made, NULL));
}

void esc_percent_read(EscText text, bool plus_is_space, EscBuf *out)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        int high = c == '%' && i + 2 < text.size ? esc_hex_value(text.data[i + 1]) : -1;
        int low = high < 0 ? -1 : esc_hex_value(text.data[i + 2]);
        if (low < 0) {
            esc_buf_char(out, c == '+' && plus_is_space ? ' ' : c);
            continue;
        }
        esc_buf_u8(out, (uint8_t)(high * 16 + low));
        i += 2;
    }
}

bool esc_form_next_coded(EscText *form, EscText *name, EscText *value)
{
    while (form->size > 0 && form->data[0] == '&')
        *form = (EscText){form->data + 1, form->size - 1};
    if (form->size == 0)
        return false;
    const char *end = memchr(form->data, '&', form->size);
    EscText field = {form->data, end == NULL ? form->size : (size_t)(end - form->data)};
    const char *equals = memchr(field.data, '=', field.size);
    size_t name_size = equals == NULL ? field.size : (size_t)(equals - field.data);
    *name = (EscText){field.data, name_size};
    *value = equals == NULL ? (EscText){field.data + field.size, 0}
                            : (EscText){equals + 1, field.size - name_size - 1};
    *form = (EscText){form->data + field.size, form->size - field.size};
    return true;
}

static bool decode(EscArena *arena, EscText coded, EscText *out)
{
    EscBuf plain;
    esc_buf_init(&plain, coded.size + 1);
    bool is_fine = esc_percent_decode(coded, true, &plain);
    *out = is_fine ? esc_arena_text(arena, esc_buf_as_text(&plain)) : (EscText){0};
    esc_buf_release(&plain);
    return is_fine && out->data != NULL;
}

bool esc_form_next(EscArena *arena, EscText *form, EscText *name, EscText *value)
{
    EscText rest = *form, coded_name, coded;
    if (!esc_form_next_coded(&rest, &coded_name, &coded)) {
        *form = rest;
        return false;
    }
    if (!decode(arena, coded_name, name) || !decode(arena, coded, value))
        return false; /* *form is not empty */
    *form = rest;
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
