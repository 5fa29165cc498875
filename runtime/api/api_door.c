/* api_door.c - what all requests meet at the door: the token that they bring, and the pause for who brings wrong ones. */
#include <strings.h>

#include "api_internal.h"

/* Ever later for who goes on sending wrong ones; too many who wait are sent away. */
bool esc_request_hold_up(EscRequest *request, bool is_wrong)
{
    const EscApiSetup *setup = request->setup;
    int64_t pause_ms = 0;
    if (is_wrong)
        pause_ms = esc_wrong_tokens_pause(&request->door->wrong,
                                          esc_http_client(request->http, setup->hash_seed),
                                          esc_boot_ms(), setup->wrong_token_pause_max_ms);
    if (pause_ms > 0 && !esc_http_pause(request->http, pause_ms)) {
        esc_answer_header(&request->answer, "Retry-After", "1");
        esc_request_refuse(request, 429, "too_many_wrong", "Too many wrong tokens came from there",
                           "header:Authorization", "");
        return false;
    }
    return true;
}

void esc_request_see_other(EscRequest *request, const char *path)
{
    EscBuf nothing;
    esc_buf_init(&nothing, 0);
    esc_answer_header(&request->answer, "Location", path);
    request->answer.type = "text/plain; charset=utf-8";
    esc_answer_json(&request->answer, 303, &nothing);
}

void esc_request_refuse_token(EscRequest *request, bool is_wrong)
{
    if (!esc_request_hold_up(request, is_wrong))
        return;
    if (request->route->handler->is_page) {
        esc_request_see_other(request, "/login");
        return;
    }
    esc_answer_header(&request->answer, "WWW-Authenticate", "Bearer");
    esc_request_refuse(request, 401, "unauthenticated", "A valid bearer token is needed",
                       "header:Authorization", "");
}

void esc_request_refuse_proof(EscRequest *request, bool is_wrong, const char *detail)
{
    if (esc_request_hold_up(request, is_wrong))
        esc_request_refuse(request, 401, "unproven", "The sender is not known", NULL, detail);
}

const EscToken *esc_request_token(const EscRequest *request)
{
    const char *header = esc_http_header(request->http, "Authorization");
    bool is_bearer = header != NULL && strncasecmp(header, "Bearer ", 7) == 0;
    return is_bearer ? esc_tokens_find(request->door->tokens, esc_text_from(header + 7)) : NULL;
}
