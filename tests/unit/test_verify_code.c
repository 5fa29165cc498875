/* test_verify_code.c - code that is wrong in one place, and the nearest that is right: V10 to V25. Costs and domain rules are
 * test_verify_rules.c's, rows of tables test_verify_tables.c's. */
#include "verify_cases.h"

/* --- V09: constants, numbering ------------------------------------------------------------------- */

ROW_REJECT(v09_rejects_site_used_out_of_order, "V09", program_instr(p, BODY_STEPS, 2)->imm = 1)
ROW_REJECT(v09_rejects_wait_used_out_of_order, "V09", program_instr(p, BODY_STEPS, 5)->imm = 1)
ROW_REJECT(v09_rejects_wait_that_says_another_place, "V09", program_wait(p, BODY_STEPS, 6)->pc = 8;
           program_wait(p, BODY_STEPS, 6)->timeout = 9)

ROW_REJECT(v09_rejects_wait_past_the_last, "V09",
           *program_instr(p, BODY_REMINDER, 0) = (EscInstr)OP(WAIT, 0, 0, 0, p->waits_count))

/* --- V10: known opcodes ------------------------------------------------------------------------------ */

ROW_REJECT(v10_rejects_opcode_zero, "V10", program_instr(p, BODY_COND, 0)->op = 0)
ROW_REJECT(v10_rejects_opcode_in_a_hole, "V10", program_instr(p, BODY_COND, 0)->op = 0x29)
ROW_REJECT(v10_rejects_opcode_past_the_last, "V10",
           program_instr(p, BODY_COND, 0)->op = ESC_OP_WAIT + 1)
CODE_ACCEPT(v10_accepts_known_opcodes, BODY_COND, FLAG, ANSWER)

/* --- V11: operands that are not used ------------------------------------------------------------------- */

CODE_REJECT(v11_rejects_unused_b, "V11", BODY_COND, OP(LOAD_TICKET, 0, 1, 0, FIELD_FLAG), ANSWER)
CODE_REJECT(v11_rejects_unused_c, "V11", BODY_COND, OP(LOAD_TICKET, 0, 0, 1, FIELD_FLAG), ANSWER)
CODE_REJECT(v11_rejects_unused_imm, "V11", BODY_COND, FLAG, OP(RETURN, 0, 0, 0, 1))
CODE_REJECT(v11_rejects_unused_a, "V11", BODY_COND, FLAG, OP(JUMP, 1, 0, 0, 2), ANSWER)
CODE_REJECT(v11_rejects_result_of_an_effect_without_one, "V11", BODY_HANDLER, TEXT_AT(0),
            OP(EMIT, 1, 0, 1, SITE_NOTIFY), FALL)
CODE_ACCEPT(v11_accepts_zero_operands, BODY_HANDLER, TEXT_AT(0), OP(EMIT, 0, 0, 1, SITE_NOTIFY),
            FALL)

/* --- V12: operands by their kind ------------------------------------------------------------------------- */

CODE_REJECT(v12_rejects_out_register_32, "V12", BODY_COND, FLAG, OP(NOT, 32, 0, 0, 0), ANSWER)
CODE_ACCEPT(v12_accepts_out_register_31, BODY_COND, FLAG, OP(NOT, 31, 0, 0, 0), ANSWER)
CODE_REJECT(v12_rejects_in_register_32, "V12", BODY_COND, FLAG, OP(NOT, 0, 32, 0, 0), ANSWER)
CODE_ACCEPT(v12_accepts_effect_argument_in_the_last_register, BODY_HANDLER, TEXT_AT(31),
            OP(EMIT, 0, 31, 1, SITE_NOTIFY), FALL)
CODE_REJECT(v12_rejects_in_register_255, "V12", BODY_COND, FLAG, OP(NOT, 0, 255, 0, 0), ANSWER)
CODE_REJECT(v12_rejects_clear_of_nothing, "V12", BODY_COND, FLAG, OP(CLEAR, 1, 0, 0, 0), ANSWER)
CODE_REJECT(v12_rejects_clear_past_the_last_register, "V12", BODY_COND, FLAG,
            OP(CLEAR, 31, 2, 0, 0), ANSWER)
CODE_ACCEPT(v12_accepts_clear_of_the_last_register, BODY_COND, FLAG, OP(CLEAR, 31, 1, 0, 0), ANSWER)
CODE_REJECT(v12_rejects_join_of_nothing, "V12", BODY_COND, FLAG, OP(JOIN, 1, 0, 0, 0), ANSWER)
CODE_REJECT(v12_rejects_join_past_the_last_register, "V12", BODY_COND, FLAG, TEXT_AT(31),
            OP(JOIN, 1, 31, 2, 0), ANSWER)
CODE_ACCEPT(v12_accepts_join_of_the_last_register, BODY_COND, FLAG, TEXT_AT(31),
            OP(JOIN, 1, 31, 1, 0), ANSWER)
CODE_REJECT(v12_rejects_form_past_the_last, "V12", BODY_COND, FLAG, OP(CONST, 1, 0, 0, CONST_HOUR),
            OP(SHOW, 2, 1, 0, ESC_FORM_COUNT), ANSWER)
CODE_REJECT(v12_rejects_date_of_a_duration, "V12", BODY_COND, FLAG, OP(CONST, 1, 0, 0, CONST_HOUR),
            OP(SHOW, 2, 1, 0, ESC_FORM_DATE), ANSWER)
CODE_ACCEPT(v12_accepts_days_of_a_duration, BODY_COND, FLAG, OP(CONST, 1, 0, 0, CONST_HOUR),
            OP(SHOW, 2, 1, 0, ESC_FORM_DAYS), ANSWER)
CODE_REJECT(v16_rejects_text_behind_a_text, "V16", BODY_COND, FLAG, TEXT_AT(1),
            OP(LIST_ADD, 2, 1, 1, 0), ANSWER)
CODE_ACCEPT(v16_accepts_text_behind_a_list, BODY_COND, FLAG, TAGS(1), TEXT_AT(2),
            OP(LIST_ADD, 1, 1, 2, 0), OP(HAS_FOLDED, 0, 1, 2, 0), ANSWER)
CODE_REJECT(v12_rejects_unit_4, "V12", BODY_COND, FLAG, OP(CONST, 1, 0, 0, CONST_HOUR),
            OP(DURATION_IN, 2, 1, 0, 4), ANSWER)
CODE_ACCEPT(v12_accepts_unit_3, BODY_COND, FLAG, OP(CONST, 1, 0, 0, CONST_HOUR),
            OP(DURATION_IN, 2, 1, 0, 3), ANSWER)
CODE_REJECT(v12_rejects_end_mode_past_the_last, "V12", BODY_ELSE, OP(END, 0, 0, 0, ESC_END_COUNT))
CODE_REJECT(v12_rejects_role_3, "V12", BODY_STEPS, OP(OWN, 0, 0, 0, 3), CLOSED)
CODE_REJECT(v12_rejects_effect_arguments_past_the_last_register, "V12", BODY_HANDLER, TEXT_AT(31),
            OP(EMIT, 0, 31, 2, SITE_ASK), FALL)
ROW_REJECT(v12_rejects_effect_range_of_none_elsewhere, "V12", program_instr(p, BODY_ELSE, 0)->b = 1)
ROW_REJECT(v06_rejects_const_at_count, "V06",
           program_instr(p, BODY_STEPS, 1)->imm = p->consts_count)
CODE_REJECT(v06_rejects_field_at_count, "V06", BODY_COND, OP(LOAD_TICKET, 0, 0, 0, FIELD_TOTAL),
            ANSWER)
CODE_REJECT(v06_rejects_fact_at_count, "V06", BODY_COND, OP(LOAD_FACT, 1, 0, 0, ESC_FACT_COUNT),
            FLAG, ANSWER)
CODE_ACCEPT(v06_accepts_last_fact, BODY_COND, OP(LOAD_FACT, 1, 0, 0, ESC_FACT_COUNT - 1), FLAG,
            ANSWER)
CODE_REJECT(v06_rejects_type_of_unknown_enum, "V06", BODY_COND,
            OP(MISSING, 1, 0, 0, ESC_TYPE_ENUM(9) | ESC_TYPE_OPTIONAL), FLAG, ANSWER)
CODE_REJECT(v06_rejects_outcome_past_the_texts, "V06", BODY_STEPS, OWN_FIRST,
            OP(CLOSE, 0, 0, 0, 9999))

/* --- V13: division ---------------------------------------------------------------------------------------------- */

CODE_REJECT(v13_rejects_division_by_constant_zero, "V13", BODY_COND, FLAG,
            OP(CONST, 1, 0, 0, CONST_ZERO), OP(DIV_NUMBER, 2, 1, 1, 0), ANSWER)
CODE_REJECT(v13_rejects_division_by_a_copy_of_zero, "V13", BODY_COND, FLAG,
            OP(CONST, 1, 0, 0, CONST_ZERO), OP(MOVE, 2, 1, 0, 0), OP(CONST, 3, 0, 0, CONST_HOUR),
            OP(DIV_DURATION, 4, 3, 2, 0), ANSWER)
CODE_ACCEPT(v13_accepts_division_by_constant_one, BODY_COND, FLAG, OP(CONST, 1, 0, 0, CONST_ONE),
            OP(DIV_NUMBER, 2, 1, 1, 0), ANSWER)
CODE_ACCEPT(v13_accepts_division_by_a_field, BODY_COND, FLAG, OP(LOAD_TICKET, 1, 0, 0, FIELD_COUNT),
            OP(DIV_NUMBER, 2, 1, 1, 0), ANSWER)
CODE_ACCEPT(v13_accepts_division_after_zero_was_overwritten, BODY_COND, FLAG,
            OP(CONST, 1, 0, 0, CONST_ZERO), OP(LOAD_TICKET, 1, 0, 0, FIELD_COUNT),
            OP(DIV_NUMBER, 2, 1, 1, 0), ANSWER)
CODE_ACCEPT(v13_accepts_division_by_an_answer, BODY_STEPS, OWN_FIRST, TEXT_AT(0), TEXT_AT(1),
            OP(CONST, 6, 0, 0, CONST_ZERO), OP(CONST, 7, 0, 0, CONST_ONE),
            OP(EMIT, 0, 0, 2, SITE_ASK), OP(CLEAR, 6, 1, 0, 0),
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ANSWER, 9)), OP(DIV_NUMBER, 7, 7, 6, 0), CLOSED)

/* The constant 1 made into the other zero. */
static void v13_rejects_division_by_negative_zero(void **state)
{
    (void)state;
    static const EscInstr code[] = {FLAG, OP(CONST, 1, 0, 0, CONST_ONE), OP(DIV_NUMBER, 2, 1, 1, 0),
                                    ANSWER};
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_COND] = BODY(code);
    program_finish(&p);
    assert_accepts(&p);
    for (uint32_t i = 0; i < p.program.consts_count; i++) {
        if (p.consts[i].kind == ESC_KIND_NUMBER && p.consts[i].bits == as_bits(1))
            p.consts[i].bits = as_bits(-0.0);
    }
    assert_rejects(&p, "V13");
    program_release(&p);
}

CODE_ACCEPT(v13_accepts_zero_on_one_way_only, BODY_COND, FLAG, OP(CONST, 1, 0, 0, CONST_ZERO),
            OP(JUMP_IF, 0, 0, 0, 4), OP(CONST, 1, 0, 0, CONST_ONE), OP(DIV_NUMBER, 2, 1, 1, 0),
            ANSWER)

/* --- V14: nothing but the run's inputs ------------------------------------------------------------------------------ */

/* Every opcode reads registers, the bundle, or the host's two callbacks; the one that gives a time gives the run's own. */
static void v14_accepts_only_the_time_of_the_run(void **state)
{
    (void)state;
    static const EscInstr code[] = {OP(LOAD_NOW, 0, 0, 0, 0), OP(CONST, 1, 0, 0, CONST_NOON),
                                    OP(EQ_TIME, 2, 0, 1, 0), OP(RETURN, 2, 0, 0, 0)};
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_COND] = BODY(code);
    program_finish(&p);
    EscBundle *bundle = program_load(&p);
    for (int64_t now = 12 * ESC_HOUR_MS - 1; now <= 12 * ESC_HOUR_MS + 1; now++) {
        TestHost host = {.bundle = bundle};
        EscHost door = test_host(&host);
        EscRun run;
        EscRunEnd end;
        esc_run_init(&run, bundle, BODY_COND, NULL, 0, NULL, 0);
        assert_status(esc_run_go(&run, &door, now, &end, NULL), ESC_OK);
        assert_int_equal(run.answer, now == 12 * ESC_HOUR_MS);
        assert_int_equal(host.loads, 0);
    }
    esc_bundle_free(bundle);
    program_release(&p);
}

static void v14_rejects_every_opcode_that_is_not_in_the_table(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    for (uint32_t op = 0; op < 256; op++) {
        if (esc_op_info[op].name != NULL)
            continue;
        program_instr(&p, BODY_COND, 0)->op = (uint8_t)op;
        assert_rejects(&p, "V10");
    }
    program_release(&p);
}

/* --- V15 and V16: exact types, definite values ------------------------------------------------------------------------- */

CODE_REJECT(v15_rejects_the_type_from_before_an_overwrite, "V16", BODY_COND, FLAG,
            OP(CONST, 0, 0, 0, CONST_ONE), ANSWER)
CODE_ACCEPT(v15_accepts_the_type_after_an_overwrite, BODY_COND, OP(CONST, 0, 0, 0, CONST_ONE), FLAG,
            ANSWER)
CODE_REJECT(v15_rejects_the_type_of_another_field, "V16", BODY_COND,
            OP(LOAD_TICKET, 0, 0, 0, FIELD_COUNT), ANSWER)
CODE_REJECT(v16_rejects_unset_register, "V16", BODY_COND, OP(RETURN, 0, 0, 0, 0))
CODE_REJECT(v16_rejects_cleared_register, "V16", BODY_COND, FLAG, OP(CLEAR, 0, 1, 0, 0), ANSWER)
CODE_ACCEPT(v16_accepts_register_beside_a_cleared_one, BODY_COND, FLAG, OP(CLEAR, 1, 1, 0, 0),
            ANSWER)
CODE_REJECT(v16_rejects_number_as_text, "V16", BODY_COND, FLAG, OP(CONST, 1, 0, 0, CONST_ONE),
            OP(EQ_TEXT, 0, 1, 1, 0), ANSWER)
CODE_REJECT(v16_rejects_duration_as_time, "V16", BODY_COND, FLAG, OP(CONST, 1, 0, 0, CONST_HOUR),
            OP(LT_TIME, 0, 1, 1, 0), ANSWER)
CODE_REJECT(v16_rejects_enums_of_two_kinds, "V16", BODY_COND,
            OP(LOAD_TICKET, 0, 0, 0, FIELD_SEVERITY), OP(LOAD_TICKET, 1, 0, 0, FIELD_STATUS),
            OP(EQ_ENUM, 0, 0, 1, 0), ANSWER)
CODE_REJECT(v16_rejects_order_of_an_unordered_enum, "V16", BODY_COND,
            OP(LOAD_TICKET, 1, 0, 0, FIELD_STATUS), OP(LT_ENUM, 0, 1, 1, 0), ANSWER)
CODE_REJECT(v16_rejects_at_most_of_an_unordered_enum, "V16", BODY_COND,
            OP(LOAD_TICKET, 1, 0, 0, FIELD_STATUS), OP(LE_ENUM, 0, 1, 1, 0), ANSWER)
CODE_ACCEPT(v16_accepts_order_of_an_ordered_enum, BODY_COND,
            OP(LOAD_TICKET, 1, 0, 0, FIELD_SEVERITY), OP(LT_ENUM, 0, 1, 1, 0), ANSWER)
CODE_REJECT(v16_rejects_text_among_joined_that_is_unset, "V16", BODY_COND, FLAG, TEXT_AT(1),
            OP(JOIN, 3, 1, 2, 0), ANSWER)
CODE_REJECT(v16_rejects_reading_an_entry_register_of_another_kind, "V16", BODY_COND,
            OP(NOT, 0, 0, 0, 0), ANSWER)
CODE_REJECT(v16_rejects_unset_argument, "V16", BODY_HANDLER, OP(EMIT, 0, 0, 1, SITE_NOTIFY), FALL)

/* --- V17: joins -------------------------------------------------------------------------------------------------------------- */

CODE_REJECT(v17_rejects_register_that_two_ways_leave_different, "V16", BODY_COND, FLAG,
            OP(JUMP_IF, 0, 0, 0, 4), OP(MOVE, 1, 0, 0, 0), OP(JUMP, 0, 0, 0, 5),
            OP(CONST, 1, 0, 0, CONST_ONE), OP(RETURN, 1, 0, 0, 0))
CODE_ACCEPT(v17_accepts_register_that_two_ways_leave_equal, BODY_COND, FLAG,
            OP(JUMP_IF, 0, 0, 0, 4), OP(MOVE, 1, 0, 0, 0), OP(JUMP, 0, 0, 0, 5),
            OP(CONST, 1, 0, 0, CONST_TRUE), OP(RETURN, 1, 0, 0, 0))
CODE_REJECT(v17_rejects_register_that_one_way_leaves_unset, "V16", BODY_COND, FLAG,
            OP(JUMP_IF, 0, 0, 0, 3), OP(MOVE, 1, 0, 0, 0), OP(RETURN, 1, 0, 0, 0))
CODE_REJECT(v17_rejects_register_that_the_jump_leaves_unset, "V16", BODY_COND,
            OP(LOAD_TICKET, 0, 0, 0, FIELD_NOTE), OP(UNWRAP, 1, 0, 0, 2), OP(EQ_TEXT, 2, 1, 1, 0),
            OP(RETURN, 2, 0, 0, 0))
CODE_ACCEPT(v17_accepts_register_behind_the_test_only, BODY_COND, FLAG,
            OP(LOAD_TICKET, 1, 0, 0, FIELD_NOTE), OP(UNWRAP, 1, 1, 0, 4), OP(EQ_TEXT, 0, 1, 1, 0),
            ANSWER)

/* --- V18: optional values ------------------------------------------------------------------------------------------------------ */

CODE_REJECT(v18_rejects_optional_as_plain, "V18", BODY_COND, OP(LOAD_TICKET, 1, 0, 0, FIELD_NOTE),
            OP(EQ_TEXT, 0, 1, 1, 0), ANSWER)
CODE_REJECT(v18_rejects_previous_value_as_plain, "V18", BODY_COND,
            OP(LOAD_PREVIOUS, 0, 0, 0, FIELD_FLAG), ANSWER)
CODE_REJECT(v18_rejects_fact_that_may_be_missing, "V18", BODY_COND,
            OP(LOAD_FACT, 1, 0, 0, ESC_FACT_EXCEPTION_NAME), OP(EQ_TEXT, 0, 1, 1, 0), ANSWER)
CODE_REJECT(v18_rejects_event_field_that_not_every_event_has, "V18", BODY_PRED,
            OP(LOAD_EVENT, 0, 0, 0, FIELD_CLOCK), OP(EQ_TEXT, 0, 0, 0, 0), ANSWER)
CODE_ACCEPT(v18_accepts_event_field_that_every_event_has, BODY_PRED,
            OP(LOAD_EVENT, 1, 0, 0, FIELD_PERCENT), OP(EQ_NUMBER, 0, 1, 1, 0), ANSWER)
CODE_REJECT(v18_rejects_wrapping_twice, "V18", BODY_COND, FLAG, OP(WRAP, 1, 0, 0, 0),
            OP(WRAP, 1, 1, 0, 0), ANSWER)
CODE_ACCEPT(v18_accepts_wrapping_once, BODY_COND, FLAG, OP(WRAP, 1, 0, 0, 0),
            OP(IS_PRESENT, 0, 1, 0, 0), ANSWER)
CODE_REJECT(v18_rejects_missing_value_of_a_plain_type, "V18", BODY_COND,
            OP(MISSING, 1, 0, 0, ESC_KIND_TEXT), FLAG, ANSWER)
CODE_ACCEPT(v18_accepts_missing_value_of_an_optional_type, BODY_COND,
            OP(MISSING, 1, 0, 0, ESC_KIND_TEXT | 0x100), OP(IS_PRESENT, 0, 1, 0, 0), ANSWER)
CODE_REJECT(v18_rejects_unwrapping_a_plain_value, "V16", BODY_COND, FLAG, OP(UNWRAP, 1, 0, 0, 2),
            ANSWER)

/* --- V19: what effects take and give --------------------------------------------------------------------------------------------- */

CODE_REJECT(v19_rejects_argument_too_few, "V19", BODY_HANDLER, OP(EMIT, 0, 0, 0, SITE_NOTIFY), FALL)
CODE_REJECT(v19_rejects_argument_too_many, "V19", BODY_HANDLER, TEXT_AT(0), TEXT_AT(1),
            OP(EMIT, 0, 0, 2, SITE_NOTIFY), FALL)
CODE_REJECT(v19_rejects_number_as_message, "V19", BODY_HANDLER, OP(CONST, 0, 0, 0, CONST_ONE),
            OP(EMIT, 0, 0, 1, SITE_NOTIFY), FALL)
CODE_REJECT(v19_rejects_optional_message, "V19", BODY_HANDLER, OP(LOAD_TICKET, 0, 0, 0, FIELD_NOTE),
            OP(EMIT, 0, 0, 1, SITE_NOTIFY), FALL)
CODE_ACCEPT(v19_accepts_result_as_text, BODY_HANDLER, TEXT_AT(0), OP(EMIT, 1, 0, 1, SITE_WARROOM),
            OP(EMIT, 0, 1, 1, SITE_NOTIFY), FALL)
CODE_REJECT(v19_rejects_result_as_number, "V16", BODY_HANDLER, TEXT_AT(0),
            OP(EMIT, 1, 0, 1, SITE_WARROOM), OP(DIV_NUMBER, 2, 1, 1, 0), FALL)
CODE_REJECT(v19_rejects_reply_of_an_action_without_one, "V19", BODY_STEPS, OWN_FIRST, TEXT_AT(0),
            OP(EMIT, 0, 0, 1, SITE_CALL_BACK), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_REPLY, 4)), CLOSED)

/* --- V20: targets --------------------------------------------------------------------------------------------------------------------- */

CODE_REJECT(v20_rejects_backward_target, "V20", BODY_COND, FLAG, OP(JUMP_IF, 0, 0, 0, 0), ANSWER)
CODE_REJECT(v20_rejects_target_at_itself, "V20", BODY_COND, FLAG, OP(JUMP_IF, 0, 0, 0, 1), ANSWER)
CODE_ACCEPT(v20_accepts_next_instruction, BODY_COND, FLAG, OP(JUMP_IF, 0, 0, 0, 2), ANSWER)
CODE_REJECT(v20_rejects_target_at_the_end, "V20", BODY_COND, FLAG, OP(JUMP_IF, 0, 0, 0, 3), ANSWER)
CODE_REJECT(v20_rejects_target_far_away, "V20", BODY_COND, FLAG, OP(JUMP_IF, 0, 0, 0, UINT32_MAX),
            ANSWER)
CODE_REJECT(v20_rejects_target_with_the_sign_bit, "V20", BODY_COND, FLAG,
            OP(JUMP_IF, 0, 0, 0, 0x80000002u), ANSWER)
CODE_REJECT(v20_rejects_unwrap_backward, "V20", BODY_COND, OP(LOAD_TICKET, 0, 0, 0, FIELD_NOTE),
            OP(UNWRAP, 1, 0, 0, 1), FLAG, ANSWER)

/* --- V21 and V22 ------------------------------------------------------------------------------------------------------------------------ */

CODE_REJECT(v21_rejects_instruction_behind_a_return, "V21", BODY_COND, FLAG, ANSWER, ANSWER)
CODE_REJECT(v21_rejects_instruction_that_is_jumped_over, "V21", BODY_COND, FLAG,
            OP(JUMP, 0, 0, 0, 3), OP(NOT, 0, 0, 0, 0), ANSWER)
CODE_ACCEPT(v21_accepts_instruction_that_one_way_reaches, BODY_COND, FLAG, OP(JUMP_IF, 0, 0, 0, 3),
            OP(NOT, 0, 0, 0, 0), ANSWER)
CODE_REJECT(v22_rejects_falling_off_the_end, "V22", BODY_COND, FLAG)
CODE_REJECT(v22_rejects_falling_off_after_a_branch, "V22", BODY_COND, FLAG, OP(JUMP_IF, 0, 0, 0, 3),
            ANSWER, OP(NOT, 0, 0, 0, 0))
CODE_ACCEPT(v22_accepts_two_ends, BODY_COND, FLAG, OP(JUMP_IF, 0, 0, 0, 3), ANSWER, ANSWER)

/* --- V23 and V24: loops ------------------------------------------------------------------------------------------------------------------ */

CODE_ACCEPT(v23_accepts_loop, BODY_COND, FLAG, TAGS(1), OP(LOOP_BEGIN, 2, 1, 3, 5),
            OP(TO_TEXT, 3, 2, 0, 0), OP(LOOP_END, 0, 0, 0, 2), ANSWER)
CODE_ACCEPT(v23_accepts_empty_loop, BODY_COND, FLAG, TAGS(1), OP(LOOP_BEGIN, 2, 1, 3, 4),
            OP(LOOP_END, 0, 0, 0, 2), ANSWER)
CODE_REJECT(v23_rejects_loop_end_without_begin, "V23", BODY_COND, FLAG, OP(LOOP_END, 0, 0, 0, 0),
            ANSWER)
CODE_REJECT(v23_rejects_loop_end_of_another_begin, "V23", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 4), OP(LOOP_END, 0, 0, 0, 1), ANSWER)
CODE_REJECT(v23_rejects_loop_whose_exit_is_not_behind_its_end, "V23", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 5), OP(LOOP_END, 0, 0, 0, 2), OP(NOT, 0, 0, 0, 0), ANSWER)
CODE_REJECT(v23_rejects_loop_without_end, "V23", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 4), OP(NOT, 0, 0, 0, 0), ANSWER)
CODE_REJECT(v20_rejects_loop_that_exits_where_it_begins, "V20", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 3), OP(LOOP_END, 0, 0, 0, 2), ANSWER)
CODE_REJECT(v20_rejects_loop_that_exits_past_the_end, "V20", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 5), OP(NOT, 0, 0, 0, 0), OP(LOOP_END, 0, 0, 0, 2))
CODE_REJECT(v23_rejects_loop_without_rounds, "V23", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 0, 4), OP(LOOP_END, 0, 0, 0, 2), ANSWER)
CODE_ACCEPT(v23_accepts_loop_of_one_round, BODY_COND, FLAG, TAGS(1), OP(LOOP_BEGIN, 2, 1, 1, 4),
            OP(LOOP_END, 0, 0, 0, 2), ANSWER)
CODE_REJECT(v23_rejects_loop_over_its_own_register, "V23", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 1, 1, 3, 4), OP(LOOP_END, 0, 0, 0, 2), ANSWER)
CODE_REJECT(v23_rejects_jump_into_a_loop, "V23", BODY_COND, FLAG, TAGS(1), OP(JUMP_IF, 0, 0, 0, 4),
            OP(LOOP_BEGIN, 2, 1, 3, 6), OP(NOT, 0, 0, 0, 0), OP(LOOP_END, 0, 0, 0, 3), ANSWER)
CODE_REJECT(v23_rejects_jump_out_past_the_exit, "V23", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 5), OP(JUMP_IF, 0, 0, 0, 6), OP(LOOP_END, 0, 0, 0, 2),
            OP(NOT, 0, 0, 0, 0), ANSWER)
CODE_ACCEPT(v23_accepts_jump_out_to_the_exit, BODY_COND, FLAG, TAGS(1), OP(LOOP_BEGIN, 2, 1, 3, 5),
            OP(JUMP_IF, 0, 0, 0, 5), OP(LOOP_END, 0, 0, 0, 2), OP(NOT, 0, 0, 0, 0), ANSWER)
CODE_ACCEPT(v23_accepts_jump_to_the_end_of_the_round, BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 6), OP(JUMP_IF, 0, 0, 0, 5), OP(NOT, 0, 0, 0, 0),
            OP(LOOP_END, 0, 0, 0, 2), ANSWER)
CODE_REJECT(v23_rejects_loops_that_cross, "V23", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 5), OP(LOOP_BEGIN, 3, 1, 3, 6), OP(LOOP_END, 0, 0, 0, 2),
            OP(LOOP_END, 0, 0, 0, 3), ANSWER)
CODE_ACCEPT(v23_accepts_loops_3_deep, BODY_COND, FLAG, TAGS(1), OP(LOOP_BEGIN, 2, 1, 3, 8),
            OP(LOOP_BEGIN, 3, 1, 3, 7), OP(LOOP_BEGIN, 4, 1, 3, 6), OP(LOOP_END, 0, 0, 0, 4),
            OP(LOOP_END, 0, 0, 0, 3), OP(LOOP_END, 0, 0, 0, 2), ANSWER)
CODE_REJECT(v23_rejects_loops_4_deep, "V23", BODY_COND, FLAG, TAGS(1), OP(LOOP_BEGIN, 2, 1, 3, 10),
            OP(LOOP_BEGIN, 3, 1, 3, 9), OP(LOOP_BEGIN, 4, 1, 3, 8), OP(LOOP_BEGIN, 5, 1, 3, 7),
            OP(LOOP_END, 0, 0, 0, 5), OP(LOOP_END, 0, 0, 0, 4), OP(LOOP_END, 0, 0, 0, 3),
            OP(LOOP_END, 0, 0, 0, 2), ANSWER)
CODE_REJECT(v24_rejects_register_that_a_round_changes, "V24", BODY_COND, FLAG, TAGS(1),
            OP(CONST, 3, 0, 0, CONST_ONE), OP(LOOP_BEGIN, 2, 1, 3, 6), OP(MOVE, 3, 2, 0, 0),
            OP(LOOP_END, 0, 0, 0, 3), ANSWER)
CODE_ACCEPT(v24_accepts_register_that_a_round_changes_back, BODY_COND, FLAG, TAGS(1), TEXT_AT(3),
            OP(LOOP_BEGIN, 2, 1, 3, 6), OP(MOVE, 3, 2, 0, 0), OP(LOOP_END, 0, 0, 0, 3), ANSWER)
CODE_REJECT(v24_rejects_list_that_a_round_clears, "V24", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 5), OP(CLEAR, 1, 1, 0, 0), OP(LOOP_END, 0, 0, 0, 2), ANSWER)
CODE_REJECT(v24_rejects_using_what_only_a_round_sets, "V16", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 5), OP(NOT, 3, 3, 0, 0), OP(LOOP_END, 0, 0, 0, 2), ANSWER)
CODE_REJECT(v24_rejects_loop_register_behind_an_empty_list, "V16", BODY_COND, FLAG, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 4), OP(LOOP_END, 0, 0, 0, 2), OP(EQ_TEXT, 0, 2, 2, 0), ANSWER)

/* --- V23 and V24: rounds (M3.3: a counted loop around one wait) ---------------------------------------------------------------------------- */

#define ROUND(end) OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ROUND, end))
#define TELL OP(EMIT, 0, 0, 0, SITE_FAILOVER)

CODE_ACCEPT(v23_accepts_rounds, BODY_STEPS, OWN_FIRST, OP(ROUNDS_BEGIN, 0, 0, 0, 8), TELL, ROUND(5),
            OP(JUMP, 0, 0, 0, 7), OP(ROUNDS_END, 0, 0, 0, 1), TELL, CLOSED)
CODE_ACCEPT(v23_accepts_rounds_that_a_jump_leaves, BODY_STEPS, OWN_FIRST,
            OP(ROUNDS_BEGIN, 0, 0, 0, 1), FLAG, OP(JUMP_IF, 0, 0, 0, 8), OP(CLEAR, 0, 1, 0, 0),
            ROUND(7), OP(JUMP, 0, 0, 0, 8), OP(ROUNDS_END, 0, 0, 0, 1), CLOSED)
CODE_ACCEPT(v23_accepts_rounds_in_a_loop, BODY_STEPS, OWN_FIRST, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 8), OP(ROUNDS_BEGIN, 0, 0, 0, 1000), ROUND(6),
            OP(JUMP, 0, 0, 0, 8), OP(ROUNDS_END, 0, 0, 0, 3), OP(LOOP_END, 0, 0, 0, 2), CLOSED)
CODE_REJECT(v23_rejects_no_rounds, "V23", BODY_STEPS, OWN_FIRST, OP(ROUNDS_BEGIN, 0, 0, 0, 0),
            ROUND(4), OP(JUMP, 0, 0, 0, 5), OP(ROUNDS_END, 0, 0, 0, 1), CLOSED)
CODE_REJECT(v23_rejects_1001_rounds, "V23", BODY_STEPS, OWN_FIRST, OP(ROUNDS_BEGIN, 0, 0, 0, 1001),
            ROUND(4), OP(JUMP, 0, 0, 0, 5), OP(ROUNDS_END, 0, 0, 0, 1), CLOSED)
CODE_REJECT(v23_rejects_rounds_without_end, "V23", BODY_STEPS, OWN_FIRST,
            OP(ROUNDS_BEGIN, 0, 0, 0, 3), ROUND(4), OP(JUMP, 0, 0, 0, 4), CLOSED)
CODE_REJECT(v23_rejects_end_without_rounds, "V23", BODY_STEPS, OWN_FIRST,
            OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 2)), OP(ROUNDS_END, 0, 0, 0, 1), CLOSED)
CODE_REJECT(v23_rejects_rounds_without_a_wait, "V23", BODY_STEPS, OWN_FIRST,
            OP(ROUNDS_BEGIN, 0, 0, 0, 3), TELL, OP(JUMP, 0, 0, 0, 5), OP(ROUNDS_END, 0, 0, 0, 1),
            CLOSED)
CODE_REJECT(v23_rejects_rounds_that_wait_for_something_else, "V23", BODY_STEPS, OWN_FIRST,
            OP(ROUNDS_BEGIN, 0, 0, 0, 3), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_ACK, 4)),
            OP(JUMP, 0, 0, 0, 5), OP(ROUNDS_END, 0, 0, 0, 1), CLOSED)
CODE_REJECT(v23_rejects_rounds_with_a_second_wait, "V23", BODY_STEPS, OWN_FIRST,
            OP(ROUNDS_BEGIN, 0, 0, 0, 3), OP(WAIT, 0, 0, 0, WAIT_IMM(WAIT_PAUSE, 3)), ROUND(5),
            OP(JUMP, 0, 0, 0, 6), OP(ROUNDS_END, 0, 0, 0, 1), CLOSED)
CODE_REJECT(v23_rejects_a_round_that_ends_without_its_wait, "V23", BODY_STEPS, OWN_FIRST,
            OP(ROUNDS_BEGIN, 0, 0, 0, 3), FLAG, OP(JUMP_IF, 0, 0, 0, 7), OP(CLEAR, 0, 1, 0, 0),
            ROUND(7), OP(JUMP, 0, 0, 0, 8), OP(ROUNDS_END, 0, 0, 0, 1), CLOSED)
CODE_REJECT(v23_rejects_a_round_that_falls_to_its_end, "V23", BODY_STEPS, OWN_FIRST,
            OP(ROUNDS_BEGIN, 0, 0, 0, 3), ROUND(4), TELL, OP(ROUNDS_END, 0, 0, 0, 1), CLOSED)
CODE_REJECT(v23_rejects_a_round_whose_time_leads_elsewhere, "V23", BODY_STEPS, OWN_FIRST,
            OP(ROUNDS_BEGIN, 0, 0, 0, 3), ROUND(3), OP(JUMP, 0, 0, 0, 5),
            OP(ROUNDS_END, 0, 0, 0, 1), CLOSED)
CODE_REJECT(v23_rejects_waiting_for_a_round_outside_of_rounds, "V23", BODY_STEPS, OWN_FIRST,
            ROUND(2), CLOSED)
CODE_REJECT(v23_rejects_a_jump_into_rounds, "V23", BODY_STEPS, OWN_FIRST, FLAG,
            OP(JUMP_IF, 0, 0, 0, 4), OP(ROUNDS_BEGIN, 0, 0, 0, 3), OP(CLEAR, 0, 1, 0, 0), ROUND(7),
            OP(JUMP, 0, 0, 0, 8), OP(ROUNDS_END, 0, 0, 0, 3), CLOSED)
CODE_REJECT(v23_rejects_rounds_in_rounds, "V23", BODY_STEPS, OWN_FIRST,
            OP(ROUNDS_BEGIN, 0, 0, 0, 3), OP(ROUNDS_BEGIN, 0, 0, 0, 3), ROUND(5),
            OP(JUMP, 0, 0, 0, 6), OP(ROUNDS_END, 0, 0, 0, 2), OP(JUMP, 0, 0, 0, 8),
            OP(ROUNDS_END, 0, 0, 0, 1), CLOSED)
CODE_REJECT(v23_rejects_rounds_that_end_behind_their_loop, "V23", BODY_STEPS, OWN_FIRST, TAGS(1),
            OP(LOOP_BEGIN, 2, 1, 3, 7), OP(ROUNDS_BEGIN, 0, 0, 0, 3), ROUND(8),
            OP(JUMP, 0, 0, 0, 6), OP(LOOP_END, 0, 0, 0, 2), OP(JUMP, 0, 0, 0, 9),
            OP(ROUNDS_END, 0, 0, 0, 3), CLOSED)
CODE_REJECT(v23_rejects_a_way_out_of_a_loop_and_its_rounds, "V23", BODY_STEPS, OWN_FIRST, TAGS(1),
            FLAG, OP(ROUNDS_BEGIN, 0, 0, 0, 3), OP(LOOP_BEGIN, 2, 1, 3, 7),
            OP(JUMP_IF, 0, 0, 0, 10), OP(LOOP_END, 0, 0, 0, 4), ROUND(9), OP(JUMP, 0, 0, 0, 10),
            OP(ROUNDS_END, 0, 0, 0, 3), CLOSED)
CODE_REJECT(v24_rejects_register_that_a_round_clears, "V24", BODY_STEPS, OWN_FIRST, TAGS(1),
            OP(ROUNDS_BEGIN, 0, 0, 0, 3), OP(CLEAR, 1, 1, 0, 0), ROUND(6), OP(JUMP, 0, 0, 0, 7),
            OP(ROUNDS_END, 0, 0, 0, 2), CLOSED)
CODE_REJECT(v16_rejects_what_only_the_round_before_has_set, "V16", BODY_STEPS, OWN_FIRST,
            OP(ROUNDS_BEGIN, 0, 0, 0, 3), OP(NOT, 1, 1, 0, 0), OP(CONST, 1, 0, 0, CONST_TRUE),
            ROUND(6), OP(JUMP, 0, 0, 0, 7), OP(ROUNDS_END, 0, 0, 0, 1), CLOSED)
ROW_REJECT(v30_rejects_rounds_that_are_no_minute_apart, "V30",
           program_wait(p, BODY_STEPS, 6)->kind = ESC_WAIT_ROUND;
           program_wait(p, BODY_STEPS, 6)->deadline_ms = ESC_MINUTE_MS - 1)

/* --- V25: entry registers are the function's signature ---------------------------------------------------------------------------------- */

CODE_ACCEPT(v25_accepts_parameters_as_entry_registers, BODY_REQUEST, OP(TO_TEXT, 2, 1, 0, 0),
            OP(MOVE, 3, 0, 0, 0), OP(EMIT, 0, 2, 2, SITE_REQUEST), FALL)
CODE_REJECT(v25_rejects_parameters_that_there_are_none, "V16", BODY_UNDO,
            OP(EMIT, 0, 2, 1, SITE_CALL_BACK), FALL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v09_rejects_site_used_out_of_order),
        cmocka_unit_test(v09_rejects_wait_used_out_of_order),
        cmocka_unit_test(v09_rejects_wait_that_says_another_place),
        cmocka_unit_test(v09_rejects_wait_past_the_last),
        cmocka_unit_test(v10_rejects_opcode_zero),
        cmocka_unit_test(v10_rejects_opcode_in_a_hole),
        cmocka_unit_test(v10_rejects_opcode_past_the_last),
        cmocka_unit_test(v10_accepts_known_opcodes),
        cmocka_unit_test(v11_rejects_unused_b),
        cmocka_unit_test(v11_rejects_unused_c),
        cmocka_unit_test(v11_rejects_unused_imm),
        cmocka_unit_test(v11_rejects_unused_a),
        cmocka_unit_test(v11_rejects_result_of_an_effect_without_one),
        cmocka_unit_test(v11_accepts_zero_operands),
        cmocka_unit_test(v12_rejects_out_register_32),
        cmocka_unit_test(v12_accepts_out_register_31),
        cmocka_unit_test(v12_rejects_in_register_32),
        cmocka_unit_test(v12_accepts_effect_argument_in_the_last_register),
        cmocka_unit_test(v12_rejects_in_register_255),
        cmocka_unit_test(v12_rejects_clear_of_nothing),
        cmocka_unit_test(v12_rejects_clear_past_the_last_register),
        cmocka_unit_test(v12_accepts_clear_of_the_last_register),
        cmocka_unit_test(v12_rejects_form_past_the_last),
        cmocka_unit_test(v12_rejects_date_of_a_duration),
        cmocka_unit_test(v12_accepts_days_of_a_duration),
        cmocka_unit_test(v16_rejects_text_behind_a_text),
        cmocka_unit_test(v16_accepts_text_behind_a_list),
        cmocka_unit_test(v12_rejects_join_of_nothing),
        cmocka_unit_test(v12_rejects_join_past_the_last_register),
        cmocka_unit_test(v12_accepts_join_of_the_last_register),
        cmocka_unit_test(v12_rejects_unit_4),
        cmocka_unit_test(v12_accepts_unit_3),
        cmocka_unit_test(v12_rejects_end_mode_past_the_last),
        cmocka_unit_test(v12_rejects_role_3),
        cmocka_unit_test(v12_rejects_effect_arguments_past_the_last_register),
        cmocka_unit_test(v12_rejects_effect_range_of_none_elsewhere),
        cmocka_unit_test(v06_rejects_const_at_count),
        cmocka_unit_test(v06_rejects_field_at_count),
        cmocka_unit_test(v06_rejects_fact_at_count),
        cmocka_unit_test(v06_accepts_last_fact),
        cmocka_unit_test(v06_rejects_type_of_unknown_enum),
        cmocka_unit_test(v06_rejects_outcome_past_the_texts),
        cmocka_unit_test(v13_rejects_division_by_constant_zero),
        cmocka_unit_test(v13_rejects_division_by_a_copy_of_zero),
        cmocka_unit_test(v13_accepts_division_by_constant_one),
        cmocka_unit_test(v13_accepts_division_by_a_field),
        cmocka_unit_test(v13_accepts_division_after_zero_was_overwritten),
        cmocka_unit_test(v13_accepts_division_by_an_answer),
        cmocka_unit_test(v13_rejects_division_by_negative_zero),
        cmocka_unit_test(v13_accepts_zero_on_one_way_only),
        cmocka_unit_test(v14_accepts_only_the_time_of_the_run),
        cmocka_unit_test(v14_rejects_every_opcode_that_is_not_in_the_table),
        cmocka_unit_test(v15_rejects_the_type_from_before_an_overwrite),
        cmocka_unit_test(v15_accepts_the_type_after_an_overwrite),
        cmocka_unit_test(v15_rejects_the_type_of_another_field),
        cmocka_unit_test(v16_rejects_unset_register),
        cmocka_unit_test(v16_rejects_cleared_register),
        cmocka_unit_test(v16_accepts_register_beside_a_cleared_one),
        cmocka_unit_test(v16_rejects_number_as_text),
        cmocka_unit_test(v16_rejects_duration_as_time),
        cmocka_unit_test(v16_rejects_enums_of_two_kinds),
        cmocka_unit_test(v16_rejects_order_of_an_unordered_enum),
        cmocka_unit_test(v16_rejects_at_most_of_an_unordered_enum),
        cmocka_unit_test(v16_accepts_order_of_an_ordered_enum),
        cmocka_unit_test(v16_rejects_text_among_joined_that_is_unset),
        cmocka_unit_test(v16_rejects_reading_an_entry_register_of_another_kind),
        cmocka_unit_test(v16_rejects_unset_argument),
        cmocka_unit_test(v17_rejects_register_that_two_ways_leave_different),
        cmocka_unit_test(v17_accepts_register_that_two_ways_leave_equal),
        cmocka_unit_test(v17_rejects_register_that_one_way_leaves_unset),
        cmocka_unit_test(v17_rejects_register_that_the_jump_leaves_unset),
        cmocka_unit_test(v17_accepts_register_behind_the_test_only),
        cmocka_unit_test(v18_rejects_optional_as_plain),
        cmocka_unit_test(v18_rejects_previous_value_as_plain),
        cmocka_unit_test(v18_rejects_fact_that_may_be_missing),
        cmocka_unit_test(v18_rejects_event_field_that_not_every_event_has),
        cmocka_unit_test(v18_accepts_event_field_that_every_event_has),
        cmocka_unit_test(v18_rejects_wrapping_twice),
        cmocka_unit_test(v18_accepts_wrapping_once),
        cmocka_unit_test(v18_rejects_missing_value_of_a_plain_type),
        cmocka_unit_test(v18_accepts_missing_value_of_an_optional_type),
        cmocka_unit_test(v18_rejects_unwrapping_a_plain_value),
        cmocka_unit_test(v19_rejects_argument_too_few),
        cmocka_unit_test(v19_rejects_argument_too_many),
        cmocka_unit_test(v19_rejects_number_as_message),
        cmocka_unit_test(v19_rejects_optional_message),
        cmocka_unit_test(v19_accepts_result_as_text),
        cmocka_unit_test(v19_rejects_result_as_number),
        cmocka_unit_test(v19_rejects_reply_of_an_action_without_one),
        cmocka_unit_test(v20_rejects_backward_target),
        cmocka_unit_test(v20_rejects_target_at_itself),
        cmocka_unit_test(v20_accepts_next_instruction),
        cmocka_unit_test(v20_rejects_target_at_the_end),
        cmocka_unit_test(v20_rejects_target_far_away),
        cmocka_unit_test(v20_rejects_target_with_the_sign_bit),
        cmocka_unit_test(v20_rejects_unwrap_backward),
        cmocka_unit_test(v21_rejects_instruction_behind_a_return),
        cmocka_unit_test(v21_rejects_instruction_that_is_jumped_over),
        cmocka_unit_test(v21_accepts_instruction_that_one_way_reaches),
        cmocka_unit_test(v22_rejects_falling_off_the_end),
        cmocka_unit_test(v22_rejects_falling_off_after_a_branch),
        cmocka_unit_test(v22_accepts_two_ends),
        cmocka_unit_test(v23_accepts_loop),
        cmocka_unit_test(v23_accepts_empty_loop),
        cmocka_unit_test(v23_rejects_loop_end_without_begin),
        cmocka_unit_test(v23_rejects_loop_end_of_another_begin),
        cmocka_unit_test(v23_rejects_loop_whose_exit_is_not_behind_its_end),
        cmocka_unit_test(v23_rejects_loop_without_end),
        cmocka_unit_test(v20_rejects_loop_that_exits_where_it_begins),
        cmocka_unit_test(v20_rejects_loop_that_exits_past_the_end),
        cmocka_unit_test(v23_rejects_loop_without_rounds),
        cmocka_unit_test(v23_accepts_loop_of_one_round),
        cmocka_unit_test(v23_rejects_loop_over_its_own_register),
        cmocka_unit_test(v23_rejects_jump_into_a_loop),
        cmocka_unit_test(v23_rejects_jump_out_past_the_exit),
        cmocka_unit_test(v23_accepts_jump_out_to_the_exit),
        cmocka_unit_test(v23_accepts_jump_to_the_end_of_the_round),
        cmocka_unit_test(v23_rejects_loops_that_cross),
        cmocka_unit_test(v23_accepts_loops_3_deep),
        cmocka_unit_test(v23_rejects_loops_4_deep),
        cmocka_unit_test(v24_rejects_register_that_a_round_changes),
        cmocka_unit_test(v24_accepts_register_that_a_round_changes_back),
        cmocka_unit_test(v24_rejects_list_that_a_round_clears),
        cmocka_unit_test(v24_rejects_using_what_only_a_round_sets),
        cmocka_unit_test(v24_rejects_loop_register_behind_an_empty_list),
        cmocka_unit_test(v23_accepts_rounds),
        cmocka_unit_test(v23_accepts_rounds_that_a_jump_leaves),
        cmocka_unit_test(v23_accepts_rounds_in_a_loop),
        cmocka_unit_test(v23_rejects_no_rounds),
        cmocka_unit_test(v23_rejects_1001_rounds),
        cmocka_unit_test(v23_rejects_rounds_without_end),
        cmocka_unit_test(v23_rejects_end_without_rounds),
        cmocka_unit_test(v23_rejects_rounds_without_a_wait),
        cmocka_unit_test(v23_rejects_rounds_that_wait_for_something_else),
        cmocka_unit_test(v23_rejects_rounds_with_a_second_wait),
        cmocka_unit_test(v23_rejects_a_round_that_ends_without_its_wait),
        cmocka_unit_test(v23_rejects_a_round_that_falls_to_its_end),
        cmocka_unit_test(v23_rejects_a_round_whose_time_leads_elsewhere),
        cmocka_unit_test(v23_rejects_waiting_for_a_round_outside_of_rounds),
        cmocka_unit_test(v23_rejects_a_jump_into_rounds),
        cmocka_unit_test(v23_rejects_rounds_in_rounds),
        cmocka_unit_test(v23_rejects_rounds_that_end_behind_their_loop),
        cmocka_unit_test(v23_rejects_a_way_out_of_a_loop_and_its_rounds),
        cmocka_unit_test(v24_rejects_register_that_a_round_clears),
        cmocka_unit_test(v16_rejects_what_only_the_round_before_has_set),
        cmocka_unit_test(v30_rejects_rounds_that_are_no_minute_apart),
        cmocka_unit_test(v25_accepts_parameters_as_entry_registers),
        cmocka_unit_test(v25_rejects_parameters_that_there_are_none),
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
