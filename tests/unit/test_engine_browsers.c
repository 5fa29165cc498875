/* test_engine_browsers.c - browsers that a person subscribes for pushes: what is kept, what a message brings, and how it ends. */
#include "engine_scene.h"

#include <stdio.h>

#include "support/test.h"

static const char *const sources[] = {
    "workspace acme \"Acme\" { language 1  timezone \"UTC\" }\n"
    "person ana \"Ana\" { push \"ana\"  email \"ana@acme.example\" }\n"
    "person ben { email \"ben@acme.example\" }\n"
    "policy p { last resort ben }\n"
    "template t \"Trouble\" { start on ticket.created\n"
    "owners { primary ana ack within 1d }\n"
    "steps { await resolved within 30d else raise overdue } close when resolved }\n",
    NULL};

static Scene *begun(void)
{
    Scene *scene = scene_new(sources);
    scene_manual_delivery(scene);
    return scene;
}

static EscStatus change(Scene *scene, const char *person, const EscBrowser *browser, bool is_gone)
{
    const EscBrowserChange change = {
        .person = esc_text_from(person), .is_gone = is_gone, .browser = *browser};
    return scene_input(scene, &(EscInput){.kind = ESC_INPUT_BROWSER, .browser = &change});
}

static EscStatus subscribe(Scene *scene, const char *person, const char *url, const char *title)
{
    const EscBrowser browser = {.title = esc_text_from(title),
                                .url = esc_text_from(url),
                                .key = ESC_TEXT("KEY"),
                                .auth = ESC_TEXT("AUTH")};
    return change(scene, person, &browser, false);
}

typedef struct Listed {
    size_t count;
    char ids[8][64], titles[8][64];
    int64_t since_ms;
} Listed;

static bool list_one(void *context, const EscBrowser *browser)
{
    Listed *listed = context;
    assert_true(listed->count < 8);
    assert_true(browser->url.size > 0);
    assert_text_equal(browser->key, "KEY");
    assert_text_equal(browser->auth, "AUTH");
    (void)snprintf(listed->ids[listed->count], 64, "%.*s", ESC_TEXT_ARG(browser->id));
    (void)snprintf(listed->titles[listed->count++], 64, "%.*s", ESC_TEXT_ARG(browser->title));
    listed->since_ms = browser->since_ms;
    return listed->count < 7;
}

static Listed listed_of(Scene *scene, const char *person)
{
    Listed listed = {.count = 0};
    esc_engine_browsers(scene_engine(scene), esc_text_from(person), list_one, &listed);
    return listed;
}

static void a_person_has_several_and_each_once(void **state)
{
    (void)state;
    Scene *scene = begun();
    scene_clock(scene, 1000);
    assert_status(subscribe(scene, "ana", "https://a.example/1", "Firefox"), ESC_OK);
    assert_false(scene_outcome(scene)->is_noop);
    assert_int_equal(listed_of(scene, "ana").since_ms, scene_now(scene));
    assert_status(subscribe(scene, "ana", "https://a.example/2", ""), ESC_OK);
    assert_int_equal(listed_of(scene, "ana").count, 2);
    assert_int_equal(listed_of(scene, "ben").count, 0);
    /* The same once more is nothing; with another title it takes its place. */
    assert_status(subscribe(scene, "ana", "https://a.example/1", "Firefox"), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_status(subscribe(scene, "ana", "https://a.example/1", "At home"), ESC_OK);
    assert_false(scene_outcome(scene)->is_noop);
    Listed listed = listed_of(scene, "ana");
    assert_int_equal(listed.count, 2);
    assert_true(strcmp(listed.titles[0], "At home") == 0 ||
                strcmp(listed.titles[1], "At home") == 0);
    assert_int_equal(scene_audit(scene, "browser_added", "a browser of ana takes pushes"), 3);
    assert_int_equal(scene_audit(scene, "browser_added", "a browser of ana takes pushes: At home"),
                     1);
    assert_int_equal(scene_audit(scene, "browser_added", "a.example"),
                     0); /* whoever reads the trail must not push */
    /* A restart has them. */
    EscEngine *engine = scene_restore(scene, 9);
    Listed after = {.count = 0};
    esc_engine_browsers(engine, ESC_TEXT("ana"), list_one, &after);
    assert_int_equal(after.count, 2);
    assert_string_equal(after.ids[0], listed.ids[0]);
    esc_engine_free(engine);
    scene_free(scene);
}

static void there_is_a_limit_to_them(void **state)
{
    (void)state;
    Scene *scene = begun();
    char url[64];
    for (int i = 0; i < ESC_BROWSERS_MAX; i++) {
        (void)snprintf(url, sizeof url, "https://a.example/%d", i);
        assert_status(subscribe(scene, "ana", url, ""), ESC_OK);
    }
    assert_status(subscribe(scene, "ana", "https://a.example/x", ""), ESC_CONFLICT);
    assert_string_equal(scene_why(scene), "ana has 6 browsers already: end one first");
    assert_status(subscribe(scene, "ana", url, "again"), ESC_OK); /* in the place of itself */
    scene_free(scene);
}

static void whoever_is_not_reached_by_push_has_none(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_status(subscribe(scene, "ben", "https://a.example/1", ""), ESC_CONFLICT);
    assert_string_equal(scene_why(scene), "the directory does not say that ben is reached by push: "
                                          "add it to their ways, as in push \"ben\"");
    assert_status(subscribe(scene, "nobody", "https://a.example/1", ""), ESC_NOT_FOUND);
    assert_string_equal(scene_why(scene), "\"nobody\" is nobody in the directory");
    scene_free(scene);
}

static void it_is_ended_by_its_person(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_status(subscribe(scene, "ana", "https://a.example/1", "Phone"), ESC_OK);
    Listed listed = listed_of(scene, "ana");
    EscBrowser gone = {.id = esc_text_from(listed.ids[0])};
    assert_status(change(scene, "ben", &gone, true), ESC_OK); /* not his */
    assert_true(scene_outcome(scene)->is_noop);
    assert_int_equal(listed_of(scene, "ana").count, 1);
    assert_status(change(scene, "ana", &gone, true), ESC_OK);
    assert_false(scene_outcome(scene)->is_noop);
    assert_int_equal(listed_of(scene, "ana").count, 0);
    assert_int_equal(
        scene_audit(scene, "browser_gone", "a browser of ana takes no more pushes: Phone"), 1);
    assert_status(change(scene, "ana", &gone, true), ESC_OK);
    assert_true(scene_outcome(scene)->is_noop);
    assert_status(subscribe(scene, "ana", "https://a.example/1", "Phone"),
                  ESC_OK); /* it comes again */
    assert_int_equal(listed_of(scene, "ana").count, 1);
    scene_free(scene);
}

static void a_push_brings_those_of_its_receiver(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_status(scene_event(scene, "ticket.created", "T-1", "{}"), ESC_OK);
    const EscOutboxRow *row = scene_last(scene, "ana");
    assert_text_equal(row->medium, "push");
    assert_false(esc_text_contains(row->body, ESC_TEXT("browsers")));
    assert_status(subscribe(scene, "ana", "https://a.example/1?\"", "Phone"), ESC_OK);
    assert_status(subscribe(scene, "ana", "https://a.example/2", ""), ESC_OK);
    assert_status(scene_event(scene, "ticket.created", "T-2", "{}"), ESC_OK);
    row = scene_last(scene, "ana");
    Listed listed = listed_of(scene, "ana");
    char expected[200];
    (void)snprintf(expected, sizeof expected,
                   ",\"browsers\":[{\"id\":\"%s\",\"url\":", listed.ids[0]);
    assert_true(esc_text_contains(row->body, esc_text_from(expected)));
    (void)snprintf(expected, sizeof expected, "\"auth\":\"AUTH\"},{\"id\":\"%s\",", listed.ids[1]);
    assert_true(esc_text_contains(row->body, esc_text_from(expected)));
    assert_true(esc_text_contains(row->body, ESC_TEXT("https://a.example/1?\\\"")));
    /* Its push service says that one is over. */
    const EscDelivery delivery = {
        .outbox = row->id, .state = ESC_DELIVERY_ACCEPTED, .reply = esc_text_from(listed.ids[1])};
    assert_status(
        scene_input(scene, &(EscInput){.kind = ESC_INPUT_DELIVERY, .delivery = &delivery}), ESC_OK);
    Listed left = listed_of(scene, "ana");
    assert_int_equal(left.count, 1);
    assert_string_equal(left.ids[0], listed.ids[0]);
    assert_int_equal(scene_audit(scene, "browser_gone", "its push service says so"), 1);
    scene_free(scene);
}

static void several_are_over_at_once(void **state)
{
    (void)state;
    Scene *scene = begun();
    assert_status(subscribe(scene, "ana", "https://a.example/1", ""), ESC_OK);
    assert_status(subscribe(scene, "ana", "https://a.example/2", ""), ESC_OK);
    assert_status(scene_event(scene, "ticket.created", "T-1", "{}"), ESC_OK);
    Listed listed = listed_of(scene, "ana");
    char both[200];
    (void)snprintf(both, sizeof both, "%s 0123 %s", listed.ids[0], listed.ids[1]);
    const EscDelivery delivery = {.outbox = scene_last(scene, "ana")->id,
                                  .state = ESC_DELIVERY_DEAD,
                                  .detail = ESC_TEXT("0 of 2"),
                                  .reply = esc_text_from(both)};
    assert_status(
        scene_input(scene, &(EscInput){.kind = ESC_INPUT_DELIVERY, .delivery = &delivery}), ESC_OK);
    assert_int_equal(listed_of(scene, "ana").count, 0);
    assert_int_equal(scene_audit(scene, "delivery_dead", "0 of 2"), 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_has_several_and_each_once),
        cmocka_unit_test(there_is_a_limit_to_them),
        cmocka_unit_test(whoever_is_not_reached_by_push_has_none),
        cmocka_unit_test(it_is_ended_by_its_person),
        cmocka_unit_test(a_push_brings_those_of_its_receiver),
        cmocka_unit_test(several_are_over_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
