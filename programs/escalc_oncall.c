/* escalc_oncall.c - oncall: who is on duty by what a workspace says, at any instant; the same as a calendar file. */
#include <stdio.h>
#include <string.h>

#include <esc/directory.h>

#include "escalc.h"
#include "escalc_zones.h"

#define CALENDAR_BYTES_MAX ((size_t)64 << 20)
#define CALENDAR_BEFORE_MS (31 * ESC_DAY_MS)
#define CALENDAR_BEHIND_MS (366 * ESC_DAY_MS)

typedef struct Plan {
    EscBundle *bundle;
    const EscProgram *program;
    EscZones *zones;
    int64_t at_ms;
} Plan;

static EscText zone_of(const Plan *plan, const EscScheduleRow *schedule)
{
    uint32_t zone =
        schedule->timezone != 0 ? schedule->timezone - 1 : plan->program->meta->timezone;
    return plan->program->texts[zone];
}

/* "2026-03-02 16:00 CET" */
static void print_time(const Plan *plan, EscText zone, int64_t at_ms)
{
    int64_t local_s = at_ms / 1000 + esc_zone_offset_s(plan->zones, zone, at_ms), year = 0;
    int64_t days = local_s / 86400;
    unsigned month = 0, day = 0;
    esc_date_from_days(days, &year, &month, &day);
    EscText name = esc_zone_name(plan->zones, zone, at_ms);
    printf("%04d-%02u-%02u %02d:%02d %.*s", (int)year, month, day,
           (int)(local_s - days * 86400) / 3600, (int)(local_s - days * 86400) / 60 % 60,
           ESC_TEXT_ARG(name));
}

static void print_person(const Plan *plan, uint32_t person)
{
    if (person == ESC_NONE) {
        (void)fputs("NOBODY", stdout);
        return;
    }
    const EscPersonRow *row = &plan->program->persons[person];
    EscText name = plan->program->texts[row->name], title = plan->program->texts[row->title];
    printf("%.*s", ESC_TEXT_ARG(name));
    if (title.size > 0)
        printf(" (%.*s)", ESC_TEXT_ARG(title));
}

static void print_schedule(const Plan *plan, uint32_t schedule)
{
    const EscScheduleRow *row = &plan->program->schedules[schedule];
    EscWatch watch = esc_schedule_watch(plan->program, plan->zones, schedule, plan->at_ms);
    printf("%.*s: ", ESC_TEXT_ARG(plan->program->texts[row->name]));
    print_person(plan, watch.person);
    if (watch.until_ms != INT64_MAX) {
        (void)fputs(" until ", stdout);
        print_time(plan, zone_of(plan, row), watch.until_ms);
        (void)fputs(", then ", stdout);
        print_person(
            plan, esc_schedule_watch(plan->program, plan->zones, schedule, watch.until_ms).person);
    }
    (void)fputc('\n', stdout);
}

/* --- as a calendar ---------------------------------------------------------------------------- */

static int print_calendar(const Plan *plan, const char *name)
{
    EscBuf out;
    esc_buf_init(&out, CALENDAR_BYTES_MAX);
    bool is_found = esc_written_calendar(plan->program, plan->zones, esc_text_from(name),
                                         plan->at_ms - CALENDAR_BEFORE_MS,
                                         plan->at_ms + CALENDAR_BEHIND_MS, &out);
    bool is_whole = out.status == ESC_OK;
    if (is_found && is_whole)
        (void)fwrite(out.data, 1, out.size, stdout);
    esc_buf_release(&out);
    if (!is_found) {
        fprintf(stderr, "escalc: there is no schedule and no person `%s`\n", name);
        return ESCALC_USAGE;
    }
    return is_whole ? ESCALC_FINE : ESCALC_FAILURE;
}

/* --- the command ------------------------------------------------------------------------------ */

static int print_all(const Plan *plan, const EscalcOptions *options)
{
    const char *name = cli_value(options->line, CLI_ESCALC_ICS);
    if (name != NULL)
        return print_calendar(plan, name);
    for (uint32_t i = 0; i < plan->program->schedules_count; i++)
        print_schedule(plan, i);
    return ESCALC_FINE;
}

static int show(EscBytes bytes, int64_t at_ms, const EscalcOptions *options)
{
    Plan plan = {.at_ms = at_ms, .zones = esc_zones_new()};
    EscWhy why = {0};
    EscStatus status =
        plan.zones == NULL ? ESC_NO_MEMORY : esc_bundle_load(bytes, &plan.bundle, &why);
    if (status == ESC_OK) {
        plan.program = esc_bundle_program(plan.bundle);
        status = escalc_load_zones(plan.zones, plan.program, &why);
    }
    int code = ESCALC_FAILURE;
    if (status == ESC_OK)
        code = print_all(&plan, options);
    else
        fprintf(stderr, "escalc: %s\n", why.text[0] != '\0' ? why.text : esc_status_text(status));
    esc_bundle_free(plan.bundle);
    esc_zones_free(plan.zones);
    return code;
}

/* What files repeat is written out around the day that is asked about. */
int escalc_oncall(const EscalcOptions *options)
{
    EscWorkspace *workspace = NULL;
    EscBuf bytes;
    EscWhy why = {0};
    esc_buf_init(&bytes, ESC_BUNDLE_BYTES_MAX);
    int code = escalc_load_on(options->paths[0], options, options->at_ms / ESC_DAY_MS, &workspace);
    if (code == ESCALC_FINE && esc_workspace_build(workspace, &bytes, &why) == ESC_OK)
        code = show(esc_buf_as_bytes(&bytes), options->at_ms, options);
    else if (workspace != NULL) {
        escalc_print_diagnostics(workspace, options);
        code = ESCALC_FINDINGS;
    }
    esc_buf_release(&bytes);
    esc_workspace_free(workspace);
    return code;
}
