/* test_duty_messages.c - pages through contact methods, and windows that hold messages back. */
#include "model_fixture.h"
#include "support/test.h"

static void tell(Model *model, const char *person)
{
    EscNotice message = {.text = ESC_TEXT("hello")};
    esc_message_person(model->engine, model->escalation, esc_text_from(person), &message);
}

static void limit_set(Model *model, uint32_t count)
{
    model->program.limits[0] = (EscLimitRow){ESC_LIMIT_NOTIFICATIONS_PER_PERSON, count, ESC_HOUR_MS,
                                             ESC_LIMIT_ACTION_DIGEST, 0};
    model->program.limits_count = 1;
    program_refresh(&model->program);
}

static void a_window_with_messages_stays_until_its_digest(void **state)
{
    (void)state;
    Model *model = model_new();
    limit_set(model, 1);
    tell(model, "ana");
    tell(model, "ana");
    assert_int_equal(model_messages(model, "ana"), 1);
    model->engine->now_ms += ESC_HOUR_MS; /* its end, and the digest's timer has not fired yet */
    tell(model, "ana");
    assert_int_equal(model_messages(model, "ana"), 1);
    esc_digest_fire(model->engine);
    assert_int_equal(model_messages(model, "ana"), 2);
    assert_int_equal(model_audits(model, ESC_AUDIT_DIGEST), 1);
    assert_int_equal(model_audits(model, ESC_AUDIT_LIMITED), 2);
    assert_null(esc_timer_find(model->engine->timers.own, ESC_TIMER_DIGEST, 0));
    tell(model, "ana"); /* a new window */
    assert_int_equal(model_messages(model, "ana"), 3);
    model_free(model);
}

static void an_empty_window_begins_anew_at_its_end(void **state)
{
    (void)state;
    Model *model = model_new();
    limit_set(model, 1);
    tell(model, "ana");
    model->engine->now_ms += ESC_HOUR_MS;
    tell(model, "ana");
    assert_int_equal(model_messages(model, "ana"), 2);
    assert_true(model->engine->windows.items[0].ends_at_ms == MODEL_START_MS + 2 * ESC_HOUR_MS);
    model_free(model);
}

static void every_page_goes_on_to_the_next_contact_method(void **state)
{
    (void)state;
    Model *model = model_new();
    limit_set(model, 100);
    model->program.limits[0].kind = ESC_LIMIT_PAGES_PER_PERSON; /* or they were merged */
    program_refresh(&model->program);
    for (uint32_t i = 0; i < 100; i++)
        esc_page_person(model->engine, model->escalation, ESC_TEXT("ana"), ESC_TEXT("help"));
    assert_int_equal(model->escalation->pages_count, 100);
    assert_int_equal(model_messages(model, "ana"), 100);
    for (uint32_t i = 0; i < 100; i++)
        assert_true(model_has_timer(model, ESC_TIMER_CONTACT, i));
    model_free(model);
}

static void a_page_goes_through_the_contact_methods(void **state)
{
    (void)state;
    Model *model = model_new();
    esc_page_person(model->engine, model->escalation, ESC_TEXT("ana"), ESC_TEXT("help"));
    const EscOutboxRow *rows = model->engine->pending->outbox;
    assert_text_equal(rows[0].medium, "email");
    model->engine->now_ms += 3 * ESC_MINUTE_MS - 1;
    esc_page_fire(model->engine, model->escalation, 0);
    assert_int_equal(model_messages(model, "ana"), 1);
    model->engine->now_ms += 1;
    esc_page_fire(model->engine, model->escalation, 0);
    assert_int_equal(model_messages(model, "ana"), 2);
    assert_text_equal(model->engine->pending->outbox[1].medium, "phone");
    assert_int_equal(model->escalation->pages_count, 0);
    model_free(model);
}

static void whom_nobody_can_reach_is_a_dead_message(void **state)
{
    (void)state;
    Model *model = model_new();
    tell(model, "stranger");
    assert_int_equal(model->escalation->messages, 1);
    assert_int_equal(model->escalation->dead, 1);
    assert_int_equal(model_audits(model, ESC_AUDIT_UNREACHABLE), 1);
    model_free(model);
}

/* Nor is there a page that could be stopped. */
static void a_page_to_whom_nobody_can_reach_is_over(void **state)
{
    (void)state;
    Model *model = model_new();
    model->program.persons[PERSON_BEN].contacts_count = 0;
    const char *const people[] = {"stranger", "ben"};
    for (size_t i = 0; i < ESC_COUNT_OF(people); i++) {
        esc_page_person(model->engine, model->escalation, esc_text_from(people[i]),
                        ESC_TEXT("help"));
        assert_int_equal(model->escalation->pages_count, 0);
        assert_int_equal(model_audits(model, ESC_AUDIT_UNREACHABLE), i + 1);
        assert_int_equal(model->escalation->dead, i + 1);
    }
    model_free(model);
}

/* A storm of pages beyond the policy's limit of one. */
static Model *model_of_storm(void)
{
    Model *model = model_new();
    model->program.limits[0] = (EscLimitRow){ESC_LIMIT_PAGES_PER_PERSON, 1, ESC_HOUR_MS, 0, 0};
    model->program.limits_count = 1;
    program_refresh(&model->program);
    return model;
}

static bool page(Model *model, uint64_t escalation)
{
    uint64_t id = model->escalation->id;
    model->escalation->id = escalation;
    bool is_taken =
        esc_storm_takes(model->engine, model->escalation, ESC_TEXT("ana"), ESC_CONTACT_EMAIL);
    model->escalation->id = id;
    return is_taken;
}

static void a_merged_page_ends_its_timer(void **state)
{
    (void)state;
    Model *model = model_of_storm();
    uint64_t id = model->escalation->id;
    assert_false(page(model, id));
    assert_null(esc_timer_find(model->engine->timers.own, ESC_TIMER_DIGEST, ESC_DIGEST_STORM));
    assert_true(page(model, id));
    const EscTimerNode *timer =
        esc_timer_find(model->engine->timers.own, ESC_TIMER_DIGEST, ESC_DIGEST_STORM);
    assert_non_null(timer);
    assert_true(timer->due_ms == model->engine->now_ms + 5 * ESC_MINUTE_MS);
    model->engine->now_ms += 5 * ESC_MINUTE_MS - 1;
    esc_storms_fire(model->engine); /* too early */
    assert_int_equal(model_messages(model, "ana"), 0);
    model->engine->now_ms++;
    esc_storms_fire(model->engine);
    assert_int_equal(model_messages(model, "ana"), 1);
    assert_null(esc_timer_find(model->engine->timers.own, ESC_TIMER_DIGEST, ESC_DIGEST_STORM));
    assert_int_equal(model->engine->windows.items[0].held, 0);
    model_free(model);
}

static void a_storm_knows_a_thousand_and_counts_the_rest(void **state)
{
    (void)state;
    Model *model = model_of_storm();
    for (uint64_t id = 1000; id >= 1; id--)
        (void)page(model, id);
    const EscWindow *window = &model->engine->windows.items[0];
    assert_int_equal(window->paged_count, 1000);
    assert_int_equal(window->paged_left_out, 0);
    (void)page(model, 7); /* it is known */
    assert_int_equal(window->paged_left_out, 0);
    (void)page(model, 1001);
    (void)page(model, 1002);
    assert_int_equal(window->paged_count, 1000);
    assert_int_equal(window->paged_left_out, 2);
    for (size_t i = 0; i < window->paged_count; i++)
        assert_true(window->paged[i] == i + 1);
    model->engine->now_ms += ESC_HOUR_MS; /* another window, in which only one of them waits */
    (void)page(model, model->escalation->id);
    assert_int_equal(window->paged_count, 1);
    assert_int_equal(window->paged_left_out, 0);
    assert_int_equal(window->pages, 1);
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_with_messages_stays_until_its_digest),
        cmocka_unit_test(an_empty_window_begins_anew_at_its_end),
        cmocka_unit_test(every_page_goes_on_to_the_next_contact_method),
        cmocka_unit_test(a_page_goes_through_the_contact_methods),
        cmocka_unit_test(whom_nobody_can_reach_is_a_dead_message),
        cmocka_unit_test(a_page_to_whom_nobody_can_reach_is_over),
        cmocka_unit_test(a_merged_page_ends_its_timer),
        cmocka_unit_test(a_storm_knows_a_thousand_and_counts_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
