/* plan.c - from a row whose turn has come to what is sent: which plan function is for which route. Pure.
 *
 * Addresses come from the configuration alone; a row only adds a path behind a system's base address,
 * or names a recipient at an address that is configured. What is sent again is the same, byte for byte,
 * but for the time of the attempt in a webhook's signature. */
#include "planner.h"

/* What an errand's body is, only some kinds know; an endpoint may be bound to another one since. */
static bool takes_errands(const EscEndpoint *endpoint)
{
    return endpoint != NULL &&
           (endpoint->kind == ESC_ENDPOINT_SLACK || endpoint->kind == ESC_ENDPOINT_MATTERMOST);
}

static void plan_endpoint(EscPlanner *planner, const EscEndpoint *endpoint)
{
    static void (*const functions[])(EscPlanner *, const EscEndpoint *) = {
#define ESC_ENDPOINT(kind, name, way, needs, people, plan) [ESC_ENDPOINT_##kind] = esc_plan_##plan,
#include <esc/endpoint_kinds.def>
#undef ESC_ENDPOINT
    };
    functions[endpoint->kind](planner, endpoint);
}

void esc_plan_make(EscArena *arena, const EscPlanInput *input, EscPlan *plan)
{
    const EscRoute *route = input->route;
    *plan = (EscPlan){.is_call = input->row->kind == ESC_OUTBOX_CALL};
    EscPlanner planner = {.arena = arena,
                          .config = input->config,
                          .row = input->row,
                          .now_ms = input->now_ms,
                          .turn = input->turn,
                          .token = input->token,
                          .known = input->known,
                          .plan = plan};
    if (esc_planner_is_errand(&planner) && !takes_errands(route->endpoint))
        esc_planner_refuse(&planner, "its endpoint has nothing to be told afterwards");
    else if (route->is_gone)
        esc_planner_refuse(&planner, "the configuration names no such receiver any more");
    else if (route->way == ESC_WAY_NONE)
        esc_planner_refuse(&planner, "the configuration binds it to nothing");
    else if (route->way == ESC_WAY_FILE)
        esc_plan_file(&planner, route->endpoint);
    else if (route->system != NULL)
        esc_plan_call(&planner, route->system);
    else if (route->endpoint != NULL && plan->is_call)
        esc_plan_room(&planner, route->endpoint);
    else if (route->endpoint != NULL)
        plan_endpoint(&planner, route->endpoint);
    else
        esc_plan_person_mail(&planner);
    if (esc_arena_failed(arena))
        esc_planner_refuse(&planner, "no memory");
}
