/* oidc.c - a login by a provider, step by step, on threads that may wait for it.
 *
 * What a provider says of itself, and its keys, are kept for an hour; a token whose key is not among them has them fetched
 * once more, as keys change. Not its job: what of that is right (provider.c, jwt.c), requests (fetch.c), pages (the room
 * api). */
#include <stdio.h>
#include <stdlib.h>

#include <curl/curl.h>
#include <openssl/crypto.h>

#include <esc/proofs.h>

#include "oidc_internal.h"

#define WORKERS 2
#define WORKERS_MAX 4
#define STUCK_MS 100
#define JOBS_MAX 64
#define KEPT_MS ESC_HOUR_MS
#define AGAIN_MS                                                                                   \
    (10 * ESC_SECOND_MS) /* keys are not fetched more often for tokens with unknown ones */
#define PROOF_BYTES 16

/* A document of the provider's. */
typedef struct Kept {
    EscBuf text;
    int64_t fetched_ms; /* boot clock; INT64_MIN: never */
} Kept;

struct EscOidc {
    EscOidcSetup setup;
    EscPool *pool;
    pthread_mutex_t lock; /* for what follows */
    size_t jobs;
    Kept provider, keys;
    atomic_bool is_stopping;
};

/* --- what is made of the daemon's key ------------------------------------------------------------- */

static void prove(const EscOidc *oidc, const char *label, EscText text, uint8_t proof[32])
{
    const EscText said[] = {esc_text_from(label), ESC_TEXT(" "), text};
    EscMac mac;
    bool is_made = esc_mac_make(ESC_MAC_SHA256, (EscText){(const char *)oidc->setup.key, 32}, said,
                                ESC_COUNT_OF(said), &mac);
    ESC_ASSERT(is_made);
    memcpy(proof, mac.bytes, 32);
}

/* 16 digits drawn, 16 of the time, 32 that prove both. */
void esc_oidc_state(const EscOidc *oidc, char state[ESC_OIDC_STATE_SIZE + 1])
{
    uint64_t drawn = 0;
    uint8_t proof[32];
    const EscRandom *random = oidc->setup.random;
    random->fill(random->context, &drawn, sizeof(drawn));
    (void)snprintf(state, 33, "%016llx%016llx", (unsigned long long)drawn,
                   (unsigned long long)esc_clock_real_ms(oidc->setup.clock));
    prove(oidc, "state", (EscText){state, 32}, proof);
    esc_hex((EscBytes){proof, PROOF_BYTES}, state + 32);
}

bool esc_oidc_state_is_ours(const EscOidc *oidc, EscText state)
{
    uint8_t proof[32];
    char right[2 * PROOF_BYTES + 1];
    int64_t at_ms = 0, now_ms = esc_clock_real_ms(oidc->setup.clock);
    if (state.size != ESC_OIDC_STATE_SIZE)
        return false;
    prove(oidc, "state", (EscText){state.data, 32}, proof);
    esc_hex((EscBytes){proof, PROOF_BYTES}, right);
    if (CRYPTO_memcmp(right, state.data + 32, sizeof(right) - 1) != 0)
        return false;
    for (size_t i = 16; i < 32; i++)
        at_ms = at_ms << 4 | esc_hex_value(state.data[i]);
    return now_ms - at_ms < ESC_OIDC_STATE_LIFETIME_MS &&
           at_ms - now_ms < ESC_OIDC_STATE_LIFETIME_MS;
}

static EscText proof_of(const EscOidc *oidc, EscArena *arena, const char *label, EscText state)
{
    uint8_t proof[32];
    char hex[65];
    prove(oidc, label, state, proof);
    esc_hex((EscBytes){proof, sizeof(proof)}, hex);
    return esc_arena_text(arena, esc_text_from(hex));
}

/* --- documents ------------------------------------------------------------------------------------ */

static EscStatus fetch_kept(EscOidc *oidc, Kept *kept, EscText url, int64_t age_ms, EscArena *arena,
                            EscText *out, EscWhy *why)
{
    const EscClock *clock = oidc->setup.clock;
    int64_t now_ms = clock->boot_ms(clock->context);
    EscFetch fetch = {.setup = &oidc->setup, .is_stopping = &oidc->is_stopping, .url = url};
    EscBuf reply;
    (void)pthread_mutex_lock(&oidc->lock);
    bool is_fresh = kept->fetched_ms != INT64_MIN && now_ms - kept->fetched_ms < age_ms;
    if (is_fresh)
        *out = esc_arena_text(arena, esc_buf_as_text(&kept->text));
    (void)pthread_mutex_unlock(&oidc->lock);
    if (is_fresh)
        return out->data == NULL ? ESC_NO_MEMORY : ESC_OK;
    esc_buf_init(&reply, ESC_OIDC_REPLY_BYTES_MAX);
    EscStatus status = esc_fetch(&fetch, &reply, why);
    if (status == ESC_OK) {
        *out = esc_arena_text(arena, esc_buf_as_text(&reply));
        (void)pthread_mutex_lock(&oidc->lock);
        EscBuf former = kept->text;
        kept->text = reply;
        kept->fetched_ms = now_ms;
        reply = former;
        (void)pthread_mutex_unlock(&oidc->lock);
    }
    esc_buf_release(&reply);
    return status == ESC_OK && out->data == NULL ? ESC_NO_MEMORY : status;
}

static EscStatus find_provider(EscOidc *oidc, EscArena *arena, EscProvider *out, EscWhy *why)
{
    EscText issuer = oidc->setup.config->oidc.issuer, base = issuer, json = {0};
    while (base.size > 0 && base.data[base.size - 1] == '/')
        base.size--;
    EscText url =
        esc_arena_printf(arena, "%.*s/.well-known/openid-configuration", ESC_TEXT_ARG(base));
    EscStatus status = url.data == NULL
                           ? ESC_NO_MEMORY
                           : fetch_kept(oidc, &oidc->provider, url, KEPT_MS, arena, &json, why);
    return status == ESC_OK ? esc_provider_read(arena, json, issuer, out, why) : status;
}

/* --- there ---------------------------------------------------------------------------------------- */

static void put_field(EscBuf *out, const char *name, EscText value)
{
    bool is_first = out->size == 0 || out->data[out->size - 1] == '?';
    esc_buf_printf(out, "%s%s=", is_first ? "" : "&", name);
    esc_buf_percent(out, value);
}

static EscText keep(EscArena *arena, EscBuf *buf)
{
    EscText text =
        buf->status == ESC_OK ? esc_arena_text(arena, esc_buf_as_text(buf)) : (EscText){0};
    if (buf->data != NULL)
        OPENSSL_cleanse(buf->data, buf->capacity);
    esc_buf_release(buf);
    return text;
}

static EscText our_address(const EscOidc *oidc, EscArena *arena)
{
    return esc_arena_printf(arena, "%.*s" ESC_OIDC_PATH,
                            ESC_TEXT_ARG(oidc->setup.config->public_url));
}

static EscStatus begin(EscOidc *oidc, EscOidcJob *job)
{
    EscProvider provider;
    EscBuf url, challenge;
    uint8_t hash[32];
    const EscOidcBinding *config = &oidc->setup.config->oidc;
    EscStatus status = find_provider(oidc, job->arena, &provider, &job->why);
    if (status != ESC_OK)
        return status;
    EscText verifier = proof_of(oidc, job->arena, "verifier", job->state);
    esc_buf_init(&challenge, 64);
    esc_sha256((EscBytes){(const uint8_t *)verifier.data, verifier.size}, hash);
    esc_base64url_write(&challenge, (EscBytes){hash, sizeof(hash)});
    esc_buf_init(&url, 16384);
    esc_buf_text(&url, provider.authorize_url);
    esc_buf_string(
        &url,
        memchr(provider.authorize_url.data, '?', provider.authorize_url.size) == NULL ? "?" : "&");
    url.size -= url.data != NULL && url.size > 0 && url.data[url.size - 1] == '&';
    put_field(&url, "response_type", ESC_TEXT("code"));
    put_field(&url, "client_id", config->client_id);
    put_field(&url, "redirect_uri", our_address(oidc, job->arena));
    put_field(&url, "scope", config->scope);
    put_field(&url, "state", job->state);
    put_field(&url, "nonce", proof_of(oidc, job->arena, "nonce", job->state));
    put_field(&url, "code_challenge", esc_buf_as_text(&challenge));
    put_field(&url, "code_challenge_method", ESC_TEXT("S256"));
    job->url = keep(job->arena, &url);
    esc_buf_release(&challenge);
    return job->url.data == NULL || esc_arena_failed(job->arena) ? ESC_NO_MEMORY : ESC_OK;
}

/* --- and back ------------------------------------------------------------------------------------- */

typedef struct Tokens {
    EscText id, access; /* in the job's arena */
} Tokens;

/* As RFC 6749 has it, both are encoded once more before they are put together. */
static EscText basic(EscArena *arena, const EscOidcBinding *config)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    EscBuf pair, coded;
    esc_buf_init(&pair, 4 * ESC_SECRET_BYTES_MAX);
    esc_buf_init(&coded, 8 * ESC_SECRET_BYTES_MAX);
    esc_buf_percent(&pair, config->client_id);
    esc_buf_char(&pair, ':');
    esc_buf_percent(&pair, config->secret);
    esc_buf_string(&coded, "Basic ");
    for (size_t i = 0; i < pair.size; i += 3) {
        size_t left = pair.size - i;
        uint32_t group = (uint32_t)pair.data[i] << 16;
        group |= left > 1 ? (uint32_t)pair.data[i + 1] << 8 : 0;
        group |= left > 2 ? pair.data[i + 2] : 0;
        esc_buf_char(&coded, digits[group >> 18]);
        esc_buf_char(&coded, digits[(group >> 12) & 63]);
        esc_buf_char(&coded, left > 1 ? digits[(group >> 6) & 63] : '=');
        esc_buf_char(&coded, left > 2 ? digits[group & 63] : '=');
    }
    if (pair.data != NULL)
        OPENSSL_cleanse(pair.data, pair.capacity);
    esc_buf_release(&pair);
    return keep(arena, &coded);
}

static EscStatus exchange(EscOidc *oidc, EscOidcJob *job, const EscProvider *provider, Tokens *out)
{
    static const EscJsonLimits limits = {.depth_max = 8, .values_max = 1000};
    const EscOidcBinding *config = &oidc->setup.config->oidc;
    const EscJson *json = NULL;
    EscBuf form, reply;
    EscText nothing = {"", 0};
    bool has_secret = config->secret.size > 0;
    bool is_basic = has_secret && (provider->takes_basic || !provider->takes_post);
    esc_buf_init(&form, 32768);
    esc_buf_init(&reply, ESC_OIDC_REPLY_BYTES_MAX);
    put_field(&form, "grant_type", ESC_TEXT("authorization_code"));
    put_field(&form, "code", job->code);
    put_field(&form, "redirect_uri", our_address(oidc, job->arena));
    put_field(&form, "code_verifier", proof_of(oidc, job->arena, "verifier", job->state));
    if (!is_basic)
        put_field(&form, "client_id", config->client_id);
    if (has_secret && !is_basic)
        put_field(&form, "client_secret", config->secret);
    EscFetch fetch = {.setup = &oidc->setup,
                      .is_stopping = &oidc->is_stopping,
                      .url = provider->token_url,
                      .form = keep(job->arena, &form),
                      .authorization = is_basic ? basic(job->arena, config) : nothing};
    EscStatus status =
        fetch.form.data == NULL ? ESC_NO_MEMORY : esc_fetch(&fetch, &reply, &job->why);
    EscText text = status == ESC_OK ? keep(job->arena, &reply) : nothing;
    esc_buf_release(&reply);
    if (status != ESC_OK)
        return status;
    if (esc_json_read(job->arena, text, &limits, &json, NULL) != ESC_OK)
        return esc_why(&job->why, ESC_BAD_INPUT, "", 0, "the provider's answer is no JSON");
    out->id = esc_json_text_or(esc_json_member(json, ESC_TEXT("id_token")), nothing);
    out->access = esc_json_text_or(esc_json_member(json, ESC_TEXT("access_token")), nothing);
    return out->id.size > 0
               ? ESC_OK
               : esc_why(&job->why, ESC_BAD_INPUT, "", 0, "the provider gave no token (id_token)");
}

static EscStatus verify(EscOidc *oidc, EscOidcJob *job, const EscProvider *provider, EscText token,
                        EscTokenClaims *out)
{
    EscTokenWish wish = {.issuer = provider->issuer,
                         .client_id = oidc->setup.config->oidc.client_id,
                         .nonce = proof_of(oidc, job->arena, "nonce", job->state),
                         .now_s = esc_clock_real_ms(oidc->setup.clock) / 1000};
    EscStatus status = ESC_NOT_FOUND;
    const int64_t ages_ms[] = {KEPT_MS, AGAIN_MS}; /* keys change */
    for (size_t i = 0; i < ESC_COUNT_OF(ages_ms) && status == ESC_NOT_FOUND; i++) {
        EscText keys = {0};
        status = fetch_kept(oidc, &oidc->keys, provider->keys_url, ages_ms[i], job->arena, &keys,
                            &job->why);
        if (status == ESC_OK)
            status = esc_token_verify(job->arena, token, keys, &wish, out, &job->why);
    }
    return status;
}

static bool is_sendable(EscText text)
{
    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.data[i] <= ' ' || (unsigned char)text.data[i] >= 0x7f)
            return false;
    return text.size > 0 && text.size < 8192;
}

/* Many providers say a mail address only to who asks for it. What cannot be had leaves it unsaid. */
static void look_up(EscOidc *oidc, EscOidcJob *job, const EscProvider *provider, EscText access,
                    EscTokenClaims *claims)
{
    static const EscJsonLimits limits = {.depth_max = 8, .values_max = 1000};
    const EscJson *json = NULL;
    EscTokenClaims told;
    EscBuf reply;
    if (claims->mail.size > 0 || provider->userinfo_url.size == 0 || !is_sendable(access))
        return;
    EscFetch fetch = {.setup = &oidc->setup,
                      .is_stopping = &oidc->is_stopping,
                      .url = provider->userinfo_url,
                      .authorization =
                          esc_arena_printf(job->arena, "Bearer %.*s", ESC_TEXT_ARG(access))};
    EscWhy why;
    esc_buf_init(&reply, ESC_OIDC_REPLY_BYTES_MAX);
    EscStatus status = esc_fetch(&fetch, &reply, &why);
    EscText text = keep(job->arena, &reply);
    if (status != ESC_OK || text.data == NULL ||
        esc_json_read(job->arena, text, &limits, &json, NULL) != ESC_OK)
        return;
    esc_claims_read(job->arena, json, &told);
    if (!esc_text_equal(told.subject, claims->subject))
        return; /* it speaks of somebody else */
    claims->mail = told.mail;
    claims->title = claims->title.size > 0 ? claims->title : told.title;
}

static EscStatus finish(EscOidc *oidc, EscOidcJob *job)
{
    EscProvider provider;
    Tokens tokens = {.id = {0}};
    EscTokenClaims claims;
    EscStatus status = find_provider(oidc, job->arena, &provider, &job->why);
    if (status == ESC_OK)
        status = exchange(oidc, job, &provider, &tokens);
    if (status == ESC_OK)
        status = verify(oidc, job, &provider, tokens.id, &claims);
    if (status != ESC_OK)
        return status;
    look_up(oidc, job, &provider, tokens.access, &claims);
    job->subject = claims.subject;
    job->mail = claims.mail;
    job->title = claims.title;
    return esc_arena_failed(job->arena) ? ESC_NO_MEMORY : ESC_OK;
}

/* --- jobs ----------------------------------------------------------------------------------------- */

static void run(void *context)
{
    EscOidcJob *job = context;
    EscOidc *oidc = job->oidc;
    job->status = job->code.size == 0 ? begin(oidc, job) : finish(oidc, job);
    (void)pthread_mutex_lock(&oidc->lock);
    oidc->jobs--;
    (void)pthread_mutex_unlock(&oidc->lock);
    job->done(job->context); /* its owner's again */
}

bool esc_oidc_put(EscOidc *oidc, EscOidcJob *job)
{
    (void)pthread_mutex_lock(&oidc->lock);
    bool has_room = oidc->jobs < JOBS_MAX && !oidc->is_stopping;
    oidc->jobs += has_room;
    (void)pthread_mutex_unlock(&oidc->lock);
    if (!has_room)
        return false;
    job->oidc = oidc;
    esc_lane_init(&job->lane, oidc->pool, run, job);
    esc_lane_wake(&job->lane);
    return true;
}

void esc_oidc_close(EscOidcJob *job)
{
    esc_lane_close(&job->lane); /* it has told its owner: only its return is left */
}

/* --- life ----------------------------------------------------------------------------------------- */

EscStatus esc_oidc_new(const EscOidcSetup *setup, EscOidc **out, EscWhy *why)
{
    EscPoolConfig pool = {.workers = WORKERS, .workers_max = WORKERS_MAX, .stuck_ms = STUCK_MS};
    *out = NULL;
    if (setup->config->oidc.issuer.size == 0)
        return ESC_OK;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return esc_why(why, ESC_IO_FAILED, "", 0, "libcurl does not start");
    EscOidc *oidc = calloc(1, sizeof(*oidc));
    if (oidc != NULL) {
        oidc->setup = *setup;
        oidc->provider.fetched_ms = oidc->keys.fetched_ms = INT64_MIN;
        esc_buf_init(&oidc->provider.text, ESC_OIDC_REPLY_BYTES_MAX);
        esc_buf_init(&oidc->keys.text, ESC_OIDC_REPLY_BYTES_MAX);
        ESC_ASSERT(pthread_mutex_init(&oidc->lock, NULL) == 0);
        oidc->pool = esc_pool_new(&pool, why);
    }
    if (oidc == NULL || oidc->pool == NULL) {
        free(oidc);
        curl_global_cleanup();
        return oidc == NULL ? esc_why(why, ESC_NO_MEMORY, "", 0, "no memory for logging in")
                            : ESC_IO_FAILED;
    }
    *out = oidc;
    return ESC_OK;
}

void esc_oidc_give_up(EscOidc *oidc)
{
    if (oidc == NULL)
        return;
    (void)pthread_mutex_lock(&oidc->lock);
    oidc->is_stopping = true;
    (void)pthread_mutex_unlock(&oidc->lock);
}

void esc_oidc_free(EscOidc *oidc)
{
    if (oidc == NULL)
        return;
    esc_oidc_give_up(oidc);
    esc_pool_free(oidc->pool);
    esc_buf_release(&oidc->provider.text);
    esc_buf_release(&oidc->keys.text);
    (void)pthread_mutex_destroy(&oidc->lock);
    free(oidc);
    curl_global_cleanup();
}
