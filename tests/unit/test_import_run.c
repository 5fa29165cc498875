/* test_import_run.c - whole runs of the importers: which kind it is, what is refused, memory that is refused at each place. */
#include "import_scene.h"
#include "support/alloc_fail.h"
#include "support/test.h"

static const char OPSGENIE[] =
    "{\"data\":[{\"id\":\"u1\",\"username\":\"a@x.example\",\"fullName\":\"Ana\",\"timeZone\":"
    "\"Test/East\"},"
    "{\"id\":\"s1\",\"name\":\"Duty\",\"timezone\":\"Test/"
    "East\",\"ownerTeam\":{},\"rotations\":[{\"id\":\"r\",\"name\":\"R\","
    "\"startDate\":\"2026-01-05T08:00:00Z\",\"type\":\"weekly\",\"length\":1,\"participants\":[{"
    "\"type\":\"user\",\"id\":\"u1\"},"
    "{\"type\":\"user\",\"id\":\"gone\"}]}]},"
    "{\"id\":\"e1\",\"name\":\"Chain\",\"rules\":[{\"delay\":{\"timeAmount\":0},\"notifyType\":"
    "\"default\",\"recipient\":"
    "{\"type\":\"schedule\",\"id\":\"s1\"}}]}]}";
static const char ALERTMANAGER[] =
    "route:\n  receiver: a\n  group_by: [ job ]\n  routes:\n    - matchers: [ severity=~\"x|y.*\" "
    "]\n      receiver: b\n"
    "receivers:\n  - name: a\n    email_configs: [ { to: t@x.example } ]\n  - name: b\n    "
    "pagerduty_configs: [ { routing_key: k } ]\n";

static EscStatus run_one(const char *path, const char *text, const char *kind, EscImported **out,
                         EscWhy *why)
{
    EscImportFile file = {.path = esc_text_from(path), .text = esc_text_from(text)};
    if (file.text.size == 0) /* as the program hands over an empty file */
        file.text.data = NULL;
    EscImportRequest request = import_request(&file, 1);
    request.kind = esc_text_from(kind);
    return esc_import_run(&request, out, why);
}

static EscText file_named(const EscImported *imported, const char *name)
{
    for (size_t i = 0; i < esc_imported_count(imported); i++) {
        if (esc_text_equal(esc_imported_file(imported, i).path, esc_text_from(name)))
            return esc_imported_file(imported, i).text;
    }
    return (EscText){0};
}

static void the_kind_is_found_out(void **state)
{
    EscImported *imported = NULL;
    (void)state;
    assert_int_equal(run_one("all.json", OPSGENIE, "", &imported, NULL), ESC_OK);
    assert_true(esc_text_contains(file_named(imported, "schedules.esc"),
                                  ESC_TEXT("weekly from 2026-01-05T10:00 ana, gone_gone")));
    EscImportCounts counts = esc_imported_counts(imported);
    assert_int_equal(counts.seen, 4);
    assert_int_equal(counts.seen, counts.carried + counts.changed + counts.left);
    esc_imported_free(imported);
    assert_int_equal(run_one("a.yml", ALERTMANAGER, "", &imported, NULL), ESC_OK);
    assert_true(esc_text_contains(
        file_named(imported, "routing.esc"),
        ESC_TEXT("ticket.labels.severity = \"x\" or ticket.labels.severity starts with \"y\"")));
    esc_imported_free(imported);
}

static void what_is_no_export_is_refused(void **state)
{
    static const char *const TEXTS[][3] = {
        {"a.json", "", ""},
        {"a.json", "{}", ""},
        {"a.json", "[1, 2", "opsgenie"},
        {"a.yml", "a: [", ""},
        {"a.yml", "", "alertmanager"},
        {"a.json", OPSGENIE, "alertmanager"},
        {"a.json", OPSGENIE, "excel"},
    };
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(TEXTS); i++) {
        EscImported *imported = NULL;
        EscWhy why = {0};
        assert_int_equal(run_one(TEXTS[i][0], TEXTS[i][1], TEXTS[i][2], &imported, &why),
                         ESC_BAD_INPUT);
        assert_null(imported);
        assert_true(why.text[0] != '\0');
    }
}

static void yaml_that_refers_to_itself_is_refused(void **state)
{
    EscImported *imported = NULL;
    EscWhy why = {0};
    (void)state;
    assert_int_equal(
        run_one("a.yml", "route: &r\n  receiver: a\n  routes: [ *r ]\n", "", &imported, &why),
        ESC_BAD_INPUT);
    assert_int_equal(
        run_one("a.yml",
                "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c "
                "[*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
                "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f "
                "[*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\nroute: { receiver: *f }\n",
                "", &imported, &why),
        ESC_BAD_INPUT);
    assert_null(imported);
}

static void memory_that_runs_out_anywhere_ends_the_run(void **state)
{
    static const char *const FILES[][2] = {{"a.json", OPSGENIE}, {"a.yml", ALERTMANAGER}};
    (void)state;
    for (size_t f = 0; f < ESC_COUNT_OF(FILES); f++) {
        bool is_whole = false;
        for (unsigned nth = 1; !is_whole; nth++) {
            EscImported *imported = NULL;
            alloc_fail_at(nth);
            EscStatus status = run_one(FILES[f][0], FILES[f][1], "", &imported, NULL);
            is_whole = !alloc_fail_happened();
            alloc_fail_at(0);
            assert_int_equal(status, is_whole ? ESC_OK : ESC_NO_MEMORY);
            esc_imported_free(imported);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(the_kind_is_found_out),
        cmocka_unit_test(what_is_no_export_is_refused),
        cmocka_unit_test(yaml_that_refers_to_itself_is_refused),
        cmocka_unit_test(memory_that_runs_out_anywhere_ends_the_run),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
