/* esc/grammar.h - source text to syntax tree, and nothing else: no names are looked up and no types
 * are checked here.
 *
 * Start reading at esc_source_parse(). Every node lives in the caller's arena and borrows its texts
 * from the source or the arena, so both must outlive the tree. Nodes are allocated only as large as
 * their kind needs: pass pointers, never copy an EscNode by value. */
#ifndef ESC_GRAMMAR_H
#define ESC_GRAMMAR_H

#include <esc/kit.h>

/* --- limits ----------------------------------------------------------------------------------- */

#define ESC_SOURCE_SIZE_MAX (1024u * 1024u) /* bytes in one file */
#define ESC_NAME_SIZE_MAX 64u               /* bytes in one word of a name */
#define ESC_PATH_PARTS_MAX 16u              /* words in a dotted name */
#define ESC_NESTING_MAX 32u                 /* brackets, blocks and texts inside one another */
#define ESC_EXPRESSION_DEPTH_MAX 200u       /* operators above one another in one expression */
#define ESC_SYNTAX_ERRORS_MAX 50u           /* per file; parsing stops there */

/* --- places ----------------------------------------------------------------------------------- */

/* A half-open range of byte offsets in one file. */
typedef struct EscSpan {
    uint32_t file; /* the caller's index of the file */
    uint32_t start, end;
} EscSpan;

/* One word as it was written. text.size is 0 where an optional name was left out. */
typedef struct EscName {
    EscText text;
    EscSpan span;
} EscName;

typedef struct EscNode EscNode;

/* Nodes linked through `next`, in source order. */
typedef struct EscNodeList {
    EscNode *first, *last;
    uint32_t count;
} EscNodeList;

#define ESC_EACH_NODE(node, list)                                                                  \
    for (const EscNode *node = (list).first; node != NULL; node = node->next)

/* --- kinds ------------------------------------------------------------------------------------ */

/* X(NAME, member, "name") - the enum, the union member that a kind uses, and the name in dumps. */
#define ESC_NODE_LIST(X)                                                                           \
    X(FILE, file, "file")                                                                          \
    /* declarations */                                                                             \
    X(BROKEN, broken, "broken")                                                                    \
    X(WORKSPACE, workspace, "workspace")                                                           \
    X(USE, use, "use")                                                                             \
    X(TICKET, ticket, "ticket")                                                                    \
    X(EVENT, event, "event")                                                                       \
    X(PERSON, person, "person")                                                                    \
    X(TEAM, team, "team")                                                                          \
    X(CALENDAR, calendar, "calendar")                                                              \
    X(SCHEDULE, schedule, "schedule")                                                              \
    X(CHANNEL, channel, "channel")                                                                 \
    X(SYSTEM, system, "system")                                                                    \
    X(SOURCE, source, "source")                                                                    \
    X(SLA, sla, "sla")                                                                             \
    X(ROUTE, route, "route")                                                                       \
    X(RUNBOOK, runbook, "runbook")                                                                 \
    X(TEMPLATE, template, "template")                                                              \
    X(POLICY, policy, "policy")                                                                    \
    X(TEST, test, "test")                                                                          \
    /* parts of declarations */                                                                    \
    X(SETTING, setting, "setting")                                                                 \
    X(FIELD, field, "field")                                                                       \
    X(PARAMETER, parameter, "parameter")                                                           \
    X(MEMBER, member, "member")                                                                    \
    X(LEAD, lead, "lead")                                                                          \
    X(REACH, reach, "reach")                                                                       \
    X(REACH_STEP, reach_step, "reach-step")                                                        \
    X(ABSENT, absent, "absent")                                                                    \
    X(HOURS, hours, "hours")                                                                       \
    X(DAY_RANGE, day_range, "days")                                                                \
    X(CLOSED, closed, "closed")                                                                    \
    X(ROTATION, rotation, "rotation")                                                              \
    X(OVERRIDE, override, "override")                                                              \
    X(ACTION, action, "action")                                                                    \
    X(REQUEST, request, "request")                                                                 \
    X(BODY, body, "body")                                                                          \
    X(HEADER, header, "header")                                                                    \
    X(REPLY, reply, "reply")                                                                       \
    X(RETURN, return_value, "return")                                                              \
    X(SOURCE_EACH, source_each, "each")                                                            \
    X(SOURCE_EVENT, source_event, "source-event")                                                  \
    X(SOURCE_MAP, source_map, "map")                                                               \
    X(SLA_CLOCK, sla_clock, "clock")                                                               \
    X(SLA_PAUSE, sla_pause, "pause")                                                               \
    X(ROUTE_ROW, route_row, "row")                                                                 \
    /* parts of a template */                                                                      \
    X(START, start, "start")                                                                       \
    X(MANUAL, manual, "manual")                                                                    \
    X(AGAIN, again, "again")                                                                       \
    X(ALONGSIDE, alongside, "alongside")                                                           \
    X(OWNERS, owners, "owners")                                                                    \
    X(OWNER, owner, "owner")                                                                       \
    X(STEPS, steps, "steps")                                                                       \
    X(HANDLER, handler, "handler")                                                                 \
    X(EXCEPTION_HANDLER, exception_handler, "on-exception")                                        \
    X(QA, qa, "qa")                                                                                \
    X(CLOSING, closing, "close-when")                                                              \
    /* parts of a policy */                                                                        \
    X(POLICY_APPROVE, policy_approve, "approve-policy")                                            \
    X(POLICY_REQUIRE, policy_require, "require")                                                   \
    X(LAST_RESORT, last_resort, "last-resort")                                                     \
    X(LIMIT, limit, "limit")                                                                       \
    X(RETAIN, retain, "retain")                                                                    \
    /* steps */                                                                                    \
    X(NOTIFY, notify, "notify")                                                                    \
    X(PAGE, page, "page")                                                                          \
    X(SET, set, "set")                                                                             \
    X(CREATE, create, "create")                                                                    \
    X(ASSIGN, assign, "assign")                                                                    \
    X(QUEUE, queue, "queue")                                                                       \
    X(HANDOFF, handoff, "handoff")                                                                 \
    X(SNAPSHOT, snapshot, "snapshot")                                                              \
    X(SNAPSHOT_ITEM, snapshot_item, "item")                                                        \
    X(ATTACH, attach, "attach")                                                                    \
    X(WARROOM, warroom, "warroom")                                                                 \
    X(ACTION_CALL, action_call, "action-call")                                                     \
    X(UNDO, undo, "undo")                                                                          \
    X(AWAIT, await, "await")                                                                       \
    X(REMINDER, reminder, "at")                                                                    \
    X(WAIT, wait, "wait")                                                                          \
    X(ASK, ask, "ask")                                                                             \
    X(GUIDANCE, guidance, "guidance")                                                              \
    X(ANSWER, answer, "answer")                                                                    \
    X(TIMEOUT, timeout, "timeout")                                                                 \
    X(APPROVE, approve, "approve")                                                                 \
    X(CHECK, check, "check")                                                                       \
    X(IF, if_step, "if")                                                                           \
    X(MATCH, match, "match")                                                                       \
    X(MATCH_ARM, match_arm, "arm")                                                                 \
    X(FOR_EACH, for_each, "for-each")                                                              \
    X(RUN, run, "run")                                                                             \
    X(START_TEMPLATE, start_template, "start-template")                                            \
    X(RAISE, raise, "raise")                                                                       \
    X(ROLLBACK, rollback, "rollback")                                                              \
    X(CLOSE, close, "close")                                                                       \
    X(SKIP, skip, "skip")                                                                          \
    X(RESUME, resume, "resume")                                                                    \
    X(FAILOVER, failover, "failover")                                                              \
    X(DIGEST, digest, "digest")                                                                    \
    /* statements of a test */                                                                     \
    X(TEST_AT, test_at, "test-at")                                                                 \
    X(TEST_AFTER, test_after, "after")                                                             \
    X(TEST_GIVEN, test_given, "given")                                                             \
    X(TEST_EVENT, test_event, "test-on")                                                           \
    X(TEST_ACT, test_act, "act")                                                                   \
    X(TEST_SYSTEM, test_system, "test-system")                                                     \
    X(TEST_DELIVER, test_deliver, "deliver")                                                       \
    X(TEST_ABSENT, test_absent, "test-absent")                                                     \
    X(TEST_EXPECT, test_expect, "expect")                                                          \
    X(FACT, fact, "fact")                                                                          \
    /* types */                                                                                    \
    X(TYPE_NAME, type_name, "type")                                                                \
    X(TYPE_ENUM, type_enum, "enum")                                                                \
    X(TYPE_LIST, type_list, "list-of")                                                             \
    X(TYPE_RECORD, type_record, "record-type")                                                     \
    /* expressions */                                                                              \
    X(PATH, path, "path")                                                                          \
    X(NUMBER, number, "number")                                                                    \
    X(BOOL, boolean, "bool")                                                                       \
    X(DURATION, duration, "duration")                                                              \
    X(LOCAL_TIME, local_time, "local-time")                                                        \
    X(TIME_OF_DAY, time_of_day, "time-of-day")                                                     \
    X(PERCENT, percent, "percent")                                                                 \
    X(TEXT, text, "text")                                                                          \
    X(TEXT_LITERAL, text_literal, "literal")                                                       \
    X(NOW, now, "now")                                                                             \
    X(LIST, list, "list")                                                                          \
    X(RECORD, record, "record")                                                                    \
    X(ENTRY, entry, "entry")                                                                       \
    X(BINARY, binary, "binary")                                                                    \
    X(UNARY, unary, "unary")                                                                       \
    X(QUANTIFIER, quantifier, "quantifier")                                                        \
    X(CHANGED, changed, "changed")                                                                 \
    X(PREVIOUS, previous, "previous")                                                              \
    X(CALL, call, "call")

typedef enum EscNodeKind {
#define ESC_NODE_ENUM(name, member, text) ESC_NODE_##name,
    ESC_NODE_LIST(ESC_NODE_ENUM)
#undef ESC_NODE_ENUM
        ESC_NODE_COUNT
} EscNodeKind;

/* X(NAME, "spelling") - what stands between two operands. */
#define ESC_BINARY_LIST(X)                                                                         \
    X(OR, "or")                                                                                    \
    X(AND, "and")                                                                                  \
    X(EQUAL, "=")                                                                                  \
    X(NOT_EQUAL, "!=")                                                                             \
    X(LESS, "<")                                                                                   \
    X(LESS_EQUAL, "<=")                                                                            \
    X(GREATER, ">")                                                                                \
    X(GREATER_EQUAL, ">=")                                                                         \
    X(IN, "in")                                                                                    \
    X(NOT_IN, "not in")                                                                            \
    X(STARTS_WITH, "starts with")                                                                  \
    X(ENDS_WITH, "ends with")                                                                      \
    X(CONTAINS, "contains")                                                                        \
    X(ADD, "+")                                                                                    \
    X(SUBTRACT, "-")                                                                               \
    X(MULTIPLY, "*")                                                                               \
    X(DIVIDE, "/")

typedef enum EscBinaryOp {
#define ESC_BINARY_ENUM(name, text) ESC_BINARY_##name,
    ESC_BINARY_LIST(ESC_BINARY_ENUM)
#undef ESC_BINARY_ENUM
        ESC_BINARY_COUNT
} EscBinaryOp;

typedef enum EscUnaryOp {
    ESC_UNARY_NOT,        /* not a */
    ESC_UNARY_NEGATE,     /* -a */
    ESC_UNARY_IS_MISSING, /* a is missing */
    ESC_UNARY_IS_PRESENT  /* a is present */
} EscUnaryOp;

/* --- declarations ----------------------------------------------------------------------------- */

typedef struct EscFileNode {
    EscNodeList declarations; /* in source order */
    EscNodeList broken;       /* BROKEN: parts of them that could not be read, in source order */
    uint32_t error_count;     /* how many errors went to the sink */
} EscFileNode;

/* A declaration that could not be parsed, among the declarations of a file: it keeps the name
 * declared, so that its users are not reported as well. Among the broken parts of a file: a part of
 * a declaration that was left out of its list; only its span says anything. */
typedef struct EscBrokenNode {
    EscNodeKind declares; /* ESC_NODE_TEMPLATE …; ESC_NODE_BROKEN when even that is unknown */
    EscName name;         /* may be empty */
} EscBrokenNode;

/* workspace acme "Acme GmbH" { language 1  timezone "Europe/Berlin" } */
typedef struct EscWorkspaceNode {
    EscName name;
    EscNode *title;       /* TEXT or NULL; so is every title below */
    EscNodeList settings; /* SETTING */
} EscWorkspaceNode;

/* use std.ticket */
typedef struct EscUseNode {
    EscNode *module; /* PATH */
} EscUseNode;

/* ticket { … }   extend ticket { region: emea | apac } */
typedef struct EscTicketNode {
    bool is_extension;
    EscNodeList fields; /* FIELD */
} EscTicketNode;

/* event lead.rejected { lead: text  reason: text } */
typedef struct EscEventNode {
    EscNode *name; /* PATH */
    EscNode *title;
    EscNodeList fields; /* FIELD */
} EscEventNode;

/* person ana "Ana Ruiz" { email "ana@acme.example"  reach by chat, then phone after 3m } */
typedef struct EscPersonNode {
    EscName name;
    EscNode *title;
    EscNodeList items; /* SETTING (email, chat, phone, timezone, calendar …), REACH, ABSENT */
} EscPersonNode;

/* team platform { ana ben chen  lead dora } */
typedef struct EscTeamNode {
    EscName name;
    EscNode *title;
    EscNodeList items; /* MEMBER, LEAD */
} EscTeamNode;

/* calendar office_hours { mon..fri 08:00..18:00  holidays "holidays/berlin.ics" } */
typedef struct EscCalendarNode {
    EscName name;
    EscNode *title;
    EscNodeList items; /* HOURS, CLOSED, SETTING (holidays, timezone) */
} EscCalendarNode;

/* schedule oncall { timezone "Europe/Berlin"  weekly from 2026-01-05T09:00 ana, ben  override
 * 2026-12-24..2026-12-27 dora } */
typedef struct EscScheduleNode {
    EscName name;
    EscNode *title;
    EscNodeList items; /* ROTATION, OVERRIDE, SETTING (timezone, import) */
} EscScheduleNode;

/* channel incidents chat proves delivered */
typedef struct EscChannelNode {
    EscName name;
    EscNode *title;
    EscName medium; /* chat, email, sms … */
    EscName proves; /* accepted, delivered, seen, acked; empty when not said */
} EscChannelNode;

/* system crm "CRM" { action … } */
typedef struct EscSystemNode {
    EscName name;
    EscNode *title;
    EscNodeList actions; /* ACTION */
} EscSystemNode;

/* source alertmanager { each body.alerts as alert  event ticket.created when …  ticket.id <-
 * alert.fingerprint } */
typedef struct EscSourceNode {
    EscName name;
    EscNode *title;
    EscNodeList items; /* SOURCE_EACH, SOURCE_EVENT, SOURCE_MAP */
} EscSourceNode;

/* sla enterprise for ticket.account.tier = enterprise { respond within 15m of always  … } */
typedef struct EscSlaNode {
    EscName name;
    EscNode *title;
    EscNode *condition; /* after `for`; NULL: every ticket */
    EscNodeList items;  /* SLA_CLOCK, SLA_PAUSE */
} EscSlaNode;

/* route support_team -> team { when … -> platform  otherwise -> ops } */
typedef struct EscRouteNode {
    EscName name;
    EscNode *title;
    EscName result;   /* team, queue, template, person … */
    EscNodeList rows; /* ROUTE_ROW */
} EscRouteNode;

/* runbook vendor_outage "A vendor is down" (vendor: text) { … } */
typedef struct EscRunbookNode {
    EscName name;
    EscNode *title;
    EscNodeList parameters; /* PARAMETER */
    EscNodeList steps;
} EscRunbookNode;

/* template high_value "Title" { start on …  owners { … }  steps { … }  qa { … }  close when
 * resolved } */
typedef struct EscTemplateNode {
    EscName name;
    EscNode *title;
    EscNodeList items; /* START, MANUAL, AGAIN, ALONGSIDE, OWNERS, STEPS, HANDLER,
                          EXCEPTION_HANDLER, QA, CLOSING */
} EscTemplateNode;

/* policy company { … } */
typedef struct EscPolicyNode {
    EscName name;
    EscNode *title;
    EscNodeList items; /* POLICY_APPROVE, POLICY_REQUIRE, LAST_RESORT, LIMIT, RETAIN */
} EscPolicyNode;

/* test "an organic lead starts nothing" { … } */
typedef struct EscTestNode {
    EscNode *title;         /* TEXT */
    EscNodeList statements; /* TEST_… in order */
} EscTestNode;

/* --- parts of declarations -------------------------------------------------------------------- */

/* language 1   timezone "Europe/Berlin"   email "ana@acme.example"   calendar office_hours */
typedef struct EscSettingNode {
    EscName name;
    EscNode *value; /* TEXT, NUMBER or PATH */
} EscSettingNode;

/* severity: low < medium < high default low   url: text?   tags: list of text at most 20   account { id: text }
 */
typedef struct EscFieldNode {
    EscName name;
    EscNode *type; /* TYPE_… */
    bool is_optional;
    EscNode *fallback; /* `default`; NULL: not said */
} EscFieldNode;

/* vendor: text - of a runbook or an action */
typedef struct EscParameterNode {
    EscName name;
    EscNode *type;
    bool is_optional;
} EscParameterNode;

/* ana - in a team */
typedef struct EscMemberNode {
    EscName name;
} EscMemberNode;

/* lead dora */
typedef struct EscLeadNode {
    EscName name;
} EscLeadNode;

/* reach by chat, then phone after 3m */
typedef struct EscReachNode {
    EscNodeList steps; /* REACH_STEP */
} EscReachNode;

typedef struct EscReachStepNode {
    EscName method;
    EscNode *after; /* DURATION or NULL: at once */
} EscReachStepNode;

/* absent 2026-12-24..2026-12-27 */
typedef struct EscAbsentNode {
    EscNode *from,
        *to; /* LOCAL_TIME; a `to` without time of day means through the end of that day */
} EscAbsentNode;

/* mon..fri 08:00..18:00   sat, sun 10:00..14:00 */
typedef struct EscHoursNode {
    EscNodeList days;   /* DAY_RANGE */
    EscNode *from, *to; /* TIME_OF_DAY; `to` at or before `from` means past midnight */
} EscHoursNode;

/* mon..fri   sat */
typedef struct EscDayRangeNode {
    EscName first,
        last; /* as written: mon tue wed thu fri sat sun; last is empty for a single day */
} EscDayRangeNode;

/* closed 2026-12-24..2026-12-26 "Christmas" */
typedef struct EscClosedNode {
    EscNode *from, *to; /* LOCAL_TIME; to is NULL for a single day */
    EscNode *title;
} EscClosedNode;

typedef enum EscRotationPeriod {
    ESC_ROTATION_DAILY,
    ESC_ROTATION_WEEKLY,
    ESC_ROTATION_EVERY /* every 12h from … */
} EscRotationPeriod;

/* weekly from 2026-01-05T09:00 ana, ben, chen during office_hours */
typedef struct EscRotationNode {
    EscRotationPeriod period;
    EscNode *every;      /* DURATION, for ESC_ROTATION_EVERY */
    EscNode *from;       /* LOCAL_TIME */
    EscNodeList members; /* MEMBER */
    EscName during;      /* a calendar; empty: always */
} EscRotationNode;

/* override 2026-12-24..2026-12-27 dora */
typedef struct EscOverrideNode {
    EscNode *from,
        *to; /* LOCAL_TIME; a `to` without time of day means through the end of that day */
    EscName person;
} EscOverrideNode;

/* action requeue(lead: text) -> text undo other(lead: lead) { PUT "/leads/{lead}"  expect 200
 * return body } */
typedef struct EscActionNode {
    EscName name;
    EscNodeList parameters; /* PARAMETER */
    EscNode *result;        /* TYPE_… or NULL */
    EscNode *undo;          /* UNDO or NULL */
    EscNodeList items;      /* REQUEST, BODY, HEADER, REPLY, RETURN */
} EscActionNode;

/* PUT "/leads/{lead}/queue" */
typedef struct EscRequestNode {
    EscName method;
    EscNode *url; /* TEXT */
} EscRequestNode;

/* json { Content: body, ContentType: "text/plain" }   form { … } */
typedef struct EscBodyNode {
    EscName format;
    EscNode *value; /* RECORD */
} EscBodyNode;

/* header "X-Key" "{id}" */
typedef struct EscHeaderNode {
    EscNode *name, *value; /* TEXT */
} EscHeaderNode;

/* expect 200, 204 */
typedef struct EscReplyNode {
    EscNodeList codes; /* NUMBER */
} EscReplyNode;

/* return body */
typedef struct EscReturnNode {
    EscNode *value;
} EscReturnNode;

/* each body.alerts as alert */
typedef struct EscSourceEachNode {
    EscNode *list; /* PATH */
    EscName variable;
} EscSourceEachNode;

/* event ticket.created when alert.status = "firing" */
typedef struct EscSourceEventNode {
    EscNode *event;     /* PATH */
    EscNode *condition; /* or NULL */
} EscSourceEventNode;

/* ticket.severity <- alert.labels.severity map { page: critical  otherwise: medium } */
typedef struct EscSourceMapNode {
    EscNode *target; /* PATH */
    EscNode *value;
    EscNodeList entries; /* ENTRY; the entry named `otherwise` is the default */
    bool has_map;
} EscSourceMapNode;

/* resolve within 4h of office_hours warn at 50%, 80% */
typedef struct EscSlaClockNode {
    EscName name; /* respond, resolve */
    EscNode *within;
    EscNodeList warnings; /* PERCENT */
} EscSlaClockNode;

/* pause when ticket.status = waiting_on_customer */
typedef struct EscSlaPauseNode {
    EscNode *condition;
} EscSlaPauseNode;

/* when ticket.region = emea -> platform   otherwise -> ops_leads */
typedef struct EscRouteRowNode {
    EscNode *condition; /* NULL for `otherwise` */
    EscNode *target;    /* PATH */
} EscRouteRowNode;

/* --- parts of a template ---------------------------------------------------------------------- */

/* start on ticket.created, ticket.updated when … for 30m   start after sla.resolve overdue 30m when
 * … */
typedef struct EscStartNode {
    EscNodeList events; /* PATH; empty when it starts on a service-level clock */
    EscNode *clock;     /* PATH (sla.resolve) or NULL */
    EscNode *overdue;   /* DURATION, with clock */
    EscNode *condition; /* or NULL */
    EscNode *holds;     /* DURATION after `for`, or NULL */
} EscStartNode;

/* again after 1h */
typedef struct EscAgainNode {
    EscNode *after; /* DURATION */
} EscAgainNode;

/* alongside sla_overdue, vendor_down - templates that may be open on the same ticket on purpose */
typedef struct EscAlongsideNode {
    EscNodeList templates; /* PATH */
} EscAlongsideNode;

/* owners { primary … secondary … } */
typedef struct EscOwnersNode {
    EscNodeList owners; /* OWNER */
} EscOwnersNode;

typedef enum EscAckBy {
    ESC_ACK_BY_ONE,
    ESC_ACK_BY_ALL,  /* ack by all */
    ESC_ACK_BY_COUNT /* ack by 2 of */
} EscAckBy;

/* primary platform_oncall ack within 5m holds 2h   secondary platform ack by 2 of within 10m */
typedef struct EscOwnerNode {
    EscName role;
    EscNode *who; /* PATH or CALL */
    EscAckBy ack_by;
    uint32_t ack_count; /* for ESC_ACK_BY_COUNT */
    EscNode *within;    /* DURATION */
    EscNode *holds;     /* DURATION or NULL */
} EscOwnerNode;

/* steps { … } */
typedef struct EscStepsNode {
    EscNodeList steps;
} EscStepsNode;

/* on ticket.updated when ticket.severity < high { … } */
typedef struct EscHandlerNode {
    EscNodeList events; /* PATH */
    EscNode *condition; /* or NULL */
    EscNodeList steps;
} EscHandlerNode;

/* on exception vendor_outage { … }   on exception { … } */
typedef struct EscExceptionHandlerNode {
    EscName name; /* empty: every exception without a handler of its own */
    EscNode *condition;
    EscNodeList steps;
} EscExceptionHandlerNode;

/* qa { check … } */
typedef struct EscQaNode {
    EscNodeList checks; /* CHECK */
} EscQaNode;

/* close when resolved with postmortem by primary due 5d */
typedef struct EscClosingNode {
    EscNode *condition;
    EscNode *postmortem_by; /* PATH or NULL: none */
    EscNode *due;           /* DURATION, with postmortem_by */
} EscClosingNode;

/* --- parts of a policy ------------------------------------------------------------------------ */

/* approve templates by 2 of team ops_leads */
typedef struct EscPolicyApproveNode {
    EscName what;   /* templates, routes … */
    uint32_t count; /* 1 when not said */
    EscNode *by;    /* PATH */
} EscPolicyApproveNode;

typedef enum EscRequire {
    ESC_REQUIRE_OWNERS, /* require owners primary, secondary */
    ESC_REQUIRE_ACK,    /* require ack within 15m */
    ESC_REQUIRE_QA,     /* require qa acknowledged, delivered */
    ESC_REQUIRE_UNDO    /* require undo on actions */
} EscRequire;

/* require ack within 15m when ticket.severity = critical */
typedef struct EscPolicyRequireNode {
    EscRequire require;
    EscNodeList names;  /* MEMBER: roles or checks */
    EscNode *within;    /* DURATION, for ESC_REQUIRE_ACK */
    EscNode *condition; /* or NULL */
} EscPolicyRequireNode;

/* last resort dora */
typedef struct EscLastResortNode {
    EscNode *who; /* PATH or CALL */
} EscLastResortNode;

/* limit 5 handoffs per ticket per 24h else raise routing_loop */
typedef struct EscLimitNode {
    uint32_t count;
    EscName what;       /* notifications, handoffs … */
    EscName per;        /* person, ticket …; empty: of the workspace */
    EscNode *window;    /* DURATION */
    EscNode *otherwise; /* DIGEST or a step such as RAISE; NULL when not said */
} EscLimitNode;

/* retain audit 7y */
typedef struct EscRetainNode {
    EscName what;
    EscNode *duration;
} EscRetainNode;

/* --- steps ------------------------------------------------------------------------------------ */

/* notify incidents "{ticket.id} is down" via email */
typedef struct EscNotifyNode {
    EscNode *to;   /* PATH or CALL */
    EscNode *text; /* TEXT; so is every `text` below */
    EscName via;   /* empty when not said */
} EscNotifyNode;

/* page primary "You own {ticket.id}" */
typedef struct EscPageNode {
    EscNode *to;
    EscNode *text;
} EscPageNode;

/* set ticket.status to escalated */
typedef struct EscSetNode {
    EscNode *field; /* PATH */
    EscNode *value;
} EscSetNode;

/* create ticket incident { title: "…" } */
typedef struct EscCreateNode {
    EscName name;
    EscNodeList entries; /* ENTRY */
} EscCreateNode;

/* assign to primary */
typedef struct EscAssignNode {
    EscNode *to;
} EscAssignNode;

/* queue emea_support */
typedef struct EscQueueNode {
    EscNode *queue; /* PATH */
} EscQueueNode;

typedef enum EscExpectation { ESC_EXPECTATION_ACKED, ESC_EXPECTATION_RESOLVED } EscExpectation;

/* handoff to escalation because "not resolved in 4h" expect resolved within 2h */
typedef struct EscHandoffNode {
    EscNode *to;
    EscNode *reason; /* TEXT */
    EscExpectation expectation;
    EscNode *within; /* DURATION */
} EscHandoffNode;

/* snapshot ticket, changes for 24h */
typedef struct EscSnapshotNode {
    EscNodeList items; /* SNAPSHOT_ITEM */
} EscSnapshotNode;

typedef struct EscSnapshotItemNode {
    EscNode *what;   /* PATH */
    EscNode *window; /* DURATION after `for`, or NULL */
} EscSnapshotItemNode;

/* attach logs */
typedef struct EscAttachNode {
    EscNode *value;
} EscAttachNode;

/* open warroom "{ticket.id}" */
typedef struct EscWarroomNode {
    EscNode *title; /* TEXT */
} EscWarroomNode;

/* crm.requeue(lead: event.lead) as reply within 2m undo none because "…" else { … } */
typedef struct EscActionCallNode {
    EscNode *action;       /* PATH of two parts: system, action */
    EscNodeList arguments; /* ENTRY */
    EscName result;        /* after `as`; may be empty */
    EscNode *within;       /* DURATION or NULL */
    EscNode *undo;         /* UNDO or NULL */
    EscNodeList otherwise; /* steps of `else` */
    bool has_else;
} EscActionCallNode;

/* undo crm.requeue(lead: lead)   undo none because "leads are re-routed by hand" */
typedef struct EscUndoNode {
    EscNode *action;       /* PATH of one part (in a system) or two (in a step); NULL for `none` */
    EscNodeList arguments; /* ENTRY */
    EscNode *reason;       /* TEXT, for `none` */
} EscUndoNode;

typedef enum EscAwaitFor {
    ESC_AWAIT_ACK,       /* await ack */
    ESC_AWAIT_RESOLVED,  /* await resolved within 4h */
    ESC_AWAIT_CONDITION, /* await ticket.status = x within 4h; a bare dotted name may turn out to be
                            an event */
    ESC_AWAIT_EVENT      /* await vendor.outage when … within 4h */
} EscAwaitFor;

/* await resolved within 4h at 50% { … } else { … } */
typedef struct EscAwaitNode {
    EscAwaitFor wait_for;
    EscNode *event;        /* PATH, for ESC_AWAIT_EVENT */
    EscNode *condition;    /* for ESC_AWAIT_CONDITION, and of the event (NULL: any) */
    EscNode *within;       /* DURATION; NULL only for ESC_AWAIT_ACK, whose owners have deadlines */
    EscNodeList reminders; /* REMINDER */
    EscNodeList otherwise; /* steps of `else` */
    bool has_else;
} EscAwaitNode;

/* at 50% { notify incidents "half of the time is gone" } */
typedef struct EscReminderNode {
    EscNode *percent; /* PERCENT */
    EscNodeList steps;
} EscReminderNode;

/* wait 5m */
typedef struct EscWaitNode {
    EscNode *duration;
} EscWaitNode;

/* ask primary "Is it real?" within 2h { guidance "…"  answer yes "Yes" { … }  timeout { … } } */
typedef struct EscAskNode {
    EscNode *who;
    EscNode *question; /* TEXT */
    EscNode *within;   /* DURATION */
    EscNodeList items; /* GUIDANCE, ANSWER, TIMEOUT */
} EscAskNode;

typedef struct EscGuidanceNode {
    EscNode *text;
} EscGuidanceNode;

/* answer publish "No, publish it" { … } */
typedef struct EscAnswerNode {
    EscName name;
    EscNode *title; /* or NULL */
    EscNodeList steps;
} EscAnswerNode;

typedef struct EscTimeoutNode {
    EscNodeList steps;
} EscTimeoutNode;

/* approve by 2 of ops_leads "Restart production?" within 30m else { … } */
typedef struct EscApproveNode {
    EscNode *by;
    uint32_t count; /* 1 when not said */
    EscNode *text;
    EscNode *within;
    EscNodeList otherwise;
    bool has_else;
} EscApproveNode;

typedef enum EscCheckFor {
    ESC_CHECK_FOR_ACKNOWLEDGED,
    ESC_CHECK_FOR_DELIVERED, /* also accepted, seen: `name` says which evidence */
    ESC_CHECK_FOR_CONSISTENT,
    ESC_CHECK_FOR_CONFIRMED, /* with text */
    ESC_CHECK_FOR_CONDITION
} EscCheckFor;

/* check acknowledged within 5m else failover   check confirmed "customer confirms" before close */
typedef struct EscCheckNode {
    EscCheckFor check_for;
    EscName name;       /* the word, unless it is a condition */
    EscNode *text;      /* TEXT, for ESC_CHECK_FOR_CONFIRMED */
    EscNode *condition; /* for ESC_CHECK_FOR_CONDITION */
    EscNode *within;    /* DURATION or NULL */
    bool is_before_close;
    EscNodeList otherwise;
    bool has_else;
} EscCheckNode;

/* if event.confidence < 0.8 { … } else { … } */
typedef struct EscIfNode {
    EscNode *condition;
    EscNodeList steps;
    EscNodeList otherwise;
    bool has_else;
} EscIfNode;

/* match ticket.severity { low, medium => { … }  otherwise => { … } } */
typedef struct EscMatchNode {
    EscNode *value;
    EscNodeList arms; /* MATCH_ARM */
} EscMatchNode;

typedef struct EscMatchArmNode {
    EscNodeList values; /* literals and PATHs of one part; empty for `otherwise` */
    EscNodeList steps;
} EscMatchArmNode;

/* for each tag in ticket.tags at most 5 { … } */
typedef struct EscForEachNode {
    EscName variable;
    EscNode *list;
    uint32_t at_most; /* 0 when not said */
    EscNodeList steps;
} EscForEachNode;

/* run vendor_outage(vendor: exception.vendor) */
typedef struct EscRunNode {
    EscNode *runbook;      /* PATH */
    EscNodeList arguments; /* ENTRY */
} EscRunNode;

/* start template customer_care(reason: "x") */
typedef struct EscStartTemplateNode {
    EscNode *name; /* PATH */
    EscNodeList arguments;
} EscStartTemplateNode;

/* raise vendor_outage { vendor: event.vendor } */
typedef struct EscRaiseNode {
    EscName exception;
    EscNodeList entries; /* ENTRY */
} EscRaiseNode;

/* rollback "false alarm" */
typedef struct EscRollbackNode {
    EscNode *reason; /* TEXT or NULL */
} EscRollbackNode;

/* close as downgraded */
typedef struct EscCloseNode {
    EscName outcome; /* empty when not said */
} EscCloseNode;

/* manual   skip   resume   failover   digest   now - the kind says it all */
typedef struct EscBareNode {
    char unused;
} EscBareNode;

/* --- statements of a test --------------------------------------------------------------------- */

/* at 2026-03-02T10:00 */
typedef struct EscTestAtNode {
    EscNode *time; /* LOCAL_TIME */
} EscTestAtNode;

/* after 5m - the clock moves before the next statement */
typedef struct EscTestAfterNode {
    EscNode *duration;
} EscTestAfterNode;

/* given ticket { severity: critical } */
typedef struct EscTestGivenNode {
    EscName what;        /* ticket */
    EscNodeList entries; /* ENTRY */
} EscTestGivenNode;

/* on lead.rejected { lead: "L-7" } */
typedef struct EscTestEventNode {
    EscNode *event; /* PATH */
    EscNodeList entries;
} EscTestEventNode;

typedef enum EscActKind {
    ESC_ACT_ACK,     /* ack by chen */
    ESC_ACT_RESOLVE, /* resolve by chen */
    ESC_ACT_ANSWER,  /* answer publish by fay */
    ESC_ACT_CONFIRM, /* confirm "the page renders" by fay */
    ESC_ACT_APPROVE, /* approve by dora */
    ESC_ACT_REJECT,  /* reject by dora */
    ESC_ACT_START,   /* start sla_overdue by dora */
    ESC_ACT_CLOSE    /* close by dora */
} EscActKind;

/* What a person does. */
typedef struct EscTestActNode {
    EscActKind act;
    EscName name;  /* the answer or the template */
    EscNode *text; /* TEXT, for confirm */
    EscNode *by;   /* PATH or CALL */
} EscTestActNode;

/* system crm fails   system crm.sync_logs replies { body: "…" }   system crm replies "text" */
typedef struct EscTestSystemNode {
    EscNode *system; /* PATH of one part, or two with an action */
    bool is_failing;
    EscNode *reply; /* RECORD or another value; NULL when failing */
} EscTestSystemNode;

/* deliver fails on incidents */
typedef struct EscTestDeliverNode {
    EscNode *channel; /* PATH */
    bool is_failing;  /* false for `deliver works on …` */
} EscTestDeliverNode;

/* absent ana until 2026-03-05   absent ana */
typedef struct EscTestAbsentNode {
    EscNode *who;
    EscNode *until; /* LOCAL_TIME or NULL */
} EscTestAbsentNode;

/* expect owner dora and role escalation   expect in outage so far page ana or ticket.status = open */
typedef struct EscTestExpectNode {
    EscName template; /* `in NAME`: whose escalation it speaks of; empty: the only one */
    bool is_so_far; /* deeds are looked for in the whole test, not since the world was moved last */
    EscNode *claim; /* FACT and conditions, joined by BINARY `and`, `or` and UNARY `not` */
} EscTestExpectNode;

typedef enum EscFactKind {
    ESC_FACT_NOTHING,   /* nothing */
    ESC_FACT_NOTIFY,    /* notify incidents ["…"] */
    ESC_FACT_PAGE,      /* page dora ["…"] */
    ESC_FACT_OWNER,     /* owner dora   owner on_call(platform) */
    ESC_FACT_ROLE,      /* role escalation */
    ESC_FACT_EXCEPTION, /* exception unowned */
    ESC_FACT_PASSED,    /* passed acknowledged, delivered   qa acknowledged passed */
    ESC_FACT_FAILED,    /* failed acknowledged   qa acknowledged failed */
    ESC_FACT_CLOSED,    /* closed [as resolved] */
    ESC_FACT_CREATED,   /* created postmortem */
    ESC_FACT_HANDOFF,   /* handoff [to dora] [because "…"] */
    ESC_FACT_CALL,      /* call cms.lock */
    ESC_FACT_STARTED,   /* started sla_overdue */
    ESC_FACT_ASKED      /* asked fay ["…"] */
} EscFactKind;

typedef struct EscFactNode {
    EscFactKind fact;
    bool is_negated;   /* expect no notify incidents */
    EscNode *who;      /* PATH or CALL: receiver, owner, action, new owner of a handoff */
    EscName name;      /* role, exception, outcome, ticket or template */
    EscNodeList names; /* MEMBER: checks */
    EscNode *text;     /* TEXT: message or reason */
    uint32_t times;    /* exactly so often; 0: at least once */
} EscFactNode;

/* --- types ------------------------------------------------------------------------------------ */

/* text   number   text at most 200 */
typedef struct EscTypeNameNode {
    EscName name;
    uint32_t at_most; /* 0 when not said */
} EscTypeNameNode;

/* low < medium < high   email | phone */
typedef struct EscTypeEnumNode {
    bool is_ordered;
    EscNodeList members; /* MEMBER */
} EscTypeEnumNode;

/* list of text at most 20 */
typedef struct EscTypeListNode {
    EscNode *item;
    uint32_t at_most; /* of the list; 0 when not said */
} EscTypeListNode;

/* { id: text  tier: free < pro } */
typedef struct EscTypeRecordNode {
    EscNodeList fields; /* FIELD */
} EscTypeRecordNode;

/* --- expressions ------------------------------------------------------------------------------ */

/* ticket.account.tier   critical   resolved - one part may be a field, a parameter, an enum member
 * or a declared name */
typedef struct EscPathNode {
    const EscName *parts;
    uint32_t count;
} EscPathNode;

typedef struct EscNumberNode {
    double value;
} EscNumberNode;

typedef struct EscBoolNode {
    bool value;
} EscBoolNode;

/* 1h30m   4h of office_hours */
typedef struct EscDurationNode {
    int64_t ms;
    EscName calendar; /* empty: elapsed time */
} EscDurationNode;

/* 2026-01-05T09:00   2026-12-24 - in the zone of whatever it stands in */
typedef struct EscLocalTimeNode {
    uint16_t year;
    uint8_t month, day, hour, minute; /* the date exists in the Gregorian calendar */
    bool has_time;
} EscLocalTimeNode;

/* 09:00 */
typedef struct EscTimeOfDayNode {
    uint16_t minutes; /* 0..1440 */
} EscTimeOfDayNode;

/* 50% */
typedef struct EscPercentNode {
    double value; /* 50 for 50% */
} EscPercentNode;

/* "SEV1 {ticket.title}" */
typedef struct EscTextNode {
    EscNodeList parts; /* TEXT_LITERAL or any expression; empty for "" */
    bool is_plain;     /* no {…} in it */
    EscText plain;     /* the decoded text, when is_plain */
} EscTextNode;

typedef struct EscTextLiteralNode {
    EscText value; /* decoded: escapes and common indentation are gone */
} EscTextLiteralNode;

/* [a, b] */
typedef struct EscListNode {
    EscNodeList items;
} EscListNode;

/* { name: "Globex"  tier: enterprise } - only as a value in another record, a body or a reply */
typedef struct EscRecordNode {
    EscNodeList entries; /* ENTRY */
} EscRecordNode;

/* name: value - in a record, or an argument */
typedef struct EscEntryNode {
    EscName name;
    EscNode *value;
} EscEntryNode;

typedef struct EscBinaryNode {
    EscBinaryOp op;
    EscNode *left, *right;
} EscBinaryNode;

typedef struct EscUnaryNode {
    EscUnaryOp op;
    EscNode *operand;
} EscUnaryNode;

/* any(t in ticket.tags: t starts with "vip") */
typedef struct EscQuantifierNode {
    bool is_all;
    EscName variable;
    EscNode *list;
    EscNode *condition;
} EscQuantifierNode;

/* changed ticket.severity */
typedef struct EscChangedNode {
    EscNode *path;
} EscChangedNode;

/* previous ticket.severity; a bare `previous` (in undo) is a PATH of one part */
typedef struct EscPreviousNode {
    EscNode *path;
} EscPreviousNode;

/* on_call(platform) */
typedef struct EscCallNode {
    EscName name;
    EscNodeList arguments; /* expressions */
} EscCallNode;

/* --- the node --------------------------------------------------------------------------------- */

struct EscNode {
    EscNodeKind kind;
    uint16_t depth;   /* of an expression, 0 for leaves; at most ESC_EXPRESSION_DEPTH_MAX */
    EscSpan span;     /* the whole construct */
    uint32_t meaning; /* the compiler's: what names and types made of the node; 0 from the parser */
    EscNode *next;    /* in the list it belongs to */
    union {
        EscFileNode file;
        EscBrokenNode broken;
        EscWorkspaceNode workspace;
        EscUseNode use;
        EscTicketNode ticket;
        EscEventNode event;
        EscPersonNode person;
        EscTeamNode team;
        EscCalendarNode calendar;
        EscScheduleNode schedule;
        EscChannelNode channel;
        EscSystemNode system;
        EscSourceNode source;
        EscSlaNode sla;
        EscRouteNode route;
        EscRunbookNode runbook;
        EscTemplateNode template;
        EscPolicyNode policy;
        EscTestNode test;
        EscSettingNode setting;
        EscFieldNode field;
        EscParameterNode parameter;
        EscMemberNode member;
        EscLeadNode lead;
        EscReachNode reach;
        EscReachStepNode reach_step;
        EscAbsentNode absent;
        EscHoursNode hours;
        EscDayRangeNode day_range;
        EscClosedNode closed;
        EscRotationNode rotation;
        EscOverrideNode override;
        EscActionNode action;
        EscRequestNode request;
        EscBodyNode body;
        EscHeaderNode header;
        EscReplyNode reply;
        EscReturnNode return_value;
        EscSourceEachNode source_each;
        EscSourceEventNode source_event;
        EscSourceMapNode source_map;
        EscSlaClockNode sla_clock;
        EscSlaPauseNode sla_pause;
        EscRouteRowNode route_row;
        EscStartNode start;
        EscBareNode manual;
        EscAgainNode again;
        EscAlongsideNode alongside;
        EscOwnersNode owners;
        EscOwnerNode owner;
        EscStepsNode steps;
        EscHandlerNode handler;
        EscExceptionHandlerNode exception_handler;
        EscQaNode qa;
        EscClosingNode closing;
        EscPolicyApproveNode policy_approve;
        EscPolicyRequireNode policy_require;
        EscLastResortNode last_resort;
        EscLimitNode limit;
        EscRetainNode retain;
        EscNotifyNode notify;
        EscPageNode page;
        EscSetNode set;
        EscCreateNode create;
        EscAssignNode assign;
        EscQueueNode queue;
        EscHandoffNode handoff;
        EscSnapshotNode snapshot;
        EscSnapshotItemNode snapshot_item;
        EscAttachNode attach;
        EscWarroomNode warroom;
        EscActionCallNode action_call;
        EscUndoNode undo;
        EscAwaitNode await;
        EscReminderNode reminder;
        EscWaitNode wait;
        EscAskNode ask;
        EscGuidanceNode guidance;
        EscAnswerNode answer;
        EscTimeoutNode timeout;
        EscApproveNode approve;
        EscCheckNode check;
        EscIfNode if_step;
        EscMatchNode match;
        EscMatchArmNode match_arm;
        EscForEachNode for_each;
        EscRunNode run;
        EscStartTemplateNode start_template;
        EscRaiseNode raise;
        EscRollbackNode rollback;
        EscCloseNode close;
        EscBareNode skip;
        EscBareNode resume;
        EscBareNode failover;
        EscBareNode digest;
        EscTestAtNode test_at;
        EscTestAfterNode test_after;
        EscTestGivenNode test_given;
        EscTestEventNode test_event;
        EscTestActNode test_act;
        EscTestSystemNode test_system;
        EscTestDeliverNode test_deliver;
        EscTestAbsentNode test_absent;
        EscTestExpectNode test_expect;
        EscFactNode fact;
        EscTypeNameNode type_name;
        EscTypeEnumNode type_enum;
        EscTypeListNode type_list;
        EscTypeRecordNode type_record;
        EscPathNode path;
        EscNumberNode number;
        EscBoolNode boolean;
        EscDurationNode duration;
        EscLocalTimeNode local_time;
        EscTimeOfDayNode time_of_day;
        EscPercentNode percent;
        EscTextNode text;
        EscTextLiteralNode text_literal;
        EscBareNode now;
        EscListNode list;
        EscRecordNode record;
        EscEntryNode entry;
        EscBinaryNode binary;
        EscUnaryNode unary;
        EscQuantifierNode quantifier;
        EscChangedNode changed;
        EscPreviousNode previous;
        EscCallNode call;
    };
};

/* --- parsing ---------------------------------------------------------------------------------- */

/* One fault of the text. All texts are borrowed for the length of the call of the sink. */
typedef struct EscSyntaxError {
    const char *code; /* "E0021"; static */
    EscSpan span;
    EscText message; /* one sentence without a full stop, in the words of the language */
    EscText hint;    /* how to go on, or empty */
    EscSpan related; /* a second place, such as the brace that was never closed; end is 0 when there
                        is none */
    EscText related_label;
    bool has_fix;
    bool fix_is_guess; /* one of several things that may have been meant */
    EscSpan fix_span;  /* replacing this … */
    EscText fix;       /* … by this makes it right (may be empty: delete) */
} EscSyntaxError;

/* Where errors go. `put` is called at most ESC_SYNTAX_ERRORS_MAX times for a file, almost in source
 * order: a fault that only shows at the end of a construct comes after those inside it. */
typedef struct EscSyntaxSink {
    void (*put)(void *context, const EscSyntaxError *error);
    void *context;
} EscSyntaxSink;

/* Parses one file. `source` is borrowed by the tree. Faults go to `errors` (may be NULL: not
 * wanted). A part with a fault is left out of its declaration and noted as broken; a declaration
 * that is lost becomes a BROKEN node. So the result is a FILE node whatever the text was; NULL only when the arena is used up. Time and memory grow linearly with
 * the source; nothing recurses. */
EscNode *esc_source_parse(EscArena *arena, uint32_t file, EscText source,
                          const EscSyntaxSink *errors);

/* What there is to say about one code, for `escalc explain` and the docs. `wrong` is a whole file with
 * this fault and `right` the same without it; both are "" where no small one shows it. */
typedef struct EscSyntaxExplanation {
    const char *code, *title, *text, *wrong, *right;
} EscSyntaxExplanation;

/* In order of code: E0001 to E0099 are faults of the text alone. */
uint32_t esc_syntax_explanation_count(void);
const EscSyntaxExplanation *esc_syntax_explanation(uint32_t index);

const char *esc_node_kind_name(EscNodeKind kind); /* "template"; never NULL */
const char *esc_binary_op_text(EscBinaryOp op);   /* "starts with"; never NULL */

/* Calls visit(context, node, child) for every direct child, in about the order of the source. To go
 * deeper, visit again from the callback: the height of a tree is bounded by the limits above. */
typedef void (*EscChildVisitor)(void *context, const EscNode *parent, const EscNode *child);
void esc_node_each_child(const EscNode *node, EscChildVisitor visit, void *context);

/* Writes the tree as an S-expression, without spans: two sources with one meaning give one dump.
 * For tests and for `escalc dump --tree`. */
void esc_node_dump(EscBuf *out, const EscNode *node);

/* --- tokens, for the formatter and for editors ------------------------------------------------ */

/* What words and names are made of. */
static inline bool esc_is_word_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

typedef enum EscTokenKind {
    ESC_TOKEN_WORD,    /* a name, dotted name or keyword */
    ESC_TOKEN_LITERAL, /* number, duration, time, percentage */
    ESC_TOKEN_TEXT,    /* a whole "…" or triple-quoted text with its quotes and {…} inside */
    ESC_TOKEN_PUNCTUATION, /* { } ( ) [ ] , : -> => <- = != < … .. | ? */
    ESC_TOKEN_COMMENT,     /* from # to the end of the line, without it */
    ESC_TOKEN_UNKNOWN      /* bytes that no rule of the language knows */
} EscTokenKind;

/* One token; the source between two tokens is only blanks and line ends, so nothing of the file is
 * lost. */
typedef struct EscToken {
    EscTokenKind kind;
    uint32_t start, end;      /* byte offsets */
    uint32_t newlines_before; /* line ends between the token before and this one */
} EscToken;

typedef struct EscTokenList {
    EscToken *items; /* in the arena */
    size_t count;
} EscTokenList;

/* Splits any text, correct or not. ESC_NO_MEMORY or ESC_OVER_LIMIT (source too long) leave *out
 * empty. */
ESC_MUST_USE EscStatus esc_source_tokens(EscArena *arena, EscText source, EscTokenList *out);

#endif
