/* test_flush.c - groups on their way out: whole and unchanged until the flush after the next, whatever is written meanwhile. */
#include <engine/rows.h>

#include <esc/engine.h>

#include <stdio.h>

#include "model_fixture.h"
#include "support/test.h"

/* One ticket and one record of the audit, named after the number. */
static const EscGroup *flushed(Model *model, unsigned number)
{
    char id[16];
    (void)snprintf(id, sizeof id, "N-%u", number);
    EscTicket *ticket = esc_ticket_new(model->engine, esc_text_from(id), MODEL_START_MS + number);
    esc_ticket_dirty(model->engine, ticket);
    esc_audit_ticket(model->engine, ticket, ESC_AUDIT_RESOLVED, (EscText){0}, "%s is done", id);
    model->engine->now_ms = MODEL_START_MS + number;
    return esc_engine_flush(model->engine);
}

static void assert_whole(const EscGroup *group, unsigned number)
{
    char id[16], text[32];
    (void)snprintf(id, sizeof id, "N-%u", number);
    (void)snprintf(text, sizeof text, "%s is done", id);
    assert_int_equal(group->tickets_count, 1);
    assert_text_equal(group->tickets[0].id, id);
    assert_text_equal(group->tickets[0].status, "open");
    assert_int_equal(group->tickets[0].created_at_ms, MODEL_START_MS + number);
    assert_int_equal(group->escalations_count + group->outbox_count, 0);
    assert_int_equal(group->audit_count, 1);
    assert_text_equal(group->audit[0].ticket, id);
    assert_text_equal(group->audit[0].text, text);
    assert_int_equal(group->counters.time_ms, MODEL_START_MS + number);
}

static void a_group_stays_whole_until_the_flush_after_the_next(void **state)
{
    (void)state;
    Model *model = model_new();
    (void)esc_engine_flush(model->engine); /* what the fixture made */
    const EscGroup *groups[9];
    for (unsigned i = 0; i < ESC_COUNT_OF(groups); i++) {
        groups[i] = flushed(model, i);
        assert_whole(groups[i], i);
        if (i > 0)
            assert_whole(groups[i - 1], i - 1);
        assert_ptr_not_equal(groups[i], model->engine->pending);
        if (i > 0)
            assert_ptr_not_equal(groups[i - 1], model->engine->pending);
        if (i > 2)
            assert_ptr_equal(groups[i], groups[i - 3]); /* there are three, and all are used */
    }
    model_free(model);
}

static void what_is_written_is_as_it_is_now_and_once(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    (void)esc_engine_flush(engine);
    esc_ticket_dirty(engine, model->ticket);
    esc_ticket_dirty(engine, model->ticket);
    esc_escalation_dirty(engine, model->escalation);
    const EscGroup *group = esc_engine_flush(engine);
    assert_int_equal(group->tickets_count, 1);
    assert_int_equal(group->escalations_count, 1);
    assert_text_equal(group->escalations[0].ticket, "T-9");
    assert_text_equal(group->escalations[0].template_name, "incident");
    assert_int_equal(group->escalations[0].opened_at_ms, MODEL_START_MS);
    assert_int_equal(group->escalations[0].outcome.size, 0);
    assert_false(model->ticket->is_dirty);
    assert_false(model->escalation->is_dirty);
    group = esc_engine_flush(engine);
    assert_int_equal(group->tickets_count + group->escalations_count + group->audit_count, 0);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_stays_whole_until_the_flush_after_the_next),
        cmocka_unit_test(what_is_written_is_as_it_is_now_and_once),
    };
    return cmocka_run_group_tests_name("flush", tests, NULL, NULL);
}
