/* api_session.c - people who are logged in: who they are, their sessions, and the end of these.
 *
 * Not its job: how somebody logs in (api_login.c). */
#include <stdio.h>
#include <string.h>

#include "api_internal.h"

#define ANSWER_BYTES_MAX ((size_t)1 << 20)

static const EscJsonLimits body_limits = {.depth_max = 2, .values_max = 16};

static void member(EscBuf *out, const char *name, EscText value)
{
    esc_buf_printf(out, ",\"%s\":", name);
    esc_json_text(out, value);
}

static void time_member(EscBuf *out, const char *name, int64_t time_ms)
{
    esc_buf_printf(out, ",\"%s\":\"", name);
    esc_time_write(out, time_ms);
    esc_buf_char(out, '"');
}

static void write_access(EscBuf *out, const EscAccess *access, bool is_first)
{
    esc_buf_string(out, is_first ? "{\"client\":" : ",{\"client\":");
    esc_json_text(out, access->client);
    member(out, "title", access->title);
    member(out, "person", access->principal);
    esc_buf_string(out, ",\"scopes\":");
    esc_scopes_write(out, access->scopes);
    esc_buf_char(out, '}');
}

/* --- who am I ----------------------------------------------------------------------------------- */

static const EscSession *own_session(EscRequest *request)
{
    EscAsker *who = &request->who;
    return who->is_session
               ? esc_session_find(request->setup->sessions, who->secret, !who->is_cookie)
               : NULL;
}

static void answer_session(EscRequest *request)
{
    const EscAsker *who = &request->who;
    const EscAccesses *accesses = &who->accesses;
    char csrf[ESC_SESSION_CSRF_SIZE + 1] = "";
    const EscSession *session = own_session(request);
    EscBuf out;
    esc_buf_init(&out, ANSWER_BYTES_MAX);
    if (who->is_cookie)
        esc_session_csrf(who->secret, csrf);
    esc_buf_string(&out, "{\"principal\":");
    esc_json_text(&out, accesses->principal);
    member(&out, "title", accesses->title.size > 0 ? accesses->title : accesses->principal);
    member(&out, "language", accesses->language);
    member(&out, "time_zone", accesses->time_zone);
    esc_buf_string(&out, ",\"clients\":[");
    for (uint32_t i = 0; i < accesses->count; i++)
        write_access(&out, &accesses->items[i], i == 0);
    esc_buf_char(&out, ']');
    member(&out, "csrf", esc_text_from(csrf));
    if (session != NULL)
        time_member(&out, "expires_at", esc_session_ends_ms(request->setup->sessions, session));
    esc_buf_char(&out, '}');
    esc_answer_json(&request->answer, 200, &out);
}

/* --- all of them -------------------------------------------------------------------------------- */

typedef struct List {
    EscBuf out;
    size_t count;
    uint64_t own;
    const EscSessions *sessions;
} List;

static bool list_one(void *context, const EscSession *session)
{
    List *list = context;
    esc_buf_printf(&list->out, "%s{\"id\":\"%016llx\",\"is_this\":%s,\"is_program\":%s",
                   list->count++ > 0 ? "," : "", (unsigned long long)session->id,
                   session->id == list->own ? "true" : "false",
                   session->is_program ? "true" : "false");
    member(&list->out, "agent", session->agent);
    time_member(&list->out, "began_at", session->began_ms);
    time_member(&list->out, "used_at", session->used_ms);
    time_member(&list->out, "expires_at", esc_session_ends_ms(list->sessions, session));
    esc_buf_char(&list->out, '}');
    return true;
}

/* False: it was refused, as a token is no session. */
static bool is_logged_in(EscRequest *request)
{
    if (request->who.is_session)
        return true;
    esc_request_refuse(request, 403, "forbidden", "This is for people who are logged in",
                       "header:Authorization", "");
    return false;
}

static void answer_sessions(EscRequest *request)
{
    if (!is_logged_in(request))
        return;
    List list = {.own = request->who.session, .sessions = request->setup->sessions};
    esc_buf_init(&list.out, ANSWER_BYTES_MAX);
    esc_buf_string(&list.out, "{\"items\":[");
    esc_session_each(request->setup->sessions, &request->who.shown, list_one, &list);
    esc_buf_string(&list.out, "]}");
    esc_answer_json(&request->answer, 200, &list.out);
}

/* --- the end ------------------------------------------------------------------------------------ */

/* Which one: this one, one by its id, or all. False: refused. */
static bool take_which(EscRequest *request, uint64_t *which)
{
    EscText id;
    const EscJson *body = esc_request_read_body(request, &body_limits);
    if (body == NULL || !esc_request_check_members(request, body) ||
        !esc_request_take_text(request, body, "session", 16, &id))
        return false;
    *which = request->who.session;
    if (esc_text_equal(id, ESC_TEXT("all")))
        *which = 0;
    if (id.size == 0 || *which == 0)
        return true;
    *which = 0;
    for (size_t i = 0; i < id.size; i++) {
        int digit = esc_hex_value(id.data[i]);
        if (digit < 0 || id.size != 16) {
            esc_request_refuse_member(request, "bad_member", "session",
                                      "must be the id of a session, or all");
            return false;
        }
        *which = *which << 4 | (uint64_t)digit;
    }
    if (*which != 0)
        return true;
    esc_request_fail(request, ESC_NOT_FOUND, NULL);
    return false;
}

static void answer_end(EscRequest *request)
{
    uint64_t which = 0;
    if (!is_logged_in(request) || !take_which(request, &which))
        return;
    uint32_t ended = esc_session_end(request->setup->sessions, &request->who.shown, which);
    if (ended == 0) {
        esc_request_fail(request, ESC_NOT_FOUND, NULL);
        return;
    }
    if (request->who.is_cookie && (which == 0 || which == request->who.session))
        esc_answer_cookie(request, ESC_COOKIE_SESSION, "", 0, false);
    EscBuf out;
    esc_buf_init(&out, 64);
    esc_buf_printf(&out, "{\"ended\":%u}", (unsigned)ended);
    esc_answer_json(&request->answer, 200, &out);
    esc_request_answer_kept(request);
}

const EscHandler esc_handle_session = {.at_door = answer_session};
const EscHandler esc_handle_sessions = {.at_door = answer_sessions};
const EscHandler esc_handle_session_end = {
    .at_door = answer_end, .may_be_empty = true, .body_bytes_max = 4096};
