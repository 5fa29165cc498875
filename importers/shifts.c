/* shifts.c - duties that lie over one another or beside one another, as tracks of one person at a time.
 *
 * Shifts of one level that never meet share a place; those that may meet get places beside each other. A track has its own place of each
 * level first, then the other places of that level, then the levels below: so whoever stands in a higher level hides all that is lower in
 * every track, and where a level has fewer people than there are tracks, one of them stands in two, which adds nobody. */
#include "shifts.h"

/* --- which shifts may meet --------------------------------------------------------------------------- */

static bool hours_meet(const ModelHours *a, const ModelHours *b)
{
    for (int64_t week = -2; week <= 2; week++) {
        int64_t from = (int64_t)b->from + week * MODEL_WEEK_MIN,
                until = (int64_t)b->until + week * MODEL_WEEK_MIN;
        if (from < (int64_t)a->until && until > (int64_t)a->from)
            return true;
    }
    return false;
}

static bool shifts_meet(const Shift *a, const Shift *b)
{
    const ModelRotation *left = &a->rotation, *right = &b->rotation;
    if (left->until_ms <= right->from_ms || right->until_ms <= left->from_ms)
        return false;
    if (left->hours.count == 0 || right->hours.count == 0)
        return true;
    for (size_t i = 0; i < left->hours.count; i++)
        for (size_t k = 0; k < right->hours.count; k++)
            if (hours_meet(&left->hours.items[i], &right->hours.items[k]))
                return true;
    return false;
}

/* --- places --------------------------------------------------------------------------------------- */

/* The first place of its level in which the shift meets nobody; `places` of the shifts before it are known. */
static uint32_t place_of(const Shifts *shifts, const uint32_t *places, size_t shift)
{
    for (uint32_t place = 0;; place++) {
        bool is_free = true;
        for (size_t i = 0; i < shift && is_free; i++)
            is_free = shifts->items[i].level != shifts->items[shift].level || places[i] != place ||
                      !shifts_meet(&shifts->items[i], &shifts->items[shift]);
        if (is_free)
            return place;
    }
}

/* A shift may stand in several tracks, and what settles one of them must not reach the others. */
static void layer_put(EscModel *model, ModelTrack *track, const Shift *shift)
{
    ModelLayer *layer = MODEL_ADD(model, track->layers);
    ModelRotation copy = shift->rotation;
    layer->title = shift->title;
    memset(&copy.turns, 0, sizeof copy.turns);
    memset(&copy.hours, 0, sizeof copy.hours);
    for (size_t i = 0; i < shift->rotation.turns.count; i++)
        *MODEL_ADD(model, copy.turns) = shift->rotation.turns.items[i];
    for (size_t i = 0; i < shift->rotation.hours.count; i++)
        *MODEL_ADD(model, copy.hours) = shift->rotation.hours.items[i];
    *MODEL_ADD(model, layer->rotations) = copy;
}

/* The layers of one level in one track: its own place, then the others. */
static void level_put(EscModel *model, ModelTrack *track, uint32_t number, const Shifts *shifts,
                      const uint32_t *places, int64_t level)
{
    uint32_t count = 0;
    for (size_t i = 0; i < shifts->count; i++)
        if (shifts->items[i].level == level && places[i] >= count)
            count = places[i] + 1;
    uint32_t own = number < count ? number : 0;
    for (int is_own = 1; is_own >= 0; is_own--)
        for (size_t i = 0; i < shifts->count; i++)
            if (shifts->items[i].level == level && (places[i] == own) == (is_own == 1))
                layer_put(model, track, &shifts->items[i]);
}

/* The highest level below `below`; INT64_MIN when there is none. Levels of exports are small numbers. */
static int64_t level_below(const Shifts *shifts, int64_t below)
{
    int64_t level = INT64_MIN;
    for (size_t i = 0; i < shifts->count; i++)
        if (shifts->items[i].level < below && shifts->items[i].level > level)
            level = shifts->items[i].level;
    return level;
}

/* Whether the first shifts are called differently, so that tracks can be called by them; else they are numbered. */
static bool has_own_title(const Shifts *shifts, uint32_t number)
{
    for (size_t i = 0; i < shifts->count && number < shifts->count; i++)
        if (i != number && esc_text_equal(shifts->items[i].title, shifts->items[number].title))
            return false;
    return number < shifts->count;
}

void shifts_put(EscModel *model, uint32_t schedule, const Shifts *shifts)
{
    uint32_t *places = esc_arena_alloc_array(model->arena, shifts->count + 1, sizeof *places);
    uint32_t tracks = 0;
    if (places == NULL)
        esc_model_lack(model);
    for (size_t i = 0; i < shifts->count; i++) {
        places[i] = place_of(shifts, places, i);
        if (places[i] >= SHIFTS_TRACKS_MAX)
            shift_leave(model, schedule, &shifts->items[i],
                        "more than 8 people are on call at once: this one is called when none of "
                        "the others is there");
        else if (places[i] >= tracks)
            tracks = places[i] + 1;
    }
    for (uint32_t number = 0; number < tracks; number++) {
        ModelTrack *track = MODEL_ADD(model, model->schedules.items[schedule].tracks);
        track->seen = shifts->count == 1 ? shifts->items[0].seen : MODEL_NONE;
        track->title = tracks == 1 || has_own_title(shifts, number) ? shifts->items[number].title
                                                                    : (EscText){0};
        for (int64_t level = level_below(shifts, INT64_MAX); level != INT64_MIN;
             level = level_below(shifts, level))
            level_put(model, track, number, shifts, places, level);
    }
}

/* --- what is said of a shift --------------------------------------------------------------------------- */

static void shift_remark(EscModel *model, uint32_t schedule, const Shift *shift, const char *text)
{
    uint32_t seen = model->schedules.items[schedule].seen;
    if (seen != shift->seen)
        esc_model_remark(model, seen, "%.*s: %s", ESC_TEXT_ARG(shift->title), text);
}

void shift_change(EscModel *model, uint32_t schedule, const Shift *shift, const char *text)
{
    shift_remark(model, schedule, shift, text);
    esc_model_change(model, shift->seen, "%s", text);
}

void shift_leave(EscModel *model, uint32_t schedule, const Shift *shift, const char *text)
{
    shift_remark(model, schedule, shift, text);
    esc_model_leave(model, shift->seen, "%s", text);
}

/* --- rotations --------------------------------------------------------------------------------------- */

#define HOUR_S 3600
#define DAY_S (24 * HOUR_S)
#define WEEK_S (7 * DAY_S)
#define TURN_S_MAX ((int64_t)400 * DAY_S)

bool rotation_length(ModelRotation *rotation, int64_t seconds)
{
    bool is_whole = seconds >= HOUR_S && seconds % HOUR_S == 0 && seconds <= TURN_S_MAX;
    if (seconds > TURN_S_MAX)
        seconds = TURN_S_MAX;
    if (seconds < HOUR_S)
        seconds = HOUR_S;
    if (seconds % WEEK_S == 0) {
        rotation->unit = MODEL_BY_WEEK;
        rotation->length = (uint32_t)(seconds / WEEK_S);
    } else if (seconds % DAY_S == 0) {
        rotation->unit = MODEL_BY_DAY;
        rotation->length = (uint32_t)(seconds / DAY_S);
    } else {
        rotation->unit = MODEL_BY_HOUR;
        rotation->length = (uint32_t)((seconds + HOUR_S / 2) / HOUR_S);
    }
    return is_whole;
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static int64_t months_added(int64_t local_ms, int64_t months)
{
    int64_t year = 0, day_ms = local_ms - floor_divide(local_ms, ESC_DAY_MS) * ESC_DAY_MS;
    unsigned month = 0, day = 0;
    esc_date_from_days(floor_divide(local_ms, ESC_DAY_MS), &year, &month, &day);
    int64_t count = year * 12 + (month - 1) + months;
    int64_t to_year = floor_divide(count, 12);
    return esc_days_from_date(to_year, (unsigned)(count - to_year * 12) + 1, day) * ESC_DAY_MS +
           day_ms;
}

/* How many whole turns lie between two local times; negative before the first. */
static int64_t turns_between(const ModelRotation *rotation, int64_t from, int64_t to)
{
    int64_t unit = rotation->unit == MODEL_BY_HOUR  ? ESC_HOUR_MS
                   : rotation->unit == MODEL_BY_DAY ? ESC_DAY_MS
                                                    : 7 * ESC_DAY_MS;
    if (rotation->unit != MODEL_BY_MONTH)
        return floor_divide(to - from, unit * rotation->length);
    int64_t turns = floor_divide(to - from, 31 * ESC_DAY_MS * (int64_t)rotation->length);
    while (months_added(from, (turns + 1) * rotation->length) <= to)
        turns++;
    while (months_added(from, turns * rotation->length) > to)
        turns--;
    return turns;
}

static void turns_turned(EscModel *model, ModelRotation *rotation, int64_t turns)
{
    size_t count = rotation->turns.count;
    size_t first =
        count == 0 ? 0 : (size_t)(turns - floor_divide(turns, (int64_t)count) * (int64_t)count);
    ModelTarget *turned = esc_arena_alloc_array(model->arena, count + 1, sizeof *turned);
    if (turned == NULL)
        esc_model_lack(model);
    for (size_t i = 0; i < count; i++)
        turned[i] = rotation->turns.items[(first + i) % count];
    rotation->turns.items = turned;
    rotation->turns.capacity = count;
}

void rotation_forward(EscModel *model, EscText zone, ModelRotation *rotation, int64_t at_ms)
{
    int64_t from = esc_clock_local(model, zone, rotation->from_ms);
    int64_t turns = turns_between(rotation, from, esc_clock_local(model, zone, at_ms));
    int64_t unit = rotation->unit == MODEL_BY_HOUR  ? ESC_HOUR_MS
                   : rotation->unit == MODEL_BY_DAY ? ESC_DAY_MS
                                                    : 7 * ESC_DAY_MS;
    int64_t local = rotation->unit == MODEL_BY_MONTH ? months_added(from, turns * rotation->length)
                                                     : from + turns * unit * rotation->length;
    rotation->from_ms = esc_clock_instant(model, zone, local);
    turns_turned(model, rotation, turns);
}

bool rotation_turn(EscModel *model, ModelRotation *rotation, EscText key, EscText title)
{
    uint32_t person = esc_model_person(model, key);
    bool is_listed = person != MODEL_NONE;
    if (!is_listed)
        person = esc_model_gone(model, key, title);
    *MODEL_ADD(model, rotation->turns) = (ModelTarget){.kind = MODEL_PERSON, .index = person};
    return is_listed;
}

void rotation_nobody(EscModel *model, ModelRotation *rotation)
{
    *MODEL_ADD(model, rotation->turns) =
        (ModelTarget){.kind = MODEL_PERSON, .index = esc_model_nobody(model)};
}

void rotation_hours(EscModel *model, ModelRotation *rotation, unsigned day, int64_t minute,
                    int64_t minutes)
{
    uint32_t from = day * MODEL_DAY_MIN + (uint32_t)minute;
    *MODEL_ADD(model, rotation->hours) = (ModelHours){from, from + (uint32_t)minutes};
}

/* --- texts ------------------------------------------------------------------------------------------- */

int64_t minute_of_day(EscText text)
{
    if (text.size < 5 || text.data[2] != ':')
        return -1;
    for (size_t i = 0; i < 5; i++)
        if (i != 2 && (text.data[i] < '0' || text.data[i] > '9'))
            return -1;
    int64_t hour = (text.data[0] - '0') * 10 + text.data[1] - '0',
            minute = (text.data[3] - '0') * 10 + text.data[4] - '0';
    return hour < 24 && minute < 60 ? hour * 60 + minute : -1;
}

int weekday_of(EscText text)
{
    static const char *const DAYS[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    for (int i = 0; i < 7; i++)
        if (esc_text_equal(text, esc_text_from(DAYS[i])))
            return i;
    return -1;
}
