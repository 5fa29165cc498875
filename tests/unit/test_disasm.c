/* test_disasm.c - what a reader finds in a disassembly. */
#include <stdlib.h>
#include <string.h>

#include "program_builder.h"
#include "support/test.h"

static EscText source_line(void *context, EscText file, uint32_t line)
{
    (void)context;
    if (!esc_text_equal(file, ESC_TEXT("main.esc")))
        return ESC_TEXT("");
    return line == 1 ? ESC_TEXT("    when ticket.flag") : ESC_TEXT("");
}

static EscBuf disassemble(const EscProgram *program)
{
    EscBuf out;
    esc_buf_init(&out, (size_t)1 << 20);
    esc_program_disassemble(program, source_line, NULL, &out);
    assert_status(out.status, ESC_OK);
    assert_true(esc_utf8_is_valid(esc_buf_as_text(&out), NULL));
    return out;
}

static void assert_contains(const EscBuf *out, const char *part)
{
    if (!esc_text_contains(esc_buf_as_text(out), esc_text_from(part)))
        fail_msg("no \"%s\" in\n%.*s", part, ESC_TEXT_ARG(esc_buf_as_text(out)));
}

static void names_stand_in_place_of_numbers(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    EscBuf out = disassemble(&p.program);
    static const char *const parts[] = {
        "function 0 condition of incident, cost 3\n",
        "; main.esc:1  when ticket.flag\n",
        "LOAD_TICKET    r0, ticket.flag\n",
        "OWN            primary\n",
        "CONST          r0, \"a text\"\n",
        "CONST          r1, 1\n",
        "EMIT           r0, r0, #1, notify channel incidents \n",
        "EMIT           r0, r0, #2, call crm.send\n",
        "WAIT           reply within 1h, else L7, result r5\n",
        "L7:       7  TO_TEXT",
        "CLOSE          \"\"\n",
        "END            raise\n",
        "LOOP_BEGIN     r2, r1, #3, L6\n",
        "LOOP_END       L2\n",
        "LOAD_EXCEPTION r0, exception.vendor\n",
        "LOAD_EVENT     r0, event.percent\n",
        "set ticket.count\n",
        "request POST\n",
        "function 6 request of crm.send, cost ",
        "beside wait ",
        "condition within 1h, else L5, function 10\n",
        "table PERSONS, 2 rows\n",
        "name=\"ana\" title=\"Ana Ruiz\" timezone=-",
        "type=enum severity",
        "owner=schedule oncall",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(parts); i++)
        assert_contains(&out, parts[i]);
    esc_buf_release(&out);
    program_release(&p);
}

/* Every opcode has a line of its own: no operand kind is forgotten. */
static void every_opcode_is_written(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    p.code_count = 0;
    for (uint32_t op = 0; op < 256; op++) {
        if (esc_op_info[op].name != NULL)
            p.code[p.code_count++] = (EscInstr){(uint8_t)op, 0, 0, 0, 0};
    }
    p.functions_count = 1;
    p.functions[0].code_first = 0;
    p.functions[0].code_count = p.code_count;
    program_refresh(&p);
    EscBuf out = disassemble(&p.program);
    for (uint32_t op = 0; op < 256; op++) {
        if (esc_op_info[op].name != NULL)
            assert_contains(&out, esc_op_info[op].name);
    }
    esc_buf_release(&out);
    program_release(&p);
}

/* Nothing is taken for granted about a program that nobody has verified. */
static void unverified_programs_do_no_harm(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    uint64_t seed = 7;
    for (uint32_t round = 0; round < 300; round++) {
        for (uint32_t i = 0; i < p.code_count; i++) {
            uint64_t random = test_random(&seed);
            p.code[i] =
                (EscInstr){(uint8_t)random, (uint8_t)(random >> 8), (uint8_t)(random >> 16),
                           (uint8_t)(random >> 24), (uint32_t)(random >> 32) >> (random % 32)};
        }
        for (uint32_t i = 0; i < p.effects_count; i++) {
            p.effects[i].kind = (uint32_t)test_random(&seed) % 40;
            p.effects[i].aux = (uint32_t)test_random(&seed) >> (test_random(&seed) % 32);
            p.effects[i].ref = (uint32_t)test_random(&seed);
        }
        for (uint32_t i = 0; i < p.functions_count; i++) {
            p.functions[i].kind = (uint32_t)test_random(&seed) % 12;
            p.functions[i].template = (uint32_t)test_random(&seed) % 3;
            p.functions[i].action = (uint32_t)test_random(&seed) % 5;
        }
        for (uint32_t i = 0; i < p.consts_count; i++)
            p.consts[i] =
                (EscConstRow){(uint32_t)test_random(&seed) % 12, (uint32_t)test_random(&seed) % 9,
                              (int64_t)(test_random(&seed) >> 40)};
        p.functions[3].code_first = (uint32_t)test_random(&seed);
        EscBuf out = disassemble(&p.program);
        esc_buf_release(&out);
    }
    program_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_stand_in_place_of_numbers),
        cmocka_unit_test(every_opcode_is_written),
        cmocka_unit_test(unverified_programs_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
