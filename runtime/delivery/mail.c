/* mail.c - one mail by curl's easy interface, on a worker of the mail pool.
 *
 * libcurl blocks where a mail server is slow: after DATA and at QUIT, also in its multi interface. So a
 * mail has a worker to itself, as many as there are slots, and a server that says nothing holds up the
 * slots of its own endpoint. Its time-outs are real: CURLOPT_TIMEOUT_MS for the whole,
 * CURLOPT_SERVER_RESPONSE_TIMEOUT for each answer. An answer to QUIT is of no use to anybody, so the
 * socket is shut for reading when QUIT was sent: libcurl then sees the end at once. */
#include "outside.h"

#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#define REPLY_CODE_BYTES 3         /* "250 ok", "250-more" */
#define REFUSED_WORDS_BYTES_MAX 80 /* of one recipient's refusal */

/* The text of a refusal, of all its lines: "550-first", "550 last". */
static void note_said(EscAttempt *attempt, const char *line, size_t size)
{
    if (attempt->is_said_over)
        esc_buf_clear(&attempt->said);
    attempt->is_said_over = line[REPLY_CODE_BYTES] != '-';
    esc_buf_text(&attempt->said,
                 (EscText){line + REPLY_CODE_BYTES + 1, size - REPLY_CODE_BYTES - 1});
    attempt->said.status = ESC_OK; /* what does not fit is cut */
}

static void note_refused(EscAttempt *attempt, long code)
{
    attempt->refusal_code = code;
    attempt->has_temporary_refusal = attempt->has_temporary_refusal || code / 100 == 4;
    uint32_t at = attempt->recipients_asked - 1;
    if (at >= attempt->plan.to.count)
        return;
    EscBuf words;
    esc_buf_init(&words, ESC_DETAIL_BYTES_MAX);
    esc_peer_words(&words, esc_buf_as_text(&attempt->said), NULL, 0);
    esc_buf_printf(&attempt->refused, "%s%.*s (%ld%s%.*s)", attempt->refused.size == 0 ? "" : ", ",
                   ESC_TEXT_ARG(attempt->plan.to.items[at]), code, words.size > 0 ? " " : "",
                   ESC_TEXT_ARG(esc_utf8_cut(esc_buf_as_text(&words), REFUSED_WORDS_BYTES_MAX)));
    esc_buf_release(&words);
}

void esc_mail_take_reply(EscAttempt *attempt, const char *line, size_t size)
{
    if (size < REPLY_CODE_BYTES + 1) /* a line end at least stands behind the code */
        return;
    char digits[REPLY_CODE_BYTES + 1] = {line[0], line[1], line[2], '\0'};
    long code = strtol(digits, NULL, 10);
    if (code / 100 == 4 || code / 100 == 5)
        note_said(attempt, line, size);
    if (!attempt->is_recipient_asked || line[REPLY_CODE_BYTES] == '-')
        return;
    attempt->is_recipient_asked = false;
    if (code / 100 == 2)
        attempt->recipients_accepted++;
    else
        note_refused(attempt, code);
}

/* libcurl tells the codes of single recipients in no other way than by what it says and hears. */
static int listen_in(CURL *easy, curl_infotype type, char *data, size_t size, void *context)
{
    (void)easy;
    EscAttempt *attempt = context;
    EscText line = {data, size};
    if (type == CURLINFO_HEADER_OUT && esc_text_starts_with(line, ESC_TEXT("RCPT TO:"))) {
        attempt->is_recipient_asked = true;
        attempt->recipients_asked++;
    } else if (type == CURLINFO_HEADER_OUT && esc_text_starts_with(line, ESC_TEXT("QUIT"))) {
        (void)shutdown(attempt->socket, SHUT_RD);
    } else if (type == CURLINFO_HEADER_IN) {
        esc_mail_take_reply(attempt, data, size);
    }
    return 0;
}

static int look_up(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                   curl_off_t up)
{
    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    const EscAttempt *attempt = context;
    return atomic_load(&attempt->outside->is_giving_up) ? 1 : 0;
}

static void send_mail(void *context)
{
    EscAttempt *attempt = context;
    CURL *easy = attempt->easy;
    attempt->code = curl_easy_perform(easy);
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &attempt->status);
    if (attempt->recipients_accepted == 0 && attempt->refusal_code != 0)
        attempt->status = attempt->refusal_code;
    curl_socket_t open = CURL_SOCKET_BAD; /* kept by the handle, which says QUIT when it goes */
    (void)curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &open);
    (void)shutdown(open, SHUT_RD); /* no descriptor when there is no connection any more */
    curl_easy_cleanup(easy);
    attempt->easy = NULL;
    attempt->letter.kind = ESC_LETTER_MAILED;
    esc_mailbox_add(&attempt->outside->inbox, &attempt->letter.parcel);
}

void esc_mail_start(EscAttempt *attempt)
{
    CURL *easy = attempt->easy;
    (void)curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, listen_in);
    (void)curl_easy_setopt(easy, CURLOPT_DEBUGDATA, attempt);
    (void)curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_up);
    (void)curl_easy_setopt(easy, CURLOPT_XFERINFODATA, attempt);
    (void)curl_easy_setopt(easy, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                           (long)(attempt->timeout_ms + 999) / 1000);
    esc_lane_init(&attempt->lane, attempt->outside->mail_pool, send_mail, attempt);
    esc_lane_wake(&attempt->lane);
}
