/* test_import_turns.c - duties of other tools as turns: which lie over one another, which stand beside each other, rules of calendars,
 * and the conditions of routes. */
#include "support/test.h"

#include <stdio.h>

#include "oncall/oncall.h"
#include "recurrence.h"
#include "shifts.h"

#define MONDAY INT64_C(1767571200000) /* 2026-01-05T00:00Z */

static bool is_zone(void *context, EscText zone)
{
    (void)context;
    (void)zone;
    return true;
}

static int64_t no_offset(void *context, EscText zone, int64_t at_ms)
{
    (void)context;
    (void)zone;
    (void)at_ms;
    return 0;
}

typedef struct Scene {
    EscModel model;
    EscImportRequest request;
    uint32_t schedule;
    Shifts shifts;
} Scene;

static const char *const PEOPLE[] = {"ana", "ben", "cem", "dora"};

static void begin(Scene *scene)
{
    memset(scene, 0, sizeof *scene);
    scene->request.doors = (EscImportDoors){.is_zone = is_zone, .offset_s = no_offset};
    scene->request.now_ms = MONDAY;
    scene->model.request = &scene->request;
    scene->model.arena = esc_arena_new((size_t)64 << 20);
    assert_non_null(scene->model.arena);
    for (size_t i = 0; i < ESC_COUNT_OF(PEOPLE); i++)
        (void)esc_model_person_add(&scene->model, MODEL_NONE, esc_text_from(PEOPLE[i]),
                                   esc_text_from(PEOPLE[i]));
    uint32_t seen = esc_model_see(&scene->model, "schedule", ESC_TEXT("s"), ESC_TEXT("here"));
    (void)esc_model_schedule_add(&scene->model, seen, ESC_TEXT("s"), ESC_TEXT("s"),
                                 ESC_TEXT("UTC"));
}

static void end(Scene *scene)
{
    esc_names_free(scene->model.index);
    esc_arena_free(scene->model.arena);
}

/* Somebody who is always there, at a level; within one day's hours where `hours` is not 0. */
static Shift *always(Scene *scene, const char *who, int64_t level, unsigned day, unsigned hours)
{
    Shift *shift = MODEL_ADD(&scene->model, scene->shifts);
    shift->seen = MODEL_NONE;
    shift->title = esc_text_from(who);
    shift->level = level;
    shift->rotation.until_ms = INT64_MAX;
    assert_true(rotation_turn(&scene->model, &shift->rotation, esc_text_from(who), (EscText){0}));
    if (hours > 0)
        rotation_hours(&scene->model, &shift->rotation, day, 0, (int64_t)hours * 60);
    return shift;
}

/* "ana ben": who is on call so many hours behind Monday, in the order of the people. */
static void expect_at(Scene *scene, int64_t hours, const char *expected)
{
    uint32_t persons[8];
    char text[64] = "";
    ModelTarget target = {.kind = MODEL_SCHEDULE, .index = scene->schedule};
    size_t count = esc_evaluate(&scene->model, target, MONDAY + hours * ESC_HOUR_MS, persons, 8);
    for (size_t who = 0; who < ESC_COUNT_OF(PEOPLE); who++)
        for (size_t i = 0; i < count; i++)
            if (persons[i] == who)
                (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s",
                               text[0] == '\0' ? "" : " ", PEOPLE[who]);
    assert_string_equal(text, expected);
}

static size_t tracks(const Scene *scene)
{
    return scene->model.schedules.items[scene->schedule].tracks.count;
}

/* --- levels and places ------------------------------------------------------------------------------------ */

static void one_level_is_beside_each_other(void **state)
{
    Scene scene;
    (void)state;
    begin(&scene);
    always(&scene, "ana", 0, 0, 0);
    always(&scene, "ben", 0, 0, 0);
    shifts_put(&scene.model, scene.schedule, &scene.shifts);
    assert_int_equal(tracks(&scene), 2);
    expect_at(&scene, 5, "ana ben");
    end(&scene);
}

static void what_never_meets_shares_a_track(void **state)
{
    Scene scene;
    (void)state;
    begin(&scene);
    always(&scene, "ana", 0, 0, 24); /* Monday */
    always(&scene, "ben", 0, 1, 24); /* Tuesday */
    Shift *old = always(&scene, "cem", 0, 0, 0);
    old->rotation.until_ms = MONDAY;
    scene.shifts.items[0].rotation.from_ms = scene.shifts.items[1].rotation.from_ms = MONDAY;
    shifts_put(&scene.model, scene.schedule, &scene.shifts);
    assert_int_equal(tracks(&scene), 1);
    expect_at(&scene, 5, "ana");
    expect_at(&scene, 24, "ben");
    expect_at(&scene, 48, "");
    end(&scene);
}

static void hours_past_the_end_of_the_week_meet_monday(void **state)
{
    Scene scene;
    (void)state;
    begin(&scene);
    always(&scene, "ana", 0, 6, 30); /* Sunday until Monday 06:00 */
    always(&scene, "ben", 0, 0, 24);
    shifts_put(&scene.model, scene.schedule, &scene.shifts);
    assert_int_equal(tracks(&scene), 2);
    expect_at(&scene, 5, "ana ben");
    expect_at(&scene, 6, "ben");
    end(&scene);
}

static void a_higher_level_hides_all_below(void **state)
{
    Scene scene;
    (void)state;
    begin(&scene);
    always(&scene, "ana", 1, 0, 0);
    always(&scene, "ben", 1, 0, 0);
    always(&scene, "cem", 7, 0, 24); /* Monday */
    always(&scene, "dora", 7, 0, 12);
    shifts_put(&scene.model, scene.schedule, &scene.shifts);
    assert_int_equal(tracks(&scene), 2);
    expect_at(&scene, 5, "cem dora");
    expect_at(&scene, 13, "cem"); /* and neither ana nor ben in the other track */
    expect_at(&scene, 24, "ana ben");
    end(&scene);
}

static void more_than_eight_at_once_are_noted(void **state)
{
    Scene scene;
    (void)state;
    begin(&scene);
    for (unsigned i = 0; i < SHIFTS_TRACKS_MAX + 1; i++)
        always(&scene, PEOPLE[i % 4], 0, 0, 0)->seen =
            esc_model_see(&scene.model, "shift", ESC_TEXT("x"), ESC_TEXT("here"));
    shifts_put(&scene.model, scene.schedule, &scene.shifts);
    assert_int_equal(tracks(&scene), SHIFTS_TRACKS_MAX);
    assert_int_equal(scene.model.seen.items[SHIFTS_TRACKS_MAX].fate, MODEL_UNSETTLED);
    assert_int_equal(scene.model.seen.items[SHIFTS_TRACKS_MAX + 1].fate, MODEL_LEFT);
    end(&scene);
}

/* --- turns -------------------------------------------------------------------------------------------------- */

static ModelRotation turns(Scene *scene, ModelUnit unit, uint32_t length)
{
    ModelRotation rotation = {
        .unit = unit, .length = length, .from_ms = MONDAY, .until_ms = INT64_MAX};
    for (size_t i = 0; i < 3; i++)
        (void)rotation_turn(&scene->model, &rotation, esc_text_from(PEOPLE[i]), (EscText){0});
    return rotation;
}

static void expect_forward(ModelUnit unit, uint32_t length, int64_t at_hours, int64_t from_hours,
                           uint32_t first)
{
    Scene scene;
    begin(&scene);
    ModelRotation rotation = turns(&scene, unit, length);
    rotation_forward(&scene.model, ESC_TEXT("UTC"), &rotation, MONDAY + at_hours * ESC_HOUR_MS);
    assert_int_equal((rotation.from_ms - MONDAY) / ESC_HOUR_MS, from_hours);
    assert_int_equal(rotation.turns.items[0].index, first);
    assert_int_equal(rotation.turns.items[1].index, (first + 1) % 3);
    end(&scene);
}

static void a_rotation_goes_forward_and_back(void **state)
{
    (void)state;
    expect_forward(MODEL_BY_WEEK, 1, 0, 0, 0);
    expect_forward(MODEL_BY_WEEK, 1, 7 * 24 - 1, 0, 0);
    expect_forward(MODEL_BY_WEEK, 1, 7 * 24, 7 * 24, 1);
    expect_forward(MODEL_BY_WEEK, 2, 30 * 24, 28 * 24, 2);
    expect_forward(MODEL_BY_DAY, 1, -1, -24, 2);
    expect_forward(MODEL_BY_HOUR, 8, 25, 24, 0);
    expect_forward(MODEL_BY_MONTH, 1, 31 * 24, 31 * 24,
                   1); /* from the 5th to the 5th of February */
    expect_forward(MODEL_BY_MONTH, 1, 31 * 24 - 1, 0, 0);
    expect_forward(MODEL_BY_MONTH, 1, -31 * 24, -31 * 24, 2);
}

static void lengths_of_turns(void **state)
{
    static const struct {
        int64_t seconds;
        bool is_whole;
        ModelUnit unit;
        uint32_t length;
    } rows[] = {{604800, true, MODEL_BY_WEEK, 1},     {1209600, true, MODEL_BY_WEEK, 2},
                {86400, true, MODEL_BY_DAY, 1},       {172800, true, MODEL_BY_DAY, 2},
                {28800, true, MODEL_BY_HOUR, 8},      {3600, true, MODEL_BY_HOUR, 1},
                {3599, false, MODEL_BY_HOUR, 1},      {5400, false, MODEL_BY_HOUR, 2},
                {0, false, MODEL_BY_HOUR, 1},         {-5, false, MODEL_BY_HOUR, 1},
                {INT64_MAX, false, MODEL_BY_DAY, 400}};
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        ModelRotation rotation = {0};
        assert_int_equal(rotation_length(&rotation, rows[i].seconds), rows[i].is_whole);
        assert_int_equal(rotation.unit, rows[i].unit);
        assert_int_equal(rotation.length, rows[i].length);
    }
}

static void times_of_day_and_days_of_the_week(void **state)
{
    (void)state;
    assert_int_equal(minute_of_day(ESC_TEXT("00:00")), 0);
    assert_int_equal(minute_of_day(ESC_TEXT("23:59:59Z")), 23 * 60 + 59);
    static const char *const WRONG[] = {"", "9:00", "24:00", "12:60", "ab:cd", "1200 ", "12.00"};
    for (size_t i = 0; i < ESC_COUNT_OF(WRONG); i++)
        assert_int_equal(minute_of_day(esc_text_from(WRONG[i])), -1);
    assert_int_equal(weekday_of(ESC_TEXT("MO")), 0);
    assert_int_equal(weekday_of(ESC_TEXT("SU")), 6);
    assert_int_equal(weekday_of(ESC_TEXT("mo")), -1);
}

/* --- rules ---------------------------------------------------------------------------------------------------- */

typedef struct RuleCase {
    const char *rule;
    unsigned hours; /* of each occurrence */
    int64_t occurrences;
    ModelUnit unit;
    uint32_t length;
    const char *turns; /* by index of the person; - is nobody; NULL: it cannot be said */
    size_t spans;      /* of hours */
} RuleCase;

static const RuleCase RULES[] = {
    {"RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 9, 5, MODEL_BY_WEEK, 1, "012", 5},
    {"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 9, 10, MODEL_BY_WEEK, 2, "012", 5},
    {"FREQ=WEEKLY;BYDAY=MO,TH", 9, 1, MODEL_BY_WEEKDAY, 1, "012", 2},
    {"FREQ=WEEKLY;BYDAY=MO,TH", 9, 3, MODEL_BY_WEEKDAY, 1, "000111222", 2},
    {"FREQ=WEEKLY", 168, 0, MODEL_BY_WEEK, 1, "012", 0},
    {"FREQ=WEEKLY", 10, 0, MODEL_BY_WEEK, 1, "012", 1},
    {"FREQ=WEEKLY;INTERVAL=2", 336, 0, MODEL_BY_WEEK, 2, "012", 0},
    {"FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU", 24, 0, MODEL_BY_WEEK, 1, "0-1-2-", 2},
    {"FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU", 24, 3, MODEL_BY_WEEK, 1, NULL, 0},
    {"FREQ=DAILY", 24, 1, MODEL_BY_DAY, 1, "012", 0},
    {"FREQ=DAILY", 12, 1, MODEL_BY_DAY, 1, "012", 7},
    {"FREQ=DAILY", 24, 3, MODEL_BY_DAY, 3, "012", 0},
    {"FREQ=DAILY;INTERVAL=3", 72, 1, MODEL_BY_DAY, 3, "012", 0},
    {"FREQ=DAILY;INTERVAL=3", 24, 1, MODEL_BY_DAY, 1, "0--1--2--", 7},
    {"FREQ=DAILY;INTERVAL=3", 48, 1, MODEL_BY_DAY, 1, NULL, 0},
    {"FREQ=DAILY;BYDAY=MO,TU", 9, 2, MODEL_BY_WEEKDAY, 1, "001122", 2},
    {"FREQ=DAILY;INTERVAL=2;BYDAY=MO", 9, 1, MODEL_BY_DAY, 1, NULL, 0},
    {"FREQ=HOURLY;INTERVAL=6", 6, 1, MODEL_BY_HOUR, 6, "012", 0},
    {"FREQ=HOURLY;INTERVAL=6", 5, 1, MODEL_BY_HOUR, 6, NULL, 0},
    {"FREQ=MONTHLY", 28 * 24, 1, MODEL_BY_MONTH, 1, "012", 0},
    {"FREQ=MONTHLY", 24, 1, MODEL_BY_MONTH, 1, NULL, 0},
    {"FREQ=DAILY", 0, 1, MODEL_BY_DAY, 1, NULL, 0},
};

static void expect_rule(const RuleCase *row)
{
    Scene scene;
    Recurrence recurrence;
    const char *why = NULL;
    char got[64] = "";
    begin(&scene);
    ModelRotation rotation = turns(&scene, MODEL_ALWAYS, 1);
    assert_true(recurrence_read(esc_text_from(row->rule), &recurrence));
    recurrence.start_ms = MONDAY;
    recurrence.duration_ms = row->hours * ESC_HOUR_MS;
    bool can = recurrence_rotation(&scene.model, ESC_TEXT("UTC"), &recurrence, row->occurrences,
                                   &rotation, &why);
    assert_int_equal(can, row->turns != NULL);
    if (!can) {
        assert_non_null(why);
        end(&scene);
        return;
    }
    assert_int_equal(rotation.unit, row->unit);
    assert_int_equal(rotation.length, row->length);
    for (size_t i = 0; i < rotation.turns.count && i + 1 < sizeof got; i++) {
        uint32_t who = rotation.turns.items[i].index;
        got[i] = scene.model.persons.items[who].is_nobody ? '-' : (char)('0' + who);
    }
    assert_string_equal(got, row->turns);
    assert_int_equal(rotation.hours.count, row->spans);
    end(&scene);
}

static void rules_become_turns(void **state)
{
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(RULES); i++)
        expect_rule(&RULES[i]);
}

static void rules_are_read(void **state)
{
    Recurrence recurrence;
    (void)state;
    assert_true(recurrence_read(
        ESC_TEXT("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=TU;UNTIL=20260105T000000Z"),
        &recurrence));
    assert_int_equal(recurrence.unit, RECURRENCE_WEEKLY);
    assert_int_equal(recurrence.interval, 2);
    assert_int_equal(recurrence.weekdays, 0x41);
    assert_int_equal(recurrence.week_start, 1);
    assert_int_equal(recurrence.until_ms, MONDAY);
    assert_false(recurrence.has_more);
    assert_true(recurrence_read(ESC_TEXT("FREQ=DAILY;UNTIL=20260104;COUNT=3"), &recurrence));
    assert_int_equal(recurrence.until_ms, MONDAY - 1000);
    assert_true(recurrence.has_more);
    static const char *const WRONG[] = {"",
                                        "RRULE:",
                                        "FREQ",
                                        "FREQ=YEARLY",
                                        "INTERVAL=2",
                                        "FREQ=DAILY;INTERVAL=0",
                                        "FREQ=DAILY;INTERVAL=x",
                                        "FREQ=DAILY;INTERVAL=99999999",
                                        "FREQ=WEEKLY;BYDAY=1MO",
                                        "FREQ=WEEKLY;BYDAY=M",
                                        "FREQ=DAILY;UNTIL=2026",
                                        "FREQ=DAILY;UNTIL=20261399T000000Z",
                                        "FREQ=DAILY;WKST=XX",
                                        "FREQ=DAILY;;"};
    for (size_t i = 0; i < ESC_COUNT_OF(WRONG); i++)
        assert_false(recurrence_read(esc_text_from(WRONG[i]), &recurrence));
}

/* --- conditions of routes ---------------------------------------------------------------------------------------- */

/* "(and (= labels.severity critical) (not (has payload.title x)))" */
static void test_write(EscBuf *out, const ModelTest *test)
{
    static const char *const SIGNS[] = {"every", "never",  "and",  "or", "not", "=",
                                        "has",   "starts", "ends", ">",  "<",   "there"};
    esc_buf_printf(out, "(%s", test->kind < ESC_COUNT_OF(SIGNS) ? SIGNS[test->kind] : "?");
    if (test->field.size > 7)
        esc_buf_printf(out, " %.*s", (int)test->field.size - 7,
                       test->field.data + 7); /* without "ticket." */
    if (test->value.size > 0)
        esc_buf_printf(out, " %.*s", ESC_TEXT_ARG(test->value));
    for (const ModelTest *part = test->first; part != NULL; part = part->next) {
        esc_buf_char(out, ' ');
        test_write(out, part);
    }
    esc_buf_char(out, ')');
}

static const char *const CONDITIONS[][2] = {
    {"{{ payload.commonLabels.severity == \"critical\" }}", "(= labels.severity critical)"},
    {"{{payload.labels.team=='web'}}", "(= labels.team web)"},
    {"{{- payload[\"labels\"][\"Team Name\"] == 'web' -}}", "(= labels.team_name web)"},
    {"{{ payload.alerts[0].labels.job != \"x\" }}", "(not (= labels.job x))"},
    {"{{ \"db\" in payload.title }}", "(has payload.title db)"},
    {"{{ payload.get(\"state\") in [\"alerting\", \"ok\"] }}",
     "(or (= payload.state alerting) (= payload.state ok))"},
    {"{{ payload.state not in (\"ok\", \"pending\") }}",
     "(and (not (= payload.state ok)) (not (= payload.state pending)))"},
    {"{{ payload.a == \"1\" and (payload.b == \"2\" or not payload.c) }}",
     "(and (= payload.a 1) (or (= payload.b 2) (not (there payload.c))))"},
    {"{{ payload.a == \"1\" and payload.b == \"2\" and payload.d == \"3\" }}",
     "(and (= payload.a 1) (= payload.b 2) (= payload.d 3))"},
    {"{{ payload.a == \"1\" or payload.b == \"2\" and payload.d == \"3\" }}",
     "(or (= payload.a 1) (and (= payload.b 2) (= payload.d 3)))"},
    {"{{ payload.severity | lower == \"critical\" }}", NULL},
    {"{{ payload.severity.lower() == \"critical\" }}", NULL},
    {"{% if payload.a == \"1\" %}True{% endif %}", NULL},
    {"{{ payload.a == 1 }}", NULL},
    {"{{ payload.a == payload.b }}", NULL},
    {"{{ payload.a == \"b\\\"\" }}", NULL},
    {"{{ \"a\" == \"b\" }}", NULL},
    {"{{ payload == \"a\" }}", NULL},
    {"{{ payload.a == \"1\" and }}", NULL},
    {"{{ payload.a == \"1\" }} and more", NULL},
    {"{{ (payload.a == \"1\" }}", NULL},
    {"{{ payload.a in [] }}", NULL},
    {"{{ payload.a == \"1\"", NULL},
    {"{{", NULL},
    {"", NULL},
    {"{{ ((((((((((((((((((payload.a)))))))))))))))))) }}", NULL},
};

static EscStatus compose(void *context, EscText text, EscBuf *out)
{
    (void)context;
    esc_buf_text(out, text);
    return out->status;
}

static void conditions_of_routes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ESC_COUNT_OF(CONDITIONS); i++) {
        Scene scene;
        EscBuf out;
        begin(&scene);
        scene.request.doors.compose = compose;
        esc_buf_init(&out, 4096);
        const ModelTest *test = jinja_read(&scene.model, esc_text_from(CONDITIONS[i][0]));
        if (test != NULL)
            test_write(&out, test);
        assert_text_equal(esc_buf_as_text(&out), CONDITIONS[i][1] == NULL ? "" : CONDITIONS[i][1]);
        esc_buf_release(&out);
        end(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_level_is_beside_each_other),
        cmocka_unit_test(what_never_meets_shares_a_track),
        cmocka_unit_test(hours_past_the_end_of_the_week_meet_monday),
        cmocka_unit_test(a_higher_level_hides_all_below),
        cmocka_unit_test(more_than_eight_at_once_are_noted),
        cmocka_unit_test(a_rotation_goes_forward_and_back),
        cmocka_unit_test(lengths_of_turns),
        cmocka_unit_test(times_of_day_and_days_of_the_week),
        cmocka_unit_test(rules_become_turns),
        cmocka_unit_test(rules_are_read),
        cmocka_unit_test(conditions_of_routes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
