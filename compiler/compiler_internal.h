/* compiler_internal.h - a checked workspace as the passes of this folder share it: symbols,
 * field tables, and what every node of the syntax tree means. Filled in by load, collect and
 * check (names and types), read by lowering. Trees belong to the sources (parsed.h) and are never written into.
 *
 * Arrays are in declaration order: files sorted by path, then place; the standard library's
 * modules last. An index in one of these arrays is also the row number in the bundle's table of
 * the same name, so an EscRef can be made here once. */
#ifndef ESC_COMPILER_INTERNAL_H
#define ESC_COMPILER_INTERNAL_H

#include <esc/compiler.h>
#include <esc/grammar.h>
#include <esc/vm.h>

#include "source_set.h"

/* What a function for qsort says of two numbers: below, above or equal to 0. */
#define ESC_ORDER(a, b) (((a) > (b)) - ((a) < (b)))

/* --- limits of declarations ------------------------------------------------------------------- */

#define ESC_TEXT_SIZE_DEFAULT 1024u /* bytes of a text that says nothing */
#define ESC_LIST_ITEMS_DEFAULT 32u
#define ESC_LIST_ITEM_SIZE_DEFAULT 128u
#define ESC_ENUM_MEMBERS_MAX 64u /* a mask of members has 64 bits */
#define ESC_RECORD_DEPTH_MAX 4u
#define ESC_PARAMS_MAX 16u
#define ESC_RUNBOOK_DEPTH_MAX 8u
#define ESC_ROLES_MAX ((uint32_t)ESC_OWNER_ROLE_COUNT)
#define ESC_CHAIN_LEVELS_MAX 10u /* ESC_BOUND_CHAIN_LEVELS */
#define ESC_LIBRARIES_MAX 64u
#define ESC_LIBRARY_MODULES_MAX 1000u /* of all libraries together */

/* --- meanings: what a node stands for --------------------------------------------------------- */

typedef enum EscMeans {
    ESC_MEANS_NOTHING,         /* never looked at, or wrong: then an error was reported */
    ESC_MEANS_VALUE,           /* a literal, text or operator; only `type` counts */
    ESC_MEANS_TICKET_FIELD,    /* index in fields */
    ESC_MEANS_EVENT_FIELD,     /* index in fields */
    ESC_MEANS_EXCEPTION_FIELD, /* index in fields */
    ESC_MEANS_FACT,            /* index: EscFact */
    ESC_MEANS_LOCAL,           /* index in locals */
    ESC_MEANS_MEMBER,          /* index: member number within the enum of `type` */
    ESC_MEANS_PERSON_NAME, /* a person where a text is wanted (escalation.owner = dora): index in persons, the text is its name */
    ESC_MEANS_PREVIOUS, /* bare `previous` in an action's undo: ticket field index before this event, as text when type is TEXT */
    ESC_MEANS_REF,      /* index: packed EscRef (who to notify, own, page …) */
    ESC_MEANS_QUEUE,    /* a queue's name: the path's words joined by dots */
    ESC_MEANS_EVENT,    /* index in events */
    ESC_MEANS_EXCEPTION, /* index in exceptions */
    ESC_MEANS_ACTION,    /* index in actions */
    ESC_MEANS_RUNBOOK,   /* index in runbooks */
    ESC_MEANS_TEMPLATE,  /* index in templates */
    ESC_MEANS_PARAM, /* of an ENTRY: index in params (actions and templates) or parameter number (runbooks, 0-based); type is the parameter's */
    ESC_MEANS_CALENDAR, /* of a DURATION with `of`, or of HOURS said in place: index in calendars */
    ESC_MEANS_ROLE,     /* of an OWNER: role number 0 to 2 */
    ESC_MEANS_CONTACT,  /* of a NOTIFY with `via`: index: EscContact */
    ESC_MEANS_EVIDENCE, /* of a SNAPSHOT_ITEM: index: one ESC_EVIDENCE_ bit */
    ESC_MEANS_CHECK,    /* of a CHECK: index: EscCheck; extra: EscProof for DELIVERED */
    ESC_MEANS_DOCUMENT /* a place in JSON that came from outside: index: EscDocumentRoot; extra: EscDocumentForm */
} EscMeans;

typedef enum EscUnit {
    ESC_UNIT_NONE,
#define ESC_UNIT(NAME, word, ms)                                                                   \
    ESC_UNIT_##NAME, /* 1 + the number that an instruction has for it */
#include <esc/builtin.def>
} EscUnit;

/* The path is proved present here (`if x is present { … }`): its value must be the one the test
 * saw. `type` is plain already. */
#define ESC_MEANING_NARROWED 1u
/* LOAD gives an optional, but every raise of the handled exception gives the field: `type` is
 * plain; take the type's first value if it should be missing after all. */
#define ESC_MEANING_ASSURED 2u

typedef struct EscMeaning {
    uint8_t means; /* EscMeans */
    /* EscUnit: the path ended in .minutes …: convert the duration; type is then NUMBER */
    uint8_t unit;
    uint8_t flags;
    uint8_t extra;
    uint32_t index;
    /* of the value of the expression; 0 for what has none. Optional bit: it may be missing */
    EscType type;
} EscMeaning;

/* --- symbols ---------------------------------------------------------------------------------- */

typedef enum EscSymbolKind {
    ESC_SYMBOL_NONE, /* a declaration that did not parse: its users are not reported */
    ESC_SYMBOL_PERSON,
    ESC_SYMBOL_TEAM,
    ESC_SYMBOL_SCHEDULE,
    ESC_SYMBOL_CALENDAR,
    ESC_SYMBOL_CHANNEL,
    ESC_SYMBOL_SYSTEM,
    ESC_SYMBOL_SOURCE,
    ESC_SYMBOL_EVENT,
    ESC_SYMBOL_ROUTE,
    ESC_SYMBOL_SLA,
    ESC_SYMBOL_RUNBOOK,
    ESC_SYMBOL_TEMPLATE,
    ESC_SYMBOL_AUTOMATION,
    ESC_SYMBOL_POLICY,
    ESC_SYMBOL_COUNT
} EscSymbolKind;

typedef struct EscSymbol {
    EscSymbolKind kind;
    uint32_t index; /* in the array of its kind */
    EscText name;
    EscSpan span; /* of the name; end is 0 for what is built in */
    bool is_used; /* somebody looked it up */
} EscSymbol;

typedef struct EscEnumInfo {
    EscText name; /* path of the first field that has it */
    bool is_ordered;
    const EscText *members;
    uint32_t count;
    EscSpan span;
} EscEnumInfo;

typedef struct EscFieldInfo {
    EscScope scope;
    EscText name; /* dotted, without scope: account.tier */
    EscType type; /* with the optional bit */
    uint32_t size_max, items_max;
    uint32_t slot; /* TICKET: 0, 1, 2 … */
    bool has_default;
    int64_t default_value; /* as in FIELDS */
    EscSpan span;
} EscFieldInfo;

typedef struct EscEventInfo {
    EscText name, title;
    const uint32_t *fields; /* in `fields` */
    uint32_t count;
    const EscNode *node;   /* NULL: built in */
    EscNames *field_names; /* name → index in `fields`; owned; NULL while it has none */
} EscEventInfo;

typedef struct EscExceptionInfo {
    EscText name;
    EscSpan span;     /* of the first raise */
    uint32_t *fields; /* in `fields`, union over all raises */
    uint32_t count;
    size_t capacity;
    EscText *names;        /* of the fields */
    EscNames *field_names; /* name → number of the field; owned; NULL while it has none */
    uint32_t *given;       /* for each field: how many raises give it */
    uint32_t raises;
    uint32_t untyped; /* fields whose `raise` was not checked yet: ESC_NONE in `fields` */
} EscExceptionInfo;

typedef struct EscContactInfo {
    EscContact kind;
    EscText address;
    int64_t after_ms;
} EscContactInfo;

/* Local minutes of the person's own clocks. */
typedef struct EscAbsenceInfo {
    int64_t from_local_minute, to_local_minute;
    uint32_t deputy; /* person or ESC_NONE */
    const EscNode *node;
} EscAbsenceInfo;

typedef struct EscPersonInfo {
    EscText name, title, timezone; /* timezone empty: the workspace's */
    const EscContactInfo *contacts;
    uint32_t contacts_count;
    uint32_t quiet;                 /* index in calendars, or ESC_NONE */
    uint32_t reads;                 /* EscLanguage + 1; 0: the workspace's */
    const EscAbsenceInfo *absences; /* sorted, apart */
    uint32_t absences_count;
    const EscNode *node;
} EscPersonInfo;

/* By way of contact: the first person of several who has no such, found when it is asked for. */
typedef struct EscLacking {
    bool is_known[ESC_CONTACT_COUNT];
    uint32_t person[ESC_CONTACT_COUNT]; /* or ESC_NONE: everybody has one */
} EscLacking;

typedef struct EscTeamInfo {
    EscText name, title;
    const uint32_t *members; /* persons */
    uint32_t count;
    uint32_t lead; /* person or ESC_NONE */
    EscLacking lacking;
    const EscNode *node;
} EscTeamInfo;

typedef struct EscHoursInfo {
    uint8_t weekday; /* 0 Monday */
    uint16_t from_minute, to_minute;
} EscHoursInfo;

typedef struct EscCalendarInfo {
    EscText name, timezone;
    const EscHoursInfo *hours; /* sorted, merged: ready for the table */
    uint32_t hours_count;
    const int64_t *holidays; /* days since 1970, sorted, unique */
    uint32_t holidays_count;
    const EscNode *node; /* NULL: hours that are said in place, which are its name */
} EscCalendarInfo;

typedef struct EscRotationInfo {
    int64_t from_local_minute;
    uint32_t turn_minutes, weekdays; /* both 0: always */
    uint32_t hours;                  /* calendar or ESC_NONE */
    const EscRef *members;           /* persons and teams */
    uint32_t count;
    const EscNode *node;
} EscRotationInfo;

/* A turn that is written out: sorted and apart in its list, ready for the table. */
typedef struct EscTurnInfo {
    int64_t from_minute, to_minute;
    const EscRef *members; /* the one who is asked first stands first */
    uint32_t count;
} EscTurnInfo;

typedef struct EscLayerInfo {
    EscText name;
    EscRotationInfo *rotations; /* by their starts */
    uint32_t rotations_count;
    const EscTurnInfo *turns; /* what was imported, on clocks of UTC */
    uint32_t turns_count;
} EscLayerInfo;

typedef struct EscScheduleInfo {
    EscText name, title, timezone;
    EscLayerInfo *layers;
    uint32_t layers_count;
    const EscTurnInfo *overrides;
    uint32_t overrides_count;
    EscLacking lacking;
    const EscNode *node;
} EscScheduleInfo;

typedef struct EscChannelInfo {
    EscText name, title;
    EscChannel kind;
    EscProof proves; /* how far it can prove; only the checks need it */
    uint32_t quiet;  /* index in calendars, or ESC_NONE */
    uint32_t reads;  /* EscLanguage + 1; 0: the workspace's */
    const EscNode *node;
} EscChannelInfo;

typedef struct EscSystemInfo {
    EscText name, title;
    uint32_t actions_first, actions_count;
    EscNames *action_names; /* name → index in actions; owned */
    const EscNode *node;
} EscSystemInfo;

typedef struct EscParamInfo {
    EscText name;
    EscType type;
    uint32_t
        local; /* what paths in the action's own request, or in the template, mean: index in locals */
    unsigned
        receives; /* bit set of ESC_WHO_CAN: whom its text may name where the template uses it as somebody; 0: it does not */
} EscParamInfo;

/* A text that was given for a parameter, which may be somebody's name (check/receivers.c). */
typedef struct EscGivenName {
    uint32_t param; /* in params */
    const EscNode *text;
} EscGivenName;

typedef struct EscActionInfo {
    uint32_t system;
    EscText name;                        /* "requeue" */
    uint32_t params_first, params_count; /* in params */
    EscType result;                      /* 0 none, else TEXT */
    const EscNode *returns;              /* PATH of the reply, or NULL */
    const EscNode *accepts;              /* condition on the reply, or NULL */
    EscMethod method;
    const EscNode *url;  /* TEXT */
    const EscNode *body; /* BODY or NULL */
    EscBody body_kind;
    const uint16_t *statuses;
    uint32_t statuses_count;
    uint32_t undo_action; /* or ESC_NONE */
    const EscNode *undo;  /* UNDO with arguments, or NULL */
    const EscNode *node;
} EscActionInfo;

/* What comes in, and goes back. Its rows are the items of the node, with what their paths mean. */
typedef struct EscInboundInfo {
    EscText name, title;
    EscVerifyKind verify;
    EscVerifyPlace place;
    EscText place_name;      /* empty: none is said */
    const EscNode *each;     /* SOURCE_EACH or NULL */
    const EscNode *left_out; /* SOURCE_LEFT_OUT or NULL */
    const EscNode *node;
} EscInboundInfo;

typedef struct EscRouteInfo {
    EscText name;
    EscSymbolKind result;   /* PERSON, TEAM, SCHEDULE, TEMPLATE; NONE for a queue */
    const EscNode *node;    /* rows: condition (typed) and target (MEANS_REF or MEANS_QUEUE) */
    const uint32_t *events; /* that start its users; empty when it reads none */
    uint32_t events_count;
} EscRouteInfo;

/* How long a clock of a service level may run. */
typedef struct EscGoalInfo {
    int64_t ms;        /* 0: no clock */
    uint32_t calendar; /* or ESC_NONE */
    const EscNode *
        node; /* SLA_ROW, or the DURATION of a clock without a table; NULL: no row fits, which was reported */
} EscGoalInfo;

typedef struct EscClockInfo {
    const EscNode *node; /* SLA_CLOCK; NULL: there is no such clock */
    uint32_t field;      /* of the ticket, that the table is about; or ESC_NONE */
    EscGoalInfo *
        goals; /* one; or one for each value in order, and one for a missing value where the field may be missing */
    uint32_t goals_count;
    const uint32_t *since, *met; /* events, sorted and unique */
    uint32_t since_count, met_count;
} EscClockInfo;

typedef struct EscSlaInfo {
    EscText name;
    const EscNode *condition, *pause; /* or NULL */
    bool is_restarted;                /* at a reopening; else it goes on */
    EscClockInfo clocks[ESC_SLA_CLOCK_COUNT];
    const EscNode *node;
} EscSlaInfo;

typedef struct EscRunbookInfo {
    EscText name;
    const EscNode *node;
    uint32_t locals_first; /* parameter i is local locals_first + i */
    uint32_t params_count;
    bool is_waiting, is_resuming, is_skipping, is_closing; /* with what it runs */
} EscRunbookInfo;

typedef struct EscTemplateInfo {
    EscText name, title;
    const EscNode *node;
    const EscNode *owners[ESC_ROLES_MAX];        /* OWNER by role number: its first one, or NULL */
    const EscNode *levels[ESC_CHAIN_LEVELS_MAX]; /* OWNER: all of them, in the order of the chain */
    uint32_t levels_count;
    const EscNode *repeat;               /* REPEAT or NULL */
    const EscNode *steps, *closing, *qa; /* or NULL when not written (qa), or wrong */
    /* what event.* can come from in everything but handlers: ascending, unique */
    const uint32_t *events;
    uint32_t events_count;
    bool event_may_be_missing; /* it also starts on a clock, by hand or from another template */
    bool has_unknown_event;    /* it starts on one that nobody declares */
    bool is_manual;
    uint32_t params_first, params_count; /* in params: what whoever starts it gives */
    const EscNode *again;                /* the DURATION of `again after`; NULL: at once */
    const EscNode *group;                /* GROUP or NULL */
    EscProof weakest; /* of all receivers of its notifications; ESC_PROOF_COUNT for none */
    EscSpan weakest_span;
    const EscNode *wanted; /* the check in its steps that asks for most evidence, or NULL */
} EscTemplateInfo;

typedef struct EscAutomationInfo {
    EscText name, title;
    const EscNode *node; /* its items are HANDLERs */
} EscAutomationInfo;

/* A start of `user` asks whether `asked` is open. */
typedef struct EscOpenUse {
    uint32_t user, asked; /* in templates */
    EscSpan span;
} EscOpenUse;

typedef struct EscLocal {
    EscText name;
    EscType type;
    EscSpan span;   /* where it is declared */
    bool is_ticket; /* the id of a ticket that was made here */
    uint32_t param; /* of a template, for which no register is kept: in params, + 1; else 0 */
} EscLocal;

typedef struct EscLimitInfo {
    EscLimit kind;
    uint32_t count;
    int64_t window_ms;
    EscLimitAction action;
    uint32_t exception; /* or ESC_NONE */
} EscLimitInfo;

/* Who may do something, as a rule of a policy says. */
typedef struct EscAllowInfo {
    EscRight right;
    EscRightRole role; /* ESC_RIGHT_ROLE_COUNT: `who` */
    EscRef who;
    const EscNode *node; /* GRANTEE */
    const EscNode *rule; /* POLICY_ALLOW */
} EscAllowInfo;

/* A whole condition, and its one form (condition/tree.c) once somebody asked for it. */
typedef struct EscWhole {
    uint32_t meaning;
    const struct EscCondition *form;
} EscWhole;

typedef struct EscSourceFile {
    EscText path;
    EscText text;        /* of *parsed */
    EscParsed *parsed;   /* a reference */
    const EscNode *tree; /* NULL before the check */
    uint32_t *meanings;  /* by EscNode.id: index in the workspace's meanings; in its arena */
    bool is_std;
    uint32_t library; /* in libraries, + 1; 0: of none */
    EscSpan used_at;  /* of a library's: the `use` in a file of the workspace's own */
    uint32_t uses_first, uses_count; /* in module_uses */
} EscSourceFile;

/* Where modules lie that several workspaces use (libraries.c). */
typedef struct EscLibraryInfo {
    EscText name;
    EscSpan name_span;
    EscText folder; /* as the workspace says it, from its own folder; empty: it does not */
    bool is_wrong;  /* it says something that was reported */
} EscLibraryInfo;

/* A module of a library uses another. */
typedef struct EscModuleUse {
    uint32_t to; /* in files */
    const EscNode *use;
} EscModuleUse;

/* A part of a declaration that could not be read, and the declaration. */
typedef struct EscBroken {
    EscSpan part, within;
} EscBroken;

#define ESC_ARRAY_FIRST_CAPACITY 16u

/* ESC_ARRAY(Type, name): a growable array that lives in malloc memory. */
/* A text with {…}: how it begins and ends. */
typedef struct EscStepText {
    uint32_t noun; /* EscTestNoun */
    EscText first, last;
    bool
        is_whole; /* `first` is all of it; else the text is made when its step runs, and begins and ends so */
} EscStepText;

#define ESC_ARRAY(Type, name)                                                                      \
    Type *name;                                                                                    \
    uint32_t name##_count;                                                                         \
    size_t name##_capacity

struct EscWorkspace {
    EscArena *arena;        /* what the check makes; the trees are not in it */
    EscParsed **std;        /* a reference to each module of the standard library */
    uint32_t file_id_end;   /* no span names a file by this id or a greater one */
    uint32_t *file_indexes; /* by id: index in files; in the arena, made by the check */
    uint32_t read_count;    /* files that this check was the first to read */
    EscSourceFiles io;      /* for what declarations name; functions may be NULL */
    bool depends_on_today;  /* a calendar file repeats something … */
    bool imports_repeat;    /* … that is a schedule */
    size_t sources_bytes;   /* of all files together */
    bool is_checked, is_of_sources;
    bool has_failed; /* out of memory or over a limit somewhere: the check ends in that status */
    EscStatus failure;

    ESC_ARRAY(EscSourceFile, files);
    uint32_t own_files_count; /* those of its folder; behind them stand the modules that it uses */
    uint32_t modules_count;
    EscNames *module_names;   /* path of a module → index in files */
    size_t file_ids_capacity; /* of file_indexes */
    ESC_ARRAY(EscLibraryInfo, libraries);
    ESC_ARRAY(EscModuleUse, module_uses);
    ESC_ARRAY(EscDiagnostic, diagnostics);
    EscDiagnostic dropped; /* what reports beyond the limit are written into */
    uint32_t errors, warnings;
    uint64_t candidates; /* names that suggestions have looked at */

    bool is_covered; /* a build notes what its tests could show */
    ESC_ARRAY(EscCoverPoint, cover);
    EscNames *step_names;               /* test_names.c; NULL until a test asks */
    ESC_ARRAY(EscStepText, step_texts); /* of those, texts that are made when the step runs */
    uint32_t searched;                  /* names that were looked for in all sources (advice.c) */
    uint32_t renamed;                   /* names with capital letters so far (spelling.c) */
    unsigned twice_kinds;   /* bit set of EscSymbolKind: some name of it is declared twice */
    EscNames *broken_names; /* that may be declared in a part that could not be read (echo.c) */
    ESC_ARRAY(EscBroken, broken);

    EscText name, title, timezone;
    uint32_t reads;      /* EscLanguage + 1; 0: not said */
    const EscNode *node; /* WORKSPACE */

    EscNames *names; /* word or dotted event name → index in symbols */
    ESC_ARRAY(EscSymbol, symbols);
    ESC_ARRAY(EscEnumInfo, enums); /* row 0: role */
    EscNames *enum_shapes;         /* "low<medium<high" → enum */
    /* ticket first, then events, then exceptions: ready for the table */
    ESC_ARRAY(EscFieldInfo, fields);
    uint32_t ticket_fields_count;
    EscNames *ticket_names; /* account.tier → index in fields; a record's own name → ESC_NONE */
    ESC_ARRAY(EscEventInfo, events);         /* built-in ones first */
    ESC_ARRAY(EscExceptionInfo, exceptions); /* built-in ones first */
    EscNames *exception_names;
    uint32_t exception_fields_untyped; /* of all of them */
    EscNames *exception_field_names;   /* name → the first in fields of any exception */
    EscNames *file_names;              /* path → index in files */
    EscNames
        *called; /* what people are called, lower case → person (imports.c); NULL until asked */
    EscNames *hours_names;               /* "22:00..06:00 ZONE" → index in calendars (hours.c) */
    struct EscEventLookup *event_lookup; /* path.c; in the arena */
    ESC_ARRAY(EscPersonInfo, persons);
    ESC_ARRAY(EscTeamInfo, teams);
    ESC_ARRAY(EscCalendarInfo, calendars);
    ESC_ARRAY(EscScheduleInfo, schedules);
    ESC_ARRAY(EscChannelInfo, channels);
    ESC_ARRAY(EscSystemInfo, systems);
    ESC_ARRAY(EscActionInfo, actions);
    ESC_ARRAY(EscParamInfo, params);
    ESC_ARRAY(EscInboundInfo, inbounds);
    ESC_ARRAY(EscRouteInfo, routes);
    ESC_ARRAY(EscOpenUse, opens);
    ESC_ARRAY(EscGivenName, given_names);
    ESC_ARRAY(EscSlaInfo, slas);
    ESC_ARRAY(EscRunbookInfo, runbooks);
    ESC_ARRAY(EscTemplateInfo, templates);
    ESC_ARRAY(EscAutomationInfo, automations);
    ESC_ARRAY(EscLimitInfo, limits);
    ESC_ARRAY(EscAllowInfo, allows);
    ESC_ARRAY(EscLocal, locals);
    ESC_ARRAY(EscMeaning, meanings); /* see EscSourceFile.meanings; 0 is NOTHING */
    ESC_ARRAY(EscWhole, conditions); /* those without a fault, by their meanings, ascending */
    ESC_ARRAY(EscScenario, scenarios);

    EscRef last_resort;                 /* 0: none */
    const EscNode *resort_node;         /* LAST_RESORT, or NULL */
    const EscNode *transfer_node; /* POLICY_TRANSFER or NULL */
    EscTransfer transfer;
    const EscNode *handoff_node;        /* POLICY_HANDOFF, or NULL */
    uint32_t triage_runbook;            /* index in runbooks */
    struct EscBodyFacts *runbook_facts; /* check.h; one for each runbook; in the arena */
    struct EscPolicyRules *policy;      /* policy.c; in the arena */
};

/* --- for lowering ----------------------------------------------------------------------------- */

/* What stands there in the source; empty for a place that is none. Borrowed. */
EscText esc_span_text(const EscWorkspace *workspace, EscSpan span);
/* The library that the file of a span belongs to; empty: none (libraries.c). */
EscLibraryFile esc_library_file(const EscWorkspace *workspace, EscSpan span);

/* Where the file of a span stands in the workspace: in files, in the table FILES and for whoever reads a diagnostic. */
static inline uint32_t esc_file_index(const EscWorkspace *workspace, EscSpan span)
{
    return workspace->file_indexes[span.file];
}

static inline const EscSourceFile *esc_file_of(const EscWorkspace *workspace, EscSpan span)
{
    return &workspace->files[esc_file_index(workspace, span)];
}

/* Whether it is one of the workspace's own files, and not of a library that others use as well. */
static inline bool esc_file_is_own(const EscSourceFile *file)
{
    return !file->is_std && file->library == 0;
}

static inline EscPlaceSpan esc_place_of(const EscWorkspace *workspace, EscSpan span)
{
    return (EscPlaceSpan){esc_file_index(workspace, span), span.start, span.end};
}

/* The place in the side table for a node's meaning; 0 there: it has none. */
static inline uint32_t *esc_meaning_at(const EscWorkspace *workspace, const EscNode *node)
{
    return &esc_file_of(workspace, node->span)->meanings[node->id];
}

static inline EscMeaning esc_meaning(const EscWorkspace *workspace, const EscNode *node)
{
    return workspace->meanings[*esc_meaning_at(workspace, node)];
}

static inline EscType esc_node_type(const EscWorkspace *workspace, const EscNode *node)
{
    return workspace->meanings[*esc_meaning_at(workspace, node)].type;
}

/* The paths that `condition` proves present when it is true (truth) or false (!truth): operands
 * of `is present` in its `and` chain, of `is missing` in a negated or false `or` chain. At most
 * `max` are written; returns how many. */
uint32_t esc_condition_proves(const EscNode *condition, bool truth, const EscNode **paths,
                              uint32_t max);
/* True when both paths are written alike (ticket.url and ticket.url). */
bool esc_paths_equal(const EscNode *a, const EscNode *b);
/* The same of the first words of both. */
bool esc_paths_begin_equal(const EscNode *a, uint32_t a_count, const EscNode *b, uint32_t b_count);
/* How many words of a checked PATH name the value, without the unit behind it (2 of
 * ticket.effort.minutes): a NARROWED use belongs to the test whose value has the same. */
uint32_t esc_path_value_parts(const EscWorkspace *workspace, const EscNode *path);
/* `a OP b` with its sides changed: the operator of `b OP a`. */
EscBinaryOp esc_binary_turned(EscBinaryOp op);
/* Of a LOCAL_TIME: minutes since 1970-01-01T00:00 on the clock of its own zone. */
int64_t esc_local_minutes(const EscNode *local_time);
/* The same of the end of a range, exclusive: a date without a time of day is included. */
int64_t esc_local_end_minutes(const EscNode *local_time);
/* `4h of office_hours`: a DURATION that a calendar counts. */
bool esc_is_counted(const EscNode *node);
#define ESC_NARROWINGS_MAX 32u
/* Sorts, takes repeated ones away, and gives how many are left (check/seen.c). */
uint32_t esc_sort_unique(uint32_t *numbers, uint32_t count);

/* --- diagnostics: how a pass reports ---------------------------------------------------------- */

/* Whether a report would only tell a consequence of a part that could not be read (echo.c). */
bool esc_is_echo(const EscWorkspace *workspace, const char *code, EscSpan span);
/* Adds a diagnostic, unless it is an echo; `code` must be a row of diagnostics.def. Never NULL: what is beyond
 * ESC_DIAGNOSTICS_MAX is counted, and its row, which nobody reads, is good until the next report. */
EscDiagnostic *esc_report(EscWorkspace *workspace, const char *code, EscSpan span,
                          const char *format, ...) ESC_PRINTF(4, 5);
void esc_report_hint(EscWorkspace *workspace, EscDiagnostic *diagnostic, const char *format, ...)
    ESC_PRINTF(3, 4);
void esc_report_related(EscWorkspace *workspace, EscDiagnostic *diagnostic, EscSpan span,
                        const char *format, ...) ESC_PRINTF(4, 5);
/* One value of the example that shows the fault; both texts are copied. */
void esc_report_witness(EscWorkspace *workspace, EscDiagnostic *diagnostic, EscText field,
                        EscText value);
typedef enum EscEditKind {
    ESC_EDIT_SAFE, /* the one right answer: the hint says `write …` */
    ESC_EDIT_MAYBE /* a guess: the hint asks */
} EscEditKind;
/* One change that belongs to the way out; `text` is copied. The first one within the
 * diagnostic's span is the hint, unless esc_report_hint said one. */
void esc_report_edit(EscWorkspace *workspace, EscDiagnostic *diagnostic, EscEditKind kind,
                     EscSpan span, EscText text);
/* Whether the edit changes something of `span`, so that a hint beside it tells the edit. */
bool esc_edit_is_at(const EscEdit *edit, EscPlaceSpan span);
/* An edit's text as words for people: without the blanks at both ends. */
EscText esc_edit_words(EscText text);
/* Out of memory or a limit of the whole workspace: the running check ends in `status`. */
void esc_workspace_fail(EscWorkspace *workspace, EscStatus status);

/* Types in the operators' words: "text", "text (may be missing)", "low < medium < high". Lives
 * in the arena. */
const char *esc_type_words(EscWorkspace *workspace, EscType type);

/* Appends a zeroed item to an ESC_ARRAY and gives a pointer that is good until the next append.
 * Without memory the workspace fails and the last item is given again: passes go on and end in
 * ESC_NO_MEMORY. */
#define ESC_ARRAY_ADD(workspace, name)                                                             \
    ((void)((workspace)->name =                                                                    \
                esc_array_grow((workspace), (workspace)->name, &(workspace)->name##_count,         \
                               &(workspace)->name##_capacity, sizeof *(workspace)->name)),         \
     &(workspace)->name[(workspace)->name##_count - 1])
void *esc_array_grow(EscWorkspace *workspace, void *items, uint32_t *count, size_t *capacity,
                     size_t item_size);

/* --- for all passes --------------------------------------------------------------------------- */

#define ESC_TYPE_WRONG ((EscType)0)
#define ESC_TYPE_ANY ((EscType)0) /* as an expectation: nothing is expected */
#define ESC_EACH(node, list) ESC_EACH_NODE(node, list)
/* What was written to a buffer may be wrong without memory: then the workspace fails. Releases
 * the buffer. */
void esc_buf_done(EscWorkspace *workspace, EscBuf *buf);
uint64_t esc_seed(void);

/* --- backs.c: what of a source goes back ---------------------------------------------------------- */

/* `comment -> …` and `ticket -> …` among SOURCE_BACK. */
bool esc_is_errand(const EscNode *back);
/* Not of its `undo`; ESC_ERRAND_COUNT where it says a kind of comment that there is not. */
EscErrandKind esc_errand_kind(const EscNode *back);
/* `FIELD <- … map { … }` of the source for that field; NULL: there is none. */
const EscNode *esc_map_of(const EscWorkspace *workspace, const EscNode *source, uint32_t field);
/* The word by which that table says the member, where it says it but once; NULL: by no word, or by several (*other is another one then). */
const EscNode *esc_map_word(const EscWorkspace *workspace, const EscNode *map, uint32_t member,
                            const EscNode **other);

#endif
