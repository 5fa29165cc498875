/* test_link_offers.c - links in what is sent to people: mail in both its forms, Slack, ntfy, text messages; and who gets none. */
#include <stdlib.h>

#include "support/test.h"

#include <esc/links.h>

#include "link_offers.h"
#include "plan.h"
#include "planner.h"

static const EscLinkKeys keys = {.keys = {{7}}, .count = 1};

typedef struct Fixture {
    EscArena *arena;
    EscWorkspaceConfig config;
    EscEndpoint endpoint;
    EscMessageAnswer answers[2];
    EscMessage message;
    EscOutboxRow row;
    EscPlan plan;
} Fixture;

static int set_up(void **state)
{
    Fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    f->arena = esc_arena_new((size_t)64 << 20);
    f->config = (EscWorkspaceConfig){
        .name = ESC_TEXT("acme"),
        .public_url = ESC_TEXT("https://desk.example"),
        .links = &keys,
        .mail = {.from = ESC_TEXT("escal@acme.example"), .server = ESC_TEXT("smtp://mx.example")}};
    f->message = (EscMessage){.text = ESC_TEXT("Please take it"),
                              .subject = ESC_TEXT("[INC-7] Please"),
                              .workspace = ESC_TEXT("Acme"),
                              .escalation = ESC_TEXT("E-12"),
                              .ticket = ESC_TEXT("INC-7"),
                              .until = ESC_TEXT("10:05 UTC"),
                              .act = ESC_TEXT("escalctl ack E-12"),
                              .page = true,
                              .asks = ESC_ASKS_ACK,
                              .due_ms = 1};
    f->row = (EscOutboxRow){.id = 42,
                            .key = ESC_TEXT("acme/E-12/7/9f3c2b1a0d4e5f60"),
                            .target = ESC_TEXT("ana"),
                            .medium = ESC_TEXT("email"),
                            .address = ESC_TEXT("ana@acme.example"),
                            .message = &f->message};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    esc_arena_free(f->arena);
    free(f);
    return 0;
}

static EscPlanner planner_of(Fixture *f)
{
    f->plan = (EscPlan){.is_call = false};
    return (EscPlanner){.arena = f->arena, .config = &f->config, .row = &f->row, .plan = &f->plan};
}

static void asks_with_answers(Fixture *f)
{
    f->answers[0] = (EscMessageAnswer){ESC_TEXT("yes"), ESC_TEXT("Roll <back>")};
    f->answers[1] = (EscMessageAnswer){ESC_TEXT("no"), ESC_TEXT("Leave it")};
    f->message.question = ESC_TEXT("Is it the release?");
    f->message.asks = ESC_ASKS_ANSWER;
    f->message.has_answers = true;
    f->message.answers = f->answers;
    f->message.answers_count = 2;
    f->message.question_number = 3;
}

/* What the link behind an address says; the address begins as it should. */
static EscLink read(EscText url)
{
    EscLink link;
    EscText before = ESC_TEXT("https://desk.example/x/");
    assert_true(esc_text_starts_with(url, before));
    assert_true(esc_link_read((EscText){url.data + before.size, url.size - before.size}, &keys,
                              ESC_TEXT("acme"), &link));
    assert_int_equal(link.outbox, 42);
    assert_int_equal(link.store, 0x9f3c2b1a);
    return link;
}

static void each_act_has_a_link_of_its_own(void **state)
{
    Fixture *f = *state;
    EscPlanner planner = planner_of(f);
    EscLinkOffer offers[ESC_BUTTONS_MAX];
    assert_int_equal(esc_link_offers(&planner, &f->message, offers), 1);
    assert_int_equal(read(offers[0].url).act, ESC_LINK_ACK);
    assert_int_equal(read(esc_link_page(&planner, &f->message)).act, ESC_LINK_ANY);
    asks_with_answers(f);
    assert_int_equal(esc_link_offers(&planner, &f->message, offers), 2);
    for (uint32_t i = 0; i < 2; i++) {
        EscLink link = read(offers[i].url);
        assert_int_equal(link.act, ESC_LINK_ANSWER);
        assert_int_equal(link.item, i + 1);
    }
    assert_text_equal(offers[1].label, "Leave it");
}

static void nobody_else_gets_one(void **state)
{
    Fixture *f = *state;
    EscPlanner planner = planner_of(f);
    assert_true(esc_link_is_offered(&planner, &f->message));
    f->row.address = (EscText){0}; /* a channel */
    assert_false(esc_link_is_offered(&planner, &f->message));
    f->row.address = ESC_TEXT("a@x.example");
    f->row.medium = ESC_TEXT(ESC_MEDIUM_MAIL); /* one of those who get its mails */
    assert_false(esc_link_is_offered(&planner, &f->message));
    f->row.medium = ESC_TEXT("email");
    f->row.key = ESC_TEXT("acme/E-12/7"); /* of no store that can be told apart */
    assert_false(esc_link_is_offered(&planner, &f->message));
    f->row.key = ESC_TEXT("acme/E-12/7/9f3c2b1a0d4e5f60");
    f->message.asks = ESC_ASKS_NOTHING;
    assert_false(esc_link_is_offered(&planner, &f->message));
    f->message.asks = ESC_ASKS_ACK;
    f->config.links = NULL;
    assert_false(esc_link_is_offered(&planner, &f->message));
    f->config.links = &keys;
    f->config.public_url = (EscText){0};
    assert_false(esc_link_is_offered(&planner, &f->message));
    assert_text_equal(esc_planner_message(&planner)->act, "escalctl ack E-12");
}

/* base64 of the n-th part, decoded. */
static EscText part_of(Fixture *f, EscText mail, const char *type)
{
    EscText begin = esc_arena_printf(f->arena,
                                     "Content-Type: text/%s; charset=utf-8\r\n"
                                     "Content-Transfer-Encoding: base64\r\n\r\n",
                                     type);
    const char *at = strstr(mail.data, begin.data);
    assert_non_null(at);
    char *out = esc_arena_alloc(f->arena, mail.size);
    size_t size = 0;
    uint32_t bits = 0, held = 0;
    for (at += begin.size; *at != '\0' && *at != '-'; at++) {
        static const char letters[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const char *letter = strchr(letters, *at);
        if (letter == NULL)
            continue;
        bits = bits << 6 | (uint32_t)(letter - letters);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[size++] = (char)(bits >> held);
        }
    }
    return (EscText){out, size};
}

static void has(EscText text, const char *part)
{
    if (!esc_text_contains(text, esc_text_from(part)))
        print_error("%.*s\nhas no %s\n", ESC_TEXT_ARG(text), part);
    assert_true(esc_text_contains(text, esc_text_from(part)));
}

static void a_mail_has_links_and_buttons(void **state)
{
    Fixture *f = *state;
    asks_with_answers(f);
    f->message.text = ESC_TEXT("Is it the release? <script>");
    EscPlanner planner = planner_of(f);
    esc_plan_person_mail(&planner);
    assert_int_equal(f->plan.refusal.size, 0);
    has(f->plan.body, "Content-Type: multipart/alternative; boundary=\"=_escal\"\r\n");
    has(f->plan.body, "\r\n--=_escal--\r\n");
    EscText plain = part_of(f, f->plan.body, "plain"), html = part_of(f, f->plan.body, "html");
    has(plain, "\r\n\r\nRoll <back>: https://desk.example/x/");
    has(plain, "\r\nLeave it: https://desk.example/x/");
    has(plain, "\r\nHand it over, I can't, or it is a mistake: https://desk.example/x/");
    assert_false(esc_text_contains(plain, ESC_TEXT("escalctl")));
    has(html, "&lt;script&gt;");
    has(html, ">Roll &lt;back&gt;</a>");
    assert_false(esc_text_contains(html, ESC_TEXT("<script")));
    assert_false(esc_text_contains(html, ESC_TEXT("src=")));
}

static void without_links_a_mail_is_as_it_was(void **state)
{
    Fixture *f = *state;
    f->config.links = NULL;
    EscPlanner planner = planner_of(f);
    esc_plan_person_mail(&planner);
    assert_false(esc_text_contains(f->plan.body, ESC_TEXT("multipart")));
    has(part_of(f, f->plan.body, "plain"), "To act: escalctl ack E-12");
}

static void slack_has_buttons_that_open_pages(void **state)
{
    Fixture *f = *state;
    EscPlanner planner = planner_of(f);
    f->endpoint = (EscEndpoint){.kind = ESC_ENDPOINT_SLACK,
                                .url = ESC_TEXT("https://slack.example/api"),
                                .secret = ESC_TEXT("xoxb-1")};
    f->row.medium = ESC_TEXT("chat");
    f->row.address = ESC_TEXT("U024BE7LH");
    esc_plan_slack(&planner, &f->endpoint);
    has(f->plan.body, "\"action_id\":\"escal.link.0\"");
    has(f->plan.body, "\"style\":\"primary\",\"url\":\"https://desk.example/x/");
    has(f->plan.body, "\"text\":\"Hand it over, I can't, or it is a mistake\"");
    assert_false(esc_text_contains(f->plan.body, ESC_TEXT("\"value\"")));
}

/* Where buttons come back there is one link more, and a refusal, which needs words, is another. */
static void slack_has_both_where_buttons_come_back(void **state)
{
    Fixture *f = *state;
    EscInboundBinding inbound = {.name = ESC_TEXT("s"), .secret = ESC_TEXT("sign")};
    f->config.inbound = (EscInboundBindings){&inbound, 1};
    f->endpoint = (EscEndpoint){.kind = ESC_ENDPOINT_SLACK,
                                .url = ESC_TEXT("https://slack.example/api"),
                                .secret = ESC_TEXT("xoxb-1"),
                                .answers = ESC_TEXT("s")};
    f->answers[0] = (EscMessageAnswer){ESC_TEXT("approve"), ESC_TEXT("Approve")};
    f->answers[1] = (EscMessageAnswer){ESC_TEXT("reject"), ESC_TEXT("Reject")};
    f->message.question = ESC_TEXT("Restart?");
    f->message.asks = ESC_ASKS_APPROVAL;
    f->message.has_answers = true;
    f->message.answers = f->answers;
    f->message.answers_count = 2;
    f->row.medium = ESC_TEXT("chat");
    f->row.address = ESC_TEXT("U024BE7LH");
    EscPlanner planner = planner_of(f);
    esc_plan_slack(&planner, &f->endpoint);
    has(f->plan.body, "{\"type\":\"button\",\"action_id\":\"escal.approve\"");
    has(f->plan.body, ",{\"type\":\"button\",\"action_id\":\"escal.link.1\",\"text\":{\"type\":"
                      "\"plain_text\",\"text\":\"Reject\"},\"url\":\"https://desk.example/x/");
    has(f->plan.body, ",{\"type\":\"button\",\"action_id\":\"escal.link.2\"");
    assert_false(esc_text_contains(f->plan.body, ESC_TEXT("escal.reject")));
}

static void ntfy_opens_a_page(void **state)
{
    Fixture *f = *state;
    EscPlanner planner = planner_of(f);
    f->endpoint = (EscEndpoint){.kind = ESC_ENDPOINT_NTFY, .url = ESC_TEXT("https://ntfy.example")};
    f->row.medium = ESC_TEXT("push");
    f->row.address = ESC_TEXT("topic");
    esc_plan_ntfy(&planner, &f->endpoint);
    has(f->plan.body, "\"click\":\"https://desk.example/x/");
    has(f->plan.body, "{\"action\":\"view\",\"clear\":true,\"label\":\"Acknowledge\",\"url\":"
                      "\"https://desk.example/x/");
}

static void a_text_message_has_one_link(void **state)
{
    Fixture *f = *state;
    EscPlanner planner = planner_of(f);
    f->endpoint = (EscEndpoint){.kind = ESC_ENDPOINT_SMS,
                                .url = ESC_TEXT("https://sms.example"),
                                .account = ESC_TEXT("AC1"),
                                .from = ESC_TEXT("+4930555010")};
    f->row.medium = ESC_TEXT("sms");
    f->row.address = ESC_TEXT("+4930555011");
    esc_plan_sms(&planner, &f->endpoint);
    has(f->plan.body, "To%20act%3A%20https%3A%2F%2Fdesk.example%2Fx%2F");
    assert_false(esc_text_contains(f->plan.body, ESC_TEXT("escalctl")));
}

/* What is sent again is the same, byte for byte. */
static void a_link_is_the_same_at_each_attempt(void **state)
{
    Fixture *f = *state;
    EscPlanner planner = planner_of(f);
    esc_plan_person_mail(&planner);
    EscText first = f->plan.body;
    planner = planner_of(f);
    planner.now_ms = 12345678;
    esc_plan_person_mail(&planner);
    assert_true(esc_text_equal(first, f->plan.body));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(each_act_has_a_link_of_its_own),
        CASE(nobody_else_gets_one),
        CASE(a_mail_has_links_and_buttons),
        CASE(without_links_a_mail_is_as_it_was),
        CASE(slack_has_buttons_that_open_pages),
        CASE(slack_has_both_where_buttons_come_back),
        CASE(ntfy_opens_a_page),
        CASE(a_text_message_has_one_link),
        CASE(a_link_is_the_same_at_each_attempt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
