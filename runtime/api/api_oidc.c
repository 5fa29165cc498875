/* api_oidc.c - logging in by a provider of OpenID Connect: the browser goes there and comes back.
 *
 * What has to be asked of the provider is asked elsewhere (esc/oidc.h); the request waits for it without holding anybody up.
 * The word that ties the way back to the browser that went is a cookie which also comes along from the provider's page; the
 * session's own cookie does not, so the last page leads on by itself. */
#include <string.h>

#include <openssl/crypto.h>

#include <esc/oidc.h>

#include "api_login.h"

#define COOKIE "escal_oidc"

static EscOidcJob *job_of(EscRequest *request)
{
    EscOidcJob *job = esc_arena_alloc(request->arena, sizeof(*job));
    if (job != NULL)
        job->arena = request->arena;
    return job;
}

static void back(void *context)
{
    esc_request_back(context);
}

static void tell_log(const EscRequest *request, const EscOidcJob *job)
{
    const EscApiSetup *setup = request->setup;
    const char *text = job->why.text[0] != '\0' ? job->why.text : esc_status_text(job->status);
    if (setup->log != NULL)
        setup->log(setup->outside_context, "warning", "login_failed", esc_text_from(text));
}

static void tell_failed(EscRequest *request, unsigned status)
{
    esc_answer_cookie(request, COOKIE, "", 0, true);
    esc_login_tell(request, status, ESC_WORD_OIDC_FAILED_TITLE, ESC_WORD_OIDC_FAILED);
}

static void wait_for(EscRequest *request, EscOidcJob *job, void (*resume)(EscRequest *request))
{
    job->done = back;
    job->context = request;
    request->oidc = job;
    request->resume = resume;
    esc_request_leave(request);
    if (esc_oidc_put(request->setup->oidc, job))
        return;
    request->oidc = NULL;
    esc_request_return(request);
    tell_failed(request, 503);
}

/* --- there ---------------------------------------------------------------------------------------- */

static void answer_begun(EscRequest *request)
{
    EscOidcJob *job = request->oidc;
    EscBuf nothing;
    if (job->status != ESC_OK) {
        tell_log(request, job);
        tell_failed(request, 502);
        return;
    }
    esc_buf_init(&nothing, 0);
    esc_answer_cookie(request, COOKIE, job->state.data, ESC_OIDC_STATE_LIFETIME_MS / 1000, true);
    esc_answer_location(&request->answer, job->url);
    request->answer.type = "text/plain; charset=utf-8";
    esc_answer_json(&request->answer, 303, &nothing);
}

static void answer_begin(EscRequest *request)
{
    char state[ESC_OIDC_STATE_SIZE + 1];
    EscOidcJob *job = job_of(request);
    if (request->setup->oidc == NULL || job == NULL) {
        esc_login_tell(request, 404, ESC_WORD_OIDC_FAILED_TITLE, ESC_WORD_OIDC_NONE);
        return;
    }
    esc_oidc_state(request->setup->oidc, state);
    job->state = esc_arena_text(request->arena, esc_text_from(state));
    wait_for(request, job, answer_begun);
}

/* --- and back ------------------------------------------------------------------------------------- */

static void answer_finished(EscRequest *request)
{
    const EscOidcJob *job = request->oidc;
    EscBuf out;
    EscText language = esc_login_language(request), home = esc_login_address(request, "/");
    EscIdentity who = {.mail = job->mail, .subject = job->subject, .title = job->title};
    if (job->status != ESC_OK) {
        tell_log(request, job);
        tell_failed(request, job->status == ESC_FORBIDDEN ? 403 : 502);
        return;
    }
    if (!esc_login_begin(request, &who))
        return;
    esc_answer_cookie(request, COOKIE, "", 0, true);
    /* the browser came from elsewhere, and brings the new cookie only where one of our pages sent it */
    esc_answer_header(&request->answer, "Refresh",
                      esc_arena_printf(request->arena, "0;url=%.*s", ESC_TEXT_ARG(home)).data);
    esc_login_page_open(request, &out, ESC_WORD_OIDC_IN_TITLE);
    esc_page_link(&out, home, esc_word(language, ESC_WORD_OIDC_IN));
    esc_login_page_close(request, &out, 200);
    esc_request_answer_kept(request);
}

static EscText parameter(EscRequest *request, const char *name, size_t size_max)
{
    EscBuf value;
    esc_buf_init(&value, size_max);
    EscStatus status = esc_query_get(request->query.data, name, &value);
    EscText text = status == ESC_OK ? esc_arena_text(request->arena, esc_buf_as_text(&value))
                                    : (EscText){"", 0};
    esc_buf_release(&value);
    return text;
}

/* Whether it comes back to the browser that went. */
static bool is_the_same(EscRequest *request, EscText state)
{
    EscText cookie = esc_request_cookie(request, COOKIE);
    return state.size == ESC_OIDC_STATE_SIZE && cookie.size == state.size &&
           CRYPTO_memcmp(cookie.data, state.data, state.size) == 0 &&
           esc_oidc_state_is_ours(request->setup->oidc, state);
}

static void answer_callback(EscRequest *request)
{
    EscOidcJob *job = job_of(request);
    if (request->setup->oidc == NULL || job == NULL) {
        esc_login_tell(request, 404, ESC_WORD_OIDC_FAILED_TITLE, ESC_WORD_OIDC_NONE);
        return;
    }
    job->state = parameter(request, "state", ESC_OIDC_STATE_SIZE);
    job->code = parameter(request, "code", ESC_OIDC_CODE_BYTES_MAX);
    if (!is_the_same(request, job->state) || job->code.size == 0) {
        if (esc_request_hold_up(request, true))
            tell_failed(request, 403);
        return;
    }
    wait_for(request, job, answer_finished);
}

const EscHandler esc_handle_oidc = {.at_door = answer_begin};
const EscHandler esc_handle_oidc_callback = {.at_door = answer_callback, .takes_any_query = true};
