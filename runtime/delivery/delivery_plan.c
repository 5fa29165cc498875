/* delivery_plan.c - from an outbox row and the configuration to what is sent where. Pure.
 *
 * A message goes to its channel's binding; a message to a person goes by its medium: mail, chat
 * of people, phone of people. What has no binding goes to the workspace's file sink, or is
 * refused where the configuration says so. Addresses come from the configuration alone; a row
 * only adds a path behind a system's base address, or names a recipient at an address that is
 * configured. */
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <jansson.h>

#include "delivery/delivery_internal.h"

#define PLAN_BYTES_MAX ((size_t)1 << 20)

typedef struct Planner {
    EscArena *arena;
    const EscWorkspaceConfig *config;
    const EscOutboxRow *row;
    int64_t now_ms;
    EscPlan *plan;
} Planner;

static void refuse(Planner *planner, const char *why)
{
    planner->plan->kind = ESC_PLAN_REFUSED;
    planner->plan->refusal = esc_text_from(why);
}

static EscText keep(Planner *planner, EscBuf *buf)
{
    EscText text =
        buf->status == ESC_OK ? esc_arena_text(planner->arena, esc_buf_as_text(buf)) : (EscText){0};
    if (text.data == NULL)
        refuse(planner, "the message is too big");
    esc_buf_release(buf);
    return text;
}

static void header(Planner *planner, const char *name, EscText value)
{
    EscPlan *plan = planner->plan;
    for (size_t i = 0; i < value.size; i++)
        if ((unsigned char)value.data[i] < 0x20 || value.data[i] == 0x7f) {
            refuse(planner, "a header would hold control characters");
            return;
        }
    if (plan->headers_count == ESC_PLAN_HEADERS_MAX) {
        refuse(planner, "there are too many headers");
        return;
    }
    plan->headers[plan->headers_count++] =
        esc_arena_printf(planner->arena, "%s: %.*s", name, ESC_TEXT_ARG(value));
}

static void set_url(Planner *planner, EscText url)
{
    char *host = NULL;
    CURLU *parts = curl_url();
    planner->plan->url = url;
    if (parts != NULL && url.data != NULL &&
        curl_url_set(parts, CURLUPART_URL, url.data, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        planner->plan->host = esc_arena_text(planner->arena, esc_text_from(host));
    else
        refuse(planner, "the address is not a URL");
    curl_free(host);
    curl_url_cleanup(parts);
}

/* --- messages --------------------------------------------------------------------------------- */

static void member(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

/* One line of the file sink; also the body of a message webhook, which has the same members. */
static EscText envelope(Planner *planner, const char *type)
{
    const EscOutboxRow *row = planner->row;
    EscBuf out;
    esc_buf_init(&out, PLAN_BYTES_MAX);
    esc_buf_printf(&out, "{\"type\":\"%s\",\"id\":", type);
    esc_json_text(&out, row->key);
    esc_buf_string(&out, ",\"timestamp\":\"");
    esc_time_write(&out, planner->now_ms);
    esc_buf_char(&out, '"');
    member(&out, "target", row->target);
    member(&out, "medium", row->medium);
    member(&out, "to", row->address);
    esc_buf_string(&out, ",\"data\":");
    esc_buf_text(&out, row->body.size > 0 ? row->body : ESC_TEXT("{}"));
    esc_buf_char(&out, '}');
    return keep(planner, &out);
}

static void plan_file(Planner *planner, EscText path)
{
    planner->plan->kind = ESC_PLAN_FILE;
    planner->plan->path = path;
    planner->plan->body =
        envelope(planner, planner->row->kind == ESC_OUTBOX_CALL ? "escal.call" : "escal.message");
}

static void plan_unbound(Planner *planner)
{
    if (esc_text_equal(planner->config->unbound, ESC_TEXT("refuse")))
        refuse(planner, "the configuration binds it to nothing");
    else
        plan_file(planner, (EscText){0});
}

/* Only what people read needs the members of the body; a file and a webhook take it as it is.
 * NULL: it is refused. */
static EscMessage *read_message(Planner *planner)
{
    EscMessage *message = esc_arena_alloc(planner->arena, sizeof(*message));
    if (message != NULL && esc_message_read(planner->arena, planner->row->body, message))
        return message;
    refuse(planner, "the message is not readable");
    return NULL;
}

static void plan_chat(Planner *planner, const EscEndpoint *endpoint)
{
    const EscMessage *message = read_message(planner);
    if (message == NULL)
        return;
    EscBuf text, body;
    esc_buf_init(&text, PLAN_BYTES_MAX);
    esc_message_write(&text, message, true);
    esc_buf_init(&body, 2 * PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"text\":");
    esc_json_text(&body, esc_buf_as_text(&text));
    if (planner->row->address.size > 0)
        member(&body, "channel", planner->row->address);
    esc_buf_char(&body, '}');
    planner->plan->kind = ESC_PLAN_HTTP;
    planner->plan->method = ESC_TEXT("POST");
    planner->plan->body = keep(planner, &body);
    planner->plan->has_body = true;
    esc_buf_release(&text);
    header(planner, "Content-Type", ESC_TEXT("application/json"));
    header(planner, "Idempotency-Key", planner->row->key);
    set_url(planner, endpoint->url);
}

static void plan_webhook(Planner *planner, const EscEndpoint *endpoint)
{
    int64_t timestamp_s = planner->now_ms / 1000;
    planner->plan->kind = ESC_PLAN_HTTP;
    planner->plan->method = ESC_TEXT("POST");
    planner->plan->body = envelope(planner, "escal.message");
    planner->plan->has_body = true;
    header(planner, "Content-Type", ESC_TEXT("application/json"));
    header(planner, "webhook-id", planner->row->key);
    header(planner, "webhook-timestamp",
           esc_arena_printf(planner->arena, "%lld", (long long)timestamp_s));
    if (endpoint->secret.size > 0) {
        EscBuf signature;
        esc_buf_init(&signature, 256);
        esc_webhook_sign(&signature, endpoint->secret, planner->row->key, timestamp_s,
                         planner->plan->body);
        header(planner, "webhook-signature", esc_buf_as_text(&signature));
        esc_buf_release(&signature);
    }
    set_url(planner, endpoint->url);
}

static void plan_mail(Planner *planner, EscTexts to)
{
    const EscMessage *message = read_message(planner);
    if (message == NULL)
        return;
    const EscMailServer *server = &planner->config->mail;
    EscBuf text, mail;
    esc_buf_init(&text, PLAN_BYTES_MAX);
    esc_message_write(&text, message, false);
    esc_buf_init(&mail, 2 * PLAN_BYTES_MAX);
    esc_mail_write(
        &mail, &(EscMail){.from = server->from,
                          .to = to,
                          .subject = message->subject.size > 0 ? message->subject : message->text,
                          .text = esc_buf_as_text(&text),
                          .key = planner->row->key,
                          .date_ms = planner->now_ms});
    planner->plan->kind = ESC_PLAN_MAIL;
    planner->plan->mail = server;
    planner->plan->from = server->from;
    planner->plan->to = to;
    planner->plan->body = keep(planner, &mail);
    esc_buf_release(&text);
    set_url(planner, server->server);
}

static void plan_endpoint(Planner *planner, const EscEndpoint *endpoint)
{
    switch (endpoint->kind) {
    case ESC_ENDPOINT_CHAT:
        plan_chat(planner, endpoint);
        break;
    case ESC_ENDPOINT_WEBHOOK:
        plan_webhook(planner, endpoint);
        break;
    case ESC_ENDPOINT_SMTP:
        plan_mail(planner, endpoint->to);
        break;
    default:
        plan_file(planner, endpoint->path);
    }
}

static const EscEndpoint *find_channel(const EscWorkspaceConfig *config, EscText name)
{
    for (uint32_t i = 0; i < config->channels.count; i++)
        if (esc_text_equal(config->channels.items[i].name, name))
            return &config->channels.items[i];
    return NULL;
}

static bool is_bound(const EscEndpoint *endpoint)
{
    return endpoint->kind != ESC_ENDPOINT_FILE || endpoint->path.size > 0;
}

/* One recipient, whose address stands in the directory. It may not smuggle a second one in. */
static void plan_person_mail(Planner *planner)
{
    EscText address = planner->row->address;
    for (size_t i = 0; i < address.size; i++)
        if ((unsigned char)address.data[i] <= ' ' || (unsigned char)address.data[i] >= 0x7f ||
            strchr("<>,;:\\\"()[]", address.data[i]) != NULL) {
            refuse(planner, "the person's mail address is malformed");
            return;
        }
    EscText *to = esc_arena_alloc(planner->arena, sizeof(*to));
    if (to == NULL) {
        refuse(planner, "no memory");
        return;
    }
    *to = address;
    plan_mail(planner, (EscTexts){.items = to, .count = 1});
}

static void plan_message(Planner *planner)
{
    const EscOutboxRow *row = planner->row;
    const EscEndpoint *channel =
        row->address.size == 0 ? find_channel(planner->config, row->target) : NULL;
    const EscPeopleBinding *people = &planner->config->people;
    planner->plan->endpoint =
        row->address.size == 0
            ? esc_arena_printf(planner->arena, "channel %.*s", ESC_TEXT_ARG(row->target))
            : esc_arena_printf(planner->arena, "people by %.*s", ESC_TEXT_ARG(row->medium));
    if (channel != NULL)
        plan_endpoint(planner, channel);
    else if (row->address.size > 0 && esc_text_equal(row->medium, ESC_TEXT("email")) &&
             planner->config->mail.server.size > 0)
        plan_person_mail(planner);
    else if (row->address.size > 0 && esc_text_equal(row->medium, ESC_TEXT("chat")) &&
             is_bound(&people->chat))
        plan_endpoint(planner, &people->chat);
    else if (row->address.size > 0 && esc_text_equal(row->medium, ESC_TEXT("phone")) &&
             is_bound(&people->phone))
        plan_endpoint(planner, &people->phone);
    else
        plan_unbound(planner);
}

/* --- calls ------------------------------------------------------------------------------------ */

/* Whether one of the path's segments is `.` or `..`, plain or as %2e: it would lead out of the
 * base address. */
static bool has_dot_segment(EscText path)
{
    size_t dots = 0;
    bool has_others = false;
    for (size_t i = 0; i <= path.size; i++) {
        bool is_end = i == path.size || path.data[i] == '?';
        if (is_end || path.data[i] == '/') {
            if (!has_others && (dots == 1 || dots == 2))
                return true;
            dots = 0;
            has_others = false;
            if (is_end)
                return false;
        } else if (path.data[i] == '.') {
            dots++;
        } else if (i + 2 < path.size && path.data[i] == '%' && path.data[i + 1] == '2' &&
                   (path.data[i + 2] | 0x20) == 'e') {
            dots++;
            i += 2;
        } else {
            has_others = true;
        }
    }
    return false;
}

/* The action's path behind the base address. Bytes that no URL holds are encoded; what would
 * leave the base address is refused. */
static EscText call_url(Planner *planner, EscText base, EscText path)
{
    EscBuf url;
    esc_buf_init(&url, 4 * ESC_URL_BYTES_MAX);
    esc_buf_text(&url, base);
    if (has_dot_segment(path))
        refuse(planner, "the path of the call has dot segments");
    for (size_t i = 0; i < path.size; i++) {
        unsigned char c = (unsigned char)path.data[i];
        if (c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}#", c) != NULL)
            esc_buf_printf(&url, "%%%02X", c);
        else
            esc_buf_char(&url, (char)c);
    }
    if (path.size == 0 || path.data[0] != '/')
        refuse(planner, "the path of the call does not begin with /");
    return keep(planner, &url);
}

static void read_statuses(EscPlan *plan, const json_t *expect)
{
    for (size_t i = 0; i < json_array_size(expect) && i < ESC_PLAN_STATUSES_MAX; i++)
        plan->statuses[plan->statuses_count++] =
            (uint32_t)json_integer_value(json_array_get(expect, i));
}

static void system_headers(Planner *planner, const EscSystemBinding *system)
{
    EscPlan *plan = planner->plan;
    for (uint32_t i = 0; i < system->headers.count; i++) {
        if (plan->headers_count == ESC_PLAN_HEADERS_MAX) {
            refuse(planner, "there are too many headers");
            return;
        }
        plan->headers[plan->headers_count++] = system->headers.items[i];
    }
    if (system->secret.size > 0) {
        EscText value =
            esc_arena_printf(planner->arena, "%.*s%.*s", ESC_TEXT_ARG(system->secret_prefix),
                             ESC_TEXT_ARG(system->secret));
        header(planner, system->secret_header.data, value);
    }
    header(planner, "Idempotency-Key", planner->row->key);
}

static void plan_bound_call(Planner *planner, const EscSystemBinding *system, const json_t *call)
{
    EscPlan *plan = planner->plan;
    const json_t *path = json_object_get(call, "path");
    const json_t *body = json_object_get(call, "json");
    plan->kind = ESC_PLAN_HTTP;
    plan->timeout_ms = system->timeout_ms;
    plan->method = esc_arena_text(
        planner->arena, esc_text_from(json_string_value(json_object_get(call, "method"))));
    plan->result_path = esc_arena_text(
        planner->arena, esc_text_from(json_string_value(json_object_get(call, "result_path"))));
    read_statuses(plan, json_object_get(call, "expect"));
    if (body != NULL) {
        char *text = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
        plan->body = esc_arena_text(planner->arena, esc_text_from(text));
        free(text);
        plan->has_body = true;
        header(planner, "Content-Type", ESC_TEXT("application/json"));
    }
    system_headers(planner, system);
    set_url(planner, call_url(planner, system->base_url,
                              (EscText){json_string_value(path), json_string_length(path)}));
}

static void plan_call(Planner *planner)
{
    const EscOutboxRow *row = planner->row;
    EscText body = row->body.data == NULL ? ESC_TEXT("") : row->body;
    json_t *call = json_loadb(body.data, body.size, 0, NULL);
    EscText name = esc_text_from(json_string_value(json_object_get(call, "system")));
    const EscSystemBinding *system = NULL;
    for (uint32_t i = 0; i < planner->config->systems.count; i++)
        if (esc_text_equal(planner->config->systems.items[i].name, name))
            system = &planner->config->systems.items[i];
    planner->plan->is_call = true;
    planner->plan->endpoint = esc_arena_printf(planner->arena, "system %.*s", ESC_TEXT_ARG(name));
    if (!json_is_object(call) || name.size == 0)
        refuse(planner, "the call is not readable");
    else if (system == NULL)
        plan_unbound(planner);
    else
        plan_bound_call(planner, system, call);
    json_decref(call);
}

void esc_plan_make(EscArena *arena, const EscWorkspaceConfig *config, const EscOutboxRow *row,
                   int64_t now_ms, EscPlan *plan)
{
    *plan = (EscPlan){.kind = ESC_PLAN_FILE};
    Planner planner = {
        .arena = arena, .config = config, .row = row, .now_ms = now_ms, .plan = plan};
    if (row->kind == ESC_OUTBOX_CALL)
        plan_call(&planner);
    else
        plan_message(&planner);
    if (plan->refusal.size > 0)
        plan->kind = ESC_PLAN_REFUSED; /* whatever was planned after the refusal */
    if (esc_arena_failed(arena))
        refuse(&planner, "no memory");
}
