/* escald_probe.h - tries everything that is bound, without sending anything to people. */
#ifndef ESCALD_PROBE_H
#define ESCALD_PROBE_H

#include <esc/runtime.h>

/* A line or two on standard output for each binding of each workspace of a finished configuration. Gives how many do not
 * answer as they should. */
uint32_t probe_all(const EscOutsideSetup *setup);

#endif
