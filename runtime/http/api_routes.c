/* api_routes.c - every route of the API: one row each, with the scope that it needs and the
 * names that it knows.
 *
 * What is not here does not exist, and a row without a scope bit would need no token: only
 * /health has none. */
#include <string.h>

#include "http/api_internal.h"

#define READ ESC_SCOPE_BIT_READ
#define ACT ESC_SCOPE_BIT_ACT

const EscRoute esc_routes[] = {
    {ESC_HTTP_GET, "/health", ESC_SCOPE_PUBLIC, esc_api_health, 0, ""},
    {ESC_HTTP_GET, "/health/ready", ESC_SCOPE_PUBLIC, esc_api_ready, 0, ""},
    {ESC_HTTP_POST, "/v1/events", ESC_SCOPE_BIT_EVENTS, esc_api_events, 0, ""},
    {ESC_HTTP_GET, "/v1/tickets", READ, esc_api_tickets, 0, " after limit "},
    {ESC_HTTP_GET, "/v1/tickets/{}", READ, esc_api_ticket, 0, ""},
    {ESC_HTTP_POST, "/v1/tickets/{}/resolve", ACT, esc_api_act, ESC_VERB_RESOLVE, " as reason "},
    {ESC_HTTP_POST, "/v1/tickets/{}/ack", ACT, esc_api_act, ESC_VERB_ACK, " as reason "},
    {ESC_HTTP_POST, "/v1/tickets/{}/handoff", ACT, esc_api_act, ESC_VERB_HANDOFF,
     " as reason to expect within "},
    {ESC_HTTP_POST, "/v1/tickets/{}/answer", ACT, esc_api_act, ESC_VERB_ANSWER,
     " as reason answer "},
    {ESC_HTTP_POST, "/v1/tickets/{}/approve", ACT, esc_api_act, ESC_VERB_APPROVE, " as reason "},
    {ESC_HTTP_POST, "/v1/tickets/{}/reject", ACT, esc_api_act, ESC_VERB_REJECT, " as reason "},
    {ESC_HTTP_POST, "/v1/tickets/{}/confirm", ACT, esc_api_act, ESC_VERB_CONFIRM,
     " as reason check "},
    {ESC_HTTP_POST, "/v1/tickets/{}/override", ACT, esc_api_act, ESC_VERB_OVERRIDE,
     " as reason check "},
    {ESC_HTTP_GET, "/v1/escalations", READ, esc_api_escalations, 0, " state ticket limit before "},
    {ESC_HTTP_GET, "/v1/escalations/{}", READ, esc_api_escalation, 0, ""},
    {ESC_HTTP_POST, "/v1/escalations/{}/ack", ACT, esc_api_act, ESC_VERB_ACK, " as reason "},
    {ESC_HTTP_POST, "/v1/escalations/{}/resolve", ACT, esc_api_act, ESC_VERB_RESOLVE,
     " as reason "},
    {ESC_HTTP_POST, "/v1/escalations/{}/handoff", ACT, esc_api_act, ESC_VERB_HANDOFF,
     " as reason to expect within "},
    {ESC_HTTP_POST, "/v1/escalations/{}/answer", ACT, esc_api_act, ESC_VERB_ANSWER,
     " as reason answer "},
    {ESC_HTTP_POST, "/v1/escalations/{}/approve", ACT, esc_api_act, ESC_VERB_APPROVE,
     " as reason "},
    {ESC_HTTP_POST, "/v1/escalations/{}/reject", ACT, esc_api_act, ESC_VERB_REJECT, " as reason "},
    {ESC_HTTP_POST, "/v1/escalations/{}/confirm", ACT, esc_api_act, ESC_VERB_CONFIRM,
     " as reason check "},
    {ESC_HTTP_POST, "/v1/escalations/{}/override", ACT, esc_api_act, ESC_VERB_OVERRIDE,
     " as reason check "},
    {ESC_HTTP_POST, "/v1/templates/{}/start", ESC_SCOPE_BIT_START, esc_api_act, ESC_VERB_START,
     " as reason ticket "},
    {ESC_HTTP_POST, "/v1/people/{}/absent", ESC_SCOPE_BIT_PEOPLE, esc_api_act, ESC_VERB_ABSENT,
     " as reason until for "},
    {ESC_HTTP_POST, "/v1/people/{}/present", ESC_SCOPE_BIT_PEOPLE, esc_api_act, ESC_VERB_PRESENT,
     " as reason "},
    {ESC_HTTP_GET, "/v1/audit", ESC_SCOPE_BIT_AUDIT, esc_api_audit, 0,
     " ticket escalation after limit "},
    {ESC_HTTP_GET, "/v1/outbox", READ, esc_api_outbox, 0, " state before limit "},
};
const size_t esc_routes_count = ESC_COUNT_OF(esc_routes);

bool esc_route_matches(const char *pattern, const char *path, EscBuf *parameter)
{
    while (*pattern != '\0' && *path != '\0') {
        size_t want = strcspn(pattern + 1, "/");
        size_t have = strcspn(path + 1, "/");
        if (*pattern != '/' || *path != '/')
            return false;
        if (want == 2 && memcmp(pattern + 1, "{}", 2) == 0) {
            esc_buf_clear(parameter);
            if (have == 0 || !esc_http_decode((EscText){path + 1, have}, false, parameter))
                return false;
        } else if (want != have || memcmp(pattern + 1, path + 1, want) != 0) {
            return false;
        }
        pattern += 1 + want;
        path += 1 + have;
    }
    return *pattern == '\0' && *path == '\0';
}
