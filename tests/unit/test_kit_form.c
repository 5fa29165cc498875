/* test_kit_form.c - forms and base64: what is read, and what is none. */
#include <string.h>

#include "support/test.h"

static EscArena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = esc_arena_new((size_t)1 << 20);
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    esc_arena_free(arena);
    return 0;
}

static void forms_are_read_field_by_field(void **state)
{
    (void)state;
    EscText form = ESC_TEXT("a=1&b=two+words&&c%5b0%5d=%C3%A4%26&d&e="), name, value;
    static const char *const fields[][2] = {
        {"a", "1"}, {"b", "two words"}, {"c[0]", "\xc3\xa4&"}, {"d", ""}, {"e", ""}};
    for (size_t i = 0; i < ESC_COUNT_OF(fields); i++) {
        assert_true(esc_form_next(arena, &form, &name, &value));
        assert_text_equal(name, fields[i][0]);
        assert_text_equal(value, fields[i][1]);
    }
    assert_false(esc_form_next(arena, &form, &name, &value));
    assert_int_equal(form.size, 0);
    assert_text_equal(esc_form_find(arena, ESC_TEXT("x=1&payload=p&payload=q"), "payload"), "p");
    assert_int_equal(esc_form_find(arena, ESC_TEXT("x=1"), "payload").size, 0);
    static const char *const broken[] = {"a=%", "a=%0", "a=%zz", "a=%00", "a=%ff", "%=a"};
    for (size_t i = 0; i < ESC_COUNT_OF(broken); i++) {
        form = esc_text_from(broken[i]);
        assert_false(esc_form_next(arena, &form, &name, &value));
        assert_true(form.size > 0);
    }
}

static void a_form_as_it_stands_is_not_decoded(void **state)
{
    (void)state;
    EscText form = ESC_TEXT("a=%31&=x&&b=1=2&"), name, value;
    assert_true(esc_form_next_coded(&form, &name, &value));
    assert_text_equal(name, "a");
    assert_text_equal(value, "%31");
    assert_true(esc_form_next_coded(&form, &name, &value));
    assert_text_equal(name, "");
    assert_text_equal(value, "x");
    assert_true(esc_form_next_coded(&form, &name, &value));
    assert_text_equal(name, "b");
    assert_text_equal(value, "1=2");
    assert_false(esc_form_next_coded(&form, &name, &value));
}

static void what_is_no_escape_stands_for_itself(void **state)
{
    (void)state;
    EscBuf out;
    esc_buf_init(&out, 64);
    esc_percent_read(ESC_TEXT("a%41%4+%zz%"), false, &out);
    assert_text_equal(esc_buf_as_text(&out), "aA%4+%zz%");
    esc_buf_clear(&out);
    esc_percent_read(ESC_TEXT("a+b%2B%ff"), true, &out);
    assert_int_equal(out.size, 5);
    assert_memory_equal(out.data, "a b+\xff", 5);
    esc_buf_release(&out);
}

/* RFC 4648, 10 */
static const char *const coded[][3] = {{"", "", ""},
                                       {"f", "Zg==", "Zg"},
                                       {"fo", "Zm8=", "Zm8"},
                                       {"foo", "Zm9v", "Zm9v"},
                                       {"foob", "Zm9vYg==", "Zm9vYg"},
                                       {"\xff\xfe\xfb", "//77", "__77"},
                                       {"\xfb\xf0", "+/A=", "-_A"}};

static void base64_is_written_and_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(coded); i++) {
        const EscBytes bytes = {(const uint8_t *)coded[i][0], strlen(coded[i][0])};
        EscBuf out;
        esc_buf_init(&out, 64);
        esc_base64_write(&out, bytes);
        assert_text_equal(esc_buf_as_text(&out), coded[i][1]);
        esc_buf_clear(&out);
        esc_base64url_write(&out, bytes);
        assert_text_equal(esc_buf_as_text(&out), coded[i][2]);
        for (size_t k = 1; k <= 3;
             k++) { /* strictly, and in either alphabet with or without padding */
            esc_buf_clear(&out);
            assert_true(k == 1 ? esc_base64_read(esc_text_from(coded[i][1]), &out)
                               : esc_base64url_read(esc_text_from(coded[i][k - 1]), &out));
            assert_text_equal(esc_buf_as_text(&out), coded[i][0]);
        }
        esc_buf_release(&out);
    }
}

static void what_is_no_base64_is_refused(void **state)
{
    (void)state;
    static const char *const plain[] = {"Zg",   "Zg=",   "Z===",     "=",         "Zm9v!",
                                        "__77", "Zm 9v", "Zm8=Zg==", "\xc3\xa4=="};
    static const char *const url[] = {"Z", "Zh", "Zm9", "Zm9v!", "Zg===", "Z=g"};
    EscBuf out;
    esc_buf_init(&out, 64);
    for (size_t i = 0; i < ESC_COUNT_OF(plain); i++)
        if (esc_base64_read(esc_text_from(plain[i]), &out))
            fail_msg("%s was read", plain[i]);
    for (size_t i = 0; i < ESC_COUNT_OF(url); i++)
        if (esc_base64url_read(esc_text_from(url[i]), &out))
            fail_msg("%s was read", url[i]);
    esc_buf_release(&out);
    esc_buf_init(&out, 2);
    assert_false(esc_base64_read(ESC_TEXT("Zm9v"), &out)); /* it does not fit */
    esc_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_read_field_by_field),
        cmocka_unit_test(a_form_as_it_stands_is_not_decoded),
        cmocka_unit_test(what_is_no_escape_stands_for_itself),
        cmocka_unit_test(base64_is_written_and_read),
        cmocka_unit_test(what_is_no_base64_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
