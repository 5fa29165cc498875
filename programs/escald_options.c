/* escald_options.c - reads the command line of escald. */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escald_options.h"

#define TIME_SCALE_MAX 1000000.0

void options_help(void)
{
    (void)puts(
        "usage: escald --workspace DIR [--workspace DIR …] --data DIR [option …]\n"
        "\n"
        "Takes events in, runs the escalation templates of its workspaces, delivers and keeps "
        "records.\n"
        "\n"
        "  --workspace DIR    folder of .esc files; may be given several times\n"
        "  --data DIR         folder for the stores (NAME.db), the token file and the file sinks\n"
        "  --listen HOST:PORT where the API listens; port 0 picks a free one (default: of the "
        "configuration)\n"
        "  --config FILE      configuration (default: escald.json in the data folder, if there is "
        "one)\n"
        "  --port-file FILE   writes the port there once the API listens\n"
        "  --time-scale N     lets time go N times faster\n"
        "  --start-time T     begins at that time, such as 2026-01-05T09:00:00Z\n"
        "  --follow           tells on standard output what happens\n"
        "  --accept-loss NAME opens the store of this workspace although it has lost something, or "
        "is "
        "missing;\n"
        "                     may be given several times, and is for one start\n"
        "  --check-config     reads configuration and workspaces, says what is wrong, and ends\n"
        "  --help-config      lists all options of the configuration\n"
        "  --version          prints the version\n"
        "\n"
        "exit status: 0 stopped by SIGTERM or SIGINT, 2 usage, configuration or workspace is "
        "wrong, 4 a store or the system failed");
}

static bool refuse(const char *message, const char *value)
{
    (void)fprintf(stderr, "escald: %s%s%s (escald --help lists all options)\n", message,
                  value[0] == '\0' ? "" : ": ", value);
    return false;
}

static bool read_scale(const char *text, double *scale)
{
    char *end = NULL;
    *scale = strtod(text, &end);
    return end != text && *end == '\0' && *scale > 0.0 && *scale <= TIME_SCALE_MAX;
}

static bool take_option(Options *options, int which, const char *value)
{
    switch (which) {
    case 'w':
        if (options->workspaces_count == ESC_WORKSPACES_MAX)
            return refuse("too many workspaces", "");
        options->workspaces[options->workspaces_count++] = value;
        return true;
    case 'a':
        if (options->accept_loss_count == ESC_WORKSPACES_MAX)
            return refuse("too many workspaces", "");
        options->accept_loss[options->accept_loss_count++] = value;
        return true;
    case 'd':
        options->data = value;
        return true;
    case 'l':
        options->listen = value;
        return true;
    case 'c':
        options->config = value;
        return true;
    case 'p':
        options->port_file = value;
        return true;
    case 's':
        return read_scale(value, &options->time_scale) ||
               refuse("--time-scale needs a number above 0", value);
    case 't':
        return (esc_time_read(esc_text_from(value), &options->start_ms) && options->start_ms > 0) ||
               refuse("--start-time needs a time such as 2026-01-05T09:00:00Z", value);
    case 'f':
        options->follow = true;
        return true;
    case 'C':
        options->check_config = true;
        return true;
    case 'H':
        options->help_config = true;
        return true;
    case 'h':
        options->help = true;
        return true;
    case 'v':
        options->version = true;
        return true;
    default:
        return refuse("the command line is wrong", "");
    }
}

bool options_read(Options *options, int argc, char **argv)
{
    static const struct option rows[] = {
        {"workspace", required_argument, NULL, 'w'},
        {"data", required_argument, NULL, 'd'},
        {"accept-loss", required_argument, NULL, 'a'},
        {"listen", required_argument, NULL, 'l'},
        {"config", required_argument, NULL, 'c'},
        {"port-file", required_argument, NULL, 'p'},
        {"time-scale", required_argument, NULL, 's'},
        {"start-time", required_argument, NULL, 't'},
        {"follow", no_argument, NULL, 'f'},
        {"check-config", no_argument, NULL, 'C'},
        {"help-config", no_argument, NULL, 'H'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    *options = (Options){.time_scale = 1.0};
    int which = 0;
    while ((which = getopt_long(argc, argv, "", rows, NULL)) != -1)
        if (!take_option(options, which, optarg == NULL ? "" : optarg))
            return false;
    if (options->help || options->help_config || options->version)
        return true;
    if (optind < argc)
        return refuse("this is no option", argv[optind]);
    if (options->workspaces_count == 0)
        return refuse("--workspace is missing", "");
    return options->data != NULL || refuse("--data is missing", "");
}
