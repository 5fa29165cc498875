/* test_scanner.c - tokens and literals: what bytes become before there is a grammar. */
#include "support/test.h"

#include <stdlib.h>

#include <esc/grammar.h>

static EscArena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = esc_arena_new(64u << 20);
    return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_arena_free(arena);
    return 0;
}

/* --- token lists
 * ---------------------------------------------------------------------------------- */

static const char *const kind_letters = "wltpc?"; /* by EscTokenKind */

/* "w team|w t|p {" and so on, with a line end for each that comes before a token. */
static EscText tokens_of(EscText source)
{
    EscTokenList tokens;
    assert_status(esc_source_tokens(arena, source, &tokens), ESC_OK);
    EscText shown = ESC_TEXT("");
    for (size_t i = 0; i < tokens.count; i++) {
        const EscToken *token = &tokens.items[i];
        EscText text = {source.data + token->start, token->end - token->start};
        shown = esc_arena_printf(arena, "%.*s%s%.*s%c %.*s", ESC_TEXT_ARG(shown), i == 0 ? "" : "|",
                                 (int)token->newlines_before, "/////", kind_letters[token->kind],
                                 ESC_TEXT_ARG(text));
    }
    return shown;
}

static void words_and_signs(void **state)
{
    (void)state;
    assert_text_equal(tokens_of(ESC_TEXT("team t{ana}")), "w team|w t|p {|w ana|p }");
    assert_text_equal(tokens_of(ESC_TEXT("a.b_1 -> c<-d=>e..f!=g")),
                      "w a.b_1|p ->|w c|p <-|w d|p =>|w e|p ..|w f|p !=|w g");
    assert_text_equal(tokens_of(ESC_TEXT("")), "");
}

static void words_that_belong_together(void **state)
{
    (void)state;
    assert_text_equal(tokens_of(ESC_TEXT("a not \t in b")), "w a|w not \t in|w b");
    assert_text_equal(tokens_of(ESC_TEXT("not inside")), "w not|w inside");
    assert_text_equal(tokens_of(ESC_TEXT("on exception.x")), "w on|w exception.x");
    assert_text_equal(tokens_of(ESC_TEXT("close\nwhen")), "w close|/w when");
    assert_text_equal(tokens_of(ESC_TEXT("with postmortem by")), "w with postmortem by");
}

static void comments_and_line_ends_are_kept(void **state)
{
    (void)state;
    assert_text_equal(tokens_of(ESC_TEXT("# one \na # two\n\n\nb")),
                      "c # one |/w a|c # two|///w b");
    assert_text_equal(tokens_of(ESC_TEXT("a\r\nb")), "w a|/w b");
}

static void a_text_is_one_token(void **state)
{
    (void)state;
    assert_text_equal(tokens_of(ESC_TEXT("x \"a {b} c\" y")), "w x|t \"a {b} c\"|w y");
    assert_text_equal(tokens_of(ESC_TEXT("\"{any(t in u: t = \"{v}\")}\" z")),
                      "t \"{any(t in u: t = \"{v}\")}\"|w z");
    assert_text_equal(tokens_of(ESC_TEXT("\"\"\"\n a \"b\" \\\" c\n\"\"\" z")),
                      "t \"\"\"\n a \"b\" \\\" c\n\"\"\"|w z");
    assert_text_equal(tokens_of(ESC_TEXT("\"\" \"\\\"\" \"}\"")), "t \"\"|t \"\\\"\"|t \"}\"");
}

static void literals(void **state)
{
    (void)state;
    assert_text_equal(tokens_of(ESC_TEXT("42 3.5 50% 1h30m 09:00 2026-01-05T09:00")),
                      "l 42|l 3.5|l 50%|l 1h30m|l 09:00|l 2026-01-05T09:00");
    assert_text_equal(tokens_of(ESC_TEXT("08:00..18:00 2026-12-24..2026-12-27")),
                      "l 08:00|p ..|l 18:00|l 2026-12-24|p ..|l 2026-12-27");
    assert_text_equal(tokens_of(ESC_TEXT("5 minutes 5 min: 5 mx 5m")),
                      "l 5 minutes|l 5|w min|p :|l 5|w mx|l 5m");
}

static void tokens_of_wrong_text_lose_nothing(void **state)
{
    (void)state;
    assert_text_equal(tokens_of(ESC_TEXT("a ; \xc3\xbc b")), "w a|? ;|? \xc3\xbc|w b");
    assert_text_equal(tokens_of(ESC_TEXT("a \"b\nc")), "w a|t \"b|/w c");
    assert_text_equal(tokens_of(ESC_TEXT("a \"{b")), "w a|? \"{b");
    assert_text_equal(tokens_of(ESC_TEXT("\"{(((((((((((((((((((((((((((((((( a")),
                      "? \"{((((((((((((((((((((((((((((((((|w a");
    assert_text_equal(tokens_of(ESC_TEXT("\"{(((((((((((((((((((((((((((((((( a } b")),
                      "? \"{((((((((((((((((((((((((((((((((|w a|p }|w b");
    assert_text_equal(tokens_of(ESC_TEXT("\" c")), "t \" c");
    assert_text_equal(tokens_of(ESC_TEXT("b\"c{d} e")), "w b|? \"c{d} e");
    assert_text_equal(tokens_of(ESC_TEXT("\"c\\")), "t \"c\\");
    assert_text_equal(tokens_of(ESC_TEXT("\"\"\"a\n b")), "t \"\"\"a\n b");
    assert_text_equal(tokens_of(ESC_TEXT("a \xff\x01 b")), "w a|? \xff|? \x01|w b");
}

static void too_long_a_source_has_no_tokens(void **state)
{
    (void)state;
    char *blanks = malloc(ESC_SOURCE_SIZE_MAX + 1);
    assert_non_null(blanks);
    memset(blanks, ' ', ESC_SOURCE_SIZE_MAX + 1);
    EscTokenList tokens;
    EscText allowed = {blanks, ESC_SOURCE_SIZE_MAX}, beyond = {blanks, ESC_SOURCE_SIZE_MAX + 1};
    assert_status(esc_source_tokens(arena, allowed, &tokens), ESC_OK);
    assert_int_equal(tokens.count, 0);
    assert_status(esc_source_tokens(arena, beyond, &tokens), ESC_OVER_LIMIT);
    free(blanks);
}

static void without_memory_there_are_no_tokens(void **state)
{
    (void)state;
    EscText source = ESC_TEXT("team a { \"{b} c\" 5m } # d");
    unsigned failures = 0;
    for (size_t size = 64; size < 16384; size += 64) {
        EscArena *small = esc_arena_new(size);
        assert_non_null(small);
        EscTokenList tokens;
        EscStatus status = esc_source_tokens(small, source, &tokens);
        if (status != ESC_OK) {
            assert_status(status, ESC_NO_MEMORY);
            assert_int_equal(tokens.count, 0);
            failures++;
        }
        esc_arena_free(small);
    }
    assert_true(failures > 0 && failures < 255);
}

/* --- literals in the tree
 * --------------------------------------------------------------------------- */

/* The dump of `value` as the value of an entry, with a `!` before it when it was reported. */
static EscText value_of(const char *value)
{
    EscText source = esc_arena_printf(arena, "test \"t\" { given ticket { v: %s } }", value);
    const EscNode *file = esc_source_parse(arena, 0, source, NULL);
    assert_non_null(file);
    EscBuf out;
    esc_buf_init(&out, 1u << 20);
    if (file->file.error_count > 0)
        esc_buf_char(&out, '!');
    const EscNode *test = file->file.declarations.first;
    if (test->kind == ESC_NODE_TEST)
        esc_node_dump(&out, test->test.statements.first->test_given.entries.first->entry.value);
    else
        esc_node_dump(&out, test);
    EscText shown = esc_arena_text(arena, esc_buf_as_text(&out));
    esc_buf_release(&out);
    shown.size--; /* the line end of the dump */
    return shown;
}

static void numbers(void **state)
{
    (void)state;
    assert_text_equal(value_of("0"), "(number 0)");
    assert_text_equal(value_of("3.25"), "(number 3.25)");
    assert_text_equal(value_of("0.1"), "(number 0.1)");
    assert_text_equal(value_of("12.5%"), "(percent 12.5)");
    assert_text_equal(value_of("1234567890123456789012345678901234567890"),
                      "(number 1.2345678901234568e+39)");
    assert_text_equal(value_of("12345678901234567890123456789012345678901"), "!(number 0)");
    assert_text_equal(value_of("12x"), "!(number 0)");
}

static void durations(void **state)
{
    (void)state;
    assert_text_equal(value_of("90s"), "90s");
    assert_text_equal(value_of("1d2h3m4s"), "1d2h3m4s");
    assert_text_equal(value_of("2w"), "14d");
    assert_text_equal(value_of("4h of office_hours"), "4h of office_hours");
    assert_text_equal(value_of("400y"), "146000d");
    assert_text_equal(value_of("1001y"), "!1m");
    assert_text_equal(value_of("99999999999999999999999999s"), "!1m");
    assert_text_equal(value_of("5m5m"), "!5m");
    assert_text_equal(value_of("5 minutes"), "!5m");
}

static void dates_and_times(void **state)
{
    (void)state;
    assert_text_equal(value_of("2026-01-05"), "2026-01-05");
    assert_text_equal(value_of("2026-01-05T23:59"), "2026-01-05T23:59");
    assert_text_equal(value_of("2024-02-29"), "2024-02-29");
    assert_text_equal(value_of("2000-02-29"), "2000-02-29");
    assert_text_equal(value_of("1900-02-29"), "!2000-01-01");
    assert_text_equal(value_of("2026-04-31"), "!2000-01-01");
    assert_text_equal(value_of("2026-00-01"), "!2000-01-01");
    assert_text_equal(value_of("2026-01-05T24:00"), "!2000-01-01");
    assert_text_equal(value_of("2026-01-05T09"), "!2000-01-01");
    assert_text_equal(value_of("00:00"), "00:00");
    assert_text_equal(value_of("24:00"), "24:00");
    assert_text_equal(value_of("24:01"), "!00:00");
    assert_text_equal(value_of("09:60"), "!00:00");
}

static void texts(void **state)
{
    (void)state;
    assert_text_equal(value_of("\"\""), "\"\"");
    assert_text_equal(value_of("\"a\\n\\t\\\"\\\\\\{\\}\""), "\"a\\n\\t\\\"\\\\{}\"");
    assert_text_equal(value_of("\"{a}\""), "(text a)");
    assert_text_equal(value_of("\"x{a}y{b.c}z\""), "(text \"x\" a \"y\" b.c \"z\")");
    assert_text_equal(value_of("\"a\\qb\""), "!\"aqb\"");
    assert_text_equal(value_of("\xe2\x80\x9c"
                               "a\xe2\x80\x9d"),
                      "!\"a\"");
}

static void long_texts_lose_their_common_indentation(void **state)
{
    (void)state;
    assert_text_equal(value_of("\"\"\"one\"\"\""), "\"one\"");
    assert_text_equal(value_of("\"\"\"\n    a\n      b\n\n    c\n  \"\"\""), "\"a\\n  b\\n\\nc\"");
    assert_text_equal(value_of("\"\"\"\r\n    a\r\n    b\r\n  \"\"\""), "\"a\\nb\"");
    assert_text_equal(value_of("\"\"\"a\n    b\n  c\"\"\""), "\"a\\n  b\\nc\"");
    assert_text_equal(value_of("\"\"\"\n  {a}\n    {b}\n\"\"\""), "(text a \"\\n  \" b)");
    assert_text_equal(value_of("\"\"\"\n\"\"\""), "\"\"");
    assert_text_equal(value_of("\"\"\"\n  a\n\n\"\"\""), "\"a\\n\"");
}

static void limits_of_names(void **state)
{
    (void)state;
    char name[ESC_NAME_SIZE_MAX + 2];
    memset(name, 'n', sizeof name);
    name[ESC_NAME_SIZE_MAX] = '\0';
    assert_int_equal(value_of(name).data[0], 'n');
    name[ESC_NAME_SIZE_MAX] = 'n';
    name[ESC_NAME_SIZE_MAX + 1] = '\0';
    assert_int_equal(value_of(name).data[0], '!');
    assert_text_equal(value_of("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a"),
                      "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a");
    assert_int_equal(value_of("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a").data[0], '!');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_and_signs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_that_belong_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comments_and_line_ends_are_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_is_one_token, set_up, tear_down),
        cmocka_unit_test_setup_teardown(literals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tokens_of_wrong_text_lose_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_long_a_source_has_no_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_memory_there_are_no_tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(durations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dates_and_times, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_texts_lose_their_common_indentation, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(limits_of_names, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
