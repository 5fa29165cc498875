/* lower_tables.c - schema, directory, services: rows that need little or no code. Rows have the
 * indexes of the workspace's arrays. */
#include "lower/lower.h"

static uint32_t text(EscLower *lower, EscText value)
{
    return esc_build_text(&lower->build, value);
}

static uint32_t text_option(EscLower *lower, EscText value)
{
    return value.size == 0 ? 0 : text(lower, value) + 1;
}

static uint32_t option(uint32_t index)
{
    return index == ESC_NONE ? 0 : index + 1;
}

/* Keeps a range that begins at `at` when its first row is put; an empty range begins at 0. */
static void extend(uint32_t *first, uint32_t *count, uint32_t at)
{
    *first = *count == 0 ? at : *first;
    ++*count;
}

/* --- schema ----------------------------------------------------------------------------------- */

static void put_enums(EscLower *lower)
{
    for (uint32_t i = 0; i < lower->workspace->enums_count; i++) {
        const EscEnumInfo *info = &lower->workspace->enums[i];
        EscEnumRow row = {.name = text(lower, info->name), .is_ordered = info->is_ordered};
        for (uint32_t k = 0; k < info->count; k++)
            extend(&row.members_first, &row.members_count,
                   esc_build_put_members(&lower->build,
                                         (EscMemberRow){text(lower, info->members[k])}));
        esc_build_put_enums(&lower->build, row);
    }
}

static void put_fields(EscLower *lower)
{
    for (uint32_t i = 0; i < lower->workspace->fields_count; i++) {
        const EscFieldInfo *info = &lower->workspace->fields[i];
        esc_build_put_fields(&lower->build,
                             (EscFieldRow){.scope = info->scope,
                                           .name = text(lower, info->name),
                                           .type = info->type,
                                           .size_max = info->size_max,
                                           .items_max = info->items_max,
                                           .slot = info->scope == ESC_SCOPE_TICKET ? info->slot : 0,
                                           .has_default = info->has_default,
                                           .default_value = info->default_value});
    }
}

static void put_events(EscLower *lower)
{
    for (uint32_t i = 0; i < lower->workspace->events_count; i++) {
        const EscEventInfo *info = &lower->workspace->events[i];
        EscEventRow row = {.name = text(lower, info->name), .title = text(lower, info->title)};
        for (uint32_t k = 0; k < info->count; k++)
            extend(&row.fields_first, &row.fields_count,
                   esc_build_put_event_fields(&lower->build, (EscEventFieldRow){info->fields[k]}));
        esc_build_put_events(&lower->build, row);
    }
}

static void lower_last_resort(EscLower *lower, EscMetaRow *meta)
{
    const EscWorkspace *workspace = lower->workspace;
    if (workspace->last_resort == 0)
        return;
    const EscLastResortNode *node = &workspace->resort_node->last_resort;
    meta->last_resort = workspace->last_resort;
    meta->resort_ack_ms = ESC_LOWER_RESORT_ACK_MS;
    if (node->within != NULL)
        meta->resort_ack_ms = esc_lower_duration(lower, node->within, &meta->resort_ack_calendar);
    if (node->pace != NULL)
        esc_build_put_paces(&lower->build, (EscPaceRow){node->pace->duration.ms});
    ESC_EACH_NODE(other, node->others)
        esc_build_put_resorts(&lower->build, (EscResortRow){esc_meaning(workspace, other).index});
    meta->resorts_count = node->others.count;
}

void esc_lower_schema(EscLower *lower)
{
    const EscWorkspace *workspace = lower->workspace;
    EscMetaRow meta = {.name = text(lower, workspace->name),
                       .title = text(lower, workspace->title),
                       .timezone = text(lower, esc_workspace_timezone(workspace)),
                       .language = 1,
                       .reads = workspace->reads == 0 ? 0 : workspace->reads - 1,
                       .built_day = workspace->imports_repeat ? (uint32_t)workspace->io.today : 0};
    lower_last_resort(lower, &meta);
    meta.transfer = workspace->transfer;
    esc_build_put_meta(&lower->build, meta);
    for (uint32_t i = 0; i < esc_workspace_file_count(workspace); i++)
        esc_build_put_files(&lower->build,
                            (EscFileRow){text(lower, esc_workspace_file_path(workspace, i))});
    put_enums(lower);
    put_fields(lower);
    put_events(lower);
    for (uint32_t i = 0; i < workspace->exceptions_count; i++)
        esc_build_put_exceptions(&lower->build,
                                 (EscExceptionRow){text(lower, workspace->exceptions[i].name)});
}

/* --- directory -------------------------------------------------------------------------------- */

static void put_person(EscLower *lower, const EscPersonInfo *info)
{
    EscPersonRow row = {.name = text(lower, info->name),
                        .title = text(lower, info->title),
                        .timezone = text_option(lower, info->timezone),
                        .quiet = option(info->quiet),
                        .reads = info->reads};
    for (uint32_t i = 0; i < info->contacts_count; i++) {
        const EscContactInfo *contact = &info->contacts[i];
        EscContactRow made = {.kind = contact->kind,
                              .address = text(lower, contact->address),
                              .after_ms = contact->after_ms};
        extend(&row.contacts_first, &row.contacts_count,
               esc_build_put_contacts(&lower->build, made));
    }
    for (uint32_t i = 0; i < info->absences_count; i++) {
        const EscAbsenceInfo *absence = &info->absences[i];
        EscAbsenceRow made = {absence->from_local_minute, absence->to_local_minute,
                              option(absence->deputy)};
        extend(&row.absences_first, &row.absences_count,
               esc_build_put_absences(&lower->build, made));
    }
    esc_build_put_persons(&lower->build, row);
}

static void put_team(EscLower *lower, const EscTeamInfo *info)
{
    EscTeamRow row = {.name = text(lower, info->name),
                      .title = text(lower, info->title),
                      .lead = option(info->lead)};
    for (uint32_t i = 0; i < info->count; i++)
        extend(&row.members_first, &row.members_count,
               esc_build_put_team_members(&lower->build, (EscTeamMemberRow){info->members[i]}));
    esc_build_put_teams(&lower->build, row);
}

static void put_calendar(EscLower *lower, const EscCalendarInfo *info)
{
    EscCalendarRow row = {.name = text(lower, info->name),
                          .timezone = text_option(lower, info->timezone)};
    for (uint32_t i = 0; i < info->hours_count; i++) {
        EscHoursRow hours = {info->hours[i].weekday, info->hours[i].from_minute,
                             info->hours[i].to_minute};
        extend(&row.hours_first, &row.hours_count, esc_build_put_hours(&lower->build, hours));
    }
    for (uint32_t i = 0; i < info->holidays_count; i++)
        extend(&row.holidays_first, &row.holidays_count,
               esc_build_put_holidays(&lower->build, (EscHolidayRow){info->holidays[i]}));
    esc_build_put_calendars(&lower->build, row);
}

static void put_members(EscLower *lower, const EscRef *members, uint32_t count, uint32_t *first,
                        uint32_t *put)
{
    for (uint32_t i = 0; i < count; i++)
        extend(first, put,
               esc_build_put_rotation_members(&lower->build, (EscRotationMemberRow){members[i]}));
}

static uint32_t put_rotation(EscLower *lower, const EscRotationInfo *info)
{
    EscRotationRow row = {.from_local_minute = info->from_local_minute,
                          .turn_minutes = info->turn_minutes,
                          .weekdays = info->weekdays,
                          .hours = option(info->hours)};
    put_members(lower, info->members, info->count, &row.members_first, &row.members_count);
    return esc_build_put_rotations(&lower->build, row);
}

static uint32_t put_turn(EscLower *lower, const EscTurnInfo *info)
{
    EscTurnRow row = {.from_minute = info->from_minute, .to_minute = info->to_minute};
    put_members(lower, info->members, info->count, &row.members_first, &row.members_count);
    return esc_build_put_turns(&lower->build, row);
}

static uint32_t put_layer(EscLower *lower, const EscLayerInfo *info)
{
    EscLayerRow row = {.name = text(lower, info->name)};
    for (uint32_t i = 0; i < info->rotations_count; i++)
        extend(&row.rotations_first, &row.rotations_count,
               put_rotation(lower, &info->rotations[i]));
    for (uint32_t i = 0; i < info->turns_count; i++)
        extend(&row.turns_first, &row.turns_count, put_turn(lower, &info->turns[i]));
    return esc_build_put_layers(&lower->build, row);
}

static void put_schedule(EscLower *lower, const EscScheduleInfo *info)
{
    EscScheduleRow row = {.name = text(lower, info->name),
                          .title = text(lower, info->title),
                          .timezone = text_option(lower, info->timezone)};
    for (uint32_t i = 0; i < info->layers_count; i++)
        extend(&row.layers_first, &row.layers_count, put_layer(lower, &info->layers[i]));
    for (uint32_t i = 0; i < info->overrides_count; i++)
        extend(&row.overrides_first, &row.overrides_count, put_turn(lower, &info->overrides[i]));
    esc_build_put_schedules(&lower->build, row);
}

void esc_lower_directory(EscLower *lower)
{
    const EscWorkspace *workspace = lower->workspace;
    for (uint32_t i = 0; i < workspace->persons_count; i++)
        put_person(lower, &workspace->persons[i]);
    for (uint32_t i = 0; i < workspace->teams_count; i++)
        put_team(lower, &workspace->teams[i]);
    for (uint32_t i = 0; i < workspace->calendars_count; i++)
        put_calendar(lower, &workspace->calendars[i]);
    for (uint32_t i = 0; i < workspace->schedules_count; i++)
        put_schedule(lower, &workspace->schedules[i]);
    for (uint32_t i = 0; i < workspace->channels_count; i++) {
        const EscChannelInfo *info = &workspace->channels[i];
        esc_build_put_channels(&lower->build,
                               (EscChannelRow){text(lower, info->name), text(lower, info->title),
                                               info->kind, option(info->quiet), info->reads});
    }
}

/* --- routes, service levels, limits ----------------------------------------------------------- */

static EscRef route_target(EscLower *lower, const EscNode *target)
{
    EscMeaning meaning = esc_meaning(lower->workspace, target);
    if (meaning.means == ESC_MEANS_QUEUE)
        return ESC_REF(ESC_REF_TEXT, esc_lower_queue(lower, target));
    if (meaning.means == ESC_MEANS_TEMPLATE)
        return ESC_REF(ESC_REF_TEMPLATE, meaning.index);
    return meaning.index;
}

static void put_route(EscLower *lower, const EscRouteInfo *info)
{
    EscRouteRow row = {.name = text(lower, info->name)};
    EscEventSource source = {
        .events = info->events, .count = info->events_count, .may_be_missing = true};
    lower->source = info->events_count > 0 ? &source : NULL;
    ESC_EACH_NODE(item, info->node->route.rows) {
        uint32_t cond = esc_lower_condition(lower, item->route_row.condition);
        EscRouteRowRow made = {.cond = option(cond),
                               .target = route_target(lower, item->route_row.target)};
        extend(&row.rows_first, &row.rows_count, esc_build_put_route_rows(&lower->build, made));
        if (cond == ESC_NONE)
            break; /* what stands behind `otherwise` is never asked */
    }
    lower->source = NULL;
    esc_build_put_routes(&lower->build, row);
}

static void put_goals(EscLower *lower, const EscClockInfo *info, EscSlaClockRow *row)
{
    for (uint32_t i = 0; i < info->goals_count; i++) {
        EscGoalRow goal = {.ms = info->goals[i].ms, .calendar = option(info->goals[i].calendar)};
        extend(&row->goals_first, &row->goals_count, esc_build_put_goals(&lower->build, goal));
    }
}

static void put_clock_events(EscLower *lower, const uint32_t *events, uint32_t events_count,
                             uint32_t *first, uint32_t *count)
{
    for (uint32_t i = 0; i < events_count; i++)
        extend(first, count,
               esc_build_put_clock_events(&lower->build, (EscClockEventRow){events[i]}));
}

/* A percentage is whole; one that is said twice was refused. */
static void put_warnings(EscLower *lower, const EscClockInfo *info, EscSlaClockRow *row)
{
    ESC_EACH_NODE(warning, info->node->sla_clock.warnings) {
        EscWarnRow warn = {0};
        if (warning->kind == ESC_NODE_BEFORE_DUE)
            warn.before_ms = warning->before_due.duration->duration.ms;
        else
            warn.percent = (uint32_t)warning->percent.value;
        extend(&row->warns_first, &row->warns_count, esc_build_put_warns(&lower->build, warn));
    }
}

static void put_clocks(EscLower *lower, const EscSlaInfo *info, EscSlaRow *level)
{
    for (uint32_t i = 0; i < ESC_SLA_CLOCK_COUNT; i++) {
        const EscClockInfo *clock = &info->clocks[i];
        if (clock->node == NULL)
            continue;
        EscSlaClockRow row = {.clock = i, .field = option(clock->field)};
        put_goals(lower, clock, &row);
        put_clock_events(lower, clock->since, clock->since_count, &row.since_first,
                         &row.since_count);
        put_clock_events(lower, clock->met, clock->met_count, &row.met_first, &row.met_count);
        put_warnings(lower, clock, &row);
        extend(&level->clocks_first, &level->clocks_count,
               esc_build_put_sla_clocks(&lower->build, row));
    }
}

static void put_sla(EscLower *lower, const EscSlaInfo *info)
{
    EscSlaRow row = {.name = text(lower, info->name),
                     .cond = option(esc_lower_condition(lower, info->condition)),
                     .pause = option(esc_lower_standing(lower, info->pause)),
                     .is_restarted = info->is_restarted};
    put_clocks(lower, info, &row);
    esc_build_put_slas(&lower->build, row);
}

/* In the order of rights, and within one in that of the text. */
static void put_rights(EscLower *lower)
{
    const EscWorkspace *workspace = lower->workspace;
    for (uint32_t right = 0; right < ESC_RIGHT_COUNT; right++) {
        for (uint32_t i = 0; i < workspace->allows_count; i++) {
            const EscAllowInfo *allow = &workspace->allows[i];
            if (allow->right != right)
                continue;
            EscPlaceSpan place = esc_place_of(workspace, allow->rule->span);
            esc_build_put_rights(
                &lower->build,
                (EscRightRow){right, allow->role, allow->who, place.file,
                              esc_workspace_place(workspace, place.file, place.start).line});
        }
    }
}

static void put_expects(EscLower *lower)
{
    const EscNode *node = lower->workspace->handoff_node;
    if (node == NULL)
        return;
    bool is_acked = node->policy_handoff.expectation == ESC_EXPECTATION_ACKED;
    EscExpectsRow row = {.expect = is_acked ? ESC_EXPECT_ACKED : ESC_EXPECT_RESOLVED};
    row.within_ms = esc_lower_duration(lower, node->policy_handoff.within, &row.calendar);
    esc_build_put_expects(&lower->build, row);
}

void esc_lower_services(EscLower *lower)
{
    const EscWorkspace *workspace = lower->workspace;
    for (uint32_t i = 0; i < workspace->routes_count; i++)
        put_route(lower, &workspace->routes[i]);
    for (uint32_t i = 0; i < workspace->slas_count; i++)
        put_sla(lower, &workspace->slas[i]);
    for (uint32_t i = 0; i < workspace->limits_count; i++) {
        const EscLimitInfo *info = &workspace->limits[i];
        esc_build_put_limits(&lower->build, (EscLimitRow){.kind = info->kind,
                                                          .count = info->count,
                                                          .window_ms = info->window_ms,
                                                          .action = info->action,
                                                          .exception = option(info->exception)});
    }
    put_rights(lower);
    put_expects(lower);
}
