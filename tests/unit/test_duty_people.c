/* test_duty_people.c - which people a reference means: teams, roles, fields of the ticket, names, absences. */
#include "model_fixture.h"
#include "support/test.h"

static EscPeople find(Model *model, EscRef ref)
{
    EscPeople people;
    esc_people_find(model->engine, model->escalation, model->ticket, model->engine->schema.current,
                    ref, &people);
    return people;
}

static void leave(Model *model, const char *person, int64_t until_ms)
{
    EscAbsences *absences = &model->engine->absences;
    ESC_ENGINE_GROW(absences->items, absences->count, absences->capacity);
    absences->items[absences->count++] = (EscAbsence){
        .person = esc_engine_intern(model->engine, esc_text_from(person)), .until_ms = until_ms};
}

static void a_team_is_its_members_in_order(void **state)
{
    (void)state;
    Model *model = model_new();
    EscPeople people = find(model, ESC_REF(ESC_REF_TEAM, 0));
    assert_int_equal(people.count, 2);
    assert_text_equal(people.names[0], "ana");
    assert_text_equal(people.names[1], "ben");
    assert_text_equal(people.via, "ops");
    assert_true(esc_people_has(&people, ESC_TEXT("ben")));
    assert_false(esc_people_has(&people, ESC_TEXT("be")));
    model_free(model);
}

static void the_absent_are_named_apart(void **state)
{
    (void)state;
    Model *model = model_new();
    leave(model, "ana", MODEL_START_MS + 1);
    EscPeople people = find(model, ESC_REF(ESC_REF_TEAM, 0));
    assert_int_equal(people.count, 1);
    assert_text_equal(people.names[0], "ben");
    assert_int_equal(people.skipped_count, 1);
    assert_text_equal(people.skipped[0], "ana");
    model->engine->now_ms++;
    assert_int_equal(find(model, ESC_REF(ESC_REF_TEAM, 0)).count, 2);
    model_free(model);
}

static void nobody_and_nothing(void **state)
{
    (void)state;
    Model *model = model_new();
    assert_int_equal(find(model, 0).count, 0);
    EscPeople people;
    esc_people_named(model->engine, NULL, model->ticket, ESC_TEXT("nobody at all"), &people);
    assert_int_equal(people.count, 0);
    esc_people_find(model->engine, NULL, model->ticket, model->engine->schema.current,
                    ESC_REF(ESC_REF_ROLE, 0), &people);
    assert_int_equal(people.count, 0); /* a role without an escalation */
    model_free(model);
}

static void roles_are_the_escalations_own(void **state)
{
    (void)state;
    Model *model = model_new();
    model->program.roles[0].owner = ESC_REF(ESC_REF_PERSON, PERSON_ANA);
    assert_text_equal(find(model, ESC_REF(ESC_REF_ROLE, 0)).names[0], "ana");
    assert_text_equal(find(model, ESC_REF(ESC_REF_ROLE, 3)).names[0], "ben"); /* the last resort */
    model->escalation->owner = ESC_TEXT("whoever");
    assert_text_equal(find(model, ESC_REF(ESC_REF_ROLE, 4)).names[0], "whoever");
    model_free(model);
}

static void a_field_of_the_ticket_names_somebody(void **state)
{
    (void)state;
    Model *model = model_new();
    uint32_t slot = esc_slot_find(model->engine, ESC_TEXT("owner"));
    assert_int_equal(find(model, ESC_REF(ESC_REF_FIELD, FIELD_OWNER)).count, 0);
    assert_true(esc_ticket_set_text(model->engine, model->ticket, slot, ESC_TEXT("ben")));
    assert_text_equal(find(model, ESC_REF(ESC_REF_FIELD, FIELD_OWNER)).names[0], "ben");
    model_free(model);
}

static void names_are_people_teams_schedules_and_routes(void **state)
{
    (void)state;
    Model *model = model_new();
    const EscProgram *program = model->engine->schema.current->program;
    assert_int_equal(esc_ref_named(program, ESC_TEXT("ben")), ESC_REF(ESC_REF_PERSON, PERSON_BEN));
    assert_int_equal(esc_ref_named(program, ESC_TEXT("ops")), ESC_REF(ESC_REF_TEAM, 0));
    assert_int_equal(esc_ref_named(program, ESC_TEXT("oncall")), ESC_REF(ESC_REF_SCHEDULE, 0));
    assert_int_equal(esc_ref_named(program, ESC_TEXT("support")), ESC_REF(ESC_REF_ROUTE, 0));
    assert_int_equal(esc_ref_named(program, ESC_TEXT("incidents")), 0); /* a channel is nobody */
    assert_true(esc_person_known(model->engine, ESC_TEXT("ana")));
    assert_false(esc_person_known(model->engine, ESC_TEXT("ops")));
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_team_is_its_members_in_order),
        cmocka_unit_test(the_absent_are_named_apart),
        cmocka_unit_test(nobody_and_nothing),
        cmocka_unit_test(roles_are_the_escalations_own),
        cmocka_unit_test(a_field_of_the_ticket_names_somebody),
        cmocka_unit_test(names_are_people_teams_schedules_and_routes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
