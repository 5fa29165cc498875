/* junit.c - writes results of tests as JUnit XML, in the part that the schemas of Surefire and Jenkins share. Times are 0: the
 * clock of these tests is not real. */
#include "junit.h"

/* Bytes of the character at the front that XML 1.0 does not allow; 0: it is allowed. */
static size_t forbidden(EscText rest)
{
    unsigned char first = (unsigned char)rest.data[0];
    if (first < 0x20)
        return first == '\t' || first == '\n' || first == '\r' ? 0 : 1;
    bool is_last_of_plane = first == 0xef && rest.size >= 3 &&
                            (unsigned char)rest.data[1] == 0xbf &&
                            (unsigned char)rest.data[2] >= 0xbe; /* U+FFFE, U+FFFF */
    return is_last_of_plane ? 3 : 0;
}

static const char *escape_of(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    case '\r':
        return "&#13;"; /* a reader would make a line end of it */
    default:
        return NULL;
    }
}

/* An attribute would show blanks for these. */
static const char *escape_in_attribute(char character)
{
    return character == '\n' ? "&#10;" : character == '\t' ? "&#9;" : escape_of(character);
}

static void put_text(EscBuf *out, EscText text, const char *(*escape_for)(char character))
{
    for (size_t i = 0; i < text.size;) {
        EscText rest = {text.data + i, text.size - i};
        size_t skipped = forbidden(rest);
        const char *escape = escape_for(text.data[i]);
        if (skipped > 0)
            esc_buf_string(out, "\xef\xbf\xbd");
        else if (escape != NULL)
            esc_buf_string(out, escape);
        else
            esc_buf_char(out, text.data[i]);
        i += skipped > 0 ? skipped : 1;
    }
}

void junit_text(EscBuf *out, EscText text)
{
    put_text(out, text, escape_in_attribute);
}

static void attribute(EscBuf *out, const char *name, EscText text)
{
    esc_buf_printf(out, " %s=\"", name);
    junit_text(out, text);
    esc_buf_char(out, '"');
}

void junit_case(EscBuf *out, EscText suite, EscText file, EscText title, EscText message,
                EscText failure)
{
    esc_buf_string(out, "    <testcase");
    attribute(out, "name", title);
    esc_buf_string(out, " classname=\"");
    junit_text(out, suite);
    esc_buf_char(out, '.');
    junit_text(out, file);
    esc_buf_string(out, "\" time=\"0\"");
    if (failure.size == 0) {
        esc_buf_string(out, "/>\n");
        return;
    }
    esc_buf_string(out, ">\n      <failure");
    attribute(out, "message", message);
    esc_buf_string(out, " type=\"expectation\">");
    put_text(out, failure, escape_of);
    esc_buf_string(out, "</failure>\n    </testcase>\n");
}

void junit_broken(EscBuf *out, EscText path, const char *message)
{
    esc_buf_string(out, "  <testsuite");
    attribute(out, "name", path);
    esc_buf_string(out, " tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\" time=\"0\">\n"
                        "    <testcase name=\"check\"");
    attribute(out, "classname", path);
    esc_buf_string(out, " time=\"0\">\n      <error");
    attribute(out, "message", esc_text_from(message));
    esc_buf_string(out, " type=\"workspace\"/>\n    </testcase>\n  </testsuite>\n");
}

void junit_suite(EscBuf *out, EscText name, uint32_t tests, uint32_t failures, EscText cases)
{
    esc_buf_string(out, "  <testsuite");
    attribute(out, "name", name);
    esc_buf_printf(out, " tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"0\" time=\"0\">\n",
                   tests, failures);
    esc_buf_text(out, cases);
    esc_buf_string(out, "  </testsuite>\n");
}

void junit_document(EscBuf *out, uint32_t tests, uint32_t failures, uint32_t errors, EscText suites)
{
    esc_buf_printf(out,
                   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<testsuites name=\"escalc test\" tests=\"%u\" failures=\"%u\" errors=\"%u\" "
                   "time=\"0\">\n",
                   tests, failures, errors);
    esc_buf_text(out, suites);
    esc_buf_string(out, "</testsuites>\n");
}
