/* escal_wasm.c - what a web page calls: check, compile, format and explain, all in memory.
 *
 * A page copies texts in (escal_alloc), calls, and reads the output where escal_output says, until the next call. Numbers
 * that come back are those of EscStatus. The module that does this for JavaScript is escal.mjs. */
#include <stdlib.h>

#include <esc/vm.h>

#include "sources.h"
#include "trial.h"

#define REPORT_BYTES_MAX ((size_t)64 << 20)
#define LAYOUT_BYTES_MAX ((size_t)16 << 20)

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
#define IMPORT(name) __attribute__((import_module("escal"), import_name(#name)))
#else
#define EXPORT(name)
#define IMPORT(name)
#endif

/* What was put in, and what the last call has to say. Owned; escal_free. */
typedef struct Escal {
    Sources sources;
    EscSources *read; /* what was read of them: a check reads what changed since the last one */
    EscWorkspace *workspace; /* of the last check */
    EscBuf output;           /* what the call is for */
    EscBuf bundle;           /* of the last check that found no error */
} Escal;

/* --- memory ------------------------------------------------------------------------------------- */

EXPORT(escal_alloc) void *escal_alloc(size_t size)
{
    return malloc(size > 0 ? size : 1);
}

EXPORT(escal_release) void escal_release(void *memory)
{
    free(memory);
}

EXPORT(escal_new) Escal *escal_new(void)
{
    Escal *escal = calloc(1, sizeof *escal);
    if (escal == NULL)
        return NULL;
    escal->read = esc_sources_new();
    if (escal->read == NULL) {
        free(escal);
        return NULL;
    }
    esc_buf_init(&escal->output, REPORT_BYTES_MAX);
    esc_buf_init(&escal->bundle, ESC_BUNDLE_BYTES_MAX);
    return escal;
}

EXPORT(escal_free) void escal_free(Escal *escal)
{
    if (escal == NULL)
        return;
    esc_workspace_free(escal->workspace);
    esc_sources_free(escal->read);
    texts_release(&escal->sources.files);
    texts_release(&escal->sources.zones);
    esc_buf_release(&escal->output);
    esc_buf_release(&escal->bundle);
    free(escal);
}

/* --- what goes in ------------------------------------------------------------------------------- */

EXPORT(escal_put_file)
EscStatus escal_put_file(Escal *escal, const char *path, size_t path_size, const char *text,
                         size_t size)
{
    return texts_put(&escal->sources.files, (EscText){path, path_size}, (EscText){text, size});
}

EXPORT(escal_remove_file)
void escal_remove_file(Escal *escal, const char *path, size_t path_size)
{
    texts_remove(&escal->sources.files, (EscText){path, path_size});
}

/* A name that time zones have. Without any, only the shape of a name is judged. */
EXPORT(escal_put_zone)
EscStatus escal_put_zone(Escal *escal, const char *name, size_t size)
{
    return texts_put(&escal->sources.zones, (EscText){name, size}, ESC_TEXT(""));
}

/* --- what comes out ----------------------------------------------------------------------------- */

EXPORT(escal_output) const uint8_t *escal_output(const Escal *escal)
{
    return escal->output.data;
}

EXPORT(escal_output_size) size_t escal_output_size(const Escal *escal)
{
    return escal->output.size;
}

EXPORT(escal_bundle) const uint8_t *escal_bundle(const Escal *escal)
{
    return escal->bundle.data;
}

EXPORT(escal_bundle_size) size_t escal_bundle_size(const Escal *escal)
{
    return escal->bundle.size;
}

/* One English clause for a status; ends with NUL. */
EXPORT(escal_status_text) const char *escal_status_text(EscStatus status)
{
    return esc_status_text(status);
}

/* The output of a call that failed by itself: a sentence. */
static EscStatus say_why(Escal *escal, EscStatus status, const EscWhy *why)
{
    esc_buf_clear(&escal->output);
    esc_buf_string(&escal->output, why->text[0] != '\0' ? why->text : esc_status_text(status));
    return status;
}

/* --- the calls ---------------------------------------------------------------------------------- */

/* What JavaScript does (escal.mjs): writes the composed form of a text into `room`, and gives its size. */
IMPORT(compose)
uint32_t escal_host_compose(const char *text, uint32_t size, char *room, uint32_t room_size);

/* No character is more than three times as long when it is composed. */
enum { COMPOSED_FACTOR = 3 };

static EscStatus compose(void *context, EscText text, EscBuf *out)
{
    (void)context;
    if (text.size > UINT32_MAX / COMPOSED_FACTOR)
        return ESC_OVER_LIMIT;
    uint32_t room_size = COMPOSED_FACTOR * (uint32_t)text.size;
    char *room = malloc(room_size > 0 ? room_size : 1);
    if (room == NULL)
        return ESC_NO_MEMORY;
    esc_buf_append(out, room, escal_host_compose(text.data, (uint32_t)text.size, room, room_size));
    free(room);
    return out->status;
}

/* Checks the files and compiles them. ESC_OK and ESC_BAD_SOURCE: the output is the diagnostics as
 * esc_diagnostics_write_json says them; with ESC_OK there is a bundle. Any other status: a sentence.
 * `today` in days since 1970-01-01; 0 when nobody knows. */
EXPORT(escal_check) EscStatus escal_check(Escal *escal, int32_t today)
{
    EscSourceFiles doors = sources_doors(&escal->sources, today);
    doors.compose = compose;
    EscWhy why = {0};
    esc_buf_clear(&escal->output);
    esc_buf_clear(&escal->bundle);
    esc_workspace_free(escal->workspace);
    escal->workspace = NULL;
    EscStatus status = esc_sources_load(escal->read, &doors, &why);
    if (status == ESC_OK) {
        escal->workspace = esc_workspace_of_sources(escal->read, &doors);
        status = escal->workspace == NULL ? ESC_NO_MEMORY : esc_workspace_check(escal->workspace);
    }
    if (status == ESC_OK)
        status = esc_workspace_build(escal->workspace, &escal->bundle, &why);
    if (status != ESC_OK && status != ESC_BAD_SOURCE)
        return say_why(escal, status, &why);
    esc_diagnostics_write_json(escal->workspace, &escal->output);
    return escal->output.status == ESC_OK ? status : say_why(escal, escal->output.status, &why);
}

/* The output is the canonical layout of a text, as esc_source_format gives it. */
EXPORT(escal_format) EscStatus escal_format(Escal *escal, const char *text, size_t size)
{
    esc_buf_clear(&escal->output);
    return esc_source_format((EscText){text, size}, &escal->output);
}

static void member(EscBuf *out, const char *name, const char *text)
{
    EscText value = esc_text_from(text);
    if (value.size == 0 ||
        !esc_utf8_is_valid(value, NULL)) /* some examples are of what is no text */
        return;
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

/* The output is a JSON object with what a code of a diagnostic means: code, title, text, and examples as wrong and
 * right where there are any. ESC_NOT_FOUND when there is no such code. */
EXPORT(escal_explain) EscStatus escal_explain(Escal *escal, const char *code, size_t size)
{
    EscExplanation found;
    esc_buf_clear(&escal->output);
    if (!esc_explanation_find((EscText){code, size}, &found))
        return ESC_NOT_FOUND;
    esc_buf_printf(&escal->output, "{\"code\":\"%s\"", found.code);
    member(&escal->output, "title", found.title);
    member(&escal->output, "text", found.text);
    member(&escal->output, "wrong", found.wrong);
    member(&escal->output, "right", found.right);
    esc_buf_char(&escal->output, '}');
    return escal->output.status;
}

static EscText line_of(void *context, EscText file, uint32_t line)
{
    const Escal *escal = context;
    for (uint32_t i = 0; i < esc_workspace_file_count(escal->workspace); i++) {
        if (esc_text_equal(esc_workspace_file_path(escal->workspace, i), file))
            return esc_workspace_line(escal->workspace, i, line);
    }
    return ESC_TEXT("");
}

/* The bundle of the last check. ESC_NOT_FOUND when it has none; owned by the caller. */
static EscStatus load_bundle(Escal *escal, EscBundle **bundle)
{
    EscWhy why = {0};
    esc_buf_clear(&escal->output);
    if (escal->bundle.size == 0)
        return ESC_NOT_FOUND;
    EscStatus status = esc_bundle_load(esc_buf_as_bytes(&escal->bundle), bundle, &why);
    return status == ESC_OK ? status : say_why(escal, status, &why);
}

/* The output is the last check's bundle as people read it. ESC_NOT_FOUND when it has none. */
EXPORT(escal_disassemble) EscStatus escal_disassemble(Escal *escal)
{
    EscBundle *bundle = NULL;
    EscStatus status = load_bundle(escal, &bundle);
    if (status != ESC_OK)
        return status;
    esc_program_disassemble(esc_bundle_program(bundle), line_of, escal, &escal->output);
    esc_bundle_free(bundle);
    return escal->output.status;
}

/* The output says what an event starts, and what is done then: trial.h. ESC_NOT_FOUND when the last check has no bundle;
 * any other status: a sentence. */
EXPORT(escal_try) EscStatus escal_try(Escal *escal, const char *request, size_t size)
{
    EscBundle *bundle = NULL;
    EscWhy why = {0};
    EscStatus status = load_bundle(escal, &bundle);
    if (status != ESC_OK)
        return status;
    status = trial_run(bundle, (EscText){request, size}, &escal->output, &why);
    esc_bundle_free(bundle);
    return status == ESC_OK ? status : say_why(escal, status, &why);
}
