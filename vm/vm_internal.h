/* vm_internal.h - what the files of vm/ share and nobody else sees. */
#ifndef ESC_VM_INTERNAL_H
#define ESC_VM_INTERNAL_H

#include <esc/vm.h>

/* --- the tables as data: one description for reader, writer, checks and docs (tables.c) ------------------- */

typedef enum EscTable {
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what) ESC_TABLE_##NAME = number,
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END
    ESC_TABLE_COUNT, /* tables are 1 … ESC_TABLE_COUNT - 1; two sections behind them are no tables */
    ESC_TABLE_TEXTS = ESC_TABLE_COUNT,
    ESC_TABLE_CODE,
    ESC_SECTION_COUNT
} EscTable;

typedef enum EscColumnKind {
    ESC_COLUMN_INDEX,
    ESC_COLUMN_OPTION,
    ESC_COLUMN_RANGE_FIRST,
    ESC_COLUMN_RANGE_COUNT,
    ESC_COLUMN_CHOICE,
    ESC_COLUMN_COUNT,
    ESC_COLUMN_BITS,
    ESC_COLUMN_TYPE,
    ESC_COLUMN_REF,
    ESC_COLUMN_U32,
    ESC_COLUMN_I64
} EscColumnKind;

typedef struct EscColumn {
    const char *name;
    EscColumnKind kind;
    uint32_t arg;  /* a table, a bound or a mask, as the kind says */
    size_t offset; /* of the member in the row struct */
    const char *what;
} EscColumn;

typedef struct EscTableInfo {
    const char *name;
    const EscColumn *(*columns)(void);
    size_t columns_count;
    size_t struct_size;  /* of a row in memory */
    size_t rows_offset;  /* of the row pointer in EscProgram */
    size_t count_offset; /* of the row count in EscProgram */
    uint32_t rows_max;
    const char *what;
} EscTableInfo;

/* Indexed by EscTable; entry 0 is empty. */
extern const EscTableInfo
    esc_table_info[ESC_TABLE_COUNT]; /* a number that is not taken has no name */
bool esc_table_is_there(EscTable table);
extern const char *const esc_column_kind_names[];

#define ESC_COLUMNS_MAX 24u /* of the widest table; tables.c holds it to that */

/* Rows of a table, of TEXTS or of CODE. */
uint32_t esc_program_count(const EscProgram *program, EscTable table);
const uint8_t *esc_program_rows(const EscProgram *program, EscTable table); /* tables only */
/* The value of a column in a row struct, u32 columns widened. */
int64_t esc_column_value(const EscColumn *column, const uint8_t *row);
/* The enum of this program that a fact of kind ENUM has (role), so that esc_fact_info can be const. */
#define ESC_ENUM_ROLE 0u

/* --- container (bundle_write.c, bundle_read.c) ---------------------------------------------------------- */

#define ESC_BUNDLE_MAGIC "ESCB"
#define ESC_BUNDLE_HEADER_SIZE 40u /* magic, u16 format, u16 section count, SHA-256 */
#define ESC_BUNDLE_ENTRY_SIZE 12u  /* u16 section, u16 zero, u32 offset, u32 size */
#define ESC_BUNDLE_HASH_AT 8u
#define ESC_SECTION_COUNT_SIZE 4u /* of the row count at the beginning of a section */
#define ESC_INSTR_SIZE_MIN 5u     /* opcode, a, b, c and a varint of one byte */
#define ESC_VARINT_BYTES_MAX 10u

void esc_bundle_encode_section(const EscProgram *program, EscTable section, EscBuf *out);

/* What a wait point looks like to a snapshot: which registers are live and of what type, and the loops around it. */
typedef struct EscWaitState {
    uint32_t mask;        /* bit r: register r is live */
    uint32_t types_first; /* one EscType for each bit, in wait_types */
    uint8_t loop_depth;
    uint16_t loop_limits[ESC_LOOP_DEPTH_MAX]; /* rounds done are below these */
} EscWaitState;

/* What the fields of a function's events are, as rows of bits; count 0: none was made. */
typedef struct EscEventList {
    uint64_t *all, *any; /* fields that every event has, and that some event has */
    uint32_t count;      /* events of the list */
} EscEventList;

struct EscBundle {
    EscArena *arena;
    EscProgram program;
    uint8_t hash[32];
    EscBytes text_bytes;       /* what program.texts point into */
    EscWaitState *wait_states; /* one for each row of WAITS */
    EscType *wait_types;
    uint32_t wait_types_count;
    size_t wait_types_capacity;
    uint8_t
        *loop_slots; /* for each beginning and end of a loop in CODE: its counter in EscRun.loops */
    uint64_t *event_fields;      /* bit matrix: row = event, column = field */
    uint32_t event_fields_words; /* words of a row */
    EscEventList *event_lists;   /* by the first row of a function's events; event_fields.c */
};

/* --- verification (bundle.c drives bundle_read.c and verify_*.c) ------------------------------------------- */

/* What the passes over one bundle share. Everything but the bundle lives in scratch and is gone after the load. */
typedef struct EscVerify {
    EscBundle *bundle;
    const EscProgram *program;
    EscArena *scratch;
    EscWhy *why;
    uint8_t *is_text_used; /* one for each text … */
    uint8_t *is_const_used;
    uint8_t *is_function_named; /* by the row that enters it */
    uint8_t *is_path_used;      /* one for each row of DOCUMENT_PATHS */
    uint8_t *is_channel_granted, *is_action_granted;
    uint32_t *text_stamps; /* for "no two rows have the same name"; see esc_verify_names */
    uint32_t stamp;
    uint64_t steps; /* work done by the pass over code: V29 */
} EscVerify;

EscStatus esc_bundle_read(EscBytes bytes, EscBundle *bundle, EscWhy *why); /* V01 … V05 */
EscStatus esc_verify_tables(EscVerify *verify); /* texts, constants, columns, ranges: V06 … V09 */
EscStatus esc_verify_directory(
    EscVerify *verify); /* rules of the rows that templates refer to: V08, V35 */
EscStatus esc_verify_programs(
    EscVerify *verify); /* rules of templates, functions, waits, effects */
EscStatus esc_verify_levels(
    EscVerify *verify); /* service levels; a part of the directory's rules */
EscStatus esc_verify_groupings(EscVerify *verify); /* V41: what tickets are grouped by */
EscStatus esc_verify_reaches(
    EscVerify *verify); /* V42: by which value an event finds escalations */
EscStatus esc_verify_effects(EscVerify *verify);
EscStatus esc_verify_preds(EscVerify *verify);
EscStatus esc_verify_clocks(EscVerify *verify); /* V37: when only time turns an answer */
EscStatus esc_verify_params(EscVerify *verify); /* V47: what templates are started with */
/* Row `i` of EFFECTS, a START, gives what its template, or each that its route leads to, is started with. */
EscStatus esc_verify_start(EscVerify *verify, uint32_t i);
/* Whether `param` of PARAMS is one of the template (OPTION); and whether it is a text, which may name somebody. */
bool esc_param_is_of(const EscProgram *program, uint32_t template_option, uint32_t param);
bool esc_param_names(const EscProgram *program, uint32_t template_option, uint32_t param);
EscStatus esc_verify_tallies(EscVerify *verify);
EscStatus esc_verify_documents(EscVerify *verify); /* V48: what is read of documents */
EscStatus esc_verify_sources(
    EscVerify *verify);                   /* V49, V50 and V52: what comes in, and what goes back */
bool esc_verify_is_pointer(EscText text); /* RFC 6901, within ESC_DOCUMENT_STEPS_MAX */
/* As esc_verify_entry, for a DOCUMENT function that gives `type`. */
EscStatus esc_verify_given(EscVerify *verify, EscTable table, uint32_t row, uint32_t function,
                           EscType type);
/* A TALLY or OPEN of PREDS. */
EscStatus esc_verify_tally_pred(EscVerify *verify, uint32_t i, const EscTriggerRow *trigger);
EscStatus esc_verify_requests(EscVerify *verify); /* V51: the parts of requests; behind the code */
EscStatus esc_verify_code(EscVerify *verify);     /* V10 … V29, V31, V34, V36 */
EscStatus esc_verify_unused(EscVerify *verify);   /* V09, when every pass has marked what it saw */

/* Rejects: fills *why ("TABLE row n: sentence") and returns ESC_BAD_BUNDLE. */
EscStatus esc_verify_bad(EscVerify *verify, const char *check, EscTable table, uint64_t row,
                         const char *format, ...) ESC_PRINTF(5, 6);
bool esc_verify_type_is_valid(const EscProgram *program, EscType type); /* not 0 */
/* A row enters `function`: it must be of that kind and start without a wait's registers. `template_option` as in FUNCTIONS. `event` is the
 * type it is entered with: ESC_NONE: none; ESC_EVENT_UNKNOWN: whichever the host kept, so its loads are checked when they run.
 * Marks the function as named. V25. */
#define ESC_EVENT_UNKNOWN (ESC_NONE - 1)
EscStatus esc_verify_entry(EscVerify *verify, EscTable table, uint32_t row, uint32_t function,
                           EscFunction kind, uint32_t template_option, uint32_t event);
/* The names of rows first … first + count - 1 (column at name_offset) all differ. V35. */
EscStatus esc_verify_names(EscVerify *verify, EscTable table, uint32_t first, uint32_t count,
                           size_t name_offset);
#define REJECT_IF(condition, check, table, row, ...)                                               \
    do {                                                                                           \
        if (condition)                                                                             \
            return esc_verify_bad(verify, check, ESC_TABLE_##table, row, __VA_ARGS__);             \
    } while (0)
/* A value outside of a row of bounds.def. */
#define REJECT_UNLESS_BOUND(bound, value, table, row)                                              \
    REJECT_IF(!esc_bound_holds(ESC_BOUND_##bound, (value)),                                        \
              esc_bound_info[ESC_BOUND_##bound].check, table, row, "%lld is out of range: %s",     \
              (long long)(value), esc_bound_info[ESC_BOUND_##bound].what)
/* The same where 0 says that there is none. */
#define REJECT_UNLESS_BOUND_OR_0(bound, value, table, row)                                         \
    do {                                                                                           \
        if ((value) != 0)                                                                          \
            REJECT_UNLESS_BOUND(bound, value, table, row);                                         \
    } while (0)

/* --- fields of events (event_fields.c) ----------------------------------------------------------------------- */

/* Fills in the matrix and the lists of *bundle; columns hold by now. */
EscStatus esc_event_fields_make(EscBundle *bundle);
/* The type that LOAD_EVENT gives for `field` in `function`: optional unless every event of the function has the field. 0 when none has it. */
EscType esc_event_load_type(const EscBundle *bundle, uint32_t function, uint32_t field);
/* How many events that question looks at: V29. */
uint32_t esc_event_load_steps(const EscBundle *bundle, uint32_t function);
/* Whether `event` is one of the function's, whose events ascend. */
bool esc_function_has_event(const EscProgram *program, const EscFunctionRow *function,
                            uint32_t event);
static inline bool esc_event_has_field(const EscBundle *bundle, uint32_t event, uint32_t field)
{
    const uint64_t *row = bundle->event_fields + (size_t)event * bundle->event_fields_words;
    return (row[field / 64] >> (field % 64) & 1) != 0;
}

/* --- costs (measure.c) -------------------------------------------------------------------------------------- */

typedef struct EscCost {
    uint64_t fuel, effects, texts;
} EscCost;

/* Room for one function's backward sweep. */
typedef struct EscMeasure {
    EscCost worst[ESC_FUNCTION_CODE_MAX + 1];
} EscMeasure;

/* The worst run-to-suspend of a function from its entry or any resume. Safe on any code whose range lies in CODE and is at most
 * ESC_FUNCTION_CODE_MAX long; ESC_BAD_ARGUMENT when targets or loops make no sense. */
EscStatus esc_function_cost(const EscProgram *program, const EscFunctionRow *function,
                            EscMeasure *room, EscCost *cost);
uint32_t esc_function_registers(const EscProgram *program, const EscFunctionRow *function);

/* --- running (run.c, interp_values.c, texts.c) ----------------------------------------------------------------------- */

/* A run-time check failed, or the program divided by zero: ESC_TRAP, with place and reason in *why. */
EscStatus esc_run_trap(const EscRun *run, EscWhy *why, const char *reason);
EscValue esc_const_value(const EscProgram *program, uint32_t index);
/* The boundary to the host, the same for both interpreters: they check what comes in against what the verifier proved. */
EscStatus esc_run_load(EscRun *run, const EscHost *host, const EscInstr *instr, EscValue *value,
                       EscWhy *why);
EscStatus esc_run_clock(EscRun *run, const EscHost *host, const EscInstr *instr, int64_t now_ms,
                        bool *holds, EscWhy *why);
EscStatus esc_run_emit(EscRun *run, const EscHost *host, const EscInstr *instr, EscWhy *why);
/* Suspends at wait point `wait`, which must be the present instruction's: moves everything live to the bottom of scratch, so that the frame
 * outlives the host's texts. ESC_OVER_LIMIT when it is more than a snapshot may hold. */
EscStatus esc_run_suspend(EscRun *run, uint32_t wait, EscWhy *why);
/* Copies the text or list of *value behind what scratch holds. ESC_OVER_LIMIT when it is full. */
EscStatus esc_scratch_copy(EscRun *run, EscValue *value);
/* The next `size` bytes of scratch, or NULL when it is full. */
char *esc_scratch_take(EscRun *run, size_t size, size_t alignment);

int64_t esc_ms_add(int64_t a, int64_t b); /* saturating at ESC_SPAN_MAX_MS */
int64_t esc_ms_subtract(int64_t a, int64_t b);
int64_t esc_ms_multiply(int64_t a, double b);
int64_t esc_ms_divide(int64_t a, double b); /* by 0: the end of the range, 0 of 0 */
bool esc_ms_is_end(int64_t ms);
/* What leaves the range stays at its end; 0 where there is no such number. */
double esc_number_clamp(double number);
double esc_duration_in(int64_t duration_ms, uint32_t unit);
bool esc_list_has(const EscValue *list, EscText text);
/* Texts made in scratch, cut at ESC_TEXT_MAX between characters. ESC_OVER_LIMIT when scratch is full. */
EscStatus esc_make_text(EscRun *run, const EscHost *host, const EscValue *value, EscText *text);
EscStatus esc_make_join(EscRun *run, const EscValue *texts, uint32_t count, EscText *text);
EscStatus esc_make_url(EscRun *run, EscText plain, EscText *text);
EscStatus esc_make_shown(EscRun *run, const EscHost *host, const EscValue *value, EscForm form,
                         EscText *text);
/* The list with one text more, in new memory; as it is when it is full. */
EscStatus esc_make_list(EscRun *run, const EscValue *list, EscText item, EscValue *longer);
EscStatus esc_make_unmarked(EscRun *run, EscText marked, EscText *text);

/* --- snapshots (snapshot.c) --------------------------------------------------------------------------------- */

size_t esc_snapshot_size(const EscRun *run); /* in bytes, of a run whose wait is set */

#endif
