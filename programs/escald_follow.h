/* escald_follow.h - what happens, told live: one line for each audit row. */
#ifndef ESCALD_FOLLOW_H
#define ESCALD_FOLLOW_H

#include <stdio.h>

#include <esc/runtime.h>

typedef struct Follow {
    FILE *out;
    const EscZones *zones;
    bool has_colours;
    bool has_many; /* more than one workspace: name it in each line */
} Follow;

/* `timezone` is the workspace's. */
void follow_row(const Follow *follow, EscText workspace, EscText timezone, const EscAuditRow *row);

#endif
