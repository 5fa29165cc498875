/* lower_places.c - places of JSON that came from outside: the pointer that says where, and the load of what stands there. */
#include "lower/lower.h"

/* RFC 6901 has its own signs for the two characters that mean something in a pointer. */
static void put_step(EscBuf *pointer, EscText step)
{
    esc_buf_char(pointer, '/');
    for (size_t i = 0; i < step.size; i++) {
        if (step.data[i] == '~' || step.data[i] == '/')
            esc_buf_string(pointer, step.data[i] == '~' ? "~0" : "~1");
        else
            esc_buf_char(pointer, step.data[i]);
    }
}

static EscText pointer_of(EscLower *lower, const EscNode *path, bool is_header)
{
    EscBuf pointer;
    esc_buf_init(&pointer, ESC_TEXT_MAX);
    for (uint32_t i = 1; i < path->path.count; i++)
        put_step(&pointer, path->path.parts[i].text);
    for (size_t i = 0; is_header && i < pointer.size; i++) /* of a header the case says nothing */
        pointer.data[i] = (uint8_t)esc_ascii_lower((char)pointer.data[i]);
    EscText kept = esc_arena_text(lower->build.arena, esc_buf_as_text(&pointer));
    if (pointer.status != ESC_OK || esc_arena_failed(lower->build.arena))
        lower->build.status = ESC_NO_MEMORY;
    esc_buf_release(&pointer);
    return kept;
}

EscText esc_lower_pointer(EscLower *lower, const EscNode *path)
{
    return pointer_of(lower, path, false);
}

void esc_lower_document_place(EscLower *lower, const EscNode *node, EscRegister out)
{
    EscMeaning meaning = esc_meaning(lower->workspace, node);
    const EscNode *path = node->kind == ESC_NODE_CALL ? node->call.arguments.first : node;
    EscType type = meaning.type | ESC_TYPE_OPTIONAL;
    uint32_t row = 0;
    if (lower->emit->is_reachable) /* a row that nothing reads would be refused */
        row = esc_build_put_document_paths(
            &lower->build,
            (EscDocumentPathRow){
                .root = meaning.index,
                .pointer = esc_build_text(
                    &lower->build, pointer_of(lower, path, meaning.index == ESC_DOCUMENT_HEADERS)),
                .type = type,
                .form = meaning.extra});
    esc_emit_make(lower->emit, ESC_OP_LOAD_DOCUMENT, out, type, 0, 0, row);
}
