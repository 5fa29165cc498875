/* test_lacks.c - every place of the front that asks for memory, where there is none: the check and the build say so, and
 * nothing else happens. What is compiled are the examples and the golden cases. */
#define _GNU_SOURCE /* scandir */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include <esc/compiler.h>
#include <esc/vm.h>

#include "support/lack.h"
#include "support/test.h"

#define GOLDEN ESC_TEST_SOURCE_DIR "/tests/golden"

enum { SOURCE_BYTES_MAX = 1 << 20, FILES_MAX = 16, PATH_BYTES = 4096 };

typedef struct Sources {
    char names[FILES_MAX][256];
    EscBuf texts[FILES_MAX];
    unsigned count;
} Sources;

static void sources_add(Sources *sources, const char *folder, const char *name)
{
    char path[PATH_BYTES];
    assert_true(sources->count < FILES_MAX);
    assert_in_range(snprintf(path, sizeof path, "%s/%s", folder, name), 1, sizeof path - 1);
    assert_in_range(snprintf(sources->names[sources->count], 256, "%s", name), 1, 255);
    EscBuf *text = &sources->texts[sources->count++];
    esc_buf_init(text, SOURCE_BYTES_MAX);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (int c = fgetc(file); c != EOF; c = fgetc(file))
        esc_buf_char(text, (char)c);
    fclose(file);
}

static void sources_release(Sources *sources)
{
    for (unsigned i = 0; i < sources->count; i++)
        esc_buf_release(&sources->texts[i]);
    sources->count = 0;
}

static int is_source(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > 4 && strcmp(entry->d_name + size - 4, ".esc") == 0;
}

static EscStatus compile(const Sources *sources, EscBuf *out)
{
    EscWorkspace *workspace = esc_workspace_new();
    EscStatus status = workspace != NULL ? ESC_OK : ESC_NO_MEMORY;
    for (unsigned i = 0; i < sources->count && status == ESC_OK; i++)
        status = esc_workspace_add(workspace, esc_text_from(sources->names[i]),
                                   esc_buf_as_text(&sources->texts[i]), false);
    if (status == ESC_OK)
        status = esc_workspace_check(workspace);
    if (status == ESC_OK)
        status = esc_workspace_build(workspace, out, NULL);
    esc_workspace_free(workspace);
    return status;
}

static bool is_told(const Sources *sources, uint32_t place)
{
    EscBuf out;
    esc_buf_init(&out, ESC_BUNDLE_BYTES_MAX);
    lack_at(place);
    EscStatus status = compile(sources, &out);
    bool happened = lack_end();
    bool is_fine = happened && status == ESC_NO_MEMORY && out.size == 0;
    if (!is_fine)
        print_error("%s, place %u: %s, %zu bytes\n", sources->names[sources->count - 1], place,
                    happened ? esc_status_name(status) : "is not asked again", out.size);
    esc_buf_release(&out);
    return is_fine;
}

/* Refuses each place that these sources are the first to come to. */
static void refuse_all(const Sources *sources)
{
    uint32_t known = lack_places(), faults = 0;
    EscBuf out;
    esc_buf_init(&out, ESC_BUNDLE_BYTES_MAX);
    EscStatus status = compile(sources, &out);
    assert_true(status == ESC_OK || status == ESC_BAD_SOURCE);
    esc_buf_release(&out);
    uint32_t end = lack_places();
    for (uint32_t place = known; place < end; place++)
        faults += !is_told(sources, place);
    assert_int_equal(faults, 0);
}

static void refuse_each(const char *prelude, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_source, alphasort);
    assert_true(count > 10);
    for (int i = 0; i < count; i++) {
        Sources sources = {.count = 0};
        sources_add(&sources, GOLDEN, prelude);
        sources_add(&sources, folder, entries[i]->d_name);
        refuse_all(&sources);
        sources_release(&sources);
        free(entries[i]);
    }
    free(entries);
}

static void every_golden_case_ends_in_a_status(void **state)
{
    (void)state;
    refuse_each("disasm/common/prelude.esc", GOLDEN "/disasm");
    refuse_each("check/prelude.esc", GOLDEN "/check/cases");
}

static void every_folder_ends_in_a_status(void **state)
{
    static const char *const folders[] = {"/examples/agency/acme", "/examples/agency/nordlicht",
                                          "/tests/scenario/expectations"};
    (void)state;
    for (size_t k = 0; k < ESC_COUNT_OF(folders); k++) {
        char folder[PATH_BYTES];
        assert_in_range(snprintf(folder, sizeof folder, "%s%s", ESC_TEST_SOURCE_DIR, folders[k]), 1,
                        sizeof folder - 1);
        struct dirent **entries = NULL;
        int count = scandir(folder, &entries, is_source, alphasort);
        assert_true(count > 0);
        Sources sources = {.count = 0};
        for (int i = 0; i < count; i++) {
            sources_add(&sources, folder, entries[i]->d_name);
            free(entries[i]);
        }
        free(entries);
        refuse_all(&sources);
        sources_release(&sources);
    }
    assert_true(lack_places() > 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_golden_case_ends_in_a_status),
        cmocka_unit_test(every_folder_ends_in_a_status),
    };
    return cmocka_run_group_tests_name("lacks", tests, NULL, NULL);
}
