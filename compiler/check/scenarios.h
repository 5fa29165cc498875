/* scenarios.h - shared by scenarios.c, expectations.c and test_values.c only. */
#ifndef ESC_SCENARIOS_H
#define ESC_SCENARIOS_H

#include "check/where.h"

/* One test while it is made. */
typedef struct Scenario {
    EscWorkspace *workspace;
    EscWhere where;
    EscDatumField *fields; /* of the present statement */
    uint32_t fields_count;
    size_t fields_capacity;
    EscProbe *probes; /* of the present expectation */
    uint32_t probes_count;
    size_t probes_capacity;
    EscScenarioExpect *expects; /* of the present `expect` */
    uint32_t expects_count;
    size_t expects_capacity;
} Scenario;

/* A literal that an expression pass has marked; false after a report. */
bool esc_scenario_datum(EscWhere *where, const EscNode *node, EscDatum *datum);
/* node NULL: NONE */
EscWho esc_scenario_who(EscWhere *where, const EscNode *node, unsigned allowed, const char *to);
EscWho esc_scenario_action(EscWorkspace *workspace,
                           const EscNode *path); /* system or system.action */
void esc_scenario_expect(Scenario *scenario, const EscNode *node, EscScenarioStep *step);

/* test_json.c: JSON that is written down; and what a source receives: name and text of the step. */
EscText esc_scenario_json(EscWhere *where, const EscNode *node);
void esc_scenario_receive(EscWhere *where, const EscNode *node, EscScenarioStep *step);

#endif
