/* api_handshake.c - the handshake before webhooks (CloudEvents, "HTTP 1.1 Web Hooks for Event Delivery", section 4): a sender
 * asks by OPTIONS whether it may send here, so that nobody can point it at somebody who never asked for events.
 *
 * It gives no permission of ours: each delivery needs its token. A sender that names a place to call back is answered at once
 * all the same, and that place is never called: anybody could make us knock anywhere. */
#include <string.h>
#include <strings.h>

#include "api_internal.h"

#define ORIGIN_BYTES_MAX 255 /* a host name */

#define RATE_DIGITS_MAX 9

static bool takes_webhooks(EscRequest *request)
{
    const char *path = esc_http_path(request->http);
    for (size_t i = 0; i < esc_routes_count; i++)
        if (esc_routes[i].method == ESC_HTTP_POST && esc_routes[i].handler->takes_webhooks &&
            esc_route_matches(esc_routes[i].path, path, &request->parameter))
            return true;
    return false;
}

/* What is sent back has to be a header's value. */
static bool is_origin(const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] >= 0x7f)
            return false;
    return size > 0 && size <= ORIGIN_BYTES_MAX;
}

static bool is_allowed(const EscApiSetup *setup, const char *origin)
{
    EscText asked = esc_text_from(origin);
    for (uint32_t i = 0; i < setup->webhook_origins_count; i++) {
        EscText one = setup->webhook_origins[i];
        if (one.size == asked.size && strncasecmp(one.data, asked.data, one.size) == 0)
            return true;
    }
    return setup->webhook_origins_count == 0;
}

/* As many a minute as were asked for: the queue of the workspace has a bound of its own. */
static const char *rate_for(const char *asked)
{
    size_t digits = asked == NULL ? 0 : strspn(asked, "0123456789");
    bool is_rate = digits > 0 && digits <= RATE_DIGITS_MAX && asked[digits] == '\0' &&
                   strspn(asked, "0") < digits;
    return is_rate ? asked : "*";
}

static void answer(EscRequest *request, const char *origin)
{
    EscBuf nothing;
    esc_buf_init(&nothing, 0);
    esc_answer_header(&request->answer, "Allow", "POST, OPTIONS");
    if (origin != NULL) {
        esc_answer_header(&request->answer, "WebHook-Allowed-Origin", origin);
        esc_answer_header(&request->answer, "WebHook-Allowed-Rate",
                          rate_for(esc_http_header(request->http, "WebHook-Request-Rate")));
    }
    esc_answer_json(&request->answer, 200, &nothing);
}

bool esc_request_shake_hands(EscRequest *request)
{
    if (esc_http_method(request->http) != ESC_HTTP_OPTIONS || !takes_webhooks(request))
        return false;
    const char *origin = esc_http_header(request->http, "WebHook-Request-Origin");
    if (origin != NULL && !is_origin(origin))
        esc_request_refuse(request, 400, "bad_header", "The sender's name is no host name",
                           "header:WebHook-Request-Origin", "");
    else if (origin != NULL && !is_allowed(request->setup, origin))
        esc_request_refuse(request, 403, "forbidden", "This sender may not send events here",
                           "header:WebHook-Request-Origin",
                           "the operator's configuration lists who may, in webhook_origins");
    else
        answer(request, origin);
    return true;
}
