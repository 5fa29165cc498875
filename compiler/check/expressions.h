/* expressions.h - values, conditions, people: expr.c, path.c, compare.c, who.c, and what is judged of conditions (verdicts.c, divisors.c). */
#ifndef ESC_CHECK_EXPRESSIONS_H
#define ESC_CHECK_EXPRESSIONS_H

#include "check/where.h"

/* Checks an expression and marks its nodes. `expected` is the type that the place wants (for
 * bare words), or ANY. */
EscType esc_check_expression(EscWhere *where, const EscNode *node, EscType expected);
/* The same where a value of exactly `expected` must come; reports code otherwise. `place` names
 * it: "the field severity". */
bool esc_check_value(EscWhere *where, const EscNode *node, EscType expected, const char *code,
                     const char *place);
/* What a condition decides. */
typedef enum EscConditionUse {
    ESC_USE_START,
    ESC_USE_HANDLER,
    ESC_USE_CLOSE,
    ESC_USE_IF,
    ESC_USE_AWAIT,
    ESC_USE_EVENT, /* `await EVENT when`: judged at the event */
    ESC_USE_CHECK,
    ESC_USE_ROUTE,
    ESC_USE_SLA,
    ESC_USE_PAUSE,
    ESC_USE_POLICY,
    ESC_USE_DOCUMENT, /* of what came from outside */
    ESC_USE_TEST      /* may be anything: the test says what comes of it */
} EscConditionUse;

/* Types a condition, keeps its form and says when it can never or must always hold. NULL is
 * fine. */
void esc_check_condition(EscWhere *where, const EscNode *node, EscConditionUse use);
/* Reports what reads the time in a condition that stands without an instant at which its answer changes (standing.c); other
 * conditions are judged once and may read it as they like. */
void esc_check_standing(EscWhere *where, const EscNode *node, EscConditionUse use);
EscType esc_mark_value(EscWhere *where, const EscNode *node, EscType type); /* gives type */
/* Reports that a condition turns true because `node` is missing. */
void esc_might_be_missing(EscWhere *where, const EscNode *node, const char *under);
void esc_check_text(EscWhere *where, const EscNode *text); /* NULL is fine */
void esc_event_lookup_free(struct EscEventLookup *lookup); /* path.c; NULL is allowed */
/* Resolves a PATH (path.c). */
EscType esc_check_path(EscWhere *where, const EscNode *node, EscType expected);
/* documents.c: whether a PATH, or a call of `pairs`, is a place in the document that `where` reads. */
bool esc_is_document(const EscWhere *where, const EscNode *node);
/* Marks such a node (MEANS_DOCUMENT). Its type is `expected`, or a text where nothing is; it may always be missing. */
EscType esc_check_document(EscWhere *where, const EscNode *node, EscType expected);
/* The same for a test whether there is anything. */
EscType esc_check_document_presence(EscWhere *where, const EscNode *node);
/* What a document's place is expected to hold, in a place that wants `kind`; ANY for another node. */
EscType esc_document_wants(const EscWhere *where, const EscNode *node, EscKind kind);
/* The kind of a value that is written down, else TEXT: what a document's place is held against. */
EscKind esc_written_kind(const EscNode *node);
/* Reports what cannot be asked of a document. */
EscType esc_no_document(EscWhere *where, const EscNode *node, const char *what);
/* Report a place in brackets where nothing has places, and a name that is no document's where one is read. */
bool esc_report_place(EscWhere *where, const EscNode *path);
bool esc_report_outside(EscWhere *where, const EscNode *path, EscType expected);
/* Whether a test around proves that the first words of the path are present. */
bool esc_is_narrowed(const EscWhere *where, const EscNode *path, uint32_t parts);
/* Reports a condition, or parts of one, that can never hold or always do. */
void esc_judge_condition(EscWorkspace *workspace, const EscNode *node, EscConditionUse use);
/* A row of a table in which the first that fits is taken. */
typedef struct EscTableRow {
    const EscNode *condition; /* NULL: everything */
    bool is_otherwise;        /* the last resort of the table may find nothing left */
    EscSpan span;
    const EscCondition *form; /* filled in */
} EscTableRow;

/* Frees a space; what it had no memory for fails the workspace. NULL: there was none at all. */
void esc_judge_done(EscWorkspace *workspace, EscSpace *space);
/* Adds the example's lines. */
void esc_report_example(EscWorkspace *workspace, EscDiagnostic *diagnostic,
                        const EscExample *example);
/* Reports rows for which those above leave nothing; `what`: "this row is never reached". */
void esc_judge_rows(EscWorkspace *workspace, EscTableRow *rows, uint32_t count, const char *what);
/* Paths that cannot be 0 where the condition is `truth`; gives their number. */
uint32_t esc_condition_keeps_from_zero(EscWorkspace *workspace, const EscNode *condition,
                                       bool truth, const EscNode **paths, uint32_t max);
void esc_check_divisor(EscWhere *where, const EscNode *divisor); /* reports E0227 */
/* Narrowing: begins with what `condition` proves; *mark is what to set narrowed_count back to. */
uint32_t esc_narrow(EscWhere *where, const EscNode *condition, bool truth);
bool esc_is_single_word(const EscNode *node);
/* Reports a quoted text beside a field with fixed values; false when it is something else. */
bool esc_quoted_member(EscWhere *where, const EscNode *text, EscType enum_type);
/* lengths.c: a length that a calendar counts. Where it stands alone (always a report), behind a time (ESC_TYPE_WRONG after a
 * report), and beside a length. */
EscType esc_check_counted(EscWhere *where, const EscNode *hours);
EscType esc_check_counted_sum(EscWhere *where, const EscNode *node);
void esc_check_counted_comparison(EscWhere *where, const EscNode *node, const EscNode *length,
                                  const EscNode *hours);
void esc_check_comparison(EscWhere *where, const EscNode *node);
void esc_check_in(EscWhere *where, const EscNode *node);
void esc_check_text_test(EscWhere *where, const EscNode *node);
#define ESC_WHO_CAN_PERSON 1u
#define ESC_WHO_CAN_TEAM 2u
#define ESC_WHO_CAN_SCHEDULE 4u
#define ESC_WHO_CAN_ROUTE 8u
#define ESC_WHO_CAN_CHANNEL 16u
#define ESC_WHO_CAN_ROLE 32u
#define ESC_WHO_CAN_FIELD 64u
#define ESC_WHO_CAN_TURNS                                                                          \
    128u /* round_robin(TEAM): one who is drawn, so nobody to be found again */
#define ESC_WHO_CAN_OWN                                                                            \
    (ESC_WHO_CAN_PERSON | ESC_WHO_CAN_TEAM | ESC_WHO_CAN_SCHEDULE | ESC_WHO_CAN_ROUTE |            \
     ESC_WHO_CAN_FIELD | ESC_WHO_CAN_TURNS)
#define ESC_WHO_CAN_PEOPLE (ESC_WHO_CAN_OWN | ESC_WHO_CAN_ROLE)
#define ESC_WHO_CAN_ANSWER (ESC_WHO_CAN_PEOPLE & ~ESC_WHO_CAN_TURNS)
/* lookup.c: what a name of that kind can be for somebody; 0: nothing. */
unsigned esc_who_can(EscSymbolKind kind);
/* Resolves a PATH or CALL to MEANS_REF; 0 after a report. `to` says what for: "own an
 * escalation". */
EscRef esc_check_who(EscWhere *where, const EscNode *node, unsigned allowed, const char *to);
/* reports that a value may be missing */
void esc_must_be_present(EscWhere *where, const EscNode *node);

#endif
