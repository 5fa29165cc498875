/* headers.c - which headers a request of an action may say. The compiler asks for what is written, the verifier for what
 * a bundle holds. */
#include <esc/vm.h>

#include <string.h>

/* RFC 9110: tchar. */
static bool is_token_char(unsigned char c)
{
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Tokens are ASCII. */
bool esc_header_names_equal(EscText a, EscText b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (small(a.data[i]) != small(b.data[i]))
            return false;
    return true;
}

static bool is_one_of(EscText name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (esc_header_names_equal(name, esc_text_from(*names)))
            return true;
    return false;
}

EscHeaderFault esc_header_fault(EscText name)
{
    /* RFC 9110 7.6.1, and what says where a message begins and ends */
    static const char *const connection[] = {
        "connection", "keep-alive",        "proxy-connection", "te",   "trailer",
        "upgrade",    "transfer-encoding", "content-length",   "host", "expect",
        NULL};
    static const char *const secret[] = {"authorization",      "proxy-authorization",
                                         "proxy-authenticate", "cookie",
                                         "x-api-key",          "api-key",
                                         "x-auth-token",       NULL};
    if (name.size == 0 || name.size > ESC_HEADER_NAME_BYTES_MAX)
        return ESC_HEADER_NO_NAME;
    for (size_t i = 0; i < name.size; i++)
        if (!is_token_char((unsigned char)name.data[i]))
            return ESC_HEADER_NO_NAME;
    if (is_one_of(name, connection))
        return ESC_HEADER_OF_CONNECTION;
    if (is_one_of(name, secret))
        return ESC_HEADER_SECRET;
    return esc_header_names_equal(name, ESC_TEXT("idempotency-key")) ? ESC_HEADER_KEY
                                                                     : ESC_HEADER_FINE;
}

const char *esc_header_fault_words(EscHeaderFault fault)
{
    switch (fault) {
    case ESC_HEADER_FINE:
        break;
    case ESC_HEADER_NO_NAME:
        return "is no name of a header";
    case ESC_HEADER_OF_CONNECTION:
        return "belongs to the connection, which escald makes";
    case ESC_HEADER_SECRET:
        return "says who is calling, which is a matter of the configuration";
    case ESC_HEADER_KEY:
        return "is what escald says itself, the same at each attempt";
    }
    return "";
}
