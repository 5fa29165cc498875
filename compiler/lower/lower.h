/* lower.h - from the checked tree to a program: what the files of the lowering share.
 *
 * Private to compiler/. Order of reading: build.h (tables), emit.h (one function), lower.c (the
 * whole), then one file a subject. */
#ifndef ESC_LOWER_H
#define ESC_LOWER_H

#include "lower/emit.h"

/* --- function.c: one function, and where it stands -------------------------------------------- */

#define ESC_LOWER_NARROWINGS_MAX 64u
#define ESC_LOWER_RAISED_DEADLINE_MS ESC_DEADLINE_MAX_MS
#define ESC_LOWER_RESORT_ACK_MS                                                                    \
    (15 * ESC_MINUTE_MS) /* of each of the last resort, where nothing is said */
#define ESC_LOWER_OPEN_DEADLINE_MS                                                                 \
    (30 *                                                                                          \
     ESC_DAY_MS) /* waits that the text gives no time: closing, checks of people, ack by calendar */
#define ESC_LOWER_REPLY_DEADLINE_MS ESC_MINUTE_MS /* an action without `within` */

/* A path that was found present, and the register with the value that the test saw. */
typedef struct EscNarrowing {
    const EscNode *path;
    EscRegister at;
} EscNarrowing;

/* Where event.* of the function at hand comes from. */
typedef struct EscEventSource {
    const uint32_t *events; /* ascending, unique; borrowed */
    uint32_t count;
    bool may_be_missing;
    uint32_t rows_first; /* in FUNCTION_EVENTS, + 1; 0: no function has needed them yet */
    uint32_t *having; /* of a long list, by field: how many events have it; NULL: not counted yet */
} EscEventSource;

/* The line that was looked up last. */
typedef struct EscLowerLine {
    uint32_t file, number; /* number 0: none yet */
    uint32_t start, end;   /* byte offsets, without the line end */
} EscLowerLine;

typedef struct EscLower {
    EscWorkspace *workspace; /* only its diagnostics are written */
    EscBuild build;
    EscEmit *emit; /* the function at hand */
    EscLowerLine line;
    EscEventSource *source;       /* NULL: none */
    const EscNode *inbound;       /* the SOURCE whose rows are lowered */
    EscRegister *local_registers; /* by index in workspace->locals, while they are in scope */
    EscNarrowing narrowings[ESC_LOWER_NARROWINGS_MAX];
    uint32_t narrowings_count;
    uint32_t narrowings_first; /* those before it belong to another function */
    bool
        is_standing; /* the condition at hand is judged again by the clock: it reads the time by rows of CLOCKS only */
    /* the template at hand */
    const EscTemplateInfo *template;
    EscEventSource template_source;
    uint32_t template_index; /* or ESC_NONE */
    uint32_t tallies_first;  /* row in TALLIES of its first count */
    uint32_t checks_first;   /* row in CHECKS of its first check */
    EscCheckRow *checks;     /* collected: the rows must follow each other */
    size_t checks_count, checks_capacity;
    uint32_t triage;         /* a CATCH function of std.triage, or ESC_NONE */
    EscSpan step;            /* the step at hand */
    EscSpan *function_spans; /* by index in FUNCTIONS: what a fault of one points at */
    size_t function_spans_capacity;
} EscLower;

/* A function while it is lowered; the state of the outer one is kept in it. */
typedef struct EscLowerFunction {
    EscEmit emit;
    EscEmit *outer;
    EscEventSource *outer_source;
    uint32_t outer_narrowings_first, outer_narrowings_count;
} EscLowerFunction;

void esc_lower_begin(EscLower *lower, EscLowerFunction *function, EscFunction kind, EscSpan span);
/* Runs while the wait stands that the function at hand emits next. Sees its registers and
 * narrowings. */
void esc_lower_begin_at_wait(EscLower *lower, EscLowerFunction *function, EscFunction kind,
                             EscSpan span);
/* A copy of a finished function for the template at hand, or ESC_NONE: see
 * esc_build_function_copy(). */
uint32_t esc_lower_copy(EscLower *lower, uint32_t function, EscFunctionRow row);
/* Ends it, reports faults, and gives its index in FUNCTIONS. */
uint32_t esc_lower_end(EscLower *lower, EscLowerFunction *function);
void esc_lower_origin(EscLower *lower, EscSpan span); /* what is emitted next comes from here */

/* Names and values that were found present stay known between these two, and so do registers
 * taken. */
typedef struct EscLowerMark {
    uint32_t registers, narrowings;
} EscLowerMark;
EscLowerMark esc_lower_mark(const EscLower *lower);
void esc_lower_reset(EscLower *lower, EscLowerMark mark);

/* --- cover.c: what tells that a place was reached ---------------------------------------------- */

/* Where the next instruction of the function at hand will lie. */
uint32_t esc_cover_here(const EscLower *lower);
/* The place was reached when the instruction at `at` ran. Nothing when there is none by now. */
void esc_cover_ran(EscLower *lower, EscCoverKind kind, EscSpan span, const char *way, uint32_t at);
/* Who came to `from` and not to `taken` behind it went by. */
void esc_cover_skipped(EscLower *lower, EscSpan span, uint32_t from, uint32_t taken);
/* A single test that was lowered from `start` on, as jumps. */
void esc_cover_test(EscLower *lower, const EscNode *node, uint32_t start);
/* A plain truth that the RETURN at `at` gives. */
void esc_cover_answer(EscLower *lower, const EscNode *node, uint32_t at);
/* A MATCH from `start` on, whose value lay in a register before the instruction at `at`. */
void esc_cover_match(EscLower *lower, const EscNode *node, EscRegister value, uint32_t start,
                     uint32_t at);
/* A test of a trigger's condition as a node of PREDS. */
void esc_cover_pred(EscLower *lower, const EscNode *node, bool is_opposite, uint32_t pred);
/* Once the code is laid out. */
void esc_cover_finish(EscLower *lower);

/* --- lower_load.c: values that stand in paths, and constants ---------------------------------- */

void esc_lower_narrow(EscLower *lower, const EscNode *path, EscRegister at);
/* The register that holds the plain value of a path already, or false. */
bool esc_lower_held(EscLower *lower, const EscNode *node, EscRegister *at);
bool esc_lower_event_has_field(const EscLower *lower, uint32_t event, uint32_t field);
/* The register of a NARROWED path's tested value, a duration where the path has a unit. */
bool esc_lower_narrowed(const EscLower *lower, const EscNode *node, EscRegister *at);
/* The value of a PATH before its unit is applied. */
void esc_lower_path_value(EscLower *lower, const EscNode *node, EscRegister out, EscLabel *missing);
/* out := what the path names, possibly missing. The register's type is what the instruction
 * gives. */
void esc_lower_load(EscLower *lower, const EscNode *node, EscRegister out);
/* Makes the value in `out` plain: goes to `missing`, or takes the type's first value when that
 * is NULL. */
void esc_lower_make_plain(EscLower *lower, EscRegister out, EscLabel *missing);
/* Makes the value in `out` exactly of type `wanted`, which differs only in its optional bit. */
void esc_lower_fit(EscLower *lower, EscRegister out, EscType wanted);
void esc_lower_default(EscLower *lower, EscRegister out,
                       EscType type); /* the first value of a plain type */

/* --- lower_expr.c: values --------------------------------------------------------------------- */

/* out := value of the expression, with the type that the check gave it (possibly optional). */
void esc_lower_into(EscLower *lower, const EscNode *node, EscRegister out);
/* out := plain value, or go to `missing` (NULL: takes the type's first value). */
void esc_lower_plain(EscLower *lower, const EscNode *node, EscRegister out, EscLabel *missing);
/* As esc_lower_plain, in a register of the function's choice: a new one, or one that holds it
 * already. */
EscRegister esc_lower_operand(EscLower *lower, const EscNode *node, EscLabel *missing);
/* A new register with the value, exactly of type `wanted`. */
EscRegister esc_lower_argument(EscLower *lower, const EscNode *node, EscType wanted);
/* A new register with the value that was given for a parameter; NULL: it was left out, so it is one that may be. */
EscRegister esc_lower_given(EscLower *lower, const EscNode *value, EscType type);
/* MAPPED as such a value (lower_mapped.c). */
EscRegister esc_lower_mapped(EscLower *lower, const EscNode *mapped, EscType type);
/* What a text is for, and so what becomes of its parts. */
typedef enum EscTextUse {
    ESC_TEXT_USE_VALUE,
    ESC_TEXT_USE_URL,    /* what stands in braces is encoded for one path segment */
    ESC_TEXT_USE_MESSAGE /* the author's own words are marked, and what stands in braces is not */
} EscTextUse;
/* out := text of a TEXT node. NULL: the empty text. */
void esc_lower_text(EscLower *lower, const EscNode *node, EscRegister out, EscTextUse use);

/* --- lower_cond.c: conditions as jumps -------------------------------------------------------- */

/* Goes to `target` when the condition is `sense`, else on. What it proves present stays in
 * registers: see esc_lower_mark(). */
void esc_lower_jump(EscLower *lower, const EscNode *node, bool sense, EscLabel *target);
/* A way to `target` that is never taken, for who looks at the code alone. */
void esc_lower_jump_never(EscLower *lower, EscLabel *target);
EscOp esc_lower_equal_op(EscKind kind);
/* How many items of a list a loop may see; at_most 0: not said. */
uint8_t esc_lower_rounds_max(const EscLower *lower, const EscNode *list, uint32_t at_most);
/* A COND function of its own; `node` NULL gives ESC_NONE. */
uint32_t esc_lower_condition(EscLower *lower, const EscNode *node);
/* The same for a condition that stands. */
uint32_t esc_lower_standing(EscLower *lower, const EscNode *node);
/* The same at the wait that comes next; it stands where no event is awaited (`source` NULL). */
uint32_t esc_lower_condition_at_wait(EscLower *lower, const EscNode *node, EscEventSource *source);

/* --- lower_documents.c: what is read of JSON that came from outside ----------------------------- */

/* out := what stands at a PATH, or call of `pairs`, that means a document's place; always optional. */
void esc_lower_document_place(EscLower *lower, const EscNode *node, EscRegister out);
/* DOCUMENT functions of their own: of a condition (gives BOOL), and of a value that is exactly `type`. */
uint32_t esc_lower_document_condition(EscLower *lower, const EscNode *condition);
uint32_t esc_lower_document_value(EscLower *lower, const EscNode *value, EscType type);
/* The RFC 6901 pointer of a path, whose first word names the document. In the builder's arena. */
EscText esc_lower_pointer(EscLower *lower, const EscNode *path);
/* The same where the value is made by the caller, between these two: the register that it gives holds exactly `gives`. */
void esc_lower_document_begin(EscLower *lower, EscLowerFunction *function, EscType gives,
                              EscSpan span);
uint32_t esc_lower_document_end(EscLower *lower, EscLowerFunction *function, EscRegister given);

/* --- lower_times.c: dates, days and hours that are counted -------------------------------------- */

struct EscClock; /* condition/clock.h */
/* Its row of CLOCKS, with the row of DATES that it names. */
uint32_t esc_lower_clock(EscLower *lower, const struct EscClock *clock);
void esc_lower_date(EscLower *lower, const EscNode *node, EscRegister out);
/* TIME + D of C, TIME - D of C */
void esc_lower_hours(EscLower *lower, const EscNode *node, EscRegister out, EscLabel *missing);
/* Goes to `target` when it is `sense` that the time `value` lies within the day. */
void esc_lower_jump_within(EscLower *lower, EscRegister value, const EscNode *day, bool sense,
                           EscLabel *target);
/* As esc_lower_jump, for a comparison with a day or with a length that a calendar counts; false: it is none. */
bool esc_lower_jump_times(EscLower *lower, const EscNode *node, bool sense, EscLabel *target);

/* --- lower_steps.c, lower_effects.c, lower_waits.c, lower_calls.c: steps ---------------------- */

void esc_lower_steps(EscLower *lower, EscNodeList steps);
/* STEPS and CATCH: raises the exception and waits for the answer. Atomic functions: raises and
 * ends. */
void esc_lower_raise(EscLower *lower, uint32_t exception, const EscNode *node);
bool esc_lower_can_wait(const EscLower *lower); /* STEPS or CATCH */
/* Each verb of verbs.def, and what all plain ones have in common. */
#define ESC_VERB(KIND, word, PLACE, AFTER, check, lower)                                           \
    void lower(EscLower *lower_, const EscNode *node);
#include "verbs.def"
void esc_lower_plain_verb(EscLower *lower, const EscNode *node);
/* What stands behind a wait: WAIT, then on timeout the steps of `else` or the exception; both
 * ways lead on. */
void esc_lower_wait_else(EscLower *lower, EscWaitRow wait, bool has_else, EscNodeList otherwise,
                         uint32_t exception);
uint32_t esc_lower_queue(EscLower *lower,
                         const EscNode *path); /* provisional text of a queue name */
/* The deadline columns from a DURATION node. */
int64_t esc_lower_duration(const EscLower *lower, const EscNode *node, uint32_t *calendar_option);
/* Arguments of an action in the order of its parameters, in new registers from the result on. */
EscRegister esc_lower_arguments(EscLower *lower, uint32_t action, EscNodeList entries,
                                EscEffectArgRow *args, uint32_t *count);

/* --- lower_pred.c: conditions of triggers as data --------------------------------------------- */

typedef struct EscLowerPred EscLowerPred; /* a tree without rows yet; in the arena */
/* NULL condition: always. NULL when there is no memory, which is noted. */
EscLowerPred *esc_lower_pred(EscLower *lower, const EscNode *condition);
/* Puts a tree of rows of its own for a trigger on `event` (ESC_NONE: on a clock); gives its
 * root. */
uint32_t esc_lower_pred_put(EscLower *lower, EscLowerPred *root, uint32_t event);

/* --- lower_template.c, lower_trigger.c, lower_tables.c ---------------------------------------- */

void esc_lower_template(EscLower *lower, uint32_t index);
/* Event numbers of a list of PATHs, ascending and unique; `events` has room for all of them. */
uint32_t esc_lower_events(const EscLower *lower, EscNodeList paths, uint32_t *events);
/* lower_tallies.c: the first row in KEYS; an index in TALLIES; one in OPENS */
uint32_t esc_lower_keys(EscLower *lower, EscNodeList keys);
uint32_t esc_lower_tally(EscLower *lower, const EscNode *count);
uint32_t esc_lower_open(EscLower *lower, const EscNode *open, bool is_wanted);
void esc_lower_triggers(EscLower *lower); /* of the template at hand */
/* When a handler of an automation acts: `row` says whose it is, and in `clause` how many before it begin alike. */
void esc_lower_acts(EscLower *lower, const EscNode *handler, EscTriggerRow row);

/* --- lower_grouping.c ------------------------------------------------------------------------- */

void esc_lower_grouping(EscLower *lower); /* of the template at hand */

/* --- lower_reach.c ---------------------------------------------------------------------------- */

/* Of a condition that is judged at an event of `source`, lowered as function `cond`. */
void esc_lower_reach(EscLower *lower, uint32_t cond, const EscNode *node,
                     const EscEventSource *source);

/* --- lower_automation.c ----------------------------------------------------------------------- */

void esc_lower_automation(EscLower *lower, uint32_t index); /* in workspace->automations */
EscCheckRow esc_lower_qa_check(EscLower *lower, const EscNode *node, EscTiming timing);
void esc_lower_put_check(EscLower *lower,
                         EscCheckRow row); /* behind those of the template so far */
void esc_lower_schema(EscLower *lower);    /* META to EXCEPTIONS, FILES */
void esc_lower_directory(EscLower *lower); /* PERSONS to CHANNELS */
void esc_lower_services(EscLower *lower);  /* ROUTES, SLAS, LIMITS, RIGHTS, EXPECTS */
void esc_lower_connectors(EscLower *lower);
void esc_lower_sources(EscLower *lower); /* SOURCES, behind the actions that they call */
/* lower_requests.c: the REQUEST function of an action, and what its parts are, into the row. */
void esc_lower_request(EscLower *lower, uint32_t action, EscActionRow *row);
void esc_lower_parameters(EscLower *lower, const EscActionInfo *action); /* as entry registers */
void esc_lower_grants(EscLower *lower); /* last: what the effects name */

/* Lowers a workspace that checked without an error, encodes it, and loads the bytes back.
 * Appends to *bundle. ESC_BAD_SOURCE: a bound is broken, which stands among the diagnostics. */
ESC_MUST_USE EscStatus esc_lower_workspace(EscWorkspace *workspace, EscBuf *bundle, EscWhy *why);

#endif
