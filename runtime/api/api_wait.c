/* api_wait.c - requests that are away from the door for a while: with their workspace, with a provider, or until sessions are
 * kept. */
#include "api_internal.h"

void esc_request_leave(EscRequest *request)
{
    ESC_ASSERT(!request->is_away);
    request->is_away = true;
    request->door->away++;
}

void esc_request_return(EscRequest *request)
{
    ESC_ASSERT(request->is_away);
    request->is_away = false;
    request->door->away--;
}

void esc_request_back(EscRequest *request)
{
    esc_mailbox_add(&request->door->finished, &request->job.parcel);
}

bool esc_request_resume(EscRequest *request)
{
    void (*resume)(EscRequest *) = request->resume;
    request->resume = NULL;
    if (request->oidc != NULL)
        esc_oidc_close(request->oidc);
    if (resume != NULL)
        resume(request);
    return !request->is_away;
}

void esc_request_answer_kept(EscRequest *request)
{
    EscDoor *door = request->door;
    ESC_ASSERT(request->answer.status != 0);
    request->kept_number = esc_sessions_keep(request->setup->sessions);
    esc_request_leave(request);
    request->job.parcel.next = NULL;
    if (door->keeping_last == NULL)
        door->keeping = &request->job.parcel;
    else
        door->keeping_last->next = &request->job.parcel;
    door->keeping_last = &request->job.parcel;
}

/* Whoever is told that they are logged in stays so behind a restart, and who is told that they are not, too. */
static void refuse_unkept(EscRequest *request)
{
    if (request->begun != 0)
        (void)esc_session_end(request->setup->sessions, &request->who.shown, request->begun);
    esc_answer_release(&request->answer);
    request->answer = (EscAnswer){.status = 0};
    esc_answer_header(&request->answer, "Retry-After", "5");
    esc_request_refuse(request, 503, "not_kept", "The file of sessions cannot be written", NULL,
                       "");
}

/* They wait in the order of their numbers. */
size_t esc_door_answer_kept(EscDoor *door, EscSessions *sessions)
{
    bool has_failed = false;
    size_t count = 0;
    if (door->keeping == NULL)
        return 0;
    uint64_t written = esc_sessions_written(sessions, &has_failed);
    for (; door->keeping != NULL; count++) {
        EscRequest *request =
            (EscRequest *)door->keeping; /* its first member is the job's parcel */
        if (request->kept_number > written && !has_failed)
            break;
        if (request->kept_number > written)
            refuse_unkept(request);
        door->keeping = door->keeping->next;
        if (door->keeping == NULL)
            door->keeping_last = NULL;
        esc_request_return(request);
        esc_http_send(request->http, &request->answer);
    }
    return count;
}
