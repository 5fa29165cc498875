/* test_outside_lacks.c - an outside that lacks something: memory when it is made, or handles of libcurl. */
#define _GNU_SOURCE
#include "outside_scene.h"

#include <errno.h>

#include "reply.h"
#include "support/alloc_fail.h"

/* --- a libcurl that has nothing to give; the library's own functions stand behind these ----------- */

static atomic_bool no_start, no_easy, no_multi, no_names;

static void *behind(const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    assert_non_null(symbol);
    return symbol;
}

CURLcode curl_global_init(long flags)
{
    CURLcode (*real)(long) = NULL;
    void *symbol = behind("curl_global_init");
    memcpy(&real, &symbol, sizeof(real));
    return atomic_load(&no_start) ? CURLE_FAILED_INIT : real(flags);
}

CURL *curl_easy_init(void)
{
    CURL *(*real)(void) = NULL;
    void *symbol = behind("curl_easy_init");
    memcpy(&real, &symbol, sizeof(real));
    return atomic_load(&no_easy) ? NULL : real();
}

CURLM *curl_multi_init(void)
{
    CURLM *(*real)(void) = NULL;
    void *symbol = behind("curl_multi_init");
    memcpy(&real, &symbol, sizeof(real));
    return atomic_load(&no_multi) ? NULL : real();
}

curl_version_info_data *curl_version_info(CURLversion version)
{
    static curl_version_info_data lesser;
    curl_version_info_data *(*real)(CURLversion) = NULL;
    void *symbol = behind("curl_version_info");
    memcpy(&real, &symbol, sizeof(real));
    lesser = *real(version);
    if (atomic_load(&no_names))
        lesser.features &= ~CURL_VERSION_ASYNCHDNS;
    return &lesser;
}

static atomic_int threads_left = -1; /* so many begin, and the next one does not; -1: all do */

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*begin)(void *),
                   void *context)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = NULL;
    void *symbol = behind("pthread_create");
    memcpy(&real, &symbol, sizeof(real));
    int left = atomic_load(&threads_left);
    if (left > 0)
        atomic_store(&threads_left, left - 1);
    return left == 0 ? EAGAIN : real(thread, how, begin, context);
}

EscWatch *__real_esc_reactor_watch(EscReactor *reactor, int fd, uint32_t events,
                                   EscWatchReady ready, void *context);
EscWatch *__wrap_esc_reactor_watch(EscReactor *reactor, int fd, uint32_t events,
                                   EscWatchReady ready, void *context);

/* The next connection is not watched. */
static atomic_bool no_watch;

EscWatch *__wrap_esc_reactor_watch(EscReactor *reactor, int fd, uint32_t events,
                                   EscWatchReady ready, void *context)
{
    if (atomic_exchange(&no_watch, false))
        return NULL;
    return __real_esc_reactor_watch(reactor, fd, events, ready, context);
}

/* --- tests ------------------------------------------------------------------------------------ */

static EscStatus make(const Scene *scene, EscOutside **outside, EscWhy *why)
{
    const EscOutsideSetup setup = {.config = scene->config,
                                   .clock = &scene->clock,
                                   .random = &scene->random,
                                   .files = &scene->files,
                                   .sockets = &scene->sockets,
                                   .data_folder = "/data",
                                   .time_scale = 1};
    return esc_outside_new(&setup, outside, why);
}

/* The first allocation is the outside itself. */
static void without_memory_there_is_no_outside(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    bool happened = true;
    for (unsigned nth = 1; happened; nth++) {
        EscOutside *outside = NULL;
        EscWhy why = {.text = ""};
        alloc_fail_at(nth);
        EscStatus status = make(scene, &outside, &why);
        happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_int_equal(status != ESC_OK, happened);
        assert_int_equal(outside == NULL, happened);
        assert_int_equal(why.text[0] != '\0', happened);
        esc_outside_free(outside);
    }
    scene_free(scene);
}

static void without_threads_there_is_no_outside(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    bool happened = true;
    int refused = 0;
    for (int begin = 0; happened; begin++) {
        EscOutside *outside = NULL;
        EscWhy why = {.text = ""};
        atomic_store(&threads_left, begin);
        EscStatus status = make(scene, &outside, &why);
        happened = status != ESC_OK;
        atomic_store(&threads_left, -1);
        assert_int_equal(outside == NULL, happened);
        if (happened) {
            assert_status(status, ESC_IO_FAILED);
            assert_int_not_equal(why.text[0], '\0');
            refused++;
        }
        esc_outside_free(outside);
    }
    assert_true(refused > 0);
    scene_free(scene);
}

/* Nor of a workspace in it: whoever asked is told, and has no number. */
static void without_memory_no_workspace_is_added(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    EscOutside *outside = NULL;
    EscWhy why = {.text = ""};
    uint32_t number = 77;
    const EscOutsideHost host = {.result = take_result, .want = take_want};
    assert_status(make(scene, &outside, &why), ESC_OK);
    for (unsigned nth = 1; nth <= 2; nth++) {
        alloc_fail_at(nth);
        EscStatus status = esc_outside_add(outside, ESC_TEXT("acme"), &scene->hosts[0].config,
                                           &host, &number, &why);
        bool happened = alloc_fail_happened();
        alloc_fail_at(0);
        assert_true(happened);
        assert_status(status, ESC_NO_MEMORY);
        assert_string_equal(why.text, "no memory for the deliveries of a workspace");
        assert_int_equal(number, 77);
    }
    assert_status(
        esc_outside_add(outside, ESC_TEXT("acme"), &scene->hosts[0].config, &host, &number, &why),
        ESC_OK);
    assert_int_equal(number, 0);
    esc_outside_free(outside);
    scene_free(scene);
}

/* A reply that finds no memory says nothing, and that is said. */
static void without_memory_a_reply_says_nothing(void **state)
{
    (void)state;
    EscBuf out;
    EscWhy why = {.text = ""};
    bool is_refused = true;
    esc_buf_init(&out, 100);
    alloc_fail_at(1);
    assert_false(esc_reply_select(&out, ESC_TEXT("{\"a\":1}"), ESC_TEXT("/a"), &why));
    assert_true(alloc_fail_happened());
    assert_string_equal(why.text, "the reply is not JSON: no memory");
    alloc_fail_at(1);
    assert_int_equal(
        esc_reply_state(ESC_TEXT("{\"state\":\"seen\",\"ok\":false}"), true, &is_refused),
        ESC_DELIVERY_ACCEPTED);
    assert_true(alloc_fail_happened());
    assert_false(is_refused);
    alloc_fail_at(0);
    esc_buf_release(&out);
}

/* What comes when its thread has ended is thrown away, and all of it. */
static void letters_that_come_too_late_are_thrown_away(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    EscOutside *outside = NULL;
    EscWhy why;
    uint32_t number = 0;
    const uint64_t ids[] = {1, 2};
    const EscOutsideHost host = {.result = take_result, .want = take_want};
    const EscOutboxClaim claims[2] = {{.row = {.id = 1}}, {.row = {.id = 2}}};
    assert_status(make(scene, &outside, &why), ESC_OK);
    assert_true(esc_outside_stop(outside, 0));
    assert_status(
        esc_outside_add(outside, ESC_TEXT("late"), &scene->hosts[0].config, &host, &number, &why),
        ESC_OK);
    esc_outside_put(outside, number, claims, ESC_COUNT_OF(claims), 0);
    esc_outside_drop(outside, number, ids, ESC_COUNT_OF(ids));
    esc_outside_free(outside);
    scene_free(scene);
}

static void without_libcurl_there_is_no_outside(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    EscOutside *const before = (EscOutside *)scene, *outside = before;
    EscWhy why;
    atomic_store(&no_start, true);
    assert_status(make(scene, &outside, &why), ESC_IO_FAILED);
    assert_string_equal(why.text, "libcurl does not start");
    assert_null(outside);
    atomic_store(&no_start, false);
    atomic_store(&no_names, true);
    outside = before;
    assert_status(make(scene, &outside, &why), ESC_IO_FAILED);
    assert_string_equal(why.text, "libcurl waits for names in the thread that asks");
    assert_null(outside);
    atomic_store(&no_names, false);
    scene_free(scene);
}

static void assert_put_off(Host *host, uint64_t id, const char *detail)
{
    const EscResult *result = await(host, id);
    assert_true(result->is_retry);
    assert_int_equal(result->retry.attempts, 1);
    assert_text_equal(result->retry.detail, detail);
}

/* What cannot be tried now is tried later, and gives its slot back. */
static void a_message_that_finds_no_handle_is_tried_again(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Receiver mail;
    receiver_start(&mail, RECEIVER_SMTP);
    Host *host = &scene->hosts[0];
    bind_mail(host, &mail);
    scene->config->delivery_parallel_max = scene->config->delivery_parallel_per_host_max = 1;
    scene_start(scene);
    atomic_store(&no_easy, true);
    put(host, 1, "mail");
    put(host, 2, "ok");
    assert_put_off(host, 1, "no memory");
    assert_put_off(host, 2, "no memory");
    atomic_store(&no_easy, false);
    atomic_store(&no_multi, true);
    put(host, 3, "ok");
    assert_put_off(host, 3, "no memory");
    atomic_store(&no_multi, false);
    put(host, 4, "ok");
    put(host, 5, "mail");
    assert_accepted(host, 4);
    assert_accepted(host, 5);
    receiver_stop(&mail);
    scene_end(scene);
}

/* At once, and no other one: whoever is under way goes on. */
static void a_connection_that_cannot_be_watched_is_tried_again(void **state)
{
    (void)state;
    Scene *scene = scene_new();
    Host *host = &scene->hosts[0];
    scene->config->delivery_parallel_per_host_max = 1;
    scene->config->circuit_failures = 10;
    scene_start(scene);
    put(host, 100, "hold");
    wait_held(&scene->http);
    for (uint64_t id = 1; id <= 6; id += 2) {
        atomic_store(&no_watch, true);
        put(host, id, "ok");
        assert_put_off(host, id, "Out of memory");
        put(host, id + 1, "ok");
        assert_accepted(host, id + 1);
        put(host, id + 200, "bye"); /* closes: the next one needs a connection of its own */
        assert_accepted(host, id + 200);
    }
    receiver_release(&scene->http);
    assert_accepted(host, 100);
    scene_end(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_memory_there_is_no_outside),
        cmocka_unit_test(without_threads_there_is_no_outside),
        cmocka_unit_test(without_memory_no_workspace_is_added),
        cmocka_unit_test(without_memory_a_reply_says_nothing),
        cmocka_unit_test(letters_that_come_too_late_are_thrown_away),
        cmocka_unit_test(without_libcurl_there_is_no_outside),
        cmocka_unit_test(a_message_that_finds_no_handle_is_tried_again),
        cmocka_unit_test(a_connection_that_cannot_be_watched_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
