/* pagerduty_schedules.c - PagerDuty's schedules of layers, and their overrides.
 *
 * Layers lie over one another, and the highest number counts where it has somebody. The API lists them from the highest down, Terraform
 * from the first up (its provider turns the answer round). `rotation_virtual_start` says whose turn it is, `start` from when on the layer
 * is there. Restrictions are hours of each day, or of the week from Monday (1) on; they may pass midnight and the end of the week. */
#include "pagerduty/pagerduty.h"

#define OLD_MS                                                                                     \
    (3 * 365 * ESC_DAY_MS) /* turns that began before are counted from their last boundary on */
#define DAY_S (24 * 60 * 60)
#define WEEK_S (7 * DAY_S)

typedef struct LayerRead {
    Pagerduty *pagerduty;
    uint32_t schedule;
    EscText zone;
    Shifts *shifts;
} LayerRead;

/* --- hours -------------------------------------------------------------------------------------------- */

/* False when the restriction cannot be read. *is_always when it restricts nothing. */
static bool restriction_put(EscModel *model, ModelRotation *rotation, const EscJson *restriction,
                            bool *is_always)
{
    int64_t minute = minute_of_day(json_text(restriction, "start_time_of_day")),
            seconds = json_integer(restriction, "duration_seconds", 0),
            day = json_integer(restriction, "start_day_of_week", 0);
    bool is_weekly = esc_text_equal(json_text(restriction, "type"), ESC_TEXT("weekly_restriction"));
    int64_t whole = is_weekly ? WEEK_S : DAY_S;
    if (minute < 0 || seconds < 60 || seconds > WEEK_S || (is_weekly && (day < 1 || day > 7)))
        return false;
    if (seconds >= whole)
        *is_always = true;
    else if (is_weekly)
        rotation_hours(model, rotation, (unsigned)day - 1, minute, seconds / 60);
    else
        for (unsigned i = 0; i < 7; i++)
            rotation_hours(model, rotation, i, minute, seconds / 60);
    return true;
}

static void restrictions_put(LayerRead *read, Shift *shift, const EscJson *layer)
{
    EscModel *model = read->pagerduty->model;
    bool is_always = false;
    for (const EscJson *restriction = pagerduty_list(layer, "restrictions", "restriction");
         restriction != NULL; restriction = restriction->next) {
        if (!restriction_put(model, &shift->rotation, restriction, &is_always))
            shift_change(model, read->schedule, shift,
                         "one of its restrictions cannot be read and is left out");
        if (json_integer(restriction, "duration_seconds", 0) % 60 != 0)
            shift_change(model, read->schedule, shift, "its hours end with the minute before");
    }
    if (is_always)
        shift->rotation.hours.count = 0;
}

/* --- turns -------------------------------------------------------------------------------------------- */

static void users_put(LayerRead *read, Shift *shift, const EscJson *layer)
{
    EscModel *model = read->pagerduty->model;
    for (const EscJson *user = json_list(layer, "users"); user != NULL; user = user->next) {
        EscText id = pagerduty_id(user), name = json_text(json_object(user, "user"), "summary");
        if (rotation_turn(model, &shift->rotation, id, name))
            continue;
        EscText text = esc_model_printf(
            model,
            "%.*s is not listed, as somebody who was deleted: nobody is there in their turns",
            ESC_TEXT_ARG(name.size > 0 ? name : id));
        shift_change(model, read->schedule, shift, text.data);
    }
}

static void shift_add(LayerRead *read, const Shift *shift)
{
    *MODEL_ADD(read->pagerduty->model, *read->shifts) = *shift;
}

/* A layer that begins within a turn: whoever has that turn until its end, and the turns from then on. */
static void begin_later(LayerRead *read, Shift *shift, int64_t start_ms)
{
    EscModel *model = read->pagerduty->model;
    Shift first = *shift;
    rotation_forward(model, read->zone, &shift->rotation, start_ms);
    if (shift->rotation.from_ms >= start_ms)
        return;
    ModelRotation *rotation = &shift->rotation;
    int64_t step = rotation->unit == MODEL_BY_HOUR  ? ESC_HOUR_MS
                   : rotation->unit == MODEL_BY_DAY ? ESC_DAY_MS
                                                    : 7 * ESC_DAY_MS;
    int64_t local = esc_clock_local(model, read->zone, rotation->from_ms) + step * rotation->length;
    int64_t next_ms = esc_clock_instant(model, read->zone, local);
    first.rotation.turns.items = NULL;
    first.rotation.turns.count = first.rotation.turns.capacity = 0;
    *MODEL_ADD(model, first.rotation.turns) = rotation->turns.items[0];
    first.rotation.from_ms = start_ms;
    first.rotation.until_ms = next_ms < rotation->until_ms ? next_ms : rotation->until_ms;
    shift_add(read, &first);
    rotation_forward(model, read->zone, rotation, next_ms);
}

/* Where the turns are counted from: as it is written, where that is not long ago and not behind the start. */
static void turns_put(LayerRead *read, Shift *shift, const EscJson *layer)
{
    EscModel *model = read->pagerduty->model;
    ModelRotation *rotation = &shift->rotation;
    int64_t now_ms = model->request->now_ms, start_ms = 0, virtual_ms = 0;
    bool has_start = json_time(layer, "start", &start_ms),
         has_virtual = json_time(layer, "rotation_virtual_start", &virtual_ms);
    if (!has_start)
        start_ms = has_virtual ? virtual_ms : now_ms;
    rotation->from_ms = has_virtual ? virtual_ms : start_ms;
    if (!has_start && !has_virtual)
        shift_change(model, read->schedule, shift,
                     "it does not say when its turns begin: they are counted from now on");
    if (!rotation_length(rotation, json_integer(layer, "rotation_turn_length_seconds", 0)))
        shift_change(
            model, read->schedule, shift,
            "its turns are no whole hours, or longer than a year: the nearest that is possible");
    if (rotation->turns.count == 1 && start_ms <= now_ms)
        rotation->unit = MODEL_ALWAYS;
    else if (start_ms > now_ms)
        begin_later(read, shift, start_ms);
    else if (rotation->from_ms > now_ms || rotation->from_ms < now_ms - OLD_MS)
        rotation_forward(model, read->zone, rotation, now_ms);
}

static void layer_read(LayerRead *read, const PagerdutyItem *item, const EscJson *layer,
                       int64_t level)
{
    EscModel *model = read->pagerduty->model;
    EscText name = json_text(layer, "name");
    Shift shift = {.title = name.size > 0 ? name : json_text(layer, "id"),
                   .level = level,
                   .rotation = {.until_ms = INT64_MAX}};
    shift.seen =
        esc_model_see(model, "layer", shift.title, json_place(model, item->document, layer));
    if (json_time(layer, "end", &shift.rotation.until_ms) &&
        shift.rotation.until_ms <= model->request->now_ms) {
        esc_model_leave(model, shift.seen, "it is over");
        return;
    }
    users_put(read, &shift, layer);
    if (shift.rotation.turns.count == 0) {
        shift_leave(model, read->schedule, &shift, "nobody is in it");
        return;
    }
    restrictions_put(read, &shift, layer);
    turns_put(read, &shift, layer);
    shift_add(read, &shift);
    esc_model_carry(model, shift.seen);
}

static void layers_put(Pagerduty *pagerduty, const PagerdutyItem *item, uint32_t schedule)
{
    Shifts shifts = {0};
    LayerRead read = {pagerduty, schedule, pagerduty->model->schedules.items[schedule].timezone,
                      &shifts};
    int64_t level = 0;
    for (const EscJson *layer = pagerduty_list(item->json, "schedule_layers", "layer");
         layer != NULL; layer = layer->next)
        layer_read(&read, item, layer, item->is_state ? level++ : level--);
    shifts_put(pagerduty->model, schedule, &shifts);
}

/* --- overrides ------------------------------------------------------------------------------------------ */

static void override_put(Pagerduty *pagerduty, const Document *document, uint32_t schedule,
                         const EscJson *node)
{
    EscModel *model = pagerduty->model;
    const EscJson *user = json_object(node, "user");
    EscText name = json_text(user, "summary");
    uint32_t seen = esc_model_see(model, "override", name, json_place(model, document, node));
    uint32_t person = esc_model_person(model, json_text(user, "id"));
    ModelOverride override = {.track = MODEL_NONE, .seen = seen};
    if (!json_time(node, "start", &override.from_ms) ||
        !json_time(node, "end", &override.until_ms) || override.until_ms <= override.from_ms)
        esc_model_leave(model, seen, "it has no time");
    else if (override.until_ms <= model->request->now_ms)
        esc_model_leave(model, seen, "it is over");
    else if (person == MODEL_NONE)
        esc_model_leave(model, seen, "%.*s is not listed: in this time the usual turns count",
                        ESC_TEXT_ARG(name));
    else {
        override.who = (ModelTarget){.kind = MODEL_PERSON, .index = person};
        *MODEL_ADD(model, model->schedules.items[schedule].overrides) = override;
        esc_model_carry(model, seen);
    }
}

/* The answer about overrides does not say of which schedule: its file's name does. */
static uint32_t schedule_of(const EscModel *model, const Document *document)
{
    for (size_t i = 0; i < model->schedules.count; i++)
        if (model->schedules.items[i].key.size > 0 &&
            esc_text_contains(document->path, model->schedules.items[i].key))
            return (uint32_t)i;
    return MODEL_NONE;
}

static bool has_answer(const Pagerduty *pagerduty, uint32_t schedule)
{
    for (size_t i = 0; i < pagerduty->items.count; i++)
        if (pagerduty->items.items[i].kind == PAGERDUTY_OVERRIDES &&
            schedule_of(pagerduty->model, pagerduty->items.items[i].document) == schedule)
            return true;
    return false;
}

/* Without such an answer, what the schedule itself shows of them (asked for with since and until). */
static void shown_overrides(Pagerduty *pagerduty, const PagerdutyItem *item)
{
    uint32_t schedule = esc_model_schedule(pagerduty->model, item->id);
    if (schedule == MODEL_NONE || has_answer(pagerduty, schedule))
        return;
    const EscJson *shown = json_object(item->json, "overrides_subschedule");
    for (const EscJson *node = json_list(shown, "rendered_schedule_entries"); node != NULL;
         node = node->next)
        override_put(pagerduty, item->document, schedule, node);
}

static void overrides_read(Pagerduty *pagerduty, const PagerdutyItem *item)
{
    EscModel *model = pagerduty->model;
    uint32_t schedule = schedule_of(model, item->document);
    const EscJson *node = json_list(item->json, "overrides");
    if (schedule == MODEL_NONE && node != NULL) {
        uint32_t seen =
            esc_model_see(model, "overrides", item->document->path, item->document->path);
        esc_model_leave(
            model, seen,
            "the answer does not say of which schedule: put its id into the name of the file");
        return;
    }
    for (; node != NULL; node = node->next)
        override_put(pagerduty, item->document, schedule, node);
}

/* --- all of it ------------------------------------------------------------------------------------------ */

static void schedule_read(Pagerduty *pagerduty, const PagerdutyItem *item)
{
    EscModel *model = pagerduty->model;
    uint32_t seen = pagerduty_see(pagerduty, item, "schedule");
    EscText description = json_text(item->json, "description");
    esc_model_schedule_add(model, seen, item->id, model->seen.items[seen].title,
                           json_text(item->json, "time_zone"));
    if (description.size > 0 && !item->is_state)
        esc_model_remark(model, seen, "%.*s", ESC_TEXT_ARG(description));
    if (pagerduty_list(item->json, "schedule_layers", "layer") == NULL)
        esc_model_leave(model, seen, "its layers are not in the answer: ask for /schedules/%.*s",
                        ESC_TEXT_ARG(item->id));
    else
        layers_put(pagerduty, item, (uint32_t)(model->schedules.count - 1));
    esc_model_carry(model, seen);
}

void pagerduty_schedules(Pagerduty *pagerduty)
{
    for (size_t i = 0; i < pagerduty->items.count; i++) {
        const PagerdutyItem *item = &pagerduty->items.items[i];
        if (item->kind == PAGERDUTY_SCHEDULE)
            schedule_read(pagerduty, item);
        else if (item->kind == PAGERDUTY_FLEXIBLE)
            pagerduty_flexible(pagerduty, item);
    }
    for (size_t i = 0; i < pagerduty->items.count; i++) {
        const PagerdutyItem *item = &pagerduty->items.items[i];
        if (item->kind == PAGERDUTY_SCHEDULE)
            shown_overrides(pagerduty, item);
        else if (item->kind == PAGERDUTY_OVERRIDES)
            overrides_read(pagerduty, item);
    }
}
