/* origins.c - how old a ticket's fields are: for each field and source the time that the source gave the value it said
 * last. What is older does not overwrite it. Sources are kept as hashes: anybody can invent names for them. */
#include <engine/model.h>

#include <string.h>

uint64_t esc_origin_hash(EscText text)
{
    uint8_t digest[32];
    uint64_t hash = 0;
    esc_sha256((EscBytes){(const uint8_t *)text.data, text.size}, digest);
    for (size_t i = 0; i < sizeof hash; i++)
        hash = hash << 8 | digest[i];
    return hash;
}

uint64_t esc_origin_source(EscEngine *engine, EscText source)
{
    EscLastSource *last = &engine->last_source;
    if (esc_text_equal(last->name, source))
        return last->hash;
    esc_text_drop(&last->name);
    *last = (EscLastSource){.name = esc_text_own(source), .hash = esc_origin_hash(source)};
    return last->hash;
}

static EscOrigin *origin_find(const EscTicket *ticket, uint32_t slot, uint64_t source)
{
    for (size_t i = 0; i < ticket->origins_count; i++) {
        EscOrigin *origin = &ticket->origins[i];
        if (origin->slot == slot && origin->source == source)
            return origin;
    }
    return NULL;
}

bool esc_origin_is_stale(const EscTicket *ticket, uint32_t slot, uint64_t source, int64_t time_ms)
{
    const EscOrigin *origin = origin_find(ticket, slot, source);
    return origin != NULL && time_ms < origin->time_ms;
}

/* The oldest one goes: what it would keep away is the least likely to come any more. */
static EscOrigin *place_take(EscTicket *ticket)
{
    if (ticket->origins_count < ESC_ORIGINS_MAX) {
        ESC_ENGINE_GROW(ticket->origins, ticket->origins_count, ticket->origins_capacity);
        return &ticket->origins[ticket->origins_count++];
    }
    EscOrigin *oldest = &ticket->origins[0];
    for (size_t i = 1; i < ticket->origins_count; i++) {
        if (ticket->origins[i].time_ms < oldest->time_ms)
            oldest = &ticket->origins[i];
    }
    return oldest;
}

void esc_origin_put(EscEngine *engine, EscTicket *ticket, uint32_t slot, uint64_t source,
                    int64_t time_ms)
{
    EscOrigin *origin = origin_find(ticket, slot, source);
    if (origin == NULL)
        origin = place_take(ticket);
    else if (origin->time_ms == time_ms)
        return;
    *origin = (EscOrigin){.slot = slot, .source = source, .time_ms = time_ms};
    esc_ticket_dirty(engine, ticket);
}
