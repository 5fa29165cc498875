/* model_fixture.c - see model_fixture.h. */
#include "model_fixture.h"

#include <stdlib.h>

#include "support/test.h"

static void directory_make(TestProgram *program)
{
    uint32_t address = program->contacts[0].address;
    program->contacts[1] = (EscContactRow){ESC_CONTACT_PHONE, address, 3 * ESC_MINUTE_MS};
    program->contacts[2] = (EscContactRow){ESC_CONTACT_EMAIL, address, 0};
    program->contacts_count = 3;
    program->persons[PERSON_ANA].contacts_count = 2;
    program->persons[PERSON_BEN].contacts_first = 2;
    program->persons[PERSON_BEN].contacts_count = 1;
    program->limits_count = 0;
    program_refresh(program);
}

Model *model_new(void)
{
    Model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    program_begin(&model->program);
    program_finish(&model->program);
    model->bundle = program_load(&model->program);
    model->zones = esc_zones_new();
    EscEngineConfig config = {.zones = model->zones, .hash_seed = 1};
    model->engine = esc_engine_new(&config);
    assert_non_null(model->engine);
    EscWhy why = {.text = ""};
    assert_status(esc_engine_add_bundle(model->engine, model->bundle, true, &why), ESC_OK);
    directory_make(&model->program);
    model->engine->schema.current->program = &model->program.program;
    model->engine->now_ms = MODEL_START_MS;
    model->ticket = esc_ticket_new(model->engine, ESC_TEXT("T-9"), MODEL_START_MS);
    model->escalation = esc_escalation_alloc(model->engine, 1, model->ticket,
                                             model->engine->schema.current, ESC_TEXT("incident"));
    model->escalation->opened_at_ms = MODEL_START_MS;
    return model;
}

void model_free(Model *model)
{
    model->engine->turn.asked_count =
        0; /* a test has looked at it; nobody here does what it says */
    for (size_t i = 0; i < model->engine->turn.wishes_count; i++)
        esc_wish_forget(model->engine, model->engine->turn.wishes[i].escalation);
    esc_turn_end(model->engine);
    esc_engine_free(model->engine);
    esc_bundle_free(model->bundle);
    esc_zones_free(model->zones);
    program_release(&model->program);
    free(model);
}

size_t model_audits(const Model *model, EscAuditKind kind)
{
    const EscGroup *group = model->engine->pending;
    size_t count = 0;
    for (size_t i = 0; i < group->audit_count; i++)
        count += esc_text_equal(group->audit[i].kind, esc_text_from(esc_audit_word(kind)));
    return count;
}

size_t model_messages(const Model *model, const char *person)
{
    const EscGroup *group = model->engine->pending;
    size_t count = 0;
    for (size_t i = 0; i < group->outbox_count; i++)
        count += esc_text_equal(group->outbox[i].target, esc_text_from(person));
    return count;
}

bool model_has_timer(const Model *model, EscTimer kind, uint32_t index)
{
    return esc_timer_find(model->escalation->timers, kind, index) != NULL;
}
