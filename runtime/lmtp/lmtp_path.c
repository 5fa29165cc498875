/* lmtp_path.c - paths in angle brackets (RFC 5321, 4.1.2), as mail servers write them: no source routes, no comments. */
#include <string.h>

#include "lmtp_internal.h"

static bool is_address(EscText text)
{
    const char *at = NULL;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c >= 0x7f || memchr("<>\\,;", c, 5) != NULL)
            return false;
        if (c == '@')
            at = text.data + i;
    }
    return at != NULL && at > text.data && at + 1 < text.data + text.size;
}

bool esc_lmtp_path_read(EscText text, bool may_be_empty, EscText *path, EscText *rest)
{
    while (text.size > 0 && text.data[0] == ' ')
        text = (EscText){text.data + 1, text.size - 1};
    const char *end = text.size == 0 ? NULL : memchr(text.data, '>', text.size);
    if (end == NULL || text.data[0] != '<')
        return false;
    *path = (EscText){text.data + 1, (size_t)(end - text.data) - 1};
    *rest = (EscText){end + 1, text.size - path->size - 2};
    if (rest->size > 0 && rest->data[0] != ' ')
        return false;
    if (path->size == 0)
        return may_be_empty;
    return path->size <= ESC_LMTP_PATH_BYTES_MAX && is_address(*path);
}
