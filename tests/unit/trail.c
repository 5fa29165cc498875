/* trail.c - see trail.h. */
#include "trail.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/test.h"

static EscBuf file_read(const char *path)
{
    EscBuf text;
    esc_buf_init(&text, (size_t)64 << 20);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("there is no %s", path);
    char chunk[4096];
    size_t size = 0;
    while ((size = fread(chunk, 1, sizeof chunk, file)) > 0)
        esc_buf_append(&text, chunk, size);
    fclose(file);
    return text;
}

static EscText line_at(EscText text, size_t at)
{
    const char *end = memchr(text.data + at, '\n', text.size - at);
    return (EscText){text.data + at, end == NULL ? text.size - at : (size_t)(end - text.data) - at};
}

static void assert_same(EscText got, EscText expected, const char *name)
{
    if (esc_text_equal(got, expected))
        return;
    size_t at = 0, line = 0, number = 1;
    while (at < got.size && at < expected.size && got.data[at] == expected.data[at]) {
        if (got.data[at++] != '\n')
            continue;
        line = at;
        number++;
    }
    print_error("trails/%s.txt:%zu\ngot      %.*s\nexpected %.*s\n", name, number,
                ESC_TEXT_ARG(line_at(got, line)), ESC_TEXT_ARG(line_at(expected, line)));
    fail_msg("another trail than that of %s.txt", name);
}

void told(Scene *scene, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/unit/trails/%s.txt", ESC_TEST_SOURCE_DIR, name);
    EscBuf all;
    esc_buf_init(&all, (size_t)64 << 20);
    esc_buf_text(&all, scene_trail(scene));
    esc_buf_string(&all, "\nwhat the rows hold of time\n");
    scene_rows(scene, &all);
    all.size--; /* the NUL behind the rows */
    EscText trail = esc_buf_as_text(&all);
    if (getenv("ESC_UPDATE") != NULL) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(trail.data, 1, trail.size, file), trail.size);
        assert_int_equal(fclose(file), 0);
    } else {
        EscBuf expected = file_read(path);
        assert_same(trail, esc_buf_as_text(&expected), name);
        esc_buf_release(&expected);
    }
    esc_buf_release(&all);
    scene_free(scene);
}
