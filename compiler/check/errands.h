/* errands.h - what the system that has a ticket does beside taking back a field (errands.c, source_errands.c), and the words that it has for a value (mapped.c). */
#ifndef ESC_CHECK_ERRANDS_H
#define ESC_CHECK_ERRANDS_H

#include "check/where.h"

/* Reports what stands behind `comment` and is not `public`; false then. */
bool esc_check_reader(EscWorkspace *workspace, EscName reader);
void esc_check_errand(EscWorkspace *workspace, const EscNode *source, const EscNode *back);
/* `in SYSTEM`: marks the path with the source (index in inbounds) that says how a ticket is made there. */
void esc_check_create_in(EscWorkspace *workspace, const EscNode *system);

/* MAPPED, as the value of an argument of type `wanted`. */
void esc_check_mapped(EscWhere *where, const EscNode *mapped, EscType wanted, const char *place);
#endif
