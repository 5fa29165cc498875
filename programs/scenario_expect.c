/* scenario_expect.c - judges what a scenario expects: of which escalation, what is the case, and what is said when it is not. */
#include <string.h>

#include "scenario.h"

enum { VIEWS_MAX = 64 };

/* Empty when there is no such text. */
static EscText text_of(const EscJson *object, const char *member)
{
    return esc_json_text_or(esc_json_member(object, esc_text_from(member)), (EscText){0});
}

/* --- of which escalation ---------------------------------------------------------------------- */

typedef struct Views {
    EscEscalationView items[VIEWS_MAX];
    uint32_t count;
} Views;

static bool add_view(void *context, const EscEscalationView *view)
{
    Views *views = context;
    if (views->count < ESC_COUNT_OF(views->items))
        views->items[views->count++] = *view;
    return true;
}

static bool is_open(const EscEscalationView *view)
{
    return view->state != ESC_STATE_CLOSED;
}

/* Of the ticket at hand, be it one that joined; where that has none, of all tickets. */
static bool is_candidate(const EscPlay *play, const Views *views, const EscEscalationView *view,
                         EscText name)
{
    bool has_own = false;
    for (uint32_t i = 0; i < views->count; i++)
        has_own = has_own || esc_engine_is_about(play->engine, views->items[i].id, play->ticket);
    return (name.size == 0 || esc_text_equal(view->template_name, name)) &&
           (!has_own || esc_engine_is_about(play->engine, view->id, play->ticket));
}

/* The open one, or the last that closed. With several open ones it is none: the test has to name it. */
static EscSubject subject_of(EscPlay *play, const EscScenarioStep *step)
{
    Views views = {.count = 0};
    esc_engine_each_escalation(play->engine, add_view, &views);
    EscSubject subject = {.name = step->name, .is_so_far = step->is_so_far};
    for (uint32_t i = 0; i < views.count; i++) {
        const EscEscalationView *view = &views.items[i];
        if (!is_candidate(play, &views, view, step->name))
            continue;
        if (!subject.is_there || is_open(view) || !is_open(&subject.view))
            subject.view = *view;
        subject.is_there = true;
        subject.open_count += is_open(view);
    }
    return subject;
}

/* Where none is open any more `closed as OUTCOME` says by its outcome which one is meant: that of them all. */
static void turn_to_outcome(EscPlay *play, EscSubject *subject, EscText outcome)
{
    Views views = {.count = 0};
    if (outcome.size == 0 || subject->open_count > 0)
        return;
    esc_engine_each_escalation(play->engine, add_view, &views);
    for (uint32_t i = 0; i < views.count; i++) {
        const EscEscalationView *view = &views.items[i];
        if (is_candidate(play, &views, view, subject->name) &&
            esc_text_equal(view->outcome, outcome))
            subject->view = *view;
    }
}

/* --- what is the case ------------------------------------------------------------------------- */

static bool check_is(EscPlay *play, const EscEscalationView *view, EscText name, bool is_passed)
{
    const EscJson *checks = esc_play_json(play, view->checks_json);
    bool is_found = false, is_every = true;
    for (const EscJson *check = checks == NULL ? NULL : checks->first; check != NULL;
         check = check->next) {
        EscText result = text_of(check, "result");
        if (!esc_text_equal(text_of(check, "check"), name))
            continue;
        bool has_passed = esc_text_equal(result, ESC_TEXT("passed"));
        bool has_failed = esc_text_equal(result, ESC_TEXT("failed")) ||
                          esc_text_equal(result, ESC_TEXT("handled")) ||
                          esc_text_equal(result, ESC_TEXT("overridden"));
        if (is_passed)
            is_every = is_every && has_passed;
        is_found = is_found || (is_passed ? has_passed : has_failed);
    }
    return is_found && is_every;
}

static EscText role_of(const EscPlay *play, const EscEscalationView *view)
{
    return esc_directory_ref_name(play->program, ESC_REF(ESC_REF_ROLE, view->role));
}

static bool state_holds(EscPlay *play, const EscEscalationView *view,
                        const EscScenarioExpect *expect)
{
    if (expect->kind == ESC_EXPECTED_OWNER)
        return esc_play_is_one_of(play, expect->who, view->owner);
    if (expect->kind == ESC_EXPECTED_ROLE)
        return esc_text_equal(role_of(play, view), expect->name);
    if (expect->kind == ESC_EXPECTED_CLOSED)
        return view->state == ESC_STATE_CLOSED &&
               (expect->name.size == 0 || esc_text_equal(view->outcome, expect->name));
    bool is_passed = expect->kind == ESC_EXPECTED_PASSED, fits = true;
    for (uint32_t i = 0; i < expect->names_count; i++)
        fits = fits && check_is(play, view, expect->names[i], is_passed);
    return fits;
}

static bool is_state(EscExpected kind)
{
    return kind == ESC_EXPECTED_OWNER || kind == ESC_EXPECTED_ROLE || kind == ESC_EXPECTED_PASSED ||
           kind == ESC_EXPECTED_FAILED || kind == ESC_EXPECTED_CLOSED;
}

static bool is_of_escalation(const EscScenarioExpect *expect)
{
    return is_state(expect->kind) ||
           (expect->kind == ESC_EXPECTED_CONDITION && esc_play_needs_escalation(expect));
}

static bool deed_holds(EscPlay *play, const EscSubject *subject, const EscScenarioExpect *expect)
{
    uint32_t count = esc_play_deeds(play, subject, expect);
    if (expect->kind == ESC_EXPECTED_NOTHING)
        return count == 0;
    return expect->times > 0 ? count == expect->times : count > 0;
}

/* A fact or condition. Of an escalation that is not there, or is not named, nothing holds, nor its contrary. */
static bool leaf_holds(EscPlay *play, const EscSubject *subject, const EscScenarioExpect *expect)
{
    if (is_of_escalation(expect) && (!subject->is_there || subject->open_count > 1))
        return false;
    if (expect->kind == ESC_EXPECTED_CLOSED) {
        EscSubject meant = *subject;
        turn_to_outcome(play, &meant, expect->name);
        return state_holds(play, &meant.view, expect) != expect->is_negated;
    }
    if (is_state(expect->kind))
        return state_holds(play, &subject->view, expect) != expect->is_negated;
    if (expect->kind == ESC_EXPECTED_CONDITION)
        return esc_play_condition(play, subject, expect);
    return deed_holds(play, subject, expect) != expect->is_negated;
}

/* --- what is said ----------------------------------------------------------------------------- */

static void write_state(EscPlay *play, const EscSubject *subject, const EscScenarioExpect *expect,
                        EscBuf *out)
{
    const EscEscalationView *view = &subject->view;
    EscText role = role_of(play, view);
    if (expect->kind == ESC_EXPECTED_PASSED || expect->kind == ESC_EXPECTED_FAILED) {
        const EscJson *checks = esc_play_json(play, view->checks_json);
        bool is_first = true;
        for (const EscJson *check = checks == NULL ? NULL : checks->first; check != NULL;
             check = check->next, is_first = false)
            esc_buf_printf(out, "%s%.*s %.*s", is_first ? "" : ", ",
                           ESC_TEXT_ARG(text_of(check, "check")),
                           ESC_TEXT_ARG(text_of(check, "result")));
        return;
    }
    if (expect->kind == ESC_EXPECTED_CLOSED)
        esc_buf_printf(out, "%.*s is %s%s%.*s", ESC_TEXT_ARG(view->template_name),
                       esc_state_name(view->state), view->outcome.size > 0 ? " as " : "",
                       ESC_TEXT_ARG(view->outcome));
    else
        esc_buf_printf(out, "owner %.*s, role %.*s", ESC_TEXT_ARG(view->owner), ESC_TEXT_ARG(role));
}

static void write_found(EscPlay *play, const EscSubject *subject, const EscScenarioExpect *expect,
                        EscBuf *out)
{
    if (is_of_escalation(expect) && !subject->is_there) {
        esc_buf_string(out, "no escalation that this could speak of");
    } else if (is_of_escalation(expect) && subject->open_count > 1) {
        esc_buf_printf(out,
                       "%u open escalations of the ticket: say which one is meant, `expect in "
                       "TEMPLATE …`",
                       subject->open_count);
    } else if (is_state(expect->kind)) {
        write_state(play, subject, expect, out);
    } else if (expect->kind == ESC_EXPECTED_CONDITION) {
        esc_play_write_values(play, subject, expect, out);
    } else {
        uint32_t count = esc_play_deeds(play, subject, expect);
        if (expect->times > 0)
            esc_buf_printf(out, "%u %s: ", count, count == 1 ? "time" : "times");
        esc_play_write_deeds(play, subject, expect, out);
    }
}

static void write_place(EscPlay *play, EscPlaceSpan span)
{
    EscLineColumn place = esc_workspace_place(play->workspace, span.file, span.start);
    EscText path = esc_workspace_file_path(play->workspace, span.file);
    esc_buf_printf(play->report, "  %.*s:%u: ", ESC_TEXT_ARG(path), place.line);
}

/* As it was written, in one line. */
static void write_source(const EscPlay *play, EscPlaceSpan span, EscBuf *out)
{
    EscText source = esc_workspace_file_source(play->workspace, span.file);
    bool was_blank = false;
    for (uint32_t i = span.start; i < span.end && i < source.size; i++) {
        bool is_blank = source.data[i] == ' ' || source.data[i] == '\t' || source.data[i] == '\n' ||
                        source.data[i] == '\r';
        if (!is_blank)
            esc_buf_char(out, source.data[i]);
        else if (!was_blank)
            esc_buf_char(out, ' ');
        was_blank = is_blank;
    }
}

static void write_leaf(EscPlay *play, const EscSubject *subject, const EscScenarioExpect *expect,
                       bool is_wanted)
{
    EscBuf *out = play->report;
    esc_buf_string(out, is_wanted ? "    wanted  " : "    wanted  not: ");
    write_source(play, expect->span, out);
    esc_buf_string(out, "\n    found   ");
    write_found(play, subject, expect, out);
    esc_buf_char(out, '\n');
}

/* --- joined ----------------------------------------------------------------------------------- */

typedef struct Judge {
    EscPlay *play;
    const EscScenarioStep *step;
    const EscSubject *subject;
    uint32_t at;
} Judge;

static bool is_joint(EscExpected kind)
{
    return kind == ESC_EXPECTED_AND || kind == ESC_EXPECTED_OR || kind == ESC_EXPECTED_NOT;
}

/* Prefix form; as deep as the expression was. */
static bool claim_holds(Judge *judge)
{
    const EscScenarioExpect *expect = &judge->step->expects[judge->at++];
    if (!is_joint(expect->kind))
        return leaf_holds(judge->play, judge->subject, expect);
    bool every = true, any = false;
    for (uint32_t i = 0; i < expect->children; i++) {
        bool holds = claim_holds(judge);
        every = every && holds;
        any = any || holds;
    }
    return expect->kind == ESC_EXPECTED_AND ? every : expect->kind == ESC_EXPECTED_OR ? any : !any;
}

/* The parts that are to blame: of `and` those that do not hold, of `or` and `not` all. */
static void write_blame(Judge *judge, bool is_wanted)
{
    const EscScenarioExpect *expect = &judge->step->expects[judge->at];
    Judge ahead = *judge;
    bool holds = claim_holds(&ahead);
    if (holds == is_wanted) {
        judge->at = ahead.at;
        return;
    }
    judge->at++;
    if (!is_joint(expect->kind)) {
        write_leaf(judge->play, judge->subject, expect, is_wanted);
        return;
    }
    for (uint32_t i = 0; i < expect->children; i++)
        write_blame(judge, expect->kind == ESC_EXPECTED_NOT ? !is_wanted : is_wanted);
}

/* Of an escalation that is not there nothing holds, so `not` of it would: that is no answer. */
static bool is_groundless(const EscSubject *subject, const EscScenarioStep *step)
{
    for (uint32_t i = 0; i < step->expects_count; i++)
        if (!is_joint(step->expects[i].kind) && is_of_escalation(&step->expects[i]) &&
            (!subject->is_there || subject->open_count > 1))
            return true;
    return false;
}

static void write_groundless(EscPlay *play, const EscSubject *subject, const EscScenarioStep *step)
{
    for (uint32_t i = 0; i < step->expects_count; i++)
        if (!is_joint(step->expects[i].kind) && is_of_escalation(&step->expects[i]))
            write_leaf(play, subject, &step->expects[i], true);
}

bool esc_play_expect(EscPlay *play, const EscScenarioStep *step)
{
    EscSubject subject = subject_of(play, step);
    Judge judge = {.play = play, .step = step, .subject = &subject};
    bool is_grounded = !is_groundless(&subject, step);
    if (is_grounded && claim_holds(&judge))
        return true;
    play->failed_at = step->span;
    write_place(play, step->span);
    esc_buf_string(play->report, "this does not hold: ");
    write_source(play, step->span, play->report);
    esc_buf_char(play->report, '\n');
    judge.at = 0;
    if (is_grounded)
        write_blame(&judge, true);
    else
        write_groundless(play, &subject, step);
    return false;
}
