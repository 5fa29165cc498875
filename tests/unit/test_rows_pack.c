/* test_rows_pack.c - bodies there and back, under other bundles, cut off, and with every bit turned. What a whole engine makes of
 * damaged rows is in test_engine_restore.c. */
#include <engine/rows.h>

#include <esc/engine.h>

#include <math.h>
#include <string.h>

#include "model_fixture.h"
#include "support/test.h"

static void packed_open(EscBuf *body)
{
    esc_buf_init(body, 100000);
}

static EscBuf ticket_packed(const Model *model, const EscTicket *ticket)
{
    EscBuf body;
    packed_open(&body);
    esc_ticket_pack(&body, model->engine, ticket);
    return body;
}

static EscBuf escalation_packed(const Model *model, const EscEscalation *escalation)
{
    EscBuf body;
    packed_open(&body);
    esc_escalation_pack(&body, model->engine, escalation);
    return body;
}

static void assert_same_bytes(const EscBuf *a, const EscBuf *b)
{
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->data, b->data, a->size);
}

/* --- values ----------------------------------------------------------------------------------- */

static EscOwned through(const EscProgram *program, EscValue value, EscType as)
{
    EscBuf bytes;
    packed_open(&bytes);
    esc_value_pack(&bytes, program, value);
    EscCursor cursor = esc_cursor(esc_buf_as_bytes(&bytes));
    EscOwned owned = esc_value_unpack(&cursor, program, as);
    assert_false(cursor.failed);
    assert_int_equal(esc_cursor_left(&cursor), 0);
    esc_buf_release(&bytes);
    return owned;
}

static void every_kind_of_value_there_and_back(void **state)
{
    (void)state;
    Model *model = model_new();
    const EscText items[] = {ESC_TEXT("a"), ESC_TEXT(""), ESC_TEXT("\xC3\xA4")};
    const EscValue values[] = {
        {.type = ESC_TYPE(ESC_KIND_BOOL), .truth = true},
        {.type = ESC_TYPE(ESC_KIND_BOOL), .truth = false},
        {.type = ESC_TYPE(ESC_KIND_NUMBER), .number = -0.1},
        {.type = ESC_TYPE(ESC_KIND_NUMBER), .number = 1e308},
        {.type = ESC_TYPE(ESC_KIND_TEXT), .text = ESC_TEXT("a \"b\"\n")},
        {.type = ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL, .text = ESC_TEXT("")},
        {.type = ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL, .is_missing = true},
        {.type = ESC_TYPE(ESC_KIND_DURATION), .ms = -1},
        {.type = ESC_TYPE(ESC_KIND_DURATION), .ms = 400 * ESC_DAY_MS},
        {.type = ESC_TYPE(ESC_KIND_TIME), .ms = MODEL_START_MS},
        {.type = ESC_TYPE_ENUM(ENUM_SEVERITY), .member = 2},
        {.type = ESC_TYPE(ESC_KIND_LIST), .list = {items, 3}},
        {.type = ESC_TYPE(ESC_KIND_LIST), .list = {NULL, 0}},
        {.type = ESC_TYPE(ESC_KIND_REF), .ref = ESC_REF(ESC_REF_PERSON, PERSON_BEN)},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(values); i++) {
        EscOwned owned = through(&model->program.program, values[i], values[i].type);
        assert_true(esc_value_equal(owned.value, values[i]));
        esc_owned_release(&owned);
    }
    model_free(model);
}

static void what_does_not_fit_becomes_the_default(void **state)
{
    (void)state;
    Model *model = model_new();
    const EscProgram *program = &model->program.program;
    const EscValue number = {.type = ESC_TYPE(ESC_KIND_NUMBER), .number = 5};
    const EscValue broken = {.type = ESC_TYPE(ESC_KIND_NUMBER), .number = (double)NAN};
    const EscValue nobody = {.type = ESC_TYPE(ESC_KIND_REF), .ref = ESC_REF(ESC_REF_PERSON, 77)};
    EscOwned owned = through(program, number, ESC_TYPE(ESC_KIND_TEXT));
    assert_true(esc_value_equal(owned.value, esc_value_default(ESC_TYPE(ESC_KIND_TEXT))));
    owned = through(program, broken, broken.type);
    assert_true(owned.value.number == 0);
    owned = through(program, nobody, nobody.type);
    assert_true(esc_value_equal(owned.value, esc_value_default(nobody.type)));
    model_free(model);
}

/* --- a ticket --------------------------------------------------------------------------------- */

static void ticket_set(Model *model, EscTicket *ticket, uint32_t field, EscValue value)
{
    uint32_t slot = model->engine->schema.current->slots[field];
    value.type = esc_slot_type(model->engine, slot);
    (void)esc_ticket_set(model->engine, ticket, slot, value);
}

/* One with something of everything. */
static EscTicket *ticket_full(Model *model, const char *id)
{
    EscEngine *engine = model->engine;
    const EscText tags[] = {ESC_TEXT("vip"), ESC_TEXT("eu")};
    EscTicket *ticket = esc_ticket_new(engine, esc_text_from(id), MODEL_START_MS);
    ticket_set(model, ticket, FIELD_SEVERITY, (EscValue){.member = 2});
    ticket_set(model, ticket, FIELD_COUNT, (EscValue){.number = 2.5});
    ticket_set(model, ticket, FIELD_NOTE, (EscValue){.text = ESC_TEXT("two\nlines")});
    ticket_set(model, ticket, FIELD_TAGS, (EscValue){.list = {tags, 2}});
    ticket_set(model, ticket, FIELD_DUE, (EscValue){.ms = MODEL_START_MS + 5});
    ticket_set(model, ticket, FIELD_SPENT, (EscValue){.ms = 90000});
    ticket_set(model, ticket, FIELD_FLAG, (EscValue){.truth = true});
    ticket->is_linked = ticket->is_resolved_flag = true;
    ticket->sla_name = esc_engine_intern(engine, ESC_TEXT("gold"));
    ticket->sla[0] = (EscSlaState){
        .state = ESC_CLOCK_MET, .is_met = true, .due_ms = MODEL_START_MS, .overdue_done_ms = -1};
    ticket->sla[1] = (EscSlaState){.state = ESC_CLOCK_BREACHED,
                                   .due_ms = MODEL_START_MS + 7,
                                   .overdue_done_ms = 60000,
                                   .is_kept = true,
                                   .is_told = true,
                                   .cycle = 2,
                                   .goal_ms = 90000,
                                   .calendar = esc_engine_intern(engine, ESC_TEXT("office")),
                                   .origin_ms = MODEL_START_MS - 3,
                                   .told = {50, -1800},
                                   .told_count = 2,
                                   .moved_ms = -5};
    ticket->is_paused = true;
    ticket->sla[2] = (EscSlaState){.state = ESC_CLOCK_RUNNING,
                                   .cycle = 1,
                                   .origin_ms = MODEL_START_MS - 4,
                                   .due_ms = MODEL_START_MS + 8,
                                   .overdue_done_ms = -1};
    EscStarts *starts = esc_ticket_starts(engine, ticket, ESC_TEXT("incident"));
    starts->count = 3;
    starts->closed_at_ms = MODEL_START_MS - 1;
    ESC_ENGINE_GROW(ticket->armed, ticket->armed_count, ticket->armed_capacity);
    ticket->armed[ticket->armed_count++] =
        (EscArmed){.template_name = esc_engine_intern(engine, ESC_TEXT("incident")),
                   .clause = 1,
                   .is_again = true,
                   .number = 4,
                   .event_type = esc_engine_intern(engine, ESC_TEXT("ticket.updated")),
                   .event_json = esc_text_own(ESC_TEXT("{\"a\":1}"))};
    esc_origin_put(engine, ticket, 0, UINT64_MAX, MODEL_START_MS);
    esc_origin_put(engine, ticket, ESC_NONE, 1, MODEL_START_MS - 1);
    ticket->stands_since_ms = MODEL_START_MS - 2;
    ticket->pauses_old_ms = 7;
    ESC_ENGINE_GROW(ticket->pauses, ticket->pauses_count, ticket->pauses_capacity);
    ticket->pauses[ticket->pauses_count++] = (EscPause){MODEL_START_MS - 9, MODEL_START_MS - 5};
    ticket->armed_next = 5;
    esc_joined_put(ticket, 7, esc_engine_intern(engine, ESC_TEXT("incident")));
    esc_ticket_handoff_add(ticket, MODEL_START_MS);
    esc_ticket_log_add(ticket, (EscTicketChange){MODEL_START_MS,
                                                 esc_engine_intern(engine, ESC_TEXT("note")),
                                                 esc_text_own(ESC_TEXT("before")),
                                                 esc_text_own(ESC_TEXT("after"))});
    esc_timer_put(engine, NULL, ticket, ESC_TIMER_ARMED, 4, MODEL_START_MS + 60000);
    return ticket;
}

static EscStatus ticket_restore(Model *model, const char *id, EscBytes body)
{
    EscTicketRow row = {.id = esc_text_from(id),
                        .body = body,
                        .created_at_ms = MODEL_START_MS,
                        .updated_at_ms = MODEL_START_MS};
    EscWhy why;
    return esc_engine_restore_ticket(model->engine, &row, &why);
}

static void a_ticket_there_and_back(void **state)
{
    (void)state;
    Model *model = model_new();
    EscBuf first = ticket_packed(model, ticket_full(model, "A"));
    assert_status(ticket_restore(model, "B", esc_buf_as_bytes(&first)), ESC_OK);
    const EscTicket *back = esc_ticket_find(model->engine, ESC_TEXT("B"));
    EscBuf second = ticket_packed(model, back);
    assert_same_bytes(&first, &second);
    assert_true(back->is_linked);
    assert_true(back->is_resolved_flag);
    assert_true(back->sla[0].is_met);
    assert_true(back->is_paused);
    assert_memory_equal(&back->sla[1], &esc_ticket_find(model->engine, ESC_TEXT("A"))->sla[1],
                        sizeof back->sla[1]);
    assert_int_equal(back->armed[0].number, 4);
    assert_true(back->armed[0].is_again);
    assert_int_equal(back->origins_count, 2);
    assert_true(esc_origin_is_stale(back, ESC_NONE, 1, MODEL_START_MS - 2));
    assert_int_equal(back->pauses[0].to_ms, MODEL_START_MS - 5);
    assert_int_equal(back->pauses_old_ms, 7);
    assert_text_equal(back->log[back->log_count - 1].after, "after");
    assert_true(esc_timer_find(back->timers, ESC_TIMER_ARMED, 4)->due_ms == MODEL_START_MS + 60000);
    esc_buf_release(&first);
    esc_buf_release(&second);
    model_free(model);
}

/* Of fields with and without a value, by several sources, in the order in which they were said. */
static void origins_there_and_back(void **state)
{
    (void)state;
    Model *model = model_new();
    const uint32_t *slots = model->engine->schema.current->slots;
    EscTicket *ticket = esc_ticket_new(model->engine, ESC_TEXT("A"), MODEL_START_MS);
    const EscOrigin origins[] = {{slots[FIELD_NOTE], 7, MODEL_START_MS},
                                 {slots[FIELD_DUE], UINT64_MAX, 5},
                                 {ESC_NONE, 7, MODEL_START_MS + 9},
                                 {slots[FIELD_NOTE], 0, MODEL_START_MS},
                                 {slots[FIELD_DUE], 7, -((INT64_C(1) << 53) - 1)}};
    for (size_t i = 0; i < ESC_COUNT_OF(origins); i++)
        esc_origin_put(model->engine, ticket, origins[i].slot, origins[i].source,
                       origins[i].time_ms);
    assert_true(ticket->values[slots[FIELD_NOTE]].value.is_missing);
    esc_ticket_set_assumed(ticket, slots[FIELD_SEVERITY], true);
    EscBuf first = ticket_packed(model, ticket);
    assert_status(ticket_restore(model, "B", esc_buf_as_bytes(&first)), ESC_OK);
    const EscTicket *back = esc_ticket_find(model->engine, ESC_TEXT("B"));
    assert_int_equal(back->origins_count, ESC_COUNT_OF(origins));
    for (size_t i = 0; i < ESC_COUNT_OF(origins); i++) {
        assert_int_equal(back->origins[i].slot, origins[i].slot);
        assert_true(back->origins[i].source == origins[i].source);
        assert_true(back->origins[i].time_ms == origins[i].time_ms);
    }
    for (uint32_t i = 0; i < model->engine->schema.slots_count; i++) {
        assert_int_equal(esc_ticket_is_assumed(back, i), esc_ticket_is_assumed(ticket, i));
        assert_int_equal(back->values[i].value.is_missing, ticket->values[i].value.is_missing);
    }
    EscBuf second = ticket_packed(model, back);
    assert_same_bytes(&first, &second);
    esc_buf_release(&first);
    esc_buf_release(&second);
    model_free(model);
}

static void rename_text(Model *model, const char *from, const char *to)
{
    for (uint32_t i = 0; i < model->program.program.texts_count; i++)
        if (esc_text_equal(model->program.texts[i], esc_text_from(from)))
            model->program.texts[i] = esc_text_from(to);
}

/* A field that is gone is read over, one that is new has its default, a member that is gone is the type's first. */
static void a_ticket_under_another_bundle(void **state)
{
    (void)state;
    Model *model = model_new();
    EscBuf body = ticket_packed(model, ticket_full(model, "A"));
    rename_text(model, "count", "amount");
    rename_text(model, "high", "top");
    assert_status(ticket_restore(model, "B", esc_buf_as_bytes(&body)), ESC_OK);
    const EscTicket *back = esc_ticket_find(model->engine, ESC_TEXT("B"));
    const uint32_t *slots = model->engine->schema.current->slots;
    assert_true(back->values[slots[FIELD_COUNT]].value.number == 0);
    assert_int_equal(back->values[slots[FIELD_SEVERITY]].value.member, 0);
    assert_text_equal(back->values[slots[FIELD_NOTE]].value.text, "two\nlines");
    assert_int_equal(back->values[slots[FIELD_TAGS]].value.list.count, 2);
    esc_buf_release(&body);
    model_free(model);
}

static void a_ticket_of_damaged_bytes(Model *model, EscBytes body, bool is_refused)
{
    EscStatus status = ticket_restore(model, "B", body);
    EscTicket *ticket = esc_ticket_find(model->engine, ESC_TEXT("B"));
    assert_true(status == ESC_BAD_INPUT || (status == ESC_OK && !is_refused));
    assert_int_equal(ticket != NULL, status == ESC_OK);
    EscBuf fields, sla;
    packed_open(&fields);
    packed_open(&sla);
    (void)esc_ticket_body_show(body, &fields, NULL, &sla);
    esc_buf_release(&fields);
    esc_buf_release(&sla);
    if (ticket == NULL)
        return;
    EscBuf again = ticket_packed(model, ticket);
    assert_status(again.status, ESC_OK);
    esc_buf_release(&again);
    esc_ticket_remove(model->engine, ticket);
}

static void damaged_tickets_do_no_harm(void **state)
{
    (void)state;
    Model *model = model_new();
    EscBuf body = ticket_packed(model, ticket_full(model, "A"));
    for (size_t size = 0; size < body.size; size++)
        a_ticket_of_damaged_bytes(model, (EscBytes){body.data, size}, true);
    for (size_t bit = 0; bit < 8 * body.size; bit++) {
        body.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        a_ticket_of_damaged_bytes(model, esc_buf_as_bytes(&body), bit < 8);
        body.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    esc_buf_release(&body);
    model_free(model);
}

static void a_ticket_is_shown_without_its_bundle(void **state)
{
    (void)state;
    Model *model = model_new();
    EscBuf body = ticket_packed(model, ticket_full(model, "A")), fields, sla;
    packed_open(&fields);
    packed_open(&sla);
    assert_true(esc_ticket_body_show(esc_buf_as_bytes(&body), &fields, NULL, &sla));
    EscText shown = esc_buf_as_text(&fields);
    assert_true(esc_text_contains(shown, ESC_TEXT("\"severity\":\"high\"")));
    assert_true(esc_text_contains(shown, ESC_TEXT("\"due\":\"2026-01-05T09:00:00.005Z\"")));
    assert_true(esc_text_contains(shown, ESC_TEXT("\"tags\":[\"vip\",\"eu\"]")));
    assert_text_equal(
        esc_buf_as_text(&sla),
        "{\"name\":\"gold\","
        "\"respond\":{\"state\":\"met\",\"met\":true,\"due\":\"2026-01-05T09:00:00.000Z\"},"
        "\"resolve\":{\"state\":\"breached\",\"met\":false},"
        "\"update\":{\"state\":\"running\",\"met\":false,\"since\":\"2026-01-05T08:59:59.996Z\","
        "\"due\":\"2026-01-05T09:00:00.008Z\"}}");
    esc_buf_release(&body);
    esc_buf_release(&fields);
    esc_buf_release(&sla);
    model_free(model);
}

/* --- an escalation ---------------------------------------------------------------------------- */

static void changes_fill(Model *model, EscEscalation *escalation)
{
    EscEngine *engine = model->engine;
    EscValue text = {.type = ESC_TYPE(ESC_KIND_TEXT) | ESC_TYPE_OPTIONAL, .text = ESC_TEXT("x")};
    EscChange field = {.kind = ESC_CHANGE_FIELD, .undo = ESC_NONE};
    field.name = esc_engine_intern(engine, ESC_TEXT("note"));
    field.before = esc_owned_copy(text);
    field.after = (EscOwned){esc_value_default(text.type), NULL};
    esc_change_record(engine, escalation, &field);
    EscChange call = {.kind = ESC_CHANGE_CALL, .outbox = 12, .undo = 1};
    call.name = esc_engine_intern(engine, ESC_TEXT("crm.send"));
    const EscProgram *program = &model->program.program;
    const EscActionRow *action = &program->actions[1];
    call.arguments = esc_engine_alloc((action->params_count + 1) * sizeof *call.arguments);
    for (uint32_t i = 0; i < action->params_count; i++)
        call.arguments[call.arguments_count++] =
            (EscOwned){esc_value_default(program->params[action->params_first + i].type), NULL};
    esc_change_record(engine, escalation, &call);
    EscChange ticket = {.kind = ESC_CHANGE_TICKET, .undo = ESC_NONE};
    ticket.name = esc_engine_intern(engine, ESC_TEXT("task"));
    ticket.ticket = model->ticket->id;
    ticket.no_undo = esc_engine_intern(engine, ESC_TEXT("because"));
    esc_change_record(engine, escalation, &ticket);
}

static void lists_fill(Model *model, EscEscalation *escalation)
{
    EscEngine *engine = model->engine;
    ESC_ENGINE_GROW(escalation->pages, escalation->pages_count, escalation->pages_capacity);
    escalation->pages[escalation->pages_count++] =
        (EscPage){esc_engine_intern(engine, ESC_TEXT("ana")), 3, 1, MODEL_START_MS,
                  esc_text_own(ESC_TEXT("take it"))};
    escalation->page_next = 4;
    ESC_ENGINE_GROW(escalation->expectations, escalation->expectations_count,
                    escalation->expectations_capacity);
    escalation->expectations[escalation->expectations_count++] = (EscExpectation){
        2, esc_engine_intern(engine, ESC_TEXT("ben")), MODEL_START_MS + 9, MODEL_START_MS + 4, 1,
        esc_engine_intern(engine, ESC_TEXT("ana"))};
    escalation->expectation_next = 3;
    escalation->handed_by = esc_engine_intern(engine, ESC_TEXT("ana"));
    esc_escalation_participant_add(engine, escalation, esc_engine_intern(engine, ESC_TEXT("ben")));
    escalation->offer = esc_engine_alloc(sizeof *escalation->offer);
    *escalation->offer = (EscOffer){.to = esc_engine_intern(engine, ESC_TEXT("ops")),
                                    .by = esc_engine_intern(engine, ESC_TEXT("ana")),
                                    .owner = esc_engine_intern(engine, ESC_TEXT("ana")),
                                    .reason = esc_text_own(ESC_TEXT("lunch")),
                                    .expect = ESC_EXPECT_RESOLVED,
                                    .within_ms = ESC_HOUR_MS,
                                    .calendar = 1};
    esc_offer_asked_add(escalation->offer, esc_engine_intern(engine, ESC_TEXT("ben")));
    ESC_ENGINE_GROW(escalation->inverses, escalation->inverses_count,
                    escalation->inverses_capacity);
    escalation->inverses[escalation->inverses_count++] =
        (EscInverse){77, esc_engine_intern(engine, ESC_TEXT("crm.send"))};
    escalation->left = esc_text_own(ESC_TEXT("note (somebody changed it since)"));
    ESC_ENGINE_GROW(escalation->dead_told, escalation->dead_told_count,
                    escalation->dead_told_capacity);
    escalation->dead_told[escalation->dead_told_count++] =
        (EscDeadTold){esc_engine_intern(engine, ESC_TEXT("room")), MODEL_START_MS + 4};
    esc_escalation_moment_add(escalation, (EscMoment){ESC_AUDIT_OPENED, MODEL_START_MS, {0}});
    escalation->checks[0] = ESC_CHECK_STATE_FAILED;
    escalation->raised_checks[0] = 1;
    escalation->group_key = esc_text_own(ESC_TEXT("note=\"x\""));
    esc_member_put(escalation, ESC_TEXT("M"), true);
    esc_member_put(escalation, ESC_TEXT("N"), false);
}

static void start_fill(const Model *model, EscEscalation *escalation)
{
    const EscProgram *program = &model->program.program;
    const EscEventRow *event = &program->events[EVENT_LEAD];
    escalation->start_type = EVENT_LEAD;
    escalation->start_fields = esc_engine_alloc(event->fields_count * sizeof(EscOwned));
    for (uint32_t i = 0; i < event->fields_count; i++)
        escalation->start_fields[escalation->start_fields_count++] =
            (EscOwned){{.type = ESC_TYPE(ESC_KIND_NUMBER), .number = 80}, NULL};
}

/* One with something of everything but a snapshot, which has tests of its own. */
static EscEscalation *escalation_full(Model *model)
{
    EscEscalation *escalation = model->escalation;
    EscEngine *engine = model->engine;
    escalation->role_row = 1;
    escalation->owner = esc_engine_intern(engine, ESC_TEXT("ana"));
    escalation->shown = UINT64_MAX;
    escalation->acked_ms = MODEL_START_MS + 2;
    escalation->resolved_ms = MODEL_START_MS + 4;
    escalation->last = (EscLastMessage){.outbox = 77,
                                        .to = esc_engine_intern(engine, ESC_TEXT("ben")),
                                        .medium = esc_engine_intern(engine, ESC_TEXT("chat")),
                                        .detail = esc_text_own(ESC_TEXT("201 Created")),
                                        .state = ESC_DELIVERY_SEEN,
                                        .at_ms = MODEL_START_MS + 1};
    escalation->opening_role = 3;
    escalation->handed_to = esc_engine_intern(engine, ESC_TEXT("ops"));
    escalation->turn_at_ms = MODEL_START_MS + 1;
    escalation->ack_calendar = 1;
    escalation->first_acked_ms = MODEL_START_MS + 2;
    esc_escalation_acker_add(escalation, esc_engine_intern(engine, ESC_TEXT("ana")));
    escalation->is_closed_by_when = true;
    escalation->handoffs = 1;
    escalation->exceptions = 2;
    escalation->effects = 300;
    escalation->messages = 4;
    escalation->held = 2;
    escalation->released_at_ms = MODEL_START_MS + 5;
    escalation->is_inconsistent = true;
    escalation->inconsistent_field = esc_engine_intern(engine, ESC_TEXT("note"));
    escalation->is_resolved = true;
    escalation->copy = esc_engine_alloc(sizeof *escalation->copy);
    escalation->copy->at_ms = MODEL_START_MS + 3;
    escalation->copy->triage = esc_engine_alloc(sizeof *escalation->copy->triage);
    *escalation->copy->triage = (EscRaised){.exception = 1,
                                            .is_step = true,
                                            .place = ESC_NONE,
                                            .message = esc_text_own(ESC_TEXT("it failed"))};
    esc_escalation_alarm(engine, escalation, ESC_ALARM_CLOSING, true);
    lists_fill(model, escalation);
    changes_fill(model, escalation);
    start_fill(model, escalation);
    esc_timer_put(engine, escalation, NULL, ESC_TIMER_ACK, 0, MODEL_START_MS + 60000);
    return escalation;
}

static EscEscalation *escalation_restore(Model *model, uint64_t id, EscBytes body)
{
    EscEscalationRow row = {.id = id,
                            .ticket = model->ticket->id,
                            .template_name = ESC_TEXT("incident"),
                            .owner = ESC_TEXT("ana"),
                            .opened_at_ms = MODEL_START_MS,
                            .body = body};
    memcpy(row.bundle_hash, esc_bundle_hash(model->bundle), sizeof row.bundle_hash);
    EscWhy why;
    assert_status(esc_engine_restore_escalation(model->engine, &row, &why), ESC_OK);
    return esc_escalation_find(model->engine, id);
}

#define WHOLE "" /* its steps have ended, and people go on by hand */
#define REFUSED ESC_MARK_SAY "STATE_REFUSED" ESC_MARK_SAID

static void an_escalation_there_and_back(void **state)
{
    (void)state;
    Model *model = model_new();
    EscBuf first = escalation_packed(model, escalation_full(model));
    EscEscalation *back = escalation_restore(model, 2, esc_buf_as_bytes(&first));
    assert_text_equal(back->parked_because, WHOLE);
    assert_int_equal(back->state, ESC_STATE_OPEN);
    assert_int_equal(back->copy->triage->exception, 1);
    assert_int_equal(esc_engine_alarmed_count(model->engine), 2);
    EscBuf second = escalation_packed(model, back);
    assert_same_bytes(&first, &second);
    assert_int_equal(back->changes_count, 3);
    assert_int_equal(back->role_row, 1);
    assert_int_equal(back->handoffs, 1);
    assert_int_equal(back->last.state, ESC_DELIVERY_SEEN);
    assert_text_equal(back->last.detail, "201 Created");
    assert_int_equal(model->ticket->pins, 2);
    esc_buf_release(&first);
    esc_buf_release(&second);
    model_free(model);
}

static void roles_that_the_template_has_not_are_refused(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEscalation *escalation = model->escalation;
    uint32_t roles = esc_escalation_template(escalation)->roles_count;
    const struct {
        uint32_t row, opening;
        const char *because;
    } cases[] = {
        {roles, 0, WHOLE}, /* the last resort */
        {roles - 1, ESC_ROLE_COUNT - 1, WHOLE},
        {roles + 1, 0, REFUSED},
        {UINT32_MAX, 0, REFUSED},
        {0, ESC_ROLE_COUNT, REFUSED},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        escalation->role_row = cases[i].row;
        escalation->opening_role = cases[i].opening;
        EscBuf body = escalation_packed(model, escalation);
        EscEscalation *back = escalation_restore(model, 2 + i, esc_buf_as_bytes(&body));
        assert_text_equal(back->parked_because, cases[i].because);
        esc_buf_release(&body);
    }
    model_free(model);
}

static void what_cannot_be_read_is_written_back_as_it_was(void **state)
{
    (void)state;
    Model *model = model_new();
    EscBuf body = escalation_packed(model, escalation_full(model));
    for (size_t size = 0; size < body.size; size++) {
        EscEscalation *back = escalation_restore(model, 2 + size, (EscBytes){body.data, size});
        assert_int_equal(back->state, ESC_STATE_PARKED);
        assert_text_equal(back->parked_because, REFUSED);
        EscBuf again = escalation_packed(model, back);
        assert_int_equal(again.size, size);
        if (size > 0)
            assert_memory_equal(again.data, body.data, size);
        esc_buf_release(&again);
    }
    esc_buf_release(&body);
    model_free(model);
}

static void damaged_escalations_do_no_harm(void **state)
{
    (void)state;
    Model *model = model_new();
    EscBuf body = escalation_packed(model, escalation_full(model));
    for (size_t bit = 0; bit < 8 * body.size; bit++) {
        body.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        EscEscalation *back = escalation_restore(model, 2 + bit, esc_buf_as_bytes(&body));
        assert_true(back->state == ESC_STATE_PARKED || back->parked_because.size == 0);
        assert_true(bit >= 8 || esc_text_equal(back->parked_because, ESC_TEXT(REFUSED)));
        EscBuf again = escalation_packed(model, back);
        assert_status(again.status, ESC_OK);
        esc_buf_release(&again);
        body.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    esc_buf_release(&body);
    model_free(model);
}

/* --- the workspace ---------------------------------------------------------------------------- */

static void workspace_fill(EscEngine *engine)
{
    ESC_ENGINE_GROW(engine->absences.items, engine->absences.count, engine->absences.capacity);
    engine->absences.items[engine->absences.count++] =
        (EscAbsence){.person = esc_engine_intern(engine, ESC_TEXT("ana")),
                     .deputy = esc_engine_intern(engine, ESC_TEXT("ben")),
                     .from_ms = MODEL_START_MS,
                     .until_ms = MODEL_START_MS + ESC_DAY_MS,
                     .is_for = true};
    ESC_ENGINE_GROW(engine->absences.items, engine->absences.count, engine->absences.capacity);
    engine->absences.items[engine->absences.count++] =
        (EscAbsence){.person = esc_engine_intern(engine, ESC_TEXT("cleo")),
                     .from_ms = MODEL_START_MS,
                     .until_ms = MODEL_START_MS + ESC_HOUR_MS,
                     .is_back = true};
    engine->moved_ms = -7;
    ESC_ENGINE_GROW(engine->windows.items, engine->windows.count, engine->windows.capacity);
    EscWindow *window = &engine->windows.items[engine->windows.count++];
    *window = (EscWindow){.person = esc_engine_intern(engine, ESC_TEXT("ben")),
                          .ends_at_ms = MODEL_START_MS + ESC_HOUR_MS,
                          .count = 20,
                          .items_left_out = 1};
    ESC_ENGINE_GROW(window->items, window->items_count, window->items_capacity);
    window->items[window->items_count++] = (EscDigestItem){1, esc_text_own(ESC_TEXT("told"))};
    esc_timer_put(engine, NULL, NULL, ESC_TIMER_DIGEST, 0, MODEL_START_MS + ESC_HOUR_MS);
    EscQuiets *quiets = &engine->quiets;
    ESC_ENGINE_GROW(quiets->items, quiets->count, quiets->capacity);
    EscQuiet *quiet = &quiets->items[quiets->count++];
    *quiet = (EscQuiet){.target = esc_engine_intern(engine, ESC_TEXT("room")),
                        .is_channel = true,
                        .until_ms = MODEL_START_MS + ESC_DAY_MS,
                        .items_left_out = 3};
    ESC_ENGINE_GROW(quiet->items, quiet->items_count, quiet->items_capacity);
    quiet->items[quiet->items_count++] = (EscDigestItem){2, esc_text_own(ESC_TEXT("later"))};
    ESC_ENGINE_GROW(quiets->released, quiets->released_count, quiets->released_capacity);
    EscReleased *released = &quiets->released[quiets->released_count++];
    *released = (EscReleased){.outbox = 9};
    ESC_ENGINE_GROW(released->escalations, released->count, released->capacity);
    released->escalations[released->count++] = 2;
    esc_timer_put(engine, NULL, NULL, ESC_TIMER_DIGEST, ESC_DIGEST_QUIET,
                  MODEL_START_MS + ESC_DAY_MS);
    esc_timer_put(engine, NULL, NULL, ESC_TIMER_ABSENCE, 0, MODEL_START_MS + ESC_DAY_MS);
}

static void workspace_of(const Model *model, EscBytes body, bool is_refused, EscBuf *again)
{
    const EscEngineConfig config = {.zones = model->zones, .hash_seed = 1};
    EscEngine *engine = esc_engine_new(&config);
    EscCounters counters = model->engine->counters;
    counters.time_ms = MODEL_START_MS;
    EscWhy why;
    EscStatus status = esc_engine_restore_counters(engine, &counters, body, &why);
    assert_true(status == ESC_BAD_INPUT || (status == ESC_OK && !is_refused));
    packed_open(again);
    esc_workspace_pack(again, engine);
    assert_status(again->status, ESC_OK);
    esc_engine_free(engine);
}

static void the_workspace_there_back_and_damaged(void **state)
{
    (void)state;
    Model *model = model_new();
    workspace_fill(model->engine);
    EscBuf body, again;
    packed_open(&body);
    esc_workspace_pack(&body, model->engine);
    workspace_of(model, esc_buf_as_bytes(&body), false, &again);
    assert_same_bytes(&body, &again);
    esc_buf_release(&again);
    for (size_t size = 1; size < body.size; size++) { /* 0: nothing was kept */
        workspace_of(model, (EscBytes){body.data, size}, true, &again);
        esc_buf_release(&again);
    }
    for (size_t bit = 0; bit < 8 * body.size; bit++) {
        body.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        workspace_of(model, esc_buf_as_bytes(&body), bit < 8, &again);
        esc_buf_release(&again);
        body.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    esc_buf_release(&body);
    model_free(model);
}

/* Whether a ticket is shown whose only field has this value of two: a number, or a text when there is one. */
static bool is_shown(double number, const char *text)
{
    EscBuf body, fields, sla;
    packed_open(&body);
    packed_open(&fields);
    packed_open(&sla);
    esc_buf_u8(&body, 9); /* format */
    esc_buf_varint(&body, 1);
    esc_buf_varint(&body, 2 * strlen("amount"));
    esc_buf_string(&body, "amount");
    esc_buf_u8(&body, (uint8_t)(text == NULL ? ESC_KIND_NUMBER : ESC_KIND_TEXT));
    if (text == NULL)
        esc_buf_double(&body, number);
    else
        esc_buf_packed(&body, esc_text_from(text));
    esc_buf_u8(&body, 0); /* flags */
    esc_buf_packed(&body, ESC_TEXT(""));
    bool is_one = esc_ticket_body_show(esc_buf_as_bytes(&body), &fields, NULL, &sla);
    esc_buf_release(&body);
    esc_buf_release(&fields);
    esc_buf_release(&sla);
    return is_one;
}

static void what_is_no_json_is_not_shown(void **state)
{
    (void)state;
    assert_true(is_shown(0.5, NULL));
    assert_false(is_shown((double)NAN, NULL));
    assert_false(is_shown((double)-INFINITY, NULL));
    assert_true(is_shown(0, "\xC3\xA4"));
    assert_false(is_shown(0, "\xC3("));
    EscBuf fields, sla;
    packed_open(&fields);
    packed_open(&sla);
    assert_true(esc_ticket_body_show((EscBytes){(const uint8_t *)"{}", 2}, &fields, NULL, &sla));
    assert_false(esc_ticket_body_show((EscBytes){(const uint8_t *)"{]", 2}, &fields, NULL, &sla));
    esc_buf_release(&fields);
    esc_buf_release(&sla);
}

/* A workspace whose next timer is number 8, with timers of these numbers. */
static EscStatus timers_restored(Model *model, const uint64_t *numbers, size_t count)
{
    const EscEngineConfig config = {.zones = model->zones, .hash_seed = 1};
    EscEngine *engine = esc_engine_new(&config);
    EscCounters counters = {.next_timer = 8};
    EscBuf body;
    packed_open(&body);
    esc_workspace_pack(&body, engine); /* ends with how many timers there are: none */
    body.size--;
    esc_buf_varint(&body, count);
    for (size_t i = 0; i < count; i++) {
        esc_buf_u8(&body, ESC_TIMER_DIGEST);
        esc_buf_varint(&body, i);
        esc_buf_varint(&body, numbers[i]);
        esc_buf_signed(&body, MODEL_START_MS);
    }
    EscWhy why;
    EscStatus status =
        esc_engine_restore_counters(engine, &counters, esc_buf_as_bytes(&body), &why);
    esc_buf_release(&body);
    esc_engine_free(engine);
    return status;
}

static void timers_have_numbers_of_their_own(void **state)
{
    (void)state;
    Model *model = model_new();
    assert_status(timers_restored(model, (uint64_t[]){1, 3, 7}, 3), ESC_OK);
    assert_status(timers_restored(model, (uint64_t[]){0}, 1), ESC_BAD_INPUT);
    assert_status(timers_restored(model, (uint64_t[]){3, 3}, 2), ESC_BAD_INPUT);
    assert_status(timers_restored(model, (uint64_t[]){3, 1}, 2), ESC_BAD_INPUT);
    assert_status(timers_restored(model, (uint64_t[]){8}, 1), ESC_BAD_INPUT); /* the next one's */
    model_free(model);
}

/* How a ticket is taken that has one timer. */
static EscStatus timer_restored(EscTimer kind, uint32_t index, int64_t due_ms)
{
    Model *model = model_new();
    EscTicket *ticket = esc_ticket_new(model->engine, ESC_TEXT("A"), MODEL_START_MS);
    esc_timer_put(model->engine, NULL, ticket, kind, index, due_ms);
    EscBuf body = ticket_packed(model, ticket);
    EscStatus status = ticket_restore(model, "B", esc_buf_as_bytes(&body));
    esc_buf_release(&body);
    model_free(model);
    return status;
}

static void timers_are_those_of_their_owner(void **state)
{
    (void)state;
    for (uint32_t kind = ESC_TIMER_ACK; kind < ESC_TIMER_COUNT; kind++) {
        bool is_ticket = kind >= ESC_TIMER_ARMED && kind <= ESC_TIMER_SLA_OVERDUE;
        assert_status(timer_restored((EscTimer)kind, 1, MODEL_START_MS),
                      is_ticket ? ESC_OK : ESC_BAD_INPUT);
    }
    assert_status(timer_restored(ESC_TIMER_SLA_DUE, ESC_SLA_CLOCK_COUNT, MODEL_START_MS),
                  ESC_BAD_INPUT);
    assert_status(timer_restored(ESC_TIMER_SLA_OVERDUE, UINT32_MAX, MODEL_START_MS), ESC_BAD_INPUT);
    const uint32_t warnings = ESC_SLA_CLOCK_COUNT * ESC_CLOCK_WARNS_MAX;
    assert_status(timer_restored(ESC_TIMER_SLA_WARN, warnings - 1, MODEL_START_MS), ESC_OK);
    assert_status(timer_restored(ESC_TIMER_SLA_WARN, warnings, MODEL_START_MS), ESC_BAD_INPUT);
    assert_status(timer_restored(ESC_TIMER_CLOCK, 0, MODEL_START_MS), ESC_OK); /* there is one */
    assert_status(timer_restored(ESC_TIMER_ARMED, UINT32_MAX, MODEL_START_MS),
                  ESC_OK); /* is looked for */
}

/* Bytes of a list of one timer, read for an owner; whether they are taken. */
static bool is_taken(Model *model, EscEscalation *escalation, EscTicket *ticket, uint32_t kind,
                     uint64_t index)
{
    EscBuf bytes;
    packed_open(&bytes);
    esc_buf_varint(&bytes, 1);
    esc_buf_u8(&bytes, (uint8_t)kind);
    esc_buf_varint(&bytes, index);
    esc_buf_varint(&bytes, 1);
    esc_buf_signed(&bytes, MODEL_START_MS);
    model->engine->counters.next_timer = 2;
    EscCursor cursor = esc_cursor(esc_buf_as_bytes(&bytes));
    esc_timers_unpack(&cursor, model->engine, escalation, ticket);
    esc_buf_release(&bytes);
    return !cursor.failed;
}

static void each_owner_takes_its_own_kinds_of_timers(void **state)
{
    (void)state;
    const uint64_t last = UINT32_MAX;
    for (uint32_t kind = 0; kind <= ESC_TIMER_COUNT + 1u; kind++) {
        bool is_clock = kind >= ESC_TIMER_SLA_DUE && kind <= ESC_TIMER_SLA_OVERDUE,
             is_ticket = kind >= ESC_TIMER_ARMED && kind <= ESC_TIMER_SLA_OVERDUE,
             is_escalation = (kind >= ESC_TIMER_ACK && kind <= ESC_TIMER_EXPECTATION) ||
                             kind == ESC_TIMER_SHIFT || kind == ESC_TIMER_OFFER;
        for (uint64_t index = last; index <= last + 1; index++) {
            bool fits = index == last;
            Model *model = model_new();
            EscTicket *ticket = esc_ticket_new(model->engine, ESC_TEXT("A"), MODEL_START_MS);
            assert_int_equal(is_taken(model, model->escalation, NULL, kind, index),
                             is_escalation && fits);
            assert_int_equal(is_taken(model, NULL, ticket, kind, index),
                             is_ticket && fits && !is_clock);
            assert_int_equal(is_taken(model, NULL, NULL, kind, index),
                             kind == ESC_TIMER_DIGEST && fits);
            model_free(model);
        }
    }
}

static void instants_have_bounds(void **state)
{
    (void)state;
    const int64_t last_ms = INT64_C(1) << 53;
    assert_status(timer_restored(ESC_TIMER_ARMED, 1, last_ms), ESC_OK);
    assert_status(timer_restored(ESC_TIMER_ARMED, 1, -last_ms), ESC_OK);
    assert_status(timer_restored(ESC_TIMER_ARMED, 1, last_ms + 1), ESC_BAD_INPUT);
    assert_status(timer_restored(ESC_TIMER_ARMED, 1, INT64_MIN), ESC_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_value_there_and_back),
        cmocka_unit_test(what_does_not_fit_becomes_the_default),
        cmocka_unit_test(a_ticket_there_and_back),
        cmocka_unit_test(origins_there_and_back),
        cmocka_unit_test(a_ticket_under_another_bundle),
        cmocka_unit_test(damaged_tickets_do_no_harm),
        cmocka_unit_test(each_owner_takes_its_own_kinds_of_timers),
        cmocka_unit_test(a_ticket_is_shown_without_its_bundle),
        cmocka_unit_test(an_escalation_there_and_back),
        cmocka_unit_test(roles_that_the_template_has_not_are_refused),
        cmocka_unit_test(what_cannot_be_read_is_written_back_as_it_was),
        cmocka_unit_test(damaged_escalations_do_no_harm),
        cmocka_unit_test(the_workspace_there_back_and_damaged),
        cmocka_unit_test(timers_have_numbers_of_their_own),
        cmocka_unit_test(timers_are_those_of_their_owner),
        cmocka_unit_test(instants_have_bounds),
        cmocka_unit_test(what_is_no_json_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
