/* chases.c - a task that is late is asked after: first whoever has it, then those who may take it and whoever is accountable, then the
 * last resort, and so on until it is done. Work that outlives its escalation is chased in days, what an escalation waits for in hours. */
#include <engine/duty.h>

#define RUNGS 3

typedef struct Pace {
    int64_t step_ms, later_ms; /* between the first rungs; behind the last */
} Pace;

static Pace pace_of(const EscTask *task)
{
    return esc_task_outlives(task) ? (Pace){ESC_DAY_MS, 7 * ESC_DAY_MS}
                                   : (Pace){ESC_HOUR_MS, ESC_DAY_MS};
}

/* --- who is reminded -------------------------------------------------------------------------- */

/* Whoever is away, or has left, reads nothing. */
static void person_add(EscEngine *engine, EscPeople *people, EscText person)
{
    if (person.size > 0 && people->count < ESC_OWNERS_MAX && esc_person_known(engine, person) &&
        !esc_person_absent(engine, person) && !esc_people_has(people, person))
        people->names[people->count++] = person;
}

static void resort_add(EscEngine *engine, EscPeople *people)
{
    EscPeople resort;
    esc_people_resort(engine, &resort);
    for (uint32_t i = 0; i < resort.count; i++)
        person_add(engine, people, resort.names[i]);
    if (people->count == 0 && resort.count > 0)
        people->names[people->count++] = resort.names[0];
}

static EscPeople reminded(EscEngine *engine, const EscTask *task, const EscEscalation *escalation)
{
    EscPeople people = {.count = 0};
    person_add(engine, &people, task->assignee);
    if (task->chased == 1 || people.count == 0) {
        for (uint32_t i = 0; i < task->candidates_count; i++)
            person_add(engine, &people, task->candidates[i]);
        if (escalation != NULL)
            person_add(engine, &people, escalation->owner);
    }
    if (task->chased >= 2 || people.count == 0)
        resort_add(engine, &people);
    return people;
}

static EscText names_text(EscEngine *engine, const EscPeople *people)
{
    EscBuf out = esc_turn_buf();
    for (uint32_t i = 0; i < people->count; i++)
        esc_buf_printf(&out, "%s%.*s", i == 0 ? "" : ", ", ESC_TEXT_ARG(people->names[i]));
    return esc_turn_take(engine, &out);
}

/* --- one of them ------------------------------------------------------------------------------ */

/* Who was at it until now still has it, but nobody is kept from it any more. */
static void claim_end(EscEngine *engine, EscTask *task)
{
    if (task->state != ESC_TASK_CLAIMED)
        return;
    task->state = ESC_TASK_OPEN;
    task->claimed_ms = 0;
    esc_task_record(engine, task, ESC_AUDIT_TASK_RELEASED,
                    esc_audit_data(engine, "person", task->assignee, "because",
                                   ESC_TEXT("its time is over"), NULL),
                    "the claim of %.*s on %.*s ends: its time is over",
                    ESC_TEXT_ARG(task->assignee), ESC_TEXT_ARG(esc_task_name(engine, task)));
}

static void chase(EscEngine *engine, EscTask *task)
{
    EscEscalation *escalation = esc_escalation_standing(engine, task->escalation);
    claim_end(engine, task);
    EscPeople people = reminded(engine, task, escalation);
    Pace pace = pace_of(task);
    int64_t next_ms = engine->now_ms + (task->chased + 1 < RUNGS ? pace.step_ms : pace.later_ms);
    EscText id = esc_task_name(engine, task), names = names_text(engine, &people);
    for (uint32_t i = 0; i < people.count; i++) {
        EscText since = esc_person_time(engine, people.names[i], task->due_ms);
        EscNotice notice = {.marked = esc_say(engine, TASK_LATE, id, since, task->title, id),
                            .is_due = true};
        esc_message_person(engine, escalation, people.names[i], &notice);
    }
    esc_task_record(engine, task, ESC_AUDIT_TASK_CHASED,
                    esc_audit_data(engine, "people", names, "again",
                                   esc_turn_printf(engine, "%u", task->chased + 1), NULL),
                    "%.*s is late, and %.*s %s reminded of it: \"%.*s\"", ESC_TEXT_ARG(id),
                    ESC_TEXT_ARG(names), people.count == 1 ? "is" : "are",
                    ESC_TEXT_ARG(task->title));
    task->chased++;
    esc_task_wake(engine, task, next_ms);
}

void esc_tasks_fire(EscEngine *engine)
{
    for (size_t i = 0; i < engine->tasks.count; i++) {
        EscTask *task = engine->tasks.items[i];
        if (task->wake_ms != 0 && task->wake_ms <= engine->now_ms)
            chase(engine, task);
    }
    esc_tasks_wake_next(engine);
}

void esc_tasks_absent(EscEngine *engine, EscText person)
{
    for (size_t i = 0; i < engine->tasks.count; i++) {
        EscTask *task = engine->tasks.items[i];
        if (task->state != ESC_TASK_CLAIMED || !esc_text_equal(task->assignee, person))
            continue;
        esc_task_unclaim(engine, task);
        esc_task_record(engine, task, ESC_AUDIT_TASK_RELEASED,
                        esc_audit_data(engine, "person", person, "because", ESC_TEXT("away"), NULL),
                        "the claim of %.*s on %.*s ends: they are away", ESC_TEXT_ARG(person),
                        ESC_TEXT_ARG(esc_task_name(engine, task)));
    }
}
