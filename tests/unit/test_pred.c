/* test_pred.c - trigger conditions as data: each test on values that it takes and on the next that it does not. */
#include <math.h>
#include <string.h>

#include "program_builder.h"
#include "support/test.h"

static char scratch[ESC_RUN_SCRATCH_MAX];

typedef struct Case {
    TestProgram p;
    EscBundle *bundle;
    TestHost host;
    EscValue fields[FIELD_TOTAL];
} Case;

static int64_t bits(double number)
{
    int64_t value;
    memcpy(&value, &number, sizeof value);
    return value;
}

/* A second trigger, whose condition is `rows`; children count from 0. */
static void case_begin(Case *c, const EscPredRow *rows, uint32_t count)
{
    program_begin(&c->p);
    program_finish(&c->p);
    TestProgram *p = &c->p;
    p->triggers[1] = p->triggers[0];
    p->triggers[1].pred = p->preds_count;
    p->triggers_count = 2;
    uint32_t first = p->preds_count;
    for (uint32_t i = 0; i < count; i++) {
        EscPredRow row = rows[i];
        if (row.children_count > 0)
            row.children_first += first;
        p->preds[p->preds_count++] = row;
    }
    c->bundle = program_load(p);
    c->host = (TestHost){.bundle = c->bundle, .fields = c->fields};
    for (uint32_t f = 0; f < FIELD_TOTAL; f++)
        c->fields[f] = (EscValue){.type = p->fields[f].type};
}

static bool case_holds(Case *c)
{
    EscHost door = test_host(&c->host);
    bool holds = false;
    assert_status(
        esc_pred_holds(c->bundle, c->p.triggers[1].pred, &door, 0, scratch, sizeof scratch, &holds),
        ESC_OK);
    return holds;
}

static void case_end(Case *c)
{
    esc_bundle_free(c->bundle);
    program_release(&c->p);
}

static void always_holds(void **state)
{
    (void)state;
    const EscPredRow rows[] = {{.kind = ESC_PRED_ALWAYS}};
    Case c;
    case_begin(&c, rows, 1);
    assert_true(case_holds(&c));
    assert_int_equal(c.host.loads, 0);
    case_end(&c);
}

static void enum_in_looks_at_its_mask(void **state)
{
    (void)state;
    const EscPredRow rows[] = {{.kind = ESC_PRED_ENUM_IN, .field = FIELD_SEVERITY + 1, .low = 5}};
    Case c;
    case_begin(&c, rows, 1);
    for (uint32_t member = 0; member < 3; member++) {
        c.fields[FIELD_SEVERITY].member = member;
        assert_int_equal(case_holds(&c), member != 1);
    }
    case_end(&c);
}

static void ranges_include_or_exclude_their_ends(void **state)
{
    (void)state;
    for (uint32_t detail = 0; detail < 4; detail++) {
        const EscPredRow rows[] = {{.kind = ESC_PRED_RANGE,
                                    .field = FIELD_COUNT + 1,
                                    .detail = detail,
                                    .low = bits(1),
                                    .high = bits(3)}};
        Case c;
        case_begin(&c, rows, 1);
        static const double numbers[] = {0.5, 1, 2, 3, 3.5};
        for (size_t i = 0; i < ESC_COUNT_OF(numbers); i++) {
            c.fields[FIELD_COUNT].number = numbers[i];
            bool expected =
                i == 2 || (i == 1 && (detail & 1) == 0) || (i == 3 && (detail & 2) == 0);
            assert_int_equal(case_holds(&c), expected);
        }
        case_end(&c);
    }
}

static void ranges_may_be_open_and_of_times(void **state)
{
    (void)state;
    const EscPredRow open[] = {{.kind = ESC_PRED_RANGE,
                                .field = FIELD_COUNT + 1,
                                .low = bits(-INFINITY),
                                .high = bits(3)}};
    Case c;
    case_begin(&c, open, 1);
    c.fields[FIELD_COUNT].number = -1e300;
    assert_true(case_holds(&c));
    case_end(&c);
    const EscPredRow times[] = {{.kind = ESC_PRED_RANGE,
                                 .field = FIELD_DUE + 1,
                                 .detail = 2,
                                 .low = INT64_MIN,
                                 .high = 1000}};
    case_begin(&c, times, 1);
    c.fields[FIELD_DUE].ms = 999;
    assert_true(case_holds(&c));
    c.fields[FIELD_DUE].ms = 1000;
    assert_false(case_holds(&c));
    case_end(&c);
    const EscPredRow later[] = {{.kind = ESC_PRED_RANGE,
                                 .field = FIELD_DUE + 1,
                                 .detail = 1,
                                 .low = 1000,
                                 .high = INT64_MAX}};
    case_begin(&c, later, 1);
    c.fields[FIELD_DUE].ms = 1000;
    assert_false(case_holds(&c));
    c.fields[FIELD_DUE].ms = 1001;
    assert_true(case_holds(&c));
    case_end(&c);
}

static void texts_are_compared(void **state)
{
    (void)state;
    static const struct {
        uint32_t kind;
        const char *good, *bad;
    } cases[] = {
        {ESC_PRED_TEXT_IS, "ana", "ana "},           {ESC_PRED_TEXT_STARTS, "ana b", "b ana"},
        {ESC_PRED_TEXT_ENDS, "b ana", "ana b"},      {ESC_PRED_TEXT_CONTAINS, "x ana y", "an a"},
        {ESC_PRED_TEXT_CONTAINS, "x ANA y", "AN A"}, /* M10.3 */
        {ESC_PRED_TEXT_STARTS, "ana", "Ana"}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        TestProgram base;
        program_begin(&base);
        program_finish(&base);
        uint32_t ana = program_text_at(&base, "ana");
        program_release(&base);
        const EscPredRow rows[] = {{.kind = cases[i].kind, .field = FIELD_ID + 1, .detail = ana}};
        Case c;
        case_begin(&c, rows, 1);
        c.fields[FIELD_ID].text = esc_text_from(cases[i].good);
        assert_true(case_holds(&c));
        c.fields[FIELD_ID].text = esc_text_from(cases[i].bad);
        assert_false(case_holds(&c));
        case_end(&c);
    }
}

static void lists_are_searched(void **state)
{
    (void)state;
    TestProgram base;
    program_begin(&base);
    program_finish(&base);
    uint32_t ana = program_text_at(&base, "ana");
    program_release(&base);
    const EscPredRow rows[] = {{.kind = ESC_PRED_LIST_HAS, .field = FIELD_TAGS + 1, .detail = ana}};
    static const EscText items[] = {{"x", 1}, {"ana", 3}};
    Case c;
    case_begin(&c, rows, 1);
    c.fields[FIELD_TAGS].list.items = items;
    c.fields[FIELD_TAGS].list.count = 2;
    assert_true(case_holds(&c));
    c.fields[FIELD_TAGS].list.count = 1;
    assert_false(case_holds(&c));
    case_end(&c);
}

static void missing_values_fail_every_test_but_one(void **state)
{
    (void)state;
    static const struct {
        uint32_t kind;
        bool when_missing, when_empty;
    } cases[] = {{ESC_PRED_PRESENT, false, true},
                 {ESC_PRED_MISSING, true, false},
                 {ESC_PRED_TEXT_IS, false, true},
                 {ESC_PRED_TEXT_CONTAINS, false, true}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        const EscPredRow rows[] = {{.kind = cases[i].kind, .field = FIELD_NOTE + 1}};
        Case c;
        case_begin(&c, rows, 1);
        assert_int_equal(case_holds(&c), cases[i].when_empty); /* the text is "" and so is text 0 */
        c.fields[FIELD_NOTE].is_missing = true;
        assert_int_equal(case_holds(&c), cases[i].when_missing);
        case_end(&c);
    }
}

static void truths_and_changes_are_tested(void **state)
{
    (void)state;
    const EscPredRow flag[] = {{.kind = ESC_PRED_BOOL, .field = FIELD_FLAG + 1, .detail = 1}};
    Case c;
    case_begin(&c, flag, 1);
    assert_false(case_holds(&c));
    c.fields[FIELD_FLAG].truth = true;
    assert_true(case_holds(&c));
    case_end(&c);
    const EscPredRow changed[] = {{.kind = ESC_PRED_CHANGED, .field = FIELD_FLAG + 1}};
    case_begin(&c, changed, 1);
    bool seen[2] = {false, false};
    for (c.host.seed = 0; c.host.seed < 20; c.host.seed++)
        seen[case_holds(&c)] = true;
    assert_true(seen[0] && seen[1]);
    case_end(&c);
}

/* (flag AND NOT missing note) OR severity is high: all eight ways. */
static void trees_are_judged(void **state)
{
    (void)state;
    const EscPredRow rows[] = {
        {.kind = ESC_PRED_OR, .children_first = 1, .children_count = 2},
        {.kind = ESC_PRED_AND, .children_first = 3, .children_count = 2},
        {.kind = ESC_PRED_ENUM_IN, .field = FIELD_SEVERITY + 1, .low = 4},
        {.kind = ESC_PRED_BOOL, .field = FIELD_FLAG + 1, .detail = 1},
        {.kind = ESC_PRED_NOT, .children_first = 5, .children_count = 1},
        {.kind = ESC_PRED_MISSING, .field = FIELD_NOTE + 1},
    };
    Case c;
    case_begin(&c, rows, 6);
    for (int way = 0; way < 8; way++) {
        c.fields[FIELD_FLAG].truth = (way & 1) != 0;
        c.fields[FIELD_NOTE].is_missing = (way & 2) != 0;
        c.fields[FIELD_SEVERITY].member = (way & 4) != 0 ? 2 : 0;
        c.host.loads = 0;
        assert_int_equal(case_holds(&c), ((way & 1) != 0 && (way & 2) == 0) || (way & 4) != 0);
        if (way == 1)
            assert_int_equal(c.host.loads, 2); /* the first half decides */
    }
    case_end(&c);
}

static void code_is_run(void **state)
{
    (void)state;
    Case c;
    const EscPredRow rows[] = {{.kind = ESC_PRED_NOT, .children_first = 1, .children_count = 1},
                               {.kind = ESC_PRED_CODE, .detail = BODY_PRED}};
    case_begin(&c, rows, 2);
    c.host.function = BODY_PRED;
    assert_false(case_holds(&c)); /* the base's function always answers true */
    case_end(&c);
}

/* What a listener was told of the nodes of a tree: how often each held and did not, and on which member. */
typedef struct Heard {
    uint32_t first, held[4], failed[4], member, steps, begun_at, ended_at;
} Heard;

static void hear_step(void *context, const EscBundle *bundle, uint32_t at,
                      const EscValue *registers)
{
    Heard *heard = context;
    (void)bundle, (void)registers;
    heard->begun_at = heard->steps++ == 0 ? at : heard->begun_at;
    heard->ended_at = at;
}

static void hear_judged(void *context, const EscBundle *bundle, uint32_t pred,
                        const EscValue *value, bool holds)
{
    Heard *heard = context;
    (void)bundle;
    (holds ? heard->held : heard->failed)[pred - heard->first]++;
    if (value != NULL && esc_type_kind(value->type) == ESC_KIND_ENUM)
        heard->member = value->member;
}

static void a_listener_is_told_what_was_judged(void **state)
{
    (void)state;
    const EscPredRow rows[] = {{.kind = ESC_PRED_AND, .children_first = 1, .children_count = 2},
                               {.kind = ESC_PRED_ENUM_IN, .field = FIELD_SEVERITY + 1, .low = 5},
                               {.kind = ESC_PRED_NOT, .children_first = 3, .children_count = 1},
                               {.kind = ESC_PRED_BOOL, .field = FIELD_FLAG + 1, .detail = 1}};
    Case c;
    case_begin(&c, rows, 4);
    Heard heard = {.first = c.p.triggers[1].pred};
    const EscListener listener = {&heard, hear_step, hear_judged};
    EscHost door = test_host(&c.host);
    door.listener = &listener;
    bool holds = false;
    c.fields[FIELD_SEVERITY].member = 1; /* the first test fails: the second is not looked at */
    assert_status(esc_pred_holds(c.bundle, heard.first, &door, 0, scratch, sizeof scratch, &holds),
                  ESC_OK);
    assert_false(holds);
    c.fields[FIELD_SEVERITY].member = 2;
    assert_status(esc_pred_holds(c.bundle, heard.first, &door, 0, scratch, sizeof scratch, &holds),
                  ESC_OK);
    assert_true(holds);
    const uint32_t held[] = {1, 1, 1, 0}, failed[] = {1, 1, 0, 1};
    assert_memory_equal(heard.held, held, sizeof held);
    assert_memory_equal(heard.failed, failed, sizeof failed);
    assert_int_equal(heard.member, 2);
    case_end(&c);
}

static void code_is_heard_step_by_step(void **state)
{
    (void)state;
    const EscPredRow rows[] = {{.kind = ESC_PRED_CODE, .detail = BODY_PRED}};
    Case c;
    case_begin(&c, rows, 1);
    c.host.function = BODY_PRED;
    Heard heard = {.first = c.p.triggers[1].pred};
    const EscListener listener = {&heard, hear_step, hear_judged};
    EscHost door = test_host(&c.host);
    door.listener = &listener;
    bool holds = false;
    assert_status(esc_pred_holds(c.bundle, heard.first, &door, 0, scratch, sizeof scratch, &holds),
                  ESC_OK);
    assert_true(holds);
    assert_int_equal(heard.held[0], 1);
    const EscProgram *program = esc_bundle_program(c.bundle);
    assert_true(heard.steps > 1);
    assert_int_equal(heard.begun_at, program->functions[BODY_PRED].code_first);
    assert_int_equal(program->code[heard.ended_at].op, ESC_OP_RETURN);
    case_end(&c);
}

static void host_that_lies_or_fails_is_noticed(void **state)
{
    (void)state;
    const EscPredRow rows[] = {{.kind = ESC_PRED_BOOL, .field = FIELD_FLAG + 1, .detail = 1}};
    Case c;
    bool holds = true;
    case_begin(&c, rows, 1);
    EscHost door = test_host(&c.host);
    c.fields[FIELD_FLAG].type = ESC_TYPE(ESC_KIND_TEXT);
    assert_status(
        esc_pred_holds(c.bundle, c.p.triggers[1].pred, &door, 0, scratch, sizeof scratch, &holds),
        ESC_TRAP);
    c.host.load_status = ESC_IO_FAILED;
    assert_status(
        esc_pred_holds(c.bundle, c.p.triggers[1].pred, &door, 0, scratch, sizeof scratch, &holds),
        ESC_IO_FAILED);
    case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(always_holds),
        cmocka_unit_test(enum_in_looks_at_its_mask),
        cmocka_unit_test(ranges_include_or_exclude_their_ends),
        cmocka_unit_test(ranges_may_be_open_and_of_times),
        cmocka_unit_test(texts_are_compared),
        cmocka_unit_test(lists_are_searched),
        cmocka_unit_test(missing_values_fail_every_test_but_one),
        cmocka_unit_test(truths_and_changes_are_tested),
        cmocka_unit_test(trees_are_judged),
        cmocka_unit_test(code_is_run),
        cmocka_unit_test(a_listener_is_told_what_was_judged),
        cmocka_unit_test(code_is_heard_step_by_step),
        cmocka_unit_test(host_that_lies_or_fails_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
