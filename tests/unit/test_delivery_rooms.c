/* test_delivery_rooms.c - war rooms: what makes one, and what is its address. */
#include <stdlib.h>

#include "support/test.h"

#include <esc/known.h>

#include "config_internal.h"
#include "plan.h"
#include "verdict.h"

typedef struct Fixture {
    EscArena *arena;
    EscPool *pool;
    EscKnown *known;
    EscWorkspaceConfig config;
    EscEndpoint channel;
    EscText to;
    EscOutboxRow row;
    EscRoute route;
    EscPlan plan;
} Fixture;

#define CALL                                                                                       \
    "{\"system\":\"warroom\",\"action\":\"open\",\"method\":\"POST\",\"path\":\"\",\"json\":{"     \
    "\"room\":"                                                                                    \
    "\"acme-e-12\",\"title\":\"Globex: "                                                           \
    "\\\"till\\\"\",\"escalation\":\"E-12\",\"ticket\":\"INC-7\"},"                                \
    "\"expect\":[],\"result_path\":\"\"}"

#define MARK "2effea2d2e36dc8c0fc1"

static EscStatus read_nothing(void *context, const char *path, EscBuf *out)
{
    (void)context;
    (void)path;
    (void)out;
    return ESC_NOT_FOUND;
}

static EscStatus append_nothing(void *context, const char *path, EscBytes bytes)
{
    (void)context;
    (void)path;
    (void)bytes;
    return ESC_OK;
}

static int set_up(void **state)
{
    static Fixture fixture;
    static const EscFiles files = {.read = read_nothing, .append = append_nothing};
    const EscPoolConfig workers = {.workers = 1, .workers_max = 1, .stuck_ms = 1000};
    EscWhy why;
    EscPool *pool = esc_pool_new(&workers, &why);
    assert_non_null(pool);
    Fixture *f = &fixture;
    *f = (Fixture){.arena = esc_arena_new((size_t)8 << 20),
                   .pool = pool,
                   .known = esc_known_new(&files, pool, "acme.known.jsonl", 1),
                   .to = ESC_TEXT("ops/incidents")};
    esc_config_preset(CONFIG_GROUP_WORKSPACE, &f->config);
    f->channel = (EscEndpoint){.name = ESC_TEXT("warroom"),
                               .to = {&f->to, 1},
                               .url = ESC_TEXT("https://chat.example/"),
                               .secret = ESC_TEXT("xoxb-1")};
    f->config.channels = (EscEndpoints){&f->channel, 1};
    f->row = (EscOutboxRow){.id = 7,
                            .kind = ESC_OUTBOX_CALL,
                            .key = ESC_TEXT("acme/E-12/1"),
                            .target = ESC_TEXT("warroom"),
                            .medium = ESC_TEXT("room"),
                            .body = ESC_TEXT(CALL)};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    esc_known_free(f->known);
    esc_pool_free(f->pool);
    esc_arena_free(f->arena);
    return 0;
}

static void make(Fixture *f, EscEndpointKind kind)
{
    f->channel.kind = kind;
    esc_route_find(&f->config, &f->row, &f->route);
    EscPlanInput input = {.config = &f->config,
                          .route = &f->route,
                          .row = &f->row,
                          .now_ms = INT64_C(1767603600000),
                          .known = f->known};
    esc_plan_make(f->arena, &input, &f->plan);
}

static EscSaid judged(const EscPlan *plan, unsigned http_status, const char *reply)
{
    EscSaid said = {.http_status = http_status,
                    .reply = esc_text_from(reply),
                    .verdict = esc_verdict_http(plan, true, http_status)};
    plan->judge(&said);
    return said;
}

static void a_room_in_slack_is_a_channel(void **state)
{
    Fixture *f = *state;
    make(f, ESC_ENDPOINT_SLACK);
    assert_text_equal(f->plan.refusal, "");
    assert_true(f->plan.is_call);
    assert_text_equal(f->plan.url, "https://chat.example/conversations.create");
    assert_text_equal(f->plan.body, "{\"name\":\"acme-e-12\",\"is_private\":false}");
    assert_text_equal(f->plan.result_path, "/channel/id");
    assert_text_equal(f->plan.result_head, "https://slack.com/app_redirect?channel=");
    assert_int_equal(judged(&f->plan, 200, "{\"ok\":true,\"channel\":{\"id\":\"C1\"}}").verdict,
                     ESC_VERDICT_DONE);
    assert_int_equal(judged(&f->plan, 200, "{\"ok\":false,\"error\":\"missing_scope\"}").verdict,
                     ESC_VERDICT_HOLD);
    assert_int_equal(
        judged(&f->plan, 200, "{\"ok\":false,\"error\":\"restricted_action\"}").verdict,
        ESC_VERDICT_DEAD);
    /* what a lost answer has left */
    EscSaid said = judged(&f->plan, 200, "{\"ok\":false,\"error\":\"name_taken\"}");
    assert_int_equal(said.verdict, ESC_VERDICT_DONE);
    assert_non_null(said.words);
    assert_text_equal(f->plan.result_else, "#acme-e-12");
}

static void a_room_in_mattermost_is_of_a_team(void **state)
{
    Fixture *f = *state;
    make(f, ESC_ENDPOINT_MATTERMOST);
    assert_true(f->plan.is_step); /* which team, first */
    assert_text_equal(f->plan.method, "GET");
    assert_text_equal(f->plan.url, "https://chat.example/api/v4/teams/name/ops");
    esc_known_put(f->known, f->plan.learns_sort, f->plan.learns, ESC_TEXT("t26"));
    make(f, ESC_ENDPOINT_MATTERMOST);
    assert_false(f->plan.is_step);
    assert_text_equal(f->plan.url, "https://chat.example/api/v4/channels");
    assert_text_equal(f->plan.body,
                      "{\"team_id\":\"t26\",\"name\":\"acme-e-12\",\"display_name\":\"Globex: "
                      "\\\"till\\\"\",\"purpose\":\"E-12, INC-7\",\"type\":\"O\"}");
    assert_text_equal(f->plan.result, "https://chat.example/ops/channels/acme-e-12");
    assert_int_equal(judged(&f->plan, 201, "{\"id\":\"c26\"}").verdict, ESC_VERDICT_DONE);
    assert_int_equal(
        judged(&f->plan, 400, "{\"id\":\"store.sql_channel.save_channel.exists.app_error\"}")
            .verdict,
        ESC_VERDICT_DONE);
    assert_int_equal(judged(&f->plan, 400, "{\"id\":\"api.other\"}").verdict, ESC_VERDICT_DEAD);
    f->to = ESC_TEXT("abcdefghijklmnopqrstuvwxyz");
    make(f, ESC_ENDPOINT_MATTERMOST);
    assert_text_equal(f->plan.refusal, "a room is made in a team, so `to` has to be TEAM/CHANNEL");
}

#define INVITE(address, people)                                                                    \
    "{\"system\":\"warroom\",\"action\":\"invite\",\"method\":\"POST\",\"path\":\"\",\"json\":{"   \
    "\"room\":\"acme-e-12\",\"address\":\"" address "\",\"people\":[" people "]},\"expect\":[]}"

static void people_are_called_into_it(void **state)
{
    Fixture *f = *state;
    f->row.body = ESC_TEXT(INVITE("https://slack.com/app_redirect?channel=C1",
                                  "\"U1\",\"@name\",\"ben@x.example\",\"U4\""));
    make(f, ESC_ENDPOINT_SLACK);
    assert_true(f->plan.is_step); /* who ben is, first */
    esc_known_put(f->known, f->plan.learns_sort, f->plan.learns, ESC_TEXT("U2"));
    make(f, ESC_ENDPOINT_SLACK);
    assert_text_equal(f->plan.url, "https://chat.example/conversations.invite");
    assert_text_equal(f->plan.body, "{\"users\":\"U1,U2\",\"channel\":\"C1\"}"); /* three at most */
    assert_text_equal(f->plan.result, "U1, ben@x.example");
    assert_int_equal(
        judged(&f->plan, 200, "{\"ok\":false,\"error\":\"already_in_channel\"}").verdict,
        ESC_VERDICT_DONE);
    assert_int_equal(judged(&f->plan, 200, "{\"ok\":false,\"error\":\"other\"}").verdict,
                     ESC_VERDICT_DEAD);
    /* a name is no address, and a name of a room leads nowhere */
    f->row.body = ESC_TEXT(INVITE("#acme-e-12", "\"U1\""));
    make(f, ESC_ENDPOINT_SLACK);
    assert_true(f->plan.is_done);
    assert_int_equal(f->plan.result.size, 0);
    make(f, ESC_ENDPOINT_MEETING);
    assert_true(f->plan.is_done);
}

static void somebody_is_called_into_a_channel_of_mattermost(void **state)
{
    Fixture *f = *state;
    f->row.body =
        ESC_TEXT(INVITE("https://chat.example/ops/channels/acme-e-12", "\"@ana\",\"@ben\""));
    static const struct {
        const char *url, *id;
    } steps[] = {{"https://chat.example/api/v4/teams/name/ops/channels/name/acme-e-12", "c26"},
                 {"https://chat.example/api/v4/users/username/ana", "u26"}};
    for (size_t i = 0; i < ESC_COUNT_OF(steps); i++) {
        make(f, ESC_ENDPOINT_MATTERMOST);
        assert_true(f->plan.is_step);
        assert_text_equal(f->plan.url, steps[i].url);
        esc_known_put(f->known, f->plan.learns_sort, f->plan.learns, esc_text_from(steps[i].id));
    }
    make(f, ESC_ENDPOINT_MATTERMOST);
    assert_text_equal(f->plan.url, "https://chat.example/api/v4/channels/c26/members");
    assert_text_equal(f->plan.body, "{\"user_id\":\"u26\"}");
    assert_text_equal(f->plan.result, "@ana");
}

#define CLOSE(address)                                                                             \
    "{\"system\":\"warroom\",\"action\":\"close\",\"method\":\"POST\",\"path\":\"\",\"json\":{"    \
    "\"room\":\"acme-e-12\",\"address\":\"" address                                                \
    "\",\"words\":\"E-12 is closed\"},\"expect\":[]}"

static void the_end_is_said_and_the_channel_archived(void **state)
{
    Fixture *f = *state;
    f->row.body = ESC_TEXT(CLOSE("https://slack.com/app_redirect?channel=C1"));
    make(f, ESC_ENDPOINT_SLACK);
    assert_true(f->plan.is_step); /* said first */
    assert_text_equal(f->plan.url, "https://chat.example/chat.postMessage");
    assert_text_equal(f->plan.body, "{\"channel\":\"C1\",\"text\":\"E-12 is closed\"}");
    esc_known_put(f->known, f->plan.learns_sort, f->plan.learns, ESC_TEXT("1.2"));
    make(f, ESC_ENDPOINT_SLACK);
    assert_false(f->plan.is_step);
    assert_text_equal(f->plan.url, "https://chat.example/conversations.archive");
    assert_text_equal(f->plan.body, "{\"channel\":\"C1\"}");
    assert_int_equal(judged(&f->plan, 200, "{\"ok\":false,\"error\":\"already_archived\"}").verdict,
                     ESC_VERDICT_DONE);
    assert_int_equal(
        judged(&f->plan, 200, "{\"ok\":false,\"error\":\"cant_archive_general\"}").verdict,
        ESC_VERDICT_DEAD);
    /* one that is known by its name only hears it */
    f->row.body = ESC_TEXT(CLOSE("#acme-e-12"));
    make(f, ESC_ENDPOINT_SLACK);
    assert_false(f->plan.is_step);
    assert_text_equal(f->plan.url, "https://chat.example/chat.postMessage");
    make(f, ESC_ENDPOINT_MEETING);
    assert_true(f->plan.is_done);
    make(f, ESC_ENDPOINT_WEBHOOK);
    assert_true(esc_text_starts_with(f->plan.body, ESC_TEXT("{\"type\":\"escal.room.closed\",")));
}

static void the_end_is_said_in_mattermost(void **state)
{
    Fixture *f = *state;
    f->row.body = ESC_TEXT(CLOSE("https://chat.example/ops/channels/acme-e-12"));
    make(f, ESC_ENDPOINT_MATTERMOST);
    assert_true(f->plan.is_step);
    esc_known_put(f->known, f->plan.learns_sort, f->plan.learns, ESC_TEXT("c26"));
    make(f, ESC_ENDPOINT_MATTERMOST);
    assert_text_equal(f->plan.url, "https://chat.example/api/v4/posts");
    assert_text_equal(f->plan.body, "{\"channel_id\":\"c26\",\"message\":\"E-12 is closed\"}");
}

/* Whoever is called stands behind the channel in the row's target. */
static void an_invitation_goes_to_the_channel(void **state)
{
    Fixture *f = *state;
    f->row.target = ESC_TEXT("warroom ana");
    f->row.body = ESC_TEXT(INVITE("https://slack.com/app_redirect?channel=C1", "\"U1\""));
    make(f, ESC_ENDPOINT_SLACK);
    assert_text_equal(f->plan.body, "{\"users\":\"U1\",\"channel\":\"C1\"}");
    assert_string_equal(f->route.name, "channel warroom");
}

static void a_meeting_is_an_address(void **state)
{
    Fixture *f = *state;
    f->channel.url = ESC_TEXT("https://meet.example/{room}#config.x=1");
    f->channel.secret = (EscText){0};
    make(f, ESC_ENDPOINT_MEETING);
    assert_text_equal(f->plan.refusal, "");
    assert_true(f->plan.is_done);
    assert_text_equal(f->plan.result, "https://meet.example/acme-e-12#config.x=1");
    /* with a secret nobody can guess it: printf acme-e-12 | openssl dgst -sha256 -hmac k */
    f->channel.secret = ESC_TEXT("k");
    make(f, ESC_ENDPOINT_MEETING);
    assert_text_equal(f->plan.result, "https://meet.example/acme-e-12-" MARK "#config.x=1");
    f->channel.url = ESC_TEXT("https://meet.example/");
    make(f, ESC_ENDPOINT_MEETING);
    assert_text_equal(f->plan.refusal, "its url names no place for the room");
}

static void a_webhook_makes_what_it_makes(void **state)
{
    Fixture *f = *state;
    make(f, ESC_ENDPOINT_WEBHOOK);
    assert_true(esc_text_starts_with(f->plan.body, ESC_TEXT("{\"type\":\"escal.room\",")));
    assert_text_equal(f->plan.result_path, "/address");
}

static void others_make_no_rooms(void **state)
{
    Fixture *f = *state;
    make(f, ESC_ENDPOINT_CHAT);
    assert_text_equal(f->plan.refusal, "its kind of channel makes no rooms");
    f->row.body = ESC_TEXT("{\"json\":[[[[]]]]}");
    make(f, ESC_ENDPOINT_SLACK);
    assert_text_equal(f->plan.refusal, "what room is meant is not readable");
    f->row.kind = ESC_OUTBOX_MESSAGE;
    f->row.medium = ESC_TEXT("chat");
    f->row.body = ESC_TEXT("{\"text\":\"x\"}");
    make(f, ESC_ENDPOINT_MEETING);
    assert_text_equal(f->plan.refusal, "nobody reads messages in a meeting");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_room_in_slack_is_a_channel),
        CASE(a_room_in_mattermost_is_of_a_team),
        CASE(people_are_called_into_it),
        CASE(somebody_is_called_into_a_channel_of_mattermost),
        CASE(the_end_is_said_and_the_channel_archived),
        CASE(a_webhook_makes_what_it_makes),
        CASE(the_end_is_said_in_mattermost),
        CASE(a_webhook_makes_what_it_makes),
        CASE(an_invitation_goes_to_the_channel),
        CASE(a_webhook_makes_what_it_makes),
        CASE(a_meeting_is_an_address),
        CASE(a_webhook_makes_what_it_makes),
        CASE(others_make_no_rooms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
