/* facts.c - what a body does, collected while its steps are checked: what QA can ask for, and what a runbook hands on to whoever
 * runs it. */
#include "check/steps.h"

void esc_note_receiver(EscWhere *where, EscRef ref, EscSpan span)
{
    EscProof proves = ESC_PROOF_ACCEPTED; /* people's contacts say no more */
    if (esc_ref_kind(ref) == ESC_REF_CHANNEL)
        proves = where->workspace->channels[esc_ref_index(ref)].proves;
    if (proves >= where->facts.weakest)
        return;
    where->facts.weakest = proves;
    where->facts.weakest_span = span;
}

const EscNode *esc_stronger_check(const EscWorkspace *workspace, const EscNode *a, const EscNode *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    return esc_meaning(workspace, b).extra > esc_meaning(workspace, a).extra ? b : a;
}

void esc_facts_merge(const EscWorkspace *workspace, EscBodyFacts *into, const EscBodyFacts *from)
{
    into->is_waiting |= from->is_waiting;
    into->is_raising |= from->is_raising;
    into->is_closing |= from->is_closing;
    into->is_resuming |= from->is_resuming;
    into->is_skipping |= from->is_skipping;
    into->roles_used |= from->roles_used;
    if (from->weakest < into->weakest) {
        into->weakest = from->weakest;
        into->weakest_span = from->weakest_span;
    }
    into->wanted = esc_stronger_check(workspace, into->wanted, from->wanted);
    if (from->depth + 1 > into->depth)
        into->depth = from->depth + 1;
}
