/* test_engine_restore.c - restarts, other bundles, refused rows, clocks that jump, eviction. That a restored engine goes on
 * byte for byte is tested by every scene (engine_scene.h). */
#define _GNU_SOURCE /* memmem */
#include "engine_scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/test.h"

#define CHAIN "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
#define TEMPLATE(steps)                                                                            \
    "template t \"Trouble\" { start on ticket.created\n" CHAIN "steps { " steps                    \
    " }\nclose when resolved }\n"

static const char *const usual =
    TEMPLATE("page primary \"see\"  await ack  await resolved within 4h else raise overdue");

static Scene *begun(const char *source)
{
    Scene *scene = scene_of(source);
    assert_status(
        scene_event(scene, "ticket.created", "T", "{\"title\":\"x\",\"severity\":\"high\"}"),
        ESC_OK);
    return scene;
}

/* One input to an engine of the test's own; the group is the engine's until the next one. */
static EscStatus apply(EscEngine *engine, const EscInput *input, int64_t now_ms,
                       const EscGroup **group)
{
    EscOutcome outcome;
    EscWhy why = {.text = ""};
    if (now_ms < esc_engine_time_ms(engine))
        now_ms = esc_engine_time_ms(engine); /* time runs back by a correction only */
    EscStatus status = esc_engine_apply(engine, input, now_ms, &outcome, &why);
    *group = esc_engine_flush(engine);
    return status;
}

static size_t audit_count(const EscGroup *group, const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < group->audit_count; i++)
        count += esc_text_equal(group->audit[i].kind, esc_text_from(kind));
    return count;
}

/* Unreadable bytes are evidence, whatever happens to the escalation until it is closed. */
static void assert_kept(const EscGroup *group, EscText snapshot, EscText rest)
{
    for (size_t i = 0; i < group->escalations_count; i++) {
        EscBytes body = group->escalations[i].body;
        EscText kept = {(const char *)body.data, body.size};
        assert_true(snapshot.size > 0 ? esc_text_contains(kept, snapshot)
                                      : esc_text_ends_with(kept, rest));
    }
}

/* In the trail and to the last resort, with the same reason, which is data as well. */
static void assert_parked_is_told(const EscGroup *group)
{
    static const char before[] = "its steps cannot go on: ", behind[] = "; the last resort is told";
    EscText because = {0};
    for (size_t i = 0; i < group->audit_count; i++) {
        const EscAuditRow *row = &group->audit[i];
        if (!esc_text_equal(row->kind, ESC_TEXT("parked")))
            continue;
        assert_true(esc_text_starts_with(row->text, esc_text_from(before)));
        assert_true(esc_text_ends_with(row->text, esc_text_from(behind)));
        because = (EscText){row->text.data + strlen(before),
                            row->text.size - strlen(before) - strlen(behind)};
        assert_true(because.size > 0 && esc_text_contains(row->data, because));
    }
    char page[512];
    snprintf(page, sizeof page, ", cannot go on: %.*s. ana owns it as before; see to it that",
             ESC_TEXT_ARG(because));
    size_t told = 0;
    for (size_t i = 0; i < group->outbox_count; i++)
        told += esc_text_contains(group->outbox[i].body, esc_text_from(page));
    assert_int_equal(told, 1);
}

/* `snapshot`: the rest of the body can be read; empty: none of it. */
static void expect_parked(Scene *scene, EscText snapshot)
{
    EscEngine *engine = scene_restore(scene, 7);
    EscEscalationView view;
    assert_true(esc_engine_find_escalation(engine, 1, &view));
    assert_int_equal(view.state, ESC_STATE_PARKED);
    const EscGroup *group = NULL;
    EscInput input = {.kind = ESC_INPUT_TIMER};
    assert_status(apply(engine, &input, scene_now(scene), &group), ESC_OK);
    assert_int_equal(audit_count(group, "parked"), 1);
    assert_parked_is_told(group);
    assert_int_equal(group->escalations_count, 1);
    assert_int_equal(group->escalations[0].state, ESC_STATE_PARKED);
    assert_text_equal(group->escalations[0].owner, "ana"); /* only the steps end */
    assert_int_equal(esc_engine_alarmed_count(engine), 1);
    const EscEscalationRow *row = scene_row(scene, 1);
    EscText before = {(const char *)row->body.data + row->body.size / 2,
                      row->body.size - row->body.size / 2};
    assert_kept(group, snapshot, before);
    bool is_told = false;
    for (size_t i = 0; i < group->outbox_count; i++)
        is_told = is_told || esc_text_equal(group->outbox[i].target, ESC_TEXT("dora"));
    assert_true(is_told);
    const EscVerb verbs[] = {ESC_VERB_ACK, ESC_VERB_HANDOFF, ESC_VERB_CONFIRM, ESC_VERB_ANSWER};
    for (size_t i = 0; i < ESC_COUNT_OF(verbs); i++) {
        EscAction other = {.verb = verbs[i],
                           .actor = ESC_TEXT("ana"),
                           .escalation = 1,
                           .target = ESC_TEXT("ben"),
                           .reason = ESC_TEXT("because"),
                           .within_ms = ESC_MINUTE_MS};
        EscInput act = {.kind = ESC_INPUT_ACTION, .action = &other};
        (void)apply(engine, &act, scene_now(scene), &group);
        assert_kept(group, snapshot, before);
        int64_t until_ms = esc_engine_time_ms(engine) + ESC_HOUR_MS;
        while (esc_engine_next_due_ms(engine) <= until_ms) {
            assert_status(apply(engine, &input, esc_engine_next_due_ms(engine), &group), ESC_OK);
            assert_kept(group, snapshot, before);
        }
        assert_true(esc_engine_find_escalation(engine, 1, &view));
        if (verbs[i] == ESC_VERB_HANDOFF) /* who does not acknowledge in time loses it, as ever */
            assert_text_equal(view.owner, "dora");
    }
    EscAction action = {.verb = ESC_VERB_RESOLVE, .actor = ESC_TEXT("dora"), .escalation = 1};
    EscInput resolve = {.kind = ESC_INPUT_ACTION, .action = &action};
    assert_status(apply(engine, &resolve, scene_now(scene), &group), ESC_OK);
    assert_true(esc_engine_find_escalation(engine, 1, &view));
    assert_int_equal(view.state, ESC_STATE_CLOSED);
    size_t closed = 0;
    for (size_t i = 0; i < group->audit_count; i++)
        closed += esc_text_starts_with(group->audit[i].text, ESC_TEXT("closed as resolved after "));
    assert_int_equal(closed, 1);
    esc_engine_free(engine);
}

/* M1.16 */
static void unknown_bundle_is_parked(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    EscEscalationRow *row = scene_row(scene, 1);
    for (size_t i = 0; i < sizeof row->bundle_hash; i++) {
        row->bundle_hash[i] ^= 1;
        expect_parked(scene, (EscText){0});
        row->bundle_hash[i] ^= 1;
    }
    scene_free(scene);
}

static bool says(const EscGroup *group, const char *kind, const char *part)
{
    for (size_t i = 0; i < group->audit_count; i++) {
        if (esc_text_equal(group->audit[i].kind, esc_text_from(kind)) &&
            esc_text_contains(group->audit[i].text, esc_text_from(part)))
            return true;
    }
    return false;
}

/* Whose turn it is, until when and who is next stands as before; of what is lost nothing is claimed. */
static void a_parked_one_says_only_what_is_known(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    scene_row(scene, 1)->bundle_hash[0] ^= 1;
    EscEngine *engine = scene_restore(scene, 7);
    const EscGroup *group = NULL;
    EscInput timer = {.kind = ESC_INPUT_TIMER};
    assert_status(apply(engine, &timer, scene_now(scene), &group), ESC_OK);
    EscEscalationView view;
    assert_true(esc_engine_find_escalation(engine, 1, &view));
    assert_true(view.ack_due_ms == view.opened_at_ms + 5 * ESC_MINUTE_MS);
    assert_true(view.wait_due_ms == 0);
    assert_text_equal(view.next_owner, "dora");
    assert_int_equal(view.next_role, 3);
    EscAction handoff = {.verb = ESC_VERB_HANDOFF,
                         .actor = ESC_TEXT("ana"),
                         .escalation = 1,
                         .target = ESC_TEXT("cleo"),
                         .reason = ESC_TEXT("I am away"),
                         .within_ms = 15 * ESC_MINUTE_MS};
    EscInput act = {.kind = ESC_INPUT_ACTION, .action = &handoff};
    assert_status(apply(engine, &act, scene_now(scene), &group), ESC_OK);
    assert_true(says(group, "handoff", "ana handed over to cleo (primary) because I am away"));
    EscAction answer = {.verb = ESC_VERB_ANSWER,
                        .actor = ESC_TEXT("cleo"),
                        .escalation = 1,
                        .target = ESC_TEXT("yes")};
    act.action = &answer;
    assert_status(apply(engine, &act, scene_now(scene), &group), ESC_OK);
    assert_true(says(group, "ignored", "its steps cannot go on, and nothing waits for it"));
    assert_status(apply(engine, &timer, esc_engine_next_due_ms(engine), &group), ESC_OK);
    assert_true(
        says(group, "failover", "cleo did not acknowledge within 15m; the chain is not known"));
    assert_true(esc_engine_find_escalation(engine, 1, &view));
    assert_text_equal(view.owner, "dora");
    assert_text_equal(view.next_owner, "");
    esc_engine_free(engine);
    scene_free(scene);
}

/* Only what is lost stops; what people say of the ticket finds the one that is not, and says of the other that it is lost. */
static void one_of_two_is_parked(void **state)
{
    (void)state;
    Scene *scene =
        begun("template t \"Trouble\" { start on ticket.created\n" CHAIN
              "steps { notify room \"a\"  await resolved within 4h else raise overdue }\n"
              "qa { check confirmed \"c\" before close }\nclose when resolved }\n"
              "template u \"Other\" { start on ticket.created\n" CHAIN
              "steps { notify room \"b\"  await resolved within 4h else raise overdue }\n"
              "close when escalation.age > 30d }\n");
    for (uint64_t lost = 1; lost <= 2; lost++) {
        scene_row(scene, lost)->bundle_hash[0] ^= 1;
        EscEngine *engine = scene_restore(scene, 7);
        scene_row(scene, lost)->bundle_hash[0] ^= 1;
        assert_true(esc_engine_has_arrears(engine));
        const EscGroup *group = NULL;
        EscInput timer = {.kind = ESC_INPUT_TIMER};
        assert_status(apply(engine, &timer, scene_now(scene), &group), ESC_OK);
        assert_false(esc_engine_has_arrears(engine));
        assert_int_equal(audit_count(group, "parked"), 1);
        EscEscalationView view;
        for (uint64_t id = 1; id <= 2; id++) {
            assert_true(esc_engine_find_escalation(engine, id, &view));
            assert_int_equal(view.state, id == lost ? ESC_STATE_PARKED : ESC_STATE_OPEN);
        }
        EscInput woke = {.kind = ESC_INPUT_WOKE};
        assert_status(apply(engine, &woke, scene_now(scene), &group), ESC_OK);
        EscClockChange later = {.correction_ms = ESC_HOUR_MS};
        EscInput clock = {.kind = ESC_INPUT_CLOCK, .clock = &later};
        int64_t due_ms = esc_engine_next_due_ms(engine);
        assert_status(apply(engine, &clock, scene_now(scene) + ESC_HOUR_MS, &group), ESC_OK);
        assert_true(esc_engine_next_due_ms(engine) == due_ms + ESC_HOUR_MS);
        EscAction confirm = {.verb = ESC_VERB_CONFIRM,
                             .actor = ESC_TEXT("ana"),
                             .ticket = ESC_TEXT("T"),
                             .target = ESC_TEXT("c")};
        EscInput act = {.kind = ESC_INPUT_ACTION, .action = &confirm};
        assert_status(apply(engine, &act, scene_now(scene), &group),
                      lost == 1 ? ESC_CONFLICT : ESC_OK);
        confirm.target = ESC_TEXT("none");
        assert_status(apply(engine, &act, scene_now(scene), &group), ESC_CONFLICT);
        EscDelivery died = {.outbox = 1, .state = ESC_DELIVERY_DEAD, .detail = ESC_TEXT("gone")};
        EscInput result = {.kind = ESC_INPUT_DELIVERY, .delivery = &died};
        for (died.outbox = 1; died.outbox <= 8; died.outbox++) {
            EscStatus status = apply(engine, &result, scene_now(scene), &group);
            assert_true(status == ESC_OK || status == ESC_NOT_FOUND);
        }
        esc_engine_free(engine);
    }
    scene_free(scene);
}

/* Its bundle is there: what closes it by time alone does so, though its steps cannot go on. */
static void a_parked_one_closes_by_time(void **state)
{
    (void)state;
    Scene *scene = begun(
        "template t \"Trouble\" { start on ticket.created\nowners { primary ana ack within 9d }\n"
        "steps { await escalation.age > 1h within 9d  await resolved within 9d else raise overdue "
        "}\n"
        "close when escalation.age > 2h }\n");
    EscEscalationRow *row = scene_row(scene, 1);
    const uint8_t *snapshot = memmem(row->body.data, row->body.size, "ESCS", 4);
    assert_non_null(snapshot);
    ((uint8_t *)(uintptr_t)snapshot)[20] ^= 1; /* in the hash of its bundle */
    EscEngine *engine = scene_restore(scene, 7);
    const EscGroup *group = NULL;
    EscInput timer = {.kind = ESC_INPUT_TIMER};
    assert_status(apply(engine, &timer, scene_now(scene), &group), ESC_OK);
    EscEscalationView view;
    assert_true(esc_engine_find_escalation(engine, 1, &view));
    assert_int_equal(view.state, ESC_STATE_PARKED);
    int64_t opened_ms = view.opened_at_ms;
    for (int i = 0; i < 20 && view.state == ESC_STATE_PARKED; i++) {
        assert_status(apply(engine, &timer, esc_engine_next_due_ms(engine), &group), ESC_OK);
        assert_true(esc_engine_find_escalation(engine, 1, &view));
    }
    assert_int_equal(view.state, ESC_STATE_CLOSED);
    assert_true(esc_engine_time_ms(engine) == opened_ms + 2 * ESC_HOUR_MS + 1);
    esc_engine_free(engine);
    scene_free(scene);
}

static void refused_snapshot_is_parked(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    EscEscalationRow *row = scene_row(scene, 1);
    const uint8_t *snapshot = memmem(row->body.data, row->body.size, "ESCS", 4);
    assert_non_null(snapshot);
    ((uint8_t *)(uintptr_t)snapshot)[20] ^= 1; /* in the hash of its bundle */
    expect_parked(scene, (EscText){(const char *)snapshot, 60});
    scene_free(scene);
}

static void a_body_that_is_cut_off_is_parked(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    EscEscalationRow *row = scene_row(scene, 1);
    EscBytes whole = row->body;
    for (size_t size = 0; size < whole.size; size++) {
        row->body.size = size;
        expect_parked(scene, (EscText){0});
    }
    row->body = whole;
    scene_free(scene);
}

/* Each byte of the body changed in turn: parked or restored, never a crash. */
static void damage_does_no_harm(const char *source)
{
    Scene *scene = begun(source);
    EscEscalationRow *row = scene_row(scene, 1);
    EscEscalationRow whole = *row;
    size_t total = whole.body.size;
    char *bytes = malloc(total);
    assert_non_null(bytes);
    for (size_t i = 0; i < total; i++) {
        memcpy(bytes, whole.body.data, whole.body.size);
        bytes[i] = (char)(bytes[i] ^ (i % 2 == 0 ? 1 : 0x11));
        row->body = (EscBytes){(const uint8_t *)bytes, whole.body.size};
        EscEngine *engine = scene_restore(scene, 3);
        const EscGroup *group = NULL;
        EscInput input = {.kind = ESC_INPUT_TIMER};
        for (int step = 0; step < 4; step++) {
            assert_status(apply(engine, &input, scene_now(scene) + step * ESC_HOUR_MS, &group),
                          ESC_OK);
        }
        esc_engine_free(engine);
    }
    *row = whole;
    free(bytes);
    scene_free(scene);
}

static void damaged_rows_do_no_harm(void **state)
{
    (void)state;
    damage_does_no_harm(TEMPLATE("set ticket.severity to low  ask primary \"Which?\" within 1h { "
                                 "guidance \"g\" answer a \"A\" { } timeout { } }"));
    damage_does_no_harm(
        TEMPLATE("await ticket.severity = low within 4h at 25% { notify room \"a\" } "
                 "at 50% { notify room \"b\" } else { }"));
}

/* A ticket that is made of fields, for a rehearsal. */
static void a_ticket_is_made_of_its_fields(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    EscEngine *engine = scene_restore(scene, 3);
    EscText fields = ESC_TEXT("{\"title\":\"made\",\"severity\":\"low\"}");
    char id[ESC_ID_BYTES_MAX + 1];
    memset(id, 'x', sizeof id);
    EscWhy why;
    assert_status(esc_engine_make_ticket(engine, (EscText){id, sizeof id}, fields, 5, &why),
                  ESC_CONFLICT);
    assert_status(esc_engine_make_ticket(engine, (EscText){0}, fields, 5, &why), ESC_CONFLICT);
    assert_status(esc_engine_make_ticket(engine, ESC_TEXT("T"), fields, 5, &why), ESC_CONFLICT);
    assert_status(esc_engine_make_ticket(engine, ESC_TEXT("V"), ESC_TEXT("[]"), 5, &why),
                  ESC_BAD_INPUT);
    assert_false(esc_engine_has_ticket(engine, ESC_TEXT("V")));
    assert_status(esc_engine_make_ticket(engine, (EscText){id, sizeof id - 1}, fields, 5, &why),
                  ESC_OK);
    EscTicketRow row;
    assert_true(esc_engine_find_ticket(engine, (EscText){id, sizeof id - 1}, &row));
    assert_text_equal(row.title, "made");
    assert_text_equal(row.status, "open");
    assert_true(row.created_at_ms == 5);
    esc_engine_free(engine);
    EscEngineConfig config = {.hash_seed = 1};
    engine = esc_engine_new(&config); /* without a bundle nothing has a type */
    assert_status(esc_engine_make_ticket(engine, ESC_TEXT("V"), fields, 5, &why), ESC_CONFLICT);
    esc_engine_free(engine);
    scene_free(scene);
}

/* An input writes what it has changed, and nothing else. */
static void what_has_not_changed_is_not_written(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    scene_event(scene, "ticket.created", "U", "{\"title\":\"y\"}");
    EscEngine *engine = scene_restore(scene, 7);
    const EscGroup *group = NULL;
    EscAction back = {
        .verb = ESC_VERB_PRESENT, .actor = ESC_TEXT("ana"), .target = ESC_TEXT("ana")};
    EscInput input = {.kind = ESC_INPUT_ACTION, .action = &back};
    assert_status(apply(engine, &input, scene_now(scene), &group), ESC_OK);
    assert_int_equal(group->tickets_count + group->escalations_count + group->audit_count, 0);
    assert_int_equal(group->workspace.size, 0);
    EscAction ack = {.verb = ESC_VERB_ACK, .actor = ESC_TEXT("ana"), .escalation = 1};
    input.action = &ack;
    assert_status(apply(engine, &input, scene_now(scene), &group), ESC_OK);
    assert_int_equal(group->tickets_count, 1); /* its time to respond has stopped */
    assert_int_equal(group->escalations_count, 1);
    assert_int_equal(group->workspace.size, 0);
    back.verb = ESC_VERB_ABSENT;
    back.for_ms = ESC_HOUR_MS;
    back.target = ESC_TEXT("dora");
    input.action = &back;
    assert_status(apply(engine, &input, scene_now(scene), &group), ESC_OK);
    assert_true(group->workspace.size > 0);
    assert_int_equal(group->tickets_count + group->escalations_count, 0);
    esc_engine_free(engine);
    scene_free(scene);
}

static void running_ones_stay_on_their_bundle(void **state)
{
    (void)state;
    Scene *scene = begun(TEMPLATE("await ack  set ticket.severity to critical  notify room \"old "
                                  "way\"  await resolved within 1d else raise overdue"));
    scene_publish(scene,
                  "extend ticket { region: emea | apac default emea }\n" TEMPLATE(
                      "await ack  notify room \"new way\"  await resolved within 1d else raise "
                      "overdue"));
    scene_event(scene, "ticket.created", "U", "{\"region\":\"apac\"}");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_ACK, "ana", 2, NULL);
    assert_int_equal(scene_sent(scene, "room", "old way"), 1);
    assert_int_equal(scene_sent(scene, "room", "new way"), 1);
    assert_string_equal(scene_field(scene, "T", "severity"), "\"critical\"");
    assert_string_equal(scene_field(scene, "T", "region"), "\"emea\"");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    scene_free(scene);
}

static void people_are_live(void **state)
{
    (void)state;
    Scene *scene = begun("schedule rota { weekly from 2026-01-05T09:00 ana, ben }\ntemplate t "
                         "\"T\" { start on ticket.created\n"
                         "owners { primary ana ack within 5m  secondary rota ack within 5m "
                         "}\nsteps { await ack }\nclose when resolved }\n");
    scene_publish(scene, "schedule rota { weekly from 2026-01-05T09:00 cleo, ben }\ntemplate t "
                         "\"T\" { start on ticket.created\n"
                         "owners { primary ana ack within 5m  secondary rota ack within 5m "
                         "}\nsteps { await ack }\nclose when resolved }\n");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "cleo");
    scene_free(scene);
}

static void enum_members_keep_their_names(void **state)
{
    (void)state;
    Scene *scene = begun("extend ticket { region: emea | apac default emea }\n" TEMPLATE(
        "await ticket.region = apac within 1d else { notify room \"never\" }  notify room "
        "\"apac\""));
    scene_publish(scene,
                  "extend ticket { region: americas | apac | emea default americas }\n" TEMPLATE(
                      "await ack"));
    assert_string_equal(scene_field(scene, "T", "region"), "\"emea\"");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_event(scene, "ticket.updated", "T", "{\"region\":\"apac\"}");
    assert_int_equal(scene_sent(scene, "room", "apac"), 1);
    scene_free(scene);
}

static void clock_that_is_corrected_back_leaves_the_time_that_is_left(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    int64_t before_ms = esc_engine_time_ms(scene_engine(scene));
    scene_correct(scene, -ESC_DAY_MS);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"y\"}");
    assert_true(esc_engine_time_ms(scene_engine(scene)) == before_ms - ESC_DAY_MS);
    scene_correct(scene, ESC_DAY_MS);
    assert_view_owner(scene, 1, "ana");
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ben");
    scene_free(scene);
}

static void late_timers_fire_in_their_order(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    scene_clock(scene, ESC_DAY_MS); /* the machine slept */
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL),
                  ESC_OK); /* late inputs come first */
    scene_after(scene, 0);
    assert_view_owner(scene, 1, "ana");
    assert_int_equal(scene_audit(scene, "failover", ""), 0);
    scene_free(scene);
    scene = begun(usual);
    scene_clock(scene, ESC_DAY_MS);
    scene_after(scene, 0);
    assert_view_owner(scene, 1, "ben"); /* one turn at a time: ben's begins now */
    scene_free(scene);
}

static void closed_tickets_are_forgotten(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    scene_event(scene, "ticket.created", "U", "{}");
    scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL);
    EscEngine *engine = scene_engine(scene);
    EscTicketRow row;
    assert_true(esc_engine_find_ticket(engine, ESC_TEXT("T"), &row));
    esc_engine_evict(engine, 1);
    assert_true(esc_engine_has_ticket(engine, ESC_TEXT("T")));
    esc_engine_evict(engine, 0);
    assert_false(esc_engine_has_ticket(engine, ESC_TEXT("T")));
    assert_true(esc_engine_has_ticket(engine, ESC_TEXT("U")));
    EscEscalationView view;
    assert_false(esc_engine_find_escalation(engine, 1, &view));
    assert_true(esc_engine_find_escalation(engine, 2, &view));
    scene_free(scene);
}

static const EscTicketRow *ticket_written(const EscGroup *group, const char *id)
{
    for (size_t i = 0; i < group->tickets_count; i++) {
        if (esc_text_equal(group->tickets[i].id, esc_text_from(id)))
            return &group->tickets[i];
    }
    return NULL;
}

/* Nothing is open on a linked ticket: that a rollback will close it is all that keeps it. The scene restores what a store
 * does, so a ticket that nothing keeps is not there. */
static void rollback_closes_linked_tickets_after_a_restart(void **state)
{
    (void)state;
    Scene *scene =
        begun(TEMPLATE("create ticket incident { title: \"I\" }  wait 1m  "
                       "rollback \"over\"  await resolved within 4h else raise overdue"));
    EscEngine *engine = scene_restore(scene, 11);
    esc_engine_evict(engine, 0);
    assert_true(esc_engine_has_ticket(engine, ESC_TEXT("escal:T-1")));
    const EscGroup *group = NULL;
    EscInput timer = {.kind = ESC_INPUT_TIMER};
    assert_status(apply(engine, &timer, scene_now(scene) + ESC_MINUTE_MS, &group), ESC_OK);
    assert_int_equal(audit_count(group, "undone"), 1);
    const EscTicketRow *linked = ticket_written(group, "escal:T-1");
    assert_non_null(linked);
    assert_text_equal(linked->status, "closed");
    assert_false(linked->is_live);
    esc_engine_evict(engine, 0); /* and nothing keeps it any more */
    assert_false(esc_engine_has_ticket(engine, ESC_TEXT("escal:T-1")));
    esc_engine_free(engine);
    scene_free(scene);
}

static EscStatus late_act(EscEngine *engine, EscVerb verb, uint64_t escalation, EscOutcome *outcome)
{
    EscAction action = {.verb = verb,
                        .actor = ESC_TEXT("ana"),
                        .escalation = escalation,
                        .target = ESC_TEXT("ben"),
                        .reason = ESC_TEXT("because"),
                        .within_ms = ESC_MINUTE_MS};
    EscInput input = {.kind = ESC_INPUT_ACTION, .action = &action};
    EscWhy why;
    return esc_engine_apply(engine, &input, esc_engine_time_ms(engine), outcome, &why);
}

/* The same before the group is written: what is closed is still there, and its ticket may be open again. */
static void acts_on_what_was_just_closed_come_too_late(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    for (int verb = 0; verb < ESC_VERB_ABSENT; verb++) {
        EscEngine *engine = scene_restore(scene, 5);
        EscOutcome outcome = {.is_noop = false};
        assert_status(late_act(engine, ESC_VERB_RESOLVE, 1, &outcome), ESC_OK);
        assert_false(outcome.is_noop);
        EscArena *arena = esc_arena_new((size_t)1 << 20);
        EscEvent event;
        assert_status(esc_event_make(arena, esc_engine_program(engine), ESC_TEXT("ticket.reopened"),
                                     ESC_TEXT("test"), ESC_TEXT("again"), ESC_TEXT("T"),
                                     ESC_TEXT("{}"), &event, NULL),
                      ESC_OK);
        EscInput input = {.kind = ESC_INPUT_EVENT, .event = &event};
        assert_status(esc_engine_apply(engine, &input, esc_engine_time_ms(engine), &outcome, NULL),
                      ESC_OK);
        EscStatus status = late_act(engine, (EscVerb)verb, 1, &outcome);
        bool is_refused = verb == ESC_VERB_HANDOFF || verb == ESC_VERB_START ||
                          verb == ESC_VERB_CONFIRM || verb == ESC_VERB_OVERRIDE;
        assert_true(is_refused ? status != ESC_OK : status == ESC_OK && outcome.is_noop);
        if (verb == ESC_VERB_ACK || verb == ESC_VERB_RESOLVE)
            assert_non_null(strstr(outcome.note, "was closed as resolved at"));
        EscTicketRow row;
        assert_true(esc_engine_find_ticket(engine, ESC_TEXT("T"), &row));
        assert_text_equal(row.status, "open");
        esc_arena_free(arena);
        esc_engine_free(engine);
    }
    scene_free(scene);
}

/* Every verb that names an escalation: E-1 is closed and forgotten, E-3 never was. */
static void expect_old_buttons(EscEngine *engine)
{
    for (int verb = 0; verb < ESC_VERB_ABSENT; verb++) {
        EscOutcome outcome = {.is_noop = false};
        assert_status(late_act(engine, (EscVerb)verb, 1, &outcome), ESC_OK);
        assert_true(outcome.is_noop);
        assert_int_equal(outcome.escalations_count, 0);
        const EscGroup *group = esc_engine_flush(engine);
        assert_int_equal(group->tickets_count + group->escalations_count + group->outbox_count +
                             group->audit_count,
                         0);
        assert_status(late_act(engine, (EscVerb)verb, 3, &outcome), ESC_NOT_FOUND);
        assert_status(late_act(engine, (EscVerb)verb, UINT64_MAX, &outcome), ESC_NOT_FOUND);
    }
}

static void acts_on_what_is_forgotten_come_too_late(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL), ESC_OK);
    assert_int_equal(scene_view(scene, 1).state, ESC_STATE_CLOSED);
    /* Its ticket is open again, and E-2 at it: an old button must not resolve it. */
    assert_status(scene_event(scene, "ticket.reopened", "T", "{}"), ESC_OK);
    EscEngine *restarted = scene_restore(scene, 13);
    expect_old_buttons(restarted);
    esc_engine_free(restarted);
    EscEngine *engine = scene_engine(scene);
    esc_engine_evict(engine, 1);
    EscEscalationView view;
    assert_false(esc_engine_find_escalation(engine, 1, &view));
    assert_true(esc_engine_has_ticket(engine, ESC_TEXT("T")));
    expect_old_buttons(engine);
    assert_true(strcmp(scene_field(scene, "T", "status"), "\"resolved\"") != 0);
    scene_free(scene);
}

static void engine_without_a_bundle_refuses(void **state)
{
    (void)state;
    EscEngineConfig config = {.hash_seed = 1};
    EscEngine *engine = esc_engine_new(&config);
    EscInput input = {.kind = ESC_INPUT_TIMER};
    EscOutcome outcome;
    EscWhy why;
    assert_status(esc_engine_apply(engine, &input, 1, &outcome, &why), ESC_CONFLICT);
    EscTicketRow row = {.id = ESC_TEXT("T")};
    assert_status(esc_engine_restore_ticket(engine, &row, &why), ESC_CONFLICT);
    assert_true(esc_engine_next_due_ms(engine) == INT64_MAX);
    esc_engine_free(engine);
}

static void rows_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    Scene *scene = begun(usual);
    EscEngine *engine = scene_restore(scene, 5);
    EscWhy why;
    EscTicketRow ticket = {.id = ESC_TEXT("T")};
    assert_status(esc_engine_restore_ticket(engine, &ticket, &why), ESC_CONFLICT);
    ticket = (EscTicketRow){.id = ESC_TEXT("V"), .body = {(const uint8_t *)"\x01\x05", 2}};
    assert_status(esc_engine_restore_ticket(engine, &ticket, &why), ESC_BAD_INPUT);
    assert_false(esc_engine_has_ticket(engine, ESC_TEXT("V")));
    assert_status(esc_engine_restore_escalation(engine, scene_row(scene, 1), &why), ESC_CONFLICT);
    EscOutboxRow outbox = {.id = 0};
    assert_status(esc_engine_restore_outbox(engine, &outbox), ESC_CONFLICT);
    esc_engine_free(engine);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_is_made_of_its_fields),
        cmocka_unit_test(what_has_not_changed_is_not_written),
        cmocka_unit_test(unknown_bundle_is_parked),
        cmocka_unit_test(a_parked_one_says_only_what_is_known),
        cmocka_unit_test(one_of_two_is_parked),
        cmocka_unit_test(a_parked_one_closes_by_time),
        cmocka_unit_test(refused_snapshot_is_parked),
        cmocka_unit_test(a_body_that_is_cut_off_is_parked),
        cmocka_unit_test(damaged_rows_do_no_harm),
        cmocka_unit_test(running_ones_stay_on_their_bundle),
        cmocka_unit_test(people_are_live),
        cmocka_unit_test(enum_members_keep_their_names),
        cmocka_unit_test(clock_that_is_corrected_back_leaves_the_time_that_is_left),
        cmocka_unit_test(late_timers_fire_in_their_order),
        cmocka_unit_test(closed_tickets_are_forgotten),
        cmocka_unit_test(rollback_closes_linked_tickets_after_a_restart),
        cmocka_unit_test(acts_on_what_is_forgotten_come_too_late),
        cmocka_unit_test(engine_without_a_bundle_refuses),
        cmocka_unit_test(rows_that_do_not_fit_are_refused),
        cmocka_unit_test(acts_on_what_was_just_closed_come_too_late),
    };
    return cmocka_run_group_tests_name("engine_restore", tests, NULL, NULL);
}
