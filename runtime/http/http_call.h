/* http_call.h - one request inside the server; for http*.c only. */
#ifndef ESC_HTTP_CALL_H
#define ESC_HTTP_CALL_H

#include <stdint.h>

#include <sys/types.h>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>

#include <esc/http.h>

#define ESC_HTTP_URI_BYTES_MAX 8192
#define ESC_HTTP_LENGTH_DIGITS_MAX 15

typedef struct EscHttpConnection EscHttpConnection;

/* --- http_tls.c ---------------------------------------------------------------------------------- */

#define ESC_TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct EscTls {
    gnutls_pcert_st *certificates;
    unsigned count;
    gnutls_privkey_t key;
    int64_t ends_ms;
    struct EscTls *next;      /* of those that were in its place before */
    int64_t replaced_real_ms; /* nobody who began before that shakes hands for ever */
};
/* Frees those behind *first whose last client has had its time. */
void esc_tls_sweep(EscTls **former, int64_t now_ms, int64_t patience_ms);

typedef struct EscHttpHeld {
    EscRing calls;           /* with their connections suspended */
    size_t count, count_max; /* calls that have asked for a pause and are not over */
} EscHttpHeld;

struct EscHttpCall {
    EscHttp *http;
    EscHttpHeld *all_held; /* the server's */
    struct MHD_Connection *connection;
    EscHttpMethod method;
    char *uri, *query; /* one allocation; the path ends where the query began. NULL query: none */
    EscBuf body;
    size_t received, max_body, header_bytes_max;
    bool is_tls;
    void *note;
    bool has_begun, is_dispatched, is_suspended, is_queued;
    int64_t not_before_ms;    /* boot clock: its answer is held back until then; 0: it is not */
    EscRing held;             /* among those, with its connection suspended */
    EscHttpStream stream;     /* of an answer without an end */
    bool is_stream, is_stream_over;
    unsigned answered_status; /* 0: not answered */
    struct MHD_Response *response;
};

/* Answers a request that two readers could understand differently, or whose body is too large
 * (http_framing.c). url and version are as the library gave them: borrowed, of one line. */
void esc_http_check_framing(EscHttpCall *call, const char *url, const char *version);

/* --- http_answer.c: what the server itself refuses; the connection ends with it ------------------ */

void esc_http_refuse(EscHttpCall *call, unsigned status, const char *code, const char *title,
                     const char *place);      /* as in EscProblem */
void esc_http_refuse_size(EscHttpCall *call); /* of its body */

/* --- http_hold.c: answers that are held back ---------------------------------------------------- */

void esc_http_hold(EscHttpCall *call); /* suspends its connection until its time has come */
void esc_http_forget_held(EscHttpCall *call);
void esc_http_release_held(EscHttpHeld *held, int64_t now_ms); /* those whose time has come */
/* Until the next one's time has come; INT64_MAX: none. */
int64_t esc_http_held_wait_ms(const EscHttpHeld *held, int64_t now_ms);

#endif
