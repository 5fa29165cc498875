/* test_verify_rules.c - costs and limits, owners, effects that are begun and not ended, functions that do what is not theirs:
 * V26 to V36, as far as code goes. */
#include <stdio.h>
#include <string.h>

#include "verify_cases.h"

/* --- V26 to V29: costs --------------------------------------------------------------------------------------------------------------------- */

ROW_REJECT(v26_rejects_cost_stated_too_low, "V26", p->functions[BODY_COND].cost--)
ROW_REJECT(v26_rejects_cost_stated_too_high, "V26", p->functions[BODY_COND].cost++)
ROW_REJECT(v26_rejects_maximum_stated_too_high, "V26", p->meta[0].cost_max++)
ROW_REJECT(v27_rejects_effects_stated_too_low, "V27", p->meta[0].effects_max--)
ROW_REJECT(v28_rejects_registers_stated_too_low, "V28", p->meta[0].registers_max--)

/* LOAD, then `count` times NOT (1 unit each), then RETURN: 3 + count units. */
static void try_costly(uint32_t count, const char *check)
{
    static EscInstr code[ESC_FUNCTION_CODE_MAX + 1];
    code[0] = (EscInstr)FLAG;
    for (uint32_t i = 1; i <= count; i++)
        code[i] = (EscInstr)OP(NOT, 0, 0, 0, 0);
    code[count + 1] = (EscInstr)ANSWER;
    try_body(__func__, BODY_COND, (Body){code, count + 2}, check);
}

static void v26_accepts_4096_instructions(void **state)
{
    (void)state;
    try_costly(ESC_FUNCTION_CODE_MAX - 2, NULL);
}

static void v26_rejects_4097_instructions(void **state)
{
    (void)state;
    try_costly(ESC_FUNCTION_CODE_MAX - 1, "V26");
}

/* A loop of `rounds` over `tests` CONTAINS (64 units each), filled up with NOTs: the limit to the unit. */
static void try_loop_cost(uint32_t rounds, uint32_t tests, uint32_t nots, const char *check)
{
    EscInstr code[700];
    uint32_t at = 0;
    code[at++] = (EscInstr)FLAG;
    code[at++] = (EscInstr)TAGS(1);
    code[at++] = (EscInstr)OP(LOOP_BEGIN, 2, 1, (uint8_t)rounds, 0);
    for (uint32_t i = 0; i < tests; i++)
        code[at++] = (EscInstr)OP(CONTAINS, 0, 2, 2, 0);
    code[at++] = (EscInstr)OP(LOOP_END, 0, 0, 0, 2);
    code[2].imm = at;
    for (uint32_t i = 0; i < nots; i++)
        code[at++] = (EscInstr)OP(NOT, 0, 0, 0, 0);
    code[at++] = (EscInstr)ANSWER;
    try_body(__func__, BODY_COND, (Body){code, at}, check);
}

/* 2 + 2 + 2, 100 rounds of 3 * 64 + 2, 593 NOTs, 1: that is 20000. */
static void v26_accepts_cost_at_the_limit(void **state)
{
    (void)state;
    try_loop_cost(100, 3, 593, NULL);
}

static void v26_rejects_cost_one_past_the_limit(void **state)
{
    (void)state;
    try_loop_cost(100, 3, 594, "V26");
}

/* Even when the bundle states what is true. */
static void v26_rejects_stated_cost_past_the_limit(void **state)
{
    (void)state;
    static const EscInstr code[] = {FLAG,
                                    TAGS(1),
                                    OP(LOOP_BEGIN, 2, 1, 255, 6),
                                    OP(CONTAINS, 0, 2, 2, 0),
                                    OP(CONTAINS, 0, 2, 2, 0),
                                    OP(LOOP_END, 0, 0, 0, 2),
                                    ANSWER};
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_COND] = BODY(code);
    program_finish(&p);
    p.functions[BODY_COND].cost = 7 + 255 * 130;
    EscWhy why;
    EscBundle *bundle = NULL;
    EscBuf bytes = program_encode(&p);
    assert_status(esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, &why), ESC_BAD_BUNDLE);
    assert_string_equal(why.check, "V26");
    assert_non_null(strstr(why.text, "a run may cost 33157 units"));
    assert_null(strstr(why.text, "states"));
    esc_buf_release(&bytes);
    program_release(&p);
}

static void try_effects(uint32_t count, const char *check)
{
    EscInstr code[80];
    for (uint32_t i = 0; i < count; i++)
        code[i] = (EscInstr)OP(EMIT, 0, 0, 0, SITE_FAILOVER);
    code[count] = (EscInstr)FALL;
    try_body(__func__, BODY_ELSE, (Body){code, count + 1}, check);
}

static void v27_accepts_64_effects(void **state)
{
    (void)state;
    try_effects(ESC_RUN_EFFECTS_MAX, NULL);
}

static void v27_rejects_65_effects(void **state)
{
    (void)state;
    try_effects(ESC_RUN_EFFECTS_MAX + 1, "V27");
}

static void try_texts(uint32_t count, const char *check)
{
    static EscInstr code[300];
    code[0] = (EscInstr)FLAG;
    for (uint32_t i = 1; i <= count; i++)
        code[i] = (EscInstr)OP(TO_TEXT, 1, 0, 0, 0);
    code[count + 1] = (EscInstr)ANSWER;
    try_body(__func__, BODY_COND, (Body){code, count + 2}, check);
}

static void v27_accepts_256_texts(void **state)
{
    (void)state;
    try_texts(ESC_RUN_TEXTS_MAX, NULL);
}

static void v27_rejects_257_texts(void **state)
{
    (void)state;
    try_texts(ESC_RUN_TEXTS_MAX + 1, "V27");
}

CODE_ACCEPT(v28_accepts_register_31, BODY_COND, OP(LOAD_TICKET, 31, 0, 0, FIELD_FLAG),
            OP(RETURN, 31, 0, 0, 0))
CODE_REJECT(v28_rejects_register_32, "V12", BODY_COND, OP(LOAD_TICKET, 32, 0, 0, FIELD_FLAG),
            OP(RETURN, 32, 0, 0, 0))

/* Work: what a list of events has is found out once for the list, however many instructions read it. Lists that overlap, as no compiler
 * makes them, are walked through at each; thousands of instructions over a thousand events are refused then. */
static void begin_event_loads(TestProgram *program, uint32_t events, uint32_t loads, bool overlaps)
{
    static EscInstr code[ESC_FUNCTION_CODE_MAX];
    static EscFunctionEventRow function_events[1200];
    static EscEventRow event_rows[1200];
    static EscText texts[1400];
    static char names[1200][16];
    program_begin(program);
    code[0] = (EscInstr)OP(CONST, 0, 0, 0, CONST_TRUE);
    for (uint32_t i = 1; i <= loads; i++)
        code[i] = (EscInstr)OP(LOAD_EVENT, 1, 0, 0, FIELD_PERCENT);
    code[loads + 1] = (EscInstr)ANSWER;
    program->bodies[BODY_PRED] = (Body){code, loads + 2};
    program_finish(program);
    memcpy(event_rows, program->events, EVENT_TOTAL * sizeof *event_rows);
    memcpy(texts, program->texts, program->texts_count * sizeof *texts);
    memcpy(function_events, program->function_events, sizeof *function_events);
    for (uint32_t i = 0; i < events; i++) {
        int size = snprintf(names[i], sizeof names[i], "zz%04u",
                            (unsigned)i); /* behind every other text */
        texts[program->texts_count] = (EscText){names[i], (size_t)size};
        event_rows[program->events_count] =
            (EscEventRow){.name = program->texts_count++, .fields_first = 1, .fields_count = 1};
        function_events[1 + i].event = program->events_count++;
    }
    program->events = event_rows;
    program->texts = texts;
    program->function_events = function_events;
    program->function_events_count = 1 + events;
    program->functions[BODY_PRED].events_count = events;
    if (overlaps) {
        program->functions[BODY_STEPS].events_first = 2;
        program->functions[BODY_STEPS].events_count = events - 1;
        program->functions[BODY_STEPS].event_may_be_missing = 1;
    }
    program->triggers[0].event = program->events_count;
    program_measure(program);
}

static void try_event_loads(uint32_t events, uint32_t loads, bool overlaps, const char *check)
{
    TestProgram p;
    begin_event_loads(&p, events, loads, overlaps);
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects(&p, check);
    program_release(&p);
}

static void v29_accepts_work_in_proportion(void **state)
{
    (void)state;
    try_event_loads(16, 3000, false, NULL);
    try_event_loads(17, 3000, false, NULL);
    try_event_loads(50, 3000, true, NULL);
    try_event_loads(1000, 4000, false, NULL);
}

static void v29_rejects_work_out_of_proportion(void **state)
{
    (void)state;
    try_event_loads(1000, 4000, true, "V29");
}

/* Whether so many loads of overlapping lists are accepted; *size gets the instructions and rows. */
static bool loads_are_accepted(uint32_t events, uint32_t loads, uint64_t *size)
{
    TestProgram p;
    begin_event_loads(&p, events, loads, true);
    *size = p.code_count;
    for (EscTable table = 1; table < ESC_TABLE_COUNT; table++)
        *size += esc_program_count(&p.program, table);
    EscBuf bytes = program_encode(&p);
    EscBundle *bundle = NULL;
    EscStatus status = esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, NULL);
    esc_bundle_free(bundle);
    esc_buf_release(&bytes);
    program_release(&p);
    return status == ESC_OK;
}

/* Each load takes as many steps as there are events; what is done once for the whole program takes some three times as many. */
static void v29_allows_64_steps_for_each_instruction_and_row(void **state)
{
    (void)state;
    uint32_t events = 1000, accepted = 1, refused = 4000;
    uint64_t size = 0;
    while (refused - accepted > 1) {
        uint32_t loads = accepted + (refused - accepted) / 2;
        if (loads_are_accepted(events, loads, &size))
            accepted = loads;
        else
            refused = loads;
    }
    assert_true(loads_are_accepted(events, accepted, &size));
    assert_true((uint64_t)accepted * (events - 1) + 2 * events <= 64 * size);
    assert_true((uint64_t)accepted * (events - 1) + 5 * events > 64 * size);
}

/* --- V31: an owner before anything happens ------------------------------------------------------------------------------------------------------ */

CODE_REJECT(v31_rejects_wait_without_owner, "V31", BODY_STEPS,
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 1)), OWN_FIRST, CLOSED)
CODE_REJECT(v31_rejects_effect_without_owner, "V31", BODY_STEPS, TEXT_AT(0),
            OP(EMIT, 0, 0, 1, SITE_NOTIFY), OWN_FIRST, CLOSED)
CODE_REJECT(v31_rejects_close_without_owner, "V31", BODY_STEPS, CLOSED)
CODE_REJECT(v31_rejects_owner_on_one_way_only, "V31", BODY_STEPS, FLAG, OP(JUMP_IF, 0, 0, 0, 3),
            OWN_FIRST, OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 4)), CLOSED)
CODE_ACCEPT(v31_accepts_owner_on_both_ways, BODY_STEPS, FLAG, OP(JUMP_IF, 0, 0, 0, 4),
            OP(OWN, 0, 0, 0, 1), OP(JUMP, 0, 0, 0, 5), OWN_FIRST,
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 6)), CLOSED)
CODE_REJECT(v31_rejects_role_that_the_template_has_not, "V31", BODY_STEPS, OP(OWN, 0, 0, 0, 2),
            CLOSED)
CODE_ACCEPT(v31_accepts_wait_with_owner, BODY_STEPS, OWN_FIRST,
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 2)), CLOSED)

/* --- V33 in code, V34: what is begun is ended, and only QA closes ------------------------------------------------------------------------------ */

CODE_REJECT(v33_rejects_undo_by_another_action, "V33", BODY_UNDO, OP(EMIT, 0, 0, 2, SITE_CALL),
            FALL)
CODE_REJECT(v34_rejects_done_without_qa, "V34", BODY_CLOSING, OP(DONE, 0, 0, 0, 0))
CODE_REJECT(v34_rejects_done_behind_a_qa_that_timed_out, "V34", BODY_CLOSING,
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_QA, 1)), OP(DONE, 0, 0, 0, 0))
CODE_ACCEPT(v34_accepts_done_behind_qa, BODY_CLOSING, OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_QA, 2)),
            OP(DONE, 0, 0, 0, 0), OP(EMIT, 0, 0, 1, SITE_RAISE), OP(END, 0, 0, 0, ESC_END_RAISE))
CODE_REJECT(v34_rejects_other_waits_in_closing, "V34", BODY_CLOSING,
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 1)), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_QA, 3)),
            OP(DONE, 0, 0, 0, 0), OP(EMIT, 0, 0, 1, SITE_RAISE), OP(END, 0, 0, 0, ESC_END_RAISE))
CODE_ACCEPT(v34_accepts_raised_wait_in_closing, BODY_CLOSING, OP(EMIT, 0, 0, 1, SITE_RAISE),
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_RAISED, 2)), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_QA, 4)),
            OP(DONE, 0, 0, 0, 0), OP(END, 0, 0, 0, ESC_END_RAISE))
CODE_REJECT(v34_rejects_done_in_steps, "V34", BODY_STEPS, OWN_FIRST, OP(DONE, 0, 0, 0, 0))
CODE_REJECT(v34_rejects_reply_wait_without_call, "V34", BODY_STEPS, OWN_FIRST,
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_REPLY, 2)), CLOSED)
CODE_REJECT(v34_rejects_call_without_reply_wait, "V34", BODY_STEPS, OWN_FIRST, TEXT_AT(0),
            OP(CONST, 1, 0, 0, CONST_ONE), OP(EMIT, 0, 0, 2, SITE_CALL), CLOSED)
CODE_REJECT(v34_rejects_effect_between_call_and_wait, "V34", BODY_STEPS, OWN_FIRST, TEXT_AT(0),
            OP(CONST, 1, 0, 0, CONST_ONE), OP(EMIT, 0, 0, 2, SITE_CALL),
            OP(EMIT, 0, 0, 1, SITE_NOTIFY), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_REPLY, 6)), CLOSED)
CODE_ACCEPT(v34_accepts_clearing_between_call_and_wait, BODY_STEPS, OWN_FIRST, TEXT_AT(0),
            OP(CONST, 1, 0, 0, CONST_ONE), OP(EMIT, 0, 0, 2, SITE_CALL), OP(CLEAR, 0, 2, 0, 0),
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_REPLY, 6)), CLOSED)
CODE_REJECT(v34_rejects_call_on_one_way_to_its_wait, "V34", BODY_STEPS, OWN_FIRST, TEXT_AT(2),
            OP(CONST, 1, 0, 0, CONST_ONE), FLAG, OP(JUMP_IF, 0, 0, 0, 6),
            OP(EMIT, 0, 2, 1, SITE_CALL_BACK), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 7)), CLOSED)
CODE_ACCEPT(v34_accepts_undo_before_its_call, BODY_HANDLER, TEXT_AT(0),
            OP(EMIT, 0, 0, 1, SITE_UNDO), OP(CONST, 1, 0, 0, CONST_ONE),
            OP(EMIT, 0, 0, 2, SITE_CALL), FALL)
CODE_REJECT(v34_rejects_undo_before_something_else, "V34", BODY_HANDLER, TEXT_AT(0),
            OP(EMIT, 0, 0, 1, SITE_UNDO), OP(EMIT, 0, 0, 1, SITE_NOTIFY), FALL)
CODE_REJECT(v34_rejects_undo_before_the_end, "V34", BODY_HANDLER, OP(EMIT, 0, 0, 0, SITE_NO_UNDO),
            FALL)
CODE_REJECT(v34_rejects_raise_that_falls, "V34", BODY_HANDLER, TEXT_AT(0),
            OP(EMIT, 0, 0, 1, SITE_RAISE), FALL)
CODE_ACCEPT(v34_accepts_raise_that_ends_raising, BODY_HANDLER, TEXT_AT(0),
            OP(EMIT, 0, 0, 1, SITE_RAISE), OP(END, 0, 0, 0, ESC_END_RAISE))
CODE_REJECT(v34_rejects_raising_end_without_raise, "V34", BODY_HANDLER,
            OP(END, 0, 0, 0, ESC_END_RAISE))
CODE_REJECT(v34_rejects_raising_end_behind_a_mere_message, "V34", BODY_HANDLER, TEXT_AT(0),
            OP(EMIT, 0, 0, 1, SITE_NOTIFY), OP(END, 0, 0, 0, ESC_END_RAISE))
CODE_ACCEPT(v34_accepts_raise_on_every_way_to_a_raising_end, BODY_CLOSING,
            OP(LOAD_TICKET, 1, 0, 0, FIELD_FLAG), OP(JUMP_IF, 1, 0, 0, 5),
            OP(EMIT, 0, 0, 1, SITE_RAISE), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_RAISED, 4)),
            OP(JUMP, 0, 0, 0, 7), OP(EMIT, 0, 0, 1, SITE_RAISE),
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_RAISED, 7)), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_QA, 9)),
            OP(DONE, 0, 0, 0, 0), OP(END, 0, 0, 0, ESC_END_RAISE))
CODE_REJECT(v34_rejects_raise_on_one_way_to_a_raising_end, "V34", BODY_CLOSING,
            OP(LOAD_TICKET, 1, 0, 0, FIELD_FLAG), OP(JUMP_IF, 1, 0, 0, 4),
            OP(EMIT, 0, 0, 1, SITE_RAISE), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_RAISED, 4)),
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_QA, 6)), OP(DONE, 0, 0, 0, 0),
            OP(END, 0, 0, 0, ESC_END_RAISE))
CODE_REJECT(v30_rejects_raised_wait_that_goes_elsewhere, "V30", BODY_CLOSING,
            OP(EMIT, 0, 0, 1, SITE_RAISE), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_RAISED, 4)),
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_QA, 4)), OP(DONE, 0, 0, 0, 0),
            OP(END, 0, 0, 0, ESC_END_RAISE))
CODE_REJECT(v34_rejects_request_without_request, "V34", BODY_REQUEST, FALL)
CODE_REJECT(v34_rejects_two_requests, "V34", BODY_REQUEST, OP(MOVE, 1, 0, 0, 0),
            OP(EMIT, 0, 0, 2, SITE_REQUEST), OP(EMIT, 0, 0, 2, SITE_REQUEST), FALL)
CODE_ACCEPT(v34_accepts_request_on_each_of_two_ways, BODY_REQUEST, OP(MOVE, 1, 0, 0, 0), FLAG,
            OP(CLEAR, 1, 1, 0, 0), TEXT_AT(1), TEXT_AT(2), OP(JUMP_IF, 0, 0, 0, 8),
            OP(EMIT, 0, 1, 2, SITE_REQUEST), OP(JUMP, 0, 0, 0, 9), OP(EMIT, 0, 1, 2, SITE_REQUEST),
            FALL)
CODE_REJECT(v34_rejects_request_on_one_of_two_ways, "V34", BODY_REQUEST, FLAG, TEXT_AT(1),
            TEXT_AT(2), OP(JUMP_IF, 0, 0, 0, 5), OP(EMIT, 0, 1, 2, SITE_REQUEST), FALL)
CODE_ACCEPT(v34_accepts_ask_and_its_answer, BODY_STEPS, OWN_FIRST, TEXT_AT(0), TEXT_AT(1),
            OP(EMIT, 0, 0, 2, SITE_ASK), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ANSWER, 5)),
            OP(CONST, 7, 0, 0, CONST_ONE), OP(EQ_NUMBER, 8, 6, 7, 0), CLOSED)
CODE_ACCEPT(v34_accepts_check_in_place, BODY_STEPS, OWN_FIRST, OP(EMIT, 0, 0, 0, SITE_CHECK),
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_CHECK, 3)), CLOSED)
CODE_REJECT(v34_rejects_answer_to_an_approval, "V34", BODY_STEPS, OWN_FIRST, TEXT_AT(0),
            OP(EMIT, 0, 0, 1, SITE_APPROVE), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ANSWER, 4)), CLOSED)

CODE_REJECT(v34_rejects_call_that_the_next_effect_forgets, "V34", BODY_STEPS, OWN_FIRST, TEXT_AT(0),
            OP(EMIT, 0, 0, 1, SITE_CALL_BACK), OP(EMIT, 0, 0, 1, SITE_NOTIFY),
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 5)), CLOSED)
CODE_REJECT(v34_rejects_call_on_the_other_way_to_its_wait, "V34", BODY_STEPS, OWN_FIRST, TEXT_AT(2),
            FLAG, OP(JUMP_IF, 0, 0, 0, 6), OP(EMIT, 0, 2, 1, SITE_CALL_BACK), OP(JUMP, 0, 0, 0, 7),
            OP(CLEAR, 9, 1, 0, 0), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 8)), CLOSED)
CODE_REJECT(v34_rejects_call_in_a_round_without_its_wait, "V34", BODY_STEPS, OWN_FIRST, TEXT_AT(0),
            TAGS(1), OP(LOOP_BEGIN, 2, 1, 3, 6), OP(EMIT, 0, 0, 1, SITE_CALL_BACK),
            OP(LOOP_END, 0, 0, 0, 3), CLOSED)
CODE_REJECT(v34_rejects_request_in_each_round, "V34", BODY_REQUEST, OP(MOVE, 1, 0, 0, 0), TAGS(2),
            OP(LOOP_BEGIN, 3, 2, 3, 5), OP(EMIT, 0, 0, 2, SITE_REQUEST), OP(LOOP_END, 0, 0, 0, 2),
            FALL)
CODE_REJECT(v24_rejects_round_that_loses_its_qa, "V24", BODY_CLOSING,
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_QA, 8)), TAGS(1), OP(LOOP_BEGIN, 2, 1, 3, 6),
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_QA, 4)), OP(CLEAR, 9, 1, 0, 0),
            OP(LOOP_END, 0, 0, 0, 2), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_QA, 8)), OP(DONE, 0, 0, 0, 0),
            OP(EMIT, 0, 0, 1, SITE_RAISE), OP(END, 0, 0, 0, ESC_END_RAISE))

static const EscInstr check_in_place[] = {OWN_FIRST, OP(EMIT, 0, 0, 0, SITE_CHECK),
                                          OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_CHECK, 3)), CLOSED};

static void v25_rejects_wait_for_another_check(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_STEPS] = BODY(check_in_place);
    program_finish(&p);
    program_wait(&p, BODY_STEPS, 2)->check = 1;
    assert_rejects(&p, "V25");
    program_release(&p);
}

static void v25_rejects_check_of_another_template(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_STEPS] = BODY(check_in_place);
    program_finish(&p);
    program_add_template(&p);
    assert_accepts(&p);
    program_site(&p, BODY_STEPS, 1)->aux = 2; /* the second template's */
    program_wait(&p, BODY_STEPS, 2)->check = 3;
    assert_rejects(&p, "V25");
    program_release(&p);
}

/* Functions are looked at before it is known whether any row enters them. */
static void v25_rejects_function_of_no_template_that_nothing_enters(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    p.functions[p.functions_count++] =
        (EscFunctionRow){.kind = ESC_FUNCTION_HANDLER, .code_first = p.code_count, .code_count = 2};
    p.code[p.code_count++] = (EscInstr)OWN_FIRST;
    p.code[p.code_count++] = (EscInstr)FALL;
    program_measure(&p);
    assert_rejects(&p, "V25");
    p.functions[p.functions_count - 1].template = 1;
    assert_rejects(&p, "V09");
    program_release(&p);
}

/* --- V35 in code ------------------------------------------------------------------------------------------------------------------------------------ */

CODE_REJECT(v35_rejects_event_field_as_ticket_field, "V35", BODY_COND,
            OP(LOAD_TICKET, 1, 0, 0, FIELD_PERCENT), FLAG, ANSWER)
CODE_REJECT(v35_rejects_field_that_no_event_has, "V35", BODY_COND,
            OP(LOAD_EVENT, 1, 0, 0, FIELD_CLOCK), FLAG, ANSWER)
CODE_ACCEPT(v35_accepts_field_that_the_event_has, BODY_COND, OP(LOAD_EVENT, 1, 0, 0, FIELD_PERCENT),
            FLAG, ANSWER)
CODE_REJECT(v35_rejects_event_in_a_function_without_events, "V35", BODY_ELSE,
            OP(LOAD_EVENT, 1, 0, 0, FIELD_PERCENT), FALL)
CODE_REJECT(v35_rejects_ticket_field_as_exception_field, "V35", BODY_COND,
            OP(LOAD_EXCEPTION, 1, 0, 0, FIELD_ID), FLAG, ANSWER)
CODE_REJECT(v35_rejects_change_of_an_event_field, "V35", BODY_COND,
            OP(LOAD_CHANGED, 0, 0, 0, FIELD_CLOCK), ANSWER)

/* --- V36: which function may do what ------------------------------------------------------------------------------------------------------------------ */

CODE_REJECT(v36_rejects_effect_in_a_condition, "V36", BODY_COND, OP(EMIT, 0, 0, 0, SITE_FAILOVER),
            FLAG, ANSWER)
CODE_REJECT(v36_rejects_wait_in_a_handler, "V36", BODY_HANDLER,
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 1)), FALL)
CODE_REJECT(v36_rejects_question_in_a_handler, "V36", BODY_HANDLER, TEXT_AT(0), TEXT_AT(1),
            OP(EMIT, 0, 0, 2, SITE_ASK), FALL)
CODE_REJECT(v36_rejects_owner_change_in_a_condition, "V36", BODY_COND, OWN_FIRST, FLAG, ANSWER)
CODE_REJECT(v36_rejects_return_in_steps, "V36", BODY_STEPS, OWN_FIRST, FLAG, ANSWER)
CODE_REJECT(v36_rejects_end_in_steps, "V36", BODY_STEPS, OWN_FIRST, FALL)
CODE_REJECT(v36_rejects_skip_in_a_reminder, "V36", BODY_REMINDER, OP(END, 0, 0, 0, ESC_END_SKIP))
CODE_REJECT(v36_rejects_close_in_a_reminder, "V36", BODY_REMINDER, CLOSED)
CODE_REJECT(v36_rejects_resume_in_a_handler, "V36", BODY_HANDLER, OP(END, 0, 0, 0, ESC_END_RESUME))
CODE_REJECT(v36_rejects_request_in_steps, "V36", BODY_STEPS, OWN_FIRST, TEXT_AT(0), TEXT_AT(1),
            OP(EMIT, 0, 0, 2, SITE_REQUEST), CLOSED)
CODE_REJECT(v36_rejects_call_in_closing, "V36", BODY_CLOSING, OP(EMIT, 0, 0, 1, SITE_CALL_BACK),
            OP(END, 0, 0, 0, ESC_END_RAISE))
CODE_ACCEPT(v36_accepts_close_in_a_handler, BODY_HANDLER, CLOSED)
CODE_ACCEPT(v36_accepts_skip_in_a_handler, BODY_HANDLER, OP(END, 0, 0, 0, ESC_END_SKIP))
CODE_ACCEPT(v36_accepts_registers_of_the_wait_beside_it, BODY_REMINDER, OP(MOVE, 3, 2, 0, 0),
            OP(EMIT, 0, 3, 1, SITE_ATTACH), FALL)
CODE_REJECT(v36_rejects_registers_that_the_wait_has_not, "V16", BODY_REMINDER, OP(MOVE, 3, 4, 0, 0),
            FALL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v26_rejects_cost_stated_too_low),
        cmocka_unit_test(v26_rejects_cost_stated_too_high),
        cmocka_unit_test(v26_rejects_maximum_stated_too_high),
        cmocka_unit_test(v27_rejects_effects_stated_too_low),
        cmocka_unit_test(v28_rejects_registers_stated_too_low),
        cmocka_unit_test(v26_accepts_4096_instructions),
        cmocka_unit_test(v26_rejects_4097_instructions),
        cmocka_unit_test(v26_accepts_cost_at_the_limit),
        cmocka_unit_test(v26_rejects_cost_one_past_the_limit),
        cmocka_unit_test(v26_rejects_stated_cost_past_the_limit),
        cmocka_unit_test(v27_accepts_64_effects),
        cmocka_unit_test(v27_rejects_65_effects),
        cmocka_unit_test(v27_accepts_256_texts),
        cmocka_unit_test(v27_rejects_257_texts),
        cmocka_unit_test(v28_accepts_register_31),
        cmocka_unit_test(v28_rejects_register_32),
        cmocka_unit_test(v29_accepts_work_in_proportion),
        cmocka_unit_test(v29_rejects_work_out_of_proportion),
        cmocka_unit_test(v29_allows_64_steps_for_each_instruction_and_row),
        cmocka_unit_test(v31_rejects_wait_without_owner),
        cmocka_unit_test(v31_rejects_effect_without_owner),
        cmocka_unit_test(v31_rejects_close_without_owner),
        cmocka_unit_test(v31_rejects_owner_on_one_way_only),
        cmocka_unit_test(v31_accepts_owner_on_both_ways),
        cmocka_unit_test(v31_rejects_role_that_the_template_has_not),
        cmocka_unit_test(v31_accepts_wait_with_owner),
        cmocka_unit_test(v33_rejects_undo_by_another_action),
        cmocka_unit_test(v34_rejects_done_without_qa),
        cmocka_unit_test(v34_rejects_done_behind_a_qa_that_timed_out),
        cmocka_unit_test(v34_accepts_done_behind_qa),
        cmocka_unit_test(v34_rejects_other_waits_in_closing),
        cmocka_unit_test(v34_accepts_raised_wait_in_closing),
        cmocka_unit_test(v34_rejects_done_in_steps),
        cmocka_unit_test(v34_rejects_reply_wait_without_call),
        cmocka_unit_test(v34_rejects_call_without_reply_wait),
        cmocka_unit_test(v34_rejects_effect_between_call_and_wait),
        cmocka_unit_test(v34_accepts_clearing_between_call_and_wait),
        cmocka_unit_test(v34_rejects_call_on_one_way_to_its_wait),
        cmocka_unit_test(v34_accepts_undo_before_its_call),
        cmocka_unit_test(v34_rejects_undo_before_something_else),
        cmocka_unit_test(v34_rejects_undo_before_the_end),
        cmocka_unit_test(v34_rejects_raise_that_falls),
        cmocka_unit_test(v34_accepts_raise_that_ends_raising),
        cmocka_unit_test(v34_rejects_raising_end_without_raise),
        cmocka_unit_test(v34_rejects_raising_end_behind_a_mere_message),
        cmocka_unit_test(v34_accepts_raise_on_every_way_to_a_raising_end),
        cmocka_unit_test(v34_rejects_raise_on_one_way_to_a_raising_end),
        cmocka_unit_test(v30_rejects_raised_wait_that_goes_elsewhere),
        cmocka_unit_test(v34_rejects_request_without_request),
        cmocka_unit_test(v34_rejects_two_requests),
        cmocka_unit_test(v34_accepts_request_on_each_of_two_ways),
        cmocka_unit_test(v34_rejects_request_on_one_of_two_ways),
        cmocka_unit_test(v34_accepts_ask_and_its_answer),
        cmocka_unit_test(v34_accepts_check_in_place),
        cmocka_unit_test(v34_rejects_answer_to_an_approval),
        cmocka_unit_test(v34_rejects_call_that_the_next_effect_forgets),
        cmocka_unit_test(v34_rejects_call_on_the_other_way_to_its_wait),
        cmocka_unit_test(v34_rejects_call_in_a_round_without_its_wait),
        cmocka_unit_test(v34_rejects_request_in_each_round),
        cmocka_unit_test(v24_rejects_round_that_loses_its_qa),
        cmocka_unit_test(v25_rejects_wait_for_another_check),
        cmocka_unit_test(v25_rejects_check_of_another_template),
        cmocka_unit_test(v25_rejects_function_of_no_template_that_nothing_enters),
        cmocka_unit_test(v35_rejects_event_field_as_ticket_field),
        cmocka_unit_test(v35_rejects_field_that_no_event_has),
        cmocka_unit_test(v35_accepts_field_that_the_event_has),
        cmocka_unit_test(v35_rejects_event_in_a_function_without_events),
        cmocka_unit_test(v35_rejects_ticket_field_as_exception_field),
        cmocka_unit_test(v35_rejects_change_of_an_event_field),
        cmocka_unit_test(v36_rejects_effect_in_a_condition),
        cmocka_unit_test(v36_rejects_wait_in_a_handler),
        cmocka_unit_test(v36_rejects_question_in_a_handler),
        cmocka_unit_test(v36_rejects_owner_change_in_a_condition),
        cmocka_unit_test(v36_rejects_return_in_steps),
        cmocka_unit_test(v36_rejects_end_in_steps),
        cmocka_unit_test(v36_rejects_skip_in_a_reminder),
        cmocka_unit_test(v36_rejects_close_in_a_reminder),
        cmocka_unit_test(v36_rejects_resume_in_a_handler),
        cmocka_unit_test(v36_rejects_request_in_steps),
        cmocka_unit_test(v36_rejects_call_in_closing),
        cmocka_unit_test(v36_accepts_close_in_a_handler),
        cmocka_unit_test(v36_accepts_skip_in_a_handler),
        cmocka_unit_test(v36_accepts_registers_of_the_wait_beside_it),
        cmocka_unit_test(v36_rejects_registers_that_the_wait_has_not),
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
