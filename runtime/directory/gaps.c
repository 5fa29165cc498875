/* gaps.c - when nobody of a template's chain would be there, so that the last resort has to be asked at once, and when nobody of
 * that one would be there either.
 *
 * Whom a reference means changes at boundaries alone: turns, hours, overrides, absences and their deputies. Between two of
 * them one look tells all, so nothing here walks through minutes. References that many templates share are looked at once,
 * and whoever has somebody who is never away is not looked at at all. */
#include "resolve.h"

typedef struct Span {
    int64_t from_ms, until_ms;
} Span;

/* In order, apart from each other. */
typedef struct Spans {
    Span *items;
    size_t count, capacity;
    bool is_known; /* it was looked at */
} Spans;

typedef struct Search {
    const EscProgram *program;
    const EscZones *zones;
    const EscPresence *presence;
    int64_t from_ms, to_ms;
    EscArena *arena;
    bool *is_steady;             /* by person: never away */
    Spans *known[ESC_REF_COUNT]; /* by index of that kind: when it means nobody */
    EscGap *gaps;
    size_t gaps_count, gaps_capacity;
} Search;

/* Whether somebody is meant at an instant, and until when that is sure. */
static bool has_somebody(const Search *search, EscRef ref, int64_t at_ms, int64_t *until_ms)
{
    EscOwners owners;
    esc_presence_look(search->program, search->zones, search->presence, ref, at_ms, &owners);
    *until_ms = owners.until_ms;
    return owners.count > 0;
}

/* --- who is always there ---------------------------------------------------------------------- */

/* Some member is always there. */
static bool members_are_steady(const Search *search, const EscTeamRow *team)
{
    const EscTeamMemberRow *members = &search->program->team_members[team->members_first];
    bool is_steady = false;
    for (uint32_t i = 0; i < team->members_count && !is_steady; i++)
        is_steady = search->is_steady[members[i].person];
    return is_steady;
}

static bool team_is_steady(const Search *search, uint32_t team)
{
    const EscTeamRow *row = &search->program->teams[team];
    return (row->lead != 0 && search->is_steady[row->lead - 1]) || members_are_steady(search, row);
}

static bool who_is_steady(const Search *search, EscRef who)
{
    return esc_ref_kind(who) == ESC_REF_PERSON ? search->is_steady[esc_ref_index(who)]
                                               : team_is_steady(search, esc_ref_index(who));
}

/* Turns without hours, of people who are never away. */
static bool rotation_is_steady(const Search *search, const EscRotationRow *rotation)
{
    const EscRotationMemberRow *members =
        &search->program->rotation_members[rotation->members_first];
    bool is_steady = rotation->hours == 0;
    for (uint32_t i = 0; i < rotation->members_count && is_steady; i++)
        is_steady = who_is_steady(search, members[i].who);
    return is_steady;
}

/* A layer that has begun and has always somebody: what lies above it only says whom. */
static bool layer_is_steady(const Search *search, const EscLayerRow *layer, EscText zone)
{
    const EscRotationRow *rotations = &search->program->rotations[layer->rotations_first];
    int64_t minute = esc_zone_minute(search->zones, zone, search->from_ms);
    uint32_t first = 0;
    while (first + 1 < layer->rotations_count && rotations[first + 1].from_local_minute <= minute)
        first++;
    bool is_steady = layer->rotations_count > 0 && rotations[first].from_local_minute <= minute;
    for (uint32_t i = first; i < layer->rotations_count && is_steady; i++)
        is_steady = rotation_is_steady(search, &rotations[i]);
    return is_steady;
}

static bool schedule_is_steady(const Search *search, uint32_t schedule)
{
    const EscProgram *program = search->program;
    const EscScheduleRow *row = &program->schedules[schedule];
    EscText zone = program->texts[row->timezone != 0 ? row->timezone - 1 : program->meta->timezone];
    bool is_steady = false;
    for (uint32_t i = 0; i < row->layers_count && !is_steady; i++)
        is_steady = layer_is_steady(search, &program->layers[row->layers_first + i], zone);
    return is_steady;
}

static bool ref_is_steady(const Search *search, EscRef ref)
{
    uint32_t index = esc_ref_index(ref);
    switch (esc_ref_kind(ref)) {
    case ESC_REF_PERSON:
        return search->is_steady[index];
    case ESC_REF_TEAM:
        return team_is_steady(search, index);
    case ESC_REF_TURNS: /* a lead has none */
        return members_are_steady(search, &search->program->teams[index]);
    case ESC_REF_SCHEDULE:
        return schedule_is_steady(search, index);
    default:
        return false;
    }
}

/* --- spans ------------------------------------------------------------------------------------ */

/* Behind the last one, or on to it. */
static void put(Search *search, Spans *spans, int64_t from_ms, int64_t until_ms)
{
    if (spans->count > 0 && spans->items[spans->count - 1].until_ms >= from_ms) {
        Span *last = &spans->items[spans->count - 1];
        last->until_ms = until_ms > last->until_ms ? until_ms : last->until_ms;
        return;
    }
    Span *grown =
        esc_arena_grow(search->arena, spans->items, spans->count, &spans->capacity, sizeof *grown);
    if (grown == NULL)
        return; /* the search ends in ESC_NO_MEMORY */
    spans->items = grown;
    spans->items[spans->count++] = (Span){from_ms, until_ms};
}

static Spans both(Search *search, const Spans *a, const Spans *b)
{
    Spans result = {.is_known = true};
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        int64_t from_ms =
            a->items[i].from_ms > b->items[j].from_ms ? a->items[i].from_ms : b->items[j].from_ms;
        int64_t a_ms = a->items[i].until_ms, b_ms = b->items[j].until_ms;
        int64_t until_ms = a_ms < b_ms ? a_ms : b_ms;
        if (from_ms < until_ms)
            put(search, &result, from_ms, until_ms);
        i += a_ms <= b_ms;
        j += b_ms <= a_ms;
    }
    return result;
}

static Spans either(Search *search, const Spans *a, const Spans *b)
{
    Spans result = {.is_known = true};
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        bool is_a = j == b->count || (i < a->count && a->items[i].from_ms <= b->items[j].from_ms);
        const Span *next = is_a ? &a->items[i++] : &b->items[j++];
        put(search, &result, next->from_ms, next->until_ms);
    }
    return result;
}

static Spans whole(Search *search)
{
    Spans spans = {.is_known = true};
    put(search, &spans, search->from_ms, search->to_ms);
    return spans;
}

/* --- when a reference means nobody ------------------------------------------------------------ */

static void walk(Search *search, EscRef ref, Spans *spans)
{
    int64_t at_ms = search->from_ms, until_ms = 0;
    if (ref_is_steady(search, ref))
        return;
    while (at_ms < search->to_ms) {
        bool is_there = has_somebody(search, ref, at_ms, &until_ms);
        until_ms = until_ms < search->to_ms ? until_ms : search->to_ms;
        if (!is_there)
            put(search, spans, at_ms, until_ms);
        at_ms = until_ms;
    }
}

static const Spans *nobody_of(Search *search, EscRef ref);

/* Any of its rows may hold, so it means nobody where one of them does. Rows lead to no further route. */
static void walk_route(Search *search, uint32_t route, Spans *spans)
{
    const EscRouteRow *row = &search->program->routes[route];
    for (uint32_t i = 0; i < row->rows_count; i++) {
        EscRef target = search->program->route_rows[row->rows_first + i].target;
        if (esc_ref_kind(target) == ESC_REF_PERSON || esc_ref_kind(target) == ESC_REF_TEAM ||
            esc_ref_kind(target) == ESC_REF_SCHEDULE)
            *spans = either(search, spans, nobody_of(search, target));
    }
}

static const Spans *nobody_of(Search *search, EscRef ref)
{
    Spans *spans = &search->known[esc_ref_kind(ref)][esc_ref_index(ref)];
    if (spans->is_known)
        return spans;
    if (esc_ref_kind(ref) == ESC_REF_ROUTE)
        walk_route(search, esc_ref_index(ref), spans);
    else
        walk(search, ref, spans);
    spans->is_known = true;
    return spans;
}

/* --- chains ----------------------------------------------------------------------------------- */

/* Whom a field or a parameter names shows when it is read. */
static bool is_written(EscRef ref)
{
    return esc_ref_kind(ref) != ESC_REF_FIELD && esc_ref_kind(ref) != ESC_REF_PARAM && ref != 0;
}

static void without(Search *search, EscRef ref, Spans *spans, bool *is_sure)
{
    if (!is_written(ref))
        return;
    *is_sure = true;
    if (spans->count > 0)
        *spans = both(search, spans, nobody_of(search, ref));
}

/* *is_sure: somebody of the chain is written down. */
static Spans nobody_of_chain(Search *search, const EscTemplateRow *template, bool *is_sure)
{
    const EscProgram *program = search->program;
    Spans spans = whole(search);
    *is_sure = false;
    for (uint32_t i = 0; i < template->roles_count; i++) {
        const EscRoleRow *role = &program->roles[template->roles_first + i];
        without(search, role->owner, &spans, is_sure);
        for (uint32_t k = 0; k < role->others_count; k++)
            without(search, program->role_owners[role->others_first + k].owner, &spans, is_sure);
    }
    return spans;
}

static Spans nobody_of_resort(Search *search)
{
    const EscProgram *program = search->program;
    Spans spans = whole(search);
    bool is_sure = false;
    without(search, program->meta->last_resort, &spans, &is_sure);
    for (uint32_t i = 0; i < program->meta->resorts_count; i++)
        without(search, program->resorts[program->meta->resorts_first + i].who, &spans, &is_sure);
    return spans;
}

static void add(Search *search, uint32_t template, const Spans *spans, bool is_of_all)
{
    if (spans->count == 0)
        return;
    EscGap *grown = esc_arena_grow(search->arena, search->gaps, search->gaps_count,
                                   &search->gaps_capacity, sizeof *grown);
    if (grown == NULL)
        return;
    search->gaps = grown;
    search->gaps[search->gaps_count++] = (EscGap){.template = template,
                                                  .from_ms = spans->items[0].from_ms,
                                                  .until_ms = spans->items[0].until_ms,
                                                  .more = spans->count - 1,
                                                  .is_of_all = is_of_all};
}

/* The first gap of its chain; and the first in which nobody is left, which is the worse one. */
static void look_at_template(Search *search, uint32_t template, const Spans *resort)
{
    bool is_sure = false;
    Spans chain = nobody_of_chain(search, &search->program->templates[template], &is_sure);
    Spans all = both(search, &chain, resort);
    bool is_worse = all.count > 0 && is_sure && chain.items[0].from_ms == all.items[0].from_ms;
    add(search, template, &all, true);
    if (is_sure && !is_worse)
        add(search, template, &chain, false);
}

/* --- the search ------------------------------------------------------------------------------- */

static bool begin(Search *search)
{
    const EscProgram *program = search->program;
    const uint32_t counts[ESC_REF_COUNT] = {[ESC_REF_PERSON] = program->persons_count,
                                            [ESC_REF_TEAM] = program->teams_count,
                                            [ESC_REF_TURNS] = program->teams_count,
                                            [ESC_REF_SCHEDULE] = program->schedules_count,
                                            [ESC_REF_ROUTE] = program->routes_count};
    for (uint32_t kind = 0; kind < ESC_REF_COUNT; kind++)
        search->known[kind] = esc_arena_alloc_array(search->arena, counts[kind], sizeof(Spans));
    search->is_steady = esc_arena_alloc_array(search->arena, program->persons_count, sizeof(bool));
    if (esc_arena_failed(search->arena))
        return false;
    for (uint32_t i = 0; i < program->persons_count; i++) {
        const EscPresence *presence = search->presence;
        search->is_steady[i] =
            !presence->is_away(presence->context, i, search->from_ms) &&
            presence->turns_ms(presence->context, i, search->from_ms) >= search->to_ms;
    }
    return true;
}

EscStatus esc_gaps_find(const EscProgram *program, const EscZones *zones,
                        const EscPresence *presence, int64_t from_ms, int64_t to_ms,
                        EscArena *arena, const EscGap **gaps, size_t *count)
{
    Search search = {.program = program,
                     .zones = zones,
                     .presence = presence,
                     .from_ms = from_ms,
                     .to_ms = to_ms,
                     .arena = arena};
    *gaps = NULL;
    *count = 0;
    if (!begin(&search))
        return ESC_NO_MEMORY;
    Spans resort = nobody_of_resort(&search);
    for (uint32_t i = 0; i < program->templates_count && !esc_arena_failed(arena); i++)
        look_at_template(&search, i, &resort);
    if (esc_arena_failed(arena))
        return ESC_NO_MEMORY;
    *gaps = search.gaps;
    *count = search.gaps_count;
    return ESC_OK;
}
