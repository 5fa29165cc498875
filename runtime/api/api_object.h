/* api_object.h - one JSON object while its members are written; for api_*.c that write rows.
 *
 * esc_put_NAME leaves an empty value out, esc_put_NAME_always says that it is empty. */
#ifndef ESC_API_OBJECT_H
#define ESC_API_OBJECT_H

#include "api_internal.h"

typedef struct EscApiObject {
    EscBuf *out;
    bool has_member;
} EscApiObject;

/* The next item of a list. */
EscApiObject esc_object_open(EscApiItems *items);
bool esc_object_close(EscApiObject *object);                    /* false: it did not fit */
void esc_object_member(EscApiObject *object, const char *name); /* its value follows */
void esc_put_text(EscApiObject *object, const char *name, EscText text);
void esc_put_text_always(EscApiObject *object, const char *name, EscText text); /* "" */
void esc_put_text_or_null(EscApiObject *object, const char *name, EscText text);
void esc_put_raw(EscApiObject *object, const char *name, EscText json);
void esc_put_json(EscApiObject *object, const char *name, EscText json); /* a list: [] */
void esc_put_truth(EscApiObject *object, const char *name, bool is_true);
void esc_put_number(EscApiObject *object, const char *name, uint64_t value);
void esc_put_time(EscApiObject *object, const char *name, int64_t time_ms);
void esc_put_time_always(EscApiObject *object, const char *name, int64_t time_ms); /* null */
void esc_put_escalation(EscApiObject *object, const char *name, uint64_t id);      /* "E-12" */

#endif
