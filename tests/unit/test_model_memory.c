/* test_model_memory.c - lists that grow, texts and values that are owned, words that are cut. */
#include "model_fixture.h"
#include "support/test.h"

#include <stdlib.h>

/* There are as many of these lists as there are open escalations, and most hold one item or none. */
static void a_list_begins_small_and_doubles(void **state)
{
    (void)state;
    static const struct {
        size_t item_size, capacities[4];
    } cases[] = {{31, {4, 8, 16, 32}}, {32, {1, 2, 4, 8}}, {4, {4, 8, 16, 32}}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        void *items = NULL;
        size_t capacity = 0;
        for (size_t j = 0; j < ESC_COUNT_OF(cases[i].capacities); j++) {
            esc_engine_grow(&items, capacity, &capacity, cases[i].item_size);
            assert_int_equal(capacity, cases[i].capacities[j]);
            memset(items, 0, capacity * cases[i].item_size);
            void *before = items;
            esc_engine_grow(&items, capacity - 1, &capacity,
                            cases[i].item_size); /* there is room */
            assert_int_equal(capacity, cases[i].capacities[j]);
            assert_ptr_equal(items, before);
        }
        free(items);
    }
}

static void an_owned_text_has_a_nul_behind_it(void **state)
{
    (void)state;
    EscText text = esc_text_own((EscText){"abc!", 3});
    assert_text_equal(text, "abc");
    assert_int_equal(text.data[3], '\0');
    esc_text_drop(&text);
    assert_null(text.data);
    assert_int_equal(text.size, 0);
    assert_null(esc_text_own((EscText){"abc", 0}).data);
}

static void a_text_is_kept_once(void **state)
{
    (void)state;
    Model *model = model_new();
    EscText first = esc_engine_intern(model->engine, ESC_TEXT("someone")),
            again = esc_engine_intern(model->engine, ESC_TEXT("someone")),
            other = esc_engine_intern(model->engine, ESC_TEXT("someone else"));
    assert_ptr_equal(first.data, again.data);
    assert_text_equal(other, "someone else");
    assert_null(esc_engine_intern(model->engine, (EscText){"x", 0}).data);
    model_free(model);
}

/* A copy holds nothing of what it was made of. */
static void a_list_is_copied_with_its_texts(void **state)
{
    (void)state;
    char one[] = "one", two[] = "three";
    EscText items[] = {{one, 3}, {NULL, 0}, {two, 5}};
    EscValue value = {.type = ESC_TYPE(ESC_KIND_LIST), .list = {items, 3}};
    EscOwned copy = esc_owned_copy(value);
    memset(one, '?', 3);
    memset(two, '?', 5);
    items[0] = items[2] = (EscText){0};
    assert_int_equal(copy.value.list.count, 3);
    assert_text_equal(copy.value.list.items[0], "one");
    assert_text_equal(copy.value.list.items[1], "");
    assert_text_equal(copy.value.list.items[2], "three");
    esc_owned_release(&copy);
    assert_null(copy.block);
    value.list.count = 0;
    assert_null(esc_owned_copy(value).block);
    value = (EscValue){.type = ESC_TYPE(ESC_KIND_TEXT), .text = ESC_TEXT("x"), .is_missing = true};
    assert_null(esc_owned_copy(value).block);
}

static void what_is_cut_ends_with_three_dots(void **state)
{
    (void)state;
    Model *model = model_new();
    assert_text_equal(esc_turn_cut(model->engine, ESC_TEXT("abcdef"), 6), "abcdef");
    assert_text_equal(esc_turn_cut(model->engine, ESC_TEXT("abcdefg"), 6), "abc…");
    assert_text_equal(esc_turn_cut(model->engine, ESC_TEXT("aböcdefg"), 6), "ab…"); /* whole */
    model_free(model);
}

/* Milliseconds are told below a minute only. */
static void durations_and_deadlines_are_told_for_people(void **state)
{
    (void)state;
    Model *model = model_new();
    static const struct {
        int64_t duration_ms;
        const char *text;
    } durations[] = {{ESC_MINUTE_MS - 1, "59s999ms"},
                     {ESC_MINUTE_MS + 999, "1m"},
                     {ESC_MINUTE_MS + 1000, "61s"},
                     {ESC_HOUR_MS + 999, "1h"}};
    for (size_t i = 0; i < ESC_COUNT_OF(durations); i++)
        assert_text_equal(esc_duration_text(model->engine, durations[i].duration_ms),
                          durations[i].text);
    static const struct {
        int64_t late_ms;
        const char *text;
    } deadlines[] = {{0, "within 5m"},
                     {999, "within 5m"},
                     {1000, "within 5m, 1 s late"},
                     {59999, "within 5m, 59 s late"},
                     {60000, "within 5m, 1m late"}};
    for (size_t i = 0; i < ESC_COUNT_OF(deadlines); i++)
        assert_text_equal(esc_said(model->engine,
                                   esc_deadline_text(model->engine, 5 * ESC_MINUTE_MS,
                                                     model->engine->now_ms - deadlines[i].late_ms),
                                   ESC_LANGUAGE_ENGLISH),
                          deadlines[i].text);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_begins_small_and_doubles),
        cmocka_unit_test(an_owned_text_has_a_nul_behind_it),
        cmocka_unit_test(a_text_is_kept_once),
        cmocka_unit_test(a_list_is_copied_with_its_texts),
        cmocka_unit_test(what_is_cut_ends_with_three_dots),
        cmocka_unit_test(durations_and_deadlines_are_told_for_people),
    };
    return cmocka_run_group_tests_name("model_memory", tests, NULL, NULL);
}
