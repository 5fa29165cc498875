/* composed.c - texts with letters in parts: an "e" and an accent of its own behind it. What comes in from outside is brought
 * into Unicode's composed form (NFC), in which they are one, so that such a text would equal nothing that it looks like.
 * How a text is composed is the program's to know (EscSourceFiles.compose). */
#include "check/check.h"

/* The first byte of U+0300: nothing before it is changed by composing, nor changes what stands before it. */
#define FIRST_PART_BYTE 0xcc

static bool may_have_parts(EscText text)
{
    for (size_t i = 0; i < text.size; ++i) {
        if ((unsigned char)text.data[i] >= FIRST_PART_BYTE)
            return true;
    }
    return false;
}

/* The text in its composed form; as it is when nobody can say it. */
static EscText composed(EscWorkspace *workspace, EscText text)
{
    EscBuf out;
    esc_buf_init(&out, ESC_SOURCE_SIZE_MAX);
    EscStatus status = workspace->io.compose(workspace->io.context, text, &out);
    EscText found = text;
    if (status == ESC_OK && !esc_text_equal(esc_buf_as_text(&out), text))
        found = esc_arena_text(workspace->arena, esc_buf_as_text(&out));
    if (status == ESC_NO_MEMORY)
        esc_workspace_fail(workspace, status);
    esc_buf_release(&out);
    return found;
}

static void visit(void *context, const EscNode *parent, const EscNode *node)
{
    EscWorkspace *workspace = context;
    (void)parent;
    if (node->kind != ESC_NODE_TEXT_LITERAL) {
        esc_node_each_child(node, visit, workspace);
        return;
    }
    EscText value = node->text_literal.value, written = esc_span_text(workspace, node->span);
    if (!may_have_parts(value) || esc_text_equal(composed(workspace, value), value))
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0228", node->span,
                   "a letter of this text is written in parts, so it equals nothing that comes in");
    esc_report_edit(workspace, diagnostic, ESC_EDIT_SAFE, node->span, composed(workspace, written));
}

void esc_pass_composed(EscWorkspace *workspace)
{
    if (workspace->io.compose == NULL)
        return;
    for (uint32_t i = 0; i < workspace->files_count; ++i) {
        const EscNode *tree = workspace->files[i].tree;
        if (tree != NULL && may_have_parts(esc_workspace_file_source(workspace, i)))
            esc_node_each_child(tree, visit, workspace);
    }
}
