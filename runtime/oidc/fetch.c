/* fetch.c - one request to the provider, by libcurl, on a thread that may wait.
 *
 * No redirects and no proxies, and every connection through the sockets door after its address was judged, as with
 * everything that the daemon sends out. */
#include <stdio.h>

#include <curl/curl.h>

#include "oidc_internal.h"

#define TIMEOUT_MS 10000L
#define CONNECT_TIMEOUT_MS 5000L

typedef struct Transfer {
    const EscFetch *fetch;
    EscBuf *reply;
    char *host;
    bool is_refused;
} Transfer;

static size_t take(char *data, size_t size, size_t count, void *context)
{
    Transfer *transfer = context;
    esc_buf_append(transfer->reply, data, size * count);
    return transfer->reply->status == ESC_OK ? size * count : 0;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    Transfer *transfer = context;
    const EscOidcSetup *setup = transfer->fetch->setup;
    (void)purpose;
    if (!esc_address_is_allowed(&setup->config->outside, esc_text_from(transfer->host),
                                &address->addr)) {
        transfer->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return setup->sockets->open(setup->sockets->context, &address->addr,
                                (socklen_t)address->addrlen);
}

static int go_on(void *context, curl_off_t to_get, curl_off_t got, curl_off_t to_put,
                 curl_off_t put)
{
    const Transfer *transfer = context;
    (void)to_get;
    (void)got;
    (void)to_put;
    (void)put;
    return atomic_load(transfer->fetch->is_stopping) ? 1 : 0;
}

static bool prepare(CURL *easy, Transfer *transfer, struct curl_slist **headers)
{
    const EscFetch *fetch = transfer->fetch;
    EscText ca_file = fetch->setup->config->oidc.ca_file;
    char authorization[16384];
    *headers = curl_slist_append(NULL, "Accept: application/json");
    bool is_fine = *headers != NULL;
    if (fetch->authorization.size > 0) {
        int length = snprintf(authorization, sizeof(authorization), "Authorization: %.*s",
                              ESC_TEXT_ARG(fetch->authorization));
        struct curl_slist *longer = length > 0 && (size_t)length < sizeof(authorization)
                                        ? curl_slist_append(*headers, authorization)
                                        : NULL;
        is_fine = is_fine && longer != NULL;
    }
    is_fine = is_fine && curl_easy_setopt(easy, CURLOPT_URL, fetch->url.data) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_USERAGENT, "escal") == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, TIMEOUT_MS) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, go_on) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
              curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *headers) == CURLE_OK;
    if (is_fine && fetch->form.size > 0)
        is_fine = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                   (curl_off_t)fetch->form.size) == CURLE_OK &&
                  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, fetch->form.data) == CURLE_OK;
    if (is_fine && ca_file.size > 0)
        is_fine = curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.data) == CURLE_OK &&
                  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
    return is_fine;
}

static EscStatus judge(CURL *easy, const Transfer *transfer, CURLcode code, EscWhy *why)
{
    long status = 0;
    if (transfer->is_refused)
        return esc_why(why, ESC_IO_FAILED, "", 0,
                       "the provider has an address that is not public and not among "
                       "allowed_addresses");
    if (code != CURLE_OK)
        return esc_why(why, ESC_IO_FAILED, "", 0, "the provider cannot be asked: %s",
                       curl_easy_strerror(code));
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status == 200
               ? ESC_OK
               : esc_why(why, ESC_IO_FAILED, "", 0, "the provider answered with %ld", status);
}

static char *host_of(EscText url)
{
    char *host = NULL;
    CURLU *parts = curl_url();
    if (parts == NULL || curl_url_set(parts, CURLUPART_URL, url.data, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        host = NULL;
    curl_url_cleanup(parts);
    return host;
}

EscStatus esc_fetch(const EscFetch *fetch, EscBuf *reply, EscWhy *why)
{
    Transfer transfer = {.fetch = fetch, .reply = reply, .host = host_of(fetch->url)};
    struct curl_slist *headers = NULL;
    CURL *easy = curl_easy_init();
    EscStatus status = ESC_NO_MEMORY;
    if (transfer.host == NULL)
        status = esc_why(why, ESC_IO_FAILED, "", 0, "the provider says an address that is none");
    else if (easy != NULL && prepare(easy, &transfer, &headers))
        status = judge(easy, &transfer, curl_easy_perform(easy), why);
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    curl_free(transfer.host);
    return status;
}
