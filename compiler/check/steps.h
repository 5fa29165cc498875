/* steps.h - steps and what they are made of: the dispatch (steps.c), places, verbs, arguments, runbooks. */
#ifndef ESC_CHECK_STEPS_H
#define ESC_CHECK_STEPS_H

#include "check/names.h"
#include "check/where.h"

/* Checks steps in order; true when nothing can come behind them (close, skip, resume on every
 * way). */
bool esc_check_steps(EscWhere *where, EscNodeList steps);
bool esc_is_atomic(const EscWhere *where); /* handlers, reminders and QA else: nothing may wait */
/* A round of `every` holds neither a wait nor what a `raise` waits for. */
bool esc_round_fits(EscWhere *where, const EscNode *node);
/* Reports a step that may not stand in this body, and notes one that waits. */
void esc_check_place(EscWhere *where, const EscNode *node);
/* Remembers the receiver that can prove least: QA checks may ask for more. */
void esc_note_receiver(EscWhere *where, EscRef ref, EscSpan span);
/* What a runbook does is done by whoever runs it. */
void esc_facts_merge(const EscWorkspace *workspace, EscBodyFacts *into, const EscBodyFacts *from);
/* Each verb of verbs.def: true when nothing can come behind the step. */
#define ESC_VERB(KIND, word, PLACE, AFTER, check, lower)                                           \
    bool check(EscWhere *where, const EscNode *node);
#include "verbs.def"
/* What a check says, wherever it stands. In `qa { … }` its `else` is a body of its own, the caller's. */
void esc_check_qa_check(EscWhere *where, const EscNode *node);
/* Of two checks of evidence the one that asks for more; either may be NULL. */
const EscNode *esc_stronger_check(const EscWorkspace *workspace, const EscNode *a,
                                  const EscNode *b);
/* What takes arguments. */
typedef struct EscCallee {
    const EscParamInfo *params;
    uint32_t count, base;
    const char *whose; /* "the action `crm.requeue`" */
    EscSpan declared;
    bool takes_ticket; /* `ticket: NAME` may stand beside them */
} EscCallee;
/* Arguments against parameters; ENTRY nodes get MEANS_PARAM base + number. */
void esc_check_arguments(EscWhere *where, EscSpan call, EscNodeList arguments,
                         const EscCallee *callee);
/* The same of a template that is started: by a step, on a ticket that it may name, or by hand. */
void esc_check_started_with(EscWhere *where, EscSpan call, EscNodeList arguments, uint32_t template,
                            bool takes_ticket);

/* ticket fields of a record */
void esc_check_fields(EscWhere *where, EscNodeList entries, EscText prefix, unsigned depth);
/* Checks a runbook, once; run_depth says how deep it is run. */
void esc_check_runbook(EscWorkspace *workspace, uint32_t index, unsigned run_depth);

#endif
