/* pagerduty_services.c - PagerDuty's services: which tickets start which chain, and how urgently.
 *
 * What is not urgent is told to the first people of the chain and goes no further. Urgency is fixed, follows the severity of the alert, or
 * the hours of support. */
#include "pagerduty/pagerduty.h"

/* --- parts of a service -------------------------------------------------------------------------------- */

static void say_parts(EscModel *model, uint32_t seen, const EscJson *service)
{
    EscText description = json_text(service, "description"), status = json_text(service, "status");
    int64_t resolves = json_integer(service, "auto_resolve_timeout", 0);
    const EscJson *grouping = pagerduty_block(service, "alert_grouping_parameters");
    if (description.size > 0 && !esc_text_equal(description, ESC_TEXT("Managed by Terraform")))
        esc_model_remark(model, seen, "%.*s", ESC_TEXT_ARG(description));
    if (resolves > 0)
        esc_model_leave(model, seen,
                        "incidents were resolved by themselves after %lld minutes: here nothing is "
                        "resolved unseen",
                        (long long)(resolves / 60));
    if (json_text(service, "alert_grouping").size > 0 || json_text(grouping, "type").size > 0)
        esc_model_leave(
            model, seen,
            "its alerts were grouped: `group by` of the template says what belongs together");
    if (json_text(json_object(service, "response_play"), "id").size > 0 ||
        json_text(service, "response_play").size > 0)
        esc_model_leave(model, seen, "its response play is not carried over");
    if (esc_text_equal(status, ESC_TEXT("maintenance")))
        esc_model_leave(model, seen, "it is in maintenance: here its alerts call somebody at once");
}

/* An acknowledgement holds so long. Services of one chain may differ: the shortest counts. */
static void take_hold(EscModel *model, uint32_t chain, const EscJson *service)
{
    int64_t seconds = json_integer(service, "acknowledgement_timeout", 0);
    ModelChain *row = &model->chains.items[chain];
    if (seconds >= 60 && seconds <= 400 * 24 * 3600 &&
        (row->holds_ms == 0 || seconds * 1000 < row->holds_ms))
        row->holds_ms = seconds * 1000;
}

/* --- how urgent ---------------------------------------------------------------------------------------- */

static void rule_put(EscModel *model, uint32_t intake, EscText title, const ModelTest *when,
                     uint32_t chain)
{
    ModelRule *rule = MODEL_ADD(model, model->intakes.items[intake].rules);
    rule->seen = MODEL_NONE;
    rule->title = title;
    rule->when = when;
    *MODEL_ADD(model, rule->acts) = (ModelAct){.kind = MODEL_START, .index = chain};
}

static uint32_t support_hours(Pagerduty *pagerduty, uint32_t seen, const EscJson *service)
{
    EscModel *model = pagerduty->model;
    const EscJson *hours = pagerduty_block(service, "support_hours");
    int64_t from = minute_of_day(json_text(hours, "start_time")),
            until = minute_of_day(json_text(hours, "end_time"));
    unsigned days = 0;
    for (const EscJson *day = json_list(hours, "days_of_week"); day != NULL; day = day->next)
        if (day->kind == ESC_JSON_INTEGER && day->integer >= 1 && day->integer <= 7)
            days |= 1u << (day->integer - 1);
    if (from < 0 || until < 0 || days == 0)
        return MODEL_NONE;
    EscText title =
        esc_model_printf(model, "%.*s support hours", ESC_TEXT_ARG(json_text(service, "name")));
    ModelCalendar *calendar = esc_model_calendar_add(model, MODEL_NONE, (EscText){0}, title,
                                                     json_text(hours, "time_zone"));
    int64_t minutes = until > from ? until - from : until - from + MODEL_DAY_MIN;
    for (unsigned day = 0; day < 7; day++)
        if ((days >> day) & 1)
            *MODEL_ADD(model, calendar->hours) =
                (ModelHours){day * MODEL_DAY_MIN + (uint32_t)from,
                             day * MODEL_DAY_MIN + (uint32_t)(from + minutes)};
    if (json_list(service, "scheduled_actions") != NULL)
        esc_model_leave(model, seen,
                        "what is open when the support hours begin does not become urgent then");
    return (uint32_t)(model->calendars.count - 1);
}

static const ModelTest *within(EscModel *model, uint32_t calendar)
{
    ModelTest *test = esc_arena_alloc(model->arena, sizeof *test);
    if (test == NULL)
        esc_model_lack(model);
    test->kind = MODEL_WITHIN;
    test->calendar = calendar;
    return test;
}

/* PagerDuty's urgency of critical and error is high. */
static const ModelTest *is_severe(EscModel *model)
{
    return esc_test_not(
        model, esc_test_of(model, MODEL_LESS, ESC_TEXT("ticket.severity"), ESC_TEXT("high"), true));
}

static const ModelTest *urgent_when(EscModel *model, const EscJson *urgency, bool *is_known)
{
    EscText word = json_text(urgency, "urgency");
    *is_known = true;
    if (esc_text_equal(word, ESC_TEXT("severity_based")))
        return is_severe(model);
    if (esc_text_equal(word, ESC_TEXT("low")))
        return esc_test_of(model, MODEL_NEVER, (EscText){0}, (EscText){0}, false);
    *is_known = esc_text_equal(word, ESC_TEXT("high")) || word.size == 0;
    return NULL;
}

static void rules_put(Pagerduty *pagerduty, uint32_t intake, uint32_t chain, const EscJson *service)
{
    EscModel *model = pagerduty->model;
    uint32_t seen = model->intakes.items[intake].seen;
    const EscJson *urgency = pagerduty_block(service, "incident_urgency_rule");
    bool is_known = true;
    const ModelTest *urgent = urgent_when(model, urgency, &is_known);
    if (esc_text_equal(json_text(urgency, "type"), ESC_TEXT("use_support_hours"))) {
        uint32_t calendar = support_hours(pagerduty, seen, service);
        is_known = calendar != MODEL_NONE;
        if (is_known) {
            bool is_in = true, is_out = true;
            const ModelTest *inside = urgent_when(
                                model, pagerduty_block(urgency, "during_support_hours"), &is_in),
                            *outside = urgent_when(
                                model, pagerduty_block(urgency, "outside_support_hours"), &is_out);
            is_known = is_in && is_out;
            const ModelTest *open = within(model, calendar);
            urgent =
                esc_test_both(model, MODEL_ANY, esc_test_both(model, MODEL_ALL, open, inside),
                              esc_test_both(model, MODEL_ALL, esc_test_not(model, open), outside));
        }
    }
    if (!is_known)
        esc_model_change(model, seen,
                         "how urgent its alerts are cannot be read: all are taken for urgent");
    bool is_always = !is_known || urgent == NULL || urgent->kind == MODEL_EVERY;
    if (is_always || urgent->kind != MODEL_NEVER)
        rule_put(model, intake, (EscText){0}, is_always ? NULL : urgent, chain);
    if (is_always)
        return;
    rule_put(model, intake, ESC_TEXT("not urgent"), NULL, pagerduty_low(pagerduty, chain));
    esc_model_change(model, seen,
                     "what is not urgent goes to the first people of the chain, and to the last "
                     "resort after a day; they are reached as for what is urgent");
}

/* --- services -------------------------------------------------------------------------------------------- */

static bool is_off(const EscJson *service)
{
    return esc_text_equal(json_text(service, "status"), ESC_TEXT("disabled"));
}

static void service_read(Pagerduty *pagerduty, const PagerdutyItem *item)
{
    EscModel *model = pagerduty->model;
    uint32_t seen = pagerduty_see(pagerduty, item, "service");
    EscText name = esc_text_on_line(model, model->seen.items[seen].title, 200);
    const EscJson *policy = esc_json_member(item->json, ESC_TEXT("escalation_policy"));
    uint32_t chain = esc_model_chain(model, pagerduty_id(policy));
    if (name.size == 0) {
        esc_model_leave(model, seen, "it has no name by which an alert could be of it");
        return;
    }
    if (is_off(item->json)) {
        esc_model_leave(model, seen, "it is switched off");
        return;
    }
    if (chain == MODEL_NONE) {
        esc_model_leave(model, seen, "its escalation policy is not listed");
        return;
    }
    esc_model_carry(model, seen); /* and below, what of it is missing */
    say_parts(model, seen, item->json);
    take_hold(model, chain, item->json);
    EscText field = esc_model_field(model, ESC_TEXT("service"), "text at most 200?",
                                    "which service an alert is of");
    ModelIntake *intake = esc_model_intake_add(model, seen, item->id, name);
    intake->when = esc_test_of(model, MODEL_EQUALS, field, name, false);
    rules_put(pagerduty, (uint32_t)(model->intakes.count - 1), chain, item->json);
}

void pagerduty_services(Pagerduty *pagerduty)
{
    for (size_t i = 0; i < pagerduty->items.count; i++)
        if (pagerduty->items.items[i].kind == PAGERDUTY_SERVICE)
            service_read(pagerduty, &pagerduty->items.items[i]);
}
