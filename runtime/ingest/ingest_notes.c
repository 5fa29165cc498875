/* ingest_notes.c - what of an event was not taken as it came. The event is taken all the same; the notes stand in the
 * answer and in the audit trail. */
#include "ingest_internal.h"

#include <stdarg.h>
#include <stdio.h>

#define NOTE_BYTES_MAX 300

void esc_ingest_note(EscNotes *notes, const char *format, ...)
{
    if (notes->count == ESC_EVENT_NOTES_MAX) {
        notes->left_out++;
        return;
    }
    char text[NOTE_BYTES_MAX + 2]; /* a byte more shows whether the cut is within a character */
    va_list arguments;
    va_start(arguments, format);
    ESC_ASSERT(vsnprintf(text, sizeof text, format, arguments) >= 0);
    va_end(arguments);
    notes->items[notes->count++] =
        esc_arena_text(notes->arena, esc_utf8_cut(esc_text_from(text), NOTE_BYTES_MAX));
}
