/* paged.c - pages under way: which outbox row carries each one, or that it waits for the merged page of a storm; and
 * whether anybody of the present turn can still be reached by one.
 *
 * A merged page is one row for many escalations and belongs to none, so each of them knows here which row speaks for it. */
#include <engine/duty.h>

#include <string.h>

static void paged_remove(EscEngine *engine, EscEscalation *escalation, size_t at)
{
    memmove(escalation->paged + at, escalation->paged + at + 1,
            (escalation->paged_count - at - 1) * sizeof *escalation->paged);
    escalation->paged_count--;
    esc_escalation_dirty(engine, escalation);
}

static bool is_to(const EscPaged *paged, EscText person, uint32_t kind)
{
    return paged->kind == kind && esc_text_equal(paged->person, person);
}

void esc_paged_add(EscEngine *engine, EscEscalation *escalation, EscText person, uint32_t kind,
                   uint64_t outbox)
{
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    bool is_of_turn = esc_people_has(&people, person);
    if (escalation->paged_count == ESC_PAGED_MAX) {
        escalation->is_turn_reached = escalation->is_turn_reached || is_of_turn;
        return;
    }
    ESC_ENGINE_GROW(escalation->paged, escalation->paged_count, escalation->paged_capacity);
    escalation->paged[escalation->paged_count++] = (EscPaged){
        .person = esc_engine_intern(engine, person),
        .kind = (uint8_t)kind,
        .outbox = outbox,
        .is_of_turn = is_of_turn,
    };
    if (outbox == 0)
        escalation->messages++;
    esc_escalation_dirty(engine, escalation);
}

void esc_paged_stop(EscEngine *engine, EscEscalation *escalation, EscText person)
{
    for (size_t i = escalation->paged_count; i > 0; i--) {
        const EscPaged *paged = &escalation->paged[i - 1];
        bool is_meant = person.size == 0 || esc_text_equal(paged->person, person);
        if (paged->outbox != 0 || !is_meant)
            continue;
        escalation->messages--;
        paged_remove(engine, escalation, i - 1);
    }
}

void esc_paged_merge(EscEngine *engine, EscEscalation *escalation, EscText person, uint32_t kind,
                     uint64_t outbox)
{
    for (size_t i = escalation->paged_count; i > 0; i--) {
        EscPaged *paged = &escalation->paged[i - 1];
        if (paged->outbox != 0 || !is_to(paged, person, kind))
            continue;
        paged->outbox = outbox;
        esc_escalation_dirty(engine, escalation);
        if (outbox != 0)
            continue;
        escalation->dead++; /* the directory has no such contact any more */
        paged_remove(engine, escalation, i - 1);
    }
}

bool esc_paged_is_under_way(const EscEscalation *escalation, EscText person)
{
    for (size_t i = 0; i < escalation->paged_count; i++) {
        const EscPaged *paged = &escalation->paged[i];
        if (paged->outbox != 0 && esc_text_equal(paged->person, person))
            return true;
    }
    return false;
}

bool esc_paged_is_of(const EscEscalation *escalation, uint64_t outbox)
{
    for (size_t i = 0; i < escalation->paged_count; i++)
        if (escalation->paged[i].outbox == outbox)
            return true;
    return false;
}

uint32_t esc_paged_settled(EscEngine *engine, EscEscalation *escalation, uint64_t outbox,
                           bool is_dead)
{
    uint32_t count = 0;
    for (size_t i = escalation->paged_count; i > 0; i--) {
        const EscPaged *paged = &escalation->paged[i - 1];
        if (paged->outbox != outbox)
            continue;
        count++;
        escalation->is_turn_reached =
            escalation->is_turn_reached || (paged->is_of_turn && !is_dead);
        paged_remove(engine, escalation, i - 1);
    }
    return count;
}

void esc_paged_turn_begin(EscEscalation *escalation)
{
    escalation->is_turn_reached = false;
    for (size_t i = 0; i < escalation->paged_count; i++)
        escalation->paged[i].is_of_turn = false;
}

/* Somebody who has acknowledged was reached, and behind an alarm pages come by the hour: no turn ends by them. */
bool esc_turn_is_out_of_reach(EscEngine *engine, EscEscalation *escalation)
{
    bool is_running = esc_timer_find(escalation->timers, ESC_TIMER_ACK, 0) != NULL &&
                      escalation->ackers_count == 0 && escalation->resort.alarms == 0;
    if (!is_running || escalation->is_turn_reached)
        return false;
    EscPeople people;
    esc_turn_people(engine, escalation, &people);
    for (size_t i = 0; i < escalation->paged_count; i++)
        if (escalation->paged[i].is_of_turn && esc_people_has(&people, escalation->paged[i].person))
            return false;
    for (size_t i = 0; i < escalation->pages_count; i++)
        if (esc_people_has(&people, escalation->pages[i].person))
            return false; /* its next method is still to come */
    return true;
}
