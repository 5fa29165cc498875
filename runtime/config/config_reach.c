/* config_reach.c - whether anything that the configuration binds leads beyond this machine.
 *
 * Whoever tries the layer out, or rehearses with receivers of their own, is not refused for what is not bound yet;
 * whoever has bound one real receiver is. Mail is judged by its sender too: a server on this machine mostly hands on
 * to others, and only the domains that are reserved for examples have nobody behind them (RFC 2606). */
#include <string.h>

#include <curl/curl.h>

#include "config_internal.h"

/* Equal to the domain, or below it: "a.example" for "example". */
static bool is_within(EscText name, const char *domain)
{
    EscText end = esc_text_from(domain);
    if (name.size < end.size)
        return false;
    EscText tail = {name.data + name.size - end.size, end.size};
    return esc_text_equal(tail, end) && (name.size == end.size || tail.data[-1] == '.');
}

static bool is_reserved(EscText domain)
{
    static const char *const domains[] = {"example",     "test",        "invalid",    "localhost",
                                          "example.com", "example.net", "example.org"};
    for (size_t i = 0; i < ESC_COUNT_OF(domains); i++)
        if (is_within(domain, domains[i]))
            return true;
    return false;
}

/* A name that cannot lead anywhere else either (RFC 6761). */
static bool is_this_machine(EscText host)
{
    static const char *const own[] = {"127.0.0.0/8", "::1"};
    AddressRange literal, range;
    if (host.size > 2 && host.data[0] == '[')
        host = (EscText){host.data + 1, host.size - 2};
    if (!esc_address_range_read(host, &literal))
        return is_within(host, "localhost") || is_within(host, "invalid");
    for (size_t i = 0; i < ESC_COUNT_OF(own); i++)
        if (esc_address_range_read(esc_text_from(own[i]), &range) &&
            esc_address_range_holds(&range, literal.bytes))
            return true;
    return false;
}

static bool url_leads_out(EscText url)
{
    char *host = NULL;
    CURLU *parts = curl_url();
    bool is_read =
        parts != NULL && url.size > 0 &&
        curl_url_set(parts, CURLUPART_URL, url.data, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    bool leads_out = !is_read || !is_this_machine(esc_text_from(host));
    curl_free(host);
    curl_url_cleanup(parts);
    return leads_out;
}

static bool endpoint_leads_out(const EscEndpoint *endpoint)
{
    for (uint32_t i = 0; i < endpoint->subscriptions_count; i++)
        if (url_leads_out(endpoint->subscriptions[i].url))
            return true;
    if (endpoint->kind == ESC_ENDPOINT_WEBPUSH && endpoint->type.size > 0 &&
        endpoint->subscriptions_file.size == 0)
        return true; /* wherever people's browsers are */
    return (endpoint->url.size > 0 || endpoint->url_file.size > 0) && url_leads_out(endpoint->url);
}

static bool mail_leads_out(const EscMailServer *mail)
{
    if (mail->server.size == 0)
        return false;
    const char *at = mail->from.size == 0 ? NULL : memchr(mail->from.data, '@', mail->from.size);
    if (at == NULL || url_leads_out(mail->server))
        return true;
    size_t before = (size_t)(at + 1 - mail->from.data);
    return !is_reserved((EscText){at + 1, mail->from.size - before});
}

static bool system_leads_out(const EscSystemBinding *system)
{
    return url_leads_out(system->base_url) ||
           (system->auth.token_url.size > 0 && url_leads_out(system->auth.token_url));
}

static bool workspace_leads_out(const EscWorkspaceConfig *workspace)
{
    bool leads_out = mail_leads_out(&workspace->mail);
#define ESC_PEOPLE_WAY(way, CONTACT, help)                                                         \
    leads_out = leads_out || endpoint_leads_out(&workspace->people.way);
#include <esc/people_ways.def>
    for (uint32_t i = 0; i < workspace->channels.count; i++)
        leads_out = leads_out || endpoint_leads_out(&workspace->channels.items[i]);
    for (uint32_t i = 0; i < workspace->systems.count; i++)
        leads_out = leads_out || system_leads_out(&workspace->systems.items[i]);
    return leads_out;
}

bool esc_config_leads_out(const EscConfig *config)
{
    for (uint32_t i = 0; i < config->workspaces.count; i++)
        if (workspace_leads_out(&config->workspaces.items[i]))
            return true;
    return false;
}
