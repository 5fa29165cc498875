/* maildoor_senders.c - a sender that brings too much is held back, whatever its mails say: that ends every loop which no
 * header tells of, as the mail stays in the mail server's queue and comes more slowly. */
#include "maildoor_internal.h"

bool esc_mail_senders_take(EscMailSenders *senders, uint64_t who, uint32_t most, int64_t now_ms)
{
    size_t at = who % ESC_COUNT_OF(senders->places);
    bool is_over = now_ms - senders->places[at].since_ms >= ESC_HOUR_MS;
    if (senders->places[at].who != who || is_over) {
        senders->places[at].who = who;
        senders->places[at].since_ms = now_ms;
        senders->places[at].count = 0;
    }
    if (senders->places[at].count >= most)
        return false;
    senders->places[at].count++;
    return true;
}
