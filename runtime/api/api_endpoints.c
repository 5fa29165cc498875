/* api_endpoints.c - how the endpoints of a workspace are doing: what waits for each, what went out and what was given up since
 * the start, and until when one is left alone that refuses us. */
#include "api_object.h"

static bool put_endpoint(void *items, const EscEndpointFace *face)
{
    EscApiObject object = esc_object_open(items);
    esc_put_text_always(&object, "endpoint", face->name);
    esc_put_number(&object, "queued", face->waiting);
    esc_put_number(&object, "sent", face->sent);
    esc_put_number(&object, "dead", face->dead);
    esc_put_time_always(&object, "held_since", face->held_since_ms);
    esc_put_time_always(&object, "held_until", face->held_until_ms);
    esc_put_time_always(&object, "last_success_at", face->succeeded_at_ms);
    esc_put_time_always(&object, "last_error_at", face->failed_at_ms);
    esc_put_text_always(&object, "last_error", face->error);
    return esc_object_close(&object);
}

/* No engine is asked: the outside knows, and any thread may look. */
static void answer_endpoints(EscRequest *request)
{
    const EscApiSetup *setup = request->setup;
    EscWhy why = {.text = ""};
    EscApiItems items;
    esc_api_items_open(&items);
    if (setup->endpoints != NULL)
        setup->endpoints(setup->outside_context, request->shard, put_endpoint, &items);
    esc_api_items_answer(request, &items, ESC_OK, &why);
}

const EscHandler esc_handle_endpoints = {.at_door = answer_endpoints};
