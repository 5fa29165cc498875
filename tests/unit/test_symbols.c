/* test_symbols.c - names and rows: order of declaration, one namespace, near names. */
#include "check/names.h"
#include "workspace_scene.h"

static void rows_stand_in_order_of_files_and_text(void **state)
{
    (void)state;
    EscWorkspace *workspace =
        scene_sound("person cem { chat \"@c\" }\nperson abe { chat \"@a\" }\n");
    assert_int_equal(workspace->persons_count, 4);
    assert_text_equal(workspace->persons[0].name, "ana");
    assert_text_equal(workspace->persons[1].name, "ben");
    assert_text_equal(workspace->persons[2].name, "cem");
    assert_text_equal(workspace->persons[3].name, "abe");
    assert_text_equal(workspace->events[ESC_EVENT_TICKET_CREATED].name, "ticket.created");
    assert_text_equal(workspace->events[ESC_EVENT_BUILTIN_COUNT].name, "vendor.outage");
    assert_text_equal(workspace->exceptions[ESC_EXCEPTION_OVERDUE].name, "overdue");
    assert_text_equal(workspace->enums[0].name, "role");
    esc_workspace_free(workspace);
}

static void a_name_stands_for_one_thing(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound("");
    const EscSymbol *symbol = esc_symbol_find(workspace, ESC_TEXT("platform"));
    assert_non_null(symbol);
    assert_int_equal(symbol->kind, ESC_SYMBOL_TEAM);
    assert_int_equal(symbol->index, 0);
    assert_int_equal(esc_symbol_find(workspace, ESC_TEXT("vendor.outage"))->kind, ESC_SYMBOL_EVENT);
    assert_null(esc_symbol_find(workspace, ESC_TEXT("vendor")));
    assert_int_equal(workspace->last_resort, ESC_REF(ESC_REF_PERSON, 0));
    esc_workspace_free(workspace);
}

static void users_of_an_ambiguous_name_are_not_reported(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_checked(
        "channel platform chat\nrunbook r { notify platform \"x\"  page platform \"x\" }\n");
    assert_int_equal(esc_workspace_diagnostic_count(workspace), 1);
    assert_string_equal(esc_workspace_diagnostic(workspace, 0)->code, "E0102");
    assert_int_equal(esc_workspace_diagnostic(workspace, 0)->related_count, 1);
    esc_workspace_free(workspace);
}

static void users_of_a_broken_declaration_are_not_reported(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_checked("channel noise\nrunbook r { notify noise \"x\" }\n");
    assert_int_equal(esc_workspace_diagnostic_count(workspace), 1);
    assert_true(esc_text_starts_with(esc_text_from(esc_workspace_diagnostic(workspace, 0)->code),
                                     ESC_TEXT("E00")));
    esc_workspace_free(workspace);
}

static void near_names_are_suggested_and_far_ones_are_not(void **state)
{
    (void)state;
    EscSuggest suggest = esc_suggest(ESC_TEXT("platfrom"));
    esc_suggest_try(&suggest, ESC_TEXT("incidents"));
    assert_int_equal(suggest.best.size, 0);
    esc_suggest_try(&suggest, ESC_TEXT("platforms"));
    esc_suggest_try(&suggest, ESC_TEXT("platform"));
    assert_text_equal(suggest.best, "platform");
    suggest = esc_suggest(ESC_TEXT("a"));
    esc_suggest_try(&suggest, ESC_TEXT("b"));
    assert_int_equal(suggest.best.size, 0);
}

static void paths_are_joined_by_dots(void **state)
{
    (void)state;
    const char *apart = "three two one";
    EscName parts[] = {{.text = {apart + 10, 3}}, {.text = {apart + 6, 3}}, {.text = {apart, 5}}};
    EscNode path = {.kind = ESC_NODE_PATH, .path = {.parts = parts, .count = 3}};
    char buffer[ESC_PATH_TEXT_MAX];
    assert_text_equal(esc_path_text(&path, 0, 3, buffer), "one.two.three");
    assert_text_equal(esc_path_text(&path, 1, 2, buffer), "two");
    assert_text_equal(esc_path_text(&path, 1, 1, buffer), "");
    EscText whole = ESC_TEXT("one.two");
    EscName joined[] = {{.text = {whole.data, 3}}, {.text = {whole.data + 4, 3}}};
    EscNode written = {.kind = ESC_NODE_PATH, .path = {.parts = joined, .count = 2}};
    EscText found = esc_path_text(&written, 0, 2, buffer);
    assert_ptr_equal(found.data, whole.data);
    assert_text_equal(found, "one.two");
}

static void runbooks_hand_on_what_they_do(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound("runbook a { run b() }\nrunbook b { run c() }\nrunbook c "
                                          "{ page secondary \"x\"  wait 5m }\n");
    for (uint32_t i = 0; i < 3; ++i) {
        assert_true(workspace->runbooks[i].is_waiting);
        assert_false(workspace->runbooks[i].is_closing);
        assert_int_equal(workspace->runbook_facts[i].roles_used, 1u << 1);
        assert_int_equal(workspace->runbook_facts[i].depth, 3 - i);
    }
    esc_workspace_free(workspace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_stand_in_order_of_files_and_text),
        cmocka_unit_test(a_name_stands_for_one_thing),
        cmocka_unit_test(users_of_an_ambiguous_name_are_not_reported),
        cmocka_unit_test(users_of_a_broken_declaration_are_not_reported),
        cmocka_unit_test(near_names_are_suggested_and_far_ones_are_not),
        cmocka_unit_test(paths_are_joined_by_dots),
        cmocka_unit_test(runbooks_hand_on_what_they_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
