/* plain_name.c - what a new workspace is called: its title in the letters of a name, and no word of the language. */
#include <esc/compiler.h>
#include <esc/importers.h>

#include "plain_name.h"

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
    char words[ESC_TITLE_NAME_BYTES_MAX];
    name_put(esc_title_name(called, words), otherwise, out);
    return out->status;
}
