/* escalc_check.c - check, build and disasm: a workspace through the compiler, and what came out. */
#include <stdio.h>
#include <string.h>

#include <esc/vm.h>

#include "escalc.h"

#define REPORT_BYTES_MAX ((size_t)64 << 20)

static void put_out(FILE *to, const EscBuf *buf)
{
    if (buf->size > 0)
        (void)fwrite(buf->data, 1, buf->size, to);
}

void escalc_print_diagnostics(const EscWorkspace *workspace, const EscalcOptions *options)
{
    EscBuf report;
    esc_buf_init(&report, REPORT_BYTES_MAX);
    uint32_t count = esc_workspace_diagnostic_count(workspace);
    if (options->is_json) {
        esc_diagnostics_write_json(workspace, &report);
        put_out(stdout, &report);
    } else {
        for (uint32_t i = 0; i < count; ++i) {
            esc_diagnostic_write(workspace, esc_workspace_diagnostic(workspace, i), &report);
            esc_buf_char(&report, '\n');
        }
        put_out(stderr, &report);
        uint32_t all =
            esc_workspace_error_count(workspace) + esc_workspace_warning_count(workspace);
        if (all > count)
            fprintf(stderr, "… and %u more\n", all - count);
    }
    esc_buf_release(&report);
}

int escalc_load(const char *path, const EscalcOptions *options, EscWorkspace **out)
{
    int code = escalc_load_quietly(path, options, out);
    if (*out != NULL)
        escalc_print_diagnostics(*out, options);
    return code;
}

static const char *plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

static void print_summary(const char *path, const EscWorkspace *workspace)
{
    EscWorkspaceCounts counts = esc_workspace_counts(workspace);
    uint32_t errors = esc_workspace_error_count(workspace),
             warnings = esc_workspace_warning_count(workspace);
    if (errors + warnings > 0) {
        printf("%s: %u error%s, %u warning%s\n", path, errors, plural(errors), warnings,
               plural(warnings));
        return;
    }
    printf("%s: %u template%s, %u runbook%s, %u test%s in %u file%s: nothing wrong\n", path,
           counts.templates, plural(counts.templates), counts.runbooks, plural(counts.runbooks),
           counts.tests, plural(counts.tests), counts.files, plural(counts.files));
}

/* As escalc_compile, without printing diagnostics. */
static int compile(const char *path, const EscalcOptions *options, EscWorkspace **workspace,
                   EscBuf *bundle)
{
    int code = escalc_load_on(path, options, options->at_ms / ESC_DAY_MS, workspace);
    if (*workspace == NULL)
        return code;
    EscWhy why = {0};
    if (options->covers)
        esc_workspace_cover(*workspace);
    EscStatus status =
        code == ESCALC_FINE ? esc_workspace_build(*workspace, bundle, &why) : ESC_BAD_SOURCE;
    if (status == ESC_OK)
        return ESCALC_FINE;
    if (status == ESC_BAD_SOURCE)
        return ESCALC_FINDINGS;
    fprintf(stderr, "escalc: %s: %s %s\n", path, why.check,
            why.text[0] != '\0' ? why.text : esc_status_text(status));
    return ESCALC_FAILURE;
}

int escalc_compile(const char *path, const EscalcOptions *options, EscWorkspace **workspace,
                   EscBuf *bundle)
{
    int code = compile(path, options, workspace, bundle);
    if (*workspace != NULL)
        escalc_print_diagnostics(*workspace, options);
    return code;
}

/* Only the finished program shows whether all bounds hold, and who is there on which day. */
static int check_one(const char *path, const EscalcOptions *options, EscWorkspace **workspace)
{
    EscBuf bundle;
    esc_buf_init(&bundle, ESC_BUNDLE_BYTES_MAX);
    int code = compile(path, options, workspace, &bundle);
    if (code == ESCALC_FINE)
        escalc_find_gaps(*workspace, esc_buf_as_bytes(&bundle), options->at_ms);
    if (*workspace != NULL)
        escalc_print_diagnostics(*workspace, options);
    if (code == ESCALC_FINE && esc_workspace_error_count(*workspace) > 0)
        code = ESCALC_FINDINGS;
    esc_buf_release(&bundle);
    return code;
}

int escalc_check(const EscalcOptions *options)
{
    int code = ESCALC_FINE;
    for (size_t i = 0; i < options->paths_count; ++i) {
        EscWorkspace *workspace = NULL;
        code = escalc_worse(code, check_one(options->paths[i], options, &workspace));
        if (workspace == NULL)
            continue;
        if (options->denies && esc_workspace_warning_count(workspace) > 0)
            code = escalc_worse(code, ESCALC_FINDINGS);
        if (!options->is_json)
            print_summary(options->paths[i], workspace);
        esc_workspace_free(workspace);
    }
    return code;
}

/* --- build ------------------------------------------------------------------------------------ */

int escalc_build(const EscalcOptions *options)
{
    EscBuf bundle;
    esc_buf_init(&bundle, ESC_BUNDLE_BYTES_MAX);
    EscWorkspace *workspace = NULL;
    int code = escalc_compile(options->paths[0], options, &workspace, &bundle);
    if (code == ESCALC_FINE) {
        char path[1024];
        (void)snprintf(path, sizeof path, "%.*s.escb", ESC_TEXT_ARG(esc_workspace_name(workspace)));
        const char *output = options->output != NULL ? options->output : path;
        if (!escalc_write_file(output, esc_buf_as_bytes(&bundle)))
            code = ESCALC_FAILURE;
        else if (!options->is_json)
            printf("%s: %zu bytes\n", output, bundle.size);
    }
    esc_workspace_free(workspace);
    esc_buf_release(&bundle);
    return code;
}

/* --- disasm ----------------------------------------------------------------------------------- */

static EscText line_of(void *context, EscText file, uint32_t line)
{
    const EscWorkspace *workspace = context;
    if (workspace == NULL)
        return ESC_TEXT("");
    for (uint32_t i = 0; i < esc_workspace_file_count(workspace); ++i) {
        if (esc_text_equal(esc_workspace_file_path(workspace, i), file))
            return esc_workspace_line(workspace, i, line);
    }
    return ESC_TEXT("");
}

static int print_program(const char *path, const EscWorkspace *workspace, EscBytes bytes)
{
    EscBundle *bundle = NULL;
    EscWhy why = {0};
    if (esc_bundle_load(bytes, &bundle, &why) != ESC_OK) {
        fprintf(stderr, "escalc: %s: %s %s\n", path, why.check, why.text);
        return ESCALC_FAILURE;
    }
    EscBuf text;
    esc_buf_init(&text, (size_t)1 << 30);
    /* The callback only reads; its context is not const for the sake of hosts that keep state. */
    esc_program_disassemble(esc_bundle_program(bundle), line_of, (void *)(uintptr_t)workspace,
                            &text);
    put_out(stdout, &text);
    int code = text.status == ESC_OK ? ESCALC_FINE : ESCALC_FAILURE;
    esc_buf_release(&text);
    esc_bundle_free(bundle);
    return code;
}

static bool is_bundle(const char *path)
{
    size_t size = strlen(path);
    return size > 5 && strcmp(path + size - 5, ".escb") == 0;
}

int escalc_disasm(const EscalcOptions *options)
{
    int code = ESCALC_FINE;
    for (size_t i = 0; i < options->paths_count; ++i) {
        EscBuf bytes;
        esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
        EscWorkspace *workspace = NULL;
        int result = ESCALC_FINE;
        if (!is_bundle(options->paths[i]))
            result = escalc_compile(options->paths[i], options, &workspace, &bytes);
        else if (!escalc_read_file(options->paths[i], &bytes))
            result = ESCALC_FAILURE;
        if (result == ESCALC_FINE)
            result = print_program(options->paths[i], workspace, esc_buf_as_bytes(&bytes));
        code = escalc_worse(code, result);
        esc_workspace_free(workspace);
        esc_buf_release(&bytes);
    }
    return code;
}
