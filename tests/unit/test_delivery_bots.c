/* test_delivery_bots.c - what goes to chats with an API of their own: Slack, Mattermost, Discord, Teams; what is found out
 * and kept for it; buttons. */
#include <stdio.h>
#include <stdlib.h>

#include <openssl/hmac.h>

#include "support/test.h"

#include "buttons.h"
#include "config_internal.h"
#include "plan.h"
#include "planner.h"
#include "verdict.h"

typedef struct Disk {
    EscBuf file;
    size_t writes;
} Disk;

typedef struct Fixture {
    EscArena *arena;
    EscPool *pool;
    Disk disk;
    EscFiles files;
    EscKnown *known;
    EscWorkspaceConfig config;
    EscEndpoint channels[4];
    EscInboundBinding inbound[2];
    EscOutboxRow row;
    EscRoute route;
    EscPlan plan;
} Fixture;

static EscStatus read_disk(void *context, const char *path, EscBuf *out)
{
    const Disk *disk = context;
    assert_string_equal(path, "acme.known.jsonl");
    esc_buf_text(out, esc_buf_as_text(&disk->file));
    return disk->file.size == 0 ? ESC_NOT_FOUND : ESC_OK;
}

static EscStatus append_disk(void *context, const char *path, EscBytes bytes)
{
    Disk *disk = context;
    (void)path;
    disk->writes++;
    esc_buf_append(&disk->file, bytes.data, bytes.size);
    return ESC_OK;
}

static EscKnown *open_known(Fixture *f)
{
    EscKnown *known = esc_known_new(&f->files, f->pool, "acme.known.jsonl", 7);
    assert_non_null(known);
    return known;
}

static void channels_of(Fixture *f)
{
    static EscText places[2];
    places[0] = ESC_TEXT("C024BE91L");
    places[1] = ESC_TEXT("ops/incidents");
    f->channels[0] = (EscEndpoint){.name = ESC_TEXT("slack"),
                                   .kind = ESC_ENDPOINT_SLACK,
                                   .url = ESC_TEXT("https://slack.example/api/"),
                                   .to = {places, 1},
                                   .secret = ESC_TEXT("xoxb-1")};
    f->channels[1] = (EscEndpoint){.name = ESC_TEXT("mattermost"),
                                   .kind = ESC_ENDPOINT_MATTERMOST,
                                   .url = ESC_TEXT("https://chat.example"),
                                   .to = {places + 1, 1},
                                   .secret = ESC_TEXT("mm-token")};
    f->channels[2] = (EscEndpoint){.name = ESC_TEXT("teams"),
                                   .kind = ESC_ENDPOINT_TEAMS,
                                   .url = ESC_TEXT("https://teams.example/hook?sig=x")};
    f->channels[3] = (EscEndpoint){.name = ESC_TEXT("discord"),
                                   .kind = ESC_ENDPOINT_DISCORD,
                                   .url = ESC_TEXT("https://discord.example/api/webhooks/1/t")};
    f->config.channels = (EscEndpoints){f->channels, ESC_COUNT_OF(f->channels)};
    f->inbound[0] = (EscInboundBinding){.name = ESC_TEXT("s"), .secret = ESC_TEXT("sign")};
    f->inbound[1] = (EscInboundBinding){.name = ESC_TEXT("m"), .secret = ESC_TEXT("Jefe")};
    f->config.inbound = (EscInboundBindings){f->inbound, 2};
    f->config.public_url = ESC_TEXT("https://escal.example");
}

static int set_up(void **state)
{
    Fixture *f = calloc(1, sizeof(*f));
    EscWhy why;
    EscPoolConfig pool = {.workers = 1, .workers_max = 1, .stuck_ms = 1000};
    assert_non_null(f);
    f->arena = esc_arena_new((size_t)16 << 20);
    f->pool = esc_pool_new(&pool, &why);
    esc_buf_init(&f->disk.file, (size_t)4 << 20);
    f->files = (EscFiles){.context = &f->disk, .read = read_disk, .append = append_disk};
    f->known = open_known(f);
    esc_config_preset(CONFIG_GROUP_WORKSPACE, &f->config);
    channels_of(f);
    f->row = (EscOutboxRow){.id = 12, .key = ESC_TEXT("acme/E-1/1"), .medium = ESC_TEXT("chat")};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    esc_known_free(f->known);
    esc_pool_free(f->pool);
    esc_buf_release(&f->disk.file);
    esc_arena_free(f->arena);
    free(f);
    return 0;
}

static void make(Fixture *f)
{
    esc_route_find(&f->config, &f->row, &f->route);
    EscPlanInput input = {
        .config = &f->config, .route = &f->route, .row = &f->row, .known = f->known};
    esc_plan_make(f->arena, &input, &f->plan);
}

#define PAGE                                                                                       \
    "{\"text\":\"Down\",\"workspace\":\"acme\",\"escalation\":\"E-1\",\"ticket\":\"T\",\"until\":" \
    "\"09:05\",\"page\":true}"
#define NOTICE "{\"text\":\"Down\",\"workspace\":\"acme\",\"escalation\":\"E-1\",\"ticket\":\"T\"}"

static void to_channel(Fixture *f, const char *channel, const char *body)
{
    f->row.target = esc_text_from(channel);
    f->row.address = (EscText){"", 0};
    f->row.body = esc_text_from(body);
    make(f);
}

static void to_person(Fixture *f, EscEndpoint *endpoint, const char *address, const char *body)
{
    f->config.people.chat = *endpoint;
    f->config.people.chat.name = (EscText){"", 0};
    f->config.people.chat.type = ESC_TEXT("bound");
    f->config.people.chat.to = (EscTexts){0};
    f->row.target = ESC_TEXT("ana");
    f->row.address = esc_text_from(address);
    f->row.body = esc_text_from(body);
    make(f);
}

static bool says(const Fixture *f, const char *part)
{
    return esc_text_contains(f->plan.body, esc_text_from(part));
}

static bool has_header(const EscPlan *plan, const char *line)
{
    for (uint32_t i = 0; i < plan->headers_count; i++)
        if (esc_text_equal(plan->headers[i], esc_text_from(line)))
            return true;
    return false;
}

static EscSaid judged(const Fixture *f, unsigned status, const char *reply)
{
    EscSaid said = {.http_status = status,
                    .reply = esc_text_from(reply),
                    .verdict = esc_verdict_http(&f->plan, true, status),
                    .state = ESC_DELIVERY_ACCEPTED};
    f->plan.judge(&said);
    return said;
}

/* --- what is known ---------------------------------------------------------------------------- */

static void what_names_people_is_kept(void **state)
{
    Fixture *f = *state;
    esc_known_put(f->known, ESC_KNOWN_PERSON, ESC_TEXT("slack a@x.example"), ESC_TEXT("U1"));
    esc_known_put(f->known, ESC_KNOWN_PERSON, ESC_TEXT("slack a@x.example"), ESC_TEXT("U2"));
    esc_known_put(f->known, ESC_KNOWN_PERSON, ESC_TEXT("slack b@x.example"), ESC_TEXT("U3"));
    esc_known_forget(f->known, ESC_KNOWN_PERSON, ESC_TEXT("slack b@x.example"));
    esc_known_put(f->known, ESC_KNOWN_PLACE, ESC_TEXT("thread"), ESC_TEXT("1.5"));
    assert_text_equal(esc_known_find(f->known, f->arena, ESC_KNOWN_PLACE, ESC_TEXT("thread")),
                      "1.5");
    esc_known_free(f->known);
    esc_buf_string(&f->disk.file, "{\"k\":\"cut o");
    f->known = open_known(f);
    assert_text_equal(
        esc_known_find(f->known, f->arena, ESC_KNOWN_PERSON, ESC_TEXT("slack a@x.example")), "U2");
    assert_text_equal(esc_known_of(f->known, f->arena, ESC_TEXT("slack "), ESC_TEXT("U2")),
                      "a@x.example");
    assert_text_equal(esc_known_of(f->known, f->arena, ESC_TEXT("mattermost "), ESC_TEXT("U2")),
                      "");
    assert_text_equal(
        esc_known_find(f->known, f->arena, ESC_KNOWN_PERSON, ESC_TEXT("slack b@x.example")), "");
    assert_text_equal(esc_known_find(f->known, f->arena, ESC_KNOWN_PLACE, ESC_TEXT("thread")), "");
    assert_text_equal(esc_known_find(NULL, f->arena, ESC_KNOWN_PLACE, ESC_TEXT("thread")), "");
}

static void the_oldest_makes_room(void **state)
{
    Fixture *f = *state;
    char key[32];
    for (int i = 0; i <= ESC_KNOWN_MAX; i++) {
        (void)snprintf(key, sizeof(key), "k%d", i);
        esc_known_put(f->known, ESC_KNOWN_PLACE, esc_text_from(key), ESC_TEXT("v"));
    }
    assert_text_equal(esc_known_find(f->known, f->arena, ESC_KNOWN_PLACE, ESC_TEXT("k0")), "");
    assert_text_equal(esc_known_find(f->known, f->arena, ESC_KNOWN_PLACE, ESC_TEXT("k1")), "v");
    (void)snprintf(key, sizeof(key), "k%d", ESC_KNOWN_MAX);
    assert_text_equal(esc_known_find(f->known, f->arena, ESC_KNOWN_PLACE, esc_text_from(key)), "v");
    char *big = malloc(ESC_KNOWN_BYTES_MAX);
    assert_non_null(big);
    memset(big, 'x', ESC_KNOWN_BYTES_MAX);
    esc_known_put(f->known, ESC_KNOWN_PLACE, ESC_TEXT("big"),
                  (EscText){big, ESC_KNOWN_BYTES_MAX - 2});
    assert_text_equal(esc_known_find(f->known, f->arena, ESC_KNOWN_PLACE, ESC_TEXT("big")), "");
    free(big);
}

/* --- Slack ------------------------------------------------------------------------------------ */

static void slack_gets_a_message_in_its_channel(void **state)
{
    Fixture *f = *state;
    to_channel(f, "slack", NOTICE);
    assert_int_equal(f->plan.refusal.size, 0);
    assert_text_equal(f->plan.url, "https://slack.example/api/chat.postMessage");
    assert_text_equal(f->plan.method, "POST");
    assert_text_equal(f->plan.body, "{\"channel\":\"C024BE91L\",\"text\":\"Down\\nacme · E-1 · T\","
                                    "\"unfurl_links\":false,\"unfurl_media\":false}");
    assert_true(has_header(&f->plan, "Authorization: Bearer xoxb-1"));
    assert_text_equal(f->plan.credential, "xoxb-1");
    assert_false(f->plan.is_step);
}

static void an_escalation_is_one_thread_of_a_channel(void **state)
{
    Fixture *f = *state;
    to_channel(f, "slack", NOTICE);
    assert_text_equal(f->plan.learns, "slack thread slack E-1");
    assert_string_equal(f->plan.learns_from, "/ts");
    esc_known_put(f->known, f->plan.learns_sort, f->plan.learns, ESC_TEXT("1503435956.000247"));
    make(f);
    assert_true(says(f, ",\"thread_ts\":\"1503435956.000247\""));
    assert_int_equal(f->plan.learns.size, 0);
    assert_text_equal(f->plan.relies_on, "slack thread slack E-1");
    to_channel(f, "slack", "{\"text\":\"of no escalation\",\"workspace\":\"acme\"}");
    assert_int_equal(f->plan.learns.size, 0);
    assert_false(says(f, "thread_ts"));
    to_person(f, &f->channels[0], "U0ANA", PAGE); /* so that each rings */
    assert_int_equal(f->plan.learns.size, 0);
    assert_false(says(f, "thread_ts"));
}

static void slack_knows_people_by_id_or_mail(void **state)
{
    Fixture *f = *state;
    to_person(f, &f->channels[0], "U0ANA", PAGE);
    assert_true(says(f, "{\"channel\":\"U0ANA\""));
    to_person(f, &f->channels[0], "ana+x@a.example", PAGE);
    assert_true(f->plan.is_step);
    assert_text_equal(f->plan.method, "GET");
    assert_text_equal(f->plan.url,
                      "https://slack.example/api/users.lookupByEmail?email=ana%2Bx%40a%2Eexample");
    assert_true(has_header(&f->plan, "Authorization: Bearer xoxb-1"));
    assert_string_equal(f->plan.learns_from, "/user/id");
    assert_text_equal(f->plan.learns, "slack ana+x@a.example");
    esc_known_put(f->known, f->plan.learns_sort, f->plan.learns, ESC_TEXT("U7"));
    make(f);
    assert_false(f->plan.is_step);
    assert_true(says(f, "{\"channel\":\"U7\""));
    assert_text_equal(f->plan.relies_on, "slack ana+x@a.example");
    static const char *const names[] = {"@ana", "ana", "u0ana", "#incidents", "U", "U0-1"};
    for (size_t i = 0; i < ESC_COUNT_OF(names); i++) {
        to_person(f, &f->channels[0], names[i], PAGE);
        if (f->plan.refusal.size == 0)
            fail_msg("%s is written to", names[i]);
    }
}

static void slacks_words_decide(void **state)
{
    Fixture *f = *state;
    to_channel(f, "slack", NOTICE);
    EscSaid said = judged(f, 200, "{\"ok\":true,\"ts\":\"1.5\"}");
    assert_int_equal(said.verdict, ESC_VERDICT_DONE);
    assert_int_equal(said.state, ESC_DELIVERY_DELIVERED);
    static const struct {
        const char *reply;
        EscVerdict verdict;
        bool is_unknown;
    } cases[] = {
        {"{\"ok\":false,\"error\":\"invalid_auth\"}", ESC_VERDICT_HOLD, false},
        {"{\"ok\":false,\"error\":\"missing_scope\"}", ESC_VERDICT_HOLD, false},
        {"{\"ok\":false,\"error\":\"ratelimited\"}", ESC_VERDICT_RETRY, false},
        {"{\"ok\":false,\"error\":\"fatal_error\"}", ESC_VERDICT_RETRY, false},
        {"{\"ok\":false,\"error\":\"channel_not_found\"}", ESC_VERDICT_DEAD, true},
        {"{\"ok\":false,\"error\":\"is_archived\"}", ESC_VERDICT_DEAD, false},
        {"{\"ok\":false,\"error\":\"users_not_found\"}", ESC_VERDICT_DEAD, false},
        {"{\"ok\":false}", ESC_VERDICT_DEAD, false},
        {"{\"ok\":\"true\"}x", ESC_VERDICT_DEAD, false},
        {"<html>", ESC_VERDICT_DEAD, false},
        {"", ESC_VERDICT_DEAD, false},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        said = judged(f, 200, cases[i].reply);
        assert_int_equal(said.verdict, cases[i].verdict);
        assert_int_equal(said.is_unknown, cases[i].is_unknown);
    }
    assert_int_equal(judged(f, 429, "").verdict, ESC_VERDICT_RETRY);
    assert_int_equal(judged(f, 503, "").verdict, ESC_VERDICT_RETRY);
}

static void slack_buttons_say_what_they_do(void **state)
{
    Fixture *f = *state;
    to_channel(f, "slack", NOTICE);
    assert_false(says(f, "blocks")); /* they would lead nowhere */
    f->channels[0].answers = ESC_TEXT("s");
    make(f);
    assert_true(says(f, ",\"blocks\":[{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":"
                        "\"Down\\nacme · E-1 · T\"}},{\"type\":\"actions\",\"elements\":[{\"type\":"
                        "\"button\",\"action_id\":\"escal.ack\",\"text\":{\"type\":\"plain_text\","
                        "\"text\":\"Acknowledge\"},\"style\":\"primary\",\"value\":\"{\\\"do\\\":"
                        "\\\"ack\\\",\\\"e\\\":\\\"E-1\\\",\\\"c\\\":\\\"slack\\\",\\\"o\\\":12}"
                        "\"},{\"type\":\"button\",\"action_id\":\"escal.resolve\","));
    to_channel(f, "slack",
               "{\"text\":\"Which?\",\"escalation\":\"E-1\",\"language\":\"de\",\"question\":"
               "\"Which?\",\"answers\":[{\"name\":\"eu\",\"title\":\"Europa\"},{\"name\":\"us\","
               "\"title\":\"Amerika\"}]}");
    assert_true(says(f,
                     "\"action_id\":\"escal.answer.0\",\"text\":{\"type\":\"plain_text\",\"text\":"
                     "\"Europa\"}"));
    assert_true(says(f, "\"action_id\":\"escal.answer.1\""));
    assert_true(says(f, "\\\"a\\\":\\\"us\\\""));
    assert_false(says(f, "escal.ack"));
    to_channel(f, "slack",
               "{\"text\":\"May I?\",\"escalation\":\"E-1\",\"question\":\"May I?\",\"answers\":["
               "{\"name\":\"approve\",\"title\":\"Approve\"},{\"name\":\"reject\",\"title\":"
               "\"Reject\"}]}");
    assert_true(says(f, "\"action_id\":\"escal.approve\""));
    assert_true(says(f, "\"action_id\":\"escal.reject\""));
    to_person(f, &f->channels[0], "U0ANA", NOTICE); /* asks for nothing */
    assert_false(says(f, "blocks"));
    to_person(f, &f->channels[0], "U0ANA", PAGE);
    assert_true(says(f, "\\\"p\\\":\\\"ana\\\""));
}

/* A block of 3000 characters at most, and nothing is parted in a word. */
static void a_long_text_is_several_blocks(void **state)
{
    Fixture *f = *state;
    EscBuf body;
    esc_buf_init(&body, 65536);
    esc_buf_string(&body, "{\"escalation\":\"E-1\",\"text\":\"");
    for (int i = 0; i < 900; i++)
        esc_buf_string(&body, "&lt\u00e9 ");
    esc_buf_string(&body, "\"}");
    EscText text = esc_arena_text(f->arena, esc_buf_as_text(&body));
    esc_buf_release(&body);
    f->channels[0].answers = ESC_TEXT("s");
    f->row.target = ESC_TEXT("slack");
    f->row.body = text;
    make(f);
    assert_int_equal(f->plan.refusal.size, 0);
    size_t count = 0;
    EscText rest = f->plan.body, begin = ESC_TEXT("\"mrkdwn\",\"text\":\"");
    while (rest.size > begin.size) {
        if (esc_text_starts_with(rest, begin)) {
            const char *end = memchr(rest.data + begin.size, '"', rest.size - begin.size);
            assert_non_null(end);
            assert_true(end - rest.data < 3000);
            EscText piece = {rest.data + begin.size, (size_t)(end - rest.data) - begin.size};
            assert_true(esc_text_starts_with(piece, ESC_TEXT("&amp;lt")) || count > 0);
            count++;
        }
        rest = (EscText){rest.data + 1, rest.size - 1};
    }
    assert_in_range(count, 3, 5);
}

static void nobody_is_called_by_a_tickets_text(void **state)
{
    Fixture *f = *state;
    const char *body = "{\"text\":\"<!channel> @everyone <@U1> <@123> [a](https://x.example) "
                       "<at>a</at>\",\"escalation\":\"E-1\"}";
    static const char *const channels[] = {"slack", "teams", "discord"};
    for (size_t i = 0; i < ESC_COUNT_OF(channels); i++) {
        to_channel(f, channels[i], body);
        static const char *const calls[] = {"<!channel", "@everyone", "<@U1", "<@123", "](", "<at"};
        for (size_t k = 0; k < ESC_COUNT_OF(calls); k++)
            if (says(f, calls[k]))
                fail_msg("%s is told %s", channels[i], calls[k]);
    }
    esc_known_put(f->known, ESC_KNOWN_PLACE, ESC_TEXT("mattermost channel ops/incidents"),
                  ESC_TEXT("abcdefghijklmnopqrstuvwx01"));
    to_channel(f, "mattermost", body);
    assert_false(says(f, "@everyone"));
    assert_false(says(f, "<!channel"));
}

static void errands_are_for_who_knows_them(void **state)
{
    Fixture *f = *state;
    f->row.id = ESC_ERRAND_FIRST;
    to_channel(f, "slack", "{\"do\":\"chat.update\",\"with\":{\"channel\":\"C1\",\"ts\":\"1.5\"}}");
    assert_text_equal(f->plan.url, "https://slack.example/api/chat.update");
    assert_text_equal(f->plan.body, "{\"channel\":\"C1\",\"ts\":\"1.5\"}");
    to_channel(f, "mattermost",
               "{\"do\":\"patch\",\"post\":\"abcdefghijklmnopqrstuvwx01\",\"with\":{}}");
    assert_text_equal(f->plan.method, "PUT");
    assert_text_equal(f->plan.url,
                      "https://chat.example/api/v4/posts/abcdefghijklmnopqrstuvwx01/patch");
    static const struct {
        const char *channel, *body;
    } wrong[] = {{"slack", "{\"do\":\"admin.users.remove\",\"with\":{}}"},
                 {"slack", "{}"},
                 {"slack", "x"},
                 {"mattermost", "{\"do\":\"patch\",\"post\":\"../../users/me/x/y/z/q/r/s/t\"}"},
                 {"discord", "{\"do\":\"chat.update\",\"with\":{}}"},
                 {"teams", "{}"},
                 {"nowhere", "{}"}};
    for (size_t i = 0; i < ESC_COUNT_OF(wrong); i++) {
        to_channel(f, wrong[i].channel, wrong[i].body);
        if (f->plan.refusal.size == 0)
            fail_msg("%s is sent to %s", wrong[i].body, wrong[i].channel);
    }
}

/* --- Mattermost ------------------------------------------------------------------------------- */

static void learn(Fixture *f, const char *url, const char *value)
{
    assert_true(f->plan.is_step);
    assert_text_equal(f->plan.url, url);
    assert_string_equal(f->plan.learns_from, "/id");
    assert_true(has_header(&f->plan, "Authorization: Bearer mm-token"));
    esc_known_put(f->known, f->plan.learns_sort, f->plan.learns, esc_text_from(value));
    make(f);
}

static void mattermost_is_asked_step_by_step(void **state)
{
    Fixture *f = *state;
    to_person(f, &f->channels[1], "@ana", PAGE);
    learn(f, "https://chat.example/api/v4/users/username/ana", "user");
    learn(f, "https://chat.example/api/v4/users/me", "self");
    assert_text_equal(f->plan.body, "[\"self\",\"user\"]");
    assert_text_equal(f->plan.method, "POST");
    learn(f, "https://chat.example/api/v4/channels/direct", "direct");
    assert_false(f->plan.is_step);
    assert_text_equal(f->plan.url, "https://chat.example/api/v4/posts");
    assert_true(says(f, "{\"channel_id\":\"direct\",\"message\":\"PAGE: Down"));
    to_person(f, &f->channels[1], "ana@x.example", PAGE);
    assert_text_equal(f->plan.url, "https://chat.example/api/v4/users/email/ana%40x%2Eexample");
    to_person(f, &f->channels[1], "ana", PAGE);
    assert_true(f->plan.refusal.size > 0);
    assert_int_equal(judged(f, 201, "{}").state, ESC_DELIVERY_DELIVERED);
    assert_true(judged(f, 404, "{}").is_unknown);
    assert_int_equal(judged(f, 404, "{}").verdict, ESC_VERDICT_DEAD);
    assert_int_equal(judged(f, 401, "{}").verdict, ESC_VERDICT_HOLD);
}

static void mattermost_channels_have_threads(void **state)
{
    Fixture *f = *state;
    to_channel(f, "mattermost", NOTICE);
    learn(f, "https://chat.example/api/v4/teams/name/ops/channels/name/incidents", "chan");
    assert_text_equal(f->plan.body,
                      "{\"channel_id\":\"chan\",\"message\":\"Down\\nacme · E-1 · T\"}");
    assert_string_equal(f->plan.learns_from, "/id");
    esc_known_put(f->known, f->plan.learns_sort, f->plan.learns, ESC_TEXT("root"));
    make(f);
    assert_true(says(f, ",\"root_id\":\"root\""));
}

static void mattermost_buttons_are_proven(void **state)
{
    Fixture *f = *state;
    uint8_t mac[32];
    unsigned size = 0;
    char hex[65];
    const char *button = "{\"do\":\"ack\",\"e\":\"E-1\",\"c\":\"mattermost\",\"o\":12}";
    HMAC(EVP_sha256(), "Jefe", 4, (const uint8_t *)button, strlen(button), mac, &size);
    esc_hex((EscBytes){mac, size}, hex);
    f->channels[1].answers = ESC_TEXT("m");
    esc_known_put(f->known, ESC_KNOWN_PLACE, ESC_TEXT("mattermost channel ops/incidents"),
                  ESC_TEXT("chan"));
    to_channel(f, "mattermost", NOTICE);
    assert_true(says(f, ",\"props\":{\"attachments\":[{\"actions\":[{\"id\":\"escal0\",\"type\":"
                        "\"button\",\"style\":\"primary\",\"name\":\"Acknowledge\",\"integration\":"
                        "{\"url\":\"https://escal.example/v1/inbound/m\",\"context\":{\"button\":"
                        "\"{\\\"do\\\":\\\"ack\\\",\\\"e\\\":\\\"E-1\\\",\\\"c\\\":"
                        "\\\"mattermost\\\",\\\"o\\\":12}\",\"proof\":\""));
    assert_true(says(f, hex));
}

/* --- webhooks --------------------------------------------------------------------------------- */

static void teams_gets_a_card(void **state)
{
    Fixture *f = *state;
    to_channel(f, "teams", "{\"text\":\"a < b & c\",\"escalation\":\"E-1\"}");
    assert_text_equal(f->plan.url, "https://teams.example/hook?sig=x");
    assert_true(says(f, "\"contentType\":\"application/vnd.microsoft.card.adaptive\""));
    assert_true(says(f, "{\"type\":\"TextBlock\",\"wrap\":true,\"text\":\"a < b & c\\n"));
    assert_true(f->plan.judge == NULL);
}

static void discord_rings_nobody_and_is_cut(void **state)
{
    Fixture *f = *state;
    EscBuf body;
    esc_buf_init(&body, 65536);
    to_channel(f, "discord", NOTICE);
    assert_text_equal(f->plan.url, "https://discord.example/api/webhooks/1/t?wait=true");
    assert_text_equal(f->plan.body, "{\"content\":\"Down\\nacme · E-1 · T\","
                                    "\"allowed_mentions\":{\"parse\":[]}}");
    esc_buf_string(&body, "{\"text\":\"");
    for (int i = 0; i < 1500; i++)
        esc_buf_string(&body, "\xf0\x9f\x94\xa5"); /* two units each */
    esc_buf_string(&body, "\"}");
    f->row.body = esc_arena_text(f->arena, esc_buf_as_text(&body));
    esc_buf_release(&body);
    make(f);
    EscText begin = ESC_TEXT("{\"content\":\"");
    const char *end = memchr(f->plan.body.data + begin.size, '"', f->plan.body.size - begin.size);
    assert_int_equal(end - f->plan.body.data - (long)begin.size, 999 * 4 + 3);
    assert_int_equal(judged(f, 404, "{\"code\":10015}").verdict, ESC_VERDICT_HOLD);
    assert_int_equal(judged(f, 200, "{\"id\":\"1\"}").state, ESC_DELIVERY_DELIVERED);
    assert_int_equal(judged(f, 204, "").state, ESC_DELIVERY_ACCEPTED);
    assert_int_equal(judged(f, 429, "{}").verdict, ESC_VERDICT_RETRY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_names_people_is_kept),           TEST(the_oldest_makes_room),
        TEST(slack_gets_a_message_in_its_channel), TEST(an_escalation_is_one_thread_of_a_channel),
        TEST(slack_knows_people_by_id_or_mail),    TEST(slacks_words_decide),
        TEST(slack_buttons_say_what_they_do),      TEST(a_long_text_is_several_blocks),
        TEST(nobody_is_called_by_a_tickets_text),  TEST(errands_are_for_who_knows_them),
        TEST(mattermost_is_asked_step_by_step),    TEST(mattermost_channels_have_threads),
        TEST(mattermost_buttons_are_proven),       TEST(teams_gets_a_card),
        TEST(discord_rings_nobody_and_is_cut),
    };
    return cmocka_run_group_tests_name("delivery_bots", tests, NULL, NULL);
}
