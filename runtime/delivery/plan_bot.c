/* plan_bot.c - what the plans of bots share. Pure. */
#include "plan_bot.h"

#include <string.h>

#include "reply.h"

#define KEY_BYTES_MAX 512
#define REPLY_WORD_BYTES_MAX 256

void esc_bot_ask(EscPlanner *planner, EscText url, EscText body, EscKnownSort sort, EscText key,
                 const char *pointer)
{
    EscPlan *plan = planner->plan;
    plan->is_step = true;
    plan->learns_sort = sort;
    plan->learns = key;
    plan->learns_from = pointer;
    if (body.size > 0) {
        esc_planner_post(planner, url, body);
        return;
    }
    plan->method = ESC_TEXT("GET");
    esc_planner_url(planner, url);
}

void esc_bot_send(EscPlanner *planner, const char *method, EscText url, EscText token, EscText json)
{
    esc_planner_post(planner, url, json);
    planner->plan->method = esc_text_from(method);
    esc_planner_bearer(planner, token);
}

EscText esc_bot_known(EscPlanner *planner, EscKnownSort sort, EscText key)
{
    return key.size > KEY_BYTES_MAX ? (EscText){"", 0}
                                    : esc_known_find(planner->known, planner->arena, sort, key);
}

EscText esc_bot_thread(EscPlanner *planner, const char *kind, const EscMessage *message)
{
    const EscOutboxRow *row = planner->row;
    if (row->address.size > 0 || message->escalation.size == 0)
        return (EscText){"", 0};
    return esc_arena_printf(planner->arena, "%s thread %.*s %.*s", kind, ESC_TEXT_ARG(row->target),
                            ESC_TEXT_ARG(message->escalation));
}

EscText esc_bot_segment(EscPlanner *planner, EscText name)
{
    EscBuf out;
    esc_buf_init(&out, 3 * name.size + 1);
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = (unsigned char)name.data[i],
                      lower = (unsigned char)esc_ascii_lower((char)c);
        bool is_plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                        c == '_' || c == '~';
        if (is_plain)
            esc_buf_char(&out, (char)c);
        else
            esc_buf_printf(&out, "%%%02X", c); /* a dot too: `..` would lead elsewhere */
    }
    return esc_planner_keep(planner, &out);
}

EscText esc_bot_url(EscPlanner *planner, const EscEndpoint *endpoint, const char *path)
{
    EscText base = endpoint->url;
    while (base.size > 0 && base.data[base.size - 1] == '/')
        base.size--;
    return esc_arena_printf(planner->arena, "%.*s%s", ESC_TEXT_ARG(base), path);
}

bool esc_bot_is_mail(EscText address)
{
    return address.size > 1 && address.data[0] != '@' && esc_mail_address_is_plain(address);
}

bool esc_bot_errand(EscPlanner *planner, const EscJson **errand, EscText *act, EscText *with)
{
    static const EscJsonLimits limits = {.depth_max = 40, .values_max = 20000};
    if (esc_json_read(planner->arena, planner->row->body, &limits, errand, NULL) != ESC_OK) {
        esc_planner_refuse(planner, "what is to be told afterwards is not readable");
        return false;
    }
    const EscJson *body = esc_json_member(*errand, ESC_TEXT("with"));
    *act = esc_json_text_or(esc_json_member(*errand, ESC_TEXT("do")), (EscText){"", 0});
    *with = body == NULL ? (EscText){"{}", 2} : esc_arena_text(planner->arena, body->source);
    return true;
}

bool esc_bot_reply_is(EscText reply, const char *pointer, const char *value)
{
    EscBuf found;
    esc_buf_init(&found, REPLY_WORD_BYTES_MAX);
    bool is_there = esc_reply_select(&found, reply, esc_text_from(pointer), NULL);
    bool is_equal = is_there && found.status == ESC_OK &&
                    esc_text_equal(esc_buf_as_text(&found), esc_text_from(value));
    esc_buf_release(&found);
    return is_equal;
}
