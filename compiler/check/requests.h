/* requests.h - what the request of an action holds: its headers and its body. */
#ifndef ESC_CHECK_REQUESTS_H
#define ESC_CHECK_REQUESTS_H

#include "check/where.h"

/* A BODY: what kind it is, NONE after a report. */
EscBody esc_check_request_body(EscWhere *where, const EscNode *body);
/* A HEADER of the action. */
void esc_check_request_header(EscWhere *where, const EscNode *action, const EscNode *header);

#endif
