/* interp.c - the interpreter that ships: computed goto, one handler a row of opcodes.def.
 *
 * It must do what interp_reference.c does, which is the one to read first. The same run-time checks stand here in their own
 * words: operand tags, indexes, fuel. The handlers are found through a table made from opcodes.def, so a row without a
 * handler does not compile. */
#include <esc/vm.h>

#include <math.h>

#include "vm_internal.h"

/* Labels as values are GNU C, in this file only. */
#pragma GCC diagnostic ignored "-Wpedantic"

#define T_BOOL ESC_TYPE(ESC_KIND_BOOL)
#define T_NUMBER ESC_TYPE(ESC_KIND_NUMBER)
#define T_TEXT ESC_TYPE(ESC_KIND_TEXT)
#define T_DURATION ESC_TYPE(ESC_KIND_DURATION)
#define T_TIME ESC_TYPE(ESC_KIND_TIME)
#define T_LIST ESC_TYPE(ESC_KIND_LIST)
#define T_REF ESC_TYPE(ESC_KIND_REF)

#define A registers[instr->a]
#define B registers[instr->b]
#define C registers[instr->c]
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            goto bad_operand;                                                                      \
    } while (0)
#define OUT_A CHECK(instr->a < ESC_REGISTERS_MAX)
#define IS_A(wanted) CHECK(instr->a < ESC_REGISTERS_MAX && A.type == (wanted))
#define IS_B(wanted) CHECK(instr->b < ESC_REGISTERS_MAX && B.type == (wanted))
#define IS_C(wanted) CHECK(instr->c < ESC_REGISTERS_MAX && C.type == (wanted))
#define SOME_B CHECK(instr->b < ESC_REGISTERS_MAX && B.type != 0)
#define OPTIONAL_B CHECK(instr->b < ESC_REGISTERS_MAX && esc_type_is_optional(B.type))
#define TARGET CHECK(instr->imm < count)
#define NEXT                                                                                       \
    do {                                                                                           \
        pc++;                                                                                      \
        goto fetch;                                                                                \
    } while (0)
#define GO(target)                                                                                 \
    do {                                                                                           \
        pc = (target);                                                                             \
        goto fetch;                                                                                \
    } while (0)
#define SET(...)                                                                                   \
    do {                                                                                           \
        A = (EscValue){__VA_ARGS__};                                                               \
        NEXT;                                                                                      \
    } while (0)
/* One comparison or sum of b and c: `in` is the tag that both must have. */
#define TEST(in, expression)                                                                       \
    OUT_A;                                                                                         \
    IS_B(in);                                                                                      \
    IS_C(in);                                                                                      \
    SET(.type = T_BOOL, .truth = (expression))
#define TEST_ENUM(expression)                                                                      \
    OUT_A;                                                                                         \
    SOME_B;                                                                                        \
    CHECK(esc_type_kind(B.type) == ESC_KIND_ENUM && !esc_type_is_optional(B.type));                \
    IS_C(B.type);                                                                                  \
    SET(.type = T_BOOL, .truth = (expression))
#define NUMBER(expression)                                                                         \
    OUT_A;                                                                                         \
    IS_B(T_NUMBER);                                                                                \
    IS_C(T_NUMBER);                                                                                \
    number = (expression);                                                                         \
    goto set_number
#define SPAN(b_type, c_type, out_type, expression)                                                 \
    OUT_A;                                                                                         \
    IS_B(b_type);                                                                                  \
    IS_C(c_type);                                                                                  \
    span_type = (out_type);                                                                        \
    span = (expression);                                                                           \
    goto set_span
#define END_RUN(how)                                                                               \
    do {                                                                                           \
        *end = (how);                                                                              \
        goto ended;                                                                                \
    } while (0)

EscStatus esc_run_go(EscRun *run, const EscHost *host, int64_t now_ms, EscRunEnd *end, EscWhy *why)
{
    static const void *const handlers[256] = {
#define ESC_OP(number, NAME, a, b, c, imm, cost, flags, text) [number] = &&op_##NAME,
#include <esc/opcodes.def>
#undef ESC_OP
    };
    const EscBundle *bundle = run->bundle;
    const EscProgram *program = &bundle->program;
    const EscFunctionRow *function = &program->functions[run->function];
    const EscInstr *code = program->code + function->code_first;
    const uint8_t *slots = bundle->loop_slots + function->code_first;
    const uint32_t count = function->code_count, fuel_max = function->cost;
    EscValue *registers = run->registers;
    const EscInstr *instr = NULL;
    uint32_t pc = run->pc, fuel = 0, round = 0, slot = 0;
    double number = 0;
    int64_t span = 0;
    EscType span_type = T_DURATION;
    EscText text = ESC_TEXT("");
    EscValue list;
    EscStatus status = ESC_OK;

    if (host->listener != NULL)
        return esc_run_go_reference(run, host, now_ms, end, why);
    if (run->wait != ESC_NONE)
        return esc_why(why, ESC_BAD_ARGUMENT, "", run->pc, "the run waits: resume it first");
    run->fuel_used = 0;
    run->clamped_pc = run->cut_pc = ESC_NONE;
    run->cut_bytes = 0;
    run->effects_used = 0;

fetch:
    run->pc = pc;
    if (pc >= count)
        return esc_run_trap(run, why, "past the end of the function");
    instr = &code[pc];
    if (esc_op_info[instr->op].cost > fuel_max - fuel)
        return esc_why(why, ESC_OUT_OF_FUEL, "V26", pc,
                       "function %u ran past its bound of %u units", (unsigned)run->function,
                       (unsigned)fuel_max);
    fuel += esc_op_info[instr->op].cost;
    run->fuel_used = fuel;
    if (handlers[instr->op] == NULL)
        return esc_run_trap(run, why, "there is no such opcode");
    goto *handlers[instr->op];

bad_operand:
    return esc_run_trap(run, why, "an operand is not what the verifier proved");
scratch_full:
    return esc_why(why, status, "", pc, "scratch memory is used up");
set_number:
    if (!isfinite(number)) {
        number = esc_number_clamp(number);
        run->clamped_pc = run->clamped_pc == ESC_NONE ? pc : run->clamped_pc;
    }
    SET(.type = T_NUMBER, .number = number);
set_span:
    if (esc_ms_is_end(span))
        run->clamped_pc = run->clamped_pc == ESC_NONE ? pc : run->clamped_pc;
    SET(.type = span_type, .ms = span);
ended:
    run->pc = count; /* an ended run cannot be run again */
    return ESC_OK;

    /* moves and loads */
op_MOVE:
    OUT_A;
    SOME_B;
    A = B;
    NEXT;
op_CONST:
    OUT_A;
    CHECK(instr->imm < program->consts_count);
    A = esc_const_value(program, instr->imm);
    NEXT;
op_MISSING:
    OUT_A;
    SET(.type = instr->imm, .is_missing = true);
op_CLEAR:
    OUT_A;
    CHECK(instr->a + instr->b <= ESC_REGISTERS_MAX);
    for (uint32_t r = 0; r < instr->b; r++)
        registers[instr->a + r] = (EscValue){.type = 0};
    NEXT;
op_LOAD_TICKET:
op_LOAD_EVENT:
op_LOAD_EXCEPTION:
op_LOAD_PREVIOUS:
op_LOAD_CHANGED:
    CHECK(instr->imm < program->fields_count);
    goto load;
op_LOAD_PARAM:
    CHECK(instr->imm < program->params_count);
    goto load;
op_LOAD_DOCUMENT:
    CHECK(instr->imm < program->document_paths_count);
    goto load;
op_LOAD_FACT:
    CHECK(instr->imm < ESC_FACT_COUNT);
load : {
    OUT_A;
    EscValue value;
    status = esc_run_load(run, host, instr, &value, why);
    if (status != ESC_OK)
        return status;
    A = value;
    NEXT;
}
op_LOAD_NOW:
    OUT_A;
    SET(.type = T_TIME, .ms = now_ms);
op_LOAD_DATE:
    OUT_A;
    CHECK(instr->imm < program->dates_count);
    SET(.type = T_TIME, .ms = esc_host_date_ms(host, program, instr->imm));
op_CLOCK : {
    OUT_A;
    CHECK(instr->imm < program->clocks_count);
    bool holds = false;
    status = esc_run_clock(run, host, instr, now_ms, &holds, why);
    if (status != ESC_OK)
        return status;
    SET(.type = T_BOOL, .truth = holds);
}

    /* optional values */
op_UNWRAP : {
    OUT_A;
    OPTIONAL_B;
    TARGET;
    EscValue value = B;
    if (value.is_missing)
        GO(instr->imm);
    value.type = esc_type_plain(value.type);
    A = value;
    NEXT;
}
op_WRAP : {
    OUT_A;
    SOME_B;
    CHECK(!esc_type_is_optional(B.type));
    EscValue value = B;
    value.type |= ESC_TYPE_OPTIONAL;
    A = value;
    NEXT;
}
op_IS_PRESENT:
    OUT_A;
    OPTIONAL_B;
    SET(.type = T_BOOL, .truth = !B.is_missing);

    /* comparison */
op_NOT:
    OUT_A;
    IS_B(T_BOOL);
    SET(.type = T_BOOL, .truth = !B.truth);
op_EQ_BOOL:
    TEST(T_BOOL, B.truth == C.truth);
op_EQ_NUMBER:
    TEST(T_NUMBER, B.number == C.number);
op_LT_NUMBER:
    TEST(T_NUMBER, B.number < C.number);
op_LE_NUMBER:
    TEST(T_NUMBER, B.number <= C.number);
op_EQ_DURATION:
    TEST(T_DURATION, B.ms == C.ms);
op_LT_DURATION:
    TEST(T_DURATION, B.ms < C.ms);
op_LE_DURATION:
    TEST(T_DURATION, B.ms <= C.ms);
op_EQ_TIME:
    TEST(T_TIME, B.ms == C.ms);
op_LT_TIME:
    TEST(T_TIME, B.ms < C.ms);
op_LE_TIME:
    TEST(T_TIME, B.ms <= C.ms);
op_EQ_ENUM:
    TEST_ENUM(B.member == C.member);
op_LT_ENUM:
    TEST_ENUM(B.member < C.member);
op_LE_ENUM:
    TEST_ENUM(B.member <= C.member);
op_EQ_TEXT:
    TEST(T_TEXT, esc_text_equal(B.text, C.text));
op_STARTS_WITH:
    TEST(T_TEXT, esc_text_starts_with(B.text, C.text));
op_ENDS_WITH:
    TEST(T_TEXT, esc_text_ends_with(B.text, C.text));
op_LIST_HAS:
    OUT_A;
    IS_B(T_LIST);
    IS_C(T_TEXT);
    SET(.type = T_BOOL, .truth = esc_list_has(&B, C.text));
op_STARTS_FOLDED:
    TEST(T_TEXT, esc_text_starts_folded(B.text, C.text));
op_ENDS_FOLDED:
    TEST(T_TEXT, esc_text_ends_folded(B.text, C.text));
op_CONTAINS:
    TEST(T_TEXT, esc_text_contains_folded(B.text, C.text));
op_HAS_FOLDED:
    OUT_A;
    IS_B(T_LIST);
    IS_C(T_TEXT);
    SET(.type = T_BOOL, .truth = esc_list_has_folded(&B, C.text));
op_EQ_REF:
    TEST(T_REF, B.ref == C.ref);

    /* arithmetic */
op_ADD_NUMBER:
    NUMBER(B.number + C.number);
op_SUB_NUMBER:
    NUMBER(B.number - C.number);
op_MUL_NUMBER:
    NUMBER(B.number * C.number);
op_DIV_NUMBER:
    NUMBER(B.number / C.number);
op_ADD_DURATION:
    SPAN(T_DURATION, T_DURATION, T_DURATION, esc_ms_add(B.ms, C.ms));
op_SUB_DURATION:
    SPAN(T_DURATION, T_DURATION, T_DURATION, esc_ms_subtract(B.ms, C.ms));
op_MUL_DURATION:
    SPAN(T_DURATION, T_NUMBER, T_DURATION, esc_ms_multiply(B.ms, C.number));
op_DIV_DURATION:
    SPAN(T_DURATION, T_NUMBER, T_DURATION, esc_ms_divide(B.ms, C.number));
op_TIME_ADD:
    SPAN(T_TIME, T_DURATION, T_TIME, esc_ms_add(B.ms, C.ms));
op_TIME_SUB:
    SPAN(T_TIME, T_DURATION, T_TIME, esc_ms_subtract(B.ms, C.ms));
op_TIME_DIFF:
    SPAN(T_TIME, T_TIME, T_DURATION, esc_ms_subtract(B.ms, C.ms));
op_ADD_HOURS:
    CHECK(instr->imm < program->calendars_count);
    SPAN(T_TIME, T_DURATION, T_TIME, esc_host_in_hours_ms(host, instr->imm, B.ms, C.ms));
op_DURATION_IN:
    OUT_A;
    IS_B(T_DURATION);
    CHECK(instr->imm < ESC_UNITS_COUNT);
    SET(.type = T_NUMBER, .number = esc_duration_in(B.ms, instr->imm));

    /* texts */
op_TO_TEXT:
    OUT_A;
    SOME_B;
    status = esc_make_text(run, host, &B, &text);
    goto set_text;
op_JOIN:
    OUT_A;
    CHECK(instr->b < ESC_REGISTERS_MAX && instr->b + instr->c <= ESC_REGISTERS_MAX);
    for (uint32_t r = 0; r < instr->c; r++)
        CHECK(registers[instr->b + r].type == T_TEXT);
    status = esc_make_join(run, &B, instr->c, &text);
    goto set_text;
op_URL_ENCODE:
    OUT_A;
    IS_B(T_TEXT);
    status = esc_make_url(run, B.text, &text);
    goto set_text;
op_UNMARK:
    OUT_A;
    IS_B(T_TEXT);
    status = esc_make_unmarked(run, B.text, &text);
    goto set_text;
op_SHOW:
    OUT_A;
    CHECK(instr->imm < ESC_FORM_COUNT);
    IS_B(ESC_TYPE(esc_form_kind((EscForm)instr->imm)));
    status = esc_make_shown(run, host, &B, (EscForm)instr->imm, &text);
set_text:
    if (status != ESC_OK)
        goto scratch_full;
    SET(.type = T_TEXT, .text = text);

op_LIST_ADD:
    OUT_A;
    IS_B(T_LIST);
    IS_C(T_TEXT);
    status = esc_make_list(run, &B, C.text, &list);
    if (status != ESC_OK)
        goto scratch_full;
    A = list;
    NEXT;

    /* control */
op_JUMP:
    TARGET;
    GO(instr->imm);
op_JUMP_UNLESS:
    IS_A(T_BOOL);
    TARGET;
    GO(A.truth ? pc + 1 : instr->imm);
op_JUMP_IF:
    IS_A(T_BOOL);
    TARGET;
    GO(A.truth ? instr->imm : pc + 1);
op_LOOP_BEGIN:
    slot = slots[pc];
    CHECK(slot < ESC_LOOP_DEPTH_MAX);
    round = 0;
    goto enter_round;
op_LOOP_END:
    slot = slots[pc];
    CHECK(slot < ESC_LOOP_DEPTH_MAX);
    TARGET;
    round = run->loops[slot] + 1;
    pc = instr->imm;
    instr = &code[pc]; /* from here on as its LOOP_BEGIN */
    CHECK(instr->op == ESC_OP_LOOP_BEGIN);
enter_round:
    OUT_A;
    IS_B(T_LIST);
    TARGET;
    run->loops[slot] = round;
    if (round >= instr->c || round >= B.list.count)
        GO(instr->imm);
    text = B.list.items[round];
    SET(.type = T_TEXT, .text = text);

op_ROUNDS_BEGIN:
    slot = slots[pc];
    CHECK(slot < ESC_LOOP_DEPTH_MAX);
    run->loops[slot] = 0;
    NEXT;
op_ROUNDS_END:
    slot = slots[pc];
    CHECK(slot < ESC_LOOP_DEPTH_MAX);
    TARGET;
    CHECK(code[instr->imm].op == ESC_OP_ROUNDS_BEGIN);
    GO(++run->loops[slot] < code[instr->imm].imm ? instr->imm + 1 : pc + 1);

    /* ends of functions */
op_RETURN:
    IS_A(T_BOOL);
    run->answer = A.truth;
    END_RUN(ESC_RUN_RETURNED);
op_GIVE:
    CHECK(instr->a < ESC_REGISTERS_MAX && A.type != 0);
    run->given = A;
    END_RUN(ESC_RUN_GAVE);
op_END:
    run->end_mode = (EscEndMode)instr->imm;
    END_RUN(ESC_RUN_ENDED);
op_CLOSE:
    run->outcome = instr->imm;
    END_RUN(ESC_RUN_CLOSE);
op_DONE:
    END_RUN(ESC_RUN_DONE);

    /* domain */
op_OWN:
    status = host->own(host->context, instr->imm);
    if (status != ESC_OK)
        return esc_why(why, status, "", pc, "the host failed to make role %u accountable",
                       (unsigned)instr->imm);
    NEXT;
op_EMIT:
    OUT_A;
    CHECK(instr->b < ESC_REGISTERS_MAX);
    status = esc_run_emit(run, host, instr, why);
    if (status != ESC_OK)
        return status;
    NEXT;
op_WAIT:
    status = esc_run_suspend(run, instr->imm, why);
    if (status != ESC_OK)
        return status;
    *end = ESC_RUN_WAITING;
    return ESC_OK;
}
