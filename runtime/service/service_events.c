/* service_events.c - which events of a turn are new: against the store, which is asked once for all of them, against the
 * turn before, which may not be in the store yet, and against each other. An event that the engine refuses leaves no trace,
 * so it may come again in the same turn. */
#include "service_internal.h"

#include <stdlib.h>
#include <string.h>

/* Any order will do that puts equal keys together; ids differ sooner than sources. */
static int compare_keys(const EscEventKey *a, const EscEventKey *b)
{
    int order = esc_text_compare(a->id, b->id);
    return order != 0 ? order : esc_text_compare(a->source, b->source);
}

typedef struct Numbered {
    const EscServiceEvent *event;
    size_t number;
} Numbered;

static int by_key(const void *a, const void *b)
{
    const Numbered *x = a, *y = b;
    int order = compare_keys(&x->event->key, &y->event->key);
    return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static size_t fill_events(EscServiceTurn *turn, Numbered *numbered)
{
    size_t count = 0;
    for (size_t i = 0; i < turn->count; i++) {
        const EscInput *input = &turn->inputs[i];
        EscServiceEvent *mine = &turn->events[i];
        if (input->kind == ESC_INPUT_EVENT) {
            memcpy(mine->digest, input->event->digest, sizeof mine->digest);
            mine->key = (EscEventKey){input->event->source, input->event->id};
        } else if (input->key != NULL) {
            memcpy(mine->digest, input->key->digest, sizeof mine->digest);
            mine->key = (EscEventKey){input->key->source, input->key->id};
        } else {
            continue;
        }
        numbered[count++] = (Numbered){mine, i};
    }
    return count;
}

static EscStatus ask_store(EscServiceTurn *turn)
{
    EscArena *arena = turn->arena;
    EscEventKey *keys = esc_arena_alloc_array(arena, turn->events_count, sizeof *keys);
    EscEventKnown *known = esc_arena_alloc_array(arena, turn->events_count, sizeof *known);
    ESC_ASSERT(!esc_arena_failed(arena));
    for (size_t i = 0; i < turn->events_count; i++)
        keys[i] = turn->events[turn->by_key[i]].key;
    EscStatus status = esc_store_events_find(esc_service_looks(turn->service), keys,
                                             turn->events_count, known, turn->why);
    for (size_t i = 0; i < turn->events_count && status == ESC_OK; i++)
        turn->events[turn->by_key[i]].known = known[i];
    return status;
}

/* What is decided and not settled the store may know or not. Both lists go by key, so one walk finds all. */
static void ask_going(EscServiceTurn *turn)
{
    const EscServiceTurn *going = turn->service->going;
    size_t at = 0;
    for (size_t i = 0; i < turn->events_count; i++) {
        EscServiceEvent *mine = &turn->events[turn->by_key[i]];
        while (at < going->events_count &&
               compare_keys(&going->events[going->by_key[at]].key, &mine->key) < 0)
            at++;
        for (size_t same = at; same < going->events_count; same++) {
            const EscServiceEvent *before = &going->events[going->by_key[same]];
            if (compare_keys(&before->key, &mine->key) != 0)
                break;
            if (before->is_taken) {
                mine->known.is_known = true;
                memcpy(mine->known.digest, before->digest, sizeof mine->known.digest);
            }
        }
    }
}

EscStatus esc_turn_look_up(EscServiceTurn *turn)
{
    EscArena *arena = turn->arena;
    Numbered *numbered = esc_arena_alloc_array(arena, turn->count, sizeof *numbered);
    turn->events = esc_arena_alloc_array(arena, turn->count, sizeof *turn->events);
    turn->by_key = esc_arena_alloc_array(arena, turn->count, sizeof *turn->by_key);
    ESC_ASSERT(!esc_arena_failed(arena));
    turn->events_count = fill_events(turn, numbered);
    qsort(numbered, turn->events_count, sizeof *numbered, by_key);
    for (size_t i = 0; i < turn->events_count; i++) {
        turn->by_key[i] = numbered[i].number;
        turn->events[numbered[i].number].place = i;
    }
    EscStatus status = ask_store(turn);
    if (status == ESC_OK && turn->service->going != NULL)
        ask_going(turn);
    return status;
}

static EscStatus compare(const EscServiceEvent *event, const uint8_t *digest, EscWhy *why)
{
    if (memcmp(event->digest, digest, sizeof event->digest) == 0)
        return ESC_DUPLICATE;
    return esc_why(why, ESC_CONFLICT, "", 0,
                   "event %.*s of source %.*s was received before with another content",
                   ESC_TEXT_ARG(esc_utf8_cut(event->key.id, 64)),
                   ESC_TEXT_ARG(esc_utf8_cut(event->key.source, 64)));
}

EscStatus esc_turn_judge(const EscServiceTurn *turn, size_t index, EscWhy *why)
{
    const EscServiceEvent *event = &turn->events[index];
    if (event->known.is_known)
        return compare(event, event->known.digest, why);
    for (size_t place = event->place; place > 0; place--) {
        const EscServiceEvent *before = &turn->events[turn->by_key[place - 1]];
        if (compare_keys(&before->key, &event->key) != 0)
            break;
        if (before->is_taken)
            return compare(event, before->digest, why);
    }
    return ESC_OK;
}

/* In the turn's arena; what the store has forgotten is empty. A keyed input is decided while nothing is under way. */
static EscStatus kept_get(EscServiceTurn *turn, const EscEventKey *key, EscText *kept)
{
    EscBuf content;
    int64_t at_ms = 0;
    esc_buf_init(&content, (size_t)1 << 20);
    EscStatus status = esc_store_event_get(turn->service->store, key, &content, &at_ms, turn->why);
    *kept = esc_arena_text(turn->arena, esc_buf_as_text(&content));
    esc_buf_release(&content);
    return status == ESC_NOT_FOUND ? ESC_OK : status;
}

EscStatus esc_turn_kept(EscServiceTurn *turn, size_t index, EscText *kept)
{
    const EscServiceEvent *event = &turn->events[index];
    for (size_t place = event->place; place > 0 && !event->known.is_known; place--) {
        const EscServiceEvent *before = &turn->events[turn->by_key[place - 1]];
        if (before->is_taken && compare_keys(&before->key, &event->key) == 0) {
            *kept = before->kept;
            return ESC_OK;
        }
    }
    return kept_get(turn, &event->key, kept);
}

void esc_turn_list_events(EscServiceTurn *turn, EscGroup *group)
{
    group->events = esc_arena_alloc_array(turn->arena, turn->events_count, sizeof *group->events);
    ESC_ASSERT(group->events != NULL);
    for (size_t i = 0; i < turn->count; i++) {
        const EscServiceEvent *event = &turn->events[i];
        if (!event->is_taken)
            continue;
        EscReceivedRow *row = &group->events[group->events_count++];
        *row = (EscReceivedRow){.source = event->key.source,
                                .id = event->key.id,
                                .received_at_ms = turn->now_ms,
                                .content = turn->inputs[i].kind == ESC_INPUT_EVENT
                                               ? turn->inputs[i].event->json
                                               : event->kept};
        memcpy(row->digest, event->digest, sizeof row->digest);
    }
}
