/* evaluate.c - who is on call by the model, for the tests that are generated.
 *
 * It is written from what the tools say of their schedules, and shares no code with the compiler or the runtime: a
 * generated test compares the two. Local times are counted as if every day had 24 hours, as those tools do. */
#include "model.h"

#define DEPUTIES_MAX 8
#define MONTHS_OF_YEAR 12

/* --- is somebody there ------------------------------------------------------------------------------ */

static bool is_away(const ModelPerson *person, int64_t at_ms, uint32_t *deputy)
{
    *deputy = MODEL_NONE;
    if (person->is_nobody)
        return true;
    for (size_t i = 0; i < person->absences.count; i++) {
        const ModelAbsence *absence = &person->absences.items[i];
        if (at_ms >= absence->from_ms && at_ms < absence->until_ms) {
            *deputy = absence->deputy;
            return true;
        }
    }
    return false;
}

/* The person, or who stands in; MODEL_NONE when nobody is there. */
static uint32_t there(const EscModel *model, uint32_t person, int64_t at_ms)
{
    for (unsigned i = 0; i <= DEPUTIES_MAX && person != MODEL_NONE; i++) {
        uint32_t deputy = MODEL_NONE;
        if (!is_away(&model->persons.items[person], at_ms, &deputy))
            return person;
        person = deputy;
    }
    return MODEL_NONE;
}

static bool is_there_herself(const EscModel *model, uint32_t person, int64_t at_ms)
{
    uint32_t deputy;
    return !is_away(&model->persons.items[person], at_ms, &deputy);
}

/* A team that has a turn is its lead, else the first who is there. */
static uint32_t one_of_team(const EscModel *model, uint32_t index, int64_t at_ms)
{
    const ModelTeam *team = &model->teams.items[index];
    uint32_t lead = team->lead == MODEL_NONE ? MODEL_NONE : there(model, team->lead, at_ms);
    if (lead != MODEL_NONE)
        return lead;
    for (size_t i = 0; i < team->members.count; i++) {
        if (is_there_herself(model, team->members.items[i], at_ms))
            return team->members.items[i];
    }
    return MODEL_NONE;
}

static uint32_t one_of(const EscModel *model, ModelTarget target, int64_t at_ms)
{
    if (target.kind == MODEL_PERSON)
        return there(model, target.index, at_ms);
    return target.kind == MODEL_TEAM ? one_of_team(model, target.index, at_ms) : MODEL_NONE;
}

/* --- whose turn it is --------------------------------------------------------------------------------- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Months since 1970 of a local time, and its place within the month. */
static int64_t month_of(int64_t local_ms, int64_t *within_ms)
{
    int64_t days = floor_div(local_ms, ESC_DAY_MS), year = 0;
    unsigned month = 1, day = 1;
    esc_date_from_days(days, &year, &month, &day);
    *within_ms = (int64_t)(day - 1) * ESC_DAY_MS + (local_ms - days * ESC_DAY_MS);
    return (year - 1970) * MONTHS_OF_YEAR + (int64_t)month - 1;
}

static int64_t month_start(int64_t month, int64_t within_ms)
{
    int64_t year = 1970 + floor_div(month, MONTHS_OF_YEAR);
    unsigned of_year = (unsigned)(month - floor_div(month, MONTHS_OF_YEAR) * MONTHS_OF_YEAR) + 1;
    return esc_days_from_date(year, of_year, 1) * ESC_DAY_MS + within_ms;
}

static int64_t unit_ms(const ModelRotation *rotation)
{
    int64_t one = rotation->unit == MODEL_BY_HOUR  ? ESC_HOUR_MS
                  : rotation->unit == MODEL_BY_DAY ? ESC_DAY_MS
                                                   : 7 * ESC_DAY_MS;
    return one * (rotation->length == 0 ? 1 : rotation->length);
}

/* How many of the days on which turns begin lie between two days, the later one among them. */
static int64_t turn_days_between(uint32_t weekdays, int64_t from_day, int64_t until_day)
{
    int64_t weeks = floor_div(until_day - from_day, 7), count = 0;
    for (unsigned i = 0; i < 7; i++)
        count += (weekdays >> i) & 1;
    count *= weeks;
    for (int64_t day = from_day + weeks * 7 + 1; day <= until_day; day++)
        count += (weekdays >> esc_weekday_from_days(day)) & 1;
    return count;
}

/* The number of the turn, and where it ends (local); false before the first one. */
static bool turn_at(const ModelRotation *rotation, int64_t from_local, int64_t local, int64_t *turn,
                    int64_t *end_local)
{
    *turn = 0;
    *end_local = INT64_MAX;
    if (rotation->unit == MODEL_ALWAYS)
        return true;
    if (local < from_local)
        return false;
    if (rotation->unit == MODEL_BY_MONTH) {
        int64_t within = 0, now_within = 0, length = rotation->length == 0 ? 1 : rotation->length;
        int64_t first = month_of(from_local, &within), now = month_of(local, &now_within);
        int64_t months = now - first - (now_within < within ? 1 : 0);
        *turn = floor_div(months, length);
        *end_local = month_start(first + (*turn + 1) * length, within);
        return true;
    }
    if (rotation->unit == MODEL_BY_WEEKDAY) {
        int64_t day = floor_div(from_local, ESC_DAY_MS), hour = from_local - day * ESC_DAY_MS;
        int64_t today = floor_div(local - hour, ESC_DAY_MS), next = today + 1;
        *turn = turn_days_between(rotation->weekdays, day, today);
        while (next < today + 7 && ((rotation->weekdays >> esc_weekday_from_days(next)) & 1) == 0)
            next++;
        *end_local = next * ESC_DAY_MS + hour;
        return true;
    }
    *turn = floor_div(local - from_local, unit_ms(rotation));
    *end_local = from_local + (*turn + 1) * unit_ms(rotation);
    return true;
}

static int64_t minute_of_week(int64_t local)
{
    int64_t day = floor_div(local, ESC_DAY_MS);
    return (int64_t)esc_weekday_from_days(day) * MODEL_DAY_MIN +
           (local - day * ESC_DAY_MS) / ESC_MINUTE_MS;
}

static bool is_in_hours(const ModelHours *hours, int64_t minute)
{
    return (minute >= hours->from && minute < hours->until) ||
           (minute + MODEL_WEEK_MIN >= hours->from && minute + MODEL_WEEK_MIN < hours->until);
}

static bool is_open(const ModelRotation *rotation, int64_t local)
{
    for (size_t i = 0; i < rotation->hours.count; i++) {
        if (is_in_hours(&rotation->hours.items[i], minute_of_week(local)))
            return true;
    }
    return rotation->hours.count == 0;
}

/* The rotation that has taken over last. */
static const ModelRotation *rotation_at(const ModelLayer *layer, int64_t at_ms)
{
    const ModelRotation *found = NULL;
    for (size_t i = 0; i < layer->rotations.count; i++) {
        const ModelRotation *rotation = &layer->rotations.items[i];
        bool has_begun = rotation->unit == MODEL_ALWAYS || rotation->from_ms <= at_ms;
        if (has_begun && (found == NULL || found->unit == MODEL_ALWAYS ||
                          (rotation->unit != MODEL_ALWAYS && rotation->from_ms >= found->from_ms)))
            found = rotation;
    }
    return found;
}

static uint32_t of_layer(const EscModel *model, const ModelSchedule *schedule,
                         const ModelLayer *layer, int64_t at_ms)
{
    const ModelRotation *rotation = rotation_at(layer, at_ms);
    if (rotation == NULL || rotation->turns.count == 0 || at_ms >= rotation->until_ms)
        return MODEL_NONE;
    int64_t local = esc_clock_local(model, schedule->timezone, at_ms), turn = 0, end = 0;
    if (!is_open(rotation, local) ||
        !turn_at(rotation, esc_clock_local(model, schedule->timezone, rotation->from_ms), local,
                 &turn, &end))
        return MODEL_NONE;
    return one_of(model, rotation->turns.items[turn % (int64_t)rotation->turns.count], at_ms);
}

static uint32_t of_track(const EscModel *model, const ModelSchedule *schedule, uint32_t number,
                         int64_t at_ms)
{
    for (size_t i = schedule->overrides.count; i > 0; i--) {
        const ModelOverride *override = &schedule->overrides.items[i - 1];
        bool is_now = at_ms >= override->from_ms && at_ms < override->until_ms;
        if (!is_now || (override->track != MODEL_NONE && override->track != number))
            continue;
        uint32_t who = one_of(model, override->who, at_ms);
        if (who != MODEL_NONE)
            return who;
        break; /* the later one counts; where it has nobody the layers are asked */
    }
    const ModelTrack *track = &schedule->tracks.items[number];
    for (size_t i = 0; i < track->layers.count; i++) {
        uint32_t who = of_layer(model, schedule, &track->layers.items[i], at_ms);
        if (who != MODEL_NONE)
            return who;
    }
    return MODEL_NONE;
}

/* --- a target ----------------------------------------------------------------------------------------- */

static size_t add_once(uint32_t *persons, size_t count, size_t max, uint32_t who)
{
    for (size_t i = 0; i < count; i++) {
        if (persons[i] == who)
            return count;
    }
    if (who == MODEL_NONE || count == max)
        return count;
    persons[count] = who;
    return count + 1;
}

size_t esc_evaluate(const EscModel *model, ModelTarget target, int64_t at_ms, uint32_t *persons,
                    size_t max)
{
    size_t count = 0;
    if (target.kind == MODEL_PERSON)
        return add_once(persons, 0, max, there(model, target.index, at_ms));
    if (target.kind == MODEL_SCHEDULE) {
        const ModelSchedule *schedule = &model->schedules.items[target.index];
        for (uint32_t i = 0; !schedule->is_off && i < schedule->tracks.count; i++)
            count = add_once(persons, count, max, of_track(model, schedule, i, at_ms));
        return count;
    }
    const ModelTeam *team = &model->teams.items[target.index];
    for (size_t i = 0; i < team->members.count; i++) {
        if (is_there_herself(model, team->members.items[i], at_ms))
            count = add_once(persons, count, max, team->members.items[i]);
    }
    return count;
}

/* --- when it may change --------------------------------------------------------------------------------- */

static void sooner(int64_t *next, int64_t candidate, int64_t at_ms)
{
    if (candidate > at_ms && candidate < *next)
        *next = candidate;
}

static void sooner_person(const EscModel *model, uint32_t person, int64_t at_ms, int64_t *next)
{
    for (unsigned depth = 0; person != MODEL_NONE && depth <= DEPUTIES_MAX; depth++) {
        const ModelPerson *row = &model->persons.items[person];
        uint32_t deputy = MODEL_NONE;
        for (size_t i = 0; i < row->absences.count; i++) {
            sooner(next, row->absences.items[i].from_ms, at_ms);
            sooner(next, row->absences.items[i].until_ms, at_ms);
            if (row->absences.items[i].deputy != MODEL_NONE)
                deputy = row->absences.items[i].deputy;
        }
        person = deputy;
    }
}

static void sooner_target(const EscModel *model, ModelTarget target, int64_t at_ms, int64_t *next)
{
    if (target.kind == MODEL_PERSON) {
        sooner_person(model, target.index, at_ms, next);
        return;
    }
    if (target.kind == MODEL_SCHEDULE)
        return;
    const ModelTeam *team = &model->teams.items[target.index];
    if (team->lead != MODEL_NONE)
        sooner_person(model, team->lead, at_ms, next);
    for (size_t i = 0; i < team->members.count; i++)
        sooner_person(model, team->members.items[i], at_ms, next);
}

/* Every hour that opens or closes, of this week and the next. */
static void sooner_hours(const EscModel *model, EscText zone, const ModelRotation *rotation,
                         int64_t at_ms, int64_t *next)
{
    int64_t local = esc_clock_local(model, zone, at_ms);
    int64_t monday = local - minute_of_week(local) * ESC_MINUTE_MS;
    monday -= ((monday % ESC_MINUTE_MS) + ESC_MINUTE_MS) % ESC_MINUTE_MS;
    for (size_t i = 0; i < rotation->hours.count; i++) {
        for (int64_t week = -1; week <= 1; week++) {
            int64_t start = monday + week * MODEL_WEEK_MIN * ESC_MINUTE_MS;
            const ModelHours *hours = &rotation->hours.items[i];
            sooner(next, esc_clock_instant(model, zone, start + hours->from * ESC_MINUTE_MS),
                   at_ms);
            sooner(next, esc_clock_instant(model, zone, start + hours->until * ESC_MINUTE_MS),
                   at_ms);
        }
    }
}

int64_t esc_rotation_turn_end(const EscModel *model, EscText zone, const ModelRotation *rotation,
                              int64_t at_ms)
{
    int64_t turn = 0, end = INT64_MAX;
    if (!turn_at(rotation, esc_clock_local(model, zone, rotation->from_ms),
                 esc_clock_local(model, zone, at_ms), &turn, &end) ||
        end == INT64_MAX)
        return INT64_MAX;
    return esc_clock_instant(model, zone, end);
}

static void sooner_rotation(const EscModel *model, EscText zone, const ModelRotation *rotation,
                            int64_t at_ms, int64_t *next)
{
    sooner(next, rotation->until_ms, at_ms);
    if (rotation->unit != MODEL_ALWAYS)
        sooner(next, rotation->from_ms, at_ms);
    sooner(next, esc_rotation_turn_end(model, zone, rotation, at_ms), at_ms);
    sooner_hours(model, zone, rotation, at_ms, next);
    for (size_t i = 0; i < rotation->turns.count; i++)
        sooner_target(model, rotation->turns.items[i], at_ms, next);
}

int64_t esc_evaluate_next(const EscModel *model, ModelTarget target, int64_t at_ms)
{
    int64_t next = INT64_MAX;
    if (target.kind != MODEL_SCHEDULE) {
        sooner_target(model, target, at_ms, &next);
        return next;
    }
    const ModelSchedule *schedule = &model->schedules.items[target.index];
    for (size_t i = 0; i < schedule->overrides.count; i++) {
        sooner(&next, schedule->overrides.items[i].from_ms, at_ms);
        sooner(&next, schedule->overrides.items[i].until_ms, at_ms);
        sooner_target(model, schedule->overrides.items[i].who, at_ms, &next);
    }
    for (size_t t = 0; t < schedule->tracks.count; t++) {
        for (size_t l = 0; l < schedule->tracks.items[t].layers.count; l++) {
            const ModelLayer *layer = &schedule->tracks.items[t].layers.items[l];
            for (size_t r = 0; r < layer->rotations.count; r++)
                sooner_rotation(model, schedule->timezone, &layer->rotations.items[r], at_ms,
                                &next);
        }
    }
    return next;
}
