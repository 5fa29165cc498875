/* unexpected.h - what the rules for a token that does not fit share. Private to this folder. */
#ifndef ESC_GRAMMAR_UNEXPECTED_H
#define ESC_GRAMMAR_UNEXPECTED_H

#include "ast.h"

/* What the parser got, and what it would have taken. */
typedef struct Fault {
    EscParse *parse;
    const char *unexpected;
    const char *const *expected;
    size_t count;
    EscText found; /* the token as it was written */
} Fault;

/* A token that could stand only where a step begins, and is no name: what an act of a test begins with is none. */
#define ESC_FAULT_AT_STEP "open warroom"
bool esc_fault_has(const Fault *fault, const char *name); /* `name` would have been taken */
bool esc_fault_is(const Fault *fault, const char *name);  /* `name` was got */
bool esc_fault_is_end(const Fault *fault);
EscText esc_fault_before(const Fault *fault); /* the token before it, one line of it */
/* Where something is missing: at the token that stands there instead, but not on a line below. */
EscSpan esc_fault_gap(const Fault *fault);

/* Reports, and gives true. `hint` may be "". */
bool esc_fault_put(const Fault *fault, EscSyntaxCode code, EscSpan span, EscText message,
                   const char *hint);

/* The change that belongs to a report. */
typedef struct FaultEdit {
    uint32_t start, end;
    EscText text;
    bool is_guess;
} FaultEdit;
/* The same with a change; a hint of "" leaves it to the change to say the way out. */
bool esc_fault_put_edit(const Fault *fault, EscSyntaxCode code, EscSpan span, EscText message,
                        const char *hint, FaultEdit edit);

/* What authors write out of habit (habits.c): reports and gives true when it is one of these. */
bool esc_fault_is_habit(const Fault *fault);

#endif
