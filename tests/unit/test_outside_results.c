/* test_outside_results.c - what became of a row, by what its receiver answered; and what the receiver got. */
#define _GNU_SOURCE
#include "outside_scene.h"

#include <esc/document.h>

#define SAID(status, body) "HTTP/1.1 " status "\r\nContent-Length: " body

static EscOutboxRow row_to(uint64_t id, const char *target)
{
    return (EscOutboxRow){.id = id,
                          .key = ESC_TEXT("acme/E-1/1"),
                          .target = esc_text_from(target),
                          .medium = ESC_TEXT("chat"),
                          .body = ESC_TEXT("{\"text\":\"hello\"}"),
                          .created_at_ms = now_ms(NULL) - 1};
}

static void put_to(Host *host, uint64_t id, const char *target)
{
    EscOutboxRow row = row_to(id, target);
    put_row(host, &row);
}

/* --- how far a message has come --------------------------------------------------------------- */

static void a_reply_says_how_far_a_message_has_come(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *detail;
        EscDeliveryState state;
        uint32_t rank;
    } cases[] = {
        {SAID("200 OK", "2\r\n\r\nok"), "HTTP status 200", ESC_DELIVERY_ACCEPTED, 1},
        {SAID("201 OK", "22\r\n\r\n{\"ok\":true,\"ts\":\"1.2\"}"), "HTTP status 201",
         ESC_DELIVERY_DELIVERED, 2},
        {SAID("200 OK", "16\r\n\r\n{\"state\":\"seen\"}"), "HTTP status 200", ESC_DELIVERY_SEEN, 3},
        {SAID("200 OK", "17\r\n\r\n{\"state\":\"acked\"}"), "HTTP status 200", ESC_DELIVERY_ACKED,
         4},
        {SAID("200 OK", "24\r\n\r\n{\"ok\":false,\"error\":\"x\"}"), "HTTP status 200: x",
         ESC_DELIVERY_DEAD, 0},
        {SAID("410 Gone", "4\r\n\r\ngone"), "HTTP status 410: gone", ESC_DELIVERY_DEAD, 0},
        {SAID("302 There", "0\r\nLocation: http://127.0.0.1:1/\r\n\r\n"), "HTTP status 302",
         ESC_DELIVERY_DEAD, 0},
    };
    Scene *scene = scene_new();
    scene_start(scene);
    Host *host = &scene->hosts[0];
    for (uint64_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        receiver_say(&scene->http, cases[i].answer);
        put_to(host, i + 1, "said");
        const EscResult *result = await(host, i + 1);
        assert_false(result->is_retry);
        assert_int_equal(result->delivery.outbox, i + 1);
        assert_int_equal(result->delivery.state, cases[i].state);
        assert_int_equal(result->rank, cases[i].rank);
        assert_int_equal(result->delivery.http_status, atoi(cases[i].answer + strlen("HTTP/1.1 ")));
        assert_text_equal(result->delivery.detail, cases[i].detail);
        assert_int_equal(result->delivery.reply.size, 0);
    }
    scene_end(scene);
}

/* --- how endpoints are doing -------------------------------------------------------------------- */

typedef struct Seen {
    const char *name;
    EscEndpointFace face;
    char error[200];
    int count;
} Seen;

static bool see_endpoint(void *context, const EscEndpointFace *face)
{
    Seen *seen = context;
    seen->count++;
    if (!esc_text_equal(face->name, esc_text_from(seen->name)))
        return true;
    seen->face = *face;
    (void)snprintf(seen->error, sizeof seen->error, "%.*s", ESC_TEXT_ARG(face->error));
    return false;
}

static Seen seen_of(const Host *host, const char *name)
{
    Seen seen = {.name = name};
    esc_outside_endpoints(host->scene->outside, host->number, see_endpoint, &seen);
    return seen;
}

static void endpoints_say_how_they_are_doing(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene_start(scene);
    Host *host = &scene->hosts[0];
    int64_t before_ms = now_ms(NULL);
    assert_int_equal(seen_of(host, "channel said").count, 0);
    receiver_say(&scene->http, SAID("200 OK", "2\r\n\r\nok"));
    put_to(host, 1, "said");
    (void)await(host, 1);
    Seen seen = seen_of(host, "channel said");
    assert_int_equal(seen.face.sent, 1);
    assert_int_equal(seen.face.dead, 0);
    assert_int_equal(seen.face.waiting, 0);
    assert_int_equal(seen.face.held_since_ms, 0);
    assert_int_equal(seen.face.held_until_ms, 0);
    assert_true(seen.face.succeeded_at_ms >= before_ms && seen.face.failed_at_ms == 0);
    assert_string_equal(seen.error, "");
    receiver_say(&scene->http, SAID("410 Gone", "4\r\n\r\ngone"));
    put_to(host, 2, "said");
    (void)await(host, 2);
    seen = seen_of(host, "channel said");
    assert_int_equal(seen.face.sent, 1);
    assert_int_equal(seen.face.dead, 1);
    assert_true(seen.face.failed_at_ms >= before_ms);
    assert_string_equal(seen.error, "HTTP status 410: gone");
    /* It refuses us: what is sent there waits until it may be asked again. */
    receiver_say(&scene->http, SAID("401 No", "2\r\n\r\nno"));
    put_to(host, 3, "said");
    for (int i = 0; i < PATIENCE_S * 100 && seen_of(host, "channel said").face.held_since_ms == 0;
         i++)
        (void)usleep(10000);
    seen = seen_of(host, "channel said");
    assert_true(seen.face.held_since_ms >= before_ms);
    assert_true(seen.face.held_until_ms > seen.face.held_since_ms);
    assert_int_equal(seen.face.waiting, 1);
    assert_int_equal(seen.face.dead, 1);
    assert_string_equal(seen.error, "HTTP status 401: no");
    /* By name, and each workspace's alone. */
    assert_int_equal(seen_of(&scene->hosts[1], "channel said").count, 0);
    scene_end(scene);
}

/* --- calls ------------------------------------------------------------------------------------ */

static void call(Host *host, uint64_t id, const char *body)
{
    EscOutboxRow row = row_to(id, "crm.requeue");
    row.kind = ESC_OUTBOX_CALL;
    row.body = esc_text_from(body);
    put_row(host, &row);
}

static void assert_called(const EscResult *result, const char *reply, const char *detail)
{
    assert_false(result->is_retry);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_DELIVERED);
    assert_int_equal(result->rank, 2);
    assert_text_equal(result->delivery.reply, reply);
    assert_text_equal(result->delivery.detail, detail);
}

static void a_call_gives_what_its_path_names(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene_start(scene);
    Host *host = &scene->hosts[0];
    receiver_say(&scene->http, SAID("202 OK", "17\r\n\r\n{\"id\":{\"n\":\"L7\"}}"));
    call(host, 1,
         "{\"method\":\"POST\",\"path\":\"/"
         "a\",\"json\":{\"q\":1},\"expect\":[202],\"result_path\":\"/id/n\"}");
    assert_called(await(host, 1), "L7", "HTTP status 202");
    assert_true(receiver_got(&scene->http, "POST /said/a HTTP/1.1\r\n"));
    assert_true(receiver_got(&scene->http, "\r\nContent-Type: application/json\r\n"));
    assert_true(receiver_got(&scene->http, "\r\nUser-Agent: escal\r\n"));
    assert_true(receiver_got(&scene->http, "\r\nIdempotency-Key: acme/E-1/1\r\n"));
    assert_true(receiver_got(&scene->http, "\r\nContent-Length: 7\r\n"));
    assert_true(receiver_got(&scene->http, "\r\n\r\n{\"q\":1}"));
    assert_false(receiver_got(&scene->http, "Expect:"));
    call(host, 2, "{\"method\":\"POST\",\"path\":\"/a\",\"expect\":[202],\"result_path\":\"/no\"}");
    assert_called(await(host, 2), "", "the reply has no such member");
    assert_true(receiver_got(&scene->http, "\r\nContent-Length: 0\r\n"));
    assert_false(receiver_got(&scene->http, "Content-Type"));
    call(host, 3, "{\"method\":\"GET\",\"path\":\"/b/../a?x\",\"expect\":[202]}");
    assert_int_equal(await(host, 3)->delivery.state, ESC_DELIVERY_DEAD); /* it leads out */
    call(host, 4, "{\"method\":\"GET\",\"path\":\"/b//a?x\",\"expect\":[202]}");
    assert_called(await(host, 4), "{\"id\":{\"n\":\"L7\"}}", "HTTP status 202");
    assert_true(receiver_got(&scene->http, "GET /said/b//a?x HTTP/1.1\r\n"));
    assert_false(receiver_got(&scene->http, "Content-"));
    call(host, 5, "{\"method\":\"DELETE\",\"path\":\"/a\",\"expect\":[]}");
    assert_called(await(host, 5), "{\"id\":{\"n\":\"L7\"}}", "HTTP status 202");
    assert_true(receiver_got(&scene->http, "DELETE /said/a HTTP/1.1\r\n"));
    call(host, 6, "{\"method\":\"GET\",\"path\":\"/a\",\"expect\":[200]}");
    const EscResult *result = await(host, 6);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_DEAD);
    assert_int_equal(result->delivery.http_status, 202);
    scene_end(scene);
}

/* M11.1: all of the reply, up to 64 KiB, and its words among what people are told. */
static void a_reply_that_is_judged_is_given_whole(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene_start(scene);
    Host *host = &scene->hosts[0];
    receiver_say(&scene->http, SAID("200 OK", "24\r\n\r\n[\"Permission <b>denied\"]"));
    call(host, 1, "{\"method\":\"PUT\",\"path\":\"/a\",\"result_path\":\"/0\",\"judged\":true}");
    const EscResult *result = await(host, 1);
    assert_called(result, "Permission <b>denied", "HTTP status 200: Permission denied");
    assert_text_equal(result->delivery.document, "[\"Permission <b>denied\"]");
    call(host, 2, "{\"method\":\"PUT\",\"path\":\"/a\",\"result_path\":\"/0\"}");
    assert_int_equal(await(host, 2)->delivery.document.size, 0);
    static char answer[70000 + 100];
    int head = snprintf(answer, 100, SAID("200 OK", "70000\r\n\r\n"));
    memset(answer + head, 'x', 70000);
    receiver_say(&scene->http, answer);
    call(host, 3, "{\"method\":\"PUT\",\"path\":\"/a\",\"result_path\":\"/0\",\"judged\":true}");
    assert_int_equal(await(host, 3)->delivery.document.size, ESC_DOCUMENT_REPLY_BYTES_MAX);
    scene_end(scene);
}

/* A reply is read up to its limit: what is longer is cut, and then it is no JSON. */
static void a_reply_has_its_limit(void **state)
{
    (void)state;
    static const char begin[] = "{\"id\":\"L7\",\"x\":\"", end[] = "\"}";
    Scene *scene = scene_new();
    scene_start(scene);
    Host *host = &scene->hosts[0];
    char *answer = malloc(ESC_HTTP_REPLY_BYTES_MAX + 200);
    assert_non_null(answer);
    for (size_t over = 0; over <= 1; over++) {
        size_t size = ESC_HTTP_REPLY_BYTES_MAX + over, filled = size - strlen(begin) - strlen(end);
        int head = snprintf(answer, 200, SAID("202 OK", "%zu\r\n\r\n%s"), size, begin);
        assert_true(head > 0);
        memset(answer + head, 'x', filled);
        memcpy(answer + (size_t)head + filled, end, sizeof(end));
        receiver_say(&scene->http, answer);
        call(host, over + 1,
             "{\"method\":\"GET\",\"path\":\"/a\",\"expect\":[202],\"result_path\":\"/id\"}");
        const EscResult *result = await(host, over + 1);
        assert_text_equal(result->delivery.reply, over == 0 ? "L7" : "");
        assert_int_equal(
            esc_text_starts_with(result->delivery.detail, ESC_TEXT("the reply is not JSON: ")),
            over);
    }
    scene_end(scene);
    free(answer);
}

/* --- the next attempt ------------------------------------------------------------------------- */

/* The shortest pause is a second at most, unless the receiver asks for more, within reason. */
static void a_receiver_may_ask_for_time(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        int64_t least_ms, most_ms;
    } cases[] = {
        {SAID("503 Later", "0\r\nRetry-After: 5\r\n\r\n"), 5000, 5000},
        {SAID("503 Later", "0\r\nRetry-After: 1\r\n\r\n"), 1000, 1000},
        {SAID("429 Later", "0\r\nRetry-After: 86399\r\n\r\n"), 86399000, 86399000},
        {SAID("503 Later", "0\r\nRetry-After: 86400\r\n\r\n"), 0, 1000},
        {SAID("503 Later", "0\r\nRetry-After: 0\r\n\r\n"), 0, 1000},
        {SAID("503 Later", "0\r\n\r\n"), 0, 1000},
    };
    Scene *scene = scene_new();
    scene->config->backoff_base_ms = 1000;
    scene->config->circuit_failures = 100;
    scene->config->delivery_lifetime_s = 864000;
    scene_start(scene);
    Host *host = &scene->hosts[0];
    for (uint64_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        receiver_say(&scene->http, cases[i].answer);
        int64_t before_ms = now_ms(NULL);
        put_to(host, i + 1, "said");
        const EscResult *result = await(host, i + 1);
        int64_t next_ms = result->retry.next_attempt_at_ms, after_ms = now_ms(NULL);
        assert_true(result->is_retry);
        assert_int_equal(result->retry.id, i + 1);
        assert_true(next_ms >= before_ms + cases[i].least_ms);
        assert_true(next_ms <= after_ms + cases[i].most_ms);
        receiver_say(&scene->http, SAID("200 OK", "2\r\n\r\nok")); /* some come again at once */
    }
    scene_end(scene);
}

static void attempts_come_to_an_end(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->delivery_attempts_max = 2;
    scene->config->backoff_base_ms = scene->config->backoff_max_ms = 1;
    scene_start(scene);
    Host *host = &scene->hosts[0];
    put(host, 1, "no");
    (void)pthread_mutex_lock(&scene->lock);
    while (host->settled == 0)
        (void)pthread_cond_wait(&scene->came, &scene->lock);
    (void)pthread_mutex_unlock(&scene->lock);
    const EscResult *result = await(host, 1);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_DEAD);
    assert_int_equal(result->delivery.http_status, 0);
    assert_text_equal(result->delivery.detail, "given up after 2 attempts: HTTP status 500");
    assert_int_equal(host->results_count[1], 2);
    assert_int_equal(atomic_load(&scene->http.requests), 2);
    scene_end(scene);
}

/* The endpoint refuses us: no attempt is counted, people are told once, and once that it is back. */
static void an_endpoint_that_refuses_us_holds_its_messages(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->circuit_open_ms = 1;
    scene_start(scene);
    Host *host = &scene->hosts[0];
    receiver_say(&scene->http, SAID("401 Who", "3\r\n\r\nwho"));
    put_to(host, 1, "said");
    (void)pthread_mutex_lock(&scene->lock);
    while (host->results_count[1] < 3) /* again and again */
        (void)pthread_cond_wait(&scene->came, &scene->lock);
    const EscResult *result = host->results[1];
    assert_true(result->is_retry);
    assert_int_equal(result->retry.attempts, 0);
    assert_text_equal(result->retry.detail, "HTTP status 401: who");
    assert_int_equal(host->held, 1);
    assert_int_equal(host->back, 0);
    assert_int_equal(host->news->delivery.outbox, 1);
    assert_int_equal(host->news->delivery.state, ESC_DELIVERY_QUEUED);
    assert_text_equal(host->news->delivery.reply, "channel said");
    assert_text_equal(host->news->delivery.detail, "HTTP status 401: who");
    (void)pthread_mutex_unlock(&scene->lock);
    receiver_say(&scene->http, SAID("200 OK", "2\r\n\r\nok"));
    (void)pthread_mutex_lock(&scene->lock);
    while (host->settled == 0)
        (void)pthread_cond_wait(&scene->came, &scene->lock);
    assert_int_equal(host->held, 1);
    assert_int_equal(host->back, 1);
    (void)pthread_mutex_unlock(&scene->lock);
    assert_accepted(host, 1);
    scene_end(scene);
}

/* Others have gone through since: what is refused again is refused for its own sake, and waits no more. */
static void what_is_refused_again_is_its_own_fault(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->circuit_open_ms = 200;
    scene_start(scene);
    Host *host = &scene->hosts[0];
    receiver_say(&scene->http, SAID("401 Who", "3\r\n\r\nwho"));
    put_to(host, 1, "said");
    assert_true(await(host, 1)->is_retry);
    receiver_say_then(&scene->http, SAID("200 OK", "2\r\n\r\nok"), SAID("401 Who", "3\r\n\r\nyou"));
    put_to(host, 2, "said");
    assert_accepted(host, 2);
    (void)pthread_mutex_lock(&scene->lock);
    while (host->settled < 2)
        (void)pthread_cond_wait(&scene->came, &scene->lock);
    (void)pthread_mutex_unlock(&scene->lock);
    const EscResult *result = await(host, 1);
    assert_false(result->is_retry);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_DEAD);
    assert_int_equal(result->delivery.http_status, 401);
    assert_text_equal(result->delivery.detail, "HTTP status 401: you");
    assert_int_equal(host->held, 1);
    assert_int_equal(host->back, 1);
    scene_end(scene);
}

/* What an attempt needs is kept for the next one, of so many. */
static void what_is_spare_has_its_limit(void **state)
{
    (void)state;
    enum { ROWS = 70, SPARE = 64 };
    Scene *scene = scene_new();
    scene->config->delivery_parallel_max = scene->config->delivery_parallel_per_workspace_max =
        scene->config->delivery_parallel_per_host_max = 4 * ROWS;
    scene_start(scene);
    for (uint64_t id = 1; id <= ROWS; id++)
        put(&scene->hosts[0], id, "hold");
    for (int i = 0; i < ROWS; i++)
        wait_held(&scene->http);
    receiver_release(&scene->http);
    for (uint64_t id = 1; id <= ROWS; id++)
        assert_accepted(&scene->hosts[0], id);
    assert_true(esc_outside_stop(scene->outside, PATIENCE_S * 1000));
    assert_int_equal(scene->outside->spare_count, SPARE);
    scene_end(scene);
}

/* What the log says of all that: a line for each attempt that is not the last, for each row that is dead, for an endpoint
 * that is ill and well again. Numbers of the back-off are those of a random door that always says the same. */
static void the_log_says_what_became_of_it(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->delivery_attempts_max = 2;
    scene->config->backoff_base_ms = scene->config->backoff_max_ms = 1;
    scene->config->circuit_open_ms = 1;
    scene_start(scene);
    Host *host = &scene->hosts[0];
    put(host, 1, "no");
    (void)pthread_mutex_lock(&scene->lock);
    while (host->settled == 0)
        (void)pthread_cond_wait(&scene->came, &scene->lock);
    assert_text_equal(
        esc_buf_as_text(&scene->log),
        "info delivery_retry: acme/E-1/1 to channel no: HTTP status 500; attempt 2 in 0 "
        "ms\n"
        "warning delivery_dead: acme/E-1/1 to channel no: given up after 2 attempts: "
        "HTTP status 500\n");
    esc_buf_clear(&scene->log);
    (void)pthread_mutex_unlock(&scene->lock);
    receiver_say(&scene->http, SAID("401 Who", "3\r\n\r\nwho"));
    put_to(host, 2, "said");
    (void)pthread_mutex_lock(&scene->lock);
    while (host->results_count[2] < 2)
        (void)pthread_cond_wait(&scene->came, &scene->lock);
    (void)pthread_mutex_unlock(&scene->lock);
    receiver_say(&scene->http, SAID("200 OK", "2\r\n\r\nok"));
    (void)pthread_mutex_lock(&scene->lock);
    while (host->settled < 2)
        (void)pthread_cond_wait(&scene->came, &scene->lock);
    assert_text_equal(
        esc_buf_as_text(&scene->log),
        "alarm endpoint_held: acme: channel said, whose messages wait: HTTP status 401: "
        "who\n"
        "info endpoint_back: acme: channel said takes messages again\n");
    (void)pthread_mutex_unlock(&scene->lock);
    scene_end(scene);
}

/* It stays valid UTF-8, however long it is. */
static void a_line_of_the_log_is_cut_between_characters(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene_start(scene);
    for (size_t before = 1020; before <= 1024; before++) {
        char words[1100];
        memset(words, 'w', sizeof(words));
        esc_outside_log(scene->outside, "info", "e", "%.*s\u00eb and more", (int)before, words);
        (void)pthread_mutex_lock(&scene->lock);
        assert_true(esc_utf8_is_valid(esc_buf_as_text(&scene->log), NULL));
        size_t size = before <= 1021 ? before + 2 : before <= 1023 ? before : 1023;
        if (before == 1020)
            size = 1023; /* with the blank behind it */
        assert_int_equal(scene->log.size, strlen("info e: \n") + size);
        esc_buf_clear(&scene->log);
        (void)pthread_mutex_unlock(&scene->lock);
    }
    scene_end(scene);
}

static void one_attempt_is_called_one(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->delivery_attempts_max = 1;
    scene_start(scene);
    put(&scene->hosts[0], 1, "no");
    assert_text_equal(await(&scene->hosts[0], 1)->delivery.detail,
                      "given up after 1 attempt: HTTP status 500");
    scene_end(scene);
}

/* Its time is over while it waits for an endpoint that refuses us: that is said. */
static void what_is_held_has_its_time(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->circuit_open_ms = 3600000;
    scene_start(scene);
    Host *host = &scene->hosts[0];
    receiver_say(&scene->http, SAID("403 No", "0\r\n\r\n"));
    put_to(host, 1, "said");
    assert_true(await(host, 1)->is_retry);
    EscOutboxRow row = row_to(2, "said");
    row.deadline_ms = now_ms(NULL) + 1;
    put_row(host, &row);
    const EscResult *result = await(host, 2);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_DEAD);
    assert_int_equal(result->delivery.http_status, 0);
    assert_text_equal(result->delivery.detail, "its time was over while its endpoint refused us");
    scene_end(scene);
}

/* So many seconds after it was made, to the second. */
static void a_row_has_the_lifetime_of_the_configuration(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->delivery_lifetime_s = 100000;
    scene_start(scene);
    Host *host = &scene->hosts[0];
    EscOutboxRow row = row_to(1, "ok");
    row.created_at_ms = now_ms(NULL) - 99950 * 1000;
    put_row(host, &row);
    assert_accepted(host, 1);
    row = row_to(2, "ok");
    row.created_at_ms = now_ms(NULL) - 100001 * 1000;
    put_row(host, &row);
    assert_int_equal(await(host, 2)->delivery.state, ESC_DELIVERY_DEAD);
    scene_end(scene);
}

/* --- rows ------------------------------------------------------------------------------------- */

static void put_at(Host *host, const EscOutboxRow *row, int64_t next_attempt_at_ms,
                   int64_t ahead_ms)
{
    EscOutboxClaim claim = {.row = *row, .next_attempt_at_ms = next_attempt_at_ms};
    esc_outside_put(host->scene->outside, host->number, &claim, 1, ahead_ms);
}

/* One that waits for an hour, and is known no more. */
static void a_row_that_is_dropped_is_forgotten(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene_start(scene);
    Host *host = &scene->hosts[0];
    EscOutboxRow row = row_to(1, "ok");
    uint64_t ids[] = {1, 2};
    put_at(host, &row, now_ms(NULL) + ESC_HOUR_MS, 0);
    row.id = 3;
    put_at(host, &row, now_ms(NULL) + ESC_HOUR_MS, 0);
    row.id = 5;
    put_at(host, &row, now_ms(NULL) + ESC_HOUR_MS, 0);
    const uint64_t alone = 5;
    esc_outside_drop(scene->outside, host->number, ids, 0);
    esc_outside_drop(scene->outside, host->number, ids, 2);
    esc_outside_drop(scene->outside, host->number, &alone, 1);
    row.id = 5;
    put_at(host, &row, now_ms(NULL) - 1, 0);
    assert_accepted(host, 5);
    row.id = 1;
    put_at(host, &row, now_ms(NULL) - 1, 0);
    assert_accepted(host, 1);
    row.id = 3;
    put_at(host, &row, now_ms(NULL) - 1, 0); /* known: what the outside has is newer */
    row.id = 4;
    put_at(host, &row, now_ms(NULL) - 1, 0);
    assert_accepted(host, 4);
    assert_false(has_result(host, 3));
    scene_end(scene);
}

/* All waiting is by the boot clock; the instants of a row are the engine's. */
static void the_engines_time_may_be_ahead(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->delivery_lifetime_s = 60;
    scene_start(scene);
    Host *host = &scene->hosts[0];
    const int64_t ahead_ms = 10 * ESC_DAY_MS;
    EscOutboxRow row = row_to(1, "ok");
    row.created_at_ms = now_ms(NULL) + ahead_ms;
    put_at(host, &row, row.created_at_ms - 1, ahead_ms);
    assert_accepted(host, 1);
    row = row_to(2, "ok"); /* created in the engine's past: its lifetime is over */
    put_at(host, &row, row.created_at_ms, ahead_ms);
    const EscResult *result = await(host, 2);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_DEAD);
    assert_text_equal(result->delivery.detail, "its time was over before it could be delivered");
    row = row_to(3, "ok");
    row.created_at_ms = 0; /* an old one whose deadline is to come */
    row.deadline_ms = now_ms(NULL) + ahead_ms + ESC_HOUR_MS;
    put_at(host, &row, now_ms(NULL) + ahead_ms - 1, ahead_ms);
    assert_accepted(host, 3);
    row.id = 4;
    row.deadline_ms = now_ms(NULL) + ahead_ms - 1;
    put_at(host, &row, now_ms(NULL) + ahead_ms - 1, ahead_ms);
    assert_int_equal(await(host, 4)->delivery.state, ESC_DELIVERY_DEAD);
    scene_end(scene);
}

static void what_is_put_is_copied(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    receiver_say(&scene->http, SAID("200 OK", "2\r\n\r\nok"));
    scene_start(scene);
    Host *host = &scene->hosts[0];
    char texts[6][32] = {"key of it", "said", "chat", "#room", "{\"text\":\"the body\"}", "T-1"};
    EscOutboxRow row = {.id = 1,
                        .key = esc_text_from(texts[0]),
                        .target = esc_text_from(texts[1]),
                        .medium = esc_text_from(texts[2]),
                        .body = esc_text_from(texts[4]),
                        .ticket = esc_text_from(texts[5]),
                        .created_at_ms = now_ms(NULL) - 1};
    put_row(host, &row);
    memset(texts, 'x', sizeof(texts));
    assert_accepted(host, 1);
    assert_true(receiver_got(&scene->http, "\r\nIdempotency-Key: key of it\r\n"));
    assert_true(receiver_got(&scene->http, "\r\n\r\n{\"text\":\"the body"));
    EscMessage message = {.text = ESC_TEXT("a message of its own"), .workspace = ESC_TEXT("acme")};
    row = row_to(2, "said");
    row.body = (EscText){0};
    row.message = &message;
    put_row(host, &row);
    message = (EscMessage){.text = ESC_TEXT("overwritten")};
    assert_accepted(host, 2);
    assert_true(receiver_got(&scene->http, "{\"text\":\"a message of its own\\nacme\"}"));
    EscCall said = {.method = ESC_TEXT("PUT"), .path = ESC_TEXT("/of/a/call")};
    row = row_to(3, "crm.x");
    row.kind = ESC_OUTBOX_CALL;
    row.body = (EscText){0};
    row.call = &said;
    put_row(host, &row);
    said = (EscCall){.method = ESC_TEXT("GET")};
    assert_called(await(host, 3), "ok", "HTTP status 200");
    assert_true(receiver_got(&scene->http, "PUT /said/of/a/call HTTP/1.1\r\n"));
    scene_end(scene);
}

static void what_is_bound_to_nothing_is_dead(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->hosts[0].config.unbound = ESC_TEXT("refuse");
    scene_start(scene);
    put(&scene->hosts[0], 1, "nowhere");
    const EscResult *result = await(&scene->hosts[0], 1);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_DEAD);
    assert_text_equal(result->delivery.detail, "the configuration binds it to nothing");
    put(&scene->hosts[1], 1, "nowhere"); /* here the sink takes it */
    assert_accepted(&scene->hosts[1], 1);
    assert_text_equal(scene->hosts[1].results[1]->delivery.detail,
                      "nothing is bound to it: written to a file");
    scene_end(scene);
}

/* --- files ------------------------------------------------------------------------------------ */

static void each_file_gets_its_own_lines(void **state)
{
    (void)state;
    static const char *const paths[] = {"/data/acme.outbox.jsonl", "/one", "/two", "/one"};
    Scene *scene = scene_new();
    Host *host = &scene->hosts[0];
    host->channels[0] =
        (EscEndpoint){.name = ESC_TEXT("one"), .kind = ESC_ENDPOINT_FILE, .path = ESC_TEXT("/one")};
    host->channels[1] =
        (EscEndpoint){.name = ESC_TEXT("two"), .kind = ESC_ENDPOINT_FILE, .path = ESC_TEXT("/two")};
    host->channels[2] = (EscEndpoint){
        .name = ESC_TEXT("three"), .kind = ESC_ENDPOINT_FILE, .path = ESC_TEXT("/one")};
    scene_start(scene);
    static const char *const channels[] = {"nowhere", "one", "two", "three"};
    for (uint64_t i = 0; i < ESC_COUNT_OF(channels); i++) {
        put(host, i + 1, channels[i]);
        assert_accepted(host, i + 1);
        assert_text_equal(host->results[i + 1]->delivery.detail,
                          i == 0 ? "nothing is bound to it: written to a file"
                                 : "written to a file");
        assert_int_equal(host->results[i + 1]->delivery.http_status, 0);
        assert_int_equal(scene->disk.writes, i + 1);
        assert_string_equal(scene->disk.paths[i], paths[i]);
    }
    EscOutboxRow row = row_to(9, "nowhere.do");
    row.kind = ESC_OUTBOX_CALL; /* what is written for a call is all that will ever become of it */
    put_row(host, &row);
    assert_int_equal(await(host, 9)->delivery.state, ESC_DELIVERY_DELIVERED);
    EscText written = esc_buf_as_text(&scene->disk.text);
    assert_true(esc_text_starts_with(written, ESC_TEXT("{\"type\":\"escal.message\",\"id\":")));
    assert_true(esc_text_contains(written, ESC_TEXT("\"data\":{\"text\":\"hello\"}}\n{")));
    assert_true(esc_text_contains(written, ESC_TEXT("}\n{\"type\":\"escal.call\",\"id\":")));
    assert_true(esc_text_ends_with(written, ESC_TEXT("}}\n")));
    scene_end(scene);
}

/* A line that is too big is dead, alone and among others, which are written. */
static void a_line_has_its_limit(void **state)
{
    (void)state;
    const size_t size = (size_t)2 << 20;
    char *body = malloc(size);
    assert_non_null(body);
    memset(body, ' ', size);
    body[0] = '{';
    body[size - 1] = '}';
    EscOutboxClaim claims[3];
    for (uint64_t i = 0; i < 3; i++) {
        claims[i] = (EscOutboxClaim){.row = row_to(i + 1, "nowhere")};
        claims[i].row.body = i == 2 ? ESC_TEXT("{}") : (EscText){body, size};
    }
    Scene *scene = scene_new();
    scene_start(scene);
    Host *host = &scene->hosts[0];
    esc_outside_put(scene->outside, host->number, claims, 1, 0);
    assert_int_equal(await(host, 1)->delivery.state, ESC_DELIVERY_DEAD);
    assert_text_equal(await(host, 1)->delivery.detail, "the message is too big");
    esc_outside_put(scene->outside, host->number, claims + 1, 2, 0);
    free(body);
    assert_accepted(host, 3);
    assert_int_equal(await(host, 2)->delivery.state, ESC_DELIVERY_DEAD);
    assert_int_equal(scene->disk.writes, 1);
    scene_end(scene);
}

/* --- mail ------------------------------------------------------------------------------------- */

static void a_long_mail_arrives_whole(void **state)
{
    (void)state;
    enum { SIZE = 300000 };
    Scene *scene = scene_new();
    Receiver mail;
    receiver_start(&mail, RECEIVER_SMTP);
    bind_mail(&scene->hosts[0], &mail);
    scene_start(scene);
    char *words = malloc(SIZE);
    assert_non_null(words);
    memset(words, 'w', SIZE);
    EscMessage message = {
        .text = {words, SIZE}, .subject = ESC_TEXT("long"), .workspace = ESC_TEXT("acme")};
    EscOutboxRow row = row_to(1, "mail");
    row.message = &message;
    put_row(&scene->hosts[0], &row);
    assert_accepted(&scene->hosts[0], 1);
    free(words);
    assert_true(receiver_got(&mail, "From: escal@acme.example\r\n"));
    assert_true(receiver_got(&mail, "To: boss@acme.example\r\n"));
    assert_true(receiver_got(&mail, "Subject: long\r\n"));
    assert_true(receiver_got_bytes(&mail) > SIZE / 57 * 78);
    receiver_stop(&mail);
    scene_end(scene);
}

/* What may change is tried again, whatever the others were refused for; unless somebody has it. */
static void a_recipient_who_is_refused_for_now_is_tried_again(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Receiver mail;
    receiver_start(&mail, RECEIVER_SMTP);
    Host *host = &scene->hosts[0];
    bind_mail(host, &mail);
    host->channels[5].to.count = 2;
    host->mail_to[0] = ESC_TEXT("later@acme.example");
    scene_start(scene);
    put(host, 1, "mail");
    const EscResult *result = await(host, 1);
    assert_true(result->is_retry);
    assert_int_equal(result->retry.attempts, 1);
    assert_text_equal(
        result->retry.detail,
        "the mail server answered 550: no such mailbox; refused: later@acme.example (451 "
        "try later), gone@acme.example (550 no such mailbox)");
    host->mail_to[0] = ESC_TEXT("gone@acme.example");
    host->mail_to[1] = ESC_TEXT("later@acme.example");
    put(host, 2, "mail");
    assert_true(await(host, 2)->is_retry);
    host->mail_to[0] = ESC_TEXT("boss@acme.example");
    put(host, 3, "mail");
    assert_accepted(host, 3);
    assert_text_equal(host->results[3]->delivery.detail,
                      "the mail server answered 250; refused: later@acme.example (451 try later)");
    receiver_stop(&mail);
    scene_end(scene);
}

static void a_mail_server_that_refuses_us_holds_its_mails(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Receiver mail;
    receiver_start(&mail, RECEIVER_SMTP_CLOSED);
    Host *host = &scene->hosts[0];
    bind_mail(host, &mail);
    scene_start(scene);
    put(host, 1, "mail");
    const EscResult *result = await(host, 1);
    assert_true(result->is_retry);
    assert_int_equal(result->retry.attempts, 0);
    assert_int_equal(host->held, 1);
    receiver_stop(&mail);
    scene_end(scene);
}

/* Any 5yz at the greeting is meant for us, nothing else is. */
static void a_greeting_may_be_a_refusal(void **state)
{
    (void)state;
    static const struct {
        const char *greeting;
        bool is_held;
    } greetings[] = {{"5\r\n554 no\r\n", true},
                     {"500 no\r\n", true},
                     {"599 no\r\n", true},
                     {"499 no\r\n", false},
                     {"600 no\r\n", false}};
    for (size_t i = 0; i < ESC_COUNT_OF(greetings); i++) {
        Scene *scene = scene_new();
        Receiver mail;
        receiver_start(&mail, RECEIVER_SMTP_CLOSED);
        receiver_say(&mail, greetings[i].greeting);
        Host *host = &scene->hosts[0];
        bind_mail(host, &mail);
        scene_start(scene);
        put(host, 1, "mail");
        const EscResult *result = await(host, 1);
        assert_true(result->is_retry);
        assert_int_equal(result->retry.attempts, !greetings[i].is_held);
        assert_int_equal(host->held, greetings[i].is_held);
        receiver_stop(&mail);
        scene_end(scene);
    }
}

static void a_mail_server_may_want_a_login(void **state)
{
    (void)state;
    static const struct {
        const char *password;
        bool is_right;
    } logins[] = {{"pw", true}, {"pv", false}, {"", false}};
    for (size_t i = 0; i < ESC_COUNT_OF(logins); i++) {
        Scene *scene = scene_new();
        Receiver mail;
        receiver_start(&mail, RECEIVER_SMTP_LOGIN);
        Host *host = &scene->hosts[0];
        bind_mail(host, &mail);
        host->config.mail.user = ESC_TEXT("ana");
        if (logins[i].password[0] != '\0')
            host->config.mail.password = esc_text_from(logins[i].password);
        scene_start(scene);
        put(host, 1, "mail");
        if (logins[i].is_right) {
            assert_accepted(host, 1);
        } else {
            const EscResult *result = await(host, 1);
            assert_true(result->is_retry); /* it is held: a mail is not dead for our password */
            assert_int_equal(result->retry.attempts, 0);
            assert_int_equal(host->held, 1);
            assert_text_equal(result->retry.detail,
                              "the mail server refused the login (535): who are you");
        }
        assert_int_equal(atomic_load(&mail.mails), logins[i].is_right);
        receiver_stop(&mail);
        scene_end(scene);
    }
}

/* Its own trouble is not our password's: that mail is tried again. */
static void a_login_may_be_put_off(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Receiver mail;
    receiver_start(&mail, RECEIVER_SMTP_LOGIN);
    Host *host = &scene->hosts[0];
    bind_mail(host, &mail);
    host->config.mail.user = ESC_TEXT("ana");
    host->config.mail.password = ESC_TEXT("later");
    scene_start(scene);
    put(host, 1, "mail");
    const EscResult *result = await(host, 1);
    assert_true(result->is_retry);
    assert_int_equal(result->retry.attempts, 1);
    assert_int_equal(host->held, 0);
    receiver_stop(&mail);
    scene_end(scene);
}

/* Neither is what no message to this endpoint would fare better with. */
static void an_endpoint_without_encryption_holds_its_messages(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Receiver mail;
    receiver_start(&mail, RECEIVER_SMTP);
    Host *host = &scene->hosts[0];
    bind_mail(host, &mail);
    host->config.mail.tls = ESC_TEXT("required");
    char url[128];
    (void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/", mail.port);
    host->channels[6].url = esc_text_from(url);
    scene_start(scene);
    put(host, 1, "mail");
    put(host, 2, "refused");
    assert_true(await(host, 1)->is_retry);
    assert_int_equal(await(host, 1)->retry.attempts, 0);
    assert_text_equal(await(host, 1)->retry.detail, "TLS: the mail server offers no STARTTLS");
    assert_int_equal(await(host, 2)->retry.attempts, 0);
    assert_true(esc_text_starts_with(await(host, 2)->retry.detail,
                                     ESC_TEXT("TLS: no encrypted connection comes about (")));
    assert_int_equal(host->held, 2);
    receiver_stop(&mail);
    scene_end(scene);
}

/* Its own, and not the machine's: that of the channel, of the system, of the mail server. */
static void an_authority_that_cannot_be_read_holds_its_messages(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Host *host = &scene->hosts[0];
    char url[128], server[128];
    (void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/", scene->http.port);
    (void)snprintf(server, sizeof(server), "smtps://127.0.0.1:%u", scene->http.port);
    host->channels[6].url = host->systems[0].base_url = esc_text_from(url);
    host->config.mail.server = esc_text_from(server);
    host->config.mail.ca_file = host->channels[6].ca_file = host->systems[0].ca_file =
        ESC_TEXT("/no/such/file.pem");
    scene_start(scene);
    put(host, 1, "refused");
    call(host, 2, "{\"method\":\"POST\",\"path\":\"/a\",\"expect\":[200]}");
    put(host, 3, "mail");
    for (uint64_t id = 1; id <= 3; id++) {
        assert_true(await(host, id)->is_retry);
        assert_int_equal(await(host, id)->retry.attempts, 0);
        assert_text_equal(await(host, id)->retry.detail, "TLS: its `ca_file` cannot be read");
    }
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_says_how_far_a_message_has_come),
        cmocka_unit_test(endpoints_say_how_they_are_doing),
        cmocka_unit_test(a_call_gives_what_its_path_names),
        cmocka_unit_test(a_reply_that_is_judged_is_given_whole),
        cmocka_unit_test(a_reply_has_its_limit),
        cmocka_unit_test(a_receiver_may_ask_for_time),
        cmocka_unit_test(attempts_come_to_an_end),
        cmocka_unit_test(an_endpoint_that_refuses_us_holds_its_messages),
        cmocka_unit_test(what_is_refused_again_is_its_own_fault),
        cmocka_unit_test(what_is_spare_has_its_limit),
        cmocka_unit_test(the_log_says_what_became_of_it),
        cmocka_unit_test(a_line_of_the_log_is_cut_between_characters),
        cmocka_unit_test(one_attempt_is_called_one),
        cmocka_unit_test(what_is_held_has_its_time),
        cmocka_unit_test(a_row_has_the_lifetime_of_the_configuration),
        cmocka_unit_test(a_row_that_is_dropped_is_forgotten),
        cmocka_unit_test(the_engines_time_may_be_ahead),
        cmocka_unit_test(what_is_put_is_copied),
        cmocka_unit_test(what_is_bound_to_nothing_is_dead),
        cmocka_unit_test(each_file_gets_its_own_lines),
        cmocka_unit_test(a_line_has_its_limit),
        cmocka_unit_test(a_long_mail_arrives_whole),
        cmocka_unit_test(a_recipient_who_is_refused_for_now_is_tried_again),
        cmocka_unit_test(a_mail_server_that_refuses_us_holds_its_mails),
        cmocka_unit_test(a_greeting_may_be_a_refusal),
        cmocka_unit_test(a_mail_server_may_want_a_login),
        cmocka_unit_test(a_login_may_be_put_off),
        cmocka_unit_test(an_endpoint_without_encryption_holds_its_messages),
        cmocka_unit_test(an_authority_that_cannot_be_read_holds_its_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
