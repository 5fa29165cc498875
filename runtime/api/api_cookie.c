/* api_cookie.c - what browsers send by themselves: cookies, and from which page a request comes.
 *
 * A browser sends a cookie along with whatever any page asks of it. So a session's cookie is for our own site alone
 * (SameSite=Strict), and counts only where nothing says that another site's page asked: Sec-Fetch-Site, which all browsers
 * of today send, and Origin. What changes something needs a word besides that only a page of ours can know (api_who.c). */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api_internal.h"

#define HOST_PREFIX                                                                                \
    "__Host-" /* set by this host alone, over HTTPS, for all of it: browsers see to that */

bool esc_request_is_secure(const EscRequest *request)
{
    const EscConfig *config = request->setup->config;
    return esc_http_is_tls(request->http) ||
           (config != NULL && esc_text_starts_with(config->public_url, ESC_TEXT("https://")));
}

EscText esc_cookie_find(const char *header, const char *name, bool is_secure)
{
    char wanted[64];
    EscText found = {0};
    (void)snprintf(wanted, sizeof(wanted), "%s%s=", is_secure ? HOST_PREFIX : "", name);
    size_t size = strlen(wanted);
    for (const char *at = header; at != NULL && *at != '\0';) {
        at += strspn(at, " ;");
        size_t length = strcspn(at, ";");
        if (length >= size && memcmp(at, wanted, size) == 0) {
            if (found.data != NULL)
                return (EscText){0}; /* somebody put a second one beside it */
            found = (EscText){at + size, length - size};
        }
        at += length;
    }
    while (found.size > 0 && found.data[found.size - 1] == ' ')
        found.size--;
    return found;
}

EscText esc_request_cookie(const EscRequest *request, const char *name)
{
    return esc_cookie_find(esc_http_header(request->http, "Cookie"), name,
                           esc_request_is_secure(request));
}

void esc_answer_cookie(EscRequest *request, const char *name, const char *value, int64_t seconds,
                       bool is_lax)
{
    char text[ESC_ANSWER_HEADER_BYTES_MAX + 1];
    bool is_secure = esc_request_is_secure(request);
    int length =
        snprintf(text, sizeof(text), "%s%s=%s; Path=/; HttpOnly; SameSite=%s; Max-Age=%lld%s",
                 is_secure ? HOST_PREFIX : "", name, value, is_lax ? "Lax" : "Strict",
                 (long long)seconds, is_secure ? "; Secure" : "");
    ESC_ASSERT(length > 0);
    ESC_ASSERT((size_t)length < sizeof(text));
    esc_answer_header(&request->answer, "Set-Cookie", text);
}

/* "https://escal.example" of Origin: that of public_url, or whatever is in Host, as a proxy hands it on. */
static bool is_our_origin(const EscRequest *request, const char *origin)
{
    const EscConfig *config = request->setup->config;
    const char *host = esc_http_header(request->http, "Host"), *authority = strstr(origin, "://");
    if (config != NULL && config->public_url.size > 0 &&
        strlen(origin) <= config->public_url.size &&
        strncasecmp(origin, config->public_url.data, strlen(origin)) == 0 &&
        strchr(origin + (authority == NULL ? 0 : authority - origin + 3), '/') == NULL &&
        (config->public_url.size == strlen(origin) ||
         config->public_url.data[strlen(origin)] == '/'))
        return authority != NULL;
    return authority != NULL && host != NULL && strcasecmp(authority + 3, host) == 0;
}

bool esc_request_is_own(const EscRequest *request, bool changes)
{
    const char *site = esc_http_header(request->http, "Sec-Fetch-Site"),
               *origin = esc_http_header(request->http, "Origin");
    if (site != NULL && strcmp(site, "same-origin") != 0 && (changes || strcmp(site, "none") != 0))
        return false;
    return origin == NULL || is_our_origin(request, origin);
}
