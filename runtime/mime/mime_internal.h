/* mime_internal.h - what the files of this room share. */
#ifndef ESC_MIME_INTERNAL_H
#define ESC_MIME_INTERNAL_H

#include <gmime/gmime.h>

#include <esc/mime.h>

/* Copies what may not be UTF-8, or has NUL, as text that is; cut at size_max. NULL is empty (mime_text.c). */
EscText esc_mime_text(EscArena *arena, const char *bytes, size_t size, size_t size_max);
/* The decoded bytes of a part, or all of a mail within the mail; for the caller to unref. */
GByteArray *esc_mime_content(GMimeObject *part);
/* What a notice of delivery reports (mime_report.c). */
void esc_mime_take_report(EscArena *arena, GMimeMessage *message, EscMailRead *mail);
/* Words and files of a message, in the order of its parts (mime_parts.c). */
void esc_mime_take_parts(EscArena *arena, GMimeMessage *message, EscMailRead *mail);

#endif
