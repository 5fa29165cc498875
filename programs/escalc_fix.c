/* escalc_fix.c - makes the changes that have one right answer, or shows them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escalc.h"

#define PASSES_MAX 10u /* a change can bring another fault to light */
#define EDITS_MAX 4096u

/* The edits of one pass, in order of place and without overlaps. */
typedef struct Edits {
    const EscEdit *items[EDITS_MAX];
    size_t count;
} Edits;

static int edit_order(const void *left, const void *right)
{
    const EscEdit *a = *(const EscEdit *const *)left, *b = *(const EscEdit *const *)right;
    if (a->span.file != b->span.file)
        return a->span.file < b->span.file ? -1 : 1;
    return a->span.start < b->span.start ? -1 : a->span.start > b->span.start;
}

static bool overlaps(const Edits *edits, const EscEdit *edit)
{
    for (size_t i = 0; i < edits->count; ++i) {
        const EscPlaceSpan *other = &edits->items[i]->span;
        if (other->file == edit->span.file && other->start <= edit->span.end &&
            edit->span.start <= other->end)
            return true;
    }
    return false;
}

/* All edits of a diagnostic are made, or none. */
static void take_edits(Edits *edits, const EscWorkspace *workspace, const EscDiagnostic *diagnostic)
{
    bool is_taken =
        diagnostic->edits_count > 0 && edits->count + diagnostic->edits_count <= EDITS_MAX;
    for (uint32_t i = 0; i < diagnostic->edits_count && is_taken; ++i) {
        const EscEdit *edit = &diagnostic->edits[i];
        is_taken = edit->is_safe && esc_workspace_file_is_own(workspace, edit->span.file) &&
                   !overlaps(edits, edit);
    }
    for (uint32_t i = 0; i < diagnostic->edits_count && is_taken; ++i)
        edits->items[edits->count++] = &diagnostic->edits[i];
}

static void collect(Edits *edits, const EscWorkspace *workspace)
{
    edits->count = 0;
    for (uint32_t i = 0; i < esc_workspace_diagnostic_count(workspace); ++i)
        take_edits(edits, workspace, esc_workspace_diagnostic(workspace, i));
    qsort(edits->items, edits->count, sizeof edits->items[0], edit_order);
}

/* --- one file --------------------------------------------------------------------------------- */

/* [start, end) of the source with the edits first … last - 1 made. */
static void put_edited(EscBuf *out, EscText source, const Edits *edits, size_t first, size_t last,
                       size_t start, size_t end)
{
    size_t at = start;
    for (size_t i = first; i < last; ++i) {
        const EscEdit *edit = edits->items[i];
        esc_buf_append(out, source.data + at, edit->span.start - at);
        esc_buf_text(out, edit->text);
        at = edit->span.end;
    }
    esc_buf_append(out, source.data + at, end - at);
}

static void print_lines(const char *sign, EscText text)
{
    while (text.size > 0) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end == NULL ? text.size : (size_t)(end - text.data);
        printf("%s%.*s\n", sign, (int)size, text.data);
        size += end != NULL;
        text = (EscText){text.data + size, text.size - size};
    }
}

static uint32_t count_lines(EscText text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.size; ++i)
        count += text.data[i] == '\n' || i + 1 == text.size;
    return count;
}

static size_t line_end(EscText source, size_t at)
{
    while (at < source.size && source.data[at] != '\n')
        ++at;
    return at < source.size ? at + 1 : at;
}

/* Prints the changes of a file as a diff without lines around them. */
static void print_diff(const EscWorkspace *workspace, uint32_t file, const Edits *edits,
                       size_t first, size_t last)
{
    EscText source = esc_workspace_file_source(workspace, file);
    EscText path = esc_workspace_file_path(workspace, file);
    printf("--- %.*s\n+++ %.*s\n", ESC_TEXT_ARG(path), ESC_TEXT_ARG(path));
    int64_t moved = 0; /* lines that came so far */
    for (size_t i = first; i < last;) {
        size_t start = edits->items[i]->span.start,
               end = line_end(source, edits->items[i]->span.end);
        while (start > 0 && source.data[start - 1] != '\n')
            --start;
        size_t next = i + 1;
        for (; next < last && edits->items[next]->span.start < end; ++next)
            end = line_end(source, edits->items[next]->span.end);
        EscBuf after;
        esc_buf_init(&after, ESCALC_FILE_BYTES_MAX);
        put_edited(&after, source, edits, i, next, start, end);
        EscText before = {source.data + start, end - start}, text = esc_buf_as_text(&after);
        uint32_t line = esc_workspace_place(workspace, file, (uint32_t)start).line;
        printf("@@ -%u,%u +%lld,%u @@\n", line, count_lines(before), (long long)(line + moved),
               count_lines(text));
        print_lines("-", before);
        print_lines("+", text);
        moved += (int64_t)count_lines(text) - count_lines(before);
        esc_buf_release(&after);
        i = next;
    }
}

/* The name under which a file of the workspace can be opened. False when it is too long. */
static bool file_name(const char *path, const EscWorkspace *workspace, uint32_t file, char *name,
                      size_t name_max)
{
    size_t folder = strlen(path);
    bool is_file = folder > 4 && strcmp(path + folder - 4, ".esc") == 0;
    while (is_file && folder > 0 && path[folder - 1] != '/')
        --folder;
    int size = snprintf(name, name_max, "%.*s%s%.*s", (int)folder, path, is_file ? "" : "/",
                        ESC_TEXT_ARG(esc_workspace_file_path(workspace, file)));
    return size > 0 && (size_t)size < name_max;
}

static bool write_edited(const char *path, const EscWorkspace *workspace, uint32_t file,
                         const Edits *edits, size_t first, size_t last)
{
    char name[8192];
    EscText source = esc_workspace_file_source(workspace, file);
    EscBuf after;
    esc_buf_init(&after, ESCALC_FILE_BYTES_MAX);
    put_edited(&after, source, edits, first, last, 0, source.size);
    bool is_written = after.status == ESC_OK &&
                      file_name(path, workspace, file, name, sizeof name) &&
                      escalc_write_file(name, esc_buf_as_bytes(&after));
    esc_buf_release(&after);
    return is_written;
}

/* Makes or shows all edits; false when a file could not be written. */
static bool apply(const char *path, const EscWorkspace *workspace, const Edits *edits, bool is_dry)
{
    for (size_t first = 0, last = 0; first < edits->count; first = last) {
        uint32_t file = edits->items[first]->span.file;
        while (last < edits->count && edits->items[last]->span.file == file)
            ++last;
        if (is_dry)
            print_diff(workspace, file, edits, first, last);
        else if (!write_edited(path, workspace, file, edits, first, last))
            return false;
    }
    return true;
}

/* --- the workspace ---------------------------------------------------------------------------- */

static void print_rest(const char *path, size_t changes, const EscWorkspace *workspace)
{
    uint32_t errors = esc_workspace_error_count(workspace),
             warnings = esc_workspace_warning_count(workspace);
    printf("%s: %zu change%s", path, changes, changes == 1 ? "" : "s");
    if (errors + warnings > 0)
        printf("; %u error%s and %u warning%s are left, `escalc check` shows them", errors,
               errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
    printf("\n");
}

static int fix_one(const char *path, const EscalcOptions *options)
{
    size_t changes = 0;
    bool is_dry = options->is_dry;
    for (unsigned pass = 0;; ++pass) {
        EscWorkspace *workspace = NULL;
        int code = escalc_load_quietly(path, options, &workspace);
        if (workspace == NULL)
            return code;
        Edits edits;
        collect(&edits, workspace);
        bool is_last = edits.count == 0 || pass == PASSES_MAX;
        if (!is_last && !apply(path, workspace, &edits, is_dry))
            code = ESCALC_FAILURE;
        if (!is_last)
            changes += edits.count;
        is_last = is_last || is_dry || code == ESCALC_FAILURE;
        if (is_last && !is_dry && code != ESCALC_FAILURE)
            print_rest(path, changes, workspace);
        esc_workspace_free(workspace);
        if (is_last)
            return code;
    }
}

int escalc_fix(const EscalcOptions *options)
{
    int code = ESCALC_FINE;
    for (size_t i = 0; i < options->paths_count; ++i)
        code = escalc_worse(code, fix_one(options->paths[i], options));
    return code;
}
