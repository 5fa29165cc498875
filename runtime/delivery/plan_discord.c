/* plan_discord.c - a message to a webhook of Discord. Pure.
 *
 * The webhook posts to the one channel that it was made for, and nothing comes back of a person: no buttons. With
 * `wait=true` Discord answers with the message that it shows, which proves `delivered`. A content has 2000 characters of
 * UTF-16 at most, and nobody is ever rung by it (allowed_mentions). */
#include "planner.h"

#include <string.h>

#include "verdict.h"

#define CONTENT_UNITS_MAX 2000

/* As many characters as fit; … says that there were more. */
static EscText cut(EscPlanner *planner, EscText text)
{
    size_t at = 0, size, units = 0, fits = 0;
    for (; at < text.size; at += size) {
        units += esc_utf8_decode(text, at, &size) > 0xffff ? 2 : 1;
        if (units < CONTENT_UNITS_MAX)
            fits = at + size;
    }
    return units <= CONTENT_UNITS_MAX
               ? text
               : esc_arena_printf(planner->arena, "%.*s\xe2\x80\xa6", (int)fits, text.data);
}

/* A webhook that was deleted, or never was, takes no message of anybody's. */
static void judge(EscSaid *said)
{
    if (said->http_status == 404)
        said->verdict = ESC_VERDICT_HOLD;
    else if (said->verdict == ESC_VERDICT_DONE && said->reply.size > 0)
        said->state = ESC_DELIVERY_DELIVERED;
}

void esc_plan_discord(EscPlanner *planner, const EscEndpoint *endpoint)
{
    const EscMessage *message = esc_planner_message(planner);
    EscBuf text, body;
    if (message == NULL)
        return;
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    esc_message_mark_down(&text, message);
    EscText said = cut(planner, esc_planner_keep(planner, &text));
    esc_buf_init(&body, ESC_PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"content\":");
    esc_json_text(&body, said);
    esc_buf_string(&body, ",\"allowed_mentions\":{\"parse\":[]}}");
    bool has_query = memchr(endpoint->url.data, '?', endpoint->url.size) != NULL;
    planner->plan->judge = judge;
    esc_planner_post(planner,
                     esc_arena_printf(planner->arena, "%.*s%cwait=true",
                                      ESC_TEXT_ARG(endpoint->url), has_query ? '&' : '?'),
                     esc_planner_keep(planner, &body));
}
