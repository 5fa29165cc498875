/* kit_status.c - what failed and what to do about it: the status tables, EscWhy, and the end of
 * ESC_ASSERT.
 *
 * Not here: diagnostics about an operator's text, which carry a span and belong to the compiler. */
#include <esc/kit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct StatusInfo {
    const char *name;
    const char *text;
    EscRemedy remedy;
} StatusInfo;

static const StatusInfo status_info[ESC_STATUS_COUNT] = {
#define STATUS_ROW(name_, remedy_, text_)                                                          \
    [ESC_##name_] = {.name = #name_, .text = text_, .remedy = ESC_REMEDY_##remedy_},
    ESC_STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

/* A status may come from a wire or a database, so a number outside the table is answered, not
 * asserted. */
static bool is_known(EscStatus status)
{
    return (size_t)status < ESC_COUNT_OF(status_info);
}

const char *esc_status_name(EscStatus status)
{
    return is_known(status) ? status_info[status].name : "UNKNOWN";
}

const char *esc_status_text(EscStatus status)
{
    return is_known(status) ? status_info[status].text : "an unknown status";
}

EscRemedy esc_status_remedy(EscStatus status)
{
    return is_known(status) ? status_info[status].remedy : ESC_REMEDY_GIVE_UP;
}

/* vsnprintf cuts at a byte. Takes away the start of a character whose end did not fit any more. */
static void drop_split_character(char *text, size_t size)
{
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        uint8_t byte = (uint8_t)text[size - back];
        if ((byte & 0xC0) == 0x80)
            continue;
        size_t character_size = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        if (character_size > back)
            text[size - back] = '\0';
        return;
    }
}

EscStatus esc_why(EscWhy *why, EscStatus status, const char *check, uint64_t offset,
                  const char *format, ...)
{
    if (why == NULL)
        return status;
    *why = (EscWhy){.offset = offset};
    snprintf(why->check, sizeof why->check, "%s", check == NULL ? "" : check);

    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(why->text, sizeof why->text, format, arguments);
    va_end(arguments);

    if (size < 0)
        why->text[0] = '\0';
    else if ((size_t)size >= sizeof why->text)
        drop_split_character(why->text, sizeof why->text - 1);
    /* Arguments may quote hostile bytes, and a why is put into JSON and on a terminal as it is. */
    esc_utf8_mend(why->text, strlen(why->text));
    return status;
}
