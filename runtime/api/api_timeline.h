/* api_timeline.h - a record of the trail as a sentence for people. */
#ifndef ESC_API_TIMELINE_H
#define ESC_API_TIMELINE_H

#include "api_object.h"

/* Appends it; in English it is what was recorded, as it is of a kind that has no words in `language`. `scratch` is cleared. */
void esc_timeline_tell(EscBuf *out, EscArena *scratch, EscText language, const EscAuditRow *row);

#endif
