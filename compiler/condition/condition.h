/* condition.h - one form of a condition, whatever it was written as: and/or over tests that say in which set of values
 * a subject lies. The check makes it once from the checked tree (esc_condition_of); triggers as data, the rules of a
 * policy, and everything that asks "can this hold?" read it.
 *
 * Beside the form stand decision diagrams (EscSpace): the values of each subject fall into finitely many cells that no
 * test tells apart, and a diagram over the cells decides whether conditions can hold, always hold, exclude or cover one
 * another, with an example ticket. What a diagram is not sure of it takes for possible: a comparison of two fields, a
 * quantifier, sets that are too large. Private to compiler/. */
#ifndef ESC_CONDITION_H
#define ESC_CONDITION_H

#include "compiler_internal.h"

/* --- subjects: what is tested ----------------------------------------------------------------- */

typedef enum EscSubjectKind {
    ESC_SUBJECT_TICKET,    /* index in fields */
    ESC_SUBJECT_EVENT,     /* index in fields */
    ESC_SUBJECT_EXCEPTION, /* index in fields */
    ESC_SUBJECT_FACT,      /* index: EscFact */
    ESC_SUBJECT_LOCAL,     /* index in locals */
    ESC_SUBJECT_VALUE,     /* any other expression: a calculated value, an old one */
    ESC_SUBJECT_HOURS,     /* whether they are open: index in calendars */
    ESC_SUBJECT_ORDER,     /* how one value lies to another: `members` less, equal, greater */
    ESC_SUBJECT_OPAQUE     /* true or false, as the code of `key` says */
} EscSubjectKind;

typedef struct EscSubject {
    EscSubjectKind kind;
    EscType
        type; /* of what lies in the sets, without the optional bit; BOOL for changes, 0 for ORDER */
    uint32_t index;
    bool may_be_missing;
    bool is_change;   /* whether this event changed the field */
    bool is_from_now; /* of a time: how far behind `now`; a duration */
    EscText key;   /* the same for what is the same: a field's name; nothing for facts and locals */
    EscText words; /* as people write it: "ticket.account.tier" */
    EscText other; /* ORDER: the words of the other side */
    const EscText *members; /* of an enum */
    uint32_t members_count;
} EscSubject;

/* True when both are one variable of a diagram. */
bool esc_subject_equal(const EscSubject *a, const EscSubject *b);

/* --- tests: in which set ---------------------------------------------------------------------- */

typedef enum EscTestKind {
    ESC_TEST_CONSTANT, /* holds for everything */
    ESC_TEST_PRESENCE, /* the value is there */
    ESC_TEST_MEMBERS,  /* enum, bool (bit 0 false, bit 1 true), ORDER: one of the mask `members` */
    ESC_TEST_RANGES,   /* number, duration, time: in one of `intervals` */
    ESC_TEST_TEXTS,    /* text: one of `atoms` says so */
    ESC_TEST_ITEMS     /* list: one of `atoms` is an item */
} EscTestKind;

/* Ends are keys: milliseconds, or a number's place in the order of all doubles (esc_number_key). Behind every key
 * comes the next, so an open end is a closed one beside it. */
typedef struct EscInterval {
    int64_t low, high;
    bool is_low_open, is_high_open;
} EscInterval;

int64_t esc_number_key(double number); /* number is no NaN */
double esc_key_number(int64_t key);
/* The keys that lie inside; false when there are none. */
bool esc_interval_closed(const EscInterval *interval, int64_t *low, int64_t *high);

typedef enum EscAtomKind {
    ESC_ATOM_IS,
    ESC_ATOM_STARTS,
    ESC_ATOM_ENDS,
    ESC_ATOM_CONTAINS /* in any case; the others tell cases apart */
} EscAtomKind;

typedef struct EscAtom {
    EscAtomKind kind;
    EscText text;
} EscAtom;

bool esc_atom_holds(const EscAtom *atom, EscText text);

typedef struct EscTest {
    EscTestKind kind;
    bool is_negated; /* the other values are meant */
    bool
        holds_missing; /* what it says of a missing value; always false where a text says it (not PRESENCE) */
    EscSubject subject;
    uint32_t count; /* of intervals or atoms */
    uint64_t members;
    const EscInterval *intervals; /* in the order of the text; they may overlap */
    const EscAtom *atoms;
    /* --- for lowering; not of a test that was read from a bundle --- */
    const EscNode *node; /* as written, without the `not` above it */
    bool is_under_not;
    bool is_leaf; /* a row of PREDS says it: a field as it is against constants */
} EscTest;

/* --- days ------------------------------------------------------------------------------------- */

/* A date without a time of day. */
bool esc_is_day(const EscNode *node);
/* A comparison with a day, as one with an instant: `value op minute`. Of `=` and `!=` it is the day's first one. */
typedef struct EscDayTest {
    const EscNode *value, *date;
    EscBinaryOp op;
    int64_t minute;
} EscDayTest;
/* For a BINARY; false when no day stands alone on a side of it. Two days: the right one counts. */
bool esc_day_test(const EscNode *node, EscDayTest *test);

/* --- the form --------------------------------------------------------------------------------- */

typedef enum EscConditionKind {
    ESC_CONDITION_AND,
    ESC_CONDITION_OR,
    ESC_CONDITION_TEST
} EscConditionKind;

typedef struct EscCondition EscCondition;
struct EscCondition {
    EscConditionKind kind;
    EscSpan span;
    const EscCondition *first, *next; /* first child; next of the same parent */
    uint32_t count;                   /* of children; chains of one connective are one node */
    const EscTest *test;              /* TEST */
};

/* Notes that a condition was checked without a fault: it has a form from now on. */
void esc_condition_passed(EscWorkspace *workspace, const EscNode *node);
/* The form, made when first asked for and kept with the workspace. `not` stands at the tests only. NULL for NULL, and
 * where something is wrong (that was reported). */
const EscCondition *esc_condition_of(EscWorkspace *workspace, const EscNode *node);
/* The same in another arena, for who looks at it once. No form comes near ESC_FORM_BYTES_MAX. */
#define ESC_FORM_BYTES_MAX ((size_t)1 << 30)
const EscCondition *esc_condition_make(EscWorkspace *workspace, const EscNode *node,
                                       EscArena *arena);
/* What a typed node without and, or, not tests by itself, or the opposite of that. False where nothing is tested. */
bool esc_condition_test(EscWorkspace *workspace, const EscNode *node, bool truth, EscTest *test);
/* The test that a value is one of a fixed one: an arm of `match`. False when the value is not fixed. */
bool esc_condition_equals(EscWorkspace *workspace, const EscNode *value, const EscNode *constant,
                          EscTest *test);

/* A tree of PREDS back in the same form, in `arena`; what code decides is opaque. `program` passed the verifier.
 * Fields are known by their names, so forms of two bundles can meet in one space where their enums are the same. NULL
 * without memory. */
const EscCondition *esc_condition_read(EscArena *arena, const EscProgram *program, uint32_t pred);

/* --- values: one of each cell ----------------------------------------------------------------- */

/* A value of a subject, or none. Which member counts, the subject says. */
typedef struct EscCell {
    bool is_missing;
    uint32_t member; /* enum, bool, ORDER */
    int64_t key;     /* number, duration, time */
    EscText text;
    const EscText *items; /* of a list */
    uint32_t items_count;
} EscCell;

/* What the test says of a value: the plain meaning that diagrams are held against. */
bool esc_test_holds(const EscTest *test, const EscCell *cell);

/* A text for which exactly those atoms hold that `truths` says; false when there is none (or no memory, which
 * the arena knows). It lies in `arena` or is an atom's. */
bool esc_text_for(EscArena *arena, const EscAtom *atoms, const bool *truths, uint32_t count,
                  EscText *text);

/* --- diagrams --------------------------------------------------------------------------------- */

/* A diagram: ESC_NEVER, ESC_ALWAYS, something between, or ESC_INCONCLUSIVE when the budget of the space is used up. */
typedef uint32_t EscDiagram;
#define ESC_NEVER ((EscDiagram)0)
#define ESC_ALWAYS ((EscDiagram)1)
#define ESC_INCONCLUSIVE UINT32_MAX

/* The subjects of some conditions, their cells, and diagrams over them. Owned; esc_space_free(). */
typedef struct EscSpace EscSpace;

/* A space for these conditions (NULL ones are left out), which must outlive it. NULL without memory. */
EscSpace *esc_space_new(const EscCondition *const *conditions, uint32_t count);
void esc_space_free(EscSpace *space); /* NULL is allowed */
/* ESC_OK, ESC_OVER_LIMIT when something was inconclusive, ESC_NO_MEMORY (also for NULL): nothing is known then. */
EscStatus esc_space_status(const EscSpace *space);
/* Diagrams of one space are equal exactly when they say the same of every value. The condition is one of those that the
 * space was made for, or a part of one; NULL always holds. */
EscDiagram esc_space_diagram(EscSpace *space, const EscCondition *condition);
EscDiagram esc_space_and(EscSpace *space, EscDiagram a, EscDiagram b);
EscDiagram esc_space_or(EscSpace *space, EscDiagram a, EscDiagram b);
EscDiagram esc_space_not(EscSpace *space, EscDiagram a);
/* a holds nowhere where b does not. False when that is inconclusive. */
bool esc_space_implies(EscSpace *space, EscDiagram a, EscDiagram b);
/* What the diagram says of one value for each subject: `value` gives it. Not for ESC_INCONCLUSIVE. */
bool esc_space_holds(const EscSpace *space, EscDiagram diagram,
                     EscCell (*value)(void *context, const EscSubject *subject), void *context);

/* One value for each subject that a diagram depends on, in words. */
#define ESC_EXAMPLE_LINES_MAX 8u
typedef struct EscExample {
    EscWitness lines[ESC_EXAMPLE_LINES_MAX];
    uint32_t count;
    bool has_failed; /* without memory for its words */
} EscExample;
/* An example for which the diagram holds; its texts lie in `arena`. What it does not depend on is left out, and what
 * would be more than so many lines. False when there is none (ESC_NEVER) or nothing is known. */
bool esc_space_example(const EscSpace *space, EscDiagram diagram, EscArena *arena,
                       EscExample *example);

#endif
