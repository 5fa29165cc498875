/* plan_webpush.c - pushes to a browser, by the push service that it has chosen (RFC 8030). Pure but for the numbers that a
 * signature draws.
 *
 * A push service says that it has taken a message, and never that somebody has read it: `accepted`. 404 and 410 say that
 * the browser wants no more, for good. */
#include "answers.h"
#include "link_offers.h"
#include "push_crypt.h"
#include "verdict.h"

#include <curl/curl.h>

#define BROWSERS_VALUES_MAX 64
#define TOKEN_LIFE_S (12 * 3600) /* push services take no token for more than a day */
#define TITLE_BYTES_MAX 60       /* of an answer */
#define ANSWERED_MAX 4           /* that fit into a record with their proofs */
#define BODY_MEMBER_BYTES 9      /* what stands around it: ,"body":} */
#define KEPT_S "86400"           /* for a browser that is not there */

static void judge(EscSaid *said)
{
    bool is_over = said->http_status == 404 || said->http_status == 410;
    if (said->verdict == ESC_VERDICT_DEAD && is_over)
        said->words = "the browser's subscription is over: subscribe it again, or take it out";
    else if (said->http_status == 413)
        said->words = "the push service takes no message of this length";
}

static const EscPushSubscription *subscription_of(const EscEndpoint *endpoint, EscText name)
{
    for (uint32_t i = 0; i < endpoint->subscriptions_count; i++)
        if (esc_text_equal(endpoint->subscriptions[i].name, name))
            return &endpoint->subscriptions[i];
    return NULL;
}

/* What a text takes within JSON. */
static size_t room_json(EscText text)
{
    EscBuf quoted;
    esc_buf_init(&quoted, ESC_PLAN_BYTES_MAX);
    esc_json_text(&quoted, text);
    size_t size = quoted.status == ESC_OK ? quoted.size : SIZE_MAX / 2;
    esc_buf_release(&quoted);
    return size;
}

/* What can be answered from there has a body and a proof, to be posted to `post` as they are. */
static void put_offers(EscPlanner *planner, const EscEndpoint *endpoint, const EscMessage *message,
                       EscBuf *out)
{
    EscOffered offers[ESC_BUTTONS_MAX];
    uint32_t answered = esc_answers_offers(planner, endpoint, message, offers);
    uint32_t count = answered > 0 ? answered : esc_offers_of(message, planner->row, offers);
    if (answered > 0)
        esc_planner_member(out, "post", esc_answers_url(planner, endpoint));
    esc_buf_string(out, ",\"offers\":[");
    for (uint32_t i = 0; i < count && (answered == 0 || i < ANSWERED_MAX); i++) {
        esc_buf_printf(out, "%s{\"verb\":", i == 0 ? "" : ",");
        esc_json_text(out, offers[i].does.verb);
        if (offers[i].does.answer.size > 0)
            esc_planner_member(out, "name", offers[i].does.answer);
        esc_planner_member(out, "title", esc_utf8_cut(offers[i].label, TITLE_BYTES_MAX));
        if (answered > 0) {
            EscSignedButton button = esc_answers_button(planner, endpoint, &offers[i]);
            esc_planner_member(out, "body", button.body);
            esc_planner_member(out, "proof", button.proof);
        }
        esc_buf_char(out, '}');
    }
    esc_buf_char(out, ']');
}

/* {"title","page","key","escalation"?,"ticket"?,"url"?,"post"?,"offers":[{"verb","name"?,"title","body"?,"proof"?}],"body"}, for a page's service worker.
 * The body has what is left of a record. */
static EscText notice_of(EscPlanner *planner, const EscEndpoint *endpoint,
                         const EscMessage *message)
{
    EscBuf text, out;
    esc_buf_init(&text, ESC_PLAN_BYTES_MAX);
    esc_buf_init(&out, ESC_PLAN_BYTES_MAX);
    esc_buf_string(&out, "{\"title\":");
    esc_json_text(&out, message->subject.size > 0 ? message->subject : message->workspace);
    esc_buf_printf(&out, ",\"page\":%s", message->page ? "true" : "false");
    esc_planner_member(&out, "key", planner->row->key);
    if (message->escalation.size > 0)
        esc_planner_member(&out, "escalation", message->escalation);
    if (message->ticket.size > 0)
        esc_planner_member(&out, "ticket", message->ticket);
    if (esc_link_is_offered(planner, message))
        esc_planner_member(&out, "url", message->act); /* where a click leads */
    put_offers(planner, endpoint, message, &out);
    size_t taken = out.size + BODY_MEMBER_BYTES;
    const EscBrief brief = {
        .room = room_json,
        .room_max = taken < ESC_PUSH_TEXT_BYTES_MAX ? ESC_PUSH_TEXT_BYTES_MAX - taken : 0};
    esc_brief_say(&text, message, &brief);
    esc_planner_member(&out, "body", esc_planner_keep(planner, &text));
    esc_buf_char(&out, '}');
    if (out.size > ESC_PUSH_TEXT_BYTES_MAX)
        esc_planner_refuse(planner, "the message is too big");
    return esc_planner_keep(planner, &out);
}

/* Scheme, host and port of an address: whom a token is for. */
static EscText origin_of(EscPlanner *planner, EscText url)
{
    char *scheme = NULL, *host = NULL, *port = NULL;
    EscText origin = {0};
    CURLU *parts = curl_url();
    if (parts != NULL && curl_url_set(parts, CURLUPART_URL, url.data, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        bool has_port = curl_url_get(parts, CURLUPART_PORT, &port, 0) == CURLUE_OK;
        origin = esc_arena_printf(planner->arena, "%s://%s%s%s", scheme, host, has_port ? ":" : "",
                                  has_port ? port : "");
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return origin;
}

static EscText encrypted(EscPlanner *planner, const EscPushSubscription *to, EscBytes secret,
                         EscText notice)
{
    EscPushKeys keys = {.receiver = {(const uint8_t *)to->key.data, to->key.size},
                        .auth = {(const uint8_t *)to->auth.data, to->auth.size}};
    EscBuf body;
    esc_buf_init(&body, ESC_PLAN_BYTES_MAX);
    if (planner->plan->refusal.size > 0)
        return (EscText){0};
    esc_push_draw(&keys, secret, planner->row->key, notice);
    if (!esc_push_encrypt(&body, &keys, notice))
        esc_planner_refuse(planner,
                           "it cannot be encrypted for this browser: its subscription is wrong");
    return esc_planner_keep(planner, &body);
}

static void send_push(EscPlanner *planner, const EscEndpoint *endpoint,
                      const EscPushSubscription *to, const EscMessage *message)
{
    EscPlan *plan = planner->plan;
    EscBytes secret = {(const uint8_t *)endpoint->secret.data, endpoint->secret.size};
    EscText notice = notice_of(planner, endpoint, message);
    EscBuf token;
    esc_buf_init(&token, ESC_PLAN_BYTES_MAX);
    plan->judge = judge;
    plan->method = ESC_TEXT("POST");
    plan->has_body = true;
    plan->body = encrypted(planner, to, secret, notice);
    esc_planner_url(planner, to->url);
    if (!esc_push_vapid(&token, secret, origin_of(planner, to->url), endpoint->contact,
                        planner->now_ms / 1000 + TOKEN_LIFE_S))
        esc_planner_refuse(planner, "there is no private key for push services");
    plan->credential = esc_planner_keep(planner, &token);
    esc_planner_header(planner, "Authorization", plan->credential);
    esc_planner_header(planner, "Content-Type", ESC_TEXT("application/octet-stream"));
    esc_planner_header(planner, "Content-Encoding", ESC_TEXT("aes128gcm"));
    esc_planner_header(planner, "TTL", ESC_TEXT(KEPT_S));
    esc_planner_header(planner, "Urgency", message->page ? ESC_TEXT("high") : ESC_TEXT("normal"));
}

static EscText bytes_of(EscPlanner *planner, const EscJson *browser, const char *name)
{
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_PLAN_BYTES_MAX);
    EscText text = esc_json_text_or(esc_json_member(browser, esc_text_from(name)), (EscText){0});
    (void)esc_base64url_read(text, &bytes); /* what is none fits no key */
    return esc_planner_keep(planner, &bytes);
}

/* The one whose turn it is of those that the message brings. NULL: it brings none. */
static const EscPushSubscription *browser_of(EscPlanner *planner, const EscMessage *message)
{
    static const EscJsonLimits limits = {.depth_max = 4, .values_max = BROWSERS_VALUES_MAX};
    const EscJson *list = NULL;
    EscPushSubscription *to = esc_arena_alloc(planner->arena, sizeof(*to));
    if (to == NULL || message->browsers.size == 0 ||
        esc_json_read(planner->arena, message->browsers, &limits, &list, NULL) != ESC_OK ||
        list->kind != ESC_JSON_LIST || planner->turn >= list->count)
        return NULL;
    const EscJson *browser = list->first;
    for (uint32_t i = 0; i < planner->turn; i++)
        browser = browser->next;
    EscText url = esc_json_text_or(esc_json_member(browser, ESC_TEXT("url")), (EscText){0});
    *to =
        (EscPushSubscription){.url = esc_arena_text(planner->arena, url), /* with a NUL behind it */
                              .key = bytes_of(planner, browser, "key"),
                              .auth = bytes_of(planner, browser, "auth")};
    planner->plan->others = list->count - planner->turn - 1;
    planner->plan->receiver =
        esc_json_text_or(esc_json_member(browser, ESC_TEXT("id")), (EscText){0});
    return to;
}

/* To those that its receiver has subscribed, else to the one that the configuration has under their name. */
void esc_plan_webpush(EscPlanner *planner, const EscEndpoint *endpoint)
{
    const EscMessage *message = esc_planner_message(planner);
    const EscPushSubscription *to = message == NULL ? NULL : browser_of(planner, message);
    if (to == NULL)
        to = subscription_of(endpoint, esc_planner_receiver(planner, endpoint));
    if (to == NULL)
        esc_planner_refuse(planner, "no browser is subscribed under this name");
    else if (message != NULL)
        send_push(planner, endpoint, to, message);
}
