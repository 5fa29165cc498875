/* cover.c - notes for coverage: which instructions and tests of a bundle tell that a place of the sources was reached. Made only
 * when a program asks (esc_workspace_cover); the bundle is the same with and without.
 *
 * A point is a sum of counters. What cannot be counted itself is counted as what is left: who came to an `if` without
 * `else` and did not take it. Not here: what counts (programs/coverage.c). */
#include "lower/lower.h"

enum { TERMS_MAX = 256 };

void esc_workspace_cover(EscWorkspace *workspace)
{
    workspace->is_covered = true;
}

uint32_t esc_workspace_cover_count(const EscWorkspace *workspace)
{
    return workspace->cover_count;
}

const EscCoverPoint *esc_workspace_cover_point(const EscWorkspace *workspace, uint32_t index)
{
    return index < workspace->cover_count ? &workspace->cover[index] : NULL;
}

/* --- points ----------------------------------------------------------------------------------- */

uint32_t esc_cover_here(const EscLower *lower)
{
    return (uint32_t)lower->emit->code_count;
}

static EscCoverTerm term_at(const EscLower *lower, EscCoverTermKind kind, uint32_t at)
{
    return (EscCoverTerm){.kind = kind, .function = lower->emit->function, .at = at};
}

static EscCoverTerm minus(EscCoverTerm term)
{
    term.is_minus = !term.is_minus;
    return term;
}

/* A library is covered by its own tests, or not at all. */
static bool is_counted(const EscWorkspace *workspace, EscSpan span)
{
    const EscSourceFile *file = esc_file_of(workspace, span);
    return esc_file_is_own(file) || (file->library != 0 && workspace->io.library_tests);
}

static void put(EscLower *lower, EscCoverKind kind, EscSpan span, const char *way,
                const EscCoverTerm *terms, uint32_t count)
{
    EscWorkspace *workspace = lower->workspace;
    if (!workspace->is_covered || count == 0 || span.end == 0 || !is_counted(workspace, span))
        return;
    EscCoverTerm *kept = esc_arena_alloc_array(workspace->arena, count, sizeof *kept);
    if (kept == NULL) {
        lower->build.status = ESC_NO_MEMORY;
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        kept[i] = terms[i];
    *ESC_ARRAY_ADD(workspace, cover) = (EscCoverPoint){.kind = kind,
                                                       .span = esc_place_of(workspace, span),
                                                       .way = way,
                                                       .terms = kept,
                                                       .terms_count = count};
}

void esc_cover_ran(EscLower *lower, EscCoverKind kind, EscSpan span, const char *way, uint32_t at)
{
    EscCoverTerm term = term_at(lower, ESC_COVER_RAN, at);
    if (at < esc_cover_here(lower))
        put(lower, kind, span, way, &term, 1);
}

void esc_cover_skipped(EscLower *lower, EscSpan span, uint32_t from, uint32_t taken)
{
    EscCoverTerm terms[] = {term_at(lower, ESC_COVER_RAN, from),
                            minus(term_at(lower, ESC_COVER_RAN, taken))};
    if (from < taken && taken < esc_cover_here(lower))
        put(lower, ESC_COVER_BRANCH, span, "skipped", terms, 2);
}

/* --- conditions ------------------------------------------------------------------------------- */

static bool is_decision(const EscInstr *instr)
{
    return instr->op == ESC_OP_JUMP_IF || instr->op == ESC_OP_JUMP_UNLESS;
}

/* Places of the instructions from `start` on that decide, or (op UNWRAP) leave because a value is missing. */
static uint32_t collect(const EscLower *lower, uint32_t start, bool is_unwrap, uint32_t *places)
{
    const EscInstr *code = lower->emit->room->code;
    uint32_t count = 0;
    for (uint32_t i = start; i < lower->emit->code_count && count < TERMS_MAX; i++)
        if (is_unwrap ? code[i].op == ESC_OP_UNWRAP : is_decision(&code[i]))
            places[count++] = i;
    return count;
}

/* Puts both ways of a test, of which `held` are the terms of the one: the other is the rest of those who came. */
static void put_both(EscLower *lower, EscSpan span, uint32_t start, EscCoverTerm *held,
                     uint32_t count, bool is_opposite)
{
    put(lower, ESC_COVER_CONDITION, span, is_opposite ? "does not hold" : "holds", held, count);
    for (uint32_t i = 0; i < count; i++)
        held[i] = minus(held[i]);
    held[count] = term_at(lower, ESC_COVER_RAN, start);
    put(lower, ESC_COVER_CONDITION, span, is_opposite ? "holds" : "does not hold", held, count + 1);
}

static bool is_list_test(const EscNode *node)
{
    return node->kind == ESC_NODE_BINARY &&
           (node->binary.op == ESC_BINARY_IN || node->binary.op == ESC_BINARY_NOT_IN) &&
           node->binary.right->kind == ESC_NODE_LIST;
}

/* One comparison for each item, in their order. */
static void put_list_test(EscLower *lower, const EscNode *node, uint32_t start,
                          const uint32_t *places, uint32_t count)
{
    EscCoverTerm terms[TERMS_MAX + 1];
    uint32_t i = 0;
    if (count != node->binary.right->list.items.count || count == TERMS_MAX)
        return;
    ESC_EACH_NODE(item, node->binary.right->list.items) {
        terms[i] = term_at(lower, ESC_COVER_TRUE, places[i]);
        put(lower, ESC_COVER_MEMBER, item->span, "", &terms[i], 1);
        i++;
    }
    put_both(lower, node->span, start, terms, count, node->binary.op == ESC_BINARY_NOT_IN);
}

/* A value is present when nobody left because it is missing. */
static void put_presence(EscLower *lower, const EscNode *node, uint32_t start)
{
    uint32_t places[TERMS_MAX];
    EscCoverTerm terms[TERMS_MAX + 1];
    uint32_t count = collect(lower, start, true, places);
    for (uint32_t i = 0; i < count; i++)
        terms[i] = term_at(lower, ESC_COVER_FALSE, places[i]);
    if (count > 0)
        put_both(lower, node->span, start, terms, count, node->unary.op == ESC_UNARY_IS_PRESENT);
}

void esc_cover_test(EscLower *lower, const EscNode *node, uint32_t start)
{
    uint32_t places[TERMS_MAX];
    if (!lower->workspace->is_covered)
        return;
    if (node->kind == ESC_NODE_UNARY) {
        put_presence(lower, node, start);
        return;
    }
    uint32_t count = collect(lower, start, false, places);
    if (is_list_test(node)) {
        put_list_test(lower, node, start, places, count);
        return;
    }
    if (count == 0)
        return;
    bool is_opposite = node->kind == ESC_NODE_BINARY && (node->binary.op == ESC_BINARY_NOT_EQUAL ||
                                                         node->binary.op == ESC_BINARY_NOT_IN);
    EscCoverTerm terms[2] = {term_at(lower, ESC_COVER_TRUE, places[count - 1])};
    put_both(lower, node->span, start, terms, 1, is_opposite);
}

void esc_cover_answer(EscLower *lower, const EscNode *node, uint32_t at)
{
    EscCoverTerm terms[2] = {term_at(lower, ESC_COVER_TRUE, at)};
    bool is_joint = node->kind == ESC_NODE_BINARY || node->kind == ESC_NODE_UNARY ||
                    node->kind == ESC_NODE_QUANTIFIER || node->kind == ESC_NODE_CHANGED;
    if (!is_joint && at < esc_cover_here(lower))
        put_both(lower, node->span, at, terms, 1, false);
}

/* --- match ------------------------------------------------------------------------------------ */

/* Members of an enum are told by the value, for the last arm is not compared; others by their comparison. */
static EscCoverTerm arm_term(const EscLower *lower, const EscNode *literal, EscRegister value,
                             uint32_t at, uint32_t place)
{
    EscMeaning meaning = esc_meaning(lower->workspace, literal);
    EscCoverTerm term = term_at(lower, ESC_COVER_TRUE, place);
    if (meaning.means == ESC_MEANS_MEMBER)
        term = (EscCoverTerm){.kind = ESC_COVER_IS_MEMBER,
                              .function = lower->emit->function,
                              .at = at,
                              .place = value,
                              .member = meaning.index};
    return term;
}

void esc_cover_match(EscLower *lower, const EscNode *node, EscRegister value, uint32_t start,
                     uint32_t at)
{
    uint32_t places[TERMS_MAX], count = 0, compared = 0;
    EscCoverTerm terms[TERMS_MAX + 1];
    if (!lower->workspace->is_covered || at >= esc_cover_here(lower))
        return;
    uint32_t decisions = collect(lower, at, false, places);
    const EscNode *rest = NULL;
    ESC_EACH_NODE(arm, node->match.arms) {
        if (arm->match_arm.values.count == 0)
            rest = arm;
        ESC_EACH_NODE(literal, arm->match_arm.values) {
            if (count == TERMS_MAX)
                return;
            uint32_t place = compared < decisions ? places[compared++] : at;
            terms[count] = arm_term(lower, literal, value, at, place);
            put(lower, ESC_COVER_MEMBER, literal->span, "", &terms[count], 1);
            terms[count] = minus(terms[count]);
            count++;
        }
    }
    terms[count] = term_at(lower, ESC_COVER_RAN, start);
    if (rest != NULL)
        put(lower, ESC_COVER_BRANCH, rest->span, "otherwise", terms, count + 1);
}

/* --- conditions of triggers ------------------------------------------------------------------- */

static const EscNode *listed(const EscNode *node)
{
    return node != NULL && is_list_test(node) ? node->binary.right->list.items.first : NULL;
}

void esc_cover_pred(EscLower *lower, const EscNode *node, bool is_opposite, uint32_t pred)
{
    EscCoverTerm held = {.kind = ESC_COVER_PRED_TRUE, .at = pred};
    EscCoverTerm failed = {.kind = ESC_COVER_PRED_FALSE, .at = pred};
    put(lower, ESC_COVER_CONDITION, node->span, is_opposite ? "does not hold" : "holds", &held, 1);
    put(lower, ESC_COVER_CONDITION, node->span, is_opposite ? "holds" : "does not hold", &failed,
        1);
    for (const EscNode *item = listed(node); item != NULL; item = item->next) {
        EscMeaning meaning = esc_meaning(lower->workspace, item);
        EscCoverTerm member = {.kind = ESC_COVER_PRED_MEMBER, .at = pred, .member = meaning.index};
        if (meaning.means == ESC_MEANS_MEMBER)
            put(lower, ESC_COVER_MEMBER, item->span, "", &member, 1);
    }
}

/* --- where instructions came to lie ----------------------------------------------------------- */

void esc_cover_finish(EscLower *lower)
{
    EscWorkspace *workspace = lower->workspace;
    for (uint32_t i = 0; i < workspace->cover_count; i++) {
        EscCoverTerm *terms = (EscCoverTerm *)(uintptr_t)workspace->cover[i].terms; /* made above */
        for (uint32_t k = 0; k < workspace->cover[i].terms_count; k++)
            if (terms[k].kind < ESC_COVER_PRED_TRUE)
                terms[k].at += lower->build.functions[terms[k].function].code_first;
    }
}
