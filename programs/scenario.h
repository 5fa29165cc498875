/* scenario.h - plays `test` declarations on the runtime's own engine, on a virtual clock.
 *
 * scenario_play.c moves the world: events, people, time, connectors, deliveries. scenario_sources.c is what sources receive. scenario_acts.c is what people do, and
 * whether anybody asked for it. scenario_expect.c judges what is expected, with scenario_deeds.c for what happened,
 * scenario_values.c for conditions and scenario_who.c for people. escalc_test.c is the command around it. */
#ifndef ESC_PROGRAMS_SCENARIO_H
#define ESC_PROGRAMS_SCENARIO_H

#include <esc/compiler.h>
#include <esc/runtime.h>

#define ESC_SCENARIO_BYTES_MAX ((size_t)512 << 20) /* memory of one scenario */
#define ESC_SCENARIO_INPUTS_MAX                                                                    \
    100000u /* inputs and timers of one scenario: more is a template that never rests */

#define ESC_SCENARIO_FIRST_DAY 20458 /* 2026-01-05, where scenarios without `at` begin, at 09:00 */

/* One audit record of the play. */
typedef struct EscRecord {
    int64_t at_ms;
    uint64_t escalation;
    EscText kind, text;
    const EscJson *data; /* object or NULL */
} EscRecord;

/* One message or call that went out. */
typedef struct EscSent {
    int64_t at_ms;
    uint64_t escalation; /* 0: of none */
    EscOutboxKind kind;
    EscText target, medium, address, text;
    bool is_page, is_question;
} EscSent;

/* How a system, an action, a channel or a person behaves in this scenario. */
typedef struct EscConduct {
    EscText name;
    bool is_failing;
    EscText reply;
} EscConduct;

/* An event that a source brought: the same one again is none. */
typedef struct EscReceived {
    EscText source, id;
} EscReceived;

typedef struct EscPlay {
    const EscWorkspace *workspace;
    const EscBundle *bundle;
    const EscProgram *program;
    const EscZones *zones;
    const EscListener *listener; /* NULL: nobody asks */
    EscEngine *engine;
    EscArena *arena;
    int64_t now_ms;
    EscText ticket;                /* the one that the test speaks of */
    const EscScenarioStep **given; /* steps that said what this ticket was like before */
    size_t given_count, given_capacity;
    uint32_t events_count, inputs_count;
    EscRecord *records;
    size_t records_count, records_capacity;
    EscSent *sent;
    size_t sent_count, sent_capacity;
    size_t records_moved,
        sent_moved; /* how many there were before the last step that moved the world */
    EscConduct *conducts;
    size_t conducts_count, conducts_capacity;
    EscReceived *received;
    size_t received_count, received_capacity;
    EscBuf *report;         /* why the scenario failed */
    EscPlaceSpan failed_at; /* the step or expectation that did */
} EscPlay;

/* The day on which it begins; days since 1970-01-01. */
int64_t esc_scenario_day(const EscScenario *scenario);

/* What one play needs beside the scenario. All borrowed. */
typedef struct EscStage {
    const EscWorkspace *workspace;
    const EscBundle *bundle;
    const EscZones *zones;
    const EscListener *listener; /* hears what runs; NULL: nobody asks */
} EscStage;

/* Plays one scenario. True when every expectation held; otherwise *report has the reason and the timeline, and *failed_at
 * the place. */
bool esc_play_scenario(const EscStage *stage, const EscScenario *scenario, EscBuf *report,
                       EscPlaceSpan *failed_at);

/* --- scenario_play.c: for the files of the play ---------------------------------------------------- */

ESC_MUST_USE EscStatus esc_play_apply(EscPlay *play, const EscInput *input, EscOutcome *outcome,
                                      EscWhy *why);
/* Puts the ticket there that `given` describes, unless it is there. */
ESC_MUST_USE EscStatus esc_play_put_given(EscPlay *play, EscWhy *why);
/* What a template is started with, in its types. */
ESC_MUST_USE EscStatus esc_play_given(EscPlay *play, const EscScenarioStep *step, EscAction *action,
                                      EscWhy *why);
/* JSON that the engine wrote, in the play's arena; NULL when there is none. */
const EscJson *esc_play_json(EscPlay *play, EscText text);
/* "2026-01-05T09:05" in the workspace's zone. */
void esc_play_write_time(const EscPlay *play, EscBuf *out, int64_t at_ms);

/* What is said from here on is of another ticket; empty: of the same. */
void esc_play_turn_to(EscPlay *play, EscText ticket);

/* --- scenario_sources.c ----------------------------------------------------------------------------- */

ESC_MUST_USE EscStatus esc_play_receive(EscPlay *play, const EscScenarioStep *step, EscWhy *why);

/* --- scenario_acts.c ------------------------------------------------------------------------------- */

/* What a person does. An act that nothing asked for is refused; *why says what waits instead. */
ESC_MUST_USE EscStatus esc_play_act(EscPlay *play, const EscScenarioStep *step, EscVerb verb,
                                    EscWhy *why);

/* --- scenario_who.c -------------------------------------------------------------------------------- */

/* People that a name of the scenario means now: schedules and teams are looked up at the play's time. */
void esc_play_who(EscPlay *play, EscWho who, EscOwners *owners);
/* Whether `name` is what `who` says, or one of the people whom it means. */
bool esc_play_is_one_of(EscPlay *play, EscWho who, EscText name);

/* --- the parts of an expectation ------------------------------------------------------------------- */

/* What an expectation speaks of. */
typedef struct EscSubject {
    bool is_there; /* there is an escalation: `view` */
    EscEscalationView view;
    uint32_t open_count; /* of the ticket, or of the template that is named */
    EscText name;        /* the template that is named; empty: none */
    bool is_so_far;      /* deeds of the whole test count */
} EscSubject;

/* How often it happened. */
uint32_t esc_play_deeds(EscPlay *play, const EscSubject *subject, const EscScenarioExpect *expect);
/* What happened of that kind, for people: "page ben \"…\", page dora \"…\"", or "nothing". */
void esc_play_write_deeds(EscPlay *play, const EscSubject *subject, const EscScenarioExpect *expect,
                          EscBuf *out);

/* Whether a condition over the ticket and facts holds. */
bool esc_play_condition(EscPlay *play, const EscSubject *subject, const EscScenarioExpect *expect);
/* What is found at the places that it reads: "ticket.status = open, ticket.queue is missing". */
void esc_play_write_values(EscPlay *play, const EscSubject *subject,
                           const EscScenarioExpect *expect, EscBuf *out);
/* Whether it reads what only an escalation has. */
bool esc_play_needs_escalation(const EscScenarioExpect *expect);

/* Judges one `expect` step; appends to play->report what was expected and what is the case when it does not hold. */
bool esc_play_expect(EscPlay *play, const EscScenarioStep *step);

#endif
