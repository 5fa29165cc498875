/* escald_check.c - configuration, tokens and workspaces held against each other before anything is served.
 *
 * Everything is looked at, so that one run finds all that is wrong. What the operator has said about what is unbound
 * (`unbound`: file, refuse) makes a warning of what it is about. Not its job: what one file says by itself (config/,
 * compiler/). */
#include <stdio.h>
#include <string.h>

#include "escald_check.h"

#define MISSPELT_EDITS 3

typedef struct Check {
    const Serving *serving;
    EscConfig *config;
    const Options *options;
    EscStatus status;
    EscWhy first;
} Check;

/* Something about a client: a fault, unless its unbound things have somewhere to go. */
static void note(Check *check, EscText client, EscText line)
{
    if (esc_text_equal(esc_config_unbound(check->config, client), ESC_TEXT("stop")))
        check->status = esc_config_fault(check->config, &check->first, "%.*s", ESC_TEXT_ARG(line));
    else
        esc_config_warn(check->config, "%.*s", ESC_TEXT_ARG(line));
}

static void check_bindings(Check *check)
{
    for (uint32_t i = 0; i < check->serving->count; i++) {
        const Served *served = &check->serving->items[i];
        EscText lines = esc_buf_as_text(&served->bindings);
        while (lines.size > 0) {
            const char *end = memchr(lines.data, '\n', lines.size);
            EscText line = {lines.data, end == NULL ? lines.size : (size_t)(end - lines.data)};
            note(check, esc_text_from(served->compiled.name), line);
            size_t used = line.size + (end == NULL ? 0 : 1);
            lines = (EscText){lines.data + used, lines.size - used};
        }
    }
}

/* NULL when a workspace of this name is served; else the nearest name, or "". */
static const char *nearest_client(const Serving *serving, EscText name)
{
    const char *nearest = "";
    unsigned best = MISSPELT_EDITS + 1;
    for (uint32_t i = 0; i < serving->count; i++) {
        const char *one = serving->items[i].compiled.name;
        unsigned distance = esc_text_distance(name, esc_text_from(one), MISSPELT_EDITS);
        if (distance == 0)
            return NULL;
        if (distance < best) {
            best = distance;
            nearest = one;
        }
    }
    return nearest;
}

static void check_clients(Check *check)
{
    for (uint32_t i = 0; i < check->config->workspaces.count; i++) {
        char line[512];
        EscText name = check->config->workspaces.items[i].name;
        const char *nearest = nearest_client(check->serving, name);
        if (nearest == NULL)
            continue;
        (void)snprintf(line, sizeof(line), "workspaces.%.*s: no --workspace is called so%s%s%s",
                       ESC_TEXT_ARG(esc_utf8_cut(name, 200)),
                       nearest[0] == '\0' ? "" : "; did you mean \"", nearest,
                       nearest[0] == '\0' ? "" : "\"?");
        note(check, name, esc_text_from(line));
    }
}

static void check_accepted(Check *check)
{
    for (uint32_t i = 0; i < check->options->accept_loss_count; i++) {
        EscText name = esc_text_from(check->options->accept_loss[i]);
        if (nearest_client(check->serving, name) != NULL)
            check->status = esc_config_fault(check->config, &check->first,
                                             "--accept-loss %.*s: no workspace is called so",
                                             ESC_TEXT_ARG(name));
    }
}

/* Only who tries things out, with all clients, leaves the tokens open. */
static bool is_trial(const Check *check)
{
    bool is_trial = check->serving->count > 0;
    for (uint32_t i = 0; i < check->serving->count; i++)
        is_trial = is_trial &&
                   esc_text_equal(
                       esc_config_unbound(check->config,
                                          esc_text_from(check->serving->items[i].compiled.name)),
                       ESC_TEXT("file"));
    return is_trial;
}

static void check_tokens(Check *check)
{
    const EscFiles *files = check->serving->files;
    EscTokens *tokens = NULL;
    EscWhy why = {.text = ""};
    if (esc_tokens_load(files, check->config->token_file, check->serving->data_folder, 0, &tokens,
                        &why) != ESC_OK)
        check->status = esc_config_fault(check->config, &check->first, "%s", why.text);
    esc_tokens_free(tokens);
    char path[4096];
    EscText given = check->config->token_file;
    int length = given.size > 0
                     ? snprintf(path, sizeof(path), "%.*s", ESC_TEXT_ARG(given))
                     : snprintf(path, sizeof(path), "%s/tokens", check->serving->data_folder);
    if (length < 0 || (size_t)length >= sizeof(path) ||
        !files->is_open_to_others(files->context, path))
        return;
    static const char *const text =
        "the token file %s is open to all users of the machine; take that right (chmod o=)";
    if (is_trial(check))
        esc_config_warn(check->config, text, path);
    else
        check->status = esc_config_fault(check->config, &check->first, text, path);
}

EscStatus check_together(const Serving *serving, EscConfig *config, const Options *options,
                         EscWhy *why)
{
    Check check = {.serving = serving, .config = config, .options = options, .status = ESC_OK};
    check_clients(&check);
    check_accepted(&check);
    check_bindings(&check);
    check_tokens(&check);
    *why = check.first;
    return check.status;
}
