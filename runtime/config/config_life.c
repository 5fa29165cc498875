/* config_life.c - a configuration from its defaults to its end, and what it says about a workspace.
 *
 * Not its job: reading (config.c), checking (config_check.c). */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "config_internal.h"

#define CONFIG_ARENA_BYTES_MAX ((size_t)64 << 20)
#define CONFIG_FAULTS_BYTES_MAX ((size_t)1 << 20)

void esc_config_preset(const OptionGroup *group, void *base)
{
    for (size_t i = 0; i < group->options_count; i++) {
        const Option *option = &group->options[i];
        uint8_t *member = (uint8_t *)base + option->offset;
        if (option->type == OPTION_TEXT || option->type == OPTION_WORD) {
            EscText preset = esc_text_from(option->preset);
            memcpy(member, &preset, sizeof(preset));
        } else if (option->type == OPTION_COUNT) {
            memcpy(member, &option->count, sizeof(option->count));
        } else if (option->type == OPTION_OBJECT) {
            esc_config_preset(option->group, member);
        }
    }
}

EscConfig *esc_config_new(void)
{
    EscConfig *config = calloc(1, sizeof(*config));
    if (config == NULL)
        return NULL;
    esc_config_preset(CONFIG_GROUP_DAEMON, config);
    esc_buf_init(&config->faults, CONFIG_FAULTS_BYTES_MAX);
    esc_buf_init(&config->warnings, CONFIG_FAULTS_BYTES_MAX);
    config->arena = esc_arena_new(CONFIG_ARENA_BYTES_MAX);
    if (config->arena == NULL) {
        free(config);
        return NULL;
    }
    return config;
}

static void wipe(EscText secret)
{
    if (secret.size > 0)
        OPENSSL_cleanse((void *)(uintptr_t)secret.data, secret.size);
}

static void wipe_endpoint(const EscEndpoint *endpoint)
{
    wipe(endpoint->secret);
    if (endpoint->url_file.size > 0)
        wipe(endpoint->url);
    for (uint32_t i = 0; i < endpoint->subscriptions_count; i++) {
        wipe(endpoint->subscriptions[i].url);
        wipe(endpoint->subscriptions[i].auth);
    }
}

static void wipe_workspace(const EscWorkspaceConfig *workspace)
{
    for (uint32_t k = 0; k < workspace->channels.count; k++)
        wipe_endpoint(&workspace->channels.items[k]);
    for (uint32_t k = 0; k < workspace->systems.count; k++) {
        wipe(workspace->systems.items[k].secret);
        wipe(workspace->systems.items[k].auth.secret);
    }
    for (uint32_t k = 0; k < workspace->inbound.count; k++)
        wipe(workspace->inbound.items[k].secret);
    for (uint32_t k = 0; k < workspace->sources.count; k++) {
        wipe(workspace->sources.items[k].secret);
        wipe(workspace->sources.items[k].former_secret);
    }
#define ESC_PEOPLE_WAY(way, CONTACT, help) wipe_endpoint(&workspace->people.way);
#include <esc/people_ways.def>
    wipe(workspace->mail.password);
    wipe(workspace->inbox.secret);
}

void esc_config_free(EscConfig *config)
{
    if (config == NULL)
        return;
    for (uint32_t i = 0; i < config->workspaces.count; i++)
        wipe_workspace(&config->workspaces.items[i]);
    wipe_workspace(&config->heartbeat.site);
    wipe_workspace(&config->alarms.site);
    wipe(config->oidc.secret);
    esc_buf_release(&config->faults);
    esc_buf_release(&config->warnings);
    esc_arena_free(config->arena);
    free(config);
}

const EscInboundBinding *esc_config_answers(const EscWorkspaceConfig *workspace,
                                            const EscEndpoint *endpoint)
{
    for (uint32_t i = 0; i < workspace->inbound.count; i++)
        if (esc_text_equal(workspace->inbound.items[i].name, endpoint->answers))
            return &workspace->inbound.items[i];
    return NULL;
}

const EscEndpoint *esc_people_endpoint(const EscPeopleBinding *people, EscText way)
{
#define ESC_PEOPLE_WAY(word, CONTACT, help)                                                        \
    if (esc_text_equal(way, ESC_TEXT(#word)))                                                      \
        return &people->word;
#include <esc/people_ways.def>
    return NULL;
}

void esc_config_workspace_preset(EscWorkspaceConfig *out)
{
    *out = (EscWorkspaceConfig){0};
    esc_config_preset(CONFIG_GROUP_WORKSPACE, out);
}

EscWorkspaceConfig *esc_config_workspace_find(EscConfig *config, EscText name)
{
    for (uint32_t i = 0; i < config->workspaces.count; i++)
        if (esc_text_equal(config->workspaces.items[i].name, name))
            return &config->workspaces.items[i];
    return NULL;
}

const EscWorkspaceConfig *esc_config_workspace(const EscConfig *config, EscText name)
{
    return esc_config_workspace_find((EscConfig *)(uintptr_t)config, name);
}

const EscInboundBinding *esc_config_inbound(const EscConfig *config, EscText name,
                                            const EscWorkspaceConfig **workspace)
{
    for (uint32_t i = 0; i < config->workspaces.count; i++) {
        const EscWorkspaceConfig *one = &config->workspaces.items[i];
        for (uint32_t k = 0; k < one->inbound.count; k++) {
            if (!esc_text_equal(one->inbound.items[k].name, name))
                continue;
            *workspace = one;
            return &one->inbound.items[k];
        }
    }
    return NULL;
}

EscStatus esc_config_set_unbound(EscConfig *config, EscText word, EscWhy *why)
{
    static const char *const words[] = {"stop", "file", "refuse"};
    for (size_t i = 0; i < ESC_COUNT_OF(words); i++)
        if (esc_text_equal(word, esc_text_from(words[i]))) {
            config->unbound = esc_text_from(words[i]);
            return ESC_OK;
        }
    return esc_config_fault(config, why, "--unbound: must be one of stop, file, refuse");
}

bool esc_unbound_is_file(EscText word)
{
    return esc_text_equal(word, ESC_TEXT("file")) ||
           esc_text_equal(word, ESC_TEXT(ESC_UNBOUND_REHEARSAL));
}

EscText esc_config_unbound(const EscConfig *config, EscText name)
{
    const EscWorkspaceConfig *workspace = esc_config_workspace(config, name);
    return workspace == NULL || workspace->unbound.size == 0 ? config->unbound : workspace->unbound;
}

/* --- what is wrong ---------------------------------------------------------------------------- */

static void add_line(EscBuf *lines, const char *format, va_list arguments)
{
    if (lines->size > 0)
        esc_buf_char(lines, '\n');
    esc_buf_vprintf(lines, format, arguments);
}

EscStatus esc_config_fault(EscConfig *config, EscWhy *first, const char *format, ...)
{
    size_t start = config->faults.size > 0 ? config->faults.size + 1 : 0;
    va_list arguments;
    va_start(arguments, format);
    add_line(&config->faults, format, arguments);
    va_end(arguments);
    if (first != NULL && first->text[0] == '\0' && config->faults.size > start) {
        EscText line = {(const char *)config->faults.data + start, config->faults.size - start};
        (void)esc_why(first, ESC_BAD_CONFIG, "", 0, "%.*s", ESC_TEXT_ARG(line));
    }
    return ESC_BAD_CONFIG;
}

void esc_config_warn(EscConfig *config, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_line(&config->warnings, format, arguments);
    va_end(arguments);
}

void esc_config_use_links(EscConfig *config, const struct EscLinkKeys *keys)
{
    ESC_ASSERT(config->public_url.size > 0);
    config->links = keys;
    for (uint32_t i = 0; i < config->workspaces.count; i++)
        config->workspaces.items[i].links = keys;
}

static bool wants_push_key(const EscEndpoint *endpoint)
{
    return endpoint->kind == ESC_ENDPOINT_WEBPUSH && endpoint->type.size > 0 &&
           endpoint->secret.size == 0;
}

bool esc_config_wants_push_key(const EscConfig *config)
{
    bool is_wanted = false;
    for (uint32_t i = 0; i < config->workspaces.count; i++) {
        const EscWorkspaceConfig *one = &config->workspaces.items[i];
        is_wanted = is_wanted || wants_push_key(&one->people.push);
        for (uint32_t k = 0; k < one->channels.count; k++)
            is_wanted = is_wanted || wants_push_key(&one->channels.items[k]);
    }
    return is_wanted;
}

/* Each has a copy of its own, which is wiped with it. */
static void give_push_key(EscConfig *config, EscEndpoint *endpoint, EscText key)
{
    if (wants_push_key(endpoint))
        endpoint->secret = esc_arena_text(config->arena, key);
}

void esc_config_use_push_key(EscConfig *config, EscText key)
{
    for (uint32_t i = 0; i < config->workspaces.count; i++) {
        EscWorkspaceConfig *one = &config->workspaces.items[i];
        give_push_key(config, &one->people.push, key);
        for (uint32_t k = 0; k < one->channels.count; k++)
            give_push_key(config, &one->channels.items[k], key);
    }
}
