/* api_live.c - GET /v1/live: boards, and what they are given. Everything here is the door's thread.
 *
 * A board has a stream for each workspace that it may see. A stream begins with pages of all that is open, each asked for when
 * the board has taken the one before, or goes on where it was when that is still in the workspace's ring. What a board has
 * not taken is bounded: who does not keep up gets a snapshot in its place. A board whose token is no more is ended.
 * docs/api.md says what a client sees. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_live.h"

typedef enum StreamState {
    STREAM_ASKS,   /* for a page, as soon as the board has taken what lies there */
    STREAM_WAITS,  /* for it */
    STREAM_GOES_ON /* has all */
} StreamState;

typedef struct Stream {
    EscLiveFeed *feed;
    StreamState state;
    EscLivePage page; /* that it asks for, or waits for */
    bool has_begun;   /* the first page lies there */
    bool has_all;     /* as of `told` */
    uint64_t told;    /* a number of the trail; 0: there was nothing in it */
} Stream;

typedef struct Item {
    EscLiveBlob *blob;
    uint32_t stream; /* UINT32_MAX: of none */
} Item;

typedef enum Part { PART_NONE, PART_HEAD, PART_TEXT, PART_END } Part;

struct EscBoard {
    EscRing link;
    EscLive *live;
    EscHttpCall *http;
    EscText right; /* owned: the id of its token, or the secret of its session */
    uint8_t token_hash[32];
    bool is_session, is_cookie;
    Stream *streams;
    uint32_t streams_count;
    Item *items; /* that it has not taken: a ring */
    size_t first, count, capacity, bytes;
    EscBuf head; /* of the event that is being sent: its id line */
    Part part;
    EscText rest; /* of the part */
    bool is_beat_due, is_over;
};
typedef struct EscBoard Board;

/* --- events that are shared --------------------------------------------------------------------- */

static void unref(EscLiveBlob *blob)
{
    if (blob != NULL && --blob->refs == 0)
        free(blob);
}

static EscLiveBlob *ref(EscLiveBlob *blob)
{
    blob->refs++;
    return blob;
}

static void ring_drop(EscLiveFeed *feed)
{
    EscLiveBlob *oldest = feed->ring[feed->ring_first];
    feed->ring_from = oldest->seq + 1;
    feed->ring_bytes -= oldest->size;
    feed->ring_first = (feed->ring_first + 1) % ESC_LIVE_RING_ITEMS;
    feed->ring_count--;
    unref(oldest);
}

static void ring_put(EscLiveFeed *feed, EscLiveBlob *blob)
{
    while (feed->ring_count > 0 && (feed->ring_count == ESC_LIVE_RING_ITEMS ||
                                    feed->ring_bytes + blob->size > ESC_LIVE_RING_BYTES_MAX))
        ring_drop(feed);
    feed->ring[(feed->ring_first + feed->ring_count++) % ESC_LIVE_RING_ITEMS] = ref(blob);
    feed->ring_bytes += blob->size;
}

/* What was before is not known any more. */
static void ring_begin(EscLiveFeed *feed, uint64_t seq)
{
    while (feed->ring_count > 0)
        ring_drop(feed);
    feed->ring_from = seq + 1;
}

/* --- what a board has not taken ----------------------------------------------------------------- */

static void board_end(Board *board)
{
    board->is_over = true;
    esc_http_stream_end(board->http);
}

static void items_drop(Board *board)
{
    for (; board->count > 0; board->count--) {
        unref(board->items[board->first].blob);
        board->first = (board->first + 1) % board->capacity;
    }
    board->bytes = 0;
}

static void items_grow(Board *board)
{
    size_t capacity = 2 * board->capacity + 8;
    Item *items = calloc(capacity, sizeof(*items));
    ESC_ASSERT(items != NULL);
    for (size_t i = 0; i < board->count; i++)
        items[i] = board->items[(board->first + i) % board->capacity];
    free(board->items);
    board->items = items;
    board->capacity = capacity;
    board->first = 0;
}

/* Who does not keep up begins anew, behind the event that is being sent. */
static void board_again(Board *board)
{
    size_t kept = board->part == PART_NONE ? 0 : 1;
    for (; board->count > kept; board->count--) {
        EscLiveBlob *last = board->items[(board->first + board->count - 1) % board->capacity].blob;
        board->bytes -= last->size;
        unref(last);
    }
    for (uint32_t i = 0; i < board->streams_count; i++)
        board->streams[i] = (Stream){.feed = board->streams[i].feed, .page = {.is_snapshot = true}};
}

static void board_put(Board *board, uint32_t stream, EscLiveBlob *blob)
{
    if (board->is_over)
        return;
    if (board->count > 0 && board->bytes + blob->size > ESC_LIVE_BOARD_BYTES_MAX) {
        board_again(board);
        return;
    }
    if (board->count == board->capacity)
        items_grow(board);
    board->items[(board->first + board->count++) % board->capacity] = (Item){ref(blob), stream};
    board->bytes += blob->size;
    esc_http_stream_more(board->http);
}

/* --- pages -------------------------------------------------------------------------------------- */

static bool is_same_page(EscLivePage a, EscLivePage b)
{
    return a.after == b.after && a.is_snapshot == b.is_snapshot &&
           a.is_of_tasks == b.is_of_tasks && a.task.escalation == b.task.escalation &&
           a.task.task == b.task.task;
}

/* One page serves all who wait for it. */
static bool page_ask(EscLiveFeed *feed, EscLivePage page)
{
    for (size_t i = 0; i < feed->asked_count; i++)
        if (is_same_page(feed->asked[i], page))
            return true;
    if (feed->asked_count == ESC_COUNT_OF(feed->asked) || !esc_live_page_ask(feed, page))
        return false; /* asked again when the next one has come, or with the next beat */
    feed->asked[feed->asked_count++] = page;
    return true;
}

static void board_ask(Board *board)
{
    for (uint32_t i = 0; board->count == 0 && !board->is_over && i < board->streams_count; i++) {
        Stream *stream = &board->streams[i];
        if (stream->state == STREAM_ASKS && page_ask(stream->feed, stream->page))
            stream->state = STREAM_WAITS;
    }
}

static void page_arrived(EscLiveFeed *feed, const EscLiveBlob *blob)
{
    for (size_t i = 0; i < feed->asked_count; i++)
        if (is_same_page(feed->asked[i], blob->page)) {
            feed->asked[i] = feed->asked[--feed->asked_count];
            return;
        }
}

/* --- given to boards ---------------------------------------------------------------------------- */

static void stream_again(Stream *stream)
{
    if (stream->state != STREAM_GOES_ON)
        return; /* its pages are of now */
    stream->state = STREAM_ASKS;
    stream->page = (EscLivePage){0};
}

static void stream_page(Board *board, uint32_t number, EscLiveBlob *blob)
{
    Stream *stream = &board->streams[number];
    if (stream->state != STREAM_WAITS || !is_same_page(stream->page, blob->page))
        return;
    stream->has_begun = true;
    stream->state = blob->is_last ? STREAM_GOES_ON : STREAM_ASKS;
    stream->page = blob->next;
    if (blob->kind == ESC_LIVE_PAGE)
        board_put(board, number, blob);
}

static void stream_give(Board *board, uint32_t number, EscLiveBlob *blob)
{
    Stream *stream = &board->streams[number];
    if (stream->feed != blob->feed)
        return;
    if (blob->kind == ESC_LIVE_PAGE || blob->kind == ESC_LIVE_REFUSED)
        stream_page(board, number, blob);
    else if (blob->kind == ESC_LIVE_STALE)
        stream_again(stream);
    else if (stream->has_begun)
        board_put(board, number, blob);
}

static void give(EscLive *live, EscLiveBlob *blob)
{
    EscLiveFeed *feed = blob->feed;
    feed->seq = blob->seq > feed->seq ? blob->seq : feed->seq;
    if (blob->kind == ESC_LIVE_BEGIN)
        ring_begin(feed, blob->seq);
    else if (blob->kind == ESC_LIVE_PAGE || blob->kind == ESC_LIVE_REFUSED)
        page_arrived(feed, blob);
    else
        ring_put(feed, blob);
    for (EscRing *at = live->boards.next; at != &live->boards; at = at->next) {
        Board *board = ESC_RING_OWNER(at, Board, link);
        for (uint32_t i = 0; i < board->streams_count; i++)
            stream_give(board, i, blob);
        board_ask(board);
    }
}

/* --- being read --------------------------------------------------------------------------------- */

/* "id: acme=812;globex=77", of the workspaces that the board has all of. */
static void head_write(Board *board)
{
    const char *before = "id: ";
    esc_buf_clear(&board->head);
    for (uint32_t i = 0; i < board->streams_count; i++) {
        const Stream *stream = &board->streams[i];
        if (stream->told == 0)
            continue;
        esc_buf_printf(&board->head, "%s%.*s=%llu", before,
                       ESC_TEXT_ARG(esc_shard_name(stream->feed->shard)),
                       (unsigned long long)stream->told);
        before = ";";
    }
    if (board->head.size > 0)
        esc_buf_char(&board->head, '\n');
}

static void item_begin(Board *board)
{
    const Item *item = &board->items[board->first];
    if (item->stream != UINT32_MAX) {
        Stream *stream = &board->streams[item->stream];
        stream->has_all =
            item->blob->kind == ESC_LIVE_PAGE ? item->blob->is_last : stream->has_all;
        if (stream->has_all)
            stream->told = item->blob->seq;
    }
    head_write(board);
    board->part = PART_HEAD;
    board->rest = esc_buf_as_text(&board->head);
}

static void item_done(Board *board)
{
    EscLiveBlob *blob = board->items[board->first].blob;
    board->bytes -= blob->size;
    board->first = (board->first + 1) % board->capacity;
    board->count--;
    board->part = PART_NONE;
    board->rest = (EscText){0};
    unref(blob);
}

/* The next piece of text; false: there is nothing to say. */
static bool next_part(Board *board)
{
    const EscLiveBlob *blob = board->count == 0 ? NULL : board->items[board->first].blob;
    switch (board->part) {
    case PART_HEAD:
        board->part = PART_TEXT;
        board->rest = (EscText){blob->text, blob->size};
        return true;
    case PART_TEXT:
        board->part = PART_END;
        board->rest = ESC_TEXT("\n");
        return true;
    case PART_END:
        item_done(board);
        break;
    case PART_NONE:
        break;
    }
    if (board->count > 0 && !board->is_over)
        item_begin(board);
    else if (board->is_beat_due)
        board->rest = ESC_TEXT(": \n\n");
    else
        return false;
    board->is_beat_due = false;
    return true;
}

static size_t board_read(void *context, char *out, size_t max)
{
    Board *board = context;
    size_t used = 0;
    while (used < max && (board->rest.size > 0 || next_part(board))) {
        size_t size = board->rest.size < max - used ? board->rest.size : max - used;
        if (size > 0) /* no id is said before a board has all of a workspace */
            memcpy(out + used, board->rest.data, size);
        board->rest = size == board->rest.size
                          ? (EscText){0}
                          : (EscText){board->rest.data + size, board->rest.size - size};
        used += size;
    }
    if (used == 0)
        board_ask(board);
    return used;
}

/* --- a board comes and goes --------------------------------------------------------------------- */

EscLiveFeed *esc_live_feed(const EscLive *live, const EscShard *shard)
{
    EscLiveFeed *feed = live->feeds;
    while (feed != NULL && feed->shard != shard)
        feed = feed->next;
    return feed;
}

/* "acme=812;globex=77" says 812 of acme; 0: nothing. */
static uint64_t last_seen(const char *header, EscText client)
{
    for (const char *at = header; at != NULL && *at != '\0';) {
        size_t size = strcspn(at, "=;");
        if (at[size] == '=' && esc_text_equal((EscText){at, size}, client))
            return strtoull(at + size + 1, NULL, 10);
        at += strcspn(at, ";");
        at += *at == ';';
    }
    return 0;
}

/* What came since is given at once, when all of it is still there. An event of the same number may be told twice, as more than
 * one can have it: rows are whole. */
static bool stream_resume(Board *board, uint32_t number, uint64_t seen)
{
    Stream *stream = &board->streams[number];
    EscLiveFeed *feed = stream->feed;
    size_t bytes = 0;
    if (seen == 0 || feed->ring_from == 0 || seen < feed->ring_from || seen > feed->seq)
        return false;
    for (size_t i = 0; i < feed->ring_count; i++) {
        const EscLiveBlob *blob = feed->ring[(feed->ring_first + i) % ESC_LIVE_RING_ITEMS];
        bytes += blob->seq >= seen ? blob->size : 0;
    }
    if (bytes > ESC_LIVE_BOARD_BYTES_MAX)
        return false;
    stream->has_begun = true;
    stream->state = STREAM_GOES_ON;
    stream->has_all = true;
    stream->told = seen;
    for (size_t i = 0; i < feed->ring_count; i++) {
        EscLiveBlob *blob = feed->ring[(feed->ring_first + i) % ESC_LIVE_RING_ITEMS];
        if (blob->seq >= seen)
            stream_give(board, number, blob);
    }
    return true;
}

static void stream_open(Board *board, uint32_t number, EscLiveFeed *feed, const char *last_id)
{
    Stream *stream = &board->streams[number];
    *stream = (Stream){.feed = feed, .page = {.is_snapshot = true}};
    feed->boards++;
    atomic_store(&feed->watched_until_ms, INT64_MAX);
    if (!stream_resume(board, number, last_seen(last_id, esc_shard_name(feed->shard))))
        stream->state = STREAM_ASKS;
}

/* By what it may see what it sees: looked at again and again. */
static void right_keep(Board *board, const EscRequest *request)
{
    const EscToken *token = request->who.is_session ? NULL : esc_request_token(request);
    EscText right = token == NULL ? request->who.secret : token->id;
    char *copy = malloc(right.size + 1);
    ESC_ASSERT(copy != NULL);
    memcpy(copy, right.data, right.size);
    board->right = (EscText){copy, right.size};
    board->is_session = request->who.is_session;
    board->is_cookie = request->who.is_cookie;
    if (token != NULL)
        memcpy(board->token_hash, token->hash, sizeof(board->token_hash));
}

static Board *board_new(EscLive *live, const EscRequest *request, uint32_t streams_count)
{
    Board *board = calloc(1, sizeof(*board));
    Stream *streams = calloc(streams_count, sizeof(*streams));
    ESC_ASSERT(board != NULL && streams != NULL);
    *board = (Board){.live = live,
                     .http = request->http,
                     .streams = streams,
                     .streams_count = streams_count,
                     .rest = ESC_TEXT("retry: 2000\n\n")};
    right_keep(board, request);
    esc_buf_init(&board->head, (size_t)1 << 20);
    esc_ring_put(&live->boards, &board->link);
    live->count++;
    return board;
}

void esc_live_forget(EscRequest *request)
{
    Board *board = request->board;
    if (board == NULL)
        return;
    for (uint32_t i = 0; i < board->streams_count; i++) {
        EscLiveFeed *feed = board->streams[i].feed;
        if (--feed->boards == 0)
            atomic_store(&feed->watched_until_ms, esc_boot_ms() + ESC_LIVE_LINGER_MS);
    }
    items_drop(board);
    esc_ring_remove(&board->link);
    board->live->count--;
    esc_buf_release(&board->head);
    free((char *)board->right.data);
    free(board->items);
    free(board->streams);
    free(board);
    request->board = NULL;
}

static bool has_room(EscRequest *request)
{
    const EscLive *live = request->live;
    if (!request->is_stopping && live->count < live->count_max)
        return true;
    esc_answer_header(&request->answer, "Retry-After", "5");
    esc_request_refuse(request, 503, request->is_stopping ? "stopping" : "too_many_boards",
                       "No further board can be served now", NULL, "");
    return false;
}

static void open_live(EscRequest *request)
{
    EscLive *live = request->live;
    const EscAccesses *accesses = &request->who.accesses;
    const char *last_id = esc_http_header(request->http, "Last-Event-ID");
    if (!has_room(request))
        return;
    Board *board = request->board = board_new(live, request, accesses->count);
    const EscHttpStream stream = {board, board_read};
    esc_http_stream(request->http, "text/event-stream", &stream);
    if (live->health != NULL)
        board_put(board, UINT32_MAX, live->health);
    for (uint32_t i = 0; i < accesses->count; i++)
        stream_open(
            board, i,
            esc_live_feed(live, esc_shards_find(request->setup->shards, accesses->items[i].client)),
            last_id);
    live->health_ms = 0; /* looked at with the next run */
}

const EscHandler esc_handle_live = {.at_door = open_live, .is_of_all_clients = true};

/* --- all of them -------------------------------------------------------------------------------- */

void esc_live_init(EscLive *live, const EscApiSetup *setup, const EscDoor *door)
{
    *live = (EscLive){.setup = setup, .door = door, .count_max = setup->boards_max};
    esc_mailbox_init(&live->mail, setup->wake, setup->context);
    esc_ring_init(&live->boards);
}

void esc_live_release(EscLive *live)
{
    EscParcel *next = esc_mailbox_take(&live->mail);
    while (next != NULL) {
        EscLiveBlob *blob = (EscLiveBlob *)next; /* its first member */
        next = next->next;
        free(blob);
    }
    esc_mailbox_release(&live->mail);
    unref(live->health);
    while (live->feeds != NULL) {
        EscLiveFeed *feed = live->feeds;
        live->feeds = feed->next;
        ring_begin(feed, 0);
        esc_live_feed_free(feed);
    }
}

static Board *board_of(EscRing *link)
{
    return ESC_RING_OWNER(link, Board, link);
}

/* Told when it has changed, and to a board at its beginning. */
static void health_tell(EscLive *live)
{
    EscBuf out;
    esc_buf_init(&out, (size_t)1 << 20);
    esc_buf_string(&out, "event: health\ndata: ");
    esc_health_brief(live->setup, &out);
    esc_buf_char(&out, '\n');
    uint64_t hash = esc_hash(esc_buf_as_text(&out), 1);
    if (hash != live->health_hash || live->health == NULL) {
        unref(live->health);
        live->health = esc_live_blob(NULL, ESC_LIVE_CHANGED, esc_buf_as_text(&out));
        ESC_ASSERT(live->health != NULL && out.status == ESC_OK);
        live->health->refs = 1;
        live->health_hash = hash;
        for (EscRing *at = live->boards.next; at != &live->boards; at = at->next)
            board_put(board_of(at), UINT32_MAX, live->health);
    }
    esc_buf_release(&out);
}

static void beat(EscLive *live)
{
    for (EscRing *at = live->boards.next; at != &live->boards; at = at->next) {
        Board *board = board_of(at);
        board->is_beat_due = true;
        board_ask(board);
        esc_http_stream_more(board->http);
    }
    for (EscLiveFeed *feed = live->feeds; feed != NULL; feed = feed->next)
        if (feed->boards > 0)
            esc_live_poke(feed);
}

void esc_live_run(EscLive *live)
{
    int64_t now_ms = esc_boot_ms();
    EscParcel *next = esc_mailbox_take(&live->mail);
    while (next != NULL) {
        EscLiveBlob *blob = ref((EscLiveBlob *)next); /* its first member */
        next = next->next;
        give(live, blob);
        unref(blob);
    }
    if (live->count == 0)
        return;
    if (now_ms >= live->health_ms) {
        health_tell(live);
        live->health_ms = now_ms + ESC_LIVE_HEALTH_MS;
    }
    for (EscRing *at = live->boards.next; at != &live->boards; at = at->next)
        board_ask(board_of(at));
    if (now_ms >= live->beat_ms) {
        esc_live_check_rights(live, live->door->tokens); /* a session may have ended */
        beat(live);
        live->beat_ms = now_ms + ESC_LIVE_BEAT_MS;
    }
}

int64_t esc_live_wait_ms(const EscLive *live)
{
    int64_t due_ms = live->beat_ms < live->health_ms ? live->beat_ms : live->health_ms;
    int64_t wait_ms = due_ms - esc_boot_ms();
    return live->count == 0 ? INT64_MAX : wait_ms < 0 ? 0 : wait_ms;
}

void esc_live_end_all(EscLive *live)
{
    for (EscRing *at = live->boards.next; at != &live->boards; at = at->next)
        board_end(board_of(at));
}

static bool sees_all(const Board *board, const EscAccesses *accesses)
{
    for (uint32_t i = 0; i < board->streams_count; i++) {
        EscText client = esc_shard_name(board->streams[i].feed->shard);
        bool sees = false;
        for (uint32_t k = 0; k < accesses->count; k++)
            sees = sees || (esc_text_equal(accesses->items[k].client, client) &&
                            (accesses->items[k].scopes & ESC_SCOPE_BIT_READ) != 0);
        if (!sees)
            return false;
    }
    return true;
}

static bool session_may(const EscLive *live, const Board *board)
{
    EscSessions *sessions = live->setup->sessions;
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    const EscSession *session = esc_session_find(sessions, board->right, !board->is_cookie);
    EscAccesses accesses = {.count = 0};
    if (session != NULL && arena != NULL)
        esc_accesses_find(sessions, &session->who, arena, &accesses);
    bool may = session != NULL && sees_all(board, &accesses);
    esc_arena_free(arena);
    return may;
}

void esc_live_check_rights(EscLive *live, const EscTokens *tokens)
{
    for (EscRing *at = live->boards.next; at != &live->boards; at = at->next) {
        Board *board = board_of(at);
        bool may = board->is_session ? session_may(live, board)
                                     : esc_tokens_hold(tokens, board->right, board->token_hash);
        if (!may)
            board_end(board);
    }
}
