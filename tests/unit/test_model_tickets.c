/* test_model_tickets.c - what a ticket is and what it remembers, by itself: its status whatever type a schema gives it, its
 * last changes and handoffs, its starts, and its clocks under a correction. */
#include <engine/rows.h>

#include <esc/engine.h>

#include <stdio.h>

#include "model_fixture.h"
#include "support/test.h"

/* --- the status -------------------------------------------------------------------------------- */

static EscText status_of(const Model *model)
{
    return esc_ticket_status(model->engine, model->ticket);
}

static EscValue status_value(const Model *model)
{
    return model->ticket->values[model->engine->schema.status_slot].value;
}

static void a_status_may_be_a_text(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    EscTicket *ticket = model->ticket;
    model->program.fields[FIELD_STATUS].type = ESC_TYPE(ESC_KIND_TEXT);
    ticket->values[engine->schema.status_slot] =
        esc_owned_copy((EscValue){.type = ESC_TYPE(ESC_KIND_TEXT), .text = ESC_TEXT("new")});
    assert_text_equal(status_of(model), "new");
    assert_int_equal(esc_ticket_standing(engine, ticket), ESC_STANDING_OPEN);
    esc_ticket_set_resolved(engine, ticket, "resolved", true);
    assert_text_equal(status_of(model), "resolved");
    assert_text_equal(status_value(model).text, "resolved");
    assert_int_equal(status_value(model).type, ESC_TYPE(ESC_KIND_TEXT));
    assert_int_equal(esc_ticket_standing(engine, ticket), ESC_STANDING_RESOLVED);
    assert_true(esc_ticket_is_resolved(engine, ticket));
    esc_ticket_set_resolved(engine, ticket, "closed", true);
    assert_text_equal(status_of(model), "closed");
    assert_int_equal(esc_ticket_standing(engine, ticket), ESC_STANDING_CLOSED);
    assert_true(esc_ticket_is_resolved(engine, ticket));
    esc_ticket_set_resolved(engine, ticket, "open", false);
    assert_text_equal(status_of(model), "open");
    assert_false(esc_ticket_is_resolved(engine, ticket));
    assert_false(esc_ticket_set_member(engine, ticket, engine->schema.status_slot, "open"));
    assert_int_equal(ticket->log_count, 3);
    assert_text_equal(ticket->log[0].field, "status");
    assert_text_equal(ticket->log[0].before, "new");
    assert_text_equal(ticket->log[2].after, "open");
    model_free(model);
}

/* Of a status that is one of a list, only what is in it is taken; whether it is resolved is known all the same. */
static void a_status_may_be_one_of_a_list(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    EscTicket *ticket = model->ticket;
    uint32_t slot = engine->schema.status_slot;
    assert_text_equal(status_of(model), "open");
    esc_ticket_set_resolved(engine, ticket, "resolved", true); /* no such member */
    assert_true(ticket->is_resolved_flag);
    assert_text_equal(status_of(model), "open");
    ticket->values[slot].value.is_missing = true;
    assert_text_equal(status_of(model), "resolved");
    ticket->values[slot].value.is_missing = false;
    esc_ticket_set_resolved(engine, ticket, "done", true);
    assert_text_equal(status_of(model), "done");
    assert_int_equal(status_value(model).member, 1);
    assert_false(esc_ticket_set_member(engine, ticket, slot, "done")); /* it is so */
    assert_false(esc_ticket_set_member(engine, ticket, slot, "lost"));
    assert_false(esc_ticket_set_member(engine, ticket, ESC_NONE, "open"));
    assert_false(esc_ticket_set_text(engine, ticket, slot, ESC_TEXT("open")));
    assert_false(esc_ticket_set_text(engine, ticket, ESC_NONE, ESC_TEXT("open")));
    assert_text_equal(status_of(model), "done");
    assert_true(esc_ticket_set_member(engine, ticket, slot, "open"));
    assert_text_equal(status_of(model), "open");
    model_free(model);
}

static void without_a_status_it_is_known_all_the_same(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    engine->schema.status_slot = ESC_NONE;
    assert_text_equal(status_of(model), "open");
    (void)esc_engine_flush(engine);
    assert_false(model->ticket->is_dirty);
    esc_ticket_set_resolved(engine, model->ticket, "resolved", false); /* it is not */
    assert_false(model->ticket->is_dirty);
    esc_ticket_set_resolved(engine, model->ticket, "resolved", true);
    assert_true(model->ticket->is_dirty);
    assert_true(model->ticket->is_touched);
    assert_text_equal(status_of(model), "resolved");
    model_free(model);
}

/* --- what it remembers ------------------------------------------------------------------------- */

static void the_last_changes_are_kept(void **state)
{
    (void)state;
    Model *model = model_new();
    EscTicket *ticket = model->ticket;
    for (int i = 0; i <= ESC_TICKET_LOG_MAX; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%d", i);
        esc_ticket_log_add(ticket, (EscTicketChange){.at_ms = i,
                                                     .before = esc_text_own(esc_text_from(text)),
                                                     .after = esc_text_own(esc_text_from(text))});
        assert_int_equal(ticket->log_count, i < ESC_TICKET_LOG_MAX ? i + 1 : ESC_TICKET_LOG_MAX);
        assert_int_equal(ticket->log[ticket->log_count - 1].at_ms, i);
    }
    for (int i = 0; i < ESC_TICKET_LOG_MAX; i++)
        assert_int_equal(ticket->log[i].at_ms, i + 1);
    assert_text_equal(ticket->log[0].before, "1");
    assert_text_equal(ticket->log[0].after, "1");
    for (int i = 0; i <= ESC_HANDOFF_TIMES_MAX; i++) {
        esc_ticket_handoff_add(ticket, i);
        assert_int_equal(ticket->handoffs_count,
                         i < ESC_HANDOFF_TIMES_MAX ? i + 1 : ESC_HANDOFF_TIMES_MAX);
    }
    for (int i = 0; i < ESC_HANDOFF_TIMES_MAX; i++)
        assert_int_equal(ticket->handoffs[i], i + 1);
    model_free(model);
}

static void starts_are_kept_by_the_name_of_their_template(void **state)
{
    (void)state;
    Model *model = model_new();
    EscTicket *ticket = model->ticket;
    esc_ticket_starts(model->engine, ticket, ESC_TEXT("one"))->count = 7;
    esc_ticket_starts(model->engine, ticket, ESC_TEXT("two"))->count = 8;
    assert_int_equal(esc_ticket_starts(model->engine, ticket, ESC_TEXT("one"))->count, 7);
    assert_int_equal(esc_ticket_starts(model->engine, ticket, ESC_TEXT("two"))->count, 8);
    assert_int_equal(ticket->starts_count, 2);
    assert_int_equal(esc_ticket_starts(model->engine, ticket, ESC_TEXT("three"))->count, 0);
    assert_int_equal(ticket->starts_count, 3);
    assert_int_equal(esc_ticket_open_id(model->engine, ticket, ESC_TEXT("incident")),
                     model->escalation->id);
    assert_int_equal(esc_ticket_open_id(model->engine, ticket, ESC_TEXT("one")), 0);
    model_free(model);
}

/* --- its clocks -------------------------------------------------------------------------------- */

static void a_clock_runs_and_has_a_due_time(void **state)
{
    (void)state;
    static const struct {
        EscSlaClock clock;
        EscClockState state;
        bool is_met, stands, runs, has_due;
    } rows[] = {
        {ESC_SLA_CLOCK_RESOLVE, ESC_CLOCK_NONE, false, false, false, false},
        {ESC_SLA_CLOCK_RESOLVE, ESC_CLOCK_RUNNING, false, false, true, true},
        {ESC_SLA_CLOCK_RESOLVE, ESC_CLOCK_RUNNING, false, true, false, false},
        {ESC_SLA_CLOCK_RESOLVE, ESC_CLOCK_RUNNING, true, false, false, true},
        {ESC_SLA_CLOCK_RESOLVE, ESC_CLOCK_BREACHED, false, false, true, true},
        {ESC_SLA_CLOCK_RESOLVE, ESC_CLOCK_BREACHED, true, false, false, true},
        {ESC_SLA_CLOCK_RESPOND, ESC_CLOCK_RUNNING, false, true, true, true},
        {ESC_SLA_CLOCK_RESPOND, ESC_CLOCK_RUNNING, true, false, false, true},
        {ESC_SLA_CLOCK_UPDATE, ESC_CLOCK_RUNNING, false, true, true, true},
        {ESC_SLA_CLOCK_UPDATE, ESC_CLOCK_RUNNING, true, false, false, false},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscTicket ticket = {.stands_since_ms = rows[i].stands ? MODEL_START_MS : 0};
        ticket.sla[rows[i].clock] = (EscSlaState){.state = rows[i].state, .is_met = rows[i].is_met};
        bool stands = rows[i].stands && rows[i].clock == ESC_SLA_CLOCK_RESOLVE;
        if (esc_clock_stands(&ticket, rows[i].clock) != stands ||
            esc_clock_runs(&ticket, rows[i].clock) != rows[i].runs ||
            esc_clock_has_due(&ticket, rows[i].clock) != rows[i].has_due)
            fail_msg("row %zu", i);
    }
}

/* What stood behind the due time is no part of being late; only the clock to resolve ever stands. */
static void late_time_does_not_count_pauses(void **state)
{
    (void)state;
    EscPause pauses[] = {{10, 50}, {90, 100}, {95, 110}, {120, 125}};
    EscTicket ticket = {.pauses = pauses, .pauses_count = ESC_COUNT_OF(pauses)};
    for (int i = 0; i < ESC_SLA_CLOCK_COUNT; i++)
        ticket.sla[i].due_ms = 100;
    assert_int_equal(esc_clock_late_since_ms(&ticket, ESC_SLA_CLOCK_RESOLVE), 100 + 10 + 5);
    assert_int_equal(esc_clock_late_since_ms(&ticket, ESC_SLA_CLOCK_RESPOND), 100);
    assert_int_equal(esc_clock_late_since_ms(&ticket, ESC_SLA_CLOCK_UPDATE), 100);
}

/* All of its instants, and none that is not one. */
static void a_correction_moves_every_instant(void **state)
{
    (void)state;
    EscPause pauses[] = {{30, 40}};
    EscStarts starts[] = {{.closed_at_ms = 50}, {.closed_at_ms = 0}};
    EscArmed armed[] = {{.at_ms = 60}};
    int64_t handoffs[] = {70, 71};
    EscTicketChange log[] = {{.at_ms = 80}};
    EscTicket ticket = {.created_at_ms = 1,
                        .updated_at_ms = 2,
                        .stands_since_ms = 3,
                        .pauses = pauses,
                        .pauses_count = 1,
                        .starts = starts,
                        .starts_count = 2,
                        .armed = armed,
                        .armed_count = 1,
                        .handoffs = handoffs,
                        .handoffs_count = 2,
                        .log = log,
                        .log_count = 1,
                        .body = esc_text_own(ESC_TEXT("as it was"))};
    ticket.sla[0] = (EscSlaState){.state = ESC_CLOCK_NONE, .origin_ms = 4, .due_ms = 5};
    ticket.sla[1] = (EscSlaState){.state = ESC_CLOCK_RUNNING, .origin_ms = 0, .due_ms = 6};
    ticket.sla[2] = (EscSlaState){.state = ESC_CLOCK_BREACHED, .origin_ms = 7, .due_ms = 8};
    esc_ticket_move(&ticket, 1000);
    assert_int_equal(ticket.created_at_ms, 1001);
    assert_int_equal(ticket.updated_at_ms, 1002);
    assert_int_equal(ticket.stands_since_ms, 1003);
    assert_int_equal(ticket.body.size, 0);
    assert_int_equal(pauses[0].from_ms, 1030);
    assert_int_equal(pauses[0].to_ms, 1040);
    assert_int_equal(starts[0].closed_at_ms, 1050);
    assert_int_equal(starts[1].closed_at_ms, 0);
    assert_int_equal(armed[0].at_ms, 1060);
    assert_int_equal(handoffs[0], 1070);
    assert_int_equal(handoffs[1], 1071);
    assert_int_equal(log[0].at_ms, 1080);
    assert_int_equal(ticket.sla[0].origin_ms, 1004);
    assert_int_equal(ticket.sla[0].due_ms, 5);
    assert_false(ticket.sla[0].is_kept);
    assert_int_equal(ticket.sla[1].origin_ms, 0);
    assert_int_equal(ticket.sla[1].due_ms, 1006);
    assert_false(ticket.sla[1].is_kept);
    assert_int_equal(ticket.sla[2].origin_ms, 1007);
    assert_int_equal(ticket.sla[2].due_ms, 1008);
    assert_true(ticket.sla[2].is_kept);
    ticket.stands_since_ms = 0;
    esc_ticket_move(&ticket, 1);
    assert_int_equal(ticket.stands_since_ms, 0);
    assert_true(ticket.sla[2].is_kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_may_be_a_text),
        cmocka_unit_test(a_status_may_be_one_of_a_list),
        cmocka_unit_test(without_a_status_it_is_known_all_the_same),
        cmocka_unit_test(the_last_changes_are_kept),
        cmocka_unit_test(starts_are_kept_by_the_name_of_their_template),
        cmocka_unit_test(a_clock_runs_and_has_a_due_time),
        cmocka_unit_test(late_time_does_not_count_pauses),
        cmocka_unit_test(a_correction_moves_every_instant),
    };
    return cmocka_run_group_tests_name("model_tickets", tests, NULL, NULL);
}
