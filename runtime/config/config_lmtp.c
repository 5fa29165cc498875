/* config_lmtp.c - where mail comes in: a socket of this machine, or a port that only this machine reaches. LMTP asks nobody for
 * a password, so it is for the mail server beside us and for nobody else. */
#include <string.h>

#include "config_internal.h"

#define PORT_DIGITS_MAX 5

static bool is_port(EscText text, uint16_t *port)
{
    unsigned long number = 0;
    if (text.size == 0 || text.size > PORT_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + (unsigned long)(text.data[i] - '0');
    }
    *port = (uint16_t)number;
    return number <= UINT16_MAX;
}

bool esc_lmtp_place_read(EscText text, EscLmtpPlace *place)
{
    static const char *const hosts[] = {"127.0.0.1:", "[::1]:", "localhost:"};
    static const char *const names[] = {"127.0.0.1", "::1", "localhost"};
    EscText unix_word = ESC_TEXT("unix:");
    *place = (EscLmtpPlace){.path = {0}};
    if (esc_text_starts_with(text, unix_word)) {
        place->path = (EscText){text.data + unix_word.size, text.size - unix_word.size};
        return place->path.size > 1 && place->path.data[0] == '/';
    }
    for (size_t i = 0; i < ESC_COUNT_OF(hosts); i++) {
        EscText host = esc_text_from(hosts[i]);
        if (!esc_text_starts_with(text, host))
            continue;
        place->host = names[i];
        return is_port((EscText){text.data + host.size, text.size - host.size}, &place->port);
    }
    return false;
}
