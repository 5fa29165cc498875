/* expectations.c - what a test expects: facts about what happened, and conditions over the
 * ticket as a small tree of probes. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"
#include "check/scenarios.h"

/* --- facts ------------------------------------------------------------------------------------ */

static void check_names(Scenario *scenario, const EscNode *fact, EscScenarioExpect *expect)
{
    static const char *const words[] = {"acknowledged", "accepted",  "delivered", "seen",
                                        "consistent",   "confirmed", NULL};
    EscText *names =
        esc_arena_alloc_array(scenario->workspace->arena, fact->fact.names.count, sizeof *names);
    if (names == NULL)
        return;
    ESC_EACH_NODE(name, fact->fact.names) {
        bool is_known = false;
        for (size_t i = 0; words[i] != NULL; ++i)
            is_known = is_known || esc_text_equal(name->member.name.text, esc_text_from(words[i]));
        if (!is_known)
            esc_report_word(scenario->workspace, name->member.name, "a QA check", words);
        names[expect->names_count++] = name->member.name.text;
    }
    expect->names = names;
}

static void must_know(Scenario *scenario, const EscNode *fact, EscScenarioExpect *expect)
{
    EscWorkspace *workspace = scenario->workspace;
    EscName name = fact->fact.name;
    if (expect->kind == ESC_EXPECTED_EXCEPTION &&
        esc_exception_find(workspace, name.text) == ESC_NONE) {
        EscSuggest suggest = esc_suggest(name.text);
        for (uint32_t i = 0; i < workspace->exceptions_count && esc_suggests(workspace); ++i)
            esc_suggest_try(&suggest, workspace->exceptions[i].name);
        (void)esc_suggest_hint(workspace, &suggest,
                               esc_report(workspace, "E0109", name.span,
                                          "nothing raises an exception `%.*s`",
                                          ESC_TEXT_ARG(name.text)),
                               name.span);
    }
    if (expect->kind == ESC_EXPECTED_ROLE && esc_role_number(name.text) >= ESC_ROLE_COUNT)
        esc_report_word(workspace, name, "a role of owners", esc_role_words);
    if (expect->kind == ESC_EXPECTED_STARTED) {
        const EscSymbol *symbol = esc_symbol_find(workspace, name.text);
        if (symbol == NULL || symbol->kind != ESC_SYMBOL_TEMPLATE)
            esc_report(workspace, "E0101", name.span, "there is no template `%.*s`",
                       ESC_TEXT_ARG(name.text));
    }
}

static void make_fact(Scenario *scenario, EscNode *fact, EscScenarioExpect *expect)
{
    static const EscExpected kinds[] = {
        [ESC_FACT_NOTHING] = ESC_EXPECTED_NOTHING, [ESC_FACT_NOTIFY] = ESC_EXPECTED_NOTIFY,
        [ESC_FACT_PAGE] = ESC_EXPECTED_PAGE,       [ESC_FACT_OWNER] = ESC_EXPECTED_OWNER,
        [ESC_FACT_ROLE] = ESC_EXPECTED_ROLE,       [ESC_FACT_EXCEPTION] = ESC_EXPECTED_EXCEPTION,
        [ESC_FACT_PASSED] = ESC_EXPECTED_PASSED,   [ESC_FACT_FAILED] = ESC_EXPECTED_FAILED,
        [ESC_FACT_CLOSED] = ESC_EXPECTED_CLOSED,   [ESC_FACT_CREATED] = ESC_EXPECTED_CREATED,
        [ESC_FACT_HANDOFF] = ESC_EXPECTED_HANDOFF, [ESC_FACT_CALL] = ESC_EXPECTED_CALL,
        [ESC_FACT_STARTED] = ESC_EXPECTED_STARTED, [ESC_FACT_ASKED] = ESC_EXPECTED_ASKED,
    };
    expect->kind = kinds[fact->fact.fact];
    expect->is_negated = fact->fact.is_negated;
    expect->span = (EscPlaceSpan){fact->span.file, fact->span.start, fact->span.end};
    expect->name = fact->fact.name.text;
    expect->text = esc_plain_text(scenario->workspace, fact->fact.text);
    if (fact->fact.names.count > 0)
        check_names(scenario, fact, expect);
    must_know(scenario, fact, expect);
    if (fact->fact.fact == ESC_FACT_CLOSED && expect->name.size > 0)
        esc_check_test_name(scenario->workspace, fact->fact.name, ESC_NODE_CLOSE);
    if (fact->fact.fact == ESC_FACT_CREATED)
        esc_check_test_name(scenario->workspace, fact->fact.name, ESC_NODE_CREATE);
    if (fact->fact.who == NULL)
        return;
    if (fact->fact.fact == ESC_FACT_CALL)
        expect->who = esc_scenario_action(scenario->workspace, fact->fact.who);
    else if (fact->fact.fact == ESC_FACT_NOTIFY)
        expect->who = esc_scenario_who(&scenario->where, fact->fact.who,
                                       (ESC_WHO_CAN_PEOPLE | ESC_WHO_CAN_CHANNEL) &
                                           ~(ESC_WHO_CAN_FIELD | ESC_WHO_CAN_ROUTE),
                                       "be notified");
    else
        expect->who = esc_scenario_who(
            &scenario->where, fact->fact.who,
            ESC_WHO_CAN_PEOPLE & ~(ESC_WHO_CAN_FIELD | ESC_WHO_CAN_ROUTE), "be expected here");
}

/* --- conditions ------------------------------------------------------------------------------- */

static void probe_put(Scenario *scenario, EscProbe probe)
{
    EscProbe *grown =
        esc_arena_grow(scenario->workspace->arena, scenario->probes, scenario->probes_count,
                       &scenario->probes_capacity, sizeof *grown);
    if (grown == NULL)
        return;
    scenario->probes = grown;
    scenario->probes[scenario->probes_count++] = probe;
}

static void too_clever(Scenario *scenario, const EscNode *node)
{
    esc_report_hint(scenario->workspace,
                    esc_report(scenario->workspace, "E0342", node->span,
                               "a test compares fields of the ticket with fixed values"),
                    "such as `expect ticket.status = escalated`");
}

/* The name of a path that a probe can read; false after a report. */
static bool probe_path(Scenario *scenario, const EscNode *node, EscText *path)
{
    if (node->kind != ESC_NODE_PATH) {
        too_clever(scenario, node);
        return false;
    }
    EscMeaning meaning = esc_meaning(scenario->workspace, node);
    char buffer[ESC_PATH_TEXT_MAX];
    if ((meaning.means != ESC_MEANS_TICKET_FIELD && meaning.means != ESC_MEANS_FACT) ||
        meaning.unit != ESC_UNIT_NONE) {
        too_clever(scenario, node);
        return false;
    }
    *path = esc_arena_text(scenario->workspace->arena,
                           esc_path_text(node, 0, node->path.count, buffer));
    return true;
}

static bool comparison_kind(EscBinaryOp op, EscProbeKind *kind)
{
    switch (op) {
    case ESC_BINARY_EQUAL:
    case ESC_BINARY_NOT_EQUAL:
        *kind = ESC_PROBE_EQUAL;
        return true;
    case ESC_BINARY_LESS:
        *kind = ESC_PROBE_LESS;
        return true;
    case ESC_BINARY_LESS_EQUAL:
        *kind = ESC_PROBE_LESS_EQUAL;
        return true;
    case ESC_BINARY_GREATER:
        *kind = ESC_PROBE_GREATER;
        return true;
    case ESC_BINARY_GREATER_EQUAL:
        *kind = ESC_PROBE_GREATER_EQUAL;
        return true;
    case ESC_BINARY_STARTS_WITH:
        *kind = ESC_PROBE_STARTS;
        return true;
    case ESC_BINARY_ENDS_WITH:
        *kind = ESC_PROBE_ENDS;
        return true;
    case ESC_BINARY_CONTAINS:
        *kind = ESC_PROBE_CONTAINS;
        return true;
    default:
        return false;
    }
}

static void make_probe(Scenario *scenario, const EscNode *node);

static void comparison_probe(Scenario *scenario, const EscNode *node)
{
    EscProbe probe = {0};
    if (!probe_path(scenario, node->binary.left, &probe.path))
        return;
    EscBinaryOp op = node->binary.op;
    if (op == ESC_BINARY_NOT_EQUAL || op == ESC_BINARY_NOT_IN)
        probe_put(scenario, (EscProbe){.kind = ESC_PROBE_NOT, .children = 1});
    if (comparison_kind(op, &probe.kind)) {
        if (esc_scenario_datum(&scenario->where, node->binary.right, &probe.value))
            probe_put(scenario, probe);
        return;
    }
    if ((op != ESC_BINARY_IN && op != ESC_BINARY_NOT_IN) ||
        node->binary.right->kind != ESC_NODE_LIST) {
        too_clever(scenario, node);
        return;
    }
    probe_put(scenario,
              (EscProbe){.kind = ESC_PROBE_OR, .children = node->binary.right->list.items.count});
    probe.kind = ESC_PROBE_EQUAL;
    ESC_EACH_NODE(item, node->binary.right->list.items) {
        if (esc_scenario_datum(&scenario->where, item, &probe.value))
            probe_put(scenario, probe);
    }
}

static void unary_probe(Scenario *scenario, const EscNode *node)
{
    EscProbe probe = {.kind = node->unary.op == ESC_UNARY_IS_PRESENT ? ESC_PROBE_PRESENT
                                                                     : ESC_PROBE_MISSING};
    if (node->unary.op == ESC_UNARY_NOT) {
        probe_put(scenario, (EscProbe){.kind = ESC_PROBE_NOT, .children = 1});
        make_probe(scenario, node->unary.operand);
    } else if (node->unary.op == ESC_UNARY_NEGATE) {
        too_clever(scenario, node);
    } else if (probe_path(scenario, node->unary.operand, &probe.path)) {
        probe_put(scenario, probe);
    }
}

/* As deep as the expression: at most ESC_EXPRESSION_DEPTH_MAX. */
static void make_probe(Scenario *scenario, const EscNode *node)
{
    EscProbe probe = {.kind = ESC_PROBE_TRUE};
    if (node->kind == ESC_NODE_BINARY &&
        (node->binary.op == ESC_BINARY_AND || node->binary.op == ESC_BINARY_OR)) {
        probe_put(scenario, (EscProbe){.kind = node->binary.op == ESC_BINARY_AND ? ESC_PROBE_AND
                                                                                 : ESC_PROBE_OR,
                                       .children = 2});
        make_probe(scenario, node->binary.left);
        make_probe(scenario, node->binary.right);
    } else if (node->kind == ESC_NODE_BINARY) {
        comparison_probe(scenario, node);
    } else if (node->kind == ESC_NODE_UNARY) {
        unary_probe(scenario, node);
    } else if (probe_path(scenario, node, &probe.path)) {
        probe_put(scenario, probe);
    }
}

static void make_condition(Scenario *scenario, EscNode *condition, EscScenarioExpect *expect)
{
    uint32_t errors = scenario->workspace->errors;
    expect->kind = ESC_EXPECTED_CONDITION;
    expect->span = (EscPlaceSpan){condition->span.file, condition->span.start, condition->span.end};
    esc_check_condition(&scenario->where, condition, ESC_USE_TEST);
    if (scenario->workspace->errors == errors)
        make_probe(scenario, condition);
    expect->probes = scenario->probes;
    expect->probes_count = scenario->probes_count;
    scenario->probes = NULL;
    scenario->probes_count = 0;
    scenario->probes_capacity = 0;
}

/* expect owner ana and owner ben */
static void two_owners(Scenario *scenario, EscNodeList facts, const EscScenarioExpect *expects)
{
    const EscNode *first = NULL;
    const EscScenarioExpect *expect = expects, *owner = NULL;
    ESC_EACH_NODE(fact, facts) {
        bool is_person = expect->kind == ESC_EXPECTED_OWNER && !expect->is_negated &&
                         expect->who.kind == ESC_WHO_PERSON;
        if (is_person && owner != NULL && !esc_text_equal(owner->who.name, expect->who.name)) {
            EscDiagnostic *diagnostic =
                esc_report(scenario->workspace, "E0346", fact->span,
                           "a ticket has one owner, so this cannot hold together with the other");
            esc_report_hint(scenario->workspace, diagnostic,
                            "expect them one after the other, with `after TIME` between them");
            esc_report_related(scenario->workspace, diagnostic, first->span, "the other");
            return;
        }
        if (is_person && owner == NULL) {
            owner = expect;
            first = fact;
        }
        ++expect;
    }
}

void esc_scenario_expect(Scenario *scenario, EscNode *node, EscScenarioStep *step)
{
    bool is_condition = node->test_expect.condition != NULL;
    uint32_t count = is_condition ? 1 : node->test_expect.facts.count;
    EscScenarioExpect *expects =
        esc_arena_alloc_array(scenario->workspace->arena, count, sizeof *expects);
    if (expects == NULL)
        return;
    step->expects = expects;
    if (is_condition) {
        make_condition(scenario, node->test_expect.condition, &expects[0]);
        step->expects_count = 1;
        return;
    }
    ESC_EACH(fact, node->test_expect.facts)
        make_fact(scenario, fact, &expects[step->expects_count++]);
    two_owners(scenario, node->test_expect.facts, expects);
}
