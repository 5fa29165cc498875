/* test_duty_messages.c - pages through contact methods, and windows that hold messages back. */
#include "model_fixture.h"
#include "support/test.h"

static void tell(Model *model, const char *person)
{
    EscNotice message = {.marked = ESC_TEXT("hello")};
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

/* A storm of pages beyond the policy's limit of one (M2.5). */
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

/* What a message says of how bad it is, as data; nothing where tickets have no such field. */
static void the_severity_is_said_as_it_is(void **state)
{
    (void)state;
    const struct {
        EscValue value;
        const char *said;
    } cases[] = {
        {{.type = ESC_TYPE_ENUM(ENUM_SEVERITY), .member = 2}, "\"severity\":\"high\""},
        {{.type = ESC_TYPE(ESC_KIND_TEXT), .text = ESC_TEXT("bad")}, "\"severity\":\"bad\""},
        {{.type = ESC_TYPE(ESC_KIND_NUMBER), .number = 1}, "\"severity\":1"},
        {{.type = ESC_TYPE(ESC_KIND_TEXT), .is_missing = true}, "\"severity\":null"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Model *model = model_new();
        model->ticket->values[model->engine->schema.severity_slot].value = cases[i].value;
        tell(model, "ana");
        assert_true(esc_text_contains(model->engine->pending->outbox[0].body,
                                      esc_text_from(cases[i].said)));
        model->engine->schema.severity_slot = ESC_NONE;
        tell(model, "ana");
        assert_false(
            esc_text_contains(model->engine->pending->outbox[1].body, ESC_TEXT("severity")));
        model_free(model);
    }
}

/* By the way that is asked for; by the first one where they have not that. */
static void messages_go_by_the_way_that_is_named(void **state)
{
    (void)state;
    static const struct {
        uint32_t via;
        const char *medium;
    } cases[] = {{0, "email"},
                 {ESC_CONTACT_EMAIL + 1, "email"},
                 {ESC_CONTACT_PHONE + 1, "phone"},
                 {ESC_CONTACT_CHAT + 1, "email"}};
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        Model *model = model_new();
        EscNotice message = {.marked = ESC_TEXT("hello"), .via = cases[i].via};
        esc_message_person(model->engine, model->escalation, ESC_TEXT("ana"), &message);
        assert_int_equal(model->engine->pending->outbox_count, 1);
        assert_text_equal(model->engine->pending->outbox[0].medium, cases[i].medium);
        model_free(model);
    }
}

/* Messages of no escalation: to who has such a way, or to nobody. */
static void what_belongs_to_no_escalation(void **state)
{
    (void)state;
    Model *model = model_new();
    EscNotice message = {.marked = ESC_TEXT("hello"), .is_digest = true};
    EscEngine *engine = model->engine;
    assert_int_equal(esc_message_contact(engine, ESC_TEXT("ana"), ESC_CONTACT_PHONE, &message), 1);
    assert_int_equal(esc_message_contact(engine, ESC_TEXT("ben"), ESC_CONTACT_PHONE, &message), 0);
    assert_int_equal(esc_message_contact(engine, ESC_TEXT("zoe"), ESC_CONTACT_PHONE, &message), 0);
    assert_int_equal(esc_message_digest(engine, ESC_TEXT("ben"), false, &message), 2);
    assert_int_equal(esc_message_digest(engine, ESC_TEXT("zoe"), false, &message), 0);
    assert_int_equal(esc_message_digest(engine, ESC_TEXT("incidents"), true, &message), 3);
    assert_int_equal(esc_message_digest(engine, ESC_TEXT("zoe"), true, &message), 0);
    model->program.persons[PERSON_BEN].contacts_count = 0;
    assert_int_equal(esc_message_digest(engine, ESC_TEXT("ben"), false, &message), 0);
    esc_message_person(engine, NULL, ESC_TEXT("ben"), &message);
    tell(model, "ben");
    assert_int_equal(model_audits(model, ESC_AUDIT_UNREACHABLE), 1);
    assert_int_equal(engine->pending->outbox_count, 3);
    model_free(model);
}

/* A limit that raises an exception it does not name holds back as any other. */
static void a_limit_without_its_exception_holds_back(void **state)
{
    (void)state;
    Model *model = model_new();
    limit_set(model, 1);
    model->program.limits[0].action = ESC_LIMIT_ACTION_RAISE;
    tell(model, "ana");
    tell(model, "ana");
    assert_int_equal(model_messages(model, "ana"), 1);
    assert_int_equal(model_audits(model, ESC_AUDIT_LIMITED), 1);
    assert_false(esc_exception_is_asked(model->engine, model->escalation));
    model_free(model);
}

/* A page that died is followed by the next way of the same page, where there is one. */
static void a_page_that_died_is_followed_by_its_next_way(void **state)
{
    (void)state;
    enum { GOES_ON, LEFT, NOT_BEGUN, NO_MORE, OTHER_WAY, OTHER_PERSON, CASES };
    for (int i = 0; i < CASES; i++) {
        Model *model = model_new();
        if (i == NOT_BEGUN)
            model->program.contacts[0].after_ms = ESC_MINUTE_MS;
        esc_page_person(model->engine, model->escalation, ESC_TEXT("ana"), ESC_TEXT("help"));
        assert_int_equal(model->escalation->pages_count, 1);
        if (i == LEFT)
            model->program.persons[PERSON_ANA].name = model->program.persons[PERSON_BEN].name;
        if (i == NO_MORE)
            model->program.persons[PERSON_ANA].contacts_count = 1;
        model->engine->now_ms += ESC_SECOND_MS;
        bool goes_on = esc_page_died(model->engine, model->escalation,
                                     i == OTHER_PERSON ? ESC_TEXT("ben") : ESC_TEXT("ana"),
                                     (i == OTHER_WAY ? ESC_CONTACT_PHONE : ESC_CONTACT_EMAIL) + 1);
        assert_int_equal(goes_on, i == GOES_ON);
        assert_int_equal(model_messages(model, "ana"), i == NOT_BEGUN ? 0 : i == GOES_ON ? 2 : 1);
        assert_int_equal(model->escalation->pages_count, i == GOES_ON ? 0 : 1);
        model_free(model);
    }
}

static void fill_storm(Model *model)
{
    for (uint64_t id = 1; id <= ESC_STORM_ESCALATIONS_MAX; id++)
        (void)page(model, id + 100);
}

/* Beyond what a merged page names, whoever is paged may have seen it among the others. */
static void a_page_that_is_not_named_may_be_seen(void **state)
{
    (void)state;
    Model *model = model_of_storm();
    fill_storm(model);
    assert_false(model->escalation->is_turn_reached);
    esc_page_person(model->engine, model->escalation, ESC_TEXT("ana"), ESC_TEXT("help"));
    assert_true(model->escalation->is_turn_reached);
    assert_int_equal(model->escalation->paged_count, 0);
    model_free(model);
}

/* What is held back comes at once when a way died; where nothing is, nothing does. */
static void only_what_is_held_back_is_hurried(void **state)
{
    (void)state;
    Model *model = model_of_storm();
    esc_storm_hurry(model->engine, ESC_TEXT("ana"));
    assert_int_equal(model->engine->windows.count, 0);
    assert_false(page(model, 1));
    esc_windows_move(model->engine, ESC_MINUTE_MS);
    EscWindow *window = &model->engine->windows.items[0];
    assert_int_equal(window->held_due_ms, 0);
    esc_storm_hurry(model->engine, ESC_TEXT("ana"));
    assert_int_equal(window->held_due_ms, 0);
    assert_true(page(model, 1));
    assert_int_equal(window->held_due_ms, MODEL_START_MS + 5 * ESC_MINUTE_MS);
    int64_t pages_end_ms = window->pages_end_ms;
    esc_windows_move(model->engine, ESC_MINUTE_MS);
    assert_int_equal(window->held_due_ms, MODEL_START_MS + 6 * ESC_MINUTE_MS);
    assert_int_equal(window->pages_end_ms, pages_end_ms + ESC_MINUTE_MS);
    model->engine->absences.is_dirty = false;
    esc_storm_hurry(model->engine, ESC_TEXT("ana"));
    assert_int_equal(window->held_due_ms, MODEL_START_MS);
    assert_true(model->engine->absences.is_dirty);
    const EscTimerNode *timer =
        esc_timer_find(model->engine->timers.own, ESC_TIMER_DIGEST, ESC_DIGEST_STORM);
    assert_int_equal(timer->due_ms, MODEL_START_MS);
    model_free(model);
}

/* Beyond what an escalation remembers a page of the turn counts as one that is under way, and one of others does not. */
static void pages_beyond_what_is_remembered(void **state)
{
    (void)state;
    Model *model = model_new();
    model->program.roles[0].owner = ESC_REF(ESC_REF_PERSON, PERSON_ANA);
    esc_role_own(model->engine, model->escalation, 0);
    EscEscalation *escalation = model->escalation;
    for (uint64_t i = 1; i <= ESC_PAGED_MAX; i++)
        esc_paged_add(model->engine, escalation, ESC_TEXT("ben"), ESC_CONTACT_EMAIL, i);
    esc_paged_add(model->engine, escalation, ESC_TEXT("ben"), ESC_CONTACT_EMAIL, 99);
    assert_int_equal(escalation->paged_count, ESC_PAGED_MAX);
    assert_false(escalation->is_turn_reached);
    esc_paged_add(model->engine, escalation, ESC_TEXT("ana"), ESC_CONTACT_EMAIL, 100);
    assert_true(escalation->is_turn_reached);
    esc_paged_add(model->engine, escalation, ESC_TEXT("ben"), ESC_CONTACT_EMAIL, 101);
    assert_true(escalation->is_turn_reached);
    assert_true(esc_paged_is_of(escalation, ESC_PAGED_MAX));
    assert_false(esc_paged_is_of(escalation, ESC_PAGED_MAX + 1));
    assert_true(esc_paged_is_under_way(escalation, ESC_TEXT("ben")));
    assert_false(esc_paged_is_under_way(escalation, ESC_TEXT("ana")));
    model_free(model);
}

/* Of pages that wait for a merged one: they go with it, they die where there is no such way, or they need not come. */
static void pages_that_wait_for_the_merged_one(void **state)
{
    (void)state;
    Model *model = model_new();
    EscEngine *engine = model->engine;
    EscEscalation *escalation = model->escalation;
    const uint32_t kinds[] = {ESC_CONTACT_EMAIL, ESC_CONTACT_PHONE, ESC_CONTACT_CHAT};
    for (size_t i = 0; i < ESC_COUNT_OF(kinds); i++)
        esc_paged_add(engine, escalation, ESC_TEXT("ana"), kinds[i], 0);
    assert_int_equal(escalation->messages, 3);
    esc_paged_merge(engine, escalation, ESC_TEXT("ben"), ESC_CONTACT_EMAIL, 7);
    esc_paged_merge(engine, escalation, ESC_TEXT("ana"), ESC_CONTACT_EMAIL, 8);
    esc_paged_merge(engine, escalation, ESC_TEXT("ana"), ESC_CONTACT_PHONE, 0);
    assert_int_equal(escalation->paged_count, 2);
    assert_int_equal(escalation->dead, 1);
    assert_int_equal(escalation->messages, 3);
    assert_false(esc_paged_is_of(escalation, 7));
    assert_true(esc_paged_is_of(escalation, 8));
    esc_paged_stop(engine, escalation, ESC_TEXT("ben"));
    assert_int_equal(escalation->paged_count, 2);
    esc_paged_stop(engine, escalation, ESC_TEXT("ana"));
    assert_int_equal(escalation->paged_count, 1); /* what has gone out stays under way */
    assert_int_equal(escalation->messages, 2);
    assert_int_equal(esc_paged_settled(engine, escalation, 7, false), 0);
    assert_int_equal(esc_paged_settled(engine, escalation, 8, true), 1);
    assert_int_equal(escalation->paged_count, 0);
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
        cmocka_unit_test(the_severity_is_said_as_it_is),
        cmocka_unit_test(messages_go_by_the_way_that_is_named),
        cmocka_unit_test(what_belongs_to_no_escalation),
        cmocka_unit_test(a_limit_without_its_exception_holds_back),
        cmocka_unit_test(a_page_that_died_is_followed_by_its_next_way),
        cmocka_unit_test(a_page_that_is_not_named_may_be_seen),
        cmocka_unit_test(only_what_is_held_back_is_hurried),
        cmocka_unit_test(pages_beyond_what_is_remembered),
        cmocka_unit_test(pages_that_wait_for_the_merged_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
