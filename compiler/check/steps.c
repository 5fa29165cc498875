/* steps.c - what a step may say and where it may stand: the dispatch over all verbs, and the
 * verbs that only emit an effect. */
#include <string.h>

#include "check/check.h"

bool esc_is_atomic(const EscWhere *where)
{
    return where->body == ESC_FUNCTION_HANDLER || where->body == ESC_FUNCTION_REMINDER ||
           where->body == ESC_FUNCTION_QA_ELSE;
}

static const char *body_words(const EscWhere *where)
{
    if (where->is_runbook)
        return "a runbook";
    switch (where->body) {
    case ESC_FUNCTION_HANDLER:
        return "a handler of an event";
    case ESC_FUNCTION_REMINDER:
        return "a reminder";
    case ESC_FUNCTION_QA_ELSE:
        return "the `else` of a QA check";
    case ESC_FUNCTION_CATCH:
        return "a handler of an exception";
    default:
        return "the steps";
    }
}

bool esc_check_may_wait(EscWhere *where, const EscNode *node, const char *what)
{
    where->facts.is_waiting = true;
    if (!esc_is_atomic(where))
        return true;
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0312", node->span,
                   "%s waits, and %s runs at once and may not wait", what, body_words(where));
    esc_report_hint(where->workspace, diagnostic,
                    "`raise` an exception and do it in its handler, or do it in the steps");
    return false;
}

void esc_step_blocks(EscNode *step, void (*visit)(void *context, EscNodeList steps), void *context)
{
    switch (step->kind) {
    case ESC_NODE_ACTION_CALL:
        visit(context, step->action_call.otherwise);
        break;
    case ESC_NODE_APPROVE:
        visit(context, step->approve.otherwise);
        break;
    case ESC_NODE_CHECK:
        visit(context, step->check.otherwise);
        break;
    case ESC_NODE_FOR_EACH:
        visit(context, step->for_each.steps);
        break;
    case ESC_NODE_IF:
        visit(context, step->if_step.steps);
        visit(context, step->if_step.otherwise);
        break;
    case ESC_NODE_AWAIT:
        ESC_EACH(reminder, step->await.reminders)
            visit(context, reminder->reminder.steps);
        visit(context, step->await.otherwise);
        break;
    case ESC_NODE_MATCH:
        ESC_EACH(arm, step->match.arms)
            visit(context, arm->match_arm.steps);
        break;
    case ESC_NODE_ASK:
        ESC_EACH(item, step->ask.items) {
            if (item->kind == ESC_NODE_ANSWER)
                visit(context, item->answer.steps);
            else if (item->kind == ESC_NODE_TIMEOUT)
                visit(context, item->timeout.steps);
        }
        break;
    default:
        break;
    }
}

void esc_template_blocks(const EscNode *template, void (*visit)(void *context, EscNodeList steps),
                         void *context)
{
    ESC_EACH(item, template->template.items) {
        if (item->kind == ESC_NODE_STEPS)
            visit(context, item->steps.steps);
        else if (item->kind == ESC_NODE_HANDLER)
            visit(context, item->handler.steps);
        else if (item->kind == ESC_NODE_EXCEPTION_HANDLER)
            visit(context, item->exception_handler.steps);
        else if (item->kind == ESC_NODE_QA) {
            ESC_EACH(check, item->qa.checks)
                visit(context, check->check.otherwise);
        }
    }
}

/* --- messages --------------------------------------------------------------------------------- */

/* Remembers the receiver that can prove least: QA checks may ask for more. */
static void note_receiver(EscWhere *where, EscRef ref, EscSpan span)
{
    EscProof proves = ESC_PROOF_ACCEPTED; /* people's contacts say no more */
    if (esc_ref_kind(ref) == ESC_REF_CHANNEL)
        proves = where->workspace->channels[esc_ref_index(ref)].proves;
    if (proves >= where->facts.weakest)
        return;
    where->facts.weakest = proves;
    where->facts.weakest_span = span;
}

static bool person_has(const EscWorkspace *workspace, uint32_t person, uint32_t contact)
{
    const EscPersonInfo *info = &workspace->persons[person];
    for (uint32_t i = 0; i < info->contacts_count; ++i) {
        if ((uint32_t)info->contacts[i].kind == contact)
            return true;
    }
    return info->contacts_count == 0; /* reported with the person */
}

static uint32_t member_without(const EscWorkspace *workspace, const uint32_t *members,
                               uint32_t count, uint32_t contact)
{
    for (uint32_t i = 0; i < count; ++i) {
        if (!person_has(workspace, members[i], contact))
            return members[i];
    }
    return ESC_NONE;
}

static uint32_t on_call_without(const EscWorkspace *workspace, const EscScheduleInfo *schedule,
                                uint32_t contact)
{
    uint32_t person = ESC_NONE;
    for (uint32_t r = 0; r < schedule->rotations_count && person == ESC_NONE; ++r)
        person = member_without(workspace, schedule->rotations[r].members,
                                schedule->rotations[r].count, contact);
    return person;
}

/* The first person behind a reference who has no such contact; ESC_NONE when all have, or
 * nothing is known yet. */
static uint32_t person_without(EscWorkspace *workspace, EscRef ref, uint32_t contact)
{
    uint32_t index = esc_ref_index(ref);
    bool is_team = esc_ref_kind(ref) == ESC_REF_TEAM;
    if (esc_ref_kind(ref) == ESC_REF_PERSON)
        return person_has(workspace, index, contact) ? ESC_NONE : index;
    if (!is_team && esc_ref_kind(ref) != ESC_REF_SCHEDULE)
        return ESC_NONE;
    EscTeamInfo *team = is_team ? &workspace->teams[index] : NULL;
    EscScheduleInfo *schedule = is_team ? NULL : &workspace->schedules[index];
    EscLacking *lacking = is_team ? &team->lacking : &schedule->lacking;
    if (!lacking->is_known[contact])
        lacking->person[contact] =
            is_team ? member_without(workspace, team->members, team->count, contact)
                    : on_call_without(workspace, schedule, contact);
    lacking->is_known[contact] = true;
    return lacking->person[contact];
}

static void check_via(EscWhere *where, EscNode *node, EscRef ref)
{
    static const char *const words[] = {"email", "chat", "phone", NULL};
    EscWorkspace *workspace = where->workspace;
    EscName via = node->notify.via;
    uint32_t contact = esc_contact_kind(via.text);
    if (contact == ESC_NONE) {
        esc_report_word(workspace, via, "a way of reaching somebody", words);
        return;
    }
    esc_mark(workspace, node, ESC_MEANS_CONTACT, contact, ESC_TYPE_ANY);
    if (ref == 0)
        return;
    if (esc_ref_kind(ref) == ESC_REF_CHANNEL) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0316", via.span,
                                               "a channel has one way only, so `via` says nothing");
        esc_report_hint(workspace, diagnostic, "leave `via %.*s` out", ESC_TEXT_ARG(via.text));
        return;
    }
    uint32_t person = person_without(workspace, ref, contact);
    if (person == ESC_NONE)
        return;
    const EscPersonInfo *info = &workspace->persons[person];
    EscDiagnostic *diagnostic = esc_report(workspace, "E0316", via.span, "`%.*s` has no %s",
                                           ESC_TEXT_ARG(info->name), words[contact]);
    esc_report_hint(workspace, diagnostic, "add `%s \"…\"` to the person, or leave `via` out",
                    words[contact]);
    esc_report_related(workspace, diagnostic, info->node->person.name.span, "declared here");
}

static void check_notify(EscWhere *where, EscNode *node)
{
    EscRef ref = esc_check_who(where, node->notify.to, ESC_WHO_CAN_PEOPLE | ESC_WHO_CAN_CHANNEL,
                               "be notified");
    esc_check_text(where, node->notify.text);
    if (node->notify.via.text.size > 0)
        check_via(where, node, ref);
    if (ref != 0)
        note_receiver(where, ref, node->notify.to->span);
}

static void check_page(EscWhere *where, EscNode *node)
{
    EscRef ref = esc_check_who(where, node->page.to, ESC_WHO_CAN_PEOPLE, "be paged");
    esc_check_text(where, node->page.text);
    if (ref != 0)
        note_receiver(where, ref, node->page.to->span);
}

/* --- other effects ---------------------------------------------------------------------------- */

static void check_handoff(EscWhere *where, EscNode *node)
{
    (void)esc_check_who(where, node->handoff.to, ESC_WHO_CAN_PEOPLE, "own an escalation");
    esc_check_text(where, node->handoff.reason);
    esc_check_deadline(where->workspace, node->handoff.within);
}

static void check_snapshot(EscWhere *where, EscNode *node)
{
    static const char *const words[] = {"ticket", "changes", "timeline", "notifications", NULL};
    EscWorkspace *workspace = where->workspace;
    ESC_EACH(item, node->snapshot.items) {
        const EscNode *what = item->snapshot_item.what;
        uint32_t bit = 0;
        for (uint32_t i = 0; words[i] != NULL; ++i) {
            if (what->path.count == 1 &&
                esc_text_equal(what->path.parts[0].text, esc_text_from(words[i])))
                bit = 1u << i;
        }
        if (bit == 0) {
            EscName last = what->path.parts[0];
            last.span = what->span;
            esc_report_word(workspace, last, "something a snapshot can keep", words);
            continue;
        }
        esc_mark(workspace, item, ESC_MEANS_EVIDENCE, bit, ESC_TYPE_ANY);
        if (item->snapshot_item.window == NULL)
            continue;
        esc_check_duration(workspace, item->snapshot_item.window, false, ESC_BOUND_WINDOW_MS);
        if (bit != ESC_EVIDENCE_CHANGES)
            esc_report_hint(workspace,
                            esc_report(workspace, "E0338", item->snapshot_item.window->span,
                                       "only `changes` reach back in time"),
                            "leave `for` out");
    }
}

static void check_queue(EscWhere *where, EscNode *node)
{
    EscNode *queue = node->queue.queue;
    const EscSymbol *symbol = queue->path.count == 1
                                  ? esc_symbol_find(where->workspace, queue->path.parts[0].text)
                                  : NULL;
    if (symbol != NULL && symbol->kind == ESC_SYMBOL_ROUTE) {
        EscDiagnostic *diagnostic =
            esc_report(where->workspace, "E0111", queue->span,
                       "`%.*s` is a route, and the name of a queue is wanted here",
                       ESC_TEXT_ARG(symbol->name));
        esc_report_related(where->workspace, diagnostic, symbol->span, "declared here");
        return;
    }
    esc_mark(where->workspace, queue, ESC_MEANS_QUEUE, 0, ESC_TYPE_ANY);
}

/* close, skip, resume, failover, digest: each belongs to some bodies only. Runbooks may hold any
 * and are judged where they run. */
static void check_place(EscWhere *where, const EscNode *node)
{
    static const struct {
        EscNodeKind kind;
        unsigned bodies;
        const char *word, *place;
    } rows[] = {
        {ESC_NODE_CLOSE,
         1u << ESC_FUNCTION_STEPS | 1u << ESC_FUNCTION_CATCH | 1u << ESC_FUNCTION_HANDLER, "close",
         "in steps and handlers"},
        {ESC_NODE_SKIP, 1u << ESC_FUNCTION_HANDLER, "skip",
         "in `on EVENT { … }`, where it ends the present wait"},
        {ESC_NODE_RESUME, 1u << ESC_FUNCTION_CATCH, "resume",
         "in `on exception { … }`, where it goes back to the steps"},
        {ESC_NODE_FAILOVER, 1u << ESC_FUNCTION_QA_ELSE, "failover",
         "behind the `else` of a check in `qa { … }`"},
        {ESC_NODE_DIGEST, 0, "digest", "behind the `else` of a limit in a policy"},
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rows); ++i) {
        bool may_be = (rows[i].bodies & (1u << where->body)) != 0;
        if (where->is_runbook)
            may_be = node->kind == ESC_NODE_CLOSE || node->kind == ESC_NODE_SKIP ||
                     node->kind == ESC_NODE_RESUME;
        if (rows[i].kind != node->kind || may_be)
            continue;
        EscDiagnostic *diagnostic =
            esc_report(where->workspace, "E0313", node->span, "`%s` cannot stand in %s",
                       rows[i].word, body_words(where));
        esc_report_hint(where->workspace, diagnostic, "`%s` belongs %s", rows[i].word,
                        rows[i].place);
    }
    if (node->kind == ESC_NODE_CLOSE)
        esc_check_spelling(where->workspace, node->close.outcome);
    where->facts.is_closing |= node->kind == ESC_NODE_CLOSE;
    where->facts.is_skipping |= node->kind == ESC_NODE_SKIP;
    where->facts.is_resuming |= node->kind == ESC_NODE_RESUME;
}

/* --- the dispatch ----------------------------------------------------------------------------- */

/* True when nothing can come behind the step. */
static bool check_step(EscWhere *where, EscNode *node)
{
    switch (node->kind) {
    case ESC_NODE_NOTIFY:
        check_notify(where, node);
        return false;
    case ESC_NODE_PAGE:
        check_page(where, node);
        return false;
    case ESC_NODE_SET:
        esc_check_set(where, node);
        return false;
    case ESC_NODE_CREATE:
        esc_check_create(where, node);
        return false;
    case ESC_NODE_ASSIGN:
        (void)esc_check_who(where, node->assign.to, ESC_WHO_CAN_PEOPLE, "be assigned");
        return false;
    case ESC_NODE_QUEUE:
        check_queue(where, node);
        return false;
    case ESC_NODE_HANDOFF:
        check_handoff(where, node);
        return false;
    case ESC_NODE_SNAPSHOT:
        check_snapshot(where, node);
        return false;
    case ESC_NODE_ATTACH:
        (void)esc_check_expression(where, node->attach.value, ESC_TYPE_ANY);
        return false;
    case ESC_NODE_WARROOM:
        esc_check_text(where, node->warroom.title);
        return false;
    case ESC_NODE_ROLLBACK:
        esc_check_text(where, node->rollback.reason);
        return false;
    case ESC_NODE_ACTION_CALL:
        esc_check_action_call(where, node);
        return false;
    case ESC_NODE_AWAIT:
        esc_check_await(where, node);
        return false;
    case ESC_NODE_WAIT:
        esc_check_wait(where, node);
        return false;
    case ESC_NODE_ASK:
        return esc_check_ask(where, node);
    case ESC_NODE_APPROVE:
        esc_check_approve(where, node);
        return false;
    case ESC_NODE_CHECK:
        esc_check_check(where, node, false);
        return false;
    case ESC_NODE_IF:
        return esc_check_if(where, node);
    case ESC_NODE_MATCH:
        return esc_check_match(where, node);
    case ESC_NODE_FOR_EACH:
        esc_check_for_each(where, node);
        return false;
    case ESC_NODE_RUN:
        esc_check_run(where, node);
        return false;
    case ESC_NODE_START_TEMPLATE:
        esc_check_start_template(where, node);
        return false;
    case ESC_NODE_RAISE:
        esc_check_raise(where, node);
        return esc_is_atomic(where);
    case ESC_NODE_FAILOVER:
    case ESC_NODE_DIGEST:
        check_place(where, node);
        return false;
    case ESC_NODE_CLOSE:
    case ESC_NODE_SKIP:
    case ESC_NODE_RESUME:
        check_place(where, node);
        return true;
    default:
        return false; /* broken: reported by the parser */
    }
}

bool esc_check_steps(EscWhere *where, EscNodeList steps)
{
    uint32_t locals = where->locals_count;
    const EscNode *end = NULL;
    bool is_reported = false;
    ESC_EACH(step, steps) {
        if (end != NULL && !is_reported) {
            EscDiagnostic *diagnostic =
                esc_report(where->workspace, "E0314", step->span, "this step is never reached");
            esc_report_related(where->workspace, diagnostic, end->span, "everything ends here");
            is_reported = true;
        }
        if (check_step(where, step) && end == NULL)
            end = step;
    }
    where->locals_count = locals;
    return end != NULL;
}
