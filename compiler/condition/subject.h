/* subject.h - how subjects are made from nodes; for the files of this folder. */
#ifndef ESC_SUBJECT_H
#define ESC_SUBJECT_H

#include "condition/condition.h"

/* What a form is made of, and where it lies. */
typedef struct EscMaker {
    EscWorkspace *workspace;
    EscArena *arena;
} EscMaker;

/* A typed expression as it can be held against fixed values. Of a duration's unit it is the duration. */
EscSubject esc_subject_of(const EscMaker *maker, const EscNode *node);
/* A node that is true or false in a way that nothing looks into. */
EscSubject esc_subject_opaque(const EscMaker *maker, const EscNode *node);
/* Whether the hours of a calendar are open: `now in HOURS`. */
EscSubject esc_subject_hours(const EscMaker *maker, const EscNode *node, uint32_t calendar);
/* The time now, held against dates. */
EscSubject esc_subject_now(void);
/* How `left` lies to `right`; *is_turned: it is how `right` lies to `left`, so that both ways of writing it are one. */
EscSubject esc_subject_order(const EscMaker *maker, const EscNode *left, const EscNode *right,
                             bool *is_turned);

/* Of a time that is held against `now`: how far it lies behind it is the subject. */
void esc_subject_from_now(EscSubject *time);

/* Values beyond which none can lie, as keys: a count is not below zero. */
void esc_subject_bounds(const EscSubject *subject, int64_t *low, int64_t *high);

#endif
