/* sample.h - the fields that random conditions are about, and tickets with random values for them. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <esc/vm.h>

#define SAMPLE_NOW_MS INT64_C(1767600000000)

typedef struct SampleField {
    const char *path; /* "ticket.rank" */
    EscKind kind;
    bool is_optional, is_ordered;
} SampleField;

enum { SAMPLE_FIELDS = 15, SAMPLE_ITEMS_MAX = 3, SAMPLE_MEMBERS = 3, SAMPLE_HOURS = 2 };
extern const char
    *const sample_hours[SAMPLE_HOURS]; /* as a condition says them, by their calendars */
extern const SampleField sample_fields[SAMPLE_FIELDS];
extern const char sample_schema[]; /* declares them, the event `probe.sent`, and people */
extern const char *const sample_members[SAMPLE_MEMBERS];

/* Values as a program loads them: the optional bit of the type is that of the field. */
typedef struct Sample {
    EscValue values[SAMPLE_FIELDS];
    bool is_changed[SAMPLE_FIELDS];
    bool is_resolved;
    double handoffs;
    bool is_open[SAMPLE_HOURS];
    EscValue due, late; /* sla.resolve.due, sla.resolve.overdue */
    EscText items[SAMPLE_FIELDS][SAMPLE_ITEMS_MAX];
} Sample;

uint64_t sample_random(uint64_t *state);
uint32_t sample_below(uint64_t *state, uint32_t count);
void sample_fill(Sample *sample, uint64_t *state);
int sample_find(EscText path); /* number of a field; -1: none */

#endif
