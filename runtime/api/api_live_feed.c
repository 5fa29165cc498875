/* api_live_feed.c - what boards are told of a workspace, as its worker makes it: the rows and tasks that changed, pages of all
 * that is open, and who is on duty. Everything is rendered while the workspace is at rest, so nobody sees what is not committed.
 *
 * While nobody listens nothing is made. Not its job: who gets it (api_live.c). */
#include <stdlib.h>
#include <string.h>

#include "api_live.h"

#define PAGE_ITEMS 32 /* some 40 KB */
#define EVENT_BYTES_MAX ((size_t)64 << 20)
#define CHANGED_MAX 10000 /* of more at once boards look at all anew */

EscLiveFeed *esc_live_feed_new(EscMailbox *out, EscShard *shard)
{
    EscLiveFeed *feed = calloc(1, sizeof(*feed));
    if (feed == NULL)
        return NULL;
    feed->out = out;
    feed->shard = shard;
    feed->duty_until_ms = INT64_MAX;
    return feed;
}

void esc_live_feed_free(EscLiveFeed *feed)
{
    if (feed != NULL)
        free(feed->changed);
    free(feed);
}

EscLiveBlob *esc_live_blob(EscLiveFeed *feed, EscLiveKind kind, EscText text)
{
    EscLiveBlob *blob = malloc(sizeof(*blob) + text.size + 1);
    if (blob == NULL)
        return NULL;
    *blob = (EscLiveBlob){.feed = feed, .kind = kind, .size = text.size};
    memcpy(blob->text, text.size == 0 ? "" : text.data, text.size);
    return blob;
}

static uint64_t seq_of(EscService *service)
{
    return esc_service_store(service)->next_audit - 1;
}

static void tell(EscLiveFeed *feed, EscService *service, EscLiveKind kind, EscBuf *text)
{
    EscLiveBlob *blob =
        esc_live_blob(feed, kind, text == NULL ? (EscText){0} : esc_buf_as_text(text));
    ESC_ASSERT(blob != NULL && (text == NULL || text->status == ESC_OK));
    blob->seq = seq_of(service);
    esc_mailbox_add(feed->out, &blob->parcel);
}

/* --- an event while it is written --------------------------------------------------------------- */

static void event_open(const EscLiveFeed *feed, EscService *service, const char *name, EscBuf *out)
{
    esc_buf_init(out, EVENT_BYTES_MAX);
    esc_buf_printf(out, "event: %s\ndata: {\"client\":", name);
    esc_json_text(out, esc_shard_name(feed->shard));
    esc_buf_printf(out, ",\"seq\":%llu,\"now\":\"", (unsigned long long)seq_of(service));
    esc_time_write(out, esc_service_now_ms(service));
    esc_buf_string(out, "\"");
}

static bool is_open_row(EscService *service, uint64_t id, EscEscalationView *view)
{
    return esc_engine_find_row(esc_service_engine(service), id, view) &&
           view->state != ESC_STATE_CLOSED;
}

/* --- who is on duty ----------------------------------------------------------------------------- */

typedef struct Duty {
    EscApiItems items;
    int64_t until_ms;
} Duty;

static bool duty_add(void *context, const EscDutyView *view)
{
    Duty *duty = context;
    if (view->until_ms > 0 && view->until_ms < duty->until_ms)
        duty->until_ms = view->until_ms;
    return esc_api_duty_item(&duty->items, view);
}

/* As the items of GET /v1/oncall; to be released. */
static Duty duty_now(EscService *service)
{
    Duty duty = {.until_ms = INT64_MAX};
    esc_buf_init(&duty.items.out, (size_t)8 << 20);
    esc_engine_each_duty(esc_service_engine(service), esc_service_now_ms(service), duty_add, &duty);
    return duty;
}

static void duty_look(EscLiveFeed *feed, EscService *service)
{
    if (!feed->is_duty_due && esc_service_now_ms(service) < feed->duty_until_ms)
        return;
    Duty duty = duty_now(service);
    EscText items = esc_buf_as_text(&duty.items.out);
    uint64_t hash = esc_hash(items, 1);
    feed->is_duty_due = false;
    feed->duty_until_ms = duty.until_ms;
    if (hash != feed->duty_hash) {
        EscBuf out;
        event_open(feed, service, "oncall", &out);
        esc_buf_printf(&out, ",\"oncall\":[%.*s]}\n", ESC_TEXT_ARG(items));
        tell(feed, service, ESC_LIVE_ONCALL, &out);
        esc_buf_release(&out);
        tell(feed, service, ESC_LIVE_STALE, NULL);
    }
    feed->duty_hash = hash;
    esc_buf_release(&duty.items.out);
}

/* --- what changed ------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
    const EscLiveKey *x = a, *y = b;
    int order = (x->escalation > y->escalation) - (x->escalation < y->escalation);
    return order != 0 ? order : (x->task > y->task) - (x->task < y->task);
}

/* What an event tells. */
typedef struct Items {
    EscApiItems rows, tasks;
    EscBuf gone, tasks_gone; /* ids */
    EscArena *arena;         /* what tasks are looked up in */
} Items;

static Items items_open(void)
{
    Items items = {.arena = esc_arena_new(EVENT_BYTES_MAX)};
    EscBuf *const parts[] = {&items.rows.out, &items.tasks.out, &items.gone, &items.tasks_gone};
    for (size_t i = 0; i < ESC_COUNT_OF(parts); i++)
        esc_buf_init(parts[i], EVENT_BYTES_MAX / 4);
    ESC_ASSERT(items.arena != NULL);
    return items;
}

static size_t items_size(const Items *items)
{
    return items->rows.out.size + items->tasks.out.size + items->gone.size + items->tasks_gone.size;
}

/* The lists as members of an event. Of a snapshot nothing is gone. */
static void items_close(Items *items, bool is_snapshot, EscBuf *out)
{
    esc_buf_printf(out, ",\"escalations\":[%.*s],\"tasks\":[%.*s]",
                   ESC_TEXT_ARG(esc_buf_as_text(&items->rows.out)),
                   ESC_TEXT_ARG(esc_buf_as_text(&items->tasks.out)));
    if (!is_snapshot)
        esc_buf_printf(out, ",\"gone\":[%.*s],\"tasks_gone\":[%.*s]",
                       ESC_TEXT_ARG(esc_buf_as_text(&items->gone)),
                       ESC_TEXT_ARG(esc_buf_as_text(&items->tasks_gone)));
    EscBuf *const parts[] = {&items->rows.out, &items->tasks.out, &items->gone, &items->tasks_gone};
    for (size_t i = 0; i < ESC_COUNT_OF(parts); i++)
        esc_buf_release(parts[i]);
    esc_arena_free(items->arena);
}

static void row_put(const EscLiveFeed *feed, EscService *service, uint64_t id, Items *items)
{
    EscEscalationView view;
    if (is_open_row(service, id, &view))
        (void)esc_api_row_item(&items->rows, esc_shard_name(feed->shard), &view);
    else
        esc_buf_printf(&items->gone, "%s\"E-%llu\"", items->gone.size > 0 ? "," : "",
                       (unsigned long long)id);
}

static void task_put(const EscLiveFeed *feed, EscService *service, EscLiveKey key, Items *items)
{
    EscApiTasks found = {.arena = items->arena};
    EscStatus status = esc_api_task_get(service, &found, key.escalation, key.task, NULL);
    if (status == ESC_OK && esc_task_state_is_open(found.items[0].state))
        (void)esc_api_task_item(&items->tasks, items->arena, service, esc_shard_name(feed->shard),
                                &found.items[0], NULL);
    else
        esc_buf_printf(&items->tasks_gone, "%s\"E-%llu-%u\"", items->tasks_gone.size > 0 ? "," : "",
                       (unsigned long long)key.escalation, key.task);
    esc_arena_clear(items->arena);
}

/* From *at on until the event is full; *at is behind the last. */
static void changed_write(EscLiveFeed *feed, EscService *service, size_t *at, EscBuf *out)
{
    Items items = items_open();
    for (; *at < feed->changed_count && items_size(&items) < ESC_LIVE_TEXT_BYTES; ++*at) {
        EscLiveKey key = feed->changed[*at];
        if (*at > 0 && by_key(&key, &feed->changed[*at - 1]) == 0)
            continue;
        if (key.task == 0)
            row_put(feed, service, key.escalation, &items);
        else
            task_put(feed, service, key, &items);
    }
    event_open(feed, service, "changed", out);
    items_close(&items, false, out);
    esc_buf_string(out, "}\n");
}

static void changed_send(EscLiveFeed *feed, EscService *service)
{
    qsort(feed->changed, feed->changed_count, sizeof(*feed->changed), by_key);
    if (feed->changed_count > CHANGED_MAX) {
        tell(feed, service, ESC_LIVE_STALE, NULL);
        feed->changed_count = 0;
        return;
    }
    for (size_t at = 0; at < feed->changed_count;) {
        EscBuf out;
        changed_write(feed, service, &at, &out);
        tell(feed, service, ESC_LIVE_CHANGED, &out);
        esc_buf_release(&out);
    }
    feed->changed_count = 0;
}

static void changed_note(EscLiveFeed *feed, EscLiveKey key)
{
    if (feed->changed_count > CHANGED_MAX)
        return;
    if (feed->changed_count == feed->changed_capacity) {
        feed->changed_capacity = 2 * feed->changed_capacity + 64;
        EscLiveKey *grown = realloc(feed->changed, feed->changed_capacity * sizeof(*grown));
        ESC_ASSERT(grown != NULL);
        feed->changed = grown;
    }
    feed->changed[feed->changed_count++] = key;
}

static bool is_watched(EscLiveFeed *feed)
{
    return atomic_load(&feed->watched_until_ms) > esc_boot_ms();
}

void esc_api_committed(EscLiveFeed *feed, EscService *service)
{
    const EscGroup *group = esc_service_settled(service);
    if (group == NULL || !is_watched(feed))
        return;
    for (size_t i = 0; i < group->escalations_count; i++)
        changed_note(feed, (EscLiveKey){.escalation = group->escalations[i].id});
    for (size_t i = 0; i < group->tasks_count; i++)
        changed_note(feed, (EscLiveKey){group->tasks[i].escalation, group->tasks[i].number});
    feed->is_duty_due = feed->is_duty_due || group->workspace.size > 0;
}

void esc_api_rested(EscLiveFeed *feed, EscService *service)
{
    if (!is_watched(feed)) {
        feed->is_listened_to = false;
        feed->changed_count = 0;
        return;
    }
    if (!feed->is_listened_to) {
        tell(feed, service, ESC_LIVE_BEGIN, NULL);
        Duty duty = duty_now(service);
        feed->duty_hash = esc_hash(esc_buf_as_text(&duty.items.out), 1);
        feed->duty_until_ms = duty.until_ms;
        esc_buf_release(&duty.items.out);
        feed->is_listened_to = true;
    }
    if (feed->changed_count > 0)
        changed_send(feed, service);
    duty_look(feed, service);
}

/* --- pages of all that is open ------------------------------------------------------------------ */

typedef struct PageJob {
    EscJob job; /* first */
    EscLiveFeed *feed;
    EscLivePage page;
    bool is_made;
    /* While it is made. */
    EscService *service;
    Items items;
} PageJob;

static bool page_add(void *context, const EscEscalationRow *row)
{
    PageJob *job = context;
    EscEscalationView view;
    if (is_open_row(job->service, row->id, &view))
        (void)esc_api_row_item(&job->items.rows, esc_shard_name(job->feed->shard), &view);
    return true;
}

static EscStatus page_rows(PageJob *job, EscLivePage *next, EscWhy *why)
{
    EscListPlace place = {0};
    const EscEscalationFilter filter = {
        .is_unclosed = true, .after = {.id = job->page.after}, .limit = PAGE_ITEMS};
    EscStatus status =
        esc_store_escalations(esc_service_store(job->service), &filter, page_add, job, &place, why);
    *next = (EscLivePage){.after = place.id, .is_of_tasks = place.id == 0};
    return status;
}

/* As many as there is room for behind the rows. */
static EscStatus page_tasks(PageJob *job, EscLivePage *next, bool *is_last, EscWhy *why)
{
    EscApiTasks tasks = {.arena = job->items.arena};
    const EscTaskFilter filter = {.is_open = true,
                                  .after_escalation = next->task.escalation,
                                  .after_number = next->task.task,
                                  .limit = PAGE_ITEMS - job->items.rows.count};
    if (job->items.rows.count == PAGE_ITEMS)
        return ESC_OK;
    EscStatus status =
        esc_store_tasks(esc_service_store(job->service), &filter, esc_api_task_keep, &tasks, why);
    for (size_t i = 0; status == ESC_OK && i < tasks.count; i++) {
        const EscTaskRow *task = &tasks.items[i];
        (void)esc_api_task_item(&job->items.tasks, job->items.arena, job->service,
                                esc_shard_name(job->feed->shard), task, NULL);
        next->task = (EscLiveKey){task->escalation, task->number};
    }
    *is_last = tasks.count < filter.limit;
    return status;
}

static void page_write(PageJob *job, EscBuf *out)
{
    bool is_snapshot = job->page.is_snapshot;
    event_open(job->feed, job->service, is_snapshot ? "snapshot" : "changed", out);
    items_close(&job->items, is_snapshot, out);
    if (is_snapshot) {
        Duty duty = duty_now(job->service);
        esc_buf_printf(out, ",\"oncall\":[%.*s]", ESC_TEXT_ARG(esc_buf_as_text(&duty.items.out)));
        esc_buf_release(&duty.items.out);
    }
    esc_buf_string(out, "}\n");
}

static bool page_look(EscJob *job, EscService *service)
{
    PageJob *made = (PageJob *)job; /* its first member */
    EscLivePage next = {.is_of_tasks = true, .task = made->page.task};
    EscWhy why;
    EscBuf out;
    bool is_last = false;
    made->service = service;
    made->items = items_open();
    EscStatus status = made->page.is_of_tasks ? ESC_OK : page_rows(made, &next, &why);
    if (status == ESC_OK && next.is_of_tasks)
        status = page_tasks(made, &next, &is_last, &why);
    page_write(made, &out);
    if (status == ESC_OK) {
        EscLiveBlob *blob = esc_live_blob(made->feed, ESC_LIVE_PAGE, esc_buf_as_text(&out));
        ESC_ASSERT(blob != NULL && out.status == ESC_OK);
        blob->seq = seq_of(service);
        blob->page = made->page;
        blob->next = next;
        blob->is_last = is_last;
        esc_mailbox_add(made->feed->out, &blob->parcel);
        made->is_made = true;
    }
    esc_buf_release(&out);
    return false;
}

static void page_over(EscJob *job)
{
    PageJob *made = (PageJob *)job;
    if (!made->is_made) {
        EscLiveBlob *blob = esc_live_blob(made->feed, ESC_LIVE_REFUSED, (EscText){0});
        ESC_ASSERT(blob != NULL);
        blob->page = made->page;
        blob->is_last = true;
        esc_mailbox_add(made->feed->out, &blob->parcel);
    }
    free(made);
}

bool esc_live_page_ask(EscLiveFeed *feed, EscLivePage page)
{
    static const EscJobSteps steps = {.look = page_look, .over = page_over};
    PageJob *job = calloc(1, sizeof(*job));
    if (job == NULL)
        return false;
    *job = (PageJob){.job = {.steps = &steps}, .feed = feed, .page = page};
    bool is_put = esc_shard_put(feed->shard, &job->job);
    if (!is_put)
        free(job);
    return is_put;
}

/* --- time goes on ------------------------------------------------------------------------------- */

static bool poke_look(EscJob *job, EscService *service)
{
    (void)job;
    (void)service;
    return false; /* the rest behind it looks */
}

static void poke_over(EscJob *job)
{
    free(job);
}

void esc_live_poke(EscLiveFeed *feed)
{
    static const EscJobSteps steps = {.look = poke_look, .over = poke_over};
    EscJob *job = calloc(1, sizeof(*job));
    if (job == NULL)
        return;
    *job = (EscJob){.steps = &steps};
    if (!esc_shard_put(feed->shard, job))
        free(job);
}
