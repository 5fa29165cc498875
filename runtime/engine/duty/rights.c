/* rights.c - whether somebody may do something: by a rule of the present policy (`allow …`), or by rights.def where there is
 * none. The same for whatever way they say it by.
 *
 * Not its job: which act of a person needs which right, and what becomes of one that is refused (flow/deeds_rights.c). */
#include <engine/duty.h>

/* --- who is meant by name --------------------------------------------------------------------- */

static EscText person_text(const EscProgram *program, uint32_t person)
{
    return program->texts[program->persons[person].name];
}

static bool team_has(const EscProgram *program, const EscTeamRow *team, EscText person)
{
    if (team->lead != 0 && esc_text_equal(person_text(program, team->lead - 1), person))
        return true;
    for (uint32_t i = 0; i < team->members_count; i++) {
        uint32_t member = program->team_members[team->members_first + i].person;
        if (esc_text_equal(person_text(program, member), person))
            return true;
    }
    return false;
}

/* Whoever is named, also when they are away, and who stands in for them; of a schedule whoever is on call. */
static bool ref_has(EscEngine *engine, EscEscalation *escalation, EscRef ref, EscText actor)
{
    const EscEngineBundle *bundle = engine->schema.current;
    EscPeople people;
    if (esc_ref_kind(ref) == ESC_REF_TEAM &&
        team_has(bundle->program, &bundle->program->teams[esc_ref_index(ref)], actor))
        return true;
    EscTicket *ticket = escalation == NULL ? NULL : escalation->ticket;
    esc_people_find(engine, escalation, ticket, bundle, ref, &people);
    return esc_people_has(&people, actor) || esc_people_misses(&people, actor);
}

/* --- roles ------------------------------------------------------------------------------------ */

static bool is_resort(EscEngine *engine, EscText actor)
{
    EscPeople people;
    esc_people_resort(engine, &people);
    return esc_people_has(&people, actor) || esc_people_misses(&people, actor);
}

static bool is_operator(EscEngine *engine, EscText actor)
{
    const EscProgram *program = engine->schema.current->program;
    bool is_said = false;
    for (uint32_t i = 0; i < program->rights_count; i++) {
        if (program->rights[i].right != ESC_RIGHT_OPERATE)
            continue;
        is_said = true;
        if (ref_has(engine, NULL, program->rights[i].who, actor))
            return true;
    }
    return !is_said && is_resort(engine, actor);
}

/* Who leads a team stands there for it; while they are away, so does whoever stands in. */
static bool leads(EscEngine *engine, const EscTeamRow *team, EscText actor)
{
    const EscProgram *program = engine->schema.current->program;
    if (team->lead == 0)
        return false;
    return esc_text_equal(person_text(program, team->lead - 1), actor) ||
           ref_has(engine, NULL, ESC_REF(ESC_REF_PERSON, team->lead - 1), actor);
}

bool esc_person_is_led_by(EscEngine *engine, EscText person, EscText actor)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t i = 0; i < program->teams_count; i++) {
        const EscTeamRow *team = &program->teams[i];
        if (team_has(program, team, person) && leads(engine, team, actor))
            return true;
    }
    return false;
}

static bool has_had_it(const EscEscalation *escalation, EscText actor)
{
    for (size_t i = 0; i < escalation->formers_count; i++) {
        if (esc_text_equal(escalation->formers[i].person, actor))
            return true;
    }
    return false;
}

bool esc_escalation_has_participant(EscEngine *engine, EscEscalation *escalation, EscText actor)
{
    if (has_had_it(escalation, actor) || esc_escalation_has_acked(escalation, actor) ||
        esc_texts_hold(escalation->participants, escalation->participants_count, actor))
        return true;
    uint32_t count = esc_role_count(escalation);
    EscPeople people;
    for (uint32_t i = 0; i <= count; i++) {
        esc_role_people(engine, escalation, i, &people);
        if (esc_people_has(&people, actor) || esc_people_misses(&people, actor))
            return true;
    }
    esc_turn_people(engine, escalation, &people); /* whom it was handed to */
    return esc_people_has(&people, actor);
}

static bool role_is(EscEngine *engine, const EscRightAsked *asked, EscRightRole role)
{
    EscEscalation *escalation = asked->escalation;
    bool is_there = escalation != NULL;
    EscText about = is_there ? escalation->owner : asked->person;
    switch (role) {
    case ESC_RIGHT_ROLE_OWNER:
        return is_there && esc_text_equal(escalation->owner, asked->actor);
    case ESC_RIGHT_ROLE_PARTICIPANT:
        return is_there && esc_escalation_has_participant(engine, escalation, asked->actor);
    case ESC_RIGHT_ROLE_LEAD:
        return esc_person_is_led_by(engine, about, asked->actor);
    case ESC_RIGHT_ROLE_OPERATOR:
        return asked->is_operator || is_operator(engine, asked->actor);
    case ESC_RIGHT_ROLE_SELF:
        return esc_text_equal(asked->person, asked->actor);
    case ESC_RIGHT_ROLE_STARTER:
        return is_there && esc_text_equal(esc_escalation_starter(escalation), asked->actor);
    case ESC_RIGHT_ROLE_ANYBODY:
        return true;
    case ESC_RIGHT_ROLE_COUNT:
        break;
    }
    return false;
}

/* --- rules ------------------------------------------------------------------------------------ */

static bool row_holds(EscEngine *engine, const EscRightAsked *asked, const EscRightRow *row)
{
    return row->role < ESC_RIGHT_ROLE_COUNT
               ? role_is(engine, asked, (EscRightRole)row->role)
               : ref_has(engine, asked->escalation, row->who, asked->actor);
}

const EscRightRow *esc_right_rules(const EscEngine *engine, EscRight right, uint32_t *count)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t first = 0;
    while (first < program->rights_count && program->rights[first].right < right)
        first++;
    *count = 0;
    while (first + *count < program->rights_count && program->rights[first + *count].right == right)
        (*count)++;
    return program->rights + first;
}

bool esc_right_holds(EscEngine *engine, const EscRightAsked *asked)
{
    uint32_t count = 0;
    const EscRightRow *rules = esc_right_rules(engine, asked->right, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (row_holds(engine, asked, &rules[i]))
            return true;
    }
    for (uint32_t role = 0; role < ESC_RIGHT_ROLE_COUNT && count == 0; role++) {
        if ((esc_right_info[asked->right].by_default & 1u << role) != 0 &&
            role_is(engine, asked, (EscRightRole)role))
            return true;
    }
    return false;
}

/* --- in words --------------------------------------------------------------------------------- */

static EscText list_add(EscEngine *engine, EscText list, EscText item)
{
    return esc_turn_printf(engine, "%.*s%s%.*s", ESC_TEXT_ARG(list), esc_words_with(list, ", "),
                           ESC_TEXT_ARG(item));
}

static EscText who_text(const EscProgram *program, const EscRightRow *row)
{
    return row->role < ESC_RIGHT_ROLE_COUNT ? esc_text_from(esc_right_role_words[row->role])
                                            : esc_directory_ref_name(program, row->who);
}

EscText esc_right_text(EscEngine *engine, EscRight right)
{
    const EscProgram *program = engine->schema.current->program;
    const EscRightInfo *info = &esc_right_info[right];
    uint32_t count = 0;
    const EscRightRow *rules = esc_right_rules(engine, right, &count);
    EscText who = {"", 0};
    for (uint32_t i = 0; i < count; i++)
        who = list_add(engine, who, who_text(program, &rules[i]));
    if (count > 0) {
        EscText file = program->texts[program->files[rules[0].file].name];
        return esc_turn_printf(engine, "%.*s:%u allows `%s` by %.*s", ESC_TEXT_ARG(file),
                               (unsigned)rules[0].line, info->words, ESC_TEXT_ARG(who));
    }
    for (uint32_t role = 0; role < ESC_RIGHT_ROLE_COUNT; role++) {
        if ((info->by_default & 1u << role) != 0)
            who = list_add(engine, who, esc_text_from(esc_right_role_words[role]));
    }
    return esc_turn_printf(engine, "without a rule of the policy `%s` is for %.*s", info->words,
                           ESC_TEXT_ARG(who));
}
