/* missing.c - whether a value has been tested to be there, and what is said of one that may be missing where one is needed, or where the condition would then be true. */
#include "check/expressions.h"
#include "check/names.h"

/* A test of a duration is one of its units too: what is there has minutes. */
bool esc_is_narrowed(const EscWhere *where, const EscNode *path, uint32_t parts)
{
    for (uint32_t i = 0; i < where->narrowed_count; ++i) {
        const EscNode *tested = where->narrowed[i];
        if (!where->is_nonzero[i] &&
            esc_paths_begin_equal(tested, esc_path_value_parts(where->workspace, tested), path,
                                  parts))
            return true;
    }
    return false;
}

/* Reports a test that could become true because `node` is missing. */
void esc_might_be_missing(EscWhere *where, const EscNode *node, const char *under)
{
    EscText words = esc_words_of(where, node);
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0205", node->span,
                   "`%.*s` may be missing, and under `%s` the condition would then be true",
                   ESC_TEXT_ARG(words), under);
    esc_report_hint(where->workspace, diagnostic,
                    "say what you mean: `%.*s is present and …` or `%.*s is missing or …`",
                    ESC_TEXT_ARG(words), ESC_TEXT_ARG(words));
}

void esc_must_be_present(EscWhere *where, const EscNode *node)
{
    EscText words = esc_words_of(where, node);
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0204", node->span,
                   "`%.*s` may be missing, and a value is needed here", ESC_TEXT_ARG(words));
    esc_report_hint(where->workspace, diagnostic, "put it into `if %.*s is present { … }`",
                    ESC_TEXT_ARG(words));
}
