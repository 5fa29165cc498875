/* absences.c - somebody is away: when an absence begins that was planned, and what it means for what they are accountable
 * for. */
#include <engine/flow.h>

#include <stdlib.h>

#include "deeds.h"

/* --- what they are accountable for ------------------------------------------------------------ */

/* Open escalations, in the order of their numbers. */
static EscEscalation **open_list(EscEngine *engine, size_t *count)
{
    EscEscalation **list =
        esc_arena_alloc_array(engine->turn.arena, engine->escalations.count, sizeof *list);
    ESC_ASSERT(list != NULL);
    EscEscalation *escalation = NULL;
    *count = 0;
    for (size_t at = 0; (escalation = esc_escalation_next(engine, &at)) != NULL;) {
        if (esc_escalation_is_open(escalation))
            list[(*count)++] = escalation;
    }
    return list;
}

static bool is_theirs(const EscEscalation *escalation, EscText person)
{
    return esc_escalation_is_open(escalation) && esc_text_equal(escalation->owner, person);
}

static int by_id(const void *key, const void *item)
{
    const EscEscalation *a = key, *b = *(EscEscalation *const *)item;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* A ticket's escalations all hear an event of the ticket, so it is raised once for each ticket: with the first of them
 * that stands in the list, which is in the order of their numbers. */
static bool was_raised(EscEscalation *const *list, size_t at, const EscTicket *ticket)
{
    for (size_t i = 0; i < ticket->open_count; i++) {
        if (bsearch(ticket->open[i], list, at, sizeof *list, by_id) != NULL)
            return true;
    }
    return false;
}

/* Every ticket that the person is accountable for hears of it, then its escalations look for somebody else. */
void esc_absence_spread(EscEngine *engine, EscText person)
{
    size_t count = 0, theirs = 0;
    esc_tasks_absent(engine, person);
    EscEscalation **list = open_list(engine, &count);
    for (size_t i = 0; i < count; i++) {
        esc_offer_absent(engine, list[i], person);
        if (is_theirs(list[i], person))
            list[theirs++] = list[i];
        else if (esc_role_ack_judge(engine, list[i]))
            esc_qa_acked(engine, list[i]);
    }
    for (size_t i = 0; i < theirs; i++) {
        EscValue field = {.type = ESC_TYPE(ESC_KIND_TEXT), .text = person};
        if (is_theirs(list[i], person) && !was_raised(list, i, list[i]->ticket))
            esc_event_internal(engine, list[i]->ticket, ESC_EVENT_OWNER_ABSENT, &field, 1);
        if (is_theirs(list[i], person))
            esc_role_absent(engine, list[i], esc_say(engine, AWAY, list[i]->owner));
        if (esc_escalation_is_open(list[i]) && (list[i]->alarms & ESC_ALARM_OWNER) != 0)
            esc_deed_note(engine,
                          esc_turn_printf(
                              engine, "nobody stands in for %.*s, who is the last resort of E-%llu",
                              ESC_TEXT_ARG(person), (unsigned long long)list[i]->id));
        esc_outcome_add(engine, list[i]);
    }
}

/* --- an absence begins ------------------------------------------------------------------------ */

static void begin(EscEngine *engine, EscText person, const EscAwayNow *away)
{
    EscText until = esc_local_time(engine, away->until_ms);
    person = esc_engine_intern(engine, person);
    esc_audit_ticket(
        engine, NULL, ESC_AUDIT_ABSENT,
        esc_audit_data(engine, "person", person, "until", until, "deputy", away->deputy, NULL),
        "%.*s is away until %.*s%s%.*s%s", ESC_TEXT_ARG(person), ESC_TEXT_ARG(until),
        away->deputy.size > 0 ? ", and " : "", ESC_TEXT_ARG(away->deputy),
        away->deputy.size > 0 ? " stands in" : "");
    esc_absence_spread(engine, person);
}

void esc_absences_fire(EscEngine *engine, int64_t due_ms)
{
    const EscProgram *program = engine->schema.current->program;
    EscAwayNow away;
    for (uint32_t i = 0; i < program->persons_count; i++) {
        if (esc_absence_of(engine, i, engine->now_ms, &away) && away.from_ms >= due_ms)
            begin(engine, program->texts[program->persons[i].name], &away);
    }
    esc_absences_alarm(engine);
}
