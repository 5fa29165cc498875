/* errands.c - what the system that has a ticket is asked to do beside taking back a field: to write comments, to make a linked ticket, and to
 * take back that it was made. Telling it is run/errands.c's job.
 *
 * Comments are told one by one, in their order, so that they stand in it there; behind the making of their ticket, where that is under
 * way. Of what is settled the last few are kept, a comment as a hash: its echo is known by it, and people see what became of it. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

const EscSourceErrandRow *esc_home_errand(const EscEngine *engine, EscText home, EscErrandKind kind)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < program->sources_count; i++)
        if (esc_text_equal(program->texts[program->sources[i].name], home))
            return esc_errand_row(program, &program->sources[i], kind);
    return NULL;
}

/* --- one of them ------------------------------------------------------------------------------ */

static bool is_comment(const EscErrand *errand)
{
    return errand->kind == ESC_ERRAND_COMMENT || errand->kind == ESC_ERRAND_COMMENT_PUBLIC;
}

static bool is_settled(const EscErrand *errand)
{
    return errand->state == ESC_ERRAND_STATE_DONE || errand->state == ESC_ERRAND_STATE_FAILED;
}

EscErrand *esc_errand_find(const EscTicket *ticket, EscErrandKind kind)
{
    for (size_t i = ticket->errands_count; i > 0; i--)
        if (ticket->errands[i - 1].kind == kind)
            return &ticket->errands[i - 1];
    return NULL;
}

EscErrand *esc_errand_of_outbox(const EscTicket *ticket, uint64_t outbox)
{
    for (size_t i = 0; i < ticket->errands_count; i++)
        if (ticket->errands[i].outbox == outbox)
            return &ticket->errands[i];
    return NULL;
}

EscErrand *esc_errand_due(const EscTicket *ticket)
{
    EscErrand *due = NULL;
    for (size_t i = ticket->errands_count; i > 0; i--) {
        EscErrand *errand = &ticket->errands[i - 1];
        if (is_comment(errand) && errand->state == ESC_ERRAND_STATE_TOLD)
            return NULL;
        if (is_comment(errand) && errand->state == ESC_ERRAND_STATE_DUE)
            due = errand;
    }
    return due;
}

bool esc_errands_wait(const EscTicket *ticket)
{
    for (size_t i = 0; i < ticket->errands_count; i++)
        if (!is_settled(&ticket->errands[i]))
            return true;
    return false;
}

bool esc_ticket_is_made(const EscTicket *ticket)
{
    const EscErrand *errand = esc_errand_find(ticket, ESC_ERRAND_TICKET);
    return errand != NULL && !is_settled(errand);
}

/* --- what comes back -------------------------------------------------------------------------- */

/* FNV-1a over the words: systems break lines anew, and put white space around what they were given. */
static uint64_t comment_hash(EscText text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    bool is_between = false, has_begun = false;
    for (size_t i = 0; i < text.size; i++) {
        char one = text.data[i];
        bool is_space = one == ' ' || one == '\t' || one == '\n' || one == '\r';
        if (is_space) {
            is_between = has_begun;
            continue;
        }
        if (is_between)
            hash = (hash ^ (uint64_t)' ') * 0x100000001b3u;
        hash = (hash ^ (uint8_t)one) * 0x100000001b3u;
        is_between = false;
        has_begun = true;
    }
    return has_begun ? hash : 0;
}

bool esc_comment_is_ours(const EscTicket *ticket, EscText text)
{
    uint64_t hash = comment_hash(text);
    for (size_t i = 0; i < ticket->errands_count && hash != 0; i++) {
        const EscErrand *errand = &ticket->errands[i];
        if (is_comment(errand) && errand->hash == hash && errand->state != ESC_ERRAND_STATE_DUE)
            return true;
    }
    return false;
}

/* --- all of a ticket's ------------------------------------------------------------------------ */

static void making_remove(EscEngine *engine, const EscTicket *ticket)
{
    EscTickets *tickets = &engine->tickets;
    for (size_t i = 0; i < tickets->making_count; i++) {
        if (tickets->making[i] != ticket)
            continue;
        tickets->making_count--;
        memmove(tickets->making + i, tickets->making + i + 1,
                (tickets->making_count - i) * sizeof(EscTicket *));
        return;
    }
}

static void making_add(EscEngine *engine, EscTicket *ticket)
{
    EscTickets *tickets = &engine->tickets;
    ESC_ENGINE_GROW(tickets->making, tickets->making_count, tickets->making_capacity);
    tickets->making[tickets->making_count++] = ticket;
}

static size_t waiting_count(const EscTicket *ticket)
{
    size_t count = 0;
    for (size_t i = 0; i < ticket->errands_count; i++)
        count += !is_settled(&ticket->errands[i]);
    return count;
}

EscErrand *esc_errand_restore(EscTicket *ticket)
{
    ESC_ENGINE_GROW(ticket->errands, ticket->errands_count, ticket->errands_capacity);
    EscErrand *errand = &ticket->errands[ticket->errands_count++];
    *errand = (EscErrand){.state = ESC_ERRAND_STATE_DUE};
    return errand;
}

void esc_errand_restored(EscEngine *engine, EscTicket *ticket)
{
    if (esc_ticket_is_made(ticket))
        making_add(engine, ticket);
}

EscErrand *esc_errand_add(EscEngine *engine, EscTicket *ticket, EscErrandKind kind, EscText text,
                          uint64_t escalation)
{
    if (waiting_count(ticket) >= ESC_ERRANDS_WAITING_MAX)
        return NULL;
    EscErrand *errand = esc_errand_restore(ticket);
    errand->kind = kind;
    errand->text = esc_text_own(text);
    errand->hash = is_comment(errand) ? comment_hash(text) : 0;
    errand->at_ms = engine->now_ms;
    errand->escalation = escalation;
    if (kind == ESC_ERRAND_TICKET)
        making_add(engine, ticket);
    esc_ticket_dirty(engine, ticket);
    esc_write_note(engine, ticket);
    return errand;
}

/* The oldest of those that are over makes room; that a ticket was made is never forgotten. */
static void settled_forget(EscTicket *ticket)
{
    size_t settled = ticket->errands_count - waiting_count(ticket);
    for (size_t i = 0; i < ticket->errands_count && settled > ESC_ERRANDS_SETTLED_MAX; i++) {
        EscErrand *errand = &ticket->errands[i];
        if (!is_settled(errand) || !is_comment(errand))
            continue;
        ticket->errands_count--;
        memmove(errand, errand + 1, (ticket->errands_count - i) * sizeof *errand);
        settled--;
        i--;
    }
}

void esc_errand_settle(EscEngine *engine, EscTicket *ticket, EscErrand *errand,
                       EscErrandState state)
{
    errand->state = state;
    errand->outbox = 0;
    errand->at_ms = engine->now_ms;
    esc_text_drop(&errand->text);
    if (errand->kind == ESC_ERRAND_TICKET)
        making_remove(engine, ticket);
    settled_forget(ticket);
    esc_ticket_dirty(engine, ticket);
}

void esc_errands_release(EscEngine *engine, EscTicket *ticket)
{
    making_remove(engine, ticket);
    for (size_t i = 0; i < ticket->errands_count; i++)
        esc_text_drop(&ticket->errands[i].text);
    free(ticket->errands);
}

void esc_errands_move(EscTicket *ticket, int64_t by_ms)
{
    for (size_t i = 0; i < ticket->errands_count; i++)
        ticket->errands[i].at_ms += by_ms;
}
