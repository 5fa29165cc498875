/* delivery_transfer.c - one plan as a libcurl handle.
 *
 * No redirects, no proxies, no protocols but those that the configuration may name, and every
 * connection through the sockets door after the address it is about to go to was judged.
 * Connections are not kept: a kept one could serve another workspace, whose configuration does
 * not allow its address. */
#include <string.h>

#include <sys/socket.h>

#include "config/config_internal.h"
#include "delivery/delivery_transfer.h"

#define CONNECT_TIMEOUT_MS 5000L

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    EscTransfer *transfer = context;
    if (!esc_address_is_allowed(transfer->workspace->config, transfer->plan.host, &address->addr)) {
        transfer->is_address_refused = true;
        return CURL_SOCKET_BAD;
    }
    transfer->is_address_tried = true;
    return transfer->sockets->open(transfer->sockets->context, &address->addr,
                                   (socklen_t)address->addrlen);
}

/* Keeps as much of the reply as there is room for, and reads on so that the connection can be
 * used again. */
static size_t take_reply(char *data, size_t size, size_t count, void *context)
{
    EscTransfer *transfer = context;
    size_t room = ESC_HTTP_REPLY_BYTES_MAX - transfer->reply.size;
    esc_buf_append(&transfer->reply, data, size * count < room ? size * count : room);
    return size * count;
}

static size_t give_mail(char *out, size_t size, size_t count, void *context)
{
    EscTransfer *transfer = context;
    size_t left = transfer->plan.body.size - transfer->sent;
    size_t given = left < size * count ? left : size * count;
    if (given > 0)
        memcpy(out, transfer->plan.body.data + transfer->sent, given);
    transfer->sent += given;
    return given;
}

static bool add(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);
    if (longer != NULL)
        *list = longer;
    return longer != NULL;
}

static bool prepare_http(EscTransfer *transfer)
{
    const EscPlan *plan = &transfer->plan;
    CURL *easy = transfer->easy;
    bool is_get = esc_text_equal(plan->method, ESC_TEXT("GET"));
    bool is_fine = add(&transfer->headers, "Expect:") &&
                   (plan->has_body || is_get || add(&transfer->headers, "Content-Type:"));
    for (uint32_t i = 0; i < plan->headers_count; i++)
        is_fine = is_fine && add(&transfer->headers, plan->headers[i].data);
    if (!is_get || plan->has_body) {
        is_fine = is_fine &&
                  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                   (curl_off_t)plan->body.size) == CURLE_OK &&
                  curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                                   plan->has_body ? plan->body.data : "") == CURLE_OK &&
                  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, plan->method.data) == CURLE_OK;
    }
    return is_fine && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
}

static bool prepare_mail(EscTransfer *transfer)
{
    const EscPlan *plan = &transfer->plan;
    CURL *easy = transfer->easy;
    EscText tls = plan->mail->tls;
    long ssl = esc_text_equal(tls, ESC_TEXT("required")) ? (long)CURLUSESSL_ALL
               : esc_text_equal(tls, ESC_TEXT("none"))   ? (long)CURLUSESSL_NONE
                                                         : (long)CURLUSESSL_TRY;
    bool is_fine = true;
    for (uint32_t i = 0; i < plan->to.count; i++)
        is_fine = is_fine && add(&transfer->recipients, plan->to.items[i].data);
    if (plan->mail->user.size > 0)
        is_fine = is_fine &&
                  curl_easy_setopt(easy, CURLOPT_USERNAME, plan->mail->user.data) == CURLE_OK &&
                  curl_easy_setopt(easy, CURLOPT_PASSWORD,
                                   plan->mail->password.size > 0 ? plan->mail->password.data
                                                                 : "") == CURLE_OK;
    return is_fine && curl_easy_setopt(easy, CURLOPT_MAIL_FROM, plan->from.data) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, transfer->recipients) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_mail) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USE_SSL, ssl) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK;
}

bool esc_transfer_prepare(EscTransfer *transfer, int64_t timeout_ms)
{
    CURL *easy = curl_easy_init();
    transfer->easy = easy;
    if (easy == NULL)
        return false;
    esc_buf_init(&transfer->reply, ESC_HTTP_REPLY_BYTES_MAX);
    bool is_fine =
        curl_easy_setopt(easy, CURLOPT_URL, transfer->plan.url.data) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "escal") == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK;
    return is_fine &&
           (transfer->plan.kind == ESC_PLAN_MAIL ? prepare_mail(transfer) : prepare_http(transfer));
}

void esc_transfer_release_curl(EscTransfer *transfer)
{
    if (transfer->easy != NULL)
        curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->recipients);
    esc_buf_release(&transfer->reply);
    transfer->easy = NULL;
    transfer->headers = transfer->recipients = NULL;
}
