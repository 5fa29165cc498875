/* hours.c - hours of a week: from spans that may overlap and pass midnight to lines of a calendar. */
#include "model.h"

static const char *const DAYS[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

void esc_hours_mark(const ModelHours *hours, size_t count, uint8_t minutes[MODEL_WEEK_MIN])
{
    for (size_t i = 0; i < count; i++) {
        for (uint32_t minute = hours[i].from; minute < hours[i].until; minute++)
            minutes[minute % MODEL_WEEK_MIN] = 1;
    }
}

bool esc_hours_daily(const uint8_t minutes[MODEL_WEEK_MIN], uint32_t *from, uint32_t *until)
{
    unsigned begins = 0, ends = 0;
    for (uint32_t i = 0; i < MODEL_DAY_MIN; i++) {
        bool is_open = minutes[i] != 0,
             was_open = minutes[(i + MODEL_DAY_MIN - 1) % MODEL_DAY_MIN] != 0;
        for (uint32_t day = 1; day < 7; day++) {
            if ((minutes[day * MODEL_DAY_MIN + i] != 0) != is_open)
                return false;
        }
        if (is_open && !was_open) {
            begins++;
            *from = i;
        }
        if (!is_open && was_open) {
            ends++;
            *until = i;
        }
    }
    return begins == 1 && ends == 1;
}

void esc_minute_write(EscBuf *out, uint32_t minute)
{
    esc_buf_printf(out, "%02u:%02u", minute / 60, minute % 60);
}

/* Where the span that is open at `minute` of a day ends. */
static uint32_t end_of(const uint8_t *day, uint32_t minute)
{
    while (minute < MODEL_DAY_MIN && day[minute] != 0)
        minute++;
    return minute;
}

static bool has_span(const uint8_t *day, uint32_t from, uint32_t until)
{
    return day[from] != 0 && (from == 0 || day[from - 1] == 0) && end_of(day, from) == until;
}

/* "mon..fri" or "mon, wed" */
static void write_days(EscBuf *out, uint32_t days)
{
    bool is_first = true;
    for (unsigned i = 0; i < 7; i++) {
        unsigned last = i;
        if (((days >> i) & 1) == 0)
            continue;
        while (last + 1 < 7 && ((days >> (last + 1)) & 1) != 0)
            last++;
        esc_buf_printf(out, "%s%s", is_first ? "" : ", ", DAYS[i]);
        if (last > i)
            esc_buf_printf(out, "%s%s", last == i + 1 ? ", " : "..", DAYS[last]);
        is_first = false;
        i = last;
    }
}

/* One line for each span, with all days that have it; in order of the first of them. */
void esc_hours_write(EscBuf *out, const uint8_t minutes[MODEL_WEEK_MIN])
{
    for (uint32_t day = 0; day < 7; day++) {
        const uint8_t *today = minutes + (size_t)day * MODEL_DAY_MIN;
        for (uint32_t from = 0; from < MODEL_DAY_MIN; from++) {
            if (today[from] == 0)
                continue;
            uint32_t until = end_of(today, from), days = 0;
            for (uint32_t other = 0; other < 7; other++)
                days |= (uint32_t)has_span(minutes + (size_t)other * MODEL_DAY_MIN, from, until)
                        << other;
            if ((days & ((1u << day) - 1)) == 0) {
                write_days(out, days);
                esc_buf_char(out, ' ');
                esc_minute_write(out, from);
                esc_buf_string(out, "..");
                esc_minute_write(out, until);
                esc_buf_char(out, '\n');
            }
            from = until;
        }
    }
}

/* --- calendars of rotations ------------------------------------------------------------------------------ */

static bool has_same_hours(const ModelCalendar *calendar, EscText zone, const uint8_t *minutes)
{
    uint8_t own[MODEL_WEEK_MIN] = {0};
    esc_hours_mark(calendar->hours.items, calendar->hours.count, own);
    return esc_text_equal(calendar->timezone, zone) && calendar->closed.count == 0 &&
           memcmp(own, minutes, sizeof own) == 0;
}

static uint32_t calendar_for(EscModel *model, const ModelSchedule *schedule, EscText title,
                             const ModelRotation *rotation, const uint8_t *minutes)
{
    for (size_t i = 0; i < model->calendars.count; i++) {
        if (has_same_hours(&model->calendars.items[i], schedule->timezone, minutes))
            return (uint32_t)i;
    }
    EscText called = title.size > 0 ? title : schedule->title;
    ModelCalendar *calendar = esc_model_calendar_add(
        model, MODEL_NONE, (EscText){0},
        esc_model_printf(model, "%.*s hours", ESC_TEXT_ARG(called)), schedule->timezone);
    for (size_t i = 0; i < rotation->hours.count; i++)
        *MODEL_ADD(model, calendar->hours) = rotation->hours.items[i];
    return (uint32_t)(model->calendars.count - 1);
}

static void settle_rotation(EscModel *model, const ModelSchedule *schedule, EscText title,
                            ModelRotation *rotation)
{
    uint8_t minutes[MODEL_WEEK_MIN] = {0};
    uint32_t from = 0, until = 0;
    rotation->calendar = MODEL_NONE;
    esc_hours_mark(rotation->hours.items, rotation->hours.count, minutes);
    if (rotation->hours.count == 0 || memchr(minutes, 0, sizeof minutes) == NULL) {
        rotation->hours.count = 0; /* always */
        return;
    }
    if (esc_hours_daily(minutes, &from, &until))
        return;
    rotation->calendar = calendar_for(model, schedule, title, rotation, minutes);
    model->calendars.items[rotation->calendar].is_used = true;
}

void esc_hours_settle(EscModel *model)
{
    for (size_t s = 0; s < model->schedules.count; s++) {
        ModelSchedule *schedule = &model->schedules.items[s];
        if (schedule->is_off || schedule->tracks.count == 0)
            continue;
        ModelTrack *track = &schedule->tracks.items[0];
        for (size_t l = 0; l < track->layers.count; l++) {
            ModelLayer *layer = &track->layers.items[l];
            EscText title = layer->title.size > 0 ? layer->title : track->title;
            for (size_t r = 0; r < layer->rotations.count; r++)
                settle_rotation(model, schedule, title, &layer->rotations.items[r]);
        }
    }
}
