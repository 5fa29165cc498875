/* test_verify_requests.c - the parts of requests: V51. The base program has two actions that send one member of JSON each. */
#include "verify_cases.h"

/* The index of a text that the base program uses somewhere. */
static uint32_t text_of(const TestProgram *p, const char *words)
{
    for (uint32_t i = 0; i < p->texts_count; i++)
        if (esc_text_equal(p->texts[i], esc_text_from(words)))
            return i;
    fail_msg("no text \"%s\"", words);
    return 0;
}

/* The first action's parts become these; the second one's stand behind them. */
static void parts(TestProgram *p, uint32_t body, const EscPartRow *rows, uint32_t count)
{
    p->parts[count] = p->parts[1];
    memcpy(p->parts, rows, count * sizeof *rows);
    p->actions[0].body = body;
    p->actions[0].parts_count = count;
    p->actions[1].parts_first = count;
    p->parts_count = count + 1;
}

#define PART(kind_, words, depth_, argument_)                                                      \
    {                                                                                              \
        .kind = ESC_PART_##kind_, .name = text_of(p, words), .depth = depth_,                      \
        .argument = argument_                                                                      \
    }
#define PARTS(body, ...)                                                                           \
    do {                                                                                           \
        const EscPartRow rows[] = {__VA_ARGS__};                                                   \
        parts(p, ESC_BODY_##body, rows, ESC_COUNT_OF(rows));                                       \
    } while (0)

ROW_ACCEPT(v51_accepts_a_header, PARTS(NONE, PART(HEADER, "to", 0, 1)))
ROW_ACCEPT(v51_accepts_a_form, PARTS(FORM, PART(VALUE, "to", 0, 1)))
ROW_ACCEPT(v51_accepts_an_item, PARTS(JSON, PART(LIST, "to", 0, 0), PART(VALUE, "", 1, 1)))
ROW_ACCEPT(v51_accepts_what_is_behind_an_object,
           PARTS(JSON, PART(OBJECT, "to", 0, 0), PART(LIST, "to", 1, 0),
                 PART(VALUE, "count", 0, 1)))
ROW_REJECT(v51_rejects_a_header_behind_the_body, "V51",
           PARTS(JSON, PART(LIST, "count", 0, 0), PART(HEADER, "to", 0, 1)))
ROW_REJECT(v51_rejects_a_header_that_is_held, "V51", PARTS(NONE, PART(HEADER, "to", 1, 1)))
ROW_REJECT(v51_rejects_a_header_without_a_name, "V51", PARTS(NONE, PART(HEADER, "", 0, 1)))
ROW_REJECT(v51_rejects_a_header_with_a_slash, "V51", PARTS(NONE, PART(HEADER, "/id", 0, 1)))
ROW_REJECT(v51_rejects_a_body_of_none, "V51", PARTS(NONE, PART(VALUE, "to", 0, 1)))
ROW_REJECT(v51_rejects_a_form_with_a_list, "V51",
           PARTS(FORM, PART(LIST, "count", 0, 0), PART(VALUE, "", 1, 1)))
ROW_REJECT(v51_rejects_what_nothing_holds, "V51", PARTS(JSON, PART(VALUE, "to", 1, 1)))
ROW_REJECT(v51_rejects_what_a_value_would_hold, "V51",
           PARTS(JSON, PART(VALUE, "to", 0, 1), PART(LIST, "count", 1, 0)))
ROW_REJECT(v51_rejects_an_item_with_a_name, "V51",
           PARTS(JSON, PART(LIST, "to", 0, 0), PART(VALUE, "count", 1, 1)))
ROW_REJECT(v51_rejects_a_member_without_a_name, "V51", PARTS(JSON, PART(VALUE, "", 0, 1)))
ROW_REJECT(v51_rejects_a_value_that_is_no_argument, "V51", PARTS(JSON, PART(VALUE, "to", 0, 0)))
ROW_REJECT(v51_rejects_an_argument_twice, "V51",
           PARTS(JSON, PART(VALUE, "to", 0, 1), PART(VALUE, "count", 0, 1)))
ROW_REJECT(v51_rejects_an_argument_beyond_the_last, "V51",
           PARTS(JSON, PART(VALUE, "to", 0, 1), PART(VALUE, "count", 0, 2)))
ROW_REJECT(v51_rejects_a_value_of_an_object, "V51", PARTS(JSON, PART(OBJECT, "to", 0, 1)))
ROW_REJECT(v51_rejects_a_value_without_a_place, "V51", PARTS(JSON, PART(LIST, "to", 0, 0)))

/* An OBJECT within each of those before it, and the value in the innermost one. */
static void nested(TestProgram *p, uint32_t depth)
{
    EscPartRow rows[16];
    for (uint32_t i = 0; i < depth; i++)
        rows[i] = (EscPartRow)PART(OBJECT, "to", i, 0);
    rows[depth] = (EscPartRow)PART(VALUE, "to", depth, 1);
    parts(p, ESC_BODY_JSON, rows, depth + 1);
}

ROW_ACCEPT(v51_accepts_eight_within_each_other, nested(p, 8))
ROW_REJECT(v51_rejects_nine_within_each_other, "V51", nested(p, 9))

/* One value and lists without items. */
static void many(TestProgram *p, uint32_t count)
{
    static EscPartRow rows[80];
    rows[0] = (EscPartRow)PART(VALUE, "to", 0, 1);
    for (uint32_t i = 1; i < count; i++)
        rows[i] = (EscPartRow)PART(LIST, "count", 0, 0);
    parts(p, ESC_BODY_JSON, rows, count);
}

ROW_ACCEPT(v51_accepts_64_places, many(p, 64))
ROW_REJECT(v51_rejects_65_places, "V51", many(p, 65))

static void headers_are_judged_by_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        EscHeaderFault fault;
    } rows[] = {{"If-Match", ESC_HEADER_FINE},
                {"x", ESC_HEADER_FINE},
                {"Content-Type", ESC_HEADER_FINE},
                {"", ESC_HEADER_NO_NAME},
                {"X Y", ESC_HEADER_NO_NAME},
                {"X:Y", ESC_HEADER_NO_NAME},
                {"X\r\nY", ESC_HEADER_NO_NAME},
                {"X\xc3\xa4", ESC_HEADER_NO_NAME},
                {"HOST", ESC_HEADER_OF_CONNECTION},
                {"te", ESC_HEADER_OF_CONNECTION},
                {"Transfer-Encoding", ESC_HEADER_OF_CONNECTION},
                {"Authorization", ESC_HEADER_SECRET},
                {"cOOKIE", ESC_HEADER_SECRET},
                {"idempotency-KEY", ESC_HEADER_KEY}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        if (esc_header_fault(esc_text_from(rows[i].name)) != rows[i].fault)
            fail_msg("%s", rows[i].name);
    char name[ESC_HEADER_NAME_BYTES_MAX + 1];
    memset(name, 'a', sizeof name);
    assert_int_equal(esc_header_fault((EscText){name, sizeof name - 1}), ESC_HEADER_FINE);
    assert_int_equal(esc_header_fault((EscText){name, sizeof name}), ESC_HEADER_NO_NAME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v51_accepts_a_header),
        cmocka_unit_test(v51_accepts_a_form),
        cmocka_unit_test(v51_accepts_an_item),
        cmocka_unit_test(v51_accepts_what_is_behind_an_object),
        cmocka_unit_test(v51_rejects_a_header_behind_the_body),
        cmocka_unit_test(v51_rejects_a_header_that_is_held),
        cmocka_unit_test(v51_rejects_a_header_without_a_name),
        cmocka_unit_test(v51_rejects_a_header_with_a_slash),
        cmocka_unit_test(v51_rejects_a_body_of_none),
        cmocka_unit_test(v51_rejects_a_form_with_a_list),
        cmocka_unit_test(v51_rejects_what_nothing_holds),
        cmocka_unit_test(v51_rejects_what_a_value_would_hold),
        cmocka_unit_test(v51_rejects_an_item_with_a_name),
        cmocka_unit_test(v51_rejects_a_member_without_a_name),
        cmocka_unit_test(v51_rejects_a_value_that_is_no_argument),
        cmocka_unit_test(v51_rejects_an_argument_twice),
        cmocka_unit_test(v51_rejects_an_argument_beyond_the_last),
        cmocka_unit_test(v51_rejects_a_value_of_an_object),
        cmocka_unit_test(v51_rejects_a_value_without_a_place),
        cmocka_unit_test(v51_accepts_eight_within_each_other),
        cmocka_unit_test(v51_rejects_nine_within_each_other),
        cmocka_unit_test(v51_accepts_64_places),
        cmocka_unit_test(v51_rejects_65_places),
        cmocka_unit_test(headers_are_judged_by_their_names),
        cmocka_unit_test(every_rejection_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
