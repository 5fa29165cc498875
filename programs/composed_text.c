/* composed_text.c - as texts of events are brought into it: by the rules that stay the same in all versions of Unicode. */
#include <stdlib.h>

#include <utf8proc.h>

#include "composed_text.h"

EscStatus composed_text(void *context, EscText text, EscBuf *out)
{
    (void)context;
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t size =
        utf8proc_map((const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.size, &composed,
                     (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (size < 0)
        return size == UTF8PROC_ERROR_NOMEM ? ESC_NO_MEMORY : ESC_BAD_INPUT;
    esc_buf_append(out, composed, (size_t)size);
    free(composed);
    return out->status;
}
