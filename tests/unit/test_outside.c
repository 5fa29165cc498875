/* test_outside.c - the outside with its threads: who waits for whom, who is given up, and what a stop waits for. */
#define _GNU_SOURCE
#include "outside_scene.h"

#include <signal.h>

/* Name servers that say nothing about one name, for as long as a test wants. libcurl calls this one. */
#define LOST "lost.example"

static sem_t asked;
static pthread_mutex_t names = PTHREAD_MUTEX_INITIALIZER; /* held: no answer */
static atomic_int waiting;

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    if (name == NULL || strcmp(name, LOST) != 0) {
        int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = NULL;
        void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
        memcpy(&real, &symbol, sizeof(real));
        return real(name, service, hints, found);
    }
    atomic_fetch_add(&waiting, 1);
    (void)sem_post(&asked);
    (void)pthread_mutex_lock(&names);
    (void)pthread_mutex_unlock(&names);
    atomic_fetch_sub(&waiting, 1);
    return EAI_AGAIN;
}

static void names_lose(void)
{
    assert_int_equal(sem_init(&asked, 0, 0), 0);
    (void)pthread_mutex_lock(&names);
}

/* The resolver's threads are nobody's any more: they end by themselves. */
static void names_answer(void)
{
    (void)pthread_mutex_unlock(&names);
    while (atomic_load(&waiting) > 0)
        (void)sched_yield();
}

/* --- HTTP ------------------------------------------------------------------------------------- */

static void connections_are_kept(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene_start(scene);
    for (uint64_t id = 1; id <= 20; id++) {
        put(&scene->hosts[0], id, "ok");
        assert_accepted(&scene->hosts[0], id);
    }
    assert_int_equal(atomic_load(&scene->http.requests), 20);
    assert_int_equal(atomic_load(&scene->http.connections), 1);
    put(&scene->hosts[1], 1, "ok"); /* another workspace, the same rule */
    assert_accepted(&scene->hosts[1], 1);
    assert_int_equal(atomic_load(&scene->http.connections), 1);
    scene_end(scene);
}

static void a_connection_stays_under_the_rule_that_judged_it(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->hosts[1].config.allowed_addresses.count = 2;
    scene_start(scene);
    put(&scene->hosts[0], 1, "ok");
    assert_accepted(&scene->hosts[0], 1);
    put(&scene->hosts[1], 1, "ok");
    assert_accepted(&scene->hosts[1], 1);
    assert_int_equal(atomic_load(&scene->http.connections), 2);
    scene_end(scene);
}

/* A minute without use: then they are closed, by itself and at once. */
static void idle_connections_are_closed(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene_start(scene);
    assert_int_equal(scene->outside->idle_real_ms, 60000);
    scene->outside->idle_real_ms = 20;
    put(&scene->hosts[0], 1, "ok");
    assert_accepted(&scene->hosts[0], 1);
    wait_for(&scene->http.closed);
    put(&scene->hosts[0], 2, "ok");
    assert_accepted(&scene->hosts[0], 2);
    assert_int_equal(atomic_load(&scene->http.connections), 2);
    scene_end(scene);
}

/* While another row is under way nothing is closed. */
static void a_pool_at_work_is_not_idle(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene_start(scene);
    scene->outside->idle_real_ms = 0;
    put(&scene->hosts[0], 100, "hold");
    wait_held(&scene->http);
    for (uint64_t id = 1; id <= 3; id++) {
        put(&scene->hosts[0], id, "ok");
        assert_accepted(&scene->hosts[0], id);
    }
    assert_int_equal(atomic_load(&scene->http.connections), 2);
    receiver_release(&scene->http);
    assert_accepted(&scene->hosts[0], 100);
    wait_for(&scene->http.closed);
    wait_for(&scene->http.closed);
    put(&scene->hosts[0], 4, "ok");
    assert_accepted(&scene->hosts[0], 4);
    assert_int_equal(atomic_load(&scene->http.connections), 3);
    scene_end(scene);
}

static atomic_int unblocked; /* signals that reach the thread of the outside */

static int open_and_look(void *context, const struct sockaddr *address, socklen_t size)
{
    sigset_t blocked;
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &blocked), 0);
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGCHLD, SIGUSR1};
    for (size_t i = 0; i < ESC_COUNT_OF(signals); i++)
        if (sigismember(&blocked, signals[i]) != 1)
            atomic_fetch_add(&unblocked, 1);
    return open_socket(context, address, size);
}

/* Signals are the door's: none comes to the thread of the outside, and to who makes it they come as before. */
static void signals_are_not_for_the_outside(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    sigset_t before, behind;
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &before), 0);
    scene->sockets.open = open_and_look;
    scene_start(scene);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &behind), 0);
    assert_int_equal(sigismember(&behind, SIGTERM), sigismember(&before, SIGTERM));
    assert_int_equal(sigismember(&behind, SIGHUP), sigismember(&before, SIGHUP));
    put(&scene->hosts[0], 1, "ok");
    assert_accepted(&scene->hosts[0], 1);
    assert_int_equal(atomic_load(&unblocked), 0);
    scene_end(scene);
}

/* As many rules, but another one. */
static void rules_are_told_apart_by_what_they_say(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->hosts[1].allowed[0] = ESC_TEXT("127.0.0.0/8");
    scene_start(scene);
    for (uint64_t id = 1; id <= 2; id++)
        for (size_t i = 0; i < 2; i++) {
            put(&scene->hosts[i], id, "ok");
            assert_accepted(&scene->hosts[i], id);
        }
    assert_int_equal(atomic_load(&scene->http.connections), 2);
    scene_end(scene);
}

/* Not even the address that another workspace has a connection to. */
static void an_address_that_is_not_allowed_is_dead(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->hosts[1].config.allowed_addresses.count = 0;
    scene_start(scene);
    put(&scene->hosts[0], 1, "ok");
    assert_accepted(&scene->hosts[0], 1);
    put(&scene->hosts[1], 1, "ok");
    const EscResult *result = await(&scene->hosts[1], 1);
    assert_false(result->is_retry);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_DEAD);
    assert_int_equal(result->rank, 0);
    assert_text_equal(result->delivery.detail, "its address is not allowed by the configuration");
    scene_end(scene);
}

static void assert_tried_again(Host *host, uint64_t id)
{
    const EscResult *result = await(host, id);
    assert_true(result->is_retry);
    assert_int_equal(result->retry.attempts, 1);
    assert_true(result->retry.next_attempt_at_ms > now_ms(NULL) - PATIENCE_S * 1000);
    assert_true(result->retry.detail.size > 0);
}

static void what_fails_is_tried_again(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene_start(scene);
    static const char *const channels[] = {"no", "cut", "refused"};
    for (uint64_t i = 0; i < ESC_COUNT_OF(channels); i++) {
        put(&scene->hosts[0], i + 1, channels[i]);
        assert_tried_again(&scene->hosts[0], i + 1);
    }
    assert_text_equal(scene->hosts[0].results[1]->retry.detail, "HTTP status 500");
    scene_end(scene);
}

/* The end of an attempt tells the circuit of its endpoint, and that of no other one. */
static void endpoint_that_fails_is_left_alone_for_a_while(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->circuit_failures = 2;
    scene->config->circuit_open_ms = 86400000;
    scene_start(scene);
    Host *host = &scene->hosts[0];
    for (uint64_t id = 1; id <= 2; id++) {
        put(host, id, "no");
        assert_tried_again(host, id);
    }
    put(host, 3, "no");
    put(host, 4, "ok");
    assert_accepted(host, 4);
    assert_true(esc_outside_stop(scene->outside, PATIENCE_S * 1000));
    assert_false(has_result(host, 3));
    assert_int_equal(atomic_load(&scene->http.requests), 3);
    scene_end(scene);
}

static void a_receiver_that_hangs_holds_up_nobody(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->delivery_parallel_max = 8;
    scene_start(scene);
    for (uint64_t id = 100; id < 200; id++)
        put(&scene->hosts[0], id, "hold");
    wait_held(&scene->http);
    put(&scene->hosts[1], 1, "ok");
    assert_accepted(&scene->hosts[1], 1); /* another workspace */
    scene_free(scene);
}

static void a_full_endpoint_holds_up_no_other(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->delivery_parallel_per_host_max = 2;
    scene_start(scene);
    for (uint64_t id = 100; id < 1000; id++)
        put(&scene->hosts[0], id, "hold");
    wait_held(&scene->http);
    put(&scene->hosts[0], 1, "ok");
    assert_accepted(&scene->hosts[0], 1);
    for (uint64_t id = 100; id < 1000; id++)
        assert_false(has_result(&scene->hosts[0], id));
    assert_true(atomic_load(&scene->http.requests) <= 3); /* two are held */
    scene_free(scene);
}

/* More rows than contents in memory, asked for again while they go: each arrives once. */
static void a_backlog_goes_through_memory_in_portions(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene_start(scene);
    Host *host = &scene->hosts[0];
    for (uint64_t id = 1; id < ROWS_MAX; id++)
        put(host, id, "ok");
    for (uint64_t id = 1; id < ROWS_MAX; id++)
        assert_accepted(host, id);
    assert_true(esc_outside_stop(scene->outside, PATIENCE_S * 1000));
    assert_int_equal(atomic_load(&scene->http.requests), ROWS_MAX - 1);
    for (uint64_t id = 1; id < ROWS_MAX; id++)
        assert_int_equal(host->results_count[id], 1);
    scene_end(scene);
}

static void time_is_over_while_the_endpoint_is_full(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->delivery_parallel_per_host_max = 1;
    scene_start(scene);
    Host *host = &scene->hosts[0];
    put(host, 1, "hold");
    wait_held(&scene->http);
    put_row(host, &(EscOutboxRow){.id = 2,
                                  .key = ESC_TEXT("acme/E-1/2"),
                                  .target = ESC_TEXT("hold"),
                                  .body = ESC_TEXT("{}"),
                                  .created_at_ms = now_ms(NULL),
                                  .deadline_ms = now_ms(NULL) + 20});
    const EscResult *result = await(host, 2);
    assert_false(result->is_retry);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_DEAD);
    assert_false(has_result(host, 1));
    assert_int_equal(atomic_load(&scene->http.requests), 1);
    scene_free(scene);
}

/* --- mail ------------------------------------------------------------------------------------- */

static void a_mail_server_that_says_nothing_holds_up_nobody(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Receiver mail;
    receiver_start(&mail, RECEIVER_SMTP_DATA_HOLDS);
    bind_mail(&scene->hosts[0], &mail);
    scene->config->delivery_timeout_ms = 200;
    scene_start(scene);
    put(&scene->hosts[0], 1, "mail");
    wait_held(&mail);
    put(&scene->hosts[0], 2, "ok");
    assert_accepted(&scene->hosts[0], 2);
    assert_tried_again(&scene->hosts[0], 1); /* its time-out is real */
    assert_int_equal(atomic_load(&mail.mails), 0);
    receiver_stop(&mail);
    scene_free(scene);
}

static void nobody_waits_for_the_answer_to_quit(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Receiver mail;
    receiver_start(&mail, RECEIVER_SMTP_QUIT_HOLDS);
    bind_mail(&scene->hosts[0], &mail);
    scene->config->delivery_timeout_ms = 600000;
    scene_start(scene);
    put(&scene->hosts[0], 1, "mail");
    assert_accepted(&scene->hosts[0], 1);
    scene->hosts[0].mail_to[0] = ESC_TEXT("gone@acme.example"); /* and after a refusal */
    put(&scene->hosts[0], 2, "mail");
    assert_int_equal(await(&scene->hosts[0], 2)->delivery.state, ESC_DELIVERY_DEAD);
    receiver_stop(&mail);
    scene_end(scene);
}

static void one_refused_recipient_does_not_kill_the_mail(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Receiver mail;
    receiver_start(&mail, RECEIVER_SMTP);
    bind_mail(&scene->hosts[0], &mail);
    scene->hosts[0].channels[5].to.count = 2;
    scene_start(scene);
    put(&scene->hosts[0], 1, "mail");
    assert_accepted(&scene->hosts[0], 1);
    assert_text_equal(
        scene->hosts[0].results[1]->delivery.detail,
        "the mail server answered 250; refused: gone@acme.example (550 no such mailbox)");
    assert_int_equal(atomic_load(&mail.mails), 1);
    receiver_stop(&mail);
    scene_end(scene);
}

static void all_refused_is_dead(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Receiver mail;
    receiver_start(&mail, RECEIVER_SMTP);
    bind_mail(&scene->hosts[0], &mail);
    scene->hosts[0].mail_to[0] = ESC_TEXT("gone2@acme.example");
    scene->hosts[0].channels[5].to.count = 2;
    scene_start(scene);
    put(&scene->hosts[0], 1, "mail");
    const EscResult *result = await(&scene->hosts[0], 1);
    assert_false(result->is_retry);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_DEAD);
    assert_int_equal(result->delivery.http_status, 550);
    assert_int_equal(atomic_load(&mail.mails), 0);
    receiver_stop(&mail);
    scene_end(scene);
}

/* --- files ------------------------------------------------------------------------------------ */

static void lines_of_a_file_are_written_together(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene_start(scene);
    EscOutboxClaim claims[200];
    for (size_t i = 0; i < 200; i++)
        claims[i] = (EscOutboxClaim){.row = {.id = i + 1,
                                             .key = ESC_TEXT("acme/E-1/1"),
                                             .target = ESC_TEXT("nowhere"),
                                             .body = ESC_TEXT("{}"),
                                             .created_at_ms = 1767603600000,
                                             .deadline_ms = INT64_MAX}};
    esc_outside_put(scene->outside, scene->hosts[0].number, claims, 200, 0);
    for (uint64_t id = 1; id <= 200; id++)
        assert_accepted(&scene->hosts[0], id);
    assert_int_equal(scene->disk.writes, 1);
    size_t lines = 0;
    for (size_t i = 0; i < scene->disk.text.size; i++)
        lines += scene->disk.text.data[i] == '\n';
    assert_int_equal(lines, 200);
    scene_end(scene);
}

static void a_full_disk_is_tried_again(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->disk.is_full = true;
    scene_start(scene);
    put(&scene->hosts[0], 1, "nowhere");
    assert_tried_again(&scene->hosts[0], 1);
    scene_free(scene);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void *release_when_held(void *context)
{
    Receiver *receiver = context;
    wait_held(receiver);
    receiver_release(receiver);
    return NULL;
}

static void a_stop_waits_for_what_is_under_way(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->delivery_parallel_per_host_max = 1;
    scene_start(scene);
    put(&scene->hosts[0], 1, "hold");
    put(&scene->hosts[0], 2, "hold");
    pthread_t releaser;
    while (atomic_load(&scene->http.requests) == 0)
        (void)sched_yield();
    assert_int_equal(pthread_create(&releaser, NULL, release_when_held, &scene->http), 0);
    assert_true(esc_outside_stop(scene->outside, PATIENCE_S * 1000));
    assert_true(has_result(&scene->hosts[0], 1)); /* given before stop returned */
    assert_int_equal(pthread_join(releaser, NULL), 0);
    scene_free(scene);
}

static void a_stop_gives_up_what_hangs(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Receiver mail;
    receiver_start(&mail, RECEIVER_SMTP_DATA_HOLDS);
    bind_mail(&scene->hosts[0], &mail);
    scene->config->delivery_timeout_ms = 600000;
    scene_start(scene);
    put(&scene->hosts[0], 1, "hold");
    put(&scene->hosts[0], 2, "mail");
    wait_held(&scene->http);
    wait_held(&mail);
    assert_true(esc_outside_stop(scene->outside, 0));
    assert_false(has_result(&scene->hosts[0], 1));
    put(&scene->hosts[0], 3, "ok"); /* too late: nothing starts any more */
    scene_free(scene);
    receiver_stop(&mail);
}

/* Neither while it is asked for nor when the attempt that asked is over. */
static void a_name_without_an_answer_holds_up_nobody(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Host *host = &scene->hosts[0];
    host->channels[6].url = ESC_TEXT("http://" LOST "/");
    scene->config->delivery_timeout_ms = 300;
    names_lose();
    scene_start(scene);
    put(host, 1, "refused");
    wait_for(&asked);
    put(host, 2, "ok");
    assert_accepted(host, 2);
    assert_tried_again(host, 1);
    put(host, 3, "ok");
    assert_accepted(host, 3);
    assert_int_equal(atomic_load(&waiting), 1);
    names_answer();
    scene_free(scene);
}

static void a_stop_does_not_wait_for_names(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Host *host = &scene->hosts[0];
    host->channels[6].url = ESC_TEXT("http://" LOST "/");
    host->config.mail.server = ESC_TEXT("smtp://" LOST ":25");
    names_lose();
    scene_start(scene);
    put(host, 1, "refused");
    put(host, 2, "mail");
    wait_for(&asked);
    wait_for(&asked);
    assert_true(esc_outside_stop(scene->outside, 0));
    assert_false(has_result(host, 1));
    assert_false(has_result(host, 2));
    scene_free(scene);
    assert_int_equal(atomic_load(&waiting), 2);
    names_answer();
}

/* What waits behind a write that does not end is not written after the stop: its row is unsettled, and goes out after the
 * next start. */
static void a_stop_does_not_wait_for_a_disk(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    atomic_store(&scene->disk.hangs, true);
    scene_start(scene);
    put(&scene->hosts[0], 1, "nowhere");
    wait_for(&scene->disk.hung);
    put(&scene->hosts[0], 2, "nowhere");
    put(&scene->hosts[0], 3, "ok");
    assert_accepted(&scene->hosts[0], 3);
    assert_false(esc_outside_stop(scene->outside, 0));
    assert_false(has_result(&scene->hosts[0], 1));
    atomic_store(&scene->disk.hangs, false);
    (void)sem_post(&scene->disk.heals);
    scene_free(scene);
}

/* Two workspaces write the same file, one after the other, while another file goes its own way. */
static void a_file_is_written_by_one_at_a_time(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    for (size_t i = 0; i < 2; i++) {
        Host *host = &scene->hosts[i];
        host->channels[0] = (EscEndpoint){
            .name = ESC_TEXT("one"), .kind = ESC_ENDPOINT_FILE, .path = ESC_TEXT("f")};
        host->channels[1] = (EscEndpoint){
            .name = ESC_TEXT("two"), .kind = ESC_ENDPOINT_FILE, .path = ESC_TEXT("g")};
    }
    atomic_store(&scene->disk.hangs, true);
    scene_start(scene);
    put(&scene->hosts[0], 1, "one");
    wait_for(&scene->disk.hung);
    put(&scene->hosts[1], 1, "one");
    put(&scene->hosts[1], 2, "two");
    wait_for(&scene->disk.hung); /* of g: had f been begun again, that would hang as well */
    atomic_store(&scene->disk.hangs, false);
    (void)sem_post(&scene->disk.heals);
    (void)sem_post(&scene->disk.heals);
    assert_accepted(&scene->hosts[0], 1);
    assert_accepted(&scene->hosts[1], 1);
    assert_accepted(&scene->hosts[1], 2);
    int left = 0;
    assert_int_equal(sem_getvalue(&scene->disk.hung, &left), 0);
    assert_int_equal(left, 0);
    for (int i = 0; i < 3; i++)
        assert_true(strcmp(scene->disk.paths[i], "f") == 0 ||
                    strcmp(scene->disk.paths[i], "g") == 0);
    scene_end(scene);
}

/* Writes, and does not come back before everything is given up. */
static EscStatus append_until_given_up(void *context, const char *path, EscBytes bytes)
{
    Scene *scene = context;
    EscStatus status = append(&scene->disk, path, bytes);
    (void)sem_post(&scene->disk.hung);
    while (!atomic_load(&scene->outside->is_giving_up))
        (void)sched_yield();
    return status;
}

/* The disk comes back while everything is given up: what waited behind it stays unwritten and unsettled. */
static void what_is_given_up_is_not_written(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->files = (EscFiles){.context = scene, .append = append_until_given_up};
    scene_start(scene);
    put(&scene->hosts[0], 1, "nowhere");
    wait_for(&scene->disk.hung);
    put(&scene->hosts[0], 2, "nowhere");
    put(&scene->hosts[0], 3, "ok");
    assert_accepted(&scene->hosts[0], 3);
    (void)esc_outside_stop(scene->outside, 0);
    esc_outside_free(scene->outside);
    scene->outside = NULL;
    assert_int_equal(scene->disk.writes, 1);
    assert_false(has_result(&scene->hosts[0], 2));
    scene_free(scene);
}

/* All slots are taken by receivers that hang, and rows wait. The file's round trips are the clock: a thread that is awake
 * without need is awake many times in each. */
static void nobody_is_awake_without_something_to_do(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    scene->config->delivery_parallel_max = 1;
    scene->config->delivery_timeout_ms = 600000;
    scene_start(scene);
    Host *host = &scene->hosts[0];
    for (uint64_t id = 1000; id < 1010; id++)
        put(host, id, "hold");
    wait_held(&scene->http);
    uint64_t before = esc_outside_wakeups(scene->outside);
    time_t began = time(NULL);
    for (uint64_t id = 1; id <= 100; id++) {
        put(host, id, "nowhere");
        assert_accepted(host, id);
    }
    uint64_t woken = esc_outside_wakeups(scene->outside) - before;
    uint64_t seconds = (uint64_t)(time(NULL) - began) + 1;
    assert_true(woken >= 100);                    /* once for each at least */
    assert_true(woken <= 100 * 3 + 20 * seconds); /* curl has a few timers of its own */
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_are_kept),
        cmocka_unit_test(a_connection_stays_under_the_rule_that_judged_it),
        cmocka_unit_test(idle_connections_are_closed),
        cmocka_unit_test(a_pool_at_work_is_not_idle),
        cmocka_unit_test(signals_are_not_for_the_outside),
        cmocka_unit_test(rules_are_told_apart_by_what_they_say),
        cmocka_unit_test(an_address_that_is_not_allowed_is_dead),
        cmocka_unit_test(what_fails_is_tried_again),
        cmocka_unit_test(endpoint_that_fails_is_left_alone_for_a_while),
        cmocka_unit_test(a_receiver_that_hangs_holds_up_nobody),
        cmocka_unit_test(a_full_endpoint_holds_up_no_other),
        cmocka_unit_test(a_backlog_goes_through_memory_in_portions),
        cmocka_unit_test(time_is_over_while_the_endpoint_is_full),
        cmocka_unit_test(a_mail_server_that_says_nothing_holds_up_nobody),
        cmocka_unit_test(nobody_waits_for_the_answer_to_quit),
        cmocka_unit_test(one_refused_recipient_does_not_kill_the_mail),
        cmocka_unit_test(all_refused_is_dead),
        cmocka_unit_test(lines_of_a_file_are_written_together),
        cmocka_unit_test(a_full_disk_is_tried_again),
        cmocka_unit_test(a_stop_waits_for_what_is_under_way),
        cmocka_unit_test(a_stop_gives_up_what_hangs),
        cmocka_unit_test(a_name_without_an_answer_holds_up_nobody),
        cmocka_unit_test(a_stop_does_not_wait_for_names),
        cmocka_unit_test(a_stop_does_not_wait_for_a_disk),
        cmocka_unit_test(a_file_is_written_by_one_at_a_time),
        cmocka_unit_test(what_is_given_up_is_not_written),
        cmocka_unit_test(nobody_is_awake_without_something_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
