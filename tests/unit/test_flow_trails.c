/* test_flow_trails.c - stories of what inputs set in motion at their edges: details that are too long, results that nobody
 * waits for, acts of people about what is closed, starts that wait while the world changes. As in test_engine_trails.c every
 * word of them stands in trails/. */
#include "engine_scene.h"

#include "support/test.h"
#include "trail_story.h"

#define STAYS "await resolved within 30d else raise overdue"
#define OWNED "owners { primary ana ack within 1d  secondary ben ack within 1d }\n"
#define SYSTEM                                                                                     \
    "system crm \"CRM\" {\n"                                                                       \
    "action look(id: text) -> text { GET \"/look/{id}\" expect 200 return body }\n"                \
    "action lock(id: text) undo unlock(id: id) { POST \"/lock/{id}\" json { id: id } expect 200 }" \
    "\naction unlock(id: text) undo lock(id: id) { DELETE \"/lock/{id}\" expect 200, 204 }\n}\n"
#define EVENTS "event go { n: number }\n"
#define PROVED "channel hall webhook proves delivered\nchannel wall webhook proves delivered\n"

static Scene *begun(const char *steps, const char *more)
{
    char source[8192];
    snprintf(source, sizeof source,
             SYSTEM EVENTS PROVED "template t \"Trouble\" { start on ticket.created\n" OWNED
                                  "steps {\n%s\n}\n%s\nclose when resolved }\n",
             steps, more);
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    return scene;
}

static void act(Scene *scene, const EscAction *deeds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)scene_act_full(scene, &deeds[i]);
}

/* --- results ------------------------------------------------------------------------------------------------------ */

static char long_text[1201]; /* more than any text of a result is taken */

static EscText x_times(size_t size)
{
    memset(long_text, 'x', sizeof long_text - 1);
    return (EscText){long_text, size};
}

static EscStatus result(Scene *scene, uint64_t outbox, EscDeliveryState state, unsigned status,
                        EscText detail)
{
    const EscDelivery delivery = {.outbox = outbox,
                                  .state = state,
                                  .http_status = status,
                                  .detail = detail,
                                  .reply = ESC_TEXT("a reply")};
    const EscInput input = {.kind = ESC_INPUT_DELIVERY, .delivery = &delivery};
    return scene_input(scene, &input);
}

static uint64_t last(Scene *scene, const char *target)
{
    const EscOutboxRow *row = scene_last(scene, target);
    assert_non_null(row);
    return row->id;
}

/* What receivers say is cut, for the record and for people. */
static void long_details(void **state)
{
    (void)state;
    Scene *scene =
        begun("notify room \"a\"\nnotify ana \"b\"\ncrm.look(id: ticket.id) as seen within 10m "
              "else { notify room \"not seen\" }\n"
              "crm.lock(id: ticket.id) within 10m else { notify room \"not locked\" }\n"
              "crm.lock(id: ticket.id) within 10m else { }\n"
              "notify cleo \"c\"  rollback \"r\"\n" STAYS,
              "on exception rollback_incomplete { notify room \"{exception.message}\"  "
              "resume }");
    EscText detail = x_times(1200);
    uint64_t room = last(scene, "room");
    const EscDelivery news[] = {
        {.outbox = room, .news = ESC_ENDPOINT_HELD, .detail = detail, .reply = ESC_TEXT("e")},
        {.outbox = room, .news = ESC_ENDPOINT_BACK, .detail = detail, .reply = ESC_TEXT("e")}};
    for (size_t i = 0; i < ESC_COUNT_OF(news); i++)
        assert_status(
            scene_input(scene, &(EscInput){.kind = ESC_INPUT_DELIVERY, .delivery = &news[i]}),
            ESC_OK);
    assert_status(result(scene, room, ESC_DELIVERY_SEEN, 200, detail), ESC_OK);
    assert_status(result(scene, last(scene, "ana"), ESC_DELIVERY_DEAD, 500, detail), ESC_OK);
    assert_status(result(scene, last(scene, "crm.look"), ESC_DELIVERY_DELIVERED, 0, detail),
                  ESC_OK);
    assert_status(result(scene, last(scene, "crm.lock"), ESC_DELIVERY_DELIVERED, 201, detail),
                  ESC_OK);
    assert_status(result(scene, last(scene, "crm.lock"), ESC_DELIVERY_DEAD, 503, detail), ESC_OK);
    assert_status(result(scene, last(scene, "crm.unlock"), ESC_DELIVERY_DEAD, 0, detail), ESC_OK);
    assert_status(
        result(scene, last(scene, "cleo"), ESC_DELIVERY_ACCEPTED, 0, ESC_TEXT("in a file")),
        ESC_OK);
    told(scene, "long_details");
}

/* Messages that were given up: a handler of their name, one of any name, a check that reports them instead. */
static void given_up(void **state)
{
    (void)state;
    static const char *const handled[] = {
        "on exception delivery_dead { notify wall \"{exception.message}\"  resume }",
        "on exception { notify wall \"{exception.message}\"  resume }",
        "on exception { notify wall \"{exception.message}\"  resume }\nqa { check delivered within "
        "10m }",
        "on exception delivery_dead { notify wall \"{exception.message}\"  resume }\nqa { check "
        "acknowledged within 10m  check delivered within 10m }",
        "on exception action_failed { notify wall \"{exception.message}\"  resume }\nqa { check "
        "accepted within 10m }"};
    for (size_t i = 0; i < ESC_COUNT_OF(handled); i++) {
        char name[32];
        snprintf(name, sizeof name, "given_up_%zu", i + 1);
        Scene *scene = begun("notify hall \"a\"  notify wall \"b\"\n" STAYS, handled[i]);
        assert_status(result(scene, last(scene, "hall"), ESC_DELIVERY_DEAD, 0, ESC_TEXT("gone")),
                      ESC_OK);
        assert_status(result(scene, last(scene, "wall"), ESC_DELIVERY_DEAD, 0, (EscText){0}),
                      ESC_OK);
        scene_after(scene, 11 * ESC_MINUTE_MS);
        told(scene, name);
    }
}

/* A handler waits for its call above the steps, which wait for theirs: each gets its own reply. */
static void replies_find_their_frames(void **state)
{
    (void)state;
    Scene *scene =
        begun("crm.look(id: \"below\") as seen within 1d else { notify room \"none\" }\n"
              "notify room \"below: {seen}\"\n" STAYS,
              "on go { raise above }\non exception above { crm.look(id: \"above\") as found "
              "within 1d else { notify room \"none above\" }\nnotify room \"above: {found}\"  "
              "resume }");
    uint64_t below = last(scene, "crm.look");
    scene_event(scene, "go", "T", "{\"n\":1}");
    uint64_t above = last(scene, "crm.look");
    assert_true(above > below);
    const EscDelivery replies[] = {{.outbox = above,
                                    .state = ESC_DELIVERY_DELIVERED,
                                    .http_status = 200,
                                    .reply = ESC_TEXT("r2")},
                                   {.outbox = below,
                                    .state = ESC_DELIVERY_DELIVERED,
                                    .http_status = 200,
                                    .reply = ESC_TEXT("r1")},
                                   {.outbox = 0, .state = ESC_DELIVERY_DELIVERED},
                                   {.outbox = 99, .state = ESC_DELIVERY_DELIVERED},
                                   {.outbox = above, .state = ESC_DELIVERY_DELIVERED},
                                   {.outbox = above, .state = ESC_DELIVERY_STATE_COUNT},
                                   {.outbox = above, .state = ESC_DELIVERY_QUEUED}};
    for (size_t i = 0; i < ESC_COUNT_OF(replies); i++)
        (void)scene_input(scene, &(EscInput){.kind = ESC_INPUT_DELIVERY, .delivery = &replies[i]});
    told(scene, "replies_find_their_frames");
}

/* When all is closed: every kind of result, with what it says and without. */
static void results_that_come_late(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"a\"  notify cleo \"b\"  notify ben \"c\"\n"
                         "crm.lock(id: \"1\")  crm.lock(id: \"2\")  crm.lock(id: \"3\")\n"
                         "rollback \"r\"  crm.look(id: \"4\") within 1d\n" STAYS,
                         "");
    uint64_t room = last(scene, "room"), cleo = last(scene, "cleo"), ben = last(scene, "ben");
    for (int i = 0; i < 3; i++)
        result(scene, last(scene, "crm.lock"), ESC_DELIVERY_DELIVERED, 200, (EscText){0});
    uint64_t unlock = last(scene, "crm.unlock");
    scene_act(scene, ESC_VERB_RESOLVE, "ben", 1, NULL);
    EscText detail = x_times(1200);
    (void)result(scene, room, ESC_DELIVERY_ACKED, 200, detail);
    (void)result(scene, cleo, ESC_DELIVERY_DEAD, 404, detail);
    (void)result(scene, ben, ESC_DELIVERY_ACCEPTED, 0, (EscText){0});
    (void)result(scene, unlock, ESC_DELIVERY_DEAD, 404, detail);
    (void)result(scene, unlock - 1, ESC_DELIVERY_DELIVERED, 0, ESC_TEXT("in a file"));
    (void)result(scene, unlock - 2, ESC_DELIVERY_DELIVERED, 200, (EscText){0});
    scene_fail_all(scene);
    told(scene, "results_that_come_late");
}

/* --- people ------------------------------------------------------------------------------------------------------- */

#define ACT(verb_, actor_, ...)                                                                    \
    {                                                                                              \
        .verb = ESC_VERB_##verb_, .actor = ESC_TEXT(actor_), .reason = ESC_TEXT("r"), __VA_ARGS__  \
    }
#define TICKET(id) .ticket = ESC_TEXT(id)
#define TARGET(name) .target = ESC_TEXT(name)

#define SHIFTS "schedule duty { daily from 2026-01-04T10:00 ana, ben }\n"
#define TEMPLATE(name, owner, more)                                                                \
    "template " name " \"" name "\" { start on ticket.created\nowners { primary " owner            \
    " ack within 1d }\nsteps { " STAYS " }\n" more "\nclose when resolved }\n"

/* Which escalation of a ticket is meant, and what is said where none is. */
static void one_of_a_ticket(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(SHIFTS TEMPLATE("p", "cleo", "qa { check confirmed \"p\" before close }")
                     TEMPLATE("q", "duty follows shift", "")
                         TEMPLATE("s", "cleo", "qa { check confirmed \"s\" before close }"));
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    const EscAction deeds[] = {
        ACT(KEEP, "ana", TICKET("T")),
        ACT(KEEP, "ana", TICKET("T")),
        ACT(ACK, "cleo", TICKET("T")), /* of p or s */
        ACT(ACK, "cleo", .escalation = 3),
        ACT(ACK, "cleo", TICKET("T"), .by = ESC_TEXT("desk")),
        ACT(ACK, "cleo", TICKET("T"), .by = ESC_TEXT("cleo")),
        ACT(CONFIRM, "cleo", TICKET("T")),
        ACT(CONFIRM, "cleo", TICKET("T"), TARGET("s")),
        ACT(CONFIRM, "cleo", TICKET("T"), TARGET("s")),
        ACT(OVERRIDE, "cleo", TICKET("T"), TARGET("none")),
        ACT(CONFIRM, "cleo", TICKET("T"), TARGET("none")),
        ACT(ANSWER, "cleo", TICKET("T"), TARGET("none")),
        ACT(HANDOFF, "cleo", TICKET("T"), TARGET("ben")), /* of three */
        ACT(RESOLVE, "cleo", TICKET("T")),
        ACT(OVERRIDE, "cleo", TICKET("T"), TARGET("none")),
        ACT(OVERRIDE, "cleo", TICKET("T")),
        ACT(CONFIRM, "cleo", TICKET("T"), TARGET("p")),
        ACT(ACK, "cleo", TICKET("T")),
        ACT(RESOLVE, "cleo", TICKET("T")),
        ACT(KEEP, "ana", .escalation = 2),
        ACT(HANDOFF, "ana", .escalation = 2, TARGET("ben")),
        ACT(START, "ana", .escalation = 2, TARGET("q")),
        ACT(CONFIRM, "cleo", .escalation = 3, TARGET("s")),
        ACT(CONFIRM, "cleo", .escalation = 3, TARGET("none")),
        ACT(ANSWER, "cleo", .escalation = 3, TARGET("none")),
        ACT(ACK, "cleo", .escalation = 3),
    };
    act(scene, deeds, ESC_COUNT_OF(deeds));
    told(scene, "one_of_a_ticket");
}

/* What a name of an act may not be, and who is not there. */
static void names_of_acts(void **state)
{
    (void)state;
    Scene *scene = scene_of("team pair { ben cleo }\n" TEMPLATE("p", "ana", "") TEMPLATE(
        "q", "ana", "") "template m \"By hand\" { manual\nowners { primary ana ack within 1d }\n"
                        "steps { " STAYS " }\nclose when resolved }\n");
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    EscText far = x_times(257);
    const EscAction deeds[] = {
        {.verb = ESC_VERB_COUNT, .actor = ESC_TEXT("ana"), .escalation = 1},
        {.verb = ESC_VERB_ACK, .actor = {far.data, 256}, .escalation = 1},
        {.verb = ESC_VERB_ACK, .actor = far, .escalation = 1},
        {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .ticket = far},
        ACT(ABSENT, "ana", TARGET("ben"), .for_ms = ESC_HOUR_MS),
        ACT(ABSENT, "ana", TARGET("cleo"), .for_ms = 2 * ESC_HOUR_MS),
        ACT(HANDOFF, "ana", .escalation = 1, TARGET("pair")),
        ACT(HANDOFF, "ana", .escalation = 1, TARGET("ben")),
        ACT(PRESENT, "ana", TARGET("ben")),
        ACT(PRESENT, "ana", TARGET("ben")),
        ACT(PRESENT, "ana", TARGET("zoe")),
        ACT(ABSENT, "ana", TARGET("cleo"), .for_ms = ESC_DEADLINE_MAX_MS),
        ACT(ABSENT, "ana", TARGET("cleo"), .for_ms = ESC_DEADLINE_MAX_MS + 1),
        ACT(HANDOFF, "ana", .escalation = 1, TARGET("pair"), .within_ms = ESC_DEADLINE_MAX_MS,
            .expect = ESC_EXPECT_RESOLVED),
        ACT(HANDOFF, "ben", .escalation = 1, TARGET("ana"), .within_ms = ESC_DEADLINE_MAX_MS + 1),
        ACT(HANDOFF, "ben", .escalation = 1, TARGET("ana"), .within_ms = -1),
        ACT(HANDOFF, "ben", .escalation = 1, TARGET("ana"), .expect = ESC_EXPECT_COUNT),
        ACT(HANDOFF, "ana", .escalation = 1, TARGET("cleo")), /* it is not hers any more */
        ACT(HANDOFF, "ana", .escalation = 1, TARGET("ana")),
        {.verb = ESC_VERB_HANDOFF,
         .actor = ESC_TEXT("ana"),
         .escalation = 1,
         TARGET("ben"),
         .reason = x_times(1000)},
        {.verb = ESC_VERB_HANDOFF,
         .actor = ESC_TEXT("ben"),
         .escalation = 1,
         TARGET("ana"),
         .reason = x_times(1001)},
        ACT(START, "zoe", .escalation = 1, TARGET("m")),
        ACT(START, "zoe", .escalation = 1, TARGET("m")),
        ACT(START, "zoe", .escalation = 1, TARGET("q")),
        ACT(RESOLVE, "ana", TICKET("T")),
        ACT(START, "zoe", .escalation = 1, TARGET("m")),
        ACT(START, "zoe", TICKET("T"), TARGET("m")),
    };
    act(scene, deeds, ESC_COUNT_OF(deeds));
    told(scene, "names_of_acts");
}

/* Questions and approvals in frames above each other: each word finds its own. */
static void questions_above_each_other(void **state)
{
    (void)state;
    Scene *scene = begun("approve by 2 of ops \"Below?\" within 1d else { notify room \"not "
                         "below\" }\nnotify room \"below\"\n"
                         "ask ana \"Which?\" within 1d { guidance \"g\"  answer y \"Y\" { notify "
                         "room \"y\" }  answer n \"N\" "
                         "{ notify room \"n\" }  timeout { } }\n" STAYS,
                         "on go when event.n = 1 { raise asks }\non go { raise approves }\n"
                         "on exception asks { ask cleo \"How?\" within 1d { guidance \"g\"  answer "
                         "a \"A\" { notify room \"a\" }  "
                         "answer b \"B\" { }  timeout { } }  resume }\n"
                         "on exception approves { approve by ben \"Above?\" within 1d else { "
                         "notify room \"not above\" }  resume }");
    const EscAction first[] = {
        ACT(ANSWER, "cleo", .escalation = 1, TARGET("y")), /* nobody asks yet */
        ACT(APPROVE, "dora", .escalation = 1),
        ACT(APPROVE, "ana", .escalation = 1),
        ACT(APPROVE, "ana", .escalation = 1),
    };
    act(scene, first, ESC_COUNT_OF(first));
    scene_event(scene, "go", "T", "{\"n\":1}");
    const EscAction second[] = {
        ACT(APPROVE, "cleo", .escalation = 1), /* below: it counts when the steps go on */
        ACT(REJECT, "ben", .escalation = 1),
        ACT(REJECT, "ben", .escalation = 1),
        ACT(APPROVE, "ben", .escalation = 1),
        ACT(ANSWER, "ben", .escalation = 1, TARGET("a")),
        ACT(ANSWER, "ana", .escalation = 1, TARGET("c")),
        ACT(ANSWER, "ana", .escalation = 1, TARGET("a")),
        ACT(ANSWER, "ana", .escalation = 1, TARGET("a")),
    };
    act(scene, second, ESC_COUNT_OF(second));
    scene_event(scene, "go", "T", "{\"n\":2}");
    const EscAction third[] = {
        ACT(APPROVE, "ana", .escalation = 1),
        ACT(ANSWER, "ana", .escalation = 1, TARGET("n")),
        ACT(APPROVE, "ben", .escalation = 1),
        ACT(ANSWER, "ana", .escalation = 1, TARGET("n")),
    };
    act(scene, third, ESC_COUNT_OF(third));
    told(scene, "questions_above_each_other");
}

/* --- inputs of the operator ------------------------------------------------------------------------------------------ */

static void remark(Scene *scene, EscRemarkKind kind, EscText what, uint8_t mark)
{
    uint8_t hash[32] = {mark, [31] = mark};
    const EscRemark one = {.kind = kind, .what = what, .hash = hash};
    assert_status(scene_input(scene, &(EscInput){.kind = ESC_INPUT_REMARK, .remark = &one}),
                  ESC_OK);
}

/* What a start finds, and a clock that is declared right. */
static void what_a_start_finds(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "");
    for (uint8_t mark = 1; mark <= 3; mark++) {
        remark(scene, ESC_REMARK_CONFIGURATION, (EscText){0}, mark);
        remark(scene, ESC_REMARK_CONFIGURATION, (EscText){0}, mark);
        remark(scene, ESC_REMARK_TOKENS, (EscText){0}, (uint8_t)(mark + 16));
    }
    remark(scene, ESC_REMARK_LOSS_ACCEPTED, x_times(1200), 0);
    remark(scene, ESC_REMARK_OLD_TEMPLATES, ESC_TEXT("t.esc:1"), 0);
    const EscClockChange change = {.correction_ms = 1, .actor = ESC_TEXT("ana"), .ahead_ms = 61000};
    (void)change;
    (void)scene_input(scene, &(EscInput){.kind = (EscInputKind)(ESC_INPUT_WOKE + 1)});
    (void)scene_input(scene, &(EscInput){.kind = ESC_INPUT_WOKE});
    told(scene, "what_a_start_finds");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_details),
        cmocka_unit_test(given_up),
        cmocka_unit_test(replies_find_their_frames),
        cmocka_unit_test(results_that_come_late),
        cmocka_unit_test(one_of_a_ticket),
        cmocka_unit_test(names_of_acts),
        cmocka_unit_test(questions_above_each_other),
        cmocka_unit_test(what_a_start_finds),
    };
    return cmocka_run_group_tests_name("flow_trails", tests, NULL, NULL);
}
