/* daemon_login.c - the sessions of a daemon, put together: where they are kept, and whose directories they ask. */
#include "daemon_login.h"

#include <stdio.h>

static const EscProgram *program_of(void *context, EscText client)
{
    const EscShard *shard = esc_shards_find(context, client);
    const EscBundle *bundle = shard == NULL ? NULL : esc_shard_bundle(shard);
    return bundle == NULL ? NULL : esc_bundle_program(bundle);
}

EscStatus esc_daemon_sessions_new(const EscDaemonSetup *setup, const EscShards *shards,
                                  EscReactor *reactor,
                                  void (*log)(void *context, const char *level, const char *event,
                                              EscText text),
                                  void *log_context, EscSessions **out, EscWhy *why)
{
    char path[4096];
    *out = NULL;
    int length = snprintf(path, sizeof(path), "%s/sessions", setup->data_folder);
    if (length < 0 || (size_t)length >= sizeof(path))
        return esc_why(why, ESC_BAD_CONFIG, "", 0, "the name of the data folder is too long");
    EscSessionsSetup sessions = {.config = setup->config,
                                 .clock = setup->clock,
                                 .random = setup->random,
                                 .files = setup->files,
                                 .pool = setup->pool,
                                 .path = path,
                                 .program = program_of,
                                 .program_context = (void *)(uintptr_t)shards,
                                 .wake = esc_reactor_poke,
                                 .wake_context = reactor,
                                 .log = log,
                                 .log_context = log_context};
    return esc_sessions_new(&sessions, out, why);
}

EscStatus esc_daemon_oidc_new(const EscDaemonSetup *setup, const EscSessions *sessions,
                              EscOidc **out, EscWhy *why)
{
    EscOidcSetup oidc = {.config = setup->config,
                         .clock = setup->clock,
                         .random = setup->random,
                         .sockets = setup->sockets,
                         .key = esc_sessions_key(sessions)};
    return esc_oidc_new(&oidc, out, why);
}

/* --- operators ---------------------------------------------------------------------------------- */

void esc_daemon_operators_tell(const EscConfig *config, const EscShards *shards,
                               void (*log)(void *context, const char *level, const char *event,
                                           EscText text),
                               void *log_context)
{
    for (uint32_t i = 0; i < config->operators.count; i++) {
        const EscOperator *who = &config->operators.items[i];
        for (uint32_t k = 0; k < who->clients.count; k++) {
            const EscOperatorClient *client = &who->clients.items[k];
            const EscProgram *program = program_of((void *)(uintptr_t)shards, client->name);
            uint32_t person = 0;
            char line[512];
            bool is_known =
                program != NULL && (client->person.size == 0 ||
                                    esc_directory_person(program, client->person, &person));
            if (is_known)
                continue;
            (void)snprintf(line, sizeof(line), "operators.%.*s.clients.%.*s: %s",
                           ESC_TEXT_ARG(esc_utf8_cut(who->name, 128)),
                           ESC_TEXT_ARG(esc_utf8_cut(client->name, 128)),
                           program == NULL ? "no workspace of that name is served"
                                           : "its directory has no such person");
            log(log_context, "warning", "operator", esc_text_from(line));
        }
    }
}
