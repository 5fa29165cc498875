/* tallies.c - conditions of starts that look at more than one ticket: how often an event came (`count`), and whether
 * another template is open (`open`); and starts that wait for what does not come. What they are told apart by are keys:
 * fields with one value. */
#include "check/tallies.h"
#include "check/check.h"
#include "check/expressions.h"
#include "check/lookup.h"
#include "check/names.h"

/* --- keys ------------------------------------------------------------------------------------- */

#define KEY_TICKET 1u
#define KEY_EVENT 2u

static void wrong_key(EscWhere *where, const EscNode *key, unsigned allowed, const char *what)
{
    EscDiagnostic *diagnostic = esc_report(where->workspace, "E0386", key->span, "%s", what);
    esc_report_hint(where->workspace, diagnostic, "name a field with one value, such as %s",
                    (allowed & KEY_TICKET) != 0 ? "`ticket.account.id`" : "`event.service`");
}

/* Whatever is missing is no key, so a field that may be is fine. */
static bool check_key(EscWhere *where, const EscNode *key, unsigned allowed)
{
    EscType type = esc_check_path(where, key, ESC_TYPE_ANY);
    if (type == ESC_TYPE_WRONG)
        return false;
    EscMeaning meaning = esc_meaning(where->workspace, key);
    unsigned kind = meaning.means == ESC_MEANS_TICKET_FIELD  ? KEY_TICKET
                    : meaning.means == ESC_MEANS_EVENT_FIELD ? KEY_EVENT
                                                             : 0;
    if ((kind & allowed) == 0 || meaning.unit != ESC_UNIT_NONE) {
        wrong_key(where, key, allowed,
                  allowed == KEY_EVENT    ? "only fields of the event can be keys here"
                  : allowed == KEY_TICKET ? "only fields of the ticket can be keys here"
                                          : "only fields of the ticket or the event can be keys");
        return false;
    }
    if (esc_type_kind(type) == ESC_KIND_LIST) {
        wrong_key(where, key, allowed, "a list has many values, and a key is one");
        return false;
    }
    return true;
}

static bool check_keys(EscWhere *where, EscNodeList keys, unsigned allowed)
{
    bool is_right = true;
    uint32_t count = 0;
    ESC_EACH(key, keys) {
        is_right = check_key(where, key, allowed) && is_right;
        if (!esc_bound_holds(ESC_BOUND_KEYS, ++count)) {
            esc_report(where->workspace, esc_bound_info[ESC_BOUND_KEYS].code, key->span,
                       "at most %d fields make one key", (int)esc_bound_info[ESC_BOUND_KEYS].high);
            return false;
        }
    }
    return is_right;
}

/* --- count ------------------------------------------------------------------------------------ */

static bool is_count(const EscNode *node)
{
    return node->kind == ESC_NODE_KEYED && esc_text_equal(node->keyed.name.text, ESC_TEXT("count"));
}

static bool is_open(const EscNode *node)
{
    return node->kind == ESC_NODE_KEYED && esc_text_equal(node->keyed.name.text, ESC_TEXT("open"));
}

bool esc_is_count_test(const EscNode *node)
{
    return node->kind == ESC_NODE_BINARY &&
           (is_count(node->binary.left) || is_count(node->binary.right));
}

static bool misplaced_count(EscWhere *where, const EscNode *node, const char *what)
{
    EscDiagnostic *diagnostic = esc_report(where->workspace, "E0384", node->span, "%s", what);
    esc_report_hint(where->workspace, diagnostic,
                    "`start on alert.firing when count(alert.firing per event.service within 10m) "
                    "> 3` starts with the fourth");
    return false;
}

/* What counts is the event at hand: nothing else can make the number grow. */
static bool counts_its_event(EscWhere *where, const EscNode *count)
{
    const EscNode *start = where->start;
    if (start == NULL || start->start.events.count == 0)
        return misplaced_count(where, count, "`count` stands in the condition of a `start on`");
    uint32_t event = esc_check_event(where->workspace, count->keyed.what);
    if (event == ESC_NONE)
        return false;
    if (where->events_count != 1 || where->events[0] != event)
        return misplaced_count(where, count, "a `start` counts the one event that it is on");
    if (start->start.holds != NULL)
        return misplaced_count(
            where, count,
            "the number is reached at one instant, so there is nothing to hold `for`");
    return true;
}

/* The number that has to be exceeded; ESC_NONE after a report. */
static uint32_t limit_of(EscWhere *where, const EscNode *node)
{
    const EscNode *number = node->binary.right;
    bool is_above = node->binary.op == ESC_BINARY_GREATER;
    if (!is_count(node->binary.left) || where->is_negated ||
        (!is_above && node->binary.op != ESC_BINARY_GREATER_EQUAL) ||
        number->kind != ESC_NODE_NUMBER) {
        (void)misplaced_count(where, node, "a count is asked for with `>` or `>=` and a number");
        return ESC_NONE;
    }
    double over = number->number.value - (is_above ? 0 : 1);
    if (over < 0 || number->number.value > (double)esc_bound_info[ESC_BOUND_TALLY_OVER].high ||
        over != (double)(uint32_t)over) {
        esc_report(where->workspace, esc_bound_info[ESC_BOUND_TALLY_OVER].code, number->span,
                   "a count is compared with a whole number up to %d",
                   (int)esc_bound_info[ESC_BOUND_TALLY_OVER].high);
        return ESC_NONE;
    }
    return (uint32_t)over;
}

void esc_check_count_test(EscWhere *where, const EscNode *node)
{
    const EscNode *count = is_count(node->binary.left) ? node->binary.left : node->binary.right;
    if (!counts_its_event(where, count))
        return;
    uint32_t over = limit_of(where, node);
    if (count->keyed.within == NULL) {
        (void)misplaced_count(where, count, "a count says within which time");
        return;
    }
    esc_check_duration(where->workspace, count->keyed.within, false, ESC_BOUND_TALLY_MS);
    if (check_keys(where, count->keyed.keys, KEY_TICKET | KEY_EVENT) && over != ESC_NONE) {
        esc_mark(where->workspace, count, ESC_MEANS_VALUE, over, ESC_TYPE(ESC_KIND_NUMBER));
        esc_mark(where->workspace, node->binary.right, ESC_MEANS_VALUE, 0,
                 ESC_TYPE(ESC_KIND_NUMBER));
    }
}

/* --- open ------------------------------------------------------------------------------------- */

static EscType misplaced_open(EscWhere *where, const EscNode *node, const char *what)
{
    EscDiagnostic *diagnostic = esc_report(where->workspace, "E0385", node->span, "%s", what);
    esc_report_hint(where->workspace, diagnostic,
                    "`start on ticket.created when … and not open(site_down per ticket.site)` "
                    "waits until site_down is over");
    return ESC_TYPE_WRONG;
}

static EscType check_open(EscWhere *where, const EscNode *node)
{
    EscWorkspace *workspace = where->workspace;
    if (where->start == NULL || where->start->start.unheard != NULL)
        return misplaced_open(where, node, "`open` stands in the condition of a `start`");
    if (node->keyed.within != NULL || node->keyed.keys.count != 1)
        return misplaced_open(where, node,
                              "`open` asks for one template and one field of the ticket");
    const EscSymbol *symbol = esc_check_symbol(workspace, node->keyed.what, ESC_SYMBOL_TEMPLATE);
    bool is_right = check_keys(where, node->keyed.keys, KEY_TICKET);
    if (symbol == NULL || !is_right)
        return ESC_TYPE_WRONG;
    if (symbol->index == where->template)
        return misplaced_open(where, node, "a template does not hold itself back: it is open once");
    esc_mark(workspace, node->keyed.what, ESC_MEANS_TEMPLATE, symbol->index, ESC_TYPE_ANY);
    *ESC_ARRAY_ADD(workspace, opens) =
        (EscOpenUse){.user = where->template, .asked = symbol->index, .span = node->span};
    return ESC_TYPE(ESC_KIND_BOOL);
}

EscType esc_check_keyed(EscWhere *where, const EscNode *node)
{
    if (is_open(node))
        return check_open(where, node);
    if (is_count(node)) {
        (void)misplaced_count(where, node, "a count is asked for with `>` or `>=` and a number");
        return ESC_TYPE_WRONG;
    }
    EscName name = node->keyed.name;
    EscSuggest suggest = esc_suggest(name.text);
    esc_suggest_try(&suggest, ESC_TEXT("count"));
    esc_suggest_try(&suggest, ESC_TEXT("open"));
    EscDiagnostic *diagnostic =
        esc_report(where->workspace, "E0101", name.span, "nothing here is called `%.*s`",
                   ESC_TEXT_ARG(name.text));
    if (!esc_suggest_hint(where->workspace, &suggest, diagnostic, name.span))
        esc_report_hint(where->workspace, diagnostic,
                        "conditions of a `start` know `count(EVENT per FIELD within TIME)` and "
                        "`open(TEMPLATE per FIELD)`");
    return ESC_TYPE_WRONG;
}

/* --- silences --------------------------------------------------------------------------------- */

void esc_check_silence(EscWhere *where, const EscNode *start)
{
    EscWorkspace *workspace = where->workspace;
    if (where->events_count == 1 && where->events[0] < ESC_EVENT_BUILTIN_COUNT) {
        EscDiagnostic *diagnostic = esc_report(workspace, "E0388", start->start.unheard->span,
                                               "a silence is one of an event of your own");
        esc_report_hint(
            workspace, diagnostic,
            "declare what is to come regularly: `event agent.heartbeat { host: text }`");
    }
    (void)check_keys(where, start->start.keys, KEY_EVENT);
    esc_check_duration(workspace, start->start.silence, false, ESC_BOUND_TALLY_MS);
}

/* Where in a condition the ticket or the escalation is asked for, which are made when the silence is over. */
static void visit_ticket(void *context, const EscNode *parent, const EscNode *node)
{
    EscWhere *where = context;
    (void)parent;
    EscMeaning meaning = esc_meaning(where->workspace, node);
    bool is_path = node->kind == ESC_NODE_PATH;
    if ((is_path && meaning.means == ESC_MEANS_TICKET_FIELD) ||
        (is_path && meaning.means == ESC_MEANS_FACT && meaning.index != ESC_FACT_WORKSPACE_NAME) ||
        node->kind == ESC_NODE_CHANGED || node->kind == ESC_NODE_PREVIOUS) {
        EscDiagnostic *diagnostic = esc_report(where->workspace, "E0389", node->span,
                                               "there is no ticket before the silence is over");
        esc_report_hint(where->workspace, diagnostic,
                        "ask for fields of the event, or for hours: `when now in office_hours`");
        return;
    }
    esc_node_each_child(node, visit_ticket, context);
}

void esc_check_silence_condition(EscWhere *where, const EscNode *start)
{
    if (start->start.condition != NULL)
        visit_ticket(where, NULL, start->start.condition);
}

/* --- circles of `open` ------------------------------------------------------------------------ */

/* Templates that ask for nobody are taken away until none is left; who is left waits for somebody who waits for them. */
static void take_away(const EscWorkspace *workspace, uint32_t *asks, uint32_t *queue,
                      const uint32_t *first, const uint32_t *users)
{
    uint32_t taken = 0, count = 0;
    for (uint32_t i = 0; i < workspace->templates_count; i++)
        if (asks[i] == 0)
            queue[count++] = i;
    while (taken < count) {
        uint32_t template = queue[taken++];
        for (uint32_t i = first[template]; i < first[template + 1]; i++)
            if (--asks[users[i]] == 0)
                queue[count++] = users[i];
    }
}

/* users: by who is asked, who asks; first: where those of a template begin. */
static void sort_users(const EscWorkspace *workspace, uint32_t *first, uint32_t *users)
{
    for (uint32_t i = 0; i < workspace->opens_count; i++)
        first[workspace->opens[i].asked + 1]++;
    for (uint32_t i = 0; i < workspace->templates_count; i++)
        first[i + 1] += first[i];
    for (uint32_t i = workspace->opens_count; i > 0; i--) {
        const EscOpenUse *use = &workspace->opens[i - 1];
        users[--first[use->asked + 1]] = use->user;
    }
    for (uint32_t i = 0; i < workspace->templates_count; i++)
        first[i] = first[i + 1];
    first[workspace->templates_count] = workspace->opens_count;
}

/* Whoever is left asks for somebody who is left: as many steps as there are templates lead into a circle. */
static const EscOpenUse *circle_find(const EscWorkspace *workspace, const uint32_t *asks)
{
    const EscOpenUse **uses =
        esc_arena_alloc_array(workspace->arena, workspace->templates_count, sizeof(EscOpenUse *));
    const EscOpenUse *use = NULL;
    if (uses == NULL)
        return NULL;
    for (uint32_t i = workspace->opens_count; i > 0; i--) {
        const EscOpenUse *each = &workspace->opens[i - 1];
        if (asks[each->user] > 0 && asks[each->asked] > 0)
            use = uses[each->user] = each;
    }
    for (uint32_t i = 0; use != NULL && i < workspace->templates_count; i++)
        use = uses[use->asked];
    return use;
}

void esc_check_open_circles(EscWorkspace *workspace)
{
    uint32_t count = workspace->templates_count;
    if (workspace->opens_count == 0)
        return;
    uint32_t *asks = esc_arena_alloc_array(workspace->arena, count, sizeof *asks);
    uint32_t *queue = esc_arena_alloc_array(workspace->arena, count, sizeof *queue);
    uint32_t *first = esc_arena_alloc_array(workspace->arena, count + 1, sizeof *first);
    uint32_t *users =
        esc_arena_alloc_array(workspace->arena, workspace->opens_count, sizeof *users);
    if (asks == NULL || queue == NULL || first == NULL || users == NULL)
        return; /* the check ends in ESC_NO_MEMORY */
    for (uint32_t i = 0; i < workspace->opens_count; i++)
        asks[workspace->opens[i].user]++;
    sort_users(workspace, first, users);
    take_away(workspace, asks, queue, first, users);
    const EscOpenUse *use = circle_find(workspace, asks);
    if (use == NULL)
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0387", use->span, "`%.*s` waits for `%.*s`, which leads back to it",
                   ESC_TEXT_ARG(workspace->templates[use->user].name),
                   ESC_TEXT_ARG(workspace->templates[use->asked].name));
    esc_report_hint(workspace, diagnostic, "let only the consequence ask for its cause");
}
