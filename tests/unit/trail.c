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

/* With "x*1000" for so many of them in a row: texts that a limit cut. */
static EscBuf runs_counted(EscText text)
{
    enum { RUN_MIN = 50 };
    EscBuf out;
    esc_buf_init(&out, (size_t)64 << 20);
    for (size_t at = 0, size = 0; at < text.size; at += size) {
        for (size = 0; at + size < text.size && text.data[at + size] == 'x'; size++)
            ;
        if (size >= RUN_MIN)
            esc_buf_printf(&out, "x*%zu", size);
        else
            esc_buf_append(&out, text.data + at, size = size == 0 ? 1 : size);
    }
    return out;
}

enum { HASHES_MAX = 16, HASH_BEGIN = 12, HASH_SIZE = 64 };

static size_t hex_size(EscText text, size_t at)
{
    size_t size = 0;
    while (at + size < text.size && strchr("0123456789abcdef", text.data[at + size]) != NULL)
        size++;
    return size;
}

/* Which of them it is, by what it begins with. */
static size_t hash_number(EscText *hashes, size_t *count, EscText hash)
{
    size_t i = 0;
    while (i < *count && !esc_text_equal(hashes[i], hash))
        i++;
    assert_true(i < HASHES_MAX);
    if (i == *count)
        hashes[(*count)++] = hash;
    return i + 1;
}

/* Bundles by number, in the order in which they are named: their hashes change with every version of the format. */
static EscBuf bundles_numbered(EscText text)
{
    static const char changed[] = "|the workspace changed from ";
    EscText hashes[HASHES_MAX];
    size_t count = 0;
    bool is_change = false;
    EscBuf out;
    esc_buf_init(&out, (size_t)64 << 20);
    for (size_t at = 0; at < text.size;) {
        size_t size = is_change ? hex_size(text, at) : 0;
        if (size == HASH_BEGIN || size == HASH_SIZE) {
            EscText hash = {text.data + at, HASH_BEGIN};
            esc_buf_printf(&out, "bundle %zu", hash_number(hashes, &count, hash));
            at += size;
            continue;
        }
        is_change = text.data[at] != '\n' &&
                    (is_change || esc_text_starts_with((EscText){text.data + at, text.size - at},
                                                       esc_text_from(changed)));
        esc_buf_char(&out, text.data[at++]);
    }
    return out;
}

/* Writes the file, or compares it. */
static void hold(EscText whole, const char *name)
{
    EscBuf numbered = bundles_numbered(whole),
           short_text = runs_counted(esc_buf_as_text(&numbered));
    EscText text = esc_buf_as_text(&short_text);
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/unit/trails/%s.txt", ESC_TEST_SOURCE_DIR, name);
    if (getenv("ESC_UPDATE") != NULL) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(text.data, 1, text.size, file), text.size);
        assert_int_equal(fclose(file), 0);
    } else {
        EscBuf expected = file_read(path);
        assert_same(text, esc_buf_as_text(&expected), name);
        esc_buf_release(&expected);
    }
    esc_buf_release(&short_text);
    esc_buf_release(&numbered);
}

/* Lines that begin so, or all others. */
static EscBuf lines_of(EscText text, EscText begin, bool is_so)
{
    EscBuf out;
    esc_buf_init(&out, (size_t)64 << 20);
    for (size_t at = 0; at < text.size;) {
        EscText line = line_at(text, at);
        size_t size = line.size + (at + line.size < text.size ? 1 : 0);
        if (esc_text_starts_with(line, begin) == is_so)
            esc_buf_text(&out, (EscText){line.data, size});
        at += size;
    }
    return out;
}

static const char rows_begin[] = "\nwhat the rows hold of time\n";

/* Without what the rows hold: among it are bytes of the bundle's hash, and that is another one. */
static EscText without_rows(EscText text)
{
    size_t size = sizeof rows_begin - 1;
    for (size_t at = 0; at + size <= text.size; at++)
        if (memcmp(text.data + at, rows_begin, size) == 0)
            return (EscText){text.data, at};
    return text;
}

/* The messages are German; whatever else is read of the story is what it is in English. */
static void told_in_german(Scene *scene, const char *name)
{
    char path[1024], german[128];
    snprintf(path, sizeof path, "%s/tests/unit/trails/%s.txt", ESC_TEST_SOURCE_DIR, name);
    snprintf(german, sizeof german, "%s.de", name);
    EscText outbox = ESC_TEXT("outbox ");
    EscBuf english = file_read(path), numbered = bundles_numbered(scene_trail(scene)),
           expected = lines_of(without_rows(esc_buf_as_text(&english)), outbox, false),
           others = lines_of(esc_buf_as_text(&numbered), outbox, false),
           sent = lines_of(esc_buf_as_text(&numbered), outbox, true);
    assert_same(esc_buf_as_text(&others), esc_buf_as_text(&expected), name);
    hold(esc_buf_as_text(&sent), german);
    EscBuf *const bufs[] = {&english, &numbered, &expected, &others, &sent};
    for (size_t i = 0; i < ESC_COUNT_OF(bufs); i++)
        esc_buf_release(bufs[i]);
}

static void told_as_it_is(const Scene *scene, const char *name)
{
    char answers[128];
    snprintf(answers, sizeof answers, "%s.answers", name);
    EscBuf all;
    esc_buf_init(&all, (size_t)64 << 20);
    esc_buf_text(&all, scene_trail(scene));
    esc_buf_string(&all, rows_begin);
    scene_rows(scene, &all);
    all.size--; /* the NUL behind the rows */
    hold(esc_buf_as_text(&all), name);
    esc_buf_release(&all);
    hold(scene_answers(scene), answers);
}

/* The end of a story. */
void told(Scene *scene, const char *name)
{
    if (scenes_are_german())
        told_in_german(scene, name);
    else
        told_as_it_is(scene, name);
    scene_free(scene);
}
