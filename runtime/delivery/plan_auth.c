/* plan_auth.c - how a system is signed in to: what a call says of who is calling, and the request for a token. Pure.
 *
 * What is secret stands in the configuration or in a token that was fetched, and goes into headers, the address or the body of a
 * request alone. Keeping tokens is tokens.c's job. */
#include "planner.h"

#include <string.h>

/* "Basic " and the base64 of "user:secret". */
static void basic_header(EscPlanner *planner, EscText user, EscText secret)
{
    EscBuf value;
    EscText both =
        esc_arena_printf(planner->arena, "%.*s:%.*s", ESC_TEXT_ARG(user), ESC_TEXT_ARG(secret));
    esc_buf_init(&value, 4 * ESC_SECRET_BYTES_MAX);
    esc_buf_string(&value, "Basic ");
    esc_base64_write(&value, (EscBytes){(const uint8_t *)both.data, both.size});
    esc_planner_header(planner, "Authorization", esc_planner_keep(planner, &value));
}

static void bearer_header(EscPlanner *planner, EscText token)
{
    esc_planner_header(planner, "Authorization",
                       esc_arena_printf(planner->arena, "Bearer %.*s", ESC_TEXT_ARG(token)));
}

static void key_in_query(EscPlanner *planner, const EscAuthBinding *auth, EscText *url)
{
    EscBuf with;
    esc_buf_init(&with, 4 * ESC_URL_BYTES_MAX + 4 * ESC_SECRET_BYTES_MAX);
    esc_buf_text(&with, *url);
    bool has_query = url->size > 0 && memchr(url->data, '?', url->size) != NULL;
    esc_buf_char(&with, has_query ? '&' : '?');
    esc_buf_percent(&with, auth->query);
    esc_buf_char(&with, '=');
    esc_buf_percent(&with, auth->secret);
    *url = esc_planner_keep(planner, &with);
}

void esc_plan_auth(EscPlanner *planner, const EscAuthBinding *auth, EscText *url)
{
    switch (auth->kind) {
    case ESC_AUTH_BASIC:
        basic_header(planner, auth->user, auth->secret);
        break;
    case ESC_AUTH_BEARER:
        bearer_header(planner, auth->secret);
        break;
    case ESC_AUTH_OAUTH2:
        bearer_header(planner, planner->token);
        break;
    case ESC_AUTH_API_KEY:
        if (auth->query.size > 0)
            key_in_query(planner, auth, url);
        else
            esc_planner_header(planner, auth->header.data, auth->secret);
        break;
    case ESC_AUTH_NONE:
    case ESC_AUTH_COUNT:
        break;
    }
}

/* --- the request for a token ------------------------------------------------------------------------ */

static void member(EscBuf *form, const char *name, EscText value)
{
    if (value.size == 0)
        return;
    esc_buf_printf(form, "&%s=", name);
    esc_buf_percent(form, value);
}

static EscText encoded(EscPlanner *planner, EscText text)
{
    EscBuf out;
    esc_buf_init(&out, 4 * ESC_SECRET_BYTES_MAX);
    esc_buf_percent(&out, text);
    return esc_planner_keep(planner, &out);
}

void esc_plan_token(EscArena *arena, const EscWorkspaceConfig *config,
                    const EscSystemBinding *system, EscPlan *plan)
{
    const EscAuthBinding *auth = &system->auth;
    EscBuf form;
    *plan = (EscPlan){.is_call = true, .timeout_ms = system->timeout_ms};
    EscPlanner planner = {.arena = arena, .config = config, .plan = plan};
    bool is_in_body = esc_text_equal(auth->client_in, ESC_TEXT("body"));
    esc_buf_init(&form, ESC_PLAN_BYTES_MAX);
    esc_buf_string(&form, "grant_type=client_credentials");
    member(&form, "scope", auth->scope);
    member(&form, "audience", auth->audience);
    if (is_in_body) {
        member(&form, "client_id", auth->client_id);
        member(&form, "client_secret", auth->secret);
    } else { /* RFC 6749 2.3.1: each of the two is encoded as in a form first */
        basic_header(&planner, encoded(&planner, auth->client_id), encoded(&planner, auth->secret));
    }
    plan->method = ESC_TEXT("POST");
    plan->body = esc_planner_keep(&planner, &form);
    plan->has_body = true;
    esc_planner_header(&planner, "Content-Type", ESC_TEXT("application/x-www-form-urlencoded"));
    esc_planner_header(&planner, "Accept", ESC_TEXT("application/json"));
    esc_planner_url(&planner, auth->token_url);
}
