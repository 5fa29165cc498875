/* explain.c - the table of diagnostic codes: found by code, written as a page. */
#include <esc/compiler.h>

#include <string.h>

#include "check.h"

static const EscExplanation EXPLANATIONS[] = {
#define ESC_DIAGNOSTIC(code_, title_, text_, wrong_, right_)                                       \
    {.code = code_, .title = title_, .text = text_, .wrong = wrong_, .right = right_},
#include "diagnostics.def"
#undef ESC_DIAGNOSTIC
};

uint32_t esc_explanation_count(void)
{
    return ESC_COUNT_OF(EXPLANATIONS);
}

const EscExplanation *esc_explanation(uint32_t index)
{
    ESC_ASSERT(index < ESC_COUNT_OF(EXPLANATIONS));
    return &EXPLANATIONS[index];
}

const EscExplanation *esc_explanation_find(EscText code)
{
    size_t low = 0, high = ESC_COUNT_OF(EXPLANATIONS); /* the rows are in order of code: a unit test sees to it */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = esc_text_compare(esc_text_from(EXPLANATIONS[middle].code), code);
        if (order == 0)
            return &EXPLANATIONS[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static void write_example(EscBuf *out, const char *word, const char *example)
{
    if (example[0] == '\0')
        return;
    esc_buf_printf(out, "\n%s:\n\n```\n%s\n```\n", word, example);
}

void esc_explanations_write_markdown(EscBuf *out)
{
    esc_buf_string(out, "# Diagnostics\n\n"
                        "Made from `compiler/diagnostics.def` by `escalc explain --markdown`; do not edit. `escalc explain CODE` shows one entry.\n\n"
                        "Codes that begin with E are errors: E00xx the text, E01xx names, E02xx types and values, E03xx structure, E04xx policy.\n"
                        "Codes that begin with A are warnings. A code never changes its meaning.\n");
    for (uint32_t i = 0; i < esc_explanation_count(); ++i) {
        const EscExplanation *entry = &EXPLANATIONS[i];
        esc_buf_printf(out, "\n## %s: %s\n\n%s\n", entry->code, entry->title, entry->text);
        write_example(out, "Wrong", entry->wrong);
        write_example(out, "Right", entry->right);
    }
}
