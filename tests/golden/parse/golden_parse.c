/* golden_parse.c - what the parser says of small sources: tests/golden/parse/NAME.esc against
 * NAME.txt.
 *
 * golden_parse [--update] FOLDER
 *
 * An expectation holds one line for each fault (place, code, message, hint, fix, second place), and
 * the tree when there is none. Closes with `N passed, N failed`. --update writes the expectations
 * instead; read the difference before you commit it. */
#define _GNU_SOURCE /* scandir */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <esc/grammar.h>

enum { FILE_BYTES_MAX = 4 << 20, MEMORY_MAX = 256 << 20, QUOTED_SIZE_MAX = 80 };

static bool read_file(const char *path, EscBuf *out)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    char block[4096];
    size_t size;
    while ((size = fread(block, 1, sizeof block, file)) > 0)
        esc_buf_append(out, block, size);
    bool is_read = ferror(file) == 0 && out->status == ESC_OK;
    fclose(file);
    return is_read;
}

static bool write_file(const char *path, EscText text)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    bool is_written = fwrite(text.data, 1, text.size, file) == text.size;
    return fclose(file) == 0 && is_written;
}

/* --- reports ------------------------------------------------------------------------------------
 */

typedef struct Reports {
    EscText source;
    EscBuf *out;
} Reports;

static void write_place(const Reports *reports, uint32_t offset)
{
    unsigned line = 1, column = 1;
    for (uint32_t at = 0; at < offset && at < reports->source.size; at++) {
        column = reports->source.data[at] == '\n' ? 1 : column + 1;
        line += reports->source.data[at] == '\n';
    }
    esc_buf_printf(reports->out, "%u:%u", line, column);
}

static void write_span(const Reports *reports, uint32_t start, uint32_t end)
{
    write_place(reports, start);
    esc_buf_char(reports->out, '-');
    write_place(reports, end);
}

static void write_quoted(const Reports *reports, EscSpan span)
{
    EscText text = {reports->source.data + span.start, span.end - span.start};
    text = esc_utf8_is_valid(text, NULL) ? esc_utf8_cut(text, QUOTED_SIZE_MAX) : ESC_TEXT("?");
    esc_json_text(reports->out, text);
}

static void put(void *context, const EscSyntaxError *error)
{
    const Reports *reports = context;
    EscBuf *out = reports->out;
    write_span(reports, error->span.start, error->span.end);
    esc_buf_printf(out, " %s ", error->code);
    write_quoted(reports, error->span);
    esc_buf_printf(out, " %.*s\n", ESC_TEXT_ARG(error->message));
    if (error->hint.size > 0)
        esc_buf_printf(out, "    %.*s\n", ESC_TEXT_ARG(error->hint));
    if (error->related.end > 0) {
        esc_buf_string(out, "    see ");
        write_span(reports, error->related.start, error->related.end);
        esc_buf_printf(out, ": %.*s\n", ESC_TEXT_ARG(error->related_label));
    }
    if (error->has_fix) {
        esc_buf_string(out, error->fix_is_guess ? "    maybe " : "    fix ");
        write_span(reports, error->fix_span.start, error->fix_span.end);
        esc_buf_string(out, ": ");
        write_quoted(reports, error->fix_span);
        esc_buf_string(out, " -> ");
        esc_json_text(out, error->fix);
        esc_buf_char(out, '\n');
    }
}

static bool show(EscText source, EscBuf *out)
{
    EscArena *arena = esc_arena_new(MEMORY_MAX);
    Reports reports = {.source = source, .out = out};
    EscSyntaxSink sink = {.put = put, .context = &reports};
    const EscNode *file = arena == NULL ? NULL : esc_source_parse(arena, 0, source, &sink);
    if (file != NULL && file->file.error_count == 0)
        esc_node_dump(out, file);
    esc_arena_free(arena);
    return file != NULL && out->status == ESC_OK;
}

/* --- files
 * ---------------------------------------------------------------------------------------- */

static bool run_one(const char *folder, const char *name, bool is_update)
{
    char source_path[1024], expected_path[1024];
    snprintf(source_path, sizeof source_path, "%s/%s", folder, name);
    snprintf(expected_path, sizeof expected_path, "%s/%.*s.txt", folder, (int)strlen(name) - 4,
             name);
    EscBuf source, expected, got;
    esc_buf_init(&source, FILE_BYTES_MAX);
    esc_buf_init(&expected, FILE_BYTES_MAX);
    esc_buf_init(&got, FILE_BYTES_MAX);
    bool is_good = read_file(source_path, &source) && show(esc_buf_as_text(&source), &got);
    if (is_good && is_update)
        is_good = write_file(expected_path, esc_buf_as_text(&got));
    else if (is_good)
        is_good = read_file(expected_path, &expected) &&
                  esc_text_equal(esc_buf_as_text(&expected), esc_buf_as_text(&got));
    if (!is_good)
        printf("%s: got\n%.*s", name, ESC_TEXT_ARG(esc_buf_as_text(&got)));
    esc_buf_release(&source);
    esc_buf_release(&expected);
    esc_buf_release(&got);
    return is_good;
}

static int is_source(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > 4 && strcmp(entry->d_name + size - 4, ".esc") == 0;
}

int main(int argc, char **argv)
{
    bool is_update = argc > 1 && strcmp(argv[1], "--update") == 0;
    const char *folder = argv[argc - 1];
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_source, alphasort);
    if (argc < 2 || count <= 0) {
        fprintf(stderr, "golden_parse: no sources\n");
        return 1;
    }
    unsigned passed = 0, failed = 0;
    for (int i = 0; i < count; i++) {
        if (run_one(folder, entries[i]->d_name, is_update))
            passed++;
        else
            failed++;
        free(entries[i]);
    }
    free(entries);
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
