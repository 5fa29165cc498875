/* templates.c - templates as wholes: their parts, what may be missing, and in which
 * order their bodies are checked. */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/steps.h"
#include "check/tallies.h"

/* --- triggers --------------------------------------------------------------------------------- */

/* The events by which a `start` begins, or for whose silence it waits. */
static EscNodeList heard_by(const EscNode *start)
{
    const EscNode *unheard = start->start.unheard;
    return unheard == NULL ? start->start.events : (EscNodeList){unheard, unheard, 1};
}

typedef struct TemplateCheck {
    EscWorkspace *workspace;
    EscTemplateInfo *info;
    EscSpan name;
    unsigned roles;
    bool is_triggered;
    const EscNode *again, *owners;
    EscSeen handled; /* exceptions by name */
} TemplateCheck;

static void check_clock_path(EscWorkspace *workspace, const EscNode *clock)
{
    char buffer[ESC_PATH_TEXT_MAX];
    EscText name = esc_path_text(clock, 0, clock->path.count, buffer);
    uint32_t index = esc_text_starts_with(name, ESC_TEXT("sla."))
                         ? esc_clock_find((EscText){name.data + 4, name.size - 4})
                         : ESC_NONE;
    if (index != ESC_NONE) {
        esc_mark(workspace, clock, ESC_MEANS_VALUE, index, ESC_TYPE_ANY);
        return;
    }
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0114", clock->span, "`%.*s` is no clock of a service level",
                   ESC_TEXT_ARG(name));
    esc_report_hint(workspace, diagnostic, "say `sla.respond`, `sla.resolve` or `sla.update`");
}

static void visit_moments(void *context, const EscNode *parent, const EscNode *node)
{
    bool *is_found = context;
    (void)parent;
    *is_found = *is_found || node->kind == ESC_NODE_CHANGED || node->kind == ESC_NODE_PREVIOUS;
    esc_node_each_child(node, visit_moments, context);
}

void esc_check_holds(EscWorkspace *workspace, const EscNode *condition, const EscNode *holds,
                     bool is_clock)
{
    bool is_moment = false;
    esc_check_duration(workspace, holds, true, ESC_BOUND_HOLD_MS);
    if (holds == NULL)
        return;
    if (condition != NULL)
        visit_moments(&is_moment, NULL, condition);
    if (!is_clock && !is_moment)
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0362", holds->span, "this does not go on to hold");
    esc_report_hint(workspace, diagnostic,
                    is_clock ? "say the whole time behind `overdue`"
                             : "say what is the case then, without `changed` and `previous`");
}

static void check_start(TemplateCheck *check, const EscNode *start)
{
    EscWorkspace *workspace = check->workspace;
    EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
    uint32_t count = 0;
    const uint32_t *events = esc_check_events(workspace, heard_by(start), &count);
    check->is_triggered = true;
    where.start = start;
    where.template = (uint32_t)(check->info - workspace->templates);
    if (start->start.clock != NULL) {
        check_clock_path(workspace, start->start.clock);
        esc_check_duration(workspace, start->start.overdue, true, ESC_BOUND_OVERDUE_MS);
        check->info->event_may_be_missing = true;
    }
    where.has_event = count > 0;
    where.events = events;
    where.events_count = count;
    if (start->start.unheard != NULL && count > 0)
        esc_check_silence(&where, start);
    if (start->start.clock != NULL || count > 0)
        esc_check_condition(&where, start->start.condition, ESC_USE_START);
    if (start->start.unheard != NULL && count > 0)
        esc_check_silence_condition(&where, start);
    esc_check_holds(workspace, start->start.condition, start->start.holds,
                    start->start.clock != NULL);
}

/* All events that the template starts on. */
static void collect_events(TemplateCheck *check)
{
    EscWorkspace *workspace = check->workspace;
    uint32_t written = 0, found = 0;
    ESC_EACH_NODE(item, check->info->node->template.items)
        written += item->kind == ESC_NODE_START ? heard_by(item).count : 0;
    uint32_t *events = esc_arena_alloc_array(workspace->arena, written, sizeof *events);
    if (events == NULL)
        return;
    ESC_EACH_NODE(item, check->info->node->template.items) {
        if (item->kind != ESC_NODE_START)
            continue;
        ESC_EACH_NODE(path, heard_by(item)) {
            EscMeaning meaning = esc_meaning(workspace, path);
            if (meaning.means == ESC_MEANS_EVENT)
                events[found++] = meaning.index;
        }
    }
    check->info->has_unknown_event = found < written;
    check->info->events = events;
    check->info->events_count = esc_sort_unique(events, found);
}

static void part_once(TemplateCheck *check, const EscNode **seen, const EscNode *item,
                      const char *what);

/* --- owners ----------------------------------------------------------------------------------- */

/* Among the levels, behind those of its role; false when there are enough. */
static bool level_put(EscTemplateInfo *info, const EscNode *owner, uint32_t role)
{
    if (info->levels_count == ESC_CHAIN_LEVELS_MAX)
        return false;
    uint32_t at = info->levels_count++;
    for (; at > 0 && esc_role_number(info->levels[at - 1]->owner.role.text) > role; at--)
        info->levels[at] = info->levels[at - 1];
    info->levels[at] = owner;
    return true;
}

static void check_follows(EscWorkspace *workspace, const EscNode *owner, EscRef ref)
{
    if (!owner->owner.follows_shift || ref == 0 ||
        (esc_ref_kind(ref) == ESC_REF_SCHEDULE && owner->owner.others.count == 0))
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, esc_rule_info[ESC_RULE_FOLLOWS_SHIFT].code, owner->owner.who->span,
                   "this has no shifts that could be followed");
    esc_report_hint(workspace, diagnostic, "name one schedule, or leave `follows shift` out");
}

/* At most how many people own the level; ESC_NONE when that depends on the ticket. */
static uint32_t check_owner_people(const TemplateCheck *check, const EscNode *owner)
{
    EscWorkspace *workspace = check->workspace;
    EscWhere where = esc_where(workspace, ESC_FUNCTION_COND);
    esc_where_params(&where, check->info);
    EscRef ref = esc_check_who(&where, owner->owner.who, ESC_WHO_CAN_OWN, "own an escalation");
    uint32_t people = esc_people_at_most(workspace, ref);
    check_follows(workspace, owner, ref);
    ESC_EACH(other, owner->owner.others) {
        ref = esc_check_who(&where, other, ESC_WHO_CAN_OWN, "own an escalation");
        uint32_t more = esc_people_at_most(workspace, ref);
        people = people == ESC_NONE || more == ESC_NONE ? ESC_NONE : people + more;
    }
    return people;
}

static void check_repeat(TemplateCheck *check, const EscNode *repeat)
{
    EscWorkspace *workspace = check->workspace;
    part_once(check, &check->info->repeat, repeat, "repeat");
    if (esc_bound_holds(ESC_BOUND_CHAIN_REPEATS, repeat->repeat.times))
        return;
    EscDiagnostic *diagnostic = esc_report(
        workspace, esc_bound_info[ESC_BOUND_CHAIN_REPEATS].code, repeat->span,
        "a chain is repeated at most 9 times, and this one %u times", repeat->repeat.times);
    esc_report_hint(workspace, diagnostic, "further levels ask somebody else");
}

static void check_owner(TemplateCheck *check, const EscNode *owner)
{
    EscWorkspace *workspace = check->workspace;
    uint32_t role = esc_role_number(owner->owner.role.text);
    if (role >= ESC_ROLES_MAX) {
        esc_report_word(workspace, owner->owner.role, "a role of owners", esc_owner_role_words);
        return;
    }
    if (check->info->owners[role] != NULL && role != ESC_ROLE_ESCALATION) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0306", owner->owner.role.span,
                                               "the %s owner is named twice", esc_role_words[role]);
        esc_report_related(workspace, diagnostic, check->info->owners[role]->span, "first here");
        return;
    }
    if (!level_put(check->info, owner, role)) {
        esc_report_hint(workspace,
                        esc_report(workspace, esc_bound_info[ESC_BOUND_CHAIN_LEVELS].code,
                                   owner->owner.role.span, "a chain has at most %u levels",
                                   ESC_CHAIN_LEVELS_MAX),
                        "`repeat 2 times` goes through the chain again");
        return;
    }
    if (check->info->owners[role] == NULL)
        check->info->owners[role] = owner;
    check->roles |= 1u << role;
    esc_mark(workspace, owner, ESC_MEANS_ROLE, role, ESC_TYPE_ANY);
    uint32_t people = check_owner_people(check, owner);
    if (owner->owner.ack_by == ESC_ACK_BY_COUNT)
        esc_check_people(workspace, ESC_BOUND_ACK_PEOPLE, owner->owner.ack_count, people,
                         owner->owner.who->span, "acknowledgements");
    esc_check_deadline(workspace, owner->owner.within);
    esc_check_duration(workspace, owner->owner.holds, true, ESC_BOUND_HOLD_MS);
}

/* --- bodies ----------------------------------------------------------------------------------- */

static EscWhere body_where(const TemplateCheck *check, EscFunction body)
{
    EscWhere where = esc_where(check->workspace, body);
    where.has_roles = true;
    where.roles = check->roles;
    where.has_event = check->info->events_count > 0;
    where.events = check->info->events;
    where.events_count = check->info->events_count;
    where.event_may_be_missing = check->info->event_may_be_missing;
    where.has_unknown_event = check->info->has_unknown_event;
    esc_where_params(&where, check->info);
    return where;
}

static void body_done(TemplateCheck *check, const EscWhere *where)
{
    check->info->wanted =
        esc_stronger_check(check->workspace, check->info->wanted, where->facts.wanted);
    if (where->facts.weakest < check->info->weakest) {
        check->info->weakest = where->facts.weakest;
        check->info->weakest_span = where->facts.weakest_span;
    }
}

static void check_handler(TemplateCheck *check, const EscNode *handler)
{
    EscWhere where = body_where(check, ESC_FUNCTION_HANDLER);
    where.events = esc_check_events(check->workspace, handler->handler.events, &where.events_count);
    where.has_event = where.events_count > 0;
    where.event_may_be_missing = false;
    where.has_unknown_event = false;
    if (!where.has_event)
        return; /* what its fields are cannot be known */
    esc_check_condition(&where, handler->handler.condition, ESC_USE_HANDLER);
    (void)esc_check_steps(&where, handler->handler.steps);
    body_done(check, &where);
}

static void unknown_exception(EscWorkspace *workspace, EscName name)
{
    EscSuggest suggest = esc_suggest(name.text);
    for (uint32_t i = 0; i < workspace->exceptions_count && esc_suggests(workspace); ++i)
        esc_suggest_try(&suggest, workspace->exceptions[i].name);
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0109", name.span, "nothing raises an exception `%.*s`",
                   ESC_TEXT_ARG(name.text));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, name.span))
        esc_report_hint(workspace, diagnostic, "write `raise %.*s` where it happens",
                        ESC_TEXT_ARG(name.text));
}

static void exception_is_new(TemplateCheck *check, const EscNode *handler)
{
    EscName name = handler->exception_handler.name;
    const EscNode *other = esc_seen_find(&check->handled, name.text);
    if (other == NULL && handler->exception_handler.condition == NULL)
        (void)esc_seen_before(&check->handled, name.text, handler);
    if (other == NULL) /* those with conditions are looked at one after the other */
        return;
    EscDiagnostic *diagnostic =
        esc_report(check->workspace, "E0306", handler->span, "this exception is handled twice");
    /* the head of the handler says enough */
    diagnostic->span.end = name.text.size > 0 ? name.span.end : handler->span.start + 12;
    esc_report_related(check->workspace, diagnostic,
                       name.text.size > 0 ? other->exception_handler.name.span : other->span,
                       "first here");
}

static void check_exception_handler(TemplateCheck *check, const EscNode *handler)
{
    EscWorkspace *workspace = check->workspace;
    EscName name = handler->exception_handler.name;
    EscWhere where = body_where(check, ESC_FUNCTION_CATCH);
    where.has_exception = true;
    if (name.text.size > 0) {
        where.exception = esc_exception_find(workspace, name.text);
        if (where.exception == ESC_NONE)
            unknown_exception(workspace, name);
        else
            esc_mark(workspace, handler, ESC_MEANS_EXCEPTION, where.exception, ESC_TYPE_ANY);
    }
    EscWhere condition = where;
    condition.body = ESC_FUNCTION_COND;
    esc_check_condition(&condition, handler->exception_handler.condition, ESC_USE_HANDLER);
    (void)esc_check_steps(&where, handler->exception_handler.steps);
    body_done(check, &where);
}

/* What is confirmed is told apart by its words, everything else but conditions by what it is. */
static void qa_is_new(TemplateCheck *check, EscSeen *seen, const EscNode *node)
{
    static const char *const words[] = {[ESC_CHECK_FOR_ACKNOWLEDGED] = "acknowledged",
                                        [ESC_CHECK_FOR_DELIVERED] = "delivered",
                                        [ESC_CHECK_FOR_CONSISTENT] = "consistent"};
    bool is_confirmed = node->check.check_for == ESC_CHECK_FOR_CONFIRMED;
    if (node->check.check_for == ESC_CHECK_FOR_CONDITION ||
        (is_confirmed && node->check.text == NULL))
        return;
    EscText name = is_confirmed ? esc_arena_printf(check->workspace->arena, "\"%.*s",
                                                   ESC_TEXT_ARG(node->check.text->text.plain))
                                : esc_text_from(words[node->check.check_for]);
    const EscNode *other = esc_seen_before(seen, name, node);
    if (other == NULL)
        return;
    EscSpan span = {node->span.file, node->span.start, node->span.start + 5};
    esc_report_related(check->workspace,
                       esc_report(check->workspace, "E0306", span, "this is checked twice"),
                       other->span, "first here");
}

static void check_qa(TemplateCheck *check, const EscNode *qa)
{
    EscSeen seen = {.workspace = check->workspace};
    ESC_EACH(node, qa->qa.checks) {
        EscWhere condition = body_where(check, ESC_FUNCTION_COND);
        qa_is_new(check, &seen, node);
        esc_check_qa_check(&condition, node);
        EscWhere where = body_where(check, ESC_FUNCTION_QA_ELSE);
        (void)esc_check_steps(&where, node->check.otherwise);
        body_done(check, &where);
    }
    esc_seen_release(&seen);
}

static void check_wanted(TemplateCheck *check, const EscNode *node)
{
    static const char *const levels[ESC_PROOF_COUNT] = {"queued", "accepted", "delivered", "seen",
                                                        "acked"};
    EscProof wanted = (EscProof)esc_meaning(check->workspace, node).extra;
    if (node->check.check_for != ESC_CHECK_FOR_DELIVERED || check->info->weakest >= wanted)
        return;
    const char *weakest = levels[check->info->weakest];
    EscDiagnostic *diagnostic =
        esc_report(check->workspace, "E0315", node->check.name.span,
                   "this template notifies somebody who can prove only `%s`, and `%s` is asked for",
                   weakest, levels[wanted]);
    esc_report_hint(
        check->workspace, diagnostic,
        "write `check %s`; only a channel whose receiver says more can be declared with "
        "`proves %s`",
        weakest, levels[wanted]);
    esc_report_related(check->workspace, diagnostic, check->info->weakest_span, "notified here");
}

/* A check can ask for no more evidence than the weakest receiver can give. */
static void check_evidence(TemplateCheck *check)
{
    if (check->info->wanted != NULL)
        check_wanted(check, check->info->wanted);
    if (check->info->qa == NULL)
        return;
    ESC_EACH_NODE(node, check->info->qa->qa.checks) {
        check_wanted(check, node);
    }
}

static void check_closing(TemplateCheck *check, const EscNode *closing)
{
    EscWorkspace *workspace = check->workspace;
    EscWhere where = body_where(check, ESC_FUNCTION_COND);
    esc_check_condition(&where, closing->closing.condition, ESC_USE_CLOSE);
    if (check->info->group != NULL)
        esc_check_group_closing(workspace, closing);
    const EscNode *by = closing->closing.postmortem_by;
    if (by == NULL)
        return;
    EscRef ref = esc_check_who(&where, by, ESC_WHO_CAN_ROLE, "write the post-mortem");
    if (ref != 0 && esc_ref_index(ref) >= ESC_ROLES_MAX)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0113", by->span,
                                   "the post-mortem belongs to an owner of the template"),
                        "say primary, secondary or escalation");
    esc_check_duration(workspace, closing->closing.due, true, ESC_BOUND_POSTMORTEM_MS);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void part_once(TemplateCheck *check, const EscNode **seen, const EscNode *item,
                      const char *what)
{
    if (*seen == NULL) {
        *seen = item;
        return;
    }
    EscSpan span = {item->span.file, item->span.start,
                    item->span.start + (uint32_t)strcspn(what, " ")};
    EscDiagnostic *diagnostic =
        esc_report(check->workspace, "E0306", span, "`%s` stands in this template twice", what);
    EscSpan first = {(*seen)->span.file, (*seen)->span.start,
                     (*seen)->span.start + (uint32_t)strcspn(what, " ")};
    esc_report_related(check->workspace, diagnostic, first, "first here");
}

/* Parts that bodies depend on: triggers, owners, and which blocks there are. */
static void check_head(TemplateCheck *check, const EscNode *item)
{
    EscWorkspace *workspace = check->workspace;
    switch (item->kind) {
    case ESC_NODE_START:
        check_start(check, item);
        break;
    case ESC_NODE_MANUAL:
        check->info->event_may_be_missing = true;
        check->is_triggered = true;
        break;
    case ESC_NODE_AGAIN:
        part_once(check, &check->again, item, "again");
        esc_check_duration(workspace, item->again.after, true, ESC_BOUND_AGAIN_MS);
        if (item->again.after->kind == ESC_NODE_DURATION)
            check->info->again = item->again.after;
        break;
    case ESC_NODE_GROUP:
        part_once(check, &check->info->group, item, "group by");
        esc_check_grouping(workspace, item);
        break;
    case ESC_NODE_ALONGSIDE:
        ESC_EACH(path, item->alongside.templates)
            (void)esc_check_symbol(workspace, path, ESC_SYMBOL_TEMPLATE);
        break;
    case ESC_NODE_OWNERS:
        part_once(check, &check->owners, item, "owners");
        ESC_EACH(owner, item->owners.owners) {
            if (owner->kind == ESC_NODE_REPEAT)
                check_repeat(check, owner);
            else
                check_owner(check, owner);
        }
        break;
    case ESC_NODE_STEPS:
        part_once(check, &check->info->steps, item, "steps");
        break;
    case ESC_NODE_QA:
        part_once(check, &check->info->qa, item, "qa");
        break;
    case ESC_NODE_CLOSING:
        part_once(check, &check->info->closing, item, "close when");
        break;
    default:
        break;
    }
}

static void check_body(TemplateCheck *check, const EscNode *item)
{
    if (item->kind == ESC_NODE_STEPS) {
        EscWhere where = body_where(check, ESC_FUNCTION_STEPS);
        (void)esc_check_steps(&where, item->steps.steps);
        body_done(check, &where);
    } else if (item->kind == ESC_NODE_HANDLER) {
        check_handler(check, item);
    } else if (item->kind == ESC_NODE_QA) {
        check_qa(check, item);
    } else if (item->kind == ESC_NODE_CLOSING) {
        check_closing(check, item);
    }
}

static void must_be_whole(TemplateCheck *check)
{
    EscWorkspace *workspace = check->workspace;
    const EscTemplateInfo *info = check->info;
    if (!check->is_triggered)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0303", check->name, "nothing ever starts `%.*s`",
                                   ESC_TEXT_ARG(info->name)),
                        "add `start on ticket.created when …`, or `manual`");
    if (check->owners == NULL)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0304", check->name, "nobody owns `%.*s`",
                                   ESC_TEXT_ARG(info->name)),
                        "add `owners { primary NAME ack within 15m }`");
    else if (info->owners[0] == NULL)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0304",
                                   (EscSpan){check->owners->span.file, check->owners->span.start,
                                             check->owners->span.start + 6},
                                   "these owners have no primary"),
                        "add `primary NAME ack within 15m`");
    if (info->steps == NULL)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0305", check->name, "`%.*s` has no steps",
                                   ESC_TEXT_ARG(info->name)),
                        "add `steps { page primary \"…\"  await ack }`");
    if (info->closing == NULL)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0305", check->name,
                                   "nothing says when `%.*s` is over", ESC_TEXT_ARG(info->name)),
                        "add `close when resolved`");
}

static TemplateCheck template_check(EscWorkspace *workspace, EscTemplateInfo *info)
{
    TemplateCheck check = {.workspace = workspace,
                           .info = info,
                           .name = info->node->template.name.span,
                           .handled = {.workspace = workspace}};
    for (uint32_t role = 0; role < ESC_ROLES_MAX; ++role)
        check.roles |= info->owners[role] != NULL ? 1u << role : 0;
    return check;
}

/* All of a template but its exception handlers. How many those are is added to *handlers. */
static void check_template(EscWorkspace *workspace, EscTemplateInfo *info, uint32_t *handlers)
{
    TemplateCheck check = template_check(workspace, info);
    EscNodeList items = info->node->template.items;
    info->weakest = ESC_PROOF_COUNT;
    info->title = esc_plain_text(workspace, info->node->template.title);
    ESC_EACH(item, items)
        check_head(&check, item);
    collect_events(&check);
    must_be_whole(&check);
    ESC_EACH(item, items) {
        check_body(&check, item);
        if (item->kind != ESC_NODE_EXCEPTION_HANDLER)
            continue;
        exception_is_new(&check, item);
        ++*handlers;
    }
    esc_seen_release(&check.handled);
}

/* --- exception handlers ------------------------------------------------------------------------ */

typedef struct Catch {
    EscTemplateInfo *info;
    const EscNode *handler;
} Catch;

/* Exceptions that handlers raise which stand on one another are no deeper than that, or wait for
 * each other's fields. */
enum { CATCH_ROUNDS_MAX = 8 };

/* What a handler reads has its types when all that raises it was checked, and another handler may
 * be among that: handlers are checked when that is so, whatever the order in which they stand. */
static void check_catches(EscWorkspace *workspace, Catch *catches, uint32_t count)
{
    for (unsigned round = 0; round <= CATCH_ROUNDS_MAX && count > 0; ++round) {
        uint32_t left = 0;
        for (uint32_t i = 0; i < count; ++i) {
            const EscNode *handler = catches[i].handler;
            if (round < CATCH_ROUNDS_MAX &&
                !esc_exception_is_typed(workspace, handler->exception_handler.name.text)) {
                catches[left++] = catches[i];
                continue;
            }
            TemplateCheck check = template_check(workspace, catches[i].info);
            check_exception_handler(&check, handler);
        }
        count = left;
    }
}

static void check_all_catches(EscWorkspace *workspace, uint32_t count)
{
    Catch *catches = esc_arena_alloc_array(workspace->arena, count, sizeof *catches);
    if (catches == NULL)
        return;
    uint32_t at = 0;
    for (uint32_t i = 0; i < workspace->templates_count; ++i) {
        EscTemplateInfo *info = &workspace->templates[i];
        ESC_EACH(item, info->node->template.items) {
            if (item->kind == ESC_NODE_EXCEPTION_HANDLER)
                catches[at++] = (Catch){info, item};
        }
    }
    check_catches(workspace, catches, count);
}

/* Exception handlers come last, so that the fields of what is raised have types when they are read. */
void esc_pass_templates(EscWorkspace *workspace)
{
    uint32_t handlers = 0;
    for (uint32_t i = 0; i < workspace->templates_count; ++i)
        check_template(workspace, &workspace->templates[i], &handlers);
    if (handlers > 0)
        check_all_catches(workspace, handlers);
    for (uint32_t i = 0; i < workspace->templates_count; ++i) {
        TemplateCheck check = template_check(workspace, &workspace->templates[i]);
        check_evidence(&check);
        esc_apply_policy(workspace, &workspace->templates[i]);
    }
    esc_check_circles(workspace);
    esc_check_open_circles(workspace);
}
