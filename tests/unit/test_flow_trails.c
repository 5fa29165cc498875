/* test_flow_trails.c - stories of what inputs set in motion at their edges: details that are too long, results that nobody
 * waits for, acts of people about what is closed, starts that wait while the world changes. As in test_engine_trails.c every
 * word of them stands in trails/. */
#include "engine_scene.h"
#include "program_builder.h"
#include "trail.h"

#include <stdio.h>

#include "support/test.h"

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

/* One message for many, at the end of a quiet time: each whose it was learns what became of it, but those that are closed. */
static void a_released_message(void **state)
{
    (void)state;
    static const EscDeliveryState ends[] = {ESC_DELIVERY_DELIVERED, ESC_DELIVERY_DEAD};
    for (size_t i = 0; i < ESC_COUNT_OF(ends); i++) {
        Scene *scene = scene_of(
            "channel wall chat quiet during 08:00..12:00\n"
            "template t \"T\" { start on ticket.created\n" OWNED
            "steps { notify wall \"one of {ticket.id}\"  notify wall \"two of {ticket.id}\"  " STAYS
            " }\n"
            "on exception delivery_dead { notify ben \"{exception.message}\"  resume }\n"
            "qa { check accepted within 30m }\non exception qa_failed { resume }\nclose when "
            "resolved }\n");
        scene_manual_delivery(scene);
        static const char *const ids[] = {"T", "U", "V"};
        for (size_t k = 0; k < ESC_COUNT_OF(ids); k++)
            assert_status(scene_event(scene, "ticket.created", ids[k], "{\"title\":\"x\"}"),
                          ESC_OK);
        scene_act(scene, ESC_VERB_RESOLVE, "ben", 2, NULL);
        scene_after(scene, 3 * ESC_HOUR_MS);
        const EscInput woke = {.kind = ESC_INPUT_WOKE};
        assert_status(scene_input(scene, &woke), ESC_OK);
        scene_act(scene, ESC_VERB_RESOLVE, "ben", 3, NULL);
        scene_act(scene, ESC_VERB_OVERRIDE, "ana", 3, "accepted");
        assert_status(result(scene, last(scene, "wall"), ends[i], 200, ESC_TEXT("d")), ESC_OK);
        scene_after(scene, ESC_HOUR_MS);
        told(scene, i == 0 ? "a_released_message" : "a_released_message_that_died");
    }
}

/* A page for many that died goes on by the next way, for those that still wait for somebody. */
static void a_merged_page_of_three(void **state)
{
    (void)state;
    for (uint64_t acked = 2; acked <= 3; acked++) {
        Scene *scene = scene_of("policy p { last resort dora  limit 1 pages per person per 1h }\n"
                                "person emil \"Emil\" { chat \"@emil\" phone \"+49 30 2\" reach by "
                                "chat, then phone after 30m }\n"
                                "template t \"T\" { start on ticket.created\nowners { primary emil "
                                "ack within 2h  secondary ben ack "
                                "within 2h }\nsteps { " STAYS " }\nclose when resolved }\n");
        scene_manual_delivery(scene);
        static const char *const ids[] = {"T", "U", "V", "W"};
        for (size_t k = 0; k < ESC_COUNT_OF(ids); k++)
            assert_status(scene_event(scene, "ticket.created", ids[k], "{\"title\":\"x\"}"),
                          ESC_OK);
        assert_status(result(scene, last(scene, "emil"), ESC_DELIVERY_DELIVERED, 200, (EscText){0}),
                      ESC_OK);
        scene_after(scene, 5 * ESC_MINUTE_MS);
        scene_act(scene, ESC_VERB_ACK, "emil", acked, NULL);
        scene_act(scene, ESC_VERB_RESOLVE, "ben", 4, NULL);
        assert_status(result(scene, last(scene, "emil"), ESC_DELIVERY_DEAD, 0, ESC_TEXT("d")),
                      ESC_OK);
        scene_after(scene, ESC_MINUTE_MS);
        assert_status(result(scene, last(scene, "emil"), ESC_DELIVERY_SEEN, 0, (EscText){0}),
                      ESC_OK);
        told(scene, acked == 2 ? "a_merged_page_whose_first_is_acked"
                               : "a_merged_page_whose_last_is_acked");
    }
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
    EscText far = x_times(ESC_ID_BYTES_MAX + 1);
    const EscAction deeds[] = {
        {.verb = ESC_VERB_COUNT, .actor = ESC_TEXT("ana"), .escalation = 1},
        {.verb = ESC_VERB_ACK, .actor = {far.data, ESC_ID_BYTES_MAX}, .escalation = 1},
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

/* Who has acknowledged as one of two has done so, whatever else they do; who is away hears what becomes of it. */
static void one_of_two_acts(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template t \"T\" { start on ticket.created\n"
        "owners { primary ops ack by 2 within 1h  secondary dora ack within 1h }\n"
        "steps { ask owner \"Which?\" within 1d { guidance \"g\"  answer y \"Y\" { }  timeout { } "
        "}\n"
        "ask owner \"How?\" within 1d { guidance \"g\"  answer y \"Y\" { }  timeout { } }\n" STAYS
        " }\n"
        "qa { check confirmed \"c\" before close  check acknowledged within 10m }\nclose when "
        "resolved }\n");
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    const EscAction deeds[] = {ACT(ANSWER, "ana", .escalation = 1, TARGET("y")),
                               ACT(ANSWER, "ana", .escalation = 1, TARGET("y")),
                               ACT(CONFIRM, "ana", .escalation = 1),
                               ACT(ACK, "ana", .escalation = 1),
                               ACT(HANDOFF, "ana", .escalation = 1, TARGET("ana")),
                               ACT(ACK, "ben", .escalation = 1),
                               ACT(ACK, "ben", .escalation = 1)};
    act(scene, deeds, ESC_COUNT_OF(deeds));
    told(scene, "one_of_two_acts");
}

/* An absence is heard of once by each ticket, and who closes at that has nobody looked for any more. */
static void absences(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        TEMPLATE("stays", "ana", "on owner.absent { notify room \"stays\" }")
            TEMPLATE("ends", "ana", "on owner.absent { notify room \"ends\"  close as gone }")
                TEMPLATE("other", "ben", "on owner.absent { notify room \"other\" }")
                    TEMPLATE("resort", "dora", "on owner.absent { notify room \"resort\" }"));
    scene_manual_delivery(scene);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    scene_event(scene, "ticket.created", "U", "{\"title\":\"y\"}");
    const EscAction deeds[] = {
        ACT(ABSENT, "ana", TARGET("ana"), .for_ms = ESC_HOUR_MS),
        ACT(ABSENT, "cleo", TARGET("dora"), .for_ms = 3 * ESC_HOUR_MS),
        ACT(ABSENT, "ana", TARGET("ana"), .for_ms = 2 * ESC_HOUR_MS),
        ACT(ABSENT, "ben", TARGET("ben"), .until_ms = scene_now(scene) + 1),
        ACT(ABSENT, "ben", TARGET("ben"), .until_ms = scene_now(scene)),
        ACT(PRESENT, "ana", TARGET("ana")),
        ACT(PRESENT, "ana", TARGET("ana")),
    };
    act(scene, deeds, ESC_COUNT_OF(deeds));
    told(scene, "absences");
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
    const uint8_t hash[32] = {1, [31] = 1};
    const EscRemark found = {.kind = ESC_REMARK_CONFIGURATION, .hash = hash};
    const EscRemark other = {.kind = ESC_REMARK_TOKENS, .hash = hash};
    remark(scene, ESC_REMARK_CONFIGURATION, (EscText){0}, 1);
    assert_true(esc_engine_has_found(scene_engine(scene), &found));
    assert_false(esc_engine_has_found(scene_engine(scene), &other));
    remark(scene, ESC_REMARK_TOKENS, (EscText){0}, 1);
    assert_true(esc_engine_has_found(scene_engine(scene), &other));
    for (uint8_t mark = 1; mark <= 3; mark++) {
        remark(scene, ESC_REMARK_CONFIGURATION, (EscText){0}, mark);
        remark(scene, ESC_REMARK_CONFIGURATION, (EscText){0}, mark);
        remark(scene, ESC_REMARK_TOKENS, (EscText){0}, (uint8_t)(mark + 16));
    }
    remark(scene, ESC_REMARK_LOSS_ACCEPTED, x_times(1200), 0);
    remark(scene, ESC_REMARK_OLD_TEMPLATES, ESC_TEXT("t.esc:1"), 0);
    (void)scene_input(scene, &(EscInput){.kind = (EscInputKind)(ESC_INPUT_WOKE + 1)});
    (void)scene_input(scene, &(EscInput){.kind = ESC_INPUT_WOKE});
    told(scene, "what_a_start_finds");
}

/* --- starts and time -------------------------------------------------------------------------------------------------- */

#define SHORT "owners { primary ana ack within 30d }\nsteps { " STAYS " }\nclose when resolved }\n"
#define DONE                                                                                       \
    "owners { primary ana ack within 30d }\nsteps { close as done }\nclose when resolved }\n"

static void event(Scene *scene, const char *type, const char *ticket, const char *data)
{
    assert_status(scene_event(scene, type, ticket, data), ESC_OK);
}

/* What waits finds its `start` in the bundle that is there then, or is dropped. */
static void starts_under_other_bundles(void **state)
{
    (void)state;
    static const char *const before =
        "event ping { n: number }\nsla s { resolve within 1h }\n"
        "template a \"A\" { start on ping, ticket.updated when ticket.severity = critical for "
        "30m\n" SHORT "template b \"B\" { start on ping, ticket.updated when ticket.severity = "
        "critical for 30m\n" SHORT "template c \"C\" { start on ticket.updated when "
        "changed ticket.queue\nagain after 10h\n" DONE
        "template d \"D\" { start after sla.resolve overdue 30m\nagain after 10h\n" DONE
        "template e \"E\" { start after sla.resolve overdue 30m\nagain after 10h\n" DONE
        "template f \"F\" { start on ping\nagain after 10h\n" DONE
        "template g \"G\" { start on ticket.updated when ticket.queue = \"three\" start on "
        "ping\nagain after 10h\n" DONE;
    static const char *const after =
        "event pong { n: number }\nsla s { resolve within 1h }\n"
        "template a \"A\" { start on ticket.updated when ticket.severity = critical for 30m\n" SHORT
        "template b \"B\" { start on pong when ticket.severity = critical for 30m\n" SHORT
        "template c \"C\" { start after sla.resolve overdue 2h\nagain after 10h\n" DONE
        "template d \"D\" { start after sla.resolve overdue 30m\nagain after 10h\n" DONE
        "template e \"E\" { start on ticket.updated when ticket.severity = critical\nagain after "
        "10h\n" DONE "template g \"G\" { start on ticket.updated when ticket.queue = \"three\" "
        "start on pong\nagain after 10h\n" DONE;
    Scene *scene = scene_of(before);
    scene_manual_delivery(scene);
    event(scene, "ticket.created", "T", "{\"title\":\"x\",\"queue\":\"one\"}");
    event(scene, "ping", "T", "{\"n\":1}");
    event(scene, "ticket.updated", "T", "{\"queue\":\"two\"}");
    event(scene, "ticket.updated", "T", "{\"queue\":\"three\"}");
    event(scene, "ping", "T", "{\"n\":2}");
    scene_after(scene, 90 * ESC_MINUTE_MS); /* late */
    event(scene, "ticket.resolved", "T", NULL);
    event(scene, "ticket.reopened", "T", NULL);
    event(scene, "ticket.updated", "T", "{\"severity\":\"high\"}");
    scene_after(scene, ESC_HOUR_MS);
    event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    event(scene, "ping", "T", "{\"n\":3}");
    scene_publish(scene, after);
    scene_after(scene, 12 * ESC_HOUR_MS);
    event(scene, "ticket.updated", "T", "{\"queue\":\"four\"}");
    told(scene, "starts_under_other_bundles");
}

/* The event that it waits for is refused by the schema of now: two of its members say the same there. And what asks for a
 * template that is gone is told so. */
static void events_that_are_not_read_again(void **state)
{
    (void)state;
#define PINGED "template h \"H\" { start on ping when event.n > 1 for 5h\n" SHORT
    Scene *scene = scene_of("event ping { n: number }\nevent go { n: number }\n" PINGED
                            "template s \"S\" { start on ping\n" OWNED "steps { " STAYS " }\n"
                            "on go { start template m() }\nclose when resolved }\n"
                            "template m \"M\" { manual\n" SHORT);
    scene_manual_delivery(scene);
    event(scene, "ping", "T", "{\"n\":2,\"ticket\":{\"m\":{\"a\":1},\"m.a\":1}}");
    event(scene, "ping", "U", "{\"n\":2,\"ticket\":{\"m\":{\"a\":1}}}");
    scene_publish(scene,
                  "extend ticket { m { a: number? } }\nevent ping { n: number }\nevent go { n: "
                  "number }\n" PINGED);
    scene_after(scene, 5 * ESC_HOUR_MS);
    event(scene, "go", "T", "{\"n\":1}");
    told(scene, "events_that_are_not_read_again");
}

/* A service level that is late for the second time waits for the end of `again after`, without an event. */
static void late_again(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "sla s { resolve within 1h }\n"
        "template late \"Late\" { start after sla.resolve overdue 30m\nagain after 4h\n" DONE
        "template later \"Later\" { start after sla.resolve overdue 30m when ticket.severity = "
        "critical\n"
        "again after 4h\n" DONE);
    scene_manual_delivery(scene);
    event(scene, "ticket.created", "T", "{\"title\":\"x\",\"severity\":\"critical\"}");
    scene_after(scene, 95 * ESC_MINUTE_MS);
    event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_after(scene, ESC_HOUR_MS);
    event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    event(scene, "ticket.resolved", "T", NULL);
    scene_after(scene, ESC_HOUR_MS);
    event(scene, "ticket.reopened", "T", NULL);
    scene_after(scene, 10 * ESC_HOUR_MS);
    told(scene, "late_again");
}

/* Checks, closings and starts that time alone turns: of a ticket that is open, resolved, linked. */
static void time_alone(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "sla s { resolve within 8h }\n"
        "template near \"Near\" { start on ticket.created, ticket.updated when ticket.due_at < now "
        "+ 2h\n" SHORT "template late \"Late\" { start after sla.resolve overdue 30m when "
        "ticket.due_at < now\n" SHORT
        "template status \"Status\" { start on ticket.updated when ticket.status = resolved and "
        "ticket.due_at < now + 1h\n" SHORT
        "template t \"T\" { start on ticket.created\nowners { primary ana ack within 30d }\n"
        "steps { check escalation.age >= 2h within 5h else { notify room \"young\" }\nnotify room "
        "\"checked\"\n"
        "if ticket.due_at is present { create ticket task { title: \"do\"  due_at: ticket.due_at } "
        "}\n" STAYS " }\n"
        "qa { check escalation.age >= 4h before close  check ticket.severity = low before close\n"
        "check escalation.age >= 1h before close }\n"
        "on exception qa_failed { notify room \"{exception.message}\"  resume }\nclose when "
        "resolved }\n");
    scene_manual_delivery(scene);
    event(scene, "ticket.created", "T",
          "{\"title\":\"x\",\"severity\":\"low\",\"due_at\":\"2026-01-05T14:00:00Z\"}");
    event(scene, "ticket.created", "U",
          "{\"title\":\"y\",\"severity\":\"low\",\"due_at\":\"2026-01-05T16:00:00Z\"}");
    scene_after(scene, 150 * ESC_MINUTE_MS);
    event(scene, "ticket.resolved", "T", NULL); /* before its time is near */
    scene_after(scene, 3 * ESC_HOUR_MS);
    scene_correct(scene, 2 * ESC_HOUR_MS);
    scene_after(scene, ESC_HOUR_MS);
    scene_correct(scene, -5 * ESC_HOUR_MS);
    scene_after(scene, 14 * ESC_HOUR_MS);
    event(scene, "ticket.resolved", "U", NULL);
    told(scene, "time_alone");
}

/* Tickets behind a correction are judged in the order of their ids. */
static void a_correction_of_many(void **state)
{
    (void)state;
    Scene *scene = scene_of("template near \"Near\" { start on ticket.created, ticket.updated when "
                            "ticket.due_at < now + 2h\n" SHORT
                            "template day \"Day\" { start on ticket.updated when ticket.due_at < "
                            "now + 1d\nagain after 1h\n" DONE);
    scene_manual_delivery(scene);
    static const char *const ids[] = {"C", "A", "D", "B"};
    for (size_t i = 0; i < ESC_COUNT_OF(ids); i++)
        event(scene, "ticket.created", ids[i],
              "{\"title\":\"x\",\"due_at\":\"2026-01-07T14:00:00Z\"}");
    event(scene, "ticket.created", "E", "{\"title\":\"x\"}");
    event(scene, "ticket.closed", "E", NULL);
    esc_engine_evict(scene_engine(scene), 0); /* a place of a ticket that is forgotten */
    scene_correct(scene, 2 * ESC_DAY_MS);
    scene_after(scene, ESC_HOUR_MS);
    scene_correct(scene, 3 * ESC_HOUR_MS);
    scene_after(scene, ESC_MINUTE_MS);
    scene_correct(scene, -ESC_DAY_MS);
    scene_after(scene, ESC_DAY_MS);
    told(scene, "a_correction_of_many");
}

/* What follows a shift, and what is linked, where the clock is corrected: a linked ticket starts nothing, whatever turns. */
static void corrections_of_shifts_and_links(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        SHIFTS
        "template far \"Far\" { start on ticket.updated when ticket.due_at > now + 1h\n" SHORT
            TEMPLATE("q", "duty follows shift",
                     "") "template l \"L\" { start on ticket.created\n" OWNED
                         "steps { if ticket.due_at is present { create ticket task { title: \"do\" "
                         " due_at: ticket.due_at } }\n" STAYS " }\nclose when resolved }\n");
    scene_manual_delivery(scene);
    event(scene, "ticket.created", "T", "{\"title\":\"x\",\"due_at\":\"2026-01-05T09:30:00Z\"}");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_ACK, "ana", 2, NULL);
    scene_after(scene, 20 * ESC_MINUTE_MS);
    scene_correct(scene, 20 * ESC_MINUTE_MS);
    scene_after(scene, 10 * ESC_MINUTE_MS);
    scene_correct(scene, -2 * ESC_HOUR_MS);
    scene_after(scene, 4 * ESC_HOUR_MS);
    told(scene, "corrections_of_shifts_and_links");
}

/* --- events ----------------------------------------------------------------------------------------------------------- */

/* A handler that skips where there is nothing to skip: the steps are done, and what was raised waits for people. */
static void skips_nothing(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"a\"",
                         "on go when event.n = 1 { skip }\non go when event.n = 2 { raise odd }\n"
                         "on go when event.n = 3 { close as over }\non go when event.n = 3 { "
                         "notify room \"never\" }");
    for (int n = 1; n <= 3; n++) {
        char data[16];
        snprintf(data, sizeof data, "{\"n\":%d}", n);
        event(scene, "go", "T", data);
        event(scene, "go", "T", "{\"n\":1}");
    }
    told(scene, "skips_nothing");
}

/* What a ticket was, and is: events of its status from one to the other, and changes that are taken back at once. */
static void standings(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        EVENTS "extend ticket { m: number default 0 }\n"
               "template t \"T\" { start on ticket.created\n" OWNED
               "steps { await resolved within 30d else { } }\n"
               "on ticket.resolved { notify room \"resolved\" }\non ticket.closed { notify room "
               "\"closed\" }\n"
               "on ticket.reopened { notify room \"reopened\" }\non ticket.updated { notify room "
               "\"updated\" }\n"
               "on go when event.n = 1 { set ticket.m to 1  set ticket.m to 0 }\n"
               "on go when event.n = 2 { set ticket.status to resolved }\n"
               "on go when event.n = 3 { set ticket.status to closed  set ticket.m to 7 }\n"
               "qa { check confirmed \"c\" before close }\nclose when resolved }\n");
    scene_manual_delivery(scene);
    event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    event(scene, "go", "T", "{\"n\":1}");
    event(scene, "go", "T", "{\"n\":2}");
    event(scene, "ticket.reopened", "T", NULL);
    event(scene, "ticket.resolved", "T", "{\"m\":3}");
    event(scene, "ticket.closed", "T", NULL);
    event(scene, "ticket.resolved", "T", NULL);
    event(scene, "ticket.closed", "T", "{\"m\":4}");
    event(scene, "ticket.created", "T", NULL);
    event(scene, "ticket.created", "T", "{\"status\":\"closed\",\"m\":5}");
    event(scene, "ticket.updated", "T", "{\"status\":\"open\"}");
    event(scene, "go", "T", "{\"n\":3}");
    told(scene, "standings");
}

/* Tickets that come by events of other kinds get an id and a title from them. */
static void tickets_of_events(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("event zap_z.a { n: number  why: text  also: text  more: text  and: text }\n"
                 "event zed { n: number? }\nevent empty \"Nothing said\" {}\n"
                 "template t \"T\" { start on zap_z.a, zed, empty\n" SHORT);
    scene_manual_delivery(scene);
    event(scene, "zap_z.a", NULL,
          "{\"n\":1,\"why\":\"\",\"also\":\"two\",\"more\":\"three\",\"and\":\"four\"}");
    event(scene, "zap_z.a", "S", "{\"why\":\"because\",\"ticket\":{\"title\":\"given\"}}");
    event(scene, "zap_z.a", "V", "{\"n\":1,\"ticket\":{\"title\":\"\"}}");
    event(scene, "zed", "W", "{\"n\":2}");
    event(scene, "zed", "X", NULL);
    event(scene, "empty", "Y", NULL);
    char source[256], unknown[2048] = "{";
    snprintf(source, sizeof source, "%.*s", ESC_ID_BYTES_MAX, x_times(1200).data);
    (void)scene_report(scene, "zed", NULL, source, 0, NULL);
    for (int i = 0; i < 40; i++)
        snprintf(unknown + strlen(unknown), sizeof unknown - strlen(unknown), "%s\"unheard%d\":1",
                 i > 0 ? "," : "", i);
    snprintf(unknown + strlen(unknown), sizeof unknown - strlen(unknown), "}");
    event(scene, "ticket.created", "U", unknown);
    event(scene, "ticket.updated", "U", "{\"unheard\":1,\"title\":3}");
    told(scene, "tickets_of_events");
}

/* Names of events begin titles; a bundle that no text was made into may name them as it likes. */
static void first_letters_of_titles(void **state)
{
    (void)state;
    static const struct {
        const char *name, *title;
    } cases[] = {{"ab.c_d", "\"Ab c d: percent 4\""},
                 {"zb", "\"Zb: percent 4\""},
                 {"`b", "\"`b: percent 4\""},
                 {"{b", "\"{b: percent 4\""}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        TestProgram program;
        program_begin(&program);
        program.fields[FIELD_NOTE].name = program_text(&program, "title");
        program.events[EVENT_LEAD].name = program_text(&program, cases[i].name);
        program_finish(&program);
        Scene *scene = scene_of_program(&program.program);
        scene_manual_delivery(scene);
        event(scene, cases[i].name, "T", "{\"percent\":4}");
        assert_string_equal(scene_field(scene, "T", "title"), cases[i].title);
        program_release(&program);
        scene_free(scene);
    }
}

/* Whoever makes an event by hand gives all of its fields. */
static void a_ticket_of_an_event_made_by_hand(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("event made { n: number  why: text }\ntemplate t \"T\" { start on made\n" SHORT);
    scene_manual_delivery(scene);
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    EscEvent made;
    assert_status(esc_event_make(arena, esc_engine_program(scene_engine(scene)), ESC_TEXT("made"),
                                 ESC_TEXT("hand"), ESC_TEXT("1"), ESC_TEXT("T"),
                                 ESC_TEXT("{\"why\":\"w\"}"), &made, NULL),
                  ESC_OK);
    made.is_given = NULL;
    assert_status(scene_input(scene, &(EscInput){.kind = ESC_INPUT_EVENT, .event = &made}), ESC_OK);
    assert_string_equal(scene_field(scene, "T", "title"), "\"Made: n 0, why w\"");
    esc_arena_free(arena);
    scene_free(scene);
}

/* What sources have said of a ticket, and since when. */
static void what_sources_said(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created\n" SHORT);
    scene_manual_delivery(scene);
    int64_t begin_ms = scene_now(scene);
    scene_report(scene, "ticket.created", "T", "a", begin_ms - 100,
                 "{\"title\":\"x\",\"queue\":\"one\"}");
    scene_report(scene, "ticket.updated", "T", "a", begin_ms - 150,
                 "{\"title\":\"old\",\"queue\":\"old\"}");
    scene_report(scene, "ticket.updated", "T", "b", begin_ms - 150, "{\"queue\":\"other\"}");
    scene_report(scene, "ticket.resolved", "T", "a", begin_ms - 150, NULL);
    scene_report(scene, "ticket.closed", "T", "a", begin_ms - 100, NULL);
    scene_report(scene, "ticket.reopened", "T", "a", begin_ms - 120, NULL);
    scene_report(scene, "ticket.reopened", "T", "a", begin_ms + ESC_HOUR_MS,
                 NULL); /* to come: now */
    scene_after(scene, ESC_MINUTE_MS);
    scene_report(scene, "ticket.updated", "T", "a", begin_ms + 1,
                 "{\"status\":\"resolved\",\"queue\":\"two\"}");
    scene_report(scene, "ticket.created", "T", "a", begin_ms - 1, NULL);
    scene_report(scene, "ticket.created", "T", "a", begin_ms + 2, NULL);
    scene_report(scene, "ticket.created", "U", "a", begin_ms + 3, "{\"status\":\"resolved\"}");
    scene_report(scene, "ticket.updated", "U", "a", begin_ms + 2, "{\"status\":\"open\"}");
    scene_report(scene, "ticket.created", "V", "a", 0, "{\"created_at\":\"2026-01-05T08:00:00Z\"}");
    scene_report(scene, "ticket.created", "W", "a", begin_ms,
                 "{\"created_at\":\"2026-01-06T08:00:00Z\"}");
    scene_report(scene, "ticket.updated", "X", "a", begin_ms, "{\"title\":\"z\"}");
    scene_report(scene, "ticket.created", "Y", "a", begin_ms,
                 "{\"created_at\":\"1969-01-06T08:00:00Z\"}");
    /* Made again before its source has said last that it is open: what it said in between is old. */
    scene_report(scene, "ticket.updated", "Z", "a", begin_ms + 50, "{\"status\":\"open\"}");
    scene_report(scene, "ticket.created", "Z", "a", begin_ms + 10, NULL);
    scene_report(scene, "ticket.resolved", "Z", "a", begin_ms + 30, NULL);
    told(scene, "what_sources_said");
}

/* --- the workspace is another one ----------------------------------------------------------------------------------------- */

/* Who has left the directory is called no more, and has nothing any more. */
static void who_has_left(void **state)
{
    (void)state;
#define EMIL                                                                                       \
    "person emil \"Emil\" { chat \"@emil\" phone \"+49 30 2\" reach by chat, then phone after "    \
    "30m }\n"
#define LEFT(who)                                                                                  \
    "template t \"T\" { start on ticket.created\nowners { primary " who                            \
    " ack within 1h  secondary ben ack within 1h }\n"                                              \
    "steps { page primary \"one\"  page primary \"two\"  page ana \"three\"  " STAYS               \
    " }\nclose when resolved }\n"
    Scene *scene = scene_of(EMIL LEFT("emil"));
    scene_manual_delivery(scene);
    event(scene, "ticket.created", "T", "{\"title\":\"x\"}");
    event(scene, "ticket.created", "U", "{\"title\":\"y\"}");
    event(scene, "ticket.created", "V", "{\"title\":\"z\"}");
    scene_act(scene, ESC_VERB_ACK, "emil", 2, NULL);
    scene_act(scene, ESC_VERB_HANDOFF, "emil", 3, "ana");
    assert_false(esc_engine_has_arrears(scene_engine(scene)));
    scene_publish(scene, LEFT("ana"));
    assert_true(esc_engine_has_arrears(scene_engine(scene)));
    scene_after(scene, ESC_MINUTE_MS);
    event(scene, "ticket.updated", "U", "{\"title\":\"new\"}");
    told(scene, "who_has_left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_details),
        cmocka_unit_test(given_up),
        cmocka_unit_test(replies_find_their_frames),
        cmocka_unit_test(results_that_come_late),
        cmocka_unit_test(a_released_message),
        cmocka_unit_test(a_merged_page_of_three),
        cmocka_unit_test(one_of_a_ticket),
        cmocka_unit_test(names_of_acts),
        cmocka_unit_test(questions_above_each_other),
        cmocka_unit_test(one_of_two_acts),
        cmocka_unit_test(absences),
        cmocka_unit_test(first_letters_of_titles),
        cmocka_unit_test(what_a_start_finds),
        cmocka_unit_test(starts_under_other_bundles),
        cmocka_unit_test(events_that_are_not_read_again),
        cmocka_unit_test(late_again),
        cmocka_unit_test(time_alone),
        cmocka_unit_test(a_correction_of_many),
        cmocka_unit_test(corrections_of_shifts_and_links),
        cmocka_unit_test(skips_nothing),
        cmocka_unit_test(standings),
        cmocka_unit_test(tickets_of_events),
        cmocka_unit_test(a_ticket_of_an_event_made_by_hand),
        cmocka_unit_test(what_sources_said),
        cmocka_unit_test(who_has_left),
    };
    return cmocka_run_group_tests_name("flow_trails", tests, NULL, NULL);
}
