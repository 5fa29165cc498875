/* test_libraries.c - modules of libraries in a workspace: what is asked for, what they are called, and what is said of them. */
#include "support/alloc_fail.h"
#include "workspace_scene.h"

#define OWN                                                                                        \
    "workspace w { language 1  timezone \"Europe/Berlin\"  library agency \"%s\" }\n"              \
    "person ana \"Ana\" { chat \"@ana\" }\npolicy p { last resort ana }\n"

/* A library in memory, and what was asked of it. */
typedef struct Library {
    const char *own;                 /* the workspace's one file */
    const char *paths[4], *texts[4]; /* of its modules */
    unsigned count, reads;
    char asked_library[32], asked_folder[64]; /* at the last read */
    char asked_calendar[32];
} Library;

static EscStatus list(void *context, void (*put)(void *put_context, EscText path),
                      void *put_context, EscWhy *why)
{
    (void)context;
    (void)why;
    put(put_context, ESC_TEXT("own.esc"));
    return ESC_OK;
}

static EscStatus read_own(void *context, EscText path, EscBuf *out, EscWhy *why)
{
    const Library *library = context;
    (void)path;
    (void)why;
    esc_buf_string(out, library->own);
    return out->status;
}

static EscStatus read_module(void *context, EscText name, EscText folder, EscText path, EscBuf *out,
                             EscWhy *why)
{
    Library *library = context;
    library->reads++;
    snprintf(library->asked_library, sizeof library->asked_library, "%.*s", ESC_TEXT_ARG(name));
    snprintf(library->asked_folder, sizeof library->asked_folder, "%.*s", ESC_TEXT_ARG(folder));
    for (unsigned i = 0; i < library->count; ++i) {
        if (!esc_text_equal(path, esc_text_from(library->paths[i])))
            continue;
        esc_buf_string(out, library->texts[i]);
        return out->status;
    }
    return esc_why(why, ESC_NOT_FOUND, "", 0, "it is not there");
}

static EscStatus read_days(void *context, EscHolidayFile *file)
{
    Library *library = context;
    snprintf(library->asked_calendar, sizeof library->asked_calendar, "%.*s:%.*s",
             ESC_TEXT_ARG(file->library.name), ESC_TEXT_ARG(file->path));
    file->day(file->context, 20000);
    return ESC_OK;
}

static EscSourceFiles doors_of(Library *library)
{
    return (EscSourceFiles){.context = library,
                            .list = list,
                            .read = read_own,
                            .library = read_module,
                            .holidays = read_days};
}

/* NULL: without memory, which the caller expects. */
static EscWorkspace *checked(const EscSourceFiles *doors, EscStatus *status)
{
    EscWorkspace *workspace = esc_workspace_new();
    *status = workspace == NULL ? ESC_NO_MEMORY : esc_workspace_load(workspace, doors, NULL);
    if (*status == ESC_OK)
        *status = esc_workspace_check(workspace);
    return workspace;
}

static const EscDiagnostic *only_one(const EscWorkspace *workspace, const char *code)
{
    for (uint32_t i = 0; i < esc_workspace_diagnostic_count(workspace); ++i)
        if (strcmp(esc_workspace_diagnostic(workspace, i)->code, code) != 0)
            print_error("%s %.*s\n", esc_workspace_diagnostic(workspace, i)->code,
                        ESC_TEXT_ARG(esc_workspace_diagnostic(workspace, i)->message));
    assert_int_equal(esc_workspace_diagnostic_count(workspace), 1);
    const EscDiagnostic *diagnostic = esc_workspace_diagnostic(workspace, 0);
    assert_string_equal(diagnostic->code, code);
    return diagnostic;
}

static char own_text[4096];

static const char *own(const char *folder, const char *rest)
{
    int size = snprintf(own_text, sizeof own_text, OWN, folder);
    snprintf(own_text + size, sizeof own_text - (size_t)size, "%s", rest);
    return own_text;
}

#define OUTAGE                                                                                     \
    "template outage_path(who: text) \"Outage\" {\n  manual\n  owners { primary who  ack within "  \
    "5m }\n"                                                                                       \
    "  steps { page primary \"x\"  await resolved within 1d }\n  close when resolved\n}\n"

static void a_module_is_read_once_and_belongs_to_nobody_alone(void **state)
{
    (void)state;
    Library library = {
        .own = own("../shared/agency",
                   "use agency.paths.outage\nuse agency.paths.outage\nuse agency.more\n"),
        .paths = {"paths/outage.esc", "more.esc"},
        .texts = {OUTAGE, "use agency.paths.outage\n"},
        .count = 2};
    EscSourceFiles doors = doors_of(&library);
    EscStatus status = ESC_OK;
    EscWorkspace *workspace = checked(&doors, &status);
    assert_status(status, ESC_OK);
    assert_int_equal(library.reads, 2);
    assert_string_equal(library.asked_library, "agency");
    assert_string_equal(library.asked_folder, "../shared/agency");
    uint32_t files = esc_workspace_file_count(workspace), found = 0;
    for (uint32_t i = 0; i < files; ++i) {
        EscText path = esc_workspace_file_path(workspace, i);
        bool is_module = esc_text_equal(path, ESC_TEXT("agency/paths/outage.esc")) ||
                         esc_text_equal(path, ESC_TEXT("agency/more.esc"));
        found += is_module;
        if (is_module)
            assert_false(esc_workspace_file_is_own(workspace, i) ||
                         esc_workspace_file_is_std(workspace, i));
    }
    assert_int_equal(found, 2);
    assert_true(esc_workspace_file_is_own(workspace, 0));
    assert_int_equal(esc_workspace_counts(workspace).templates, 0);
    assert_int_equal(esc_workspace_counts(workspace).files, 1);
    esc_workspace_free(workspace);
}

static void a_bundle_does_not_tell_where_a_library_lies(void **state)
{
    (void)state;
    EscBuf bundles[2];
    static const char *const folders[] = {"../a", "../../elsewhere/b"};
    for (unsigned i = 0; i < 2; ++i) {
        char text[4096];
        snprintf(text, sizeof text, "%s", own(folders[i], "use agency.paths\n"));
        Library library = {.own = text, .paths = {"paths.esc"}, .texts = {OUTAGE}, .count = 1};
        EscSourceFiles doors = doors_of(&library);
        EscStatus status = ESC_OK;
        EscWorkspace *workspace = checked(&doors, &status);
        assert_status(status, ESC_OK);
        esc_buf_init(&bundles[i], 1 << 20);
        assert_status(esc_workspace_build(workspace, &bundles[i], NULL), ESC_OK);
        esc_workspace_free(workspace);
    }
    /* Places in the workspace's own text are the same, since nothing stands behind the folder in its line. */
    assert_int_equal(bundles[0].size, bundles[1].size);
    assert_memory_equal(bundles[0].data, bundles[1].data, bundles[0].size);
    esc_buf_release(&bundles[0]);
    esc_buf_release(&bundles[1]);
}

static void a_fault_in_a_module_shows_where_it_is_used(void **state)
{
    (void)state;
    Library library = {
        .own = own("../agency", "use agency.a\n"),
        .paths = {"a.esc", "b.esc"},
        .texts = {"use agency.b\n", "runbook agency_r \"R\" { notify nobody \"x\" }\n"},
        .count = 2};
    EscSourceFiles doors = doors_of(&library);
    EscStatus status = ESC_OK;
    EscWorkspace *workspace = checked(&doors, &status);
    assert_status(status, ESC_BAD_SOURCE);
    const EscDiagnostic *diagnostic = only_one(workspace, "E0101");
    assert_text_equal(esc_workspace_file_path(workspace, diagnostic->span.file), "agency/b.esc");
    assert_int_equal(diagnostic->related_count, 1);
    EscPlaceSpan used =
        diagnostic->related[0].span; /* in the workspace's own file, though agency/a.esc uses it */
    assert_text_equal(esc_workspace_file_path(workspace, used.file), "own.esc");
    EscText source = esc_workspace_file_source(workspace, used.file);
    assert_text_equal(((EscText){source.data + used.start, used.end - used.start}), "agency.a");
    esc_workspace_free(workspace);
}

static void a_circle_is_found_wherever_it_begins(void **state)
{
    (void)state;
    static const char *const texts[][3] = {
        {"use agency.a\n", "", ""},
        {"use agency.b\n", "use agency.a\n", ""},
        {"use agency.b\n", "use agency.c\n", "use agency.b\n"},
        {"use agency.b\nuse agency.c\n", "use agency.c\n", ""}, /* none: c is used twice */
    };
    for (size_t i = 0; i < ESC_COUNT_OF(texts); ++i) {
        Library library = {.own = own("../agency", "use agency.a\n"),
                           .paths = {"a.esc", "b.esc", "c.esc"},
                           .texts = {texts[i][0], texts[i][1], texts[i][2]},
                           .count = 3};
        EscSourceFiles doors = doors_of(&library);
        EscStatus status = ESC_OK;
        EscWorkspace *workspace = checked(&doors, &status);
        if (i + 1 < ESC_COUNT_OF(texts))
            (void)only_one(workspace, "E0433");
        else
            assert_status(status, ESC_OK);
        esc_workspace_free(workspace);
    }
}

static void what_the_program_says_is_told(void **state)
{
    (void)state;
    Library library = {.own = own("../agency", "use agency.nothing\n")};
    EscSourceFiles doors = doors_of(&library);
    EscStatus status = ESC_OK;
    EscWorkspace *workspace = checked(&doors, &status);
    assert_text_equal(only_one(workspace, "E0431")->hint, "it is not there");
    esc_workspace_free(workspace);
    doors.library = NULL;
    workspace = checked(&doors, &status);
    (void)only_one(workspace, "E0430");
    esc_workspace_free(workspace);
}

static void tests_of_a_library_are_read_when_they_are_asked_for(void **state)
{
    (void)state;
    Library library = {.own = own("../agency", "use agency.paths\n"),
                       .paths = {"paths.esc"},
                       .texts = {OUTAGE "test \"t\" {\n  given ticket { title: \"x\" }\n  start "
                                        "outage_path(who: \"ana\") by nobody_here\n"
                                        "  expect page ana\n}\n"},
                       .count = 1};
    EscSourceFiles doors = doors_of(&library);
    EscStatus status = ESC_OK;
    EscWorkspace *workspace = checked(&doors, &status);
    assert_status(status, ESC_OK); /* whom it names need not be here */
    assert_int_equal(esc_workspace_scenario_count(workspace), 0);
    esc_workspace_free(workspace);
    doors.library_tests = true;
    workspace = checked(&doors, &status);
    assert_status(status, ESC_BAD_SOURCE);
    assert_int_equal(esc_workspace_scenario_count(workspace), 1);
    esc_workspace_free(workspace);
}

static void a_calendar_file_lies_where_it_is_named(void **state)
{
    (void)state;
    Library library = {
        .own = own("../agency",
                   "use agency.hours\ncalendar mine { mon 08:00..18:00  holidays \"own.ics\" }\n"),
        .paths = {"hours.esc"},
        .texts = {"calendar theirs { mon 08:00..18:00  holidays \"days.ics\" }\n"},
        .count = 1};
    EscSourceFiles doors = doors_of(&library);
    EscStatus status = ESC_OK;
    EscWorkspace *workspace = checked(&doors, &status);
    assert_status(status, ESC_OK);
    assert_string_equal(library.asked_calendar,
                        "agency:days.ics"); /* the last one: modules stand behind */
    esc_workspace_free(workspace);
}

static void without_memory_nothing_is_left(void **state)
{
    (void)state;
    for (unsigned nth = 1;; ++nth) {
        Library library = {.own = own("../agency", "use agency.a\nuse std.postmortem\n"),
                           .paths = {"a.esc", "b.esc"},
                           .texts = {"use agency.b\n", OUTAGE},
                           .count = 2};
        EscSourceFiles doors = doors_of(&library);
        EscStatus status = ESC_OK;
        alloc_fail_at(nth);
        EscWorkspace *workspace = checked(&doors, &status);
        bool has_failed = alloc_fail_happened();
        alloc_fail_at(0);
        esc_workspace_free(workspace);
        assert_true(status == (has_failed ? ESC_NO_MEMORY : ESC_OK));
        if (!has_failed)
            return;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_is_read_once_and_belongs_to_nobody_alone),
        cmocka_unit_test(a_bundle_does_not_tell_where_a_library_lies),
        cmocka_unit_test(a_fault_in_a_module_shows_where_it_is_used),
        cmocka_unit_test(a_circle_is_found_wherever_it_begins),
        cmocka_unit_test(what_the_program_says_is_told),
        cmocka_unit_test(tests_of_a_library_are_read_when_they_are_asked_for),
        cmocka_unit_test(a_calendar_file_lies_where_it_is_named),
        cmocka_unit_test(without_memory_nothing_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
