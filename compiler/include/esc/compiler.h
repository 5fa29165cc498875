/* esc/compiler.h - a workspace of .esc files: load, check, build into a bundle, read its tests
 * as data.
 *
 * The compiler does no I/O: the program hands in functions that list and read files, or the
 * texts themselves. Start reading at esc_workspace_new(), then esc_workspace_load(),
 * esc_workspace_check() and esc_workspace_build(). A workspace is checked once; who checks again after a change keeps the files in
 * an EscSources. One workspace is used by one thread at a time. */
#ifndef ESC_COMPILER_H
#define ESC_COMPILER_H

#include <esc/kit.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- limits ----------------------------------------------------------------------------------- */

#define ESC_WORKSPACE_FILES_MAX 1000000u
#define ESC_WORKSPACE_BYTES_MAX ((size_t)1 << 30) /* of all sources together */
#define ESC_DIAGNOSTICS_MAX 1000u                 /* kept; the rest is only counted */
#define ESC_PATH_BYTES_MAX 1024u                  /* of one file name within the workspace */

/* --- a workspace ------------------------------------------------------------------------------ */

/* Sources, what they mean, and the diagnostics about them. Owned; esc_workspace_free(). */
typedef struct EscWorkspace EscWorkspace;

EscWorkspace *esc_workspace_new(void);            /* NULL when there is no memory */
void esc_workspace_free(EscWorkspace *workspace); /* NULL is allowed */

/* The library that a file belongs to: its name, and what the workspace says of where it lies, from its own folder; empty: nothing. */
typedef struct EscLibraryFile {
    EscText name, folder;
} EscLibraryFile;

/* A calendar file that a declaration names, and what the compiler asks about it. */
typedef struct EscHolidayFile {
    EscText path;             /* below the workspace's folder … */
    EscLibraryFile library;   /* … or, where this has a name, below that library's */
    EscText timezone;         /* of the calendar */
    int64_t from_day, to_day; /* repetitions are written out from … to; days since 1970-01-01 */
    void *context;            /* of the functions below */
    void (*day)(void *context, int64_t day); /* a day on which nothing is open */
    /* What is wrong in which line of the file (from 1); the text is borrowed for the length of the call. */
    void (*fault)(void *context, uint32_t line, EscText message);
    bool repeats; /* out: the days depend on from_day and to_day */
} EscHolidayFile;

/* One turn of an imported schedule. */
typedef struct EscFileTurn {
    int64_t from_minute, to_minute; /* since 1970-01-01T00:00 UTC; the second one is exclusive */
    uint32_t line;                  /* of its event in the file, from 1 */
    EscText summary;                /* empty: none */
    const EscText *attendees; /* mail addresses, names and other texts that say who takes part */
    uint32_t attendees_count;
} EscFileTurn;

/* A calendar file that a schedule imports, and what the compiler asks about it. */
typedef struct EscTurnFile {
    EscText path;             /* below the workspace's folder … */
    EscLibraryFile library;   /* … or, where this has a name, below that library's */
    EscText timezone;         /* of the schedule */
    int64_t from_day, to_day; /* repetitions are written out from … to; days since 1970-01-01 */
    void *context;            /* of the functions below */
    /* Those of one event follow each other; all is borrowed for the length of the call. */
    void (*turn)(void *context, const EscFileTurn *turn);
    /* What is wrong in which line of the file (from 1); the text is borrowed for the length of the call. */
    void (*fault)(void *context, uint32_t line, EscText message);
    bool repeats; /* out: the turns depend on from_day and to_day */
} EscTurnFile;

/* How a program gives the compiler its files. Paths are relative to the workspace's folder, with
 * `/` between folders. */
typedef struct EscSourceFiles {
    void *context;
    /* Calls put once for every path below the folder that ends in ".esc", in any order. */
    EscStatus (*list)(void *context, void (*put)(void *put_context, EscText path),
                      void *put_context, EscWhy *why);
    /* Appends the whole file to *out. ESC_NOT_FOUND when there is none. */
    EscStatus (*read)(void *context, EscText path, EscBuf *out, EscWhy *why);
    /* Whether there is a time zone of this name. NULL: nobody knows, and only the shape of a name is
     * judged. */
    bool (*zone_exists)(void *context, EscText name);
    /* Calls put once for every name of a time zone, in any order: for what may have been meant. May
     * be NULL; each text is borrowed for the length of the call. */
    void (*list_zones)(void *context, void (*put)(void *put_context, EscText name),
                       void *put_context);
    /* Reads a calendar file. ESC_OK: every day was told. ESC_BAD_INPUT: every fault was told. ESC_NO_MEMORY. Any other
     * status: it cannot be read. NULL: none can be. */
    EscStatus (*holidays)(void *context, EscHolidayFile *file);
    /* Appends a text in Unicode's composed form (NFC), in which texts of events come in. ESC_NO_MEMORY; any other failure: as
     * it is. NULL: nobody knows, and nothing is said of texts that are written otherwise. */
    EscStatus (*compose)(void *context, EscText text, EscBuf *out);
    /* Reads a calendar file that a schedule imports; as `holidays`. */
    EscStatus (*turns)(void *context, EscTurnFile *file);
    /* Appends a module of a library that the workspace uses, `path` ("paths/incident.esc") being below the library's folder; `folder`
     * is what the workspace says of where that lies, from its own; empty: it says nothing. *why is read as a way out. ESC_NOT_FOUND: there
     * is no such file. ESC_BAD_CONFIG: nobody says where the library lies; *why is then what may be done beside declaring it. Any other
     * status: it may not or cannot be read. NULL: there are no libraries. */
    EscStatus (*library)(void *context, EscText library, EscText folder, EscText path, EscBuf *out,
                         EscWhy *why);
    /* Tests that stand in modules of libraries are read as well, and played with the workspace's own. */
    bool library_tests;
    /* Days since 1970-01-01, for schedules that have not begun and for what calendar files repeat. 0: not known; then
     * nothing is said about the one, and the other is written out around 1970. */
    int64_t today;
} EscSourceFiles;

/* Reads all files of a workspace, sorted by path (bytes), and keeps `files` for what
 * declarations name (holiday calendars, time zones), until the workspace is checked. Only failures of the
 * functions themselves and of memory are returned; what is wrong with a text is a diagnostic.
 * ESC_NOT_FOUND when there is no .esc file at all. */
ESC_MUST_USE EscStatus esc_workspace_load(EscWorkspace *workspace, const EscSourceFiles *files,
                                          EscWhy *why);

/* Adds one source from memory; both texts are copied. Give the sources in the order of their
 * paths: names are numbered in it. A path that is there already is replaced when `replace` is
 * set (what an editor holds), else ESC_CONFLICT. Not after the check. */
ESC_MUST_USE EscStatus esc_workspace_add(EscWorkspace *workspace, EscText path, EscText source,
                                         bool replace);

/* Parses, resolves names and types and applies the policy, once. ESC_OK: no error (there may be
 * warnings). ESC_BAD_SOURCE: errors, see the diagnostics. Any other status: nothing is known. */
ESC_MUST_USE EscStatus esc_workspace_check(EscWorkspace *workspace);

/* Appends the bytes of the bundle of a workspace that checked without an error; ESC_BAD_SOURCE
 * otherwise, also when lowering itself found an error (a bound that is too big), which then
 * stands among the diagnostics. ESC_NO_MEMORY, and ESC_OVER_LIMIT for more bytes than a bundle has.
 * Made bytes are loaded back and verified; a refusal would be a fault of ours, as the check asks
 * all that the verifier asks of what a text decides (vm/include/esc/bounds.def). */
ESC_MUST_USE EscStatus esc_workspace_build(EscWorkspace *workspace, EscBuf *out, EscWhy *why);

/* Whether the bundle depends on EscSourceFiles.today: calendar files repeat something. After the check. */
bool esc_workspace_depends_on_today(const EscWorkspace *workspace);
EscText esc_workspace_name(const EscWorkspace *workspace); /* "acme"; empty before the check */
/* "Europe/Berlin"; "UTC" when not said */
EscText esc_workspace_timezone(const EscWorkspace *workspace);

/* The sources, in order; the modules that are used come after the files: of the standard library as std/triage.esc …, of a library
 * `agency` as agency/paths.esc …, wherever it lies. */
uint32_t esc_workspace_file_count(const EscWorkspace *workspace);
EscText esc_workspace_file_path(const EscWorkspace *workspace, uint32_t file);
EscText esc_workspace_file_source(const EscWorkspace *workspace, uint32_t file);
bool esc_workspace_file_is_std(const EscWorkspace *workspace, uint32_t file);
/* Whether it belongs to the workspace alone: to no library, the standard one included. */
bool esc_workspace_file_is_own(const EscWorkspace *workspace, uint32_t file);

/* The author's line (1-based) of a file without its line end; empty when there is none. */
EscText esc_workspace_line(const EscWorkspace *workspace, uint32_t file, uint32_t line);

/* How many of each there are, without those of libraries, for summaries; events with
 * the built-in ones. After the check. */
typedef struct EscWorkspaceCounts {
    uint32_t files, bytes, persons, teams, schedules, channels, systems, events, templates,
        runbooks, routes, tests;
} EscWorkspaceCounts;
EscWorkspaceCounts esc_workspace_counts(const EscWorkspace *workspace);

/* A finding about a template (its number in the bundle) of whoever knows more than the check: what time zones say, who is there on
 * which day. `code` is a row of the diagnostics; both texts are copied. Behind the build, before the diagnostics are read: they are in
 * order again, so what was read of them before is not good any more. */
void esc_workspace_add_finding(EscWorkspace *workspace, const char *code, uint32_t template_index,
                               EscText message, EscText hint);

/* --- sources that stay: for editors and pages, which check again and again ---------------------- */

/* Files, and what was read of each of them. Owned; esc_sources_free().
 *
 *     EscSources *sources = esc_sources_new();
 *     status = esc_sources_load(sources, &files, &why);
 *     EscWorkspace *workspace = esc_workspace_of_sources(sources, &files);
 *     status = esc_workspace_check(workspace);
 *     …                                                      the author changes a file
 *     status = esc_sources_put(sources, path, text);
 *     EscWorkspace *next = esc_workspace_of_sources(sources, &files);
 *     status = esc_workspace_check(next);                    reads that file only
 *
 * The diagnostics, the bundle and all else of `next` are byte for byte those of a workspace that was loaded afresh. */
typedef struct EscSources EscSources;

#define ESC_SOURCE_VERSIONS_MAX                                                                    \
    4u /* texts of a path that are remembered, the present one among them */

EscSources *esc_sources_new(void); /* NULL when there is no memory */
/* Workspaces that were made of it stay as they are. NULL is allowed. */
void esc_sources_free(EscSources *sources);

/* Reads all files and forgets those that are no longer there; as esc_workspace_load(). After a failure some files may be the new
 * ones already. */
ESC_MUST_USE EscStatus esc_sources_load(EscSources *sources, const EscSourceFiles *files,
                                        EscWhy *why);

/* What is at `path` from now on, whether there was something before or not; both texts are copied. A text that was there lately is
 * found again by its content and is not read another time. ESC_BAD_ARGUMENT for the path, ESC_OVER_LIMIT, ESC_NO_MEMORY: nothing has
 * changed then. */
ESC_MUST_USE EscStatus esc_sources_put(EscSources *sources, EscText path, EscText source);
/* ESC_NOT_FOUND when there is no such file. */
ESC_MUST_USE EscStatus esc_sources_remove(EscSources *sources, EscText path);

/* A workspace of the files that are there now, in the order of their paths, to be checked; later changes of `sources` do not reach it.
 * `files` is what esc_workspace_load() keeps of it, and may be NULL. It shares what was read with `sources` and other workspaces: all
 * of them belong to one thread. NULL when there is no memory. */
EscWorkspace *esc_workspace_of_sources(const EscSources *sources, const EscSourceFiles *files);

/* How many files the check of this workspace had to read, modules of the standard library included: those that no earlier one had. */
uint32_t esc_workspace_read_count(const EscWorkspace *workspace);

/* --- diagnostics ------------------------------------------------------------------------------ */

/* Half-open byte offsets in a file. */
typedef struct EscPlaceSpan {
    uint32_t file, start, end;
} EscPlaceSpan;

typedef enum EscSeverity { ESC_SEVERITY_ERROR, ESC_SEVERITY_WARNING } EscSeverity;

/* Another place that has to do with a fault: "declared here". */
typedef struct EscRelated {
    EscPlaceSpan span;
    EscText label;
} EscRelated;

/* One value of an example that shows the fault: "ticket.severity", "critical". */
typedef struct EscWitness {
    EscText field, value; /* value: as the language writes it, or "missing" */
} EscWitness;

/* A change of the text. The edits of one diagnostic are made together and do not overlap: they
 * are one way out. */
typedef struct EscEdit {
    EscPlaceSpan span; /* what goes; empty: `text` is put in here */
    EscText text;      /* what comes; empty: nothing */
    bool is_safe;      /* there is one right answer, and this is it: a program may do it unasked */
} EscEdit;

/* One fault. Everything lives as long as the workspace, all texts are UTF-8. */
typedef struct EscDiagnostic {
    const char *code; /* "E0217"; "A0401" for a warning */
    EscSeverity severity;
    EscPlaceSpan span;
    EscText message; /* one sentence without full stop */
    EscText hint;    /* a way out; may be empty; made from the first edit unless it says more */
    const EscRelated *related;
    const EscWitness *witness; /* all of them together are the example */
    const EscEdit *edits;
    uint32_t related_count, witness_count, edits_count;
} EscDiagnostic;

/* Sorted by file, then place, then code. */
uint32_t esc_workspace_diagnostic_count(const EscWorkspace *workspace);
const EscDiagnostic *esc_workspace_diagnostic(const EscWorkspace *workspace, uint32_t index);
/* with those beyond ESC_DIAGNOSTICS_MAX */
uint32_t esc_workspace_error_count(const EscWorkspace *workspace);
uint32_t esc_workspace_warning_count(const EscWorkspace *workspace);

/* Line and column of an offset, both 1-based. column counts characters, utf16_column UTF-16
 * units (what editors want). */
typedef struct EscLineColumn {
    uint32_t line, column, utf16_column;
} EscLineColumn;
EscLineColumn esc_workspace_place(const EscWorkspace *workspace, uint32_t file, uint32_t offset);

/* One diagnostic as people read it: place, code, message, the author's line with carets, the
 * hint; then the other places, the edits that the hint does not tell, and the example. */
void esc_diagnostic_write(const EscWorkspace *workspace, const EscDiagnostic *diagnostic,
                          EscBuf *out);
/* All of them as one JSON object: {"format_version":"2.0","valid":…,"error_count":…,
 * "warning_count":…,"diagnostics":[{"code","severity","message","span","hint",
 * "related":[{"label","span"}],"witness":[{"field","value"}],
 * "edits":[{"safe","replace","with"}]}]}. What is empty is left out. */
void esc_diagnostics_write_json(const EscWorkspace *workspace, EscBuf *out);

/* What `escalc explain CODE` says, one entry for every code there is, in order of code. All
 * texts are static. */
typedef struct EscExplanation {
    /* wrong and right are examples; "" when none fits in a few lines */
    const char *code, *title, *text, *wrong, *right;
} EscExplanation;
uint32_t esc_explanation_count(void);
EscExplanation esc_explanation(uint32_t index);
/* false when there is none; out may be NULL */
bool esc_explanation_find(EscText code, EscExplanation *out);
/* docs/diagnostics.md, made from the same table. */
void esc_explanations_write_markdown(EscBuf *out);

/* --- layout ----------------------------------------------------------------------------------- */

/* Appends the one canonical layout of a source. ESC_BAD_SOURCE when it has a fault: parts that could
 * not be read then stay as they are, or nothing is appended when its brackets do not match.
 * ESC_OVER_LIMIT when the layout would be longer than a source may be; nothing is appended then. */
ESC_MUST_USE EscStatus esc_source_format(EscText source, EscBuf *out);

/* --- coverage: what a bundle's tests could show -------------------------------------------------- */

typedef enum EscCoverKind {
    ESC_COVER_STEP,      /* a step ran */
    ESC_COVER_BRANCH,    /* a way was taken: `way` says which */
    ESC_COVER_CONDITION, /* a test of a condition came out that way */
    ESC_COVER_MEMBER,    /* a value of a list or of an arm was met */
    ESC_COVER_HANDLER,   /* a handler, a reminder or an `else` of a check ran */
    ESC_COVER_COUNT
} EscCoverKind;

typedef enum EscCoverTermKind {
    ESC_COVER_RAN,       /* instruction `at` ran */
    ESC_COVER_TRUE,      /* … with a true value in its first register */
    ESC_COVER_FALSE,     /* … with a false one */
    ESC_COVER_IS_MEMBER, /* … with member `member` in register `place` */
    ESC_COVER_PRED_TRUE, /* node `at` of PREDS held */
    ESC_COVER_PRED_FALSE,
    ESC_COVER_PRED_MEMBER /* … was judged on `member` */
} EscCoverTermKind;

/* Something that is counted while a bundle runs. */
typedef struct EscCoverTerm {
    EscCoverTermKind kind;
    bool is_minus;
    uint32_t function; /* of the instruction */
    uint32_t at;       /* index in CODE, or in PREDS */
    uint32_t place, member;
} EscCoverTerm;

/* A place of the sources that tests can reach, and how often they did: the sum of its terms. Several points with the
 * same place, kind and way are one (a runbook that two templates run). */
typedef struct EscCoverPoint {
    EscCoverKind kind;
    EscPlaceSpan span;
    const char *way; /* "held", "otherwise" …; empty for steps */
    const EscCoverTerm *terms;
    uint32_t terms_count;
} EscCoverPoint;

/* Asks a build to note its points, before it. They belong to the bundle that is built then and live as long as the
 * workspace; the standard library has none. */
void esc_workspace_cover(EscWorkspace *workspace);
uint32_t esc_workspace_cover_count(const EscWorkspace *workspace);
const EscCoverPoint *esc_workspace_cover_point(const EscWorkspace *workspace, uint32_t index);

/* --- tests: what `test "…" { … }` says, as plain data ----------------------------------------- */

/* A value without a place: a literal of a test. */
typedef enum EscDatumKind {
    ESC_DATUM_BOOL,
    ESC_DATUM_NUMBER,
    ESC_DATUM_TEXT, /* also what looks like an enum member to an untyped place (a connector's reply) */
    ESC_DATUM_DURATION, /* ms */
    ESC_DATUM_TIME,     /* local minutes since 1970-01-01T00:00 in the workspace's zone */
    ESC_DATUM_MEMBER,   /* text is the member's name, member its number */
    ESC_DATUM_LIST      /* of texts */
} EscDatumKind;

typedef struct EscDatum {
    EscDatumKind kind;
    bool truth;
    uint32_t member;
    double number;
    int64_t ms;         /* DURATION: ms; TIME: local minutes */
    int64_t end_minute; /* TIME: a day ends there, exclusive; an instant has the minute it is */
    EscText text;
    const EscText *items;
    uint32_t items_count;
} EscDatum;

/* account.tier = enterprise: `name` is the flattened path without its scope. */
typedef struct EscDatumField {
    EscText name;
    EscDatum value;
} EscDatumField;

typedef enum EscWhoKind {
    ESC_WHO_NONE,
    ESC_WHO_PERSON,
    ESC_WHO_TEAM,
    ESC_WHO_SCHEDULE, /* whoever is on call then */
    ESC_WHO_CHANNEL,
    ESC_WHO_ROLE, /* name is primary, secondary, escalation, last_resort or owner (whoever is accountable) */
    ESC_WHO_FIELD,  /* "ticket.requester": the address in it */
    ESC_WHO_ACTION, /* "crm.requeue" */
    ESC_WHO_SYSTEM
} EscWhoKind;

typedef struct EscWho {
    EscWhoKind kind;
    EscText name;
} EscWho;

/* A condition over the ticket (and the facts of facts.def), in prefix form: children follow
 * their parent. */
typedef enum EscProbeKind {
    ESC_PROBE_AND,
    ESC_PROBE_OR,
    ESC_PROBE_NOT, /* `children` nodes follow, each with its own children */
    ESC_PROBE_EQUAL,
    ESC_PROBE_LESS,
    ESC_PROBE_LESS_EQUAL,
    ESC_PROBE_GREATER,
    ESC_PROBE_GREATER_EQUAL,
    ESC_PROBE_STARTS,
    ESC_PROBE_ENDS,
    ESC_PROBE_CONTAINS, /* CONTAINS: part of a text, or an item of a list */
    ESC_PROBE_PRESENT,
    ESC_PROBE_MISSING,
    ESC_PROBE_TRUE /* a bool field or fact is true */
} EscProbeKind;

typedef struct EscProbe {
    EscProbeKind kind;
    uint32_t children;
    EscText path; /* with scope: "ticket.status", "resolved", "escalation.handoffs" */
    EscDatum value;
    bool ignores_case; /* STARTS, ENDS, CONTAINS */
} EscProbe;

typedef enum EscExpected {
    ESC_EXPECTED_AND,
    ESC_EXPECTED_OR,
    ESC_EXPECTED_NOT,     /* `children` rows follow, each with its own children */
    ESC_EXPECTED_NOTHING, /* nothing started, was sent, called, raised, created or handed over */
    ESC_EXPECTED_NOTIFY,
    ESC_EXPECTED_PAGE,
    ESC_EXPECTED_ASKED,     /* who, text ("" any) */
    ESC_EXPECTED_OWNER,     /* who: the accountable person */
    ESC_EXPECTED_ROLE,      /* name */
    ESC_EXPECTED_EXCEPTION, /* name */
    ESC_EXPECTED_PASSED,
    ESC_EXPECTED_FAILED, /* names: acknowledged, accepted, delivered, seen, consistent, confirmed */
    ESC_EXPECTED_CLOSED, /* name: outcome, "" any */
    ESC_EXPECTED_CREATED,  /* name of the created ticket, or postmortem */
    ESC_EXPECTED_HANDOFF,  /* who (NONE any), text: reason ("" any) */
    ESC_EXPECTED_CALL,     /* who: ACTION */
    ESC_EXPECTED_STARTED,  /* name: template */
    ESC_EXPECTED_CONDITION /* probes */
} EscExpected;

typedef struct EscScenarioExpect {
    EscExpected kind;
    uint32_t children; /* AND, OR, NOT */
    bool is_negated;   /* expect no … */
    uint32_t times;    /* exactly so often; 0: at least once */
    EscPlaceSpan span;
    EscWho who;
    EscText name, text;
    const EscText *names;
    uint32_t names_count;
    const EscProbe *probes;
    uint32_t probes_count;
} EscScenarioExpect;

typedef enum EscScenarioKind {
    ESC_SCENARIO_AT,    /* local_minute: the clock starts here; first */
    ESC_SCENARIO_AFTER, /* ms: the clock moves */
    ESC_SCENARIO_GIVEN, /* fields of the ticket before anything happens */
    ESC_SCENARIO_EVENT, /* name: event type; fields: its own (or the ticket's, for ticket.* events) */
    ESC_SCENARIO_ACK,
    ESC_SCENARIO_RESOLVE,
    ESC_SCENARIO_APPROVE,
    ESC_SCENARIO_REJECT,
    ESC_SCENARIO_CLOSE,
    ESC_SCENARIO_KEEP,
    ESC_SCENARIO_CALL_OFF, /* who */
    ESC_SCENARIO_ANSWER,  /* name: the answer; who */
    ESC_SCENARIO_CONFIRM, /* text; who */
    ESC_SCENARIO_OVERRIDE, /* text; who */
    ESC_SCENARIO_HANDOFF, /* who; to; ms: what is expected by then, 0 when not said; until_resolved; offer_ms */
    ESC_SCENARIO_ACCEPT,
    ESC_SCENARIO_DECLINE, /* who */
    ESC_SCENARIO_START,   /* name: template; who; fields: what it is started with */
    ESC_SCENARIO_SYSTEM_FAILS,
    ESC_SCENARIO_SYSTEM_REPLIES, /* who: SYSTEM or ACTION; text: the body (a record or list is written as JSON) */
    ESC_SCENARIO_RECEIVE, /* name: the source; text: the body that comes in */
    ESC_SCENARIO_DELIVER_FAILS,
    ESC_SCENARIO_DELIVER_WORKS, /* who: CHANNEL or PERSON */
    ESC_SCENARIO_ABSENT, /* who: PERSON; name: who stands in, "" nobody; local_minute: until, or INT64_MAX */
    ESC_SCENARIO_EXPECT /* expects: one tree in prefix form; name: whose escalation (template), "" the only one */
} EscScenarioKind;

/* A header of what a source receives. */
typedef struct EscScenarioHeader {
    EscText name, value;
} EscScenarioHeader;

typedef struct EscScenarioStep {
    EscScenarioKind kind;
    EscPlaceSpan span;
    int64_t ms, local_minute;
    EscText name, text;
    EscWho who;
    EscText ticket; /* GIVEN, EVENT: the ticket that the test turns to; "" the one at hand */
    const EscDatumField *fields;
    uint32_t fields_count;
    const EscScenarioExpect *expects;
    uint32_t expects_count;
    const EscScenarioHeader *headers; /* RECEIVE */
    uint32_t headers_count;
    bool
        is_so_far; /* EXPECT: deeds of the whole test count, not since the last step that moved it */
    bool is_refused; /* an act: a rule of the policy, or what the person is not, refuses it */
    bool until_resolved; /* HANDOFF: the resolution is expected */
    EscWho to;           /* HANDOFF: PERSON, TEAM or SCHEDULE */
    int64_t offer_ms;    /* HANDOFF: it is offered for so long; 0: handed over at once */
} EscScenarioStep;

typedef struct EscScenario {
    EscText title;
    EscPlaceSpan span;
    const EscScenarioStep *steps;
    uint32_t steps_count;
} EscScenario;

/* The tests of a workspace that checked without an error, in the order of files and text. Live
 * as long as the workspace. */
uint32_t esc_workspace_scenario_count(const EscWorkspace *workspace);
const EscScenario *esc_workspace_scenario(const EscWorkspace *workspace, uint32_t index);

#ifdef __cplusplus
}
#endif
#endif
