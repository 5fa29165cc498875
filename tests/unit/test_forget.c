/* test_forget.c - what may go from memory, and what may not: against a model that counts, and for stories. */
#include <engine/rows.h>

#include <esc/engine.h>

#include <stdio.h>
#include <stdlib.h>

#include "model_fixture.h"
#include "support/test.h"

enum { STEPS = 1000000, TICKETS = 48, OPEN_MAX = 3, PINS_MAX = 2, KEEP = 7 };

/* What a ticket must be. */
typedef struct Expected {
    char id[8];
    bool is_there; /* or may have been forgotten */
    bool has_timer;
    uint32_t pins;
    uint64_t open[OPEN_MAX];
    uint32_t open_count;
} Expected;

typedef struct Game {
    Model *model;
    Expected tickets[TICKETS];
    uint64_t seed, next;
    uint64_t closed[64]; /* since the last commit */
    size_t closed_count;
} Game;

static uint64_t seed_taken(void)
{
    const char *text = getenv("ESC_SEED");
    uint64_t seed = text == NULL ? 1 : strtoull(text, NULL, 10);
    print_message("seed %llu\n", (unsigned long long)seed);
    return seed;
}

static bool is_live(const Expected *expected)
{
    return expected->open_count > 0 || expected->has_timer || expected->pins > 0;
}

static void commit(Game *game, size_t keep)
{
    (void)esc_engine_flush(game->model->engine);
    esc_engine_evict(game->model->engine, keep);
    esc_engine_sleep(game->model->engine, keep);
    size_t live = 0, kept = 0;
    for (size_t i = 0; i < TICKETS; i++) {
        Expected *expected = &game->tickets[i];
        bool is_found = esc_engine_has_ticket(game->model->engine, esc_text_from(expected->id));
        live += is_live(expected);
        kept += is_found;
        assert_true(is_found || !is_live(expected));
        assert_true(!is_found || expected->is_there);
        expected->is_there = is_found;
        for (uint32_t j = 0; j < expected->open_count; j++)
            assert_non_null(esc_escalation_find(game->model->engine, expected->open[j]));
    }
    assert_true(kept <= keep + live);
    for (size_t i = 0; i < game->closed_count; i++)
        assert_null(esc_escalation_find(game->model->engine, game->closed[i]));
    game->closed_count = 0;
}

static EscTicket *ticket_at(Game *game, Expected *expected)
{
    EscEngine *engine = game->model->engine;
    EscText id = esc_text_from(expected->id);
    EscTicket *ticket = esc_ticket_find(engine, id);
    if (ticket == NULL)
        ticket = esc_ticket_new(engine, id, MODEL_START_MS);
    expected->is_there = true;
    esc_ticket_dirty(engine, ticket);
    return ticket;
}

static void open_one(Game *game, Expected *expected)
{
    EscEngine *engine = game->model->engine;
    if (expected->open_count == OPEN_MAX)
        return;
    uint64_t id = game->next++;
    EscEscalation *escalation = esc_escalation_alloc(engine, id, ticket_at(game, expected),
                                                     engine->schema.current, ESC_TEXT("incident"));
    expected->open[expected->open_count++] = id;
    esc_escalation_dirty(engine, escalation);
}

/* As endings.c does, without what people are told. */
static void close_one(Game *game, Expected *expected)
{
    EscEngine *engine = game->model->engine;
    if (expected->open_count == 0 || game->closed_count == ESC_COUNT_OF(game->closed))
        return;
    EscTicket *ticket = ticket_at(game, expected);
    uint32_t at = (uint32_t)(test_random(&game->seed) % expected->open_count);
    EscEscalation *escalation = ticket->open[at];
    assert_true(escalation->id == expected->open[at]);
    escalation->state = ESC_STATE_CLOSED;
    esc_escalation_dirty(engine, escalation);
    game->closed[game->closed_count++] = escalation->id;
    ticket->open_count--;
    expected->open_count--;
    for (uint32_t i = at; i < expected->open_count; i++) {
        ticket->open[i] = ticket->open[i + 1];
        expected->open[i] = expected->open[i + 1];
    }
}

static void timer_turn(Game *game, Expected *expected)
{
    EscTicket *ticket = ticket_at(game, expected);
    if (expected->has_timer)
        esc_timer_cancel(game->model->engine, NULL, ticket, ESC_TIMER_ARMED, 0);
    else
        esc_timer_put(game->model->engine, NULL, ticket, ESC_TIMER_ARMED, 0, MODEL_START_MS + 1);
    expected->has_timer = !expected->has_timer;
}

static void pin_turn(Game *game, Expected *expected)
{
    (void)ticket_at(game, expected);
    EscChange change = {.kind = ESC_CHANGE_TICKET, .ticket = esc_text_from(expected->id)};
    bool is_needed = expected->pins < PINS_MAX && test_random(&game->seed) % 2 == 0;
    if (!is_needed && expected->pins == 0)
        return;
    esc_change_pin(game->model->engine, &change, is_needed);
    expected->pins += is_needed ? 1 : UINT32_MAX;
}

static void step(Game *game)
{
    Expected *expected = &game->tickets[test_random(&game->seed) % TICKETS];
    switch (test_random(&game->seed) % 12) {
    case 0:
        open_one(game, expected);
        break;
    case 1:
    case 2:
        close_one(game, expected);
        break;
    case 3:
    case 4:
        timer_turn(game, expected);
        break;
    case 5:
    case 6:
        pin_turn(game, expected);
        break;
    case 7:
        if (test_random(&game->seed) % 4 == 0)
            commit(game, test_random(&game->seed) % (2 * KEEP));
        break;
    default:
        (void)ticket_at(game, expected);
        break;
    }
}

static void nothing_live_is_ever_forgotten(void **state)
{
    (void)state;
    Game game = {.model = model_new(), .seed = seed_taken(), .next = 2};
    for (size_t i = 0; i < TICKETS; i++)
        snprintf(game.tickets[i].id, sizeof game.tickets[i].id, "R-%zu", i);
    for (unsigned i = 0; i < STEPS; i++)
        step(&game);
    commit(&game, KEEP);
    for (size_t i = 0; i < TICKETS; i++) {
        Expected *expected = &game.tickets[i];
        while (expected->open_count > 0) {
            close_one(&game, expected);
            if (game.closed_count == ESC_COUNT_OF(game.closed))
                commit(&game, KEEP);
        }
        if (expected->has_timer)
            timer_turn(&game, expected);
        while (expected->pins > 0)
            pin_turn(&game, expected);
    }
    commit(&game, 0); /* the fixture's own is live */
    assert_int_equal(game.model->engine->tickets.idle.count, 0);
    for (size_t i = 0; i < TICKETS; i++)
        assert_false(game.tickets[i].is_there);
    model_free(game.model);
}

static void nothing_goes_before_it_is_written(void **state)
{
    (void)state;
    Model *model = model_new();
    EscTicket *ticket = esc_ticket_new(model->engine, ESC_TEXT("R"), MODEL_START_MS);
    esc_ticket_dirty(model->engine, ticket);
    esc_engine_evict(model->engine, 0);
    assert_true(esc_engine_has_ticket(model->engine, ESC_TEXT("R")));
    (void)esc_engine_flush(model->engine);
    esc_engine_evict(model->engine, 0);
    assert_false(esc_engine_has_ticket(model->engine, ESC_TEXT("R")));
    assert_true(esc_engine_has_ticket(model->engine, ESC_TEXT("T-9"))); /* its escalation is open */
    model_free(model);
}

static void the_longest_untouched_goes_first(void **state)
{
    (void)state;
    Model *model = model_new();
    static const char *const ids[] = {"A", "B", "C"};
    for (size_t i = 0; i < 3; i++) {
        esc_ticket_dirty(model->engine, esc_ticket_new(model->engine, esc_text_from(ids[i]), 1));
        (void)esc_engine_flush(model->engine);
    }
    esc_ticket_dirty(model->engine, esc_ticket_find(model->engine, ESC_TEXT("A")));
    (void)esc_engine_flush(model->engine);
    esc_engine_evict(model->engine, 1);
    assert_true(esc_engine_has_ticket(model->engine, ESC_TEXT("A")));
    assert_false(esc_engine_has_ticket(model->engine, ESC_TEXT("B")));
    assert_false(esc_engine_has_ticket(model->engine, ESC_TEXT("C")));
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_live_is_ever_forgotten),
        cmocka_unit_test(nothing_goes_before_it_is_written),
        cmocka_unit_test(the_longest_untouched_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
