/* http_internal.h - HTTP requests as the API sees them; for http*.c, api*.c and reactor*.c only.
 *
 * The server calls the API twice for a request: when its headers are there, and when its body
 * is. Whoever gets a request answers it exactly once, at once or in a later turn. */
#ifndef ESC_HTTP_INTERNAL_H
#define ESC_HTTP_INTERNAL_H

#include "daemon/daemon_internal.h"

typedef enum EscHttpMethod { ESC_HTTP_GET, ESC_HTTP_POST, ESC_HTTP_OTHER } EscHttpMethod;

typedef struct EscHttpCall EscHttpCall;

typedef struct EscHttpHandler {
    void *context;
    /* Headers are complete. The API may answer already (a refusal): the body is then read and
     * thrown away. */
    void (*headers)(void *context, EscHttpCall *call);
    /* The body is complete. Not called when `headers` answered. */
    void (*request)(void *context, EscHttpCall *call);
    /* The call is over; the API forgets it. */
    void (*gone)(void *context, EscHttpCall *call);
} EscHttpHandler;

typedef struct EscHttp EscHttp;

ESC_MUST_USE EscStatus esc_http_new(EscDaemon *daemon, const EscHttpHandler *handler, EscHttp **out,
                                    EscWhy *why);
ESC_MUST_USE EscStatus esc_http_listen(EscHttp *http, const char *host, uint16_t port,
                                       uint16_t *port_bound, EscWhy *why);
void esc_http_run(EscHttp *http); /* takes and sends what is ready; sweeps slow clients */
/* Real time until the next esc_http_run; INT64_MAX for none. */
int64_t esc_http_wait_ms(const EscHttp *http);
void esc_http_quiesce(EscHttp *http);       /* no new connections */
bool esc_http_is_idle(const EscHttp *http); /* nothing is being answered */
void esc_http_free(EscHttp *http);          /* NULL is allowed */

/* --- one request ------------------------------------------------------------------------------ */

EscHttpMethod esc_http_method(const EscHttpCall *call);
const char *esc_http_path(const EscHttpCall *call); /* as sent, still percent-encoded */
const char *esc_http_header(const EscHttpCall *call,
                            const char *name); /* NULL when it is not there */
EscText esc_http_body(const EscHttpCall *call);
void **esc_http_note(EscHttpCall *call); /* a pointer for the API's own use */
/* A query parameter, decoded into the buffer. ESC_NOT_FOUND; ESC_BAD_INPUT when it is there
 * twice or badly encoded. */
ESC_MUST_USE EscStatus esc_http_query(const EscHttpCall *call, const char *name, EscBuf *out);
/* Calls visit with each parameter's name, decoded. */
void esc_http_each_query(const EscHttpCall *call, bool (*visit)(void *context, EscText name),
                         void *context);
/* Percent-decoding of one path segment or parameter; false when malformed, or when it holds NUL
 * or bad UTF-8. */
bool esc_http_decode(EscText text, bool plus_is_space, EscBuf *out);

/* --- answering -------------------------------------------------------------------------------- */

/* The body is copied. `type` NULL: application/json. */
void esc_http_answer(EscHttpCall *call, unsigned status, const char *type, EscText body);
void esc_http_add_header(EscHttpCall *call, const char *name,
                         const char *value); /* before the answer; at most 4 */
bool esc_http_is_answered(const EscHttpCall *call);

/* A problem document (RFC 9457). */
typedef struct EscProblem {
    unsigned status;
    const char *code;  /* fixed word: "unknown_member" */
    const char *title; /* what all problems of this code have in common */
    EscText detail;    /* this one; may be empty */
    const char
        *place;    /* JSON pointer into the body, or "query:NAME", "header:NAME"; NULL for none */
    int64_t index; /* of the event at fault; -1 for none */
    bool close;    /* the connection ends with the answer */
} EscProblem;
void esc_http_problem(EscHttpCall *call, const EscProblem *problem);

#endif
