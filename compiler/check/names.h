/* names.h - names: found, near ones, said twice, how they are written; and what stands at a node.
 *
 * names.c, seen.c, spelling.c */
#ifndef ESC_CHECK_NAMES_H
#define ESC_CHECK_NAMES_H

#include "check/where.h"

/* Reports a name that is declared with capital letters. */
void esc_check_spelling(EscWorkspace *workspace, EscName name);
const EscSymbol *esc_symbol_find(const EscWorkspace *workspace, EscText name); /* NULL: none */
const char *esc_symbol_kind_words(EscSymbolKind kind);                         /* "a person" */
/* Finds the nearest of the names that fit a place. */
typedef struct EscSuggest {
    EscText wanted, best;
    unsigned best_distance;
} EscSuggest;

EscSuggest esc_suggest(EscText wanted);
void esc_suggest_try(EscSuggest *suggest, EscText candidate);
/* bit set of EscSymbolKind */
void esc_suggest_try_symbols(EscSuggest *suggest, EscWorkspace *workspace, unsigned kinds);
/* Adds the nearest name as an edit, `did you mean …?`, when something is near; otherwise leaves *diagnostic alone
 * and returns false. */
bool esc_suggest_hint(EscWorkspace *workspace, const EscSuggest *suggest, EscDiagnostic *diagnostic,
                      EscSpan span);
/* Whether an unknown name is the one that a declaration should have which has the name of another:
 * nothing is near it, and something of these kinds is declared twice. That was reported. */
bool esc_is_meant_by_a_twin(const EscWorkspace *workspace, const EscSuggest *suggest,
                            unsigned kinds);
/* Reports that `word` is none of `words` (a NULL-terminated list). */
void esc_report_word(EscWorkspace *workspace, EscName word, const char *what,
                     const char *const *words);
/* The words of a path from part `from` on, joined by dots. `buffer` holds ESC_PATH_TEXT_MAX
 * bytes and is used only if the path was not written in one piece. */
#define ESC_PATH_TEXT_MAX ((ESC_NAME_SIZE_MAX + 1) * ESC_PATH_PARTS_MAX)
EscText esc_path_text(const EscNode *path, uint32_t from, uint32_t to, char *buffer);
EscMeaning *esc_mark(EscWorkspace *workspace, const EscNode *node, EscMeans means, uint32_t index,
                     EscType type);
typedef struct EscSeenItem {
    EscText name;
    const EscNode *node;
} EscSeenItem;
/* Begins as {.workspace = …}; esc_seen_release() when the list is done. */
typedef struct EscSeen {
    EscWorkspace *workspace;
    EscSeenItem *items; /* in the arena */
    uint32_t count;
    size_t capacity;
    EscNames *names; /* of a long list; owned */
} EscSeen;

/* The first node of this name, or NULL, and then *node is it. `name` lives as long as the list is looked at. */
const EscNode *esc_seen_before(EscSeen *seen, EscText name, const EscNode *node);
const EscNode *esc_seen_find(const EscSeen *seen, EscText name); /* NULL: it was not said before */
void esc_seen_release(EscSeen *seen);
/* Asked before each candidate of a suggestion: false when nobody would read it (reports beyond the limit), and after
 * very many candidates, so that a file of wrong names costs no more than one of right ones. */
bool esc_suggests(EscWorkspace *workspace);
/* A plain text of a title or setting: empty when it is missing; a text with {…} in it is
 * reported. */
EscText esc_plain_text(EscWorkspace *workspace, const EscNode *text);
/* Reports a written text that no bundle can hold. */
void esc_check_text_size(EscWorkspace *workspace, EscSpan span, size_t size);
EscText esc_words_of(const EscWhere *where, const EscNode *node); /* as written, for messages */
/* Reports an ENTRY whose name was given before in its list. */
void esc_entry_once(EscSeen *seen, const EscNode *entry);

#endif
