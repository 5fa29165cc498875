/* check.h - what the passes between parsing and lowering share: scopes, names, suggestions. Not
 * seen by lowering.
 *
 * Order of the passes (check.c): modules, symbols, schema, directory, connectors, exceptions,
 * bodies, policy, tests. Each goes on after a fault, and type 0 (ESC_TYPE_WRONG) says that
 * something was reported already, so that one fault gives one message. */
#ifndef ESC_CHECK_H
#define ESC_CHECK_H

#include "condition/condition.h"

#define ESC_TYPE_WRONG ((EscType)0)
#define ESC_TYPE_ANY ((EscType)0) /* as an expectation: nothing is expected */
#define ESC_SCOPE_LOCALS_MAX 128u

/* For trees that a pass marks: as ESC_EACH_NODE, but writable. */
#define ESC_EACH(node, list) for (EscNode *node = (list).first; node != NULL; node = node->next)

/* What a body does, collected while it is checked; a runbook hands it on to whoever runs it. */
typedef struct EscBodyFacts {
    bool is_waiting, is_resuming, is_skipping, is_closing, is_raising;
    EscProof weakest;      /* of what it notifies; ESC_PROOF_COUNT when it notifies nothing */
    EscSpan weakest_span;  /* of that receiver */
    const EscNode *wanted; /* the check in place that asks for most evidence, or NULL */
    unsigned roles_used;   /* bit set; a runbook's roles must be those of its template */
    unsigned depth;        /* runbooks: how many run one another, 1 for one that runs none */
    unsigned state;        /* runbooks: 0 not looked at, 1 being checked, 2 done */
} EscBodyFacts;

/* Where an expression or a step stands. */
typedef struct EscWhere {
    EscWorkspace *workspace;
    EscFunction body; /* decides which steps may stand here */
    /* checked once, wherever it is run: its steps may be any but those of atomic places only */
    bool is_runbook;
    bool is_in_undo; /* in the arguments of an action's inverse */
    /* where bare `previous` has a meaning: the ticket's field of that name; else empty */
    EscText undo_field;
    bool is_test; /* literals of a test may be times and lists: nobody compiles them */
    /* under an odd number of `not`: a missing value could make the whole true */
    bool is_negated;
    bool has_event, event_may_be_missing;
    const uint32_t *events;
    uint32_t events_count;
    bool has_exception;
    uint32_t exception; /* of a named handler; ESC_NONE: any */
    bool has_roles;
    unsigned roles; /* bit set of declared roles */
    uint32_t locals[ESC_SCOPE_LOCALS_MAX];
    uint32_t locals_count;
    const EscNode *narrowed[ESC_NARROWINGS_MAX];
    bool is_nonzero[ESC_NARROWINGS_MAX]; /* that path is kept away from zero; else it is present */
    uint32_t narrowed_count;
    unsigned loop_depth, run_depth;
    EscBodyFacts facts;
} EscWhere;

/* Puts the diagnostics in the order of their places. Pointers to them are then stale. */
void esc_diagnostics_sort(EscWorkspace *workspace);

/* What was written to a buffer may be wrong without memory: then the workspace fails. Releases
 * the buffer. */
void esc_buf_done(EscWorkspace *workspace, EscBuf *buf);

/* --- echo.c ----------------------------------------------------------------------------------- */

/* Behind parsing: which declarations have parts that could not be read, and what those may declare. */
void esc_note_broken_parts(EscWorkspace *workspace);
/* Whether a part of the declaration that holds `span` could not be read. */
bool esc_has_broken_part(const EscWorkspace *workspace, EscSpan span);

/* --- test_names.c ----------------------------------------------------------------------------- */

/* What a test names, and what steps, owners or checks have to give or do for it. */
typedef enum EscTestNoun {
    ESC_TEST_OUTCOME,   /* close as NAME */
    ESC_TEST_ANSWER,    /* ask … { answer NAME … } */
    ESC_TEST_CREATED,   /* create ticket NAME */
    ESC_TEST_NOTIFIED,  /* notify CHANNEL */
    ESC_TEST_CALL,      /* SYSTEM.ACTION(…); a SYSTEM alone: any of its actions */
    ESC_TEST_EXCEPTION, /* raise NAME, and what the engine raises by itself */
    ESC_TEST_REASON,    /* handoff … because "NAME" */
    ESC_TEST_ROLE,      /* owners { NAME … } */
    ESC_TEST_CHECK,     /* check NAME */
    ESC_TEST_CONFIRMED, /* check confirmed "NAME" */
    ESC_TEST_APPROVAL,  /* approve by …; the name is empty */
    ESC_TEST_NOUN_COUNT
} EscTestNoun;

/* Reports a name of a test that nothing in the workspace gives: what a test expects of it always
 * fails, and under `no` never does. */
void esc_check_test_name(EscWorkspace *workspace, EscName name, EscTestNoun noun);

/* --- spelling.c, advice.c --------------------------------------------------------------------- */

/* Reports a name that is declared with capital letters. */
void esc_check_spelling(EscWorkspace *workspace, EscName name);
/* Behind all other passes: what is right and probably not meant. */
void esc_pass_advice(EscWorkspace *workspace);

/* --- names.c ---------------------------------------------------------------------------------- */

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

EscMeaning *esc_mark(EscWorkspace *workspace, EscNode *node, EscMeans means, uint32_t index,
                     EscType type);

/* --- seen.c: what stood in a list before ------------------------------------------------------- */

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
void esc_seen_release(EscSeen *seen);
/* Asked before each candidate of a suggestion: false when nobody would read it (reports beyond the limit), and after
 * very many candidates, so that a file of wrong names costs no more than one of right ones. */
bool esc_suggests(EscWorkspace *workspace);

/* How long a calendar is open in a week without holidays. */
int64_t esc_week_minutes(const EscCalendarInfo *calendar);
/* A plain text of a title or setting: empty when it is missing; a text with {…} in it is
 * reported. */
EscText esc_plain_text(EscWorkspace *workspace, const EscNode *text);
/* Reports a written text that no bundle can hold. */
void esc_check_text_size(EscWorkspace *workspace, EscSpan span, size_t size);
uint64_t esc_seed(void);

/* --- collect.c, schema.c, directory.c … : passes in order ------------------------------------- */

void esc_pass_modules(EscWorkspace *workspace); /* parses; adds the standard library's modules */
void esc_pass_symbols(EscWorkspace *workspace); /* one namespace */
void esc_pass_schema(EscWorkspace *workspace);  /* ticket and events */
void esc_pass_directory(EscWorkspace *workspace);
void esc_pass_connectors(EscWorkspace *workspace);
void esc_pass_sources(EscWorkspace *workspace); /* by esc_pass_connectors */
/* names of all exceptions, before bodies are checked */
void esc_pass_exceptions(EscWorkspace *workspace);
void esc_pass_policy(EscWorkspace *workspace);   /* rules, before the templates that they judge */
void esc_pass_services(EscWorkspace *workspace); /* routes and service levels */
void esc_pass_runbooks(EscWorkspace *workspace);
void esc_pass_templates(EscWorkspace *workspace);
void esc_pass_tests(EscWorkspace *workspace);

/* The zone of a `timezone` setting; empty after a report. */
EscText esc_timezone_setting(EscWorkspace *workspace, const EscNode *setting);

/* calendars and schedules, for esc_pass_directory */
void esc_check_duty(EscWorkspace *workspace);
/* minutes since 1970-01-01T00:00 on the clock of its own zone */
int64_t esc_local_minutes(const EscNode *local_time);
uint32_t esc_contact_kind(EscText word);                         /* EscContact or ESC_NONE */
uint32_t esc_find_person(EscWorkspace *workspace, EscName name); /* ESC_NONE after a report */
/* The persons that the MEMBER nodes of a list name, without the unknown ones, which are
 * reported. */
const uint32_t *esc_find_persons(EscWorkspace *workspace, EscNodeList items, uint32_t *count);

/* Type of a TYPE_ node; name is the field's path for enums. WRONG after a report. */
EscType esc_schema_type(EscWorkspace *workspace, const EscNode *type, EscText name,
                        uint32_t *size_max, uint32_t *items_max);
uint32_t esc_exception_find(const EscWorkspace *workspace, EscText name); /* or ESC_NONE */
uint32_t esc_local_add(EscWorkspace *workspace, EscText name, EscType type, EscSpan span);

/* Reads the days of all-day events of an iCalendar text: appends days since 1970. Returns false
 * when the text is no calendar. */
bool esc_holidays_read(EscWorkspace *workspace, EscText text, int64_t **days, uint32_t *count);

/* --- expr.c ----------------------------------------------------------------------------------- */

EscWhere esc_where(EscWorkspace *workspace, EscFunction body);
/* Checks an expression and marks its nodes. `expected` is the type that the place wants (for
 * bare words), or ANY. */
EscType esc_check_expression(EscWhere *where, EscNode *node, EscType expected);
/* The same where a value of exactly `expected` must come; reports code otherwise. `place` names
 * it: "the field severity". */
bool esc_check_value(EscWhere *where, EscNode *node, EscType expected, const char *code,
                     const char *place);
/* What a condition decides. */
typedef enum EscConditionUse {
    ESC_USE_START,
    ESC_USE_HANDLER,
    ESC_USE_CLOSE,
    ESC_USE_IF,
    ESC_USE_AWAIT,
    ESC_USE_CHECK,
    ESC_USE_ROUTE,
    ESC_USE_SLA,
    ESC_USE_POLICY,
    ESC_USE_TEST /* judged by expectations.c: what cannot fail is an error */
} EscConditionUse;
/* Types a condition, keeps its form and says when it can never or must always hold. NULL is
 * fine. */
void esc_check_condition(EscWhere *where, EscNode *node, EscConditionUse use);
EscType esc_mark_value(EscWhere *where, EscNode *node, EscType type); /* gives type */
EscText esc_words_of(const EscWhere *where, const EscNode *node);     /* as written, for messages */
/* Reports that a condition turns true because `node` is missing. */
void esc_might_be_missing(EscWhere *where, const EscNode *node, const char *under);
void esc_check_text(EscWhere *where, EscNode *text);       /* NULL is fine */
void esc_event_lookup_free(struct EscEventLookup *lookup); /* path.c; NULL is allowed */
/* Resolves a PATH (path.c). */
EscType esc_check_path(EscWhere *where, EscNode *node, EscType expected);

/* --- verdicts.c ------------------------------------------------------------------------------- */

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

/* --- divisors.c ------------------------------------------------------------------------------- */

/* Paths that cannot be 0 where the condition is `truth`; gives their number. */
uint32_t esc_condition_keeps_from_zero(EscWorkspace *workspace, const EscNode *condition,
                                       bool truth, const EscNode **paths, uint32_t max);
void esc_check_divisor(EscWhere *where, const EscNode *divisor); /* reports E0227 */

/* Narrowing: begins with what `condition` proves; *mark is what to set narrowed_count back to. */
uint32_t esc_narrow(EscWhere *where, const EscNode *condition, bool truth);
/* index in locals, or ESC_NONE */
uint32_t esc_where_local(EscWhere *where, EscNode *declares, EscName name, EscType type);

/* --- compare.c -------------------------------------------------------------------------------- */

bool esc_is_single_word(const EscNode *node);
/* Reports a quoted text beside a field with fixed values; false when it is something else. */
bool esc_quoted_member(EscWhere *where, const EscNode *text, EscType enum_type);
void esc_check_comparison(EscWhere *where, EscNode *node);
void esc_check_in(EscWhere *where, EscNode *node);
void esc_check_text_test(EscWhere *where, EscNode *node);

/* --- who.c ------------------------------------------------------------------------------------ */

#define ESC_WHO_CAN_PERSON 1u
#define ESC_WHO_CAN_TEAM 2u
#define ESC_WHO_CAN_SCHEDULE 4u
#define ESC_WHO_CAN_ROUTE 8u
#define ESC_WHO_CAN_CHANNEL 16u
#define ESC_WHO_CAN_ROLE 32u
#define ESC_WHO_CAN_FIELD 64u
#define ESC_WHO_CAN_OWN                                                                            \
    (ESC_WHO_CAN_PERSON | ESC_WHO_CAN_TEAM | ESC_WHO_CAN_SCHEDULE | ESC_WHO_CAN_ROUTE |            \
     ESC_WHO_CAN_FIELD)
#define ESC_WHO_CAN_PEOPLE (ESC_WHO_CAN_OWN | ESC_WHO_CAN_ROLE)
/* Resolves a PATH or CALL to MEANS_REF; 0 after a report. `to` says what for: "own an
 * escalation". */
EscRef esc_check_who(EscWhere *where, EscNode *node, unsigned allowed, const char *to);
uint32_t esc_role_number(EscText word); /* 0 to 3, 4 for owner, ESC_NONE */

/* --- steps.c, waits.c, calls.c, branches.c ---------------------------------------------------- */

/* Checks steps in order; true when nothing can come behind them (close, skip, resume on every
 * way). */
bool esc_check_steps(EscWhere *where, EscNodeList steps);
bool esc_is_atomic(const EscWhere *where); /* handlers, reminders and QA else: nothing may wait */
/* Reports when a waiting step stands in an atomic body; notes it otherwise. */
bool esc_check_may_wait(EscWhere *where, const EscNode *node, const char *what);
/* Calls visit for every list of steps right below a step. */
void esc_step_blocks(EscNode *step, void (*visit)(void *context, EscNodeList steps), void *context);
/* The same for every list of steps right below a template. */
void esc_template_blocks(const EscNode *template, void (*visit)(void *context, EscNodeList steps),
                         void *context);

void esc_check_wait(EscWhere *where, EscNode *node);
bool esc_check_ask(EscWhere *where, EscNode *node);
void esc_check_await(EscWhere *where, EscNode *node);
void esc_check_approve(EscWhere *where, EscNode *node);
void esc_check_check(EscWhere *where, EscNode *node, bool is_in_qa);
/* Of two checks of evidence the one that asks for more; either may be NULL. */
const EscNode *esc_stronger_check(const EscWorkspace *workspace, const EscNode *a,
                                  const EscNode *b);

/* Arguments against parameters; ENTRY nodes get MEANS_PARAM base + number. `whose`: "the action
 * `crm.requeue`". */
void esc_check_arguments(EscWhere *where, EscSpan call, EscNodeList arguments,
                         const EscParamInfo *params, uint32_t count, uint32_t base,
                         const char *whose, EscSpan declared);
/* Reports an ENTRY whose name was given before in its list. */
void esc_entry_once(EscSeen *seen, const EscNode *entry);
/* ticket fields of a record */
void esc_check_fields(EscWhere *where, EscNodeList entries, EscText prefix, unsigned depth);
void esc_check_set(EscWhere *where, EscNode *node);
void esc_check_create(EscWhere *where, EscNode *node);
void esc_check_raise(EscWhere *where, EscNode *node);
void esc_check_run(EscWhere *where, EscNode *node);
void esc_check_start_template(EscWhere *where, EscNode *node);
void esc_check_action_call(EscWhere *where, EscNode *node);
/* The action that a PATH of two words names, or of one within `system` (ESC_NONE: two are
 * needed); marks it. ESC_NONE after a report. */
uint32_t esc_check_action(EscWorkspace *workspace, EscNode *path, uint32_t system);

bool esc_check_if(EscWhere *where, EscNode *node);
bool esc_check_match(EscWhere *where, EscNode *node);
void esc_check_for_each(EscWhere *where, EscNode *node);

/* An event that a PATH names; marks it. ESC_NONE after a report. */
uint32_t esc_check_event(EscWorkspace *workspace, EscNode *path);
/* circles.c: templates that start each other at once */
void esc_check_circles(EscWorkspace *workspace);
/* A symbol of one kind that a PATH names; NULL after a report, or for a broken declaration. */
const EscSymbol *esc_check_symbol(EscWorkspace *workspace, EscNode *path, EscSymbolKind kind);
/* A DURATION: its calendar, and that it is within a bound in ms. */
void esc_check_duration(EscWorkspace *workspace, EscNode *node, bool may_have_calendar,
                        EscBound bound);
/* That `count` people can be asked for something (ACK_PEOPLE or APPROVALS, `what` in words), and that `ref` is as
 * many where that is known; 0: an unknown name, which was reported. */
void esc_check_people(EscWorkspace *workspace, EscBound bound, uint32_t count, EscRef ref,
                      EscSpan span, const char *what);
void esc_check_deadline(EscWorkspace *workspace, EscNode *node); /* NULL is fine */
/* A whole percentage from 1 to 99, above *previous, which it replaces. */
void esc_check_percent(EscWorkspace *workspace, const EscNode *percent, double *previous);
/* reports that a value may be missing */
void esc_must_be_present(EscWhere *where, const EscNode *node);

/* Checks a runbook, once; run_depth says how deep it is run. */
void esc_check_runbook(EscWorkspace *workspace, uint32_t index, unsigned run_depth);

/* --- policy.c, rules.c ------------------------------------------------------------------------ */

typedef struct EscPolicyRules {
    const EscNode *last_resort; /* LAST_RESORT */
    const EscNode **requires;   /* POLICY_REQUIRE */
    uint32_t weight; /* of all: each template is judged by every rule and each of its names */
    uint32_t count;
    size_t capacity;
    const EscNode *undo; /* the `require undo on actions`, or NULL */
} EscPolicyRules;
void esc_apply_policy(EscWorkspace *workspace, const EscTemplateInfo *info);

/* The embedded standard library (made from stdlib/ by embed.cmake). */
typedef struct EscStdModule {
    const char *name; /* "std.triage" */
    const char *path; /* "std/triage.esc" */
    const unsigned char *data;
    size_t size;
} EscStdModule;
extern const EscStdModule esc_std_modules[];
extern const unsigned esc_std_modules_count;

#endif
