/* test_interp_values.c - what each opcode that computes gives, by both interpreters. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "program_builder.h"
#include "support/test.h"
#include "vm_internal.h"

static char scratch[2][ESC_RUN_SCRATCH_MAX];

typedef EscStatus Go(EscRun *run, const EscHost *host, int64_t now_ms, EscRunEnd *end, EscWhy *why);
static Go *const interpreters[2] = {esc_run_go, esc_run_go_reference};

/* --- one opcode on values of the test's choice ---------------------------------------------------- */

enum { FIELD_B = FIELD_TOTAL, FIELD_C };
static const EscInstr unary_body[] = {OP(LOAD_TICKET, 1, 0, 0, FIELD_B),
                                      OP(CONST, 0, 0, 0, CONST_TRUE), OP(NOT, 0, 0, 0, 0),
                                      OP(CONST, 31, 0, 0, CONST_TRUE), OP(RETURN, 31, 0, 0, 0)};
static const EscInstr binary_body[] = {
    OP(LOAD_TICKET, 1, 0, 0, FIELD_B), OP(LOAD_TICKET, 2, 0, 0, FIELD_C),
    OP(CONST, 0, 0, 0, CONST_TRUE),    OP(NOT, 0, 0, 0, 0),
    OP(CONST, 31, 0, 0, CONST_TRUE),   OP(RETURN, 31, 0, 0, 0)};

typedef struct Outcome {
    EscStatus status;
    EscValue value; /* of register 0; its text points into scratch[1] or the test's own data */
} Outcome;

static void add_field(TestProgram *p, EscType type, uint32_t slot)
{
    bool is_list = esc_type_kind(type) == ESC_KIND_LIST;
    p->fields[p->fields_count++] = (EscFieldRow){
        ESC_SCOPE_TICKET, p->fields[FIELD_ID].name, type, 4096, is_list ? 255 : 0, slot, 0, 0};
}

/* r0 := op r1 (r2) with imm: by both interpreters, which must agree. */
static Outcome apply(EscOp op, EscValue b, const EscValue *c, uint32_t imm)
{
    TestProgram p;
    program_begin(&p);
    p.bodies[BODY_COND] = c == NULL ? BODY(unary_body) : BODY(binary_body);
    program_finish(&p);
    add_field(&p, b.type, 10);
    add_field(&p, c == NULL ? ESC_TYPE(ESC_KIND_BOOL) : c->type, 11);
    *program_instr(&p, BODY_COND, c == NULL ? 2 : 3) =
        (EscInstr){(uint8_t)op, 0, 1, c == NULL ? 0 : 2, imm};
    program_measure(&p);
    EscBundle *bundle = program_load(&p);
    EscValue fields[FIELD_TOTAL + 2];
    fields[FIELD_B] = b;
    fields[FIELD_C] = c == NULL ? b : *c;
    TestHost host = {.bundle = bundle, .fields = fields};
    EscHost door = test_host(&host);
    Outcome outcomes[2];
    uint32_t fuel[2];
    for (int i = 0; i < 2; i++) {
        EscRun run;
        EscRunEnd end;
        esc_run_init(&run, bundle, BODY_COND, NULL, 0, scratch[i], sizeof scratch[i]);
        outcomes[i].status = interpreters[i](&run, &door, 0, &end, NULL);
        outcomes[i].value = run.registers[0];
        fuel[i] = run.fuel_used;
        assert_true(fuel[i] <= p.functions[BODY_COND].cost);
        if (outcomes[i].status == ESC_OK)
            assert_int_equal(end, ESC_RUN_RETURNED);
    }
    assert_int_equal(outcomes[0].status, outcomes[1].status);
    assert_int_equal(fuel[0], fuel[1]);
    if (outcomes[0].status == ESC_OK)
        assert_true(esc_value_equal(outcomes[0].value, outcomes[1].value));
    esc_bundle_free(bundle);
    program_release(&p);
    return outcomes[1];
}

static EscValue number(double value)
{
    return (EscValue){.type = ESC_TYPE(ESC_KIND_NUMBER), .number = value};
}

static EscValue duration(int64_t ms)
{
    return (EscValue){.type = ESC_TYPE(ESC_KIND_DURATION), .ms = ms};
}

static EscValue moment(int64_t ms)
{
    return (EscValue){.type = ESC_TYPE(ESC_KIND_TIME), .ms = ms};
}

static EscValue text(const char *string)
{
    return (EscValue){.type = ESC_TYPE(ESC_KIND_TEXT), .text = esc_text_from(string)};
}

static EscValue truth(bool value)
{
    return (EscValue){.type = ESC_TYPE(ESC_KIND_BOOL), .truth = value};
}

static EscValue severity(uint32_t member)
{
    return (EscValue){.type = ESC_TYPE_ENUM(ENUM_SEVERITY), .member = member};
}

static EscValue list(const EscText *items, uint32_t count)
{
    EscValue value = {.type = ESC_TYPE(ESC_KIND_LIST)};
    value.list.items = items;
    value.list.count = count;
    return value;
}

static EscValue missing(EscKind kind)
{
    return (EscValue){.type = ESC_TYPE(kind) | ESC_TYPE_OPTIONAL, .is_missing = true};
}

static EscValue present(EscValue value)
{
    value.type |= ESC_TYPE_OPTIONAL;
    return value;
}

static void assert_truth(EscOp op, EscValue b, EscValue c, bool expected)
{
    Outcome outcome = apply(op, b, &c, 0);
    assert_status(outcome.status, ESC_OK);
    assert_true(esc_value_equal(outcome.value, truth(expected)));
}

static void assert_value(EscOp op, EscValue b, EscValue c, EscValue expected)
{
    Outcome outcome = apply(op, b, &c, 0);
    assert_status(outcome.status, ESC_OK);
    assert_true(esc_value_equal(outcome.value, expected));
}

static void assert_text(EscOp op, EscValue b, const char *expected)
{
    Outcome outcome = apply(op, b, NULL, 0);
    assert_status(outcome.status, ESC_OK);
    assert_int_equal(outcome.value.type, ESC_TYPE(ESC_KIND_TEXT));
    assert_text_equal(outcome.value.text, expected);
}

/* --- comparison ---------------------------------------------------------------------------------------- */

static void comparisons_of_numbers(void **state)
{
    (void)state;
    assert_truth(ESC_OP_EQ_NUMBER, number(1), number(1), true);
    assert_truth(ESC_OP_EQ_NUMBER, number(0.0), number(-0.0), true);
    assert_truth(ESC_OP_EQ_NUMBER, number(1), number(2), false);
    assert_truth(ESC_OP_LT_NUMBER, number(1), number(2), true);
    assert_truth(ESC_OP_LT_NUMBER, number(2), number(2), false);
    assert_truth(ESC_OP_LE_NUMBER, number(2), number(2), true);
    assert_truth(ESC_OP_LE_NUMBER, number(3), number(2), false);
}

static void comparisons_of_durations_and_times(void **state)
{
    (void)state;
    for (int is_time = 0; is_time <= 1; is_time++) {
        EscValue (*make)(int64_t) = is_time ? moment : duration;
        EscOp equal = is_time ? ESC_OP_EQ_TIME : ESC_OP_EQ_DURATION,
              less = is_time ? ESC_OP_LT_TIME : ESC_OP_LT_DURATION;
        EscOp less_equal = is_time ? ESC_OP_LE_TIME : ESC_OP_LE_DURATION;
        assert_truth(equal, make(5), make(5), true);
        assert_truth(equal, make(5), make(6), false);
        assert_truth(less, make(-5), make(5), true);
        assert_truth(less, make(5), make(5), false);
        assert_truth(less_equal, make(5), make(5), true);
        assert_truth(less_equal, make(6), make(5), false);
    }
}

static void comparisons_of_truths_enums_and_references(void **state)
{
    (void)state;
    assert_truth(ESC_OP_EQ_BOOL, truth(true), truth(true), true);
    assert_truth(ESC_OP_EQ_BOOL, truth(true), truth(false), false);
    assert_truth(ESC_OP_EQ_ENUM, severity(1), severity(1), true);
    assert_truth(ESC_OP_EQ_ENUM, severity(1), severity(2), false);
    assert_truth(ESC_OP_LT_ENUM, severity(0), severity(1), true);
    assert_truth(ESC_OP_LT_ENUM, severity(1), severity(1), false);
    assert_truth(ESC_OP_LE_ENUM, severity(1), severity(1), true);
    assert_truth(ESC_OP_LE_ENUM, severity(2), severity(1), false);
    Outcome outcome = apply(ESC_OP_NOT, truth(true), NULL, 0);
    assert_false(outcome.value.truth);
}

static void comparisons_of_texts(void **state)
{
    (void)state;
    static const EscText items[] = {{"red", 3}, {"", 0}};
    assert_truth(ESC_OP_EQ_TEXT, text("abc"), text("abc"), true);
    assert_truth(ESC_OP_EQ_TEXT, text("abc"), text("abd"), false);
    assert_truth(ESC_OP_STARTS_WITH, text("abc"), text("ab"), true);
    assert_truth(ESC_OP_STARTS_WITH, text("ab"), text("abc"), false);
    assert_truth(ESC_OP_STARTS_WITH, text("ab"), text(""), true);
    assert_truth(ESC_OP_ENDS_WITH, text("abc"), text("bc"), true);
    assert_truth(ESC_OP_ENDS_WITH, text("abc"), text("ab"), false);
    assert_truth(ESC_OP_CONTAINS, text("abcd"), text("bc"), true);
    assert_truth(ESC_OP_CONTAINS, text("abcd"), text("bd"), false);
    assert_truth(ESC_OP_CONTAINS, text("aBCd"), text("bc"), true); /* M10.3 */
    assert_truth(ESC_OP_LIST_HAS, list(items, 2), text("red"), true);
    assert_truth(ESC_OP_LIST_HAS, list(items, 2), text(""), true);
    assert_truth(ESC_OP_LIST_HAS, list(items, 1), text(""), false);
    assert_truth(ESC_OP_LIST_HAS, list(NULL, 0), text("red"), false);
}

/* --- arithmetic ---------------------------------------------------------------------------------------------- */

/* Arithmetic has no faults: what leaves the range stays at its end. */
static void numbers_are_doubles_and_stay_finite(void **state)
{
    (void)state;
    assert_value(ESC_OP_ADD_NUMBER, number(1.5), number(2), number(3.5));
    assert_value(ESC_OP_SUB_NUMBER, number(1.5), number(2), number(-0.5));
    assert_value(ESC_OP_MUL_NUMBER, number(1.5), number(2), number(3));
    assert_value(ESC_OP_DIV_NUMBER, number(1), number(4), number(0.25));
    EscValue most = number(DBL_MAX), least = number(DBL_MIN), zero = number(0),
             minus_zero = number(-0.0);
    EscValue least_most = number(-DBL_MAX);
    assert_value(ESC_OP_ADD_NUMBER, most, most, most);
    assert_value(ESC_OP_MUL_NUMBER, most, most, most);
    assert_value(ESC_OP_DIV_NUMBER, most, least, most);
    assert_value(ESC_OP_DIV_NUMBER, most, zero, most);
    assert_value(ESC_OP_DIV_NUMBER, most, minus_zero, least_most);
    assert_value(ESC_OP_DIV_NUMBER, zero, minus_zero, zero);
    assert_value(ESC_OP_SUB_NUMBER, least_most, most, least_most);
}

static void durations_and_times_saturate(void **state)
{
    (void)state;
    const int64_t most = ESC_SPAN_MAX_MS;
    assert_value(ESC_OP_ADD_DURATION, duration(1), duration(2), duration(3));
    assert_value(ESC_OP_ADD_DURATION, duration(most), duration(1), duration(most));
    assert_value(ESC_OP_ADD_DURATION, duration(INT64_MAX), duration(INT64_MAX), duration(most));
    assert_value(ESC_OP_SUB_DURATION, duration(1), duration(3), duration(-2));
    assert_value(ESC_OP_SUB_DURATION, duration(INT64_MIN), duration(INT64_MAX), duration(-most));
    assert_value(ESC_OP_MUL_DURATION, duration(1000), number(1.5), duration(1500));
    assert_value(ESC_OP_MUL_DURATION, duration(1), number(-0.9), duration(0));
    assert_value(ESC_OP_MUL_DURATION, duration(most), number(1e300), duration(most));
    assert_value(ESC_OP_MUL_DURATION, duration(most), number(-1e300), duration(-most));
    assert_value(ESC_OP_DIV_DURATION, duration(1000), number(4), duration(250));
    assert_value(ESC_OP_DIV_DURATION, duration(most), number(1e-300), duration(most));
    assert_value(ESC_OP_DIV_DURATION, duration(1), number(0), duration(most));
    assert_value(ESC_OP_DIV_DURATION, duration(-1), number(0), duration(-most));
    assert_value(ESC_OP_DIV_DURATION, duration(0), number(0), duration(0));
    assert_value(ESC_OP_TIME_ADD, moment(1000), duration(-1), moment(999));
    assert_value(ESC_OP_TIME_ADD, moment(most), duration(1), moment(most));
    assert_value(ESC_OP_TIME_SUB, moment(1000), duration(1), moment(999));
    assert_value(ESC_OP_TIME_DIFF, moment(1000), moment(400), duration(600));
    assert_value(ESC_OP_TIME_DIFF, moment(-most), moment(most), duration(-most));
}

/* Around both ends: the last value that is no end, the end, and what lies beyond. */
static void the_ends_of_time_are_found_exactly(void **state)
{
    (void)state;
    const int64_t most = ESC_SPAN_MAX_MS;
    assert_false(esc_ms_is_end(0));
    for (int sign = -1; sign <= 1; sign += 2) {
        assert_false(esc_ms_is_end(sign * (most - 1)));
        assert_true(esc_ms_is_end(sign * most));
        assert_true(esc_ms_is_end(sign * (most + 1)));
        assert_true(esc_ms_add(sign * (most - 2), sign) == sign * (most - 1));
        assert_true(esc_ms_add(sign * (most - 1), sign) == sign * most);
        assert_true(esc_ms_add(sign * most, sign) == sign * most);
        assert_true(esc_ms_add(sign * (most + 1), -sign) == sign * (most - 1));
        assert_true(esc_ms_subtract(sign * (most - 1), -sign) == sign * most);
        assert_true(esc_ms_subtract(-sign, sign * (most + 1)) == -sign * most);
        assert_true(esc_ms_multiply(sign * most, 1) == sign * most);
        assert_true(esc_ms_multiply(most / 2, sign * 4.0) == sign * most);
        assert_true(esc_ms_divide(sign * (most + 1), 2) == sign * (most / 2));
        assert_true(esc_ms_divide(most, sign * 0.5) == sign * most);
    }
}

static void durations_in_units_are_rounded_down(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        uint32_t unit;
        double expected;
    } cases[] = {{1999, 0, 1},
                 {2000, 0, 2},
                 {-1, 0, -1},
                 {-1000, 0, -1},
                 {59999, 1, 0},
                 {60000, 1, 1},
                 {7200000, 2, 2},
                 {ESC_DAY_MS - 1, 3, 0},
                 {3 * ESC_DAY_MS, 3, 3},
                 {-ESC_DAY_MS - 1, 3, -2}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Outcome outcome = apply(ESC_OP_DURATION_IN, duration(cases[i].ms), NULL, cases[i].unit);
        assert_true(outcome.value.number == cases[i].expected);
    }
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

static void values_become_texts_as_people_read_them(void **state)
{
    (void)state;
    static const EscText items[] = {{"red", 3}, {"blue", 4}};
    assert_text(ESC_OP_TO_TEXT, truth(true), "true");
    assert_text(ESC_OP_TO_TEXT, truth(false), "false");
    assert_text(ESC_OP_TO_TEXT, number(1.5), "1.5");
    assert_text(ESC_OP_TO_TEXT, number(100), "100");
    assert_text(ESC_OP_TO_TEXT, text("x"), "x");
    assert_text(ESC_OP_TO_TEXT, duration(90 * ESC_MINUTE_MS), "1h30m");
    assert_text(ESC_OP_TO_TEXT, moment(0), "1970-01-01T00:00:00.000Z");
    assert_text(ESC_OP_TO_TEXT, severity(2), "high");
    assert_text(ESC_OP_TO_TEXT, list(items, 2), "red, blue");
    assert_text(ESC_OP_TO_TEXT, list(NULL, 0), "");
    assert_text(ESC_OP_TO_TEXT, missing(ESC_KIND_TEXT), "(none)");
    assert_text(ESC_OP_TO_TEXT, present(number(2)), "2");
}

static void references_become_the_names_people_know(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    assert_text_equal(esc_ref_text(&p.program, ESC_REF(ESC_REF_PERSON, 0)), "Ana Ruiz");
    assert_text_equal(esc_ref_text(&p.program, ESC_REF(ESC_REF_PERSON, 1)), "ben");
    assert_text_equal(esc_ref_text(&p.program, ESC_REF(ESC_REF_TEAM, 0)), "ops");
    assert_text_equal(esc_ref_text(&p.program, ESC_REF(ESC_REF_SCHEDULE, 0)), "oncall");
    assert_text_equal(esc_ref_text(&p.program, ESC_REF(ESC_REF_ROUTE, 0)), "support");
    assert_text_equal(esc_ref_text(&p.program, ESC_REF(ESC_REF_CHANNEL, 1)), "board");
    assert_text_equal(esc_ref_text(&p.program, ESC_REF(ESC_REF_ROLE, 3)), "last_resort");
    assert_text_equal(esc_ref_text(&p.program, ESC_REF(ESC_REF_ROLE, 4)), "owner");
    assert_text_equal(esc_ref_text(&p.program, ESC_REF(ESC_REF_FIELD, FIELD_NOTE)), "note");
    assert_text_equal(esc_ref_text(&p.program, ESC_REF(ESC_REF_TEMPLATE, 0)), "incident");
    assert_text_equal(esc_ref_text(&p.program, ESC_REF(ESC_REF_TEXT, p.meta[0].name)), "acme");
    program_release(&p);
}

static void a_title_goes_before_the_name(void **state)
{
    (void)state;
    TestProgram p;
    program_begin(&p);
    program_finish(&p);
    uint32_t title = p.meta[0].name;
    p.persons[1].title = p.teams[0].title = p.schedules[0].title = title;
    p.channels[1].title = p.templates[0].title = title;
    static const EscRef refs[] = {ESC_REF(ESC_REF_PERSON, 1), ESC_REF(ESC_REF_TEAM, 0),
                                  ESC_REF(ESC_REF_SCHEDULE, 0), ESC_REF(ESC_REF_CHANNEL, 1),
                                  ESC_REF(ESC_REF_TEMPLATE, 0)};
    for (size_t i = 0; i < ESC_COUNT_OF(refs); i++)
        assert_text_equal(esc_ref_text(&p.program, refs[i]), "acme");
    program_release(&p);
}

static void texts_are_percent_encoded_for_urls(void **state)
{
    (void)state;
    assert_text(ESC_OP_URL_ENCODE, text("aZ09-._~"), "aZ09-._~");
    assert_text(ESC_OP_URL_ENCODE, text("a b/c?d=e&f%"), "a%20b%2Fc%3Fd%3De%26f%25");
    assert_text(ESC_OP_URL_ENCODE, text("\xc3\xbc"), "%C3%BC");
    assert_text(ESC_OP_URL_ENCODE, text(""), "");
}

static void values_lose_the_marks_of_authors(void **state)
{
    (void)state;
    assert_text(ESC_OP_UNMARK, text(""), "");
    assert_text(ESC_OP_UNMARK, text("plain \xef\xb7\x95"), "plain \xef\xb7\x95");
    assert_text(ESC_OP_UNMARK, text(ESC_MARK_SAY "AWAY" ESC_MARK_NEXT "x" ESC_MARK_SAID), "AWAYx");
    assert_text(ESC_OP_UNMARK, text(ESC_MARK_OWN "<!here>" ESC_MARK_END " x" ESC_MARK_OWN),
                "<!here> x");
}

/* `size` bytes of `unit` repeated; the last repetition may be cut, which the caller avoids. */
static EscText repeated(const char *unit, size_t size)
{
    static char data[2 * ESC_TEXT_MAX];
    size_t step = strlen(unit);
    for (size_t at = 0; at < size; at += step)
        memcpy(data + at, unit, step);
    return (EscText){data, size};
}

/* Whoever reads it sees that something is not there. */
static void assert_cut(EscValue value, size_t size)
{
    EscText text = apply(ESC_OP_TO_TEXT, value, NULL, 0).value.text;
    assert_int_equal(text.size, size);
    assert_true(esc_utf8_is_valid(text, NULL));
    assert_true(esc_text_ends_with(text, ESC_TEXT("\xe2\x80\xa6")));
}

static void texts_are_cut_between_characters(void **state)
{
    (void)state;
    EscValue whole = {.type = ESC_TYPE(ESC_KIND_TEXT),
                      .text = repeated("\xe2\x82\xac", 4095)}; /* € takes 3 bytes */
    assert_int_equal(apply(ESC_OP_TO_TEXT, whole, NULL, 0).value.text.size, 4095);
    EscText item = whole.text;
    const EscText items[] = {item, item};
    assert_cut(list(items, 2), 4092 + 3); /* the comma fitted, the blank did not: both go */
    EscText two[] = {{"x", 1}, {repeated("\xe2\x82\xac", 4095).data, 4095}};
    assert_cut(list(two, 2), 3 + 4089 + 3);
    /* 9 bytes for each character: 455 characters fit. */
    assert_int_equal(apply(ESC_OP_URL_ENCODE, whole, NULL, 0).value.text.size, 9 * 455);
}

static void loads_are_cut_to_what_a_register_holds(void **state)
{
    (void)state;
    EscValue value = {.type = ESC_TYPE(ESC_KIND_TEXT), .text = repeated("\xe2\x82\xac", 4200)};
    Outcome outcome = apply(ESC_OP_MOVE, value, NULL, 0);
    assert_status(outcome.status, ESC_OK);
    assert_int_equal(outcome.value.text.size, 4095);
}

/* --- optional values --------------------------------------------------------------------------------------------------- */

static void optional_values_are_tested_and_wrapped(void **state)
{
    (void)state;
    assert_true(apply(ESC_OP_IS_PRESENT, present(number(1)), NULL, 0).value.truth);
    assert_false(apply(ESC_OP_IS_PRESENT, missing(ESC_KIND_NUMBER), NULL, 0).value.truth);
    Outcome wrapped = apply(ESC_OP_WRAP, number(1), NULL, 0);
    assert_true(esc_value_equal(wrapped.value, present(number(1))));
    Outcome value = apply(ESC_OP_UNWRAP, present(number(7)), NULL, 3);
    assert_true(esc_value_equal(value.value, number(7)));
    Outcome none = apply(ESC_OP_UNWRAP, missing(ESC_KIND_NUMBER), NULL, 3);
    assert_true(esc_value_equal(none.value, truth(true))); /* register 0 stays as it was */
}

static void values_are_equal_in_type_presence_and_content(void **state)
{
    (void)state;
    static const EscText items[] = {{"a", 1}, {"b", 1}, {"a", 1}};
    const EscValue values[] = {number(1),
                               number(2),
                               text("a"),
                               text("b"),
                               truth(true),
                               truth(false),
                               duration(1),
                               moment(1),
                               severity(1),
                               severity(2),
                               list(items, 2),
                               list(items, 1),
                               list(items + 1, 2),
                               missing(ESC_KIND_TEXT),
                               missing(ESC_KIND_NUMBER),
                               present(text("a")),
                               {.type = ESC_TYPE(ESC_KIND_REF), .ref = 1},
                               {.type = ESC_TYPE(ESC_KIND_REF), .ref = 2},
                               {.type = 0}};
    for (size_t i = 0; i < ESC_COUNT_OF(values); i++) {
        for (size_t k = 0; k < ESC_COUNT_OF(values); k++)
            assert_int_equal(esc_value_equal(values[i], values[k]), i == k);
    }
    assert_true(esc_value_equal(list(items, 1), list(items + 2, 1))); /* content, not place */
}

/* What a host gives is looked at before it gets a register. */
static void loads_over_a_bound_are_trapped(void **state)
{
    (void)state;
    static EscText items[ESC_LIST_ITEMS_MAX + 1];
    static char data[ESC_TEXT_MAX + 1];
    for (size_t i = 0; i < ESC_COUNT_OF(items); i++)
        items[i] = ESC_TEXT("x");
    assert_status(apply(ESC_OP_MOVE, list(items, ESC_LIST_ITEMS_MAX), NULL, 0).status, ESC_OK);
    assert_status(apply(ESC_OP_MOVE, list(items, ESC_LIST_ITEMS_MAX + 1), NULL, 0).status,
                  ESC_TRAP);
    memset(data, 'x', sizeof data);
    items[7] = (EscText){data, ESC_TEXT_MAX};
    assert_status(apply(ESC_OP_MOVE, list(items, 8), NULL, 0).status, ESC_OK);
    items[7].size++;
    assert_status(apply(ESC_OP_MOVE, list(items, 8), NULL, 0).status, ESC_TRAP);
    assert_status(apply(ESC_OP_MOVE, severity(3), NULL, 0).status, ESC_TRAP);
    assert_status(apply(ESC_OP_MOVE, number(INFINITY), NULL, 0).status, ESC_TRAP);
    EscValue absent = number(1);
    absent.is_missing = true; /* of a plain type */
    assert_status(apply(ESC_OP_MOVE, absent, NULL, 0).status, ESC_TRAP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons_of_numbers),
        cmocka_unit_test(comparisons_of_durations_and_times),
        cmocka_unit_test(comparisons_of_truths_enums_and_references),
        cmocka_unit_test(comparisons_of_texts),
        cmocka_unit_test(numbers_are_doubles_and_stay_finite),
        cmocka_unit_test(durations_and_times_saturate),
        cmocka_unit_test(the_ends_of_time_are_found_exactly),
        cmocka_unit_test(durations_in_units_are_rounded_down),
        cmocka_unit_test(values_become_texts_as_people_read_them),
        cmocka_unit_test(references_become_the_names_people_know),
        cmocka_unit_test(a_title_goes_before_the_name),
        cmocka_unit_test(texts_are_percent_encoded_for_urls),
        cmocka_unit_test(values_lose_the_marks_of_authors),
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(loads_are_cut_to_what_a_register_holds),
        cmocka_unit_test(optional_values_are_tested_and_wrapped),
        cmocka_unit_test(values_are_equal_in_type_presence_and_content),
        cmocka_unit_test(loads_over_a_bound_are_trapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
