/* engine_scene.h - small worlds for tests of the engine: sources compiled, a clock, a store in memory.
 *
 * Every input goes to two engines with different hash seeds. One lives through the whole scene; the other is built anew
 * from the stored rows before each input. Their rows must be the same byte for byte: so every test of the engine is a
 * test of restoring at every cut point and of determinism as well. The store in memory checks what the real one relies
 * on: timers that are deleted exist, keys of timers are unique, audit and outbox numbers have no gap. */
#ifndef ESC_TEST_ENGINE_SCENE_H
#define ESC_TEST_ENGINE_SCENE_H

#include <esc/engine.h>

typedef struct Scene Scene;

/* Compiles the texts (the standard library is there) and starts at 2026-01-05T09:00Z, a Monday. Fails the test when
 * they do not compile. The last item of `sources` is NULL; the workspace's zone is UTC unless a source says another. */
Scene *scene_new(const char *const *sources);
Scene *scene_of(const char *source); /* one text after a usual directory (see engine_scene.c) */
/* From now on the people and the channel of the usual directory are written to in German, or not any more. */
void scenes_in_german(bool is_german);
bool scenes_are_german(void);
/* The same where channels have receivers. `receivers` is borrowed until the scene is freed. */
Scene *scene_of_receivers(const char *source, const EscReceiver *receivers, size_t count);
Scene *scene_of_program(const EscProgram *program); /* a hand-made bundle */
Scene *scene_of_folder(const char *folder);         /* all .esc files in it */
void scene_free(Scene *scene);
/* Compiles another text and makes it current; escalations that are open stay on theirs. */
void scene_publish(Scene *scene, const char *source);

/* --- what happens --- */
void scene_at(Scene *scene, const char *time); /* RFC 3339 */
void scene_after(Scene *scene, int64_t ms);    /* fires what is due on the way, in its order */
void scene_clock(Scene *scene, int64_t ms);    /* the clock goes on; nothing fires */
/* The clock is corrected: an input of its own. scene_moved: by how much in all. */
void scene_correct(Scene *scene, int64_t by_ms);
int64_t scene_moved(const Scene *scene);
/* Audit and outbox rows so far, line by line, as if no correction had been: instants without what the clock was moved,
 * times in sentences left out, the record of a correction too. */
EscText scene_told(const Scene *scene);
/* All that the inputs so far gave to be read, in order: the trail, the outbox, what was settled, evidence, and what an
 * engine shows of the open escalations whenever that has changed. */
EscText scene_trail(const Scene *scene);
/* A line for each input: its kind, the ticket and the escalations that it was about, and whether it did something. */
EscText scene_answers(const Scene *scene);
/* The instants that the store has of tickets, open escalations, the outbox and the workspace, timers among them. */
void scene_rows(const Scene *scene, EscBuf *out);
/* data: the JSON object of the event's data, or NULL. subject may be NULL. */
EscStatus scene_event(Scene *scene, const char *type, const char *subject, const char *data);
/* The same from another source, which says when it happened (0: it does not). */
EscStatus scene_report(Scene *scene, const char *type, const char *subject, const char *source,
                       int64_t time_ms, const char *data);
/* A hand-off expects an acknowledgement where it says nothing; scene_act_plain takes the act as it is. */
EscStatus scene_act(Scene *scene, EscVerb verb, const char *actor, uint64_t escalation,
                    const char *target);
EscStatus scene_act_full(Scene *scene, const EscAction *action);
EscStatus scene_act_plain(Scene *scene, const EscAction *action);
EscStatus scene_input(Scene *scene, const EscInput *input); /* any other */
EscStatus scene_settle(Scene *scene, uint64_t outbox, EscDeliveryState state, const char *reply);
/* An attempt of that row told of its endpoint; the row is queued still. */
EscStatus scene_news(Scene *scene, uint64_t outbox, EscEndpointNews news, const char *endpoint,
                     const char *detail);
void scene_deliver_all(Scene *scene); /* everything unsettled arrives; calls reply "ok" */
void scene_fail_all(Scene *scene);
void scene_manual_delivery(
    Scene *scene); /* from now on deliveries wait for scene_settle or scene_deliver_all */

/* --- what came of it --- */
const EscOutcome *scene_outcome(const Scene *scene); /* of the last input */
const char *scene_why(const Scene *scene);
int64_t scene_now(const Scene *scene);
EscEngine *scene_engine(Scene *scene);
EscEscalationView scene_view(Scene *scene,
                             uint64_t escalation); /* fails the test when there is none */
const char *scene_field(Scene *scene, const char *ticket,
                        const char *field); /* as JSON text; "" when there is none */
/* Audit records so far of that kind whose sentence or data contains `part`. */
size_t scene_audit(const Scene *scene, const char *kind, const char *part);
/* Audit records so far of that kind that a line of a source made, as "b.esc:3". */
size_t scene_audit_at(const Scene *scene, const char *kind, const char *place);
/* Outbox rows so far to that target whose body contains `part`; scene_last: the last one's row, NULL when there is none. */
size_t scene_sent(const Scene *scene, const char *target, const char *part);
const EscOutboxRow *scene_last(const Scene *scene, const char *target);
bool scene_has_timers(const Scene *scene); /* in the store */
size_t scene_unsettled(const Scene *scene);
const EscEvidenceRow *scene_evidence(const Scene *scene, const char *name);
/* One task as its row has it: "question open ana [ana, ben] in 60m: Which?" (whose, who may take it, when it is due from now on, its
 * title), and what came of it: " = yes by ana, because"; "" when there is none. */
const char *scene_task(Scene *scene, uint64_t escalation, uint32_t number);
/* What a task of triage says of its exception, as JSON. */
const char *scene_task_facts(Scene *scene, uint64_t escalation, uint32_t number);
/* Largest body of a row that was suspended. */
size_t scene_row_size_max(const Scene *scene);
void scene_story(const Scene *scene); /* prints the audit trail, for looking at a failing test */
/* Rows of the stored escalation, to be changed by tests of restoring. */
EscEscalationRow *scene_row(Scene *scene, uint64_t escalation);
EscCounters scene_counters(const Scene *scene);
/* A fresh engine from the stored rows, for tests that look at it themselves; the caller frees it. */
EscEngine *scene_restore(Scene *scene, uint64_t hash_seed);

#define assert_view_owner(scene, escalation, name)                                                 \
    assert_text_equal(scene_view((scene), (escalation)).owner, (name))

#endif
