/* test_build.c - tables while they grow: what is interned, dropped, sorted and renumbered at the end. */
#include <stdlib.h>

#include "lower/lower.h"
#include "support/alloc_fail.h"
#include "support/test.h"

typedef struct Fixture {
    EscArena *arena;
    EscBuild build;
    EscProgram program;
    EscWhy why;
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = calloc(1, sizeof *fixture);
    fixture->arena = esc_arena_new((size_t)16 << 20);
    assert_status(esc_build_init(&fixture->build, fixture->arena), ESC_OK);
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

static uint32_t put_code(Fixture *fixture, const EscInstr *code, uint32_t count)
{
    uint32_t function = esc_build_function_begin(&fixture->build);
    esc_build_function_finish(
        &fixture->build, function,
        (EscBuildFunction){.code = code, .code_count = count, .at_function = ESC_NONE});
    return function;
}

static void finish(Fixture *fixture)
{
    assert_status(esc_build_finish(&fixture->build, &fixture->program, &fixture->why), ESC_OK);
}

static void texts_are_sorted_unique_and_used(void **state)
{
    Fixture *fixture = *state;
    EscBuild *build = &fixture->build;
    esc_build_text(build, ESC_TEXT("nobody names me"));
    uint32_t zebra = esc_build_text(build, ESC_TEXT("zebra"));
    assert_int_equal(esc_build_text(build, ESC_TEXT("zebra")), zebra);
    esc_build_put_channels(build, (EscChannelRow){.name = zebra});
    esc_build_put_channels(
        build, (EscChannelRow){.name = esc_build_text(build, ESC_TEXT("ant")), .title = zebra});
    finish(fixture);
    const EscProgram *program = &fixture->program;
    assert_int_equal(program->texts_count, 3);
    assert_int_equal(program->texts[0].size, 0);
    assert_text_equal(program->texts[1], "ant");
    assert_text_equal(program->texts[2], "zebra");
    assert_int_equal(program->channels[0].name, 2);
    assert_int_equal(program->channels[0].title, 0);
    assert_int_equal(program->channels[1].name, 1);
    assert_int_equal(program->channels[1].title, 2);
}

static void every_place_of_a_text_is_renumbered(void **state)
{
    Fixture *fixture = *state;
    EscBuild *build = &fixture->build;
    uint32_t z = esc_build_text(build, ESC_TEXT("z"));
    esc_build_put_persons(build, (EscPersonRow){.name = z, .timezone = z + 1});
    esc_build_put_route_rows(build, (EscRouteRowRow){.target = ESC_REF(ESC_REF_TEXT, z)});
    esc_build_put_preds(build, (EscPredRow){.kind = ESC_PRED_TEXT_IS, .detail = z});
    esc_build_put_preds(build, (EscPredRow){.kind = ESC_PRED_LIST_HAS, .detail = z});
    esc_build_put_preds(build, (EscPredRow){.kind = ESC_PRED_BOOL, .detail = 1});
    esc_build_put_files(build, (EscFileRow){esc_build_text(build, ESC_TEXT("a"))});
    EscInstr code[] = {
        {.op = ESC_OP_CONST,
         .imm = esc_build_const(build, (EscConstRow){.kind = ESC_KIND_TEXT, .bits = z})},
        {.op = ESC_OP_EMIT, .imm = 0},
        {.op = ESC_OP_EMIT, .imm = 1},
        {.op = ESC_OP_EMIT, .imm = 2},
        {.op = ESC_OP_CLOSE, .imm = z}};
    EscEffectRow effects[] = {{.kind = ESC_EFFECT_QUEUE, .aux = z},
                              {.kind = ESC_EFFECT_UNDO, .aux = ESC_NONE, .extra_ms = z},
                              {.kind = ESC_EFFECT_SNAPSHOT, .aux = 1, .extra_ms = z}};
    uint32_t function = esc_build_function_begin(build);
    esc_build_function_finish(build, function,
                              (EscBuildFunction){.code = code,
                                                 .code_count = 5,
                                                 .effects = effects,
                                                 .effects_count = 3,
                                                 .at_function = ESC_NONE});
    finish(fixture);
    const EscProgram *program = &fixture->program;
    assert_int_equal(z, 1);
    assert_text_equal(program->texts[2], "z");
    assert_int_equal(program->persons[0].timezone, 3);
    assert_int_equal(program->route_rows[0].target, ESC_REF(ESC_REF_TEXT, 2));
    assert_int_equal(program->preds[0].detail, 2);
    assert_int_equal(program->preds[1].detail, 2);
    assert_int_equal(program->preds[2].detail, 1);
    assert_int_equal(program->consts[0].bits, 2);
    assert_int_equal(program->effects[0].aux, 2);
    assert_int_equal(program->effects[1].extra_ms, 2);
    assert_int_equal(program->effects[2].extra_ms, 1); /* a window, not a text */
    assert_int_equal(program->code[4].imm, 2);
}

static void constants_are_sorted_unique_and_used(void **state)
{
    Fixture *fixture = *state;
    EscBuild *build = &fixture->build;
    esc_build_const(build,
                    (EscConstRow){.kind = ESC_KIND_NUMBER, .bits = 99}); /* in no instruction */
    uint32_t late =
        esc_build_const(build, (EscConstRow){.kind = ESC_KIND_ENUM, .detail = 2, .bits = 0});
    uint32_t early =
        esc_build_const(build, (EscConstRow){.kind = ESC_KIND_ENUM, .detail = 1, .bits = 5});
    uint32_t first = esc_build_const(build, (EscConstRow){.kind = ESC_KIND_DURATION, .bits = -5});
    assert_int_equal(
        esc_build_const(build, (EscConstRow){.kind = ESC_KIND_ENUM, .detail = 1, .bits = 5}),
        early);
    EscInstr code[] = {{.op = ESC_OP_CONST, .imm = late},
                       {.op = ESC_OP_CONST, .imm = early},
                       {.op = ESC_OP_CONST, .imm = first}};
    put_code(fixture, code, 3);
    finish(fixture);
    const EscProgram *program = &fixture->program;
    assert_int_equal(program->consts_count, 3);
    assert_int_equal(program->consts[0].kind, ESC_KIND_DURATION);
    assert_int_equal(program->consts[1].detail, 1);
    assert_int_equal(program->consts[2].detail, 2);
    assert_int_equal(program->code[0].imm, 2);
    assert_int_equal(program->code[1].imm, 1);
    assert_int_equal(program->code[2].imm, 0);
}

static void text_constants_follow_the_order_of_the_texts(void **state)
{
    Fixture *fixture = *state;
    EscBuild *build = &fixture->build;
    EscInstr code[2] = {{.op = ESC_OP_CONST}, {.op = ESC_OP_CONST}};
    code[0].imm = esc_build_const(
        build, (EscConstRow){.kind = ESC_KIND_TEXT, .bits = esc_build_text(build, ESC_TEXT("b"))});
    code[1].imm = esc_build_const(
        build, (EscConstRow){.kind = ESC_KIND_TEXT, .bits = esc_build_text(build, ESC_TEXT("a"))});
    put_code(fixture, code, 2);
    finish(fixture);
    assert_int_equal(fixture->program.consts[0].bits, 1);
    assert_int_equal(fixture->program.code[0].imm, 1);
    assert_int_equal(fixture->program.code[1].imm, 0);
}

/* The outer function is begun first and finished last; CODE, EFFECTS and WAITS follow the order of beginning. */
static void functions_lie_in_the_order_they_were_begun(void **state)
{
    Fixture *fixture = *state;
    EscBuild *build = &fixture->build;
    EscInstr outer_code[] = {{.op = ESC_OP_EMIT, .imm = 0},
                             {.op = ESC_OP_WAIT, .imm = 0},
                             {.op = ESC_OP_WAIT, .imm = 1}};
    EscInstr inner_code[] = {{.op = ESC_OP_EMIT, .imm = 0}};
    EscEffectRow outer_effect = {.kind = ESC_EFFECT_NOTIFY},
                 inner_effect = {.kind = ESC_EFFECT_PAGE};
    EscWaitRow waits[] = {{.kind = ESC_WAIT_ACK}, {.kind = ESC_WAIT_CONDITION}};
    uint32_t before = put_code(fixture, inner_code, 0);
    uint32_t outer = esc_build_function_begin(build);
    uint32_t inner = esc_build_function_begin(build);
    esc_build_function_finish(build, inner,
                              (EscBuildFunction){.code = inner_code,
                                                 .code_count = 1,
                                                 .effects = &inner_effect,
                                                 .effects_count = 1,
                                                 .at_function = outer,
                                                 .at_wait = 1});
    esc_build_function_finish(build, outer,
                              (EscBuildFunction){.code = outer_code,
                                                 .code_count = 3,
                                                 .effects = &outer_effect,
                                                 .effects_count = 1,
                                                 .waits = waits,
                                                 .waits_count = 2,
                                                 .at_function = ESC_NONE});
    finish(fixture);
    const EscProgram *program = &fixture->program;
    assert_int_equal(before, 0);
    assert_int_equal(program->functions[outer].code_first, 0);
    assert_int_equal(program->functions[outer].code_count, 3);
    assert_int_equal(program->functions[inner].code_first, 3);
    assert_int_equal(program->functions[inner].at_wait, 2);
    assert_int_equal(program->functions[outer].at_wait, 0);
    assert_int_equal(program->effects[0].kind, ESC_EFFECT_NOTIFY);
    assert_int_equal(program->effects[1].kind, ESC_EFFECT_PAGE);
    assert_int_equal(program->code[3].imm, 1);
    assert_int_equal(program->waits[1].function, outer);
}

static void a_copy_has_parts_of_its_own(void **state)
{
    Fixture *fixture = *state;
    EscBuild *build = &fixture->build;
    EscInstr code[] = {{.op = ESC_OP_EMIT, .imm = 0}, {.op = ESC_OP_WAIT, .imm = 0}};
    EscEffectRow effect = {.kind = ESC_EFFECT_ASK, .args_count = 2};
    EscWaitRow wait = {.kind = ESC_WAIT_ANSWER, .answers_count = 1};
    esc_build_put_effect_args(build, (EscEffectArgRow){.type = 1});
    esc_build_put_effect_args(build, (EscEffectArgRow){.type = 3});
    esc_build_put_answers(build, (EscAnswerRow){.name = esc_build_text(build, ESC_TEXT("yes"))});
    uint32_t from = esc_build_function_begin(build);
    EscBuildFunction made = {.code = code,
                             .code_count = 2,
                             .effects = &effect,
                             .effects_count = 1,
                             .waits = &wait,
                             .waits_count = 1,
                             .at_function = ESC_NONE};
    esc_build_function_finish(build, from, made);
    uint32_t copy = esc_build_function_copy(build, from, (EscFunctionRow){.template = 7});
    finish(fixture);
    const EscProgram *program = &fixture->program;
    assert_int_equal(program->functions[copy].template, 7);
    assert_int_equal(program->functions[copy].code_first, 2);
    assert_int_equal(program->effects[1].args_first, 2);
    assert_int_equal(program->effect_args[3].type, 3);
    assert_int_equal(program->waits[1].answers_first, 1);
    assert_int_equal(program->answers[1].name, program->answers[0].name);
}

static void what_has_parts_beside_it_is_not_copied(void **state)
{
    Fixture *fixture = *state;
    EscBuild *build = &fixture->build;
    EscWaitRow wait = {.kind = ESC_WAIT_CONDITION, .cond = 1};
    uint32_t from = esc_build_function_begin(build);
    EscBuildFunction made = {.waits = &wait, .waits_count = 1, .at_function = ESC_NONE};
    esc_build_function_finish(build, from, made);
    assert_int_equal(esc_build_function_copy(build, from, (EscFunctionRow){0}), ESC_NONE);
}

static void spans_count_from_the_start_of_code_and_do_not_repeat(void **state)
{
    Fixture *fixture = *state;
    EscBuild *build = &fixture->build;
    EscInstr code[] = {{.op = ESC_OP_DONE}, {.op = ESC_OP_DONE}};
    EscBuildSpan spans[] = {{0, {0, 3, 1}}, {1, {0, 4, 1}}};
    for (int i = 0; i < 2; i++) {
        uint32_t function = esc_build_function_begin(build);
        esc_build_function_finish(build, function,
                                  (EscBuildFunction){.code = code,
                                                     .code_count = 2,
                                                     .spans = spans + (i == 1),
                                                     .spans_count = 2u - (uint32_t)i,
                                                     .at_function = ESC_NONE});
    }
    finish(fixture);
    assert_int_equal(fixture->program.spans_count,
                     2); /* the second function goes on at the same place */
    assert_int_equal(fixture->program.spans[1].first, 1);
    assert_int_equal(fixture->program.spans[1].line, 4);
}

static void a_table_that_is_too_long_is_named(void **state)
{
    Fixture *fixture = *state;
    esc_build_put_meta(&fixture->build, (EscMetaRow){0});
    esc_build_put_meta(&fixture->build, (EscMetaRow){0});
    assert_status(esc_build_finish(&fixture->build, &fixture->program, &fixture->why),
                  ESC_OVER_LIMIT);
    assert_non_null(strstr(fixture->why.text, "META"));
}

static EscStatus finish_with_text_of(Fixture *fixture, size_t size)
{
    static char letters[ESC_TEXT_MAX + 1];
    assert_true(size <= sizeof letters);
    memset(letters, 'a', size);
    uint32_t name = esc_build_text(&fixture->build, (EscText){letters, size});
    esc_build_put_channels(&fixture->build, (EscChannelRow){.name = name});
    return esc_build_finish(&fixture->build, &fixture->program, &fixture->why);
}

static void the_longest_text_fits(void **state)
{
    assert_status(finish_with_text_of(*state, ESC_TEXT_MAX), ESC_OK);
}

static void a_longer_text_is_named(void **state)
{
    Fixture *fixture = *state;
    assert_status(finish_with_text_of(fixture, ESC_TEXT_MAX + 1), ESC_OVER_LIMIT);
    assert_non_null(strstr(fixture->why.text, "begins with \"aaaa"));
}

/* One allocation after the other fails: the first failure stands, and nothing leaks. */
static void no_memory_is_remembered(void **state)
{
    (void)state;
    bool happened = true;
    for (unsigned nth = 1; happened; nth++) {
        EscArena *arena = esc_arena_new((size_t)1 << 20);
        alloc_fail_at(nth);
        EscBuild build;
        EscProgram program;
        EscStatus status = esc_build_init(&build, arena);
        for (int i = 0; i < 100; i++)
            esc_build_put_persons(&build, (EscPersonRow){0});
        uint32_t function = esc_build_function_begin(&build);
        esc_build_function_finish(&build, function, (EscBuildFunction){.at_function = ESC_NONE});
        status = esc_build_finish(&build, &program, NULL);
        happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_status(status, happened ? ESC_NO_MEMORY : ESC_OK);
        esc_build_release(&build);
        esc_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_are_sorted_unique_and_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_place_of_a_text_is_renumbered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(constants_are_sorted_unique_and_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_constants_follow_the_order_of_the_texts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(functions_lie_in_the_order_they_were_begun, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_copy_has_parts_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_has_parts_beside_it_is_not_copied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spans_count_from_the_start_of_code_and_do_not_repeat,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_table_that_is_too_long_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_longest_text_fits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_longer_text_is_named, set_up, tear_down),
        cmocka_unit_test(no_memory_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
