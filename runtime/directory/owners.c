/* owners.c - people that are found, those that are passed over for being absent, and who stands in for them. */
#include "resolve.h"

static bool is_taken(const EscOwners *owners, uint32_t person)
{
    for (uint32_t i = 0; i < owners->count; i++)
        if (owners->persons[i] == person)
            return true;
    return false;
}

/* Whoever was passed over as a member of a team may be named behind it, and then has a deputy. */
static void skip(EscOwners *owners, uint32_t person, uint32_t deputy)
{
    for (uint32_t i = 0; i < owners->skipped_count; i++) {
        if (owners->skipped[i] != person)
            continue;
        if (deputy != ESC_NONE)
            owners->deputies[i] = deputy;
        return;
    }
    if (owners->skipped_count >= ESC_OWNERS_MAX)
        return;
    owners->deputies[owners->skipped_count] = deputy;
    owners->skipped[owners->skipped_count++] = person;
}

static void take(EscOwners *owners, uint32_t person)
{
    if (!is_taken(owners, person) && owners->count < ESC_OWNERS_MAX)
        owners->persons[owners->count++] = person;
}

void esc_owners_add(const EscDirectoryHost *host, uint32_t person, EscOwners *owners)
{
    if (host->is_absent(host->context, person))
        skip(owners, person, ESC_NONE);
    else
        take(owners, person);
}

/* Who stands in for somebody who is absent: their deputy, or the deputy's when that one is absent too. */
static uint32_t stand_in(const EscDirectoryHost *host, uint32_t person)
{
    uint32_t met[ESC_DEPUTIES_MAX], count = 0;
    while (host->is_absent(host->context, person)) {
        if (count == ESC_DEPUTIES_MAX)
            return ESC_NONE;
        met[count++] = person;
        person = host->deputy == NULL ? ESC_NONE : host->deputy(host->context, person);
        if (person == ESC_NONE)
            return ESC_NONE;
        for (uint32_t i = 0; i < count; i++) {
            if (met[i] == person)
                return ESC_NONE;
        }
    }
    return person;
}

void esc_owners_add_named(const EscDirectoryHost *host, uint32_t person, EscOwners *owners)
{
    uint32_t there = stand_in(host, person);
    if (there != person)
        skip(owners, person, there);
    if (there != ESC_NONE)
        take(owners, there);
}
