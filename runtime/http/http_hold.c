/* http_hold.c - answers that are held back for a while, without a thread: the connection is suspended, and the loop takes
 * it up again when its time has come.
 *
 * How many may be held is bounded, and well below the connections of one address: who provokes such answers through a
 * proxy must not use up the connections of everybody behind it. */
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "http_call.h"

#define NETWORK_BYTES 8 /* of an IPv6 address: one client has a whole network of them */

bool esc_http_pause(EscHttpCall *call, int64_t pause_ms)
{
    EscHttpHeld *held = call->all_held;
    if (call->not_before_ms == 0 && held->count >= held->count_max)
        return false;
    held->count += call->not_before_ms == 0;
    call->not_before_ms = esc_boot_ms() + pause_ms;
    return true;
}

void esc_http_hold(EscHttpCall *call)
{
    ESC_ASSERT(esc_ring_is_empty(&call->held));
    esc_ring_put(&call->all_held->calls, &call->held);
    MHD_suspend_connection(call->connection);
}

void esc_http_forget_held(EscHttpCall *call)
{
    esc_ring_remove(&call->held);
    call->all_held->count -= call->not_before_ms != 0;
    call->not_before_ms = 0;
}

void esc_http_release_held(EscHttpHeld *held, int64_t now_ms)
{
    EscRing *next = NULL;
    for (EscRing *at = held->calls.next; at != &held->calls; at = next) {
        EscHttpCall *call = ESC_RING_OWNER(at, EscHttpCall, held);
        next = at->next;
        if (call->not_before_ms > now_ms)
            continue;
        esc_ring_remove(at);
        MHD_resume_connection(call->connection);
    }
}

int64_t esc_http_held_wait_ms(const EscHttpHeld *held, int64_t now_ms)
{
    int64_t wait_ms = INT64_MAX;
    for (EscRing *at = held->calls.next; at != &held->calls; at = at->next) {
        const EscHttpCall *call = ESC_RING_OWNER(at, EscHttpCall, held);
        int64_t left_ms = call->not_before_ms > now_ms ? call->not_before_ms - now_ms : 0;
        wait_ms = left_ms < wait_ms ? left_ms : wait_ms;
    }
    return wait_ms;
}

uint64_t esc_http_client(const EscHttpCall *call, uint64_t hash_seed)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL || info->client_addr == NULL)
        return 0;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    EscText address = {0};
    if (info->client_addr->sa_family == AF_INET) {
        memcpy(&v4, info->client_addr, sizeof(v4));
        address = (EscText){(const char *)&v4.sin_addr, sizeof(v4.sin_addr)};
    } else if (info->client_addr->sa_family == AF_INET6) {
        memcpy(&v6, info->client_addr, sizeof(v6));
        address = (EscText){(const char *)&v6.sin6_addr, NETWORK_BYTES};
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
            address = (EscText){(const char *)&v6.sin6_addr + 12, 4};
    }
    return esc_hash(address, hash_seed);
}
