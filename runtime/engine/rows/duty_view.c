/* duty_view.c - who is on duty, for people who ask: each schedule, the roles of each template, the last resort; and who
 * comes after whoever is accountable. Only looks: nothing here changes anything. */
#include <engine/rows.h>

#define TURNS_AHEAD_MAX 64 /* how many turns of a schedule are looked at for the next person */
#define CALENDAR_LOOKS_MAX                                                                         \
    100000u /* of one calendar: every hour of a quarter in 45 schedules; some 0.2 s */

/* What the directory may ask. It may ask of a time that is still to come. */
typedef struct Lookup {
    EscEngine *engine;
    EscTicket *ticket; /* NULL: routes and fields mean nobody */
    const EscEngineBundle *bundle;
    int64_t at_ms;
} Lookup;

static bool lookup_holds(void *context, uint32_t function)
{
    const Lookup *lookup = context;
    EscWorld world = {.engine = lookup->engine,
                      .ticket = lookup->ticket,
                      .bundle = lookup->bundle,
                      .function = function};
    return esc_cond_holds(&world, NULL);
}

static EscText lookup_field_text(void *context, uint32_t field)
{
    const Lookup *lookup = context;
    return lookup->ticket == NULL
               ? (EscText){0}
               : esc_ticket_text(lookup->engine, lookup->ticket, lookup->bundle->slots[field]);
}

static EscText person_name(const EscProgram *program, uint32_t person)
{
    return program->texts[program->persons[person].name];
}

static bool lookup_is_absent(void *context, uint32_t person)
{
    const Lookup *lookup = context;
    EscAwayNow away;
    return esc_away_in(lookup->engine, lookup->bundle, person, lookup->at_ms, &away);
}

static uint32_t lookup_deputy(void *context, uint32_t person)
{
    const Lookup *lookup = context;
    return esc_deputy_in(lookup->engine, lookup->bundle, person, lookup->at_ms);
}

static EscText lookup_last_drawn(void *context, EscText team)
{
    return esc_team_last(((const Lookup *)context)->engine, team);
}

static EscOwners people_at(Lookup *lookup, EscRef ref)
{
    EscDirectoryHost host = {lookup,           lookup_holds,  lookup_field_text,
                             lookup_is_absent, lookup_deputy, lookup_last_drawn};
    EscOwners owners = {.count = 0};
    esc_directory_resolve(lookup->bundle->program, lookup->engine->zones, &host, ref, lookup->at_ms,
                          &owners);
    return owners;
}

/* --- what comes after the accountable role ------------------------------------------------------ */

static EscText first_of(const Lookup *lookup, const EscOwners *owners)
{
    if (owners->count > 0)
        return person_name(lookup->bundle->program, owners->persons[0]);
    return (EscText){0};
}

/* Of a reference of the escalation's bundle, or of the last resort's. */
static EscText person_of(EscEngine *engine, const EscEscalation *escalation,
                         const EscEngineBundle *bundle, EscRef ref)
{
    const EscEngineBundle *in = bundle;
    if (esc_ref_kind(ref) == ESC_REF_PARAM) {
        ref = esc_given_ref(engine, escalation, esc_ref_index(ref));
        in = engine->schema.current;
    }
    ref = esc_ref_translate(engine, in, ref, &in);
    Lookup lookup = {engine, escalation->ticket, in, engine->now_ms};
    EscOwners owners = people_at(&lookup, ref);
    return first_of(&lookup, &owners);
}

/* Who a level would mean first: whoever was drawn for it, unless a pass is still to come. */
static EscText level_person(EscEngine *engine, const EscEscalation *escalation, uint32_t level,
                            bool is_anew)
{
    const EscProgram *program = escalation->bundle->program;
    const EscRoleRow *role =
        &program->roles[esc_escalation_template(escalation)->roles_first + level];
    for (uint32_t place = 0; place <= role->others_count; place++) {
        EscRef ref =
            place == 0 ? role->owner : program->role_owners[role->others_first + place - 1].owner;
        EscText drawn = is_anew ? (EscText){0} : esc_escalation_drawn(escalation, level, place);
        EscText person = drawn;
        if (drawn.size == 0)
            person = person_of(engine, escalation, escalation->bundle, ref);
        else if (esc_absence_at(engine, drawn, engine->now_ms, NULL))
            continue;
        if (person.size > 0)
            return person;
    }
    return (EscText){0};
}

static EscText resort_person(EscEngine *engine, const EscEscalation *escalation)
{
    const EscEngineBundle *in = engine->schema.current;
    const EscMetaRow *meta = &in->program->meta[0];
    EscText person = person_of(engine, escalation, in, meta->last_resort);
    for (uint32_t i = 0; i < meta->resorts_count && person.size == 0; i++)
        person =
            person_of(engine, escalation, in, in->program->resorts[meta->resorts_first + i].who);
    return person;
}

static bool next_level(EscEngine *engine, const EscEscalation *escalation, uint32_t from,
                       bool is_anew, EscEscalationView *view)
{
    const EscTemplateRow *row = esc_escalation_template(escalation);
    for (uint32_t level = from; level < row->roles_count; level++) {
        EscText person = level_person(engine, escalation, level, is_anew);
        bool is_same = !is_anew && esc_text_equal(person, escalation->owner);
        if (person.size == 0 || is_same)
            continue; /* as it will be passed over */
        view->next_owner = person;
        view->next_role = escalation->bundle->program->roles[row->roles_first + level].role;
        view->next_pass = escalation->pass + 1 + (is_anew ? 1u : 0u);
        return true;
    }
    return false;
}

void esc_next_view(EscEngine *engine, const EscEscalation *escalation, EscEscalationView *view)
{
    const EscTemplateRow *row =
        escalation->bundle == NULL ? NULL : esc_escalation_template(escalation);
    uint32_t count =
        row == NULL ? 0 : row->roles_count; /* a bundle that is lost took the chain with it */
    if (row == NULL ? escalation->role == 3 : escalation->role_row >= count)
        return;
    if (row != NULL && next_level(engine, escalation, escalation->role_row + 1, false, view))
        return;
    if (row != NULL && escalation->pass < row->repeats &&
        next_level(engine, escalation, 0, true, view))
        return;
    view->next_owner = resort_person(engine, escalation);
    view->next_role = 3;
    view->next_pass = escalation->pass + 1;
}

void esc_roles_view(EscEngine *engine, const EscEscalation *escalation, EscEscalationView *view)
{
    EscText *people[] = {&view->primary, &view->secondary, &view->escalation_owner};
    if (escalation->bundle == NULL)
        return;
    const EscTemplateRow *row = esc_escalation_template(escalation);
    for (uint32_t level = 0; level < row->roles_count; level++) {
        uint32_t role = escalation->bundle->program->roles[row->roles_first + level].role;
        if (role >= ESC_COUNT_OF(people) || people[role]->size > 0)
            continue;
        *people[role] = level == escalation->role_row
                            ? escalation->owner
                            : level_person(engine, escalation, level, false);
    }
}

/* --- to whom it could be handed over ------------------------------------------------------------ */

typedef struct Candidates {
    EscEngine *engine;
    EscText but;
    EscCandidate *out;
    size_t count;
} Candidates;

static void candidate_add(Candidates *candidates, EscText name, bool is_next)
{
    const EscProgram *program = candidates->engine->schema.current->program;
    uint32_t person = 0;
    if (name.size == 0 || esc_text_equal(name, candidates->but) ||
        candidates->count == ESC_CANDIDATES_MAX || !esc_directory_person(program, name, &person) ||
        esc_absence_at(candidates->engine, name, candidates->engine->now_ms, NULL))
        return;
    for (size_t i = 0; i < candidates->count; i++)
        if (esc_text_equal(candidates->out[i].name, name))
            return;
    candidates->out[candidates->count++] =
        (EscCandidate){.name = person_name(program, person),
                       .title = program->texts[program->persons[person].title],
                       .is_next = is_next};
}

static bool is_member(const EscProgram *program, const EscTeamRow *team, EscText name)
{
    for (uint32_t i = 0; i < team->members_count; i++)
        if (esc_text_equal(
                person_name(program, program->team_members[team->members_first + i].person), name))
            return true;
    return false;
}

static void team_mates(Candidates *candidates)
{
    const EscProgram *program = candidates->engine->schema.current->program;
    for (uint32_t t = 0; t < program->teams_count; t++) {
        const EscTeamRow *team = &program->teams[t];
        if (!is_member(program, team, candidates->but))
            continue;
        for (uint32_t i = 0; i < team->members_count; i++)
            candidate_add(
                candidates,
                person_name(program, program->team_members[team->members_first + i].person), false);
    }
}

size_t esc_engine_candidates(EscEngine *engine, uint64_t id, EscText person,
                             EscCandidate out[ESC_CANDIDATES_MAX])
{
    const EscEscalation *escalation = esc_escalation_find(engine, id);
    if (escalation == NULL || escalation->state == ESC_STATE_CLOSED)
        return 0;
    Candidates candidates = {.engine = engine, .but = person, .out = out};
    EscArena *turn = esc_view_begin(engine);
    EscEscalationView view = {.id = id};
    esc_next_view(engine, escalation, &view);
    candidate_add(&candidates, view.next_owner, true);
    uint32_t levels =
        escalation->bundle == NULL ? 0 : esc_escalation_template(escalation)->roles_count;
    for (uint32_t level = 0; level < levels; level++)
        candidate_add(&candidates, level_person(engine, escalation, level, false), false);
    team_mates(&candidates);
    candidate_add(&candidates, resort_person(engine, escalation), false);
    engine->turn.arena = turn;
    return candidates.count;
}

/* --- who is on duty ----------------------------------------------------------------------------- */

/* When the person goes away or comes back; and, while they are away, whoever stands in, and so on. */
static void take_absence(Lookup *lookup, uint32_t person, int64_t *change_ms)
{
    for (int depth = 0; depth < ESC_DEPUTIES_MAX && person != ESC_NONE; depth++) {
        EscText name = person_name(lookup->bundle->program, person);
        int64_t at_ms = esc_absence_change_ms(lookup->engine, name, lookup->at_ms);
        *change_ms = at_ms < *change_ms ? at_ms : *change_ms;
        person = lookup_deputy(lookup, person);
    }
}

/* When the same reference may mean somebody else: the end of a turn, or somebody goes away or comes back. */
static int64_t change_after(Lookup *lookup, const EscOwners *owners)
{
    int64_t change_ms = owners->until_ms;
    for (uint32_t i = 0; i < owners->count; i++)
        take_absence(lookup, owners->persons[i], &change_ms);
    for (uint32_t i = 0; i < owners->skipped_count; i++)
        take_absence(lookup, owners->skipped[i], &change_ms);
    return change_ms;
}

/* `owners` are those of now. */
static void find_next(Lookup *lookup, EscRef ref, EscOwners *owners, EscDutyView *view)
{
    for (int turn = 0; turn < TURNS_AHEAD_MAX; turn++) {
        int64_t at_ms = change_after(lookup, owners);
        if (at_ms == INT64_MAX)
            return;
        lookup->at_ms = at_ms;
        *owners = people_at(lookup, ref);
        EscText person = first_of(lookup, owners);
        if (esc_text_equal(person, view->person))
            continue;
        view->until_ms = at_ms;
        view->next = person;
        return;
    }
}

static EscText absent_json(Lookup *lookup, const EscOwners *owners)
{
    EscBuf buf = esc_turn_buf();
    esc_buf_char(&buf, '[');
    for (uint32_t i = 0; i < owners->skipped_count; i++) {
        EscText name = person_name(lookup->bundle->program, owners->skipped[i]);
        esc_buf_string(&buf, i > 0 ? ",{\"person\":" : "{\"person\":");
        esc_json_text(&buf, name);
        esc_buf_string(&buf, ",\"until\":\"");
        EscAwayNow away = {0};
        (void)esc_absence_at(lookup->engine, name, lookup->at_ms, &away);
        esc_time_write(&buf, away.until_ms);
        esc_buf_string(&buf, "\"");
        if (owners->deputies[i] != ESC_NONE) {
            esc_buf_string(&buf, ",\"deputy\":");
            esc_json_text(&buf, person_name(lookup->bundle->program, owners->deputies[i]));
        }
        esc_buf_char(&buf, '}');
    }
    esc_buf_char(&buf, ']');
    return esc_turn_take(lookup->engine, &buf);
}

static bool depends_on_ticket(EscRef ref)
{
    return esc_ref_kind(ref) == ESC_REF_ROUTE || esc_ref_kind(ref) == ESC_REF_FIELD ||
           esc_ref_kind(ref) == ESC_REF_PARAM;
}

static void duty_fill(EscEngine *engine, EscRef ref, int64_t now_ms, EscDutyView *view)
{
    const EscProgram *program = engine->schema.current->program;
    Lookup lookup = {engine, NULL, engine->schema.current, now_ms};
    view->means = esc_directory_ref_name(program, ref);
    view->depends = depends_on_ticket(ref);
    view->absent_json = ESC_TEXT("[]");
    if (view->depends)
        return;
    view->is_turns = esc_ref_kind(ref) == ESC_REF_TURNS;
    if (view->is_turns)
        view->last_drawn = esc_team_last(engine, view->means);
    EscOwners owners = people_at(&lookup, ref);
    view->person = first_of(&lookup, &owners);
    view->absent_json = absent_json(&lookup, &owners);
    find_next(&lookup, ref, &owners, view);
    uint32_t person = 0;
    if (esc_directory_person(program, view->person, &person))
        view->person_title = program->texts[program->persons[person].title];
    if (esc_directory_person(program, view->next, &person))
        view->next_title = program->texts[program->persons[person].title];
}

typedef struct Visit {
    EscEngine *engine;
    int64_t now_ms;
    bool (*visit)(void *context, const EscDutyView *view);
    void *context;
} Visit;

static bool visit_ref(const Visit *visit, EscRef ref, EscDutyView view)
{
    EscArena *turn = esc_view_begin(visit->engine);
    duty_fill(visit->engine, ref, visit->now_ms, &view);
    visit->engine->turn.arena = turn;
    return visit->visit(visit->context, &view);
}

static bool visit_templates(const Visit *visit)
{
    const EscProgram *program = visit->engine->schema.current->program;
    for (uint32_t i = 0; i < program->templates_count; i++) {
        const EscTemplateRow *row = &program->templates[i];
        for (uint32_t k = 0; k < row->roles_count; k++) {
            const EscRoleRow *role = &program->roles[row->roles_first + k];
            EscDutyView view = {.template_name = program->texts[row->name], .role = role->role};
            if (!visit_ref(visit, role->owner, view))
                return false;
            for (uint32_t j = 0; j < role->others_count; j++) {
                if (!visit_ref(visit, program->role_owners[role->others_first + j].owner, view))
                    return false;
            }
        }
    }
    return true;
}

void esc_engine_each_duty(EscEngine *engine, int64_t now_ms,
                          bool (*visit_one)(void *context, const EscDutyView *view), void *context)
{
    const EscProgram *program = engine->schema.current->program;
    Visit visit = {engine, now_ms, visit_one, context};
    for (uint32_t i = 0; i < program->schedules_count; i++) {
        EscDutyView view = {.is_schedule = true,
                            .title = program->texts[program->schedules[i].title]};
        if (!visit_ref(&visit, ESC_REF(ESC_REF_SCHEDULE, i), view))
            return;
    }
    const EscMetaRow *meta = &program->meta[0];
    bool goes_on = visit_templates(&visit) && meta->last_resort != 0 &&
                   visit_ref(&visit, meta->last_resort, (EscDutyView){.role = 3});
    for (uint32_t i = 0; i < meta->resorts_count && goes_on; i++)
        goes_on = visit_ref(&visit, program->resorts[meta->resorts_first + i].who,
                            (EscDutyView){.role = 3});
}

/* --- who is on duty, as a calendar -------------------------------------------------------------- */

typedef struct Watches {
    EscEngine *engine;
    int64_t to_ms;
    uint32_t looks_left;
} Watches;

static uint32_t person_at(Lookup *lookup, uint32_t schedule, int64_t *change_ms)
{
    EscOwners owners = people_at(lookup, ESC_REF(ESC_REF_SCHEDULE, schedule));
    *change_ms = change_after(lookup, &owners);
    return owners.count > 0 ? owners.persons[0] : ESC_NONE;
}

static EscWatch watch_at(void *context, uint32_t schedule, int64_t at_ms)
{
    Watches *watches = context;
    Lookup lookup = {watches->engine, NULL, watches->engine->schema.current, at_ms};
    int64_t change_ms = 0;
    EscWatch watch = {.person = person_at(&lookup, schedule, &change_ms), .from_ms = at_ms};
    while (change_ms < watches->to_ms && watches->looks_left > 0) {
        watches->looks_left--;
        lookup.at_ms = change_ms;
        if (person_at(&lookup, schedule, &change_ms) == watch.person)
            continue;
        watch.until_ms = lookup.at_ms;
        return watch;
    }
    watch.until_ms = INT64_MAX;
    return watch;
}

EscStatus esc_engine_duty_calendar(EscEngine *engine, EscText name, int64_t from_ms, int64_t to_ms,
                                   EscBuf *out)
{
    Watches watches = {engine, to_ms, CALENDAR_LOOKS_MAX};
    const EscWatchSource source = {&watches, watch_at};
    if (!esc_watches_write(engine->schema.current->program, &source, name, from_ms, to_ms, out))
        return ESC_NOT_FOUND;
    return watches.looks_left == 0 ? ESC_OVER_LIMIT : out->status;
}
