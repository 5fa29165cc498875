/* test_pane_none.c - a build without the web UI says so where it would be, in the browser's language. */
#include "support/test.h"

#include <string.h>

#include <esc/pane.h>

static void a_plain_page_says_so(void **state)
{
    (void)state;
    EscAnswer answer = {0};
    assert_false(esc_pane_is_built());
    esc_pane_answer_page(&answer, "br", "en");
    assert_int_equal(answer.status, 200);
    assert_true(esc_text_contains(esc_buf_as_text(&answer.body), ESC_TEXT("without its web UI")));
    esc_answer_release(&answer);
    answer = (EscAnswer){0};
    esc_pane_answer_page(&answer, NULL, "de-DE,de;q=0.9");
    assert_true(
        esc_text_contains(esc_buf_as_text(&answer.body), ESC_TEXT("ohne seine Weboberfläche")));
    esc_answer_release(&answer);
}

static void it_has_no_files(void **state)
{
    (void)state;
    EscAnswer answer = {0};
    assert_false(esc_pane_answer_file(&answer, ESC_TEXT("/sw.js"), NULL));
    assert_false(esc_pane_answer_file(&answer, ESC_TEXT(""), NULL));
    assert_int_equal(answer.status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_page_says_so),
        cmocka_unit_test(it_has_no_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
