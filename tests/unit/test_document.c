/* test_document.c - what a document is worth where a value is wanted (runtime/document), from the source text on: each row is a
 * condition or a value of a `source`, compiled, verified and run on one JSON body. */
#include <stdlib.h>

#include <esc/document.h>

#include "support/alloc_fail.h"
#include "workspace_scene.h"

typedef struct Scene {
    EscWorkspace *workspace;
    EscBundle *bundle;
    EscArena *arena;
    EscDocument *document;
} Scene;

static void scene_compile(Scene *scene, const char *rows)
{
    EscBuf source, bytes;
    EscWhy why = {0};
    esc_buf_init(&source, 1 << 16);
    esc_buf_init(&bytes, 1 << 20);
    esc_buf_printf(&source, "source desk {\n each body.items as item\n ticket.id <- \"1\"\n%s\n}\n",
                   rows);
    esc_buf_char(&source, '\0');
    scene->workspace = scene_sound((const char *)source.data);
    EscStatus status = esc_workspace_build(scene->workspace, &bytes, &why);
    if (status != ESC_OK)
        fail_msg("%s: %s", why.check, why.text);
    assert_status(esc_bundle_load((EscBytes){bytes.data, bytes.size}, &scene->bundle, &why),
                  ESC_OK);
    esc_buf_release(&source);
    esc_buf_release(&bytes);
    scene->arena = esc_arena_new((size_t)16 << 20);
    scene->document = esc_document_new(scene->bundle, scene->arena);
    assert_non_null(scene->document);
}

static void scene_give(Scene *scene, const char *json)
{
    const EscJson *body = NULL;
    EscWhy why = {0};
    if (esc_document_read(scene->arena, esc_text_from(json), &body, &why) != ESC_OK)
        fail_msg("%s: %s", json, why.text);
    const EscJson *items = esc_json_member(body, ESC_TEXT("items"));
    esc_document_set(scene->document, ESC_DOCUMENT_BODY, body);
    esc_document_set(scene->document, ESC_DOCUMENT_ITEM, items == NULL ? NULL : items->first);
}

static void scene_release(Scene *scene)
{
    esc_document_free(scene->document);
    esc_arena_free(scene->arena);
    esc_bundle_free(scene->bundle);
    esc_workspace_free(scene->workspace);
}

/* The value of the row that is no ticket.id. */
static EscValue value_of(Scene *scene)
{
    const EscProgram *program = esc_bundle_program(scene->bundle);
    EscValue value = {0};
    EscWhy why = {0};
    for (uint32_t i = 0; i < program->source_fields_count; i++) {
        const EscSourceFieldRow *row = &program->source_fields[i];
        if (esc_text_equal(program->texts[program->fields[row->field].name], ESC_TEXT("id")))
            continue;
        if (esc_document_gives(scene->document, row->value, 1000000, &value, &why) != ESC_OK)
            fail_msg("%s", why.text);
        assert_int_equal(value.type, program->fields[row->field].type | ESC_TYPE_OPTIONAL);
    }
    return value;
}

/* As a test writes it: "(missing)" for what is. */
static const char *shown(const EscProgram *program, EscValue value)
{
    static char text[512];
    EscBuf out;
    esc_buf_init(&out, sizeof text - 1);
    if (value.is_missing)
        esc_buf_string(&out, "(missing)");
    else if (esc_type_kind(value.type) == ESC_KIND_TEXT)
        esc_buf_text(&out, value.text);
    else if (esc_type_kind(value.type) == ESC_KIND_LIST)
        for (uint32_t i = 0; i < value.list.count; i++)
            esc_buf_printf(&out, "%s%.*s", i == 0 ? "" : "|", ESC_TEXT_ARG(value.list.items[i]));
    else if (esc_type_kind(value.type) == ESC_KIND_TIME)
        esc_time_write(&out, value.ms);
    else if (esc_type_kind(value.type) == ESC_KIND_ENUM)
        esc_buf_text(
            &out,
            program->texts[program
                               ->members[program->enums[esc_type_enum(value.type)].members_first +
                                         value.member]
                               .name]);
    else
        esc_buf_string(&out, "?");
    (void)snprintf(text, sizeof text, "%.*s", (int)out.size, (const char *)out.data);
    esc_buf_release(&out);
    return text;
}

typedef struct ValueCase {
    const char *json, *row, *wanted;
} ValueCase;

static const ValueCase values[] = {
    /* places */
    {"{\"a\":{\"b\":[{\"c\":\"x\"}]}}", "ticket.title <- body.a.b[0].c", "x"},
    {"{\"a\":{\"b\":[{\"c\":\"x\"}]}}", "ticket.title <- body.a.b[1].c", "(missing)"},
    {"{\"a\":{\"b\":[{\"c\":\"x\"}]}}", "ticket.title <- body.a.c", "(missing)"},
    {"{\"a/b\":{\"~\":\"x\"}}", "ticket.title <- body[\"a/b\"][\"~\"]", "x"},
    {"{\"a\":{\"0\":\"x\"}}", "ticket.title <- body.a[0]", "x"},
    {"[\"x\",\"y\"]", "ticket.title <- body[1]", "y"},
    {"{\"items\":[{\"n\":\"i\"}],\"n\":\"b\"}", "ticket.title <- item.n", "i"},
    {"{\"items\":[{\"n\":\"i\"}],\"n\":\"b\"}", "ticket.title <- \"{item.n}/{body.n}\"", "i/b"},
    {"{}", "ticket.title <- item.n", "(missing)"},
    /* texts: numbers and truths in their own words; null, lists and objects are missing, and so is nothing */
    {"{\"a\":7}", "ticket.title <- body.a", "7"},
    {"{\"a\":1.50}", "ticket.title <- body.a", "1.50"},
    {"{\"a\":true}", "ticket.title <- body.a", "true"},
    {"{\"a\":null}", "ticket.title <- body.a", "(missing)"},
    {"{\"a\":\"\"}", "ticket.title <- body.a", "(missing)"},
    {"{\"a\":[1]}", "ticket.title <- body.a", "(missing)"},
    {"{\"a\":{\"b\":1}}", "ticket.title <- body.a", "(missing)"},
    {"{\"a\":\"\\ud83d\"}", "ticket.title <- body.a", "\xef\xbf\xbd"},
    {"{\"a\":{\"b\": 1}}", "ticket.title <- body", "{\"a\":{\"b\":1}}"},
    {"{\"b\":\"x\"}", "ticket.title <- body.a else body.b else \"y\"", "x"},
    {"{\"a\":null}", "ticket.title <- body.a else body.b else \"y\"", "y"},
    {"{\"a\":\"\"}", "ticket.title <- body.a else body.b", "(missing)"},
    {"{}", "ticket.title <- \"{body.a}\"", "(none)"},
    {"{}", "ticket.title <- \"{body.a else \"z\"}\"", "z"},
    {"{\"a\":5}", "ticket.title <- \"{body.a + 1}\"", "6"},
    /* fixed values, by their names in any case, and by tables */
    {"{\"a\":\"HIGH\"}", "ticket.severity <- body.a", "high"},
    {"{\"a\":\"page\"}", "ticket.severity <- body.a", "(missing)"},
    {"{\"a\":\"page\"}", "ticket.severity <- body.a map { page: critical otherwise: low }",
     "critical"},
    {"{\"a\":3}", "ticket.severity <- body.a map { \"3\": high otherwise: low }", "high"},
    {"{\"a\":\"x\"}", "ticket.severity <- body.a map { page: critical otherwise: low }", "low"},
    {"{}", "ticket.severity <- body.a map { page: critical otherwise: low }", "(missing)"},
    {"{}", "ticket.severity <- body.a else \"page\" map { page: critical otherwise: low }",
     "critical"},
    {"{\"b\":\"page\"}",
     "ticket.severity <- body.a else body.b map { page: critical otherwise: low }", "critical"},
    /* times: of RFC 3339, and numbers of seconds or milliseconds; never is missing */
    {"{\"a\":\"2026-01-05T10:00:00+01:00\"}", "ticket.due_at <- body.a",
     "2026-01-05T09:00:00.000Z"},
    {"{\"a\":1767603600}", "ticket.due_at <- body.a", "2026-01-05T09:00:00.000Z"},
    {"{\"a\":1767603600000}", "ticket.due_at <- body.a", "2026-01-05T09:00:00.000Z"},
    {"{\"a\":\"0001-01-01T00:00:00Z\"}", "ticket.due_at <- body.a", "(missing)"},
    {"{\"a\":\"1970-01-01T00:00:00Z\"}", "ticket.due_at <- body.a", "(missing)"},
    {"{\"a\":0}", "ticket.due_at <- body.a", "(missing)"},
    {"{\"a\":1e300}", "ticket.due_at <- body.a", "(missing)"},
    {"{\"a\":\"tomorrow\"}", "ticket.due_at <- body.a", "(missing)"},
    /* lists */
    {"{\"a\":[\"x\",2,null,{},true]}", "ticket.tags <- body.a", "x|2|true"},
    {"{\"a\":\"x\"}", "ticket.tags <- body.a", "(missing)"},
    {"{\"a\":{\"k\":\"v\",\"n\":1,\"o\":{},\"z\":null}}", "ticket.tags <- pairs(body.a)",
     "k=v|n=1"},
    {"{\"a\":[]}", "ticket.tags <- pairs(body.a)", "(missing)"},
    {"{\"a\":\"x\"}", "ticket.tags <- [\"fixed\"]", "fixed"},
};

static void values_are_taken_as_what_is_wanted(void **state)
{
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(values); i++) {
        Scene scene;
        char rows[512];
        (void)snprintf(rows, sizeof rows, "event ticket.created\n%s", values[i].row);
        scene_compile(&scene, rows);
        scene_give(&scene, values[i].json);
        const char *found = shown(esc_bundle_program(scene.bundle), value_of(&scene));
        if (strcmp(found, values[i].wanted) != 0)
            fail_msg("%s of %s is %s, not %s", values[i].row, values[i].json, found,
                     values[i].wanted);
        scene_release(&scene);
    }
}

typedef struct ConditionCase {
    const char *json, *condition;
    bool holds;
} ConditionCase;

static const ConditionCase conditions[] = {
    {"{\"a\":\"x\"}", "body.a = \"x\"", true},
    {"{\"a\":\"x\"}", "\"x\" = body.a", true},
    {"{\"a\":7}", "body.a = 7", true},
    {"{\"a\":\"7\"}", "body.a = 7", false},
    {"{\"a\":7}", "body.a = \"7\"", true},
    {"{\"a\":7}", "body.a > 6.5 and body.a <= 7", true},
    {"{\"a\":9007199254740993}", "body.a > 1", false},
    {"{\"a\":true}", "body.a", true},
    {"{\"a\":\"true\"}", "body.a", false},
    {"{\"a\":1,\"b\":1}", "body.a = body.b", true},
    {"{\"a\":[\"x\",\"y\"]}", "\"y\" in body.a", true},
    {"{\"a\":\"y\"}", "body.a in [\"x\", \"y\"]", true},
    {"{\"a\":2}", "body.a in [1, 2]", true},
    {"{\"a\":[\"x\",\"vip-1\"]}", "any(t in body.a: t starts with \"vip\")", true},
    {"{\"a\":[\"Status changed from open\"]}", "body.a[0] contains \"changed FROM\"", true},
    {"{\"a\":\"2026-01-05T09:00:00Z\"}", "body.a > now", true},
    {"{\"a\":{}}", "body.a is present", false}, /* it holds nothing */
    {"{\"a\":{\"b\":0}}", "body.a is present", true},
    {"{\"a\":null}", "body.a is missing", true},
    /* M11.1: a path that is not there makes it false */
    {"{}", "body.a = \"x\"", false},
    {"{}", "body.a != \"x\"", false},
    {"{\"a\":\"y\"}", "body.a != \"x\"", true},
    {"{}", "body.a not in [\"x\"]", false},
    {"{}", "body.a > 1", false},
    {"{}", "body.a + 1 > 0", false},
    {"{}", "body.a", false},
    {"{}", "body.a contains \"x\"", false},
    {"{}", "all(t in body.a: t = \"x\")", false},
    {"{}", "body.a is present and not body.a contains \"x\"", false},
    {"{\"a\":\"y\"}", "body.a is present and not body.a contains \"x\"", true},
    {"{\"a\":\"x\"}", "body.a is present and not body.a contains \"x\"", false},
};

static void conditions_hold_as_they_do_elsewhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(conditions); i++) {
        Scene scene;
        char rows[512];
        bool holds = false;
        EscWhy why = {0};
        (void)snprintf(rows, sizeof rows, "event ticket.created when %s", conditions[i].condition);
        scene_compile(&scene, rows);
        scene_give(&scene, conditions[i].json);
        uint32_t function = esc_bundle_program(scene.bundle)->source_events[0].cond - 1;
        assert_status(esc_document_holds(scene.document, function, 0, &holds, &why), ESC_OK);
        if (holds != conditions[i].holds)
            fail_msg("%s of %s is %d", conditions[i].condition, conditions[i].json, holds);
        scene_release(&scene);
    }
}

static void what_is_too_long_is_cut_and_said(void **state)
{
    (void)state;
    Scene scene;
    EscBuf json;
    scene_compile(&scene, "event ticket.created\nticket.title <- body.a");
    esc_buf_init(&json, 1 << 16);
    esc_buf_string(&json, "{\"a\":\"");
    for (uint32_t i = 0; i < ESC_TEXT_MAX; i++)
        esc_buf_char(&json, 'x');
    size_t end = json.size;
    esc_buf_string(&json, "\"}");
    esc_buf_char(&json, '\0');
    scene_give(&scene, (const char *)json.data);
    assert_int_equal(value_of(&scene).text.size, ESC_TEXT_MAX);
    assert_false(esc_document_was_cut(scene.document));
    json.size = end;
    esc_buf_string(&json, "\xc3\xa4\"}");
    esc_buf_char(&json, '\0');
    scene_give(&scene, (const char *)json.data);
    assert_int_equal(value_of(&scene).text.size, ESC_TEXT_MAX);
    assert_true(esc_document_was_cut(scene.document));
    assert_false(esc_document_was_cut(scene.document)); /* it is asked once */
    esc_buf_release(&json);
    scene_release(&scene);
}

static void a_document_has_limits(void **state)
{
    (void)state;
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    const EscJson *json = NULL;
    EscWhy why = {0};
    char text[2 * (ESC_DOCUMENT_DEPTH_MAX + 1) + 1];
    for (int depth = ESC_DOCUMENT_DEPTH_MAX; depth <= ESC_DOCUMENT_DEPTH_MAX + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = '\0';
        assert_status(esc_document_read(arena, esc_text_from(text), &json, &why),
                      depth <= ESC_DOCUMENT_DEPTH_MAX ? ESC_OK : ESC_OVER_LIMIT);
    }
    assert_null(esc_document_find(json, ESC_TEXT("no pointer")));
    assert_null(esc_document_find(NULL, ESC_TEXT("/a")));
    esc_arena_free(arena);
}

static bool try_without_memory(void *context)
{
    Scene *scene = context;
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    EscDocument *document = arena == NULL ? NULL : esc_document_new(scene->bundle, arena);
    const EscProgram *program = esc_bundle_program(scene->bundle);
    const EscJson *body = NULL;
    EscWhy why = {0};
    EscStatus status = ESC_NO_MEMORY;
    if (document != NULL)
        status = esc_document_read(arena, ESC_TEXT("{\"a\":[\"x\",1]}"), &body, &why);
    for (uint32_t i = 0; i < program->source_fields_count && status == ESC_OK; i++) {
        EscValue value;
        esc_document_set(document, ESC_DOCUMENT_BODY, body);
        status = esc_document_gives(document, program->source_fields[i].value, 0, &value, &why);
    }
    assert_true(status == ESC_OK || status == ESC_NO_MEMORY);
    esc_document_free(document);
    esc_arena_free(arena);
    return status == ESC_OK;
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    Scene scene;
    scene_compile(&scene,
                  "event ticket.created\nticket.tags <- body.a\nticket.title <- \"{body}\"");
    unsigned nth = 1;
    for (bool happened = true; happened; nth++) {
        alloc_fail_at(nth);
        bool is_done = try_without_memory(&scene);
        happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_true(is_done == !happened);
    }
    assert_true(nth > 3);
    scene_release(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_taken_as_what_is_wanted),
        cmocka_unit_test(conditions_hold_as_they_do_elsewhere),
        cmocka_unit_test(what_is_too_long_is_cut_and_said),
        cmocka_unit_test(a_document_has_limits),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
