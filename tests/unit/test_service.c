/* test_service.c - turns of a real engine on a real store: what is answered, what is kept, what comes back. */
#define _GNU_SOURCE
#include "support/service_file.h"

#include <sqlite3.h>

#include <esc/timekeeper.h>

#include "sqlite_internal.h"

#define WORKSPACE                                                                                                      \
    "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\n"                                                        \
    "channel incidents chat\n"                                                                                         \
    "person ana \"Ana\" { email \"ana@acme.example\" }\n"                                                              \
    "person dora \"Dora\" { email \"dora@acme.example\" }\n"                                                           \
    "policy company { last resort dora }\n"

#define TEMPLATE(word)                                                                                                 \
    "template trouble \"Trouble\" {\n"                                                                                 \
    "  start on ticket.created, ticket.updated when ticket.severity = critical\n"                                      \
    "  owners { primary ana ack within 5m }\n"                                                                         \
    "  steps { notify incidents \"" word " {ticket.title}\" await ack await resolved within 4h else raise overdue }\n" \
    "  close when resolved\n"                                                                                          \
    "}\n"

static ServiceFile file;

static int set_up(void **state)
{
    (void)state;
    service_file_make(&file, WORKSPACE TEMPLATE("first"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    service_file_remove(&file);
    return 0;
}

static EscReply create(const char *id, const char *ticket)
{
    return service_file_send(&file, service_file_event(&file, "ticket.created", id, ticket,
                                                       "{\"title\":\"Down\",\"severity\":\"critical\"}"));
}

/* Rows changed in the file since it was opened. */
static int changes(void)
{
    return sqlite3_total_changes(esc_sqlite_of(esc_service_store(file.service))->db);
}

static bool add_text(void *context, const EscAuditRow *row)
{
    esc_buf_printf(context, "%.*s %.*s %.*s;", ESC_TEXT_ARG(row->kind), ESC_TEXT_ARG(row->text), ESC_TEXT_ARG(row->data));
    return true;
}

static void assert_audit_has(const char *ticket, const char *part, bool expected)
{
    EscBuf out;
    esc_buf_init(&out, 1 << 20);
    const EscAuditFilter filter = {.ticket = esc_text_from(ticket), .limit = 1000};
    assert_status(esc_store_audit(esc_service_store(file.service), &filter, add_text, &out, &file.why), ESC_OK);
    if (esc_text_contains(esc_buf_as_text(&out), esc_text_from(part)) != expected)
        fail_msg("audit of %s: %.*s", ticket, ESC_TEXT_ARG(esc_buf_as_text(&out)));
    esc_buf_release(&out);
}

static void an_event_starts_an_escalation_that_outlives_the_process(void **state)
{
    (void)state;
    EscReply reply = create("1", "T-1");
    assert_status(reply.status, ESC_OK);
    assert_int_equal(reply.outcome.escalations_count, 1);
    assert_string_equal(reply.outcome.ticket, "T-1");
    EscEscalationView view;
    assert_true(esc_engine_find_escalation(esc_service_engine(file.service), 1, &view));
    int64_t due_ms = esc_engine_next_due_ms(esc_service_engine(file.service));
    assert_true(due_ms < INT64_MAX);
    service_file_close(&file);
    service_file_open(&file);
    assert_true(esc_engine_find_escalation(esc_service_engine(file.service), 1, &view));
    assert_text_equal(view.ticket, "T-1");
    assert_text_equal(view.owner, "ana");
    assert_int_equal(view.state, ESC_STATE_OPEN);
    assert_int_equal(esc_engine_next_due_ms(esc_service_engine(file.service)), due_ms);
}

static void a_known_event_is_answered_as_a_duplicate_and_changes_nothing(void **state)
{
    (void)state;
    create("1", "T-1");
    int before = changes();
    EscReply reply = create("1", "T-1");
    assert_status(reply.status, ESC_DUPLICATE);
    assert_int_equal(changes(), before);
    service_file_close(&file);
    service_file_open(&file);
    assert_status(create("1", "T-1").status, ESC_DUPLICATE);
}

static EscStatus cannot_find(EscStore *store, const EscEventKey *keys, size_t count, EscEventKnown *known, EscWhy *why)
{
    (void)store, (void)keys, (void)count, (void)known;
    return esc_why(why, ESC_STORE_FAILED, "", 0, "nothing can be read");
}

/* Who cannot know whether an event came before takes none. */
static void events_that_the_store_cannot_look_up_end_the_turn(void **state)
{
    (void)state;
    EscStore *store = esc_service_store(file.service);
    const EscStoreOps *ops = store->ops;
    EscStoreOps failing = *ops;
    failing.events_find = cannot_find;
    store->ops = &failing;
    const EscInput input = {.kind = ESC_INPUT_EVENT,
                            .event = service_file_event(&file, "ticket.created", "1", "T-1", "{}")};
    EscReply reply;
    int before = changes();
    assert_status(esc_service_turn(file.service, &input, 1, 0, &reply, NULL, &file.why), ESC_STORE_FAILED);
    assert_string_equal(file.why.text, "nothing can be read");
    assert_int_equal(changes(), before);
    store->ops = ops;
}

static void another_content_under_the_same_id_is_refused(void **state)
{
    (void)state;
    create("1", "T-1");
    EscReply reply = create("1", "T-2");
    assert_status(reply.status, ESC_CONFLICT);
    assert_non_null(strstr(reply.why.text, "another content"));
}

/* Of events of one key in one turn the first that is taken counts, wherever they stand among others. */
static void duplicates_of_one_turn_are_told_from_the_first_that_was_taken(void **state)
{
    (void)state;
    static const struct {
        const char *id, *ticket;
        EscStatus status;
    } cases[] = {{"7", "T-1", ESC_OK},        {"9", "T-9", ESC_OK},       {"7", "T-1", ESC_DUPLICATE},
                 {"5", "T-5", ESC_OK},        {"7", "T-2", ESC_CONFLICT}, {"8", "T-8", ESC_OK},
                 {"7", "T-1", ESC_DUPLICATE}, {"5", "T-5", ESC_DUPLICATE}};
    EscInput inputs[ESC_COUNT_OF(cases)];
    EscReply replies[ESC_COUNT_OF(cases)];
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++)
        inputs[i] = (EscInput){.kind = ESC_INPUT_EVENT,
                               .event = service_file_event(&file, "ticket.created", cases[i].id,
                                                           cases[i].ticket, "{}")};
    assert_status(esc_service_turn(file.service, inputs, ESC_COUNT_OF(cases), 0, replies, NULL, &file.why), ESC_OK);
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++)
        assert_status(replies[i].status, cases[i].status);
}

static void a_refused_event_leaves_no_row_and_its_neighbours_stand(void **state)
{
    (void)state;
    EscEvent *good = service_file_event(&file, "ticket.created", "1", "T-1", "{}");
    EscEvent *bad = service_file_event(&file, "ticket.created", "2", "T-2", "{}");
    EscEvent *last = service_file_event(&file, "ticket.created", "3", "T-3", "{}");
    EscText subject = bad->subject;
    bad->subject = (EscText){NULL, 0};
    EscBuf longer;
    esc_buf_init(&longer, 1000);
    for (int i = 0; i <= ESC_ID_BYTES_MAX; i++)
        esc_buf_char(&longer, 'x');
    bad->subject = esc_buf_as_text(&longer); /* nothing that the parser lets through */
    const EscInput inputs[] = {{.kind = ESC_INPUT_EVENT, .event = good},
                               {.kind = ESC_INPUT_EVENT, .event = bad},
                               {.kind = ESC_INPUT_EVENT, .event = last}};
    EscReply replies[3];
    assert_status(esc_service_turn(file.service, inputs, 3, 0, replies, NULL, &file.why), ESC_OK);
    assert_status(replies[0].status, ESC_OK);
    assert_status(replies[1].status, ESC_BAD_INPUT);
    assert_status(replies[2].status, ESC_OK);
    bad->subject = subject;
    assert_status(service_file_send(&file, bad).status, ESC_OK); /* not a duplicate */
    assert_status(service_file_send(&file, good).status, ESC_DUPLICATE);
    esc_buf_release(&longer);
}

static void a_turn_without_work_costs_nothing(void **state)
{
    (void)state;
    create("1", "T-1");
    int before = changes();
    size_t fired = 99;
    assert_status(esc_service_turn(file.service, NULL, 0, 100, NULL, &fired, &file.why), ESC_OK);
    assert_int_equal(fired, 0);
    assert_int_equal(changes(), before);
    const EscAction stray = {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .escalation = 77};
    const EscInput input = {.kind = ESC_INPUT_ACTION, .action = &stray};
    EscReply reply;
    assert_status(esc_service_turn(file.service, &input, 1, 100, &reply, NULL, &file.why), ESC_OK);
    assert_status(reply.status, ESC_NOT_FOUND);
    assert_int_equal(changes(), before);
}

/* --- the clock -------------------------------------------------------------------------------- */

/* Unsettled rows of the outbox that were made in the future. */
static int64_t outbox_ahead(void)
{
    sqlite3_stmt *query = NULL;
    assert_int_equal(sqlite3_prepare_v2(esc_sqlite_of(esc_service_store(file.service))->db,
                                        "SELECT count(*) FROM outbox WHERE state = 0 AND (created_at_ms > ?1 OR "
                                        "created_at_ms < ?1 - 300000 OR next_attempt_at_ms <> created_at_ms)",
                                        -1, &query, NULL),
                     SQLITE_OK);
    sqlite3_bind_int64(query, 1, esc_service_now_ms(file.service));
    assert_int_equal(sqlite3_step(query), SQLITE_ROW);
    int64_t count = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    return count;
}

static void turn_without_inputs(void)
{
    assert_status(esc_service_turn(file.service, NULL, 0, 100, NULL, NULL, &file.why), ESC_OK);
}

/* Looks as somebody does who keeps to esc_service_wait_ms. */
static void pass(int64_t ms)
{
    for (int64_t end_ms = file.now_ms + ms; file.now_ms < end_ms;) {
        int64_t wait_ms = esc_service_wait_ms(file.service);
        assert_true(wait_ms <= ESC_CLOCK_SETTLE_MS / 2);
        if (wait_ms == 0)
            turn_without_inputs();
        else
            file.now_ms = file.now_ms + wait_ms < end_ms ? file.now_ms + wait_ms : end_ms;
    }
    while (esc_service_wait_ms(file.service) == 0)
        turn_without_inputs();
}

static EscEscalationView view_of(uint64_t escalation)
{
    EscEscalationView view;
    assert_true(esc_engine_find_escalation(esc_service_engine(file.service), escalation, &view));
    return view;
}

static void assert_time(int64_t expected_ms)
{
    assert_true(esc_service_now_ms(file.service) == expected_ms);
}

static void a_clock_that_jumps_and_returns_changes_nothing(void **state)
{
    (void)state;
    static const int64_t jumps[] = {ESC_HOUR_MS, -ESC_HOUR_MS, 3652 * ESC_DAY_MS, -3652 * ESC_DAY_MS};
    for (size_t i = 0; i < ESC_COUNT_OF(jumps); i++) {
        file.wall_ahead_ms = jumps[i];
        pass(40 * ESC_SECOND_MS);
        assert_true(esc_service_clock(file.service).is_apart);
        assert_true(esc_service_clock(file.service).ahead_ms == jumps[i]);
        create(i == 0 ? "1" : "2", "T-1");
        assert_time(file.now_ms);
        file.wall_ahead_ms = 0;
        pass(40 * ESC_SECOND_MS);
        assert_false(esc_service_clock(file.service).is_apart);
    }
    assert_time(file.now_ms);
    assert_int_equal(esc_service_clock(file.service).corrections, 0);
    pass(5 * ESC_MINUTE_MS);
    assert_text_equal(view_of(1).owner, "dora");
}

/* The acknowledgement has its five minutes whatever the clock says, and the workspace lives in the wall's time. */
static void a_clock_that_was_set_is_followed(void **state)
{
    (void)state;
    static const int64_t jumps[] = {-ESC_HOUR_MS, ESC_HOUR_MS, 20 * ESC_HOUR_MS, -30 * ESC_DAY_MS};
    for (size_t i = 0; i < ESC_COUNT_OF(jumps); i++) {
        service_file_remove(&file);
        service_file_make(&file, WORKSPACE TEMPLATE("first"));
        assert_status(create("1", "T-1").status, ESC_OK);
        file.wall_ahead_ms = jumps[i];
        pass(3 * ESC_MINUTE_MS);
        assert_time(file.now_ms + jumps[i]);
        assert_int_equal(esc_service_clock(file.service).corrections, 1);
        assert_true(esc_service_clock(file.service).corrected_by_ms == jumps[i]);
        assert_true(esc_service_clock(file.service).corrected_at_ms <= file.now_ms + jumps[i]);
        service_file_close(&file);
        service_file_open(&file); /* what was moved is in the file */
        assert_int_equal(esc_service_clock(file.service).corrections, 0);
        pass(2 * ESC_MINUTE_MS - 1);
        assert_text_equal(view_of(1).owner, "ana");
        pass(1);
        assert_text_equal(view_of(1).owner, "dora");
        assert_int_equal(outbox_ahead(), 0);
    }
}

static void a_clock_that_stands_still_holds_nothing_up(void **state)
{
    (void)state;
    create("1", "T-1");
    for (int i = 0; i < 299; i++) {
        file.wall_ahead_ms -= ESC_SECOND_MS;
        pass(ESC_SECOND_MS);
    }
    assert_text_equal(view_of(1).owner, "ana");
    assert_true(esc_service_clock(file.service).corrections >= 2);
    file.wall_ahead_ms -= ESC_SECOND_MS;
    pass(ESC_SECOND_MS);
    assert_text_equal(view_of(1).owner, "dora");
}

static EscReply say_yes(const char *actor)
{
    const EscClockChange word = {.actor = esc_text_from(actor)};
    const EscInput input = {.kind = ESC_INPUT_CLOCK, .clock = &word};
    EscReply reply;
    assert_status(esc_service_turn(file.service, &input, 1, 100, &reply, NULL, &file.why), ESC_OK);
    assert_status(reply.status, ESC_OK);
    return reply;
}

#define CHECKED                                                                                                        \
    "template trouble \"Trouble\" {\n"                                                                                 \
    "  start on ticket.created\n"                                                                                      \
    "  owners { primary ana ack within 5m }\n"                                                                         \
    "  steps { notify incidents \"look\" await resolved within 30d else raise overdue }\n"                             \
    "  qa { check accepted within 2m }\n"                                                                              \
    "  on exception qa_failed { resume }\n"                                                                            \
    "  close when resolved\n"                                                                                          \
    "}\n"

/* Nothing was sent meanwhile, and nothing could be: that is no delivery that failed. */
static void a_machine_that_slept_gives_the_queue_its_chance(void **state)
{
    (void)state;
    service_file_compile(&file, WORKSPACE CHECKED);
    service_file_close(&file);
    service_file_open(&file);
    create("1", "T-1");
    file.now_ms += ESC_HOUR_MS;
    turn_without_inputs();
    assert_audit_has("T-1", "check_failed", false);
    pass(ESC_MINUTE_MS);
    assert_audit_has("T-1", "check_failed", false);
    pass(ESC_MINUTE_MS + ESC_SECOND_MS);
    assert_audit_has("T-1", "check_failed", true);
    create("2", "T-2"); /* and who only had nothing to do was awake */
    pass(2 * ESC_MINUTE_MS);
    assert_audit_has("T-2", "check_failed", true);
}

static void a_clock_far_ahead_waits_for_a_word(void **state)
{
    (void)state;
    create("1", "T-1");
    assert_true(say_yes("ana").outcome.is_noop); /* a word in advance is none */
    file.wall_ahead_ms = 3652 * ESC_DAY_MS;
    pass(3 * ESC_MINUTE_MS);
    assert_true(esc_service_clock(file.service).waits_for_word);
    create("2", "T-2");
    assert_time(file.now_ms);
    assert_false(say_yes("ana").outcome.is_noop);
    pass(ESC_SECOND_MS);
    assert_time(file.now_ms + file.wall_ahead_ms);
    assert_false(esc_service_clock(file.service).waits_for_word);
    assert_text_equal(view_of(1).owner, "ana");
    pass(2 * ESC_MINUTE_MS - ESC_SECOND_MS);
    assert_text_equal(view_of(1).owner, "dora");
    assert_text_equal(view_of(2).owner, "ana");
    assert_audit_has("", "ana says that the wall clock is right, which is 3652d ahead", true);
    assert_audit_has("", "the clock was moved 3652d forward", true);
    file.wall_ahead_ms = 0;
    pass(2 * ESC_MINUTE_MS);
    assert_time(file.now_ms); /* back needs no word */
}

static void a_word_goes_with_its_difference(void **state)
{
    (void)state;
    file.wall_ahead_ms = 3652 * ESC_DAY_MS;
    pass(2 * ESC_MINUTE_MS);
    assert_false(say_yes("ana").outcome.is_noop);
    file.wall_ahead_ms = 0; /* before anybody looked */
    pass(2 * ESC_MINUTE_MS);
    file.wall_ahead_ms = 3652 * ESC_DAY_MS;
    pass(3 * ESC_MINUTE_MS);
    assert_time(file.now_ms);
    assert_true(esc_service_clock(file.service).waits_for_word);
}

/* As the machine that once said 2036: the store has lived there, and lives in the present again after a start. */
static void a_start_behind_the_store_corrects_and_tells_at_once(void **state)
{
    (void)state;
    service_file_close(&file);
    file.wall_ahead_ms = 3652 * ESC_DAY_MS;
    service_file_open(&file);
    create("1", "T-1");
    service_file_close(&file);
    file.wall_ahead_ms = 0;
    service_file_open(&file);
    assert_time(file.now_ms);
    assert_int_equal(esc_service_clock(file.service).corrections, 1);
    assert_audit_has("", "the clock was moved 3652d back", true);
    const EscAuditRow *rows;
    size_t count;
    esc_service_news(file.service, &rows, &count);
    assert_int_equal(count, 1);
    assert_text_equal(rows[0].kind, "clock_corrected");
    pass(5 * ESC_MINUTE_MS - 1);
    assert_text_equal(view_of(1).owner, "ana");
    pass(1);
    assert_text_equal(view_of(1).owner, "dora");
}

static void a_time_lapse_goes_on_from_its_store(void **state)
{
    (void)state;
    create("1", "T-1");
    pass(2 * ESC_MINUTE_MS);
    int64_t stopped_ms = esc_service_now_ms(file.service);
    turn_without_inputs();
    service_file_send(&file, service_file_event(&file, "ticket.updated", "2", "T-1", "{}"));
    service_file_close(&file);
    file.wall_ahead_ms = -30 * ESC_DAY_MS; /* its wall clock begins anew */
    file.is_time_lapse = true;
    service_file_open(&file);
    assert_time(stopped_ms);
    assert_int_equal(esc_service_clock(file.service).corrections, 0);
    file.now_ms += 3 * ESC_MINUTE_MS;
    assert_int_equal(esc_service_wait_ms(file.service), 0);
    turn_without_inputs();
    assert_text_equal(view_of(1).owner, "dora");
}

/* A new bundle's service levels need no input to be told. */
static void what_is_in_arrears_is_done_by_the_start(void **state)
{
    (void)state;
    create("1", "T-1");
    service_file_close(&file);
    service_file_compile(&file, WORKSPACE "sla gold { resolve within 4h }\n" TEMPLATE("first"));
    service_file_open(&file);
    assert_audit_has("T-1", "the service level gold applies", true);
    int before = changes();
    turn_without_inputs();
    assert_int_equal(changes(), before);
    service_file_close(&file);
    service_file_open(&file); /* and once only */
    assert_int_equal(esc_engine_next_due_ms(esc_service_engine(file.service)), file.now_ms + 5 * ESC_MINUTE_MS);
}

static void due_timers_fire_after_the_inputs_and_a_bounded_number(void **state)
{
    (void)state;
    create("1", "T-1");
    create("2", "T-2");
    file.now_ms += 5 * ESC_MINUTE_MS; /* both have not been acknowledged */
    const EscAction ack = {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .escalation = 1};
    const EscInput input = {.kind = ESC_INPUT_ACTION, .action = &ack};
    EscReply reply;
    size_t fired = 0;
    assert_status(esc_service_turn(file.service, &input, 1, 1, &reply, &fired, &file.why), ESC_OK);
    assert_status(reply.status, ESC_OK);
    assert_int_equal(fired, 1);
    while (fired != 0)
        assert_status(esc_service_turn(file.service, NULL, 0, 1, NULL, &fired, &file.why), ESC_OK);
    EscEscalationView view;
    assert_true(esc_engine_find_escalation(esc_service_engine(file.service), 1, &view));
    assert_true(view.is_acked); /* the late acknowledgement came before the overdue timer */
    assert_text_equal(view.owner, "ana");
    assert_true(esc_engine_find_escalation(esc_service_engine(file.service), 2, &view));
    assert_text_equal(view.owner, "dora");
    service_file_close(&file);
    service_file_open(&file);
    assert_true(esc_engine_find_escalation(esc_service_engine(file.service), 2, &view));
    assert_text_equal(view.owner, "dora");
}

static void a_ticket_that_was_put_aside_comes_back(void **state)
{
    (void)state;
    service_file_send(&file, service_file_event(&file, "ticket.created", "1", "T-1", "{\"title\":\"Printer\"}"));
    service_file_close(&file);
    service_file_open(&file); /* without an escalation or a clock it stays in the file */
    assert_false(esc_engine_has_ticket(esc_service_engine(file.service), ESC_TEXT("T-1")));
    service_file_send(&file, service_file_event(&file, "ticket.updated", "2", "T-1", "{\"severity\":\"critical\"}"));
    EscTicketRow row;
    assert_true(esc_engine_find_ticket(esc_service_engine(file.service), ESC_TEXT("T-1"), &row));
    assert_text_equal(row.title, "Printer");
    assert_audit_has("T-1", "first Printer", true);
}

/* One turn of resolved tickets N-first to N-(first + count - 1). */
static void send_resolved(unsigned first, unsigned count)
{
    static EscInput inputs[1000];
    static EscReply replies[1000];
    for (unsigned i = 0; i < count; i++) {
        char id[16];
        snprintf(id, sizeof id, "N-%u", first + i);
        const EscEvent *event = service_file_event(&file, "ticket.created", id, id, "{\"status\":\"resolved\"}");
        inputs[i] = (EscInput){.kind = ESC_INPUT_EVENT, .event = event};
    }
    assert_status(esc_service_turn(file.service, inputs, count, 0, replies, NULL, &file.why), ESC_OK);
    for (unsigned i = 0; i < count; i++)
        assert_status(replies[i].status, ESC_OK);
    esc_arena_clear(file.arena);
}

/* Tickets that are done for do not fill the memory: the oldest go, and come back when they are named. */
static void tickets_that_are_done_for_are_put_aside(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 13000; first += 1000) {
        send_resolved(first, 1000);
        file.now_ms += 1000;
    }
    assert_false(esc_engine_has_ticket(esc_service_engine(file.service), ESC_TEXT("N-0")));
    assert_true(esc_engine_has_ticket(esc_service_engine(file.service), ESC_TEXT("N-12999")));
}

static bool count_row(void *context, const EscAuditRow *row)
{
    (void)row;
    ++*(unsigned *)context;
    return true;
}

static unsigned count_records(void)
{
    unsigned count = 0;
    const EscAuditFilter all = {.limit = 1000};
    assert_status(esc_store_audit(esc_service_store(file.service), &all, count_row, &count, &file.why), ESC_OK);
    return count;
}

/* `retain audit` of the policy: what is older goes with the turns that come, and an open escalation keeps its own. */
static void what_is_older_than_the_policy_says_is_forgotten(void **state)
{
    (void)state;
    service_file_close(&file);
    service_file_compile(&file, "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\n"
                                "channel incidents chat\n"
                                "person ana \"Ana\" { email \"ana@acme.example\" }\n"
                                "person dora \"Dora\" { email \"dora@acme.example\" }\n"
                                "policy company { last resort dora retain audit 30d }\n" TEMPLATE("first"));
    service_file_open(&file);
    service_file_send(&file, service_file_event(&file, "ticket.created", "1", "T-1", "{\"title\":\"Printer\"}"));
    create("2", "T-2");
    unsigned before = count_records();
    file.now_ms += 29 * ESC_DAY_MS;
    const EscEvent *again = service_file_event(&file, "ticket.created", "1", "T-1", "{\"title\":\"Printer\"}");
    assert_status(service_file_send(&file, again).status, ESC_DUPLICATE);
    assert_true(count_records() >= before);
    file.now_ms += 2 * ESC_DAY_MS;
    send_resolved(0, 1);
    assert_audit_has("T-2", "opened", true); /* it is open */
    assert_status(create("2", "T-2").status, ESC_DUPLICATE); /* and so is its start */
    assert_status(service_file_send(&file, service_file_event(&file, "ticket.created", "1", "T-1", "{\"title\":\"Printer\"}")).status,
                  ESC_OK); /* forgotten, so new */
}

static void a_running_escalation_keeps_its_bundle(void **state)
{
    (void)state;
    create("1", "T-1");
    service_file_close(&file);
    service_file_compile(&file, WORKSPACE TEMPLATE("second"));
    service_file_open(&file);
    EscEscalationView view;
    assert_true(esc_engine_find_escalation(esc_service_engine(file.service), 1, &view));
    assert_int_equal(view.state, ESC_STATE_OPEN); /* not parked: the old bundle was found */
    assert_status(create("2", "T-2").status, ESC_OK);
    assert_audit_has("T-1", "second", false);
    assert_audit_has("T-2", "second Down", true);
}

static unsigned forgettings;
static bool forgets_more;

static EscStatus forget_none(EscStore *store, int64_t before_ms, size_t rows_max, bool *has_more, EscWhy *why)
{
    (void)store, (void)before_ms, (void)rows_max, (void)why;
    forgettings++;
    *has_more = forgets_more;
    return ESC_OK;
}

/* A second behind a step that has left something, an hour behind one that has not. */
static void forgetting_goes_on_in_its_time(void **state)
{
    (void)state;
    service_file_close(&file);
    service_file_compile(&file, "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\nchannel incidents chat\n"
                                "person ana \"Ana\" { email \"ana@acme.example\" }\n"
                                "person dora \"Dora\" { email \"dora@acme.example\" }\n"
                                "policy company { last resort dora retain audit 30d }\n" TEMPLATE("first"));
    service_file_open(&file);
    EscStore *store = esc_service_store(file.service);
    const EscStoreOps *ops = store->ops;
    EscStoreOps forgetful = *ops;
    forgetful.retain = forget_none;
    store->ops = &forgetful;
    static const struct {
        int64_t later_ms;
        bool has_more;
        unsigned calls; /* by now */
    } turns[] = {{2 * ESC_HOUR_MS, true, 1}, {999, true, 1},           {1, true, 2},
                 {1000, false, 3},           {ESC_HOUR_MS - 1, true, 3}, {1, true, 4}};
    forgettings = 0;
    for (size_t i = 0; i < ESC_COUNT_OF(turns); i++) {
        char id[8];
        (void)snprintf(id, sizeof id, "%zu", i);
        file.now_ms += turns[i].later_ms;
        forgets_more = turns[i].has_more;
        create(id, "T-1");
        if (forgettings != turns[i].calls)
            fail_msg("turn %zu: %u", i, forgettings);
    }
    store->ops = ops;
}

static void a_bundle_that_does_not_load_is_refused(void **state)
{
    (void)state;
    service_file_close(&file);
    EscServiceConfig config = {.clock = &file.clock, .zones = file.zones, .hash_seed = 7};
    const EscSqliteOptions options = {.path = file.file.path, .workspace = ESC_TEXT("acme")};
    assert_status(esc_sqlite_open(&options, &config.store, &file.why), ESC_OK);
    EscStatus status = esc_service_open(&config, (EscBytes){(const uint8_t *)"junk", 4}, &file.service, &file.why);
    assert_status(status, ESC_BAD_BUNDLE);
    assert_null(file.service);
    service_file_open(&file); /* it had closed the store */
}

static bool keep_key(void *context, const EscOutboxEntry *entry)
{
    esc_buf_printf(context, "%.*s;", ESC_TEXT_ARG(entry->row.key));
    return true;
}

/* A store that takes the place of a lost one numbers from the start, and gives no key of old to another message. */
static void keys_of_messages_end_in_the_store(void **state)
{
    (void)state;
    EscBuf keys;
    esc_buf_init(&keys, 10000);
    const EscOutboxFilter all = {.limit = 10};
    create("1", "T-1");
    assert_status(esc_store_outbox(esc_service_store(file.service), &all, keep_key, &keys, &file.why), ESC_OK);
    assert_true(esc_text_contains(esc_buf_as_text(&keys), ESC_TEXT("acme/E-1/1/0102030405060708;")));
    esc_buf_release(&keys);
}

static void news_are_given_once(void **state)
{
    (void)state;
    const EscAuditRow *rows;
    size_t count;
    create("1", "T-1");
    esc_service_news(file.service, &rows, &count);
    assert_true(count > 1);
    assert_int_equal(rows[0].seq, 1);
    assert_int_equal(rows[count - 1].seq, count);
    esc_service_news(file.service, &rows, &count);
    assert_int_equal(count, 0);
    create("1", "T-1");
    esc_service_news(file.service, &rows, &count);
    assert_int_equal(count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_event_starts_an_escalation_that_outlives_the_process),
        TEST(a_known_event_is_answered_as_a_duplicate_and_changes_nothing),
        TEST(duplicates_of_one_turn_are_told_from_the_first_that_was_taken),
        TEST(events_that_the_store_cannot_look_up_end_the_turn),
        TEST(another_content_under_the_same_id_is_refused),
        TEST(a_refused_event_leaves_no_row_and_its_neighbours_stand),
        TEST(a_turn_without_work_costs_nothing),
        TEST(a_clock_that_jumps_and_returns_changes_nothing),
        TEST(a_clock_that_was_set_is_followed),
        TEST(a_clock_that_stands_still_holds_nothing_up),
        TEST(a_machine_that_slept_gives_the_queue_its_chance),
        TEST(a_clock_far_ahead_waits_for_a_word),
        TEST(a_word_goes_with_its_difference),
        TEST(a_start_behind_the_store_corrects_and_tells_at_once),
        TEST(a_time_lapse_goes_on_from_its_store),
        TEST(what_is_in_arrears_is_done_by_the_start),
        TEST(due_timers_fire_after_the_inputs_and_a_bounded_number),
        TEST(a_ticket_that_was_put_aside_comes_back),
        TEST(tickets_that_are_done_for_are_put_aside),
        TEST(what_is_older_than_the_policy_says_is_forgotten),
        TEST(a_running_escalation_keeps_its_bundle),
        TEST(forgetting_goes_on_in_its_time),
        TEST(a_bundle_that_does_not_load_is_refused),
        TEST(keys_of_messages_end_in_the_store),
        TEST(news_are_given_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
