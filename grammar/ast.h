/* ast.h - the constructors that the grammar's actions call. Private to this folder.
 *
 * Every constructor takes NULL children (no memory) and then gives a tree with holes, which parse.c
 * throws away. */
#ifndef ESC_GRAMMAR_AST_H
#define ESC_GRAMMAR_AST_H

#include "grammar_internal.h"

/* What an optional `else` gave. */
typedef struct EscBranch {
    EscNodeList steps;
    bool is_written;
} EscBranch;

typedef struct EscRange {
    EscNode *from, *to;
} EscRange;

typedef struct EscAckRule {
    EscAckBy by;
    uint32_t count;
} EscAckRule;

/* 2 of ops_leads */
typedef struct EscQuorum {
    EscNode *who;
    uint32_t count;
} EscQuorum;

EscName esc_name_empty(void);
EscSpan esc_span_join(EscSpan first, EscSpan last);

/* Puts a finished declaration into the file. */
void esc_parse_declare(EscParse *parse, EscNode *declaration);

EscNode *esc_path_one(EscParse *parse, EscName name);
EscNode *esc_ast_unary(EscParse *parse, EscSpan span, EscUnaryOp op, EscNode *operand);
EscNode *esc_ast_binary(EscParse *parse, EscSpan span, EscBinaryOp op, EscNode *left,
                        EscNode *right);
/* A comparison that goes without regard to case. */
EscNode *esc_ast_folded(EscParse *parse, EscSpan span, EscBinaryOp op, EscNode *left,
                        EscNode *right);
EscNode *esc_ast_quantifier(EscParse *parse, EscSpan span, bool is_all, EscName variable,
                            EscNode *list, EscNode *condition);
EscNode *esc_ast_text(EscParse *parse, EscSpan span, EscNode *start, EscNodeList parts,
                      EscNode *end);
EscNode *esc_ast_duration_of(EscSpan span, EscNode *duration, EscName calendar);
EscNode *esc_ast_record_field(EscParse *parse, EscSpan span, EscName name, EscSpan type_span,
                              EscNodeList fields, bool is_optional);
/* list of text at most SIZE at most COUNT */
EscNode *esc_ast_list_of(EscParse *parse, EscSpan span, EscNode *item, EscSpan item_span,
                         uint32_t size, uint32_t count);
EscNode *esc_path_two(EscParse *parse, EscSpan span, EscName word, const EscNode *text);
EscNode *esc_ast_header(EscParse *parse, EscSpan span, EscName word, EscNode *name, EscNode *value);
/* ENTRY whose value is MAPPED, which stands at `mapped`. */
EscNode *esc_ast_mapped(EscParse *parse, EscSpan span, EscName name, EscSpan mapped, EscNode *value,
                        EscName way, EscNodeList entries);
EscNode *esc_ast_await(EscParse *parse, EscSpan span, EscNode *what, EscNode *within,
                       EscNodeList reminders, EscBranch otherwise);
EscNode *esc_ast_check(EscParse *parse, EscSpan span, EscNode *what, EscNode *within,
                       bool is_before_close, EscBranch otherwise);
EscNode *esc_ast_denied(EscSpan span, EscNode *fact);
/* An act of a test that a rule refuses. NULL for NULL. */
EscNode *esc_ast_refused(EscSpan span, EscNode *act);
EscNode *esc_ast_counted(EscSpan span, EscNode *fact, uint32_t times);
EscName esc_ast_text_name(const EscNode *text);
uint32_t esc_ast_count(EscParse *parse, const EscNode *number);

/* Mistakes: each reports, and gives what was meant. */
EscNode *esc_ast_unit_missing(EscParse *parse, EscNode *number);
EscName esc_ast_unquoted(EscParse *parse, const EscNode *text);
EscNode *esc_ast_else_if(EscParse *parse, EscSpan span, EscNode *condition, EscNodeList steps,
                         EscSpan otherwise, EscNode *nested);
EscNode *esc_ast_spanned(EscNode *node, EscSpan span); /* the same node, with that place */

#endif
