/* test_pane.c - files of the web UI: the coding that a browser takes, what may be kept, headers, paths that are none. */
#include "support/test.h"

#include <string.h>

#include <esc/pane.h>

#include "pane_files.h"

static const char *header_of(const EscAnswer *answer, const char *name)
{
    for (unsigned i = 0; i < answer->headers_count; i++)
        if (strcmp(answer->headers[i].name, name) == 0)
            return answer->headers[i].value;
    return NULL;
}

static void assert_bytes(const EscAnswer *answer, EscBytes expected)
{
    assert_int_equal(answer->status, 200);
    assert_int_equal(answer->body.size, expected.size);
    assert_memory_equal(answer->body.data, expected.data, expected.size);
}

static void skip_without_pane(void)
{
    if (!esc_pane_is_built())
        skip();
}

static const EscPaneFile *page_file(void)
{
    for (size_t i = 0; i < esc_pane_files_count; i++)
        if (strcmp(esc_pane_files[i].path, "/") == 0)
            return &esc_pane_files[i];
    fail_msg("there is no page");
    return NULL;
}

static void a_browser_gets_the_best_coding_that_it_takes(void **state)
{
    (void)state;
    skip_without_pane();
    const EscPaneFile *page = page_file();
    const struct {
        const char *header, *coding;
        EscBytes content;
    } cases[] = {{NULL, NULL, page->plain},
                 {"", NULL, page->plain},
                 {"gzip, deflate, br", "br", page->brotli},
                 {"gzip, deflate", "gzip", page->gzip},
                 {"GZIP", "gzip", page->gzip},
                 {"br;q=0, gzip;q=0.5", "gzip", page->gzip},
                 {"br;q=0.001", "br", page->brotli},
                 {"br; q=0.0 , gzip; q=0", NULL, page->plain},
                 {"brotli, xgzip, gzipx", NULL, page->plain},
                 {",, ;, br", "br", page->brotli},
                 {"identity", NULL, page->plain}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscAnswer answer = {0};
        esc_pane_answer_page(&answer, cases[i].header, NULL);
        assert_bytes(&answer, cases[i].content);
        const char *coding = header_of(&answer, "Content-Encoding");
        if (cases[i].coding == NULL)
            assert_null(coding);
        else
            assert_string_equal(coding, cases[i].coding);
        assert_string_equal(header_of(&answer, "Vary"), "Accept-Encoding");
        esc_answer_release(&answer);
    }
}

static bool is_asset(const char *path)
{
    return strncmp(path, "/assets/", 8) == 0;
}

static void only_what_is_named_by_its_content_is_kept(void **state)
{
    (void)state;
    skip_without_pane();
    size_t assets = 0;
    for (size_t i = 0; i < esc_pane_files_count; i++) {
        EscAnswer answer = {0};
        const EscPaneFile *file = &esc_pane_files[i];
        assert_true(esc_pane_answer_file(&answer, esc_text_from(file->path), "gzip"));
        assert_bytes(&answer, file->gzip);
        assert_int_equal(file->gzip.data[0], 0x1f);
        assert_int_equal(file->gzip.data[1], 0x8b);
        const char *cache = header_of(&answer, "Cache-Control");
        if (is_asset(file->path))
            assert_non_null(strstr(cache, "immutable"));
        else
            assert_null(cache); /* the server says "no-store" then */
        assets += is_asset(file->path);
        esc_answer_release(&answer);
    }
    assert_true(assets >= 4);
}

static void nothing_but_its_own_scripts_runs(void **state)
{
    (void)state;
    skip_without_pane();
    EscAnswer answer = {0};
    esc_pane_answer_page(&answer, NULL, NULL);
    const char *policy = header_of(&answer, "Content-Security-Policy");
    assert_non_null(policy);
    static const char *const wanted[] = {
        "default-src 'none'", "script-src 'self'",      "style-src 'self'",
        "base-uri 'none'",    "frame-ancestors 'none'", "require-trusted-types-for 'script'"};
    for (size_t i = 0; i < ESC_COUNT_OF(wanted); i++)
        if (strstr(policy, wanted[i]) == NULL)
            fail_msg("the policy lacks %s", wanted[i]);
    assert_null(strstr(policy, "unsafe"));
    assert_string_equal(policy + strlen(policy) - 5, "escal"); /* it was not cut */
    assert_string_equal(header_of(&answer, "Referrer-Policy"), "no-referrer");
    assert_true(strncmp(answer.type, "text/html", 9) == 0);
    /* no style or script stands in the page itself */
    EscText text = esc_buf_as_text(&answer.body);
    assert_false(esc_text_contains(text, ESC_TEXT("<style")));
    assert_false(esc_text_contains(text, ESC_TEXT(" style=")));
    assert_false(esc_text_contains(text, ESC_TEXT("<script>")));
    esc_answer_release(&answer);
}

static void other_paths_have_nothing(void **state)
{
    (void)state;
    static const char *const paths[] = {"", "/assets/", "/assets/main.js", "/../etc/passwd",
                                        "/sw.js/", "/SW.JS", "//", "/assets/%2e%2e/sw.js"};
    for (size_t i = 0; i < ESC_COUNT_OF(paths); i++) {
        EscAnswer answer = {0};
        assert_false(esc_pane_answer_file(&answer, esc_text_from(paths[i]), "br"));
        assert_int_equal(answer.status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_browser_gets_the_best_coding_that_it_takes),
        cmocka_unit_test(only_what_is_named_by_its_content_is_kept),
        cmocka_unit_test(nothing_but_its_own_scripts_runs),
        cmocka_unit_test(other_paths_have_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
