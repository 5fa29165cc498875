/* duty.c - who is on call when: layers of rotations, and overrides, as local minutes. Zones and changes of the clock are the
 * runtime's; what stands in files is in imports.c. */
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "check/lookup.h"
#include "check/names.h"

#define DAY_MINUTES 1440
#define ALWAYS_MINUTE (-ESC_SPAN_MAX_MS) /* before everything that can be written */

/* --- rotations -------------------------------------------------------------------------------- */

/* One whose turn it can be; 0 after a report. */
static EscRef find_member(EscWorkspace *workspace, EscName name)
{
    unsigned kinds = 1u << ESC_SYMBOL_PERSON | 1u << ESC_SYMBOL_TEAM;
    const EscSymbol *symbol = esc_symbol_find(workspace, name.text);
    if (symbol != NULL && symbol->kind == ESC_SYMBOL_TEAM)
        return ESC_REF(ESC_REF_TEAM, symbol->index);
    if (symbol != NULL) {
        uint32_t person = esc_find_person(workspace, name);
        return person == ESC_NONE ? 0 : ESC_REF(ESC_REF_PERSON, person);
    }
    EscSuggest suggest = esc_suggest(name.text);
    esc_suggest_try_symbols(&suggest, workspace, kinds);
    if (esc_is_meant_by_a_twin(workspace, &suggest, kinds))
        return 0;
    EscDiagnostic *diagnostic = esc_report(workspace, "E0101", name.span,
                                           "there is no person `%.*s`", ESC_TEXT_ARG(name.text));
    if (!esc_suggest_hint(workspace, &suggest, diagnostic, name.span))
        esc_report_hint(workspace, diagnostic, "declare `person %.*s { … }`",
                        ESC_TEXT_ARG(name.text));
    return 0;
}

static const EscRef *find_members(EscWorkspace *workspace, EscNodeList items, uint32_t *count)
{
    EscRef *members = esc_arena_alloc_array(workspace->arena, items.count, sizeof *members);
    *count = 0;
    if (members == NULL)
        return NULL;
    ESC_EACH_NODE(item, items) {
        EscRef member = find_member(workspace, item->member.name);
        if (member != 0)
            members[(*count)++] = member;
    }
    return members;
}

static int64_t turn_ms(EscWorkspace *workspace, const EscNode *node)
{
    const EscNode *every = node->rotation.every;
    if (node->rotation.period == ESC_ROTATION_DAILY)
        return ESC_DAY_MS;
    if (node->rotation.period == ESC_ROTATION_WEEKLY)
        return 7 * ESC_DAY_MS;
    esc_check_duration(workspace, every, false, ESC_BOUND_TURN_MS);
    if (every->duration.ms % ESC_MINUTE_MS != 0)
        esc_report_hint(workspace,
                        esc_report(workspace, esc_bound_info[ESC_BOUND_TURN_MS].code, every->span,
                                   "turns begin at whole minutes"),
                        "such as `every 12h`");
    return every->duration.ms;
}

/* Turns that begin on Monday and Thursday cannot begin for the first time on a Tuesday. */
static void begins_on_one_of(EscWorkspace *workspace, const EscNode *from, uint32_t weekdays)
{
    static const char *const words[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};
    int64_t day = esc_days_from_date(from->local_time.year, from->local_time.month,
                                     from->local_time.day),
            year = 0;
    unsigned month = 0, month_day = 0;
    if (weekdays == 0 || (weekdays >> esc_weekday_from_days(day) & 1) != 0)
        return;
    EscDiagnostic *diagnostic =
        esc_report(workspace, "E0320", from->span, "this is a %s, and no turn begins on it",
                   words[esc_weekday_from_days(day)]);
    while ((weekdays >> esc_weekday_from_days(day) & 1) == 0)
        ++day;
    esc_date_from_days(day, &year, &month, &month_day);
    EscText date =
        esc_arena_printf(workspace->arena, "%04d-%02u-%02u", (int)year, month, month_day);
    if (from->local_time.has_time)
        date = esc_arena_printf(workspace->arena, "%.*sT%02u:%02u", ESC_TEXT_ARG(date),
                                from->local_time.hour, from->local_time.minute);
    esc_report_edit(workspace, diagnostic, ESC_EDIT_MAYBE, from->span, date);
}

static void rotation(EscWorkspace *workspace, const EscScheduleInfo *schedule, const EscNode *node,
                     EscRotationInfo *info)
{
    const EscNode *during = node->rotation.during;
    *info = (EscRotationInfo){.from_local_minute = ALWAYS_MINUTE, .hours = ESC_NONE, .node = node};
    if (node->rotation.from != NULL)
        info->from_local_minute = esc_local_minutes(node->rotation.from);
    if (node->rotation.period == ESC_ROTATION_DAYS) {
        info->weekdays = esc_check_weekdays(workspace, &node->rotation.days);
        begins_on_one_of(workspace, node->rotation.from, info->weekdays);
    } else if (node->rotation.period != ESC_ROTATION_ALWAYS) {
        info->turn_minutes = (uint32_t)(turn_ms(workspace, node) / ESC_MINUTE_MS);
    }
    if (during != NULL)
        info->hours = esc_check_hours(workspace, during, schedule->timezone);
    info->members = find_members(workspace, node->rotation.members, &info->count);
}

/* --- layers ----------------------------------------------------------------------------------- */

static int rotation_order(const void *left, const void *right)
{
    const EscRotationInfo *a = left, *b = right;
    int order = ESC_ORDER(a->from_local_minute, b->from_local_minute);
    return order != 0 ? order : ESC_ORDER(a->node->span.start, b->node->span.start);
}

/* Each rotation takes over from the one before at its start, so no two can start together. */
static void order_rotations(EscWorkspace *workspace, EscLayerInfo *layer)
{
    uint32_t kept = 0;
    if (layer->rotations_count > 1)
        qsort(layer->rotations, layer->rotations_count, sizeof *layer->rotations, rotation_order);
    for (uint32_t i = 0; i < layer->rotations_count; ++i) {
        EscRotationInfo *before = kept == 0 ? NULL : &layer->rotations[kept - 1];
        const EscNode *node = layer->rotations[i].node;
        if (before == NULL || before->from_local_minute != layer->rotations[i].from_local_minute) {
            layer->rotations[kept++] = layer->rotations[i];
            continue;
        }
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0320", node->span,
                       "two rotations of a layer begin at the same time, so neither takes over");
        esc_report_hint(workspace, diagnostic,
                        "put one of them into a `layer` of its own: the first layer that has "
                        "somebody counts");
        esc_report_related(workspace, diagnostic, before->node->span, "the other one");
    }
    layer->rotations_count = kept;
}

static EscLayerInfo *add_layer(EscWorkspace *workspace, EscScheduleInfo *schedule, EscText name,
                               uint32_t rotations)
{
    EscLayerInfo *layer = &schedule->layers[schedule->layers_count++];
    *layer = (EscLayerInfo){.name = name};
    layer->rotations = esc_arena_alloc_array(workspace->arena, rotations, sizeof *layer->rotations);
    return layer;
}

static void put_rotation(EscWorkspace *workspace, const EscScheduleInfo *schedule,
                         EscLayerInfo *layer, const EscNode *node)
{
    if (layer->rotations != NULL)
        rotation(workspace, schedule, node, &layer->rotations[layer->rotations_count++]);
}

static void written_layer(EscWorkspace *workspace, EscScheduleInfo *schedule, const EscNode *node,
                          EscSeen *seen)
{
    EscName name = node->layer.name;
    esc_check_spelling(workspace, name);
    const EscNode *other = esc_seen_before(seen, name.text, node);
    if (other != NULL) {
        EscDiagnostic *diagnostic =
            esc_report(workspace, "E0306", name.span, "there is a layer `%.*s` already",
                       ESC_TEXT_ARG(name.text));
        esc_report_related(workspace, diagnostic, other->layer.name.span, "first here");
    }
    EscLayerInfo *layer = add_layer(workspace, schedule, name.text, node->layer.items.count);
    ESC_EACH_NODE(item, node->layer.items)
        put_rotation(workspace, schedule, layer, item);
    order_rotations(workspace, layer);
    if (node->layer.items.count == 0)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0319", name.span,
                                   "nobody is ever on call in the layer `%.*s`",
                                   ESC_TEXT_ARG(name.text)),
                        "write `weekly from 2026-01-05T09:00 ana, ben`");
}

/* Rotations outside of a layer are one, which stands where the first of them does. */
static void loose_layer(EscWorkspace *workspace, EscScheduleInfo *schedule)
{
    EscNodeList items = schedule->node->schedule.items;
    EscLayerInfo *layer = add_layer(workspace, schedule, ESC_TEXT(""), items.count);
    ESC_EACH_NODE(item, items) {
        if (item->kind == ESC_NODE_ROTATION)
            put_rotation(workspace, schedule, layer, item);
    }
    order_rotations(workspace, layer);
}

static void imported_layer(EscWorkspace *workspace, EscScheduleInfo *schedule,
                           const EscNode *setting)
{
    EscLayerInfo *layer = add_layer(workspace, schedule, ESC_TEXT("import"), 0);
    esc_check_import(workspace, schedule, setting, layer);
}

static bool is_setting(const EscNode *item, const char *name)
{
    return item->kind == ESC_NODE_SETTING &&
           esc_text_equal(item->setting.name.text, esc_text_from(name));
}

static void check_layers(EscWorkspace *workspace, EscScheduleInfo *schedule)
{
    bool has_loose = false;
    EscSeen seen = {.workspace = workspace};
    ESC_EACH_NODE(item, schedule->node->schedule.items) {
        if (item->kind == ESC_NODE_LAYER) {
            written_layer(workspace, schedule, item, &seen);
        } else if (item->kind == ESC_NODE_ROTATION && !has_loose) {
            has_loose = true;
            loose_layer(workspace, schedule);
        } else if (is_setting(item, "import")) {
            imported_layer(workspace, schedule, item);
        }
    }
    esc_seen_release(&seen);
}

/* --- schedules -------------------------------------------------------------------------------- */

static void schedule_setting(EscWorkspace *workspace, EscScheduleInfo *schedule,
                             const EscNode *setting)
{
    static const char *const words[] = {"timezone", "import", NULL};
    if (is_setting(setting, "timezone"))
        schedule->timezone = esc_timezone_setting(workspace, setting);
    else if (!is_setting(setting, "import"))
        esc_report_word(workspace, setting->setting.name, "a setting of a schedule", words);
}

static void check_schedule(EscWorkspace *workspace, EscScheduleInfo *schedule)
{
    const EscNode *node = schedule->node;
    schedule->title = esc_plain_text(workspace, node->schedule.title);
    schedule->layers = esc_arena_alloc_array(workspace->arena, node->schedule.items.count,
                                             sizeof *schedule->layers);
    if (schedule->layers == NULL && node->schedule.items.count > 0)
        return;
    ESC_EACH_NODE(item, node->schedule.items) { /* the zone is that of all that stands in it */
        if (item->kind == ESC_NODE_SETTING)
            schedule_setting(workspace, schedule, item);
    }
    check_layers(workspace, schedule);
    esc_check_overrides(workspace, schedule);
    if (schedule->layers_count == 0)
        esc_report_hint(workspace,
                        esc_report(workspace, "E0319", node->schedule.name.span,
                                   "nobody is ever on call in `%.*s`",
                                   ESC_TEXT_ARG(schedule->name)),
                        "write `weekly from 2026-01-05T09:00 ana, ben`");
}

/* --- schedules that have not begun ------------------------------------------------------------ */

/* The minute from which on overrides alone leave nobody on call, at the latest `end`. */
static int64_t covered_until(const EscScheduleInfo *schedule, int64_t from, int64_t end)
{
    for (uint32_t i = 0; i < schedule->overrides_count && from < end; ++i) {
        const EscTurnInfo *override = &schedule->overrides[i];
        if (override->from_minute <= from && override->to_minute > from)
            from = override->to_minute;
    }
    return from;
}

/* The first rotation of all layers; NULL when something was imported, of which nothing is known here. */
static const EscRotationInfo *first_rotation(const EscScheduleInfo *schedule)
{
    const EscRotationInfo *first = NULL;
    for (uint32_t i = 0; i < schedule->layers_count; ++i) {
        const EscLayerInfo *layer = &schedule->layers[i];
        if (layer->rotations_count == 0)
            return NULL;
        const EscRotationInfo *own = &layer->rotations[0];
        if (first == NULL || own->from_local_minute < first->from_local_minute)
            first = own;
    }
    return first;
}

/* Until a schedule begins, nobody is on call. The day after tomorrow is somebody's plan for tomorrow in any zone. */
static bool begins_late(const EscWorkspace *workspace, const EscScheduleInfo *schedule,
                        const EscRotationInfo *first)
{
    int64_t now = (workspace->io.today + 2) * DAY_MINUTES;
    return workspace->io.today != 0 && first != NULL && first->from_local_minute >= now &&
           covered_until(schedule, now, first->from_local_minute) < first->from_local_minute;
}

static void late_schedule(EscWorkspace *workspace, uint32_t index, const EscNode *node)
{
    const EscScheduleInfo *schedule = &workspace->schedules[index];
    bool is_last = workspace->last_resort == ESC_REF(ESC_REF_SCHEDULE, index);
    EscDiagnostic *diagnostic =
        is_last
            ? esc_report(workspace, "E0409", workspace->policy->last_resort->last_resort.who->span,
                         "nobody is on call in `%.*s` yet, so a ticket could have nobody",
                         ESC_TEXT_ARG(schedule->name))
            : esc_report(workspace, "A0302", node->span,
                         "nobody is on call in `%.*s` before this day",
                         ESC_TEXT_ARG(schedule->name));
    esc_report_hint(workspace, diagnostic,
                    "let the rotation begin in the past; its turns are counted from there");
    if (is_last)
        esc_report_related(workspace, diagnostic, node->span, "it begins here");
}

void esc_check_late_schedules(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->schedules_count; ++i) {
        const EscRotationInfo *first = first_rotation(&workspace->schedules[i]);
        if (begins_late(workspace, &workspace->schedules[i], first))
            late_schedule(workspace, i, first->node->rotation.from);
    }
}

void esc_check_duty(EscWorkspace *workspace)
{
    for (uint32_t i = 0; i < workspace->schedules_count; ++i)
        check_schedule(workspace, &workspace->schedules[i]);
}
