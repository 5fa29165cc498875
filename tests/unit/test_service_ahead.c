/* test_service_ahead.c - turns that are decided while the one before is on its way to the disk: the store ends up with the
 * same bytes, what is not committed counts as known, and what the engine has forgotten is found beside the commit. */
#define _GNU_SOURCE
#include "support/service_file.h"

#include <sqlite3.h>

#include "sqlite_internal.h"

#define WORKSPACE                                                                                  \
    "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\n"                                    \
    "channel incidents chat\n"                                                                     \
    "person ana \"Ana\" { email \"ana@acme.example\" }\n"                                          \
    "person dora \"Dora\" { email \"dora@acme.example\" }\n"                                       \
    "policy company { last resort dora }\n"                                                        \
    "template trouble \"Trouble\" {\n"                                                             \
    "  start on ticket.created, ticket.updated when ticket.severity = critical\n"                  \
    "  owners { primary ana ack within 5m }\n"                                                     \
    "  steps { notify incidents \"Look: {ticket.title}\" await ack await resolved within 4h else " \
    "raise overdue }\n"                                                                            \
    "  close when resolved\n"                                                                      \
    "}\n"

static ServiceFile file;

/* --- a turn in its steps ---------------------------------------------------------------------- */

#define INPUTS_MAX 64

typedef struct Turn {
    EscInput inputs[INPUTS_MAX];
    EscReply replies[INPUTS_MAX];
    size_t count;
} Turn;

static Turn first, second; /* empty when a test begins */

static int set_up(void **state)
{
    (void)state;
    first = second = (Turn){.count = 0};
    service_file_make(&file, WORKSPACE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    service_file_remove(&file);
    return 0;
}

static void add_event(Turn *turn, const char *type, const char *id, const char *ticket,
                      const char *data)
{
    assert_true(turn->count < INPUTS_MAX);
    turn->inputs[turn->count++] = (EscInput){
        .kind = ESC_INPUT_EVENT, .event = service_file_event(&file, type, id, ticket, data)};
}

static void look_up(Turn *turn)
{
    assert_status(
        esc_service_look_up(file.service, turn->inputs, turn->count, turn->replies, &file.why),
        ESC_OK);
}

static void decide(void)
{
    assert_status(esc_service_decide(file.service, 100, &file.why), ESC_OK);
}

static void commit_and_settle(void)
{
    assert_true(esc_service_has_group(file.service));
    assert_status(esc_service_commit(file.service, &file.why), ESC_OK);
    assert_status(esc_service_settle(file.service, NULL, &file.why), ESC_OK);
}

/* --- the same bytes --------------------------------------------------------------------------- */

static void dump_table(sqlite3 *db, const char *table, EscBuf *out)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" ORDER BY 1, 2", table);
    sqlite3_stmt *rows = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &rows, NULL), SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        esc_buf_printf(out, "%s", table);
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            const unsigned char *bytes = sqlite3_column_blob(rows, i);
            int size = sqlite3_column_bytes(rows, i);
            esc_buf_printf(out, " %s=", sqlite3_column_name(rows, i));
            for (int at = 0; at < size; at++)
                esc_buf_printf(out, "%02x", bytes[at]);
        }
        esc_buf_char(out, '\n');
    }
    sqlite3_finalize(rows);
}

/* Every row of every table. */
static void dump(EscBuf *out)
{
    sqlite3 *db = esc_sqlite_of(esc_service_store(file.service))->db;
    sqlite3_stmt *tables = NULL;
    esc_buf_init(out, (size_t)64 << 20);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT name FROM sqlite_schema WHERE type = 'table' "
                                        "ORDER BY name",
                                        -1, &tables, NULL),
                     SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW)
        dump_table(db, (const char *)sqlite3_column_text(tables, 0), out);
    sqlite3_finalize(tables);
    assert_status(out->status, ESC_OK);
}

#define STORY_TURNS 12

/* A turn of a story on a few tickets, which are created, changed, escalated, resolved and opened again. */
static void story_turn(Turn *turn, unsigned number)
{
    static const char *const data[] = {"{\"title\":\"Printer\",\"severity\":\"low\"}",
                                       "{\"severity\":\"critical\"}", "{\"status\":\"resolved\"}",
                                       "{\"status\":\"open\",\"severity\":\"critical\"}"};
    for (unsigned i = 0; i < 20; i++) {
        unsigned at = number * 20 + i;
        char id[24], ticket[24];
        snprintf(id, sizeof id, "e-%u", at % 7 == 6 ? at - 6 : at); /* some come twice */
        snprintf(ticket, sizeof ticket, "T-%u", at % 7 == 6 ? (at - 6) % 9 : at % 9);
        const char *fields = data[(at % 7 == 6 ? at - 6 : at) / 9 % ESC_COUNT_OF(data)];
        add_event(turn, at < 9 ? "ticket.created" : "ticket.updated", id, ticket, fields);
    }
}

/* Plays the story; `ahead`: each turn is decided before the one before is committed. */
static void play(bool ahead, EscBuf *out, EscStatus *statuses)
{
    static Turn turns[STORY_TURNS];
    memset(turns, 0, sizeof turns);
    for (unsigned i = 0; i < STORY_TURNS; i++) {
        story_turn(&turns[i], i);
        look_up(&turns[i]);
        decide();
        if (!ahead || i > 0)
            commit_and_settle();
    }
    if (ahead)
        commit_and_settle();
    assert_false(esc_service_has_group(file.service));
    for (unsigned i = 0; i < STORY_TURNS; i++)
        for (size_t j = 0; j < turns[i].count; j++)
            statuses[i * INPUTS_MAX + j] = turns[i].replies[j].status;
    dump(out);
}

static void the_store_ends_up_with_the_same_bytes(void **state)
{
    (void)state;
    EscBuf one_by_one, ahead;
    static EscStatus told[STORY_TURNS * INPUTS_MAX], told_ahead[STORY_TURNS * INPUTS_MAX];
    play(false, &one_by_one, told);
    service_file_remove(&file);
    service_file_make(&file, WORKSPACE);
    play(true, &ahead, told_ahead);
    assert_memory_equal(told, told_ahead, sizeof told);
    assert_true(esc_text_contains(esc_buf_as_text(&one_by_one), ESC_TEXT("escalation id=")));
    assert_true(esc_text_equal(esc_buf_as_text(&one_by_one), esc_buf_as_text(&ahead)));
    esc_buf_release(&one_by_one);
    esc_buf_release(&ahead);
}

/* --- what is not committed -------------------------------------------------------------------- */

static void an_event_that_is_not_in_the_store_yet_is_known(void **state)
{
    (void)state;
    add_event(&first, "ticket.created", "1", "T-1", "{}");
    add_event(&first, "ticket.created", "3", "T-3", "{}");
    look_up(&first);
    decide();
    add_event(&second, "ticket.created", "2", "T-2", "{}");
    add_event(&second, "ticket.created", "3", "T-3", "{}");
    add_event(&second, "ticket.created", "1", "T-9", "{}");
    look_up(&second);
    decide();
    commit_and_settle();
    commit_and_settle();
    assert_status(second.replies[0].status, ESC_OK);
    assert_status(second.replies[1].status, ESC_DUPLICATE);
    assert_status(second.replies[2].status, ESC_CONFLICT);
}

/* The event that the turn before refused has left no trace. */
static void an_event_that_was_refused_in_the_turn_before_may_come_again(void **state)
{
    (void)state;
    add_event(&first, "ticket.created", "1", "T-1", "{}");
    add_event(&second, "ticket.created", "1", "T-1", "{}");
    char long_id[ESC_ID_BYTES_MAX + 2];
    memset(long_id, 'x', sizeof long_id);
    ((EscEvent *)(uintptr_t)first.inputs[0].event)->subject =
        (EscText){long_id, sizeof long_id}; /* nothing that the parser lets through */
    look_up(&first);
    decide();
    look_up(&second);
    decide();
    commit_and_settle();
    commit_and_settle();
    assert_status(first.replies[0].status, ESC_BAD_INPUT);
    assert_status(second.replies[0].status, ESC_OK);
}

/* --- what the engine has forgotten ------------------------------------------------------------ */

static void an_action_is_decided_ahead_as_well(void **state)
{
    (void)state;
    add_event(&first, "ticket.created", "1", "T-1", "{\"severity\":\"critical\"}");
    look_up(&first);
    decide();
    const EscAction ack = {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .escalation = 1};
    add_event(&second, "ticket.created", "2", "T-2", "{}");
    second.inputs[second.count++] = (EscInput){.kind = ESC_INPUT_ACTION, .action = &ack};
    add_event(&second, "ticket.created", "1", "T-1", "{\"severity\":\"critical\"}");
    look_up(&second);
    decide();
    commit_and_settle();
    assert_true(esc_service_has_group(file.service));
    commit_and_settle();
    assert_status(second.replies[0].status, ESC_OK);
    assert_status(second.replies[1].status, ESC_OK);
    assert_false(second.replies[1].outcome.is_noop);
    assert_status(second.replies[2].status, ESC_DUPLICATE);
}

static void open_and_resolve(void)
{
    service_file_send(&file, service_file_event(&file, "ticket.created", "1", "T-1",
                                                "{\"severity\":\"critical\"}"));
    service_file_send(&file, service_file_event(&file, "ticket.updated", "2", "T-1",
                                                "{\"status\":\"resolved\"}"));
}

/* An old button is told what became of the escalation, which is in the store alone. */
static void what_is_closed_and_forgotten_is_told_ahead(void **state)
{
    (void)state;
    open_and_resolve();
    add_event(&first, "ticket.created", "3", "T-3", "{}");
    look_up(&first);
    decide();
    const EscAction ack = {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .escalation = 1};
    second.inputs[second.count++] = (EscInput){.kind = ESC_INPUT_ACTION, .action = &ack};
    look_up(&second);
    decide();
    commit_and_settle();
    commit_and_settle();
    assert_status(second.replies[0].status, ESC_OK);
    assert_true(second.replies[0].outcome.is_noop);
    assert_non_null(strstr(second.replies[0].outcome.note, "T-1"));
}

static EscStatus get_nothing(EscStore *store, uint64_t id, EscArena *arena, EscEscalationRow *row,
                             EscWhy *why)
{
    (void)store, (void)id, (void)arena, (void)row;
    return esc_why(why, ESC_STORE_FAILED, "", 0, "the disk cannot be read");
}

/* Nothing is decided on what could not be read. */
static void a_look_that_fails_fails_the_turn(void **state)
{
    (void)state;
    EscStore *beside = esc_store_beside(esc_service_store(file.service));
    EscStoreOps ops = *beside->ops;
    ops.escalation_get = get_nothing;
    beside->ops = &ops;
    open_and_resolve();
    add_event(&first, "ticket.created", "3", "T-3", "{}");
    look_up(&first);
    decide();
    const EscAction ack = {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .escalation = 1};
    second.inputs[second.count++] = (EscInput){.kind = ESC_INPUT_ACTION, .action = &ack};
    look_up(&second);
    assert_status(esc_service_decide(file.service, 100, &file.why), ESC_STORE_FAILED);
    assert_string_equal(file.why.text, "the disk cannot be read");
}

/* A ticket that was put aside is fetched when its event is looked up, so that deciding needs no look at the store. */
static void a_ticket_that_was_put_aside_is_there_in_time(void **state)
{
    (void)state;
    service_file_send(
        &file, service_file_event(&file, "ticket.created", "1", "T-1", "{\"title\":\"Printer\"}"));
    service_file_close(&file);
    service_file_open(&file);
    assert_false(esc_engine_has_ticket(esc_service_engine(file.service), ESC_TEXT("T-1")));
    add_event(&first, "ticket.created", "2", "T-2", "{}");
    look_up(&first);
    decide();
    add_event(&second, "ticket.updated", "3", "T-1", "{\"severity\":\"critical\"}");
    look_up(&second);
    decide();
    commit_and_settle();
    commit_and_settle();
    assert_status(second.replies[0].status, ESC_OK);
    EscTicketRow row;
    assert_true(esc_engine_find_ticket(esc_service_engine(file.service), ESC_TEXT("T-1"), &row));
    assert_text_equal(row.title, "Printer");
}

/* --- what goes with a group ------------------------------------------------------------------- */

static bool take_attempts(void *context, const EscOutboxEntry *entry)
{
    *(uint32_t *)context = entry->attempts;
    return true;
}

static uint32_t attempts_of(uint64_t id)
{
    uint32_t attempts = UINT32_MAX;
    assert_status(esc_store_outbox_get(esc_service_store(file.service), &id, 1, take_attempts,
                                       &attempts, &file.why),
                  ESC_OK);
    return attempts;
}

/* A retry that is noted while a turn is decided goes with the next one, and with that only. */
static void a_retry_goes_with_one_group(void **state)
{
    (void)state;
    service_file_send(&file, service_file_event(&file, "ticket.created", "1", "T-1",
                                                "{\"severity\":\"critical\"}"));
    add_event(&first, "ticket.created", "2", "T-2", "{}");
    esc_service_retry(file.service,
                      &(EscOutboxRetry){.id = 1, .attempts = 3, .detail = ESC_TEXT("no answer")});
    look_up(&first);
    decide();
    esc_service_retry(file.service,
                      &(EscOutboxRetry){.id = 1, .attempts = 4, .detail = ESC_TEXT("no answer")});
    assert_int_equal(attempts_of(1), 0);
    add_event(&second, "ticket.created", "3", "T-3", "{}");
    look_up(&second);
    decide();
    commit_and_settle();
    assert_int_equal(attempts_of(1), 3);
    commit_and_settle();
    assert_int_equal(attempts_of(1), 4);
}

/* Rows of the turn that is settled can be read while the next one is decided already. */
static void news_are_those_of_the_settled_turn(void **state)
{
    (void)state;
    add_event(&first, "ticket.created", "1", "T-1", "{\"severity\":\"critical\"}");
    look_up(&first);
    decide();
    add_event(&second, "ticket.created", "2", "T-2", "{\"severity\":\"critical\"}");
    look_up(&second);
    decide();
    for (int i = 0; i < 2; i++) {
        commit_and_settle();
        const EscAuditRow *rows = NULL;
        size_t count = 0;
        esc_service_news(file.service, &rows, &count);
        const EscGroup *group = esc_service_settled(file.service);
        assert_true(count > 0 && group->outbox_count > 0);
        assert_text_equal(rows[0].ticket, i == 0 ? "T-1" : "T-2");
        assert_int_equal(group->outbox[0].escalation, i + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_store_ends_up_with_the_same_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_that_is_not_in_the_store_yet_is_known, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_event_that_was_refused_in_the_turn_before_may_come_again,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_action_is_decided_ahead_as_well, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_closed_and_forgotten_is_told_ahead, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_look_that_fails_fails_the_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_ticket_that_was_put_aside_is_there_in_time, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_retry_goes_with_one_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(news_are_those_of_the_settled_turn, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
