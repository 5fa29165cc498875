/* uncovered.c - hours at which nothing starts: a template that starts on an event in its hours only, and no other one on the
 * same event for such a ticket at the rest of them (M1.10). It is not started when the hours open either.
 *
 * Hours are looked at as they lie to each other in a week, and on the holidays of their calendars: at each of these moments
 * every `now in …` is true or false, and what is left of the conditions goes into diagrams. What is not certain is not said. */
#include "check/check.h"
#include "check/expressions.h"
#include "condition/clock.h"

enum {
    DAY_MINUTES = 1440,
    FIRST_DAY = 4,      /* a Monday before any holiday that counts */
    STARTS_MAX = 64,    /* of one event */
    GATES_MAX = 16,     /* calendars that their conditions ask */
    MOMENTS_MAX = 128,  /* ways in which these lie to each other */
    HOLIDAYS_MAX = 1024 /* days that are looked at */
};

/* A minute of a local day, and which of the gates are open then. */
typedef struct Moment {
    int64_t day;
    uint32_t minute, open;
    bool is_holiday;
} Moment;

/* A `start on` that names the event at hand. */
typedef struct Start {
    const EscTemplateInfo *template;
    const EscNode *condition;
    const EscCondition *form; /* NULL: no condition */
    const EscNode *gate;      /* the first test of hours; NULL: none */
} Start;

typedef struct Search {
    EscWorkspace *workspace;
    const EscNode **said; /* conditions that were */
    uint32_t said_count;
    size_t said_capacity;
    /* --- of the event at hand --- */
    EscArena *arena;
    Start starts[STARTS_MAX];
    uint32_t starts_count;
    uint32_t gates[GATES_MAX]; /* calendars */
    uint32_t gates_count;
    Moment moments[MOMENTS_MAX];
    uint32_t moments_count;
    EscDiagram told
        [MOMENTS_MAX]; /* at each: the tickets on which something starts, or of which it was said */
    bool is_over;      /* it cannot be looked at in full */
} Search;

/* --- gates ------------------------------------------------------------------------------------ */

static uint32_t gate_of(const Search *search, uint32_t calendar)
{
    uint32_t i = 0;
    while (i < search->gates_count && search->gates[i] != calendar)
        i++;
    return i;
}

static void find_gates(Search *search, const EscCondition *form, const EscNode **first)
{
    if (form->kind != ESC_CONDITION_TEST) {
        for (const EscCondition *child = form->first; child != NULL; child = child->next)
            find_gates(search, child, first);
        return;
    }
    if (form->test->subject.kind != ESC_SUBJECT_HOURS)
        return;
    uint32_t gate = gate_of(search, form->test->subject.index);
    *first = *first == NULL ? form->test->node : *first;
    if (gate < search->gates_count)
        return;
    if (gate == GATES_MAX)
        search->is_over = true;
    else
        search->gates[search->gates_count++] = form->test->subject.index;
}

static const EscCalendarInfo *calendar_of(const Search *search, uint32_t gate)
{
    return &search->workspace->calendars[search->gates[gate]];
}

static bool is_holiday(const EscCalendarInfo *calendar, int64_t day)
{
    for (uint32_t i = 0; i < calendar->holidays_count && calendar->holidays[i] <= day; i++)
        if (calendar->holidays[i] == day)
            return true;
    return false;
}

static bool is_open(const EscCalendarInfo *calendar, int64_t day, uint32_t minute)
{
    for (uint32_t i = 0; i < calendar->hours_count; i++) {
        const EscHoursInfo *hours = &calendar->hours[i];
        if (hours->weekday == esc_weekday_from_days(day) && hours->from_minute <= minute &&
            minute < hours->to_minute)
            return !is_holiday(calendar, day);
    }
    return false;
}

/* --- moments ---------------------------------------------------------------------------------- */

static void add_moment(Search *search, int64_t day, uint32_t minute)
{
    Moment moment = {.day = day, .minute = minute};
    for (uint32_t i = 0; i < search->gates_count; i++) {
        moment.open |= (uint32_t)is_open(calendar_of(search, i), day, minute) << i;
        moment.is_holiday = moment.is_holiday || is_holiday(calendar_of(search, i), day);
    }
    for (uint32_t i = 0; i < search->moments_count; i++)
        if (search->moments[i].open == moment.open)
            return;
    if (search->moments_count == MOMENTS_MAX)
        search->is_over = true;
    else
        search->moments[search->moments_count++] = moment;
}

/* The beginning of a day, and whenever hours begin or end in it. */
static void walk_day(Search *search, int64_t day)
{
    add_moment(search, day, 0);
    for (uint32_t i = 0; i < search->gates_count && !search->is_over; i++) {
        const EscCalendarInfo *calendar = calendar_of(search, i);
        for (uint32_t k = 0; k < calendar->hours_count; k++) {
            const EscHoursInfo *hours = &calendar->hours[k];
            if (hours->weekday != esc_weekday_from_days(day))
                continue;
            add_moment(search, day, hours->from_minute);
            if (hours->to_minute < DAY_MINUTES)
                add_moment(search, day, hours->to_minute);
        }
    }
}

static void walk_holidays(Search *search, const EscCalendarInfo *calendar)
{
    search->is_over = search->is_over || calendar->holidays_count > HOLIDAYS_MAX;
    for (uint32_t i = 0; i < calendar->holidays_count && !search->is_over; i++)
        if (calendar->holidays[i] >= search->workspace->io.today)
            walk_day(search, calendar->holidays[i]);
}

static EscText zone_of(const Search *search, uint32_t gate)
{
    EscText zone = calendar_of(search, gate)->timezone;
    return zone.size > 0 ? zone : esc_workspace_timezone(search->workspace);
}

/* How hours of two zones lie to each other changes over the year. */
static void find_moments(Search *search)
{
    for (uint32_t i = 0; i < search->gates_count; i++)
        search->is_over =
            search->is_over || !esc_text_equal(zone_of(search, i), zone_of(search, 0));
    for (int64_t day = FIRST_DAY; day < FIRST_DAY + 7 && !search->is_over; day++)
        walk_day(search, day);
    for (uint32_t i = 0; i < search->gates_count; i++)
        walk_holidays(search, calendar_of(search, i));
}

/* --- what starts then ------------------------------------------------------------------------- */

/* What is left of a condition at a moment. Depth is that of an expression. */
static EscDiagram at_moment(const Search *search, EscSpace *space, const EscCondition *form,
                            const Moment *moment)
{
    if (form == NULL)
        return ESC_ALWAYS;
    if (form->kind == ESC_CONDITION_TEST) {
        if (form->test->subject.kind != ESC_SUBJECT_HOURS)
            return esc_space_diagram(space, form);
        uint32_t gate = gate_of(search, form->test->subject.index);
        EscCell cell = {.member = moment->open >> gate & 1};
        return esc_test_holds(form->test, &cell) ? ESC_ALWAYS : ESC_NEVER;
    }
    bool is_and = form->kind == ESC_CONDITION_AND;
    EscDiagram all = is_and ? ESC_ALWAYS : ESC_NEVER;
    for (const EscCondition *child = form->first; child != NULL; child = child->next) {
        EscDiagram one = at_moment(search, space, child, moment);
        all = is_and ? esc_space_and(space, all, one) : esc_space_or(space, all, one);
    }
    return all;
}

/* The tickets on which it starts at one moment or another. */
static EscDiagram ever(const Search *search, EscSpace *space, const Start *start)
{
    EscDiagram all = ESC_NEVER;
    for (uint32_t i = 0; i < search->moments_count; i++)
        all = esc_space_or(space, all, at_moment(search, space, start->form, &search->moments[i]));
    return all;
}

/* The tickets on which anything starts at a moment. */
static EscDiagram anything(const Search *search, EscSpace *space, const Moment *moment)
{
    EscDiagram all = ESC_NEVER;
    for (uint32_t i = 0; i < search->starts_count; i++)
        all = esc_space_or(space, all, at_moment(search, space, search->starts[i].form, moment));
    return all;
}

/* --- the report ------------------------------------------------------------------------------- */

static EscText moment_words(EscWorkspace *workspace, const Moment *moment)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    int64_t year = 0;
    unsigned month = 0, date = 0;
    unsigned hour = moment->minute / 60, rest = moment->minute % 60;
    if (!moment->is_holiday)
        return esc_arena_printf(workspace->arena, "%s %02u:%02u",
                                days[esc_weekday_from_days(moment->day)], hour, rest);
    esc_date_from_days(moment->day, &year, &month, &date);
    return esc_arena_printf(workspace->arena, "%04d-%02u-%02u %02u:%02u", (int)year, month, date,
                            hour, rest);
}

static void say_uncovered(const Search *search, const Start *start, const Moment *moment,
                          const EscExample *example)
{
    EscWorkspace *workspace = search->workspace;
    EscText words = moment_words(workspace, moment);
    EscDiagnostic *diagnostic =
        esc_report(workspace, "A0315", start->gate->span,
                   "`%.*s` starts in these hours only, and nothing starts for such a ticket at "
                   "other hours, as on %.*s",
                   ESC_TEXT_ARG(start->template->name), ESC_TEXT_ARG(words));
    esc_report_hint(workspace, diagnostic,
                    "let another template start then; or start at any hour, and wait in the steps: "
                    "`await now in office_hours within 4d`");
    esc_report_example(workspace, diagnostic, example);
    esc_report_witness(workspace, diagnostic, ESC_TEXT("now"), words);
}

/* The tickets of a start on which nothing starts at a moment, and of which nothing was said. */
static EscDiagram gap_at(const Search *search, EscSpace *space, EscDiagram tickets, uint32_t moment)
{
    return esc_space_and(space, tickets, esc_space_not(space, search->told[moment]));
}

/* Siblings leave the same hours out: the first of them tells. True after a report. */
static bool judge_start(Search *search, EscSpace *space, const Start *start)
{
    EscDiagram tickets = ever(search, space, start);
    for (uint32_t i = 0; i < search->moments_count; i++) {
        EscDiagram gap = gap_at(search, space, tickets, i);
        EscExample example;
        if (gap == ESC_INCONCLUSIVE || tickets == ESC_INCONCLUSIVE)
            return false;
        if (gap == ESC_NEVER)
            continue;
        (void)esc_space_example(space, gap, search->workspace->arena, &example);
        say_uncovered(search, start, &search->moments[i], &example);
        for (uint32_t k = i; k < search->moments_count; k++)
            search->told[k] = esc_space_or(space, search->told[k], tickets);
        return true;
    }
    return false;
}

/* --- one event -------------------------------------------------------------------------------- */

static bool names_event(const EscWorkspace *workspace, const EscNode *start, uint32_t event)
{
    ESC_EACH_NODE(path, start->start.events) {
        EscMeaning meaning = esc_meaning(workspace, path);
        if (meaning.means == ESC_MEANS_EVENT && meaning.index == event)
            return true;
    }
    return false;
}

static void add_start(Search *search, const EscTemplateInfo *template, const EscNode *node)
{
    Start start = {.template = template, .condition = node->start.condition};
    if (start.condition != NULL)
        start.form = esc_condition_make(search->workspace, start.condition, search->arena);
    bool is_wrong = start.condition != NULL && start.form == NULL;
    search->is_over = search->is_over || is_wrong || search->starts_count == STARTS_MAX;
    if (search->is_over)
        return;
    if (start.form != NULL)
        find_gates(search, start.form, &start.gate);
    search->starts[search->starts_count++] = start;
}

static void collect_starts(Search *search, uint32_t event)
{
    const EscWorkspace *workspace = search->workspace;
    for (uint32_t i = 0; i < workspace->templates_count && !search->is_over; i++) {
        ESC_EACH_NODE(item, workspace->templates[i].node->template.items)
            if (item->kind == ESC_NODE_START && names_event(workspace, item, event))
                add_start(search, &workspace->templates[i], item);
    }
}

/* A `start` that names several events is said once, for the first of them that leaves hours out. */
static bool is_said(const Search *search, const EscNode *condition)
{
    for (uint32_t i = 0; i < search->said_count; i++)
        if (search->said[i] == condition)
            return true;
    return false;
}

static void note_said(Search *search, const EscNode *condition)
{
    search->said = esc_arena_grow(search->workspace->arena, search->said, search->said_count,
                                  &search->said_capacity, sizeof *search->said);
    if (search->said != NULL)
        search->said[search->said_count++] = condition;
}

static void judge_event(Search *search, uint32_t event)
{
    const EscCondition *forms[STARTS_MAX];
    search->starts_count = search->gates_count = search->moments_count = 0;
    search->is_over = false;
    collect_starts(search, event);
    if (search->is_over || search->gates_count == 0)
        return;
    find_moments(search);
    if (search->is_over)
        return;
    for (uint32_t i = 0; i < search->starts_count; i++)
        forms[i] = search->starts[i].form;
    EscSpace *space = esc_space_new(forms, search->starts_count);
    for (uint32_t i = 0; i < search->moments_count && space != NULL; i++)
        search->told[i] = anything(search, space, &search->moments[i]);
    for (uint32_t i = 0; i < search->starts_count && space != NULL; i++)
        if (search->starts[i].gate != NULL && !is_said(search, search->starts[i].condition) &&
            judge_start(search, space, &search->starts[i]))
            note_said(search, search->starts[i].condition);
    esc_judge_done(search->workspace, space);
}

typedef struct HoursSearch {
    const EscWorkspace *workspace;
    bool is_found;
} HoursSearch;

static void visit_hours(void *context, const EscNode *parent, const EscNode *node)
{
    HoursSearch *search = context;
    uint32_t calendar;
    (void)parent;
    search->is_found = search->is_found || esc_is_hours_test(search->workspace, node, &calendar);
    if (!search->is_found)
        esc_node_each_child(node, visit_hours, context);
}

static bool asks_hours(const EscWorkspace *workspace, const EscNode *condition)
{
    HoursSearch search = {.workspace = workspace};
    visit_hours(&search, NULL, condition);
    return search.is_found;
}

/* Events that some `start` with hours names. */
static void mark_events(const EscWorkspace *workspace, bool *is_gated)
{
    for (uint32_t i = 0; i < workspace->templates_count; i++) {
        ESC_EACH_NODE(item, workspace->templates[i].node->template.items) {
            if (item->kind != ESC_NODE_START || item->start.condition == NULL ||
                !asks_hours(workspace, item->start.condition))
                continue;
            ESC_EACH_NODE(path, item->start.events) {
                EscMeaning meaning = esc_meaning(workspace, path);
                if (meaning.means == ESC_MEANS_EVENT)
                    is_gated[meaning.index] = true;
            }
        }
    }
}

void esc_check_uncovered(EscWorkspace *workspace)
{
    bool *is_gated =
        esc_arena_alloc_array(workspace->arena, workspace->events_count, sizeof *is_gated);
    Search *search = esc_arena_alloc(workspace->arena, sizeof *search);
    if (is_gated == NULL || search == NULL)
        return;
    search->workspace = workspace;
    mark_events(workspace, is_gated);
    for (uint32_t event = 0; event < workspace->events_count; event++) {
        if (!is_gated[event])
            continue;
        EscArena *arena = esc_arena_new(ESC_FORM_BYTES_MAX);
        search->arena = arena;
        if (arena == NULL)
            esc_workspace_fail(workspace, ESC_NO_MEMORY);
        else
            judge_event(search, event);
        esc_arena_free(arena);
    }
}
