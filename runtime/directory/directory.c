/* directory.c - who a reference means at a moment: person, team, route, ticket field; schedules are in schedule.c, and who
 * stands in for somebody in owners.c.
 *
 * Pure look-ups in a program's tables. Who is accountable, and what follows when nobody is, is the engine's job. */
#include "resolve.h"

#define ROUTE_DEPTH_MAX 8

bool esc_directory_person(const EscProgram *program, EscText name, uint32_t *person)
{
    for (uint32_t i = 0; i < program->persons_count; i++) {
        if (esc_text_equal(program->texts[program->persons[i].name], name)) {
            *person = i;
            return true;
        }
    }
    return false;
}

const EscContactRow *esc_directory_link_contact(const EscProgram *program, uint32_t person)
{
    const EscPersonRow *row = &program->persons[person];
    for (uint32_t i = 0; i < row->contacts_count; i++)
        if (program->contacts[row->contacts_first + i].kind != ESC_CONTACT_PHONE)
            return &program->contacts[row->contacts_first + i];
    return NULL;
}

EscText esc_directory_ref_name(const EscProgram *program, EscRef ref)
{
    uint32_t index = esc_ref_index(ref);
    switch (esc_ref_kind(ref)) {
    case ESC_REF_PERSON:
        return program->texts[program->persons[index].name];
    case ESC_REF_TEAM:
    case ESC_REF_TURNS:
        return program->texts[program->teams[index].name];
    case ESC_REF_SCHEDULE:
        return program->texts[program->schedules[index].name];
    case ESC_REF_ROUTE:
        return program->texts[program->routes[index].name];
    case ESC_REF_CHANNEL:
        return program->texts[program->channels[index].name];
    case ESC_REF_ROLE:
        return esc_text_from(esc_role_word(index));
    case ESC_REF_FIELD:
        return program->texts[program->fields[index].name];
    case ESC_REF_TEMPLATE:
        return program->texts[program->templates[index].name];
    case ESC_REF_TEXT:
        return program->texts[index];
    case ESC_REF_PARAM:
        return program->texts[program->params[index].name];
    case ESC_REF_NONE:
    case ESC_REF_COUNT:
        break;
    }
    return ESC_TEXT("");
}

/* A person, team or schedule by the name that a ticket field holds. */
static EscRef ref_by_name(const EscProgram *program, EscText name)
{
    uint32_t person = 0;
    if (name.size == 0)
        return 0;
    if (esc_directory_person(program, name, &person))
        return ESC_REF(ESC_REF_PERSON, person);
    for (uint32_t i = 0; i < program->teams_count; i++)
        if (esc_text_equal(program->texts[program->teams[i].name], name))
            return ESC_REF(ESC_REF_TEAM, i);
    for (uint32_t i = 0; i < program->schedules_count; i++)
        if (esc_text_equal(program->texts[program->schedules[i].name], name))
            return ESC_REF(ESC_REF_SCHEDULE, i);
    return 0;
}

static void add_team(const EscProgram *program, const EscDirectoryHost *host,
                     const EscTeamRow *team, EscOwners *owners)
{
    if (team->lead != 0)
        esc_owners_add_named(host, team->lead - 1, owners);
    for (uint32_t i = 0; i < team->members_count; i++)
        esc_owners_add(host, program->team_members[team->members_first + i].person, owners);
}

/* The member behind the last drawn one who is there; behind a name that is no member, from the top. */
static void add_next(const EscProgram *program, const EscDirectoryHost *host,
                     const EscTeamRow *team, EscOwners *owners)
{
    EscText last = host->last_drawn == NULL
                       ? ESC_TEXT("")
                       : host->last_drawn(host->context, program->texts[team->name]);
    const EscTeamMemberRow *members = &program->team_members[team->members_first];
    uint32_t first = 0, count = team->members_count;
    for (uint32_t i = 0; i < count && last.size > 0; i++)
        if (esc_text_equal(program->texts[program->persons[members[i].person].name], last))
            first = i + 1;
    for (uint32_t i = 0; i < count && owners->count == 0; i++)
        esc_owners_add(host, members[(first + i) % count].person, owners);
}

static EscRef route_target(const EscProgram *program, const EscDirectoryHost *host,
                           const EscRouteRow *route)
{
    for (uint32_t i = 0; i < route->rows_count; i++) {
        const EscRouteRowRow *row = &program->route_rows[route->rows_first + i];
        if (row->cond == 0 || host->holds(host->context, row->cond - 1))
            return row->target;
    }
    return 0;
}

/* Follows routes and fields to the person, team or schedule that they end in; 0 when there is none. */
static EscRef follow(const EscProgram *program, const EscDirectoryHost *host, EscRef ref)
{
    for (int depth = 0; depth < ROUTE_DEPTH_MAX; depth++) {
        if (esc_ref_kind(ref) == ESC_REF_ROUTE)
            ref = route_target(program, host, &program->routes[esc_ref_index(ref)]);
        else if (esc_ref_kind(ref) == ESC_REF_FIELD)
            ref = ref_by_name(program, host->field_text(host->context, esc_ref_index(ref)));
        else
            return ref;
    }
    return 0;
}

void esc_directory_resolve(const EscProgram *program, const EscZones *zones,
                           const EscDirectoryHost *host, EscRef ref, int64_t now_ms,
                           EscOwners *owners)
{
    *owners = (EscOwners){.until_ms = INT64_MAX};
    owners->via = follow(program, host, ref);
    uint32_t index = esc_ref_index(owners->via);
    if (esc_ref_kind(owners->via) == ESC_REF_PERSON)
        esc_owners_add_named(host, index, owners);
    else if (esc_ref_kind(owners->via) == ESC_REF_TEAM)
        add_team(program, host, &program->teams[index], owners);
    else if (esc_ref_kind(owners->via) == ESC_REF_TURNS)
        add_next(program, host, &program->teams[index], owners);
    else if (esc_ref_kind(owners->via) == ESC_REF_SCHEDULE)
        esc_schedule_resolve(program, zones, host, index, now_ms, owners);
}
