/* plan_call.c - the request that an action of a connector makes. Pure.
 *
 * The address comes from the configuration; the action only adds a path behind it. */
#include "planner.h"

#include <string.h>

#include <esc/vm.h>

static bool is_dots(size_t dots, bool has_others)
{
    return !has_others && (dots == 1 || dots == 2);
}

/* Whether one of the path's segments is `.` or `..`, plain or as %2e: it would lead out of the
 * base address. */
static bool has_dot_segment(EscText path)
{
    size_t dots = 0;
    bool has_others = false;
    for (size_t i = 0; i < path.size && path.data[i] != '?'; i++) {
        if (path.data[i] == '/') {
            if (is_dots(dots, has_others))
                return true;
            dots = 0;
            has_others = false;
        } else if (path.data[i] == '.') {
            dots++;
        } else if (i + 2 < path.size && path.data[i] == '%' && path.data[i + 1] == '2' &&
                   (path.data[i + 2] | 0x20) == 'e') {
            dots++;
            i += 2;
        } else {
            has_others = true;
        }
    }
    return is_dots(dots, has_others);
}

/* The action's path behind the base address. Bytes that no URL holds are encoded; what would
 * leave the base address is refused. */
static EscText call_url(EscPlanner *planner, EscText base, EscText path)
{
    EscBuf url;
    esc_buf_init(&url, 4 * ESC_URL_BYTES_MAX);
    esc_buf_text(&url, base);
    if (has_dot_segment(path))
        esc_planner_refuse(planner, "the path of the call has dot segments");
    for (size_t i = 0; i < path.size; i++) {
        unsigned char c = (unsigned char)path.data[i];
        if (c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}#", c) != NULL)
            esc_buf_printf(&url, "%%%02X", c);
        else
            esc_buf_char(&url, (char)c);
    }
    if (path.size == 0 || path.data[0] != '/')
        esc_planner_refuse(planner, "the path of the call does not begin with /");
    return esc_planner_keep(planner, &url);
}

static void system_headers(EscPlanner *planner, const EscSystemBinding *system)
{
    EscPlan *plan = planner->plan;
    for (uint32_t i = 0; i < system->headers.count; i++) {
        if (plan->headers_count == ESC_PLAN_HEADERS_MAX) {
            esc_planner_refuse(planner, "there are too many headers");
            return;
        }
        plan->headers[plan->headers_count++] = system->headers.items[i];
    }
    if (system->secret.size > 0) {
        EscText value =
            esc_arena_printf(planner->arena, "%.*s%.*s", ESC_TEXT_ARG(system->secret_prefix),
                             ESC_TEXT_ARG(system->secret));
        esc_planner_header(planner, system->secret_header.data, value);
    }
    esc_planner_header(planner, "Idempotency-Key", planner->row->key);
}

/* How the name in front of the colon is said. */
static EscText header_name(EscText header)
{
    const char *colon = memchr(header.data, ':', header.size);
    return (EscText){header.data, colon == NULL ? header.size : (size_t)(colon - header.data)};
}

static bool says_type(const EscCall *call)
{
    for (uint32_t i = 0; i < call->headers_count; i++)
        if (esc_header_names_equal(header_name(call->headers[i]), ESC_TEXT("content-type")))
            return true;
    return false;
}

static void call_body(EscPlanner *planner, const EscCall *call)
{
    EscPlan *plan = planner->plan;
    bool is_form = call->json.size == 0;
    plan->body = is_form ? call->form : call->json;
    plan->has_body = plan->body.size > 0;
    if (plan->has_body &&
        !says_type(call)) /* an author knows better: application/merge-patch+json */
        esc_planner_header(planner, "Content-Type",
                           is_form ? ESC_TEXT("application/x-www-form-urlencoded")
                                   : ESC_TEXT("application/json"));
}

/* What the action says. The configuration's word for the same header counts: it may hold a secret. */
static void call_headers(EscPlanner *planner, const EscCall *call)
{
    const EscPlan *plan = planner->plan;
    uint32_t before = plan->headers_count;
    for (uint32_t i = 0; i < call->headers_count; i++) {
        EscText header = call->headers[i], name = header_name(header);
        bool is_said = false;
        for (uint32_t k = 0; k < before && !is_said; k++)
            is_said = esc_header_names_equal(header_name(plan->headers[k]), name);
        if (is_said)
            continue;
        if (name.size + 2 > header.size || esc_header_fault(name) != ESC_HEADER_FINE) {
            esc_planner_refuse(planner, "a header of the call cannot be sent");
            return;
        }
        EscText value = {header.data + name.size + 2, header.size - name.size - 2};
        esc_planner_header(planner, esc_arena_text(planner->arena, name).data, value);
    }
}

void esc_plan_call(EscPlanner *planner, const EscSystemBinding *system)
{
    EscPlan *plan = planner->plan;
    const EscCall *call = esc_planner_call(planner);
    if (call == NULL)
        return;
    plan->timeout_ms = system->timeout_ms;
    plan->method = call->method;
    plan->result_path = call->result_path;
    plan->is_judged = call->is_judged;
    plan->statuses = call->statuses;
    plan->statuses_count = call->statuses_count;
    call_body(planner, call);
    system_headers(planner, system);
    EscText url = call_url(planner, system->base_url, call->path);
    esc_plan_auth(planner, &system->auth, &url);
    call_headers(planner, call);
    esc_planner_url(planner, url);
}
