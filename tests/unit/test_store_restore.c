/* test_store_restore.c - what an engine is given at a start, and in which order. The engine here is a recorder. */
#define _GNU_SOURCE
#include "support/store_file.h"

#include "sample.h"

static StoreFile file;
static EscStore *store;
static EscWhy why;
static EscBuf heard;
static unsigned refuse_at; /* number of the restoring call that fails; 0: none */

/* --- the recorder --------------------------------------------------------------------------------------- */

static EscStatus answer(void)
{
    if (refuse_at > 0 && --refuse_at == 0)
        return ESC_NO_MEMORY;
    return ESC_OK;
}

void esc_engine_restore_counters(EscEngine *engine, const EscCounters *counters, EscText absences)
{
    (void)engine;
    esc_buf_printf(&heard, "counters %llu %llu %llu %llu %llu %lld absences %.*s;", (unsigned long long)counters->next_escalation,
                   (unsigned long long)counters->next_ticket, (unsigned long long)counters->next_outbox,
                   (unsigned long long)counters->next_audit, (unsigned long long)counters->next_timer,
                   (long long)counters->time_ms, ESC_TEXT_ARG(absences));
}

EscStatus esc_engine_restore_ticket(EscEngine *engine, const EscTicketRow *row, EscWhy *refusal)
{
    (void)engine, (void)refusal;
    esc_buf_printf(&heard, "ticket %.*s %.*s %.*s;", ESC_TEXT_ARG(row->id), ESC_TEXT_ARG(row->title), ESC_TEXT_ARG(row->json));
    return answer();
}

EscStatus esc_engine_restore_escalation(EscEngine *engine, const EscEscalationRow *row, EscWhy *refusal)
{
    (void)engine, (void)refusal;
    bool is_pinned = memcmp(row->bundle_hash, sample_bundle_hash, sizeof row->bundle_hash) == 0;
    esc_buf_printf(&heard, "escalation %llu %.*s %.*s %u %d %.*s %.*s %.*s %s;", (unsigned long long)row->id,
                   ESC_TEXT_ARG(row->ticket), ESC_TEXT_ARG(row->owner), row->role, row->is_acked, (int)row->frame.size,
                   (const char *)row->frame.data, ESC_TEXT_ARG(row->state_json), ESC_TEXT_ARG(row->start_event),
                   is_pinned ? "pinned" : "lost");
    return answer();
}

EscStatus esc_engine_restore_timer(EscEngine *engine, const EscTimerRow *row)
{
    (void)engine;
    esc_buf_printf(&heard, "timer %lld %llu %llu %.*s %u %u;", (long long)row->due_ms, (unsigned long long)row->seq,
                   (unsigned long long)row->escalation, ESC_TEXT_ARG(row->ticket), row->kind, row->index);
    return answer();
}

EscStatus esc_engine_restore_outbox(EscEngine *engine, const EscOutboxRow *row)
{
    (void)engine;
    esc_buf_printf(&heard, "outbox %llu %.*s;", (unsigned long long)row->id, ESC_TEXT_ARG(row->key));
    return answer();
}

/* --- tests ------------------------------------------------------------------------------------------------ */

static int set_up(void **state)
{
    (void)state;
    store_file_make(&file);
    why = (EscWhy){.text = ""};
    refuse_at = 0;
    esc_buf_init(&heard, 100000);
    assert_status(esc_store_open(file.path, SAMPLE_WORKSPACE, &store, &why), ESC_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_buf_release(&heard);
    esc_store_close(store);
    store_file_remove(&file);
    return 0;
}

static void commit_groups(uint64_t count, bool is_last_closed)
{
    Sample sample;
    sample_init(&sample);
    assert_status(sample_begin(store, &why), ESC_OK);
    for (uint64_t n = 1; n < count; n++)
        assert_status(sample_commit(store, &sample, n, &why), ESC_OK);
    sample_make(&sample, count);
    if (is_last_closed)
        sample.group.escalations[1].state = ESC_STATE_CLOSED; /* number count - 1 */
    assert_status(esc_store_begin(store, &why), ESC_OK);
    assert_status(esc_store_commit(store, &sample.group, &why), ESC_OK);
    sample_release(&sample);
}

static void a_new_store_gives_counters_only(void **state)
{
    (void)state;
    assert_status(esc_store_restore(store, NULL, &why), ESC_OK);
    assert_text_equal(esc_buf_as_text(&heard), "counters 1 1 1 1 1 0 absences ;");
}

static void what_is_live_comes_back_in_order(void **state)
{
    (void)state;
    commit_groups(2, false);
    assert_status(esc_store_restore(store, NULL, &why), ESC_OK);
    assert_text_equal(esc_buf_as_text(&heard),
                      "counters 3 1 3 5 5 2000 absences 2;"
                      "ticket T-1 Checkout is down {\"severity\":\"critical\"};"
                      "ticket T-2 Checkout is down {\"severity\":\"critical\"};"
                      "escalation 1 T-1 ben 1 1 next frame of 1 {\"qa\":[]} start of 1 pinned;"
                      "escalation 2 T-2 ana 0 0 frame of 2 {\"qa\":[]} start of 2 pinned;"
                      "timer 61001 2 1 T-1 1 1;"
                      "timer 62000 3 2 T-2 1 0;"
                      "timer 62001 4 2 T-2 1 1;"
                      "outbox 2 acme/E-2;");
}

static void what_is_closed_stays_in_the_file(void **state)
{
    (void)state;
    commit_groups(2, true);
    assert_status(esc_store_restore(store, NULL, &why), ESC_OK);
    EscText all = esc_buf_as_text(&heard);
    assert_false(esc_text_contains(all, ESC_TEXT("ticket T-1")));
    assert_false(esc_text_contains(all, ESC_TEXT("escalation 1 ")));
    assert_true(esc_text_contains(all, ESC_TEXT("ticket T-2")));
    assert_true(esc_text_contains(all, ESC_TEXT("escalation 2 ")));
}

static void a_ticket_with_a_clock_of_its_own_comes_back(void **state)
{
    (void)state;
    Sample sample;
    sample_init(&sample);
    assert_status(sample_begin(store, &why), ESC_OK);
    sample_make(&sample, 1);
    sample.group.escalations[0].state = ESC_STATE_CLOSED;
    sample.group.timers_put[1].escalation = 0; /* the ticket's: a service level */
    assert_status(esc_store_begin(store, &why), ESC_OK);
    assert_status(esc_store_commit(store, &sample.group, &why), ESC_OK);
    sample_release(&sample);
    assert_status(esc_store_restore(store, NULL, &why), ESC_OK);
    assert_true(esc_text_contains(esc_buf_as_text(&heard), ESC_TEXT("ticket T-1")));
    assert_false(esc_text_contains(esc_buf_as_text(&heard), ESC_TEXT("escalation")));
}

/* Wherever the engine gives up, its status comes out, and the store can be asked again. */
static void what_the_engine_refuses_is_passed_on(void **state)
{
    (void)state;
    commit_groups(2, false);
    for (unsigned i = 1; i <= 8; i++) {
        refuse_at = i;
        assert_status(esc_store_restore(store, NULL, &why), ESC_NO_MEMORY);
    }
    refuse_at = 9;
    assert_status(esc_store_restore(store, NULL, &why), ESC_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_store_gives_counters_only),
        TEST(what_is_live_comes_back_in_order),
        TEST(what_is_closed_stays_in_the_file),
        TEST(a_ticket_with_a_clock_of_its_own_comes_back),
        TEST(what_the_engine_refuses_is_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
