/* scenarios.c - tests as data: checks what they name and turns their statements into the plain
 * structs of compiler.h, for whoever plays them. What they expect is expectations.c's. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/scenarios.h"
#include "check/steps.h"

/* --- fields ----------------------------------------------------------------------------------- */

static void field_put(Scenario *scenario, EscText name, EscDatum value)
{
    EscDatumField *grown =
        esc_arena_grow(scenario->workspace->arena, scenario->fields, scenario->fields_count,
                       &scenario->fields_capacity, sizeof *grown);
    if (grown == NULL)
        return;
    scenario->fields = grown;
    scenario->fields[scenario->fields_count++] = (EscDatumField){.name = name, .value = value};
}

/* Collects the leaves of a record of ticket fields that esc_check_fields has marked. */
static void ticket_fields(Scenario *scenario, EscNodeList entries)
{
    ESC_EACH_NODE(entry, entries) {
        EscMeaning meaning = esc_meaning(scenario->workspace, entry);
        EscDatum value;
        if (entry->entry.value->kind == ESC_NODE_RECORD)
            /* as deep as esc_check_fields went */
            ticket_fields(scenario, entry->entry.value->record.entries);
        else if (meaning.means == ESC_MEANS_TICKET_FIELD &&
                 esc_scenario_datum(&scenario->where, entry->entry.value, &value))
            field_put(scenario, scenario->workspace->fields[meaning.index].name, value);
    }
}

static void event_fields(Scenario *scenario, EscNodeList entries, EscText prefix, uint32_t event,
                         unsigned depth)
{
    EscWorkspace *workspace = scenario->workspace;
    const EscEventInfo *info = &workspace->events[event];
    ESC_EACH(entry, entries) {
        EscText name = entry->entry.name.text;
        if (prefix.size > 0)
            name = esc_arena_printf(workspace->arena, "%.*s.%.*s", ESC_TEXT_ARG(prefix),
                                    ESC_TEXT_ARG(name));
        const EscNode *value = entry->entry.value;
        if (value->kind == ESC_NODE_RECORD && depth < ESC_RECORD_DEPTH_MAX) {
            event_fields(scenario, value->record.entries, name, event, depth + 1);
            continue;
        }
        uint32_t index = 0;
        if (info->field_names == NULL || !esc_names_find(info->field_names, name, &index)) {
            EscSuggest suggest = esc_suggest(name);
            for (uint32_t i = 0; i < info->count; ++i)
                esc_suggest_try(&suggest, workspace->fields[info->fields[i]].name);
            EscDiagnostic *diagnostic = esc_report(workspace, "E0104", entry->entry.name.span,
                                                   "the event `%.*s` has no field `%.*s`",
                                                   ESC_TEXT_ARG(info->name), ESC_TEXT_ARG(name));
            (void)esc_suggest_hint(workspace, &suggest, diagnostic, entry->entry.name.span);
            continue;
        }
        EscDatum datum;
        if (esc_check_value(&scenario->where, value, esc_type_plain(workspace->fields[index].type),
                            "E0209", "this field") &&
            esc_scenario_datum(&scenario->where, value, &datum))
            field_put(scenario, name, datum);
    }
}

static void take_fields(Scenario *scenario, EscScenarioStep *step)
{
    step->fields = scenario->fields;
    step->fields_count = scenario->fields_count;
    scenario->fields = NULL;
    scenario->fields_count = 0;
    scenario->fields_capacity = 0;
}

/* `id` says which ticket the test turns to. */
static void turn_to(EscScenarioStep *step)
{
    for (uint32_t i = 0; i < step->fields_count; ++i)
        if (esc_text_equal(step->fields[i].name, ESC_TEXT("id")))
            step->ticket = step->fields[i].value.text;
}

/* --- statements ------------------------------------------------------------------------------- */

static void step_event(Scenario *scenario, const EscNode *node, EscScenarioStep *step)
{
    uint32_t event = esc_check_event(scenario->workspace, node->test_event.event);
    step->kind = ESC_SCENARIO_EVENT;
    if (event == ESC_NONE)
        return;
    step->name = scenario->workspace->events[event].name;
    if (event <= ESC_EVENT_TICKET_REOPENED) {
        esc_check_fields(&scenario->where, node->test_event.entries, ESC_TEXT(""), 1);
        ticket_fields(scenario, node->test_event.entries);
        take_fields(scenario, step);
        turn_to(step);
    } else {
        event_fields(scenario, node->test_event.entries, ESC_TEXT(""), event, 1);
        take_fields(scenario, step);
    }
}

/* Acts for which no template ever asks. Whether one asks at the moment shows when the test is played. */
static void act_must_be_asked(EscWorkspace *workspace, const EscNode *node)
{
    const EscTestActNode *act = &node->test_act;
    if (act->act == ESC_ACT_ANSWER)
        esc_check_test_name(workspace, act->name, ESC_TEST_ANSWER);
    if (act->text != NULL) /* only what is confirmed has one */
        esc_check_test_name(workspace,
                            (EscName){esc_plain_text(workspace, act->text), act->text->span},
                            ESC_TEST_CONFIRMED);
    if (act->act == ESC_ACT_APPROVE || act->act == ESC_ACT_REJECT)
        esc_check_test_name(workspace, (EscName){ESC_TEXT(""), node->span}, ESC_TEST_APPROVAL);
}

/* What a person who starts a template gives with it. */
static void started_with(Scenario *scenario, const EscNode *node, uint32_t template)
{
    EscWorkspace *workspace = scenario->workspace;
    EscNodeList arguments = node->test_act.arguments;
    esc_check_started_with(&scenario->where, node->test_act.name.span, arguments, template, false);
    ESC_EACH_NODE(entry, arguments) {
        EscMeaning meaning = esc_meaning(workspace, entry);
        EscDatum datum;
        if (meaning.means == ESC_MEANS_PARAM &&
            esc_scenario_datum(&scenario->where, entry->entry.value, &datum))
            field_put(scenario, workspace->params[meaning.index].name, datum);
    }
}

/* Whom it goes to, what is expected of them, and for how long it is offered. */
static void handed_over(Scenario *scenario, const EscNode *node, EscScenarioStep *step)
{
    const EscTestActNode *act = &node->test_act;
    step->to = esc_scenario_who(&scenario->where, act->to,
                                ESC_WHO_CAN_PERSON | ESC_WHO_CAN_TEAM | ESC_WHO_CAN_SCHEDULE,
                                "be handed something by a person");
    step->until_resolved = act->until_resolved;
    if (act->within != NULL) {
        esc_check_deadline(scenario->workspace, act->within);
        step->ms = act->within->duration.ms;
    }
    if (act->offer != NULL) {
        esc_check_deadline(scenario->workspace, act->offer);
        step->offer_ms = act->offer->duration.ms;
    }
}

static void step_act(Scenario *scenario, const EscNode *node, EscScenarioStep *step)
{
    static const EscScenarioKind kinds[] = {
        [ESC_ACT_ACK] = ESC_SCENARIO_ACK,         [ESC_ACT_RESOLVE] = ESC_SCENARIO_RESOLVE,
        [ESC_ACT_ANSWER] = ESC_SCENARIO_ANSWER,   [ESC_ACT_CONFIRM] = ESC_SCENARIO_CONFIRM,
        [ESC_ACT_APPROVE] = ESC_SCENARIO_APPROVE, [ESC_ACT_REJECT] = ESC_SCENARIO_REJECT,
        [ESC_ACT_START] = ESC_SCENARIO_START,     [ESC_ACT_CLOSE] = ESC_SCENARIO_CLOSE,
        [ESC_ACT_KEEP] = ESC_SCENARIO_KEEP,       [ESC_ACT_CALL_OFF] = ESC_SCENARIO_CALL_OFF,
        [ESC_ACT_OVERRIDE] = ESC_SCENARIO_OVERRIDE,
        [ESC_ACT_HANDOFF] = ESC_SCENARIO_HANDOFF, [ESC_ACT_ACCEPT] = ESC_SCENARIO_ACCEPT,
        [ESC_ACT_DECLINE] = ESC_SCENARIO_DECLINE,
    };
    step->kind = kinds[node->test_act.act];
    step->name = node->test_act.name.text;
    step->text = esc_plain_text(scenario->workspace, node->test_act.text);
    step->who = esc_scenario_who(&scenario->where, node->test_act.by,
                                 ESC_WHO_CAN_PERSON | ESC_WHO_CAN_SCHEDULE | ESC_WHO_CAN_ROLE,
                                 "act in a test");
    step->is_refused = node->test_act.is_refused;
    act_must_be_asked(scenario->workspace, node);
    if (node->test_act.act == ESC_ACT_HANDOFF)
        handed_over(scenario, node, step);
    if (node->test_act.act != ESC_ACT_START)
        return;
    const EscSymbol *symbol = esc_symbol_find(scenario->workspace, step->name);
    if (symbol == NULL || symbol->kind != ESC_SYMBOL_TEMPLATE) {
        esc_report(scenario->workspace, "E0101", node->test_act.name.span,
                   "there is no template `%.*s`", ESC_TEXT_ARG(step->name));
        return;
    }
    started_with(scenario, node, symbol->index);
    take_fields(scenario, step);
}

static void step_system(Scenario *scenario, const EscNode *node, EscScenarioStep *step)
{
    EscWorkspace *workspace = scenario->workspace;
    step->kind =
        node->test_system.is_failing ? ESC_SCENARIO_SYSTEM_FAILS : ESC_SCENARIO_SYSTEM_REPLIES;
    step->who = esc_scenario_action(workspace, node->test_system.system);
    const EscNode *reply = node->test_system.reply;
    if (step->who.kind != ESC_WHO_NONE)
        esc_check_test_name(workspace, (EscName){step->who.name, node->test_system.system->span},
                            ESC_TEST_CALL);
    if (reply == NULL)
        return;
    if (reply->kind == ESC_NODE_TEXT) {
        step->text = esc_plain_text(workspace, reply);
        return;
    }
    step->text = esc_scenario_json(&scenario->where, reply);
}

static void step_absent(Scenario *scenario, const EscNode *node, EscScenarioStep *step)
{
    step->kind = ESC_SCENARIO_ABSENT;
    step->who =
        esc_scenario_who(&scenario->where, node->test_absent.who, ESC_WHO_CAN_PERSON, "be absent");
    step->local_minute =
        node->test_absent.until == NULL ? INT64_MAX : esc_local_minutes(node->test_absent.until);
    EscName deputy = node->test_absent.deputy;
    if (deputy.text.size == 0 || esc_find_person(scenario->where.workspace, deputy) == ESC_NONE)
        return;
    step->name = deputy.text;
    if (esc_text_equal(deputy.text, step->who.name))
        esc_report_own_deputy(scenario->where.workspace, deputy);
}

static void step_at(Scenario *scenario, const EscNode *node, EscScenarioStep *step,
                    uint32_t position)
{
    step->kind = ESC_SCENARIO_AT;
    step->local_minute = esc_local_minutes(node->test_at.time);
    if (position > 0)
        esc_report_hint(scenario->workspace,
                        esc_report(scenario->workspace, "E0343", node->span,
                                   "`at` sets the clock where a test begins"),
                        "use `after` to move it");
}

static void make_step(Scenario *scenario, const EscNode *node, EscScenarioStep *step,
                      uint32_t position)
{
    step->span = esc_place_of(scenario->workspace, node->span);
    switch (node->kind) {
    case ESC_NODE_TEST_AT:
        step_at(scenario, node, step, position);
        break;
    case ESC_NODE_TEST_AFTER:
        step->kind = ESC_SCENARIO_AFTER;
        esc_check_duration(scenario->workspace, node->test_after.duration, false,
                           ESC_BOUND_TEST_AFTER_MS);
        step->ms = node->test_after.duration->duration.ms;
        break;
    case ESC_NODE_TEST_GIVEN:
        step->kind = ESC_SCENARIO_GIVEN;
        if (!esc_text_equal(node->test_given.what.text, ESC_TEXT("ticket"))) {
            static const char *const words[] = {"ticket", NULL};
            esc_report_word(scenario->workspace, node->test_given.what,
                            "something that can be given", words);
            break;
        }
        esc_check_fields(&scenario->where, node->test_given.entries, ESC_TEXT(""), 1);
        ticket_fields(scenario, node->test_given.entries);
        take_fields(scenario, step);
        turn_to(step);
        break;
    case ESC_NODE_TEST_EVENT:
        step_event(scenario, node, step);
        break;
    case ESC_NODE_TEST_ACT:
        step_act(scenario, node, step);
        break;
    case ESC_NODE_TEST_SYSTEM:
        step_system(scenario, node, step);
        break;
    case ESC_NODE_TEST_DELIVER:
        step->kind =
            node->test_deliver.is_failing ? ESC_SCENARIO_DELIVER_FAILS : ESC_SCENARIO_DELIVER_WORKS;
        step->who = esc_scenario_who(&scenario->where, node->test_deliver.channel,
                                     ESC_WHO_CAN_CHANNEL | ESC_WHO_CAN_PERSON, "be delivered to");
        break;
    case ESC_NODE_TEST_RECEIVE:
        step->kind = ESC_SCENARIO_RECEIVE;
        esc_scenario_receive(&scenario->where, node, step);
        break;
    case ESC_NODE_TEST_ABSENT:
        step_absent(scenario, node, step);
        break;
    case ESC_NODE_TEST_EXPECT:
        step->kind = ESC_SCENARIO_EXPECT;
        esc_scenario_expect(scenario, node, step);
        break;
    default:
        break;
    }
}

static void make_scenario(EscWorkspace *workspace, const EscNode *node)
{
    Scenario scenario = {.workspace = workspace, .where = esc_where(workspace, ESC_FUNCTION_COND)};
    scenario.where.is_test = true;
    EscScenarioStep *steps =
        esc_arena_alloc_array(workspace->arena, node->test.statements.count, sizeof *steps);
    if (steps == NULL)
        return;
    uint32_t count = 0;
    bool has_expect = false;
    ESC_EACH(statement, node->test.statements) {
        has_expect = has_expect || statement->kind == ESC_NODE_TEST_EXPECT;
        make_step(&scenario, statement, &steps[count], count);
        ++count;
    }
    if (!has_expect && !esc_has_broken_part(workspace, node->span))
        esc_report_hint(workspace,
                        esc_report(workspace, "E0344", node->test.title->span,
                                   "this test expects nothing, so it cannot fail"),
                        "end it with what must be true, such as `expect page ana`");
    *ESC_ARRAY_ADD(workspace, scenarios) =
        (EscScenario){.title = esc_plain_text(workspace, node->test.title),
                      .span = esc_place_of(workspace, node->span),
                      .steps = steps,
                      .steps_count = count};
}

/* Tests of a library's module name people, who are there where its author plays them and may be nobody here. */
void esc_pass_tests(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        if (workspace->files[i].tree == NULL ||
            (workspace->files[i].library != 0 && !workspace->io.library_tests))
            continue;
        ESC_EACH(node, workspace->files[i].tree->file.declarations) {
            if (node->kind == ESC_NODE_TEST)
                make_scenario(workspace, node);
        }
    }
}
