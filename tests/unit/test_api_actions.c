/* test_api_actions.c - what people do, from the body of a request to the engine's action, and from its outcome to an answer. */
#include "support/problem.h"

#include "api_internal.h"

/* A request of a route as the door hands it on; nothing of it needs a workspace. */
static void request_init(EscRequest *request, const char *path, const char *parameter,
                         const char *body)
{
    *request = (EscRequest){.arena = esc_arena_new((size_t)4 << 20),
                            .principal = ESC_TEXT("ana"),
                            .scopes = ESC_SCOPE_BIT_ACT};
    assert_non_null(request->arena);
    for (size_t i = 0; i < esc_routes_count; i++)
        if (esc_routes[i].method == ESC_HTTP_POST && strcmp(esc_routes[i].path, path) == 0)
            request->route = &esc_routes[i];
    assert_non_null(request->route);
    esc_buf_init(&request->parameter, ESC_ID_BYTES_MAX);
    esc_buf_string(&request->parameter, parameter);
    esc_buf_init(&request->body, ESC_ACTION_BYTES_MAX);
    esc_buf_string(&request->body, body);
}

static void request_release(EscRequest *request)
{
    esc_answer_release(&request->answer);
    esc_buf_release(&request->parameter);
    esc_buf_release(&request->body);
    esc_arena_free(request->arena);
}

/* One template, which is started with two values. */
static const EscText texts[] = {{"", 0}, {"call", 4}, {"calls", 5}, {"customer", 8}};
static const EscParamRow params[] = {{3, ESC_TYPE(ESC_KIND_TEXT)},
                                     {2, ESC_TYPE(ESC_KIND_NUMBER) | ESC_TYPE_OPTIONAL}};
static const EscTemplateRow templates[] = {{.name = 1, .params_count = 2}};
static const EscProgram program = {.texts = texts,
                                   .texts_count = ESC_COUNT_OF(texts),
                                   .params = params,
                                   .params_count = ESC_COUNT_OF(params),
                                   .templates = templates,
                                   .templates_count = 1};

static void parse(EscRequest *request)
{
    request->route->handler->parse(request, &program);
    assert_int_equal(request->answer.status == 0, request->job.inputs_count == 1);
}

/* Parses it, and gives the action; to be released with the request. */
static const EscAction *taken(EscRequest *request, const char *path, const char *parameter,
                              const char *body)
{
    request_init(request, path, parameter, body);
    parse(request);
    if (request->answer.status != 0)
        fail_msg("%s %s: %.*s", path, body, ESC_TEXT_ARG(esc_buf_as_text(&request->answer.body)));
    assert_int_equal(request->job.inputs[0].kind, ESC_INPUT_ACTION);
    assert_ptr_equal(request->job.inputs[0].action, &request->action);
    return &request->action;
}

#define TICKET "/v1/tickets/{}/"
#define ESCALATION "/v1/escalations/{}/"
#define PEOPLE "/v1/people/{}/"

static void a_path_says_what_it_is_about(void **state)
{
    (void)state;
    EscRequest request;
    const EscAction *action = taken(&request, ESCALATION "ack", "E-12", "");
    assert_int_equal(action->verb, ESC_VERB_ACK);
    assert_int_equal(action->escalation, 12);
    assert_int_equal(action->ticket.size + action->target.size, 0);
    request_release(&request);
    action = taken(&request, TICKET "resolve", "INC-1", "{}");
    assert_int_equal(action->verb, ESC_VERB_RESOLVE);
    assert_int_equal(action->escalation, 0);
    assert_text_equal(action->ticket, "INC-1");
    assert_int_equal(action->target.size, 0);
    request_release(&request);
    action = taken(&request, "/v1/templates/{}/start", "outage", "{\"ticket\":\"INC-2\"}");
    assert_int_equal(action->verb, ESC_VERB_START);
    assert_text_equal(action->target, "outage");
    assert_text_equal(action->ticket, "INC-2");
    request_release(&request);
    action = taken(&request, "/v1/templates/{}/start", "call",
                   "{\"ticket\":\"INC-2\",\"with\":{\"calls\":3,\"customer\":\"Globex\"}}");
    assert_int_equal(action->given_count, 2);
    assert_text_equal(action->given[0].text, "Globex");
    assert_true(action->given[1].number == 3);
    request_release(&request);
    action = taken(&request, "/v1/people/{}/present", "ben", "");
    assert_int_equal(action->verb, ESC_VERB_PRESENT);
    assert_text_equal(action->target, "ben");
    request_release(&request);
}

static void who_acts_is_the_token_or_whom_it_may_act_for(void **state)
{
    (void)state;
    EscRequest request;
    const EscAction *action = taken(&request, TICKET "ack", "T", "{\"reason\":\"why not\"}");
    assert_text_equal(action->actor, "ana");
    assert_text_equal(action->by, "ana");
    assert_text_equal(action->reason, "why not");
    request_release(&request);
    action = taken(&request, TICKET "ack", "T", "{\"as\":\"ana\"}");
    assert_text_equal(action->actor, "ana");
    request_release(&request);
    request_init(&request, TICKET "ack", "T", "{\"as\":\"ben\"}");
    parse(&request);
    assert_int_equal(request.answer.status, 403);
    request_release(&request);
    request_init(&request, TICKET "ack", "T", "{\"as\":\"ben\"}");
    request.scopes |= ESC_SCOPE_BIT_ACT_AS;
    parse(&request);
    assert_int_equal(request.answer.status, 0);
    assert_text_equal(request.action.actor, "ben");
    assert_text_equal(request.action.by, "ana");
    request_release(&request);
}

static void members_of_an_action_are_taken(void **state)
{
    (void)state;
    EscRequest request;
    const EscAction *action = taken(&request, TICKET "handoff", "T", "{\"to\":\"ben\"}");
    assert_text_equal(action->target, "ben");
    assert_int_equal(action->expect, ESC_EXPECT_ACKED);
    assert_int_equal(action->within_ms, 0);
    assert_int_equal(action->offer_ms, 0);
    assert_false(action->is_operator);
    request_release(&request);
    action = taken(&request, TICKET "handoff", "T",
                   "{\"to\":\"ben\",\"expect\":\"resolved\",\"within\":\"30m\"}");
    assert_int_equal(action->expect, ESC_EXPECT_RESOLVED);
    assert_int_equal(action->within_ms, 30 * ESC_MINUTE_MS);
    request_release(&request);
    action = taken(&request, TICKET "handoff", "T",
                   "{\"to\":\"ben\",\"expect\":\"acked\",\"within\":\"400d\",\"offer\":\"10m\"}");
    assert_int_equal(action->offer_ms, 10 * ESC_MINUTE_MS);
    assert_int_equal(action->expect, ESC_EXPECT_ACKED);
    assert_int_equal(action->within_ms, ESC_DEADLINE_MAX_MS);
    request_release(&request);
    action = taken(&request, "/v1/people/{}/absent", "ben", "{\"for\":\"2h\"}");
    assert_int_equal(action->for_ms, 2 * ESC_HOUR_MS);
    assert_int_equal(action->until_ms, 0);
    request_release(&request);
    action = taken(&request, "/v1/people/{}/absent", "ben", "{\"until\":\"1970-01-02T00:00:00Z\"}");
    assert_int_equal(action->until_ms, ESC_DAY_MS);
    assert_int_equal(action->for_ms, 0);
    request_release(&request);
    action = taken(&request, TICKET "answer", "T", "{\"answer\":\"yes\"}");
    assert_text_equal(action->target, "yes");
    request_release(&request);
    action = taken(&request, TICKET "confirm", "T", "{\"check\":\"it is\"}");
    assert_text_equal(action->target, "it is");
    request_release(&request);
    action = taken(&request, ESCALATION "override", "E-1", "{\"check\":\"so\"}");
    assert_text_equal(action->target, "so");
    request_release(&request);
}

#define MEMBER(code, detail, place)                                                                \
    {                                                                                              \
        422, code, "The content of the request is wrong", detail, place                            \
    }
#define NO_OBJECT(detail)                                                                          \
    {                                                                                              \
        400, "malformed_json", "The body must be one JSON object", detail, NULL                    \
    }
#define UNKNOWN(place) MEMBER("unknown_member", "there is no such member here", place)
#define NO_TEXT(place) MEMBER("bad_member", "must be a text", place)

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const char length[] = "must be a duration such as 30m or 1h30m",
                      days[] = "must be a duration such as 2h or 3d",
                      time[] = "must be a time such as 2026-01-05T09:00:00Z";
    static const char whom[] = "a handoff names whom it goes to",
                      both[] = "what is expected (acked or resolved) and within what time go together",
                      either[] = "an absence has either `until` or `for`";
    const struct {
        const char *path, *parameter, *body;
        Problem problem;
    } rows[] = {
        {ESCALATION "ack",
         "12",
         "",
         {404, "not_found", "There is no such thing", "an escalation's id looks like E-12", NULL}},
        {TICKET "ack", "T", "[]", NO_OBJECT(NULL)},
        {TICKET "ack", "T", "{", NO_OBJECT("the name of a member is wanted")},
        {TICKET "ack",
         "T",
         "{\"a\":[[[[[1]]]]]}",
         {413, "over_limit", "A limit was reached", "it is nested too deeply", NULL}},
        {TICKET "ack", "T", "{\"reasom\":\"x\"}", UNKNOWN("/reasom")},
        {TICKET "ack", "T", "{\"reason\":\"x\",\"to\":\"x\"}", UNKNOWN("/to")},
        {TICKET "ack", "T", "{\"\":1}", UNKNOWN("/")},
        {TICKET "ack", "T", "{\"as reason\":1}", UNKNOWN("/as reason")},
        {TICKET "ack", "T", "{\"123456789012345678901234567890123456789012345678901234567890\":1}",
         UNKNOWN("/123456789012345678901234567890123456789012345678901234567890")},
        {TICKET "ack", "T", "{\"1234567890123456789012345678901234567890123456789012345678901\":1}",
         UNKNOWN("/123456789012345678901234567890123456789012345678901234567890")},
        {TICKET "ack", "T", "{\"reason\":5}", NO_TEXT("/reason")},
        {TICKET "ack", "T", "{\"as\":null}", NO_TEXT("/as")},
        {TICKET "ack",
         "T",
         "{\"as\":\"ben\"}",
         {403, "forbidden", "The token does not allow to act for others", NULL, "/as"}},
        {TICKET "handoff", "T", "{}", MEMBER("missing_member", whom, "/to")},
        {TICKET "handoff", "T", "{\"to\":\"\"}", MEMBER("missing_member", whom, "/to")},
        {TICKET "handoff", "T", "{\"to\":5}", NO_TEXT("/to")},
        {TICKET "handoff", "T", "{\"to\":\"b\",\"expect\":5}", NO_TEXT("/expect")},
        {TICKET "handoff", "T", "{\"to\":\"b\",\"expect\":\"done\"}",
         MEMBER("bad_member", "must be acked or resolved", "/expect")},
        {TICKET "handoff", "T", "{\"to\":\"b\",\"within\":5}", NO_TEXT("/within")},
        {TICKET "handoff", "T", "{\"to\":\"b\",\"within\":\"0s\"}",
         MEMBER("bad_member", length, "/within")},
        {TICKET "handoff", "T", "{\"to\":\"b\",\"within\":\"soon\"}",
         MEMBER("bad_member", length, "/within")},
        {TICKET "handoff", "T", "{\"to\":\"b\",\"within\":\"401d\"}",
         MEMBER("bad_member", length, "/within")},
        {TICKET "handoff", "T", "{\"to\":\"b\",\"within\":\"5m\"}",
         MEMBER("missing_member", both, "/expect")},
        {TICKET "handoff", "T", "{\"to\":\"b\",\"expect\":\"acked\"}",
         MEMBER("missing_member", both, "/within")},
        {TICKET "handoff", "T", "{\"to\":\"b\",\"offer\":\"soon\"}",
         MEMBER("bad_member", length, "/offer")},
        {PEOPLE "absent", "b", "{}", MEMBER("missing_member", either, "/until")},
        {PEOPLE "absent", "b", "{\"for\":\"1h\",\"until\":\"2026-01-05T09:00:00Z\"}",
         MEMBER("missing_member", either, "/until")},
        {PEOPLE "absent", "b", "{\"until\":\"tomorrow\"}", MEMBER("bad_member", time, "/until")},
        {PEOPLE "absent", "b", "{\"until\":5}", NO_TEXT("/until")},
        {PEOPLE "absent", "b", "{\"for\":\"1h\",\"from\":\"tomorrow\"}",
         MEMBER("bad_member", time, "/from")},
        {PEOPLE "absent", "b", "{\"for\":\"1h\",\"from\":5}", NO_TEXT("/from")},
        {PEOPLE "absent", "b", "{\"for\":\"1h\",\"deputy\":5}", NO_TEXT("/deputy")},
        {PEOPLE "absent", "b", "{\"for\":\"0s\"}", MEMBER("bad_member", days, "/for")},
        {PEOPLE "absent", "b", "{\"for\":\"long\"}", MEMBER("bad_member", days, "/for")},
        {PEOPLE "absent", "b", "{\"for\":\"401d\"}", MEMBER("bad_member", days, "/for")},
        {PEOPLE "absent", "b", "{\"for\":5}", NO_TEXT("/for")},
        {TICKET "answer", "T", "{\"answer\":5}", NO_TEXT("/answer")},
        {TICKET "confirm", "T", "{\"check\":5}", NO_TEXT("/check")},
        {TICKET "override", "T", "{\"check\":5}", NO_TEXT("/check")},
        {"/v1/templates/{}/start", "t", "{\"ticket\":5}", NO_TEXT("/ticket")},
        {"/v1/templates/{}/start", "call", "{\"ticket\":\"T\"}",
         MEMBER("bad_member", "with.customer is missing: the template is started with it",
                "/with")},
        {"/v1/templates/{}/start", "call", "{\"with\":{\"customer\":5}}",
         MEMBER("bad_member", "with.customer is a number; wanted is a text", "/with")},
        {"/v1/clock/accept", "", "{\"reason\":\"x\"}", UNKNOWN("/reason")},
        {"/v1/clock/accept", "", "5", NO_OBJECT(NULL)},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscRequest request;
        char about[200];
        (void)snprintf(about, sizeof about, "%s %s", rows[i].path, rows[i].body);
        request_init(&request, rows[i].path, rows[i].parameter, rows[i].body);
        parse(&request);
        assert_problem(request.answer.status, esc_buf_as_text(&request.answer.body),
                       &rows[i].problem, about);
        request_release(&request);
    }
}

/* One past each limit is refused, and named. */
static void texts_have_their_limits(void **state)
{
    (void)state;
    static const struct {
        const char *path, *form; /* with %.*s for the text */
        int size_max;
    } rows[] = {
        {TICKET "ack", "{\"reason\":\"%.*s\"}", ESC_REASON_BYTES_MAX},
        {TICKET "handoff", "{\"to\":\"%.*s\"}", ESC_ID_BYTES_MAX},
        {TICKET "answer", "{\"answer\":\"%.*s\"}", ESC_TEXT_MAX},
        {TICKET "confirm", "{\"check\":\"%.*s\"}", ESC_TEXT_MAX},
        {"/v1/templates/{}/start", "{\"ticket\":\"%.*s\"}", ESC_ID_BYTES_MAX},
        {PEOPLE "absent", "{\"for\":\"1h\",\"deputy\":\"%.*s\"}", ESC_ID_BYTES_MAX},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++)
        for (int size = rows[i].size_max; size <= rows[i].size_max + 1; size++) {
            EscRequest request;
            static char text[ESC_TEXT_MAX + 2], body[ESC_TEXT_MAX + 100];
            memset(text, 't', sizeof(text));
            (void)snprintf(body, sizeof(body), rows[i].form, size, text);
            request_init(&request, rows[i].path, "T", body);
            parse(&request);
            if (request.answer.status != (size > rows[i].size_max ? 422u : 0u))
                fail_msg("row %zu, %d bytes: %u", i, size, request.answer.status);
            if (size > rows[i].size_max)
                assert_true(esc_text_contains(esc_buf_as_text(&request.answer.body),
                                              ESC_TEXT("\"detail\":\"is too long\",\"code\":"
                                                       "\"bad_member\",\"place\":\"/")));
            request_release(&request);
        }
}

static void the_clock_is_accepted_by_somebody(void **state)
{
    (void)state;
    EscRequest request;
    request_init(&request, "/v1/clock/accept", "", "{}");
    parse(&request);
    assert_int_equal(request.answer.status, 0);
    assert_int_equal(request.job.inputs[0].kind, ESC_INPUT_CLOCK);
    assert_text_equal(request.job.inputs[0].clock->actor, "ana");
    assert_int_equal(request.job.inputs[0].clock->correction_ms, 0);
    request_release(&request);
}

/* --- after the turn --------------------------------------------------------------------------- */

static void assert_answered(const EscReply *reply, unsigned status, const char *part)
{
    EscRequest request;
    request_init(&request, TICKET "ack", "T", "");
    request.route->handler->committed(&request, reply);
    assert_int_equal(request.answer.status, status);
    EscText body = esc_buf_as_text(&request.answer.body);
    if (!esc_text_contains(body, esc_text_from(part)))
        fail_msg("%.*s does not hold %s", ESC_TEXT_ARG(body), part);
    request_release(&request);
}

static void an_outcome_is_answered(void **state)
{
    (void)state;
    EscReply reply = {
        .outcome = {.escalations = {3, 4}, .escalations_count = 2, .ticket = "INC-1"}};
    assert_answered(&reply, 200,
                    "{\"escalations\":[\"E-3\",\"E-4\"],\"ticket\":\"INC-1\",\"noop\":false}");
    reply.outcome.is_noop = true;
    (void)snprintf(reply.outcome.note, sizeof(reply.outcome.note), "it was so already");
    assert_answered(&reply, 200, ",\"noop\":true,\"note\":\"it was so already\"}");
    reply.outcome.is_refused = true;
    assert_answered(&reply, 409, "it was so already");
    reply.outcome.is_forbidden = true;
    assert_answered(&reply, 403, "it was so already");
    reply = (EscReply){.status = ESC_NOT_FOUND, .why = {.text = "no such ticket"}};
    assert_answered(&reply, 404, "no such ticket");
    reply = (EscReply){.outcome = {.escalations_count = 0}};
    assert_answered(&reply, 200, "{\"escalations\":[],\"ticket\":\"\",");
}

/* --- events ----------------------------------------------------------------------------------- */

static void a_body_of_events_is_as_its_type_says(void **state)
{
    (void)state;
#define FORM(code)                                                                                 \
    {                                                                                              \
        400, code, "The body must be one event or a list of events, as its type says", NULL,       \
            "header:Content-Type"                                                                  \
    }
#define NO_JSON(detail)                                                                            \
    {                                                                                              \
        400, "malformed_json", "The body is not JSON", detail, NULL                                \
    }
    static const struct {
        const char *type, *body;
        Problem problem;
    } rows[] = {
        {"application/cloudevents+json", " \t\r\n[]", FORM("form_mismatch")},
        {"application/cloudevents-batch+json", "{}", FORM("form_mismatch")},
        {"application/json", "5", FORM("malformed_json")},
        {"application/json", "", FORM("malformed_json")},
        {"application/json", " ", FORM("malformed_json")},
        {"application/json", "[", NO_JSON("the event is no JSON: a value is wanted")},
        {"application/cloudevents+json", "{",
         NO_JSON("the event is no JSON: the name of a member is wanted")},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscRequest request;
        request_init(&request, "/v1/events", "", rows[i].body);
        request.type = esc_text_from(rows[i].type);
        parse(&request);
        assert_problem(request.answer.status, esc_buf_as_text(&request.answer.body),
                       &rows[i].problem, rows[i].body);
        request_release(&request);
    }
    EscRequest wrong;
    request_init(&wrong, "/v1/events", "", "[5]");
    wrong.type = ESC_TEXT("application/json");
    parse(&wrong);
    assert_text_equal(
        esc_buf_as_text(&wrong.answer.body),
        "{\"type\":\"urn:escal:problem:bad_event\",\"title\":\"An event is wrong; none "
        "of the request was taken\",\"status\":422,\"detail\":\"the event is a number; "
        "wanted is an object\",\"code\":\"bad_event\",\"index\":0}");
    request_release(&wrong);
    static const char *const lists[] = {"application/json", "application/cloudevents-batch+json"};
    for (size_t i = 0; i < ESC_COUNT_OF(lists); i++) {
        EscRequest request;
        request_init(&request, "/v1/events", "", " []");
        request.type = esc_text_from(lists[i]);
        parse(&request);
        assert_int_equal(request.answer.status, 200);
        assert_text_equal(esc_buf_as_text(&request.answer.body), "{\"events\":[]}");
        request_release(&request);
    }
}

/* Three events of a request of which the second was refused when it was read. */
static void assert_events(const EscReply *replies, unsigned status, const char *first,
                          const char *last)
{
    EscText notes[] = {ESC_TEXT("cut"), ESC_TEXT("left out")};
    EscParsedEvent events[] = {
        {.event = {.source = ESC_TEXT("/a"),
                   .id = ESC_TEXT("1"),
                   .notes = notes,
                   .notes_count = 2,
                   .notes_left_out = 3}},
        {.status = ESC_BAD_INPUT,
         .event = {.source = ESC_TEXT("/a"), .id = ESC_TEXT("2")},
         .why = ESC_TEXT("no type")},
        {.event = {
             .source = ESC_TEXT("/a"), .id = ESC_TEXT("3"), .notes = notes, .notes_count = 1}}};
    EscRequest request;
    request_init(&request, "/v1/events", "", "");
    request.events = events;
    request.events_count = 3;
    request.job.inputs_count = 2;
    request.route->handler->committed(&request, replies);
    assert_int_equal(request.answer.status, status);
    EscBuf expected;
    esc_buf_init(&expected, 4096);
    esc_buf_printf(&expected,
                   "{\"events\":[{\"source\":\"/a\",\"id\":\"1\",\"status\":%s},"
                   "{\"source\":\"/a\",\"id\":\"2\",\"status\":\"refused\",\"detail\":\"no type\"},"
                   "{\"source\":\"/a\",\"id\":\"3\",\"status\":%s}]}",
                   first, last);
    esc_buf_char(&expected, '\0');
    if (first[0] != '\0')
        assert_text_equal(esc_buf_as_text(&request.answer.body), (const char *)expected.data);
    esc_buf_release(&expected);
    request_release(&request);
}

#define TAKEN "\"accepted\",\"escalations\":[\"E-3\"],\"ticket\":\"T\",\"notes\":[\"cut\""

static void each_event_has_its_answer(void **state)
{
    (void)state;
    EscReply replies[2] = {
        {.outcome = {.escalations = {3}, .escalations_count = 1, .ticket = "T"}},
        {.outcome = {.escalations = {3}, .escalations_count = 1, .ticket = "T"}}};
    assert_events(replies, 207, TAKEN ",\"left out\"],\"notes_left_out\":3", TAKEN "]");
    replies[0].status = ESC_DUPLICATE;
    assert_events(replies, 207, "\"duplicate\"", TAKEN "]");
    replies[1] = (EscReply){.status = ESC_CONFLICT, .why = {.text = "not now"}};
    assert_events(replies, 207, "\"duplicate\"", "\"refused\",\"detail\":\"not now\"");
    replies[0] = replies[1];
    assert_events(replies, 409, "", "");
}

/* 202: something is new; 200: all of it was known; 207: some were refused. */
static void a_success_says_whether_anything_is_new(void **state)
{
    (void)state;
    static const struct {
        EscStatus first, second;
        unsigned status;
    } rows[] = {
        {ESC_OK, ESC_OK, 202},
        {ESC_OK, ESC_DUPLICATE, 202},
        {ESC_DUPLICATE, ESC_OK, 202},
        {ESC_DUPLICATE, ESC_DUPLICATE, 200},
        {ESC_OK, ESC_CONFLICT, 207},
        {ESC_CONFLICT, ESC_DUPLICATE, 207},
        {ESC_NOT_FOUND, ESC_CONFLICT, 404},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); i++) {
        EscParsedEvent events[2] = {{.status = ESC_OK}, {.status = ESC_OK}};
        EscReply replies[2] = {{.status = rows[i].first}, {.status = rows[i].second}};
        EscRequest request;
        request_init(&request, "/v1/events", "", "");
        request.events = events;
        request.events_count = 2;
        request.job.inputs_count = 2;
        request.route->handler->committed(&request, replies);
        assert_int_equal(request.answer.status, rows[i].status);
        request_release(&request);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_says_what_it_is_about),
        cmocka_unit_test(who_acts_is_the_token_or_whom_it_may_act_for),
        cmocka_unit_test(members_of_an_action_are_taken),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(texts_have_their_limits),
        cmocka_unit_test(the_clock_is_accepted_by_somebody),
        cmocka_unit_test(an_outcome_is_answered),
        cmocka_unit_test(a_body_of_events_is_as_its_type_says),
        cmocka_unit_test(each_event_has_its_answer),
        cmocka_unit_test(a_success_says_whether_anything_is_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
