/* test_model_values.c - values read from JSON, and members of an enum by their names. */
#include <engine/model.h>

#include "support/test.h"

/* Two enums whose members follow each other in their table. */
static EscText texts[] = {{"low", 3}, {"high", 4}, {"other", 5}};
static EscMemberRow members[] = {{.name = 0}, {.name = 1}, {.name = 2}};
static EscEnumRow enums[] = {{.members_first = 0, .members_count = 2},
                             {.members_first = 2, .members_count = 1}};
static const EscProgram program = {.texts = texts,
                                   .texts_count = 3,
                                   .members = members,
                                   .members_count = 3,
                                   .enums = enums,
                                   .enums_count = 2};

static EscOwned value_of(EscType type, const char *text)
{
    const EscJsonLimits limits = {8, 100};
    EscArena *arena = esc_arena_new(1 << 20);
    const EscJson *json = NULL;
    EscWhy why = {.text = ""};
    assert_non_null(arena);
    assert_status(esc_json_read(arena, esc_text_from(text), &limits, &json, &why), ESC_OK);
    EscOwned value = esc_value_read_json(&program, type, json);
    esc_arena_free(arena);
    assert_int_equal(value.value.type, type);
    return value;
}

static void assert_read(EscType type, const char *text, const char *expected)
{
    EscOwned value = value_of(type, text);
    EscBuf out;
    esc_buf_init(&out, 1000);
    esc_value_write_json(&out, &program, value.value);
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
    esc_owned_release(&value);
}

static void each_type_reads_its_own_json(void **state)
{
    (void)state;
    assert_read(ESC_TYPE(ESC_KIND_BOOL), "true", "true");
    assert_read(ESC_TYPE(ESC_KIND_BOOL), "false", "false");
    assert_read(ESC_TYPE(ESC_KIND_NUMBER), "-7", "-7");
    assert_read(ESC_TYPE(ESC_KIND_NUMBER), "2.5", "2.5");
    assert_read(ESC_TYPE(ESC_KIND_TEXT), "\"a\"", "\"a\"");
    assert_read(ESC_TYPE(ESC_KIND_TIME), "\"2026-01-05T09:00:00Z\"",
                "\"2026-01-05T09:00:00.000Z\"");
    assert_read(ESC_TYPE_ENUM(0), "\"high\"", "\"high\"");
    assert_read(ESC_TYPE_ENUM(1), "\"other\"", "\"other\"");
    assert_read(ESC_TYPE(ESC_KIND_LIST), "[\"a\",1,\"b\"]", "[\"a\",\"b\"]");
    assert_int_equal(value_of(ESC_TYPE(ESC_KIND_DURATION), "-90000").value.ms, -90000);
    assert_int_equal(value_of(ESC_TYPE(ESC_KIND_REF), "17").value.ref, 17);
}

static void other_json_is_the_types_default(void **state)
{
    (void)state;
    assert_read(ESC_TYPE(ESC_KIND_BOOL), "1", "false");
    assert_read(ESC_TYPE(ESC_KIND_NUMBER), "\"7\"", "0");
    assert_read(ESC_TYPE(ESC_KIND_TEXT), "7", "\"\"");
    assert_read(ESC_TYPE_ENUM(0), "1", "\"low\"");
    assert_read(ESC_TYPE(ESC_KIND_LIST), "\"a\"", "[]");
    assert_int_equal(value_of(ESC_TYPE(ESC_KIND_DURATION), "\"90000\"").value.ms, 0);
    assert_int_equal(value_of(ESC_TYPE(ESC_KIND_DURATION), "1.5").value.ms, 0);
    assert_int_equal(value_of(ESC_TYPE(ESC_KIND_TIME), "5").value.ms, 0);
    assert_int_equal(value_of(ESC_TYPE(ESC_KIND_TIME), "\"today\"").value.ms, 0);
    assert_int_equal(value_of(ESC_TYPE(ESC_KIND_REF), "\"17\"").value.ref, 0);
}

static void members_are_their_own_enums(void **state)
{
    (void)state;
    uint32_t member = 7;
    assert_true(esc_member_find(&program, ESC_TYPE_ENUM(0), ESC_TEXT("HIGH"), &member));
    assert_int_equal(member, 1);
    assert_true(esc_member_find(&program, ESC_TYPE_ENUM(1), ESC_TEXT("other"), &member));
    assert_int_equal(member, 0);
    assert_false(esc_member_find(&program, ESC_TYPE_ENUM(0), ESC_TEXT("other"), &member));
    assert_false(esc_member_find(&program, ESC_TYPE_ENUM(0), ESC_TEXT("lo"), &member));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_reads_its_own_json),
        cmocka_unit_test(other_json_is_the_types_default),
        cmocka_unit_test(members_are_their_own_enums),
    };
    return cmocka_run_group_tests_name("model_values", tests, NULL, NULL);
}
