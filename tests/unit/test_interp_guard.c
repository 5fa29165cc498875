/* test_interp_guard.c - operands that no verifier would let through: both interpreters stop with ESC_TRAP and touch nothing. Each opcode
 * is tried with operands that are right, and then with one of them wrong. */
#include <string.h>

#include "program_builder.h"
#include "support/test.h"
#include "vm_internal.h"

enum { B = 1, C = 2, UNSET = 3, WRONG = 4, FUEL = 100000 };

typedef EscStatus Go(EscRun *run, const EscHost *host, int64_t now_ms, EscRunEnd *end, EscWhy *why);
static Go *const interpreters[2] = {esc_run_go, esc_run_go_reference};

static const EscInstr body[] = {OP(LOAD_TICKET, 0, 0, 0, FIELD_FLAG), OP(NOT, 0, 0, 0, 0),
                                OP(NOT, 0, 0, 0, 0), OP(RETURN, 0, 0, 0, 0)};
static const EscText items[] = {{"red", 3}};

static const EscValue values[] = {
    {.type = ESC_TYPE(ESC_KIND_BOOL), .truth = true},
    {.type = ESC_TYPE(ESC_KIND_NUMBER), .number = 1},
    {.type = ESC_TYPE(ESC_KIND_TEXT), .text = {"x", 1}},
    {.type = ESC_TYPE(ESC_KIND_DURATION), .ms = 1},
    {.type = ESC_TYPE(ESC_KIND_TIME), .ms = 1},
    {.type = ESC_TYPE_ENUM(0)},
    {.type = ESC_TYPE_ENUM(1)},
    {.type = ESC_TYPE(ESC_KIND_LIST), .list = {.items = items, .count = 1}},
    {.type = ESC_TYPE(ESC_KIND_REF), .ref = ESC_REF(ESC_REF_PERSON, 0)},
    {.type = ESC_TYPE(ESC_KIND_BOOL) | ESC_TYPE_OPTIONAL, .is_missing = true},
    {.type = ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL, .is_missing = true},
    {.type = ESC_TYPE_ENUM(0) | ESC_TYPE_OPTIONAL, .is_missing = true},
};

typedef struct Scene {
    TestProgram program;
    EscBundle *bundle;
    EscInstr *code; /* of the function that is run */
    uint8_t *slots;
    EscValue registers[ESC_REGISTERS_MAX];
    uint32_t count;
} Scene;

static Scene scene;

static int begin(void **state)
{
    (void)state;
    memset(&scene, 0, sizeof scene);
    program_begin(&scene.program);
    scene.program.bodies[BODY_COND] = BODY(body);
    program_finish(&scene.program);
    scene.bundle = program_load(&scene.program);
    static const EscDateRow date = {.local_minute = 60};
    static const EscDocumentPathRow path = {.type = ESC_TYPE(ESC_KIND_BOOL) | ESC_TYPE_OPTIONAL};
    EscProgram *loaded = (EscProgram *)(uintptr_t)&scene.bundle->program;
    loaded->dates = &date; /* and no table of it: nothing in the body names one */
    loaded->dates_count = 1;
    loaded->document_paths = &path;
    loaded->document_paths_count = 1;
    EscFunctionRow *function =
        (EscFunctionRow *)(uintptr_t)&scene.bundle->program.functions[BODY_COND];
    scene.code = (EscInstr *)(uintptr_t)scene.bundle->program.code + function->code_first;
    scene.slots = scene.bundle->loop_slots + function->code_first;
    scene.count = function->code_count;
    function->cost = FUEL;
    for (uint32_t i = 1; i < scene.count; i++)
        scene.code[i] = (EscInstr)OP(DONE, 0, 0, 0, 0);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    esc_bundle_free(scene.bundle);
    program_release(&scene.program);
    return 0;
}

/* Whether the instruction is stopped; both interpreters say the same. */
static bool is_trapped(EscInstr instr)
{
    static char scratch[ESC_RUN_SCRATCH_MAX];
    bool trapped[2];
    scene.code[0] = instr;
    for (int i = 0; i < 2; i++) {
        TestHost host = {.bundle = scene.bundle, .function = BODY_COND};
        EscHost door = test_host(&host);
        EscRun run;
        EscRunEnd end;
        EscWhy why = {.check = ""};
        esc_run_init(&run, scene.bundle, BODY_COND, NULL, 0, scratch, sizeof scratch);
        memcpy(run.registers, scene.registers, sizeof run.registers);
        EscStatus status = interpreters[i](&run, &door, 0, &end, &why);
        trapped[i] = status == ESC_TRAP;
        if (!trapped[i])
            assert_status(status, ESC_OK);
    }
    if (trapped[0] != trapped[1])
        fail_msg("%s %u %u %u %u: only one of the interpreters stops", esc_op_info[instr.op].name,
                 instr.a, instr.b, instr.c, (unsigned)instr.imm);
    return trapped[0];
}

static void assert_trapped(EscInstr instr, const char *what)
{
    if (!is_trapped(instr))
        fail_msg("%s %u %u %u %u goes on: %s", esc_op_info[instr.op].name, instr.a, instr.b,
                 instr.c, (unsigned)instr.imm, what);
}

static bool is_input(uint32_t operand)
{
    return operand >= ESC_OPERAND_IN_ANY && operand <= ESC_OPERAND_IN_REF;
}

static bool is_output(uint32_t operand)
{
    return operand >= ESC_OPERAND_OUT_SAME && operand <= ESC_OPERAND_OUT_TIME;
}

static bool fits(uint32_t operand, EscType type)
{
    bool is_optional = esc_type_is_optional(type);
    switch (operand) {
    case ESC_OPERAND_IN_ANY:
        return true;
    case ESC_OPERAND_IN_OPTIONAL:
        return is_optional;
    case ESC_OPERAND_IN_ENUM:
        return type == ESC_TYPE_ENUM(0);
    case ESC_OPERAND_IN_BOOL:
        return type == ESC_TYPE(ESC_KIND_BOOL);
    case ESC_OPERAND_IN_NUMBER:
        return type == ESC_TYPE(ESC_KIND_NUMBER);
    case ESC_OPERAND_IN_TEXT:
    case ESC_OPERAND_IN_TEXTS:
        return type == ESC_TYPE(ESC_KIND_TEXT);
    case ESC_OPERAND_IN_DURATION:
        return type == ESC_TYPE(ESC_KIND_DURATION);
    case ESC_OPERAND_IN_TIME:
        return type == ESC_TYPE(ESC_KIND_TIME);
    case ESC_OPERAND_IN_LIST:
        return type == ESC_TYPE(ESC_KIND_LIST);
    default:
        return operand == ESC_OPERAND_IN_REF && type == ESC_TYPE(ESC_KIND_REF);
    }
}

static EscValue right_value(uint32_t operand)
{
    for (size_t i = 0; i < ESC_COUNT_OF(values); i++)
        if (fits(operand, values[i].type))
            return values[i];
    return values[0];
}

/* What a loop or a wait needs besides its operands is a test of its own; EMIT and OWN ask the host. */
static bool stands_alone(uint32_t op)
{
    static const uint8_t others[] = {ESC_OP_LOOP_BEGIN,    ESC_OP_LOOP_END, ESC_OP_ROUNDS_BEGIN,
                                     ESC_OP_ROUNDS_END,    ESC_OP_EMIT,     ESC_OP_WAIT,
                                     ESC_OP_OWN,           ESC_OP_CLOCK,    ESC_OP_LOAD_EVENT,
                                     ESC_OP_LOAD_EXCEPTION};
    return esc_op_info[op].name != NULL && memchr(others, (int)op, sizeof others) == NULL;
}

static EscInstr right_instruction(uint32_t op)
{
    const EscOpInfo *info = &esc_op_info[op];
    EscInstr instr = {(uint8_t)op, 0, 0, 0, 0};
    memset(scene.registers, 0, sizeof scene.registers);
    scene.registers[0] = right_value(info->a);
    scene.registers[B] = right_value(op == ESC_OP_SHOW ? ESC_OPERAND_IN_TIME : info->b);
    scene.registers[C] = right_value(info->c);
    if (op == ESC_OP_CLEAR || is_input(info->b))
        instr.b = B;
    if (is_input(info->c) || info->c == ESC_OPERAND_COUNT)
        instr.c = info->c == ESC_OPERAND_COUNT ? 1 : C;
    if (info->imm == ESC_OPERAND_TARGET)
        instr.imm = 1;
    if (op == ESC_OP_MISSING)
        instr.imm = ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL;
    if (op == ESC_OP_SHOW)
        instr.imm = ESC_FORM_DATE;
    return instr;
}

static void try_input(EscInstr right, uint8_t *place, EscInstr *instr, uint32_t operand)
{
    static const uint8_t outside[] = {ESC_REGISTERS_MAX, ESC_REGISTERS_MAX + 1, 255};
    for (size_t i = 0; i < ESC_COUNT_OF(outside); i++) {
        *instr = right;
        *place = outside[i];
        assert_trapped(*instr, "there is no such register");
    }
    *instr = right;
    *place = UNSET;
    assert_trapped(*instr, "the register is unset");
    *place = WRONG;
    for (size_t i = 0; i < ESC_COUNT_OF(values); i++) {
        scene.registers[WRONG] = values[i];
        if (!fits(operand, values[i].type) && operand != ESC_OPERAND_IN_ENUM)
            assert_trapped(*instr, "the register has another type");
    }
}

static void registers_are_there_and_of_the_right_type(void **state)
{
    (void)state;
    for (uint32_t op = 0; op < 256; op++) {
        if (!stands_alone(op))
            continue;
        const EscOpInfo *info = &esc_op_info[op];
        EscInstr right = right_instruction(op), instr = right;
        if (is_trapped(right))
            fail_msg("%s is stopped although all is right", info->name);
        if (is_input(info->a))
            try_input(right, &instr.a, &instr, info->a);
        if (is_input(info->b))
            try_input(right, &instr.b, &instr, info->b);
        if (is_input(info->c))
            try_input(right, &instr.c, &instr, info->c);
        for (unsigned at = ESC_REGISTERS_MAX; is_output(info->a) && at < 256; at += 223 - at % 2) {
            instr = right;
            instr.a = (uint8_t)at;
            assert_trapped(instr, "there is no register for the result");
        }
    }
}

static void two_enums_are_one_and_the_same(void **state)
{
    (void)state;
    static const uint8_t ops[] = {ESC_OP_EQ_ENUM, ESC_OP_LT_ENUM, ESC_OP_LE_ENUM};
    for (size_t i = 0; i < ESC_COUNT_OF(ops); i++) {
        EscInstr instr = right_instruction(ops[i]);
        for (size_t b = 0; b < ESC_COUNT_OF(values); b++) {
            for (size_t c = 0; c < ESC_COUNT_OF(values); c++) {
                EscType type = values[b].type;
                bool is_right = type == values[c].type && !esc_type_is_optional(type) &&
                                esc_type_kind(type) == ESC_KIND_ENUM;
                scene.registers[B] = values[b];
                scene.registers[C] = values[c];
                assert_int_equal(is_trapped(instr), !is_right);
            }
        }
    }
}

static void indexes_are_in_their_tables(void **state)
{
    (void)state;
    const EscProgram *program = &scene.bundle->program;
    const struct {
        uint32_t operand, end;
    } tables[] = {
        {ESC_OPERAND_CONST, program->consts_count}, {ESC_OPERAND_FIELD, program->fields_count},
        {ESC_OPERAND_FACT, ESC_FACT_COUNT},         {ESC_OPERAND_CLOCK, program->clocks_count},
        {ESC_OPERAND_TARGET, scene.count},          {ESC_OPERAND_UNIT, ESC_UNITS_COUNT},
        {ESC_OPERAND_FORM, ESC_FORM_COUNT},
    };
    unsigned tried = 0;
    for (uint32_t op = 0; op < 256; op++) {
        for (size_t i = 0; i < ESC_COUNT_OF(tables); i++) {
            if (esc_op_info[op].name == NULL || esc_op_info[op].imm != tables[i].operand ||
                op == ESC_OP_LOOP_BEGIN)
                continue;
            EscInstr instr = right_instruction(op);
            instr.imm = tables[i].end;
            assert_trapped(instr, "there is no such row");
            instr.imm = UINT32_MAX;
            assert_trapped(instr, "there is no such row");
            tried++;
        }
    }
    assert_true(tried > 12);
}

static void ranges_of_registers_end_within(void **state)
{
    (void)state;
    EscInstr instr = right_instruction(ESC_OP_JOIN);
    for (uint32_t r = B; r < ESC_REGISTERS_MAX; r++)
        scene.registers[r] = right_value(ESC_OPERAND_IN_TEXT);
    instr.b = ESC_REGISTERS_MAX - 2;
    instr.c = 2;
    assert_false(is_trapped(instr));
    instr.c = 3;
    assert_trapped(instr, "a text beyond the last register");
    instr.b = 4;
    scene.registers[6] = right_value(ESC_OPERAND_IN_NUMBER);
    assert_trapped(instr, "a number among texts");
    instr.c = 2;
    assert_false(is_trapped(instr));
    instr = (EscInstr)OP(CLEAR, ESC_REGISTERS_MAX - 2, 2, 0, 0);
    assert_false(is_trapped(instr));
    instr.b = 3;
    assert_trapped(instr, "a register beyond the last one");
}

static void what_is_optional_is_not_wrapped(void **state)
{
    (void)state;
    EscInstr instr = right_instruction(ESC_OP_WRAP);
    for (size_t i = 0; i < ESC_COUNT_OF(values); i++) {
        scene.registers[B] = values[i];
        assert_int_equal(is_trapped(instr), esc_type_is_optional(values[i].type));
    }
}

static void a_form_is_one_of_the_values_kind(void **state)
{
    (void)state;
    EscInstr instr = right_instruction(ESC_OP_SHOW);
    for (uint32_t form = 0; form < ESC_FORM_COUNT; form++) {
        instr.imm = form;
        for (size_t i = 0; i < ESC_COUNT_OF(values); i++) {
            scene.registers[B] = values[i];
            assert_int_equal(is_trapped(instr),
                             values[i].type != ESC_TYPE(esc_form_kind((EscForm)form)));
        }
    }
}

/* Counters and beginnings of loops: which one an instruction has, the verifier has found out. */
static void loops_have_their_counter_and_their_beginning(void **state)
{
    (void)state;
    memset(scene.registers, 0, sizeof scene.registers);
    scene.registers[B] = right_value(ESC_OPERAND_IN_LIST);
    EscInstr loop = OP(LOOP_BEGIN, 0, B, 1, 1), rounds = OP(ROUNDS_BEGIN, 0, 0, 0, 2);
    static const uint8_t ends[] = {ESC_OP_LOOP_END, ESC_OP_ROUNDS_END};
    scene.slots[0] = 0;
    assert_false(is_trapped(loop));
    assert_false(is_trapped(rounds));
    for (size_t i = 0; i < ESC_COUNT_OF(ends); i++) {
        assert_trapped((EscInstr){ends[i], 0, 0, 0, 1}, "there is no beginning of a loop");
        assert_trapped((EscInstr){ends[i], 0, 0, 0, scene.count}, "there is no such place");
    }
    EscInstr wrong = loop;
    wrong.imm = scene.count;
    assert_trapped(wrong, "there is no such place");
    wrong = loop;
    wrong.b = C;
    assert_trapped(wrong, "the list is unset");
    wrong.b = ESC_REGISTERS_MAX;
    assert_trapped(wrong, "there is no such register");
    wrong = loop;
    wrong.a = ESC_REGISTERS_MAX;
    assert_trapped(wrong, "there is no such register");
    scene.slots[0] = ESC_LOOP_DEPTH_MAX;
    assert_trapped(loop, "the loop has no counter");
    assert_trapped(rounds, "the rounds have no counter");
    scene.code[1] = loop;
    assert_trapped((EscInstr)OP(LOOP_END, 0, 0, 0, 1), "the loop has no counter");
    scene.code[1] = rounds;
    assert_trapped((EscInstr)OP(ROUNDS_END, 0, 0, 0, 1), "the rounds have no counter");
}

static void what_is_no_opcode_is_not_run(void **state)
{
    (void)state;
    memset(scene.registers, 0, sizeof scene.registers);
    for (uint32_t op = 0; op < 256; op++)
        if (esc_op_info[op].name == NULL)
            assert_trapped((EscInstr){(uint8_t)op, 0, 0, 0, 0}, "there is no such opcode");
    for (uint32_t i = 1; i < scene.count; i++)
        scene.code[i] = (EscInstr)OP(CLEAR, 1, 1, 0, 0);
    assert_trapped((EscInstr)OP(CLEAR, 1, 1, 0, 0), "the function has no end");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(registers_are_there_and_of_the_right_type, begin, finish),
        cmocka_unit_test_setup_teardown(two_enums_are_one_and_the_same, begin, finish),
        cmocka_unit_test_setup_teardown(indexes_are_in_their_tables, begin, finish),
        cmocka_unit_test_setup_teardown(ranges_of_registers_end_within, begin, finish),
        cmocka_unit_test_setup_teardown(what_is_optional_is_not_wrapped, begin, finish),
        cmocka_unit_test_setup_teardown(a_form_is_one_of_the_values_kind, begin, finish),
        cmocka_unit_test_setup_teardown(loops_have_their_counter_and_their_beginning, begin,
                                        finish),
        cmocka_unit_test_setup_teardown(what_is_no_opcode_is_not_run, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
