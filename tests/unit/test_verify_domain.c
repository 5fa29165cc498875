/* test_verify_domain.c - rows that break a rule of the domain, and the nearest that keep it: conditions as data (V11, V12), entries (V25),
 * deadlines, owners, grants, the schema and what runs beside a wait (V30 to V36). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "verify_cases.h"

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

ROW_REJECT(v25_rejects_condition_of_another_template_beside_a_wait, "V25", program_add_template(p);
           p->functions[BODY_AT_WAIT].template = 2)
ROW_REJECT(v25_rejects_ack_wait_with_a_check, "V25", program_wait(p, BODY_STEPS, 6)->check = 1)
ROW_REJECT(v25_rejects_check_wait_without_check, "V25",
           program_wait(p, BODY_STEPS, 6)->kind = ESC_WAIT_CHECK)
ROW_REJECT(v35_rejects_ack_wait_with_an_event, "V35", program_wait(p, BODY_STEPS, 6)->event = 1)
ROW_REJECT(v35_rejects_event_wait_without_event, "V35",
           program_wait(p, BODY_STEPS, 6)->kind = ESC_WAIT_EVENT)
ROW_ACCEPT(v35_accepts_event_wait_with_an_event,
           program_wait(p, BODY_STEPS, 6)->kind = ESC_WAIT_EVENT;
           program_wait(p, BODY_STEPS, 6)->event = 1)
ROW_REJECT(v35_rejects_question_without_answers, "V35",
           EscWaitRow *w = program_wait(p, BODY_STEPS, 6);
           w->kind = ESC_WAIT_ANSWER; w->result_register = 6;
           w->result_type = ESC_TYPE(ESC_KIND_NUMBER))
ROW_REJECT(v19_rejects_question_without_result, "V19",
           program_wait(p, BODY_STEPS, 6)->kind = ESC_WAIT_ANSWER)
ROW_REJECT(v34_rejects_qa_wait_in_steps, "V34", program_wait(p, BODY_STEPS, 6)->kind = ESC_WAIT_QA)
ROW_REJECT(v34_rejects_ack_wait_in_closing, "V34",
           program_wait(p, BODY_CLOSING, 0)->kind = ESC_WAIT_ACK)

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
ROW_REJECT(v30_rejects_check_within_half_a_second, "V30", p->checks[0].within_ms = 500)
ROW_ACCEPT(v30_accepts_check_within_a_second, p->checks[0].within_ms = ESC_SECOND_MS)
ROW_REJECT(v30_rejects_check_within_no_time, "V30", p->checks[0].within_ms = 0)

/* --- V31: somebody is always accountable ---------------------------------------------------------------------------------- */

ROW_REJECT(v06_rejects_channel_as_last_resort, "V06",
           p->meta[0].last_resort = ESC_REF(ESC_REF_CHANNEL, 0))
ROW_REJECT(v31_rejects_templates_without_last_resort, "V31", p->meta[0].last_resort = 0)
ROW_ACCEPT(v31_accepts_team_as_last_resort, p->meta[0].last_resort = ESC_REF(ESC_REF_TEAM, 0))
ROW_REJECT(v06_rejects_channel_behind_the_last_resort, "V06",
           p->resorts[0].who = ESC_REF(ESC_REF_CHANNEL, 0);
           p->resorts_count = 1; p->meta[0].resorts_count = 1)
ROW_REJECT(v06_rejects_turns_as_last_resort, "V06",
           p->meta[0].last_resort = ESC_REF(ESC_REF_TURNS, 0))
ROW_REJECT(v06_rejects_turns_of_no_team, "V06", p->roles[0].owner = ESC_REF(ESC_REF_TURNS, 99))
ROW_ACCEPT(v31_accepts_people_behind_the_last_resort,
           p->resorts[0].who = ESC_REF(ESC_REF_PERSON, 0);
           p->resorts_count = 1; p->meta[0].resorts_count = 1; p->meta[0].resort_ack_calendar = 1)
ROW_REJECT(v09_rejects_people_of_no_last_resort, "V09",
           p->resorts[0].who = ESC_REF(ESC_REF_PERSON, 0);
           p->resorts_count = 1)
ROW_REJECT(v30_rejects_last_resort_without_time, "V30", p->meta[0].resort_ack_ms = 0)
ROW_REJECT(v31_rejects_time_of_no_last_resort, "V31", program_strip(p);
           p->meta[0].resort_ack_ms = ESC_HOUR_MS)
ROW_ACCEPT(v58_accepts_a_pace_of_the_last_resort, p->paces[0].every_ms = ESC_MINUTE_MS;
           p->paces_count = 1)
ROW_REJECT(v58_rejects_a_pace_of_no_last_resort, "V58", program_strip(p);
           p->paces[0].every_ms = ESC_HOUR_MS; p->paces_count = 1)
ROW_REJECT(v30_rejects_a_pace_below_a_minute, "V30", p->paces[0].every_ms = ESC_MINUTE_MS - 1;
           p->paces_count = 1)
ROW_ACCEPT(v31_accepts_no_last_resort_without_templates, program_strip(p))
ROW_ACCEPT(v31_accepts_turns_of_a_team, p->roles[0].owner = ESC_REF(ESC_REF_TURNS, 0))
ROW_ACCEPT(v31_accepts_several_owners_at_once, p->role_owners[0].owner = ESC_REF(ESC_REF_TURNS, 0);
           p->role_owners_count = 1; p->roles[0].others_count = 1)
ROW_REJECT(v31_rejects_channel_beside_an_owner, "V31",
           p->role_owners[0].owner = ESC_REF(ESC_REF_CHANNEL, 0);
           p->role_owners_count = 1; p->roles[0].others_count = 1)
ROW_REJECT(v09_rejects_owner_of_no_role, "V09",
           p->role_owners[0].owner = ESC_REF(ESC_REF_PERSON, 0);
           p->role_owners_count = 1)
ROW_ACCEPT(v31_accepts_following_a_schedule, p->roles[0].follows_shift = 1)
ROW_REJECT(v31_rejects_following_a_person, "V31", p->roles[0].owner = ESC_REF(ESC_REF_PERSON, 0);
           p->roles[0].follows_shift = 1)
ROW_REJECT(v31_rejects_following_one_of_several, "V31",
           p->role_owners[0].owner = ESC_REF(ESC_REF_PERSON, 0);
           p->role_owners_count = 1; p->roles[0].others_count = 1; p->roles[0].follows_shift = 1)
ROW_REJECT(v31_rejects_roles_out_of_order, "V31", p->roles[0].role = 2; p->roles[1].role = 1)
ROW_ACCEPT(v31_accepts_two_levels_of_escalation, p->roles[0].role = 2; p->roles[1].role = 2;
           program_instr(p, BODY_STEPS, 0)->imm = 2)
ROW_ACCEPT(v08_accepts_9_repeats, p->templates[0].repeats = 9)
ROW_REJECT(v08_rejects_10_repeats, "V08", p->templates[0].repeats = 10)

static void levels(TestProgram *p, uint32_t count)
{
    for (uint32_t i = 2; i < count; i++) {
        p->roles[i] = p->roles[1];
        p->roles[i].role = ESC_ROLE_ESCALATION;
    }
    p->roles_count = p->templates[0].roles_count = count;
}

ROW_ACCEPT(v31_accepts_10_levels, levels(p, 10))
ROW_REJECT(v31_rejects_11_levels, "V31", levels(p, 11))
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
ROW_ACCEPT(v31_accepts_a_catch_all_before_triage, p->catches[0].exception = 0)
ROW_REJECT(v31_rejects_catch_all_before_other_handlers, "V31",
           p->catches[2] = (EscCatchRow){.body = BODY_CATCH};
           p->catches[1].exception = 1; p->catches[0].exception = 0; p->catches_count = 3;
           p->templates[0].catches_count = 3)
ROW_REJECT(v31_rejects_template_without_catch_all, "V31", p->catches[1].exception = 1)
ROW_ACCEPT(v31_accepts_named_catches_and_a_catch_all, (void)0)

ROW_REJECT(v31_rejects_template_whose_owners_are_none, "V31", p->roles_count = 0;
           p->templates[0].roles_first = 0; p->templates[0].roles_count = 0;
           p->templates[0].postmortem_role = 0)
ROW_ACCEPT(v31_accepts_two_templates, program_add_template(p))
ROW_REJECT(v31_rejects_postmortem_by_another_templates_role, "V31", program_add_template(p);
           p->templates[0].postmortem_role = 3)
ROW_REJECT(v31_rejects_postmortem_by_a_role_before_the_templates, "V31", program_add_template(p);
           p->templates[1].postmortem_role = 2)
ROW_ACCEPT(v31_accepts_postmortem_by_the_last_role, p->templates[0].postmortem_role = 2)
ROW_REJECT(v35_rejects_two_templates_of_one_name, "V35", program_add_template(p);
           p->templates[1].name = p->templates[0].name)

ROW_REJECT(v31_rejects_template_without_any_catch, "V31", p->catches_count = 0;
           p->templates[0].catches_count = 0)
ROW_REJECT(v31_rejects_team_without_members, "V31", p->team_members_count = 0;
           p->teams[0].members_count = 0)
ROW_REJECT(v31_rejects_schedule_without_layers, "V31", p->rotations_count = p->layers_count = 0;
           p->turns_count = 1; p->rotation_members_count = 1; p->turns[0].members_first = 0;
           p->schedules[0].layers_count = 0)
ROW_REJECT(v31_rejects_rotation_without_members, "V31", p->rotation_members_count = 3;
           p->rotations[0].members_count = 0; p->rotations[1].members_first = 0;
           p->turns[0].members_first = 1; p->turns[1].members_first = 2)
ROW_REJECT(v31_rejects_turn_without_members, "V31", p->rotation_members_count = 4;
           p->turns[0].members_first = p->turns[0].members_count = 0; p->turns[1].members_first = 3)
ROW_REJECT(v31_rejects_route_without_rows, "V31", p->route_rows_count = 0;
           p->routes[0].rows_count = 0)
ROW_REJECT(v30_rejects_calendar_that_never_opens, "V30", p->hours_count = 0;
           p->calendars[0].hours_count = 0)

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

/* START brings no event, so what it starts must be content without one. */
static void with_started(uint32_t is_manual, const char *check)
{
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_ELSE] = BODY(starts_itself);
    program_finish(&p);
    p.templates[0].again_after_ms = ESC_SECOND_MS;
    p.templates[0].is_manual = is_manual;
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects(&p, check);
    program_release(&p);
}

static void v25_rejects_start_of_what_only_events_start(void **state)
{
    (void)state;
    with_started(0, "V25");
}

static void v25_accepts_start_of_what_is_manual(void **state)
{
    (void)state;
    with_started(1, NULL);
}

/* By a route: all that it may lead to. Its two rows lead to people until they are told otherwise. */
static void with_route(EscRef first, EscRef second, uint32_t is_manual, int64_t again_after_ms,
                       const char *check)
{
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_ELSE] = BODY(starts_itself);
    program_finish(&p);
    p.templates[0].again_after_ms = again_after_ms;
    p.templates[0].is_manual = is_manual;
    p.route_rows[0].target = first;
    p.route_rows[1].target = second;
    program_site(&p, BODY_ELSE, 0)->ref = ESC_REF(ESC_REF_ROUTE, 0);
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects(&p, check);
    program_release(&p);
}

static void starts_by_a_route(void **state)
{
    (void)state;
    EscRef template = ESC_REF(ESC_REF_TEMPLATE, 0), person = ESC_REF(ESC_REF_PERSON, 0);
    with_route(template, template, 1, ESC_SECOND_MS, NULL);
    with_route(template, person, 1, ESC_SECOND_MS, "V06");
    with_route(template, template, 0, ESC_SECOND_MS, "V25");
    with_route(template, template, 1, ESC_SECOND_MS - 1, "V32");
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
ROW_REJECT(v35_rejects_renamed_event, "V35", p->events[0].name = p->exceptions[6].name)
ROW_REJECT(v35_rejects_missing_builtin_event, "V35", program_strip(p);
           p->events_count = ESC_EVENT_BUILTIN_COUNT - 1; p->event_fields_count = 2;
           program_sort_texts(p))
ROW_ACCEPT(v35_accepts_builtin_events_alone, program_strip(p);
           p->events_count = ESC_EVENT_BUILTIN_COUNT; p->event_fields_count = 2;
           program_sort_texts(p))
ROW_REJECT(v35_rejects_missing_builtin_exception, "V35", program_strip(p);
           p->exceptions_count = ESC_EXCEPTION_BUILTIN_COUNT - 1; program_sort_texts(p))
ROW_ACCEPT(v35_accepts_builtin_exceptions_alone, program_strip(p);
           p->exceptions_count = ESC_EXCEPTION_BUILTIN_COUNT; program_sort_texts(p))
ROW_REJECT(v35_rejects_workspace_without_name, "V35", p->meta[0].name = 0)
ROW_REJECT(v35_rejects_field_without_name, "V35", p->fields[FIELD_FLAG].name = 0)
ROW_REJECT(v35_rejects_ticket_field_behind_an_events_own, "V35",
           p->event_fields[3].field = FIELD_ID;
           p->event_fields_count = 4; p->events[EVENT_LEAD].fields_count = 2)
ROW_ACCEPT(v35_accepts_event_field_behind_an_events_own, p->event_fields[3].field = FIELD_CLOCK;
           p->event_fields_count = 4; p->events[EVENT_LEAD].fields_count = 2;
           program_instr(p, BODY_PRED, 0)->imm = FIELD_PERCENT;
           *program_instr(p, BODY_PRED, 1) = (EscInstr)OP(TO_TEXT, 1, 0, 0, 0); program_measure(p))
ROW_REJECT(v35_rejects_renamed_exception, "V35", p->exceptions[0].name = p->events[EVENT_LEAD].name)
ROW_REJECT(v35_rejects_event_name_twice, "V35", p->events[EVENT_LEAD].name = p->events[0].name)
ROW_REJECT(v35_rejects_member_name_twice, "V35", p->members[5].name = p->members[4].name)
ROW_REJECT(v35_rejects_ticket_field_in_an_event, "V35", p->event_fields[0].field = FIELD_ID)
ROW_REJECT(v35_rejects_slots_with_a_hole, "V35", p->fields[FIELD_NOTE].slot++)
ROW_REJECT(v35_rejects_slot_of_an_event_field, "V35", p->fields[FIELD_CLOCK].slot = 1)
ROW_REJECT(v35_rejects_set_of_an_event_field, "V06",
           program_site(p, BODY_HANDLER, 1)->aux = FIELD_PERCENT)
ROW_REJECT(v35_rejects_raise_with_a_ticket_field, "V35",
           p->effect_args[program_site(p, BODY_CLOSING, 2)->args_first].field = FIELD_ID + 1)
ROW_REJECT(v25_rejects_trigger_of_nobody, "V25", p->triggers[0].template = 0)
ROW_REJECT(v25_rejects_template_trigger_with_a_body, "V25", p->triggers[0].body = BODY_HANDLER + 1)
ROW_REJECT(v25_rejects_trigger_of_template_and_automation, "V25", p->automations_count = 1;
           p->triggers[0].automation = 1; p->triggers[0].body = BODY_HANDLER + 1)
ROW_REJECT(v25_rejects_automation_without_a_body, "V25", p->automations_count = 1;
           p->triggers[0].automation = 1; p->triggers[0].template = 0)
ROW_REJECT(v25_rejects_automation_with_the_body_of_a_template, "V25", p->automations_count = 1;
           p->triggers[0].automation = 1; p->triggers[0].template = 0;
           p->triggers[0].body = BODY_HANDLER + 1)
ROW_REJECT(v31_rejects_triage_with_a_condition, "V31", p->catches[1].cond = BODY_COND + 1)
ROW_REJECT(v25_rejects_catch_whose_condition_is_a_body, "V25",
           p->catches[0].cond = BODY_HANDLER + 1)
ROW_REJECT(v35_rejects_event_trigger_without_event, "V35", p->triggers[0].event = 0)
ROW_REJECT(v35_rejects_condition_on_another_events_field, "V35",
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_PRESENT, .field = FIELD_CLOCK + 1})
ROW_ACCEPT(v35_accepts_condition_on_the_events_own_field,
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_PRESENT, .field = FIELD_PERCENT + 1})
ROW_REJECT(v35_rejects_level_trigger_that_reads_its_event, "V35", p->triggers[0].is_level = 1;
           p->preds[1] = (EscPredRow){.kind = ESC_PRED_PRESENT, .field = FIELD_PERCENT + 1})
/* A trigger on ticket.updated that says that it is level, with a condition in code. */
static void with_level_code(Body code, bool is_level, const char *check)
{
    TestProgram program, *p = &program;
    program_begin(p);
    p->bodies[BODY_PRED] = code;
    program_finish(p);
    p->triggers[0].event = ESC_EVENT_TICKET_UPDATED + 1;
    p->triggers[0].is_level = is_level;
    p->triggers[0].is_unresolved = 1;
    p->handlers[0].event = ESC_EVENT_TICKET_UPDATED;
    p->function_events[0].event = p->function_events[1].event = ESC_EVENT_TICKET_UPDATED;
    p->function_events[2].event = ESC_EVENT_SLA_WARNING;
    p->events[ESC_EVENT_TICKET_UPDATED].fields_first = 2;
    p->events[ESC_EVENT_TICKET_UPDATED].fields_count = 1;
    if (check == NULL)
        assert_accepts(p);
    else
        assert_rejects(p, check);
    program_release(p);
}

#define LEVEL_CODE(name, check, ...)                                                               \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        static const EscInstr code[] = {__VA_ARGS__, ANSWER};                                      \
        with_level_code(BODY(code), false, NULL);                                                  \
        with_level_code(BODY(code), true, check);                                                  \
    }

/* The same with one test in the predicates: what a field is, and what became of it. */
static void with_level_test(EscPred kind, const char *check)
{
    static const EscInstr code[] = {FLAG, ANSWER};
    TestProgram program, *p = &program;
    program_begin(p);
    p->bodies[BODY_PRED] = BODY(code);
    program_finish(p);
    p->triggers[0].event = ESC_EVENT_TICKET_UPDATED + 1;
    p->triggers[0].is_level = 1;
    p->triggers[0].is_unresolved = 1;
    p->handlers[0].event = ESC_EVENT_TICKET_UPDATED;
    p->function_events[0].event = p->function_events[1].event = ESC_EVENT_TICKET_UPDATED;
    p->function_events[2].event = ESC_EVENT_SLA_WARNING;
    p->events[ESC_EVENT_TICKET_UPDATED].fields_first = 2;
    p->events[ESC_EVENT_TICKET_UPDATED].fields_count = 1;
    p->preds[1] = (EscPredRow){.kind = kind, .field = FIELD_NOTE + 1};
    if (check == NULL)
        assert_accepts(p);
    else
        assert_rejects(p, check);
    program_release(p);
}

static void v35_rejects_level_test_of_a_change(void **state)
{
    (void)state;
    with_level_test(ESC_PRED_PRESENT, NULL);
    with_level_test(ESC_PRED_CHANGED, "V35");
}

LEVEL_CODE(v35_accepts_level_trigger_on_the_ticket, NULL, FLAG)
LEVEL_CODE(v35_rejects_level_code_that_reads_its_event, "V35",
           OP(LOAD_EVENT, 1, 0, 0, FIELD_PERCENT), FLAG)
LEVEL_CODE(v35_rejects_level_code_that_reads_a_change, "V35", OP(LOAD_CHANGED, 0, 0, 0, FIELD_FLAG))
LEVEL_CODE(v35_rejects_level_code_that_reads_what_was_before, "V35",
           OP(LOAD_PREVIOUS, 1, 0, 0, FIELD_FLAG), FLAG)
LEVEL_CODE(v35_accepts_level_code_that_reads_what_the_ticket_is, NULL,
           OP(LOAD_FACT, 0, 0, 0, ESC_FACT_RESOLVED))
LEVEL_CODE(v35_rejects_level_code_that_reads_an_exception, "V35",
           OP(LOAD_EXCEPTION, 1, 0, 0, FIELD_VENDOR), FLAG)
/* A site that raises with what may be missing: the register is of that type as well. */
static void v19_rejects_optional_argument_of_a_field(void **state)
{
    (void)state;
    static const EscInstr code[] = {OP(LOAD_TICKET, 0, 0, 0, FIELD_NOTE),
                                    OP(EMIT, 0, 0, 1, SITE_RAISE), OP(END, 0, 0, 0, ESC_END_RAISE)};
    TestProgram program, *p = &program;
    program_begin(p);
    p->bodies[BODY_HANDLER] = BODY(code);
    program_finish(p);
    p->effect_args[program_site(p, BODY_HANDLER, 1)->args_first].type |= ESC_TYPE_OPTIONAL;
    assert_rejects(p, "V19");
    program_release(p);
}

ROW_REJECT(v35_rejects_level_trigger_on_what_happens, "V35",
           p->triggers[0].event = ESC_EVENT_TICKET_RESOLVED + 1;
           p->triggers[0].is_level = 1)
ROW_REJECT(v35_rejects_unresolved_trigger_on_what_happens, "V35",
           p->triggers[0].event = ESC_EVENT_TICKET_REOPENED + 1;
           p->triggers[0].is_unresolved = 1)
ROW_REJECT(v35_rejects_default_of_an_optional_field, "V35",
           p->fields[FIELD_FLAG].type |= ESC_TYPE_OPTIONAL;
           p->fields[FIELD_FLAG].has_default = 1)
ROW_REJECT(v35_rejects_default_that_no_member_is, "V35", p->fields[FIELD_SEVERITY].has_default = 1;
           p->fields[FIELD_SEVERITY].default_value = 3)
ROW_REJECT(v35_rejects_default_below_the_members, "V35", p->fields[FIELD_SEVERITY].has_default = 1;
           p->fields[FIELD_SEVERITY].default_value = -1)
ROW_REJECT(v35_rejects_default_that_is_not_said, "V35", p->fields[FIELD_SEVERITY].default_value = 1)
ROW_ACCEPT(v35_accepts_default_of_the_last_member, p->fields[FIELD_SEVERITY].has_default = 1;
           p->fields[FIELD_SEVERITY].default_value = 2)
ROW_REJECT(v35_rejects_default_of_a_text, "V35", p->fields[FIELD_ID].has_default = 1)
ROW_REJECT(v35_rejects_events_of_a_function_out_of_order, "V35",
           p->function_events[1].event = EVENT_LEAD)

static const EscInstr percent_only[] = {OP(LOAD_EVENT, 1, 0, 0, FIELD_PERCENT),
                                        OP(CONST, 0, 0, 0, CONST_TRUE), OP(RETURN, 0, 0, 0, 0)};

static void try_events(uint32_t first, uint32_t second, const char *check)
{
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_PRED] = BODY(percent_only);
    program_finish(&p);
    p.function_events[1].event = first;
    p.function_events[2].event = second;
    if (check == NULL)
        assert_accepts(&p);
    else
        assert_rejects(&p, check);
    program_release(&p);
}

static void v35_rejects_events_that_do_not_ascend(void **state)
{
    (void)state;
    try_events(EVENT_LEAD, EVENT_LEAD, "V35");
    try_events(EVENT_LEAD, ESC_EVENT_SLA_WARNING, "V35");
}

static void v35_accepts_events_that_ascend(void **state)
{
    (void)state;
    try_events(ESC_EVENT_SLA_WARNING, EVENT_LEAD, NULL);
    try_events(EVENT_LEAD - 1, EVENT_LEAD, NULL);
}

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
ROW_REJECT(v06_rejects_condition_past_the_functions, "V06", p->preds[3].detail = p->functions_count)
ROW_REJECT(v11_rejects_field_of_an_and, "V11", p->preds[0].field = 1)
ROW_REJECT(v11_rejects_low_of_an_and, "V11", p->preds[0].low = 1)
ROW_REJECT(v11_rejects_high_of_code, "V11", p->preds[3].high = 1)
ROW_REJECT(v11_rejects_detail_of_a_not, "V11", p->preds[2].detail = 1)
ROW_REJECT(v20_rejects_root_that_is_its_own_child, "V20", p->triggers[1] = p->triggers[0];
           p->triggers[1].pred = p->preds_count; p->triggers_count = 2;
           p->preds[p->preds_count] = (EscPredRow){.kind = ESC_PRED_NOT,
                                                   .children_first = p->preds_count,
                                                   .children_count = 1};
           p->preds_count++)
ROW_REJECT(v09_rejects_root_that_is_a_child, "V09", p->triggers[1] = p->triggers[0];
           p->triggers[1].pred = 1; p->triggers_count = 2)
ROW_REJECT(v12_rejects_members_of_a_number, "V12", p->preds[1].field = FIELD_COUNT + 1;
           p->preds[1].low = 1)
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
        cmocka_unit_test(v25_rejects_condition_of_another_template_beside_a_wait),
        cmocka_unit_test(v25_rejects_ack_wait_with_a_check),
        cmocka_unit_test(v25_rejects_check_wait_without_check),
        cmocka_unit_test(v35_rejects_ack_wait_with_an_event),
        cmocka_unit_test(v35_rejects_event_wait_without_event),
        cmocka_unit_test(v35_accepts_event_wait_with_an_event),
        cmocka_unit_test(v35_rejects_question_without_answers),
        cmocka_unit_test(v19_rejects_question_without_result),
        cmocka_unit_test(v34_rejects_qa_wait_in_steps),
        cmocka_unit_test(v34_rejects_ack_wait_in_closing),
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
        cmocka_unit_test(v30_rejects_check_within_half_a_second),
        cmocka_unit_test(v30_accepts_check_within_a_second),
        cmocka_unit_test(v30_rejects_check_within_no_time),
        cmocka_unit_test(v06_rejects_channel_as_last_resort),
        cmocka_unit_test(v31_rejects_templates_without_last_resort),
        cmocka_unit_test(v31_accepts_team_as_last_resort),
        cmocka_unit_test(v06_rejects_channel_behind_the_last_resort),
        cmocka_unit_test(v06_rejects_turns_as_last_resort),
        cmocka_unit_test(v06_rejects_turns_of_no_team),
        cmocka_unit_test(v31_accepts_people_behind_the_last_resort),
        cmocka_unit_test(v09_rejects_people_of_no_last_resort),
        cmocka_unit_test(v30_rejects_last_resort_without_time),
        cmocka_unit_test(v31_rejects_time_of_no_last_resort),
        cmocka_unit_test(v58_accepts_a_pace_of_the_last_resort),
        cmocka_unit_test(v58_rejects_a_pace_of_no_last_resort),
        cmocka_unit_test(v30_rejects_a_pace_below_a_minute),
        cmocka_unit_test(v31_accepts_no_last_resort_without_templates),
        cmocka_unit_test(v31_accepts_turns_of_a_team),
        cmocka_unit_test(v31_accepts_several_owners_at_once),
        cmocka_unit_test(v31_rejects_channel_beside_an_owner),
        cmocka_unit_test(v09_rejects_owner_of_no_role),
        cmocka_unit_test(v31_accepts_following_a_schedule),
        cmocka_unit_test(v31_rejects_following_a_person),
        cmocka_unit_test(v31_rejects_following_one_of_several),
        cmocka_unit_test(v31_rejects_roles_out_of_order),
        cmocka_unit_test(v31_accepts_two_levels_of_escalation),
        cmocka_unit_test(v08_accepts_9_repeats),
        cmocka_unit_test(v08_rejects_10_repeats),
        cmocka_unit_test(v31_accepts_10_levels),
        cmocka_unit_test(v31_rejects_11_levels),
        cmocka_unit_test(v31_rejects_template_without_owners),
        cmocka_unit_test(v31_rejects_role_twice),
        cmocka_unit_test(v31_accepts_escalation_as_second_owner),
        cmocka_unit_test(v31_rejects_channel_as_owner),
        cmocka_unit_test(v31_rejects_number_field_as_owner),
        cmocka_unit_test(v31_rejects_event_field_as_owner),
        cmocka_unit_test(v31_rejects_postmortem_by_a_role_of_nobody),
        cmocka_unit_test(v31_rejects_route_without_otherwise),
        cmocka_unit_test(v31_accepts_a_catch_all_before_triage),
        cmocka_unit_test(v31_rejects_catch_all_before_other_handlers),
        cmocka_unit_test(v31_rejects_template_without_catch_all),
        cmocka_unit_test(v31_accepts_named_catches_and_a_catch_all),
        cmocka_unit_test(v31_rejects_template_whose_owners_are_none),
        cmocka_unit_test(v31_accepts_two_templates),
        cmocka_unit_test(v31_rejects_postmortem_by_another_templates_role),
        cmocka_unit_test(v31_rejects_postmortem_by_a_role_before_the_templates),
        cmocka_unit_test(v31_accepts_postmortem_by_the_last_role),
        cmocka_unit_test(v35_rejects_two_templates_of_one_name),
        cmocka_unit_test(v31_rejects_template_without_any_catch),
        cmocka_unit_test(v31_rejects_team_without_members),
        cmocka_unit_test(v31_rejects_schedule_without_layers),
        cmocka_unit_test(v31_rejects_turn_without_members),
        cmocka_unit_test(v31_rejects_rotation_without_members),
        cmocka_unit_test(v31_rejects_route_without_rows),
        cmocka_unit_test(v30_rejects_calendar_that_never_opens),
        cmocka_unit_test(starts_by_a_route),
        cmocka_unit_test(v32_rejects_template_that_starts_itself_at_once),
        cmocka_unit_test(v32_accepts_template_that_starts_itself_after_a_second),
        cmocka_unit_test(v33_rejects_channel_without_grant),
        cmocka_unit_test(v33_accepts_channel_with_grant),
        cmocka_unit_test(v33_rejects_action_without_grant),
        cmocka_unit_test(v33_accepts_actions_with_grants),
        cmocka_unit_test(v35_rejects_another_enum_in_place_of_role),
        cmocka_unit_test(v35_rejects_renamed_event),
        cmocka_unit_test(v35_rejects_missing_builtin_event),
        cmocka_unit_test(v35_accepts_builtin_events_alone),
        cmocka_unit_test(v35_rejects_missing_builtin_exception),
        cmocka_unit_test(v35_accepts_builtin_exceptions_alone),
        cmocka_unit_test(v35_rejects_workspace_without_name),
        cmocka_unit_test(v35_rejects_field_without_name),
        cmocka_unit_test(v35_rejects_ticket_field_behind_an_events_own),
        cmocka_unit_test(v35_accepts_event_field_behind_an_events_own),
        cmocka_unit_test(v35_rejects_renamed_exception),
        cmocka_unit_test(v35_rejects_event_name_twice),
        cmocka_unit_test(v35_rejects_member_name_twice),
        cmocka_unit_test(v35_rejects_ticket_field_in_an_event),
        cmocka_unit_test(v35_rejects_slots_with_a_hole),
        cmocka_unit_test(v35_rejects_slot_of_an_event_field),
        cmocka_unit_test(v35_rejects_set_of_an_event_field),
        cmocka_unit_test(v35_rejects_raise_with_a_ticket_field),
        cmocka_unit_test(v25_rejects_trigger_of_nobody),
        cmocka_unit_test(v25_rejects_template_trigger_with_a_body),
        cmocka_unit_test(v25_rejects_trigger_of_template_and_automation),
        cmocka_unit_test(v25_rejects_automation_without_a_body),
        cmocka_unit_test(v25_rejects_automation_with_the_body_of_a_template),
        cmocka_unit_test(v31_rejects_triage_with_a_condition),
        cmocka_unit_test(v25_rejects_catch_whose_condition_is_a_body),
        cmocka_unit_test(v35_rejects_event_trigger_without_event),
        cmocka_unit_test(v35_rejects_condition_on_another_events_field),
        cmocka_unit_test(v35_accepts_condition_on_the_events_own_field),
        cmocka_unit_test(v35_rejects_level_trigger_that_reads_its_event),
        cmocka_unit_test(v25_rejects_start_of_what_only_events_start),
        cmocka_unit_test(v25_accepts_start_of_what_is_manual),
        cmocka_unit_test(v35_accepts_level_trigger_on_the_ticket),
        cmocka_unit_test(v35_rejects_level_code_that_reads_its_event),
        cmocka_unit_test(v35_rejects_level_code_that_reads_a_change),
        cmocka_unit_test(v35_rejects_level_code_that_reads_what_was_before),
        cmocka_unit_test(v35_accepts_level_code_that_reads_what_the_ticket_is),
        cmocka_unit_test(v35_rejects_level_code_that_reads_an_exception),
        cmocka_unit_test(v35_rejects_level_test_of_a_change),
        cmocka_unit_test(v19_rejects_optional_argument_of_a_field),
        cmocka_unit_test(v35_rejects_level_trigger_on_what_happens),
        cmocka_unit_test(v35_rejects_unresolved_trigger_on_what_happens),
        cmocka_unit_test(v35_rejects_default_of_an_optional_field),
        cmocka_unit_test(v35_rejects_default_that_no_member_is),
        cmocka_unit_test(v35_rejects_default_below_the_members),
        cmocka_unit_test(v35_rejects_default_that_is_not_said),
        cmocka_unit_test(v35_accepts_default_of_the_last_member),
        cmocka_unit_test(v35_rejects_default_of_a_text),
        cmocka_unit_test(v35_rejects_events_of_a_function_out_of_order),
        cmocka_unit_test(v35_rejects_events_that_do_not_ascend),
        cmocka_unit_test(v35_accepts_events_that_ascend),
        cmocka_unit_test(v35_rejects_change_of_an_event_field),
        cmocka_unit_test(v35_accepts_change_of_a_ticket_field),
        cmocka_unit_test(v11_rejects_bounds_of_a_presence_test),
        cmocka_unit_test(v11_rejects_window_of_a_notification),
        cmocka_unit_test(v11_rejects_calendar_of_a_notification),
        cmocka_unit_test(v06_rejects_condition_past_the_functions),
        cmocka_unit_test(v11_rejects_field_of_an_and),
        cmocka_unit_test(v11_rejects_low_of_an_and),
        cmocka_unit_test(v11_rejects_high_of_code),
        cmocka_unit_test(v11_rejects_detail_of_a_not),
        cmocka_unit_test(v20_rejects_root_that_is_its_own_child),
        cmocka_unit_test(v09_rejects_root_that_is_a_child),
        cmocka_unit_test(v12_rejects_members_of_a_number),
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
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
