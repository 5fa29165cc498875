/* test_import_parts.c - what all readers stand on: names, times, hours of a week, conditions, who is on call by the model. */
#include <stdlib.h>

#include "import_scene.h"
#include "support/test.h"
#include "write.h"

typedef struct Scene {
    EscImportRequest request;
    EscModel model;
} Scene;

static int set_up(void **state)
{
    Scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    scene->request = import_request(NULL, 0);
    scene->model.request = &scene->request;
    scene->model.timezone = ESC_TEXT("UTC");
    scene->model.arena = esc_arena_new((size_t)64 << 20);
    assert_non_null(scene->model.arena);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    Scene *scene = *state;
    esc_names_free(scene->model.names);
    esc_names_free(scene->model.index);
    esc_arena_free(scene->model.arena);
    free(scene);
    return 0;
}

static void assert_text(EscText text, const char *wanted)
{
    assert_int_equal(text.size, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.size);
}

/* --- names ----------------------------------------------------------------------------------------- */

static void names_are_of_small_latin_letters(void **state)
{
    EscModel *model = &((Scene *)*state)->model;
    static const char *const CASES[][2] = {
        {"Jörg Müller", "joerg_mueller"},
        {"Sam O'Neill", "sam_oneill"},
        {"Ærøskøbing / Łódź", "aeroskobing_lodz"},
        {"24x7 -- on call!", "24x7_on_call"},
        {"Аня Иванова", ""},
        {"___", ""},
        {"a name that is far longer than forty bytes are",
         "a_name_that_is_far_longer_than_forty_byt"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(CASES); i++)
        assert_text(esc_name_of(model, esc_text_from(CASES[i][0])), CASES[i][1]);
}

static void every_thing_has_a_name_of_its_own(void **state)
{
    EscModel *model = &((Scene *)*state)->model;
    static const char *const TITLES[] = {"Lena Vogt", "Lena Zwei", "Sam O'Neill",
                                         "Аня",       "ticket",    "person"};
    static const char *const WANTED[] = {"lena_vogt", "lena_zwei",     "sam",
                                         "anya",      "person_ticket", "person_person"};
    for (size_t i = 0; i < ESC_COUNT_OF(TITLES); i++)
        (void)esc_model_person_add(model, MODEL_NONE, esc_text_from(TITLES[i]),
                                   esc_text_from(TITLES[i]));
    model->persons.items[3].contact[MODEL_EMAIL] = ESC_TEXT("anya@x.example");
    (void)esc_model_team_add(model, MODEL_NONE, ESC_TEXT("t"), ESC_TEXT("Sam"));
    (void)esc_model_team_add(model, MODEL_NONE, ESC_TEXT("u"), ESC_TEXT("9 to 5"));
    (void)esc_model_team_add(model, MODEL_NONE, ESC_TEXT("v"), ESC_TEXT("日本"));
    esc_names_give(model);
    for (size_t i = 0; i < ESC_COUNT_OF(WANTED); i++)
        assert_text(model->persons.items[i].name, WANTED[i]);
    assert_text(model->teams.items[0].name, "sam_2");
    assert_text(model->teams.items[1].name, "team_9_to_5");
    assert_text(model->teams.items[2].name, "team_team");
}

static void texts_stand_on_one_line_and_mean_nothing(void **state)
{
    EscModel *model = &((Scene *)*state)->model;
    EscBuf out;
    esc_buf_init(&out, 1000);
    write_text(model, &out, ESC_TEXT("a \"b\" {c} \\ \n\x1b[31m \xe2\x80\xaegnol"), 100);
    assert_text(esc_buf_as_text(&out), "\"a \\\"b\\\" \\{c} \\\\   [31m  gnol\"");
    esc_buf_clear(&out);
    write_comment(model, &out, ESC_TEXT("one\nperson x { }"));
    assert_text(esc_buf_as_text(&out), "# one person x { }\n");
    esc_buf_release(&out);
}

/* --- times --------------------------------------------------------------------------------------------- */

static void times_are_read_in_the_forms_of_exports(void **state)
{
    static const char *const SAME[] = {"2026-01-05T08:00:00.000Z",
                                       "2026-01-05T08:00:00Z",
                                       "2026-01-05 08:00",
                                       "2026-01-05T09:00:00+01:00",
                                       "2026-01-05T09:00:00+0100",
                                       "1767600000000",
                                       "1767600000",
                                       "2026-01-05T08:00Z"};
    static const char *const NONE[] = {"",
                                       "whenever",
                                       "2026-13-05T08:00:00Z",
                                       "12",
                                       "2026-01-05T25:00:00Z",
                                       "20260105T080000Z",
                                       "99999999999999999999"};
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(SAME); i++) {
        int64_t at = 0;
        assert_true(esc_clock_read(esc_text_from(SAME[i]), &at));
        assert_int_equal(at, INT64_C(1767600000000));
    }
    for (size_t i = 0; i < ESC_COUNT_OF(NONE); i++) {
        int64_t at = 0;
        assert_false(esc_clock_read(esc_text_from(NONE[i]), &at));
    }
    int64_t day = 0;
    assert_true(esc_clock_read(ESC_TEXT("2026-01-05"), &day));
    assert_int_equal(day, INT64_C(1767571200000));
}

static void clocks_that_jump_have_one_instant_for_each_time(void **state)
{
    EscModel *model = &((Scene *)*state)->model;
    EscText zone = ESC_TEXT("Test/Summer");
    int64_t gap =
        IMPORT_SUMMER_MS + ESC_HOUR_MS + 30 * ESC_MINUTE_MS; /* 02:30, which is never shown */
    int64_t twice =
        IMPORT_WINTER_MS + ESC_HOUR_MS + 30 * ESC_MINUTE_MS; /* 02:30, which is shown two times */
    assert_int_equal(esc_clock_instant(model, zone, gap), IMPORT_SUMMER_MS);
    assert_int_equal(esc_clock_instant(model, zone, twice), IMPORT_WINTER_MS - 30 * ESC_MINUTE_MS);
    assert_int_equal(esc_clock_local(model, zone, IMPORT_SUMMER_MS),
                     IMPORT_SUMMER_MS + 2 * ESC_HOUR_MS);
    assert_int_equal(esc_clock_instant(model, ESC_TEXT("Test/East"), 7200000), 0);
}

/* --- hours --------------------------------------------------------------------------------------------------- */

static void hours_become_lines_of_a_calendar(void **state)
{
    static const ModelHours WEEK[] = {{8 * 60, 18 * 60},
                                      {MODEL_DAY_MIN + 8 * 60, MODEL_DAY_MIN + 18 * 60},
                                      {4 * MODEL_DAY_MIN + 18 * 60, 7 * MODEL_DAY_MIN + 8 * 60}};
    uint8_t minutes[MODEL_WEEK_MIN] = {0};
    uint32_t from = 0, until = 0;
    EscBuf out;
    (void)state;
    esc_buf_init(&out, 1000);
    esc_hours_mark(WEEK, ESC_COUNT_OF(WEEK), minutes);
    assert_false(esc_hours_daily(minutes, &from, &until));
    esc_hours_write(&out, minutes);
    assert_text(esc_buf_as_text(&out),
                "mon 00:00..18:00\ntue 08:00..18:00\nfri 18:00..24:00\nsat, sun 00:00..24:00\n");
    esc_buf_release(&out);
}

static void the_same_hours_of_every_day_may_pass_midnight(void **state)
{
    uint8_t minutes[MODEL_WEEK_MIN] = {0};
    uint32_t from = 0, until = 0;
    (void)state;
    for (uint32_t day = 0; day < 7; day++) {
        ModelHours night = {day * MODEL_DAY_MIN + 18 * 60, day * MODEL_DAY_MIN + 32 * 60};
        esc_hours_mark(&night, 1, minutes);
    }
    assert_true(esc_hours_daily(minutes, &from, &until));
    assert_int_equal(from, 18 * 60);
    assert_int_equal(until, 8 * 60);
}

/* --- conditions -------------------------------------------------------------------------------------------------- */

static const ModelTest *single(EscModel *model, ModelTestKind kind, const char *field,
                               const char *value)
{
    return esc_test_of(model, kind, esc_text_from(field), esc_text_from(value), false);
}

static void what_excludes_itself_never_holds(void **state)
{
    EscModel *model = &((Scene *)*state)->model;
    const ModelTest *a = single(model, MODEL_EQUALS, "ticket.labels.team", "a"),
                    *b = single(model, MODEL_EQUALS, "ticket.labels.team", "b");
    const ModelTest *begins = single(model, MODEL_STARTS, "ticket.labels.team", "x"),
                    *other = single(model, MODEL_EQUALS, "ticket.labels.job", "b");
    assert_int_equal(esc_test_both(model, MODEL_ALL, a, b)->kind, MODEL_NEVER);
    assert_int_equal(esc_test_both(model, MODEL_ALL, a, esc_test_not(model, a))->kind, MODEL_NEVER);
    assert_int_equal(esc_test_both(model, MODEL_ALL, a, begins)->kind, MODEL_NEVER);
    assert_int_equal(esc_test_both(model, MODEL_ALL, a, other)->kind, MODEL_ALL);
    assert_int_equal(esc_test_both(model, MODEL_ANY, a, b)->kind, MODEL_ANY);
    assert_int_equal(esc_test_both(model, MODEL_ANY, a, esc_test_not(model, a))->kind, MODEL_EVERY);
}

static void what_says_nothing_is_left_out(void **state)
{
    EscModel *model = &((Scene *)*state)->model;
    const ModelTest *a = single(model, MODEL_EQUALS, "ticket.labels.team", "ab"),
                    *b = single(model, MODEL_EQUALS, "ticket.labels.team", "b");
    const ModelTest *begins = single(model, MODEL_STARTS, "ticket.labels.team", "a"),
                    *either = esc_test_both(model, MODEL_ANY, a, b);
    assert_int_equal(esc_test_both(model, MODEL_ALL, a, begins)->kind, MODEL_EQUALS);
    assert_int_equal(esc_test_both(model, MODEL_ALL, a, esc_test_not(model, b))->kind,
                     MODEL_EQUALS);
    assert_int_equal(esc_test_both(model, MODEL_ANY, a, begins)->kind, MODEL_STARTS);
    assert_int_equal(esc_test_both(model, MODEL_ALL, either, begins)->kind,
                     MODEL_EQUALS); /* b does not begin so */
    const ModelTest *neither = esc_test_not(model, either);
    assert_int_equal(neither->kind, MODEL_ALL);
    assert_int_equal(esc_test_both(model, MODEL_ALL, neither, a)->kind, MODEL_NEVER);
}

static void fixed_values_are_tried_one_by_one(void **state)
{
    EscModel *model = &((Scene *)*state)->model;
    EscText field = esc_model_field(model, ESC_TEXT("rank"), "p3 < p2 < p1 default p2", "");
    const ModelTest *more = esc_test_of(model, MODEL_MORE, field, ESC_TEXT("p3"), true),
                    *less = esc_test_of(model, MODEL_LESS, field, ESC_TEXT("p2"), true);
    const ModelTest *first = esc_test_of(model, MODEL_EQUALS, field, ESC_TEXT("p1"), true);
    assert_int_equal(esc_test_both(model, MODEL_ALL, more, less)->kind, MODEL_NEVER);
    assert_int_equal(esc_test_both(model, MODEL_ALL, more, first)->kind, MODEL_EQUALS);
    assert_true(esc_model_test_holds(model, more, ESC_TEXT("p2")));
    assert_false(esc_model_test_holds(model, more, ESC_TEXT("p3")));
    assert_text(esc_type_default(model, field), "p2");
}

/* --- who is on call ----------------------------------------------------------------------------------------------------- */

#define MONDAY_MS INT64_C(1767571200000) /* 2026-01-05T00:00Z */

static ModelRotation *rotation(EscModel *model, ModelUnit unit, uint32_t length, unsigned people)
{
    ModelSchedule *schedule =
        esc_model_schedule_add(model, MODEL_NONE, ESC_TEXT("s"), ESC_TEXT("s"), ESC_TEXT("UTC"));
    ModelTrack *track = MODEL_ADD(model, schedule->tracks);
    ModelLayer *layer = MODEL_ADD(model, track->layers);
    ModelRotation *made = MODEL_ADD(model, layer->rotations);
    made->unit = unit;
    made->length = length;
    made->from_ms = MONDAY_MS;
    made->until_ms = INT64_MAX;
    for (unsigned i = 0; i < people; i++) {
        (void)esc_model_person_add(model, MODEL_NONE, (EscText){0}, ESC_TEXT("p"));
        *MODEL_ADD(model, made->turns) = (ModelTarget){MODEL_PERSON, i};
    }
    return made;
}

static void assert_on_call(const EscModel *model, int64_t at_ms, uint32_t wanted)
{
    uint32_t found[4] = {MODEL_NONE};
    size_t count = esc_evaluate(model, (ModelTarget){MODEL_SCHEDULE, 0}, at_ms, found, 4);
    assert_int_equal(count, wanted == MODEL_NONE ? 0 : 1);
    assert_int_equal(found[0], wanted);
}

static void turns_follow_each_other(void **state)
{
    EscModel *model = &((Scene *)*state)->model;
    ModelRotation *turns = rotation(model, MODEL_BY_HOUR, 8, 3);
    assert_on_call(model, MONDAY_MS - 1, MODEL_NONE);
    assert_on_call(model, MONDAY_MS, 0);
    assert_on_call(model, MONDAY_MS + 8 * ESC_HOUR_MS - 1, 0);
    assert_on_call(model, MONDAY_MS + 8 * ESC_HOUR_MS, 1);
    assert_on_call(model, MONDAY_MS + 24 * ESC_HOUR_MS, 0);
    assert_int_equal(esc_evaluate_next(model, (ModelTarget){MODEL_SCHEDULE, 0}, MONDAY_MS + 1),
                     MONDAY_MS + 8 * ESC_HOUR_MS);
    turns->unit = MODEL_BY_WEEK;
    turns->length = 2;
    assert_on_call(model, MONDAY_MS + 14 * ESC_DAY_MS - 1, 0);
    assert_on_call(model, MONDAY_MS + 14 * ESC_DAY_MS, 1);
    turns->unit = MODEL_BY_MONTH; /* from the fifth to the fifth */
    turns->length = 1;
    assert_on_call(model, MONDAY_MS + 31 * ESC_DAY_MS - 1, 0);
    assert_on_call(model, MONDAY_MS + 31 * ESC_DAY_MS, 1);
    turns->unit = MODEL_BY_WEEKDAY;
    turns->weekdays = 1 | 1 << 3; /* Monday and Thursday */
    assert_on_call(model, MONDAY_MS + 3 * ESC_DAY_MS - 1, 0);
    assert_on_call(model, MONDAY_MS + 3 * ESC_DAY_MS, 1);
    assert_on_call(model, MONDAY_MS + 7 * ESC_DAY_MS, 2);
    turns->until_ms = MONDAY_MS + 7 * ESC_DAY_MS;
    assert_on_call(model, MONDAY_MS + 7 * ESC_DAY_MS, MODEL_NONE);
}

static void who_is_away_is_stood_in_for_or_passed_over(void **state)
{
    EscModel *model = &((Scene *)*state)->model;
    (void)rotation(model, MODEL_BY_DAY, 1, 2);
    *MODEL_ADD(model, model->persons.items[0].absences) = (ModelAbsence){
        .seen = MODEL_NONE, .from_ms = MONDAY_MS, .until_ms = MONDAY_MS + ESC_HOUR_MS, .deputy = 1};
    *MODEL_ADD(model, model->persons.items[0].absences) =
        (ModelAbsence){.seen = MODEL_NONE,
                       .from_ms = MONDAY_MS + ESC_HOUR_MS,
                       .until_ms = MONDAY_MS + 2 * ESC_HOUR_MS,
                       .deputy = MODEL_NONE};
    assert_on_call(model, MONDAY_MS, 1);
    assert_on_call(model, MONDAY_MS + ESC_HOUR_MS, MODEL_NONE);
    assert_on_call(model, MONDAY_MS + 2 * ESC_HOUR_MS, 0);
    *MODEL_ADD(model, model->schedules.items[0].overrides) =
        (ModelOverride){.seen = MODEL_NONE,
                        .from_ms = MONDAY_MS,
                        .until_ms = MONDAY_MS + ESC_DAY_MS,
                        .who = {MODEL_PERSON, 1},
                        .track = MODEL_NONE};
    assert_on_call(model, MONDAY_MS + 2 * ESC_HOUR_MS, 1);
    assert_on_call(model, MONDAY_MS + ESC_DAY_MS, 1);
}

static void the_next_one_has_the_order_moved_by_one(void **state)
{
    EscModel *model = &((Scene *)*state)->model;
    uint32_t found[2] = {MODEL_NONE, MODEL_NONE};
    (void)rotation(model, MODEL_BY_DAY, 1, 3);
    uint32_t next = esc_model_shifted(model, 0, 1), before = esc_model_shifted(model, 0, -1);
    assert_int_equal(esc_evaluate(model, (ModelTarget){MODEL_SCHEDULE, next}, MONDAY_MS, found, 2),
                     1);
    assert_int_equal(found[0], 1);
    assert_int_equal(
        esc_evaluate(model, (ModelTarget){MODEL_SCHEDULE, before}, MONDAY_MS, found, 2), 1);
    assert_int_equal(found[0], 2);
    assert_int_equal(esc_model_shifted(model, 0, 1), next);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        CASE(names_are_of_small_latin_letters),
        CASE(every_thing_has_a_name_of_its_own),
        CASE(texts_stand_on_one_line_and_mean_nothing),
        CASE(times_are_read_in_the_forms_of_exports),
        CASE(clocks_that_jump_have_one_instant_for_each_time),
        CASE(hours_become_lines_of_a_calendar),
        CASE(the_same_hours_of_every_day_may_pass_midnight),
        CASE(what_excludes_itself_never_holds),
        CASE(what_says_nothing_is_left_out),
        CASE(fixed_values_are_tried_one_by_one),
        CASE(turns_follow_each_other),
        CASE(who_is_away_is_stood_in_for_or_passed_over),
        CASE(the_next_one_has_the_order_moved_by_one),
    };
    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
