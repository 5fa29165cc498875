/* api_object.c - members of one JSON object. Times are RFC 3339; the store's own numbers for "never" are no times. */
#include "api_object.h"

EscApiObject esc_object_open(EscApiItems *items)
{
    esc_buf_string(&items->out, items->count++ == 0 ? "{" : ",{");
    return (EscApiObject){&items->out, false};
}

bool esc_object_close(EscApiObject *object)
{
    esc_buf_char(object->out, '}');
    return object->out->status == ESC_OK;
}

void esc_object_member(EscApiObject *object, const char *name)
{
    esc_buf_printf(object->out, "%s\"%s\":", object->has_member ? "," : "", name);
    object->has_member = true;
}

void esc_put_text_always(EscApiObject *object, const char *name, EscText text)
{
    esc_object_member(object, name);
    esc_json_text(object->out, text);
}

void esc_put_text(EscApiObject *object, const char *name, EscText text)
{
    if (text.size > 0)
        esc_put_text_always(object, name, text);
}

void esc_put_raw(EscApiObject *object, const char *name, EscText json)
{
    if (json.size == 0)
        return;
    esc_object_member(object, name);
    esc_buf_text(object->out, json);
}

void esc_put_text_or_null(EscApiObject *object, const char *name, EscText text)
{
    if (text.size > 0)
        esc_put_text_always(object, name, text);
    else
        esc_put_raw(object, name, ESC_TEXT("null"));
}

void esc_put_json(EscApiObject *object, const char *name, EscText json)
{
    esc_put_raw(object, name, json.size > 0 ? json : ESC_TEXT("[]"));
}

void esc_put_truth(EscApiObject *object, const char *name, bool is_true)
{
    esc_put_raw(object, name, esc_text_from(is_true ? "true" : "false"));
}

void esc_put_number(EscApiObject *object, const char *name, uint64_t value)
{
    esc_object_member(object, name);
    esc_buf_printf(object->out, "%llu", (unsigned long long)value);
}

void esc_put_time(EscApiObject *object, const char *name, int64_t time_ms)
{
    if (time_ms <= 0)
        return;
    esc_object_member(object, name);
    esc_buf_char(object->out, '"');
    esc_time_write(object->out, time_ms);
    esc_buf_char(object->out, '"');
}

void esc_put_time_always(EscApiObject *object, const char *name, int64_t time_ms)
{
    if (time_ms > 0)
        esc_put_time(object, name, time_ms);
    else
        esc_put_raw(object, name, ESC_TEXT("null"));
}

void esc_put_escalation(EscApiObject *object, const char *name, uint64_t id)
{
    if (id == 0)
        return;
    esc_object_member(object, name);
    esc_buf_printf(object->out, "\"E-%llu\"", (unsigned long long)id);
}
