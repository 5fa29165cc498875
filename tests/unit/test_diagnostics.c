/* test_diagnostics.c - the table of codes, places in lines, and how a diagnostic is written. */
#include <stdio.h>
#include <stdlib.h>

#include "check/check.h"
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
    const EscRelated related[] = {
        {.span = {.file = 0, .start = 10, .end = 15}, .label = ESC_TEXT("declared here")},
        {.span = {.file = 0, .start = 1, .end = 3}, .label = ESC_TEXT("and used here")}};
    const EscWitness witness[] = {{ESC_TEXT("ticket.vip"), ESC_TEXT("true")},
                                  {ESC_TEXT("ticket.note"), ESC_TEXT("missing")}};
    /* the hint tells the first one */
    const EscEdit edits[] = {{.span = {0, 4, 9}, .text = ESC_TEXT("right")},
                             {.span = {0, 12, 15}, .text = ESC_TEXT("\nx ")},
                             {.span = {0, 11, 12}}};
    EscDiagnostic diagnostic = {
        .code = "E0101",
        .span = {.file = 0, .start = 4, .end = 9},
        .message = ESC_TEXT("nothing is right"),
        .hint = ESC_TEXT("try again"),
        .related = related,
        .related_count = 2,
        .witness = witness,
        .witness_count = 2,
        .edits = edits,
        .edits_count = 3,
    };
    EscBuf out;
    esc_buf_init(&out, 4096);
    esc_diagnostic_write(workspace, &diagnostic, &out);
    assert_text_equal(esc_buf_as_text(&out), "a.esc:1:4: error E0101: nothing is right\n"
                                             "    1 |     ü wrong\n"
                                             "      |       ^^^^^   try again\n"
                                             "    2 | first\n"
                                             "      | ^^^^^   declared here\n"
                                             "    1 |     ü wrong\n"
                                             "      |     ^   and used here\n"
                                             "    2 | first\n"
                                             "      |   ^^^   write `x` here\n"
                                             "    2 | first\n"
                                             "      |  ^   leave this out\n"
                                             "      = for example: ticket.vip = true, ticket.note "
                                             "is missing\n");
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
            "{\"format_version\":\"2.0\",\"valid\":false,\"error_count\":1,\"warning_count\":0,")));
    assert_true(esc_text_contains(text, ESC_TEXT("\"code\":\"E0103\",\"severity\":\"error\"")));
    assert_true(esc_text_contains(
        text, ESC_TEXT("\"start\":{\"byte\":22,\"line\":1,\"column\":23,\"utf16_column\":23}")));
    assert_true(esc_text_contains(text, ESC_TEXT("\"edits\":[{\"safe\":false,\"replace\":")));
    assert_true(esc_text_contains(text, ESC_TEXT("\"with\":\"title\"}]")));
    esc_buf_release(&out);
    esc_workspace_free(workspace);
}

static void reports_beyond_the_limit_are_counted(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound("");
    workspace->diagnostics_count = 0; /* what nothing in the scene uses */
    for (uint32_t i = 0; i < ESC_DIAGNOSTICS_MAX; ++i)
        (void)esc_report(workspace, "E0101", (EscSpan){.end = 1}, "number %u", i);
    EscDiagnostic *dropped = esc_report(workspace, "E0102", (EscSpan){.end = 1}, "one more");
    assert_non_null(dropped);
    dropped->span.end = 2;
    size_t used = esc_arena_used(workspace->arena);
    esc_report_hint(workspace, dropped, "nobody sees this");
    esc_report_related(workspace, dropped, (EscSpan){.end = 1}, "nor this");
    esc_report_witness(workspace, dropped, ESC_TEXT("ticket.vip"), ESC_TEXT("true"));
    esc_report_edit(workspace, dropped, ESC_EDIT_SAFE, (EscSpan){.end = 1}, ESC_TEXT("x"));
    assert_int_equal(esc_arena_used(workspace->arena), used);
    assert_int_equal(esc_workspace_diagnostic_count(workspace), ESC_DIAGNOSTICS_MAX);
    assert_int_equal(esc_workspace_error_count(workspace), ESC_DIAGNOSTICS_MAX + 1);
    esc_diagnostics_sort(workspace);
    for (uint32_t i = 0; i < ESC_DIAGNOSTICS_MAX; ++i)
        assert_string_equal(esc_workspace_diagnostic(workspace, i)->code, "E0101");
    esc_workspace_free(workspace);
}

/* By file, place, code and message, in whatever order the passes report. */
static void reports_are_sorted_by_place(void **state)
{
    (void)state;
    static const struct {
        const char *code, *message;
        EscSpan span;
    } wanted[] = {
        {"E0102", "a", {0, 7, 8}},  {"E0101", "b", {0, 9, 10}}, {"E0101", "c", {0, 9, 12}},
        {"E0102", "b", {0, 9, 10}}, {"E0101", "a", {1, 2, 3}},  {"E0103", "a", {1, 4, 5}},
        {"E0101", "a", {2, 0, 1}},
    };
    static const uint8_t orders[][7] = {
        {6, 5, 4, 3, 2, 1, 0}, {3, 0, 6, 1, 5, 2, 4}, {4, 6, 2, 5, 0, 3, 1}};
    for (size_t k = 0; k < ESC_COUNT_OF(orders); ++k) {
        EscWorkspace *workspace = of_text("one and two and three");
        for (size_t i = 1; i < 3; ++i)
            assert_status(esc_workspace_add(workspace,
                                            i == 1 ? ESC_TEXT("b.esc") : ESC_TEXT("c.esc"),
                                            ESC_TEXT("four and five"), false),
                          ESC_OK);
        assert_status(esc_workspace_check(workspace), ESC_BAD_SOURCE);
        workspace->diagnostics_count = 0; /* none of them is a workspace */
        for (size_t i = 0; i < ESC_COUNT_OF(wanted); ++i) {
            size_t at = orders[k][i];
            EscSpan span = wanted[at].span;
            span.file = workspace->files[span.file].parsed->id;
            (void)esc_report(workspace, wanted[at].code, span, "%s", wanted[at].message);
        }
        esc_diagnostics_sort(workspace);
        for (uint32_t i = 0; i < ESC_COUNT_OF(wanted); ++i) {
            const EscDiagnostic *diagnostic = esc_workspace_diagnostic(workspace, i);
            assert_string_equal(diagnostic->code, wanted[i].code);
            assert_text_equal(diagnostic->message, wanted[i].message);
            assert_int_equal(diagnostic->span.file, wanted[i].span.file);
            assert_int_equal(diagnostic->span.start, wanted[i].span.start);
            assert_int_equal(diagnostic->span.end, wanted[i].span.end);
        }
        esc_workspace_free(workspace);
    }
}

/* A pass that changes its report afterwards must not care whether it was one too many. */
static void any_pass_may_report_beyond_the_limit(void **state)
{
    (void)state;
    static char source[64 * 1024];
    size_t size = 0;
    size += (size_t)snprintf(source, sizeof source,
                             "template t { start on vendor.outage, vendor.back  owners { primary "
                             "ana ack within 5m }  steps {\n");
    for (unsigned i = 0; i < ESC_DIAGNOSTICS_MAX + 10; ++i)
        size += (size_t)snprintf(source + size, sizeof source - size,
                                 "notify incidents \"{event.nopee}\"\n");
    (void)snprintf(
        source + size, sizeof source - size,
        "}  on exception overdue { resume }  on exception overdue { resume }  close when "
        "resolved }\n");
    EscWorkspace *workspace = scene_checked(source);
    assert_int_equal(esc_workspace_diagnostic_count(workspace), ESC_DIAGNOSTICS_MAX);
    assert_int_equal(esc_workspace_error_count(workspace), ESC_DIAGNOSTICS_MAX + 11);
    esc_workspace_free(workspace);
}

static void long_messages_end_at_a_character_with_an_ellipsis(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound("");
    static char words[2100];
    for (unsigned blanks = 0; blanks < 4; ++blanks) {
        memset(words, ' ', blanks);
        for (size_t i = blanks; i + 3 <= sizeof words; i += 2)
            memcpy(words + i, "é", sizeof "é");
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0101", (EscSpan){.end = 1}, "%s", words);
        assert_int_equal(diagnostic->message.size, blanks % 2 == 0 ? 2047 : 2046);
        assert_true(esc_utf8_is_valid(diagnostic->message, NULL));
        assert_true(esc_text_ends_with(diagnostic->message, ESC_TEXT("é…")));
    }
    EscDiagnostic *whole = esc_report(workspace, "E0101", (EscSpan){.end = 1}, "%2047s", "|");
    assert_int_equal(whole->message.size, 2047);
    assert_true(esc_text_ends_with(whole->message, ESC_TEXT(" |")));
    EscDiagnostic *bytes = esc_report(workspace, "E0101", (EscSpan){.end = 1}, "a\xff\xc3 b\xe2");
    assert_text_equal(bytes->message, "a?? b?");
    esc_workspace_free(workspace);
}

/* The file's name and the line that is shown are whatever the folder holds. */
static void what_is_shown_is_utf8(void **state)
{
    (void)state;
    EscWorkspace *workspace = esc_workspace_new();
    assert_non_null(workspace);
    assert_status(
        esc_workspace_add(workspace, ESC_TEXT("a\xff.esc"), ESC_TEXT("# caf\xe9\n"), false),
        ESC_OK);
    assert_status(esc_workspace_check(workspace), ESC_BAD_SOURCE);
    EscBuf out;
    esc_buf_init(&out, (size_t)1 << 20);
    for (uint32_t i = 0; i < esc_workspace_diagnostic_count(workspace); ++i)
        esc_diagnostic_write(workspace, esc_workspace_diagnostic(workspace, i), &out);
    esc_diagnostics_write_json(workspace, &out);
    assert_true(esc_text_contains(esc_buf_as_text(&out), ESC_TEXT("a?.esc:1:6: error E0002")));
    assert_true(esc_utf8_is_valid(esc_buf_as_text(&out), NULL));
    esc_buf_release(&out);
    esc_workspace_free(workspace);
}

static void the_first_edit_is_the_hint(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound("");
    const EscSpan span = {.start = 2, .end = 6}, inside = {.start = 2, .end = 4},
                  behind = {.start = 5, .end = 7};
    EscDiagnostic *diagnostic = esc_report(workspace, "E0101", span, "a fault");
    esc_report_edit(workspace, diagnostic, ESC_EDIT_SAFE, inside, ESC_TEXT("right\n"));
    assert_text_equal(diagnostic->hint, "write `right`");
    esc_report_edit(workspace, diagnostic, ESC_EDIT_MAYBE, behind, ESC_TEXT("more"));
    assert_text_equal(diagnostic->hint, "write `right`");
    assert_int_equal(diagnostic->edits_count, 2);
    assert_true(diagnostic->edits[0].is_safe && !diagnostic->edits[1].is_safe);
    assert_text_equal(diagnostic->edits[0].text, "right\n");
    assert_int_equal(diagnostic->edits[1].span.start, 5);

    diagnostic = esc_report(workspace, "E0101", span, "a fault");
    esc_report_edit(workspace, diagnostic, ESC_EDIT_MAYBE, span, ESC_TEXT("right"));
    assert_text_equal(diagnostic->hint, "did you mean `right`?");

    diagnostic = esc_report(workspace, "E0101", span, "a fault");
    esc_report_edit(workspace, diagnostic, ESC_EDIT_SAFE, span, ESC_TEXT(""));
    assert_text_equal(diagnostic->hint, "leave it out");

    diagnostic = esc_report(workspace, "E0101", span, "a fault");
    esc_report_hint(workspace, diagnostic, "read the page");
    esc_report_edit(workspace, diagnostic, ESC_EDIT_SAFE, span, ESC_TEXT("x"));
    assert_text_equal(diagnostic->hint, "read the page");

    diagnostic = esc_report(workspace, "E0101", span, "a fault");
    esc_report_edit(workspace, diagnostic, ESC_EDIT_SAFE, behind, ESC_TEXT("elsewhere"));
    assert_text_equal(diagnostic->hint, "");
    esc_workspace_free(workspace);
}

static void lists_grow(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound("");
    EscDiagnostic *diagnostic = esc_report(workspace, "E0101", (EscSpan){.end = 1}, "a fault");
    for (uint32_t i = 0; i < 100; ++i) {
        esc_report_related(workspace, diagnostic, (EscSpan){.start = i, .end = i + 1}, "%u", i);
        esc_report_witness(workspace, diagnostic, ESC_TEXT("ticket.note"), ESC_TEXT("missing"));
        esc_report_edit(workspace, diagnostic, ESC_EDIT_SAFE, (EscSpan){.start = i, .end = i + 1},
                        ESC_TEXT("x"));
    }
    assert_int_equal(diagnostic->related_count, 100);
    assert_int_equal(diagnostic->witness_count, 100);
    assert_int_equal(diagnostic->edits_count, 100);
    for (uint32_t i = 0; i < 100; ++i) {
        assert_int_equal(diagnostic->related[i].span.start, i);
        assert_int_equal(diagnostic->edits[i].span.start, i);
        assert_text_equal(diagnostic->witness[i].value, "missing");
    }
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
        cmocka_unit_test(reports_are_sorted_by_place),
        cmocka_unit_test(any_pass_may_report_beyond_the_limit),
        cmocka_unit_test(long_messages_end_at_a_character_with_an_ellipsis),
        cmocka_unit_test(what_is_shown_is_utf8),
        cmocka_unit_test(the_first_edit_is_the_hint),
        cmocka_unit_test(lists_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
