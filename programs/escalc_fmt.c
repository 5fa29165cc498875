/* escalc_fmt.c - fmt and explain: the two commands that need no workspace. */
#include <stdio.h>
#include <string.h>

#include "escalc.h"

typedef struct FormatRun {
    const EscalcOptions *options;
    int code;
} FormatRun;

static void format_result(FormatRun *run, const char *path, const EscBuf *before,
                          const EscBuf *after)
{
    bool is_same = esc_text_equal(esc_buf_as_text(before), esc_buf_as_text(after));
    if (run->options->checks) {
        if (!is_same) {
            printf("%s\n", path);
            run->code = escalc_worse(run->code, ESCALC_FINDINGS);
        }
    } else if (run->options->writes) {
        if (!is_same && !escalc_write_file(path, esc_buf_as_bytes(after)))
            run->code = ESCALC_FAILURE;
    } else if (after->size > 0) {
        (void)fwrite(after->data, 1, after->size, stdout);
    }
}

static bool format_file(void *context, const char *path)
{
    FormatRun *run = context;
    EscBuf before, after;
    esc_buf_init(&before, ESCALC_FILE_BYTES_MAX);
    esc_buf_init(&after, ESCALC_FILE_BYTES_MAX);
    if (!escalc_read_file(path, &before)) {
        run->code = ESCALC_FAILURE;
    } else {
        EscStatus status = esc_source_format(esc_buf_as_text(&before), &after);
        if (status == ESC_OK || after.size > 0)
            format_result(run, path, &before, &after);
        if (status != ESC_OK) {
            fprintf(stderr, "escalc: %s: %s; `escalc check` says where\n", path,
                    esc_status_text(status));
            run->code = escalc_worse(run->code,
                                     status == ESC_BAD_SOURCE ? ESCALC_FINDINGS : ESCALC_FAILURE);
        }
    }
    esc_buf_release(&before);
    esc_buf_release(&after);
    return true;
}

int escalc_fmt(const EscalcOptions *options)
{
    if (options->writes && options->checks)
        return cli_wrong(options->line, "--write or --check, not both");
    FormatRun run = {.options = options, .code = ESCALC_FINE};
    for (size_t i = 0; i < options->paths_count; ++i) {
        if (!escalc_each_source(options->paths[i], format_file, &run))
            run.code = escalc_worse(run.code, ESCALC_FAILURE);
    }
    return run.code;
}

/* --- explain ---------------------------------------------------------------------------------- */

static void print_example(const char *word, const char *example)
{
    if (example[0] == '\0' || !esc_utf8_is_valid(esc_text_from(example), NULL))
        return;
    printf("\n%s:\n", word);
    for (const char *line = example; *line != '\0';) {
        size_t size = strcspn(line, "\n");
        printf("    %.*s\n", (int)size, line);
        line += size + (line[size] == '\n');
    }
}

static int explain_one(const char *word)
{
    EscExplanation entry;
    if (!esc_explanation_find(esc_text_from(word), &entry)) {
        fprintf(stderr, "escalc: there is no diagnostic `%s`; `escalc explain --list` lists them\n",
                word);
        return ESCALC_USAGE;
    }
    printf("%s: %s\n\n%s\n", entry.code, entry.title, entry.text);
    print_example("Wrong", entry.wrong);
    print_example("Right", entry.right);
    return ESCALC_FINE;
}

int escalc_explain(const EscalcOptions *options)
{
    if (options->paths_count == 0 && !options->lists && !options->is_markdown)
        return cli_wrong(options->line, "say what to explain: a code, --list or --markdown");
    int code = ESCALC_FINE;
    if (options->is_markdown) {
        EscBuf page;
        esc_buf_init(&page, (size_t)4 << 20);
        esc_explanations_write_markdown(&page);
        (void)fwrite(page.data, 1, page.size, stdout);
        esc_buf_release(&page);
    }
    for (uint32_t i = 0; options->lists && i < esc_explanation_count(); ++i)
        printf("%s  %s\n", esc_explanation(i).code, esc_explanation(i).title);
    for (size_t i = 0; i < options->paths_count; ++i)
        code = escalc_worse(code, explain_one(options->paths[i]));
    return code;
}
