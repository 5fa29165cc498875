/* advice.c - what is right and probably not meant: warnings that need the whole workspace. */
#include <string.h>

#include "check/check.h"
#include "check/names.h"

#define SEARCHED_MAX 50u /* names that are looked for in all sources */

/* --- names that nobody uses ------------------------------------------------------------------- */

/* What only a template can use. People, teams and schedules are not looked at, because whoever is on
 * duty can hand a ticket to them; events, systems and routes are what others agree upon, and may be
 * there before they are needed. */
static bool must_be_used(EscSymbolKind kind)
{
    return kind == ESC_SYMBOL_CHANNEL || kind == ESC_SYMBOL_CALENDAR || kind == ESC_SYMBOL_RUNBOOK;
}

/* How often a name stands in a source, as a word. */
static uint32_t count_in(EscText source, EscText name)
{
    uint32_t count = 0;
    for (size_t at = 0; at + name.size <= source.size; ++at) {
        const char *found =
            memchr(source.data + at, name.data[0], source.size - name.size + 1 - at);
        if (found == NULL)
            break;
        at = (size_t)(found - source.data);
        bool is_whole = memcmp(found, name.data, name.size) == 0 &&
                        (at == 0 || !esc_is_word_character(found[-1])) &&
                        (at + name.size == source.size || !esc_is_word_character(found[name.size]));
        count += is_whole;
    }
    return count;
}

/* Where something is wrong, not everything was looked up: then a name counts as used that stands
 * somewhere else in the sources. */
static bool may_be_used(EscWorkspace *workspace, const EscSymbol *symbol)
{
    if (symbol->is_used || workspace->errors == 0)
        return symbol->is_used;
    if (workspace->searched++ >= SEARCHED_MAX)
        return true;
    uint32_t count = 0;
    for (uint32_t i = 0; i < workspace->files_count && count < 2; ++i)
        count += count_in(workspace->files[i].text, symbol->name);
    return count > 1;
}

static void unused_name(EscWorkspace *workspace, const EscSymbol *symbol)
{
    if (!must_be_used(symbol->kind) || symbol->span.end == 0 ||
        !esc_file_is_own(esc_file_of(workspace, symbol->span)) || may_be_used(workspace, symbol))
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "A0306", symbol->span, "nothing uses %s `%.*s`",
                   esc_symbol_kind_words(symbol->kind), ESC_TEXT_ARG(symbol->name));
    esc_report_hint(workspace, diagnostic, "use it, or leave its declaration out");
}

/* --- the same person twice -------------------------------------------------------------------- */

/* Whether all turns are those of one member, who is the only one so far too. */
static bool is_only(const EscRotationInfo *rotation, EscRef *only)
{
    for (uint32_t i = 0; i < rotation->count; ++i) {
        if (*only != 0 && rotation->members[i] != *only)
            return false;
        *only = rotation->members[i];
    }
    return true;
}

/* The one whom a reference always means; ESC_NONE: several, or it depends. */
static uint32_t only_person(const EscWorkspace *workspace, const EscNode *who)
{
    EscMeaning meaning = esc_meaning(workspace, who);
    EscRef ref = meaning.means == ESC_MEANS_REF ? meaning.index : 0;
    if (esc_ref_kind(ref) == ESC_REF_PERSON)
        return esc_ref_index(ref);
    if (esc_ref_kind(ref) == ESC_REF_TEAM || esc_ref_kind(ref) == ESC_REF_TURNS) {
        const EscTeamInfo *team = &workspace->teams[esc_ref_index(ref)];
        return team->count == 1 ? team->members[0] : ESC_NONE;
    }
    if (esc_ref_kind(ref) != ESC_REF_SCHEDULE)
        return ESC_NONE;
    const EscScheduleInfo *schedule = &workspace->schedules[esc_ref_index(ref)];
    EscRef only = 0;
    bool is_one = schedule->overrides_count == 0;
    for (uint32_t i = 0; i < schedule->layers_count && is_one; ++i) {
        const EscLayerInfo *layer = &schedule->layers[i];
        is_one = layer->rotations_count > 0; /* whom a file names is its own matter */
        for (uint32_t r = 0; r < layer->rotations_count && is_one; ++r)
            is_one = is_only(&layer->rotations[r], &only);
    }
    return is_one && esc_ref_kind(only) == ESC_REF_PERSON ? esc_ref_index(only) : ESC_NONE;
}

static bool is_same(const EscWorkspace *workspace, const EscNode *who, const EscNode *other)
{
    uint32_t person = only_person(workspace, who);
    return esc_paths_equal(who, other) ||
           (person != ESC_NONE && person == only_person(workspace, other));
}

/* Which owner of a level, or of the first ones of it, is the same as `who`; NULL: none. */
static const EscNode *same_of_level(const EscWorkspace *workspace, const EscNode *level,
                                    const EscNode *who)
{
    if (level->owner.who == who)
        return NULL;
    if (is_same(workspace, level->owner.who, who))
        return level->owner.who;
    ESC_EACH_NODE(other, level->owner.others) {
        if (other == who)
            return NULL; /* those behind it are looked at in their turn */
        if (is_same(workspace, other, who))
            return other;
    }
    return NULL;
}

static void same_owner(EscWorkspace *workspace, const EscTemplateInfo *info, uint32_t level,
                       const EscNode *who)
{
    for (uint32_t earlier = 0; earlier <= level; ++earlier) {
        const EscNode *first = same_of_level(workspace, info->levels[earlier], who);
        if (first == NULL)
            continue;
        uint32_t role = esc_meaning(workspace, info->levels[level]).index,
                 before = esc_meaning(workspace, info->levels[earlier]).index;
        EscDiagnostic *diagnostic =
            earlier == level
                ? esc_report(workspace, "A0304", who->span, "the %s owner is named twice",
                             esc_role_words[role])
                : esc_report(workspace, "A0304", who->span,
                             "the %s owner is the %s owner once more, who did not answer",
                             esc_role_words[role], esc_role_words[before]);
        esc_report_hint(workspace, diagnostic, "name somebody else, or leave this owner out");
        esc_report_related(workspace, diagnostic, first->span, "named here");
        return;
    }
}

static void same_owner_twice(EscWorkspace *workspace, const EscTemplateInfo *info)
{
    for (uint32_t level = 0; level < info->levels_count; ++level) {
        const EscNode *owner = info->levels[level];
        same_owner(workspace, info, level, owner->owner.who);
        ESC_EACH_NODE(other, owner->owner.others)
            same_owner(workspace, info, level, other);
    }
}

/* --- shifts that end -------------------------------------------------------------------------- */

/* Whoever has acknowledged keeps it for ever, long after going home. */
static void shifts_end(EscWorkspace *workspace, const EscTemplateInfo *info)
{
    for (uint32_t level = 0; level < info->levels_count; ++level) {
        const EscNode *owner = info->levels[level];
        EscMeaning meaning = esc_meaning(workspace, owner->owner.who);
        if (meaning.means != ESC_MEANS_REF || esc_ref_kind(meaning.index) != ESC_REF_SCHEDULE ||
            owner->owner.holds != NULL || owner->owner.follows_shift)
            continue;
        EscDiagnostic *diagnostic =
            esc_report(workspace, "A0312", owner->owner.who->span,
                       "whoever acknowledges has it without end, and shifts end");
        esc_report_hint(workspace, diagnostic,
                        "say `follows shift` behind it, or how long an acknowledgement holds: "
                        "`holds 8h`");
    }
}

/* --- times that are longer than what is promised ---------------------------------------------- */

/* At most how long a time takes on the clock on the wall. A calendar with no hours never ends. */
static int64_t elapsed_at_most(const EscWorkspace *workspace, int64_t ms, uint32_t calendar)
{
    if (calendar == ESC_NONE)
        return ms;
    int64_t week_ms = esc_week_minutes(&workspace->calendars[calendar]) * ESC_MINUTE_MS;
    if (week_ms == 0)
        return INT64_MAX;
    return (ms / week_ms + 2) * 7 * ESC_DAY_MS; /* it may begin just behind the hours of a week */
}

typedef struct Promise {
    int64_t ms; /* the longest of all service levels; 0: none is promised */
    EscSpan span;
} Promise;

/* The row of its table that promises a time, or the name of the level that has no table. */
static EscSpan goal_span(const EscWorkspace *workspace, uint32_t level, const EscGoalInfo *goal)
{
    return goal->node->kind == ESC_NODE_SLA_ROW ? goal->node->span
                                                : workspace->slas[level].node->sla.name.span;
}

static Promise longest_promise(const EscWorkspace *workspace, EscSlaClock kind)
{
    Promise longest = {0};
    for (uint32_t i = 0; i < workspace->slas_count; ++i) {
        const EscClockInfo *clock = &workspace->slas[i].clocks[kind];
        for (uint32_t k = 0; k < clock->goals_count; ++k) {
            const EscGoalInfo *goal = &clock->goals[k];
            int64_t ms = goal->ms == 0 ? 0 : elapsed_at_most(workspace, goal->ms, goal->calendar);
            if (ms > longest.ms)
                longest = (Promise){.ms = ms, .span = goal_span(workspace, i, goal)};
        }
    }
    return longest;
}

/* A time of a template, when it is longer than the longest promise of this kind. */
static void too_long(EscWorkspace *workspace, const EscNode *duration, const Promise *promise,
                     const char *words)
{
    if (promise->ms == 0 || duration == NULL || duration->kind != ESC_NODE_DURATION ||
        esc_meaning(workspace, duration).means == ESC_MEANS_CALENDAR ||
        duration->duration.ms <= promise->ms)
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "A0305", duration->span, "%s, whatever its service level", words);
    esc_report_hint(workspace, diagnostic, "make it shorter, or the service level longer");
    esc_report_related(workspace, diagnostic, promise->span, "the longest promise");
}

/* --- steps that do nothing -------------------------------------------------------------------- */

static bool no_steps(EscWorkspace *workspace, const EscTemplateInfo *info)
{
    if (info->steps == NULL || info->steps->steps.steps.count > 0 ||
        esc_has_broken_part(workspace, info->steps->span))
        return false;
    EscSpan span = {info->steps->span.file, info->steps->span.start, info->steps->span.start + 5};
    EscDiagnostic *diagnostic =
        esc_report(workspace, "A0307", span,
                   "`%.*s` has no steps: its owners are told, and nothing else happens",
                   ESC_TEXT_ARG(info->name));
    esc_report_hint(workspace, diagnostic,
                    "page somebody and wait: `page primary \"…\"  await ack`");
    return true;
}

typedef struct Waits {
    EscWorkspace *workspace;
    Promise promise;
} Waits;

/* All of them together, from the first to the time behind the last. */
static void long_rounds(const Waits *waits, const EscNode *node)
{
    const EscNode *period = node->every.period;
    int64_t ms = period->duration.ms, times = node->every.times;
    bool is_bounded =
        esc_bound_holds(ESC_BOUND_EVERY_MS, ms) && esc_bound_holds(ESC_BOUND_EVERY_ROUNDS, times);
    if (waits->promise.ms == 0 || !is_bounded || ms * times <= waits->promise.ms ||
        esc_meaning(waits->workspace, period).means == ESC_MEANS_CALENDAR)
        return;
    EscDiagnostic *diagnostic =
        esc_report(waits->workspace, "A0305", period->span,
                   "these rounds end when the ticket is overdue, whatever its service level");
    esc_report_hint(waits->workspace, diagnostic,
                    "make fewer of them, or the time between them shorter");
    esc_report_related(waits->workspace, diagnostic, waits->promise.span, "the longest promise");
}

/* Recurses as deep as steps can lie in one another. */
static void look_at_waits(void *context, const EscNode *parent, const EscNode *node)
{
    (void)parent;
    Waits *waits = context;
    if (node->kind == ESC_NODE_WAIT)
        too_long(waits->workspace, node->wait.duration, &waits->promise,
                 "this wait ends when the ticket is overdue");
    if (node->kind == ESC_NODE_EVERY)
        long_rounds(waits, node);
    if (node->kind == ESC_NODE_WAIT || node->kind == ESC_NODE_EVERY ||
        (node->kind >= ESC_NODE_IF && node->kind <= ESC_NODE_FOR_EACH) ||
        node->kind == ESC_NODE_STEPS)
        esc_node_each_child(node, look_at_waits, waits);
}

/* All passes through it together. */
static void long_chain(EscWorkspace *workspace, const EscTemplateInfo *info, const Promise *promise)
{
    int64_t sum_ms = 0;
    if (info->repeat == NULL || promise->ms == 0)
        return;
    for (uint32_t level = 0; level < info->levels_count; ++level) {
        const EscNode *within = info->levels[level]->owner.within;
        if (esc_meaning(workspace, within).means == ESC_MEANS_CALENDAR ||
            !esc_bound_holds(ESC_BOUND_DEADLINE_MS, within->duration.ms))
            return;
        sum_ms += within->duration.ms;
    }
    if (sum_ms * ((int64_t)info->repeat->repeat.times + 1) <= promise->ms)
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "A0305", info->repeat->span,
                   "the last pass may end when the ticket is overdue, whatever its service level");
    esc_report_hint(workspace, diagnostic, "repeat it fewer times, or give its owners less time");
    esc_report_related(workspace, diagnostic, promise->span, "the longest promise");
}

static void long_times(EscWorkspace *workspace, const EscTemplateInfo *info, const Promise *respond,
                       const Promise *resolve)
{
    /* Who is asked later may take longer than an answer was promised in, but not than everything was. */
    const Promise *later = resolve->ms > respond->ms ? resolve : respond;
    for (uint32_t level = 0; level < info->levels_count; ++level)
        too_long(workspace, info->levels[level]->owner.within, level == 0 ? respond : later,
                 level == 0 ? "the first owner may answer when the ticket is overdue"
                            : "this owner may answer when the ticket is overdue");
    long_chain(workspace, info, later);
    if (info->steps == NULL || resolve->ms == 0)
        return;
    Waits waits = {.workspace = workspace, .promise = *resolve};
    look_at_waits(&waits, info->node, info->steps);
}

/* A fault of the text or of a name: what was meant there is not known. */
static bool is_unclear(const EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->diagnostics_count; ++i) {
        const char *code = workspace->diagnostics[i].code;
        if (strncmp(code, "E00", 3) == 0 || strncmp(code, "E01", 3) == 0)
            return true;
    }
    return false;
}

void esc_pass_advice(EscWorkspace *workspace)
{
    if (is_unclear(workspace))
        return;
    bool is_idle = false; /* what its steps would use is not known */
    Promise respond = longest_promise(workspace, ESC_SLA_CLOCK_RESPOND),
            resolve = longest_promise(workspace, ESC_SLA_CLOCK_RESOLVE);
    for (uint32_t i = 0; i < workspace->templates_count; ++i) {
        same_owner_twice(workspace, &workspace->templates[i]);
        shifts_end(workspace, &workspace->templates[i]);
        is_idle = no_steps(workspace, &workspace->templates[i]) || is_idle;
        long_times(workspace, &workspace->templates[i], &respond, &resolve);
    }
    for (uint32_t i = 0; i < workspace->symbols_count && !is_idle; ++i)
        unused_name(workspace, &workspace->symbols[i]);
    esc_check_uncovered(workspace);
}
