/* write_schedules.c - schedules.esc: hours with a name, and who is on call. */
#include <stdlib.h>

#include "write.h"

#define MONTHS_AHEAD 24

static const char *const DAYS[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* --- calendars ------------------------------------------------------------------------------------------ */

static void write_day(EscBuf *out, int64_t days)
{
    int64_t year = 0;
    unsigned month = 0, day = 0;
    esc_date_from_days(days, &year, &month, &day);
    esc_buf_printf(out, "%04d-%02u-%02u", (int)year, month, day);
}

static void write_calendar(EscModel *model, EscBuf *out, const ModelCalendar *calendar)
{
    uint8_t minutes[MODEL_WEEK_MIN] = {0};
    write_notes(model, out, calendar->seen);
    if (!calendar->is_used) {
        write_comment(model, out,
                      esc_model_printf(model, "hours \"%.*s\": nothing asks for them",
                                       ESC_TEXT_ARG(calendar->title)));
        return;
    }
    esc_hours_mark(calendar->hours.items, calendar->hours.count, minutes);
    esc_buf_printf(out, "calendar %.*s ", ESC_TEXT_ARG(calendar->name));
    write_text(model, out, calendar->title, WRITE_TITLE_MAX);
    esc_buf_string(out, " {\n");
    if (!esc_text_equal(calendar->timezone, model->timezone))
        esc_buf_printf(out, "timezone \"%.*s\"\n", ESC_TEXT_ARG(calendar->timezone));
    esc_hours_write(out, minutes);
    for (size_t i = 0; i < calendar->closed.count; i++) {
        const ModelClosed *closed = &calendar->closed.items[i];
        esc_buf_string(out, "closed ");
        write_day(out, closed->from_day);
        if (closed->until_day > closed->from_day) {
            esc_buf_string(out, "..");
            write_day(out, closed->until_day);
        }
        esc_buf_char(out, '\n');
    }
    esc_buf_string(out, "}\n\n");
}

/* --- rotations ------------------------------------------------------------------------------------------- */

static void write_during(const EscModel *model, EscBuf *out, const ModelRotation *rotation)
{
    uint8_t minutes[MODEL_WEEK_MIN] = {0};
    uint32_t from = 0, until = 0;
    if (rotation->hours.count == 0)
        return;
    if (rotation->calendar != MODEL_NONE) {
        esc_buf_printf(out, " during %.*s",
                       ESC_TEXT_ARG(model->calendars.items[rotation->calendar].name));
        return;
    }
    esc_hours_mark(rotation->hours.items, rotation->hours.count, minutes);
    if (!esc_hours_daily(minutes, &from, &until))
        return;
    esc_buf_string(out, " during ");
    esc_minute_write(out, from);
    esc_buf_string(out, "..");
    esc_minute_write(out, until);
}

static void write_weekdays(EscBuf *out, uint32_t weekdays)
{
    bool is_first = true;
    for (unsigned i = 0; i < 7; i++) {
        if (((weekdays >> i) & 1) == 0)
            continue;
        esc_buf_printf(out, "%s%s", is_first ? "" : ", ", DAYS[i]);
        is_first = false;
    }
}

static void write_period(EscBuf *out, const ModelRotation *rotation)
{
    if (rotation->unit == MODEL_BY_WEEKDAY) {
        esc_buf_string(out, "every ");
        write_weekdays(out, rotation->weekdays);
    } else if (rotation->unit == MODEL_BY_HOUR) {
        esc_buf_printf(out, "every %uh", rotation->length);
    } else if (rotation->length == 1) {
        esc_buf_string(out, rotation->unit == MODEL_BY_DAY ? "daily" : "weekly");
    } else {
        esc_buf_printf(out, "every %ud",
                       rotation->unit == MODEL_BY_DAY ? rotation->length : 7 * rotation->length);
    }
}

static void write_begun(const EscModel *model, EscBuf *out, const ModelSchedule *schedule,
                        const ModelRotation *rotation, ModelTarget only)
{
    esc_buf_string(out, "weekly from ");
    write_local(model, out, schedule->timezone, rotation->from_ms);
    esc_buf_char(out, ' ');
    write_target(model, out, only);
    write_during(model, out, rotation);
    esc_buf_char(out, '\n');
}

/* Months are no turns of the language: each is a line of its own, for two years. */
static void write_months(EscModel *model, EscBuf *out, const ModelSchedule *schedule,
                         const ModelRotation *rotation)
{
    ModelRotation line = *rotation;
    int64_t now = model->request->now_ms;
    int64_t end = now + (int64_t)MONTHS_AHEAD * 31 * ESC_DAY_MS;
    for (uint64_t turn = 0; line.from_ms < end && turn < 2000; turn++) {
        int64_t next = esc_rotation_turn_end(model, schedule->timezone, rotation, line.from_ms);
        if (next > now)
            write_begun(model, out, schedule, &line,
                        rotation->turns.items[turn % rotation->turns.count]);
        line.from_ms = next;
    }
}

static void write_rotation(EscModel *model, EscBuf *out, const ModelSchedule *schedule,
                           const ModelRotation *rotation)
{
    if (rotation->unit == MODEL_ALWAYS) {
        esc_buf_string(out, "always ");
        write_target(model, out, rotation->turns.items[0]);
        write_during(model, out, rotation);
        esc_buf_char(out, '\n');
    } else if (rotation->unit == MODEL_BY_MONTH) {
        write_months(model, out, schedule, rotation);
    } else {
        write_period(out, rotation);
        esc_buf_string(out, " from ");
        write_local(model, out, schedule->timezone, rotation->from_ms);
        for (size_t i = 0; i < rotation->turns.count; i++) {
            esc_buf_string(out, i == 0 ? " " : ", ");
            write_target(model, out, rotation->turns.items[i]);
        }
        write_during(model, out, rotation);
        esc_buf_char(out, '\n');
    }
}

/* Whether a later rotation has taken over by the time this one ends. */
static bool is_followed(const ModelLayer *layer, const ModelRotation *rotation)
{
    for (size_t i = 0; i < layer->rotations.count; i++) {
        const ModelRotation *other = &layer->rotations.items[i];
        if (other != rotation && other->unit != MODEL_ALWAYS &&
            other->from_ms > rotation->from_ms && other->from_ms <= rotation->until_ms)
            return true;
    }
    return false;
}

static void write_layer(EscModel *model, EscBuf *out, const ModelSchedule *schedule,
                        const ModelLayer *layer)
{
    for (size_t r = 0; r < layer->rotations.count; r++) {
        const ModelRotation *rotation = &layer->rotations.items[r];
        write_rotation(model, out, schedule, rotation);
        if (rotation->until_ms == INT64_MAX || is_followed(layer, rotation))
            continue;
        ModelRotation end = {.from_ms = rotation->until_ms};
        write_begun(model, out, schedule, &end,
                    (ModelTarget){MODEL_PERSON, esc_model_nobody(model)});
    }
}

/* --- overrides --------------------------------------------------------------------------------------------- */

/* What is left of an override beside those written later, which count before it: the language takes no two at once. */
static void write_override(EscModel *model, EscBuf *out, const ModelSchedule *schedule,
                           size_t number)
{
    const ModelOverride *override = &schedule->overrides.items[number];
    int64_t from = override->from_ms;
    write_notes(model, out, override->seen);
    while (from < override->until_ms) {
        int64_t until = override->until_ms, covered = from;
        for (size_t i = number + 1; i < schedule->overrides.count; i++) {
            const ModelOverride *later = &schedule->overrides.items[i];
            if (later->from_ms <= from && later->until_ms > covered)
                covered = later->until_ms;
            else if (later->from_ms > from && later->from_ms < until)
                until = later->from_ms;
        }
        if (covered > from) {
            from = covered;
            continue;
        }
        esc_buf_string(out, "override ");
        write_span(model, out, schedule->timezone, from, until);
        esc_buf_char(out, ' ');
        write_target(model, out, override->who);
        esc_buf_char(out, '\n');
        from = until;
    }
}

/* --- a schedule ------------------------------------------------------------------------------------------------ */

static EscText layer_name(EscModel *model, const ModelTrack *track, size_t number)
{
    EscText name = esc_name_of(model, track->layers.items[number].title);
    const EscImportDoors *doors = &model->request->doors;
    bool is_free = name.size > 0 && name.data[0] >= 'a' && doors->is_free(doors->context, name);
    for (size_t i = 0; i < number && is_free; i++)
        is_free = !esc_text_equal(esc_name_of(model, track->layers.items[i].title), name);
    return is_free ? name : esc_model_printf(model, "layer_%zu", number + 1);
}

static void write_schedule(EscModel *model, EscBuf *out, uint32_t number)
{
    const ModelSchedule *schedule = &model->schedules.items[number];
    write_notes(model, out, schedule->seen);
    if (schedule->is_off || schedule->tracks.count == 0) {
        write_comment(model, out,
                      esc_model_printf(model, "schedule %.*s \"%.*s\"",
                                       ESC_TEXT_ARG(schedule->name),
                                       ESC_TEXT_ARG(schedule->title)));
        return;
    }
    const ModelTrack *track = &schedule->tracks.items[0];
    esc_buf_printf(out, "schedule %.*s ", ESC_TEXT_ARG(schedule->name));
    write_text(model, out, schedule->title, WRITE_TITLE_MAX);
    esc_buf_string(out, " {\n");
    if (!esc_text_equal(schedule->timezone, model->timezone))
        esc_buf_printf(out, "timezone \"%.*s\"\n", ESC_TEXT_ARG(schedule->timezone));
    for (size_t l = 0; l < track->layers.count; l++) {
        const ModelLayer *layer = &track->layers.items[l];
        if (layer->seen != schedule->seen)
            write_notes(model, out, layer->seen);
        if (track->layers.count > 1)
            esc_buf_printf(out, "layer %.*s {\n", ESC_TEXT_ARG(layer_name(model, track, l)));
        write_layer(model, out, schedule, layer);
        if (track->layers.count > 1)
            esc_buf_string(out, "}\n");
    }
    for (size_t i = 0; i < schedule->overrides.count; i++)
        write_override(model, out, schedule, i);
    esc_buf_string(out, "}\n\n");
}

void write_schedules(EscModel *model)
{
    EscBuf *out = write_open(model, "schedules.esc");
    for (size_t i = 0; i < model->calendars.count; i++)
        write_calendar(model, out = write_more(model), &model->calendars.items[i]);
    for (size_t i = 0; i < model->schedules.count; i++)
        write_schedule(model, out = write_more(model), (uint32_t)i);
}
