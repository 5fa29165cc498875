/* test_duty_people.c - which people a reference means: teams, roles, fields of the ticket, names, absences. */
#include "model_fixture.h"

#include <stdio.h>

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

/* The last resort stands though away; the present policy's, or that of the escalation's own bundle where it has none. */
static void somebody_stands_as_the_last_resort(void **state)
{
    (void)state;
    Model *model = model_new();
    EscPeople people;
    esc_people_resort(model->engine, &people);
    assert_int_equal(people.count, 1);
    assert_text_equal(people.names[0], "ben");
    leave(model, "ben", MODEL_START_MS + 1);
    esc_people_resort(model->engine, &people);
    assert_int_equal(people.count, 1);
    assert_text_equal(people.names[0], "ben");
    assert_text_equal(find(model, ESC_REF(ESC_REF_ROLE, 3)).names[0], "ben");
    assert_int_equal(find(model, ESC_REF(ESC_REF_ROLE, 3)).count, 1);
    EscPeople nobody = {.count = 0};
    assert_text_equal(esc_people_stand(model->engine, &nobody), "last resort");
    const EscEngineBundle *current = model->engine->schema.current,
                          own = *model->escalation->bundle, *bundle = &own;
    model->escalation->bundle = bundle;
    assert_ptr_equal(esc_resort_bundle(model->engine, model->escalation), current);
    model->program.meta[0].last_resort = 0;
    assert_ptr_equal(esc_resort_bundle(model->engine, model->escalation), bundle);
    assert_ptr_equal(esc_resort_bundle(model->engine, NULL), current);
    model->escalation->bundle = NULL;
    assert_ptr_equal(esc_resort_bundle(model->engine, model->escalation), current);
    model->escalation->bundle = current;
    model_free(model);
}

static void a_field_without_a_ticket_names_nobody(void **state)
{
    (void)state;
    Model *model = model_new();
    EscPeople people;
    esc_people_find(model->engine, model->escalation, NULL, model->engine->schema.current,
                    ESC_REF(ESC_REF_FIELD, FIELD_OWNER), &people);
    assert_int_equal(people.count, 0);
    model_free(model);
}

/* Owners that stand beside each other: each once, and no more than one reference may mean. */
static void many_owners_are_joined(void **state)
{
    (void)state;
    Model *model = model_new();
    TestProgram *program = &model->program;
    enum { PEOPLE = ESC_OWNERS_MAX + 2 };
    static char names[PEOPLE][8];
    for (uint32_t i = 0; i < PEOPLE; i++) {
        snprintf(names[i], sizeof names[i], "p%02u", i);
        program->persons[i] = (EscPersonRow){.name = program->texts_count};
        program->texts[program->texts_count++] = esc_text_from(names[i]);
        program->team_members[i].person = i;
    }
    program->persons_count = program->team_members_count = PEOPLE;
    program->teams[0].members_count = ESC_OWNERS_MAX - 1;
    EscRoleRow *row = &program->roles[0];
    row->owner = ESC_REF(ESC_REF_TEAM, 0);
    row->others_count = 4;
    program->role_owners[0].owner = ESC_REF(ESC_REF_PERSON, 3); /* of the team as well */
    program->role_owners[1].owner = ESC_REF(ESC_REF_PERSON, ESC_OWNERS_MAX - 1);
    program->role_owners[2].owner = ESC_REF(ESC_REF_PERSON, ESC_OWNERS_MAX);
    program->role_owners[3].owner = ESC_REF(ESC_REF_PERSON, ESC_OWNERS_MAX + 1);
    program_refresh(program);
    EscPeople people;
    esc_role_people(model->engine, model->escalation, 0, &people);
    assert_int_equal(people.count, ESC_OWNERS_MAX);
    assert_text_equal(people.names[ESC_OWNERS_MAX - 2], "p62");
    assert_text_equal(people.names[ESC_OWNERS_MAX - 1], "p63");
    model_free(model);
}

/* Who was drawn keeps the turn, and is nobody while away: the next of the team is not drawn by that. */
static void whoever_was_drawn_is_looked_for_alone(void **state)
{
    (void)state;
    Model *model = model_new();
    model->program.roles[0].owner = ESC_REF(ESC_REF_TURNS, 0);
    esc_escalation_draw_add(model->escalation, 0, 0,
                            esc_engine_intern(model->engine, ESC_TEXT("ben")));
    EscPeople people;
    esc_role_people(model->engine, model->escalation, 0, &people);
    assert_int_equal(people.count, 1);
    assert_text_equal(people.names[0], "ben");
    assert_int_equal(people.skipped_count, 0);
    leave(model, "ben", MODEL_START_MS + 1);
    esc_role_people(model->engine, model->escalation, 0, &people);
    assert_int_equal(people.count, 0);
    assert_int_equal(people.skipped_count, 1);
    assert_text_equal(people.skipped[0], "ben");
    esc_role_people_anew(model->engine, model->escalation, 0, &people);
    assert_text_equal(people.names[0], "ana");
    assert_int_equal(model->escalation->draws_count, 1);
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
        cmocka_unit_test(somebody_stands_as_the_last_resort),
        cmocka_unit_test(a_field_without_a_ticket_names_nobody),
        cmocka_unit_test(many_owners_are_joined),
        cmocka_unit_test(whoever_was_drawn_is_looked_for_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
