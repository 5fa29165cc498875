/* escald_options.c - what the command line of escald says, from the rows of cli.def. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "escald_options.h"

#define TIME_SCALE_MAX 1000000.0

static bool read_scale(const char *text, double *scale)
{
    char *end = NULL;
    *scale = text == NULL ? 1.0 : strtod(text, &end);
    return text == NULL ||
           (end != text && *end == '\0' && *scale > 0.0 && *scale <= TIME_SCALE_MAX);
}

static bool read_start(const char *text, int64_t *start_ms)
{
    *start_ms = 0;
    return text == NULL || (esc_time_read(esc_text_from(text), start_ms) && *start_ms > 0);
}

/* All values of an option that may be given several times; false: too many. */
static bool take_all(const CliLine *line, CliOption option, const char **items, uint32_t *count)
{
    *count = 0;
    for (size_t i = 0; i < line->given_count; i++) {
        if (line->given[i].option != option)
            continue;
        if (*count == ESC_WORKSPACES_MAX)
            return false;
        items[(*count)++] = line->given[i].value;
    }
    return true;
}

static CliEnd wrong(const CliLine *line, const char *text)
{
    (void)cli_wrong(line, "%s", text);
    return CLI_WRONG;
}

static CliEnd take(Options *options, const CliLine *line)
{
    const char *scale = cli_value(line, CLI_ESCALD_TIME_SCALE);
    *options = (Options){
        .data = cli_value(line, CLI_ESCALD_DATA),
        .listen = cli_value(line, CLI_ESCALD_LISTEN),
        .config = cli_value(line, CLI_ESCALD_CONFIG),
        .port_file = cli_value(line, CLI_ESCALD_PORT_FILE),
        .unbound = cli_value(line, CLI_ESCALD_UNBOUND),
        .follow = cli_has(line, CLI_ESCALD_FOLLOW),
        .check_config = cli_has(line, CLI_ESCALD_CHECK_CONFIG) || cli_has(line, CLI_ESCALD_PROBE),
        .probe = cli_has(line, CLI_ESCALD_PROBE),
        .new_link_key = cli_has(line, CLI_ESCALD_NEW_LINK_KEY),
        .help_config = cli_has(line, CLI_ESCALD_HELP_CONFIG),
    };
    if (!take_all(line, CLI_ESCALD_WORKSPACE, options->workspaces, &options->workspaces_count) ||
        !take_all(line, CLI_ESCALD_ACCEPT_LOSS, options->accept_loss, &options->accept_loss_count))
        return wrong(line, "too many workspaces");
    if (!read_scale(scale, &options->time_scale))
        return wrong(line, "--time-scale needs a number above 0, and of at most 1000000");
    if (!read_start(cli_value(line, CLI_ESCALD_START_TIME), &options->start_ms))
        return wrong(line, "--start-time needs a time such as 2026-01-05T09:00:00Z");
    if (options->unbound == NULL)
        options->unbound = getenv("ESCAL_UNBOUND");
    if (options->help_config)
        return CLI_GO_ON;
    if (options->workspaces_count == 0)
        return wrong(line, "--workspace is missing");
    return options->data != NULL ? CLI_GO_ON : wrong(line, "--data is missing");
}

CliEnd options_read(Options *options, int argc, char **argv)
{
    CliLine line;
    CliEnd end = cli_read(CLI_ESCALD, argc, argv, &line, stdout, stderr);
    if (end == CLI_GO_ON)
        end = take(options, &line);
    cli_release(&line);
    return end;
}
