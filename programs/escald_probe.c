/* escald_probe.c - --probe: tries what the configuration binds, and says what that proves. */
#include <stdio.h>

#include <curl/curl.h>

#include "escald_probe.h"

typedef struct Printer {
    EscText workspace;
    uint32_t failed;
} Printer;

static void print_probed(void *context, const EscProbed *probed)
{
    Printer *printer = context;
    (void)printf("workspaces.%.*s.%.*s%s%.*s (%.*s): %s%s%.*s\n", ESC_TEXT_ARG(printer->workspace),
                 ESC_TEXT_ARG(probed->place), probed->name.size > 0 ? "." : "",
                 ESC_TEXT_ARG(probed->name), ESC_TEXT_ARG(probed->type),
                 !probed->is_tried ? "not tried"
                 : probed->is_fine ? "fine"
                                   : "FAILED",
                 probed->words.size > 0 ? ": " : "", ESC_TEXT_ARG(probed->words));
    if (probed->is_tried && probed->is_fine)
        (void)printf("    proven: %s; not proven: %s\n", probed->proven, probed->open);
    printer->failed += probed->is_tried && !probed->is_fine;
    (void)fflush(stdout); /* the next one may take its time */
}

uint32_t probe_all(const EscOutsideSetup *setup)
{
    Printer printer = {.failed = 0};
    const EscWorkspaceConfigs *all = &setup->config->workspaces;
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    for (uint32_t i = 0; i < all->count; i++) {
        printer.workspace = all->items[i].name;
        esc_probe(setup, &all->items[i], print_probed, &printer);
    }
    curl_global_cleanup();
    return printer.failed;
}
