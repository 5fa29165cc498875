/* resort.c - the last resort: one after the other of its people is asked; when none of them acknowledges there is an
 * alarm, and the first is paged again and again until somebody does, or the escalation ends. */
#include <engine/duty.h>

#define PAGED_EVERY_MS ESC_HOUR_MS /* on the first day after the alarm, then once a day */
#define HOURLY_ALARMS 24
#define PAGED_FOR_MS (400 * ESC_DAY_MS)

/* The next one who is there and was not asked in this pass; empty when there is none. */
static EscText next_person(const EscEscalation *escalation, const EscPeople *people)
{
    const EscResort *resort = &escalation->resort;
    for (uint32_t i = 0; i < people->count; i++) {
        if (!esc_texts_hold(resort->asked, resort->asked_count, people->names[i]))
            return people->names[i];
    }
    return (EscText){0};
}

static void person_turn(EscEngine *engine, EscEscalation *escalation, EscText person,
                        EscText because)
{
    uint32_t alarms = escalation->resort.alarms;
    bool is_chain_over = escalation->is_chain_over;
    esc_turn_begin(engine, escalation, esc_role_count(escalation), person, because);
    escalation->resort.alarms = alarms;
    escalation->is_chain_over = is_chain_over;
}

/* Nobody of them is left to be asked: whoever watches has to see it. */
static void alarm_raise(EscEngine *engine, EscEscalation *escalation, const EscPeople *people,
                        EscText because)
{
    EscResort *resort = &escalation->resort;
    EscText person = esc_people_stand(engine, people);
    person_turn(engine, escalation, person, because);
    resort->alarms++;
    escalation->is_chain_over = true;
    esc_escalation_alarm(engine, escalation, ESC_ALARM_OWNER, true);
    int64_t wait_ms = resort->alarms <= HOURLY_ALARMS ? PAGED_EVERY_MS : ESC_DAY_MS;
    bool is_last = engine->now_ms + wait_ms > resort->since_ms + PAGED_FOR_MS;
    if (is_last)
        esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_ACK, 0);
    else
        esc_turn_deadline(engine, escalation, wait_ms, 0);
    EscText next = is_last ? ESC_TEXT("never") : esc_turn_until(engine, escalation);
    esc_audit_escalation(
        engine, escalation, ESC_AUDIT_ALARM,
        esc_audit_data(engine, "owner", person, "because", because, "again", next, NULL),
        "ALARM: %.*s; %.*s stands as the last resort%s, and is paged now and again: %.*s",
        ESC_TEXT_ARG(because), ESC_TEXT_ARG(person), people->count == 0 ? ", though away" : "",
        ESC_TEXT_ARG(next));
}

static void resort_ask(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    EscPeople people;
    esc_role_people(engine, escalation, esc_role_count(escalation), &people);
    esc_skipped_tell(engine, escalation, &people, ESC_TEXT("was passed over as last resort"));
    if (escalation->resort.asked_count == 0)
        escalation->resort.since_ms = engine->now_ms;
    EscText person = next_person(escalation, &people);
    if (person.size == 0) {
        alarm_raise(engine, escalation, &people,
                    people.count == 0 ? ESC_SAYING(RESORT_AWAY) : because);
        return;
    }
    person_turn(engine, escalation, person, because);
    esc_escalation_asked_add(escalation, person);
    esc_turn_record(engine, escalation, people.via);
}

void esc_role_last_resort(EscEngine *engine, EscEscalation *escalation, EscText because,
                          bool is_chain_over)
{
    escalation->resort.asked_count = 0;
    escalation->resort.alarms = 0;
    escalation->is_chain_over = is_chain_over;
    resort_ask(engine, escalation, because);
    esc_escalation_moment(engine, escalation, ESC_AUDIT_FAILOVER, escalation->owner);
}

void esc_resort_next(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    if (escalation->resort.alarms == 0) {
        resort_ask(engine, escalation, because);
        return;
    }
    EscPeople people;
    esc_role_people(engine, escalation, esc_role_count(escalation), &people);
    alarm_raise(engine, escalation, &people, people.count == 0 ? ESC_SAYING(RESORT_AWAY) : because);
}

bool esc_resort_stands(EscEngine *engine, EscEscalation *escalation)
{
    if ((escalation->alarms & ESC_ALARM_OWNER) == 0)
        return false;
    EscPeople people;
    esc_role_people(engine, escalation, esc_role_count(escalation), &people);
    return esc_text_equal(esc_people_stand(engine, &people), escalation->owner);
}
