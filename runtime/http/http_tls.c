/* http_tls.c - a certificate and its key, read and held against each other before any client sees them.
 *
 * Not its job: files and when they change (the room daemon), the handshake (libmicrohttpd, by GnuTLS). */
#include <stdlib.h>
#include <string.h>

#include "http_call.h"

#define CERTIFICATES_MAX 16 /* of a chain */

static gnutls_datum_t datum(EscText text)
{
    return (gnutls_datum_t){.data = (unsigned char *)(uintptr_t)text.data,
                            .size = (unsigned)text.size};
}

static EscStatus refuse(EscWhy *why, const char *what, int code)
{
    return esc_why(why, ESC_BAD_CONFIG, "", 0, "%s: %s", what, gnutls_strerror(code));
}

static EscStatus read_certificates(EscTls *tls, EscText text, EscWhy *why)
{
    gnutls_datum_t bytes = datum(text);
    gnutls_x509_crt_t first = NULL;
    tls->count = CERTIFICATES_MAX;
    tls->certificates = calloc(CERTIFICATES_MAX, sizeof(*tls->certificates));
    if (tls->certificates == NULL)
        return ESC_NO_MEMORY;
    int code = gnutls_pcert_list_import_x509_raw(tls->certificates, &tls->count, &bytes,
                                                 GNUTLS_X509_FMT_PEM, 0);
    if (code < 0) {
        tls->count = 0;
        return refuse(why, "the certificate cannot be read", code);
    }
    code = gnutls_pcert_export_x509(&tls->certificates[0], &first);
    if (code < 0)
        return refuse(why, "the certificate cannot be read", code);
    tls->ends_ms = (int64_t)gnutls_x509_crt_get_expiration_time(first) * 1000;
    gnutls_x509_crt_deinit(first);
    return ESC_OK;
}

static EscStatus read_key(EscTls *tls, EscText text, EscWhy *why)
{
    gnutls_datum_t bytes = datum(text);
    if (gnutls_privkey_init(&tls->key) < 0) {
        tls->key = NULL;
        return ESC_NO_MEMORY;
    }
    int code = gnutls_privkey_import_x509_raw(tls->key, &bytes, GNUTLS_X509_FMT_PEM, NULL, 0);
    return code < 0 ? refuse(why, "the private key cannot be read", code) : ESC_OK;
}

/* A renewal writes two files: for a moment they are not a pair. */
static EscStatus check_pair(const EscTls *tls, EscWhy *why)
{
    uint8_t ours[64], theirs[64];
    size_t ours_size = sizeof(ours), theirs_size = sizeof(theirs);
    gnutls_pubkey_t public = NULL;
    bool is_pair =
        gnutls_pubkey_init(&public) >= 0 &&
        gnutls_pubkey_import_privkey(public, tls->key, 0, 0) >= 0 &&
        gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, ours, &ours_size) >= 0 &&
        gnutls_pubkey_get_key_id(tls->certificates[0].pubkey, GNUTLS_KEYID_USE_SHA256, theirs,
                                 &theirs_size) >= 0 &&
        ours_size == theirs_size && memcmp(ours, theirs, ours_size) == 0;
    if (public != NULL)
        gnutls_pubkey_deinit(public);
    return is_pair ? ESC_OK
                   : esc_why(why, ESC_BAD_CONFIG, "", 0,
                             "the private key is not that of the certificate");
}

EscStatus esc_tls_new(EscText certificates, EscText key, EscTls **out, EscWhy *why)
{
    EscTls *tls = calloc(1, sizeof(*tls));
    *out = NULL;
    EscStatus status = tls == NULL ? ESC_NO_MEMORY : read_certificates(tls, certificates, why);
    if (status == ESC_OK)
        status = read_key(tls, key, why);
    if (status == ESC_OK)
        status = check_pair(tls, why);
    if (status == ESC_OK)
        *out = tls;
    else
        esc_tls_free(tls);
    return status == ESC_NO_MEMORY ? esc_why(why, status, "", 0, "no memory for the certificate")
                                   : status;
}

void esc_tls_free(EscTls *tls)
{
    if (tls == NULL)
        return;
    for (unsigned i = 0; i < tls->count; i++)
        gnutls_pcert_deinit(&tls->certificates[i]);
    free(tls->certificates);
    if (tls->key != NULL)
        gnutls_privkey_deinit(tls->key);
    free(tls);
}

int64_t esc_tls_ends_ms(const EscTls *tls)
{
    return tls->ends_ms;
}

void esc_tls_sweep(EscTls **former, int64_t now_ms, int64_t patience_ms)
{
    while (*former != NULL) {
        EscTls *tls = *former;
        if (now_ms - tls->replaced_real_ms < patience_ms) {
            former = &tls->next;
            continue;
        }
        *former = tls->next;
        esc_tls_free(tls);
    }
}
