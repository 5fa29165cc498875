/* draws.c - turns of teams (`round_robin(TEAM)`): who of a team was drawn last, which the workspace remembers, and who was drawn
 * for a role of an escalation, which the escalation does.
 *
 * A draw counts whatever comes of it, so the next one goes to somebody else. For a role it is made once for each pass through the
 * chain, at the first use of the role; who is only named as the next one is not drawn by that. */
#include <engine/model.h>

/* --- the workspace's -------------------------------------------------------------------------- */

static EscTeamTurn *turn_of(const EscEngine *engine, EscText team)
{
    for (size_t i = 0; i < engine->team_turns.count; i++) {
        if (esc_text_equal(engine->team_turns.items[i].team, team))
            return &engine->team_turns.items[i];
    }
    return NULL;
}

EscText esc_team_last(const EscEngine *engine, EscText team)
{
    const EscTeamTurn *turn = turn_of(engine, team);
    return turn == NULL ? (EscText){0} : turn->last;
}

void esc_team_turn_put(EscEngine *engine, EscText team, EscText person)
{
    EscTeamTurn *turn = turn_of(engine, team);
    if (turn == NULL) {
        EscTeamTurns *turns = &engine->team_turns;
        ESC_ENGINE_GROW(turns->items, turns->count, turns->capacity);
        turn = &turns->items[turns->count++];
        *turn = (EscTeamTurn){.team = esc_engine_intern(engine, team)};
    }
    turn->last = esc_engine_intern(engine, person);
    engine->absences.is_dirty = true;
}

/* --- an escalation's -------------------------------------------------------------------------- */

EscText esc_escalation_drawn(const EscEscalation *escalation, uint32_t level, uint32_t place)
{
    for (size_t i = 0; i < escalation->draws_count; i++) {
        const EscDraw *draw = &escalation->draws[i];
        if (draw->level == level && draw->place == place)
            return draw->person;
    }
    return (EscText){0};
}

void esc_escalation_draw_add(EscEscalation *escalation, uint32_t level, uint32_t place,
                             EscText person)
{
    ESC_ENGINE_GROW(escalation->draws, escalation->draws_count, escalation->draws_capacity);
    escalation->draws[escalation->draws_count++] = (EscDraw){level, place, person};
}
