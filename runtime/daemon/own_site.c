/* own_site.c - what the daemon itself tells somebody, by the same way as the messages of workspaces. */
#include "own_site.h"

#include <esc/message.h>

#include <stdio.h>

#define MESSAGE_BYTES_MAX ((size_t)64 << 10)

static void take_result(void *context, EscResult *result)
{
    (void)context; /* there is no row of it: the outside keeps what is to be tried again */
    esc_result_free(result);
}

/* What was not kept is too much for one place to be told. */
static void take_want(void *context, const uint64_t *ids, size_t count)
{
    const EscOwnSite *site = context;
    esc_outside_drop(site->outside, site->number, ids, count);
}

static void take_endpoint(void *context, EscText name, bool is_open)
{
    const EscOwnSite *site = context;
    char subject[256];
    (void)snprintf(subject, sizeof(subject), "%.*s, %.*s", ESC_TEXT_ARG(site->name),
                   ESC_TEXT_ARG(name));
    esc_daemon_health_own_endpoint(site->health, esc_text_from(subject), is_open);
}

EscStatus esc_own_site_open(EscOwnSite *site, EscText name, const EscWorkspaceConfig *config,
                            EscWhy *why)
{
    EscOutsideHost host = {
        .context = site, .result = take_result, .want = take_want, .endpoint = take_endpoint};
    site->name = name;
    return esc_outside_add(site->outside, name, config, &host, &site->number, why);
}

void esc_own_site_send(EscOwnSite *site, EscText channel, EscText subject, EscText text,
                       int64_t lifetime_real_ms)
{
    const EscDaemonSetup *setup = site->setup;
    int64_t wall_ms = setup->clock->wall_ms(setup->clock->context),
            boot_ms = setup->clock->boot_ms(setup->clock->context);
    unsigned long long number = atomic_fetch_add(&site->sent, 1) + 1;
    char key[128];
    EscBuf body;
    EscMessage message = {.text = text, .subject = subject};
    (void)snprintf(key, sizeof(key), "%.*s/%lld/%llu", ESC_TEXT_ARG(site->name), (long long)wall_ms,
                   number);
    esc_buf_init(&body, MESSAGE_BYTES_MAX);
    esc_message_write_json(&body, &message);
    EscOutboxEntry claim = {
        .row = {.id = number,
                .key = esc_text_from(key),
                .kind = ESC_OUTBOX_MESSAGE,
                .target = channel,
                .medium = ESC_TEXT("webhook"),
                .body = esc_buf_as_text(&body),
                .created_at_ms = wall_ms,
                .deadline_ms = wall_ms + (int64_t)((double)lifetime_real_ms * setup->time_scale)},
        .next_attempt_at_ms = wall_ms};
    if (body.status == ESC_OK)
        esc_outside_put(site->outside, site->number, &claim, 1, wall_ms - boot_ms);
    esc_buf_release(&body);
}
