/* explain.c - the codes of diagnostics: found by code, written as a page. Rows of E00xx come
 * from the grammar, all others from diagnostics.def. */
#include <esc/compiler.h>

#include <string.h>

#include "compiler_internal.h"

static const EscExplanation OWN[] = {
#define ESC_DIAGNOSTIC(code_, title_, text_, wrong_, right_)                                       \
    {.code = code_, .title = title_, .text = text_, .wrong = wrong_, .right = right_},
#include "diagnostics.def"
#undef ESC_DIAGNOSTIC
};

/* Warnings come first, then the grammar's rows, then all other errors. */
static uint32_t warning_count(void)
{
    uint32_t count = 0;
    while (count < ESC_COUNT_OF(OWN) && OWN[count].code[0] == 'A')
        ++count;
    return count;
}

static EscExplanation of_syntax(uint32_t index)
{
    const EscSyntaxExplanation *row = esc_syntax_explanation(index);
    return (EscExplanation){.code = row->code,
                            .title = row->title,
                            .text = row->text,
                            .wrong = row->wrong,
                            .right = row->right};
}

uint32_t esc_explanation_count(void)
{
    return (uint32_t)ESC_COUNT_OF(OWN) + esc_syntax_explanation_count();
}

EscExplanation esc_explanation(uint32_t index)
{
    uint32_t warnings = warning_count(), syntax = esc_syntax_explanation_count();
    ESC_ASSERT(index < esc_explanation_count());
    if (index < warnings)
        return OWN[index];
    return index < warnings + syntax ? of_syntax(index - warnings) : OWN[index - syntax];
}

static bool find_syntax(EscText code, EscExplanation *out)
{
    for (uint32_t i = 0; i < esc_syntax_explanation_count(); ++i) {
        if (!esc_text_equal(esc_text_from(esc_syntax_explanation(i)->code), code))
            continue;
        *out = of_syntax(i);
        return true;
    }
    return false;
}

bool esc_explanation_find(EscText code, EscExplanation *out)
{
    EscExplanation unwanted;
    /* the rows are in order of code: a unit test sees to it */
    size_t low = 0, high = ESC_COUNT_OF(OWN);
    out = out == NULL ? &unwanted : out;
    if (esc_text_starts_with(code, ESC_TEXT("E00")))
        return find_syntax(code, out);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = esc_text_compare(esc_text_from(OWN[middle].code), code);
        if (order == 0) {
            *out = OWN[middle];
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static void write_example(EscBuf *out, const char *word, const char *example)
{
    if (example[0] == '\0' || !esc_utf8_is_valid(esc_text_from(example), NULL))
        return; /* an example of bytes that are no text cannot be shown in one */
    esc_buf_printf(out, "\n%s:\n\n```\n%s\n```\n", word, example);
}

void esc_explanations_write_markdown(EscBuf *out)
{
    esc_buf_string(out,
                   "# Diagnostics\n\n"
                   "Made from `compiler/diagnostics.def` and `grammar/syntax_codes.def` by `escalc "
                   "explain --markdown`; do not edit. `escalc explain CODE` shows one entry.\n\n"
                   "Codes that begin with E are errors: E00xx the text, E01xx names, E02xx types "
                   "and values, E03xx structure, E04xx policy.\n"
                   "Codes that begin with A are warnings. A code never changes its meaning.\n");
    for (uint32_t i = 0; i < esc_explanation_count(); ++i) {
        EscExplanation entry = esc_explanation(i);
        esc_buf_printf(out, "\n## %s: %s\n\n%s\n", entry.code, entry.title, entry.text);
        write_example(out, "Wrong", entry.wrong);
        write_example(out, "Right", entry.right);
    }
}
