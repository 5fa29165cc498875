/* test_engine_shared.c - events about something shared reach escalations of other tickets (M5.12). */
#include "engine_scene.h"
#include "trail.h"

#include <stdio.h>
#include <string.h>

#include "support/test.h"

#define SCHEMA                                                                                     \
    "event outage { vendor: text  area: north | south | west?  n: number? }\n"                     \
    "event noise { vendor: text }\n"                                                               \
    "extend ticket { vendor: text?  area: north | south | west?  n: number default 0 }\n"
#define OWNED "owners { primary ana ack within 9d holds 1h }\n"
#define STAYS "await resolved within 30d else raise overdue"
#define HEARS(when)                                                                                \
    SCHEMA "template t \"T\" { start on ticket.created\n" OWNED "steps { " STAYS " }\n"            \
           "on outage when " when " { notify room \"{ticket.id} hears {event.vendor}\" }\n"        \
           "close when resolved }\n"

static void create(Scene *scene, const char *ticket, const char *vendor)
{
    char data[128];
    snprintf(data, sizeof data,
             vendor == NULL ? "{\"title\":\"x\"}" : "{\"title\":\"x\",\"vendor\":\"%s\"}", vendor);
    assert_status(scene_event(scene, "ticket.created", ticket, data), ESC_OK);
}

static void outage(Scene *scene, const char *ticket, const char *vendor)
{
    char data[128];
    snprintf(data, sizeof data, "{\"vendor\":\"%s\"}", vendor);
    assert_status(scene_event(scene, "outage", ticket, data), ESC_OK);
}

/* The last outage was heard by that many escalations, and by no other. */
static void assert_heard(Scene *scene, size_t *before, size_t count)
{
    assert_int_equal(scene_sent(scene, "room", "hears"), *before + count);
    *before += count;
}

/* --- who hears ---------------------------------------------------------------------------------------------------- */

static void all_with_the_value_hear(void **state)
{
    (void)state;
    size_t heard = 0;
    Scene *scene = scene_of(HEARS("ticket.vendor = event.vendor"));
    scene_manual_delivery(scene);
    create(scene, "A", "ovh");
    create(scene, "B", "aws");
    create(scene, "C", "ovh");
    create(scene, "D", NULL);
    outage(scene, NULL, "ovh");
    assert_heard(scene, &heard, 2);
    assert_int_equal(scene_sent(scene, "room", "A hears ovh"), 1);
    assert_int_equal(scene_sent(scene, "room", "C hears ovh"), 1);
    /* Nothing begins with it, so it has no ticket. */
    assert_int_equal(scene_audit(scene, "ticket_opened", ""), 4);
    assert_int_equal(strlen(scene_outcome(scene)->ticket), 0);
    outage(scene, NULL, "gcp");
    assert_heard(scene, &heard, 0);
    scene_free(scene);
}

/* The index follows what becomes of the field, whoever sets it. */
static void the_value_may_change(void **state)
{
    (void)state;
    size_t heard = 0;
    Scene *scene = scene_of(
        SCHEMA "template t \"T\" { start on ticket.created\n" OWNED
               "steps { await ack  set ticket.vendor to \"gcp\"  " STAYS " }\n"
               "on outage when event.vendor = ticket.vendor { notify room \"{ticket.id} hears\" }\n"
               "close when resolved }\n");
    create(scene, "A", "ovh");
    create(scene, "B", "ovh");
    scene_event(scene, "ticket.updated", "A", "{\"vendor\":\"aws\"}");
    outage(scene, NULL, "ovh");
    assert_heard(scene, &heard, 1);
    outage(scene, NULL, "aws");
    assert_heard(scene, &heard, 1);
    scene_act(scene, ESC_VERB_ACK, "ana", 2, NULL);
    outage(scene, NULL, "ovh");
    assert_heard(scene, &heard, 0);
    outage(scene, NULL, "gcp");
    assert_heard(scene, &heard, 1);
    scene_event(scene, "ticket.updated", "A", "{\"vendor\":null}");
    outage(scene, NULL, "aws");
    assert_heard(scene, &heard, 0);
    scene_event(scene, "ticket.updated", "A", "{\"vendor\":\"aws\"}");
    outage(scene, NULL, "aws");
    assert_heard(scene, &heard, 1);
    scene_event(scene, "ticket.resolved", "A", NULL);
    outage(scene, NULL, "aws");
    assert_heard(scene, &heard, 0);
    scene_free(scene);
}

/* Beside its own ticket's, whose escalations hear it whatever the index says; all in order of id, and each once. */
static void its_own_ticket_hears_too(void **state)
{
    (void)state;
    size_t heard = 0;
    Scene *scene = scene_of(HEARS("event.vendor = ticket.vendor"));
    create(scene, "A", "ovh");
    create(scene, "B", "ovh");
    create(scene, "C", "ovh");
    outage(scene, "B", "ovh");
    assert_heard(scene, &heard, 3);
    EscText told = scene_told(scene);
    const char *a = strstr(told.data, "A hears"), *b = strstr(told.data, "B hears"),
               *c = strstr(told.data, "C hears");
    assert_true(a != NULL && b != NULL && c != NULL && a < b && b < c);
    scene_free(scene);
}

/* The whole condition is asked; what it does not demand in every case finds nobody. */
static void demanded_by_the_condition(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        size_t heard; /* of three tickets with that vendor, one of which has n = 1 */
    } cases[] = {
        {HEARS("ticket.vendor = event.vendor and ticket.n = 1"), 1},
        {HEARS("not (not ticket.vendor = event.vendor or ticket.n = 1)"), 2},
        {HEARS("not (ticket.title != event.vendor or ticket.n = 1)"), 2},
        {HEARS("ticket.vendor = event.vendor and ticket.n = 1 or ticket.n = 0 and event.vendor = "
               "ticket.vendor"),
         3},
        {HEARS("ticket.vendor = event.vendor or ticket.n = 1"), 0},
        {HEARS("ticket.n = 1"), 0},
        {HEARS("event.vendor = \"ovh\""), 0},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(cases); i++) {
        size_t heard = 0;
        Scene *scene = scene_of(cases[i].source);
        static const char *const numbers[] = {"0", "0", "1"};
        for (size_t k = 0; k < ESC_COUNT_OF(numbers); k++) {
            char ticket[] = {(char)('A' + k), '\0'}, data[96];
            snprintf(data, sizeof data, "{\"title\":\"ovh\",\"vendor\":\"ovh\",\"n\":%s}",
                     numbers[k]);
            scene_event(scene, "ticket.created", ticket, data);
        }
        outage(scene, NULL, "ovh");
        assert_heard(scene, &heard, cases[i].heard);
        scene_free(scene);
    }
}

/* Fixed values and numbers as well as texts. */
static void values_of_other_kinds(void **state)
{
    (void)state;
    size_t heard = 0;
    Scene *scene = scene_of(HEARS("ticket.area = event.area and ticket.n = event.n"));
    scene_event(scene, "ticket.created", "A", "{\"area\":\"north\",\"n\":-0.0}");
    scene_event(scene, "ticket.created", "B", "{\"area\":\"north\",\"n\":2}");
    scene_event(scene, "ticket.created", "C", "{\"area\":\"south\",\"n\":2}");
    scene_event(scene, "outage", NULL, "{\"vendor\":\"x\",\"area\":\"north\",\"n\":2.0}");
    assert_heard(scene, &heard, 1);
    scene_event(scene, "outage", NULL, "{\"vendor\":\"x\",\"area\":\"north\",\"n\":0}");
    assert_heard(scene, &heard, 1);
    scene_event(scene, "outage", NULL, "{\"vendor\":\"x\",\"n\":2}"); /* missing equals nothing */
    assert_heard(scene, &heard, 0);
    scene_free(scene);
}

/* A wait hears as a handler does, while it stands, and below an exception's handler too (M1.15). */
static void waits_hear(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        SCHEMA "template t \"T\" { start on ticket.created\n" OWNED
               "steps { await ack\nawait outage when event.vendor = ticket.vendor and event.n > 1 "
               "within 9d\nnotify room \"{ticket.id} hears\"\n" STAYS " }\n"
               "on ticket.updated { raise odd }\n"
               "on exception odd { wait 1h  resume }\nclose when resolved }\n");
    create(scene, "A", "ovh");
    create(scene, "B", "ovh");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_ACK, "ana", 2, NULL);
    create(scene, "C", "ovh"); /* does not wait yet */
    scene_event(scene, "ticket.updated", "B", "{\"title\":\"y\"}");
    scene_event(scene, "outage", NULL, "{\"vendor\":\"ovh\",\"n\":1}");
    assert_int_equal(scene_sent(scene, "room", "hears"), 0);
    scene_event(scene, "outage", NULL, "{\"vendor\":\"ovh\",\"n\":2}");
    assert_int_equal(scene_sent(scene, "room", "A hears"), 1);
    assert_int_equal(scene_sent(scene, "room", "hears"), 1);
    scene_after(scene, ESC_HOUR_MS); /* it was kept for when the handler is done */
    assert_int_equal(scene_sent(scene, "room", "B hears"), 1);
    assert_int_equal(scene_sent(scene, "room", "C hears"), 0);
    scene_free(scene);
}

/* What is said about something shared is no activity on each ticket: no lease is renewed by it. */
static void leases_run_on(void **state)
{
    (void)state;
    Scene *scene = scene_of(HEARS("ticket.vendor = event.vendor"));
    create(scene, "A", "ovh");
    create(scene, "B", "ovh");
    scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL);
    scene_act(scene, ESC_VERB_ACK, "ana", 2, NULL);
    scene_after(scene, 40 * ESC_MINUTE_MS);
    outage(scene, "B", "ovh");
    scene_after(scene, 30 * ESC_MINUTE_MS);
    assert_int_equal(scene_audit(scene, "lease_ended", ""), 1);
    assert_true(scene_view(scene, 2).is_acked);
    scene_free(scene);
}

/* --- which tickets it makes ------------------------------------------------------------------------------------------- */

static void a_ticket_where_something_begins_with_it(void **state)
{
    (void)state;
    Scene *scene = scene_of(HEARS(
        "ticket.vendor = event.vendor") "template u \"U\" { start on outage when event.n > "
                                        "5\n" OWNED "steps { " STAYS " }\nclose when resolved }\n");
    create(scene, "A", "ovh");
    outage(scene, NULL, "ovh");
    assert_int_equal(scene_audit(scene, "ticket_opened", ""), 2);
    assert_int_equal(scene_sent(scene, "room", "A hears"), 1);
    scene_event(scene, "noise", NULL, "{\"vendor\":\"ovh\"}");
    assert_int_equal(scene_audit(scene, "ticket_opened", ""), 2);
    scene_event(scene, "noise", "N", "{\"vendor\":\"ovh\"}"); /* it names one */
    assert_int_equal(scene_audit(scene, "ticket_opened", ""), 3);
    scene_free(scene);
    scene = scene_of(SCHEMA "automation a { on noise { set ticket.n to 7 } }\n");
    scene_event(scene, "noise", NULL, "{\"vendor\":\"ovh\"}");
    scene_event(scene, "outage", NULL, "{\"vendor\":\"ovh\"}");
    assert_int_equal(scene_audit(scene, "ticket_opened", ""), 1);
    scene_free(scene);
}

/* What of it could not be taken stands in the workspace's trail. */
static void what_was_not_taken_is_recorded(void **state)
{
    (void)state;
    Scene *scene = scene_of(HEARS("ticket.vendor = event.vendor"));
    scene_event(scene, "outage", NULL, "{\"vendor\":\"ovh\",\"n\":\"many\"}");
    assert_int_equal(scene_audit(scene, "not_taken", "outage was not taken as it came"), 1);
    scene_free(scene);
}

/* --- another bundle --------------------------------------------------------------------------------------------------- */

/* An escalation keeps its handlers, and the event is known by its name. */
static void under_another_bundle(void **state)
{
    (void)state;
    size_t heard = 0;
    Scene *scene = scene_of(HEARS("ticket.vendor = event.vendor"));
    create(scene, "A", "ovh");
    scene_publish(scene,
                  "event early { a: text }\nevent outage { url: text?  vendor: text }\n"
                  "extend ticket { early: text?  vendor: text? }\n"
                  "template t \"T\" { start on ticket.created\n" OWNED "steps { " STAYS " }\n"
                  "on early when ticket.early = event.a { notify room \"{ticket.id} hears\" }\n"
                  "close when resolved }\n");
    create(scene, "B", "ovh");
    outage(scene, NULL, "ovh");
    assert_heard(scene, &heard, 1);
    scene_event(scene, "ticket.updated", "A", "{\"vendor\":\"aws\",\"early\":\"e\"}");
    scene_event(scene, "ticket.updated", "B", "{\"early\":\"e\"}");
    outage(scene, NULL, "ovh");
    assert_heard(scene, &heard, 0);
    outage(scene, NULL, "aws");
    assert_heard(scene, &heard, 1);
    scene_event(scene, "early", NULL, "{\"a\":\"e\"}");
    assert_heard(scene, &heard, 1);
    assert_int_equal(scene_sent(scene, "room", "B hears"), 1);
    scene_free(scene);
}

/* --- what is to be read --------------------------------------------------------------------------------------------- */

/* A handler closes what `close when` would close a moment later: it comes before (M0.2). */
static void the_story_of_an_outage(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        SCHEMA
        "template t \"Waits for the vendor\" { start on ticket.created when ticket.vendor is "
        "present\n" OWNED "steps { page primary \"{ticket.vendor}\"  " STAYS " }\n"
        "on outage when event.vendor = ticket.vendor and event.n is missing { notify room "
        "\"{event.vendor}: {ticket.id}\"  set ticket.n to ticket.n + 1 }\n"
        "on outage when event.vendor = ticket.vendor and event.n = 0 { close as back }\n"
        "close when resolved or ticket.n > 1 }\n");
    scene_manual_delivery(scene);
    create(scene, "A", "ovh");
    create(scene, "B", "aws");
    create(scene, "C", "ovh");
    outage(scene, NULL, "ovh");
    scene_after(scene, ESC_HOUR_MS);
    outage(scene, "B", "ovh");
    create(scene, "D", "ovh");
    create(scene, "E", "ovh");
    scene_event(scene, "outage", NULL, "{\"vendor\":\"ovh\",\"n\":0}");
    scene_event(scene, "outage", NULL, "{\"vendor\":\"aws\",\"n\":0}");
    told(scene, "an_outage_of_a_vendor");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_with_the_value_hear),
        cmocka_unit_test(the_value_may_change),
        cmocka_unit_test(its_own_ticket_hears_too),
        cmocka_unit_test(demanded_by_the_condition),
        cmocka_unit_test(values_of_other_kinds),
        cmocka_unit_test(waits_hear),
        cmocka_unit_test(leases_run_on),
        cmocka_unit_test(a_ticket_where_something_begins_with_it),
        cmocka_unit_test(what_was_not_taken_is_recorded),
        cmocka_unit_test(under_another_bundle),
        cmocka_unit_test(the_story_of_an_outage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
