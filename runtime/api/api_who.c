/* api_who.c - who asks, and for which client: a token is one workspace's and one principal's; a person who is logged in has
 * several clients, and says by ?client= which one is meant.
 *
 * Not its job: what a token or a session is (api_tokens.c, esc/session.h). */
#include <stdio.h>
#include <strings.h>

#include <openssl/crypto.h>

#include <esc/pages.h>

#include "api_internal.h"

#define BEARER "Bearer "
#define SESSION_PREFIX "ess_"

static bool refuse_unknown(EscRequest *request, bool is_wrong)
{
    esc_request_refuse_token(request, is_wrong);
    return false;
}

/* --- tokens ------------------------------------------------------------------------------------- */

static bool take_token(EscRequest *request, const EscToken *token)
{
    EscAccess *access = esc_arena_alloc(request->arena, sizeof(*access));
    if (access == NULL) {
        esc_request_later(request);
        return false;
    }
    *access = (EscAccess){.client = esc_arena_text(request->arena, token->workspace),
                          .principal = esc_arena_text(request->arena, token->principal),
                          .scopes = token->scopes};
    request->who.accesses =
        (EscAccesses){.items = access, .count = 1, .principal = access->principal};
    return true;
}

/* --- sessions ----------------------------------------------------------------------------------- */

static bool refuse_foreign(EscRequest *request)
{
    esc_request_refuse(request, 403, "csrf", "The request does not come from a page of this server",
                       "header:Escal-CSRF",
                       "a request that changes something says the word that GET /v1/session gives");
    return false;
}

/* Only a page of ours can have read the word. */
static bool has_word(const EscRequest *request)
{
    char word[ESC_SESSION_CSRF_SIZE + 1];
    const char *said = esc_http_header(request->http, "Escal-CSRF");
    esc_session_csrf(request->who.secret, word);
    return said != NULL && strlen(said) == ESC_SESSION_CSRF_SIZE &&
           CRYPTO_memcmp(said, word, ESC_SESSION_CSRF_SIZE) == 0;
}

static bool take_session(EscRequest *request, EscText secret, bool is_cookie)
{
    EscAsker *who = &request->who;
    EscSessions *sessions = request->setup->sessions;
    const EscSession *session =
        sessions == NULL ? NULL : esc_session_find(sessions, secret, !is_cookie);
    if (session == NULL && is_cookie)
        esc_answer_cookie(request, ESC_COOKIE_SESSION, "", 0, false);
    if (session == NULL)
        return refuse_unknown(request, true);
    who->is_session = true;
    who->is_cookie = is_cookie;
    who->session = session->id;
    who->secret = esc_arena_text(request->arena, secret);
    esc_identity_keep(request->arena, &session->who, &who->shown);
    esc_accesses_find(sessions, &who->shown, request->arena, &who->accesses);
    if (esc_arena_failed(request->arena)) {
        esc_request_later(request);
        return false;
    }
    bool changes = request->route->method != ESC_HTTP_GET;
    return !is_cookie ||
           (esc_request_is_own(request, changes) && (!changes || has_word(request))) ||
           refuse_foreign(request);
}

bool esc_request_identify(EscRequest *request)
{
    const char *header = esc_http_header(request->http, "Authorization");
    bool is_bearer = header != NULL && strncasecmp(header, BEARER, strlen(BEARER)) == 0;
    EscText presented = is_bearer ? esc_text_from(header + strlen(BEARER)) : (EscText){0};
    if (is_bearer && esc_text_starts_with(presented, ESC_TEXT(SESSION_PREFIX)))
        return take_session(request, presented, false);
    EscText cookie =
        header != NULL ? (EscText){0} : esc_request_cookie(request, ESC_COOKIE_SESSION);
    if (cookie.size > 0)
        return take_session(request, cookie, true);
    const EscToken *token = esc_request_token(request);
    return token != NULL ? take_token(request, token) : refuse_unknown(request, header != NULL);
}

/* --- which client ------------------------------------------------------------------------------- */

static bool refuse_right(EscRequest *request)
{
    bool is_session = request->who.is_session;
    esc_request_refuse(request, 403, "forbidden",
                       is_session ? "You may not do this" : "The token does not allow this",
                       is_session ? NULL : "header:Authorization", "");
    return false;
}

static bool refuse_unnamed(EscRequest *request)
{
    char names[256] = "say which: ";
    const EscAccesses *accesses = &request->who.accesses;
    for (uint32_t i = 0; i < accesses->count; i++) {
        size_t used = strlen(names);
        EscText name = accesses->items[i].client;
        if (used + name.size + 8 > sizeof(names))
            break;
        (void)snprintf(names + used, sizeof(names) - used, "%s%.*s", i > 0 ? ", " : "",
                       ESC_TEXT_ARG(name));
    }
    esc_request_refuse_parameter(request, "client", names);
    return false;
}

/* What `client` of the query names; false: it was refused. */
static bool read_client(EscRequest *request, EscText *out)
{
    EscBuf name;
    esc_buf_init(&name, ESC_ID_BYTES_MAX);
    EscStatus status = esc_query_get(esc_http_query(request->http), "client", &name);
    *out = status == ESC_OK ? esc_arena_text(request->arena, esc_buf_as_text(&name)) : (EscText){0};
    esc_buf_release(&name);
    if (status == ESC_OK || status == ESC_NOT_FOUND)
        return true;
    esc_request_refuse_parameter(request, "client", "is there twice or badly encoded");
    return false;
}

/* Of the accesses those that are meant and that allow this. */
static void narrow(EscRequest *request, EscText client)
{
    EscAccesses *accesses = &request->who.accesses;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < accesses->count; i++) {
        const EscAccess *one = &accesses->items[i];
        bool is_meant = client.size == 0 || esc_text_equal(one->client, client);
        bool is_allowed = (one->scopes & request->route->scope) != 0;
        if (is_meant && is_allowed && esc_shards_find(request->setup->shards, one->client) != NULL)
            accesses->items[kept++] = *one;
    }
    accesses->count = kept;
}

static const EscAccess *find_access(const EscAccesses *accesses, EscText client)
{
    for (uint32_t i = 0; i < accesses->count; i++)
        if (client.size == 0 || esc_text_equal(accesses->items[i].client, client))
            return &accesses->items[i];
    return NULL;
}

bool esc_request_choose(EscRequest *request)
{
    EscText client = {0};
    const EscAccesses *accesses = &request->who.accesses;
    if (request->route->scope == ESC_SCOPE_SIGNED_IN)
        return true;
    if (!read_client(request, &client))
        return false;
    if (request->route->handler->is_of_all_clients) {
        narrow(request, client);
        return accesses->count > 0 || refuse_right(request);
    }
    if (client.size == 0 && accesses->count > 1)
        return refuse_unnamed(request);
    const EscAccess *access = find_access(accesses, client);
    if (access == NULL || (access->scopes & request->route->scope) == 0)
        return refuse_right(request);
    request->shard = esc_shards_find(request->setup->shards, access->client);
    request->client = access->client;
    request->scopes = access->scopes;
    request->principal = access->principal;
    return request->shard != NULL || refuse_right(request);
}

EscText esc_request_language(const EscRequest *request)
{
    EscText chosen = request->who.accesses.language;
    return chosen.size > 0 ? chosen
                           : esc_language_asked(esc_http_header(request->http, "Accept-Language"));
}

void esc_language_headers(EscRequest *request)
{
    request->language = esc_request_language(request);
}
