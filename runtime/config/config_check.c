/* config_check.c - the part of the configuration that needs more than one option, or a file:
 * secrets, kinds, addresses. Everything is looked at, so that one run finds all faults.
 *
 * An http:// or smtp:// address without TLS is accepted only where allowed_addresses names its
 * host or the address lies in one of its ranges: everything else must be encrypted. The
 * addresses that a name resolves to are judged later, at each connection. */
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <openssl/crypto.h>

#include <esc/letters.h>

#include "config_internal.h"

#define AUTHORITIES_BYTES_MAX ((size_t)4 << 20)
#define SUBSCRIPTIONS_BYTES_MAX ((size_t)4 << 20)

/* A secret that all users of the machine may read or change. */
typedef struct OpenSecret {
    struct OpenSecret *next;
    const EscWorkspaceConfig *workspace;
    EscText path;
} OpenSecret;

typedef struct Checker {
    EscConfig *config;
    const EscFiles *files;
    const EscWorkspaceConfig *workspace;
    OpenSecret *open, **open_end; /* judged when it is known whether this is a rehearsal */
    EscWhy first;
} Checker;

/* What is no workspace's is the daemon's own, and its place is told without a name. */
static const char *before(const EscWorkspaceConfig *workspace)
{
    return workspace->name.size > 0 ? "workspaces." : "";
}

static const char *behind(const EscWorkspaceConfig *workspace, const char *mark)
{
    return workspace->name.size > 0 ? mark : "";
}

static EscStatus refuse(Checker *checker, const char *place, EscText name, const char *what)
{
    return esc_config_fault(checker->config, &checker->first, "%s%.*s%s%s%s%.*s: %s",
                            before(checker->workspace), ESC_TEXT_ARG(checker->workspace->name),
                            behind(checker->workspace, "."), place, name.size > 0 ? "." : "",
                            ESC_TEXT_ARG(name), what);
}

static EscText in_folder(const Checker *checker, EscText path)
{
    return esc_config_path(checker->config, checker->workspace->folder, path);
}

static EscStatus refuse_secret(Checker *checker, EscText path, const char *what)
{
    return esc_config_fault(checker->config, &checker->first, "%s%.*s%sthe secret file %.*s %s",
                            before(checker->workspace), ESC_TEXT_ARG(checker->workspace->name),
                            behind(checker->workspace, ": "), ESC_TEXT_ARG(path), what);
}

static void note_rights(Checker *checker, EscText path, EscText full)
{
    const EscFiles *files = checker->files;
    if (files->is_open_to_others == NULL || !files->is_open_to_others(files->context, full.data))
        return;
    OpenSecret *one = esc_arena_alloc(checker->config->arena, sizeof(*one));
    if (one == NULL)
        return; /* the arena says so in the end */
    *one = (OpenSecret){.workspace = checker->workspace, .path = path};
    *checker->open_end = one;
    checker->open_end = &one->next;
}

/* Whoever only tries things out is told, and goes on: with the operator's word, or where the secret signs what stays on
 * this machine. */
static void judge_rights(Checker *checker)
{
    bool leads_out = esc_config_leads_out(checker->config);
    for (const OpenSecret *one = checker->open; one != NULL; one = one->next) {
        EscText word = one->workspace->unbound;
        checker->workspace = one->workspace;
        if (esc_text_equal(word, ESC_TEXT("file")) || (esc_unbound_is_file(word) && !leads_out))
            esc_config_warn(checker->config,
                            "%s%.*s%sthe secret file %.*s is open to all users of the machine",
                            before(one->workspace), ESC_TEXT_ARG(one->workspace->name),
                            behind(one->workspace, ": "), ESC_TEXT_ARG(one->path));
        else
            (void)refuse_secret(checker, one->path,
                                "is open to all users of the machine; take that right (chmod o=)");
    }
}

/* First line of a file, without the spaces around it. */
static EscStatus read_secret(Checker *checker, EscText path, EscText *secret)
{
    EscText full = in_folder(checker, path);
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_SECRET_BYTES_MAX);
    EscStatus status = full.data == NULL
                           ? ESC_NO_MEMORY
                           : checker->files->read(checker->files->context, full.data, &bytes);
    EscText text = esc_buf_as_text(&bytes);
    while (text.size > 0 && (unsigned char)text.data[text.size - 1] <= ' ')
        text.size--;
    if (status == ESC_OK)
        *secret = esc_arena_text(checker->config->arena, text);
    if (bytes.data != NULL) /* not memset, which a compiler leaves out before memory is freed */
        OPENSSL_cleanse(bytes.data, bytes.size);
    esc_buf_release(&bytes);
    if (status != ESC_OK || secret->size == 0)
        return refuse_secret(checker, path, "cannot be read or is empty");
    for (size_t i = 0; i < secret->size; i++)
        if ((unsigned char)secret->data[i] < 0x20)
            return refuse_secret(checker, path, "has more than one line");
    note_rights(checker, path, full);
    return ESC_OK;
}

/* What is wrong with an address, or NULL. Scheme `safe` may go anywhere, `plain` to allowed
 * hosts only. */
static const char *url_fault(const EscWorkspaceConfig *workspace, EscText url, const char *safe,
                             const char *plain, bool plain_is_safe)
{
    const char *fault = "is not a URL";
    char *scheme = NULL, *host = NULL, *user = NULL;
    CURLU *parts = curl_url();
    if (parts == NULL || url.size == 0 || url.size > ESC_URL_BYTES_MAX)
        goto done;
    if (curl_url_set(parts, CURLUPART_URL, url.data, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        goto done;
    fault = "must not hold a user name; use secret_file";
    if (curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK)
        goto done;
    fault = NULL;
    if (strcmp(scheme, safe) == 0)
        goto done;
    fault = "has a scheme that is not supported here";
    if (strcmp(scheme, plain) == 0)
        fault = plain_is_safe || esc_host_is_allowed(workspace, esc_text_from(host))
                    ? NULL
                    : "is not encrypted, and its host is not among allowed_addresses";
done:
    curl_free(user);
    curl_free(host);
    curl_free(scheme);
    curl_url_cleanup(parts);
    return fault;
}

/* What a kind needs, and no other kind may have. */
typedef enum Needs {
    NEEDS_NOTHING,
    NEEDS_URL,
    NEEDS_SIGNED_URL,
    NEEDS_RECIPIENTS,
    NEEDS_ACCOUNT,
    NEEDS_TOPIC,
    NEEDS_SUBSCRIPTIONS,
    NEEDS_ROOMS,
    NEEDS_BOT,
    NEEDS_SERVER_BOT
} Needs;

typedef enum Wish { NEVER, MAY, MUST } Wish;

static const struct {
    bool has_url, is_http;
    Wish secret;
} needs_rows[] = {
    [NEEDS_NOTHING] = {false, false, NEVER}, [NEEDS_URL] = {true, true, NEVER},
    [NEEDS_SIGNED_URL] = {true, true, MAY},  [NEEDS_RECIPIENTS] = {false, false, NEVER},
    [NEEDS_ACCOUNT] = {true, true, MUST},    [NEEDS_TOPIC] = {true, true, MAY},
    [NEEDS_ROOMS] = {true, true, MAY},       [NEEDS_SUBSCRIPTIONS] = {false, true, MAY},
    [NEEDS_BOT] = {true, true, MUST},        [NEEDS_SERVER_BOT] = {true, true, MUST},
};

static const struct {
    const char *name;
    Needs needs;
} endpoint_kinds[ESC_ENDPOINT_COUNT] = {
#define ESC_ENDPOINT(kind, name, way, needs, people, plan)                                         \
    [ESC_ENDPOINT_##kind] = {name, NEEDS_##needs},
#include <esc/endpoint_kinds.def>
#undef ESC_ENDPOINT
};

static EscEndpointKind endpoint_kind(EscText type)
{
    for (unsigned i = 0; i < ESC_ENDPOINT_COUNT; i++)
        if (esc_text_equal(type, esc_text_from(endpoint_kinds[i].name)))
            return (EscEndpointKind)i;
    return ESC_ENDPOINT_FILE;
}

static EscStatus finish_url(Checker *checker, const char *place, EscEndpoint *endpoint)
{
    if (endpoint->url.size > 0 && endpoint->url_file.size > 0)
        return refuse(checker, place, endpoint->name, "has both url and url_file");
    EscStatus status = endpoint->url_file.size == 0
                           ? ESC_OK
                           : read_secret(checker, endpoint->url_file, &endpoint->url);
    const char *fault = status != ESC_OK
                            ? NULL
                            : url_fault(checker->workspace, endpoint->url, "https", "http", false);
    return fault == NULL ? status : refuse(checker, place, endpoint->name, fault);
}

const char *esc_config_post_fault(const EscWorkspaceConfig *workspace, EscText url)
{
    return url_fault(workspace, url, "https", "http", false);
}

static EscStatus finish_recipients(Checker *checker, const char *place, const EscEndpoint *endpoint)
{
    EscStatus status = ESC_OK;
    if (endpoint->to.count == 0 || checker->workspace->mail.server.size == 0)
        status = refuse(checker, place, endpoint->name,
                        "is mail: it needs `to`, and the workspace needs mail.server");
    for (uint32_t i = 0; i < endpoint->to.count; i++)
        if (!esc_mail_address_is_plain(endpoint->to.items[i]))
            status =
                refuse(checker, place, endpoint->name, "has a recipient that is no mail address");
    return status;
}

/* A wrong file is told at the start, not by the first message. */
static void finish_authorities(Checker *checker, const char *place, EscText name, EscText *path)
{
    if (path->size == 0)
        return;
    EscBuf bytes;
    esc_buf_init(&bytes, AUTHORITIES_BYTES_MAX);
    *path = in_folder(checker, *path);
    bool is_read = path->data != NULL &&
                   checker->files->read(checker->files->context, path->data, &bytes) == ESC_OK;
    if (!is_read ||
        !esc_text_contains(esc_buf_as_text(&bytes), ESC_TEXT("-----BEGIN CERTIFICATE-----")))
        (void)refuse(checker, place, name,
                     "its ca_file cannot be read or holds no certificate (PEM)");
    esc_buf_release(&bytes);
}

static void finish_subscriptions(Checker *checker, const char *place, EscEndpoint *endpoint)
{
    EscArena *arena = checker->config->arena;
    EscBuf bytes;
    esc_buf_init(&bytes, SUBSCRIPTIONS_BYTES_MAX);
    EscText path = in_folder(checker, endpoint->subscriptions_file);
    const char *fault = "needs a subscriptions_file that can be read";
    if (path.size > 0 &&
        checker->files->read(checker->files->context, path.data, &bytes) == ESC_OK) {
        note_rights(checker, endpoint->subscriptions_file, path);
        fault = esc_config_subscriptions_read(arena, esc_buf_as_text(&bytes), endpoint);
    }
    if (bytes.data != NULL)
        OPENSSL_cleanse(bytes.data, bytes.size);
    esc_buf_release(&bytes);
    for (uint32_t i = 0; i < endpoint->subscriptions_count && fault == NULL; i++)
        fault =
            url_fault(checker->workspace, endpoint->subscriptions[i].url, "https", "http", false);
    if (fault != NULL)
        (void)refuse(checker, place, endpoint->name, fault);
}

/* What the kinds that are no webhook need besides address and secret. */
static void finish_gateway(Checker *checker, const char *place, EscEndpoint *endpoint, Needs needs)
{
    bool is_channel = endpoint->name.size > 0; /* people have an address of their own */
    const char *fault = NULL;
    if (needs == NEEDS_ACCOUNT)
        fault = esc_config_account_fault(endpoint, is_channel);
    else if (endpoint->account.size + endpoint->from.size > 0)
        fault = "has an account or a from that its type does not use";
    if (fault == NULL && needs == NEEDS_TOPIC)
        fault = esc_config_topic_fault(endpoint, is_channel);
    else if (fault == NULL && endpoint->topic.size > 0)
        fault = "has a topic that its type does not use";
    if (fault == NULL && needs == NEEDS_ROOMS &&
        !esc_text_contains(endpoint->url, ESC_TEXT(ESC_ROOM_PLACE)))
        fault = "needs a url in which " ESC_ROOM_PLACE " stands for the name of a room";
    if (fault == NULL && needs == NEEDS_SUBSCRIPTIONS)
        fault = esc_config_push_fault(endpoint, checker->config->arena, is_channel);
    else if (fault == NULL && endpoint->contact.size + endpoint->subscriptions_file.size > 0)
        fault = "has a contact or a subscriptions_file that its type does not use";
    if (fault != NULL)
        (void)refuse(checker, place, endpoint->name, fault);
    else if (needs == NEEDS_SUBSCRIPTIONS && (is_channel || endpoint->subscriptions_file.size > 0))
        finish_subscriptions(checker, place, endpoint);
}

/* By what people answer from there, and what the gateway reports to. */
static void finish_answers(Checker *checker, const char *place, const EscEndpoint *endpoint,
                           Needs needs)
{
    const EscWorkspaceConfig *workspace = checker->workspace;
    EscText wanted = needs == NEEDS_ACCOUNT ? ESC_TEXT("gateway") : ESC_TEXT("buttons");
    const EscInboundBinding *binding = esc_config_answers(workspace, endpoint);
    if (endpoint->answers.size == 0)
        return;
    if (needs != NEEDS_ACCOUNT && needs != NEEDS_TOPIC && needs != NEEDS_SUBSCRIPTIONS)
        (void)refuse(checker, place, endpoint->name, "has an `answers` that its type does not use");
    else if (binding == NULL || !esc_text_equal(binding->type, wanted))
        (void)refuse(checker, place, endpoint->name,
                     needs == NEEDS_ACCOUNT
                         ? "its `answers` must name an inbound binding of type gateway"
                         : "its `answers` must name an inbound binding of type buttons");
    else if (workspace->public_url.size == 0)
        (void)refuse(checker, place, endpoint->name,
                     "has `answers`, so public_url must say where services reach this daemon");
}

static void finish_secret(Checker *checker, const char *place, EscEndpoint *endpoint, Wish wish)
{
    if (endpoint->secret_file.size > 0 && wish != NEVER)
        (void)read_secret(checker, endpoint->secret_file, &endpoint->secret);
    else if (endpoint->secret_file.size > 0)
        (void)refuse(checker, place, endpoint->name,
                     "has a secret_file that its type does not use");
    else if (wish == MUST)
        (void)refuse(checker, place, endpoint->name, "needs a secret_file");
}

/* What only bots have: one place as a channel, and buttons that lead somewhere. */
static void finish_bot(Checker *checker, const char *place, EscEndpoint *endpoint)
{
    bool is_channel = endpoint->name.size > 0;
    if (endpoint->to.count != (is_channel ? 1 : 0))
        (void)refuse(checker, place, endpoint->name,
                     is_channel ? "posts to one place: `to` has one name"
                                : "has a `to`, but people have addresses of their own");
    if (endpoint->answers.size == 0)
        return;
    const EscInboundBinding *inbound = NULL;
    for (uint32_t i = 0; i < checker->workspace->inbound.count; i++)
        if (esc_text_equal(checker->workspace->inbound.items[i].name, endpoint->answers))
            inbound = &checker->workspace->inbound.items[i];
    if (inbound == NULL || !esc_text_equal(inbound->type, endpoint->type))
        (void)refuse(
            checker, place, endpoint->name,
            "its `answers` must name an inbound binding of the workspace, of the same type");
    else if (endpoint->kind == ESC_ENDPOINT_MATTERMOST && checker->workspace->public_url.size == 0)
        (void)refuse(checker, place, endpoint->name,
                     "its buttons lead to this daemon, so public_url must say where that is");
}

/* It posts to the one channel it was made for, whatever a message says. */
static void check_webhook_of_people(Checker *checker, const EscEndpoint *endpoint)
{
    if (endpoint->kind == ESC_ENDPOINT_CHAT &&
        (esc_text_contains(endpoint->url, ESC_TEXT("//hooks.slack.com/")) ||
         esc_text_contains(endpoint->url, ESC_TEXT("//hooks.slack-gov.com/"))))
        (void)refuse(checker, "people.chat", (EscText){0},
                     "is an incoming webhook of Slack, which cannot choose whom it writes to: "
                     "people need type slack, with a bot's token");
}

static void finish_endpoint(Checker *checker, const char *place, EscEndpoint *endpoint)
{
    endpoint->kind = endpoint_kind(endpoint->type);
    endpoint->path = in_folder(checker, endpoint->path);
    bool has_url = endpoint->url.size > 0 || endpoint->url_file.size > 0;
    Needs needs = endpoint_kinds[endpoint->kind].needs;
    bool is_bot = needs == NEEDS_BOT || needs == NEEDS_SERVER_BOT;
    if (needs == NEEDS_BOT && !has_url) {
        endpoint->url = ESC_TEXT("https://slack.com/api");
        has_url = true;
    }
    bool wants_url = needs_rows[needs].has_url;
    if (has_url != wants_url)
        (void)refuse(checker, place, endpoint->name,
                     wants_url ? "needs url or url_file" : "has a url that its type does not use");
    else if (wants_url)
        (void)finish_url(checker, place, endpoint);
    if (needs == NEEDS_RECIPIENTS)
        (void)finish_recipients(checker, place, endpoint);
    if (endpoint->ca_file.size > 0 && !needs_rows[needs].is_http)
        (void)refuse(checker, place, endpoint->name, "has a ca_file that its type does not use");
    else
        finish_authorities(checker, place, endpoint->name, &endpoint->ca_file);
    finish_secret(checker, place, endpoint, needs_rows[needs].secret);
    finish_gateway(checker, place, endpoint, needs);
    if (is_bot)
        finish_bot(checker, place, endpoint);
    else
        finish_answers(checker, place, endpoint, needs);
}

/* --- how a system is signed in to ----------------------------------------------------------------- */

static const struct {
    const char *type, *needs;
} auth_kinds[ESC_AUTH_COUNT] = {
    [ESC_AUTH_NONE] = {"none", NULL},
    [ESC_AUTH_BASIC] = {"basic", "is basic: it needs user and secret_file"},
    [ESC_AUTH_BEARER] = {"bearer", "is bearer: it needs secret_file"},
    [ESC_AUTH_API_KEY] = {"api_key", "is api_key: it needs secret_file, and header or query"},
    [ESC_AUTH_OAUTH2] = {"oauth2", "is oauth2: it needs token_url, client_id and secret_file"},
};

/* Whether what its kind needs is there, and nothing of another kind. */
static bool auth_is_whole(const EscAuthBinding *auth)
{
    bool has_user = auth->user.size > 0, has_secret = auth->secret_file.size > 0,
         has_header = auth->header.size > 0, has_query = auth->query.size > 0,
         has_client = auth->token_url.size > 0 && auth->client_id.size > 0,
         has_token = auth->token_url.size + auth->client_id.size + auth->scope.size +
                         auth->audience.size + auth->ca_file.size >
                     0;
    if (auth->kind == ESC_AUTH_NONE)
        return !has_user && !has_secret && !has_header && !has_query && !has_token;
    bool is_basic = auth->kind == ESC_AUTH_BASIC, is_key = auth->kind == ESC_AUTH_API_KEY,
         is_oauth2 = auth->kind == ESC_AUTH_OAUTH2;
    return has_secret && has_user == is_basic && (has_header != has_query) == is_key &&
           !(has_header && has_query) && has_token == is_oauth2 && has_client == is_oauth2;
}

static bool is_name_of_header(EscText name)
{
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = (unsigned char)name.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return true;
}

static void finish_auth(Checker *checker, EscSystemBinding *system)
{
    EscAuthBinding *auth = &system->auth;
    for (unsigned i = 0; i < ESC_AUTH_COUNT; i++)
        if (esc_text_equal(auth->type, esc_text_from(auth_kinds[i].type)))
            auth->kind = (EscAuthKind)i;
    if (!auth_is_whole(auth)) {
        const char *needs = auth_kinds[auth->kind].needs;
        (void)refuse(checker, "systems.auth", system->name,
                     needs == NULL ? "has options, and no type that uses them" : needs);
        return;
    }
    if (auth->kind == ESC_AUTH_NONE)
        return;
    if (system->secret_file.size > 0)
        (void)refuse(checker, "systems", system->name, "has both auth and secret_file");
    if (auth->user.size > 0 && memchr(auth->user.data, ':', auth->user.size) != NULL)
        (void)refuse(checker, "systems.auth", system->name, "has a user with a colon in the name");
    if (!is_name_of_header(auth->header))
        (void)refuse(checker, "systems.auth", system->name, "has a header that is no name of one");
    const char *fault =
        auth->kind != ESC_AUTH_OAUTH2
            ? NULL
            : url_fault(checker->workspace, auth->token_url, "https", "http", false);
    if (fault != NULL)
        (void)refuse(checker, "systems.auth.token_url", system->name, fault);
    finish_authorities(checker, "systems.auth", system->name, &auth->ca_file);
    (void)read_secret(checker, auth->secret_file, &auth->secret);
}

static void finish_system(Checker *checker, EscSystemBinding *system)
{
    const char *fault = url_fault(checker->workspace, system->base_url, "https", "http", false);
    if (fault != NULL)
        (void)refuse(checker, "systems", system->name, fault);
    while (system->base_url.size > 0 && system->base_url.data[system->base_url.size - 1] == '/')
        system->base_url.size--;
    finish_authorities(checker, "systems", system->name, &system->ca_file);
    if (system->secret_file.size > 0)
        (void)read_secret(checker, system->secret_file, &system->secret);
    finish_auth(checker, system);
}

static void finish_source(Checker *checker, EscSourceBinding *source)
{
    if (source->secret_file.size == 0)
        (void)refuse(checker, "sources", source->name, "needs a secret_file");
    else
        (void)read_secret(checker, source->secret_file, &source->secret);
    if (source->former_secret_file.size > 0)
        (void)read_secret(checker, source->former_secret_file, &source->former_secret);
}

static void finish_mail(Checker *checker, EscMailServer *mail)
{
    if (mail->server.size == 0)
        return;
    bool starts_tls = esc_text_equal(mail->tls, ESC_TEXT("required"));
    const char *fault = url_fault(checker->workspace, mail->server, "smtps", "smtp", starts_tls);
    if (fault != NULL)
        (void)refuse(checker, "mail.server", (EscText){0}, fault);
    if (!esc_mail_address_is_plain(mail->from))
        (void)refuse(checker, "mail.from", (EscText){0}, "is no mail address");
    finish_authorities(checker, "mail", (EscText){0}, &mail->ca_file);
    if (mail->password_file.size > 0)
        (void)read_secret(checker, mail->password_file, &mail->password);
}

/* A name that a path can hold as it is: services are told the address by hand. */
static bool is_path_word(EscText name)
{
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = (unsigned char)name.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (!is_plain)
            return false;
    }
    return name.size > 0 && name.size <= ESC_INBOUND_NAME_BYTES_MAX;
}

static void finish_inbound(Checker *checker, EscInboundBinding *binding)
{
    static const char *const types[ESC_INBOUND_COUNT] = {
#define ESC_INBOUND(kind, name, functions) [ESC_INBOUND_##kind] = name,
#include <esc/inbound_kinds.def>
#undef ESC_INBOUND
    };
    const EscWorkspaceConfig *other = NULL;
    if (!is_path_word(binding->name))
        (void)refuse(checker, "inbound", binding->name,
                     "must be a name of letters, digits, - _ and . : it is part of an address");
    if (esc_config_inbound(checker->config, binding->name, &other) != binding)
        (void)refuse(checker, "inbound", binding->name,
                     "is a name that another workspace has too: the address would be both's");
    for (unsigned i = 0; i < ESC_INBOUND_COUNT; i++)
        if (esc_text_equal(binding->type, esc_text_from(types[i])))
            binding->kind = (EscInboundKindId)i;
    if (binding->type.size == 0)
        (void)refuse(checker, "inbound", binding->name, "needs a type");
    if (binding->secret_file.size == 0)
        (void)refuse(checker, "inbound", binding->name,
                     "needs a secret_file: nothing comes in that does not prove where it is from");
    else
        (void)read_secret(checker, binding->secret_file, &binding->secret);
}

/* Without the / at its end: paths are put behind it. */
static void finish_public_url(EscConfig *config, EscWhy *first)
{
    EscText url = config->public_url;
    bool is_web = esc_text_starts_with(url, ESC_TEXT("https://")) ||
                  esc_text_starts_with(url, ESC_TEXT("http://"));
    if (url.size > 0 && !is_web)
        (void)esc_config_fault(config, first, "public_url: must begin with https://");
    while (url.size > 0 && url.data[url.size - 1] == '/')
        url.size--;
    config->public_url = url;
    for (uint32_t i = 0; i < config->workspaces.count; i++)
        config->workspaces.items[i].public_url = url;
}

static bool has_address(const EscInbox *inbox, EscText address)
{
    bool has = esc_address_equal(inbox->address, address);
    for (uint32_t i = 0; i < inbox->also.count; i++)
        has = has || esc_address_equal(inbox->also.items[i], address);
    return has;
}

static bool is_anothers(const Checker *checker, EscText address)
{
    for (uint32_t i = 0; i < checker->config->workspaces.count; i++) {
        const EscWorkspaceConfig *other = &checker->config->workspaces.items[i];
        if (other != checker->workspace && has_address(&other->inbox, address))
            return true;
    }
    return false;
}

static const char *address_fault(const Checker *checker, EscText address)
{
    if (!esc_mail_address_is_plain(address))
        return "is no mail address";
    return is_anothers(checker, address) ? "is another workspace's too" : NULL;
}

static const char *inbox_fault(const Checker *checker, const EscInbox *inbox)
{
    const char *at =
        inbox->address.size == 0 ? NULL : memchr(inbox->address.data, '@', inbox->address.size);
    if (at != NULL && (size_t)(at - inbox->address.data) > ESC_INBOX_LOCAL_BYTES_MAX)
        return "has more than 25 characters before its @, and answers need a longer one";
    if (checker->config->lmtp_listen.size == 0)
        return "gets no mail, because lmtp_listen names no place where it comes in";
    return address_fault(checker, inbox->address);
}

static void finish_inbox(Checker *checker, EscInbox *inbox)
{
    if (inbox->address.size == 0 && inbox->secret_file.size == 0 && inbox->also.count == 0)
        return;
    const char *fault = inbox_fault(checker, inbox);
    if (fault != NULL)
        (void)refuse(checker, "inbox.address", (EscText){0}, fault);
    for (uint32_t i = 0; i < inbox->also.count; i++)
        if ((fault = address_fault(checker, inbox->also.items[i])) != NULL)
            (void)refuse(checker, "inbox.also", inbox->also.items[i], fault);
    if (inbox->secret_file.size == 0)
        (void)refuse(checker, "inbox.secret_file", (EscText){0},
                     "is missing: without a secret no answer can be known again");
    else if (read_secret(checker, inbox->secret_file, &inbox->secret) == ESC_OK &&
             inbox->secret.size < ESC_INBOX_SECRET_BYTES_MIN)
        (void)refuse_secret(checker, inbox->secret_file, "has less than 16 characters");
}

static void finish_workspace(Checker *checker, EscWorkspaceConfig *workspace)
{
    checker->workspace = workspace;
    finish_mail(checker, &workspace->mail);
    finish_inbox(checker, &workspace->inbox);
    for (uint32_t i = 0; i < workspace->channels.count; i++)
        finish_endpoint(checker, "channels", &workspace->channels.items[i]);
    for (uint32_t i = 0; i < workspace->systems.count; i++)
        finish_system(checker, &workspace->systems.items[i]);
    for (uint32_t i = 0; i < workspace->sources.count; i++)
        finish_source(checker, &workspace->sources.items[i]);
    for (uint32_t i = 0; i < workspace->inbound.count; i++)
        finish_inbound(checker, &workspace->inbound.items[i]);
#define ESC_PEOPLE_WAY(way, CONTACT, help)                                                         \
    finish_endpoint(checker, "people." #way, &workspace->people.way);
#include <esc/people_ways.def>
    check_webhook_of_people(checker, &workspace->people.chat);
}

/* What becomes of the unbound where nobody has said it. */
static void finish_unbound(EscConfig *config)
{
    bool is_rehearsal =
        !config->is_only_checked && (config->has_virtual_clock || !esc_config_leads_out(config));
    if (config->unbound.size == 0)
        config->unbound = esc_text_from(is_rehearsal ? ESC_UNBOUND_REHEARSAL : "stop");
    for (uint32_t i = 0; i < config->workspaces.count; i++)
        if (config->workspaces.items[i].unbound.size == 0)
            config->workspaces.items[i].unbound = config->unbound;
}

/* Who is asked from elsewhere to say who somebody is. */
static void finish_oidc(Checker *checker, EscOidcBinding *oidc)
{
    EscConfig *config = checker->config;
    EscText nobody = {0};
    config->outside = (EscWorkspaceConfig){.name = ESC_TEXT(""),
                                           .folder = config->folder,
                                           .allowed_addresses = oidc->allowed_addresses,
                                           .unbound = ESC_TEXT("stop")};
    checker->workspace = &config->outside;
    if (oidc->issuer.size == 0)
        return;
    const char *fault = url_fault(&config->outside, oidc->issuer, "https", "http", false);
    if (fault != NULL)
        (void)refuse(checker, "oidc.issuer", nobody, fault);
    if (oidc->client_id.size == 0)
        (void)refuse(checker, "oidc", nobody, "needs a client_id");
    if (config->public_url.size == 0)
        (void)refuse(checker, "oidc", nobody,
                     "needs public_url: the provider sends people back there");
    if (oidc->secret_file.size > 0)
        (void)read_secret(checker, oidc->secret_file, &oidc->secret);
    finish_authorities(checker, "oidc", nobody, &oidc->ca_file);
}

/* One of the addresses of the heartbeat as a channel of its site. */
static void add_beat(Checker *checker, EscHeartbeat *heartbeat, EscText name, EscText url,
                     EscText url_file)
{
    EscEndpoints *channels = &heartbeat->site.channels;
    if (url.size + url_file.size == 0 || channels->items == NULL)
        return;
    EscEndpoint *channel = &channels->items[channels->count++];
    *channel = (EscEndpoint){.name = name,
                             .type = ESC_TEXT("webhook"),
                             .url = url,
                             .url_file = url_file,
                             .ca_file = heartbeat->ca_file};
    finish_endpoint(checker, "heartbeat", channel);
}

static void finish_heartbeat(Checker *checker, EscHeartbeat *heartbeat)
{
    EscConfig *config = checker->config;
    heartbeat->site = (EscWorkspaceConfig){
        .name = ESC_TEXT(""),
        .folder = config->folder,
        .channels.items = esc_arena_alloc_array(config->arena, 2, sizeof(EscEndpoint)),
        .allowed_addresses = heartbeat->allowed_addresses,
        .unbound = ESC_TEXT("refuse")};
    checker->workspace = &heartbeat->site;
    add_beat(checker, heartbeat, ESC_TEXT(ESC_HEARTBEAT_URL), heartbeat->url, heartbeat->url_file);
    if (heartbeat->site.channels.count == 0 &&
        heartbeat->fail_url.size + heartbeat->fail_url_file.size > 0)
        (void)refuse(checker, "heartbeat", (EscText){0},
                     "has a fail_url, and needs url or url_file");
    add_beat(checker, heartbeat, ESC_TEXT(ESC_HEARTBEAT_FAIL_URL), heartbeat->fail_url,
             heartbeat->fail_url_file);
}

static void finish_alarms(Checker *checker, EscAlarmBinding *alarms)
{
    EscConfig *config = checker->config;
    bool has_address = alarms->to.type.size > 0;
    alarms->site =
        (EscWorkspaceConfig){.name = ESC_TEXT(""),
                             .folder = config->folder,
                             .channels = {.items = &alarms->to, .count = has_address ? 1 : 0},
                             .mail = alarms->mail,
                             .allowed_addresses = alarms->allowed_addresses,
                             .unbound = ESC_TEXT("refuse")};
    checker->workspace = &alarms->site;
    finish_mail(checker, &alarms->site.mail);
    alarms->to.name = ESC_TEXT(ESC_ALARMS_TO);
    if (has_address)
        finish_endpoint(checker, "alarms", &alarms->to);
    else if (alarms->to.url.size + alarms->to.url_file.size + alarms->to.to.count > 0)
        (void)refuse(checker, "alarms", alarms->to.name, "needs a type");
}

EscStatus esc_config_finish(EscConfig *config, const EscFiles *files, EscWhy *why)
{
    Checker checker = {.config = config, .files = files};
    EscLmtpPlace place;
    checker.open_end = &checker.open;
    finish_public_url(config, &checker.first);
    if (config->lmtp_listen.size > 0 && !esc_lmtp_place_read(config->lmtp_listen, &place))
        (void)esc_config_fault(config, &checker.first, "lmtp_listen: %s", ESC_LMTP_PLACE_WANTED);
    esc_config_finish_doors(config, &checker.first);
    esc_config_finish_operators(config, &checker.first);
    finish_oidc(&checker, &config->oidc);
    finish_heartbeat(&checker, &config->heartbeat);
    finish_alarms(&checker, &config->alarms);
    for (uint32_t i = 0; i < config->workspaces.count; i++)
        finish_workspace(&checker, &config->workspaces.items[i]);
    finish_unbound(config);
    judge_rights(&checker);
    if (esc_arena_failed(config->arena))
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the configuration");
    if (checker.first.text[0] == '\0')
        return ESC_OK;
    if (why != NULL)
        *why = checker.first;
    return ESC_BAD_CONFIG;
}
