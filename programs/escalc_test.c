/* escalc_test.c - plays the tests of workspaces on a virtual clock, on the engine that escald runs, and says what they showed: as
 * text, as JSON, as JUnit XML, and how much of the templates they reached. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "escalc.h"
#include "escalc_dated.h"
#include "junit.h"
#include "scenario.h"

#define ZONEINFO_FOLDER "/usr/share/zoneinfo"
#define REPORT_BYTES_MAX ((size_t)16 << 20)
#define OUTPUT_BYTES_MAX ((size_t)1 << 30)

typedef struct Tally {
    const EscalcOptions *options;
    uint32_t passed, failed, broken; /* broken: workspaces that could not be played */
    uint32_t suite_passed, suite_failed;
    CoverageSum covered; /* of all workspaces */
    EscBuf items;        /* JSON: of "tests"; JUnit: cases of the workspace at hand */
    EscBuf suites;       /* JUnit: of the workspaces before */
    EscBuf coverage;     /* JSON: of "coverage" */
} Tally;

/* One test that was played. */
typedef struct Result {
    const EscWorkspace *workspace;
    const EscScenario *scenario;
    bool has_passed;
    EscPlaceSpan failed_at;
    EscText report;
} Result;

static EscStatus read_file(void *context, const char *path, EscBuf *out)
{
    (void)context;
    return escalc_read_file(path, out) ? ESC_OK : ESC_IO_FAILED;
}

/* --- one test --------------------------------------------------------------------------------- */

static uint32_t line_of(const Result *result, EscPlaceSpan span)
{
    return esc_workspace_place(result->workspace, span.file, span.start).line;
}

static void add_json(EscBuf *out, const Result *result)
{
    const EscScenario *scenario = result->scenario;
    esc_buf_string(out, out->size > 0 ? ",\n  {\"workspace\":" : "  {\"workspace\":");
    esc_json_text(out, esc_workspace_name(result->workspace));
    esc_buf_string(out, ",\"title\":");
    esc_json_text(out, scenario->title);
    esc_buf_string(out, ",\"file\":");
    esc_json_text(out, esc_workspace_file_path(result->workspace, scenario->span.file));
    esc_buf_printf(out, ",\"line\":%u,\"passed\":%s", line_of(result, scenario->span),
                   result->has_passed ? "true" : "false");
    if (!result->has_passed)
        esc_buf_printf(out, ",\"failed_line\":%u", line_of(result, result->failed_at));
    esc_buf_string(out, ",\"report\":");
    esc_json_text(out, result->report);
    esc_buf_char(out, '}');
}

static EscText first_line(EscText text)
{
    size_t size = 0, from = 0;
    while (from < text.size && text.data[from] == ' ')
        from++;
    while (from + size < text.size && text.data[from + size] != '\n')
        size++;
    return (EscText){text.data + from, size};
}

static void add_result(Tally *tally, const Result *result)
{
    EscText title = result->scenario->title;
    if (tally->options->is_json)
        add_json(&tally->items, result);
    else if (tally->options->is_junit)
        junit_case(&tally->items, esc_workspace_name(result->workspace),
                   esc_workspace_file_path(result->workspace, result->scenario->span.file), title,
                   first_line(result->report), result->report);
    else
        printf("%s  %.*s\n%.*s", result->has_passed ? "ok    " : "FAILED", ESC_TEXT_ARG(title),
               ESC_TEXT_ARG(result->report));
}

static void play_one(Tally *tally, const EscStage *stage, const EscScenario *scenario)
{
    EscBuf report;
    esc_buf_init(&report, REPORT_BYTES_MAX);
    Result result = {.workspace = stage->workspace, .scenario = scenario};
    result.has_passed = esc_play_scenario(stage, scenario, &report, &result.failed_at);
    result.report = esc_buf_as_text(&report);
    tally->suite_passed += result.has_passed;
    tally->suite_failed += !result.has_passed;
    add_result(tally, &result);
    esc_buf_release(&report);
}

/* --- one workspace ---------------------------------------------------------------------------- */

static bool is_meant(const Tally *tally, const EscScenario *scenario)
{
    const char *only = tally->options->only;
    return only == NULL || esc_text_contains(scenario->title, esc_text_from(only));
}

/* Plays a scenario on the workspace of its day. The zones are those of the whole workspace on any day, and so are the points
 * that coverage counts: only the days of calendars differ. */
static bool play_dated(Tally *tally, DatedWorkspace *dated, const EscStage *stage, uint32_t index)
{
    if (!dated_compile(dated, esc_scenario_day(esc_workspace_scenario(stage->workspace, index))))
        return false;
    ESC_ASSERT(esc_bundle_program(dated->bundle)->code_count ==
               esc_bundle_program(stage->bundle)->code_count);
    EscStage of_day = *stage;
    of_day.workspace = dated->workspace;
    of_day.bundle = dated->bundle;
    play_one(tally, &of_day, esc_workspace_scenario(dated->workspace, index));
    return true;
}

static EscStatus play_meant(Tally *tally, const char *path, const EscStage *stage)
{
    EscStatus status = ESC_OK;
    DatedWorkspace dated = {.path = path, .options = tally->options};
    tally->suite_passed = tally->suite_failed = 0;
    for (uint32_t i = 0; status == ESC_OK && i < esc_workspace_scenario_count(stage->workspace);
         i++) {
        const EscScenario *scenario = esc_workspace_scenario(stage->workspace, i);
        if (!is_meant(tally, scenario))
            continue;
        if (!esc_workspace_depends_on_today(stage->workspace))
            play_one(tally, stage, scenario);
        else if (!play_dated(tally, &dated, stage, i))
            status = ESC_BAD_SOURCE;
    }
    dated_release(&dated);
    tally->passed += tally->suite_passed;
    tally->failed += tally->suite_failed;
    return status;
}

static void end_suite(Tally *tally, const EscWorkspace *workspace)
{
    if (!tally->options->is_junit)
        return;
    junit_suite(&tally->suites, esc_workspace_name(workspace),
                tally->suite_passed + tally->suite_failed, tally->suite_failed,
                esc_buf_as_text(&tally->items));
    esc_buf_clear(&tally->items);
}

static void tell_coverage(Tally *tally, Coverage *coverage)
{
    if (coverage == NULL)
        return;
    coverage_sum(coverage, &tally->covered);
    if (tally->options->is_json) {
        esc_buf_string(&tally->coverage, tally->coverage.size > 0 ? ",\n  " : "  ");
        coverage_write_json(coverage, &tally->coverage);
        return;
    }
    EscBuf text;
    esc_buf_init(&text, OUTPUT_BYTES_MAX);
    coverage_write_text(coverage, &text);
    (void)fprintf(tally->options->is_junit ? stderr : stdout, "%.*s",
                  ESC_TEXT_ARG(esc_buf_as_text(&text)));
    esc_buf_release(&text);
}

static EscStatus play_bundle(Tally *tally, const char *path, const EscWorkspace *workspace,
                             const EscBundle *bundle, const EscZones *zones)
{
    Coverage *coverage = tally->options->covers ? coverage_new(workspace, bundle) : NULL;
    if (tally->options->covers && coverage == NULL)
        return ESC_NO_MEMORY;
    EscStage stage = {.workspace = workspace,
                      .bundle = bundle,
                      .zones = zones,
                      .listener = coverage == NULL ? NULL : coverage_listener(coverage)};
    EscStatus status = play_meant(tally, path, &stage);
    end_suite(tally, workspace);
    tell_coverage(tally, coverage);
    coverage_free(coverage);
    return status;
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
    if (status == ESC_OK)
        status = play_bundle(tally, path, workspace, bundle, zones);
    if (status != ESC_OK)
        fprintf(stderr, "escalc: %s: %s %s\n", path, why.check,
                why.text[0] != '\0' ? why.text : esc_status_text(status));
    esc_bundle_free(bundle);
    esc_zones_free(zones);
    return status == ESC_OK ? ESCALC_FINE : ESCALC_FAILURE;
}

static int test_workspace(Tally *tally, const char *path)
{
    EscBuf bundle;
    esc_buf_init(&bundle, ESC_BUNDLE_BYTES_MAX);
    EscWorkspace *workspace = NULL;
    EscalcOptions diagnostics = *tally->options;
    diagnostics.is_json =
        false; /* one document is printed here: what is wrong with the source goes to stderr as text */
    bool is_text = !tally->options->is_json && !tally->options->is_junit;
    int code = escalc_compile(path, &diagnostics, &workspace, &bundle);
    if (code == ESCALC_FINE && is_text)
        printf("%s\n", path);
    if (code == ESCALC_FINE)
        code = play_all(tally, path, workspace, esc_buf_as_bytes(&bundle));
    tally->broken += code != ESCALC_FINE;
    if (code != ESCALC_FINE && tally->options->is_junit)
        junit_broken(&tally->suites, esc_text_from(path), "the workspace could not be played");
    esc_workspace_free(workspace);
    esc_buf_release(&bundle);
    return code;
}

/* --- all of them ------------------------------------------------------------------------------ */

/* Nothing was shown where nothing was played, however green it looks. */
static int judge_selection(const Tally *tally)
{
    if (tally->passed + tally->failed > 0 || tally->broken > 0)
        return ESCALC_FINE;
    if (tally->options->only != NULL)
        fprintf(stderr, "escalc: no test has \"%s\" in its title, so nothing was shown\n",
                tally->options->only);
    else
        fprintf(stderr, "escalc: there is no test, so nothing was shown\n");
    return ESCALC_FINDINGS;
}

static int judge_coverage(const Tally *tally, uint32_t min_percent)
{
    uint32_t share = coverage_share(&tally->covered);
    if (tally->options->covered_min == NULL || share >= min_percent * 100)
        return ESCALC_FINE;
    fprintf(stderr, "escalc: the tests reach %u.%02u %%, and --cover-min wants %u %%\n",
            share / 100, share % 100, min_percent);
    return ESCALC_FINDINGS;
}

static void print_tally(const Tally *tally)
{
    uint32_t played = tally->passed + tally->failed;
    EscText items = esc_buf_as_text(&tally->items);
    if (tally->options->is_junit) {
        EscBuf out;
        esc_buf_init(&out, OUTPUT_BYTES_MAX);
        junit_document(&out, played + tally->broken, tally->failed, tally->broken,
                       esc_buf_as_text(&tally->suites));
        printf("%.*s", ESC_TEXT_ARG(esc_buf_as_text(&out)));
        esc_buf_release(&out);
    } else if (tally->options->is_json) {
        printf("{\"tests\":[\n%.*s\n],", ESC_TEXT_ARG(items));
        if (tally->options->covers)
            printf("\"coverage\":[\n%.*s\n],", ESC_TEXT_ARG(esc_buf_as_text(&tally->coverage)));
        printf("\"passed\":%u,\"failed\":%u}\n", tally->passed, tally->failed);
    } else {
        printf("%u passed, %u failed\n", tally->passed, tally->failed);
    }
}

/* A whole number of percent; false when it is none. */
static bool read_percent(const char *text, uint32_t *percent)
{
    char *end = NULL;
    unsigned long value = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : 101;
    *percent = (uint32_t)value;
    return value <= 100 && *end == '\0';
}

int escalc_test(const EscalcOptions *options)
{
    uint32_t min_percent = 0;
    if (options->covered_min != NULL && !read_percent(options->covered_min, &min_percent)) {
        fprintf(stderr, "escalc: --cover-min takes a whole number from 0 to 100, not \"%s\"\n",
                options->covered_min);
        return ESCALC_USAGE;
    }
    Tally tally = {.options = options};
    esc_buf_init(&tally.items, OUTPUT_BYTES_MAX);
    esc_buf_init(&tally.suites, OUTPUT_BYTES_MAX);
    esc_buf_init(&tally.coverage, OUTPUT_BYTES_MAX);
    int code = ESCALC_FINE;
    for (size_t i = 0; i < options->paths_count; i++)
        code = escalc_worse(code, test_workspace(&tally, options->paths[i]));
    print_tally(&tally);
    if (tally.failed > 0)
        code = escalc_worse(code, ESCALC_FINDINGS);
    code = escalc_worse(code, judge_selection(&tally));
    code = escalc_worse(code, judge_coverage(&tally, min_percent));
    esc_buf_release(&tally.items);
    esc_buf_release(&tally.suites);
    esc_buf_release(&tally.coverage);
    return code;
}
