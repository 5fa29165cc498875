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

static EscStatus tell_left_out(EscPlay *play, EscText source, EscText what, EscWhy *why)
{
    EscOutcome outcome;
    const EscRemark remark = {.kind = ESC_REMARK_LEFT_OUT, .source = source, .what = what};
    return esc_play_apply(play, &(EscInput){.kind = ESC_INPUT_REMARK, .remark = &remark}, &outcome,
                          why);
}

/* What the test says of the request: its headers, of which one is the type of the body. */
static EscSourceSent sent_of(EscPlay *play, const EscScenarioStep *step)
{
    EscSourceSent sent = {.body = step->text, .now_ms = play->now_ms};
    EscSourceHeader *headers =
        esc_arena_alloc_array(play->arena, step->headers_count + 1u, sizeof *headers);
    ESC_ASSERT(headers != NULL);
    for (uint32_t i = 0; i < step->headers_count; i++) {
        headers[i] = (EscSourceHeader){step->headers[i].name, step->headers[i].value};
        if (esc_header_names_equal(headers[i].name, ESC_TEXT("content-type")))
            sent.type = headers[i].value;
    }
    sent.headers = headers;
    sent.headers_count = step->headers_count;
    return sent;
}

EscStatus esc_play_receive(EscPlay *play, const EscScenarioStep *step, EscWhy *why)
{
    EscSourceFound found = {0};
    const EscSourceSent sent = sent_of(play, step);
    uint32_t source = esc_source_find(play->program, step->name);
    ESC_ASSERT(source != ESC_NONE); /* the check has found it */
    EscStatus status = esc_play_put_given(play, why);
    if (status == ESC_OK)
        status =
            esc_source_map(play->arena, play->bundle, source, &sent, play->listener, &found, why);
    if (status == ESC_OK)
        esc_play_turn_to(play, ticket_of(play, found.items, found.count));
    for (uint32_t i = 0; i < found.count && status == ESC_OK; i++)
        status = take_item(play, step->name, &found.items[i], why);
    if (status == ESC_OK && found.left_out.size > 0)
        status = tell_left_out(play, step->name, found.left_out, why);
    return status;
}
