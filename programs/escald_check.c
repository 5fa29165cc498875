/* escald_check.c - configuration, tokens and workspaces held against each other before anything is served.
 *
 * Everything is looked at, so that one run finds all that is wrong. What the operator has said about what is unbound
 * (`unbound`: file, refuse) makes a warning of what it is about. Not its job: what one file says by itself (config/,
 * compiler/). */
#include <stdio.h>

#include "escald_check.h"
#include "escald_tell.h"

#define MISSPELT_EDITS 3

typedef struct Check {
    const Serving *serving;
    EscConfig *config;
    const Options *options;
    EscStatus status;
    EscWhy first;
} Check;

/* What a word of `unbound` makes of what has no binding, and of what is bound for nothing: mostly a slip of the pen, which
 * a rehearsal is there to find. */
typedef enum Subject { UNBOUND, UNDECLARED } Subject;

static void note(Check *check, EscText client, Subject subject, EscText line)
{
    EscText word = esc_config_unbound(check->config, client);
    bool is_rehearsal = esc_text_equal(word, ESC_TEXT(ESC_UNBOUND_REHEARSAL));
    if (esc_text_equal(word, ESC_TEXT("stop")) || (is_rehearsal && subject == UNDECLARED))
        check->status = esc_config_fault(check->config, &check->first, "%.*s", ESC_TEXT_ARG(line));
    else if (!is_rehearsal) /* which tells it itself (escald_tell.c) */
        esc_config_warn(check->config, "%.*s", ESC_TEXT_ARG(line));
}

static void check_lines(Check *check, const Served *served, Subject subject, const EscBuf *of)
{
    EscText lines = esc_buf_as_text(of), line;
    while (tell_next_line(&lines, &line))
        note(check, esc_text_from(served->compiled.name), subject, line);
}

static void check_bindings(Check *check)
{
    for (uint32_t i = 0; i < check->serving->count; i++) {
        const Served *served = &check->serving->items[i];
        check_lines(check, served, UNBOUND, &served->bindings.unbound);
        check_lines(check, served, UNDECLARED, &served->bindings.undeclared);
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
        note(check, name, UNDECLARED, esc_text_from(line));
    }
}

/* Whoever writes down who may see a client means one that is served. */
static void check_operators(Check *check)
{
    for (uint32_t i = 0; i < check->config->operators.count; i++) {
        const EscOperator *who = &check->config->operators.items[i];
        for (uint32_t k = 0; k < who->clients.count; k++) {
            EscText client = who->clients.items[k].name;
            const char *nearest = nearest_client(check->serving, client);
            if (nearest == NULL)
                continue;
            check->status =
                esc_config_fault(check->config, &check->first,
                                 "operators.%.*s.clients.%.*s: no --workspace is called so%s%s%s",
                                 ESC_TEXT_ARG(who->name), ESC_TEXT_ARG(esc_utf8_cut(client, 200)),
                                 nearest[0] == '\0' ? "" : "; did you mean \"", nearest,
                                 nearest[0] == '\0' ? "" : "\"?");
        }
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

/* It holds hashes, which open nothing; whoever may change it makes tokens of their own. */
static void check_rights(Check *check, const char *path)
{
    const EscFiles *files = check->serving->files;
    if (files->others_may_change(files->context, path))
        check->status = esc_config_fault(
            check->config, &check->first,
            "the token file %s may be changed by all users of the machine; take that right "
            "(chmod o=)",
            path);
    else if (files->is_open_to_others(files->context, path))
        esc_config_warn(check->config,
                        "the token file %s may be read by all users of the machine; take that "
                        "right (chmod o=)",
                        path);
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
    if (length >= 0 && (size_t)length < sizeof(path))
        check_rights(check, path);
}

EscStatus check_together(const Serving *serving, EscConfig *config, const Options *options,
                         EscWhy *why)
{
    Check check = {.serving = serving, .config = config, .options = options, .status = ESC_OK};
    check_clients(&check);
    check_operators(&check);
    check_accepted(&check);
    check_bindings(&check);
    check_tokens(&check);
    *why = check.first;
    return check.status;
}
