/* test_types.c - what expressions mean: types, missing values, narrowing, fields that events
 * share. */
#include "check/check.h"
#include "workspace_scene.h"

static EscMeaning condition_side(const EscWorkspace *workspace, const EscNode *step, bool left)
{
    assert_int_equal(step->kind, ESC_NODE_IF);
    const EscNode *condition = step->if_step.condition;
    return esc_meaning(workspace, left ? condition->binary.left : condition->binary.right);
}

static void members_take_their_meaning_from_the_other_side(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound(
        "runbook r { if ticket.severity >= high { rollback }  if resolved { rollback }\n"
        "if ticket.status = resolved { rollback }  if escalation.role = escalation { rollback } "
        "}\n");
    const EscNode *step = scene_runbook(workspace, "r");
    EscMeaning left = condition_side(workspace, step, true),
               right = condition_side(workspace, step, false);
    assert_int_equal(left.means, ESC_MEANS_TICKET_FIELD);
    assert_text_equal(workspace->fields[left.index].name, "severity");
    assert_int_equal(right.means, ESC_MEANS_MEMBER);
    assert_int_equal(right.index, 2);
    assert_int_equal(left.type, right.type);
    step = step->next;
    EscMeaning fact = esc_meaning(workspace, step->if_step.condition);
    assert_int_equal(fact.means, ESC_MEANS_FACT);
    assert_int_equal(fact.index, ESC_FACT_RESOLVED);
    step = step->next;
    assert_int_equal(condition_side(workspace, step, false).means, ESC_MEANS_MEMBER);
    step = step->next;
    EscMeaning role = condition_side(workspace, step, false);
    assert_int_equal(role.type, ESC_TYPE_ENUM(0));
    assert_int_equal(role.index, 2);
    esc_workspace_free(workspace);
}

static void a_presence_test_narrows_its_block_only(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound("runbook r { if ticket.note is present { set "
                                          "ticket.title to ticket.note }  attach ticket.note }\n");
    const EscNode *step = scene_runbook(workspace, "r");
    EscMeaning inside = esc_meaning(workspace, step->if_step.steps.first->set.value);
    assert_int_equal(inside.flags, ESC_MEANING_NARROWED);
    assert_int_equal(inside.type, ESC_TYPE(ESC_KIND_TEXT));
    EscMeaning behind = esc_meaning(workspace, step->next->attach.value);
    assert_int_equal(behind.flags, 0);
    assert_int_equal(behind.type, ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    esc_workspace_free(workspace);
}

static uint32_t proved(const char *condition, bool truth)
{
    char source[256];
    (void)snprintf(source, sizeof source, "runbook r { if %s { rollback } }\n", condition);
    EscWorkspace *workspace = scene_sound(source);
    const EscNode *paths[4];
    uint32_t count =
        esc_condition_proves(scene_runbook(workspace, "r")->if_step.condition, truth, paths, 4);
    esc_workspace_free(workspace);
    return count;
}

static void conditions_prove_what_their_truth_needs(void **state)
{
    (void)state;
    assert_int_equal(proved("ticket.note is present", true), 1);
    assert_int_equal(proved("ticket.note is present", false), 0);
    assert_int_equal(proved("ticket.note is missing", false), 1);
    assert_int_equal(proved("ticket.note is missing", true), 0);
    assert_int_equal(proved("ticket.note is present and ticket.queue is present", true), 2);
    assert_int_equal(proved("ticket.note is present or ticket.queue is present", true), 0);
    assert_int_equal(proved("ticket.note is missing or ticket.queue is missing", false), 2);
    assert_int_equal(proved("not ticket.note is missing", true), 1);
    assert_int_equal(proved("not (ticket.note is missing or ticket.queue is missing)", true), 2);
}

static void a_unit_makes_a_number_of_a_duration(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound("runbook r (d: duration) { if ticket.left.minutes > 5 { "
                                          "rollback }  if d.hours > 5 { rollback }\n"
                                          "attach sla.resolve.overdue.days }\n");
    const EscNode *step = scene_runbook(workspace, "r");
    EscMeaning field = condition_side(workspace, step, true);
    assert_int_equal(field.unit, ESC_UNIT_MINUTES);
    assert_int_equal(field.type, ESC_TYPE(ESC_KIND_NUMBER));
    EscMeaning local = condition_side(workspace, step->next, true);
    assert_int_equal(local.means, ESC_MEANS_LOCAL);
    assert_int_equal(local.unit, ESC_UNIT_HOURS);
    EscMeaning fact = esc_meaning(workspace, step->next->next->attach.value);
    assert_int_equal(fact.unit, ESC_UNIT_DAYS);
    assert_int_equal(fact.type, ESC_TYPE(ESC_KIND_NUMBER) | ESC_TYPE_OPTIONAL);
    esc_workspace_free(workspace);
}

static void events_share_fields_of_one_name_and_type(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound("");
    const EscEventInfo *outage = &workspace->events[ESC_EVENT_BUILTIN_COUNT], *back = outage + 1;
    assert_int_equal(outage->count, 2);
    assert_int_equal(back->count, 1);
    assert_int_equal(outage->fields[0], back->fields[0]);
    for (uint32_t i = 0; i < workspace->ticket_fields_count; ++i) {
        assert_int_equal(workspace->fields[i].scope, ESC_SCOPE_TICKET);
        assert_int_equal(workspace->fields[i].slot, i);
    }
    esc_workspace_free(workspace);
}

#define TEMPLATE_OF(start, steps)                                                                  \
    "template t {\n  start on " start "\n  owners { primary ana ack within 5m }\n  steps { " steps \
    " }\n  close when resolved\n}\n"

static void a_field_that_not_every_event_has_may_be_missing(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound(TEMPLATE_OF(
        "vendor.outage, vendor.back",
        "attach event.vendor  attach event.url") "template u {\n  start on vendor.back\n  manual\n "
                                                 " owners { primary ana ack within 5m }\n"
                                                 "  steps { attach event.vendor }\n  close when "
                                                 "resolved\n}\n");
    const EscNode *step = workspace->templates[0].steps->steps.steps.first;
    assert_int_equal(esc_node_type(workspace, step->attach.value), ESC_TYPE(ESC_KIND_TEXT));
    assert_int_equal(esc_node_type(workspace, step->next->attach.value),
                     ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    step = workspace->templates[1].steps->steps.steps.first;
    assert_true(workspace->templates[1].event_may_be_missing);
    assert_int_equal(esc_node_type(workspace, step->attach.value),
                     ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    esc_workspace_free(workspace);
}

static void fields_that_every_raise_gives_are_assured(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound(
        "runbook a { raise late { by: 1  who: \"x\" } }\nrunbook b { raise late { by: 2 } }\n"
        "template t {\n  start on ticket.created\n  owners { primary ana ack within 5m }\n  steps "
        "{ await ack }\n"
        "  on exception late { attach exception.by  attach exception.who }\n  close when "
        "resolved\n}\n");
    const EscNode *node = workspace->templates[0].node;
    const EscNode *handler = node->template.items.first;
    while (handler->kind != ESC_NODE_EXCEPTION_HANDLER)
        handler = handler->next;
    const EscNode *step = handler->exception_handler.steps.first;
    EscMeaning by = esc_meaning(workspace, step->attach.value),
               who = esc_meaning(workspace, step->next->attach.value);
    assert_int_equal(by.flags, ESC_MEANING_ASSURED);
    assert_int_equal(by.type, ESC_TYPE(ESC_KIND_NUMBER));
    assert_int_equal(who.flags, 0);
    assert_int_equal(who.type, ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL);
    esc_workspace_free(workspace);
}

static void enums_of_one_shape_are_one(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound(
        "extend ticket { a: x < y default x  b: x < y default x  c: x | y default x }\nrunbook "
        "r { if ticket.a = ticket.b { rollback } }\n");
    uint32_t a = 0, b = 0, c = 0;
    assert_true(esc_names_find(workspace->ticket_names, ESC_TEXT("a"), &a));
    assert_true(esc_names_find(workspace->ticket_names, ESC_TEXT("b"), &b));
    assert_true(esc_names_find(workspace->ticket_names, ESC_TEXT("c"), &c));
    assert_int_equal(workspace->fields[a].type, workspace->fields[b].type);
    assert_int_not_equal(workspace->fields[a].type, workspace->fields[c].type);
    assert_string_equal(esc_type_words(workspace, workspace->fields[a].type), "one of x < y");
    assert_string_equal(esc_type_words(workspace, workspace->fields[c].type), "one of x, y");
    esc_workspace_free(workspace);
}

static void hours_past_midnight_belong_to_the_next_day(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound(
        "calendar night { sun 22:00..06:00 }\ncalendar always { mon..sun 00:00..24:00 }\n");
    const EscCalendarInfo *night = &workspace->calendars[0];
    assert_int_equal(night->hours_count, 2);
    assert_int_equal(night->hours[0].weekday, 0);
    assert_int_equal(night->hours[0].to_minute, 360);
    assert_int_equal(night->hours[1].weekday, 6);
    assert_int_equal(night->hours[1].from_minute, 22 * 60);
    assert_int_equal(night->hours[1].to_minute, 1440);
    assert_int_equal(workspace->calendars[1].hours_count, 7);
    esc_workspace_free(workspace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_take_their_meaning_from_the_other_side),
        cmocka_unit_test(a_presence_test_narrows_its_block_only),
        cmocka_unit_test(conditions_prove_what_their_truth_needs),
        cmocka_unit_test(a_unit_makes_a_number_of_a_duration),
        cmocka_unit_test(events_share_fields_of_one_name_and_type),
        cmocka_unit_test(a_field_that_not_every_event_has_may_be_missing),
        cmocka_unit_test(fields_that_every_raise_gives_are_assured),
        cmocka_unit_test(enums_of_one_shape_are_one),
        cmocka_unit_test(hours_past_midnight_belong_to_the_next_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
