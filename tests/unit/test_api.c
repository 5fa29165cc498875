/* test_api.c - routes, tokens and the small texts of the API. */
#include <stdio.h>

#include "support/test.h"

#include "api_internal.h"

static void every_route_but_health_needs_a_scope(void **state)
{
    (void)state;
    for (size_t i = 0; i < esc_routes_count; i++) {
        const EscRoute *route = &esc_routes[i];
        bool is_health = strncmp(route->path, "/health", 7) == 0;
        assert_int_equal(route->scope == ESC_SCOPE_PUBLIC, is_health);
        assert_true(route->scope == 0 || (route->scope & (route->scope - 1)) == 0); /* one bit */
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

static void reads_escalation_ids(void **state)
{
    (void)state;
    uint64_t id = 0;
    assert_true(esc_escalation_id_read(ESC_TEXT("E-12"), &id));
    assert_int_equal(id, 12);
    static const char *const bad[] = {
        "", "E-", "E-0", "E-01", "e-1", "E-1x", "12", "E-+1", "E-9999999999999999999"};
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
        cmocka_unit_test(reads_escalation_ids),
        cmocka_unit_test(reads_durations),
        cmocka_unit_test(recognises_its_own_tokens_and_no_others),
        cmocka_unit_test(refuses_bad_token_files),
        cmocka_unit_test(refuses_to_make_bad_tokens),
        cmocka_unit_test(wrong_tokens_are_answered_ever_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
