/* escalc_new.c - new: the folder of a workspace whose tests pass at once, and what to edit in it. Its texts stand in new/. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "composed_text.h"
#include "escalc.h"
#include "escalc_new.h"
#include "escalctl_print.h"
#include "plain_name.h"
#include "zone_names.h"

#define TITLE_BYTES_MAX ((size_t)200)
#define TEXT_BYTES_MAX ((size_t)1 << 20)
#define PATH_BYTES_MAX ((size_t)4096)

static const struct {
    const char *kind, *name;
    mode_t mode;
    const char *about;
} FILES[] = {
#define NEW_FILE(kind, name, text, mode, about) {kind, name, mode, about},
#include "new/files.def"
};

typedef struct Kind {
    const char *name, *module, *source, *system, *header;
} Kind;

static const Kind KINDS[] = {{"events", "", "", "", ""},
#define NEW_KIND(name, module, source, system, header) {name, module, source, system, header},
                             NEW_SOURCES(NEW_KIND)};

/* What is put into the texts, and where they go. */
typedef struct New {
    const EscalcOptions *options;
    const char *folder;
    const Kind *kind;
    EscBuf title, name, zone;
} New;

static bool has_source(const New *new)
{
    return new->kind->source[0] != '\0';
}

static bool is_wanted(const New *new, size_t file)
{
    const char *kind = FILES[file].kind;
    return strcmp(kind, "start") == 0 || strcmp(kind, new->kind->name) == 0 ||
           strcmp(kind, has_source(new) ? "sources" : "cloudevents") == 0;
}

/* The command line knows no other words. */
static const Kind *kind_of(const char *from)
{
    const Kind *kind = KINDS;
    while (from != NULL && strcmp(kind->name, from) != 0)
        kind++;
    return kind;
}

/* --- what the workspace is called --------------------------------------------------------------- */

/* The folder's own name, behind the last `/`; of `.` and `..`, what stands for these. Owned. */
static char *folder_name(const char *folder)
{
    char *path = strdup(folder), *whole = NULL;
    ESC_ASSERT(path != NULL);
    for (size_t size = strlen(path); size > 1 && path[size - 1] == '/'; --size)
        path[size - 1] = '\0';
    const char *slash = strrchr(path, '/'), *last = slash == NULL ? path : slash + 1;
    if (strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
        whole = realpath(path, NULL);
    if (whole != NULL)
        last = strrchr(whole, '/') + 1;
    char *name = strdup(last);
    ESC_ASSERT(name != NULL);
    free(path);
    free(whole);
    return name;
}

static bool is_seen(EscText text)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i += size) {
        EscUnseen unseen = esc_unseen(esc_utf8_decode(text, i, &size));
        if (unseen != ESC_SEEN && unseen != ESC_UNSEEN_JOINER)
            return false;
    }
    return true;
}

static int take_title(New *new)
{
    const char *given = cli_value(new->options->line, CLI_ESCALC_NAME);
    char *own = given == NULL ? folder_name(new->folder) : NULL;
    EscText title = esc_text_from(given == NULL ? own : given);
    int code = ESCALC_FINE;
    if (title.size == 0 || title.size > TITLE_BYTES_MAX || !esc_utf8_is_valid(title, NULL) ||
        !is_seen(title))
        code = cli_wrong(new->options->line,
                         "a workspace is called by a line of at most %zu bytes in UTF-8: say "
                         "--name \"Acme Support\"",
                         TITLE_BYTES_MAX);
    else if (composed_text(NULL, title, &new->title) != ESC_OK ||
             plain_name(esc_buf_as_text(&new->title), "workspace", &new->name) != ESC_OK)
        code = ESCALC_FAILURE;
    free(own);
    return code;
}

/* --- its time zone ------------------------------------------------------------------------------ */

/* The zone that may be meant: a city without its continent, other letters, a slip. */
typedef struct ZoneNear {
    EscText given;
    unsigned distance;
    char name[64];
} ZoneNear;

#define ZONE_EDITS_MAX 2u

static bool is_same_letters(EscText a, EscText b)
{
    for (size_t i = 0; a.size == b.size && i < a.size; ++i)
        if (esc_ascii_lower(a.data[i]) != esc_ascii_lower(b.data[i]))
            return false;
    return a.size == b.size;
}

static void zone_try(void *context, EscText name)
{
    ZoneNear *near = context;
    const char *slash = memrchr(name.data, '/', name.size);
    EscText city =
        slash == NULL ? name : (EscText){slash + 1, name.size - (size_t)(slash + 1 - name.data)};
    unsigned distance = esc_text_distance(near->given, name, ZONE_EDITS_MAX);
    if (is_same_letters(near->given, name) || is_same_letters(near->given, city))
        distance = 0;
    if (distance >= near->distance || name.size >= sizeof near->name)
        return;
    near->distance = distance;
    (void)snprintf(near->name, sizeof near->name, "%.*s", ESC_TEXT_ARG(name));
}

static int take_zone(New *new)
{
    const char *given = cli_value(new->options->line, CLI_ESCALC_TIMEZONE);
    if (given == NULL) {
        zone_names_own(&new->zone);
        return ESCALC_FINE;
    }
    ZoneNear near = {.given = esc_text_from(given), .distance = ZONE_EDITS_MAX + 1};
    if (zone_names_exists(NULL, near.given)) {
        esc_buf_text(&new->zone, near.given);
        return ESCALC_FINE;
    }
    zone_names_list(NULL, zone_try, &near);
    if (near.name[0] != '\0')
        return cli_wrong(new->options->line, "there is no time zone `%s`; did you mean %s?", given,
                         near.name);
    return cli_wrong(new->options->line,
                     "there is no time zone `%s` on this machine: one is called Europe/Berlin",
                     given);
}

/* --- the folder --------------------------------------------------------------------------------- */

static int folder_failed(const char *path, const char *why)
{
    fprintf(stderr, "escalc new: ");
    print_safe(stderr, esc_text_from(path), false);
    fprintf(stderr, ": %s\n", why);
    return ESCALC_FAILURE;
}

/* What begins with a dot is no part of a workspace: a repository may be there already. */
static bool is_empty(DIR *folder)
{
    const struct dirent *entry = NULL;
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.')
            return false;
    return true;
}

/* Makes the folder and those that it lies in, as far as they are not there. */
static int make_folder(const char *path)
{
    char part[PATH_BYTES_MAX];
    size_t size = strlen(path);
    if (size >= sizeof part)
        return folder_failed("the folder", "its path is too long");
    for (size_t i = 1; i <= size; ++i) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        (void)snprintf(part, sizeof part, "%.*s", (int)i, path);
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return folder_failed(part, strerror(errno));
    }
    DIR *folder = opendir(path);
    if (folder == NULL)
        return folder_failed(path, strerror(errno));
    int code = is_empty(folder) ? ESCALC_FINE
                                : folder_failed(path, "this folder is not empty: nothing is "
                                                      "written into what is there already");
    (void)closedir(folder);
    return code == ESCALC_FINE ? ESCALC_FINE : ESCALC_USAGE;
}

/* --- the files ---------------------------------------------------------------------------------- */

/* A title as it stands between quotes. */
static void title_put(EscText title, EscBuf *out)
{
    for (size_t i = 0; i < title.size; ++i) {
        if (memchr("\"\\{", title.data[i], 3) != NULL)
            esc_buf_char(out, '\\');
        esc_buf_char(out, title.data[i]);
    }
}

/* What stands for a word such as @NAME@ at the beginning of a text; the word's size, or 0 when there is none. */
static size_t word_put(const New *new, EscText text, EscBuf *out)
{
    const struct {
        const char *word;
        EscText value;
    } words[] = {{"@NAME@", esc_buf_as_text(&new->name)},
                 {"@ZONE@", esc_buf_as_text(&new->zone)},
                 {"@MODULE@", esc_text_from(new->kind->module)},
                 {"@SOURCE@", esc_text_from(new->kind->source)},
                 {"@SYSTEM@", esc_text_from(new->kind->system)},
                 {"@HEADER@", esc_text_from(new->kind->header)}};
    for (size_t i = 0; i < ESC_COUNT_OF(words); ++i)
        if (esc_text_starts_with(text, esc_text_from(words[i].word))) {
            esc_buf_text(out, words[i].value);
            return strlen(words[i].word);
        }
    if (!esc_text_starts_with(text, ESC_TEXT("@TITLE@")))
        return 0;
    title_put(esc_buf_as_text(&new->title), out);
    return strlen("@TITLE@");
}

static void text_put(const New *new, EscText text, EscBuf *out)
{
    while (text.size > 0) {
        size_t size = word_put(new, text, out);
        if (size == 0) {
            esc_buf_char(out, text.data[0]);
            size = 1;
        }
        text = (EscText){text.data + size, text.size - size};
    }
}

/* Never over something: whoever made a file meanwhile keeps it. */
static bool write_new(const char *path, mode_t mode, EscBytes bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (file == NULL) {
        (void)folder_failed(path, strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    bool is_written = fwrite(bytes.data, 1, bytes.size, file) == bytes.size;
    is_written = fclose(file) == 0 && is_written;
    if (!is_written) {
        (void)folder_failed(path, strerror(errno));
        (void)unlink(path);
    }
    return is_written;
}

static bool path_of(const New *new, size_t file, char path[PATH_BYTES_MAX])
{
    int size = snprintf(path, PATH_BYTES_MAX, "%s/%s", new->folder, FILES[file].name);
    return size > 0 && (size_t)size < PATH_BYTES_MAX;
}

static bool write_file(const New *new, size_t file)
{
    char path[PATH_BYTES_MAX];
    EscBuf text;
    esc_buf_init(&text, TEXT_BYTES_MAX);
    text_put(new, (EscText){(const char *)new_texts[file].data, new_texts[file].size}, &text);
    bool is_written = text.status == ESC_OK && path_of(new, file, path) &&
                      write_new(path, FILES[file].mode, esc_buf_as_bytes(&text));
    esc_buf_release(&text);
    return is_written;
}

/* All of them or none: half a workspace would only puzzle whoever finds it. */
static int write_files(const New *new)
{
    char path[PATH_BYTES_MAX];
    ESC_ASSERT(new_texts_count == ESC_COUNT_OF(FILES));
    for (size_t i = 0; i < ESC_COUNT_OF(FILES); ++i) {
        if (!is_wanted(new, i) || write_file(new, i))
            continue;
        while (i-- > 0)
            if (is_wanted(new, i) && path_of(new, i, path))
                (void)unlink(path);
        return ESCALC_FAILURE;
    }
    return ESCALC_FINE;
}

/* --- what to do next ---------------------------------------------------------------------------- */

/* A command and what it does: "  escalc test acme" … */
static void print_command(const New *new, const char *before, const char *after, const char *about)
{
    printf("  %s", before);
    print_safe(stdout, esc_text_from(new->folder), false);
    printf("%s\n      %s\n", after, about);
}

static void print_next(const New *new)
{
    print_safe(stdout, esc_text_from(new->folder), false);
    printf(" is the workspace %.*s, in the time zone %.*s:\n",
           ESC_TEXT_ARG(esc_buf_as_text(&new->name)), ESC_TEXT_ARG(esc_buf_as_text(&new->zone)));
    for (size_t i = 0; i < ESC_COUNT_OF(FILES); ++i)
        if (is_wanted(new, i))
            printf("  %-20s %s\n", FILES[i].name, FILES[i].about);
    printf("Next:\n");
    print_command(new, "escalc test ", "", "plays its tests, which pass");
    print_command(new, "", "/try",
                  "plays what is there through the daemon; nothing leaves this machine");
    print_command(new, "edit ", "/workspace.esc",
                  "your people, their addresses, who has which week, the time zone; then check and "
                  "test again");
    print_command(new, "escalc check ", "", "says what is wrong, and how it is right");
    print_command(new, "edit ", "/escald.example.json",
                  "where your chat and your mail server are; the daemon reads it with --config");
    if (has_source(new))
        printf("  tell %s to send to https://YOUR-ADDRESS/v1/sources/%s?workspace=%.*s\n      how: "
               "docs/library/%s.md\n",
               new->kind->system, new->kind->source, ESC_TEXT_ARG(esc_buf_as_text(&new->name)),
               new->kind->module);
    else if (new->kind->module[0] != '\0')
        printf("  give the daemon what it needs to call %s\n      how: docs/library/%s.md\n",
               new->kind->system, new->kind->module);
}

static int make(New *new)
{
    int code = take_title(new);
    if (code == ESCALC_FINE)
        code = take_zone(new);
    if (code == ESCALC_FINE)
        code = make_folder(new->folder);
    if (code == ESCALC_FINE)
        code = write_files(new);
    if (code == ESCALC_FINE)
        print_next(new);
    return code;
}

int escalc_new(const EscalcOptions *options)
{
    New new = {.options = options,
               .folder = options->paths[0],
               .kind = kind_of(cli_value(options->line, CLI_ESCALC_FROM))};
    esc_buf_init(&new.title, TEXT_BYTES_MAX);
    esc_buf_init(&new.name, TEXT_BYTES_MAX);
    esc_buf_init(&new.zone, TEXT_BYTES_MAX);
    int code = make(&new);
    esc_buf_release(&new.title);
    esc_buf_release(&new.name);
    esc_buf_release(&new.zone);
    return code;
}
