/* test_engine_reports.c - what an event says of its ticket: what is taken, what is stale, what is heard, and what follows
 * from changes that templates make themselves. */
#include "engine_scene.h"

#include <stdio.h>
#include <string.h>

#include "support/test.h"

#define CHAIN "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
#define BODY                                                                                       \
    CHAIN "steps { notify room \"started\"  await resolved within 30d else raise overdue }\n"      \
          "close when resolved }\n"
#define QUIET CHAIN "steps { await resolved within 30d else raise overdue }\n"

static size_t opened(const Scene *scene)
{
    return scene_audit(scene, "opened", "");
}

/* --- transitions ------------------------------------------------------------------------------ */

#define ON_TRANSITIONS                                                                             \
    "template r \"R\" { start on ticket.resolved when ticket.severity = critical\n" CHAIN          \
    "steps { notify room \"was resolved\"  close as told }  close when resolved }\n"               \
    "template c \"C\" { start on ticket.closed when ticket.severity = critical\n" CHAIN            \
    "steps { notify room \"was closed\"  close as told }  close when resolved }\n"                 \
    "template o \"O\" { start on ticket.reopened when ticket.severity = critical\n" CHAIN          \
    "steps { notify room \"was reopened\"  close as told }  close when resolved }\n"

/* The condition held before: what happens fires all the same. */
static void transitions_fire_while_their_condition_holds(void **state)
{
    (void)state;
    Scene *scene = scene_of(ON_TRANSITIONS);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "was resolved"), 1);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "was reopened"), 1);
    scene_event(scene, "ticket.closed", "T", NULL); /* straight from open: closed only */
    assert_int_equal(scene_sent(scene, "room", "was closed"), 1);
    assert_int_equal(scene_sent(scene, "room", "was resolved"), 1);
    scene_free(scene);
}

static void an_update_that_changes_the_status_is_a_transition(void **state)
{
    (void)state;
    Scene *scene = scene_of(ON_TRANSITIONS);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"resolved\"}");
    assert_int_equal(scene_sent(scene, "room", "was resolved"), 1);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"closed\"}");
    assert_int_equal(scene_sent(scene, "room", "was closed"), 1);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"pending\"}");
    assert_int_equal(scene_sent(scene, "room", "was reopened"), 1);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"open\"}"); /* open before: nothing */
    assert_int_equal(scene_sent(scene, "room", "was"), 3);
    scene_free(scene);
}

/* An echo of what is known already is no happening (M0.7, M1.2). */
static void a_report_of_what_is_known_raises_nothing(void **state)
{
    (void)state;
    Scene *scene = scene_of(ON_TRANSITIONS);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "was resolved"), 1);
    scene_free(scene);
}

static void a_transition_of_an_unknown_ticket_counts(void **state)
{
    (void)state;
    Scene *scene = scene_of(ON_TRANSITIONS);
    scene_event(scene, "ticket.resolved", "A", "{\"severity\":\"critical\"}");
    assert_int_equal(scene_sent(scene, "room", "was resolved"), 1);
    scene_event(scene, "ticket.created", "B",
                "{\"severity\":\"critical\",\"status\":\"resolved\"}");
    assert_int_equal(scene_sent(scene, "room", "was"), 1); /* it was so when it was first seen */
    scene_free(scene);
}

static void a_template_that_sets_the_status_raises_it(void **state)
{
    (void)state;
    Scene *scene =
        scene_of(ON_TRANSITIONS "template t \"T\" { start on ticket.created\n" CHAIN
                                "steps { set ticket.status to resolved }  close when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
    assert_int_equal(scene_sent(scene, "room", "was resolved"), 1);
    assert_int_equal(scene_audit(scene, "resolved", "T is resolved"), 1);
    scene_free(scene);
}

static void a_rollback_raises_it(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "event undo.it { }\n" ON_TRANSITIONS "template t \"T\" { start on ticket.created\n" CHAIN
        "steps { set ticket.status to resolved  await undo.it within 1d else { }\n"
        "rollback \"a mistake\"  await resolved within 1d else { } }\n"
        "close when ticket.title = \"done\" }\n");
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
    assert_int_equal(scene_sent(scene, "room", "was resolved"), 1);
    scene_event(scene, "undo.it", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "was reopened"), 1);
    scene_free(scene);
}

/* --- levels ----------------------------------------------------------------------------------- */

#define LEVEL "template t \"T\" { start on ticket.created when ticket.severity = critical\n" BODY

static void a_level_fires_again_at_a_reopening(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVEL);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
    assert_int_equal(opened(scene), 1);
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"open\"}");
    assert_int_equal(opened(scene), 2);
    scene_free(scene);
}

/* An alarm that fires again under its old name is no old ticket. */
static void a_ticket_that_is_made_again_is_reopened(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVEL);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"critical\"}");
    assert_int_equal(opened(scene), 2);
    assert_string_equal(scene_field(scene, "T", "status"), "\"open\"");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.created", "T", "{\"status\":\"resolved\"}");
    assert_int_equal(opened(scene), 2);
    scene_free(scene);
}

static void a_resolved_ticket_starts_nothing_by_what_it_is(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("template t \"T\" { start on ticket.updated when ticket.severity = critical\n" BODY
                 "template u \"U\" { start on ticket.updated when resolved and ticket.severity = "
                 "critical\n" CHAIN
                 "steps { notify room \"as written\"  close as told }  close when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"critical\"}");
    assert_int_equal(scene_sent(scene, "room", "started"), 0);
    assert_int_equal(scene_sent(scene, "room", "as written"), 1);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", "started"), 1);
    scene_free(scene);
}

/* --- age -------------------------------------------------------------------------------------- */

static void an_older_report_leaves_what_is_newer(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template t \"T\" { start on ticket.updated when ticket.severity = "
        "critical\n" QUIET "on ticket.updated when ticket.severity < high { close as downgraded }\n"
        "close when resolved }\n");
    int64_t now = scene_now(scene);
    scene_report(scene, "ticket.created", "T", "desk", now - 9000, "{\"severity\":\"low\"}");
    scene_report(scene, "ticket.updated", "T", "desk", now - 1000, "{\"severity\":\"critical\"}");
    scene_report(scene, "ticket.updated", "T", "desk", now - 5000,
                 "{\"severity\":\"low\",\"title\":\"older, and the only one\"}");
    assert_string_equal(scene_field(scene, "T", "severity"), "\"critical\"");
    assert_string_equal(scene_field(scene, "T", "title"), "\"older, and the only one\"");
    assert_int_equal(scene_audit(scene, "stale", "severity"), 1);
    assert_int_equal(scene_audit(scene, "closed", ""), 0);
    scene_report(scene, "ticket.updated", "T", "monitor", now - 8000, "{\"severity\":\"high\"}");
    assert_string_equal(scene_field(scene, "T", "severity"), "\"high\""); /* another source */
    scene_report(scene, "ticket.updated", "T", "desk", now - 5000, "{\"severity\":\"low\"}");
    assert_string_equal(scene_field(scene, "T", "severity"), "\"high\"");
    scene_report(scene, "ticket.updated", "T", "desk", 0, "{\"severity\":\"low\"}");
    assert_string_equal(scene_field(scene, "T", "severity"), "\"low\""); /* it says no time */
    scene_free(scene);
}

/* M0.6 */
static void a_stale_status_is_no_transition(void **state)
{
    (void)state;
    Scene *scene = scene_of(ON_TRANSITIONS);
    int64_t now = scene_now(scene);
    scene_report(scene, "ticket.created", "T", "desk", now - 9000, "{\"severity\":\"critical\"}");
    scene_report(scene, "ticket.resolved", "T", "desk", now - 1000, NULL);
    scene_report(scene, "ticket.updated", "T", "desk", now - 5000, "{\"status\":\"open\"}");
    scene_report(scene, "ticket.reopened", "T", "desk", now - 4000, NULL);
    scene_report(scene, "ticket.created", "T", "desk", now - 3000, NULL);
    assert_string_equal(scene_field(scene, "T", "status"), "\"resolved\"");
    assert_int_equal(scene_sent(scene, "room", "was reopened"), 0);
    assert_int_equal(scene_audit(scene, "stale", "status"), 3);
    scene_report(scene, "ticket.reopened", "T", "desk", now - 1000, NULL); /* as old: not older */
    assert_int_equal(scene_sent(scene, "room", "was reopened"), 1);
    scene_free(scene);
}

/* One clock that is a year ahead must not keep everything away for a year. */
static void a_time_to_come_counts_as_now(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVEL);
    scene_report(scene, "ticket.created", "T", "desk", scene_now(scene) + 365 * ESC_DAY_MS,
                 "{\"title\":\"a\"}");
    scene_after(scene, 1);
    scene_report(scene, "ticket.updated", "T", "desk", scene_now(scene), "{\"title\":\"b\"}");
    assert_string_equal(scene_field(scene, "T", "title"), "\"b\"");
    scene_free(scene);
}

/* --- what is heard ---------------------------------------------------------------------------- */

static void a_report_that_changes_nothing_is_no_update(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created\n" QUIET
                            "on ticket.updated { notify room \"updated\" }\n"
                            "close when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{\"title\":\"a\"}");
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"a\"}");
    assert_int_equal(scene_sent(scene, "room", "updated"), 0);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"b\"}");
    assert_int_equal(scene_sent(scene, "room", "updated"), 1);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"c\"}"); /* known: an update */
    assert_int_equal(scene_sent(scene, "room", "updated"), 2);
    scene_free(scene);
}

static void fields_that_an_own_event_brings_are_an_update(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "event probe.seen { }\n"
        "template t \"T\" { start on ticket.updated when ticket.severity = critical\n" BODY);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "probe.seen", "T", "{\"ticket\":{\"severity\":\"critical\"}}");
    assert_int_equal(opened(scene), 1);
    scene_free(scene);
}

static void what_was_not_taken_stands_in_the_trail(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVEL);
    scene_event(scene, "ticket.created", "T",
                "{\"severity\":\"critical\",\"titel\":\"x\",\"tags\":7}");
    assert_int_equal(opened(scene), 1);
    assert_int_equal(scene_audit(scene, "not_taken", "data.titel: the ticket has no such field"),
                     1);
    assert_int_equal(scene_audit(scene, "not_taken", "data.tags is a number; wanted is a list"), 1);
    scene_free(scene);
}

/* M11.5, C70 */
static void what_nobody_gave_is_assumed(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVEL);
    scene_event(scene, "ticket.created", "T", "{\"title\":\"a\",\"priority\":\"normal\"}");
    assert_string_equal(scene_field(scene, "T", "severity"), "\"medium\"");
    assert_string_equal(scene_field(scene, "T", "account.tier"), "null");
    assert_int_equal(scene_audit(scene, "ticket_opened", "kind, severity, status"), 1);
    scene_free(scene);
}

/* --- what follows from changes ---------------------------------------------------------------- */

static void what_a_template_sets_starts_another(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template t \"T\" { start on ticket.created\n" CHAIN
        "steps { set ticket.severity to critical  await resolved within 1d else { } }\n"
        "close when resolved }\n"
        "template u \"U\" { start on ticket.updated when ticket.severity = critical\n" BODY);
    scene_event(scene, "ticket.created", "T", "{\"severity\":\"low\"}");
    assert_int_equal(opened(scene), 2);
    assert_int_equal(scene_sent(scene, "room", "started"), 1);
    scene_free(scene);
}

static void a_handler_acts_once_in_an_input(void **state)
{
    (void)state;
    Scene *scene =
        scene_of("extend ticket { n: number default 0  m: number default 0 }\n"
                 "template t \"T\" { start on ticket.created\n" QUIET
                 "on ticket.updated when ticket.title = \"go\" { set ticket.n to ticket.n + 1 }\n"
                 "on ticket.updated when ticket.n > 0 { set ticket.m to ticket.m + 1 }\n"
                 "close when resolved }\n");
    scene_event(scene, "ticket.created", "T", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"go\"}");
    assert_string_equal(scene_field(scene, "T", "n"), "1");
    assert_string_equal(scene_field(scene, "T", "m"), "1"); /* it heard of the other's change */
    scene_free(scene);
}

/* Its own change does not end its wait for an update. */
static void an_escalation_does_not_wait_for_itself(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created\n" CHAIN
                            "steps { set ticket.severity to high  await ticket.updated within 1h "
                            "else { }  notify room \"somebody did\" }\n"
                            "close when resolved }\n");
    scene_event(scene, "ticket.created", "T", NULL);
    assert_int_equal(scene_sent(scene, "room", ""), 0);
    scene_event(scene, "ticket.updated", "T", "{\"title\":\"x\"}");
    assert_int_equal(scene_sent(scene, "room", "somebody did"), 1);
    scene_free(scene);
}

#define LINK(name, from, to)                                                                       \
    "template " name " \"" name "\" { start on ticket.updated when ticket.n = " from "\n" CHAIN    \
    "steps { set ticket.n to " to "  await resolved within 1d else { } }  close when resolved }\n"

/* Ten templates, each woken by what the one before it set: the chain ends at a depth, and says so. */
static void changes_follow_from_changes_so_deep_and_no_deeper(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "extend ticket { n: number default 0 }\n" LINK("a", "1", "2") LINK("b", "2", "3")
            LINK("c", "3", "4") LINK("d", "4", "5") LINK("e", "5", "6") LINK("f", "6", "7")
                LINK("g", "7", "8") LINK("h", "8", "9") LINK("i", "9", "10") LINK("j", "10", "11"));
    scene_event(scene, "ticket.created", "T", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"n\":1}");
    assert_int_equal(opened(scene), 9); /* the event's own, and eight that followed */
    assert_string_equal(scene_field(scene, "T", "n"), "10");
    assert_int_equal(scene_audit(scene, "routing_loop", "followed from changes 8 deep"), 1);
    assert_int_equal(scene_audit(scene, "exception", "followed from changes 8 deep"), 1);
    scene_free(scene);
}

/* --- tickets of its own ----------------------------------------------------------------------- */

static void a_linked_ticket_has_a_parent_and_an_account(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created\n" CHAIN
                            "steps { create ticket side { title: \"side task\" }\n"
                            "await resolved within 1d else { } }  close when resolved }\n");
    scene_event(scene, "ticket.created", "T-1",
                "{\"account\":{\"id\":\"7\",\"name\":\"Globex\",\"tier\":\"pro\"}}");
    assert_string_equal(scene_field(scene, "escal:T-1", "parent"), "\"T-1\"");
    assert_string_equal(scene_field(scene, "escal:T-1", "account.name"), "\"Globex\"");
    assert_string_equal(scene_field(scene, "escal:T-1", "account.id"), "\"7\"");
    assert_string_equal(scene_field(scene, "escal:T-1", "account.tier"), "\"pro\"");
    assert_string_equal(scene_field(scene, "T-1", "title"), "\"\""); /* a customer's own "T-1" */
    scene_free(scene);
}

/* Ids that are cut at the same place would be one ticket. */
static void long_ids_stay_apart(void **state)
{
    (void)state;
    Scene *scene = scene_of("event ping { }\ntemplate t \"T\" { start on ping\n" BODY);
    char source[129];
    memset(source, 's', 128);
    source[128] = '\0';
    scene_report(scene, "ping", NULL, source, 0, NULL);
    scene_report(scene, "ping", NULL, source, 0, NULL);
    assert_int_equal(opened(scene), 2);
    assert_true(!esc_text_equal(scene_view(scene, 1).ticket, scene_view(scene, 2).ticket));
    assert_int_equal(scene_view(scene, 1).ticket.size, 128);
    scene_free(scene);
}

/* What is closed is not said to be resolved. */
static void the_record_says_resolved_or_closed(void **state)
{
    (void)state;
    Scene *scene = scene_of("template n \"N\" { start on ticket.reopened\nowners { primary ana ack "
                            "within 5m } steps { await ack } close when resolved }\n");
    scene_event(scene, "ticket.created", "T", NULL);
    scene_event(scene, "ticket.closed", "T", NULL);
    assert_int_equal(scene_audit(scene, "resolved", "T is closed"), 1);
    scene_event(scene, "ticket.reopened", "T", NULL);
    scene_event(scene, "ticket.updated", "T", "{\"status\":\"resolved\"}");
    assert_int_equal(scene_audit(scene, "resolved", "T is resolved"), 1);
    scene_free(scene);
}

/* Who takes the status back has said nothing of the ticket: it stands as it did. */
static void a_status_that_is_taken_back_changes_nothing(void **state)
{
    (void)state;
    Scene *scene = scene_of("template n \"N\" { start on ticket.reopened\nowners { primary ana ack "
                            "within 5m } steps { await ack } close when resolved }\n");
    scene_event(scene, "ticket.created", "T", "{\"status\":null}");
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_int_equal(scene_audit(scene, "resolved", "T is resolved"), 1);
    scene_event(scene, "ticket.updated", "T", "{\"status\":null}");
    assert_string_equal(scene_field(scene, "T", "status"), "\"resolved\"");
    assert_int_equal(scene_audit(scene, "reopened", ""), 0);
    scene_event(scene, "ticket.reopened", "T", NULL);
    assert_int_equal(scene_audit(scene, "reopened", "T is open again"), 1);
    assert_int_equal(scene_audit(scene, "opened", ""), 1);
    scene_free(scene);
}

/* More fields than a word has bits: which of them nobody gave is known of each. */
static void what_is_assumed_is_known_of_each_field(void **state)
{
    (void)state;
    enum { FIELDS = 140 };
    char source[8192] = "extend ticket { ", wanted[4096] = "";
    for (int i = 0; i < FIELDS; i++) {
        snprintf(source + strlen(source), sizeof source - strlen(source),
                 "f%03d: number default 7 ", i);
        snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), ", f%03d", i);
    }
    strcat(source,
           "}\ntemplate n \"N\" { manual owners { primary ana ack within 5m } steps { await "
           "ack } close when resolved }\n");
    Scene *scene = scene_of(source);
    scene_event(scene, "ticket.created", "T", "{}");
    assert_int_equal(scene_audit(scene, "ticket_opened", wanted + 2), 1);
    scene_event(scene, "ticket.created", "U", "{\"f050\":7,\"f100\":8}");
    assert_int_equal(scene_audit(scene, "ticket_opened", "f049, f051, "), 1);
    assert_int_equal(scene_audit(scene, "ticket_opened", "f099, f101, "), 1);
    scene_free(scene);
    scene = scene_of("extend ticket { n: number default 1 }\ntemplate n \"N\" { manual owners { "
                     "primary ana ack within 5m } steps { await ack } close when resolved }\n");
    scene_event(scene, "ticket.created", "T",
                "{\"kind\":\"incident\",\"priority\":\"normal\",\"severity\":\"low\",\"status\":"
                "\"open\"}");
    assert_int_equal(scene_audit(scene, "ticket_opened", "assumed, as nobody gave them: n"), 1);
    scene_free(scene);
}

/* Ingestion makes none; one of another bundle's numbering must not be looked up in this one's. */
static void an_event_of_no_type_is_refused(void **state)
{
    (void)state;
    Scene *scene = scene_of(LEVEL);
    EscEvent event = {.source = ESC_TEXT("test"),
                      .id = ESC_TEXT("1"),
                      .subject = ESC_TEXT("T"),
                      .type = esc_engine_program(scene_engine(scene))->events_count};
    const EscInput input = {.kind = ESC_INPUT_EVENT, .event = &event};
    assert_status(scene_input(scene, &input), ESC_BAD_INPUT);
    assert_false(esc_engine_has_ticket(scene_engine(scene), ESC_TEXT("T")));
    event.type--;
    assert_status(scene_input(scene, &input), ESC_OK);
    assert_true(esc_engine_has_ticket(scene_engine(scene), ESC_TEXT("T")));
    scene_free(scene);
}

/* --- who tells of it ---------------------------------------------------------------------------- */

static EscStatus told(Scene *scene, const char *type, const char *id, const char *subject,
                      const char *data, const EscOpening *opening, const char *kept_as)
{
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    EscEvent event;
    EscWhy why;
    assert_non_null(arena);
    assert_status(esc_event_make(arena, esc_engine_program(scene_engine(scene)),
                                 esc_text_from(type), ESC_TEXT("/told"), esc_text_from(id),
                                 esc_text_from(subject), esc_text_from(data), &event, &why),
                  ESC_OK);
    event.opening = opening;
    event.kept_as = esc_text_from(kept_as);
    const EscInput input = {.kind = ESC_INPUT_EVENT, .event = &event};
    EscStatus status = scene_input(scene, &input);
    esc_arena_free(arena);
    return status;
}

/* Theirs is the report; what starts by it is nobody's act. One that is there already is not opened. */
static void a_person_opens_what_is_not_there(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created\n" BODY);
    const EscOpening opening = {ESC_TEXT("eva"), ESC_TEXT("helpdesk"), ESC_TEXT("they called")};
    const EscOpening own = {ESC_TEXT("eva"), ESC_TEXT("eva"), {0}};
    assert_status(told(scene, "ticket.created", "1", "T", "{\"title\":\"a\"}", &opening, ""),
                  ESC_OK);
    assert_int_equal(scene_audit(scene, "ticket_opened", "eva opened T: they called"), 1);
    assert_int_equal(scene_audit(scene, "ticket_opened", "[helpdesk acting as eva]"), 1);
    assert_int_equal(scene_audit(scene, "opened", "acting as"), 0);
    assert_int_equal(opened(scene), 1);
    assert_status(told(scene, "ticket.created", "2", "T", "{\"title\":\"b\"}", &own, ""),
                  ESC_CONFLICT);
    assert_string_equal(scene_why(scene),
                        "there is a ticket \"T\" already: leave its id out to get a new one");
    assert_status(told(scene, "ticket.created", "2", "U", "{\"title\":\"b\"}", &own, ""), ESC_OK);
    assert_int_equal(scene_audit(scene, "ticket_opened", "eva opened U; assumed"), 1);
    scene_free(scene);
}

/* By the escalations that are open before; one that starts has it as its start event. */
static void what_is_told_of_a_ticket_is_kept(void **state)
{
    (void)state;
    Scene *scene = scene_of(
        "template t \"T\" { start on ticket.created\n" BODY
        "template u \"U\" { start on ticket.updated when ticket.severity = critical\n" BODY);
    assert_status(told(scene, "ticket.created", "1", "T", "{}", NULL, "mail"), ESC_OK);
    assert_null(scene_evidence(scene, "mail"));
    assert_status(
        told(scene, "ticket.updated", "2", "T", "{\"severity\":\"critical\"}", NULL, "mail"),
        ESC_OK);
    assert_int_equal(opened(scene), 2);
    const EscEvidenceRow *row = scene_evidence(scene, "mail");
    assert_non_null(row);
    assert_int_equal(row->escalation, 1);
    assert_true(esc_text_contains(row->content, ESC_TEXT("\"id\":\"2\"")));
    assert_int_equal(scene_audit(scene, "attached", "kept mail as evidence ("), 1);
    assert_status(told(scene, "ticket.updated", "3", "T", "{}", NULL, ""), ESC_OK);
    assert_int_equal(scene_audit(scene, "attached", ""), 1);
    assert_status(told(scene, "ticket.updated", "4", "T", "{}", NULL, "mail"), ESC_OK);
    assert_int_equal(scene_audit(scene, "attached", ""), 3);
    scene_free(scene);
}

static void a_mail_that_is_left_is_in_the_trail(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created\n" BODY);
    const EscRemark remark = {.kind = ESC_REMARK_MAIL_LEFT,
                              .what = ESC_TEXT("from a@b: it is an automatic reply")};
    const EscInput input = {.kind = ESC_INPUT_REMARK, .remark = &remark};
    assert_status(scene_input(scene, &input), ESC_OK);
    assert_int_equal(
        scene_audit(
            scene, "mail_left",
            "a mail was taken, and nothing was done by it: from a@b: it is an automatic reply"),
        1);
    scene_free(scene);
}

static void what_a_source_could_not_use_is_in_the_trail(void **state)
{
    (void)state;
    Scene *scene = scene_of("template t \"T\" { start on ticket.created\n" BODY);
    const EscRemark remarks[] = {{.kind = ESC_REMARK_NOT_MAPPED,
                                  .source = ESC_TEXT("hook"),
                                  .what = ESC_TEXT("no event fits"),
                                  .content = ESC_TEXT("{\"kind\":\"ping\"}")},
                                 {.kind = ESC_REMARK_SOURCE_REFUSED,
                                  .source = ESC_TEXT("hook"),
                                  .what = ESC_TEXT("10 in a row: the signature is wrong")}};
    for (size_t i = 0; i < ESC_COUNT_OF(remarks); i++)
        assert_status(
            scene_input(scene, &(EscInput){.kind = ESC_INPUT_REMARK, .remark = &remarks[i]}),
            ESC_OK);
    assert_int_equal(
        scene_audit(scene, "not_mapped",
                    "something is kept as it came, and is no event of the source hook: no event "
                    "fits"),
        1);
    assert_int_equal(scene_audit(scene, "source_refused",
                                 "requests were refused at the source hook: 10 in a row: the "
                                 "signature is wrong"),
                     1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_assumed_is_known_of_each_field),
        cmocka_unit_test(the_record_says_resolved_or_closed),
        cmocka_unit_test(a_status_that_is_taken_back_changes_nothing),
        cmocka_unit_test(transitions_fire_while_their_condition_holds),
        cmocka_unit_test(an_update_that_changes_the_status_is_a_transition),
        cmocka_unit_test(a_report_of_what_is_known_raises_nothing),
        cmocka_unit_test(a_transition_of_an_unknown_ticket_counts),
        cmocka_unit_test(a_template_that_sets_the_status_raises_it),
        cmocka_unit_test(a_rollback_raises_it),
        cmocka_unit_test(a_level_fires_again_at_a_reopening),
        cmocka_unit_test(a_ticket_that_is_made_again_is_reopened),
        cmocka_unit_test(a_resolved_ticket_starts_nothing_by_what_it_is),
        cmocka_unit_test(an_older_report_leaves_what_is_newer),
        cmocka_unit_test(a_stale_status_is_no_transition),
        cmocka_unit_test(a_time_to_come_counts_as_now),
        cmocka_unit_test(a_report_that_changes_nothing_is_no_update),
        cmocka_unit_test(fields_that_an_own_event_brings_are_an_update),
        cmocka_unit_test(what_was_not_taken_stands_in_the_trail),
        cmocka_unit_test(what_nobody_gave_is_assumed),
        cmocka_unit_test(what_a_template_sets_starts_another),
        cmocka_unit_test(a_handler_acts_once_in_an_input),
        cmocka_unit_test(an_escalation_does_not_wait_for_itself),
        cmocka_unit_test(changes_follow_from_changes_so_deep_and_no_deeper),
        cmocka_unit_test(a_linked_ticket_has_a_parent_and_an_account),
        cmocka_unit_test(long_ids_stay_apart),
        cmocka_unit_test(an_event_of_no_type_is_refused),
        cmocka_unit_test(a_person_opens_what_is_not_there),
        cmocka_unit_test(what_is_told_of_a_ticket_is_kept),
        cmocka_unit_test(a_mail_that_is_left_is_in_the_trail),
        cmocka_unit_test(what_a_source_could_not_use_is_in_the_trail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
