/* parsed.h - a source text and what was read of it, once: shared by all workspaces that hold it. */
#ifndef ESC_PARSED_H
#define ESC_PARSED_H

#include <esc/grammar.h>

/* Nobody writes into the tree or the text. References are counted, not locked: a source set and the workspaces that were made
 * of it belong to one thread. */
typedef struct EscParsed {
    uint32_t references;
    uint32_t id; /* what EscSpan.file of its nodes is */
    uint64_t hash;
    EscText text;
    uint8_t *owned;  /* malloc memory that the text lies in, or NULL: it outlives everything */
    EscArena *arena; /* tree and faults; NULL until the text is read */
    const EscNode *tree;
    EscSyntaxError *faults;
    size_t faults_count, faults_capacity;
    uint32_t *line_starts; /* render.c makes them when somebody asks for a place */
    uint32_t line_count;
    struct EscColumnMark *column_marks;
} EscParsed;

uint64_t esc_parsed_hash(EscText text);
/* With one reference, the caller's. Takes `owned` over, which `text` lies in; NULL: the text is borrowed for ever. NULL when there is
 * no memory; `owned` is then freed. */
EscParsed *esc_parsed_new(uint32_t id, EscText text, uint8_t *owned);
/* The same of a copy of the text. */
EscParsed *esc_parsed_copy(uint32_t id, EscText text);
EscParsed *esc_parsed_hold(EscParsed *parsed);
void esc_parsed_drop(EscParsed *parsed); /* frees it with its last reference; NULL is allowed */
/* Makes tree and faults, unless they are there already; *was_read then stays as it is. ESC_NO_MEMORY leaves it unread. */
ESC_MUST_USE EscStatus esc_parsed_read(EscParsed *parsed, bool *was_read);

#endif
