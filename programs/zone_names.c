/* zone_names.c - the names of time zones, as the zone tables of the system have them. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zone_names.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define ZONE_LIST ZONE_FOLDER "/tzdata.zi" /* every zone and every other name of one, a line each */

/* Files of the folder that are no zone of a place: this machine's own one, the same zones once more with and without leap
 * seconds, and what stands in for a zone that nobody has set. */
static bool is_no_place(EscText name)
{
    static const char *const names[] = {"localtime", "posixrules", "Factory"};
    for (size_t i = 0; i < ESC_COUNT_OF(names); ++i) {
        if (esc_text_equal(name, esc_text_from(names[i])))
            return true;
    }
    return esc_text_starts_with(name, ESC_TEXT("right/")) ||
           esc_text_starts_with(name, ESC_TEXT("posix/"));
}

/* Names are file names below the folder: nothing else may be reached through them. */
static FILE *open_zone(EscText name)
{
    struct stat info;
    char path[256];
    int size = snprintf(path, sizeof path, "%s/%.*s", ZONE_FOLDER, ESC_TEXT_ARG(name));
    bool is_plain = name.size > 0 && !is_no_place(name) &&
                    memchr(name.data, 0, name.size) == NULL &&
                    !esc_text_contains(name, ESC_TEXT(".."));
    if (!is_plain || size <= 0 || (size_t)size >= sizeof path || stat(path, &info) != 0 ||
        !S_ISREG(info.st_mode))
        return NULL;
    return fopen(path, "rb");
}

bool zone_names_exists(void *context, EscText name)
{
    (void)context;
    struct stat info;
    char magic[4] = "";
    if (stat(ZONE_FOLDER, &info) != 0)
        return true;
    FILE *file = open_zone(name);
    bool is_zone = file != NULL && fread(magic, 1, sizeof magic, file) == sizeof magic &&
                   memcmp(magic, "TZif", sizeof magic) == 0;
    if (file != NULL)
        (void)fclose(file);
    return is_zone;
}

bool zone_names_read(EscText name, EscBuf *out)
{
    FILE *file = open_zone(name);
    char piece[4096];
    size_t got = 0;
    while (file != NULL && (got = fread(piece, 1, sizeof piece, file)) > 0 && out->status == ESC_OK)
        esc_buf_append(out, piece, got);
    bool is_whole = file != NULL && ferror(file) == 0 && out->status == ESC_OK;
    if (file != NULL)
        (void)fclose(file);
    return is_whole;
}

/* The name in a line of the list: `Z NAME …` or `L TARGET NAME`. */
static EscText name_in(const char *line)
{
    if ((line[0] != 'Z' && line[0] != 'L') || line[1] != ' ')
        return ESC_TEXT("");
    const char *start = line + 2;
    if (line[0] == 'L')
        start += strcspn(start, " \n") + 1;
    return (EscText){start, strcspn(start, " \n")};
}

void zone_names_list(void *context, void (*put)(void *put_context, EscText name), void *put_context)
{
    (void)context;
    FILE *file = fopen(ZONE_LIST, "rb");
    char line[512];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        EscText name = name_in(line);
        if (name.size > 0 && !is_no_place(name))
            put(put_context, name);
    }
    if (file != NULL)
        (void)fclose(file);
}

/* --- this machine's own ----------------------------------------------------------------------- */

static bool own_put(EscText name, EscBuf *out)
{
    bool is_zone = zone_names_exists(NULL, name);
    if (is_zone)
        esc_buf_text(out, name);
    return is_zone;
}

/* TZ may be a rule of its own ("CET-1CEST"), which is no zone of a place; a colon may stand before a name. */
static bool own_of_environment(EscBuf *out)
{
    const char *name = getenv("TZ");
    if (name == NULL)
        return false;
    return own_put(esc_text_from(name + (name[0] == ':')), out);
}

/* /etc/localtime is a link to a zone's file, wherever the tables lie. */
static bool own_of_link(EscBuf *out)
{
    char target[512];
    ssize_t size = readlink("/etc/localtime", target, sizeof target - 1);
    if (size <= 0)
        return false;
    target[size] = '\0';
    const char *name = strstr(target, "/zoneinfo/");
    return name != NULL && own_put(esc_text_from(name + strlen("/zoneinfo/")), out);
}

static bool own_of_file(EscBuf *out)
{
    char line[256] = "";
    FILE *file = fopen("/etc/timezone", "rb");
    if (file == NULL)
        return false;
    bool is_read = fgets(line, sizeof line, file) != NULL;
    (void)fclose(file);
    return is_read && own_put((EscText){line, strcspn(line, " \t\r\n")}, out);
}

void zone_names_own(EscBuf *out)
{
    if (!own_of_environment(out) && !own_of_link(out) && !own_of_file(out))
        esc_buf_string(out, "UTC");
}
