/* steps.c - the dispatch over all verbs, from verbs.def, and the verbs that are a row of it and nothing else. */
#include "check/steps.h"
#include "check/expressions.h"
#include "verbs.h"

/* --- plain verbs and ends --------------------------------------------------------------------- */

/* What the row of a plain verb says of its parts. */
typedef struct PlainVerb {
    size_t who, text;   /* offset of that member in EscNode; 0: there is none */
    unsigned receivers; /* ESC_WHO_CAN_ bits */
    const char *to;
    EscEffect effect;
} PlainVerb;

static const PlainVerb plain_verbs[ESC_NODE_COUNT] = {
#define ESC_PLAIN_VERB(KIND, word, PLACE, EFFECT, who_, WHO, to_, text_, USE)                      \
    [ESC_NODE_##KIND] = {.who = offsetof(EscNode, who_),                                           \
                         .text = offsetof(EscNode, text_),                                         \
                         .receivers = ESC_WHO_CAN_##WHO,                                           \
                         .to = to_,                                                                \
                         .effect = ESC_EFFECT_##EFFECT},
#include "verbs.def"
};

static const EscNode *part_of(const EscNode *node, size_t offset)
{
    return *(const EscNode *const *)(const void *)((const char *)node + offset);
}

/* Who makes it is found by the name of a channel. */
static void check_room(EscWorkspace *workspace, const EscNode *node)
{
    const EscSymbol *symbol = esc_symbol_find(workspace, ESC_TEXT(ESC_ROOM_CHANNEL));
    if (symbol != NULL && (symbol->kind == ESC_SYMBOL_CHANNEL || symbol->kind == ESC_SYMBOL_NONE))
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "A0319", node->span,
                   "no channel is called `" ESC_ROOM_CHANNEL "`, so no war room is made");
    esc_report_hint(workspace, diagnostic,
                    "declare `channel " ESC_ROOM_CHANNEL
                    " chat`, and bind it to a chat or a meeting server");
}

static bool check_plain(EscWhere *where, const EscNode *node)
{
    const PlainVerb *verb = &plain_verbs[node->kind];
    EscRef ref = 0;
    if (verb->who != 0)
        ref = esc_check_who(where, part_of(node, verb->who), verb->receivers, verb->to);
    if (verb->text != 0)
        esc_check_text(where, part_of(node, verb->text));
    if (node->kind == ESC_NODE_WARROOM)
        check_room(where->workspace, node);
    if (ref != 0 && (esc_effect_info[verb->effect].flags & ESC_EF_MESSAGE) != 0)
        esc_note_receiver(where, ref, part_of(node, verb->who)->span);
    return false;
}

bool esc_check_close(EscWhere *where, const EscNode *node)
{
    esc_check_spelling(where->workspace, node->close.outcome);
    if (esc_text_equal(node->close.outcome.text, ESC_TEXT("called_off")))
        esc_report_hint(where->workspace,
                        esc_report(where->workspace, "E0455", node->close.outcome.span,
                                   "`called_off` is what a person says of a mistake, not a step"),
                        "say what the steps found out, such as `false_alarm`");
    where->facts.is_closing = true;
    return true;
}

bool esc_check_skip(EscWhere *where, const EscNode *node)
{
    (void)node;
    where->facts.is_skipping = true;
    return true;
}

bool esc_check_resume(EscWhere *where, const EscNode *node)
{
    (void)node;
    where->facts.is_resuming = true;
    return true;
}

/* --- the dispatch ----------------------------------------------------------------------------- */

static bool (*const checks[ESC_NODE_COUNT])(EscWhere *where, const EscNode *node) = {
#define ESC_VERB(KIND, word, PLACE, AFTER, check, lower) [ESC_NODE_##KIND] = check,
#define ESC_PLAIN_VERB(KIND, word, PLACE, EFFECT, who, WHO, to, text, USE)                         \
    [ESC_NODE_##KIND] = check_plain,
#include "verbs.def"
};

/* True when nothing can come behind the step. What is no step is broken: the parser reported it. */
static bool check_step(EscWhere *where, const EscNode *node)
{
    if (checks[node->kind] == NULL)
        return false;
    esc_check_place(where, node);
    return checks[node->kind](where, node);
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
