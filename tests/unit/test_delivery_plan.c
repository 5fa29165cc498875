/* test_delivery_plan.c - from outbox rows to requests: bindings, mark-up, paths that want to
 * leave their system. */
#include <stdio.h>

#include "support/test.h"

#include "config_internal.h"
#include "plan.h"

typedef struct Fixture {
    EscArena *arena;
    EscWorkspaceConfig config;
    EscEndpoint channels[4];
    EscSystemBinding systems[1];
    EscOutboxRow row;
    EscRoute route;
    EscPlan plan;
} Fixture;

static const char message_json[] =
    "{\"text\":\"<!channel> a & "
    "b\\u202e\\u001b[2J\\nnext\",\"subject\":\"S\",\"workspace\":\"acme\",\"escalation\":\"E-1\","
    "\"ticket\":\"T\",\"template\":\"t\",\"page\":true}";

static int set_up(void **state)
{
    static Fixture fixture;
    fixture = (Fixture){.arena = esc_arena_new((size_t)8 << 20)};
    esc_config_preset(CONFIG_GROUP_WORKSPACE, &fixture.config);
    fixture.config.unbound = ESC_TEXT("file");
    fixture.channels[0] = (EscEndpoint){.name = ESC_TEXT("incidents"),
                                        .kind = ESC_ENDPOINT_CHAT,
                                        .url = ESC_TEXT("https://chat.example/hook")};
    fixture.channels[1] = (EscEndpoint){.name = ESC_TEXT("audit"),
                                        .kind = ESC_ENDPOINT_WEBHOOK,
                                        .url = ESC_TEXT("https://w.example/"),
                                        .secret = ESC_TEXT("k")};
    fixture.channels[2] = (EscEndpoint){
        .name = ESC_TEXT("log"), .kind = ESC_ENDPOINT_FILE, .path = ESC_TEXT("/var/log/x")};
    static EscText to[2];
    to[0] = ESC_TEXT("eva@x.example");
    to[1] = ESC_TEXT("ole@x.example");
    fixture.channels[3] = (EscEndpoint){
        .name = ESC_TEXT("managers"), .kind = ESC_ENDPOINT_SMTP, .to = {to, ESC_COUNT_OF(to)}};
    fixture.config.channels = (EscEndpoints){fixture.channels, 4};
    fixture.systems[0] = (EscSystemBinding){.name = ESC_TEXT("crm"),
                                            .base_url = ESC_TEXT("https://crm.example/api"),
                                            .secret = ESC_TEXT("s"),
                                            .secret_header = ESC_TEXT("Authorization"),
                                            .secret_prefix = ESC_TEXT("Bearer ")};
    fixture.config.systems = (EscSystemBindings){fixture.systems, 1};
    fixture.config.mail =
        (EscMailServer){.server = ESC_TEXT("smtp://m.example"), .from = ESC_TEXT("e@acme.example")};
    fixture.row = (EscOutboxRow){.id = 1,
                                 .key = ESC_TEXT("acme/E-1/1"),
                                 .target = ESC_TEXT("incidents"),
                                 .medium = ESC_TEXT("chat"),
                                 .body = esc_text_from(message_json)};
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    esc_arena_free(((Fixture *)*state)->arena);
    return 0;
}

static bool is_refused(const Fixture *f)
{
    return f->plan.refusal.size > 0;
}

static void make(Fixture *f)
{
    esc_route_find(&f->config, &f->row, &f->route);
    EscPlanInput input = {
        .config = &f->config, .route = &f->route, .row = &f->row, .now_ms = INT64_C(1767603600000)};
    esc_plan_make(f->arena, &input, &f->plan);
}

static bool has_header(const EscPlan *plan, const char *line)
{
    for (uint32_t i = 0; i < plan->headers_count; i++)
        if (esc_text_starts_with(plan->headers[i], esc_text_from(line)))
            return true;
    return false;
}

static void chat_mark_up_is_escaped(void **state)
{
    Fixture *f = *state;
    make(f);
    assert_int_equal(f->route.way, ESC_WAY_HTTP);
    assert_false(is_refused(f));
    assert_text_equal(f->plan.url, "https://chat.example/hook");
    assert_text_equal(
        f->plan.body,
        "{\"text\":\"PAGE: &lt;!channel&gt; a &amp; b[2J \u23ce next\\nacme · E-1 · T · t\"}");
    assert_true(has_header(&f->plan, "Idempotency-Key: acme/E-1/1"));
}

static void webhooks_are_signed(void **state)
{
    Fixture *f = *state;
    f->row.target = ESC_TEXT("audit");
    make(f);
    assert_true(has_header(&f->plan, "webhook-id: acme/E-1/1"));
    assert_true(has_header(&f->plan, "webhook-timestamp: 1767603600"));
    assert_true(has_header(&f->plan, "webhook-signature: v1,"));
}

/* Each receiver of a channel has a row, and who is none any more gets nothing. */
static void a_channels_mail_goes_to_the_receiver_of_the_row(void **state)
{
    Fixture *f = *state;
    f->row.target = ESC_TEXT("managers");
    f->row.medium = ESC_TEXT(ESC_MEDIUM_MAIL);
    f->row.address = ESC_TEXT("ole@x.example");
    make(f);
    assert_false(is_refused(f));
    assert_int_equal(f->plan.to.count, 1);
    assert_text_equal(f->plan.to.items[0], "ole@x.example");
    assert_true(esc_text_contains(f->plan.body, ESC_TEXT("\r\nTo: ole@x.example\r\n")));
    assert_false(esc_text_contains(f->plan.body, ESC_TEXT("eva@x.example")));
    assert_int_equal(strcmp(f->route.name, "channel managers"), 0);
    f->row.address = ESC_TEXT("former@x.example");
    make(f);
    assert_text_equal(f->plan.refusal, "the configuration names no such receiver any more");
    f->row.target = ESC_TEXT("incidents"); /* the channel is no mail any more */
    f->row.address = ESC_TEXT("ole@x.example");
    make(f);
    assert_true(is_refused(f));
}

/* Receivers compare what comes again under the same webhook-id. The header is the attempt's, as Standard
 * Webhooks has it. */
static void a_webhook_has_one_body_however_often_it_is_sent(void **state)
{
    Fixture *f = *state;
    f->row.target = ESC_TEXT("audit");
    f->row.created_at_ms = INT64_C(1767600000000);
    esc_route_find(&f->config, &f->row, &f->route);
    EscPlanInput input = {.config = &f->config, .route = &f->route, .row = &f->row, .now_ms = 1};
    esc_plan_make(f->arena, &input, &f->plan);
    EscText first = f->plan.body;
    make(f);
    assert_true(esc_text_equal(first, f->plan.body));
    assert_true(esc_text_contains(first, ESC_TEXT("\"timestamp\":\"2026-01-05T08:00:00")));
    assert_true(has_header(&f->plan, "webhook-timestamp: 1767603600"));
}

static void a_message_that_somebody_has_is_not_read_again(void **state)
{
    Fixture *f = *state;
    static EscMessage message;
    message = (EscMessage){.text = ESC_TEXT("as it was built"), .workspace = ESC_TEXT("acme")};
    f->row.body = ESC_TEXT("not JSON");
    esc_route_find(&f->config, &f->row, &f->route);
    f->row.message = &message;
    EscPlanInput input = {.config = &f->config, .route = &f->route, .row = &f->row};
    esc_plan_make(f->arena, &input, &f->plan);
    assert_text_equal(f->plan.body, "{\"text\":\"as it was built\\nacme\"}");
}

static void assert_route(Fixture *f, EscWay way, const char *name)
{
    esc_route_find(&f->config, &f->row, &f->route);
    assert_int_equal(f->route.way, way);
    assert_string_equal(f->route.name, name);
}

static void routes_need_no_body(void **state)
{
    Fixture *f = *state;
    f->row.body = ESC_TEXT("not JSON");
    assert_route(f, ESC_WAY_HTTP, "channel incidents");
    f->row.target = ESC_TEXT("log");
    assert_route(f, ESC_WAY_FILE, "file /var/log/x");
    f->row.target = ESC_TEXT("nowhere");
    assert_route(f, ESC_WAY_FILE, "the file sink");
    f->row.kind = ESC_OUTBOX_CALL;
    f->row.target = ESC_TEXT("crm.requeue");
    assert_route(f, ESC_WAY_HTTP, "system crm");
    f->row.target = ESC_TEXT("crmx.requeue");
    assert_route(f, ESC_WAY_FILE, "the file sink");
    f->row.kind = ESC_OUTBOX_MESSAGE;
    f->row.address = ESC_TEXT("ana@acme.example");
    f->row.medium = ESC_TEXT("email");
    assert_route(f, ESC_WAY_MAIL, "people by email");
    f->row.medium = ESC_TEXT("phone");
    assert_route(f, ESC_WAY_FILE, "the file sink");
    f->config.unbound = ESC_TEXT(ESC_UNBOUND_REHEARSAL);
    assert_route(f, ESC_WAY_FILE, "the file sink");
    f->config.unbound = ESC_TEXT("refuse");
    assert_route(f, ESC_WAY_NONE, "people by phone");
}

static void what_is_not_bound_goes_to_the_sink_or_nowhere(void **state)
{
    Fixture *f = *state;
    f->row.target = ESC_TEXT("elsewhere");
    make(f);
    assert_int_equal(f->route.way, ESC_WAY_FILE);
    assert_false(is_refused(f));
    assert_int_equal(f->route.path.size, 0);
    f->config.unbound = ESC_TEXT("refuse");
    make(f);
    assert_true(is_refused(f));
    f->row.target = ESC_TEXT("log");
    make(f);
    assert_text_equal(f->route.path, "/var/log/x");
}

static void a_person_is_not_a_channel(void **state)
{
    Fixture *f = *state;
    f->row.target = ESC_TEXT("incidents"); /* a person of that name, reached by mail */
    f->row.medium = ESC_TEXT("email");
    f->row.address = ESC_TEXT("ana@acme.example");
    make(f);
    assert_int_equal(f->route.way, ESC_WAY_MAIL);
    assert_false(is_refused(f));
    assert_text_equal(f->plan.to.items[0], "ana@acme.example");
}

static void mail_addresses_cannot_add_recipients(void **state)
{
    Fixture *f = *state;
    static const char *const bad[] = {"a@b.example,c@d.example",
                                      "a@b.example\r\nRCPT TO:<x@y.example>", "<a@b.example>",
                                      "a b@c.example", "\xc3\xa4@b.example"};
    f->row.medium = ESC_TEXT("email");
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        f->row.address = esc_text_from(bad[i]);
        make(f);
        assert_true(is_refused(f));
    }
}

static void make_call(Fixture *f, const char *json)
{
    f->row.kind = ESC_OUTBOX_CALL;
    f->row.target = ESC_TEXT("crm.requeue");
    f->row.body = esc_text_from(json);
    make(f);
}

static void calls_go_behind_the_base_address(void **state)
{
    Fixture *f = *state;
    make_call(
        f, "{\"system\":\"crm\",\"action\":\"requeue\",\"method\":\"PUT\",\"path\":\"/leads/L "
           "1/q?x=\\u00e4\",\"json\":{\"queue\":\"sdr\"},\"expect\":[200,204],\"result_path\":\"/"
           "id\"}");
    assert_int_equal(f->route.way, ESC_WAY_HTTP);
    assert_false(is_refused(f));
    assert_text_equal(f->plan.method, "PUT");
    assert_text_equal(f->plan.url, "https://crm.example/api/leads/L%201/q?x=%C3%A4");
    assert_text_equal(f->plan.host, "crm.example");
    assert_text_equal(f->plan.body, "{\"queue\":\"sdr\"}");
    assert_int_equal(f->plan.statuses_count, 2);
    assert_text_equal(f->plan.result_path, "/id");
    assert_true(has_header(&f->plan, "Authorization: Bearer s"));
    assert_true(has_header(&f->plan, "Idempotency-Key: acme/E-1/1"));
}

static void calls_cannot_leave_the_base_address(void **state)
{
    Fixture *f = *state;
    static const char *const bad[] = {"@evil.example/", "leads",     "",
                                      "/a/../../admin", "/a/..",     "/./a",
                                      "/%2e%2E/a",      "/a/.%2e?x", ".evil.example/"};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        char json[256];
        (void)snprintf(json, sizeof(json),
                       "{\"system\":\"crm\",\"method\":\"GET\",\"path\":\"%s\",\"expect\":[]}",
                       bad[i]);
        make_call(f, json);
        if (!is_refused(f))
            fail_msg("\"%s\" gives %.*s", bad[i], ESC_TEXT_ARG(f->plan.url));
    }
    make_call(f,
              "{\"system\":\"crm\",\"method\":\"GET\",\"path\":\"/a\\r\\nHost: x\",\"expect\":[]}");
    assert_text_equal(f->plan.url, "https://crm.example/api/a%0D%0AHost:%20x");
    make_call(f,
              "{\"system\":\"crm\",\"method\":\"GET\",\"path\":\"/a..b/.c?x=/../\",\"expect\":[]}");
    assert_int_equal(f->route.way, ESC_WAY_HTTP);
    assert_false(is_refused(f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(chat_mark_up_is_escaped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(webhooks_are_signed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_webhook_has_one_body_however_often_it_is_sent, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_message_that_somebody_has_is_not_read_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_channels_mail_goes_to_the_receiver_of_the_row, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(routes_need_no_body, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_bound_goes_to_the_sink_or_nowhere, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_person_is_not_a_channel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mail_addresses_cannot_add_recipients, set_up, tear_down),
        cmocka_unit_test_setup_teardown(calls_go_behind_the_base_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(calls_cannot_leave_the_base_address, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
