/* rejections.c - see rejections.h. That a check rejects says little while nobody reads what it says: a number too high, or two of
 * them in each other's place, would go unseen. */
#define _GNU_SOURCE /* program_invocation_short_name */
#include "rejections.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/test.h"

enum { FILE_BYTES_MAX = 1 << 18, LINES_MAX = 1024 };

static EscBuf file; /* as it was read, or as it will be written */
static bool is_read;
static bool is_said[LINES_MAX]; /* by number of the line */

static void path_put(char *path, size_t size)
{
    assert_in_range(snprintf(path, size, "%s/tests/unit/rejections/%s.txt", ESC_TEST_SOURCE_DIR,
                             program_invocation_short_name),
                    1, size - 1);
}

static bool is_updating(void)
{
    return getenv("ESC_UPDATE") != NULL;
}

static void file_read(void)
{
    char path[1024], piece[4096];
    if (is_read)
        return;
    is_read = true;
    esc_buf_init(&file, FILE_BYTES_MAX);
    path_put(path, sizeof path);
    FILE *stream = is_updating() ? NULL : fopen(path, "rb");
    for (size_t got = 0; stream != NULL && (got = fread(piece, 1, sizeof piece, stream)) > 0;)
        esc_buf_append(&file, piece, got);
    if (stream != NULL)
        assert_int_equal(fclose(stream), 0);
}

/* Finds the line among those that were not said yet: a helper tries many programs, and two may be told the same. */
static bool take(EscText wanted)
{
    EscText text = esc_buf_as_text(&file);
    unsigned number = 0;
    for (size_t at = 0, end = 0; at < text.size; at = end + 1, number++) {
        for (end = at; end < text.size && text.data[end] != '\n'; end++)
            continue;
        assert_in_range(number, 0, LINES_MAX - 1);
        if (is_said[number] || !esc_text_equal((EscText){text.data + at, end - at}, wanted))
            continue;
        is_said[number] = true;
        return true;
    }
    return false;
}

void rejection_is_said(const char *test, const EscWhy *why)
{
    char line[512];
    file_read();
    int size = snprintf(line, sizeof line, "%s %s %llu: %s", test, why->check,
                        (unsigned long long)why->offset, why->text);
    assert_in_range(size, 1, sizeof line - 1);
    if (is_updating())
        esc_buf_printf(&file, "%s\n", line);
    else if (!take((EscText){line, (size_t)size}))
        fail_msg("no such line in rejections/%s.txt, which ESC_UPDATE=1 writes anew:\n%s",
                 program_invocation_short_name, line);
}

void every_rejection_is_said(void **state)
{
    (void)state;
    EscText text = esc_buf_as_text(&file);
    unsigned lines = 0, left = 0;
    for (size_t at = 0; at < text.size; at++)
        lines += text.data[at] == '\n';
    for (unsigned i = 0; i < lines; i++)
        left += !is_said[i];
    if (is_updating()) {
        char path[1024];
        path_put(path, sizeof path);
        FILE *stream = fopen(path, "wb");
        assert_non_null(stream);
        assert_int_equal(fwrite(text.data, 1, text.size, stream), text.size);
        assert_int_equal(fclose(stream), 0);
    } else if (left > 0) {
        print_error("%u of %u lines are said by no test\n", left, lines);
        fail();
    }
    esc_buf_release(&file);
}
