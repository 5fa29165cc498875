/* resort.c - the last resort: one after the other of its people is asked; when none of them acknowledges there is an
 * alarm, and the first is paged again and again until somebody does, or the escalation ends. Where the policy says a pace
 * (`every 10m`) all of them are, one after the other, round and round, with an alarm for each round. */
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

/* How often the next one is asked behind the alarm; 0: the policy does not say. As all of the last resort, the present one's. */
static int64_t pace_ms(EscEngine *engine, const EscEscalation *escalation)
{
    const EscProgram *program = esc_resort_bundle(engine, escalation)->program;
    return program->paces_count == 0 ? 0 : program->paces[0].every_ms;
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

/* Until the next page behind the alarm. */
static int64_t wait_ms(EscEngine *engine, const EscEscalation *escalation)
{
    int64_t pace = pace_ms(engine, escalation);
    if (pace != 0)
        return pace;
    return escalation->resort.alarms <= HOURLY_ALARMS ? PAGED_EVERY_MS : ESC_DAY_MS;
}

/* Pages end one day: the next one would lie behind that. */
static bool is_last(EscEngine *engine, const EscEscalation *escalation)
{
    return engine->now_ms + wait_ms(engine, escalation) >
           escalation->resort.since_ms + PAGED_FOR_MS;
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
    if (pace_ms(engine, escalation) != 0) { /* a round begins with them */
        resort->asked_count = 0;
        esc_escalation_asked_add(escalation, person);
    }
    bool is_end = is_last(engine, escalation);
    if (is_end)
        esc_timer_cancel(engine, escalation, NULL, ESC_TIMER_ACK, 0);
    else
        esc_turn_deadline(engine, escalation, wait_ms(engine, escalation), 0);
    EscText next = is_end ? ESC_TEXT("never") : esc_turn_until(engine, escalation);
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

/* Behind the alarm: the next of the round, or the alarm again at its end. */
static void round_go_on(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    EscPeople people;
    esc_role_people(engine, escalation, esc_role_count(escalation), &people);
    EscText person = next_person(escalation, &people);
    if (person.size == 0 || pace_ms(engine, escalation) == 0 || is_last(engine, escalation)) {
        alarm_raise(engine, escalation, &people,
                    people.count == 0 ? ESC_SAYING(RESORT_AWAY) : because);
        return;
    }
    person_turn(engine, escalation, person, because);
    escalation->is_chain_over = true;
    esc_escalation_alarm(engine, escalation, ESC_ALARM_OWNER, true);
    esc_escalation_asked_add(escalation, person);
    esc_turn_deadline(engine, escalation, wait_ms(engine, escalation), 0);
    esc_turn_record(engine, escalation, people.via);
}

void esc_resort_next(EscEngine *engine, EscEscalation *escalation, EscText because)
{
    if (escalation->resort.alarms == 0)
        resort_ask(engine, escalation, because);
    else
        round_go_on(engine, escalation, because);
}

bool esc_resort_stands(EscEngine *engine, EscEscalation *escalation)
{
    if ((escalation->alarms & ESC_ALARM_OWNER) == 0)
        return false;
    EscPeople people;
    esc_role_people(engine, escalation, esc_role_count(escalation), &people);
    return esc_text_equal(esc_people_stand(engine, &people), escalation->owner);
}
