/* mime_text.c - bytes of a mail as text that is UTF-8, whatever they were. */
#include "mime_internal.h"

EscText esc_mime_text(EscArena *arena, const char *bytes, size_t size, size_t size_max)
{
    size_t left = bytes == NULL ? 0 : size < size_max + 4 ? size : size_max + 4;
    char *copy = left == 0 ? NULL : esc_arena_alloc(arena, left);
    if (copy == NULL)
        return (EscText){0};
    for (size_t i = 0; i < left; i++)
        copy[i] = bytes[i] == '\0' ? ' ' : bytes[i];
    esc_utf8_mend(copy, left);
    return esc_utf8_cut((EscText){copy, left}, size_max);
}
