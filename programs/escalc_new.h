/* escalc_new.h - what escalc_new.c takes from the texts that are built in. */
#ifndef ESC_PROGRAMS_ESCALC_NEW_H
#define ESC_PROGRAMS_ESCALC_NEW_H

#include <esc/kit.h>

/* One for each row of new/files.def, in its order. Made by new/embed.cmake. */
extern const EscBytes new_texts[];
extern const size_t new_texts_count;

#endif
