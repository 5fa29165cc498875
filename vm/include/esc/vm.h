/* esc/vm.h - load, verify, run and show compiled bundles.
 *
 * The VM reads no clock, file or socket and allocates nothing after a bundle is loaded: the host passes facts and time in and
 * takes effects out through two callbacks. Start reading at esc_bundle_load(), then esc_run_init(), esc_run_go() and esc_run_resume().
 * The tables of a bundle are described in tables.def beside this header, instructions in opcodes.def, effects in effects.def; the format in docs/bytecode.md. */
#ifndef ESC_VM_H
#define ESC_VM_H

#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- limits (docs/bytecode.md lists them) ---------------------------------------------------------- */

#define ESC_BUNDLE_FORMAT 7
/* What fits into one value of the store, which may have 1,000,000,000 bytes. A template of 30 lines takes about 2 KB, so this is
 * reached before the tables are, which have room for 1,000,000 templates. */
#define ESC_BUNDLE_BYTES_MAX ((size_t)896 << 20)
#define ESC_TEXTS_ROWS_MAX (1u << 24) /* a reference has 24 bits for it */
#define ESC_CODE_ROWS_MAX (1u << 28)
#define ESC_REGISTERS_MAX 32
#define ESC_FUNCTION_CODE_MAX 4096
#define ESC_LOOP_DEPTH_MAX 3
#define ESC_RUN_COST_MAX 20000  /* fuel units of one run-to-suspend */
#define ESC_RUN_EFFECTS_MAX 64  /* effects of one run-to-suspend */
#define ESC_RUN_TEXTS_MAX 256   /* text-making instructions of one run-to-suspend */
#define ESC_ID_BYTES_MAX 128     /* ids of tickets, events, sources; principals */
#define ESC_EVENT_DIGEST_SIZE 16 /* of an event's content; it is compared within one key only */
#define ESC_TEXT_MAX 4096       /* bytes of any text in a register */
#define ESC_LIST_ITEMS_MAX 255
#define ESC_WRITTEN_ITEMS_MAX 32 /* of a list in a source text */
#define ESC_EFFECT_ARGS_MAX 24
#define ESC_SNAPSHOT_BYTES_MAX ((size_t)64 << 10)
#define ESC_DEADLINE_MIN_MS ESC_SECOND_MS
#define ESC_DEADLINE_MAX_MS (400 * ESC_DAY_MS)
#define ESC_PRED_DEPTH_MAX 16
#define ESC_TALLY_OVER_MAX 1000 /* that a count has to exceed */
#define ESC_DOCUMENT_STEPS_MAX 16 /* names and numbers of a path into a document */
#define ESC_NONE UINT32_MAX

/* --- types and values --------------------------------------------------------------------------------- */

typedef enum EscKind {
    ESC_KIND_UNSET, /* a register that holds nothing; never in a bundle's types but as 0 = no type */
    ESC_KIND_BOOL,
    ESC_KIND_NUMBER,
    ESC_KIND_TEXT,
    ESC_KIND_DURATION,
    ESC_KIND_TIME,
    ESC_KIND_ENUM, /* with the index of its enum */
    ESC_KIND_LIST, /* of text */
    ESC_KIND_REF,  /* a person, team, schedule … */
    ESC_KIND_COUNT
} EscKind;

/* kind in bits 0-7, optional in bit 8, enum index in bits 16-31. All other bits are zero. */
typedef uint32_t EscType;
#define ESC_TYPE(kind) ((EscType)(kind))
#define ESC_TYPE_OPTIONAL ((EscType)0x100)
#define ESC_TYPE_ENUM(enum_index) ((EscType)ESC_KIND_ENUM | ((EscType)(enum_index) << 16))
static inline EscKind esc_type_kind(EscType type) { return (EscKind)(type & 0xffu); }
static inline bool esc_type_is_optional(EscType type) { return (type & ESC_TYPE_OPTIONAL) != 0; }
static inline EscType esc_type_plain(EscType type) { return type & ~ESC_TYPE_OPTIONAL; }
static inline uint32_t esc_type_enum(EscType type) { return type >> 16; }

/* Something that can own, be notified or be a destination: kind in bits 24-31, index in bits 0-23; 0 is none. */
typedef uint32_t EscRef;
typedef enum EscRefKind {
    ESC_REF_NONE,
    ESC_REF_PERSON,   /* index in PERSONS */
    ESC_REF_TEAM,     /* TEAMS */
    ESC_REF_SCHEDULE, /* SCHEDULES */
    ESC_REF_ROUTE,    /* ROUTES */
    ESC_REF_CHANNEL,  /* CHANNELS */
    ESC_REF_ROLE,     /* 0 primary, 1 secondary, 2 escalation, 3 last_resort, 4 whoever is accountable now */
    ESC_REF_FIELD,    /* FIELDS: a ticket text field that holds the name of a person, team or schedule */
    ESC_REF_TEMPLATE, /* TEMPLATES: a route's target */
    ESC_REF_TEXT,     /* TEXTS: a queue's name */
    ESC_REF_TURNS,    /* TEAMS: the next of its members who is there, one after the other */
    ESC_REF_PARAM,    /* PARAMS: a text that the template was started with, and that holds such a name as FIELD's */
    ESC_REF_COUNT
} EscRefKind;
#define ESC_REF(kind, index) (((EscRef)(kind) << 24) | (EscRef)(index))
static inline EscRefKind esc_ref_kind(EscRef ref) { return (EscRefKind)(ref >> 24); }
static inline uint32_t esc_ref_index(EscRef ref) { return ref & 0xffffffu; }

/* A typed value. Texts and lists are borrowed from the bundle, the host or the run's scratch memory. */
typedef struct EscValue {
    EscType type;    /* ESC_KIND_UNSET when the register holds nothing */
    bool is_missing; /* only with an optional type; the payload is then zero */
    union {
        bool truth;
        double number;
        int64_t ms;      /* DURATION, TIME (UTC since 1970) */
        uint32_t member; /* ENUM: member number within its enum */
        EscRef ref;
        EscText text;
        struct {
            const EscText *items;
            uint32_t count;
        } list;
    };
} EscValue;

bool esc_value_equal(EscValue a, EscValue b); /* type, presence and content */

/* Without regard to case, by simple folding of Unicode 15.0 (fold.c). Texts are UTF-8 of at most ESC_TEXT_MAX bytes, but
 * that in which something is contained may be longer. */
uint32_t esc_fold(uint32_t character);
bool esc_text_starts_folded(EscText text, EscText part);
bool esc_text_ends_folded(EscText text, EscText part);
bool esc_text_contains_folded(EscText text, EscText part);
bool esc_text_equal_folded(EscText a, EscText b);
bool esc_list_has_folded(const EscValue *list, EscText text);

/* How a time or a duration is written in a text: `{x as date}`. The times of the host's own form (EscHost.write_time). */
typedef enum EscForm {
    ESC_FORM_DATE,    /* 2026-03-02 */
    ESC_FORM_TIME,    /* 10:05 */
    ESC_FORM_SECONDS, /* durations as a number of units, rounded down to a tenth: 1.5 */
    ESC_FORM_MINUTES,
    ESC_FORM_HOURS,
    ESC_FORM_DAYS,
    ESC_FORM_COUNT
} EscForm;
extern const char *const esc_form_words[]; /* "date"; NULL at the end */
EscKind esc_form_kind(EscForm form);       /* TIME or DURATION: what can be written so */

/* --- enumerations of the tables ------------------------------------------------------------------------- */

typedef enum EscScope { ESC_SCOPE_TICKET, ESC_SCOPE_EVENT, ESC_SCOPE_EXCEPTION, ESC_SCOPE_COUNT } EscScope;
/* What every workspace has: builtin.def. Lists of words have a NULL behind them. */
typedef enum EscRole {
#define ESC_ROLE(NAME, word, said) ESC_ROLE_##NAME,
#include <esc/builtin.def>
    ESC_ROLE_COUNT /* as a number of a role: whoever is accountable now, `owner` */
} EscRole;
enum {
    ESC_OWNER_ROLE_COUNT = 0 /* the first so many roles are declared by templates */
#define ESC_OWNER_ROLE(NAME, word, said) +1
#include <esc/builtin.def>
};
extern const char *const esc_role_words[ESC_ROLE_COUNT + 1];
extern const char *const esc_owner_role_words[ESC_OWNER_ROLE_COUNT + 1];
const char *esc_role_word(uint32_t role); /* "last_resort"; "owner" for ESC_ROLE_COUNT, "" beyond */
const char *esc_role_said(uint32_t role); /* "last resort"; "nobody" where there is no such role */
uint32_t esc_role_number(EscText word);   /* 0 to ESC_ROLE_COUNT, or ESC_NONE */

enum {
    ESC_UNITS_COUNT = 0
#define ESC_UNIT(NAME, word, ms) +1
#include <esc/builtin.def>
};
typedef struct EscUnitInfo {
    const char *word; /* "minutes" */
    int64_t ms;
} EscUnitInfo;
extern const EscUnitInfo esc_unit_info[ESC_UNITS_COUNT];

typedef enum EscBuiltinEvent {
#define ESC_EVENT(NAME, name) ESC_EVENT_##NAME,
#include <esc/builtin.def>
    ESC_EVENT_BUILTIN_COUNT
} EscBuiltinEvent;
extern const char *const esc_event_words[ESC_EVENT_BUILTIN_COUNT];
enum {
    ESC_BUILTIN_FIELDS_COUNT = 0
#define ESC_EVENT_FIELD(NAME, field, KIND) +1
#include <esc/builtin.def>
};
typedef struct EscBuiltinField {
    EscBuiltinEvent event;
    const char *name;
    EscKind kind;
} EscBuiltinField;
extern const EscBuiltinField esc_builtin_fields[ESC_BUILTIN_FIELDS_COUNT]; /* by event, in the order of events */

typedef enum EscBuiltinException {
#define ESC_EXCEPTION(NAME, name) ESC_EXCEPTION_##NAME,
#include <esc/builtin.def>
    ESC_EXCEPTION_BUILTIN_COUNT
} EscBuiltinException;
extern const char *const esc_exception_words[ESC_EXCEPTION_BUILTIN_COUNT];

typedef enum EscContact {
#define ESC_CONTACT(NAME, word) ESC_CONTACT_##NAME,
#include <esc/builtin.def>
    ESC_CONTACT_COUNT
} EscContact;
extern const char *const esc_contact_words[ESC_CONTACT_COUNT + 1];
typedef enum EscChannel {
#define ESC_CHANNEL(NAME, word) ESC_CHANNEL_##NAME,
#include <esc/builtin.def>
    ESC_CHANNEL_COUNT
} EscChannel;
extern const char *const esc_channel_words[ESC_CHANNEL_COUNT + 1];
#define ESC_ROOM_CHANNEL "warroom" /* the channel that makes war rooms is called so */
typedef enum EscLanguage {
#define ESC_LANGUAGE(NAME, word) ESC_LANGUAGE_##NAME,
#include <esc/builtin.def>
    ESC_LANGUAGE_COUNT
} EscLanguage;
extern const char *const esc_language_words[ESC_LANGUAGE_COUNT + 1];
typedef enum EscSlaClock { ESC_SLA_CLOCK_RESPOND, ESC_SLA_CLOCK_RESOLVE, ESC_SLA_CLOCK_UPDATE, ESC_SLA_CLOCK_COUNT } EscSlaClock;
#define ESC_CLOCK_WARNS_MAX 16u /* warnings of one clock */
extern const char *const esc_clock_words[ESC_SLA_CLOCK_COUNT + 1]; /* the last is NULL */
uint32_t esc_clock_find(EscText word); /* EscSlaClock, or ESC_NONE */
typedef enum EscTrigger { ESC_TRIGGER_EVENT, ESC_TRIGGER_SLA, ESC_TRIGGER_SILENCE, ESC_TRIGGER_COUNT } EscTrigger;
typedef enum EscPred {
    ESC_PRED_ALWAYS, ESC_PRED_AND, ESC_PRED_OR, ESC_PRED_NOT,
    ESC_PRED_ENUM_IN,   /* field is one of the members of mask `low` */
    ESC_PRED_RANGE,     /* field (NUMBER, DURATION, TIME) between low and high; infinities and INT64_MIN/MAX for open ends */
    ESC_PRED_BOOL, ESC_PRED_TEXT_IS, ESC_PRED_TEXT_STARTS, ESC_PRED_TEXT_ENDS, ESC_PRED_TEXT_CONTAINS,
    ESC_PRED_LIST_HAS, ESC_PRED_PRESENT, ESC_PRED_MISSING, ESC_PRED_CHANGED,
    ESC_PRED_CODE,      /* the rest: a COND function */
    ESC_PRED_CLOCK,     /* a row of CLOCKS */
    ESC_PRED_TALLY,     /* this event makes a count exceed its number: row of TALLIES */
    ESC_PRED_OPEN,      /* another template is open on a ticket with the same value: row of OPENS */
    ESC_PRED_COUNT      /* a test of a missing value is false, but for MISSING */
} EscPred;
typedef enum EscClockSource {
    ESC_CLOCK_SOURCE_TICKET, ESC_CLOCK_SOURCE_EVENT, ESC_CLOCK_SOURCE_FACT,
    ESC_CLOCK_SOURCE_HOURS,   /* of a calendar, or of the day */
    ESC_CLOCK_SOURCE_PARAM,   /* what the escalation was started with */
    ESC_CLOCK_SOURCE_DATE,    /* that is written down */
    ESC_CLOCK_SOURCE_COUNT
} EscClockSource;
typedef enum EscCheck { ESC_CHECK_ACKNOWLEDGED, ESC_CHECK_DELIVERED, ESC_CHECK_CONSISTENT, ESC_CHECK_CONFIRMED, ESC_CHECK_CONDITION, ESC_CHECK_COUNT } EscCheck;
typedef enum EscTiming {
    ESC_TIMING_WITHIN,       /* judged within_ms after the escalation opened, or at closing when that is earlier */
    ESC_TIMING_BEFORE_CLOSE, /* judged at closing by `close when` */
    ESC_TIMING_AT_CLOSE,     /* written in the QA block without a time: judged at every closing */
    ESC_TIMING_IN_PLACE,     /* a step */
    ESC_TIMING_COUNT
} EscTiming;
typedef enum EscProof { ESC_PROOF_QUEUED, ESC_PROOF_ACCEPTED, ESC_PROOF_DELIVERED, ESC_PROOF_SEEN, ESC_PROOF_ACKED, ESC_PROOF_COUNT } EscProof;
typedef enum EscFunction {
    ESC_FUNCTION_STEPS,    /* may WAIT; ends by CLOSE, or a RAISED wait */
    ESC_FUNCTION_CATCH,    /* as STEPS; may also END(RESUME) */
    ESC_FUNCTION_CLOSING,  /* WAIT(QA) then DONE; entry register 0 is the outcome (TEXT) */
    ESC_FUNCTION_HANDLER,  /* atomic: no WAIT; ends by END(FALL | SKIP | RAISE) or CLOSE */
    ESC_FUNCTION_REMINDER, /* atomic, with the registers of its wait; END(FALL | RAISE) */
    ESC_FUNCTION_QA_ELSE,  /* atomic; END(FALL | RAISE) */
    ESC_FUNCTION_COND,     /* no effects; ends by RETURN */
    ESC_FUNCTION_REQUEST,  /* emits exactly one REQUEST; END(FALL) */
    ESC_FUNCTION_UNDO,     /* emits exactly one CALL; END(FALL) */
    ESC_FUNCTION_AUTOMATION, /* atomic, of no template: nobody is accountable; END(FALL) */
    ESC_FUNCTION_BACK,       /* of no template; emits exactly one CALL with what the ticket says; END(FALL) */
    ESC_FUNCTION_DOCUMENT,   /* no effects, and nothing of the workspace but constants and a document's places; ends by GIVE */
    ESC_FUNCTION_COUNT
} EscFunction;
/* What the system behind a source does beside taking back what a field holds. */
typedef enum EscErrandKind {
    ESC_ERRAND_COMMENT,        /* writes a comment that customers do not see */
    ESC_ERRAND_COMMENT_PUBLIC, /* writes one that they see */
    ESC_ERRAND_TICKET,         /* makes the ticket */
    ESC_ERRAND_UNDO,           /* takes back that it was made */
    ESC_ERRAND_COUNT
} EscErrandKind;
/* What a policy says of an assignee or a queue that was changed in the system that has the ticket. */
typedef enum EscTransfer {
    ESC_TRANSFER_ASK,      /* the owner decides */
    ESC_TRANSFER_PUT_BACK, /* what was so before is told there again */
    ESC_TRANSFER_TAKE_OVER, /* who was named there has the escalation */
    ESC_TRANSFER_COUNT
} EscTransfer;
#define ESC_FUNCTION_BIT(NAME) (1u << ESC_FUNCTION_##NAME)
#define ESC_FUNCTIONS_WAITING (ESC_FUNCTION_BIT(STEPS) | ESC_FUNCTION_BIT(CATCH)) /* what runs steps and may wait */
#define ESC_FUNCTIONS_BODIES (ESC_FUNCTIONS_WAITING | ESC_FUNCTION_BIT(HANDLER) | ESC_FUNCTION_BIT(REMINDER) | ESC_FUNCTION_BIT(QA_ELSE))
#define ESC_FUNCTIONS_ACTING (ESC_FUNCTIONS_BODIES | ESC_FUNCTION_BIT(AUTOMATION)) /* what changes a ticket */
/* How the sender of a source proves who it is; its secret stands in the configuration. */
typedef enum EscVerifyKind {
    ESC_VERIFY_TOKEN,             /* the secret itself, in a header or in the address */
    ESC_VERIFY_HMAC_SHA256,       /* a signature of the body in a header, as hexadecimal digits or base64 */
    ESC_VERIFY_SLACK,             /* Slack's v0, with its time */
    ESC_VERIFY_STANDARD_WEBHOOKS, /* of that specification, with id and time */
    ESC_VERIFY_ZENDESK,           /* of time and body */
    ESC_VERIFY_HUBSPOT,           /* its v3: of method, address, body and time */
    ESC_VERIFY_HMAC_SHA1,         /* as HMAC_SHA256, of senders that know no other */
    ESC_VERIFY_HMAC_SHA512,
    ESC_VERIFY_COUNT
} EscVerifyKind;
extern const char *const esc_verify_words[ESC_VERIFY_COUNT + 1]; /* "hmac_sha256"; NULL at the end */
typedef enum EscVerifyPlace {
    ESC_VERIFY_PLACE_NONE, /* not said: where the kind has it */
    ESC_VERIFY_PLACE_HEADER, ESC_VERIFY_PLACE_QUERY, ESC_VERIFY_PLACE_COUNT
} EscVerifyPlace;
bool esc_verify_takes_place(EscVerifyKind kind, EscVerifyPlace place);
bool esc_verify_is_hmac(EscVerifyKind kind); /* of the body alone, in a header that is named */
/* Whether others may bring events of that type: those that only the engine raises they may not. */
bool esc_event_is_brought(uint32_t event);
/* JSON that came from outside, as functions see it. */
typedef enum EscDocumentRoot {
    ESC_DOCUMENT_BODY, /* all of it */
    ESC_DOCUMENT_ITEM, /* the item of a list at hand */
    ESC_DOCUMENT_HEADERS, /* of the request, by their names in small letters: texts */
    ESC_DOCUMENT_ROOT_COUNT
} EscDocumentRoot;
typedef enum EscDocumentForm {
    ESC_DOCUMENT_VALUE, /* a value of the type, else missing; a number or truth is a text where that is wanted */
    ESC_DOCUMENT_JSON,  /* TEXT: what is no text is its JSON */
    ESC_DOCUMENT_PAIRS, /* LIST: the members of an object that have one value, as "name=value" */
    ESC_DOCUMENT_FORM_COUNT
} EscDocumentForm;
typedef enum EscEndMode { ESC_END_FALL, ESC_END_SKIP, ESC_END_RAISE, ESC_END_RESUME, ESC_END_COUNT } EscEndMode;
typedef enum EscWait {
    ESC_WAIT_ACK, ESC_WAIT_RESOLVED, ESC_WAIT_CONDITION, ESC_WAIT_EVENT, ESC_WAIT_REPLY, ESC_WAIT_ANSWER, ESC_WAIT_APPROVAL,
    ESC_WAIT_PAUSE,      /* timeout target is pc + 1: both ways lead on */
    ESC_WAIT_CHECK,      /* satisfied: the check passed; timed out: it failed */
    ESC_WAIT_RAISED,     /* behind EMIT(RAISE): satisfied when a handler says resume; timeout target is pc + 1 */
    ESC_WAIT_CLOSE_WHEN, /* the steps are done; satisfied never (closing replaces the frame); timed out: raises overdue */
    ESC_WAIT_QA,         /* closing: satisfied when every check passed, was handled or overridden; timed out: raises qa_failed */
    ESC_WAIT_CHAIN,      /* satisfied by an acknowledgement; timed out when the last turn of the owners' chain is over, whatever its deadline says */
    ESC_WAIT_ROUND,      /* between ROUNDS_BEGIN and its ROUNDS_END, where its deadline leads; satisfied by its condition, if there is one: no further round */
    ESC_WAIT_COUNT
} EscWait;
typedef enum EscExpect { ESC_EXPECT_ACKED, ESC_EXPECT_RESOLVED, ESC_EXPECT_COUNT } EscExpect;

/* rights.def: what people may do, and by what they may. */
typedef enum EscRightRole {
#define ESC_RIGHT_ROLE(ROLE, word, text) ESC_RIGHT_ROLE_##ROLE,
#include <esc/rights.def>
    ESC_RIGHT_ROLE_COUNT
} EscRightRole;
typedef enum EscRight {
#define ESC_RIGHT(RIGHT, words, may_name, by_default, names_allowed, text) ESC_RIGHT_##RIGHT,
#include <esc/rights.def>
    ESC_RIGHT_COUNT
} EscRight;
typedef struct EscRightInfo {
    const char *words;   /* "call off" */
    uint32_t may_name;   /* bits of EscRightRole that a rule may say */
    uint32_t by_default; /* bits of those who may without a rule */
    bool names_allowed;  /* a rule may name people, teams and schedules */
    const char *text;    /* what it is */
} EscRightInfo;
extern const EscRightInfo esc_right_info[ESC_RIGHT_COUNT];
extern const char *const esc_right_role_words[ESC_RIGHT_ROLE_COUNT]; /* "owner" */
typedef enum EscMethod { ESC_METHOD_GET, ESC_METHOD_POST, ESC_METHOD_PUT, ESC_METHOD_PATCH, ESC_METHOD_DELETE, ESC_METHOD_COUNT } EscMethod;
typedef enum EscBody { ESC_BODY_NONE, ESC_BODY_JSON, ESC_BODY_FORM, ESC_BODY_COUNT } EscBody; /* of the request of an action */
typedef enum EscPart {
    ESC_PART_HEADER, /* left out where its value is missing */
    ESC_PART_VALUE,  /* of a form left out where it is missing, of JSON null */
    ESC_PART_OBJECT, ESC_PART_LIST,
    ESC_PART_COUNT
} EscPart;
typedef enum EscGrant { ESC_GRANT_CHANNEL, ESC_GRANT_ACTION, ESC_GRANT_COUNT } EscGrant;
typedef enum EscLimit { ESC_LIMIT_NOTIFICATIONS_PER_PERSON, ESC_LIMIT_HANDOFFS_PER_TICKET, ESC_LIMIT_RETAIN_AUDIT, ESC_LIMIT_PAGES_PER_PERSON, ESC_LIMIT_KEYS, ESC_LIMIT_COUNT } EscLimit;
typedef enum EscLimitAction { ESC_LIMIT_ACTION_NONE, ESC_LIMIT_ACTION_DIGEST, ESC_LIMIT_ACTION_RAISE, ESC_LIMIT_ACTION_COUNT } EscLimitAction;
#define ESC_EVIDENCE_TICKET 1u
#define ESC_EVIDENCE_CHANGES 2u
#define ESC_EVIDENCE_TIMELINE 4u
#define ESC_EVIDENCE_NOTIFICATIONS 8u

typedef enum EscEffect {
    ESC_EFFECT_NONE,
#define ESC_EFFECT(number, NAME, name, fixed, extra, result, flags, functions, ref, aux, extra_ms, opens, text) ESC_EFFECT_##NAME = number,
#include <esc/effects.def>
#undef ESC_EFFECT
    ESC_EFFECT_COUNT
} EscEffect;

/* What may be written and how much of it: bounds.def. */
typedef enum EscBound {
#define ESC_BOUND(NAME, low, high, check, code, what) ESC_BOUND_##NAME,
#define ESC_RULE(NAME, check, code, what)
#include <esc/bounds.def>
#undef ESC_BOUND
#undef ESC_RULE
    ESC_BOUND_COUNT
} EscBound;

typedef enum EscRule {
#define ESC_BOUND(NAME, low, high, check, code, what)
#define ESC_RULE(NAME, check, code, what) ESC_RULE_##NAME,
#include <esc/bounds.def>
#undef ESC_BOUND
#undef ESC_RULE
    ESC_RULE_COUNT
} EscRule;

typedef enum EscFact {
#define ESC_FACT(number, NAME, path, kind, is_optional) ESC_FACT_##NAME = number,
#include <esc/facts.def>
#undef ESC_FACT
    ESC_FACT_COUNT
} EscFact;

typedef enum EscOp {
#define ESC_OP(number, NAME, a, b, c, imm, cost, flags, text) ESC_OP_##NAME = number,
#include <esc/opcodes.def>
#undef ESC_OP
} EscOp;

typedef struct EscInstr {
    uint8_t op, a, b, c;
    uint32_t imm;
} EscInstr;

/* --- a program: the tables of a bundle, decoded ------------------------------------------------------------ */

/* Row structs: EscMetaRow, EscConstRow … one u32 or i64 member for each column of tables.def. */
#define ESC_COL_TYPE_I64 int64_t
#define ESC_COL_TYPE_U32 uint32_t
#define ESC_COL_TYPE_INDEX uint32_t
#define ESC_COL_TYPE_OPTION uint32_t
#define ESC_COL_TYPE_RANGE_FIRST uint32_t
#define ESC_COL_TYPE_RANGE_COUNT uint32_t
#define ESC_COL_TYPE_CHOICE uint32_t
#define ESC_COL_TYPE_COUNT uint32_t
#define ESC_COL_TYPE_BITS uint32_t
#define ESC_COL_TYPE_TYPE uint32_t
#define ESC_COL_TYPE_REF uint32_t
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what) typedef struct Struct {
#define ESC_COL(name, KIND, arg, what) ESC_COL_TYPE_##KIND name;
#define ESC_TABLE_END(NAME, Struct) } Struct;
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END

/* All tables, each as an array and a count: program->persons, program->persons_count … and the two sections that are no tables. */
typedef struct EscProgram {
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what) const Struct *member; uint32_t member##_count;
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END
    const EscText *texts; /* section TEXTS: valid UTF-8 without NUL, at most ESC_TEXT_MAX bytes, sorted by bytes, unique; index 0 is the empty text */
    uint32_t texts_count;
    const EscInstr *code; /* section CODE */
    uint32_t code_count;
} EscProgram;
/* How the system behind a source does that; NULL: it does not. Both from one program. */
const EscSourceErrandRow *esc_errand_row(const EscProgram *program, const EscSourceRow *source, EscErrandKind kind);

/* How tickets of a template are grouped; NULL: each has an escalation of its own. */
const EscGroupingRow *esc_grouping_of(const EscProgram *program, uint32_t template_index);

/* What a field holds when nobody gave anything: missing, its declared default, or the first value of its type. */
EscValue esc_field_default(const EscFieldRow *field);

/* --- bundles --------------------------------------------------------------------------------------------------- */

typedef struct EscBundle EscBundle; /* opaque; immutable once loaded, so threads may share it */

/* Computes what a bundle must state about itself and the verifier derives again: costs of functions, META's maxima. `functions` and
 * `meta` are the writable arrays behind program->functions and program->meta. Fails with ESC_OVER_LIMIT when a bound is over its
 * limit; *why then names the function by its index in offset. */
ESC_MUST_USE EscStatus esc_program_measure(const EscProgram *program, EscFunctionRow *functions, EscMetaRow *meta, EscWhy *why);

/* Writes a program as the bytes of a bundle; the same program gives the same bytes everywhere. Does not verify. */
ESC_MUST_USE EscStatus esc_bundle_encode(const EscProgram *program, EscBuf *out);

/* Reads and verifies a bundle. `bytes` is borrowed for the length of the call. On ESC_OK *out owns a bundle, to be given to
 * esc_bundle_free(); on any other status *out is NULL and *why (may be NULL) names the check (V01 … V36) and the offset. */
ESC_MUST_USE EscStatus esc_bundle_load(EscBytes bytes, EscBundle **out, EscWhy *why);
void esc_bundle_free(EscBundle *bundle); /* NULL is allowed */
const EscProgram *esc_bundle_program(const EscBundle *bundle); /* lives as long as the bundle */
/* True when `value` has exactly `type` and its content is within the bounds of that type: what is loaded may be used without
 * looking, but for references. */
bool esc_value_fits(const EscProgram *program, const EscValue *value, EscType type);
bool esc_verify_ref_is_valid(const EscProgram *program, EscRef ref); /* not 0, and names a row */
/* What people call it: a person's title, a channel's, a role's word …; empty for none. The reference must be valid. */
EscText esc_ref_text(const EscProgram *program, EscRef ref);
const uint8_t *esc_bundle_hash(const EscBundle *bundle);       /* 32 bytes: SHA-256 of the content */
/* "customer.esc:23" for an instruction (index in CODE); line 0 when the map has nothing. */
typedef struct EscPlace { EscText file; uint32_t line, column; } EscPlace;
EscPlace esc_program_place(const EscProgram *program, uint32_t code_index);

/* Reads program text of code and tables. `source_line` (may be NULL) gives the author's line to be shown beside the code: it
 * returns an empty text when it does not know. */
typedef EscText (*EscSourceLine)(void *context, EscText file, uint32_t line);
void esc_program_disassemble(const EscProgram *program, EscSourceLine source_line, void *context, EscBuf *out);

/* --- running ------------------------------------------------------------------------------------------------------ */

typedef enum EscLoad { ESC_LOAD_TICKET, ESC_LOAD_EVENT, ESC_LOAD_EXCEPTION, ESC_LOAD_PREVIOUS, ESC_LOAD_CHANGED, ESC_LOAD_FACT, ESC_LOAD_HOURS, ESC_LOAD_PARAM,
               ESC_LOAD_TALLY, ESC_LOAD_OPEN, /* what a row of TALLIES or OPENS says: BOOL */
               ESC_LOAD_DOCUMENT /* what stands at a row of DOCUMENT_PATHS, of its type */ } EscLoad;

/* Who is told what runs, for coverage. A run with a listener is the reference interpreter's, which does the same. */
typedef struct EscListener {
    void *context;
    /* Before the instruction at this index in CODE, with the registers that it will read. */
    void (*step)(void *context, const EscBundle *bundle, uint32_t code_index, const EscValue *registers);
    /* A node of a trigger's condition was judged: its index in PREDS, and the value that it tests (NULL: it tests none). */
    void (*judged)(void *context, const EscBundle *bundle, uint32_t pred, const EscValue *value, bool holds);
} EscListener;

/* What a run sees of the world. Both callbacks are called on the caller's stack; neither may call back into the same run. */
typedef struct EscHost {
    void *context;
    /* Gives the value of a field (index in FIELDS), fact or parameter (index in PARAMS, of the function's template), or (HOURS, index in CALENDARS) whether they are open, as a BOOL. Its type must be exactly what the verifier proved: the field's type,
     * made optional where opcodes.def says so. Texts must live until the run returns. */
    EscStatus (*load)(void *context, EscLoad what, uint32_t index, EscValue *value);
    /* Carries out effect site `effect`; arguments are borrowed for the call. *result is preset to UNSET; effect kinds that have a result must set it,
     * with text that lives until the run returns. */
    EscStatus (*emit)(void *context, uint32_t effect, const EscValue *arguments, uint32_t count, EscValue *result);
    /* OWN: role number (0 to 2) becomes accountable. */
    EscStatus (*own)(void *context, uint32_t role);
    /* The instant of a local time on the workspace's clocks, in minutes since 1970-01-01T00:00. NULL: those of UTC. */
    int64_t (*instant)(void *context, int64_t local_minute);
    /* The instant by which ms of a calendar's hours (index in CALENDARS) have passed since from_ms; back from there where ms is
     * negative. NULL: all hours count. */
    int64_t (*in_hours)(void *context, uint32_t calendar, int64_t from_ms, int64_t ms);
    /* A time within a text, 64 bytes at most. NULL: RFC 3339 in UTC. */
    void (*write_time)(void *context, EscBuf *out, int64_t time_ms);
    const EscListener *listener; /* NULL: nobody is told */
} EscHost;

typedef enum EscRunEnd {
    ESC_RUN_WAITING,  /* suspended: run.wait says where */
    ESC_RUN_RETURNED, /* COND: run.answer */
    ESC_RUN_ENDED,    /* END: run.end_mode */
    ESC_RUN_CLOSE,    /* CLOSE: run.outcome (index in TEXTS) */
    ESC_RUN_DONE,     /* DONE */
    ESC_RUN_GAVE      /* GIVE: run.given */
} EscRunEnd;

/* One activation of a function. Plain memory of the caller's; about 20 KiB with ESC_RUN_SCRATCH_MAX given separately. */
typedef struct EscRun {
    const EscBundle *bundle;
    uint32_t function;           /* index in FUNCTIONS */
    uint32_t pc;                 /* within the function */
    uint32_t wait;               /* index in WAITS while suspended, else ESC_NONE */
    EscValue registers[ESC_REGISTERS_MAX];
    uint32_t loops[ESC_LOOP_DEPTH_MAX]; /* rounds done */
    uint32_t fuel_used;          /* of the last run-to-suspend */
    uint32_t effects_used;       /* of the last run-to-suspend */
    uint32_t clamped_pc;         /* of the last run-to-suspend: where a number left its range first, ESC_NONE when none did */
    uint32_t cut_pc;             /* the same: where a text outgrew ESC_TEXT_MAX first */
    uint32_t cut_bytes;          /* and what all of its texts lost; marks do not count */
    uint32_t effects_total;      /* over the life of the frame; only grows, kept in snapshots */
    /* how the last run ended */
    bool answer;
    EscValue given;              /* texts as in registers */
    EscEndMode end_mode;
    uint32_t outcome;
    char *scratch;               /* texts made by this run; borrowed; registers point into it */
    size_t scratch_size, scratch_used;
} EscRun;

/* Size that always suffices: the texts of one run, and twice what a snapshot can hold (before and after it settles at a wait). */
#define ESC_RUN_SCRATCH_MAX ((size_t)ESC_RUN_TEXTS_MAX * ESC_TEXT_MAX + 12 * ESC_SNAPSHOT_BYTES_MAX)

/* Prepares a run at the entry of `function`. `entry` gives the entry registers (outcome of CLOSING, parameters of REQUEST and UNDO), with the
 * count and types that the verifier proved; for functions with at_wait use esc_run_init_at_wait. `scratch` must stay until the run is given up. It may be NULL
 * with size 0 for a function that makes no text and does not wait. */
void esc_run_init(EscRun *run, const EscBundle *bundle, uint32_t function, const EscValue *entry, uint32_t entry_count, char *scratch, size_t scratch_size);
/* Prepares a COND or REMINDER function that starts with the registers of `frame`, which waits at its at_wait. */
void esc_run_init_at_wait(EscRun *run, const EscRun *frame, uint32_t function, char *scratch, size_t scratch_size);

/* Runs until it suspends or ends. now_ms is the logical time. On ESC_OK *end tells how; arithmetic has no faults, and ESC_TRAP,
 * ESC_OUT_OF_FUEL (our bugs) and a failure of a host callback leave the run unusable. */
ESC_MUST_USE EscStatus esc_run_go(EscRun *run, const EscHost *host, int64_t now_ms, EscRunEnd *end, EscWhy *why);
/* The same by the plain reference interpreter (a switch, written to be read): always the same outcome, effects and fuel. */
ESC_MUST_USE EscStatus esc_run_go_reference(EscRun *run, const EscHost *host, int64_t now_ms, EscRunEnd *end, EscWhy *why);

/* Makes a waiting run ready to go on: satisfied (result: its wait's result value or NULL; stored to the result register) or timed out. The caller
 * then calls esc_run_go. ESC_BAD_ARGUMENT when the run does not wait or the result's type is not the wait's. A TEXT result is copied to scratch. */
ESC_MUST_USE EscStatus esc_run_resume(EscRun *run, bool is_satisfied, const EscValue *result);

/* --- snapshots ------------------------------------------------------------------------------------------------------- */

/* A waiting run as portable bytes (format: vm/snapshot.c). */
ESC_MUST_USE EscStatus esc_snapshot_write(const EscRun *run, EscBuf *out);
/* The bundle hash a snapshot is pinned to, without any further check; false when the bytes are too short or have another magic. */
bool esc_snapshot_bundle_hash(EscBytes bytes, uint8_t hash[32]);
/* Rounds done of the innermost loop around the wait, of bytes that esc_snapshot_write made; 0 without a loop. */
uint32_t esc_snapshot_rounds(EscBytes bytes);
/* Reads and verifies (F1 … F7) a snapshot against its bundle; texts are copied to scratch. effects_total_min: what the same escalation's
 * previous snapshot had (0 when unknown): budgets only shrink (F5). On failure *run is unusable and the bytes are still evidence. */
ESC_MUST_USE EscStatus esc_snapshot_read(EscBytes bytes, const EscBundle *bundle, uint32_t effects_total_min, char *scratch, size_t scratch_size, EscRun *run, EscWhy *why);

/* --- trigger conditions as data ------------------------------------------------------------------------------------------ */

/* Evaluates a PREDS tree against a host (load is used for fields; CODE nodes are run). `scratch` as for esc_run_init. */
ESC_MUST_USE EscStatus esc_pred_holds(const EscBundle *bundle, uint32_t pred, const EscHost *host, int64_t now_ms, char *scratch, size_t scratch_size, bool *holds);

/* --- tests that time alone can turn ---------------------------------------------------------------------------------------- */

/* Whether row `clock` of CLOCKS holds at now_ms. */
ESC_MUST_USE EscStatus esc_clock_holds(const EscBundle *bundle, uint32_t clock, const EscHost *host, int64_t now_ms, bool *holds);
/* The instant at which a row of CLOCKS turns that has one; `time_ms` is its time as it was loaded. */
int64_t esc_clock_instant_ms(const EscClockRow *row, const EscHost *host, int64_t time_ms);
/* What the host says of a date (index in DATES), and of hours that are counted, within the range of times. */
int64_t esc_host_date_ms(const EscHost *host, const EscProgram *program, uint32_t date);
int64_t esc_host_in_hours_ms(const EscHost *host, uint32_t calendar, int64_t from_ms, int64_t ms);
/* True for what reads the time without a row of CLOCKS: nobody could say when its answer changes. */
bool esc_instr_reads_clock(const EscInstr *instr);

/* --- what the tables say about themselves (for writers, tests and docs) ---------------------------------------------------- */

typedef enum EscOperand {
    ESC_OPERAND_NONE, ESC_OPERAND_REG, ESC_OPERAND_OUT_SAME, ESC_OPERAND_OUT_ANY, ESC_OPERAND_OUT_BOOL, ESC_OPERAND_OUT_NUMBER,
    ESC_OPERAND_OUT_TEXT, ESC_OPERAND_OUT_DURATION, ESC_OPERAND_OUT_TIME, ESC_OPERAND_IN_ANY, ESC_OPERAND_IN_OPTIONAL, ESC_OPERAND_IN_BOOL,
    ESC_OPERAND_IN_NUMBER, ESC_OPERAND_IN_TEXT, ESC_OPERAND_IN_TEXTS, ESC_OPERAND_IN_DURATION, ESC_OPERAND_IN_TIME, ESC_OPERAND_IN_ENUM,
    ESC_OPERAND_IN_LIST, ESC_OPERAND_IN_REF, ESC_OPERAND_COUNT, ESC_OPERAND_CONST, ESC_OPERAND_TYPE, ESC_OPERAND_FIELD, ESC_OPERAND_FACT,
    ESC_OPERAND_TARGET, ESC_OPERAND_BACK, ESC_OPERAND_ROUNDS, ESC_OPERAND_UNIT, ESC_OPERAND_END_MODE, ESC_OPERAND_ROLE, ESC_OPERAND_EFFECT, ESC_OPERAND_WAIT,
    ESC_OPERAND_CLOCK, ESC_OPERAND_FORM, ESC_OPERAND_DATE, ESC_OPERAND_CALENDAR, ESC_OPERAND_PARAM, ESC_OPERAND_DOCUMENT,
    ESC_OPERAND_KIND_COUNT
} EscOperand;
#define ESC_OPERAND_TEXT ESC_OPERAND_KIND_COUNT /* CLOSE's imm: index in TEXTS */

#define ESC_OPF_NO_NEXT 1u    /* control never goes to the next instruction */
#define ESC_OPF_WAIT 2u       /* suspends */
#define ESC_OPF_EFFECT 4u     /* counts as an effect */
#define ESC_OPF_MAKES_TEXT 8u /* takes scratch memory */

typedef struct EscOpInfo {
    const char *name; /* NULL: no such opcode */
    uint8_t a, b, c, imm; /* EscOperand */
    uint8_t flags;
    uint16_t cost;
    const char *text;
} EscOpInfo;
extern const EscOpInfo esc_op_info[256];

#define ESC_EF_MESSAGE 1u /* a notification */
#define ESC_EF_CHANGE 2u  /* a recorded change */
#define ESC_EF_CALL 4u    /* a connector action */
/* What follows the fixed arguments, and what the columns of a site hold: effects.def. */
typedef enum EscExtra {
    ESC_EXTRA_NONE, ESC_EXTRA_FIELDS, ESC_EXTRA_PARAMS, ESC_EXTRA_HELD, ESC_EXTRA_RAISED, ESC_EXTRA_ANY1, ESC_EXTRA_FIELD,
    ESC_EXTRA_STARTED /* a TEXT without a name, the id of a ticket, or none; and the template's parameters by name */
} EscExtra;
typedef enum EscSiteRef { ESC_SITE_REF_NONE, ESC_SITE_REF_PEOPLE, ESC_SITE_REF_ASKED, ESC_SITE_REF_RECEIVERS, ESC_SITE_REF_QUEUE /* a route to queues, or none */, ESC_SITE_REF_TEMPLATE /* a route to templates, or none */ } EscSiteRef;
typedef enum EscSiteAux {
    ESC_SITE_AUX_ZERO,
    ESC_SITE_AUX_CONTACT,   /* EscContact + 1, or 0 */
    ESC_SITE_AUX_FIELD,     /* of the ticket */
    ESC_SITE_AUX_LIST,      /* a field of the ticket that is a list */
    ESC_SITE_AUX_TEXT,      /* that is not empty */
    ESC_SITE_AUX_QUEUE,     /* such a text, or 0 where a route says it */
    ESC_SITE_AUX_EXPECT,    /* EscExpect */
    ESC_SITE_AUX_EVIDENCE,  /* bit set, not empty */
    ESC_SITE_AUX_ACTION,
    ESC_SITE_AUX_INVERSE,   /* an action, or ESC_NONE */
    ESC_SITE_AUX_APPROVALS, /* a number of people */
    ESC_SITE_AUX_EXCEPTION,
    ESC_SITE_AUX_TEMPLATE,  /* a manual one, or 0 where a route says it */
    ESC_SITE_AUX_CHECK,
    ESC_SITE_AUX_METHOD,    /* EscMethod */
    ESC_SITE_AUX_COMMENT,   /* EscErrandKind: one of the two comments, which some source has */
    ESC_SITE_AUX_SOURCE     /* a source whose system makes tickets */
} EscSiteAux;
typedef enum EscSiteExtra {
    ESC_SITE_EXTRA_ZERO,
    ESC_SITE_EXTRA_WITHIN, /* a deadline, with the calendar */
    ESC_SITE_EXTRA_WINDOW, /* a time to look back over, or 0 */
    ESC_SITE_EXTRA_REASON  /* a text where aux is ESC_NONE, else 0 */
} EscSiteExtra;
typedef enum EscOpens {
    ESC_OPENS_NOTHING,
    ESC_OPENS_CHANGE,
#define ESC_OPENS_WAIT(NAME) ESC_OPENS_##NAME = 2 + ESC_WAIT_##NAME
    ESC_OPENS_WAIT(REPLY),
    ESC_OPENS_WAIT(ANSWER),
    ESC_OPENS_WAIT(APPROVAL),
    ESC_OPENS_WAIT(CHECK),
    ESC_OPENS_WAIT(RAISED)
#undef ESC_OPENS_WAIT
} EscOpens;
typedef struct EscEffectInfo {
    const char *name; /* NULL: no such effect */
    uint8_t fixed[2]; /* EscKind of the fixed arguments, UNSET for none */
    uint8_t result;   /* EscKind, UNSET for none */
    uint8_t flags;
    const char *text;
    uint8_t extra;      /* EscExtra: what follows the fixed arguments */
    uint8_t ref;        /* EscSiteRef */
    uint8_t aux;        /* EscSiteAux */
    uint8_t extra_ms;   /* EscSiteExtra */
    uint8_t opens;      /* EscOpens */
    uint32_t functions; /* bit set of EscFunction: those that may emit it */
} EscEffectInfo;
extern const EscEffectInfo esc_effect_info[ESC_EFFECT_COUNT];

/* --- headers of requests (headers.c) ---------------------------------------------------------------------------------- */

#define ESC_HEADER_NAME_BYTES_MAX 128
typedef enum EscHeaderFault {
    ESC_HEADER_FINE,
    ESC_HEADER_NO_NAME,
    ESC_HEADER_OF_CONNECTION,
    ESC_HEADER_SECRET, /* it would authenticate, and no secret stands in a template */
    ESC_HEADER_KEY     /* what tells a repeated request */
} EscHeaderFault;
/* Whether a request of an action may say the header of this name, in any case of letters. */
EscHeaderFault esc_header_fault(EscText name);
bool esc_header_names_equal(EscText a, EscText b); /* in any case of letters */
const char *esc_header_fault_words(EscHeaderFault fault); /* "belongs to the connection …"; FINE: empty */


typedef struct EscBoundInfo {
    int64_t low, high; /* both allowed; of a rule 0 */
    const char *check; /* "V08": what the verifier rejects with */
    const char *code;  /* "E0317": what the compiler reports with */
    const char *what;
} EscBoundInfo;
extern const EscBoundInfo esc_bound_info[ESC_BOUND_COUNT];
extern const EscBoundInfo esc_rule_info[ESC_RULE_COUNT];
bool esc_bound_holds(EscBound bound, int64_t value);
/* How much of a whole time has gone at a moment of it: a share of it, or so long before its end (percent 0). */
int64_t esc_moment_ms(int64_t whole_ms, uint32_t percent, int64_t before_ms);

typedef struct EscFactInfo {
    const char *path;
    EscType type;
} EscFactInfo;
extern const EscFactInfo esc_fact_info[ESC_FACT_COUNT];

#ifdef __cplusplus
}
#endif
#endif
