/* api_wrong.c - wrong tokens, counted by the address that they come from: each is answered later than the one before.
 *
 * A token cannot be guessed, but who tries should neither learn much a second nor fill the log of whoever looks. The table
 * has a fixed size: addresses that fall into one place share it, so that no number of addresses costs memory. Right tokens
 * are never held up, and neither is who sends none. Not its job: the waiting (http/http.c). */
#include "api_internal.h"

#define PAUSE_FIRST_MS 10
#define DOUBLINGS_MAX 16
#define FORGIVEN_MS 10000 /* for each of these without a wrong token half of them are forgotten */

int64_t esc_wrong_tokens_pause(EscWrongTokens *wrong, uint64_t client, int64_t now_ms,
                               int64_t longest_ms)
{
    EscWrongPlace *place = &wrong->places[client % ESC_COUNT_OF(wrong->places)];
    for (int64_t passed = now_ms - place->at_ms; passed >= FORGIVEN_MS && place->count > 0;
         passed -= FORGIVEN_MS)
        place->count /= 2;
    place->at_ms = now_ms;
    int64_t pause_ms = (int64_t)PAUSE_FIRST_MS << place->count;
    if (place->count < DOUBLINGS_MAX)
        place->count++;
    return pause_ms < longest_ms ? pause_ms : longest_ms;
}
