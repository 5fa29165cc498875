/* test_kit_json_read.c - JSON that is read: what every kind of value holds, what is refused and where, and the limits. The
 * rest of the values is compared with another reader's in tests/fuzz/fuzz_json.c. */
#include "support/alloc_fail.h"
#include "support/test.h"

#include <stdlib.h>

static const EscJsonLimits wide = {.depth_max = 8, .values_max = 100};

/* Valid until the next call. */
static const EscJson *read(const char *text)
{
    static EscArena *arena;
    esc_arena_free(arena);
    arena = esc_arena_new(1 << 20);
    const EscJson *json = NULL;
    EscWhy why = {.text = ""};
    assert_status(esc_json_read(arena, esc_text_from(text), &wide, &json, &why), ESC_OK);
    return json;
}

static void assert_refused(EscText text, EscStatus status, size_t at, const char *reason)
{
    EscArena *arena = esc_arena_new(1 << 20);
    const EscJson *json = (const EscJson *)arena;
    EscWhy why = {.text = ""};
    assert_status(esc_json_read(arena, text, &wide, &json, &why), status);
    assert_null(json);
    assert_int_equal(why.offset, at);
    assert_string_equal(why.check, "JSON");
    assert_non_null(strstr(why.text, reason));
    esc_arena_free(arena);
}

static void every_kind_of_value_is_read(void **state)
{
    (void)state;
    assert_int_equal(read("null")->kind, ESC_JSON_NULL);
    assert_int_equal(read(" true ")->kind, ESC_JSON_TRUE);
    assert_int_equal(read("\t\r\nfalse")->kind, ESC_JSON_FALSE);
    assert_int_equal(read("-12")->integer, -12);
    assert_true(read("2.5e1")->real >= 25 && read("2.5e1")->real <= 25);
    assert_text_equal(read("\"a b\"")->text, "a b");
    const EscJson *list = read("[1, [2], {}]");
    assert_int_equal(list->kind, ESC_JSON_LIST);
    assert_int_equal(list->count, 3);
    assert_int_equal(list->first->integer, 1);
    assert_int_equal(list->first->next->first->integer, 2);
    assert_text_equal(list->first->next->source, "[2]");
    assert_int_equal(list->first->next->next->kind, ESC_JSON_OBJECT);
    assert_null(list->first->next->next->next);
    const EscJson *object = read(" { \"a\" : 1.50 } ");
    assert_text_equal(object->source, "{ \"a\" : 1.50 }");
    assert_text_equal(object->first->source, "1.50");
}

static void members_are_found_by_name(void **state)
{
    (void)state;
    const EscJson *object = read("{\"b\":1,\"a\":{\"b\":2},\"\":3}");
    assert_int_equal(object->count, 3);
    assert_int_equal(esc_json_member(object, ESC_TEXT("b"))->integer, 1);
    assert_int_equal(
        esc_json_member(esc_json_member(object, ESC_TEXT("a")), ESC_TEXT("b"))->integer, 2);
    assert_int_equal(esc_json_member(object, ESC_TEXT(""))->integer, 3);
    assert_null(esc_json_member(object, ESC_TEXT("c")));
    assert_null(esc_json_member(NULL, ESC_TEXT("b")));
    assert_null(esc_json_member(read("[1]"), ESC_TEXT("b")));
    assert_text_equal(
        esc_json_text_or(esc_json_member(read("{\"t\":\"x\"}"), ESC_TEXT("t")), ESC_TEXT("y")),
        "x");
    assert_text_equal(
        esc_json_text_or(esc_json_member(read("{\"t\":1}"), ESC_TEXT("t")), ESC_TEXT("y")), "y");
    assert_text_equal(esc_json_text_or(NULL, ESC_TEXT("y")), "y");
}

static void escapes_become_characters(void **state)
{
    (void)state;
    assert_text_equal(read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")->text, "\"\\/\b\f\n\r\t");
    assert_text_equal(read("\"\\u0041\\u00e4\\u20AC\\uD83D\\uDE00!\"")->text,
                      "A\u00e4\u20ac\U0001F600!");
    assert_text_equal(esc_json_member(read("{\"\\u0061\":\"x\"}"), ESC_TEXT("a"))->text, "x");
}

/* The first and the last character of each length in UTF-8, which have all of their bits clear or set. */
static void escapes_keep_every_bit(void **state)
{
    (void)state;
    assert_text_equal(read("\"\\u0001\\u007f\\u0080\\u07FF\\u0800\\uffff\"")->text,
                      "\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
    assert_text_equal(read("\"\\uD7FF\\uE000\\uD800\\uDC00\\uDBFF\\uDFFF\"")->text,
                      "\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    assert_text_equal(read("\"\\ud800\\udbff\\udc00\\udfff\"")->text, "\uFFFD\U0010FC00\uFFFD");
    assert_text_equal(read("\"\\ud800\\ue000\\ud800\\ud7ff\"")->text, "\uFFFD\uE000\uFFFD\uD7FF");
}

static void half_a_surrogate_pair_is_replaced(void **state)
{
    (void)state;
    assert_text_equal(read("\"cut \\ud83d\"")->text, "cut \uFFFD");
    assert_text_equal(read("\"\\ude00 cut\"")->text, "\uFFFD cut");
    assert_text_equal(read("\"\\ud83d\\u0041\"")->text, "\uFFFDA");
    assert_text_equal(read("\"\\ud83d\\ud83d\\ude00\"")->text, "\uFFFD\U0001F600");
}

static void whole_numbers_are_exact_to_their_ends(void **state)
{
    (void)state;
    assert_true(read("9223372036854775807")->integer == INT64_MAX);
    assert_true(read("-9223372036854775808")->integer == INT64_MIN);
    assert_int_equal(read("-0")->integer, 0);
    assert_refused(ESC_TEXT("[9223372036854775808]"), ESC_BAD_INPUT, 1, "too large");
    assert_refused(ESC_TEXT("-9223372036854775809"), ESC_BAD_INPUT, 0, "too large");
    assert_refused(ESC_TEXT("100000000000000000000"), ESC_BAD_INPUT, 0, "too large");
}

static void reals_are_read_to_the_last_bit(void **state)
{
    (void)state;
    static const char *const texts[] = {"0.1",
                                        "4.35",
                                        "1e23",
                                        "9.999999999999999e22",
                                        "0.1234567890123456789012345",
                                        "5e-324",
                                        "2.2250738585072011e-308",
                                        "1.7976931348623157e308",
                                        "123456789012345678901234567890.5",
                                        "-0.0",
                                        "1e-99999999999999999999"};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++) {
        double ours = read(texts[i])->real, wanted = strtod(texts[i], NULL);
        assert_memory_equal(&ours, &wanted, sizeof ours);
    }
    assert_refused(ESC_TEXT("1e999"), ESC_BAD_INPUT, 0, "too large");
    assert_refused(ESC_TEXT("1e99999999999999999999"), ESC_BAD_INPUT, 0, "too large");
}

static void what_is_no_json_is_refused_at_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
        const char *reason;
    } cases[] = {
        {"", 0, "a value is wanted"},
        {"  ", 2, "a value is wanted"},
        {"1 2 3", 2, "text behind"},
        {"nu ll", 0, "a value is wanted"},
        {"- 5", 1, "digit"},
        {"01", 0, "zero"},
        {"1.", 2, "digit"},
        {".5", 0, "a value is wanted"},
        {"+1", 0, "a value is wanted"},
        {"1e", 2, "exponent"},
        {"1e+", 3, "exponent"},
        {"[1,]", 3, "a value is wanted"},
        {"[1 2]", 3, "',' or ']'"},
        {"[1", 2, "',' or ']'"},
        {"{\"a\" 1}", 5, "':'"},
        {"{\"a\":1,}", 7, "name of a member"},
        {"{a:1}", 1, "name of a member"},
        {"{\"a\":1]", 6, "',' or '}'"},
        {"\"abc", 1, "does not end"},
        {"\"abc\\\"", 1, "does not end"},
        {"\"a\nb\"", 2, "control character"},
        {"\"a\\xb\"", 2, "escape"},
        {"\"\\u12g4\"", 1, "hexadecimal"},
        {"\"\\u0000\"", 1, "u0000"},
        {"\"a\xff\"", 2, "UTF-8"},
        {"\"\xed\xa0\x80\"", 1, "UTF-8"},
        {"\xef\xbb\xbf"
         "1",
         0, "a value is wanted"},
        {"tru", 0, "a value is wanted"},
        {"NaN", 0, "a value is wanted"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++)
        assert_refused(esc_text_from(cases[i].text), ESC_BAD_INPUT, cases[i].at, cases[i].reason);
    assert_refused((EscText){"1\0", 2}, ESC_BAD_INPUT, 1, "text behind");
    assert_refused((EscText){NULL, 0}, ESC_BAD_INPUT, 0, "a value is wanted");
}

static void a_member_said_twice_is_refused(void **state)
{
    (void)state;
    assert_refused(ESC_TEXT("{\"a\":1,\"b\":2,\"a\":3}"), ESC_BAD_INPUT, 17, "twice");
    assert_refused(ESC_TEXT("{\"a\":1,\"\\u0061\":3}"), ESC_BAD_INPUT, 16, "twice");
    EscBuf many;
    esc_buf_init(&many, 1000);
    esc_buf_string(&many, "{\"key0\":0");
    for (int i = 1; i < 40; i++)
        esc_buf_printf(&many, ",\"key%d\":0", i);
    size_t distinct = many.size;
    esc_buf_char(&many, '}');
    EscArena *arena = esc_arena_new(1 << 20);
    const EscJson *json = NULL;
    assert_status(esc_json_read(arena, esc_buf_as_text(&many), &wide, &json, NULL), ESC_OK);
    assert_int_equal(json->count, 40);
    many.size = distinct;
    esc_buf_string(&many, ",\"key7\":0}");
    assert_refused(esc_buf_as_text(&many), ESC_BAD_INPUT, many.size - 2, "twice");
    esc_arena_free(arena);
    esc_buf_release(&many);
}

static void limits_hold_at_their_ends(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(1 << 20);
    const EscJson *json = NULL;
    EscJsonLimits limits = {.depth_max = 2, .values_max = 3};
    assert_status(esc_json_read(arena, ESC_TEXT("[[1]]"), &limits, &json, NULL), ESC_OK);
    assert_status(esc_json_read(arena, ESC_TEXT("[[[]]]"), &limits, &json, NULL), ESC_OVER_LIMIT);
    assert_status(esc_json_read(arena, ESC_TEXT("[[1,2]]"), &limits, &json, NULL), ESC_OVER_LIMIT);
    assert_status(esc_json_read(arena, ESC_TEXT("[[],[]]"), &limits, &json, NULL), ESC_OK);
    limits.depth_max = 0;
    assert_status(esc_json_read(arena, ESC_TEXT("1"), &limits, &json, NULL), ESC_OK);
    assert_status(esc_json_read(arena, ESC_TEXT("[]"), &limits, &json, NULL), ESC_OVER_LIMIT);
    esc_arena_free(arena);
}

static void values_are_read_one_behind_the_other(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(1 << 20);
    const EscJson *json = NULL;
    EscText text = ESC_TEXT("{\"a\":1} , 2");
    size_t at = 0;
    assert_status(esc_json_read_at(arena, text, &at, &wide, &json, NULL), ESC_OK);
    assert_int_equal(at, 8);
    assert_int_equal(json->count, 1);
    assert_status(esc_json_read_at(arena, text, &at, &wide, &json, NULL), ESC_BAD_INPUT);
    assert_int_equal(at, 8);
    assert_null(json);
    at = 9;
    assert_status(esc_json_read_at(arena, text, &at, &wide, &json, NULL), ESC_OK);
    assert_int_equal(json->integer, 2);
    assert_int_equal(at, text.size);
    esc_arena_free(arena);
}

static void running_out_of_memory_is_said(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new(3 * sizeof(EscJson));
    const EscJson *json = NULL;
    assert_status(esc_json_read(arena, ESC_TEXT("[1,2,3,4]"), &wide, &json, NULL), ESC_NO_MEMORY);
    assert_null(json);
    esc_arena_free(arena);
    bool is_over = false;
    for (unsigned nth = 1; !is_over; nth++) {
        EscArena *room = esc_arena_new(1 << 20);
        alloc_fail_at(nth);
        EscStatus status = esc_json_read(room, ESC_TEXT("[0.12345678901234567890123,\"\\n\"]"),
                                         &wide, &json, NULL);
        is_over = !alloc_fail_happened();
        alloc_fail_at(0);
        assert_status(status, is_over ? ESC_OK : ESC_NO_MEMORY);
        esc_arena_free(room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_value_is_read),
        cmocka_unit_test(members_are_found_by_name),
        cmocka_unit_test(escapes_become_characters),
        cmocka_unit_test(escapes_keep_every_bit),
        cmocka_unit_test(half_a_surrogate_pair_is_replaced),
        cmocka_unit_test(whole_numbers_are_exact_to_their_ends),
        cmocka_unit_test(reals_are_read_to_the_last_bit),
        cmocka_unit_test(what_is_no_json_is_refused_at_its_place),
        cmocka_unit_test(a_member_said_twice_is_refused),
        cmocka_unit_test(limits_hold_at_their_ends),
        cmocka_unit_test(values_are_read_one_behind_the_other),
        cmocka_unit_test(running_out_of_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
