/* test_api_retry.c - a dead message is asked for once more; and how endpoints are doing, as it is shown. */
#define _GNU_SOURCE
#include "support/problem.h"
#include "support/service_file.h"

#include "api_internal.h"

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

static ServiceFile file;
static char body[1 << 16]; /* of the last answer */

static int set_up(void **state)
{
    (void)state;
    service_file_make(&file, WORKSPACE);
    const EscEvent *event =
        service_file_event(&file, "ticket.created", "1", "T-1", "{\"title\":\"x\"}");
    assert_status(service_file_send(&file, event).status, ESC_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    service_file_remove(&file);
    return 0;
}

static void settle(uint64_t id, EscDeliveryState state)
{
    const EscDelivery delivery = {.outbox = id, .state = state, .detail = ESC_TEXT("gone")};
    const EscInput input = {.kind = ESC_INPUT_DELIVERY, .delivery = &delivery};
    EscReply reply;
    assert_status(esc_service_turn(file.service, &input, 1, 100, &reply, NULL, &file.why), ESC_OK);
    assert_false(reply.outcome.is_noop);
}

static unsigned take_answer(EscRequest *request)
{
    unsigned status = request->answer.status;
    assert_true(request->answer.body.size < sizeof body);
    memcpy(body, request->answer.body.data, request->answer.body.size);
    body[request->answer.body.size] = '\0';
    esc_answer_release(&request->answer);
    request->answer = (EscAnswer){.status = 0};
    return status;
}

/* All steps of the request. */
static unsigned retry(const char *id, uint32_t scopes, const char *text)
{
    EscApiSetup setup = {.shards = NULL};
    EscRequest request = {.arena = esc_arena_new((size_t)4 << 20),
                          .setup = &setup,
                          .principal = ESC_TEXT("ana"),
                          .scopes = scopes};
    assert_non_null(request.arena);
    for (size_t i = 0; i < esc_routes_count; i++)
        if (esc_routes[i].handler == &esc_handle_retry)
            request.route = &esc_routes[i];
    esc_buf_init(&request.parameter, ESC_ID_BYTES_MAX);
    esc_buf_string(&request.parameter, id);
    esc_buf_init(&request.body, ESC_ACTION_BYTES_MAX);
    esc_buf_string(&request.body, text);
    const EscHandler *handler = request.route->handler;
    handler->parse(&request, esc_engine_program(esc_service_engine(file.service)));
    if (request.answer.status == 0)
        handler->look(&request, file.service);
    if (request.answer.status == 0) {
        EscReply reply;
        assert_int_equal(request.job.inputs_count, 1);
        assert_status(
            esc_service_turn(file.service, request.job.inputs, 1, 0, &reply, NULL, &file.why),
            ESC_OK);
        handler->committed(&request, &reply);
    } else
        assert_int_equal(request.job.inputs_count, 0);
    unsigned status = take_answer(&request);
    esc_buf_release(&request.parameter);
    esc_buf_release(&request.body);
    esc_arena_free(request.arena);
    return status;
}

static bool says(const char *part)
{
    return strstr(body, part) != NULL;
}

static bool count(void *context, const EscOutboxEntry *entry)
{
    (void)entry;
    ++*(int *)context;
    return true;
}

static int of_state(EscDeliveryState state)
{
    int found = 0;
    const EscOutboxFilter filter = {.has_state = true, .state = state, .limit = 100};
    assert_status(
        esc_store_outbox(esc_service_store(file.service), &filter, count, &found, &file.why),
        ESC_OK);
    return found;
}

static void a_dead_message_is_sent_once_more(void **state)
{
    (void)state;
    settle(1, ESC_DELIVERY_DEAD);
    int queued = of_state(ESC_DELIVERY_QUEUED);
    assert_int_equal(of_state(ESC_DELIVERY_DEAD), 1);
    assert_int_equal(retry("1", ESC_SCOPE_BIT_ACT, "{\"reason\":\"it is back\"}"), 200);
    assert_true(says("{\"escalations\":[\"E-1\"],\"ticket\":\"\",\"noop\":false"));
    assert_int_equal(of_state(ESC_DELIVERY_DEAD), 0);
    assert_int_equal(of_state(ESC_DELIVERY_QUEUED), queued + 1);
    const EscGroup *group = esc_service_settled(file.service);
    assert_int_equal(group->again_count, 1);
    assert_text_equal(group->again[0].target, "incidents");
    assert_true(esc_text_contains(group->again[0].body, ESC_TEXT("\"text\":\"down\"")));
    /* Whoever asks again changes nothing. */
    assert_int_equal(retry("1", ESC_SCOPE_BIT_ACT, ""), 200);
    assert_true(
        says("\"noop\":true,\"note\":\"message 1 was not given up, and is not sent once more\""));
    /* A restart knows that it waits. */
    service_file_close(&file);
    service_file_open(&file);
    settle(1, ESC_DELIVERY_DELIVERED);
    assert_int_equal(of_state(ESC_DELIVERY_DELIVERED), 1);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const char *const ids[] = {"",  "0", "01", "x", "1x", "-1", "E-1", "1234567890123456789",
                                      ":", "/"};
    settle(1, ESC_DELIVERY_DEAD);
    for (size_t i = 0; i < ESC_COUNT_OF(ids); i++)
        if (retry(ids[i], ESC_SCOPE_BIT_ACT, "") != 404 ||
            !says("a message of the outbox has a number"))
            fail_msg("%s", ids[i]);
    assert_int_equal(retry("99", ESC_SCOPE_BIT_ACT, ""), 404);
    assert_true(says("there is no message 99"));
    assert_int_equal(retry("1", ESC_SCOPE_BIT_ACT, "{"), 400);
    assert_int_equal(retry("1", ESC_SCOPE_BIT_ACT, "{\"fly\":1}"), 422);
    assert_int_equal(retry("1", ESC_SCOPE_BIT_ACT, "{\"reason\":1}"), 422);
    assert_int_equal(retry("1", ESC_SCOPE_BIT_ACT, "{\"as\":\"dora\"}"), 403);
    assert_int_equal(of_state(ESC_DELIVERY_DEAD), 1);
    assert_int_equal(retry("1", ESC_SCOPE_BIT_ACT | ESC_SCOPE_BIT_ACT_AS, "{\"as\":\"dora\"}"),
                     200);
    assert_int_equal(of_state(ESC_DELIVERY_DEAD), 0);
}

/* --- endpoints ---------------------------------------------------------------------------------- */

static char shard; /* nobody looks into it */

static void two_endpoints(void *context, const EscShard *of, EscEndpointVisit *visit, void *visited)
{
    assert_ptr_equal(context, &file);
    assert_ptr_equal(of, &shard);
    const EscEndpointFace faces[] = {{.name = ESC_TEXT("channel incidents"),
                                      .waiting = 3,
                                      .sent = 7,
                                      .dead = 1,
                                      .held_since_ms = INT64_C(1767603600000),
                                      .held_until_ms = INT64_C(1767603660000),
                                      .succeeded_at_ms = INT64_C(1767603000000),
                                      .failed_at_ms = INT64_C(1767603600000),
                                      .error = ESC_TEXT("HTTP status 503: \"down\"")},
                                     {.name = ESC_TEXT("mail")}};
    for (size_t i = 0; i < ESC_COUNT_OF(faces); i++)
        assert_true(visit(visited, &faces[i]));
}

static void endpoints_are_shown(void **state)
{
    (void)state;
    EscApiSetup setup = {.endpoints = two_endpoints, .outside_context = &file};
    EscRequest request = {.setup = &setup, .shard = (EscShard *)&shard};
    esc_handle_endpoints.at_door(&request);
    assert_int_equal(take_answer(&request), 200);
    assert_string_equal(
        body,
        "{\"items\":[{\"endpoint\":\"channel incidents\",\"queued\":3,\"sent\":7,\"dead\":1,"
        "\"held_since\":\"2026-01-05T09:00:00.000Z\",\"held_until\":\"2026-01-05T09:01:00.000Z\","
        "\"last_success_at\":\"2026-01-05T08:50:00.000Z\",\"last_error_at\":\"2026-01-05T09:00:00."
        "000Z\","
        "\"last_error\":\"HTTP status 503: \\\"down\\\"\"},"
        "{\"endpoint\":\"mail\",\"queued\":0,\"sent\":0,\"dead\":0,\"held_since\":null,\"held_"
        "until\":null,"
        "\"last_success_at\":null,\"last_error_at\":null,\"last_error\":\"\"}]}");
    setup.endpoints = NULL;
    esc_handle_endpoints.at_door(&request);
    assert_int_equal(take_answer(&request), 200);
    assert_string_equal(body, "{\"items\":[]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_dead_message_is_sent_once_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named, set_up, tear_down),
        cmocka_unit_test(endpoints_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
