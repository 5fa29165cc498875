/* plan_slack.c - what a Slack app posts: chat.postMessage with a bot's token. Pure.
 *
 * A person is a member's id (U…, W…), or a mail address, whose member is looked up once (users.lookupByEmail) and kept: an
 * incoming webhook could not choose whom it writes to. The messages of an escalation are one thread in a channel; its first
 * message is the thread. Buttons are Block Kit's; what one stands for is its value (esc_button_write).
 *
 * Slack answers 200 to what it refuses: {"ok": false, "error": "…"}. Which of its words are nobody's fault and tried again,
 * and which are the app's own so that all messages wait, stands here; every other one is the message's. */
#include "plan_bot.h"

#include <string.h>

#include "labels.h"
#include "link_offers.h"
#include "verdict.h"

#define SECTION_BYTES_MAX 2900 /* of one block of text; Slack takes 3000 characters */
#define SECTIONS_MAX 40        /* of at most 50 blocks */
#define LABEL_CHARACTERS_MAX 75
#define VALUE_BYTES_MAX 2000

/* --- what an answer means --------------------------------------------------------------------- */

static const struct {
    const char *error;
    EscVerdict verdict;
} errors[] = {
    {"ratelimited", ESC_VERDICT_RETRY},
    {"rate_limited", ESC_VERDICT_RETRY},
    {"internal_error", ESC_VERDICT_RETRY},
    {"fatal_error", ESC_VERDICT_RETRY},
    {"service_unavailable", ESC_VERDICT_RETRY},
    {"request_timeout", ESC_VERDICT_RETRY},
    {"team_added_to_org", ESC_VERDICT_RETRY},
    {"invalid_auth", ESC_VERDICT_HOLD},
    {"not_authed", ESC_VERDICT_HOLD},
    {"account_inactive", ESC_VERDICT_HOLD},
    {"token_revoked", ESC_VERDICT_HOLD},
    {"token_expired", ESC_VERDICT_HOLD},
    {"no_permission", ESC_VERDICT_HOLD},
    {"missing_scope", ESC_VERDICT_HOLD},
    {"not_allowed_token_type", ESC_VERDICT_HOLD},
    {"org_login_required", ESC_VERDICT_HOLD},
    {"ekm_access_denied", ESC_VERDICT_HOLD},
    {"accesslimited", ESC_VERDICT_HOLD},
    {"access_denied", ESC_VERDICT_HOLD},
    {"team_access_not_granted", ESC_VERDICT_HOLD},
};

/* What was known, of a person who has left or a thread that is gone. */
static const char *const unknown_words[] = {"channel_not_found", "user_not_found",
                                            "thread_not_found", "cannot_reply_to_message"};

void esc_slack_judge(EscSaid *said)
{
    if (said->verdict != ESC_VERDICT_DONE)
        return;
    if (esc_bot_reply_is(said->reply, "/ok", "true")) {
        said->state =
            ESC_DELIVERY_DELIVERED; /* it is shown there: whether anybody looks, Slack does not say */
        return;
    }
    said->verdict = ESC_VERDICT_DEAD;
    for (size_t i = 0; i < ESC_COUNT_OF(errors); i++)
        if (esc_bot_reply_is(said->reply, "/error", errors[i].error))
            said->verdict = errors[i].verdict;
    for (size_t i = 0; i < ESC_COUNT_OF(unknown_words); i++)
        said->is_unknown =
            said->is_unknown || esc_bot_reply_is(said->reply, "/error", unknown_words[i]);
}

/* --- whom --------------------------------------------------------------------------------------- */

static bool is_id(EscText address)
{
    if (address.size < 2 || strchr("UWCGD", address.data[0]) == NULL)
        return false;
    for (size_t i = 0; i < address.size; i++)
        if ((address.data[i] < 'A' || address.data[i] > 'Z') &&
            (address.data[i] < '0' || address.data[i] > '9'))
            return false;
    return true;
}

static EscText ask_member(EscPlanner *planner, const EscEndpoint *endpoint, EscText mail,
                          EscText key)
{
    EscBuf url;
    EscText base = esc_bot_url(planner, endpoint, "/users.lookupByEmail?");
    EscText coded = esc_bot_segment(planner, mail);
    esc_buf_init(&url, ESC_URL_BYTES_MAX);
    esc_buf_printf(&url, "%.*semail=%.*s", ESC_TEXT_ARG(base), ESC_TEXT_ARG(coded));
    esc_bot_ask(planner, esc_planner_keep(planner, &url), (EscText){"", 0}, ESC_KNOWN_PERSON, key,
                "/user/id");
    esc_planner_bearer(planner, endpoint->secret);
    return (EscText){"", 0};
}

EscText esc_slack_member(EscPlanner *planner, const EscEndpoint *endpoint, EscText address)
{
    if (is_id(address))
        return address;
    if (!esc_bot_is_mail(address)) {
        esc_planner_refuse(planner, "Slack knows people by a member's id (U…) or a mail address, "
                                    "and their chat address is neither");
        return (EscText){"", 0};
    }
    EscText key = esc_arena_printf(planner->arena, "slack %.*s", ESC_TEXT_ARG(address));
    EscText known = esc_bot_known(planner, ESC_KNOWN_PERSON, key);
    if (known.size == 0)
        return ask_member(planner, endpoint, address, key);
    planner->plan->relies_sort = ESC_KNOWN_PERSON;
    planner->plan->relies_on = key;
    return known;
}

/* Empty: it is refused, or a step was planned that finds it out. */
static EscText channel_of(EscPlanner *planner, const EscEndpoint *endpoint)
{
    EscText address = esc_planner_receiver(planner, endpoint);
    return planner->row->address.size > 0 ? esc_slack_member(planner, endpoint, address) : address;
}

/* --- what --------------------------------------------------------------------------------------- */

/* So much of a text as a block may have, to the end of a line or a word: an entity or a link is not parted. */
static size_t piece_size(EscText text)
{
    if (text.size <= SECTION_BYTES_MAX)
        return text.size;
    size_t size = esc_utf8_cut(text, SECTION_BYTES_MAX).size;
    for (size_t at = size; at > size / 2; at--)
        if (text.data[at - 1] == '\n')
            return at;
    for (size_t at = size; at > size / 2; at--)
        if (text.data[at - 1] == ' ')
            return at;
    return size;
}

static void put_sections(EscBuf *out, EscText text)
{
    for (int i = 0; i < SECTIONS_MAX && text.size > 0; i++) {
        size_t size = piece_size(text);
        esc_buf_string(out, i == 0 ? "" : ",");
        esc_buf_string(out, "{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":");
        esc_json_text(out, (EscText){text.data, size});
        esc_buf_string(out, "}}");
        text = (EscText){text.data + size, text.size - size};
    }
}

/* The longest beginning of so many characters. */
static EscText first_characters(EscText text, size_t count)
{
    size_t size, at = 0;
    for (; at < text.size && count > 0; at += size, count--)
        (void)esc_utf8_decode(text, at, &size);
    return (EscText){text.data, at};
}

static void put_button(EscBuf *out, const EscOffered *offered, uint32_t number)
{
    EscBuf value;
    esc_buf_init(&value, VALUE_BYTES_MAX);
    esc_button_write(&value, &offered->does);
    EscText label = first_characters(offered->label, LABEL_CHARACTERS_MAX);
    esc_buf_printf(out, "%s{\"type\":\"button\",\"action_id\":\"escal.%.*s", number == 0 ? "" : ",",
                   ESC_TEXT_ARG(offered->does.verb));
    if (offered->does.answer.size > 0) /* of one block each has its own */
        esc_buf_printf(out, ".%u", number);
    esc_buf_string(out, "\",\"text\":{\"type\":\"plain_text\",\"text\":");
    esc_json_text(out, label.size > 0 ? label : offered->does.verb);
    esc_buf_char(out, '}');
    if (offered->is_first_choice)
        esc_planner_member(out, "style", ESC_TEXT("primary"));
    esc_planner_member(out, "value", esc_buf_as_text(&value));
    esc_buf_char(out, '}');
    if (value.status != ESC_OK)
        out->status = value.status;
    esc_buf_release(&value);
}

/* A button that opens an address. Slack tells us of it, too, and nothing follows from that: it has no value. */
static void put_link(EscBuf *out, const EscLinkOffer *offer, uint32_t number)
{
    esc_buf_printf(out,
                   "%s{\"type\":\"button\",\"action_id\":\"escal.link.%u\",\"text\":"
                   "{\"type\":\"plain_text\",\"text\":",
                   number == 0 ? "" : ",", number);
    esc_json_text(out, first_characters(offer->label, LABEL_CHARACTERS_MAX));
    esc_buf_char(out, '}');
    if (offer->is_first_choice)
        esc_planner_member(out, "style", ESC_TEXT("primary"));
    esc_planner_member(out, "url", offer->url);
    esc_buf_char(out, '}');
}

/* A page has room for its reason, and a button has not. Both lists have it at the same place: behind no resolving. */
static bool is_refusal(const EscOffered *offered)
{
    return esc_text_equal(offered->does.verb, ESC_TEXT("reject"));
}

/* Buttons whose answers come back, or where nobody answers links; behind either the page with all else that can be done. */
static void put_blocks(EscPlanner *planner, EscBuf *out, const EscMessage *message,
                       bool is_answered, EscText text)
{
    EscOffered offered[ESC_BUTTONS_MAX];
    EscLinkOffer links[ESC_BUTTONS_MAX];
    uint32_t linked = esc_link_offers(planner, message, links);
    uint32_t count = is_answered ? esc_buttons_of(message, planner->row, offered) : linked;
    if (count == 0)
        return;
    esc_buf_string(out, ",\"blocks\":[");
    put_sections(out, text);
    esc_buf_string(out, ",{\"type\":\"actions\",\"elements\":[");
    for (uint32_t i = 0; i < count; i++)
        if (!is_answered || (i < linked && is_refusal(&offered[i])))
            put_link(out, &links[i], i);
        else
            put_button(out, &offered[i], i);
    if (count < ESC_BUTTONS_MAX && esc_link_is_offered(planner, message))
        put_link(out,
                 &(EscLinkOffer){.label = esc_label(message->language, ESC_LABEL_MORE),
                                 .url = message->act},
                 count);
    esc_buf_string(out, "]}]");
}

static EscText said(EscPlanner *planner, const EscMessage *message)
{
    EscBuf text;
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    esc_message_say(&text, message, true);
    return esc_planner_keep(planner, &text);
}

/* In the thread of its escalation, or the first of one. */
static void put_thread(EscPlanner *planner, EscBuf *out, const EscMessage *message)
{
    EscPlan *plan = planner->plan;
    EscText key = esc_bot_thread(planner, "slack", message);
    EscText thread = esc_bot_known(planner, ESC_KNOWN_PLACE, key);
    if (thread.size > 0) {
        esc_planner_member(out, "thread_ts", thread);
        plan->relies_sort = ESC_KNOWN_PLACE;
        plan->relies_on = key;
    } else if (key.size > 0) {
        plan->learns_sort = ESC_KNOWN_PLACE;
        plan->learns = key;
        plan->learns_from = "/ts";
    }
}

static void plan_errand(EscPlanner *planner, const EscEndpoint *endpoint)
{
    static const struct {
        const char *act, *path;
    } acts[] = {{"chat.update", "/chat.update"}, {"chat.postEphemeral", "/chat.postEphemeral"}};
    const EscJson *errand = NULL;
    EscText act, with;
    if (!esc_bot_errand(planner, &errand, &act, &with))
        return;
    for (size_t i = 0; i < ESC_COUNT_OF(acts); i++)
        if (esc_text_equal(act, esc_text_from(acts[i].act)))
            esc_bot_send(planner, "POST", esc_bot_url(planner, endpoint, acts[i].path),
                         endpoint->secret, with);
    if (planner->plan->method.size == 0)
        esc_planner_refuse(planner, "there is no such thing to be told afterwards");
}

void esc_plan_slack(EscPlanner *planner, const EscEndpoint *endpoint)
{
    planner->plan->judge = esc_slack_judge;
    if (esc_planner_is_errand(planner)) {
        plan_errand(planner, endpoint);
        return;
    }
    const EscMessage *message = esc_planner_message(planner);
    EscText channel = message == NULL ? (EscText){"", 0} : channel_of(planner, endpoint);
    if (channel.size == 0)
        return;
    EscBuf body;
    EscText text = said(planner, message);
    esc_buf_init(&body, 4 * ESC_PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"channel\":");
    esc_json_text(&body, channel);
    esc_planner_member(&body, "text", text);
    esc_buf_string(&body, ",\"unfurl_links\":false,\"unfurl_media\":false");
    put_thread(planner, &body, message);
    put_blocks(planner, &body, message, esc_config_answers(planner->config, endpoint) != NULL,
               text);
    esc_buf_char(&body, '}');
    esc_bot_send(planner, "POST", esc_bot_url(planner, endpoint, "/chat.postMessage"),
                 endpoint->secret, esc_planner_keep(planner, &body));
}
