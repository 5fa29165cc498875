/* zone.h - one time zone, shared by the TZif reader and the rule of its footer. Private to runtime/. */
#ifndef ESC_RUNTIME_ZONE_H
#define ESC_RUNTIME_ZONE_H

#include <esc/kit.h>

/* Division that rounds down, as days before 1970 need. `by` > 0. */
static inline int64_t esc_floor_divide(int64_t value, int64_t by)
{
    int64_t quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

/* When in a year daylight saving begins or ends, in the three forms of POSIX TZ. */
typedef struct ZoneDay {
    enum { ZONE_DAY_JULIAN, ZONE_DAY_ZERO_BASED, ZONE_DAY_MONTH } form;
    int32_t day;   /* JULIAN 1-365 without 29 February, ZERO_BASED 0-365, MONTH weekday 0-6 from Sunday */
    int32_t week;  /* MONTH: 1-5, 5 is the last */
    int32_t month; /* MONTH: 1-12 */
    int32_t time_s; /* local time of the change, -167 h to 167 h */
} ZoneDay;

/* What a zone's clocks show at an instant. */
typedef struct ZoneTime {
    int32_t offset_s; /* seconds east of UTC */
    EscText name;     /* "CET"; borrowed */
} ZoneTime;

/* The footer of a TZif file: what holds after its last transition. */
typedef struct ZoneRule {
    bool is_present, has_daylight;
    ZoneTime standard, daylight; /* names are of the text that was read */
    ZoneDay begins, ends;
} ZoneRule;

/* Reads a POSIX TZ string with the extensions of RFC 8536 section 3.3.1. False when it is malformed. */
bool esc_zone_rule_read(EscText text, ZoneRule *rule);
/* What the clocks show at an instant, by the rule alone. */
ZoneTime esc_zone_rule_at(const ZoneRule *rule, int64_t time_s);

#endif
