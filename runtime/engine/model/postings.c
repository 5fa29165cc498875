/* postings.c - triggers of the current bundle, filed by event type with the one test that sees most of them off,
 * and the overdue times that service-level triggers wait for. A cleverer matcher will take its place. */
#include <engine/model.h>

#include <stdlib.h>
#include <string.h>

static void overdue_add(EscEngine *engine, EscSlaClock clock, EscLateness late)
{
    EscLateness *list = engine->schema.overdues[clock];
    uint32_t count = engine->schema.overdues_count[clock], at = 0;
    while (at < count &&
           (list[at].ms < late.ms || (list[at].ms == late.ms && list[at].calendar < late.calendar)))
        at++;
    if (at < count && list[at].ms == late.ms && list[at].calendar == late.calendar)
        return;
    memmove(list + at + 1, list + at, (count - at) * sizeof *list);
    list[at] = late;
    engine->schema.overdues_count[clock]++;
}

static void overdues_build(EscEngine *engine)
{
    const EscProgram *program = engine->schema.current->program;
    for (uint32_t clock = 0; clock < ESC_SLA_CLOCK_COUNT; clock++) {
        free(engine->schema.overdues[clock]);
        engine->schema.overdues[clock] =
            esc_engine_alloc(program->triggers_count * sizeof(EscLateness));
        engine->schema.overdues_count[clock] = 0;
    }
    for (uint32_t i = 0; i < program->triggers_count; i++) {
        const EscTriggerRow *row = &program->triggers[i];
        if (row->kind == ESC_TRIGGER_SLA)
            overdue_add(engine, (EscSlaClock)row->clock,
                        (EscLateness){row->overdue_ms, row->overdue_calendar});
    }
}

EscText esc_trigger_name(const EscProgram *program, const EscTriggerRow *row)
{
    return program->texts[row->automation != 0 ? program->automations[row->automation - 1].name
                                               : program->templates[row->template - 1].name];
}

/* The test of an enum field that stands alone or under the root's `and`; ESC_NONE when there is none. */
static uint32_t gate_find(const EscProgram *program, uint32_t root)
{
    const EscPredRow *row = &program->preds[root];
    uint32_t first = row->kind == ESC_PRED_AND ? row->children_first : root;
    uint32_t count = row->kind == ESC_PRED_AND ? row->children_count : 1;
    for (uint32_t i = first; i < first + count; i++) {
        const EscPredRow *test = &program->preds[i];
        if (test->kind == ESC_PRED_ENUM_IN && test->field > 0 &&
            program->fields[test->field - 1].scope == ESC_SCOPE_TICKET)
            return i;
    }
    return ESC_NONE;
}

static EscPosting posting_make(const EscProgram *program, uint32_t trigger)
{
    const EscTriggerRow *row = &program->triggers[trigger];
    uint32_t gate = gate_find(program, row->pred);
    EscPosting posting = {.trigger = trigger,
                          .pred = row->pred,
                          .slot = ESC_NONE,
                          .is_level = row->is_level != 0,
                          .is_automation = row->automation != 0};
    if (gate != ESC_NONE) {
        posting.slot = program->fields[program->preds[gate].field - 1].slot;
        posting.members = (uint64_t)program->preds[gate].low;
    }
    return posting;
}

/* A level on `ticket.updated`, or on a service level, with a test that time alone can turn. */
static bool is_clocked(const EscProgram *program, const EscTriggerRow *row)
{
    bool is_level = row->is_level != 0 && row->event == ESC_EVENT_TICKET_UPDATED + 1;
    return (is_level || row->kind == ESC_TRIGGER_SLA) && esc_pred_has_clock(program, row->pred);
}

static void clocked_build(EscEngine *engine)
{
    const EscProgram *program = engine->schema.current->program;
    free(engine->schema.clocked);
    engine->schema.clocked = NULL;
    engine->schema.clocked_count = 0;
    if (program->clocks_count == 0)
        return;
    engine->schema.clocked =
        esc_engine_alloc(program->triggers_count * sizeof *engine->schema.clocked);
    for (uint32_t i = 0; i < program->triggers_count; i++)
        if (is_clocked(program, &program->triggers[i]))
            engine->schema.clocked[engine->schema.clocked_count++] = posting_make(program, i);
}

/* --- counts and silences ------------------------------------------------------------------------ */

uint32_t esc_by_event_count(const EscByEvent *list, const EscProgram *program)
{
    return list->first == NULL ? 0 : list->first[program->events_count];
}

uint32_t esc_by_event_first(const EscByEvent *list, uint32_t event)
{
    return list->first == NULL ? 0 : list->first[event];
}

static uint32_t tally_event(const EscProgram *program, uint32_t row)
{
    return program->tallies[row].event;
}

static uint32_t silence_event(const EscProgram *program, uint32_t row)
{
    const EscTriggerRow *trigger = &program->triggers[row];
    return trigger->kind == ESC_TRIGGER_SILENCE ? trigger->event - 1 : ESC_NONE;
}

/* By event; those of one event in their order. */
static void by_event_build(EscByEvent *list, const EscProgram *program, uint32_t count,
                           uint32_t (*event_of)(const EscProgram *program, uint32_t row))
{
    uint32_t found = 0;
    free(list->rows);
    free(list->first);
    *list = (EscByEvent){NULL, NULL};
    for (uint32_t i = 0; i < count; i++)
        found += event_of(program, i) != ESC_NONE;
    if (found == 0)
        return;
    list->rows = esc_engine_alloc(found * sizeof *list->rows);
    list->first = esc_engine_alloc((program->events_count + 2) * sizeof *list->first);
    for (uint32_t i = 0; i < count; i++)
        if (event_of(program, i) != ESC_NONE)
            list->first[event_of(program, i) + 2]++;
    for (uint32_t i = 2; i < program->events_count + 2; i++)
        list->first[i] += list->first[i - 1];
    /* first[event + 1] is now where those of it begin, and moves to their end while they are put there */
    for (uint32_t i = 0; i < count; i++)
        if (event_of(program, i) != ESC_NONE)
            list->rows[list->first[event_of(program, i) + 1]++] = i;
}

/* A stable counting sort by event type: within one type triggers stay in the order of templates. */
void esc_postings_build(EscEngine *engine)
{
    const EscProgram *program = engine->schema.current->program;
    uint32_t events_count = program->events_count;
    free(engine->schema.postings);
    free(engine->schema.postings_first);
    engine->schema.postings =
        esc_engine_alloc(program->triggers_count * sizeof *engine->schema.postings);
    engine->schema.postings_first =
        esc_engine_alloc((events_count + 2) * sizeof *engine->schema.postings_first);
    for (uint32_t i = 0; i < program->triggers_count; i++) {
        if (program->triggers[i].kind == ESC_TRIGGER_EVENT)
            engine->schema.postings_first[program->triggers[i].event + 1]++;
    }
    for (uint32_t i = 1; i <= events_count + 1; i++)
        engine->schema.postings_first[i] += engine->schema.postings_first[i - 1];
    /* first[event + 1] is now where that type begins, and moves to its end while it is filled */
    for (uint32_t i = 0; i < program->triggers_count; i++) {
        const EscTriggerRow *row = &program->triggers[i];
        if (row->kind == ESC_TRIGGER_EVENT)
            engine->schema.postings[engine->schema.postings_first[row->event]++] =
                posting_make(program, i);
    }
    overdues_build(engine);
    clocked_build(engine);
    by_event_build(&engine->schema.tallies, program, program->tallies_count, tally_event);
    by_event_build(&engine->schema.silences, program, program->triggers_count, silence_event);
}
