/* parsed.c - one source text, read once. Its faults are kept beside its tree, so that every check can report them. */
#include "parsed.h"

#include <stdlib.h>
#include <string.h>

#include "compiler_internal.h"

uint64_t esc_parsed_hash(EscText text)
{
    return esc_hash(text, esc_seed());
}

EscParsed *esc_parsed_new(uint32_t id, EscText text, uint8_t *owned)
{
    EscParsed *parsed = calloc(1, sizeof *parsed);
    if (parsed == NULL) {
        free(owned);
        return NULL;
    }
    parsed->references = 1;
    parsed->id = id;
    parsed->hash = esc_parsed_hash(text);
    parsed->text = text;
    parsed->owned = owned;
    return parsed;
}

EscParsed *esc_parsed_copy(uint32_t id, EscText text)
{
    if (text.size == 0)
        return esc_parsed_new(id, (EscText){NULL, 0}, NULL);
    uint8_t *owned = malloc(text.size);
    if (owned == NULL)
        return NULL;
    memcpy(owned, text.data, text.size);
    return esc_parsed_new(id, (EscText){(const char *)owned, text.size}, owned);
}

EscParsed *esc_parsed_hold(EscParsed *parsed)
{
    parsed->references++;
    return parsed;
}

void esc_parsed_drop(EscParsed *parsed)
{
    if (parsed == NULL || --parsed->references > 0)
        return;
    esc_arena_free(parsed->arena);
    free(parsed->line_starts);
    free(parsed->column_marks);
    free(parsed->owned);
    free(parsed);
}

/* The parser's texts live as long as its call. */
static void keep_fault(void *context, const EscSyntaxError *error)
{
    EscParsed *parsed = context;
    EscSyntaxError *grown = esc_arena_grow(parsed->arena, parsed->faults, parsed->faults_count,
                                           &parsed->faults_capacity, sizeof *grown);
    if (grown == NULL)
        return; /* the arena has failed, and with it the parse */
    parsed->faults = grown;
    EscSyntaxError *kept = &grown[parsed->faults_count++];
    *kept = *error;
    kept->message = esc_arena_text(parsed->arena, error->message);
    kept->hint = esc_arena_text(parsed->arena, error->hint);
    kept->related_label = esc_arena_text(parsed->arena, error->related_label);
    kept->fix = esc_arena_text(parsed->arena, error->fix);
}

static void forget(EscParsed *parsed)
{
    esc_arena_free(parsed->arena);
    parsed->arena = NULL;
    parsed->tree = NULL;
    parsed->faults = NULL;
    parsed->faults_count = parsed->faults_capacity = 0;
}

EscStatus esc_parsed_read(EscParsed *parsed, bool *was_read)
{
    if (parsed->tree != NULL)
        return ESC_OK;
    parsed->arena = esc_arena_new(ESC_ARENA_BYTES_MAX);
    if (parsed->arena == NULL)
        return ESC_NO_MEMORY;
    EscSyntaxSink sink = {.put = keep_fault, .context = parsed};
    parsed->tree = esc_source_parse(parsed->arena, parsed->id, parsed->text, &sink);
    if (parsed->tree == NULL || esc_arena_failed(parsed->arena)) {
        forget(parsed);
        return ESC_NO_MEMORY;
    }
    *was_read = true;
    return ESC_OK;
}
