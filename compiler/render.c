/* render.c - diagnostics as people and editors read them: places in lines and columns, the
 * author's own line with carets, JSON. */
#include <stdlib.h>
#include <string.h>

#include "compiler_internal.h"

#define TAB_WIDTH 4u
#define LINE_SHOWN_MAX 400u /* bytes of an author's line that are shown */
#define CARETS_MAX 200u

/* --- places ----------------------------------------------------------------------------------- */

/* How many characters and UTF-16 units lie before each MARK_BYTES of a file, so that a column costs
 * no more in a file that is one long line. */
typedef struct EscColumnMark {
    uint32_t characters, units;
} EscColumnMark;

enum { MARK_BYTES = 512 };

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0u) == 0x80u;
}

static void count_byte(EscColumnMark *count, char c)
{
    if (is_continuation(c))
        return;
    ++count->characters;
    count->units += (unsigned char)c >= 0xf0u ? 2 : 1;
}

static void make_marks(const EscSourceFile *file)
{
    EscColumnMark count = {0, 0};
    for (size_t i = 0; i < file->text.size; ++i) {
        if (i % MARK_BYTES == 0)
            file->parsed->column_marks[i / MARK_BYTES] = count;
        count_byte(&count, file->text.data[i]);
    }
    if (file->text.size % MARK_BYTES == 0)
        file->parsed->column_marks[file->text.size / MARK_BYTES] = count;
}

static EscColumnMark count_to(const EscSourceFile *file, size_t offset)
{
    size_t end = offset < file->text.size ? offset : file->text.size;
    EscColumnMark count = file->parsed->column_marks[end / MARK_BYTES];
    for (size_t i = end - end % MARK_BYTES; i < end; ++i)
        count_byte(&count, file->text.data[i]);
    return count;
}

/* The tables of line starts and columns of a file, made on first use; NULL without memory. */
static const EscSourceFile *file_with_lines(const EscWorkspace *workspace, uint32_t index)
{
    if (index >= workspace->files_count)
        return NULL;
    const EscSourceFile *file = &workspace->files[index];
    if (file->parsed->line_starts != NULL)
        return file;
    uint32_t count = 1;
    for (size_t i = 0; i < file->text.size; ++i)
        count += file->text.data[i] == '\n';
    uint32_t *starts = calloc(count, sizeof *starts);
    file->parsed->column_marks =
        calloc(file->text.size / MARK_BYTES + 1, sizeof *file->parsed->column_marks);
    if (starts == NULL || file->parsed->column_marks == NULL) {
        free(starts);
        free(file->parsed->column_marks);
        file->parsed->column_marks = NULL;
        return NULL;
    }
    file->parsed->line_starts = starts;
    for (size_t i = 0; i < file->text.size; ++i) {
        if (file->text.data[i] == '\n')
            file->parsed->line_starts[++file->parsed->line_count] = (uint32_t)(i + 1);
    }
    ++file->parsed->line_count;
    make_marks(file);
    return file;
}

EscText esc_workspace_line(const EscWorkspace *workspace, uint32_t file_index, uint32_t line)
{
    const EscSourceFile *file = file_with_lines(workspace, file_index);
    if (file == NULL || line == 0 || line > file->parsed->line_count)
        return ESC_TEXT("");
    size_t start = file->parsed->line_starts[line - 1];
    size_t end =
        line < file->parsed->line_count ? file->parsed->line_starts[line] : file->text.size;
    while (end > start && (file->text.data[end - 1] == '\n' || file->text.data[end - 1] == '\r'))
        --end;
    if (start == end) /* the text of an empty file is at NULL */
        return ESC_TEXT("");
    return (EscText){file->text.data + start, end - start};
}

EscLineColumn esc_workspace_place(const EscWorkspace *workspace, uint32_t file_index,
                                  uint32_t offset)
{
    EscLineColumn place = {1, 1, 1};
    const EscSourceFile *file = file_with_lines(workspace, file_index);
    if (file == NULL)
        return place;
    uint32_t low = 0, high = file->parsed->line_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (file->parsed->line_starts[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    EscColumnMark from = count_to(file, file->parsed->line_starts[low]),
                  to = count_to(file, offset);
    place.line = low + 1;
    place.column += to.characters - from.characters;
    place.utf16_column += to.units - from.units;
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
    char shown[LINE_SHOWN_MAX];
    size_t size = esc_utf8_cut(line, LINE_SHOWN_MAX).size;
    memcpy(shown, line.data, size);
    esc_utf8_mend(shown, size); /* the file may not be UTF-8, and says so here */
    for (size_t i = 0; i < size; ++i) {
        if (shown[i] == '\t')
            esc_buf_string(out, "    ");
        else if ((unsigned char)shown[i] >= 0x20u)
            esc_buf_char(out, shown[i]);
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

/* The path of a file, whatever bytes the folder gave it. `room` holds ESC_PATH_BYTES_MAX bytes. */
static EscText shown_path(const EscWorkspace *workspace, uint32_t file, char *room)
{
    EscText path = esc_workspace_file_path(workspace, file);
    if (path.size == 0 || path.size > ESC_PATH_BYTES_MAX)
        return path;
    memcpy(room, path.data, path.size);
    esc_utf8_mend(room, path.size);
    return (EscText){room, path.size};
}

/* The carets below the bytes [start, end) of a line; none below what is not shown of it. */
static void write_carets(EscText line, size_t start, size_t end, EscBuf *out)
{
    if (start > LINE_SHOWN_MAX)
        return;
    write_repeated(out, ' ', width_of(line, start));
    uint32_t carets = width_of(line, end) - width_of(line, start);
    write_repeated(out, '^', carets == 0 ? 1 : carets > CARETS_MAX ? CARETS_MAX : carets);
}

/* "   4 |  text" and the carets below it with a label behind them. */
static void write_excerpt(const EscWorkspace *workspace, EscPlaceSpan span, EscText label,
                          unsigned gutter, EscBuf *out)
{
    EscLineColumn place = esc_workspace_place(workspace, span.file, span.start);
    EscText line = esc_workspace_line(workspace, span.file, place.line);
    size_t start = span.start - workspace->files[span.file].parsed->line_starts[place.line - 1];
    size_t end = start + (span.end > span.start ? span.end - span.start : 1);
    if (end > line.size)
        end = line.size > start ? line.size : start + 1;
    esc_buf_printf(out, "%*u | ", (int)gutter, place.line);
    write_line(out, line);
    esc_buf_char(out, '\n');
    if (start > LINE_SHOWN_MAX && label.size == 0)
        return;
    write_repeated(out, ' ', gutter);
    esc_buf_string(out, " | ");
    write_carets(line, start, end, out);
    if (label.size > 0)
        esc_buf_printf(out, "   %.*s", ESC_TEXT_ARG(label));
    esc_buf_char(out, '\n');
}

/* Whether `edit` is shown as a place of its own: neither the hint nor a related place tells it. */
static bool is_edit_shown(const EscDiagnostic *diagnostic, const EscEdit *edit)
{
    if (edit == diagnostic->edits && esc_edit_is_at(edit, diagnostic->span))
        return false;
    for (uint32_t i = 0; i < diagnostic->related_count; ++i) {
        if (diagnostic->related[i].span.file == edit->span.file &&
            diagnostic->related[i].span.start == edit->span.start)
            return false;
    }
    return true;
}

static unsigned gutter_of(const EscWorkspace *workspace, EscPlaceSpan span, unsigned gutter)
{
    unsigned own = digits_of(esc_workspace_place(workspace, span.file, span.start).line) + 4;
    return own > gutter ? own : gutter;
}

/* Wide enough for the highest line number of all places. */
static unsigned widest_gutter(const EscWorkspace *workspace, const EscDiagnostic *diagnostic)
{
    unsigned gutter = gutter_of(workspace, diagnostic->span, 0);
    for (uint32_t i = 0; i < diagnostic->related_count; ++i)
        gutter = gutter_of(workspace, diagnostic->related[i].span, gutter);
    for (uint32_t i = 0; i < diagnostic->edits_count; ++i) {
        if (is_edit_shown(diagnostic, &diagnostic->edits[i]))
            gutter = gutter_of(workspace, diagnostic->edits[i].span, gutter);
    }
    return gutter;
}

/* An excerpt with the name of its file above it when that is not the one shown before. */
static void write_other(const EscWorkspace *workspace, EscPlaceSpan span, EscText label,
                        unsigned gutter, uint32_t *file, EscBuf *out)
{
    if (file_with_lines(workspace, span.file) == NULL)
        return;
    if (span.file != *file) {
        char room[ESC_PATH_BYTES_MAX];
        write_repeated(out, ' ', gutter);
        esc_buf_printf(out, " > %.*s\n", ESC_TEXT_ARG(shown_path(workspace, span.file, room)));
        *file = span.file;
    }
    write_excerpt(workspace, span, label, gutter, out);
}

static void write_edit(const EscWorkspace *workspace, const EscEdit *edit, unsigned gutter,
                       uint32_t *file, EscBuf *out)
{
    EscText words = esc_edit_words(edit->text);
    EscBuf label;
    esc_buf_init(&label, ESC_WORKSPACE_BYTES_MAX);
    if (words.size == 0)
        esc_buf_string(&label, "leave this out");
    else
        esc_buf_printf(&label, "write `%.*s` here", ESC_TEXT_ARG(words));
    write_other(workspace, edit->span, esc_buf_as_text(&label), gutter, file, out);
    esc_buf_release(&label);
}

/* "      = for example: ticket.severity = critical, ticket.note is missing" */
static void write_witness(const EscDiagnostic *diagnostic, unsigned gutter, EscBuf *out)
{
    if (diagnostic->witness_count == 0)
        return;
    write_repeated(out, ' ', gutter);
    esc_buf_string(out, " = for example: ");
    for (uint32_t i = 0; i < diagnostic->witness_count; ++i) {
        const EscWitness *witness = &diagnostic->witness[i];
        bool is_missing = esc_text_equal(witness->value, ESC_TEXT("missing"));
        esc_buf_printf(out, "%s%.*s %s %.*s", i == 0 ? "" : ", ", ESC_TEXT_ARG(witness->field),
                       is_missing ? "is" : "=", ESC_TEXT_ARG(witness->value));
    }
    esc_buf_char(out, '\n');
}

void esc_diagnostic_write(const EscWorkspace *workspace, const EscDiagnostic *diagnostic,
                          EscBuf *out)
{
    EscPlaceSpan span = diagnostic->span;
    EscLineColumn place = esc_workspace_place(workspace, span.file, span.start);
    char room[ESC_PATH_BYTES_MAX];
    EscText path = shown_path(workspace, span.file, room);
    if (path.size == 0)
        path = ESC_TEXT("(workspace)");
    esc_buf_printf(out, "%.*s:%u:%u: %s %s: %.*s\n", ESC_TEXT_ARG(path), place.line, place.column,
                   diagnostic->severity == ESC_SEVERITY_ERROR ? "error" : "warning",
                   diagnostic->code, ESC_TEXT_ARG(diagnostic->message));
    if (file_with_lines(workspace, span.file) == NULL)
        return;
    unsigned gutter = widest_gutter(workspace, diagnostic);
    uint32_t file = span.file;
    write_excerpt(workspace, span, diagnostic->hint, gutter, out);
    for (uint32_t i = 0; i < diagnostic->related_count; ++i)
        write_other(workspace, diagnostic->related[i].span, diagnostic->related[i].label, gutter,
                    &file, out);
    for (uint32_t i = 0; i < diagnostic->edits_count; ++i) {
        if (is_edit_shown(diagnostic, &diagnostic->edits[i]))
            write_edit(workspace, &diagnostic->edits[i], gutter, &file, out);
    }
    write_witness(diagnostic, gutter, out);
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
    char room[ESC_PATH_BYTES_MAX];
    esc_buf_string(out, "{\"file\":");
    esc_json_text(out, shown_path(workspace, span.file, room));
    esc_buf_string(out, ",\"start\":");
    json_position(workspace, span.file, span.start, out);
    esc_buf_string(out, ",\"end\":");
    json_position(workspace, span.file, span.end, out);
    esc_buf_char(out, '}');
}

static void json_related(const EscWorkspace *workspace, const EscDiagnostic *diagnostic,
                         EscBuf *out)
{
    for (uint32_t i = 0; i < diagnostic->related_count; ++i) {
        esc_buf_string(out, i == 0 ? ",\"related\":[{\"label\":" : ",{\"label\":");
        esc_json_text(out, diagnostic->related[i].label);
        esc_buf_string(out, ",\"span\":");
        json_span(workspace, diagnostic->related[i].span, out);
        esc_buf_string(out, i + 1 == diagnostic->related_count ? "}]" : "}");
    }
}

static void json_witness(const EscDiagnostic *diagnostic, EscBuf *out)
{
    for (uint32_t i = 0; i < diagnostic->witness_count; ++i) {
        esc_buf_string(out, i == 0 ? ",\"witness\":[{\"field\":" : ",{\"field\":");
        esc_json_text(out, diagnostic->witness[i].field);
        esc_buf_string(out, ",\"value\":");
        esc_json_text(out, diagnostic->witness[i].value);
        esc_buf_string(out, i + 1 == diagnostic->witness_count ? "}]" : "}");
    }
}

static void json_edits(const EscWorkspace *workspace, const EscDiagnostic *diagnostic, EscBuf *out)
{
    for (uint32_t i = 0; i < diagnostic->edits_count; ++i) {
        const EscEdit *edit = &diagnostic->edits[i];
        esc_buf_printf(out, "%s{\"safe\":%s,\"replace\":", i == 0 ? ",\"edits\":[" : ",",
                       edit->is_safe ? "true" : "false");
        json_span(workspace, edit->span, out);
        esc_buf_string(out, ",\"with\":");
        esc_json_text(out, edit->text);
        esc_buf_string(out, i + 1 == diagnostic->edits_count ? "}]" : "}");
    }
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
    json_related(workspace, diagnostic, out);
    json_witness(diagnostic, out);
    json_edits(workspace, diagnostic, out);
    esc_buf_char(out, '}');
}

void esc_diagnostics_write_json(const EscWorkspace *workspace, EscBuf *out)
{
    esc_buf_printf(out,
                   "{\"format_version\":\"2.0\",\"valid\":%s,\"error_count\":%u,\"warning_count\":%"
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
