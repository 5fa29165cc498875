/* test_engine_views.c - what people see of the engine: who is next, who is on duty, and what a closed escalation knew. */
#include "engine_scene.h"

#include "support/test.h"

#include <stdio.h>

#define ACME ESC_TEST_SOURCE_DIR "/examples/agency/acme"

static const char *const globex = "{\"severity\":\"critical\",\"title\":\"Down\",\"account\":{"
                                  "\"name\":\"Globex\",\"tier\":\"enterprise\"}}";

static Scene *acme(void)
{
    Scene *scene = scene_of_folder(ACME);
    scene_at(scene, "2026-03-02T09:00:00Z");
    return scene;
}

static EscStatus away(Scene *scene, const char *person, int64_t for_ms)
{
    EscAction action = {.verb = ESC_VERB_ABSENT,
                        .actor = ESC_TEXT("dora"),
                        .target = esc_text_from(person),
                        .for_ms = for_ms};
    return scene_act_full(scene, &action);
}

static void assert_next(Scene *scene, const char *owner, uint32_t role)
{
    EscEscalationView view = scene_view(scene, 1);
    assert_text_equal(view.next_owner, owner);
    if (owner[0] != '\0')
        assert_int_equal(view.next_role, role);
}

/* --- who is next -------------------------------------------------------------------------------- */

static void the_chain_says_who_is_next(void **state)
{
    (void)state;
    Scene *scene = acme();
    assert_status(scene_event(scene, "ticket.created", "G-1", globex), ESC_OK);
    assert_view_owner(scene, 1, "chen");
    assert_next(scene, "ana", 1);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "ana");
    assert_next(scene, "dora", 2);
    scene_after(scene, 5 * ESC_MINUTE_MS);
    assert_view_owner(scene, 1, "dora");
    assert_next(scene, "dora", 3); /* as the last resort */
    scene_after(scene, 10 * ESC_MINUTE_MS);
    assert_int_equal(scene_view(scene, 1).role, 3);
    assert_next(scene, "", 0);
    scene_free(scene);
}

static void who_is_away_is_not_next(void **state)
{
    (void)state;
    Scene *scene = acme();
    assert_status(scene_event(scene, "ticket.created", "G-1", globex), ESC_OK);
    assert_status(away(scene, "ana", ESC_DAY_MS), ESC_OK);
    assert_next(scene, "dora", 2);
    scene_free(scene);
}

static void what_it_waits_for_has_its_deadline(void **state)
{
    (void)state;
    Scene *scene = acme();
    assert_status(scene_event(scene, "ticket.created", "G-1", globex), ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_ACK, "chen", 1, NULL), ESC_OK);
    EscEscalationView view = scene_view(scene, 1);
    assert_true(view.wait_due_ms > scene_now(scene));
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "chen", 1, "the customer confirms recovery"),
                  ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "chen", 1, NULL), ESC_OK);
    view = scene_view(scene, 1);
    assert_int_equal(view.state, ESC_STATE_CLOSED);
    assert_int_equal(view.wait_due_ms, 0);
    assert_text_equal(view.next_owner, "");
    scene_free(scene);
}

/* --- who is on duty ----------------------------------------------------------------------------- */

/* "platform_oncall: chen until 2026-03-09T08:00:00.000Z, ana; " for a schedule, "TEMPLATE/ROLE …" for roles. */
static bool write_duty(void *context, const EscDutyView *view)
{
    EscBuf *out = context;
    if (view->is_schedule)
        esc_buf_text(out, view->means);
    else
        esc_buf_printf(out, "%.*s/%s=%.*s", ESC_TEXT_ARG(view->template_name),
                       esc_role_row_name(view->role), ESC_TEXT_ARG(view->means));
    esc_buf_printf(out, ": %.*s",
                   ESC_TEXT_ARG(view->depends           ? ESC_TEXT("?")
                                : view->person.size > 0 ? view->person
                                                        : ESC_TEXT("nobody")));
    if (view->until_ms != 0) {
        esc_buf_string(out, " until ");
        esc_time_write(out, view->until_ms);
        esc_buf_printf(out, ", %.*s",
                       ESC_TEXT_ARG(view->next.size > 0 ? view->next : ESC_TEXT("nobody")));
    }
    if (view->absent_json.size > 2)
        esc_buf_printf(out, " without %.*s", ESC_TEXT_ARG(view->absent_json));
    esc_buf_string(out, "; ");
    return true;
}

static void assert_duty(Scene *scene, const char *expected)
{
    EscBuf out;
    esc_buf_init(&out, 100000);
    esc_engine_each_duty(scene_engine(scene), scene_now(scene), write_duty, &out);
    assert_text_equal(esc_buf_as_text(&out), expected);
    esc_buf_release(&out);
}

static const char *const shop =
    "workspace shop \"Shop\" { language 1 timezone \"Europe/Berlin\" }\n"
    "use std.ticket\n"
    "use std.triage\n"
    "channel alerts chat\n"
    "person ana \"Ana Ruiz\" { chat \"@ana\" }\n"
    "person ben \"Ben Falk\" { chat \"@ben\" }\n"
    "person cleo \"Cleo\" { chat \"@cleo\" }\n"
    "schedule front { weekly from 2026-01-05T09:00 ana, ben }\n"
    "schedule alone { weekly from 2026-01-05T09:00 cleo }\n"
    "schedule later { weekly from 2026-02-02T09:00 ben }\n"
    "route desk -> person { when ticket.severity = critical -> ana  otherwise -> ben }\n"
    "policy shop { last resort cleo }\n"
    "template outage \"Outage\" {\n"
    "  start on ticket.created when ticket.severity = critical\n"
    "  owners { primary front ack within 5m  secondary desk ack within 5m }\n"
    "  steps { page primary \"x\" await ack }\n"
    "  close when resolved\n"
    "}\n";

static void schedules_and_roles_have_people(void **state)
{
    (void)state;
    Scene *scene = scene_new((const char *const[]){shop, NULL});
    assert_duty(scene, "front: ana until 2026-01-12T08:00:00.000Z, ben; alone: cleo; later: nobody "
                       "until 2026-02-02T08:00:00.000Z, ben; "
                       "outage/primary=front: ana until 2026-01-12T08:00:00.000Z, ben; "
                       "outage/secondary=desk: ?; /last_resort=cleo: cleo; ");
    scene_free(scene);
}

static void who_is_away_is_passed_over_until_they_are_back(void **state)
{
    (void)state;
    Scene *scene = scene_new((const char *const[]){shop, NULL});
    EscAction action = {.verb = ESC_VERB_ABSENT,
                        .actor = ESC_TEXT("cleo"),
                        .target = ESC_TEXT("ana"),
                        .for_ms = 8 * ESC_DAY_MS};
    assert_status(scene_act_full(scene, &action), ESC_OK); /* beyond the end of her turn */
    action = (EscAction){.verb = ESC_VERB_ABSENT,
                         .actor = ESC_TEXT("cleo"),
                         .target = ESC_TEXT("cleo"),
                         .for_ms = ESC_HOUR_MS};
    assert_status(scene_act_full(scene, &action), ESC_OK);
    static const char away_ana[] =
        " without [{\"person\":\"ana\",\"until\":\"2026-01-13T09:00:00.000Z\"}]; ",
                      away_cleo[] =
                          "cleo: nobody until 2026-01-05T10:00:00.000Z, cleo without "
                          "[{\"person\":\"cleo\",\"until\":\"2026-01-05T10:00:00.000Z\"}]; ";
    char expected[2000];
    (void)snprintf(expected, sizeof expected,
                   "front: nobody until 2026-01-12T08:00:00.000Z, ben%salone: nobody until "
                   "2026-01-05T10:00:00.000Z, cleo%s"
                   "later: nobody until 2026-02-02T08:00:00.000Z, ben; outage/primary=front: "
                   "nobody until 2026-01-12T08:00:00.000Z, ben%s"
                   "outage/secondary=desk: ?; /last_resort=%s",
                   away_ana, strstr(away_cleo, " without"), away_ana, away_cleo);
    assert_duty(scene, expected);
    scene_free(scene);
}

/* A deputy who is away as well is back before the one whom they stand in for. */
static void a_deputy_who_comes_back_is_next(void **state)
{
    (void)state;
    Scene *scene = scene_new((const char *const[]){shop, NULL});
    EscAction action = {.verb = ESC_VERB_ABSENT,
                        .actor = ESC_TEXT("cleo"),
                        .target = ESC_TEXT("ana"),
                        .deputy = ESC_TEXT("ben"),
                        .for_ms = 4 * ESC_DAY_MS};
    assert_status(scene_act_full(scene, &action), ESC_OK);
    action.target = ESC_TEXT("ben");
    action.deputy = (EscText){0};
    action.for_ms = ESC_DAY_MS;
    assert_status(scene_act_full(scene, &action), ESC_OK);
    EscBuf out;
    esc_buf_init(&out, 100000);
    esc_engine_each_duty(scene_engine(scene), scene_now(scene), write_duty, &out);
    assert_true(esc_text_starts_with(
        esc_buf_as_text(&out), ESC_TEXT("front: nobody until 2026-01-06T09:00:00.000Z, ben")));
    esc_buf_release(&out);
    scene_free(scene);
}

static bool stop_at_once(void *context, const EscDutyView *view)
{
    (void)view;
    ++*(int *)context;
    return false;
}

static void a_visit_can_be_stopped(void **state)
{
    (void)state;
    Scene *scene = scene_new((const char *const[]){shop, NULL});
    int count = 0;
    esc_engine_each_duty(scene_engine(scene), scene_now(scene), stop_at_once, &count);
    assert_int_equal(count, 1);
    scene_free(scene);
}

/* --- what a closed one knew --------------------------------------------------------------------- */

static Scene *closed(void)
{
    Scene *scene = acme();
    assert_status(scene_event(scene, "ticket.created", "G-1", globex), ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_ACK, "chen", 1, NULL), ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "chen", 1, "the customer confirms recovery"),
                  ESC_OK);
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "chen", 1, NULL), ESC_OK);
    return scene;
}

typedef struct Shown {
    EscBuf text;
    unsigned count;
} Shown;

static void write_view(EscBuf *out, const EscEscalationView *view)
{
    esc_buf_printf(out, "E-%llu %s %.*s %.*s %.*s %.*s %s %u %u %lld %lld\n",
                   (unsigned long long)view->id, esc_state_name(view->state),
                   ESC_TEXT_ARG(view->ticket), ESC_TEXT_ARG(view->ticket_title),
                   ESC_TEXT_ARG(view->owner), ESC_TEXT_ARG(view->outcome),
                   view->is_acked ? "acked" : "not acked", view->handoffs, view->exceptions,
                   (long long)view->opened_at_ms, (long long)view->closed_at_ms);
    esc_buf_printf(out, "%.*s\n%.*s\n%.*s\n", ESC_TEXT_ARG(view->template_title),
                   ESC_TEXT_ARG(view->checks_json), ESC_TEXT_ARG(view->changes_json));
}

static void keep_shown(void *context, const EscEscalationView *view)
{
    Shown *shown = context;
    shown->count++;
    write_view(&shown->text, view);
}

static EscStatus show(Scene *scene, const EscEscalationRow *row, const EscBundle *bundle,
                      Shown *shown)
{
    EscTicketRow ticket;
    EscWhy why;
    *shown = (Shown){.count = 0};
    esc_buf_init(&shown->text, 100000);
    assert_true(esc_engine_find_ticket(scene_engine(scene), ESC_TEXT("G-1"), &ticket));
    return esc_engine_show_closed(scene_engine(scene), bundle, &ticket, row, keep_shown, shown,
                                  &why);
}

static void a_closed_one_is_shown_from_its_row(void **state)
{
    (void)state;
    Scene *scene = closed();
    EscBuf before;
    esc_buf_init(&before, 100000);
    EscEscalationView view = scene_view(scene, 1);
    assert_int_equal(view.state, ESC_STATE_CLOSED);
    assert_true(esc_text_contains(view.changes_json, ESC_TEXT("\"name\":\"status\"")));
    assert_true(esc_text_contains(view.checks_json, ESC_TEXT("\"result\":\"passed\"")));
    write_view(&before, &view);
    char expected[10000];
    (void)snprintf(expected, sizeof expected, "%.*s", ESC_TEXT_ARG(esc_buf_as_text(&before)));
    esc_buf_release(&before);
    const EscEscalationRow *row = scene_row(scene, 1);
    Shown shown;
    assert_status(
        show(scene, row, esc_engine_bundle(scene_engine(scene), row->bundle_hash), &shown), ESC_OK);
    assert_int_equal(shown.count, 1);
    assert_text_equal(esc_buf_as_text(&shown.text), expected);
    esc_buf_release(&shown.text);
    scene_free(scene);
}

/* Its clocks run, and so their timers are read as well. */
static void a_closed_one_of_a_ticket_that_is_open_again(void **state)
{
    (void)state;
    Scene *scene = closed();
    EscEscalationRow row = *scene_row(scene, 1);
    uint8_t body[65536];
    assert_true(row.body.size < sizeof body);
    memcpy(body, row.body.data, row.body.size);
    row.body.data = body;
    assert_status(scene_event(scene, "ticket.reopened", "G-1", NULL), ESC_OK);
    assert_true(scene_has_timers(scene));
    Shown shown;
    assert_status(
        show(scene, &row, esc_engine_bundle(scene_engine(scene), row.bundle_hash), &shown), ESC_OK);
    assert_int_equal(shown.count, 1);
    assert_true(esc_text_contains(esc_buf_as_text(&shown.text), ESC_TEXT("\"result\":\"passed\"")));
    esc_buf_release(&shown.text);
    assert_true(scene_has_timers(scene));
    scene_free(scene);
}

/* It is shown as it would be today: fields are those of the present schema, its template that of its own bundle. */
static void a_closed_one_of_an_earlier_bundle(void **state)
{
    (void)state;
    const char *const owned = "owners { primary ana ack within 1d }\n";
    char first[1024], second[1024];
    snprintf(
        first, sizeof first,
        "extend ticket { stage: number default 0 }\n"
        "template t \"Before\" { start on ticket.created\n%ssteps { set ticket.stage to 3  set "
        "ticket.severity to low  await resolved within 1d else { } }\nqa { check accepted }\n"
        "close when resolved }\n",
        owned);
    snprintf(second, sizeof second,
             "template other \"O\" { manual\n%ssteps { await resolved within 1d else { } }\n"
             "close when resolved }\n",
             owned);
    Scene *scene = scene_of(first);
    scene_event(scene, "ticket.created", "G-1", "{\"title\":\"Down\",\"severity\":\"high\"}");
    assert_status(scene_act(scene, ESC_VERB_RESOLVE, "ana", 1, NULL), ESC_OK);
    scene_publish(scene, second);
    scene_event(scene, "ticket.updated", "G-1", "{\"title\":\"Up\"}");
    const EscEscalationRow *row = scene_row(scene, 1);
    Shown shown;
    assert_status(
        show(scene, row, esc_engine_bundle(scene_engine(scene), row->bundle_hash), &shown), ESC_OK);
    EscText text = esc_buf_as_text(&shown.text);
    assert_true(esc_text_contains(text, ESC_TEXT("\nBefore\n")));
    assert_true(esc_text_contains(text, ESC_TEXT("\"check\":\"accepted\"")));
    assert_true(
        esc_text_contains(text, ESC_TEXT("\"name\":\"stage\",\"before\":null,\"after\":null")));
    assert_true(esc_text_contains(
        text, ESC_TEXT("\"name\":\"severity\",\"before\":\"high\",\"after\":\"low\"")));
    esc_buf_release(&shown.text);
    scene_free(scene);
}

static void a_bundle_that_nobody_has(void **state)
{
    (void)state;
    Scene *scene = closed();
    EscEscalationRow row = *scene_row(scene, 1);
    row.bundle_hash[0] ^= 1;
    assert_null(esc_engine_bundle(scene_engine(scene), row.bundle_hash));
    Shown shown;
    assert_status(show(scene, &row, NULL, &shown), ESC_OK);
    assert_int_equal(shown.count, 1);
    assert_true(esc_text_starts_with(esc_buf_as_text(&shown.text),
                                     ESC_TEXT("E-1 closed G-1 Down chen resolved acked")));
    assert_false(esc_text_contains(esc_buf_as_text(&shown.text), ESC_TEXT("passed")));
    esc_buf_release(&shown.text);
    scene_free(scene);
}

/* Bytes that nobody wrote change at most what is shown. */
static void a_damaged_body_is_shown_as_far_as_it_can_be_read(void **state)
{
    (void)state;
    Scene *scene = closed();
    const EscEscalationRow *stored = scene_row(scene, 1);
    const EscBundle *bundle = esc_engine_bundle(scene_engine(scene), stored->bundle_hash);
    uint8_t body[65536];
    size_t size = stored->body.size;
    assert_true(size < sizeof body);
    for (size_t i = 0; i < 2 * size; i++) {
        EscEscalationRow row = *stored;
        memcpy(body, stored->body.data, size);
        body[i % size] ^= i < size ? 0 : 0xff;
        row.body = (EscBytes){body, i < size ? i : size};
        Shown shown;
        assert_status(show(scene, &row, bundle, &shown), ESC_OK);
        assert_true(esc_text_starts_with(esc_buf_as_text(&shown.text),
                                         ESC_TEXT("E-1 closed G-1 Down chen resolved acked")));
        esc_buf_release(&shown.text);
    }
    scene_free(scene);
}

static void an_open_one_is_not_shown_as_closed(void **state)
{
    (void)state;
    Scene *scene = acme();
    assert_status(scene_event(scene, "ticket.created", "G-1", globex), ESC_OK);
    const EscEscalationRow *row = scene_row(scene, 1);
    Shown shown;
    assert_status(
        show(scene, row, esc_engine_bundle(scene_engine(scene), row->bundle_hash), &shown),
        ESC_CONFLICT);
    assert_int_equal(shown.count, 0);
    esc_buf_release(&shown.text);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chain_says_who_is_next),
        cmocka_unit_test(who_is_away_is_not_next),
        cmocka_unit_test(what_it_waits_for_has_its_deadline),
        cmocka_unit_test(schedules_and_roles_have_people),
        cmocka_unit_test(who_is_away_is_passed_over_until_they_are_back),
        cmocka_unit_test(a_deputy_who_comes_back_is_next),
        cmocka_unit_test(a_visit_can_be_stopped),
        cmocka_unit_test(a_closed_one_is_shown_from_its_row),
        cmocka_unit_test(a_closed_one_of_a_ticket_that_is_open_again),
        cmocka_unit_test(a_bundle_that_nobody_has),
        cmocka_unit_test(a_damaged_body_is_shown_as_far_as_it_can_be_read),
        cmocka_unit_test(an_open_one_is_not_shown_as_closed),
        cmocka_unit_test(a_closed_one_of_an_earlier_bundle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
