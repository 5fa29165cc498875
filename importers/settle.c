/* settle.c - makes a whole workspace of what a reader found: what an export may leave open, or say in a way that no workspace
 * can, gets one answer here for all kinds, and a note.
 *
 * In this order: zones, people, schedules, the last resort, chains, what starts them, names. */
#include <stdlib.h>

#include "model.h"

#define BEGINS_MAX_MS (50 * ESC_YEAR_MS)
#define TURN_DAYS_MAX 366
#define TURNS_MAX 200
#define OVERRIDES_MAX 500

/* --- zones --------------------------------------------------------------------------------------------- */

static bool is_zone(const EscModel *model, EscText zone)
{
    const EscImportDoors *doors = &model->request->doors;
    return zone.size > 0 && zone.size < 64 && doors->is_zone(doors->context, zone);
}

/* The zone of schedules, of people, or of hours with a name. */
static EscText zone_at(const EscModel *model, unsigned of, size_t number)
{
    return of == 0   ? model->schedules.items[number].timezone
           : of == 1 ? model->persons.items[number].timezone
                     : model->calendars.items[number].timezone;
}

/* The one that most schedules have, else most people, else most hours. */
static EscText usual_zone(const EscModel *model)
{
    size_t counts[] = {model->schedules.count, model->persons.count, model->calendars.count};
    for (unsigned of = 0; of < ESC_COUNT_OF(counts); of++) {
        EscText best = {0};
        size_t most = 0, looked = counts[of] < 1000 ? counts[of] : 1000;
        for (size_t i = 0; i < looked; i++) {
            size_t same = 0;
            for (size_t j = 0; j < looked; j++)
                same += esc_text_equal(zone_at(model, of, i), zone_at(model, of, j));
            if (same > most && is_zone(model, zone_at(model, of, i))) {
                most = same;
                best = zone_at(model, of, i);
            }
        }
        if (most > 0)
            return best;
    }
    return ESC_TEXT("UTC");
}

static EscText zone_or_usual(EscModel *model, EscText zone, uint32_t seen)
{
    if (is_zone(model, zone))
        return zone;
    if (zone.size > 0)
        esc_model_change(model, seen,
                         "its time zone \"%.*s\" is unknown: it has that of the workspace",
                         ESC_TEXT_ARG(zone));
    return model->timezone;
}

static void settle_zones(EscModel *model)
{
    if (!is_zone(model, model->timezone))
        model->timezone = usual_zone(model);
    for (size_t i = 0; i < model->persons.count; i++) {
        ModelPerson *person = &model->persons.items[i];
        person->timezone = zone_or_usual(model, person->timezone, person->seen);
    }
    for (size_t i = 0; i < model->schedules.count; i++) {
        ModelSchedule *schedule = &model->schedules.items[i];
        schedule->timezone = zone_or_usual(model, schedule->timezone, schedule->seen);
    }
    for (size_t i = 0; i < model->calendars.count; i++) {
        ModelCalendar *calendar = &model->calendars.items[i];
        calendar->timezone = zone_or_usual(model, calendar->timezone, calendar->seen);
    }
}

/* --- times that are over ------------------------------------------------------------------------------------ */

/* "2026-08-17 06:00 UTC" */
static EscText said_time(EscModel *model, int64_t at_ms)
{
    EscBuf out;
    esc_buf_init(&out, 64);
    esc_time_write(&out, at_ms);
    EscText text = esc_model_keep(model, &out);
    esc_buf_release(&out);
    return text.size < 16 ? ESC_TEXT("?")
                          : esc_model_printf(model, "%.10s %.5s UTC", text.data, text.data + 11);
}

/* Whether a span is still to come or under way; a note when not. */
static bool is_to_come(EscModel *model, uint32_t seen, int64_t *from_ms, int64_t *until_ms)
{
    int64_t now = model->request->now_ms;
    if (*from_ms >= *until_ms) {
        esc_model_leave(model, seen, "it ends before it begins");
        return false;
    }
    if (*until_ms <= now) {
        esc_model_leave(model, seen, "it was over on %.*s",
                        ESC_TEXT_ARG(said_time(model, *until_ms)));
        return false;
    }
    if (*from_ms > now + BEGINS_MAX_MS) {
        esc_model_leave(model, seen, "it begins in more than fifty years");
        return false;
    }
    if (*from_ms < now - BEGINS_MAX_MS)
        *from_ms = now - BEGINS_MAX_MS;
    if (*until_ms > now + 2 * BEGINS_MAX_MS)
        *until_ms = now + 2 * BEGINS_MAX_MS;
    esc_model_carry(model, seen);
    return true;
}

/* --- people -------------------------------------------------------------------------------------------------- */

static bool leads_back(const EscModel *model, uint32_t person, uint32_t deputy)
{
    for (unsigned depth = 0; depth <= 8; depth++) {
        if (deputy == person)
            return true;
        const ModelPerson *row = &model->persons.items[deputy];
        uint32_t next = MODEL_NONE;
        for (size_t i = 0; i < row->absences.count; i++)
            next =
                row->absences.items[i].deputy != MODEL_NONE ? row->absences.items[i].deputy : next;
        if (next == MODEL_NONE)
            return false;
        deputy = next;
    }
    return true;
}

/* Two at once are one behind the other; one within another is none. */
static bool is_apart(EscModel *model, const ModelPerson *person, size_t kept, ModelAbsence *absence)
{
    for (size_t i = 0; i < kept; i++) {
        const ModelAbsence *other = &person->absences.items[i];
        if (absence->from_ms >= other->until_ms || absence->until_ms <= other->from_ms)
            continue;
        esc_model_change(model, absence->seen, "another absence of the same person overlaps it");
        if (absence->from_ms >= other->from_ms)
            absence->from_ms = other->until_ms;
        else
            absence->until_ms = other->from_ms;
        if (absence->from_ms >= absence->until_ms)
            return false;
    }
    return true;
}

/* Only what is to come; nobody stands in for somebody who stands in for them. */
static void settle_absences(EscModel *model, uint32_t number)
{
    ModelPerson *person = &model->persons.items[number];
    size_t kept = 0;
    for (size_t i = 0; i < person->absences.count; i++) {
        ModelAbsence absence = person->absences.items[i];
        if (!is_to_come(model, absence.seen, &absence.from_ms, &absence.until_ms))
            continue;
        if (absence.deputy != MODEL_NONE && (model->persons.items[absence.deputy].is_nobody ||
                                             leads_back(model, number, absence.deputy))) {
            esc_model_change(model, absence.seen,
                             "who stands in is never there, or is stood in for by the same person: "
                             "nobody stands in");
            absence.deputy = MODEL_NONE;
        }
        if (is_apart(model, person, kept, &absence))
            person->absences.items[kept++] = absence;
    }
    person->absences.count = kept;
}

static bool has_contact(const ModelPerson *person)
{
    for (unsigned i = 0; i < MODEL_MEDIUMS; i++) {
        if (person->contact[i].size > 0)
            return true;
    }
    return false;
}

static void settle_people(EscModel *model)
{
    for (size_t i = 0; i < model->persons.count; i++) {
        ModelPerson *person = &model->persons.items[i];
        if (person->title.size == 0)
            person->title =
                person->contact[MODEL_EMAIL].size > 0 ? person->contact[MODEL_EMAIL] : person->key;
        if (!person->is_nobody && !has_contact(person))
            esc_model_change(model, person->seen,
                             "the export has no address that can be reached: put one here, a page "
                             "to it goes nowhere");
    }
    for (size_t i = 0; i < model->persons.count; i++)
        settle_absences(model, (uint32_t)i);
}

static void settle_teams(EscModel *model)
{
    for (size_t i = 0; i < model->teams.count; i++) {
        ModelTeam *team = &model->teams.items[i];
        size_t kept = 0;
        for (size_t m = 0; m < team->members.count; m++) {
            bool is_twice = false;
            for (size_t j = 0; j < kept; j++)
                is_twice = is_twice || team->members.items[j] == team->members.items[m];
            if (!is_twice && !model->persons.items[team->members.items[m]].is_nobody)
                team->members.items[kept++] = team->members.items[m];
        }
        team->members.count = kept;
        bool is_led = false;
        for (size_t j = 0; j < kept; j++)
            is_led = is_led || team->members.items[j] == team->lead;
        if (!is_led)
            team->lead = MODEL_NONE;
        if (kept == 0)
            esc_model_drop(model, team->seen, "it has no members");
    }
}

/* --- schedules --------------------------------------------------------------------------------------------------- */

static bool is_plain_hours(const ModelHours *hours)
{
    return hours->until > hours->from && hours->from < MODEL_WEEK_MIN &&
           hours->until <= 2 * MODEL_WEEK_MIN;
}

static bool is_whole_week(const ModelHours *hours)
{
    return hours->until - hours->from >= MODEL_WEEK_MIN;
}

static void settle_hours(EscModel *model, ModelRotation *rotation, uint32_t seen)
{
    size_t kept = 0;
    for (size_t i = 0; i < rotation->hours.count; i++) {
        ModelHours hours = rotation->hours.items[i];
        if (is_plain_hours(&hours))
            rotation->hours.items[kept++] = hours;
        else
            esc_model_change(model, seen, "one of its restrictions to hours is none");
        if (is_plain_hours(&hours) && is_whole_week(&hours)) {
            rotation->hours.count = 0; /* always: no restriction */
            return;
        }
    }
    rotation->hours.count = kept;
}

/* Turns of teams without members, and more turns than a line should have. */
static void settle_turns(EscModel *model, ModelRotation *rotation, uint32_t seen)
{
    if (rotation->turns.count > TURNS_MAX) {
        esc_model_change(model, seen, "of its turns those behind the first %d are left out",
                         TURNS_MAX);
        rotation->turns.count = TURNS_MAX;
    }
    for (size_t i = 0; i < rotation->turns.count; i++) {
        ModelTarget *turn = &rotation->turns.items[i];
        bool is_empty_team =
            turn->kind == MODEL_TEAM && model->teams.items[turn->index].members.count == 0;
        if (is_empty_team || turn->kind == MODEL_SCHEDULE || turn->kind == MODEL_DRAWN)
            *turn = (ModelTarget){MODEL_PERSON, esc_model_nobody(model)};
    }
}

static void settle_rotation(EscModel *model, ModelRotation *rotation, uint32_t seen)
{
    int64_t now = model->request->now_ms;
    uint32_t days = rotation->unit == MODEL_BY_WEEK ? 7 : 1;
    if (rotation->length == 0)
        rotation->length = 1;
    uint32_t length_max =
        rotation->unit == MODEL_BY_HOUR ? TURN_DAYS_MAX * 24 : TURN_DAYS_MAX / days;
    if (rotation->unit == MODEL_BY_MONTH)
        length_max = 12;
    if (rotation->length > length_max) {
        esc_model_change(model, seen, "its turns are a year long, and not longer");
        rotation->length = length_max;
    }
    if (rotation->unit == MODEL_BY_WEEKDAY && (rotation->weekdays & 0x7f) == 0)
        rotation->unit = MODEL_BY_WEEK;
    if (rotation->unit != MODEL_ALWAYS &&
        (rotation->from_ms < now - BEGINS_MAX_MS || rotation->from_ms > now + BEGINS_MAX_MS)) {
        esc_model_change(
            model, seen,
            "when it begins is not to be read, or far away: its first turn begins now");
        rotation->from_ms = now - now % ESC_DAY_MS;
    }
    if (rotation->until_ms == 0)
        rotation->until_ms = INT64_MAX;
    else if (rotation->until_ms != INT64_MAX)
        (void)esc_model_nobody(model); /* who has the turns behind its end */
    rotation->from_ms -= rotation->from_ms % ESC_MINUTE_MS;
    settle_hours(model, rotation, seen);
    settle_turns(model, rotation, seen);
}

/* Of two that begin together the later one counts: the other would never have a turn. */
static bool is_replaced(const ModelLayer *layer, size_t number)
{
    for (size_t i = number + 1; i < layer->rotations.count; i++) {
        const ModelRotation *a = &layer->rotations.items[number], *b = &layer->rotations.items[i];
        bool is_always = a->unit == MODEL_ALWAYS && b->unit == MODEL_ALWAYS;
        if (b->turns.count > 0 &&
            (is_always ||
             (a->unit != MODEL_ALWAYS && b->unit != MODEL_ALWAYS && a->from_ms == b->from_ms)))
            return true;
    }
    return false;
}

static void settle_layer(EscModel *model, ModelLayer *layer, uint32_t seen)
{
    size_t kept = 0;
    for (size_t r = 0; r < layer->rotations.count; r++)
        settle_rotation(model, &layer->rotations.items[r], seen);
    for (size_t r = 0; r < layer->rotations.count; r++) {
        const ModelRotation *rotation = &layer->rotations.items[r];
        if (rotation->turns.count == 0)
            esc_model_drop(model, seen, "nobody takes part in it");
        else if (rotation->until_ms <= model->request->now_ms && r + 1 == layer->rotations.count)
            esc_model_drop(model, seen, "it was over on %.*s",
                           ESC_TEXT_ARG(said_time(model, rotation->until_ms)));
        else if (!is_replaced(layer, r))
            layer->rotations.items[kept++] = *rotation;
    }
    layer->rotations.count = kept;
}

static void settle_track(EscModel *model, ModelTrack *track, uint32_t seen)
{
    size_t kept = 0;
    for (size_t l = 0; l < track->layers.count; l++) {
        track->layers.items[l].seen = track->seen;
        settle_layer(model, &track->layers.items[l],
                     track->seen != MODEL_NONE ? track->seen : seen);
        if (track->layers.items[l].rotations.count > 0)
            track->layers.items[kept++] = track->layers.items[l];
    }
    track->layers.count = kept;
}

/* --- several tracks ------------------------------------------------------------------------------------------- */

static void mark_minutes(uint8_t *minutes, const ModelRotation *rotation, bool *is_shared)
{
    ModelHours whole = {0, MODEL_WEEK_MIN};
    size_t count = rotation->hours.count == 0 ? 1 : rotation->hours.count;
    for (size_t i = 0; i < count; i++) {
        ModelHours hours = rotation->hours.count == 0 ? whole : rotation->hours.items[i];
        for (uint32_t minute = hours.from; minute < hours.until; minute++)
            minutes[minute % MODEL_WEEK_MIN] |= 2;
    }
    for (uint32_t i = 0; i < MODEL_WEEK_MIN; i++) {
        *is_shared = *is_shared || minutes[i] == 3;
        minutes[i] = minutes[i] != 0;
    }
}

/* Whether at most one track has somebody at any minute of a week: then they are layers of one schedule. */
static bool are_apart(const ModelSchedule *schedule)
{
    uint8_t minutes[MODEL_WEEK_MIN] = {0};
    bool is_shared = false;
    for (size_t i = 0; i < schedule->overrides.count; i++) {
        if (schedule->overrides.items[i].track != MODEL_NONE)
            return false;
    }
    for (size_t t = 0; t < schedule->tracks.count && !is_shared; t++) {
        const ModelTrack *track = &schedule->tracks.items[t];
        if (track->layers.count != 1 || track->layers.items[0].rotations.count != 1)
            return false;
        mark_minutes(minutes, &track->layers.items[0].rotations.items[0], &is_shared);
    }
    return !is_shared;
}

static void merge_tracks(EscModel *model, ModelSchedule *schedule)
{
    ModelTrack *first = &schedule->tracks.items[0];
    first->layers.items[0].title = first->title;
    for (size_t t = 1; t < schedule->tracks.count; t++) {
        ModelLayer layer = schedule->tracks.items[t].layers.items[0];
        layer.title = schedule->tracks.items[t].title;
        *MODEL_ADD(model, first->layers) = layer;
    }
    schedule->tracks.count = 1;
}

/* The overrides of one track. */
static void take_overrides(EscModel *model, const ModelSchedule *from, uint32_t track,
                           ModelSchedule *to)
{
    for (size_t i = 0; i < from->overrides.count; i++) {
        ModelOverride override = from->overrides.items[i];
        if (override.track != MODEL_NONE && override.track != track)
            continue;
        override.track = MODEL_NONE;
        *MODEL_ADD(model, to->overrides) = override;
    }
}

static void split_tracks(EscModel *model, uint32_t number)
{
    ModelSchedule whole = model->schedules.items[number], first = whole;
    first.overrides.items = NULL;
    first.overrides.count = first.overrides.capacity = 0;
    for (uint32_t t = 0; t < whole.tracks.count; t++) {
        ModelSchedule part = {
            .seen = MODEL_NONE, .timezone = whole.timezone, .is_off = whole.is_off};
        ModelTrack *track = MODEL_ADD(model, part.tracks);
        *track = whole.tracks.items[t];
        part.seen = track->seen;
        EscText own = track->title.size > 0 ? track->title : esc_model_printf(model, "%u", t + 1);
        part.title =
            esc_model_printf(model, "%.*s %.*s", ESC_TEXT_ARG(whole.title), ESC_TEXT_ARG(own));
        take_overrides(model, &whole, t, &part);
        if (t == 0) {
            part.key = whole.key;
            part.seen = whole.seen;
            first = part;
            continue;
        }
        *MODEL_ADD(model, first.siblings) = (uint32_t)model->schedules.count;
        *MODEL_ADD(model, model->schedules) = part;
    }
    model->schedules.items[number] = first;
}

/* Before all of its rotations begin nobody is on call, which is said in so many words. */
static void begin_with_nobody(EscModel *model, ModelTrack *track)
{
    for (size_t l = 0; l < track->layers.count; l++) {
        const ModelLayer *layer = &track->layers.items[l];
        for (size_t r = 0; r < layer->rotations.count; r++) {
            if (layer->rotations.items[r].unit == MODEL_ALWAYS ||
                layer->rotations.items[r].from_ms <= model->request->now_ms)
                return;
        }
    }
    ModelRotation nobody = {.unit = MODEL_ALWAYS, .length = 1, .until_ms = INT64_MAX};
    *MODEL_ADD(model, nobody.turns) = (ModelTarget){MODEL_PERSON, esc_model_nobody(model)};
    ModelLayer *layer = MODEL_ADD(model, track->layers);
    *MODEL_ADD(model, layer->rotations) = nobody;
    layer->seen = MODEL_NONE;
    layer->title = ESC_TEXT("nobody yet");
}

static void settle_overrides(EscModel *model, ModelSchedule *schedule)
{
    size_t kept = 0;
    for (size_t i = 0; i < schedule->overrides.count; i++) {
        ModelOverride override = schedule->overrides.items[i];
        bool is_empty_team = override.who.kind == MODEL_TEAM &&
                             model->teams.items[override.who.index].members.count == 0;
        if (is_empty_team)
            esc_model_leave(model, override.seen, "it is for a team without members");
        else if (kept == OVERRIDES_MAX)
            esc_model_leave(model, override.seen, "its schedule has 500 others before it");
        else if (is_to_come(model, override.seen, &override.from_ms, &override.until_ms))
            schedule->overrides.items[kept++] = override;
    }
    schedule->overrides.count = kept;
}

static void settle_schedule(EscModel *model, uint32_t number)
{
    ModelSchedule *schedule = &model->schedules.items[number];
    size_t kept = 0;
    for (size_t t = 0; t < schedule->tracks.count; t++)
        settle_track(model, &schedule->tracks.items[t], schedule->seen);
    settle_overrides(model, schedule);
    for (size_t t = 0; t < schedule->tracks.count; t++) {
        if (schedule->tracks.items[t].layers.count == 0)
            continue;
        for (size_t i = 0; i < schedule->overrides.count; i++) {
            if (schedule->overrides.items[i].track == t)
                schedule->overrides.items[i].track = (uint32_t)kept;
        }
        schedule->tracks.items[kept++] = schedule->tracks.items[t];
    }
    if (kept <
        schedule->tracks.count) /* an override of a rotation that is over is of no one any more */
        for (size_t i = 0; i < schedule->overrides.count; i++)
            if (schedule->overrides.items[i].track != MODEL_NONE &&
                schedule->overrides.items[i].track >= kept)
                schedule->overrides.items[i].track = MODEL_NONE;
    schedule->tracks.count = kept;
    if (kept == 0)
        esc_model_drop(model, schedule->seen, "it has no rotation in which somebody takes part");
    if (schedule->is_off)
        esc_model_drop(model, schedule->seen, "it is switched off");
    if (kept > 1 && are_apart(schedule))
        merge_tracks(model, schedule);
    else if (kept > 1)
        split_tracks(model, number);
}

static void settle_schedules(EscModel *model)
{
    size_t count = model->schedules.count; /* split_tracks adds more, which are settled */
    for (size_t i = 0; i < count; i++)
        settle_schedule(model, (uint32_t)i);
    for (size_t i = 0; i < model->schedules.count; i++) {
        if (model->schedules.items[i].tracks.count > 0)
            begin_with_nobody(model, &model->schedules.items[i].tracks.items[0]);
    }
}

/* --- the last resort ------------------------------------------------------------------------------------------ */

bool esc_person_is_always_there(const EscModel *model, uint32_t person)
{
    const ModelPerson *row = &model->persons.items[person];
    return !row->is_nobody && has_contact(row) && row->absences.count == 0;
}

uint32_t esc_model_operator(EscModel *model)
{
    EscText key = ESC_TEXT("\001operator");
    uint32_t found = esc_model_person(model, key);
    if (found != MODEL_NONE)
        return found;
    (void)esc_model_person_add(model, MODEL_NONE, key,
                               ESC_TEXT("Operator: put somebody here who can always be reached"));
    return (uint32_t)(model->persons.count - 1);
}

static void settle_last_resort(EscModel *model)
{
    uint32_t found = model->last_resort;
    for (unsigned pass = 0; pass < 2 && found == MODEL_NONE; pass++) {
        for (uint32_t i = 0; i < model->persons.count && found == MODEL_NONE; i++) {
            bool is_wanted = model->persons.items[i].is_senior || pass == 1;
            if (is_wanted && esc_person_is_always_there(model, i))
                found = i;
        }
    }
    model->last_resort = found != MODEL_NONE ? found : esc_model_operator(model);
}

/* --- all of it ----------------------------------------------------------------------------------- */

/* What has no name that can be seen is called by its key, or numbered. */
static EscText title_or(EscModel *model, EscText title, EscText key, const char *what,
                        size_t number)
{
    if (esc_text_on_line(model, title, 200).size > 0)
        return title;
    bool is_own =
        key.size > 0 && key.data[0] != '\001' && esc_text_on_line(model, key, 200).size > 0;
    return is_own ? key : esc_model_printf(model, "%s %zu", what, number + 1);
}

#define TITLE_ALL(list, what)                                                                      \
    for (size_t i = 0; i < (list).count; i++)                                                      \
    (list).items[i].title = title_or(model, (list).items[i].title, (list).items[i].key, what, i)

static void settle_titles(EscModel *model)
{
    TITLE_ALL(model->persons, "Person");
    TITLE_ALL(model->teams, "Team");
    TITLE_ALL(model->schedules, "Schedule");
    TITLE_ALL(model->chains, "Escalation");
    TITLE_ALL(model->channels, "Channel");
    TITLE_ALL(model->calendars, "Hours");
    TITLE_ALL(model->intakes, "Rules");
}

void esc_model_settle(EscModel *model)
{
    settle_titles(model);
    settle_zones(model);
    settle_people(model);
    settle_teams(model);
    settle_schedules(model);
    settle_last_resort(model);
    esc_chains_settle(model);
    esc_rules_settle(model);
    esc_hours_settle(model);
    esc_names_give(model);
    for (size_t i = 0; i < model->persons.count; i++) /* those who were made on the way */
        if (model->persons.items[i].timezone.size == 0)
            model->persons.items[i].timezone = model->timezone;
}
