/* verify.c - whether a request comes from who knows the secret of a source.
 *
 *   token              the secret, in a header (behind `Bearer`, `Token` or nothing, or as the password of `Basic`) or a parameter
 *   hmac_sha256        HMAC of the body, in hexadecimal digits or base64, with or without `sha256=` or the like in front
 *   slack              v0=HMAC("v0:TIME:BODY")                                        (X-Slack-Signature)
 *   standard_webhooks  v1,HMAC("ID.TIME.BODY"), of the specification of that name     (webhook-signature)
 *   zendesk            HMAC("TIME" "BODY")                                            (X-Zendesk-Webhook-Signature)
 *   hubspot            HMAC("POST" "URL" "BODY" "TIME"), its version 3                (X-HubSpot-Signature-v3)
 *
 * A header may hold several signatures, as it does while a sender changes its secret; so may the operator give two secrets. */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "sources_internal.h"

enum { MAC_BYTES = 32, CODED_MAC_BYTES = 44, SECRET_BYTES_MAX = 4096, TOKEN_BYTES_MAX = 8192 };

/* Headers of each kind: the signature, the time, the id. */
static const char *const headers_of[ESC_VERIFY_COUNT][ESC_SOURCE_HEADERS_MAX] = {
    [ESC_VERIFY_SLACK] = {"X-Slack-Signature", "X-Slack-Request-Timestamp"},
    [ESC_VERIFY_STANDARD_WEBHOOKS] = {"webhook-signature", "webhook-timestamp", "webhook-id"},
    [ESC_VERIFY_ZENDESK] = {"X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp"},
    [ESC_VERIFY_HUBSPOT] = {"X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"},
};

const char *esc_source_proof_words(EscSourceProof proof)
{
    switch (proof) {
    case ESC_SOURCE_NO_SECRET:
        return "the configuration has no secret for this source";
    case ESC_SOURCE_NO_PROOF:
        return "the request has no token or signature where the source wants one";
    case ESC_SOURCE_WRONG:
        return "the token or the signature is wrong";
    case ESC_SOURCE_STALE:
        return "the request was signed more than five minutes from now";
    case ESC_SOURCE_PROVEN:
        break;
    }
    return "";
}

bool esc_source_is_token(const EscProgram *program, uint32_t source)
{
    return program->sources[source].verify == ESC_VERIFY_TOKEN;
}

bool esc_source_header(const EscProgram *program, uint32_t source, uint32_t number, char name[65])
{
    const EscSourceRow *row = &program->sources[source];
    EscText text = {0};
    if (number >= ESC_SOURCE_HEADERS_MAX)
        return false;
    if (row->place == ESC_VERIFY_PLACE_HEADER)
        text = number == 0 ? program->texts[row->place_name] : (EscText){0};
    else if (row->verify != ESC_VERIFY_TOKEN)
        text = esc_text_from(headers_of[row->verify][number]);
    else if (number == 0 && row->place == ESC_VERIFY_PLACE_NONE)
        text = ESC_TEXT("Authorization");
    if (text.size == 0 || text.size > 64)
        return false;
    memcpy(name, text.data, text.size);
    name[text.size] = '\0';
    return true;
}

/* --- tokens ------------------------------------------------------------------------------------- */

/* Hashes are compared, so that neither the time nor the length of the answer says anything about the secret. */
static bool is_equal(EscText given, EscText secret)
{
    uint8_t a[32], b[32];
    esc_sha256((EscBytes){(const uint8_t *)given.data, given.size}, a);
    esc_sha256((EscBytes){(const uint8_t *)secret.data, secret.size}, b);
    return CRYPTO_memcmp(a, b, sizeof a) == 0;
}

static bool takes_scheme(EscText *value, const char *scheme)
{
    EscText word = esc_text_from(scheme);
    if (value->size <= word.size)
        return false;
    for (size_t i = 0; i < word.size; i++)
        if (esc_ascii_lower(value->data[i]) != word.data[i])
            return false;
    *value = (EscText){value->data + word.size, value->size - word.size};
    return true;
}

/* base64 of "user:password": the password, or all of it, is the secret. */
static bool is_basic(EscText coded, EscText secret)
{
    unsigned char plain[TOKEN_BYTES_MAX];
    if (coded.size == 0 || coded.size > sizeof plain || coded.size % 4 != 0)
        return false;
    int size = EVP_DecodeBlock(plain, (const unsigned char *)coded.data, (int)coded.size);
    for (size_t i = coded.size; size > 0 && i > coded.size - 2 && coded.data[i - 1] == '='; i--)
        size--; /* the padding is counted as bytes */
    if (size <= 0)
        return false;
    EscText whole = {(const char *)plain, (size_t)size};
    const char *colon = memchr(whole.data, ':', whole.size);
    if (colon == NULL)
        return is_equal(whole, secret);
    EscText password = {colon + 1, whole.size - (size_t)(colon + 1 - whole.data)};
    bool is_password = is_equal(password, secret), is_whole = is_equal(whole, secret);
    return is_password || is_whole;
}

static bool header_proves(EscText value, EscText secret)
{
    if (takes_scheme(&value, "basic "))
        return is_basic(value, secret);
    (void)(takes_scheme(&value, "bearer ") || takes_scheme(&value, "token "));
    return is_equal(value, secret);
}

static char hex_digit_value(char c)
{
    char lower = esc_ascii_lower(c);
    return (char)(lower >= '0' && lower <= '9'   ? lower - '0'
                  : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                 : -1);
}

/* Percent-decoded into `out`; 0 when it is too long. */
static size_t decode(EscText value, char out[TOKEN_BYTES_MAX])
{
    size_t size = 0;
    for (size_t i = 0; i < value.size && size < TOKEN_BYTES_MAX; i++) {
        bool is_coded = value.data[i] == '%' && i + 2 < value.size &&
                        hex_digit_value(value.data[i + 1]) >= 0 &&
                        hex_digit_value(value.data[i + 2]) >= 0;
        out[size++] = is_coded ? (char)(hex_digit_value(value.data[i + 1]) * 16 +
                                        hex_digit_value(value.data[i + 2]))
                               : value.data[i];
        i += is_coded ? 2 : 0;
    }
    return size;
}

/* The parameter of that name, still encoded; empty: there is none. */
static EscText parameter(EscText query, EscText name)
{
    while (query.size > 0) {
        const char *end = memchr(query.data, '&', query.size);
        EscText one = {query.data, end == NULL ? query.size : (size_t)(end - query.data)};
        if (one.size > name.size && one.data[name.size] == '=' && esc_text_starts_with(one, name))
            return (EscText){one.data + name.size + 1, one.size - name.size - 1};
        size_t used = one.size + (end == NULL ? 0 : 1);
        query = (EscText){query.data + used, query.size - used};
    }
    return (EscText){0};
}

static EscSourceProof verify_token(const EscProgram *program, const EscSourceRow *row,
                                   EscText secret, const EscSourceRequest *request)
{
    EscText name =
        row->place == ESC_VERIFY_PLACE_QUERY ? program->texts[row->place_name] : ESC_TEXT("token");
    EscText given =
        row->place == ESC_VERIFY_PLACE_HEADER ? (EscText){0} : parameter(request->query, name);
    bool is_there = request->headers[0].size > 0, is_proven = false;
    if (is_there)
        is_proven = header_proves(request->headers[0], secret);
    if (given.size > 0 && given.size <= TOKEN_BYTES_MAX) {
        char plain[TOKEN_BYTES_MAX];
        EscText value = {plain, decode(given, plain)};
        is_there = true;
        is_proven = is_equal(value, secret) || is_proven;
        OPENSSL_cleanse(plain, sizeof plain);
    }
    return is_proven ? ESC_SOURCE_PROVEN : is_there ? ESC_SOURCE_WRONG : ESC_SOURCE_NO_PROOF;
}

/* --- signatures --------------------------------------------------------------------------------- */

/* The key of a secret of Standard Webhooks: whsec_<base64> is decoded, anything else is taken as it is. */
static size_t key_of(EscVerifyKind kind, EscText secret, uint8_t key[SECRET_BYTES_MAX])
{
    EscText prefix = ESC_TEXT("whsec_");
    if (kind == ESC_VERIFY_STANDARD_WEBHOOKS && esc_text_starts_with(secret, prefix)) {
        EscText coded = {secret.data + prefix.size, secret.size - prefix.size};
        int size = coded.size > SECRET_BYTES_MAX
                       ? 0
                       : EVP_DecodeBlock(key, (const unsigned char *)coded.data, (int)coded.size);
        for (size_t i = coded.size; size > 0 && coded.data[i - 1] == '='; i--)
            size--;
        if (size > 0)
            return (size_t)size;
    }
    size_t size = secret.size < SECRET_BYTES_MAX ? secret.size : SECRET_BYTES_MAX;
    memcpy(key, secret.data, size);
    return size;
}

/* Bytes that are signed; false: no memory. */
static bool signed_bytes(EscVerifyKind kind, const EscSourceSecret *secret,
                         const EscSourceRequest *request, EscBuf *out)
{
    EscText time = request->headers[1];
    switch (kind) {
    case ESC_VERIFY_SLACK:
        esc_buf_printf(out, "v0:%.*s:", ESC_TEXT_ARG(time));
        break;
    case ESC_VERIFY_STANDARD_WEBHOOKS:
        esc_buf_printf(out, "%.*s.%.*s.", ESC_TEXT_ARG(request->headers[2]), ESC_TEXT_ARG(time));
        break;
    case ESC_VERIFY_ZENDESK:
        esc_buf_text(out, time);
        break;
    case ESC_VERIFY_HUBSPOT:
        esc_buf_printf(out, "POST%.*s", ESC_TEXT_ARG(secret->url));
        if (request->query.size > 0)
            esc_buf_printf(out, "?%.*s", ESC_TEXT_ARG(request->query));
        break;
    default:
        break;
    }
    esc_buf_text(out, request->body);
    if (kind == ESC_VERIFY_HUBSPOT)
        esc_buf_text(out, time);
    return out->status == ESC_OK;
}

static bool is_same_mac(EscText given, const uint8_t mac[MAC_BYTES])
{
    char hex[2 * MAC_BYTES + 1], lower[2 * MAC_BYTES];
    unsigned char coded[CODED_MAC_BYTES + 1];
    if (given.size == 2 * MAC_BYTES) {
        esc_hex((EscBytes){mac, MAC_BYTES}, hex);
        for (size_t i = 0; i < sizeof lower; i++)
            lower[i] = esc_ascii_lower(given.data[i]);
        return CRYPTO_memcmp(lower, hex, sizeof lower) == 0;
    }
    (void)EVP_EncodeBlock(coded, mac, MAC_BYTES);
    bool has_length = given.size == CODED_MAC_BYTES || given.size == CODED_MAC_BYTES - 1;
    return has_length && CRYPTO_memcmp(given.data, coded, given.size) == 0;
}

/* Several stand with commas or blanks between; `sha256=`, `v1=` or the like may stand in front of each. */
static bool some_is_same(EscText header, const uint8_t mac[MAC_BYTES])
{
    bool is_same = false;
    while (header.size > 0) {
        size_t size = 0;
        while (size < header.size && header.data[size] != ',' && header.data[size] != ' ')
            size++;
        EscText one = {header.data, size};
        const char *equals = memchr(one.data, '=', one.size);
        size_t prefix = equals == NULL ? 0 : (size_t)(equals - one.data) + 1;
        is_same = is_same_mac(one, mac) || is_same;
        if (one.size - prefix >= CODED_MAC_BYTES - 1)
            is_same = is_same_mac((EscText){one.data + prefix, one.size - prefix}, mac) || is_same;
        size += size < header.size ? 1 : 0;
        header = (EscText){header.data + size, header.size - size};
    }
    return is_same;
}

/* RFC 3339, or seconds or milliseconds since 1970. */
static bool read_time(EscText text, int64_t *ms)
{
    int64_t number = 0;
    if (esc_time_read(text, ms))
        return true;
    if (text.size == 0 || text.size > 15)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + (text.data[i] - '0');
    }
    *ms = number < INT64_C(100000000000) ? number * 1000 : number;
    return true;
}

static bool is_of_now(EscVerifyKind kind, const EscSourceRequest *request)
{
    int64_t ms = 0;
    if (kind == ESC_VERIFY_HMAC_SHA256)
        return true; /* it has no time */
    if (!read_time(request->headers[1], &ms))
        return false;
    return ms >= request->now_ms - ESC_SOURCE_REPLAY_MS &&
           ms <= request->now_ms + ESC_SOURCE_REPLAY_MS;
}

static bool is_signed_with(EscVerifyKind kind, EscText secret, EscBytes bytes, EscText signature)
{
    uint8_t key[SECRET_BYTES_MAX], mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    size_t key_size = key_of(kind, secret, key);
    bool is_made =
        HMAC(EVP_sha256(), key, (int)key_size, bytes.data, bytes.size, mac, &size) != NULL;
    OPENSSL_cleanse(key, sizeof key);
    return is_made && size == MAC_BYTES && some_is_same(signature, mac);
}

static EscSourceProof verify_signature(EscVerifyKind kind, const EscSourceSecret *secret,
                                       const EscSourceRequest *request)
{
    EscText signature = request->headers[0];
    EscBuf bytes;
    if (signature.size == 0)
        return ESC_SOURCE_NO_PROOF;
    esc_buf_init(&bytes, ESC_SOURCE_BODY_BYTES_MAX + ((size_t)64 << 10));
    bool is_signed = signed_bytes(kind, secret, request, &bytes);
    if (is_signed) {
        EscBytes all = esc_buf_as_bytes(&bytes);
        bool by_secret = is_signed_with(kind, secret->secret, all, signature);
        bool by_former =
            secret->former.size > 0 && is_signed_with(kind, secret->former, all, signature);
        is_signed = by_secret || by_former;
    }
    esc_buf_release(&bytes);
    if (!is_signed)
        return ESC_SOURCE_WRONG;
    return is_of_now(kind, request) ? ESC_SOURCE_PROVEN : ESC_SOURCE_STALE;
}

EscSourceProof esc_source_verify(const EscProgram *program, uint32_t source,
                                 const EscSourceSecret *secret, const EscSourceRequest *request)
{
    const EscSourceRow *row = &program->sources[source];
    if (secret->secret.size == 0)
        return ESC_SOURCE_NO_SECRET;
    if (row->verify != ESC_VERIFY_TOKEN)
        return verify_signature((EscVerifyKind)row->verify, secret, request);
    EscSourceProof proof = verify_token(program, row, secret->secret, request);
    if (proof == ESC_SOURCE_WRONG && secret->former.size > 0)
        proof = verify_token(program, row, secret->former, request);
    return proof;
}
