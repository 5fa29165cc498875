/* levels.c - service levels: which clocks they promise, by which table, what starts, meets and stops these.
 *
 * A table has a time for each value of its field, or `otherwise`; so a ticket always has one, or none on purpose. Whether a
 * level fits no ticket is judged with its neighbours, as rows of a route are. */
#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"

/* --- tables ----------------------------------------------------------------------------------- */

typedef struct Table {
    EscWorkspace *workspace;
    const EscNode *node; /* SLA_TABLE */
    EscClockInfo *clock;
    EscType type; /* of the field */
    uint32_t values_count;
    EscGoalInfo otherwise; /* node NULL: there is none */
    EscSeen seen;
    bool is_faulty; /* a row was not understood: what it was for is not known */
} Table;

/* The field and its type; false after a report. */
static bool table_field(Table *table)
{
    EscWorkspace *workspace = table->workspace;
    const EscNode *path = table->node->sla_table.field;
    EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
    table->type = esc_check_expression(&where, path, ESC_TYPE_ANY);
    if (table->type == ESC_TYPE_WRONG)
        return false;
    EscKind kind = esc_type_kind(table->type);
    EscMeaning meaning = esc_meaning(workspace, path);
    if (meaning.means == ESC_MEANS_TICKET_FIELD && kind == ESC_KIND_ENUM) {
        table->clock->field = meaning.index;
        table->values_count = workspace->enums[esc_type_enum(table->type)].count;
        return true;
    }
    if (meaning.means == ESC_MEANS_TICKET_FIELD && kind == ESC_KIND_BOOL) {
        table->clock->field = meaning.index;
        table->values_count = 2;
        return true;
    }
    EscDiagnostic *diagnostic = esc_report(workspace, "E0373", path->span,
                                           "a table of times is over a field with fixed values");
    esc_report_hint(workspace, diagnostic,
                    "write a service level for each case: `sla vip for ticket.account.tier = "
                    "enterprise { … }`");
    return false;
}

static bool is_word(const EscNode *path, EscText word)
{
    return path->path.count == 1 && esc_text_equal(path->path.parts[0].text, word);
}

/* The value's number; ESC_NONE after a report. */
static uint32_t row_value(Table *table, const EscNode *value)
{
    if (esc_type_kind(table->type) == ESC_KIND_BOOL) {
        static const char *const truths[] = {"false", "true", NULL};
        for (uint32_t i = 0; i < 2; i++)
            if (is_word(value, esc_text_from(truths[i])))
                return i;
        esc_report_word(table->workspace, value->path.parts[0], "a value of this field", truths);
        return ESC_NONE;
    }
    EscWhere where = esc_where(table->workspace, ESC_FUNCTION_COND);
    if (esc_check_expression(&where, value, esc_type_plain(table->type)) == ESC_TYPE_WRONG)
        return ESC_NONE;
    return esc_meaning(table->workspace, value).index;
}

static EscGoalInfo goal_of(EscWorkspace *workspace, const EscNode *within, const EscNode *node)
{
    EscGoalInfo goal = {.calendar = ESC_NONE, .node = node};
    if (within->kind != ESC_NODE_DURATION)
        return goal;
    esc_check_deadline(workspace, within);
    EscMeaning meaning = esc_meaning(workspace, within);
    goal.ms = within->duration.ms;
    if (meaning.means == ESC_MEANS_CALENDAR)
        goal.calendar = meaning.index;
    return goal;
}

/* What stands behind the colon: a time, or `none`. */
static bool row_is_sound(Table *table, const EscNode *row)
{
    const EscNode *within = row->sla_row.within;
    if (within->kind == ESC_NODE_PATH && !is_word(within, ESC_TEXT("none"))) {
        EscDiagnostic *diagnostic = esc_report(table->workspace, "E0373", within->span,
                                               "a row of times says a time, or `none`");
        esc_report_hint(table->workspace, diagnostic, "write `4h`, `2d of office_hours` or `none`");
        return false;
    }
    return true;
}

static void table_row(Table *table, const EscNode *row)
{
    EscWorkspace *workspace = table->workspace;
    const EscNode *value = row->sla_row.value;
    bool is_sound = row_is_sound(table, row);
    EscGoalInfo goal = goal_of(workspace, row->sla_row.within, row);
    const EscNode *before = esc_seen_before(&table->seen, value->path.parts[0].text, row);
    if (before != NULL) {
        esc_report_related(workspace,
                           esc_report(workspace, "E0306", value->span, "`%.*s` has a row already",
                                      ESC_TEXT_ARG(value->path.parts[0].text)),
                           before->span, "here");
        return;
    }
    table->is_faulty = table->is_faulty || !is_sound;
    if (is_word(value, ESC_TEXT("otherwise"))) {
        table->otherwise = goal;
        return;
    }
    uint32_t index = row_value(table, value);
    if (index < table->values_count)
        table->clock->goals[index] = goal;
    else
        table->is_faulty = true;
}

/* What has no row has that of `otherwise`; where there is none it is told. */
static void must_be_total(Table *table)
{
    EscWorkspace *workspace = table->workspace;
    const EscClockInfo *clock = table->clock;
    EscBuf missing;
    esc_buf_init(&missing, 4096);
    for (uint32_t i = 0; i < clock->goals_count; ++i) {
        if (clock->goals[i].node != NULL)
            continue;
        esc_buf_string(&missing, missing.size > 0 ? ", " : "");
        if (i == table->values_count)
            esc_buf_string(&missing, "a ticket without it");
        else if (esc_type_kind(table->type) == ESC_KIND_BOOL)
            esc_buf_string(&missing, i == 1 ? "true" : "false");
        else
            esc_buf_text(&missing, workspace->enums[esc_type_enum(table->type)].members[i]);
    }
    if (missing.size > 0 && !table->is_faulty) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, esc_rule_info[ESC_RULE_PROMISE_TOTAL].code,
                       table->node->sla_table.field->span, "this table says nothing for %.*s",
                       ESC_TEXT_ARG(esc_buf_as_text(&missing)));
        esc_report_hint(workspace, diagnostic,
                        "add a row for each, or `otherwise: …`; `none` is a row without a clock");
    }
    esc_buf_done(workspace, &missing);
}

static void check_table(EscWorkspace *workspace, EscClockInfo *clock, const EscNode *node)
{
    Table table = {.workspace = workspace,
                   .node = node,
                   .clock = clock,
                   .otherwise = {.calendar = ESC_NONE},
                   .seen = {.workspace = workspace}};
    bool is_sound = table_field(&table);
    clock->goals_count = table.values_count + (esc_type_is_optional(table.type) ? 1 : 0);
    clock->goals =
        esc_arena_alloc_array(workspace->arena, clock->goals_count, sizeof *clock->goals);
    if (!is_sound || clock->goals == NULL) {
        clock->goals_count = 0;
        return;
    }
    for (uint32_t i = 0; i < clock->goals_count; ++i)
        clock->goals[i] = (EscGoalInfo){.calendar = ESC_NONE};
    ESC_EACH_NODE(row, node->sla_table.rows)
        table_row(&table, row);
    esc_seen_release(&table.seen);
    for (uint32_t i = 0; i < clock->goals_count; ++i)
        if (clock->goals[i].node == NULL)
            clock->goals[i] = table.otherwise;
    must_be_total(&table);
}

static void check_promise(EscWorkspace *workspace, EscClockInfo *clock)
{
    const EscNode *within = clock->node->sla_clock.within;
    clock->field = ESC_NONE;
    if (within->kind == ESC_NODE_SLA_TABLE) {
        check_table(workspace, clock, within);
        return;
    }
    clock->goals = esc_arena_alloc_array(workspace->arena, 1, sizeof *clock->goals);
    if (clock->goals == NULL)
        return;
    clock->goals[0] = goal_of(workspace, within, within);
    clock->goals_count = 1;
}

/* --- events ----------------------------------------------------------------------------------- */

static void wrong_events(EscWorkspace *workspace, EscSpan span, const char *message,
                         const char *hint)
{
    esc_report_hint(
        workspace,
        esc_report(workspace, esc_rule_info[ESC_RULE_CLOCK_EVENTS].code, span, "%s", message), "%s",
        hint);
}

static void check_events(EscWorkspace *workspace, EscClockInfo *clock, EscSlaClock kind)
{
    const EscSlaClockNode *node = &clock->node->sla_clock;
    clock->since = esc_check_events(workspace, node->since, &clock->since_count);
    clock->met = esc_check_events(workspace, node->met, &clock->met_count);
    if (kind != ESC_SLA_CLOCK_UPDATE && node->since.count > 0)
        wrong_events(workspace, node->since.first->span,
                     "this clock begins with the ticket, and not with an event",
                     "only `update` has `since`");
    if (kind == ESC_SLA_CLOCK_RESOLVE && node->met.count > 0)
        wrong_events(workspace, node->met.first->span, "the resolution alone meets this clock",
                     "leave `met by` out, or say it of `respond` or `update`");
    if (kind == ESC_SLA_CLOCK_UPDATE && (node->since.count == 0 || node->met.count == 0))
        wrong_events(workspace, clock->node->span,
                     "nothing says when this clock begins and when it stops",
                     "say it: `update within 8h since customer.replied met by agent.replied`");
}

/* --- warnings --------------------------------------------------------------------------------- */

/* No goal is over sooner than a warning before its end. */
static void check_before(EscWorkspace *workspace, const EscClockInfo *clock, const EscNode *warning)
{
    const EscNode *duration = warning->before_due.duration;
    const EscNode *told = NULL;
    for (uint32_t i = 0; i < clock->goals_count; ++i) {
        const EscGoalInfo *goal = &clock->goals[i];
        if (goal->ms <= 0 || duration->kind != ESC_NODE_DURATION || goal->node == told ||
            goal->ms > duration->duration.ms)
            continue;
        told = goal->node;
        EscDiagnostic *diagnostic =
            esc_report(workspace, esc_rule_info[ESC_RULE_BEFORE_BEGINS].code, warning->span,
                       "this would be before the clock begins");
        esc_report_hint(workspace, diagnostic, "warn later, or at a share of the time: `50%%`");
        esc_report_related(workspace, diagnostic, told->span, "no longer than that");
        return;
    }
}

static void check_warnings(EscWorkspace *workspace, const EscClockInfo *clock)
{
    EscMoments moments = {0};
    EscNodeList warnings = clock->node->sla_clock.warnings;
    if (!esc_bound_holds(ESC_BOUND_CLOCK_WARNS, (int64_t)warnings.count))
        esc_report(workspace, esc_bound_info[ESC_BOUND_CLOCK_WARNS].code, clock->node->span,
                   "a clock has at most %u warnings", (unsigned)ESC_CLOCK_WARNS_MAX);
    ESC_EACH_NODE(warning, warnings) {
        esc_check_moment(workspace, warning, &moments);
        if (warning->kind == ESC_NODE_BEFORE_DUE)
            check_before(workspace, clock, warning);
    }
}

/* --- parts of a level ------------------------------------------------------------------------- */

static void check_clock(EscWorkspace *workspace, EscSlaInfo *sla, const EscNode *node)
{
    EscName name = node->sla_clock.name;
    uint32_t kind = esc_clock_find(name.text);
    if (kind == ESC_NONE) {
        esc_report_word(workspace, name, "a clock of a service level", esc_clock_words);
        return;
    }
    EscClockInfo *clock = &sla->clocks[kind];
    if (clock->node != NULL) {
        esc_report_related(workspace,
                           esc_report(workspace, "E0306", name.span, "`%.*s` is said twice",
                                      ESC_TEXT_ARG(name.text)),
                           clock->node->span, "first here");
        return;
    }
    clock->node = node;
    check_promise(workspace, clock);
    check_events(workspace, clock, (EscSlaClock)kind);
    check_warnings(workspace, clock);
}

/* What is of one event only, or of the very clocks that stand by it. The time has its instants. */
static void find_moment(void *context, const EscNode *parent, const EscNode *node)
{
    (void)parent;
    const EscNode **found = context;
    EscText root = node->kind == ESC_NODE_PATH ? node->path.parts[0].text : ESC_TEXT("");
    if (node->kind == ESC_NODE_CHANGED || node->kind == ESC_NODE_PREVIOUS ||
        esc_text_equal(root, ESC_TEXT("sla")) || esc_text_equal(root, ESC_TEXT("escalation")))
        *found = *found == NULL ? node : *found;
    else
        esc_node_each_child(node, find_moment, context);
}

static void check_pause(EscWorkspace *workspace, EscSlaInfo *sla, const EscNode *node)
{
    const EscNode *condition = node->sla_pause.condition, *moment = NULL;
    if (sla->pause != NULL) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0306", node->span, "`pause when` is said twice"),
                        "join the conditions with `or`");
        return;
    }
    sla->pause = condition;
    find_moment(&moment, node, condition);
    if (moment != NULL) {
        esc_report_hint(
            workspace,
            esc_report(workspace, "E0374", moment->span,
                       "whether a clock stands is decided by the ticket and the time"),
            "say it by fields of the ticket, dates or hours: `ticket.status = pending or "
            "now in nights`");
        return;
    }
    EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
    esc_check_condition(&where, condition, ESC_USE_PAUSE);
}

static void check_reopened(EscWorkspace *workspace, EscSlaInfo *sla, const EscNode *node,
                           const EscNode **first)
{
    if (*first != NULL)
        esc_report_related(
            workspace,
            esc_report(workspace, "E0306", node->span, "what a reopening does is said twice"),
            (*first)->span, "first here");
    *first = node;
    sla->is_restarted = node->sla_reopened.is_restart;
    uint32_t event = esc_check_event(workspace, node->sla_reopened.event);
    if (event == ESC_NONE || event == ESC_EVENT_TICKET_REOPENED)
        return;
    esc_report_hint(workspace,
                    esc_report(workspace, "E0372", node->sla_reopened.event->span,
                               "only the reopening of a resolved ticket lets a clock go on"),
                    "say `%s on ticket.reopened`", sla->is_restarted ? "restart" : "resume");
}

/* A clock to resolve is what `pause`, `resume` and `restart` speak of. */
static void must_have_resolve(EscWorkspace *workspace, const EscSlaInfo *sla, const EscNode *part)
{
    if (part == NULL || sla->clocks[ESC_SLA_CLOCK_RESOLVE].node != NULL ||
        esc_has_broken_part(workspace, sla->node->span))
        return;
    esc_report_hint(workspace,
                    esc_report(workspace, "E0372", part->span,
                               "`%.*s` has no clock to resolve, the only one that stands",
                               ESC_TEXT_ARG(sla->name)),
                    "add `resolve within …`, or leave this out");
}

static void check_level(EscWorkspace *workspace, EscSlaInfo *sla)
{
    const EscNode *node = sla->node, *reopened = NULL, *pause = NULL;
    (void)esc_plain_text(workspace, node->sla.title);
    EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
    sla->condition = node->sla.condition;
    esc_check_condition(&where, node->sla.condition, ESC_USE_SLA);
    uint32_t clocks = 0;
    ESC_EACH_NODE(item, node->sla.items) {
        clocks += item->kind == ESC_NODE_SLA_CLOCK;
        if (item->kind == ESC_NODE_SLA_CLOCK)
            check_clock(workspace, sla, item);
        else if (item->kind == ESC_NODE_SLA_REOPENED)
            check_reopened(workspace, sla, item, &reopened);
        else
            check_pause(workspace, sla, pause = item);
    }
    if (clocks > 0) {
        must_have_resolve(workspace, sla, pause);
        must_have_resolve(workspace, sla, reopened);
    } else if (!esc_has_broken_part(workspace, node->span)) {
        esc_report_hint(workspace,
                        esc_report(workspace, "E0319", node->sla.name.span,
                                   "the service level `%.*s` promises nothing",
                                   ESC_TEXT_ARG(sla->name)),
                        "write `respond within 15m` or `resolve within 4h`");
    }
}

/* The first level that a ticket fits is its own. */
static void judge_levels(EscWorkspace *workspace)
{
    EscTableRow *rows =
        esc_arena_alloc_array(workspace->arena, workspace->slas_count, sizeof *rows);
    for (uint32_t i = 0; rows != NULL && i < workspace->slas_count; ++i) {
        const EscNode *node = workspace->slas[i].node;
        rows[i] = (EscTableRow){.condition = node->sla.condition, .span = node->sla.name.span};
    }
    if (rows != NULL)
        esc_judge_rows(workspace, rows, workspace->slas_count, "this service level is nobody's");
}

void esc_check_levels(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->slas_count; ++i)
        check_level(workspace, &workspace->slas[i]);
    judge_levels(workspace);
}
