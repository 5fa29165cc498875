/* handoff.c - ownership handed over with a reason and an expectation, by a template or by a person. */
#include <engine/duty.h>

#include <string.h>

/* Position of the role that a hand-off goes to; ESC_NONE when it goes to somebody outside the roles. */
static uint32_t role_position(const EscEscalation *escalation, EscRef to)
{
    const EscTemplateRow *row = esc_escalation_template(escalation);
    uint32_t wanted = esc_ref_kind(to) == ESC_REF_ROLE ? esc_ref_index(to) : ESC_NONE;
    if (wanted == 3)
        return row->roles_count;
    for (uint32_t i = 0; i < row->roles_count; i++) {
        const EscRoleRow *role = &escalation->bundle->program->roles[row->roles_first + i];
        if (role->role == wanted || (wanted == ESC_NONE && role->owner == to))
            return i;
    }
    return ESC_NONE;
}

/* The policy's limit on hand-offs; false when this one is too many, and the exception it asks for is on its way. */
static bool limit_allows(EscEngine *engine, EscEscalation *escalation)
{
    const EscProgram *program = engine->schema.current->program;
    EscTicket *ticket = escalation->ticket;
    for (uint32_t i = 0; i < program->limits_count; i++) {
        const EscLimitRow *limit = &program->limits[i];
        if (limit->kind != ESC_LIMIT_HANDOFFS_PER_TICKET)
            continue;
        uint32_t count = 0;
        for (size_t j = 0; j < ticket->handoffs_count; j++)
            count += ticket->handoffs[j] > engine->now_ms - limit->window_ms;
        if (count < limit->count)
            continue;
        EscText text = esc_turn_printf(engine, "%u hand-offs of %.*s within %.*s are the limit",
                                       limit->count, ESC_TEXT_ARG(ticket->id),
                                       ESC_TEXT_ARG(esc_duration_text(engine, limit->window_ms)));
        esc_audit_escalation(engine, escalation, ESC_AUDIT_LIMITED,
                             esc_audit_data(engine, "limit", ESC_TEXT("handoffs"), NULL), "%.*s",
                             ESC_TEXT_ARG(text));
        if (limit->action == ESC_LIMIT_ACTION_RAISE && limit->exception > 0) {
            EscText name = program->texts[program->exceptions[limit->exception - 1].name];
            esc_exception_ask_named(engine, escalation, name, text);
        }
        return false;
    }
    return true;
}

static void handoff_count(EscEngine *engine, EscEscalation *escalation)
{
    EscTicket *ticket = escalation->ticket;
    escalation->handoffs++;
    esc_ticket_handoff_add(ticket, engine->now_ms);
    esc_ticket_dirty(engine, ticket);
}

static void expectation_put(EscEngine *engine, EscEscalation *escalation, int64_t due_ms,
                            uint32_t calendar)
{
    if (escalation->expectations_count == ESC_EXPECTATIONS_MAX)
        return;
    ESC_ENGINE_GROW(escalation->expectations, escalation->expectations_count,
                    escalation->expectations_capacity);
    uint32_t number = escalation->expectation_next++;
    escalation->expectations[escalation->expectations_count++] =
        (EscExpectation){number, escalation->owner, due_ms, calendar};
    esc_timer_put(engine, escalation, NULL, ESC_TIMER_EXPECTATION, number, due_ms);
}

/* `expect acked within D` sets the deadline of the turn; `expect resolved within D` stands beside it. */
static int64_t deadlines_put(EscEngine *engine, EscEscalation *escalation, EscExpect expect,
                             int64_t within_ms, uint32_t calendar)
{
    esc_role_ack_timer(engine, escalation);
    const EscTimerNode *own = esc_timer_find(escalation->timers, ESC_TIMER_ACK, 0);
    if (within_ms == 0)
        return own == NULL ? 0 : own->due_ms;
    const EscEngineBundle *bundle =
        escalation->bundle != NULL ? escalation->bundle : engine->schema.current;
    int64_t due_ms =
        esc_calendar_due_ms(bundle->program, engine->zones, calendar, engine->now_ms, within_ms);
    if (expect == ESC_EXPECT_RESOLVED)
        expectation_put(engine, escalation, due_ms, calendar);
    else if (own != NULL || escalation->role != 3) {
        escalation->ack_calendar = calendar;
        esc_timer_put(engine, escalation, NULL, ESC_TIMER_ACK, 0, due_ms);
    }
    return due_ms;
}

static void handoff_record(EscEngine *engine, EscEscalation *escalation, EscText from,
                           EscText reason, EscExpect expect, int64_t due_ms)
{
    EscText until = due_ms > 0 ? esc_local_time(engine, due_ms) : (EscText){0};
    EscText role = esc_text_from(esc_role_name(escalation->role));
    EscText word = expect == ESC_EXPECT_ACKED ? ESC_TEXT("acked") : ESC_TEXT("resolved");
    EscText data = esc_audit_data(engine, "from", from, "owner", escalation->owner, "role", role,
                                  "reason", reason, "expect", word, "until", until, NULL);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_HANDOFF, data,
                         "%.*s handed over to %.*s (%.*s) because %.*s%s%.*s%s%.*s",
                         ESC_TEXT_ARG(from), ESC_TEXT_ARG(escalation->owner), ESC_TEXT_ARG(role),
                         ESC_TEXT_ARG(reason), until.size > 0 ? "; expected to be " : "",
                         ESC_TEXT_ARG(until.size > 0 ? word : until), until.size > 0 ? " by " : "",
                         ESC_TEXT_ARG(until));
    esc_escalation_moment(engine, escalation, ESC_AUDIT_HANDOFF, escalation->owner);
}

static void new_owners_page(EscEngine *engine, EscEscalation *escalation, const EscPeople *people,
                            EscText reason)
{
    EscText title = esc_ticket_text(engine, escalation->ticket, engine->schema.title_slot);
    EscText text = esc_turn_printf(engine, "%.*s (%.*s) was handed to you because %.*s",
                                   ESC_TEXT_ARG(escalation->ticket->id), ESC_TEXT_ARG(title),
                                   ESC_TEXT_ARG(reason));
    for (uint32_t i = 0; i < people->count; i++)
        esc_page_person(engine, escalation, people->names[i], text);
}

bool esc_role_handoff(EscEngine *engine, EscEscalation *escalation, const EscEngineBundle *bundle,
                      EscRef to, EscText reason, EscExpect expect, int64_t within_ms,
                      uint32_t calendar)
{
    if (!limit_allows(engine, escalation))
        return false;
    EscText from = escalation->owner;
    EscPeople people;
    esc_people_find(engine, escalation, escalation->ticket, bundle, to, &people);
    for (uint32_t i = 0; i < people.skipped_count; i++)
        esc_audit_escalation(engine, escalation, ESC_AUDIT_SKIPPED,
                             esc_audit_data(engine, "person", people.skipped[i], "because",
                                            ESC_TEXT("absent"), NULL),
                             "%.*s is absent and was passed over in a hand-off",
                             ESC_TEXT_ARG(people.skipped[i]));
    handoff_count(engine, escalation);
    esc_pages_stop(engine, escalation, (EscText){0});
    if (people.count == 0) {
        esc_role_last_resort(engine, escalation, "a hand-off found nobody");
        handoff_record(engine, escalation, from, reason, expect,
                       deadlines_put(engine, escalation, expect, within_ms, calendar));
        return true;
    }
    uint32_t position = bundle == escalation->bundle ? role_position(escalation, to) : ESC_NONE;
    esc_role_take(engine, escalation, position == ESC_NONE ? escalation->role_row : position,
                  people.names[0], position == ESC_NONE ? people.via : (EscText){0});
    handoff_record(engine, escalation, from, reason, expect,
                   deadlines_put(engine, escalation, expect, within_ms, calendar));
    new_owners_page(engine, escalation, &people, reason);
    return true;
}

static void expectation_remove(EscEscalation *escalation, size_t at)
{
    memmove(escalation->expectations + at, escalation->expectations + at + 1,
            (escalation->expectations_count - at - 1) * sizeof *escalation->expectations);
    escalation->expectations_count--;
}

void esc_expectation_fire(EscEngine *engine, EscEscalation *escalation, uint32_t number)
{
    for (size_t i = 0; i < escalation->expectations_count; i++) {
        if (escalation->expectations[i].number != number)
            continue;
        EscText person = escalation->expectations[i].person;
        expectation_remove(escalation, i);
        esc_audit_escalation(engine, escalation, ESC_AUDIT_EXPECTATION_MISSED,
                             esc_audit_data(engine, "expect", ESC_TEXT("resolved"), NULL),
                             "%.*s was expected to resolve this by now and did not",
                             ESC_TEXT_ARG(person));
        EscNotice message = {
            .text = esc_turn_printf(engine, "%.*s was to be resolved by now; %.*s owns it",
                                    ESC_TEXT_ARG(escalation->ticket->id),
                                    ESC_TEXT_ARG(escalation->owner)),
            .is_due = true,
        };
        esc_message_ref(engine, escalation, ESC_REF(ESC_REF_ROLE, 4), &message);
        esc_message_ref(engine, escalation, ESC_REF(ESC_REF_ROLE, 3), &message);
        return;
    }
}

void esc_expectations_move(const EscEngine *engine, EscEscalation *escalation, const EscMove *move)
{
    const EscProgram *program = escalation->bundle == NULL ? NULL : escalation->bundle->program;
    for (size_t i = 0; i < escalation->expectations_count; i++) {
        EscExpectation *expectation = &escalation->expectations[i];
        expectation->due_ms =
            esc_move_due(engine, program, move, expectation->calendar, expectation->due_ms);
    }
}

int64_t esc_expectation_due_ms(const EscEscalation *escalation, uint32_t number, int64_t otherwise)
{
    for (size_t i = 0; i < escalation->expectations_count; i++) {
        if (escalation->expectations[i].number == number)
            return escalation->expectations[i].due_ms;
    }
    return otherwise;
}

void esc_expectations_met(EscEngine *engine, EscEscalation *escalation)
{
    while (escalation->expectations_count > 0) {
        EscExpectation *expectation = &escalation->expectations[0];
        EscText person = expectation->person;
        esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_EXPECTATION, expectation->number);
        expectation_remove(escalation, 0);
        esc_audit_escalation(engine, escalation, ESC_AUDIT_EXPECTATION_MET,
                             esc_audit_data(engine, "expect", ESC_TEXT("resolved"), NULL),
                             "resolved in time, as was expected of %.*s", ESC_TEXT_ARG(person));
    }
}
