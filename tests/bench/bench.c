/* bench.c - see bench.h. */
#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t bench_percentile(int64_t *values, size_t count, unsigned percent)
{
    ESC_ASSERT(count > 0);
    qsort(values, count, sizeof *values, compare);
    return values[(count - 1) * percent / 100];
}

static void created_event(EscBuf *out, uint64_t number, uint64_t ticket, const char *queue)
{
    esc_buf_printf(
        out,
        "{\"specversion\":\"1.0\",\"id\":\"e-%llu\",\"source\":\"/helpdesk/"
        "eu\",\"type\":\"ticket.created\","
        "\"subject\":\"T-%llu\",\"time\":\"2026-01-05T08:00:00Z\",\"datacontenttype\":"
        "\"application/json\","
        "\"data\":{\"title\":\"Checkout fails for every second "
        "customer\",\"severity\":\"critical\","
        "\"priority\":\"high\",\"status\":\"open\",\"queue\":\"%s\",\"account\":{\"id\":\"A-%llu\","
        "\"name\":\"Initech "
        "Europe\",\"tier\":\"enterprise\"},\"url\":\"https://help.example/T-%llu\","
        "\"tags\":[\"checkout\",\"payment\"],\"region\":\"emea\",\"revenue_impact\":12500}}",
        (unsigned long long)number, (unsigned long long)ticket, queue,
        (unsigned long long)(ticket % 97), (unsigned long long)ticket);
}

void bench_event(EscBuf *out, uint64_t number, const char *queue)
{
    created_event(out, number, number, queue);
}

static void update_event(EscBuf *out, uint64_t number, uint64_t ticket)
{
    esc_buf_printf(
        out,
        "{\"specversion\":\"1.0\",\"id\":\"e-%llu\",\"source\":\"/helpdesk/"
        "eu\",\"type\":\"ticket.updated\","
        "\"subject\":\"T-%llu\",\"time\":\"2026-01-05T08:00:00Z\",\"data\":{\"severity\":"
        "\"critical\","
        "\"assignee\":\"agent-%llu\",\"tags\":[\"checkout\",\"seen\"],\"revenue_impact\":%llu}}",
        (unsigned long long)number, (unsigned long long)ticket, (unsigned long long)(number % 31),
        (unsigned long long)(number % 100000));
}

static void lead_event(EscBuf *out, uint64_t number, uint64_t ticket, uint64_t lead)
{
    esc_buf_printf(out,
                   "{\"specversion\":\"1.0\",\"id\":\"e-%llu\",\"source\":\"/"
                   "crm\",\"type\":\"lead.rejected\",\"subject\":\"T-%llu\","
                   "\"time\":\"2026-01-05T08:00:00Z\",\"data\":{\"lead\":\"L-%llu\",\"reason\":"
                   "\"no budget\",\"score\":%llu}}",
                   (unsigned long long)number, (unsigned long long)ticket, (unsigned long long)lead,
                   (unsigned long long)(number % 100));
}

static void custom_event(EscBuf *out, uint64_t number, uint64_t ticket)
{
    lead_event(out, number, ticket, number);
}

void bench_key_event(EscBuf *out, uint64_t number, uint64_t keys)
{
    const uint64_t tickets = 1000;
    lead_event(out, number, number % tickets, number % keys);
}

void bench_stream_event(EscBuf *out, uint64_t number, uint64_t starts_every)
{
    const uint64_t ago = 400; /* a few batches */
    uint64_t known =
        number / 4 * 4; /* a new ticket of this stream, or one that the stream mentions first now */
    known = known % 10000 >= ago ? known - ago : known;
    if (starts_every > 0 && number % starts_every == 0)
        bench_event(out, number, "q00001");
    else if (number % 4 == 0)
        bench_event(out, number, "elsewhere");
    else if (number % 4 == 1)
        update_event(out, number, known);
    else
        custom_event(out, number, number % 4 == 2 ? known : number);
}

static void resolved_event(EscBuf *out, uint64_t number, uint64_t ticket)
{
    esc_buf_printf(out,
                   "{\"specversion\":\"1.0\",\"id\":\"e-%llu\",\"source\":\"/helpdesk/"
                   "eu\",\"type\":\"ticket.resolved\","
                   "\"subject\":\"T-%llu\",\"time\":\"2026-01-05T08:00:00Z\",\"data\":{}}",
                   (unsigned long long)number, (unsigned long long)ticket);
}

void bench_life_event(EscBuf *out, uint64_t number, uint64_t events_per_ticket,
                      uint64_t starts_percent)
{
    const uint64_t together = 100; /* tickets that are alive at the same time */
    uint64_t place = number % (together * events_per_ticket), phase = place / together;
    uint64_t ticket = number / (together * events_per_ticket) * together + place % together;
    bool starts = starts_percent > 0 && ticket % (100 / starts_percent) == 0;
    if (phase == 0)
        created_event(out, number, ticket, starts ? "q00001" : "elsewhere");
    else if (phase == events_per_ticket - 1 && (starts || ticket % 10 != 9))
        resolved_event(out, number, ticket);
    else if (phase == events_per_ticket / 2)
        custom_event(out, number, ticket);
    else
        update_event(out, number, ticket);
}

void bench_fail(const char *what, const EscWhy *why)
{
    (void)fprintf(stderr, "bench: %s: %s\n", what, why == NULL ? "" : why->text);
    exit(4);
}

EscBundle *bench_bundle(const char *path, EscBuf *bytes)
{
    esc_buf_init(bytes, ESC_BUNDLE_BYTES_MAX);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        bench_fail(path, NULL);
    char block[65536];
    size_t size;
    while ((size = fread(block, 1, sizeof block, file)) > 0)
        esc_buf_append(bytes, block, size);
    fclose(file);
    EscBundle *bundle = NULL;
    EscWhy why = {.text = ""};
    if (bytes->status != ESC_OK ||
        esc_bundle_load(esc_buf_as_bytes(bytes), &bundle, &why) != ESC_OK)
        bench_fail(path, &why);
    return bundle;
}
