/* delivery_transfer.h - one attempt under way; for delivery.c and delivery_transfer.c only. */
#ifndef ESC_DELIVERY_TRANSFER_H
#define ESC_DELIVERY_TRANSFER_H

#include <curl/curl.h>

#include "delivery/delivery_internal.h"

typedef struct EscEndpointState EscEndpointState;

/* One attempt, from the claim of its row to the commit of its outcome. */
typedef struct EscTransfer {
    EscWork work; /* first: the queue's pointer is ours */
    struct EscTransfer *previous, *next;
    struct EscTransfer *next_for_file;
    EscDeliveries *deliveries;
    EscWorkspaceState *workspace;
    EscArena *arena;
    EscOutboxRow row;
    uint32_t attempts; /* before this one */
    EscPlan plan;
    EscEndpointState *endpoint;
    const EscSockets *sockets;
    CURL *easy;
    struct curl_slist *headers, *recipients;
    size_t sent;
    EscBuf reply;
    bool is_address_refused, is_address_tried;
    bool is_under_way; /* counted in its endpoint */
    EscInput input;
    EscDelivery delivery;
} EscTransfer;

/* Prepares transfer->easy from its plan. False without memory. */
bool esc_transfer_prepare(EscTransfer *transfer, int64_t timeout_ms);
void esc_transfer_release_curl(EscTransfer *transfer);

#endif
