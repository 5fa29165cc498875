/* escalc_libraries.c - `--library NAME=FOLDER`, as often as it is given. */
#include <stdlib.h>
#include <string.h>

#include "escalc.h"

static bool read_one(const char *value, LibraryFolder *out)
{
    const char *sign = strchr(value, '=');
    if (sign == NULL || sign == value || sign[1] == '\0')
        return false;
    *out =
        (LibraryFolder){.name = {value, (size_t)(sign - value)}, .folder = esc_text_from(sign + 1)};
    return true;
}

static bool is_there(const LibraryFolder *items, size_t count, EscText name)
{
    for (size_t i = 0; i < count; ++i)
        if (esc_text_equal(items[i].name, name))
            return true;
    return false;
}

int escalc_libraries_read(const CliLine *line, LibraryFolder **items, size_t *count)
{
    *count = 0;
    *items = calloc(line->given_count + 1, sizeof **items);
    if (*items == NULL)
        return ESCALC_FAILURE;
    for (size_t i = 0; i < line->given_count; ++i) {
        LibraryFolder one;
        if (line->given[i].option != CLI_ESCALC_LIBRARY)
            continue;
        if (!read_one(line->given[i].value, &one))
            return cli_wrong(line, "--library takes NAME=FOLDER, not `%s`", line->given[i].value);
        if (is_there(*items, *count, one.name))
            return cli_wrong(line, "--library names `%.*s` twice", ESC_TEXT_ARG(one.name));
        (*items)[(*count)++] = one;
    }
    return ESCALC_FINE;
}
