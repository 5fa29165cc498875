/* escalctl_request.c - one request of the API with libcurl, the posting of event files, and the
 * making of tokens. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <sys/random.h>

#include <esc/runtime.h>

#include "escalctl.h"
#include "escalctl_print.h"

#define REPLY_BYTES_MAX ((size_t)128 << 20)
#define TIMEOUT_MS 30000L
#define LOCAL "unix:" /* the path of a socket of this machine stands behind it */
#define REPLY_DEPTH_MAX 64
#define REPLY_VALUES_MAX 4000000u
#define REPLY_TREE_BYTES_MAX ((size_t)1 << 30)

static size_t take_reply(char *data, size_t size, size_t count, void *context)
{
    EscBuf *out = context;
    esc_buf_append(out, data, size * count);
    return out->status == ESC_OK ? size * count : 0;
}

static bool read_stream(FILE *file, EscBuf *out)
{
    char chunk[65536];
    size_t got = 0;
    while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
        esc_buf_append(out, chunk, got);
    return ferror(file) == 0 && out->status == ESC_OK;
}

static bool read_file(const char *path, EscBuf *out)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(path, "re");
    bool is_fine = file != NULL && read_stream(file, out);
    if (file != NULL && !is_stdin)
        (void)fclose(file);
    if (!is_fine)
        (void)fprintf(stderr, "escalctl: %s cannot be read\n", path);
    return is_fine;
}

/* "Authorization: Bearer …" from --token-file or ESCAL_TOKEN. Never from the command line:
 * others can see that. */
static bool token_header(const CtlCall *call, EscBuf *out)
{
    EscBuf token;
    esc_buf_init(&token, 4096);
    bool is_fine = true;
    if (call->is_bare)
        esc_buf_clear(&token);
    else if (call->token != NULL)
        esc_buf_string(&token, call->token);
    else if (call->token_file != NULL)
        is_fine = read_file(call->token_file, &token);
    else if (getenv("ESCAL_TOKEN") != NULL)
        esc_buf_string(&token, getenv("ESCAL_TOKEN"));
    EscText text = esc_buf_as_text(&token);
    while (text.size > 0 && (unsigned char)text.data[text.size - 1] <= ' ')
        text.size--;
    for (size_t i = 0; i < text.size; i++)
        is_fine =
            is_fine && (unsigned char)text.data[i] > ' ' && (unsigned char)text.data[i] < 0x7f;
    if (!is_fine)
        (void)fprintf(stderr, "escalctl: the token file must hold one token and nothing else\n");
    if (text.size > 0)
        esc_buf_printf(out, "Authorization: Bearer %.*s", ESC_TEXT_ARG(text));
    esc_buf_char(out, '\0');
    if (token.data != NULL)
        OPENSSL_cleanse(token.data, token.capacity);
    esc_buf_release(&token);
    return is_fine;
}

static bool set_options(CURL *easy, const CtlCall *call, const char *path, EscText body,
                        bool is_post, CtlReply *reply)
{
    char url[20000];
    bool is_local = strncmp(call->url, LOCAL, strlen(LOCAL)) == 0;
    int length =
        snprintf(url, sizeof(url), "%s%s", is_local ? "http://localhost" : call->url, path);
    bool is_fine = length > 0 && (size_t)length < sizeof(url) &&
                   (!is_local || curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH,
                                                  call->url + strlen(LOCAL)) == CURLE_OK) &&
                   (call->ca_file == NULL ||
                    curl_easy_setopt(easy, CURLOPT_CAINFO, call->ca_file) == CURLE_OK) &&
                   curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
                   curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
                   curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
                   curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
                   curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, TIMEOUT_MS) == CURLE_OK &&
                   curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply) == CURLE_OK &&
                   curl_easy_setopt(easy, CURLOPT_WRITEDATA, &reply->body) == CURLE_OK;
    if (is_fine && is_post)
        is_fine =
            curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size) ==
                CURLE_OK &&
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.size == 0 ? "" : body.data) == CURLE_OK;
    return is_fine;
}

static void print_no_answer(const CtlCall *call, CURLcode code)
{
    (void)fputs("escalctl: no answer from ", stderr);
    print_safe(stderr, esc_text_from(call->url), false);
    (void)fprintf(stderr, ": %s\n", curl_easy_strerror(code));
}

/* The URL may be anybody's: a reply is read as strictly as anything from outside. */
static void read_reply(CtlReply *reply)
{
    static const EscJsonLimits limits = {REPLY_DEPTH_MAX, REPLY_VALUES_MAX};
    reply->arena = esc_arena_new(REPLY_TREE_BYTES_MAX);
    EscStatus status = reply->arena == NULL
                           ? esc_why(&reply->why, ESC_NO_MEMORY, "", 0, "no memory")
                           : esc_json_read(reply->arena, esc_buf_as_text(&reply->body), &limits,
                                           &reply->json, &reply->why);
    if (status != ESC_OK)
        reply->json = NULL;
}

/* The path, and which client is meant. */
static bool write_address(EscBuf *out, const CtlCall *call, const char *path)
{
    esc_buf_string(out, path);
    if (call->client != NULL && strncmp(path, "/v1/session", 11) != 0) {
        esc_buf_string(out, strchr(path, '?') == NULL ? "?client=" : "&client=");
        ctl_encode(out, esc_text_from(call->client));
    }
    esc_buf_char(out, '\0');
    return out->status == ESC_OK;
}

bool ctl_request(const CtlCall *call, const char *path, const char *type, EscText body,
                 bool is_post, CtlReply *reply)
{
    *reply = (CtlReply){0};
    esc_buf_init(&reply->body, REPLY_BYTES_MAX);
    EscBuf token, address;
    esc_buf_init(&token, 8192);
    esc_buf_init(&address, 32768);
    char content_type[128], key[256];
    (void)snprintf(key, sizeof(key), "Idempotency-Key: %s", call->key == NULL ? "" : call->key);
    (void)snprintf(content_type, sizeof(content_type), "Content-Type: %s", type);
    CURL *easy = curl_easy_init();
    struct curl_slist *headers = NULL;
    CURLcode code = CURLE_FAILED_INIT;
    bool is_fine = easy != NULL && token_header(call, &token) &&
                   write_address(&address, call, path) &&
                   set_options(easy, call, (const char *)address.data, body, is_post, reply);
    if (is_fine && token.size > 1)
        headers = curl_slist_append(headers, (const char *)token.data);
    if (is_fine && is_post)
        headers = curl_slist_append(headers, content_type);
    if (is_fine && call->key != NULL)
        headers = curl_slist_append(headers, key);
    if (is_fine && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers) == CURLE_OK) {
        code = curl_easy_perform(easy);
        if (code != CURLE_OK)
            print_no_answer(call, code);
    }
    if (code == CURLE_OK)
        (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply->status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
    esc_buf_release(&token);
    esc_buf_release(&address);
    if (code != CURLE_OK) {
        ctl_reply_release(reply);
        return false;
    }
    read_reply(reply);
    return true;
}

void ctl_reply_release(CtlReply *reply)
{
    esc_arena_free(reply->arena);
    esc_buf_release(&reply->body);
    *reply = (CtlReply){0};
}

static void print_problem(const EscJson *problem, const char *name, const char *before)
{
    const EscJson *value = esc_json_member(problem, esc_text_from(name));
    if (value == NULL || value->kind != ESC_JSON_TEXT)
        return;
    (void)fputs(before, stderr);
    print_safe(stderr, value->text, false);
}

int ctl_check(const CtlReply *reply)
{
    if (reply->status >= 200 && reply->status < 300 && reply->json != NULL)
        return EXIT_FINE;
    const EscJson *index = esc_json_member(reply->json, ESC_TEXT("index"));
    (void)fputs("escalctl: ", stderr);
    if (reply->json == NULL && reply->status >= 200 && reply->status < 300)
        (void)fprintf(stderr, "the answer is not JSON: %s", reply->why.text);
    print_problem(reply->json, "title", "");
    print_problem(reply->json, "detail", ": ");
    print_problem(reply->json, "place", " at ");
    if (index != NULL && index->kind == ESC_JSON_INTEGER)
        (void)fprintf(stderr, " (event %lld)", (long long)index->integer);
    (void)fprintf(stderr, " [%ld]\n", reply->status);
    if (reply->status == 401 || reply->status == 403)
        return EXIT_USAGE;
    if (reply->status == 429 || reply->status == 503)
        return EXIT_TRY_AGAIN;
    return reply->status >= 400 && reply->status < 500 ? EXIT_REFUSED : EXIT_FAILED;
}

int ctl_get(const CtlCall *call, const char *path, CtlReply *reply)
{
    return ctl_request(call, path, "", (EscText){0}, false, reply) ? ctl_check(reply) : EXIT_FAILED;
}

const EscJson *ctl_look(const CtlCall *call, const char *path, CtlReply *reply)
{
    bool is_answered = ctl_request(call, path, "", (EscText){0}, false, reply);
    return is_answered && reply->status == 200 ? reply->json : NULL;
}

int ctl_send(const CtlCall *call)
{
    EscBuf events;
    esc_buf_init(&events, ESC_BODY_BYTES_MAX);
    CtlReply reply;
    int result = EXIT_FAILED;
    if (!read_file(call->line->arguments[0], &events)) {
        result = EXIT_USAGE;
    } else if (ctl_request(call, "/v1/events", "application/json", esc_buf_as_text(&events), true,
                           &reply)) {
        result = ctl_check(&reply);
        if (result == EXIT_FINE && call->is_json)
            print_json(stdout, esc_buf_as_text(&reply.body));
        else if (result == EXIT_FINE)
            ctl_show_events(call, reply.json);
        ctl_reply_release(&reply);
    }
    esc_buf_release(&events);
    return result;
}

int ctl_token_new(const CtlCall *call)
{
    uint8_t random[32];
    const char *id = cli_value(call->line, CLI_ESCALCTL_ID);
    const char *workspace = cli_value(call->line, CLI_ESCALCTL_WORKSPACE);
    const char *principal = cli_value(call->line, CLI_ESCALCTL_PRINCIPAL);
    const char *scopes = cli_value(call->line, CLI_ESCALCTL_SCOPES);
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
        (void)fprintf(stderr, "escalctl: no random bytes: %s\n", strerror(errno));
        return EXIT_FAILED;
    }
    EscWhy why = {.text = ""};
    EscBuf token, line;
    esc_buf_init(&token, 4096);
    esc_buf_init(&line, 4096);
    EscStatus status =
        esc_token_make(random, esc_text_from(id), esc_text_from(workspace),
                       esc_text_from(principal), esc_text_from(scopes), &token, &line, &why);
    if (status != ESC_OK)
        (void)cli_wrong(call->line, "%s", why.text);
    else if (call->is_json)
        (void)printf("{\"token\":\"%.*s\",\"line\":\"%.*s\"}\n",
                     ESC_TEXT_ARG(esc_buf_as_text(&token)), ESC_TEXT_ARG(esc_buf_as_text(&line)));
    else
        (void)printf("token (shown only now):\n  %.*s\nline for the token file:\n  %.*s\n",
                     ESC_TEXT_ARG(esc_buf_as_text(&token)), ESC_TEXT_ARG(esc_buf_as_text(&line)));
    OPENSSL_cleanse(random, sizeof(random));
    esc_buf_release(&token);
    esc_buf_release(&line);
    return status == ESC_OK ? EXIT_FINE : EXIT_USAGE;
}
