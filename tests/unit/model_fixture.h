/* model_fixture.h - an engine with a hand-made program, one ticket and one escalation that runs no code: for tests of the
 * rooms model and duty. No workspace is compiled.
 *
 * The program is program_builder.h's, loaded once for its hash; after that the engine reads the builder's own tables, so a
 * test changes rows as it goes, and nothing verifies them again. Ana has an e-mail and, three minutes later, a phone; ben
 * has an e-mail; ops are both; ben is the last resort. */
#ifndef ESC_TEST_MODEL_FIXTURE_H
#define ESC_TEST_MODEL_FIXTURE_H

#include <engine/duty.h>

#include "program_builder.h"

enum { PERSON_ANA, PERSON_BEN };
#define MODEL_START_MS INT64_C(1767603600000) /* 2026-01-05T09:00:00Z */

typedef struct Model {
    TestProgram program;
    EscBundle *bundle;
    EscZones *zones;
    EscEngine *engine;
    EscTicket *ticket;
    EscEscalation *escalation;
} Model;

Model *model_new(void);
void model_free(Model *model); /* also asserts that nothing is left open in the turn */
/* How many audit records of that kind, and messages to that person, wait for the next flush. */
size_t model_audits(const Model *model, EscAuditKind kind);
size_t model_messages(const Model *model, const char *person);
bool model_has_timer(const Model *model, EscTimer kind, uint32_t index); /* of the escalation */

#endif
