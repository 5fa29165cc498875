/* test.h - cmocka with the headers that it wants first, and assertions for the kit's own types. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <esc/kit.h>

/* The text of a why or a buffer, against a literal. */
#define assert_text_equal(text, literal) assert_text_equal_at((text), (literal), __FILE__, __LINE__)

static inline void assert_text_equal_at(EscText text, const char *expected, const char *file,
                                        int line)
{
    if (esc_text_equal(text, esc_text_from(expected)))
        return;
    print_error("got      \"%.*s\"\nexpected \"%s\"\n", ESC_TEXT_ARG(text), expected);
    _fail(file, line);
}

#define assert_status(got, expected)                                                               \
    assert_string_equal(esc_status_name(got), esc_status_name(expected))

#endif
