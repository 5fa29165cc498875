/* plain_name.h - a name of the language from what people call something. */
#ifndef ESC_PROGRAMS_PLAIN_NAME_H
#define ESC_PROGRAMS_PLAIN_NAME_H

#include <esc/kit.h>

/* Appends a composed text as a name: "Müller & Söhne GmbH" gives mueller_soehne_gmbh (esc_title_name). What is in no Latin
 * script is left out. A name that would be empty is `otherwise`, one that would begin with a digit has it in front, and a word of
 * the language has it behind. ESC_NO_MEMORY. */
ESC_MUST_USE EscStatus plain_name(EscText called, const char *otherwise, EscBuf *out);

#endif
