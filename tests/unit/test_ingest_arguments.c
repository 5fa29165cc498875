/* test_ingest_arguments.c - what a person starts a template with: typed by its parameters, refused in words that name the member. */
#include "support/test.h"

#include <esc/runtime.h>

enum {
    T_EMPTY,
    T_ANGRY,
    T_CALL,
    T_CALM,
    T_COPIES,
    T_CUSTOMER,
    T_FOR,
    T_LOUD,
    T_MOOD,
    T_N,
    T_UNTIL
};
static const EscText texts[] = {{"", 0},       {"angry", 5},    {"call", 4}, {"calm", 4},
                                {"copies", 6}, {"customer", 8}, {"for", 3},  {"loud", 4},
                                {"mood", 4},   {"n", 1},        {"until", 5}};
static const EscMemberRow members[] = {{T_CALM}, {T_ANGRY}};
static const EscEnumRow enums[] = {{T_MOOD, 1, 0, 2}};
enum { CUSTOMER, UNTIL, FOR, N, LOUD, MOOD, COPIES, PARAMS };
static const EscParamRow params[] = {
    {T_CUSTOMER, ESC_TYPE(ESC_KIND_TEXT)},
    {T_UNTIL, ESC_TYPE(ESC_KIND_TIME) | ESC_TYPE_OPTIONAL},
    {T_FOR, ESC_TYPE(ESC_KIND_DURATION) | ESC_TYPE_OPTIONAL},
    {T_N, ESC_TYPE(ESC_KIND_NUMBER) | ESC_TYPE_OPTIONAL},
    {T_LOUD, ESC_TYPE(ESC_KIND_BOOL) | ESC_TYPE_OPTIONAL},
    {T_MOOD, ESC_TYPE_ENUM(0) | ESC_TYPE_OPTIONAL},
    {T_COPIES, ESC_TYPE(ESC_KIND_LIST) | ESC_TYPE_OPTIONAL},
};
static const EscTemplateRow templates[] = {{.name = T_CALL, .params_count = PARAMS}};
static const EscProgram program = {.texts = texts,
                                   .texts_count = ESC_COUNT_OF(texts),
                                   .members = members,
                                   .members_count = 2,
                                   .enums = enums,
                                   .enums_count = 1,
                                   .params = params,
                                   .params_count = PARAMS,
                                   .templates = templates,
                                   .templates_count = 1};

typedef struct Taken {
    EscArena *arena;
    EscStatus status;
    EscWhy why;
    const EscValue *values;
    uint32_t count;
} Taken;

static Taken take(const char *name, const char *json)
{
    static const EscJsonLimits limits = {.depth_max = 4, .values_max = 64};
    Taken taken = {.arena = esc_arena_new((size_t)1 << 20)};
    const EscJson *read = NULL;
    assert_non_null(taken.arena);
    if (json != NULL)
        assert_status(esc_json_read(taken.arena, esc_text_from(json), &limits, &read, NULL),
                      ESC_OK);
    taken.status = esc_arguments_read(taken.arena, &program, esc_text_from(name), read,
                                      &taken.values, &taken.count, &taken.why);
    return taken;
}

static void every_type_is_taken(void **state)
{
    (void)state;
    Taken taken =
        take("call", "{\"n\":2.5,\"loud\":true,\"mood\":\"Angry\",\"copies\":[\"a\",\"b\"],"
                     "\"for\":\"1h30m\",\"until\":\"2026-01-05T10:00:00Z\",\"customer\":\"X\"}");
    assert_status(taken.status, ESC_OK);
    assert_int_equal(taken.count, PARAMS);
    assert_text_equal(taken.values[CUSTOMER].text, "X");
    assert_int_equal(taken.values[UNTIL].ms, 1767607200000);
    assert_int_equal(taken.values[FOR].ms, 90 * ESC_MINUTE_MS);
    assert_true(taken.values[N].number == 2.5);
    assert_true(taken.values[LOUD].truth);
    assert_int_equal(taken.values[MOOD].member, 1);
    assert_int_equal(taken.values[COPIES].list.count, 2);
    assert_text_equal(taken.values[COPIES].list.items[1], "b");
    for (uint32_t i = 0; i < PARAMS; i++) {
        assert_int_equal(taken.values[i].type, params[i].type);
        assert_false(taken.values[i].is_missing);
    }
    esc_arena_free(taken.arena);
}

static void what_is_left_out_or_null_is_missing(void **state)
{
    (void)state;
    Taken taken = take("call", "{\"customer\":\"\",\"n\":null}");
    assert_status(taken.status, ESC_OK);
    assert_false(taken.values[CUSTOMER].is_missing);
    for (uint32_t i = UNTIL; i < PARAMS; i++) {
        assert_int_equal(taken.values[i].type, params[i].type);
        assert_true(taken.values[i].is_missing);
    }
    esc_arena_free(taken.arena);
}

static void texts_say_numbers_and_truths(void **state)
{
    (void)state;
    Taken taken = take("call", "{\"customer\":\"7\",\"n\":\"-7.5\",\"loud\":\"false\"}");
    assert_status(taken.status, ESC_OK);
    assert_text_equal(taken.values[CUSTOMER].text, "7");
    assert_true(taken.values[N].number == -7.5);
    assert_false(taken.values[LOUD].truth);
    assert_false(taken.values[LOUD].is_missing);
    esc_arena_free(taken.arena);
}

static void what_does_not_fit_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *json, *words;
    } rows[] = {
        {NULL, "with.customer is missing: the template is started with it"},
        {"{}", "with.customer is missing: the template is started with it"},
        {"[]", "with is a list; wanted is an object"},
        {"{\"customer\":null}", "with.customer is null, but it is not optional"},
        {"{\"customer\":7}", "with.customer is a number; wanted is a text"},
        {"{\"customer\":\"x\",\"n\":\"seven\"}", "with.n is a text; wanted is a number"},
        {"{\"customer\":\"x\",\"n\":\"true\"}", "with.n is a text; wanted is a number"},
        {"{\"customer\":\"x\",\"n\":\"1 2\"}", "with.n is a text; wanted is a number"},
        {"{\"customer\":\"x\",\"loud\":\"1\"}", "with.loud is a text; wanted is true or false"},
        {"{\"customer\":\"x\",\"loud\":1}", "with.loud is a number; wanted is true or false"},
        {"{\"customer\":\"x\",\"mood\":\"cross\"}",
         "with.mood is \"cross\"; wanted is one of calm, angry"},
        {"{\"customer\":\"x\",\"who\":1}", "with.who: the template has no such parameter; it has "
                                           "customer, until, for, n, loud, mood, "
                                           "copies"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        Taken taken = take("call", rows[i].json);
        assert_status(taken.status, ESC_BAD_INPUT);
        assert_string_equal(taken.why.text, rows[i].words);
        esc_arena_free(taken.arena);
    }
}

static void a_template_that_is_not_there_is_the_engines_to_refuse(void **state)
{
    (void)state;
    Taken taken = take("cal", "{\"x\":1}");
    assert_status(taken.status, ESC_OK);
    assert_int_equal(taken.count, 0);
    esc_arena_free(taken.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_taken),
        cmocka_unit_test(what_is_left_out_or_null_is_missing),
        cmocka_unit_test(texts_say_numbers_and_truths),
        cmocka_unit_test(what_does_not_fit_is_refused_by_name),
        cmocka_unit_test(a_template_that_is_not_there_is_the_engines_to_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
