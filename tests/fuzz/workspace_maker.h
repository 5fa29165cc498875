/* workspace_maker.h - whole workspaces made of choices, most of them without a fault. */
#ifndef ESC_WORKSPACE_MAKER_H
#define ESC_WORKSPACE_MAKER_H

#include <esc/kit.h>

/* Appends the source of a workspace. The bytes decide, one a choice; when they are used up a random sequence that they
 * are the seed of goes on, so that two inputs that differ anywhere give two workspaces. */
void workspace_make(EscBytes choices, EscBuf *out);

#endif
