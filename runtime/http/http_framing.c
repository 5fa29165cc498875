/* http_framing.c - which requests mean different things to different readers, and are refused.
 *
 * Whoever stands before us (a proxy, a firewall) must see the same requests in a stream as we do,
 * or one client's bytes become another client's request. libmicrohttpd takes the first of two
 * lengths, ignores transfer codings that it does not know, keeps white space in names and ends a
 * path at a NUL; all of that ends here (RFC 9112, sections 3, 5 and 6). Not its job: what is
 * behind the framing (the room api). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_call.h"

typedef struct Headers {
    unsigned hosts, lengths, codings;
    size_t bytes;
    bool has_bad_name;
} Headers;

/* The characters of a name (RFC 9110, 5.6.2): no white space before the colon, no controls. */
static bool is_name(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c = name[i];
        bool is_letter_or_digit =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (c == '\0' || (!is_letter_or_digit && strchr("!#$%&'*+-.^_`|~", c) == NULL))
            return false;
    }
    return size > 0;
}

static enum MHD_Result count_header(void *context, enum MHD_ValueKind kind, const char *name,
                                    size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    Headers *headers = context;
    headers->hosts += strcasecmp(name, "Host") == 0;
    headers->lengths += strcasecmp(name, "Content-Length") == 0;
    headers->codings += strcasecmp(name, "Transfer-Encoding") == 0;
    headers->has_bad_name = headers->has_bad_name || !is_name(name, name_size);
    (void)value;
    headers->bytes += name_size + value_size + 4; /* the colon, a space, the line end */
    return MHD_YES;
}

/* The library cuts the request line in place: the version stands one space behind the address. A
 * larger distance is an address with a NUL inside, of which we would see the first part only. */
static bool is_whole(const EscHttpCall *call, const char *url, const char *version)
{
    size_t size = strlen(call->uri) + (call->query == NULL ? 0 : 1 + strlen(call->query));
    uintptr_t distance = (uintptr_t)version - (uintptr_t)url;
    return distance > ESC_HTTP_URI_BYTES_MAX + 1 || distance == size + 1;
}

static bool has_control_or_space(const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || *text == 0x7f)
            return true;
    return false;
}

static void check_address(EscHttpCall *call, const char *url, const char *version)
{
    if (call->uri == NULL)
        esc_http_refuse(call, 414, "uri_too_long", "The address of the request is too long", NULL);
    else if (!is_whole(call, url, version) || has_control_or_space(call->uri) ||
             has_control_or_space(call->query))
        esc_http_refuse(call, 400, "bad_address",
                        "The address of the request has white space or control characters", NULL);
}

static void check_length(EscHttpCall *call, const Headers *headers, const char *version)
{
    const char *length = esc_http_header(call, "Content-Length");
    const char *coding = esc_http_header(call, "Transfer-Encoding");
    if (headers->lengths > 1)
        esc_http_refuse(call, 400, "ambiguous_length", "There must be at most one Content-Length",
                        "header:Content-Length");
    else if (headers->codings > 1 || (coding != NULL && length != NULL))
        esc_http_refuse(call, 400, "ambiguous_length",
                        "Content-Length and Transfer-Encoding must not come together",
                        "header:Transfer-Encoding");
    else if (coding != NULL && strcmp(version, MHD_HTTP_VERSION_1_1) != 0)
        esc_http_refuse(call, 400, "ambiguous_length",
                        "Transfer-Encoding needs a newer version of HTTP",
                        "header:Transfer-Encoding");
    else if (coding != NULL && strcasecmp(coding, "chunked") != 0)
        esc_http_refuse(call, 501, "unknown_coding",
                        "The only transfer coding known here is chunked",
                        "header:Transfer-Encoding");
    else if (length != NULL && (strlen(length) > ESC_HTTP_LENGTH_DIGITS_MAX ||
                                strtoull(length, NULL, 10) > call->max_body))
        esc_http_refuse_size(call);
}

void esc_http_check_framing(EscHttpCall *call, const char *url, const char *version)
{
    Headers headers = {0};
    (void)MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, count_header, &headers);
    check_address(call, url, version);
    if (!esc_http_is_answered(call) && headers.has_bad_name)
        esc_http_refuse(call, 400, "bad_header",
                        "A header's name has characters that it may not have", NULL);
    if (!esc_http_is_answered(call))
        check_length(call, &headers, version);
    if (!esc_http_is_answered(call) && headers.bytes > call->header_bytes_max)
        esc_http_refuse(call, 431, "headers_too_large", "The headers of the request are too large",
                        NULL);
    if (!esc_http_is_answered(call) && headers.hosts > 1)
        esc_http_refuse(call, 400, "duplicate_host", "There must be one Host header",
                        "header:Host");
    if (!esc_http_is_answered(call) && headers.hosts == 0 &&
        strcmp(version, MHD_HTTP_VERSION_1_1) == 0)
        esc_http_refuse(call, 400, "missing_host", "There must be one Host header", "header:Host");
}
