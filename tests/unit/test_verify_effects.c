/* test_verify_effects.c - effect sites that are wrong in one column, and the nearest that are right: V06, V08, V11, V19, V30, V33 and
 * V35 for every kind of effect. */
#include <string.h>

#include "verify_cases.h"

/* --- a handler and steps that emit everything they may ------------------------------------------------ */

enum {
    PC_NOTIFY = 2,
    PC_PAGE,
    PC_SET,
    PC_CREATE,
    PC_ASSIGN,
    PC_QUEUE,
    PC_HANDOFF,
    PC_SNAPSHOT,
    PC_ATTACH,
    PC_WARROOM,
    PC_UNDO,
    PC_CALL,
    PC_NO_UNDO,
    PC_SET_AGAIN,
    PC_ROLLBACK,
    PC_START,
    PC_FAILOVER,
    PC_RAISE
};
static const EscInstr all_in_handler[] = {
    OP(CONST, 0, 0, 0, CONST_TEXT),   OP(CONST, 1, 0, 0, CONST_ONE),
    OP(EMIT, 0, 0, 1, SITE_NOTIFY),   OP(EMIT, 0, 0, 1, SITE_PAGE),
    OP(EMIT, 0, 1, 1, SITE_SET),      OP(EMIT, 2, 0, 1, SITE_CREATE),
    OP(EMIT, 0, 0, 0, SITE_ASSIGN),   OP(EMIT, 0, 0, 0, SITE_QUEUE),
    OP(EMIT, 0, 0, 1, SITE_HANDOFF),  OP(EMIT, 0, 0, 0, SITE_SNAPSHOT),
    OP(EMIT, 0, 0, 1, SITE_ATTACH),   OP(EMIT, 2, 0, 1, SITE_WARROOM),
    OP(EMIT, 0, 0, 1, SITE_UNDO),     OP(EMIT, 0, 0, 2, SITE_CALL),
    OP(EMIT, 0, 0, 0, SITE_NO_UNDO),  OP(EMIT, 0, 1, 1, SITE_SET),
    OP(EMIT, 0, 0, 1, SITE_ROLLBACK), OP(EMIT, 0, 0, 0, SITE_START),
    OP(EMIT, 0, 0, 0, SITE_FAILOVER), OP(EMIT, 0, 0, 1, SITE_RAISE),
    OP(END, 0, 0, 0, ESC_END_RAISE),
};

enum { PC_ASK = 3, PC_APPROVE = 5, PC_CHECK = 7 };
static const EscInstr all_in_steps[] = {
    OP(OWN, 0, 0, 0, 0),
    OP(CONST, 0, 0, 0, CONST_TEXT),
    OP(MOVE, 1, 0, 0, 0),
    OP(EMIT, 0, 0, 2, SITE_ASK),
    OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ANSWER, 5)),
    OP(EMIT, 0, 0, 1, SITE_APPROVE),
    OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_APPROVAL, 7)),
    OP(EMIT, 0, 0, 0, SITE_CHECK),
    OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_CHECK, 9)),
    OP(CLOSE, 0, 0, 0, 0),
};

static void begin(TestProgram *p)
{
    program_begin(p);
    p->bodies[BODY_HANDLER] = BODY(all_in_handler);
    p->bodies[BODY_STEPS] = BODY(all_in_steps);
    program_finish(p);
}

/* One change, which may use `p`, `h` (a handler's site by its place) and `s` (one of the steps). */
#define SITE_CASE(name, check, ...)                                                                \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        TestProgram program, *p = &program;                                                        \
        begin(p);                                                                                  \
        __VA_ARGS__;                                                                               \
        if ((check) == NULL)                                                                       \
            assert_accepts(p);                                                                     \
        else                                                                                       \
            assert_rejects(p, check);                                                              \
        program_release(p);                                                                        \
    }
#define SITE_REJECT(name, check, ...) SITE_CASE(name, check, __VA_ARGS__)
#define SITE_ACCEPT(name, ...) SITE_CASE(name, NULL, __VA_ARGS__)
#define H(pc) (program_site(p, BODY_HANDLER, pc))
#define S(pc) (program_site(p, BODY_STEPS, pc))
#define ARG(site, number) (p->effect_args[(site)->args_first + (number)])

SITE_ACCEPT(v06_accepts_every_kind_of_effect, (void)0)

/* --- ref --------------------------------------------------------------------------------------------------- */

SITE_REJECT(v06_rejects_page_of_a_channel, "V06", H(PC_PAGE)->ref = ESC_REF(ESC_REF_CHANNEL, 0))
SITE_ACCEPT(v06_accepts_page_of_whoever_is_accountable, H(PC_PAGE)->ref = ESC_REF(ESC_REF_ROLE, 4))
SITE_REJECT(v06_rejects_queue_by_a_route_to_people, "V06", H(PC_QUEUE)->aux = 0;
            H(PC_QUEUE)->ref = ESC_REF(ESC_REF_ROUTE, 0))
SITE_REJECT(v06_rejects_queue_by_a_route_and_a_name, "V06",
            p->route_rows[0].target = ESC_REF(ESC_REF_TEXT, H(PC_QUEUE)->aux);
            p->route_rows[1].target = ESC_REF(ESC_REF_TEXT, H(PC_QUEUE)->aux);
            H(PC_QUEUE)->ref = ESC_REF(ESC_REF_ROUTE, 0))
SITE_REJECT(v06_rejects_add_to_a_number, "V06", H(PC_SET)->kind = ESC_EFFECT_ADD)
SITE_REJECT(v06_rejects_page_of_role_5, "V06", H(PC_PAGE)->ref = ESC_REF(ESC_REF_ROLE, 5))
SITE_REJECT(v06_rejects_page_of_nobody, "V06", H(PC_PAGE)->ref = 0)
SITE_REJECT(v06_rejects_assign_to_a_channel, "V06", H(PC_ASSIGN)->ref = ESC_REF(ESC_REF_CHANNEL, 0))
SITE_ACCEPT(v06_accepts_assign_to_a_route, H(PC_ASSIGN)->ref = ESC_REF(ESC_REF_ROUTE, 0))
SITE_REJECT(v06_rejects_handoff_to_a_template, "V06",
            H(PC_HANDOFF)->ref = ESC_REF(ESC_REF_TEMPLATE, 0))
SITE_ACCEPT(v06_accepts_assign_to_turns, H(PC_ASSIGN)->ref = ESC_REF(ESC_REF_TURNS, 0))
SITE_ACCEPT(v06_accepts_notify_of_turns, H(PC_NOTIFY)->ref = ESC_REF(ESC_REF_TURNS, 0))
SITE_REJECT(v06_rejects_turns_of_no_team, "V06", H(PC_PAGE)->ref = ESC_REF(ESC_REF_TURNS, 99))
SITE_REJECT(v06_rejects_ask_of_turns, "V06", S(PC_ASK)->ref = ESC_REF(ESC_REF_TURNS, 0))
SITE_REJECT(v06_rejects_approval_by_turns, "V06", S(PC_APPROVE)->ref = ESC_REF(ESC_REF_TURNS, 0))
SITE_REJECT(v06_rejects_ask_of_nobody, "V06", S(PC_ASK)->ref = 0)
SITE_REJECT(v06_rejects_approval_by_a_channel, "V06",
            S(PC_APPROVE)->ref = ESC_REF(ESC_REF_CHANNEL, 0))
SITE_REJECT(v06_rejects_set_with_a_reference, "V06", H(PC_SET)->ref = ESC_REF(ESC_REF_PERSON, 0))
SITE_REJECT(v06_rejects_call_with_a_reference, "V06", H(PC_CALL)->ref = ESC_REF(ESC_REF_PERSON, 0))
SITE_REJECT(v35_rejects_notice_to_a_number_field, "V35",
            H(PC_NOTIFY)->ref = ESC_REF(ESC_REF_FIELD, FIELD_COUNT))
SITE_REJECT(v35_rejects_notice_to_an_event_field, "V35",
            H(PC_NOTIFY)->ref = ESC_REF(ESC_REF_FIELD, FIELD_CLOCK))
SITE_ACCEPT(v35_accepts_notice_to_a_text_field,
            H(PC_NOTIFY)->ref = ESC_REF(ESC_REF_FIELD, FIELD_NOTE))
SITE_REJECT(v33_rejects_notice_to_a_channel_without_grant, "V33",
            H(PC_NOTIFY)->ref = ESC_REF(ESC_REF_CHANNEL, 1))

/* --- aux ------------------------------------------------------------------------------------------------------ */

SITE_REJECT(v06_rejects_notice_via_an_unknown_contact, "V06",
            H(PC_NOTIFY)->aux = ESC_CONTACT_COUNT + 1)
SITE_ACCEPT(v06_accepts_notice_via_the_last_contact, H(PC_NOTIFY)->aux = ESC_CONTACT_COUNT)
SITE_REJECT(v06_rejects_page_via_a_contact, "V06", H(PC_PAGE)->aux = 1)
SITE_REJECT(v06_rejects_set_of_an_unknown_field, "V06", H(PC_SET)->aux = FIELD_TOTAL)
SITE_REJECT(v06_rejects_created_ticket_without_name, "V06", H(PC_CREATE)->aux = 0)
SITE_REJECT(v06_rejects_queue_past_the_texts, "V06", H(PC_QUEUE)->aux = p->texts_count)
SITE_ACCEPT(v06_accepts_queue_of_another_name, H(PC_QUEUE)->aux = program_text_at(p, "ana"))
SITE_REJECT(v06_rejects_handoff_that_expects_something_else, "V06",
            H(PC_HANDOFF)->aux = ESC_EXPECT_COUNT)
SITE_ACCEPT(v06_accepts_handoff_that_expects_a_resolution, H(PC_HANDOFF)->aux = ESC_EXPECT_RESOLVED)
SITE_REJECT(v06_rejects_evidence_of_nothing, "V06", H(PC_SNAPSHOT)->aux = 0)
SITE_ACCEPT(v06_accepts_evidence_of_everything, H(PC_SNAPSHOT)->aux = 15)
SITE_REJECT(v06_rejects_evidence_of_more_than_everything, "V06", H(PC_SNAPSHOT)->aux = 16)
SITE_REJECT(v06_rejects_call_of_an_unknown_action, "V06", H(PC_CALL)->aux = 2)
SITE_REJECT(v06_rejects_undo_by_an_unknown_action, "V06", H(PC_UNDO)->aux = 2)
SITE_REJECT(v06_rejects_approval_by_no_one, "V06", S(PC_APPROVE)->aux = 0)
SITE_REJECT(v06_rejects_approval_by_a_crowd, "V06", S(PC_APPROVE)->aux = 1001)
SITE_ACCEPT(v06_accepts_approval_by_a_thousand, S(PC_APPROVE)->aux = 1000)
SITE_REJECT(v06_rejects_unknown_exception, "V06", H(PC_RAISE)->aux = p->exceptions_count)
SITE_ACCEPT(v06_accepts_builtin_exception, H(PC_RAISE)->aux = 0)
SITE_REJECT(v06_rejects_start_of_an_unknown_template, "V06", H(PC_START)->aux = 1)
SITE_REJECT(v06_rejects_unknown_check, "V06", S(PC_CHECK)->aux = 2)
SITE_REJECT(v06_rejects_failover_with_a_number, "V06", H(PC_FAILOVER)->aux = 1)
SITE_REJECT(v06_rejects_effect_of_kind_none, "V06", H(PC_FAILOVER)->kind = ESC_EFFECT_NONE)
SITE_REJECT(v33_rejects_undo_by_an_action_without_grant, "V33", p->grants_count--)

/* --- extra_ms, calendar --------------------------------------------------------------------------------------------- */

SITE_REJECT(v30_rejects_handoff_within_no_time, "V30", H(PC_HANDOFF)->extra_ms = 0)
SITE_ACCEPT(v30_accepts_handoff_within_a_second, H(PC_HANDOFF)->extra_ms = ESC_DEADLINE_MIN_MS)
SITE_REJECT(v30_rejects_handoff_within_401_days, "V30",
            H(PC_HANDOFF)->extra_ms = ESC_DEADLINE_MAX_MS + 1)
SITE_ACCEPT(v11_accepts_handoff_within_office_hours, H(PC_HANDOFF)->calendar = 1)
SITE_REJECT(v11_rejects_page_within_office_hours, "V11", H(PC_PAGE)->calendar = 1)
SITE_REJECT(v08_rejects_evidence_of_the_future, "V08", H(PC_SNAPSHOT)->extra_ms = -1)
SITE_ACCEPT(v08_accepts_evidence_without_window, H(PC_SNAPSHOT)->extra_ms = 0)
SITE_REJECT(v08_rejects_evidence_of_401_days, "V08",
            H(PC_SNAPSHOT)->extra_ms = ESC_DEADLINE_MAX_MS + 1)
SITE_ACCEPT(v08_accepts_evidence_of_400_days, H(PC_SNAPSHOT)->extra_ms = ESC_DEADLINE_MAX_MS)
SITE_REJECT(v06_rejects_reason_past_the_texts, "V06", H(PC_NO_UNDO)->extra_ms = p->texts_count)
SITE_REJECT(v06_rejects_reason_below_the_texts, "V06", H(PC_NO_UNDO)->extra_ms = -1)
SITE_REJECT(v06_rejects_reason_far_past_the_texts, "V06",
            H(PC_NO_UNDO)->extra_ms = INT64_C(0x100000000))
SITE_ACCEPT(v06_accepts_reason_that_is_the_first_text, H(PC_NO_UNDO)->extra_ms = 0)
SITE_ACCEPT(v06_accepts_reason_that_is_the_last_text, H(PC_NO_UNDO)->extra_ms = p->texts_count - 1)
SITE_REJECT(v11_rejects_time_of_a_failover, "V11", H(PC_FAILOVER)->extra_ms = 1)
SITE_REJECT(v11_rejects_reason_of_an_undo_that_there_is, "V11", H(PC_UNDO)->extra_ms = 1)

/* --- arguments --------------------------------------------------------------------------------------------------------- */

SITE_REJECT(v19_rejects_untyped_argument, "V19", ARG(H(PC_ATTACH), 0).type = 0)
SITE_REJECT(v19_rejects_fixed_argument_with_a_name, "V19",
            ARG(H(PC_PAGE), 0).name = p->meta[0].name)
SITE_REJECT(v19_rejects_fixed_argument_with_a_field, "V19", ARG(H(PC_PAGE), 0).field = 1)
SITE_REJECT(v19_rejects_second_fixed_argument_of_another_type, "V19",
            ARG(S(PC_ASK), 1).type = ESC_TYPE(ESC_KIND_NUMBER))
SITE_REJECT(v19_rejects_optional_as_set_value, "V19", ARG(H(PC_SET), 0).type |= ESC_TYPE_OPTIONAL)
SITE_REJECT(v35_rejects_set_that_names_another_field, "V35",
            ARG(H(PC_SET), 0).field = FIELD_NOTE + 1)
SITE_ACCEPT(v35_accepts_set_that_names_its_field_once, ARG(H(PC_SET), 0).field = 0)
SITE_REJECT(v35_rejects_created_value_without_field, "V35", ARG(H(PC_CREATE), 0).field = 0)
SITE_REJECT(v35_rejects_created_value_of_an_event_field, "V35",
            ARG(H(PC_CREATE), 0).field = FIELD_CLOCK + 1)
SITE_REJECT(v19_rejects_created_value_of_another_type, "V19",
            ARG(H(PC_CREATE), 0).field = FIELD_COUNT + 1)
SITE_ACCEPT(v35_accepts_created_value_of_another_text_field,
            ARG(H(PC_CREATE), 0).field = FIELD_OWNER + 1)
SITE_REJECT(v35_rejects_parameter_with_a_field, "V19", ARG(H(PC_CALL), 0).field = 1)
SITE_REJECT(v19_rejects_parameter_of_another_type, "V19",
            ARG(H(PC_CALL), 1).type = ESC_TYPE(ESC_KIND_TEXT))
SITE_REJECT(v19_rejects_call_with_more_arguments_than_parameters, "V19", H(PC_CALL)->aux = 1)
SITE_REJECT(v19_rejects_undo_with_the_parameters_of_another, "V19", H(PC_UNDO)->aux = 0)
SITE_REJECT(v35_rejects_attached_field, "V35", ARG(H(PC_ATTACH), 0).field = 1)
SITE_REJECT(v35_rejects_raised_value_without_field, "V35", ARG(H(PC_RAISE), 0).field = 0)
SITE_REJECT(v19_rejects_raised_value_of_another_type, "V19",
            p->fields[FIELD_VENDOR].type = ESC_TYPE(ESC_KIND_NUMBER))

/* ATTACH takes one argument of any type; a site with none or two is none. */
SITE_REJECT(v19_rejects_attachment_of_nothing, "V19", H(PC_ATTACH)->kind = ESC_EFFECT_ATTACH;
            *H(PC_FAILOVER) = *H(PC_ATTACH); H(PC_FAILOVER)->args_first = 0;
            H(PC_FAILOVER)->args_count = 0)
SITE_REJECT(v19_rejects_attachment_of_two, "V19", H(PC_CALL)->kind = ESC_EFFECT_ATTACH)
SITE_REJECT(v19_rejects_page_of_two_texts, "V19", S(PC_ASK)->kind = ESC_EFFECT_PAGE)
SITE_REJECT(v19_rejects_request_without_path, "V19", H(PC_FAILOVER)->kind = ESC_EFFECT_REQUEST)

static void try_arguments(uint32_t count, const char *check)
{
    TestProgram p;
    EscInstr code[ESC_EFFECT_ARGS_MAX + 8];
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++)
        code[at++] = (EscInstr)OP(CONST, (uint8_t)(4 + i), 0, 0, CONST_TEXT);
    code[at++] = (EscInstr)OP(EMIT, 0, 4, (uint8_t)count, SITE_REQUEST);
    code[at++] = (EscInstr)OP(END, 0, 0, 0, ESC_END_FALL);
    program_begin(&p);
    p.bodies[BODY_REQUEST] = p.bodies[BODY_REQUEST_BACK] = (Body){code, at};
    EscEffectRow *site = &p.sites[SITE_REQUEST];
    site->args_first = p.effect_args_count;
    site->args_count = count;
    for (uint32_t i = 0; i < count; i++)
        p.effect_args[p.effect_args_count++] = (EscEffectArgRow){
            .name = i == 0 ? 0 : p.params[0].name, .type = ESC_TYPE(ESC_KIND_TEXT)};
    for (uint32_t i = 0; i < 2; i++) { /* each has its place */
        p.actions[i].parts_first = i * (count - 1);
        p.actions[i].parts_count = count - 1;
        for (uint32_t k = 1; k < count; k++)
            p.parts[i * (count - 1) + k - 1] =
                (EscPartRow){.kind = ESC_PART_VALUE, .name = p.params[0].name, .argument = k};
    }
    p.parts_count = 2 * (count - 1);
    program_finish(&p);
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects(&p, check);
    program_release(&p);
}

static void v19_accepts_24_arguments(void **state)
{
    (void)state;
    try_arguments(ESC_EFFECT_ARGS_MAX, NULL);
}

static void v19_rejects_25_arguments(void **state)
{
    (void)state;
    try_arguments(ESC_EFFECT_ARGS_MAX + 1, "V19");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v06_accepts_every_kind_of_effect),
        cmocka_unit_test(v06_rejects_page_of_a_channel),
        cmocka_unit_test(v06_accepts_page_of_whoever_is_accountable),
        cmocka_unit_test(v06_rejects_queue_by_a_route_to_people),
        cmocka_unit_test(v06_rejects_queue_by_a_route_and_a_name),
        cmocka_unit_test(v06_rejects_add_to_a_number),
        cmocka_unit_test(v06_rejects_page_of_role_5),
        cmocka_unit_test(v06_rejects_page_of_nobody),
        cmocka_unit_test(v06_rejects_assign_to_a_channel),
        cmocka_unit_test(v06_accepts_assign_to_a_route),
        cmocka_unit_test(v06_rejects_handoff_to_a_template),
        cmocka_unit_test(v06_rejects_ask_of_nobody),
        cmocka_unit_test(v06_rejects_approval_by_a_channel),
        cmocka_unit_test(v06_accepts_assign_to_turns),
        cmocka_unit_test(v06_accepts_notify_of_turns),
        cmocka_unit_test(v06_rejects_turns_of_no_team),
        cmocka_unit_test(v06_rejects_ask_of_turns),
        cmocka_unit_test(v06_rejects_approval_by_turns),
        cmocka_unit_test(v06_rejects_set_with_a_reference),
        cmocka_unit_test(v06_rejects_call_with_a_reference),
        cmocka_unit_test(v35_rejects_notice_to_a_number_field),
        cmocka_unit_test(v35_rejects_notice_to_an_event_field),
        cmocka_unit_test(v35_accepts_notice_to_a_text_field),
        cmocka_unit_test(v33_rejects_notice_to_a_channel_without_grant),
        cmocka_unit_test(v06_rejects_notice_via_an_unknown_contact),
        cmocka_unit_test(v06_accepts_notice_via_the_last_contact),
        cmocka_unit_test(v06_rejects_page_via_a_contact),
        cmocka_unit_test(v06_rejects_set_of_an_unknown_field),
        cmocka_unit_test(v06_rejects_created_ticket_without_name),
        cmocka_unit_test(v06_rejects_queue_past_the_texts),
        cmocka_unit_test(v06_accepts_queue_of_another_name),
        cmocka_unit_test(v06_rejects_handoff_that_expects_something_else),
        cmocka_unit_test(v06_accepts_handoff_that_expects_a_resolution),
        cmocka_unit_test(v06_rejects_evidence_of_nothing),
        cmocka_unit_test(v06_accepts_evidence_of_everything),
        cmocka_unit_test(v06_rejects_evidence_of_more_than_everything),
        cmocka_unit_test(v06_rejects_call_of_an_unknown_action),
        cmocka_unit_test(v06_rejects_undo_by_an_unknown_action),
        cmocka_unit_test(v06_rejects_approval_by_no_one),
        cmocka_unit_test(v06_rejects_approval_by_a_crowd),
        cmocka_unit_test(v06_accepts_approval_by_a_thousand),
        cmocka_unit_test(v06_rejects_unknown_exception),
        cmocka_unit_test(v06_accepts_builtin_exception),
        cmocka_unit_test(v06_rejects_start_of_an_unknown_template),
        cmocka_unit_test(v06_rejects_unknown_check),
        cmocka_unit_test(v06_rejects_failover_with_a_number),
        cmocka_unit_test(v06_rejects_effect_of_kind_none),
        cmocka_unit_test(v33_rejects_undo_by_an_action_without_grant),
        cmocka_unit_test(v30_rejects_handoff_within_no_time),
        cmocka_unit_test(v30_accepts_handoff_within_a_second),
        cmocka_unit_test(v30_rejects_handoff_within_401_days),
        cmocka_unit_test(v11_accepts_handoff_within_office_hours),
        cmocka_unit_test(v11_rejects_page_within_office_hours),
        cmocka_unit_test(v08_rejects_evidence_of_the_future),
        cmocka_unit_test(v08_accepts_evidence_without_window),
        cmocka_unit_test(v08_rejects_evidence_of_401_days),
        cmocka_unit_test(v08_accepts_evidence_of_400_days),
        cmocka_unit_test(v06_rejects_reason_past_the_texts),
        cmocka_unit_test(v06_rejects_reason_below_the_texts),
        cmocka_unit_test(v06_rejects_reason_far_past_the_texts),
        cmocka_unit_test(v06_accepts_reason_that_is_the_first_text),
        cmocka_unit_test(v06_accepts_reason_that_is_the_last_text),
        cmocka_unit_test(v11_rejects_time_of_a_failover),
        cmocka_unit_test(v11_rejects_reason_of_an_undo_that_there_is),
        cmocka_unit_test(v19_rejects_untyped_argument),
        cmocka_unit_test(v19_rejects_fixed_argument_with_a_name),
        cmocka_unit_test(v19_rejects_fixed_argument_with_a_field),
        cmocka_unit_test(v19_rejects_second_fixed_argument_of_another_type),
        cmocka_unit_test(v19_rejects_optional_as_set_value),
        cmocka_unit_test(v35_rejects_set_that_names_another_field),
        cmocka_unit_test(v35_accepts_set_that_names_its_field_once),
        cmocka_unit_test(v35_rejects_created_value_without_field),
        cmocka_unit_test(v35_rejects_created_value_of_an_event_field),
        cmocka_unit_test(v19_rejects_created_value_of_another_type),
        cmocka_unit_test(v35_accepts_created_value_of_another_text_field),
        cmocka_unit_test(v35_rejects_parameter_with_a_field),
        cmocka_unit_test(v19_rejects_parameter_of_another_type),
        cmocka_unit_test(v19_rejects_call_with_more_arguments_than_parameters),
        cmocka_unit_test(v19_rejects_undo_with_the_parameters_of_another),
        cmocka_unit_test(v35_rejects_attached_field),
        cmocka_unit_test(v35_rejects_raised_value_without_field),
        cmocka_unit_test(v19_rejects_raised_value_of_another_type),
        cmocka_unit_test(v19_rejects_attachment_of_nothing),
        cmocka_unit_test(v19_rejects_attachment_of_two),
        cmocka_unit_test(v19_rejects_page_of_two_texts),
        cmocka_unit_test(v19_rejects_request_without_path),
        cmocka_unit_test(v19_accepts_24_arguments),
        cmocka_unit_test(v19_rejects_25_arguments),
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
