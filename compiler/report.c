/* report.c - how passes report what is wrong with a text: the list of diagnostics, its order and
 * its limit. How they look is render.c's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"

#define MESSAGE_SIZE_MAX 2048u

static EscPlaceSpan place_of(EscSpan span)
{
    return (EscPlaceSpan){span.file, span.start, span.end};
}

static EscText text_of(EscWorkspace *workspace, const char *format, va_list arguments)
{
    char buffer[MESSAGE_SIZE_MAX];
    int size = vsnprintf(buffer, sizeof buffer, format, arguments);
    if (size < 0)
        return ESC_TEXT("");
    EscText text = {buffer, (size_t)size < sizeof buffer ? (size_t)size : sizeof buffer - 1};
    return esc_arena_text(workspace->arena, esc_utf8_cut(text, sizeof buffer));
}

EscDiagnostic *esc_report(EscWorkspace *workspace, const char *code, EscSpan span,
                          const char *format, ...)
{
    EscExplanation known;
    bool is_known = esc_explanation_find(esc_text_from(code), &known);
    ESC_ASSERT(is_known);
    bool is_error = code[0] == 'E';
    if (is_error)
        ++workspace->errors;
    else
        ++workspace->warnings;
    if (workspace->diagnostics_count >= ESC_DIAGNOSTICS_MAX)
        return NULL;
    EscDiagnostic *diagnostic = ESC_ARRAY_ADD(workspace, diagnostics);
    diagnostic->code = known.code;
    diagnostic->severity = is_error ? ESC_SEVERITY_ERROR : ESC_SEVERITY_WARNING;
    diagnostic->span = place_of(span);
    va_list arguments;
    va_start(arguments, format);
    diagnostic->message = text_of(workspace, format, arguments);
    va_end(arguments);
    return diagnostic;
}

void esc_report_hint(EscWorkspace *workspace, EscDiagnostic *diagnostic, const char *format, ...)
{
    if (diagnostic == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    diagnostic->hint = text_of(workspace, format, arguments);
    va_end(arguments);
}

void esc_report_related(EscWorkspace *workspace, EscDiagnostic *diagnostic, EscSpan span,
                        const char *format, ...)
{
    if (diagnostic == NULL || span.end == 0)
        return;
    diagnostic->has_related = true;
    diagnostic->related = place_of(span);
    va_list arguments;
    va_start(arguments, format);
    diagnostic->related_label = text_of(workspace, format, arguments);
    va_end(arguments);
}

void esc_report_fix(EscDiagnostic *diagnostic, EscSpan span, EscText replacement)
{
    if (diagnostic == NULL)
        return;
    diagnostic->has_fix = true;
    diagnostic->fix_span = place_of(span);
    diagnostic->fix = replacement;
}

/* --- order ------------------------------------------------------------------------------------ */

static int diagnostic_order(const void *left, const void *right)
{
    const EscDiagnostic *a = left, *b = right;
    if (a->span.file != b->span.file)
        return a->span.file < b->span.file ? -1 : 1;
    if (a->span.start != b->span.start)
        return a->span.start < b->span.start ? -1 : 1;
    int by_code = strcmp(a->code, b->code);
    return by_code != 0 ? by_code : esc_text_compare(a->message, b->message);
}

void esc_diagnostics_sort(EscWorkspace *workspace)
{
    qsort(workspace->diagnostics, workspace->diagnostics_count, sizeof *workspace->diagnostics,
          diagnostic_order);
}

uint32_t esc_workspace_diagnostic_count(const EscWorkspace *workspace)
{
    return workspace->diagnostics_count;
}

const EscDiagnostic *esc_workspace_diagnostic(const EscWorkspace *workspace, uint32_t index)
{
    ESC_ASSERT(index < workspace->diagnostics_count);
    return &workspace->diagnostics[index];
}

uint32_t esc_workspace_error_count(const EscWorkspace *workspace)
{
    return workspace->errors;
}

uint32_t esc_workspace_warning_count(const EscWorkspace *workspace)
{
    return workspace->warnings;
}
