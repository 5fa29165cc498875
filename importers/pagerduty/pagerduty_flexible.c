/* pagerduty_flexible.c - PagerDuty's flexible schedules (v3): rotations of events that recur by rules of RFC 5545.
 *
 * Each rotation has somebody at the same time as the others; within one, the events stand in their order. Members take turns of
 * `shifts_per_member` occurrences, or are all there at once. */
#include "pagerduty/pagerduty.h"
#include "recurrence.h"

typedef struct EventRead {
    Pagerduty *pagerduty;
    uint32_t schedule;
    EscText zone;
    Shifts *shifts;
} EventRead;

/* The API nests a time, Terraform does not. */
static bool time_of(const EscJson *event, const char *name, int64_t *at_ms)
{
    return json_time(json_object(event, name), "date_time", at_ms) || json_time(event, name, at_ms);
}

static bool recurrence_of(EventRead *read, const Shift *shift, const EscJson *event,
                          Recurrence *recurrence)
{
    EscModel *model = read->pagerduty->model;
    int64_t end_ms = 0;
    bool has_rule = false;
    for (const EscJson *line = json_list(event, "recurrence"); line != NULL; line = line->next) {
        EscText text = esc_json_text_or(line, (EscText){0});
        if (!has_rule && !esc_text_starts_with(text, ESC_TEXT("EXDATE")) &&
            !esc_text_starts_with(text, ESC_TEXT("RDATE")))
            has_rule = recurrence_read(text, recurrence);
        else
            shift_change(model, read->schedule, shift,
                         "days that its rule leaves out or has besides are not carried over");
    }
    if (!has_rule || !time_of(event, "start_time", &recurrence->start_ms) ||
        !time_of(event, "end_time", &end_ms) || end_ms <= recurrence->start_ms)
        return false;
    recurrence->duration_ms = end_ms - recurrence->start_ms;
    if (recurrence->has_more)
        shift_change(model, read->schedule, shift,
                     "a part of its rule is not understood and is left out");
    return true;
}

static void member_put(EventRead *read, const Shift *shift, const EscJson *member,
                       ModelRotation *rotation)
{
    EscModel *model = read->pagerduty->model;
    EscText id = json_text(member, "user_id");
    if (id.size == 0)
        id = json_text(json_object(member, "user"), "id");
    if (esc_text_equal(json_text(member, "type"), ESC_TEXT("empty_member")))
        rotation_nobody(model, rotation);
    else if (!rotation_turn(model, rotation, id, (EscText){0}))
        shift_change(model, read->schedule, shift,
                     "one of its members is not listed: nobody is there in their turns");
}

static void shift_put(EventRead *read, Shift *shift, const Recurrence *recurrence,
                      int64_t occurrences)
{
    EscModel *model = read->pagerduty->model;
    const char *why = NULL;
    if (shift->rotation.turns.count == 0)
        why = "nobody is in it";
    else if (recurrence_rotation(model, read->zone, recurrence, occurrences, &shift->rotation,
                                 &why)) {
        *MODEL_ADD(model, *read->shifts) = *shift;
        esc_model_carry(model, shift->seen);
        return;
    }
    shift_leave(model, read->schedule, shift, why);
}

static void event_read(EventRead *read, const PagerdutyItem *item, const EscJson *event,
                       int64_t level)
{
    EscModel *model = read->pagerduty->model;
    const EscJson *strategy = pagerduty_block(event, "assignment_strategy");
    const EscJson *member = pagerduty_list(strategy, "members", "member");
    bool is_every =
        esc_text_equal(json_text(strategy, "type"), ESC_TEXT("every_member_assignment_strategy"));
    int64_t occurrences = json_integer(strategy, "shifts_per_member", 1);
    Shift shift = {
        .title = json_text(event, "name"), .level = level, .rotation = {.until_ms = INT64_MAX}};
    Recurrence recurrence;
    shift.seen =
        esc_model_see(model, "event", shift.title, json_place(model, item->document, event));
    (void)json_time(event, "effective_until", &shift.rotation.until_ms);
    if (shift.rotation.until_ms <= model->request->now_ms) {
        esc_model_leave(model, shift.seen, "it is over");
        return;
    }
    if (!recurrence_of(read, &shift, event, &recurrence)) {
        shift_leave(model, read->schedule, &shift, "its times or its rule cannot be read");
        return;
    }
    for (; member != NULL; member = member->next) {
        member_put(read, &shift, member, &shift.rotation);
        if (!is_every)
            continue;
        shift_put(read, &shift, &recurrence, 1);
        shift.rotation = (ModelRotation){.until_ms = shift.rotation.until_ms};
    }
    if (!is_every)
        shift_put(read, &shift, &recurrence, occurrences < 1 ? 1 : occurrences);
}

void pagerduty_flexible(Pagerduty *pagerduty, const PagerdutyItem *item)
{
    EscModel *model = pagerduty->model;
    Shifts shifts = {0};
    uint32_t seen = pagerduty_see(pagerduty, item, "schedule");
    esc_model_schedule_add(model, seen, item->id, model->seen.items[seen].title,
                           json_text(item->json, "time_zone"));
    EventRead read = {pagerduty, (uint32_t)(model->schedules.count - 1),
                      json_text(item->json, "time_zone"), &shifts};
    for (const EscJson *rotation = pagerduty_list(item->json, "rotations", "rotation"); rotation;
         rotation = rotation->next)
        for (const EscJson *event = pagerduty_list(rotation, "events", "event"); event != NULL;
             event = event->next)
            event_read(&read, item, event, 0);
    shifts_put(model, read.schedule, &shifts);
    esc_model_remark(model, seen,
                     "a flexible schedule: its rotations are taken to be on call at the same time");
    esc_model_carry(model, seen);
}
