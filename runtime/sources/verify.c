/* verify.c - whether a request comes from who knows the secret of a source.
 *
 *   token              the secret, in a header (behind `Bearer`, `Token` or nothing, or as the password of `Basic`) or a parameter
 *   hmac_sha256        HMAC of the body, in hexadecimal digits or base64, with or without `sha256=` or the like in front;
 *                      hmac_sha1 and hmac_sha512 alike
 *   slack              v0=HMAC("v0:TIME:BODY")                                        (X-Slack-Signature)
 *   standard_webhooks  v1,HMAC("ID.TIME.BODY"), of the specification of that name     (webhook-signature)
 *   zendesk            HMAC("TIME" "BODY")                                            (X-Zendesk-Webhook-Signature)
 *   hubspot            HMAC("POST" "URL" "BODY" "TIME"), its version 3                (X-HubSpot-Signature-v3)
 *
 * A header may hold several signatures, as it does while a sender changes its secret; so may the operator give two secrets. */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include <esc/proofs.h>

#include "sources_internal.h"

enum { TOKEN_BYTES_MAX = 8192 };

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

/* "user:password": the password, or all of it, is the secret. */
static bool has_password(EscText plain, EscText secret)
{
    const char *colon = plain.size == 0 ? NULL : memchr(plain.data, ':', plain.size);
    if (colon == NULL)
        return esc_secrets_equal(plain, secret);
    EscText password = {colon + 1, plain.size - (size_t)(colon + 1 - plain.data)};
    bool is_password = esc_secrets_equal(password, secret);
    return esc_secrets_equal(plain, secret) || is_password;
}

static bool is_basic(EscText coded, EscText secret)
{
    EscBuf plain;
    esc_buf_init(&plain, TOKEN_BYTES_MAX);
    bool is_proven = esc_base64_read(coded, &plain) && plain.size > 0 &&
                     has_password(esc_buf_as_text(&plain), secret);
    OPENSSL_cleanse(plain.data, plain.size);
    esc_buf_release(&plain);
    return is_proven;
}

static bool header_proves(EscText value, EscText secret)
{
    if (takes_scheme(&value, "basic "))
        return is_basic(value, secret);
    (void)(takes_scheme(&value, "bearer ") || takes_scheme(&value, "token "));
    return esc_secrets_equal(value, secret);
}

/* The parameter of that name, still encoded; empty: there is none. */
static EscText parameter(EscText query, EscText name)
{
    EscText one, value;
    while (esc_form_next_coded(&query, &one, &value))
        if (value.size > 0 && esc_text_equal(one, name))
            return value;
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
        EscBuf plain;
        esc_buf_init(&plain, TOKEN_BYTES_MAX);
        esc_percent_read(given, false, &plain);
        is_there = true;
        is_proven = esc_secrets_equal(esc_buf_as_text(&plain), secret) || is_proven;
        OPENSSL_cleanse(plain.data, plain.size);
        esc_buf_release(&plain);
    }
    return is_proven ? ESC_SOURCE_PROVEN : is_there ? ESC_SOURCE_WRONG : ESC_SOURCE_NO_PROOF;
}

/* --- signatures --------------------------------------------------------------------------------- */

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

static bool is_same_mac(EscText given, const EscMac *mac)
{
    return given.size == 2 * mac->size ? esc_mac_is_hex(mac, given) : esc_mac_is_base64(mac, given);
}

/* Several stand with commas or blanks between; `sha256=`, `v1=` or the like may stand in front of each. */
static bool some_is_same(EscText header, const EscMac *mac)
{
    const size_t shortest = (mac->size * 4 + 2) / 3; /* base64 without its padding */
    bool is_same = false;
    while (header.size > 0) {
        size_t size = 0;
        while (size < header.size && header.data[size] != ',' && header.data[size] != ' ')
            size++;
        EscText one = {header.data, size};
        const char *equals = memchr(one.data, '=', one.size);
        size_t prefix = equals == NULL ? 0 : (size_t)(equals - one.data) + 1;
        is_same = is_same_mac(one, mac) || is_same;
        if (one.size - prefix >= shortest)
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
    if (esc_verify_is_hmac(kind))
        return true; /* it has no time */
    if (!read_time(request->headers[1], &ms))
        return false;
    return ms >= request->now_ms - ESC_SOURCE_REPLAY_MS &&
           ms <= request->now_ms + ESC_SOURCE_REPLAY_MS;
}

static EscMacKind mac_kind(EscVerifyKind kind)
{
    return kind == ESC_VERIFY_HMAC_SHA1     ? ESC_MAC_SHA1
           : kind == ESC_VERIFY_HMAC_SHA512 ? ESC_MAC_SHA512
                                            : ESC_MAC_SHA256;
}

static bool is_signed_with(EscVerifyKind kind, EscText secret, EscText text, EscText signature)
{
    EscMac mac;
    EscBuf key;
    esc_buf_init(&key, secret.size + 1);
    if (kind == ESC_VERIFY_STANDARD_WEBHOOKS)
        (void)!esc_webhook_key(secret, &key); /* failing leaves its mark in the buffer */
    else
        esc_buf_text(&key, secret);
    bool is_made =
        key.status == ESC_OK && esc_mac_make(mac_kind(kind), esc_buf_as_text(&key), &text, 1, &mac);
    OPENSSL_cleanse(key.data, key.size);
    esc_buf_release(&key);
    return is_made && some_is_same(signature, &mac);
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
        EscText all = esc_buf_as_text(&bytes);
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
