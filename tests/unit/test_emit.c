/* test_emit.c - one function: labels, registers as the verifier will see them, sites, and the limits of the machine. */
#include <stdlib.h>

#include "lower/lower.h"
#include "support/test.h"

typedef struct Fixture {
    EscArena *arena;
    EscBuild build;
    EscEmit emit;
} Fixture;

static const EscType truth = ESC_TYPE(ESC_KIND_BOOL);
static const EscType number = ESC_TYPE(ESC_KIND_NUMBER);

static int set_up(void **state)
{
    Fixture *fixture = calloc(1, sizeof *fixture);
    fixture->arena = esc_arena_new((size_t)16 << 20);
    assert_status(esc_build_init(&fixture->build, fixture->arena), ESC_OK);
    esc_emit_begin(&fixture->emit, &fixture->build, ESC_FUNCTION_STEPS, 0);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    esc_build_release(&fixture->build);
    esc_arena_free(fixture->arena);
    free(fixture);
    return 0;
}

static void a_jump_leads_to_its_label(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    EscLabel end = {0};
    EscRegister r = esc_emit_take(emit);
    esc_emit_const(emit, r, truth, 1);
    esc_emit_jump_if(emit, r, false, &end);
    esc_emit_jump_if(emit, r, true, &end);
    esc_emit_const(emit, r, truth, 0);
    esc_emit_label(emit, &end);
    assert_int_equal(emit->room->code[1].op, ESC_OP_JUMP_UNLESS);
    assert_int_equal(emit->room->code[2].op, ESC_OP_JUMP_IF);
    assert_int_equal(emit->room->code[1].imm, 4);
    assert_int_equal(emit->room->code[2].imm, 4);
}

static void nothing_is_emitted_behind_an_end(void **state)
{
    Fixture *fixture = *state;
    EscEmit *emit = &fixture->emit;
    EscLabel nowhere = {0};
    esc_emit_op(emit, ESC_OP_END, 0, 0, 0, ESC_END_FALL);
    esc_emit_const_text(emit, esc_emit_take(emit), ESC_TEXT("never"));
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_FAILOVER}, 0, 0, NULL, 0);
    esc_emit_wait(emit, (EscWaitRow){.kind = ESC_WAIT_ACK}, NULL);
    esc_emit_jump(emit, &nowhere);
    esc_emit_label(emit, &nowhere);
    assert_false(emit->is_reachable);
    assert_int_equal(emit->code_count, 1);
    assert_int_equal(emit->effects_count, 0);
    assert_int_equal(emit->waits_count, 0);
    assert_int_equal(fixture->build.consts_count, 0);
}

static void a_jump_to_the_next_instruction_is_taken_back(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    EscLabel next = {0};
    EscRegister r = esc_emit_take(emit);
    esc_emit_const(emit, r, truth, 1);
    esc_emit_jump_if(emit, r, false, &next);
    emit->origin = (EscOrigin){0, 7, 1};
    esc_emit_jump(emit, &next);
    esc_emit_label(emit, &next);
    emit->origin.line = 8;
    esc_emit_op(emit, ESC_OP_CLOSE, 0, 0, 0, 0);
    assert_int_equal(emit->code_count, 3);
    assert_int_equal(emit->room->code[1].imm, 2);
    assert_int_equal(emit->spans_count, 1);
    assert_int_equal(emit->room->spans[0].origin.line, 8);
}

static void a_jump_over_something_stays(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    EscLabel other = {0}, end = {0};
    EscRegister r = esc_emit_take(emit);
    esc_emit_const(emit, r, truth, 1);
    esc_emit_jump_if(emit, r, false, &other);
    esc_emit_jump(emit, &end);
    esc_emit_label(emit, &other); /* both ways come here: the jump must go round nothing */
    esc_emit_label(emit, &end);
    esc_emit_op(emit, ESC_OP_CLOSE, 0, 0, 0, 0);
    assert_int_equal(emit->code_count, 4);
    assert_int_equal(emit->room->code[1].imm, 3);
    assert_int_equal(emit->room->code[2].imm, 3);
}

static void a_register_that_two_ways_leave_different_is_unset(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    EscLabel join = {0};
    EscRegister test = esc_emit_take(emit), same = esc_emit_take(emit), other = esc_emit_take(emit);
    esc_emit_const(emit, test, truth, 1);
    esc_emit_const(emit, same, number, 0);
    esc_emit_jump_if(emit, test, true, &join);
    esc_emit_const(emit, other, truth, 0);
    esc_emit_label(emit, &join);
    assert_int_equal(esc_emit_type(emit, same), number);
    assert_int_equal(esc_emit_type(emit, other), 0);
    assert_int_equal(emit->now.written >> other & 1,
                     1); /* one way wrote it: a wait must clear it */
}

static void unwrap_leaves_its_register_alone_where_the_value_is_missing(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    EscLabel missing = {0};
    EscRegister in = esc_emit_take(emit), out = esc_emit_take(emit);
    esc_emit_make(emit, ESC_OP_MISSING, in, number | ESC_TYPE_OPTIONAL, 0, 0,
                  number | ESC_TYPE_OPTIONAL);
    esc_emit_const(emit, out, number, 0);
    esc_emit_unwrap(emit, out, in, &missing);
    assert_int_equal(esc_emit_type(emit, out), number);
    esc_emit_label(emit, &missing);
    assert_int_equal(esc_emit_type(emit, out), number); /* the same on both ways */
}

static void a_wait_finds_no_dead_register(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    EscRegister kept = esc_emit_take(emit);
    esc_emit_const(emit, kept, number, 0);
    for (int i = 0; i < 4; i++)
        if (i != 2)
            esc_emit_const(emit, (EscRegister)(kept + 1 + i), truth, 0);
    esc_emit_clear_dead(emit);
    assert_int_equal(emit->code_count, 6);
    assert_int_equal(emit->room->code[4].op, ESC_OP_CLEAR);
    assert_int_equal(emit->room->code[4].a, 1);
    assert_int_equal(emit->room->code[4].b, 2);
    assert_int_equal(emit->room->code[5].a, 4);
    assert_int_equal(emit->room->code[5].b, 1);
    assert_int_equal(emit->now.written, 1);
    esc_emit_clear_dead(emit);
    assert_int_equal(emit->code_count, 6);
}

static void a_wait_leads_to_its_timeout_and_sets_its_result(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    EscLabel timeout = {0};
    EscRegister answer = esc_emit_take(emit);
    esc_emit_wait(
        emit,
        (EscWaitRow){.kind = ESC_WAIT_ANSWER, .result_register = answer, .result_type = number},
        &timeout);
    esc_emit_op(emit, ESC_OP_CLOSE, 0, 0, 0, 0);
    esc_emit_label(emit, &timeout);
    assert_int_equal(emit->room->waits[0].pc, 0);
    assert_int_equal(emit->room->waits[0].timeout, 2);
    assert_int_equal(esc_emit_type(emit, answer), number);
    esc_emit_wait(emit, (EscWaitRow){.kind = ESC_WAIT_PAUSE}, NULL);
    assert_int_equal(emit->room->waits[1].timeout, 3);
}

static void a_function_at_a_wait_sees_its_registers(void **state)
{
    Fixture *fixture = *state;
    EscEmit *emit = &fixture->emit;
    EscRegister name = esc_emit_take(emit);
    esc_emit_const(emit, name, number, 0);
    esc_emit_wait(emit, (EscWaitRow){.kind = ESC_WAIT_PAUSE}, NULL);
    EscEmit cond;
    esc_emit_begin_at_wait(&cond, emit, ESC_FUNCTION_COND);
    assert_int_equal(cond.at_function, emit->function);
    assert_int_equal(cond.at_wait, 1); /* the wait that comes next */
    assert_int_equal(esc_emit_type(&cond, name), number);
    assert_int_equal(esc_emit_take(&cond), 1);
    assert_ptr_not_equal(cond.room, emit->room);
}

static void an_effect_knows_the_types_of_its_arguments(void **state)
{
    Fixture *fixture = *state;
    EscEmit *emit = &fixture->emit;
    EscEffectArgRow args[2] = {{.field = 1}, {.field = 2}};
    EscRegister id = esc_emit_take(emit), first = esc_emit_take(emit), second = esc_emit_take(emit);
    esc_emit_const(emit, first, number, 0);
    esc_emit_const(emit, second, truth, 0);
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_CREATE}, id, first, args, 2);
    assert_int_equal(emit->room->code[2].a, id);
    assert_int_equal(emit->room->code[2].b, first);
    assert_int_equal(emit->room->code[2].c, 2);
    assert_int_equal(fixture->build.effect_args[0].type, number);
    assert_int_equal(fixture->build.effect_args[1].type, truth);
    assert_int_equal(esc_emit_type(emit, id), ESC_TYPE(ESC_KIND_TEXT));
}

static void a_loop_leaves_what_was_there_before(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    EscRegister kept = esc_emit_take(emit), list = esc_emit_take(emit), item = esc_emit_take(emit);
    esc_emit_const(emit, kept, number, 0);
    esc_emit_make(emit, ESC_OP_LOAD_TICKET, list, ESC_TYPE(ESC_KIND_LIST), 0, 0, 0);
    EscLoop loop;
    esc_emit_loop_begin(emit, &loop, item, list, 7);
    esc_emit_const(emit, esc_emit_take(emit), truth, 0);
    esc_emit_jump(emit, &loop.exit);
    EscLabel round = {.is_reached = true, .registers = emit->now};
    esc_emit_label(emit, &round);
    esc_emit_loop_end(emit, &loop);
    /* 0 CONST, 1 LOAD, 2 LOOP_BEGIN, 3 CONST, 4 JUMP, 5 CLEAR, 6 LOOP_END */
    assert_int_equal(emit->room->code[2].c, 7);
    assert_int_equal(emit->room->code[2].imm, 7);
    assert_int_equal(emit->room->code[4].imm, 7);
    assert_int_equal(emit->room->code[5].op, ESC_OP_CLEAR);
    assert_int_equal(emit->room->code[6].op, ESC_OP_LOOP_END);
    assert_int_equal(emit->room->code[6].imm, 2);
    assert_int_equal(esc_emit_type(emit, kept), number);
    assert_int_equal(esc_emit_type(emit, item), 0);
}

static void origins_are_noted_where_they_change(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    esc_emit_make(emit, ESC_OP_LOAD_NOW, 0, ESC_TYPE(ESC_KIND_TIME), 0, 0, 0); /* no place known */
    emit->origin = (EscOrigin){0, 5, 1};
    for (int i = 0; i < 3; i++)
        esc_emit_make(emit, ESC_OP_LOAD_NOW, 0, ESC_TYPE(ESC_KIND_TIME), 0, 0, 0);
    emit->origin.line = 6;
    esc_emit_op(emit, ESC_OP_CLOSE, 0, 0, 0, 0);
    assert_int_equal(emit->spans_count, 2);
    assert_int_equal(emit->room->spans[0].first, 1);
    assert_int_equal(emit->room->spans[1].first, 4);
}

static void negative_zero_is_zero(void **state)
{
    Fixture *fixture = *state;
    esc_emit_const_number(&fixture->emit, 0, -0.0);
    assert_int_equal(fixture->build.consts[0].bits, 0);
}

/* --- limits --------------------------------------------------------------------------------------------------- */

static void the_last_register_is_given_and_no_other(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    for (int i = 0; i < ESC_REGISTERS_MAX; i++)
        assert_int_equal(esc_emit_take(emit), i);
    assert_int_equal(emit->fault, ESC_EMIT_FINE);
    esc_emit_take(emit);
    assert_int_equal(emit->fault, ESC_EMIT_REGISTERS);
}

/* One argument more than an effect may have is one fault, and arguments behind the last register another. */
static void as_many_arguments_as_fit(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    EscEffectArgRow args[ESC_EFFECT_ARGS_MAX] = {0};
    EscEffectRow site = {.kind = ESC_EFFECT_CREATE};
    esc_emit_effect(emit, site, 0, ESC_REGISTERS_MAX - ESC_EFFECT_ARGS_MAX + 1, args,
                    ESC_EFFECT_ARGS_MAX);
    assert_int_equal(emit->fault, ESC_EMIT_REGISTERS);
    emit->fault = ESC_EMIT_FINE;
    esc_emit_effect(emit, site, 0, 1, args, ESC_EFFECT_ARGS_MAX + 1);
    assert_int_equal(emit->fault, ESC_EMIT_ARGUMENTS);
}

static void the_longest_function_fits_and_one_more_does_not(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    for (int i = 0; i < ESC_FUNCTION_CODE_MAX; i++)
        esc_emit_make(emit, ESC_OP_LOAD_NOW, 0, ESC_TYPE(ESC_KIND_TIME), 0, 0, 0);
    assert_int_equal(emit->fault, ESC_EMIT_FINE);
    esc_emit_make(emit, ESC_OP_LOAD_NOW, 0, ESC_TYPE(ESC_KIND_TIME), 0, 0, 0);
    assert_int_equal(emit->fault, ESC_EMIT_CODE);
    assert_int_equal(emit->code_count, ESC_FUNCTION_CODE_MAX);
}

static void loops_nest_three_deep(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    EscRegister list = esc_emit_take(emit);
    esc_emit_make(emit, ESC_OP_LOAD_TICKET, list, ESC_TYPE(ESC_KIND_LIST), 0, 0, 0);
    EscLoop loops[ESC_LOOP_DEPTH_MAX + 1];
    for (int i = 0; i < ESC_LOOP_DEPTH_MAX; i++)
        esc_emit_loop_begin(emit, &loops[i], esc_emit_take(emit), list, 1);
    assert_int_equal(emit->fault, ESC_EMIT_FINE);
    esc_emit_loop_begin(emit, &loops[ESC_LOOP_DEPTH_MAX], esc_emit_take(emit), list, 1);
    assert_int_equal(emit->fault, ESC_EMIT_LOOPS);
}

static void an_effect_has_at_most_24_arguments(void **state)
{
    EscEmit *emit = &((Fixture *)*state)->emit;
    EscEffectArgRow args[ESC_EFFECT_ARGS_MAX + 1] = {0};
    for (EscRegister i = 0; i <= ESC_EFFECT_ARGS_MAX; i++)
        esc_emit_const(emit, i, truth, 0);
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_RAISE}, 0, 0, args,
                    ESC_EFFECT_ARGS_MAX);
    assert_int_equal(emit->fault, ESC_EMIT_FINE);
    esc_emit_effect(emit, (EscEffectRow){.kind = ESC_EFFECT_RAISE}, 0, 0, args,
                    ESC_EFFECT_ARGS_MAX + 1);
    assert_int_equal(emit->fault, ESC_EMIT_ARGUMENTS);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_jump_leads_to_its_label),
        CASE(nothing_is_emitted_behind_an_end),
        CASE(a_jump_to_the_next_instruction_is_taken_back),
        CASE(a_jump_over_something_stays),
        CASE(a_register_that_two_ways_leave_different_is_unset),
        CASE(unwrap_leaves_its_register_alone_where_the_value_is_missing),
        CASE(a_wait_finds_no_dead_register),
        CASE(a_wait_leads_to_its_timeout_and_sets_its_result),
        CASE(a_function_at_a_wait_sees_its_registers),
        CASE(an_effect_knows_the_types_of_its_arguments),
        CASE(a_loop_leaves_what_was_there_before),
        CASE(origins_are_noted_where_they_change),
        CASE(negative_zero_is_zero),
        CASE(the_last_register_is_given_and_no_other),
        CASE(as_many_arguments_as_fit),
        CASE(the_longest_function_fits_and_one_more_does_not),
        CASE(loops_nest_three_deep),
        CASE(an_effect_has_at_most_24_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
