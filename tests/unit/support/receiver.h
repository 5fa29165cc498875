/* receiver.h - servers for tests of the outside: one that speaks HTTP, one that speaks SMTP, each on a port of its own at
 * 127.0.0.1, a thread for each connection. What they do is said by the path, or by the mode. */
#ifndef RECEIVER_H
#define RECEIVER_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define RECEIVER_CONNECTIONS_MAX 256

typedef enum ReceiverMode {
    RECEIVER_HTTP, /* /ok 200, /bye 200 and closes, /no 500, /cut no answer, /hold 200 when it is released, /said what a test says */
    RECEIVER_SMTP, /* takes all recipients but those that begin with "gone", or "later" */
    RECEIVER_SMTP_LOGIN,  /* wants "ana" with the password "pw"; "later" is to come again */
    RECEIVER_SMTP_CLOSED, /* wants nothing to do with us: greets with what a test says, or 554 */
    RECEIVER_SMTP_DATA_HOLDS, /* says nothing after the mail */
    RECEIVER_SMTP_QUIT_HOLDS  /* says nothing after QUIT */
} ReceiverMode;

typedef struct Receiver {
    ReceiverMode mode;
    int listener;
    uint16_t port;
    pthread_t acceptor;
    pthread_t threads[RECEIVER_CONNECTIONS_MAX];
    atomic_int fds[RECEIVER_CONNECTIONS_MAX];
    int threads_count;
    atomic_int connections, requests, mails;
    sem_t held;   /* posted when somebody is held */
    sem_t closed; /* posted when a connection is over */
    pthread_mutex_t lock;
    pthread_cond_t released;
    bool is_released;
    const char *answer; /* of /said */
    const char *then;   /* the answer behind the next one; NULL: the same */
    char *request;      /* the last one of /said, or the last mail */
} Receiver;

/* The whole answer from here on. */
void receiver_say(Receiver *receiver, const char *answer);
/* One answer, and another one from then on. */
void receiver_say_then(Receiver *receiver, const char *answer, const char *then);
/* Whether the last request of /said, or the last mail, holds these words. */
bool receiver_got(Receiver *receiver, const char *words);
size_t receiver_got_bytes(Receiver *receiver);
void receiver_start(Receiver *receiver, ReceiverMode mode);
void receiver_release(Receiver *receiver); /* all that are held go on, now and later */
void receiver_stop(Receiver *receiver);    /* closes all connections and ends the threads */

#endif
