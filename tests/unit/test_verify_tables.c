/* test_verify_tables.c - rows that are wrong in one place, and the nearest ones that are right: V06 to V09. The rules of the domain
 * are test_verify_domain.c's, effects test_verify_effects.c's, instructions test_verify_code.c's. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify_cases.h"

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
ROW_REJECT(v07_rejects_grant_twice, "V07", p->grants[2] = p->grants[1])
ROW_REJECT(v06_rejects_parameter_without_type, "V06", p->params[0].type = 0)
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
ROW_REJECT(v08_rejects_const_of_a_list_with_items, "V08", p->consts[0].kind = ESC_KIND_LIST;
           p->consts[0].bits = 1)
ROW_REJECT(v08_rejects_person_of_unknown_language, "V08",
           p->persons[0].reads = ESC_LANGUAGE_COUNT + 1)
ROW_ACCEPT(v08_accepts_person_of_the_last_language, p->persons[0].reads = ESC_LANGUAGE_COUNT)
ROW_REJECT(v08_rejects_channel_of_unknown_language, "V08",
           p->channels[0].reads = ESC_LANGUAGE_COUNT + 1)
ROW_REJECT(v08_rejects_workspace_of_unknown_language, "V08", p->meta[0].reads = ESC_LANGUAGE_COUNT)
ROW_ACCEPT(v08_accepts_workspace_of_the_last_language, p->meta[0].reads = ESC_LANGUAGE_COUNT - 1)
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
ROW_REJECT(v08_rejects_turn_without_length, "V08", p->rotations[0].turn_minutes = 0)
ROW_REJECT(v08_rejects_turn_below_an_hour, "V08", p->rotations[0].turn_minutes = 59)
ROW_ACCEPT(v08_accepts_turn_of_an_hour, p->rotations[0].turn_minutes = 60)
ROW_REJECT(v08_rejects_turn_with_length_and_days, "V08", p->rotations[1].turn_minutes = 60)
ROW_REJECT(v08_rejects_start_on_another_weekday, "V08", p->rotations[1].weekdays = 1)
ROW_ACCEPT(v08_accepts_start_on_the_only_weekday, p->rotations[1].weekdays = 4)
ROW_REJECT(v08_rejects_rotations_that_begin_together, "V08",
           p->rotations[0].from_local_minute = p->rotations[1].from_local_minute)
ROW_REJECT(v08_rejects_turns_for_ever_that_begin, "V08", p->rotations[1].weekdays = 0)
ROW_REJECT(v06_rejects_turn_of_a_schedule, "V06",
           p->rotation_members[0].who = ESC_REF(ESC_REF_SCHEDULE, 0))
ROW_REJECT(v06_rejects_turn_of_nobody, "V06", p->rotation_members[0].who = 0)
ROW_REJECT(v08_rejects_imported_turn_of_two, "V08", p->turns[1].members_first = 3;
           p->turns[1].members_count = 2; p->turns[0].members_first = 2;
           p->rotations[1].members_first = 1; p->rotations[0].members_count = 1)
ROW_REJECT(v08_rejects_layer_of_both_kinds, "V08", p->layers[0].turns_first = 1;
           p->layers[0].turns_count = 1; p->layers[1].turns_first = 0; p->layers[1].turns_count = 0)
ROW_REJECT(v08_rejects_overrides_that_overlap, "V08", p->turns[1].from_minute = 3439;
           p->schedules[0].overrides_count = 2; p->layers[1].turns_first = 0;
           p->layers[1].turns_count = 0)
ROW_ACCEPT(v08_accepts_overrides_side_by_side, p->turns[1].from_minute = 3440;
           p->schedules[0].overrides_count = 2; p->layers[1].turns_first = 0;
           p->layers[1].turns_count = 0)
ROW_REJECT(v08_rejects_absence_without_length, "V08", p->absences[0].to_local_minute = 2000)
ROW_REJECT(v08_rejects_absences_that_overlap, "V08", p->absences[1].from_local_minute = 3439)
ROW_REJECT(v08_rejects_absence_outside_time, "V08",
           p->absences[1].to_local_minute = ESC_SPAN_MAX_MS + 1)
ROW_REJECT(v08_rejects_own_deputy, "V08", p->absences[0].deputy = 1)
ROW_ACCEPT(v08_accepts_absence_without_deputy, p->absences[0].deputy = 0)
ROW_REJECT(v08_rejects_override_without_length, "V08",
           p->turns[0].to_minute = p->turns[0].from_minute)
ROW_REJECT(v08_rejects_negative_contact_delay, "V08", p->contacts[0].after_ms = -1)
ROW_REJECT(v08_rejects_sla_below_a_second, "V08", p->goals[0].ms = 999)
ROW_ACCEPT(v08_accepts_sla_without_response_time, p->goals[0].ms = 0)
ROW_REJECT(v08_rejects_warning_at_zero, "V08", p->warns[0].percent = 0)
ROW_REJECT(v08_rejects_warning_of_two_kinds, "V08", p->warns[0].before_ms = ESC_SECOND_MS)
ROW_ACCEPT(v08_accepts_warning_before_the_end,
           p->warns[0] = (EscWarnRow){.before_ms = 4 * ESC_HOUR_MS - 1})
ROW_REJECT(v08_rejects_warning_before_the_beginning, "V08",
           p->warns[0] = (EscWarnRow){.before_ms = 4 * ESC_HOUR_MS})
ROW_REJECT(v08_rejects_negative_warning, "V08", p->warns[0] = (EscWarnRow){.before_ms = -1})
ROW_REJECT(v35_rejects_warning_twice, "V35", p->warns[1] = p->warns[0]; p->warns_count = 2;
           p->sla_clocks[1].warns_count = 2)
ROW_REJECT(v35_rejects_clock_twice, "V35", p->sla_clocks[1].clock = ESC_SLA_CLOCK_RESPOND)
ROW_REJECT(v08_rejects_clock_that_there_is_not, "V08", p->sla_clocks[1].clock = ESC_SLA_CLOCK_COUNT)
ROW_REJECT(v08_rejects_clock_of_messages_without_events, "V08",
           p->sla_clocks[1].clock = ESC_SLA_CLOCK_UPDATE)
ROW_ACCEPT(v08_accepts_clock_of_messages, p->sla_clocks[1].clock = ESC_SLA_CLOCK_UPDATE;
           p->clock_events_count = 2; p->sla_clocks[1].since_count = 1;
           p->sla_clocks[1].met_first = 1; p->sla_clocks[1].met_count = 1)
ROW_REJECT(v08_rejects_clock_of_messages_that_nothing_meets, "V08",
           p->sla_clocks[1].clock = ESC_SLA_CLOCK_UPDATE;
           p->clock_events_count = 1; p->sla_clocks[1].since_count = 1)
ROW_REJECT(v08_rejects_events_of_the_resolution, "V08", p->clock_events_count = 1;
           p->sla_clocks[1].met_count = 1)
ROW_REJECT(v08_rejects_events_that_begin_a_response, "V08", p->clock_events_count = 1;
           p->sla_clocks[0].since_count = 1)
ROW_ACCEPT(v08_accepts_events_that_meet_a_response, p->clock_events_count = 2;
           p->clock_events[1].event = 1; p->sla_clocks[0].met_count = 2)
ROW_REJECT(v35_rejects_events_of_a_clock_twice, "V35", p->clock_events_count = 2;
           p->sla_clocks[0].met_count = 2)
ROW_REJECT(v06_rejects_event_of_a_clock_that_there_is_not, "V06", p->clock_events_count = 1;
           p->clock_events[0].event = p->events_count; p->sla_clocks[0].met_count = 1)
ROW_REJECT(v31_rejects_clock_without_goals, "V31", p->sla_clocks[0].goals_count = 0;
           p->sla_clocks[1].goals_count = 2; p->sla_clocks[1].goals_first = 0)
ROW_REJECT(v31_rejects_table_with_a_gap, "V31", p->sla_clocks[0].field = FIELD_FLAG + 1)
ROW_ACCEPT(v31_accepts_table_of_a_truth, p->sla_clocks[0].field = FIELD_FLAG + 1;
           p->goals[2] = p->goals[1]; p->goals_count = 3; p->sla_clocks[0].goals_count = 2;
           p->sla_clocks[1].goals_first = 2)
ROW_REJECT(v31_rejects_table_without_a_row_for_what_is_missing, "V31",
           p->fields[FIELD_FLAG].type |= ESC_TYPE_OPTIONAL;
           p->sla_clocks[0].field = FIELD_FLAG + 1; p->goals[2] = p->goals[1]; p->goals_count = 3;
           p->sla_clocks[0].goals_count = 2; p->sla_clocks[1].goals_first = 2)
ROW_REJECT(v08_rejects_table_of_a_text, "V08", p->sla_clocks[0].field = FIELD_NOTE + 1)
ROW_REJECT(v08_rejects_table_of_an_events_field, "V08", p->sla_clocks[0].field = FIELD_VENDOR + 1)
ROW_REJECT(v25_rejects_pause_that_is_no_condition, "V25", p->slas[0].pause = BODY_STEPS + 1)
ROW_REJECT(v08_rejects_level_that_does_two_things_at_a_reopening, "V08",
           p->slas[0].is_restarted = 2)
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
ROW_REJECT(v08_rejects_reminder_of_two_kinds, "V08", p->reminders[0].before_ms = ESC_SECOND_MS)
ROW_ACCEPT(v08_accepts_reminder_before_the_end, p->reminders[0].percent = 0;
           p->reminders[0].before_ms = program_wait(p, BODY_CATCH, 3)->deadline_ms - 1)
ROW_REJECT(v08_rejects_reminder_before_the_beginning, "V08", p->reminders[0].percent = 0;
           p->reminders[0].before_ms = program_wait(p, BODY_CATCH, 3)->deadline_ms)
ROW_ACCEPT(v08_accepts_reminder_at_99, p->reminders[0].percent = 99)

ROW_REJECT(v08_rejects_lease_below_a_second, "V08", p->roles[0].hold_ms = 999)
ROW_ACCEPT(v08_accepts_lease_of_a_second, p->roles[0].hold_ms = ESC_SECOND_MS)
ROW_ACCEPT(v08_accepts_again_after_400_days, p->templates[0].again_after_ms = ESC_DEADLINE_MAX_MS)
ROW_REJECT(v08_rejects_again_after_401_days, "V08",
           p->templates[0].again_after_ms = ESC_DEADLINE_MAX_MS + 1)
ROW_REJECT(v08_rejects_postmortem_before_the_end, "V08", p->templates[0].postmortem_due_ms = -1)
ROW_ACCEPT(v08_accepts_postmortem_due_at_once, p->templates[0].postmortem_due_ms = 0)
ROW_ACCEPT(v08_accepts_postmortem_due_in_400_days,
           p->templates[0].postmortem_due_ms = ESC_DEADLINE_MAX_MS)
ROW_REJECT(v08_rejects_postmortem_due_in_401_days, "V08",
           p->templates[0].postmortem_due_ms = ESC_DEADLINE_MAX_MS + 1)
ROW_ACCEPT(v08_accepts_contact_after_400_days, p->contacts[0].after_ms = ESC_DEADLINE_MAX_MS)
ROW_REJECT(v08_rejects_contact_after_401_days, "V08",
           p->contacts[0].after_ms = ESC_DEADLINE_MAX_MS + 1)
ROW_REJECT(v08_rejects_turn_that_begins_outside_time, "V08",
           p->rotations[0].from_local_minute = ESC_SPAN_MAX_MS + 1)
ROW_REJECT(v08_rejects_turn_that_began_outside_time, "V08",
           p->rotations[0].from_local_minute = -ESC_SPAN_MAX_MS - 1)
ROW_REJECT(v08_rejects_turn_that_begins_before_the_one_it_follows, "V08",
           p->rotations[0].from_local_minute = ESC_SPAN_MAX_MS)
ROW_ACCEPT(v08_accepts_turn_at_the_beginning_of_time,
           p->rotations[0].from_local_minute = -ESC_SPAN_MAX_MS)
ROW_REJECT(v08_rejects_override_outside_time, "V08", p->turns[0].to_minute = ESC_SPAN_MAX_MS + 1)
ROW_REJECT(v08_rejects_override_from_outside_time, "V08",
           p->turns[0].from_minute = -ESC_SPAN_MAX_MS - 1)
ROW_ACCEPT(v08_accepts_override_of_all_time, p->turns[0].from_minute = -ESC_SPAN_MAX_MS;
           p->turns[0].to_minute = ESC_SPAN_MAX_MS)
ROW_REJECT(v08_rejects_resolution_past_400_days, "V08", p->goals[1].ms = ESC_DEADLINE_MAX_MS + 1)
ROW_REJECT(v08_rejects_negative_window, "V08", p->limits[0].window_ms = -1)
ROW_ACCEPT(v08_accepts_limit_without_window, p->limits[0].window_ms = 0)
ROW_REJECT(v08_rejects_overdue_of_an_event_trigger, "V08", p->triggers[0].overdue_ms = 1)
ROW_REJECT(v08_rejects_clock_of_an_event_trigger, "V08",
           p->triggers[0].clock = ESC_SLA_CLOCK_RESOLVE)
ROW_REJECT(v08_rejects_trigger_that_holds_for_half_a_second, "V08", p->triggers[0].for_ms = 500)
ROW_ACCEPT(v08_accepts_trigger_that_holds_for_a_second, p->triggers[0].for_ms = ESC_SECOND_MS)
ROW_REJECT(v08_rejects_number_that_is_nan, "V08",
           p->consts[p->const_at[CONST_ONE]] = (EscConstRow){ESC_KIND_NUMBER, 0, as_bits(NAN)})
ROW_REJECT(v08_rejects_field_without_type, "V08", p->fields[FIELD_FLAG].type = 0)
ROW_REJECT(v08_rejects_reminders_that_do_not_ascend, "V08",
           EscWaitRow *w = program_wait(p, BODY_CATCH, 3);
           p->reminders[1] = p->reminders[0]; p->reminders_count = 2; w->reminders_count = 2)
ROW_ACCEPT(v08_accepts_reminders_that_ascend, EscWaitRow *w = program_wait(p, BODY_CATCH, 3);
           p->reminders[1] = p->reminders[0]; p->reminders[1].percent++; p->reminders_count = 2;
           w->reminders_count = 2)

/* An enum of `count` members, each with a name of its own, which a field has. */
static void try_members(uint32_t count, const char *check)
{
    static char names[1001][8];
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    program_strip(&p);
    p.members_count -= p.enums[ENUM_STATUS].members_count;
    p.enums[ENUM_STATUS].members_first = count == 0 ? 0 : p.members_count;
    p.enums[ENUM_STATUS].members_count = count;
    program_sort_texts(&p);
    for (uint32_t i = 0; i < count; i++) {
        int size = snprintf(names[i], sizeof names[i], "zz%04u", (unsigned)i);
        p.members[p.members_count++].name = program_add_text(&p, (EscText){names[i], (size_t)size});
    }
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects(&p, check);
    program_release(&p);
}

static void v08_accepts_enums_of_1_to_1000_members(void **state)
{
    (void)state;
    try_members(1, NULL);
    try_members(1000, NULL);
}

static void v08_rejects_enums_of_0_or_1001_members(void **state)
{
    (void)state;
    try_members(0, "V08");
    try_members(1001, "V08");
}

/* A third action with `count` parameters and a request of its own. */
static void try_params(uint32_t count, const char *check)
{
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    p.actions[2] = (EscActionRow){.name = p.meta[0].name,
                                  .params_first = p.params_count,
                                  .params_count = count,
                                  .request = p.functions_count,
                                  .body = ESC_BODY_JSON,
                                  .parts_first = p.parts_count,
                                  .parts_count = 1};
    p.parts[p.parts_count++] = p.parts[0];
    p.actions_count = 3;
    for (uint32_t i = 0; i < count; i++)
        p.params[p.params_count++] = p.params[0];
    EscEffectRow request = *program_site(&p, BODY_REQUEST, 2);
    p.effect_args[p.effect_args_count] = p.effect_args[request.args_first];
    p.effect_args[p.effect_args_count + 1] = p.effect_args[request.args_first + 1];
    request.args_first = p.effect_args_count;
    p.effect_args_count += 2;
    p.functions[p.functions_count++] = (EscFunctionRow){
        .kind = ESC_FUNCTION_REQUEST, .action = 3, .code_first = p.code_count, .code_count = 2};
    p.code[p.code_count++] = (EscInstr)OP(EMIT, 0, 0, 2, p.effects_count);
    p.code[p.code_count++] = (EscInstr)OP(END, 0, 0, 0, ESC_END_FALL);
    p.effects[p.effects_count++] = request;
    program_measure(&p);
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects(&p, check);
    program_release(&p);
}

static void v08_accepts_16_parameters(void **state)
{
    (void)state;
    try_params(16, NULL);
}

static void v08_rejects_17_parameters(void **state)
{
    (void)state;
    try_params(17, "V08");
}

/* A trigger on a service-level clock beside the base's, with a condition that always holds. */
static void try_sla_trigger(EscTriggerRow row, const char *check)
{
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    row.template = 1;
    row.kind = ESC_TRIGGER_SLA;
    row.pred = p.preds_count;
    p.preds[p.preds_count++] = (EscPredRow){.kind = ESC_PRED_ALWAYS};
    p.triggers[p.triggers_count++] = row;
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects(&p, check);
    program_release(&p);
}

static void v08_rejects_sla_trigger_before_it_is_overdue(void **state)
{
    (void)state;
    try_sla_trigger((EscTriggerRow){.overdue_ms = -1}, "V08");
    try_sla_trigger((EscTriggerRow){.overdue_ms = ESC_DEADLINE_MAX_MS + 1}, "V08");
}

static void v08_accepts_sla_trigger_when_it_is_overdue(void **state)
{
    (void)state;
    try_sla_trigger((EscTriggerRow){.overdue_ms = 0}, NULL);
    try_sla_trigger(
        (EscTriggerRow){.overdue_ms = ESC_DEADLINE_MAX_MS, .clock = ESC_SLA_CLOCK_RESOLVE}, NULL);
}

static void v35_rejects_sla_trigger_with_an_event(void **state)
{
    (void)state;
    try_sla_trigger((EscTriggerRow){.event = 1}, "V35");
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v08_rejects_warning_of_two_kinds),
        cmocka_unit_test(v08_accepts_warning_before_the_end),
        cmocka_unit_test(v08_rejects_warning_before_the_beginning),
        cmocka_unit_test(v08_rejects_negative_warning),
        cmocka_unit_test(v35_rejects_warning_twice),
        cmocka_unit_test(v35_rejects_clock_twice),
        cmocka_unit_test(v08_rejects_clock_that_there_is_not),
        cmocka_unit_test(v08_rejects_clock_of_messages_without_events),
        cmocka_unit_test(v08_accepts_clock_of_messages),
        cmocka_unit_test(v08_rejects_clock_of_messages_that_nothing_meets),
        cmocka_unit_test(v08_rejects_events_of_the_resolution),
        cmocka_unit_test(v08_rejects_events_that_begin_a_response),
        cmocka_unit_test(v08_accepts_events_that_meet_a_response),
        cmocka_unit_test(v35_rejects_events_of_a_clock_twice),
        cmocka_unit_test(v06_rejects_event_of_a_clock_that_there_is_not),
        cmocka_unit_test(v31_rejects_clock_without_goals),
        cmocka_unit_test(v31_rejects_table_with_a_gap),
        cmocka_unit_test(v31_accepts_table_of_a_truth),
        cmocka_unit_test(v31_rejects_table_without_a_row_for_what_is_missing),
        cmocka_unit_test(v08_rejects_table_of_a_text),
        cmocka_unit_test(v08_rejects_table_of_an_events_field),
        cmocka_unit_test(v25_rejects_pause_that_is_no_condition),
        cmocka_unit_test(v08_rejects_level_that_does_two_things_at_a_reopening),
        cmocka_unit_test(v08_rejects_reminder_of_two_kinds),
        cmocka_unit_test(v08_accepts_reminder_before_the_end),
        cmocka_unit_test(v08_rejects_reminder_before_the_beginning),
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
        cmocka_unit_test(v07_rejects_grant_twice),
        cmocka_unit_test(v06_rejects_parameter_without_type),
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
        cmocka_unit_test(v08_rejects_const_of_a_list_with_items),
        cmocka_unit_test(v08_rejects_person_of_unknown_language),
        cmocka_unit_test(v08_accepts_person_of_the_last_language),
        cmocka_unit_test(v08_rejects_channel_of_unknown_language),
        cmocka_unit_test(v08_rejects_workspace_of_unknown_language),
        cmocka_unit_test(v08_accepts_workspace_of_the_last_language),
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
        cmocka_unit_test(v08_rejects_turn_below_an_hour),
        cmocka_unit_test(v08_accepts_turn_of_an_hour),
        cmocka_unit_test(v08_rejects_turn_with_length_and_days),
        cmocka_unit_test(v08_rejects_start_on_another_weekday),
        cmocka_unit_test(v08_accepts_start_on_the_only_weekday),
        cmocka_unit_test(v08_rejects_rotations_that_begin_together),
        cmocka_unit_test(v08_rejects_turns_for_ever_that_begin),
        cmocka_unit_test(v06_rejects_turn_of_a_schedule),
        cmocka_unit_test(v06_rejects_turn_of_nobody),
        cmocka_unit_test(v08_rejects_imported_turn_of_two),
        cmocka_unit_test(v08_rejects_layer_of_both_kinds),
        cmocka_unit_test(v08_rejects_overrides_that_overlap),
        cmocka_unit_test(v08_accepts_overrides_side_by_side),
        cmocka_unit_test(v08_rejects_absence_without_length),
        cmocka_unit_test(v08_rejects_absences_that_overlap),
        cmocka_unit_test(v08_rejects_absence_outside_time),
        cmocka_unit_test(v08_rejects_own_deputy),
        cmocka_unit_test(v08_accepts_absence_without_deputy),
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
        cmocka_unit_test(v08_rejects_lease_below_a_second),
        cmocka_unit_test(v08_accepts_lease_of_a_second),
        cmocka_unit_test(v08_accepts_again_after_400_days),
        cmocka_unit_test(v08_rejects_again_after_401_days),
        cmocka_unit_test(v08_rejects_postmortem_before_the_end),
        cmocka_unit_test(v08_accepts_postmortem_due_at_once),
        cmocka_unit_test(v08_accepts_postmortem_due_in_400_days),
        cmocka_unit_test(v08_rejects_postmortem_due_in_401_days),
        cmocka_unit_test(v08_accepts_contact_after_400_days),
        cmocka_unit_test(v08_rejects_contact_after_401_days),
        cmocka_unit_test(v08_rejects_turn_that_begins_outside_time),
        cmocka_unit_test(v08_rejects_turn_that_began_outside_time),
        cmocka_unit_test(v08_rejects_turn_that_begins_before_the_one_it_follows),
        cmocka_unit_test(v08_accepts_turn_at_the_beginning_of_time),
        cmocka_unit_test(v08_rejects_override_outside_time),
        cmocka_unit_test(v08_rejects_override_from_outside_time),
        cmocka_unit_test(v08_accepts_override_of_all_time),
        cmocka_unit_test(v08_rejects_resolution_past_400_days),
        cmocka_unit_test(v08_rejects_negative_window),
        cmocka_unit_test(v08_accepts_limit_without_window),
        cmocka_unit_test(v08_rejects_overdue_of_an_event_trigger),
        cmocka_unit_test(v08_rejects_clock_of_an_event_trigger),
        cmocka_unit_test(v08_rejects_trigger_that_holds_for_half_a_second),
        cmocka_unit_test(v08_accepts_trigger_that_holds_for_a_second),
        cmocka_unit_test(v08_rejects_number_that_is_nan),
        cmocka_unit_test(v08_rejects_field_without_type),
        cmocka_unit_test(v08_rejects_reminders_that_do_not_ascend),
        cmocka_unit_test(v08_accepts_reminders_that_ascend),
        cmocka_unit_test(v08_accepts_enums_of_1_to_1000_members),
        cmocka_unit_test(v08_rejects_enums_of_0_or_1001_members),
        cmocka_unit_test(v08_accepts_16_parameters),
        cmocka_unit_test(v08_rejects_17_parameters),
        cmocka_unit_test(v08_rejects_sla_trigger_before_it_is_overdue),
        cmocka_unit_test(v08_accepts_sla_trigger_when_it_is_overdue),
        cmocka_unit_test(v35_rejects_sla_trigger_with_an_event),
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
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
