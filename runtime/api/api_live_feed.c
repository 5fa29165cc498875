/* api_live_feed.c - what boards are told of a workspace, as its worker makes it: the rows that changed, pages of all that is
 * open, and who is on duty. Everything is rendered while the workspace is at rest, so nobody sees what is not committed.
 *
 * While nobody listens nothing is made. Not its job: who gets it (api_live.c). */
#include <stdlib.h>
#include <string.h>

#include "api_live.h"

#define PAGE_ROWS 32      /* some 40 KB */
#define CHANGED_MAX 10000 /* of more at once boards look at all rows anew */

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
    esc_buf_init(out, (size_t)16 << 20);
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

static int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Rows from *at on until the event is full; *at is behind the last. */
static void changed_write(EscLiveFeed *feed, EscService *service, size_t *at, EscBuf *out)
{
    EscApiItems rows = {.count = 0};
    EscBuf gone;
    esc_buf_init(&rows.out, (size_t)8 << 20);
    esc_buf_init(&gone, (size_t)1 << 20);
    for (; *at < feed->changed_count && rows.out.size + gone.size < ESC_LIVE_TEXT_BYTES; ++*at) {
        uint64_t id = feed->changed[*at];
        EscEscalationView view;
        if (*at > 0 && id == feed->changed[*at - 1])
            continue;
        if (is_open_row(service, id, &view))
            (void)esc_api_row_item(&rows, esc_shard_name(feed->shard), &view);
        else
            esc_buf_printf(&gone, "%s\"E-%llu\"", gone.size > 0 ? "," : "", (unsigned long long)id);
    }
    event_open(feed, service, "changed", out);
    esc_buf_printf(out, ",\"escalations\":[%.*s],\"gone\":[%.*s]}\n",
                   ESC_TEXT_ARG(esc_buf_as_text(&rows.out)), ESC_TEXT_ARG(esc_buf_as_text(&gone)));
    esc_buf_release(&rows.out);
    esc_buf_release(&gone);
}

static void changed_send(EscLiveFeed *feed, EscService *service)
{
    qsort(feed->changed, feed->changed_count, sizeof(*feed->changed), by_id);
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

static void changed_note(EscLiveFeed *feed, uint64_t id)
{
    if (feed->changed_count > CHANGED_MAX)
        return;
    if (feed->changed_count == feed->changed_capacity) {
        feed->changed_capacity = 2 * feed->changed_capacity + 64;
        uint64_t *grown = realloc(feed->changed, feed->changed_capacity * sizeof(*grown));
        ESC_ASSERT(grown != NULL);
        feed->changed = grown;
    }
    feed->changed[feed->changed_count++] = id;
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
        changed_note(feed, group->escalations[i].id);
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
    EscApiItems rows;
} PageJob;

static bool page_add(void *context, const EscEscalationRow *row)
{
    PageJob *job = context;
    EscEscalationView view;
    if (is_open_row(job->service, row->id, &view))
        (void)esc_api_row_item(&job->rows, esc_shard_name(job->feed->shard), &view);
    return true;
}

static void page_write(PageJob *job, EscBuf *out)
{
    event_open(job->feed, job->service, job->page.is_snapshot ? "snapshot" : "changed", out);
    esc_buf_printf(out, ",\"escalations\":[%.*s]", ESC_TEXT_ARG(esc_buf_as_text(&job->rows.out)));
    if (job->page.is_snapshot) {
        Duty duty = duty_now(job->service);
        esc_buf_printf(out, ",\"oncall\":[%.*s]", ESC_TEXT_ARG(esc_buf_as_text(&duty.items.out)));
        esc_buf_release(&duty.items.out);
    } else {
        esc_buf_string(out, ",\"gone\":[]");
    }
    esc_buf_string(out, "}\n");
}

static bool page_look(EscJob *job, EscService *service)
{
    PageJob *made = (PageJob *)job; /* its first member */
    EscListPlace next = {0};
    EscWhy why;
    const EscEscalationFilter filter = {
        .is_unclosed = true, .after = {.id = made->page.after}, .limit = PAGE_ROWS};
    made->service = service;
    esc_buf_init(&made->rows.out, (size_t)8 << 20);
    if (esc_store_escalations(esc_service_store(service), &filter, page_add, made, &next, &why) ==
        ESC_OK) {
        EscBuf out;
        page_write(made, &out);
        EscLiveBlob *blob = esc_live_blob(made->feed, ESC_LIVE_PAGE, esc_buf_as_text(&out));
        ESC_ASSERT(blob != NULL && out.status == ESC_OK);
        blob->seq = seq_of(service);
        blob->after = made->page.after;
        blob->is_snapshot = made->page.is_snapshot;
        blob->next = next.id;
        esc_buf_release(&out);
        esc_mailbox_add(made->feed->out, &blob->parcel);
        made->is_made = true;
    }
    esc_buf_release(&made->rows.out);
    return false;
}

static void page_over(EscJob *job)
{
    PageJob *made = (PageJob *)job;
    if (!made->is_made) {
        EscLiveBlob *blob = esc_live_blob(made->feed, ESC_LIVE_REFUSED, (EscText){0});
        ESC_ASSERT(blob != NULL);
        blob->after = made->page.after;
        blob->is_snapshot = made->page.is_snapshot;
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
