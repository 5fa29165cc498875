/* test_library_files.c - a file of a library lies in its folder, and a path leads nowhere else. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library_files.h"
#include "support/test.h"

static char base[256]; /* …/clients/acme, …/library, …/secret.esc */

static void lay(const char *path, const char *text)
{
    char full[512];
    snprintf(full, sizeof full, "%s/%s", base, path);
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void make_folder(const char *path)
{
    char full[512];
    snprintf(full, sizeof full, "%s/%s", base, path);
    assert_int_equal(mkdir(full, 0700), 0);
}

static void link_to(const char *target, const char *path)
{
    char full[512];
    snprintf(full, sizeof full, "%s/%s", base, path);
    assert_int_equal(symlink(target, full), 0);
}

static int set_up(void **state)
{
    const char *folder = getenv("TMPDIR");
    (void)state;
    snprintf(base, sizeof base, "%s/library_files.XXXXXX", folder == NULL ? "/tmp" : folder);
    assert_non_null(mkdtemp(base));
    make_folder("clients");
    make_folder("clients/acme");
    make_folder("clients/library");
    make_folder("clients/library/paths");
    make_folder("other");
    lay("clients/library/a.esc", "# a\n");
    lay("clients/library/paths/b.esc", "# b\n");
    lay("other/c.esc", "# c\n");
    link_to("a.esc", "clients/library/linked.esc");
    link_to("../../other", "clients/library/out");
    make_folder("clients/library/folder.esc");
    return 0;
}

static int tear_down(void **state)
{
    char command[512];
    (void)state;
    snprintf(command, sizeof command, "rm -r '%s'", base);
    return system(command);
}

static EscStatus read_from(const LibraryFolders *folders, const char *folder, const char *path,
                           EscWhy *why, char *text)
{
    EscBuf out;
    esc_buf_init(&out, 1024);
    EscStatus status = library_file_read(folders, ESC_TEXT("agency"), esc_text_from(folder),
                                         esc_text_from(path), &out, why);
    snprintf(text, 64, "%.*s", ESC_TEXT_ARG(esc_buf_as_text(&out)));
    esc_buf_release(&out);
    return status;
}

static void what_a_workspace_says_is_followed_from_its_folder(void **state)
{
    (void)state;
    char own[300], text[64];
    EscWhy why = {0};
    snprintf(own, sizeof own, "%s/clients/acme", base);
    LibraryFolders folders = {
        .workspace_folder = esc_text_from(own), .way_out = "say ", .way_out_behind = "=F"};
    assert_status(read_from(&folders, "../library", "a.esc", &why, text), ESC_OK);
    assert_string_equal(text, "# a\n");
    assert_status(read_from(&folders, "../library", "paths/b.esc", &why, text), ESC_OK);
    assert_string_equal(text, "# b\n");
    assert_status(read_from(&folders, "", "a.esc", &why, text), ESC_BAD_CONFIG);
    assert_string_equal(why.text, "say agency=F");
}

static void whoever_runs_the_program_goes_before_it(void **state)
{
    (void)state;
    char other[300], text[64];
    EscWhy why = {0};
    snprintf(other, sizeof other, "%s/other", base);
    LibraryFolder items[] = {{ESC_TEXT("agency"), esc_text_from(other)}};
    LibraryFolders folders = {
        .items = items, .count = 1, .way_out = "say ", .way_out_behind = "=F"};
    assert_status(read_from(&folders, "../library", "c.esc", &why, text), ESC_OK);
    assert_string_equal(text, "# c\n");
    folders.count = 0; /* and where it says nothing, a workspace decides nothing by itself */
    assert_status(read_from(&folders, "../library", "a.esc", &why, text), ESC_FORBIDDEN);
    assert_non_null(strstr(why.text, "say agency=F"));
}

static void a_path_leads_nowhere_else(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        EscStatus status;
        const char *words;
    } rows[] = {
        {"missing.esc", ESC_NOT_FOUND, "missing.esc is not there"},
        {"paths/missing.esc", ESC_NOT_FOUND, "paths/missing.esc is not there"},
        {"a.esc/b.esc", ESC_NOT_FOUND, "is not there"},
        {"../other/c.esc", ESC_NOT_FOUND, "is not there"},
        {"paths/../a.esc", ESC_NOT_FOUND, "is not there"},
        {"./a.esc", ESC_NOT_FOUND, "is not there"},
        {"/etc/passwd", ESC_NOT_FOUND, "is not there"},
        {"", ESC_NOT_FOUND, "is not there"},
        {"paths/", ESC_NOT_FOUND, "is not there"},
        {"linked.esc", ESC_FORBIDDEN, "symbolic link"},
        {"out/c.esc", ESC_FORBIDDEN, "symbolic link"},
        {"folder.esc", ESC_FORBIDDEN, "no ordinary file"},
    };
    char own[300], text[64];
    snprintf(own, sizeof own, "%s/clients/acme", base);
    LibraryFolders folders = {
        .workspace_folder = esc_text_from(own), .way_out = "", .way_out_behind = ""};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscWhy why = {0};
        assert_status(read_from(&folders, "../library", rows[i].path, &why, text), rows[i].status);
        assert_string_equal(text, "");
        assert_non_null(strstr(why.text, rows[i].words));
        assert_null(strstr(why.text, base)); /* said as it was said to it */
    }
}

static void a_pipe_holds_nobody_up(void **state)
{
    (void)state;
    char own[300], pipe_name[300], text[64];
    EscWhy why = {0};
    snprintf(own, sizeof own, "%s/clients/acme", base);
    snprintf(pipe_name, sizeof pipe_name, "%s/clients/library/pipe.esc", base);
    assert_int_equal(mkfifo(pipe_name, 0600), 0);
    LibraryFolders folders = {
        .workspace_folder = esc_text_from(own), .way_out = "", .way_out_behind = ""};
    assert_status(read_from(&folders, "../library", "pipe.esc", &why, text), ESC_FORBIDDEN);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    (void)state;
    char own[300], text[64];
    EscWhy why = {0};
    snprintf(own, sizeof own, "%s/clients/acme", base);
    LibraryFolders folders = {
        .workspace_folder = esc_text_from(own), .way_out = "", .way_out_behind = ""};
    assert_status(read_from(&folders, "../nowhere", "a.esc", &why, text), ESC_IO_FAILED);
    assert_non_null(strstr(why.text, "../nowhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_workspace_says_is_followed_from_its_folder, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(whoever_runs_the_program_goes_before_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_leads_nowhere_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pipe_holds_nobody_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_is_named, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
