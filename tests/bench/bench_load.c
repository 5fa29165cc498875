/* bench_load.c - sends requests over HTTP/1.1 and measures how long each answer takes.
 *
 *   bench_load --port P [--token T] [option …]
 *
 *   --get PATH        asks for PATH instead of posting events
 *   --events N        ends after N events (requests with --get)
 *   --seconds S       ends after S seconds; without either it ends with SIGTERM
 *   --batch N         events of one request, 1 to 100
 *   --connections N   1 to 64, each has one request under way
 *   --starts PERCENT  of the events start an escalation; a divisor of 100, or 0
 *   --first N         number of the first event
 *   --tickets N       the events are the lives of N tickets instead, see bench_life_event
 *   --keys N          the events are of N keys in turn instead, see bench_key_event
 *   --rate N          requests a second; latency then counts from when a request was due, so that a
 *                     server that stands still is charged for all that should have come meanwhile
 *
 * One line of JSON is the result. Events of a request that is answered with 200 (all were known) are
 * not counted as accepted, and those of a 503 are refused and lost; any other answer but 2xx ends the
 * program. The next request of a connection is written while its answer is awaited, so that the
 * generator keeps the server busy; what it takes of a processor is in the result. */
#define _GNU_SOURCE
#include <esc/loop.h>

#include "bench.h"
#include "http_client.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>

#define BATCH_EVENTS_MAX 100
#define CONNECTIONS_MAX 64
#define REQUEST_BYTES_MAX ((size_t)1 << 20)
#define PATIENCE_NS INT64_C(120000000000)

typedef struct Options {
    const char *token, *get;
    uint64_t port, events, batch, connections, starts, first, tickets, keys, rate, seconds;
} Options;

typedef struct Client {
    HttpConnection http;
    EscBuf requests[2]; /* the one under way, and the one that follows */
    uint64_t events[2];
    unsigned current;
    bool is_busy, has_following;
    int64_t begin_ns;
} Client;

typedef struct Load {
    Options options;
    Client *clients;
    uint64_t written, answered;        /* events */
    uint64_t accepted, known, refused; /* events, by 2xx but 200, 200, and 503 */
    uint64_t begun;                    /* requests */
    int64_t begin_ns, end_ns;          /* end_ns: INT64_MAX without --seconds */
    int64_t *times;
    size_t times_count, times_room;
    int epoll;
} Load;

static volatile sig_atomic_t is_ended;

static void end(int signal)
{
    (void)signal;
    is_ended = 1;
}

static void write_event(EscBuf *out, const Options *options, uint64_t number)
{
    if (options->keys > 0)
        bench_key_event(out, number, options->keys);
    else if (options->tickets > 0)
        bench_life_event(out, number, options->events / options->tickets, options->starts);
    else
        bench_stream_event(out, number, options->starts == 0 ? 0 : 100 / options->starts);
}

static void write_post(EscBuf *out, Load *load, uint64_t count)
{
    const Options *options = &load->options;
    EscBuf body;
    esc_buf_init(&body, REQUEST_BYTES_MAX);
    if (options->batch > 1)
        esc_buf_char(&body, '[');
    for (uint64_t i = 0; i < count; i++) {
        if (i > 0)
            esc_buf_char(&body, ',');
        write_event(&body, options, options->first + load->written + i);
    }
    if (options->batch > 1)
        esc_buf_char(&body, ']');
    esc_buf_printf(out,
                   "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                   "Content-Type: application/cloudevents%s+json\r\nContent-Length: %zu\r\n\r\n",
                   options->token, options->batch > 1 ? "-batch" : "", body.size);
    esc_buf_text(out, esc_buf_as_text(&body));
    esc_buf_release(&body);
}

/* Writes the request that follows, if there is one to come. */
static void write_following(Load *load, Client *client)
{
    const Options *options = &load->options;
    uint64_t left = options->events == 0 ? UINT64_MAX : options->events - load->written;
    uint64_t count = left < options->batch ? left : options->batch;
    EscBuf *out = &client->requests[!client->current];
    if (client->has_following || count == 0)
        return;
    esc_buf_clear(out);
    if (options->get != NULL)
        esc_buf_printf(out, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", options->get);
    else
        write_post(out, load, count);
    if (out->status != ESC_OK)
        bench_fail("a request does not fit", NULL);
    client->events[!client->current] = count;
    client->has_following = true;
    load->written += count;
}

/* When the next request is due; never before now without a rate. */
static int64_t due_ns(const Load *load)
{
    if (load->options.rate == 0)
        return 0;
    return load->begin_ns + (int64_t)(load->begun * UINT64_C(1000000000) / load->options.rate);
}

static void begin_next(Load *load, Client *client, int64_t now)
{
    int64_t due = due_ns(load);
    if (client->is_busy || !client->has_following || is_ended || now >= load->end_ns || due > now)
        return;
    client->current = !client->current;
    client->has_following = false;
    client->is_busy = true;
    client->begin_ns = load->options.rate == 0 ? now : due;
    load->begun++;
    http_begin(&client->http, esc_buf_as_text(&client->requests[client->current]));
    write_following(load, client);
}

static void note_time(Load *load, int64_t time)
{
    if (load->times_count == load->times_room) {
        load->times_room = load->times_room == 0 ? 4096 : 2 * load->times_room;
        load->times = realloc(load->times, load->times_room * sizeof *load->times);
        ESC_ASSERT(load->times != NULL);
    }
    load->times[load->times_count++] = time;
}

static void take_answer(Load *load, Client *client)
{
    int status = http_go_on(&client->http);
    if (status == 0)
        return;
    uint64_t events = client->events[client->current];
    if (status != 503 && (status < 200 || status > 299)) {
        (void)fprintf(stderr, "%.600s\n", client->http.answer);
        bench_fail("a request was refused", NULL);
    }
    *(status == 503 ? &load->refused : status == 200 ? &load->known : &load->accepted) += events;
    load->answered += events;
    client->is_busy = false;
    int64_t now = bench_now_ns();
    note_time(load, now - client->begin_ns);
    begin_next(load, client, now);
}

static bool is_over(const Load *load, int64_t now)
{
    if (load->options.events > 0 && load->answered == load->options.events)
        return true;
    if (!is_ended && now < load->end_ns)
        return false;
    for (uint64_t i = 0; i < load->options.connections; i++)
        if (load->clients[i].is_busy)
            return false;
    return true;
}

/* How long to wait for answers: until the next request is due, rounded up to a millisecond. */
static int wait_ms(const Load *load, int64_t now)
{
    int64_t until = load->options.rate == 0 ? now + PATIENCE_NS : due_ns(load);
    until = until < load->end_ns || now >= load->end_ns ? until : load->end_ns;
    return until <= now ? 1 : (int)((until - now + 999999) / 1000000);
}

static void serve(Load *load)
{
    struct epoll_event events[CONNECTIONS_MAX];
    int64_t now = bench_now_ns(), last_answer = now;
    while (!is_over(load, now)) {
        for (uint64_t i = 0; i < load->options.connections; i++)
            begin_next(load, &load->clients[i], now);
        int count = epoll_wait(load->epoll, events, CONNECTIONS_MAX, wait_ms(load, now));
        if (count < 0 && errno != EINTR)
            bench_fail(strerror(errno), NULL);
        for (int i = 0; i < count; i++)
            take_answer(load, events[i].data.ptr);
        now = bench_now_ns();
        last_answer = count > 0 ? now : last_answer;
        if (now - last_answer > PATIENCE_NS)
            bench_fail("no answer within two minutes", NULL);
    }
}

static void report(Load *load, double seconds)
{
    struct timespec own;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    if (load->times_count == 0)
        bench_fail("no request was answered", NULL);
    printf("{\"events\": %llu, \"known\": %llu, \"refused\": %llu, \"requests\": %zu, \"seconds\": "
           "%.6f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
           "\"max_ms\": %.3f, \"generator_processor_s\": %.3f}\n",
           (unsigned long long)load->accepted, (unsigned long long)load->known,
           (unsigned long long)load->refused, load->times_count, seconds,
           (double)bench_percentile(load->times, load->times_count, 50) / 1e6,
           (double)bench_percentile(load->times, load->times_count, 99) / 1e6,
           (double)bench_percentile(load->times, load->times_count, 100) / 1e6,
           (double)own.tv_sec + (double)own.tv_nsec / 1e9);
}

static void read_options(int argc, char **argv, Options *options)
{
    static const struct option names[] = {
        {"token", 1, NULL, 't'},  {"get", 1, NULL, 'g'},         {"port", 1, NULL, 'p'},
        {"events", 1, NULL, 'e'}, {"batch", 1, NULL, 'b'},       {"starts", 1, NULL, 's'},
        {"first", 1, NULL, 'f'},  {"connections", 1, NULL, 'c'}, {"tickets", 1, NULL, 'k'},
        {"keys", 1, NULL, 'K'},   {"rate", 1, NULL, 'r'},        {"seconds", 1, NULL, 'S'},
        {NULL, 0, NULL, 0},
    };
    *options = (Options){.token = "none", .batch = 100, .connections = 1};
    uint64_t *const numbers[128] = {
        ['p'] = &options->port,    ['e'] = &options->events, ['b'] = &options->batch,
        ['s'] = &options->starts,  ['f'] = &options->first,  ['c'] = &options->connections,
        ['k'] = &options->tickets, ['K'] = &options->keys,   ['r'] = &options->rate,
        ['S'] = &options->seconds};
    int letter;
    while ((letter = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (letter == 't')
            options->token = optarg;
        else if (letter == 'g')
            options->get = optarg;
        else if (letter < 128 && numbers[letter] != NULL)
            *numbers[letter] = strtoull(optarg, NULL, 10);
        else
            exit(2);
    }
    options->batch = options->get != NULL ? 1 : options->batch;
    if (options->port == 0 || options->port > UINT16_MAX || options->batch == 0 ||
        options->batch > BATCH_EVENTS_MAX || options->connections == 0 ||
        options->connections > CONNECTIONS_MAX || options->starts > 100 ||
        (options->starts > 0 && 100 % options->starts != 0) ||
        (options->tickets > 0 && options->events < 2 * options->tickets))
        bench_fail("an option is out of range", NULL);
}

static void open_clients(Load *load)
{
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->clients = calloc(load->options.connections, sizeof *load->clients);
    ESC_ASSERT(load->epoll >= 0 && load->clients != NULL);
    for (uint64_t i = 0; i < load->options.connections; i++) {
        Client *client = &load->clients[i];
        esc_buf_init(&client->requests[0], REQUEST_BYTES_MAX);
        esc_buf_init(&client->requests[1], REQUEST_BYTES_MAX);
        http_connect(&client->http, (uint16_t)load->options.port);
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
        if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, client->http.socket, &event) != 0)
            bench_fail(strerror(errno), NULL);
        write_following(load, client);
    }
}

static void close_clients(Load *load)
{
    for (uint64_t i = 0; i < load->options.connections; i++) {
        esc_buf_release(&load->clients[i].requests[0]);
        esc_buf_release(&load->clients[i].requests[1]);
        close(load->clients[i].http.socket);
    }
    free(load->clients);
    free(load->times);
    close(load->epoll);
}

int main(int argc, char **argv)
{
    static Load load;
    read_options(argc, argv, &load.options);
    struct sigaction on_term = {.sa_handler = end};
    sigaction(SIGTERM, &on_term, NULL);
    if (load.options.rate > 0) /* a client that measures must not wait behind one that floods */
        esc_thread_set_prompt(true);
    open_clients(&load);
    load.begin_ns = bench_now_ns();
    load.end_ns = load.options.seconds == 0
                      ? INT64_MAX
                      : load.begin_ns + (int64_t)load.options.seconds * 1000000000;
    serve(&load);
    report(&load, (double)(bench_now_ns() - load.begin_ns) / 1e9);
    close_clients(&load);
    return 0;
}
