/* route.c - which endpoint a row belongs to, from its plain columns.
 *
 * A message goes to its channel's binding, for one of its receivers if it is mail and the row says whom; a message to a person goes by its medium: mail, or one of
 * people_ways.def; a call goes to its system, or for a room to its channel. What has no binding goes to the workspace's
 * file sink where the configuration says so, else nowhere. The endpoint of a file is the file itself, so
 * that all lines of one file wait in one queue. */
#include "plan.h"

#include <stdio.h>
#include <string.h>

static const EscEndpoint *find_channel(const EscWorkspaceConfig *config, EscText name)
{
    for (uint32_t i = 0; i < config->channels.count; i++)
        if (esc_text_equal(config->channels.items[i].name, name))
            return &config->channels.items[i];
    return NULL;
}

static const EscSystemBinding *find_system(const EscWorkspaceConfig *config, EscText target)
{
    const char *dot = target.size == 0 ? NULL : memchr(target.data, '.', target.size);
    EscText name = dot == NULL ? target : (EscText){target.data, (size_t)(dot - target.data)};
    for (uint32_t i = 0; i < config->systems.count; i++)
        if (esc_text_equal(config->systems.items[i].name, name))
            return &config->systems.items[i];
    return NULL;
}

static bool is_bound(const EscEndpoint *endpoint) /* of people */
{
    return endpoint->type.size > 0 || endpoint->kind != ESC_ENDPOINT_FILE ||
           endpoint->path.size > 0;
}

static EscWay way_of(EscEndpointKind kind)
{
    static const EscWay ways[] = {
#define ESC_ENDPOINT(kind, name, way, needs, people, plan) [ESC_ENDPOINT_##kind] = ESC_WAY_##way,
#include <esc/endpoint_kinds.def>
#undef ESC_ENDPOINT
    };
    return ways[kind];
}

static void set_name(EscRoute *route, const char *what, EscText name)
{
    size_t room = sizeof(route->name) - 1 - strlen(what);
    (void)snprintf(route->name, sizeof(route->name), "%s%.*s", what,
                   ESC_TEXT_ARG(esc_utf8_cut(name, room)));
}

static void route_file(EscRoute *route, EscText path)
{
    route->way = ESC_WAY_FILE;
    route->path = path;
    set_name(route, path.size > 0 ? "file " : "the file sink", path);
}

static void route_unbound(const EscWorkspaceConfig *config, EscRoute *route)
{
    if (esc_unbound_is_file(config->unbound))
        route_file(route, (EscText){0});
    route->is_unbound = true;
}

static void route_endpoint(EscRoute *route, const EscEndpoint *endpoint)
{
    route->endpoint = endpoint;
    route->way = way_of(endpoint->kind);
    if (route->way == ESC_WAY_FILE)
        route_file(route, endpoint->path);
}

static void route_person(const EscWorkspaceConfig *config, EscText medium, EscRoute *route)
{
    const EscEndpoint *endpoint = esc_people_endpoint(&config->people, medium);
    if (esc_text_equal(medium, ESC_TEXT("email")) && config->mail.server.size > 0)
        route->way = ESC_WAY_MAIL;
    else if (endpoint != NULL && is_bound(endpoint))
        route_endpoint(route, endpoint);
    else
        route_unbound(config, route);
}

static bool is_receiver(const EscEndpoint *channel, EscText address)
{
    for (uint32_t i = 0; i < channel->to.count; i++)
        if (esc_text_equal(channel->to.items[i], address))
            return true;
    return false;
}

static void route_channel(const EscWorkspaceConfig *config, const EscOutboxRow *row, EscText name,
                          EscRoute *route)
{
    const EscEndpoint *channel = find_channel(config, name);
    set_name(route, "channel ", name);
    route->is_gone = channel != NULL && row->address.size > 0 &&
                     (channel->kind != ESC_ENDPOINT_SMTP || !is_receiver(channel, row->address));
    if (channel == NULL)
        route_unbound(config, route);
    else if (!route->is_gone)
        route_endpoint(route, channel);
}

void esc_route_find(const EscWorkspaceConfig *config, const EscOutboxRow *row, EscRoute *route)
{
    *route = (EscRoute){.way = ESC_WAY_NONE};
    if (esc_text_equal(row->medium, ESC_TEXT(ESC_MEDIUM_ROOM))) {
        route_channel(config, row, ESC_TEXT(ESC_ROOM_CHANNEL), route); /* "warroom ana", too */
    } else if (row->kind == ESC_OUTBOX_CALL) {
        route->system = find_system(config, row->target);
        set_name(route, "system ", route->system == NULL ? row->target : route->system->name);
        if (route->system == NULL)
            route_unbound(config, route);
        else
            route->way = ESC_WAY_HTTP;
    } else if (row->address.size == 0 || esc_text_equal(row->medium, ESC_TEXT(ESC_MEDIUM_MAIL))) {
        route_channel(config, row, row->target, route);
    } else {
        set_name(route, "people by ", row->medium);
        route_person(config, row->medium, route);
    }
}
