/* test_delivery_plan.c - from outbox rows to requests: bindings, mark-up, paths that want to
 * leave their system. */
#include <stdio.h>
#include <stdlib.h>

#include "support/test.h"

#include "config_internal.h"
#include "plan.h"
#include "planner.h"

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

/* All of them, each on a line. */
static void assert_headers(const EscPlan *plan, const char *lines)
{
    EscBuf all;
    esc_buf_init(&all, 4096);
    for (uint32_t i = 0; i < plan->headers_count; i++)
        esc_buf_printf(&all, "%.*s\n", ESC_TEXT_ARG(plan->headers[i]));
    assert_text_equal(esc_buf_as_text(&all), lines);
    esc_buf_release(&all);
}

/* M10.4: values are; the author's own keep their meaning. */
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
    assert_headers(&f->plan, "Content-Type: application/json\nIdempotency-Key: acme/E-1/1\n");
}

static void webhooks_are_signed(void **state)
{
    Fixture *f = *state;
    f->row.target = ESC_TEXT("audit");
    make(f);
    assert_true(has_header(&f->plan, "webhook-id: acme/E-1/1"));
    assert_true(has_header(&f->plan, "webhook-timestamp: 1767603600"));
    EscBuf lines;
    esc_buf_init(&lines, 4096);
    esc_buf_string(&lines, "Content-Type: application/json\nwebhook-id: acme/E-1/1\n"
                           "webhook-timestamp: 1767603600\nwebhook-signature: ");
    esc_webhook_sign(&lines, ESC_TEXT("k"), f->row.key, 1767603600, f->plan.body);
    esc_buf_string(&lines, "\n");
    esc_buf_char(&lines, '\0');
    assert_headers(&f->plan, (const char *)lines.data);
    esc_buf_release(&lines);
    f->channels[1].secret = (EscText){0};
    make(f);
    assert_headers(&f->plan, "Content-Type: application/json\nwebhook-id: acme/E-1/1\n"
                             "webhook-timestamp: 1767603600\n");
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
    f->row.address = ESC_TEXT("eva@x.example");
    make(f);
    assert_text_equal(f->plan.to.items[0], "eva@x.example");
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

static void assert_refused(const Fixture *f, const char *why)
{
    assert_text_equal(f->plan.refusal, why);
}

static void what_is_not_readable_is_refused(void **state)
{
    Fixture *f = *state;
    f->row.body = ESC_TEXT("not JSON");
    make(f);
    assert_refused(f, "the message is not readable");
    f->row.medium = ESC_TEXT("email");
    f->row.address = ESC_TEXT("ana@acme.example");
    make(f);
    assert_refused(f, "the message is not readable");
    f->row.kind = ESC_OUTBOX_CALL;
    f->row.target = ESC_TEXT("crm.requeue");
    make(f);
    assert_refused(f, "the call is not readable");
    assert_int_equal(f->plan.headers_count, 0);
}

static void a_room_of_a_chat_is_named(void **state)
{
    Fixture *f = *state;
    f->config.people.chat = (EscEndpoint){.type = ESC_TEXT("chat"),
                                          .kind = ESC_ENDPOINT_CHAT,
                                          .url = ESC_TEXT("https://chat.example/people")};
    f->row.body = ESC_TEXT("{\"text\":\"hello\",\"workspace\":\"acme\"}");
    f->row.address = ESC_TEXT("@ana");
    make(f);
    assert_text_equal(f->plan.url, "https://chat.example/people");
    assert_text_equal(f->plan.method, "POST");
    assert_text_equal(f->plan.host, "chat.example");
    assert_true(f->plan.has_body);
    assert_text_equal(f->plan.body, "{\"text\":\"hello\\nacme\",\"channel\":\"@ana\"}");
    assert_true(has_header(&f->plan, "Content-Type: application/json"));
    f->config.people.phone = f->config.people.chat;
    f->config.people.phone.kind = ESC_ENDPOINT_WEBHOOK;
    f->config.people.phone.url = ESC_TEXT("https://phone.example/");
    f->row.medium = ESC_TEXT("phone");
    make(f);
    assert_text_equal(f->plan.url, "https://phone.example/");
    f->config.people.phone = (EscEndpoint){.kind = ESC_ENDPOINT_FILE, .path = ESC_TEXT("/p")};
    make(f);
    assert_text_equal(f->route.path, "/p");
}

static void a_line_of_a_file_says_all_of_a_row(void **state)
{
    Fixture *f = *state;
    f->row.target = ESC_TEXT("log");
    f->row.created_at_ms = INT64_C(1767600000000);
    f->row.body = ESC_TEXT("{\"text\":\"x\"}");
    make(f);
    assert_text_equal(
        f->plan.body,
        "{\"type\":\"escal.message\",\"id\":\"acme/E-1/1\",\"timestamp\":"
        "\"2026-01-05T08:00:00.000Z\",\"target\":\"log\",\"medium\":\"chat\",\"to\":\"\","
        "\"data\":{\"text\":\"x\"}}");
    f->row.kind = ESC_OUTBOX_CALL;
    f->row.target = ESC_TEXT("nowhere.do");
    f->row.body = (EscText){0};
    make(f);
    assert_true(esc_text_starts_with(f->plan.body, ESC_TEXT("{\"type\":\"escal.call\",")));
    assert_true(esc_text_ends_with(f->plan.body, ESC_TEXT(",\"data\":{}}")));
}

static void a_mail_has_the_servers_sender_and_a_subject(void **state)
{
    Fixture *f = *state;
    f->row.medium = ESC_TEXT("email");
    f->row.address = ESC_TEXT("ana@acme.example");
    f->row.created_at_ms = INT64_C(1767600000000);
    make(f);
    assert_text_equal(f->plan.url, "smtp://m.example");
    assert_text_equal(f->plan.host, "m.example");
    assert_text_equal(f->plan.from, "e@acme.example");
    assert_ptr_equal(f->plan.mail, &f->config.mail);
    assert_int_equal(f->plan.to.count, 1);
    assert_true(esc_text_starts_with(f->plan.body,
                                     ESC_TEXT("Date: Mon, 05 Jan 2026 08:00:00 +0000\r\n"
                                              "From: e@acme.example\r\nTo: ana@acme.example\r\n"
                                              "Subject: S\r\n")));
    f->row.body = ESC_TEXT("{\"text\":\"the text\",\"workspace\":\"acme\"}");
    make(f);
    assert_true(esc_text_contains(f->plan.body, ESC_TEXT("Subject: the text\r\n")));
    f->row.body = ESC_TEXT("{\"text\":\"the text\",\"subject\":\"x\",\"workspace\":\"acme\"}");
    make(f);
    assert_true(esc_text_contains(f->plan.body, ESC_TEXT("Subject: x\r\n")));
}

static void an_address_that_is_no_url_is_refused(void **state)
{
    Fixture *f = *state;
    f->channels[0].url = ESC_TEXT("no url");
    make(f);
    assert_refused(f, "the address is not a URL");
}

/* A text of `quotes` quotation marks, which JSON doubles, and `plain` other characters; " \nacme" comes behind it. */
static void make_long(Fixture *f, size_t quotes, size_t plain)
{
    char *text = malloc(quotes + plain);
    assert_non_null(text);
    memset(text, '"', quotes);
    memset(text + quotes, 'p', plain);
    EscMessage message = {.text = {text, quotes + plain}, .workspace = ESC_TEXT("acme")};
    f->row.message = &message;
    esc_arena_clear(f->arena);
    make(f);
    f->row.message = NULL;
    free(text);
}

/* Too big is refused, and never sent in part. */
static void a_message_has_its_limit(void **state)
{
    Fixture *f = *state;
    const size_t max = ESC_PLAN_BYTES_MAX, behind = strlen("\nacme");
    make_long(f, 0, max - behind);
    assert_false(is_refused(f));
    make_long(f, 0, max - behind + 1);
    assert_refused(f, "the message is too big");
    make_long(f, max - 12, 12 - behind); /* {"text":"…\nacme"} has 2 * max bytes */
    assert_false(is_refused(f));
    assert_int_equal(f->plan.body.size, 2 * max);
    make_long(f, max - 11, 11 - behind);
    assert_refused(f, "the message is too big");
    f->row.medium = ESC_TEXT("email");
    f->row.target = ESC_TEXT("");
    f->row.address = ESC_TEXT("ana@acme.example");
    make_long(f, 0, max - behind);
    assert_false(is_refused(f));
    make_long(f, 0, max - behind + 1);
    assert_refused(f, "the message is too big");
}

/* Byte for byte; an empty one is an empty object. */
static void a_file_gets_the_body_as_it_is(void **state)
{
    Fixture *f = *state;
    f->row.target = ESC_TEXT("log");
    f->row.body = ESC_TEXT("1");
    make(f);
    assert_true(esc_text_ends_with(f->plan.body, ESC_TEXT("\"data\":1}")));
    f->row.body = ESC_TEXT("");
    make(f);
    assert_true(esc_text_ends_with(f->plan.body, ESC_TEXT("\"data\":{}}")));
}

static void an_address_of_a_call_has_its_limit(void **state)
{
    Fixture *f = *state;
    const size_t max = 4 * (size_t)ESC_URL_BYTES_MAX, base = strlen("https://crm.example/api");
    f->row.kind = ESC_OUTBOX_CALL;
    f->row.target = ESC_TEXT("crm.requeue");
    for (size_t more = 0; more < 2; more++) {
        size_t size = max - base + more;
        char *path = malloc(size);
        assert_non_null(path);
        memset(path, 'p', size);
        path[0] = '/';
        const EscCall call = {.method = ESC_TEXT("POST"), .path = {path, size}};
        f->row.call = &call;
        make(f);
        f->row.call = NULL;
        free(path);
        if (more == 0)
            assert_int_equal(f->plan.url.size, max);
        assert_int_equal(is_refused(f), more);
    }
    assert_refused(f, "the message is too big");
}

/* Whatever it is made with, it is refused or whole. */
static void a_plan_without_memory_is_refused(void **state)
{
    Fixture *f = *state;
    static const char *const targets[] = {"incidents", "audit", "log", "crm.requeue", ""};
    for (size_t t = 0; t < ESC_COUNT_OF(targets); t++) {
        f->row.target = esc_text_from(targets[t]);
        f->row.kind = t == 3 ? ESC_OUTBOX_CALL : ESC_OUTBOX_MESSAGE;
        f->row.address = t == 4 ? ESC_TEXT("ana@acme.example") : (EscText){0};
        f->row.medium = t == 4 ? ESC_TEXT("email") : ESC_TEXT("chat");
        if (t == 3)
            f->row.body = ESC_TEXT("{\"method\":\"PUT\",\"path\":\"/a\",\"json\":{\"q\":1}}");
        else
            f->row.body = esc_text_from(message_json);
        make(f);
        EscPlan whole = f->plan;
        bool was_refused = true;
        for (size_t size = 8; was_refused && size < 65536; size += 8) {
            EscArena *small = esc_arena_new(size);
            EscPlanInput input = {.config = &f->config,
                                  .route = &f->route,
                                  .row = &f->row,
                                  .now_ms = INT64_C(1767603600000)};
            EscPlan plan;
            esc_plan_make(small, &input, &plan);
            was_refused = plan.refusal.size > 0;
            if (!was_refused) {
                assert_true(esc_text_equal(plan.body, whole.body));
                assert_int_equal(plan.headers_count, whole.headers_count);
                for (uint32_t i = 0; i < plan.headers_count; i++)
                    assert_true(esc_text_equal(plan.headers[i], whole.headers[i]));
            }
            esc_arena_free(small);
        }
        assert_false(was_refused);
    }
}

static void names_of_endpoints_are_cut_between_characters(void **state)
{
    Fixture *f = *state;
    char name[400];
    for (size_t i = 0; i + 1 < sizeof(name); i += 2)
        memcpy(name + i, "\u00e4", 2);
    f->row.target = (EscText){name, sizeof(name)};
    f->config.unbound = ESC_TEXT("refuse");
    esc_route_find(&f->config, &f->row, &f->route);
    assert_int_equal(strlen(f->route.name), 254); /* "channel " and 123 of them */
    assert_true(esc_utf8_is_valid(esc_text_from(f->route.name), NULL));
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

/* By the medium, and what people are reached by is bound or not: by any of what an endpoint may have. */
static void people_go_where_their_medium_is_bound(void **state)
{
    Fixture *f = *state;
    static const struct {
        const char *medium;
        EscEndpoint chat, phone;
        bool has_mail;
        EscWay way;
        bool is_unbound;
    } cases[] = {
        {.medium = "email", .has_mail = true, .way = ESC_WAY_MAIL},
        {.medium = "email", .way = ESC_WAY_FILE, .is_unbound = true},
        {.medium = "chat", .has_mail = true, .way = ESC_WAY_FILE, .is_unbound = true},
        {.medium = "chat", .chat = {.kind = ESC_ENDPOINT_CHAT}, .way = ESC_WAY_HTTP},
        {.medium = "chat",
         .phone = {.kind = ESC_ENDPOINT_CHAT},
         .way = ESC_WAY_FILE,
         .is_unbound = true},
        {.medium = "chat",
         .chat = {.kind = ESC_ENDPOINT_FILE, .type = {"f", 1}},
         .way = ESC_WAY_FILE},
        {.medium = "chat",
         .chat = {.kind = ESC_ENDPOINT_FILE, .path = {"p", 1}},
         .way = ESC_WAY_FILE},
        {.medium = "phone", .phone = {.kind = ESC_ENDPOINT_WEBHOOK}, .way = ESC_WAY_HTTP},
        {.medium = "phone",
         .chat = {.kind = ESC_ENDPOINT_CHAT},
         .way = ESC_WAY_FILE,
         .is_unbound = true},
        {.medium = "pager",
         .chat = {.kind = ESC_ENDPOINT_CHAT},
         .phone = {.kind = ESC_ENDPOINT_CHAT},
         .has_mail = true,
         .way = ESC_WAY_FILE,
         .is_unbound = true},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        f->row.medium = esc_text_from(cases[i].medium);
        f->row.address = ESC_TEXT("a");
        f->config.mail.server = cases[i].has_mail ? ESC_TEXT("m") : (EscText){0};
        f->config.people.chat = cases[i].chat;
        f->config.people.phone = cases[i].phone;
        esc_route_find(&f->config, &f->row, &f->route);
        if (f->route.way != cases[i].way || f->route.is_unbound != cases[i].is_unbound)
            fail_msg("case %zu", i);
    }
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

#define CALL "{\"system\":\"crm\",\"method\":\"GET\",\"path\":\"/a\",\"expect\":[]}"

static void a_call_without_a_body_has_none(void **state)
{
    Fixture *f = *state;
    f->systems[0].timeout_ms = 77;
    make_call(f, CALL);
    assert_false(f->plan.has_body);
    assert_int_equal(f->plan.body.size, 0);
    assert_true(f->plan.is_call);
    assert_int_equal(f->plan.timeout_ms, 77);
    assert_int_equal(f->plan.headers_count, 2);
    assert_false(has_header(&f->plan, "Content-Type"));
    make_call(f, "{\"method\":\"POST\",\"path\":\"/a\",\"json\":1}");
    assert_true(has_header(&f->plan, "Content-Type: application/json"));
    assert_text_equal(f->plan.body, "1");
}

/* M11.2 */
static void a_form_and_headers_of_the_action_are_sent(void **state)
{
    Fixture *f = *state;
    EscText own[] = {ESC_TEXT("X-Desk: ours")};
    f->systems[0].headers = (EscTexts){own, 1};
    make_call(
        f, "{\"system\":\"crm\",\"method\":\"POST\",\"path\":\"/login\",\"headers\":[\"If-Match: "
           "7\",\"x-desk: theirs\"],\"form\":\"user=a%26b&realm=desk\",\"expect\":[]}");
    assert_false(is_refused(f));
    assert_text_equal(f->plan.body, "user=a%26b&realm=desk");
    assert_headers(&f->plan, "Content-Type: application/x-www-form-urlencoded\nX-Desk: ours\n"
                             "Authorization: Bearer s\nIdempotency-Key: acme/E-1/1\nIf-Match: 7\n");
    make_call(
        f, "{\"system\":\"crm\",\"method\":\"PATCH\",\"path\":\"/a\",\"headers\":[\"content-type: "
           "application/merge-patch+json\"],\"json\":{},\"expect\":[]}");
    assert_false(has_header(&f->plan, "Content-Type: application/json"));
    assert_true(has_header(&f->plan, "content-type: application/merge-patch+json"));
}

/* What stands in a row may have been written by whoever can write the store's file. */
static void a_header_of_a_row_adds_no_other(void **state)
{
    Fixture *f = *state;
    static const char *const bad[] = {
        "X-A: 1\\r\\nX-B: 2",         "X-A",    "X-A:",       "", ": 1", "Host: evil.example",
        "Authorization: Bearer mine", "X A: 1", "Cookie: a=b"};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        char json[256];
        (void)snprintf(
            json, sizeof(json),
            "{\"system\":\"crm\",\"method\":\"GET\",\"path\":\"/a\",\"headers\":[\"%s\"]}", bad[i]);
        f->systems[0].secret = (EscText){0};
        make_call(f, json);
        if (!is_refused(f))
            fail_msg("\"%s\" is sent", bad[i]);
    }
}

static void who_is_calling_is_said_as_the_binding_says(void **state)
{
    Fixture *f = *state;
    EscSystemBinding *system = &f->systems[0];
    system->secret = (EscText){0};
    system->auth = (EscAuthBinding){
        .kind = ESC_AUTH_BASIC, .user = ESC_TEXT("Aladdin"), .secret = ESC_TEXT("open sesame")};
    make_call(f, CALL);
    assert_true(has_header(&f->plan, "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    system->auth = (EscAuthBinding){.kind = ESC_AUTH_BEARER, .secret = ESC_TEXT("t")};
    make_call(f, CALL);
    assert_true(has_header(&f->plan, "Authorization: Bearer t"));
    system->auth = (EscAuthBinding){
        .kind = ESC_AUTH_API_KEY, .header = ESC_TEXT("X-Api-Key"), .secret = ESC_TEXT("k")};
    make_call(f, CALL);
    assert_headers(&f->plan, "Idempotency-Key: acme/E-1/1\nX-Api-Key: k\n");
    system->auth = (EscAuthBinding){
        .kind = ESC_AUTH_API_KEY, .query = ESC_TEXT("api_key"), .secret = ESC_TEXT("k&?#")};
    make_call(f, CALL);
    assert_text_equal(f->plan.url, "https://crm.example/api/a?api_key=k%26%3F%23");
    make_call(f, "{\"system\":\"crm\",\"method\":\"GET\",\"path\":\"/a?b=c\",\"expect\":[]}");
    assert_text_equal(f->plan.url, "https://crm.example/api/a?b=c&api_key=k%26%3F%23");
}

/* RFC 6749 4.4.2 and 2.3.1 */
static void a_token_is_asked_for_by_client_credentials(void **state)
{
    Fixture *f = *state;
    EscSystemBinding system = f->systems[0];
    system.auth = (EscAuthBinding){.kind = ESC_AUTH_OAUTH2,
                                   .token_url = ESC_TEXT("https://login.example/token"),
                                   .client_id = ESC_TEXT("es:cal"),
                                   .client_in = ESC_TEXT("header"),
                                   .secret = ESC_TEXT("s&"),
                                   .scope = ESC_TEXT("tickets write")};
    esc_plan_token(f->arena, &f->config, &system, &f->plan);
    assert_false(is_refused(f));
    assert_text_equal(f->plan.url, "https://login.example/token");
    assert_text_equal(f->plan.host, "login.example");
    assert_text_equal(f->plan.method, "POST");
    assert_text_equal(f->plan.body, "grant_type=client_credentials&scope=tickets%20write");
    assert_headers(&f->plan,
                   "Authorization: Basic ZXMlM0FjYWw6cyUyNg==\n"
                   "Content-Type: application/x-www-form-urlencoded\nAccept: application/json\n");
    system.auth.client_in = ESC_TEXT("body");
    system.auth.audience = ESC_TEXT("https://desk.example");
    system.auth.scope = (EscText){0};
    esc_plan_token(f->arena, &f->config, &system, &f->plan);
    assert_text_equal(f->plan.body,
                      "grant_type=client_credentials&audience=https%3A%2F%2Fdesk.example&"
                      "client_id=es%3Acal&client_secret=s%26");
    assert_false(has_header(&f->plan, "Authorization"));
}

/* Two are always there: the secret and the key. */
static void a_request_has_at_most_32_headers(void **state)
{
    Fixture *f = *state;
    EscText headers[ESC_PLAN_HEADERS_MAX + 1];
    for (size_t i = 0; i < ESC_COUNT_OF(headers); i++)
        headers[i] = ESC_TEXT("X: y");
    f->systems[0].headers = (EscTexts){headers, ESC_PLAN_HEADERS_MAX - 2};
    make_call(f, CALL);
    assert_false(is_refused(f));
    assert_int_equal(f->plan.headers_count, ESC_PLAN_HEADERS_MAX);
    for (uint32_t count = ESC_PLAN_HEADERS_MAX - 1; count <= ESC_COUNT_OF(headers); count++) {
        f->systems[0].headers.count = count;
        make_call(f, CALL);
        assert_refused(f, "there are too many headers");
    }
}

static void headers_hold_no_control_characters(void **state)
{
    Fixture *f = *state;
    static const char *const bad[] = {"a\r\nX: y", "a\x1f", "\x7f", "\t", "\ta"};
    f->systems[0].secret_prefix = (EscText){0};
    for (size_t i = 0; i < ESC_COUNT_OF(bad); i++) {
        f->systems[0].secret = esc_text_from(bad[i]);
        make_call(f, CALL);
        assert_refused(f, "a header would hold control characters");
    }
    f->systems[0].secret = ESC_TEXT("a ~\u00e4");
    make_call(f, CALL);
    assert_false(is_refused(f));
    f->systems[0].secret = (EscText){0};
    make_call(f, CALL);
    assert_false(has_header(&f->plan, "Authorization"));
}

static void calls_cannot_leave_the_base_address(void **state)
{
    Fixture *f = *state;
    static const char *const bad[] = {"@evil.example/", "leads",   "",          "/a/../../admin",
                                      "/a/..",          "/./a",    "/%2e%2E/a", "/a/.%2e?x",
                                      ".evil.example/", "/%2e",    "/a/%2E",    "/a/%2e%2e",
                                      "/a/%2e/b",       "/a/..?x", "/a/./b"};
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
    static const char *const good[] = {"/%2d", "/a/%2D%2d/b",  "/...",  "/a/%2e%2e%2e",
                                       "/.a",  "/a.",          "/%2ea", "/%2",
                                       "/%",   "/a?b=%2e/../", "/a//b", "/%3e/%2f"};
    for (size_t i = 0; i < ESC_COUNT_OF(good); i++) {
        char json[256];
        (void)snprintf(json, sizeof(json),
                       "{\"system\":\"crm\",\"method\":\"GET\",\"path\":\"%s\",\"expect\":[]}",
                       good[i]);
        make_call(f, json);
        if (is_refused(f))
            fail_msg("\"%s\": %.*s", good[i], ESC_TEXT_ARG(f->plan.refusal));
    }
    make_call(f, "{\"method\":\"GET\",\"path\":\"/!~\\u007f\\\"<>\\\\^`{|}#[]\"}");
    assert_text_equal(f->plan.url, "https://crm.example/api/!~%7F%22%3C%3E%5C%5E%60%7B%7C%7D%23[]");
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
        cmocka_unit_test_setup_teardown(what_is_not_readable_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_room_of_a_chat_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_of_a_file_says_all_of_a_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_mail_has_the_servers_sender_and_a_subject, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_address_that_is_no_url_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_message_has_its_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_gets_the_body_as_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_address_of_a_call_has_its_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_plan_without_memory_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_of_endpoints_are_cut_between_characters, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_call_without_a_body_has_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_form_and_headers_of_the_action_are_sent, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_header_of_a_row_adds_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_calling_is_said_as_the_binding_says, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_token_is_asked_for_by_client_credentials, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_request_has_at_most_32_headers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(headers_hold_no_control_characters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_channels_mail_goes_to_the_receiver_of_the_row, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(routes_need_no_body, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_bound_goes_to_the_sink_or_nowhere, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_person_is_not_a_channel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(people_go_where_their_medium_is_bound, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mail_addresses_cannot_add_recipients, set_up, tear_down),
        cmocka_unit_test_setup_teardown(calls_go_behind_the_base_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(calls_cannot_leave_the_base_address, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
