/* test_trial.c - what the binding for web pages holds in memory and tries on the VM, with the sanitizers of this build; that it
 * says the same in WebAssembly is tests/wasm's matter. */
#include "support/alloc_fail.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include <esc/compiler.h>

#include "sources.h"
#include "trial.h"

/* --- the workspace that tests/wasm tries ------------------------------------------------------------ */

static EscBundle *bundle;

static EscStatus read_source(EscBuf *out)
{
    FILE *file = fopen(ESC_TEST_SOURCE_DIR "/tests/wasm/trial.esc", "rb");
    char piece[4096];
    assert_non_null(file);
    for (size_t got = 0; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        esc_buf_append(out, piece, got);
    fclose(file);
    return out->status;
}

static int load_workspace(void **state)
{
    (void)state;
    EscBuf source, bytes;
    esc_buf_init(&source, 65536);
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    EscWorkspace *workspace = esc_workspace_new();
    assert_status(read_source(&source), ESC_OK);
    assert_status(
        esc_workspace_add(workspace, ESC_TEXT("trial.esc"), esc_buf_as_text(&source), false),
        ESC_OK);
    assert_status(esc_workspace_check(workspace), ESC_OK);
    assert_status(esc_workspace_build(workspace, &bytes, NULL), ESC_OK);
    assert_status(esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, NULL), ESC_OK);
    esc_workspace_free(workspace);
    esc_buf_release(&source);
    esc_buf_release(&bytes);
    return 0;
}

static int free_workspace(void **state)
{
    (void)state;
    esc_bundle_free(bundle);
    return 0;
}

/* --- requests --------------------------------------------------------------------------------------- */

/* The fields of lead.rejected that let its template start; further members are put behind them. */
#define START "\"reason\":\"duplicate\",\"tries\":3"

static void assert_refused(const char *request, const char *sentence)
{
    EscBuf out;
    EscWhy why = {0};
    esc_buf_init(&out, 65536);
    assert_status(trial_run(bundle, esc_text_from(request), &out, &why), ESC_BAD_INPUT);
    assert_string_equal(why.text, sentence);
    esc_buf_release(&out);
}

static void wrong_values_are_named(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"\"reason\":\"other\"", "reason: this is not the name of one of its members"},
        {"\"reason\":7", "reason: this is not the name of one of its members"},
        {"\"reason\":\"duplicate\",\"tries\":\"3\"", "tries: this is not a number"},
        {"\"reason\":\"duplicate\",\"tries\":null", "tries: this is not a number"},
        {START ",\"age\":90", "age: this is not a duration such as \"1h30m\""},
        {START ",\"age\":\"soon\"", "age: this is not a duration such as \"1h30m\""},
        {START ",\"note\":true", "note: this is not a text"},
        {START ",\"seen_at\":\"noon\"",
         "seen_at: this is not a time such as \"2026-01-05T09:00:00Z\""},
        {START ",\"tags\":\"a\"", "tags: this is not a list of texts"},
        {START ",\"tags\":[1]", "tags: this is not a list of texts"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char request[256];
        snprintf(request, sizeof request, "{\"event\":\"lead.rejected\",\"fields\":{%s}}",
                 cases[i][0]);
        assert_refused(request, cases[i][1]);
    }
}

static void wrong_requests_are_refused(void **state)
{
    (void)state;
    assert_refused("{}", "event: there is no event ``");
    assert_refused("[]", "event: there is no event ``");
    assert_refused("{\"event\":\"lead.rejected\",\"now\":\"9\"}",
                   "now: this is not a time such as \"2026-01-05T09:00:00Z\"");
    assert_refused("{\"event\":\"lead.rejected\",\"fields\":{" START "},\"waits\":[3]}",
                   "waits: a wait ends \"late\", \"done\" or {\"done\": a value}");
    assert_refused("{\"event\":\"lead.rejected\",\"fields\":{" START
                   "},\"waits\":[\"done\",{\"done\":0.5}]}",
                   "waits: there is no such answer");
}

/* A reply that is left out is missing, and an answer that is left out is the first. */
static void results_may_be_left_out(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 65536);
    assert_status(trial_run(bundle,
                            ESC_TEXT("{\"event\":\"lead.rejected\",\"fields\":{" START
                                     "},\"waits\":[\"done\",\"done\"]}"),
                            &out, NULL),
                  ESC_OK);
    EscText said = esc_buf_as_text(&out);
    assert_true(
        esc_text_contains(said, ESC_TEXT("\"do\":\"attach\",\"arguments\":[{\"value\":null}]")));
    assert_true(esc_text_ends_with(said, ESC_TEXT("\"end\":\"closed\",\"outcome\":\"valid\"}]}")));
    esc_buf_release(&out);
}

/* What is given for a text and has marks in it is shown without them, however they stand. */
static void marks_of_a_request_are_not_shown(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 65536);
    trial_write_text(ESC_TEXT(ESC_MARK_END ESC_MARK_OWN "a" ESC_MARK_OWN "b" ESC_MARK_END), &out);
    trial_write_text(ESC_TEXT(""), &out);
    assert_text_equal(esc_buf_as_text(&out), "\"ab\"\"\"");
    esc_buf_release(&out);
}

static void an_output_that_is_full_is_a_limit(void **state)
{
    (void)state;
    EscText request = ESC_TEXT("{\"event\":\"lead.rejected\",\"fields\":{" START "}}");
    EscBuf out;
    esc_buf_init(&out, 65536);
    assert_status(trial_run(bundle, request, &out, NULL), ESC_OK);
    size_t whole = out.size;
    esc_buf_release(&out);
    for (size_t size_max = 0; size_max < whole; size_max++) {
        esc_buf_init(&out, size_max);
        assert_status(trial_run(bundle, request, &out, NULL), ESC_OVER_LIMIT);
        esc_buf_release(&out);
    }
}

static void memory_that_runs_out_is_a_status(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        EscBuf out;
        esc_buf_init(&out, 65536);
        alloc_fail_at(nth);
        EscStatus status = trial_run(
            bundle,
            ESC_TEXT("{\"event\":\"lead.rejected\",\"fields\":{" START ",\"tags\":[\"a\"]},"
                     "\"waits\":[{\"done\":\"L-7\"},{\"done\":1},\"late\"]}"),
            &out, NULL);
        bool has_happened = alloc_fail_happened();
        alloc_fail_at(0);
        esc_buf_release(&out);
        assert_status(status, has_happened ? ESC_NO_MEMORY : ESC_OK);
        if (!has_happened)
            return;
    }
}

/* --- sources ---------------------------------------------------------------------------------------- */

static void texts_are_put_replaced_and_removed(void **state)
{
    (void)state;
    Texts texts = {0};
    assert_null(texts_find(&texts, ESC_TEXT("a")));
    texts_remove(&texts, ESC_TEXT("a"));
    for (unsigned i = 0; i < 100; i++) { /* more than fit at first */
        char name[8];
        snprintf(name, sizeof name, "n%u", i);
        assert_status(texts_put(&texts, esc_text_from(name), esc_text_from(name)), ESC_OK);
    }
    assert_text_equal(*texts_find(&texts, ESC_TEXT("n7")), "n7");
    assert_status(texts_put(&texts, ESC_TEXT("n7"), ESC_TEXT("longer")), ESC_OK);
    assert_text_equal(*texts_find(&texts, ESC_TEXT("n7")), "longer");
    texts_remove(&texts, ESC_TEXT("n7"));
    assert_null(texts_find(&texts, ESC_TEXT("n7")));
    assert_status(texts_put(&texts, ESC_TEXT("n7"), ESC_TEXT("")), ESC_OK);
    assert_text_equal(*texts_find(&texts, ESC_TEXT("n7")), "");
    assert_int_equal(texts.count, 100);
    texts_release(&texts);
}

static void texts_stay_as_they_are_without_memory(void **state)
{
    (void)state;
    Texts texts = {0};
    assert_status(texts_put(&texts, ESC_TEXT("a"), ESC_TEXT("one")), ESC_OK);
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        EscStatus status = texts_put(&texts, ESC_TEXT("a"), ESC_TEXT("two"));
        bool has_happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_status(status, has_happened ? ESC_NO_MEMORY : ESC_OK);
        assert_text_equal(*texts_find(&texts, ESC_TEXT("a")), has_happened ? "one" : "two");
        if (!has_happened)
            break;
    }
    texts_release(&texts);
    for (unsigned nth = 1;; nth++) {
        alloc_fail_at(nth);
        EscStatus status = texts_put(&texts, ESC_TEXT("b"), ESC_TEXT("new"));
        bool has_happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_status(status, has_happened ? ESC_NO_MEMORY : ESC_OK);
        assert_int_equal(texts_find(&texts, ESC_TEXT("b")) == NULL, has_happened);
        texts_release(&texts);
        if (!has_happened)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_values_are_named),
        cmocka_unit_test(wrong_requests_are_refused),
        cmocka_unit_test(results_may_be_left_out),
        cmocka_unit_test(marks_of_a_request_are_not_shown),
        cmocka_unit_test(an_output_that_is_full_is_a_limit),
        cmocka_unit_test(memory_that_runs_out_is_a_status),
        cmocka_unit_test(texts_are_put_replaced_and_removed),
        cmocka_unit_test(texts_stay_as_they_are_without_memory),
    };
    return cmocka_run_group_tests(tests, load_workspace, free_workspace);
}
