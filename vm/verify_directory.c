/* verify_directory.c - the rules of the rows that templates refer to: the workspace, its schema, its directory, its
 * connectors and its policy. V08 (domains), V25 (which function a row may enter), V33 (grants) and V35 (the schema).
 *
 * Columns hold by now: every index may be used without looking. */
#include <esc/vm.h>

#include <math.h>
#include <string.h>

#include "vm_internal.h"

static EscText text_at(const EscVerify *verify, uint32_t index)
{
    return verify->program->texts[index];
}

static bool text_is(const EscVerify *verify, uint32_t index, const char *string)
{
    return esc_text_equal(text_at(verify, index), esc_text_from(string));
}

EscStatus esc_verify_names(EscVerify *verify, EscTable table, uint32_t first, uint32_t count,
                           size_t name_offset)
{
    const EscTableInfo *info = &esc_table_info[table];
    const uint8_t *rows = esc_program_rows(verify->program, table);
    verify->stamp++; /* texts are unique, so equal names have equal indexes */
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t name;
        memcpy(&name, rows + i * info->struct_size + name_offset, sizeof name);
        if (name == 0)
            return esc_verify_bad(verify, "V35", table, i, "the name is empty");
        if (verify->text_stamps[name] == verify->stamp)
            return esc_verify_bad(verify, "V35", table, i, "the name is taken by a row before it");
        verify->text_stamps[name] = verify->stamp;
    }
    return ESC_OK;
}

EscStatus esc_verify_entry(EscVerify *verify, EscTable table, uint32_t row, uint32_t function,
                           EscFunction kind, uint32_t template_option, uint32_t event)
{
    const EscProgram *program = verify->program;
    const EscFunctionRow *entered = &program->functions[function];
    verify->is_function_named[function] = 1;
    if (entered->kind != (uint32_t)kind || entered->template != template_option ||
        entered->at_wait != 0)
        return esc_verify_bad(verify, "V25", table, row,
                              "function %u has not the kind or template that is entered here",
                              (unsigned)function);
    if (entered->events_count == 0 || event == ESC_EVENT_UNKNOWN)
        return ESC_OK; /* without events it reads none, so it does not matter which one there is */
    if (event == ESC_NONE) {
        if (entered->event_may_be_missing == 0)
            return esc_verify_bad(verify, "V25", table, row,
                                  "function %u is entered without an event", (unsigned)function);
        return ESC_OK;
    }
    if (esc_function_has_event(program, entered, event))
        return ESC_OK;
    return esc_verify_bad(verify, "V25", table, row, "function %u is not made for event %u",
                          (unsigned)function, (unsigned)event);
}

EscStatus esc_verify_given(EscVerify *verify, EscTable table, uint32_t row, uint32_t function,
                           EscType type)
{
    EscStatus status =
        esc_verify_entry(verify, table, row, function, ESC_FUNCTION_DOCUMENT, 0, ESC_NONE);
    if (status == ESC_OK && verify->program->functions[function].gives != type)
        status = esc_verify_bad(verify, "V48", table, row,
                                "function %u gives a value of another type", (unsigned)function);
    return status;
}

/* --- workspace and schema ------------------------------------------------------------------------------------------ */

static bool ref_is_owner(EscRef ref)
{
    EscRefKind kind = esc_ref_kind(ref);
    return kind == ESC_REF_PERSON || kind == ESC_REF_TEAM || kind == ESC_REF_SCHEDULE ||
           kind == ESC_REF_ROUTE;
}

static EscStatus verify_meta(EscVerify *verify)
{
    const EscMetaRow *meta = &verify->program->meta[0];
    REJECT_IF(meta->language != 1, "V08", META, 0, "language version %u is unknown",
              (unsigned)meta->language);
    REJECT_IF(meta->name == 0, "V35", META, 0, "the workspace has no name");
    REJECT_IF(meta->last_resort != 0 && !ref_is_owner(meta->last_resort), "V06", META, 0,
              "the last resort is nobody who can own");
    REJECT_IF(meta->last_resort == 0 && verify->program->templates_count > 0, "V31", META, 0,
              "there are templates but no last resort owner");
    REJECT_IF(meta->last_resort == 0 && (meta->resorts_count > 0 || meta->resort_ack_ms != 0),
              "V31", META, 0, "something is said of a last resort that is not there");
    REJECT_IF(meta->last_resort == 0 && verify->program->paces_count > 0, "V58", PACES, 0,
              "there is no last resort that it is about");
    for (uint32_t i = 0; i < verify->program->paces_count; i++)
        REJECT_UNLESS_BOUND(EVERY_MS, verify->program->paces[i].every_ms, PACES, i);
    if (meta->last_resort != 0)
        REJECT_UNLESS_BOUND(DEADLINE_MS, meta->resort_ack_ms, META, 0);
    for (uint32_t i = 0; i < verify->program->resorts_count; i++)
        REJECT_IF(!ref_is_owner(verify->program->resorts[i].who), "V06", RESORTS, i,
                  "this is nobody who can own");
    return ESC_OK;
}

static EscStatus verify_enums(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    bool is_role = program->enums_count > 0 && program->enums[0].is_ordered == 1 &&
                   program->enums[0].members_count == ESC_ROLE_COUNT;
    for (uint32_t i = 0; i < ESC_ROLE_COUNT && is_role; i++)
        is_role = text_is(verify, program->members[program->enums[0].members_first + i].name,
                          esc_role_words[i]);
    REJECT_IF(!is_role, "V35", ENUMS, 0,
              "the first enum must be role: primary < secondary < escalation < last_resort");
    for (uint32_t i = 0; i < program->enums_count; i++) {
        const EscEnumRow *row = &program->enums[i];
        REJECT_UNLESS_BOUND(ENUM_MEMBERS, row->members_count, ENUMS, i);
        EscStatus status = esc_verify_names(verify, ESC_TABLE_MEMBERS, row->members_first,
                                            row->members_count, offsetof(EscMemberRow, name));
        if (status != ESC_OK)
            return status;
    }
    return ESC_OK;
}

static bool default_fits(const EscProgram *program, const EscFieldRow *row)
{
    double number;
    memcpy(&number, &row->default_value, sizeof number);
    if (!row->has_default)
        return row->default_value == 0;
    if (esc_type_is_optional(row->type))
        return false;
    switch (esc_type_kind(row->type)) {
    case ESC_KIND_BOOL:
        return row->default_value == 0 || row->default_value == 1;
    case ESC_KIND_NUMBER:
        return isfinite(number);
    case ESC_KIND_ENUM:
        return row->default_value >= 0 &&
               row->default_value < program->enums[esc_type_enum(row->type)].members_count;
    default:
        return false;
    }
}

static EscStatus verify_fields(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    uint32_t slot = 0;
    for (uint32_t i = 0; i < program->fields_count; i++) {
        const EscFieldRow *row = &program->fields[i];
        EscKind kind = esc_type_kind(row->type);
        REJECT_IF(row->type == 0 || kind == ESC_KIND_REF, "V08", FIELDS, i,
                  "a field cannot be of this type");
        REJECT_IF(kind != ESC_KIND_LIST && row->items_max != 0, "V08", FIELDS, i,
                  "only a list has items");
        if (kind == ESC_KIND_LIST)
            REJECT_UNLESS_BOUND(ITEM_BYTES, row->size_max, FIELDS, i);
        REJECT_IF(row->name == 0, "V35", FIELDS, i, "the name is empty");
        REJECT_IF(row->slot != (row->scope == ESC_SCOPE_TICKET ? slot : 0), "V35", FIELDS, i,
                  "slots of the ticket follow each other");
        slot += row->scope == ESC_SCOPE_TICKET;
        REJECT_IF(!default_fits(program, row), "V35", FIELDS, i,
                  "its default is no value of its type");
    }
    return ESC_OK;
}

static EscStatus verify_events(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < ESC_EVENT_BUILTIN_COUNT; i++)
        REJECT_IF(i >= program->events_count ||
                      !text_is(verify, program->events[i].name, esc_event_words[i]),
                  "V35", EVENTS, i, "this must be the built-in event %s", esc_event_words[i]);
    for (uint32_t i = 0; i < program->event_fields_count; i++)
        REJECT_IF(program->fields[program->event_fields[i].field].scope != ESC_SCOPE_EVENT, "V35",
                  EVENT_FIELDS, i, "the field is not one of an event");
    return esc_verify_names(verify, ESC_TABLE_EVENTS, 0, program->events_count,
                            offsetof(EscEventRow, name));
}

static EscStatus verify_exceptions(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < ESC_EXCEPTION_BUILTIN_COUNT; i++)
        REJECT_IF(i >= program->exceptions_count ||
                      !text_is(verify, program->exceptions[i].name, esc_exception_words[i]),
                  "V35", EXCEPTIONS, i, "this must be the built-in exception %s",
                  esc_exception_words[i]);
    return esc_verify_names(verify, ESC_TABLE_EXCEPTIONS, 0, program->exceptions_count,
                            offsetof(EscExceptionRow, name));
}

/* --- people and hours ------------------------------------------------------------------------------------------------ */

static EscStatus verify_people(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->contacts_count; i++)
        REJECT_UNLESS_BOUND(CONTACT_TOTAL_MS, program->contacts[i].after_ms, CONTACTS, i);
    for (uint32_t i = 0; i < program->teams_count; i++)
        REJECT_IF(program->teams[i].members_count == 0, "V31", TEAMS, i, "the team has no members");
    return esc_verify_names(verify, ESC_TABLE_PERSONS, 0, program->persons_count,
                            offsetof(EscPersonRow, name));
}

static EscStatus verify_absences(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->absences_count; i++) {
        const EscAbsenceRow *row = &program->absences[i];
        REJECT_IF(row->to_local_minute <= row->from_local_minute, "V08", ABSENCES, i,
                  "the absence ends before it begins");
        REJECT_IF(row->from_local_minute < -ESC_SPAN_MAX_MS ||
                      row->to_local_minute > ESC_SPAN_MAX_MS,
                  "V08", ABSENCES, i, "the absence is out of range");
    }
    for (uint32_t i = 0; i < program->persons_count; i++) {
        const EscPersonRow *row = &program->persons[i];
        for (uint32_t k = row->absences_first; k < row->absences_first + row->absences_count; k++) {
            const EscAbsenceRow *absence = &program->absences[k];
            REJECT_IF(absence->deputy == i + 1, "V08", ABSENCES, k,
                      "nobody stands in for themselves");
            REJECT_IF(k > row->absences_first &&
                          absence->from_local_minute < absence[-1].to_local_minute,
                      "V08", ABSENCES, k, "absences must be sorted and apart");
        }
    }
    return ESC_OK;
}

static bool hours_are_behind(const EscHoursRow *row, const EscHoursRow *before)
{
    return row->weekday > before->weekday ||
           (row->weekday == before->weekday && row->from_minute >= before->to_minute);
}

static EscStatus verify_calendars(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->hours_count; i++)
        REJECT_IF(program->hours[i].to_minute <= program->hours[i].from_minute, "V08", HOURS, i,
                  "the hours end before they begin");
    for (uint32_t i = 0; i < program->calendars_count; i++) {
        const EscCalendarRow *row = &program->calendars[i];
        REJECT_IF(row->hours_count == 0, "V30", CALENDARS, i,
                  "no hour ever counts, so a deadline would never come");
        for (uint32_t h = row->hours_first + 1; h < row->hours_first + row->hours_count; h++)
            REJECT_IF(!hours_are_behind(&program->hours[h], &program->hours[h - 1]), "V08", HOURS,
                      h, "hours must be sorted and apart");
        for (uint32_t h = row->holidays_first + 1; h < row->holidays_first + row->holidays_count;
             h++)
            REJECT_IF(program->holidays[h].day <= program->holidays[h - 1].day, "V08", HOLIDAYS, h,
                      "days must be sorted and unique");
    }
    return ESC_OK;
}

/* --- schedules --------------------------------------------------------------------------------------------------------- */

static bool minute_is_valid(int64_t minute)
{
    return minute >= -ESC_SPAN_MAX_MS && minute <= ESC_SPAN_MAX_MS;
}

static uint32_t weekday_of(int64_t minute)
{
    return esc_weekday_from_days(minute / 1440 - (minute % 1440 < 0));
}

static EscStatus verify_rotations(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->rotations_count; i++) {
        const EscRotationRow *row = &program->rotations[i];
        bool never_ends = row->turn_minutes == 0 && row->weekdays == 0;
        REJECT_IF(row->members_count == 0, "V31", ROTATIONS, i, "nobody takes turns");
        REJECT_IF(!minute_is_valid(row->from_local_minute), "V08", ROTATIONS, i,
                  "the start is out of range");
        REJECT_IF(row->turn_minutes != 0 && row->weekdays != 0, "V08", ROTATIONS, i,
                  "turns have a length or days of the week, not both");
        if (row->turn_minutes != 0)
            REJECT_UNLESS_BOUND(TURN_MS, row->turn_minutes * ESC_MINUTE_MS, ROTATIONS, i);
        REJECT_IF(row->weekdays != 0 &&
                      (row->weekdays >> weekday_of(row->from_local_minute) & 1) == 0,
                  "V08", ROTATIONS, i, "no turn begins on the day of the start");
        REJECT_IF(
            never_ends && (row->members_count != 1 || row->from_local_minute != -ESC_SPAN_MAX_MS),
            "V08", ROTATIONS, i, "without turns there is one member, from the beginning of time");
    }
    for (uint32_t i = 0; i < program->rotation_members_count; i++) {
        EscRefKind kind = esc_ref_kind(program->rotation_members[i].who);
        REJECT_IF(kind != ESC_REF_PERSON && kind != ESC_REF_TEAM, "V06", ROTATION_MEMBERS, i,
                  "only a person or a team has turns");
    }
    return ESC_OK;
}

static EscStatus verify_turns(EscVerify *verify, uint32_t first, uint32_t count)
{
    const EscTurnRow *rows = verify->program->turns;
    for (uint32_t i = first; i < first + count; i++)
        REJECT_IF(i > first && rows[i].from_minute < rows[i - 1].to_minute, "V08", TURNS, i,
                  "turns must be sorted and apart");
    return ESC_OK;
}

static EscStatus verify_layer(EscVerify *verify, uint32_t index)
{
    const EscProgram *program = verify->program;
    const EscLayerRow *row = &program->layers[index];
    REJECT_IF(row->rotations_count > 0 && row->turns_count > 0, "V08", LAYERS, index,
              "a layer has rotations or what was imported");
    for (uint32_t i = 1; i < row->rotations_count; i++) {
        const EscRotationRow *rotation = &program->rotations[row->rotations_first + i];
        REJECT_IF(rotation->from_local_minute <= rotation[-1].from_local_minute, "V08", ROTATIONS,
                  row->rotations_first + i, "rotations of a layer begin one after the other");
    }
    for (uint32_t i = 0; i < row->turns_count; i++)
        REJECT_IF(program->turns[row->turns_first + i].members_count != 1, "V08", TURNS,
                  row->turns_first + i, "an imported turn is one person's");
    return verify_turns(verify, row->turns_first, row->turns_count);
}

static EscStatus verify_schedules(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    EscStatus status = verify_rotations(verify);
    for (uint32_t i = 0; i < program->turns_count && status == ESC_OK; i++) {
        const EscTurnRow *row = &program->turns[i];
        REJECT_IF(row->to_minute <= row->from_minute, "V08", TURNS, i,
                  "the turn ends before it begins");
        REJECT_IF(!minute_is_valid(row->from_minute) || !minute_is_valid(row->to_minute), "V08",
                  TURNS, i, "the turn is out of range");
        REJECT_IF(row->members_count == 0, "V31", TURNS, i, "nobody has the turn");
    }
    for (uint32_t i = 0; i < program->layers_count && status == ESC_OK; i++)
        status = verify_layer(verify, i);
    for (uint32_t i = 0; i < program->schedules_count && status == ESC_OK; i++) {
        const EscScheduleRow *row = &program->schedules[i];
        REJECT_IF(row->layers_count == 0, "V31", SCHEDULES, i, "nobody is ever on call");
        status = verify_turns(verify, row->overrides_first, row->overrides_count);
    }
    return status;
}

static EscStatus verify_routes(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->routes_count; i++) {
        const EscRouteRow *row = &program->routes[i];
        REJECT_IF(row->rows_count == 0 ||
                      program->route_rows[row->rows_first + row->rows_count - 1].cond != 0,
                  "V31", ROUTES, i,
                  "the last row must have no condition, so that somebody is always found");
    }
    for (uint32_t i = 0; i < program->route_rows_count; i++) {
        const EscRouteRowRow *row = &program->route_rows[i];
        EscRefKind kind = esc_ref_kind(row->target);
        REJECT_IF(kind != ESC_REF_PERSON && kind != ESC_REF_TEAM && kind != ESC_REF_SCHEDULE &&
                      kind != ESC_REF_TEXT && kind != ESC_REF_TEMPLATE,
                  "V06", ROUTE_ROWS, i, "this is no target of a route");
        if (row->cond == 0)
            continue;
        EscStatus status = esc_verify_entry(verify, ESC_TABLE_ROUTE_ROWS, i, row->cond - 1,
                                            ESC_FUNCTION_COND, 0, ESC_NONE);
        if (status != ESC_OK)
            return status;
    }
    return ESC_OK;
}

/* --- connectors and policy --------------------------------------------------------------------------------------------- */

/* A function whose entry registers are the parameters of an action. */
static EscStatus verify_action_function(EscVerify *verify, uint32_t action, uint32_t function,
                                        EscFunction kind)
{
    REJECT_IF(verify->program->functions[function].action != action + 1, "V25", ACTIONS, action,
              "function %u is made for another action", (unsigned)function);
    return esc_verify_entry(verify, ESC_TABLE_ACTIONS, action, function, kind, 0, ESC_NONE);
}

static EscStatus verify_actions(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->actions_count; i++) {
        const EscActionRow *row = &program->actions[i];
        REJECT_UNLESS_BOUND(ACTION_PARAMS, row->params_count, ACTIONS, i);
        REJECT_IF(row->result != 0 && row->result != ESC_TYPE(ESC_KIND_TEXT), "V08", ACTIONS, i,
                  "a reply is text or nothing");
        REJECT_IF((row->undo == 0) != (row->undo_action == 0), "V25", ACTIONS, i,
                  "the inverse needs an action and a function");
        EscStatus status = verify_action_function(verify, i, row->request, ESC_FUNCTION_REQUEST);
        if (status == ESC_OK && row->undo != 0)
            status = verify_action_function(verify, i, row->undo - 1, ESC_FUNCTION_UNDO);
        if (status == ESC_OK && row->accepts != 0)
            status = esc_verify_given(verify, ESC_TABLE_ACTIONS, i, row->accepts - 1,
                                      ESC_TYPE(ESC_KIND_BOOL));
        if (status != ESC_OK)
            return status;
    }
    for (uint32_t i = 0; i < program->params_count; i++)
        REJECT_IF(program->params[i].type == 0, "V06", PARAMS, i, "a parameter has a type");
    for (uint32_t i = 0; i < program->statuses_count; i++)
        REJECT_UNLESS_BOUND(HTTP_STATUS, program->statuses[i].code, STATUSES, i);
    return ESC_OK;
}

static EscStatus verify_grants(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->grants_count; i++) {
        const EscGrantRow *row = &program->grants[i];
        bool is_channel = row->kind == ESC_GRANT_CHANNEL;
        REJECT_IF(row->index >= (is_channel ? program->channels_count : program->actions_count),
                  "V06", GRANTS, i, "index is out of range");
        REJECT_IF(i > 0 && (row->kind < row[-1].kind ||
                            (row->kind == row[-1].kind && row->index <= row[-1].index)),
                  "V07", GRANTS, i, "grants must be sorted and unique");
        (is_channel ? verify->is_channel_granted : verify->is_action_granted)[row->index] = 1;
    }
    return ESC_OK;
}

static EscStatus verify_limits(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->limits_count; i++) {
        const EscLimitRow *row = &program->limits[i];
        if (row->kind == ESC_LIMIT_RETAIN_AUDIT) {
            REJECT_UNLESS_BOUND(RETAIN_MS, row->window_ms, LIMITS, i);
        } else if (row->kind == ESC_LIMIT_KEYS) {
            REJECT_UNLESS_BOUND(LIMIT_KEYS, row->count, LIMITS, i);
            REJECT_IF(row->window_ms != 0 || row->action != ESC_LIMIT_ACTION_NONE, "V08", LIMITS, i,
                      "keys are limited at any time");
        } else {
            REJECT_UNLESS_BOUND(LIMIT_COUNT, row->count, LIMITS, i);
            REJECT_UNLESS_BOUND_OR_0(WINDOW_MS, row->window_ms, LIMITS, i);
        }
        REJECT_IF((row->action == ESC_LIMIT_ACTION_RAISE) != (row->exception != 0), "V08", LIMITS,
                  i, "raise names an exception");
    }
    return ESC_OK;
}

/* A role that the right may name, or somebody of the directory where that is allowed. */
static bool right_is_sound(const EscRightRow *row)
{
    const EscRightInfo *info = &esc_right_info[row->right];
    EscRefKind kind = esc_ref_kind(row->who);
    if (row->role < ESC_RIGHT_ROLE_COUNT)
        return row->who == 0 && (info->may_name & 1u << row->role) != 0;
    return info->names_allowed &&
           (kind == ESC_REF_PERSON || kind == ESC_REF_TEAM || kind == ESC_REF_SCHEDULE);
}

static EscStatus verify_rights(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->rights_count; i++) {
        const EscRightRow *row = &program->rights[i];
        REJECT_IF(!right_is_sound(row), "V54", RIGHTS, i, "nobody can be allowed that so");
        REJECT_IF(row->line == 0, "V54", RIGHTS, i, "no such place");
        REJECT_IF(i > 0 && row->right < row[-1].right, "V54", RIGHTS, i,
                  "rights must be sorted");
    }
    for (uint32_t i = 0; i < program->expects_count; i++) {
        REJECT_UNLESS_BOUND(DEADLINE_MS, program->expects[i].within_ms, EXPECTS, i);
    }
    return ESC_OK;
}

static EscStatus verify_spans(EscVerify *verify)
{
    const EscProgram *program = verify->program;
    for (uint32_t i = 0; i < program->spans_count; i++) {
        const EscSpanRow *row = &program->spans[i];
        REJECT_IF(row->first >= program->code_count || row->line == 0 || row->column == 0, "V06",
                  SPANS, i, "no such place");
        REJECT_IF(i > 0 && row->first <= row[-1].first, "V07", SPANS, i,
                  "spans must be sorted and unique");
    }
    return ESC_OK;
}

EscStatus esc_verify_directory(EscVerify *verify)
{
    static EscStatus (*const rules[])(EscVerify *) = {
        verify_meta,    verify_enums,    verify_fields,    verify_events,    verify_exceptions,
        verify_people,  verify_absences, verify_calendars, verify_schedules, verify_routes,
        verify_actions, verify_grants,   verify_limits,    verify_rights,
        verify_spans,
    };
    for (size_t i = 0; i < ESC_COUNT_OF(rules); i++) {
        EscStatus status = rules[i](verify);
        if (status != ESC_OK)
            return status;
    }
    return ESC_OK;
}
