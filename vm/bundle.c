/* bundle.c - a bundle from its bytes to something that may be run, and what can be asked of it afterwards.
 *
 * esc_bundle_load() is the list of everything that a bundle goes through; each pass stands in a file of its own. */
#include <esc/vm.h>

#include <stdlib.h>

#include "vm_internal.h"

/* Decoded rows take at most twice their bytes; texts, wait states and the event matrix come on top. */
#define ARENA_BYTES_MAX (8 * ESC_BUNDLE_BYTES_MAX)

/* Which event has which field, as a bit matrix, so that a question about a load is one shift. */
static EscStatus event_fields_make(EscBundle *bundle)
{
    const EscProgram *program = &bundle->program;
    bundle->event_fields_words = program->fields_count / 64 + 1;
    bundle->event_fields =
        esc_arena_alloc(bundle->arena, (size_t)program->events_count * bundle->event_fields_words *
                                           sizeof(uint64_t));
    if (bundle->event_fields == NULL)
        return ESC_NO_MEMORY;
    for (uint32_t e = 0; e < program->events_count; e++) {
        const EscEventRow *event = &program->events[e];
        uint64_t *row = bundle->event_fields + (size_t)e * bundle->event_fields_words;
        for (uint32_t i = 0; i < event->fields_count; i++) {
            uint32_t field = program->event_fields[event->fields_first + i].field;
            row[field / 64] |= UINT64_C(1) << (field % 64);
        }
    }
    return ESC_OK;
}

static EscStatus verify_init(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    EscArena *scratch = verify->scratch;
    verify->is_text_used = esc_arena_alloc(scratch, program->texts_count);
    verify->is_const_used = esc_arena_alloc(scratch, program->consts_count);
    verify->is_function_named = esc_arena_alloc(scratch, program->functions_count);
    verify->is_channel_granted = esc_arena_alloc(scratch, program->channels_count);
    verify->is_action_granted = esc_arena_alloc(scratch, program->actions_count);
    verify->text_stamps =
        esc_arena_alloc_array(scratch, program->texts_count, sizeof *verify->text_stamps);
    return esc_arena_failed(scratch) ? ESC_NO_MEMORY : ESC_OK;
}

static EscStatus verify_all(EscVerify *verify)
{
    EscStatus status = verify_init(verify);
    if (status == ESC_OK)
        status = esc_verify_tables(verify);
    if (status == ESC_OK)
        status = event_fields_make(verify->bundle);
    if (status == ESC_OK)
        status = esc_verify_directory(verify);
    if (status == ESC_OK)
        status = esc_verify_programs(verify);
    if (status == ESC_OK)
        status = esc_verify_effects(verify);
    if (status == ESC_OK)
        status = esc_verify_preds(verify);
    if (status == ESC_OK)
        status = esc_verify_code(verify);
    if (status == ESC_OK)
        status = esc_verify_unused(verify);
    return status;
}

EscStatus esc_bundle_load(EscBytes bytes, EscBundle **out, EscWhy *why)
{
    *out = NULL;
    EscArena *arena = esc_arena_new(ARENA_BYTES_MAX);
    EscArena *scratch = esc_arena_new(ARENA_BYTES_MAX);
    EscBundle *bundle = arena == NULL ? NULL : esc_arena_alloc(arena, sizeof *bundle);
    EscStatus status = ESC_NO_MEMORY;
    if (bundle != NULL && scratch != NULL) {
        bundle->arena = arena;
        status = esc_bundle_read(bytes, bundle, why);
    }
    if (status == ESC_OK) {
        EscVerify verify = {
            .bundle = bundle, .program = &bundle->program, .scratch = scratch, .why = why};
        status = verify_all(&verify);
    }
    esc_arena_free(scratch);
    if (status == ESC_OK) {
        *out = bundle;
        return ESC_OK;
    }
    esc_arena_free(arena);
    return status == ESC_NO_MEMORY ? esc_why(why, status, "", 0, "no memory to load a bundle")
                                   : status;
}

void esc_bundle_free(EscBundle *bundle)
{
    if (bundle != NULL)
        esc_arena_free(bundle->arena); /* the bundle itself lives in it */
}

const EscProgram *esc_bundle_program(const EscBundle *bundle)
{
    return &bundle->program;
}

const uint8_t *esc_bundle_hash(const EscBundle *bundle)
{
    return bundle->hash;
}

EscType esc_event_load_type(const EscBundle *bundle, uint32_t function, uint32_t field)
{
    const EscProgram *program = &bundle->program;
    const EscFunctionRow *row = &program->functions[function];
    uint32_t having = 0;
    for (uint32_t i = 0; i < row->events_count; i++)
        having += esc_event_has_field(bundle, program->function_events[row->events_first + i].event,
                                      field);
    if (having == 0)
        return 0;
    bool is_sure = having == row->events_count && row->event_may_be_missing == 0;
    return program->fields[field].type | (is_sure ? 0 : ESC_TYPE_OPTIONAL);
}

EscPlace esc_program_place(const EscProgram *program, uint32_t code_index)
{
    uint32_t low = 0,
             high = program->spans_count; /* spans below low begin at or before code_index */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (program->spans[middle].first <= code_index)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return (EscPlace){.file = ESC_TEXT("")};
    const EscSpanRow *span = &program->spans[low - 1];
    return (EscPlace){.file = program->texts[program->files[span->file].name],
                      .line = span->line,
                      .column = span->column};
}
