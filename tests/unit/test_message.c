/* test_message.c - the body of an outbox row: struct, JSON, struct again. */
#include "support/test.h"

#include <stdlib.h>

#include <esc/group.h>

#define ARENA_BYTES ((size_t)1 << 20)

static int setup(void **state)
{
    *state = esc_arena_new(ARENA_BYTES);
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    esc_arena_free(*state);
    return 0;
}

static const EscMessageAnswer answers[] = {{{"yes", 3}, {"Yes, \"now\"", 10}},
                                           {{"no", 2}, {"No", 2}}};

static const EscSpan own[] = {{0, 9}, {14, 19}};

static EscMessage message_full(void)
{
    return (EscMessage){.own = own,
                        .own_count = 2,
                        .text = ESC_TEXT("Build is \"red\"\n{},[]"),
                        .subject = ESC_TEXT("[T-1] Build"),
                        .workspace = ESC_TEXT("acme"),
                        .language = ESC_TEXT("de"),
                        .escalation = ESC_TEXT("E-7"),
                        .ticket = ESC_TEXT("T-1"),
                        .template_name = ESC_TEXT("outage"),
                        .severity = ESC_TEXT("high"),
                        .severity_json = ESC_TEXT("\"high\""),
                        .question = ESC_TEXT("Go on?"),
                        .page = true,
                        .has_answers = true,
                        .answers = answers,
                        .answers_count = 2};
}

static EscText written(EscArena *arena, const EscMessage *message)
{
    EscBuf buf;
    esc_buf_init(&buf, ARENA_BYTES);
    esc_message_write_json(&buf, message);
    EscText text = esc_arena_text(arena, esc_buf_as_text(&buf));
    esc_buf_release(&buf);
    return text;
}

static EscText call_written(EscArena *arena, const EscCall *call)
{
    EscBuf buf;
    esc_buf_init(&buf, ARENA_BYTES);
    esc_call_write_json(&buf, call);
    EscText text = esc_arena_text(arena, esc_buf_as_text(&buf));
    esc_buf_release(&buf);
    return text;
}

static void a_message_has_its_members_in_order(void **state)
{
    EscMessage message = message_full();
    assert_text_equal(
        written(*state, &message),
        "{\"text\":\"Build is \\\"red\\\"\\n{},[]\",\"own\":[[0,9],[14,19]],\"subject\":\"[T-1] "
        "Build\",\"workspace\":\"acme\",\"language\":\"de\",\"escalation\":\"E-7\",\"ticket\":\"T-"
        "1\","
        "\"template\":\"outage\",\"severity\":\"high\",\"page\":true,\"question\":\"Go on?\","
        "\"answers\":[{\"name\":\"yes\",\"title\":\"Yes, \\\"now\\\"\"},{\"name\":\"no\","
        "\"title\":\"No\"}]}");
    EscMessage least = {.text = ESC_TEXT("hello"), .workspace = ESC_TEXT("acme")};
    assert_text_equal(
        written(*state, &least),
        "{\"text\":\"hello\",\"subject\":\"\",\"workspace\":\"acme\",\"page\":false}");
    EscMessage open = {
        .question = ESC_TEXT("Why?"), .has_answers = true, .severity_json = ESC_TEXT("null")};
    assert_text_equal(written(*state, &open),
                      "{\"text\":\"\",\"subject\":\"\",\"workspace\":\"\",\"severity\":null,"
                      "\"page\":false,\"question\":\"Why?\",\"answers\":[]}");
}

static void what_is_read_is_what_was_written(void **state)
{
    EscMessage message = message_full(), read;
    EscText json = written(*state, &message);
    assert_true(esc_message_read_json(*state, json, &read));
    assert_text_equal(read.text, "Build is \"red\"\n{},[]");
    assert_text_equal(read.severity, "high");
    assert_true(read.page);
    assert_int_equal(read.answers_count, 2);
    assert_int_equal(read.own_count, 2);
    assert_int_equal(read.own[1].from, 14);
    assert_int_equal(read.own[1].to, 19);
    assert_text_equal(read.answers[0].title, "Yes, \"now\"");
    assert_true(esc_text_equal(written(*state, &read), json));
}

static EscWords split(EscArena *arena, const char *marked)
{
    EscWords words;
    assert_true(esc_words_split(arena, esc_text_from(marked), &words));
    assert_true(esc_spans_fit(words.text, words.own, words.own_count));
    return words;
}

static void marks_become_spans(void **state)
{
    EscWords words =
        split(*state, ESC_MARK_OWN "See " ESC_MARK_END "a" ESC_MARK_OWN "!" ESC_MARK_END);
    assert_text_equal(words.text, "See a!");
    assert_int_equal(words.own_count, 2);
    assert_int_equal(words.own[0].from, 0);
    assert_int_equal(words.own[0].to, 4);
    assert_int_equal(words.own[1].from, 5);
    assert_int_equal(words.own[1].to, 6);
    words = split(*state, "all of it is a value");
    assert_text_equal(words.text, "all of it is a value");
    assert_int_equal(words.own_count, 0);
    words = split(*state, "");
    assert_int_equal(words.text.size + words.own_count, 0);
}

/* A text that was cut has lost its last mark; what is empty is nobody's. */
static void odd_marks_are_borne(void **state)
{
    EscWords words = split(*state, ESC_MARK_END "a" ESC_MARK_OWN ESC_MARK_END "b" ESC_MARK_OWN "c");
    assert_text_equal(words.text, "abc");
    assert_int_equal(words.own_count, 1);
    assert_int_equal(words.own[0].from, 2);
    assert_int_equal(words.own[0].to, 3);
    words = split(*state, ESC_MARK_OWN "a" ESC_MARK_OWN "b" ESC_MARK_END);
    assert_int_equal(words.own_count, 2);
    assert_int_equal(words.own[1].to, 2);
}

/* Rows come back from a store that others may have written to. */
static void spans_that_do_not_fit_are_nobodys(void **state)
{
    static const char *const bad[] = {
        "[[0,3]]",     "[[1,1]]", "[[1,0]]", "[[0,1],[0,2]]", "[[-1,1]]", "[[0,4294967297]]",
        "[[0,\"1\"]]", "[0]",     "{}",      "[[0,6]]",       "[[3,4]]",  "[[0]]"};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        EscMessage read;
        EscText json = esc_arena_printf(*state, "{\"text\":\"ab\u20ac\",\"own\":%s}", bad[i]);
        assert_true(esc_message_read_json(*state, json, &read));
        if (read.own_count != 0)
            fail_msg("%s is taken", bad[i]);
    }
    EscMessage read;
    assert_true(esc_message_read_json(
        *state, ESC_TEXT("{\"text\":\"ab\u20ac\",\"own\":[[0,2],[2,5]]}"), &read));
    assert_int_equal(read.own_count, 2);
}

static void a_copy_is_on_its_own(void **state)
{
    EscMessage message = message_full(), read;
    EscText json = written(*state, &message);
    EscArena *other = esc_arena_new(ARENA_BYTES);
    assert_non_null(other);
    assert_true(esc_message_read_json(other, json, &read));
    void *block = malloc(esc_message_size(&read));
    assert_non_null(block);
    EscMessage *copy = esc_message_copy(block, &read);
    esc_arena_free(other);
    assert_true(esc_text_equal(written(*state, copy), json));
    assert_int_equal(copy->question.data[copy->question.size], '\0');
    free(block);
}

/* A call that is made again is the same, byte for byte, as its key is: numbers and spaces stay as they were written. */
static void the_request_of_a_call_keeps_its_bytes(void **state)
{
    static const uint32_t statuses[] = {200, 204};
    EscCall call = {.system = ESC_TEXT("crm"),
                    .action = ESC_TEXT("look"),
                    .method = ESC_TEXT("POST"),
                    .path = ESC_TEXT("/a?b=\"json\":{"),
                    .json = ESC_TEXT(
                        "{\"rate\":0.1,\"n\": 12.50,\"s\":\"}],\\\"\\\\\",\"l\":[1,{\"json\":2}]}"),
                    .result_path = ESC_TEXT("id"),
                    .statuses = statuses,
                    .statuses_count = 2};
    EscText json = call_written(*state, &call);
    EscCall read;
    assert_true(esc_call_read_json(*state, json, &read));
    assert_true(esc_text_equal(read.json, call.json));
    assert_text_equal(read.path, "/a?b=\"json\":{");
    assert_int_equal(read.statuses_count, 2);
    assert_int_equal(read.statuses[1], 204);
    void *block = malloc(esc_call_size(&read));
    assert_non_null(block);
    assert_true(esc_text_equal(call_written(*state, esc_call_copy(block, &read)), json));
    free(block);
}

static void a_form_and_headers_are_kept(void **state)
{
    EscText headers[] = {ESC_TEXT("If-Match: \"7\""), ESC_TEXT("X-Ticket: 7")};
    EscCall read, call = {.method = ESC_TEXT("POST"),
                          .path = ESC_TEXT("/login"),
                          .form = ESC_TEXT("user=a%26b"),
                          .headers = headers,
                          .headers_count = 2};
    EscText json = call_written(*state, &call);
    assert_text_equal(
        json, "{\"system\":\"\",\"action\":\"\",\"method\":\"POST\",\"path\":\"/login\","
              "\"headers\":[\"If-Match: \\\"7\\\"\",\"X-Ticket: 7\"],\"form\":\"user=a%26b\","
              "\"expect\":[],\"result_path\":\"\"}");
    assert_true(esc_call_read_json(*state, json, &read));
    assert_int_equal(read.headers_count, 2);
    assert_text_equal(read.headers[0], "If-Match: \"7\"");
    void *block = malloc(esc_call_size(&read));
    assert_non_null(block);
    assert_true(esc_text_equal(call_written(*state, esc_call_copy(block, &read)), json));
    free(block);
}

static void a_call_without_a_body_has_none(void **state)
{
    EscCall call = {.method = ESC_TEXT("GET"), .path = ESC_TEXT("/")}, read;
    assert_text_equal(call_written(*state, &call),
                      "{\"system\":\"\",\"action\":\"\",\"method\":\"GET\",\"path\":\"/\","
                      "\"expect\":[],\"result_path\":\"\"}");
    assert_true(esc_call_read_json(*state, call_written(*state, &call), &read));
    assert_int_equal(read.json.size, 0);
    assert_int_equal(read.statuses_count, 0);
}

static void what_is_no_message_is_refused(void **state)
{
    static const char *const bad[] = {"", "[]", "\"text\"", "{\"text\":", "{\"text\":\"a\"} x"};
    EscMessage message;
    EscCall call;
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        assert_false(esc_message_read_json(*state, esc_text_from(bad[i]), &message));
        assert_false(esc_call_read_json(*state, esc_text_from(bad[i]), &call));
    }
    assert_true(esc_message_read_json(
        *state, ESC_TEXT(" { \"text\" : 1 , \"severity\" : 3 , \"answers\" : {} } "), &message));
    assert_int_equal(message.text.size, 0);
    assert_int_equal(message.severity.size, 0);
    assert_text_equal(message.severity_json, "3");
    assert_false(message.has_answers);
    assert_true(esc_call_read_json(*state, ESC_TEXT("{ }"), &call));
    assert_int_equal(call.json.size, 0);
}

static void a_copy_keeps_a_single_answer(void **state)
{
    EscMessage message = message_full();
    message.answers_count = 1;
    void *block = malloc(esc_message_size(&message));
    assert_non_null(block);
    const EscMessage *copy = esc_message_copy(block, &message);
    assert_true(esc_text_equal(written(*state, copy), written(*state, &message)));
    free(block);
}

/* Nobody knows which of the two is meant. What a member holds keeps its own bytes. */
static void a_member_said_twice_is_no_message(void **state)
{
    EscMessage message;
    assert_false(
        esc_message_read_json(*state, ESC_TEXT("{\"text\":\"a\",\"text\":\"b\"}"), &message));
    assert_true(
        esc_message_read_json(*state, ESC_TEXT("{\"text\":\"b\",\"severity\":  2.0 }"), &message));
    assert_text_equal(message.text, "b");
    assert_text_equal(message.severity_json, "2.0");
    EscCall call;
    assert_true(esc_call_read_json(*state, ESC_TEXT("{\"json\": {\"a\": 1}}"), &call));
    assert_text_equal(call.json, "{\"a\": 1}");
}

static void at_most_255_answers_and_statuses_are_read(void **state)
{
    for (size_t count = 255; count <= 256; count++) {
        EscBuf buf;
        esc_buf_init(&buf, ARENA_BYTES);
        esc_buf_string(&buf, "{\"answers\":[{}");
        for (size_t i = 1; i < count; i++)
            esc_buf_string(&buf, ",{}");
        esc_buf_string(&buf, "],\"expect\":[200");
        for (size_t i = 1; i < count; i++)
            esc_buf_string(&buf, ",200");
        esc_buf_string(&buf, "]}");
        EscMessage message;
        EscCall call;
        assert_true(esc_message_read_json(*state, esc_buf_as_text(&buf), &message));
        assert_true(esc_call_read_json(*state, esc_buf_as_text(&buf), &call));
        assert_int_equal(message.answers_count, 255);
        assert_int_equal(call.statuses_count, 255);
        assert_int_equal(call.statuses[254], 200);
        esc_buf_release(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_message_has_its_members_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_read_is_what_was_written, setup, teardown),
        cmocka_unit_test_setup_teardown(marks_become_spans, setup, teardown),
        cmocka_unit_test_setup_teardown(odd_marks_are_borne, setup, teardown),
        cmocka_unit_test_setup_teardown(spans_that_do_not_fit_are_nobodys, setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_is_on_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(the_request_of_a_call_keeps_its_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_form_and_headers_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_call_without_a_body_has_none, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_message_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_keeps_a_single_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(a_member_said_twice_is_no_message, setup, teardown),
        cmocka_unit_test_setup_teardown(at_most_255_answers_and_statuses_are_read, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
