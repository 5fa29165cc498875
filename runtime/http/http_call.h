/* http_call.h - one request inside the server; for http*.c only. */
#ifndef ESC_HTTP_CALL_H
#define ESC_HTTP_CALL_H

#include <stdint.h>

#include <sys/types.h>

#include <microhttpd.h>

#include <esc/http.h>

#define ESC_HTTP_URI_BYTES_MAX 8192
#define ESC_HTTP_LENGTH_DIGITS_MAX 15

typedef struct EscHttpConnection EscHttpConnection;

struct EscHttpCall {
    EscHttp *http;
    struct MHD_Connection *connection;
    EscHttpMethod method;
    char *uri, *query; /* one allocation; the path ends where the query began. NULL query: none */
    EscBuf body;
    size_t received, max_body;
    void *note;
    bool has_begun, is_dispatched, is_suspended, is_queued;
    unsigned answered_status; /* 0: not answered */
    struct MHD_Response *response;
};

/* Answers a request that two readers could understand differently, or whose body is too large
 * (http_framing.c). url and version are as the library gave them: borrowed, of one line. */
void esc_http_check_framing(EscHttpCall *call, const char *url, const char *version);

#endif
