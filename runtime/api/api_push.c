/* api_push.c - browsers that a person subscribes for pushes, as PushManager.subscribe gives them: their own, and nobody else's. */
#include <string.h>

#include "api_object.h"

#define URL_BYTES_MAX 1024
#define KEY_BYTES_MAX 200 /* a point of P-256, and 16 bytes, as base64url */
#define TITLE_BYTES_MAX 100
#define POINT_BYTES 65
#define AUTH_BYTES 16

static const EscJsonLimits body_limits = {.depth_max = 4, .values_max = 32};

/* --- what is there ------------------------------------------------------------------------------ */

static bool put_browser(void *items, const EscBrowser *browser)
{
    EscApiObject object = esc_object_open(items);
    esc_put_text_always(&object, "id", browser->id);
    esc_put_text_always(&object, "title", browser->title);
    esc_put_time(&object, "since", browser->since_ms);
    return esc_object_close(&object);
}

/* {"items":[…],"key":"…"}: the public half of our key, without which no browser subscribes. Empty: pushes go nowhere. */
static void answer_subscriptions(EscRequest *request, EscService *service)
{
    const EscApiSetup *setup = request->setup;
    EscApiItems items;
    esc_api_items_open(&items);
    esc_engine_browsers(esc_service_engine(service), request->principal, put_browser, &items);
    esc_buf_string(&items.out, "],\"key\":\"");
    if (setup->push_key != NULL)
        setup->push_key(setup->outside_context, request->shard, &items.out);
    esc_buf_string(&items.out, "\"}");
    if (items.out.status == ESC_OK)
        esc_answer_json(&request->answer, 200, &items.out);
    else
        esc_request_fail(request, items.out.status, NULL);
    esc_buf_release(&items.out);
}

/* --- one more ----------------------------------------------------------------------------------- */

static bool is_base64url(EscText text, size_t size)
{
    EscBuf bytes;
    esc_buf_init(&bytes, KEY_BYTES_MAX);
    bool is_so = esc_base64url_read(text, &bytes) && bytes.size == size;
    esc_buf_release(&bytes);
    return is_so;
}

/* As the configuration's own subscriptions: whoever is logged in must not make us write to others. */
static const char *address_fault(const EscRequest *request, EscText url)
{
    const EscConfig *config = request->setup->config;
    for (uint32_t i = 0; config != NULL && i < config->workspaces.count; i++)
        if (esc_text_equal(config->workspaces.items[i].name, request->client))
            return esc_config_post_fault(&config->workspaces.items[i], url);
    return "has no workspace that is bound to anything";
}

static bool take_subscription(EscRequest *request, const EscJson *body)
{
    EscBrowser *browser = &request->browser.browser;
    const EscJson *keys = esc_json_member(body, ESC_TEXT("keys"));
    EscText key = esc_json_text_or(esc_json_member(keys, ESC_TEXT("p256dh")), (EscText){0}),
            auth = esc_json_text_or(esc_json_member(keys, ESC_TEXT("auth")), (EscText){0});
    if (!esc_request_take_text(request, body, "endpoint", URL_BYTES_MAX, &browser->url) ||
        !esc_request_take_text(request, body, "title", TITLE_BYTES_MAX, &browser->title))
        return false;
    const char *fault = address_fault(request, browser->url);
    if (fault != NULL)
        esc_request_refuse_member(request, "bad_member", "endpoint", fault);
    else if (!is_base64url(key, POINT_BYTES) || !is_base64url(auth, AUTH_BYTES))
        esc_request_refuse_member(request, "bad_member", "keys",
                                  "must have p256dh, a point of P-256, and auth, 16 bytes");
    browser->key = esc_arena_text(request->arena, key);
    browser->auth = esc_arena_text(request->arena, auth);
    return request->answer.status == 0;
}

static void make_change(EscRequest *request, bool is_gone)
{
    request->browser.person = request->principal;
    request->browser.is_gone = is_gone;
    esc_request_make_input(request,
                           (EscInput){.kind = ESC_INPUT_BROWSER, .browser = &request->browser});
}

static void parse_subscribe(EscRequest *request, const EscProgram *program)
{
    (void)program;
    const EscJson *body = esc_request_read_body(request, &body_limits);
    if (body != NULL && esc_request_check_members(request, body) &&
        take_subscription(request, body))
        make_change(request, false);
}

/* A person is who they are here, whatever their token may do for others. */
static void parse_unsubscribe(EscRequest *request, const EscProgram *program)
{
    (void)program;
    const EscJson *body = esc_request_read_body(request, &body_limits);
    request->browser.browser.id =
        esc_arena_text(request->arena, esc_buf_as_text(&request->parameter));
    if (body != NULL && esc_request_check_members(request, body))
        make_change(request, true);
}

const EscHandler esc_handle_subscriptions = {.look = answer_subscriptions};

const EscHandler esc_handle_subscribe = {
    .headers = esc_act_headers,
    .parse = parse_subscribe,
    .committed = esc_request_answer_act,
    .has_reserve = true,
    .body_bytes_max = ESC_ACTION_BYTES_MAX,
};

const EscHandler esc_handle_unsubscribe = {
    .headers = esc_act_headers,
    .parse = parse_unsubscribe,
    .committed = esc_request_answer_act,
    .has_reserve = true,
    .may_be_empty = true,
    .body_bytes_max = ESC_ACTION_BYTES_MAX,
};
