/* expectations.c - what a test expects: facts about what happened and what is the case, and
 * conditions over the ticket as a small tree of probes, joined by `and`, `or` and `not`. */
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"
#include "check/scenarios.h"
#include "condition/condition.h"

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
        if (is_known)
            esc_check_test_name(scenario->workspace, name->member.name, ESC_TEST_CHECK);
        names[expect->names_count++] = name->member.name.text;
    }
    expect->names = names;
}

static void must_raise(EscWorkspace *workspace, EscName name)
{
    if (esc_exception_find(workspace, name.text) != ESC_NONE) {
        esc_check_test_name(workspace, name, ESC_TEST_EXCEPTION);
        return;
    }
    EscSuggest suggest = esc_suggest(name.text);
    for (uint32_t i = 0; i < workspace->exceptions_count && esc_suggests(workspace); ++i)
        esc_suggest_try(&suggest, workspace->exceptions[i].name);
    (void)esc_suggest_hint(workspace, &suggest,
                           esc_report(workspace, "E0109", name.span,
                                      "nothing raises an exception `%.*s`",
                                      ESC_TEXT_ARG(name.text)),
                           name.span);
}

static void must_know_template(EscWorkspace *workspace, EscName name)
{
    const EscSymbol *symbol = esc_symbol_find(workspace, name.text);
    if (symbol == NULL || symbol->kind != ESC_SYMBOL_TEMPLATE)
        esc_report(workspace, "E0101", name.span, "there is no template `%.*s`",
                   ESC_TEXT_ARG(name.text));
}

/* A name that nothing gives makes an expectation that always fails, and under `no` one that never does. */
static void must_know(Scenario *scenario, const EscNode *fact, const EscScenarioExpect *expect)
{
    EscWorkspace *workspace = scenario->workspace;
    EscName name = fact->fact.name;
    if (expect->kind == ESC_EXPECTED_EXCEPTION)
        must_raise(workspace, name);
    if (expect->kind == ESC_EXPECTED_ROLE) {
        if (esc_role_number(name.text) >= ESC_ROLE_COUNT)
            esc_report_word(workspace, name, "a role of owners", esc_role_words);
        else
            esc_check_test_name(workspace, name, ESC_TEST_ROLE);
    }
    if (expect->kind == ESC_EXPECTED_STARTED)
        must_know_template(workspace, name);
    if (expect->kind == ESC_EXPECTED_CLOSED && name.text.size > 0)
        esc_check_test_name(workspace, name, ESC_TEST_OUTCOME);
    if (expect->kind == ESC_EXPECTED_CREATED)
        esc_check_test_name(workspace, name, ESC_TEST_CREATED);
    if (expect->kind == ESC_EXPECTED_HANDOFF && fact->fact.text != NULL)
        esc_check_test_name(workspace, (EscName){expect->text, fact->fact.text->span},
                            ESC_TEST_REASON);
}

/* notify ticket.requester: a message to the address in it. */
static EscWho address_of(Scenario *scenario, const EscNode *who)
{
    char buffer[ESC_PATH_TEXT_MAX];
    if (esc_check_who(&scenario->where, who, ESC_WHO_CAN_PEOPLE | ESC_WHO_CAN_CHANNEL,
                      "be notified") == 0)
        return (EscWho){0};
    EscText name =
        esc_arena_text(scenario->workspace->arena, esc_path_text(who, 0, who->path.count, buffer));
    esc_check_test_name(scenario->workspace, (EscName){name, who->span}, ESC_TEST_NOTIFIED);
    return (EscWho){ESC_WHO_FIELD, name};
}

/* What is called, notified, paged, asked, or accountable. */
static EscWho who_of(Scenario *scenario, const EscNode *who, EscFactKind fact)
{
    unsigned people = ESC_WHO_CAN_ANSWER & ~(ESC_WHO_CAN_FIELD | ESC_WHO_CAN_ROUTE);
    EscWorkspace *workspace = scenario->workspace;
    EscWho found = {0};
    if (fact == ESC_FACT_CALL) {
        found = esc_scenario_action(workspace, who);
        if (found.kind != ESC_WHO_NONE)
            esc_check_test_name(workspace, (EscName){found.name, who->span}, ESC_TEST_CALL);
        return found;
    }
    if (fact == ESC_FACT_NOTIFY && who->kind == ESC_NODE_PATH && who->path.count > 1)
        return address_of(scenario, who);
    if (fact != ESC_FACT_NOTIFY)
        return esc_scenario_who(&scenario->where, who, people, "be expected here");
    found = esc_scenario_who(&scenario->where, who, people | ESC_WHO_CAN_CHANNEL, "be notified");
    if (found.kind == ESC_WHO_CHANNEL)
        esc_check_test_name(workspace, (EscName){found.name, who->span}, ESC_TEST_NOTIFIED);
    return found;
}

static void make_fact(Scenario *scenario, const EscNode *fact, EscScenarioExpect *expect)
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
    expect->times = fact->fact.times;
    expect->span = esc_place_of(scenario->workspace, fact->span);
    expect->name = fact->fact.name.text;
    expect->text = esc_plain_text(scenario->workspace, fact->fact.text);
    if (fact->fact.names.count > 0)
        check_names(scenario, fact, expect);
    must_know(scenario, fact, expect);
    if (fact->fact.who != NULL)
        expect->who = who_of(scenario, fact->fact.who, fact->fact.fact);
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
    probe.ignores_case = node->binary.ignores_case;
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

static void make_condition(Scenario *scenario, const EscNode *condition, EscScenarioExpect *expect)
{
    uint32_t errors = scenario->workspace->errors;
    expect->kind = ESC_EXPECTED_CONDITION;
    esc_check_condition(&scenario->where, condition, ESC_USE_TEST);
    if (scenario->workspace->errors == errors)
        make_probe(scenario, condition);
    if (scenario->workspace->errors == errors) {
        esc_condition_passed(scenario->workspace, condition);
        esc_judge_condition(scenario->workspace, condition, ESC_USE_TEST);
    }
    expect->probes = scenario->probes;
    expect->probes_count = scenario->probes_count;
    scenario->probes = NULL;
    scenario->probes_count = 0;
    scenario->probes_capacity = 0;
}

/* --- joined ----------------------------------------------------------------------------------- */

/* expect owner ana and owner ben */
static void two_owners(Scenario *scenario, const EscNode *claim, const EscNode **first)
{
    if (claim->kind == ESC_NODE_BINARY && claim->binary.op == ESC_BINARY_AND) {
        two_owners(scenario, claim->binary.left, first);
        two_owners(scenario, claim->binary.right, first);
    }
    if (claim->kind != ESC_NODE_FACT || claim->fact.fact != ESC_FACT_OWNER ||
        claim->fact.is_negated || claim->fact.who->kind != ESC_NODE_PATH ||
        esc_ref_kind(esc_meaning(scenario->workspace, claim->fact.who).index) != ESC_REF_PERSON)
        return;
    if (*first == NULL) {
        *first = claim;
    } else if (esc_meaning(scenario->workspace, claim->fact.who).index !=
               esc_meaning(scenario->workspace, (*first)->fact.who).index) {
        EscDiagnostic *diagnostic =
            esc_report(scenario->workspace, "E0346", claim->span,
                       "a ticket has one owner, so this cannot hold together with the other");
        esc_report_hint(scenario->workspace, diagnostic,
                        "expect them one after the other, with `after TIME` between them");
        esc_report_related(scenario->workspace, diagnostic, (*first)->span, "the other");
    }
}

static bool has_fact(const EscNode *claim)
{
    if (claim->kind == ESC_NODE_UNARY && claim->unary.op == ESC_UNARY_NOT)
        return has_fact(claim->unary.operand);
    if (claim->kind == ESC_NODE_BINARY &&
        (claim->binary.op == ESC_BINARY_AND || claim->binary.op == ESC_BINARY_OR))
        return has_fact(claim->binary.left) || has_fact(claim->binary.right);
    return claim->kind == ESC_NODE_FACT;
}

static void expect_put(Scenario *scenario, EscScenarioExpect expect)
{
    EscScenarioExpect *grown =
        esc_arena_grow(scenario->workspace->arena, scenario->expects, scenario->expects_count,
                       &scenario->expects_capacity, sizeof *grown);
    if (grown == NULL)
        return;
    scenario->expects = grown;
    scenario->expects[scenario->expects_count++] = expect;
}

/* A condition stays whole, so that one part of it may rest on another. As deep as the expression. */
static void make_claim(Scenario *scenario, const EscNode *claim)
{
    EscScenarioExpect expect = {.span = esc_place_of(scenario->workspace, claim->span)};
    if (claim->kind == ESC_NODE_FACT) {
        make_fact(scenario, claim, &expect);
        expect_put(scenario, expect);
    } else if (!has_fact(claim)) {
        make_condition(scenario, claim, &expect);
        expect_put(scenario, expect);
    } else if (claim->kind == ESC_NODE_UNARY) {
        expect.kind = ESC_EXPECTED_NOT;
        expect.children = 1;
        expect_put(scenario, expect);
        make_claim(scenario, claim->unary.operand);
    } else {
        expect.kind = claim->binary.op == ESC_BINARY_AND ? ESC_EXPECTED_AND : ESC_EXPECTED_OR;
        expect.children = 2;
        expect_put(scenario, expect);
        make_claim(scenario, claim->binary.left);
        make_claim(scenario, claim->binary.right);
    }
}

void esc_scenario_expect(Scenario *scenario, const EscNode *node, EscScenarioStep *step)
{
    const EscNode *owner = NULL;
    if (node->test_expect.claim == NULL)
        return;
    step->name = node->test_expect.template.text;
    step->is_so_far = node->test_expect.is_so_far;
    if (step->name.size > 0)
        must_know_template(scenario->workspace, node->test_expect.template);
    make_claim(scenario, node->test_expect.claim);
    step->expects = scenario->expects;
    step->expects_count = scenario->expects_count;
    scenario->expects = NULL;
    scenario->expects_count = 0;
    scenario->expects_capacity = 0;
    two_owners(scenario, node->test_expect.claim, &owner);
}
