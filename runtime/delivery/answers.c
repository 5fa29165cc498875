/* answers.c - how people answer from where a message went: addresses, offers, buttons that we sign ourselves. Pure. What comes
 * back is read by ../inbound/. */
#include <esc/proofs.h>

#include "answers.h"

#define BUTTON_BYTES_MAX ((size_t)8 << 10)

EscText esc_answers_url(const EscPlanner *planner, const EscEndpoint *endpoint)
{
    if (endpoint->answers.size == 0 || planner->config->public_url.size == 0)
        return (EscText){0};
    return esc_arena_printf(planner->arena, "%.*s/v1/inbound/%.*s",
                            ESC_TEXT_ARG(planner->config->public_url),
                            ESC_TEXT_ARG(endpoint->answers));
}

uint32_t esc_offers_of(const EscMessage *message, const EscOutboxRow *row,
                       EscOffered out[ESC_BUTTONS_MAX])
{
    uint32_t count = esc_buttons_of(message, row, out), kept = 0;
    for (uint32_t i = 0; i < count && kept < ESC_OFFERS_MAX; i++)
        if (!esc_text_equal(out[i].does.verb, ESC_TEXT("resolve")))
            out[kept++] = out[i];
    return kept;
}

uint32_t esc_answers_offers(const EscPlanner *planner, const EscEndpoint *endpoint,
                            const EscMessage *message, EscOffered out[ESC_BUTTONS_MAX])
{
    bool is_answered =
        planner->row->address.size > 0 && esc_answers_url(planner, endpoint).size > 0;
    return is_answered ? esc_offers_of(message, planner->row, out) : 0;
}

static EscText sign(EscPlanner *planner, EscText secret, EscText body)
{
    EscMac mac;
    char hex[2 * ESC_MAC_BYTES_MAX + 1];
    if (body.data == NULL || !esc_mac_make(ESC_MAC_SHA256, secret, &body, 1, &mac))
        return (EscText){0};
    esc_hex((EscBytes){mac.bytes, mac.size}, hex);
    return esc_arena_text(planner->arena, esc_text_from(hex));
}

EscSignedButton esc_answers_button(EscPlanner *planner, const EscEndpoint *endpoint,
                                   const EscOffered *offer)
{
    const EscInboundBinding *binding = esc_config_answers(planner->config, endpoint);
    const EscOutboxRow *row = planner->row;
    EscBuf body;
    esc_buf_init(&body, BUTTON_BYTES_MAX);
    esc_button_write(&body, &offer->does);
    body.size -= body.size > 0; /* more members stand before its end */
    esc_planner_member(&body, "m", row->medium);
    esc_planner_member(&body, "s", row->address);
    esc_buf_printf(&body, ",\"t\":%lld}", (long long)(planner->now_ms / 1000 + ESC_BUTTON_HOLDS_S));
    EscSignedButton signed_button = {.body = esc_planner_keep(planner, &body)};
    if (binding != NULL)
        signed_button.proof = sign(planner, binding->secret, signed_button.body);
    return signed_button;
}
