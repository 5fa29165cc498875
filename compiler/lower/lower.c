/* lower.c - a checked workspace becomes a bundle: the order of everything.
 *
 * The check left no error, so what is missing or wrong here is our own mistake; only bounds of
 * the machine (registers, work, size) are still reported to the author. Bytes that our own
 * loader refuses are reported as an internal fault and never handed out. */
#include "lower/lower.h"

#include <string.h>

/* --- the whole -------------------------------------------------------------------------------- */

static void lower_everything(EscLower *lower)
{
    esc_lower_schema(lower);
    esc_lower_directory(lower);
    esc_lower_connectors(lower);
    esc_lower_sources(lower);
    esc_lower_services(lower);
    for (uint32_t i = 0; i < lower->workspace->templates_count && lower->build.status == ESC_OK;
         i++)
        esc_lower_template(lower, i);
    for (uint32_t i = 0; i < lower->workspace->automations_count && lower->build.status == ESC_OK;
         i++)
        esc_lower_automation(lower, i);
    esc_lower_grants(lower);
}

static EscSpan workspace_span(const EscWorkspace *workspace)
{
    return workspace->node != NULL ? workspace->node->span : (EscSpan){0};
}

/* "function 7 may emit 70 effects …" in words that an author knows. */
static void report_bound(EscLower *lower, const EscWhy *bound, EscSpan span)
{
    const char *may = strstr(bound->text, " may ");
    const char *needs = strstr(bound->text, " needs ");
    const char *rest = may != NULL ? may : needs != NULL ? needs : bound->text;
    esc_report(lower->workspace, "E0350", span, "this%s%s", rest == bound->text ? ": " : "", rest);
}

/* The bounds that only the whole program shows: work, effects and texts of one run. */
static EscStatus measure(EscLower *lower, const EscProgram *program, EscWhy *why)
{
    EscWhy bound = {0};
    EscStatus status =
        esc_program_measure(program, lower->build.functions, lower->build.meta, &bound);
    if (status == ESC_OVER_LIMIT) {
        EscSpan span = bound.offset < program->functions_count ? lower->function_spans[bound.offset]
                                                               : workspace_span(lower->workspace);
        report_bound(lower, &bound, span);
        status = ESC_BAD_SOURCE;
    }
    if (status != ESC_OK && why != NULL)
        *why = bound;
    return status;
}

static EscStatus finish(EscLower *lower, EscProgram *program, EscWhy *why)
{
    EscWhy bound = {0};
    EscStatus status = esc_build_finish(&lower->build, program, &bound);
    if (status == ESC_OVER_LIMIT) {
        esc_report(lower->workspace, "E0354", workspace_span(lower->workspace), "%s", bound.text);
        status = ESC_BAD_SOURCE;
    }
    if (status != ESC_OK && why != NULL)
        *why = bound;
    return status;
}

/* Our own bytes must load; when they do not, the fault is ours and the bytes are not given away. */
static EscStatus verify(const EscBuf *bundle, size_t from, EscWhy *why)
{
    EscBundle *loaded = NULL;
    EscWhy refusal = {0};
    EscStatus status =
        esc_bundle_load((EscBytes){bundle->data + from, bundle->size - from}, &loaded, &refusal);
    esc_bundle_free(loaded);
    if (status == ESC_OK)
        return ESC_OK;
    return esc_why(why, status, refusal.check, refusal.offset,
                   "internal: the compiled bundle was refused: %s", refusal.text);
}

static EscStatus lower_to_bytes(EscLower *lower, EscBuf *bundle, EscWhy *why)
{
    uint32_t errors_before = lower->workspace->errors;
    lower_everything(lower);
    EscProgram program;
    EscStatus status = lower->workspace->errors > errors_before ? ESC_BAD_SOURCE : ESC_OK;
    if (lower->build.status != ESC_OK)
        status = esc_why(why, lower->build.status, "", 0, "no memory for the program");
    if (status == ESC_OK)
        status = finish(lower, &program, why);
    if (status == ESC_OK)
        esc_cover_finish(lower);
    if (status == ESC_OK)
        status = measure(lower, &program, why);
    size_t from = bundle->size;
    if (status == ESC_OK)
        status = esc_bundle_encode(&program, bundle);
    if (status == ESC_OK)
        status = verify(bundle, from, why);
    if (status != ESC_OK && bundle->size > from)
        bundle->size = from;
    return status;
}

EscStatus esc_lower_workspace(EscWorkspace *workspace, EscBuf *bundle, EscWhy *why)
{
    EscArena *arena = esc_arena_new(ESC_ARENA_BYTES_MAX);
    if (arena == NULL)
        return esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for the program");
    EscLower lower;
    memset(&lower, 0, sizeof lower);
    lower.workspace = workspace;
    lower.template_index = ESC_NONE;
    lower.triage = ESC_NONE;
    EscStatus status = esc_build_init(&lower.build, arena);
    lower.local_registers = esc_arena_alloc_array(arena, (size_t)workspace->locals_count + 1,
                                                  sizeof *lower.local_registers);
    if (status == ESC_OK && lower.local_registers == NULL)
        status = ESC_NO_MEMORY;
    if (status == ESC_OK)
        status = lower_to_bytes(&lower, bundle, why);
    esc_build_release(&lower.build);
    esc_arena_free(arena);
    return status;
}

EscStatus esc_workspace_build(EscWorkspace *workspace, EscBuf *out, EscWhy *why)
{
    ESC_ASSERT(workspace->is_checked);
    if (workspace->errors > 0)
        return esc_why(why, ESC_BAD_SOURCE, "", 0, "the workspace has errors");
    return esc_lower_workspace(workspace, out, why);
}
