/* test_interp.c - how runs start, branch, loop, wait and end, by both interpreters, and what they do
 * when something is not as proved. */
#include <stdio.h>
#include <string.h>

#include "program_builder.h"
#include "support/test.h"
#include "vm_internal.h"

static char scratch[2][ESC_RUN_SCRATCH_MAX];

typedef EscStatus Go(EscRun *run, const EscHost *host, int64_t now_ms, EscRunEnd *end, EscWhy *why);
static Go *const interpreters[2] = {esc_run_go, esc_run_go_reference};

static EscValue number(double value)
{
    return (EscValue){.type = ESC_TYPE(ESC_KIND_NUMBER), .number = value};
}

static EscValue text(const char *string)
{
    return (EscValue){.type = ESC_TYPE(ESC_KIND_TEXT), .text = esc_text_from(string)};
}

static EscValue truth(bool value)
{
    return (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = value};
}

static EscValue list(const EscText *items, uint32_t count)
{
    EscValue value = {.type = ESC_TYPE(ESC_KIND_LIST)};
    value.list.items = items;
    value.list.count = count;
    return value;
}

static EscValue missing(EscKind kind)
{
    return (EscValue){.type = ESC_TYPE(kind) | ESC_TYPE_OPTIONAL, .is_missing = true};
}

static EscValue present(EscValue value)
{
    value.type |= ESC_TYPE_OPTIONAL;
    return value;
}

/* --- whole bodies --------------------------------------------------------------------------------------------------------- */

typedef struct BodyRun {
    TestProgram p;
    EscBundle *bundle;
    TestHost host[2];
    EscRun run[2];
    EscRunEnd end[2];
    EscStatus status[2];
    EscWhy why[2];
} BodyRun;

static void body_begin(BodyRun *b, uint32_t body, Body code)
{
    program_begin(&b->p);
    b->p.bodies[body] = code;
    program_finish(&b->p);
    b->bundle = program_load(&b->p);
    for (int i = 0; i < 2; i++) {
        b->host[i] = (TestHost){.bundle = b->bundle, .function = body};
        esc_run_init(&b->run[i], b->bundle, body, NULL, 0, scratch[i], sizeof scratch[i]);
    }
}

/* Both interpreters go on from where they are, and must end alike. */
static void body_go(BodyRun *b)
{
    for (int i = 0; i < 2; i++) {
        EscHost door = test_host(&b->host[i]);
        b->status[i] = interpreters[i](&b->run[i], &door, 5000, &b->end[i], &b->why[i]);
    }
    assert_int_equal(b->status[0], b->status[1]);
    assert_int_equal(b->run[0].fuel_used, b->run[1].fuel_used);
    assert_int_equal(b->run[0].effects_total, b->run[1].effects_total);
    assert_true(b->host[0].trace == b->host[1].trace);
    if (b->status[0] != ESC_OK) {
        assert_string_equal(b->why[0].text, b->why[1].text);
        return;
    }
    assert_int_equal(b->end[0], b->end[1]);
    assert_int_equal(b->run[0].pc, b->run[1].pc);
}

static void body_resume(BodyRun *b, bool is_satisfied, const EscValue *result)
{
    for (int i = 0; i < 2; i++)
        assert_status(esc_run_resume(&b->run[i], is_satisfied, result), ESC_OK);
}

static void body_end(BodyRun *b)
{
    esc_bundle_free(b->bundle);
    program_release(&b->p);
}

static void steps_wait_and_go_on(void **state)
{
    (void)state;
    TestProgram base;
    program_begin(&base);
    Body steps = base.bodies[BODY_STEPS];
    program_release(&base);
    BodyRun b;
    body_begin(&b, BODY_STEPS, steps);
    body_go(&b);
    assert_int_equal(b.end[0], ESC_RUN_WAITING);
    assert_int_equal(b.host[0].owns, 1);
    assert_int_equal(b.host[0].emits, 2);
    EscValue reply = present(text("done"));
    body_resume(&b, true, &reply);
    body_go(&b);
    assert_int_equal(b.end[0], ESC_RUN_WAITING);
    assert_int_equal(b.p.waits[b.run[0].wait].kind, ESC_WAIT_ACK);
    assert_text_equal(b.run[0].registers[5].text, "done");
    body_resume(&b, true, NULL);
    body_go(&b);
    assert_int_equal(b.end[0], ESC_RUN_CLOSE);
    assert_int_equal(b.run[0].effects_total, 3);
    assert_int_equal(b.run[0].effects_used, 1);
    body_end(&b);
}

static void time_out_goes_to_its_target_with_a_missing_reply(void **state)
{
    (void)state;
    TestProgram base;
    program_begin(&base);
    Body steps = base.bodies[BODY_STEPS];
    program_release(&base);
    BodyRun b;
    body_begin(&b, BODY_STEPS, steps);
    body_go(&b);
    body_resume(&b, false, NULL);
    assert_int_equal(b.run[0].pc, 7);
    assert_true(b.run[0].registers[5].is_missing);
    body_go(&b);
    assert_int_equal(b.end[0], ESC_RUN_CLOSE);
    assert_text_equal(b.run[0].registers[2].text, "(none)");
    body_end(&b);
}

static void resume_wants_what_the_wait_gives(void **state)
{
    (void)state;
    TestProgram base;
    program_begin(&base);
    Body steps = base.bodies[BODY_STEPS];
    program_release(&base);
    BodyRun b;
    body_begin(&b, BODY_STEPS, steps);
    assert_status(esc_run_resume(&b.run[0], true, NULL), ESC_BAD_ARGUMENT); /* it does not wait */
    body_go(&b);
    EscHost door = test_host(&b.host[0]);
    EscRunEnd end;
    assert_status(esc_run_go(&b.run[0], &door, 0, &end, NULL), ESC_BAD_ARGUMENT); /* it waits */
    assert_status(esc_run_go_reference(&b.run[1], &door, 0, &end, NULL), ESC_BAD_ARGUMENT);
    EscValue wrong = number(1), reply = text("plain");
    assert_status(esc_run_resume(&b.run[0], true, &wrong), ESC_BAD_ARGUMENT);
    assert_status(esc_run_resume(&b.run[0], false, &reply), ESC_BAD_ARGUMENT);
    body_resume(&b, true, &reply); /* a plain text where it might have been missing */
    assert_int_equal(b.run[0].registers[5].type, ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    body_go(&b);
    assert_status(esc_run_resume(&b.run[0], true, &reply),
                  ESC_BAD_ARGUMENT); /* an ack gives nothing */
    body_end(&b);
}

static const EscInstr loop_body[] = {
    OP(LOAD_TICKET, 1, 0, 0, FIELD_TAGS), OP(LOOP_BEGIN, 2, 1, 2, 4),
    OP(EMIT, 0, 2, 1, SITE_ATTACH),       OP(LOOP_END, 0, 0, 0, 1),
    OP(END, 0, 0, 0, ESC_END_FALL),
};

static void loops_run_over_the_first_items(void **state)
{
    (void)state;
    static const EscText items[] = {{"a", 1}, {"b", 1}, {"c", 1}};
    for (uint32_t count = 0; count <= 3; count++) {
        BodyRun b;
        body_begin(&b, BODY_HANDLER, BODY(loop_body));
        EscValue fields[FIELD_TOTAL];
        fields[FIELD_TAGS] = list(items, count);
        b.host[0].fields = b.host[1].fields = fields;
        body_go(&b);
        assert_status(b.status[0], ESC_OK);
        uint32_t rounds = count < 2 ? count : 2;
        assert_int_equal(b.host[0].emits, rounds);
        assert_int_equal(b.run[0].fuel_used, 2 + 2 + rounds * (32 + 2) + 1);
        if (rounds > 0)
            assert_text_equal(b.run[0].registers[2].text, rounds == 1 ? "a" : "b");
        body_end(&b);
    }
}

static const EscInstr nested_body[] = {
    OP(OWN, 0, 0, 0, 0),
    OP(LOAD_TICKET, 1, 0, 0, FIELD_TAGS),
    OP(LOOP_BEGIN, 2, 1, 3, 8),
    OP(LOOP_BEGIN, 3, 1, 3, 7),
    OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 7)), /* a time-out leaves the inner loop */
    OP(EMIT, 0, 3, 1, SITE_ATTACH),
    OP(LOOP_END, 0, 0, 0, 3),
    OP(LOOP_END, 0, 0, 0, 2),
    OP(CLOSE, 0, 0, 0, 0),
};

static void loops_nest_and_wait(void **state)
{
    (void)state;
    static const EscText items[] = {{"a", 1}, {"b", 1}, {"c", 1}};
    BodyRun b;
    body_begin(&b, BODY_STEPS, BODY(nested_body));
    EscValue fields[FIELD_TOTAL];
    fields[FIELD_TAGS] = list(items, 3);
    b.host[0].fields = b.host[1].fields = fields;
    uint32_t waits = 0;
    for (body_go(&b); b.end[0] == ESC_RUN_WAITING; body_go(&b)) {
        assert_int_equal(b.run[0].loops[0], b.run[1].loops[0]);
        assert_int_equal(b.run[0].loops[1], b.run[1].loops[1]);
        body_resume(&b, waits++ != 4, NULL); /* the second round of b is the one that times out */
    }
    assert_int_equal(waits, 8);
    assert_int_equal(b.host[0].emits, 7);
    body_end(&b);
}

static const EscInstr rounds_body[] = {
    OP(OWN, 0, 0, 0, 0),
    OP(ROUNDS_BEGIN, 0, 0, 0, 3),
    OP(EMIT, 0, 0, 0, SITE_SNAPSHOT),
    OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ROUND, 5)),
    OP(JUMP, 0, 0, 0, 7),
    OP(ROUNDS_END, 0, 0, 0, 1),
    OP(EMIT, 0, 0, 0, SITE_FAILOVER), /* behind the last round only */
    OP(CLOSE, 0, 0, 0, 0),
};

/* M3.1: a round at once, then one whenever the time is over; what is waited for ends them. */
static void rounds_go_on_until_their_wait_is_satisfied(void **state)
{
    (void)state;
    for (uint32_t last = 0; last <= 3; last++) {
        BodyRun b;
        body_begin(&b, BODY_STEPS, BODY(rounds_body));
        uint32_t waits = 0;
        for (body_go(&b); b.end[0] == ESC_RUN_WAITING; body_go(&b)) {
            assert_int_equal(b.run[0].loops[0], waits);
            assert_int_equal(b.run[1].loops[0], waits);
            body_resume(&b, waits++ == last, NULL);
        }
        assert_int_equal(b.end[0], ESC_RUN_CLOSE);
        assert_int_equal(waits, last == 3 ? 3 : last + 1);
        assert_int_equal(b.host[0].emits, last == 3 ? 3 + 1 : last + 1);
        body_end(&b);
    }
}

static const EscInstr branch_body[] = {
    OP(LOAD_TICKET, 0, 0, 0, FIELD_FLAG), OP(JUMP_UNLESS, 0, 0, 0, 4),
    OP(CONST, 1, 0, 0, CONST_TRUE),       OP(JUMP, 0, 0, 0, 5),
    OP(CONST, 1, 0, 0, CONST_FALSE),      OP(RETURN, 1, 0, 0, 0)};

static void branches_follow_their_condition(void **state)
{
    (void)state;
    for (int flag = 0; flag <= 1; flag++) {
        BodyRun b;
        body_begin(&b, BODY_COND, BODY(branch_body));
        EscValue fields[FIELD_TOTAL];
        fields[FIELD_FLAG] = truth(flag);
        b.host[0].fields = b.host[1].fields = fields;
        body_go(&b);
        assert_int_equal(b.end[0], ESC_RUN_RETURNED);
        assert_int_equal(b.run[0].answer, flag);
        assert_int_equal(b.run[1].answer, flag);
        assert_int_equal(b.run[0].fuel_used, flag ? 6 : 5);
        EscHost door = test_host(&b.host[0]);
        EscRunEnd end;
        assert_status(esc_run_go(&b.run[0], &door, 0, &end, NULL), ESC_TRAP); /* it has ended */
        assert_status(esc_run_go_reference(&b.run[1], &door, 0, &end, NULL), ESC_TRAP);
        body_end(&b);
    }
}

static const EscInstr loads_body[] = {OP(LOAD_EVENT, 1, 0, 0, FIELD_PERCENT),
                                      OP(LOAD_EXCEPTION, 2, 0, 0, FIELD_VENDOR),
                                      OP(LOAD_PREVIOUS, 3, 0, 0, FIELD_NOTE),
                                      OP(LOAD_CHANGED, 4, 0, 0, FIELD_NOTE),
                                      OP(LOAD_FACT, 5, 0, 0, ESC_FACT_ESCALATION_ROLE),
                                      OP(LOAD_NOW, 6, 0, 0, 0),
                                      OP(CONST, 7, 0, 0, CONST_ANA),
                                      OP(EQ_REF, 8, 7, 7, 0),
                                      OP(CLEAR, 1, 2, 0, 0),
                                      OP(RETURN, 8, 0, 0, 0)};

static void loads_give_what_the_verifier_proved(void **state)
{
    (void)state;
    BodyRun b;
    body_begin(&b, BODY_COND, BODY(loads_body));
    body_go(&b);
    assert_status(b.status[0], ESC_OK);
    const EscValue *r = b.run[0].registers;
    assert_int_equal(r[1].type, ESC_TYPE(ESC_KIND_UNSET));
    assert_int_equal(r[2].type, ESC_TYPE(ESC_KIND_UNSET));
    assert_int_equal(r[3].type, ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    assert_int_equal(r[4].type, ESC_TYPE(ESC_KIND_BOOL));
    assert_int_equal(r[5].type, ESC_TYPE_ENUM(ENUM_ROLE));
    assert_int_equal(r[6].ms, 5000);
    assert_true(b.run[0].answer);
    for (uint32_t i = 0; i < ESC_REGISTERS_MAX; i++)
        assert_true(esc_value_equal(r[i], b.run[1].registers[i]));
    body_end(&b);
}

/* --- things that must not happen ------------------------------------------------------------------------------------------- */

static void host_that_lies_is_trapped(void **state)
{
    (void)state;
    BodyRun b;
    body_begin(&b, BODY_COND, BODY(branch_body));
    b.host[0].gives_wrong_type = b.host[1].gives_wrong_type = true;
    body_go(&b);
    assert_status(b.status[0], ESC_TRAP);
    body_end(&b);
}

static const EscInstr room_body[] = {
    OP(CONST, 0, 0, 0, CONST_TEXT), OP(EMIT, 1, 0, 1, SITE_WARROOM), OP(EMIT, 0, 1, 1, SITE_NOTIFY),
    OP(END, 0, 0, 0, ESC_END_FALL)};

static void host_that_lies_about_a_result_is_trapped(void **state)
{
    (void)state;
    BodyRun b;
    body_begin(&b, BODY_HANDLER, BODY(room_body));
    b.host[0].gives_wrong_type = b.host[1].gives_wrong_type = true;
    body_go(&b);
    assert_status(b.status[0], ESC_TRAP);
    assert_int_equal(b.host[0].emits, 1);
    body_end(&b);
}

static void host_that_fails_ends_the_run(void **state)
{
    (void)state;
    BodyRun b;
    body_begin(&b, BODY_COND, BODY(branch_body));
    b.host[0].load_status = b.host[1].load_status = ESC_IO_FAILED;
    body_go(&b);
    assert_status(b.status[0], ESC_IO_FAILED);
    body_end(&b);
    body_begin(&b, BODY_HANDLER, BODY(room_body));
    b.host[0].emit_status = b.host[1].emit_status = ESC_STORE_FULL;
    body_go(&b);
    assert_status(b.status[0], ESC_STORE_FULL);
    body_end(&b);
    body_begin(&b, BODY_STEPS, BODY(nested_body));
    b.host[0].own_status = b.host[1].own_status = ESC_NOT_FOUND;
    body_go(&b);
    assert_status(b.status[0], ESC_NOT_FOUND);
    body_end(&b);
}

static const EscInstr text_body[] = {OP(LOAD_TICKET, 0, 0, 0, FIELD_NOTE), OP(TO_TEXT, 1, 0, 0, 0),
                                     OP(EMIT, 0, 1, 1, SITE_NOTIFY),
                                     OP(END, 0, 0, 0, ESC_END_FALL)};

static void scratch_that_is_too_small_is_noticed(void **state)
{
    (void)state;
    BodyRun b;
    body_begin(&b, BODY_HANDLER, BODY(text_body));
    for (size_t size = 0; size < 8; size++) { /* "(none)" or a short text */
        for (int i = 0; i < 2; i++) {
            EscValue fields[FIELD_TOTAL];
            fields[FIELD_NOTE] = missing(ESC_KIND_TEXT);
            b.host[i].fields = fields;
            EscHost door = test_host(&b.host[i]);
            EscRunEnd end;
            esc_run_init(&b.run[i], b.bundle, BODY_HANDLER, NULL, 0, scratch[i], size);
            assert_status(interpreters[i](&b.run[i], &door, 0, &end, NULL),
                          size < 6 ? ESC_OVER_LIMIT : ESC_OK);
        }
    }
    body_end(&b);
}

/* The bundle's memory is changed behind the verifier's back: what must be caught is caught by both, and nothing worse happens. */
static void code_that_was_never_verified_is_trapped(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    EscBundle *bundle = program_load(&p);
    EscInstr *code =
        (EscInstr *)(uintptr_t)esc_bundle_program(bundle)->code; /* function 0 begins here */
    const EscInstr was = code[0];
    uint64_t seed = 1;
    uint32_t traps = 0;
    for (uint32_t i = 0; i < 60000; i++) {
        uint64_t random = test_random(&seed);
        code[0] = (EscInstr){(uint8_t)(random % 96), (uint8_t)(random >> 8 & 63),
                             (uint8_t)(random >> 16 & 63), (uint8_t)(random >> 24 & 63),
                             (uint32_t)(random >> 32) % 40};
        if (code[0].op == ESC_OP_MISSING || code[0].op == ESC_OP_LOOP_BEGIN)
            continue; /* a type that no register has, or a loop without its counter: not run-time checks */
        EscStatus status[2];
        for (int k = 0; k < 2; k++) {
            TestHost host = {.bundle = bundle};
            EscHost door = test_host(&host);
            EscRun run;
            EscRunEnd end;
            esc_run_init(&run, bundle, 0, NULL, 0, scratch[k], sizeof scratch[k]);
            status[k] = interpreters[k](&run, &door, 0, &end, NULL);
        }
        if (status[0] != status[1])
            fail_msg("%02x %u %u %u %u", code[0].op, code[0].a, code[0].b, code[0].c,
                     (unsigned)code[0].imm);
        traps += status[0] == ESC_TRAP;
    }
    assert_true(traps > 1000);
    code[0] = was;
    esc_bundle_free(bundle);
    program_release(&p);
}

static void fuel_is_the_static_bound(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    EscBundle *bundle = program_load(&p);
    EscFunctionRow *row =
        (EscFunctionRow *)(uintptr_t)&esc_bundle_program(bundle)->functions[BODY_COND];
    assert_int_equal(row->cost, 3);
    row->cost = 2; /* as if the bound were wrong: the run stops, and says that it is our fault */
    for (int k = 0; k < 2; k++) {
        TestHost host = {.bundle = bundle};
        EscHost door = test_host(&host);
        EscRun run;
        EscRunEnd end;
        EscWhy why;
        esc_run_init(&run, bundle, BODY_COND, NULL, 0, scratch[k], sizeof scratch[k]);
        assert_status(interpreters[k](&run, &door, 0, &end, &why), ESC_OUT_OF_FUEL);
        assert_string_equal(why.check, "V26");
        assert_int_equal(run.fuel_used, 2);
    }
    esc_bundle_free(bundle);
    program_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_wait_and_go_on),
        cmocka_unit_test(time_out_goes_to_its_target_with_a_missing_reply),
        cmocka_unit_test(resume_wants_what_the_wait_gives),
        cmocka_unit_test(loops_run_over_the_first_items),
        cmocka_unit_test(loops_nest_and_wait),
        cmocka_unit_test(rounds_go_on_until_their_wait_is_satisfied),
        cmocka_unit_test(branches_follow_their_condition),
        cmocka_unit_test(loads_give_what_the_verifier_proved),
        cmocka_unit_test(host_that_lies_is_trapped),
        cmocka_unit_test(host_that_lies_about_a_result_is_trapped),
        cmocka_unit_test(host_that_fails_ends_the_run),
        cmocka_unit_test(scratch_that_is_too_small_is_noticed),
        cmocka_unit_test(code_that_was_never_verified_is_trapped),
        cmocka_unit_test(fuel_is_the_static_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
