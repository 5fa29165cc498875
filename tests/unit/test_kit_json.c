/* test_kit_json.c - strings and numbers as JSON, in more than one locale. */
#define _GNU_SOURCE /* mkdtemp, setenv */
#include "support/test.h"

#include <float.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static void assert_json_text(EscText text, const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, 1000);
    esc_json_text(&out, text);
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
}

static void texts_are_quoted_and_escaped(void **state)
{
    (void)state;
    assert_json_text((EscText){NULL, 0}, "\"\"");
    assert_json_text(ESC_TEXT("plain"), "\"plain\"");
    assert_json_text(ESC_TEXT("say \"no\""), "\"say \\\"no\\\"\"");
    assert_json_text(ESC_TEXT("a\\b/c"), "\"a\\\\b/c\"");
    assert_json_text(ESC_TEXT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
    assert_json_text(ESC_TEXT("\x01\x1f\x7f"), "\"\\u0001\\u001f\\u007f\"");
    assert_json_text(ESC_TEXT("gr\u00fcn \U0001F600"), "\"gr\u00fcn \U0001F600\"");
}

/* What shows the JSON of others as it is, such as a terminal, obeys and hides nothing. */
static void what_cannot_be_seen_is_escaped(void **state)
{
    (void)state;
    assert_json_text(ESC_TEXT("a\u202eb\u2066\u200b"), "\"a\\u202eb\\u2066\\u200b\"");
    assert_json_text(ESC_TEXT("\u2028\xc2\x85\xc2\x9b"
                              "31m"),
                     "\"\\u2028\\u0085\\u009b31m\"");
    assert_json_text(ESC_TEXT("\u061c\u034f\ufeff\u3164"), "\"\\u061c\\u034f\\ufeff\\u3164\"");
    assert_json_text(ESC_TEXT("\U000e0041"), "\"\\udb40\\udc41\"");
    assert_json_text(ESC_TEXT("\U0001f468\u200d\U0001f469 \u00a0\u2027\u2070"),
                     "\"\U0001f468\u200d\U0001f469 \u00a0\u2027\u2070\"");
}

static void text_over_the_limit_is_noticed(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 5);
    esc_json_text(&out, ESC_TEXT("abcd"));
    assert_status(out.status, ESC_OVER_LIMIT);
    esc_buf_release(&out);
}

static void assert_json_number(double value, const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, 100);
    esc_json_number(&out, value);
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
}

static void numbers_take_the_shortest_form(void **state)
{
    (void)state;
    assert_json_number(0, "0");
    assert_json_number(-0.0, "-0");
    assert_json_number(42, "42");
    assert_json_number(-3.5, "-3.5");
    assert_json_number(0.1, "0.1");
    assert_json_number(0.1 + 0.2, "0.30000000000000004");
    assert_json_number(1.0 / 3, "0.3333333333333333");
    assert_json_number(9007199254740991, "9007199254740991");
    assert_json_number(1e300, "1e+300");
    assert_json_number(DBL_MAX, "1.7976931348623157e+308");
    assert_json_number(5e-324, "4.94065645841247e-324");
}

static void numbers_read_back_equal(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 20000; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double value = (double)(int64_t)random / (double)(1 + (random >> 40));
        EscBuf out;
        esc_buf_init(&out, 100);
        esc_json_number(&out, value);
        esc_buf_char(&out, '\0');
        double back = strtod((const char *)out.data, NULL);
        esc_buf_release(&out);
        assert_memory_equal(&back, &value, sizeof value);
    }
}

static void assert_real(const char *text, double expected)
{
    EscArena *arena = esc_arena_new(1000);
    EscJsonLimits limits = {.depth_max = 0, .values_max = 1};
    const EscJson *json = NULL;
    assert_status(esc_json_read(arena, esc_text_from(text), &limits, &json, NULL), ESC_OK);
    assert_memory_equal(&json->real, &expected, sizeof expected);
    esc_arena_free(arena);
}

static void assert_written(const char *text, unsigned indent, const char *expected)
{
    EscArena *arena = esc_arena_new(10000);
    EscJsonLimits limits = {.depth_max = 8, .values_max = 50};
    const EscJson *json = NULL;
    EscBuf out;
    assert_status(esc_json_read(arena, esc_text_from(text), &limits, &json, NULL), ESC_OK);
    esc_buf_init(&out, 1000);
    esc_json_write(&out, json, indent);
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
    esc_arena_free(arena);
}

static void a_tree_is_written_again(void **state)
{
    (void)state;
    const char *text = " { \"b\" : [ 1.50 , -0 , [ ] ] , \"a\\u0062\" : { } , \"c\" : "
                       "{ \"\" : null , \"d\" : \"\\u202e\\n\" } , \"e\" : [ true , false ] } ";
    assert_written(text, 0,
                   "{\"b\":[1.50,-0,[]],\"ab\":{},\"c\":{\"\":null,\"d\":\"\\u202e\\n\"},"
                   "\"e\":[true,false]}");
    assert_written(text, 2,
                   "{\n  \"b\": [\n    1.50,\n    -0,\n    []\n  ],\n  \"ab\": {},\n  \"c\": {\n"
                   "    \"\": null,\n    \"d\": \"\\u202e\\n\"\n  },\n  \"e\": [\n    true,\n"
                   "    false\n  ]\n}");
    assert_written(" 1e3 ", 0, "1e3");
    assert_written("\"x\"", 2, "\"x\"");
}

/* A fresh machine has no locale with a comma, so the test makes itself one in a folder of its
 * own. */
static void numbers_do_not_follow_the_locale(void **state)
{
    (void)state;
    char folder[] = "/tmp/esc_locale_XXXXXX";
    assert_non_null(mkdtemp(folder));
    char command[200];
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8", folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(setenv("LOCPATH", folder, 1), 0);
    assert_non_null(setlocale(LC_NUMERIC, "de_DE.UTF-8"));
    assert_string_equal(localeconv()->decimal_point, ",");

    assert_json_number(-3.5, "-3.5");
    assert_json_number(2.5e300, "2.5e+300");
    assert_real("0.5", 0.5);
    assert_real("0.12345678901234567890123", 0.12345678901234567890123);

    setlocale(LC_NUMERIC, "C");
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_quoted_and_escaped),
        cmocka_unit_test(what_cannot_be_seen_is_escaped),
        cmocka_unit_test(text_over_the_limit_is_noticed),
        cmocka_unit_test(numbers_take_the_shortest_form),
        cmocka_unit_test(numbers_read_back_equal),
        cmocka_unit_test(a_tree_is_written_again),
        cmocka_unit_test(numbers_do_not_follow_the_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
