/* composed_text.h - Unicode's composed form (NFC) of a text, for the compiler. */
#ifndef ESC_PROGRAMS_COMPOSED_TEXT_H
#define ESC_PROGRAMS_COMPOSED_TEXT_H

#include <esc/kit.h>

/* Fits into EscSourceFiles; `context` is not looked at. */
EscStatus composed_text(void *context, EscText text, EscBuf *out);

#endif
