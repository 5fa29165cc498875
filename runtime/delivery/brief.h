/* brief.h - a message in few words, for where there is little room; for plan*.c only. Pure. */
#ifndef ESC_DELIVERY_BRIEF_H
#define ESC_DELIVERY_BRIEF_H

#include "plan.h"

/* How much room a text takes: bytes, or what a network counts. */
typedef size_t EscRoom(EscText text);
size_t esc_room_bytes(EscText text);

typedef struct EscBrief {
    EscRoom *room;
    size_t room_max;
    EscText act; /* how to act, on the last line; empty: the message's own command */
} EscBrief;
/* Appends text and question on one line, then where it belongs, until when, and how to act, a line each. When that is too
 * long the first line is cut, and then what stands between; how to act stays whole. */
void esc_brief_say(EscBuf *out, const EscMessage *message, const EscBrief *brief);
/* The first line alone. */
void esc_brief_headline(EscBuf *out, const EscMessage *message);

/* For a text message: at most ESC_SMS_SEGMENTS_MAX of them, which a network counts by the letters that are in it. */
#define ESC_SMS_SEGMENTS_MAX 3
void esc_brief_sms(EscBuf *out, const EscMessage *message, EscText act);
/* Whether the alphabet of text messages (3GPP TS 23.038) has all of it; *septets is what it takes there. */
bool esc_sms_is_plain(EscText text, size_t *septets);

#endif
