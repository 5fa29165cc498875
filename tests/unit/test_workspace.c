/* test_workspace.c - sources into a workspace: order, replacing, failures of the doors and of
 * memory, tests as data. */
#include <stdlib.h>

#include "support/alloc_fail.h"
#include "workspace_scene.h"

/* --- doors ------------------------------------------------------------------------------------ */

typedef struct Files {
    const char *paths[4];
    const char *texts[4];
    size_t count;
    EscStatus list_status, read_status;
} Files;

static EscStatus list(void *context, void (*put)(void *put_context, EscText path),
                      void *put_context, EscWhy *why)
{
    const Files *files = context;
    for (size_t i = 0; i < files->count; ++i)
        put(put_context, esc_text_from(files->paths[i]));
    return files->list_status == ESC_OK ? ESC_OK
                                        : esc_why(why, files->list_status, "", 0, "no list");
}

static EscStatus read(void *context, EscText path, EscBuf *out, EscWhy *why)
{
    const Files *files = context;
    if (files->read_status != ESC_OK)
        return esc_why(why, files->read_status, "", 0, "no read");
    for (size_t i = 0; i < files->count; ++i) {
        if (esc_text_equal(path, esc_text_from(files->paths[i]))) {
            esc_buf_string(out, files->texts[i]);
            return ESC_OK;
        }
    }
    return ESC_NOT_FOUND;
}

static EscStatus load(EscWorkspace *workspace, Files *files)
{
    EscSourceFiles doors = {.context = files, .list = list, .read = read};
    EscWhy why = {0};
    return esc_workspace_load(workspace, &doors, &why);
}

static void files_are_read_in_order_of_their_paths(void **state)
{
    (void)state;
    Files files = {.paths = {"z.esc", "b/a.esc", "a.esc"},
                   .texts = {"", SCENE_PRELUDE, "channel c chat\n"},
                   .count = 3};
    EscWorkspace *workspace = esc_workspace_new();
    assert_status(load(workspace, &files), ESC_OK);
    assert_int_equal(esc_workspace_file_count(workspace), 3);
    assert_text_equal(esc_workspace_file_path(workspace, 0), "a.esc");
    assert_text_equal(esc_workspace_file_path(workspace, 1), "b/a.esc");
    assert_text_equal(esc_workspace_file_path(workspace, 2), "z.esc");
    assert_status(esc_workspace_check(workspace), ESC_OK);
    assert_text_equal(workspace->channels[0].name, "c");
    assert_text_equal(esc_workspace_name(workspace), "scene");
    assert_text_equal(esc_workspace_timezone(workspace), "Europe/Berlin");
    assert_true(esc_workspace_file_is_std(workspace, 3));
    assert_int_equal(esc_workspace_counts(workspace).files, 3);
    assert_status(esc_workspace_check(workspace), ESC_OK); /* once is enough */
    esc_workspace_free(workspace);
}

static EscStatus holidays_end(void *context, EscHolidayFile *file)
{
    (void)file;
    return ((const Files *)context)->read_status;
}

static EscStatus turns_end(void *context, EscTurnFile *file)
{
    (void)file;
    return ((const Files *)context)->read_status;
}

static EscStatus composed_end(void *context, EscText text, EscBuf *out)
{
    esc_buf_text(out, text);
    return ((const Files *)context)->read_status;
}

/* A door that has no memory ends the check; a file that cannot be read is a fault of the text, and a text that cannot be
 * composed is taken as it is. */
static void a_door_without_memory_ends_the_check(void **state)
{
    (void)state;
    static const struct {
        EscStatus status, expected;
    } cases[] = {{ESC_OK, ESC_OK}, {ESC_NO_MEMORY, ESC_NO_MEMORY}, {ESC_IO_FAILED, ESC_BAD_SOURCE}};
    static const char *const sources[] = {
        SCENE_PRELUDE "calendar c { mon..fri 08:00..18:00  holidays \"days.ics\" }\n",
        SCENE_PRELUDE "schedule s { weekly from 2026-01-05T09:00 ana, ben }\n"
                      "schedule t { import \"turns.ics\" }\n",
        SCENE_PRELUDE "runbook r { if ticket.title = \"a\xcc\x80\" { rollback } }\n"};
    for (size_t k = 0; k < ESC_COUNT_OF(sources); ++k) {
        for (size_t i = 0; i < ESC_COUNT_OF(cases); ++i) {
            Files files = {.paths = {"a.esc"}, .texts = {sources[k]}, .count = 1};
            EscSourceFiles doors = {.context = &files,
                                    .list = list,
                                    .read = read,
                                    .holidays = holidays_end,
                                    .turns = turns_end,
                                    .compose = composed_end};
            EscWorkspace *workspace = esc_workspace_new();
            assert_status(esc_workspace_load(workspace, &doors, NULL), ESC_OK);
            files.read_status = cases[i].status;
            EscStatus status = esc_workspace_check(workspace);
            assert_status(status, k == 2 && i == 2 ? ESC_OK : cases[i].expected);
            esc_workspace_free(workspace);
        }
    }
}

static bool is_no_zone(void *context, EscText name)
{
    (void)context;
    (void)name;
    return false;
}

/* Names that go on behind their end, as they do where a table lists them. */
static void list_zones(void *context, void (*put)(void *put_context, EscText name),
                       void *put_context)
{
    static const char table[] = "Europe/Berlin/Asia/Tokyo/UTC";
    (void)context;
    put(put_context, (EscText){table, 13});
    put(put_context, (EscText){table + 14, 10});
    put(put_context, (EscText){table + 25, 3});
}

static EscText zone_meant(const char *written, bool *is_safe)
{
    static char source[256];
    snprintf(source, sizeof source, "workspace z { language 1  timezone \"%s\" }\n", written);
    Files files = {.paths = {"a.esc"}, .texts = {source}, .count = 1};
    EscSourceFiles doors = {.context = &files,
                            .list = list,
                            .read = read,
                            .zone_exists = is_no_zone,
                            .list_zones = list_zones};
    EscWorkspace *workspace = esc_workspace_new();
    static char meant[64];
    assert_status(esc_workspace_load(workspace, &doors, NULL), ESC_OK);
    assert_status(esc_workspace_check(workspace), ESC_BAD_SOURCE);
    const EscDiagnostic *diagnostic = esc_workspace_diagnostic(workspace, 0);
    assert_string_equal(diagnostic->code, "E0326");
    assert_int_equal(diagnostic->edits_count, 1);
    *is_safe = diagnostic->edits[0].is_safe;
    snprintf(meant, sizeof meant, "%.*s", ESC_TEXT_ARG(diagnostic->edits[0].text));
    esc_workspace_free(workspace);
    return esc_text_from(meant);
}

static void a_zone_is_found_by_its_place(void **state)
{
    (void)state;
    bool is_safe = false;
    assert_text_equal(zone_meant("berlin", &is_safe), "\"Europe/Berlin\"");
    assert_true(is_safe);
    assert_text_equal(zone_meant("TOKYO", &is_safe), "\"Asia/Tokyo\"");
    assert_true(is_safe);
    assert_text_equal(zone_meant("asia/tokyo", &is_safe), "\"Asia/Tokyo\"");
    assert_true(is_safe);
    assert_text_equal(zone_meant("Asia/Tokio", &is_safe), "\"Asia/Tokyo\"");
    assert_false(is_safe);
}

static void failures_of_the_doors_are_handed_on(void **state)
{
    (void)state;
    Files none = {.count = 0}, no_list = {.list_status = ESC_IO_FAILED},
          no_read = {.paths = {"a.esc"}, .texts = {""}, .count = 1, .read_status = ESC_IO_FAILED};
    EscWorkspace *workspace = esc_workspace_new();
    assert_status(load(workspace, &none), ESC_NOT_FOUND);
    assert_status(load(workspace, &no_list), ESC_IO_FAILED);
    assert_status(load(workspace, &no_read), ESC_IO_FAILED);
    assert_int_equal(esc_workspace_file_count(workspace), 0);
    esc_workspace_free(workspace);
}

static void a_source_is_replaced_only_on_purpose(void **state)
{
    (void)state;
    EscWorkspace *workspace = esc_workspace_new();
    assert_status(esc_workspace_add(workspace, ESC_TEXT("a.esc"), ESC_TEXT("team"), false), ESC_OK);
    assert_status(esc_workspace_add(workspace, ESC_TEXT("a.esc"), ESC_TEXT(""), false),
                  ESC_CONFLICT);
    assert_status(esc_workspace_add(workspace, ESC_TEXT("a.esc"), ESC_TEXT(SCENE_PRELUDE), true),
                  ESC_OK);
    assert_status(esc_workspace_add(workspace, ESC_TEXT(""), ESC_TEXT("x"), false),
                  ESC_BAD_ARGUMENT);
    assert_int_equal(esc_workspace_file_count(workspace), 1);
    assert_status(esc_workspace_check(workspace), ESC_OK);
    esc_workspace_free(workspace);
}

static void faults_do_not_stop_the_check(void **state)
{
    (void)state;
    EscWorkspace *workspace =
        scene_checked("person x { }\nteam y { nobody }\nchannel z pigeon\nschedule s { }\nroute r "
                      "-> team { }\nrunbook b { page q \"x\" }\n");
    assert_int_equal(esc_workspace_error_count(workspace), 6);
    assert_status(esc_workspace_check(workspace), ESC_BAD_SOURCE);
    EscBuf out;
    esc_buf_init(&out, 1024);
    assert_status(esc_workspace_build(workspace, &out, NULL), ESC_BAD_SOURCE);
    assert_int_equal(out.size, 0);
    esc_buf_release(&out);
    esc_workspace_free(workspace);
}

/* --- memory ----------------------------------------------------------------------------------- */

static const char RICH[] =
    "system crm { action a(x: text) -> text undo b(x: x) { POST \"/{x}\"  json { x: x }  return "
    "body }  action b(x: text) { DELETE \"/{x}\" } }\n"
    "template t {\n  start on vendor.outage when event.url is present\n  owners { primary platform "
    "ack within 5m }\n"
    "  steps { crm.a(x: event.vendor) as y  attach y  if event.url is present { notify incidents "
    "\"{event.url}\" }  raise late { by: 1 } }\n"
    "  on exception late { notify incidents \"{exception.by}\" }\n  qa { check accepted }\n  "
    "close when resolved\n}\n"
    "test \"x\" { given ticket { severity: high  tags: [\"a\"] }  on vendor.outage { vendor: \"v\" "
    "}  expect notify incidents  expect ticket.severity = high }\n"
    "route r -> person { when ticket.severity >= high -> ana  when ticket.severity = critical -> "
    "ben  otherwise -> ana }\n";

static void every_failing_allocation_ends_in_a_status(void **state)
{
    (void)state;
    unsigned at = 0;
    do {
        alloc_fail_at(++at);
        EscWorkspace *workspace = esc_workspace_new();
        EscStatus status = ESC_NO_MEMORY;
        if (workspace != NULL) {
            status =
                esc_workspace_add(workspace, ESC_TEXT("a.esc"), ESC_TEXT(SCENE_PRELUDE), false);
            if (status == ESC_OK)
                status =
                    esc_workspace_add(workspace, ESC_TEXT("b.esc"), esc_text_from(RICH), false);
            if (status == ESC_OK)
                status = esc_workspace_check(workspace);
        }
        bool has_happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_status(status, has_happened ? ESC_NO_MEMORY : ESC_OK);
        esc_workspace_free(workspace);
        if (!has_happened)
            break;
    } while (at < 100000);
    assert_true(at > 30);
}

/* --- tests as data ---------------------------------------------------------------------------- */

static void a_test_becomes_plain_steps(void **state)
{
    (void)state;
    EscWorkspace *workspace =
        scene_sound("test \"one\" {\n  at 2026-03-02T10:00\n  given ticket { severity: high  "
                    "account: { name: \"Globex\" }  tags: [\"a\", \"b\"] }\n"
                    "  on vendor.outage { vendor: \"Cloud\" }\n  after 5m\n  ack by ana\n"
                    "  expect owner ana and no page ana\n  expect ticket.status != closed "
                    "and ticket.note is missing\n}\n");
    assert_int_equal(esc_workspace_scenario_count(workspace), 1);
    const EscScenario *scenario = esc_workspace_scenario(workspace, 0);
    assert_text_equal(scenario->title, "one");
    assert_int_equal(scenario->steps_count, 7);
    const EscScenarioStep *step = scenario->steps;
    assert_int_equal(step[0].kind, ESC_SCENARIO_AT);
    assert_int_equal(step[0].local_minute, esc_days_from_date(2026, 3, 2) * 1440 + 600);
    assert_int_equal(step[1].fields_count, 3);
    assert_text_equal(step[1].fields[0].name, "severity");
    assert_int_equal(step[1].fields[0].value.kind, ESC_DATUM_MEMBER);
    assert_text_equal(step[1].fields[0].value.text, "high");
    assert_int_equal(step[1].fields[0].value.member, 2);
    assert_text_equal(step[1].fields[1].name, "account.name");
    assert_int_equal(step[1].fields[2].value.items_count, 2);
    assert_int_equal(step[2].kind, ESC_SCENARIO_EVENT);
    assert_text_equal(step[2].name, "vendor.outage");
    assert_text_equal(step[2].fields[0].value.text, "Cloud");
    assert_int_equal(step[3].ms, 5 * ESC_MINUTE_MS);
    assert_int_equal(step[4].who.kind, ESC_WHO_PERSON);
    assert_text_equal(step[4].who.name, "ana");
    assert_int_equal(step[5].expects_count, 3);
    assert_int_equal(step[5].expects[0].kind, ESC_EXPECTED_AND);
    assert_int_equal(step[5].expects[0].children, 2);
    assert_int_equal(step[5].expects[1].kind, ESC_EXPECTED_OWNER);
    assert_true(step[5].expects[2].is_negated);
    const EscScenarioExpect *condition = step[6].expects;
    assert_int_equal(condition->kind, ESC_EXPECTED_CONDITION);
    assert_int_equal(condition->probes_count, 4);
    assert_int_equal(condition->probes[0].kind, ESC_PROBE_AND);
    assert_int_equal(condition->probes[1].kind, ESC_PROBE_NOT);
    assert_int_equal(condition->probes[2].kind, ESC_PROBE_EQUAL);
    assert_text_equal(condition->probes[2].path, "ticket.status");
    assert_int_equal(condition->probes[3].kind, ESC_PROBE_MISSING);
    esc_workspace_free(workspace);
}

/* --- the library in other languages --------------------------------------------------------------- */

static EscBundle *learning_bundle(const char *setting)
{
    char source[1200];
    (void)snprintf(
        source, sizeof source,
        "workspace scene { language 1  timezone \"Europe/Berlin\"  %s }\n"
        "use std.postmortem\nuse std.paths.incident\nuse std.paths.breach\nuse std.paths.lead\n"
        "use std.paths.content\nuse std.paths.vendor\nuse std.qa\nperson ana { chat \"@ana\" "
        "}\npolicy p { "
        "last resort ana }\n"
        "template t { manual  owners { primary ana ack within 5m }\n"
        "steps { run follow_up(what: \"x\")  await resolved within 1d else { close } }\n"
        "close when resolved }\n",
        setting);
    EscWorkspace *workspace = esc_workspace_new();
    assert_status(esc_workspace_add(workspace, ESC_TEXT("a.esc"), esc_text_from(source), false),
                  ESC_OK);
    assert_status(esc_workspace_check(workspace), ESC_OK);
    EscBuf bytes;
    esc_buf_init(&bytes, 1 << 20);
    EscBundle *bundle = NULL;
    assert_status(esc_workspace_build(workspace, &bytes, NULL), ESC_OK);
    assert_status(esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, NULL), ESC_OK);
    esc_buf_release(&bytes);
    esc_workspace_free(workspace);
    return bundle;
}

/* A module's translation differs in what people read, and in nothing else. */
static void the_library_is_the_same_in_every_language(void **state)
{
    (void)state;
    EscBundle *bundles[] = {learning_bundle(""), learning_bundle("default language de")};
    const EscProgram *en = esc_bundle_program(bundles[0]), *de = esc_bundle_program(bundles[1]);
    assert_int_equal(en->fields_count, de->fields_count);
    for (uint32_t i = 0; i < en->fields_count; ++i) {
        const EscFieldRow *a = &en->fields[i], *b = &de->fields[i];
        assert_true(esc_text_equal(en->texts[a->name], de->texts[b->name]));
        assert_int_equal(a->type, b->type);
        assert_int_equal(a->size_max, b->size_max);
        assert_int_equal(a->items_max, b->items_max);
    }
    assert_int_equal(en->functions_count, de->functions_count);
    assert_int_equal(en->waits_count, de->waits_count);
    assert_int_equal(en->effects_count, de->effects_count);
    esc_bundle_free(bundles[0]);
    esc_bundle_free(bundles[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read_in_order_of_their_paths),
        cmocka_unit_test(a_door_without_memory_ends_the_check),
        cmocka_unit_test(a_zone_is_found_by_its_place),
        cmocka_unit_test(failures_of_the_doors_are_handed_on),
        cmocka_unit_test(a_source_is_replaced_only_on_purpose),
        cmocka_unit_test(faults_do_not_stop_the_check),
        cmocka_unit_test(every_failing_allocation_ends_in_a_status),
        cmocka_unit_test(a_test_becomes_plain_steps),
        cmocka_unit_test(the_library_is_the_same_in_every_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
