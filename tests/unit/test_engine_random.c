/* test_engine_random.c - long random lives on the example workspace: events, people, deliveries and time in any order.
 *
 * Each scene compares a restored engine with the one that lives on after every input, so this looks for what a restart
 * would lose; and for crashes, for escalations without an owner and for timers that outlive their escalation. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

enum { STEPS = 120, TICKETS = 3 };

/* A small generator of our own (xorshift64): the same lives everywhere. */
static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint64_t below(uint64_t *state, uint64_t limit)
{
    return next(state) % limit;
}

static const char *any(uint64_t *state, const char *const *items, size_t count)
{
    return items[below(state, count)];
}
#define ANY(state, items) any((state), (items), ESC_COUNT_OF(items))

static const char *const people[] = {"ana", "ben", "chen", "dora", "erik", "fay"};
static const char *const severities[] = {"low", "medium", "high", "critical"};
static const char *const tiers[] = {"free", "pro", "enterprise"};
static const char *const ticket_events[] = {"ticket.created",  "ticket.updated",  "ticket.updated",
                                            "ticket.resolved", "ticket.reopened", "ticket.closed"};

static void random_event(Scene *scene, uint64_t *state)
{
    char subject[16], data[512];
    snprintf(subject, sizeof subject, "G-%u", (unsigned)below(state, TICKETS));
    switch (below(state, 5)) {
    case 0:
        snprintf(data, sizeof data, "{\"slug\":\"s%u\",\"rule\":\"r\",\"confidence\":%s}",
                 (unsigned)below(state, 3), below(state, 2) == 0 ? "0.3" : "0.9");
        scene_event(scene, "content.violation", subject, data);
        break;
    case 1:
        snprintf(data, sizeof data,
                 "{\"lead\":\"L%u\",\"reason\":\"dup\",\"lead_source\":\"paid_campaign\","
                 "\"system\":\"crm\"}",
                 (unsigned)below(state, 3));
        scene_event(scene, "lead.rejected", subject, data);
        break;
    case 2:
        scene_event(scene, "vendor.outage", subject, "{\"vendor\":\"Initech\"}");
        break;
    default:
        snprintf(data, sizeof data,
                 "{\"title\":\"t%u\",\"severity\":\"%s\",\"priority\":\"%s\",\"account\":{\"name\":"
                 "\"A\",\"tier\":\"%s\"}}",
                 (unsigned)below(state, 4), ANY(state, severities),
                 below(state, 2) == 0 ? "high" : "normal", ANY(state, tiers));
        scene_event(scene, ANY(state, ticket_events), subject, data);
        break;
    }
}

static void random_action(Scene *scene, uint64_t *state)
{
    static const char *const answers[] = {"publish", "hold",    "right", "wrong",
                                          "resume",  "handled", "undo"};
    uint64_t count = scene_counters(scene).next_escalation;
    EscVerb verb = (EscVerb)below(state, ESC_VERB_KEEP);
    const char *target = ANY(state, people);
    if (verb == ESC_VERB_ANSWER)
        target = ANY(state, answers);
    if (verb == ESC_VERB_CONFIRM || verb == ESC_VERB_OVERRIDE)
        target = NULL;
    if (verb == ESC_VERB_START)
        target = "high_value_incident";
    (void)scene_act(scene, verb, ANY(state, people), count < 2 ? 1 : 1 + below(state, count - 1),
                    target);
}

static void random_step(Scene *scene, uint64_t *state)
{
    static const int64_t lengths[] = {
        1,           ESC_SECOND_MS,   ESC_MINUTE_MS, 5 * ESC_MINUTE_MS,
        ESC_HOUR_MS, 5 * ESC_HOUR_MS, ESC_DAY_MS};
    switch (below(state, 6)) {
    case 0:
    case 1:
        random_event(scene, state);
        break;
    case 2:
        random_action(scene, state);
        break;
    case 3:
        scene_after(scene, lengths[below(state, ESC_COUNT_OF(lengths))]);
        break;
    default: {
        uint64_t count = scene_counters(scene).next_outbox;
        uint64_t outbox = count < 2 ? 1 : 1 + below(state, count - 1);
        (void)scene_settle(scene, outbox, (EscDeliveryState)(1 + below(state, 3)),
                           below(state, 2) == 0 ? "reply" : NULL);
        break;
    }
    }
}

static bool has_owner(void *context, const EscEscalationView *view)
{
    (void)context;
    assert_true(view->owner.size > 0);
    assert_true(view->role <= 3);
    if (view->state == ESC_STATE_CLOSED) {
        assert_true(view->next_due_ms == 0);
        assert_true(view->outcome.size > 0);
    } else if (view->state != ESC_STATE_PARKED) {
        /* Nothing waits without a deadline, but for a person who has taken it, or who is the last one to ask. */
        assert_true(view->next_due_ms > 0 || view->is_acked || view->role == 3);
    }
    return true;
}

static void live(uint64_t seed)
{
    Scene *scene = scene_of_folder(ESC_TEST_SOURCE_DIR "/examples/agency/acme");
    uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
    if (below(&state, 2) == 0)
        scene_manual_delivery(scene);
    for (int i = 0; i < STEPS; i++) {
        random_step(scene, &state);
        esc_engine_each_escalation(scene_engine(scene), has_owner, NULL);
    }
    scene_free(scene);
}

/* Corrections of the clock, schedules, calendars and all: after each of them a restored engine is the one that lives on. */
static void lives_with_corrections(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        Scene *scene = scene_of_folder(ESC_TEST_SOURCE_DIR "/examples/agency/acme");
        uint64_t state = seed * 0x9e3779b97f4a7c15u + 7;
        for (int i = 0; i < STEPS; i++) {
            random_step(scene, &state);
            if (below(&state, 4) == 0)
                scene_correct(scene, (int64_t)below(&state, 20 * ESC_DAY_MS) - 10 * ESC_DAY_MS);
            esc_engine_each_escalation(scene_engine(scene), has_owner, NULL);
        }
        scene_free(scene);
    }
}

/* A life in which the clock is corrected and corrected back at once, now and then, or never. */
static Scene *life_there_and_back(uint64_t seed, bool corrects)
{
    Scene *scene = scene_of_folder(ESC_TEST_SOURCE_DIR "/examples/agency/acme");
    uint64_t state = seed * 0x9e3779b97f4a7c15u + 3, other = ~state;
    for (int i = 0; i < STEPS; i++) {
        random_step(scene, &state);
        if (!corrects || below(&other, 3) != 0)
            continue;
        int64_t by_ms = (int64_t)below(&other, 20 * ESC_DAY_MS) - 10 * ESC_DAY_MS;
        scene_correct(scene, by_ms);
        scene_correct(scene, -by_ms);
    }
    return scene;
}

static void corrections_that_cancel_change_nothing(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        Scene *plain = life_there_and_back(seed, false),
              *corrected = life_there_and_back(seed, true);
        EscText a = scene_told(plain), b = scene_told(corrected);
        size_t at = 0;
        while (at < a.size && at < b.size && a.data[at] == b.data[at])
            at++;
        if (at < a.size || at < b.size)
            fail_msg("seed %u\nwithout: %.300s\nwith:    %.300s", (unsigned)seed, a.data + at,
                     b.data + at);
        scene_free(plain);
        scene_free(corrected);
    }
}

static void lives_that_restarts_do_not_change(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++)
        live(seed); /* put a single seed here to look closer */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lives_that_restarts_do_not_change),
        cmocka_unit_test(lives_with_corrections),
        cmocka_unit_test(corrections_that_cancel_change_nothing),
    };
    return cmocka_run_group_tests_name("engine_random", tests, NULL, NULL);
}
