/* esc/http.h - an HTTP server inside somebody's reactor: requests in, answers out.
 *
 * It knows neither routes nor JSON nor what its owner does. The owner is called twice for a request: when its headers
 * are there, and when its body is. Whoever gets a request answers it exactly once, at once or later, but always on
 * the thread of the reactor. An answer may be made anywhere. */
#ifndef ESC_HTTP_H
#define ESC_HTTP_H

#include <esc/kit.h>
#include <esc/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ESC_BODY_BYTES_MAX ((size_t)8 << 20) /* one HTTP body */
#define ESC_ANSWER_HEADERS_MAX 8             /* that an answer may add */
#define ESC_ANSWER_HEADER_BYTES_MAX 511      /* of the value of each */

typedef enum EscHttpMethod {
    ESC_HTTP_GET,
    ESC_HTTP_POST,
    ESC_HTTP_OPTIONS,
    ESC_HTTP_OTHER
} EscHttpMethod;

typedef struct EscHttp EscHttp;
typedef struct EscHttpCall EscHttpCall;

typedef struct EscHttpHandler {
    void *context;
    /* Headers are complete. The owner may answer already (a refusal): the body is then read and
     * thrown away. */
    void (*headers)(void *context, EscHttpCall *call);
    /* The body is complete. Not called when `headers` answered. */
    void (*request)(void *context, EscHttpCall *call);
    /* The call is over; the owner forgets it. Also for what was refused before `headers`. */
    void (*gone)(void *context, EscHttpCall *call);
} EscHttpHandler;

typedef struct EscHttpSetup {
    EscReactor *reactor; /* borrowed; all calls are made on its thread */
    EscHttpHandler handler;
    size_t header_bytes_max, body_bytes_max;
    unsigned connections_max, connections_per_address_max;
    int64_t
        request_timeout_s; /* for the headers of a request, for its body, and between requests */
} EscHttpSetup;

/* A certificate with its private key. */
typedef struct EscTls EscTls;
/* Reads both (PEM): the certificate first, then those between it and its authority. ESC_BAD_CONFIG: *why says what is
 * wrong, and holds nothing of the key. Any thread. */
ESC_MUST_USE EscStatus esc_tls_new(EscText certificates, EscText key, EscTls **out, EscWhy *why);
void esc_tls_free(EscTls *tls);             /* NULL is allowed */
int64_t esc_tls_ends_ms(const EscTls *tls); /* when the certificate does, of wall time */

ESC_MUST_USE EscStatus esc_http_new(const EscHttpSetup *setup, EscHttp **out, EscWhy *why);
#define ESC_HTTP_SOCKETS_MAX 4
/* Serves a listening socket, which goes over to the server, also when it fails; with TLS, once it has a certificate. */
ESC_MUST_USE EscStatus esc_http_serve(EscHttp *http, int listen_fd, bool is_tls, EscWhy *why);
/* What clients that come from now on are shown; goes over to the server. Those that are there stay. */
void esc_http_use_tls(EscHttp *http, EscTls *tls);
void esc_http_run(EscHttp *http); /* takes and sends what is ready; sweeps slow clients */
/* Real time until the next esc_http_run; INT64_MAX for none. */
int64_t esc_http_wait_ms(const EscHttp *http);
/* No new connections: they are refused from now on. Those that are there are served. */
void esc_http_quiesce(EscHttp *http);
bool esc_http_is_idle(const EscHttp *http); /* nothing is being answered */
/* Every call must be answered. NULL is allowed. */
void esc_http_free(EscHttp *http);

/* --- one request ------------------------------------------------------------------------------ */

EscHttpMethod esc_http_method(const EscHttpCall *call);
bool esc_http_is_tls(const EscHttpCall *call);       /* its connection is encrypted, by us */
const char *esc_http_path(const EscHttpCall *call);  /* as sent, still percent-encoded */
const char *esc_http_query(const EscHttpCall *call); /* the part behind "?", as sent; NULL: none */
const char *esc_http_header(const EscHttpCall *call,
                            const char *name); /* NULL when it is not there */
/* Calls visit with each header, as it was sent, until that gives false; for the headers callback. The texts hold during
 * the call. */
void esc_http_each_header(const EscHttpCall *call,
                          bool (*visit)(void *context, EscText name, EscText value), void *context);
/* Lowers what the body of this request may have, and answers 413 when it says that it has more; for the headers
 * callback. */
void esc_http_limit_body(EscHttpCall *call, size_t bytes_max);
/* The body goes over to the caller, who releases it. */
void esc_http_take_body(EscHttpCall *call, EscBuf *out);
/* A number for the client's address (of IPv6, its network's), whatever its port; for tables of a fixed size. */
uint64_t esc_http_client(const EscHttpCall *call, uint64_t hash_seed);
/* The answer goes out no sooner than in so much real time; for the headers callback, before it answers. False: too many
 * answers wait so already, and this one will not. */
ESC_MUST_USE bool esc_http_pause(EscHttpCall *call, int64_t pause_ms);
void **esc_http_note(EscHttpCall *call); /* a pointer for the owner's own use */

/* A parameter of a query, decoded into the buffer. ESC_NOT_FOUND; ESC_BAD_INPUT when it is there
 * twice or badly encoded. `query` may be NULL. */
ESC_MUST_USE EscStatus esc_query_get(const char *query, const char *name, EscBuf *out);
/* Calls visit with each parameter's name, as it was sent, until that gives false. */
void esc_query_each(const char *query, bool (*visit)(void *context, EscText name), void *context);

/* --- answers ---------------------------------------------------------------------------------- */

/* Made on any thread, sent on the reactor's. */
typedef struct EscAnswer {
    unsigned status;  /* 0: not answered yet */
    const char *type; /* NULL: application/json */
    EscBuf body;
    struct {
        const char *name;
        char value[ESC_ANSWER_HEADER_BYTES_MAX + 1];
    } headers[ESC_ANSWER_HEADERS_MAX];
    unsigned headers_count;
    EscBuf location; /* the header Location, of whatever length; empty: there is none */
} EscAnswer;

/* A problem document (RFC 9457). */
typedef struct EscProblem {
    unsigned status;
    const char *code;  /* fixed word: "unknown_member" */
    const char *title; /* what all problems of this code have in common */
    EscText detail;    /* this one; may be empty */
    const char
        *place; /* JSON pointer into the body, or "query:NAME", "header:NAME"; NULL for none */
    bool has_index;
    uint32_t index; /* of the event at fault, where it has one */
    bool close;     /* the connection ends with the answer */
} EscProblem;

/* `name` is borrowed, the value is copied. Every answer says "nosniff", and "no-store" unless it brings a Cache-Control. */
void esc_answer_header(EscAnswer *answer, const char *name, const char *value);
void esc_answer_location(EscAnswer *answer, EscText url);
/* JSON; the body goes over to the answer. */
void esc_answer_json(EscAnswer *answer, unsigned status, EscBuf *body);
void esc_answer_problem(EscAnswer *answer, const EscProblem *problem);
void esc_answer_release(EscAnswer *answer);

/* Sends the answer, whose body goes over to the server. */
void esc_http_send(EscHttpCall *call, EscAnswer *answer);
void esc_http_problem(EscHttpCall *call, const EscProblem *problem);

/* An answer without an end, such as server-sent events. */
typedef struct EscHttpStream {
    void *context;
    /* Writes at most `max` bytes of what there is to say; 0: nothing now. */
    size_t (*read)(void *context, char *out, size_t max);
} EscHttpStream;
/* Answers 200 with it. The handler's `gone` says when it is over: nothing is read any more then. */
void esc_http_stream(EscHttpCall *call, const char *type, const EscHttpStream *stream);
void esc_http_stream_more(EscHttpCall *call); /* there is something to say again */
void esc_http_stream_end(EscHttpCall *call);  /* what there is to say is said, and that was it */
bool esc_http_is_answered(const EscHttpCall *call);

#ifdef __cplusplus
}
#endif
#endif
