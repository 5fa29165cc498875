/* scenario.h - plays `test` declarations on the runtime's own engine, on a virtual clock.
 *
 * scenario_play.c moves the world: events, people, time, connectors, deliveries. scenario_expect.c judges what happened.
 * escalc_test.c is the command around it. */
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
    EscOutboxKind kind;
    EscText target, text;
    bool is_page, is_question;
} EscSent;

/* How a system, an action, a channel or a person behaves in this scenario. */
typedef struct EscConduct {
    EscText name;
    bool is_failing;
    EscText reply;
} EscConduct;

typedef struct EscPlay {
    const EscWorkspace *workspace;
    const EscBundle *bundle;
    const EscProgram *program;
    const EscZones *zones;
    EscEngine *engine;
    EscArena *arena;
    int64_t now_ms;
    EscText ticket;
    const EscScenarioStep **given; /* steps that said what the ticket was like before */
    size_t given_count, given_capacity;
    bool has_ticket;
    uint32_t events_count, inputs_count;
    EscRecord *records;
    size_t records_count, records_capacity;
    EscSent *sent;
    size_t sent_count, sent_capacity;
    EscConduct *conducts;
    size_t conducts_count, conducts_capacity;
    EscBuf *report; /* why the scenario failed */
} EscPlay;

/* The day on which it begins; days since 1970-01-01. */
int64_t esc_scenario_day(const EscScenario *scenario);
/* Plays one scenario. True when every expectation held; otherwise *report has the reason and the timeline. */
bool esc_play_scenario(const EscWorkspace *workspace, const EscBundle *bundle,
                       const EscZones *zones, const EscScenario *scenario, EscBuf *report);

/* Judges one `expect` step; appends to play->report what was expected and what is the case when it does not hold. */
bool esc_play_expect(EscPlay *play, const EscScenarioStep *step);

/* JSON that the engine wrote, in the play's arena; NULL when there is none. */
const EscJson *esc_play_json(EscPlay *play, EscText text);

/* People that a name of the scenario means now: schedules and teams are looked up at the play's time. */
void esc_play_who(EscPlay *play, EscWho who, EscOwners *owners);

#endif
