/* contents.c - what a row holds, as the engine left it or read from its body; a message with its link. Pure. */
#include "link_offers.h"
#include "planner.h"

/* Who has a link needs no command line. */
static const EscMessage *with_link(EscPlanner *planner, const EscMessage *message)
{
    EscText page = esc_link_page(planner, message);
    EscMessage *linked = page.size == 0 ? NULL : esc_arena_alloc(planner->arena, sizeof(*linked));
    if (linked == NULL)
        return message;
    *linked = *message;
    linked->act = page;
    return linked;
}

/* A link to log in by stands where others have what is to be done. */
static const EscMessage *with_login(EscPlanner *planner, const EscMessage *message)
{
    EscMessage *copy =
        message->login.size == 0 ? NULL : esc_arena_alloc(planner->arena, sizeof(*copy));
    if (copy == NULL)
        return with_link(planner, message);
    *copy = *message;
    copy->act = message->login;
    return copy;
}

const EscMessage *esc_planner_message(EscPlanner *planner)
{
    if (planner->row->message != NULL)
        return with_login(planner, planner->row->message);
    EscMessage *message = esc_arena_alloc(planner->arena, sizeof(*message));
    if (message != NULL && esc_message_read_json(planner->arena, planner->row->body, message))
        return with_login(planner, message);
    esc_planner_refuse(planner, "the message is not readable");
    return NULL;
}

const EscCall *esc_planner_call(EscPlanner *planner)
{
    if (planner->row->call != NULL)
        return planner->row->call;
    EscCall *call = esc_arena_alloc(planner->arena, sizeof(*call));
    if (call != NULL && esc_call_read_json(planner->arena, planner->row->body, call))
        return call;
    esc_planner_refuse(planner, "the call is not readable");
    return NULL;
}
