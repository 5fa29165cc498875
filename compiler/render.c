/* render.c - diagnostics as people and editors read them: places in lines and columns, the
 * author's own line with carets, JSON. */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"

#define TAB_WIDTH 4u
#define LINE_SHOWN_MAX 400u /* bytes of an author's line that are shown */
#define CARETS_MAX 200u

/* --- places ----------------------------------------------------------------------------------- */

/* The table of line starts of a file, made on first use; NULL without memory. */
static const EscSourceFile *file_with_lines(const EscWorkspace *workspace, uint32_t index)
{
    if (index >= workspace->files_count)
        return NULL;
    EscSourceFile *file = &workspace->files[index];
    if (file->line_starts != NULL)
        return file;
    uint32_t count = 1;
    for (size_t i = 0; i < file->text.size; ++i)
        count += file->text.data[i] == '\n';
    file->line_starts = calloc(count, sizeof *file->line_starts);
    if (file->line_starts == NULL)
        return NULL;
    for (size_t i = 0; i < file->text.size; ++i) {
        if (file->text.data[i] == '\n')
            file->line_starts[++file->line_count] = (uint32_t)(i + 1);
    }
    ++file->line_count;
    return file;
}

EscText esc_workspace_line(const EscWorkspace *workspace, uint32_t file_index, uint32_t line)
{
    const EscSourceFile *file = file_with_lines(workspace, file_index);
    if (file == NULL || line == 0 || line > file->line_count)
        return ESC_TEXT("");
    size_t start = file->line_starts[line - 1];
    size_t end = line < file->line_count ? file->line_starts[line] : file->text.size;
    while (end > start && (file->text.data[end - 1] == '\n' || file->text.data[end - 1] == '\r'))
        --end;
    if (start == end) /* the text of an empty file is at NULL */
        return ESC_TEXT("");
    return (EscText){file->text.data + start, end - start};
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0u) == 0x80u;
}

EscLineColumn esc_workspace_place(const EscWorkspace *workspace, uint32_t file_index,
                                  uint32_t offset)
{
    EscLineColumn place = {1, 1, 1};
    const EscSourceFile *file = file_with_lines(workspace, file_index);
    if (file == NULL)
        return place;
    uint32_t low = 0, high = file->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (file->line_starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    place.line = low + 1;
    for (size_t i = file->line_starts[low]; i < offset && i < file->text.size; ++i) {
        if (is_continuation(file->text.data[i]))
            continue;
        ++place.column;
        place.utf16_column += (unsigned char)file->text.data[i] >= 0xf0u ? 2 : 1;
    }
    return place;
}

/* --- text ------------------------------------------------------------------------------------- */

static unsigned digits_of(uint32_t number)
{
    unsigned digits = 1;
    for (; number >= 10; number /= 10)
        ++digits;
    return digits;
}

/* The author's line with tabs widened, so that the carets stand below what they mean. */
static void write_line(EscBuf *out, EscText line)
{
    EscText shown = esc_utf8_cut(line, LINE_SHOWN_MAX);
    for (size_t i = 0; i < shown.size; ++i) {
        if (shown.data[i] == '\t')
            esc_buf_string(out, "    ");
        else if ((unsigned char)shown.data[i] >= 0x20u)
            esc_buf_char(out, shown.data[i]);
        else
            esc_buf_char(out, ' ');
    }
}

/* How wide bytes [0, size) of a line are once tabs are widened. */
static uint32_t width_of(EscText line, size_t size)
{
    uint32_t width = 0;
    for (size_t i = 0; i < size && i < line.size; ++i) {
        if (line.data[i] == '\t')
            width += TAB_WIDTH;
        else
            width += !is_continuation(line.data[i]);
    }
    return width;
}

static void write_repeated(EscBuf *out, char c, uint32_t count)
{
    for (uint32_t i = 0; i < count; ++i)
        esc_buf_char(out, c);
}

/* "   4 |  text" and the carets below it with a label behind them. */
static void write_excerpt(const EscWorkspace *workspace, EscPlaceSpan span, EscText label,
                          unsigned gutter, EscBuf *out)
{
    EscLineColumn place = esc_workspace_place(workspace, span.file, span.start);
    EscText line = esc_workspace_line(workspace, span.file, place.line);
    size_t start = span.start - workspace->files[span.file].line_starts[place.line - 1];
    size_t end = start + (span.end > span.start ? span.end - span.start : 1);
    if (end > line.size)
        end = line.size > start ? line.size : start + 1;
    esc_buf_printf(out, "%*u | ", (int)gutter, place.line);
    write_line(out, line);
    esc_buf_char(out, '\n');
    if (start > LINE_SHOWN_MAX)
        return;
    write_repeated(out, ' ', gutter);
    esc_buf_string(out, " | ");
    write_repeated(out, ' ', width_of(line, start));
    uint32_t carets = width_of(line, end) - width_of(line, start);
    write_repeated(out, '^', carets == 0 ? 1 : carets > CARETS_MAX ? CARETS_MAX : carets);
    if (label.size > 0)
        esc_buf_printf(out, "   %.*s", ESC_TEXT_ARG(label));
    esc_buf_char(out, '\n');
}

void esc_diagnostic_write(const EscWorkspace *workspace, const EscDiagnostic *diagnostic,
                          EscBuf *out)
{
    EscPlaceSpan span = diagnostic->span;
    EscLineColumn place = esc_workspace_place(workspace, span.file, span.start);
    EscText path = esc_workspace_file_path(workspace, span.file);
    if (path.size == 0)
        path = ESC_TEXT("(workspace)");
    esc_buf_printf(out, "%.*s:%u:%u: %s %s: %.*s\n", ESC_TEXT_ARG(path), place.line, place.column,
                   diagnostic->severity == ESC_SEVERITY_ERROR ? "error" : "warning",
                   diagnostic->code, ESC_TEXT_ARG(diagnostic->message));
    if (file_with_lines(workspace, span.file) == NULL)
        return;
    unsigned gutter = digits_of(place.line) + 4;
    bool has_second =
        diagnostic->has_related && file_with_lines(workspace, diagnostic->related.file) != NULL;
    if (has_second) {
        EscLineColumn second =
            esc_workspace_place(workspace, diagnostic->related.file, diagnostic->related.start);
        unsigned second_gutter = digits_of(second.line) + 4;
        gutter = second_gutter > gutter ? second_gutter : gutter;
    }
    write_excerpt(workspace, span, diagnostic->hint, gutter, out);
    if (!has_second)
        return;
    if (diagnostic->related.file != span.file) {
        write_repeated(out, ' ', gutter);
        esc_buf_printf(out, " > %.*s\n",
                       ESC_TEXT_ARG(esc_workspace_file_path(workspace, diagnostic->related.file)));
    }
    write_excerpt(workspace, diagnostic->related, diagnostic->related_label, gutter, out);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void json_position(const EscWorkspace *workspace, uint32_t file, uint32_t offset,
                          EscBuf *out)
{
    EscLineColumn place = esc_workspace_place(workspace, file, offset);
    esc_buf_printf(out, "{\"byte\":%u,\"line\":%u,\"column\":%u,\"utf16_column\":%u}", offset,
                   place.line, place.column, place.utf16_column);
}

static void json_span(const EscWorkspace *workspace, EscPlaceSpan span, EscBuf *out)
{
    esc_buf_string(out, "{\"file\":");
    esc_json_text(out, esc_workspace_file_path(workspace, span.file));
    esc_buf_string(out, ",\"start\":");
    json_position(workspace, span.file, span.start, out);
    esc_buf_string(out, ",\"end\":");
    json_position(workspace, span.file, span.end, out);
    esc_buf_char(out, '}');
}

static void json_diagnostic(const EscWorkspace *workspace, const EscDiagnostic *diagnostic,
                            EscBuf *out)
{
    esc_buf_printf(out, "{\"code\":\"%s\",\"severity\":\"%s\",\"message\":", diagnostic->code,
                   diagnostic->severity == ESC_SEVERITY_ERROR ? "error" : "warning");
    esc_json_text(out, diagnostic->message);
    esc_buf_string(out, ",\"span\":");
    json_span(workspace, diagnostic->span, out);
    if (diagnostic->hint.size > 0) {
        esc_buf_string(out, ",\"hint\":");
        esc_json_text(out, diagnostic->hint);
    }
    if (diagnostic->has_related) {
        esc_buf_string(out, ",\"related\":{\"label\":");
        esc_json_text(out, diagnostic->related_label);
        esc_buf_string(out, ",\"span\":");
        json_span(workspace, diagnostic->related, out);
        esc_buf_char(out, '}');
    }
    if (diagnostic->has_fix) {
        esc_buf_string(out, ",\"fix\":{\"replace\":");
        json_span(workspace, diagnostic->fix_span, out);
        esc_buf_string(out, ",\"with\":");
        esc_json_text(out, diagnostic->fix);
        esc_buf_char(out, '}');
    }
    esc_buf_char(out, '}');
}

void esc_diagnostics_write_json(const EscWorkspace *workspace, EscBuf *out)
{
    esc_buf_printf(out,
                   "{\"format_version\":\"1.0\",\"valid\":%s,\"error_count\":%u,\"warning_count\":%"
                   "u,\"diagnostics\":[",
                   workspace->errors == 0 ? "true" : "false", workspace->errors,
                   workspace->warnings);
    for (uint32_t i = 0; i < workspace->diagnostics_count; ++i) {
        if (i > 0)
            esc_buf_char(out, ',');
        json_diagnostic(workspace, &workspace->diagnostics[i], out);
    }
    esc_buf_string(out, "]}\n");
}
