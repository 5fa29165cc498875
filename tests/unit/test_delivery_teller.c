/* test_delivery_teller.c - what others wrote does nothing where it is shown, what a template's author wrote does. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "teller.h"

/* `marked`: the author's words stand between « and ». */
static EscText told(EscArena *arena, const char *marked, bool is_chat, bool is_one_line)
{
    EscBuf text, out;
    esc_buf_init(&text, 10000);
    esc_buf_init(&out, 10000);
    for (const char *at = marked; *at != '\0';) {
        bool begins = strncmp(at, "\u00ab", 2) == 0, ends = strncmp(at, "\u00bb", 2) == 0;
        esc_buf_text(&text, begins ? ESC_TEXT(ESC_MARK_OWN)
                            : ends ? ESC_TEXT(ESC_MARK_END)
                                   : (EscText){at, 1});
        at += begins || ends ? 2 : 1;
    }
    EscWords words;
    assert_true(esc_words_split(arena, esc_buf_as_text(&text), &words));
    assert_true(esc_spans_fit(words.text, words.own, words.own_count));
    EscTeller teller = {.out = &out, .is_chat = is_chat, .is_one_line = is_one_line};
    esc_tell_words(&teller, words.text, words.own, words.own_count);
    EscText kept = esc_arena_text(arena, esc_buf_as_text(&out));
    esc_buf_release(&text);
    esc_buf_release(&out);
    return kept;
}

#define ASSERT_CHAT(marked, expected) assert_text_equal(told(*state, marked, true, false), expected)
#define ASSERT_PLAIN(marked, expected)                                                             \
    assert_text_equal(told(*state, marked, false, false), expected)

static void values_have_no_markup(void **state)
{
    ASSERT_CHAT("<!channel> <https://evil.example|click> & <b>",
                "&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; &lt;b&gt;");
    ASSERT_CHAT("[click](http://evil.example)", "[click] (http://evil.example)");
    ASSERT_CHAT("![x](http://evil.example/pixel)", "![x] (http://evil.example/pixel)");
    ASSERT_PLAIN("<!channel> & [a](b) @here", "<!channel> & [a](b) @here");
}

static void markup_is_not_put_together_from_parts(void **state)
{
    ASSERT_CHAT("[click]\u00ab\u00bb(http://evil.example)", "[click] (http://evil.example)");
    ASSERT_CHAT("\u00ab[open]\u00bb(http://evil.example)", "[open] (http://evil.example)");
    ASSERT_CHAT("x@\u00ab\u00bbchannel", "x\uff20channel");
    ASSERT_CHAT("\u00ab@\u00bbchannel", "@ channel");
    ASSERT_CHAT("\u00abto \u00bbchannel", "to channel");
    ASSERT_PLAIN("\u00ab@\u00bbchannel \u00ab!\u00bbhere", "@channel !here");
    ASSERT_CHAT("\u00ab<!\u00bbHere\u00ab>\u00bb", "<! Here>");
    ASSERT_CHAT("\u00ab<\u00bb!here\u00ab>\u00bb", "<%21here>");
}

static void values_call_nobody(void **state)
{
    ASSERT_CHAT("@channel @Here, @everyone! @all",
                "\uff20channel \uff20Here, \uff20everyone! \uff20all");
    ASSERT_CHAT("(@ana) @**all** x@everyone", "(\uff20ana) \uff20**all** x\uff20everyone");
    ASSERT_CHAT("<@U123>", "&lt;\uff20U123&gt;");
    ASSERT_CHAT("ana@desk.example, x.y+z@all-hands.example",
                "ana@desk.example, x.y+z\uff20all-hands.example");
    ASSERT_CHAT("@he\u200bre @\u202ehere", "\uff20here \uff20here");
}

/* What makes a word in front of an @ and behind it, by the ends of each range. */
static void only_addresses_keep_their_at(void **state)
{
    static const char in_word[] = "09AZaz_.-+", after[] = "09AZaz", others[] = "/:@[`{,!";
    for (const char *c = in_word; *c != '\0'; c++) {
        char text[] = {*c, '@', 'd', '\0'};
        ASSERT_CHAT(text, text);
    }
    for (const char *c = after; *c != '\0'; c++) {
        char text[] = {'x', '@', *c, '.', 'n', '\0'};
        ASSERT_CHAT(text, text);
    }
    for (const char *c = others; *c != '\0'; c++) {
        char text[] = {*c, '@', 'd', '\0'}, behind[] = {'x', '@', *c, '\0'};
        EscText told_text = told(*state, text, true, false);
        assert_true(esc_text_ends_with(told_text, ESC_TEXT("\uff20d")));
        assert_true(esc_text_starts_with(told(*state, behind, true, false), ESC_TEXT("x\uff20")));
    }
    ASSERT_CHAT("x@", "x\uff20");
    ASSERT_CHAT("x@here x@herez x@HERE0 x@here_", "x\uff20here x@herez x@HERE0 x\uff20here_");
    static const char *const broad[] = {"all",  "channel", "everyone", "here",
                                        "room", "stream",  "team",     "topic"};
    for (size_t i = 0; i < ESC_COUNT_OF(broad); i++) {
        EscText text = esc_arena_printf(*state, "x@%s", broad[i]);
        assert_true(
            esc_text_starts_with(told(*state, text.data, true, false), ESC_TEXT("x\uff20")));
    }
}

static void an_author_may(void **state)
{
    ASSERT_CHAT("\u00ab<!here> <https://desk.example/\u00bbINC-1\u00ab|open it>: \u00bba <b>",
                "<!here> <https://desk.example/INC-1|open it>: a &lt;b&gt;");
    ASSERT_CHAT("\u00ab@channel [runbook](https://desk.example/r) R&D\n- \u00bbx\u00ab\n- y\u00bb",
                "@channel [runbook](https://desk.example/r) R&D\n- x\n- y");
    ASSERT_CHAT("\u00ab@\u00bbana\u00ab <@\u00bbU123\u00ab>\u00bb", "@ana <@U123>");
    ASSERT_PLAIN("\u00aba\n\tb\u202e\x1b[2J\u00bb", "a\n b[2J");
}

static void an_address_takes_values_as_its_parts(void **state)
{
    ASSERT_CHAT("\u00ab<https://desk.example/\u00bbx|click>\u00ab|open>\u00bb",
                "<https://desk.example/x%7Cclick%3E|open>");
    ASSERT_CHAT("\u00ab[open](https://desk.example/?q=\u00bba) b\u00ab)\u00bb",
                "[open](https://desk.example/?q=a%29%20b)");
    ASSERT_CHAT("\u00ab<\u00bbhttps://desk.example/?a=1&b=2\u00ab|open>\u00bb",
                "<https://desk.example/?a=1&amp;b=2|open>");
    ASSERT_CHAT("\u00ab<\u00bbhttps://evil.example|click> <!here\u00ab|open>\u00bb",
                "<https://evil.example%7Cclick%3E%20%3C!here|open>");
    ASSERT_CHAT("\u00ab[open](\u00bbjavascript:alert(1)\u00ab)\u00bb",
                "[open](javascript%3Aalert%281%29)");
    ASSERT_CHAT("\u00ab<https://d.example/x>\u00bba b", "<https://d.example/x>a b");
    ASSERT_CHAT("\u00ab<https://d.example/x|\u00bba b\u00ab>\u00bb", "<https://d.example/x|a b>");
    ASSERT_CHAT("\u00ab[o](https://d.example/x)\u00bba b", "[o](https://d.example/x)a b");
    ASSERT_CHAT("\u00abhttps://d.example/x \u00bba b", "https://d.example/x a b");
    ASSERT_CHAT("\u00abhttps://d.example/x\"\u00bba b", "https://d.example/x\"a b");
    ASSERT_CHAT("\u00ab<\u00bbhttps://a\u00ab>\u00bb", "<https://a>");
    ASSERT_CHAT("\u00ab<\u00bbhttp://a\u00ab>\u00bb", "<http://a>");
    ASSERT_CHAT("\u00ab<\u00bbHTTPS://a:1/?b#c[d]!$'*+,;=%%20\u00ab>\u00bb",
                "<HTTPS://a:1/?b#c[d]!$'*+,;=%%20>");
    ASSERT_CHAT("\u00ab<\u00bbhttps://\u00ab>\u00bb", "<https%3A%2F%2F>");
    ASSERT_CHAT("\u00ab<\u00bbhttp://\u00ab>\u00bb", "<http%3A%2F%2F>");
    ASSERT_CHAT("\u00ab<\u00bbhttps:/a/b\u00ab>\u00bb", "<https%3A%2Fa%2Fb>");
    ASSERT_CHAT("\u00ab<https://a/\u00bb-._~&\u00ab>\u00bb", "<https://a/-._~%26>");
    ASSERT_PLAIN("\u00abSee https://desk.example/\u00bb\u00e4 b\u00ab now, \u00bb\u00e4 b",
                 "See https://desk.example/%C3%A4%20b now, \u00e4 b");
    ASSERT_PLAIN("\u00aband/\u00bba b",
                 "and/a b"); /* two slashes behind a colon, and nothing less */
    ASSERT_PLAIN("\u00aba//\u00bba b", "a//a b");
    ASSERT_PLAIN("\u00aba:/\u00bba b", "a:/a b");
    ASSERT_PLAIN("\u00aba:/x/\u00bba b", "a:/x/a b");
    ASSERT_CHAT("\u00ab1 < 2 and a://b \u00bb<x>", "1 < 2 and a://b &lt;x&gt;");
}

static void an_address_ends_with_any_of_these(void **state)
{
    static const char ends[] = " |><)\"\n", others[] = "!(,;'";
    for (const char *c = ends; *c != '\0'; c++) {
        EscText text = esc_arena_printf(*state, "\u00abhttps://d.example/x%c\u00bba b", *c);
        EscText expected = esc_arena_printf(*state, "https://d.example/x%ca b", *c);
        ASSERT_PLAIN(text.data, expected.data);
    }
    for (const char *c = others; *c != '\0'; c++) {
        EscText text = esc_arena_printf(*state, "\u00abhttps://d.example/x%c\u00bba b", *c);
        EscText expected = esc_arena_printf(*state, "https://d.example/x%ca%%20b", *c);
        ASSERT_PLAIN(text.data, expected.data);
    }
}

/* Signs, which a value that is the whole address may have, and one that is a part may not. */
static void signs_of_an_address(void **state)
{
    ASSERT_CHAT("\u00absee (\u00bba b\u00ab)\u00bb", "see (a b)"); /* a bracket alone is none */
    ASSERT_CHAT("\u00ab[x] \u00bba b", "[x] a b");
    ASSERT_CHAT("\u00ab[x](\u00bba b\u00ab)\u00bb", "[x](a%20b)");
    ASSERT_PLAIN("\u00ab[x](\u00bba b\u00ab)\u00bb", "[x](a b)");
    ASSERT_PLAIN("\u00ab<\u00bba b\u00ab>\u00bb", "<a b>");
    static const char whole[] = ":/?#[]!$'*+,;=%", neither[] = "<>\"|()\\^{} ";
    for (const char *c = whole; *c != '\0'; c++) {
        EscText text = esc_arena_printf(*state, "\u00ab<\u00bbhttps://a%c\u00ab>\u00bb", *c);
        EscText expected = esc_arena_printf(*state, "<https://a%c>", *c);
        ASSERT_CHAT(text.data, expected.data);
        text = esc_arena_printf(*state, "\u00ab<https://a/\u00bb%c\u00ab>\u00bb", *c);
        expected = esc_arena_printf(*state, "<https://a/%%%02X>", *c);
        ASSERT_CHAT(text.data, expected.data);
    }
    for (const char *c = neither; *c != '\0'; c++) {
        EscText text = esc_arena_printf(*state, "\u00ab<\u00bbhttps://a%c\u00ab>\u00bb", *c);
        EscText expected = esc_arena_printf(*state, "<https://a%%%02X>", *c);
        ASSERT_CHAT(text.data, expected.data);
    }
    EscBuf out;
    esc_buf_init(&out, 1000);
    EscTeller teller = {.out = &out, .is_chat = true};
    esc_tell_own(&teller, ESC_TEXT("<https://a/"));
    esc_tell_value(&teller, (EscText){"a\0b", 3});
    assert_text_equal(esc_buf_as_text(&out), "<https://a/a%00b");
    esc_buf_release(&out);
}

static void a_value_is_one_line(void **state)
{
    ASSERT_PLAIN("first\nPAGE: solved\n\n \u2028last\n", "first \u23ce PAGE: solved \u23ce last");
    ASSERT_PLAIN("a\r\nb\xc2\x85"
                 "c\u2029d\ve\ff",
                 "a \u23ce b \u23ce c \u23ce d \u23ce e \u23ce f");
    ASSERT_PLAIN("\n\na", "a");
    assert_text_equal(told(*state, "a\nb\tc", false, true), "a b c");
}

static void what_cannot_be_seen_is_left_out(void **state)
{
    ASSERT_PLAIN("\x1b[31mred\x1b[0m\x7f\x08 \u202eevil\u202c\u2066x\u2069\u200e",
                 "[31mred[0m evilx");
    ASSERT_PLAIN("\u200b\u200dzero\u00ad\u2060\ufeff\U000e0041\ufdd5\U0001fffe", "zero");
    ASSERT_PLAIN("a\u200db \u200c", "ab ");
    ASSERT_PLAIN(
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 1\ufe0f\u20e3 \u0645\u06cc\u200c\u062e\u0648",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 1\ufe0f\u20e3 \u0645\u06cc\u200c\u062e\u0648");
    ASSERT_PLAIN("\u00e4\u200d\u202e\u00e4", "\u00e4\u00e4");
    EscBuf out; /* nothing is behind the last byte */
    esc_buf_init(&out, 100);
    char *last = malloc(5);
    assert_non_null(last);
    memcpy(last, "\u00e4\u200d", 5);
    esc_tell_value(&(EscTeller){.out = &out}, (EscText){last, 5});
    assert_text_equal(esc_buf_as_text(&out), "\u00e4");
    free(last);
    esc_buf_release(&out);
    static const char keys[] = "09#*", others[] = "/:a$+";
    for (const char *c = keys; *c != '\0'; c++) {
        char text[] = {*c, '\xef', '\xb8', '\x8f', '\0'};
        ASSERT_PLAIN(text, text);
    }
    for (const char *c = others; *c != '\0'; c++) {
        char text[] = {*c, '\xef', '\xb8', '\x8f', '\0'}, alone[] = {*c, '\0'};
        ASSERT_PLAIN(text, alone);
    }
}

static int set_up(void **state)
{
    *state = esc_arena_new(1 << 20);
    return *state == NULL;
}

static int tear_down(void **state)
{
    esc_arena_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_no_markup),
        cmocka_unit_test(markup_is_not_put_together_from_parts),
        cmocka_unit_test(values_call_nobody),
        cmocka_unit_test(only_addresses_keep_their_at),
        cmocka_unit_test(an_author_may),
        cmocka_unit_test(an_address_takes_values_as_its_parts),
        cmocka_unit_test(an_address_ends_with_any_of_these),
        cmocka_unit_test(signs_of_an_address),
        cmocka_unit_test(a_value_is_one_line),
        cmocka_unit_test(what_cannot_be_seen_is_left_out),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
