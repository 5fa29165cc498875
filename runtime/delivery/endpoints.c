/* endpoints.c - how each endpoint is doing, for who asks from another thread: what waits for it, what went out and what was given
 * up since the start, and what it said last. The outside's thread writes it down, at what happens to a row. */
#include "outside.h"

#include <stdlib.h>
#include <string.h>

typedef struct EscEndpointNote {
    struct EscEndpointNote *next; /* by workspace, then name */
    uint32_t workspace;
    EscEndpointFace face;
    char error[ESC_DETAIL_BYTES_MAX + 1];
    char name[];
} EscEndpointNote;

void esc_endpoints_init(EscOutside *outside)
{
    ESC_ASSERT(pthread_mutex_init(&outside->endpoints.lock, NULL) == 0);
}

void esc_endpoints_free(EscOutside *outside)
{
    for (EscEndpointNote *note = outside->endpoints.first, *next = NULL; note != NULL;
         note = next) {
        next = note->next;
        free(note);
    }
    outside->endpoints.first = NULL;
    (void)pthread_mutex_destroy(&outside->endpoints.lock);
}

static bool is_before(const EscEndpointNote *one, const EscEndpointNote *other)
{
    return one->workspace != other->workspace
               ? one->workspace < other->workspace
               : esc_text_compare(one->face.name, other->face.name) < 0;
}

/* Of the queue, which keeps it. */
static EscEndpointNote *note_of(EscOutside *outside, EscQueue *queue)
{
    EscEndpointNote *note = esc_queue_note(queue);
    if (note != NULL)
        return note;
    EscText name = esc_queue_name(queue);
    name = name.size > 0 ? name : ESC_TEXT("the file sink");
    note = calloc(1, sizeof(*note) + name.size);
    ESC_ASSERT(note != NULL);
    memcpy(note->name, name.data, name.size);
    note->workspace = esc_queue_workspace(queue);
    note->face.name = (EscText){note->name, name.size};
    EscEndpointNote **at = &outside->endpoints.first;
    while (*at != NULL && is_before(*at, note))
        at = &(*at)->next;
    note->next = *at;
    *at = note;
    esc_queue_set_note(queue, note);
    return note;
}

static int64_t wall_now_ms(const EscOutside *outside)
{
    return outside->setup.clock->wall_ms(outside->setup.clock->context);
}

/* An instant of the boot clock as one of the wall clock. */
static int64_t wall_of(const EscOutside *outside, int64_t boot_ms)
{
    const EscClock *clock = outside->setup.clock;
    return boot_ms + wall_now_ms(outside) - clock->boot_ms(clock->context);
}

static void look(const EscOutside *outside, const EscQueue *queue, EscEndpointFace *face)
{
    int64_t until_ms = esc_queue_closed_until_ms(queue);
    bool is_closed = until_ms > 0;
    face->waiting = esc_queue_rows(queue);
    if (!is_closed)
        face->held_since_ms = face->held_until_ms = 0;
    else if (face->held_since_ms == 0)
        face->held_since_ms = wall_now_ms(outside);
    if (is_closed)
        face->held_until_ms = wall_of(outside, until_ms);
}

void esc_endpoint_look(EscOutside *outside, EscQueue *queue)
{
    (void)pthread_mutex_lock(&outside->endpoints.lock);
    look(outside, queue, &note_of(outside, queue)->face);
    (void)pthread_mutex_unlock(&outside->endpoints.lock);
}

static void error_take(EscEndpointNote *note, const char *detail, int64_t at_ms)
{
    EscText text = esc_utf8_cut(esc_text_from(detail), ESC_DETAIL_BYTES_MAX);
    memcpy(note->error, text.data, text.size);
    note->face.error = (EscText){note->error, text.size};
    note->face.failed_at_ms = at_ms;
}

void esc_endpoint_note(EscOutside *outside, EscQueue *queue, EscEndpointDid did, const char *detail)
{
    int64_t now_ms = wall_now_ms(outside);
    (void)pthread_mutex_lock(&outside->endpoints.lock);
    EscEndpointNote *note = note_of(outside, queue);
    note->face.sent += did == ESC_ENDPOINT_TOOK;
    note->face.dead += did == ESC_ENDPOINT_GAVE_UP;
    if (did == ESC_ENDPOINT_TOOK)
        note->face.succeeded_at_ms = now_ms;
    else
        error_take(note, detail, now_ms);
    (void)pthread_mutex_unlock(&outside->endpoints.lock);
}

void esc_outside_endpoints(EscOutside *outside, uint32_t workspace, EscEndpointVisit *visit,
                           void *context)
{
    (void)pthread_mutex_lock(&outside->endpoints.lock);
    for (const EscEndpointNote *note = outside->endpoints.first; note != NULL; note = note->next)
        if (note->workspace == workspace && !visit(context, &note->face))
            break;
    (void)pthread_mutex_unlock(&outside->endpoints.lock);
}
