/* gap_words.c - who is missing in a gap of a chain, and why, in one sentence for people. */
#include "resolve.h"

typedef struct Words {
    const EscProgram *program;
    const EscZones *zones;
    const EscPresence *presence;
    int64_t at_ms;
    EscBuf *out;
    size_t said;
} Words;

static EscOwners look(const Words *words, EscRef ref)
{
    EscOwners owners;
    esc_presence_look(words->program, words->zones, words->presence, ref, words->at_ms, &owners);
    return owners;
}

static EscText person_name(const Words *words, uint32_t person)
{
    return words->program->texts[words->program->persons[person].name];
}

static void write_person(Words *words, uint32_t person)
{
    uint32_t deputy = words->presence->deputy(words->presence->context, person, words->at_ms);
    esc_buf_printf(words->out, "%.*s is away", ESC_TEXT_ARG(person_name(words, person)));
    if (deputy == ESC_NONE)
        esc_buf_string(words->out, " and nobody stands in");
    else
        esc_buf_printf(words->out, ", and so is %.*s, who stands in",
                       ESC_TEXT_ARG(person_name(words, deputy)));
}

static void write_schedule(Words *words, EscRef ref)
{
    EscOwners owners = look(words, ref);
    EscText name = esc_directory_ref_name(words->program, ref);
    if (owners.skipped_count == 0) {
        esc_buf_printf(words->out, "nobody is on call in %.*s", ESC_TEXT_ARG(name));
        return;
    }
    esc_buf_printf(words->out, "in %.*s ", ESC_TEXT_ARG(name));
    write_person(words, owners.skipped[0]);
}

/* A reference that means nobody then. False: nothing was said of it. */
static bool write_ref(Words *words, EscRef ref)
{
    EscText name = esc_directory_ref_name(words->program, ref);
    switch (esc_ref_kind(ref)) {
    case ESC_REF_PERSON:
        write_person(words, esc_ref_index(ref));
        return true;
    case ESC_REF_TEAM:
    case ESC_REF_TURNS:
        esc_buf_printf(words->out, "everybody of %.*s is away", ESC_TEXT_ARG(name));
        return true;
    case ESC_REF_SCHEDULE:
        write_schedule(words, ref);
        return true;
    case ESC_REF_FIELD:
        esc_buf_printf(words->out, "ticket.%.*s may name nobody", ESC_TEXT_ARG(name));
        return true;
    case ESC_REF_PARAM:
        esc_buf_printf(words->out, "%.*s may name nobody", ESC_TEXT_ARG(name));
        return true;
    default:
        return false;
    }
}

/* Of a route the first of its rows that leads to nobody. */
static void write_route(Words *words, EscRef ref)
{
    const EscRouteRow *route = &words->program->routes[esc_ref_index(ref)];
    for (uint32_t i = 0; i < route->rows_count; i++) {
        EscRef target = words->program->route_rows[route->rows_first + i].target;
        if (look(words, target).count > 0)
            continue;
        esc_buf_printf(words->out, "%.*s may lead to somebody who is not there: ",
                       ESC_TEXT_ARG(esc_directory_ref_name(words->program, ref)));
        (void)write_ref(words, target);
        return;
    }
}

static void write_next(Words *words, EscRef ref)
{
    if (ref == 0)
        return;
    esc_buf_string(words->out, words->said++ > 0 ? "; " : "");
    if (esc_ref_kind(ref) == ESC_REF_ROUTE)
        write_route(words, ref);
    else
        (void)write_ref(words, ref);
}

void esc_gap_write_why(const EscProgram *program, const EscZones *zones,
                       const EscPresence *presence, const EscGap *gap, EscBuf *out)
{
    Words words = {program, zones, presence, gap->from_ms, out, 0};
    const EscTemplateRow *template = &program->templates[gap->template];
    for (uint32_t i = 0; i < template->roles_count; i++) {
        const EscRoleRow *role = &program->roles[template->roles_first + i];
        write_next(&words, role->owner);
        for (uint32_t k = 0; k < role->others_count; k++)
            write_next(&words, program->role_owners[role->others_first + k].owner);
    }
    if (!gap->is_of_all)
        return;
    esc_buf_string(out, "; and of the last resort ");
    words.said = 0;
    write_next(&words, program->meta->last_resort);
    for (uint32_t i = 0; i < program->meta->resorts_count; i++)
        write_next(&words, program->resorts[program->meta->resorts_first + i].who);
}
