/* expectations.c - who was handed an escalation with `expect resolved within D`, and what became of that: met, missed, or to be
 * met again when the ticket is opened again.
 *
 * Not its job: that the next one acknowledges in time, which is the deadline of a turn (turns.c). */
#include <engine/duty.h>

#include <string.h>

void esc_expectation_put(EscEngine *engine, EscEscalation *escalation, int64_t due_ms,
                         uint32_t calendar, EscText by)
{
    ESC_ENGINE_GROW(escalation->expectations, escalation->expectations_count,
                    escalation->expectations_capacity);
    uint32_t number = escalation->expectation_next++;
    escalation->expectations[escalation->expectations_count++] =
        (EscExpectation){number, escalation->owner, due_ms, 0, calendar, by};
    esc_timer_put(engine, escalation, NULL, ESC_TIMER_EXPECTATION, number, due_ms);
}

static void expectation_remove(EscEscalation *escalation, size_t at)
{
    memmove(escalation->expectations + at, escalation->expectations + at + 1,
            (escalation->expectations_count - at - 1) * sizeof *escalation->expectations);
    escalation->expectations_count--;
}

/* Who expected it hears that it was missed, and whoever has it is reminded. */
static void missed_tell(EscEngine *engine, EscEscalation *escalation, const EscExpectation *missed)
{
    EscText ticket = escalation->ticket->id, owner = escalation->owner;
    if (missed->by.size > 0 && !esc_text_equal(missed->by, owner) &&
        !esc_person_absent(engine, missed->by)) {
        EscText due = esc_person_time(engine, missed->by, missed->due_ms);
        const EscNotice notice = {
            .marked = esc_say(engine, EXPECTED_MISSED, missed->person, ticket, due, owner),
            .is_due = true};
        esc_message_person(engine, escalation, missed->by, &notice);
    }
    if (esc_person_absent(engine, owner))
        return;
    EscText due = esc_person_time(engine, owner, missed->due_ms);
    const EscNotice notice = {.marked = esc_say(engine, REMIND_RESOLVE, ticket, due),
                              .is_due = true};
    esc_message_person(engine, escalation, owner, &notice);
}

void esc_expectation_fire(EscEngine *engine, EscEscalation *escalation, uint32_t number)
{
    if (esc_escalation_is_resolved(engine, escalation)) { /* of one that is parked nobody looks */
        esc_expectations_met(engine, escalation);
        return;
    }
    for (size_t i = 0; i < escalation->expectations_count; i++) {
        if (escalation->expectations[i].number != number)
            continue;
        const EscExpectation missed = escalation->expectations[i];
        EscText person = missed.person;
        expectation_remove(escalation, i);
        esc_audit_escalation(engine, escalation, ESC_AUDIT_EXPECTATION_MISSED,
                             esc_audit_data(engine, "expect", ESC_TEXT("resolved"), NULL),
                             "%.*s was expected to resolve this by now and did not",
                             ESC_TEXT_ARG(person));
        missed_tell(engine, escalation, &missed);
        (void)esc_exception_ask(engine, escalation, ESC_EXCEPTION_OVERDUE,
                                esc_say(engine, EXPECTED_BY_NOW, person, escalation->owner));
        return;
    }
}

void esc_expectations_move(const EscEngine *engine, EscEscalation *escalation, const EscMove *move)
{
    const EscProgram *program = escalation->bundle == NULL ? NULL : escalation->bundle->program;
    for (size_t i = 0; i < escalation->expectations_count; i++) {
        EscExpectation *expectation = &escalation->expectations[i];
        if (expectation->met_ms == 0) {
            expectation->due_ms =
                esc_move_due(engine, program, move, expectation->calendar, expectation->due_ms);
            continue;
        }
        expectation->met_ms += esc_move_by(move);
        expectation->due_ms += esc_move_by(move);
    }
}

int64_t esc_expected_by_ms(const EscEscalation *escalation, EscText person)
{
    int64_t first_ms = 0;
    for (size_t i = 0; i < escalation->expectations_count; i++) {
        const EscExpectation *expectation = &escalation->expectations[i];
        if (expectation->met_ms == 0 && esc_text_equal(expectation->person, person) &&
            (first_ms == 0 || expectation->due_ms < first_ms))
            first_ms = expectation->due_ms;
    }
    return first_ms;
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
    for (size_t i = 0; i < escalation->expectations_count; i++) {
        EscExpectation *expectation = &escalation->expectations[i];
        if (expectation->met_ms != 0)
            continue;
        expectation->met_ms = engine->now_ms;
        esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_EXPECTATION, expectation->number);
        esc_escalation_dirty(engine, escalation);
        esc_audit_escalation(engine, escalation, ESC_AUDIT_EXPECTATION_MET,
                             esc_audit_data(engine, "expect", ESC_TEXT("resolved"), NULL),
                             "resolved in time, as was expected of %.*s",
                             ESC_TEXT_ARG(expectation->person));
    }
}

void esc_expectations_go_on(EscEngine *engine, EscEscalation *escalation)
{
    for (size_t i = 0; i < escalation->expectations_count; i++) {
        EscExpectation *expectation = &escalation->expectations[i];
        if (expectation->met_ms == 0)
            continue;
        expectation->due_ms += engine->now_ms - expectation->met_ms;
        expectation->met_ms = 0;
        esc_timer_put(engine, escalation, NULL, ESC_TIMER_EXPECTATION, expectation->number,
                      expectation->due_ms);
        esc_escalation_dirty(engine, escalation);
        EscText until = esc_local_time(engine, expectation->due_ms);
        esc_audit_escalation(
            engine, escalation, ESC_AUDIT_EXPECTATION_AGAIN,
            esc_audit_data(engine, "expect", ESC_TEXT("resolved"), "until", until, NULL),
            "%.*s is expected again to resolve it, by %.*s", ESC_TEXT_ARG(expectation->person),
            ESC_TEXT_ARG(until));
    }
}
