/* test_diagnostics.c - the table of codes, places in lines, and how a diagnostic is written. */
#include <stdio.h>
#include <stdlib.h>

#include "workspace_scene.h"

static void codes_stand_in_order_and_are_whole(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < esc_explanation_count(); ++i) {
        EscExplanation entry = esc_explanation(i), found = {0};
        assert_int_equal(strlen(entry.code), 5);
        assert_true(entry.code[0] == 'E' || entry.code[0] == 'A');
        assert_true(strlen(entry.title) > 0 && strlen(entry.text) > 0);
        if (i > 0)
            assert_true(strcmp(esc_explanation(i - 1).code, entry.code) < 0);
        assert_true(esc_explanation_find(esc_text_from(entry.code), &found));
        assert_string_equal(found.title, entry.title);
    }
    assert_false(esc_explanation_find(ESC_TEXT("E9999"), NULL));
    assert_false(esc_explanation_find(ESC_TEXT("E0000"), NULL));
    assert_false(esc_explanation_find(ESC_TEXT(""), NULL));
}

static void the_page_is_up_to_date(void **state)
{
    (void)state;
    EscBuf page, file;
    esc_buf_init(&page, (size_t)4 << 20);
    esc_buf_init(&file, (size_t)4 << 20);
    esc_explanations_write_markdown(&page);
    FILE *stream = fopen(ESC_TEST_SOURCE_DIR "/docs/diagnostics.md", "rb");
    assert_non_null(stream);
    char piece[4096];
    for (size_t got = 0; (got = fread(piece, 1, sizeof piece, stream)) > 0;)
        esc_buf_append(&file, piece, got);
    (void)fclose(stream);
    if (!esc_text_equal(esc_buf_as_text(&page), esc_buf_as_text(&file)))
        fail_msg("docs/diagnostics.md is stale: escalc explain --markdown > docs/diagnostics.md");
    esc_buf_release(&page);
    esc_buf_release(&file);
}

static EscWorkspace *of_text(const char *text)
{
    EscWorkspace *workspace = esc_workspace_new();
    assert_non_null(workspace);
    assert_status(esc_workspace_add(workspace, ESC_TEXT("a.esc"), esc_text_from(text), false),
                  ESC_OK);
    return workspace;
}

static void places_count_characters_and_utf16_units(void **state)
{
    (void)state;
    EscWorkspace *workspace = of_text("one\r\nü\xf0\x9f\x94\xa5x\n\nlast");
    EscLineColumn place = esc_workspace_place(workspace, 0, 0);
    assert_int_equal(place.line, 1);
    assert_int_equal(place.column, 1);
    place = esc_workspace_place(workspace, 0, 5 + 2 + 4); /* the x behind ü and a flame */
    assert_int_equal(place.line, 2);
    assert_int_equal(place.column, 3);
    assert_int_equal(place.utf16_column, 4);
    assert_text_equal(esc_workspace_line(workspace, 0, 1), "one");
    assert_text_equal(esc_workspace_line(workspace, 0, 3), "");
    assert_text_equal(esc_workspace_line(workspace, 0, 4), "last");
    assert_text_equal(esc_workspace_line(workspace, 0, 5), "");
    assert_text_equal(esc_workspace_line(workspace, 7, 1), "");
    place = esc_workspace_place(workspace, 0, 1000);
    assert_int_equal(place.line, 4);
    assert_int_equal(place.column, 5);
    esc_workspace_free(workspace);
}

static void carets_stand_below_what_is_meant(void **state)
{
    (void)state;
    EscWorkspace *workspace = of_text("\tü wrong\nfirst");
    EscDiagnostic diagnostic = {
        .code = "E0101",
        .span = {.file = 0, .start = 4, .end = 9},
        .message = ESC_TEXT("nothing is right"),
        .hint = ESC_TEXT("try again"),
        .has_related = true,
        .related = {.file = 0, .start = 10, .end = 15},
        .related_label = ESC_TEXT("declared here"),
    };
    EscBuf out;
    esc_buf_init(&out, 4096);
    esc_diagnostic_write(workspace, &diagnostic, &out);
    assert_text_equal(esc_buf_as_text(&out), "a.esc:1:4: error E0101: nothing is right\n"
                                             "    1 |     ü wrong\n"
                                             "      |       ^^^^^   try again\n"
                                             "    2 | first\n"
                                             "      | ^^^^^   declared here\n");
    esc_buf_release(&out);
    esc_workspace_free(workspace);
}

static void a_span_past_the_end_is_shown_all_the_same(void **state)
{
    (void)state;
    EscWorkspace *workspace = of_text("x");
    EscDiagnostic diagnostic = {
        .code = "E0101", .span = {.file = 0, .start = 1, .end = 1}, .message = ESC_TEXT("m")};
    EscBuf out;
    esc_buf_init(&out, 4096);
    esc_diagnostic_write(workspace, &diagnostic, &out);
    assert_text_equal(esc_buf_as_text(&out), "a.esc:1:2: error E0101: m\n    1 | x\n      |  ^\n");
    esc_buf_release(&out);
    esc_workspace_free(workspace);
}

static void json_carries_bytes_columns_and_the_fix(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_checked("runbook r { if ticket.titel = \"x\" { rollback } }\n");
    EscBuf out;
    esc_buf_init(&out, (size_t)1 << 20);
    esc_diagnostics_write_json(workspace, &out);
    EscText text = esc_buf_as_text(&out);
    assert_true(esc_text_starts_with(
        text,
        ESC_TEXT(
            "{\"format_version\":\"1.0\",\"valid\":false,\"error_count\":1,\"warning_count\":0,")));
    assert_true(esc_text_contains(text, ESC_TEXT("\"code\":\"E0103\",\"severity\":\"error\"")));
    assert_true(esc_text_contains(
        text, ESC_TEXT("\"start\":{\"byte\":22,\"line\":1,\"column\":23,\"utf16_column\":23}")));
    assert_true(esc_text_contains(text, ESC_TEXT("\"with\":\"title\"}")));
    esc_buf_release(&out);
    esc_workspace_free(workspace);
}

static void reports_beyond_the_limit_are_counted(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound("");
    for (uint32_t i = 0; i < ESC_DIAGNOSTICS_MAX; ++i)
        assert_non_null(esc_report(workspace, "E0101", (EscSpan){.end = 1}, "number %u", i));
    EscDiagnostic *dropped = esc_report(workspace, "E0101", (EscSpan){.end = 1}, "one more");
    assert_null(dropped);
    esc_report_hint(workspace, dropped, "nobody sees this");
    assert_int_equal(esc_workspace_diagnostic_count(workspace), ESC_DIAGNOSTICS_MAX);
    assert_int_equal(esc_workspace_error_count(workspace), ESC_DIAGNOSTICS_MAX + 1);
    esc_workspace_free(workspace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_stand_in_order_and_are_whole),
        cmocka_unit_test(the_page_is_up_to_date),
        cmocka_unit_test(places_count_characters_and_utf16_units),
        cmocka_unit_test(carets_stand_below_what_is_meant),
        cmocka_unit_test(a_span_past_the_end_is_shown_all_the_same),
        cmocka_unit_test(json_carries_bytes_columns_and_the_fix),
        cmocka_unit_test(reports_beyond_the_limit_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
