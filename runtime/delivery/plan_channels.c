/* plan_channels.c - what goes to a file, a chat, a webhook and a mail server. Pure. */
#include "labels.h"
#include "mail_html.h"
#include "planner.h"

#include <string.h>

void esc_plan_file(EscPlanner *planner, const EscEndpoint *endpoint)
{
    (void)endpoint; /* the route knows the path */
    planner->plan->body =
        esc_planner_envelope(planner, planner->plan->is_call ? "escal.call" : "escal.message");
}

static EscText said(EscPlanner *planner, const EscMessage *message)
{
    EscBuf text;
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    esc_message_say(&text, message, true);
    return esc_planner_keep(planner, &text);
}

void esc_plan_chat(EscPlanner *planner, const EscEndpoint *endpoint)
{
    const EscMessage *message = esc_planner_message(planner);
    if (message == NULL)
        return;
    EscBuf body;
    esc_buf_init(&body, 2 * ESC_PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"text\":");
    esc_json_text(&body, said(planner, message));
    if (planner->row->address.size > 0)
        esc_planner_member(&body, "channel", planner->row->address);
    esc_buf_char(&body, '}');
    esc_planner_post(planner, endpoint->url, esc_planner_keep(planner, &body));
    esc_planner_header(planner, "Idempotency-Key", planner->row->key);
}

/* The header tells the time of the attempt, as the specification wants it: receivers refuse what is
 * older than some minutes as a replay, and a retry is not one. The body tells the event's. */
void esc_plan_signed(EscPlanner *planner, const EscEndpoint *endpoint, const char *type)
{
    int64_t timestamp_s = planner->now_ms / 1000;
    EscText id = planner->row->key;
    esc_planner_post(planner, endpoint->url, esc_planner_envelope(planner, type));
    esc_planner_header(planner, "webhook-id", id);
    esc_planner_header(planner, "webhook-timestamp",
                       esc_arena_printf(planner->arena, "%lld", (long long)timestamp_s));
    if (endpoint->secret.size == 0)
        return;
    EscBuf signature;
    esc_buf_init(&signature, 256);
    esc_webhook_sign(&signature, endpoint->secret, id, timestamp_s, planner->plan->body);
    esc_planner_header(planner, "webhook-signature", esc_buf_as_text(&signature));
    esc_buf_release(&signature);
}

void esc_plan_webhook(EscPlanner *planner, const EscEndpoint *endpoint)
{
    esc_plan_signed(planner, endpoint, "escal.message");
}

/* The word that an answer to the mail begins with; empty: no mail does what is asked. */
static EscText word_by_mail(const EscMessage *message)
{
    switch (message->asks) {
    case ESC_ASKS_ACK:
        return ESC_TEXT("ack");
    case ESC_ASKS_APPROVAL:
        return ESC_TEXT("approve");
    case ESC_ASKS_ANSWER:
        return message->answers_count > 0 ? message->answers[0].name : (EscText){0};
    default:
        return (EscText){0};
    }
}

/* A line for each link, and one for all that is not asked for but can be done. */
static void put_links(EscPlanner *planner, const EscMessage *message, EscBuf *out)
{
    EscLinkOffer offers[ESC_BUTTONS_MAX];
    uint32_t count = esc_link_offers(planner, message, offers);
    for (uint32_t i = 0; i < count; i++)
        esc_buf_printf(out, "%s%.*s: %.*s", i == 0 ? "\n\n" : "\n", ESC_TEXT_ARG(offers[i].label),
                       ESC_TEXT_ARG(offers[i].url));
    if (count > 0)
        esc_buf_printf(out, "\n%.*s: %.*s",
                       ESC_TEXT_ARG(esc_label(message->language, ESC_LABEL_MORE)),
                       ESC_TEXT_ARG(message->act));
}

/* The message without its line on how to act, which is links here. */
static void put_said(EscPlanner *planner, const EscMessage *message, EscBuf *out)
{
    EscMessage bare = *message;
    if (esc_link_is_offered(planner, message))
        bare.act = (EscText){0};
    esc_message_say(out, &bare, false);
}

/* Where answers come back, whoever alone gets the mail is told that they may answer. */
static EscText said_by_mail(EscPlanner *planner, const EscMessage *message, EscTexts to)
{
    EscText word = word_by_mail(message);
    EscBuf text;
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    put_said(planner, message, &text);
    put_links(planner, message, &text);
    if (planner->config->inbox.address.size > 0 && to.count == 1 && word.size > 0) {
        esc_buf_string(&text, "\n\n");
        esc_buf_text(&text, esc_label(message->language, ESC_LABEL_BY_MAIL));
        esc_buf_text(&text, word);
    }
    return esc_planner_keep(planner, &text);
}

/* The same with links as buttons; empty: there are none, and the text says it all. */
static EscText html_of(EscPlanner *planner, const EscMessage *message)
{
    EscLinkOffer offers[ESC_BUTTONS_MAX];
    uint32_t count = esc_link_offers(planner, message, offers);
    EscBuf text, html;
    if (count == 0)
        return (EscText){0};
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    esc_buf_init(&html, ESC_PLAN_BYTES_MAX);
    put_said(planner, message, &text);
    esc_mail_html(&html, message, esc_planner_keep(planner, &text), offers, count);
    return esc_planner_keep(planner, &html);
}

static void plan_mail_to(EscPlanner *planner, EscTexts to)
{
    const EscMessage *message = esc_planner_message(planner);
    if (message == NULL)
        return;
    const EscMailServer *server = &planner->config->mail;
    EscBuf mail;
    esc_buf_init(&mail, 4 * ESC_PLAN_BYTES_MAX);
    esc_mail_write(
        &mail, &(EscMail){.from = server->from,
                          .sender_name = server->sender_name,
                          .to = to,
                          .subject = message->subject.size > 0 ? message->subject : message->text,
                          .text = said_by_mail(planner, message, to),
                          .html = html_of(planner, message),
                          .key = planner->row->key,
                          .inbox = planner->config->inbox.address,
                          .secret = planner->config->inbox.secret,
                          .date_ms = planner->row->created_at_ms});
    planner->plan->mail = server;
    planner->plan->from = server->from;
    planner->plan->to = to;
    planner->plan->body = esc_planner_keep(planner, &mail);
    esc_planner_url(planner, server->server);
}

static void plan_mail_to_one(EscPlanner *planner, EscText address)
{
    EscText *to = esc_arena_alloc(planner->arena, sizeof(*to));
    if (to == NULL) {
        esc_planner_refuse(planner, "no memory");
        return;
    }
    *to = address;
    plan_mail_to(planner, (EscTexts){.items = to, .count = 1});
}

/* To the receiver that the row names; a row that names none goes to all of them. */
void esc_plan_mail(EscPlanner *planner, const EscEndpoint *endpoint)
{
    if (planner->row->address.size > 0)
        plan_mail_to_one(planner, planner->row->address);
    else
        plan_mail_to(planner, endpoint->to);
}

/* One recipient, whose address stands in the directory. It may not smuggle a second one in. */
void esc_plan_person_mail(EscPlanner *planner)
{
    if (esc_mail_address_is_plain(planner->row->address))
        plan_mail_to_one(planner, planner->row->address);
    else
        esc_planner_refuse(planner, "the person's mail address is malformed");
}
