/* shared.c - an event about something shared: who hears of it beside the escalations of its own ticket, and whether it has a
 * ticket of its own at all. */
#include <engine/flow.h>

bool esc_event_makes_ticket(const EscEngine *engine, const EscEvent *event)
{
    const uint32_t *first = engine->schema.postings_first;
    return event->subject.size > 0 || event->type < ESC_EVENT_BUILTIN_COUNT ||
           first[event->type + 1] > first[event->type];
}

/* The record says who was left out; they have to be told by hand. */
static void rest_tell(EscEngine *engine, EscTicket *ticket, const EscEvent *event, uint64_t first,
                      size_t count)
{
    EscText type = esc_event_type_name(engine, event);
    esc_audit_ticket(engine, ticket, ESC_AUDIT_NOT_TOLD,
                     esc_audit_data(engine, "event", type, "first",
                                    esc_turn_printf(engine, "E-%llu", (unsigned long long)first),
                                    "count", esc_turn_printf(engine, "%zu", count), NULL),
                     "%.*s was not told to %zu escalations, from E-%llu on: one event reaches %d",
                     ESC_TEXT_ARG(type), count, (unsigned long long)first, ESC_ENGINE_REACHED_MAX);
}

static bool is_own(const EscTicket *ticket, uint64_t id)
{
    for (size_t i = 0; ticket != NULL && i < ticket->open_count; i++)
        if (ticket->open[i]->id == id)
            return true;
    return false;
}

/* Those of other tickets, in order of id. */
static EscHearers reached(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    EscReachedIds ids = esc_reaches_find(engine, event);
    EscHearers others = {
        .list = esc_arena_alloc_array(engine->turn.arena, ids.count, sizeof *others.list)};
    size_t left_out = 0;
    uint64_t first_left_out = 0;
    ESC_ASSERT(others.list != NULL);
    for (size_t i = 0; i < ids.count; i++) {
        if (is_own(ticket, ids.items[i]))
            continue;
        if (others.count < ESC_ENGINE_REACHED_MAX)
            others.list[others.count++] = esc_escalation_find(engine, ids.items[i]);
        else if (left_out++ == 0)
            first_left_out = ids.items[i];
    }
    if (left_out > 0)
        rest_tell(engine, ticket, event, first_left_out, left_out);
    return others;
}

EscHearers esc_hearers_of(EscEngine *engine, EscTicket *ticket, const EscEvent *event)
{
    size_t own_count = ticket == NULL ? 0 : ticket->open_count, own = 0, other = 0;
    EscHearers others = {.count = 0};
    if (event->type >= ESC_EVENT_BUILTIN_COUNT && engine->reaches.pairs_count > 0)
        others = reached(engine, ticket, event);
    EscHearers hearers = {.list = esc_arena_alloc_array(
                              engine->turn.arena, own_count + others.count, sizeof *hearers.list)};
    ESC_ASSERT(hearers.list != NULL);
    while (own < own_count || other < others.count) {
        bool is_next = other == others.count ||
                       (own < own_count && ticket->open[own]->id < others.list[other]->id);
        hearers.list[hearers.count++] = is_next ? ticket->open[own++] : others.list[other++];
    }
    return hearers;
}
