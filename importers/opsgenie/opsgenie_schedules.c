/* opsgenie_schedules.c - schedules: every rotation tells somebody, so each is a track; overrides; restrictions to hours. */
#include "opsgenie/opsgenie.h"

#define LENGTH_MAX 1000000

/* --- lengths and hours ----------------------------------------------------------------------------------- */

int64_t og_delay_ms(const EscJson *object, const char *name, int64_t otherwise)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } UNITS[] = {{"minutes", ESC_MINUTE_MS},
                 {"hours", ESC_HOUR_MS},
                 {"days", ESC_DAY_MS},
                 {"seconds", ESC_SECOND_MS}};
    const EscJson *delay = og_object(object, name);
    int64_t amount =
        delay != NULL ? og_integer(delay, "timeAmount", -1) : og_integer(object, name, -1);
    EscText unit = og_text(delay, "timeUnit");
    int64_t ms = ESC_MINUTE_MS;
    if (amount < 0 || amount > LENGTH_MAX)
        return otherwise;
    for (size_t i = 0; i < ESC_COUNT_OF(UNITS); i++) {
        if (esc_text_equal(unit, esc_text_from(UNITS[i].unit)))
            ms = UNITS[i].ms;
    }
    return amount * ms;
}

/* 0 Monday … 6 Sunday; 7 for none. */
static uint32_t weekday_of(EscText day)
{
    static const char *const DAYS[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
    char low[16] = {0};
    for (size_t i = 0; i < day.size && i + 1 < sizeof low; i++)
        low[i] = esc_ascii_lower(day.data[i]);
    for (uint32_t i = 0; i < 7; i++) {
        if (strcmp(low, DAYS[i]) == 0)
            return i;
    }
    return 7;
}

static bool minute_of(const EscJson *span, const char *hour_name, const char *minute_name,
                      uint32_t *minute)
{
    int64_t hour = og_integer(span, hour_name, -1), of_hour = og_integer(span, minute_name, 0);
    if (hour < 0 || hour > 24 || of_hour < 0 || of_hour > 59 || hour * 60 + of_hour > MODEL_DAY_MIN)
        return false;
    *minute = (uint32_t)(hour * 60 + of_hour);
    return true;
}

/* A span that ends when it begins is the whole day, or the whole week. */
static bool read_span(OgReader *reader, const EscJson *span, bool is_daily, OgHours *hours)
{
    uint32_t from = 0, until = 0, first = weekday_of(og_text(span, "startDay")),
             last = weekday_of(og_text(span, "endDay"));
    if (!minute_of(span, "startHour", "startMin", &from) ||
        !minute_of(span, "endHour", "endMin", &until))
        return false;
    if (is_daily) {
        for (uint32_t day = 0; day < 7; day++)
            *MODEL_ADD(reader->model, hours->list) =
                (ModelHours){day * MODEL_DAY_MIN + from,
                             day * MODEL_DAY_MIN + until + (until <= from ? MODEL_DAY_MIN : 0)};
        return true;
    }
    if (first == 7 || last == 7)
        return false;
    from += first * MODEL_DAY_MIN;
    until += last * MODEL_DAY_MIN;
    *MODEL_ADD(reader->model, hours->list) =
        (ModelHours){from % MODEL_WEEK_MIN, until + (until <= from ? MODEL_WEEK_MIN : 0)};
    return true;
}

/* Either `restriction`, of every day, or `restrictions`, of days of the week. */
void og_hours(OgReader *reader, const EscJson *restriction, uint32_t seen, OgHours *hours)
{
    EscText type = og_text(restriction, "type");
    bool is_daily = esc_text_equal(type, ESC_TEXT("time-of-day"));
    const EscJson *span = og_list(restriction, "restrictions");
    const EscJson *only = og_object(restriction, "restriction");
    if (restriction == NULL)
        return;
    bool is_fine = span != NULL || only != NULL;
    for (; span != NULL; span = span->next)
        is_fine = read_span(reader, span, is_daily && weekday_of(og_text(span, "startDay")) == 7,
                            hours) &&
                  is_fine;
    if (only != NULL)
        is_fine =
            read_span(reader, only, weekday_of(og_text(only, "startDay")) == 7, hours) && is_fine;
    if (!is_fine)
        esc_model_change(reader->model, seen,
                         "a restriction to hours is not to be read, and is left out");
}

/* --- rotations ---------------------------------------------------------------------------------------------- */

static ModelTarget participant(OgReader *reader, const EscJson *json, uint32_t seen)
{
    EscModel *model = reader->model;
    EscText type = og_text(json, "type");
    if (esc_text_equal(type, ESC_TEXT("user")) ||
        (type.size == 0 && og_text(json, "username").size > 0)) {
        ModelTarget who = {MODEL_PERSON, og_person(reader, json)};
        if (model->persons.items[who.index].seen == MODEL_NONE)
            esc_model_change(model, seen,
                             "a participant whom the export does not list is never there");
        return who;
    }
    if (esc_text_equal(type, ESC_TEXT("team"))) {
        uint32_t team = og_team(reader, json);
        esc_model_change(
            model, seen,
            team == MODEL_NONE
                ? "the turn of a team that the export does not list is nobody's"
                : "the turn of a team is its lead's, else of the first member who is there");
        if (team != MODEL_NONE)
            return (ModelTarget){MODEL_TEAM, team};
    } else if (!esc_text_equal(type, ESC_TEXT("none"))) {
        esc_model_change(model, seen, "the turn of a participant of the kind \"%.*s\" is nobody's",
                         ESC_TEXT_ARG(esc_utf8_cut(type, 60)));
    }
    return (ModelTarget){MODEL_PERSON, esc_model_nobody(model)};
}

static ModelUnit unit_of(OgReader *reader, EscText type, uint32_t seen)
{
    if (esc_text_equal(type, ESC_TEXT("hourly")))
        return MODEL_BY_HOUR;
    if (esc_text_equal(type, ESC_TEXT("daily")))
        return MODEL_BY_DAY;
    if (!esc_text_equal(type, ESC_TEXT("weekly")))
        esc_model_change(reader->model, seen, "its kind \"%.*s\" is unknown: its turns are weeks",
                         ESC_TEXT_ARG(esc_utf8_cut(type, 60)));
    return MODEL_BY_WEEK;
}

static void read_rotation(OgReader *reader, const OgThing *thing)
{
    EscModel *model = reader->model;
    uint32_t number = esc_model_schedule(model, thing->owner);
    const EscJson *json = thing->json;
    if (number == MODEL_NONE) {
        esc_model_leave(model, thing->seen, "its schedule is not listed");
        return;
    }
    ModelRotation rotation = {.unit = unit_of(reader, og_text(json, "type"), thing->seen),
                              .until_ms = INT64_MAX};
    int64_t length = og_integer(json, "length", 1);
    rotation.length = length < 1 || length > LENGTH_MAX ? 1 : (uint32_t)length;
    if (!og_time(json, "startDate", &rotation.from_ms))
        rotation.from_ms = INT64_MIN / 2; /* settle.c says so */
    if (og_text(json, "endDate").size > 0 && !og_time(json, "endDate", &rotation.until_ms))
        esc_model_change(model, thing->seen, "when it ends is not to be read: it has no end");
    const EscJson *part = og_list(json, "participants");
    for (part = part != NULL ? part : og_list(json, "participant"); part != NULL; part = part->next)
        *MODEL_ADD(model, rotation.turns) = participant(reader, part, thing->seen);
    OgHours hours = {0};
    og_hours(reader, og_object(json, "timeRestriction"), thing->seen, &hours);
    for (size_t i = 0; i < hours.list.count; i++)
        *MODEL_ADD(model, rotation.hours) = hours.list.items[i];
    esc_model_carry(model, thing->seen);
    ModelTrack *track = MODEL_ADD(model, model->schedules.items[number].tracks);
    track->seen = thing->seen;
    track->title = og_text(json, "name");
    ModelLayer *layer = MODEL_ADD(model, track->layers);
    *MODEL_ADD(model, layer->rotations) = rotation;
}

/* --- overrides -------------------------------------------------------------------------------------------------- */

static bool is_of_track(const OgReader *reader, const ModelTrack *track, const EscJson *ref)
{
    EscText id = og_text(ref, "id"), name = og_text(ref, "name");
    for (size_t i = 0; i < reader->things.count; i++) {
        const OgThing *thing = &reader->things.items[i];
        if (thing->kind == OG_ROTATION && thing->seen == track->seen)
            return (id.size > 0 && esc_text_equal(og_text(thing->json, "id"), id)) ||
                   (id.size == 0 && esc_text_equal(track->title, name));
    }
    return false;
}

static void add_override(OgReader *reader, ModelSchedule *schedule, ModelOverride override,
                         const EscJson *rotations)
{
    size_t named = 0, found = 0;
    for (const EscJson *ref = rotations; ref != NULL; ref = ref->next)
        named++;
    if (named == 0 || named >= schedule->tracks.count) {
        *MODEL_ADD(reader->model, schedule->overrides) = override;
        return;
    }
    for (const EscJson *ref = rotations; ref != NULL; ref = ref->next) {
        for (uint32_t t = 0; t < schedule->tracks.count; t++) {
            if (!is_of_track(reader, &schedule->tracks.items[t], ref))
                continue;
            override.track = t;
            *MODEL_ADD(reader->model, schedule->overrides) = override;
            found++;
        }
    }
    if (found == 0)
        esc_model_leave(reader->model, override.seen, "the rotation that it is for is not listed");
}

static void read_override(OgReader *reader, const OgThing *thing)
{
    EscModel *model = reader->model;
    uint32_t number = esc_model_schedule(model, thing->owner);
    const EscJson *user = og_object(thing->json, "user");
    ModelOverride override = {.seen = thing->seen, .track = MODEL_NONE};
    if (number == MODEL_NONE || user == NULL ||
        !og_time(thing->json, "startDate", &override.from_ms) ||
        !og_time(thing->json, "endDate", &override.until_ms)) {
        esc_model_leave(model, thing->seen, "for whom it is, or when, is not to be read");
        return;
    }
    override.who = participant(reader, user, thing->seen);
    add_override(reader, &model->schedules.items[number], override,
                 og_list(thing->json, "rotations"));
}

static void read_schedule(OgReader *reader, const OgThing *thing)
{
    EscModel *model = reader->model;
    ModelSchedule *schedule =
        esc_model_schedule_add(model, thing->seen, og_text(thing->json, "id"),
                               og_text(thing->json, "name"), og_text(thing->json, "timezone"));
    schedule->is_off = !og_bool(thing->json, "enabled", true);
    esc_model_carry(model, thing->seen);
    EscText description = og_text(thing->json, "description");
    if (description.size > 0)
        esc_model_remark(model, thing->seen, "%.*s", ESC_TEXT_ARG(description));
}

void og_read_schedules(OgReader *reader)
{
    static const struct {
        OgKind kind;
        void (*read)(OgReader *reader, const OgThing *thing);
    } ORDER[] = {
        {OG_SCHEDULE, read_schedule}, {OG_ROTATION, read_rotation}, {OG_OVERRIDE, read_override}};
    for (size_t pass = 0; pass < ESC_COUNT_OF(ORDER); pass++) {
        for (size_t i = 0; i < reader->things.count; i++) {
            if (reader->things.items[i].kind == ORDER[pass].kind &&
                !reader->things.items[i].is_twice)
                ORDER[pass].read(reader, &reader->things.items[i]);
        }
    }
}
