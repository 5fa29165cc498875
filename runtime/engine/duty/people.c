/* people.c - which people a reference means now: the directory asked, with what only the engine knows
 * (roles, conditions of routes, fields of the ticket, absences). */
#include <engine/duty.h>

/* What the directory may ask while it resolves one reference. */
typedef struct Lookup {
    EscEngine *engine;
    EscTicket *ticket;
    const EscEngineBundle *bundle;
} Lookup;

bool esc_person_absent(const EscEngine *engine, EscText name)
{
    for (size_t i = 0; i < engine->absences.count; i++) {
        if (esc_text_equal(engine->absences.items[i].person, name))
            return engine->absences.items[i].until_ms > engine->now_ms;
    }
    return false;
}

void esc_absences_move(EscEngine *engine, int64_t by_ms)
{
    for (size_t i = 0; i < engine->absences.count; i++) {
        if (engine->absences.items[i].is_for)
            engine->absences.items[i].until_ms += by_ms;
    }
    engine->absences.is_dirty = true;
}

bool esc_person_known(const EscEngine *engine, EscText name)
{
    uint32_t person = 0;
    return esc_directory_person(engine->schema.current->program, name, &person);
}

static bool lookup_holds(void *context, uint32_t function)
{
    const Lookup *lookup = context;
    EscWorld world = {
        .engine = lookup->engine,
        .ticket = lookup->ticket,
        .bundle = lookup->bundle,
        .function = function,
    };
    return esc_cond_holds(&world, NULL);
}

static EscText lookup_field_text(void *context, uint32_t field)
{
    const Lookup *lookup = context;
    uint32_t slot = lookup->bundle->slots[field];
    return lookup->ticket == NULL ? (EscText){0}
                                  : esc_ticket_text(lookup->engine, lookup->ticket, slot);
}

static bool lookup_is_absent(void *context, uint32_t person)
{
    const Lookup *lookup = context;
    const EscProgram *program = lookup->bundle->program;
    return esc_person_absent(lookup->engine, program->texts[program->persons[person].name]);
}

static EscText person_name(EscEngine *engine, const EscProgram *program, uint32_t person)
{
    return esc_engine_intern(engine, program->texts[program->persons[person].name]);
}

static void lookup_run(EscEngine *engine, EscTicket *ticket, const EscEngineBundle *bundle,
                       EscRef ref, EscPeople *people)
{
    Lookup lookup = {engine, ticket, bundle};
    EscDirectoryHost host = {&lookup, lookup_holds, lookup_field_text, lookup_is_absent};
    EscOwners owners = {.count = 0};
    esc_directory_resolve(bundle->program, engine->zones, &host, ref, engine->now_ms, &owners);
    for (uint32_t i = 0; i < owners.count; i++)
        people->names[people->count++] = person_name(engine, bundle->program, owners.persons[i]);
    for (uint32_t i = 0; i < owners.skipped_count; i++)
        people->skipped[people->skipped_count++] =
            person_name(engine, bundle->program, owners.skipped[i]);
    people->via = esc_engine_intern(
        engine, esc_directory_ref_name(bundle->program, owners.via != 0 ? owners.via : ref));
}

/* Role references are the escalation's own: its roles, the last resort, whoever is accountable now. */
static EscRef role_reference(EscEngine *engine, const EscEscalation *escalation, uint32_t role,
                             const EscEngineBundle **bundle)
{
    *bundle = escalation->bundle;
    if (*bundle != NULL && role < 3) {
        const EscTemplateRow *row = esc_escalation_template(escalation);
        for (uint32_t i = 0; i < row->roles_count; i++) {
            const EscRoleRow *candidate = &(*bundle)->program->roles[row->roles_first + i];
            if (candidate->role == role)
                return candidate->owner;
        }
    }
    *bundle = engine->schema.current;
    return engine->schema.current->program->meta[0].last_resort;
}

void esc_people_find(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                     const EscEngineBundle *bundle, EscRef ref, EscPeople *people)
{
    *people = (EscPeople){.count = 0};
    if (ref == 0)
        return;
    if (esc_ref_kind(ref) == ESC_REF_ROLE) {
        if (escalation == NULL)
            return;
        if (esc_ref_index(ref) == 4) {
            people->names[people->count++] = escalation->owner;
            people->via = escalation->owner;
            return;
        }
        ref = role_reference(engine, escalation, esc_ref_index(ref), &bundle);
    }
    const EscEngineBundle *in = bundle;
    ref = esc_ref_translate(engine, bundle, ref, &in);
    lookup_run(engine, ticket, in, ref, people);
}

void esc_people_named(EscEngine *engine, EscTicket *ticket, EscText name, EscPeople *people)
{
    *people = (EscPeople){.count = 0};
    EscRef ref = esc_ref_named(engine->schema.current->program, name);
    if (ref != 0)
        lookup_run(engine, ticket, engine->schema.current, ref, people);
}

bool esc_people_has(const EscPeople *people, EscText person)
{
    for (uint32_t i = 0; i < people->count; i++) {
        if (esc_text_equal(people->names[i], person))
            return true;
    }
    return false;
}
