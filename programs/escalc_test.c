/* escalc_test.c - plays the tests of workspaces on a virtual clock, on the engine that escald runs. */
#include <stdio.h>
#include <string.h>

#include "escalc.h"
#include "escalc_dated.h"
#include "scenario.h"

#define ZONEINFO_FOLDER "/usr/share/zoneinfo"
#define REPORT_BYTES_MAX ((size_t)16 << 20)

typedef struct Tally {
    uint32_t passed, failed;
    bool is_json;
    EscBuf json; /* items of "tests" */
} Tally;

static EscStatus read_file(void *context, const char *path, EscBuf *out)
{
    (void)context;
    return escalc_read_file(path, out) ? ESC_OK : ESC_IO_FAILED;
}

static void add_json(Tally *tally, const EscWorkspace *workspace, const EscScenario *scenario,
                     bool has_passed, const EscBuf *report)
{
    EscBuf *out = &tally->json;
    EscLineColumn place = esc_workspace_place(workspace, scenario->span.file, scenario->span.start);
    esc_buf_string(out, out->size > 0 ? ",\n  {\"workspace\":" : "  {\"workspace\":");
    esc_json_text(out, esc_workspace_name(workspace));
    esc_buf_string(out, ",\"title\":");
    esc_json_text(out, scenario->title);
    esc_buf_string(out, ",\"file\":");
    esc_json_text(out, esc_workspace_file_path(workspace, scenario->span.file));
    esc_buf_printf(out, ",\"line\":%u,\"passed\":%s,\"report\":", place.line,
                   has_passed ? "true" : "false");
    esc_json_text(out, esc_buf_as_text(report));
    esc_buf_char(out, '}');
}

static void play_one(Tally *tally, const EscWorkspace *workspace, const EscBundle *bundle,
                     const EscZones *zones, const EscScenario *scenario)
{
    EscBuf report;
    esc_buf_init(&report, REPORT_BYTES_MAX);
    bool has_passed = esc_play_scenario(workspace, bundle, zones, scenario, &report);
    tally->passed += has_passed ? 1 : 0;
    tally->failed += has_passed ? 0 : 1;
    if (tally->is_json)
        add_json(tally, workspace, scenario, has_passed, &report);
    else
        printf("%s  %.*s\n%.*s", has_passed ? "ok    " : "FAILED", ESC_TEXT_ARG(scenario->title),
               ESC_TEXT_ARG(esc_buf_as_text(&report)));
    esc_buf_release(&report);
}

/* Plays a scenario on the workspace of its day. The zones are those of the whole workspace on any day. */
static bool play_dated(Tally *tally, DatedWorkspace *dated, const EscZones *zones, uint32_t index,
                       int64_t day)
{
    if (!dated_compile(dated, day))
        return false;
    play_one(tally, dated->workspace, dated->bundle, zones,
             esc_workspace_scenario(dated->workspace, index));
    return true;
}

static int play_all(Tally *tally, const char *path, const EscWorkspace *workspace, EscBytes bytes)
{
    EscBundle *bundle = NULL;
    EscZones *zones = esc_zones_new();
    EscFiles files = {.read = read_file};
    EscWhy why = {0};
    EscStatus status = zones == NULL ? ESC_NO_MEMORY : esc_bundle_load(bytes, &bundle, &why);
    if (status == ESC_OK)
        status = esc_zones_load(zones, esc_bundle_program(bundle), &files, ZONEINFO_FOLDER, &why);
    if (status != ESC_OK)
        fprintf(stderr, "escalc: %s: %s %s\n", path, why.check,
                why.text[0] != '\0' ? why.text : esc_status_text(status));
    DatedWorkspace dated = {.path = path};
    for (uint32_t i = 0; status == ESC_OK && i < esc_workspace_scenario_count(workspace); i++) {
        const EscScenario *scenario = esc_workspace_scenario(workspace, i);
        if (!esc_workspace_depends_on_today(workspace))
            play_one(tally, workspace, bundle, zones, scenario);
        else if (!play_dated(tally, &dated, zones, i, esc_scenario_day(scenario)))
            status = ESC_BAD_SOURCE;
    }
    dated_release(&dated);
    esc_bundle_free(bundle);
    esc_zones_free(zones);
    return status == ESC_OK ? ESCALC_FINE : ESCALC_FAILURE;
}

static int test_workspace(Tally *tally, const char *path, const EscalcOptions *options)
{
    EscBuf bundle;
    esc_buf_init(&bundle, ESC_BUNDLE_BYTES_MAX);
    EscWorkspace *workspace = NULL;
    EscalcOptions diagnostics = *options;
    diagnostics.is_json =
        false; /* one JSON object is printed here: what is wrong with the source goes to stderr as text */
    int code = escalc_compile(path, &diagnostics, &workspace, &bundle);
    if (code == ESCALC_FINE && !tally->is_json)
        printf("%s\n", path);
    if (code == ESCALC_FINE)
        code = play_all(tally, path, workspace, esc_buf_as_bytes(&bundle));
    esc_workspace_free(workspace);
    esc_buf_release(&bundle);
    return code;
}

int escalc_test(const EscalcOptions *options)
{
    Tally tally = {.is_json = options->is_json};
    esc_buf_init(&tally.json, (size_t)1 << 30);
    int code = ESCALC_FINE;
    for (size_t i = 0; i < options->paths_count; i++)
        code = escalc_worse(code, test_workspace(&tally, options->paths[i], options));
    if (tally.is_json)
        printf("{\"tests\":[\n%.*s\n],\"passed\":%u,\"failed\":%u}\n",
               ESC_TEXT_ARG(esc_buf_as_text(&tally.json)), tally.passed, tally.failed);
    else
        printf("%u passed, %u failed\n", tally.passed, tally.failed);
    esc_buf_release(&tally.json);
    return tally.failed > 0 ? escalc_worse(code, ESCALC_FINDINGS) : code;
}
