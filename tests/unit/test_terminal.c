/* test_terminal.c - texts and times as people see them on a terminal. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "escalctl_print.h"
#include "escalctl_when.h"

#include "support/test.h"

/* --- texts -------------------------------------------------------------------------------------- */

typedef enum Way { SAFE, SAFE_LINES, LINES, CELL, JSON } Way;

static void assert_printed(Way way, size_t number, EscText text, const char *expected)
{
    char *shown = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&shown, &size);
    if (way == SAFE || way == SAFE_LINES)
        print_safe(out, text, way == SAFE_LINES);
    else if (way == LINES)
        print_lines(out, text, number);
    else if (way == CELL)
        print_cell(out, text, number);
    else
        print_json(out, text);
    fclose(out);
    assert_string_equal(shown, expected);
    free(shown);
}

static void what_a_terminal_would_obey_is_shown(void **state)
{
    (void)state;
    assert_printed(SAFE, 0, ESC_TEXT("evil \033[2J title\a"), "evil \\x1b[2J title\\x07");
    assert_printed(SAFE, 0,
                   ESC_TEXT("c1 \xc2\x9b"
                            "2J del \x7f tab\t"),
                   "c1 \\x9b2J del \\x7f tab\\x09");
    assert_printed(SAFE, 0, ESC_TEXT("no\xff utf-8"), "(not UTF-8)");
}

static void what_changes_direction_or_hides_is_shown(void **state)
{
    (void)state;
    assert_printed(SAFE, 0, ESC_TEXT("gpj.\u202eexe"), "gpj.\\u{202e}exe");
    assert_printed(SAFE, 0, ESC_TEXT("\u2066a\u2069\u200f\u061c"),
                   "\\u{2066}a\\u{2069}\\u{200f}\\u{61c}");
    assert_printed(SAFE, 0, ESC_TEXT("pay\u200bpal \u00ad\ufeff\u2060"),
                   "pay\\u{200b}pal \\xad\\u{feff}\\u{2060}");
    assert_printed(SAFE, 0, ESC_TEXT("a\u200db \u2028 \U000e0041"),
                   "a\\u{200d}b \\u{2028} \\u{e0041}");
    assert_printed(SAFE, 0, ESC_TEXT("Zoë, 東京, Ελλάδα"), "Zoë, 東京, Ελλάδα");
    /* a family of emoji, and Persian, are written with joiners */
    assert_printed(SAFE, 0, ESC_TEXT("\U0001f468\u200d\U0001f469 می\u200cخواهم"),
                   "\U0001f468\u200d\U0001f469 می\u200cخواهم");
    assert_printed(SAFE, 0, ESC_TEXT("\u2764\ufe0f\u200d\U0001f525"),
                   "\u2764\ufe0f\u200d\U0001f525");
    /* behind a word, twice, and before plain letters they join nothing */
    assert_printed(SAFE, 0, ESC_TEXT("می\u200c"), "می\\u{200c}");
    assert_printed(SAFE, 0, ESC_TEXT("می\u200d\u200dخ"), "می\\u{200d}\\u{200d}خ");
    assert_printed(SAFE, 0, ESC_TEXT("東\u200da \u200d東"), "東\\u{200d}a \\u{200d}東");
    assert_printed(SAFE, 0, ESC_TEXT("a\ufe0f"), "a\\u{fe0f}");
}

static void line_ends_are_lines(void **state)
{
    (void)state;
    assert_printed(SAFE, 0, ESC_TEXT("one\ntwo"), "one↵two");
    assert_printed(SAFE_LINES, 0, ESC_TEXT("one\ntwo"), "one\ntwo");
    assert_printed(LINES, 3, ESC_TEXT("one\ntwo\r\nthree\r\n\n"), "one\n   two\n   three");
    assert_printed(LINES, 3, ESC_TEXT("a\rb"), "a\\x0db"); /* alone it would write over the line */
    assert_printed(LINES, 3, ESC_TEXT(""), "");
}

static void cells_are_cut_and_filled(void **state)
{
    (void)state;
    assert_printed(CELL, 5, ESC_TEXT("abc"), "abc  ");
    assert_printed(CELL, 5, ESC_TEXT("abcde"), "abcde");
    assert_printed(CELL, 5, ESC_TEXT("abcdef"), "abcd…");
    assert_printed(CELL, 5, ESC_TEXT("äöüß€!"), "äöüß…");
    assert_printed(CELL, 5, ESC_TEXT("abc\033"), "abc… ");
    assert_printed(CELL, 5, ESC_TEXT("a\nb"), "a↵b  ");
    assert_int_equal(print_width(ESC_TEXT("a\033\n€")), 7);
}

static void json_stays_the_same_json(void **state)
{
    (void)state;
    assert_printed(JSON, 0, ESC_TEXT("{\"a\":\"x\u202ey\U000e0041\"}"),
                   "{\"a\":\"x\\u202ey\\udb40\\udc41\"}\n");
}

/* --- times -------------------------------------------------------------------------------------- */

static void zone(const char *name)
{
    assert_int_equal(setenv("TZ", name, 1), 0);
    tzset();
}

static int64_t at(const char *text)
{
    int64_t time_ms = 0;
    assert_true(esc_time_read(esc_text_from(text), &time_ms));
    return time_ms;
}

typedef void Writer(EscBuf *out, int64_t at_ms, int64_t now_ms);

static void assert_written(Writer *write, const char *time, const char *now, const char *expected)
{
    EscBuf buf;
    esc_buf_init(&buf, 1000);
    write(&buf, at(time), at(now));
    assert_text_equal(esc_buf_as_text(&buf), expected);
    esc_buf_release(&buf);
}

static void times_have_their_zone(void **state)
{
    (void)state;
    zone("Europe/Berlin");
    assert_written(when_write, "2026-01-05T13:05:00Z", "2026-01-05T12:53:00Z", "14:05 CET");
    assert_written(when_write, "2026-07-05T13:05:00Z", "2026-07-05T12:53:00Z", "15:05 CEST");
    assert_written(when_write, "2026-01-05T23:30:00Z", "2026-01-05T12:53:00Z",
                   "2026-01-06 00:30 CET");
    zone("America/New_York");
    assert_written(when_write, "2026-01-05T13:05:00Z", "2026-01-05T12:53:00Z", "08:05 EST");
    zone("UTC");
    assert_written(when_write, "2026-01-05T13:05:00Z", "2026-01-05T12:53:00Z", "13:05 UTC");
    EscBuf buf;
    esc_buf_init(&buf, 100);
    when_write_stamp(&buf, at("2026-01-05T13:05:09.999Z"));
    assert_text_equal(esc_buf_as_text(&buf), "2026-01-05 13:05:09 UTC");
    esc_buf_release(&buf);
}

static void deadlines_say_how_far_they_are(void **state)
{
    (void)state;
    zone("Europe/Berlin");
    assert_written(when_write_far, "2026-01-05T13:05:00Z", "2026-01-05T12:53:00Z",
                   "14:05 CET, in 12 min");
    assert_written(when_write_far, "2026-01-05T13:05:00Z", "2026-01-05T13:00:01Z",
                   "14:05 CET, in 5 min");
    assert_written(when_write_far, "2026-01-05T13:05:00Z", "2026-01-05T13:04:20Z",
                   "14:05 CET, in 40 s");
    assert_written(when_write_far, "2026-01-05T13:05:00Z", "2026-01-05T13:05:00Z",
                   "14:05 CET, 0 s ago");
    assert_written(when_write_far, "2026-01-05T13:05:00Z", "2026-01-05T13:08:30Z",
                   "14:05 CET, 3 min ago");
    assert_written(when_write_far, "2026-01-05T16:05:00Z", "2026-01-05T13:00:00Z",
                   "17:05 CET, in 3 h 5 min");
    assert_written(when_write_far, "2026-01-07T17:00:00Z", "2026-01-05T13:00:00Z",
                   "2026-01-07 18:00 CET, in 2 d 4 h");
}

static void lengths_are_two_units_at_most(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {{-1, "0 s"},
                {999, "0 s"},
                {59999, "59 s"},
                {60000, "1 min"},
                {3599999, "59 min"},
                {3600000, "1 h"},
                {3660000, "1 h 1 min"},
                {86399999, "23 h 59 min"},
                {86400000, "1 d"},
                {90000000, "1 d 1 h"}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscBuf buf;
        esc_buf_init(&buf, 100);
        when_write_length(&buf, rows[i].ms);
        assert_text_equal(esc_buf_as_text(&buf), rows[i].text);
        esc_buf_release(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_terminal_would_obey_is_shown),
        cmocka_unit_test(what_changes_direction_or_hides_is_shown),
        cmocka_unit_test(line_ends_are_lines),
        cmocka_unit_test(cells_are_cut_and_filled),
        cmocka_unit_test(json_stays_the_same_json),
        cmocka_unit_test(times_have_their_zone),
        cmocka_unit_test(deadlines_say_how_far_they_are),
        cmocka_unit_test(lengths_are_two_units_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
