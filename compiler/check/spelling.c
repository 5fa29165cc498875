/* spelling.c - how names are written: small letters, digits and `_`. Whoever writes another one gets
 * it changed wherever it stands. */
#include <string.h>

#include <esc/grammar.h>

#include "check/names.h"

#define RENAMED_MAX 20u      /* names that are looked for in all sources */
#define RENAME_EDITS_MAX 64u /* places of one name */

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static EscText small_letters(EscWorkspace *workspace, EscText name)
{
    char *small = esc_arena_alloc(workspace->arena, name.size);
    if (small == NULL)
        return name;
    for (size_t i = 0; i < name.size; ++i)
        small[i] = esc_ascii_lower(name.data[i]);
    return (EscText){small, name.size};
}

typedef struct Rename {
    EscWorkspace *workspace;
    EscDiagnostic *diagnostic;
    EscText from, to;
    uint32_t file, count;
} Rename;

/* The name may be a dotted one, as those of events are. */
static void rename_at(Rename *rename, uint32_t start, uint32_t token_end)
{
    EscText source = rename->workspace->files[rename->file].text;
    uint32_t end = start + (uint32_t)rename->from.size;
    if (end > token_end || (end < token_end && esc_is_word_character(source.data[end])))
        return;
    EscText word = {source.data + start, end - start};
    if (esc_text_equal(word, rename->from) && rename->count++ < RENAME_EDITS_MAX)
        esc_report_edit(rename->workspace, rename->diagnostic, ESC_EDIT_SAFE,
                        (EscSpan){rename->workspace->files[rename->file].parsed->id, start, end},
                        rename->to);
}

/* The words of a name or dotted name, and those in the {…} of a text. */
static void rename_in(Rename *rename, const EscToken *token)
{
    const char *data = rename->workspace->files[rename->file].text.data;
    bool is_text = token->kind == ESC_TOKEN_TEXT;
    unsigned holes = is_text ? 0 : 1;
    for (uint32_t at = token->start; at < token->end; ++at) {
        if (is_text && data[at] == '\\')
            ++at;
        else if (is_text && data[at] == '{')
            ++holes;
        else if (is_text && data[at] == '}' && holes > 0)
            --holes;
        if (holes == 0 || at >= token->end || !esc_is_word_character(data[at]))
            continue;
        uint32_t start = at;
        while (at < token->end && esc_is_word_character(data[at]))
            ++at;
        rename_at(rename, start, token->end);
        --at;
    }
}

static void rename_everywhere(Rename *rename)
{
    EscWorkspace *workspace = rename->workspace;
    for (uint32_t file = 0; file < workspace->files_count; ++file) {
        EscTokenList tokens;
        if (workspace->files[file].is_std ||
            esc_source_tokens(workspace->arena, workspace->files[file].text, &tokens) != ESC_OK)
            continue;
        rename->file = file;
        for (size_t i = 0; i < tokens.count; ++i) {
            if (tokens.items[i].kind == ESC_TOKEN_WORD || tokens.items[i].kind == ESC_TOKEN_TEXT)
                rename_in(rename, &tokens.items[i]);
        }
    }
}

void esc_check_spelling(EscWorkspace *workspace, EscName name)
{
    size_t at = 0;
    while (at < name.text.size && !is_capital(name.text.data[at]))
        ++at;
    if (at == name.text.size)
        return;
    EscDiagnostic *diagnostic = esc_report(
        workspace, "E0120", name.span,
        "`%.*s` has capital letters, and names are written in small ones", ESC_TEXT_ARG(name.text));
    Rename rename = {.workspace = workspace,
                     .diagnostic = diagnostic,
                     .from = name.text,
                     .to = small_letters(workspace, name.text)};
    esc_report_hint(workspace, diagnostic, "write `%.*s`, here and wherever it is named",
                    ESC_TEXT_ARG(rename.to));
    if (workspace->renamed++ < RENAMED_MAX)
        rename_everywhere(&rename);
}
