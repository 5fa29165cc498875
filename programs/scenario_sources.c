/* scenario_sources.c - what a scenario lets a source receive: as in escald the source's functions make events of it, what comes
 * again is a duplicate, and what is no event is a record. */
#include <string.h>

#include "scenario.h"

static bool is_known(const EscPlay *play, const EscEvent *event)
{
    for (size_t i = 0; i < play->received_count; i++)
        if (esc_text_equal(play->received[i].id, event->id) &&
            esc_text_equal(play->received[i].source, event->source))
            return true;
    return false;
}

static void keep_known(EscPlay *play, const EscEvent *event)
{
    play->received = esc_arena_grow(play->arena, play->received, play->received_count,
                                    &play->received_capacity, sizeof *play->received);
    ESC_ASSERT(play->received != NULL);
    play->received[play->received_count++] = (EscReceived){event->source, event->id};
}

static EscStatus take_item(EscPlay *play, EscText source, const EscSourceItem *item, EscWhy *why)
{
    EscOutcome outcome;
    const EscRemark remark = {
        .kind = ESC_REMARK_NOT_MAPPED, .source = source, .what = item->why, .content = item->kept};
    if (!item->is_mapped)
        return esc_play_apply(play, &(EscInput){.kind = ESC_INPUT_REMARK, .remark = &remark},
                              &outcome, why);
    if (is_known(play, &item->event))
        return ESC_OK;
    keep_known(play, &item->event);
    return esc_play_apply(play, &(EscInput){.kind = ESC_INPUT_EVENT, .event = &item->event},
                          &outcome, why);
}

/* What follows speaks of the ticket at hand where an item is about it, else of the first item's. */
static EscText ticket_of(const EscPlay *play, const EscSourceItem *items, uint32_t count)
{
    EscText first = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (!items[i].is_mapped || items[i].event.subject.size == 0)
            continue;
        if (esc_text_equal(items[i].event.subject, play->ticket))
            return play->ticket;
        first = first.size == 0 ? items[i].event.subject : first;
    }
    return first;
}

EscStatus esc_play_receive(EscPlay *play, const EscScenarioStep *step, EscWhy *why)
{
    EscSourceItem *items = NULL;
    uint32_t count = 0, source = esc_source_find(play->program, step->name);
    ESC_ASSERT(source != ESC_NONE); /* the check has found it */
    EscStatus status = esc_play_put_given(play, why);
    if (status == ESC_OK)
        status = esc_source_map(play->arena, play->bundle, source, step->text, play->now_ms,
                                play->listener, &items, &count, why);
    if (status == ESC_OK)
        esc_play_turn_to(play, ticket_of(play, items, count));
    for (uint32_t i = 0; i < count && status == ESC_OK; i++)
        status = take_item(play, step->name, &items[i], why);
    return status;
}
