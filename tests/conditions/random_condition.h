/* random_condition.h - a random condition that the check lets pass, as a text and as a tree that is judged plainly. */
#ifndef RANDOM_CONDITION_H
#define RANDOM_CONDITION_H

#include "sample.h"

enum {
    ATOM_CONSTANTS_MAX = 3,
    ATOM_TEXT_MAX = 160,
    CONDITION_NODES_MAX = 64,
    CONDITION_TEXT_MAX = 8192
};

typedef enum AtomKind {
    ATOM_COMPARE, /* field op constant */
    ATOM_SWAPPED, /* constant op field */
    ATOM_IN,      /* field in [constants] */
    ATOM_TEXT,    /* starts with, ends with, contains */
    ATOM_HAS,     /* "x" in field, or field contains "x" */
    ATOM_UNIT,    /* field.minutes op number */
    ATOM_FIELDS,  /* field op other */
    ATOM_NOW,     /* field op now + D, now + D op field */
    ATOM_AGO,     /* now - field op D */
    ATOM_DATE,    /* field op date, date op field */
    ATOM_TRUTH,   /* a bool by itself */
    ATOM_PRESENT,
    ATOM_MISSING,
    ATOM_CHANGED,
    ATOM_ANY,
    ATOM_ALL,
    ATOM_RESOLVED,
    ATOM_HANDOFFS,
    ATOM_HOURS, /* now in hours */
    ATOM_DUE,   /* sla.resolve.due op now + D */
    ATOM_LATE,  /* sla.resolve.overdue op D, in a unit too */
    ATOM_IS_LATE
} AtomKind;

typedef enum CompareOp {
    OP_EQUAL,
    OP_NOT_EQUAL,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_GREATER,
    OP_GREATER_EQUAL
} CompareOp;

typedef struct Atom {
    AtomKind kind;
    int field, other;
    CompareOp op;
    bool is_negative;                  /* not in */
    int how;                           /* TEXT: 0 starts, 1 ends, 2 contains */
    int constants[ATOM_CONSTANTS_MAX]; /* numbers in the list of its type */
    int count;
    int unit;        /* UNIT */
    bool is_of_unit; /* PRESENT, MISSING: `field.minutes is present` */
    char text[ATOM_TEXT_MAX];
} Atom;

typedef enum NodeKind { NODE_AND, NODE_OR, NODE_NOT, NODE_ATOM } NodeKind;
typedef struct Node {
    NodeKind kind;
    int left, right;
    Atom atom;
} Node;

typedef struct RandomCondition {
    Node nodes[CONDITION_NODES_MAX];
    int count, root;
    char text[CONDITION_TEXT_MAX];
} RandomCondition;

void random_condition(RandomCondition *condition, uint64_t *state);
bool condition_holds(const RandomCondition *condition, const Sample *sample);
bool atom_holds(const Atom *atom, const Sample *sample);

#endif
