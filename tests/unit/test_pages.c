/* test_pages.c - pages of the daemon's own: hostile texts do nothing, headers, the stylesheet, words. */
#include "support/test.h"

#include <esc/pages.h>

#include <string.h>

static void escaped(const char *text, size_t size, const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, 4096);
    esc_html_text(&out, (EscText){text, size});
    assert_int_equal(out.status, ESC_OK);
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
}

#define ESCAPED(literal, expected) escaped(literal, sizeof(literal) - 1, expected)

static void what_comes_from_outside_is_never_markup(void **state)
{
    (void)state;
    ESCAPED("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
    ESCAPED("\" onmouseover=\"x", "&quot; onmouseover=&quot;x");
    ESCAPED("' x='", "&#39; x=&#39;");
    ESCAPED("a & b &lt; c", "a &amp; b &amp;lt; c");
    ESCAPED("plain words, 3 > 2", "plain words, 3 &gt; 2");
    ESCAPED("", "");
}

static void what_cannot_be_seen_is_left_out(void **state)
{
    (void)state;
    ESCAPED("a\xe2\x80\xae"
            "b",
            "ab"); /* right-to-left override */
    ESCAPED("a\xe2\x80\x8b"
            "b",
            "ab"); /* zero width space */
    ESCAPED("a\x1b[2Jb\x07", "a[2Jb");
    ESCAPED("a\tb", "a b");
    ESCAPED("a\nb\r\nc\xe2\x80\xa8"
            "d",
            "a\nb\n\nc\nd");
    ESCAPED("\xef\xb7\x90own\xef\xb7\x91", "own"); /* marks of the engine */
    ESCAPED("Größe 大", "Größe 大");
}

static void bytes_that_are_no_text_are_told_as_such(void **state)
{
    (void)state;
    ESCAPED("a\xff<b", "a\xef\xbf\xbd&lt;b");
    ESCAPED("a\xc3", "a\xef\xbf\xbd");
    ESCAPED("\xe2\x28\xa1", "\xef\xbf\xbd(\xef\xbf\xbd");
    ESCAPED("\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd"); /* "<", too long */
    escaped("a\0b", 3,
            "a\xef\xbf\xbd"
            "b");
}

static void has(EscText page, const char *part)
{
    if (!esc_text_contains(page, esc_text_from(part)))
        print_error("%.*s\nhas no %s\n", ESC_TEXT_ARG(page), part);
    assert_true(esc_text_contains(page, esc_text_from(part)));
}

static void has_not(EscText page, const char *part)
{
    assert_false(esc_text_contains(page, esc_text_from(part)));
}

#define HOSTILE ESC_TEXT("\"><script src=//x></script>'")

static void every_place_takes_hostile_texts(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, ESC_PAGE_BYTES_MAX);
    esc_page_open(
        &out, &(EscPage){.title = HOSTILE, .place = HOSTILE, .base = HOSTILE, .language = HOSTILE});
    for (int kind = 0; kind < ESC_PAGE_KIND_COUNT; kind++)
        esc_page_text(&out, (EscPageKind)kind, HOSTILE);
    esc_facts_open(&out);
    esc_fact(&out, HOSTILE, HOSTILE);
    esc_facts_close(&out);
    esc_page_link(&out, HOSTILE, HOSTILE);
    esc_form_open(&out, HOSTILE);
    esc_form_hidden(&out, HOSTILE, HOSTILE);
    EscField field = {.name = HOSTILE, .label = HOSTILE, .value = HOSTILE, .hint = HOSTILE};
    esc_form_field(&out, &field);
    field.is_long = true;
    esc_form_field(&out, &field);
    esc_form_choice_open(&out, HOSTILE);
    esc_form_choice(&out, HOSTILE, HOSTILE, HOSTILE, true);
    esc_form_choice_close(&out);
    esc_form_button(&out, &(EscPageButton){HOSTILE, HOSTILE, HOSTILE, false});
    esc_form_close(&out);
    esc_page_close(&out);
    assert_int_equal(out.status, ESC_OK);
    EscText page = esc_buf_as_text(&out);
    has_not(page, "<script");
    has_not(page, "\"><script");
    has(page, "&quot;&gt;&lt;script src=//x&gt;&lt;/script&gt;&#39;");
    esc_buf_release(&out);
}

static void a_page_stands_as_it_is_meant(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, ESC_PAGE_BYTES_MAX);
    esc_page_open(&out, &(EscPage){.title = ESC_TEXT("Checkout is down"),
                                   .place = ESC_TEXT("Acme"),
                                   .base = ESC_TEXT("/escal"),
                                   .language = ESC_TEXT("de")});
    esc_facts_open(&out);
    esc_fact(&out, ESC_TEXT("Kunde"), ESC_TEXT("Globex"));
    esc_fact(&out, ESC_TEXT("nothing"), (EscText){0});
    esc_facts_close(&out);
    esc_form_open(&out, (EscText){0});
    esc_form_button(&out,
                    &(EscPageButton){ESC_TEXT("do"), ESC_TEXT("ack"), ESC_TEXT("Take"), true});
    esc_form_close(&out);
    esc_page_close(&out);
    EscText page = esc_buf_as_text(&out);
    char style[ESC_STYLE_PATH_MAX];
    esc_style_path(style);
    has(page, "<html lang=\"de\">");
    has(page, "<title>Checkout is down · Escal</title>");
    has(page, "href=\"/escal/pages/");
    has(page, style);
    has(page, "<h1 dir=\"auto\">Checkout is down</h1>");
    has(page, "<dt>Kunde</dt><dd dir=\"auto\">Globex</dd>");
    has_not(page, "nothing");
    has(page, "<form method=\"post\">\n<button class=\"first\" name=\"do\" value=\"ack\" "
              "dir=\"auto\">Take</button>\n</form>");
    esc_buf_release(&out);
}

static const char *header_of(const EscAnswer *answer, const char *name)
{
    for (unsigned i = 0; i < answer->headers_count; i++)
        if (strcmp(answer->headers[i].name, name) == 0)
            return answer->headers[i].value;
    return "";
}

static void an_answer_has_the_headers_of_a_page(void **state)
{
    (void)state;
    EscAnswer answer = {0};
    EscBuf out;
    esc_buf_init(&out, 64);
    esc_buf_string(&out, "x");
    esc_answer_page(&answer, 410, &out);
    assert_int_equal(answer.status, 410);
    assert_string_equal(answer.type, "text/html; charset=utf-8");
    assert_string_equal(header_of(&answer, "Referrer-Policy"), "no-referrer");
    assert_string_equal(header_of(&answer, "Content-Security-Policy"),
                        "default-src 'none'; style-src 'self'; form-action 'self'; "
                        "frame-ancestors 'none'; base-uri 'none'");
    assert_text_equal(esc_buf_as_text(&answer.body), "x");
    esc_answer_release(&answer);
}

static void a_page_that_is_not_whole_is_not_sent(void **state)
{
    (void)state;
    EscAnswer answer = {0};
    EscBuf out;
    esc_buf_init(&out, 64);
    esc_page_open(&out, &(EscPage){.title = ESC_TEXT("too long for so little room")});
    esc_answer_page(&answer, 200, &out);
    assert_int_equal(answer.status, 503);
    assert_string_equal(answer.type, "text/plain; charset=utf-8");
    assert_true(answer.body.size > 0);
    esc_answer_release(&answer);
}

static void the_stylesheet_is_found_by_its_content(void **state)
{
    (void)state;
    EscAnswer answer = {0};
    char path[ESC_STYLE_PATH_MAX];
    esc_style_path(path);
    const char *name = strrchr(path, '/') + 1;
    assert_int_equal(strlen(name), 16 + 4);
    assert_false(esc_answer_style(&answer, ESC_TEXT("0000000000000000.css")));
    assert_false(esc_answer_style(&answer, (EscText){0}));
    assert_true(esc_answer_style(&answer, esc_text_from(name)));
    assert_int_equal(answer.status, 200);
    assert_string_equal(header_of(&answer, "Cache-Control"), "public, max-age=31536000, immutable");
    has(esc_buf_as_text(&answer.body), "prefers-color-scheme:dark");
    has_not(esc_buf_as_text(&answer.body), "url(");
    esc_answer_release(&answer);
}

static void words_have_their_values_in_the_language_of_the_reader(void **state)
{
    (void)state;
    assert_text_equal(esc_word(ESC_TEXT("de"), ESC_WORD_REQUIRED), "erforderlich");
    assert_text_equal(esc_word(ESC_TEXT("fr"), ESC_WORD_REQUIRED), "required");
    assert_text_equal(esc_word((EscText){0}, ESC_WORD_REQUIRED), "required");
}

/* A place that one language has and the other has not would leave a value out. */
static void both_languages_have_the_same_places(void **state)
{
    (void)state;
    for (int word = 0; word < ESC_WORD_COUNT; word++) {
        EscText english = esc_word((EscText){0}, (EscWord)word),
                german = esc_word(ESC_TEXT("de"), (EscWord)word);
        assert_true(english.size > 0 && german.size > 0);
        for (char place = '1'; place <= '9'; place++) {
            char wanted[3] = {'%', place, '\0'};
            assert_int_equal(esc_text_contains(english, esc_text_from(wanted)),
                             esc_text_contains(german, esc_text_from(wanted)));
        }
    }
}

static void a_browser_says_its_language(void **state)
{
    (void)state;
    assert_text_equal(esc_language_asked("de-DE,de;q=0.9,en;q=0.8"), "de");
    assert_text_equal(esc_language_asked("de"), "de");
    assert_text_equal(esc_language_asked("en-US,en;q=0.9,de;q=0.8"), "");
    assert_text_equal(esc_language_asked("fr, DE;q=0.3, en;q=0.2"), "de");
    assert_text_equal(esc_language_asked("de;q=0"), "");
    assert_text_equal(esc_language_asked("den, deu"), "");
    assert_text_equal(esc_language_asked("de;q=99999999999999999999"), "de");
    assert_text_equal(esc_language_asked(",,;q=,=,de;"), "de");
    assert_text_equal(esc_language_asked(""), "");
    assert_text_equal(esc_language_asked(NULL), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_from_outside_is_never_markup),
        cmocka_unit_test(what_cannot_be_seen_is_left_out),
        cmocka_unit_test(bytes_that_are_no_text_are_told_as_such),
        cmocka_unit_test(every_place_takes_hostile_texts),
        cmocka_unit_test(a_page_stands_as_it_is_meant),
        cmocka_unit_test(an_answer_has_the_headers_of_a_page),
        cmocka_unit_test(a_page_that_is_not_whole_is_not_sent),
        cmocka_unit_test(the_stylesheet_is_found_by_its_content),
        cmocka_unit_test(words_have_their_values_in_the_language_of_the_reader),
        cmocka_unit_test(both_languages_have_the_same_places),
        cmocka_unit_test(a_browser_says_its_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
