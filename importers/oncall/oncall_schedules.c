/* oncall_schedules.c - Grafana OnCall's schedules, made of shifts that recur by rules of RFC 5545.
 *
 * Where shifts overlap, those with the higher `level` count, and those of one level all do. `rolling_users` is a list of groups that take
 * turns, a group all at once. Times are local ones, of the shift's zone or the schedule's. */
#include "oncall/oncall.h"
#include "recurrence.h"

#define SECONDS_MAX (400 * 86400) /* that anything lasts */

typedef struct ShiftRead {
    Oncall *oncall;
    uint32_t schedule;
    EscText zone; /* of the shift */
    Shifts *shifts;
    const OncallItem *item;
    Shift shift; /* what all of its people have in common */
} ShiftRead;

static bool is_type(const EscJson *item, const char *type)
{
    return esc_text_equal(json_text(item, "type"), esc_text_from(type));
}

static bool local_time(ShiftRead *read, const char *name, int64_t *at_ms)
{
    int64_t local_ms = 0;
    if (!json_time(read->item->json, name, &local_ms))
        return false;
    *at_ms = esc_clock_instant(read->oncall->model, read->zone, local_ms);
    return true;
}

static void change(ShiftRead *read, const char *text)
{
    shift_change(read->oncall->model, read->schedule, &read->shift, text);
}

/* --- when ------------------------------------------------------------------------------------------------ */

static unsigned weekdays_of(ShiftRead *read)
{
    unsigned days = 0;
    for (const EscJson *node = json_list(read->item->json, "by_day"); node != NULL;
         node = node->next) {
        int day = weekday_of(esc_json_text_or(node, (EscText){0}));
        if (day >= 0)
            days |= 1u << day;
        else
            change(read, "one of its days of the week is none and is left out");
    }
    return days;
}

static bool unit_of(const EscJson *json, RecurrenceUnit *unit)
{
    static const char *const UNITS[] = {"hourly", "daily", "weekly", "monthly"};
    for (size_t i = 0; i < ESC_COUNT_OF(UNITS); i++)
        if (esc_text_equal(json_text(json, "frequency"), esc_text_from(UNITS[i]))) {
            *unit = (RecurrenceUnit)i;
            return true;
        }
    return false;
}

/* On days of the week the turns change with the week, which may begin before the first of them. */
static void begin_with_week(ShiftRead *read, Recurrence *recurrence)
{
    EscModel *model = read->oncall->model;
    if (recurrence->unit != RECURRENCE_WEEKLY || recurrence->weekdays == 0)
        return;
    int64_t local = esc_clock_local(model, read->zone, recurrence->start_ms);
    unsigned weekday =
        esc_weekday_from_days((local >= 0 ? local : local - ESC_DAY_MS + 1) / ESC_DAY_MS);
    local -= (int64_t)((weekday + 7 - recurrence->week_start) % 7) * ESC_DAY_MS;
    recurrence->start_ms = esc_clock_instant(model, read->zone, local);
}

static bool recurrence_of(ShiftRead *read, Recurrence *recurrence)
{
    const EscJson *json = read->item->json;
    int week_start = weekday_of(json_text(json, "week_start"));
    int64_t seconds = json_integer(json, "duration", 0);
    *recurrence =
        (Recurrence){.interval = json_integer(json, "interval", 1), .until_ms = INT64_MAX};
    recurrence->week_start = week_start < 0 ? 6 : (unsigned)week_start;
    if (recurrence->interval < 1 || recurrence->interval > 400)
        recurrence->interval = 1;
    if (seconds < 0 || seconds > SECONDS_MAX)
        return false;
    recurrence->duration_ms = seconds * 1000;
    if (!unit_of(json, &recurrence->unit) || !local_time(read, "start", &recurrence->start_ms))
        return false;
    (void)local_time(read, "until", &recurrence->until_ms);
    recurrence->weekdays = weekdays_of(read);
    if (json_list(json, "by_month") != NULL || json_list(json, "by_monthday") != NULL)
        change(read, "it names months or days of the month, which turns cannot say: it is taken "
                     "for every month");
    begin_with_week(read, recurrence);
    return true;
}

/* --- who -------------------------------------------------------------------------------------------------- */

static void person_put(ShiftRead *read, ModelRotation *rotation, const EscJson *node)
{
    EscText id = esc_json_text_or(node, (EscText){0});
    if (id.size == 0)
        rotation_nobody(read->oncall->model, rotation);
    else if (!rotation_turn(read->oncall->model, rotation, id, (EscText){0}))
        change(read, "one of its people is not listed: nobody is there in their turns");
}

static void shift_put(ShiftRead *read, const Recurrence *recurrence, Shift *shift)
{
    EscModel *model = read->oncall->model;
    const char *why = NULL;
    if (!recurrence_rotation(model, read->zone, recurrence, 0, &shift->rotation, &why)) {
        shift_leave(model, read->schedule, shift, why);
        return;
    }
    *MODEL_ADD(model, *read->shifts) = *shift;
    esc_model_carry(model, shift->seen);
}

static const EscJson *member_at(const EscJson *list, size_t index)
{
    const EscJson *node =
        list != NULL && list->kind == ESC_JSON_LIST && list->count > 0 ? list->first : NULL;
    while (node != NULL && index-- > 0)
        node = node->next;
    return node;
}

static size_t largest_group(const EscJson *groups)
{
    size_t most = 0;
    for (const EscJson *group = groups; group != NULL; group = group->next)
        if (group->kind == ESC_JSON_LIST && group->count > most)
            most = group->count;
    return most;
}

/* The n-th of each group takes turns with the n-th of the others; a group that has fewer gives its first once more. */
static void rolling(ShiftRead *read, const Recurrence *recurrence)
{
    const EscJson *json = read->item->json,
                  *list = esc_json_member(json, ESC_TEXT("rolling_users"));
    const EscJson *groups = json_list(json, "rolling_users");
    size_t count = groups == NULL ? 0 : list->count, most = largest_group(groups);
    int64_t first = json_integer(json, "start_rotation_from_user_index", 0);
    if (first < 0 || first >= (int64_t)count)
        first = 0;
    for (size_t n = 0; n < most && n < SHIFTS_TRACKS_MAX; n++) {
        Shift shift = read->shift;
        for (size_t i = 0; i < count; i++) {
            const EscJson *group = member_at(list, ((size_t)first + i) % count),
                          *member = member_at(group, n);
            person_put(read, &shift.rotation, member != NULL ? member : member_at(group, 0));
        }
        shift_put(read, recurrence, &shift);
    }
    if (most > SHIFTS_TRACKS_MAX)
        change(read, "its groups have more than 8 people: the further ones are left out");
    if (most == 0)
        shift_leave(read->oncall->model, read->schedule, &read->shift, "nobody is in it");
}

static void together(ShiftRead *read, const Recurrence *recurrence)
{
    const EscJson *user = json_list(read->item->json, "users");
    if (user == NULL)
        shift_leave(read->oncall->model, read->schedule, &read->shift, "nobody is in it");
    for (; user != NULL; user = user->next) {
        Shift shift = read->shift;
        person_put(read, &shift.rotation, user);
        shift_put(read, recurrence, &shift);
    }
}

/* --- once -------------------------------------------------------------------------------------------------- */

/* Something that happens once takes the place of all turns; several people at once need as many tracks. */
static void once(ShiftRead *read)
{
    EscModel *model = read->oncall->model;
    ModelOverride override = {.seen = read->shift.seen, .track = MODEL_NONE};
    const EscJson *user = json_list(read->item->json, "users");
    int64_t seconds = json_integer(read->item->json, "duration", 0);
    if (user == NULL) /* overrides made in the web interface have a list of one group */
        user = member_at(json_list(read->item->json, "rolling_users"), 0);
    uint32_t person =
        user == NULL ? MODEL_NONE : esc_model_person(model, esc_json_text_or(user, (EscText){0}));
    if (!local_time(read, "start", &override.from_ms) || seconds < 60 || seconds > SECONDS_MAX) {
        esc_model_leave(model, read->shift.seen, "it has no time");
        return;
    }
    override.until_ms = override.from_ms + seconds * 1000;
    if (override.until_ms <= model->request->now_ms) {
        esc_model_leave(model, read->shift.seen, "it is over");
        return;
    }
    if (person == MODEL_NONE) {
        esc_model_leave(model, read->shift.seen,
                        "whoever has it is not listed: in this time the usual turns count");
        return;
    }
    if (user->next != NULL)
        change(read, "several people have it at once: here the first of them");
    override.who = (ModelTarget){.kind = MODEL_PERSON, .index = person};
    *MODEL_ADD(model, model->schedules.items[read->schedule].overrides) = override;
    esc_model_carry(model, read->shift.seen);
}

/* --- shifts ------------------------------------------------------------------------------------------------- */

static const OncallItem *shift_of(const Oncall *oncall, EscText id)
{
    for (size_t i = 0; i < oncall->items.count; i++)
        if (oncall->items.items[i].kind == ONCALL_SHIFT &&
            esc_text_equal(oncall->items.items[i].id, id))
            return &oncall->items.items[i];
    return NULL;
}

static void shift_read(Oncall *oncall, uint32_t schedule, const OncallItem *item, Shifts *shifts)
{
    EscText zone = json_text(item->json, "time_zone"),
            own = oncall->model->schedules.items[schedule].timezone;
    ShiftRead read = {.oncall = oncall,
                      .schedule = schedule,
                      .zone = zone.size > 0 ? zone : own,
                      .shifts = shifts,
                      .item = item};
    Recurrence recurrence;
    read.shift = (Shift){.seen = oncall_see(oncall, item, "shift"),
                         .title = json_text(item->json, "name"),
                         .level = json_integer(item->json, "level", 0) % 1000000,
                         .rotation = {.until_ms = INT64_MAX}};
    if (!esc_text_equal(read.zone, own))
        change(&read, "its hours are those of another time zone: they follow the clocks of the "
                      "schedule here");
    if (is_type(item->json, "single_event") || is_type(item->json, "override"))
        once(&read);
    else if (!is_type(item->json, "rolling_users") && !is_type(item->json, "recurrent_event"))
        shift_leave(oncall->model, schedule, &read.shift, "its kind is not known");
    else if (!recurrence_of(&read, &recurrence))
        shift_leave(oncall->model, schedule, &read.shift, "its times cannot be read");
    else if (recurrence.until_ms <= oncall->model->request->now_ms)
        esc_model_leave(oncall->model, read.shift.seen, "it is over");
    else if (is_type(item->json, "rolling_users"))
        rolling(&read, &recurrence);
    else
        together(&read, &recurrence);
}

static void shifts_read(Oncall *oncall, uint32_t schedule, const EscJson *json)
{
    Shifts shifts = {0};
    for (const EscJson *node = json_list(json, "shifts"); node != NULL; node = node->next) {
        EscText id = esc_json_text_or(node, (EscText){0});
        const OncallItem *item = shift_of(oncall, id);
        if (item != NULL)
            shift_read(oncall, schedule, item, &shifts);
        else
            esc_model_change(oncall->model, oncall->model->schedules.items[schedule].seen,
                             "its shift %.*s is not listed: nobody is called in it",
                             ESC_TEXT_ARG(id));
    }
    shifts_put(oncall->model, schedule, &shifts);
}

/* --- schedules ------------------------------------------------------------------------------------------------ */

/* A calendar elsewhere: whoever had it when the answer was given, until somebody puts the calendar's file beside it. */
static void calendar_elsewhere(Oncall *oncall, uint32_t schedule, const EscJson *json)
{
    EscModel *model = oncall->model;
    uint32_t seen = model->schedules.items[schedule].seen;
    Shifts shifts = {0};
    for (const EscJson *node = json_list(json, "on_call_now"); node != NULL; node = node->next) {
        Shift shift = {.seen = MODEL_NONE,
                       .title = ESC_TEXT("on call now"),
                       .rotation = {.until_ms = INT64_MAX}};
        if (rotation_turn(model, &shift.rotation, esc_json_text_or(node, (EscText){0}),
                          (EscText){0}))
            *MODEL_ADD(model, shifts) = shift;
    }
    esc_model_change(model, seen,
                     "its turns stand in a calendar of its own (%.*s): here whoever has it now has "
                     "it always; save that calendar in this "
                     "folder and write `import \"FILE.ics\"` instead",
                     ESC_TEXT_ARG(json_text(json, "ical_url_primary")));
    shifts_put(model, schedule, &shifts);
}

static void schedule_read(Oncall *oncall, const OncallItem *item)
{
    EscModel *model = oncall->model;
    uint32_t seen = oncall_see(oncall, item, "schedule");
    esc_model_schedule_add(model, seen, item->id, model->seen.items[seen].title,
                           json_text(item->json, "time_zone"));
    uint32_t schedule = (uint32_t)(model->schedules.count - 1);
    esc_model_carry(model, seen);
    if (json_text(item->json, "ical_url_overrides").size > 0)
        esc_model_leave(model, seen,
                        "its overrides stand in a calendar of its own (%.*s), which is not read",
                        ESC_TEXT_ARG(json_text(item->json, "ical_url_overrides")));
    if (is_type(item->json, "ical"))
        calendar_elsewhere(oncall, schedule, item->json);
    else
        shifts_read(oncall, schedule, item->json);
}

void oncall_schedules(Oncall *oncall)
{
    for (size_t i = 0; i < oncall->items.count; i++)
        if (oncall->items.items[i].kind == ONCALL_SCHEDULE)
            schedule_read(oncall, &oncall->items.items[i]);
    for (size_t i = 0; i < oncall->items.count; i++)
        if (oncall->items.items[i].kind == ONCALL_SHIFT) {
            uint32_t seen = oncall_see(oncall, &oncall->items.items[i], "shift");
            if (oncall->model->seen.items[seen].fate == MODEL_UNSETTLED)
                esc_model_leave(oncall->model, seen, "no schedule has it");
        }
}
