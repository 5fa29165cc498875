/* fuzz_inbound.c - any bytes as what a service sends of its own accord: each kind reads them as each type of body, and what it
 * makes of them is within its bounds. What is told back is JSON, whatever stood in the request; nothing random is proven. */
#include <esc/inbound.h>

#include <string.h>

enum { ARENA_BYTES_MAX = 64 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static EscText header_of(void *context, const char *name)
{
    const EscText *line = context;
    return strcmp(name, "X-Slack-Request-Timestamp") == 0 ? ESC_TEXT("1531420618") : *line;
}

static void assert_json(EscText text)
{
    static const EscJsonLimits limits = {.depth_max = 64, .values_max = 100000};
    EscArena *arena = esc_arena_new(ARENA_BYTES_MAX);
    const EscJson *json = NULL;
    EscWhy why;
    ESC_ASSERT(arena != NULL);
    ESC_ASSERT(esc_json_read(arena, text, &limits, &json, &why) == ESC_OK);
    ESC_ASSERT(json->kind == ESC_JSON_OBJECT);
    esc_arena_free(arena);
}

static void check_told(const EscInboundKind *kind, const EscInboundItem *item, EscStatus status)
{
    const EscInboundOutcome outcome = {.status = status, .words = ESC_TEXT("\"<!channel>\" &\n")};
    EscBuf out;
    esc_buf_init(&out, 8 * ESC_INBOUND_BYTES_MAX);
    if (kind->tell != NULL && kind->tell(item, &outcome, &out)) {
        ESC_ASSERT(out.status == ESC_OK);
        assert_json(esc_buf_as_text(&out));
    }
    esc_buf_release(&out);
}

static void check_item(const EscInboundKind *kind, const EscInboundItem *item)
{
    ESC_ASSERT(item->is_act || item->state < ESC_DELIVERY_STATE_COUNT);
    ESC_ASSERT(!item->is_act || item->verb < ESC_VERB_COUNT);
    check_told(kind, item, ESC_OK);
    check_told(kind, item, ESC_FORBIDDEN);
}

static void check_kind(EscInboundKindId id, EscText body, EscText line, const char *type)
{
    const EscInboundKind *kind = esc_inbound_kind(id);
    const EscWorkspaceConfig config = {.public_url = ESC_TEXT("https://escal.example")};
    const EscInboundBinding binding = {.name = ESC_TEXT("in"), .kind = id, .secret = ESC_TEXT("k")};
    EscInboundCall call = {.config = &config,
                           .binding = &binding,
                           .query = line,
                           .type = esc_text_from(type),
                           .body = body,
                           .wall_ms = INT64_C(1531420618000),
                           .header = header_of,
                           .context = &line};
    EscArena *arena = esc_arena_new(ARENA_BYTES_MAX);
    EscInboundReading reading = {.count = 0};
    EscWhy why;
    ESC_ASSERT(arena != NULL);
    ESC_ASSERT(kind->verify(&call, &why) != ESC_OK);
    if (kind->read(arena, &call, &reading, &why) == ESC_OK) {
        ESC_ASSERT(reading.count <= ESC_INBOUND_ITEMS_MAX);
        for (uint32_t i = 0; i < reading.count; i++)
            check_item(kind, &reading.items[i]);
    }
    esc_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EscText body = {size == 0 ? "" : (const char *)data, size};
    const char *end = size == 0 ? NULL : memchr(body.data, '\n', size);
    EscText line = {body.data, end == NULL ? size : (size_t)(end - body.data)};
    for (unsigned id = 0; id < ESC_INBOUND_COUNT && size <= ESC_INBOUND_BYTES_MAX; id++) {
        check_kind((EscInboundKindId)id, body, line, "application/json");
        check_kind((EscInboundKindId)id, body, line, "application/x-www-form-urlencoded");
    }
    return 0;
}
