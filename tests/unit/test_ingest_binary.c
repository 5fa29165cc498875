/* test_ingest_binary.c - an event whose attributes are HTTP headers, as the JSON of structured mode. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include <esc/runtime.h>

#include "support/alloc_fail.h"

static EscArena *arena;
static EscWhy why;

static int set_up(void **state)
{
    (void)state;
    arena = esc_arena_new((size_t)8 << 20);
    why = (EscWhy){.text = ""};
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    esc_arena_free(arena);
    return 0;
}

static EscText made;

static EscStatus make(const EscEventHeader *headers, uint32_t count, const char *type,
                      const char *body)
{
    return esc_event_from_binary(arena, headers, count, esc_text_from(type), esc_text_from(body),
                                 &made, &why);
}

#define HEADER(name_, value_)                                                                      \
    (EscEventHeader)                                                                               \
    {                                                                                              \
        ESC_TEXT(name_), ESC_TEXT(value_)                                                          \
    }

static void an_event_of_headers_is_one_of_json(void **state)
{
    (void)state;
    const EscEventHeader headers[] = {HEADER("SpecVersion", "1.0"), HEADER("id", "4711"),
                                      HEADER("source", "/helpdesk"),
                                      HEADER("type", "ticket.created")};
    assert_int_equal(make(headers, 4, "application/json; charset=utf-8", " {\"title\": \"x\"} "),
                     ESC_OK);
    assert_text_equal(made, "{\"specversion\":\"1.0\",\"id\":\"4711\",\"source\":\"/helpdesk\","
                            "\"type\":\"ticket.created\",\"datacontenttype\":\"application/json; "
                            "charset=utf-8\",\"data\": {\"title\": \"x\"} }");
    assert_int_equal(make(headers, 1, "", ""), ESC_OK);
    assert_text_equal(made, "{\"specversion\":\"1.0\"}");
    assert_int_equal(make(headers, 0, "", " \r\n"), ESC_OK);
    assert_text_equal(made, "{}");
    assert_int_equal(make(headers, 0, "", "7"), ESC_OK);
    assert_text_equal(made, "{\"data\":7}");
}

/* Section 3.1.3.2 of the HTTP binding. */
static void values_are_decoded_once(void **state)
{
    (void)state;
    static const struct {
        const char *sent, *json;
    } cases[] = {
        {"Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro \xE2\x82\xAC \xF0\x9F\x98\x80"},
        {"50%25", "50%"},
        {"%2541", "%41"},
        {"50%", "50%"},
        {"5%0", "5%0"},
        {"5%zz", "5%zz"},
        {"5%4z", "5%4z"},
        {"%ff", "%ff"},
        {"a+b", "a+b"},
        {"\"a \\\"b\\\" c\\\\\"", "a \\\"b\\\" c\\\\"},
        {"\"", "\\\""},
        {"\"\"", ""},
        {"\"a%20b\"", "a b"},
        {"\"a\\\"", "a\\\\"},
        {"St\xF6rung", "St\xC3\xB6rung"},
        {"St\xC3\xB6rung", "St\xC3\xB6rung"},
        {"", ""},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        EscEventHeader header = {ESC_TEXT("subject"), esc_text_from(cases[i].sent)};
        char wanted[128];
        (void)snprintf(wanted, sizeof(wanted), "{\"subject\":\"%s\"}", cases[i].json);
        assert_int_equal(make(&header, 1, "", ""), ESC_OK);
        assert_text_equal(made, wanted);
    }
}

static void types_that_are_json_have_their_body_as_data(void **state)
{
    (void)state;
    static const char *const json[] = {"application/json", "Application/JSON ; charset=utf-8",
                                       "text/json", "application/vnd.acme+json",
                                       "application/x+JSON;a=b"};
    static const char *const others[] = {"text/plain",       "application/xml", "application/+json",
                                         "application",      "application/jso", "applicatio/json",
                                         "application/jsonl"};
    for (size_t i = 0; i < ESC_COUNT_OF(json); i++) {
        assert_int_equal(make(NULL, 0, json[i], "{}"), ESC_OK);
        assert_true(esc_text_ends_with(made, ESC_TEXT(",\"data\":{}}")));
    }
    for (size_t i = 0; i < ESC_COUNT_OF(others); i++) {
        char wanted[128];
        (void)snprintf(wanted, sizeof(wanted), "{\"datacontenttype\":\"%s\"}", others[i]);
        assert_int_equal(make(NULL, 0, others[i], "{}"), ESC_OK);
        assert_text_equal(made, wanted);
    }
}

/* What stands behind "data": is one value: it cannot go on as members of the event. */
static void the_body_says_nothing_but_data(void **state)
{
    (void)state;
    static const char *const bad[] = {"{},\"id\":\"2\"",   "{}{}", "{", "}",
                                      "{\"a\":1,\"a\":2}", "x"};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        assert_int_equal(make(NULL, 0, "application/json", bad[i]), ESC_BAD_INPUT);
        assert_string_equal(why.check, "JSON");
        assert_true(esc_text_starts_with(esc_text_from(why.text), ESC_TEXT("the data is no JSON")));
        assert_int_equal(made.size, 0);
    }
    char deep[80] = "";
    for (int i = 0; i < 33; i++)
        (void)strcat(deep, "[");
    for (int i = 0; i < 33; i++)
        (void)strcat(deep, "]");
    assert_int_equal(make(NULL, 0, "", deep), ESC_OVER_LIMIT);
}

static void attributes_are_said_once(void **state)
{
    (void)state;
    const EscEventHeader twice[] = {HEADER("id", "1"), HEADER("ID", "2")};
    assert_int_equal(make(twice, 2, "", ""), ESC_BAD_INPUT);
    assert_string_equal(why.text, "ce-ID is said twice");
    const EscEventHeader data[] = {HEADER("data", "{}")}, coded[] = {HEADER("Data_Base64", "AA==")};
    assert_int_equal(make(data, 1, "", ""), ESC_BAD_INPUT);
    assert_string_equal(why.text, "there is no attribute ce-data: the data is the body");
    assert_int_equal(make(coded, 1, "", ""), ESC_BAD_INPUT);
    const EscEventHeader type[] = {HEADER("datacontenttype", "text/plain")};
    assert_int_equal(make(type, 1, "", ""), ESC_OK);
    assert_text_equal(made, "{}");
}

static void without_memory_nothing_is_made(void **state)
{
    (void)state;
    const EscEventHeader header = HEADER("id", "a%20b");
    bool happened = true;
    for (unsigned nth = 1; happened; nth++) {
        EscArena *own = esc_arena_new((size_t)1 << 20);
        alloc_fail_at(nth);
        EscStatus status = esc_event_from_binary(own, &header, 1, ESC_TEXT("application/json"),
                                                 ESC_TEXT("{}"), &made, &why);
        happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_int_equal(status, happened ? ESC_NO_MEMORY : ESC_OK);
        esc_arena_free(own);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_event_of_headers_is_one_of_json),
        TEST(values_are_decoded_once),
        TEST(types_that_are_json_have_their_body_as_data),
        TEST(the_body_says_nothing_but_data),
        TEST(attributes_are_said_once),
        TEST(without_memory_nothing_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
