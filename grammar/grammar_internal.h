/* grammar_internal.h - what the scanner, the parser and their constructors share. Private to this
 * folder. */
#ifndef ESC_GRAMMAR_INTERNAL_H
#define ESC_GRAMMAR_INTERNAL_H

#include <esc/grammar.h>

/* --- the state of one parse ------------------------------------------------------------------- */

/* What flex asks for: its own state, one buffer state and a buffer stack of one. It never grows. */
#define SCANNER_RESERVE_SIZE 1024u

/* What an open bracket is, so that a `}` knows whether it closes a block or goes back into a text.
 */
typedef enum BracketKind {
    BRACKET_BRACE,
    BRACKET_ROUND,
    BRACKET_SQUARE,
    BRACKET_TEXT,
    BRACKET_LONG_TEXT
} BracketKind;

typedef struct Bracket {
    BracketKind kind;
    bool is_first;    /* text: no {…} of it was read yet */
    uint32_t at;      /* offset of the bracket, or of the opening quote of the text */
    uint32_t hole_at; /* text: offset of the { that is open now */
    uint32_t indent;  /* long text: the common indentation that is taken away */
} Bracket;

/* Lists of parts between braces, told apart by what else than a word begins a part. */
typedef enum EscItems {
    ESC_ITEMS_PLAIN,      /* words only */
    ESC_ITEMS_PARTS,      /* of a template: words, but no steps */
    ESC_ITEMS_STATEMENTS, /* of a test */
    ESC_ITEMS_ROWS,       /* of a route */
    ESC_ITEMS_ARMS,       /* of a match */
    ESC_ITEMS_ENTRIES,    /* of a record */
    ESC_ITEMS_TURNS,      /* of a schedule */
    ESC_ITEMS_REQUESTS    /* of an action */
} EscItems;

typedef struct EscParse {
    EscArena *arena;
    EscText source;
    uint32_t file;
    const EscSyntaxSink *errors;
    uint32_t error_count, node_count;
    bool is_quiet; /* errors are not reported: while skipping, and when only tokens are wanted */
    bool keeps_comments; /* comments are tokens: for esc_source_tokens */

    void *scanner;
    unsigned char reserve[SCANNER_RESERVE_SIZE];
    size_t reserve_used;

    Bracket brackets[ESC_NESTING_MAX];
    uint32_t bracket_count;
    uint32_t text_at;    /* start of the piece of text that is being read */
    uint32_t crooked_at; /* a `{` whose `}` stands at another indentation: to blame for a missing
                            one; 0 when none */
    uint32_t
        resume_at; /* where to go on after a fault that the scanner found; 0: at the token itself */

    EscSpan token, previous; /* the last token that the parser was given, and the one before */
    int token_kind;          /* of token */
    int declaration_token; /* keyword of the declaration that is being read, 0 between declarations
                            */
    uint32_t declaration_at;  /* where it starts */
    EscName declaration_name; /* its first name, once that was read */
    bool wants_declared_name;

    uint32_t half_day_end; /* times of day before this (8am) were reported */
    bool is_expression_too_deep;
    EscNodeList declarations;
    EscNodeList broken; /* BROKEN: parts of declarations that could not be read */

    uint32_t brackets_before; /* open before the last token */
    uint32_t missing_braces;  /* `}` to be read before anything else: the author forgot them */
    bool is_virtual;          /* the last token is such a `}` */
    bool is_part_complete;    /* the part before the fault could have ended there */
    bool is_reading_again;    /* that part, quietly, up to the fault */
    uint32_t broken_at;       /* the fault then; 0: none */
    EscItems broken_items;
    uint32_t broken_around; /* brackets around the list */
    bool is_brace_extra;    /* the block around the fault was closed by a `}` too many */
    bool
        is_part_among_steps; /* the fault is a part of a template among the steps that it follows */
} EscParse;

/* --- the scanner (escal.l) -------------------------------------------------------------------- */

ESC_MUST_USE EscStatus esc_scanner_open(EscParse *parse);
void esc_scanner_close(EscParse *parse);
/* Goes on reading at `offset`, outside of every text; brackets stay as they are. */
void esc_scanner_seek(EscParse *parse, uint32_t offset);
bool esc_token_is_declaration(int token); /* whether a declaration begins with this word */
bool esc_parse_is_line_start(const EscParse *parse, uint32_t at);

/* --- going on behind a fault (recover.c) ------------------------------------------------------ */

/* Called by the action of a list's `error` production: `list` is what was read of the list, `fault`
 * goes from the start of the broken part to the token that did not fit. Drops the part, notes its
 * place, and moves the scanner to where the list goes on. False: the declaration is lost. */
bool esc_parse_recover(EscParse *parse, EscItems items, EscSpan list, EscSpan fault);
/* The scanner, reading a part again, came to the fault: drops the rest of the broken part, and gives
 * the token that stands for it. */
int esc_parse_broken_part(EscParse *parse, EscSpan *span);
/* Ends the reading again of a part. */
void esc_parse_read_on(EscParse *parse);
/* Notes that what stands between two offsets is broken: what is missing there is nobody's fault. */
void esc_parse_note_broken(EscParse *parse, uint32_t start, uint32_t end);
/* Blanks at the start of the line of `at`; UINT32_MAX when the line is too long to tell. */
uint32_t esc_parse_line_indent(const EscParse *parse, uint32_t at);
bool esc_parse_is_first_in_line(const EscParse *parse, uint32_t at);
/* Where the text that opens at `at` ends, also when what is in its {…} cannot be read. */
uint32_t esc_parse_behind_text(const EscParse *parse, uint32_t at);

/* --- brackets (bracket.c) --------------------------------------------------------------------- */

/* False when there are too many inside one another, which is then reported. */
bool esc_bracket_open(EscParse *parse, BracketKind kind, uint32_t at);
/* Closes the innermost bracket of this kind; a `}` also those that were left open inside it. False
 * when there is none: it does not reach beyond the text it stands in. */
bool esc_bracket_close(EscParse *parse, BracketKind kind, uint32_t at);
const Bracket *esc_bracket_top(const EscParse *parse); /* NULL when none is open */

/* --- reports (syntax_error.c, unexpected.c) --------------------------------------------------- */

typedef enum EscSyntaxCode {
#define CODE(name, code, title, text, wrong, right) ESC_SYNTAX_##name,
#include "syntax_codes.def"
#undef CODE
    ESC_SYNTAX_CODE_COUNT
} EscSyntaxCode;

/* Starts a report: place and message. The caller adds hint, fix or related place and calls
 * esc_syntax_put. */
EscSyntaxError esc_syntax_error(EscSyntaxCode code, EscSpan span, EscText message);
void esc_syntax_put(EscParse *parse, const EscSyntaxError *error);
/* The whole report in one call, for mistakes whose cure is to write `fix` in place of the span. */
void esc_syntax_put_fix(EscParse *parse, EscSyntaxCode code, EscSpan span, EscText message,
                        EscText fix);

/* Something stands deeper inside something else than ESC_NESTING_MAX or the parser's stack allow.
 */
void esc_syntax_put_too_deep(EscParse *parse, EscSpan span);
/* The parser met `unexpected` at parse->token where only `expected` could stand: finds the sentence
 * that explains it. */
void esc_syntax_put_unexpected(EscParse *parse, const char *unexpected, const char *const *expected,
                               size_t count);

/* --- literals (literal.c, text.c) ------------------------------------------------------------- */

EscText esc_parse_slice(const EscParse *parse, uint32_t start, uint32_t end);
EscSpan esc_parse_span(const EscParse *parse, uint32_t start, uint32_t end);

/* Each returns a node, also when it reports that the literal has no meaning; NULL only without
 * memory. */
EscNode *esc_literal_number(EscParse *parse, EscSpan span);
EscNode *esc_literal_percent(EscParse *parse, EscSpan span);
EscNode *esc_literal_duration(EscParse *parse, EscSpan span);
EscNode *esc_literal_spelled_duration(EscParse *parse,
                                      EscSpan span); /* "5 minutes", with its report */
EscNode *esc_literal_local_time(EscParse *parse, EscSpan span);
EscNode *esc_literal_half_day(EscParse *parse, EscSpan span);     /* "8am", with its report */
EscNode *esc_literal_part_of_unit(EscParse *parse, EscSpan span); /* "1.5h", with its report */
EscNode *esc_literal_other_date(EscParse *parse, EscSpan span); /* "24.12.2026", with its report */
EscNode *esc_literal_time_of_day(EscParse *parse, EscSpan span);
EscNode *esc_literal_path(EscParse *parse, EscSpan span);
/* Says that a name has too many letters, or too many words. */
void esc_literal_too_long(EscParse *parse, EscSpan span, bool is_long);
EscNode *esc_literal_bad(EscParse *parse,
                         EscSpan span); /* "5x": reports, and stands for a number or duration */

/* A whole text without {…}: `span` with its quotes, the contents between start and end. */
EscNode *esc_literal_text(EscParse *parse, EscSpan span, uint32_t start, uint32_t end);
/* A piece of a text with {…}, or a text that needs decoding: [start, end) of the source. NULL when
 * it is empty. is_last: its closing quotes follow. */
EscNode *esc_literal_piece(EscParse *parse, const Bracket *text, uint32_t start, uint32_t end,
                           bool is_last);
/* The TEXT node around a piece that is the whole text; `piece` may be NULL: "". */
EscNode *esc_literal_whole(EscParse *parse, EscSpan span, EscNode *piece);
/* The indentation that all lines of the long text that opens at `at` have in common. */
uint32_t esc_text_common_indent(const EscParse *parse, uint32_t at);

/* --- constructors (node.c, ast_*.c) ----------------------------------------------------------- */

/* A copy of *node in the arena, as large as its kind needs. NULL without memory. */
EscNode *esc_node_put(EscParse *parse, const EscNode *node);
/* Makes `after` the next of `before`. */
void esc_node_link(const EscNode *before, const EscNode *after);
EscNodeList esc_list_empty(void);
EscNodeList esc_list_one(EscNode *node);
EscNodeList esc_list_append(EscNodeList list, EscNode *node);

#endif
