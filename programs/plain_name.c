/* plain_name.c - what is left of a text in small ASCII letters, digits and `_`. */
#include <stdlib.h>

#include <esc/compiler.h>
#include <utf8proc.h>

#include "plain_name.h"

/* Letters without their marks, in their small form; `ß` is ss. NULL: no memory, or no UTF-8. */
static utf8proc_uint8_t *bare(EscText text, size_t *size)
{
    utf8proc_uint8_t *out = NULL;
    utf8proc_ssize_t got =
        utf8proc_map((const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.size, &out,
                     (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
                                         UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD));
    *size = got < 0 ? 0 : (size_t)got;
    return got < 0 ? NULL : out;
}

static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Words of the letters, with one `_` between them and none around. */
static void words_put(const uint8_t *letters, size_t size, EscBuf *out)
{
    bool is_between = false;
    for (size_t i = 0; i < size && out->size + 2 <= PLAIN_NAME_BYTES_MAX; ++i) {
        if (!is_plain(letters[i])) {
            is_between = out->size > 0;
            continue;
        }
        if (is_between)
            esc_buf_char(out, '_');
        esc_buf_u8(out, letters[i]);
        is_between = false;
    }
}

/* Whether a workspace can be called so: the parser knows its words best. */
static bool is_name(EscText name)
{
    EscBuf source;
    esc_buf_init(&source, 1024);
    esc_buf_printf(&source, "workspace %.*s \"x\" { language 1 }\n", ESC_TEXT_ARG(name));
    EscWorkspace *workspace = esc_workspace_new();
    bool is_fine = workspace != NULL &&
                   esc_workspace_add(workspace, ESC_TEXT("x.esc"), esc_buf_as_text(&source),
                                     false) == ESC_OK &&
                   esc_workspace_check(workspace) == ESC_OK;
    esc_workspace_free(workspace);
    esc_buf_release(&source);
    return is_fine;
}

static void name_put(EscText words, const char *otherwise, EscBuf *out)
{
    if (words.size == 0)
        esc_buf_string(out, otherwise);
    else if (words.data[0] >= '0' && words.data[0] <= '9')
        esc_buf_printf(out, "%s_%.*s", otherwise, ESC_TEXT_ARG(words));
    else if (!is_name(words))
        esc_buf_printf(out, "%.*s_%s", ESC_TEXT_ARG(words), otherwise);
    else
        esc_buf_text(out, words);
}

EscStatus plain_name(EscText called, const char *otherwise, EscBuf *out)
{
    size_t size = 0;
    utf8proc_uint8_t *letters = bare(called, &size);
    if (letters == NULL)
        return ESC_NO_MEMORY;
    EscBuf words;
    esc_buf_init(&words, PLAIN_NAME_BYTES_MAX);
    words_put(letters, size, &words);
    free(letters);
    name_put(esc_buf_as_text(&words), otherwise, out);
    EscStatus status = words.status != ESC_OK ? words.status : out->status;
    esc_buf_release(&words);
    return status;
}
