/* labels.c - labels.def as texts, in the language that a message names. Pure. */
#include "labels.h"

#include <esc/vm.h>

EscText esc_label(EscText language, EscLabel label)
{
    static const char *const labels[ESC_LABEL_COUNT][ESC_LANGUAGE_COUNT] = {
#define ESC_LABEL(NAME, english, german) [ESC_LABEL_##NAME] = {english, german},
#include "labels.def"
#undef ESC_LABEL
    };
    uint32_t at = ESC_LANGUAGE_COUNT - 1;
    while (at > 0 && !esc_text_equal(language, esc_text_from(esc_language_words[at])))
        at--; /* none, or one of another version: the first */
    return esc_text_from(labels[label][at]);
}
