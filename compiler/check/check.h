/* check.h - the passes between parsing and lowering, in their order, and what few of them share. Not seen by
 * lowering.
 *
 * Order of the passes (check.c): modules, symbols, schema, directory, connectors, exceptions,
 * bodies, policy, tests. Each goes on after a fault, and type 0 (ESC_TYPE_WRONG) says that
 * something was reported already, so that one fault gives one message. What most of them use has headers by
 * subject: where.h, names.h, lookup.h, expressions.h, steps.h. */
#ifndef ESC_CHECK_H
#define ESC_CHECK_H

#include "condition/condition.h"

/* Puts the diagnostics in the order of their places. Pointers to them are then stale. */
void esc_diagnostics_sort(EscWorkspace *workspace);

/* --- echo.c ------------------------------------------------------------------------------------ */

/* Behind parsing: which declarations have parts that could not be read, and what those may declare. */
void esc_note_broken_parts(EscWorkspace *workspace);
/* Whether a part of the declaration that holds `span` could not be read. */
bool esc_has_broken_part(const EscWorkspace *workspace, EscSpan span);

/* --- test_names.c ------------------------------------------------------------------------------ */

/* What a test names, and what steps, owners or checks have to give or do for it. */
typedef enum EscTestNoun {
    ESC_TEST_OUTCOME,   /* close as NAME */
    ESC_TEST_ANSWER,    /* ask … { answer NAME … } */
    ESC_TEST_CREATED,   /* create ticket NAME */
    ESC_TEST_NOTIFIED,  /* notify CHANNEL */
    ESC_TEST_CALL,      /* SYSTEM.ACTION(…); a SYSTEM alone: any of its actions */
    ESC_TEST_EXCEPTION, /* raise NAME, and what the engine raises by itself */
    ESC_TEST_REASON,    /* handoff … because "NAME" */
    ESC_TEST_ROLE,      /* owners { NAME … } */
    ESC_TEST_CHECK,     /* check NAME */
    ESC_TEST_CONFIRMED, /* check confirmed "NAME" */
    ESC_TEST_APPROVAL,  /* approve by …; the name is empty */
    ESC_TEST_NOUN_COUNT
} EscTestNoun;

/* Reports a name of a test that nothing in the workspace gives: what a test expects of it always
 * fails, and under `no` never does. */
void esc_check_test_name(EscWorkspace *workspace, EscName name, EscTestNoun noun);

/* --- advice.c ---------------------------------------------------------------------------------- */

/* Behind all other passes: what is right and probably not meant. */
void esc_pass_advice(EscWorkspace *workspace);

/* How long a calendar is open in a week without holidays. */
int64_t esc_week_minutes(const EscCalendarInfo *calendar);

/* --- collect.c, schema.c, directory.c … : passes in order -------------------------------------- */

void esc_pass_modules(EscWorkspace *workspace); /* parses; adds the standard library's modules */
void esc_pass_symbols(EscWorkspace *workspace); /* one namespace */
void esc_pass_schema(EscWorkspace *workspace);  /* ticket and events */
void esc_pass_directory(EscWorkspace *workspace);
void esc_pass_connectors(EscWorkspace *workspace);
void esc_pass_sources(EscWorkspace *workspace); /* by esc_pass_connectors */
/* names of all exceptions, before bodies are checked */
void esc_pass_exceptions(EscWorkspace *workspace);
void esc_pass_policy(EscWorkspace *workspace);   /* rules, before the templates that they judge */
void esc_pass_services(EscWorkspace *workspace); /* routes and service levels */
void esc_check_levels(EscWorkspace *workspace);  /* levels.c, by esc_pass_services */
/* Of each route that reads the event: those that start who follows it (route_events.c). */
void esc_route_events(EscWorkspace *workspace);
/* what templates are started with, before whatever starts them */
void esc_pass_parameters(EscWorkspace *workspace);
void esc_pass_runbooks(EscWorkspace *workspace);
void esc_pass_templates(EscWorkspace *workspace);
void esc_pass_rights(EscWorkspace *workspace); /* rules that leave nobody who may */
void esc_pass_automations(EscWorkspace *workspace);

/* --- grouping.c -------------------------------------------------------------------------------- */

void esc_check_grouping(EscWorkspace *workspace, const EscNode *group);
/* Warns of a `close when` that asks the first ticket of a group for what all of them have to say. */
void esc_check_group_closing(EscWorkspace *workspace, const EscNode *closing);

/* --- templates.c: what starts, and what automations share -------------------------------------- */

/* Resolves the events of a list; sorted and unique. Unknown ones are reported and left out. */
const uint32_t *esc_check_events(EscWorkspace *workspace, EscNodeList paths, uint32_t *count);
/* `for` waits for what goes on to be true. `holds` may be NULL; is_clock: a clock of a service level is over. */
void esc_check_holds(EscWorkspace *workspace, const EscNode *condition, const EscNode *holds,
                     bool is_clock);
void esc_pass_tests(EscWorkspace *workspace);
void esc_pass_composed(EscWorkspace *workspace); /* texts with letters in parts */
/* `language de`, in which people are written to: takes it into *reads as EscLanguage + 1, where none was said before. */
void esc_language_setting(EscWorkspace *workspace, const EscNode *setting, uint32_t *reads);
/* The zone of a `timezone` setting; empty after a report. */
EscText esc_timezone_setting(EscWorkspace *workspace, const EscNode *setting);
/* calendars and schedules, for esc_pass_directory */
void esc_check_calendars(EscWorkspace *workspace);
/* `await now in HOURS within D`: warns where they can stay closed for longer. */
void esc_check_closed(EscWorkspace *workspace, const EscNode *condition, const EscNode *within);
/* Templates that start in their hours only, where nothing starts at others. */
void esc_check_uncovered(EscWorkspace *workspace);
void esc_check_duty(EscWorkspace *workspace);
/* Schedules in which nobody is on call yet, when the last resort is known. */
void esc_check_late_schedules(EscWorkspace *workspace);
/* The days of a list of DAY_RANGE as bits, 0 for Monday; 0 after a report of all of them. */
uint32_t esc_check_weekdays(EscWorkspace *workspace, const EscNodeList *days);
/* overrides.c: the overrides of a schedule as turns */
void esc_check_overrides(EscWorkspace *workspace, EscScheduleInfo *schedule);
/* imports.c: an `import` of a schedule whose zone is known, as the turns of a layer */
void esc_check_import(EscWorkspace *workspace, const EscScheduleInfo *schedule,
                      const EscNode *setting, EscLayerInfo *layer);
/* absences.c: when a person is away; and, behind those of all people, who stands in for whom */
void esc_check_absences(EscWorkspace *workspace, EscPersonInfo *person);
void esc_check_deputies(EscWorkspace *workspace);
/* Reports a deputy who is the one that is away. */
void esc_report_own_deputy(EscWorkspace *workspace, EscName deputy);

/* calendar_files.c: what holidays and imports have in common. A file that a declaration names, and where. */
typedef struct EscCalendarFile {
    EscWorkspace *workspace;
    EscText path;
    EscLibraryFile library;
    EscSpan span;
} EscCalendarFile;

EscCalendarFile esc_calendar_file(EscWorkspace *workspace, const EscNode *setting);
bool esc_calendar_file_is_inside(
    const EscCalendarFile *file); /* below the workspace's folder, or the library's */
void esc_calendar_file_fault(const EscCalendarFile *file, uint32_t line, EscText message);
void esc_calendar_file_unreadable(const EscCalendarFile *file, const char *what);
/* Warns when the last day of a file (INT64_MIN: it has none) is not far ahead; `what` is one of its entries. */
void esc_calendar_file_ends(const EscCalendarFile *file, int64_t last, const char *what);
/* Type of a TYPE_ node; name is the field's path for enums. WRONG after a report. */
EscType esc_schema_type(EscWorkspace *workspace, const EscNode *type, EscText name,
                        uint32_t *size_max, uint32_t *items_max);
uint32_t esc_local_add(EscWorkspace *workspace, EscText name, EscType type, EscSpan span);

/* The days on which a calendar is closed, whose zone is known; by holidays.c. */
void esc_check_holidays(EscWorkspace *workspace, EscCalendarInfo *calendar);

/* --- parameters.c ------------------------------------------------------------------------------ */

/* Declares PARAMETERs as rows of params, each with a local of its own, from *first on; `whose` in words: "an action". */
void esc_params_declare(EscWorkspace *workspace, EscNodeList nodes, const char *whose,
                        uint32_t *first, uint32_t *count);

/* --- receivers.c ------------------------------------------------------------------------------- */

/* A parameter of a template is owner, receiver or asked, where `allowed` (ESC_WHO_CAN_…) may stand. */
void esc_receiver_is_used(EscWorkspace *workspace, uint32_t param, unsigned allowed);
/* Notes the texts among the checked arguments of a start. */
void esc_receivers_given(EscWorkspace *workspace, EscNodeList arguments);
/* Judges them, when it is known what templates use their parameters for. */
void esc_pass_receivers(EscWorkspace *workspace);

/* --- steps.c, waits.c, calls.c, branches.c ----------------------------------------------------- */

/* circles.c: templates that start each other at once */
void esc_check_circles(EscWorkspace *workspace);

/* --- policy.c, rules.c ------------------------------------------------------------------------- */

typedef struct EscPolicyRules {
    const EscNode *last_resort; /* LAST_RESORT */
    const EscNode **requires;   /* POLICY_REQUIRE */
    uint32_t weight; /* of all: each template is judged by every rule and each of its names */
    uint32_t count;
    size_t capacity;
    const EscNode *undo;    /* the `require undo on actions`, or NULL */
    const EscNode *handoff; /* POLICY_HANDOFF, or NULL */
} EscPolicyRules;

/* --- rights.c ---------------------------------------------------------------------------------- */

void esc_check_allow(EscWorkspace *workspace, const EscNode *item);
void esc_check_handoff_expects(EscWorkspace *workspace, const EscNode *item);

void esc_apply_policy(EscWorkspace *workspace, const EscTemplateInfo *info);
#endif
