/* sink.c - lines of files: those of one file written together with one sync, on a worker of the file
 * pool, so that a disk that is slow holds up nobody but who waits for this file.
 *
 * Each file has a lane of its own: two writes of one file never overlap, whichever workspaces they come
 * from. The files door repairs a line that a full disk cut off. */
#include "outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_ROWS_MAX                                                                             \
    (2 * (ESC_QUEUE_CONTENTS_MAX + ESC_QUEUE_WANTS_MAX)) /* a queue has half of them */
#define BATCH_BYTES_MAX ((size_t)8 << 20)
#define LINES_BYTES_MAX (2 * BATCH_BYTES_MAX)
#define PATH_BYTES_MAX ((size_t)1 << 16)
#define LINE_ARENA_BYTES_MAX ((size_t)16 << 20)

struct EscSink {
    EscSink *next;
    EscOutside *outside;
    EscLane lane;
    EscMailbox box; /* of batches */
    char path[];
};

static void wake_lane(void *lane)
{
    esc_lane_wake(lane);
}

static EscBatch *write_one(EscSink *sink, EscBatch *batch)
{
    const EscFiles *files = sink->outside->setup.files;
    EscBatch *next = (EscBatch *)batch->letter.parcel.next;
    batch->is_given_up = atomic_load(&sink->outside->is_giving_up);
    batch->is_written =
        !batch->is_given_up && batch->lines.status == ESC_OK &&
        files->append(files->context, sink->path, esc_buf_as_bytes(&batch->lines)) == ESC_OK;
    batch->letter.kind = ESC_LETTER_WRITTEN;
    esc_mailbox_add(&sink->outside->inbox, &batch->letter.parcel);
    return next;
}

static void write_lines(void *context)
{
    EscSink *sink = context;
    EscBatch *batch = (EscBatch *)esc_mailbox_take(&sink->box);
    while (batch != NULL)
        batch = write_one(sink, batch);
}

static EscSink *sink_new(EscOutside *outside, const char *path)
{
    EscSink *sink = calloc(1, sizeof(*sink) + strlen(path) + 1);
    ESC_ASSERT(sink != NULL);
    memcpy(sink->path, path, strlen(path));
    sink->outside = outside;
    esc_lane_init(&sink->lane, outside->file_pool, write_lines, sink);
    esc_mailbox_init(&sink->box, wake_lane, &sink->lane);
    sink->next = outside->sinks;
    outside->sinks = sink;
    return sink;
}

static EscSink *sink_find(EscOutside *outside, const char *path)
{
    for (EscSink *sink = outside->sinks; sink != NULL; sink = sink->next)
        if (strcmp(sink->path, path) == 0)
            return sink;
    return sink_new(outside, path);
}

/* The file of a route: its own, or the workspace's sink. */
static EscSink *sink_of(EscOutside *outside, const EscSite *site, const EscRoute *route)
{
    EscBuf path;
    esc_buf_init(&path, PATH_BYTES_MAX);
    if (route->path.size > 0)
        esc_buf_text(&path, route->path);
    else
        esc_buf_printf(&path, "%s/%.*s.outbox.jsonl", outside->setup.data_folder,
                       ESC_TEXT_ARG(site->name));
    esc_buf_char(&path, '\0');
    ESC_ASSERT(path.status == ESC_OK);
    EscSink *sink = sink_find(outside, (const char *)path.data);
    esc_buf_release(&path);
    return sink;
}

/* The line of a row; one that cannot be written is settled. */
static void add_line(EscOutside *outside, EscBatch *batch, EscQueueItem *item,
                     const EscRoute *route, EscArena *arena)
{
    const EscContent *content = item->content;
    EscPlan plan;
    EscPlanInput input = {.config = batch->site->config, .route = route, .row = &content->row};
    esc_arena_clear(arena);
    esc_plan_make(arena, &input, &plan);
    if (plan.refusal.size != 0) {
        esc_item_settle(outside, item, ESC_DELIVERY_DEAD, 0, plan.refusal.data, (EscText){0});
        return;
    }
    ESC_ASSERT(batch->items_count < BATCH_ROWS_MAX);
    esc_buf_text(&batch->lines, plan.body);
    esc_buf_char(&batch->lines, '\n');
    batch->items[batch->items_count++] = item;
}

static EscBatch *batch_new(EscOutside *outside, const EscSite *site, EscQueue *queue)
{
    EscBatch *batch = calloc(1, sizeof(*batch));
    ESC_ASSERT(batch != NULL);
    batch->site = site;
    batch->queue = queue;
    batch->items = calloc(BATCH_ROWS_MAX, sizeof(EscQueueItem *));
    ESC_ASSERT(batch->items != NULL);
    esc_buf_init(&batch->lines, LINES_BYTES_MAX);
    esc_ring_put(&outside->batches, &batch->link);
    return batch;
}

static void batch_free(EscBatch *batch)
{
    esc_ring_remove(&batch->link);
    esc_buf_release(&batch->lines);
    free(batch->items);
    free(batch);
}

void esc_batch_start(EscOutside *outside, const EscSite *site, EscQueueItem *item,
                     const EscRoute *route, int64_t now_ms)
{
    EscQueue *queue = item->queue;
    EscBatch *batch = batch_new(outside, site, queue);
    EscArena *arena = esc_arena_new(LINE_ARENA_BYTES_MAX);
    ESC_ASSERT(arena != NULL);
    while (item != NULL) {
        add_line(outside, batch, item, route, arena);
        bool is_full = batch->lines.size >= BATCH_BYTES_MAX;
        item = is_full ? NULL : esc_queue_more(queue, now_ms);
    }
    esc_arena_free(arena);
    if (batch->items_count == 0) {
        esc_queue_gave_back(queue, now_ms);
        batch_free(batch);
        return;
    }
    esc_mailbox_add(&sink_of(outside, site, route)->box, &batch->letter.parcel);
}

/* Rows of several endpoints share a file. */
static const char *what_is_proved(const EscBatch *batch, const EscOutboxRow *row)
{
    EscRoute route;
    esc_route_find(batch->site->config, row, &route);
    return route.is_unbound ? "nothing is bound to it: written to a file" : "written to a file";
}

void esc_batch_ended(EscOutside *outside, EscBatch *batch)
{
    if (batch->is_given_up) { /* its rows stay unsettled */
        batch_free(batch);
        return;
    }
    for (size_t i = 0; i < batch->items_count; i++) {
        EscQueueItem *item = batch->items[i];
        const EscContent *content = item->content;
        bool is_call = content->row.kind == ESC_OUTBOX_CALL;
        if (batch->is_written)
            esc_item_settle(outside, item, is_call ? ESC_DELIVERY_DELIVERED : ESC_DELIVERY_ACCEPTED,
                            0, what_is_proved(batch, &content->row), (EscText){0});
        else
            esc_item_again(outside, item, 0, "the file sink cannot be written");
    }
    esc_queue_ended(batch->queue, batch->is_written ? ESC_VERDICT_DONE : ESC_VERDICT_RETRY,
                    esc_outside_now_ms(outside));
    esc_endpoint_look(outside, batch->queue);
    batch_free(batch);
}

void esc_sinks_close(EscOutside *outside)
{
    for (EscSink *sink = outside->sinks; sink != NULL; sink = sink->next) {
        esc_lane_close(&sink->lane);
        (void)esc_mailbox_take(&sink->box); /* its batches are in the list of all */
    }
}

void esc_sinks_free(EscOutside *outside)
{
    while (outside->sinks != NULL) {
        EscSink *sink = outside->sinks;
        outside->sinks = sink->next;
        esc_mailbox_release(&sink->box);
        free(sink);
    }
    while (!esc_ring_is_empty(&outside->batches))
        batch_free(ESC_RING_OWNER(outside->batches.next, EscBatch, link));
}
