/* detail.c - what people are told of an attempt: the peer's own words, cut, and no secret of ours.
 *
 * libcurl's own messages name hosts and are not shown; its codes are put into words here. */
#include "outside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509_vfy.h>

#include "reply.h"

#define WORDS_BYTES_MAX 300
#define SENTENCE_BYTES_MAX (4 * ESC_DETAIL_BYTES_MAX)

/* --- the peer's words --------------------------------------------------------------------------- */

/* Appends one line of what can be seen, without marks of HTML; blanks stand once. */
static void put_line(EscBuf *out, EscText text)
{
    bool is_in_tag = false, is_behind_blank = true;
    size_t size;
    for (size_t at = 0; at < text.size; at += size) {
        uint32_t c = esc_utf8_decode(text, at, &size);
        is_in_tag = is_in_tag ? c != '>' : c == '<';
        bool is_blank =
            is_in_tag || c == '>' || c == ' ' || c == 0xfffd || esc_unseen(c) != ESC_SEEN;
        if (!is_blank)
            esc_buf_append(out, text.data + at, size);
        else if (!is_behind_blank)
            esc_buf_char(out, ' ');
        is_behind_blank = is_blank;
    }
}

static bool is_secret_at(EscText text, size_t at, EscText secret)
{
    return secret.size >= 4 && at + secret.size <= text.size &&
           memcmp(text.data + at, secret.data, secret.size) == 0;
}

/* Receivers repeat what they were sent; the trail holds no secret. */
static void put_without(EscBuf *out, EscText text, const EscText *secrets, size_t count)
{
    for (size_t at = 0; at < text.size;) {
        size_t hidden = 0;
        for (size_t i = 0; i < count && hidden == 0; i++)
            hidden = is_secret_at(text, at, secrets[i]) ? secrets[i].size : 0;
        if (hidden != 0)
            esc_buf_string(out, "***");
        else
            esc_buf_char(out, text.data[at]);
        at += hidden != 0 ? hidden : 1;
    }
}

void esc_peer_words(EscBuf *out, EscText reply, const EscText *secrets, size_t secrets_count)
{
    EscBuf said, line, clean; /* each is no longer than the one before */
    esc_buf_init(&said, reply.size);
    esc_reply_words(&said, reply);
    esc_buf_init(&line, said.size);
    put_line(&line, esc_utf8_cut(esc_buf_as_text(&said), 8 * WORDS_BYTES_MAX));
    esc_buf_init(&clean, line.size);
    put_without(&clean, esc_buf_as_text(&line), secrets, secrets_count);
    EscText words = esc_buf_as_text(&clean);
    while (esc_text_ends_with(words, ESC_TEXT(" ")))
        words.size--;
    esc_buf_text(out, esc_utf8_cut(words, WORDS_BYTES_MAX));
    if (words.size > WORDS_BYTES_MAX)
        esc_buf_string(out, "\xe2\x80\xa6");
    esc_buf_release(&said);
    esc_buf_release(&line);
    esc_buf_release(&clean);
}

static void put_words(EscBuf *out, const EscAttempt *attempt, EscText said)
{
    const EscEndpoint *endpoint = attempt->route.endpoint;
    const EscSystemBinding *system = attempt->route.system;
    const EscText secrets[] = {endpoint == NULL ? (EscText){0} : endpoint->secret,
                               system == NULL ? (EscText){0} : system->secret,
                               system == NULL ? (EscText){0} : system->auth.secret,
                               attempt->token,
                               attempt->site->config->mail.password,
                               attempt->plan.url,
                               attempt->plan.credential};
    EscBuf words;
    esc_buf_init(&words, ESC_DETAIL_BYTES_MAX);
    esc_peer_words(&words, said, secrets, ESC_COUNT_OF(secrets));
    if (words.size > 0)
        esc_buf_printf(out, ": %.*s", ESC_TEXT_ARG(esc_buf_as_text(&words)));
    esc_buf_release(&words);
}

/* --- what went wrong on the way ----------------------------------------------------------------- */

static void put_untrusted(EscBuf *out, const EscAttempt *attempt)
{
    long result;
    (void)curl_easy_getinfo(attempt->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    esc_buf_printf(out, "TLS: the server's certificate is not trusted");
    if (result != 0)
        esc_buf_printf(out, ": %s", X509_verify_cert_error_string(result));
    esc_buf_string(out, " (an authority of your own is named by `ca_file`)");
}

/* True when the code says it all, whatever the peer answered before. */
static bool put_failure(EscBuf *out, const EscAttempt *attempt)
{
    switch (attempt->code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        esc_buf_string(out, "no name server knows its host");
        return true;
    case CURLE_PEER_FAILED_VERIFICATION:
        put_untrusted(out, attempt);
        return true;
    case CURLE_SSL_CACERT_BADFILE:
        esc_buf_string(out, "TLS: its `ca_file` cannot be read");
        return true;
    case CURLE_USE_SSL_FAILED:
        esc_buf_string(out, "TLS: the mail server offers no STARTTLS");
        return true;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
        esc_buf_printf(out, "TLS: no encrypted connection comes about (%s)",
                       curl_easy_strerror(attempt->code));
        return true;
    case CURLE_OPERATION_TIMEDOUT:
        esc_buf_string(out, "no answer in time");
        return true;
    default:
        return false;
    }
}

static void put_answer(EscBuf *out, const EscAttempt *attempt)
{
    bool is_mail = attempt->route.way == ESC_WAY_MAIL;
    bool is_fine = attempt->status > 0 && attempt->status < 400 && !attempt->is_refused_within;
    if (attempt->code == CURLE_LOGIN_DENIED)
        esc_buf_printf(out, "the mail server refused the login (%ld)", attempt->status);
    else
        esc_buf_printf(out, "%s %ld", is_mail ? "the mail server answered" : "HTTP status",
                       attempt->status);
    if (attempt->words != NULL)
        esc_buf_printf(out, ", %s", attempt->words);
    if (is_mail && (!is_fine || attempt->code != CURLE_OK))
        put_words(out, attempt, esc_buf_as_text(&attempt->said));
    else if (!is_fine || attempt->plan.is_judged)
        put_words(out, attempt, esc_buf_as_text(&attempt->reply));
}

/* A status that came before the connection failed says nothing by itself: the receiver may not have taken it. */
static bool has_broken_off(const EscAttempt *attempt)
{
    return attempt->route.way != ESC_WAY_MAIL && attempt->status > 0 && attempt->code != CURLE_OK &&
           attempt->code != CURLE_OPERATION_TIMEDOUT;
}

void esc_attempt_describe(const EscAttempt *attempt, char *out, size_t size)
{
    EscBuf text;
    esc_buf_init(&text, SENTENCE_BYTES_MAX);
    if (attempt->is_address_refused && !attempt->is_address_tried)
        esc_buf_string(&text, "its address is not allowed by the configuration");
    else if (!put_failure(&text, attempt)) {
        if (attempt->code == CURLE_OK || attempt->status > 0)
            put_answer(&text, attempt);
        else
            esc_buf_string(&text, curl_easy_strerror(attempt->code));
    }
    if (has_broken_off(attempt))
        esc_buf_printf(&text, ", but its answer broke off: %s", curl_easy_strerror(attempt->code));
    if (attempt->refused.size != 0)
        esc_buf_printf(&text, "; refused: %.*s", ESC_TEXT_ARG(esc_buf_as_text(&attempt->refused)));
    (void)snprintf(out, size, "%.*s", ESC_TEXT_ARG(esc_utf8_cut(esc_buf_as_text(&text), size - 1)));
    esc_buf_release(&text);
}
