/* escald_check.h - what is wrong with configuration, tokens and workspaces taken together, at a start. */
#ifndef ESCALD_CHECK_H
#define ESCALD_CHECK_H

#include "escald_options.h"
#include "escald_served.h"

/* Looks at what needs both sides: bindings, names of clients, the token file. Adds to the configuration's faults, or to its
 * warnings where the operator has said what becomes of what is unbound. ESC_BAD_CONFIG: *why is the first fault. */
ESC_MUST_USE EscStatus check_together(const Serving *serving, EscConfig *config,
                                      const Options *options, EscWhy *why);

#endif
