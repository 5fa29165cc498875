/* test_condition.c - the one form of a condition, the cells of its subjects, and diagrams over them. That all ways of
 * judging a condition agree is the suite `conditions`. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "condition/condition.h"
#include "condition/space.h"
#include "support/alloc_fail.h"
#include "workspace_scene.h"

#define FIELDS                                                                                     \
    "extend ticket { vip: bool?  seats: number default 0  cost: number?  spent: duration? }\n"

/* The form of the first step's `if` in a runbook of that condition. */
static const EscCondition *form_of(const char *condition, EscWorkspace **workspace)
{
    char source[8192];
    snprintf(source, sizeof source, FIELDS "runbook r {\n  if %s { rollback }\n}\n", condition);
    *workspace = scene_checked(source);
    const EscNode *step = scene_runbook(*workspace, "r");
    return esc_condition_of(*workspace, step->if_step.condition);
}

static EscText words_of(const EscWorkspace *workspace, EscSpan span)
{
    return (EscText){esc_file_of(workspace, span)->text.data + span.start, span.end - span.start};
}

/* --- the form --------------------------------------------------------------------------------- */

static void not_stands_at_the_tests(void **state)
{
    (void)state;
    EscWorkspace *workspace;
    const EscCondition *form =
        form_of("not (ticket.severity = low or not (ticket.seats < 5 and resolved))", &workspace);
    assert_int_equal(form->kind, ESC_CONDITION_AND);
    assert_int_equal(form->count, 3);
    const EscCondition *severity = form->first, *seats = severity->next, *resolved = seats->next;
    assert_int_equal(severity->test->kind, ESC_TEST_MEMBERS);
    assert_true(severity->test->is_negated);
    assert_int_equal(severity->test->members, 1);
    assert_text_equal(words_of(workspace, severity->span), "ticket.severity = low");
    assert_false(seats->test->is_negated);
    assert_true(seats->test->intervals[0].is_high_open);
    assert_int_equal(seats->test->intervals[0].high, esc_number_key(5));
    assert_int_equal(resolved->test->subject.kind, ESC_SUBJECT_FACT);
    assert_null(resolved->next);
    esc_workspace_free(workspace);
}

static void chains_of_one_connective_are_one_node(void **state)
{
    (void)state;
    EscWorkspace *workspace;
    const EscCondition *form = form_of(
        "resolved and (ticket.seats = 1 and (ticket.seats = 2 or ticket.vip)) and escalation.acked",
        &workspace);
    assert_non_null(form);
    assert_int_equal(form->count, 4);
    assert_int_equal(form->first->next->next->kind, ESC_CONDITION_OR);
    assert_text_equal(words_of(workspace, form->first->next->next->span),
                      "ticket.seats = 2 or ticket.vip");
    esc_workspace_free(workspace);
}

static void what_is_wrong_has_no_form(void **state)
{
    (void)state;
    EscWorkspace *workspace;
    assert_null(form_of("ticket.severity = low and ticket.seats = \"x\"", &workspace));
    assert_true(esc_workspace_error_count(workspace) > 0);
    assert_null(esc_condition_of(workspace, NULL));
    esc_workspace_free(workspace);
    static const char *const wrong[] = {
        "ticket.nope = 5",
        "5 = ticket.nope",
        "ticket.seats > ticket.nope",
        "ticket.nope > ticket.seats",
        "ticket.nope is missing",
        "changed ticket.nope",
        "ticket.nope in [1, 2]",

        "ticket.nope",
        "not ticket.nope",
        "resolved and ticket.nope",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(wrong); i++) {
        if (form_of(wrong[i], &workspace) != NULL)
            fail_msg("%s", wrong[i]);
        esc_workspace_free(workspace);
    }
    assert_non_null(form_of("ticket.seats = 5", &workspace));
    esc_workspace_free(workspace);
}

static const EscTest *test_of(const char *condition, EscWorkspace **workspace)
{
    const EscCondition *form = form_of(condition, workspace);
    assert_non_null(form);
    assert_int_equal(form->kind, ESC_CONDITION_TEST);
    return form->test;
}

static void units_are_ranges_of_the_duration(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        int64_t ms;
        bool holds;
    } cases[] = {
        {"ticket.spent.minutes > 5", 359999, false}, {"ticket.spent.minutes > 5", 360000, true},
        {"ticket.spent.minutes = 2", 119999, false}, {"ticket.spent.minutes = 2", 120000, true},
        {"ticket.spent.minutes = 2", 179999, true},  {"ticket.spent.minutes = 2", 180000, false},
        {"ticket.spent.hours < 1.5", 7199999, true}, {"ticket.spent.hours < 1.5", 7200000, false},
        {"ticket.spent.seconds <= -1", -1, true},    {"ticket.spent.seconds <= -1", 0, false},
        {"2 >= ticket.spent.days", 259199999, true}, {"2 >= ticket.spent.days", 259200000, false},
        {"ticket.spent.seconds >= 0.5", 999, false}, {"ticket.spent.seconds >= 0.5", 1000, true},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscWorkspace *workspace;
        const EscTest *test = test_of(cases[i].condition, &workspace);
        EscCell cell = {.key = cases[i].ms};
        assert_text_equal(test->subject.words, "ticket.spent");
        if (esc_test_holds(test, &cell) != cases[i].holds)
            fail_msg("%s at %lld ms", cases[i].condition, (long long)cases[i].ms);
        esc_workspace_free(workspace);
    }
}

static void a_missing_value_makes_no_test_true(void **state)
{
    (void)state;
    static const char *const conditions[] = {
        "ticket.cost > 5",           "ticket.vip",
        "ticket.note contains \"\"", "ticket.cost in [1, 2]",
        "ticket.spent.days < 400",   "ticket.note is present",
    };
    for (size_t i = 0; i < ESC_COUNT_OF(conditions); i++) {
        EscWorkspace *workspace;
        const EscTest *test = test_of(conditions[i], &workspace);
        EscTest turned = *test;
        EscCell missing = {.is_missing = true};
        turned.is_negated = !turned.is_negated;
        assert_true(test->subject.may_be_missing);
        assert_false(esc_test_holds(test, &missing));
        assert_int_equal(esc_test_holds(&turned, &missing), test->kind == ESC_TEST_PRESENCE);
        esc_workspace_free(workspace);
    }
}

/* --- sets ------------------------------------------------------------------------------------- */

static void keys_are_in_the_order_of_numbers(void **state)
{
    (void)state;
    static const double numbers[] = {-HUGE_VAL, -DBL_MAX, -2.5, -1,      -DBL_MIN, 0,
                                     DBL_MIN,   0.5,      1,    DBL_MAX, HUGE_VAL};
    for (size_t i = 0; i < ESC_COUNT_OF(numbers); i++) {
        assert_true(esc_key_number(esc_number_key(numbers[i])) >= numbers[i]);
        assert_true(esc_key_number(esc_number_key(numbers[i])) <= numbers[i]);
        if (i > 0)
            assert_true(esc_number_key(numbers[i - 1]) < esc_number_key(numbers[i]));
    }
    assert_int_equal(esc_number_key(-0.0), esc_number_key(0.0));
    assert_int_equal(esc_number_key(nextafter(5, 6)), esc_number_key(5) + 1);
    assert_int_equal(esc_number_key(nextafter(-5, -6)), esc_number_key(-5) - 1);
}

static void an_open_end_is_the_key_beside_it(void **state)
{
    (void)state;
    int64_t low, high;
    assert_true(esc_interval_closed(&(EscInterval){3, 9, true, true}, &low, &high));
    assert_int_equal(low, 4);
    assert_int_equal(high, 8);
    assert_true(esc_interval_closed(&(EscInterval){3, 4, true, false}, &low, &high));
    assert_false(esc_interval_closed(&(EscInterval){3, 4, true, true}, &low, &high));
    assert_true(esc_interval_closed(&(EscInterval){3, 3, false, false}, &low, &high));
    assert_false(esc_interval_closed(&(EscInterval){4, 3, false, false}, &low, &high));
    assert_false(
        esc_interval_closed(&(EscInterval){INT64_MAX, INT64_MAX, true, false}, &low, &high));
    assert_false(
        esc_interval_closed(&(EscInterval){INT64_MIN, INT64_MIN, false, true}, &low, &high));
}

/* --- texts ------------------------------------------------------------------------------------ */

static const char letters[] = {'a', 'b', 'c', 'A'};

enum { LENGTH_MAX = 6 };

/* Is there a text of at most so many of these letters for which the atoms are as asked? */
static bool is_found(const EscAtom *atoms, const bool *truths, uint32_t count, char *text,
                     size_t size)
{
    bool is_right = true;
    for (uint32_t i = 0; i < count && is_right; i++)
        is_right = esc_atom_holds(&atoms[i], (EscText){text, size}) == truths[i];
    if (is_right || size == LENGTH_MAX)
        return is_right;
    for (size_t letter = 0; letter < ESC_COUNT_OF(letters); letter++) {
        text[size] = letters[letter];
        if (is_found(atoms, truths, count, text, size + 1))
            return true;
    }
    return false;
}

/* Against every text of up to six letters, for all atoms over two of them and one in another case. */
static void a_text_is_found_exactly_when_there_is_one(void **state)
{
    (void)state;
    static const char *const parts[] = {"", "a", "b", "ab", "ba", "aa", "A", "bA"};
    uint64_t random = 7;
    uint32_t found = 0, none = 0;
    for (int round = 0; round < 1000; round++) {
        EscAtom atoms[3];
        bool truths[3];
        char room[LENGTH_MAX];
        EscArena *arena = esc_arena_new((size_t)1 << 16);
        for (int i = 0; i < 3; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            atoms[i] = (EscAtom){(EscAtomKind)(random >> 33) % 4,
                                 esc_text_from(parts[(random >> 40) % ESC_COUNT_OF(parts)])};
            truths[i] = (random >> 50 & 1) != 0;
        }
        EscText text;
        bool is_there = esc_text_for(arena, atoms, truths, 3, &text);
        assert_int_equal(is_there, is_found(atoms, truths, 3, room, 0));
        for (int i = 0; i < 3 && is_there; i++)
            assert_int_equal(esc_atom_holds(&atoms[i], text), truths[i]);
        found += is_there;
        none += !is_there;
        esc_arena_free(arena);
    }
    assert_true(found > 150 && none > 150);
}

static void a_letter_is_found_when_all_that_are_liked_are_taken(void **state)
{
    (void)state;
    const EscAtom atoms[] = {{ESC_ATOM_CONTAINS, ESC_TEXT(" -_abcdefghijklmnopqrstuvwxyz")},
                             {ESC_ATOM_CONTAINS, ESC_TEXT("\xe4\xb8\x80")}, /* U+4E00 */
                             {ESC_ATOM_STARTS, ESC_TEXT("x")}};
    const bool truths[] = {true, false, false};
    EscArena *arena = esc_arena_new((size_t)1 << 16);
    EscText text;
    assert_true(esc_text_for(arena, atoms, truths, 3, &text));
    assert_true(esc_utf8_is_valid(text, NULL));
    for (size_t i = 0; i < ESC_COUNT_OF(atoms); i++)
        assert_int_equal(esc_atom_holds(&atoms[i], text), truths[i]);
    esc_arena_free(arena);
}

/* --- diagrams --------------------------------------------------------------------------------- */

/* What a diagram of `condition` comes to, and its example: "ticket.seats=6; ticket.vip=true". */
static EscDiagram verdict_of(const char *condition, char *example, size_t size)
{
    EscWorkspace *workspace;
    const EscCondition *form = form_of(condition, &workspace);
    assert_non_null(form);
    EscSpace *space = esc_space_new(&form, 1);
    EscDiagram diagram = esc_space_diagram(space, form);
    EscExample found;
    size_t at = 0;
    example[0] = '\0';
    if (esc_space_example(space, diagram, workspace->arena, &found))
        for (uint32_t i = 0; i < found.count; i++)
            at += (size_t)snprintf(example + at, size - at, "%s%.*s=%.*s", i == 0 ? "" : "; ",
                                   ESC_TEXT_ARG(found.lines[i].field),
                                   ESC_TEXT_ARG(found.lines[i].value));
    esc_space_free(space);
    esc_workspace_free(workspace);
    return diagram;
}

static void examples_are_values_that_people_would_write(void **state)
{
    (void)state;
    static const struct {
        const char *condition, *example;
    } cases[] = {
        {"ticket.severity > medium and ticket.vip", "ticket.severity=high; ticket.vip=true"},
        {"ticket.seats > 5", "ticket.seats=6"},
        {"ticket.seats < 5", "ticket.seats=4"},
        {"ticket.seats > 5 and ticket.seats < 6", "ticket.seats=5.1"},
        {"ticket.seats in [2.5]", "ticket.seats=2.5"},
        {"ticket.seats < -5", "ticket.seats=-6"},
        {"ticket.spent > 30m", "ticket.spent=31m"},
        {"ticket.spent.hours = 2", "ticket.spent=2h"},
        {"ticket.spent < 1m", "ticket.spent=0s"},
        {"ticket.due_at > now + 2h", "ticket.due_at=now + 2h1m"},
        {"ticket.due_at <= now", "ticket.due_at=now"},
        {"ticket.note is missing", "ticket.note=missing"},
        {"ticket.note is present", "ticket.note=\"x\""},
        {"ticket.title starts with \"VIP\" and ticket.title contains \"down\"",
         "ticket.title=\"VIP down x\""},
        {"not (ticket.title = \"x\")", "ticket.title=\"y\""},
        {"ticket.tags contains \"a\" and ticket.tags contains \"b\" and not (\"c\" in ticket.tags)",
         "ticket.tags=[\"a\", \"b\"]"},
        {"changed ticket.status and ticket.status = open",
         "changed ticket.status=true; ticket.status=open"},
        {"escalation.handoffs > 2 and not resolved", "escalation.handoffs=3; resolved=false"},
        {"ticket.created_at < ticket.due_at", "ticket.created_at < ticket.due_at=true"},
        {"ticket.due_at > ticket.created_at", "ticket.created_at < ticket.due_at=true"},
        {"any(t in ticket.tags: t = \"a\")", "any(t in ticket.tags: t = \"a\")=true"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char example[512];
        EscDiagram verdict = verdict_of(cases[i].condition, example, sizeof example);
        assert_true(verdict != ESC_NEVER && verdict != ESC_ALWAYS && verdict != ESC_INCONCLUSIVE);
        assert_string_equal(example, cases[i].example);
    }
}

static void what_always_or_never_holds_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        EscDiagram verdict;
    } cases[] = {
        {"ticket.severity >= low", ESC_ALWAYS},
        {"ticket.severity < low", ESC_NEVER},
        {"ticket.severity in [low, medium] or ticket.severity in [high, critical]", ESC_ALWAYS},
        {"ticket.seats < 5 and ticket.seats > 4.999999999999999", ESC_NEVER},
        {"ticket.seats <= 5 or ticket.seats > 5", ESC_ALWAYS},
        {"ticket.spent < 2h and ticket.spent.minutes >= 120", ESC_NEVER},
        {"ticket.title = \"ab\" and ticket.title ends with \"a\"", ESC_NEVER},
        {"not (ticket.title contains \"a\") and ticket.title starts with \"ba\"", ESC_NEVER},
        {"ticket.title starts with \"ab\" and ticket.title starts with \"ac\"", ESC_NEVER},
        {"ticket.note is missing and ticket.note = \"x\"", ESC_NEVER},
        {"ticket.due_at is missing and ticket.due_at < now", ESC_NEVER},
        {"ticket.note is present or ticket.note is missing", ESC_ALWAYS},
        {"1 < 2", ESC_ALWAYS},
        {"2 in [1, 3]", ESC_NEVER},
        {"true", ESC_ALWAYS},
        {"ticket.created_at < ticket.due_at and ticket.created_at > ticket.due_at", ESC_NEVER},
        {"any(t in ticket.tags: t = \"a\") and not any(t in ticket.tags: t = \"a\")", ESC_NEVER},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char example[512];
        if (verdict_of(cases[i].condition, example, sizeof example) != cases[i].verdict)
            fail_msg("%s: %s", cases[i].condition, example);
    }
}

/* More parts of one text than cells are made for: each is decided alone, which errs towards "possible". */
static void many_parts_of_a_text_are_decided_one_by_one(void **state)
{
    (void)state;
    char condition[4096] = "ticket.title contains \"p00\"", example[2048];
    for (int i = 1; i < 30; i++)
        snprintf(condition + strlen(condition), sizeof condition - strlen(condition),
                 " or ticket.title contains \"p%02d\"", i);
    assert_true(verdict_of(condition, example, sizeof example) > ESC_ALWAYS);
    assert_non_null(strstr(example, "ticket.title=\"x p29 x\""));
    snprintf(condition + strlen(condition), sizeof condition - strlen(condition),
             " or not (ticket.title contains \"p07\")");
    assert_int_equal(verdict_of(condition, example, sizeof example), ESC_ALWAYS);
}

/* Appends ` or ticket.note contains "p01"` and so on: thirty parts with the first. */
static void add_parts(char *condition, size_t size)
{
    for (int i = 1; i < 30; i++)
        snprintf(condition + strlen(condition), size - strlen(condition),
                 " or ticket.note contains \"p%02d\"", i);
}

/* Nor is any part of a text that is not there. */
static void many_parts_of_a_missing_text_do_not_hold(void **state)
{
    (void)state;
    char example[512];
    char never[4096] = "ticket.note is missing and (ticket.note contains \"p00\"";
    add_parts(never, sizeof never);
    strcat(never, ")");
    assert_int_equal(verdict_of(never, example, sizeof example), ESC_NEVER);
    char missing[4096] = "ticket.note is missing or ticket.seats < 5 and ticket.seats > 5 and "
                         "(ticket.note contains \"p00\"";
    add_parts(missing, sizeof missing);
    strcat(missing, ")");
    assert_true(verdict_of(missing, example, sizeof example) > ESC_ALWAYS);
    assert_string_equal(example, "ticket.note=missing");
}

static void sets_that_are_too_large_are_taken_for_possible(void **state)
{
    (void)state;
    static char condition[8000];
    char example[512];
    strcpy(condition, "ticket.seats in [0");
    for (int i = 1; i < 600; i++)
        snprintf(condition + strlen(condition), sizeof condition - strlen(condition), ", %d", i);
    strcat(condition, "] and ticket.seats < 0");
    EscDiagram verdict = verdict_of(condition, example, sizeof example);
    assert_true(verdict != ESC_NEVER && verdict != ESC_INCONCLUSIVE);
}

/* What stands behind it in the example is another subject's. */
static void a_set_that_is_too_large_is_told_as_such(void **state)
{
    (void)state;
    static char condition[8000];
    char example[512];
    strcpy(condition, "ticket.seats in [0");
    for (int i = 1; i < 600; i++)
        snprintf(condition + strlen(condition), sizeof condition - strlen(condition), ", %d", i);
    strcat(condition, "] and ticket.vip");
    assert_true(verdict_of(condition, example, sizeof example) > ESC_ALWAYS);
    assert_string_equal(example, "ticket.seats=a value of its list; ticket.vip=true");
}

/* Members that no test tells apart are one cell. */
static void members_of_one_class_are_one_cell(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        uint32_t cells;
    } cases[] = {
        {"ticket.severity = low", 2},
        {"ticket.severity = low or ticket.severity = high", 3},
        {"ticket.severity in [low, high]", 2},
        {"ticket.severity < high", 2},
        {"ticket.severity > low and ticket.severity < critical", 3},
        {"resolved", 2},
        {"ticket.vip", 3},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscWorkspace *workspace;
        const EscCondition *form = form_of(cases[i].condition, &workspace);
        EscSpace *space = esc_space_new(&form, 1);
        assert_true(esc_space_diagram(space, form) > ESC_ALWAYS);
        assert_int_equal(space->variables_count, 1);
        assert_int_equal(space->variables[0].count, cases[i].cells);
        esc_space_free(space);
        esc_workspace_free(workspace);
    }
}

/* No minute is nicer than the last instants that there are, and none is looked for behind them. */
static void the_last_and_the_first_instants_are_cells(void **state)
{
    (void)state;
    static const EscInterval intervals[] = {
        {.low = INT64_MIN, .high = INT64_MAX, .is_high_open = true},
        {.low = INT64_MIN, .high = INT64_MAX - 30000},
        {.low = INT64_MIN, .high = INT64_MIN + 30000},
        {.low = INT64_MIN, .high = INT64_MAX, .is_low_open = true}};
    static const EscKind kinds[] = {ESC_KIND_TIME, ESC_KIND_DURATION};
    for (size_t i = 0; i < ESC_COUNT_OF(intervals) * ESC_COUNT_OF(kinds); i++) {
        const EscInterval *interval = &intervals[i / ESC_COUNT_OF(kinds)];
        EscTest test = {.kind = ESC_TEST_RANGES, .count = 1, .intervals = interval};
        test.subject = (EscSubject){.kind = ESC_SUBJECT_TICKET,
                                    .type = ESC_TYPE(kinds[i % ESC_COUNT_OF(kinds)])};
        const EscCondition form = {.kind = ESC_CONDITION_TEST, .test = &test}, *forms = &form;
        EscSpace *space = esc_space_new(&forms, 1);
        assert_true(esc_space_diagram(space, &form) != ESC_INCONCLUSIVE);
        for (uint32_t c = 0; c < space->variables[0].count; c++) {
            int64_t low, high, key = space->variables[0].cells[c].key;
            assert_true(esc_interval_closed(interval, &low, &high));
            assert_true(esc_test_holds(&test, &space->variables[0].cells[c]) ==
                        (key >= low && key <= high));
        }
        esc_space_free(space);
    }
}

/* What stands between the wanted parts, and around them, is in no part that is not wanted. */
static void gaps_of_a_text_are_in_no_unwanted_part(void **state)
{
    (void)state;
    static const struct {
        const char *condition, *example;
    } cases[] = {
        {"ticket.title contains \"p\" and ticket.title contains \"q\"", "ticket.title=\"x p q x\""},
        {"ticket.title contains \"p\" and ticket.title contains \"q\" and not ticket.title "
         "contains \"p q\"",
         "ticket.title=\"x-p-q-x\""},
        {"ticket.title contains \"p\" and not ticket.title contains \" p\" and not ticket.title "
         "contains \"-p\"",
         "ticket.title=\"x_p_x\""},
        {"ticket.title contains \"p\" and not ticket.title contains \" p\" and not ticket.title "
         "contains \"-p\" and "
         "not ticket.title contains \"_p\"",
         "ticket.title=\"x\xe4\xb8\x80p\xe4\xb8\x80x\""},
        {"ticket.title contains \"p\" and not ticket.title starts with \"xy\"",
         "ticket.title=\"z p z\""},
        {"ticket.title starts with \"ab\" and ticket.title starts with \"abc\" and ticket.title "
         "ends with \"c\"",
         "ticket.title=\"abc c\""},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        char example[512];
        assert_true(verdict_of(cases[i].condition, example, sizeof example) > ESC_ALWAYS);
        assert_string_equal(example, cases[i].example);
    }
}

/* The order of the variables is that of the text, and this one is the worst for these pairs: 2 to the 20 nodes. */
static void a_budget_ends_in_inconclusive(void **state)
{
    (void)state;
    static char source[16384];
    size_t at = (size_t)snprintf(source, sizeof source, "extend ticket {");
    for (int i = 0; i < 40; i++)
        at += (size_t)snprintf(source + at, sizeof source - at, " n%02d: number default 0", i);
    at += (size_t)snprintf(source + at, sizeof source - at, " }\nrunbook r { if (ticket.n00 = 1");
    for (int i = 1; i < 40; i++)
        at += (size_t)snprintf(source + at, sizeof source - at, " and ticket.n%02d = 1", i);
    at += (size_t)snprintf(source + at, sizeof source - at, ")");
    for (int i = 0; i < 20; i++)
        at += (size_t)snprintf(source + at, sizeof source - at,
                               " or (ticket.n%02d > 5 and ticket.n%02d > 5)", i, i + 20);
    snprintf(source + at, sizeof source - at, " { rollback } }\n");
    EscWorkspace *workspace = scene_sound(source);
    const EscCondition *form =
        esc_condition_of(workspace, scene_runbook(workspace, "r")->if_step.condition);
    EscSpace *space = esc_space_new(&form, 1);
    EscExample example;
    assert_int_equal(esc_space_diagram(space, form), ESC_INCONCLUSIVE);
    assert_status(esc_space_status(space), ESC_OVER_LIMIT);
    assert_int_equal(esc_space_not(space, ESC_INCONCLUSIVE), ESC_INCONCLUSIVE);
    assert_false(esc_space_implies(space, ESC_INCONCLUSIVE, ESC_INCONCLUSIVE));
    assert_false(esc_space_example(space, ESC_INCONCLUSIVE, workspace->arena, &example));
    esc_space_free(space);
    esc_workspace_free(workspace);
}

static void conditions_of_one_meaning_have_one_diagram(void **state)
{
    (void)state;
    EscWorkspace *workspace =
        scene_sound(FIELDS "runbook a { if not (ticket.vip is present and ticket.vip) or "
                           "ticket.seats in [1, 2] { rollback } }\n"
                           "runbook b { if ticket.seats = 2 or ticket.vip is missing or "
                           "ticket.seats = 1 or ticket.vip = false { rollback } }\n");
    const EscCondition *forms[2] = {
        esc_condition_of(workspace, scene_runbook(workspace, "a")->if_step.condition),
        esc_condition_of(workspace, scene_runbook(workspace, "b")->if_step.condition)};
    EscSpace *space = esc_space_new(forms, 2);
    EscDiagram a = esc_space_diagram(space, forms[0]), b = esc_space_diagram(space, forms[1]);
    assert_int_equal(a, b);
    assert_int_equal(esc_space_or(space, a, esc_space_not(space, b)), ESC_ALWAYS);
    assert_int_equal(esc_space_and(space, a, esc_space_not(space, b)), ESC_NEVER);
    assert_true(esc_space_implies(space, esc_space_diagram(space, forms[1]->first), a));
    assert_false(esc_space_implies(space, a, esc_space_diagram(space, forms[1]->first)));
    assert_int_equal(esc_space_diagram(space, NULL), ESC_ALWAYS);
    assert_status(esc_space_status(space), ESC_OK);
    esc_space_free(space);
    esc_workspace_free(workspace);
}

/* --- predicates of a bundle ------------------------------------------------------------------- */

enum { READ_COST, READ_DUE, READ_FIELDS };

/* Two fields of the ticket that may be missing, and these predicates. */
static const EscCondition *read_preds(EscArena *arena, const EscPredRow *preds, uint32_t count)
{
    static const EscText texts[] = {{"", 0}, {"cost", 4}, {"due", 3}};
    static const EscFieldRow fields[READ_FIELDS] = {
        [READ_COST] = {.scope = ESC_SCOPE_TICKET,
                       .name = 1,
                       .type = ESC_TYPE(ESC_KIND_NUMBER) | ESC_TYPE_OPTIONAL},
        [READ_DUE] = {.scope = ESC_SCOPE_TICKET,
                      .name = 2,
                      .type = ESC_TYPE(ESC_KIND_TIME) | ESC_TYPE_OPTIONAL}};
    EscProgram program = {.fields = fields,
                          .fields_count = READ_FIELDS,
                          .preds = preds,
                          .preds_count = count,
                          .texts = texts,
                          .texts_count = 3};
    return esc_condition_read(arena, &program, 0);
}

static int64_t bits_of(double number)
{
    int64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* As the matcher judges it: only the check keeps missing values away from a NOT. */
static void a_not_of_predicates_is_true_of_a_missing_value(void **state)
{
    (void)state;
    EscPredRow preds[] = {{.kind = ESC_PRED_NOT, .children_first = 1, .children_count = 1},
                          {.kind = ESC_PRED_RANGE,
                           .field = READ_COST + 1,
                           .low = bits_of(-HUGE_VAL),
                           .high = bits_of(5),
                           .detail = 2}};
    EscArena *arena = esc_arena_new((size_t)1 << 16);
    const EscCondition *form = read_preds(arena, preds, 2);
    assert_text_equal(form->test->subject.words, "ticket.cost");
    assert_true(esc_test_holds(form->test, &(EscCell){.is_missing = true}));
    assert_true(esc_test_holds(form->test, &(EscCell){.key = esc_number_key(5)}));
    assert_false(esc_test_holds(form->test, &(EscCell){.key = esc_number_key(5) - 1}));
    preds[1] = (EscPredRow){.kind = ESC_PRED_PRESENT, .field = READ_COST + 1};
    form = read_preds(arena, preds, 2);
    assert_true(esc_test_holds(form->test, &(EscCell){.is_missing = true}));
    assert_false(esc_test_holds(form->test, &(EscCell){.key = 0}));
    preds[0] = (EscPredRow){.kind = ESC_PRED_NOT, .children_first = 1, .children_count = 1};
    preds[1] = (EscPredRow){.kind = ESC_PRED_ALWAYS};
    form = read_preds(arena, preds, 2);
    assert_false(esc_test_holds(form->test, &(EscCell){.key = 0}));
    esc_arena_free(arena);
}

/* The compiler makes none, but a bundle may hold an instant: it is no distance from now. */
static void predicates_of_times_are_read_as_they_are(void **state)
{
    (void)state;
    const EscPredRow preds[] = {
        {.kind = ESC_PRED_AND, .children_first = 1, .children_count = 2},
        {.kind = ESC_PRED_RANGE, .field = READ_DUE + 1, .low = 10, .high = 20, .detail = 1},
        {.kind = ESC_PRED_PRESENT, .field = READ_DUE + 1}};
    EscArena *arena = esc_arena_new((size_t)1 << 16);
    const EscCondition *form = read_preds(arena, preds, 3);
    const EscTest *instant = form->first->test, *presence = form->first->next->test;
    assert_false(esc_test_holds(instant, &(EscCell){.key = 10}));
    assert_true(esc_test_holds(instant, &(EscCell){.key = 11}));
    assert_true(esc_test_holds(instant, &(EscCell){.key = 20}));
    assert_false(esc_subject_equal(&instant->subject, &presence->subject));
    esc_arena_free(arena);
}

/* --- memory ----------------------------------------------------------------------------------- */

static void every_failing_allocation_is_told(void **state)
{
    (void)state;
    EscWorkspace *workspace;
    const EscCondition *form = form_of("ticket.severity > low and ticket.title starts with \"a\" "
                                       "or ticket.tags contains \"b\" and ticket.seats > 5",
                                       &workspace);
    unsigned at = 0;
    bool has_happened = true;
    for (; has_happened && at < 1000; at++) {
        alloc_fail_at(at + 1);
        EscSpace *space = esc_space_new(&form, 1);
        EscDiagram diagram = space == NULL ? ESC_INCONCLUSIVE : esc_space_diagram(space, form);
        has_happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_status(esc_space_status(space), has_happened ? ESC_NO_MEMORY : ESC_OK);
        assert_true(has_happened || diagram != ESC_INCONCLUSIVE);
        esc_space_free(space);
    }
    assert_true(at > 2);
    esc_workspace_free(workspace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_stands_at_the_tests),
        cmocka_unit_test(chains_of_one_connective_are_one_node),
        cmocka_unit_test(what_is_wrong_has_no_form),
        cmocka_unit_test(units_are_ranges_of_the_duration),
        cmocka_unit_test(a_missing_value_makes_no_test_true),
        cmocka_unit_test(keys_are_in_the_order_of_numbers),
        cmocka_unit_test(an_open_end_is_the_key_beside_it),
        cmocka_unit_test(a_text_is_found_exactly_when_there_is_one),
        cmocka_unit_test(a_letter_is_found_when_all_that_are_liked_are_taken),
        cmocka_unit_test(examples_are_values_that_people_would_write),
        cmocka_unit_test(what_always_or_never_holds_is_seen),
        cmocka_unit_test(many_parts_of_a_text_are_decided_one_by_one),
        cmocka_unit_test(many_parts_of_a_missing_text_do_not_hold),
        cmocka_unit_test(sets_that_are_too_large_are_taken_for_possible),
        cmocka_unit_test(a_not_of_predicates_is_true_of_a_missing_value),
        cmocka_unit_test(predicates_of_times_are_read_as_they_are),
        cmocka_unit_test(a_set_that_is_too_large_is_told_as_such),
        cmocka_unit_test(members_of_one_class_are_one_cell),
        cmocka_unit_test(the_last_and_the_first_instants_are_cells),
        cmocka_unit_test(gaps_of_a_text_are_in_no_unwanted_part),
        cmocka_unit_test(a_budget_ends_in_inconclusive),
        cmocka_unit_test(conditions_of_one_meaning_have_one_diagram),
        cmocka_unit_test(every_failing_allocation_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
