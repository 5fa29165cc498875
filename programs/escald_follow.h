/* escald_follow.h - what happens, told live: one line for each audit row. */
#ifndef ESCALD_FOLLOW_H
#define ESCALD_FOLLOW_H

#include <esc/runtime.h>

#include "escald_log.h"

typedef struct Follow {
    LineWriter *out;
    const EscZones *zones;
    bool has_colours;
    bool has_many; /* more than one workspace: name it in each line */
} Follow;

/* Any thread; never blocks. `timezone` is the workspace's. */
void follow_row(const Follow *follow, EscText workspace, EscText timezone, const EscAuditRow *row);

#endif
