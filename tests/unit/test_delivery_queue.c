/* test_delivery_queue.c - who goes next: order, turns, limits, breakers, deadlines, contents that are not in memory; and
 * thousands of random steps against a model that looks at every row. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "queue.h"

#define LATE INT64_C(1000000000)

static size_t contents_alive;

static void *content_new(void)
{
    contents_alive++;
    return malloc(1);
}

static void content_free(void *content)
{
    contents_alive--;
    free(content);
}

typedef struct Fixture {
    EscQueues *queues;
    EscQueueLimits limits;
    EscQueueItem *under_way[4096];
    size_t under_way_count;
} Fixture;

static Fixture *begin(uint32_t total, uint32_t workspace, uint32_t endpoint, uint32_t workspaces)
{
    static Fixture fixture;
    fixture = (Fixture){.limits = {.total = total,
                                   .workspace = workspace,
                                   .endpoint = endpoint,
                                   .circuit_failures = 3,
                                   .circuit_open_ms = 100,
                                   .free_content = content_free}};
    contents_alive = 0;
    fixture.queues = esc_queues_new(&fixture.limits);
    assert_non_null(fixture.queues);
    for (uint32_t i = 0; i < workspaces; i++)
        assert_int_equal(esc_queues_add_workspace(fixture.queues), i);
    return &fixture;
}

static void end(Fixture *f)
{
    while (f->under_way_count > 0) { /* whatever ends gives its slot back */
        EscQueueItem *item = f->under_way[--f->under_way_count];
        EscQueue *queue = item->queue;
        esc_queue_settled(item);
        esc_queue_gave_back(queue, LATE);
    }
    assert_int_equal(esc_queues_under_way(f->queues), 0);
    esc_queues_free(f->queues);
    assert_int_equal(contents_alive, 0);
}

static EscQueue *endpoint(Fixture *f, uint32_t workspace, const char *name)
{
    return esc_queues_endpoint(f->queues, workspace, esc_text_from(name), ESC_QUEUE_COUNTED);
}

static void put_until(EscQueue *queue, uint64_t id, int64_t due_ms, int64_t deadline_ms)
{
    esc_queues_put(queue, &(EscQueueRow){.id = id,
                                         .due_ms = due_ms,
                                         .deadline_ms = deadline_ms,
                                         .content = content_new(),
                                         .content_size = 1});
}

static void put(EscQueue *queue, uint64_t id, int64_t due_ms)
{
    put_until(queue, id, due_ms, LATE);
}

/* The id that is next; 0: nobody. */
static uint64_t next(Fixture *f, int64_t now_ms)
{
    EscQueueItem *item = esc_queues_next(f->queues, now_ms);
    if (item == NULL)
        return 0;
    assert_non_null(item->content);
    f->under_way[f->under_way_count++] = item;
    return item->id;
}

static EscQueueItem *take_under_way(Fixture *f, uint64_t id)
{
    for (size_t i = 0; i < f->under_way_count; i++)
        if (f->under_way[i]->id == id) {
            EscQueueItem *item = f->under_way[i];
            f->under_way[i] = f->under_way[--f->under_way_count];
            return item;
        }
    fail_msg("row %llu is not under way", (unsigned long long)id);
    return NULL;
}

static void done(Fixture *f, uint64_t id, int64_t now_ms)
{
    EscQueueItem *item = take_under_way(f, id);
    EscQueue *queue = item->queue;
    esc_queue_settled(item);
    esc_queue_ended(queue, ESC_VERDICT_DONE, now_ms);
}

static void failed(Fixture *f, uint64_t id, int64_t now_ms, int64_t next_ms)
{
    EscQueueItem *item = take_under_way(f, id);
    EscQueue *queue = item->queue;
    esc_queue_again(item, item->attempts + 1, next_ms);
    esc_queue_ended(queue, ESC_VERDICT_RETRY, now_ms);
}

/* --- order ------------------------------------------------------------------------------------ */

static void rows_go_by_due_time_and_then_by_id(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 10, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    put(queue, 3, 20);
    put(queue, 2, 10);
    put(queue, 1, 20);
    put(queue, 4, 5);
    assert_int_equal(next(f, 4), 0);
    assert_int_equal(esc_queues_due_ms(f->queues), 5);
    assert_int_equal(next(f, 30), 4);
    assert_int_equal(next(f, 30), 2);
    assert_int_equal(next(f, 30), 1);
    assert_int_equal(next(f, 30), 3);
    assert_int_equal(next(f, 30), 0);
    end(f);
}

static void a_row_that_is_tried_again_holds_up_nobody(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 1, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    put(queue, 1, 1);
    put(queue, 2, 2);
    assert_int_equal(next(f, 10), 1);
    failed(f, 1, 10, 50);
    assert_int_equal(next(f, 10), 2);
    done(f, 2, 11);
    assert_int_equal(next(f, 49), 0);
    assert_int_equal(esc_queues_due_ms(f->queues), 50);
    assert_int_equal(next(f, 50), 1);
    assert_int_equal(f->under_way[0]->attempts, 1);
    end(f);
}

static void a_row_is_in_one_place_only(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 10, 2);
    put(endpoint(f, 0, "a"), 1, 1);
    put(endpoint(f, 0, "a"), 1, 1);
    put(endpoint(f, 1, "a"), 1, 1); /* another workspace's number 1 */
    assert_int_equal(next(f, 1), 1);
    put(endpoint(f, 0, "a"), 1, 1); /* perhaps under way */
    assert_int_equal(next(f, 1), 1);
    assert_int_equal(next(f, 1), 0);
    assert_int_equal(esc_queues_under_way(f->queues), 2);
    end(f);
}

static void a_row_that_the_store_lost_is_forgotten(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 10, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    put(queue, 1, 1);
    put(queue, 2, 2);
    esc_queues_drop(f->queues, 0, 1);
    esc_queues_drop(f->queues, 0, 7);
    assert_int_equal(next(f, 5), 2);
    esc_queues_drop(f->queues, 0, 2); /* under way: it ends as it ends */
    done(f, 2, 5);
    assert_int_equal(esc_queues_waiting(f->queues), 0);
    end(f);
}

/* --- turns ------------------------------------------------------------------------------------ */

static void workspaces_and_then_endpoints_take_turns(void **state)
{
    (void)state;
    Fixture *f = begin(100, 100, 100, 2);
    for (uint64_t i = 0; i < 4; i++) {
        put(endpoint(f, 0, "chat"), 10 + i, 1);
        put(endpoint(f, 0, "phone"), 20 + i, 1);
    }
    put(endpoint(f, 1, "chat"), 31, 1);
    put(endpoint(f, 1, "chat"), 32, 1);
    static const uint64_t expected[] = {10, 31, 20, 32, 11, 21, 12, 22, 13, 23, 0};
    uint64_t got[ESC_COUNT_OF(expected)];
    for (size_t i = 0; i < ESC_COUNT_OF(expected); i++)
        got[i] = next(f, 1);
    bool other_first = got[0] == 20; /* whose turn is first is free */
    for (size_t i = 0; i < ESC_COUNT_OF(expected); i++) {
        uint64_t want = expected[i];
        if (other_first && want >= 10 && want < 30)
            want = want < 20 ? want + 10 : want - 10;
        assert_int_equal(got[i], want);
    }
    end(f);
}

/* One channel with a backlog, one page: the page is next although it came last. */
static void a_backlog_does_not_starve_a_page(void **state)
{
    (void)state;
    Fixture *f = begin(16, 16, 8, 1);
    for (uint64_t i = 1; i <= 2000; i++)
        put(endpoint(f, 0, "slow chat"), i, 1);
    for (int i = 0; i < 8; i++)
        assert_int_not_equal(next(f, 2), 0);
    assert_int_equal(next(f, 2), 0); /* it has its eight */
    put(endpoint(f, 0, "phone"), 5000, 3);
    assert_int_equal(next(f, 3), 5000);
    end(f);
}

static void what_comes_in_does_not_put_a_turn_back(void **state)
{
    (void)state;
    Fixture *f = begin(100, 100, 100, 1);
    put(endpoint(f, 0, "x"), 1, 1);
    assert_int_equal(next(f, 5), 1); /* the queues know the time from here on */
    put(endpoint(f, 0, "a"), 10, 1);
    put(endpoint(f, 0, "b"), 20, 1);
    put(endpoint(f, 0, "a"), 11, 1);
    assert_int_equal(next(f, 5), 10);
    put(endpoint(f, 0, "b"), 21, 1);
    assert_int_equal(next(f, 5), 20);
    end(f);
}

/* --- limits ----------------------------------------------------------------------------------- */

static void an_endpoint_has_its_limit(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 2, 1);
    for (uint64_t i = 1; i <= 5; i++)
        put(endpoint(f, 0, "a"), i, 1);
    assert_int_equal(next(f, 1), 1);
    assert_int_equal(next(f, 1), 2);
    assert_int_equal(next(f, 1), 0);
    done(f, 1, 1);
    assert_int_equal(next(f, 1), 3);
    assert_int_equal(next(f, 1), 0);
    end(f);
}

static void a_workspace_has_its_limit(void **state)
{
    (void)state;
    Fixture *f = begin(10, 3, 2, 1);
    for (uint64_t i = 0; i < 4; i++) {
        put(endpoint(f, 0, "a"), 10 + i, 1);
        put(endpoint(f, 0, "b"), 20 + i, 1);
    }
    for (int i = 0; i < 3; i++)
        assert_int_not_equal(next(f, 1), 0);
    assert_int_equal(next(f, 1), 0);
    assert_int_equal(esc_queues_under_way(f->queues), 3);
    end(f);
}

static void all_have_one_limit(void **state)
{
    (void)state;
    Fixture *f = begin(3, 3, 3, 3);
    for (uint32_t i = 0; i < 3; i++) {
        put(endpoint(f, i, "a"), 1 + i, 1);
        put(endpoint(f, i, "b"), 11 + i, 1);
    }
    for (int i = 0; i < 3; i++)
        assert_int_not_equal(next(f, 1), 0);
    assert_int_equal(next(f, 1), 0);
    done(f, f->under_way[0]->id, 1);
    assert_int_not_equal(next(f, 1), 0);
    assert_int_equal(next(f, 1), 0);
    end(f);
}

/* Acme's receivers hang; globex is served at once. */
static void one_workspace_never_takes_the_last_half(void **state)
{
    (void)state;
    Fixture *f = begin(8, 100, 100, 2);
    for (uint64_t i = 1; i <= 100; i++)
        put(endpoint(f, 0, "hangs"), i, 1);
    for (int i = 0; i < 4; i++)
        assert_int_not_equal(next(f, 1), 0);
    assert_int_equal(next(f, 1), 0);
    put(endpoint(f, 1, "chat"), 1000, 1);
    assert_int_equal(next(f, 1), 1000);
    end(f);
}

/* Somebody always may: half of one slot is one. */
static void a_workspace_has_half_but_one_at_least(void **state)
{
    (void)state;
    static const struct {
        uint32_t total, workspaces, may;
    } rows[] = {{1, 2, 1}, {2, 2, 1}, {3, 2, 1}, {4, 2, 2}, {5, 2, 2}, {5, 1, 5}, {2, 1, 2}};
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        Fixture *f = begin(rows[i].total, 100, 100, rows[i].workspaces);
        for (uint64_t id = 1; id <= 10; id++)
            put(endpoint(f, 0, "a"), id, 1);
        uint32_t started = 0;
        while (next(f, 1) != 0)
            started++;
        if (started != rows[i].may || esc_queues_under_way(f->queues) != started)
            fail_msg("row %zu: %u", i, started);
        assert_int_equal(esc_queues_waiting(f->queues), 10 - started);
        end(f);
    }
}

static void a_queue_is_found_by_its_rows_and_its_name(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 10, 2);
    EscQueue *a = endpoint(f, 0, "a"), *b = endpoint(f, 0, "b"), *other = endpoint(f, 1, "a");
    int note = 0;
    assert_null(esc_queues_find(f->queues, 0, 1)); /* nobody has put anything */
    put(a, 1, 1);
    put(b, 2, 1);
    put(other, 1, 1);
    assert_ptr_equal(esc_queues_find(f->queues, 0, 1), a);
    assert_ptr_equal(esc_queues_find(f->queues, 0, 2), b);
    assert_ptr_equal(esc_queues_find(f->queues, 1, 1), other);
    assert_null(esc_queues_find(f->queues, 1, 2));
    assert_ptr_equal(endpoint(f, 0, "a"), a);
    assert_ptr_not_equal(esc_queues_endpoint(f->queues, 0, ESC_TEXT("a"), ESC_QUEUE_FREE), a);
    assert_int_equal(esc_queue_workspace(other), 1);
    assert_text_equal(esc_queue_name(b), "b");
    assert_null(esc_queue_note(a));
    esc_queue_set_note(a, &note);
    assert_ptr_equal(esc_queue_note(a), &note);
    end(f);
    esc_queues_free(NULL);
}

static size_t take_wants(Fixture *f, uint64_t *ids)
{
    uint32_t workspace = UINT32_MAX;
    size_t count = esc_queues_wants(f->queues, &workspace, ids, ESC_QUEUE_WANTS_MAX);
    if (count > 0)
        assert_int_equal(workspace, 0);
    return count;
}

/* Rows of two workspaces may have the same number, and lie wherever they like. */
static void a_number_is_of_its_workspace(void **state)
{
    (void)state;
    enum { ROWS = 1500 };
    Fixture *f = begin(1, 1, 1, 2);
    EscQueue *queues[] = {endpoint(f, 0, "a"), endpoint(f, 1, "a")};
    for (uint64_t id = 1; id <= ROWS; id++) {
        assert_null(esc_queues_find(f->queues, 0, id));
        put(queues[0], id, 1);
        assert_null(esc_queues_find(f->queues, 1, id));
        put(queues[1], id, 1);
    }
    for (uint64_t id = 1; id <= ROWS; id++)
        for (uint32_t i = 0; i < 2; i++)
            assert_ptr_equal(esc_queues_find(f->queues, i, id), queues[i]);
    end(f);
}

/* What of a file comes behind the first waits for its content, too. */
static void a_line_without_its_content_is_not_taken(void **state)
{
    (void)state;
    Fixture *f = begin(1, 1, 1, 1);
    EscQueue *file = esc_queues_endpoint(f->queues, 0, ESC_TEXT("f"), ESC_QUEUE_FREE);
    put(file, 1, 1);
    esc_queues_put(file, &(EscQueueRow){.id = 2, .due_ms = 1, .deadline_ms = LATE});
    assert_int_equal(next(f, 5), 1);
    assert_null(esc_queue_more(file, 5));
    done(f, 1, 5);
    end(f);
}

/* What waits for its next attempt can be dropped, and what is under way cannot. */
static void a_row_that_is_tried_again_can_be_dropped(void **state)
{
    (void)state;
    Fixture *f = begin(1, 1, 1, 1);
    put(endpoint(f, 0, "a"), 1, 1);
    assert_int_equal(next(f, 5), 1);
    esc_queues_drop(f->queues, 0, 1);
    assert_non_null(esc_queues_find(f->queues, 0, 1));
    failed(f, 1, 5, 50);
    assert_int_equal(esc_queues_waiting(f->queues), 1);
    esc_queues_drop(f->queues, 0, 1);
    assert_int_equal(esc_queues_waiting(f->queues), 0);
    assert_null(esc_queues_find(f->queues, 0, 1));
    end(f);
}

/* Between the wish and the question a content came by itself, and a row went. */
static void what_came_by_itself_is_not_asked_for(void **state)
{
    (void)state;
    Fixture *f = begin(1, 1, 1, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    uint64_t ids[ESC_QUEUE_WANTS_MAX];
    for (uint64_t id = 1; id <= 4; id++)
        esc_queues_put(queue, &(EscQueueRow){.id = id, .due_ms = 1, .deadline_ms = LATE});
    assert_int_equal(next(f, 5), 0);
    put(queue, 2, 1);
    esc_queues_drop(f->queues, 0, 3);
    assert_int_equal(take_wants(f, ids), 2);
    assert_int_equal(ids[0], 1);
    assert_int_equal(ids[1], 4);
    assert_int_equal(take_wants(f, ids), 0);
    end(f);
}

static void files_need_no_slot_and_go_one_at_a_time(void **state)
{
    (void)state;
    Fixture *f = begin(1, 1, 1, 1);
    put(endpoint(f, 0, "hangs"), 1, 1);
    EscQueue *file = esc_queues_endpoint(f->queues, 0, ESC_TEXT("hangs"), ESC_QUEUE_FREE);
    for (uint64_t i = 10; i < 13; i++)
        put(file, i, 1);
    put(file, 13, 9);
    assert_int_equal(next(f, 1), 10);
    assert_int_equal(next(f, 1), 1);
    assert_int_equal(esc_queues_under_way(f->queues), 2);
    EscQueueItem *more[3] = {esc_queue_more(file, 1), esc_queue_more(file, 1),
                             esc_queue_more(file, 1)};
    assert_int_equal(more[0]->id, 11);
    assert_int_equal(more[1]->id, 12);
    assert_null(more[2]); /* 13 is not due */
    assert_int_equal(next(f, 9), 0);
    esc_queue_settled(more[0]);
    esc_queue_again(more[1], 1, 20);
    done(f, 10, 9);
    assert_int_equal(esc_queues_under_way(f->queues), 1);
    assert_int_equal(next(f, 9), 13);
    assert_int_equal(esc_queues_under_way(f->queues), 2);
    end(f);
}

static void a_slot_that_was_not_needed_tells_nothing_of_the_endpoint(void **state)
{
    (void)state;
    Fixture *f = begin(1, 1, 1, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    for (uint64_t i = 1; i <= 5; i++)
        put(queue, i, 1);
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(next(f, 10), i);
        failed(f, i, 10, 500);
    }
    assert_int_equal(next(f, 110), 4); /* the probe turns out to be unreadable */
    esc_queue_settled(take_under_way(f, 4));
    esc_queue_gave_back(queue, 110);
    assert_int_equal(next(f, 110), 5); /* and the next row is the probe */
    failed(f, 5, 110, 500);
    assert_int_equal(next(f, 209), 0);
    end(f);
}

/* --- breakers --------------------------------------------------------------------------------- */

static void held(Fixture *f, uint64_t id, int64_t now_ms)
{
    EscQueueItem *item = take_under_way(f, id);
    EscQueue *queue = item->queue;
    esc_queue_hold(item, now_ms + 100);
    esc_queue_ended(queue, ESC_VERDICT_HOLD, now_ms);
}

/* One that is refused alone does not keep the others from their turn, and is known for it when they went through. */
static void what_is_held_comes_behind_those_that_wait(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 10, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    put(queue, 1, 0);
    assert_int_equal(next(f, 0), 1);
    put(queue, 2, 1);
    held(f, 1, 10);
    assert_true(esc_queue_is_held(queue));
    assert_int_equal(next(f, 50), 0);
    assert_int_equal(next(f, 110), 2);
    assert_int_equal(next(f, 110), 0); /* one probe */
    done(f, 2, 120);
    assert_false(esc_queue_is_held(queue));
    assert_int_equal(next(f, 120), 1);
    assert_true(esc_queue_is_items_own(f->under_way[0]));
    assert_int_equal(f->under_way[0]->attempts, 0);
    held(f, 1, 130);
    assert_int_equal(next(f, 230), 1);
    assert_false(esc_queue_is_items_own(f->under_way[0])); /* nobody went through since */
    done(f, 1, 240);
    end(f);
}

static void while_the_breaker_is_open_rows_just_wait(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 1, 1);
    EscQueue *queue = endpoint(f, 0, "dead");
    for (uint64_t i = 1; i <= 9; i++)
        put(queue, i, 1);
    for (uint64_t i = 1; i <= 3; i++) {
        assert_int_equal(next(f, 10), i);
        failed(f, i, 10, 5000);
    }
    assert_int_equal(next(f, 10), 0);
    assert_int_equal(esc_queues_due_ms(f->queues), 110);
    assert_int_equal(next(f, 109), 0);
    assert_int_equal(next(f, 110), 4);
    assert_int_equal(f->under_way[0]->attempts, 0); /* waiting was no attempt */
    end(f);
}

static void one_probe_decides(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 5, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    for (uint64_t i = 1; i <= 9; i++)
        put(queue, i, 1);
    for (uint64_t i = 1; i <= 3; i++)
        assert_int_equal(next(f, 10), i);
    for (uint64_t i = 1; i <= 3; i++)
        failed(f, i, 10, 5000);
    assert_int_equal(next(f, 110), 4);
    assert_int_equal(next(f, 110), 0); /* one at a time */
    assert_int_equal(esc_queues_due_ms(f->queues), LATE);
    failed(f, 4, 120, 5000);
    assert_int_equal(next(f, 219), 0);
    assert_int_equal(next(f, 220), 5);
    done(f, 5, 221);
    for (uint64_t i = 6; i <= 9; i++)
        assert_int_equal(next(f, 221), i);
    end(f);
}

/* --- deadlines -------------------------------------------------------------------------------- */

static void nothing_starts_at_its_deadline(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 10, 1);
    put_until(endpoint(f, 0, "a"), 1, 1, 50);
    assert_null(esc_queues_expired(f->queues, 49));
    EscQueueItem *item = esc_queues_expired(f->queues, 50);
    assert_int_equal(item->id, 1);
    esc_queue_settled(item);
    assert_int_equal(next(f, 50), 0);
    assert_int_equal(esc_queues_due_ms(f->queues), INT64_MAX);
    end(f);
}

static void time_is_over_on_time_behind_a_full_endpoint(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 1, 1);
    EscQueue *queue = endpoint(f, 0, "hangs");
    put(queue, 1, 1);
    put_until(queue, 2, 2, 60);
    put_until(queue, 3, 2, 50);
    assert_int_equal(next(f, 5), 1);
    assert_int_equal(next(f, 5), 0);
    assert_int_equal(esc_queues_due_ms(f->queues), 50);
    EscQueueItem *item = esc_queues_expired(f->queues, 55);
    assert_int_equal(item->id, 3);
    esc_queue_settled(item);
    assert_null(esc_queues_expired(f->queues, 55));
    assert_int_equal(esc_queues_due_ms(f->queues), 60);
    end(f);
}

static void a_row_whose_next_attempt_is_its_deadline_is_found_dead(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 1, 1);
    put_until(endpoint(f, 0, "a"), 1, 1, 50);
    assert_int_equal(next(f, 5), 1);
    failed(f, 1, 10, 50);
    assert_int_equal(esc_queues_due_ms(f->queues), 50);
    EscQueueItem *item = esc_queues_expired(f->queues, 50);
    assert_int_equal(item->attempts, 1);
    esc_queue_settled(item);
    end(f);
}

/* --- contents --------------------------------------------------------------------------------- */

/* Far more rows than contents: all go in order, memory stays bounded, each content is asked for once. */
static void contents_in_memory_are_bounded_and_come_back(void **state)
{
    (void)state;
    Fixture *f = begin(1, 1, 1, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    const uint64_t rows = 5 * ESC_QUEUE_CONTENTS_MAX;
    uint64_t ids[ESC_QUEUE_WANTS_MAX];
    size_t asked = 0;
    for (uint64_t i = 1; i <= rows; i++)
        put(queue, i, 1);
    assert_int_equal(contents_alive, ESC_QUEUE_CONTENTS_MAX);
    for (uint64_t i = 1; i <= rows; i++) {
        uint64_t id = next(f, 10);
        for (size_t count = take_wants(f, ids); count > 0; count = take_wants(f, ids)) {
            for (size_t k = 0; k < count; k++)
                put(queue, ids[k], 7777); /* what the store says is older than what we know */
            asked += count;
        }
        assert_true(contents_alive <= ESC_QUEUE_CONTENTS_MAX + ESC_QUEUE_WANTS_MAX + 1);
        assert_int_equal(id == 0 ? next(f, 10) : id, i);
        done(f, i, 10);
    }
    assert_int_equal(asked, rows - ESC_QUEUE_CONTENTS_MAX);
    end(f);
}

static void a_row_waits_for_its_content_and_then_goes_first(void **state)
{
    (void)state;
    Fixture *f = begin(1, 1, 1, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    uint64_t ids[ESC_QUEUE_WANTS_MAX];
    esc_queues_put(queue, &(EscQueueRow){.id = 1, .due_ms = 1, .deadline_ms = LATE});
    put(queue, 2, 2);
    assert_int_equal(next(f, 5), 0);
    assert_int_equal(take_wants(f, ids), 1);
    assert_int_equal(ids[0], 1);
    assert_int_equal(take_wants(f, ids), 0);
    assert_int_equal(next(f, 6), 0);
    assert_int_equal(esc_queues_due_ms(f->queues),
                     LATE); /* it waits for the store, not for a time */
    put(queue, 1, 1);
    assert_int_equal(next(f, 6), 1);
    done(f, 1, 6);
    assert_int_equal(next(f, 6), 2);
    end(f);
}

static void a_content_is_asked_for_once(void **state)
{
    (void)state;
    Fixture *f = begin(1, 1, 1, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    uint64_t ids[ESC_QUEUE_WANTS_MAX];
    esc_queues_put(queue, &(EscQueueRow){.id = 2, .due_ms = 2, .deadline_ms = LATE});
    assert_int_equal(next(f, 5), 0);
    esc_queues_put(queue, &(EscQueueRow){.id = 1, .due_ms = 1, .deadline_ms = LATE});
    assert_int_equal(take_wants(f, ids), 2); /* 2 from before, and 1, which comes first now */
    assert_int_equal(ids[0] + ids[1], 3);
    end(f);
}

static void what_is_not_due_is_not_asked_for(void **state)
{
    (void)state;
    Fixture *f = begin(1, 1, 1, 1);
    uint64_t ids[ESC_QUEUE_WANTS_MAX];
    esc_queues_put(endpoint(f, 0, "a"), &(EscQueueRow){.id = 1, .due_ms = 50, .deadline_ms = LATE});
    assert_int_equal(next(f, 49), 0);
    assert_int_equal(take_wants(f, ids), 0);
    assert_int_equal(esc_queues_due_ms(f->queues), 50);
    assert_int_equal(next(f, 50), 0);
    assert_int_equal(take_wants(f, ids), 1);
    esc_queues_drop(f->queues, 0, 1); /* the answer: it is settled */
    assert_int_equal(esc_queues_due_ms(f->queues), INT64_MAX);
    end(f);
}

static void put_without_content(EscQueue *queue, uint64_t id)
{
    esc_queues_put(queue, &(EscQueueRow){.id = id, .due_ms = 1, .deadline_ms = LATE});
}

/* One question is about one workspace, and asks for no more than there is room for; nothing of the rest is lost. */
static void contents_are_asked_for_workspace_by_workspace(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 10, 2);
    uint64_t ids[8] = {0};
    uint32_t workspace = UINT32_MAX;
    for (uint64_t id = 1; id <= 3; id++)
        for (uint32_t w = 0; w < 2; w++)
            put_without_content(endpoint(f, w, "a"), 10 * w + id);
    assert_int_equal(next(f, 5), 0);
    size_t asked[2] = {0};
    for (size_t count = 0; (count = esc_queues_wants(f->queues, &workspace, ids, 2)) > 0;) {
        assert_in_range(count, 1, 2);
        assert_true(workspace < 2);
        asked[workspace] += count;
        for (size_t i = 0; i < count; i++)
            assert_in_range(ids[i], 10 * workspace + 1, 10 * workspace + 3);
    }
    assert_int_equal(asked[0], 3);
    assert_int_equal(asked[1], 3);
    end(f);
}

/* Before the last content is used up, and then for as many as one question takes. */
static void contents_are_asked_for_early(void **state)
{
    (void)state;
    Fixture *f = begin(1000, 1000, 1000, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    uint64_t ids[2 * ESC_QUEUE_WANTS_MAX];
    uint32_t workspace = 0;
    for (uint64_t i = 1; i <= 3 * ESC_QUEUE_CONTENTS_MAX; i++)
        put(queue, i, 1);
    for (uint64_t i = 1; i <= ESC_QUEUE_CONTENTS_MAX / 2; i++) {
        assert_int_equal(next(f, 10), i);
        assert_int_equal(esc_queues_wants(f->queues, &workspace, ids, ESC_COUNT_OF(ids)), 0);
    }
    assert_int_equal(next(f, 10), ESC_QUEUE_CONTENTS_MAX / 2 + 1);
    assert_int_equal(esc_queues_wants(f->queues, &workspace, ids, ESC_COUNT_OF(ids)),
                     ESC_QUEUE_WANTS_MAX);
    for (size_t i = 0; i < ESC_QUEUE_WANTS_MAX; i++)
        assert_int_equal(ids[i], ESC_QUEUE_CONTENTS_MAX + 1 + i);
    end(f);
}

static void put_sized(EscQueue *queue, uint64_t id, size_t size)
{
    esc_queues_put(queue, &(EscQueueRow){.id = id,
                                         .due_ms = 1,
                                         .deadline_ms = LATE,
                                         .content = content_new(),
                                         .content_size = size});
}

static void big_contents_are_not_kept(void **state)
{
    (void)state;
    Fixture *f = begin(10, 10, 10, 1);
    EscQueue *queue = endpoint(f, 0, "a");
    put_sized(queue, 1, ESC_QUEUE_CONTENT_BYTES_MAX - 1);
    put_sized(queue, 2, 1); /* one byte was left, and whoever begins below the limit is kept */
    assert_int_equal(contents_alive, 2);
    put_sized(queue, 3, 1);
    assert_int_equal(contents_alive, 2);
    assert_int_equal(next(f, 1), 1);
    done(f, 1, 1); /* there is room again */
    put_sized(queue, 4, 1);
    assert_int_equal(contents_alive, 2);
    esc_queues_drop(f->queues, 0, 2);
    esc_queues_drop(f->queues, 0, 4);
    assert_int_equal(contents_alive, 0);
    put_sized(queue, 5, ESC_QUEUE_CONTENT_BYTES_MAX);
    put_sized(queue, 6, 1);
    assert_int_equal(contents_alive, 1);
    end(f);
}

/* --- against a model -------------------------------------------------------------------------- */

enum { WORKSPACES = 3, ENDPOINTS = 3, MODEL_ROWS = 400 };

typedef struct ModelRow {
    bool exists, is_under_way;
    uint32_t workspace, endpoint;
    int64_t due_ms, deadline_ms;
} ModelRow;

typedef struct Model {
    Fixture *f;
    ModelRow rows[MODEL_ROWS + 1]; /* by id */
    EscBreaker breakers[WORKSPACES][ENDPOINTS];
    int64_t now_ms;
    uint32_t skipped[WORKSPACES][ENDPOINTS]; /* starts since it could start and did not */
    uint64_t random;
} Model;

static uint64_t draw(Model *model, uint64_t below)
{
    model->random = model->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (model->random >> 33) % below;
}

static uint32_t count_under_way(const Model *model, int64_t workspace, int64_t endpoint_at)
{
    uint32_t count = 0;
    for (size_t i = 1; i <= MODEL_ROWS; i++) {
        const ModelRow *row = &model->rows[i];
        count += row->exists && row->is_under_way &&
                 (workspace < 0 || row->workspace == (uint32_t)workspace) &&
                 (endpoint_at < 0 || row->endpoint == (uint32_t)endpoint_at);
    }
    return count;
}

/* The row that an endpoint would send now, or 0. */
static uint64_t first_of(const Model *model, uint32_t workspace, uint32_t endpoint_at)
{
    uint64_t first = 0;
    for (size_t i = 1; i <= MODEL_ROWS; i++) {
        const ModelRow *row = &model->rows[i];
        if (row->exists && !row->is_under_way && row->workspace == workspace &&
            row->endpoint == endpoint_at && row->due_ms <= model->now_ms &&
            (first == 0 || row->due_ms < model->rows[first].due_ms))
            first = i;
    }
    const EscQueueLimits *limits = &model->f->limits;
    bool may = count_under_way(model, -1, -1) < limits->total &&
               count_under_way(model, workspace, -1) < limits->workspace &&
               count_under_way(model, workspace, endpoint_at) < limits->endpoint &&
               esc_breaker_opens_at_ms(&model->breakers[workspace][endpoint_at]) <= model->now_ms;
    return may ? first : 0;
}

static EscQueue *model_queue(const Model *model, const ModelRow *row)
{
    char name[2] = {(char)('a' + row->endpoint), '\0'};
    return endpoint(model->f, row->workspace, name);
}

static void model_put(Model *model)
{
    uint64_t id = 1 + draw(model, MODEL_ROWS);
    ModelRow *row = &model->rows[id];
    if (row->exists)
        return;
    *row = (ModelRow){.exists = true,
                      .workspace = (uint32_t)draw(model, WORKSPACES),
                      .endpoint = (uint32_t)draw(model, ENDPOINTS),
                      .due_ms = model->now_ms + (int64_t)draw(model, 50) - 20};
    row->deadline_ms = model->now_ms + 1 + (int64_t)draw(model, 500);
    /* An id is of one workspace in the model, so that it names the row alone. */
    put_until(model_queue(model, row), id, row->due_ms, row->deadline_ms);
}

/* Everybody who could have been next waits at most until all others had a turn. */
static void check_turns(Model *model, uint32_t workspace, uint32_t endpoint_at)
{
    for (uint32_t w = 0; w < WORKSPACES; w++)
        for (uint32_t e = 0; e < ENDPOINTS; e++) {
            bool could = first_of(model, w, e) != 0;
            bool went = w == workspace && e == endpoint_at;
            model->skipped[w][e] = could && !went ? model->skipped[w][e] + 1 : 0;
            assert_true(model->skipped[w][e] <= WORKSPACES * ENDPOINTS);
        }
}

/* Who has nothing to send at some moment has no turn to wait for: the next one counts from when it has. */
static void forget_turns(Model *model)
{
    for (uint32_t w = 0; w < WORKSPACES; w++)
        for (uint32_t e = 0; e < ENDPOINTS; e++)
            if (first_of(model, w, e) == 0)
                model->skipped[w][e] = 0;
}

static void model_start(Model *model)
{
    uint64_t id = next(model->f, model->now_ms);
    if (id == 0) {
        for (uint32_t w = 0; w < WORKSPACES; w++)
            for (uint32_t e = 0; e < ENDPOINTS; e++)
                assert_int_equal(first_of(model, w, e), 0);
        assert_true(esc_queues_due_ms(model->f->queues) > model->now_ms);
        return;
    }
    ModelRow *row = &model->rows[id];
    assert_int_equal(first_of(model, row->workspace, row->endpoint), id);
    assert_true(model->now_ms < row->deadline_ms);
    check_turns(model, row->workspace, row->endpoint);
    esc_breaker_start(&model->breakers[row->workspace][row->endpoint]);
    row->is_under_way = true;
}

static void model_end(Model *model)
{
    Fixture *f = model->f;
    if (f->under_way_count == 0)
        return;
    uint64_t id = f->under_way[draw(model, f->under_way_count)]->id;
    ModelRow *row = &model->rows[id];
    bool is_done = draw(model, 3) > 0;
    esc_breaker_note(&model->breakers[row->workspace][row->endpoint],
                     is_done ? ESC_VERDICT_DONE : ESC_VERDICT_RETRY, model->now_ms,
                     f->limits.circuit_failures, f->limits.circuit_open_ms);
    row->is_under_way = false;
    if (is_done) {
        row->exists = false;
        done(f, id, model->now_ms);
        return;
    }
    row->due_ms = model->now_ms + (int64_t)draw(model, 60);
    if (row->due_ms > row->deadline_ms)
        row->due_ms = row->deadline_ms;
    failed(f, id, model->now_ms, row->due_ms);
}

static void model_expire(Model *model)
{
    for (EscQueueItem *item = esc_queues_expired(model->f->queues, model->now_ms); item != NULL;
         item = esc_queues_expired(model->f->queues, model->now_ms)) {
        assert_true(model->rows[item->id].deadline_ms <= model->now_ms);
        model->rows[item->id].exists = false;
        esc_queue_settled(item);
    }
    for (size_t i = 1; i <= MODEL_ROWS; i++)
        assert_true(!model->rows[i].exists || model->rows[i].is_under_way ||
                    model->rows[i].deadline_ms > model->now_ms);
}

static void random_steps_agree_with_a_model(void **state)
{
    (void)state;
    const char *seed = getenv("ESC_SEED");
    static Model model;
    model = (Model){.f = begin(5, 4, 2, WORKSPACES), .now_ms = 1000};
    model.f->limits.workspace = 2; /* half of five */
    model.random = seed == NULL ? 1 : strtoull(seed, NULL, 10);
    print_message("seed %llu\n", (unsigned long long)model.random);
    for (int step = 0; step < 20000; step++) {
        model_expire(&model);
        forget_turns(&model);
        switch (draw(&model, 4)) {
        case 0:
            model_put(&model);
            break;
        case 1:
            model_end(&model);
            break;
        case 2:
            model.now_ms += (int64_t)draw(&model, 8);
            break;
        default:
            model_start(&model);
        }
        forget_turns(&model);
        assert_int_equal(esc_queues_under_way(model.f->queues), count_under_way(&model, -1, -1));
    }
    end(model.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_go_by_due_time_and_then_by_id),
        cmocka_unit_test(a_row_that_is_tried_again_holds_up_nobody),
        cmocka_unit_test(a_row_is_in_one_place_only),
        cmocka_unit_test(a_row_that_the_store_lost_is_forgotten),
        cmocka_unit_test(workspaces_and_then_endpoints_take_turns),
        cmocka_unit_test(a_backlog_does_not_starve_a_page),
        cmocka_unit_test(what_comes_in_does_not_put_a_turn_back),
        cmocka_unit_test(an_endpoint_has_its_limit),
        cmocka_unit_test(a_workspace_has_its_limit),
        cmocka_unit_test(all_have_one_limit),
        cmocka_unit_test(one_workspace_never_takes_the_last_half),
        cmocka_unit_test(a_workspace_has_half_but_one_at_least),
        cmocka_unit_test(a_queue_is_found_by_its_rows_and_its_name),
        cmocka_unit_test(a_number_is_of_its_workspace),
        cmocka_unit_test(a_line_without_its_content_is_not_taken),
        cmocka_unit_test(a_row_that_is_tried_again_can_be_dropped),
        cmocka_unit_test(what_came_by_itself_is_not_asked_for),
        cmocka_unit_test(files_need_no_slot_and_go_one_at_a_time),
        cmocka_unit_test(a_slot_that_was_not_needed_tells_nothing_of_the_endpoint),
        cmocka_unit_test(what_is_held_comes_behind_those_that_wait),
        cmocka_unit_test(while_the_breaker_is_open_rows_just_wait),
        cmocka_unit_test(one_probe_decides),
        cmocka_unit_test(nothing_starts_at_its_deadline),
        cmocka_unit_test(time_is_over_on_time_behind_a_full_endpoint),
        cmocka_unit_test(a_row_whose_next_attempt_is_its_deadline_is_found_dead),
        cmocka_unit_test(contents_in_memory_are_bounded_and_come_back),
        cmocka_unit_test(a_row_waits_for_its_content_and_then_goes_first),
        cmocka_unit_test(a_content_is_asked_for_once),
        cmocka_unit_test(what_is_not_due_is_not_asked_for),
        cmocka_unit_test(contents_are_asked_for_workspace_by_workspace),
        cmocka_unit_test(contents_are_asked_for_early),
        cmocka_unit_test(big_contents_are_not_kept),
        cmocka_unit_test(random_steps_agree_with_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
