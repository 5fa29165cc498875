/* tokens.c - tokens of systems with oauth2: fetched when a call needs one, kept in memory and nowhere else, renewed before
 * they end.
 *
 * A call that needs a token fetches it in its own slot; others to the same system wait for that one, so a token server is
 * asked once, and one that is silent holds up the slots of its own endpoint and no others. What becomes of the fetch becomes of
 * all of them. */
#include "outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "reply.h"

#define LIFETIME_DEFAULT_MS (5 * ESC_MINUTE_MS) /* of a token whose server does not say */
#define LIFETIME_MAX_MS (ESC_DAY_MS)
#define EARLY_MAX_MS (ESC_MINUTE_MS) /* renewed so long before its end, or at a tenth of its life */
#define TOKEN_BYTES_MAX ((size_t)16384)

struct EscToken {
    EscToken *next;
    const EscSystemBinding *system; /* which is one workspace's */
    char *text;                     /* NULL: there is none */
    int64_t renew_ms;               /* from then on another one is fetched; boot clock */
    EscAttempt *fetching;           /* NULL: nobody */
    EscAttempt *waiting, **waiting_end;
};

static void wipe(EscToken *token)
{
    if (token->text != NULL)
        OPENSSL_cleanse(token->text, strlen(token->text));
    free(token->text);
    token->text = NULL;
}

static EscToken *token_of(EscAttempt *attempt)
{
    EscOutside *outside = attempt->outside;
    for (EscToken *token = outside->tokens; token != NULL; token = token->next)
        if (token->system == attempt->route.system)
            return token;
    EscToken *token = calloc(1, sizeof(*token));
    ESC_ASSERT(token != NULL);
    token->system = attempt->route.system;
    token->waiting_end = &token->waiting;
    token->next = outside->tokens;
    outside->tokens = token;
    return token;
}

void esc_system_tokens_free(EscOutside *outside)
{
    while (outside->tokens != NULL) {
        EscToken *token = outside->tokens;
        outside->tokens = token->next;
        wipe(token);
        free(token);
    }
}

/* --- asked for -------------------------------------------------------------------------------------- */

bool esc_token_is_needed(const EscAttempt *attempt)
{
    const EscSystemBinding *system = attempt->route.system;
    return system != NULL && system->auth.kind == ESC_AUTH_OAUTH2;
}

static void take(EscAttempt *attempt, const EscToken *token)
{
    if (esc_outside_now_ms(attempt->outside) >= attempt->item->deadline_ms) {
        esc_attempt_close(attempt, ESC_VERDICT_RETRY, "its time was over before it had a token");
        return;
    }
    attempt->token = esc_arena_text(attempt->arena, esc_text_from(token->text));
    esc_attempt_send(attempt);
}

void esc_token_get(EscAttempt *attempt)
{
    EscToken *token = token_of(attempt);
    if (token->text != NULL && esc_outside_now_ms(attempt->outside) < token->renew_ms) {
        take(attempt, token);
        return;
    }
    if (token->fetching != NULL) {
        attempt->next_waiting = NULL;
        *token->waiting_end = attempt;
        token->waiting_end = &attempt->next_waiting;
        return;
    }
    token->fetching = attempt;
    attempt->is_fetching = true;
    esc_plan_token(attempt->arena, attempt->site->config, token->system, &attempt->plan);
    esc_attempt_begin(attempt);
}

bool esc_token_is_refused(EscAttempt *attempt)
{
    bool is_refused = esc_token_is_needed(attempt) && !attempt->has_renewed &&
                      attempt->code == CURLE_OK && attempt->status == 401;
    if (!is_refused)
        return false;
    attempt->has_renewed = true;
    EscToken *token = token_of(attempt);
    if (token->text != NULL && esc_text_equal(esc_text_from(token->text), attempt->token))
        wipe(token); /* another attempt may have renewed it by now */
    return true;
}

/* --- answered --------------------------------------------------------------------------------------- */

/* As long as its server says, less what a call may take. */
static int64_t renew_after_ms(const EscJson *reply)
{
    const EscJson *life = esc_json_member(reply, ESC_TEXT("expires_in"));
    int64_t ms = LIFETIME_DEFAULT_MS;
    if (life != NULL && life->kind == ESC_JSON_INTEGER && life->integer >= 0)
        ms = life->integer < LIFETIME_MAX_MS / 1000 ? life->integer * 1000 : LIFETIME_MAX_MS;
    return ms - (ms / 10 < EARLY_MAX_MS ? ms / 10 : EARLY_MAX_MS);
}

static bool is_sendable(EscText text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] <= ' ' || (unsigned char)text.data[i] >= 0x7f)
            return false;
    return text.size > 0 && text.size <= TOKEN_BYTES_MAX;
}

/* False: the reply holds no token that can be sent. */
static bool keep(EscToken *token, EscAttempt *attempt)
{
    static const EscJsonLimits limits = {.depth_max = 16, .values_max = 1000};
    const EscJson *reply = NULL;
    EscText text = {0};
    EscArena *arena = esc_arena_new((size_t)1 << 20);
    ESC_ASSERT(arena != NULL);
    if (esc_json_read(arena, esc_buf_as_text(&attempt->reply), &limits, &reply, NULL) == ESC_OK)
        text = esc_json_text_or(esc_json_member(reply, ESC_TEXT("access_token")), (EscText){0});
    bool is_kept = is_sendable(text);
    wipe(token);
    if (is_kept) {
        token->text = calloc(1, text.size + 1);
        ESC_ASSERT(token->text != NULL);
        memcpy(token->text, text.data, text.size);
        token->renew_ms = esc_outside_now_ms(attempt->outside) + renew_after_ms(reply);
    }
    esc_arena_free(arena);
    if (attempt->reply.size > 0) /* it goes back to the allocator behind this */
        OPENSSL_cleanse(attempt->reply.data, attempt->reply.size);
    return is_kept;
}

void esc_token_ended(EscAttempt *attempt)
{
    EscToken *token = token_of(attempt);
    EscVerdict verdict = esc_attempt_verdict(attempt);
    char said[ESC_DETAIL_BYTES_MAX], detail[ESC_DETAIL_BYTES_MAX + 64];
    esc_attempt_describe(attempt, said, sizeof(said));
    (void)snprintf(detail, sizeof(detail), "no token for it could be fetched: %s", said);
    if (verdict == ESC_VERDICT_DONE && !keep(token, attempt)) {
        verdict = ESC_VERDICT_DEAD;
        (void)snprintf(detail, sizeof(detail),
                       "no token for it could be fetched: the answer holds no access_token");
    }
    EscAttempt *next = token->waiting;
    token->fetching = NULL;
    token->waiting = NULL;
    token->waiting_end = &token->waiting;
    attempt->is_fetching = false;
    attempt->next_waiting = next;
    while (attempt != NULL) {
        next = attempt->next_waiting;
        esc_attempt_renew(attempt);
        if (verdict == ESC_VERDICT_DONE)
            take(attempt, token);
        else
            esc_attempt_close(attempt, verdict, detail);
        attempt = next;
    }
}
