/* test_engine_bounds.c - what the engine keeps has bounds: what stands at one is there, what is one past it is cut, counted
 * or takes the place of the oldest. */
#include "engine_scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/test.h"

#define STAYS "await resolved within 30d else raise overdue"
#define OWNED "owners { primary ana ack within 20d }\n"

/* A template `t` with these steps; `before` and `more` stand around it. */
static Scene *begun(const char *before, const char *steps, const char *more, const char *data)
{
    static char source[1 << 16];
    snprintf(source, sizeof source,
             "%s\nevent deploy.done { build: number }\n"
             "template t \"Trouble\" { start on ticket.created\n" OWNED "steps { %s }\n%s\n"
             "close when resolved }\n",
             before, steps, more);
    Scene *scene = scene_of(source);
    assert_status(scene_event(scene, "ticket.created", "T", data), ESC_OK);
    return scene;
}

/* `size` bytes of an x, in quotes of JSON behind `front` when that is given. */
static const char *title_of(size_t size, const char *front, const char *behind)
{
    static char text[1024];
    size_t used = strlen(front);
    memcpy(text, front, used);
    memset(text + used, 'x', size);
    strcpy(text + used + size, behind);
    return text;
}

static const char *titled(size_t size)
{
    return title_of(size, "{\"title\":\"", "\"}");
}

/* --- words -------------------------------------------------------------------------------------------------------- */

static void a_subject_has_120_bytes(void **state)
{
    (void)state;
    Scene *scene = begun("", "notify ben \"{ticket.title}\"  " STAYS, "", titled(120));
    assert_int_equal(
        scene_sent(scene, "ben", title_of(120, "\"subject\":\"[T] ", "\",\"workspace\"")), 1);
    scene_free(scene);
    scene = begun("", "notify ben \"{ticket.title}\"  " STAYS, "", titled(121));
    assert_int_equal(
        scene_sent(scene, "ben", title_of(117, "\"subject\":\"[T] ", "…\",\"workspace\"")), 1);
    assert_int_equal(scene_sent(scene, "ben", title_of(121, "\"text\":\"", "\"")), 1);
    scene_free(scene);
}

/* It ends with the first line. */
static void a_subject_is_one_line(void **state)
{
    (void)state;
    static const char *const titles[][2] = {{"a\\nb", "a"}, {"\\nb", ""}, {"a\\n", "a"}};
    for (size_t i = 0; i < ESC_COUNT_OF(titles); i++) {
        char data[64], wanted[64];
        snprintf(data, sizeof data, "{\"title\":\"%s\"}", titles[i][0]);
        snprintf(wanted, sizeof wanted, "\"subject\":\"[T] %s\"", titles[i][1]);
        Scene *scene = begun("", "notify ben \"{ticket.title}\"  " STAYS, "", data);
        assert_int_equal(scene_sent(scene, "ben", wanted), 1);
        scene_free(scene);
    }
}

#define DIGEST "policy p { last resort dora  limit 1 notifications per person per 1h else digest }"

static void a_digest_has_200_bytes_of_each(void **state)
{
    (void)state;
    for (size_t size = 200; size <= 201; size++) {
        Scene *scene = begun(DIGEST, "notify ben \"a\"  notify ben \"{ticket.title}\"  " STAYS, "",
                             titled(size));
        scene_after(scene, ESC_HOUR_MS);
        assert_int_equal(scene_sent(scene, "ben", "1 message was held back:"), 1);
        assert_int_equal(scene_sent(scene, "ben", title_of(200, "\\nE-1: ", "\"")), size == 200);
        assert_int_equal(scene_sent(scene, "ben", title_of(197, "\\nE-1: ", "…\"")), size == 201);
        scene_free(scene);
    }
}

/* The first is sent; of what is held back 50 are named. */
static void a_digest_names_50(void **state)
{
    (void)state;
    for (int held = 50; held <= 52; held++) {
        char steps[4096] = "", wanted[64];
        for (int i = 0; i <= held; i++)
            snprintf(steps + strlen(steps), sizeof steps - strlen(steps),
                     "notify ben \"number %d.\"\n", i);
        strcat(steps, STAYS);
        Scene *scene = begun(DIGEST, steps, "", "{}");
        scene_after(scene, ESC_HOUR_MS);
        snprintf(wanted, sizeof wanted, "%d messages were held back:", held);
        assert_int_equal(scene_sent(scene, "ben", wanted), 1);
        assert_int_equal(scene_sent(scene, "ben", "\\nE-1: number 50."), 1);
        assert_int_equal(scene_sent(scene, "ben", "E-1: number 51."), 0);
        snprintf(wanted, sizeof wanted, "number 50.\\nand %d more\"", held - 50);
        assert_int_equal(scene_sent(scene, "ben", wanted), held > 50);
        snprintf(wanted, sizeof wanted, "\"count\":\"%d\"", held);
        assert_int_equal(scene_audit(scene, "digest", wanted), 1);
        scene_free(scene);
    }
}

static void a_merged_page_has_80_bytes_of_each_title(void **state)
{
    (void)state;
    for (size_t size = 80; size <= 81; size++) {
        Scene *scene = begun("policy p { last resort dora  limit 1 pages per person per 1h }",
                             "page ben \"a\"  page ben \"b\"  " STAYS, "", titled(size));
        scene_after(scene, 5 * ESC_MINUTE_MS);
        assert_int_equal(scene_sent(scene, "ben", "1 escalation waits for an acknowledgement:"), 1);
        assert_int_equal(scene_sent(scene, "ben", title_of(80, "E-1 T: ", "\"")), size == 80);
        assert_int_equal(scene_sent(scene, "ben", title_of(77, "E-1 T: ", "…\"")), size == 81);
        scene_free(scene);
    }
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

static const char *const sixteen =
    "{\"title\":\"x\",\"tags\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\","
    "\"j\",\"k\",\"l\",\"m\",\"n\",\"o\",\"p\"]}";

/* 15 times `count` changes. */
#define LOOP(count)                                                                                \
    "for each a in ticket.tags at most 15 { for each b in ticket.tags at most " #count             \
    " { set ticket.n to ticket.n + 1 } }  wait 1s\n"

static void the_256_last_changes_are_kept(void **state)
{
    (void)state;
    Scene *scene = begun("extend ticket { n: number default 0 }",
                         "set ticket.title to \"y\"\n" LOOP(4) LOOP(4) LOOP(4) LOOP(4)
                             LOOP(1) "await deploy.done within 1d else { }  set ticket.n to 0\n"
                                     "await deploy.done within 1d else { }  rollback  " STAYS,
                         "", sixteen);
    scene_after(scene, ESC_MINUTE_MS);
    assert_string_equal(scene_field(scene, "T", "n"), "255");
    assert_int_equal(scene_audit(scene, "not_undone", ""), 0);
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    assert_int_equal(scene_audit(scene, "not_undone", ""), 1);
    assert_int_equal(
        scene_audit(scene, "not_undone", "the change of title is too long ago to be undone"), 1);
    assert_int_equal(
        scene_audit(scene, "not_undone", "\"what\":\"title\",\"because\":\"too many changes\""), 1);
    scene_event(scene, "deploy.done", "T", "{\"build\":2}");
    assert_string_equal(scene_field(scene, "T", "n"), "0");
    assert_string_equal(scene_field(scene, "T", "title"), "\"y\"");
    scene_free(scene);
}

static size_t count_of(EscText text, const char *part)
{
    size_t count = 0;
    for (size_t at = 0; at < text.size; at++)
        count +=
            esc_text_starts_with((EscText){text.data + at, text.size - at}, esc_text_from(part));
    return count;
}

/* The first moment stays: it says who started it. */
static void a_timeline_keeps_its_beginning_and_its_end(void **state)
{
    (void)state;
    Scene *scene = begun("",
                         "for each a in ticket.tags at most 14 { attach a }  snapshot timeline\n"
                         "attach ticket.title  snapshot timeline  " STAYS,
                         "", sixteen);
    EscText content = scene_evidence(scene, "timeline")->content;
    assert_int_equal(count_of(content, "\"kind\":"), 16);
    assert_int_equal(count_of(content, "\"kind\":\"opened\""), 1);
    assert_int_equal(count_of(content, "\"kind\":\"attached\""), 14);
    assert_int_equal(count_of(content, "\"kind\":\"snapshot\""), 1);
    scene_free(scene);
}

static void a_ticket_remembers_its_16_last_changes(void **state)
{
    (void)state;
    Scene *scene =
        begun("extend ticket { n: number default 0 }",
              "await deploy.done within 1d else { }  snapshot changes for 30d  " STAYS, "", "{}");
    for (int i = 1; i <= 17; i++) {
        char data[32];
        snprintf(data, sizeof data, "{\"n\":%d}", i);
        scene_event(scene, "ticket.updated", "T", data);
    }
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    EscText content = scene_evidence(scene, "changes")->content;
    assert_int_equal(count_of(content, "\"field\":"), 16);
    assert_int_equal(count_of(content, "\"n\""), 16);
    scene_free(scene);
}

/* So many hand-overs of a ticket within a day, where the policy has limits of other things only. */
static void twenty_handoffs_a_day(void **state)
{
    (void)state;
    Scene *scene = begun(DIGEST, STAYS, "", "{}");
    int64_t first_ms = scene_now(scene);
    for (int i = 0; i < 20; i++) {
        assert_status(scene_act(scene, ESC_VERB_HANDOFF, i % 2 == 0 ? "ana" : "ben", 1,
                                i % 2 == 0 ? "ben" : "ana"),
                      ESC_OK);
        assert_false(scene_outcome(scene)->is_refused);
        scene_after(scene, ESC_MINUTE_MS);
    }
    assert_status(scene_act(scene, ESC_VERB_HANDOFF, "ana", 1, "ben"), ESC_OK);
    assert_true(scene_outcome(scene)->is_refused);
    assert_int_equal(scene_audit(scene, "limited", "20 hand-offs of T within"), 1);
    assert_int_equal(scene_audit(scene, "exception", "20 hand-offs of T within"), 1);
    scene_clock(scene, first_ms + ESC_DAY_MS - 1 - scene_now(scene));
    assert_status(scene_act(scene, ESC_VERB_HANDOFF, "ana", 1, "ben"), ESC_OK);
    assert_true(scene_outcome(scene)->is_refused);
    scene_clock(scene, 1);
    assert_status(scene_act(scene, ESC_VERB_HANDOFF, "ana", 1, "ben"), ESC_OK);
    assert_false(scene_outcome(scene)->is_refused);
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

static void a_reason_has_1000_bytes(void **state)
{
    (void)state;
    Scene *scene = begun("", STAYS, "", "{}");
    EscAction action = {.verb = ESC_VERB_HANDOFF,
                        .actor = ESC_TEXT("ana"),
                        .escalation = 1,
                        .target = ESC_TEXT("ben")};
    char reason[1002];
    memset(reason, 'x', sizeof reason);
    action.reason = (EscText){reason, 1001};
    assert_status(scene_act_full(scene, &action), ESC_BAD_INPUT);
    assert_non_null(strstr(scene_why(scene), "a reason has at most 1000 bytes"));
    action.reason.size = 1000;
    assert_status(scene_act_full(scene, &action), ESC_OK);
    scene_free(scene);
}

static void an_absence_lasts_400_days(void **state)
{
    (void)state;
    Scene *scene = begun("", STAYS, "", "{}");
    EscAction action = {.verb = ESC_VERB_ABSENT,
                        .actor = ESC_TEXT("ana"),
                        .target = ESC_TEXT("ben"),
                        .for_ms = 400 * ESC_DAY_MS + 1};
    assert_status(scene_act_full(scene, &action), ESC_BAD_INPUT);
    action.for_ms--;
    assert_status(scene_act_full(scene, &action), ESC_OK);
    scene_free(scene);
}

/* What the owner was told lately is known of 16 targets; the one told longest ago makes room. */
static void sixteen_dead_targets_are_known(void **state)
{
    (void)state;
    char before[2048] = "", steps[4096] = "", target[16], part[64];
    for (int i = 0; i < 17; i++) {
        snprintf(before + strlen(before), sizeof before - strlen(before), "channel c%02d chat\n",
                 i);
        snprintf(steps + strlen(steps), sizeof steps - strlen(steps),
                 "notify c%02d \"a\"  wait 1s\n", i);
    }
    strcat(steps,
           "await deploy.done within 1d else { }  notify c00 \"b\"  notify c01 \"b\"  notify "
           "c02 \"b\"  " STAYS);
    Scene *scene = begun(before, steps, "", "{}");
    scene_manual_delivery(scene);
    scene_after(scene, ESC_MINUTE_MS);
    for (int i = 0; i < 17; i++) {
        snprintf(target, sizeof target, "c%02d", i);
        if (i > 0)
            scene_settle(scene, scene_last(scene, target)->id, ESC_DELIVERY_DEAD, NULL);
        scene_after(scene, ESC_SECOND_MS);
    }
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    /* Nothing is known of c00; the others are, c01 the longest. */
    static const char *const again[] = {"c00", "c02", "c01"};
    for (size_t i = 0; i < ESC_COUNT_OF(again); i++)
        scene_settle(scene, scene_last(scene, again[i])->id, ESC_DELIVERY_DEAD, NULL);
    for (int i = 0; i < 17; i++) {
        snprintf(part, sizeof part, "A message to c%02d about T was given up: refused\"", i);
        assert_int_equal(scene_sent(scene, "ana", part), i == 1 ? 2 : 1);
    }
    scene_free(scene);
}

/* Of those that the owner was told of at one instant the first makes room. */
static void of_dead_targets_told_at_once_the_first_makes_room(void **state)
{
    (void)state;
    char before[2048] = "", steps[4096] = "wait 1s\n", target[16];
    for (int i = 0; i < 17; i++) {
        snprintf(before + strlen(before), sizeof before - strlen(before), "channel c%02d chat\n",
                 i);
        snprintf(steps + strlen(steps), sizeof steps - strlen(steps), "notify c%02d \"a\"\n", i);
    }
    strcat(steps,
           "await deploy.done within 1d else { }  notify c00 \"b\"  notify c15 \"b\"  " STAYS);
    Scene *scene = begun(before, steps, "", "{}");
    scene_manual_delivery(scene);
    scene_after(scene, ESC_SECOND_MS);
    for (int i = 0; i < 17; i++) {
        snprintf(target, sizeof target, "c%02d", i);
        scene_settle(scene, scene_last(scene, target)->id, ESC_DELIVERY_DEAD, NULL);
    }
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    scene_settle(scene, scene_last(scene, "c15")->id, ESC_DELIVERY_DEAD, NULL);
    assert_int_equal(scene_sent(scene, "ana", "A message to c15 about T was given up"), 1);
    scene_settle(scene, scene_last(scene, "c00")->id, ESC_DELIVERY_DEAD, NULL);
    assert_int_equal(scene_sent(scene, "ana", "A message to c00 about T was given up"), 2);
    scene_free(scene);
}

/* Times in which a ticket was resolved do not count, however many there are. */
static void a_clock_stands_in_each_of_many_pauses(void **state)
{
    (void)state;
    Scene *scene = scene_of("sla s { resolve within 10h }\ntemplate n \"N\" { manual\n" OWNED
                            "steps { " STAYS " } close when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{}");
    for (int i = 1; i <= 66; i++) {
        scene_after(scene, ESC_MINUTE_MS);
        scene_event(scene, "ticket.resolved", "T", NULL);
        scene_after(scene, ESC_HOUR_MS);
        scene_event(scene, "ticket.reopened", "T", NULL);
    }
    /* 66 hours of pauses, and 66 minutes of the 10 hours are used. */
    scene_after(scene, 10 * ESC_HOUR_MS - 66 * ESC_MINUTE_MS - 1);
    assert_int_equal(scene_audit(scene, "sla_breached", ""), 0);
    scene_after(scene, 1);
    assert_int_equal(scene_audit(scene, "sla_breached", "resolve"), 1);
    scene_free(scene);
}

/* What a rollback has left is told in 1000 bytes. */
static void what_is_left_is_told_in_1000_bytes(void **state)
{
    (void)state;
    char fields[4096] = "extend ticket {", steps[8192] = "", data[2048] = "{\"title\":\"x\"";
    for (int i = 0; i < 40; i++) {
        snprintf(fields + strlen(fields), sizeof fields - strlen(fields),
                 " f%02d: number default 0", i);
        snprintf(steps + strlen(steps), sizeof steps - strlen(steps), "set ticket.f%02d to 1\n", i);
        snprintf(data + strlen(data), sizeof data - strlen(data), ",\"f%02d\":2", i);
    }
    strcat(fields, " }");
    strcat(data, "}");
    strcat(steps, "await deploy.done within 1d else { }  rollback  " STAYS);
    Scene *scene =
        begun(fields, steps,
              "on exception rollback_incomplete { notify room \"<{exception.message}>\"  "
              "resume }",
              "{}");
    scene_event(scene, "ticket.updated", "T", data);
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    EscText body = scene_last(scene, "room")->body;
    const char *first = memchr(body.data, '<', body.size),
               *last = memchr(body.data, '>', body.size);
    assert_int_equal(last - first, 1 + strlen("not undone: ") + 1000);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_subject_has_120_bytes),
        cmocka_unit_test(a_subject_is_one_line),
        cmocka_unit_test(a_digest_has_200_bytes_of_each),
        cmocka_unit_test(a_digest_names_50),
        cmocka_unit_test(a_merged_page_has_80_bytes_of_each_title),
        cmocka_unit_test(the_256_last_changes_are_kept),
        cmocka_unit_test(a_timeline_keeps_its_beginning_and_its_end),
        cmocka_unit_test(a_ticket_remembers_its_16_last_changes),
        cmocka_unit_test(twenty_handoffs_a_day),
        cmocka_unit_test(a_reason_has_1000_bytes),
        cmocka_unit_test(sixteen_dead_targets_are_known),
        cmocka_unit_test(of_dead_targets_told_at_once_the_first_makes_room),
        cmocka_unit_test(a_clock_stands_in_each_of_many_pauses),
        cmocka_unit_test(what_is_left_is_told_in_1000_bytes),
        cmocka_unit_test(an_absence_lasts_400_days),
    };
    return cmocka_run_group_tests_name("engine_bounds", tests, NULL, NULL);
}
