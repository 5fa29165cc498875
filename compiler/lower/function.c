/* function.c - one function while it is lowered: where it begins and ends, what is known in it, and which line it comes from. */
#include "lower/lower.h"

#include <string.h>

/* What lies further away than this is looked up: steps stand near each other, but for runbooks. */
enum { NEAR_BYTES = 4096 };

EscLowerMark esc_lower_mark(const EscLower *lower)
{
    return (EscLowerMark){lower->emit->next, lower->narrowings_count};
}

void esc_lower_reset(EscLower *lower, EscLowerMark mark)
{
    esc_emit_drop_to(lower->emit, mark.registers);
    lower->narrowings_count = mark.narrowings;
}

static uint32_t line_end(EscText source, uint32_t start)
{
    const char *end =
        start < source.size ? memchr(source.data + start, '\n', source.size - start) : NULL;
    return end == NULL ? (uint32_t)source.size : (uint32_t)(end - source.data);
}

static void look_line_up(EscLower *lower, EscSpan span, EscText source)
{
    EscLineColumn place = esc_workspace_place(lower->workspace, span.file, span.start);
    EscText text = esc_workspace_line(lower->workspace, span.file, place.line);
    uint32_t start = text.size == 0 ? span.start : (uint32_t)(text.data - source.data);
    lower->line = (EscLowerLine){span.file, place.line, start, line_end(source, start)};
}

/* What is lowered next mostly stands near what was lowered before, so its line is found from there. */
static void find_line(EscLower *lower, EscSpan span)
{
    EscLowerLine *line = &lower->line;
    EscText source = esc_workspace_file_source(lower->workspace, span.file);
    ESC_ASSERT(span.start <= source.size);
    bool is_near = line->number != 0 && line->file == span.file && span.start >= line->start &&
                   (span.start <= line->end || span.start - line->end <= NEAR_BYTES);
    if (!is_near) {
        look_line_up(lower, span, source);
        return;
    }
    while (span.start > line->end) {
        line->start = line->end + 1;
        line->end = line_end(source, line->start);
        line->number++;
    }
}

/* Columns count characters: bytes that begin one. */
static uint32_t column_of(EscLower *lower, EscText source, EscSpan span)
{
    uint32_t column = 1, start = lower->line.start;
    if (span.start - start > NEAR_BYTES)
        return esc_workspace_place(lower->workspace, span.file, span.start).column;
    for (uint32_t i = start; i < span.start; i++)
        column += ((unsigned char)source.data[i] & 0xc0u) != 0x80u;
    return column;
}

void esc_lower_origin(EscLower *lower, EscSpan span)
{
    span.file = esc_file_index(lower->workspace, span); /* from here on a row of FILES */
    find_line(lower, span);
    EscText source = esc_workspace_file_source(lower->workspace, span.file);
    lower->emit->origin = (EscOrigin){
        .file = span.file, .line = lower->line.number, .column = column_of(lower, source, span)};
}

static void note_span(EscLower *lower, uint32_t function, EscSpan span)
{
    void *spans = lower->function_spans;
    while (lower->build.status == ESC_OK && function >= lower->function_spans_capacity) {
        spans = esc_arena_grow(lower->build.arena, spans, lower->function_spans_capacity,
                               &lower->function_spans_capacity, sizeof span);
        if (spans == NULL)
            lower->build.status = ESC_NO_MEMORY;
    }
    if (lower->build.status != ESC_OK)
        return;
    lower->function_spans = spans;
    lower->function_spans[function] = span;
}

static void enter(EscLower *lower, EscLowerFunction *function, EscSpan span)
{
    function->outer = lower->emit;
    function->outer_source = lower->source;
    function->outer_narrowings_first = lower->narrowings_first;
    function->outer_narrowings_count = lower->narrowings_count;
    lower->emit = &function->emit;
    note_span(lower, function->emit.function, span);
}

void esc_lower_begin(EscLower *lower, EscLowerFunction *function, EscFunction kind, EscSpan span)
{
    esc_emit_begin(&function->emit, &lower->build, kind, lower->template_index);
    enter(lower, function, span);
    lower->narrowings_first = lower->narrowings_count;
}

uint32_t esc_lower_copy(EscLower *lower, uint32_t function, EscFunctionRow row)
{
    uint32_t copy = esc_build_function_copy(&lower->build, function, row);
    if (copy != ESC_NONE)
        note_span(lower, copy, lower->template->node->span);
    return copy;
}

void esc_lower_begin_at_wait(EscLower *lower, EscLowerFunction *function, EscFunction kind,
                             EscSpan span)
{
    esc_emit_begin_at_wait(&function->emit, lower->emit, kind);
    enter(lower, function, span);
}

static void report_fault(EscLower *lower, EscEmitFault fault, EscSpan span)
{
    switch (fault) {
    case ESC_EMIT_FINE:
        break;
    case ESC_EMIT_REGISTERS:
        esc_report(lower->workspace, "E0351", span, "more than %d values are needed at once here",
                   ESC_REGISTERS_MAX);
        break;
    case ESC_EMIT_CODE:
        esc_report(lower->workspace, "E0353", span,
                   "this is too long: it needs more than %d instructions", ESC_FUNCTION_CODE_MAX);
        break;
    case ESC_EMIT_LOOPS:
        esc_report(lower->workspace, "E0350", span,
                   "loops stand more than %d deep in one another here", ESC_LOOP_DEPTH_MAX);
        break;
    case ESC_EMIT_ARGUMENTS:
        esc_report(lower->workspace, "E0351", span, "a step here sets more than %d fields at once",
                   ESC_EFFECT_ARGS_MAX);
        break;
    }
}

/* Functions with the same source share its rows, which are made when the first of them ends. */
static void name_events(EscLower *lower, EscEmit *emit)
{
    EscEventSource *source = lower->source;
    if (source == NULL || source->count == 0)
        return;
    if (source->rows_first == 0) {
        source->rows_first = (uint32_t)lower->build.function_events_count + 1;
        for (uint32_t i = 0; i < source->count; i++)
            esc_build_put_function_events(&lower->build, (EscFunctionEventRow){source->events[i]});
    }
    emit->row.events_first = source->rows_first - 1;
    emit->row.events_count = source->count;
    emit->row.event_may_be_missing = source->may_be_missing;
}

uint32_t esc_lower_end(EscLower *lower, EscLowerFunction *function)
{
    EscEmit *emit = &function->emit;
    name_events(lower, emit);
    if (emit->fault != ESC_EMIT_FINE && lower->build.status == ESC_OK)
        report_fault(lower, emit->fault, lower->function_spans[emit->function]);
    lower->emit = function->outer;
    lower->source = function->outer_source;
    lower->narrowings_first = function->outer_narrowings_first;
    lower->narrowings_count = function->outer_narrowings_count;
    return esc_emit_finish(emit);
}
