/* api_pages.c - GET /pages/NAME: what the daemon's own pages are shown with (esc/pages.h). */
#include <esc/pages.h>

#include "api_internal.h"

static void answer_style(EscRequest *request)
{
    if (!esc_answer_style(&request->answer, esc_buf_as_text(&request->parameter)))
        esc_request_refuse(request, 404, "no_such_route", "There is nothing at this address", NULL,
                           "");
}

const EscHandler esc_handle_style = {.at_door = answer_style};
