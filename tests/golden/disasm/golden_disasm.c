/* golden_disasm.c - what small sources compile to: tests/golden/disasm/NAME.esc against NAME.txt.
 *
 * golden_disasm [--update] FOLDER
 *
 * Every source is compiled together with FOLDER/common/prelude.esc, which declares people and
 * channels. Closes with `N passed, N failed`. --update writes the expectations instead; read the
 * difference before you commit it. */
#define _GNU_SOURCE /* scandir, memmem */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <esc/compiler.h>
#include <esc/vm.h>

enum { FILE_BYTES_MAX = 4 << 20 };

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

static EscText line_of(void *context, EscText file, uint32_t line)
{
    const EscWorkspace *workspace = context;
    for (uint32_t i = 0; i < esc_workspace_file_count(workspace); i++)
        if (esc_text_equal(esc_workspace_file_path(workspace, i), file))
            return esc_workspace_line(workspace, i, line);
    return (EscText){0};
}

/* Diagnostics are part of what a source gives: a golden file may hold an error of the lowering. What
 * of the prelude a source does not use is no matter here. */
static void write_diagnostics(const EscWorkspace *workspace, EscBuf *out)
{
    for (uint32_t i = 0; i < esc_workspace_diagnostic_count(workspace); i++)
        if (strcmp(esc_workspace_diagnostic(workspace, i)->code, "A0306") != 0)
            esc_diagnostic_write(workspace, esc_workspace_diagnostic(workspace, i), out);
}

/* --- what is compared ------------------------------------------------------------------------- */

/* A word behind "# shows:" in the source: a table, or CLOSING for the closing functions. */
static bool source_shows(EscText source, EscText word)
{
    const char *shows = memmem(source.data, source.size, "# shows:", 8);
    if (shows == NULL)
        return false;
    const char *end = memchr(shows, '\n', source.size - (size_t)(shows - source.data));
    EscText line = {shows, end == NULL ? 0 : (size_t)(end - shows)};
    return esc_text_contains(line, word);
}

static EscText table_name(EscText text, size_t from)
{
    size_t end = from;
    while (end < text.size && text.data[end] != ',')
        end++;
    return (EscText){text.data + from, end - from};
}

/* Tables only where they are asked for, and nothing that the standard library brought in: a change
 * there shall not change every expectation. */
static bool section_is_shown(EscText section, EscText source)
{
    if (esc_text_starts_with(section, ESC_TEXT("table ")))
        return source_shows(source, table_name(section, 6));
    bool is_function = esc_text_starts_with(section, ESC_TEXT("function "));
    bool is_closing = is_function && esc_text_contains(section, ESC_TEXT(" closing of "));
    if (is_closing)
        return source_shows(source, ESC_TEXT("CLOSING"));
    return is_function && !esc_text_contains(section, ESC_TEXT("; std/"));
}

static void write_sections(EscText listing, EscText source, EscBuf *out)
{
    size_t start = 0;
    while (start < listing.size) {
        const char *gap = memmem(listing.data + start, listing.size - start, "\n\n", 2);
        size_t end = gap == NULL ? listing.size : (size_t)(gap - listing.data) + 2;
        EscText section = {listing.data + start, end - start};
        if (section_is_shown(section, source))
            esc_buf_text(out, section);
        start = end;
    }
}

static void disassemble(EscWorkspace *workspace, const EscBundle *bundle, EscBuf *out)
{
    EscBuf listing;
    esc_buf_init(&listing, FILE_BYTES_MAX);
    esc_program_disassemble(esc_bundle_program(bundle), line_of, workspace, &listing);
    write_sections(esc_buf_as_text(&listing), esc_workspace_file_source(workspace, 1), out);
    esc_buf_release(&listing);
}

static void compile(EscWorkspace *workspace, EscBuf *out)
{
    EscWhy why = {0};
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    EscBundle *bundle = NULL;
    EscStatus status = esc_workspace_check(workspace);
    if (status == ESC_OK)
        status = esc_workspace_build(workspace, &bytes, &why);
    write_diagnostics(workspace, out);
    if (status == ESC_OK)
        status = esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, &why);
    if (status == ESC_OK)
        disassemble(workspace, bundle, out);
    else
        esc_buf_printf(out, "%s %s %s\n", esc_status_name(status), why.check, why.text);
    esc_bundle_free(bundle);
    esc_buf_release(&bytes);
}

static bool add_source(EscWorkspace *workspace, const char *path, const char *name)
{
    EscBuf source;
    esc_buf_init(&source, FILE_BYTES_MAX);
    bool is_added =
        read_file(path, &source) && esc_workspace_add(workspace, esc_text_from(name),
                                                      esc_buf_as_text(&source), false) == ESC_OK;
    esc_buf_release(&source);
    return is_added;
}

static bool check_expectation(const char *path, EscText got, bool is_updating)
{
    if (is_updating)
        return write_file(path, got);
    EscBuf expected;
    esc_buf_init(&expected, FILE_BYTES_MAX);
    bool is_same = read_file(path, &expected) && esc_text_equal(esc_buf_as_text(&expected), got);
    esc_buf_release(&expected);
    return is_same;
}

static bool run_case(const char *folder, const char *name, bool is_updating)
{
    char prelude[4096], source[4096], expectation[4096];
    snprintf(prelude, sizeof prelude, "%s/common/prelude.esc", folder);
    snprintf(source, sizeof source, "%s/%s", folder, name);
    snprintf(expectation, sizeof expectation, "%s/%.*s.txt", folder, (int)(strlen(name) - 4), name);
    EscBuf out;
    esc_buf_init(&out, FILE_BYTES_MAX);
    EscWorkspace *workspace = esc_workspace_new();
    bool is_fine = workspace != NULL && add_source(workspace, prelude, "prelude.esc") &&
                   add_source(workspace, source, "source.esc");
    if (is_fine)
        compile(workspace, &out);
    is_fine = is_fine && check_expectation(expectation, esc_buf_as_text(&out), is_updating);
    if (!is_fine)
        printf("FAILED %s: see --update and git diff\n", name);
    esc_workspace_free(workspace);
    esc_buf_release(&out);
    return is_fine;
}

static int is_source(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > 4 && strcmp(entry->d_name + size - 4, ".esc") == 0;
}

int main(int argc, char **argv)
{
    bool is_updating = argc == 3 && strcmp(argv[1], "--update") == 0;
    if (argc != 2 && !is_updating) {
        fprintf(stderr, "usage: golden_disasm [--update] FOLDER\n");
        return 2;
    }
    const char *folder = argv[argc - 1];
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_source, alphasort);
    int passed = 0, failed = count <= 0;
    for (int i = 0; i < count; i++) {
        bool is_fine = run_case(folder, entries[i]->d_name, is_updating);
        passed += is_fine;
        failed += !is_fine;
        free(entries[i]);
    }
    free(entries);
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
