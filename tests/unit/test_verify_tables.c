/* test_verify_tables.c - rows that are wrong in one place, and the nearest ones that are right: V06 to V09, V19, V25, V30 to V33,
 * V35 and V36 as far as tables go. Instructions are test_verify_code.c's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "verify_cases.h"

static int64_t as_bits(double number)
{
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* --- V06: every index below its count, and of the kind that is wanted --------------------------- */

ROW_REJECT(v06_rejects_index_at_count, "V06", p->team_members[0].person = p->persons_count)
ROW_ACCEPT(v06_accepts_last_index, p->team_members[0].person = p->persons_count - 1)
ROW_REJECT(v06_rejects_option_past_count, "V06", p->teams[0].lead = p->persons_count + 1)
ROW_ACCEPT(v06_accepts_last_option, p->teams[0].lead = p->persons_count)
ROW_REJECT(v06_rejects_range_past_the_table, "V06", p->teams[0].members_count = 3)
ROW_REJECT(v06_rejects_range_that_overflows, "V06", p->teams[0].members_first = 2;
           p->teams[0].members_count = UINT32_MAX)
ROW_REJECT(v06_rejects_empty_range_with_a_first_row, "V06", p->persons[1].contacts_first = 1)
ROW_REJECT(v06_rejects_type_with_unknown_kind, "V06", p->params[0].type = ESC_KIND_COUNT)
ROW_REJECT(v06_rejects_type_with_stray_bits, "V06",
           p->params[0].type = ESC_TYPE(ESC_KIND_TEXT) | 0x200)
ROW_REJECT(v06_rejects_enum_number_on_a_text, "V06",
           p->params[0].type = ESC_TYPE(ESC_KIND_TEXT) | 1u << 16)
ROW_REJECT(v06_rejects_type_of_unknown_enum, "V06", p->fields[FIELD_STATUS].type = ESC_TYPE_ENUM(3))
ROW_REJECT(v06_rejects_reference_past_its_table, "V06",
           p->roles[0].owner = ESC_REF(ESC_REF_SCHEDULE, 1))
ROW_REJECT(v06_rejects_reference_of_unknown_kind, "V06",
           p->roles[0].owner = ESC_REF(ESC_REF_COUNT, 0))
ROW_REJECT(v06_rejects_reference_without_kind, "V06", p->roles[0].owner = 1)
ROW_REJECT(v06_rejects_route_to_a_channel, "V06",
           p->route_rows[0].target = ESC_REF(ESC_REF_CHANNEL, 0))
ROW_ACCEPT(v06_accepts_route_to_a_schedule, p->route_rows[0].target = ESC_REF(ESC_REF_SCHEDULE, 0))
ROW_REJECT(v06_rejects_bundle_without_workspace, "V06", p->meta_count = 0)
ROW_REJECT(v06_rejects_code_that_no_function_has, "V09",
           p->code[p->code_count] = p->code[p->code_count - 1];
           p->code_count++)
ROW_REJECT(v06_rejects_functions_that_overlap, "V06", p->functions[1].code_first--)
ROW_REJECT(v06_rejects_effect_that_refers_to_a_text, "V06",
           program_site(p, BODY_STEPS, 2)->ref = ESC_REF(ESC_REF_TEXT, 1))
ROW_ACCEPT(v06_accepts_effect_that_refers_to_a_person,
           program_site(p, BODY_STEPS, 2)->ref = ESC_REF(ESC_REF_PERSON, 0))
ROW_REJECT(v06_rejects_method_past_the_last, "V06",
           program_site(p, BODY_REQUEST, 2)->aux = ESC_METHOD_COUNT)
ROW_ACCEPT(v06_accepts_last_method, program_site(p, BODY_REQUEST, 2)->aux = ESC_METHOD_COUNT - 1)
ROW_REJECT(v06_rejects_span_behind_the_code, "V06", p->spans[1].first = p->code_count)
ROW_ACCEPT(v06_accepts_span_of_the_last_instruction, p->spans[1].first = p->code_count - 1)
ROW_REJECT(v06_rejects_grant_past_its_table, "V06", p->grants[2].index = p->actions_count)

/* --- V07: texts and the order of constants ---------------------------------------------------------- */

static char *text_data(TestProgram *p, uint32_t index)
{
    return (char *)(uintptr_t)p->texts[index].data;
}

ROW_REJECT(v07_rejects_broken_utf8, "V07", text_data(p, 3)[1] = '\x80')
ROW_REJECT(v07_rejects_nul_in_a_text, "V07", text_data(p, 3)[1] = '\0')
ROW_REJECT(v07_rejects_texts_out_of_order, "V07", EscText t = p->texts[2];
           p->texts[2] = p->texts[3]; p->texts[3] = t)
ROW_REJECT(v07_rejects_text_twice, "V07", p->texts[2] = p->texts[3])
ROW_REJECT(v07_rejects_first_text_that_is_not_empty, "V07", p->texts[0] = ESC_TEXT("\x01"))
ROW_REJECT(v07_rejects_consts_out_of_order, "V07", EscConstRow c = p->consts[0];
           p->consts[0] = p->consts[1]; p->consts[1] = c)
ROW_REJECT(v07_rejects_const_twice, "V07", p->consts[1] = p->consts[0])
ROW_REJECT(v07_rejects_grants_out_of_order, "V07", EscGrantRow g = p->grants[1];
           p->grants[1] = p->grants[2]; p->grants[2] = g)
ROW_REJECT(v07_rejects_spans_at_one_place, "V07", p->spans[1].first = p->spans[0].first)
ROW_ACCEPT(v07_accepts_sorted_texts, (void)0)

static void v07_accepts_text_of_the_largest_size(void **state)
{
    (void)state;
    static char data[ESC_TEXT_MAX];
    memset(data, 'x', sizeof data);
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    p.texts[p.texts_count] = (EscText){data, sizeof data};
    p.meta[0].title = p.texts_count++;
    program_sort_texts(&p);
    assert_accepts(&p);
    program_release(&p);
}

static void v07_rejects_text_one_byte_larger(void **state)
{
    (void)state;
    static char data[ESC_TEXT_MAX + 1];
    memset(data, 'x', sizeof data);
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    p.texts[p.texts_count] = (EscText){data, ESC_TEXT_MAX};
    p.meta[0].title = p.texts_count++;
    program_sort_texts(&p);
    EscBuf bytes = program_encode(&p);
    /* The writer refuses such a text, so the size is raised in the bytes, and one byte more is put at the end of TEXTS. */
    uint32_t last = p.texts_count - 1;
    assert_int_equal(p.texts[last].size, ESC_TEXT_MAX);
    EscBuf larger;
    esc_buf_init(&larger, ESC_BUNDLE_BYTES_MAX);
    uint32_t sections = (uint32_t)(bytes.data[6] << 8 | bytes.data[7]);
    uint8_t *texts = NULL;
    for (uint32_t i = 0; i < sections; i++) {
        uint8_t *entry = bytes.data + ESC_BUNDLE_HEADER_SIZE + i * ESC_BUNDLE_ENTRY_SIZE;
        uint32_t offset = (uint32_t)entry[4] << 24 | (uint32_t)entry[5] << 16 |
                          (uint32_t)entry[6] << 8 | entry[7];
        uint32_t size = (uint32_t)entry[8] << 24 | (uint32_t)entry[9] << 16 |
                        (uint32_t)entry[10] << 8 | entry[11];
        uint32_t moved = texts != NULL, grown = entry[1] == ESC_TABLE_TEXTS;
        if (grown)
            texts = bytes.data + offset;
        offset += moved;
        size += grown;
        for (int b = 0; b < 4; b++) {
            entry[4 + b] = (uint8_t)(offset >> (24 - 8 * b));
            entry[8 + b] = (uint8_t)(size >> (24 - 8 * b));
        }
    }
    assert_non_null(texts);
    texts[4 + 2 * last + 1]++;
    size_t texts_end = (size_t)(texts - bytes.data) + 4 + 2 * (size_t)p.texts_count;
    for (uint32_t i = 0; i < p.texts_count; i++)
        texts_end += p.texts[i].size;
    esc_buf_append(&larger, bytes.data, texts_end);
    esc_buf_char(&larger, 'x');
    esc_buf_append(&larger, bytes.data + texts_end, bytes.size - texts_end);
    bundle_rehash(&larger);
    assert_bundle_rejected(&larger, "V07");
    esc_buf_release(&larger);
    esc_buf_release(&bytes);
    program_release(&p);
}

/* --- V08: numbers within their domain ------------------------------------------------------------------ */

ROW_REJECT(v08_rejects_choice_at_count, "V08", p->contacts[0].kind = ESC_CONTACT_COUNT)
ROW_ACCEPT(v08_accepts_last_choice, p->contacts[0].kind = ESC_CONTACT_COUNT - 1)
ROW_REJECT(v08_rejects_count_past_its_bound, "V08", p->fields[FIELD_NOTE].size_max = 65537)
ROW_ACCEPT(v08_accepts_count_at_its_bound, p->fields[FIELD_NOTE].size_max = 65536)
ROW_REJECT(v08_rejects_number_that_is_not_finite, "V08",
           p->consts[p->const_at[CONST_ONE]].bits = as_bits(INFINITY))
ROW_ACCEPT(v08_accepts_largest_number, p->consts[p->const_at[CONST_ONE]].bits = as_bits(1.7e308))
ROW_REJECT(v08_rejects_truth_of_two, "V08", p->consts[p->const_at[CONST_TRUE]].bits = 2)
ROW_REJECT(v08_rejects_detail_of_a_number, "V08", p->consts[p->const_at[CONST_ONE]].detail = 1)
ROW_REJECT(v08_rejects_const_of_kind_list, "V08", p->consts[0].kind = ESC_KIND_LIST)
ROW_REJECT(v08_rejects_unknown_language, "V08", p->meta[0].language = 2)
ROW_REJECT(v08_rejects_enum_without_members, "V09", p->enums[ENUM_STATUS].members_count = 0;
           p->enums[ENUM_STATUS].members_first = 0)
ROW_REJECT(v08_rejects_field_of_kind_ref, "V08",
           p->fields[FIELD_FLAG].type = ESC_TYPE(ESC_KIND_REF))
ROW_REJECT(v08_rejects_items_of_a_text, "V08", p->fields[FIELD_NOTE].items_max = 1)
ROW_REJECT(v08_rejects_list_items_that_fit_no_register, "V08",
           p->fields[FIELD_TAGS].size_max = ESC_TEXT_MAX + 1)
ROW_ACCEPT(v08_accepts_list_items_that_just_fit, p->fields[FIELD_TAGS].size_max = ESC_TEXT_MAX)
ROW_REJECT(v08_rejects_hours_that_end_at_their_start, "V08",
           p->hours[1].to_minute = p->hours[1].from_minute)
ROW_REJECT(v08_rejects_hours_that_overlap, "V08", p->hours[1].from_minute--)
ROW_ACCEPT(v08_accepts_hours_on_two_days, p->hours[1] = (EscHoursRow){1, 0, 1440})
ROW_REJECT(v08_rejects_holiday_twice, "V08", p->holidays[1].day = p->holidays[0].day)
ROW_REJECT(v08_rejects_turn_without_length, "V08", p->rotations[0].shift_days = 0)
ROW_ACCEPT(v08_accepts_turn_of_a_day, p->rotations[0].shift_days = 1)
ROW_REJECT(v08_rejects_override_without_length, "V08",
           p->overrides[0].to_local_minute = p->overrides[0].from_local_minute)
ROW_REJECT(v08_rejects_negative_contact_delay, "V08", p->contacts[0].after_ms = -1)
ROW_REJECT(v08_rejects_sla_below_a_second, "V08", p->slas[0].respond_ms = 999)
ROW_ACCEPT(v08_accepts_sla_without_response_time, p->slas[0].respond_ms = 0)
ROW_REJECT(v08_rejects_warning_at_zero, "V08", p->warns[0].percent = 0)
ROW_REJECT(v08_rejects_status_99, "V08", p->statuses[0].code = 99)
ROW_ACCEPT(v08_accepts_status_100, p->statuses[0].code = 100)
ROW_REJECT(v08_rejects_reply_of_kind_number, "V08",
           p->actions[0].result = ESC_TYPE(ESC_KIND_NUMBER))
ROW_REJECT(v08_rejects_limit_of_nothing, "V08", p->limits[0].count = 0)
ROW_REJECT(v08_rejects_limit_that_raises_nothing, "V08",
           p->limits[0].action = ESC_LIMIT_ACTION_RAISE)
ROW_ACCEPT(v08_accepts_limit_that_raises, p->limits[0].action = ESC_LIMIT_ACTION_RAISE;
           p->limits[0].exception = 1)
ROW_REJECT(v08_rejects_negative_again_after, "V08", p->templates[0].again_after_ms = -1)
ROW_REJECT(v08_rejects_proof_of_a_confirmation, "V08", p->checks[1].proof = ESC_PROOF_SEEN)
ROW_REJECT(v08_rejects_confirmation_of_nothing, "V08", p->checks[1].text = 0)
ROW_REJECT(v08_rejects_reminder_at_zero, "V08", p->reminders[0].percent = 0)
ROW_ACCEPT(v08_accepts_reminder_at_99, p->reminders[0].percent = 99)

/* --- V09: nothing that nothing uses ------------------------------------------------------------------------ */

ROW_REJECT(v09_rejects_unused_text, "V09", p->meta[0].title = 0)
ROW_REJECT(v09_rejects_unused_const, "V09",
           program_instr(p, BODY_PRED, 4)->imm = p->const_at[CONST_TEXT];
           program_instr(p, BODY_PRED, 5)->a = 0;
           *program_instr(p, BODY_PRED, 5) = (EscInstr)OP(RETURN, 3, 0, 0, 0);
           *program_instr(p, BODY_PRED, 4) = (EscInstr)OP(NOT, 3, 3, 0, 0);
           program_instr(p, BODY_PRED, 1)->imm = 2;
           *program_instr(p, BODY_PRED, 3) = (EscInstr)OP(EQ_TEXT, 3, 2, 2, 0); program_measure(p))
ROW_REJECT(v09_rejects_function_that_nothing_enters, "V09", p->handlers[0].cond = 0)
ROW_REJECT(v09_rejects_row_that_is_no_part, "V09", p->teams[0].members_count = 1)
ROW_REJECT(v09_rejects_row_that_is_part_of_two, "V09", p->routes[1] = p->routes[0];
           p->routes_count = 2)
ROW_ACCEPT(v09_accepts_events_that_share_fields, p->events[EVENT_LEAD].fields_first = 1;
           p->event_fields_count = 2)
ROW_REJECT(v09_rejects_pred_without_root, "V09",
           p->preds[p->preds_count++] = (EscPredRow){.kind = ESC_PRED_ALWAYS})
ROW_REJECT(v09_rejects_root_of_two_triggers, "V09", p->triggers[1] = p->triggers[0];
           p->triggers_count = 2)
ROW_ACCEPT(v09_accepts_root_for_each_trigger, p->triggers[1] = p->triggers[0];
           p->triggers[1].pred = p->preds_count; p->triggers_count = 2;
           p->preds[p->preds_count++] = (EscPredRow){.kind = ESC_PRED_ALWAYS})
ROW_REJECT(v09_rejects_unused_effect_site, "V09",
           p->effects[p->effects_count++] = (EscEffectRow){.kind = ESC_EFFECT_FAILOVER})
ROW_REJECT(v09_rejects_unused_wait_point, "V09",
           p->waits[p->waits_count] = *program_wait(p, BODY_STEPS, 6);
           p->waits_count++)
ROW_ACCEPT(v09_accepts_a_program_without_waste, (void)0)

/* --- V19: what effects and waits take and give --------------------------------------------------------------- */

ROW_REJECT(
    v19_rejects_fixed_argument_of_another_type, "V19",
    p->effect_args[program_site(p, BODY_STEPS, 2)->args_first].type = ESC_TYPE(ESC_KIND_NUMBER))
ROW_REJECT(v19_rejects_call_with_fewer_arguments, "V19", program_site(p, BODY_UNDO, 0)->aux = 0)
ROW_REJECT(v19_rejects_set_to_another_type, "V19",
           program_site(p, BODY_HANDLER, 1)->aux = FIELD_FLAG;
           p->effect_args[program_site(p, BODY_HANDLER, 1)->args_first].field = FIELD_FLAG + 1)
ROW_REJECT(v19_rejects_reply_of_plain_text, "V19",
           program_wait(p, BODY_STEPS, 5)->result_type = ESC_TYPE(ESC_KIND_TEXT))
ROW_REJECT(v19_rejects_result_of_an_ack, "V19",
           program_wait(p, BODY_STEPS, 6)->result_type = ESC_TYPE(ESC_KIND_NUMBER))
ROW_ACCEPT(v19_accepts_arguments_of_their_types, (void)0)

/* --- V20: children of conditions lie ahead (code is test_verify_code.c's) ---------------------------------------- */

ROW_REJECT(v09_rejects_pred_that_is_its_own_child, "V09", p->preds[2].children_first = 2)
ROW_REJECT(v20_rejects_child_before_its_parent, "V20", p->triggers[1] = p->triggers[0];
           p->triggers[1].pred = p->preds_count; p->triggers_count = 2;
           p->preds[p->preds_count++] = (EscPredRow){
               .kind = ESC_PRED_NOT, .children_first = 0, .children_count = 1})

/* --- V25: functions are entered only by rows that fit them ---------------------------------------------------------- */

ROW_REJECT(v25_rejects_steps_entered_as_handler, "V25", p->handlers[0].body = BODY_STEPS)
ROW_REJECT(v25_rejects_condition_of_another_kind, "V25", p->handlers[0].cond = BODY_HANDLER + 1)
ROW_REJECT(v25_rejects_function_without_template, "V25", p->functions[BODY_HANDLER].template = 0)
ROW_REJECT(v25_rejects_request_of_another_action, "V25", p->functions[BODY_REQUEST].action = 2)
ROW_REJECT(v25_rejects_steps_with_an_action, "V25", p->functions[BODY_STEPS].action = 1)
ROW_REJECT(v25_rejects_handler_made_for_another_event, "V25",
           p->handlers[0].event = ESC_EVENT_SLA_WARNING)
ROW_REJECT(v25_rejects_inverse_without_function, "V25", p->actions[0].undo = 0)
ROW_REJECT(v25_rejects_condition_wait_without_condition, "V25",
           program_wait(p, BODY_CATCH, 3)->cond = 0)
ROW_REJECT(v25_rejects_ack_wait_with_a_condition, "V25",
           program_wait(p, BODY_STEPS, 6)->cond = BODY_AT_WAIT + 1)
ROW_REJECT(v25_rejects_check_of_a_condition_without_one, "V25",
           p->checks[1].kind = ESC_CHECK_CONDITION)
ROW_REJECT(v25_rejects_manual_steps_that_need_an_event, "V25",
           p->functions[BODY_STEPS].events_count = 1)
ROW_ACCEPT(v25_accepts_manual_steps_that_may_miss_it, p->functions[BODY_STEPS].events_count = 1;
           p->functions[BODY_STEPS].event_may_be_missing = 1)
ROW_ACCEPT(v25_accepts_functions_where_they_belong, (void)0)

/* --- V30: every wait has a deadline and a way on ---------------------------------------------------------------------- */

ROW_REJECT(v30_rejects_deadline_below_a_second, "V30",
           program_wait(p, BODY_STEPS, 6)->deadline_ms = ESC_DEADLINE_MIN_MS - 1)
ROW_ACCEPT(v30_accepts_deadline_of_a_second,
           program_wait(p, BODY_STEPS, 6)->deadline_ms = ESC_DEADLINE_MIN_MS)
ROW_REJECT(v30_rejects_deadline_past_400_days, "V30",
           program_wait(p, BODY_STEPS, 6)->deadline_ms = ESC_DEADLINE_MAX_MS + 1)
ROW_ACCEPT(v30_accepts_deadline_of_400_days,
           program_wait(p, BODY_STEPS, 6)->deadline_ms = ESC_DEADLINE_MAX_MS)
ROW_REJECT(v30_rejects_no_deadline, "V30", program_wait(p, BODY_STEPS, 6)->deadline_ms = 0)
ROW_REJECT(v30_rejects_timeout_to_the_wait_itself, "V30",
           program_wait(p, BODY_STEPS, 6)->timeout = 6)
ROW_REJECT(v30_rejects_timeout_past_the_function, "V30",
           program_wait(p, BODY_STEPS, 6)->timeout = 10)
ROW_ACCEPT(v30_accepts_timeout_to_the_last_instruction, program_wait(p, BODY_STEPS, 6)->timeout = 9;
           program_measure(p))
ROW_REJECT(v30_rejects_pause_that_jumps, "V30",
           program_wait(p, BODY_STEPS, 6)->kind = ESC_WAIT_PAUSE;
           program_wait(p, BODY_STEPS, 6)->timeout = 8)
ROW_ACCEPT(v30_accepts_pause_that_goes_on, program_wait(p, BODY_STEPS, 6)->kind = ESC_WAIT_PAUSE)
ROW_REJECT(v30_rejects_owner_without_time, "V30", p->roles[0].ack_ms = 0)
ROW_ACCEPT(v30_accepts_owner_with_a_second, p->roles[0].ack_ms = ESC_SECOND_MS)
ROW_REJECT(v30_rejects_calendar_without_hours, "V09", p->calendars[0].hours_count = 0)
ROW_REJECT(v30_rejects_check_within_no_time, "V30", p->checks[0].within_ms = 0)

/* --- V31: somebody is always accountable ---------------------------------------------------------------------------------- */

ROW_REJECT(v31_rejects_templates_without_last_resort, "V31", p->meta[0].last_resort = 0)
ROW_ACCEPT(v31_accepts_team_as_last_resort, p->meta[0].last_resort = ESC_REF(ESC_REF_TEAM, 0))
ROW_REJECT(v31_rejects_template_without_owners, "V09", p->templates[0].roles_count = 0;
           p->templates[0].postmortem_role = 0)
ROW_REJECT(v31_rejects_role_twice, "V31", p->roles[1].role = 0)
ROW_ACCEPT(v31_accepts_escalation_as_second_owner, p->roles[1].role = 2)
ROW_REJECT(v31_rejects_channel_as_owner, "V31", p->roles[0].owner = ESC_REF(ESC_REF_CHANNEL, 0))
ROW_REJECT(v31_rejects_number_field_as_owner, "V31",
           p->roles[1].owner = ESC_REF(ESC_REF_FIELD, FIELD_COUNT))
ROW_REJECT(v31_rejects_event_field_as_owner, "V31",
           p->roles[1].owner = ESC_REF(ESC_REF_FIELD, FIELD_CLOCK))
ROW_REJECT(v31_rejects_postmortem_by_a_role_of_nobody, "V06", p->templates[0].postmortem_role = 3)
ROW_REJECT(v31_rejects_route_without_otherwise, "V31", p->route_rows[1].cond = BODY_COND + 1)
ROW_REJECT(v31_rejects_catch_all_before_the_last, "V31", p->catches[0].exception = 0)
ROW_REJECT(v31_rejects_template_without_catch_all, "V31", p->catches[1].exception = 1)
ROW_ACCEPT(v31_accepts_named_catches_and_a_catch_all, (void)0)

/* --- V32: no storm of escalations ------------------------------------------------------------------------------------------- */

static const EscInstr starts_itself[] = {OP(EMIT, 0, 0, 0, SITE_START),
                                         OP(END, 0, 0, 0, ESC_END_FALL)};

static void with_start(int64_t again_after_ms, const char *check)
{
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_ELSE] = BODY(starts_itself);
    program_finish(&p);
    p.templates[0].again_after_ms = again_after_ms;
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects(&p, check);
    program_release(&p);
}

static void v32_rejects_template_that_starts_itself_at_once(void **state)
{
    (void)state;
    with_start(0, "V32");
    with_start(ESC_SECOND_MS - 1, "V32");
}

static void v32_accepts_template_that_starts_itself_after_a_second(void **state)
{
    (void)state;
    with_start(ESC_SECOND_MS, NULL);
}

/* --- V33: nothing is reached that is not granted --------------------------------------------------------------------------- */

ROW_REJECT(v33_rejects_channel_without_grant, "V33",
           program_site(p, BODY_STEPS, 2)->ref = ESC_REF(ESC_REF_CHANNEL, 1))
ROW_ACCEPT(v33_accepts_channel_with_grant,
           program_site(p, BODY_STEPS, 2)->ref = ESC_REF(ESC_REF_CHANNEL, 1);
           p->grants[0].index = 1)
ROW_REJECT(v33_rejects_action_without_grant, "V33", p->grants_count--)
ROW_ACCEPT(v33_accepts_actions_with_grants, (void)0)

/* --- V35: the schema --------------------------------------------------------------------------------------------------------- */

ROW_REJECT(v35_rejects_another_enum_in_place_of_role, "V35", p->enums[0].is_ordered = 0)
ROW_REJECT(v35_rejects_renamed_event, "V35", p->events[0].name = p->events[EVENT_LEAD].name)
ROW_REJECT(v35_rejects_missing_builtin_event, "V06", p->events_count = 7)
ROW_REJECT(v35_rejects_renamed_exception, "V35", p->exceptions[0].name = p->exceptions[6].name)
ROW_REJECT(v35_rejects_event_name_twice, "V35", p->events[EVENT_LEAD].name = p->events[0].name)
ROW_REJECT(v35_rejects_member_name_twice, "V35", p->members[5].name = p->members[4].name)
ROW_REJECT(v35_rejects_ticket_field_in_an_event, "V35", p->event_fields[0].field = FIELD_ID)
ROW_REJECT(v35_rejects_slots_with_a_hole, "V35", p->fields[FIELD_NOTE].slot++)
ROW_REJECT(v35_rejects_slot_of_an_event_field, "V35", p->fields[FIELD_CLOCK].slot = 1)
ROW_REJECT(v35_rejects_set_of_an_event_field, "V06",
           program_site(p, BODY_HANDLER, 1)->aux = FIELD_PERCENT)
ROW_REJECT(v35_rejects_raise_with_a_ticket_field, "V35",
           p->effect_args[program_site(p, BODY_CLOSING, 2)->args_first].field = FIELD_ID + 1)
ROW_REJECT(v35_rejects_body_member_without_name, "V35",
           p->effect_args[program_site(p, BODY_REQUEST, 2)->args_first + 1].name = 0)
ROW_REJECT(v35_rejects_event_trigger_without_event, "V35", p->triggers[0].event = 0)
ROW_REJECT(v35_rejects_condition_on_another_events_field, "V35",
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_PRESENT, .field = FIELD_CLOCK + 1})
ROW_ACCEPT(v35_accepts_condition_on_the_events_own_field,
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_PRESENT, .field = FIELD_PERCENT + 1})
ROW_REJECT(v35_rejects_level_trigger_that_reads_its_event, "V35", p->triggers[0].is_level = 1;
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_PRESENT, .field = FIELD_PERCENT + 1})
ROW_ACCEPT(v35_accepts_level_trigger_on_the_ticket, p->triggers[0].is_level = 1)
ROW_REJECT(v35_rejects_events_of_a_function_out_of_order, "V35",
           p->function_events[1].event = EVENT_LEAD)

ROW_REJECT(v35_rejects_change_of_an_event_field, "V35",
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_CHANGED, .field = FIELD_PERCENT + 1})
ROW_ACCEPT(v35_accepts_change_of_a_ticket_field,
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_CHANGED, .field = FIELD_FLAG + 1})

/* --- conditions as data: V11, V12 ------------------------------------------------------------------------------------------------ */

ROW_REJECT(v11_rejects_bounds_of_a_presence_test, "V11",
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_PRESENT, .field = FIELD_NOTE + 1, .low = 1})
ROW_REJECT(v11_rejects_window_of_a_notification, "V11",
           program_site(p, BODY_STEPS, 2)->extra_ms = 1)
ROW_REJECT(v11_rejects_calendar_of_a_notification, "V11",
           program_site(p, BODY_STEPS, 2)->calendar = 1)
ROW_REJECT(v12_rejects_mask_past_the_enum, "V12", p->preds[1].low = 8)
ROW_ACCEPT(v12_accepts_mask_of_the_whole_enum, p->preds[1].low = 7)
ROW_REJECT(v12_rejects_empty_mask, "V12", p->preds[1].low = 0)
ROW_REJECT(v12_rejects_range_of_a_text, "V12",
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_RANGE, .field = FIELD_NOTE + 1})
ROW_REJECT(v12_rejects_range_to_nan, "V12",
           p->preds[1] = (EscPredRow){
               .kind = ESC_PRED_RANGE, .field = FIELD_COUNT + 1, .high = as_bits(NAN)})
ROW_ACCEPT(v12_accepts_open_range, p->preds[1] = (EscPredRow){.kind = ESC_PRED_RANGE,
                                                              .field = FIELD_COUNT + 1,
                                                              .high = as_bits(INFINITY)})
ROW_REJECT(v12_rejects_not_with_two_children, "V12", p->preds[0].kind = ESC_PRED_NOT)
ROW_REJECT(v12_rejects_test_without_field, "V12", p->preds[1] = (EscPredRow){.kind = ESC_PRED_BOOL})

static void deep_condition(uint32_t depth, const char *check)
{
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    p.triggers[1] = p.triggers[0];
    p.triggers[1].pred = p.preds_count;
    p.triggers_count = 2;
    for (uint32_t d = 1; d < depth; d++) {
        p.preds[p.preds_count] = (EscPredRow){
            .kind = ESC_PRED_NOT, .children_first = p.preds_count + 1, .children_count = 1};
        p.preds_count++;
    }
    p.preds[p.preds_count++] = (EscPredRow){.kind = ESC_PRED_ALWAYS};
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects(&p, check);
    program_release(&p);
}

static void v12_accepts_conditions_16_deep(void **state)
{
    (void)state;
    deep_condition(ESC_PRED_DEPTH_MAX, NULL);
}

static void v12_rejects_conditions_17_deep(void **state)
{
    (void)state;
    deep_condition(ESC_PRED_DEPTH_MAX + 1, "V12");
}

/* --- V36: beside a wait runs only what was made for it ----------------------------------------------------------------------- */

ROW_REJECT(v36_rejects_handler_beside_a_wait, "V36", p->functions[BODY_HANDLER].at_wait = 1)
ROW_REJECT(v36_rejects_reminder_without_wait, "V36", p->functions[BODY_REMINDER].at_wait = 0)
ROW_REJECT(v36_rejects_condition_of_another_wait, "V36", p->functions[BODY_AT_WAIT].at_wait = 1)
ROW_REJECT(v36_rejects_wait_of_a_handler, "V36",
           program_wait(p, BODY_STEPS, 5)->function = BODY_HANDLER;
           program_wait(p, BODY_STEPS, 5)->pc = 0; program_wait(p, BODY_STEPS, 5)->timeout = 1)
ROW_ACCEPT(v36_accepts_functions_beside_their_wait, (void)0)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v06_rejects_index_at_count),
        cmocka_unit_test(v06_accepts_last_index),
        cmocka_unit_test(v06_rejects_option_past_count),
        cmocka_unit_test(v06_accepts_last_option),
        cmocka_unit_test(v06_rejects_range_past_the_table),
        cmocka_unit_test(v06_rejects_range_that_overflows),
        cmocka_unit_test(v06_rejects_empty_range_with_a_first_row),
        cmocka_unit_test(v06_rejects_type_with_unknown_kind),
        cmocka_unit_test(v06_rejects_type_with_stray_bits),
        cmocka_unit_test(v06_rejects_enum_number_on_a_text),
        cmocka_unit_test(v06_rejects_type_of_unknown_enum),
        cmocka_unit_test(v06_rejects_reference_past_its_table),
        cmocka_unit_test(v06_rejects_reference_of_unknown_kind),
        cmocka_unit_test(v06_rejects_reference_without_kind),
        cmocka_unit_test(v06_rejects_route_to_a_channel),
        cmocka_unit_test(v06_accepts_route_to_a_schedule),
        cmocka_unit_test(v06_rejects_bundle_without_workspace),
        cmocka_unit_test(v06_rejects_code_that_no_function_has),
        cmocka_unit_test(v06_rejects_functions_that_overlap),
        cmocka_unit_test(v06_rejects_effect_that_refers_to_a_text),
        cmocka_unit_test(v06_accepts_effect_that_refers_to_a_person),
        cmocka_unit_test(v06_rejects_method_past_the_last),
        cmocka_unit_test(v06_accepts_last_method),
        cmocka_unit_test(v06_rejects_span_behind_the_code),
        cmocka_unit_test(v06_accepts_span_of_the_last_instruction),
        cmocka_unit_test(v06_rejects_grant_past_its_table),
        cmocka_unit_test(v07_rejects_broken_utf8),
        cmocka_unit_test(v07_rejects_nul_in_a_text),
        cmocka_unit_test(v07_rejects_texts_out_of_order),
        cmocka_unit_test(v07_rejects_text_twice),
        cmocka_unit_test(v07_rejects_first_text_that_is_not_empty),
        cmocka_unit_test(v07_rejects_consts_out_of_order),
        cmocka_unit_test(v07_rejects_const_twice),
        cmocka_unit_test(v07_rejects_grants_out_of_order),
        cmocka_unit_test(v07_rejects_spans_at_one_place),
        cmocka_unit_test(v07_accepts_sorted_texts),
        cmocka_unit_test(v07_accepts_text_of_the_largest_size),
        cmocka_unit_test(v07_rejects_text_one_byte_larger),
        cmocka_unit_test(v08_rejects_choice_at_count),
        cmocka_unit_test(v08_accepts_last_choice),
        cmocka_unit_test(v08_rejects_count_past_its_bound),
        cmocka_unit_test(v08_accepts_count_at_its_bound),
        cmocka_unit_test(v08_rejects_number_that_is_not_finite),
        cmocka_unit_test(v08_accepts_largest_number),
        cmocka_unit_test(v08_rejects_truth_of_two),
        cmocka_unit_test(v08_rejects_detail_of_a_number),
        cmocka_unit_test(v08_rejects_const_of_kind_list),
        cmocka_unit_test(v08_rejects_unknown_language),
        cmocka_unit_test(v08_rejects_enum_without_members),
        cmocka_unit_test(v08_rejects_field_of_kind_ref),
        cmocka_unit_test(v08_rejects_items_of_a_text),
        cmocka_unit_test(v08_rejects_list_items_that_fit_no_register),
        cmocka_unit_test(v08_accepts_list_items_that_just_fit),
        cmocka_unit_test(v08_rejects_hours_that_end_at_their_start),
        cmocka_unit_test(v08_rejects_hours_that_overlap),
        cmocka_unit_test(v08_accepts_hours_on_two_days),
        cmocka_unit_test(v08_rejects_holiday_twice),
        cmocka_unit_test(v08_rejects_turn_without_length),
        cmocka_unit_test(v08_accepts_turn_of_a_day),
        cmocka_unit_test(v08_rejects_override_without_length),
        cmocka_unit_test(v08_rejects_negative_contact_delay),
        cmocka_unit_test(v08_rejects_sla_below_a_second),
        cmocka_unit_test(v08_accepts_sla_without_response_time),
        cmocka_unit_test(v08_rejects_warning_at_zero),
        cmocka_unit_test(v08_rejects_status_99),
        cmocka_unit_test(v08_accepts_status_100),
        cmocka_unit_test(v08_rejects_reply_of_kind_number),
        cmocka_unit_test(v08_rejects_limit_of_nothing),
        cmocka_unit_test(v08_rejects_limit_that_raises_nothing),
        cmocka_unit_test(v08_accepts_limit_that_raises),
        cmocka_unit_test(v08_rejects_negative_again_after),
        cmocka_unit_test(v08_rejects_proof_of_a_confirmation),
        cmocka_unit_test(v08_rejects_confirmation_of_nothing),
        cmocka_unit_test(v08_rejects_reminder_at_zero),
        cmocka_unit_test(v08_accepts_reminder_at_99),
        cmocka_unit_test(v09_rejects_unused_text),
        cmocka_unit_test(v09_rejects_unused_const),
        cmocka_unit_test(v09_rejects_function_that_nothing_enters),
        cmocka_unit_test(v09_rejects_row_that_is_no_part),
        cmocka_unit_test(v09_rejects_row_that_is_part_of_two),
        cmocka_unit_test(v09_accepts_events_that_share_fields),
        cmocka_unit_test(v09_rejects_pred_without_root),
        cmocka_unit_test(v09_rejects_root_of_two_triggers),
        cmocka_unit_test(v09_accepts_root_for_each_trigger),
        cmocka_unit_test(v09_rejects_unused_effect_site),
        cmocka_unit_test(v09_rejects_unused_wait_point),
        cmocka_unit_test(v09_accepts_a_program_without_waste),
        cmocka_unit_test(v19_rejects_fixed_argument_of_another_type),
        cmocka_unit_test(v19_rejects_call_with_fewer_arguments),
        cmocka_unit_test(v19_rejects_set_to_another_type),
        cmocka_unit_test(v19_rejects_reply_of_plain_text),
        cmocka_unit_test(v19_rejects_result_of_an_ack),
        cmocka_unit_test(v19_accepts_arguments_of_their_types),
        cmocka_unit_test(v09_rejects_pred_that_is_its_own_child),
        cmocka_unit_test(v20_rejects_child_before_its_parent),
        cmocka_unit_test(v25_rejects_steps_entered_as_handler),
        cmocka_unit_test(v25_rejects_condition_of_another_kind),
        cmocka_unit_test(v25_rejects_function_without_template),
        cmocka_unit_test(v25_rejects_request_of_another_action),
        cmocka_unit_test(v25_rejects_steps_with_an_action),
        cmocka_unit_test(v25_rejects_handler_made_for_another_event),
        cmocka_unit_test(v25_rejects_inverse_without_function),
        cmocka_unit_test(v25_rejects_condition_wait_without_condition),
        cmocka_unit_test(v25_rejects_ack_wait_with_a_condition),
        cmocka_unit_test(v25_rejects_check_of_a_condition_without_one),
        cmocka_unit_test(v25_rejects_manual_steps_that_need_an_event),
        cmocka_unit_test(v25_accepts_manual_steps_that_may_miss_it),
        cmocka_unit_test(v25_accepts_functions_where_they_belong),
        cmocka_unit_test(v30_rejects_deadline_below_a_second),
        cmocka_unit_test(v30_accepts_deadline_of_a_second),
        cmocka_unit_test(v30_rejects_deadline_past_400_days),
        cmocka_unit_test(v30_accepts_deadline_of_400_days),
        cmocka_unit_test(v30_rejects_no_deadline),
        cmocka_unit_test(v30_rejects_timeout_to_the_wait_itself),
        cmocka_unit_test(v30_rejects_timeout_past_the_function),
        cmocka_unit_test(v30_accepts_timeout_to_the_last_instruction),
        cmocka_unit_test(v30_rejects_pause_that_jumps),
        cmocka_unit_test(v30_accepts_pause_that_goes_on),
        cmocka_unit_test(v30_rejects_owner_without_time),
        cmocka_unit_test(v30_accepts_owner_with_a_second),
        cmocka_unit_test(v30_rejects_calendar_without_hours),
        cmocka_unit_test(v30_rejects_check_within_no_time),
        cmocka_unit_test(v31_rejects_templates_without_last_resort),
        cmocka_unit_test(v31_accepts_team_as_last_resort),
        cmocka_unit_test(v31_rejects_template_without_owners),
        cmocka_unit_test(v31_rejects_role_twice),
        cmocka_unit_test(v31_accepts_escalation_as_second_owner),
        cmocka_unit_test(v31_rejects_channel_as_owner),
        cmocka_unit_test(v31_rejects_number_field_as_owner),
        cmocka_unit_test(v31_rejects_event_field_as_owner),
        cmocka_unit_test(v31_rejects_postmortem_by_a_role_of_nobody),
        cmocka_unit_test(v31_rejects_route_without_otherwise),
        cmocka_unit_test(v31_rejects_catch_all_before_the_last),
        cmocka_unit_test(v31_rejects_template_without_catch_all),
        cmocka_unit_test(v31_accepts_named_catches_and_a_catch_all),
        cmocka_unit_test(v32_rejects_template_that_starts_itself_at_once),
        cmocka_unit_test(v32_accepts_template_that_starts_itself_after_a_second),
        cmocka_unit_test(v33_rejects_channel_without_grant),
        cmocka_unit_test(v33_accepts_channel_with_grant),
        cmocka_unit_test(v33_rejects_action_without_grant),
        cmocka_unit_test(v33_accepts_actions_with_grants),
        cmocka_unit_test(v35_rejects_another_enum_in_place_of_role),
        cmocka_unit_test(v35_rejects_renamed_event),
        cmocka_unit_test(v35_rejects_missing_builtin_event),
        cmocka_unit_test(v35_rejects_renamed_exception),
        cmocka_unit_test(v35_rejects_event_name_twice),
        cmocka_unit_test(v35_rejects_member_name_twice),
        cmocka_unit_test(v35_rejects_ticket_field_in_an_event),
        cmocka_unit_test(v35_rejects_slots_with_a_hole),
        cmocka_unit_test(v35_rejects_slot_of_an_event_field),
        cmocka_unit_test(v35_rejects_set_of_an_event_field),
        cmocka_unit_test(v35_rejects_raise_with_a_ticket_field),
        cmocka_unit_test(v35_rejects_body_member_without_name),
        cmocka_unit_test(v35_rejects_event_trigger_without_event),
        cmocka_unit_test(v35_rejects_condition_on_another_events_field),
        cmocka_unit_test(v35_accepts_condition_on_the_events_own_field),
        cmocka_unit_test(v35_rejects_level_trigger_that_reads_its_event),
        cmocka_unit_test(v35_accepts_level_trigger_on_the_ticket),
        cmocka_unit_test(v35_rejects_events_of_a_function_out_of_order),
        cmocka_unit_test(v35_rejects_change_of_an_event_field),
        cmocka_unit_test(v35_accepts_change_of_a_ticket_field),
        cmocka_unit_test(v11_rejects_bounds_of_a_presence_test),
        cmocka_unit_test(v11_rejects_window_of_a_notification),
        cmocka_unit_test(v11_rejects_calendar_of_a_notification),
        cmocka_unit_test(v12_rejects_mask_past_the_enum),
        cmocka_unit_test(v12_accepts_mask_of_the_whole_enum),
        cmocka_unit_test(v12_rejects_empty_mask),
        cmocka_unit_test(v12_rejects_range_of_a_text),
        cmocka_unit_test(v12_rejects_range_to_nan),
        cmocka_unit_test(v12_accepts_open_range),
        cmocka_unit_test(v12_rejects_not_with_two_children),
        cmocka_unit_test(v12_rejects_test_without_field),
        cmocka_unit_test(v12_accepts_conditions_16_deep),
        cmocka_unit_test(v12_rejects_conditions_17_deep),
        cmocka_unit_test(v36_rejects_handler_beside_a_wait),
        cmocka_unit_test(v36_rejects_reminder_without_wait),
        cmocka_unit_test(v36_rejects_condition_of_another_wait),
        cmocka_unit_test(v36_rejects_wait_of_a_handler),
        cmocka_unit_test(v36_accepts_functions_beside_their_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
