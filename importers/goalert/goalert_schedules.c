/* goalert_schedules.c - GoAlert's rotations and schedules.
 *
 * A schedule has targets, each with rules (hours by the day of the week, from Sunday on; 00:00 to 00:00 is the whole day); everybody whose
 * rule holds is on call. A rotation says with `activeUserIndex` whose turn it was when the answer was given; `start` is only where turns
 * begin and end. Overrides put one person in another's place while that one is on call, and a temporary schedule hides all rules. */
#include "goalert/goalert.h"

#define SHIFTS_MAX 200 /* that one override or temporary schedule comes to */

/* --- rotations ---------------------------------------------------------------------------------------- */

static const EscJson *rotation_of(Goalert *goalert, EscText id, GoalertWalk *at)
{
    for (GoalertWalk walk = goalert_first(goalert, "rotations"); walk.node; goalert_next(&walk))
        if (esc_text_equal(json_text(walk.node, "id"), id)) {
            *at = walk;
            return walk.node;
        }
    return NULL;
}

static bool unit_of(EscText type, ModelUnit *unit)
{
    static const char *const TYPES[] = {"hourly", "daily", "weekly", "monthly"};
    static const ModelUnit UNITS[] = {MODEL_BY_HOUR, MODEL_BY_DAY, MODEL_BY_WEEK, MODEL_BY_MONTH};
    for (size_t i = 0; i < ESC_COUNT_OF(TYPES); i++)
        if (esc_text_equal(type, esc_text_from(TYPES[i]))) {
            *unit = UNITS[i];
            return true;
        }
    return false;
}

static void users_put(Goalert *goalert, uint32_t seen, const EscJson *node, ModelRotation *rotation)
{
    const EscJson *list = esc_json_member(node, ESC_TEXT("userIDs"));
    bool is_list = list != NULL && list->kind == ESC_JSON_LIST && list->count > 0;
    for (const EscJson *user = is_list ? list->first : NULL; user != NULL; user = user->next) {
        EscText id = esc_json_text_or(user, (EscText){0});
        if (!rotation_turn(goalert->model, rotation, id, (EscText){0}))
            esc_model_change(goalert->model, seen,
                             "the user %.*s is not listed: nobody is there in their turns",
                             ESC_TEXT_ARG(id));
    }
}

/* The turns begin with whoever has it now, at the boundary behind which it is now. */
static void turns_put(Goalert *goalert, uint32_t seen, const EscJson *node, ModelRotation *rotation)
{
    EscModel *model = goalert->model;
    int64_t length = json_integer(node, "shiftLength", 1),
            active = json_integer(node, "activeUserIndex", 0);
    size_t count = rotation->turns.count;
    rotation->length = (uint32_t)(length < 1 ? 1 : length > 9000 ? 9000 : length);
    if (!unit_of(json_text(node, "type"), &rotation->unit)) {
        esc_model_change(model, seen, "its kind %.*s is not known: it is taken for weekly",
                         ESC_TEXT_ARG(json_text(node, "type")));
        rotation->unit = MODEL_BY_WEEK;
    }
    if (!json_time(node, "start", &rotation->from_ms)) {
        esc_model_change(model, seen,
                         "it does not say when its turns begin: from now on they are counted");
        rotation->from_ms = model->request->now_ms;
    }
    if (active < 0 || active >= (int64_t)count)
        active = 0;
    const ModelTarget *users = rotation->turns.items;
    rotation_forward(model, json_text(node, "timeZone"), rotation, model->request->now_ms);
    for (size_t i = 0; i < count;
         i++) /* not by the turns since `start`: somebody may have been put in front since */
        rotation->turns.items[i] = users[((size_t)active + i) % count];
    esc_model_remark(
        model, seen,
        "it was the first one's turn when the answer was given, which is taken to be now");
}

static uint32_t see_rotation(Goalert *goalert, const GoalertWalk *walk)
{
    for (size_t i = 0; i < goalert->rotations.count; i++)
        if (goalert->rotations.items[i].node == walk->node)
            return goalert->rotations.items[i].seen;
    uint32_t seen = goalert_see(goalert, walk, "rotation");
    *MODEL_ADD(goalert->model, goalert->rotations) = (GoalertSeen){walk->node, seen};
    return seen;
}

/* False when nobody is in it. */
static bool rotation_read(Goalert *goalert, EscText id, ModelRotation *rotation, uint32_t *seen)
{
    GoalertWalk walk;
    const EscJson *node = rotation_of(goalert, id, &walk);
    if (node == NULL)
        return false;
    *seen = see_rotation(goalert, &walk);
    users_put(goalert, *seen, node, rotation);
    esc_model_carry(goalert->model, *seen);
    if (rotation->turns.count == 0)
        esc_model_leave(goalert->model, *seen, "nobody is in it");
    else if (rotation->turns.count > 1)
        turns_put(goalert, *seen, node, rotation);
    return rotation->turns.count > 0;
}

uint32_t goalert_rotation_schedule(Goalert *goalert, EscText id)
{
    EscModel *model = goalert->model;
    EscText key = esc_model_printf(model, "rotation %.*s", ESC_TEXT_ARG(id));
    uint32_t found = esc_model_schedule(model, key), seen = MODEL_NONE;
    ModelRotation rotation = {.until_ms = INT64_MAX};
    GoalertWalk walk;
    const EscJson *node = found == MODEL_NONE ? rotation_of(goalert, id, &walk) : NULL;
    if (found != MODEL_NONE || node == NULL || !rotation_read(goalert, id, &rotation, &seen))
        return found;
    esc_model_schedule_add(model, seen, key, model->seen.items[seen].title,
                           json_text(node, "timeZone"));
    Shifts shifts = {0};
    *MODEL_ADD(model, shifts) = (Shift){seen, model->seen.items[seen].title, 0, rotation};
    shifts_put(model, (uint32_t)(model->schedules.count - 1), &shifts);
    return (uint32_t)(model->schedules.count - 1);
}

/* --- rules -------------------------------------------------------------------------------------------- */

/* Bit 0 is Monday; the filter begins with Sunday. */
static unsigned weekdays_of(const EscJson *rule)
{
    unsigned days = 0, at = 6;
    for (const EscJson *day = json_list(rule, "weekdayFilter"); day != NULL; day = day->next) {
        if (day->kind == ESC_JSON_TRUE)
            days |= 1u << at;
        at = (at + 1) % 7;
    }
    return days;
}

/* False when the rule never holds. *is_always when it leaves no time out. */
static bool rule_put(Goalert *goalert, ModelRotation *rotation, const EscJson *rule,
                     bool *is_always)
{
    int64_t start = minute_of_day(json_text(rule, "start")),
            end = minute_of_day(json_text(rule, "end"));
    unsigned days = weekdays_of(rule);
    if (start < 0 || end < 0 || days == 0)
        return false;
    int64_t minutes = end > start ? end - start : end - start + MODEL_DAY_MIN;
    *is_always = *is_always || (days == 0x7f && minutes == MODEL_DAY_MIN);
    for (unsigned day = 0; day < 7; day++)
        if ((days >> day) & 1)
            rotation_hours(goalert->model, rotation, day, start, minutes);
    return true;
}

static bool rules_put(Goalert *goalert, uint32_t schedule, const Shift *shift,
                      const EscJson *target, ModelRotation *rotation)
{
    bool is_always = false, holds = false;
    for (const EscJson *rule = json_list(target, "rules"); rule != NULL; rule = rule->next) {
        if (rule_put(goalert, rotation, rule, &is_always))
            holds = true;
        else
            shift_change(goalert->model, schedule, shift,
                         "one of its rules has no hours: it is left out");
    }
    if (is_always)
        rotation->hours.count = 0;
    return holds;
}

static bool is_of_type(const EscJson *target, const char *type)
{
    return esc_text_equal(json_text(json_object(target, "target"), "type"), esc_text_from(type));
}

/* One target of a schedule as a shift; false when it comes to nobody. */
static bool target_read(Goalert *goalert, uint32_t schedule, const EscJson *node, Shift *shift)
{
    EscModel *model = goalert->model;
    const EscJson *target = json_object(node, "target");
    EscText id = json_text(target, "id"), name = json_text(target, "name");
    uint32_t seen = model->schedules.items[schedule].seen;
    *shift = (Shift){.seen = seen, .title = name, .rotation = {.until_ms = INT64_MAX}};
    if (is_of_type(node, "rotation")) {
        GoalertWalk walk;
        const EscJson *rotation = rotation_of(goalert, id, &walk);
        EscText zone = json_text(rotation, "timeZone");
        if (!rotation_read(goalert, id, &shift->rotation, &shift->seen)) {
            esc_model_change(model, seen,
                             "its rotation %.*s is not there: nobody is called in its hours",
                             ESC_TEXT_ARG(name));
            return false;
        }
        if (!esc_text_equal(zone, model->schedules.items[schedule].timezone))
            shift_change(
                model, schedule, shift,
                "its turns change by the clocks of the schedule, which is in another time zone");
        return true;
    }
    bool is_listed = is_of_type(node, "user") && esc_model_person(model, id) != MODEL_NONE;
    if (is_listed)
        (void)rotation_turn(model, &shift->rotation, id, name);
    else if (is_of_type(node, "user"))
        esc_model_change(model, seen, "%.*s is not listed: nobody is there in their hours",
                         ESC_TEXT_ARG(name));
    else
        esc_model_change(model, seen, "a target of the kind %.*s is left out",
                         ESC_TEXT_ARG(json_text(target, "type")));
    return is_listed;
}

static void targets_put(Goalert *goalert, uint32_t schedule, const EscJson *node)
{
    Shifts shifts = {0};
    Shift shift;
    for (const EscJson *target = json_list(node, "targets"); target != NULL;
         target = target->next) {
        if (!target_read(goalert, schedule, target, &shift))
            continue;
        if (rules_put(goalert, schedule, &shift, target, &shift.rotation))
            *MODEL_ADD(goalert->model, shifts) = shift;
        else
            shift_leave(goalert->model, schedule, &shift,
                        "it has no rule that ever holds in this schedule");
    }
    shifts_put(goalert->model, schedule, &shifts);
}

/* --- temporary schedules -------------------------------------------------------------------------------- */

static void override_put(EscModel *model, uint32_t schedule, uint32_t seen, int64_t from_ms,
                         int64_t until_ms, uint32_t person, uint32_t track)
{
    *MODEL_ADD(model, model->schedules.items[schedule].overrides) =
        (ModelOverride){.seen = seen,
                        .from_ms = from_ms,
                        .until_ms = until_ms,
                        .who = {.kind = MODEL_PERSON, .index = person},
                        .track = track};
}

/* The first track that none of the overrides from `first` on has at that time; the first one hides all tracks. */
static uint32_t free_track(const ModelSchedule *schedule, size_t first, int64_t from_ms,
                           int64_t until_ms)
{
    for (uint32_t track = 0;; track++) {
        bool is_free = true;
        for (size_t i = first; i < schedule->overrides.count && is_free; i++) {
            const ModelOverride *other = &schedule->overrides.items[i];
            uint32_t own = other->track == MODEL_NONE ? 0 : other->track;
            is_free = own != track || other->until_ms <= from_ms || other->from_ms >= until_ms;
        }
        if (is_free)
            return track;
    }
}

static void temporary_shift(Goalert *goalert, uint32_t schedule, uint32_t seen, size_t first,
                            const EscJson *shift)
{
    EscModel *model = goalert->model;
    int64_t from_ms = 0, until_ms = 0;
    EscText user = json_text(shift, "userID");
    uint32_t person = esc_model_person(model, user);
    if (!json_time(shift, "start", &from_ms) || !json_time(shift, "end", &until_ms) ||
        until_ms <= from_ms) {
        esc_model_change(model, seen, "one of its shifts has no time");
        return;
    }
    if (person == MODEL_NONE) {
        esc_model_change(model, seen,
                         "the user %.*s is not listed: in that shift the usual turns count",
                         ESC_TEXT_ARG(user));
        return;
    }
    if (model->schedules.items[schedule].overrides.count - first >= SHIFTS_MAX) {
        esc_model_change(model, seen, "it has more than %d shifts: the further ones are left out",
                         SHIFTS_MAX);
        return;
    }
    uint32_t track = free_track(&model->schedules.items[schedule], first, from_ms, until_ms);
    if (track > 0 && track >= model->schedules.items[schedule].tracks.count)
        esc_model_change(model, seen,
                         "more people have it at once than the schedule has otherwise: the further "
                         "ones are left out");
    else /* the first hides everybody; who has it beside them goes over that */
        override_put(model, schedule, seen, from_ms, until_ms, person,
                     track == 0 ? MODEL_NONE : track);
}

static void temporaries_put(Goalert *goalert, uint32_t schedule, const GoalertWalk *walk)
{
    EscModel *model = goalert->model;
    for (const EscJson *node = json_list(walk->node, "temporarySchedules"); node != NULL;
         node = node->next) {
        int64_t from_ms = 0, until_ms = 0, covered = 0;
        uint32_t seen =
            esc_model_see(model, "temporary schedule", model->schedules.items[schedule].title,
                          json_place(model, walk->document, node));
        if (!json_time(node, "start", &from_ms) || !json_time(node, "end", &until_ms)) {
            esc_model_leave(model, seen, "it has no time");
            continue;
        }
        if (until_ms <= model->request->now_ms) {
            esc_model_leave(model, seen, "it is over");
            continue;
        }
        size_t first = model->schedules.items[schedule].overrides.count;
        for (const EscJson *shift = json_list(node, "shifts"); shift != NULL; shift = shift->next)
            temporary_shift(goalert, schedule, seen, first, shift);
        for (size_t i = first; i < model->schedules.items[schedule].overrides.count; i++)
            if (model->schedules.items[schedule].overrides.items[i].track == MODEL_NONE)
                covered += model->schedules.items[schedule].overrides.items[i].until_ms -
                           model->schedules.items[schedule].overrides.items[i].from_ms;
        if (covered < until_ms - from_ms)
            esc_model_change(
                model, seen,
                "between its shifts the usual turns count: that nobody is on call cannot be said");
        esc_model_carry(model, seen);
    }
}

/* --- overrides ---------------------------------------------------------------------------------------- */

/* Whether a person is on call in one track of a schedule by its turns alone. */
static bool has_turn(EscModel *model, uint32_t schedule, uint32_t track, uint32_t person,
                     int64_t at_ms, int64_t *next_ms)
{
    ModelSchedule whole = model->schedules.items[schedule],
                  *alone = &model->schedules.items[schedule];
    ModelTarget target = {.kind = MODEL_SCHEDULE, .index = schedule};
    uint32_t who = MODEL_NONE;
    alone->tracks.items = &whole.tracks.items[track];
    alone->tracks.count = 1;
    alone->overrides.count = 0;
    bool has = esc_evaluate(model, target, at_ms, &who, 1) == 1 && who == person;
    *next_ms = esc_evaluate_next(model, target, at_ms);
    model->schedules.items[schedule] = whole;
    return has;
}

/* A person in another's place: an override for each stretch in which that one has the turn. */
static size_t replace_put(EscModel *model, uint32_t schedule, uint32_t seen, uint32_t gone,
                          uint32_t comes, int64_t from_ms, int64_t until_ms)
{
    size_t first = model->schedules.items[schedule].overrides.count;
    for (uint32_t track = 0; track < model->schedules.items[schedule].tracks.count; track++) {
        int64_t at_ms = from_ms, begun = INT64_MIN, next = 0;
        for (size_t i = 0; at_ms < until_ms && i < 100 * SHIFTS_MAX; i++, at_ms = next) {
            bool has = has_turn(model, schedule, track, gone, at_ms, &next);
            if (has && begun == INT64_MIN)
                begun = at_ms;
            if (next > until_ms)
                next = until_ms;
            if (begun == INT64_MIN || (has && next < until_ms))
                continue;
            override_put(model, schedule, seen, begun, has ? next : at_ms, comes, track);
            begun = INT64_MIN;
        }
    }
    return model->schedules.items[schedule].overrides.count - first;
}

static void override_read(Goalert *goalert, uint32_t seen, const EscJson *node)
{
    EscModel *model = goalert->model;
    uint32_t schedule = esc_model_schedule(model, json_text(json_object(node, "target"), "id"));
    uint32_t gone = esc_model_person(model, json_text(node, "removeUserID")),
             comes = esc_model_person(model, json_text(node, "addUserID"));
    int64_t from_ms = 0, until_ms = 0;
    if (schedule == MODEL_NONE)
        esc_model_leave(model, seen, "the schedule that it is of is not listed");
    else if (!json_time(node, "start", &from_ms) || !json_time(node, "end", &until_ms))
        esc_model_leave(model, seen, "it has no time");
    else if (until_ms <= model->request->now_ms)
        esc_model_leave(model, seen, "it is over");
    else if (gone == MODEL_NONE)
        esc_model_leave(model, seen,
                        "somebody is on call beside the others for a while: a schedule cannot say "
                        "that; `handoff` or a second owner does");
    else if (comes == MODEL_NONE)
        esc_model_leave(model, seen,
                        "somebody is taken off without anybody in their place: `escalctl absent` "
                        "says it of all schedules at once");
    else if (replace_put(model, schedule, seen, gone, comes,
                         from_ms < model->request->now_ms ? model->request->now_ms : from_ms,
                         until_ms) == 0)
        esc_model_leave(model, seen, "whom it replaces is not on call in this time");
    else
        esc_model_carry(model, seen);
}

static void read_overrides(Goalert *goalert)
{
    EscModel *model = goalert->model;
    for (GoalertWalk walk = goalert_first(goalert, "userOverrides"); walk.node;
         goalert_next(&walk)) {
        EscText title = json_text(json_object(walk.node, "target"), "name");
        uint32_t seen =
            esc_model_see(model, "override", title, json_place(model, walk.document, walk.node));
        override_read(goalert, seen, walk.node);
    }
}

/* --- all of it ---------------------------------------------------------------------------------------- */

static void note_unused(Goalert *goalert)
{
    for (GoalertWalk walk = goalert_first(goalert, "rotations"); walk.node; goalert_next(&walk)) {
        uint32_t seen = see_rotation(goalert, &walk);
        if (goalert->model->seen.items[seen].fate == MODEL_UNSETTLED &&
            goalert_rotation_schedule(goalert, json_text(walk.node, "id")) != MODEL_NONE)
            esc_model_remark(goalert->model, seen, "no schedule has it");
    }
}

void goalert_schedules(Goalert *goalert)
{
    EscModel *model = goalert->model;
    for (GoalertWalk walk = goalert_first(goalert, "schedules"); walk.node; goalert_next(&walk)) {
        uint32_t seen = goalert_see(goalert, &walk, "schedule");
        EscText description = json_text(walk.node, "description");
        esc_model_schedule_add(model, seen, json_text(walk.node, "id"),
                               model->seen.items[seen].title, json_text(walk.node, "timeZone"));
        uint32_t schedule = (uint32_t)(model->schedules.count - 1);
        if (description.size > 0)
            esc_model_remark(model, seen, "%.*s", ESC_TEXT_ARG(description));
        targets_put(goalert, schedule, walk.node);
        esc_model_carry(model, seen);
    }
    note_unused(goalert);
    read_overrides(goalert);
    /* Temporary schedules hide overrides, so they stand behind them. */
    for (GoalertWalk walk = goalert_first(goalert, "schedules"); walk.node; goalert_next(&walk)) {
        uint32_t schedule = esc_model_schedule(model, json_text(walk.node, "id"));
        if (schedule != MODEL_NONE)
            temporaries_put(goalert, schedule, &walk);
    }
}
