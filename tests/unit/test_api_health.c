/* test_api_health.c - what /health says of workspaces, which are only shown here: their numbers, and what is wrong. */
#include <stdlib.h>

#include "support/test.h"

#include "api_internal.h"

/* --- workspaces of nothing but what they show ------------------------------------------------- */

struct EscShard {
    const char *name, *reason, *notice;
    EscShardState state;
    EscShardCounts counts;
};

void esc_shard_counts(EscShard *shard, EscShardCounts *counts)
{
    *counts = shard->counts;
}

EscShardState esc_shard_state(EscShard *shard)
{
    return shard->state;
}

EscText esc_shard_reason(EscShard *shard)
{
    return esc_text_from(shard->reason);
}

EscText esc_shard_notice(const EscShard *shard)
{
    return esc_text_from(shard->notice);
}

EscText esc_shard_name(const EscShard *shard)
{
    return esc_text_from(shard->name);
}

bool esc_shard_let_in(EscShard *shard, size_t more, size_t held, size_t room)
{
    (void)shard;
    (void)more;
    (void)held;
    (void)room;
    return true;
}

static int64_t calendars_end_day;

static int64_t nine_o_clock(void *context)
{
    (void)context;
    return INT64_C(1767603600000);
}

/* --- the answers ------------------------------------------------------------------------------ */

static EscCauses *causes; /* of the test */
static unsigned looks;    /* that were asked for */

static int causes_begin(void **state)
{
    (void)state;
    causes = esc_causes_new();
    looks = 0;
    return causes == NULL ? -1 : 0;
}

static int causes_over(void **state)
{
    (void)state;
    esc_causes_free(causes);
    return 0;
}

static void note_look(void *context)
{
    unsigned *count = context;
    (*count)++;
}

/* `expected` is the answer without its causes, up to the last brace. */
static void assert_answer(const EscBuf *steady, const char *expected, const char *listed)
{
    EscBuf whole;
    esc_buf_init(&whole, 65536);
    esc_buf_text(&whole, (EscText){expected, strlen(expected) - 1});
    esc_buf_printf(&whole, ",\"causes\":[%s]}", listed);
    esc_buf_char(&whole, '\0');
    assert_text_equal(esc_buf_as_text(steady), (const char *)whole.data);
    esc_buf_release(&whole);
}

static void assert_health_with(EscShard **items, uint32_t count, const char *expected,
                               unsigned status, const char *listed)
{
    EscShards shards = {.count = count};
    memcpy(shards.items, items, count * sizeof(*items));
    EscClock clock = {.wall_ms = nine_o_clock};
    EscApiSetup setup = {.shards = &shards,
                         .clock = &clock,
                         .causes = causes,
                         .look = note_look,
                         .look_context = &looks,
                         .started_boot_ms = esc_boot_ms() - 3600000,
                         .calendars_end_day = calendars_end_day};
    EscRequest request = {.setup = &setup};
    esc_handle_health.at_door(&request);
    assert_int_equal(request.answer.status, status);
    assert_int_equal(looks, 1);
    looks = 0;
    esc_buf_char(&request.answer.body, '\0');
    EscText body = esc_buf_as_text(&request.answer.body), up = ESC_TEXT("\"up_s\":");
    const char *at = strstr((const char *)request.answer.body.data, up.data);
    assert_non_null(at); /* an hour, and what the test takes */
    assert_in_range(strtol(at + up.size, NULL, 10), 3600, 7200);
    EscBuf steady;
    esc_buf_init(&steady, 65536);
    esc_buf_text(&steady, (EscText){body.data, (size_t)(at - body.data)});
    esc_buf_string(&steady, strchr(at, '}'));
    assert_answer(&steady, expected, listed);
    esc_buf_release(&steady);
    esc_answer_release(&request.answer);
}

static void assert_health(EscShard **items, uint32_t count, const char *expected)
{
    assert_health_with(items, count, expected, 200, "");
}

#define NO_CLOCK(engine)                                                                           \
    "\"clock\":{\"now\":\"2026-01-05T09:00:00.000Z\",\"engine\":\"" engine                         \
    "\",\"ahead_ms\":0,\"waits_for_word\":false,\"corrections\":0,}"

static EscShard serving(const char *name)
{
    return (EscShard){.name = name, .reason = "", .notice = "", .state = ESC_SHARD_SERVING};
}

static void numbers_are_those_of_all(void **state)
{
    (void)state;
    EscShard a = serving("a"), b = serving("b"), *both[] = {&a, &b};
    a.counts = (EscShardCounts){.turns = 1,
                                .inputs = 2,
                                .timers = 3,
                                .waiting = 4,
                                .alarmed = 5,
                                .gaps = 6,
                                .time_ms = 9000};
    b.counts = (EscShardCounts){.turns = 10,
                                .inputs = 20,
                                .timers = 30,
                                .waiting = 1,
                                .alarmed = 50,
                                .gaps = 60,
                                .time_ms = 1000};
    assert_health(
        both, 2,
        "{\"status\":\"ok\",\"workspaces\":2,\"turns\":11,\"inputs\":22,\"timers\":33,\"alarms\":"
        "55,\"gaps\":66,"
        "\"queue\":{\"inputs\":5,\"longest\":4}," NO_CLOCK("1970-01-01T00:00:09.000Z") "}");
    EscShard *turned[] = {&b, &a};
    assert_health(
        turned, 2,
        "{\"status\":\"ok\",\"workspaces\":2,\"turns\":11,\"inputs\":22,\"timers\":33,\"alarms\":"
        "55,\"gaps\":66,"
        "\"queue\":{\"inputs\":5,\"longest\":4}," NO_CLOCK("1970-01-01T00:00:09.000Z") "}");
}

#define NOTHING(status, count)                                                                     \
    "{\"status\":\"" status "\",\"workspaces\":" count                                             \
    ",\"turns\":0,\"inputs\":0,\"timers\":0,\"alarms\":0,\"gaps\":0,\"queue\":{\"inputs\":0,"      \
    "\"longest\":0}"                                                                               \
    "," NO_CLOCK("1970-01-01T00:00:00.000Z")

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    EscShard a = serving("a"), b = serving("b"), c = serving("c"), d = serving("d"),
             *all[] = {&a, &b, &c, &d};
    assert_health(all, 4, NOTHING("ok", "4") "}");
    b.notice = "old templates";
    assert_health(
        all, 4,
        NOTHING("ok", "4") ",\"noticed\":[{\"workspace\":\"b\",\"reason\":\"old templates\"}]}");
    a.state = ESC_SHARD_STOPPED;
    a.reason = "the disk";
    a.notice = "not of one that is stopped";
    c.state = ESC_SHARD_STOPPED;
    c.reason = "the file";
    assert_health(
        all, 4,
        NOTHING("ok", "4") ",\"stopped\":[{\"workspace\":\"a\",\"reason\":\"the disk\"},"
                           "{\"workspace\":\"c\",\"reason\":\"the file\"}]"
                           ",\"noticed\":[{\"workspace\":\"b\",\"reason\":\"old templates\"}]}");
    b.notice = "";
    assert_health(all, 3,
                  NOTHING("ok", "3") ",\"stopped\":[{\"workspace\":\"a\",\"reason\":\"the disk\"},"
                                     "{\"workspace\":\"c\",\"reason\":\"the file\"}]}");
    assert_health(all, 0, NOTHING("ok", "0") "}");
}

/* Of the one that is furthest apart, either way, and of the last correction. */
static void the_clock_is_the_worst_one(void **state)
{
    (void)state;
    EscShard a = serving("a"), b = serving("b"), c = serving("c"), *all[] = {&a, &b, &c};
    a.counts.clock = (EscServiceClock){
        .ahead_ms = 5, .corrections = 2, .corrected_by_ms = 7, .corrected_at_ms = 3000};
    b.counts.clock = (EscServiceClock){
        .ahead_ms = -9, .corrections = 1, .corrected_by_ms = -8, .corrected_at_ms = 4000};
    c.counts.clock = (EscServiceClock){
        .ahead_ms = 9, .waits_for_word = true, .corrected_by_ms = 99, .corrected_at_ms = 9000};
#define CLOCKED                                                                                    \
    "{\"status\":\"ok\",\"workspaces\":3,\"turns\":0,\"inputs\":0,\"timers\":0,\"alarms\":0,"      \
    "\"gaps\":0,"                                                                                  \
    "\"queue\":{\"inputs\":0,\"longest\":0},\"clock\":{\"now\":\"2026-01-05T09:00:00.000Z\","      \
    "\"engine\":\"1970-01-01T00:00:00.000Z\",\"ahead_ms\":-9,\"waits_for_word\":true,"             \
    "\"corrections\":3,\"corrected_by_ms\":-8,\"corrected_at\":\"1970-01-01T00:00:04.000Z\",}}"
    assert_health(all, 3, CLOCKED);
    EscShard *turned[] = {&b, &a, &c};
    assert_health(turned, 3, CLOCKED);
}

static void the_end_of_the_holidays_is_told(void **state)
{
    (void)state;
    EscShard a = serving("a"), *all[] = {&a};
    calendars_end_day = 20458 + 60; /* 2026-03-06 */
    assert_health(all, 1, NOTHING("ok", "1") ",\"calendars\":{\"written_out_to\":\"2026-03-06\"}}");
    calendars_end_day--;
    assert_health(all, 1, NOTHING("ok", "1") ",\"calendars\":{\"written_out_to\":\"2026-03-05\"}}");
    calendars_end_day = 0;
    assert_health(all, 1, NOTHING("ok", "1") "}");
}

/* The heaviest cause decides what the daemon is said to be, and what a monitor outside sees. */
static void causes_are_listed(void **state)
{
    (void)state;
    EscShard a = serving("a"), *all[] = {&a};
    EscCause held = {.code = ESC_CAUSE_ENDPOINT_HELD,
                     .client = ESC_TEXT("a"),
                     .subject = ESC_TEXT("channels.incidents"),
                     .sentence = ESC_TEXT("it takes nothing"),
                     .since_ms = 0};
    EscCause late = {
        .code = ESC_CAUSE_TIMERS_LATE, .sentence = ESC_TEXT("\"late\""), .since_ms = 60000};
#define HELD                                                                                       \
    "{\"code\":\"endpoint_held\",\"client\":\"a\",\"sentence\":\"it takes nothing\","              \
    "\"since\":\"1970-01-01T00:00:00.000Z\"}"
    esc_causes_put(causes, &held);
    assert_health_with(all, 1, NOTHING("degraded", "1") "}", 200, HELD);
    esc_causes_put(causes, &late);
    assert_health_with(all, 1, NOTHING("failing", "1") "}", 503,
                       HELD ",{\"code\":\"timers_late\",\"sentence\":\"\\\"late\\\"\","
                            "\"since\":\"1970-01-01T00:01:00.000Z\"}");
    EscApiSetup brief_setup = {.causes = causes};
    EscBuf brief;
    esc_buf_init(&brief, 65536);
    esc_health_brief(&brief_setup, &brief);
    assert_text_equal(
        esc_buf_as_text(&brief),
        "{\"status\":\"failing\",\"reasons\":[\"it takes nothing\",\"\\\"late\\\"\"]}");
    esc_buf_release(&brief);
    esc_causes_end(causes, late.code, late.client, late.subject);
    assert_health_with(all, 1, NOTHING("degraded", "1") "}", 200, HELD);
}

#define NOT_READY                                                                                  \
    "{\"type\":\"urn:escal:problem:not_ready\",\"title\":\"The server takes no work now\","        \
    "\"status\":503,\"code\":\"not_ready\"}"

static unsigned readiness(EscShard **items, uint32_t count, bool is_stopping, const char *whole)
{
    EscShards shards = {.count = count};
    memcpy(shards.items, items, count * sizeof(*items));
    EscApiSetup setup = {.shards = &shards};
    EscRequest request = {.setup = &setup, .is_stopping = is_stopping};
    esc_handle_ready.at_door(&request);
    unsigned status = request.answer.status;
    assert_text_equal(esc_buf_as_text(&request.answer.body), whole);
    esc_answer_release(&request.answer);
    return status;
}

static void it_is_ready_while_somebody_serves(void **state)
{
    (void)state;
    EscShard a = serving("a"), b = serving("b"), *both[] = {&a, &b};
    assert_int_equal(readiness(both, 2, false, "{\"status\":\"ready\"}"), 200);
    assert_int_equal(readiness(both, 2, true, NOT_READY), 503);
    a.state = ESC_SHARD_STOPPED;
    assert_int_equal(readiness(both, 2, false, "{\"status\":\"ready\"}"), 200);
    assert_int_equal(readiness(both, 1, false, NOT_READY), 503);
    assert_int_equal(readiness(both, 0, false, NOT_READY), 503);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_are_those_of_all, causes_begin, causes_over),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named, causes_begin, causes_over),
        cmocka_unit_test_setup_teardown(the_clock_is_the_worst_one, causes_begin, causes_over),
        cmocka_unit_test_setup_teardown(the_end_of_the_holidays_is_told, causes_begin, causes_over),
        cmocka_unit_test_setup_teardown(causes_are_listed, causes_begin, causes_over),
        cmocka_unit_test(it_is_ready_while_somebody_serves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
