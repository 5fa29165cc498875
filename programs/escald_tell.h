/* escald_tell.h - what the operator is told of each workspace at a start: in the log, and in /health. */
#ifndef ESCALD_TELL_H
#define ESCALD_TELL_H

#include "escald_served.h"

/* Takes the first of several lines off *lines. False: there is none. */
bool tell_next_line(EscText *lines, EscText *line);
/* Into the log of the daemon: what its store has lost, whether its templates are old ones, what has no binding. */
void tell_start(EscDaemon *daemon, const Served *served);
/* What is wrong with a workspace that is served, or why it is not; nothing: nothing. For /health. */
void tell_reason(const Served *served, bool is_served, EscBuf *out);

#endif
