/* fuzz_source.c - any bytes as source: tokens, tree and layout. What can be laid out is laid out
 * the same a second time, and has the same tree. */
#include <esc/compiler.h>
#include <esc/grammar.h>

enum { MEMORY_MAX = 64 << 20, TEXT_MAX = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EscText source = {(const char *)data, size};
    EscArena *arena = esc_arena_new(MEMORY_MAX);
    ESC_ASSERT(arena != NULL);
    EscBuf once, twice, before, after;
    esc_buf_init(&once, TEXT_MAX);
    esc_buf_init(&twice, TEXT_MAX);
    esc_buf_init(&before, TEXT_MAX);
    esc_buf_init(&after, TEXT_MAX);

    EscTokenList tokens;
    (void)!esc_source_tokens(arena, source, &tokens);
    const EscNode *tree = esc_source_parse(arena, 0, source, NULL);
    if (tree != NULL)
        esc_node_dump(&before, tree);

    if (esc_source_format(source, &once) == ESC_OK) {
        ESC_ASSERT(esc_source_format(esc_buf_as_text(&once), &twice) == ESC_OK);
        ESC_ASSERT(esc_text_equal(esc_buf_as_text(&once), esc_buf_as_text(&twice)));
        tree = esc_source_parse(arena, 0, esc_buf_as_text(&once), NULL);
        if (tree != NULL)
            esc_node_dump(&after, tree);
        if (tree != NULL && before.status == ESC_OK && after.status == ESC_OK)
            ESC_ASSERT(esc_text_equal(esc_buf_as_text(&before), esc_buf_as_text(&after)));
    }
    esc_buf_release(&before);
    esc_buf_release(&after);
    esc_buf_release(&once);
    esc_buf_release(&twice);
    esc_arena_free(arena);
    return 0;
}
