/* zone_names.h - which time zones this machine knows, for the compiler and for calendar files. */
#ifndef ESC_PROGRAMS_ZONE_NAMES_H
#define ESC_PROGRAMS_ZONE_NAMES_H

#include <esc/kit.h>

/* Fit into EscSourceFiles; `context` is not looked at. Without zone tables on the machine every zone
 * may exist. */
bool zone_names_exists(void *context, EscText name);
void zone_names_list(void *context, void (*put)(void *put_context, EscText name),
                     void *put_context);
/* Appends the name of the zone that this machine keeps: of TZ, of /etc/localtime, of /etc/timezone, the first that is a zone of a place;
 * else "UTC". */
void zone_names_own(EscBuf *out);
/* Appends the tables of a time zone (TZif); false when there is none of that name. */
bool zone_names_read(EscText name, EscBuf *out);

#endif
