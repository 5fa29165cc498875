/* test_parser.c - trees, spans, recovery and limits. What is said about single faults stands in
 * tests/golden/parse. */
#include "support/test.h"

#include <stdlib.h>

#include <esc/grammar.h>

enum { REPORTS_MAX = 64, MEMORY_MAX = 256 << 20 };

typedef struct Reports {
    EscSyntaxError items[REPORTS_MAX];
    size_t count;
    EscArena *arena;
} Reports;

static EscArena *arena;
static Reports reports;

static void put(void *context, const EscSyntaxError *error)
{
    Reports *to = context;
    assert_true(to->count < REPORTS_MAX);
    to->items[to->count] = *error;
    to->items[to->count].message = esc_arena_text(to->arena, error->message);
    to->items[to->count++].fix = esc_arena_text(to->arena, error->fix);
}

static int set_up(void **state)
{
    (void)state;
    arena = esc_arena_new(MEMORY_MAX);
    return arena == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_arena_free(arena);
    return 0;
}

static const EscNode *parse(EscText source)
{
    reports = (Reports){.arena = arena};
    EscSyntaxSink sink = {.put = put, .context = &reports};
    const EscNode *file = esc_source_parse(arena, 7, source, &sink);
    assert_non_null(file);
    assert_int_equal(file->kind, ESC_NODE_FILE);
    assert_int_equal(file->file.error_count, reports.count);
    return file;
}

static const EscNode *parse_one(const char *source)
{
    const EscNode *file = parse(esc_text_from(source));
    assert_int_equal(file->file.error_count, 0);
    assert_int_equal(file->file.declarations.count, 1);
    return file->file.declarations.first;
}

static EscText dump(const EscNode *node)
{
    EscBuf out;
    esc_buf_init(&out, MEMORY_MAX);
    esc_node_dump(&out, node);
    EscText text = esc_arena_text(arena, esc_buf_as_text(&out));
    esc_buf_release(&out);
    return text;
}

static EscText repeat(const char *before, const char *part, size_t count, const char *after)
{
    EscBuf out;
    esc_buf_init(&out, MEMORY_MAX);
    esc_buf_string(&out, before);
    for (size_t i = 0; i < count; i++)
        esc_buf_string(&out, part);
    esc_buf_string(&out, after);
    EscText text = esc_arena_text(arena, esc_buf_as_text(&out));
    esc_buf_release(&out);
    return text;
}

/* --- trees
 * ------------------------------------------------------------------------------------------- */

static void an_empty_file_has_no_declarations(void **state)
{
    (void)state;
    assert_int_equal(parse(ESC_TEXT(""))->file.declarations.count, 0);
    assert_int_equal(parse(ESC_TEXT(" # only this\n"))->file.declarations.count, 0);
}

static void spans_are_byte_ranges(void **state)
{
    (void)state;
    const EscNode *team = parse_one("  team t \"\xc3\xa4\" { ana }");
    assert_int_equal(team->span.file, 7);
    assert_int_equal(team->span.start, 2);
    assert_int_equal(team->span.end, 21);
    assert_int_equal(team->team.name.span.start, 7);
    assert_int_equal(team->team.title->span.start, 9);
    assert_int_equal(team->team.title->span.end, 13);
    assert_int_equal(team->team.items.first->member.name.span.start, 16);
}

static void operators_bind_as_documented(void **state)
{
    (void)state;
    const EscNode *sla = parse_one("sla s for a or b and not c = d + e * -f { }");
    assert_text_equal(
        dump(sla->sla.condition),
        "(binary or left=a right=(binary and left=b right=(unary not operand=(binary = left=c "
        "right="
        "(binary + left=d right=(binary * left=e right=(unary negate operand=f)))))))\n");
    sla = parse_one("sla s for a - b - c > d or x is missing { }");
    assert_text_equal(
        dump(sla->sla.condition),
        "(binary or left=(binary > left=(binary - left=(binary - left=a right=b) right=c) right=d) "
        "right=(unary is missing operand=x))\n");
}

static void awaits_and_checks_know_their_words(void **state)
{
    (void)state;
    const EscNode *runbook =
        parse_one("runbook r { await ack  await resolved within 1h  await a.b within 1h "
                  "check acknowledged  check seen  check x = 1 within 5m before close }");
    const EscNode *step = runbook->runbook.steps.first;
    assert_int_equal(step->await.wait_for, ESC_AWAIT_ACK);
    assert_null(step->await.within);
    step = step->next;
    assert_int_equal(step->await.wait_for, ESC_AWAIT_RESOLVED);
    step = step->next;
    assert_int_equal(step->await.wait_for, ESC_AWAIT_CONDITION);
    assert_int_equal(step->await.condition->kind, ESC_NODE_PATH);
    step = step->next;
    assert_int_equal(step->check.check_for, ESC_CHECK_FOR_ACKNOWLEDGED);
    step = step->next;
    assert_int_equal(step->check.check_for, ESC_CHECK_FOR_DELIVERED);
    assert_text_equal(step->check.name.text, "seen");
    step = step->next;
    assert_int_equal(step->check.check_for, ESC_CHECK_FOR_CONDITION);
    assert_true(step->check.is_before_close);
}

static void count_child(void *context, const EscNode *parent, const EscNode *child)
{
    assert_true(child->span.start >= parent->span.start && child->span.end <= parent->span.end);
    (*(unsigned *)context)++;
    esc_node_each_child(child, count_child, context);
}

static void every_child_is_visited(void **state)
{
    (void)state;
    const EscNode *team = parse_one("team t \"x{a}y\" { ana ben lead ana }");
    unsigned count = 0;
    esc_node_each_child(team, count_child, &count);
    assert_int_equal(count, 7); /* the title, its three parts, two members and the lead */
}

/* --- recovery
 * ------------------------------------------------------------------------------------------ */

static void a_broken_declaration_keeps_its_name(void **state)
{
    (void)state;
    const EscNode *file =
        parse(ESC_TEXT("team a { ana }\nperson ben [ email }\nevent x.y ( z )\nteam c { ana }\n"));
    assert_int_equal(reports.count, 2);
    assert_int_equal(file->file.declarations.count, 4);
    const EscNode *node = file->file.declarations.first->next;
    assert_int_equal(node->kind, ESC_NODE_BROKEN);
    assert_int_equal(node->broken.declares, ESC_NODE_PERSON);
    assert_text_equal(node->broken.name.text, "ben");
    node = node->next;
    assert_int_equal(node->broken.declares, ESC_NODE_EVENT);
    assert_text_equal(node->broken.name.text, "x.y");
    assert_int_equal(node->next->kind, ESC_NODE_TEAM);
}

/* A part with a fault is left out, and what is around it stays. */
static void a_broken_part_is_left_out(void **state)
{
    (void)state;
    const EscNode *file =
        parse(ESC_TEXT("template t {\n  manual\n  steps {\n    skip\n    notfy x\n"
                       "    notify: y\n      \"z\"\n    resume\n    page a\n  }\n"
                       "  close whne b\n  qa { }\n}\nteam u { ana }\n"));
    assert_int_equal(reports.count, 4);
    assert_int_equal(file->file.declarations.count, 2);
    assert_int_equal(file->file.broken.count, 4);
    const EscNode *template = file->file.declarations.first;
    assert_int_equal(template->kind, ESC_NODE_TEMPLATE);
    assert_int_equal(template->template.items.count, 3);
    EscNodeList steps = template->template.items.first->next->steps.steps;
    assert_int_equal(steps.count, 2);
    assert_int_equal(steps.first->kind, ESC_NODE_SKIP);
    assert_int_equal(steps.last->kind, ESC_NODE_RESUME);
}

/* A `}` that is missing is put where the next declaration begins. */
static void a_missing_brace_costs_nothing_else(void **state)
{
    (void)state;
    const EscNode *file =
        parse(ESC_TEXT("template t {\n  steps {\n    if a {\n      skip\nteam u { ana }\n"));
    assert_int_equal(reports.count, 1);
    assert_string_equal(reports.items[0].code, "E0029");
    assert_int_equal(file->file.declarations.count, 2);
    assert_int_equal(file->file.declarations.first->kind, ESC_NODE_TEMPLATE);
    assert_int_equal(file->file.declarations.first->template.items.first->steps.steps.count, 1);
}

static void a_fault_does_not_spoil_its_neighbours(void **state)
{
    (void)state;
    EscText source = repeat("", "template a { steps { notfy x } }\nteam b { ana }\n", 20, "");
    const EscNode *file = parse(source);
    assert_int_equal(reports.count, 20);
    unsigned teams = 0;
    ESC_EACH_NODE(node, file->file.declarations)
        teams += node->kind == ESC_NODE_TEAM;
    assert_int_equal(teams, 20);
}

static void a_usual_mistake_does_not_stop_the_parser(void **state)
{
    (void)state;
    const EscNode *file = parse(ESC_TEXT("template a { steps { wait 5; close as \"x\" } }"));
    assert_int_equal(reports.count, 3);
    assert_int_equal(file->file.declarations.first->kind, ESC_NODE_TEMPLATE);
}

static void reports_end_at_their_limit(void **state)
{
    (void)state;
    parse(repeat("team a { ", ";", 200, " }"));
    assert_int_equal(reports.count, ESC_SYNTAX_ERRORS_MAX);
    assert_string_equal(reports.items[reports.count - 1].code, "E0012");
}

/* Applying every fix from the end on gives a source without that fault. */
static void fixes_make_the_source_right(void **state)
{
    (void)state;
    EscText source = ESC_TEXT("template a { start on b when c == d && !e;  steps { wait 5 minutes  "
                              "close as \"x\" } }\n// y\n");
    parse(source);
    for (size_t i = reports.count; i-- > 0;) {
        const EscSyntaxError *error = &reports.items[i];
        assert_true(error->has_fix);
        source = esc_arena_printf(arena, "%.*s%.*s%s", (int)error->fix_span.start, source.data,
                                  ESC_TEXT_ARG(error->fix), source.data + error->fix_span.end);
    }
    assert_int_equal(parse(source)->file.error_count, 0);
}

static void every_explanation_holds(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < esc_syntax_explanation_count(); i++) {
        const EscSyntaxExplanation *explanation = esc_syntax_explanation(i);
        if (explanation->wrong[0] == '\0')
            continue;
        parse(esc_text_from(explanation->wrong));
        if (reports.count == 0 || strcmp(reports.items[0].code, explanation->code) != 0)
            fail_msg("%s: the wrong example gives %s", explanation->code,
                     reports.count == 0 ? "nothing" : reports.items[0].code);
        parse(esc_text_from(explanation->right));
        if (reports.count > 0)
            fail_msg("%s: the right example gives %s", explanation->code, reports.items[0].code);
    }
}

/* --- limits
 * ------------------------------------------------------------------------------------------------
 */

static const char *first_code(EscText source)
{
    parse(source);
    return reports.count == 0 ? "" : reports.items[0].code;
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    EscText allowed = repeat("team t \"", "{\"", ESC_NESTING_MAX - 1, "");
    assert_string_equal(first_code(repeat("sla s for ", "(", ESC_NESTING_MAX, "")), "E0049");
    assert_string_equal(first_code(repeat("sla s for ", "(", ESC_NESTING_MAX + 1, "")), "E0008");
    assert_string_equal(first_code(repeat("team t ", "\"{", ESC_NESTING_MAX + 1, "")), "E0008");
    assert_string_equal(first_code(repeat("sla s for ", "not ", 100000, "a { }")), "E0008");
    assert_string_equal(
        first_code(repeat("template t { steps { if a { } ", "else if b { } ", 50000, "} }")),
        "E0008");
    assert_string_equal(first_code(allowed), "E0006");
}

static void expressions_are_bounded(void **state)
{
    (void)state;
    assert_string_equal(
        first_code(repeat("sla s for a", " or b", ESC_EXPRESSION_DEPTH_MAX, " { }")), "");
    const EscNode *file =
        parse(repeat("sla s for a", " or b", ESC_EXPRESSION_DEPTH_MAX + 1, " { }"));
    assert_string_equal(reports.items[0].code, "E0011");
    assert_int_equal(reports.count, 1);
    assert_int_equal(file->file.declarations.first->kind, ESC_NODE_BROKEN);
}

static void size_is_bounded(void **state)
{
    (void)state;
    assert_string_equal(first_code(repeat("", " ", ESC_SOURCE_SIZE_MAX, "")), "");
    assert_string_equal(first_code(repeat("", " ", ESC_SOURCE_SIZE_MAX + 1, "")), "E0001");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    (void)state;
    assert_string_equal(first_code(ESC_TEXT("team \0 { }")), "E0003");
    assert_string_equal(first_code(ESC_TEXT("team t { \xed\xa0\x80 }")), "E0002");
    assert_string_equal(first_code(ESC_TEXT("# \xe2\x81\xa6")), "E0004");
    assert_string_equal(first_code(ESC_TEXT("# \xe2\x81\xaa")), "");
}

/* Whatever is left of the memory, there is a whole tree or none. */
static void without_memory_there_is_no_tree(void **state)
{
    (void)state;
    EscText source = ESC_TEXT("template a \"b {c}\" { start on d when e = 5m or f in [g]  steps { "
                              "x.y(z: 1) else { skip } "
                              "if a { } else if b { } notfy } }\nteam t { ana }\n");
    unsigned failures = 0, successes = 0;
    for (size_t size = 64; size < 32768; size += 64) {
        EscArena *small = esc_arena_new(size);
        assert_non_null(small);
        reports = (Reports){.arena = arena};
        EscSyntaxSink sink = {.put = put, .context = &reports};
        if (esc_source_parse(small, 0, source, &sink) == NULL)
            failures++;
        else
            successes++;
        esc_arena_free(small);
    }
    assert_true(failures > 10);
    assert_true(successes > 10);
}

/* Each `else if` is a fault, and stands one deeper than the one before: the tree ends where blocks would. */
static void a_chain_of_else_if_is_as_deep_as_blocks(void **state)
{
    (void)state;
    EscBuf source;
    esc_buf_init(&source, 1 << 16);
    esc_buf_string(&source, "runbook r { if a { rollback }");
    for (unsigned i = 0; i < ESC_NESTING_MAX + 3; i++)
        esc_buf_string(&source, " else if a { rollback }");
    esc_buf_string(&source, " }");
    const EscNode *file = parse(esc_buf_as_text(&source));
    unsigned depth = 0;
    for (const EscNode *step = file->file.declarations.first->runbook.steps.first; step != NULL;
         step = step->if_step.otherwise.first)
        depth++;
    /* One and ESC_NESTING_MAX below it are the deepest that can be: they were cut off those above. */
    assert_int_equal(depth, ESC_NESTING_MAX + 4 - (ESC_NESTING_MAX + 1));
    esc_buf_release(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_empty_file_has_no_declarations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spans_are_byte_ranges, set_up, tear_down),
        cmocka_unit_test_setup_teardown(operators_bind_as_documented, set_up, tear_down),
        cmocka_unit_test_setup_teardown(awaits_and_checks_know_their_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_child_is_visited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_declaration_keeps_its_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_part_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_brace_costs_nothing_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fault_does_not_spoil_its_neighbours, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_usual_mistake_does_not_stop_the_parser, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(reports_end_at_their_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fixes_make_the_source_right, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_explanation_holds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nesting_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(expressions_are_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(size_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_that_are_no_text_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_chain_of_else_if_is_as_deep_as_blocks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_memory_there_is_no_tree, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
