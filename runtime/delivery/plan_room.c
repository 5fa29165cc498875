/* plan_room.c - a war room is made: a channel in Slack or Mattermost, an address of a meeting server, or whatever the
 * receiver of a webhook makes of it. Pure.
 *
 * The row returns the room's address. Its name has the escalation's number in it, so a channel of that name is ours: what a
 * lost answer has left behind is found, not made twice. */
#include <esc/proofs.h>

#include "plan_bot.h"

#include "verdict.h"

#define ROOM_NAME_BYTES_MAX 60 /* Mattermost takes 64 */
#define TITLE_BYTES_MAX 60
#define MARK_BYTES 10
#define SLACK_LINK "https://slack.com/app_redirect?channel="

#define PEOPLE_MAX 3 /* who are called into a room; looking somebody up is a step of its row */

typedef struct Room {
    EscText name, title, escalation, ticket, address, words;
    EscText people[PEOPLE_MAX]; /* by their chat addresses */
    uint32_t people_count;
} Room;

static void read_people(EscPlanner *planner, const EscJson *json, Room *room)
{
    const EscJson *list = esc_json_member(json, ESC_TEXT("people"));
    const EscJson *one = list != NULL && list->kind == ESC_JSON_LIST ? list->first : NULL;
    for (; one != NULL && room->people_count < PEOPLE_MAX; one = one->next)
        if (one->kind == ESC_JSON_TEXT)
            room->people[room->people_count++] = esc_arena_text(planner->arena, one->text);
}

/* False: the call is refused. */
static bool read_room(EscPlanner *planner, const EscCall *call, Room *room)
{
    static const EscJsonLimits limits = {.depth_max = 3, .values_max = 1000};
    const EscJson *json = NULL;
    if (esc_json_read(planner->arena, call->json, &limits, &json, NULL) != ESC_OK) {
        esc_planner_refuse(planner, "what room is meant is not readable");
        return false;
    }
    EscText *const texts[] = {&room->name,   &room->title,   &room->escalation,
                              &room->ticket, &room->address, &room->words};
    static const char *const names[] = {"room",   "title",   "escalation",
                                        "ticket", "address", "words"};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        *texts[i] = esc_arena_text(
            planner->arena,
            esc_json_text_or(esc_json_member(json, esc_text_from(names[i])), (EscText){"", 0}));
    room->name = esc_utf8_cut(room->name, ROOM_NAME_BYTES_MAX);
    read_people(planner, json, room);
    return true;
}

/* Those who are found by an address that the chat knows; of others nobody is called. */
static bool is_of_slack(EscText address)
{
    return address.size > 1 &&
           (address.data[0] == 'U' || address.data[0] == 'W' || esc_bot_is_mail(address));
}

static void keep_result(EscPlanner *planner, const Room *room)
{
    EscBuf names;
    esc_buf_init(&names, ESC_PLAN_BYTES_MAX);
    for (uint32_t i = 0; i < room->people_count; i++)
        esc_buf_printf(&names, "%s%.*s", i > 0 ? ", " : "", ESC_TEXT_ARG(room->people[i]));
    planner->plan->result = esc_planner_keep(planner, &names);
}

/* Nobody can be called there: they have the address. */
static void invite_nobody(EscPlanner *planner)
{
    planner->plan->is_done = true;
}

/* --- Slack -------------------------------------------------------------------------------------- */

static void judge_slack(EscSaid *said)
{
    bool is_there =
        said->verdict == ESC_VERDICT_DONE && esc_bot_reply_is(said->reply, "/error", "name_taken");
    if (!is_there) {
        esc_slack_judge(said);
        return;
    }
    said->words = "a channel of this name is there already";
}

static void room_in_slack(EscPlanner *planner, const EscEndpoint *endpoint, const Room *room)
{
    EscPlan *plan = planner->plan;
    EscBuf body;
    esc_buf_init(&body, ESC_PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"name\":");
    esc_json_text(&body, room->name);
    esc_buf_string(&body, ",\"is_private\":false}");
    plan->judge = judge_slack;
    plan->result_path = ESC_TEXT("/channel/id");
    plan->result_head = ESC_TEXT(SLACK_LINK);
    plan->result_else = esc_arena_printf(planner->arena, "#%.*s", ESC_TEXT_ARG(room->name));
    esc_bot_send(planner, "POST", esc_bot_url(planner, endpoint, "/conversations.create"),
                 endpoint->secret, esc_planner_keep(planner, &body));
}

static void judge_invitation(EscSaid *said)
{
    bool is_there = esc_bot_reply_is(said->reply, "/error", "already_in_channel") ||
                    esc_bot_reply_is(said->reply, "/error", "cant_invite_self");
    if (said->verdict != ESC_VERDICT_DONE || !is_there)
        esc_slack_judge(said);
}

/* The channel's id, behind the address that we have made; empty: Slack never said it. */
static EscText id_in_slack(const Room *room)
{
    EscText link = ESC_TEXT(SLACK_LINK);
    return esc_text_starts_with(room->address, link)
               ? (EscText){room->address.data + link.size, room->address.size - link.size}
               : (EscText){"", 0};
}

static void invite_in_slack(EscPlanner *planner, const EscEndpoint *endpoint, Room *room)
{
    const EscText channel = id_in_slack(room);
    EscBuf body;
    uint32_t count = 0;
    esc_buf_init(&body, ESC_PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"users\":\"");
    for (uint32_t i = 0; i < room->people_count; i++) {
        EscText member = is_of_slack(room->people[i])
                             ? esc_slack_member(planner, endpoint, room->people[i])
                             : (EscText){"", 0};
        if (planner->plan->is_step) { /* who that is, first */
            esc_buf_release(&body);
            return;
        }
        if (member.size > 0)
            esc_buf_printf(&body, "%s%.*s", count > 0 ? "," : "", ESC_TEXT_ARG(member));
        if (member.size > 0)
            room->people[count++] = room->people[i];
    }
    room->people_count = count;
    esc_buf_char(&body, '"');
    if (count == 0 || channel.size == 0) {
        esc_buf_release(&body);
        invite_nobody(planner);
        return;
    }
    esc_planner_member(&body, "channel", channel);
    esc_buf_char(&body, '}');
    planner->plan->judge = judge_invitation;
    keep_result(planner, room);
    esc_bot_send(planner, "POST", esc_bot_url(planner, endpoint, "/conversations.invite"),
                 endpoint->secret, esc_planner_keep(planner, &body));
}

static void judge_archive(EscSaid *said)
{
    bool is_over = esc_bot_reply_is(said->reply, "/error", "already_archived") ||
                   esc_bot_reply_is(said->reply, "/error", "channel_not_found");
    if (said->verdict != ESC_VERDICT_DONE || !is_over)
        esc_slack_judge(said);
}

/* First the words, as a step whose message is known then, so that they are not said twice; then the archive. */
static void close_in_slack(EscPlanner *planner, const EscEndpoint *endpoint, const Room *room)
{
    EscText id = id_in_slack(room);
    EscText key =
        esc_arena_printf(planner->arena, "slack end %.*s", ESC_TEXT_ARG(planner->row->key));
    bool is_said = id.size > 0 && esc_bot_known(planner, ESC_KNOWN_PLACE, key).size > 0;
    EscBuf body;
    esc_buf_init(&body, ESC_PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"channel\":");
    esc_json_text(&body, id.size > 0 ? id : room->address);
    if (!is_said)
        esc_planner_member(&body, "text", room->words);
    esc_buf_char(&body, '}');
    EscText json = esc_planner_keep(planner, &body);
    if (is_said) {
        planner->plan->judge = judge_archive;
        esc_bot_send(planner, "POST", esc_bot_url(planner, endpoint, "/conversations.archive"),
                     endpoint->secret, json);
        return;
    }
    EscText url = esc_bot_url(planner, endpoint, "/chat.postMessage");
    planner->plan->judge = esc_slack_judge;
    if (id.size > 0)
        esc_bot_ask(planner, url, json, ESC_KNOWN_PLACE, key, "/ts");
    else /* by its name: it is said there, and nothing more can be done */
        esc_planner_post(planner, url, json);
    esc_planner_bearer(planner, endpoint->secret);
}

/* --- Mattermost --------------------------------------------------------------------------------- */

static void judge_mattermost(EscSaid *said)
{
    bool is_there =
        said->http_status == 400 &&
        esc_bot_reply_is(said->reply, "/id", "store.sql_channel.save_channel.exists.app_error");
    if (!is_there)
        return;
    said->verdict = ESC_VERDICT_DONE;
    said->words = "a channel of this name is there already";
}

/* The team of the endpoint's own place, "TEAM/CHANNEL". */
static EscText team_of(EscPlanner *planner, const EscEndpoint *endpoint)
{
    EscText place = endpoint->to.count == 0 ? (EscText){"", 0} : endpoint->to.items[0];
    const char *slash = place.size == 0 ? NULL : memchr(place.data, '/', place.size);
    if (slash == NULL) {
        esc_planner_refuse(planner, "a room is made in a team, so `to` has to be TEAM/CHANNEL");
        return (EscText){"", 0};
    }
    return esc_bot_segment(planner, (EscText){place.data, (size_t)(slash - place.data)});
}

static EscText team_id(EscPlanner *planner, const EscEndpoint *endpoint, EscText team)
{
    EscText key = esc_arena_printf(planner->arena, "mattermost team %.*s", ESC_TEXT_ARG(team));
    EscText known = esc_bot_known(planner, ESC_KNOWN_PLACE, key);
    if (known.size > 0)
        return known;
    EscText path = esc_arena_printf(planner->arena, "/api/v4/teams/name/%.*s", ESC_TEXT_ARG(team));
    esc_bot_ask(planner, esc_bot_url(planner, endpoint, path.data), (EscText){"", 0},
                ESC_KNOWN_PLACE, key, "/id");
    esc_planner_bearer(planner, endpoint->secret);
    return known;
}

static void room_in_mattermost(EscPlanner *planner, const EscEndpoint *endpoint, const Room *room)
{
    EscText team = team_of(planner, endpoint);
    EscText id = team.size == 0 ? team : team_id(planner, endpoint, team);
    if (id.size == 0)
        return;
    EscBuf body;
    esc_buf_init(&body, ESC_PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"team_id\":");
    esc_json_text(&body, id);
    esc_planner_member(&body, "name", room->name);
    esc_planner_member(&body, "display_name",
                       room->title.size > 0 ? esc_utf8_cut(room->title, TITLE_BYTES_MAX)
                                            : room->name);
    esc_planner_member(&body, "purpose",
                       esc_arena_printf(planner->arena, "%.*s, %.*s",
                                        ESC_TEXT_ARG(room->escalation),
                                        ESC_TEXT_ARG(room->ticket)));
    esc_planner_member(&body, "type", ESC_TEXT("O"));
    esc_buf_char(&body, '}');
    planner->plan->judge = judge_mattermost;
    EscText path = esc_arena_printf(planner->arena, "/%.*s/channels/%.*s", ESC_TEXT_ARG(team),
                                    ESC_TEXT_ARG(room->name));
    planner->plan->result = esc_bot_url(planner, endpoint, path.data);
    esc_bot_send(planner, "POST", esc_bot_url(planner, endpoint, "/api/v4/channels"),
                 endpoint->secret, esc_planner_keep(planner, &body));
}

/* One person: the API takes no more at once on every server. */
static void invite_in_mattermost(EscPlanner *planner, const EscEndpoint *endpoint, Room *room)
{
    EscText team = team_of(planner, endpoint);
    room->people_count = room->people_count > 0 ? 1 : 0;
    if (team.size == 0 || room->people_count == 0) {
        invite_nobody(planner);
        return;
    }
    EscText channel =
        esc_mattermost_channel(planner, endpoint,
                               esc_arena_printf(planner->arena, "%.*s/%.*s", ESC_TEXT_ARG(team),
                                                ESC_TEXT_ARG(room->name)));
    EscText user =
        channel.size == 0 ? channel : esc_mattermost_user(planner, endpoint, room->people[0]);
    if (user.size == 0)
        return;
    EscBuf body;
    esc_buf_init(&body, ESC_PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"user_id\":");
    esc_json_text(&body, user);
    esc_buf_char(&body, '}');
    keep_result(planner, room);
    EscText path =
        esc_arena_printf(planner->arena, "/api/v4/channels/%.*s/members", ESC_TEXT_ARG(channel));
    esc_bot_send(planner, "POST", esc_bot_url(planner, endpoint, path.data), endpoint->secret,
                 esc_planner_keep(planner, &body));
}

/* The channel stays: who may archive one is the server's own matter. */
static void say_in_mattermost(EscPlanner *planner, const EscEndpoint *endpoint, const Room *room)
{
    EscText team = team_of(planner, endpoint);
    EscText channel = team.size == 0
                          ? team
                          : esc_mattermost_channel(planner, endpoint,
                                                   esc_arena_printf(planner->arena, "%.*s/%.*s",
                                                                    ESC_TEXT_ARG(team),
                                                                    ESC_TEXT_ARG(room->name)));
    EscBuf body;
    if (channel.size == 0)
        return;
    esc_buf_init(&body, ESC_PLAN_BYTES_MAX);
    esc_buf_string(&body, "{\"channel_id\":");
    esc_json_text(&body, channel);
    esc_planner_member(&body, "message", room->words);
    esc_buf_char(&body, '}');
    esc_bot_send(planner, "POST", esc_bot_url(planner, endpoint, "/api/v4/posts"), endpoint->secret,
                 esc_planner_keep(planner, &body));
}

/* --- a meeting server --------------------------------------------------------------------------- */

/* Whoever can guess the name of a room can sit in it: with a secret nobody can. */
static EscText marked_name(EscPlanner *planner, const EscEndpoint *endpoint, EscText name)
{
    EscMac mac;
    char hex[2 * MARK_BYTES + 1];
    if (endpoint->secret.size == 0)
        return name;
    bool is_made = esc_mac_make(ESC_MAC_SHA256, endpoint->secret, &name, 1, &mac);
    ESC_ASSERT(is_made); /* only without memory */
    esc_hex((EscBytes){mac.bytes, MARK_BYTES}, hex);
    return esc_arena_printf(planner->arena, "%.*s-%s", ESC_TEXT_ARG(name), hex);
}

/* Nothing is sent: the first who opens the address makes the room. */
static void room_by_address(EscPlanner *planner, const EscEndpoint *endpoint, const Room *room)
{
    EscText place = ESC_TEXT(ESC_ROOM_PLACE), url = endpoint->url;
    EscText name = esc_bot_segment(planner, marked_name(planner, endpoint, room->name));
    size_t at = 0;
    while (at + place.size <= url.size && memcmp(url.data + at, place.data, place.size) != 0)
        at++;
    if (at + place.size > url.size) {
        esc_planner_refuse(planner, "its url names no place for the room");
        return;
    }
    planner->plan->is_done = true;
    planner->plan->result = esc_arena_printf(planner->arena, "%.*s%.*s%s", (int)at, url.data,
                                             ESC_TEXT_ARG(name), url.data + at + place.size);
}

void esc_plan_meeting(EscPlanner *planner, const EscEndpoint *endpoint)
{
    (void)endpoint;
    esc_planner_refuse(planner, "nobody reads messages in a meeting");
}

/* --- the endpoint's kind ------------------------------------------------------------------------ */

static void make_room(EscPlanner *planner, const EscEndpoint *endpoint, const Room *room)
{
    switch (endpoint->kind) {
    case ESC_ENDPOINT_SLACK:
        room_in_slack(planner, endpoint, room);
        break;
    case ESC_ENDPOINT_MATTERMOST:
        room_in_mattermost(planner, endpoint, room);
        break;
    case ESC_ENDPOINT_MEETING:
        room_by_address(planner, endpoint, room);
        break;
    case ESC_ENDPOINT_WEBHOOK:
        esc_plan_signed(planner, endpoint, "escal.room");
        planner->plan->result_path = ESC_TEXT("/address");
        break;
    default:
        esc_planner_refuse(planner, "its kind of channel makes no rooms");
    }
}

static void close_room(EscPlanner *planner, const EscEndpoint *endpoint, const Room *room)
{
    switch (endpoint->kind) {
    case ESC_ENDPOINT_SLACK:
        close_in_slack(planner, endpoint, room);
        break;
    case ESC_ENDPOINT_MATTERMOST:
        say_in_mattermost(planner, endpoint, room);
        break;
    case ESC_ENDPOINT_WEBHOOK:
        esc_plan_signed(planner, endpoint, "escal.room.closed");
        break;
    default:
        planner->plan->is_done = true; /* an address has no end */
    }
}

static void call_into(EscPlanner *planner, const EscEndpoint *endpoint, Room *room)
{
    if (endpoint->kind == ESC_ENDPOINT_SLACK)
        invite_in_slack(planner, endpoint, room);
    else if (endpoint->kind == ESC_ENDPOINT_MATTERMOST)
        invite_in_mattermost(planner, endpoint, room);
    else
        invite_nobody(planner);
}

void esc_plan_room(EscPlanner *planner, const EscEndpoint *endpoint)
{
    const EscCall *call = esc_planner_call(planner);
    Room room = {.name = {"", 0}};
    if (call == NULL || !read_room(planner, call, &room))
        return;
    if (esc_text_equal(call->action, ESC_TEXT(ESC_ROOM_INVITE)))
        call_into(planner, endpoint, &room);
    else if (esc_text_equal(call->action, ESC_TEXT(ESC_ROOM_CLOSE)))
        close_room(planner, endpoint, &room);
    else
        make_room(planner, endpoint, &room);
}
