/* labels.h - the words around a message's text, in the reader's language; for this folder only. */
#ifndef ESC_DELIVERY_LABELS_H
#define ESC_DELIVERY_LABELS_H

#include <esc/kit.h>

typedef enum EscLabel {
#define ESC_LABEL(NAME, english, german) ESC_LABEL_##NAME,
#include "labels.def"
#undef ESC_LABEL
    ESC_LABEL_COUNT
} EscLabel;
/* `language`: the word that a message has; English where there is none, or nobody knows it. */
EscText esc_label(EscText language, EscLabel label);

#endif
