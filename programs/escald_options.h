/* escald_options.h - the command line of escald. */
#ifndef ESCALD_OPTIONS_H
#define ESCALD_OPTIONS_H

#include <esc/runtime.h>

#include "cli.h"

typedef struct Options {
    const char *workspaces[ESC_WORKSPACES_MAX];
    const char *accept_loss
        [ESC_WORKSPACES_MAX]; /* names of workspaces whose stores may have lost something */
    uint32_t workspaces_count, accept_loss_count;
    const char *data, *listen, *config, *port_file; /* NULL: not given */
    const char
        *unbound; /* in place of the configuration's, or of the environment; NULL: not said */
    double time_scale;
    int64_t start_ms; /* 0: now */
    bool follow, check_config, help_config, new_link_key;
    bool probe; /* then check_config too: what is wrong is not tried */
} Options;

/* What is not CLI_GO_ON was told already. Texts are argv's. */
CliEnd options_read(Options *options, int argc, char **argv);

#endif
