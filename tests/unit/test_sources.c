/* test_sources.c - sources that stay: what is checked again is what a fresh check finds, and only what changed is read. */
#include <stdlib.h>

#include "support/alloc_fail.h"
#include "workspace_scene.h"

/* --- what a check finds, as bytes ----------------------------------------------------------------- */

/* Diagnostics, counts, tests and the bundle of a checked workspace. */
static EscBuf found_by(EscWorkspace *workspace)
{
    EscBuf out;
    esc_buf_init(&out, 64 << 20);
    EscStatus status = esc_workspace_check(workspace);
    esc_buf_printf(&out, "%s\n", esc_status_name(status));
    esc_diagnostics_write_json(workspace, &out);
    for (uint32_t i = 0; i < esc_workspace_diagnostic_count(workspace); ++i)
        esc_diagnostic_write(workspace, esc_workspace_diagnostic(workspace, i), &out);
    for (uint32_t i = 0; i < esc_workspace_file_count(workspace); ++i)
        esc_buf_printf(&out, "%.*s %d\n", ESC_TEXT_ARG(esc_workspace_file_path(workspace, i)),
                       esc_workspace_file_is_std(workspace, i));
    for (uint32_t i = 0; i < esc_workspace_scenario_count(workspace); ++i) {
        EscPlaceSpan span = esc_workspace_scenario(workspace, i)->span;
        esc_buf_printf(&out, "%.*s %u %u\n",
                       ESC_TEXT_ARG(esc_workspace_file_path(workspace, span.file)),
                       (unsigned)span.start, (unsigned)span.end);
    }
    if (status == ESC_OK)
        assert_status(esc_workspace_build(workspace, &out, NULL), ESC_OK);
    assert_int_equal(out.status, ESC_OK);
    return out;
}

/* --- files in all their versions ------------------------------------------------------------------- */

enum { VERSIONS = 6 };

typedef struct TestFile {
    const char *path;
    const char *versions[VERSIONS]; /* NULL: there is no such file */
} TestFile;

/* Out of order on purpose; a fault of one is seen in another, and two of them declare one name in some versions. */
static const TestFile files[] = {
    {"m/templates.esc",
     {"use std.postmortem\ntemplate t {\n  start on vendor.outage\n  owners { primary platform ack "
      "within 5m }\n"
      "  steps { notify incidents \"{event.vendor}\"  await ack }\n  close when resolved\n}\n",
      "\n\n# moved\ntemplate t {\n  start on vendor.outage when event.url is present\n"
      "  owners { primary platform ack within 5m }\n  steps { notify incidents \"{event.url}\" }\n"
      "  close when resolved\n}\n",
      "template t {\n  start on vendor.outage\n  owners { primary nobody ack within 5m }\n"
      "  steps { notify nowhere \"x\"  page primary \"{event.nothing}\" }\n  close when "
      "resolved\n}\n",
      "template t {\n  start on vendor.outage\n  owners { primary platform ack within }\n  steps { "
      "notify }\n}\n",
      NULL, ""}},
    {"a.esc",
     {SCENE_PRELUDE, SCENE_PRELUDE "# no more\n", SCENE_PRELUDE, SCENE_PRELUDE, SCENE_PRELUDE,
      NULL}},
    {"z.esc",
     {"test \"one\" {\n  on vendor.outage { vendor: \"v\" }\n  expect notify incidents\n}\n",
      "test \"two\" {\n  on vendor.back { vendor: \"v\" }\n  expect no escalation\n}\ntest "
      "\"three\" { expect }\n",
      NULL, "person dora { chat \"@dora\" }\n", "template t { }\n", "team platform { ana }\n"}},
    {"b.esc",
     {NULL, "channel nowhere chat\n", "team nobody { ana ben }\n", "team nobody {\n",
      "channel Nowhere chat\n", "# \xff\n"}},
};

enum { FILES = ESC_COUNT_OF(files) };

typedef struct Scene {
    EscSources *sources;
    unsigned version[FILES];
} Scene;

static void scene_put(Scene *scene, unsigned file, unsigned version)
{
    const char *before = files[file].versions[scene->version[file]];
    const char *after = files[file].versions[version];
    EscText path = esc_text_from(files[file].path);
    if (after != NULL)
        assert_status(esc_sources_put(scene->sources, path, esc_text_from(after)), ESC_OK);
    else
        assert_status(esc_sources_remove(scene->sources, path),
                      before == NULL ? ESC_NOT_FOUND : ESC_OK);
    scene->version[file] = version;
}

static Scene scene_begin(void)
{
    Scene scene = {.sources = esc_sources_new()};
    assert_non_null(scene.sources);
    for (unsigned i = 0; i < FILES; ++i) {
        if (files[i].versions[0] != NULL)
            scene_put(&scene, i, 0);
    }
    return scene;
}

static int file_order(const void *a, const void *b)
{
    return strcmp(files[*(const unsigned *)a].path, files[*(const unsigned *)b].path);
}

/* The same files in a workspace of their own. */
static EscBuf found_afresh(const Scene *scene)
{
    unsigned order[FILES];
    for (unsigned i = 0; i < FILES; ++i)
        order[i] = i;
    qsort(order, FILES, sizeof *order, file_order);
    EscWorkspace *workspace = esc_workspace_new();
    assert_non_null(workspace);
    for (unsigned i = 0; i < FILES; ++i) {
        const TestFile *file = &files[order[i]];
        const char *text = file->versions[scene->version[order[i]]];
        if (text != NULL)
            assert_status(
                esc_workspace_add(workspace, esc_text_from(file->path), esc_text_from(text), false),
                ESC_OK);
    }
    EscBuf found = found_by(workspace);
    esc_workspace_free(workspace);
    return found;
}

/* Checks what is there now; the workspace is the caller's. */
static EscWorkspace *assert_as_afresh(const Scene *scene)
{
    EscWorkspace *workspace = esc_workspace_of_sources(scene->sources, NULL);
    assert_non_null(workspace);
    EscBuf again = found_by(workspace), afresh = found_afresh(scene);
    assert_int_equal(again.size, afresh.size);
    assert_memory_equal(again.data, afresh.data, afresh.size);
    esc_buf_release(&again);
    esc_buf_release(&afresh);
    return workspace;
}

static uint32_t checked_again(const Scene *scene)
{
    EscWorkspace *workspace = assert_as_afresh(scene);
    uint32_t read = esc_workspace_read_count(workspace);
    esc_workspace_free(workspace);
    return read;
}

/* --- tests ------------------------------------------------------------------------------------------ */

static void only_the_file_that_changed_is_read(void **state)
{
    (void)state;
    Scene scene = scene_begin();
    assert_int_equal(checked_again(&scene), 3 + 3); /* and std.ticket, std.triage, std.postmortem */
    assert_int_equal(checked_again(&scene), 0);
    scene_put(&scene, 0, 1);
    assert_int_equal(checked_again(&scene), 1);
    scene_put(&scene, 0, 3); /* it cannot be read to its end */
    assert_int_equal(checked_again(&scene), 1);
    assert_int_equal(checked_again(&scene), 0); /* and its faults are reported again */
    esc_sources_free(scene.sources);
}

static void a_text_that_comes_back_is_not_read_again(void **state)
{
    (void)state;
    Scene scene = scene_begin();
    (void)checked_again(&scene);
    for (unsigned version = 1; version < ESC_SOURCE_VERSIONS_MAX; ++version) {
        scene_put(&scene, 0, version);
        assert_int_equal(checked_again(&scene), 1);
    }
    scene_put(&scene, 0, 0);
    assert_int_equal(checked_again(&scene), 0);
    scene_put(
        &scene, 0,
        5); /* one more than are remembered: the one that was there longest ago goes, version 1 */
    assert_int_equal(checked_again(&scene), 1);
    scene_put(&scene, 0, 3);
    assert_int_equal(checked_again(&scene), 0);
    scene_put(&scene, 0, 1);
    assert_int_equal(checked_again(&scene), 1);
    esc_sources_free(scene.sources);
}

static void files_come_and_go(void **state)
{
    (void)state;
    Scene scene = scene_begin();
    (void)checked_again(&scene);
    scene_put(&scene, 3, 1); /* between a.esc and the others */
    assert_int_equal(checked_again(&scene), 1);
    scene_put(&scene, 0, 4);
    assert_int_equal(checked_again(&scene), 0);
    scene_put(&scene, 1, 5); /* the first, and with it the declaration of the workspace */
    assert_int_equal(checked_again(&scene), 0);
    scene_put(&scene, 1, 0);
    scene_put(&scene, 0, 0);
    assert_int_equal(checked_again(&scene), 0);
    esc_sources_free(scene.sources);
}

static uint32_t next_random(uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    return *random >> 16;
}

static void any_order_of_changes_gives_what_a_fresh_check_gives(void **state)
{
    (void)state;
    Scene scene = scene_begin();
    uint32_t random = 7;
    for (unsigned i = 0; i < 300; ++i) {
        unsigned file = next_random(&random) % FILES, version = next_random(&random) % VERSIONS;
        bool is_same = files[file].versions[version] == files[file].versions[scene.version[file]];
        scene_put(&scene, file, version);
        uint32_t read = checked_again(&scene);
        assert_true(read <= (is_same ? 0u : 1u) + 3u);
        if (i > 50)
            assert_true(read <= 1);
    }
    esc_sources_free(scene.sources);
}

/* A workspace that was checked before goes on with what it has. */
static void a_workspace_keeps_its_files(void **state)
{
    (void)state;
    Scene scene = scene_begin();
    EscWorkspace *first = assert_as_afresh(&scene);
    EscWorkspace *late = esc_workspace_of_sources(scene.sources, NULL);
    EscBuf before = found_afresh(&scene);
    for (unsigned version = 1; version < VERSIONS; ++version) {
        for (unsigned file = 0; file < FILES; ++file)
            scene_put(&scene, file, version);
        (void)checked_again(&scene);
    }
    esc_sources_free(scene.sources);
    EscBuf after = found_by(first), later = found_by(late);
    assert_int_equal(after.size, before.size);
    assert_memory_equal(after.data, before.data, before.size);
    assert_int_equal(later.size, before.size);
    assert_memory_equal(later.data, before.data, before.size);
    assert_int_equal(esc_workspace_read_count(late), 0);
    esc_workspace_free(first);
    esc_workspace_free(late);
    esc_buf_release(&before);
    esc_buf_release(&after);
    esc_buf_release(&later);
}

/* More files than there is room for at first, and twice. */
static void many_files_are_kept(void **state)
{
    (void)state;
    EscSources *sources = esc_sources_new();
    assert_non_null(sources);
    char path[16], text[64];
    assert_status(esc_sources_put(sources, ESC_TEXT("a.esc"), ESC_TEXT(SCENE_PRELUDE)), ESC_OK);
    for (unsigned i = 0; i < 40; ++i) {
        snprintf(path, sizeof path, "f%02u.esc", i);
        snprintf(text, sizeof text, "channel c%02u chat\n", i);
        assert_status(esc_sources_put(sources, esc_text_from(path), esc_text_from(text)), ESC_OK);
    }
    EscWorkspace *workspace = esc_workspace_of_sources(sources, NULL);
    assert_non_null(workspace);
    assert_status(esc_workspace_check(workspace), ESC_OK);
    assert_int_equal(workspace->channels_count, 41);
    assert_text_equal(esc_workspace_file_path(workspace, 40), "f39.esc");
    esc_workspace_free(workspace);
    esc_sources_free(sources);
}

static void what_cannot_be_put_is_refused(void **state)
{
    (void)state;
    Scene scene = scene_begin();
    char path[ESC_PATH_BYTES_MAX + 1];
    memset(path, 'a', sizeof path);
    assert_status(esc_sources_put(scene.sources, ESC_TEXT(""), ESC_TEXT("x")), ESC_BAD_ARGUMENT);
    assert_status(esc_sources_put(scene.sources, (EscText){path, sizeof path}, ESC_TEXT("x")),
                  ESC_BAD_ARGUMENT);
    assert_status(esc_sources_put(scene.sources, ESC_TEXT("a.esc"),
                                  (EscText){path, ESC_WORKSPACE_BYTES_MAX + 1}),
                  ESC_OVER_LIMIT);
    assert_status(esc_sources_remove(scene.sources, ESC_TEXT("c.esc")), ESC_NOT_FOUND);
    assert_int_equal(checked_again(&scene), 3 + 3);
    esc_sources_free(scene.sources);
    esc_sources_free(NULL);
}

/* --- files of a folder ------------------------------------------------------------------------------ */

static EscStatus list(void *context, void (*put)(void *put_context, EscText path),
                      void *put_context, EscWhy *why)
{
    const Scene *scene = context;
    (void)why;
    for (unsigned i = 0; i < FILES; ++i) {
        if (files[i].versions[scene->version[i]] != NULL)
            put(put_context, esc_text_from(files[i].path));
    }
    return ESC_OK;
}

static EscStatus read(void *context, EscText path, EscBuf *out, EscWhy *why)
{
    const Scene *scene = context;
    for (unsigned i = 0; i < FILES; ++i) {
        const char *text = files[i].versions[scene->version[i]];
        if (text != NULL && esc_text_equal(path, esc_text_from(files[i].path))) {
            esc_buf_string(out, text);
            return ESC_OK;
        }
    }
    return esc_why(why, ESC_NOT_FOUND, "", 0, "no such file");
}

static void a_folder_is_loaded_again(void **state)
{
    (void)state;
    Scene scene = {.sources = esc_sources_new()};
    EscSourceFiles doors = {.context = &scene, .list = list, .read = read};
    assert_status(esc_sources_load(scene.sources, &doors, NULL), ESC_OK);
    assert_int_equal(checked_again(&scene), 3 + 3);
    scene.version[2] = 2; /* gone */
    scene.version[3] = 1; /* new */
    assert_status(esc_sources_load(scene.sources, &doors, NULL), ESC_OK);
    assert_int_equal(checked_again(&scene), 1);
    for (unsigned i = 0; i < FILES; ++i)
        scene.version[i] = i == 0 ? 4 : i == 1 ? 5 : i == 2 ? 2 : 0;
    EscWhy why = {0};
    assert_status(esc_sources_load(scene.sources, &doors, &why), ESC_NOT_FOUND);
    esc_sources_free(scene.sources);
}

/* --- memory ------------------------------------------------------------------------------------------ */

/* Loaded twice, with one allocation after another failing. */
static void a_load_without_memory_says_so(void **state)
{
    (void)state;
    unsigned at = 0;
    bool has_happened = true;
    while (has_happened && at < 10000) {
        Scene scene = {.sources = esc_sources_new()};
        EscSourceFiles doors = {.context = &scene, .list = list, .read = read};
        alloc_fail_at(++at);
        EscStatus status = esc_sources_load(scene.sources, &doors, NULL);
        if (status == ESC_OK) {
            scene.version[2] = 2;
            scene.version[3] = 1;
            status = esc_sources_load(scene.sources, &doors, NULL);
        }
        has_happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_status(status, has_happened ? ESC_NO_MEMORY : ESC_OK);
        esc_sources_free(scene.sources);
    }
    assert_true(at > 10);
}

/* Put, check, change, check again, with one allocation after another failing. */
static EscStatus put_and_check(EscSources *sources, const char *text)
{
    EscStatus status = esc_sources_put(sources, ESC_TEXT("a.esc"), ESC_TEXT(SCENE_PRELUDE));
    if (status == ESC_OK)
        status = esc_sources_put(sources, ESC_TEXT("b.esc"), esc_text_from(text));
    EscWorkspace *workspace = status == ESC_OK ? esc_workspace_of_sources(sources, NULL) : NULL;
    if (workspace != NULL)
        status = esc_workspace_check(workspace);
    else if (status == ESC_OK)
        status = ESC_NO_MEMORY;
    esc_workspace_free(workspace);
    return status;
}

static void a_failing_allocation_spoils_no_later_check(void **state)
{
    (void)state;
    bool has_happened = true;
    for (unsigned at = 1; has_happened; ++at) {
        alloc_fail_at(at);
        EscSources *sources = esc_sources_new();
        EscStatus status =
            sources == NULL ? ESC_NO_MEMORY : put_and_check(sources, files[0].versions[0]);
        if (status == ESC_OK)
            status = put_and_check(sources, files[0].versions[1]);
        has_happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_status(status, has_happened ? ESC_NO_MEMORY : ESC_OK);
        if (sources != NULL)
            assert_status(put_and_check(sources, files[0].versions[0]), ESC_OK);
        esc_sources_free(sources);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_file_that_changed_is_read),
        cmocka_unit_test(a_text_that_comes_back_is_not_read_again),
        cmocka_unit_test(files_come_and_go),
        cmocka_unit_test(any_order_of_changes_gives_what_a_fresh_check_gives),
        cmocka_unit_test(a_workspace_keeps_its_files),
        cmocka_unit_test(many_files_are_kept),
        cmocka_unit_test(what_cannot_be_put_is_refused),
        cmocka_unit_test(a_folder_is_loaded_again),
        cmocka_unit_test(a_load_without_memory_says_so),
        cmocka_unit_test(a_failing_allocation_spoils_no_later_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
