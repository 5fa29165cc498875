/* sample.h - groups of changes with known contents, written to a store and found again in its file.
 *
 * Group n (1, 2, 3 …) touches every table: it adds bundle, event, ticket, escalation, outbox row, two audit records and
 * evidence, and changes what group n-1 left (the ticket, acknowledges the escalation, settles the outbox row). So a file
 * says how many groups it holds, and whether it holds them whole. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <sqlite3.h>

#include <esc/runtime.h>

#define SAMPLE_WORKSPACE ESC_TEXT("acme")

extern const uint8_t sample_bundle_hash[32];

typedef struct Sample {
    EscArena *arena;
    EscGroup group;
    EscEventKey key; /* of its event */
} Sample;

void sample_init(Sample *sample);
void sample_release(Sample *sample);
/* Fills the group for number n, of no epoch. Odd ones start by the event that they bring, even ones by another. */
void sample_make(Sample *sample, uint64_t n);
/* Opens the file as a store of the sample's workspace. */
EscStatus sample_open(const char *path, EscStore **store, EscWhy *why);
/* One whole transaction for group n. */
EscStatus sample_commit(EscStore *store, Sample *sample, uint64_t n, EscWhy *why);

/* Opens the file by itself (no store may have it open) and says how many whole groups it holds, or -1 with a sentence
 * in *why when a group is not whole, more is there than belongs to it, or integrity_check finds something. */
int64_t sample_count(const char *path, EscWhy *why);

#endif
