/* plan_teams.c - a message to a webhook of Microsoft Teams (Workflows: "when a Teams webhook request is received"): an Adaptive
 * Card. Pure.
 *
 * The webhook posts to the one channel or chat that it was made for, and nothing comes back: it proves `accepted`, and has
 * no buttons. A card may have 28 KB. */
#include "planner.h"

#define CARD_TEXT_BYTES_MAX 16000

void esc_plan_teams(EscPlanner *planner, const EscEndpoint *endpoint)
{
    const EscMessage *message = esc_planner_message(planner);
    EscBuf text, body;
    if (message == NULL)
        return;
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    esc_message_mark_down(&text, message);
    EscText said = esc_planner_keep(planner, &text);
    esc_buf_init(&body, ESC_PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"type\":\"message\",\"attachments\":[{\"contentType\":"
                          "\"application/vnd.microsoft.card.adaptive\",\"contentUrl\":null,"
                          "\"content\":{\"$schema\":"
                          "\"http://adaptivecards.io/schemas/adaptive-card.json\",\"type\":"
                          "\"AdaptiveCard\",\"version\":\"1.4\",\"msteams\":{\"width\":\"Full\"},"
                          "\"body\":[{\"type\":\"TextBlock\",\"wrap\":true,\"text\":");
    esc_json_text(&body, esc_utf8_cut(said, CARD_TEXT_BYTES_MAX));
    esc_buf_string(&body, "}]}}]}");
    esc_planner_post(planner, endpoint->url, esc_planner_keep(planner, &body));
}
