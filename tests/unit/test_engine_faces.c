/* test_engine_faces.c - what lists show of an escalation: since when, until when, how far its last message came, and what its
 * ticket says; in memory, in its row, and read out of the row when it is closed. */
#include "engine_scene.h"

#include "support/test.h"

#define ACME ESC_TEST_SOURCE_DIR "/examples/agency/acme"

static const char *const globex = "{\"severity\":\"critical\",\"title\":\"Down\",\"account\":{"
                                  "\"name\":\"Globex\",\"tier\":\"enterprise\"}}";

static Scene *acme(void)
{
    Scene *scene = scene_of_folder(ACME);
    scene_at(scene, "2026-03-02T09:00:00Z");
    assert_status(scene_event(scene, "ticket.created", "G-1", globex), ESC_OK);
    return scene;
}

static EscEscalationView row_view(Scene *scene)
{
    EscEscalationView view;
    esc_escalation_row_show(scene_row(scene, 1), &view);
    return view;
}

/* What the row says of itself is what the engine shows, as far as it is remembered. */
static void assert_row_agrees(Scene *scene)
{
    EscEscalationView open = scene_view(scene, 1), row = row_view(scene);
    assert_int_equal(row.version, open.version);
    assert_int_equal(row.acked_ms, open.acked_ms);
    assert_int_equal(row.resolved_ms, open.resolved_ms);
    assert_int_equal(row.due_ms, open.due_ms);
    assert_int_equal(row.last_outbox, open.last_outbox);
    assert_int_equal(row.last_state, open.last_state);
    assert_int_equal(row.last_at_ms, open.last_at_ms);
    assert_int_equal(row.handoffs, open.handoffs);
    const EscText texts[][2] = {
        {row.ticket_title, open.ticket_title}, {row.template_title, open.template_title},
        {row.owner_title, open.owner_title},   {row.account, open.account},
        {row.severity, open.severity},         {row.last_to, open.last_to},
        {row.last_medium, open.last_medium},   {row.last_detail, open.last_detail},
        {row.owner, open.owner},               {row.step, open.step}};
    for (size_t i = 0; i < ESC_COUNT_OF(texts); i++)
        assert_true(esc_text_equal(texts[i][0], texts[i][1]));
}

static void an_escalation_has_a_face(void **state)
{
    (void)state;
    Scene *scene = acme();
    EscEscalationView view = scene_view(scene, 1);
    assert_text_equal(view.ticket_title, "Down");
    assert_text_equal(view.account, "Globex");
    assert_text_equal(view.severity, "critical");
    assert_text_equal(view.owner, "chen");
    assert_text_equal(view.owner_title, "Chen Wei");
    assert_text_equal(view.primary, "chen");
    assert_text_equal(view.secondary, "ana");
    assert_text_equal(view.escalation_owner, "dora");
    assert_int_equal(view.due_ms, scene_now(scene) + 5 * ESC_MINUTE_MS);
    assert_int_equal(view.acked_ms, 0);
    assert_int_equal(view.resolved_ms, 0);
    assert_int_equal(scene_row(scene, 1)->rank, 4);
    assert_row_agrees(scene);
    scene_free(scene);
}

static void it_says_since_when(void **state)
{
    (void)state;
    Scene *scene = acme();
    scene_after(scene, ESC_MINUTE_MS);
    assert_status(scene_act(scene, ESC_VERB_ACK, "chen", 1, ""), ESC_OK);
    int64_t acked_ms = scene_now(scene);
    assert_int_equal(scene_view(scene, 1).acked_ms, acked_ms);
    assert_row_agrees(scene);
    scene_correct(scene, ESC_HOUR_MS); /* it keeps its distance */
    assert_int_equal(scene_view(scene, 1).acked_ms, acked_ms + ESC_HOUR_MS);
    const EscAction handoff = {.verb = ESC_VERB_HANDOFF,
                               .actor = ESC_TEXT("chen"),
                               .escalation = 1,
                               .target = ESC_TEXT("ben"),
                               .reason = ESC_TEXT("it is his"),
                               .within_ms = ESC_HOUR_MS};
    assert_status(scene_act_full(scene, &handoff), ESC_OK);
    assert_int_equal(scene_view(scene, 1).acked_ms, 0);
    assert_text_equal(scene_view(scene, 1).owner, "ben");
    assert_row_agrees(scene);
    scene_free(scene);
}

static void a_resolved_one_says_when(void **state)
{
    (void)state;
    Scene *scene = acme();
    assert_status(scene_act(scene, ESC_VERB_ACK, "chen", 1, ""), ESC_OK);
    scene_after(scene, 7 * ESC_MINUTE_MS);
    assert_status(scene_event(scene, "ticket.resolved", "G-1", NULL), ESC_OK);
    assert_int_equal(scene_view(scene, 1).resolved_ms, scene_now(scene));
    assert_row_agrees(scene);
    assert_status(scene_event(scene, "ticket.reopened", "G-1", NULL), ESC_OK);
    assert_int_equal(scene_view(scene, 1).resolved_ms, 0);
    assert_row_agrees(scene);
    scene_free(scene);
}

static void the_last_message_is_followed(void **state)
{
    (void)state;
    Scene *scene = acme();
    EscEscalationView view = scene_view(scene, 1);
    assert_text_equal(view.last_to, "chen");
    assert_int_equal(view.last_state, ESC_DELIVERY_ACCEPTED);
    uint64_t sent = view.last_outbox;
    scene_manual_delivery(scene);
    scene_after(scene, 5 * ESC_MINUTE_MS); /* somebody else is called */
    view = scene_view(scene, 1);
    assert_int_equal(view.last_state, ESC_DELIVERY_QUEUED);
    assert_true(view.last_outbox > sent);
    uint64_t version = view.version;
    assert_status(scene_settle(scene, view.last_outbox, ESC_DELIVERY_DEAD, ""), ESC_OK);
    assert_true(scene_view(scene, 1).version > version);
    assert_row_agrees(scene);
    scene_free(scene);
}

/* Lists are made of rows: what a ticket says anew is written there. */
static void a_row_follows_its_ticket(void **state)
{
    (void)state;
    Scene *scene = acme();
    uint64_t version = scene_view(scene, 1).version;
    assert_status(scene_event(scene, "ticket.updated", "G-1", "{\"title\":\"Up again\"}"), ESC_OK);
    assert_text_equal(row_view(scene).ticket_title, "Up again");
    assert_true(scene_view(scene, 1).version > version);
    version = scene_view(scene, 1).version;
    assert_status(scene_event(scene, "ticket.updated", "G-1", "{\"account\":{\"name\":\"Initech\"}}"),
                  ESC_OK);
    assert_text_equal(row_view(scene).account, "Initech");
    assert_row_agrees(scene);
    scene_free(scene);
}

static void a_row_that_is_not_ours_shows_its_columns(void **state)
{
    (void)state;
    static const uint8_t damaged[] = {9, 200};
    const EscEscalationRow row = {.id = 7,
                                  .owner = ESC_TEXT("ana"),
                                  .version = 3,
                                  .account = ESC_TEXT("Globex"),
                                  .body = {damaged, sizeof damaged}};
    EscEscalationView view;
    esc_escalation_row_show(&row, &view);
    assert_int_equal(view.id, 7);
    assert_int_equal(view.version, 3);
    assert_text_equal(view.owner, "ana");
    assert_text_equal(view.account, "Globex");
    assert_int_equal(view.ticket_title.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_escalation_has_a_face),
        cmocka_unit_test(it_says_since_when),
        cmocka_unit_test(a_resolved_one_says_when),
        cmocka_unit_test(the_last_message_is_followed),
        cmocka_unit_test(a_row_follows_its_ticket),
        cmocka_unit_test(a_row_that_is_not_ours_shows_its_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
