/* deeds_operators.c - people resolve a ticket, start a template, say who is away and who is back. */
#include "deeds.h"

#include <stdlib.h>
#include <string.h>

EscStatus esc_deed_resolve(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    EscStatus status = esc_deed_check_actor(deed);
    if (status != ESC_OK)
        return status;
    /* An old button: after a restart a closed escalation is not there at all, so it must not resolve its ticket now. */
    if (deed->action->escalation != 0 && !esc_escalation_is_open(deed->escalation))
        return esc_deed_noop_text(deed, esc_deed_closed_text(deed));
    if (esc_ticket_is_resolved(engine, deed->ticket))
        return esc_deed_noop(deed, "the ticket is resolved already");
    esc_ticket_remember(engine, deed->ticket, false);
    engine->turn.is_taking = true;
    esc_ticket_set_resolved(engine, deed->ticket, "resolved", true);
    engine->turn.is_taking = false;
    esc_audit_ticket(engine, deed->ticket, ESC_AUDIT_RESOLVED,
                     esc_audit_data(engine, "reason", deed->action->reason, NULL),
                     "%.*s resolved %.*s%.*s", ESC_TEXT_ARG(deed->actor),
                     ESC_TEXT_ARG(deed->ticket->id), ESC_TEXT_ARG(esc_deed_reason_tail(deed)));
    esc_event_internal(engine, deed->ticket, ESC_EVENT_TICKET_RESOLVED, NULL, 0);
    return ESC_OK;
}

EscStatus esc_deed_start(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    const EscProgram *program = engine->schema.current->program;
    uint32_t template_index = esc_template_find(program, deed->action->target);
    if (template_index == ESC_NONE)
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "there is no template \"%.*s\"",
                       ESC_TEXT_ARG(esc_utf8_cut(deed->action->target, 64)));
    if (!program->templates[template_index].is_manual)
        return esc_why(deed->why, ESC_FORBIDDEN, "", 0, "the template %.*s does not say `manual`",
                       ESC_TEXT_ARG(deed->action->target));
    if (deed->action->escalation != 0 && !esc_escalation_is_open(deed->escalation))
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "E-%llu is closed: name the ticket instead",
                       (unsigned long long)deed->escalation->id);
    if (esc_ticket_open_of(deed->ticket, deed->action->target) != NULL)
        return esc_why(deed->why, ESC_CONFLICT, "", 0, "the template %.*s is open on this ticket",
                       ESC_TEXT_ARG(deed->action->target));
    EscText because = esc_turn_printf(engine, "%.*s started it%s%.*s", ESC_TEXT_ARG(deed->actor),
                                      esc_words_with(deed->action->reason, ": "),
                                      ESC_TEXT_ARG(deed->action->reason));
    deed->escalation =
        esc_escalation_start_by(engine, deed->ticket, template_index, NULL, because, deed->actor);
    if (deed->escalation == NULL)
        engine->turn.outcome->is_noop = true;
    return ESC_OK;
}

static void absence_set(EscEngine *engine, EscText person, int64_t until_ms, bool is_for)
{
    engine->absences.is_dirty = true;
    for (size_t i = 0; i < engine->absences.count; i++) {
        if (!esc_text_equal(engine->absences.items[i].person, person))
            continue;
        engine->absences.items[i].until_ms = until_ms;
        engine->absences.items[i].is_for = is_for;
        if (until_ms == 0) {
            memmove(engine->absences.items + i, engine->absences.items + i + 1,
                    (engine->absences.count - i - 1) * sizeof *engine->absences.items);
            engine->absences.count--;
        }
        return;
    }
    ESC_ASSERT(until_ms != 0); /* who comes back stands in the list */
    ESC_ENGINE_GROW(engine->absences.items, engine->absences.count, engine->absences.capacity);
    engine->absences.items[engine->absences.count++] = (EscAbsence){person, until_ms, is_for};
}

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
static void absence_spread(EscEngine *engine, EscText person)
{
    size_t count, theirs = 0;
    EscEscalation **list = open_list(engine, &count);
    for (size_t i = 0; i < count; i++) {
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
            esc_role_absent(engine, list[i], "is away");
        if (esc_escalation_is_open(list[i]) && (list[i]->alarms & ESC_ALARM_OWNER) != 0)
            esc_deed_note(engine,
                          esc_turn_printf(
                              engine, "nobody stands in for %.*s, who is the last resort of E-%llu",
                              ESC_TEXT_ARG(person), (unsigned long long)list[i]->id));
        esc_outcome_add(engine, list[i]);
    }
}

EscStatus esc_deed_absence(EscDeed *deed)
{
    EscEngine *engine = deed->engine;
    bool is_absent = deed->action->verb == ESC_VERB_ABSENT;
    if (!esc_person_known(engine, deed->action->target))
        return esc_why(deed->why, ESC_NOT_FOUND, "", 0, "\"%.*s\" is nobody in the directory",
                       ESC_TEXT_ARG(esc_utf8_cut(deed->action->target, 64)));
    bool is_for = deed->action->until_ms == 0;
    if (is_for && (deed->action->for_ms < 0 || deed->action->for_ms > ESC_DEADLINE_MAX_MS))
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "an absence lasts at most 400 days");
    int64_t until_ms = is_for ? engine->now_ms + deed->action->for_ms : deed->action->until_ms;
    if (is_absent && until_ms <= engine->now_ms)
        return esc_why(deed->why, ESC_BAD_INPUT, "", 0, "the absence has to end in the future");
    EscText person = esc_engine_intern(engine, deed->action->target);
    if (!is_absent && !esc_person_absent(engine, person)) {
        engine->turn.outcome->is_noop = true;
        return ESC_OK;
    }
    absence_set(engine, person, is_absent ? until_ms : 0, is_for);
    EscText until = is_absent ? esc_local_time(engine, until_ms) : (EscText){0};
    esc_audit_ticket(engine, NULL, is_absent ? ESC_AUDIT_ABSENT : ESC_AUDIT_PRESENT,
                     esc_audit_data(engine, "person", person, "until", until, "reason",
                                    deed->action->reason, NULL),
                     "%.*s is %s%s%.*s%.*s", ESC_TEXT_ARG(person), is_absent ? "away" : "back",
                     esc_words_with(until, " until "), ESC_TEXT_ARG(until),
                     ESC_TEXT_ARG(esc_deed_reason_tail(deed)));
    if (is_absent)
        absence_spread(engine, person);
    return ESC_OK;
}
