/* test_api.c - routes, tokens and the small texts of the API. */
#include <stdio.h>
#include <stdlib.h>

#include "support/test.h"

#include "api_internal.h"

/* A scope, or a proof of its own that the handler asks for before anything else. */
static void every_route_but_health_needs_a_scope(void **state)
{
    (void)state;
    for (size_t i = 0; i < esc_routes_count; i++) {
        const EscRoute *route = &esc_routes[i];
        /* what anybody may see: how the daemon is, and how its pages look */
        bool is_health =
            strncmp(route->path, "/health", 7) == 0 || route->handler == &esc_handle_style;
        is_health |= route->handler == &esc_handle_pane || route->handler == &esc_handle_pane_file;
        /* a source's body may be large: its signature is looked at where it is parsed */
        bool is_proven = route->handler->admit != NULL &&
                         (route->handler->prove != NULL || route->handler == &esc_handle_source ||
                          route->handler == &esc_handle_link ||
                          route->handler == &esc_handle_link_act); /* a link is its own proof */
        /* a cookie, a link or a code is the proof of who logs in */
        bool is_login = strncmp(route->path, "/login", 6) == 0 ||
                        route->handler == &esc_handle_session_link ||
                        route->handler == &esc_handle_session_code;
        assert_int_equal(route->scope == ESC_SCOPE_PUBLIC, is_health || is_proven || is_login);
        assert_true((route->scope & (route->scope - 1)) == 0); /* one bit, or none */
        assert_non_null(route->handler);
        for (size_t k = 0; k < i; k++)
            assert_false(esc_routes[k].method == route->method &&
                         strcmp(esc_routes[k].path, route->path) == 0);
    }
}

/* docs/api.md names every route; {} is written with what it is there for. */
static void the_documentation_names_every_route(void **state)
{
    (void)state;
    static char text[65536];
    FILE *file = fopen(ESC_TEST_SOURCE_DIR "/docs/api.md", "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file);
    text[size] = '\0';
    for (size_t i = 0; i < esc_routes_count; i++) {
        const char *path = esc_routes[i].path;
        const char *hole = strstr(path, "{}");
        char start[128];
        (void)snprintf(start, sizeof(start), "%.*s",
                       hole == NULL ? (int)strlen(path) : (int)(hole - path), path);
        const char *last = strrchr(path, '/');
        last = strcmp(last, "/{}") == 0 ? "" : last; /* another hole */
        if (strstr(text, start) == NULL ||
            (hole != NULL && hole[2] != '\0' && strstr(text, last) == NULL))
            fail_msg("docs/api.md does not name %s", path);
    }
}

static void matches_segment_by_segment(void **state)
{
    (void)state;
    EscBuf parameter;
    esc_buf_init(&parameter, ESC_ID_BYTES_MAX);
    assert_true(
        esc_route_matches("/v1/tickets/{}/resolve", "/v1/tickets/a%2Fb%20c/resolve", &parameter));
    assert_text_equal(esc_buf_as_text(&parameter), "a/b c");
    static const char *const others[] = {"/v1/tickets//resolve",
                                         "/v1/tickets/a/b/resolve",
                                         "/v1/tickets/a",
                                         "/v1/tickets/a/resolve/",
                                         "/v1/tickets/%00/resolve",
                                         "/v1/tickets/%zz/resolve",
                                         "/v1/tickets/%f/resolve",
                                         "/v1/tickets/%ff/resolve",
                                         "v1/tickets/a/resolve",
                                         "",
                                         "/"};
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++)
        if (esc_route_matches("/v1/tickets/{}/resolve", others[i], &parameter))
            fail_msg("%s matches", others[i]);
    char longest[ESC_ID_BYTES_MAX + 64];
    (void)snprintf(longest, sizeof(longest), "/v1/tickets/%0*d", ESC_ID_BYTES_MAX, 0);
    assert_true(esc_route_matches("/v1/tickets/{}", longest, &parameter));
    (void)snprintf(longest, sizeof(longest), "/v1/tickets/%0*d", ESC_ID_BYTES_MAX + 1, 0);
    assert_false(esc_route_matches("/v1/tickets/{}", longest, &parameter));
    esc_buf_release(&parameter);
}

static void media_types_end_at_a_semicolon(void **state)
{
    (void)state;
    static const char *const headers[][2] = {
        {"application/json; charset=utf-8", "application/json"},
        {"a/b  ;x", "a/b"},
        {"a/b ", "a/b"},
        {"a/b c", "a/b c"},
        {"x", "x"},
        {";", ""},
        {"  ", ""},
        {"", ""}};
    for (size_t i = 0; i < ESC_COUNT_OF(headers); i++) {
        char *header = malloc(strlen(headers[i][0]) + 1); /* nothing is in front of it */
        assert_non_null(header);
        memcpy(header, headers[i][0], strlen(headers[i][0]) + 1);
        assert_text_equal(esc_media_type(header), headers[i][1]);
        free(header);
    }
    assert_int_equal(esc_media_type(NULL).size, 0);
}

static void reads_escalation_ids(void **state)
{
    (void)state;
    uint64_t id = 0;
    assert_true(esc_escalation_id_read(ESC_TEXT("E-12"), &id));
    assert_int_equal(id, 12);
    assert_true(esc_escalation_id_read(ESC_TEXT("E-9"), &id));
    assert_int_equal(id, 9);
    assert_true(esc_escalation_id_read(ESC_TEXT("E-999999999999999999"), &id));
    assert_int_equal(id, INT64_C(999999999999999999));
    static const char *const bad[] = {
        "",    "E-",   "E-0",  "E-01", "e-1", "E-1x", "12", "E-+1", "E-9999999999999999999",
        "E:1", "E-1/", "E-1:", "E-/"};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++)
        if (esc_escalation_id_read(esc_text_from(bad[i]), &id))
            fail_msg("%s is no id", bad[i]);
}

static void reads_durations(void **state)
{
    (void)state;
    int64_t ms = 0;
    assert_true(esc_duration_read(ESC_TEXT("1h30m"), ESC_DEADLINE_MAX_MS, &ms));
    assert_int_equal(ms, 90 * ESC_MINUTE_MS);
    assert_true(esc_duration_read(ESC_TEXT("400d"), ESC_DEADLINE_MAX_MS, &ms));
    assert_int_equal(ms, ESC_DEADLINE_MAX_MS);
    assert_true(esc_duration_read(ESC_TEXT("1y1w"), ESC_DEADLINE_MAX_MS,
                                  &ms)); /* as the language writes them */
    assert_int_equal(ms, 372 * ESC_DAY_MS);
    static const char *const bad[] = {"",
                                      "5",
                                      "m",
                                      "5 m",
                                      "5x",
                                      "-5m",
                                      "401d",
                                      "9999999999s",
                                      "5m5",
                                      "1h-1m",
                                      "1h1h",
                                      "999999999999999999999999999999m",
                                      "9223372036854775807s",
                                      "PT"};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++)
        if (esc_duration_read(esc_text_from(bad[i]), ESC_DEADLINE_MAX_MS, &ms))
            fail_msg("%s is no duration", bad[i]);
}

/* --- tokens ----------------------------------------------------------------------------------- */

static void make(const uint8_t fill, const char *id, EscBuf *token, EscBuf *file)
{
    uint8_t random[32];
    memset(random, fill, sizeof(random));
    assert_status(esc_token_make(random, esc_text_from(id), ESC_TEXT("acme"), ESC_TEXT("ana"),
                                 ESC_TEXT("read,act"), token, file, NULL),
                  ESC_OK);
    esc_buf_char(file, '\n');
}

static void recognises_its_own_tokens_and_no_others(void **state)
{
    (void)state;
    EscBuf first, second, file;
    esc_buf_init(&first, 512);
    esc_buf_init(&second, 512);
    esc_buf_init(&file, 4096);
    esc_buf_string(&file, "# people\n\n");
    make(1, "ops-1", &first, &file);
    make(2, "bot", &second, &file);
    assert_false(esc_text_contains(esc_buf_as_text(&file),
                                   esc_buf_as_text(&first))); /* only its hash is kept */

    EscTokens *tokens = NULL;
    assert_status(esc_tokens_parse(esc_buf_as_text(&file), 7, &tokens, NULL), ESC_OK);
    const EscToken *found = esc_tokens_find(tokens, esc_buf_as_text(&first));
    assert_non_null(found);
    assert_text_equal(found->id, "ops-1");
    assert_text_equal(found->workspace, "acme");
    assert_text_equal(found->principal, "ana");
    assert_int_equal(found->scopes, ESC_SCOPE_BIT_READ | ESC_SCOPE_BIT_ACT);
    assert_text_equal(esc_tokens_find(tokens, esc_buf_as_text(&second))->id, "bot");

    first.data[first.size - 1] ^= 1;
    assert_null(esc_tokens_find(tokens, esc_buf_as_text(&first)));
    first.data[first.size - 1] ^= 1;
    assert_null(esc_tokens_find(tokens, (EscText){(const char *)first.data, first.size - 1}));
    assert_null(esc_tokens_find(tokens, ESC_TEXT("")));
    assert_null(esc_tokens_find(
        tokens,
        ESC_TEXT("esc_nobody_0000000000000000000000000000000000000000000000000000000000000000")));
    esc_tokens_free(tokens);
    esc_buf_release(&first);
    esc_buf_release(&second);
    esc_buf_release(&file);
}

static void refuses_bad_token_files(void **state)
{
    (void)state;
#define HASH "0000000000000000000000000000000000000000000000000000000000000000"
    static const char *const bad[] = {
        "a " HASH " acme ana",       "a " HASH " acme ana read extra",
        "a 00 acme ana read",        "a " HASH " acme ana fly",
        "a " HASH " acme ana read,", "a " HASH " acme ana read\na " HASH " acme ben read",
        "a Z" HASH " acme ana read",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        EscTokens *tokens = NULL;
        EscStatus status = esc_tokens_parse(esc_text_from(bad[i]), 7, &tokens, NULL);
        if (status != ESC_BAD_CONFIG)
            fail_msg("row %zu was taken", i);
        assert_null(tokens);
    }
}

static void refuses_to_make_bad_tokens(void **state)
{
    (void)state;
    uint8_t random[32] = {0};
    EscBuf token, line;
    esc_buf_init(&token, 512);
    esc_buf_init(&line, 512);
    assert_status(esc_token_make(random, ESC_TEXT("a_b"), ESC_TEXT("w"), ESC_TEXT("p"),
                                 ESC_TEXT("read"), &token, &line, NULL),
                  ESC_BAD_ARGUMENT);
    assert_status(esc_token_make(random, ESC_TEXT("a b"), ESC_TEXT("w"), ESC_TEXT("p"),
                                 ESC_TEXT("read"), &token, &line, NULL),
                  ESC_BAD_ARGUMENT);
    assert_status(esc_token_make(random, ESC_TEXT("a"), ESC_TEXT("w"), ESC_TEXT("p\nq"),
                                 ESC_TEXT("read"), &token, &line, NULL),
                  ESC_BAD_ARGUMENT);
    assert_status(esc_token_make(random, ESC_TEXT("a"), ESC_TEXT("w"), ESC_TEXT("p"), ESC_TEXT(""),
                                 &token, &line, NULL),
                  ESC_BAD_ARGUMENT);
    esc_buf_release(&token);
    esc_buf_release(&line);
}

static EscStatus parse_tokens(const char *text, EscTokens **tokens, EscWhy *why)
{
    *why = (EscWhy){.text = ""};
    return esc_tokens_parse(esc_text_from(text), 7, tokens, why);
}

/* Whoever reads them again tells by it whether anything has changed. */
static void the_hash_is_that_of_the_file(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "# nobody\n", "a " HASH " acme ana read"};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++) {
        EscTokens *tokens = NULL;
        EscWhy why;
        uint8_t hash[32] = {0}, expected[32];
        assert_status(parse_tokens(texts[i], &tokens, &why), ESC_OK);
        esc_tokens_hash(tokens, hash);
        esc_sha256((EscBytes){(const uint8_t *)texts[i], strlen(texts[i])}, expected);
        assert_memory_equal(hash, expected, sizeof(hash));
        esc_tokens_free(tokens);
    }
    esc_tokens_free(NULL);
}

static void lines_of_a_token_file_are_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t count; /* of tokens; UINT32_MAX: refused */
    } cases[] = {
        {"", 0},
        {"#", 0},
        {" \t\r\n", 0},
        {"\ta\t" HASH "\tacme  ana\tread\r\n", 1},
        {"a " HASH " acme ana read # the whole", 1},
        {"a " HASH " acme ana read#x", UINT32_MAX}, /* a comment begins behind a blank */
        {"a " HASH " acme ana #read", UINT32_MAX},
        {"a " HASH " acme ana read\nb " HASH " acme ana read\n", 2},
        {"a " HASH "0 acme ana read", UINT32_MAX},
        {"a 00000000000000000000000000000000000000000000000000000000000000 acme ana read",
         UINT32_MAX},
        {"a 000000000000000000000000000000000000000000000000000000000000000g acme ana read",
         UINT32_MAX},
        {"a 000000000000000000000000000000000000000000000000000000000000000/ acme ana read",
         UINT32_MAX},
        {"a 000000000000000000000000000000000000000000000000000000000000000: acme ana read",
         UINT32_MAX},
        {"a 000000000000000000000000000000000000000000000000000000000000000` acme ana read",
         UINT32_MAX},
        {"a 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef acme ana read", 1},
        {"a " HASH " acme ana ,read", UINT32_MAX},
        {"a " HASH " acme ana read,,act", UINT32_MAX},
        {"a " HASH " acme ana events,read,act,start,people,audit,act-as,clock", 1},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscTokens *tokens = NULL;
        EscWhy why;
        EscStatus status = parse_tokens(cases[i].text, &tokens, &why);
        if (status != (cases[i].count == UINT32_MAX ? ESC_BAD_CONFIG : ESC_OK))
            fail_msg("row %zu: %s", i, esc_status_name(status));
        if (status == ESC_OK && tokens->count != cases[i].count)
            fail_msg("row %zu: %u tokens", i, tokens->count);
        esc_tokens_free(tokens);
    }
}

static void a_bad_line_is_named(void **state)
{
    (void)state;
    EscTokens *tokens = NULL;
    EscWhy why;
    assert_status(parse_tokens("# x\n\na " HASH " acme ana fly\n", &tokens, &why), ESC_BAD_CONFIG);
    assert_string_equal(
        why.text, "token file, line 3: must be `id  sha256-hex  workspace  principal  scopes`");
    assert_int_equal(why.offset, 3);
    assert_status(parse_tokens("a " HASH " acme ana act\na " HASH " b c act", &tokens, &why),
                  ESC_BAD_CONFIG);
    assert_string_equal(why.text, "token file, line 2: this id is there already");
}

static void each_word_is_its_scope(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        uint32_t scopes;
    } rows[] = {{"events", 1},         {"read", 2},   {"act", 4},     {"start", 8},
                {"people", 16},        {"audit", 32}, {"act-as", 64}, {"clock", 128}, {"operate", 256},
                {"clock,events", 129}, {"act,act", 4}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        uint32_t scopes = 0;
        assert_true(esc_scopes_read(esc_text_from(rows[i].words), &scopes));
        assert_int_equal(scopes, rows[i].scopes);
    }
    uint32_t scopes = 0;
    assert_false(esc_scopes_read(ESC_TEXT(","), &scopes));
    assert_false(esc_scopes_read(ESC_TEXT("Read"), &scopes));
}

static void takes_ten_thousand_tokens_and_no_more(void **state)
{
    (void)state;
    for (uint32_t count = ESC_TOKENS_MAX; count <= ESC_TOKENS_MAX + 1; count++) {
        EscBuf file;
        EscTokens *tokens = NULL;
        EscWhy why = {.text = ""};
        esc_buf_init(&file, (size_t)4 << 20);
        for (uint32_t i = 0; i < count; i++)
            esc_buf_printf(&file, "t%u " HASH " acme ana read\n", i);
        EscStatus status = esc_tokens_parse(esc_buf_as_text(&file), 7, &tokens, &why);
        assert_status(status, count == ESC_TOKENS_MAX ? ESC_OK : ESC_OVER_LIMIT);
        assert_int_equal(tokens == NULL, count > ESC_TOKENS_MAX);
        esc_tokens_free(tokens);
        esc_buf_release(&file);
    }
}

static void words_of_tokens_have_their_limits(void **state)
{
    (void)state;
    static const uint8_t random[32] = {0};
    char word[ESC_ID_BYTES_MAX + 2];
    memset(word, 'w', sizeof(word));
    EscBuf token, line;
    esc_buf_init(&token, 512);
    esc_buf_init(&line, 1024);
    const struct {
        EscText id, workspace, principal;
        EscStatus status;
    } rows[] = {
        {{word, 64}, {word, ESC_ID_BYTES_MAX}, {word, ESC_ID_BYTES_MAX}, ESC_OK},
        {{word, 65}, ESC_TEXT("w"), ESC_TEXT("p"), ESC_BAD_ARGUMENT},
        {ESC_TEXT("i"), {word, ESC_ID_BYTES_MAX + 1}, ESC_TEXT("p"), ESC_BAD_ARGUMENT},
        {ESC_TEXT("i"), ESC_TEXT("w"), {word, ESC_ID_BYTES_MAX + 1}, ESC_BAD_ARGUMENT},
        {ESC_TEXT(""), ESC_TEXT("w"), ESC_TEXT("p"), ESC_BAD_ARGUMENT},
        {ESC_TEXT("i"), ESC_TEXT(""), ESC_TEXT("p"), ESC_BAD_ARGUMENT},
        {ESC_TEXT("i"), ESC_TEXT("w"), ESC_TEXT(""), ESC_BAD_ARGUMENT},
        {ESC_TEXT("i#"), ESC_TEXT("w"), ESC_TEXT("p"), ESC_BAD_ARGUMENT},
        {ESC_TEXT("i"), ESC_TEXT("w\x7f"), ESC_TEXT("p"), ESC_BAD_ARGUMENT},
        {ESC_TEXT("i"), ESC_TEXT("w\t"), ESC_TEXT("p"), ESC_BAD_ARGUMENT},
        {ESC_TEXT("!~"), ESC_TEXT("w"), ESC_TEXT("p"), ESC_OK},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscStatus status = esc_token_make(random, rows[i].id, rows[i].workspace, rows[i].principal,
                                          ESC_TEXT("read"), &token, &line, NULL);
        if (status != rows[i].status)
            fail_msg("row %zu: %s", i, esc_status_name(status));
        if (status != ESC_OK)
            continue;
        EscTokens *tokens = NULL; /* what is made is recognised */
        assert_status(esc_tokens_parse(esc_buf_as_text(&line), 7, &tokens, NULL), ESC_OK);
        const EscToken *found = esc_tokens_find(tokens, esc_buf_as_text(&token));
        assert_non_null(found);
        assert_true(esc_text_equal(found->principal, rows[i].principal));
        esc_tokens_free(tokens);
        esc_buf_clear(&line);
    }
    esc_buf_release(&token);
    esc_buf_release(&line);
}

/* Somebody may write a line of any id by hand; a token has at most 256 bytes. */
static void a_token_that_is_too_long_is_nobodys(void **state)
{
    (void)state;
    for (size_t id_size = 256 - 69; id_size <= 256 - 68; id_size++) {
        char token[300], line[500], hex[65];
        uint8_t hash[32];
        memset(token, 'i', sizeof(token));
        memcpy(token, "esc_", 4);
        token[4 + id_size] = '_';
        size_t size = 4 + id_size + 1 + 64;
        esc_sha256((EscBytes){(const uint8_t *)token, size}, hash);
        esc_hex((EscBytes){hash, 32}, hex);
        (void)snprintf(line, sizeof(line), "%.*s %s acme ana read", (int)id_size, token + 4, hex);
        EscTokens *tokens = NULL;
        assert_status(esc_tokens_parse(esc_text_from(line), 7, &tokens, NULL), ESC_OK);
        const EscToken *found = esc_tokens_find(tokens, (EscText){token, size});
        assert_int_equal(found == NULL, size > 256);
        esc_tokens_free(tokens);
    }
}

static EscStatus read_tokens(void *context, const char *path, EscBuf *out)
{
    if (strcmp(path, context) != 0)
        return strcmp(path, "/forbidden") == 0 ? ESC_IO_FAILED : ESC_NOT_FOUND;
    esc_buf_string(out, "a " HASH " acme ana read");
    return ESC_OK;
}

static void the_token_file_is_the_named_one_or_that_of_the_data(void **state)
{
    (void)state;
    static const struct {
        const char *there, *path;
        uint32_t count; /* UINT32_MAX: refused */
    } rows[] = {
        {"/data/tokens", "", 1},         {"/etc/t", "", 0},
        {"/etc/t", "/etc/t", 1},         {"/data/tokens", "/etc/t", UINT32_MAX},
        {"x", "/forbidden", UINT32_MAX},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscFiles files = {.context = (void *)(uintptr_t)rows[i].there, .read = read_tokens};
        EscTokens *tokens = NULL;
        EscWhy why = {.text = ""};
        EscStatus status =
            esc_tokens_load(&files, esc_text_from(rows[i].path), "/data", 7, &tokens, &why);
        assert_status(status, rows[i].count == UINT32_MAX ? ESC_BAD_CONFIG : ESC_OK);
        if (status == ESC_OK)
            assert_int_equal(tokens->count, rows[i].count);
        esc_tokens_free(tokens);
    }
    char name[4096];
    memset(name, 'n', sizeof(name));
    EscFiles files = {.context = (void *)(uintptr_t) "x", .read = read_tokens};
    EscTokens *tokens = NULL;
    EscWhy why = {.text = ""};
    assert_status(esc_tokens_load(&files, (EscText){name, 4096}, "/data", 7, &tokens, &why),
                  ESC_BAD_CONFIG);
    assert_string_equal(why.text, "the name of the token file is too long");
    assert_status(esc_tokens_load(&files, (EscText){name, 4095}, "/data", 7, &tokens, &why),
                  ESC_BAD_CONFIG);
    assert_string_not_equal(why.text, "the name of the token file is too long");
}

/* --- parameters of the query ------------------------------------------------------------------ */

static void request_init(EscRequest *request, const char *query)
{
    *request = (EscRequest){.arena = esc_arena_new((size_t)1 << 20)};
    assert_non_null(request->arena);
    request->query = esc_text_from(query);
    esc_buf_init(&request->parameter, ESC_ID_BYTES_MAX);
}

static void request_release(EscRequest *request)
{
    esc_answer_release(&request->answer);
    esc_buf_release(&request->parameter);
    esc_arena_free(request->arena);
}

static void parameters_are_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        uint64_t number; /* UINT64_MAX: refused */
    } rows[] = {
        {"", 7},
        {"a=1", 7},
        {"n=", 7},
        {"n=0", 0},
        {"n=1000", 1000},
        {"n=1001", UINT64_MAX},
        {"n=x", UINT64_MAX},
        {"n=1x", UINT64_MAX},
        {"n=-1", UINT64_MAX},
        {"n=1&n=1", UINT64_MAX},
        {"n=%zz", UINT64_MAX},
        {"n=%31", 1},
        {"n=000000000000000009", 9},
        {"n=0000000000000000009", UINT64_MAX},
        {"n=/", UINT64_MAX},
        {"n=:", UINT64_MAX},
        {"n=9", 9},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscRequest request;
        uint64_t number = 0;
        request_init(&request, rows[i].query);
        bool is_read = esc_request_number(&request, "n", 7, 1000, &number);
        if (is_read != (rows[i].number != UINT64_MAX) || (is_read && number != rows[i].number))
            fail_msg("%s: %llu", rows[i].query, (unsigned long long)number);
        assert_int_equal(request.answer.status, is_read ? 0 : 400);
        request_release(&request);
    }
}

static void a_list_has_at_most_a_thousand_items(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        size_t limit; /* 0: refused */
    } rows[] = {{"", 100}, {"limit=0", 1}, {"limit=1", 1}, {"limit=1000", 1000}, {"limit=1001", 0}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscRequest request;
        size_t limit = 0;
        request_init(&request, rows[i].query);
        assert_int_equal(esc_request_limit(&request, &limit), rows[i].limit != 0);
        if (rows[i].limit != 0)
            assert_int_equal(limit, rows[i].limit);
        request_release(&request);
    }
}

/* Nobody looks at the workspace for a request that is wrong: there is none here. */
static void lists_refuse_a_wrong_parameter(void **state)
{
    (void)state;
    for (size_t i = 0; i < esc_routes_count; i++) {
        const EscRoute *route = &esc_routes[i];
        if (route->method != ESC_HTTP_GET || route->handler->look == NULL)
            continue;
        for (const char *name = route->names + strspn(route->names, " "); *name != '\0';) {
            size_t size = strcspn(name, " ");
            char query[128];
            (void)snprintf(query, sizeof(query), "%.*s=1&%.*s=1", (int)size, name, (int)size, name);
            EscRequest request;
            request_init(&request, query);
            esc_buf_string(&request.parameter, "E-1");
            route->handler->look(&request, NULL);
            if (request.answer.status != 400)
                fail_msg("%s?%s: %u", route->path, query, request.answer.status);
            request_release(&request);
            name += size;
            name += strspn(name, " ");
        }
    }
}

static void each_failure_has_its_status(void **state)
{
    (void)state;
    static const struct {
        EscStatus status;
        unsigned http;
        const char *code;
        bool says_why;
    } rows[] = {
        {ESC_NOT_FOUND, 404, "\"not_found\"", true}, {ESC_CONFLICT, 409, "\"conflict\"", true},
        {ESC_FORBIDDEN, 403, "\"forbidden\"", true}, {ESC_OVER_LIMIT, 413, "\"over_limit\"", true},
        {ESC_BAD_INPUT, 422, "\"bad_input\"", true}, {ESC_BAD_ARGUMENT, 422, "\"bad_input\"", true},
        {ESC_STORE_BUSY, 503, "\"internal\"", true}, {ESC_IO_FAILED, 500, "\"internal\"", false},
        {ESC_NO_MEMORY, 500, "\"internal\"", false},
    };
    EscWhy why = {.text = "a reason"};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscRequest request;
        request_init(&request, "");
        esc_request_fail(&request, rows[i].status, &why);
        EscText body = esc_buf_as_text(&request.answer.body);
        assert_int_equal(request.answer.status, rows[i].http);
        assert_true(esc_text_contains(body, esc_text_from(rows[i].code)));
        assert_int_equal(esc_text_contains(body, ESC_TEXT("a reason")), rows[i].says_why);
        request_release(&request);
    }
    assert_int_equal(esc_api_http_status(ESC_OK), 200);
    assert_int_equal(esc_api_http_status(ESC_DUPLICATE), 200);
}

/* Ten milliseconds, then twice as long each time, and half of them forgotten every ten seconds. */
static void a_pause_doubles_and_is_halved(void **state)
{
    (void)state;
    static EscWrongTokens wrong;
    int64_t now_ms = 1000000;
    for (int i = 0; i < 20; i++)
        assert_int_equal(esc_wrong_tokens_pause(&wrong, 3, now_ms, INT64_MAX),
                         INT64_C(10) << (i < 16 ? i : 16));
    now_ms += 9999;
    assert_int_equal(esc_wrong_tokens_pause(&wrong, 3, now_ms, INT64_MAX), 10 << 16);
    now_ms += 10000; /* 8 are left, and this one */
    assert_int_equal(esc_wrong_tokens_pause(&wrong, 3, now_ms, INT64_MAX), 10 << 8);
    now_ms += 20000; /* 9, 4, 2 */
    assert_int_equal(esc_wrong_tokens_pause(&wrong, 3, now_ms, INT64_MAX), 10 << 2);
    assert_int_equal(esc_wrong_tokens_pause(&wrong, 3 + 1024, now_ms, INT64_MAX),
                     10 << 3); /* the same place */
}

static void wrong_tokens_are_answered_ever_later(void **state)
{
    (void)state;
    static EscWrongTokens wrong;
    int64_t now_ms = 5000, before_ms = 0;
    for (int i = 0; i < 6; i++, now_ms += 10) {
        int64_t pause_ms = esc_wrong_tokens_pause(&wrong, 7, now_ms, 1000);
        assert_true(pause_ms > before_ms);
        before_ms = pause_ms;
    }
    for (int i = 0; i < 100; i++)
        assert_true(esc_wrong_tokens_pause(&wrong, 7, now_ms, 1000) <= 1000);
    assert_int_equal(esc_wrong_tokens_pause(&wrong, 7, now_ms, 1000), 1000);
    assert_int_equal(esc_wrong_tokens_pause(&wrong, 7, now_ms, 0), 0);
    assert_true(esc_wrong_tokens_pause(&wrong, 8, now_ms, 1000) < 20); /* another client */
    now_ms += INT64_C(3600000);
    assert_true(esc_wrong_tokens_pause(&wrong, 7, now_ms, 1000) < 20); /* forgiven */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_but_health_needs_a_scope),
        cmocka_unit_test(the_documentation_names_every_route),
        cmocka_unit_test(matches_segment_by_segment),
        cmocka_unit_test(media_types_end_at_a_semicolon),
        cmocka_unit_test(reads_escalation_ids),
        cmocka_unit_test(reads_durations),
        cmocka_unit_test(recognises_its_own_tokens_and_no_others),
        cmocka_unit_test(refuses_bad_token_files),
        cmocka_unit_test(refuses_to_make_bad_tokens),
        cmocka_unit_test(the_hash_is_that_of_the_file),
        cmocka_unit_test(lines_of_a_token_file_are_words),
        cmocka_unit_test(a_bad_line_is_named),
        cmocka_unit_test(each_word_is_its_scope),
        cmocka_unit_test(takes_ten_thousand_tokens_and_no_more),
        cmocka_unit_test(words_of_tokens_have_their_limits),
        cmocka_unit_test(a_token_that_is_too_long_is_nobodys),
        cmocka_unit_test(the_token_file_is_the_named_one_or_that_of_the_data),
        cmocka_unit_test(parameters_are_read_strictly),
        cmocka_unit_test(a_list_has_at_most_a_thousand_items),
        cmocka_unit_test(lists_refuse_a_wrong_parameter),
        cmocka_unit_test(each_failure_has_its_status),
        cmocka_unit_test(a_pause_doubles_and_is_halved),
        cmocka_unit_test(wrong_tokens_are_answered_ever_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
