/* verify_documents.c - places in documents: V48. A pointer is one of RFC 6901, and what is wanted at its end is a value that
 * JSON can hold. Which instructions may read them stands in verify_ops.c, what functions give in verify_sites.c.
 *
 * Columns hold by now: every index may be used without looking. */
#include <esc/vm.h>

#include "vm_internal.h"

/* Empty, or steps that each begin with `/`, in which `~` is followed by 0 or 1. */
bool esc_verify_is_pointer(EscText text)
{
    uint32_t steps = 0;
    if (text.size > 0 && text.data[0] != '/')
        return false;
    for (size_t i = 0; i < text.size; i++) {
        bool is_escape = text.data[i] == '~';
        if (is_escape &&
            (i + 1 == text.size || (text.data[i + 1] != '0' && text.data[i + 1] != '1')))
            return false;
        steps += text.data[i] == '/';
    }
    return steps <= ESC_DOCUMENT_STEPS_MAX;
}

/* One step, which is the name of a header in small letters: others no request has. */
static bool is_header(EscText pointer)
{
    EscText name = {pointer.data + 1, pointer.size - (pointer.size > 0)};
    if (pointer.size == 0 || esc_header_fault(name) == ESC_HEADER_NO_NAME)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] != esc_ascii_lower(name.data[i]))
            return false;
    return true;
}

static bool form_gives(const EscDocumentPathRow *row)
{
    EscKind kind = esc_type_kind(row->type);
    switch ((EscDocumentForm)row->form) {
    case ESC_DOCUMENT_JSON:
        return kind == ESC_KIND_TEXT;
    case ESC_DOCUMENT_PAIRS:
        return kind == ESC_KIND_LIST;
    default:
        return kind != ESC_KIND_REF && kind != ESC_KIND_UNSET;
    }
}

static EscStatus verify_path(EscVerify *verify, uint32_t i)
{
    const EscProgram *program = verify->program;
    const EscDocumentPathRow *row = &program->document_paths[i];
    REJECT_IF(!esc_verify_is_pointer(program->texts[row->pointer]), "V48", DOCUMENT_PATHS, i,
              "this is no pointer into a document");
    REJECT_IF(row->root == ESC_DOCUMENT_HEADERS && !is_header(program->texts[row->pointer]), "V48",
              DOCUMENT_PATHS, i, "this is no header");
    REJECT_IF(!esc_type_is_optional(row->type), "V48", DOCUMENT_PATHS, i,
              "what a document holds may be missing");
    REJECT_IF(!form_gives(row), "V48", DOCUMENT_PATHS, i,
              "no document gives a value of this type in this form");
    return ESC_OK;
}

EscStatus esc_verify_documents(EscVerify *verify)
{
    EscStatus status = ESC_OK;
    for (uint32_t i = 0; i < verify->program->document_paths_count && status == ESC_OK; i++)
        status = verify_path(verify, i);
    return status;
}
