/* names.c - looking names up, and what is near to a name that is not there. */
#include <stdio.h>
#include <string.h>

#include "check/names.h"

const EscSymbol *esc_symbol_find(const EscWorkspace *workspace, EscText name)
{
    uint32_t index = 0;
    if (!esc_names_find(workspace->names, name, &index))
        return NULL;
    workspace->symbols[index].is_used = true;
    return &workspace->symbols[index];
}

const char *esc_symbol_kind_words(EscSymbolKind kind)
{
    static const char *const words[ESC_SYMBOL_COUNT] = {
        [ESC_SYMBOL_NONE] = "a broken declaration",
        [ESC_SYMBOL_PERSON] = "a person",
        [ESC_SYMBOL_TEAM] = "a team",
        [ESC_SYMBOL_SCHEDULE] = "a schedule",
        [ESC_SYMBOL_CALENDAR] = "a calendar",
        [ESC_SYMBOL_CHANNEL] = "a channel",
        [ESC_SYMBOL_SYSTEM] = "a system",
        [ESC_SYMBOL_SOURCE] = "a source",
        [ESC_SYMBOL_EVENT] = "an event",
        [ESC_SYMBOL_ROUTE] = "a route",
        [ESC_SYMBOL_SLA] = "a service level",
        [ESC_SYMBOL_RUNBOOK] = "a runbook",
        [ESC_SYMBOL_TEMPLATE] = "a template",
        [ESC_SYMBOL_AUTOMATION] = "an automation",
        [ESC_SYMBOL_POLICY] = "a policy",
    };
    return words[kind];
}

/* --- suggestions ------------------------------------------------------------------------------ */

#define CANDIDATES_MAX UINT64_C(4000000) /* names that are looked at in one check */

/* One wrong letter in a short word, more in a long one. */
static unsigned distance_limit(size_t size)
{
    return size <= 3 ? 1 : size <= 8 ? 2 : 3;
}

EscSuggest esc_suggest(EscText wanted)
{
    return (EscSuggest){.wanted = wanted, .best_distance = distance_limit(wanted.size) + 1};
}

void esc_suggest_try(EscSuggest *suggest, EscText candidate)
{
    size_t a = suggest->wanted.size, b = candidate.size;
    size_t apart = a > b ? a - b : b - a;
    if (suggest->best_distance == 0 || apart >= suggest->best_distance)
        return;
    unsigned distance = esc_text_distance(suggest->wanted, candidate, suggest->best_distance - 1);
    /* A suggestion that shares nothing with a short word is no help. */
    if (distance < suggest->best_distance && distance < suggest->wanted.size) {
        suggest->best = candidate;
        suggest->best_distance = distance;
    }
}

bool esc_suggests(EscWorkspace *workspace)
{
    return workspace->diagnostics_count < ESC_DIAGNOSTICS_MAX &&
           workspace->candidates++ < CANDIDATES_MAX;
}

void esc_suggest_try_symbols(EscSuggest *suggest, EscWorkspace *workspace, unsigned kinds)
{
    for (uint32_t i = 0; i < workspace->symbols_count && esc_suggests(workspace); ++i) {
        if ((kinds & (1u << workspace->symbols[i].kind)) != 0)
            esc_suggest_try(suggest, workspace->symbols[i].name);
    }
}

bool esc_suggest_hint(EscWorkspace *workspace, const EscSuggest *suggest, EscDiagnostic *diagnostic,
                      EscSpan span)
{
    if (suggest->best.size == 0)
        return false;
    esc_report_edit(workspace, diagnostic, ESC_EDIT_MAYBE, span, suggest->best);
    return true;
}

void esc_report_word(EscWorkspace *workspace, EscName word, const char *what,
                     const char *const *words)
{
    EscDiagnostic *diagnostic = esc_report(workspace, "E0116", word.span, "`%.*s` is not %s",
                                           ESC_TEXT_ARG(word.text), what);
    EscSuggest suggest = esc_suggest(word.text);
    char all[256] = "";
    size_t used = 0;
    for (size_t i = 0; words[i] != NULL; ++i) {
        esc_suggest_try(&suggest, esc_text_from(words[i]));
        int size = snprintf(all + used, sizeof all - used, "%s%s",
                            i == 0                 ? ""
                            : words[i + 1] == NULL ? " or "
                                                   : ", ",
                            words[i]);
        used += size > 0 && (size_t)size < sizeof all - used ? (size_t)size : 0;
    }
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, word.span))
        esc_report_hint(workspace, diagnostic, "say %s", all);
}

bool esc_is_meant_by_a_twin(const EscWorkspace *workspace, const EscSuggest *suggest,
                            unsigned kinds)
{
    return suggest->best.size == 0 && (workspace->twice_kinds & kinds) != 0;
}

/* --- paths ------------------------------------------------------------------------------------ */

EscText esc_path_text(const EscNode *path, uint32_t from, uint32_t to, char *buffer)
{
    const EscName *parts = path->path.parts;
    if (from >= to)
        return ESC_TEXT("");
    if (to == from + 1)
        return parts[from].text;
    size_t size = to - from - 1;
    for (uint32_t i = from; i < to; ++i)
        size += parts[i].text.size;
    const char *start = parts[from].text.data;
    if (parts[to - 1].text.data + parts[to - 1].text.size == start + size)
        return (EscText){start, size}; /* written in one piece */
    size = 0;
    for (uint32_t i = from; i < to; ++i) {
        if (i > from)
            buffer[size++] = '.';
        memcpy(buffer + size, parts[i].text.data, parts[i].text.size);
        size += parts[i].text.size;
    }
    return (EscText){buffer, size};
}

bool esc_paths_begin_equal(const EscNode *a, uint32_t a_count, const EscNode *b, uint32_t b_count)
{
    if (a->kind != ESC_NODE_PATH || b->kind != ESC_NODE_PATH || a_count != b_count)
        return false;
    for (uint32_t i = 0; i < a_count; ++i) {
        if (!esc_text_equal(a->path.parts[i].text, b->path.parts[i].text))
            return false;
    }
    return true;
}

bool esc_paths_equal(const EscNode *a, const EscNode *b)
{
    return a->kind == ESC_NODE_PATH && b->kind == ESC_NODE_PATH &&
           esc_paths_begin_equal(a, a->path.count, b, b->path.count);
}

uint32_t esc_path_value_parts(const EscWorkspace *workspace, const EscNode *path)
{
    return path->path.count - (esc_meaning(workspace, path).unit != ESC_UNIT_NONE);
}

EscMeaning *esc_mark(EscWorkspace *workspace, const EscNode *node, EscMeans means, uint32_t index,
                     EscType type)
{
    uint32_t *at = esc_meaning_at(workspace, node);
    if (*at == 0) {
        EscMeaning *added = ESC_ARRAY_ADD(workspace, meanings);
        *at = (uint32_t)(added - workspace->meanings);
    }
    EscMeaning *meaning = &workspace->meanings[*at];
    *meaning = (EscMeaning){.means = (uint8_t)means, .index = index, .type = type};
    return meaning;
}

void esc_check_text_size(EscWorkspace *workspace, EscSpan span, size_t size)
{
    const EscBoundInfo *bound = &esc_bound_info[ESC_BOUND_TEXT_BYTES];
    if (size > (size_t)bound->high)
        esc_report(workspace, bound->code, span,
                   "this text has %zu bytes; a text can have at most %d", size, (int)bound->high);
}

EscText esc_plain_text(EscWorkspace *workspace, const EscNode *text)
{
    if (text == NULL)
        return ESC_TEXT("");
    if (text->kind == ESC_NODE_TEXT && text->text.is_plain) {
        esc_check_text_size(workspace, text->span, text->text.plain.size);
        return text->text.plain;
    }
    esc_report(workspace, "E0225", text->span,
               "this text is fixed when the workspace is compiled, so it cannot have {…} in it");
    return ESC_TEXT("");
}

/* The words of an expression as its author wrote them, for messages. */
EscText esc_words_of(const EscWhere *where, const EscNode *node)
{
    EscText source = esc_file_of(where->workspace, node->span)->text;
    EscText words = {source.data + node->span.start, node->span.end - node->span.start};
    return words.size <= 60 ? words : ESC_TEXT("this");
}
