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
    "source plain { verify slack  event ticket.created  ticket.id <- body.id }\n"
    "source said {\n"
    "  verify token header \"X-Hook-Token\"\n"
    "  event ticket.created when header \"X-Event\" = \"open\"\n"
    "  event ticket.updated when header \"x-event\" in [\"edit\", \"move\"]\n"
    "  left out body.more\n"
    "  ticket.id <- body.id\n"
    "  ticket.title <- body.payload.title else header \"X-Title\" else body.title\n"
    "  ticket.tags <- body.tag\n"
    "}\n"
    "source deep { each body.payload.items as item  event ticket.created  ticket.id <- item.id  "
    "ticket.title <- item.inner.t }\n";

typedef struct Scene {
    EscBundle *bundle;
    EscArena *arena;
    EscSourceSent sent;
    EscSourceItem *items;
    uint32_t count;
    EscText left_out;
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
    EscSourceFound found;
    scene.sent.body = esc_text_from(body);
    scene.sent.now_ms = 1000;
    EscStatus status =
        esc_source_map(scene.arena, scene.bundle, row, &scene.sent, NULL, &found, why);
    scene.items = found.items;
    scene.count = found.count;
    scene.left_out = found.left_out;
    return status;
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

/* --- headers, forms, texts within texts ----------------------------------------------------------- */

static const EscSourceItem *said(const char *type, const char *body, const EscSourceHeader *headers,
                                 uint32_t count)
{
    EscWhy why = {0};
    scene.sent =
        (EscSourceSent){.type = esc_text_from(type), .headers = headers, .headers_count = count};
    EscStatus status = map("said", body, &why);
    scene.sent = (EscSourceSent){0};
    if (status != ESC_OK)
        fail_msg("%s: %s", body, why.text);
    assert_int_equal(scene.count, 1);
    return scene.items;
}

static void a_header_says_what_an_item_is(void **state)
{
    (void)state;
    const EscSourceHeader open[] = {{ESC_TEXT("x-EVENT"), ESC_TEXT("open")},
                                    {ESC_TEXT("X-Title"), ESC_TEXT("a")},
                                    {ESC_TEXT("x-title"), ESC_TEXT("b\xff")}};
    const EscSourceHeader edit[] = {{ESC_TEXT("X-Event"), ESC_TEXT("move")}};
    const EscSourceItem *item = said("", "{\"id\":\"1\"}", open, 3);
    assert_true(item->is_mapped);
    assert_int_equal(item->event.type, ESC_EVENT_TICKET_CREATED);
    /* what is there twice is joined, and what is no text is mended */
    assert_true(esc_text_contains(item->event.json, ESC_TEXT("\"title\":\"a, b?\"")));
    item = said("", "{\"id\":\"1\"}", edit, 1);
    assert_int_equal(item->event.type, ESC_EVENT_TICKET_UPDATED);
    assert_false(said("", "{\"id\":\"1\"}", NULL, 0)->is_mapped);
}

static void fields_of(const char *body, const char *wanted)
{
    const EscSourceHeader open[] = {{ESC_TEXT("X-Event"), ESC_TEXT("open")}};
    const EscSourceItem *item =
        said("Application/X-WWW-Form-Urlencoded; charset=utf-8", body, open, 1);
    if (!item->is_mapped || !esc_text_contains(item->event.json, esc_text_from(wanted)))
        fail_msg("%s: %.*s", body, ESC_TEXT_ARG(item->event.json));
}

static void a_form_is_an_object_of_its_fields(void **state)
{
    (void)state;
    fields_of("id=1&title=two+words%21&x", "\"title\":\"two words!\"");
    fields_of("tag=a&id=1&tag=b&tag=", "\"tags\":[\"a\",\"b\"]");
    fields_of("id=1&title=%zz%00%ff", "\"title\":\"%zz??\""); /* nothing of it refuses the rest */
    fields_of("id=1&payload=%7B%22title%22%3A%22in%22%7D", "\"title\":\"in\"");
    fields_of("id=1&payload=%7B&title=out", "\"title\":\"out\"");
    /* what begins as JSON does is JSON: curl -d says that it were a form */
    fields_of(" {\"id\":\"1\",\"title\":\"json\"}", "\"title\":\"json\"");
    assert_true(esc_source_is_form(ESC_TEXT("application/x-www-form-urlencoded"), ESC_TEXT("a=1")));
    assert_false(
        esc_source_is_form(ESC_TEXT("application/x-www-form-urlencodedx"), ESC_TEXT("a=1")));
    assert_false(esc_source_is_form(ESC_TEXT("application/json"), ESC_TEXT("a=1")));
    assert_false(esc_source_is_form((EscText){0}, ESC_TEXT("a=1")));
}

static void a_form_has_an_end(void **state)
{
    (void)state;
    EscBuf body;
    EscWhy why = {0};
    esc_buf_init(&body, 1 << 16);
    for (uint32_t i = 1; i < ESC_SOURCE_FORM_FIELDS_MAX; i++)
        esc_buf_string(&body, "a=1&");
    esc_buf_string(&body, "b=1");
    esc_buf_char(&body, '\0');
    scene.sent.type = ESC_TEXT("application/x-www-form-urlencoded");
    assert_status(map("said", (const char *)body.data, &why), ESC_OK);
    body.data[body.size - 1] = '&';
    esc_buf_string(&body, "c");
    esc_buf_char(&body, '\0');
    assert_status(map("said", (const char *)body.data, &why), ESC_OVER_LIMIT);
    assert_string_equal(why.text, "a form of 1001 fields; at most are allowed 1000");
    scene.sent.type = (EscText){0};
    esc_buf_release(&body);
}

static void what_the_sender_left_out_is_said(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"{\"more\":3}", "3"},
                                          {"{\"more\":0}", ""},
                                          {"{\"more\":true}", "true"},
                                          {"{\"more\":false}", ""},
                                          {"{\"more\":null}", ""},
                                          {"{}", ""},
                                          {"{\"more\":[\"a\"]}", "[\"a\"]"},
                                          {"{\"more\":[]}", ""},
                                          {"{\"more\":\"b\"}", "b"}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        (void)said("", rows[i][0], NULL, 0);
        is_text(scene.left_out, rows[i][1]);
    }
}

/* A text that a place leads into is read as JSON, at each item anew. */
static void a_text_within_a_text_is_opened(void **state)
{
    (void)state;
    EscWhy why = {0};
    assert_status(map("deep",
                      "{\"payload\":\"{\\\"items\\\":[{\\\"id\\\":\\\"1\\\","
                      "\\\"inner\\\":\\\"{\\\\\\\"t\\\\\\\":\\\\\\\"x\\\\\\\"}\\\"},"
                      "{\\\"id\\\":2,\\\"inner\\\":\\\"no JSON\\\"}]}\"}",
                      &why),
                  ESC_OK);
    assert_int_equal(scene.count, 2);
    assert_true(scene.items[0].is_mapped && scene.items[1].is_mapped);
    assert_true(esc_text_contains(scene.items[0].event.json, ESC_TEXT("\"title\":\"x\"")));
    assert_false(esc_text_contains(scene.items[1].event.json, ESC_TEXT("\"title\"")));
    assert_status(map("deep", "{\"payload\":\"[\"}", &why), ESC_OK);
    assert_false(scene.items[0].is_mapped); /* kept, as whatever has no list */
}

/* --- no memory ------------------------------------------------------------------------------------ */

static bool try_without_memory(void)
{
    const EscProgram *program = esc_bundle_program(scene.bundle);
    EscArena *arena = esc_arena_new((size_t)16 << 20);
    EscWhy why = {0};
    EscSourceFound hook = {0}, said = {0};
    EscStatus status = ESC_NO_MEMORY;
    const EscSourceHeader header = {ESC_TEXT("X-Event"), ESC_TEXT("open")};
    const EscSourceSent of_hook = {
        .body =
            ESC_TEXT("{\"items\":[{\"kind\":\"new\",\"id\":\"1\",\"labels\":{\"a\":\"b\"}},{}]}")};
    const EscSourceSent of_said = {.type = ESC_TEXT("application/x-www-form-urlencoded"),
                                   .body = ESC_TEXT("id=1&payload={\"title\":\"t\"}&more=2"),
                                   .headers = &header,
                                   .headers_count = 1};
    if (arena != NULL)
        status = esc_source_map(arena, scene.bundle, esc_source_find(program, ESC_TEXT("hook")),
                                &of_hook, NULL, &hook, &why);
    if (status == ESC_OK)
        status = esc_source_map(arena, scene.bundle, esc_source_find(program, ESC_TEXT("said")),
                                &of_said, NULL, &said, &why);
    assert_true(status == ESC_OK || status == ESC_NO_MEMORY);
    if (status == ESC_OK) {
        assert_true(hook.count == 2 && hook.items[0].is_mapped && !hook.items[1].is_mapped);
        assert_true(said.count == 1 && said.items[0].is_mapped && said.left_out.size == 1);
    }
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
        cmocka_unit_test(a_header_says_what_an_item_is),
        cmocka_unit_test(a_form_is_an_object_of_its_fields),
        cmocka_unit_test(a_form_has_an_end),
        cmocka_unit_test(what_the_sender_left_out_is_said),
        cmocka_unit_test(a_text_within_a_text_is_opened),
        cmocka_unit_test(without_memory_nothing_is_taken),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
