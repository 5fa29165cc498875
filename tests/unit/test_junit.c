/* test_junit.c - results of tests as XML: whatever a title says, the document stays one that XML 1.0 allows. */
#include "junit.h"

#include "support/test.h"

static void assert_text(EscText text, const char *wanted)
{
    EscBuf out;
    esc_buf_init(&out, 1 << 16);
    junit_text(&out, text);
    esc_buf_char(&out, '\0');
    assert_int_equal(out.status, ESC_OK);
    assert_string_equal((const char *)out.data, wanted);
    esc_buf_release(&out);
}

static void marks_of_xml_are_escaped(void **state)
{
    (void)state;
    assert_text(ESC_TEXT("<a b=\"c\">&'"), "&lt;a b=&quot;c&quot;&gt;&amp;&apos;");
    assert_text(ESC_TEXT("]]>"), "]]&gt;");
    assert_text(ESC_TEXT("two\nlines\tand\rmore"), "two&#10;lines&#9;and&#13;more");
    assert_text(ESC_TEXT(""), "");
}

static void what_xml_forbids_is_replaced(void **state)
{
    (void)state;
    assert_text((EscText){"a\0b", 3}, "a\xef\xbf\xbd"
                                      "b");
    assert_text(ESC_TEXT("\x01\x1f"), "\xef\xbf\xbd\xef\xbf\xbd");
    assert_text(ESC_TEXT("\xef\xbf\xbe|\xef\xbf\xbf|"), "\xef\xbf\xbd|\xef\xbf\xbd|");
}

static void other_characters_stay(void **state)
{
    (void)state;
    assert_text(ESC_TEXT("\x7f\xc3\xa4\xef\xbf\xbd\xf0\x9f\x8e\xab"),
                "\x7f\xc3\xa4\xef\xbf\xbd\xf0\x9f\x8e\xab");
}

static void a_failure_keeps_its_lines(void **state)
{
    EscBuf out;
    (void)state;
    esc_buf_init(&out, 1 << 16);
    junit_case(&out, ESC_TEXT("acme"), ESC_TEXT("a.esc"), ESC_TEXT("t"), ESC_TEXT("one\ntwo"),
               ESC_TEXT("one\ntwo <"));
    esc_buf_char(&out, '\0');
    assert_string_equal((const char *)out.data,
                        "    <testcase name=\"t\" classname=\"acme.a.esc\" time=\"0\">\n"
                        "      <failure message=\"one&#10;two\" type=\"expectation\">one\ntwo &lt;"
                        "</failure>\n    </testcase>\n");
    esc_buf_release(&out);
}

static void the_counts_are_said_where_servers_look(void **state)
{
    EscBuf out;
    (void)state;
    esc_buf_init(&out, 1 << 16);
    junit_suite(&out, ESC_TEXT("a & b"), 3, 1, ESC_TEXT(""));
    junit_broken(&out, ESC_TEXT("c"), "no");
    esc_buf_char(&out, '\0');
    assert_string_equal(
        (const char *)out.data,
        "  <testsuite name=\"a &amp; b\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"0\" "
        "time=\"0\">\n  </testsuite>\n"
        "  <testsuite name=\"c\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\" "
        "time=\"0\">\n"
        "    <testcase name=\"check\" classname=\"c\" time=\"0\">\n"
        "      <error message=\"no\" type=\"workspace\"/>\n    </testcase>\n  </testsuite>\n");
    esc_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_of_xml_are_escaped),
        cmocka_unit_test(what_xml_forbids_is_replaced),
        cmocka_unit_test(other_characters_stay),
        cmocka_unit_test(a_failure_keeps_its_lines),
        cmocka_unit_test(the_counts_are_said_where_servers_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
