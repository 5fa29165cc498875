/* escalc_zones.h - the time zones of this machine, for the commands that look at days and hours. */
#ifndef ESC_PROGRAMS_ESCALC_ZONES_H
#define ESC_PROGRAMS_ESCALC_ZONES_H

#include <esc/directory.h>

/* Loads the zones that the program names. */
ESC_MUST_USE EscStatus escalc_load_zones(EscZones *zones, const EscProgram *program, EscWhy *why);

#endif
