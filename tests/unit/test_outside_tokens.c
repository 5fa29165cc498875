/* test_outside_tokens.c - systems that are signed in to by OAuth2 client credentials: one fetch for all who wait, kept until it
 * ends, renewed once where it is not taken; and what becomes of calls when no token comes. */
#define _GNU_SOURCE
#include "outside_scene.h"

/* An answer with its length; it stays for as long as eight others are made. */
static const char *answer(const char *status, const char *body)
{
    static char made[8][512];
    static unsigned next;
    char *out = made[next++ % ESC_COUNT_OF(made)];
    (void)snprintf(out, sizeof(made[0]), "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status,
                   strlen(body), body);
    return out;
}

#define TOKEN(text, seconds)                                                                       \
    answer("200 OK",                                                                               \
           "{\"access_token\":\"" text "\",\"token_type\":\"Bearer\",\"expires_in\":" seconds "}")

typedef struct Login {
    Scene *scene;
    Receiver server;
    char url[128];
} Login;

/* The first workspace's system wants a token of the server, from `path` of it. */
static void login_start(Login *login, const char *path)
{
    *login = (Login){.scene = scene_new()};
    receiver_start(&login->server, RECEIVER_HTTP);
    (void)snprintf(login->url, sizeof(login->url), "http://127.0.0.1:%u%s", login->server.port,
                   path);
    login->scene->hosts[0].systems[0].auth =
        (EscAuthBinding){.kind = ESC_AUTH_OAUTH2,
                         .token_url = esc_text_from(login->url),
                         .client_id = ESC_TEXT("escal"),
                         .client_in = ESC_TEXT("header"),
                         .secret = ESC_TEXT("canary")};
    scene_start(login->scene);
}

static void login_end(Login *login)
{
    scene_end(login->scene);
    receiver_stop(&login->server);
}

static void call(Host *host, uint64_t id)
{
    put_row(host, &(EscOutboxRow){.id = id,
                                  .kind = ESC_OUTBOX_CALL,
                                  .key = ESC_TEXT("acme/E-1/1"),
                                  .target = ESC_TEXT("crm.requeue"),
                                  .medium = ESC_TEXT("http"),
                                  .body = ESC_TEXT("{\"method\":\"POST\",\"path\":\"/x\"}"),
                                  .created_at_ms = now_ms(NULL) - 1});
}

static void assert_done(Host *host, uint64_t id)
{
    assert_int_equal(await(host, id)->delivery.state, ESC_DELIVERY_DELIVERED);
}

static void assert_dead(Host *host, uint64_t id, const char *detail)
{
    const EscResult *result = await(host, id);
    assert_false(result->is_retry);
    assert_int_equal(result->delivery.state, ESC_DELIVERY_DEAD);
    assert_text_equal(result->delivery.detail, detail);
}

static void a_token_is_fetched_once_and_kept(void **state)
{
    (void)state;
    Login login;
    login_start(&login, "/said");
    Host *host = &login.scene->hosts[0];
    receiver_say(&login.server, TOKEN("t-canary", "3600"));
    receiver_say(&login.scene->http, answer("200 OK", "{}"));
    for (uint64_t id = 1; id <= 20; id++) /* at once, and most of them while it is fetched */
        call(host, id);
    for (uint64_t id = 1; id <= 20; id++)
        assert_done(host, id);
    call(host, 21);
    assert_done(host, 21);
    assert_int_equal(atomic_load(&login.server.requests), 1);
    assert_true(receiver_got(&login.server, "grant_type=client_credentials"));
    assert_true(receiver_got(&login.scene->http, "Authorization: Bearer t-canary\r\n"));
    (void)pthread_mutex_lock(&login.scene->lock);
    assert_false(esc_text_contains(esc_buf_as_text(&login.scene->log), ESC_TEXT("canary")));
    (void)pthread_mutex_unlock(&login.scene->lock);
    login_end(&login);
}

/* Its end is near when it comes: the next call fetches another one. */
static void a_token_that_ends_is_fetched_again(void **state)
{
    (void)state;
    Login login;
    login_start(&login, "/said");
    Host *host = &login.scene->hosts[0];
    receiver_say(&login.server, TOKEN("t", "0"));
    receiver_say(&login.scene->http, answer("200 OK", "{}"));
    for (uint64_t id = 1; id <= 3; id++) {
        call(host, id);
        assert_done(host, id);
    }
    assert_int_equal(atomic_load(&login.server.requests), 3);
    login_end(&login);
}

static void a_token_that_is_not_taken_is_renewed_once(void **state)
{
    (void)state;
    Login login;
    login_start(&login, "/said");
    Host *host = &login.scene->hosts[0];
    receiver_say(&login.server, TOKEN("t", "3600"));
    receiver_say_then(&login.scene->http, answer("401 Unauthorized", "{}"), answer("200 OK", "{}"));
    call(host, 1);
    assert_done(host, 1);
    assert_int_equal(atomic_load(&login.server.requests), 2);
    receiver_say(&login.scene->http, answer("401 Unauthorized", "{\"message\":\"not you: t\"}"));
    receiver_say(&login.server, TOKEN("t-canary", "3600"));
    call(host, 2);
    assert_dead(host, 2, "HTTP status 401: not you: t");
    assert_int_equal(atomic_load(&login.server.requests), 3);
    receiver_say(&login.scene->http, answer("401 Unauthorized", "{\"message\":\"not t-canary\"}"));
    call(host, 3);
    assert_dead(host, 3, "HTTP status 401: not ***");
    login_end(&login);
}

static void what_the_token_server_says_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *status, *body, *detail;
    } rows[] = {
        {"400 Bad Request",
         "{\"error\":\"invalid_client\",\"error_description\":\"no client canary\"}",
         "no token for it could be fetched: HTTP status 400: no client ***"},
        {"200 OK", "{\"token_type\":\"Bearer\"}",
         "no token for it could be fetched: the answer holds no access_token"},
        {"200 OK", "{\"access_token\":\"a\\r\\nX: b\"}",
         "no token for it could be fetched: the answer holds no access_token"},
        {"200 OK", "a page", "no token for it could be fetched: the answer holds no access_token"},
    };
    Login login;
    login_start(&login, "/said");
    Host *host = &login.scene->hosts[0];
    for (uint64_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        receiver_say(&login.server, answer(rows[i].status, rows[i].body));
        call(host, 1 + i);
        assert_dead(host, 1 + i, rows[i].detail);
    }
    assert_int_equal(atomic_load(&login.scene->http.requests), 0);
    login_end(&login);
}

static void a_token_server_that_fails_is_asked_again(void **state)
{
    (void)state;
    Login login;
    login_start(&login, "/no");
    Host *host = &login.scene->hosts[0];
    call(host, 1);
    const EscResult *result = await(host, 1);
    assert_true(result->is_retry);
    assert_text_equal(result->retry.detail, "no token for it could be fetched: HTTP status 500");
    login_end(&login);
}

static void a_silent_token_server_holds_up_its_own_system_alone(void **state)
{
    (void)state;
    Login login;
    login_start(&login, "/hold");
    Host *host = &login.scene->hosts[0];
    receiver_say(&login.scene->http, answer("200 OK", "{}"));
    for (uint64_t id = 100; id < 200; id++)
        call(host, id);
    wait_held(&login.server);
    put(host, 1, "ok");
    assert_accepted(host, 1); /* another endpoint of the workspace */
    call(&login.scene->hosts[1], 1);
    assert_done(&login.scene->hosts[1], 1); /* a system of this name that wants no token */
    for (uint64_t id = 100; id < 200; id++)
        assert_false(has_result(host, id));
    assert_int_equal(atomic_load(&login.server.requests), 1);
    scene_free(login.scene); /* which gives up those that fetch and those that wait */
    receiver_stop(&login.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_fetched_once_and_kept),
        cmocka_unit_test(a_token_that_ends_is_fetched_again),
        cmocka_unit_test(a_token_that_is_not_taken_is_renewed_once),
        cmocka_unit_test(what_the_token_server_says_is_told),
        cmocka_unit_test(a_token_server_that_fails_is_asked_again),
        cmocka_unit_test(a_silent_token_server_holds_up_its_own_system_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
