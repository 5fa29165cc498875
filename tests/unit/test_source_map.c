/* test_source_map.c - bodies of sources as events, and the hash of an item (runtime/sources). What comes through a real daemon stands in
 * tests/integration/test_sources.py. */
#include <stdlib.h>

#include <esc/sources.h>

#include "support/alloc_fail.h"
#include "workspace_scene.h"

static const char source[] =
    "source hook {\n"
    "  each body.items as item\n"
    "  event ticket.created when item.kind = \"new\"\n"
    "  event vendor.outage when item.vendor is present\n"
    "  event.id <- item.key\n"
    "  event.time <- item.at\n"
    "  event.vendor <- item.vendor\n"
    "  ticket.id <- item.id\n"
    "  ticket.title <- item.title else body.title\n"
    "  ticket.tags <- pairs(item.labels)\n"
    "}\n"
    "source plain { verify slack  event ticket.created  ticket.id <- body.id }\n";

typedef struct Scene {
    EscBundle *bundle;
    EscArena *arena;
    EscSourceItem *items;
    uint32_t count;
} Scene;

static Scene scene;

static int begin(void **state)
{
    (void)state;
    EscWorkspace *workspace = scene_sound(source);
    EscBuf bytes;
    EscWhy why = {0};
    esc_buf_init(&bytes, 1 << 20);
    assert_status(esc_workspace_build(workspace, &bytes, &why), ESC_OK);
    assert_status(esc_bundle_load((EscBytes){bytes.data, bytes.size}, &scene.bundle, &why), ESC_OK);
    esc_buf_release(&bytes);
    esc_workspace_free(workspace);
    scene.arena = esc_arena_new((size_t)256 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    esc_arena_free(scene.arena);
    esc_bundle_free(scene.bundle);
    return 0;
}

static EscStatus map(const char *name, const char *body, EscWhy *why)
{
    uint32_t row = esc_source_find(esc_bundle_program(scene.bundle), esc_text_from(name));
    assert_int_not_equal(row, ESC_NONE);
    esc_arena_clear(scene.arena);
    return esc_source_map(scene.arena, scene.bundle, row, esc_text_from(body), 1000, NULL,
                          &scene.items, &scene.count, why);
}

static void mapped(const char *body, uint32_t count)
{
    EscWhy why = {0};
    EscStatus status = map("hook", body, &why);
    if (status != ESC_OK)
        fail_msg("%s", why.text);
    assert_int_equal(scene.count, count);
}

static void is_text(EscText found, const char *wanted)
{
    if (!esc_text_equal(found, esc_text_from(wanted)))
        fail_msg("\"%.*s\", not \"%s\"", ESC_TEXT_ARG(found), wanted);
}

/* --- items ---------------------------------------------------------------------------------------- */

static void each_item_is_an_event_of_its_own(void **state)
{
    (void)state;
    const EscProgram *program = esc_bundle_program(scene.bundle);
    mapped("{\"title\":\"of all\",\"items\":["
           "{\"kind\":\"new\",\"id\":\"T-1\",\"key\":\"k1\",\"at\":\"2026-01-05T09:00:00Z\","
           "\"title\":\"one\"},"
           "{\"vendor\":\"acme\",\"kind\":\"old\",\"id\":\"T-2\"},"
           "{\"kind\":\"old\"}, 7, {\"kind\":\"new\",\"key\":\"k1\"}]}",
           5);
    const EscSourceItem *items = scene.items;
    assert_true(items[0].is_mapped && items[1].is_mapped);
    assert_int_equal(items[0].event.type, ESC_EVENT_TICKET_CREATED);
    is_text(items[0].event.id, "k1");
    is_text(items[0].event.source, "hook");
    is_text(items[0].event.subject, "T-1");
    assert_true(items[0].event.time_ms == INT64_C(1767603600000));
    is_text(program->texts[program->events[items[1].event.type].name], "vendor.outage");
    is_text(items[1].event.subject, "T-2");
    /* M11.3: none of the events holds */
    assert_false(items[2].is_mapped || items[3].is_mapped);
    is_text(items[2].why, "no event of the source fits it");
    is_text(items[2].kept, "{\"kind\":\"old\"}");
    is_text(items[3].kept, "7");
    /* an event about a ticket names one */
    assert_false(items[4].is_mapped);
    is_text(items[4].why, "it names no ticket");
}

static void what_has_no_list_is_kept_whole(void **state)
{
    (void)state;
    static const char *const bodies[] = {"{\"items\":{}}", "{}", "[]", "\"text\"", "null"};
    for (size_t i = 0; i < ESC_COUNT_OF(bodies); i++) {
        mapped(bodies[i], 1);
        assert_false(scene.items[0].is_mapped);
        is_text(scene.items[0].kept, bodies[i]);
    }
    mapped("{\"items\":[]}", 0);
}

static void refused(const char *body, EscStatus status, const char *check)
{
    EscWhy why = {.check = ""};
    assert_status(map("hook", body, &why), status);
    assert_string_equal(why.check, check);
}

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    refused("{", ESC_BAD_INPUT, "JSON");
    refused("", ESC_BAD_INPUT, "JSON");
    refused("{} {}", ESC_BAD_INPUT, "JSON");
    refused("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", ESC_OVER_LIMIT,
            "JSON");
    /* a NUL that is spelled out is mended, and so is half a surrogate; what only looks like one is none */
    mapped("{\"items\":[{\"kind\":\"new\",\"id\":\"a\\u0000b\",\"title\":\"x\\ud83d\\\\u0000\"}]}",
           1);
    is_text(scene.items[0].event.subject, "a\xef\xbf\xbd"
                                          "b");
    assert_true(esc_text_contains(scene.items[0].event.json, ESC_TEXT("x\xef\xbf\xbd\\\\u0000")));
}

static void a_thousand_items_are_taken(void **state)
{
    (void)state;
    EscBuf body;
    esc_buf_init(&body, 1 << 20);
    for (uint32_t count = ESC_SOURCE_ITEMS_MAX; count <= ESC_SOURCE_ITEMS_MAX + 1; count++) {
        esc_buf_clear(&body);
        esc_buf_string(&body, "{\"items\":[");
        for (uint32_t i = 0; i < count; i++)
            esc_buf_printf(&body, "%s{\"kind\":\"new\",\"id\":\"%u\"}", i == 0 ? "" : ",", i);
        esc_buf_string(&body, "]}");
        esc_buf_char(&body, '\0');
        mapped((const char *)body.data, count);
        assert_true(scene.items[ESC_SOURCE_ITEMS_MAX - 1].is_mapped);
    }
    assert_false(scene.items[ESC_SOURCE_ITEMS_MAX].is_mapped);
    is_text(scene.items[ESC_SOURCE_ITEMS_MAX].kept, "{\"kind\":\"new\",\"id\":\"1000\"}");
    esc_buf_release(&body);
}

/* M11.6: 64 KiB of a body are kept, over all of its items. */
static void what_is_kept_has_an_end(void **state)
{
    (void)state;
    EscBuf body;
    esc_buf_init(&body, 1 << 20);
    esc_buf_string(&body, "{\"items\":[");
    for (uint32_t i = 0; i < 3; i++) {
        esc_buf_string(&body, i == 0 ? "\"" : ",\"");
        for (uint32_t k = 0; k < 30000; k++)
            esc_buf_char(&body, 'x');
        esc_buf_char(&body, '"');
    }
    esc_buf_string(&body, "]}");
    esc_buf_char(&body, '\0');
    mapped((const char *)body.data, 3);
    assert_int_equal(scene.items[0].kept.size, 30002);
    assert_int_equal(scene.items[2].kept.size, ESC_SOURCE_KEPT_BYTES_MAX - 2 * 30002);
    esc_buf_release(&body);
}

/* --- ids ------------------------------------------------------------------------------------------ */

static EscText id_of(const char *body)
{
    static char kept[ESC_ID_BYTES_MAX + 1];
    EscWhy why = {0};
    assert_status(map("plain", body, &why), ESC_OK);
    assert_true(scene.items[0].is_mapped);
    EscText id = scene.items[0].event.id;
    memcpy(kept, id.data, id.size);
    return (EscText){kept, id.size};
}

/* M11.4 */
static void an_item_without_an_id_is_its_content(void **state)
{
    (void)state;
    char first[ESC_ID_BYTES_MAX + 1];
    EscText id = id_of("{\"id\":\"1\",\"a\":{\"x\":1,\"y\":[true,null]}}");
    memcpy(first, id.data, id.size);
    first[id.size] = '\0';
    assert_int_equal(id.size, 7 + 64);
    is_text(id_of(" { \"a\" : { \"y\":[ true , null ],\"x\":1 }, \"\\u0069d\":\"\\u0031\" } "),
            first);
    static const char *const others[] = {
        "{\"id\":\"1\",\"a\":{\"x\":1,\"y\":[null,true]}}",
        "{\"id\":\"1\",\"a\":{\"x\":2,\"y\":[true,null]}}",
        "{\"id\":\"1\",\"a\":{\"x\":1,\"y\":[true,null]},\"b\":0}"};
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++)
        assert_false(esc_text_equal(id_of(others[i]), esc_text_from(first)));
}

static void what_cannot_be_an_id_is_its_hash(void **state)
{
    (void)state;
    EscBuf body;
    esc_buf_init(&body, 4096);
    for (uint32_t size = ESC_ID_BYTES_MAX; size <= ESC_ID_BYTES_MAX + 1; size++) {
        esc_buf_clear(&body);
        esc_buf_string(&body, "{\"items\":[{\"vendor\":\"v\",\"id\":\"T\",\"key\":\"");
        for (uint32_t i = 0; i < size; i++)
            esc_buf_char(&body, 'k');
        esc_buf_string(&body, "\"}]}");
        esc_buf_char(&body, '\0');
        mapped((const char *)body.data, 1);
        assert_int_equal(scene.items[0].event.id.size, size == ESC_ID_BYTES_MAX ? size : 7 + 64);
    }
    mapped("{\"items\":[{\"vendor\":\"v\",\"id\":\"T\",\"key\":\"a\\tb\"}]}", 1);
    assert_true(esc_text_starts_with(scene.items[0].event.id, ESC_TEXT("sha256-")));
    esc_buf_release(&body);
}

/* --- no memory ------------------------------------------------------------------------------------ */

static bool try_without_memory(void)
{
    const EscProgram *program = esc_bundle_program(scene.bundle);
    EscArena *arena = esc_arena_new((size_t)16 << 20);
    EscSourceItem *items = NULL;
    uint32_t count = 0;
    EscWhy why = {0};
    EscStatus status = ESC_NO_MEMORY;
    if (arena != NULL)
        status = esc_source_map(
            arena, scene.bundle, esc_source_find(program, ESC_TEXT("hook")),
            ESC_TEXT("{\"items\":[{\"kind\":\"new\",\"id\":\"1\",\"labels\":{\"a\":\"b\"}},{}]}"),
            0, NULL, &items, &count, &why);
    assert_true(status == ESC_OK || status == ESC_NO_MEMORY);
    if (status == ESC_OK)
        assert_true(count == 2 && items[0].is_mapped && !items[1].is_mapped);
    esc_arena_free(arena);
    return status == ESC_OK;
}

static void without_memory_nothing_is_taken(void **state)
{
    (void)state;
    unsigned nth = 1;
    for (bool happened = true; happened; nth++) {
        alloc_fail_at(nth);
        bool is_done = try_without_memory();
        happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_true(is_done == !happened);
    }
    assert_true(nth > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_item_is_an_event_of_its_own),
        cmocka_unit_test(what_has_no_list_is_kept_whole),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(a_thousand_items_are_taken),
        cmocka_unit_test(what_is_kept_has_an_end),
        cmocka_unit_test(an_item_without_an_id_is_its_content),
        cmocka_unit_test(what_cannot_be_an_id_is_its_hash),
        cmocka_unit_test(without_memory_nothing_is_taken),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
