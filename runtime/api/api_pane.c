/* api_pane.c - the web UI's addresses. They need no token: what they serve is the same for everybody, and what a person
 * sees of their clients comes by the API, with their session. */
#include <esc/pane.h>

#include "api_internal.h"

static void answer_page(EscRequest *request)
{
    esc_pane_answer_page(&request->answer, esc_http_header(request->http, "Accept-Encoding"),
                         esc_http_header(request->http, "Accept-Language"));
}

static void answer_file(EscRequest *request)
{
    EscText path = esc_text_from(esc_http_path(request->http));
    if (!esc_pane_answer_file(&request->answer, path,
                              esc_http_header(request->http, "Accept-Encoding")))
        esc_request_refuse(request, 404, "no_such_route", "There is nothing at this address", NULL,
                           "");
}

/* A page may be reached from anywhere, with whatever somebody hung behind its address. */
const EscHandler esc_handle_pane = {.at_door = answer_page, .takes_any_query = true};
const EscHandler esc_handle_pane_file = {.at_door = answer_file, .takes_any_query = true};
