/* test_api_push.c - browsers of the person who asks: subscribed, listed, ended; and which subscriptions are none. */
#define _GNU_SOURCE
#include "support/problem.h"
#include "support/service_file.h"

#include "api_internal.h"

#define WORKSPACE                                                                                  \
    "workspace acme \"Acme\" { language 1 timezone \"UTC\" }\n"                                    \
    "person ana \"Ana\" { push \"ana\" }\n"                                                        \
    "person dora \"Dora\" { email \"dora@acme.example\" }\n"                                       \
    "policy company { last resort dora }\n"
#define POINT                                                                                      \
    "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA"
#define AUTH "AAAAAAAAAAAAAAAAAAAAAA"
#define BODY(url)                                                                                  \
    "{\"endpoint\":\"" url "\",\"expirationTime\":null,\"keys\":{\"p256dh\":\"" POINT              \
    "\",\"auth\":\"" AUTH "\"}"

static ServiceFile file;
static char body[1 << 16]; /* of the last answer */

static int set_up(void **state)
{
    (void)state;
    service_file_make(&file, WORKSPACE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    service_file_remove(&file);
    return 0;
}

static void show_key(void *context, const EscShard *shard, EscBuf *out)
{
    assert_ptr_equal(context, &file);
    assert_null(shard);
    esc_buf_string(out, "KEY");
}

static unsigned ask(const EscHandler *handler, const char *person, const char *parameter,
                    const char *text)
{
    EscText allowed[] = {ESC_TEXT("127.0.0.1")};
    EscWorkspaceConfig workspaces[] = {{.name = ESC_TEXT("other")}, {.name = ESC_TEXT("acme")}};
    workspaces[1].allowed_addresses = (EscTexts){.items = allowed, .count = 1};
    EscConfig config = {.workspaces = {.items = workspaces, .count = 2}};
    EscApiSetup setup = {.config = &config, .push_key = show_key, .outside_context = &file};
    EscRequest request = {.arena = esc_arena_new((size_t)4 << 20),
                          .setup = &setup,
                          .client = ESC_TEXT("acme"),
                          .principal = esc_text_from(person)};
    assert_non_null(request.arena);
    for (size_t i = 0; i < esc_routes_count; i++)
        if (esc_routes[i].handler == handler)
            request.route = &esc_routes[i];
    esc_buf_init(&request.parameter, ESC_ID_BYTES_MAX);
    esc_buf_string(&request.parameter, parameter);
    esc_buf_init(&request.body, ESC_ACTION_BYTES_MAX);
    esc_buf_string(&request.body, text);
    if (handler->parse == NULL)
        handler->look(&request, file.service);
    else
        handler->parse(&request, esc_engine_program(esc_service_engine(file.service)));
    if (request.answer.status == 0) {
        EscReply reply;
        assert_int_equal(request.job.inputs_count, 1);
        assert_status(
            esc_service_turn(file.service, request.job.inputs, 1, 0, &reply, NULL, &file.why),
            ESC_OK);
        handler->committed(&request, &reply);
    }
    unsigned status = request.answer.status;
    assert_true(request.answer.body.size < sizeof body);
    memcpy(body, request.answer.body.data, request.answer.body.size);
    body[request.answer.body.size] = '\0';
    esc_answer_release(&request.answer);
    esc_buf_release(&request.parameter);
    esc_buf_release(&request.body);
    esc_arena_free(request.arena);
    return status;
}

static bool says(const char *part)
{
    return strstr(body, part) != NULL;
}

static void list(const char *person)
{
    assert_int_equal(ask(&esc_handle_subscriptions, person, "", ""), 200);
}

static void a_browser_is_subscribed_listed_and_ended(void **state)
{
    (void)state;
    list("ana");
    assert_string_equal(body, "{\"items\":[],\"key\":\"KEY\"}");
    assert_int_equal(ask(&esc_handle_subscribe, "ana", "",
                         BODY("https://push.example/1") ",\"title\":\"Phone\"}"),
                     200);
    assert_true(says("\"noop\":false"));
    list("ana");
    assert_true(
        says("\"title\":\"Phone\",\"since\":\"2026-01-05T09:00:00.000Z\"}],\"key\":\"KEY\"}"));
    assert_false(says("push.example") || says(POINT) ||
                 says(AUTH)); /* nobody needs them any more */
    char id[64] = "";
    assert_int_equal(sscanf(body, "{\"items\":[{\"id\":\"%32[0-9a-f]\"", id), 1);
    list("dora");
    assert_string_equal(body, "{\"items\":[],\"key\":\"KEY\"}");
    assert_int_equal(ask(&esc_handle_unsubscribe, "dora", id, ""), 200);
    assert_true(says("\"noop\":true"));
    service_file_close(&file);
    service_file_open(&file);
    list("ana");
    assert_true(says(id));
    assert_int_equal(ask(&esc_handle_unsubscribe, "ana", id, ""), 200);
    assert_true(says("\"noop\":false"));
    list("ana");
    assert_string_equal(body, "{\"items\":[],\"key\":\"KEY\"}");
}

static void what_is_no_subscription_is_refused(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"{}", "/endpoint"},
        {BODY("") "}", "/endpoint"},
        {BODY("http://push.example/1") "}", "is not encrypted"}, /* an allowed host alone */
        {BODY("ftp://127.0.0.1/1") "}", "/endpoint"},
        {BODY("https://ana@push.example/1") "}", "/endpoint"},
        {BODY("nonsense") "}", "/endpoint"},
        {"{\"endpoint\":\"https://push.example/1\"}", "/keys"},
        {"{\"endpoint\":\"https://push.example/1\",\"keys\":{\"p256dh\":\"" POINT "\"}}", "/keys"},
        {"{\"endpoint\":\"https://push.example/1\",\"keys\":{\"p256dh\":\"" AUTH
         "\",\"auth\":\"" AUTH "\"}}",
         "/keys"},
        {"{\"endpoint\":\"https://push.example/1\",\"keys\":{\"p256dh\":\"" POINT
         "\",\"auth\":\"" POINT "\"}}",
         "/keys"},
        {"{\"endpoint\":\"https://push.example/1\",\"keys\":[]}", "/keys"},
        {BODY("https://push.example/1") ",\"title\":7}", "/title"},
        {BODY("https://push.example/1") ",\"fly\":7}", "/fly"}};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++)
        if (ask(&esc_handle_subscribe, "ana", "", bad[i][0]) != 422 || !says(bad[i][1]))
            fail_msg("%s: %s", bad[i][0], body);
    assert_int_equal(ask(&esc_handle_subscribe, "ana", "", ""), 422);
    assert_int_equal(ask(&esc_handle_subscribe, "ana", "", "[]"), 400);
    assert_int_equal(ask(&esc_handle_unsubscribe, "ana", "x", "{\"fly\":7}"), 422);
    assert_int_equal(ask(&esc_handle_subscribe, "dora", "", BODY("https://push.example/1") "}"),
                     409);
    assert_int_equal(ask(&esc_handle_subscribe, "helpdesk", "", BODY("https://push.example/1") "}"),
                     404);
    assert_int_equal(ask(&esc_handle_subscribe, "ana", "", BODY("http://127.0.0.1/1") "}"), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_browser_is_subscribed_listed_and_ended, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_subscription_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
