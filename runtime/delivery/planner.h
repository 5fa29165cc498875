/* planner.h - what the plan functions of the endpoint kinds are made of; for plan*.c only. */
#ifndef ESC_DELIVERY_PLANNER_H
#define ESC_DELIVERY_PLANNER_H

#include "plan.h"

#define ESC_PLAN_BYTES_MAX ((size_t)1 << 20)

typedef struct EscPlanner {
    EscArena *arena;
    const EscWorkspaceConfig *config;
    const EscOutboxRow *row;
    int64_t now_ms;
    uint32_t turn; /* of several receivers */
    EscText token; /* of a system with oauth2 */
    EscKnown *known;
    EscPlan *plan;
} EscPlanner;

/* Whether the row is an errand (ESC_ERRAND_FIRST): its body is for this plan function alone. */
bool esc_planner_is_errand(const EscPlanner *planner);
/* The first refusal stands. */
void esc_planner_refuse(EscPlanner *planner, const char *why);
/* Moves a buffer into the arena and releases it; what did not fit is refused. */
EscText esc_planner_keep(EscPlanner *planner, EscBuf *buf);
void esc_planner_header(EscPlanner *planner, const char *name, EscText value);
void esc_planner_url(EscPlanner *planner, EscText url);
void esc_planner_post(EscPlanner *planner, EscText url, EscText json); /* with its Content-Type */
void esc_planner_member(EscBuf *out, const char *name, EscText value); /* ,"name":"value" */
void esc_planner_form(EscPlanner *planner, EscText url, EscText form); /* with its Content-Type */
/* &name=value, percent-encoded as forms are; without the & at the beginning of a form. */
void esc_planner_field(EscBuf *out, const char *name, EscText value);
/* Authorization: Basic, or Bearer. Nobody is shown it again. */
void esc_planner_basic(EscPlanner *planner, EscText user, EscText password);
void esc_planner_bearer(EscPlanner *planner, EscText token);
/* Whom a row is for: its own address, or for a channel the one that its binding names. */
EscText esc_planner_receiver(const EscPlanner *planner, const EscEndpoint *endpoint);
/* {"type","id","timestamp","target","medium","to","data"}: a line of a file, the body of a webhook. */
EscText esc_planner_envelope(EscPlanner *planner, const char *type);
/* The row's own, or read from its body; how to act is a link where one is offered (link_offers.h). NULL: it is not
 * readable, and refused. */
const EscMessage *esc_planner_message(EscPlanner *planner);
const EscCall *esc_planner_call(EscPlanner *planner);

/* One function for each kind of endpoint, named in <esc/endpoint_kinds.def>. */
#define ESC_ENDPOINT(kind, name, way, needs, people, plan)                                         \
    void esc_plan_##plan(EscPlanner *planner, const EscEndpoint *endpoint);
#include <esc/endpoint_kinds.def>
#undef ESC_ENDPOINT

void esc_plan_person_mail(EscPlanner *planner); /* to the row's address */
void esc_plan_call(EscPlanner *planner, const EscSystemBinding *system);
/* Who is calling: a header, or a parameter behind the address, which is put into the arena anew. */
void esc_plan_auth(EscPlanner *planner, const EscAuthBinding *auth, EscText *url);
/* A call by ESC_MEDIUM_ROOM. */
void esc_plan_room(EscPlanner *planner, const EscEndpoint *endpoint);
/* A signed webhook of that type, with the row's body as its data. */
void esc_plan_signed(EscPlanner *planner, const EscEndpoint *endpoint, const char *type);

#endif
