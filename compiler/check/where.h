/* where.h - where an expression or a step stands, and what its body does. */
#ifndef ESC_CHECK_WHERE_H
#define ESC_CHECK_WHERE_H

#include "condition/condition.h"

#define ESC_SCOPE_LOCALS_MAX 128u
/* What a body does, collected while it is checked; a runbook hands it on to whoever runs it. */
typedef struct EscBodyFacts {
    bool is_waiting, is_resuming, is_skipping, is_closing, is_raising;
    EscProof weakest;      /* of what it notifies; ESC_PROOF_COUNT when it notifies nothing */
    EscSpan weakest_span;  /* of that receiver */
    const EscNode *wanted; /* the check in place that asks for most evidence, or NULL */
    unsigned roles_used;   /* bit set; a runbook's roles must be those of its template */
    unsigned depth;        /* runbooks: how many run one another, 1 for one that runs none */
    unsigned state;        /* runbooks: 0 not looked at, 1 being checked, 2 done */
} EscBodyFacts;

/* Where an expression or a step stands. */
typedef struct EscWhere {
    EscWorkspace *workspace;
    EscFunction body; /* decides which steps may stand here */
    /* checked once, wherever it is run: its steps may be any but those of atomic places only */
    bool is_runbook;
    bool is_automation; /* of nobody: there is no escalation, no role and no exception */
    bool is_back; /* what a parameter is given is written out: a text takes a value of any kind */
    const EscNode *source; /* with is_back: the SOURCE whose row it is */
    bool is_comment;       /* a comment is written: comment.text is what it says */
    bool is_in_undo; /* in the arguments of an action's inverse */
    bool is_route;   /* of each who uses it: all their events have what is read */
    /* where bare `previous` has a meaning: the ticket's field of that name; else empty */
    EscText undo_field;
    bool
        reads_document; /* JSON that came from outside, and nothing else: paths begin with `body` … */
    bool reads_headers;    /* … or `header "NAME"`: it is a request, and no reply */
    EscText secret_header; /* of these the one that holds the source's token; empty: none */
    EscText item;          /* … or with this, the name of a list's item; empty: there is none */
    bool is_test;          /* literals of a test may be times and lists: nobody compiles them */
    /* under an odd number of `not`: a missing value could make the whole true */
    bool is_negated;
    bool has_event, event_may_be_missing;
    bool has_unknown_event; /* among those of `events`, which it is not: any field may be its own */
    const uint32_t *events;
    uint32_t events_count;
    const EscNode *start; /* START in whose condition it stands; NULL: elsewhere */
    uint32_t template;    /* with start: whose it is */
    bool has_exception;
    uint32_t exception; /* of a named handler; ESC_NONE: any */
    bool has_roles;
    unsigned roles; /* bit set of declared roles */
    uint32_t locals[ESC_SCOPE_LOCALS_MAX];
    uint32_t locals_count;
    const EscNode *narrowed[ESC_NARROWINGS_MAX];
    bool is_nonzero[ESC_NARROWINGS_MAX]; /* that path is kept away from zero; else it is present */
    uint32_t narrowed_count;
    unsigned loop_depth, run_depth;
    bool is_in_round; /* of `every`: between two waits, so nothing waits */
    EscBodyFacts facts;
} EscWhere;

EscWhere esc_where(EscWorkspace *workspace, EscFunction body);
/* index in locals, or ESC_NONE */
uint32_t esc_where_local(EscWhere *where, const EscNode *declares, EscName name, EscType type);
/* In a template its parameters are names like others (parameters.c). */
void esc_where_params(EscWhere *where, const EscTemplateInfo *info);

#endif
