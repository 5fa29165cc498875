/* esc/grammar.h - source text to syntax tree, and nothing else: no names are looked up and no types
 * are checked here.
 *
 * Start reading at esc_source_parse(). Every node lives in the caller's arena and borrows its texts
 * from the source or the arena, so both must outlive the tree. Nodes are allocated only as large as
 * their kind needs: pass pointers, never copy an EscNode by value. A tree belongs to whoever has read the file, and nobody else writes
 * into it: what a check finds out about a node stands in a table of its own, by the node's id. */
#ifndef ESC_GRAMMAR_H
#define ESC_GRAMMAR_H

#include <esc/kit.h>

/* --- limits ----------------------------------------------------------------------------------- */

#define ESC_SOURCE_SIZE_MAX (1024u * 1024u) /* bytes in one file */
#define ESC_NAME_SIZE_MAX 64u               /* bytes in one word of a name */
#define ESC_PATH_PARTS_MAX 16u              /* words in a dotted name */
#define ESC_NESTING_MAX 32u                 /* brackets, blocks and texts inside one another */
#define ESC_EXPRESSION_DEPTH_MAX 200u       /* operators above one another in one expression */
#define ESC_SYNTAX_ERRORS_MAX 50u           /* per file; parsing stops there */

/* --- places ----------------------------------------------------------------------------------- */

/* A half-open range of byte offsets in one file. */
typedef struct EscSpan {
    uint32_t file; /* the caller's index of the file */
    uint32_t start, end;
} EscSpan;

/* One word as it was written. text.size is 0 where an optional name was left out. */
typedef struct EscName {
    EscText text;
    EscSpan span;
} EscName;

typedef struct EscNode EscNode;

/* Nodes linked through `next`, in source order. */
typedef struct EscNodeList {
    const EscNode *first, *last;
    uint32_t count;
} EscNodeList;

#define ESC_EACH_NODE(node, list)                                                                  \
    for (const EscNode *node = (list).first; node != NULL; node = node->next)

/* --- kinds ------------------------------------------------------------------------------------ */

/* nodes.def has a row for every kind and a line for every part of it, with an example. */
typedef enum EscNodeKind {
#define ESC_NODE(KIND, member, Struct, text) ESC_NODE_##KIND,
#define ESC_BARE(KIND, member, text) ESC_NODE_##KIND,
#include <esc/nodes.def>
    ESC_NODE_COUNT
} EscNodeKind;

#define ESC_WORDS(Enum) typedef enum Enum {
#define ESC_WORD_IS(MEMBER, text) MEMBER,
#define ESC_WORDS_END(Enum)                                                                        \
    }                                                                                              \
    Enum;
#include <esc/words.def>

/* The structs: EscNotifyNode and its like. */
#define ESC_FIELD_NAME EscName
#define ESC_FIELD_NODE const EscNode *
#define ESC_FIELD_LIST EscNodeList
#define ESC_FIELD_STEPS EscNodeList
#define ESC_FIELD_FLAG bool
#define ESC_FIELD_COUNT uint32_t
#define ESC_FIELD_NUMBER double
#define ESC_NODE(KIND, member, Struct, text) typedef struct Struct {
#define ESC_NODE_END(Struct)                                                                       \
    }                                                                                              \
    Struct;
#define ESC_MEMBER(TYPE, field) ESC_FIELD_##TYPE field;
#define ESC_WORD(Enum, field) Enum field;
#define ESC_HIDDEN(ctype, field) ctype field;
#include <esc/nodes.def>
#undef ESC_FIELD_NAME
#undef ESC_FIELD_NODE
#undef ESC_FIELD_LIST
#undef ESC_FIELD_STEPS
#undef ESC_FIELD_FLAG
#undef ESC_FIELD_COUNT
#undef ESC_FIELD_NUMBER

/* Of a kind that says it all. */
typedef struct EscBareNode {
    char unused;
} EscBareNode;

struct EscNode {
    EscNodeKind kind;
    uint16_t depth;      /* of an expression, 0 for leaves; at most ESC_EXPRESSION_DEPTH_MAX */
    EscSpan span;        /* the whole construct */
    uint32_t id;         /* of this node in its file: 1 to node_count of the FILE node */
    const EscNode *next; /* in the list it belongs to */
    union {
#define ESC_NODE(KIND, member, Struct, text) Struct member;
#define ESC_BARE(KIND, member, text) EscBareNode member;
#include <esc/nodes.def>
    };
};

/* --- parsing ---------------------------------------------------------------------------------- */

/* One fault of the text. All texts are borrowed for the length of the call of the sink. */
typedef struct EscSyntaxError {
    const char *code; /* "E0021"; static */
    EscSpan span;
    EscText message; /* one sentence without a full stop, in the words of the language */
    EscText hint;    /* how to go on, or empty */
    EscSpan related; /* a second place, such as the brace that was never closed; end is 0 when there
                        is none */
    EscText related_label;
    bool has_fix;
    bool fix_is_guess; /* one of several things that may have been meant */
    EscSpan fix_span;  /* replacing this … */
    EscText fix;       /* … by this makes it right (may be empty: delete) */
} EscSyntaxError;

/* Where errors go. `put` is called at most ESC_SYNTAX_ERRORS_MAX times for a file, almost in source
 * order: a fault that only shows at the end of a construct comes after those inside it. */
typedef struct EscSyntaxSink {
    void (*put)(void *context, const EscSyntaxError *error);
    void *context;
} EscSyntaxSink;

/* Parses one file. `source` is borrowed by the tree. Faults go to `errors` (may be NULL: not
 * wanted). A part with a fault is left out of its declaration and noted as broken; a declaration
 * that is lost becomes a BROKEN node. So the result is a FILE node whatever the text was; NULL only when the arena is used up. Time and memory grow linearly with
 * the source; nothing recurses. */
const EscNode *esc_source_parse(EscArena *arena, uint32_t file, EscText source,
                                const EscSyntaxSink *errors);

/* What there is to say about one code, for `escalc explain` and the docs. `wrong` is a whole file with
 * this fault and `right` the same without it; both are "" where no small one shows it. */
typedef struct EscSyntaxExplanation {
    const char *code, *title, *text, *wrong, *right;
} EscSyntaxExplanation;

/* In order of code: E0001 to E0099 are faults of the text alone. */
uint32_t esc_syntax_explanation_count(void);
const EscSyntaxExplanation *esc_syntax_explanation(uint32_t index);

const char *esc_node_kind_name(EscNodeKind kind); /* "template"; never NULL */
const char *esc_binary_op_text(EscBinaryOp op);   /* "starts with"; never NULL */

/* Calls visit(context, node, child) for every direct child, in about the order of the source. To go
 * deeper, visit again from the callback: the height of a tree is bounded by the limits above. */
typedef void (*EscChildVisitor)(void *context, const EscNode *parent, const EscNode *child);
void esc_node_each_child(const EscNode *node, EscChildVisitor visit, void *context);

/* Calls visit(context, steps) for every list of steps right below a node: those of its own and of its parts (arms, answers, reminders),
 * but not those of the steps in them. */
typedef void (*EscBlockVisitor)(void *context, EscNodeList steps);
void esc_node_each_block(const EscNode *node, EscBlockVisitor visit, void *context);

/* Writes the tree as an S-expression, without spans: two sources with one meaning give one dump.
 * For tests and for `escalc dump --tree`. */
void esc_node_dump(EscBuf *out, const EscNode *node);

/* --- tokens, for the formatter and for editors ------------------------------------------------ */

/* What words and names are made of. */
/* Whether a word of a path is no name but a place: a number, or a member of a document that stands in quotes. */
bool esc_name_is_place(EscText name);
static inline bool esc_is_word_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

typedef enum EscTokenKind {
    ESC_TOKEN_WORD,    /* a name, dotted name or keyword */
    ESC_TOKEN_LITERAL, /* number, duration, time, percentage */
    ESC_TOKEN_TEXT,    /* a whole "…" or triple-quoted text with its quotes and {…} inside */
    ESC_TOKEN_PUNCTUATION, /* { } ( ) [ ] , : -> => <- = != < … .. | ? */
    ESC_TOKEN_COMMENT,     /* from # to the end of the line, without it */
    ESC_TOKEN_UNKNOWN      /* bytes that no rule of the language knows */
} EscTokenKind;

/* One token; the source between two tokens is only blanks and line ends, so nothing of the file is
 * lost. */
typedef struct EscToken {
    EscTokenKind kind;
    uint32_t start, end;      /* byte offsets */
    uint32_t newlines_before; /* line ends between the token before and this one */
} EscToken;

typedef struct EscTokenList {
    EscToken *items; /* in the arena */
    size_t count;
} EscTokenList;

/* Splits any text, correct or not. ESC_NO_MEMORY or ESC_OVER_LIMIT (source too long) leave *out
 * empty. */
ESC_MUST_USE EscStatus esc_source_tokens(EscArena *arena, EscText source, EscTokenList *out);

#endif
