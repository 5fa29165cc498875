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

void esc_lower_schema(EscLower *lower)
{
    const EscWorkspace *workspace = lower->workspace;
    esc_build_put_meta(&lower->build,
                       (EscMetaRow){.name = text(lower, workspace->name),
                                    .title = text(lower, workspace->title),
                                    .timezone = text(lower, esc_workspace_timezone(workspace)),
                                    .language = 1,
                                    .last_resort = workspace->last_resort});
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
                        .quiet = option(info->quiet)};
    for (uint32_t i = 0; i < info->contacts_count; i++) {
        const EscContactInfo *contact = &info->contacts[i];
        EscContactRow made = {.kind = contact->kind,
                              .address = text(lower, contact->address),
                              .after_ms = contact->after_ms};
        extend(&row.contacts_first, &row.contacts_count,
               esc_build_put_contacts(&lower->build, made));
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

static uint32_t put_rotation(EscLower *lower, const EscRotationInfo *info)
{
    EscRotationRow row = {.from_local_minute = info->from_local_minute,
                          .shift_days = info->shift_days};
    for (uint32_t i = 0; i < info->count; i++)
        extend(&row.members_first, &row.members_count,
               esc_build_put_rotation_members(&lower->build,
                                              (EscRotationMemberRow){info->members[i]}));
    return esc_build_put_rotations(&lower->build, row);
}

static void put_schedule(EscLower *lower, const EscScheduleInfo *info)
{
    EscScheduleRow row = {.name = text(lower, info->name),
                          .title = text(lower, info->title),
                          .timezone = text_option(lower, info->timezone)};
    for (uint32_t i = 0; i < info->rotations_count; i++)
        extend(&row.rotations_first, &row.rotations_count,
               put_rotation(lower, &info->rotations[i]));
    for (uint32_t i = 0; i < info->overrides_count; i++) {
        const EscOverrideInfo *override = &info->overrides[i];
        EscOverrideRow made = {override->from_local_minute, override->to_local_minute,
                               override->person};
        extend(&row.overrides_first, &row.overrides_count,
               esc_build_put_overrides(&lower->build, made));
    }
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
                                               info->kind, option(info->quiet)});
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
    ESC_EACH_NODE(item, info->node->route.rows) {
        uint32_t cond = esc_lower_condition(lower, item->route_row.condition);
        EscRouteRowRow made = {.cond = option(cond),
                               .target = route_target(lower, item->route_row.target)};
        extend(&row.rows_first, &row.rows_count, esc_build_put_route_rows(&lower->build, made));
        if (cond == ESC_NONE)
            break; /* what stands behind `otherwise` is never asked */
    }
    esc_build_put_routes(&lower->build, row);
}

static void put_sla(EscLower *lower, const EscSlaInfo *info)
{
    EscSlaRow row = {.name = text(lower, info->name),
                     .cond = option(esc_lower_condition(lower, info->condition)),
                     .respond_ms = info->respond_ms,
                     .respond_calendar = option(info->respond_calendar),
                     .resolve_ms = info->resolve_ms,
                     .resolve_calendar = option(info->resolve_calendar)};
    ESC_EACH_NODE(item, info->node->sla.items) {
        if (item->kind != ESC_NODE_SLA_CLOCK)
            continue;
        bool is_respond = esc_text_equal(item->sla_clock.name.text, ESC_TEXT("respond"));
        ESC_EACH_NODE(warning, item->sla_clock.warnings) {
            EscWarnRow warn = {.clock = is_respond ? ESC_SLA_CLOCK_RESPOND : ESC_SLA_CLOCK_RESOLVE,
                               .percent = (uint32_t)warning->percent.value};
            extend(&row.warns_first, &row.warns_count, esc_build_put_warns(&lower->build, warn));
        }
    }
    esc_build_put_slas(&lower->build, row);
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
}
