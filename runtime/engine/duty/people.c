/* people.c - which people a reference, a role or a turn means now: the directory asked, with what only the engine knows
 * (roles, conditions of routes, fields of the ticket, absences, who has left). */
#include <engine/duty.h>

/* What the directory may ask while it resolves one reference. */
typedef struct Lookup {
    EscEngine *engine;
    const EscEscalation *escalation; /* NULL: an automation's, or nobody's */
    EscTicket *ticket;
    const EscEngineBundle *bundle;
} Lookup;

bool esc_person_known(const EscEngine *engine, EscText name)
{
    uint32_t person = 0;
    return esc_directory_person(engine->schema.current->program, name, &person);
}

bool esc_person_absent(const EscEngine *engine, EscText name)
{
    return !esc_person_known(engine, name) || esc_person_absent_until(engine, name) != 0;
}

int64_t esc_person_absent_until(const EscEngine *engine, EscText name)
{
    EscAwayNow away;
    return esc_absence_at(engine, name, engine->now_ms, &away) ? away.until_ms : 0;
}

/* --- the directory asked ---------------------------------------------------------------------- */

static bool lookup_holds(void *context, uint32_t function)
{
    const Lookup *lookup = context;
    EscWorld world = {
        .engine = lookup->engine,
        .ticket = lookup->ticket,
        .bundle = lookup->bundle,
        .function = function,
    };
    if (lookup->escalation != NULL && lookup->escalation->bundle != NULL)
        esc_world_lend_start(&world, lookup->escalation);
    else if (lookup->engine->turn.automation.size > 0)
        esc_world_lend_event(&world);
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
    EscAwayNow away;
    return esc_away_in(lookup->engine, lookup->bundle, person, lookup->engine->now_ms, &away);
}

static uint32_t lookup_deputy(void *context, uint32_t person)
{
    const Lookup *lookup = context;
    return esc_deputy_in(lookup->engine, lookup->bundle, person, lookup->engine->now_ms);
}

static EscText lookup_last_drawn(void *context, EscText team)
{
    return esc_team_last(((const Lookup *)context)->engine, team);
}

static EscText person_name(EscEngine *engine, const EscProgram *program, uint32_t person)
{
    return esc_engine_intern(engine, program->texts[program->persons[person].name]);
}

static void lookup_run(Lookup *lookup, EscRef ref, EscPeople *people)
{
    EscEngine *engine = lookup->engine;
    const EscEngineBundle *bundle = lookup->bundle;
    EscDirectoryHost host = {lookup,           lookup_holds,  lookup_field_text,
                             lookup_is_absent, lookup_deputy, lookup_last_drawn};
    EscOwners owners = {.count = 0};
    esc_directory_resolve(bundle->program, engine->zones, &host, ref, engine->now_ms, &owners);
    for (uint32_t i = 0; i < owners.count; i++)
        people->names[people->count++] = person_name(engine, bundle->program, owners.persons[i]);
    for (uint32_t i = 0; i < owners.skipped_count; i++) {
        if (owners.deputies[i] != ESC_NONE)
            people->deputies[i] = person_name(engine, bundle->program, owners.deputies[i]);
        people->skipped[people->skipped_count++] =
            person_name(engine, bundle->program, owners.skipped[i]);
    }
    people->until_ms = owners.until_ms;
    people->via = esc_engine_intern(
        engine, esc_directory_ref_name(bundle->program, owners.via != 0 ? owners.via : ref));
}

/* The workspace remembers whose turn it was. */
static void draw_record(EscEngine *engine, EscEscalation *escalation, const EscPeople *next)
{
    esc_team_turn_put(engine, next->via, next->names[0]);
    if (escalation == NULL)
        return; /* an automation's */
    esc_escalation_dirty(engine, escalation);
    esc_audit_escalation(engine, escalation, ESC_AUDIT_DRAWN,
                         esc_audit_data(engine, "team", next->via, "person", next->names[0], NULL),
                         "it is the turn of %.*s, of %.*s", ESC_TEXT_ARG(next->names[0]),
                         ESC_TEXT_ARG(next->via));
}

static void reference_find(EscEngine *engine, const EscEscalation *escalation, EscTicket *ticket,
                           const EscEngineBundle *bundle, EscRef ref, EscPeople *people)
{
    *people = (EscPeople){.until_ms = INT64_MAX};
    Lookup lookup = {engine, escalation, ticket, bundle};
    if (esc_ref_kind(ref) == ESC_REF_PARAM) {
        EscText param = esc_directory_ref_name(bundle->program, ref);
        ref = esc_given_ref(engine, escalation, esc_ref_index(ref));
        lookup.bundle = engine->schema.current;
        people->via = esc_engine_intern(engine, param);
        if (ref == 0)
            return; /* it holds the name of nobody */
    }
    ref = esc_ref_translate(engine, lookup.bundle, ref, &lookup.bundle);
    lookup_run(&lookup, ref, people);
}

/* --- roles ------------------------------------------------------------------------------------ */

const char *esc_role_name(uint32_t role)
{
    return esc_role_said(role);
}

uint32_t esc_role_count(const EscEscalation *escalation)
{
    return escalation->bundle == NULL ? 0 : esc_escalation_template(escalation)->roles_count;
}

const EscRoleRow *esc_role_row(const EscEscalation *escalation, uint32_t position)
{
    if (position >= esc_role_count(escalation))
        return NULL;
    const EscProgram *program = escalation->bundle->program;
    return &program->roles[esc_escalation_template(escalation)->roles_first + position];
}

/* Gives the place at which the name stands; ESC_OWNERS_MAX: there is none left. */
static uint32_t name_add(EscText *names, uint32_t *count, EscText name)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (esc_text_equal(names[i], name))
            return i;
    }
    if (*count == ESC_OWNERS_MAX)
        return ESC_OWNERS_MAX;
    names[*count] = name;
    return (*count)++;
}

/* Those of another reference behind them, each once. Whoever was passed over in a team may be named beside it, with a deputy. */
static void people_join(EscPeople *people, const EscPeople *more)
{
    for (uint32_t i = 0; i < more->count; i++)
        name_add(people->names, &people->count, more->names[i]);
    for (uint32_t i = 0; i < more->skipped_count; i++) {
        uint32_t place = name_add(people->skipped, &people->skipped_count, more->skipped[i]);
        if (place < ESC_OWNERS_MAX && more->deputies[i].size > 0)
            people->deputies[place] = more->deputies[i];
    }
    people->until_ms = INT64_MAX;
}

/* The present policy's; that of the escalation's own bundle when there is none any more. */
const EscEngineBundle *esc_resort_bundle(const EscEngine *engine, const EscEscalation *escalation)
{
    const EscEngineBundle *bundle = engine->schema.current;
    if (bundle->program->meta[0].last_resort == 0 && escalation != NULL &&
        escalation->bundle != NULL)
        return escalation->bundle;
    return bundle;
}

/* All of its list, one behind the other. */
static void resort_find(EscEngine *engine, EscEscalation *escalation, EscPeople *people)
{
    const EscEngineBundle *bundle = esc_resort_bundle(engine, escalation);
    EscTicket *ticket = escalation == NULL ? NULL : escalation->ticket;
    const EscProgram *program = bundle->program;
    const EscMetaRow *meta = &program->meta[0];
    reference_find(engine, escalation, ticket, bundle, meta->last_resort, people);
    for (uint32_t i = 0; i < meta->resorts_count; i++) {
        EscPeople more;
        reference_find(engine, escalation, ticket, bundle,
                       program->resorts[meta->resorts_first + i].who, &more);
        people_join(people, &more);
    }
}

/* Who stands for one owner of a role: whoever was drawn, in this pass, where it is the next of a team. */
static void owner_find(EscEngine *engine, EscEscalation *escalation, uint32_t level, uint32_t place,
                       EscRef ref, EscPeople *people)
{
    EscText drawn = esc_ref_kind(ref) == ESC_REF_TURNS
                        ? esc_escalation_drawn(escalation, level, place)
                        : (EscText){0};
    reference_find(engine, escalation, escalation->ticket, escalation->bundle, ref, people);
    if (drawn.size == 0)
        return;
    bool is_there = !esc_person_absent(engine, drawn);
    people->names[0] = people->skipped[0] = drawn;
    people->count = is_there;
    people->skipped_count = !is_there;
}

static EscRef owner_ref(const EscEscalation *escalation, const EscRoleRow *row, uint32_t place)
{
    return place == 0
               ? row->owner
               : escalation->bundle->program->role_owners[row->others_first + place - 1].owner;
}

static void owners_find(EscEngine *engine, EscEscalation *escalation, uint32_t level,
                        const EscRoleRow *row, EscPeople *people)
{
    owner_find(engine, escalation, level, 0, row->owner, people);
    for (uint32_t place = 1; place <= row->others_count; place++) {
        EscPeople more;
        owner_find(engine, escalation, level, place, owner_ref(escalation, row, place), &more);
        people_join(people, &more);
    }
}

void esc_role_draw(EscEngine *engine, EscEscalation *escalation, uint32_t position)
{
    const EscRoleRow *row = esc_role_row(escalation, position);
    for (uint32_t place = 0; row != NULL && place <= row->others_count; place++) {
        EscRef ref = owner_ref(escalation, row, place);
        EscPeople next;
        if (esc_ref_kind(ref) != ESC_REF_TURNS ||
            esc_escalation_drawn(escalation, position, place).size > 0)
            continue;
        reference_find(engine, escalation, escalation->ticket, escalation->bundle, ref, &next);
        if (next.count == 0)
            continue;
        esc_escalation_draw_add(escalation, position, place, next.names[0]);
        draw_record(engine, escalation, &next);
    }
}

EscText esc_people_stand(EscEngine *engine, const EscPeople *people)
{
    if (people->count > 0)
        return people->names[0];
    if (people->skipped_count > 0)
        return people->skipped[0];
    return esc_engine_intern(engine, esc_text_or(people->via, ESC_TEXT("last resort")));
}

void esc_role_people(EscEngine *engine, EscEscalation *escalation, uint32_t position,
                     EscPeople *people)
{
    const EscRoleRow *row = esc_role_row(escalation, position);
    if (row == NULL)
        resort_find(engine, escalation, people);
    else
        owners_find(engine, escalation, position, row, people);
}

void esc_role_people_anew(EscEngine *engine, EscEscalation *escalation, uint32_t position,
                          EscPeople *people)
{
    size_t draws = escalation->draws_count;
    escalation->draws_count = 0;
    esc_role_people(engine, escalation, position, people);
    escalation->draws_count = draws;
}

/* `escalation` means the next such level above the present one, or the last. */
static uint32_t escalation_position(const EscEscalation *escalation, uint32_t first)
{
    uint32_t count = esc_role_count(escalation);
    if (first >= count || escalation->role_row < first)
        return first;
    return escalation->role_row + 1 < count ? escalation->role_row + 1 : count - 1;
}

uint32_t esc_role_position(const EscEscalation *escalation, uint32_t role)
{
    uint32_t count = esc_role_count(escalation), position = 0;
    while (position < count && esc_role_row(escalation, position)->role < role)
        position++;
    return role == ESC_ROLE_ESCALATION ? escalation_position(escalation, position) : position;
}

/* Where nobody is there. Who it is depends on how many there are, so that is asked first. */
static void somebody_stands(EscEngine *engine, EscPeople *people)
{
    EscText person = esc_people_stand(engine, people);
    people->names[people->count++] = person;
}

/* A role whose people are all away means the next one behind it that is staffed, then the last resort, whose first
 * stands even when away. `skipped` are those of the role itself. */
static void role_find(EscEngine *engine, EscEscalation *escalation, uint32_t role,
                      EscPeople *people)
{
    uint32_t count = esc_role_count(escalation);
    uint32_t position = role < 3 ? esc_role_position(escalation, role) : count;
    esc_role_draw(engine, escalation, position);
    esc_role_people(engine, escalation, position, people);
    for (EscPeople next; people->count == 0 && position < count;) {
        esc_role_draw(engine, escalation, ++position);
        esc_role_people(engine, escalation, position, &next);
        for (uint32_t i = 0; i < next.count; i++)
            people->names[people->count++] = next.names[i];
        if (position == count && people->count == 0)
            people->names[people->count++] = esc_people_stand(engine, &next);
    }
    if (people->count == 0) /* the last resort was meant, or there is no such role */
        somebody_stands(engine, people);
}

void esc_people_find(EscEngine *engine, EscEscalation *escalation, EscTicket *ticket,
                     const EscEngineBundle *bundle, EscRef ref, EscPeople *people)
{
    *people = (EscPeople){.count = 0};
    if (ref == 0)
        return;
    if (esc_ref_kind(ref) != ESC_REF_ROLE) {
        reference_find(engine, escalation, ticket, bundle, ref, people);
        if (esc_ref_kind(ref) == ESC_REF_TURNS && people->count > 0) {
            draw_record(engine, escalation, people);
            people->via = people->names[0]; /* whoever was drawn has it, not the team */
        }
        return;
    }
    if (esc_ref_index(ref) != 4) {
        role_find(engine, escalation, esc_ref_index(ref), people);
        return;
    }
    people->names[people->count++] = escalation->owner;
    people->via = escalation->owner;
}

/* A queue, or the name of a template. */
static EscText target_text(const EscProgram *program, EscRef target, EscRefKind kind)
{
    if (esc_ref_kind(target) != kind)
        return (EscText){0};
    uint32_t i = esc_ref_index(target);
    return program->texts[kind == ESC_REF_TEMPLATE ? program->templates[i].name : i];
}

EscText esc_route_text(EscEngine *engine, const EscEscalation *escalation, EscTicket *ticket,
                       const EscEngineBundle *bundle, EscRef ref, EscRefKind kind)
{
    Lookup lookup = {engine, escalation, ticket, bundle};
    ref = esc_ref_translate(engine, bundle, ref, &lookup.bundle);
    if (esc_ref_kind(ref) != ESC_REF_ROUTE)
        return (EscText){0};
    const EscProgram *program = lookup.bundle->program;
    const EscRouteRow *route = &program->routes[esc_ref_index(ref)];
    for (uint32_t i = route->rows_first; i < route->rows_first + route->rows_count; i++) {
        const EscRouteRowRow *row = &program->route_rows[i];
        if (row->cond == 0 || lookup_holds(&lookup, row->cond - 1))
            return target_text(program, row->target, kind);
    }
    return (EscText){0};
}

void esc_people_resort(EscEngine *engine, EscPeople *people)
{
    resort_find(engine, NULL, people);
    if (people->count == 0)
        somebody_stands(engine, people);
}

void esc_people_named(EscEngine *engine, const EscEscalation *escalation, EscTicket *ticket,
                      EscText name, EscPeople *people)
{
    *people = (EscPeople){.count = 0};
    Lookup lookup = {engine, escalation, ticket, engine->schema.current};
    EscRef ref = esc_ref_named(engine->schema.current->program, name);
    if (ref != 0)
        lookup_run(&lookup, ref, people);
}

bool esc_people_has(const EscPeople *people, EscText person)
{
    return esc_texts_hold(people->names, people->count, person);
}

bool esc_people_misses(const EscPeople *people, EscText person)
{
    return esc_texts_hold(people->skipped, people->skipped_count, person);
}

/* --- the accountable turn --------------------------------------------------------------------- */

void esc_turn_people(EscEngine *engine, EscEscalation *escalation, EscPeople *people)
{
    if (escalation->handed_to.size > 0) {
        esc_people_named(engine, escalation, escalation->ticket, escalation->handed_to, people);
        return;
    }
    if (esc_role_row(escalation, escalation->role_row) != NULL) {
        esc_role_people(engine, escalation, escalation->role_row, people);
        return;
    }
    /* One of the last resort after the other. */
    *people = (EscPeople){.names = {escalation->owner}, .count = 1, .via = escalation->owner};
}

void esc_skipped_tell(EscEngine *engine, EscEscalation *escalation, const EscPeople *people,
                      EscText what)
{
    for (uint32_t i = 0; i < people->skipped_count; i++) {
        EscText person = people->skipped[i];
        bool is_known = esc_person_known(engine, person);
        EscText because = is_known ? ESC_TEXT("absent") : ESC_TEXT("not in the directory"),
                deputy = people->deputies[i];
        esc_audit_escalation(
            engine, escalation, ESC_AUDIT_SKIPPED,
            esc_audit_data(engine, "person", person, "because", because, "deputy", deputy, NULL),
            "%.*s is %s and %.*s%s%.*s%s", ESC_TEXT_ARG(person),
            is_known ? "absent" : "not in the directory any more", ESC_TEXT_ARG(what),
            esc_words_with(deputy, ": "), ESC_TEXT_ARG(deputy),
            esc_words_with(deputy, " stands in"));
    }
}
