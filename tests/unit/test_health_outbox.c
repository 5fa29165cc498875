/* test_health_outbox.c - what an outbox says of a workspace's health: which targets are dead, and which pages wait too long. */
#include "support/test.h"

#include <esc/store_memory.h>

#include "health_outbox.h"

#define NOW_MS (100 * ESC_DAY_MS)
#define LATE_MS (2 * ESC_MINUTE_MS)
#define PAGE "{\"text\":\"see\",\"page\":true}"
#define WORD "{\"text\":\"see\",\"page\":false}"

static EscStore *store;
static EscArena *arena;
static uint64_t last_id;
static EscWhy why;

static int begin(void **state)
{
    static const uint8_t id[ESC_STORE_ID_SIZE] = {7};
    (void)state;
    store = esc_store_memory_new(id);
    arena = esc_arena_new(1 << 20);
    last_id = 0;
    return store == NULL || arena == NULL ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    esc_store_close(store);
    esc_arena_free(arena);
    return 0;
}

/* A message of `age_ms` ago that came so far, in a group of its own. */
static void sent(EscOutboxKind kind, const char *target, const char *body, int64_t age_ms,
                 EscDeliveryState state)
{
    EscGroup group;
    EscOutboxRow row = {.id = ++last_id,
                        .key = esc_arena_printf(arena, "k%llu", (unsigned long long)last_id),
                        .kind = kind,
                        .target = esc_text_from(target),
                        .medium = ESC_TEXT("email"),
                        .body = esc_text_from(body),
                        .created_at_ms = NOW_MS - age_ms};
    EscOutboxSettled settled = {.id = row.id, .state = state};
    esc_group_init(&group, arena);
    group.epoch = esc_store_epoch(store);
    group.outbox = &row;
    group.outbox_count = 1;
    group.settled = &settled;
    group.settled_count = state != ESC_DELIVERY_QUEUED;
    group.counters = (EscCounters){1, 1, last_id + 1, 1, 1, NOW_MS};
    assert_status(esc_store_commit(store, &group, &why), ESC_OK);
}

static EscHealthOutbox found(void)
{
    EscHealthOutbox found;
    assert_status(esc_health_outbox_find(store, NOW_MS, LATE_MS, &found), ESC_OK);
    return found;
}

static void the_last_message_to_a_target_decides(void **state)
{
    (void)state;
    sent(ESC_OUTBOX_MESSAGE, "ana", WORD, 5000, ESC_DELIVERY_DEAD);
    sent(ESC_OUTBOX_MESSAGE, "ben", WORD, 4000, ESC_DELIVERY_DEAD);
    sent(ESC_OUTBOX_CALL, "crm.lock", "{}", 3500, ESC_DELIVERY_DEAD); /* its steps know */
    EscHealthOutbox both = found();
    assert_int_equal(both.dead_count, 2);
    assert_text_equal(both.dead[0].subject, "ben by email");
    assert_text_equal(both.dead[1].subject, "ana by email");
    assert_int_equal(both.dead[1].code, ESC_CAUSE_DELIVERY_DEAD);
    assert_true(both.dead[1].since_ms == NOW_MS - 5000);
    esc_health_outbox_release(&both);
    sent(ESC_OUTBOX_MESSAGE, "ana", WORD, 3000, ESC_DELIVERY_ACCEPTED);
    sent(ESC_OUTBOX_MESSAGE, "ben", WORD, 2000, ESC_DELIVERY_QUEUED); /* nobody knows yet */
    EscHealthOutbox one = found();
    assert_int_equal(one.dead_count, 1);
    assert_text_equal(one.dead[0].subject, "ben by email");
    assert_int_equal(one.queued, 1);
    esc_health_outbox_release(&one);
}

static void it_is_seen_to_after_a_day(void **state)
{
    (void)state;
    sent(ESC_OUTBOX_MESSAGE, "ana", WORD, ESC_DAY_MS + 1, ESC_DELIVERY_DEAD);
    sent(ESC_OUTBOX_MESSAGE, "ben", WORD, ESC_DAY_MS, ESC_DELIVERY_DEAD);
    EscHealthOutbox one = found();
    assert_int_equal(one.dead_count, 1);
    assert_text_equal(one.dead[0].subject, "ben by email");
    esc_health_outbox_release(&one);
}

static void pages_wait_and_nothing_else_does(void **state)
{
    (void)state;
    sent(ESC_OUTBOX_MESSAGE, "ana", PAGE, LATE_MS, ESC_DELIVERY_QUEUED);
    sent(ESC_OUTBOX_MESSAGE, "ana", WORD, LATE_MS + 1, ESC_DELIVERY_QUEUED);
    sent(ESC_OUTBOX_MESSAGE, "ana", "no JSON", LATE_MS + 1, ESC_DELIVERY_QUEUED);
    sent(ESC_OUTBOX_MESSAGE, "ana", PAGE, LATE_MS + 1, ESC_DELIVERY_ACCEPTED);
    sent(ESC_OUTBOX_CALL, "crm.lock", PAGE, LATE_MS + 1, ESC_DELIVERY_QUEUED);
    EscHealthOutbox none = found();
    assert_int_equal(none.late_pages, 0);
    assert_int_equal(none.queued, 4);
    esc_health_outbox_release(&none);
    sent(ESC_OUTBOX_MESSAGE, "ana", PAGE, LATE_MS + 1, ESC_DELIVERY_QUEUED);
    EscHealthOutbox one = found();
    assert_int_equal(one.late_pages, 1);
    esc_health_outbox_release(&one);
}

static void there_is_an_end_to_targets(void **state)
{
    (void)state;
    for (int i = 0; i <= ESC_HEALTH_TARGETS_MAX; i++)
        sent(ESC_OUTBOX_MESSAGE, esc_arena_printf(arena, "p%d", i).data, WORD, 1000,
             ESC_DELIVERY_DEAD);
    EscHealthOutbox most = found();
    assert_int_equal(most.dead_count, ESC_HEALTH_TARGETS_MAX);
    assert_text_equal(most.dead[0].subject, "p64 by email");
    assert_text_equal(most.dead[ESC_HEALTH_TARGETS_MAX - 1].subject, "p1 by email");
    esc_health_outbox_release(&most);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(the_last_message_to_a_target_decides),
        TEST(it_is_seen_to_after_a_day),
        TEST(pages_wait_and_nothing_else_does),
        TEST(there_is_an_end_to_targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
