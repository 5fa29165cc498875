/* planner.c - the tools of the plan functions. Pure. */
#include "planner.h"

#include <curl/curl.h>

bool esc_planner_is_errand(const EscPlanner *planner)
{
    return planner->row->id >= ESC_ERRAND_FIRST;
}

void esc_planner_refuse(EscPlanner *planner, const char *why)
{
    if (planner->plan->refusal.size == 0)
        planner->plan->refusal = esc_text_from(why);
}

EscText esc_planner_keep(EscPlanner *planner, EscBuf *buf)
{
    EscText text =
        buf->status == ESC_OK ? esc_arena_text(planner->arena, esc_buf_as_text(buf)) : (EscText){0};
    if (text.data == NULL)
        esc_planner_refuse(planner, "the message is too big");
    esc_buf_release(buf);
    return text;
}

void esc_planner_header(EscPlanner *planner, const char *name, EscText value)
{
    EscPlan *plan = planner->plan;
    for (size_t i = 0; i < value.size; i++)
        if ((unsigned char)value.data[i] < 0x20 || value.data[i] == 0x7f) {
            esc_planner_refuse(planner, "a header would hold control characters");
            return;
        }
    if (plan->headers_count == ESC_PLAN_HEADERS_MAX) {
        esc_planner_refuse(planner, "there are too many headers");
        return;
    }
    plan->headers[plan->headers_count++] =
        esc_arena_printf(planner->arena, "%s: %.*s", name, ESC_TEXT_ARG(value));
}

void esc_planner_url(EscPlanner *planner, EscText url)
{
    char *host = NULL;
    CURLU *parts = curl_url();
    planner->plan->url = url;
    if (parts != NULL && url.data != NULL &&
        curl_url_set(parts, CURLUPART_URL, url.data, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        planner->plan->host = esc_arena_text(planner->arena, esc_text_from(host));
    else
        esc_planner_refuse(planner, "the address is not a URL");
    curl_free(host);
    curl_url_cleanup(parts);
}

static void post(EscPlanner *planner, EscText url, EscText body, EscText type)
{
    planner->plan->method = ESC_TEXT("POST");
    planner->plan->body = body;
    planner->plan->has_body = true;
    esc_planner_header(planner, "Content-Type", type);
    esc_planner_url(planner, url);
}

void esc_planner_post(EscPlanner *planner, EscText url, EscText json)
{
    post(planner, url, json, ESC_TEXT("application/json"));
}

void esc_planner_form(EscPlanner *planner, EscText url, EscText form)
{
    post(planner, url, form, ESC_TEXT("application/x-www-form-urlencoded"));
}

void esc_planner_field(EscBuf *out, const char *name, EscText value)
{
    if (out->size > 0)
        esc_buf_char(out, '&');
    esc_buf_printf(out, "%s=", name);
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i],
                      lower = (unsigned char)esc_ascii_lower((char)c);
        bool is_plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                        c == '_' || c == '.' || c == '~';
        if (is_plain)
            esc_buf_char(out, (char)c);
        else
            esc_buf_printf(out, "%%%02X", c);
    }
}

void esc_planner_basic(EscPlanner *planner, EscText user, EscText password)
{
    EscText pair =
        esc_arena_printf(planner->arena, "%.*s:%.*s", ESC_TEXT_ARG(user), ESC_TEXT_ARG(password));
    EscBuf coded;
    esc_buf_init(&coded, 2 * ESC_SECRET_BYTES_MAX);
    esc_base64_write(&coded, (EscBytes){(const uint8_t *)pair.data, pair.size});
    planner->plan->credential = esc_planner_keep(planner, &coded);
    esc_planner_header(
        planner, "Authorization",
        esc_arena_printf(planner->arena, "Basic %.*s", ESC_TEXT_ARG(planner->plan->credential)));
}

void esc_planner_bearer(EscPlanner *planner, EscText token)
{
    planner->plan->credential = token;
    esc_planner_header(planner, "Authorization",
                       esc_arena_printf(planner->arena, "Bearer %.*s", ESC_TEXT_ARG(token)));
}

EscText esc_planner_receiver(const EscPlanner *planner, const EscEndpoint *endpoint)
{
    if (planner->row->address.size > 0 || endpoint->to.count == 0)
        return planner->row->address;
    return endpoint->to.items[0];
}

void esc_planner_member(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

/* The timestamp is that of the event, as Standard Webhooks has it: under one id there is one body. */
EscText esc_planner_envelope(EscPlanner *planner, const char *type)
{
    const EscOutboxRow *row = planner->row;
    EscBuf out;
    esc_buf_init(&out, ESC_PLAN_BYTES_MAX);
    esc_buf_printf(&out, "{\"type\":\"%s\",\"id\":", type);
    esc_json_text(&out, row->key);
    esc_buf_string(&out, ",\"timestamp\":\"");
    esc_time_write(&out, row->created_at_ms);
    esc_buf_char(&out, '"');
    esc_planner_member(&out, "target", row->target);
    esc_planner_member(&out, "medium", row->medium);
    esc_planner_member(&out, "to", row->address);
    esc_buf_string(&out, ",\"data\":");
    esc_buf_text(&out, row->body.size > 0 ? row->body : ESC_TEXT("{}"));
    esc_buf_char(&out, '}');
    return esc_planner_keep(planner, &out);
}
