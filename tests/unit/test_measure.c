/* test_measure.c - cost bounds by hand, and programs that make no sense: the compiler measures before anybody verifies. */
#include <string.h>

#include "program_builder.h"
#include "support/test.h"
#include "vm_internal.h"

static EscMeasure room;

/* The bound of BODY_COND or BODY_STEPS with other code. */
static EscStatus measure(uint32_t body, Body code, EscCost *cost)
{
    TestProgram p;
    program_begin(&p);
    p.bodies[body] = code;
    program_finish(&p);
    memset(cost, 0, sizeof *cost);
    EscStatus status = esc_function_cost(&p.program, &p.functions[body], &room, cost);
    program_release(&p);
    return status;
}

#define COSTS(body, fuel_, effects_, texts_, ...)                                                  \
    do {                                                                                           \
        static const EscInstr code[] = {__VA_ARGS__};                                              \
        EscCost cost;                                                                              \
        assert_status(measure(body, BODY(code), &cost), ESC_OK);                                   \
        assert_int_equal(cost.fuel, fuel_);                                                        \
        assert_int_equal(cost.effects, effects_);                                                  \
        assert_int_equal(cost.texts, texts_);                                                      \
    } while (0)
#define NO_SENSE(body, ...)                                                                        \
    do {                                                                                           \
        static const EscInstr code[] = {__VA_ARGS__};                                              \
        EscCost cost;                                                                              \
        assert_status(measure(body, BODY(code), &cost), ESC_BAD_ARGUMENT);                         \
    } while (0)

#define FLAG OP(LOAD_TICKET, 0, 0, 0, FIELD_FLAG)
#define TAGS OP(LOAD_TICKET, 1, 0, 0, FIELD_TAGS)
#define ANSWER OP(RETURN, 0, 0, 0, 0)

static void straight_code_costs_its_sum(void **state)
{
    (void)state;
    COSTS(BODY_COND, 3, 0, 0, FLAG, ANSWER);
    COSTS(BODY_COND, 2 + 16 + 64 + 1, 0, 1, FLAG, OP(TO_TEXT, 1, 0, 0, 0), OP(CONTAINS, 0, 1, 1, 0),
          ANSWER);
}

static void branches_cost_the_worse_way(void **state)
{
    (void)state;
    COSTS(BODY_COND, 2 + 1 + 16 + 1, 0, 1, FLAG, OP(JUMP_IF, 0, 0, 0, 3), OP(TO_TEXT, 1, 0, 0, 0),
          ANSWER);
    /* 16 for the text on one way, 64 on the other: fuel and texts are bounded apart. */
    COSTS(BODY_COND, 2 + 1 + 64 + 1, 0, 1, FLAG, OP(JUMP_IF, 0, 0, 0, 4), OP(TO_TEXT, 1, 0, 0, 0),
          OP(JUMP, 0, 0, 0, 5), OP(CONTAINS, 0, 1, 1, 0), ANSWER);
}

static void loops_cost_their_rounds(void **state)
{
    (void)state;
    COSTS(BODY_COND, 2 + 2 + 2 + 5 * (16 + 2) + 1, 0, 5, FLAG, TAGS, OP(LOOP_BEGIN, 2, 1, 5, 5),
          OP(TO_TEXT, 3, 2, 0, 0), OP(LOOP_END, 0, 0, 0, 2), ANSWER);
    COSTS(BODY_COND, 2 + 2 + 2 + 5 * (2 + 4 * (16 + 2) + 2) + 1, 0, 20, FLAG, TAGS,
          OP(LOOP_BEGIN, 2, 1, 5, 7), OP(LOOP_BEGIN, 3, 1, 4, 6), OP(TO_TEXT, 4, 3, 0, 0),
          OP(LOOP_END, 0, 0, 0, 3), OP(LOOP_END, 0, 0, 0, 2), ANSWER);
}

static void a_way_out_of_a_loop_costs_what_is_behind_it(void **state)
{
    (void)state;
    COSTS(BODY_COND, 2 + 2 + 2 + 5 * (1 + 2) + 64 + 1, 0, 0, FLAG, TAGS, OP(LOOP_BEGIN, 2, 1, 5, 5),
          OP(JUMP_IF, 0, 0, 0, 5), OP(LOOP_END, 0, 0, 0, 2), OP(CONTAINS, 0, 2, 2, 0), ANSWER);
}

static void waits_end_one_run_and_begin_another(void **state)
{
    (void)state;
    /* to the wait: 4 + 16; from it: 32 + 1 */
    COSTS(BODY_STEPS, 33, 1, 0, OP(OWN, 0, 0, 0, 0), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 3)),
          OP(EMIT, 0, 0, 0, SITE_FAILOVER), OP(CLOSE, 0, 0, 0, 0));
    /* the time-out is the costlier way: 2 * 32 + 1 */
    COSTS(BODY_STEPS, 65, 2, 0, OP(OWN, 0, 0, 0, 0), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 3)),
          OP(CLOSE, 0, 0, 0, 0), OP(EMIT, 0, 0, 0, SITE_FAILOVER), OP(EMIT, 0, 0, 0, SITE_FAILOVER),
          OP(CLOSE, 0, 0, 0, 0));
    /* the way to the wait is the costliest */
    COSTS(BODY_STEPS, 4 + 32 + 16, 1, 0, OP(OWN, 0, 0, 0, 0), OP(EMIT, 0, 0, 0, SITE_FAILOVER),
          OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 3)), OP(CLOSE, 0, 0, 0, 0));
}

/* From a wait in a loop: the rest of its round, the other rounds up to their waits, and what lies behind. */
static void waits_in_loops_begin_runs_with_rounds_before_them(void **state)
{
    (void)state;
    COSTS(BODY_STEPS, (32 + 2) + 3 * 16 + 32 + 1, 2, 0, OP(OWN, 0, 0, 0, 0), TAGS,
          OP(LOOP_BEGIN, 2, 1, 4, 6), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 4)),
          OP(EMIT, 0, 0, 0, SITE_FAILOVER), OP(LOOP_END, 0, 0, 0, 2),
          OP(EMIT, 0, 0, 0, SITE_FAILOVER), OP(CLOSE, 0, 0, 0, 0));
}

/* M3.3: between two waits lies one body, however many rounds there are. */
static void rounds_cost_one_body(void **state)
{
    (void)state;
    /* to the first wait: OWN, the beginning, two effects, the wait; from it: the end, and the same again */
    COSTS(BODY_STEPS, 4 + 1 + 2 * 32 + 16, 2, 0, OP(OWN, 0, 0, 0, 0),
          OP(ROUNDS_BEGIN, 0, 0, 0, 1000), OP(EMIT, 0, 0, 0, SITE_FAILOVER),
          OP(EMIT, 0, 0, 0, SITE_FAILOVER), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ROUND, 6)),
          OP(JUMP, 0, 0, 0, 7), OP(ROUNDS_END, 0, 0, 0, 1), OP(CLOSE, 0, 0, 0, 0));
    /* behind the last round: the end, three effects and what closes */
    COSTS(BODY_STEPS, 1 + 3 * 32 + 1, 3, 0, OP(OWN, 0, 0, 0, 0), OP(ROUNDS_BEGIN, 0, 0, 0, 8),
          OP(EMIT, 0, 0, 0, SITE_FAILOVER), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ROUND, 5)),
          OP(JUMP, 0, 0, 0, 8), OP(ROUNDS_END, 0, 0, 0, 1), OP(EMIT, 0, 0, 0, SITE_FAILOVER),
          OP(EMIT, 0, 0, 0, SITE_FAILOVER), OP(EMIT, 0, 0, 0, SITE_FAILOVER),
          OP(CLOSE, 0, 0, 0, 0));
    NO_SENSE(BODY_STEPS, OP(OWN, 0, 0, 0, 0), OP(ROUNDS_BEGIN, 0, 0, 0, 8), OP(CLOSE, 0, 0, 0, 0));
    NO_SENSE(BODY_STEPS, OP(OWN, 0, 0, 0, 0), OP(ROUNDS_END, 0, 0, 0, 0), OP(CLOSE, 0, 0, 0, 0));
    NO_SENSE(BODY_STEPS, OP(OWN, 0, 0, 0, 0), OP(ROUNDS_END, 0, 0, 0, 7), OP(CLOSE, 0, 0, 0, 0));
    NO_SENSE(BODY_STEPS, OP(OWN, 0, 0, 0, 0), OP(ROUNDS_BEGIN, 0, 0, 0, 8),
             OP(ROUNDS_END, 0, 0, 0, 1));
}

static void programs_without_sense_are_refused(void **state)
{
    (void)state;
    NO_SENSE(BODY_COND, FLAG, OP(JUMP, 0, 0, 0, 0), ANSWER);
    NO_SENSE(BODY_COND, FLAG, OP(JUMP, 0, 0, 0, 3), ANSWER);
    NO_SENSE(BODY_COND, FLAG, OP(JUMP_IF, 0, 0, 0, 99), ANSWER);
    NO_SENSE(BODY_COND, FLAG);
    NO_SENSE(BODY_COND, FLAG, {0, 0, 0, 0, 0}, ANSWER);
    NO_SENSE(BODY_COND, FLAG, {0xff, 0, 0, 0, 0}, ANSWER);
    NO_SENSE(BODY_COND, FLAG, TAGS, OP(LOOP_END, 0, 0, 0, 1), ANSWER);
    NO_SENSE(BODY_COND, FLAG, TAGS, OP(LOOP_END, 0, 0, 0, 9), ANSWER);
    NO_SENSE(BODY_COND, FLAG, TAGS, OP(LOOP_BEGIN, 2, 1, 3, 4), OP(NOT, 0, 0, 0, 0), ANSWER);
    NO_SENSE(BODY_COND, FLAG, TAGS, OP(LOOP_BEGIN, 2, 1, 0, 4), OP(LOOP_END, 0, 0, 0, 2), ANSWER);
    NO_SENSE(BODY_COND, FLAG, TAGS, OP(LOOP_BEGIN, 2, 1, 3, 3), OP(LOOP_END, 0, 0, 0, 2), ANSWER);
    NO_SENSE(BODY_COND, FLAG, TAGS, OP(LOOP_BEGIN, 2, 1, 3, 4), OP(LOOP_END, 0, 0, 0, 2));
    NO_SENSE(BODY_STEPS, OP(OWN, 0, 0, 0, 0), OP(WAIT, 0, 0, 0, 0xffffff), OP(CLOSE, 0, 0, 0, 0));
    NO_SENSE(BODY_STEPS, OP(OWN, 0, 0, 0, 0), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 9)),
             OP(CLOSE, 0, 0, 0, 0));
    NO_SENSE(BODY_STEPS, OP(OWN, 0, 0, 0, 0), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 1)));
    /* four loops within each other, and ends without their beginnings */
    NO_SENSE(BODY_COND, FLAG, TAGS, OP(LOOP_BEGIN, 2, 1, 3, 10), OP(LOOP_BEGIN, 3, 1, 3, 9),
             OP(LOOP_BEGIN, 4, 1, 3, 8), OP(LOOP_BEGIN, 5, 1, 3, 7), OP(LOOP_END, 0, 0, 0, 5),
             OP(LOOP_END, 0, 0, 0, 4), OP(LOOP_END, 0, 0, 0, 3), OP(LOOP_END, 0, 0, 0, 2), ANSWER);
    NO_SENSE(BODY_COND, OP(LOOP_BEGIN, 2, 1, 3, 3), OP(LOOP_END, 0, 0, 0, 0),
             OP(LOOP_END, 0, 0, 0, 0), ANSWER);
}

/* Random code makes sense or not, but measuring it always ends and never reads where it must not. */
static void random_code_does_no_harm(void **state)
{
    (void)state;
    static EscInstr code[64];
    uint64_t seed = 5;
    uint32_t sense = 0;
    for (uint32_t round = 0; round < 3000; round++) {
        uint32_t count = 1 + (uint32_t)(test_random(&seed) % 12);
        for (uint32_t i = 0; i < count; i++) {
            uint64_t random = test_random(&seed);
            code[i] = (EscInstr){(uint8_t)(random % 96), 1, 1, (uint8_t)(random >> 8 & 3),
                                 (uint32_t)(random >> 32) % (count + 1)};
            if (code[i].op == ESC_OP_WAIT)
                code[i].imm = (uint32_t)(random >> 32);
        }
        EscCost cost;
        sense += measure(BODY_COND, (Body){code, count}, &cost) == ESC_OK;
        assert_true(cost.fuel < UINT64_MAX / 2);
    }
    assert_true(sense > 10);
    assert_true(sense < 2900);
}

/* 255 * 255 * 255 rounds of 4000 CONTAINS saturate nothing yet; the sum only has to stay above every limit. */
static void large_costs_do_not_wrap(void **state)
{
    (void)state;
    static EscInstr code[ESC_FUNCTION_CODE_MAX];
    uint32_t at = 0;
    code[at++] = (EscInstr)FLAG;
    code[at++] = (EscInstr)TAGS;
    for (uint8_t d = 0; d < 3; d++)
        code[at++] = (EscInstr)OP(LOOP_BEGIN, (uint8_t)(2 + d), 1, 255, 0);
    for (uint32_t i = 0; i < 4000; i++)
        code[at++] = (EscInstr)OP(CONTAINS, 0, 2, 2, 0);
    for (uint32_t d = 0; d < 3; d++) {
        code[at] = (EscInstr)OP(LOOP_END, 0, 0, 0, 4 - d);
        code[4 - d].imm = ++at;
    }
    code[at++] = (EscInstr)ANSWER;
    EscCost cost;
    assert_status(measure(BODY_COND, (Body){code, at}, &cost), ESC_OK);
    uint64_t inner = 2 + 255 * (UINT64_C(4000) * 64 + 2);
    uint64_t middle = 2 + 255 * (inner + 2), outer = 2 + 255 * (middle + 2);
    assert_true(cost.fuel == 2 + 2 + outer + 1);
}

/* --- the whole program ----------------------------------------------------------------------------------------------- */

static EscStatus measure_program(Body code, EscMetaRow *meta, EscWhy *why)
{
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_COND] = code;
    program_finish(&p);
    EscStatus status = esc_program_measure(&p.program, p.functions, meta, why);
    program_release(&p);
    return status;
}

static void limits_are_named_with_the_function(void **state)
{
    (void)state;
    static EscInstr code[400];
    EscMetaRow meta;
    EscWhy why;
    for (uint32_t i = 0; i < 258; i++)
        code[i] = (EscInstr)OP(TO_TEXT, 1, 1, 0, 0);
    code[257] = (EscInstr)ANSWER;
    assert_status(measure_program((Body){code, 258}, &meta, &why), ESC_OVER_LIMIT);
    assert_string_equal(why.check, "V27");
    assert_int_equal(why.offset, BODY_COND);
    code[256] = (EscInstr)ANSWER;
    assert_status(measure_program((Body){code, 257}, &meta, &why), ESC_OK);
    for (uint32_t i = 0; i < 313; i++)
        code[i] = (EscInstr)OP(CONTAINS, 0, 1, 1, 0);
    code[313] = (EscInstr)ANSWER;
    assert_status(measure_program((Body){code, 314}, &meta, &why),
                  ESC_OVER_LIMIT); /* 313 * 64 + 1 */
    assert_string_equal(why.check, "V26");
    assert_status(measure_program((Body){code + 1, 313}, &meta, &why), ESC_OK);
    assert_int_equal(meta.cost_max, 312 * 64 + 1);
    code[312] = (EscInstr)OP(MOVE, 40, 0, 0, 0);
    assert_status(measure_program((Body){code + 1, 313}, &meta, &why), ESC_OVER_LIMIT);
    assert_string_equal(why.check, "V28");
    code[312] = (EscInstr)OP(JUMP, 0, 0, 0, 0);
    assert_status(measure_program((Body){code + 1, 313}, &meta, &why), ESC_BAD_ARGUMENT);
    assert_string_equal(why.check, "V20");
}

static void registers_are_counted_by_operand(void **state)
{
    (void)state;
    static const struct {
        EscInstr instr;
        uint32_t end;
    } cases[] = {{OP(MOVE, 3, 9, 0, 0), 10},
                 {OP(MOVE, 9, 3, 0, 0), 10},
                 {OP(EQ_TEXT, 1, 2, 11, 0), 12},
                 {OP(CLEAR, 4, 6, 0, 0), 10},
                 {OP(JOIN, 2, 5, 4, 0), 9},
                 {OP(JOIN, 12, 5, 4, 0), 13},
                 {OP(EMIT, 0, 8, 2, SITE_CALL), 10},
                 {OP(EMIT, 7, 2, 1, SITE_WARROOM), 8},
                 {OP(EMIT, 9, 2, 1, SITE_PAGE), 3},
                 {OP(EMIT, 0, 0, 0, SITE_FAILOVER), 0},
                 {OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_REPLY, 1)), 6},
                 {OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 1)), 0},
                 {OP(LOOP_BEGIN, 3, 4, 200, 1), 5},
                 {OP(OWN, 0, 0, 0, 0), 0}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        TestProgram p;
        program_begin(&p);
        p.bodies[BODY_STEPS] = (Body){&cases[i].instr, 1};
        program_finish(&p);
        assert_int_equal(esc_function_registers(&p.program, &p.functions[BODY_STEPS]),
                         cases[i].end);
        p.functions[BODY_STEPS].kind = ESC_FUNCTION_CLOSING; /* register 0 is its outcome */
        assert_int_equal(esc_function_registers(&p.program, &p.functions[BODY_STEPS]),
                         cases[i].end == 0 ? 1 : cases[i].end);
        p.functions[BODY_STEPS].kind = ESC_FUNCTION_UNDO;
        p.functions[BODY_STEPS].action = 1; /* two parameters */
        assert_int_equal(esc_function_registers(&p.program, &p.functions[BODY_STEPS]),
                         cases[i].end < 2 ? 2 : cases[i].end);
        program_release(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(straight_code_costs_its_sum),
        cmocka_unit_test(branches_cost_the_worse_way),
        cmocka_unit_test(loops_cost_their_rounds),
        cmocka_unit_test(a_way_out_of_a_loop_costs_what_is_behind_it),
        cmocka_unit_test(waits_end_one_run_and_begin_another),
        cmocka_unit_test(waits_in_loops_begin_runs_with_rounds_before_them),
        cmocka_unit_test(rounds_cost_one_body),
        cmocka_unit_test(programs_without_sense_are_refused),
        cmocka_unit_test(random_code_does_no_harm),
        cmocka_unit_test(large_costs_do_not_wrap),
        cmocka_unit_test(limits_are_named_with_the_function),
        cmocka_unit_test(registers_are_counted_by_operand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
