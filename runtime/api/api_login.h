/* api_login.h - what the ways of logging in share: pages, the beginning of a session; for api_*.c only. */
#ifndef ESC_API_LOGIN_H
#define ESC_API_LOGIN_H

#include <esc/pages.h>

#include "api_internal.h"

#define ESC_LOGIN_BODY_MAX 4096

EscText esc_login_language(const EscRequest *request);
EscText esc_login_base(const EscRequest *request);
EscText esc_login_address(EscRequest *request, const char *path); /* of ours; in the arena */
void esc_login_page_open(EscRequest *request, EscBuf *out, EscWord title);
void esc_login_page_close(EscRequest *request, EscBuf *out, unsigned status); /* and answers */
/* A page with one sentence and the way back to the beginning. */
void esc_login_tell(EscRequest *request, unsigned status, EscWord title, EscWord text);
void esc_login_go(EscRequest *request, const char *path); /* answers: the browser goes there */
/* Whether a form was sent from a page of ours; false: it was answered. */
bool esc_login_is_ours(EscRequest *request);
/* A field of a form, in the arena; empty: it is not there, is there twice, or is too long. */
EscText esc_login_field(EscRequest *request, const char *name);
/* Begins a session in this browser, with its cookie; false: they may not come in, and it was answered. The answer is still to
 * be made, and waits until the session is kept (esc_request_answer_kept). */
bool esc_login_begin(EscRequest *request, const EscIdentity *who);

#endif
