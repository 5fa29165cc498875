/* echo.c - what is not worth saying, because something else was said already.
 *
 * A part that could not be read is left out of its declaration. Whatever is then missing in that
 * declaration may stand in the broken part, and a name that nobody declares may be declared there.
 * Both are consequences: they are gone, or come back, when the fault itself is mended. */
#include <string.h>

#include "check/check.h"

/* Codes that say that something is not there, by the declaration in which it is missed. */
static const char *const ABSENCES[] = {
    "E0113", "E0119", "E0218", "E0303", "E0304", "E0305", "E0307", "E0309", "E0313",
    "E0319", "E0322", "E0330", "E0337", "E0340", "E0402", "E0404", NULL,
};

/* Codes that say that a name means nothing; the name stands at the place of the fault. */
static const char *const UNKNOWN[] = {
    "E0101", "E0103", "E0104", "E0106", "E0107", "E0108", "E0109", "E0114", "E0115", NULL,
};

/* Words behind which a name is declared within a declaration. */
static const char *const DECLARING[] = {
    "as", "ticket", "each", "answer", "raise", "action", "event", NULL,
};

static bool is_any(EscText word, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; ++i) {
        if (esc_text_equal(word, esc_text_from(words[i])))
            return true;
    }
    return false;
}

/* --- names of broken parts -------------------------------------------------------------------- */

/* The next word of *rest; empty when there is none. */
static EscText take_word(EscText *rest)
{
    size_t start = 0;
    while (start < rest->size && !esc_is_word_character(rest->data[start]))
        ++start;
    size_t end = start;
    while (end < rest->size && esc_is_word_character(rest->data[end]))
        ++end;
    EscText word = {rest->data + start, end - start};
    *rest = (EscText){rest->data + end, rest->size - end};
    return word;
}

static bool is_before_colon(EscText rest)
{
    size_t at = 0;
    while (at < rest.size && (rest.data[at] == ' ' || rest.data[at] == '\t'))
        ++at;
    return at < rest.size && rest.data[at] == ':';
}

/* `create ticket x` declares x, and `ticket.x` does not. */
static bool is_declared(EscText before, EscText word, EscText rest)
{
    if (before.size == 0 || is_before_colon(rest))
        return true;
    return is_any(before, DECLARING) && word.data[-1] != '.';
}

/* Notes the names that may be declared in a broken part: its first word, and those that stand where
 * names are declared. */
static void note_names(EscWorkspace *workspace, EscText text)
{
    EscText before = {0}, rest = text;
    for (EscText word = take_word(&rest); word.size > 0; word = take_word(&rest)) {
        if (is_declared(before, word, rest) && word.size <= ESC_NAME_SIZE_MAX &&
            esc_names_put(workspace->broken_names, word, 0) != ESC_OK)
            esc_workspace_fail(workspace, ESC_NO_MEMORY);
        before = word;
    }
}

/* The declaration in which a part stands. */
static const EscNode *declaration_at(const EscNode *file, EscSpan part)
{
    ESC_EACH_NODE(declaration, file->file.declarations) {
        if (part.start >= declaration->span.start && part.start <= declaration->span.end)
            return declaration;
    }
    return NULL;
}

static void note_file(EscWorkspace *workspace, const EscNode *tree)
{
    ESC_EACH_NODE(part, tree->file.broken) {
        note_names(workspace, esc_span_text(workspace, part->span));
        const EscNode *declaration = declaration_at(tree, part->span);
        *ESC_ARRAY_ADD(workspace, broken) = (EscBroken){
            .part = part->span, .within = declaration != NULL ? declaration->span : part->span};
    }
    ESC_EACH_NODE(declaration, tree->file.declarations) {
        if (declaration->kind == ESC_NODE_BROKEN)
            note_names(workspace, esc_span_text(workspace, declaration->span));
    }
}

void esc_note_broken_parts(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        if (workspace->files[i].tree != NULL && workspace->files[i].tree->file.error_count > 0)
            note_file(workspace, workspace->files[i].tree);
    }
}

/* --- questions -------------------------------------------------------------------------------- */

bool esc_has_broken_part(const EscWorkspace *workspace, EscSpan span)
{
    for (uint32_t i = 0; i < workspace->broken_count; ++i) {
        const EscSpan *broken = &workspace->broken[i].within;
        if (broken->file == span.file && span.start >= broken->start && span.start <= broken->end)
            return true;
    }
    return false;
}

/* What was read of a part that was then found to be broken. */
static bool is_in_broken_part(const EscWorkspace *workspace, EscSpan span)
{
    for (uint32_t i = 0; i < workspace->broken_count; ++i) {
        const EscSpan *part = &workspace->broken[i].part;
        if (part->file == span.file && span.start >= part->start && span.end <= part->end)
            return true;
    }
    return false;
}

static bool may_be_declared_there(const EscWorkspace *workspace, EscSpan span)
{
    EscText rest = esc_span_text(workspace, span);
    for (EscText word = take_word(&rest); word.size > 0; word = take_word(&rest)) {
        if (esc_names_find(workspace->broken_names, word, NULL))
            return true;
    }
    return false;
}

bool esc_is_echo(const EscWorkspace *workspace, const char *code, EscSpan span)
{
    if (workspace->broken_count == 0 && esc_names_count(workspace->broken_names) == 0)
        return false;
    if (is_in_broken_part(workspace, span))
        return true;
    if (is_any(esc_text_from(code), ABSENCES))
        return esc_has_broken_part(workspace, span);
    return is_any(esc_text_from(code), UNKNOWN) && may_be_declared_there(workspace, span);
}
