/* escald_bindings.h - whether what a workspace's templates name is bound, and what is bound is named. */
#ifndef ESCALD_BINDINGS_H
#define ESCALD_BINDINGS_H

#include <esc/runtime.h>

/* Writes a line for each channel, system and way to people of the program that the configuration does not bind, and for
 * each binding that nothing declares. `config` may be NULL: nothing is bound. */
void bindings_check(EscText workspace, const EscWorkspaceConfig *config, const EscProgram *program,
                    EscBuf *lines);

#endif
