/* absences.c - who is away: as people said, and where they said nothing, as the directory has it written. What somebody said
 * stays with the workspace; what is written is the present bundle's. */
#include <engine/model.h>

static const EscAbsence *said(const EscEngine *engine, EscText person, int64_t at_ms)
{
    for (size_t i = engine->absences.count; i > 0; i--) {
        const EscAbsence *item = &engine->absences.items[i - 1];
        if (item->from_ms <= at_ms && at_ms < item->until_ms &&
            esc_text_equal(item->person, person))
            return item;
    }
    return NULL;
}

static bool written(const EscEngine *engine, uint32_t person, int64_t at_ms, EscAwayNow *away)
{
    const EscProgram *program = engine->schema.current->program;
    EscAway found;
    if (!esc_person_away(program, engine->zones, person, at_ms, &found))
        return false;
    *away = (EscAwayNow){.from_ms = found.from_ms, .until_ms = found.to_ms};
    if (found.deputy != ESC_NONE)
        away->deputy = program->texts[program->persons[found.deputy].name];
    return true;
}

static bool absence(const EscEngine *engine, EscText name, uint32_t person, int64_t at_ms,
                    EscAwayNow *away)
{
    EscAwayNow unused;
    const EscAbsence *item = said(engine, name, at_ms);
    away = away == NULL ? &unused : away;
    if (item == NULL)
        return person != ESC_NONE && written(engine, person, at_ms, away);
    *away = (EscAwayNow){item->from_ms, item->until_ms, item->deputy};
    return !item->is_back;
}

bool esc_absence_of(const EscEngine *engine, uint32_t person, int64_t at_ms, EscAwayNow *away)
{
    const EscProgram *program = engine->schema.current->program;
    return absence(engine, program->texts[program->persons[person].name], person, at_ms, away);
}

bool esc_absence_at(const EscEngine *engine, EscText name, int64_t at_ms, EscAwayNow *away)
{
    uint32_t person = 0;
    if (!esc_directory_person(engine->schema.current->program, name, &person))
        person = ESC_NONE;
    return absence(engine, name, person, at_ms, away);
}

bool esc_away_in(const EscEngine *engine, const EscEngineBundle *bundle, uint32_t person,
                 int64_t at_ms, EscAwayNow *away)
{
    const EscProgram *program = bundle->program, *current = engine->schema.current->program;
    EscText name = program->texts[program->persons[person].name];
    uint32_t known = 0;
    *away = (EscAwayNow){.deputy = {0}};
    if (program == current)
        return esc_absence_of(engine, person, at_ms, away);
    return !esc_directory_person(current, name, &known) ||
           esc_absence_at(engine, name, at_ms, away);
}

uint32_t esc_deputy_in(const EscEngine *engine, const EscEngineBundle *bundle, uint32_t person,
                       int64_t at_ms)
{
    EscAwayNow away;
    uint32_t deputy = ESC_NONE;
    if (esc_away_in(engine, bundle, person, at_ms, &away) && away.deputy.size > 0 &&
        !esc_directory_person(bundle->program, away.deputy, &deputy))
        return ESC_NONE;
    return deputy;
}

static void take_earlier(int64_t *earliest_ms, int64_t at_ms, int64_t after_ms)
{
    if (at_ms > after_ms && at_ms < *earliest_ms)
        *earliest_ms = at_ms;
}

int64_t esc_absence_change_ms(const EscEngine *engine, EscText name, int64_t at_ms)
{
    const EscProgram *program = engine->schema.current->program;
    int64_t change_ms = INT64_MAX;
    uint32_t person = 0;
    EscAway away;
    for (size_t i = 0; i < engine->absences.count; i++) {
        const EscAbsence *item = &engine->absences.items[i];
        if (!esc_text_equal(item->person, name))
            continue;
        take_earlier(&change_ms, item->from_ms, at_ms);
        take_earlier(&change_ms, item->until_ms, at_ms);
    }
    if (!esc_directory_person(program, name, &person))
        return change_ms;
    if (esc_person_away(program, engine->zones, person, at_ms, &away))
        take_earlier(&change_ms, away.to_ms, at_ms);
    if (esc_person_away_next(program, engine->zones, person, at_ms, &away))
        take_earlier(&change_ms, away.from_ms, at_ms);
    return change_ms;
}

void esc_absences_alarm(EscEngine *engine)
{
    const EscProgram *program = engine->schema.current->program;
    int64_t due_ms = INT64_MAX;
    EscAway away;
    for (size_t i = 0; i < engine->absences.count; i++)
        take_earlier(&due_ms, engine->absences.items[i].from_ms, engine->now_ms);
    for (uint32_t i = 0; i < program->persons_count; i++) {
        if (esc_person_away_next(program, engine->zones, i, engine->now_ms, &away))
            take_earlier(&due_ms, away.from_ms, engine->now_ms);
    }
    const EscTimerNode *timer = esc_timer_find(engine->timers.own, ESC_TIMER_ABSENCE, 0);
    if (due_ms == INT64_MAX)
        esc_timer_cancel(engine, NULL, NULL, ESC_TIMER_ABSENCE, 0);
    else if (timer == NULL || timer->due_ms != due_ms)
        esc_timer_put(engine, NULL, NULL, ESC_TIMER_ABSENCE, 0, due_ms);
}

void esc_absences_move(EscEngine *engine, int64_t by_ms)
{
    for (size_t i = 0; i < engine->absences.count; i++) {
        if (engine->absences.items[i].is_for)
            engine->absences.items[i].until_ms += by_ms;
    }
    engine->absences.is_dirty = true;
    /* Dates stay where they are. An absence that has begun by the clock that was wrong begins once more. */
    if (by_ms < 0)
        esc_absences_alarm(engine);
}
