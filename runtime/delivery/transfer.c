/* transfer.c - one plan as a libcurl handle.
 *
 * Names are resolved by libcurl in a thread of its own for each (AsynchDNS, as in Debian 12: its threaded resolver
 * and not c-ares), so neither the reactor nor a mail worker waits in getaddrinfo. But an attempt that ends before
 * that thread would join it, for as long as the name servers are silent: CURLOPT_QUICK_EXIT leaves it to itself.
 *
 * No redirects, no proxies, no protocols but those that the configuration may name, and every
 * connection through the sockets door after the address it is about to go to was judged. */
#include "outside.h"

#include <string.h>

#include <sys/socket.h>

#define CONNECT_TIMEOUT_MS 5000L
#define KEPT_AGE_S 60L /* a kept connection that was not used for longer is not trusted */

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    EscAttempt *attempt = context;
    const EscSockets *sockets = attempt->outside->setup.sockets;
    if (!esc_address_is_allowed(attempt->site->config, attempt->plan.host, &address->addr)) {
        attempt->is_address_refused = true;
        return CURL_SOCKET_BAD;
    }
    attempt->is_address_tried = true;
    attempt->socket = sockets->open(sockets->context, &address->addr, (socklen_t)address->addrlen);
    return attempt->socket;
}

/* Keeps as much of the reply as there is room for, and reads on so that the connection can be
 * used again. */
static size_t take_reply(char *data, size_t size, size_t count, void *context)
{
    EscAttempt *attempt = context;
    size_t room = ESC_HTTP_REPLY_BYTES_MAX - attempt->reply.size;
    esc_buf_append(&attempt->reply, data, size * count < room ? size * count : room);
    return size * count;
}

static size_t give_mail(char *out, size_t size, size_t count, void *context)
{
    EscAttempt *attempt = context;
    size_t left = attempt->plan.body.size - attempt->sent;
    size_t given = left < size * count ? left : size * count;
    memcpy(out, attempt->plan.body.data + attempt->sent, given);
    attempt->sent += given;
    return given;
}

static bool add(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);
    if (longer != NULL)
        *list = longer;
    return longer != NULL;
}

static bool prepare_http(EscAttempt *attempt)
{
    const EscPlan *plan = &attempt->plan;
    CURL *easy = attempt->easy;
    bool is_get = esc_text_equal(plan->method, ESC_TEXT("GET"));
    bool is_fine = /* none of libcurl's own: what is meant stands in the plan */
        add(&attempt->headers, "Expect:") && add(&attempt->headers, "Content-Type:");
    for (uint32_t i = 0; i < plan->headers_count; i++)
        is_fine = is_fine && add(&attempt->headers, plan->headers[i].data);
    if (!is_get || plan->has_body) {
        is_fine = is_fine &&
                  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                   (curl_off_t)plan->body.size) == CURLE_OK &&
                  curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                                   plan->has_body ? plan->body.data : "") == CURLE_OK &&
                  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, plan->method.data) == CURLE_OK;
    }
    return is_fine && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, attempt->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
}

static bool prepare_mail(EscAttempt *attempt)
{
    const EscPlan *plan = &attempt->plan;
    CURL *easy = attempt->easy;
    EscText tls = plan->mail->tls;
    long ssl = esc_text_equal(tls, ESC_TEXT("required")) ? (long)CURLUSESSL_ALL
               : esc_text_equal(tls, ESC_TEXT("none"))   ? (long)CURLUSESSL_NONE
                                                         : (long)CURLUSESSL_TRY;
    bool is_fine = true;
    for (uint32_t i = 0; i < plan->to.count; i++)
        is_fine = is_fine && add(&attempt->recipients, plan->to.items[i].data);
    if (plan->mail->user.size > 0)
        is_fine = is_fine &&
                  curl_easy_setopt(easy, CURLOPT_USERNAME, plan->mail->user.data) == CURLE_OK &&
                  curl_easy_setopt(easy, CURLOPT_PASSWORD, plan->mail->password.data) ==
                      CURLE_OK; /* NULL, where there is none, is an empty one */
    return is_fine && curl_easy_setopt(easy, CURLOPT_MAIL_FROM, plan->from.data) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, attempt->recipients) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_mail) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READDATA, attempt) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USE_SSL, ssl) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK;
}

/* Authorities of its own, instead of the machine's. */
static bool prepare_trust(const EscAttempt *attempt)
{
    EscText file = {0};
    if (attempt->route.way == ESC_WAY_MAIL)
        file = attempt->plan.mail->ca_file;
    else if (attempt->route.endpoint != NULL)
        file = attempt->route.endpoint->ca_file;
    else if (attempt->is_fetching)
        file = attempt->route.system->auth.ca_file;
    else if (attempt->route.system != NULL)
        file = attempt->route.system->ca_file;
    return file.size == 0 ||
           (curl_easy_setopt(attempt->easy, CURLOPT_CAINFO, file.data) == CURLE_OK &&
            curl_easy_setopt(attempt->easy, CURLOPT_CAPATH, NULL) == CURLE_OK);
}

bool esc_transfer_prepare(EscAttempt *attempt)
{
    if (attempt->easy == NULL)
        attempt->easy = curl_easy_init();
    CURL *easy = attempt->easy;
    if (easy == NULL)
        return false;
    bool is_mail = attempt->route.way == ESC_WAY_MAIL;
    bool is_fine =
        curl_easy_setopt(easy, CURLOPT_URL, attempt->plan.url.data) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PRIVATE, attempt) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, KEPT_AGE_S) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "escal") == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)attempt->timeout_ms) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, attempt) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt) == CURLE_OK;
    return is_fine && prepare_trust(attempt) &&
           (is_mail ? prepare_mail(attempt) : prepare_http(attempt));
}

void esc_transfer_release(EscAttempt *attempt)
{
    if (attempt->easy != NULL)
        curl_easy_reset(attempt->easy); /* the next one begins with none of its options */
    curl_slist_free_all(attempt->headers);
    curl_slist_free_all(attempt->recipients);
    esc_buf_release(&attempt->reply);
    esc_buf_release(&attempt->refused);
    esc_buf_release(&attempt->said);
}
