/* button.c - what a button below a message stands for: written where the message is made, read where it comes back. */
#include <esc/message.h>

static const EscJsonLimits limits = {.depth_max = 2, .values_max = 16};

static void put(EscBuf *out, const char *name, EscText value)
{
    if (value.size == 0)
        return;
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

void esc_button_write(EscBuf *out, const EscButton *button)
{
    esc_buf_string(out, "{\"do\":");
    esc_json_text(out, button->verb);
    put(out, "e", button->escalation);
    put(out, "a", button->answer);
    put(out, "c", button->channel);
    put(out, "p", button->person);
    if (button->outbox > 0)
        esc_buf_printf(out, ",\"o\":%llu", (unsigned long long)button->outbox);
    if (button->question > 0)
        esc_buf_printf(out, ",\"q\":%u", button->question);
    esc_buf_char(out, '}');
}

static EscText text_at(EscArena *arena, const EscJson *object, const char *name)
{
    return esc_arena_text(
        arena, esc_json_text_or(esc_json_member(object, esc_text_from(name)), (EscText){"", 0}));
}

/* 0: there is none above that. */
static int64_t number_at(const EscJson *object, const char *name)
{
    const EscJson *value = esc_json_member(object, esc_text_from(name));
    bool is_number = value != NULL && value->kind == ESC_JSON_INTEGER && value->integer > 0;
    return is_number ? value->integer : 0;
}

bool esc_button_read(EscArena *arena, EscText json, EscButton *button)
{
    const EscJson *root = NULL;
    *button = (EscButton){.outbox = 0};
    if (esc_json_read(arena, json, &limits, &root, NULL) != ESC_OK || root->kind != ESC_JSON_OBJECT)
        return false;
    int64_t outbox = number_at(root, "o"), question = number_at(root, "q");
    *button = (EscButton){.verb = text_at(arena, root, "do"),
                          .escalation = text_at(arena, root, "e"),
                          .answer = text_at(arena, root, "a"),
                          .channel = text_at(arena, root, "c"),
                          .person = text_at(arena, root, "p"),
                          .outbox = (uint64_t)outbox,
                          .question = question <= UINT32_MAX ? (uint32_t)question : 0};
    return !esc_arena_failed(arena) && button->verb.size > 0 && button->escalation.size > 0;
}
