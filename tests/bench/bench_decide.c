/* bench_decide.c - one event from its bytes to the engine's decision, without a store: bench_decide BUNDLE EVENTS
 *
 * Two kinds of events: such that start nothing, and such that start template 1. Groups are taken away every 100 events, as the
 * daemon does it. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define GROUP_EVENTS 100
#define NOW_MS INT64_C(1767603600000) /* 2026-01-05T09:00:00Z */

typedef struct Decider {
    EscEngine *engine;
    EscZones *zones;
    EscArena *events;
    uint64_t started;
} Decider;

static void decide(Decider *decider, EscText json)
{
    EscEvent event;
    EscWhy why = {.text = ""};
    const EscInput input = {.kind = ESC_INPUT_EVENT, .event = &event};
    EscOutcome outcome = {0};
    if (esc_event_parse(decider->events, esc_engine_program(decider->engine), json, &event, &why) != ESC_OK ||
        esc_engine_apply(decider->engine, &input, NOW_MS, &outcome, &why) != ESC_OK)
        bench_fail("an event was refused", &why);
    decider->started += outcome.escalations_count;
}

static double run(const EscBundle *bundle, size_t count, const char *queue, uint64_t *started)
{
    Decider decider = {.zones = esc_zones_new(), .events = esc_arena_new((size_t)64 << 20)};
    EscEngineConfig config = {.zones = decider.zones, .hash_seed = 1};
    decider.engine = esc_engine_new(&config);
    EscWhy why = {.text = ""};
    if (decider.engine == NULL || esc_engine_add_bundle(decider.engine, bundle, true, &why) != ESC_OK)
        bench_fail("the engine", &why);
    EscBuf json;
    esc_buf_init(&json, 65536);
    int64_t spent = 0;
    for (size_t i = 1; i <= count; i++) {
        esc_buf_clear(&json);
        bench_event(&json, i, queue);
        int64_t begin = bench_now_ns();
        decide(&decider, esc_buf_as_text(&json));
        if (i % GROUP_EVENTS == 0) {
            (void)esc_engine_flush(decider.engine);
            esc_engine_evict(decider.engine, 1000);
            esc_arena_clear(decider.events);
        }
        spent += bench_now_ns() - begin;
    }
    *started = decider.started;
    esc_buf_release(&json);
    esc_engine_free(decider.engine);
    esc_zones_free(decider.zones);
    esc_arena_free(decider.events);
    return (double)spent / (double)count / 1000.0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: bench_decide BUNDLE EVENTS\n");
        return 2;
    }
    size_t count = strtoul(argv[2], NULL, 10);
    EscBuf bytes;
    EscBundle *bundle = bench_bundle(argv[1], &bytes);
    uint64_t nothing = 0, one = 0;
    double quiet_us = run(bundle, count, "elsewhere", &nothing);
    double start_us = run(bundle, count, "q00001", &one);
    if (nothing != 0 || one != count)
        bench_fail("the events did not start what they should", NULL);
    printf("%u templates: %.1f us per event that starts nothing, %.1f us per event that starts an escalation\n",
           esc_bundle_program(bundle)->templates_count, quiet_us, start_us);
    esc_bundle_free(bundle);
    esc_buf_release(&bytes);
    return 0;
}
