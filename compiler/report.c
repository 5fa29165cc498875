/* report.c - how passes report what is wrong with a text: the list of diagnostics, its order and
 * its limit. How they look is render.c's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"

#define MESSAGE_SIZE_MAX 2048u

/* One sentence. What is too long ends in an ellipsis at the end of a character; names and texts
 * in it may come from a file that is no UTF-8. */
static EscText text_of(EscWorkspace *workspace, const char *format, va_list arguments)
{
    static const char ellipsis[] = "…";
    char buffer[MESSAGE_SIZE_MAX];
    int size = vsnprintf(buffer, sizeof buffer, format, arguments);
    if (size < 0)
        return ESC_TEXT("");
    EscText text = {buffer, (size_t)size < sizeof buffer ? (size_t)size : sizeof buffer - 1};
    if ((size_t)size >= sizeof buffer) {
        text = esc_utf8_cut(text, text.size - (sizeof ellipsis - 1));
        memcpy(buffer + text.size, ellipsis, sizeof ellipsis - 1);
        text.size += sizeof ellipsis - 1;
    }
    esc_utf8_mend(buffer, text.size);
    return esc_arena_text(workspace->arena, text);
}

static EscDiagnostic *row_of(EscWorkspace *workspace, bool is_echo)
{
    if (!is_echo && workspace->diagnostics_count < ESC_DIAGNOSTICS_MAX)
        return ESC_ARRAY_ADD(workspace, diagnostics);
    workspace->dropped = (EscDiagnostic){0};
    return &workspace->dropped;
}

/* Nobody reads it: texts and lists would only cost memory. */
static bool is_dropped(const EscWorkspace *workspace, const EscDiagnostic *diagnostic)
{
    return diagnostic == &workspace->dropped;
}

EscDiagnostic *esc_report(EscWorkspace *workspace, const char *code, EscSpan span,
                          const char *format, ...)
{
    EscExplanation known;
    bool is_known = esc_explanation_find(esc_text_from(code), &known);
    ESC_ASSERT(is_known);
    bool is_error = code[0] == 'E';
    const EscSourceFile *file = esc_file_of(workspace, span);
    /* What is advised about the standard library is for whoever writes it: nobody else can follow it. */
    bool is_echo = esc_is_echo(workspace, code, span) || (!is_error && file->is_std);
    workspace->errors += is_error && !is_echo;
    workspace->warnings += !is_error && !is_echo;
    EscDiagnostic *diagnostic = row_of(workspace, is_echo);
    diagnostic->code = known.code;
    diagnostic->severity = is_error ? ESC_SEVERITY_ERROR : ESC_SEVERITY_WARNING;
    diagnostic->span = esc_place_of(workspace, span);
    if (is_dropped(workspace, diagnostic))
        return diagnostic;
    va_list arguments;
    va_start(arguments, format);
    diagnostic->message = text_of(workspace, format, arguments);
    va_end(arguments);
    if (file->library != 0)
        esc_report_related(workspace, diagnostic, file->used_at, "the library is used here");
    return diagnostic;
}

void esc_report_hint(EscWorkspace *workspace, EscDiagnostic *diagnostic, const char *format, ...)
{
    if (is_dropped(workspace, diagnostic))
        return;
    va_list arguments;
    va_start(arguments, format);
    diagnostic->hint = text_of(workspace, format, arguments);
    va_end(arguments);
}

/* --- lists ------------------------------------------------------------------------------------ */

/* Room for one more of `count` items: a list holds a power of two of them. NULL without memory. */
static void *list_room(EscWorkspace *workspace, const void *items, uint32_t count, size_t item_size)
{
    if (count > 0 && (count & (count - 1)) != 0)
        return (void *)(uintptr_t)items; /* made here; const for those who read diagnostics */
    void *moved =
        esc_arena_alloc_array(workspace->arena, count == 0 ? 1 : 2 * (size_t)count, item_size);
    if (moved == NULL)
        esc_workspace_fail(workspace, ESC_NO_MEMORY);
    else if (count > 0)
        memcpy(moved, items, count * item_size);
    return moved;
}

void esc_report_related(EscWorkspace *workspace, EscDiagnostic *diagnostic, EscSpan span,
                        const char *format, ...)
{
    if (is_dropped(workspace, diagnostic) || span.end == 0)
        return;
    EscRelated *list =
        list_room(workspace, diagnostic->related, diagnostic->related_count, sizeof *list);
    if (list == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    list[diagnostic->related_count++] = (EscRelated){
        .span = esc_place_of(workspace, span), .label = text_of(workspace, format, arguments)};
    va_end(arguments);
    diagnostic->related = list;
}

void esc_report_witness(EscWorkspace *workspace, EscDiagnostic *diagnostic, EscText field,
                        EscText value)
{
    if (is_dropped(workspace, diagnostic))
        return;
    EscWitness *list =
        list_room(workspace, diagnostic->witness, diagnostic->witness_count, sizeof *list);
    if (list == NULL)
        return;
    list[diagnostic->witness_count++] =
        (EscWitness){.field = esc_arena_text(workspace->arena, field),
                     .value = esc_arena_text(workspace->arena, value)};
    diagnostic->witness = list;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n';
}

/* Without the blanks that only keep the layout. */
EscText esc_edit_words(EscText text)
{
    while (text.size > 0 && is_blank(text.data[0]))
        text = (EscText){text.data + 1, text.size - 1};
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        --text.size;
    return text;
}

static void hint_of_edit(EscWorkspace *workspace, EscDiagnostic *diagnostic, EscEditKind kind,
                         EscText text)
{
    EscText shown = esc_edit_words(text);
    if (shown.size == 0)
        esc_report_hint(workspace, diagnostic, "leave it out");
    else if (kind == ESC_EDIT_SAFE)
        esc_report_hint(workspace, diagnostic, "write `%.*s`", ESC_TEXT_ARG(shown));
    else
        esc_report_hint(workspace, diagnostic, "did you mean `%.*s`?", ESC_TEXT_ARG(shown));
}

void esc_report_edit(EscWorkspace *workspace, EscDiagnostic *diagnostic, EscEditKind kind,
                     EscSpan span, EscText text)
{
    if (is_dropped(workspace, diagnostic))
        return;
    EscEdit *list = list_room(workspace, diagnostic->edits, diagnostic->edits_count, sizeof *list);
    if (list == NULL)
        return;
    EscEdit *edit = &list[diagnostic->edits_count++];
    *edit = (EscEdit){.span = esc_place_of(workspace, span),
                      .text = esc_arena_text(workspace->arena, text),
                      .is_safe = kind == ESC_EDIT_SAFE};
    diagnostic->edits = list;
    if (diagnostic->edits_count == 1 && diagnostic->hint.size == 0 &&
        esc_edit_is_at(edit, diagnostic->span))
        hint_of_edit(workspace, diagnostic, kind, text);
}

bool esc_edit_is_at(const EscEdit *edit, EscPlaceSpan span)
{
    return edit->span.file == span.file && edit->span.start >= span.start &&
           edit->span.end <= span.end;
}

/* --- order ------------------------------------------------------------------------------------ */

static int diagnostic_order(const void *left, const void *right)
{
    const EscDiagnostic *a = left, *b = right;
    int order = ESC_ORDER(a->span.file, b->span.file);
    order = order != 0 ? order : ESC_ORDER(a->span.start, b->span.start);
    order = order != 0 ? order : strcmp(a->code, b->code);
    return order != 0 ? order : esc_text_compare(a->message, b->message);
}

void esc_diagnostics_sort(EscWorkspace *workspace)
{
    qsort(workspace->diagnostics, workspace->diagnostics_count, sizeof *workspace->diagnostics,
          diagnostic_order);
}

void esc_workspace_add_finding(EscWorkspace *workspace, const char *code, uint32_t template_index,
                               EscText message, EscText hint)
{
    ESC_ASSERT(template_index < workspace->templates_count);
    EscSpan span = workspace->templates[template_index].node->template.name.span;
    EscDiagnostic *diagnostic = esc_report(workspace, code, span, "%.*s", ESC_TEXT_ARG(message));
    esc_report_hint(workspace, diagnostic, "%.*s", ESC_TEXT_ARG(hint));
    esc_diagnostics_sort(workspace);
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
