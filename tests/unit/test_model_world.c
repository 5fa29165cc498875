/* test_model_world.c - each fact and each field that running code reads of the world, and what it reads where there is none. */
#include <engine/rows.h>

#include <esc/engine.h>

#include "model_fixture.h"
#include "support/test.h"

static EscValue fact(const EscWorld *world, EscFact which)
{
    return esc_world_value(world, ESC_LOAD_FACT, which);
}

static EscValue loaded(EscWorld *world, EscLoad what, uint32_t field)
{
    EscHost host = esc_world_reader(world);
    EscValue value = {0};
    assert_status(host.load(host.context, what, field, &value), ESC_OK);
    return value;
}

static void an_escalation_tells_of_itself(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEscalation *escalation = model->escalation;
    escalation->id = 70;
    escalation->owner = ESC_TEXT("ana");
    escalation->role = 1;
    escalation->is_acked = true;
    escalation->handoffs = 3;
    escalation->role_row = 4;
    esc_ticket_starts(model->engine, model->ticket, ESC_TEXT("incident"))->count = 6;
    model->engine->now_ms = MODEL_START_MS + 500;
    EscWorld world = esc_world_of(model->engine, escalation, ESC_NONE, false);
    assert_text_equal(fact(&world, ESC_FACT_ESCALATION_ID).text, "E-70");
    assert_text_equal(fact(&world, ESC_FACT_ESCALATION_OWNER).text, "ana");
    assert_int_equal(fact(&world, ESC_FACT_ESCALATION_ROLE).member, 1);
    assert_true(fact(&world, ESC_FACT_ESCALATION_ACKED).truth);
    assert_int_equal(fact(&world, ESC_FACT_ESCALATION_OPENED_AT).ms, MODEL_START_MS);
    assert_int_equal(fact(&world, ESC_FACT_ESCALATION_AGE).ms, 500);
    assert_true(fact(&world, ESC_FACT_ESCALATION_HANDOFFS).number == 3);
    assert_true(fact(&world, ESC_FACT_ESCALATION_LEVEL).number == 5);
    assert_true(fact(&world, ESC_FACT_ESCALATION_ATTEMPT).number == 6);
    world.at_ms = MODEL_START_MS + 700;
    assert_int_equal(fact(&world, ESC_FACT_ESCALATION_AGE).ms, 700);
    for (EscFact which = 0; which < ESC_FACT_COUNT; which++)
        assert_int_equal(fact(&world, which).type, esc_fact_info[which].type);
    escalation->owner = (EscText){0};
    model_free(model);
}

/* Conditions of triggers are judged where there is no escalation yet: it would be the first one, opened now. */
static void before_there_is_one_it_is_the_first(void **state)
{
    (void)state;
    Model *model = model_new();
    EscWorld world = {.engine = model->engine,
                      .ticket = model->ticket,
                      .bundle = model->engine->schema.current,
                      .function = ESC_NONE};
    assert_int_equal(fact(&world, ESC_FACT_ESCALATION_ID).text.size, 0);
    assert_int_equal(fact(&world, ESC_FACT_ESCALATION_OWNER).text.size, 0);
    assert_int_equal(fact(&world, ESC_FACT_ESCALATION_ROLE).member, 0);
    assert_false(fact(&world, ESC_FACT_ESCALATION_ACKED).truth);
    assert_int_equal(fact(&world, ESC_FACT_ESCALATION_OPENED_AT).ms, MODEL_START_MS);
    assert_int_equal(fact(&world, ESC_FACT_ESCALATION_AGE).ms, 0);
    assert_true(fact(&world, ESC_FACT_ESCALATION_HANDOFFS).number == 0);
    assert_true(fact(&world, ESC_FACT_ESCALATION_LEVEL).number == 1);
    assert_true(fact(&world, ESC_FACT_ESCALATION_ATTEMPT).number == 1);
    assert_true(fact(&world, ESC_FACT_EXCEPTION_NAME).is_missing);
    assert_true(fact(&world, ESC_FACT_EXCEPTION_MESSAGE).is_missing);
    assert_true(loaded(&world, ESC_LOAD_EXCEPTION, FIELD_NOTE).is_missing);
    world.at_ms = MODEL_START_MS + 9;
    assert_int_equal(fact(&world, ESC_FACT_ESCALATION_OPENED_AT).ms, MODEL_START_MS + 9);
    world.ticket = NULL;
    assert_false(fact(&world, ESC_FACT_RESOLVED).truth);
    assert_true(fact(&world, ESC_FACT_SLA_RESOLVE_DUE).is_missing);
    assert_false(loaded(&world, ESC_LOAD_CHANGED, FIELD_STATUS).truth);
    model_free(model);
}

/* --- clocks ------------------------------------------------------------------------------------ */

typedef struct ClockFacts {
    EscSlaClock clock;
    EscFact due, overdue;
} ClockFacts;

static const ClockFacts clock_facts[] = {
    {ESC_SLA_CLOCK_RESPOND, ESC_FACT_SLA_RESPOND_DUE, ESC_FACT_SLA_RESPOND_OVERDUE},
    {ESC_SLA_CLOCK_RESOLVE, ESC_FACT_SLA_RESOLVE_DUE, ESC_FACT_SLA_RESOLVE_OVERDUE},
    {ESC_SLA_CLOCK_UPDATE, ESC_FACT_SLA_UPDATE_DUE, ESC_FACT_SLA_UPDATE_OVERDUE},
};

static void assert_missing(EscValue value)
{
    assert_true(value.is_missing);
    assert_int_equal(value.ms, 0);
}

static void assert_ms(EscValue value, int64_t ms)
{
    assert_false(value.is_missing);
    assert_int_equal(value.ms, ms);
}

/* Each of its own clock: due as long as it counts, overdue by what it is late. */
static void each_clock_tells_of_itself(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    EscWorld world = esc_world_of(engine, model->escalation, ESC_NONE, false);
    for (size_t i = 0; i < ESC_COUNT_OF(clock_facts); i++) {
        const ClockFacts *facts = &clock_facts[i];
        assert_missing(fact(&world, facts->due));
        assert_missing(fact(&world, facts->overdue));
    }
    for (size_t i = 0; i < ESC_COUNT_OF(clock_facts); i++) {
        const ClockFacts *facts = &clock_facts[i];
        EscSlaState *clock = &model->ticket->sla[facts->clock];
        int64_t due_ms = MODEL_START_MS + 1000 * (int64_t)(i + 1);
        *clock = (EscSlaState){.state = ESC_CLOCK_RUNNING, .due_ms = due_ms};
        engine->now_ms = due_ms;
        assert_ms(fact(&world, facts->due), due_ms);
        assert_missing(fact(&world, facts->overdue)); /* not yet */
        engine->now_ms = due_ms + 1;
        assert_ms(fact(&world, facts->overdue), 1);
        world.at_ms = due_ms + 7;
        assert_ms(fact(&world, facts->overdue), 7);
        world.at_ms = 0;
        clock->is_met = true;
        assert_missing(fact(&world, facts->overdue));
        assert_int_equal(fact(&world, facts->due).is_missing, facts->clock == ESC_SLA_CLOCK_UPDATE);
        clock->is_met = false;
    }
    model_free(model);
}

/* A clock that stands is due at no instant, and stays as late as it was. */
static void a_clock_that_stands_is_not_due(void **state)
{
    (void)state;
    Model *model = model_new();
    EscTicket *ticket = model->ticket;
    EscWorld world = esc_world_of(model->engine, model->escalation, ESC_NONE, false);
    for (int i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        ticket->sla[i] = (EscSlaState){.state = ESC_CLOCK_BREACHED, .due_ms = MODEL_START_MS + 100};
    ticket->stands_since_ms = MODEL_START_MS + 150;
    model->engine->now_ms = MODEL_START_MS + 900;
    assert_true(fact(&world, ESC_FACT_SLA_RESOLVE_DUE).is_missing);
    assert_ms(fact(&world, ESC_FACT_SLA_RESOLVE_OVERDUE), 50);
    ticket->sla[ESC_SLA_CLOCK_RESOLVE].is_met = true;
    assert_ms(fact(&world, ESC_FACT_SLA_RESOLVE_OVERDUE), 50);
    assert_ms(fact(&world, ESC_FACT_SLA_RESPOND_DUE), MODEL_START_MS + 100);
    assert_ms(fact(&world, ESC_FACT_SLA_RESPOND_OVERDUE), 800);
    assert_ms(fact(&world, ESC_FACT_SLA_UPDATE_OVERDUE), 800);
    model_free(model);
}

/* --- what was before --------------------------------------------------------------------------- */

static void what_was_before_is_read_beside_what_is(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    EscTicket *ticket = model->ticket;
    uint32_t slot = engine->schema.status_slot;
    EscWorld world = esc_world_of(engine, model->escalation, ESC_NONE, false);
    assert_true(loaded(&world, ESC_LOAD_PREVIOUS, FIELD_STATUS).is_missing); /* no event */
    assert_false(loaded(&world, ESC_LOAD_CHANGED, FIELD_STATUS).truth);
    esc_ticket_remember(engine, ticket, false);
    assert_false(loaded(&world, ESC_LOAD_CHANGED, FIELD_STATUS).truth);
    assert_true(esc_ticket_set_member(engine, ticket, slot, "done"));
    ticket->is_resolved_flag = true;
    assert_true(loaded(&world, ESC_LOAD_CHANGED, FIELD_STATUS).truth);
    assert_false(loaded(&world, ESC_LOAD_CHANGED, FIELD_SEVERITY).truth);
    EscValue previous = loaded(&world, ESC_LOAD_PREVIOUS, FIELD_STATUS);
    assert_false(previous.is_missing);
    assert_int_equal(previous.member, 0);
    assert_int_equal(previous.type, model->program.fields[FIELD_STATUS].type | ESC_TYPE_OPTIONAL);
    assert_int_equal(loaded(&world, ESC_LOAD_TICKET, FIELD_STATUS).member, 1);
    assert_text_equal(loaded(&world, ESC_LOAD_TICKET, FIELD_ID).text, "T-9");
    world.is_before = true;
    assert_int_equal(loaded(&world, ESC_LOAD_TICKET, FIELD_STATUS).member, 0);
    engine->turn.before_standing = ESC_STANDING_RESOLVED;
    assert_true(fact(&world, ESC_FACT_RESOLVED).truth);
    world.is_before = false;
    assert_false(fact(&world, ESC_FACT_RESOLVED).truth); /* "done" is no word for it */
    engine->turn.before_is_new = true;                   /* before it was made it had nothing */
    assert_true(loaded(&world, ESC_LOAD_PREVIOUS, FIELD_STATUS).is_missing);
    engine->turn.before_is_new = false;
    world.ticket = NULL;
    assert_true(loaded(&world, ESC_LOAD_PREVIOUS, FIELD_STATUS).is_missing);
    model_free(model);
}

/* Clocks too: a condition that asks how it was sees them as they were. */
static void clocks_are_read_as_they_were(void **state)
{
    (void)state;
    Model *model = model_new();
    EscSlaState *clock = &model->ticket->sla[ESC_SLA_CLOCK_RESPOND];
    *clock = (EscSlaState){.state = ESC_CLOCK_RUNNING, .due_ms = MODEL_START_MS + 5};
    esc_ticket_remember(model->engine, model->ticket, false);
    clock->due_ms = MODEL_START_MS + 6;
    EscWorld world = esc_world_of(model->engine, model->escalation, ESC_NONE, false);
    assert_ms(fact(&world, ESC_FACT_SLA_RESPOND_DUE), MODEL_START_MS + 6);
    world.is_before = true;
    assert_ms(fact(&world, ESC_FACT_SLA_RESPOND_DUE), MODEL_START_MS + 5);
    model->engine->turn.before_clocks.sla[ESC_SLA_CLOCK_RESPOND].state = ESC_CLOCK_NONE;
    assert_missing(fact(&world, ESC_FACT_SLA_RESPOND_DUE)); /* it had none then */
    model_free(model);
}

/* --- the event --------------------------------------------------------------------------------- */

static void the_event_that_started_it_is_lent(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEscalation *escalation = model->escalation;
    EscWorld world = esc_world_of(model->engine, escalation, ESC_NONE, false);
    assert_null(world.event_program); /* it was started by hand */
    assert_ptr_equal(world.frame, &escalation->frame);
    assert_ptr_equal(world.ticket, model->ticket);
    EscOwned field = {.value = {.type = ESC_TYPE(ESC_KIND_NUMBER), .number = 7}};
    escalation->start_type = 1;
    escalation->start_fields = &field;
    escalation->start_fields_count = 1;
    world = esc_world_of(model->engine, escalation, ESC_NONE, true); /* none is at hand */
    assert_ptr_equal(world.event_program, escalation->bundle->program);
    assert_int_equal(world.event_type, 1);
    assert_true(world.event_fields[0].number == 7);
    const EscValue own = {.type = ESC_TYPE(ESC_KIND_NUMBER), .number = 8};
    const EscEvent event = {.type = 2, .fields = &own, .fields_count = 1};
    model->engine->turn.event = &event;
    world = esc_world_of(model->engine, escalation, ESC_NONE, true);
    assert_ptr_equal(world.event_program, model->engine->schema.current->program);
    assert_int_equal(world.event_type, 2);
    assert_ptr_equal(world.event_fields, &own);
    world = esc_world_of(model->engine, escalation, ESC_NONE, false);
    assert_int_equal(world.event_type, 1);
    model->engine->turn.event = NULL;
    escalation->start_type = ESC_NONE;
    escalation->start_fields = NULL;
    escalation->start_fields_count = 0;
    model_free(model);
}

static void code_that_only_looks_does_nothing(void **state)
{
    (void)state;
    Model *model = model_new();
    EscWorld world = esc_world_of(model->engine, model->escalation, ESC_NONE, false);
    EscHost host = esc_world_reader(&world);
    EscValue result = {0};
    assert_status(host.emit(host.context, 0, NULL, 0, &result), ESC_TRAP);
    assert_status(host.own(host.context, 0), ESC_TRAP);
    EscBuf out;
    esc_buf_init(&out, 100);
    host.write_time(host.context, &out, MODEL_START_MS);
    assert_true(esc_text_starts_with(esc_buf_as_text(&out), ESC_TEXT("2026-01-05 09:00")));
    esc_buf_release(&out);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_escalation_tells_of_itself),
        cmocka_unit_test(before_there_is_one_it_is_the_first),
        cmocka_unit_test(each_clock_tells_of_itself),
        cmocka_unit_test(a_clock_that_stands_is_not_due),
        cmocka_unit_test(what_was_before_is_read_beside_what_is),
        cmocka_unit_test(clocks_are_read_as_they_were),
        cmocka_unit_test(the_event_that_started_it_is_lent),
        cmocka_unit_test(code_that_only_looks_does_nothing),
    };
    return cmocka_run_group_tests_name("model_world", tests, NULL, NULL);
}
