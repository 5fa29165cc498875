/* escal.y - the grammar of the language: token sequence to tree.
 *
 * An action is one constructor call: no look-up, no check, no message. What a mistake is called
 * stands in unexpected.c. Lists of parts have an `error` production: recover.c skips the
 * broken part, and the list goes on. Behind any other fault parse.c skips to the next declaration
 * and starts afresh, so a fault never spoils its neighbours. A few usual mistakes are
 * productions of their own (search for "mistake"): their constructors report and go on, so that the
 * rest of the declaration is read too. */

%require "3.8"
%define api.pure full
%define api.prefix {esc_yy}
%define api.token.prefix {T_}
%define api.location.type {EscSpan}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%parse-param {EscParse *parse}
%lex-param {EscParse *parse}

%code requires {
#include "ast.h"
}

%code provides {
int esc_yylex(ESC_YYSTYPE *value, EscSpan *span, EscParse *parse);
}

%code {
#include "escal_parser.h"

/* Behind `error`: drops the broken part and goes on with the list that $1 begins. */
#define RECOVER(items_, list_, fault_)                                                                          \
    do {                                                                                           \
        if (!esc_parse_recover(parse, ESC_ITEMS_##items_, list_, fault_))                               \
            YYABORT;                                                                               \
        yyclearin;                                                                                 \
        yyerrok;                                                                                   \
    } while (0)

/* Deep enough for ESC_NESTING_MAX blocks; text that needs more is refused, not followed. */
#define YYINITDEPTH 400
#define YYMAXDEPTH 4000

#define YYLLOC_DEFAULT(current, rhs, count) (current) = join_spans((rhs), (count))
static EscSpan join_spans(const EscSpan *rhs, int count);

static void esc_yyerror(const YYLTYPE *span, EscParse *parse, const char *message);

/* A node of one kind with the named members filled in. */
#define NODE(kind_, span_, ...)                                                                    \
    esc_node_put(parse, &(EscNode){.kind = ESC_NODE_##kind_, .span = (span_), __VA_ARGS__})
#define BARE(kind_, span_)                                                                         \
    esc_node_put(parse, &(EscNode){.kind = ESC_NODE_##kind_, .span = (span_)})
}

%union {
    EscName name;
    EscNode *node;
    EscNodeList list;
    EscBranch branch;
    EscRange range;
    EscAckRule ack_rule;
    EscQuorum quorum;
    uint32_t count;
    bool flag;
}

/* --- names and literals ----------------------------------------------------------------------- */
%token <name> NAME "a name"
%token <node> PATH "a dotted name"
%token <node> TEXT "a text"
%token <node> TEXT_START "a text with {"
%token <node> TEXT_MIDDLE "the text after }"
%token <node> TEXT_END "the end of the text"
%token <node> INTEGER "a whole number"
%token <node> DECIMAL "a decimal number"
%token <node> PERCENT "a percentage"
%token <node> DURATION "a duration"
%token <node> LOCAL_TIME "a date"
%token <node> TIME_OF_DAY "a time of day"
%token BROKEN "a broken part" /* given by the scanner in place of one (recover.c) */
%token YYEOF 0 "the end of the file"

/* --- punctuation ------------------------------------------------------------------------------ */
%token BRACE_OPEN "{" BRACE_CLOSE "}" ROUND_OPEN "(" ROUND_CLOSE ")" SQUARE_OPEN "["
%token SQUARE_CLOSE "]"
%token COMMA "," COLON ":" PIPE "|" QUESTION "?" DOT_DOT ".." ARROW "->" MAP_ARROW "<-"
%token ARM_ARROW "=>"
%token EQUAL "=" NOT_EQUAL "!=" LESS "<" LESS_EQUAL "<=" GREATER ">" GREATER_EQUAL ">="
%token PLUS "+" MINUS "-" STAR "*" SLASH "/"
%token COMMENT "a comment" UNKNOWN "an unknown character" /* only in token lists */

/* --- words that are never names (but after a dot and before a colon) --------------------------- */
%token <name> AND "and" OR "or" NOT "not" IN "in" NOT_IN "not in" IS_MISSING "is missing"
%token <name> IS_PRESENT "is present"
%token <name> STARTS_WITH "starts with" ENDS_WITH "ends with" CONTAINS "contains" ANY_OF "any"
%token <name> ALL_OF "all"
%token <name> TRUE "true" FALSE "false" NOW "now" CHANGED "changed" PREVIOUS "previous"
%token <name> WITHIN "within" WHEN "when" BECAUSE "because" ELSE "else" BY "by" FOR "for" OF "of"
%token <name> AS "as" AT "at"
%token <name> FROM "from" TO "to" VIA "via" THEN "then" AFTER "after" EXPECT "expect"
%token <name> EXPECT_THAT "expect that"
%token <name> ACK "ack" HOLDS "holds" PER "per" UNTIL "until" MAP "map" OTHERWISE "otherwise"
%token <name> EVERY "every" RETURN "return" DURING "during" PROVES "proves" AT_MOST "at most"
%token <name> LIST_OF "list of" IGNORING_CASE "ignoring case"
%token <name> HEADER "header" /* only where a value stands, before a text */

/* --- words that are also names where a name can stand (the rule soft_word) -------------------- */
%token <name> WORKSPACE "workspace" USE "use" TICKET "ticket" EXTEND_TICKET "extend ticket"
%token <name> EVENT "event"
%token <name> PERSON "person" TEAM "team" CALENDAR "calendar" SCHEDULE "schedule"
%token <name> CHANNEL "channel" SYSTEM "system"
%token <name> SOURCE "source" SLA "sla" ROUTE "route" RUNBOOK "runbook" TEMPLATE "template"
%token <name> POLICY "policy" TEST "test" AUTOMATION "automation"
%token <name> LEAD "lead" REACH_BY "reach by" QUIET_DURING "quiet during" ABSENT "absent" CLOSED "closed" DAILY "daily"
%token <name> WEEKLY "weekly"
%token <name> LAYER "layer" ALWAYS "always"
%token <name> COVERED_BY "covered by" /* only behind a date */
%token <name> OVERRIDE "override" ACTION "action" EACH "each" VERIFY "verify" PAUSE "pause" WARN_AT "warn at"
%token <name> START "start" START_ON "start on" START_AFTER "start after"
%token <name> START_AFTER_NO "start after no" GROUP_BY "group by"
%token <name> START_TEMPLATE "start template" MANUAL "manual" DEFAULT "default"
%token <name> AGAIN_AFTER "again after" ALONGSIDE "alongside" OWNERS "owners" ALL "all (of them)"
%token <name> STEPS "steps" ON "on"
%token <name> ON_EXCEPTION "on exception" QA "qa" CLOSE_WHEN "close when"
%token <name> WITH_POSTMORTEM_BY "with postmortem by"
%token <name> NOTIFY "notify" PAGE "page" SET "set" CREATE_TICKET "create ticket"
%token <name> ASSIGN_TO "assign to" QUEUE "queue" ADD "add" REMOVE "remove"
%token <name> HANDOFF "handoff" HANDOFF_TO "handoff to" ACKED "acked" RESOLVED "resolved"
%token <name> SNAPSHOT "snapshot"
%token <name> ATTACH "attach" OPEN_WARROOM "open warroom" UNDO "undo" UNDO_NONE "undo none"
%token <name> AWAIT "await" WAIT "wait"
%token <name> ASK "ask" GUIDANCE "guidance" ANSWER "answer" TIMEOUT "timeout" APPROVE "approve"
%token <name> APPROVE_BY "approve by"
%token <name> CHECK "check" BEFORE_CLOSE "before close" IF "if" MATCH "match" FOR_EACH "for each"
%token <name> RUN "run" RAISE "raise"
%token <name> ROLLBACK "rollback" CLOSE "close" SKIP "skip" RESUME "resume" FAILOVER "failover"
%token <name> DIGEST "digest"
%token <name> REQUIRE "require" LAST_RESORT "last resort" LIMIT "limit" RETAIN "retain"
%token <name> ALLOW "allow" HANDOFF_EXPECTS "handoff expects"
%token <name> REFUSED "refused" OFFER "offer" ACCEPT "accept" DECLINE "decline"
%token <name> GIVEN "given" RESOLVE "resolve" CONFIRM "confirm" REJECT "reject" FAILS "fails"
%token <name> WORKS_ON "works on"
%token <name> FAILS_ON "fails on" REPLIES "replies" DELIVER "deliver" RECEIVE "receive"
%token <name> NO "no" NOTHING "nothing" OWNER "owner" ROLE "role" EXCEPTION "exception"
%token <name> PASSED "passed" FAILED "failed"
%token <name> CREATED "created" CALL "call" STARTED "started" ASKED "asked" OVERDUE "overdue"
%token <name> DUE "due" ELIF "elif" TIMES "times"
%token <name> REPEAT "repeat" FOLLOWS_SHIFT "follows shift" KEEP "keep" CALL_OFF "call off"
%token <name> SINCE "since" RESTART "restart"
%token <name> MET_BY "met by" BEFORE_DUE "before due"
%token <name> LANGUAGE "language" LIBRARY "library" WRITE_COMMENT "comment"
%token <name> LEFT_OUT "left out"
%token <name> SO_FAR "so far" /* only behind `expect` */

/* --- operators, weakest first ----------------------------------------------------------------- */
%left "or"
%left "and"
%precedence "not"
%left "+" "-"
%left "*" "/"
%precedence NEGATE

%type <name> word plain_word soft_word member_word quotable as_opt via_opt proves_opt in_opt
%type <node> declaration title_opt text text_opt path target value expr condition_opt duration
%type <node> duration_opt within_opt
%type <node> type simple_type field default_opt parameter setting
%type <node> person_item reach_step team_item calendar_item day_range schedule_item action
%type <node> hours day_hours during_opt quiet quiet_opt language language_opt workspace_setting rotation
%type <name> covered_opt allowed
%type <list> layer_items
%type <node> result_opt undo_opt undo
%type <node> action_item source_item sla_item route_row template_item start owner policy_item grantee
%type <node> test_act offer_opt policy_else_opt promise promise_row moment
%type <name> clock_word
%type <node> step short_step rollback await ask ask_item approve check if if_rest match match_arm for_each every
%type <node> action_call rounds_until ack_within_opt pace_opt
%type <node> automation_item
%type <node> test_statement claim fact deed state because_opt until_opt reply literal entry member
%type <node> call number comparison sum plain_truth shown argument
%type <list> fields parameters parameters_opt parameter_list settings person_items reach_steps
%type <list> team_items calendar_items
%type <list> day_ranges schedule_items words members_enum_or members_enum_less actions
%type <list> action_items codes source_items choices sent_headers
%type <list> automation_items
%type <list> map_opt sla_items warnings_opt moments promise_rows since_opt met_opt route_rows template_items events paths per_opt owners
%type <list> checks policy_items grantees
%type <list> steps block snapshot_items reminders ask_items match_arms match_values arm_body
%type <list> entries record record_opt arguments argument_list expressions expression_list
%type <list> list_items list_some
%type <list> test_statements text_parts other_targets targets
%type <node> snapshot_item
%type <branch> else_opt
%type <range> date_range
%type <ack_rule> ack_rule
%type <quorum> quorum
%type <count> at_most_opt count times_opt
%type <flag> optional before_close_opt so_far_opt follows_opt

%start file

%%

file:
    %empty
  | file declaration { esc_parse_declare(parse, $declaration); }

/* --- declarations ----------------------------------------------------------------------------- */

declaration:
    "workspace" word title_opt[title] "{" settings "}"
    { $$ = NODE(WORKSPACE, @$, .workspace = {.name = $word, .title = $title,
          .settings = $settings}); }
  | "use" path
    { $$ = NODE(USE, @$, .use = {.module = $path}); }
  | "ticket" "{" fields "}"
    { $$ = NODE(TICKET, @$, .ticket = {.is_extension = false, .fields = $fields}); }
  | "extend ticket" "{" fields "}"
    { $$ = NODE(TICKET, @$, .ticket = {.is_extension = true, .fields = $fields}); }
  | "event" path title_opt[title] "{" fields "}"
    { $$ = NODE(EVENT, @$, .event = {.name = $path, .title = $title, .fields = $fields}); }
  | "person" word title_opt[title] "{" person_items[items] "}"
    { $$ = NODE(PERSON, @$, .person = {.name = $word, .title = $title, .items = $items}); }
  | "team" word title_opt[title] "{" team_items[items] "}"
    { $$ = NODE(TEAM, @$, .team = {.name = $word, .title = $title, .items = $items}); }
  | "calendar" word title_opt[title] "{" calendar_items[items] "}"
    { $$ = NODE(CALENDAR, @$, .calendar = {.name = $word, .title = $title, .items = $items}); }
  | "schedule" word title_opt[title] "{" schedule_items[items] "}"
    { $$ = NODE(SCHEDULE, @$, .schedule = {.name = $word, .title = $title, .items = $items}); }
  | "channel" word[name] title_opt[title] NAME[medium] proves_opt[proves] quiet_opt[quiet]
    language_opt[language]
    { $$ = NODE(CHANNEL, @$, .channel = {.name = $name, .title = $title, .medium = $medium,
          .proves = $proves, .quiet = $quiet, .language = $language}); }
  | "system" word title_opt[title] "{" actions "}"
    { $$ = NODE(SYSTEM, @$, .system = {.name = $word, .title = $title, .actions = $actions}); }
  | "source" word title_opt[title] "{" source_items[items] "}"
    { $$ = NODE(SOURCE, @$, .source = {.name = $word, .title = $title, .items = $items}); }
  | "sla" word title_opt[title] "for" expr[condition] "{" sla_items[items] "}"
    { $$ = NODE(SLA, @$, .sla = {.name = $word, .title = $title, .condition = $condition,
          .items = $items}); }
  | "sla" word title_opt[title] "{" sla_items[items] "}"
    { $$ = NODE(SLA, @$, .sla = {.name = $word, .title = $title, .items = $items}); }
  | "route" word[name] title_opt[title] "->" word[result] "{" route_rows[rows] "}"
    { $$ = NODE(ROUTE, @$, .route = {.name = $name, .title = $title, .result = $result,
          .rows = $rows}); }
  | "runbook" word title_opt[title] parameters_opt[parameters] block
    { $$ = NODE(RUNBOOK, @$, .runbook = {.name = $word, .title = $title,
          .parameters = $parameters, .steps = $block}); }
  | "template" word parameters_opt[parameters] title_opt[title] "{" template_items[items] "}"
    { $$ = NODE(TEMPLATE, @$, .template = {.name = $word, .parameters = $parameters,
          .title = $title, .items = $items}); }
  | "automation" word title_opt[title] "{" automation_items[items] "}"
    { $$ = NODE(AUTOMATION, @$, .automation = {.name = $word, .title = $title,
          .items = $items}); }
  | "policy" word title_opt[title] "{" policy_items[items] "}"
    { $$ = NODE(POLICY, @$, .policy = {.name = $word, .title = $title, .items = $items}); }
  | "test" text "{" test_statements[statements] "}"
    { $$ = NODE(TEST, @$, .test = {.title = $text, .statements = $statements}); }

title_opt:
    %empty { $$ = NULL; }
  | text

settings:
    %empty { $$ = esc_list_empty(); }
  | settings workspace_setting { $$ = esc_list_append($1, $2); }
  | settings error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | settings BROKEN { $$ = $1; }

workspace_setting:
    setting
  | "default" "language" word
    { $$ = NODE(SETTING, @$, .setting = {.name = $2, .value = esc_path_one(parse, $word)}); }
  | "library" word text
    { $$ = NODE(LIBRARY, @$, .library = {.name = $word, .folder = $text}); }

/* Which version of the language is a number, and no matter of people. */
language:
    "language" word
    { $$ = NODE(SETTING, @$, .setting = {.name = $1, .value = esc_path_one(parse, $word)}); }

language_opt:
    %empty { $$ = NULL; }
  | language

setting:
    word text   { $$ = NODE(SETTING, @$, .setting = {.name = $word, .value = $text}); }
  | word number { $$ = NODE(SETTING, @$, .setting = {.name = $word, .value = $number}); }

proves_opt:
    %empty { $$ = esc_name_empty(); }
  | "proves" quotable { $$ = $quotable; }

/* --- fields and types ------------------------------------------------------------------------- */

fields:
    %empty { $$ = esc_list_empty(); }
  | fields field { $$ = esc_list_append($1, $2); }
  | fields field "," { $$ = esc_list_append($1, $2); }
  | fields error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | fields BROKEN { $$ = $1; }

field:
    NAME ":" type optional default_opt[fallback]
    { $$ = NODE(FIELD, @$, .field = {.name = $NAME, .type = $type, .is_optional = $optional,
          .fallback = $fallback}); }
  | plain_word "{" fields "}" optional
    { $$ = esc_ast_record_field(parse, @$, $plain_word, esc_span_join(@2, @4), $fields,
          $optional); }

/* What the field holds when nobody gives it. */
default_opt:
    %empty { $$ = NULL; }
  | "default" literal { $$ = $literal; }
  | "default" "-" number
    { $$ = esc_ast_unary(parse, esc_span_join(@2, @3), ESC_UNARY_NEGATE, $number); }

optional:
    %empty { $$ = false; }
  | "?" { $$ = true; }

type:
    word at_most_opt[most] { $$ = NODE(TYPE_NAME, @$, .type_name = {.name = $word,
          .at_most = $most}); }
  | members_enum_or { $$ = NODE(TYPE_ENUM, @$, .type_enum = {.is_ordered = false, .members = $1}); }
  | members_enum_less
    { $$ = NODE(TYPE_ENUM, @$, .type_enum = {.is_ordered = true, .members = $1}); }
  | "list of" simple_type at_most_opt[most]
    { $$ = NODE(TYPE_LIST, @$, .type_list = {.item = $simple_type, .at_most = $most}); }
  | "list of" simple_type[item] "at most" count[size] "at most" count[most]
    { $$ = esc_ast_list_of(parse, @$, $item, esc_span_join(@item, @size), $size, $most); }
  | "{" fields "}" { $$ = NODE(TYPE_RECORD, @$, .type_record = {.fields = $fields}); }

simple_type:
    word { $$ = NODE(TYPE_NAME, @$, .type_name = {.name = $word}); }
  | members_enum_or { $$ = NODE(TYPE_ENUM, @$, .type_enum = {.is_ordered = false, .members = $1}); }
  | members_enum_less
    { $$ = NODE(TYPE_ENUM, @$, .type_enum = {.is_ordered = true, .members = $1}); }

members_enum_or:
    member "|" member { $$ = esc_list_append(esc_list_one($1), $3); }
  | members_enum_or "|" member { $$ = esc_list_append($1, $3); }

members_enum_less:
    member "<" member { $$ = esc_list_append(esc_list_one($1), $3); }
  | members_enum_less "<" member { $$ = esc_list_append($1, $3); }

member:
    word { $$ = NODE(MEMBER, @$, .member = {.name = $word}); }
  | TEXT
    { $$ = NODE(MEMBER, @$, .member = {.name = esc_ast_unquoted(parse,
          $TEXT)}); } /* mistake: a name in quotes */

at_most_opt:
    %empty { $$ = 0; }
  | "at most" count { $$ = $count; }

parameters_opt:
    %empty { $$ = esc_list_empty(); }
  | parameters

parameters:
    "(" ")" { $$ = esc_list_empty(); }
  | "(" parameter_list ")" { $$ = $parameter_list; }

parameter_list:
    parameter { $$ = esc_list_one($1); }
  | parameter_list "," parameter { $$ = esc_list_append($1, $3); }

parameter:
    NAME ":" type optional
    { $$ = NODE(PARAMETER, @$, .parameter = {.name = $NAME, .type = $type,
          .is_optional = $optional}); }

/* --- the directory ---------------------------------------------------------------------------- */

person_items:
    %empty { $$ = esc_list_empty(); }
  | person_items person_item { $$ = esc_list_append($1, $2); }
  | person_items error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | person_items BROKEN { $$ = $1; }

person_item:
    setting
  | language
  | "calendar" word
    { $$ = NODE(SETTING, @$, .setting = {.name = $1, .value = esc_path_one(parse, $word)}); }
  | "reach by" reach_steps { $$ = NODE(REACH, @$, .reach = {.steps = $reach_steps}); }
  | quiet
  | "absent" date_range covered_opt[deputy]
    { $$ = NODE(ABSENT, @$, .absent = {.from = $date_range.from, .to = $date_range.to,
          .deputy = $deputy}); }

covered_opt:
    %empty { $$ = esc_name_empty(); }
  | "covered by" word { $$ = $word; }

quiet_opt:
    %empty { $$ = NULL; }
  | quiet

quiet: "quiet during" hours { $$ = NODE(QUIET, @$, .quiet = {.hours = $hours}); }

reach_steps:
    reach_step { $$ = esc_list_one($1); }
  | reach_steps "," reach_step { $$ = esc_list_append($1, $3); }
  | reach_steps "," "then" reach_step { $$ = esc_list_append($1, $4); }

reach_step:
    word { $$ = NODE(REACH_STEP, @$, .reach_step = {.method = $word}); }
  | word "after" duration
    { $$ = NODE(REACH_STEP, @$, .reach_step = {.method = $word, .after = $duration}); }

team_items:
    %empty { $$ = esc_list_empty(); }
  | team_items team_item { $$ = esc_list_append($1, $2); }
  | team_items team_item "," { $$ = esc_list_append($1, $2); }
  | team_items error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | team_items BROKEN { $$ = $1; }

team_item:
    member_word { $$ = NODE(MEMBER, @$, .member = {.name = $1}); }
  | "lead" word { $$ = NODE(LEAD, @$, .lead = {.name = $word}); }

calendar_items:
    %empty { $$ = esc_list_empty(); }
  | calendar_items calendar_item { $$ = esc_list_append($1, $2); }
  | calendar_items error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | calendar_items BROKEN { $$ = $1; }

calendar_item:
    day_ranges[days] TIME_OF_DAY[from] ".." TIME_OF_DAY[to]
    { $$ = NODE(HOURS, @$, .hours = {.days = $days, .from = $from, .to = $to}); }
  | "closed" date_range title_opt[title]
    { $$ = NODE(CLOSED, @$, .closed = {.from = $date_range.from, .to = $date_range.to,
          .title = $title}); }
  | "closed" LOCAL_TIME[day] title_opt[title]
    { $$ = NODE(CLOSED, @$, .closed = {.from = $day, .title = $title}); }
  | setting

day_ranges:
    day_range { $$ = esc_list_one($1); }
  | day_ranges "," day_range { $$ = esc_list_append($1, $3); }

day_range:
    word { $$ = NODE(DAY_RANGE, @$, .day_range = {.first = $word}); }
  | word[first] ".." word[last]
    { $$ = NODE(DAY_RANGE, @$, .day_range = {.first = $first, .last = $last}); }

date_range:
    LOCAL_TIME[from] ".." LOCAL_TIME[to] { $$ = (EscRange){.from = $from, .to = $to}; }

schedule_items:
    %empty { $$ = esc_list_empty(); }
  | schedule_items schedule_item { $$ = esc_list_append($1, $2); }
  | schedule_items error { $$ = $1; RECOVER(TURNS, @1, @2); }
  | schedule_items BROKEN { $$ = $1; }

schedule_item:
    rotation
  | "layer" word "{" layer_items[items] "}"
    { $$ = NODE(LAYER, @$, .layer = {.name = $word, .items = $items}); }
  | "override" date_range word
    { $$ = NODE(OVERRIDE, @$, .override = {.from = $date_range.from, .to = $date_range.to,
          .person = $word}); }
  | setting

layer_items:
    %empty { $$ = esc_list_empty(); }
  | layer_items rotation { $$ = esc_list_append($1, $2); }
  | layer_items error { $$ = $1; RECOVER(TURNS, @1, @2); }
  | layer_items BROKEN { $$ = $1; }

rotation:
    "weekly" "from" LOCAL_TIME[from] words during_opt[during]
    { $$ = NODE(ROTATION, @$, .rotation = {.period = ESC_ROTATION_WEEKLY, .from = $from,
          .members = $words, .during = $during}); }
  | "daily" "from" LOCAL_TIME[from] words during_opt[during]
    { $$ = NODE(ROTATION, @$, .rotation = {.period = ESC_ROTATION_DAILY, .from = $from,
          .members = $words, .during = $during}); }
  | "every" duration "from" LOCAL_TIME[from] words during_opt[during]
    { $$ = NODE(ROTATION, @$, .rotation = {.period = ESC_ROTATION_EVERY, .every = $duration,
          .from = $from,
                                           .members = $words, .during = $during}); }
  | "every" day_ranges[days] "from" LOCAL_TIME[from] words during_opt[during]
    { $$ = NODE(ROTATION, @$, .rotation = {.period = ESC_ROTATION_DAYS, .days = $days,
          .from = $from, .members = $words, .during = $during}); }
  | "always" word during_opt[during]
    { $$ = NODE(ROTATION, @$, .rotation = {.period = ESC_ROTATION_ALWAYS,
          .members = esc_list_one(NODE(MEMBER, @word, .member = {.name = $word})),
          .during = $during}); }

words:
    word { $$ = esc_list_one(NODE(MEMBER, @$, .member = {.name = $word})); }
  | words "," word { $$ = esc_list_append($1, NODE(MEMBER, @3, .member = {.name = $word})); }

during_opt:
    %empty { $$ = NULL; }
  | "during" hours { $$ = $hours; }

/* Wherever hours are said: a calendar's, or those between two times of every day. */
hours:
    word { $$ = NODE(HOURS, @$, .hours = {.calendar = $word}); }
  | day_hours

day_hours:
    TIME_OF_DAY[from] ".." TIME_OF_DAY[to]
    { $$ = NODE(HOURS, @$, .hours = {.from = $from, .to = $to}); }

/* --- connectors and sources ------------------------------------------------------------------- */

actions:
    %empty { $$ = esc_list_empty(); }
  | actions action { $$ = esc_list_append($1, $2); }
  | actions error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | actions BROKEN { $$ = $1; }

action:
    "action" word parameters result_opt[result] undo_opt[undo] "{" action_items[items] "}"
    { $$ = NODE(ACTION, @$, .action = {.name = $word, .parameters = $parameters,
          .result = $result, .undo = $undo, .items = $items}); }

result_opt:
    %empty { $$ = NULL; }
  | "->" simple_type { $$ = $simple_type; }

undo_opt:
    %empty { $$ = NULL; }
  | undo

undo:
    "undo" path arguments { $$ = NODE(UNDO, @$, .undo = {.action = $path,
          .arguments = $arguments}); }
  | "undo none" "because" text { $$ = NODE(UNDO, @$, .undo = {.reason = $text}); }

action_items:
    %empty { $$ = esc_list_empty(); }
  | action_items action_item { $$ = esc_list_append($1, $2); }
  | action_items error { $$ = $1; RECOVER(REQUESTS, @1, @2); }
  | action_items BROKEN { $$ = $1; }

action_item:
    word text { $$ = NODE(REQUEST, @$, .request = {.method = $word, .url = $text}); }
  | word text[name] text[value] { $$ = esc_ast_header(parse, @$, $word, $name, $value); }
  | word record
    { $$ = NODE(BODY, @$, .body = {.format = $word, .value = NODE(RECORD, @record,
          .record = {$record})}); }
  | "expect" codes condition_opt[condition]
    { $$ = NODE(REPLY, @$, .reply = {.codes = $codes, .condition = $condition}); }
  | "return" expr { $$ = NODE(RETURN, @$, .return_value = {.value = $expr}); }

codes:
    INTEGER { $$ = esc_list_one($1); }
  | codes "," INTEGER { $$ = esc_list_append($1, $3); }

source_items:
    %empty { $$ = esc_list_empty(); }
  | source_items source_item { $$ = esc_list_append($1, $2); }
  | source_items error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | source_items BROKEN { $$ = $1; }

/* A part begins with a word of the language or a dotted name: so the name behind `verify KIND` is its place. */
source_item:
    "verify" word[kind]
    { $$ = NODE(SOURCE_VERIFY, @$, .source_verify = {.kind = $kind}); }
  | "verify" word[kind] NAME[place] text[name]
    { $$ = NODE(SOURCE_VERIFY, @$, .source_verify = {.kind = $kind, .place = $place,
          .name = $name}); }
  | "each" path "as" word { $$ = NODE(SOURCE_EACH, @$, .source_each = {.list = $path,
          .variable = $word}); }
  | "event" path condition_opt[condition]
    { $$ = NODE(SOURCE_EVENT, @$, .source_event = {.event = $path, .condition = $condition}); }
  | PATH "<-" choices map_opt[map]
    { $$ = NODE(SOURCE_MAP, @$, .source_map = {.target = $PATH, .values = $choices,
          .entries = $map, .has_map = $map.count > 0}); }
  | "left out" path[place] { $$ = NODE(SOURCE_LEFT_OUT, @$, .source_left_out = {.place = $place}); }
  | PATH[field] "->" path[action] arguments
    { $$ = NODE(SOURCE_BACK, @$, .source_back = {.field = $field, .action = $action,
          .arguments = $arguments}); }
  | "comment" "<-" choices
    { $$ = NODE(SOURCE_MAP, @$, .source_map = {.target = esc_path_one(parse, $1),
          .values = $choices}); }
  | "comment" "->" path[action] arguments
    { $$ = NODE(SOURCE_BACK, @$, .source_back = {.field = esc_path_one(parse, $1),
          .action = $action, .arguments = $arguments}); }
  | "comment" NAME[reader] "->" path[action] arguments
    { $$ = NODE(SOURCE_BACK, @$, .source_back = {.field = esc_path_one(parse, $1),
          .reader = $reader, .action = $action, .arguments = $arguments}); }
  | "ticket" "->" path[action] arguments undo_opt[undo]
    { $$ = NODE(SOURCE_BACK, @$, .source_back = {.field = esc_path_one(parse, $1),
          .action = $action, .arguments = $arguments, .undo = $undo}); }

sent_headers:
    %empty { $$ = esc_list_empty(); }
  | sent_headers NAME[word] text[name] text[value]
    { $$ = esc_list_append($1, esc_ast_header(parse, esc_span_join(@word, @value), $word, $name, $value)); }

choices:
    expr { $$ = esc_list_one($1); }
  | choices "else" expr { $$ = esc_list_append($1, $3); }

map_opt:
    %empty { $$ = esc_list_empty(); }
  | "map" record { $$ = $record; }

/* --- service levels and routes ---------------------------------------------------------------- */

sla_items:
    %empty { $$ = esc_list_empty(); }
  | sla_items sla_item { $$ = esc_list_append($1, $2); }
  | sla_items error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | sla_items BROKEN { $$ = $1; }

sla_item:
    clock_word[name] "within" promise since_opt[since] met_opt[met] warnings_opt[warnings]
    { $$ = NODE(SLA_CLOCK, @$, .sla_clock = {.name = $name, .within = $promise, .since = $since,
          .met = $met, .warnings = $warnings}); }
  | "pause" "when" expr { $$ = NODE(SLA_PAUSE, @$, .sla_pause = {.condition = $expr}); }
  | "resume" "on" path
    { $$ = NODE(SLA_REOPENED, @$, .sla_reopened = {.is_restart = false, .event = $path}); }
  | "restart" "on" path
    { $$ = NODE(SLA_REOPENED, @$, .sla_reopened = {.is_restart = true, .event = $path}); }

promise:
    duration
  | path "map" "{" promise_rows[rows] "}"
    { $$ = NODE(SLA_TABLE, @$, .sla_table = {.field = $path, .rows = $rows}); }

promise_rows:
    %empty { $$ = esc_list_empty(); }
  | promise_rows promise_row { $$ = esc_list_append($1, $2); }
  | promise_rows promise_row "," { $$ = esc_list_append($1, $2); }
  | promise_rows error { $$ = $1; RECOVER(ENTRIES, @1, @2); }
  | promise_rows BROKEN { $$ = $1; }

promise_row:
    NAME ":" duration
    { $$ = NODE(SLA_ROW, @$, .sla_row = {.value = esc_path_one(parse, $NAME),
          .within = $duration}); }
  | NAME ":" word
    { $$ = NODE(SLA_ROW, @$, .sla_row = {.value = esc_path_one(parse, $NAME),
          .within = esc_path_one(parse, $word)}); }

since_opt:
    %empty { $$ = esc_list_empty(); }
  | "since" events { $$ = $events; }

met_opt:
    %empty { $$ = esc_list_empty(); }
  | "met by" events { $$ = $events; }

warnings_opt:
    %empty { $$ = esc_list_empty(); }
  | "warn at" moments { $$ = $moments; }

moments:
    moment { $$ = esc_list_one($1); }
  | moments "," moment { $$ = esc_list_append($1, $3); }

moment:
    PERCENT
  | duration "before due" { $$ = NODE(BEFORE_DUE, @$, .before_due = {.duration = $duration}); }

route_rows:
    %empty { $$ = esc_list_empty(); }
  | route_rows route_row { $$ = esc_list_append($1, $2); }
  | route_rows error { $$ = $1; RECOVER(ROWS, @1, @2); }
  | route_rows BROKEN { $$ = $1; }

route_row:
    "when" expr "->" path { $$ = NODE(ROUTE_ROW, @$, .route_row = {.condition = $expr,
          .target = $path}); }
  | "otherwise" "->" path { $$ = NODE(ROUTE_ROW, @$, .route_row = {.target = $path}); }

/* --- templates -------------------------------------------------------------------------------- */

template_items:
    %empty { $$ = esc_list_empty(); }
  | template_items template_item { $$ = esc_list_append($1, $2); }
  | template_items error { $$ = $1; RECOVER(PARTS, @1, @2); }
  | template_items BROKEN { $$ = $1; }

template_item:
    start
  | "manual" { $$ = BARE(MANUAL, @$); }
  | "start" "manual" { $$ = BARE(MANUAL, @$); }
  | "again after" duration { $$ = NODE(AGAIN, @$, .again = {.after = $duration}); }
  | "group by" paths within_opt[within]
    { $$ = NODE(GROUP, @$, .group = {.keys = $paths, .within = $within}); }
  | "alongside" paths { $$ = NODE(ALONGSIDE, @$, .alongside = {.templates = $paths}); }
  | "owners" "{" owners "}" { $$ = NODE(OWNERS, @$, .owners = {.owners = $3}); }
  | "steps" block { $$ = NODE(STEPS, @$, .steps = {.steps = $block}); }
  | "on" events condition_opt[condition] block
    { $$ = NODE(HANDLER, @$, .handler = {.events = $events, .condition = $condition,
          .steps = $block}); }
  | "on exception" word condition_opt[condition] block
    { $$ = NODE(EXCEPTION_HANDLER, @$, .exception_handler = {.name = $word,
          .condition = $condition, .steps = $block}); }
  | "on exception" condition_opt[condition] block
    { $$ = NODE(EXCEPTION_HANDLER, @$, .exception_handler = {.condition = $condition,
          .steps = $block}); }
  | "qa" "{" checks "}" { $$ = NODE(QA, @$, .qa = {.checks = $checks}); }
  | "close when" expr { $$ = NODE(CLOSING, @$, .closing = {.condition = $expr}); }
  | "close when" expr "with postmortem by" target "due" duration
    { $$ = NODE(CLOSING, @$, .closing = {.condition = $expr, .postmortem_by = $target,
          .due = $duration}); }

automation_items:
    %empty { $$ = esc_list_empty(); }
  | automation_items automation_item { $$ = esc_list_append($1, $2); }
  | automation_items error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | automation_items BROKEN { $$ = $1; }

automation_item:
    "on" events condition_opt[condition] duration_opt[holds] block
    { $$ = NODE(HANDLER, @$, .handler = {.events = $events, .condition = $condition,
          .holds = $holds, .steps = $block}); }

start:
    "start on" events condition_opt[condition] duration_opt[holds]
    { $$ = NODE(START, @$, .start = {.events = $events, .condition = $condition,
          .holds = $holds}); }
  | "start after" path "overdue" duration condition_opt[condition] duration_opt[holds]
    { $$ = NODE(START, @$, .start = {.clock = $path, .overdue = $duration,
          .condition = $condition, .holds = $holds}); }
  | "start after no" path per_opt[keys] "for" duration[silence] condition_opt[condition]
    { $$ = NODE(START, @$, .start = {.unheard = $path, .keys = $keys, .silence = $silence,
          .condition = $condition}); }

/* What is counted, or awaited, one by one for each value of these. */
per_opt:
    %empty { $$ = esc_list_empty(); }
  | "per" paths { $$ = $paths; }

events: paths

paths:
    path { $$ = esc_list_one($1); }
  | paths "," path { $$ = esc_list_append($1, $3); }

condition_opt:
    %empty { $$ = NULL; }
  | "when" expr { $$ = $expr; }

duration_opt:
    %empty { $$ = NULL; }
  | "for" duration { $$ = $duration; }

owners:
    %empty { $$ = esc_list_empty(); }
  | owners owner { $$ = esc_list_append($1, $2); }
  | owners error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | owners BROKEN { $$ = $1; }

owner:
    word target other_targets[others] follows_opt[follows] "ack" ack_rule "within" duration
    { $$ = NODE(OWNER, @$, .owner = {.role = $word, .who = $target, .others = $others,
                                     .follows_shift = $follows, .ack_by = $ack_rule.by,
                                     .ack_count = $ack_rule.count, .within = $duration}); }
  | word target other_targets[others] follows_opt[follows] "ack" ack_rule "within" duration[within]
    "holds" duration[holds]
    { $$ = NODE(OWNER, @$, .owner = {.role = $word, .who = $target, .others = $others,
                                     .follows_shift = $follows, .ack_by = $ack_rule.by,
                                     .ack_count = $ack_rule.count, .within = $within,
          .holds = $holds}); }
  | "repeat" count "times" { $$ = NODE(REPEAT, @$, .repeat = {.times = $count}); }

/* Behind the first. */
other_targets:
    %empty { $$ = esc_list_empty(); }
  | other_targets "," target { $$ = esc_list_append($1, $3); }

follows_opt:
    %empty { $$ = false; }
  | "follows shift" { $$ = true; }

ack_rule:
    %empty { $$ = (EscAckRule){.by = ESC_ACK_BY_ONE}; }
  | "by" ALL { $$ = (EscAckRule){.by = ESC_ACK_BY_ALL}; }
  | "by" count { $$ = (EscAckRule){.by = ESC_ACK_BY_COUNT, .count = $count}; }
  | "by" count "of" { $$ = (EscAckRule){.by = ESC_ACK_BY_COUNT, .count = $count}; }

checks:
    %empty { $$ = esc_list_empty(); }
  | checks check { $$ = esc_list_append($1, $2); }
  | checks error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | checks BROKEN { $$ = $1; }

/* --- steps ------------------------------------------------------------------------------------ */

block: "{" steps "}" { $$ = $steps; }

steps:
    %empty { $$ = esc_list_empty(); }
  | steps step { $$ = esc_list_append($1, $2); }
  | steps error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | steps BROKEN { $$ = $1; }

step: short_step | rollback | action_call | await | ask | approve | check | if | match | for_each
  | every

/* Steps that have no `else` of their own and may therefore stand behind one without braces. */
short_step:
    "notify" targets text via_opt[via] { $$ = NODE(NOTIFY, @$, .notify = {.to = $targets,
          .text = $text, .via = $via}); }
  | "page" target text { $$ = NODE(PAGE, @$, .page = {.to = $target, .text = $text}); }
  | "set" path "to" expr { $$ = NODE(SET, @$, .set = {.field = $path, .value = $expr}); }
  | "add" expr "to" path { $$ = NODE(ADD, @$, .add = {.item = $expr, .list = $path}); }
  | "remove" expr "from" path
    { $$ = NODE(REMOVE, @$, .remove = {.item = $expr, .list = $path}); }
  | "create ticket" word record
    { $$ = NODE(CREATE, @$, .create = {.name = $word, .entries = $record}); }
  | "create ticket" word[name] "in" word[system] record
    { $$ = NODE(CREATE, @$, .create = {.name = $name, .system = esc_path_one(parse, $system),
          .entries = $record}); }
  | "comment" text { $$ = NODE(COMMENT, @$, .comment = {.text = $text}); }
  | "comment" NAME[reader] text
    { $$ = NODE(COMMENT, @$, .comment = {.reader = $reader, .text = $text}); }
  | "assign to" target { $$ = NODE(ASSIGN, @$, .assign = {.to = $target}); }
  | "queue" path { $$ = NODE(QUEUE, @$, .queue = {.queue = $path}); }
  | "handoff to" target "because" text "expect" ACK "within" duration
    { $$ = NODE(HANDOFF, @$, .handoff = {.to = $target, .reason = $text,
          .expectation = ESC_EXPECTATION_ACKED, .within = $duration}); }
  | "handoff to" target "because" text "expect" ACKED "within" duration
    { $$ = NODE(HANDOFF, @$, .handoff = {.to = $target, .reason = $text,
          .expectation = ESC_EXPECTATION_ACKED, .within = $duration}); }
  | "handoff to" target "because" text "expect" RESOLVED "within" duration
    { $$ = NODE(HANDOFF, @$, .handoff = {.to = $target, .reason = $text,
          .expectation = ESC_EXPECTATION_RESOLVED, .within = $duration}); }
  | "snapshot" snapshot_items[items] { $$ = NODE(SNAPSHOT, @$, .snapshot = {.items = $items}); }
  | "attach" expr { $$ = NODE(ATTACH, @$, .attach = {.value = $expr}); }
  | "open warroom" text { $$ = NODE(WARROOM, @$, .warroom = {.title = $text}); }
  | "wait" duration { $$ = NODE(WAIT, @$, .wait = {.duration = $duration}); }
  | "run" path arguments { $$ = NODE(RUN, @$, .run = {.runbook = $path, .arguments = $arguments}); }
  | "start template" path arguments
    { $$ = NODE(START_TEMPLATE, @$, .start_template = {.name = $path, .arguments = $arguments}); }
  | "raise" quotable record_opt[record]
    { $$ = NODE(RAISE, @$, .raise = {.exception = $quotable, .entries = $record}); }
  | "close" { $$ = NODE(CLOSE, @$, .close = {.outcome = esc_name_empty()}); }
  | "close" "as" quotable { $$ = NODE(CLOSE, @$, .close = {.outcome = $quotable}); }
  | "skip" { $$ = BARE(SKIP, @$); }
  | "resume" { $$ = BARE(RESUME, @$); }
  | "failover" { $$ = BARE(FAILOVER, @$); }

/* Not a short step: as the body of a match arm it could not be told whether the text behind it is
 * the next arm. */
rollback: "rollback" text_opt[reason] { $$ = NODE(ROLLBACK, @$, .rollback = {.reason = $reason}); }

via_opt:
    %empty { $$ = esc_name_empty(); }
  | "via" word { $$ = $word; }

snapshot_items:
    snapshot_item { $$ = esc_list_one($1); }
  | snapshot_items "," snapshot_item { $$ = esc_list_append($1, $3); }

snapshot_item:
    path duration_opt[window] { $$ = NODE(SNAPSHOT_ITEM, @$, .snapshot_item = {.what = $path,
          .window = $window}); }

action_call:
    PATH arguments as_opt[result] within_opt[within] undo_opt[undo] else_opt[other]
    { $$ = NODE(ACTION_CALL, @$, .action_call = {.action = $PATH, .arguments = $arguments,
          .result = $result, .within = $within,
                                                 .undo = $undo, .otherwise = $other.steps,
          .has_else = $other.is_written}); }

as_opt:
    %empty { $$ = esc_name_empty(); }
  | "as" word { $$ = $word; }

within_opt:
    %empty { $$ = NULL; }
  | "within" duration { $$ = $duration; }

else_opt:
    %empty { $$ = (EscBranch){.is_written = false}; }
  | "else" block { $$ = (EscBranch){.steps = $block, .is_written = true}; }
  | "else" short_step { $$ = (EscBranch){.steps = esc_list_one($2), .is_written = true}; }
  | "else" rollback { $$ = (EscBranch){.steps = esc_list_one($2), .is_written = true}; }

await:
    "await" ACK within_opt[within] reminders else_opt[other]
    { $$ = NODE(AWAIT, @$, .await = {.wait_for = ESC_AWAIT_ACK, .within = $within,
          .reminders = $reminders,
                                     .otherwise = $other.steps, .has_else = $other.is_written}); }
  | "await" expr "within" duration reminders else_opt[other]
    { $$ = esc_ast_await(parse, @$, $expr, $duration, $reminders, $other); }
  | "await" path "when" expr "within" duration reminders else_opt[other]
    { $$ = NODE(AWAIT, @$, .await = {.wait_for = ESC_AWAIT_EVENT, .event = $path,
          .condition = $expr, .within = $duration,
                                     .reminders = $reminders, .otherwise = $other.steps,
          .has_else = $other.is_written}); }

reminders:
    %empty { $$ = esc_list_empty(); }
  | reminders "at" moment block
    { $$ = esc_list_append($1, NODE(REMINDER, esc_span_join(@2, @4),
          .reminder = {.moment = $moment, .steps = $block})); }

ask:
    "ask" target text "within" duration "{" ask_items[items] "}"
    { $$ = NODE(ASK, @$, .ask = {.who = $target, .question = $text, .within = $duration,
          .items = $items}); }

ask_items:
    %empty { $$ = esc_list_empty(); }
  | ask_items ask_item { $$ = esc_list_append($1, $2); }
  | ask_items error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | ask_items BROKEN { $$ = $1; }

ask_item:
    "guidance" text { $$ = NODE(GUIDANCE, @$, .guidance = {.text = $text}); }
  | "answer" word title_opt[title] block
    { $$ = NODE(ANSWER, @$, .answer = {.name = $word, .title = $title, .steps = $block}); }
  | "timeout" block { $$ = NODE(TIMEOUT, @$, .timeout = {.steps = $block}); }

approve:
    "approve by" quorum text "within" duration else_opt[other]
    { $$ = NODE(APPROVE, @$, .approve = {.by = $quorum.who, .count = $quorum.count, .text = $text,
          .within = $duration,
                                         .otherwise = $other.steps,
          .has_else = $other.is_written}); }

quorum:
    target { $$ = (EscQuorum){.who = $target, .count = 1}; }
  | count "of" target { $$ = (EscQuorum){.who = $target, .count = $count}; }
  | target count "of" { $$ = (EscQuorum){.who = $target, .count = $count}; }

check:
    "check" expr within_opt[within] before_close_opt[before] else_opt[other]
    { $$ = esc_ast_check(parse, @$, $expr, $within, $before, $other); }
  | "check" word text within_opt[within] before_close_opt[before] else_opt[other]
    { $$ = NODE(CHECK, @$, .check = {.check_for = ESC_CHECK_FOR_CONFIRMED, .name = $word,
          .text = $text, .within = $within,
                                     .is_before_close = $before, .otherwise = $other.steps,
          .has_else = $other.is_written}); }

before_close_opt:
    %empty { $$ = false; }
  | "before close" { $$ = true; }

if: "if" if_rest { $$ = esc_ast_spanned($if_rest, @$); }

if_rest:
    expr block { $$ = NODE(IF, @$, .if_step = {.condition = $expr, .steps = $block}); }
  | expr block[then] "else" block[other]
    { $$ = NODE(IF, @$, .if_step = {.condition = $expr, .steps = $then, .otherwise = $other,
          .has_else = true}); }
  | expr block[then] "else" if[nested] /* mistake: else if */
    { $$ = esc_ast_else_if(parse, @$, $expr, $then, esc_span_join(@3, @4), $nested); }
  | expr block[then] "elif" if_rest[nested] /* mistake: elif */
    { $$ = esc_ast_else_if(parse, @$, $expr, $then, esc_span_join(@3, @4), $nested); }

match:
    "match" expr "{" match_arms[arms] "}" { $$ = NODE(MATCH, @$, .match = {.value = $expr,
          .arms = $arms}); }

match_arms:
    %empty { $$ = esc_list_empty(); }
  | match_arms match_arm { $$ = esc_list_append($1, $2); }
  | match_arms error { $$ = $1; RECOVER(ARMS, @1, @2); }
  | match_arms BROKEN { $$ = $1; }

match_arm:
    match_values[values] "=>" arm_body[body]
    { $$ = NODE(MATCH_ARM, @$, .match_arm = {.values = $values, .steps = $body}); }
  | "otherwise" "=>" arm_body[body] { $$ = NODE(MATCH_ARM, @$, .match_arm = {.steps = $body}); }

arm_body:
    block
  | short_step { $$ = esc_list_one($1); }

match_values:
    literal { $$ = esc_list_one($1); }
  | match_values "," literal { $$ = esc_list_append($1, $3); }

for_each:
    "for each" word "in" expr at_most_opt[most] block
    { $$ = NODE(FOR_EACH, @$, .for_each = {.variable = $word, .list = $expr, .at_most = $most,
          .steps = $block}); }

ack_within_opt:
    %empty { $$ = NULL; }
  | "ack" "within" duration { $$ = $duration; }

pace_opt:
    %empty { $$ = NULL; }
  | "every" duration { $$ = $duration; }

every:
    "every" duration "at most" count "times" rounds_until[until] block else_opt[other]
    { $$ = NODE(EVERY, @$, .every = {.period = $duration, .times = $count, .until = $until,
          .steps = $block, .otherwise = $other.steps, .has_else = $other.is_written}); }

rounds_until:
    %empty { $$ = NULL; }
  | "until" expr { $$ = $expr; }

/* --- policies --------------------------------------------------------------------------------- */

policy_items:
    %empty { $$ = esc_list_empty(); }
  | policy_items policy_item { $$ = esc_list_append($1, $2); }
  | policy_items error { $$ = $1; RECOVER(PLAIN, @1, @2); }
  | policy_items BROKEN { $$ = $1; }

policy_item:
    "approve" word "by" quorum
    { $$ = NODE(POLICY_APPROVE, @$, .policy_approve = {.what = $word, .count = $quorum.count,
          .by = $quorum.who}); }
  | "require" "owners" words condition_opt[condition]
    { $$ = NODE(POLICY_REQUIRE, @$, .policy_require = {.require = ESC_REQUIRE_OWNERS,
          .names = $words, .condition = $condition}); }
  | "require" ACK "within" duration condition_opt[condition]
    { $$ = NODE(POLICY_REQUIRE, @$, .policy_require = {.require = ESC_REQUIRE_ACK,
          .within = $duration, .condition = $condition}); }
  | "require" "qa" words condition_opt[condition]
    { $$ = NODE(POLICY_REQUIRE, @$, .policy_require = {.require = ESC_REQUIRE_QA, .names = $words,
          .condition = $condition}); }
  | "require" "undo" "on" NAME
    { $$ = NODE(POLICY_REQUIRE, @$, .policy_require = {.require = ESC_REQUIRE_UNDO}); }
  | "require" "undo" "on" "system" NAME
    { $$ = NODE(POLICY_REQUIRE, @$, .policy_require = {.require = ESC_REQUIRE_UNDO}); }
  | "last resort" target other_targets[others] ack_within_opt[within] pace_opt[pace]
    { $$ = NODE(LAST_RESORT, @$, .last_resort = {.who = $target, .others = $others,
          .within = $within, .pace = $pace}); }
  | "limit" count word[what] "per" duration policy_else_opt[other]
    { $$ = NODE(LIMIT, @$, .limit = {.count = $count, .what = $what, .window = $duration,
          .otherwise = $other}); }
  | "limit" count word[what] "per" word[per] "per" duration policy_else_opt[other]
    { $$ = NODE(LIMIT, @$, .limit = {.count = $count, .what = $what, .per = $per,
          .window = $duration, .otherwise = $other}); }
  | "limit" count word[what]
    { $$ = NODE(LIMIT, @$, .limit = {.count = $count, .what = $what}); }
  | "on" word[what] word[verb] word[rest]
    { $$ = NODE(POLICY_TRANSFER, @$, .policy_transfer = {.what = $what, .verb = $verb,
          .rest = $rest}); }
  | "allow" allowed[what] "by" grantees[by]
    { $$ = NODE(POLICY_ALLOW, @$, .policy_allow = {.what = $what, .by = $by}); }
  | "allow" "approve by"[what] grantees[by]
    { $$ = NODE(POLICY_ALLOW, @$, .policy_allow = {.what = {ESC_TEXT("approve"), @what},
          .by = $by}); }
  | "handoff expects" ack_word "within" duration
    { $$ = NODE(POLICY_HANDOFF, @$, .policy_handoff = {.expectation = ESC_EXPECTATION_ACKED,
          .within = $duration}); }
  | "handoff expects" RESOLVED "within" duration
    { $$ = NODE(POLICY_HANDOFF, @$, .policy_handoff = {.expectation = ESC_EXPECTATION_RESOLVED,
          .within = $duration}); }
  | "retain" word duration
    { $$ = NODE(RETAIN, @$, .retain = {.what = $word, .duration = $duration}); }

allowed: word | "call off"

ack_word: ACK | ACKED

grantees:
    grantee { $$ = esc_list_one($1); }
  | grantees "," grantee { $$ = esc_list_append($1, $3); }

grantee:
    target { $$ = NODE(GRANTEE, @$, .grantee = {.who = $target}); }
  | "team" NAME
    { $$ = NODE(GRANTEE, @$, .grantee = {.is_team = true, .who = esc_path_one(parse, $NAME)}); }

policy_else_opt:
    %empty { $$ = NULL; }
  | "else" "digest" { $$ = BARE(DIGEST, @2); }
  | "else" short_step { $$ = $2; }

/* --- tests ------------------------------------------------------------------------------------ */

test_statements:
    %empty { $$ = esc_list_empty(); }
  | test_statements test_statement { $$ = esc_list_append($1, $2); }
  | test_statements error { $$ = $1; RECOVER(STATEMENTS, @1, @2); }
  | test_statements BROKEN { $$ = $1; }

test_statement:
    "at" LOCAL_TIME { $$ = NODE(TEST_AT, @$, .test_at = {.time = $LOCAL_TIME}); }
  | "after" duration { $$ = NODE(TEST_AFTER, @$, .test_after = {.duration = $duration}); }
  | "given" word record
    { $$ = NODE(TEST_GIVEN, @$, .test_given = {.what = $word, .entries = $record}); }
  | "on" path record_opt[record]
    { $$ = NODE(TEST_EVENT, @$, .test_event = {.event = $path, .entries = $record}); }
  | test_act
  | "refused" test_act[act] { $$ = esc_ast_refused(@$, $act); }
  | "system" path "fails"
    { $$ = NODE(TEST_SYSTEM, @$, .test_system = {.system = $path, .is_failing = true}); }
  | "system" path "replies" reply
    { $$ = NODE(TEST_SYSTEM, @$, .test_system = {.system = $path, .reply = $reply}); }
  | "receive" word[source] text[file] sent_headers[headers]
    { $$ = NODE(TEST_RECEIVE, @$, .test_receive = {.source = $source, .file = $file,
          .headers = $headers}); }
  | "receive" word[source] record sent_headers[headers]
    { $$ = NODE(TEST_RECEIVE, @$, .test_receive = {.source = $source,
          .body = NODE(RECORD, @record, .record = {$record}), .headers = $headers}); }
  | "deliver" "fails on" target
    { $$ = NODE(TEST_DELIVER, @$, .test_deliver = {.channel = $target, .is_failing = true}); }
  | "deliver" "works on" target
    { $$ = NODE(TEST_DELIVER, @$, .test_deliver = {.channel = $target, .is_failing = false}); }
  | "absent" target until_opt[until] covered_opt[deputy]
    { $$ = NODE(TEST_ABSENT, @$, .test_absent = {.who = $target, .until = $until,
          .deputy = $deputy}); }
  | "expect" in_opt[template] so_far_opt[so_far] claim
    { $$ = NODE(TEST_EXPECT, @$, .test_expect = {.template = $template, .is_so_far = $so_far,
          .claim = $claim}); }
  | "expect that" claim { $$ = NODE(TEST_EXPECT, @$, .test_expect = {.claim = $claim}); }

test_act:
    "ack" "by" target { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_ACK, .by = $target}); }
  | "resolve" "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_RESOLVE, .by = $target}); }
  | "keep" "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_KEEP, .by = $target}); }
  | "call off" "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_CALL_OFF, .by = $target}); }
  | "answer" word "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_ANSWER, .name = $word, .by = $target}); }
  | "confirm" text "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_CONFIRM, .text = $text, .by = $target}); }
  | "approve by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_APPROVE, .by = $target}); }
  | "reject" "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_REJECT, .by = $target}); }
  | "start" word "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_START, .name = $word, .by = $target}); }
  | "start" word arguments "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_START, .name = $word,
          .arguments = $arguments, .by = $target}); }
  | "close" "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_CLOSE, .by = $target}); }
  | "override" text "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_OVERRIDE, .text = $text, .by = $target}); }
  | "handoff to" target[to] "by" target[by] offer_opt[offer]
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_HANDOFF, .to = $to, .by = $by,
          .offer = $offer}); }
  | "handoff to" target[to] "by" target[by] "within" duration offer_opt[offer]
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_HANDOFF, .to = $to, .by = $by,
          .within = $duration, .offer = $offer}); }
  | "handoff to" target[to] "by" target[by] RESOLVED "within" duration offer_opt[offer]
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_HANDOFF, .to = $to, .by = $by,
          .until_resolved = true, .within = $duration, .offer = $offer}); }
  | "accept" "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_ACCEPT, .by = $target}); }
  | "decline" "by" target
    { $$ = NODE(TEST_ACT, @$, .test_act = {.act = ESC_ACT_DECLINE, .by = $target}); }

offer_opt:
    %empty { $$ = NULL; }
  | "offer" duration { $$ = $duration; }

until_opt:
    %empty { $$ = NULL; }
  | "until" LOCAL_TIME { $$ = $LOCAL_TIME; }

reply:
    text
  | record { $$ = NODE(RECORD, @$, .record = {$record}); }
  | "[" list_items "]" { $$ = NODE(LIST, @$, .list = {.items = $list_items}); }

in_opt:
    %empty { $$ = esc_name_empty(); }
  | "in" word { $$ = $word; }

so_far_opt:
    %empty { $$ = false; }
  | "so far" { $$ = true; }

/* Facts and comparisons; a name alone is the beginning of a fact, but for `resolved`. */
claim:
    fact
  | comparison
  | plain_truth
  | "not" claim[denied] { $$ = esc_ast_unary(parse, @$, ESC_UNARY_NOT, $denied); }
  | claim[a] "or" claim[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_OR, $a, $b); }
  | claim[a] "and" claim[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_AND, $a, $b); }

/* True by itself, where a comparison needs two sides. */
plain_truth:
    PATH
  | "resolved" { $$ = esc_path_one(parse, $1); }
  | "(" expr ")" { $$ = $expr; }
  | "changed" path { $$ = NODE(CHANGED, @$, .changed = {.path = $path}); }
  | "any" "(" word "in" expr[list] ":" expr[condition] ")"
    { $$ = esc_ast_quantifier(parse, @$, false, $word, $list, $condition); }
  | "all" "(" word "in" expr[list] ":" expr[condition] ")"
    { $$ = esc_ast_quantifier(parse, @$, true, $word, $list, $condition); }

fact:
    state
  | deed times_opt[times] { $$ = esc_ast_counted(@$, $deed, $times); }
  | "no" fact[denied] { $$ = esc_ast_denied(@$, $denied); }

times_opt:
    %empty { $$ = 0; }
  | count "times" { $$ = $count; }

/* What is the case at the moment. */
state:
    "nothing" { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_NOTHING}); }
  | "owner" target { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_OWNER, .who = $target}); }
  | "role" word { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_ROLE, .name = $word}); }
  | "passed" words { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_PASSED, .names = $words}); }
  | "failed" words { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_FAILED, .names = $words}); }
  | "qa" words "passed" { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_PASSED, .names = $words}); }
  | "qa" words "failed" { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_FAILED, .names = $words}); }
  | "closed" as_opt[outcome]
    { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_CLOSED, .name = $outcome}); }

/* What happened, and can be counted. */
deed:
    "notify" target text_opt[text]
    { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_NOTIFY, .who = $target, .text = $text}); }
  | "page" target text_opt[text]
    { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_PAGE, .who = $target, .text = $text}); }
  | "asked" target text_opt[text]
    { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_ASKED, .who = $target, .text = $text}); }
  | "exception" word { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_EXCEPTION, .name = $word}); }
  | "created" word { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_CREATED, .name = $word}); }
  | "started" word { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_STARTED, .name = $word}); }
  | "call" path { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_CALL, .who = $path}); }
  | "handoff" because_opt[reason]
    { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_HANDOFF, .text = $reason}); }
  | "handoff to" target because_opt[reason]
    { $$ = NODE(FACT, @$, .fact = {.fact = ESC_FACT_HANDOFF, .who = $target, .text = $reason}); }

because_opt:
    %empty { $$ = NULL; }
  | "because" text { $$ = $text; }

/* --- values ----------------------------------------------------------------------------------- */

record_opt:
    %empty { $$ = esc_list_empty(); }
  | record

record: "{" entries "}" { $$ = $entries; }

entries:
    %empty { $$ = esc_list_empty(); }
  | entries entry { $$ = esc_list_append($1, $2); }
  | entries entry "," { $$ = esc_list_append($1, $2); }
  | entries error { $$ = $1; RECOVER(ENTRIES, @1, @2); }
  | entries BROKEN { $$ = $1; }

entry:
    NAME ":" value { $$ = NODE(ENTRY, @$, .entry = {.name = $NAME, .value = $value}); }
  | TEXT ":" value
    { $$ = NODE(ENTRY, @$, .entry = {.name = esc_ast_text_name($TEXT), .value = $value}); }

value:
    expr
  | record { $$ = NODE(RECORD, @$, .record = {$record}); }

arguments:
    "(" ")" { $$ = esc_list_empty(); }
  | "(" argument_list ")" { $$ = $argument_list; }

argument_list:
    argument { $$ = esc_list_one($1); }
  | argument_list "," argument { $$ = esc_list_append($1, $3); }

/* The words that somebody else has for a value. */
argument:
    entry
  | NAME ":" expr "map" record
    { $$ = esc_ast_mapped(parse, @$, $NAME, esc_span_join(@expr, @record), $expr,
          esc_name_empty(), $record); }
  | NAME[name] ":" expr "map" NAME[way]
    { $$ = esc_ast_mapped(parse, @$, $name, esc_span_join(@expr, @way), $expr, $way,
          esc_list_empty()); }

text_opt:
    %empty { $$ = NULL; }
  | text

text:
    TEXT
  | TEXT_START text_parts[parts] TEXT_END
    { $$ = esc_ast_text(parse, @$, $TEXT_START, $parts, $TEXT_END); }

text_parts:
    shown { $$ = esc_list_one($1); }
  | text_parts TEXT_MIDDLE shown { $$ = esc_list_append(esc_list_append($1, $2), $3); }

/* A value as it is to be read, and what stands there when it is missing. */
shown:
    expr
  | expr[value] "as" word[form]
    { $$ = NODE(SHOWN, @$, .shown = {.value = $value, .form = $form}); }
  | expr[value] "else" expr[other]
    { $$ = NODE(SHOWN, @$, .shown = {.value = $value, .otherwise = $other}); }
  | expr[value] "as" word[form] "else" expr[other]
    { $$ = NODE(SHOWN, @$, .shown = {.value = $value, .form = $form, .otherwise = $other}); }

duration:
    DURATION
  | DURATION "of" word { $$ = esc_ast_duration_of(@$, $DURATION, $word); }
  | number { $$ = esc_ast_unit_missing(parse, $number); } /* mistake: a number without a unit */

number: INTEGER | DECIMAL

count: INTEGER { $$ = esc_ast_count(parse, $INTEGER); }

target: path | call

targets:
    target { $$ = esc_list_one($1); }
  | targets "," target { $$ = esc_list_append($1, $3); }

call: word "(" expressions ")" { $$ = NODE(CALL, @$, .call = {.name = $word,
          .arguments = $expressions}); }
  | word "(" path "per" paths ")"
    { $$ = NODE(KEYED, @$, .keyed = {.name = $word, .what = $path, .keys = $paths}); }
  | word "(" path per_opt[keys] "within" duration ")"
    { $$ = NODE(KEYED, @$, .keyed = {.name = $word, .what = $path, .keys = $keys,
          .within = $duration}); }

expressions:
    %empty { $$ = esc_list_empty(); }
  | expression_list

expression_list:
    expr { $$ = esc_list_one($1); }
  | expression_list "," expr { $$ = esc_list_append($1, $3); }

list_items: /* records only in what becomes JSON, which the check looks after */
    %empty { $$ = esc_list_empty(); }
  | list_some

list_some:
    value { $$ = esc_list_one($1); }
  | list_some "," value { $$ = esc_list_append($1, $3); }

path:
    PATH
  | word { $$ = esc_path_one(parse, $word); }

literal:
    word { $$ = esc_path_one(parse, $word); }
  | text
  | number
  | DURATION
  | "true" { $$ = NODE(BOOL, @$, .boolean = {true}); }
  | "false" { $$ = NODE(BOOL, @$, .boolean = {false}); }

/* Three levels: what is joined, what is compared, what is computed. */
expr:
    comparison
  | sum
  | "not" expr[a] { $$ = esc_ast_unary(parse, @$, ESC_UNARY_NOT, $a); }
  | expr[a] "or" expr[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_OR, $a, $b); }
  | expr[a] "and" expr[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_AND, $a, $b); }

comparison:
    sum[a] "is missing" { $$ = esc_ast_unary(parse, @$, ESC_UNARY_IS_MISSING, $a); }
  | sum[a] "is present" { $$ = esc_ast_unary(parse, @$, ESC_UNARY_IS_PRESENT, $a); }
  | sum[a] "=" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_EQUAL, $a, $b); }
  | sum[a] "!=" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_NOT_EQUAL, $a, $b); }
  | sum[a] "<" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_LESS, $a, $b); }
  | sum[a] "<=" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_LESS_EQUAL, $a, $b); }
  | sum[a] ">" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_GREATER, $a, $b); }
  | sum[a] ">=" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_GREATER_EQUAL, $a, $b); }
  | sum[a] "in" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_IN, $a, $b); }
  | sum[a] "not in" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_NOT_IN, $a, $b); }
  | sum[a] "in" day_hours[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_IN, $a, $b); }
  | sum[a] "not in" day_hours[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_NOT_IN, $a, $b); }
  | sum[a] "starts with" sum[b]
    { $$ = esc_ast_binary(parse, @$, ESC_BINARY_STARTS_WITH, $a, $b); }
  | sum[a] "ends with" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_ENDS_WITH, $a, $b); }
  | sum[a] "contains" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_CONTAINS, $a, $b); }
  | sum[a] "starts with" sum[b] "ignoring case"
    { $$ = esc_ast_folded(parse, @$, ESC_BINARY_STARTS_WITH, $a, $b); }
  | sum[a] "ends with" sum[b] "ignoring case"
    { $$ = esc_ast_folded(parse, @$, ESC_BINARY_ENDS_WITH, $a, $b); }
  | sum[a] "contains" sum[b] "ignoring case"
    { $$ = esc_ast_folded(parse, @$, ESC_BINARY_CONTAINS, $a, $b); }

sum:
    path
  | "header" TEXT[name] { $$ = esc_path_two(parse, @$, $1, $name); } /* header "X-Event" */
  | "until" { $$ = esc_path_one(parse, $1); } /* a parameter may be called so: follow_up(until: time) */
  | call
  | text
  | number
  | PERCENT
  | LOCAL_TIME
  | TIME_OF_DAY
  | DURATION
  | DURATION "of" word { $$ = esc_ast_duration_of(@$, $DURATION, $word); }
  | "true" { $$ = NODE(BOOL, @$, .boolean = {true}); }
  | "false" { $$ = NODE(BOOL, @$, .boolean = {false}); }
  | "now" { $$ = BARE(NOW, @$); }
  | "[" list_items "]" { $$ = NODE(LIST, @$, .list = {.items = $list_items}); }
  | "(" expr[inner] ")" { $$ = $inner; }
  | "changed" path { $$ = NODE(CHANGED, @$, .changed = {.path = $path}); }
  | "previous" path { $$ = NODE(PREVIOUS, @$, .previous = {.path = $path}); }
  | "any" "(" word "in" expr[list] ":" expr[condition] ")"
    { $$ = esc_ast_quantifier(parse, @$, false, $word, $list, $condition); }
  | "all" "(" word "in" expr[list] ":" expr[condition] ")"
    { $$ = esc_ast_quantifier(parse, @$, true, $word, $list, $condition); }
  | "-" sum[a] %prec NEGATE { $$ = esc_ast_unary(parse, @$, ESC_UNARY_NEGATE, $a); }
  | sum[a] "+" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_ADD, $a, $b); }
  | sum[a] "-" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_SUBTRACT, $a, $b); }
  | sum[a] "*" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_MULTIPLY, $a, $b); }
  | sum[a] "/" sum[b] { $$ = esc_ast_binary(parse, @$, ESC_BINARY_DIVIDE, $a, $b); }

/* --- words ------------------------------------------------------------------------------------ */

/* A name where nothing else can stand: a word of the language is as good as any. */
word: plain_word | "default"

/* A record's name may stand behind a field, where `default` says what that one holds. */
plain_word: soft_word | "lead"

member_word: soft_word

/* A name that people like to put into quotes. */
quotable:
    word
  | TEXT { $$ = esc_ast_unquoted(parse, $TEXT); } /* mistake: a name in quotes */

soft_word: clock_word | "since"

/* Behind the time of a clock it could not be told whether `since` goes on with it or names the next one. */
clock_word:
    NAME | "workspace" | "use" | "ticket" | "event" | "person" | "team" | "calendar" | "schedule"
  | "channel" | "system" | "source" | "sla" | "route" | "runbook" | "template" | "policy" | "test"
  | "absent" | "closed" | "daily" | "weekly" | "layer" | "always" | "override" | "action" | "each" | "pause" | "start"
  | "verify" | "receive"
  | "manual" | "alongside" | "owners" | ALL | "steps" | "on" | "qa" | "notify" | "page" | "set"
  | "queue" | "handoff" | ACKED | RESOLVED | "snapshot" | "attach" | "undo" | "await" | "wait"
  | "ask" | "guidance" | "answer" | "timeout" | "approve" | "check" | "match" | "run" | "raise"
  | "rollback" | "close" | "skip" | "resume" | "failover" | "digest" | "require" | "limit"
  | "retain" | "allow" | "refused" | "offer" | "accept" | "decline" | "given" | "resolve" | "confirm" | "reject" | "fails" | "replies" | "deliver" | "no"
  | "repeat" | "keep" | "language" | "library" | "comment"
  | "nothing" | "owner" | "role" | "exception" | "passed" | "failed" | "created" | "call"
  | "started" | "asked" | "overdue" | "due" | "elif" | "times" | "restart" | "add"
  | "remove" | "automation"

%%

static EscSpan join_spans(const EscSpan *rhs, int count)
{
    if (count > 0)
        return esc_span_join(rhs[1], rhs[count]);
    return (EscSpan){.file = rhs[0].file, .start = rhs[0].end, .end = rhs[0].end};
}

/* Only memory and nesting come here: syntax errors go to yyreport_syntax_error. */
static void esc_yyerror(const YYLTYPE *span, EscParse *parse, const char *message)
{
    (void)message;
    esc_syntax_put_too_deep(parse, *span);
}

#define EXPECTED_MAX YYNTOKENS

static int yyreport_syntax_error(const yypcontext_t *context, EscParse *parse)
{
    if (parse->is_virtual || parse->is_reading_again)
        return 0; /* a consequence of the brace that is missing */
    yysymbol_kind_t symbols[EXPECTED_MAX];
    const char *names[EXPECTED_MAX];
    int count = yypcontext_expected_tokens(context, symbols, EXPECTED_MAX);
    if (count < 0)
        return count;
    size_t named = 0;
    for (int i = 0; i < count; i++) {
        parse->is_part_complete = parse->is_part_complete || symbols[i] == YYSYMBOL_BROKEN;
        if (symbols[i] != YYSYMBOL_BROKEN)
            names[named++] = yysymbol_name(symbols[i]);
    }
    esc_syntax_put_unexpected(parse, yysymbol_name(yypcontext_token(context)), names, named);
    return 0;
}
