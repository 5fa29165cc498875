/* escald_bindings.h - whether what a workspace's templates name is bound, and what is bound is named. */
#ifndef ESCALD_BINDINGS_H
#define ESCALD_BINDINGS_H

#include <esc/runtime.h>

typedef struct BindingFaults {
    EscBuf
        unbound; /* a line for each channel, system and way to people that the configuration does not bind */
    EscBuf undeclared; /* a line for each binding that the templates do not declare */
} BindingFaults;

/* Adds to *out. `config` may be NULL: nothing is bound. */
void bindings_check(EscText workspace, const EscWorkspaceConfig *config, const EscProgram *program,
                    BindingFaults *out);

#endif
