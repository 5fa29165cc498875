/* test_engine_faults.c - code that cannot go on, which no bundle that was verified has: an instruction is broken in the loaded
 * bundle, behind the verifier's back. What becomes of the frame, who is asked, and what goes on nevertheless, word by word
 * (trail.h). */
#include <engine/run.h>

#include "engine_scene.h"
#include "trail.h"

#include <stdio.h>

#include "support/test.h"

#define UNKNOWN_OP 0xfe
#define STAYS "await resolved within 30d else raise overdue"
#define SYSTEM                                                                                     \
    "system crm \"CRM\" {\n"                                                                       \
    "action lock(id: text) undo unlock(id: id) { POST \"/lock/{id}\" expect 200 }\n"               \
    "action unlock(id: text) undo lock(id: id) { DELETE \"/lock/{id}\" expect 200 }\n}\n"

/* A template `t` whose owner has acknowledged. */
static Scene *begun(const char *steps, const char *more)
{
    char source[8192];
    snprintf(source, sizeof source,
             SYSTEM "event deploy.done { build: number }\n"
                    "template t \"Trouble\" { start on ticket.created\n"
                    "owners { primary ana ack within 5m  secondary ben ack within 5m }\n"
                    "steps { await ack\n%s }\n%s }\n",
             steps, more);
    Scene *scene = scene_of(source);
    scene_manual_delivery(scene);
    assert_status(scene_event(scene, "ticket.created", "T", "{\"title\":\"x\"}"), ESC_OK);
    return scene;
}

static const EscProgram *program_of(Scene *scene)
{
    return scene_engine(scene)->schema.current->program;
}

/* The instruction behind so many of that kind; ESC_OP_COUNT: none, from its beginning. */
static void break_behind(Scene *scene, uint32_t function, uint8_t op, uint32_t count)
{
    const EscProgram *program = program_of(scene);
    uint32_t at = program->functions[function].code_first;
    for (; count > 0; at++)
        count -= program->code[at].op == op;
    ((EscInstr *)program->code)[at].op = UNKNOWN_OP;
}

static void break_begin(Scene *scene, uint32_t function)
{
    break_behind(scene, function, 0, 0);
}

static void ack(Scene *scene)
{
    assert_status(scene_act(scene, ESC_VERB_ACK, "ana", 1, NULL), ESC_OK);
}

static uint32_t action_named(Scene *scene, const char *name)
{
    const EscProgram *program = program_of(scene);
    uint32_t at = 0;
    while (!esc_text_equal(program->texts[program->actions[at].name], esc_text_from(name)))
        at++;
    return at;
}

/* --- stories ------------------------------------------------------------------------------------------------------ */

/* What the frame held is lost, and people are asked. */
static void steps_that_cannot_go_on(void **state)
{
    (void)state;
    Scene *scene = begun("notify room \"never\"\n" STAYS, "close when resolved");
    break_behind(scene, program_of(scene)->templates[0].steps, ESC_OP_WAIT, 1);
    ack(scene);
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"q\"}");
    scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume");
    scene_event(scene, "ticket.resolved", "T", NULL);
    told(scene, "steps_that_cannot_go_on");
}

/* The question is over as if somebody had said that people go on by hand. */
static void triage_that_cannot_go_on(void **state)
{
    (void)state;
    Scene *scene = begun("raise trouble { message: \"it rains\" }\n" STAYS, "close when resolved");
    const EscTemplateRow *row = &program_of(scene)->templates[0];
    uint32_t last = row->catches_first + row->catches_count - 1;
    break_behind(scene, program_of(scene)->catches[last].body, ESC_OP_WAIT, 1);
    ack(scene);
    scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume");
    scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume");
    scene_event(scene, "ticket.resolved", "T", NULL);
    told(scene, "triage_that_cannot_go_on");
}

/* Asked once, however often it is looked at. */
static void a_close_when_that_cannot_be_judged(void **state)
{
    (void)state;
    Scene *scene = begun(STAYS, "close when resolved");
    ack(scene);
    break_begin(scene, program_of(scene)->templates[0].close_when - 1);
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"q\"}");
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"r\"}");
    scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "handled");
    scene_event(scene, "ticket.resolved", "T", NULL);
    told(scene, "a_close_when_that_cannot_be_judged");
}

static void a_wait_that_cannot_be_judged(void **state)
{
    (void)state;
    Scene *scene =
        begun("await ticket.severity = low within 1h else { notify room \"late\" }\n" STAYS,
              "close when resolved");
    ack(scene);
    const EscProgram *program = program_of(scene);
    for (uint32_t i = 0; i < program->waits_count; i++)
        if (program->waits[i].kind == ESC_WAIT_CONDITION)
            break_begin(scene, program->waits[i].cond - 1);
    scene_event(scene, "ticket.updated", "T", "{\"severity\":\"low\"}");
    scene_event(scene, "ticket.updated", "T", "{\"queue\":\"r\"}");
    scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume");
    scene_after(scene, ESC_HOUR_MS);
    told(scene, "a_wait_that_cannot_be_judged");
}

/* A handler, a reminder, the `else` of a check: the steps go on beside them. */
static void what_runs_beside_and_cannot(void **state)
{
    (void)state;
    Scene *scene =
        begun("await resolved within 1h at 50% { notify room \"half\" } else { }\n" STAYS,
              "on deploy.done { notify room \"done\"  skip }\n"
              "qa { check ticket.severity = low within 10m else { notify room \"no\" } }\n"
              "close when resolved");
    ack(scene);
    const EscProgram *program = program_of(scene);
    break_begin(scene, program->handlers[0].body);
    break_behind(scene, program->reminders[0].body, ESC_OP_EMIT, 1);
    break_begin(scene, program->checks[0].otherwise - 1);
    scene_event(scene, "deploy.done", "T", "{\"build\":1}");
    scene_after(scene, 10 * ESC_MINUTE_MS);
    scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume");
    scene_after(scene, 20 * ESC_MINUTE_MS);
    scene_after(scene, ESC_HOUR_MS);
    told(scene, "what_runs_beside_and_cannot");
}

/* The step has failed as if its system had said so, and there is nothing to take back. */
static void a_request_that_cannot_be_made(void **state)
{
    (void)state;
    Scene *scene = begun("crm.lock(id: ticket.id) within 10m else { raise jammed }\n"
                         "rollback \"it was nothing\"\n" STAYS,
                         "close when resolved");
    break_begin(scene, program_of(scene)->actions[action_named(scene, "lock")].request);
    ack(scene);
    told(scene, "a_request_that_cannot_be_made");
}

static void an_inverse_that_cannot_be_made(void **state)
{
    (void)state;
    Scene *scene =
        begun("crm.lock(id: ticket.id) within 10m else { }\nrollback \"it was nothing\"\n" STAYS,
              "close when resolved");
    break_begin(scene, program_of(scene)->actions[action_named(scene, "lock")].undo - 1);
    ack(scene);
    assert_status(
        scene_settle(scene, scene_last(scene, "crm.lock")->id, ESC_DELIVERY_ACCEPTED, NULL),
        ESC_OK);
    told(scene, "an_inverse_that_cannot_be_made");
}

static void an_inverse_that_cannot_be_called(void **state)
{
    (void)state;
    Scene *scene =
        begun("crm.lock(id: ticket.id) within 10m else { }\nrollback \"it was nothing\"\n" STAYS,
              "close when resolved");
    break_begin(scene, program_of(scene)->actions[action_named(scene, "unlock")].request);
    ack(scene);
    assert_status(
        scene_settle(scene, scene_last(scene, "crm.lock")->id, ESC_DELIVERY_ACCEPTED, NULL),
        ESC_OK);
    told(scene, "an_inverse_that_cannot_be_called");
}

/* People are asked about the closing as about anything else, and it begins anew when they say so. */
static void a_closing_that_cannot_go_on(void **state)
{
    (void)state;
    Scene *scene =
        begun(STAYS, "qa { check confirmed \"all well\" before close }\nclose when resolved");
    ack(scene);
    break_behind(scene, program_of(scene)->templates[0].closing, ESC_OP_WAIT, 1);
    scene_event(scene, "ticket.resolved", "T", NULL);
    assert_status(scene_act(scene, ESC_VERB_CONFIRM, "ana", 1, NULL), ESC_OK);
    scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "resume");
    scene_act(scene, ESC_VERB_ANSWER, "ana", 1, "handled");
    told(scene, "a_closing_that_cannot_go_on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_that_cannot_go_on),
        cmocka_unit_test(triage_that_cannot_go_on),
        cmocka_unit_test(a_close_when_that_cannot_be_judged),
        cmocka_unit_test(a_wait_that_cannot_be_judged),
        cmocka_unit_test(what_runs_beside_and_cannot),
        cmocka_unit_test(a_request_that_cannot_be_made),
        cmocka_unit_test(an_inverse_that_cannot_be_made),
        cmocka_unit_test(an_inverse_that_cannot_be_called),
        cmocka_unit_test(a_closing_that_cannot_go_on),
    };
    return cmocka_run_group_tests_name("engine_faults", tests, NULL, NULL);
}
