/* escalc_import.c - import: what another tool exports, as a workspace. Files and folders are touched here; what they mean is
 * importers/'s matter. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <esc/directory.h>
#include <esc/importers.h>

#include "composed_text.h"
#include "escalc.h"
#include "zone_names.h"

#define FILES_MAX 20000
#define EXPORT_BYTES_MAX ((size_t)256 << 20)
#define FOLDER_DEPTH_MAX 16
#define PATH_MAX_BYTES 4096

/* --- the export ----------------------------------------------------------------------------------- */

typedef struct Export {
    EscImportFile *files; /* owned, as are the paths and texts */
    size_t count, bytes, passed_over;
    const char *root; /* what paths are told without */
} Export;

static bool is_read(const char *path)
{
    static const char *const ENDS[] = {".json", ".tfstate", ".yml", ".yaml"};
    for (size_t i = 0; i < ESC_COUNT_OF(ENDS); i++) {
        if (esc_text_ends_with(esc_text_from(path), esc_text_from(ENDS[i])))
            return true;
    }
    return false;
}

static void free_export(Export *export)
{
    for (size_t i = 0; i < export->count; i++) {
        free((char *)(uintptr_t) export->files[i].path.data);
        free((char *)(uintptr_t) export->files[i].text.data);
    }
    free(export->files);
}

static bool add_file(Export *export, const char *path)
{
    EscBuf text;
    size_t root = strlen(export->root);
    const char *told =
        strncmp(path, export->root, root) == 0 && path[root] == '/' ? path + root + 1 : path;
    esc_buf_init(&text, ESCALC_FILE_BYTES_MAX);
    if (!escalc_read_file(path, &text)) {
        esc_buf_release(&text);
        return false;
    }
    export->bytes += text.size;
    EscImportFile *files = realloc(export->files, (export->count + 1) * sizeof *files);
    char *name = strdup(told);
    bool is_fine = files != NULL && name != NULL && export->bytes <= EXPORT_BYTES_MAX &&
                   export->count < FILES_MAX;
    if (files != NULL)
        export->files = files;
    if (!is_fine) {
        fprintf(stderr, "escalc: %s: the export is larger than can be read\n", path);
        free(name);
        esc_buf_release(&text);
        return false;
    }
    files[export->count++] =
        (EscImportFile){.path = esc_text_from(name), .text = esc_buf_as_text(&text)};
    return true;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* In order of names, so that the same export gives the same workspace. Links are not followed. */
static bool add_folder(Export *export, char *at, unsigned depth)
{
    struct dirent **entries = NULL;
    int count = depth < FOLDER_DEPTH_MAX ? scandir(at, &entries, visible, alphasort) : -1;
    if (count < 0) {
        fprintf(stderr, "escalc: %s: %s\n", at,
                depth < FOLDER_DEPTH_MAX ? strerror(errno) : "folders lie too deep in one another");
        return false;
    }
    bool is_fine = true;
    size_t used = strlen(at);
    for (int i = 0; i < count; i++) {
        struct stat info;
        int size = snprintf(at + used, PATH_MAX_BYTES - used, "/%s", entries[i]->d_name);
        bool fits = size > 0 && (size_t)size < PATH_MAX_BYTES - used && lstat(at, &info) == 0;
        if (is_fine && fits && S_ISDIR(info.st_mode))
            is_fine = add_folder(export, at, depth + 1);
        else if (is_fine && fits && S_ISREG(info.st_mode) && is_read(at))
            is_fine = add_file(export, at);
        else
            export->passed_over++;
        at[used] = '\0';
        free(entries[i]);
    }
    free(entries);
    return is_fine;
}

static bool read_export(Export *export, const char *path)
{
    struct stat info;
    char at[PATH_MAX_BYTES];
    int size = snprintf(at, sizeof at, "%s", path);
    while (size > 1 && (size_t)size < sizeof at && at[size - 1] == '/')
        at[--size] = '\0';
    if (size <= 0 || (size_t)size >= sizeof at || stat(path, &info) != 0) {
        fprintf(stderr, "escalc: %s: %s\n", path, strerror(errno));
        return false;
    }
    char *root = strdup(at);
    if (root == NULL)
        return false;
    export->root = root;
    if (!S_ISDIR(info.st_mode)) {
        char *slash = strrchr(root, '/');
        if (slash != NULL)
            *slash = '\0';
    }
    bool is_fine = S_ISDIR(info.st_mode) ? add_folder(export, at, 0) : add_file(export, at);
    export->root = NULL;
    free(root);
    if (is_fine && export->count == 0) {
        fprintf(stderr, "escalc: %s: there is no .json, .tfstate, .yml or .yaml file in it\n",
                path);
        return false;
    }
    return is_fine;
}

/* --- doors ---------------------------------------------------------------------------------------------- */

static bool is_zone(void *context, EscText zone)
{
    (void)context;
    return zone_names_exists(NULL, zone);
}

static int64_t offset_s(void *context, EscText zone, int64_t at_ms)
{
    EscZones *zones = context;
    if (!esc_zones_has(zones, zone)) {
        EscBuf tzif;
        esc_buf_init(&tzif, (size_t)1 << 20);
        if (zone_names_read(zone, &tzif) &&
            esc_zones_add(zones, zone, esc_buf_as_bytes(&tzif), NULL) != ESC_OK)
            fprintf(stderr, "escalc: the time zone %.*s cannot be read\n", ESC_TEXT_ARG(zone));
        esc_buf_release(&tzif);
    }
    return esc_zone_offset_s(zones, zone, at_ms);
}

/* A word that a team can be called. */
static bool is_free(void *context, EscText word)
{
    EscBuf source, out;
    (void)context;
    esc_buf_init(&source, 4096);
    esc_buf_init(&out, 4096);
    esc_buf_printf(&source, "team %.*s { ana }\n", ESC_TEXT_ARG(word));
    bool is_name =
        source.status == ESC_OK && esc_source_format(esc_buf_as_text(&source), &out) == ESC_OK;
    esc_buf_release(&source);
    esc_buf_release(&out);
    return is_name;
}

/* --- the workspace ----------------------------------------------------------------------------------------- */

static bool make_folder(const char *folder)
{
    struct dirent **entries = NULL;
    if (mkdir(folder, 0777) == 0)
        return true;
    if (errno != EEXIST) {
        fprintf(stderr, "escalc: %s: %s\n", folder, strerror(errno));
        return false;
    }
    int count = scandir(folder, &entries, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    if (count < 0 || count > 2) { /* . and .. */
        fprintf(stderr, "escalc: %s: %s\n", folder,
                count < 0 ? strerror(errno) : "this folder is not empty; nothing was written");
        return false;
    }
    return true;
}

static bool write_one(const char *folder, EscText name, EscText text)
{
    char path[PATH_MAX_BYTES];
    EscBuf laid_out;
    int size = snprintf(path, sizeof path, "%s/%.*s", folder, ESC_TEXT_ARG(name));
    if (size <= 0 || (size_t)size >= sizeof path)
        return false;
    esc_buf_init(&laid_out, ESCALC_FILE_BYTES_MAX);
    bool is_source = esc_text_ends_with(name, ESC_TEXT(".esc"));
    bool is_laid_out = is_source && esc_source_format(text, &laid_out) == ESC_OK;
    EscText written = is_laid_out ? esc_buf_as_text(&laid_out) : text;
    bool is_fine = escalc_write_file(path, (EscBytes){(const uint8_t *)written.data, written.size});
    esc_buf_release(&laid_out);
    return is_fine;
}

static bool write_all(const EscImported *imported, const char *folder)
{
    for (size_t i = 0; i < esc_imported_count(imported); i++) {
        EscImportFile file = esc_imported_file(imported, i);
        if (file.text.size > 0 && !write_one(folder, file.path, file.text))
            return false;
    }
    return write_one(folder, ESC_TEXT("import-report.md"), esc_imported_report(imported));
}

/* --- the command ----------------------------------------------------------------------------------------------- */

static void tell(const EscImported *imported, const Export *export, const char *folder)
{
    EscText report = esc_imported_report(imported);
    EscImportCounts counts = esc_imported_counts(imported);
    (void)fwrite(report.data, 1, report.size, stdout);
    printf("\n%s: of %zu things %zu are carried over, %zu changed, %zu left out", folder,
           counts.seen, counts.carried, counts.changed, counts.left);
    if (export->passed_over > 0)
        printf("; %zu files with other names were not looked at", export->passed_over);
    printf("\nNow read %s/import-report.md, then: escalc test %s\n", folder, folder);
}

/* What was written has to check: a fault in it is one of ours, and is shown. */
static int check_written(const EscalcOptions *options, const char *folder)
{
    EscWorkspace *workspace = NULL;
    int code = escalc_load(folder, options, &workspace);
    esc_workspace_free(workspace);
    if (code == ESCALC_FINDINGS)
        fprintf(stderr,
                "escalc: the workspace that was written has faults: please report this export\n");
    return code;
}

static int import(const EscalcOptions *options, const Export *export, EscText kind,
                  const char *folder)
{
    EscZones *zones = esc_zones_new();
    EscImported *imported = NULL;
    EscWhy why = {0};
    const char *name = cli_value(options->line, CLI_ESCALC_NAME);
    EscImportRequest request = {
        .kind = kind,
        .name = esc_text_from(name),
        .files = export->files,
        .files_count = export->count,
        .doors = {.context = zones,
                  .is_zone = is_zone,
                  .offset_s = offset_s,
                  .compose = composed_text,
                  .is_free = is_free},
        .now_ms = options->at_ms,
    };
    EscStatus status = zones == NULL ? ESC_NO_MEMORY : esc_import_run(&request, &imported, &why);
    int code = ESCALC_FINE;
    if (status != ESC_OK) {
        fprintf(stderr, "escalc: %s\n", why.text[0] != '\0' ? why.text : esc_status_text(status));
        code = status == ESC_BAD_INPUT ? ESCALC_FINDINGS : ESCALC_FAILURE;
    } else if (!make_folder(folder) || !write_all(imported, folder)) {
        code = ESCALC_FAILURE;
    } else {
        tell(imported, export, folder);
        code = check_written(options, folder);
    }
    esc_imported_free(imported);
    esc_zones_free(zones);
    return code;
}

static const EscImportKind *kind_of(const char *word, EscImportKind *kind)
{
    for (size_t i = 0; i < esc_import_kinds_count(); i++) {
        *kind = esc_import_kind(i);
        if (strcmp(word, kind->name) == 0)
            return kind;
    }
    return NULL;
}

static int no_kind(const char *word)
{
    fprintf(stderr, "escalc: there is no kind `%s`; it can be", word);
    for (size_t i = 0; i < esc_import_kinds_count(); i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : ",", esc_import_kind(i).name);
    (void)fputc('\n', stderr);
    return ESCALC_USAGE;
}

/* What to ask a tool for that has no export of its own. */
static int print_query(const EscalcOptions *options)
{
    EscImportKind kind;
    if (options->paths_count != 1)
        return cli_wrong(options->line,
                         "--query wants a kind and nothing else: escalc import goalert --query");
    if (kind_of(options->paths[0], &kind) == NULL)
        return no_kind(options->paths[0]);
    if (kind.query == NULL)
        return cli_wrong(options->line,
                         "what %s exports is read as it is: there is nothing to ask for",
                         kind.name);
    (void)fputs(kind.query, stdout);
    return ESCALC_FINE;
}

int escalc_import(const EscalcOptions *options)
{
    const char *folder = cli_value(options->line, CLI_ESCALC_INTO);
    bool has_kind = options->paths_count == 2;
    const char *word = has_kind ? options->paths[0] : "";
    EscImportKind kind;
    if (cli_has(options->line, CLI_ESCALC_QUERY))
        return print_query(options);
    if (folder == NULL)
        return cli_wrong(options->line, "say where the workspace is to be written: --into FOLDER");
    if (has_kind && kind_of(word, &kind) == NULL)
        return no_kind(word);
    Export export = {0};
    int code = read_export(&export, options->paths[options->paths_count - 1])
                   ? import(options, &export, esc_text_from(word), folder)
                   : ESCALC_FAILURE;
    free_export(&export);
    return code;
}
