/* waits.c - steps that wait: await, wait, ask, approve, and QA checks. Every one has a deadline. */
#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/steps.h"

/* --- await and wait --------------------------------------------------------------------------- */

bool esc_check_wait(EscWhere *where, const EscNode *node)
{
    esc_check_deadline(where->workspace, node->wait.duration);
    return false;
}

/* `await vendor.outage within 4h` reads like a condition: a bare dotted name may be an event. */
static bool condition_is_event(EscWhere *where, const EscNode *condition)
{
    if (condition == NULL || condition->kind != ESC_NODE_PATH || condition->path.count < 2)
        return false;
    char buffer[ESC_PATH_TEXT_MAX];
    const EscSymbol *symbol = esc_symbol_find(
        where->workspace, esc_path_text(condition, 0, condition->path.count, buffer));
    return symbol != NULL && symbol->kind == ESC_SYMBOL_EVENT &&
           esc_check_event(where->workspace, condition) != ESC_NONE;
}

static void check_event_condition(EscWhere *where, const EscNode *node)
{
    uint32_t event = esc_check_event(where->workspace, node->await.event);
    if (node->await.condition == NULL)
        return;
    EscWhere inner = *where;
    inner.has_event = true;
    inner.event_may_be_missing = false;
    inner.has_unknown_event = false;
    inner.events = &event;
    inner.events_count = event == ESC_NONE ? 0 : 1;
    if (event != ESC_NONE)
        esc_check_condition(&inner, node->await.condition, ESC_USE_EVENT);
}

/* A reminder comes between the beginning of the wait and its end. */
static void check_before_due(EscWorkspace *workspace, const EscNode *moment, const EscNode *within)
{
    const EscNode *duration = moment->before_due.duration;
    if (within == NULL) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0370", moment->span, "this wait has no time of its own");
        esc_report_hint(workspace, diagnostic,
                        "say `await ack within 30m`, or remind at a share: `at 50%%`");
        return;
    }
    if (within->kind != ESC_NODE_DURATION || duration->kind != ESC_NODE_DURATION ||
        within->duration.ms <= 0 || within->duration.ms > duration->duration.ms)
        return;
    EscDiagnostic *diagnostic = esc_report(workspace, "E0370", moment->span,
                                           "the wait is over sooner than this before its end");
    esc_report_hint(workspace, diagnostic, "remind later, or wait longer");
    esc_report_related(workspace, diagnostic, within->span, "the whole time");
}

static void check_reminders(EscWhere *where, const EscNode *node)
{
    EscMoments moments = {0};
    ESC_EACH(reminder, node->await.reminders) {
        const EscNode *moment = reminder->reminder.moment;
        esc_check_moment(where->workspace, moment, &moments);
        if (moment->kind == ESC_NODE_BEFORE_DUE)
            check_before_due(where->workspace, moment, node->await.within);
        EscFunction body = where->body;
        bool is_runbook = where->is_runbook;
        where->body = ESC_FUNCTION_REMINDER;
        where->is_runbook = false;
        bool was_waiting = where->facts.is_waiting;
        (void)esc_check_steps(where, reminder->reminder.steps);
        where->facts.is_waiting = was_waiting;
        where->body = body;
        where->is_runbook = is_runbook;
    }
}

bool esc_check_await(EscWhere *where, const EscNode *node)
{
    if (node->await.wait_for == ESC_AWAIT_EVENT)
        check_event_condition(where, node);
    else if (node->await.wait_for == ESC_AWAIT_CONDITION &&
             !condition_is_event(where, node->await.condition))
        esc_check_condition(where, node->await.condition, ESC_USE_AWAIT);
    esc_check_deadline(where->workspace, node->await.within);
    if (!node->await.has_else)
        esc_check_closed(where->workspace, node->await.condition, node->await.within);
    check_reminders(where, node);
    (void)esc_check_steps(where, node->await.otherwise);
    return false;
}

/* --- ask and approve -------------------------------------------------------------------------- */

static void answer_is_new(EscSeen *seen, const EscNode *answer)
{
    EscName name = answer->answer.name;
    esc_check_spelling(seen->workspace, name);
    const EscNode *other = esc_seen_before(seen, name.text, answer);
    if (other == NULL)
        return;
    EscDiagnostic *diagnostic =
        esc_report(seen->workspace, "E0306", name.span, "the answer `%.*s` stands here twice",
                   ESC_TEXT_ARG(name.text));
    esc_report_related(seen->workspace, diagnostic, other->answer.name.span, "first here");
}

bool esc_check_ask(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    (void)esc_check_who(where, node->ask.who, ESC_WHO_CAN_ANSWER, "be asked");
    esc_check_text(where, node->ask.question);
    esc_check_deadline(workspace, node->ask.within);
    uint32_t answers = 0;
    const EscNode *timeout = NULL, *guidance = NULL;
    bool ends = true;
    EscSeen seen = {.workspace = workspace};
    ESC_EACH(item, node->ask.items) {
        if (item->kind == ESC_NODE_ANSWER) {
            ++answers;
            answer_is_new(&seen, item);
            (void)esc_plain_text(workspace, item->answer.title);
            ends = esc_check_steps(where, item->answer.steps) && ends;
            continue;
        }
        const EscNode **first = item->kind == ESC_NODE_TIMEOUT ? &timeout : &guidance;
        if (*first != NULL)
            esc_report_related(workspace,
                               esc_report(workspace, "E0306", item->span, "this is said twice"),
                               (*first)->span, "first here");
        *first = item;
        if (item->kind == ESC_NODE_TIMEOUT)
            ends = esc_check_steps(where, item->timeout.steps) && ends;
        else
            esc_check_text(where, item->guidance.text);
    }
    esc_seen_release(&seen);
    if (!esc_bound_holds(ESC_BOUND_ANSWERS, answers))
        esc_report_hint(workspace,
                        esc_report(workspace, "E0330", node->span,
                                   "a question has 1 to 16 answers, and this one has %u", answers),
                        "write `answer yes \"Yes\" { … }`");
    if (timeout == NULL) {
        EscSpan span = {node->span.file, node->span.start, node->span.start + 3};
        esc_report_hint(
            workspace,
            esc_report(workspace, "E0330", span, "nothing says what happens when nobody answers"),
            "add `timeout { … }`");
    }
    return ends && timeout != NULL;
}

bool esc_check_approve(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    EscRef ref = esc_check_who(where, node->approve.by, ESC_WHO_CAN_ANSWER, "approve");
    esc_check_text(where, node->approve.text);
    esc_check_deadline(workspace, node->approve.within);
    esc_check_people(workspace, ESC_BOUND_APPROVALS, node->approve.count,
                     esc_people_at_most(workspace, ref), node->approve.by->span, "approvals");
    (void)esc_check_steps(where, node->approve.otherwise);
    return false;
}

/* --- checks ----------------------------------------------------------------------------------- */

static EscProof proof_of(const EscNode *node)
{
    static const struct {
        EscText word;
        EscProof proof;
    } proofs[] = {{{"queued", 6}, ESC_PROOF_QUEUED},
                  {{"accepted", 8}, ESC_PROOF_ACCEPTED},
                  {{"seen", 4}, ESC_PROOF_SEEN}};
    for (size_t i = 0; i < ESC_COUNT_OF(proofs); i++)
        if (esc_text_equal(node->check.name.text, proofs[i].word))
            return proofs[i].proof;
    return ESC_PROOF_DELIVERED;
}

/* Somebody has to read what it is that they confirm. */
static void check_confirmed(EscWorkspace *workspace, const EscNode *node)
{
    EscText text = esc_plain_text(workspace, node->check.text);
    for (size_t i = 0; i < text.size; ++i) {
        if (text.data[i] != ' ' && text.data[i] != '\n')
            return;
    }
    if (node->check.text->kind != ESC_NODE_TEXT || !node->check.text->text.is_plain)
        return; /* said already */
    esc_report_hint(workspace,
                    esc_report(workspace, esc_rule_info[ESC_RULE_CONFIRMED_TEXT].code,
                               node->check.text->span, "this says nothing that could be confirmed"),
                    "write it out: `check confirmed \"the customer knows\"`");
}

void esc_check_qa_check(EscWhere *where, const EscNode *node)
{
    static const EscCheck kinds[] = {
        [ESC_CHECK_FOR_ACKNOWLEDGED] = ESC_CHECK_ACKNOWLEDGED,
        [ESC_CHECK_FOR_DELIVERED] = ESC_CHECK_DELIVERED,
        [ESC_CHECK_FOR_CONSISTENT] = ESC_CHECK_CONSISTENT,
        [ESC_CHECK_FOR_CONFIRMED] = ESC_CHECK_CONFIRMED,
        [ESC_CHECK_FOR_CONDITION] = ESC_CHECK_CONDITION,
    };
    EscWorkspace *workspace = where->workspace;
    EscMeaning *meaning = esc_mark(workspace, node, ESC_MEANS_CHECK,
                                   (uint32_t)kinds[node->check.check_for], ESC_TYPE_ANY);
    meaning->extra = (uint8_t)proof_of(node);
    if (node->check.text != NULL)
        check_confirmed(workspace, node);
    esc_check_condition(where, node->check.condition, ESC_USE_CHECK);
    esc_check_deadline(workspace, node->check.within);
}

bool esc_check_check(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    esc_check_qa_check(where, node);
    if (node->check.check_for == ESC_CHECK_FOR_DELIVERED)
        where->facts.wanted = esc_stronger_check(workspace, where->facts.wanted, node);
    EscSpan word = {node->span.file, node->span.start, node->span.start + 5};
    if (node->check.is_before_close)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0337", word,
                                   "`before close` belongs to the checks of `qa { … }`"),
                        "say `within 10m` here");
    else if (node->check.within == NULL)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0337", word,
                                   "a check among the steps waits, so it needs a deadline"),
                        "say `within 10m`");
    (void)esc_check_steps(where, node->check.otherwise);
    return false;
}
