/* http_client.h - one keep-alive HTTP/1.1 connection that never blocks; what all load generators
 * here stand on. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <esc/kit.h>

#define HTTP_ANSWER_BYTES_MAX 262144

typedef struct HttpConnection {
    int socket;
    EscText request; /* borrowed: what is still to be sent */
    size_t answer_size;
    char answer[HTTP_ANSWER_BYTES_MAX];
} HttpConnection;

/* Connects to a port of this machine; ends the program when nobody listens. */
void http_connect(HttpConnection *connection, uint16_t port);

/* Begins a request. `request` is borrowed until the answer is whole. */
void http_begin(HttpConnection *connection, EscText request);

/* Sends and receives what can be without waiting. Returns the status of the answer when it is whole,
 * else 0. Ends the program when the connection breaks: a load that lost requests measures nothing. */
int http_go_on(HttpConnection *connection);

#endif
