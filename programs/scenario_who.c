/* scenario_who.c - the people of a scenario: whom a name, a team, a schedule or a role means at the moment. */
#include "scenario.h"

/* Empty when there is no such text. */
static EscText text_of(const EscJson *object, const char *member)
{
    return esc_json_text_or(esc_json_member(object, esc_text_from(member)), (EscText){0});
}

static bool route_holds(void *context, uint32_t function)
{
    (void)context;
    (void)function;
    return false; /* a scenario names people, teams and schedules, not routes */
}

static EscText no_text(void *context, uint32_t field)
{
    (void)context;
    (void)field;
    return ESC_TEXT("");
}

/* Absences that are written. Who is named is meant by the name, away or not. */
static bool is_away(void *context, uint32_t person)
{
    const EscPlay *play = context;
    EscAway away;
    return esc_person_away(play->program, play->zones, person, play->now_ms, &away);
}

static uint32_t deputy_of(void *context, uint32_t person)
{
    const EscPlay *play = context;
    EscAway away;
    return esc_person_away(play->program, play->zones, person, play->now_ms, &away) ? away.deputy
                                                                                    : ESC_NONE;
}

static bool find_ref(const EscProgram *program, EscWho who, EscRef *ref)
{
    if (who.kind == ESC_WHO_PERSON) {
        uint32_t person = 0;
        bool is_found = esc_directory_person(program, who.name, &person);
        *ref = ESC_REF(ESC_REF_PERSON, person);
        return is_found;
    }
    for (uint32_t i = 0; who.kind == ESC_WHO_TEAM && i < program->teams_count; i++) {
        *ref = ESC_REF(ESC_REF_TEAM, i);
        if (esc_text_equal(program->texts[program->teams[i].name], who.name))
            return true;
    }
    for (uint32_t i = 0; who.kind == ESC_WHO_SCHEDULE && i < program->schedules_count; i++) {
        *ref = ESC_REF(ESC_REF_SCHEDULE, i);
        if (esc_text_equal(program->texts[program->schedules[i].name], who.name))
            return true;
    }
    return false;
}

/* The person that last had a role; `owner` is whoever is accountable now. */
static bool find_role_owner(EscPlay *play, EscText role, uint32_t *person)
{
    EscText name = {0};
    for (size_t i = 0; i < play->records_count; i++) {
        const EscJson *data = play->records[i].data;
        EscText of_role = text_of(data, "role"), owner = text_of(data, "owner");
        bool is_meant = esc_text_equal(role, ESC_TEXT("owner")) ||
                        (of_role.size > 0 && esc_text_equal(role, of_role));
        if (owner.size > 0 && is_meant)
            name = owner;
    }
    if (name.size > 0)
        return esc_directory_person(play->program, name, person);
    EscDirectoryHost host = {play, route_holds, no_text, is_away, deputy_of, NULL};
    for (uint32_t i = 0; i < play->program->roles_count;
         i++) { /* not had yet: who would have it, in the first template that says so */
        EscOwners owners;
        EscRef ref = ESC_REF(ESC_REF_ROLE, play->program->roles[i].role);
        if (!esc_text_equal(esc_directory_ref_name(play->program, ref), role))
            continue;
        esc_directory_resolve(play->program, play->zones, &host, play->program->roles[i].owner,
                              play->now_ms, &owners);
        if (owners.count > 0) {
            *person = owners.persons[0];
            return true;
        }
    }
    return false;
}

void esc_play_who(EscPlay *play, EscWho who, EscOwners *owners)
{
    EscRef ref = 0;
    *owners = (EscOwners){0};
    if (who.kind == ESC_WHO_ROLE) {
        uint32_t person = 0;
        if (find_role_owner(play, who.name, &person))
            owners->persons[owners->count++] = person;
        return;
    }
    EscDirectoryHost host = {play, route_holds, no_text, is_away, deputy_of, NULL};
    if (!find_ref(play->program, who, &ref))
        return;
    if (esc_ref_kind(ref) == ESC_REF_PERSON)
        owners->persons[owners->count++] = esc_ref_index(ref);
    else
        esc_directory_resolve(play->program, play->zones, &host, ref, play->now_ms, owners);
}

bool esc_play_is_one_of(EscPlay *play, EscWho who, EscText name)
{
    EscOwners owners;
    if (esc_text_equal(who.name, name))
        return true;
    esc_play_who(play, who, &owners);
    for (uint32_t i = 0; i < owners.count; i++)
        if (esc_text_equal(play->program->texts[play->program->persons[owners.persons[i]].name],
                           name))
            return true;
    return false;
}
