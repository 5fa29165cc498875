/* program_builder.h - a small valid program with one of everything, for tests to change in one place.
 *
 * program_begin() fills the tables and the default code of each function; a test may replace bodies; program_finish() numbers effect
 * sites and wait points in the order of the code, drops unused texts and constants, sorts both, and measures costs. What it gives
 * is valid by construction. After that a test changes a row or an instruction and says which check must notice. */
#ifndef ESC_TEST_PROGRAM_BUILDER_H
#define ESC_TEST_PROGRAM_BUILDER_H

#include <esc/vm.h>

/* Rows that tests speak about by name. */
enum {
    FIELD_ID,
    FIELD_SEVERITY,
    FIELD_STATUS,
    FIELD_COUNT,
    FIELD_NOTE,
    FIELD_TAGS,
    FIELD_DUE,
    FIELD_SPENT,
    FIELD_FLAG,
    FIELD_OWNER,
    FIELD_PERCENT,
    FIELD_CLOCK,
    FIELD_VENDOR,
    FIELD_TOTAL
};
enum { EVENT_LEAD = ESC_EVENT_BUILTIN_COUNT, EVENT_TOTAL };
enum { ENUM_ROLE, ENUM_SEVERITY, ENUM_STATUS };
enum {
    CONST_TRUE,
    CONST_FALSE,
    CONST_ZERO,
    CONST_ONE,
    CONST_TEXT,
    CONST_TEXT_B,
    CONST_HOUR,
    CONST_NOON,
    CONST_HIGH,
    CONST_OPEN,
    CONST_ANA,
    CONST_TOTAL
};
enum {
    BODY_COND,
    BODY_STEPS,
    BODY_CLOSING,
    BODY_CATCH,
    BODY_HANDLER,
    BODY_ELSE,
    BODY_REQUEST,
    BODY_REQUEST_BACK,
    BODY_UNDO,
    BODY_PRED,
    BODY_AT_WAIT,
    BODY_REMINDER,
    BODY_TOTAL
};
/* Effect sites and wait points that bodies may name in imm, any number of times; each use becomes a row of its own. */
enum {
    SITE_NOTIFY,
    SITE_PAGE,
    SITE_SET,
    SITE_CREATE,
    SITE_ASSIGN,
    SITE_QUEUE,
    SITE_HANDOFF,
    SITE_SNAPSHOT,
    SITE_ATTACH,
    SITE_WARROOM,
    SITE_CALL,
    SITE_UNDO,
    SITE_NO_UNDO,
    SITE_ASK,
    SITE_APPROVE,
    SITE_RAISE,
    SITE_ROLLBACK,
    SITE_START,
    SITE_CHECK,
    SITE_FAILOVER,
    SITE_REQUEST,
    SITE_CALL_BACK,
    SITE_TOTAL
};
enum {
    WAIT_ACK,
    WAIT_CONDITION,
    WAIT_EVENT,
    WAIT_REPLY,
    WAIT_ANSWER,
    WAIT_APPROVAL,
    WAIT_PAUSE,
    WAIT_CHECK,
    WAIT_RAISED,
    WAIT_CLOSE_WHEN,
    WAIT_QA,
    WAIT_ROUND,
    WAIT_TOTAL
};

/* Every table gets room for more rows than the base needs, so that tests may append. */
enum { PROGRAM_ROOM = 1200, PROGRAM_TEXT_ROOM = 1600, PROGRAM_CODE_ROOM = 20000 };

typedef struct Body {
    const EscInstr *
        code; /* EMIT: imm is a SITE; WAIT: imm is WAIT_IMM(wait, timeout); CLOSE: imm is a text of program_text() */
    uint32_t count;
} Body;
#define WAIT_IMM(wait, timeout) ((uint32_t)(wait) | (uint32_t)(timeout) << 8)
#define OP(name, a, b, c, imm)                                                                     \
    {                                                                                              \
        ESC_OP_##name, a, b, c, imm                                                                \
    }
#define BODY(instructions)                                                                         \
    ((Body){instructions, (uint32_t)(sizeof(instructions) / sizeof((instructions)[0]))})

typedef struct TestProgram {
    EscArena *arena;
    EscProgram program; /* its arrays are those below */
#define ESC_TABLE(number, NAME, Struct, member, rows_max, what)                                    \
    Struct *member;                                                                                \
    uint32_t member##_count;
#define ESC_COL(name, KIND, arg, what)
#define ESC_TABLE_END(NAME, Struct)
#include <esc/tables.def>
#undef ESC_TABLE
#undef ESC_COL
#undef ESC_TABLE_END
    EscText *texts;
    uint32_t texts_count;
    EscInstr *code;
    uint32_t code_count;
    Body bodies[BODY_TOTAL];
    EscEffectRow sites[SITE_TOTAL];
    EscWaitRow wait_points[WAIT_TOTAL];
    uint32_t
        const_at[CONST_TOTAL]; /* after finish: index, or ESC_NONE where no instruction uses it */
} TestProgram;

void program_begin(TestProgram *program);
void program_finish(TestProgram *program);
void program_release(TestProgram *program);
/* Drops texts that nothing uses any more and sorts the rest; for after a change. */
void program_sort_texts(TestProgram *program);
/* After finish: a second template with a role, a catch-all and a check of its own, row 2 of ROLES, CATCHES and CHECKS. */
void program_add_template(TestProgram *program);
/* After finish: everything goes that has to do with templates and code. */
void program_strip(TestProgram *program);
/* After finish: a text that sorts behind every other; it is borrowed. Its index. */
uint32_t program_add_text(TestProgram *program, EscText text);
uint32_t program_text(TestProgram *program,
                      const char *text); /* before finish: its provisional number */
uint32_t program_text_at(const TestProgram *program,
                         const char *text); /* after finish: its index, or ESC_NONE */
/* Instruction pc of a body's function, to be changed after finish. */
EscInstr *program_instr(TestProgram *program, uint32_t body, uint32_t pc);
EscEffectRow *program_site(TestProgram *program, uint32_t body,
                           uint32_t pc);                                    /* of the EMIT there */
EscWaitRow *program_wait(TestProgram *program, uint32_t body, uint32_t pc); /* of the WAIT there */
void program_measure(
    TestProgram *program); /* again, after a change; what cannot be measured keeps its figures */
/* Points program->program at the arrays and counts as they are now. */
void program_refresh(TestProgram *program);

EscBuf program_encode(TestProgram *program);
/* Writes the hash of what is there now into a bundle's header. */
void bundle_rehash(EscBuf *bundle);
/* Loads and returns the bundle; fails the test with the reason when it is rejected. */
EscBundle *program_load(TestProgram *program);
void assert_accepts(TestProgram *program);
/* The bundle is rejected by this check, and with the sentence that rejections.h asks for. */
#define assert_rejects(program, check) assert_rejects_in(__func__, program, check)
void assert_rejects_in(const char *test, TestProgram *program, const char *check);
void assert_bundle_rejected(const EscBuf *bundle, const char *check);

/* --- a host that gives values of the right type and writes down what it is asked -------------------------------------- */

typedef struct TestHost {
    const EscBundle *bundle;
    uint64_t
        seed; /* chooses among the values of a type; the same seed, field and load give the same value */
    uint32_t function; /* whose run it serves: decides what a load of the event gives */
    uint32_t loads, emits, owns;
    uint64_t trace; /* a digest of every effect with its arguments, and of every OWN, in order */
    uint32_t last_effect, last_role;
    EscStatus load_status, emit_status, own_status; /* ESC_OK, or what the callback fails with */
    bool gives_wrong_type;
    const EscValue
        *fields; /* NULL, or what a load of the ticket gives: one value for each row of FIELDS */
} TestHost;
EscHost test_host(TestHost *host);
EscValue test_value(const EscProgram *program, EscType type, uint64_t seed);

/* 64 random bits: splitmix64. */
uint64_t test_random(uint64_t *state);

#endif
