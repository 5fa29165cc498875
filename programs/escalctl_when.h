/* escalctl_when.h - instants and lengths of time in words, in the zone of whoever reads (TZ). */
#ifndef ESCALCTL_WHEN_H
#define ESCALCTL_WHEN_H

#include <esc/kit.h>

/* "14:05 CET", and with the date in front when that is not the day of now. */
void when_write(EscBuf *out, int64_t at_ms, int64_t now_ms);
/* when_write and how far that is: "14:05 CET, in 12 min", "13:50 CET, 3 min ago". */
void when_write_far(EscBuf *out, int64_t at_ms, int64_t now_ms);
/* "2026-11-28 14:05:12 CET" */
void when_write_stamp(EscBuf *out, int64_t at_ms);
/* "40 s", "12 min", "3 h 5 min", "2 d 4 h": the two largest units, cut down; a negative length as 0. */
void when_write_length(EscBuf *out, int64_t length_ms);

#endif
