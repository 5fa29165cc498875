/* api_code.c - a program acts for somebody: who is logged in has a code shown, types it into the program, and the program
 * gets a session of its own for it (escalctl login). */
#include <stdio.h>

#include <openssl/crypto.h>

#include "api_login.h"

static const EscJsonLimits body_limits = {.depth_max = 2, .values_max = 16};

/* Who is logged in in this browser; NULL: nobody, and it was sent to log in. */
static const EscSession *session_of(EscRequest *request, EscText *secret)
{
    *secret = esc_request_cookie(request, ESC_COOKIE_SESSION);
    const EscSession *session =
        secret->size == 0 ? NULL : esc_session_find(request->setup->sessions, *secret, false);
    if (session == NULL)
        esc_login_go(request, "/login");
    return session;
}

static void answer_page(EscRequest *request)
{
    EscBuf out;
    EscText secret, language = esc_login_language(request);
    char word[ESC_SESSION_CSRF_SIZE + 1];
    if (session_of(request, &secret) == NULL)
        return;
    esc_session_csrf(secret, word);
    esc_login_page_open(request, &out, ESC_WORD_CODE_TITLE);
    esc_page_text(&out, ESC_PAGE_PLAIN, esc_word(language, ESC_WORD_CODE_WHY));
    esc_form_open(&out, esc_login_address(request, "/login/code"));
    esc_form_hidden(&out, ESC_TEXT("csrf"), esc_text_from(word));
    esc_form_button(
        &out, &(EscPageButton){.label = esc_word(language, ESC_WORD_CODE_SHOW), .is_first = true});
    esc_form_close(&out);
    esc_login_page_close(request, &out, 200);
}

static bool has_word(EscRequest *request, EscText secret)
{
    char word[ESC_SESSION_CSRF_SIZE + 1];
    EscText said = esc_login_field(request, "csrf");
    esc_session_csrf(secret, word);
    if (said.size == ESC_SESSION_CSRF_SIZE &&
        CRYPTO_memcmp(said.data, word, ESC_SESSION_CSRF_SIZE) == 0)
        return true;
    esc_login_tell(request, 403, ESC_WORD_CODE_TITLE, ESC_WORD_LOGIN_FOREIGN);
    return false;
}

static void answer_made(EscRequest *request)
{
    EscBuf out;
    EscText secret, language = esc_login_language(request);
    char code[ESC_CODE_SIZE + 1];
    if (!esc_login_is_ours(request))
        return;
    const EscSession *session = session_of(request, &secret);
    if (session == NULL || !has_word(request, secret))
        return;
    if (!esc_code_begin(request->setup->sessions, &session->who, code)) {
        esc_login_tell(request, 503, ESC_WORD_CODE_TITLE, ESC_WORD_PAGE_FAILED);
        return;
    }
    esc_login_page_open(request, &out, ESC_WORD_CODE_TITLE);
    esc_page_text(&out, ESC_PAGE_PLAIN, esc_word(language, ESC_WORD_CODE_TYPE));
    esc_page_text(&out, ESC_PAGE_DONE, esc_text_from(code));
    esc_login_page_close(request, &out, 200);
}

/* --- the program's side ------------------------------------------------------------------------- */

static void answer_begun(EscRequest *request, const EscIdentity *who, EscText agent)
{
    char secret[ESC_SESSION_SECRET_SIZE + 1];
    EscSessions *sessions = request->setup->sessions;
    const EscSession *session = esc_session_begin(sessions, who, agent, true, secret);
    if (session == NULL) {
        esc_request_later(request);
        return;
    }
    EscBuf out;
    esc_buf_init(&out, 4096);
    esc_buf_printf(&out, "{\"token\":\"%s\",\"expires_at\":\"", secret);
    esc_time_write(&out, esc_session_ends_ms(sessions, session));
    esc_buf_string(&out, "\"}");
    request->begun = session->id;
    request->who.shown = *who;
    esc_answer_json(&request->answer, 200, &out);
    esc_request_answer_kept(request);
}

static void answer_code(EscRequest *request)
{
    EscText code, agent;
    EscIdentity who;
    const EscJson *body = esc_request_read_body(request, &body_limits);
    if (body == NULL || !esc_request_check_members(request, body) ||
        !esc_request_take_text(request, body, "code", 64, &code) ||
        !esc_request_take_text(request, body, "agent", 255, &agent))
        return;
    if (esc_code_take(request->setup->sessions, code, request->arena, &who))
        answer_begun(request, &who, agent);
    else
        esc_request_refuse_proof(request, true, "the code is wrong, was used, or is too old");
}

const EscHandler esc_handle_code_page = {.at_door = answer_page};
const EscHandler esc_handle_code_made = {
    .at_door = answer_made, .types = ESC_FORM_TYPE, .body_bytes_max = ESC_LOGIN_BODY_MAX};
const EscHandler esc_handle_session_code = {.at_door = answer_code,
                                            .body_bytes_max = ESC_LOGIN_BODY_MAX};
