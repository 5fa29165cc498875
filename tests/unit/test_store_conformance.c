/* test_store_conformance.c - what every store does, asked of each of them: what goes in comes out whole or not at all, is
 * found, listed by pages and given back at a start. Texts of refusals are each store's own but for those of the face. */
#define _GNU_SOURCE
#include "support/store_file.h"

#include <pthread.h>
#include <sched.h>

#include "sample.h"

static StoreFile file;
static EscStore *store;
static Sample sample;
static EscWhy why;
static EscBuf heard;        /* what visitors and the sink were told */
static unsigned refuse_at;  /* number of the sink's call that fails; 0: none */
static unsigned visits_max; /* rows after which a visitor has had enough; 0: never */

/* --- the stores -------------------------------------------------------------------------------- */

typedef struct Kind {
    const char *name;
    void (*open)(void);
    void (*reopen)(void); /* a new life of the same store */
} Kind;

static void open_sqlite(void)
{
    assert_status(sample_open(file.path, &store, &why), ESC_OK);
}

static void reopen_sqlite(void)
{
    esc_store_close(store);
    open_sqlite();
}

static void open_memory(void)
{
    static const uint8_t id[ESC_STORE_ID_SIZE] = {7};
    store = esc_store_memory_new(id);
    assert_non_null(store);
}

static void reopen_memory(void)
{
    esc_store_memory_reopen(store);
}

static Kind sqlite_kind = {"sqlite", open_sqlite, reopen_sqlite};
static Kind memory_kind = {"memory", open_memory, reopen_memory};
static const Kind *kind;

static int set_up(void **state)
{
    kind = *state;
    store_file_make(&file);
    sample_init(&sample);
    why = (EscWhy){.text = ""};
    refuse_at = visits_max = 0;
    esc_buf_init(&heard, 1 << 20);
    kind->open();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    esc_store_close(store);
    esc_buf_release(&heard);
    sample_release(&sample);
    store_file_remove(&file);
    return 0;
}

static void commit(uint64_t n)
{
    if (sample_commit(store, &sample, n, &why) != ESC_OK)
        fail_msg("%s: group %llu: %s", kind->name, (unsigned long long)n, why.text);
}

/* Makes group n, to be changed before it is committed. */
static EscGroup *make(uint64_t n)
{
    sample_make(&sample, n);
    sample.group.epoch = esc_store_epoch(store);
    return &sample.group;
}

static void commit_made(void)
{
    if (esc_store_commit(store, &sample.group, &why) != ESC_OK)
        fail_msg("%s: %s", kind->name, why.text);
}

static void assert_heard(const char *expected)
{
    assert_text_equal(esc_buf_as_text(&heard), expected);
    esc_buf_clear(&heard);
}

/* --- what is heard ------------------------------------------------------------------------------- */

static EscStatus answer(void)
{
    return refuse_at > 0 && --refuse_at == 0 ? ESC_NO_MEMORY : ESC_OK;
}

static EscStatus hear_counters(void *context, const EscCounters *counters, EscBytes workspace,
                               EscWhy *refusal)
{
    (void)context, (void)refusal;
    esc_buf_printf(
        &heard, "counters %llu %llu %llu %llu %llu %lld %.*s;",
        (unsigned long long)counters->next_escalation, (unsigned long long)counters->next_ticket,
        (unsigned long long)counters->next_outbox, (unsigned long long)counters->next_audit,
        (unsigned long long)counters->next_timer, (long long)counters->time_ms, (int)workspace.size,
        (const char *)workspace.data);
    return answer();
}

static EscStatus hear_ticket(void *context, const EscTicketRow *row, EscWhy *refusal)
{
    (void)context, (void)refusal;
    esc_buf_printf(&heard, "ticket %.*s %.*s %.*s;", ESC_TEXT_ARG(row->id),
                   ESC_TEXT_ARG(row->title), (int)row->body.size, (const char *)row->body.data);
    return answer();
}

static EscStatus hear_escalation(void *context, const EscEscalationRow *row, EscWhy *refusal)
{
    (void)context, (void)refusal;
    assert_int_equal(row->start_event.size, 0); /* evidence: asked for by itself */
    bool is_pinned = memcmp(row->bundle_hash, sample_bundle_hash, sizeof row->bundle_hash) == 0;
    esc_buf_printf(&heard, "escalation %llu %.*s %.*s %u %d %.*s %s;", (unsigned long long)row->id,
                   ESC_TEXT_ARG(row->ticket), ESC_TEXT_ARG(row->owner), row->role, row->is_acked,
                   (int)row->body.size, (const char *)row->body.data,
                   is_pinned ? "pinned" : "lost");
    return answer();
}

static EscStatus hear_outbox(void *context, const EscOutboxEntry *entry, EscWhy *refusal)
{
    (void)context, (void)refusal;
    esc_buf_printf(&heard, "outbox %llu %.*s %u %lld;", (unsigned long long)entry->row.id,
                   ESC_TEXT_ARG(entry->row.key), entry->attempts,
                   (long long)entry->next_attempt_at_ms);
    return answer();
}

static EscStatus hear_task(void *context, const EscTaskRow *row, EscWhy *refusal);

static EscStatus hear_kept(void *context, const EscKeptRow *row, EscWhy *refusal)
{
    (void)context, (void)refusal;
    esc_buf_printf(&heard, "kept %.*s %.*s;", (int)sizeof row->id, (const char *)row->id,
                   (int)row->body.size, (const char *)row->body.data);
    return answer();
}

static EscStatus load(void)
{
    const EscStoreSink sink = {NULL,        hear_counters, hear_ticket, hear_escalation,
                               hear_outbox, NULL,          hear_kept,   hear_task};
    return esc_store_load(store, &sink, &why);
}

static bool goes_on(void)
{
    return visits_max == 0 || --visits_max > 0;
}

static bool hear_record(void *context, const EscAuditRow *row)
{
    (void)context;
    esc_buf_printf(&heard, "%llu@%lld E-%llu %.*s %.*s %.*s %.*s %.*s %.*s;",
                   (unsigned long long)row->seq, (long long)row->at_ms,
                   (unsigned long long)row->escalation, ESC_TEXT_ARG(row->ticket),
                   ESC_TEXT_ARG(row->kind), ESC_TEXT_ARG(row->actor), ESC_TEXT_ARG(row->place),
                   ESC_TEXT_ARG(row->text), ESC_TEXT_ARG(row->data));
    return goes_on();
}

static bool hear_seq(void *context, const EscAuditRow *row)
{
    (void)context;
    esc_buf_printf(&heard, "%llu;", (unsigned long long)row->seq);
    return goes_on();
}

static bool hear_listed(void *context, const EscEscalationRow *row)
{
    (void)context;
    assert_int_equal(row->start_event.size, 0);
    esc_buf_printf(
        &heard, "%llu %.*s %.*s %s %s %.*s %d %lld %lld %.*s %.*s %lld;",
        (unsigned long long)row->id, ESC_TEXT_ARG(row->ticket), ESC_TEXT_ARG(row->template_name),
        esc_state_name(row->state), esc_role_row_name(row->role), ESC_TEXT_ARG(row->owner),
        row->is_acked, (long long)row->opened_at_ms, (long long)row->closed_at_ms,
        ESC_TEXT_ARG(row->outcome), ESC_TEXT_ARG(row->step), (long long)row->next_due_ms);
    return goes_on();
}

static bool hear_id(void *context, const EscEscalationRow *row)
{
    (void)context;
    esc_buf_printf(&heard, "%llu;", (unsigned long long)row->id);
    return goes_on();
}

static bool hear_ticket_id(void *context, const EscTicketRow *row)
{
    (void)context;
    esc_buf_printf(&heard, "%.*s %.*s;", ESC_TEXT_ARG(row->id), ESC_TEXT_ARG(row->status));
    return goes_on();
}

static bool hear_entry(void *context, const EscOutboxEntry *entry)
{
    (void)context;
    esc_buf_printf(&heard, "%llu %s %u %lld %.*s;", (unsigned long long)entry->row.id,
                   esc_delivery_state_name(entry->state), entry->attempts,
                   (long long)entry->next_attempt_at_ms, ESC_TEXT_ARG(entry->detail));
    return goes_on();
}

static bool hear_evidence(void *context, const EscEvidenceRow *row)
{
    (void)context;
    esc_buf_printf(&heard, "%llu E-%llu %.*s %lld %.*s;", (unsigned long long)row->number,
                   (unsigned long long)row->escalation, ESC_TEXT_ARG(row->name),
                   (long long)row->at_ms, ESC_TEXT_ARG(row->content));
    return goes_on();
}

/* --- what is kept beside tickets ------------------------------------------------------------------ */

static EscKeptRow kept_row(const char *id, const char *body)
{
    EscKeptRow row = {.body = {(const uint8_t *)body, strlen(body)}};
    memcpy(row.id, id, sizeof row.id);
    return row;
}

static void commit_kept(uint64_t n, EscKeptRow *rows, size_t count)
{
    EscGroup *group = make(n);
    group->kept = rows;
    group->kept_count = count;
    commit_made();
    group->kept = NULL;
    group->kept_count = 0;
}

static void assert_kept(const char *expected)
{
    kind->reopen();
    assert_status(load(), ESC_OK);
    EscText all = esc_buf_as_text(&heard);
    size_t at = 0;
    while (at < all.size &&
           !esc_text_starts_with((EscText){all.data + at, all.size - at}, ESC_TEXT("kept ")))
        at++;
    EscText found = {all.data + at, all.size - at};
    assert_text_equal(found, expected);
    esc_buf_clear(&heard);
}

static void what_is_kept_is_written_again_and_goes(void **state)
{
    (void)state;
    EscKeptRow made[] = {kept_row("bbbbbbbbbbbbbbbb", "two"), kept_row("aaaaaaaaaaaaaaaa", "one")};
    commit_kept(1, made, 2);
    assert_kept("kept aaaaaaaaaaaaaaaa one;kept bbbbbbbbbbbbbbbb two;");
    EscKeptRow changed[] = {kept_row("bbbbbbbbbbbbbbbb", "three")};
    commit_kept(2, changed, 1);
    assert_kept("kept aaaaaaaaaaaaaaaa one;kept bbbbbbbbbbbbbbbb three;");
    EscKeptRow gone[] = {kept_row("aaaaaaaaaaaaaaaa", ""), kept_row("cccccccccccccccc", "")};
    commit_kept(3, gone, 2); /* the second was never there */
    assert_kept("kept bbbbbbbbbbbbbbbb three;");
    EscKeptRow again[] = {kept_row("bbbbbbbbbbbbbbbb", ""), kept_row("bbbbbbbbbbbbbbbb", "four")};
    commit_kept(4, again, 2); /* it went, and its id came again */
    assert_kept("kept bbbbbbbbbbbbbbbb four;");
}

/* --- tasks ------------------------------------------------------------------------------------- */

static EscTaskRow task_row(uint64_t escalation, uint32_t number, EscTaskState state,
                           const char *assignee)
{
    static const uint8_t body[] = {1, 2, 3};
    return (EscTaskRow){.escalation = escalation,
                        .number = number,
                        .kind = ESC_TASK_APPROVAL,
                        .state = state,
                        .ticket = ESC_TEXT("INC-1"),
                        .assignee = esc_text_from(assignee),
                        .candidates = ESC_TEXT("\nana\nben\n"),
                        .created_at_ms = 10,
                        .due_at_ms = 100 * (int64_t)number,
                        .body = {body, sizeof body}};
}

static void commit_tasks(uint64_t n, EscTaskRow *rows, size_t count)
{
    sample_make(&sample, n);
    sample.group.epoch = esc_store_epoch(store);
    sample.group.tasks = rows;
    sample.group.tasks_count = count;
    assert_status(esc_store_commit(store, &sample.group, &why), ESC_OK);
    sample.group.tasks = NULL;
    sample.group.tasks_count = 0;
}

static bool see_task(void *context, const EscTaskRow *row)
{
    (void)context;
    esc_buf_printf(&heard, "E-%llu-%u %s %s %.*s %.*s %lld %lld %zu;",
                   (unsigned long long)row->escalation, row->number, esc_task_kind_name(row->kind),
                   esc_task_state_name(row->state), ESC_TEXT_ARG(row->ticket),
                   ESC_TEXT_ARG(row->assignee), (long long)row->due_at_ms,
                   (long long)row->done_at_ms, row->body.size);
    return true;
}

static void assert_tasks(const EscTaskFilter *filter, const char *expected)
{
    esc_buf_clear(&heard);
    assert_status(esc_store_tasks(store, filter, see_task, NULL, &why), ESC_OK);
    esc_buf_char(&heard, '\0');
    assert_string_equal(heard.data, expected);
}

static void tasks_are_written_again_and_listed_by_their_numbers(void **state)
{
    (void)state;
    EscTaskRow made[] = {task_row(2, 1, ESC_TASK_OPEN, "ana"), task_row(1, 2, ESC_TASK_OPEN, ""),
                         task_row(1, 1, ESC_TASK_CLAIMED, "ben")};
    commit_tasks(1, made, 3);
    EscTaskFilter filter = {.limit = 100};
    assert_tasks(&filter, "E-1-1 approval claimed INC-1 ben 100 0 3;"
                          "E-1-2 approval open INC-1  200 0 3;"
                          "E-2-1 approval open INC-1 ana 100 0 3;");
    EscTaskRow done[] = {task_row(1, 1, ESC_TASK_DONE, "ana")};
    done[0].done_at_ms = 70;
    commit_tasks(2, done, 1);
    filter.is_open = true;
    assert_tasks(&filter,
                 "E-1-2 approval open INC-1  200 0 3;E-2-1 approval open INC-1 ana 100 0 3;");
    filter.limit = 1;
    assert_tasks(&filter, "E-1-2 approval open INC-1  200 0 3;");
    filter.after_escalation = 1;
    filter.after_number = 2;
    assert_tasks(&filter, "E-2-1 approval open INC-1 ana 100 0 3;");
    filter = (EscTaskFilter){.has_state = true, .state = ESC_TASK_DONE, .limit = 100};
    assert_tasks(&filter, "E-1-1 approval done INC-1 ana 100 70 3;");
    filter.limit = 0;
    assert_tasks(&filter, "");
}

static void tasks_are_found_by_who_and_by_when(void **state)
{
    (void)state;
    EscTaskRow made[] = {task_row(1, 1, ESC_TASK_OPEN, "ana"), task_row(1, 2, ESC_TASK_OPEN, "ben"),
                         task_row(3, 1, ESC_TASK_OPEN, "ben")};
    made[1].candidates = ESC_TEXT("\nbenno\n");
    made[2].due_at_ms = 0;
    commit_tasks(1, made, 3);
    EscTaskFilter filter = {.is_open = true, .assignee = ESC_TEXT("ben"), .limit = 9};
    assert_tasks(&filter,
                 "E-1-2 approval open INC-1 ben 200 0 3;E-3-1 approval open INC-1 ben 0 0 3;");
    filter = (EscTaskFilter){.candidate = ESC_TEXT("ben"), .limit = 9};
    assert_tasks(&filter,
                 "E-1-1 approval open INC-1 ana 100 0 3;E-3-1 approval open INC-1 ben 0 0 3;");
    filter = (EscTaskFilter){.due_before_ms = 200, .limit = 9};
    assert_tasks(&filter,
                 "E-1-1 approval open INC-1 ana 100 0 3;"); /* without a time: never late */
    filter = (EscTaskFilter){.escalation = 1, .after_number = 1, .after_escalation = 1, .limit = 9};
    assert_tasks(&filter, "E-1-2 approval open INC-1 ben 200 0 3;");
    filter = (EscTaskFilter){.escalation = 2, .limit = 9};
    assert_tasks(&filter, "");
}

static EscStatus hear_task(void *context, const EscTaskRow *row, EscWhy *refusal)
{
    (void)refusal;
    return see_task(context, row) ? ESC_OK : ESC_CONFLICT;
}

static EscStatus hear_nothing(void *context, const EscKeptRow *row, EscWhy *refusal)
{
    (void)context, (void)row, (void)refusal;
    return ESC_OK;
}

static EscStatus no_counters(void *context, const EscCounters *counters, EscBytes body,
                             EscWhy *refusal)
{
    (void)context, (void)counters, (void)body, (void)refusal;
    return ESC_OK;
}

static EscStatus no_ticket(void *context, const EscTicketRow *row, EscWhy *refusal)
{
    (void)context, (void)row, (void)refusal;
    return ESC_OK;
}

static EscStatus no_escalation(void *context, const EscEscalationRow *row, EscWhy *refusal)
{
    (void)context, (void)row, (void)refusal;
    return ESC_OK;
}

static EscStatus no_outbox(void *context, const EscOutboxEntry *entry, EscWhy *refusal)
{
    (void)context, (void)entry, (void)refusal;
    return ESC_OK;
}

static void a_start_is_given_the_tasks_that_are_open(void **state)
{
    (void)state;
    EscTaskRow made[] = {task_row(1, 1, ESC_TASK_OPEN, "ana"), task_row(1, 2, ESC_TASK_EXPIRED, ""),
                         task_row(1, 3, ESC_TASK_CLAIMED, "ben")};
    commit_tasks(1, made, 3);
    kind->reopen();
    const EscStoreSink sink = {.counters = no_counters,
                               .ticket = no_ticket,
                               .escalation = no_escalation,
                               .outbox = no_outbox,
                               .kept = hear_nothing,
                               .task = hear_task};
    esc_buf_clear(&heard);
    assert_status(esc_store_load(store, &sink, &why), ESC_OK);
    esc_buf_char(&heard, '\0');
    assert_string_equal(heard.data, "E-1-1 approval open INC-1 ana 100 0 3;"
                                    "E-1-3 approval claimed INC-1 ben 300 0 3;");
}

static void a_task_without_a_number_is_refused(void **state)
{
    (void)state;
    EscTaskRow made[] = {task_row(1, 0, ESC_TASK_OPEN, "ana")};
    sample_make(&sample, 1);
    sample.group.epoch = esc_store_epoch(store);
    sample.group.tasks = made;
    sample.group.tasks_count = 1;
    assert_status(esc_store_commit(store, &sample.group, &why), ESC_STORE_FAILED);
    sample.group.tasks = NULL;
    sample.group.tasks_count = 0;
}

/* --- groups -------------------------------------------------------------------------------------- */

static void a_new_store_gives_counters_only(void **state)
{
    (void)state;
    assert_status(load(), ESC_OK);
    assert_heard("counters 1 1 1 1 1 0 ;");
}

static void what_is_live_comes_back_in_order(void **state)
{
    (void)state;
    commit(1);
    commit(2);
    kind->reopen();
    assert_status(load(), ESC_OK);
    assert_heard("counters 3 1 3 5 5 2000 body 2;"
                 "ticket T-1 Checkout is down next fields of 1;"
                 "ticket T-2 Checkout is down fields of 2;"
                 "escalation 1 T-1 ben 1 1 next body of 1 pinned;"
                 "escalation 2 T-2 ana 0 0 body of 2 pinned;"
                 "outbox 2 acme/E-2 0 2000;");
}

/* SQLite gives tickets in the order in which they came; "T-10" comes before "T-9" by id. */
static void tickets_come_back_in_the_order_in_which_they_came(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 11; n++)
        commit(n);
    make(12);
    sample.group.tickets[0].id = ESC_TEXT("T-9"); /* written again: it keeps its place */
    commit_made();
    assert_status(load(), ESC_OK);
    EscText all = esc_buf_as_text(&heard);
    const char *ninth = memmem(all.data, all.size, "ticket T-9 ", 11),
               *tenth = memmem(all.data, all.size, "ticket T-10 ", 12);
    assert_non_null(ninth);
    assert_non_null(tenth);
    assert_true(ninth < tenth);
}

static void what_is_closed_stays_in_the_store(void **state)
{
    (void)state;
    commit(1);
    make(2)->escalations[1].state = ESC_STATE_CLOSED; /* number 1 */
    sample.group.tickets[1].is_live = false;
    commit_made();
    assert_status(load(), ESC_OK);
    EscText all = esc_buf_as_text(&heard);
    assert_false(esc_text_contains(all, ESC_TEXT("ticket T-1")));
    assert_false(esc_text_contains(all, ESC_TEXT("escalation 1 ")));
    assert_true(esc_text_contains(all, ESC_TEXT("ticket T-2")));
    assert_true(esc_text_contains(all, ESC_TEXT("escalation 2 ")));
}

static void a_ticket_with_a_clock_of_its_own_comes_back(void **state)
{
    (void)state;
    EscGroup *group = make(1);
    group->escalations[0].state = ESC_STATE_CLOSED;
    commit_made(); /* the ticket is live by itself: a service level */
    assert_status(load(), ESC_OK);
    assert_true(esc_text_contains(esc_buf_as_text(&heard), ESC_TEXT("ticket T-1")));
    assert_false(esc_text_contains(esc_buf_as_text(&heard), ESC_TEXT("escalation")));
}

static void states_but_closed_are_live(void **state)
{
    (void)state;
    commit(1);
    make(2)->escalations[0].state = ESC_STATE_CLOSING;
    sample.group.escalations[1].state = ESC_STATE_PARKED;
    commit_made();
    assert_status(load(), ESC_OK);
    assert_true(esc_text_contains(esc_buf_as_text(&heard), ESC_TEXT("escalation 1 ")));
    assert_true(esc_text_contains(esc_buf_as_text(&heard), ESC_TEXT("escalation 2 ")));
}

static bool has_the_first(void *context, EscText id)
{
    (void)context;
    return esc_text_equal(id, ESC_TEXT("T-1"));
}

static size_t heard_at(const char *line)
{
    EscText all = esc_buf_as_text(&heard);
    for (size_t at = 0; at < all.size; at++)
        if (esc_text_starts_with((EscText){all.data + at, all.size - at}, esc_text_from(line)))
            return at;
    return SIZE_MAX;
}

static EscStatus see_first_opening(void *context, const EscEscalationRow *row, EscWhy *refusal)
{
    (void)refusal;
    if (row->id == 1)
        *(int64_t *)context = row->opened_at_ms;
    return ESC_OK;
}

static void a_corrected_clock_moves_the_opening(void **state)
{
    (void)state;
    commit(1);
    EscEscalationRow *first = &make(2)->escalations[1];
    assert_int_equal(first->id, 1);
    first->opened_at_ms += 60000;
    int64_t opened_ms = first->opened_at_ms, seen_ms = 0;
    commit_made();
    const EscStoreSink sink = {&seen_ms,    hear_counters, hear_ticket, see_first_opening,
                               hear_outbox, NULL,          hear_kept,   hear_task};
    assert_status(esc_store_load(store, &sink, &why), ESC_OK);
    assert_int_equal(seen_ms, opened_ms);
}

/* A sink that keeps together what belongs together gets a ticket with its first escalation, and none twice. */
static void tickets_come_with_their_escalations_for_who_asks(void **state)
{
    (void)state;
    commit(1);
    commit(2);
    const EscStoreSink sink = {NULL,        hear_counters, hear_ticket, hear_escalation,
                               hear_outbox, has_the_first, hear_kept,   hear_task};
    assert_status(esc_store_load(store, &sink, &why), ESC_OK);
    assert_int_equal(heard_at("ticket T-1"), SIZE_MAX);
    assert_in_range(heard_at("ticket T-2"), heard_at("escalation 1"), heard_at("escalation 2"));
    esc_buf_clear(&heard);
    assert_status(load(), ESC_OK);
    assert_in_range(heard_at("ticket T-1"), 1, heard_at("escalation 1"));
}

/* Wherever the sink gives up, its status comes out, and the store can be asked again. */
static void what_the_sink_refuses_is_passed_on(void **state)
{
    (void)state;
    commit(1);
    commit(2);
    for (unsigned i = 1; i <= 6; i++) {
        refuse_at = i;
        assert_status(load(), ESC_NO_MEMORY);
    }
    refuse_at = 7;
    assert_status(load(), ESC_OK);
}

static void the_body_of_the_workspace_stays_until_another_comes(void **state)
{
    (void)state;
    commit(1);
    make(2)->workspace = (EscBytes){NULL, 0};
    commit_made();
    refuse_at = 2; /* the counters are enough */
    assert_status(load(), ESC_NO_MEMORY);
    assert_true(
        esc_text_starts_with(esc_buf_as_text(&heard), ESC_TEXT("counters 3 1 3 5 5 2000 body 1;")));
}

/* A group that cannot be written: nothing of it stays, and the store takes nothing more until it is opened again. */
static void assert_refused(EscGroup *group)
{
    assert_status(esc_store_commit(store, group, &why), ESC_STORE_FAILED);
    EscWhy later;
    sample_make(&sample, 2);
    sample.group.epoch = esc_store_epoch(store);
    assert_status(esc_store_commit(store, &sample.group, &later), ESC_STORE_FAILED);
    assert_string_equal(later.text, "the store failed before and takes nothing more");
    kind->reopen();
    assert_status(load(), ESC_OK);
    assert_heard("counters 2 1 2 3 3 1000 body 1;"
                 "ticket T-1 Checkout is down fields of 1;"
                 "escalation 1 T-1 ana 0 0 body of 1 pinned;"
                 "outbox 1 acme/E-1 0 1000;");
    const EscAuditFilter all = {.limit = 100};
    assert_status(esc_store_audit(store, &all, hear_seq, NULL, &why), ESC_OK);
    assert_heard("1;2;");
    const EscEvidenceFilter evidence = {.escalation = 2, .limit = 100};
    assert_status(esc_store_evidence(store, &evidence, hear_evidence, NULL, &why), ESC_OK);
    assert_heard("");
    commit(2);
}

static EscStatus see_counters(void *context, const EscCounters *counters, EscBytes workspace,
                              EscWhy *refusal)
{
    (void)counters, (void)refusal;
    const EscBytes *body = context;
    assert_int_equal(workspace.size, body->size);
    assert_memory_equal(workspace.data, body->data, body->size);
    return ESC_OK;
}

static EscStatus see_ticket(void *context, const EscTicketRow *row, EscWhy *refusal)
{
    return see_counters(context, NULL, row->body, refusal);
}

static EscStatus see_escalation(void *context, const EscEscalationRow *row, EscWhy *refusal)
{
    return see_counters(context, NULL, row->body, refusal);
}

static EscStatus see_outbox(void *context, const EscOutboxEntry *entry, EscWhy *refusal)
{
    (void)context, (void)entry, (void)refusal;
    return ESC_OK;
}

static void a_body_may_be_any_bytes(void **state)
{
    (void)state;
    uint8_t any[512];
    for (size_t i = 0; i < sizeof any; i++)
        any[i] = (uint8_t)(i * 7);
    EscBytes body = {any, sizeof any};
    EscGroup *group = make(1);
    group->workspace = group->tickets[0].body = group->escalations[0].body = body;
    commit_made();
    const EscStoreSink sink = {&body,      see_counters, see_ticket, see_escalation,
                               see_outbox, NULL,         hear_kept,  hear_task};
    assert_status(esc_store_load(store, &sink, &why), ESC_OK);
    EscArena *arena = esc_arena_new(10000);
    EscTicketRow row;
    assert_status(esc_store_ticket_get(store, ESC_TEXT("T-1"), arena, &row, &why), ESC_OK);
    assert_status(see_ticket(&body, &row, &why), ESC_OK);
    esc_arena_free(arena);
}

static void a_ticket_that_sleeps_wakes_when_it_is_live_again(void **state)
{
    (void)state;
    make(1)->tickets[0].is_live = false;
    commit_made();
    assert_status(load(), ESC_OK);
    assert_false(esc_text_contains(esc_buf_as_text(&heard), ESC_TEXT("ticket ")));
    esc_buf_clear(&heard);
    commit(2); /* writes it again */
    assert_status(load(), ESC_OK);
    assert_true(esc_text_contains(esc_buf_as_text(&heard),
                                  ESC_TEXT("ticket T-1 Checkout is down next fields of 1;")));
}

static void the_audit_trail_has_no_gap(void **state)
{
    (void)state;
    commit(1);
    EscGroup *group = make(2);
    group->audit[1].seq++;
    assert_refused(group);
    assert_string_equal(why.text,
                        "the audit trail would have a gap: record 5 comes where 4 is due");
}

static void the_audit_counter_must_fit(void **state)
{
    (void)state;
    commit(1);
    EscGroup *group = make(2);
    group->counters.next_audit++;
    assert_refused(group);
    assert_string_equal(why.text, "the audit counter says 6, but 5 is due");
}

static void an_escalation_needs_its_bundle(void **state)
{
    (void)state;
    commit(1);
    EscGroup *group = make(2);
    group->escalations[0].bundle_hash[0] ^= 1;
    assert_refused(group);
}

static void an_outbox_row_settles_once_it_is_there(void **state)
{
    (void)state;
    commit(1);
    EscGroup *group = make(2);
    group->settled[0].id = 77;
    assert_refused(group);
}

static void an_outbox_number_is_used_once(void **state)
{
    (void)state;
    commit(1);
    EscGroup *group = make(2);
    group->outbox[0].id = 1;
    assert_refused(group);
}

static void a_retry_is_of_a_row_that_is_there(void **state)
{
    (void)state;
    commit(1);
    EscGroup *group = make(2);
    EscOutboxRetry retry = {77, 1, 5000, ESC_TEXT("late")};
    group->retries = &retry;
    group->retries_count = 1;
    assert_refused(group);
}

static void an_event_is_recorded_once(void **state)
{
    (void)state;
    commit(1);
    EscGroup *group = make(2);
    group->events[0].id = ESC_TEXT("e-1");
    assert_refused(group);
}

static void a_ticket_has_an_id(void **state)
{
    (void)state;
    commit(1);
    EscGroup *group = make(2);
    group->tickets[0].id = (EscText){NULL, 0};
    assert_refused(group);
}

static void a_record_has_a_kind(void **state)
{
    (void)state;
    commit(1);
    EscGroup *group = make(2);
    group->audit[1].kind = (EscText){NULL, 0};
    assert_refused(group);
}

static void a_group_of_another_epoch_is_refused(void **state)
{
    (void)state;
    commit(1);
    uint64_t epoch = esc_store_epoch(store);
    kind->reopen();
    assert_true(esc_store_epoch(store) > epoch);
    EscGroup *group = make(2);
    group->epoch = epoch;
    assert_refused(group);
    assert_true(esc_text_starts_with(esc_text_from(why.text), ESC_TEXT("the group is of epoch ")));
}

static void a_store_keeps_its_id(void **state)
{
    (void)state;
    static const uint8_t id[ESC_STORE_ID_SIZE] = {7};
    assert_memory_equal(esc_store_id(store), id, sizeof id);
    kind->reopen();
    assert_memory_equal(esc_store_id(store), id, sizeof id);
}

/* --- looks beside a commit ----------------------------------------------------------------------- */

#define GROUPS_BESIDE 30

static EscStatus committed_beside;

static void *commit_many(void *context)
{
    EscWhy *refusal = context;
    committed_beside = ESC_OK;
    for (uint64_t n = 1; n <= GROUPS_BESIDE && committed_beside == ESC_OK; n++)
        committed_beside = sample_commit(store, &sample, n, refusal);
    return NULL;
}

static bool knows_event(EscStore *beside, uint64_t n)
{
    char id[24];
    (void)snprintf(id, sizeof id, "e-%llu", (unsigned long long)n);
    const EscEventKey key = {ESC_TEXT("/monitor"), esc_text_from(id)};
    EscEventKnown known;
    assert_status(esc_store_events_find(beside, &key, 1, &known, &why), ESC_OK);
    return known.is_known;
}

/* Once one row of a group is seen, all are; and what one look has seen the next one sees as well. */
static void a_look_beside_a_commit_sees_whole_groups(void **state)
{
    (void)state;
    EscStore *beside = esc_store_beside(store);
    EscArena *arena = esc_arena_new(1 << 20);
    EscWhy refusal = {.text = ""};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, commit_many, &refusal), 0);
    for (uint64_t n = 1; n <= GROUPS_BESIDE; n++) {
        EscEscalationRow escalation;
        EscTicketRow ticket;
        while (!knows_event(beside, n))
            (void)sched_yield();
        assert_status(esc_store_escalation_get(beside, n, arena, &escalation, &why), ESC_OK);
        assert_status(esc_store_ticket_get(beside, escalation.ticket, arena, &ticket, &why),
                      ESC_OK);
        assert_int_equal(ticket.created_at_ms, n * 1000);
        esc_arena_clear(arena);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_status(committed_beside, ESC_OK);
    assert_false(knows_event(beside, GROUPS_BESIDE + 1));
    assert_status(esc_store_is_intact(store, &why), ESC_OK);
    esc_arena_free(arena);
}

static void a_look_beside_finds_nothing_that_is_not_there(void **state)
{
    (void)state;
    EscStore *beside = esc_store_beside(store);
    EscArena *arena = esc_arena_new(1 << 20);
    EscEscalationRow escalation;
    EscTicketRow ticket;
    assert_false(knows_event(beside, 1));
    assert_status(esc_store_escalation_get(beside, 1, arena, &escalation, &why), ESC_NOT_FOUND);
    assert_status(esc_store_ticket_get(beside, ESC_TEXT("T-1"), arena, &ticket, &why),
                  ESC_NOT_FOUND);
    commit(1);
    kind->reopen();
    beside = esc_store_beside(store);
    assert_true(knows_event(beside, 1));
    assert_status(esc_store_ticket_get(beside, ESC_TEXT("T-1"), arena, &ticket, &why), ESC_OK);
    assert_status(esc_store_is_intact(store, &why), ESC_OK);
    esc_arena_free(arena);
}

/* --- bundles ------------------------------------------------------------------------------------- */

static void a_bundle_is_kept_once_and_found_by_hash(void **state)
{
    (void)state;
    uint8_t hash[32] = {7};
    EscBuf out;
    esc_buf_init(&out, 100);
    assert_status(esc_store_bundle_get(store, hash, &out, &why), ESC_NOT_FOUND);
    EscBundleRow rows[] = {{.hash = {7}, .at_ms = 5, .bytes = {(const uint8_t *)"abc", 3}},
                           {.hash = {7}, .at_ms = 6, .bytes = {(const uint8_t *)"xyz", 3}}};
    EscGroup *group = make(1);
    group->bundles[0] = rows[0];
    memcpy(group->escalations[0].bundle_hash, hash, sizeof hash);
    commit_made();
    make(2)->bundles = rows;
    sample.group.bundles_count = 2;
    memcpy(sample.group.escalations[0].bundle_hash, hash, sizeof hash);
    memcpy(sample.group.escalations[1].bundle_hash, hash, sizeof hash);
    commit_made();
    assert_status(esc_store_bundle_get(store, hash, &out, &why), ESC_OK);
    assert_text_equal(esc_buf_as_text(&out), "abc");
    esc_buf_release(&out);
    esc_buf_init(&out, 2);
    assert_status(esc_store_bundle_get(store, hash, &out, &why), ESC_OVER_LIMIT);
    esc_buf_release(&out);
}

/* The last one that was brought, also when it had been there before, and whatever the clock says. */
static void the_newest_bundle_is_the_one_in_force(void **state)
{
    (void)state;
    uint8_t hash[32];
    assert_status(esc_store_bundle_newest(store, hash, &why), ESC_NOT_FOUND);
    static const uint8_t order[] = {7, 8, 7, 9, 8};
    for (uint64_t n = 0; n < sizeof order; n++) {
        EscBundleRow row = {
            .hash = {order[n]}, .at_ms = 500 - (int64_t)n, .bytes = {(const uint8_t *)"abc", 3}};
        EscGroup *group = make(n + 1);
        group->bundles = &row;
        group->bundles_count = 1;
        for (size_t i = 0; i < group->escalations_count; i++)
            memcpy(group->escalations[i].bundle_hash, row.hash, sizeof row.hash);
        commit_made();
        assert_status(esc_store_bundle_newest(store, hash, &why), ESC_OK);
        assert_memory_equal(hash, row.hash, sizeof hash);
    }
}

static EscStatus hear_bundle(void *context, const EscBundleRow *row, EscWhy *refusal)
{
    (void)context, (void)refusal;
    esc_buf_printf(&heard, "bundle %02x %s;", row->hash[0], (const char *)row->bytes.data);
    return answer();
}

static void a_bundle_is_needed_while_an_escalation_is_open(void **state)
{
    (void)state;
    assert_status(esc_store_bundles_needed(store, hear_bundle, NULL, &why), ESC_OK);
    assert_heard("");
    commit(1);
    assert_status(esc_store_bundles_needed(store, hear_bundle, NULL, &why), ESC_OK);
    assert_heard("bundle e5 bytes of a bundle;");
    refuse_at = 1;
    assert_status(esc_store_bundles_needed(store, hear_bundle, NULL, &why), ESC_NO_MEMORY);
    esc_buf_clear(&heard);
    EscGroup *group = make(2);
    group->escalations[0].state = ESC_STATE_CLOSED;
    group->escalations[1].state = ESC_STATE_CLOSED;
    commit_made();
    assert_status(esc_store_bundles_needed(store, hear_bundle, NULL, &why), ESC_OK);
    assert_heard("");
}

/* --- events -------------------------------------------------------------------------------------- */

static void events_are_known_by_source_and_id(void **state)
{
    (void)state;
    commit(1);
    commit(2);
    const EscEventKey keys[] = {{ESC_TEXT("/monitor"), ESC_TEXT("e-2")},
                                {ESC_TEXT("/monitor"), ESC_TEXT("e-3")},
                                {ESC_TEXT("/other"), ESC_TEXT("e-1")},
                                {ESC_TEXT("/monitor"), ESC_TEXT("e-1")}};
    EscEventKnown known[4];
    memset(known, 0xff, sizeof known);
    assert_status(esc_store_events_find(store, keys, 4, known, &why), ESC_OK);
    assert_true(known[0].is_known);
    assert_false(known[1].is_known);
    assert_false(known[2].is_known); /* the id alone means nothing */
    assert_true(known[3].is_known);
    uint8_t first[ESC_EVENT_DIGEST_SIZE];
    memset(first, 1, sizeof first);
    assert_memory_equal(known[3].digest, first, sizeof first);
    assert_status(esc_store_events_find(store, keys, 0, NULL, &why), ESC_OK);
}

static void every_event_is_kept_with_its_content(void **state)
{
    (void)state;
    EscReceivedRow rows[300];
    EscGroup *group = make(1);
    for (unsigned i = 0; i < ESC_COUNT_OF(rows); i++) {
        rows[i] = group->events[0];
        rows[i].id = esc_arena_printf(sample.arena, "many-%u", i);
        rows[i].content =
            i == 7 ? (EscText){NULL, 0} : esc_arena_printf(sample.arena, "content of many-%u", i);
        rows[i].received_at_ms = 1000 + i;
    }
    group->events = rows;
    group->events_count = ESC_COUNT_OF(rows);
    commit_made();
    commit(2);
    EscBuf out;
    esc_buf_init(&out, 1000);
    int64_t at_ms = 0;
    for (unsigned i = 0; i < ESC_COUNT_OF(rows); i++) {
        char id[32], content[64] = "";
        snprintf(id, sizeof id, "many-%u", i);
        if (i != 7)
            snprintf(content, sizeof content, "content of %s", id);
        const EscEventKey key = {ESC_TEXT("/monitor"), esc_text_from(id)};
        assert_status(esc_store_event_get(store, &key, &out, &at_ms, &why), ESC_OK);
        assert_text_equal(esc_buf_as_text(&out), content);
        assert_int_equal(at_ms, 1000 + i);
        esc_buf_clear(&out);
    }
    assert_status(esc_store_event_get(store, &sample.key, &out, &at_ms, &why), ESC_OK);
    assert_text_equal(esc_buf_as_text(&out), "event 2");
    const EscEventKey other = {ESC_TEXT("/other"), ESC_TEXT("e-2")};
    assert_status(esc_store_event_get(store, &other, &out, &at_ms, &why), ESC_NOT_FOUND);
    esc_buf_release(&out);
    esc_buf_init(&out, 3);
    assert_status(esc_store_event_get(store, &sample.key, &out, &at_ms, &why), ESC_OVER_LIMIT);
    esc_buf_release(&out);
}

/* More than one row of contents holds: each event is found in its own. */
static void large_events_are_kept(void **state)
{
    (void)state;
    enum { SIZE = 700 * 1024 };
    static char text[3][SIZE];
    EscReceivedRow rows[3];
    EscGroup *group = make(1);
    for (unsigned i = 0; i < ESC_COUNT_OF(rows); i++) {
        for (size_t j = 0; j < SIZE; j++)
            text[i][j] = (char)('a' + (j * (i + 3)) % 23);
        rows[i] = group->events[0];
        rows[i].id = esc_arena_printf(sample.arena, "large-%u", i);
        rows[i].content = (EscText){text[i], SIZE};
    }
    group->events = rows;
    group->events_count = ESC_COUNT_OF(rows);
    group->escalations[0].start_event = rows[2].content;
    commit_made();
    EscBuf out;
    esc_buf_init(&out, 2 * SIZE);
    int64_t at_ms = 0;
    for (unsigned i = ESC_COUNT_OF(rows); i > 0; i--) {
        const EscEventKey key = {rows[i - 1].source, rows[i - 1].id};
        assert_status(esc_store_event_get(store, &key, &out, &at_ms, &why), ESC_OK);
        assert_int_equal(out.size, SIZE);
        assert_memory_equal(out.data, text[i - 1], SIZE);
        esc_buf_clear(&out);
    }
    assert_status(esc_store_start_event_get(store, 1, &out, &why), ESC_OK);
    assert_memory_equal(out.data, text[2], SIZE);
    esc_buf_release(&out);
}

static void the_start_of_an_escalation_is_kept(void **state)
{
    (void)state;
    commit(1);
    commit(2);
    commit(3);
    EscBuf out;
    esc_buf_init(&out, 1000);
    assert_status(esc_store_start_event_get(store, 1, &out, &why), ESC_OK);
    assert_text_equal(esc_buf_as_text(&out),
                      "event 1"); /* received, although the escalation was written again */
    esc_buf_clear(&out);
    assert_status(esc_store_start_event_get(store, 2, &out, &why), ESC_OK);
    assert_text_equal(esc_buf_as_text(&out), "start of 2"); /* never received */
    assert_status(esc_store_start_event_get(store, 9, &out, &why), ESC_NOT_FOUND);
    assert_status(esc_store_start_event_get(store, UINT64_MAX, &out, &why), ESC_NOT_FOUND);
    esc_buf_release(&out);
}

/* --- tickets and the outbox ---------------------------------------------------------------------- */

static void a_ticket_is_read_back(void **state)
{
    (void)state;
    commit(1);
    EscArena *arena = esc_arena_new(10000);
    EscTicketRow row;
    assert_status(esc_store_ticket_get(store, ESC_TEXT("T-1"), arena, &row, &why), ESC_OK);
    assert_text_equal(row.id, "T-1");
    assert_text_equal(row.title, "Checkout is down");
    assert_text_equal(((EscText){(const char *)row.body.data, row.body.size}), "fields of 1");
    assert_true(row.is_live);
    assert_int_equal(row.created_at_ms, 1000);
    assert_status(esc_store_ticket_get(store, ESC_TEXT("T-2"), arena, &row, &why), ESC_NOT_FOUND);
    assert_string_equal(why.text, "there is no ticket T-2");
    assert_status(esc_store_ticket_get(store, ESC_TEXT("' OR 1=1 --"), arena, &row, &why),
                  ESC_NOT_FOUND);
    esc_arena_free(arena);
    arena = esc_arena_new(16);
    assert_status(esc_store_ticket_get(store, ESC_TEXT("T-1"), arena, &row, &why), ESC_NO_MEMORY);
    esc_arena_free(arena);
}

static void assert_due(int64_t now_ms, size_t limit, const char *expected)
{
    assert_status(esc_store_outbox_due(store, now_ms, limit, hear_entry, NULL, &why), ESC_OK);
    assert_heard(expected);
}

static void retry(uint64_t n, uint64_t id, uint32_t attempts, int64_t next_ms, const char *detail)
{
    EscOutboxRetry row = {id, attempts, next_ms, esc_text_from(detail)};
    EscGroup *group = make(n);
    group->retries = &row;
    group->retries_count = 1;
    commit_made();
}

static void the_outbox_gives_what_is_due_first_what_was_due_first(void **state)
{
    (void)state;
    commit(1);
    assert_due(999, 10, "");
    assert_due(1000, 10, "1 queued 0 1000 ;");
    make(2)->settled_count = 0;
    commit_made();
    EscOutboxRetry rows[] = {{1, 1, 5000, ESC_TEXT("timed out")},
                             {2, 1, 4000, ESC_TEXT("refused")}};
    EscGroup *group = make(3);
    group->settled_count = 0;
    group->retries = rows;
    group->retries_count = 2;
    commit_made();
    assert_due(3999, 10, "3 queued 0 3000 ;");
    assert_due(5000, 10, "3 queued 0 3000 ;2 queued 1 4000 refused;1 queued 1 5000 timed out;");
    assert_due(5000, 2, "3 queued 0 3000 ;2 queued 1 4000 refused;");
    assert_due(5000, 0, "");
    visits_max = 1;
    assert_due(5000, 10, "3 queued 0 3000 ;");
    assert_status(load(), ESC_OK); /* by id */
    assert_true(esc_text_contains(
        esc_buf_as_text(&heard),
        ESC_TEXT("outbox 1 acme/E-1 1 5000;outbox 2 acme/E-2 1 4000;outbox 3 acme/E-3 0 3000;")));
}

static void a_retry_of_a_settled_row_changes_nothing(void **state)
{
    (void)state;
    commit(1);
    commit(2); /* settles row 1 */
    retry(3, 1, 2, 9000, "late");
    const uint64_t ids[] = {1};
    assert_status(esc_store_outbox_get(store, ids, 1, hear_entry, NULL, &why), ESC_OK);
    assert_heard("1 accepted 0 1000 settled 1;");
}

static void settle(uint64_t n, EscDeliveryState to, const char *expected)
{
    EscGroup *group = make(n);
    EscOutboxSettled rows[] = {group->settled[0],
                               {1, to, esc_text_from(esc_delivery_state_name(to))}};
    group->settled = rows;
    group->settled_count = 2;
    commit_made();
    const uint64_t ids[] = {1};
    assert_status(esc_store_outbox_get(store, ids, 1, hear_entry, NULL, &why), ESC_OK);
    assert_heard(expected);
}

static void an_outbox_row_never_goes_down(void **state)
{
    (void)state;
    commit(1);
    commit(2); /* accepts row 1 */
    settle(3, ESC_DELIVERY_DELIVERED, "1 delivered 0 1000 delivered;");
    settle(4, ESC_DELIVERY_ACCEPTED, "1 delivered 0 1000 delivered;");
    settle(5, ESC_DELIVERY_DEAD, "1 delivered 0 1000 delivered;");
    settle(6, ESC_DELIVERY_ACKED, "1 acked 0 1000 acked;");
    settle(7, ESC_DELIVERY_SEEN, "1 acked 0 1000 acked;");
}

static void what_was_given_up_waits_once_more(void **state)
{
    (void)state;
    commit(1);
    EscGroup *group = make(2);
    EscOutboxSettled dead = {1, ESC_DELIVERY_DEAD, ESC_TEXT("gone")};
    group->settled = &dead;
    commit_made();
    EscOutboxRow again = {.id = 1, .created_at_ms = 7000, .deadline_ms = 9000};
    group = make(3);
    group->settled_count = 0;
    group->again = &again;
    group->again_count = 1;
    commit_made();
    const uint64_t ids[] = {1};
    assert_status(esc_store_outbox_get(store, ids, 1, hear_entry, NULL, &why), ESC_OK);
    assert_heard("1 queued 0 7000 ;");
    assert_due(6999, 10, "2 queued 0 2000 ;3 queued 0 3000 ;");
    assert_due(7000, 10, "2 queued 0 2000 ;3 queued 0 3000 ;1 queued 0 7000 ;");
    settle(4, ESC_DELIVERY_DEAD, "1 dead 0 7000 dead;"); /* once more */
}

static void assert_not_again(uint64_t id)
{
    commit(1);
    EscGroup *group = make(2);
    EscOutboxRow again = {.id = id, .created_at_ms = 7000};
    group->settled_count = 0;
    group->again = &again;
    group->again_count = 1;
    assert_refused(group);
}

static void what_waits_does_not_wait_once_more(void **state)
{
    (void)state;
    assert_not_again(1);
}

static void what_waits_once_more_is_there(void **state)
{
    (void)state;
    assert_not_again(77);
}

static void outbox_rows_are_found_by_id(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 3; n++)
        commit(n);
    const uint64_t ids[] = {3, 77, UINT64_MAX, 1};
    assert_status(esc_store_outbox_get(store, ids, 4, hear_entry, NULL, &why), ESC_OK);
    assert_heard("3 queued 0 3000 ;1 accepted 0 1000 settled 1;");
    visits_max = 1;
    assert_status(esc_store_outbox_get(store, ids, 4, hear_entry, NULL, &why), ESC_OK);
    assert_heard("3 queued 0 3000 ;");
}

/* --- lists --------------------------------------------------------------------------------------- */

static void assert_audit(EscAuditFilter filter, const char *expected)
{
    assert_status(esc_store_audit(store, &filter, hear_seq, NULL, &why), ESC_OK);
    assert_heard(expected);
}

static void the_audit_trail_is_read_upwards(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 3; n++)
        commit(n);
    const EscAuditFilter last = {.after = 5, .limit = 10};
    assert_status(esc_store_audit(store, &last, hear_record, NULL, &why), ESC_OK);
    assert_heard("6@3000 E-3 T-3 opened escal customer.esc:31 record 6 {\"role\":\"primary\"};");
    assert_audit((EscAuditFilter){.after = 4, .limit = 10}, "5;6;");
    assert_audit((EscAuditFilter){.limit = 1}, "1;");
    assert_audit((EscAuditFilter){.limit = 3}, "1;2;3;");
    assert_audit((EscAuditFilter){.after = 1, .limit = 3}, "2;3;4;");
    assert_audit((EscAuditFilter){.ticket = ESC_TEXT("T-2"), .limit = 10}, "3;4;");
    assert_audit((EscAuditFilter){.ticket = ESC_TEXT("T-2"), .after = 3, .limit = 10}, "4;");
    assert_audit((EscAuditFilter){.escalation = 2, .after = 3, .limit = 10}, "4;");
    assert_audit((EscAuditFilter){.escalation = 2, .ticket = ESC_TEXT("T-1"), .limit = 10}, "3;4;");
    assert_audit((EscAuditFilter){.escalation = 9, .limit = 10}, "");
    assert_audit((EscAuditFilter){.escalation = UINT64_MAX, .after = UINT64_MAX, .limit = SIZE_MAX},
                 "");
    assert_audit((EscAuditFilter){.limit = 0}, "");
    visits_max = 2;
    assert_audit((EscAuditFilter){.limit = 10}, "1;2;");
    assert_audit((EscAuditFilter){.after = 5, .limit = 10},
                 "6;"); /* the store can be asked again */
}

/* Records of one ticket that follow each other, of several escalations and of none, and between others. */
static void records_are_found_by_ticket_and_escalation(void **state)
{
    (void)state;
    commit(1);
    EscAuditRow rows[600];
    EscGroup *group = make(2);
    for (unsigned i = 0; i < ESC_COUNT_OF(rows); i++) {
        rows[i] = group->audit[0];
        rows[i].seq = 3 + i;
        rows[i].ticket = i < 500 ? ESC_TEXT("T-2") : i < 550 ? (EscText){NULL, 0} : ESC_TEXT("T-1");
        rows[i].escalation = i == 17 || i == 499 ? 2 : i == 555 ? 1 : 0;
    }
    group->audit = rows;
    group->audit_count = ESC_COUNT_OF(rows);
    group->counters.next_audit = 603;
    commit_made();
    assert_audit((EscAuditFilter){.escalation = 2, .limit = 10}, "20;502;");
    assert_audit((EscAuditFilter){.escalation = 2, .after = 20, .limit = 10}, "502;");
    assert_audit((EscAuditFilter){.escalation = 2, .limit = 1}, "20;");
    assert_audit((EscAuditFilter){.escalation = 1, .limit = 10}, "1;2;558;");
    assert_audit((EscAuditFilter){.ticket = ESC_TEXT("T-2"), .after = 300, .limit = 2}, "301;302;");
    assert_audit((EscAuditFilter){.ticket = ESC_TEXT("T-2"), .after = 500, .limit = 100},
                 "501;502;");
    assert_audit((EscAuditFilter){.ticket = ESC_TEXT("T-1"), .after = 2, .limit = 2}, "553;554;");
    assert_audit((EscAuditFilter){.after = 501, .limit = 3}, "502;503;504;");
    assert_audit((EscAuditFilter){.after = 600, .limit = 100}, "601;602;");
}

/* A record for each of many tickets, and as many events. */
static void many_rows_of_a_kind_are_written(void **state)
{
    (void)state;
    enum { MANY = 23 };
    commit(1);
    EscAuditRow records[MANY];
    EscReceivedRow events[MANY];
    EscGroup *group = make(2);
    for (unsigned i = 0; i < MANY; i++) {
        records[i] = group->audit[0];
        records[i].seq = 3 + i;
        records[i].escalation = 0;
        records[i].ticket = esc_arena_printf(sample.arena, "T-1%02u", i);
        events[i] = group->events[0];
        events[i].id = esc_arena_printf(sample.arena, "many-%u", i);
    }
    group->audit = records;
    group->audit_count = MANY;
    group->events = events;
    group->events_count = MANY;
    group->counters.next_audit = 3 + MANY;
    commit_made();
    for (unsigned i = 0; i < MANY; i++) {
        char expected[8];
        snprintf(expected, sizeof expected, "%u;", 3 + i);
        assert_audit((EscAuditFilter){.ticket = records[i].ticket, .limit = 10}, expected);
    }
}

/* None of them is written when one is there already. */
static void many_events_are_recorded_once(void **state)
{
    (void)state;
    EscReceivedRow events[25];
    commit(1);
    EscGroup *group = make(2);
    for (unsigned i = 0; i < ESC_COUNT_OF(events); i++) {
        events[i] = group->events[0];
        events[i].id = esc_arena_printf(sample.arena, "e-%u", i == 13 ? 1 : 100 + i);
    }
    group->events = events;
    group->events_count = ESC_COUNT_OF(events);
    assert_refused(group);
}

static void escalations_are_listed_newest_first(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 3; n++)
        commit(n);
    const EscEscalationFilter newest = {.limit = 1},
                              first = {.ticket = ESC_TEXT("T-1"), .limit = 10};
    assert_status(esc_store_escalations(store, &newest, hear_listed, NULL, NULL, &why), ESC_OK);
    assert_heard("3 T-3 high_value_incident open primary ana 0 3000 0  customer.esc:31 await "
                 "resolved 63000;");
    assert_status(esc_store_escalations(store, &first, hear_listed, NULL, NULL, &why), ESC_OK);
    assert_heard("1 T-1 high_value_incident open secondary ben 1 1000 0  customer.esc:31 await "
                 "resolved 61000;");
    const struct {
        EscEscalationFilter filter;
        const char *expected;
    } lists[] = {
        {{.limit = 10}, "3;2;1;"},
        {{.limit = 0}, ""},
        {{.after = {.id = 3}, .limit = 10}, "2;1;"},
        {{.after = {.id = UINT64_MAX}, .limit = 2}, "3;2;"},
        {{.has_state = true, .state = ESC_STATE_OPEN, .after = {.id = 3}, .limit = 1}, "2;"},
        {{.has_state = true, .state = ESC_STATE_CLOSED, .limit = 10}, ""},
        {{.ticket = ESC_TEXT("T-1"), .has_state = true, .state = ESC_STATE_CLOSED, .limit = 10},
         ""},
        {{.ticket = ESC_TEXT("T-2"), .has_state = true, .state = ESC_STATE_OPEN, .limit = 10},
         "2;"},
        {{.ticket = ESC_TEXT("T-2"), .after = {.id = 2}, .limit = 10}, ""},
        {{.is_unclosed = true, .limit = 2}, "3;2;"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(lists); i++) {
        assert_status(esc_store_escalations(store, &lists[i].filter, hear_id, NULL, NULL, &why),
                      ESC_OK);
        assert_heard(lists[i].expected);
    }
    visits_max = 2;
    assert_status(esc_store_escalations(store, &lists[0].filter, hear_id, NULL, NULL, &why),
                  ESC_OK);
    assert_heard("3;2;");
}

/* However many are closed: what is not is found, in whichever state it is. */
static void unclosed_escalations_are_listed(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 6; n++) {
        EscGroup *group = make(n);
        group->escalations[0].state = ESC_STATE_CLOSED;
        if (n > 1) /* the one before is written again */
            group->escalations[1].state = n == 2   ? ESC_STATE_PARKED
                                          : n == 5 ? ESC_STATE_CLOSING
                                          : n == 6 ? ESC_STATE_OPEN
                                                   : ESC_STATE_CLOSED;
        commit_made();
    }
    const struct {
        EscEscalationFilter filter;
        const char *expected;
    } lists[] = {
        {{.is_unclosed = true, .limit = 10}, "5;4;1;"},
        {{.is_unclosed = true, .after = {.id = 5}, .limit = 1}, "4;"},
        {{.is_unclosed = true, .after = {.id = 4}, .limit = 10}, "1;"},
        {{.is_unclosed = true, .ticket = ESC_TEXT("T-4"), .limit = 10}, "4;"},
        {{.is_unclosed = true, .ticket = ESC_TEXT("T-3"), .limit = 10}, ""},
        {{.is_unclosed = true, .has_state = true, .state = ESC_STATE_CLOSED, .limit = 10},
         "5;4;1;"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(lists); i++) {
        assert_status(esc_store_escalations(store, &lists[i].filter, hear_id, NULL, NULL, &why),
                      ESC_OK);
        assert_heard(lists[i].expected);
    }
}

/* Six escalations, of which the third is closed: deadlines at 600, 500 … ms, none for the first; the even ones are worse. */
static void commit_board(void)
{
    for (uint64_t n = 1; n <= 6; n++) {
        EscGroup *group = make(n);
        EscEscalationRow *row = &group->escalations[0];
        row->owner = n % 3 == 0 ? ESC_TEXT("ben") : ESC_TEXT("ana");
        row->account = n <= 3 ? ESC_TEXT("Globex") : ESC_TEXT("Initech");
        row->severity = n % 2 == 0 ? ESC_TEXT("high") : ESC_TEXT("low");
        row->template_name = n == 5 ? ESC_TEXT("other") : row->template_name;
        row->rank = n % 2 == 0 ? 3 : 1;
        row->due_ms = n == 1 ? 0 : (int64_t)(700 - 100 * n);
        row->version = 10 + n;
        row->state = n == 3 ? ESC_STATE_CLOSED : ESC_STATE_OPEN;
        group->escalations_count = 1;
        commit_made();
    }
}

static void escalations_are_filtered_and_sorted(void **state)
{
    (void)state;
    commit_board();
    const struct {
        EscEscalationFilter filter;
        const char *expected;
    } lists[] = {
        {{.owner = ESC_TEXT("ben"), .limit = 10}, "6;3;"},
        {{.owner = ESC_TEXT("ben"), .is_unclosed = true, .limit = 10}, "6;"},
        {{.account = ESC_TEXT("Globex"), .limit = 10}, "3;2;1;"},
        {{.severity = ESC_TEXT("high"), .account = ESC_TEXT("Initech"), .limit = 10}, "6;4;"},
        {{.template_name = ESC_TEXT("other"), .limit = 10}, "5;"},
        {{.due_before_ms = 300, .limit = 10}, "6;5;"},
        {{.owner = ESC_TEXT("nobody"), .limit = 10}, ""},
        {{.sort = ESC_SORT_DUE, .limit = 10}, "6;5;4;2;1;"},
        {{.sort = ESC_SORT_DUE, .due_before_ms = 300, .limit = 10}, "6;5;"},
        {{.sort = ESC_SORT_DUE, .owner = ESC_TEXT("ana"), .limit = 2}, "5;4;"},
        {{.sort = ESC_SORT_DUE, .after = {.id = 4, .due_ms = 300}, .limit = 10}, "2;1;"},
        {{.sort = ESC_SORT_DUE, .after = {.id = 1}, .limit = 10}, ""},
        {{.sort = ESC_SORT_SEVERITY, .limit = 10}, "6;4;2;5;1;"},
        {{.sort = ESC_SORT_SEVERITY, .has_state = true, .state = ESC_STATE_PARKED, .limit = 10},
         ""},
        {{.sort = ESC_SORT_SEVERITY, .after = {.id = 2, .due_ms = 500, .rank = 3}, .limit = 10},
         "5;1;"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(lists); i++) {
        assert_status(esc_store_escalations(store, &lists[i].filter, hear_id, NULL, NULL, &why),
                      ESC_OK);
        assert_heard(lists[i].expected);
    }
}

/* Page by page there is each of them once, in the order of the whole list, and then no page more. */
static void pages_go_on_where_the_last_one_ended(void **state)
{
    (void)state;
    commit_board();
    static const char *const whole[ESC_SORT_COUNT] = {[ESC_SORT_OPENED] = "6;5;4;3;2;1;",
                                                      [ESC_SORT_DUE] = "6;5;4;2;1;",
                                                      [ESC_SORT_SEVERITY] = "6;4;2;5;1;"};
    for (int sort = 0; sort < ESC_SORT_COUNT; sort++)
        for (size_t limit = 1; limit <= 7; limit++) {
            EscEscalationFilter filter = {.sort = (EscEscalationSort)sort, .limit = limit};
            int pages = 0;
            do {
                assert_status(
                    esc_store_escalations(store, &filter, hear_id, NULL, &filter.after, &why),
                    ESC_OK);
                assert_true(++pages <= 7);
            } while (filter.after.id != 0);
            assert_heard(whole[sort]);
        }
}

static EscEscalationRow listed_row;
static EscBuf listed_body;

static bool hear_whole(void *context, const EscEscalationRow *row)
{
    (void)context;
    listed_row = *row;
    esc_buf_clear(&listed_body);
    esc_buf_text(&listed_body, (EscText){(const char *)row->body.data, row->body.size});
    return true;
}

/* With its body and the hash of its bundle: what is closed is shown out of them. */
static void a_list_gives_whole_rows(void **state)
{
    (void)state;
    commit_board();
    esc_buf_init(&listed_body, 1000);
    const EscEscalationFilter filter = {.has_state = true, .state = ESC_STATE_CLOSED, .limit = 1};
    assert_status(esc_store_escalations(store, &filter, hear_whole, NULL, NULL, &why), ESC_OK);
    assert_int_equal(listed_row.id, 3);
    assert_int_equal(listed_row.version, 13);
    assert_int_equal(listed_row.rank, 1);
    assert_int_equal(listed_row.due_ms, 400);
    assert_memory_equal(listed_row.bundle_hash, sample_bundle_hash, 32);
    assert_text_equal(esc_buf_as_text(&listed_body), "body of 3");
    esc_buf_release(&listed_body);
}

static void an_escalation_is_read_back(void **state)
{
    (void)state;
    commit(1);
    EscArena *arena = esc_arena_new(100000);
    EscEscalationRow row;
    assert_status(esc_store_escalation_get(store, 1, arena, &row, &why), ESC_OK);
    assert_int_equal(row.id, 1);
    assert_text_equal(row.ticket, "T-1");
    assert_text_equal(row.template_name, "high_value_incident");
    assert_text_equal(row.owner, "ana");
    assert_text_equal(row.step, "customer.esc:31 await resolved");
    assert_int_equal(row.opened_at_ms, 1000);
    assert_true(row.body.size > 0);
    assert_int_equal(row.start_event.size, 0);
    EscBuf bundle;
    esc_buf_init(&bundle, 1000000);
    assert_status(esc_store_bundle_get(store, row.bundle_hash, &bundle, &why), ESC_OK);
    esc_buf_release(&bundle);
    assert_status(esc_store_escalation_get(store, 9, arena, &row, &why), ESC_NOT_FOUND);
    assert_string_equal(why.text, "there is no escalation E-9");
    assert_status(esc_store_escalation_get(store, UINT64_MAX, arena, &row, &why), ESC_NOT_FOUND);
    esc_arena_free(arena);
    arena = esc_arena_new(16);
    assert_status(esc_store_escalation_get(store, 1, arena, &row, &why), ESC_NO_MEMORY);
    esc_arena_free(arena);
}

static void every_member_of_an_escalation_comes_back(void **state)
{
    (void)state;
    EscEscalationRow *put = &make(1)->escalations[0];
    put->state = ESC_STATE_CLOSED;
    put->role = 1;
    put->is_acked = true;
    put->opened_at_ms = 1001;
    put->closed_at_ms = 1002;
    put->next_due_ms = 1003;
    put->outcome = ESC_TEXT("false_alarm");
    const EscEscalationRow expected = *put;
    commit_made();
    EscArena *arena = esc_arena_new(100000);
    EscEscalationRow row;
    assert_status(esc_store_escalation_get(store, expected.id, arena, &row, &why), ESC_OK);
    assert_int_equal(row.state, expected.state);
    assert_int_equal(row.role, expected.role);
    assert_int_equal(row.is_acked, expected.is_acked);
    assert_int_equal(row.opened_at_ms, expected.opened_at_ms);
    assert_int_equal(row.closed_at_ms, expected.closed_at_ms);
    assert_int_equal(row.next_due_ms, expected.next_due_ms);
    assert_text_equal(row.outcome, "false_alarm");
    assert_text_equal(row.step, "customer.esc:31 await resolved");
    assert_memory_equal(row.bundle_hash, expected.bundle_hash, sizeof row.bundle_hash);
    assert_int_equal(row.body.size, expected.body.size);
    assert_memory_equal(row.body.data, expected.body.data, row.body.size);
    esc_arena_free(arena);
}

static void tickets_are_listed_by_id(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 3; n++)
        commit(n);
    const EscTicketFilter all = {.limit = 10}, after = {.after = ESC_TEXT("T-2"), .limit = 10},
                          between = {.after = ESC_TEXT("T-1x"), .limit = 1};
    assert_status(esc_store_tickets(store, &all, hear_ticket_id, NULL, &why), ESC_OK);
    assert_heard("T-1 open;T-2 open;T-3 open;");
    assert_status(esc_store_tickets(store, &after, hear_ticket_id, NULL, &why), ESC_OK);
    assert_heard("T-3 open;");
    assert_status(esc_store_tickets(store, &between, hear_ticket_id, NULL, &why), ESC_OK);
    assert_heard("T-2 open;");
    visits_max = 1;
    assert_status(esc_store_tickets(store, &all, hear_ticket_id, NULL, &why), ESC_OK);
    assert_heard("T-1 open;");
}

static void the_outbox_is_listed_by_state(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 4; n++)
        commit(n);
    const struct {
        EscOutboxFilter filter;
        const char *expected;
    } lists[] = {
        {{.limit = 2}, "4 queued 0 4000 ;3 accepted 0 3000 settled 3;"},
        {{.before = 2, .limit = 10}, "1 accepted 0 1000 settled 1;"},
        {{.has_state = true, .state = ESC_DELIVERY_ACCEPTED, .limit = 2},
         "3 accepted 0 3000 settled 3;2 accepted 0 2000 settled 2;"},
        {{.has_state = true, .state = ESC_DELIVERY_ACCEPTED, .before = 2, .limit = 2},
         "1 accepted 0 1000 settled 1;"},
        {{.has_state = true, .state = ESC_DELIVERY_QUEUED, .limit = 10}, "4 queued 0 4000 ;"},
        {{.has_state = true, .state = ESC_DELIVERY_DEAD, .limit = 10}, ""},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(lists); i++) {
        assert_status(esc_store_outbox(store, &lists[i].filter, hear_entry, NULL, &why), ESC_OK);
        assert_heard(lists[i].expected);
    }
    visits_max = 1;
    assert_status(esc_store_outbox(store, &lists[0].filter, hear_entry, NULL, &why), ESC_OK);
    assert_heard("4 queued 0 4000 ;");
}

static void evidence_is_listed_in_the_order_kept(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 3; n++) {
        make(n)->evidence[0].escalation = n == 3 ? 1 : n;
        commit_made();
    }
    const EscEvidenceFilter first = {.escalation = 1, .limit = 10};
    EscEvidenceFilter page = {.escalation = 1, .limit = 1};
    assert_status(esc_store_evidence(store, &first, hear_evidence, NULL, &why), ESC_OK);
    assert_heard("1 E-1 ticket 1 evidence 1;3 E-1 ticket 3 evidence 3;");
    assert_status(esc_store_evidence(store, &page, hear_evidence, NULL, &why), ESC_OK);
    assert_heard("1 E-1 ticket 1 evidence 1;");
    page.after = 1;
    assert_status(esc_store_evidence(store, &page, hear_evidence, NULL, &why), ESC_OK);
    assert_heard("3 E-1 ticket 3 evidence 3;");
    page.after = UINT64_MAX;
    assert_status(esc_store_evidence(store, &page, hear_evidence, NULL, &why), ESC_OK);
    assert_heard("");
}

/* Groups 1 to 3, of which 1 and 2 are closed at 2500 and 3 is open. */
static void close_two(void)
{
    for (uint64_t n = 1; n <= 2; n++)
        commit(n);
    EscGroup *group = make(3);
    EscEscalationRow rows[] = {group->escalations[0], group->escalations[1], group->escalations[1]};
    rows[2].id = 1;
    for (unsigned i = 1; i < 3; i++) {
        rows[i].state = ESC_STATE_CLOSED;
        rows[i].closed_at_ms = 2500;
    }
    group->escalations = rows;
    group->escalations_count = ESC_COUNT_OF(rows);
    commit_made();
}

static bool retain(int64_t before_ms, size_t rows_max)
{
    bool has_more = true;
    assert_status(esc_store_retain(store, before_ms, rows_max, &has_more, &why), ESC_OK);
    return has_more;
}

static void hear_all(void)
{
    const EscEscalationFilter escalations = {.limit = 10};
    const EscOutboxFilter outbox = {.limit = 10};
    const EscAuditFilter audit = {.limit = 100};
    assert_status(esc_store_escalations(store, &escalations, hear_id, NULL, NULL, &why), ESC_OK);
    esc_buf_char(&heard, '|');
    assert_status(esc_store_outbox(store, &outbox, hear_entry, NULL, &why), ESC_OK);
    esc_buf_char(&heard, '|');
    assert_status(esc_store_audit(store, &audit, hear_seq, NULL, &why), ESC_OK);
    esc_buf_char(&heard, '|');
    for (uint64_t n = 1; n <= 4; n++) {
        char id[8];
        snprintf(id, sizeof id, "e-%llu", (unsigned long long)n);
        const EscEventKey key = {ESC_TEXT("/monitor"), esc_text_from(id)};
        EscEventKnown known;
        assert_status(esc_store_events_find(store, &key, 1, &known, &why), ESC_OK);
        esc_buf_printf(&heard, "%d", known.is_known);
        const EscEvidenceFilter evidence = {.escalation = n, .limit = 10};
        assert_status(esc_store_evidence(store, &evidence, hear_evidence, NULL, &why), ESC_OK);
    }
}

static void what_is_old_is_forgotten_and_what_is_live_is_not(void **state)
{
    (void)state;
    close_two();
    assert_false(retain(1000, 100)); /* nothing came before */
    hear_all();
    assert_heard(
        "3;2;1;|3 queued 0 3000 ;2 accepted 0 2000 settled 2;1 accepted 0 1000 settled "
        "1;|1;2;3;4;5;6;|"
        "11 E-1 ticket 1 evidence 1;12 E-2 ticket 2 evidence 2;13 E-3 ticket 3 evidence 3;0");
    esc_buf_clear(&heard);
    assert_false(retain(2500, 100)); /* closed at 2500: not yet */
    hear_all();
    assert_heard(
        "3;2;1;|3 queued 0 3000 ;|5;6;|01 E-1 ticket 1 evidence 1;02 E-2 ticket 2 evidence 2;"
        "13 E-3 ticket 3 evidence 3;0");
    assert_false(retain(INT64_MAX, 100));
    hear_all(); /* 3 is open, with its records, its message and its start */
    assert_heard("3;|3 queued 0 3000 ;|5;6;|0013 E-3 ticket 3 evidence 3;0");
    assert_status(load(), ESC_OK);
    assert_true(esc_text_contains(esc_buf_as_text(&heard),
                                  ESC_TEXT("escalation 3 T-3 ana 0 0 body of 3 pinned")));
    esc_buf_clear(&heard);
    assert_status(esc_store_start_event_get(store, 3, &heard, &why), ESC_OK);
    assert_heard("event 3");
    EscGroup *group = make(4); /* and it goes on; the forgotten event may come again */
    group->events[0].id = ESC_TEXT("e-1");
    commit_made();
    hear_all();
    assert_true(
        esc_text_ends_with(esc_buf_as_text(&heard), ESC_TEXT("4 E-4 ticket 4 evidence 4;")));
}

static void what_has_an_open_task_is_not_forgotten(void **state)
{
    (void)state;
    close_two();
    EscTaskRow rows[] = {task_row(1, 1, ESC_TASK_DONE, "ana"), task_row(1, 2, ESC_TASK_OPEN, "ana"),
                         task_row(2, 1, ESC_TASK_DONE, "ana")};
    commit_tasks(4, rows, 3);
    const EscTaskFilter all = {.limit = 10};
    const EscEscalationFilter escalations = {.limit = 10};
    assert_false(retain(INT64_MAX, 100));
    assert_tasks(&all,
                 "E-1-1 approval done INC-1 ana 100 0 3;E-1-2 approval open INC-1 ana 200 0 3;");
    esc_buf_clear(&heard);
    assert_status(esc_store_escalations(store, &escalations, hear_id, NULL, NULL, &why), ESC_OK);
    assert_heard("4;3;1;"); /* the second is gone, with its task */
    rows[1].state = ESC_TASK_DONE;
    commit_tasks(5, rows + 1, 1);
    assert_false(retain(INT64_MAX, 100));
    assert_tasks(&all, "");
}

static void forgetting_goes_in_small_steps(void **state)
{
    (void)state;
    close_two();
    unsigned steps = 1;
    while (retain(INT64_MAX, 1) && steps < 100)
        steps++;
    assert_true(steps > 1 && steps < 100);
    hear_all();
    assert_heard("3;|3 queued 0 3000 ;|5;6;|0013 E-3 ticket 3 evidence 3;0");
    assert_false(retain(INT64_MAX, 100));
}

static void lists_have_a_limit_of_their_own(void **state)
{
    (void)state;
    EscAuditRow rows[ESC_STORE_LIST_MAX + 5];
    EscGroup *group = make(1);
    for (unsigned i = 0; i < ESC_COUNT_OF(rows); i++) {
        rows[i] = group->audit[0];
        rows[i].seq = 1 + i;
    }
    group->audit = rows;
    group->audit_count = ESC_COUNT_OF(rows);
    group->counters.next_audit = 1 + ESC_COUNT_OF(rows);
    commit_made();
    const EscAuditFilter all = {.limit = SIZE_MAX};
    assert_status(esc_store_audit(store, &all, hear_seq, NULL, &why), ESC_OK);
    assert_true(esc_text_ends_with(esc_buf_as_text(&heard), ESC_TEXT(";999;1000;")));
}

#define BOTH(name)                                                                                 \
    {#name " in sqlite", name, set_up, tear_down, &sqlite_kind},                                   \
    {                                                                                              \
#name " in memory", name, set_up, tear_down, &memory_kind                                  \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(a_new_store_gives_counters_only),
        BOTH(what_is_live_comes_back_in_order),
        BOTH(what_is_kept_is_written_again_and_goes),
        BOTH(tasks_are_written_again_and_listed_by_their_numbers),
        BOTH(tasks_are_found_by_who_and_by_when),
        BOTH(a_start_is_given_the_tasks_that_are_open),
        BOTH(a_task_without_a_number_is_refused),
        BOTH(what_has_an_open_task_is_not_forgotten),
        BOTH(tickets_come_back_in_the_order_in_which_they_came),
        BOTH(what_is_closed_stays_in_the_store),
        BOTH(a_ticket_with_a_clock_of_its_own_comes_back),
        BOTH(states_but_closed_are_live),
        BOTH(a_corrected_clock_moves_the_opening),
        BOTH(tickets_come_with_their_escalations_for_who_asks),
        BOTH(what_the_sink_refuses_is_passed_on),
        BOTH(the_body_of_the_workspace_stays_until_another_comes),
        BOTH(a_body_may_be_any_bytes),
        BOTH(a_ticket_that_sleeps_wakes_when_it_is_live_again),
        BOTH(the_audit_trail_has_no_gap),
        BOTH(the_audit_counter_must_fit),
        BOTH(an_escalation_needs_its_bundle),
        BOTH(an_outbox_row_settles_once_it_is_there),
        BOTH(an_outbox_number_is_used_once),
        BOTH(a_retry_is_of_a_row_that_is_there),
        BOTH(an_event_is_recorded_once),
        BOTH(a_ticket_has_an_id),
        BOTH(a_record_has_a_kind),
        BOTH(a_group_of_another_epoch_is_refused),
        BOTH(a_store_keeps_its_id),
        BOTH(a_look_beside_a_commit_sees_whole_groups),
        BOTH(a_look_beside_finds_nothing_that_is_not_there),
        BOTH(a_bundle_is_kept_once_and_found_by_hash),
        BOTH(the_newest_bundle_is_the_one_in_force),
        BOTH(a_bundle_is_needed_while_an_escalation_is_open),
        BOTH(events_are_known_by_source_and_id),
        BOTH(every_event_is_kept_with_its_content),
        BOTH(large_events_are_kept),
        BOTH(the_start_of_an_escalation_is_kept),
        BOTH(a_ticket_is_read_back),
        BOTH(the_outbox_gives_what_is_due_first_what_was_due_first),
        BOTH(a_retry_of_a_settled_row_changes_nothing),
        BOTH(an_outbox_row_never_goes_down),
        BOTH(what_was_given_up_waits_once_more),
        BOTH(what_waits_does_not_wait_once_more),
        BOTH(what_waits_once_more_is_there),
        BOTH(outbox_rows_are_found_by_id),
        BOTH(the_audit_trail_is_read_upwards),
        BOTH(records_are_found_by_ticket_and_escalation),
        BOTH(many_rows_of_a_kind_are_written),
        BOTH(many_events_are_recorded_once),
        BOTH(escalations_are_listed_newest_first),
        BOTH(unclosed_escalations_are_listed),
        BOTH(escalations_are_filtered_and_sorted),
        BOTH(pages_go_on_where_the_last_one_ended),
        BOTH(a_list_gives_whole_rows),
        BOTH(an_escalation_is_read_back),
        BOTH(every_member_of_an_escalation_comes_back),
        BOTH(tickets_are_listed_by_id),
        BOTH(the_outbox_is_listed_by_state),
        BOTH(evidence_is_listed_in_the_order_kept),
        BOTH(what_is_old_is_forgotten_and_what_is_live_is_not),
        BOTH(forgetting_goes_in_small_steps),
        BOTH(lists_have_a_limit_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
