/* test_api_timeline.c - records of the trail as sentences: what is filled in, what is left out, and the list of an escalation. */
#define _GNU_SOURCE
#include "support/problem.h"
#include "support/service_file.h"

#include "api_timeline.h"

#include <stdlib.h>

#define WORKSPACE                                                                                  \
    "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\n"                                    \
    "channel incidents chat\n"                                                                     \
    "person ana \"Ana\" { email \"ana@acme.example\" }\n"                                          \
    "person dora \"Dora\" { email \"dora@acme.example\" }\n"                                       \
    "policy company { last resort dora }\n"                                                        \
    "template trouble \"Trouble\" {\n"                                                             \
    "  start on ticket.created\n"                                                                  \
    "  owners { primary ana ack within 5m }\n"                                                     \
    "  steps { notify incidents \"down\" await resolved within 4h else raise overdue }\n"          \
    "  close when resolved\n"                                                                      \
    "}\n"

/* --- sentences ---------------------------------------------------------------------------------- */

static void assert_told(const char *language, const EscAuditRow *row, const char *expected)
{
    EscBuf out;
    EscArena *scratch = esc_arena_new((size_t)1 << 20);
    assert_non_null(scratch);
    esc_buf_init(&out, 65536);
    esc_buf_string(&out, "> "); /* what is there stays */
    esc_timeline_tell(&out, scratch, esc_text_from(language), row);
    esc_buf_char(&out, '\0');
    assert_memory_equal(out.data, "> ", 2);
    assert_string_equal((const char *)out.data + 2, expected);
    esc_buf_release(&out);
    esc_arena_free(scratch);
}

static EscAuditRow record(const char *kind, const char *data)
{
    return (EscAuditRow){.kind = esc_text_from(kind),
                         .actor = ESC_TEXT("ana"),
                         .ticket = ESC_TEXT("T-1"),
                         .text = ESC_TEXT("as recorded"),
                         .data = esc_text_from(data)};
}

static void english_is_as_it_was_recorded(void **state)
{
    (void)state;
    EscAuditRow row = record("acked", "{\"owner\":\"ana\"}");
    assert_told("", &row, "as recorded");
    assert_told("en", &row, "as recorded");
}

static void german_is_said_anew(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *data, *expected;
    } rows[] = {
        {"acked", "{\"owner\":\"ben\"}", "ben hat bestätigt und ist verantwortlich"},
        {"acked", "{\"owner\":\"ben\",\"until\":\"09:15\",\"reason\":\"[x] {owner}\"}",
         "ben hat bestätigt und ist verantwortlich bis 09:15: [x] {owner}"},
        {"handoff", "{\"owner\":\"ben\",\"reason\":\"krank\"}", "übergeben an ben: krank"},
        {"handoff", "{\"from\":\"ana\",\"owner\":\"ben\",\"until\":\"10:00\"}",
         "ana hat übergeben an ben, erwartet bis 10:00"},
        {"reopened", "{}", "T-1 ist wieder offen"},
        {"reopened", "", "T-1 ist wieder offen"},
        {"created", "{\"ticket\":\"T-2\",\"name\":\"task\"}",
         "Das Ticket T-2 wurde angelegt (task)"},
        {"waiting", "{\"for\":\"the reply\"}", "Gewartet wird"},
        {"called_off", "{\"reason\":\"Irrtum\"}", "ana hat es als Irrtum abgebrochen: Irrtum"},
        {"skipped", "{\"role\":\"primary\"}", "primary hat niemanden"},
        {"skipped", "{\"person\":\"ben\",\"deputy\":\"cleo\"}",
         "ben wurde übergangen; cleo vertritt"},
        {"task_claimed", "{\"task\":\"E-1-2\",\"person\":\"ana\",\"from\":\"\"}", "ana ist an E-1-2"},
        {"task_chased", "{\"task\":\"E-1-2\",\"people\":\"ana, ben\",\"again\":\"3\"}",
         "E-1-2 ist überfällig; erinnert zum 3. Mal: ana, ben"},
        /* a member that has to be there and is not, or is no text; no JSON; a kind that nobody knows */
        {"acked", "{}", "as recorded"},
        {"acked", "{\"owner\":7}", "as recorded"},
        {"acked", "{\"owner\":\"\"}", "as recorded"},
        {"acked", "{\"owner\"", "as recorded"},
        {"acked", "[1]", "as recorded"},
        {"no_such_kind", "{}", "as recorded"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscAuditRow row = record(rows[i].kind, rows[i].data);
        assert_told("de", &row, rows[i].expected);
    }
}

/* Each member that a sentence names is closed, each part too, and every kind stands there once. */
static void the_table_is_sound(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
#define ESC_TOLD(kind, german) {kind, german},
#include "timeline.def"
#undef ESC_TOLD
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        int braces = 0, parts = 0;
        for (const char *at = rows[i][1]; *at != '\0'; at++) {
            braces += *at == '{' ? 1 : *at == '}' ? -1 : 0;
            parts += *at == '[' ? 1 : *at == ']' ? -1 : 0;
            if (braces < 0 || braces > 1 || parts < 0 || parts > 1)
                fail_msg("%s", rows[i][1]);
        }
        assert_int_equal(braces + parts, 0);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(rows[k][0], rows[i][0]);
    }
}

/* --- the list ----------------------------------------------------------------------------------- */

static ServiceFile file;
static char body[1 << 16];

static int set_up(void **state)
{
    (void)state;
    service_file_make(&file, WORKSPACE);
    assert_status(service_file_send(&file, service_file_event(&file, "ticket.created", "1", "T-1",
                                                              "{\"title\":\"x\"}"))
                      .status,
                  ESC_OK);
    assert_status(service_file_send(&file, service_file_event(&file, "ticket.created", "2", "T-2",
                                                              "{\"title\":\"y\"}"))
                      .status,
                  ESC_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    service_file_remove(&file);
    return 0;
}

static unsigned ask(const char *id, const char *language, const char *query)
{
    EscRequest request = {.arena = esc_arena_new((size_t)16 << 20),
                          .query = esc_text_from(query),
                          .language = esc_text_from(language)};
    assert_non_null(request.arena);
    esc_buf_init(&request.parameter, ESC_ID_BYTES_MAX);
    esc_buf_string(&request.parameter, id);
    esc_handle_timeline.look(&request, file.service);
    assert_true(request.answer.body.size < sizeof body);
    memcpy(body, request.answer.body.data, request.answer.body.size);
    body[request.answer.body.size] = '\0';
    unsigned status = request.answer.status;
    esc_answer_release(&request.answer);
    esc_buf_release(&request.parameter);
    esc_arena_free(request.arena);
    return status;
}

static void an_escalation_is_told_in_order(void **state)
{
    (void)state;
    assert_int_equal(ask("E-1", "", ""), 200);
    assert_non_null(
        strstr(body, "{\"items\":[{\"seq\":2,\"at\":\"2026-01-05T09:00:00.000Z\",\"kind\":"
                     "\"opened\",\"actor\":\"escal\",\"text\":\"\\\"Trouble\\\" started on T-1: "));
    char *opened = strstr(body, "\"opened\""), *owner = strstr(body, "\"owner\"");
    assert_true(opened != NULL && owner != NULL && opened < owner);
    assert_null(strstr(body, "T-2"));
    assert_null(strstr(body, "\"next\""));
    assert_int_equal(ask("E-1", "de", ""), 200);
    assert_non_null(strstr(body, "\"text\":\"„trouble“ begann\""));
}

static void it_goes_on_behind_the_last_record_of_a_page(void **state)
{
    (void)state;
    assert_int_equal(ask("E-1", "", "limit=2"), 200);
    char *next = strstr(body, "],\"next\":\"");
    assert_non_null(next);
    long last = strtol(next + 10, NULL, 10);
    char query[64], seq[64];
    (void)snprintf(seq, sizeof seq, "{\"seq\":%ld,", last);
    assert_non_null(strstr(body, seq));
    (void)snprintf(query, sizeof query, "after=%ld", last);
    assert_int_equal(ask("E-1", "", query), 200);
    assert_null(strstr(body, seq));
    assert_non_null(strstr(body, "{\"seq\":"));
}

static void what_is_not_there_has_no_timeline(void **state)
{
    (void)state;
    assert_int_equal(ask("E-9", "", ""), 404);
    assert_int_equal(ask("T-1", "", ""), 404);
    assert_int_equal(ask("E-1", "", "limit=1001"), 400);
    assert_int_equal(ask("E-1", "", "after=x"), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(english_is_as_it_was_recorded),
        cmocka_unit_test(german_is_said_anew),
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test_setup_teardown(an_escalation_is_told_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_goes_on_behind_the_last_record_of_a_page, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_there_has_no_timeline, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
