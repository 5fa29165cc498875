/* test_verify_params.c - what templates are started with (V47): read, owned by and waited for in its own template only, given by
 * whoever starts it, and by no trigger. */
#include "verify_cases.h"

enum { PARAM_OF_ACTION, PARAM_WHO = 3, PARAM_UNTIL, PARAM_COUNT, PARAM_END };

/* The base program, whose template is started by hand alone, with three parameters. */
static void begin(TestProgram *p)
{
    program_begin(p);
    p->params[PARAM_WHO] = (EscParamRow){program_text(p, "who"), ESC_TYPE(ESC_KIND_TEXT)};
    p->params[PARAM_UNTIL] = (EscParamRow){program_text(p, "until"), ESC_TYPE(ESC_KIND_TIME)};
    p->params[PARAM_COUNT] =
        (EscParamRow){program_text(p, "count"), ESC_TYPE(ESC_KIND_NUMBER) | ESC_TYPE_OPTIONAL};
    p->params_count = PARAM_END;
    p->templates[0].params_first = PARAM_WHO;
    p->templates[0].params_count = PARAM_END - PARAM_WHO;
    p->templates[0].close_when = BODY_PRED + 1;
    p->triggers_count = p->preds_count = 0;
}

static void end(TestProgram *p, const char *check)
{
    if (check == NULL)
        assert_accepts(p);
    else
        assert_rejects(p, check);
    program_release(p);
}

static void try_code(uint32_t body, Body code, const char *check)
{
    TestProgram program, *p = &program;
    begin(p);
    p->bodies[body] = code;
    program_finish(p);
    end(p, check);
}

/* --- who reads them ------------------------------------------------------------------------------------------------------ */

#define READS(name, check, body, param, ...)                                                       \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        static const EscInstr code[] = {OP(LOAD_PARAM, 1, 0, 0, param), __VA_ARGS__};              \
        try_code(body, BODY(code), check);                                                         \
    }

READS(a_condition_reads_its_templates_parameter, NULL, BODY_COND, PARAM_UNTIL, FLAG, ANSWER)
READS(a_wait_reads_its_templates_parameter, NULL, BODY_AT_WAIT, PARAM_COUNT, FLAG, ANSWER)
READS(a_handler_reads_its_templates_parameter, NULL, BODY_HANDLER, PARAM_WHO, FALL)
READS(v47_rejects_a_parameter_of_an_action, "V47", BODY_COND, PARAM_OF_ACTION, FLAG, ANSWER)
READS(v47_rejects_a_parameter_in_a_request, "V47", BODY_REQUEST, PARAM_WHO, FALL)
READS(v06_rejects_a_parameter_beyond_the_last, "V06", BODY_COND, PARAM_END, FLAG, ANSWER)
CODE_REJECT(v47_rejects_a_parameter_where_the_template_has_none, "V47", BODY_COND,
            OP(LOAD_PARAM, 1, 0, 0, 0), FLAG, ANSWER)

static void a_parameter_has_its_own_type(void **state)
{
    (void)state;
    static const EscInstr as_time[] = {OP(LOAD_PARAM, 1, 0, 0, PARAM_UNTIL),
                                       OP(LT_TIME, 0, 1, 1, 0), ANSWER};
    static const EscInstr as_number[] = {OP(LOAD_PARAM, 1, 0, 0, PARAM_UNTIL),
                                         OP(LT_NUMBER, 0, 1, 1, 0), ANSWER};
    static const EscInstr untested[] = {OP(LOAD_PARAM, 1, 0, 0, PARAM_COUNT),
                                        OP(LT_NUMBER, 0, 1, 1, 0), ANSWER};
    try_code(BODY_COND, BODY(as_time), NULL);
    try_code(BODY_COND, BODY(as_number), "V16");
    try_code(BODY_COND, BODY(untested), "V18");
}

/* --- who owns, and what is waited for ------------------------------------------------------------------------------------ */

static void with_owner(EscRef owner, const char *check)
{
    TestProgram program, *p = &program;
    begin(p);
    program_finish(p);
    p->roles[1].owner = owner;
    end(p, check);
}

static void a_text_may_own(void **state)
{
    (void)state;
    with_owner(ESC_REF(ESC_REF_PARAM, PARAM_WHO), NULL);
    with_owner(ESC_REF(ESC_REF_PARAM, PARAM_UNTIL), "V31");
    with_owner(ESC_REF(ESC_REF_PARAM, PARAM_OF_ACTION), "V31");
    with_owner(ESC_REF(ESC_REF_PARAM, PARAM_END), "V06");
}

static void with_receiver(EscRef ref, const char *check)
{
    TestProgram program, *p = &program;
    begin(p);
    p->sites[SITE_PAGE].ref = ref;
    program_finish(p);
    end(p, check);
}

static void a_text_may_be_paged(void **state)
{
    (void)state;
    with_receiver(ESC_REF(ESC_REF_PARAM, PARAM_WHO), NULL);
    with_receiver(ESC_REF(ESC_REF_PARAM, PARAM_COUNT), "V47");
    with_receiver(ESC_REF(ESC_REF_PARAM, PARAM_OF_ACTION), "V47");
}

static void with_clock(uint32_t param, const char *check)
{
    static const EscInstr code[] = {OP(CLOCK, 0, 0, 0, 0), ANSWER};
    TestProgram program, *p = &program;
    begin(p);
    p->bodies[BODY_AT_WAIT] = BODY(code);
    p->clocks[0] = (EscClockRow){.source = ESC_CLOCK_SOURCE_PARAM, .index = param};
    p->clocks_count = 1;
    program_finish(p);
    end(p, check);
}

static void a_time_may_be_waited_for(void **state)
{
    (void)state;
    with_clock(PARAM_UNTIL, NULL);
    with_clock(PARAM_WHO, "V35");
    with_clock(PARAM_END, "V06");
}

static void v47_rejects_a_time_of_another_template(void **state)
{
    (void)state;
    static const EscInstr code[] = {OP(CLOCK, 2, 0, 0, 0), FALL};
    TestProgram program, *p = &program;
    begin(p);
    p->bodies[BODY_REQUEST_BACK] = BODY(code);
    p->clocks[0] = (EscClockRow){.source = ESC_CLOCK_SOURCE_PARAM, .index = PARAM_UNTIL};
    p->clocks_count = 1;
    program_finish(p);
    end(p, "V47");
}

/* --- the template -------------------------------------------------------------------------------------------------------- */

#define TEMPLATE(name, check, ...)                                                                 \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        TestProgram program, *p = &program;                                                        \
        begin(p);                                                                                  \
        program_finish(p);                                                                         \
        __VA_ARGS__;                                                                               \
        end(p, check);                                                                             \
    }

TEMPLATE(a_template_has_parameters, NULL, (void)p)
TEMPLATE(v47_rejects_parameters_that_nobody_may_give, "V47", p->templates[0].is_manual = 0)
TEMPLATE(v47_rejects_a_reference, "V47", p->params[PARAM_COUNT].type = ESC_TYPE(ESC_KIND_REF))
TEMPLATE(v35_rejects_two_of_a_name, "V35", p->params[PARAM_COUNT].name = p->params[PARAM_WHO].name)
TEMPLATE(v06_rejects_parameters_beyond_the_last, "V06", p->templates[0].params_count++)

/* The base's trigger starts the template. */
static void v47_rejects_a_trigger(void **state)
{
    (void)state;
    TestProgram program, *p = &program;
    begin(p);
    p->triggers_count = 1;
    p->preds_count = 5;
    p->templates[0].close_when = 0;
    program_finish(p);
    end(p, "V47");
}

/* --- starts -------------------------------------------------------------------------------------------------------------- */

/* The handler starts the template with values in registers 0 to 2; `change` bends a copy of the right arguments. */
static void with_start(void (*change)(EscEffectArgRow *args, uint32_t *count), const char *check)
{
    TestProgram program, *p = &program;
    begin(p);
    EscEffectArgRow args[4] = {
        {.name = p->params[PARAM_COUNT].name, .type = p->params[PARAM_COUNT].type},
        {.name = p->params[PARAM_WHO].name, .type = p->params[PARAM_WHO].type},
        {.name = p->params[PARAM_UNTIL].name, .type = p->params[PARAM_UNTIL].type}};
    uint32_t count = 3;
    change(args, &count);
    EscInstr code[] = {OP(LOAD_PARAM, 0, 0, 0, PARAM_COUNT), OP(LOAD_PARAM, 1, 0, 0, PARAM_WHO),
                       OP(LOAD_PARAM, 2, 0, 0, PARAM_UNTIL), OP(EMIT, 0, 0, 0, SITE_START), FALL};
    code[3].c = (uint8_t)count;
    p->sites[SITE_START].args_first = p->effect_args_count;
    p->sites[SITE_START].args_count = count;
    for (uint32_t i = 0; i < count; i++)
        p->effect_args[p->effect_args_count++] = args[i];
    p->bodies[BODY_HANDLER] = BODY(code);
    program_finish(p);
    end(p, check);
}

static void in_any_order(EscEffectArgRow *args, uint32_t *count)
{
    (void)args, (void)count;
}

static void one_is_left_out(EscEffectArgRow *args, uint32_t *count)
{
    (void)args;
    *count = 2;
}

static void one_has_another_name(EscEffectArgRow *args, uint32_t *count)
{
    (void)count;
    args[0].name = args[1].name;
}

static void one_has_another_type(EscEffectArgRow *args, uint32_t *count)
{
    (void)count;
    args[0].type = ESC_TYPE(ESC_KIND_NUMBER);
}

static void one_has_no_name(EscEffectArgRow *args, uint32_t *count)
{
    (void)count;
    args[1].name = 0;
}

static void the_ticket_is_no_text(EscEffectArgRow *args, uint32_t *count)
{
    (void)count;
    args[0].name = 0;
}

static void one_names_a_field(EscEffectArgRow *args, uint32_t *count)
{
    (void)count;
    args[1].field = FIELD_ID + 1;
}

static void a_start_gives_what_the_template_wants(void **state)
{
    (void)state;
    with_start(in_any_order, NULL);
    with_start(one_is_left_out, "V19");
    with_start(one_has_another_name, "V19");
    with_start(one_has_another_type, "V19");
    with_start(one_has_no_name, "V35");
    with_start(the_ticket_is_no_text, "V19");
    with_start(one_names_a_field, "V35");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_condition_reads_its_templates_parameter),
        cmocka_unit_test(a_wait_reads_its_templates_parameter),
        cmocka_unit_test(a_handler_reads_its_templates_parameter),
        cmocka_unit_test(v47_rejects_a_parameter_of_an_action),
        cmocka_unit_test(v47_rejects_a_parameter_in_a_request),
        cmocka_unit_test(v06_rejects_a_parameter_beyond_the_last),
        cmocka_unit_test(v47_rejects_a_parameter_where_the_template_has_none),
        cmocka_unit_test(a_parameter_has_its_own_type),
        cmocka_unit_test(a_text_may_own),
        cmocka_unit_test(a_text_may_be_paged),
        cmocka_unit_test(a_time_may_be_waited_for),
        cmocka_unit_test(v47_rejects_a_time_of_another_template),
        cmocka_unit_test(a_template_has_parameters),
        cmocka_unit_test(v47_rejects_parameters_that_nobody_may_give),
        cmocka_unit_test(v47_rejects_a_reference),
        cmocka_unit_test(v35_rejects_two_of_a_name),
        cmocka_unit_test(v06_rejects_parameters_beyond_the_last),
        cmocka_unit_test(v47_rejects_a_trigger),
        cmocka_unit_test(a_start_gives_what_the_template_wants),
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
