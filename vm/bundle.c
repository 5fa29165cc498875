/* bundle.c - a bundle from its bytes to something that may be run, and what can be asked of it afterwards.
 *
 * esc_bundle_load() is the list of everything that a bundle goes through; each pass stands in a file of its own. */
#include <esc/vm.h>

#include <stdlib.h>

#include "vm_internal.h"

static EscStatus verify_init(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    EscArena *scratch = verify->scratch;
    verify->is_text_used = esc_arena_alloc(scratch, program->texts_count);
    verify->is_const_used = esc_arena_alloc(scratch, program->consts_count);
    verify->is_function_named = esc_arena_alloc(scratch, program->functions_count);
    verify->is_channel_granted = esc_arena_alloc(scratch, program->channels_count);
    verify->is_action_granted = esc_arena_alloc(scratch, program->actions_count);
    verify->is_path_used = esc_arena_alloc(scratch, program->document_paths_count);
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
        status = esc_event_fields_make(verify->bundle);
    if (status == ESC_OK)
        status = esc_verify_directory(verify);
    if (status == ESC_OK)
        status = esc_verify_levels(verify);
    if (status == ESC_OK)
        status = esc_verify_programs(verify);
    if (status == ESC_OK)
        status = esc_verify_groupings(verify);
    if (status == ESC_OK)
        status = esc_verify_reaches(verify);
    if (status == ESC_OK)
        status = esc_verify_effects(verify);
    if (status == ESC_OK)
        status = esc_verify_params(verify);
    if (status == ESC_OK)
        status = esc_verify_tallies(verify);
    if (status == ESC_OK)
        status = esc_verify_documents(verify);
    if (status == ESC_OK)
        status = esc_verify_sources(verify);
    if (status == ESC_OK)
        status = esc_verify_preds(verify);
    if (status == ESC_OK)
        status = esc_verify_clocks(verify);
    if (status == ESC_OK)
        status = esc_verify_code(verify);
    if (status == ESC_OK)
        status = esc_verify_requests(verify);
    if (status == ESC_OK)
        status = esc_verify_unused(verify);
    return status;
}

EscStatus esc_bundle_load(EscBytes bytes, EscBundle **out, EscWhy *why)
{
    *out = NULL;
    EscArena *arena = esc_arena_new(ESC_ARENA_BYTES_MAX);
    EscArena *scratch = esc_arena_new(ESC_ARENA_BYTES_MAX);
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
