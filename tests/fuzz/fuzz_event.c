/* fuzz_event.c - any bytes as an event, alone and in a batch, against a schema with a field of
 * every type. What is taken as one event is taken the same as a batch of one. */
#include <string.h>

#include <esc/compiler.h>
#include <esc/runtime.h>

enum { ARENA_BYTES_MAX = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char schema[] =
    "workspace fuzz \"Fuzz\" { language 1 }\n"
    "extend ticket {\n"
    "  stage: new < known < gone default new  amount: number?  urgent: bool default false  grace: "
    "duration?\n"
    "  due: time?  labels: list of text\n"
    "}\n"
    "event lead.rejected { lead: text  score: number  reasons: list of text }\n";

/* Compiled once and kept for the life of the process, as a daemon keeps its bundle. */
static const EscProgram *program(void)
{
    static EscBundle *bundle;
    if (bundle != NULL)
        return esc_bundle_program(bundle);
    EscWorkspace *workspace = esc_workspace_new();
    ESC_ASSERT(workspace != NULL);
    EscBuf bytes;
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    ESC_ASSERT(esc_workspace_add(workspace, ESC_TEXT("fuzz.esc"), esc_text_from(schema), false) ==
               ESC_OK);
    ESC_ASSERT(esc_workspace_check(workspace) == ESC_OK);
    ESC_ASSERT(esc_workspace_build(workspace, &bytes, NULL) == ESC_OK);
    ESC_ASSERT(esc_bundle_load(esc_buf_as_bytes(&bytes), &bundle, NULL) == ESC_OK);
    esc_buf_release(&bytes);
    esc_workspace_free(workspace);
    return esc_bundle_program(bundle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EscText json = {(const char *)data, size};
    EscArena *arena = esc_arena_new(ARENA_BYTES_MAX);
    ESC_ASSERT(arena != NULL);
    EscEvent event;
    EscParsedEvent *events = NULL;
    uint32_t count = 0;
    EscWhy why;
    EscStatus alone = esc_event_parse(arena, program(), json, &event, &why);
    EscStatus batch = esc_event_parse_batch(arena, program(), json, &events, &count, &why);
    if (alone == ESC_OK) {
        ESC_ASSERT(batch == ESC_OK);
        ESC_ASSERT(count == 1);
        ESC_ASSERT(esc_text_equal(event.id, events[0].event.id));
        ESC_ASSERT(memcmp(event.digest, events[0].event.digest, sizeof event.digest) == 0);
        ESC_ASSERT(esc_utf8_is_valid(event.json, NULL));
    }
    esc_arena_free(arena);
    return 0;
}
