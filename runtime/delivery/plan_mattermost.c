/* plan_mattermost.c - what a bot posts to a Mattermost server: POST /api/v4/posts with its token. Pure.
 *
 * A person is "@name", a mail address or a user's id: user and direct channel are looked up and kept. The messages of an
 * escalation are one thread in a channel. Buttons are an attachment's actions: the server posts their `context` to us when
 * one is pressed. It signs nothing, so the context has an HMAC of ours over the button, with the secret of the inbound
 * binding: whoever knows only the server's address cannot make one up. */
#include <esc/proofs.h>

#include "plan_bot.h"

#include <string.h>

#include "buttons.h"
#include "verdict.h"

#define ID_SIZE 26

static void judge(EscSaid *said)
{
    if (said->verdict == ESC_VERDICT_DONE)
        said->state =
            ESC_DELIVERY_DELIVERED; /* it is shown there: whether anybody looks, nobody says */
    said->is_unknown = said->http_status == 404 || said->http_status == 400;
}

/* --- whom --------------------------------------------------------------------------------------- */

static bool is_id(EscText text)
{
    if (text.size != ID_SIZE)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if ((text.data[i] < 'a' || text.data[i] > 'z') &&
            (text.data[i] < '0' || text.data[i] > '9'))
            return false;
    return true;
}

/* What the server says at `path`, as it was found out before, or by a step. Empty: a step was planned. */
static EscText found(EscPlanner *planner, const EscEndpoint *endpoint, EscKnownSort sort,
                     EscText key, EscText path, EscText body)
{
    EscText known = esc_bot_known(planner, sort, key);
    if (known.size > 0) {
        planner->plan->relies_sort = sort;
        planner->plan->relies_on = key;
        return known;
    }
    esc_bot_ask(planner, esc_bot_url(planner, endpoint, path.data), body, sort, key, "/id");
    esc_planner_bearer(planner, endpoint->secret);
    return (EscText){"", 0};
}

EscText esc_mattermost_user(EscPlanner *planner, const EscEndpoint *endpoint, EscText address)
{
    bool is_name = address.size > 1 && address.data[0] == '@';
    if (is_id(address))
        return address;
    if (!is_name && !esc_bot_is_mail(address)) {
        esc_planner_refuse(planner, "Mattermost knows people by @name, a mail address or an id, "
                                    "and their chat address is none of these");
        return (EscText){"", 0};
    }
    EscText name = is_name ? (EscText){address.data + 1, address.size - 1} : address;
    EscText coded = esc_bot_segment(planner, name);
    EscText path = esc_arena_printf(planner->arena, "/api/v4/users/%s/%.*s",
                                    is_name ? "username" : "email", ESC_TEXT_ARG(coded));
    return found(planner, endpoint, ESC_KNOWN_PERSON,
                 esc_arena_printf(planner->arena, "mattermost %.*s", ESC_TEXT_ARG(address)), path,
                 (EscText){"", 0});
}

/* The channel of the bot and one person. */
static EscText direct_of(EscPlanner *planner, const EscEndpoint *endpoint, EscText address)
{
    EscText user = esc_mattermost_user(planner, endpoint, address);
    if (user.size == 0)
        return user;
    EscText self = found(planner, endpoint, ESC_KNOWN_PLACE, ESC_TEXT("mattermost self"),
                         ESC_TEXT("/api/v4/users/me"), (EscText){"", 0});
    if (self.size == 0)
        return self;
    EscBuf pair; /* what a server calls them may be anything */
    esc_buf_init(&pair, 16 * ESC_KNOWN_BYTES_MAX);
    esc_buf_char(&pair, '[');
    esc_json_text(&pair, self);
    esc_buf_char(&pair, ',');
    esc_json_text(&pair, user);
    esc_buf_char(&pair, ']');
    return found(planner, endpoint, ESC_KNOWN_PLACE,
                 esc_arena_printf(planner->arena, "mattermost direct %.*s", ESC_TEXT_ARG(user)),
                 ESC_TEXT("/api/v4/channels/direct"), esc_planner_keep(planner, &pair));
}

/* Of "TEAM/CHANNEL", by the names in its address. */
EscText esc_mattermost_channel(EscPlanner *planner, const EscEndpoint *endpoint, EscText name)
{
    const char *slash = name.size == 0 ? NULL : memchr(name.data, '/', name.size);
    if (is_id(name))
        return name;
    if (slash == NULL) {
        esc_planner_refuse(planner, "a channel of Mattermost is named TEAM/CHANNEL, or by its id");
        return (EscText){"", 0};
    }
    size_t size = (size_t)(slash - name.data);
    EscText team = esc_bot_segment(planner, (EscText){name.data, size});
    EscText channel = esc_bot_segment(planner, (EscText){slash + 1, name.size - size - 1});
    EscText path = esc_arena_printf(planner->arena, "/api/v4/teams/name/%.*s/channels/name/%.*s",
                                    ESC_TEXT_ARG(team), ESC_TEXT_ARG(channel));
    return found(planner, endpoint, ESC_KNOWN_PLACE,
                 esc_arena_printf(planner->arena, "mattermost channel %.*s", ESC_TEXT_ARG(name)),
                 path, (EscText){"", 0});
}

/* --- what --------------------------------------------------------------------------------------- */

static void put_proof(EscBuf *out, EscText secret, EscText button)
{
    EscMac mac;
    char hex[2 * ESC_MAC_BYTES_MAX + 1];
    bool is_made = esc_mac_make(ESC_MAC_SHA256, secret, &button, 1, &mac);
    ESC_ASSERT(is_made); /* only without memory */
    esc_hex((EscBytes){mac.bytes, mac.size}, hex);
    esc_planner_member(out, "proof", esc_text_from(hex));
}

static void put_action(EscPlanner *planner, EscBuf *out, const EscInboundBinding *inbound,
                       const EscOffered *offered, uint32_t number)
{
    EscBuf button;
    EscText public_url = planner->config->public_url;
    esc_buf_init(&button, ESC_TEXT_MAX);
    esc_button_write(&button, &offered->does);
    esc_buf_printf(out, "%s{\"id\":\"escal%u\",\"type\":\"button\",\"style\":\"%s\",\"name\":",
                   number == 0 ? "" : ",", number,
                   offered->is_first_choice ? "primary" : "default");
    esc_json_text(out, offered->label);
    esc_buf_string(out, ",\"integration\":{\"url\":");
    esc_json_text(out, esc_arena_printf(planner->arena, "%.*s/v1/inbound/%.*s",
                                        ESC_TEXT_ARG(public_url), ESC_TEXT_ARG(inbound->name)));
    esc_buf_string(out, ",\"context\":{\"button\":");
    esc_json_text(out, esc_buf_as_text(&button));
    put_proof(out, inbound->secret, esc_buf_as_text(&button));
    esc_buf_string(out, "}}}");
    if (button.status != ESC_OK)
        out->status = button.status;
    esc_buf_release(&button);
}

static void put_actions(EscPlanner *planner, EscBuf *out, const EscInboundBinding *inbound,
                        const EscMessage *message)
{
    EscOffered offered[ESC_BUTTONS_MAX];
    uint32_t count = esc_buttons_of(message, planner->row, offered);
    if (count == 0)
        return;
    esc_buf_string(out, ",\"props\":{\"attachments\":[{\"actions\":[");
    for (uint32_t i = 0; i < count; i++)
        put_action(planner, out, inbound, &offered[i], i);
    esc_buf_string(out, "]}]}");
}

static void put_thread(EscPlanner *planner, EscBuf *out, const EscMessage *message)
{
    EscPlan *plan = planner->plan;
    EscText key = esc_bot_thread(planner, "mattermost", message);
    EscText thread = esc_bot_known(planner, ESC_KNOWN_PLACE, key);
    if (thread.size > 0) {
        esc_planner_member(out, "root_id", thread);
        plan->relies_sort = ESC_KNOWN_PLACE;
        plan->relies_on = key;
    } else if (key.size > 0) {
        plan->learns_sort = ESC_KNOWN_PLACE;
        plan->learns = key;
        plan->learns_from = "/id";
    }
}

/* The post keeps its text and has no buttons any more. */
static void plan_errand(EscPlanner *planner, const EscEndpoint *endpoint)
{
    const EscJson *errand = NULL;
    EscText act, with;
    if (!esc_bot_errand(planner, &errand, &act, &with))
        return;
    EscText post = esc_json_text_or(esc_json_member(errand, ESC_TEXT("post")), (EscText){"", 0});
    if (!esc_text_equal(act, ESC_TEXT("patch")) || !is_id(post)) {
        esc_planner_refuse(planner, "there is no such thing to be told afterwards");
        return;
    }
    EscText path = esc_arena_printf(planner->arena, "/api/v4/posts/%.*s/patch", ESC_TEXT_ARG(post));
    esc_bot_send(planner, "PUT", esc_bot_url(planner, endpoint, path.data), endpoint->secret, with);
}

void esc_plan_mattermost(EscPlanner *planner, const EscEndpoint *endpoint)
{
    planner->plan->judge = judge;
    if (esc_planner_is_errand(planner)) {
        plan_errand(planner, endpoint);
        return;
    }
    const EscMessage *message = esc_planner_message(planner);
    if (message == NULL)
        return;
    EscText address = esc_planner_receiver(planner, endpoint);
    EscText channel = planner->row->address.size > 0
                          ? direct_of(planner, endpoint, address)
                          : esc_mattermost_channel(planner, endpoint, address);
    if (channel.size == 0)
        return;
    EscBuf text, body;
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    esc_message_say(&text, message, true);
    esc_buf_init(&body, 2 * ESC_PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"channel_id\":");
    esc_json_text(&body, channel);
    esc_planner_member(&body, "message", esc_planner_keep(planner, &text));
    put_thread(planner, &body, message);
    const EscInboundBinding *inbound = esc_config_answers(planner->config, endpoint);
    if (inbound != NULL)
        put_actions(planner, &body, inbound, message);
    esc_buf_char(&body, '}');
    esc_bot_send(planner, "POST", esc_bot_url(planner, endpoint, "/api/v4/posts"), endpoint->secret,
                 esc_planner_keep(planner, &body));
}
